/* Legal forms. Source: KBO code table "JuridicalForm"; old forms fold to their successors in the code of 2019 (WVV). */
#include "core/normalise_parts.h"

#include <stdlib.h>
#include <string.h>

/* KBO code, label (NULL: no usual abbreviation), code of the class. Sorted. */
static const struct form {
	const char *code, *label, *class;
} forms[] = {
	{"001", "SCE", "001"},
	{"006", "CVOA", "706"},
	{"007", NULL, "706"},
	{"008", "CVBA", "706"},
	{"009", NULL, "706"},
	{"010", "EBVBA", "610"},
	{"011", "VOF", "011"},
	{"012", "GCV", "612"},
	{"013", "CommVA", "612"},
	{"014", "NV", "014"},
	{"015", "BVBA", "610"},
	{"016", NULL, "706"},
	{"017", "VZW", "017"},
	{"025", "LV", "025"},
	{"026", "PS", "026"},
	{"027", "SE", "027"},
	{"029", "SON", "029"},
	{"030", NULL, "030"},
	{"065", "EESV", "065"},
	{"114", NULL, "014"},
	{"116", NULL, "116"},
	{"117", NULL, "017"},
	{"124", NULL, "124"},
	{"125", "IVZW", "017"},
	{"235", NULL, "235"},
	{"400", NULL, "400"},
	{"411", NULL, "411"},
	{"412", NULL, "412"},
	{"416", NULL, "416"},
	{"417", NULL, "417"},
	{"418", NULL, "418"},
	{"419", NULL, "419"},
	{"506", NULL, "706"},
	{"508", "CVBA-SO", "706"},
	{"514", "NV-SO", "014"},
	{"515", "BVBA-SO", "610"},
	{"610", "BV", "610"},
	{"612", "CommV", "612"},
	{"614", NULL, "014"},
	{"616", NULL, "616"},
	{"617", NULL, "617"},
	{"702", "Maatschap", "702"},
	{"703", NULL, "703"},
	{"704", NULL, "704"},
	{"706", "CV", "706"},
	{"716", NULL, "716"},
	{"721", NULL, "721"},
	{"722", NULL, "722"},
	{"723", NULL, "723"},
	{"724", NULL, "724"},
	{"790", NULL, "790"},
};

/* Folded ways to write a form: NL, FR, DE and EN, longest first. code NULL: a foreign form that the KBO does not
 * know. front: also recognised before the name; the other short ones are words or initials of names too often. */
#define WORDS(words) words, sizeof(words) - 1
static const struct phrase {
	const char *words;
	size_t len;
	const char *code;
	bool front;
} phrases[] = {
	{WORDS("besloten vennootschap met beperkte aansprakelijkheid"), "015", true},
	{WORDS("cooperatieve vennootschap met beperkte aansprakelijkheid"), "008", true},
	{WORDS("societe cooperative a responsabilite limitee"), "008", true},
	{WORDS("societe privee a responsabilite limitee"), "015", true},
	{WORDS("gesellschaft mit beschrankter haftung"), "610", true},
	{WORDS("internationale vereniging zonder winstoogmerk"), "125", true},
	{WORDS("association internationale sans but lucratif"), "125", true},
	{WORDS("vereniging zonder winstoogmerk"), "017", true},
	{WORDS("gewone commanditaire vennootschap"), "012", true},
	{WORDS("societe a responsabilite limitee"), "610", true},
	{WORDS("association sans but lucratif"), "017", true},
	{WORDS("societe en commandite simple"), "612", true},
	{WORDS("commanditaire vennootschap"), "612", true},
	{WORDS("societe en nom collectif"), "011", true},
	{WORDS("vennootschap onder firma"), "011", true},
	{WORDS("cooperatieve vennootschap"), "706", true},
	{WORDS("societe en commandite"), "612", true},
	{WORDS("naamloze vennootschap"), "014", true},
	{WORDS("besloten vennootschap"), "610", true},
	{WORDS("societe cooperative"), "706", true},
	{WORDS("private stichting"), "026", true},
	{WORDS("fondation privee"), "026", true},
	{WORDS("societe anonyme"), "014", true},
	{WORDS("aktiengesellschaft"), "014", true},
	{WORDS("maatschap"), "702", false},
	{WORDS("bvba so"), "515", true},
	{WORDS("cvba so"), "508", true},
	{WORDS("comm v a"), "013", true},
	{WORDS("comm va"), "013", true},
	{WORDS("kom v"), "612", true},
	{WORDS("comm v"), "612", true},
	{WORDS("s comm"), "612", true},
	{WORDS("nv so"), "514", true},
	{WORDS("commva"), "013", true},
	{WORDS("commv"), "612", true},
	{WORDS("scomm"), "612", true},
	{WORDS("aisbl"), "125", true},
	{WORDS("ebvba"), "010", true},
	{WORDS("sprlu"), "010", true},
	{WORDS("genmbh"), "008", true},
	{WORDS("genmuh"), "006", true},
	{WORDS("pgmbh"), "015", true},
	{WORDS("kommg"), "612", true},
	{WORDS("limited"), NULL, false},
	{WORDS("asbl"), "017", true},
	{WORDS("bvba"), "015", true},
	{WORDS("cvba"), "008", true},
	{WORDS("cvoa"), "006", true},
	{WORDS("eesv"), "065", true},
	{WORDS("geie"), "065", true},
	{WORDS("gmbh"), "610", true},
	{WORDS("ivzw"), "125", true},
	{WORDS("sagr"), "025", false},
	{WORDS("scri"), "006", true},
	{WORDS("scrl"), "008", true},
	{WORDS("sprl"), "015", true},
	{WORDS("sarl"), NULL, true},
	{WORDS("sca"), "013", false},
	{WORDS("sce"), "001", false},
	{WORDS("scs"), "012", false},
	{WORDS("snc"), "011", true},
	{WORDS("son"), "029", false},
	{WORDS("srl"), "610", true},
	{WORDS("vof"), "011", true},
	{WORDS("vzw"), "017", true},
	{WORDS("vog"), "017", false},
	{WORDS("fup"), "029", false},
	{WORDS("gcv"), "012", true},
	{WORDS("inc"), NULL, false},
	{WORDS("llc"), NULL, false},
	{WORDS("ltd"), NULL, false},
	{WORDS("ohg"), "011", true},
	{WORDS("gen"), "706", false},
	{WORDS("ekg"), "012", false},
	{WORDS("plc"), NULL, false},
	{WORDS("sas"), NULL, false},
	{WORDS("ag"), "014", false},
	{WORDS("bv"), "610", true},
	{WORDS("cv"), "706", false},
	{WORDS("fp"), "026", false},
	{WORDS("kg"), "612", false},
	{WORDS("lv"), "025", false},
	{WORDS("nv"), "014", true},
	{WORDS("ps"), "026", false},
	{WORDS("sa"), "014", true},
	{WORDS("sc"), "706", false},
	{WORDS("se"), "027", false},
	{WORDS("spa"), NULL, false},
	{WORDS("b v b a"), "015", true},
	{WORDS("v z w"), "017", true},
	{WORDS("b v"), "610", true},
	{WORDS("n v"), "014", true},
	{WORDS("s a"), "014", false},
	{WORDS("c v"), "706", false},
};

#define PHRASES (sizeof(phrases) / sizeof(phrases[0]))

static const struct form *form_of(const char *code)
{
	return code ? LOOKUP(forms, code) : NULL;
}

const char *legal_form_class(const char *kbo_code)
{
	const struct form *form = form_of(kbo_code);

	return form ? form->class : NULL;
}

const char *legal_form_label(const char *kbo_code)
{
	const struct form *form = form_of(kbo_code);

	return form ? form->label : NULL;
}

/* The phrase that ends text[0..n), or that starts it. */
static const struct phrase *phrase_at_end(const char *text, size_t n)
{
	for (size_t i = 0; i < PHRASES; i++) {
		size_t len = phrases[i].len;

		/* Where words begin and end rules out nearly all of them, and costs least to ask. */
		if (len <= n && (len == n || text[n - len - 1] == ' ') && !memcmp(text + n - len, phrases[i].words, len))
			return &phrases[i];
	}
	return NULL;
}

static const struct phrase *phrase_at_start(const char *text, size_t n)
{
	for (size_t i = 0; i < PHRASES; i++) {
		size_t len = phrases[i].len;

		if (phrases[i].front && len <= n && (len == n || text[len] == ' ') && !memcmp(text, phrases[i].words, len))
			return &phrases[i];
	}
	return NULL;
}

/* Takes the forms off both ends of a folded name in place; returns where it now starts. *code is that of the first
 * found that has one. */
static char *strip_forms(char *name, const char **code)
{
	size_t n = strlen(name);
	const struct phrase *p;

	*code = NULL;
	while (n && (p = phrase_at_end(name, n))) {
		size_t len = p->len;

		n -= len == n ? len : len + 1;
		*code = *code ? *code : p->code;
	}
	name[n] = '\0';
	while (n && (p = phrase_at_start(name, n))) {
		size_t len = p->len;

		len += name[len] == ' ';
		name += len;
		n -= len;
		*code = *code ? *code : p->code;
	}
	return name;
}

const char *fold_company_name(struct arena *arena, const char *name, const char **form)
{
	char *text = arena_strdup(arena, fold_text(arena, name));
	const char *code;

	text = strip_forms(text, &code);
	if (form)
		*form = legal_form_class(code);
	return text;
}

const char *legal_form_by_name(const char *abbreviation)
{
	char text[256];
	const char *code;

	if (!fold_into(abbreviation, text, sizeof(text)))
		return NULL;
	return *strip_forms(text, &code) ? NULL : code;
}
