/* The referrals that have not ended, those of which an answer is overdue, and what was told of them. */
#include "fixture.h"

#include "store/query.h"

static int64_t add(struct fixture *f, const char *from, const char *to, const char *state, const char *sent_at)
{
	struct record *r = record_new(f->arena, RECORD_REFERRAL);
	struct entity x = { .type = RECORD_REFERRAL, .golden = r };
	static uint8_t nth;

	x.hub_id.b[15] = ++nth;
	r->v[REFERRAL_FROM_PARTNER] = from;
	r->v[REFERRAL_TO_PARTNER] = to;
	r->v[REFERRAL_SERVICE] = "scan";
	r->v[REFERRAL_STATE] = state;
	r->v[REFERRAL_SENT_AT] = sent_at;
	fixture_begin(f);
	x.changed = store_event(f->store, 1700000000000 + nth, EVENT_LINK, 0, 0, 0, NULL);
	must(f, store_entity_save(f->store, f->arena, &x, &f->err));
	store_event(f->store, 1700000000000 + nth, EVENT_LINK, 1, x.id, 0, NULL);
	fixture_commit(f);
	return x.id;
}

static void move(struct fixture *f, int64_t id, const char *state)
{
	struct entity *x;

	fixture_begin(f);
	must(f, store_entity(f->store, f->arena, id, &x, &f->err));
	x->golden->v[REFERRAL_STATE] = state;
	x->changed = store_event(f->store, 1700000001000, EVENT_DECIDE, 0, id, 0, NULL);
	must(f, store_entity_save(f->store, f->arena, x, &f->err));
	fixture_commit(f);
}

static size_t open_after(struct fixture *f, int64_t after, size_t max, struct referral_open **out)
{
	size_t n;

	must(f, store_referrals_open(f->store, f->arena, 0, after, max, out, &n, &f->err));
	return n;
}

static void those_that_have_ended_are_not_open(void **state)
{
	struct fixture *f = *state;
	struct referral_open *r;
	int64_t a = add(f, "unizo", "voka", "created", NULL), b = add(f, "unizo", "voka", "accepted", "2026-01-02T00:00:00Z");
	int64_t c = add(f, "voka", "unizo", "in_progress", NULL);

	add(f, "unizo", "voka", "declined", NULL);
	add(f, "unizo", "voka", "closed", NULL);
	add(f, "unizo", "voka", "expired", NULL);
	add(f, "unizo", "voka", "withdrawn", NULL);
	assert_int_equal(open_after(f, 0, 10, &r), 3);
	assert_int_equal(r[0].entity, a);
	assert_int_equal(r[1].entity, b);
	assert_string_equal(r[1].golden->v[REFERRAL_SENT_AT], "2026-01-02T00:00:00Z");
	assert_int_equal(r[2].entity, c);
	assert_true(r[0].known_ms > 1700000000000);
	assert_int_equal(open_after(f, 0, 2, &r), 2);
	assert_int_equal(open_after(f, b, 2, &r), 1);
	move(f, c, "closed");
	assert_int_equal(open_after(f, b, 2, &r), 0);
}

static void what_was_told_is_remembered_until_it_is_answered(void **state)
{
	struct fixture *f = *state;
	int64_t a = add(f, "unizo", "voka", "sent", NULL), b = add(f, "unizo", "voka", "received", NULL), *settled;
	struct referral_open *r;
	size_t n;

	must(f, store_overdue(f->store, a, 1700000000500, &f->err));
	must(f, store_overdue(f->store, b, 1700000000600, &f->err));
	must(f, store_overdue(f->store, b, 1700000000700, &f->err));
	assert_int_equal(open_after(f, 0, 10, &r), 2);
	assert_int_equal(r[0].overdue_ms, 1700000000500);
	assert_int_equal(r[1].overdue_ms, 1700000000700);
	must(f, store_overdue_settled(f->store, f->arena, &settled, &n, &f->err));
	assert_int_equal(n, 0);
	move(f, a, "accepted");
	must(f, store_overdue_settled(f->store, f->arena, &settled, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(settled[0], a);
	must(f, store_overdue(f->store, a, 0, &f->err));
	must(f, store_overdue_settled(f->store, f->arena, &settled, &n, &f->err));
	assert_int_equal(n, 0);
	assert_int_equal(open_after(f, 0, 10, &r), 2);
	assert_int_equal(r[0].overdue_ms, 0);
}

#define SENT_MS 1767312000000   /* 2026-01-02 */
#define DAY_MS INT64_C(86400000)

static uint64_t ten_days_for_a_scan(void *ctx, const char *to, const char *service)
{
	(void)ctx;
	return !strcmp(to, "centre-a") && service && !strcmp(service, "scan") ? 10 * DAY_MS : 0;
}

/* As of eleven days after most were sent; nobody was told of anything. */
static json_t *answer_to(struct query *q, struct query_referrals wanted)
{
	struct err e = { 0 };
	json_t *answer;

	wanted.levels = (struct levels){ .of = ten_days_for_a_scan };
	wanted.now_ms = wanted.now_ms ? wanted.now_ms : SENT_MS + 11 * DAY_MS;
	answer = query_referrals(q, &wanted, &e);
	if (!answer)
		fail_msg("%s", e.text);
	return answer;
}

static bool more(struct query *q, int64_t limit)
{
	AUTO(json_drop) json_t *answer = answer_to(q, (struct query_referrals){ .limit = limit });

	return json_is_true(json_object_get(answer, "more"));
}

static size_t asked(struct query *q, const struct query_referrals *wanted)
{
	json_t *answer = answer_to(q, *wanted);
	const size_t n = json_array_size(json_object_get(answer, "referrals"));

	json_decref(answer);
	return n;
}

static void lists_go_by_partner_and_by_what_waits(void **state)
{
	struct fixture *f = *state;
	json_t *centre = json_pack("[ss]", "centre", "centre-a"), *answer, *row;
	struct err e = { 0 };
	struct query *q;

	add(f, "unizo", "centre-a", "sent", "2026-01-02T00:00:00Z");
	add(f, "unizo", "voka", "accepted", NULL);
	add(f, "centre", "voka", "closed", NULL);
	q = query_open(f->path, NULL, &e);
	assert_non_null(q);
	assert_int_equal(asked(q, &(struct query_referrals){ .limit = 10 }), 2);
	assert_int_equal(asked(q, &(struct query_referrals){ .limit = 1 }), 1);
	assert_int_equal(asked(q, &(struct query_referrals){ .limit = 10, .all = true }), 3);
	assert_false(more(q, 10));
	assert_false(more(q, 2));
	assert_true(more(q, 1));
	assert_int_equal(asked(q, &(struct query_referrals){ .limit = 10, .overdue = true }), 1);
	assert_int_equal(asked(q, &(struct query_referrals){ .limit = 10, .names = centre }), 1);
	assert_int_equal(asked(q, &(struct query_referrals){ .limit = 10, .names = centre, .all = true }), 2);
	answer = answer_to(q, (struct query_referrals){ .limit = 10, .overdue = true });
	row = json_array_get(json_object_get(answer, "referrals"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "to")), "centre-a");
	assert_int_equal(json_integer_value(json_object_get(row, "since")), SENT_MS);
	assert_int_equal(json_integer_value(json_object_get(row, "overdue_since")), SENT_MS + 10 * DAY_MS);
	json_decref(answer);
	json_decref(centre);
	query_close(q);
}

static void is_counted(struct query *q, const struct query_status *wanted, const char *to, int open, int overdue)
{
	struct err e = { 0 };
	AUTO(json_drop) json_t *answer = query_status(q, wanted, &e);
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "referrals"), i, row)
		if (!strcmp(json_string_value(json_object_get(row, "id")), to)) {
			assert_int_equal(json_integer_value(json_object_get(row, "open")), open);
			assert_int_equal(json_integer_value(json_object_get(row, "overdue")), overdue);
			return;
		}
	assert_int_equal(open, 0);
}

/* Whether the watch has told of it or not: to the millisecond. */
static void an_answer_is_overdue_when_its_time_has_come(void **state)
{
	struct fixture *f = *state;
	const struct levels levels = { .of = ten_days_for_a_scan };
	json_t *voka = json_pack("[s]", "voka");
	struct err e = { 0 };
	struct query *q;

	add(f, "unizo", "centre-a", "sent", "2026-01-02T00:00:00Z");
	add(f, "unizo", "centre-a", "received", "2026-01-03T00:00:00Z");
	add(f, "unizo", "centre-a", "accepted", "2026-01-02T00:00:00Z");
	add(f, "unizo", "centre-a", "declined", "2026-01-02T00:00:00Z");
	add(f, "unizo", "voka", "sent", "2026-01-02T00:00:00Z");
	q = query_open(f->path, NULL, &e);
	assert_non_null(q);
	assert_int_equal(asked(q, &(struct query_referrals){ .limit = 10, .overdue = true, .now_ms = SENT_MS + 10 * DAY_MS - 1 }), 0);
	assert_int_equal(asked(q, &(struct query_referrals){ .limit = 10, .overdue = true, .now_ms = SENT_MS + 10 * DAY_MS }), 1);
	assert_int_equal(asked(q, &(struct query_referrals){ .limit = 10, .overdue = true }), 2);
	assert_int_equal(asked(q, &(struct query_referrals){ .limit = 1, .overdue = true }), 1);
	is_counted(q, &(struct query_status){ .levels = levels, .now_ms = SENT_MS + 10 * DAY_MS }, "centre-a", 3, 1);
	is_counted(q, &(struct query_status){ .levels = levels, .now_ms = SENT_MS + 11 * DAY_MS }, "centre-a", 3, 2);
	is_counted(q, &(struct query_status){ .levels = levels, .now_ms = SENT_MS + 11 * DAY_MS }, "voka", 1, 0);
	is_counted(q, &(struct query_status){ .levels = levels, .names = voka, .now_ms = SENT_MS + 11 * DAY_MS }, "centre-a", 0, 0);
	is_counted(q, &(struct query_status){ .now_ms = SENT_MS + 11 * DAY_MS }, "centre-a", 3, 0);
	json_decref(voka);
	query_close(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(those_that_have_ended_are_not_open, fixture_setup_open, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_was_told_is_remembered_until_it_is_answered, fixture_setup_open, fixture_teardown),
		cmocka_unit_test_setup_teardown(lists_go_by_partner_and_by_what_waits, fixture_setup_open, fixture_teardown),
		cmocka_unit_test_setup_teardown(an_answer_is_overdue_when_its_time_has_come, fixture_setup_open, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
