/* What was asked for before the hub's write was acknowledged, and what versions tell, where no single read can help. */
#include "world.h"

static struct record *named(struct world *w, const char *name)
{
	return organization(w, name, "0403449823", NULL);
}

/* Partner b cannot be read singly, and its company is changed at partner a. Returns when a page of b was asked for that is
 * on its way while b is told. */
static int64_t push_while_reading(struct world *w)
{
	int64_t e, asked;

	w->partner[1].caps &= ~(unsigned)ADAPTER_CAN_GET;
	see(w, 0, "a1", named(w, "Acme"), "1");
	see(w, 1, "b1", named(w, "Acme"), "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	see(w, 0, "a1", named(w, "Acme Two"), "2");
	asked = store_seq(w->hub.store);
	push_through(w, 1, e, NULL, NULL);
	return asked;
}

static void a_list_tells_the_version_where_nothing_else_does(void **state)
{
	struct world *w = *state;

	w->partner[1].caps &= ~(unsigned)ADAPTER_CAN_GET;
	for (int p = 0; p < 2; p++) {
		see(w, p, "k", named(w, "Acme"), "1");
		see(w, p, "k", named(w, "Acme"), "3");
	}
	assert_string_equal(shadow_at(w, 0, RECORD_ORGANIZATION, "k")->version, "1");
	assert_string_equal(shadow_at(w, 1, RECORD_ORGANIZATION, "k")->version, "3");
}

static void an_early_page_that_shows_the_write_is_believed(void **state)
{
	struct world *w = *state;
	const int64_t asked = push_while_reading(w);

	read_late(w, asked, item_of("b1", named(w, "Acme Two"), "v9"));
	assert_int_equal(w->page.run.confirmed, 1);
	assert_false(w->page.early);
}

static void so_is_one_without_versions(void **state)
{
	struct world *w = *state;
	const int64_t asked = push_while_reading(w);

	read_late(w, asked, item_of("b1", named(w, "Acme Two"), NULL));
	assert_int_equal(w->page.run.confirmed, 1);
	assert_false(w->page.early);
}

/* The hub deleted it, and the page is from before. */
static void nothing_that_is_gone_comes_back_by_an_early_page(void **state)
{
	struct world *w = *state;
	const int64_t asked = push_while_reading(w);
	struct shadow *s = shadow_at(w, 1, RECORD_ORGANIZATION, "b1");
	struct err e;

	s->state = SHADOW_DEAD;
	s->version = NULL;
	assert_true(store_begin(w->hub.store, &e));
	assert_true(store_end(w->hub.store, store_shadow_save(w->hub.store, s, &e), &e));
	read_late(w, asked, item_of("b1", named(w, "Acme Two"), NULL));
	assert_int_equal(shadow_at(w, 1, RECORD_ORGANIZATION, "b1")->state, SHADOW_DEAD);
	assert_true(w->page.early);
}

/* Of changes or of a complete scan: whoever goes on where that was interrupted begins with it. */
static void the_cursor_of_another_early_page_is_not_kept(struct world *w, int64_t epoch)
{
	const int64_t asked = push_while_reading(w);
	const struct feed next = { .cursor = epoch ? NULL : "next", .scan_cursor = epoch ? "next" : NULL, .epoch = epoch };
	struct item item = item_of("b1", named(w, "Acme Three"), "v10");
	struct feed kept;
	struct err e;

	w->page = (struct page){
		.partner = w->partner[1].id, .type = RECORD_ORGANIZATION, .item = &item, .n = 1, .asked = asked, .feed = &next,
		.epoch = epoch, .arena = w->arena,
	};
	assert_true(reconcile_page(&w->hub, &w->page, &e));
	assert_true(w->page.early);
	assert_int_equal(w->page.run.ignored, 1);
	assert_true(store_feed(w->hub.store, w->arena, w->partner[1].id, RECORD_ORGANIZATION, &kept, &e));
	assert_null(kept.cursor);
	assert_null(kept.scan_cursor);
	/* Asked for once more. */
	w->page.asked = store_seq(w->hub.store);
	w->page.early = false;
	assert_true(reconcile_page(&w->hub, &w->page, &e));
	assert_false(w->page.early);
	assert_string_equal(shadow_at(w, 1, RECORD_ORGANIZATION, "b1")->cell[NAME].own, "Acme Three");
	assert_true(store_feed(w->hub.store, w->arena, w->partner[1].id, RECORD_ORGANIZATION, &kept, &e));
	assert_string_equal(epoch ? kept.scan_cursor : kept.cursor, "next");
}

static void the_cursor_of_an_early_page_of_changes_is_not_kept(void **state)
{
	the_cursor_of_another_early_page_is_not_kept(*state, 0);
}

static void the_cursor_of_an_early_page_of_a_scan_is_not_kept(void **state)
{
	the_cursor_of_another_early_page_is_not_kept(*state, 1);
}

/* Its people change it right after the write, and that is read before the answer to the write arrives. */
static void an_answer_that_a_reading_has_overtaken_says_nothing(void **state)
{
	struct world *w = *state;
	struct item answer = item_of("b1", named(w, "Acme Two"), NULL);
	struct claim c;
	int64_t e;

	w->partner[1].caps &= ~(unsigned)(ADAPTER_CAN_GET | ADAPTER_CAN_CONDITIONAL);
	see(w, 0, "a1", named(w, "Acme"), "1");
	see(w, 1, "b1", named(w, "Acme"), NULL);
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	see(w, 0, "a1", named(w, "Acme Two"), "2");
	release_to(w, 1);
	c = claim(w, row_for(w, 1, e)->id);
	assert_int_equal(c.kind, CLAIM_PUSH);
	see(w, 1, "b1", named(w, "Acme Three"), NULL);
	c.push.sent = true;
	c.push.answer = &answer;
	settle(w, &c);
	assert_string_equal(shadow_at(w, 1, RECORD_ORGANIZATION, "b1")->cell[NAME].base, "Acme Three");
}

/* Nor does a page from before the answer tell whether that edit was written over. */
static void a_page_from_before_the_answer_tells_no_order(void **state)
{
	struct world *w = *state;
	struct claim c;
	int64_t e, asked;

	w->partner[1].caps &= ~(unsigned)(ADAPTER_CAN_GET | ADAPTER_CAN_CONDITIONAL);
	see(w, 0, "a1", named(w, "Acme"), "1");
	see(w, 1, "b1", named(w, "Acme"), "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	see(w, 0, "a1", named(w, "Acme Two"), "2");
	c = send_to(w, 1, e);
	see(w, 1, "b1", named(w, "Acme Three"), "2");
	asked = store_seq(w->hub.store);
	c.push.out_version = "3";
	settle(w, &c);
	read_late(w, asked, item_of("b1", named(w, "Acme Three"), "2"));
	assert_true(w->page.early);
	/* It was. */
	see(w, 1, "b1", named(w, "Acme Two"), "3");
	assert_int_equal(w->page.run.confirmed, 1);
	assert_int_equal(w->page.run.edited, 0);
	assert_string_equal(shadow_at(w, 1, RECORD_ORGANIZATION, "b1")->cell[NAME].own, "Acme Three");
}

/* The same where versions tell, and it is the version of the reading that the next write depends on. */
static void nor_does_it_take_back_the_version(void **state)
{
	struct world *w = *state;
	struct claim c;
	int64_t e;

	see(w, 0, "a1", named(w, "Acme"), "1");
	see(w, 1, "b1", named(w, "Acme"), "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	see(w, 0, "a1", named(w, "Acme Two"), "2");
	release_to(w, 1);
	c = claim(w, row_for(w, 1, e)->id);
	see(w, 1, "b1", named(w, "Acme Two"), "3");
	c.push.sent = true;
	c.push.out_version = "2";
	settle(w, &c);
	assert_string_equal(shadow_at(w, 1, RECORD_ORGANIZATION, "b1")->version, "3");
}

/* The hub's write, and then what was there before, put back by its people: that was read before the answer, and is read again. */
static void a_version_read_before_the_answer_is_not_that_of_the_write(void **state)
{
	struct world *w = *state;
	struct item put_back = item_of("b1", named(w, "Acme"), "3");
	struct claim c;
	int64_t e;

	w->partner[1].caps &= ~(unsigned)ADAPTER_CAN_CONDITIONAL;
	see(w, 0, "a1", named(w, "Acme"), "1");
	see(w, 1, "b1", named(w, "Acme"), "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	see(w, 0, "a1", named(w, "Acme Two"), "2");
	release_to(w, 1);
	c = (struct claim){ .row = row_for(w, 1, e)->id, .partner = w->partner[1].id, .arena = w->arena, .fresh = true };
	assert_true(send_claim(&w->hub, &c, &(struct err){ 0 }));
	assert_int_equal(c.kind, CLAIM_PUSH);
	merge_items(w, 1, &put_back, 1, true);
	assert_int_equal(w->page.run.edited, 0);
	c.push.sent = true;
	c.push.out_version = "2";
	settle(w, &c);
	merge_items(w, 1, &put_back, 1, true);
	assert_int_equal(w->page.run.edited, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_list_tells_the_version_where_nothing_else_does),
		T(an_early_page_that_shows_the_write_is_believed),
		T(so_is_one_without_versions),
		T(nothing_that_is_gone_comes_back_by_an_early_page),
		T(the_cursor_of_an_early_page_of_changes_is_not_kept),
		T(the_cursor_of_an_early_page_of_a_scan_is_not_kept),
		T(an_answer_that_a_reading_has_overtaken_says_nothing),
		T(a_page_from_before_the_answer_tells_no_order),
		T(nor_does_it_take_back_the_version),
		T(a_version_read_before_the_answer_is_not_that_of_the_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
