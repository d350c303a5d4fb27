#include "match_fixture.h"

#include "base/hash.h"

static void equal_valid_numbers_link(void **ctx)
{
	(void)ctx;
	verdict(COMPANY("enterprise_number", "0403449823", "legal_name", "Acme NV"),
		COMPANY("enterprise_number", "0403449823", "legal_name", "Something Else"), MATCH_LINK);
	/* Fails mod 97. */
	verdict(COMPANY("enterprise_number", "0123456789", "legal_name", "Acme NV"),
		COMPANY("enterprise_number", "0123456789", "legal_name", "Something Else BV"), MATCH_NEW);
}

/* The group's number is given by each of its members. */
static void a_number_does_not_join_members_of_a_group(void **ctx)
{
	(void)ctx;
	verdict(COMPANY("enterprise_number", "0403449823", "legal_name", "Zaagmolen Bouw", "phones", "+3232345678"),
		COMPANY("enterprise_number", "0403449823", "legal_name", "Zaagmolen Transport", "phones", "+3292345678"), MATCH_REVIEW);
	verdict(COMPANY("enterprise_number", "0403449823", "legal_name", "Zaagmolen Bouw", "phones", "+3232345678"),
		COMPANY("enterprise_number", "0403449823", "legal_name", "Zaagmolen Bouw Transport", "phones", "+3232345678"), MATCH_LINK);
	/* A word that many have, and something that differs, or nothing that is the same. */
	verdict(COMPANY("enterprise_number", "0403449823", "legal_name", "Peeters Bouw", "legal_form", "610"),
		COMPANY("enterprise_number", "0403449823", "legal_name", "Peeters Transport", "legal_form", "014"), MATCH_REVIEW);
	verdict(COMPANY("enterprise_number", "0403449823", "legal_name", "Peeters Bouw", "emails", "info@bouw.example"),
		COMPANY("enterprise_number", "0403449823", "legal_name", "Peeters Transport", "emails", "info@transport.example"), MATCH_REVIEW);
	verdict(COMPANY("enterprise_number", "0403449823", "legal_name", "Peeters Bouw", "legal_form", "610"),
		COMPANY("enterprise_number", "0403449823", "legal_name", "Peeters Transport", "legal_form", "610"), MATCH_REVIEW);
	verdict(COMPANY("enterprise_number", "0403449823", "legal_name", "Peeters Bouw", "emails", "info@bouw.example"),
		COMPANY("enterprise_number", "0403449823", "legal_name", "Peeters Transport", "emails", "info@bouw.example"), MATCH_LINK);
}

static void a_rare_name_at_one_place_is_the_one_with_a_number(void **ctx)
{
	const struct record *known = COMPANY("enterprise_number", "0403449823", "legal_name", "Quorvex", "postal_code", "3550");

	(void)ctx;
	verdict(known, COMPANY("legal_name", "Quorvex", "postal_code", "3550"), MATCH_LINK);
	verdict(COMPANY("legal_name", "Quorvex", "postal_code", "3550"), COMPANY("legal_name", "Quorvex", "postal_code", "3550"), MATCH_REVIEW);
	verdict(known, COMPANY("legal_name", "Quorvex", "postal_code", "9000"), MATCH_NEW);
	verdict(known, COMPANY("legal_name", "Bakkerij Peeters", "postal_code", "3550"), MATCH_NEW);
}

static void different_valid_numbers_never_link(void **ctx)
{
	struct match_result r;
	const struct record *a = COMPANY("enterprise_number", "0403449823", "legal_name", "Acme NV", "postal_code",
		"2000", "street", "Meir", "phones", "+3232345678", "emails", "info@acme.example");
	const struct record *b = COMPANY("enterprise_number", "0407562029", "legal_name", "Acme NV", "postal_code",
		"2000", "street", "Meir", "phones", "+3232345678", "emails", "info@acme.example");

	(void)ctx;
	verdict(a, b, MATCH_NEW);
	compare(a, b, &r);
	assert_true(r.strong);
	assert_string_equal(r.evidence[0].field, "enterprise_number");
	assert_string_equal(r.evidence[0].level, "different");
}

static void a_name_and_a_second_fact_link(void **ctx)
{
	(void)ctx;
	verdict(COMPANY("legal_name", "Acme NV", "phones", "+3232345678"),
		COMPANY("legal_name", "N.V. Acme", "phones", "+3232345678\n+3291234567"), MATCH_LINK);
	verdict(COMPANY("legal_name", "Acme", "emails", "info@acme.example"),
		COMPANY("legal_name", "ACME", "websites", "https://www.acme.example/contact"), MATCH_LINK);
	verdict(COMPANY("legal_name", "Bakkerij Peeters", "postal_code", "2000", "street", "Meir", "house_number",
			"12"),
		COMPANY("preferred_name", "bakkerij peters", "legal_name", "X BV", "postal_code", "2000", "street",
			"MEIR", "house_number", "12"),
		MATCH_LINK);
	verdict(COMPANY("legal_name", "Bakkerij Peeters", "postal_code", "2000", "street", "Meir", "phones",
			"+3232345678"),
		COMPANY("legal_name", "Bakkerij Peters", "postal_code", "9000", "phones", "+3232345678"), MATCH_LINK);
	verdict(COMPANY("enterprise_number", "0403449823", "legal_name", "Acme", "phones", "+3232345678"),
		COMPANY("legal_name", "Acme", "phones", "+3232345678"), MATCH_LINK);
}

static void one_fact_is_not_enough(void **ctx)
{
	(void)ctx;
	verdict(COMPANY("legal_name", "Acme"), COMPANY("legal_name", "Acme"), MATCH_NEW);
	verdict(COMPANY("legal_name", "Acme", "postal_code", "2000"),
		COMPANY("legal_name", "Acme", "postal_code", "9000"), MATCH_NEW);
	verdict(COMPANY("legal_name", "Acme", "postal_code", "2000"),
		COMPANY("legal_name", "Acme", "postal_code", "2000"), MATCH_REVIEW);
	verdict(COMPANY("legal_name", "Acme", "phones", "+3232345678"),
		COMPANY("legal_name", "Zenith", "phones", "+3232345678"), MATCH_NEW);
	verdict(COMPANY("legal_name", "Acme", "emails", "acme.one@gmail.com"),
		COMPANY("legal_name", "Acme", "emails", "acme.two@gmail.com"), MATCH_NEW);
	verdict(COMPANY("legal_name", "Acme", "postal_code", "2000", "street", "Meir", "house_number", "1"),
		COMPANY("legal_name", "Acme", "postal_code", "2000", "street", "Meir", "house_number", "99"),
		MATCH_REVIEW);
	verdict(COMPANY("legal_name", "Garage 2", "phones", "+3232345678"),
		COMPANY("legal_name", "Garage 3", "phones", "+3232345678"), MATCH_NEW);
	verdict(COMPANY("legal_name", ""), COMPANY("legal_name", ""), MATCH_NEW);
}

static void sister_companies_are_for_a_human(void **ctx)
{
	(void)ctx;
	verdict(COMPANY("legal_name", "Desmet NV", "phones", "+3232345678"),
		COMPANY("legal_name", "Desmet BV", "phones", "+3232345678"), MATCH_REVIEW);
	verdict(COMPANY("legal_name", "Desmet BVBA", "phones", "+3232345678"),
		COMPANY("legal_name", "Desmet BV", "phones", "+3232345678"), MATCH_LINK); /* the old form of the same */
}

#define COMPANY_ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define OTHER_ID "01890a5d-ac96-774b-bcce-b302099a8058"

/* The level that the field reaches; "" if one of them does not have it. */
static const char *level(const struct record *a, const struct record *b, const char *field)
{
	struct match_result r;

	compare(a, b, &r);
	for (size_t i = 0; i < r.n; i++)
		if (!strcmp(r.evidence[i].field, field))
			return r.evidence[i].level;
	return "";
}

static void short_forms_of_a_name_are_known(void **ctx)
{
#define NAMES(x, y) level(COMPANY("legal_name", x), COMPANY("legal_name", y), "name")
	(void)ctx;
	assert_string_equal(NAMES("CVO", "Centrum voor Volwassenen Onderwijs"), "acronym");
	assert_string_equal(NAMES("CVVO", "Centrum voor Volwassenen Onderwijs"), "acronym");
	assert_string_not_equal(NAMES("CO", "Centrum voor Onderwijs"), "acronym");
	assert_string_not_equal(NAMES("CVX", "Centrum voor Volwassenen Onderwijs"), "acronym");
	assert_memory_equal(NAMES("Bakkerij Peeters & Zn", "Bakkerij Peeters & Zonen"), "close", 5);
	assert_memory_equal(NAMES("Quorvex Mgmt", "Quorvex Management"), "close", 5);
	assert_string_equal(NAMES("Quorvex", "QUORVEX BV"), "same, rarest");
	assert_string_equal(NAMES("Bakkerij Peeters", "Garage Peeters"), "one word");
	assert_string_equal(NAMES("Bakkerij Peeters", "Garage Janssens"), "different");
}

static void a_mobile_telephone_differs_from_no_landline(void **ctx)
{
#define PHONES(x, y) level(COMPANY("phones", x), COMPANY("phones", y), "phones")
	(void)ctx;
	assert_string_equal(PHONES("+32470123456", "+3232345678"), "mobile and landline");
	assert_string_equal(PHONES("+32470123456", "+32486999999"), "different");
	assert_string_equal(PHONES("+3243456789", "+3292345678"), "different");   /* Luik is no mobile */
	assert_string_equal(PHONES("+3232345678", "+3232345679"), "typing");
}

/* A branch of a franchise, by its brand and the brand's web site: one candidate, two that one partner has, two that may be one. */
static void what_several_agree_with_singles_out_none(void **ctx)
{
	const struct match_model *model = match_model_default();
	const struct match_features *f[2] = {
		match_prepare(arena, model, COMPANY("legal_name", "Quorvex", "emails", "an@quorvex.example", "postal_code", "9000")),
		match_prepare(arena, model, COMPANY("legal_name", "Quorvex", "emails", "bo@quorvex.example", "postal_code", "2000"))};
	const struct match_features *x = match_prepare(arena, model, COMPANY("legal_name", "Quorvex", "websites", "https://quorvex.example"));
	struct match_result alone, r[2];
	struct match_rival rival[] = {{f[0], 1, &r[0]}, {f[1], 1, &r[1]}};

	(void)ctx;
	match_compare(model, x, f[0], &alone);
	for (int i = 0; i < 2; i++)
		match_compare(model, x, f[i], &r[i]);
	match_contest(model, rival, 1);
	assert_true(r[0].score >= alone.score && r[0].verdict == alone.verdict);
	match_contest(model, rival, 2);
	for (int i = 0; i < 2; i++) {
		assert_true(r[i].score < 0.1 && r[i].verdict != MATCH_LINK);
		assert_string_equal(r[i].evidence[r[i].n - 1].field, "others");
		match_compare(model, x, f[i], &r[i]);
	}
	rival[1].sources = 2;
	match_contest(model, rival, 2);
	assert_true(r[0].score >= alone.score);
}

static void a_personal_address_with_an_agreeing_name_links(void **ctx)
{
	(void)ctx;
	verdict(PERSON("given_name", "Jan", "family_name", "Van den Berg", "emails", "Jan@acme.example"),
		PERSON("given_name", "Jan", "family_name", "van den berg", "emails",
			"jan@acme.example\njan@home.example"),
		MATCH_LINK);
	verdict(PERSON("given_name", "J.", "family_name", "Peeters", "emails", "jp@acme.example"),
		PERSON("given_name", "Jan", "family_name", "Peeters", "emails", "jp@acme.example"), MATCH_LINK);
	verdict(PERSON("given_name", "Jan", "family_name", "Peeters", "emails", "jp@acme.example"),
		PERSON("given_name", "Mia", "family_name", "Peeters", "emails", "jp@acme.example"), MATCH_NEW);
	verdict(PERSON("emails", "jp@acme.example"),
		PERSON("given_name", "Mia", "family_name", "Peeters", "emails", "jp@acme.example"), MATCH_REVIEW);
}

static void a_role_mailbox_is_nobody(void **ctx)
{
	const struct record *a = PERSON("given_name", "Jan", "family_name", "Peeters", "emails", "info@acme.example");
	const struct record *b = PERSON("given_name", "Jan", "family_name", "Peeters", "emails", "info@acme.example");

	(void)ctx;
	verdict(a, b, MATCH_NEW);
	assert_false(share_key(a, b));
}

static void a_name_needs_a_company(void **ctx)
{
	(void)ctx;
	verdict(PERSON("given_name", "Jan", "family_name", "Peeters"),
		PERSON("given_name", "Jan", "family_name", "Peeters"), MATCH_NEW);
	verdict(PERSON("given_name", "Jan", "family_name", "Peeters", "organization", COMPANY_ID),
		PERSON("given_name", "Jan", "family_name", "Peeters", "organization", OTHER_ID), MATCH_NEW);
	verdict(PERSON("given_name", "Jan", "family_name", "Peeters", "organization", "?7"),
		PERSON("given_name", "Jan", "family_name", "Peeters", "organization", "?7"), MATCH_NEW);
	verdict(PERSON("given_name", "Jan", "family_name", "Peeters", "organization", COMPANY_ID),
		PERSON("given_name", "Jan", "family_name", "Peeters", "organization", COMPANY_ID), MATCH_REVIEW);
	verdict(PERSON("given_name", "Jan", "family_name", "Peeters", "organization", COMPANY_ID, "emails",
			"jan1@acme.example"),
		PERSON("given_name", "Jan", "family_name", "Peeters", "organization", COMPANY_ID, "emails",
			"jan2@acme.example"),
		MATCH_NEW);
	verdict(PERSON("given_name", "Jan", "family_name", "Peeters", "organization", COMPANY_ID, "phones",
			"+32470123456"),
		PERSON("given_name", "Jan", "family_name", "Peeters", "organization", COMPANY_ID, "phones",
			"+32470123456"),
		MATCH_LINK);
	/* A full name and a telephone are two facts. */
	verdict(PERSON("given_name", "Jan", "family_name", "Peeters", "phones", "+32470123456"),
		PERSON("given_name", "Jan", "family_name", "Peeters", "phones", "+32470123456"), MATCH_LINK);
}

static void a_referral_is_its_facts(void **ctx)
{
	(void)ctx;
	verdict(REFERRAL("from_partner", "unizo", "to_partner", "voka", "organization", COMPANY_ID, "service", "audit"),
		REFERRAL("from_partner", "unizo", "to_partner", "voka", "organization", COMPANY_ID, "service", "audit",
			"contact", OTHER_ID),
		MATCH_LINK);
	verdict(REFERRAL("from_partner", "unizo", "to_partner", "voka", "organization", COMPANY_ID, "service", "audit"),
		REFERRAL("from_partner", "unizo", "to_partner", "voka", "organization", COMPANY_ID, "service", "scan"),
		MATCH_NEW);
	verdict(REFERRAL("from_partner", "unizo", "to_partner", "voka", "organization", COMPANY_ID, "service", "audit",
			"created_at", "2024-01-01T08:00:00Z"),
		REFERRAL("from_partner", "unizo", "to_partner", "voka", "organization", COMPANY_ID, "service", "audit",
			"created_at", "2025-01-01T08:00:00Z"),
		MATCH_NEW);
	verdict(REFERRAL("from_partner", "unizo", "to_partner", "voka"),
		REFERRAL("from_partner", "unizo", "to_partner", "voka"), MATCH_NEW);
}

static void a_participation_is_its_facts(void **ctx)
{
	(void)ctx;
	verdict(PARTICIPATION("contact", COMPANY_ID, "activity_id", "7", "held_on", "2024-05-01"),
		PARTICIPATION("contact", COMPANY_ID, "activity_id", "7"), MATCH_LINK);
	verdict(PARTICIPATION("contact", COMPANY_ID, "activity_id", "7", "held_on", "2024-05-01"),
		PARTICIPATION("contact", COMPANY_ID, "activity_id", "7", "held_on", "2024-05-02"), MATCH_NEW);
	verdict(PARTICIPATION("activity_id", "7"), PARTICIPATION("activity_id", "7"), MATCH_NEW);
}

static void types_do_not_share_keys(void **ctx)
{
	(void)ctx;
	assert_false(share_key(COMPANY("phones", "+3232345678"), PERSON("phones", "+3232345678")));
}

static void huge_sets_are_bounded(void **ctx)
{
	const char *phone[500];
	uint64_t key[MATCH_KEYS_MAX];
	struct match_result r;
	struct record *a;

	(void)ctx;
	for (size_t i = 0; i < 500; i++)
		phone[i] = arena_printf(arena, "+3247%07zu", i);
	a = COMPANY("legal_name", "Acme", "phones", set_make(arena, phone, 500), "alternative_names",
		set_make(arena, phone, 500), "enterprise_number", "0403449823");
	assert_in_range(match_keys(match_prepare(arena, match_model_default(), a), key), 1, MATCH_KEYS_MAX);
	compare(a, a, &r);
	assert_int_equal(r.verdict, MATCH_LINK);
	assert_in_range(r.n, 1, MATCH_EVIDENCE_MAX);
}

static bool prepared_alike(const struct record *a, const struct record *b)
{
	const struct match_features *x = match_prepare(arena, match_model_default(), a), *y = match_prepare(arena, match_model_default(), b);

	return match_features_size(x) == match_features_size(y) && !memcmp(x, y, match_features_size(x));
}

static void who_says_the_same_is_prepared_alike(void **ctx)
{
	struct record *a = COMPANY("legal_name", "Acme BV", "legal_form", "610", "postal_code", "9000", "emails", "info@acme.example");
	struct record *b = arena_copy(arena, a, sizeof *a);

	(void)ctx;
	b->v[ORGANIZATION_PREFERRED_NAME] = b->v[ORGANIZATION_LEGAL_NAME];
	b->v[ORGANIZATION_PROVINCE] = "BE-VOV";
	assert_true(match_same_said(a, b));
	assert_true(prepared_alike(a, b));
	for (unsigned f = 0; f < field_count(RECORD_ORGANIZATION); f++)
		for (size_t i = 0; i < 4; i++) {
			static const char *const other[] = { NULL, "", "Nog iets BVBA", "0403449823" };
			struct record *c = arena_copy(arena, b, sizeof *b);

			c->v[f] = other[i];
			if (match_same_said(a, c))
				assert_true(prepared_alike(a, c));
		}
	b->v[ORGANIZATION_PREFERRED_NAME] = "Acme Gent";
	assert_false(match_same_said(a, b));
	assert_false(match_same_said(a, PERSON("family_name", "Maes")));
}

/* Said without comparing, from a hash. */
static void different_decisive_values_are_new(void **ctx)
{
	static const char *const number[] = { NULL, "0403449823", "0272838036", "1" };

	(void)ctx;
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < 4; k++) {
			const struct match_model *model = match_model_default();
			const struct match_features *a = match_prepare(arena, model, COMPANY("legal_name", "Acme", "enterprise_number", number[i]));
			const struct match_features *b = match_prepare(arena, model, COMPANY("legal_name", "Acme", "enterprise_number", number[k]));
			const uint32_t x = match_decisive(a), y = match_decisive(b);
			struct match_result r;

			assert_int_equal(x != 0, i == 1 || i == 2);
			match_compare(model, a, b, &r);
			if (x && y && x != y)
				assert_int_equal(r.verdict, MATCH_NEW);
			assert_int_equal(x && y && x != y, i != k && (i == 1 || i == 2) && (k == 1 || k == 2));
		}
	assert_int_equal(match_decisive(match_prepare(arena, match_model_default(), PERSON("family_name", "Maes"))), 0);
}

static const struct record *examples[4];

static void make_examples(void)
{
	examples[0] = COMPANY("legal_name", "Algemene Bakkerij Peeters (Zaagmolen) BVBA", "preferred_name", "ABP - Atelier \xc3\x89t\xc3\xa9", "enterprise_number",
		"0272838036", "establishment_numbers", "2.123.456.725", "street", "Koning Albert II-laan", "house_number", "12a", "postal_code",
		"9000", "municipality", "Gent", "emails", "info@zaagmolen.example", "phones", "+3292345678", "websites", "https://zaagmolen.example");
	examples[1] = PERSON("given_name", "Jean-Pierre", "family_name", "Van den Berghe", "emails", "jp@acme.example", "phones", "+32470123456",
		"organization", "0192f3a4-5b6c-7d8e-9f00-112233445566");
	examples[2] = REFERRAL("from_partner", "unizo", "to_partner", "voka", "service", "advies", "created_at", "2026-03-05T10:00:00Z");
	examples[3] = PARTICIPATION("activity_id", "w7", "activity_kind", "webinar", "held_on", "2026-03-05");
}

/* Blocks are kept from one version of the program to the next: one that prepares other blocks must not read those. */
static void another_form_of_features_has_another_number(void **ctx)
{
	uint64_t said = hash_text(match_model_version(match_model_default()), 0);

	(void)ctx;
	make_examples();
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		const struct match_features *f = match_prepare(arena, match_model_default(), examples[i]);

		said = hash_bytes(f, match_features_size(f), said);
	}
	if (said != UINT64_C(0x45585179b6f9b217))
		fail_msg("these blocks are new: change FEATURES_FORM unless it is the model that changed, and put %#llx here", (unsigned long long)said);
}

/* So are keys. */
static void other_keys_have_another_number(void **ctx)
{
	uint64_t key[MATCH_KEYS_MAX], said = 0;

	(void)ctx;
	make_examples();
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		const size_t n = match_keys(match_prepare(arena, match_model_default(), examples[i]), key);

		said = hash_bytes(key, n * sizeof *key, said);
	}
	if (said != UINT64_C(0x4ab6bbe11ea8ab67))
		fail_msg("these keys are new: change KEYS_FORM and put %#llx here", (unsigned long long)said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_says_the_same_is_prepared_alike),
		cmocka_unit_test(different_decisive_values_are_new),
		cmocka_unit_test(equal_valid_numbers_link),
		cmocka_unit_test(a_number_does_not_join_members_of_a_group),
		cmocka_unit_test(a_rare_name_at_one_place_is_the_one_with_a_number),
		cmocka_unit_test(different_valid_numbers_never_link),
		cmocka_unit_test(a_name_and_a_second_fact_link),
		cmocka_unit_test(one_fact_is_not_enough),
		cmocka_unit_test(sister_companies_are_for_a_human),
		cmocka_unit_test(short_forms_of_a_name_are_known),
		cmocka_unit_test(a_mobile_telephone_differs_from_no_landline),
		cmocka_unit_test(what_several_agree_with_singles_out_none),
		cmocka_unit_test(a_personal_address_with_an_agreeing_name_links),
		cmocka_unit_test(a_role_mailbox_is_nobody),
		cmocka_unit_test(a_name_needs_a_company),
		cmocka_unit_test(a_referral_is_its_facts),
		cmocka_unit_test(a_participation_is_its_facts),
		cmocka_unit_test(types_do_not_share_keys),
		cmocka_unit_test(huge_sets_are_bounded),
		cmocka_unit_test(another_form_of_features_has_another_number),
		cmocka_unit_test(other_keys_have_another_number),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
