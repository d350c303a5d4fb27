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
static const struct phrase {
	const char *words, *code;
	bool front;
} phrases[] = {
	{ "besloten vennootschap met beperkte aansprakelijkheid", "015", true },
	{ "cooperatieve vennootschap met beperkte aansprakelijkheid", "008", true },
	{ "societe cooperative a responsabilite limitee", "008", true },
	{ "societe privee a responsabilite limitee", "015", true },
	{ "gesellschaft mit beschrankter haftung", "610", true },
	{ "internationale vereniging zonder winstoogmerk", "125", true },
	{ "association internationale sans but lucratif", "125", true },
	{ "vereniging zonder winstoogmerk", "017", true },
	{ "gewone commanditaire vennootschap", "012", true },
	{ "societe a responsabilite limitee", "610", true },
	{ "association sans but lucratif", "017", true },
	{ "societe en commandite simple", "612", true },
	{ "commanditaire vennootschap", "612", true },
	{ "societe en nom collectif", "011", true },
	{ "vennootschap onder firma", "011", true },
	{ "cooperatieve vennootschap", "706", true },
	{ "societe en commandite", "612", true },
	{ "naamloze vennootschap", "014", true },
	{ "besloten vennootschap", "610", true },
	{ "societe cooperative", "706", true },
	{ "private stichting", "026", true },
	{ "fondation privee", "026", true },
	{ "societe anonyme", "014", true },
	{ "aktiengesellschaft", "014", true },
	{ "maatschap", "702", false },
	{ "bvba so", "515", true },
	{ "cvba so", "508", true },
	{ "comm v a", "013", true },
	{ "comm va", "013", true },
	{ "kom v", "612", true },
	{ "comm v", "612", true },
	{ "s comm", "612", true },
	{ "nv so", "514", true },
	{ "commva", "013", true },
	{ "commv", "612", true },
	{ "scomm", "612", true },
	{ "aisbl", "125", true },
	{ "ebvba", "010", true },
	{ "sprlu", "010", true },
	{ "genmbh", "008", true },
	{ "limited", NULL, false },
	{ "asbl", "017", true },
	{ "bvba", "015", true },
	{ "cvba", "008", true },
	{ "cvoa", "006", true },
	{ "eesv", "065", true },
	{ "geie", "065", true },
	{ "gmbh", "610", true },
	{ "ivzw", "125", true },
	{ "sagr", "025", false },
	{ "scri", "006", true },
	{ "scrl", "008", true },
	{ "sprl", "015", true },
	{ "sarl", NULL, true },
	{ "sca", "013", false },
	{ "sce", "001", false },
	{ "scs", "012", false },
	{ "snc", "011", true },
	{ "son", "029", false },
	{ "srl", "610", true },
	{ "vof", "011", true },
	{ "vzw", "017", true },
	{ "vog", "017", false },
	{ "fup", "029", false },
	{ "gcv", "012", true },
	{ "inc", NULL, false },
	{ "llc", NULL, false },
	{ "ltd", NULL, false },
	{ "ohg", "011", false },
	{ "plc", NULL, false },
	{ "sas", NULL, false },
	{ "ag", "014", false },
	{ "bv", "610", true },
	{ "cv", "706", false },
	{ "fp", "026", false },
	{ "kg", "612", false },
	{ "lv", "025", false },
	{ "nv", "014", true },
	{ "ps", "026", false },
	{ "sa", "014", true },
	{ "sc", "706", false },
	{ "se", "027", false },
	{ "spa", NULL, false },
	{ "b v b a", "015", true },
	{ "v z w", "017", true },
	{ "b v", "610", true },
	{ "n v", "014", true },
	{ "s a", "014", false },
	{ "c v", "706", false },
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
		size_t len = strlen(phrases[i].words);

		if (len <= n && !memcmp(text + n - len, phrases[i].words, len) && (len == n || text[n - len - 1] == ' '))
			return &phrases[i];
	}
	return NULL;
}

static const struct phrase *phrase_at_start(const char *text, size_t n)
{
	for (size_t i = 0; i < PHRASES; i++) {
		size_t len = strlen(phrases[i].words);

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
		size_t len = strlen(p->words);

		n -= len == n ? len : len + 1;
		*code = *code ? *code : p->code;
	}
	name[n] = '\0';
	while (n && (p = phrase_at_start(name, n))) {
		size_t len = strlen(p->words);

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
