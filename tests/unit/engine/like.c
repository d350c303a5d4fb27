/* Which entity a record is linked with. */
#include "world.h"

#define FIELD(at, text) [ORGANIZATION_##at] = (text)

static void see_company(struct world *w, int p, const char *key, const char *const value[ORGANIZATION_FIELD_COUNT])
{
	struct record *r = record_new(w->arena, RECORD_ORGANIZATION);

	memcpy(r->v, value, ORGANIZATION_FIELD_COUNT * sizeof *value);
	see(w, p, key, r, "1");
}

#define SEE(w, p, key, ...) see_company(w, p, key, (const char *const[ORGANIZATION_FIELD_COUNT]){__VA_ARGS__})
#define HERE FIELD(STREET, "Molenstraat"), FIELD(HOUSE_NUMBER, "3"), FIELD(POSTAL_CODE, "9000"), FIELD(MUNICIPALITY, "Gent")
#define THERE FIELD(STREET, "Kaai"), FIELD(HOUSE_NUMBER, "71"), FIELD(POSTAL_CODE, "8000"), FIELD(MUNICIPALITY, "Brugge")

static int64_t entity_of(struct world *w, int p, const char *key)
{
	return entity_at(w, p, RECORD_ORGANIZATION, key)->id;
}

#define ONE "0403449823"
#define MISTYPED "0403449832"
#define OTHER "0999999922"

/* An entity says what was said last: not the name of the first. */
static void what_one_of_its_records_says_is_enough(void **state)
{
	struct world *w = *state;

	SEE(w, 0, "a1", FIELD(ENTERPRISE_NUMBER, ONE), FIELD(LEGAL_NAME, "Zaagmolen"), HERE);
	SEE(w, 1, "b1", FIELD(ENTERPRISE_NUMBER, ONE), FIELD(LEGAL_NAME, "De Gouden Sleutel"), HERE);
	assert_int_equal(entity_of(w, 0, "a1"), entity_of(w, 1, "b1"));
	assert_string_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden->v[NAME], "De Gouden Sleutel");
	SEE(w, 2, "c1", FIELD(LEGAL_NAME, "Zaagmolen"), HERE);
	assert_int_equal(entity_of(w, 0, "a1"), entity_of(w, 2, "c1"));
}

/* What it says last is a mistyped number, which is that of nobody: one of its records has a valid one. */
static void not_of_one_with_another_number(void **state)
{
	struct world *w = *state;

	SEE(w, 0, "a1", FIELD(ENTERPRISE_NUMBER, ONE), FIELD(LEGAL_NAME, "Zaagmolen"), FIELD(EMAILS, "info@zaagmolen.example"), HERE);
	SEE(w, 1, "b1", FIELD(ENTERPRISE_NUMBER, MISTYPED), FIELD(LEGAL_NAME, "Zaagmolen"), FIELD(EMAILS, "info@zaagmolen.example"), HERE);
	assert_int_equal(entity_of(w, 0, "a1"), entity_of(w, 1, "b1"));
	assert_string_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden->v[KBO], MISTYPED);
	SEE(w, 2, "c1", FIELD(ENTERPRISE_NUMBER, OTHER), FIELD(LEGAL_NAME, "Zaagmolen"), FIELD(EMAILS, "info@zaagmolen.example"), HERE);
	assert_int_not_equal(entity_of(w, 0, "a1"), entity_of(w, 2, "c1"));
}

/* Of one company that one partner has twice: not one of the others' records here and one there. */
static void of_two_that_a_partner_has_twice_the_one_that_more_have(void **state)
{
	struct world *w = *state;

	SEE(w, 0, "a1", FIELD(LEGAL_NAME, "Zaagmolen"), FIELD(EMAILS, "info@zaagmolen.example"), HERE, FIELD(PHONES, "+3292345678"));
	SEE(w, 0, "a2", FIELD(LEGAL_NAME, "Zaagmolen"), FIELD(EMAILS, "info@zaagmolen.example"), HERE, FIELD(LEGAL_FORM, "610"));
	assert_int_not_equal(entity_of(w, 0, "a1"), entity_of(w, 0, "a2"));
	SEE(w, 1, "b1", FIELD(LEGAL_NAME, "Zaagmolen"), FIELD(EMAILS, "info@zaagmolen.example"), HERE, FIELD(PHONES, "+3292345678"));
	/* More like the other one. */
	SEE(w, 2, "c1", FIELD(LEGAL_NAME, "Zaagmolen"), FIELD(EMAILS, "info@zaagmolen.example"), HERE, FIELD(LEGAL_FORM, "610"));
	assert_int_equal(entity_of(w, 1, "b1"), entity_of(w, 0, "a1"));
	assert_int_equal(entity_of(w, 2, "c1"), entity_of(w, 0, "a1"));
}

/* Though what it is called here is not what is believed: that would find the other one by itself. */
static void who_agrees_with_two_makes_them_one(void **state)
{
	struct world *w = *state;

	w->partner_config[0].rank[RECORD_ORGANIZATION][ORGANIZATION_LEGAL_NAME] = 0;
	SEE(w, 0, "a1", FIELD(ENTERPRISE_NUMBER, ONE), FIELD(LEGAL_NAME, "Zaagmolen"), FIELD(EMAILS, "info@zaagmolen.example"), HERE);
	SEE(w, 1, "b1", FIELD(LEGAL_NAME, "De Gouden Sleutel"), FIELD(EMAILS, "info@zaagmolen.example"), HERE);
	assert_int_not_equal(entity_of(w, 0, "a1"), entity_of(w, 1, "b1"));
	SEE(w, 2, "c1", FIELD(ENTERPRISE_NUMBER, ONE), FIELD(LEGAL_NAME, "De Gouden Sleutel"), FIELD(EMAILS, "info@zaagmolen.example"),
		HERE);
	assert_string_equal(entity_at(w, 2, RECORD_ORGANIZATION, "c1")->golden->v[NAME], "Zaagmolen");
	assert_int_equal(entity_of(w, 2, "c1"), entity_of(w, 0, "a1"));
	assert_int_equal(entity_of(w, 1, "b1"), entity_of(w, 0, "a1"));
}

/* Two numbers are two companies, whoever agrees with both. */
static void two_numbers_are_not_made_one(void **state)
{
	struct world *w = *state;

	SEE(w, 0, "a1", FIELD(ENTERPRISE_NUMBER, ONE), FIELD(LEGAL_NAME, "Zaagmolen"), FIELD(EMAILS, "info@zaagmolen.example"), HERE);
	SEE(w, 1, "b1", FIELD(ENTERPRISE_NUMBER, OTHER), FIELD(LEGAL_NAME, "De Gouden Sleutel"),
		FIELD(EMAILS, "info@zaagmolen.example"), HERE);
	SEE(w, 2, "c1", FIELD(LEGAL_NAME, "Zaagmolen"), FIELD(ALTERNATIVE_NAMES, "De Gouden Sleutel"),
		FIELD(EMAILS, "info@zaagmolen.example"), HERE);
	assert_int_not_equal(entity_of(w, 0, "a1"), entity_of(w, 1, "b1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_one_of_its_records_says_is_enough, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_of_one_with_another_number, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_two_that_a_partner_has_twice_the_one_that_more_have, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_agrees_with_two_makes_them_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_numbers_are_not_made_one, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
