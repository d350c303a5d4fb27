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

/* The same of a name that few have in one place, and of one that nobody else has, wherever it is. */
static void a_name_that_few_have_is_the_one_with_a_number(void **ctx)
{
	const struct record *known = COMPANY("enterprise_number", VALID, "legal_name", "Zaagmolen Bouw", "postal_code", "9000");

	(void)ctx;
	verdict(known, COMPANY("legal_name", "Zaagmolen Bouw"), MATCH_LINK);
	verdict(COMPANY("legal_name", "Zaagmolen Bouw", "postal_code", "9000"), COMPANY("legal_name", "Zaagmolen Bouw"), MATCH_NEW);
	verdict(COMPANY("enterprise_number", VALID, "legal_name", "Bouw", "postal_code", "9000"), COMPANY("legal_name", "Bouw"),
		MATCH_NEW);
	verdict(known, COMPANY("legal_name", "Zaagmolen Bouw", "postal_code", "9000", "emails", "info@another.example"), MATCH_LINK);
	verdict(COMPANY("enterprise_number", VALID, "legal_name", "Zaagmolen", "postal_code", "9000", "emails", "info@one.example"),
		COMPANY("legal_name", "Zaagmolen", "postal_code", "9000", "emails", "info@another.example"), MATCH_REVIEW);
}

#define AT_THE_MILL(name, number, phone)                                                                      \
	COMPANY("legal_name", name, "enterprise_number", number, "street", "Molenstraat", "house_number", "3", "postal_code", "9000", \
		"phones", phone, "websites", "https://www.zaagmolen.example")

static void what_is_called_otherwise_and_agrees_in_all_else_is_the_one_with_a_number(void **ctx)
{
	const struct record *shop = AT_THE_MILL("De Gouden Sleutel", "", "+3232345678");

	(void)ctx;
	verdict(AT_THE_MILL("Quorvex", VALID, "+3232345678"), shop, MATCH_LINK);
	verdict(AT_THE_MILL("Quorvex", "", "+3232345678"), shop, MATCH_REVIEW);
	verdict(AT_THE_MILL("Quorvex", VALID, "+3292345678"), shop, MATCH_REVIEW);
}

#define AT_THE_MILL_TOO(name, phone, email)                                                                      \
	COMPANY("legal_name", name, "enterprise_number", VALID, "street", "Molenstraat", "house_number", "3", "postal_code", "9000", \
		"phones", phone, "emails", email)

/* Of whom only the number says that they are one, and much that they are two that give the number of their group. */
static void members_of_a_group_are_for_a_human(void **ctx)
{
	(void)ctx;
	verdict(AT_THE_MILL_TOO("Zaagmolen", "+3232345678", "info@one.example"),
		AT_THE_MILL_TOO("Quorvex", "+3292345678", "info@another.example"), MATCH_REVIEW);
	verdict(AT_THE_MILL_TOO("Zaagmolen", "+3232345678", "info@one.example"),
		AT_THE_MILL_TOO("Quorvex", "+3232345678", "info@another.example"), MATCH_LINK);
	verdict(COMPANY("enterprise_number", VALID, "legal_name", "Zaagmolen BV"),
		COMPANY("enterprise_number", VALID, "legal_name", "Quorvex NV"), MATCH_REVIEW);
	verdict(COMPANY("enterprise_number", VALID, "legal_name", "Zaagmolen BV"),
		COMPANY("enterprise_number", VALID, "legal_name", "Quorvex BVBA"), MATCH_LINK);
}

#define AT(street, house) COMPANY("street", street, "house_number", house, "postal_code", "1000", "municipality", "Brussel")

static void streets_of_one_language_are_two(void **ctx)
{
	(void)ctx;
	assert_string_equal(level_of(AT("Kerkstraat", "5"), AT("Rue de l'\u00c9glise", "5"), "address"), "another street");
	assert_string_equal(level_of(AT("Kerkstraat", "5"), AT("Kirchstra\u00dfe", "5"), "address"), "another street");
	assert_string_equal(level_of(AT("Avenue Louise", "5"), AT("Louizalaan", "5"), "address"), "another street");
	assert_string_equal(level_of(AT("Kerkstraat", "5"), AT("Rue de l'\u00c9glise", "7"), "address"), "elsewhere in it");
	assert_string_equal(level_of(AT("Kerkstraat", "5"), AT("Havenlaan", "5"), "address"), "elsewhere in it");
	assert_string_equal(level_of(AT("Rue Haute", "5"), AT("Place Royale", "5"), "address"), "elsewhere in it");
	assert_string_equal(level_of(AT("Kerkstraat", "5"), AT("", ""), "address"), "same place");
}

static void the_form_is_taken_from_either_name(void **ctx)
{
	(void)ctx;
	assert_string_equal(level_of(COMPANY("preferred_name", "Acme NV"), COMPANY("legal_name", "Acme BV"), "legal_form"), "different");
	assert_string_equal(level_of(COMPANY("legal_name", "Acme BV", "preferred_name", "Acme NV"), COMPANY("legal_name", "Acme BV"),
		"legal_form"), "same");
	assert_string_equal(level_of(COMPANY("legal_name", "Acme", "preferred_name", "Acme NV"), COMPANY("legal_name", "Acme BV"),
		"legal_form"), "different");
}

static unsigned several(void *ctx, uint64_t key)
{
	(void)ctx;
	(void)key;
	return 2;
}

static enum match_verdict verdict_on_branches(const char *street, const char *postal)
{
	const struct match_model *model = match_model_default();
	const struct match_features *one = match_prepare(arena, model, COMPANY("legal_name", "Bloemen Peeters", "street", "Molenstraat",
		"house_number", "3", "postal_code", "9000", "websites", "https://www.zaagmolen.example"));
	const struct match_features *other = match_prepare(arena, model, COMPANY("legal_name", "Bloemen Peeters", "street", street,
		"house_number", "3", "postal_code", postal, "websites", "https://www.zaagmolen.example"));
	struct match_result r;

	match_compare(model, match_held(arena, one, several, NULL), other, &r);
	return r.verdict;
}

static void branches_share_a_web_site(void **ctx)
{
	(void)ctx;
	assert_int_equal(verdict_on_branches("Molenstraat", "9000"), MATCH_LINK);
	assert_int_equal(verdict_on_branches("", ""), MATCH_LINK);
	assert_int_not_equal(verdict_on_branches("Havenlaan", "2000"), MATCH_LINK);
}

/* "Peeters" and "Peeters Transport", of one web site: a company and its sister, or one that moved. */
static void a_longer_name_elsewhere_needs_another_fact(void **ctx)
{
	const struct record *one = COMPANY("legal_name", "Peeters", "postal_code", "9000", "phones", "+3232345678", "emails",
		"info@zaagmolen.example", "street", "Molenstraat", "house_number", "3");

	(void)ctx;
	assert_string_equal(level_of(one, COMPANY("legal_name", "Peeters Transport"), "name"), "part");
	verdict(one, COMPANY("legal_name", "Peeters Transport", "postal_code", "9050", "street", "Havenlaan", "house_number", "7", "emails",
		"info@zaagmolen.example"), MATCH_REVIEW);
	verdict(one, COMPANY("legal_name", "Peeters Transport", "postal_code", "9050", "street", "Havenlaan", "house_number", "7", "emails",
		"info@zaagmolen.example", "phones", "+3232345678"), MATCH_LINK);
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
		cmocka_unit_test(a_name_that_few_have_is_the_one_with_a_number),
		cmocka_unit_test(what_is_called_otherwise_and_agrees_in_all_else_is_the_one_with_a_number),
		cmocka_unit_test(members_of_a_group_are_for_a_human),
		cmocka_unit_test(streets_of_one_language_are_two),
		cmocka_unit_test(the_form_is_taken_from_either_name),
		cmocka_unit_test(branches_share_a_web_site),
		cmocka_unit_test(a_longer_name_elsewhere_needs_another_fact),
		cmocka_unit_test(names_are_the_same_in_each_language),
		cmocka_unit_test(a_mail_address_says_nothing_more_than_its_domain),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
