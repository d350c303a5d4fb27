/* Legal forms. Source: KBO code table "JuridicalForm"; old forms fold to their successors in the code of 2019 (WVV). */
#include "core/normalise_parts.h"

#include <stdlib.h>
#include <string.h>

/* KBO code, label (NULL: no usual abbreviation), code of the class. Sorted. */
static const struct form {
	const char *code, *label, *class;
} forms[] = {
	{ "001", "SCE", "001" },
	{ "006", "CVOA", "706" },
	{ "007", NULL, "706" },
	{ "008", "CVBA", "706" },
	{ "009", NULL, "706" },
	{ "010", "EBVBA", "610" },
	{ "011", "VOF", "011" },
	{ "012", "GCV", "612" },
	{ "013", "CommVA", "612" },
	{ "014", "NV", "014" },
	{ "015", "BVBA", "610" },
	{ "016", NULL, "706" },
	{ "017", "VZW", "017" },
	{ "025", "LV", "025" },
	{ "026", "PS", "026" },
	{ "027", "SE", "027" },
	{ "029", "SON", "029" },
	{ "030", NULL, "030" },
	{ "065", "EESV", "065" },
	{ "114", NULL, "014" },
	{ "116", NULL, "116" },
	{ "117", NULL, "017" },
	{ "124", NULL, "124" },
	{ "125", "IVZW", "017" },
	{ "235", NULL, "235" },
	{ "400", NULL, "400" },
	{ "411", NULL, "411" },
	{ "412", NULL, "412" },
	{ "416", NULL, "416" },
	{ "417", NULL, "417" },
	{ "418", NULL, "418" },
	{ "419", NULL, "419" },
	{ "506", NULL, "706" },
	{ "508", "CVBA-SO", "706" },
	{ "514", "NV-SO", "014" },
	{ "515", "BVBA-SO", "610" },
	{ "610", "BV", "610" },
	{ "612", "CommV", "612" },
	{ "614", NULL, "014" },
	{ "616", NULL, "616" },
	{ "617", NULL, "617" },
	{ "702", "Maatschap", "702" },
	{ "703", NULL, "703" },
	{ "704", NULL, "704" },
	{ "706", "CV", "706" },
	{ "716", NULL, "716" },
	{ "721", NULL, "721" },
	{ "722", NULL, "722" },
	{ "723", NULL, "723" },
	{ "724", NULL, "724" },
	{ "790", NULL, "790" },
};

/* Folded ways to write a form: NL, FR, DE and EN, longest first. code NULL: a foreign form that the KBO does not
 * know. front: also recognised before the name; the other short ones are words or initials of names too often. */
#define PHRASE(words, code, front) { words, sizeof(words) - 1, code, front },
static const struct phrase {
	const char *words;
	size_t len;
	const char *code;
	bool front;
} phrases[] = {
	PHRASE("besloten vennootschap met beperkte aansprakelijkheid", "015", true)
	PHRASE("cooperatieve vennootschap met beperkte aansprakelijkheid", "008", true)
	PHRASE("societe cooperative a responsabilite limitee", "008", true)
	PHRASE("societe privee a responsabilite limitee", "015", true)
	PHRASE("gesellschaft mit beschrankter haftung", "610", true)
	PHRASE("internationale vereniging zonder winstoogmerk", "125", true)
	PHRASE("association internationale sans but lucratif", "125", true)
	PHRASE("vereniging zonder winstoogmerk", "017", true)
	PHRASE("gewone commanditaire vennootschap", "012", true)
	PHRASE("societe a responsabilite limitee", "610", true)
	PHRASE("association sans but lucratif", "017", true)
	PHRASE("societe en commandite simple", "612", true)
	PHRASE("commanditaire vennootschap", "612", true)
	PHRASE("societe en nom collectif", "011", true)
	PHRASE("vennootschap onder firma", "011", true)
	PHRASE("cooperatieve vennootschap", "706", true)
	PHRASE("societe en commandite", "612", true)
	PHRASE("naamloze vennootschap", "014", true)
	PHRASE("besloten vennootschap", "610", true)
	PHRASE("societe cooperative", "706", true)
	PHRASE("private stichting", "026", true)
	PHRASE("fondation privee", "026", true)
	PHRASE("societe anonyme", "014", true)
	PHRASE("aktiengesellschaft", "014", true)
	PHRASE("maatschap", "702", false)
	PHRASE("bvba so", "515", true)
	PHRASE("cvba so", "508", true)
	PHRASE("comm v a", "013", true)
	PHRASE("comm va", "013", true)
	PHRASE("kom v", "612", true)
	PHRASE("comm v", "612", true)
	PHRASE("s comm", "612", true)
	PHRASE("nv so", "514", true)
	PHRASE("commva", "013", true)
	PHRASE("commv", "612", true)
	PHRASE("scomm", "612", true)
	PHRASE("aisbl", "125", true)
	PHRASE("ebvba", "010", true)
	PHRASE("sprlu", "010", true)
	PHRASE("genmbh", "008", true)
	PHRASE("limited", NULL, false)
	PHRASE("asbl", "017", true)
	PHRASE("bvba", "015", true)
	PHRASE("cvba", "008", true)
	PHRASE("cvoa", "006", true)
	PHRASE("eesv", "065", true)
	PHRASE("geie", "065", true)
	PHRASE("gmbh", "610", true)
	PHRASE("ivzw", "125", true)
	PHRASE("sagr", "025", false)
	PHRASE("scri", "006", true)
	PHRASE("scrl", "008", true)
	PHRASE("sprl", "015", true)
	PHRASE("sarl", NULL, true)
	PHRASE("sca", "013", false)
	PHRASE("sce", "001", false)
	PHRASE("scs", "012", false)
	PHRASE("snc", "011", true)
	PHRASE("son", "029", false)
	PHRASE("srl", "610", true)
	PHRASE("vof", "011", true)
	PHRASE("vzw", "017", true)
	PHRASE("vog", "017", false)
	PHRASE("fup", "029", false)
	PHRASE("gcv", "012", true)
	PHRASE("inc", NULL, false)
	PHRASE("llc", NULL, false)
	PHRASE("ltd", NULL, false)
	PHRASE("ohg", "011", false)
	PHRASE("plc", NULL, false)
	PHRASE("sas", NULL, false)
	PHRASE("ag", "014", false)
	PHRASE("bv", "610", true)
	PHRASE("cv", "706", false)
	PHRASE("fp", "026", false)
	PHRASE("kg", "612", false)
	PHRASE("lv", "025", false)
	PHRASE("nv", "014", true)
	PHRASE("ps", "026", false)
	PHRASE("sa", "014", true)
	PHRASE("sc", "706", false)
	PHRASE("se", "027", false)
	PHRASE("spa", NULL, false)
	PHRASE("b v b a", "015", true)
	PHRASE("v z w", "017", true)
	PHRASE("b v", "610", true)
	PHRASE("n v", "014", true)
	PHRASE("s a", "014", false)
	PHRASE("c v", "706", false)
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

		if (len <= n && !memcmp(text + n - len, phrases[i].words, len) && (len == n || text[n - len - 1] == ' '))
			return &phrases[i];
	}
	return NULL;
}

static const struct phrase *phrase_at_start(const char *text, size_t n)
{
	for (size_t i = 0; i < PHRASES; i++) {
		size_t len = phrases[i].len;

		if (phrases[i].front && len <= n && !memcmp(text, phrases[i].words, len) &&
				(len == n || text[len] == ' '))
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
