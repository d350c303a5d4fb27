/* Where no single read can tell, a record that complete scans do not show: how often, and which scans count. */
#include "world.h"

static void scan(struct world *w, int64_t epoch, struct item *item, size_t n)
{
	struct err e;

	w->hub.now_ms += 5000;
	w->page = (struct page){
		.partner = w->partner[0].id, .type = RECORD_ORGANIZATION, .item = item, .n = n, .asked = store_seq(w->hub.store),
		.epoch = epoch, .arena = w->arena,
	};
	assert_true(reconcile_page(&w->hub, &w->page, &e));
}

static struct sweep sweep_of(struct world *w, int64_t epoch, int64_t epoch_done)
{
	return (struct sweep){
		.partner = w->partner[0].id, .type = RECORD_ORGANIZATION, .epoch = epoch, .epoch_done = epoch_done,
		.asked_ms = w->hub.now_ms, .arena = w->arena,
	};
}

/* Those that count as gone after that scan. */
static size_t gone(struct world *w, int64_t epoch, int64_t epoch_done)
{
	struct sweep s = sweep_of(w, epoch, epoch_done);
	struct err e;

	assert_true(reconcile_sweep(&w->hub, &s, 100, &e));
	assert_false(s.guarded);
	return s.n;
}

static void begin(struct world *w, struct item item[2])
{
	w->partner[0].caps &= ~(unsigned)ADAPTER_CAN_GET;
	item[0] = item_of("a1", organization(w, "Acme", NULL, NULL), "1");
	item[1] = item_of("a2", organization(w, "Beta", NULL, NULL), "1");
	scan(w, 1, item, 2);
}

enum { MANY = 20 };

static void begin_many(struct world *w, struct item item[MANY])
{
	for (size_t i = 0; i < MANY; i++)
		item[i] = item_of(arena_printf(w->arena, "a%zu", i), organization(w, arena_printf(w->arena, "Acme %zu", i), NULL, NULL), "1");
	scan(w, 1, item, MANY);
}

static void two_complete_scans_count_and_what_lies_between_does_not(void **state)
{
	struct world *w = *state;
	struct item item[2];

	begin(w, item);
	assert_int_equal(gone(w, 1, 0), 0);
	/* The second scan was stopped: what it did not show is not missing. */
	scan(w, 2, item, 0);
	scan(w, 3, item, 1);
	assert_int_equal(gone(w, 3, 1), 0);
	scan(w, 4, item, 1);
	assert_int_equal(gone(w, 4, 3), 1);
}

static void what_was_written_just_now_need_not_be_listed_yet(void **state)
{
	struct world *w = *state;
	struct item item[2];
	struct shadow *s;
	struct err e;

	begin(w, item);
	scan(w, 2, item, 1);
	scan(w, 3, item, 1);
	s = shadow_at(w, 0, RECORD_ORGANIZATION, "a2");
	s->fence = store_seq(w->hub.store);
	s->fence_ms = w->hub.now_ms;
	assert_true(store_begin(w->hub.store, &e));
	assert_true(store_end(w->hub.store, store_shadow_save(w->hub.store, s, &e), &e));
	assert_int_equal(gone(w, 3, 2), 0);
	w->hub.now_ms += (int64_t)w->partner_config[0].stale_ms;
	assert_int_equal(gone(w, 3, 2), 1);
}

/* A list that lags shows none of twenty that were made just before, which is no reason to stop. */
static void what_was_made_just_now_does_not_count_as_vanished(void **state)
{
	struct world *w = *state;
	struct item item[MANY];
	struct sweep s;
	struct err e;

	begin_many(w, item);
	assert_true(store_begin(w->hub.store, &e));
	for (size_t i = 0; i < MANY; i++) {
		struct shadow *made = shadow_at(w, 0, RECORD_ORGANIZATION, item[i].key);

		made->fence = store_seq(w->hub.store);
		made->fence_ms = w->hub.now_ms;
		assert_true(store_shadow_save(w->hub.store, made, &e));
	}
	assert_true(store_end(w->hub.store, true, &e));
	s = sweep_of(w, 2, 1);
	assert_true(reconcile_sweep(&w->hub, &s, 100, &e));
	assert_false(s.guarded);
	w->hub.now_ms += (int64_t)w->partner_config[0].stale_ms;
	s = sweep_of(w, 3, 1);
	assert_true(reconcile_sweep(&w->hub, &s, 100, &e));
	assert_true(s.guarded);
	assert_int_equal(s.unseen, MANY);
}

/* Whatever goes on later does not end a scan that was half read before somebody was asked. */
static void a_scan_that_is_stopped_is_begun_anew(void **state)
{
	struct world *w = *state;
	const int partner = w->partner[0].id;
	const struct feed under_way = { .cursor = "old", .scan_cursor = "last page", .epoch = 2, .epoch_done = 1 };
	struct item item[MANY];
	struct feed feed;
	struct sweep s;
	struct err e;

	begin_many(w, item);
	assert_true(store_begin(w->hub.store, &e));
	assert_true(store_end(w->hub.store, store_feed_save(w->hub.store, partner, RECORD_ORGANIZATION, &under_way, &e), &e));
	s = sweep_of(w, 2, 1);
	assert_true(reconcile_sweep(&w->hub, &s, 100, &e));
	assert_true(s.guarded);
	assert_true(store_feed(w->hub.store, w->arena, partner, RECORD_ORGANIZATION, &feed, &e));
	assert_null(feed.scan_cursor);
	assert_string_equal(feed.cursor, "old");
	assert_int_equal(feed.epoch, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(two_complete_scans_count_and_what_lies_between_does_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_written_just_now_need_not_be_listed_yet, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_made_just_now_does_not_count_as_vanished, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_scan_that_is_stopped_is_begun_anew, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
