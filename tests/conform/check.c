/*
 * check.c - the conformance suite against partners in memory: an honest one passes it whatever it can do, every liar
 * is caught by the trial that is there for it, and nothing but the suite's own records is touched, even if it is cut
 * off at any moment. In virtual time.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "adapters/adapters.h"
#include "conform/liar.h"
#include "engine/check.h"
#include "support/simloop.h"

#define ENDPOINT "{ adapter: liar, key: { credential: key } }"
enum { SEEDS = 30 };

static struct world {
	struct simloop sim;
	struct mem_world *mem;
	struct mem_partner *partner;
	struct adapter_env env;
	struct arena *arena;
	struct partner_config config;
	struct check check;
	bool done;
	unsigned left_after;           /* cancel after so many ops; 0: never */
} w;

static const char *secret(struct arena *arena, const struct yaml *ref, struct err *e)
{
	(void)ref;
	(void)e;
	return arena_strdup(arena, LIAR_KEY);
}

static void seed(enum record_type type, const char *word, unsigned name, unsigned language)
{
	for (unsigned i = 1; i <= SEEDS; i++) {
		char text[40];
		const int64_t ms = w.sim.wall - INT64_C(86400000) * i;
		struct mem_record *r;

		snprintf(text, sizeof text, "%s-%u", word, i);
		r = mem_add(w.partner, type, text, ms);
		mem_set(w.partner, r, name, text, ms);
		mem_set(w.partner, r, language, i % 2 ? "nl" : "de", ms);
		if (i == 3)
			snprintf(r->hub_id, sizeof r->hub_id, "01890000-0000-7000-8000-00000000000%d", type);
	}
}

static void begin(void)
{
	struct diags diags;

	memset(&w, 0, sizeof w);
	simloop_init(&w.sim, 1);
	w.arena = arena_new();
	diags = (struct diags){ .arena = w.arena };
	w.mem = mem_world_new();
	mem_use(w.mem);
	w.partner = mem_partner(w.mem, "liar");
	seed(RECORD_ORGANIZATION, "org", ORGANIZATION_LEGAL_NAME, ORGANIZATION_LANGUAGE);
	seed(RECORD_CONTACT, "con", CONTACT_FAMILY_NAME, CONTACT_LANGUAGE);
	w.env = (struct adapter_env){ .loop = &w.sim.loop, .secret = secret };
	w.config = (struct partner_config){
		.id = "liar", .types = w.partner->types, .endpoint = yaml_parse(w.arena, "test", ENDPOINT, strlen(ENDPOINT), &diags)
	};
	adapter_of_tests = &liar_adapter;
	liar_plan = (struct liar_plan){ 0 };
}

static void end(void)
{
	json_decref(w.check.out);
	mem_world_free(w.mem);
	arena_free(w.arena);
	simloop_fini(&w.sim);
}

static void on_done(struct op *op)
{
	(void)op;
	w.done = true;
}

static bool enough(void *ctx)
{
	(void)ctx;
	return w.done || (w.left_after && w.mem->ops >= w.left_after);
}

static void check(bool write)
{
	json_decref(w.check.out);
	w.done = false;
	w.check = (struct check){ .op = { .loop = &w.sim.loop, .done = on_done },
		.env = &w.env,
		.partner = &w.config,
		.write = write,
		.leave = !(w.partner->caps & ADAPTER_CAN_DELETE) };
	check_start(&w.check);
	simloop_run(&w.sim, enough, NULL);
	if (!w.done)
		op_cancel(&w.check.op);
	simloop_run(&w.sim, NULL, NULL);
	assert_true(w.done);
}

static const json_t *trial(const char *id, const char *outcome)
{
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(w.check.out, "checks"), i, c)
		if (!strcmp(json_string_value(json_object_get(c, "check")), id) &&
			!strcmp(json_string_value(json_object_get(c, "outcome")), outcome))
			return c;
	return NULL;
}

static unsigned failures(bool show)
{
	const json_t *c;
	unsigned n = 0;
	size_t i;

	json_array_foreach(json_object_get(w.check.out, "checks"), i, c)
		if (!strcmp(json_string_value(json_object_get(c, "outcome")), "failed")) {
			n++;
			if (show)
				print_message("%s: %s\n", json_string_value(json_object_get(c, "check")),
					json_string_value(json_object_get(c, "why")));
		}
	return n;
}

static char *records(void)
{
	struct buf b = { 0 };

	mem_print(&b, w.mem);
	return buf_steal(&b);
}

/* --- honest ------------------------------------------------------------------------------------------------------ */

static void honest_passes(void)
{
	AUTO(free) char *before = records();
	AUTO(free) char *after = NULL;

	check(true);
	assert_int_equal(failures(true), 0);
	assert_true(json_is_true(json_object_get(w.check.out, "ok")));
	after = records();
	if (w.partner->caps & ADAPTER_CAN_DELETE)
		assert_string_equal(before, after);
}

static void test_honest(void **state)
{
	(void)state;
	begin();
	honest_passes();
	assert_string_equal(json_string_value(json_object_get(w.check.out, "class")), "A");
	assert_string_equal(json_string_value(json_object_get(w.check.out, "seen_class")), "A");
	/* Everything applied, but for what only somebody else could provoke. */
	assert_null(trial("stale-update", "not applicable"));
	assert_non_null(trial("stale-update", "passed"));
	assert_non_null(trial("credentials", "passed"));
	end();
}

/* Without one capability each; who tells no versions can refuse no stale one. */
static void test_honest_with_less(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit <= ADAPTER_BIT_WEBHOOKS; bit++) {
		unsigned without = 1u << bit;

		if (without == ADAPTER_CAN_VERSIONS)
			without |= ADAPTER_CAN_CONDITIONAL;
		begin();
		w.partner->caps &= ~without;
		honest_passes();
		end();
	}
}

static void test_honest_with_whole_seconds(void **state)
{
	(void)state;
	begin();
	liar_plan.whole_seconds = true;
	honest_passes();
	assert_non_null(trial("since-inclusive", "passed"));
	end();
}

static void test_lagging(void **state)
{
	(void)state;
	begin();
	w.partner->lag_ms = 3000;
	check(true);
	assert_non_null(trial("edit-told", "failed"));
	end();
	begin();
	w.partner->lag_ms = 3000;
	w.partner->caps |= ADAPTER_CAN_LAGS;
	check(true);
	assert_non_null(trial("edit-told", "passed"));
	end();
}

static void test_reading_writes_nothing(void **state)
{
	(void)state;
	begin();
	check(false);
	assert_int_equal(failures(true), 0);
	assert_int_equal(w.mem->pushes, 0);
	assert_non_null(trial("create", "not tried"));
	end();
}

static void test_nothing_there(void **state)
{
	(void)state;
	begin();
	w.partner->n = 0;
	check(true);
	assert_int_equal(failures(true), 0);
	end();
}

static void test_told_to_wait(void **state)
{
	(void)state;
	begin();
	liar_plan.refusals = 2;
	check(false);
	assert_non_null(trial("limits", "passed"));
	end();
	begin();
	liar_plan.refusals = 4;
	check(false);
	assert_non_null(trial("limits", "failed"));
	assert_int_equal(failures(false), 1);
	end();
}

static void test_down(void **state)
{
	(void)state;
	begin();
	w.partner->down = true;
	check(true);
	assert_non_null(trial("list", "not tried"));
	assert_int_equal(failures(true), 0);
	assert_int_equal(w.mem->effects, 0);
	/* It is asked again for a while, but not by each trial. */
	assert_true(w.sim.now < 60000);
	end();
}

/* --- liars ------------------------------------------------------------------------------------------------------- */

static void test_liars(void **state)
{
	unsigned missed = 0;

	(void)state;
	for (const struct lie *lie = lies; lie->name; lie++) {
		const json_t *caught;

		begin();
		liar_plan.lie = lie;
		liar_plan.whole_seconds = !strcmp(lie->check, "since-inclusive");
		check(true);
		caught = trial(lie->check, "failed");
		print_message("%-20s %-48s %s\n", lie->check, lie->name,
			caught ? json_string_value(json_object_get(caught, "why")) : "NOT CAUGHT");
		missed += !caught || !json_object_get(caught, "change");
		if (!strcmp(lie->name, "ignores If-Match"))
			assert_string_equal(json_string_value(json_object_get(w.check.out, "seen_class")), "B");
		end();
	}
	assert_int_equal(missed, 0);
}

/* Every trial there is has been seen to fail: by a liar, or by one of the other tests. */
static void test_every_trial_can_fail(void **state)
{
	static const char *const elsewhere[] = { "left-over", "limits" };
	const json_t *c;
	size_t i;

	(void)state;
	begin();
	check(false);
	json_array_foreach(json_object_get(w.check.out, "checks"), i, c) {
		const char *id = json_string_value(json_object_get(c, "check"));
		bool found = !strcmp(id, elsewhere[0]) || !strcmp(id, elsewhere[1]);

		for (const struct lie *lie = lies; !found && lie->name; lie++)
			found = !strcmp(lie->check, id);
		if (!found)
			fail_msg("no liar for %s", id);
	}
	end();
}

/* --- cut off ----------------------------------------------------------------------------------------------------- */

/* After any op: what is left is seen by a check that reads, and removed by the next that may write. */
static void test_cut_off(void **state)
{
	unsigned ops, left = 0;

	(void)state;
	begin();
	check(true);
	ops = (unsigned)w.mem->ops;
	end();
	for (unsigned after = 1; after < ops; after += 5) {
		AUTO(free) char *before = NULL;
		AUTO(free) char *now = NULL;

		begin();
		before = records();
		w.left_after = after;
		check(true);
		assert_int_equal(w.check.op.err.kind, ERR_CANCELED);
		w.left_after = 0;
		now = records();
		check(false);
		assert_int_equal(trial("left-over", "failed") != NULL, strcmp(before, now) != 0);
		left += strcmp(before, now) != 0;
		check(true);
		assert_int_equal(failures(true), 0);
		free(now);
		now = records();
		assert_string_equal(before, now);
		end();
	}
	print_message("cut off after %u ops, records left behind and removed in %u cases\n", ops / 5, left);
	assert_true(left > 10);
}

/* Only what carries the mark with its own digits. */
static void test_marks(void **state)
{
	static const struct {
		const char *name;
		bool ours;
	} names[] = {
		{ "Doorstroom check", false },
		{ "Doorstroom check 000000000000", false },
		{ "Doorstroom check abcdef", false },
		{ "Doorstroom check abcdefabcdef", false },
		{ "Doorstroom checkers", false },
		{ "Doorstroom check 1234567ccde2", true },
		{ "DOORSTROOM CHECK 1234567CCDE2 20", true },
		{ "Doorstroom check 1234567ccde3", false },
		{ "Vereniging Doorstroom check 1234567ccde2", false },
	};
	struct record *r;

	(void)state;
	begin();
	r = record_new(w.arena, RECORD_ORGANIZATION);
	assert_false(check_made(r));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		r->v[ORGANIZATION_LEGAL_NAME] = names[i].name;
		assert_int_equal(check_made(r), names[i].ours);
	}
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_honest),
		cmocka_unit_test(test_honest_with_less),
		cmocka_unit_test(test_honest_with_whole_seconds),
		cmocka_unit_test(test_lagging),
		cmocka_unit_test(test_reading_writes_nothing),
		cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_told_to_wait),
		cmocka_unit_test(test_down),
		cmocka_unit_test(test_liars),
		cmocka_unit_test(test_every_trial_can_fail),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
