#include "cli/report.h"

#include <string.h>

/* --- terms ---------------------------------------------------------------------------------------------------- */

struct term {
	const char *code;
	const char *in[LANGUAGES];
};

static const struct term services[] = {
	{ "academie", { "academie", "academy" } },
	{ "inspiratiesessie", { "inspiratiesessie", "inspiration session" } },
	{ "toolkit", { "toolkit", "toolkit" } },
	{ "webinar", { "webinar", "webinar" } },
	{ "scan", { "scan", "scan" } },
	{ "audit", { "audit", "audit" } },
	{ "begeleiding", { "begeleiding", "guidance" } },
	{ "subsidie", { "subsidie", "subsidy" } },
	{ "wervingssessie", { "wervingssessie", "recruitment session" } },
};

/* ISO 3166-2:BE */
static const struct term provinces[] = {
	{ "BE-VAN", { "Antwerpen", "Antwerp" } },
	{ "BE-VLI", { "Limburg", "Limburg" } },
	{ "BE-VOV", { "Oost-Vlaanderen", "East Flanders" } },
	{ "BE-VBR", { "Vlaams-Brabant", "Flemish Brabant" } },
	{ "BE-VWV", { "West-Vlaanderen", "West Flanders" } },
	{ "BE-BRU", { "Brussel", "Brussels" } },
	{ "BE-WBR", { "Waals-Brabant", "Walloon Brabant" } },
	{ "BE-WHT", { "Henegouwen", "Hainaut" } },
	{ "BE-WLG", { "Luik", "Liège" } },
	{ "BE-WLX", { "Luxemburg", "Luxembourg" } },
	{ "BE-WNA", { "Namen", "Namur" } },
};

static const struct term dimensions[] = {
	{ "kind", { "soort", "kind" } },
	{ "partner", { "partner", "partner" } },
	{ "title", { "titel", "title" } },
	{ "from", { "van", "from" } },
	{ "to", { "naar", "to" } },
	{ "service", { "dienst", "service" } },
	{ "province", { "provincie", "province" } },
	{ "legal_form", { "rechtsvorm", "legal form" } },
	{ "size_class", { "grootteklasse", "size class" } },
	{ "year", { "jaar", "year" } },
	{ "quarter", { "kwartaal", "quarter" } },
	{ "month", { "maand", "month" } },
	{ "cohort", { "cohorte", "cohort" } },
};

static const char *term(const struct term *terms, size_t n, const char *code, enum language l)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(terms[i].code, code))
			return terms[i].in[l];
	return NULL;
}
#define TERM(terms, code, l) term(terms, sizeof(terms) / sizeof(*(terms)), code, l)

const char *report_heading(const char *dimension, enum language l)
{
	const char *t = TERM(dimensions, dimension, l);

	return t ? t : dimension;
}

static const char *const language_names[] = {
#define X(language, name) name,
	LANGUAGE_LIST(X)
#undef X
};

const char *report_partner(const json_t *answer, const char *id, enum language l)
{
	const json_t *names = json_object_get(json_object_get(answer, "names"), id);
	const char *name = json_string_value(json_object_get(names, language_names[l]));

	return name ? name : id;
}

const char *report_label(const json_t *answer, const char *dimension, const json_t *value, enum language l)
{
	static const char *const unknown[] = { "onbekend", "not known" };
	const char *code = json_string_value(value), *t = NULL;

	if (!code)
		return unknown[l];
	if (!strcmp(dimension, "kind") || !strcmp(dimension, "service"))
		t = TERM(services, code, l);
	else if (!strcmp(dimension, "province"))
		t = TERM(provinces, code, l);
	if (!strcmp(dimension, "partner") || !strcmp(dimension, "from") || !strcmp(dimension, "to"))
		return report_partner(answer, code, l);
	return t ? t : code;
}

const char *report_others(struct arena *arena, size_t n, enum language l)
{
	static const char *const others[][LANGUAGES] = { { "1 andere", "1 other" }, { "%zu andere", "%zu others" } };

	return n == 1 ? others[0][l] : arena_printf(arena, others[1][l], n);
}

const char *report_group(struct arena *arena, const json_t *answer, const json_t *group, enum language l)
{
	static const char *const total[] = { "totaal", "total" };
	BUF_AUTO struct buf b = { 0 };
	const json_t *dimension;
	size_t i;

	if (words_number(group, "others"))
		return report_others(arena, (size_t)words_number(group, "others"), l);
	json_array_foreach(json_object_get(answer, "by"), i, dimension) {
		const char *name = json_string_value(dimension);

		buf_addf(&b, "%s%s", i ? ", " : "",
			report_label(answer, name, json_object_get(json_object_get(group, "key"), name), l));
	}
	return b.len ? arena_strdup(arena, b.data) : total[l];
}

static bool untold(const json_t *answer, const json_t *stage)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(answer, "untold"), i, name)
		if (!strcmp(json_string_value(name), words_text(stage, "stage")))
			return true;
	return false;
}

json_t *report_stage(const json_t *answer, const json_t *group, size_t i)
{
	const json_t *all = json_object_get(group ? group : json_object_get(answer, "total"), "stages");
	json_t *stage = json_array_get(all, i), *out;

	if (group && untold(answer, stage))
		return json_pack("{sO}", "stage", json_object_get(stage, "stage"));
	out = json_copy(stage);
	if (group && i && untold(answer, json_array_get(all, i - 1))) {
		json_object_del(out, "came");
		json_object_del(out, "of");
	}
	return out;
}

/* --- figures -------------------------------------------------------------------------------------------------- */

/* Thousands are not parted: a figure is to be copied as it is. */
int64_t report_sum(const json_t *counts)
{
	const char *type;
	json_t *n;
	int64_t all = 0;

	json_object_foreach((json_t *)counts, type, n)
		all += json_integer_value(n);
	return all;
}

const char *report_count(struct arena *arena, const json_t *figures, const char *key)
{
	const json_t *v = json_object_get(figures, key);

	if (!v)
		return "";
	return json_is_null(v) ? REPORT_HIDDEN : arena_printf(arena, "%lld", (long long)json_integer_value(v));
}

static const char *decimal(struct arena *arena, int64_t tenths, enum language l)
{
	return arena_printf(arena, "%lld%c%lld", (long long)(tenths / 10), l == LANGUAGE_NL ? ',' : '.',
		(long long)(tenths % 10));
}

const char *report_share(struct arena *arena, const json_t *figures, const char *n, const char *of, enum language l)
{
	const json_t *a = json_object_get(figures, n), *b = json_object_get(figures, of);
	const int64_t whole = json_integer_value(b);

	if (!a || !b)
		return "";
	if (json_is_null(a) || json_is_null(b))
		return REPORT_HIDDEN;
	/* Tenths of a percent, rounded half up. */
	return whole ? arena_printf(arena, "%s%%", decimal(arena, (json_integer_value(a) * 2000 + whole) / (2 * whole), l)) : "";
}

const char *report_span(struct arena *arena, const json_t *figures, const char *key, enum language l)
{
	static const struct {
		int64_t ms;
		const char *in[LANGUAGES];
	} units[] = { { 86400000, { "d", "d" } }, { 3600000, { "u", "h" } }, { 60000, { "min", "min" } }, { 1000, { "s", "s" } } };
	const json_t *v = json_object_get(figures, key);
	const int64_t ms = json_integer_value(v);

	if (!json_is_integer(v))
		return "";
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (ms >= units[i].ms)
			return arena_printf(arena, "%s %s", decimal(arena, (ms * 20 + units[i].ms) / (2 * units[i].ms), l),
				units[i].in[l]);
	return arena_printf(arena, "0 %s", units[3].in[l]);
}

/* --- when ----------------------------------------------------------------------------------------------------- */

const char *report_period(struct arena *arena, const json_t *answer, enum language l)
{
	static const char *const words[][LANGUAGES] = {
		{ "alles wat bekend is", "everything known" },
		{ "vanaf %s", "from %s on" },
		{ "tot en met %s", "up to and with %s" },
		{ "%s tot en met %s", "%s up to and with %s" },
	};
	const json_t *period = json_object_get(answer, "period");
	const char *from = words_text(period, "from"), *to = words_text(period, "to");

	if (!*from && !*to)
		return words[0][l];
	if (!*to)
		return arena_printf(arena, words[1][l], from);
	if (!*from)
		return arena_printf(arena, words[2][l], to);
	return strcmp(from, to) ? arena_printf(arena, words[3][l], from, to) : from;
}

const char *report_known(struct arena *arena, const json_t *answer, enum language l)
{
	static const char *const then[] = { "zoals bekend op het einde van %s", "as known at the end of %s" };
	static const char *const now[] = { "zoals nu bekend", "as known now" };
	const char *day = words_text(answer, "as_of");

	return *day ? arena_printf(arena, then[l], day) : now[l];
}

void report_successors(struct buf *b, const json_t *answer, enum language l)
{
	static const char *const first[] = { "Opgeteld bij de opvolger: ", "Added up under its successor: " };
	static const char *const each[] = { "%s%s bij %s", "%s%s under %s" };
	static const char *const none[] = { "Opvolgers: geen van deze partners heeft er een.",
		"Successors: none of these partners has one." };
	json_t *successors = json_object_get(answer, "successors"), *under;
	const char *partner, *before = first[l];

	if (json_is_object(successors) && !json_object_size(successors))
		buf_adds(b, none[l]);
	json_object_foreach(successors, partner, under) {
		buf_addf(b, each[l], before, report_partner(answer, partner, l), report_partner(answer, json_string_value(under), l));
		before = "; ";
	}
	if (json_object_size(successors))
		buf_addc(b, '.');
}
