#include "core/mapping.h"

#include <string.h>
#include <time.h>

#include "core/normalise.h"
#include "mapping_fixture.h"

static void wrong_rows_are_diagnosed(void **state)
{
	static const char *const rows[][2] = {
		{"legal_nam: /name", "did you mean \"legal_name\"?"},
		{"birth_date: /b", "unknown field"},
		{"national_register_number: /b", "unknown field"},
		{"iban: /b", "unknown field"},
		{"legal_name: name", "JSON Pointer"},
		{"legal_name: ''", "whole record"},
		{"legal_name: { as: text }", "needs at"},
		{"legal_name: { at: /a, az: text }", "az"},
		{"legal_name: { at: /a, as: emial }", "did you mean \"email\"?"},
		{"legal_name: { at: [/a, /b] }", "no set"},
		{"legal_name: { at: /a, words: { x: y } , as: text }", "takes words"},
		{"status: { at: /a, as: enum, words: { x: 'a b c' } }", "not a value"},
		{"status: { at: /a, as: enum }", "needs words"},
		{"country: { value: Atlantis }", "constant"},
		{"country: { value: BE, at: /a }", "constant"},
		{"legal_name: { at: /a, loss: squeezed }", "loss"},
		{"emails: { at: /a, with: { x: y } }", "needs each"},
		{"emails: { at: /a, each: x }", "JSON Pointer"},
		{"legal_name: { at: /a, as: 'split:;' }", "split"},
		{"legal_name: { at: /a, empty: [1] }", "null, false"},
		{"legal_name: /a\npreferred_name: /a", "one of them needs write: no"},
		{"x.voka: /a", "x.<partner>.<name>"},
		{"street: { at: /a, as: [trim, address-street] }", "alone"},
		{"legal_name: { at: /a, as: 'time:%q' }", "format"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct diags diags;

		if (try_compile(RECORD_ORGANIZATION, rows[i][0], &diags))
			fail_msg("taken: %s", rows[i][0]);
		assert_true(diags.n >= 1);
		assert_non_null(strstr(diags.line[0], "map.yaml:"));
		if (!strstr(diags.line[0], rows[i][1]))
			fail_msg("%s: %s", rows[i][0], diags.line[0]);
	}
}

static void broken_laws_are_diagnosed(void **state)
{
	static const char *const maps[] = {
		"legal_name: { at: /a, as: [number] }\nlegal_form: /b\n", /* a name is no number, but "7" is */
		"phones: { at: /p, as: 'prefix:+32' }\n",		  /* reads 02 as +3202 and never settles */
		"legal_name: /a/0\npreferred_name: /a\n",		  /* one within the other */
		"websites: { at: /w, as: 'date:%Y-%m-%d' }\n",		  /* no web site is a day */
		"emails: { at: /mail, as: 'country:nl' }\n",
	};
	const bool sound[] = {true, true, false, false, true};

	(void)state;
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		struct diags diags;
		struct mapping *m = try_compile(RECORD_ORGANIZATION, maps[i], &diags);

		assert_non_null(m);
		if (mapping_check(m, &diags) != sound[i])
			fail_msg("%s%s", maps[i], diags.n ? diags.line[0] : "found sound");
	}
}

static void every_change_of_a_row_changes_the_hash(void **state)
{
	static const char *const maps[] = {"legal_name: /a", "legal_name: /b", "preferred_name: /a",
		"legal_name: { at: /a }", "legal_name: { at: /a, write: no }", "legal_name: { at: /a, as: upper }",
		"legal_name: /a\nstreet: /s"};
	uint64_t hash[7];

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		struct diags diags;

		hash[i] = mapping_hash(try_compile(RECORD_ORGANIZATION, maps[i], &diags));
		for (size_t k = 0; k < i; k++)
			assert_true(hash[i] != hash[k]);
	}
}

static void items_keep_the_laws(void **state)
{
	struct mapping *m = compile(RECORD_ORGANIZATION, simple);
	AUTO(json_drop)
	json_t *item = json_of("{\"name\":\"Acme\",\"tags\":\"a;b\",\"state\":{\"code\":0},\"lang\":\"Dutch\"}");
	AUTO(json_drop) json_t *three = json_of("{\"zip\":\"B-9000x\"}");

	(void)state;
	assert_string_equal(mapping_check_item(m, arena, item), "");
	assert_non_null(strstr(mapping_check_item(m, arena, three), "postal_code"));
}

/* Every naughty string in every field of every type: kept in canonical form, or refused for that field. */
static void naughty_strings_through_every_field(void **state)
{
	AUTO(json_drop) json_t *list = json_load_file(SOURCE_DIR "/../shared/data/blns/blns.json", 0, NULL);
	struct arena *page = arena_new();
	json_t *one;
	size_t i;

	(void)state;
	for (enum record_type type = 0; list && type < RECORD_TYPES; type++) {
		BUF_AUTO struct buf yaml = {0};
		struct mapping *m;

		for (unsigned f = 0; f < field_count(type); f++)
			buf_addf(&yaml, "%s: { at: /%s, as: %s%s }\n", field_at(type, f)->name, field_at(type, f)->name,
				"text", field_at(type, f)->set ? ", each: ''" : "");
		buf_addc(&yaml, '\0');
		m = compile(type, yaml.data);
		json_array_foreach (list, i, one) {
			for (unsigned f = 0; f < field_count(type); f++) {
				const struct field *field = field_at(type, f);
				AUTO(json_drop) json_t *item = json_object();
				AUTO(json_drop) json_t *back = NULL;
				struct err e = {0};
				struct record *r;

				json_object_set(item, field->name, one);
				if (field->set)
					json_object_set_new(item, field->name, json_pack("[O]", one));
				r = mapping_in(m, page, item, &e);
				if (!r) {
					assert_int_equal(e.kind, ERR_ITEM);
					assert_string_equal(e.field, field->name);
					continue;
				}
				back = record_json(r);
				if (!record_parse(page, type, back, &e))
					fail_msg("%s: %s: %s", field->name, json_string_value(one), e.text);
				if (field->kind == VALUE_TEXT)
					is_value(
						r->v[f], normalise(page, VALUE_TEXT, json_string_value(one), NULL, &e));
				assert_string_equal(mapping_check_item(m, page, item), "");
			}
			arena_reset(page);
		}
	}
	arena_free(page);
	if (!list)
		skip();
}

static const char typical[] =
	"legal_name: /name\nenterprise_number: { at: /vat, as: 'enterprise-number:vat' }\nlegal_form: { at: /form, as: "
	"legal-form }\n"
	"status: { at: /state, words: { '0': AC, '1': ST } }\nlanguage: { at: /lang, as: language }\n"
	"street: { at: /line, as: address-street }\nhouse_number: { at: /line, as: address-number }\n"
	"box: { at: /line, as: address-box }\npostal_code: /zip\nmunicipality: /city\ncountry: { at: /country, as: "
	"country }\n"
	"emails: { at: [/mail1, /mail2], as: email }\nphones: { at: [/phone, /mobile], as: 'phone:BE' }\n"
	"websites: { at: /web, as: url }\nnace: { at: /nace, each: '' }\n";
static const char company[] =
	"{\"name\":\"B\xc3\xa9lier & Zonen NV\",\"vat\":\"BE "
	"0403.449.823\",\"form\":\"NV\",\"state\":0,\"lang\":\"nl\",\"line\":\"Koning Albert II "
	"laan 15 bus "
	"224\",\"zip\":\"9000\",\"city\":\"Gent\",\"country\":\"BE\",\"mail1\":\"info@acme.example\",\"mail2\":null,"
	"\"phone\":\"02 315 13 51\",\"mobile\":\"0470 12 34 "
	"56\",\"web\":\"https://www.acme.example\",\"nace\":[\"2025:62100\"]}";

/* Printed, not asserted: what mapping adds to parsing. */
static void cost_of_a_typical_company(void **state)
{
	struct mapping *m = compile(RECORD_ORGANIZATION, typical);
	AUTO(json_drop) json_t *item = json_of(company);
	struct arena *page = arena_new();
	struct timespec from, to;
	const int rounds = 2000;
	struct err e;

	(void)state;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	for (int i = 0; i < rounds; i++) {
		assert_non_null(mapping_in(m, page, item, &e));
		if (i % 100 == 0)
			arena_reset(page);
	}
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	print_message("mapping_in: %.2f us per company\n",
		((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / 1e3 / rounds);
	arena_free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_rows_are_diagnosed),
		cmocka_unit_test(broken_laws_are_diagnosed),
		cmocka_unit_test(every_change_of_a_row_changes_the_hash),
		cmocka_unit_test(items_keep_the_laws),
		cmocka_unit_test(naughty_strings_through_every_field),
		cmocka_unit_test(cost_of_a_typical_company),
	};

	return cmocka_run_group_tests(tests, fresh_arena, drop_arena);
}
