/* How full the requests of a partner that takes several changes at once are, by the whole engine in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/engine.h"
#include "support/simhttp.h"
#include "support/simloop.h"

enum { COMPANIES = 1200, MAX = 50, TURNS_MAX = 2000000 };

/* Partner `from` has companies, partner `to` is given them: tests/wire/manifests/odoo19.yaml for both. */
struct town {
	struct simloop sim;
	struct simhttp http;
	struct engine *engine;
	char dir[64];
	uint64_t delay_ms;
	unsigned made, creates, largest;
	unsigned turns;
	bool closed;
};

static uint64_t delay(struct simhttp *s, const struct http_exchange *x)
{
	(void)x;
	return ((struct town *)s->ctx)->delay_ms;
}

static void serve_list(struct http_exchange *x, json_t *asked, unsigned n)
{
	const json_int_t offset = json_integer_value(json_object_get(asked, "offset"));
	const json_int_t limit = json_integer_value(json_object_get(asked, "limit"));
	BUF_AUTO struct buf b = {0};

	buf_addc(&b, '[');
	for (json_int_t i = offset; i < n && i < offset + limit; i++)
		buf_addf(&b, "%s{\"id\":%d,\"name\":\"Company %d\",\"write_date\":\"2026-01-01 08:00:00\"}",
			i > offset ? "," : "", (int)i + 1, (int)i + 1);
	buf_addc(&b, ']');
	simhttp_answer(x, 200, arena_strdup(x->arena, b.data));
}

static void serve_create(struct town *town, struct http_exchange *x, const json_t *values)
{
	BUF_AUTO struct buf b = {0};

	town->creates++;
	if (json_array_size(values) > town->largest)
		town->largest = (unsigned)json_array_size(values);
	for (size_t i = 0; i < json_array_size(values); i++)
		buf_addf(&b, "%c%u", i ? ',' : '[', ++town->made);
	buf_addc(&b, ']');
	simhttp_answer(x, 200, arena_strdup(x->arena, b.data));
}

static void serve(struct simhttp *s, struct http_exchange *x)
{
	struct town *town = s->ctx;
	struct err e;
	json_t *doc = json_parse(x->body, x->body_len, &e);

	if (strstr(x->url, "/create"))
		serve_create(town, x, json_object_get(doc, "vals_list"));
	else if (strstr(x->url, "from.example"))
		serve_list(x, doc, COMPANIES);
	else
		serve_list(x, doc, 0);
	json_decref(doc);
}

#define PARTNER(name)                                                                                                  \
	"  - { partner: " name ", onboarding: apply, poll: 1h, complete: 30d, types: [organization],\n"                 \
	"      guards: { creates: { number: 100000 } }, share: { organization: { scope: [all], fields: all } },\n"       \
	"      endpoint: { adapter: rest, manifest: " SOURCE_DIR "/tests/wire/manifests/odoo19.yaml,\n"                  \
	"        url: 'https://" name ".example', vars: { db: x }, auth: { token: { file: token } } } }\n"

static void write_token(const struct town *town)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof path, "%s/token", town->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("t\n", f);
	fclose(f);
	assert_int_equal(chmod(path, 0600), 0);
}

static void town_open(struct town *town, uint64_t delay_ms)
{
	static const char text[] = "state_dir: state\ncontrol: none\npartners:\n" PARTNER("from") PARTNER("to");
	AUTO(arena_free) struct arena *arena = arena_new();
	struct diags diags = {.arena = arena};
	struct engine_options options = {0};
	struct config *config;
	struct err e = {0};

	*town = (struct town){.delay_ms = delay_ms};
	strcpy(town->dir, "batches-test-XXXXXX");
	assert_non_null(mkdtemp(town->dir));
	write_token(town);
	simloop_init(&town->sim, 7);
	simhttp_init(&town->http, serve, town);
	town->http.delay_ms = delay;
	config = config_parse("test", town->dir, text, strlen(text), &diags);
	for (size_t i = 0; i < diags.n; i++)
		print_message("%s\n", diags.line[i]);
	assert_non_null(config);
	options.loop = &town->sim.loop;
	options.http = &town->http.http;
	town->engine = engine_open(&options, config, &diags, &e);
	for (size_t i = 0; i < diags.n; i++)
		print_message("%s\n", diags.line[i]);
	assert_int_equal(e.kind, ERR_NONE);
	engine_start(town->engine);
}

static bool all_there(void *ctx)
{
	struct town *town = ctx;

	return ++town->turns > TURNS_MAX || (town->made >= COMPANIES && engine_settled(town->engine));
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
	return ((const struct town *)ctx)->closed;
}

static void town_close(struct town *town)
{
	struct closing c = {.op = {.loop = &town->sim.loop, .done = on_closed}, .closed = &town->closed};
	char command[128];

	engine_close(town->engine, &c.op);
	assert_true(simloop_run(&town->sim, is_closed, town));
	simloop_fini(&town->sim);
	snprintf(command, sizeof command, "rm -rf '%s'", town->dir);
	assert_int_equal(system(command), 0);
}

static void test_fill(void **state)
{
	/* At best 24 requests; the longer an answer takes, the more gather meanwhile. */
	static const struct {
		uint64_t delay_ms;
		unsigned requests;
	} row[] = {{0, 60}, {5, 40}, {200, 28}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct town town;

		town_open(&town, row[i].delay_ms);
		simloop_run(&town.sim, all_there, &town);
		print_message("an answer takes %d ms: %u changes in %u requests, the largest of %u\n", (int)row[i].delay_ms,
			town.made, town.creates, town.largest);
		assert_int_equal(town.made, COMPANIES);
		assert_int_equal(town.largest, MAX);
		assert_in_range(town.creates, COMPANIES / MAX, row[i].requests);
		town_close(&town);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_fill)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
