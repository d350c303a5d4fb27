#include "core/normalise.h"

#include <string.h>

#include "fixture.h"

static void texts_fold(void **state)
{
	static const char *const pairs[][2] = {
		{"\xc5\x81\xc3\xb3"
		 "d\xc5\xba",
			"lodz"},
		{"S\xc3\xb8ren \xc3\x98rsted", "soren orsted"},
		{"\xc4\x90uro \xc4\xb1 Stra\xc3\x9f"
		 "e \xc5\x93uvre \xc3\x86sop",
			"duro i strasse oeuvre aesop"},
		{"D\xe2\x80\x99Hondt & Zn.", "d hondt zn"},
		{"\xc4\xb2sbrecht", "ijsbrecht"},
		{"\xef\xac\x81nance", "finance"},
		{"N.V. B.V.B.A I.B.M.", "nv bvba ibm"},
		{"N.V.Desmet J.Peeters", "nv desmet j peeters"},
		{"acme.com", "acme com"},
		{"\xf0\x9f\x98\x80", ""},
		{"\xce\xa3\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x82",
			"\xcf\x83\xce\xb9\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x83"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_string_equal(fold_text(arena, pairs[i][0]), pairs[i][1]);
}

static void legal_forms_come_off(void **state)
{
	static const struct {
		const char *name, *folded, *form;
	} names[] = {
		{"Desmet NV", "desmet", "014"},
		{"NV Desmet", "desmet", "014"},
		{"Desmet N.V.", "desmet", "014"},
		{"N.V.Desmet", "desmet", "014"},
		{"Desmet bvba", "desmet", "610"},
		{"Desmet B.V.", "desmet", "610"},
		{"Desmet B V", "desmet", "610"},
		{"Desmet S.A./N.V.", "desmet", "014"},
		{"SPRL Dupont & Fils", "dupont fils", "610"},
		{"Soci\xc3\xa9t\xc3\xa9 anonyme Dupont", "dupont", "014"},
		{"De Brug vzw", "de brug", "017"},
		{"Peeters Comm.V.", "peeters", "612"},
		{"Peeters CVBA-SO", "peeters", "706"},
		{"Besloten vennootschap met beperkte aansprakelijkheid Jansen", "jansen", "610"},
		{"Acme GmbH", "acme", "610"},
		{"Acme Ltd.", "acme", NULL},
		{"CV Consulting", "cv consulting", NULL},
		{"Nvidia", "nvidia", NULL},
		{"NV", "", "014"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *form = "unset", *folded = fold_company_name(arena, names[i].name, &form);

		assert_string_equal(folded, names[i].folded);
		if (names[i].form)
			assert_string_equal(form, names[i].form);
		else
			assert_null(form);
	}
	assert_string_equal(legal_form_by_name("bvba"), "015");
	assert_string_equal(legal_form_by_name("B.V."), "610");
	assert_string_equal(legal_form_by_name("sprl"), "015");
	assert_string_equal(legal_form_by_name("VZW/ASBL"), "017");
	assert_null(legal_form_by_name("Desmet NV"));
	assert_null(legal_form_by_name(""));
	assert_string_equal(legal_form_class("015"), "610");
	assert_string_equal(legal_form_class("117"), "017");
	assert_null(legal_form_class("999"));
	assert_string_equal(legal_form_label("610"), "BV");
	assert_null(legal_form_label("114"));
}

static void labels_and_names_agree(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		const char *code = arena_printf(arena, "%03d", i), *label = legal_form_label(code);

		if (label)
			assert_string_equal(legal_form_by_name(label), code);
		if (legal_form_class(code))
			assert_string_equal(legal_form_class(legal_form_class(code)), legal_form_class(code));
	}
}

static void particles_do_not_matter(void **state)
{
	static const char *const same[][3] = {
		{"Van den Berghe", "Vandenberghe", "berghe"},
		{"Van Den Berghe", "Berghe, Van den", "berghe"},
		{"De Smet", "Desmet", "smet"},
		{"van Damme", "Vandamme", "damme"},
		{"D'Hondt", "Dhondt", "hondt"},
		{"Van der Meer", "Vandermeer", "meer"},
		{"'t Hooft", "t Hooft", "hooft"},
		{"Dubois", "DUBOIS", "dubois"},
		{"De", "de", "de"},
		{"Vance", "vance", "vance"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		for (int k = 0; k < 2; k++)
			assert_string_equal(fold_person_name(arena, same[i][k]), same[i][2]);
}

static void mail_helpers(void **state)
{
	(void)state;
	assert_string_equal(fold_email(arena, "Ann@ACME.example"), "ann@acme.example");
	assert_string_equal(email_domain(arena, "a@Acme.example"), "acme.example");
	assert_string_equal(email_domain(arena, "a@telenet.be"), "");
	assert_string_equal(email_domain(arena, "nobody"), "");
	assert_true(email_is_role("Info@acme.example"));
	assert_true(email_is_role("boekhouding@acme.example"));
	assert_false(email_is_role("ann@acme.example"));
	assert_false(email_is_role("information.desk.of.the.whole.company@acme.example"));
}

static void provinces_follow_postal_codes(void **state)
{
	static const char *const pairs[][2] = {{"9070", "BE-VOV"}, {"8970", "BE-VWV"}, {"3290", "BE-VBR"},
		{"2850", "BE-VAN"}, {"1731", "BE-VBR"}, {"1332", "BE-WBR"}, {"4790", "BE-WLG"}, {"7000", "BE-WHT"},
		{"1000", "BE-BRU"}, {"3500", "BE-VLI"}, {"6600", "BE-WLX"}, {"5000", "BE-WNA"}, {"6599", "BE-WHT"}};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_string_equal(province_of_postal_code(pairs[i][0]), pairs[i][1]);
	assert_null(province_of_postal_code("0612"));
	assert_null(province_of_postal_code("90700"));
	assert_null(province_of_postal_code("907"));
	assert_null(province_of_postal_code("1012 AB"));
}

static void address_lines_split(void **state)
{
	static const char *const lines[][5] = {
		{"Gentsesteenweg 1B", "Gentsesteenweg", "1B", "", "Gentsesteenweg 1B"},
		{"Dok Noord 3A 101", "Dok Noord", "3A", "101", "Dok Noord 3A bus 101"},
		{"Koning Albert II laan 15 bus 224", "Koning Albert II laan", "15", "224",
			"Koning Albert II laan 15 bus 224"},
		{"Budastraat(Kor) 37", "Budastraat(Kor)", "37", "", "Budastraat(Kor) 37"},
		{"Stolberg  519 (Rheinland)", "Stolberg (Rheinland)", "519", "", "Stolberg (Rheinland) 519"},
		{"Kerkstraat 12, bus 3", "Kerkstraat", "12", "3", "Kerkstraat 12 bus 3"},
		{"Kerkstraat 12 A", "Kerkstraat", "12A", "", "Kerkstraat 12A"},
		{"Kerkstraat 12-14", "Kerkstraat", "12-14", "", "Kerkstraat 12-14"},
		{"Kerkstraat 15/2", "Kerkstraat", "15", "2", "Kerkstraat 15 bus 2"},
		{"Rue du 8 Mai 12 bte 4", "Rue du 8 Mai", "12", "4", "Rue du 8 Mai 12 bus 4"},
		{"Laan van 11 november 25", "Laan van 11 november", "25", "", "Laan van 11 november 25"},
		{"12, Rue Neuve", "Rue Neuve", "12", "", "Rue Neuve 12"},
		{"1 Meistraat", "1 Meistraat", "", "", "1 Meistraat"},
		{"Kerkplein", "Kerkplein", "", "", "Kerkplein"},
		{"Kerkstraat 5 b 2", "Kerkstraat", "5", "2", "Kerkstraat 5 bus 2"},
		{"Kerkstraat 5 b", "Kerkstraat", "5b", "", "Kerkstraat 5b"},
		{"Kerkstraat 5 b3", "Kerkstraat", "5", "3", "Kerkstraat 5 bus 3"},
		{"Straat 34 2 70 12 M", "Straat 34 2 70 12 M", "", "", "Straat 34 2 70 12 M"},
		{"", "", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct address_line a = split_address_line(arena, lines[i][0]);

		assert_string_equal(a.street, lines[i][1]);
		assert_string_equal(a.house_number, lines[i][2]);
		assert_string_equal(a.box, lines[i][3]);
		assert_string_equal(join_address_line(arena, &a), lines[i][4]);
	}
}

static void in_dutch(const char *folded, const char *want)
{
	assert_string_equal(dutch_name(arena, folded), want);
}

static void words_are_said_in_dutch(void **ctx)
{
	(void)ctx;
	in_dutch("assurances thiry", "verzekeringen thiry");
	in_dutch("thiry assurances", "thiry verzekeringen");
	in_dutch("point d appui pour jeunes entrepreneurs namur", "steunpunt voor jonge ondernemers namen");
	in_dutch("backerei muller und sohne", "bakkerij muller en zonen");
	/* The first and the last that there are. */
	in_dutch("agence zentrum", "agentschap centrum");
	in_dutch("garage saint josse ten noode", "garage sint joost ten node");
	/* A place is one at the end, and not alone. */
	in_dutch("gand construct", "gand construct");
	in_dutch("ypres", "ypres");
	in_dutch("", "");
	in_dutch("peeters", "peeters");
	assert_string_equal(dutch_place("aerschot"), "aarschot");
	assert_string_equal(dutch_place("ypres"), "ieper");
	assert_string_equal(dutch_place("gent"), "gent");
}

/* What stands for nothing else is given back, not copied: most names are. */
static void what_is_dutch_is_not_copied(void **ctx)
{
	const char *name = "bakkerij peeters en zonen gent";

	(void)ctx;
	assert_ptr_equal(dutch_name(arena, name), name);
	assert_ptr_equal(dutch_place(name), name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_said_in_dutch),
		cmocka_unit_test(what_is_dutch_is_not_copied),
		cmocka_unit_test(texts_fold),
		cmocka_unit_test(legal_forms_come_off),
		cmocka_unit_test(labels_and_names_agree),
		cmocka_unit_test(particles_do_not_matter),
		cmocka_unit_test(mail_helpers),
		cmocka_unit_test(provinces_follow_postal_codes),
		cmocka_unit_test(address_lines_split),
	};

	return cmocka_run_group_tests(tests, fresh_arena, drop_arena);
}
