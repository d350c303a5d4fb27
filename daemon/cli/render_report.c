/*
 * render_report.c - counts as tables for people.
 */
#include "cli/report.h"

#include <stdio.h>
#include <string.h>

static void heading(const struct cli *cli, const json_t *answer)
{
	printf("%s, %s\n\n", report_period(cli->arena, answer, LANGUAGE_EN), report_known(cli->arena, answer, LANGUAGE_EN));
}

/* --- what is uncertain about it ------------------------------------------------------------------------------- */

static void moves(const struct cli *cli, const json_t *total, const char *low, const char *now, const char *what)
{
	const char *from = report_count(cli->arena, total, low), *to = report_count(cli->arena, total, now);

	if (*to)
		printf("  %s: %s to %s\n", what, from, to);
}

static void footing(const struct cli *cli, const json_t *answer)
{
	BUF_AUTO struct buf successors = { 0 };

	const json_t *waiting = json_object_get(answer, "waiting"), *total = json_object_get(answer, "total");
	const int64_t questions = report_sum(json_object_get(waiting, "questions")),
		      unreadable = report_sum(json_object_get(waiting, "unreadable"));

	if (questions) {
		printf("\n%lld question%s for a human waited (doorstroom review)", (long long)questions, words_plural(questions));
		if (json_object_get(total, "people")) {
			printf("; depending on the answers:\n");
			moves(cli, total, "people_low", "people_high", "people");
			moves(cli, total, "unique_companies_low", "unique_companies_high", "unique companies");
		} else {
			printf("\n");
		}
	}
	report_successors(&successors, answer, LANGUAGE_EN);
	if (successors.len)
		printf("\n%s\n", successors.data);
	if (unreadable)
		printf("\n%lld record%s cannot be read and %s not counted (doorstroom quarantine)\n", (long long)unreadable,
			words_plural(unreadable), unreadable == 1 ? "is" : "are");
	if (words_number(answer, "hidden"))
		printf("\n" REPORT_HIDDEN ": hidden, since a count is below %lld or would give one away\n",
			(long long)words_number(answer, "small_cells"));
}

/* --- kpi ------------------------------------------------------------------------------------------------------ */

static void dimension_columns(struct table *t, const json_t *answer)
{
	const json_t *name;
	char text[32];
	size_t i;

	json_array_foreach(json_object_get(answer, "by"), i, name) {
		snprintf(text, sizeof(text), "%s", report_heading(json_string_value(name), LANGUAGE_EN));
		for (char *p = text; *p; p++)
			*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
		table_column(t, text, COLUMN_LONG);
	}
	if (!i)
		table_column(t, "", COLUMN_TEXT);
}

/* group NULL: the total. */
static void dimension_cells(const struct cli *cli, struct table *t, const json_t *answer, const json_t *group)
{
	const json_t *by = json_object_get(answer, "by"), *name;
	const size_t others = (size_t)words_number(group, "others");
	const char *all = others ? report_others(cli->arena, others, LANGUAGE_EN) : group ? NULL : "total";
	size_t i;

	json_array_foreach(by, i, name) {
		const char *dimension = json_string_value(name);

		table_cell(t, !all ? report_label(answer, dimension, json_object_get(json_object_get(group, "key"), dimension), LANGUAGE_EN)
			: i ? "" : all, NULL);
	}
	if (!i)
		table_cell(t, "total", NULL);
}

static void kpi_row(const struct cli *cli, struct table *t, const json_t *answer, const json_t *figures, const json_t *group)
{
	static const char *const counts[] = { "activities", "sessions", "participants", "people", "certified" };

	table_row(t);
	dimension_cells(cli, t, answer, group);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		table_cell(t, report_count(cli->arena, figures, counts[i]), NULL);
	table_cell(t, report_share(cli->arena, figures, "certified", "people", LANGUAGE_EN), NULL);
	table_cell(t, report_count(cli->arena, figures, "companies"), NULL);
	table_cell(t, report_count(cli->arena, figures, "unique_companies"), NULL);
}

void render_kpi(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *group;
	char certified[24];
	size_t i;

	heading(cli, answer);
	snprintf(certified, sizeof(certified), "%lld+ SESSIONS", (long long)words_number(answer, "certificate"));
	dimension_columns(t, answer);
	table_column(t, "ACTIVITIES", COLUMN_NUMBER);
	table_column(t, "SESSIONS", COLUMN_NUMBER);
	table_column(t, "PARTICIPANTS", COLUMN_NUMBER);
	table_column(t, "PEOPLE", COLUMN_NUMBER);
	table_column(t, certified, COLUMN_NUMBER);
	table_column(t, "SHARE", COLUMN_NUMBER);
	table_column(t, "COMPANIES", COLUMN_NUMBER);
	table_column(t, "UNIQUE", COLUMN_NUMBER);
	json_array_foreach(json_object_get(answer, "groups"), i, group)
		kpi_row(cli, t, answer, group, group);
	kpi_row(cli, t, answer, json_object_get(answer, "total"), NULL);
	table_print(t);
	footing(cli, answer);
}

/* --- funnel --------------------------------------------------------------------------------------------------- */

static void funnel_rows(const struct cli *cli, struct table *t, const json_t *answer, const json_t *group)
{
	const size_t n = json_array_size(json_object_get(json_object_get(answer, "total"), "stages"));

	for (size_t i = 0; i < n; i++) {
		AUTO(json_drop) json_t *stage = report_stage(answer, group, i);
		const bool of_referrals = i >= 2;

		table_row(t);
		dimension_cells(cli, t, answer, group);
		table_cell(t, words_text(stage, "stage"), NULL);
		table_cell(t, report_count(cli->arena, stage, "companies"), NULL);
		table_cell(t, of_referrals ? report_count(cli->arena, stage, "referrals") : "", NULL);
		table_cell(t, i ? report_share(cli->arena, stage, "came", "of", LANGUAGE_EN) : "", NULL);
		table_cell(t, report_span(cli->arena, stage, "median_ms", LANGUAGE_EN), NULL);
		table_cell(t, of_referrals && i < 5 ? report_count(cli->arena, stage, "waiting") : "", NULL);
	}
}

void render_funnel(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *group, *ends = json_object_get(json_object_get(answer, "total"), "ends");
	const char *end;
	json_t *n;
	size_t i;

	heading(cli, answer);
	dimension_columns(t, answer);
	table_column(t, "STAGE", COLUMN_TEXT);
	table_column(t, "COMPANIES", COLUMN_NUMBER);
	table_column(t, "REFERRALS", COLUMN_NUMBER);
	table_column(t, "CONVERSION", COLUMN_NUMBER);
	table_column(t, "MEDIAN TIME", COLUMN_NUMBER);
	table_column(t, "WAITING", COLUMN_NUMBER);
	json_array_foreach(json_object_get(answer, "groups"), i, group)
		funnel_rows(cli, t, answer, group);
	funnel_rows(cli, t, answer, NULL);
	table_print(t);
	printf("\nreferrals now:");
	json_object_foreach((json_t *)ends, end, n)
		if (json_is_null(n) || json_integer_value(n))
			printf(" %s %s", end, report_count(cli->arena, ends, end));
	printf("\n");
	footing(cli, answer);
}

/* --- matrix --------------------------------------------------------------------------------------------------- */

static void matrix_row(const struct cli *cli, struct table *t, const char *from, const char *to, const json_t *cell)
{
	static const char *const counts[] = { "made", "sent", "accepted", "declined", "waiting", "overdue", "late" };
	const json_t *back = json_object_get(cell, "reciprocity");

	table_row(t);
	table_cell(t, from, NULL);
	table_cell(t, to, NULL);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		table_cell(t, report_count(cli->arena, cell, counts[i]),
			!strcmp(counts[i], "overdue") && words_number(cell, "overdue") ? "red" : NULL);
	table_cell(t, report_span(cli->arena, cell, "answer_median_ms", LANGUAGE_EN), NULL);
	table_cell(t, json_is_real(back) ? arena_printf(cli->arena, "%.2f", json_real_value(back)) : "", NULL);
}

void render_matrix(const struct cli *cli, const json_t *answer)
{
	static const char *const columns[] = { "MADE", "SENT", "ACCEPTED", "DECLINED", "WAITING", "OVERDUE", "LATE", "ANSWER IN",
		"SENT BACK" };
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *cell;
	size_t i;

	heading(cli, answer);
	table_column(t, "FROM", COLUMN_LONG);
	table_column(t, "TO", COLUMN_LONG);
	for (i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		table_column(t, columns[i], COLUMN_NUMBER);
	json_array_foreach(json_object_get(answer, "cells"), i, cell)
		matrix_row(cli, t, report_partner(answer, words_text(cell, "from"), LANGUAGE_EN),
			report_partner(answer, words_text(cell, "to"), LANGUAGE_EN), cell);
	matrix_row(cli, t, "total", "", json_object_get(json_object_get(answer, "sums"), "total"));
	table_print(t);
	footing(cli, answer);
}

void render_report(const struct cli *cli, const json_t *answer)
{
	static const struct {
		const char *part;
		void (*render)(const struct cli *, const json_t *);
	} parts[] = { { "kinds", render_kpi }, { "partners", render_kpi }, { "provinces", render_kpi },
		{ "funnel", render_funnel }, { "matrix", render_matrix } };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		printf("%s", i ? "\n" : "");
		parts[i].render(cli, json_object_get(answer, parts[i].part));
	}
}
