/* A list of deletions besides the list of records: who is told there and is not found is gone, who was brought back is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/engine.h"
#include "support/simhttp.h"
#include "support/simloop.h"

struct bin {
	struct simloop sim;
	struct simhttp http;
	struct engine *engine;
	char dir[64];
	unsigned reads; /* single ones */
	bool closed;
};

#define COMPANY(id) "{\"id\":\"" id "\",\"properties\":{\"name\":\"Company " id "\"},\"updatedAt\":\"2026-01-01T08:00:00Z\"}"

/* Two and three are in the bin; three is back by the time somebody looks. */
static void serve(struct simhttp *s, struct http_exchange *x)
{
	struct bin *b = s->ctx;

	if (strstr(x->url, "/search"))
		simhttp_answer(x, 200, "{\"total\":3,\"results\":[" COMPANY("1") "," COMPANY("2") "," COMPANY("3") "]}");
	else if (strstr(x->url, "archived=true"))
		simhttp_answer(x, 200, "{\"results\":[{\"id\":\"2\"},{\"id\":\"3\"},{\"id\":\"never-seen\"}]}");
	else if (strstr(x->url, "/companies/")) {
		b->reads++;
		simhttp_answer(x, strstr(x->url, "/3") ? 200 : 404, strstr(x->url, "/3") ? COMPANY("3") : "{}");
	} else
		simhttp_answer(x, 500, "");
}

static void open_bin(struct bin *b)
{
	static const char text[] =
		"state_dir: state\ncontrol: none\npartners:\n"
		"  - { partner: crm, onboarding: apply, poll: 1h, complete: 30d, types: [organization],\n"
		"      guards: { deletes: { number: 10, percent: 100 } },\n"
		"      endpoint: { adapter: rest, manifest: " SOURCE_DIR "/tests/wire/manifests/hubspot.yaml,\n"
		"        url: 'https://crm.example', auth: { token: { file: token } } } }\n";
	AUTO(arena_free) struct arena *arena = arena_new();
	struct diags diags = {.arena = arena};
	struct engine_options options = {0};
	struct config *config;
	struct err e = {0};
	const char *token;
	FILE *f;

	*b = (struct bin){0};
	strcpy(b->dir, "deletions-test-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	token = arena_printf(arena, "%s/token", b->dir);
	f = fopen(token, "w");
	assert_non_null(f);
	fputs("t\n", f);
	fclose(f);
	assert_int_equal(chmod(token, 0600), 0);
	simloop_init(&b->sim, 7);
	simhttp_init(&b->http, serve, b);
	config = config_parse("test", b->dir, text, strlen(text), &diags);
	for (size_t i = 0; i < diags.n; i++)
		print_message("%s\n", diags.line[i]);
	assert_non_null(config);
	options.loop = &b->sim.loop;
	options.http = &b->http.http;
	b->engine = engine_open(&options, config, &diags, &e);
	assert_int_equal(e.kind, ERR_NONE);
	engine_start(b->engine);
}

static bool settled(void *ctx)
{
	return engine_settled(((const struct bin *)ctx)->engine);
}

struct closing {
	struct op op;
	bool *closed;
};

static void on_closed(struct op *op)
{
	*container_of(op, struct closing, op)->closed = true;
}

static bool is_closed(void *ctx)
{
	return ((const struct bin *)ctx)->closed;
}

/* Keys of the records that are live. */
static void check_live(const struct bin *b, const char *wanted)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	sqlite3_stmt *q;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(arena_printf(arena, "%s/state/doorstroom.db", b->dir), &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT group_concat(key, ' ') FROM (SELECT key FROM shadow WHERE state = 0 ORDER BY key)",
		-1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(q, 0), wanted);
	sqlite3_finalize(q);
	sqlite3_close(db);
}

static void test_deletions(void **state)
{
	struct bin b;
	struct closing c = {.op = {.done = on_closed}, .closed = &b.closed};
	char command[128];

	(void)state;
	open_bin(&b);
	assert_true(simloop_run(&b.sim, settled, &b));
	c.op.loop = &b.sim.loop;
	engine_close(b.engine, &c.op);
	assert_true(simloop_run(&b.sim, is_closed, &b));
	simloop_fini(&b.sim);
	check_live(&b, "1 3");
	/* Not for a record that nobody knows. */
	assert_int_equal(b.reads, 2);
	snprintf(command, sizeof command, "rm -rf '%s'", b.dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_deletions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
