/* The exec adapter with real processes: the README's transcript, and helpers that misbehave. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/adapters.h"
#include "io/uvloop.h"

#define HUB_ID "01890000-0000-7000-8000-000000000001"

static uv_loop_t uv;
static struct uvloop loop;
static struct arena *arena;
static struct diags diags;
static struct adapter_env env;
static struct remote *remote;
static unsigned waiting;

static const char *secret(struct arena *a, const struct yaml *ref, struct err *e)
{
	(void)e;
	return arena_strdup(a, yaml_get(ref, "credential")->text);
}

static void op_done(struct op *op)
{
	(void)op;
	waiting--;
}

static void run(void)
{
	while (waiting)
		uv_run(&uv, UV_RUN_ONCE);
}

static void start(const char *endpoint)
{
	uv_loop_init(&uv);
	uvloop_init(&loop, &uv);
	arena = arena_new();
	diags = (struct diags){.arena = arena};
	env = (struct adapter_env){.loop = &loop.loop, .uv = &uv, .config_dir = SOURCE_DIR, .secret = secret};
	remote = exec_adapter.open(
		&env, "example", yaml_parse(arena, "test", endpoint, strlen(endpoint), &diags), &diags);
	for (size_t i = 0; i < diags.n; i++)
		print_message("%s\n", diags.line[i]);
	assert_non_null(remote);
}

static void helper(const char *how)
{
	char endpoint[512];

	snprintf(endpoint, sizeof endpoint,
		"{ adapter: exec, command: [python3, %s/tests/unit/adapters/helper.py], config: { how: %s },"
		"  secrets: { key: { credential: hunter2 } }, timeout: %s }",
		SOURCE_DIR, how, !strcmp(how, "hangs") || !strcmp(how, "says nothing") ? "1s" : "60s");
	start(endpoint);
}

static void stop(void)
{
	struct op op = {.loop = &loop.loop, .done = op_done};

	waiting++;
	remote_close(remote, &op);
	run();
	uvloop_fini(&loop);
	uv_run(&uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&uv), 0);
	arena_free(arena);
}

static struct pull pull(void)
{
	struct pull p = {.op = {.loop = &loop.loop, .done = op_done},
		.arena = arena,
		.type = RECORD_ORGANIZATION,
		.complete = true};

	waiting++;
	remote_pull(remote, &p);
	run();
	return p;
}

static struct get get(const char *hub_id)
{
	struct get g = {.op = {.loop = &loop.loop, .done = op_done},
		.arena = arena,
		.type = RECORD_ORGANIZATION,
		.hub_id = hub_id};

	waiting++;
	remote_get(remote, &g);
	run();
	return g;
}

static struct push push(enum push_kind kind, const char *version, const char *token, const char *name)
{
	struct record *r = record_new(arena, RECORD_ORGANIZATION);
	struct push p = {.op = {.loop = &loop.loop, .done = op_done},
		.arena = arena,
		.kind = kind,
		.type = RECORD_ORGANIZATION,
		.key = kind == PUSH_CREATE ? NULL : "c1",
		.version = version,
		.hub_id = kind == PUSH_CREATE ? HUB_ID : NULL,
		.token = token,
		.record = r,
		.fields = FIELD_BIT(ORGANIZATION_LEGAL_NAME)};

	r->v[ORGANIZATION_LEGAL_NAME] = name;
	waiting++;
	remote_push(remote, &p);
	run();
	return p;
}

/* What the README's transcript tells, as ops. */
static void play_readme(void)
{
	struct pull none = pull();
	struct push p;
	struct get g;

	assert_int_equal(none.op.err.kind, ERR_NONE);
	assert_int_equal(none.n, 0);
	assert_int_equal(none.total, 0);
	assert_null(none.next);
	assert_true(remote->caps & ADAPTER_CAN_CONDITIONAL);
	assert_false(remote->caps & ADAPTER_CAN_DELETE);
	assert_int_equal(remote->types, 1 << RECORD_ORGANIZATION);
	assert_int_equal(remote->writable[RECORD_ORGANIZATION], FIELD_BIT(ORGANIZATION_LEGAL_NAME));

	p = push(PUSH_CREATE, NULL, "t1", "Acme");
	assert_int_equal(p.op.err.kind, ERR_NONE);
	assert_string_equal(p.out_key, "c1");
	assert_string_equal(p.out_version, "1");
	assert_true(p.sent);
	assert_string_equal(p.answer->record->v[ORGANIZATION_LEGAL_NAME], "Acme");

	g = get(HUB_ID);
	assert_true(g.found);
	assert_string_equal(g.item.key, "c1");
	assert_string_equal(g.item.hub_id, HUB_ID);

	p = push(PUSH_UPDATE, "1", "t2", "Acme NV");
	assert_int_equal(p.op.err.kind, ERR_NONE);
	assert_string_equal(p.out_version, "2");

	p = push(PUSH_UPDATE, "1", "t3", "Acme");
	assert_int_equal(p.op.err.kind, ERR_CONFLICT);
	assert_string_equal(p.op.err.text, "another version");
	assert_true(p.sent);
}

static void test_readme(void **state)
{
	(void)state;
	start("{ adapter: exec, command: [python3, " SOURCE_DIR "/tests/wire/transcript.py, " SOURCE_DIR
	      "/adapters/README.md], types: [organization], config: { url: 'https://crm.example' },"
	      "  secrets: { key: { credential: hunter2 } } }");
	play_readme();
	stop();
}

static void test_example(void **state)
{
	(void)state;
	start("{ adapter: exec, command: [adapters/example.py], types: [organization, contact] }");
	play_readme();
	stop();
}

static void test_endings(void **state)
{
	static const struct {
		const char *how;
		enum err_kind kind;
	} row[] = {
		{"dies at once", ERR_AGAIN},
		{"dies", ERR_AGAIN},
		{"says nothing", ERR_AGAIN},
		{"hangs", ERR_AGAIN},
		{"refuses", ERR_DENIED},
		{"other protocol", ERR_BROKEN},
		{"unknown field", ERR_BROKEN},
		{"nonsense", ERR_BROKEN},
		{"both", ERR_BROKEN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct get first, second;

		helper(row[i].how);
		first = get(HUB_ID);
		if (first.op.err.kind != row[i].kind)
			print_message("%s: %s\n", row[i].how, first.op.err.text);
		assert_int_equal(first.op.err.kind, row[i].kind);
		assert_null(strpbrk(first.op.err.text, "\a\n"));
		/* Not at once again, also when it has gone. */
		second = get(HUB_ID);
		assert_int_equal(second.op.err.kind, ERR_AGAIN);
		uv_run(&uv, UV_RUN_DEFAULT);
		second = get(HUB_ID);
		assert_int_equal(second.op.err.kind, ERR_AGAIN);
		assert_true(second.op.err.wait_ms > 0);
		stop();
	}
}

static void test_not_there(void **state)
{
	struct push p;

	(void)state;
	start("{ adapter: exec, command: [./no/such/program] }");
	p = push(PUSH_CREATE, NULL, "t", "Acme");
	assert_int_equal(p.op.err.kind, ERR_BROKEN);
	assert_false(p.sent);
	stop();
}

static void test_answers_twice(void **state)
{
	(void)state;
	helper("answers twice");
	assert_int_equal(get(HUB_ID).op.err.kind, ERR_NONE);
	/* The second answer ended it; whether the next request was already accepted is a matter of time. */
	assert_int_not_equal(get(HUB_ID).op.err.kind, ERR_NONE);
	stop();
}

static void test_secret(void **state)
{
	(void)state;
	helper("secret");
	assert_int_equal(get(HUB_ID).op.err.kind, ERR_NONE);
	stop();
}

static void test_items(void **state)
{
	struct pull p;

	(void)state;
	helper("bad item");
	p = pull();
	assert_int_equal(p.op.err.kind, ERR_NONE);
	assert_int_equal(p.n, 4);
	assert_int_equal(p.item[0].err.kind, ERR_ITEM);
	assert_string_equal(p.item[0].err.field, "legal_name");
	assert_non_null(p.item[0].raw);
	assert_string_equal(p.item[1].record->v[ORGANIZATION_LEGAL_NAME], "B");
	assert_int_equal(p.item[2].state, ITEM_GONE);
	assert_int_equal(p.item[3].state, ITEM_MERGED);
	assert_string_equal(p.item[3].merged_into, "b");
	stop();

	helper("no key");
	assert_int_equal(pull().op.err.kind, ERR_BROKEN);
	stop();
}

static void test_again(void **state)
{
	struct pull p;

	(void)state;
	helper("again");
	p = pull();
	assert_int_equal(p.op.err.kind, ERR_AGAIN);
	assert_int_equal(p.op.err.wait_ms, 1234);
	/* It said so itself, so it is still there. */
	assert_int_equal(pull().op.err.wait_ms, 1234);
	stop();
}

static void test_large(void **state)
{
	struct pull p;

	(void)state;
	helper("large");
	p = pull();
	assert_int_equal(p.op.err.kind, ERR_NONE);
	assert_int_equal(p.n, 3000);
	assert_string_equal(p.item[2999].version, "2999");
	assert_string_equal(p.next, "3000");
	assert_true(p.more);
	stop();
}

static void test_any_order(void **state)
{
	struct get g[3];

	(void)state;
	helper("reverses");
	for (size_t i = 0; i < 3; i++) {
		g[i] = (struct get){.op = {.loop = &loop.loop, .done = op_done},
			.arena = arena,
			.type = RECORD_ORGANIZATION,
			.key = "k"};
		waiting++;
		remote_get(remote, &g[i]);
	}
	run();
	assert_string_equal(g[0].item.key, "1");
	assert_string_equal(g[1].item.key, "2");
	assert_string_equal(g[2].item.key, "3");
	stop();
}

static struct op ready(void)
{
	struct op op = {.loop = &loop.loop, .done = op_done};

	waiting++;
	remote->adapter->ready(remote, &op);
	run();
	return op;
}

/* What it can do is known before anything is asked, however often, and by whoever waits at the same time. */
static void test_ready(void **state)
{
	struct op first = {.done = op_done}, given_up = {.done = op_done};
	struct get g = {.type = RECORD_ORGANIZATION, .key = "k"};
	struct op again;

	(void)state;
	helper("answers");
	first.loop = given_up.loop = &loop.loop;
	g.op = (struct op){.loop = &loop.loop, .done = op_done};
	g.arena = arena;
	waiting += 3;
	remote->adapter->ready(remote, &first);
	remote->adapter->ready(remote, &given_up);
	remote_get(remote, &g);
	op_cancel(&given_up);
	assert_int_equal(remote->caps, 0);
	run();
	assert_int_equal(first.err.kind, ERR_NONE);
	assert_int_equal(given_up.err.kind, ERR_CANCELED);
	assert_int_equal(g.op.err.kind, ERR_NONE);
	assert_int_equal(remote->caps, ADAPTER_CAN_COMPLETE | ADAPTER_CAN_GET);
	assert_int_equal(remote->types, 1u << RECORD_ORGANIZATION | 1u << RECORD_CONTACT);
	again = ready();
	assert_int_equal(again.err.kind, ERR_NONE);
	assert_int_equal(get(HUB_ID).op.err.kind, ERR_NONE);
	stop();
}

static void test_never_ready(void **state)
{
	static const struct {
		const char *how;
		enum err_kind kind;
	} row[] = {
		{"dies at once", ERR_AGAIN},
		{"says nothing", ERR_AGAIN},
		{"refuses", ERR_DENIED},
		{"other protocol", ERR_BROKEN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct op op;

		helper(row[i].how);
		op = ready();
		assert_int_equal(op.err.kind, row[i].kind);
		op = ready();
		assert_int_equal(op.err.kind, ERR_AGAIN);
		assert_true(op.err.wait_ms > 0);
		stop();
	}
}

/* The op ends at once; the late answer is no nonsense. */
static void test_cancel(void **state)
{
	struct pull p = {.type = RECORD_ORGANIZATION};
	struct get g;

	(void)state;
	helper("waits for cancel");
	p.op = (struct op){.loop = &loop.loop, .done = op_done};
	p.arena = arena;
	waiting++;
	remote_pull(remote, &p);
	op_cancel(&p.op);
	op_cancel(&p.op);
	run();
	assert_int_equal(p.op.err.kind, ERR_CANCELED);
	/* Once more, when it was sent. */
	while (!remote->caps)
		uv_run(&uv, UV_RUN_ONCE);
	waiting++;
	p.op = (struct op){.loop = &loop.loop, .done = op_done};
	remote_pull(remote, &p);
	op_cancel(&p.op);
	run();
	assert_int_equal(p.op.err.kind, ERR_CANCELED);
	stop();

	/* Closing with the late answer still to come. */
	helper("waits for cancel");
	g = (struct get){
		.op = {.loop = &loop.loop, .done = op_done}, .arena = arena, .type = RECORD_ORGANIZATION, .key = "k"};
	waiting++;
	remote_get(remote, &g);
	while (!remote->caps)
		uv_run(&uv, UV_RUN_ONCE);
	op_cancel(&g.op);
	run();
	assert_int_equal(g.op.err.kind, ERR_CANCELED);
	stop();
}

/* What a program leaves out once it may tell of at its next start. */
static void test_types_return(void **state)
{
	char mark[64], endpoint[512];
	struct op op;

	(void)state;
	snprintf(mark, sizeof mark, "exec-mark-%d", (int)getpid());
	snprintf(endpoint, sizeof endpoint,
		"{ adapter: exec, command: [python3, %s/tests/unit/adapters/helper.py],"
		"  config: { how: fewer at first, mark: %s } }",
		SOURCE_DIR, mark);
	start(endpoint);
	assert_int_equal(ready().err.kind, ERR_NONE);
	assert_int_equal(remote->types, 1u << RECORD_ORGANIZATION);
	assert_int_equal(pull().op.err.kind, ERR_AGAIN);
	while ((op = ready()).err.kind == ERR_AGAIN)
		usleep(op.err.wait_ms * 1000);
	assert_int_equal(op.err.kind, ERR_NONE);
	assert_int_equal(remote->types, 1u << RECORD_ORGANIZATION | 1u << RECORD_CONTACT);
	stop();
	unlink(mark);
}

static void test_config(void **state)
{
	static const char *const wrong[] = {
		"{ adapter: exec }",
		"{ adapter: exec, command: [] }",
		"{ adapter: exec, command: x, types: [company] }",
		"{ adapter: exec, command: x, secrets: [] }",
		"{ adapter: exec, comand: x }",
	};

	(void)state;
	start("{ adapter: exec, command: x }");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const size_t before = diags.n;

		assert_null(exec_adapter.open(
			&env, "p", yaml_parse(arena, "test", wrong[i], strlen(wrong[i]), &diags), &diags));
		assert_true(diags.n > before);
	}
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readme),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_endings),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_answers_twice),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_ready),
		cmocka_unit_test(test_never_ready),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_types_return),
		cmocka_unit_test(test_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
