/* Of what a company says, what tells who it is. */
#include "match_fixture.h"

/* The level of a field; NULL: the two say nothing about it. */
static const char *level_of(const struct record *a, const struct record *b, const char *field)
{
	struct match_result r;

	compare(a, b, &r);
	for (size_t i = 0; i < r.n; i++)
		if (!strcmp(r.evidence[i].field, field))
			return r.evidence[i].level;
	return NULL;
}

#define VALID "0403449823"
#define MISTYPED "0403449832"   /* two digits the other way round: fails mod 97 */

static void a_mistyped_number_is_one_that_it_may_have_been(void **ctx)
{
	const struct record *right = COMPANY("enterprise_number", VALID, "legal_name", "Zaagmolen Bouw", "phones", "+3232345678",
		"emails", "info@zaagmolen.example"), *typed = COMPANY("enterprise_number", MISTYPED, "legal_name", "De Gouden Sleutel",
		"phones", "+3232345678", "emails", "info@zaagmolen.example");

	(void)ctx;
	assert_string_equal(level_of(right, typed, "enterprise_number"), "typing");
	verdict(right, typed, MATCH_LINK);
	/* By itself it joins nothing, and of any other it says nothing. */
	verdict(COMPANY("enterprise_number", VALID, "legal_name", "Zaagmolen Bouw"),
		COMPANY("enterprise_number", MISTYPED, "legal_name", "De Gouden Sleutel"), MATCH_NEW);
	assert_null(level_of(right, COMPANY("enterprise_number", "0123456789", "legal_name", "Zaagmolen Bouw"), "enterprise_number"));
	assert_int_equal(match_decisive(match_prepare(arena, match_model_default(), typed)), 0);
	assert_int_not_equal(match_decisive(match_prepare(arena, match_model_default(), right)), 0);
	/* As it was written, and not one of so many digits. */
	assert_string_equal(level_of(right, COMPANY("enterprise_number", "BTW BE 0403.449.832"), "enterprise_number"), "typing");
	assert_null(level_of(right, COMPANY("enterprise_number", "0403"), "enterprise_number"));
	assert_null(level_of(right, COMPANY("enterprise_number", "0403449823 0403449823"), "enterprise_number"));
}

#define PLACED(name, form, number, house)                                                                       \
	COMPANY("legal_name", name, "legal_form", form, "enterprise_number", number, "street", "Molenstraat", "house_number", house, \
		"postal_code", "9000", "municipality", "Gent")

static void the_very_name_at_the_very_address_may_have_had_two_forms(void **ctx)
{
	(void)ctx;
	verdict(PLACED("Zaagmolen Houtbewerking", "610", "", "3"), PLACED("Zaagmolen Houtbewerking", "014", "", "3"), MATCH_LINK);
	verdict(PLACED("Zaagmolen Houtbewerking", "610", "", "3"), PLACED("Zaagmolen Houtbewerkingen", "014", "", "3"), MATCH_REVIEW);
}

/* Another company of that name would be known by a number of its own. */
static void one_name_in_one_street_is_the_one_with_a_number(void **ctx)
{
	(void)ctx;
	verdict(PLACED("Dewitte Glaswerken", "", VALID, "3"), PLACED("Dewitte Glaswerken", "", "", "25"), MATCH_LINK);
	verdict(PLACED("Dewitte Glaswerken", "", "", "3"), PLACED("Dewitte Glaswerken", "", "", "25"), MATCH_REVIEW);
}

static void names_are_the_same_in_each_language(void **ctx)
{
	(void)ctx;
	assert_non_null(strstr(level_of(COMPANY("legal_name", "Assurances Zaagmolen"), COMPANY("legal_name", "Verzekeringen Zaagmolen BV"),
		"name"), "same"));
	assert_non_null(strstr(level_of(COMPANY("legal_name", "Zaagmolen GmbH"), COMPANY("legal_name", "P.G.m.b.H. Zaagmolen"), "name"), "same"));
	/* Its initials are those of the language that it is written in. */
	assert_string_equal(level_of(COMPANY("legal_name", "Centre pour Jeunes Entrepreneurs"), COMPANY("legal_name", "CPJE"), "name"),
		"acronym");
	assert_string_equal(level_of(COMPANY("municipality", "Malines"), COMPANY("municipality", "Mechelen"), "address"), "same place");
}

static void a_mail_address_says_nothing_more_than_its_domain(void **ctx)
{
	(void)ctx;
	assert_string_equal(level_of(COMPANY("emails", "annelies@acme.example"), COMPANY("emails", "johan@acme.example"), "emails"),
		"different");
	assert_null(level_of(COMPANY("emails", "an@acme.example"), COMPANY("emails", "an@beta.example"), "emails"));
	/* A free-mail address has no domain. */
	assert_string_equal(level_of(COMPANY("emails", "acme.one@gmail.com"), COMPANY("emails", "acme.another@gmail.com"), "emails"),
		"different");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mistyped_number_is_one_that_it_may_have_been),
		cmocka_unit_test(the_very_name_at_the_very_address_may_have_had_two_forms),
		cmocka_unit_test(one_name_in_one_street_is_the_one_with_a_number),
		cmocka_unit_test(names_are_the_same_in_each_language),
		cmocka_unit_test(a_mail_address_says_nothing_more_than_its_domain),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
