/*
 * bare.c - what the parts of the work cost alone, in one thread, so that the distance to the limit is visible.
 *
 * bench-bare fetch URL                 walks the list at URL: HTTP and jansson, nothing else
 * bench-bare map URL MANIFEST          the same, and the manifest's field map on every item
 * bench-bare rows FROM.db TO.db PAGE   writes the rows of a store into a new one, as many per transaction as PAGE
 *                                      companies make, with the daemon's pragmas and indexes
 * bench-bare commit TO.db N            N transactions of one row each
 * bench-bare round URL N               N requests, one after another
 *
 * Each prints: count, seconds, CPU seconds.
 */
#include <curl/curl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/yaml.h"
#include "core/mapping.h"

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

_Noreturn static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench-bare: %s: %s\n", what, why);
	exit(1);
}

/* --- HTTP and JSON ------------------------------------------------------------------------------------------------- */

static size_t on_data(char *data, size_t size, size_t n, void *buf)
{
	buf_add(buf, data, size * n);
	return size * n;
}

static void request(CURL *curl, const char *url, struct buf *body)
{
	CURLcode rc;

	buf_clear(body);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	rc = curl_easy_perform(curl);
	if (rc)
		die(url, curl_easy_strerror(rc));
}

static struct mapping *mapping_of(struct arena *arena, const char *manifest)
{
	struct diags diags = { .arena = arena };
	const struct yaml *y = yaml_load(arena, manifest, &diags);
	struct mapping *m = NULL;

	for (const char *const *key = (const char *const[]){ "types", "organization", "fields", NULL }; y && *key; key++)
		y = yaml_get(y, *key);
	if (y)
		m = mapping_compile(arena, RECORD_ORGANIZATION, y, &diags);
	if (!m)
		die(manifest, diags.n ? diags.line[0] : "no fields");
	return m;
}

static size_t walk(const char *url, const char *manifest)
{
	AUTO(arena_free) struct arena *fixed = arena_new();
	AUTO(arena_free) struct arena *page = arena_new();
	const struct mapping *m = manifest ? mapping_of(fixed, manifest) : NULL;
	BUF_AUTO struct buf body = { 0 };
	CURL *curl = curl_easy_init();
	char at[512];
	size_t n = 0;
	bool more = true;

	snprintf(at, sizeof(at), "%s?limit=500", url);
	while (more) {
		struct err e = { 0 };
		json_t *doc, *items, *item;
		size_t i;

		request(curl, at, &body);
		doc = json_parse(body.data, body.len, &e);
		if (!doc)
			die(at, e.text);
		items = json_at(doc, "/items");
		json_array_foreach(items, i, item) {
			if (m && !mapping_in(m, page, item, &e))
				die(at, e.text);
			n++;
		}
		arena_reset(page);
		more = json_is_true(json_at(doc, "/more"));
		snprintf(at, sizeof(at), "%s?limit=500&cursor=%s", url, json_string_value(json_at(doc, "/cursor")));
		json_decref(doc);
	}
	curl_easy_cleanup(curl);
	return n;
}

static size_t round_trips(const char *url, size_t n)
{
	BUF_AUTO struct buf body = { 0 };
	CURL *curl = curl_easy_init();

	for (size_t i = 0; i < n; i++)
		request(curl, url, &body);
	curl_easy_cleanup(curl);
	return n;
}

/* --- SQLite ---------------------------------------------------------------------------------------------------------- */

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why))
		die(sql, why ? why : "failed");
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL))
		die(sql, sqlite3_errmsg(db));
	return s;
}

static long long number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = prepare(db, sql);
	long long n = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;

	sqlite3_finalize(s);
	return n;
}

static sqlite3 *fresh(const char *path)
{
	char name[4096];
	sqlite3 *db;

	for (const char *const *suffix = (const char *const[]){ "", "-wal", "-shm", NULL }; *suffix; suffix++) {
		snprintf(name, sizeof(name), "%s%s", path, *suffix);
		remove(name);
	}
	if (sqlite3_open(path, &db))
		die(path, sqlite3_errmsg(db));
	run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=20000");
	return db;
}

struct copy {
	long long total, done;
	sqlite3_stmt *read, *write;
};

/* Tables advance together, each by its share, as they do when pages are merged. */
static size_t rows(const char *from, const char *to, size_t page, double *began, double *began_cpu)
{
	sqlite3 *in, *out = fresh(to);
	sqlite3_stmt *table;
	struct copy copy[32];
	size_t n = 0;
	long long companies;
	BUF_AUTO struct buf sql = { 0 };

	if (sqlite3_open_v2(from, &in, SQLITE_OPEN_READWRITE, NULL))
		die(from, sqlite3_errmsg(in));
	companies = number(in, "SELECT count(*) FROM shadow");
	table = prepare(in, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type = 'index'");
	while (sqlite3_step(table) == SQLITE_ROW)
		run(out, (const char *)sqlite3_column_text(table, 0));
	sqlite3_finalize(table);
	table = prepare(in, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
	while (sqlite3_step(table) == SQLITE_ROW && n < 32) {
		const char *name = (const char *)sqlite3_column_text(table, 0);
		struct copy *c = &copy[n];

		buf_clear(&sql);
		buf_addf(&sql, "SELECT count(*) FROM \"%s\"", name);
		c->total = number(in, sql.data);
		c->done = 0;
		if (!c->total)
			continue;
		buf_clear(&sql);
		buf_addf(&sql, "SELECT * FROM \"%s\"%s", name, strcmp(name, "match_key") ? "" : " ORDER BY entity");
		c->read = prepare(in, sql.data);
		buf_clear(&sql);
		buf_addf(&sql, "INSERT INTO \"%s\" VALUES (?", name);
		for (int i = 1; i < sqlite3_column_count(c->read); i++)
			buf_adds(&sql, ",?");
		buf_adds(&sql, ")");
		c->write = prepare(out, sql.data);
		if (sqlite3_step(c->read) != SQLITE_ROW) /* any sorting is done now */
			die(name, sqlite3_errmsg(in));
		n++;
	}
	sqlite3_finalize(table);
	*began = wall();
	*began_cpu = cpu();
	for (long long at = 0; at < companies; at += (long long)page) {
		const long long end = at + (long long)page < companies ? at + (long long)page : companies;

		run(out, "BEGIN IMMEDIATE");
		for (size_t i = 0; i < n; i++) {
			struct copy *c = &copy[i];

			for (; c->done < c->total * end / companies; c->done++) {
				for (int k = 0; k < sqlite3_column_count(c->read); k++)
					sqlite3_bind_value(c->write, k + 1, sqlite3_column_value(c->read, k));
				if (sqlite3_step(c->write) != SQLITE_DONE)
					die(to, sqlite3_errmsg(out));
				sqlite3_reset(c->write);
				sqlite3_step(c->read);
			}
		}
		run(out, "COMMIT");
	}
	for (size_t i = 0; i < n; i++) {
		sqlite3_finalize(copy[i].read);
		sqlite3_finalize(copy[i].write);
	}
	sqlite3_close(in);
	sqlite3_close(out);
	return (size_t)companies;
}

static size_t commits(const char *to, size_t n)
{
	sqlite3 *db = fresh(to);
	sqlite3_stmt *s;

	run(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
	s = prepare(db, "INSERT INTO t (text) VALUES ('about as long as an event that says what was done to which record')");
	for (size_t i = 0; i < n; i++) {
		if (sqlite3_step(s) != SQLITE_DONE)
			die(to, sqlite3_errmsg(db));
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

int main(int argc, char **argv)
{
	double began = wall(), began_cpu = cpu();
	size_t n = 0;

	if (argc == 3 && !strcmp(argv[1], "fetch"))
		n = walk(argv[2], NULL);
	else if (argc == 4 && !strcmp(argv[1], "map"))
		n = walk(argv[2], argv[3]);
	else if (argc == 5 && !strcmp(argv[1], "rows"))
		n = rows(argv[2], argv[3], strtoul(argv[4], NULL, 10), &began, &began_cpu);
	else if (argc == 4 && !strcmp(argv[1], "commit"))
		n = commits(argv[2], strtoul(argv[3], NULL, 10));
	else if (argc == 4 && !strcmp(argv[1], "round"))
		n = round_trips(argv[2], strtoul(argv[3], NULL, 10));
	else
		die("usage", "see the first lines of bare.c");
	printf("%zu %.6f %.6f\n", n, wall() - began, cpu() - began_cpu);
}
