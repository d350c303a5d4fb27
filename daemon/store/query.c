#include "store/query_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "store/sql.h"

#define BUSY_MS 5000
#define PREFIX_MIN 8

/* --- opening ------------------------------------------------------------------------------------------------- */

/* A path as an URI that is read without locks and without a log: only for a store that nobody writes. */
static char *as_it_lies(const char *path)
{
	BUF_AUTO struct buf uri = { 0 };

	buf_adds(&uri, *path == '/' ? "file://" : "file:");
	for (; *path; path++) {
		if (strchr("?#%", *path))
			buf_addf(&uri, "%%%02X", (unsigned char)*path);
		else
			buf_addc(&uri, *path);
	}
	buf_adds(&uri, "?immutable=1");
	return buf_steal(&uri);
}

static int try_open(struct query *q, const char *name, int flags, const char *vfs)
{
	int rc = sqlite3_open_v2(name, &q->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | flags, vfs);

	if (rc == SQLITE_OK) {
		sqlite3_busy_timeout(q->db, BUSY_MS);
		rc = sqlite3_exec(q->db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
	}
	return rc;
}

static bool schema_fits(struct query *q, struct err *e)
{
	const int latest = schema_latest(schema_sql);
	int version;

	if (!schema_version(q->db, q->path, &version, e))
		return false;
	if (!version)
		return err_set(e, ERR_AGAIN, "the daemon is starting: its store %.100s is being made; try again", q->path);
	if (version < latest)
		return err_set(e, ERR_AGAIN,
			"store %.100s: its schema is %d, and this program reads %d: the daemon changes it when it starts",
			q->path, version, latest);
	if (version > latest)
		return err_set(e, ERR_BROKEN, "store %.100s: its schema is %d, and this program reads %d", q->path,
			version, latest);
	return true;
}

struct query *query_open(const char *path, const char *vfs, struct err *e)
{
	AUTO(query_close) struct query *q = calloc(1, sizeof(*q));
	AUTO(free) char *uri = NULL;
	BUF_AUTO struct buf beside = { 0 };
	int rc;

	if (!q)
		abort();
	q->path = strdup(path);
	buf_addf(&beside, "%s-wal", path);
	rc = try_open(q, path, 0, vfs);
	/* Reading with a log needs to write the file beside it; without one, nothing needs to be written. */
	if ((rc & 0xff) == SQLITE_CANTOPEN && access(path, R_OK) == 0 && access(beside.data, F_OK) != 0) {
		uri = as_it_lies(path);
		sqlite3_close(q->db);
		rc = try_open(q, uri, SQLITE_OPEN_URI, vfs);
	}
	if (rc != SQLITE_OK) {
		sql_error(q->db, path, sqlite3_extended_errcode(q->db), e);
		return NULL;
	}
	return schema_fits(q, e) ? steal(q) : NULL;
}

void query_close(struct query *q)
{
	if (!q)
		return;
	sqlite3_close(q->db);
	free(q->path);
	free(q);
}

struct query *query_hold(struct query *q)
{
	sqlite3_exec(q->db, "BEGIN", NULL, NULL, NULL);
	return q;
}

void query_release(struct query **q)
{
	sqlite3_exec((*q)->db, "COMMIT", NULL, NULL, NULL);
}

/* --- statements ---------------------------------------------------------------------------------------------- */

struct ask ask(struct query *q, const char *text)
{
	struct ask a = { .query = q };

	a.rc = sqlite3_prepare_v2(q->db, text, -1, &a.statement, NULL);
	return a;
}

void ask_int(struct ask *a, int64_t value)
{
	sqlite3_bind_int64(a->statement, ++a->at, value);
}

void ask_text(struct ask *a, const char *text)
{
	sqlite3_bind_text(a->statement, ++a->at, text, -1, SQLITE_STATIC);
}

bool ask_row(struct ask *a)
{
	if (a->rc != SQLITE_OK && a->rc != SQLITE_ROW)
		return false;
	a->rc = sqlite3_step(a->statement);
	return a->rc == SQLITE_ROW;
}

bool ask_end(struct ask *a, struct err *e)
{
	const bool ok = a->rc == SQLITE_OK || a->rc == SQLITE_ROW || a->rc == SQLITE_DONE;

	if (!ok)
		sql_error(a->query->db, a->query->path, sqlite3_extended_errcode(a->query->db), e);
	sqlite3_finalize(a->statement);
	a->statement = NULL;
	return ok;
}

/* What is not UTF-8, as a partner or an older version may have left it, would make the whole answer unprintable. */
static json_t *text_of(sqlite3_stmt *s, int column)
{
	const char *text = (const char *)sqlite3_column_text(s, column);
	const size_t n = (size_t)sqlite3_column_bytes(s, column);
	BUF_AUTO struct buf shown = { 0 };

	if (utf8_valid(text, n))
		return json_stringn_nocheck(text, n);
	utf8_repair(&shown, text, n, SIZE_MAX);
	return json_stringn_nocheck(shown.data, shown.len);
}

/* A number's name, or the number if it has none here. */
static json_t *named(const char *how, int64_t n)
{
	static const char *const shadow[] = { "live", "deleted", "alias", "pending" };
	const char *name = NULL;

	if (n < 0)
		return json_integer(n);
	if (!strcmp(how, "type") && n < RECORD_TYPES)
		name = record_type_name((enum record_type)n);
	else if (!strcmp(how, "event") && n < EVENT_KINDS)
		name = event_kind_name((enum event_kind)n);
	else if (!strcmp(how, "outbox") && n < OUTBOX_STATES)
		name = outbox_state_name((enum outbox_state)n);
	else if (!strcmp(how, "push") && n <= OUTBOX_DELETE)
		name = outbox_kind_name((enum outbox_kind)n);
	else if (!strcmp(how, "shadow") && n < 4)
		name = shadow[n];
	else if (!strcmp(how, "entity") && n <= ENTITY_MERGED)
		name = entity_state_name((enum entity_state)n);
	else if (!strcmp(how, "bool"))
		return json_boolean(n != 0);
	return name ? json_string(name) : json_integer(n);
}

static json_t *value_of(sqlite3_stmt *s, int column, const char *how)
{
	char id[UUID_TEXT_MAX];
	struct uuid uuid;
	json_t *parsed;

	switch (sqlite3_column_type(s, column)) {
	case SQLITE_INTEGER:
		return *how ? named(how, sqlite3_column_int64(s, column))
			    : json_integer(sqlite3_column_int64(s, column));
	case SQLITE_FLOAT:
		return json_real(sqlite3_column_double(s, column));
	case SQLITE_BLOB:
		if (sqlite3_column_bytes(s, column) != sizeof(uuid.b))
			return json_null();
		memcpy(uuid.b, sqlite3_column_blob(s, column), sizeof(uuid.b));
		return json_string(uuid_format(&uuid, id));
	case SQLITE_TEXT:
		if (strcmp(how, "json"))
			return text_of(s, column);
		parsed = json_loadb((const char *)sqlite3_column_text(s, column),
			(size_t)sqlite3_column_bytes(s, column), JSON_DECODE_ANY, NULL);
		return parsed ? parsed : text_of(s, column);
	default:
		return json_null();
	}
}

json_t *ask_object(struct ask *a)
{
	json_t *row = json_object();
	const int n = sqlite3_column_count(a->statement);

	for (int i = 0; i < n; i++) {
		const char *name = sqlite3_column_name(a->statement, i);
		const char *colon = strchr(name, ':');
		const size_t len = colon ? (size_t)(colon - name) : strlen(name);

		json_object_setn_new_nocheck(row, name, len, value_of(a->statement, i, colon ? colon + 1 : ""));
	}
	return row;
}

json_t *ask_all(struct ask *a, struct err *e)
{
	AUTO(json_drop) json_t *rows = json_array();

	while (ask_row(a))
		json_array_append_new(rows, ask_object(a));
	return ask_end(a, e) ? steal(rows) : NULL;
}

json_t *ask_one(struct ask *a, const char *what, struct err *e)
{
	AUTO(json_drop) json_t *row = ask_row(a) ? ask_object(a) : NULL;

	if (!ask_end(a, e))
		return NULL;
	if (!row)
		err_set(e, ERR_GONE, "no such %s", what);
	return steal(row);
}

/* --- naming -------------------------------------------------------------------------------------------------- */

bool query_partner(struct query *q, const char *name, int64_t *id, struct err *e)
{
	struct ask a;

	*id = 0;
	if (!name)
		return true;
	a = ask(q, "SELECT id FROM partner WHERE name = ?");
	ask_text(&a, name);
	if (ask_row(&a))
		*id = sqlite3_column_int64(a.statement, 0);
	if (!ask_end(&a, e))
		return false;
	return *id ? true : err_set(e, ERR_GONE, "no such partner: %.60s", name);
}

bool query_type(const char *name, int64_t *type, struct err *e)
{
	enum record_type t;

	*type = -1;
	if (!name)
		return true;
	if (!record_type_parse(name, &t))
		return err_set(e, ERR_ITEM, "no such record type: %.60s", name);
	*type = (int64_t)t;
	return true;
}

/* Follows merges to the survivor. */
static bool survivor(struct query *q, int64_t id, struct record_found *out, struct err *e)
{
	for (int hops = 0; hops < 64; hops++) {
		struct ask a = ask(q, "SELECT type, state, into_id FROM entity WHERE id = ?");
		int64_t into = 0;
		bool found;

		ask_int(&a, id);
		found = ask_row(&a);
		if (found) {
			*out = (struct record_found){ id, (enum record_type)sqlite3_column_int(a.statement, 0) };
			if (sqlite3_column_int(a.statement, 1) == ENTITY_MERGED)
				into = sqlite3_column_int64(a.statement, 2);
		}
		if (!ask_end(&a, e))
			return false;
		if (!found)
			return err_set(e, ERR_GONE, "no such record");
		if (!into)
			return true;
		id = into;
	}
	return err_set(e, ERR_BROKEN, "store: merges of that record go in a circle");
}

/* The shadows with that key; key_hash as the store makes it. Keys of the newest rows are not in the index yet. */
static bool by_key(
	struct query *q, const char *partner, const char *key, int64_t type, struct record_found *out, struct err *e)
{
	int64_t id, entity = 0, found = 0, unlinked = 0;

	if (!query_partner(q, partner, &id, e))
		return false;
	for (int64_t t = 0; t < RECORD_TYPES; t++) {
		struct ask a;

		if (type >= 0 && t != type)
			continue;
		a = ask(q,
			"SELECT entity FROM shadow WHERE partner = ?1 AND type = ?2 AND key = ?3 AND (id IN (SELECT "
			"shadow "
			"FROM shadow_key WHERE hash = ?4) OR id > (SELECT ifnull(max(upto), 0) FROM keyed WHERE name = "
			"'shadow_key'))");
		ask_int(&a, id);
		ask_int(&a, t);
		ask_text(&a, key);
		ask_int(&a, (int64_t)hash_text(key, (uint64_t)id * RECORD_TYPES + (uint64_t)t));
		while (ask_row(&a)) {
			if (sqlite3_column_type(a.statement, 0) == SQLITE_NULL) {
				unlinked++;
				continue;
			}
			entity = sqlite3_column_int64(a.statement, 0);
			found++;
		}
		if (!ask_end(&a, e))
			return false;
	}
	if (found > 1)
		return err_set(e, ERR_ITEM, "%s has several types with that key: write %s:TYPE:KEY", partner, partner);
	if (!found && unlinked)
		return err_set(e, ERR_GONE, "%s has that record, but it belongs to no hub record yet", partner);
	if (!found)
		return err_set(e, ERR_GONE, "%s has no record with that key", partner);
	return survivor(q, entity, out, e);
}

/* Digits of a hub id, at least eight, from its beginning; hyphens do not count. False: that is not what it is. */
static bool prefix_bounds(const char *text, struct uuid *low, struct uuid *high)
{
	size_t n = 0;

	memset(low->b, 0, sizeof(low->b));
	memset(high->b, 0xff, sizeof(high->b));
	for (; *text; text++) {
		unsigned digit;

		if (*text == '-')
			continue;
		if (!isxdigit((unsigned char)*text) || n == 32)
			return false;
		digit = isdigit((unsigned char)*text) ? (unsigned)(*text - '0') : (unsigned)((*text | 32) - 'a' + 10);
		if (n % 2) {
			low->b[n / 2] = (uint8_t)(low->b[n / 2] | digit);
			high->b[n / 2] = low->b[n / 2];
		} else {
			low->b[n / 2] = (uint8_t)(digit << 4);
			high->b[n / 2] = (uint8_t)(digit << 4 | 15);
		}
		n++;
	}
	return n >= PREFIX_MIN;
}

static bool row_by_prefix(struct query *q, const char *text, int64_t *id, struct uuid *hub_id, struct err *e)
{
	struct uuid low, high;
	int64_t n = 0;
	struct ask a;

	if (!prefix_bounds(text, &low, &high))
		return err_set(e, ERR_ITEM,
			"a record is named by its hub id, by the first %d or more digits of it, or as "
			"PARTNER:KEY",
			PREFIX_MIN);
	a = ask(q, "SELECT id, hub_id FROM entity WHERE hub_id BETWEEN ? AND ? LIMIT 2");
	sqlite3_bind_blob(a.statement, 1, low.b, sizeof(low.b), SQLITE_STATIC);
	sqlite3_bind_blob(a.statement, 2, high.b, sizeof(high.b), SQLITE_STATIC);
	for (; ask_row(&a); n++) {
		*id = sqlite3_column_int64(a.statement, 0);
		memcpy(hub_id->b, sqlite3_column_blob(a.statement, 1), sizeof(hub_id->b));
	}
	if (!ask_end(&a, e))
		return false;
	if (n > 1)
		return err_set(e, ERR_ITEM, "more than one hub id begins like that: write more of it");
	return n || err_set(e, ERR_GONE, "no hub id begins like that");
}

static bool by_prefix(struct query *q, const char *text, struct record_found *out, struct err *e)
{
	struct uuid hub_id;
	int64_t id = 0;

	return row_by_prefix(q, text, &id, &hub_id, e) && survivor(q, id, out, e);
}

bool query_hub_id(struct query *q, const char *begin, char id[UUID_TEXT_MAX], struct err *e)
{
	struct uuid hub_id;
	int64_t row = 0;

	if (!row_by_prefix(q, begin, &row, &hub_id, e))
		return false;
	uuid_format(&hub_id, id);
	return true;
}

bool query_record(struct query *q, const char *record, struct record_found *out, struct err *e)
{
	const char *colon = strchr(record, ':'), *key, *second;
	char word[64];
	enum record_type type;
	int64_t only = -1;

	if (!colon)
		return by_prefix(q, record, out, e);
	if ((size_t)(colon - record) >= sizeof(word))
		return err_set(e, ERR_GONE, "no such partner");
	key = colon + 1;
	second = strchr(key, ':');
	if (second && (size_t)(second - key) < sizeof(word)) {
		memcpy(word, key, (size_t)(second - key));
		word[second - key] = '\0';
		if (record_type_parse(word, &type)) {
			only = (int64_t)type;
			key = second + 1;
		}
	}
	memcpy(word, record, (size_t)(colon - record));
	word[colon - record] = '\0';
	return by_key(q, word, key, only, out, e);
}
