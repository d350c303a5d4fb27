#include "core/normalise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static const char *norm(enum value_kind kind, const char *text, bool *valid)
{
	struct err e = {0};
	const char *out = normalise(arena, kind, text, valid, &e);

	assert_non_null(out);
	return out;
}

struct vector {
	enum value_kind kind;
	const char *in, *out; /* out NULL: kept as it is, not valid */
};

static const struct vector vectors[] = {
	{VALUE_TEXT, "  Acme \t\r\n NV\xc2\xa0", "Acme NV"},
	{VALUE_TEXT, "e\xcc\x81", "\xc3\xa9"},
	{VALUE_TEXT,
		"\xef\xbb\xbf"
		"Acme\xe2\x80\x8b",
		"Acme"},
	{VALUE_TEXT,
		"a\xc2\x85\xe2\x80\xa8\xe3\x80\x80"
		"b",
		"a b"},
	{VALUE_TEXT, "e\xe2\x80\x8b\xcc\x81", "\xc3\xa9"},
	{VALUE_NOTE, "One.\nTwo.", "One. Two."},
	{VALUE_ENTERPRISE, "0403449823", "0403449823"},
	{VALUE_ENTERPRISE, "BE 0403.449.823", "0403449823"},
	{VALUE_ENTERPRISE, "BTW BE0403449823", "0403449823"},
	{VALUE_ENTERPRISE, "403.449.823", "0403449823"},
	{VALUE_ENTERPRISE, "(0)403 449 823", "0403449823"},
	{VALUE_ENTERPRISE, "0208:0403449823", "0403449823"},
	{VALUE_ENTERPRISE, "9925:BE0403449823", "0403449823"},
	{VALUE_ENTERPRISE, "be0403-449/823", "0403449823"},
	{VALUE_ENTERPRISE, "1000000021", "1000000021"},
	{VALUE_ENTERPRISE, "0999999922", "0999999922"},
	{VALUE_ENTERPRISE, "0000009797", "0000009797"},
	{VALUE_ENTERPRISE, "0123456789", NULL},
	{VALUE_ENTERPRISE, "0403449824", NULL},
	{VALUE_ENTERPRISE, "04034498230", NULL},
	{VALUE_ENTERPRISE, "2000000339", NULL},
	{VALUE_ENTERPRISE, "NL123456789B01", NULL},
	{VALUE_ENTERPRISE, "BTW BE 0403.449.823 RPR", NULL},
	{VALUE_ESTABLISHMENT, "2.000.000.339", "2000000339"},
	{VALUE_ESTABLISHMENT, "0403449823", NULL},
	{VALUE_CODE, "ac", "AC"},
	{VALUE_CODE, "a b", NULL},
	{VALUE_NACE, "2008:62.010", "2008:62010"},
	{VALUE_NACE, "62010", NULL},
	{VALUE_NACE, "2009:62010", NULL},
	{VALUE_LANGUAGE, "nl_BE", "nl"},
	{VALUE_LANGUAGE, "NL", "nl"},
	{VALUE_LANGUAGE, "fr-BE", "fr"},
	{VALUE_LANGUAGE, "Dutch", "nl"},
	{VALUE_LANGUAGE,
		"N\xc3\xa9"
		"erlandais",
		"nl"},
	{VALUE_LANGUAGE, "Klingon", NULL},
	{VALUE_COUNTRY, "be", "BE"},
	{VALUE_COUNTRY, "Belgi\xc3\xab", "BE"},
	{VALUE_COUNTRY, "BELGIE", "BE"},
	{VALUE_COUNTRY, "UK", "GB"},
	{VALUE_COUNTRY, "The Netherlands", "NL"},
	{VALUE_COUNTRY, "ZZ", NULL},
	{VALUE_POSTAL, "B-9000", "9000"},
	{VALUE_POSTAL, "BE 9000", "9000"},
	{VALUE_POSTAL, "1012 ab", "1012 AB"},
	{VALUE_POSTAL, "9000 Gent-Noord", NULL},
	{VALUE_PROVINCE, "Oost-Vlaanderen", "BE-VOV"},
	{VALUE_PROVINCE, "be-van", "BE-VAN"},
	{VALUE_PROVINCE, "VLI", "BE-VLI"},
	{VALUE_PROVINCE, "Li\xc3\xa8ge", "BE-WLG"},
	{VALUE_PROVINCE, "Holland", NULL},
	{VALUE_EMAIL, "Info@ACME.Example", "Info@acme.example"},
	{VALUE_EMAIL, "mailto:a.b+c@acme.example", "a.b+c@acme.example"},
	{VALUE_EMAIL, "Ann Peeters <ann@acme.example>", "ann@acme.example"},
	{VALUE_EMAIL, "a@m\xc3\xbcller.example", "a@xn--mller-kva.example"},
	{VALUE_EMAIL, "a@M\xc3\x9cLLER.example.", "a@xn--mller-kva.example"},
	{VALUE_EMAIL, "j\xc3\xb6rg@acme.example", "j\xc3\xb6rg@acme.example"},
	{VALUE_EMAIL, "a@localhost", NULL},
	{VALUE_EMAIL, "a@b@c d", NULL},
	{VALUE_EMAIL, "a..b@acme.example", NULL},
	{VALUE_EMAIL, "a@-acme.example", NULL},
	{VALUE_EMAIL, "a@1.2.3.4", NULL},
	{VALUE_EMAIL, "none", NULL},
	{VALUE_PHONE, "02 315 13 51", "+3223151351"},
	{VALUE_PHONE, "089/32.39.50", "+3289323950"},
	{VALUE_PHONE, "083611205", "+3283611205"},
	{VALUE_PHONE, "+32 9 276 15 00", "+3292761500"},
	{VALUE_PHONE, "+32 (0)470 12.34.56", "+32470123456"},
	{VALUE_PHONE, "0032 (0) 470 12 34 56", "+32470123456"},
	{VALUE_PHONE, "+32 0470 12 34 56", "+32470123456"},
	{VALUE_PHONE, "Tel.: 02/315.13.51", "+3223151351"},
	{VALUE_PHONE,
		"02\xe2\x80\x93"
		"315 13 51",
		"+3223151351"},
	{VALUE_PHONE, "tel:+3223151351", "+3223151351"},
	{VALUE_PHONE, "0800 12 345", "+3280012345"},
	{VALUE_PHONE, "+31 20 123 45 67", "+31201234567"},
	{VALUE_PHONE, "0031201234567", "+31201234567"},
	{VALUE_PHONE, "112", NULL},
	{VALUE_PHONE, "1207", NULL},
	{VALUE_PHONE, "02 315 13 51 toestel 12", NULL},
	{VALUE_PHONE, "02 315 13 51 ext. 4", NULL},
	{VALUE_PHONE, "+32 2 315", NULL},
	{VALUE_PHONE, "020 123 45 67", NULL},
	{VALUE_PHONE, "+0123456789", NULL},
	{VALUE_PHONE, "+123456", NULL},
	{VALUE_PHONE, "+1234567890123456", NULL},
	{VALUE_URL, "www.Acme.Example/", "https://www.acme.example"},
	{VALUE_URL, "HTTP://Acme.example:80/A/b/", "http://acme.example/A/b"},
	{VALUE_URL, "https://acme.example:8443/?q=/", "https://acme.example:8443/?q=/"},
	{VALUE_URL, "https://m\xc3\xbcller.example", "https://xn--mller-kva.example"},
	{VALUE_URL, "javascript:alert(1)", NULL},
	{VALUE_URL, "not a site", NULL},
	{VALUE_BOOL, "Ja", "true"},
	{VALUE_BOOL, "0", "false"},
	{VALUE_BOOL, "maybe", NULL},
	{VALUE_DATE, "2024-02-29", "2024-02-29"},
	{VALUE_DATE, "29/2/2024", "2024-02-29"},
	{VALUE_DATE, "09-08-1960", "1960-08-09"},
	{VALUE_DATE, "2024-02-29T23:30:00+02:00", "2024-02-29"},
	{VALUE_DATE, "2023-02-29", NULL},
	{VALUE_DATE, "soon", NULL},
	{VALUE_TIME, "2024-02-29 10:00:00", "2024-02-29T10:00:00Z"},
	{VALUE_TIME, "2024-02-29T10:00:00.000+0100", "2024-02-29T09:00:00Z"},
	{VALUE_TIME, "2024-02-29", "2024-02-29T00:00:00Z"},
	{VALUE_TIME, "yesterday", NULL},
	{VALUE_SERVICE, "Webinar", "webinar"},
	{VALUE_SERVICE, "party", NULL},
	{VALUE_STATE, "In progress", "in_progress"},
	{VALUE_OUTCOME, "no-follow-up", "no_follow_up"},
	{VALUE_CONSENT, "Granted", "granted"},
	{VALUE_CONSENT, "granted 2024-01-02 form 7", "granted 2024-01-02T00:00:00Z form 7"},
	{VALUE_CONSENT, "perhaps", NULL},
	{VALUE_PARTNER, "Voka", "voka"},
	{VALUE_REF, "Ab/c=\xc3\xa9", "Ab/c=\xc3\xa9"},
	{VALUE_REF, " e\xcc\x81", " e\xcc\x81"},
};

static void vectors_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		bool valid = !v->out;
		const char *out = norm(v->kind, v->in, &valid);

		if (strcmp(out, v->out ? v->out : v->in) || valid != !!v->out)
			fail_msg("\"%s\" gave \"%s\", %s", v->in, out, valid ? "valid" : "not valid");
	}
}

static void blanks_and_placeholders_are_empty(void **state)
{
	(void)state;
	for (enum value_kind kind = 0; kind < VALUE_KINDS; kind++) {
		bool valid = true;

		assert_string_equal(norm(kind, " \xc2\xa0\t\r\n", &valid), "");
		assert_false(valid);
	}
	assert_string_equal(norm(VALUE_ENTERPRISE, "/", NULL), "");
	assert_string_equal(norm(VALUE_PHONE, "-", NULL), "");
	assert_string_equal(norm(VALUE_EMAIL, "---", NULL), "");
	assert_string_equal(norm(VALUE_TEXT, "/", NULL), "/");
}

static void oversized_and_broken_text_is_refused(void **state)
{
	char big[VALUE_MAX + 2];
	struct err e = {0};

	(void)state;
	memset(big, 'a', sizeof(big));
	big[VALUE_MAX + 1] = '\0';
	assert_null(normalise(arena, VALUE_TEXT, big, NULL, &e));
	assert_int_equal(e.kind, ERR_ITEM);
	big[VALUE_MAX] = '\0';
	assert_non_null(normalise(arena, VALUE_TEXT, big, NULL, &e));
	e.kind = ERR_NONE;
	assert_null(normalise(arena, VALUE_TEXT, "caf\xe9", NULL, &e));
	assert_int_equal(e.kind, ERR_ITEM);
	assert_null(normalise(arena, VALUE_REF, "\xed\xa0\x80", NULL, &e));
	/* Without the word joiner between them the halves would be another one. */
	assert_null(normalise(arena, VALUE_TEXT, "\xe2\x81\xe2\x81\xa0\xa0", NULL, &e));
	/* U+0958 is three bytes and composes to nothing shorter than six. */
	for (int i = 0; i < VALUE_MAX / 3; i++)
		memcpy(big + i * 3, "\xe0\xa5\x98", 3);
	big[VALUE_MAX / 3 * 3] = '\0';
	assert_null(normalise(arena, VALUE_TEXT, big, NULL, &e));
}

/* What every canonical text of any kind keeps to. */
static void check_canonical(enum value_kind kind, const char *in)
{
	struct err e = {0};
	bool valid, again_valid;
	const char *once = normalise(arena, kind, in, &valid, &e), *twice;

	if (!once) {
		assert_int_equal(e.kind, ERR_ITEM);
		assert_null(strstr(e.text, in[0] ? in : "?"));
		return;
	}
	assert_true(strlen(once) <= VALUE_MAX);
	for (const char *s = once; *s; s++)
		assert_true((unsigned char)*s >= ' ' && *s != 0x7f &&
			    !((unsigned char)*s == 0xc2 && (unsigned char)s[1] < 0xa0));
	twice = normalise(arena, kind, once, &again_valid, &e);
	if (!twice || strcmp(once, twice) || valid != again_valid)
		fail_msg("kind %d: \"%s\" is \"%s\", then \"%s\"", kind, in, once, twice ? twice : "refused");
}

static void check_folds(const char *in)
{
	const char *fold;

	if (!norm(VALUE_TEXT, in, NULL)[0])
		return;
	fold = fold_text(arena, in);
	assert_string_equal(fold_text(arena, fold), fold);
	assert_string_equal(fold_email(arena, fold_email(arena, in)), fold_email(arena, in));
	fold_company_name(arena, in, NULL);
	fold_person_name(arena, in);
	email_domain(arena, in);
	email_is_role(in);
	legal_form_by_name(in);

	struct address_line a = split_address_line(arena, norm(VALUE_TEXT, in, NULL));
	const char *line = join_address_line(arena, &a);
	struct address_line b = split_address_line(arena, line);

	assert_string_equal(join_address_line(arena, &b), line);
}

static void naughty_strings_are_kept_or_refused(void **state)
{
	const char *path = SOURCE_DIR "/../shared/data/blns/blns.json";
	AUTO(json_drop) json_t *list = json_load_file(path, 0, NULL);
	json_t *one;
	size_t i;

	(void)state;
	if (!list)
		skip();
	assert_true(json_array_size(list) > 500);
	json_array_foreach (list, i, one) {
		for (enum value_kind kind = 0; kind < VALUE_KINDS; kind++)
			check_canonical(kind, json_string_value(one));
		check_folds(json_string_value(one));
		arena_reset(arena);
	}
}

/* Characters that have tripped over each other: separators, combining marks, invisible ones, digits, dots, others. */
static void random_texts_are_kept_or_refused(void **state)
{
	static const char *const pieces[] = {" ", "\n", "\xc2\xa0", "\xe2\x80\x8b", "\xef\xbb\xbf", "e", "\xcc\x81",
		"\xcc\xa3", "\xcd\x85", "\xe1\xbe\xb4", "\xc3\x9f", "\xc4\xb0", "\xc4\xb2", "\xc5\x81", "\xe1\x84\x80",
		"\xe1\x85\xa1", "\xe1\x86\xa8", "\xef\xac\x81", "\xf0\x9d\x90\x80", "\xf0\x9f\x98\x80", "0", "32", "+",
		"00", "(0)", ".", "-", "/", "@", "bus", "van", "de", "b.v.", "NV", "https://", ":", "?", "#", "12", "B",
		",", "(", ")", "BE", "x", "2008:", "granted", "_", "\xff", "\xc2\x85", "\xe0\xa5\x98", "\xd6\x87", "<",
		">", "mailto:", "tel", "xn--", "\xe3\x80\x82", "1e", "T"};
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[128] = "";

		for (int n = 0; n < 12; n++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			strcat(text, pieces[seed % (sizeof(pieces) / sizeof(pieces[0]))]);
			if (seed % 7 == 0)
				break;
		}
		check_canonical((enum value_kind)(round % VALUE_KINDS), text);
		if (!strchr(text, '\xff'))
			check_folds(text);
		if (round % 256 == 0)
			arena_reset(arena);
	}
}

static void phones_of_other_countries(void **state)
{
	bool valid;

	(void)state;
	assert_string_equal(phone_canonical(arena, "020-1234567", "NL", &valid), "+31201234567");
	assert_true(valid);
	assert_string_equal(phone_canonical(arena, "01 23 45 67 89", "FR", &valid), "+33123456789");
	assert_string_equal(phone_canonical(arena, "26 48 12 34", "LU", &valid), "+35226481234");
	assert_string_equal(phone_canonical(arena, "12 34", "NL", &valid), "12 34");
	assert_false(valid);
	assert_string_equal(phone_canonical(arena, "+32 2 315 13 51", "NL", &valid), "+3223151351");
	assert_true(phone_country_known("BE"));
	assert_false(phone_country_known("XX"));
	assert_string_equal(phone_national(arena, "+32470123456"), "0470 12 34 56");
	assert_string_equal(phone_national(arena, "+3223151351"), "02 315 13 51");
	assert_string_equal(phone_national(arena, "+3289323950"), "089 32 39 50");
	assert_string_equal(phone_national(arena, "+31201234567"), "+31201234567");
}

/* python3-stdnum, if it is there, agrees on check digits from 01 to 97; it also takes 00, 98 and 99, which are never
 * given out. */
static const char oracle[] = "python3 -c 'import random\n"
			     "from stdnum.be import vat\n"
			     "random.seed(1)\n"
			     "for i in range(4000):\n"
			     "  n = \"0%07d\" % random.randrange(1000, 10**7)\n"
			     "  n += \"%02d\" % (97 - int(n) % 97 if i % 2 else random.randrange(1, 98))\n"
			     "  print(n, int(vat.is_valid(n)))' 2>/dev/null";

static void enterprise_numbers_agree_with_stdnum(void **state)
{
	FILE *answers = popen(oracle, "r");
	char number[11];
	int valid, checked = 0;

	(void)state;
	assert_non_null(answers);
	for (; fscanf(answers, "%10s %d", number, &valid) == 2; checked++)
		assert_int_equal(enterprise_number_valid(number), valid);
	pclose(answers);
	if (!checked)
		skip();
	assert_int_equal(checked, 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_hold),
		cmocka_unit_test(blanks_and_placeholders_are_empty),
		cmocka_unit_test(oversized_and_broken_text_is_refused),
		cmocka_unit_test(naughty_strings_are_kept_or_refused),
		cmocka_unit_test(random_texts_are_kept_or_refused),
		cmocka_unit_test(phones_of_other_countries),
		cmocka_unit_test(enterprise_numbers_agree_with_stdnum),
	};

	return cmocka_run_group_tests(tests, fresh_arena, drop_arena);
}
