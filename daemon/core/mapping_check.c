/* The laws of a mapping, on samples; and its rows in words. */
#include "core/mapping_parts.h"

#include <stdio.h>
#include <string.h>

#define SAMPLES 6

/* Canonical values of every kind, common and awkward. */
static const char *const samples[VALUE_KINDS][SAMPLES] = {
	[VALUE_TEXT] = {"Acme", "B\xc3\xa9lier & Zonen", "12B", "Van den Berghe-D'Hondt", "7"},
	[VALUE_NOTE] = {"Zoekt steun voor een prototype.", "Belt terug; zie \"nota\"."},
	[VALUE_ENTERPRISE] = {"0403449823", "1000000021", "NL123456789B01"},
	[VALUE_ESTABLISHMENT] = {"2000000339", "geen"},
	[VALUE_CODE] = {"AC", "014", "610", "015", "706", "000"},
	[VALUE_NACE] = {"2025:62100", "2008:62010", "2003:72210"},
	[VALUE_LANGUAGE] = {"nl", "fr", "de", "en"},
	[VALUE_COUNTRY] = {"BE", "NL", "FR", "LU", "JP"},
	[VALUE_POSTAL] = {"9000", "1012 AB", "L-1234"},
	[VALUE_PROVINCE] = {"BE-VAN", "BE-WLG"},
	[VALUE_EMAIL] = {"info@acme.example", "An.Peeters+x@xn--mller-kva.example"},
	[VALUE_PHONE] = {"+3223151351", "+32470123456", "+31201234567", "02 315 13 51 toestel 12"},
	[VALUE_URL] = {"https://www.acme.example", "http://acme.example/a?b=c"},
	[VALUE_BOOL] = {"true", "false"},
	[VALUE_DATE] = {"2024-02-29", "1960-08-09"},
	[VALUE_TIME] = {"2024-02-29T10:20:30Z", "2019-12-31T23:59:59.250Z"},
	[VALUE_SERVICE] = {"academie", "scan"},
	[VALUE_STATE] = {"created", "in_progress"},
	[VALUE_OUTCOME] = {"guidance", "no_follow_up"},
	[VALUE_CONSENT] = {"granted", "withdrawn", "granted 2024-02-29T10:20:30Z form 7"},
	[VALUE_PARTNER] = {"voka", "innovatiecentrum-limburg"},
	[VALUE_REF] = {"1017", "a1b2c3d4-0000-4000-8000-000000000000"},
};

/* The values to try: those of its table if it has one, else those of its kind. */
static size_t samples_of(const struct row *row, const char **out, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < row->uses; i++)
		for (size_t k = 0; k < row->use[i].words && n < most; k++)
			if (*row->use[i].word[k].value)
				out[n++] = row->use[i].word[k].value;
	if (n)
		return n;
	for (; n < SAMPLES && samples[row->field->kind][n]; n++)
		out[n] = samples[row->field->kind][n];
	return n;
}

static bool equal_sets(struct arena *arena, unsigned loss, const char *a, const char *b)
{
	size_t len;

	if (!strcmp(a, b) || loss_explains(arena, loss, a, b))
		return true;
	for (const char *s; (s = set_next(&b, &len));) {
		const char *cursor = a, *have, *one = arena_strndup(arena, s, len);
		bool found = false;
		size_t n;

		while (!found && (have = set_next(&cursor, &n)))
			found = loss_explains(arena, loss, arena_strndup(arena, have, n), one);
		if (!found)
			return false;
	}
	return true;
}

/* What is wrong with one row's laws for a value, or NULL; *written says whether it could be written at all. */
static const char *broken_law(
	const struct mapping *m, const struct row *row, struct arena *arena, const char *value, bool *written)
{
	const char *image = mapping_image(m, arena, row->index, value), *again;

	if (!image || !*image)
		return NULL;
	*written = true;
	if (!loss_explains(arena, row->loss, value, image))
		return "what is written does not come back: in(out(v)) is another value, and no loss is declared";
	again = mapping_image(m, arena, row->index, image);
	if (!again || strcmp(again, image))
		return "what comes back does not settle: written again it is another value";
	return NULL;
}

static const char *check_row(const struct mapping *m, const struct row *row, struct arena *arena)
{
	const char *value[64], *what;
	size_t n = samples_of(row, value, 64);
	bool written = false;

	for (size_t i = 0; i < n; i++)
		if ((what = broken_law(m, row, arena, value[i], &written)))
			return what;
	return written || !n ? NULL : "no value of this field can be written so";
}

/* A record with one writable sample in every field, written and read: members that get in each other's way show. */
static const struct row *check_whole(const struct mapping *m, struct arena *arena)
{
	struct record *r = record_new(arena, m->type), *back;
	AUTO(json_drop) json_t *body = json_object();
	struct err e;

	for (size_t i = 0; i < m->n; i++) {
		const char *value[64];
		size_t n = m->row[i].write ? samples_of(&m->row[i], value, 64) : 0;

		for (size_t k = 0; k < n && !r->v[m->row[i].index]; k++) {
			const char *image = mapping_image(m, arena, m->row[i].index, value[k]);

			if (image && *image)
				r->v[m->row[i].index] = image;
		}
		if (m->row[i].part && r->v[m->row[i].index])
			r->v[m->row[i].index] = m->row[i].part == ADDRESS_STREET ? "Kerkstraat" : "7";
	}
	if (!mapping_out_at(m, r, m->writable, body, &e) || !(back = mapping_in(m, arena, body, &e))) {
		int index = field_find(m->type, e.field);

		return index < 0 ? m->row : m->of[index];
	}
	for (size_t i = 0; i < m->n; i++) {
		const struct row *row = &m->row[i];
		const char *want = r->v[row->index], *got = back->v[row->index];

		if (row->write && want && (!got || (strcmp(want, got) && !loss_explains(arena, row->loss, want, got))))
			return row;
	}
	return NULL;
}

bool mapping_check(const struct mapping *m, struct diags *diags)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct row *row;
	bool ok = true;

	for (size_t i = 0; i < m->n; i++) {
		const char *what = m->row[i].write ? check_row(m, &m->row[i], arena) : NULL;

		if (what)
			diag_add(diags, m->row[i].where, "%s", what);
		ok = ok && !what;
	}
	if (ok && (row = check_whole(m, arena))) {
		diag_add(diags, row->where,
			"written with all other fields it does not come back: another row is in its way");
		ok = false;
	}
	return ok;
}

const char *mapping_check_item(const struct mapping *m, struct arena *arena, json_t *item)
{
	AUTO(json_drop) json_t *body = json_object();
	struct record *first, *second;
	struct err e;

	first = mapping_in(m, arena, item, &e);
	if (!first)
		return arena_printf(arena, "%s cannot be read: %s", *e.field ? e.field : "the record", e.text);
	if (!mapping_out_at(m, first, m->writable, body, &e))
		return arena_printf(arena, "%s cannot be written back: %s", *e.field ? e.field : "the record", e.text);
	second = mapping_in(m, arena, body, &e);
	if (!second)
		return arena_printf(arena, "%s cannot be read again: %s", *e.field ? e.field : "the record", e.text);
	for (size_t i = 0; i < m->n; i++) {
		const struct row *row = &m->row[i];
		const char *a = first->v[row->index], *b = second->v[row->index];

		if (row->write && a && (*a || b) && (!b || !equal_sets(arena, row->loss, a, b)))
			return arena_printf(
				arena, "%s: read, written and read again it is another value", row->field->name);
	}
	return "";
}

const char *mapping_describe(const struct mapping *m, struct arena *arena, unsigned field)
{
	const struct row *row = m->of[field];
	BUF_AUTO struct buf text = {0};

	if (!row)
		return "";
	if (row->constant)
		return arena_printf(arena, "always %s", row->constant);
	for (size_t i = 0; i < row->ats; i++)
		buf_addf(&text, "%s%s", i ? ", " : "", row->at[i].text);
	if (row->each)
		buf_addf(&text, "/*%s", row->each->text);
	if (row->separator || strcmp(row->use[0].codec->name, "text"))
		buf_adds(&text, " via ");
	if (row->separator)
		buf_addf(&text, "split:%s, ", row->separator);
	for (size_t i = 0; i < row->uses && (row->separator || strcmp(row->use[0].codec->name, "text")); i++)
		buf_addf(&text, "%s%s%s%s", i ? ", " : "", row->use[i].codec->name, *row->use[i].arg ? ":" : "",
			row->use[i].arg);
	if (!row->write)
		buf_adds(&text, ", read only");
	else if (row->writeto)
		buf_addf(&text, ", written to %s", row->writeto->text);
	return arena_strndup(arena, text.data ? text.data : "", text.len);
}
