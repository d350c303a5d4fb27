/* What could not be opened, at a start or at a reload, is closed like all else; what was at work stays so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/adapters.h"
#include "engine/partner.h"
#include "support/simloop.h"

struct desk {
	struct simloop sim;
	struct arena *arena;
	char dir[32];
	struct simloop_op op;
};

#define ENDPOINT(partner, path) "  - { partner: " partner ", endpoint: { adapter: dir, " path " } }\n"
#define GOOD ENDPOINT("one", "path: records")
#define BAD GOOD ENDPOINT("two", "nonsense: records")

static int set_up(void **state)
{
	struct desk *d = test_calloc(1, sizeof *d);

	d->arena = arena_new();
	strcpy(d->dir, "opening-test-XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	simloop_init(&d->sim, 7);
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;
	char command[64];

	simloop_fini(&d->sim);
	snprintf(command, sizeof command, "rm -rf '%s'", d->dir);
	assert_int_equal(system(command), 0);
	arena_free(d->arena);
	test_free(d);
	return 0;
}

static void close_all(struct desk *d, struct engine *engine)
{
	engine_close(engine, simloop_begin(&d->sim, &d->op));
	assert_true(simloop_ends(&d->sim, &d->op));
}

static struct config *parsed_at(struct desk *d, const char *state_dir, const char *partners, struct diags *diags)
{
	const char *text =
		arena_printf(d->arena, "state_dir: %s\ncontrol: none\npartners:\n%s", state_dir, partners);
	struct config *config = config_parse("test", d->dir, text, strlen(text), diags);

	assert_non_null(config);
	return config;
}

static struct config *parsed(struct desk *d, const char *partners, struct diags *diags)
{
	return parsed_at(d, "state", partners, diags);
}

static struct engine *open_engine(struct desk *d, const char *partners, struct err *e)
{
	const struct engine_options options = {.loop = &d->sim.loop};
	struct diags diags = {.arena = d->arena};

	*e = (struct err){0};
	return engine_open(&options, parsed(d, partners, &diags), &diags, e);
}

static void an_endpoint_beside_one_that_does_not_open_is_closed(void **state)
{
	struct desk *d = *state;
	struct err e;
	struct engine *engine = open_engine(d, BAD, &e);

	assert_int_equal(e.kind, ERR_BROKEN);
	close_all(d, engine);
}

static void without_a_store_there_is_nothing_to_close(void **state)
{
	struct desk *d = *state;
	struct engine *engine;
	struct err e;

	assert_int_equal(rmdir(d->dir), 0);
	engine = open_engine(d, GOOD, &e);
	assert_int_not_equal(e.kind, ERR_NONE);
	close_all(d, engine);
}

static void a_refused_reload_leaves_everything_at_work(void **state)
{
	struct desk *d = *state;
	struct diags diags = {.arena = d->arena};
	struct engine *engine;
	const struct config *before;
	struct err e;

	engine = open_engine(d, GOOD, &e);
	assert_int_equal(e.kind, ERR_NONE);
	engine_start(engine);
	before = engine_config(engine);
	engine_reload(engine, parsed(d, BAD, &diags), &diags, simloop_begin(&d->sim, &d->op));
	assert_true(simloop_ends(&d->sim, &d->op));
	assert_int_equal(d->op.op.err.kind, ERR_BROKEN);
	assert_ptr_equal(engine_config(engine), before);
	engine_reload(engine, parsed(d, GOOD, &diags), &diags, simloop_begin(&d->sim, &d->op));
	assert_true(simloop_ends(&d->sim, &d->op));
	assert_int_equal(d->op.op.err.kind, ERR_NONE);
	close_all(d, engine);
}

static void a_close_waits_for_what_a_refused_reload_had_opened(void **state)
{
	struct desk *d = *state;
	struct simloop_op reload;
	struct diags diags = {.arena = d->arena};
	struct engine *engine;
	struct err e;

	engine = open_engine(d, GOOD, &e);
	assert_int_equal(e.kind, ERR_NONE);
	engine_start(engine);
	engine_reload(engine, parsed(d, BAD, &diags), &diags, simloop_begin(&d->sim, &reload));
	close_all(d, engine);
	assert_true(reload.ended);
}

/* Its answer was not waited for any longer: nobody knows how it ended. */
static void what_a_reload_cut_off_is_uncertain(void **state)
{
	struct desk *d = *state;
	struct diags diags = {.arena = d->arena};
	struct outbox row = {.entity = 1, .kind = OUTBOX_UPDATE, .state = OUTBOX_SENDING};
	struct engine *engine;
	struct outbox *after;
	struct err e;

	engine = open_engine(d, GOOD, &e);
	assert_int_equal(e.kind, ERR_NONE);
	engine_start(engine);
	row.partner = engine_partner(engine, "one")->id;
	assert_true(store_begin(engine->store, &e));
	assert_true(store_end(engine->store, store_outbox_save(engine->store, &row, &e), &e));
	engine_reload(engine, parsed(d, GOOD, &diags), &diags, simloop_begin(&d->sim, &d->op));
	assert_true(simloop_ends(&d->sim, &d->op));
	assert_int_equal(d->op.op.err.kind, ERR_NONE);
	assert_true(store_outbox_by_id(engine->store, d->arena, row.id, &after, &e));
	assert_int_equal(after->state, OUTBOX_UNCERTAIN);
	close_all(d, engine);
}

static bool is_running(void *ctx)
{
	return ((const struct partner *)ctx)->run != NULL;
}

static bool is_at_rest(void *ctx)
{
	return !is_running(ctx);
}

static void whoever_pauses_a_run_is_named(void **state)
{
	struct desk *d = *state;
	struct engine *engine;
	struct partner *p;
	struct err e;

	engine = open_engine(d, GOOD, &e);
	assert_int_equal(e.kind, ERR_NONE);
	engine_start(engine);
	p = engine_partner(engine, "one");
	assert_true(simloop_run(&d->sim, is_running, p));
	assert_true(engine_pause(engine, "one", "admin", &e));
	assert_true(simloop_run(&d->sim, is_at_rest, p));
	assert_string_equal(p->reason, "paused by admin");
	close_all(d, engine);
}

static char state_dir[64];

static struct remote *spy_open(
	const struct adapter_env *env, const char *partner, const struct yaml *conf, struct diags *diags)
{
	snprintf(state_dir, sizeof state_dir, "%s", env->state_dir);
	return dir_adapter.open(env, partner, conf, diags);
}

/* What endpoints keep, as rotated tokens and counts of requests, stays with the store. */
static void a_reload_leaves_the_state_where_it_is(void **state)
{
	struct desk *d = *state;
	struct diags diags = {.arena = d->arena};
	const char *partners = "  - { partner: one, endpoint: { adapter: spy, path: records } }\n";
	const char *began = arena_printf(d->arena, "%s/state", d->dir);
	struct adapter spy = dir_adapter;
	struct engine *engine;
	struct err e;

	spy.name = "spy";
	spy.open = spy_open;
	adapter_of_tests = &spy;
	engine = open_engine(d, partners, &e);
	assert_string_equal(state_dir, began);
	engine_start(engine);
	for (size_t i = 0; i < 2; i++) {
		state_dir[0] = 0;
		engine_reload(engine, parsed_at(d, "elsewhere", partners, &diags), &diags, simloop_begin(&d->sim, &d->op));
		assert_true(simloop_ends(&d->sim, &d->op));
		assert_int_equal(d->op.op.err.kind, ERR_NONE);
		assert_string_equal(state_dir, began);
	}
	close_all(d, engine);
	adapter_of_tests = NULL;
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(an_endpoint_beside_one_that_does_not_open_is_closed),
		T(without_a_store_there_is_nothing_to_close),
		T(a_refused_reload_leaves_everything_at_work),
		T(a_reload_leaves_the_state_where_it_is),
		T(a_close_waits_for_what_a_refused_reload_had_opened),
		T(what_a_reload_cut_off_is_uncertain),
		T(whoever_pauses_a_run_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
