#include "core/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static void tables_are_sound(void **state)
{
	(void)state;
	for (enum record_type type = 0; type < RECORD_TYPES; type++) {
		enum record_type back;

		assert_true(record_type_parse(record_type_name(type), &back));
		assert_int_equal(back, type);
		assert_in_range(field_count(type), 1, RECORD_FIELDS_MAX);
		for (unsigned i = 0; i < field_count(type); i++) {
			assert_int_equal(field_find(type, field_at(type, i)->name), i);
			assert_true(strlen(field_at(type, i)->name) < sizeof(((struct err *)NULL)->field));
		}
	}
	assert_int_equal(field_find(RECORD_ORGANIZATION, "birth_date"), -1);
	assert_string_equal(field_nearest(RECORD_ORGANIZATION, "legalname"), "legal_name");
	assert_int_equal(field_at(RECORD_CONTACT, CONTACT_ORGANIZATION)->target, RECORD_ORGANIZATION);
	assert_int_equal(field_at(RECORD_REFERRAL, REFERRAL_CONTACT)->target, RECORD_CONTACT);
	assert_false(record_type_parse("person", &(enum record_type){0}));
}

static void extra_fields_are_numbered_once(void **state)
{
	struct err e;
	int first = field_extra(RECORD_PARTICIPATION, "x.voka.segment", &e);

	(void)state;
	assert_int_equal(first, PARTICIPATION_FIELD_COUNT);
	assert_int_equal(field_extra(RECORD_PARTICIPATION, "x.voka.segment", &e), first);
	assert_int_equal(field_extra(RECORD_PARTICIPATION, "x.voka.other", &e), first + 1);
	assert_true(field_at(RECORD_PARTICIPATION, (unsigned)first)->extra);
	assert_int_equal(field_find(RECORD_PARTICIPATION, "x.voka.segment"), first);

	const char *const malformed[] = {"x.voka", "x..a", "x.voka.", "y.voka.a", "x.voka.A", "x.-v.a", "x.voka.a.b",
		"x.voka.a123456789012345678901234567890123456789012345"};

	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
		assert_int_equal(field_extra(RECORD_PARTICIPATION, malformed[i], &e), -1);
	for (int i = 0; i < RECORD_FIELDS_MAX; i++) {
		int index = field_extra(RECORD_PARTICIPATION, arena_printf(arena, "x.full.n%d", i), &e);

		assert_int_equal(index, first + 2 + i < RECORD_FIELDS_MAX ? first + 2 + i : -1);
	}
	assert_int_equal(e.kind, ERR_BROKEN);
}

static void sets_are_sorted_and_unique(void **state)
{
	const char *const element[] = {"b", "a", "", "b", "c", "a"};
	const char *set = set_make(arena, element, 6), *cursor = set;
	size_t len;

	(void)state;
	assert_string_equal(set, "a\nb\nc");
	assert_string_equal(set_make(arena, element, 0), "");
	assert_string_equal(set_make(arena, element + 2, 1), "");
	assert_true(set_has(set, "b"));
	assert_false(set_has(set, "ab"));
	assert_false(set_has(set, ""));
	for (const char *want = "abc"; *want; want++) {
		const char *got = set_next(&cursor, &len);

		assert_int_equal(len, 1);
		assert_int_equal(*got, *want);
	}
	assert_null(set_next(&cursor, &len));
	cursor = NULL;
	assert_null(set_next(&cursor, &len));
}

static const char canonical[] =
	"{\"enterprise_number\":\"0403449823\",\"legal_name\":\"Acme \\\"X\\\" NV\",\"box\":null,"
	"\"emails\":[\"a@acme.example\",\"b@acme.example\"],\"websites\":[]}";

static void printing_and_parsing_agree(void **state)
{
	AUTO(json_drop) json_t *json = json_of(canonical);
	BUF_AUTO struct buf text = {0};
	struct err e;
	struct record *r = record_parse(arena, RECORD_ORGANIZATION, json, &e);

	(void)state;
	assert_non_null(r);
	assert_string_equal(r->v[ORGANIZATION_EMAILS], "a@acme.example\nb@acme.example");
	assert_string_equal(r->v[ORGANIZATION_BOX], "");
	assert_string_equal(r->v[ORGANIZATION_WEBSITES], "");
	assert_null(r->v[ORGANIZATION_STREET]);
	record_print(&text, r);
	buf_addc(&text, '\0');
	assert_string_equal(text.data, canonical);

	AUTO(json_drop) json_t *again = record_json(r);

	assert_true(json_equal(json, again));
	buf_clear(&text);
	record_print(&text, record_new(arena, RECORD_CONTACT));
	assert_memory_equal(text.data, "{}", 2);
}

static void parsing_is_strict(void **state)
{
	static const struct {
		const char *text, *field;
	} bad[] = {
		{"{\"legal_nam\":\"x\"}", "legal_nam"},
		{"{\"legal_name\":7}", "legal_name"},
		{"{\"legal_name\":[\"x\"]}", "legal_name"},
		{"{\"legal_name\":\" x\"}", "legal_name"},
		{"{\"enterprise_number\":\"0403.449.823\"}", "enterprise_number"},
		{"{\"emails\":\"a@acme.example\"}", "emails"},
		{"{\"emails\":[\"b@acme.example\",\"a@acme.example\"]}", "emails"},
		{"{\"emails\":[\"a@acme.example\",\"a@acme.example\"]}", "emails"},
		{"{\"emails\":[\"a@acme.example\",null]}", "emails"},
		{"{\"emails\":[{\"a\":1}]}", "emails"},
		{"{\"legal_name\":\"a\\nb\"}", "legal_name"},
		{"{\"legal_name\":\"\"}", "legal_name"},
		{"[]", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO(json_drop) json_t *json = json_of(bad[i].text);
		struct err e = {0};

		assert_null(record_parse(arena, RECORD_ORGANIZATION, json, &e));
		assert_int_equal(e.kind, ERR_ITEM);
		assert_string_equal(e.field, bad[i].field);
	}

	AUTO(json_drop) json_t *json = json_of("{\"decision_maker\":\"true\"}");
	struct err e = {0};

	assert_null(record_parse(arena, RECORD_CONTACT, json, &e));
}

static void odd_booleans_survive(void **state)
{
	AUTO(json_drop) json_t *json = json_of("{\"decision_maker\":\"perhaps\"}");
	AUTO(json_drop) json_t *yes = json_of("{\"decision_maker\":true}");
	struct err e;
	struct record *r = record_parse(arena, RECORD_CONTACT, json, &e);

	(void)state;
	assert_string_equal(r->v[CONTACT_DECISION_MAKER], "perhaps");
	r = record_parse(arena, RECORD_CONTACT, yes, &e);
	assert_string_equal(r->v[CONTACT_DECISION_MAKER], "true");

	AUTO(json_drop) json_t *back = record_json(r);

	assert_true(json_equal(back, yes));
}

static void hash_tells_values_states_and_fields_apart(void **state)
{
	struct record *a = record_new(arena, RECORD_ORGANIZATION), *b = record_new(arena, RECORD_ORGANIZATION);
	uint64_t none = record_hash(a);

	(void)state;
	a->v[ORGANIZATION_STREET] = "";
	assert_true(record_hash(a) != none);
	b->v[ORGANIZATION_BOX] = "";
	assert_true(record_hash(a) != record_hash(b));
	a->v[ORGANIZATION_STREET] = "x";
	b->v[ORGANIZATION_BOX] = NULL;
	b->v[ORGANIZATION_STREET] = arena_strdup(arena, "x");
	assert_true(record_hash(a) == record_hash(b));
	a->v[ORGANIZATION_BOX] = "y";
	b->v[ORGANIZATION_STREET] = "y";
	b->v[ORGANIZATION_BOX] = "x";
	assert_true(record_hash(a) != record_hash(b));
}

static void schema_lists_every_field(void **state)
{
	(void)state;
	for (enum record_type type = 0; type < RECORD_TYPES; type++) {
		AUTO(json_drop) json_t *schema = record_schema(type);
		json_t *properties = json_object_get(schema, "properties");

		assert_int_equal(json_object_size(properties), field_count(type));
		assert_true(json_is_false(json_object_get(schema, "additionalProperties")));
		for (unsigned i = 0; i < field_count(type); i++) {
			json_t *one = json_object_get(properties, field_at(type, i)->name);

			assert_string_equal(json_string_value(json_object_get(one, "title")), field_at(type, i)->help);
			assert_int_equal(!json_object_get(one, "items"), !field_at(type, i)->set);
		}
	}
}

/* python3-jsonschema, if it is there, takes the schema and what record_json() makes, and refuses other things. */
static void schema_agrees_with_jsonschema(void **state)
{
	AUTO(json_drop) json_t *schema = record_schema(RECORD_ORGANIZATION);
	AUTO(free) char *text = json_dumps(schema, 0);
	FILE *oracle;
	int status;

	(void)state;
	if (system("python3 -c 'import jsonschema' 2>/dev/null"))
		skip();
	oracle = popen("python3 -c 'import json, sys, jsonschema\n"
		       "schema, good, *bad = [json.loads(line) for line in sys.stdin]\n"
		       "jsonschema.Draft202012Validator.check_schema(schema)\n"
		       "check = jsonschema.Draft202012Validator(schema).is_valid\n"
		       "sys.exit(not check(good) or any(map(check, bad)))'",
		"w");
	assert_non_null(oracle);
	fprintf(oracle,
		"%s\n%s\n{\"legal_nam\":\"x\"}\n{\"legal_name\":7}\n{\"emails\":null}\n{\"emails\":[\"a\",\"a\"]}\n"
		"{\"legal_name\":\"a\\u0001\"}\n",
		text, canonical);
	status = pclose(oracle);
	assert_int_equal(status, 0);
}

static void is_exported(const char *record, enum record_type type, const char *want)
{
	AUTO(json_drop) json_t *json = json_of(record);
	AUTO(json_drop) json_t *expected = json_of(want);
	AUTO(json_drop) json_t *out = NULL;
	struct err e = {0};
	struct record *r = record_parse(arena, type, json, &e);

	if (!r)
		fail_msg("%s: %s", e.field, e.text);
	out = record_jsonld(r, "0190a0b0-0000-7000-8000-000000000001");
	assert_true(json_is_object(json_object_get(out, "@context")));
	json_object_del(out, "@context");
	if (!json_equal(out, expected)) {
		AUTO(free) char *got = json_canonical(out);

		fail_msg("%s", got);
	}
}

#define ID "\"@id\":\"urn:uuid:0190a0b0-0000-7000-8000-000000000001\""

static void exports_have_oslo_names(void **state)
{
	(void)state;
	is_exported("{\"enterprise_number\":\"0403449823\",\"legal_name\":\"Acme\",\"box\":null,\"legal_form\":\"610\","
		    "\"nace\":"
		    "[\"2025:62100\"],\"street\":\"Kerkstraat\",\"house_number\":\"1\",\"emails\":[\"a@acme.example\","
		    "\"b@acme.example\"],"
		    "\"establishment_numbers\":[\"2000000339\"],\"employees_class\":\"2\"}",
		RECORD_ORGANIZATION,
		"{" ID ",\"@type\":\"GeregistreerdeOrganisatie\",\"registratie\":{\"@type\":\"Identificator\","
		       "\"identificator\":"
		"\"0403449823\",\"toegekendDoorString\":\"Kruispuntbank van "
		"Ondernemingen\"},\"wettelijkeNaam\":\"Acme\","
		"\"rechtsvorm\":\"https://data.vlaanderen.be/id/concept/Rechtsvormtype/v1/610\",\"activiteit\":"
		"[\"https://vocab.belgif.be/auth/nace2025/62100\"],\"heeftPrimaireVestiging\":{\"@type\":\"Vestiging\","
		"\"vestigingsAdres\":{\"@type\":\"Adresvoorstelling\",\"straatnaam\":\"Kerkstraat\",\"huisnummer\":"
		"\"1\"}},"
		"\"contactinfo\":[{\"@type\":\"Contactpunt\",\"email\":\"a@acme.example\"},{\"@type\":\"Contactpunt\","
		"\"email\":"
		"\"b@acme.example\"}],\"heeftVestiging\":[{\"@type\":\"Vestiging\",\"registratie\":{\"@type\":"
		"\"Identificator\","
		"\"identificator\":\"2000000339\",\"toegekendDoorString\":\"Kruispuntbank van Ondernemingen\"}}],"
		"\"employees_class\":\"2\"}");
	is_exported("{\"given_name\":\"An\",\"organization\":\"0190a0b0-0000-7000-8000-000000000002\",\"role\":\"CEO\","
		    "\"decision_maker\":true,\"consent.newsletter\":\"granted 2024-01-02T00:00:00Z form\"}",
		RECORD_CONTACT,
		"{" ID ",\"@type\":\"Persoon\",\"voornaam\":\"An\",\"bekleedt\":{\"@type\":\"Positie\",\"positieBij\":"
		"\"urn:uuid:0190a0b0-0000-7000-8000-000000000002\",\"rol\":\"CEO\"},\"decision_maker\":true,"
		"\"toestemming\":"
		"[{\"@type\":\"Toestemming\",\"gegevenVoor\":\"newsletter\",\"status\":\"granted\",\"gegevenOp\":"
		"\"2024-01-02T00:00:00Z\"}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_sound),
		cmocka_unit_test(extra_fields_are_numbered_once),
		cmocka_unit_test(sets_are_sorted_and_unique),
		cmocka_unit_test(printing_and_parsing_agree),
		cmocka_unit_test(parsing_is_strict),
		cmocka_unit_test(odd_booleans_survive),
		cmocka_unit_test(hash_tells_values_states_and_fields_apart),
		cmocka_unit_test(schema_lists_every_field),
		cmocka_unit_test(schema_agrees_with_jsonschema),
		cmocka_unit_test(exports_have_oslo_names),
	};

	return cmocka_run_group_tests(tests, fresh_arena, drop_arena);
}
