/* Work on the store's lane that shares a commit with others', and work beside the lanes that holds up neither. */
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

#include "adapters/adapters.h"
#include "engine/commands.h"
#include "engine/partner.h"
#include "support/disk.h"
#include "support/mem.h"
#include "support/simloop.h"

struct desk {
	struct simloop sim;
	struct arena *arena;
	struct mem_world *world;
	char dir[32];
	struct engine *engine;
	struct simloop_op op;
	struct job spoiler;
	bool spoiled;
	struct command_call call;
};

static int set_up(void **state)
{
	struct desk *d = test_calloc(1, sizeof *d);

	d->arena = arena_new();
	strcpy(d->dir, "together-test-XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	simloop_init(&d->sim, 7);
	d->world = mem_world_new();
	mem_use(d->world);
	adapter_of_tests = &mem_adapter;
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;
	char command[64];

	adapter_of_tests = NULL;
	mem_world_free(d->world);
	simloop_fini(&d->sim);
	snprintf(command, sizeof command, "rm -rf '%s'", d->dir);
	assert_int_equal(system(command), 0);
	arena_free(d->arena);
	test_free(d);
	return 0;
}

/* Two partners; the second is given what share says. */
static void open_engine(struct desk *d, const char *vfs, const char *share)
{
	const char *text = arena_printf(d->arena,
		"state_dir: state\ncontrol: none\npartners:\n"
		"  - { partner: one, endpoint: { adapter: mem }, onboarding: apply }\n"
		"  - { partner: two, endpoint: { adapter: mem }, onboarding: apply, share: { organization: { scope: [%s], fields: all } } }\n",
		share);
	const struct engine_options options = {.loop = &d->sim.loop, .store_vfs = vfs};
	struct diags diags = {.arena = d->arena};
	struct config *config = config_parse("test", d->dir, text, strlen(text), &diags);
	struct err e = {0};

	assert_non_null(config);
	d->engine = engine_open(&options, config, &diags, &e);
	assert_int_equal(e.kind, ERR_NONE);
	engine_start(d->engine);
}

static void close_engine(struct desk *d)
{
	engine_close(d->engine, simloop_begin(&d->sim, &d->op));
	assert_true(simloop_ends(&d->sim, &d->op));
}

static bool is_settled(void *ctx)
{
	const struct desk *d = ctx;

	for (size_t i = 0; i < engine_partners(d->engine); i++) {
		struct partner_status p;

		engine_status(d->engine, i, &p);
		if (p.running || !p.settled || !p.last_complete_ms)
			return false;
	}
	return true;
}

static bool spoil(struct job *job, struct hub *hub, struct err *e)
{
	(void)job;
	(void)hub;
	(void)e;
	disk_refuse(SQLITE_FULL);
	return true;
}

static void spoil_done(struct op *op)
{
	struct desk *d = container_of(op, struct desk, spoiler.op);

	disk_refuse(SQLITE_OK);
	d->spoiled = op->err.kind != ERR_NONE;
}

/* The disk is full as soon as the page has been marked that shares a commit with this. */
static bool is_spoiled(void *ctx)
{
	struct desk *d = ctx;

	if (engine_partner(d->engine, "two")->marking && !d->spoiler.run) {
		d->spoiler.op.done = spoil_done;
		job_start(d->engine, &d->spoiler, spoil);
	}
	return d->spoiled;
}

static void what_others_made_the_store_lose_is_marked_again(void **state)
{
	struct desk *d = *state;
	struct mem_record *r;
	struct err e;

	disk_install();
	disk_new(7);
	r = mem_add(mem_partner(d->world, "one"), RECORD_ORGANIZATION, "acme", d->sim.wall);
	mem_set(mem_partner(d->world, "one"), r, ORGANIZATION_LEGAL_NAME, "Acme", d->sim.wall);
	open_engine(d, DISK_VFS, "linked");
	assert_true(simloop_run(&d->sim, is_settled, d));
	close_engine(d);
	open_engine(d, DISK_VFS, "all");
	assert_true(simloop_run(&d->sim, is_spoiled, d));
	assert_int_equal(mem_count(mem_partner(d->world, "two"), RECORD_ORGANIZATION), 0);
	assert_true(engine_sync(d->engine, "two", false, false, &e));
	assert_true(simloop_run(&d->sim, is_settled, d));
	assert_int_equal(mem_count(mem_partner(d->world, "two"), RECORD_ORGANIZATION), 1);
	close_engine(d);
	disk_uninstall();
}

static void copied(struct op *op)
{
	container_of(op, struct desk, call.op)->op.ended = true;
}

/* It would hold up every write, and the answer to whether the daemon is alive. */
static void a_backup_is_made_beside_the_lanes(void **state)
{
	struct desk *d = *state;
	char cwd[200];
	struct stat st;
	struct err e;

	assert_non_null(getcwd(cwd, sizeof cwd));
	open_engine(d, NULL, "linked");
	assert_true(simloop_run(&d->sim, is_settled, d));
	d->op.ended = false;
	d->call = (struct command_call){
		.op = {.loop = &d->sim.loop, .done = copied}, .command = command_find("backup"), .arena = d->arena, .engine = d->engine,
		.args = json_pack("{ss}", "file", arena_printf(d->arena, "%s/%s/copy.db", cwd, d->dir)),
	};
	op_begin(&d->call.op, NULL);
	assert_true(d->call.command->run(&d->call, &e));
	assert_int_equal(jobs_waiting(d->engine), 0);
	assert_true(simloop_ends(&d->sim, &d->op));
	assert_int_equal(d->call.op.err.kind, ERR_NONE);
	assert_int_equal(stat(json_string_value(json_object_get(d->call.out, "file")), &st), 0);
	json_decref(d->call.args);
	json_decref(d->call.out);
	close_engine(d);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(what_others_made_the_store_lose_is_marked_again),
		T(a_backup_is_made_beside_the_lanes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
