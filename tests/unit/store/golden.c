#include "fixture.h"

static void same(const struct record *a, const struct record *b)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		if (!a->v[f] != !b->v[f])
			fail_msg("field %u is there on one side only", f);
		if (a->v[f])
			assert_string_equal(a->v[f], b->v[f]);
	}
}

static struct record *printed_and_read(struct fixture *f, const struct record *r)
{
	BUF_AUTO struct buf text = { 0 };

	record_print(&text, r);
	return golden_parse(f->arena, r->type, text.data, text.len);
}

static void reads_what_was_printed(void **state)
{
	static const char *const odd[] = { "", "x", "\"", "\\", "\\\\\"", "a/b", "é", "日本", "😀 party", "true", "null",
		"[]", "{\"a\":1}", "tab is no text", "a\\u0041" };
	struct fixture *f = *state;
	struct record *r, *back;

	back = printed_and_read(f, record_new(f->arena, RECORD_CONTACT));
	assert_non_null(back);
	same(record_new(f->arena, RECORD_CONTACT), back);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		r = fixture_company(f, 1);
		r->v[ORGANIZATION_STREET] = odd[i];
		r->v[ORGANIZATION_ALTERNATIVE_NAMES] =
			arena_printf(f->arena, "%s%s%s", odd[i], *odd[i] ? "\n" : "", *odd[i] ? "zzz\nzzzz" : "");
		back = printed_and_read(f, r);
		assert_non_null(back);
		same(r, back);
	}
	r = record_new(f->arena, RECORD_CONTACT);
	r->v[CONTACT_DECISION_MAKER] = "true";
	r->v[CONTACT_ORGANIZATION] = "01020304-0506-7000-8000-000000000001";
	r->v[CONTACT_CONSENT_SHARING] = "granted 2024-01-02T03:04:05Z web";
	r->v[CONTACT_EMAILS] = "a@x.example\nb@x.example";
	back = printed_and_read(f, r);
	assert_non_null(back);
	same(r, back);
	r->v[CONTACT_DECISION_MAKER] = "false";
	r->v[CONTACT_EMAILS] = "";
	same(r, printed_and_read(f, r));
}

static struct record *reading(struct fixture *f, const char *text)
{
	return golden_parse(f->arena, RECORD_ORGANIZATION, text, strlen(text));
}

static void reads_every_escape_and_leaves_out_unknown_fields(void **state)
{
	struct fixture *f = *state;
	struct record *r = reading(f,
		"{\"x.voka.gone\":\"1\",\"legal_name\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20ac\\ud83d\\ude00\","
		"\"emails\":[]}");

	assert_non_null(r);
	assert_string_equal(r->v[ORGANIZATION_LEGAL_NAME], "\"\\/\b\f\n\r\té€😀");
	assert_string_equal(r->v[ORGANIZATION_EMAILS], "");
	/* Fields out of order are found as well. */
	r = reading(f, "{\"street\":\"Dreef\",\"legal_name\":\"Wiek\"}");
	assert_string_equal(r->v[ORGANIZATION_LEGAL_NAME], "Wiek");
	assert_string_equal(r->v[ORGANIZATION_STREET], "Dreef");
}

/* Whatever a damaged file gives: refused or read, never beyond its end. */
static void refuses_what_is_damaged(void **state)
{
	static const char whole[] = "{\"legal_name\":\"a\\u00e9\",\"emails\":[\"x@y.example\",\"z\"],\"box\":null}";
	struct fixture *f = *state;
	char text[sizeof whole];

	assert_non_null(reading(f, whole));
	for (size_t n = 0; n < sizeof whole - 1; n++)
		assert_null(golden_parse(f->arena, RECORD_ORGANIZATION, whole, n));
	for (size_t i = 0; i < sizeof whole - 1; i++)
		for (int c = 1; c < 256; c++) {
			memcpy(text, whole, sizeof whole);
			text[i] = (char)c;
			reading(f, text);
			if (c % 32 == 0)
				arena_reset(f->arena);
		}
	assert_null(reading(f, "{\"legal_name\":\"a\"}x"));
	assert_null(reading(f, "{\"legal_name\":1}"));
	assert_null(reading(f, "{\"legal_name\":\"\\u0000\"}"));
	assert_null(reading(f, "{\"legal_name\":\"\\x\"}"));
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(reads_what_was_printed),
		T(reads_every_escape_and_leaves_out_unknown_fields),
		T(refuses_what_is_damaged),
	};
#undef T
	return cmocka_run_group_tests(tests, NULL, NULL);
}
