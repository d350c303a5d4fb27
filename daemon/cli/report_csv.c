/*
 * report_csv.c - counts as comma-separated values (RFC 4180): names and codes as the program has them, in one table. The
 * row in which every dimension is empty is the total; that of what is not told apart is "(others)". What is hidden is REPORT_HIDDEN.
 */
#include "cli/report.h"

#include <string.h>

/* A text that a spreadsheet would take for a formula gets an apostrophe before it. */
static void add_text(struct buf *b, const char *text)
{
	const bool formula = *text && strchr("=+-@\t\r", *text), quoted = formula || strpbrk(text, ",\"\r\n");

	if (!quoted) {
		buf_adds(b, text);
		return;
	}
	buf_adds(b, formula ? "\"'" : "\"");
	for (; *text; text++) {
		if (*text == '"')
			buf_addc(b, '"');
		buf_addc(b, *text);
	}
	buf_addc(b, '"');
}

static void add_value(struct buf *b, const json_t *v, bool first)
{
	if (!first)
		buf_addc(b, ',');
	if (json_is_integer(v))
		buf_addf(b, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		buf_addf(b, "%.4f", json_real_value(v));
	else if (json_is_string(v))
		add_text(b, json_string_value(v));
}

/* A figure that is hidden is there, as null. */
static void add_figures(struct buf *b, const json_t *figures, const char *const *name, size_t n, const char *const *never_hidden)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_object_get(figures, name[i]);
		bool may_lack = false;

		for (size_t k = 0; never_hidden[k]; k++)
			may_lack |= !strcmp(never_hidden[k], name[i]);
		if (v && json_is_null(v) && !may_lack)
			buf_adds(b, "," REPORT_HIDDEN);
		else
			add_value(b, v, false);
	}
	buf_adds(b, "\r\n");
}

static void add_headings(struct buf *b, const json_t *by, const char *const *name, size_t n)
{
	const json_t *dimension;
	size_t i;

	json_array_foreach(by, i, dimension) {
		add_text(b, json_string_value(dimension));
		buf_addc(b, ',');
	}
	for (i = 0; i < n; i++)
		buf_addf(b, "%s%s", i ? "," : "", name[i]);
	buf_adds(b, "\r\n");
}

/* The values of its dimensions; group NULL: the total. Each followed by a comma but the last. */
static bool add_key(struct buf *b, const json_t *by, const json_t *group)
{
	const json_t *dimension;
	size_t i;

	json_array_foreach(by, i, dimension)
		if (words_number(group, "others"))
			buf_addf(b, "%s(others)", i ? "," : "");
		else
			add_value(b, json_object_get(json_object_get(group, "key"), json_string_value(dimension)), i == 0);
	return i > 0;
}

static const char *const kpi_figures[] = { "activities", "sessions", "registered", "participants", "people", "people_low", "people_high",
	"certified", "certified_low", "certified_high", "companies", "unique_companies", "unique_companies_low", "unique_companies_high",
	"without_person", "without_company" };
static const char *const none[] = { NULL };
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static void kpi_row(struct buf *b, const json_t *by, const json_t *figures, const json_t *group)
{
	BUF_AUTO struct buf row = { 0 };

	add_figures(&row, figures, kpi_figures, COUNT(kpi_figures), none);
	buf_adds(b, row.data + !add_key(b, by, group));
}

static void kpi(struct buf *b, const json_t *answer)
{
	const json_t *by = json_object_get(answer, "by"), *group;
	size_t i;

	add_headings(b, by, kpi_figures, COUNT(kpi_figures));
	json_array_foreach(json_object_get(answer, "groups"), i, group)
		kpi_row(b, by, group, group);
	kpi_row(b, by, json_object_get(answer, "total"), NULL);
}

static const char *const funnel_figures[] = { "stage", "companies", "referrals", "came", "of", "left", "median_ms", "waiting" };
/* Stages before the first referral have none, and of nobody there is no median. */
static const char *const funnel_lacking[] = { "median_ms", "referrals", "waiting", "came", "of", NULL };
static const char *const funnel_median[] = { "median_ms", NULL };

static void funnel_rows(struct buf *b, const json_t *answer, const json_t *group)
{
	const json_t *by = json_object_get(answer, "by");
	const size_t n = json_array_size(json_object_get(json_object_get(answer, "total"), "stages"));

	for (size_t i = 0; i < n; i++) {
		AUTO(json_drop) json_t *stage = report_stage(answer, group, i);
		BUF_AUTO struct buf row = { 0 };

		add_figures(&row, stage, funnel_figures, COUNT(funnel_figures), i < 2 ? funnel_lacking : funnel_median);
		buf_adds(b, row.data + !add_key(b, by, group));
	}
}

static void funnel(struct buf *b, const json_t *answer)
{
	const json_t *by = json_object_get(answer, "by"), *group;
	size_t i;

	add_headings(b, by, funnel_figures, COUNT(funnel_figures));
	json_array_foreach(json_object_get(answer, "groups"), i, group)
		funnel_rows(b, answer, group);
	funnel_rows(b, answer, NULL);
}

static const char *const matrix_figures[] = { "from", "to", "made", "sent", "accepted", "declined", "waiting", "overdue", "late",
	"answered", "answer_median_ms", "reciprocity" };
static const char *const matrix_lacking[] = { "from", "to", "answer_median_ms", "reciprocity", NULL };

static void matrix(struct buf *b, const json_t *answer)
{
	const json_t *cell;
	size_t i;

	add_headings(b, NULL, matrix_figures, COUNT(matrix_figures));
	json_array_foreach(json_object_get(answer, "cells"), i, cell) {
		BUF_AUTO struct buf row = { 0 };

		add_figures(&row, cell, matrix_figures, COUNT(matrix_figures), matrix_lacking);
		buf_adds(b, row.data + 1);
	}
}

void report_csv(struct buf *b, const struct command *c, const json_t *answer)
{
	if (!strcmp(c->name, "kpi"))
		kpi(b, answer);
	else if (!strcmp(c->name, "funnel"))
		funnel(b, answer);
	else
		matrix(b, answer);
}
