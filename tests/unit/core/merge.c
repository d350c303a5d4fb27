#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/merge.h"

#define C(p, r, s, v) { .shadow = (p) * 100, .partner = (p), .rank = (r), .seq = (s), .value = (v) }
#define N(c) (sizeof(c) / sizeof *(c))

static const struct field *field(enum record_type type, unsigned f)
{
	return field_at(type, f);
}

static struct merged fold(struct arena *arena, const struct field *f, enum policy policy, const struct contribution *c, size_t n)
{
	struct merged forward, backward;
	struct contribution *reversed = arena_array(arena, struct contribution, n + 1);

	for (size_t i = 0; i < n; i++)
		reversed[n - 1 - i] = c[i];
	merge_field(arena, f, policy, c, n, &forward);
	merge_field(arena, f, policy, reversed, n, &backward);
	/* The order of arrival decides nothing. */
	assert_int_equal(!forward.value, !backward.value);
	if (forward.value)
		assert_string_equal(forward.value, backward.value);
	assert_int_equal(forward.held, backward.held);
	return forward;
}

static void authority_goes_by_rank_then_by_the_last_edit(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct contribution c[] = { C(1, 20, 9, "late"), C(2, 10, 3, "first"), C(3, 10, 5, "second"), C(4, UINT_MAX, 99, "no") };
	struct merged m = fold(arena, field(RECORD_ORGANIZATION, ORGANIZATION_LEGAL_NAME), POLICY_AUTHORITY, c, N(c));

	(void)state;
	assert_string_equal(m.value, "second");
	m = fold(arena, field(RECORD_ORGANIZATION, ORGANIZATION_LEGAL_NAME), POLICY_LATEST, c, N(c));
	assert_string_equal(m.value, "no");
}

static void nobody_gives_nothing(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct merged m = fold(arena, field(RECORD_ORGANIZATION, ORGANIZATION_BOX), POLICY_LATEST, NULL, 0);

	(void)state;
	assert_null(m.value);
	assert_int_equal(m.winner, -1);
}

static void withdrawn_consent_wins_whatever_the_order(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct contribution c[] = { C(1, 1, 9, "granted 2026-01-02T00:00:00Z"), C(2, 1, 3, "withdrawn"), C(3, 1, 12, "unknown") };
	struct merged m = fold(arena, field(RECORD_CONTACT, CONTACT_CONSENT_NEWSLETTER), POLICY_LATTICE, c, N(c));

	(void)state;
	assert_string_equal(m.value, "withdrawn");
}

static void a_referral_goes_as_far_as_anybody_took_it(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct field *f = field(RECORD_REFERRAL, REFERRAL_STATE);
	const struct contribution way[] = { C(1, 1, 9, "sent"), C(2, 1, 3, "accepted"), C(3, 1, 5, "received") };
	const struct contribution ends[] = { C(1, 1, 9, "withdrawn"), C(2, 1, 3, "declined") };
	struct merged m = fold(arena, f, POLICY_LATTICE, way, N(way));

	(void)state;
	assert_string_equal(m.value, "accepted");
	assert_false(m.held);
	m = fold(arena, f, POLICY_LATTICE, ends, N(ends));
	assert_string_equal(m.value, "declined");
	assert_true(m.held);
}

static void a_move_that_there_is_not_is_for_an_admin(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct field *f = field(RECORD_REFERRAL, REFERRAL_STATE);
	const struct contribution left[] = { C(1, 0, 1, "created"), C(2, 0, 5, "declined\naccepted") };
	const struct contribution back[] = { C(1, 0, 7, "expired\nin_progress"), C(2, 0, 5, "accepted") };
	struct merged m = fold(arena, f, POLICY_LATTICE, left, N(left));

	(void)state;
	assert_string_equal(m.value, "declined");
	assert_true(m.held);
	m = fold(arena, f, POLICY_LATTICE, back, N(back));
	assert_string_equal(m.value, "expired");
	assert_true(m.held);
}

static void what_people_enter_as_a_state_is_a_move(void **state)
{
	static const struct {
		const char *own, *before, *after, *want;
	} rows[] = {
		{ NULL, NULL, "accepted", "accepted" },
		{ "created", "created", "accepted", "accepted" },
		{ "created", "accepted", "closed", "closed" },
		/* an earlier state, entered late */
		{ "accepted", "accepted", "sent", "accepted" },
		{ "created", "accepted", "sent", "sent" },
		/* an end is left */
		{ "declined", "declined", "accepted", "declined\naccepted" },
		{ "created", "expired", "accepted", "expired\naccepted" },
		{ "closed", "closed", "withdrawn", "closed\nwithdrawn" },
		/* accepted is not declined any more */
		{ "accepted", "accepted", "declined", "accepted\ndeclined" },
		/* they take it back themselves */
		{ "declined\naccepted", "accepted", "declined", "declined" },
		{ NULL, NULL, "on hold", "on hold" },
	};
	AUTO(arena_free) struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N(rows); i++)
		assert_string_equal(merge_state_edit(arena, rows[i].own, rows[i].before, rows[i].after), rows[i].want);
}

static void an_empty_time_is_not_the_earliest(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct contribution c[] = { C(1, 1, 9, ""), C(2, 1, 3, "2026-02-01T00:00:00Z"), C(3, 1, 4, "2026-01-01T00:00:00Z") };
	struct merged m = fold(arena, field(RECORD_REFERRAL, REFERRAL_SENT_AT), POLICY_MIN, c, N(c));

	(void)state;
	assert_string_equal(m.value, "2026-01-01T00:00:00Z");
	m = fold(arena, field(RECORD_REFERRAL, REFERRAL_SENT_AT), POLICY_MAX, c, N(c));
	assert_string_equal(m.value, "2026-02-01T00:00:00Z");
}

static void manual_holds_what_disagrees(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct contribution differ[] = { C(1, 1, 9, "a"), C(2, 1, 3, "b") }, agree[] = { C(1, 1, 9, "a"), C(2, 1, 3, "a") };
	const struct field *f = field(RECORD_ORGANIZATION, ORGANIZATION_LEGAL_NAME);

	(void)state;
	assert_true(fold(arena, f, POLICY_MANUAL, differ, N(differ)).held);
	assert_false(fold(arena, f, POLICY_MANUAL, agree, N(agree)).held);
}

static void sets_add_and_remove_element_by_element(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct field *f = field(RECORD_ORGANIZATION, ORGANIZATION_EMAILS);
	const char *p = merge_set_edit(arena, NULL, NULL, "a\nb", 1), *q = merge_set_edit(arena, NULL, NULL, "b\nc", 2);
	struct contribution c[] = { C(1, 1, 1, p), C(2, 1, 2, q) };

	(void)state;
	assert_string_equal(fold(arena, f, POLICY_SET, c, 2).value, "a\nb\nc");
	/* p shows all three by now, and its people remove b: it goes for everybody. */
	c[0].value = merge_set_edit(arena, p, "a\nb\nc", "a\nc", 5);
	assert_string_equal(fold(arena, f, POLICY_SET, c, 2).value, "a\nc");
	/* q's people put it back later. */
	c[1].value = merge_set_edit(arena, q, "a\nc", "a\nb\nc", 7);
	assert_string_equal(fold(arena, f, POLICY_SET, c, 2).value, "a\nb\nc");
	c[0].value = merge_set_edit(arena, c[0].value, "a\nb\nc", "", 9);
	assert_string_equal(fold(arena, f, POLICY_SET, c, 2).value, "");
}

static void an_edit_that_changes_nothing_says_nothing(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(merge_set_edit(arena, NULL, "a\nb", "a\nb", 4), "");
	assert_string_equal(merge_set_edit(arena, "+1 a", "a\nb", "a\nb", 4), "+1 a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(authority_goes_by_rank_then_by_the_last_edit),
		cmocka_unit_test(nobody_gives_nothing),
		cmocka_unit_test(withdrawn_consent_wins_whatever_the_order),
		cmocka_unit_test(a_referral_goes_as_far_as_anybody_took_it),
		cmocka_unit_test(a_move_that_there_is_not_is_for_an_admin),
		cmocka_unit_test(what_people_enter_as_a_state_is_a_move),
		cmocka_unit_test(an_empty_time_is_not_the_earliest),
		cmocka_unit_test(manual_holds_what_disagrees),
		cmocka_unit_test(sets_add_and_remove_element_by_element),
		cmocka_unit_test(an_edit_that_changes_nothing_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
