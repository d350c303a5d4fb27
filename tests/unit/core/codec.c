#include "core/codec.h"

#include <string.h>

#include "fixture.h"

#define WORDS 4

struct vector {
	const char *codec;
	enum value_kind kind;
	const char *raw, *value, *written; /* value NULL: refused; written NULL: not written */
	struct codec_word word[WORDS];
};

static const struct vector vectors[] = {
	{"text", VALUE_TEXT, " a ", " a ", " a ", {{0}}},
	{"trim", VALUE_TEXT, " a\t", "a", "a", {{0}}},
	{"upper", VALUE_TEXT, "\xc3\xa9t\xc3\xa9", "\xc3\x89T\xc3\x89", "\xc3\x89T\xc3\x89", {{0}}},
	{"lower", VALUE_TEXT, "BVBA", "bvba", "bvba", {{0}}},
	{"title", VALUE_TEXT, "JAN-PIET D'HONDT", "Jan-Piet D'Hondt", "Jan-Piet D'Hondt", {{0}}},
	{"title", VALUE_TEXT, "McCall NV", "McCall NV", "McCall NV", {{0}}},
	{"number", VALUE_POSTAL, "9000", "9000", "9000", {{0}}},
	{"prefix:urn:x:", VALUE_TEXT, "urn:x:7", "7", "urn:x:7", {{0}}},
	{"prefix:urn:x:", VALUE_TEXT, "7", "7", "urn:x:7", {{0}}},
	{"enum", VALUE_CODE, "0", "AC", "0", {{"0", "AC"}, {"1", "ST"}}},
	{"enum", VALUE_CODE, "2", "ST", "1", {{"0", "AC"}, {"1", "ST"}, {"2", "ST"}}},
	{"enum", VALUE_CODE, "7", NULL, NULL, {{"0", "AC"}}},
	{"enum", VALUE_CODE, "7", "7", "7", {{"0", "AC"}, {"*", "*"}}},
	{"enum", VALUE_CODE, "7", "ST", "1", {{"0", "AC"}, {"1", "ST"}, {"*", "ST"}}},
	{"enum", VALUE_CODE, "7", "XX", "9", {{"0", "AC"}, {"*", "XX"}, {"9", "*"}}},
	{"enum", VALUE_CODE, "none", "", "", {{"a", "AC"}, {"none", ""}}},
	{"enum", VALUE_CODE, " ", "", "", {{"a", "AC"}}},
	{"enum", VALUE_CONSENT, "true", "withdrawn", "true", {{"true", "withdrawn"}, {"false", "granted"}}},
	{"bool", VALUE_BOOL, "ja", "true", "true", {{0}}},
	{"bool", VALUE_BOOL, "0", "false", "false", {{0}}},
	{"bool", VALUE_BOOL, "perhaps", NULL, NULL, {{0}}},
	{"bool", VALUE_BOOL, "N", "false", "N", {{"Y", "true"}, {"N", "false"}}},
	{"consent", VALUE_CONSENT, "granted", "granted", "granted", {{0}}},
	{"consent", VALUE_CONSENT, "maybe", NULL, NULL, {{0}}},
	{"phone:BE", VALUE_PHONE, "02 315 13 51", "+3223151351", "+3223151351", {{0}}},
	{"phone:BE:national", VALUE_PHONE, "+32 470 12 34 56", "+32470123456", "0470 12 34 56", {{0}}},
	{"phone:NL", VALUE_PHONE, "020-1234567", "+31201234567", "+31201234567", {{0}}},
	{"phone:BE", VALUE_PHONE, "ERASED:5f1", "", "", {{0}}},
	{"enterprise-number", VALUE_ENTERPRISE, "BE 0403.449.823", "0403449823", "0403449823", {{0}}},
	{"enterprise-number:dots", VALUE_ENTERPRISE, "0403449823", "0403449823", "0403.449.823", {{0}}},
	{"enterprise-number:vat", VALUE_ENTERPRISE, "0403449823", "0403449823", "BE0403449823", {{0}}},
	{"enterprise-number:vat-dots", VALUE_ENTERPRISE, "0403449823", "0403449823", "BE 0403.449.823", {{0}}},
	{"enterprise-number:vat", VALUE_ENTERPRISE, "NL123B01", "NL123B01", "NL123B01", {{0}}},
	{"enterprise-number:vat", VALUE_ENTERPRISE, "/", "", "", {{0}}},
	{"establishment-number:dots", VALUE_ESTABLISHMENT, "2000000339", "2000000339", "2.000.000.339", {{0}}},
	{"legal-form", VALUE_CODE, "B.V.", "610", "610", {{0}}},
	{"legal-form:label", VALUE_CODE, "bvba", "015", "BVBA", {{0}}},
	{"legal-form:label", VALUE_CODE, "114", "114", "114", {{0}}},
	{"nace:2008:dots", VALUE_NACE, "62.010", "2008:62.010", NULL, {{0}}},
	{"nace", VALUE_NACE, "2025:62100", "2025:62100", "2025:62100", {{0}}},
	{"email", VALUE_EMAIL, "An <an@ACME.example>", "an@acme.example", "an@acme.example", {{0}}},
	{"email", VALUE_EMAIL, "ERASED:5f1", "", "", {{0}}},
	{"country:fr", VALUE_COUNTRY, "Belgi\xc3\xab", "BE", "Belgique", {{0}}},
	{"country", VALUE_COUNTRY, "Pays-Bas", "NL", "NL", {{0}}},
	{"country:nl", VALUE_COUNTRY, "JP", "JP", "Japan", {{0}}},
	{"country:nl", VALUE_COUNTRY, "AQ", "AQ", "AQ", {{0}}},
	{"language:{}_BE", VALUE_LANGUAGE, "nl_NL", "nl", "nl_BE", {{0}}},
	{"language", VALUE_LANGUAGE, "Dutch", "nl", "nl", {{0}}},
	{"date:%d/%m/%Y", VALUE_DATE, "29/02/2024", "2024-02-29", "29/02/2024", {{0}}},
	{"date:%Y-%m-%d", VALUE_DATE, "0000-00-00", "", "", {{0}}},
	{"date:%d/%m/%Y", VALUE_DATE, "2024-02-29", NULL, NULL, {{0}}},
	{"date:epoch-ms", VALUE_DATE, "1709164800000", "2024-02-29", "1709164800000", {{0}}},
	{"time:%Y-%m-%d %H:%M:%S", VALUE_TIME, "2024-02-29 10:20:30", "2024-02-29T10:20:30Z", "2024-02-29 10:20:30",
		{{0}}},
	{"time:%Y-%m-%d %H:%M:%S", VALUE_TIME, "0000-00-00 00:00:00", "", "", {{0}}},
	{"time:epoch-s", VALUE_TIME, "0", "1970-01-01T00:00:00Z", "0", {{0}}},
	{"time:/Date(%Q)/", VALUE_TIME, "/Date(1709202030250)/", "2024-02-29T10:20:30.250Z", "/Date(1709202030250)/",
		{{0}}},
	{"ref:/accounts({})", VALUE_REF, "/accounts(7)", "7", "/accounts(7)", {{0}}},
	{"ref:/accounts({})", VALUE_REF, "7", "7", "/accounts(7)", {{0}}},
	{"ref", VALUE_REF, "7", "7", "7", {{0}}},
};

static void prepare(struct codec_use *use, const struct vector *v)
{
	size_t n = 0;
	struct err e;

	while (n < WORDS && v->word[n].raw)
		n++;
	if (!codec_prepare(use, arena, v->codec, v->kind, v->word, n, &e))
		fail_msg("%s: %s", v->codec, e.text);
}

static void vectors_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		struct err e = {0};
		struct codec_use use;
		const char *value, *written;

		prepare(&use, v);
		value = codec_in(&use, arena, v->raw, &e);
		if (!v->value) {
			assert_null(value);
			assert_int_equal(e.kind, ERR_ITEM);
			continue;
		}
		if (!value || strcmp(value, v->value))
			fail_msg("%s read \"%s\" as \"%s\"", v->codec, v->raw, value ? value : "refused");
		if (!v->written || !*value)
			continue;
		written = codec_out(&use, arena, value, &e);
		if (!written || strcmp(written, v->written))
			fail_msg("%s wrote \"%s\" as \"%s\"", v->codec, value, written ? written : "refused");
	}
}

static void nonsense_is_refused_early(void **state)
{
	static const struct codec_word none[] = {{0}}, bad[] = {{"x", "not a code at all"}}, good[] = {{"x", "AC"}};
	static const struct {
		const char *codec;
		enum value_kind kind;
		const struct codec_word *word;
	} wrong[] = {{"emial", VALUE_EMAIL, none}, {"text:x", VALUE_TEXT, none}, {"prefix:", VALUE_TEXT, none},
		{"enum", VALUE_CODE, none}, {"enum", VALUE_CODE, bad}, {"bool", VALUE_TEXT, none},
		{"consent", VALUE_BOOL, none}, {"phone", VALUE_PHONE, none}, {"phone:XX", VALUE_PHONE, none},
		{"phone:BE:pretty", VALUE_PHONE, none}, {"enterprise-number:long", VALUE_ENTERPRISE, none},
		{"nace:2010", VALUE_NACE, none}, {"nace:2008:x", VALUE_NACE, none}, {"country:es", VALUE_COUNTRY, none},
		{"language:nl", VALUE_LANGUAGE, none}, {"ref:/accounts", VALUE_REF, none},
		{"date:%Y", VALUE_DATE, none}, {"date:%q", VALUE_DATE, none}, {"time:%H:%M", VALUE_TIME, none},
		{"split:", VALUE_TEXT, none}, {"legal-form:x", VALUE_CODE, none}};
	struct codec_use use;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		e.kind = ERR_NONE;
		if (codec_prepare(&use, arena, wrong[i].codec, wrong[i].kind, wrong[i].word, wrong[i].word != none, &e))
			fail_msg("%s was taken", wrong[i].codec);
		assert_int_equal(e.kind, ERR_BROKEN);
	}
	assert_false(codec_prepare(&use, arena, "emial", VALUE_EMAIL, NULL, 0, &e));
	assert_non_null(strstr(e.text, "did you mean \"email\"?"));
	assert_true(codec_prepare(&use, arena, "enum", VALUE_CODE, good, 1, &e));
}

static void words_decide_what_json_is_written(void **state)
{
	static const struct {
		struct codec_word word[2];
		enum codec_json json;
	} tables[] = {{{{"0", "AC"}, {"1", "ST"}}, CODEC_NUMBER}, {{{"true", "AC"}, {"false", "ST"}}, CODEC_BOOL},
		{{{"Y", "AC"}, {"N", "ST"}}, CODEC_STRING}, {{{"0", "AC"}, {"01", "ST"}}, CODEC_STRING}};
	struct codec_use use;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		assert_true(codec_prepare(&use, arena, "enum", VALUE_CODE, tables[i].word, 2, &e));
		assert_int_equal(use.json, tables[i].json);
	}
	assert_true(codec_prepare(&use, arena, "bool", VALUE_BOOL, NULL, 0, &e));
	assert_int_equal(use.json, CODEC_BOOL);
	assert_true(codec_prepare(&use, arena, "time:epoch-ms", VALUE_TIME, NULL, 0, &e));
	assert_int_equal(use.json, CODEC_NUMBER);
}

static void what_cannot_be_said_is_not_written(void **state)
{
	static const struct codec_word words[] = {{"a", "AC"}};
	struct codec_use use;
	struct err e = {0};

	(void)state;
	assert_true(codec_prepare(&use, arena, "enum", VALUE_CODE, words, 1, &e));
	assert_null(codec_out(&use, arena, "ST", &e));
	assert_int_equal(e.kind, ERR_ITEM);
	assert_true(codec_prepare(&use, arena, "time:epoch-s", VALUE_TIME, NULL, 0, &e));
	assert_null(codec_out(&use, arena, "soon", &e));
	assert_true(codec_prepare(&use, arena, "nace:2008:dots", VALUE_NACE, NULL, 0, &e));
	assert_string_equal(codec_out(&use, arena, "2008:62010", &e), "62.010");
	assert_string_equal(codec_out(&use, arena, "2025:62010", &e), "");
	assert_true(codec_prepare(&use, arena, "consent", VALUE_CONSENT, NULL, 0, &e));
	assert_string_equal(codec_out(&use, arena, "granted 2024-01-01T00:00:00Z form", &e), "granted");
}

static void losses(void **state)
{
	(void)state;
	assert_string_equal(loss_apply(arena, LOSS_UPPER, 0, "caf\xc3\xa9"), "CAF\xc3\x89");
	assert_string_equal(loss_apply(arena, LOSS_LOWER, 0, "CAF\xc3\x89"), "caf\xc3\xa9");
	assert_string_equal(loss_apply(arena, LOSS_ASCII, 0,
				    "\xc5\x81\xc3\xb3"
				    "d\xc5\xba \xc5\x93uvre \xe4\xb8\xad"),
		"Lodz oeuvre ?");
	assert_string_equal(loss_apply(arena, LOSS_TRUNCATE, 4, "caf\xc3\xa9s"), "caf\xc3\xa9");
	assert_string_equal(loss_apply(arena, LOSS_TRUNCATE, 4, "abc def"), "abc");
	assert_string_equal(loss_apply(arena, LOSS_TRUNCATE, 40, "abc"), "abc");
	assert_true(loss_explains(arena, LOSS_UPPER, "Acme", "ACME"));
	assert_false(loss_explains(arena, 0, "Acme", "ACME"));
	assert_false(loss_explains(arena, LOSS_UPPER, "Acme", "ACM"));
	assert_true(loss_explains(arena, LOSS_TRUNCATE, "Acme", "Acm"));
	assert_false(loss_explains(arena, LOSS_TRUNCATE, "Acme", "Akm"));
	assert_true(loss_explains(arena, LOSS_FORMAT, "Acme", "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_hold),
		cmocka_unit_test(nonsense_is_refused_early),
		cmocka_unit_test(words_decide_what_json_is_written),
		cmocka_unit_test(what_cannot_be_said_is_not_written),
		cmocka_unit_test(losses),
	};

	return cmocka_run_group_tests(tests, fresh_arena, drop_arena);
}
