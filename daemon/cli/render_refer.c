/*
 * render_refer.c - referrals, and partners as organisations.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"

void render_referrals(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *rows = json_object_get(answer, "referrals"), *r;
	int64_t overdue = 0;
	size_t i;

	table_column(t, "REFERRAL", COLUMN_TEXT);
	table_column(t, "FROM", COLUMN_TEXT);
	table_column(t, "TO", COLUMN_TEXT);
	table_column(t, "SERVICE", COLUMN_TEXT);
	table_column(t, "STATE", COLUMN_TEXT);
	table_column(t, "SINCE", COLUMN_TEXT);
	table_column(t, "ANSWER DUE", COLUMN_TEXT);
	table_column(t, "HANDLER", COLUMN_TEXT);
	table_column(t, "COMPANY", COLUMN_LONG);
	json_array_foreach(rows, i, r) {
		const int64_t due = words_number(r, "overdue_since");
		const bool asked = json_is_true(json_object_get(r, "asked"));

		overdue += due != 0;
		table_row(t);
		table_cell(t, words_text(r, "id"), NULL);
		table_cell(t, words_text(r, "from"), NULL);
		table_cell(t, words_text(r, "to"), NULL);
		table_cell(t, words_text(r, "service"), NULL);
		table_cell(t, asked ? arena_printf(cli->arena, "%s, in review", words_text(r, "state")) : words_text(r, "state"),
			asked ? "yellow" : NULL);
		table_cell(t, words_ago(cli->arena, words_number(r, "since")), NULL);
		table_cell(t, due ? words_ago(cli->arena, due) : "", "red");
		table_cell(t, words_text(r, "handler"), NULL);
		table_cell(t, words_text(r, "company"), NULL);
	}
	table_print(t);
	printf("%zu referral%s, %lld overdue\n%s", json_array_size(rows), words_plural((int64_t)json_array_size(rows)),
		(long long)overdue, words_more(answer));
}

void render_refer(const struct cli *cli, const json_t *answer)
{
	(void)cli;
	printf("%s: %s\n", words_text(answer, "record"), words_text(answer, "done"));
}

static char *became(const struct cli *cli, const json_t *p)
{
	const char *fate = words_text(p, "fate"), *who = words_list(cli->arena, json_object_get(p, "successors"));

	return arena_printf(cli->arena, "%s%s%s", fate, *who ? " " : "", who);
}

void render_registry(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *p;
	size_t i;

	table_column(t, "PARTNER", COLUMN_TEXT);
	table_column(t, "NAME", COLUMN_TEXT);
	table_column(t, "REACHED BY", COLUMN_TEXT);
	table_column(t, "FROM", COLUMN_TEXT);
	table_column(t, "UNTIL", COLUMN_TEXT);
	table_column(t, "BECAME", COLUMN_TEXT);
	table_column(t, "GROUP", COLUMN_TEXT);
	table_column(t, "SERVES", COLUMN_LONG);
	json_array_foreach(json_object_get(answer, "registry"), i, p) {
		table_row(t);
		table_cell(t, words_text(p, "id"), NULL);
		table_cell(t, words_text(json_object_get(p, "names"), "nl"), NULL);
		table_cell(t, words_text(p, "endpoint"), NULL);
		table_cell(t, words_text(p, "valid_from"), NULL);
		table_cell(t, words_text(p, "valid_until"), NULL);
		table_cell(t, became(cli, p), NULL);
		table_cell(t, words_text(p, "group"), NULL);
		table_cell(t, words_list(cli->arena, json_object_get(p, "provinces")), NULL);
	}
	table_print(t);
}
