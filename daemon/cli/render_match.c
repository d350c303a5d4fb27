/*
 * render_match.c - why two records are one, or two.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static void show_side(const char *which, const json_t *side)
{
	const json_t *l;
	size_t i;

	printf("%s  %s", which, words_text(side, "record"));
	json_array_foreach(json_object_get(side, "links"), i, l)
		printf("%s%s:%s", i ? ", " : "  ", words_text(l, "partner"), words_text(l, "key"));
	printf("\n");
}

static void show_above(const struct cli *cli, const json_t *above)
{
	const json_t *a;
	size_t i;

	json_array_foreach(above, i, a) {
		printf("%s%s", i ? "  " : "above the score\n  ", words_text(a, "what"));
		if (*words_text(a, "by"))
			printf(" by %s, %s", words_text(a, "by"), words_time(cli->arena, words_number(a, "at")));
		printf("\n");
	}
}

void render_match(const struct cli *cli, const json_t *m)
{
	const json_t *comparison = json_object_get(m, "comparison");

	show_side("A", json_object_get(m, "a"));
	show_side("B", json_object_get(m, "b"));
	printf("they are %s in the hub\n\n", json_is_true(json_object_get(m, "one")) ? "one" : "two");
	render_sides(cli, "A", json_object_get(json_object_get(m, "a"), "values"), "B",
		json_object_get(json_object_get(m, "b"), "values"));
	printf("\n%lld key%s in common%s\n", (long long)words_number(m, "shared_keys"), words_plural(words_number(m, "shared_keys")),
		words_number(m, "shared_keys") ? "" : ": they are never compared");
	render_waterfall(comparison);
	printf("by the model %s: %s; %s\n", words_text(comparison, "model"), words_text(m, "verdict"), words_text(comparison, "why"));
	show_above(cli, json_object_get(m, "above"));
}

void render_replaced(const struct cli *cli, const json_t *answer)
{
	const json_t *rows = json_object_get(answer, "replaced"), *r;
	AUTO(table_free) struct table *t = NULL;
	size_t i;

	if (!rows) {
		printf("%s and %s: %s; %lld joined, %lld asked about\n", words_text(answer, "old"), words_text(answer, "new"),
			words_text(answer, "done"), (long long)words_number(answer, "joined"),
			(long long)words_number(answer, "asked"));
		return;
	}
	t = table_new(cli);
	table_column(t, "OLD", COLUMN_TEXT);
	table_column(t, "NEW", COLUMN_TEXT);
	table_column(t, "RECORDED", COLUMN_TEXT);
	table_column(t, "BY", COLUMN_TEXT);
	json_array_foreach(rows, i, r) {
		table_row(t);
		table_cell(t, words_text(r, "old"), NULL);
		table_cell(t, words_text(r, "new"), NULL);
		table_cell(t, words_time(cli->arena, words_number(r, "at")), NULL);
		table_cell(t, words_text(r, "by"), NULL);
	}
	table_print(t);
}

static void show_differences(const struct cli *cli, const char *what, int64_t n, const json_t *rows)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *r;
	size_t i;

	if (!n)
		return;
	printf("\n%s: %lld\n", what, (long long)n);
	table_column(t, "SCORE", COLUMN_TEXT);
	table_column(t, "RECORD", COLUMN_TEXT);
	table_column(t, "NAME", COLUMN_TEXT);
	table_column(t, "AND", COLUMN_TEXT);
	table_column(t, "WHY", COLUMN_LONG);
	json_array_foreach(rows, i, r) {
		table_row(t);
		table_cell(t, arena_printf(cli->arena, "%+.1f", json_number_value(json_object_get(r, "score"))), NULL);
		table_cell(t, words_text(r, "record"), NULL);
		table_cell(t, words_text(r, "name"), NULL);
		table_cell(t,
			*words_text(r, "other") ? words_text(r, "other")
						: arena_printf(cli->arena, "%s:%s", words_text(r, "partner"), words_text(r, "key")),
			NULL);
		table_cell(t, words_text(r, "why"), NULL);
	}
	table_print(t);
}

void render_replay(const struct cli *cli, const json_t *answer)
{
	printf("%lld records and %lld links, made with %s, looked at with %s\n", (long long)words_number(answer, "records"),
		(long long)words_number(answer, "links"), words_text(answer, "now"), words_text(answer, "model"));
	show_differences(cli, "would be joined", words_number(answer, "would_link"), json_object_get(answer, "link"));
	show_differences(cli, "would be asked about", words_number(answer, "would_ask"), json_object_get(answer, "ask"));
	show_differences(cli, "would not be joined", words_number(answer, "would_part"), json_object_get(answer, "part"));
	show_differences(cli, "would be questioned", words_number(answer, "would_doubt"), json_object_get(answer, "doubt"));
	if (json_is_true(json_object_get(answer, "applied")))
		printf("\n%lld questions asked: doorstroom review\n", (long long)words_number(answer, "asked"));
	else
		printf("\nnothing was changed; --apply makes each of them a question\n");
}
