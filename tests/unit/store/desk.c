/* Partners, feeds, events, and what waits for people: plans, guards, quarantine, reviews, hints. */
#include "fixture.h"

static void keeps_partners_and_feeds(void **state)
{
	struct fixture *f = *state;
	struct store_partner a, b, again;
	struct feed feed;

	must(f, store_partner(f->store, f->arena, "unizo", &a, &f->err));
	must(f, store_partner(f->store, f->arena, "voka", &b, &f->err));
	assert_true(a.id > 0 && b.id > 0 && a.id != b.id);
	assert_string_equal(a.state, "active");
	assert_string_equal(a.reason, "");
	assert_false(a.onboarded);
	a.state = "denied";
	a.reason = "credentials refused";
	a.onboarded = true;
	must(f, store_partner_save(f->store, &a, &f->err));
	fixture_reopen(f);
	must(f, store_partner(f->store, f->arena, "unizo", &again, &f->err));
	assert_int_equal(again.id, a.id);
	assert_string_equal(again.name, "unizo");
	assert_string_equal(again.state, "denied");
	assert_string_equal(again.reason, "credentials refused");
	assert_true(again.onboarded);

	must(f, store_feed(f->store, f->arena, a.id, RECORD_CONTACT, &feed, &f->err));
	assert_null(feed.cursor);
	assert_int_equal(feed.epoch, 0);
	feed = (struct feed){
		.cursor = "c\"1", .epoch = 3, .epoch_done = 2, .scanned_at = 1700000000000, .map_version = UINT64_MAX
	};
	must(f, store_feed_save(f->store, a.id, RECORD_CONTACT, &feed, &f->err));
	feed.scan_cursor = "page 7";
	must(f, store_feed_save(f->store, a.id, RECORD_CONTACT, &feed, &f->err));
	must(f, store_feed(f->store, f->arena, a.id, RECORD_CONTACT, &feed, &f->err));
	assert_string_equal(feed.cursor, "c\"1");
	assert_string_equal(feed.scan_cursor, "page 7");
	assert_int_equal(feed.epoch, 3);
	assert_int_equal(feed.epoch_done, 2);
	assert_int_equal(feed.scanned_at, 1700000000000);
	assert_true(feed.map_version == UINT64_MAX);
	must(f, store_feed(f->store, f->arena, a.id, RECORD_REFERRAL, &feed, &f->err));
	assert_int_equal(feed.epoch, 0);
}

/* Saving where a feed stands does not touch how many are live there, nor the reverse. */
static void keeps_feeds_and_counts_apart(void **state)
{
	struct fixture *f = *state;
	struct feed feed = { .cursor = "c" };

	fixture_begin(f);
	must(f, store_shadow_save(f->store, fixture_shadow(f, 1, 1), &f->err));
	must(f, store_feed_save(f->store, 1, RECORD_ORGANIZATION, &feed, &f->err));
	fixture_commit(f);
	fixture_begin(f);
	must(f, store_shadow_save(f->store, fixture_shadow(f, 1, 2), &f->err));
	fixture_commit(f);
	must(f, store_feed_save(f->store, 1, RECORD_ORGANIZATION, &feed, &f->err));
	fixture_reopen(f);
	assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), 2);
	must(f, store_feed(f->store, f->arena, 1, RECORD_ORGANIZATION, &feed, &f->err));
	assert_string_equal(feed.cursor, "c");
}

static void numbers_events(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_seq(f->store), 0);
	fixture_begin(f);
	assert_int_equal(store_event(f->store, 1000, EVENT_SEEN, 1, 2, 3, "{\"a\":1}"), 1);
	assert_int_equal(store_event(f->store, 1001, EVENT_ADMIN, 0, 0, 0, NULL), 2);
	fixture_commit(f);
	assert_int_equal(store_seq(f->store), 2);
	assert_int_equal(
		fixture_ask(f, "SELECT count(*) FROM event WHERE seq = 1 AND at = 1000 AND kind = 0 AND partner = 1"
			       " AND entity = 2 AND shadow = 3 AND data = '{\"a\":1}'"),
		1);
	assert_int_equal(
		fixture_ask(f, "SELECT count(*) FROM event WHERE seq = 2 AND partner IS NULL AND entity IS NULL"
			       " AND shadow IS NULL AND data IS NULL"),
		1);
	assert_string_equal(event_kind_name(EVENT_SEEN), "seen");
	assert_string_equal(event_kind_name(EVENT_ADMIN), "admin");
}

/* --- plans, guards -------------------------------------------------------------------------------------- */

static void keeps_plans(void **state)
{
	struct fixture *f = *state;
	struct plan_row p = {
		.partner = 1, .state = "held", .hash = "0a1b2c", .reason = "over", .counts = "{}", .made_at = 7
	};
	struct plan_row q = {
		.partner = 2, .state = "held", .hash = "0a1bff", .reason = "", .counts = "{}", .made_at = 8
	};
	struct plan_row *back;
	int64_t first;

	must(f, store_plan_add(f->store, &p, &f->err));
	must(f, store_plan_add(f->store, &q, &f->err));
	must(f, store_plan(f->store, f->arena, p.id, &back, &f->err));
	assert_int_equal(back->partner, 1);
	assert_string_equal(back->state, "held");
	assert_string_equal(back->hash, "0a1b2c");
	assert_string_equal(back->reason, "over");
	assert_string_equal(back->counts, "{}");
	assert_int_equal(back->made_at, 7);
	first = p.id;
	must(f, store_plan_by_hash(f->store, f->arena, "0a1b2", &back, &f->err));
	assert_int_equal(back->id, p.id);
	must(f, store_plan_by_hash(f->store, f->arena, "0a1bff", &back, &f->err));
	assert_int_equal(back->id, q.id);
	assert_false(store_plan_by_hash(f->store, f->arena, "0a1b", &back, &f->err));
	assert_int_equal(f->err.kind, ERR_ITEM);
	for (size_t i = 0; i < 3; i++) {
		must(f, store_plan_by_hash(f->store, f->arena, (const char *[]){ "0b1b", "0a1", "" }[i], &back, &f->err));
		assert_null(back);
	}
	/* The same was held twice: what has been decided does not stand before what waits. */
	must(f, store_plan_add(f->store, &p, &f->err));
	assert_int_not_equal(p.id, first);
	must(f, store_plan_decide(f->store, p.id, "rejected", "els", 98, &f->err));
	must(f, store_plan_by_hash(f->store, f->arena, "0a1b2c", &back, &f->err));
	assert_int_equal(back->id, first);
	p.id = first;
	must(f, store_plan_decide(f->store, p.id, "approved", "els", 99, &f->err));
	must(f, store_plan(f->store, f->arena, p.id, &back, &f->err));
	assert_string_equal(back->state, "approved");
	assert_int_equal(fixture_ask(f, "SELECT decided_at FROM plan WHERE decided_by = 'els'"), 99);
	must(f, store_plan(f->store, f->arena, 99, &back, &f->err));
	assert_null(back);
}

static void counts_what_guards_let_through(void **state)
{
	struct fixture *f = *state;
	struct store *s = f->store;

	must(f, store_guard_add(s, 1, GUARD_UPDATES, RECORD_CONTACT, 3, 1000, 5, &f->err));
	must(f, store_guard_add(s, 1, GUARD_UPDATES, RECORD_CONTACT, 3, 1000, 2, &f->err));
	must(f, store_guard_add(s, 1, GUARD_UPDATES, RECORD_CONTACT, 3, 1023, 1, &f->err));
	must(f, store_guard_add(s, 1, GUARD_UPDATES, RECORD_CONTACT, 4, 1023, 10, &f->err));
	must(f, store_guard_add(s, 1, GUARD_DELETES, RECORD_CONTACT, 3, 1023, 20, &f->err));
	assert_int_equal(store_guard_count(s, 1, GUARD_UPDATES, RECORD_CONTACT, 3, 1023, 24), 8);
	assert_int_equal(store_guard_count(s, 1, GUARD_UPDATES, RECORD_CONTACT, 3, 1024, 24), 1);
	assert_int_equal(store_guard_count(s, 1, GUARD_UPDATES, RECORD_CONTACT, 3, 1000, 24), 7);
	assert_int_equal(store_guard_count(s, 2, GUARD_UPDATES, RECORD_CONTACT, 3, 1023, 24), 0);
	must(f, store_guard_add(s, 1, GUARD_UPDATES, RECORD_CONTACT, 3, 3000, 1, &f->err));
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM guard_count WHERE field = 3 AND guard = 2"), 1);
}

/* --- suppression, cannot-link, reviews, quarantine ------------------------------------------------------ */

static void suppresses(void **state)
{
	struct fixture *f = *state;

	assert_false(store_suppressed(f->store, 1, 2));
	must(f, store_suppress(f->store, 1, 2, "deleted", 5, &f->err));
	must(f, store_suppress(f->store, 1, 2, "erased", 6, &f->err));
	assert_true(store_suppressed(f->store, 1, 2));
	assert_false(store_suppressed(f->store, 2, 2));
	assert_int_equal(fixture_ask(f, "SELECT since FROM suppress WHERE reason = 'erased'"), 5);
	must(f, store_unsuppress(f->store, 1, 2, &f->err));
	must(f, store_unsuppress(f->store, 1, 2, &f->err));
	assert_false(store_suppressed(f->store, 1, 2));
}

static void forbids_links(void **state)
{
	struct fixture *f = *state;
	struct shadow *s[3];

	fixture_begin(f);
	for (unsigned i = 0; i < 3; i++) {
		s[i] = fixture_shadow(f, 1 + (int)i, i);
		s[i]->entity = i == 0 ? 40 : 41;
		must(f, store_shadow_save(f->store, s[i], &f->err));
	}
	must(f, store_decide(f->store, f->arena, s[2], s[0], DECISION_APART, "tester", 7, &f->err));
	must(f, store_decide(f->store, f->arena, s[0], s[2], DECISION_APART, "tester", 8, &f->err));
	fixture_commit(f);
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM decision WHERE at = 8"), 1);
	assert_true(store_forbidden(f->store, s[0]->id, 41));
	assert_true(store_forbidden(f->store, s[2]->id, 40));
	assert_false(store_forbidden(f->store, s[1]->id, 40));
	assert_false(store_forbidden(f->store, s[0]->id, 40));
	assert_false(store_forbidden(f->store, s[0]->id, 42));
}

static void asks_each_question_once(void **state)
{
	struct fixture *f = *state;
	struct review ask = { .kind = "match",
		.type = RECORD_CONTACT,
		.shadow = 3,
		.entity = 4,
		.evidence = "{\"score\":1}",
		.made_at = 9 };
	struct review *back;
	int64_t id, again;

	assert_int_equal(store_review_open(f->store, "match", 3, 4), 0);
	assert_false(store_review_about(f->store, 3));
	must(f, store_review_ask(f->store, &ask, &id, &f->err));
	must(f, store_review_ask(f->store, &ask, &again, &f->err));
	assert_int_equal(id, again);
	assert_int_equal(store_review_open(f->store, "match", 3, 4), id);
	assert_int_equal(store_review_open(f->store, "merge", 3, 4), 0);
	assert_true(store_review_about(f->store, 3));
	assert_false(store_review_about(f->store, 4));
	must(f, store_review(f->store, f->arena, id, &back, &f->err));
	assert_string_equal(back->kind, "match");
	assert_int_equal(back->type, RECORD_CONTACT);
	assert_int_equal(back->shadow, 3);
	assert_int_equal(back->entity, 4);
	assert_int_equal(back->other, 0);
	assert_string_equal(back->evidence, "{\"score\":1}");
	assert_string_equal(back->state, "open");
	assert_int_equal(back->made_at, 9);
	assert_null(back->decided_by);

	must(f, store_review_decide(f->store, id, "rejected", "jan", 10, &f->err));
	must(f, store_review_decide(f->store, id, "accepted", "piet", 11, &f->err));
	must(f, store_review(f->store, f->arena, id, &back, &f->err));
	assert_string_equal(back->state, "rejected");
	assert_string_equal(back->decided_by, "jan");
	assert_false(store_review_about(f->store, 3));
	must(f, store_review_ask(f->store, &ask, &again, &f->err));
	assert_true(again != id);
	ask.shadow = 0;
	ask.kind = "merge";
	must(f, store_review_ask(f->store, &ask, &id, &f->err));
	must(f, store_review_ask(f->store, &ask, &again, &f->err));
	assert_int_equal(id, again);
	must(f, store_review(f->store, f->arena, 999, &back, &f->err));
	assert_null(back);
}

static void quarantines(void **state)
{
	struct fixture *f = *state;
	struct quarantine x = { .partner = 1,
		.type = RECORD_CONTACT,
		.key = "k",
		.field = "phones",
		.reason = "too long",
		.raw = "{}",
		.raw_hash = 1,
		.map_version = UINT64_MAX,
		.since = 5 };
	struct quarantine *back;
	bool fresh, was_there;

	must(f, store_quarantine(f->store, &x, &fresh, &f->err));
	assert_true(fresh);
	x.since = 9;
	must(f, store_quarantine(f->store, &x, &fresh, &f->err));
	assert_false(fresh);
	x.raw_hash = 2;
	x.raw = NULL;
	x.field = NULL;
	must(f, store_quarantine(f->store, &x, &fresh, &f->err));
	assert_true(fresh);
	must(f, store_quarantine_get(f->store, f->arena, 1, &back, &f->err));
	assert_int_equal(back->partner, 1);
	assert_int_equal(back->type, RECORD_CONTACT);
	assert_string_equal(back->key, "k");
	assert_string_equal(back->field, "");
	assert_string_equal(back->reason, "too long");
	assert_null(back->raw);
	assert_int_equal(back->raw_hash, 2);
	assert_true(back->map_version == UINT64_MAX);
	assert_int_equal(back->since, 5);
	assert_int_equal(back->tries, 3);
	must(f, store_quarantine_drop(f->store, 1, RECORD_CONTACT, "k", &was_there, &f->err));
	assert_true(was_there);
	must(f, store_quarantine_drop(f->store, 1, RECORD_CONTACT, "k", &was_there, &f->err));
	assert_false(was_there);
	must(f, store_quarantine_get(f->store, f->arena, 1, &back, &f->err));
	assert_null(back);
}

/* --- hints, webhook ids --------------------------------------------------------------------------------- */

static void keeps_hints_until_done(void **state)
{
	struct fixture *f = *state;
	enum record_type *type;
	const char **key;
	size_t n;

	must(f, store_hint(f->store, 1, RECORD_CONTACT, "b", 5, &f->err));
	must(f, store_hint(f->store, 1, RECORD_CONTACT, "b", 6, &f->err));
	must(f, store_hint(f->store, 1, RECORD_ORGANIZATION, "a", 7, &f->err));
	must(f, store_hint(f->store, 2, RECORD_ORGANIZATION, "c", 7, &f->err));
	must(f, store_hints(f->store, f->arena, 1, 10, &type, &key, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(type[0], RECORD_ORGANIZATION);
	assert_string_equal(key[0], "a");
	assert_string_equal(key[1], "b");
	must(f, store_hints(f->store, f->arena, 1, 1, &type, &key, &n, &f->err));
	assert_int_equal(n, 1);
	must(f, store_hint_done(f->store, 1, RECORD_ORGANIZATION, "a", &f->err));
	must(f, store_hints(f->store, f->arena, 1, 10, &type, &key, &n, &f->err));
	assert_int_equal(n, 1);
}

static void knows_repeated_webhooks_for_a_week(void **state)
{
	const int64_t week = INT64_C(7) * 24 * 3600 * 1000;
	struct fixture *f = *state;
	bool fresh;

	must(f, store_inbox(f->store, 1, "m1", 1000, &fresh, &f->err));
	assert_true(fresh);
	must(f, store_inbox(f->store, 1, "m1", 1000 + week, &fresh, &f->err));
	assert_false(fresh);
	must(f, store_inbox(f->store, 2, "m1", 1000 + week, &fresh, &f->err));
	assert_true(fresh);
	must(f, store_inbox(f->store, 1, "m1", 1001 + week, &fresh, &f->err));
	assert_true(fresh);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup_open, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(keeps_partners_and_feeds),
		T(keeps_feeds_and_counts_apart),
		T(numbers_events),
		T(keeps_plans),
		T(counts_what_guards_let_through),
		T(suppresses),
		T(forbids_links),
		T(asks_each_question_once),
		T(quarantines),
		T(keeps_hints_until_done),
		T(knows_repeated_webhooks_for_a_week),
	};
#undef T
	return cmocka_run_group_tests(tests, NULL, NULL);
}
