/* A disk that is full for a while: what the store did not take is done again once there is room. */
#include <signal.h>
#include <sys/resource.h>

#include "world.h"

static struct rlimit room;
static unsigned commits;               /* until the disk is full; 0: it stays as it is */

static void disk_is_full(bool full)
{
	const struct rlimit limit = { full ? 1 : room.rlim_cur, room.rlim_max };

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void committed(void *ctx, uint64_t nth)
{
	(void)ctx;
	(void)nth;
	if (commits && !--commits)
		disk_is_full(true);
}

static int set_up_disk(void **state)
{
	struct store_options options = { .committed = committed };
	struct world *w;
	struct err e;

	assert_int_equal(set_up(state), 0);
	w = *state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &room), 0);
	commits = 0;
	store_close(w->hub.store);
	options.path = arena_printf(w->arena, "%s/db", w->dir);
	w->hub.store = store_open(&options, &e);
	assert_non_null(w->hub.store);
	return 0;
}

static void share_all(struct world *w, bool all)
{
	for (int t = 0; t < RECORD_TYPES; t++)
		w->partner_config[1].share[t].scopes = all ? SCOPE_ALL : 0;
}

enum { COMPANIES = 600 };

/* More than a page of them. */
static void nothing_is_left_out_of_what_is_shared_anew(void **state)
{
	struct world *w = *state;
	int64_t after = 0, rows;
	struct tally t = { 0 };
	struct err e;

	share_all(w, false);
	for (unsigned i = 0; i < COMPANIES; i++)
		see(w, 0, arena_printf(w->arena, "a%u", i),
			organization(w, arena_printf(w->arena, "Firma %u", i * 7919), NULL, arena_printf(w->arena, "x@f%u.example", i)), "1");
	share_all(w, true);
	w->partner[1].sharing_changed = true;
	disk_is_full(true);
	assert_false(marks_anew(&w->hub, &w->partner[1], &after, &t, &e));
	disk_is_full(false);
	do
		assert_true(marks_anew(&w->hub, &w->partner[1], &after, &t, &e));
	while (after);
	assert_true(store_outbox_count(w->hub.store, w->partner[1].id, OUTBOX_NEW, &rows, &e));
	assert_int_equal(rows, COMPANIES);
}

static void begin_anew(struct world *w, struct hub_partner *p)
{
	struct store_partner row;
	struct err e;

	assert_true(store_begin(w->hub.store, &e));
	assert_true(store_partner(w->hub.store, w->arena, p->config->id, &row, &e));
	row.onboarded = p->onboarded = false;
	assert_true(store_partner_save(w->hub.store, &row, &e));
	assert_true(store_commit(w->hub.store, &e));
	w->partner_config[p - w->partner].onboarding = ONBOARDING_REVIEW;
}

/* What others did in the same commit was the fault. */
static void who_was_onboarded_in_a_commit_that_failed_is_a_novice_still(void **state)
{
	struct world *w = *state;
	struct err e;

	begin_anew(w, &w->partner[1]);
	disk_is_full(true);
	assert_true(store_group_begin(w->hub.store, &e));
	assert_true(release_onboard(&w->hub, &e));
	assert_false(store_group_end(w->hub.store, &e));
	disk_is_full(false);
	share_all(w, true);
	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	assert_true(release_to(w, 1).held);
}

/* The rows are counted, and the plan is not written any more. */
static void a_first_synchronisation_is_not_held_in_no_plan(void **state)
{
	struct world *w = *state;
	struct release r = { .partner = w->partner[1].id };
	struct plan_row *plan;
	struct outbox *row;
	struct err e;

	begin_anew(w, &w->partner[1]);
	share_all(w, true);
	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	commits = 1;
	assert_false(release_plan(&w->hub, &r, &e));
	disk_is_full(false);
	r = release_to(w, 1);
	assert_true(r.held);
	assert_true(store_plan_by_hash(w->hub.store, w->arena, r.hash, &plan, &e));
	row = row_for(w, 1, entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id);
	assert_int_equal(row->state, OUTBOX_HELD);
	assert_int_equal(row->plan, plan->id);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up_disk, tear_down)
	const struct CMUnitTest tests[] = {
		T(nothing_is_left_out_of_what_is_shared_anew),
		T(who_was_onboarded_in_a_commit_that_failed_is_a_novice_still),
		T(a_first_synchronisation_is_not_held_in_no_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
