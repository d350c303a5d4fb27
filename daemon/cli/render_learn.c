/*
 * render_learn.c - a model that was learned, and what a model is expected to do.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static double number(const json_t *of, const char *key)
{
	return json_number_value(json_object_get(of, key));
}

void render_learned(const struct cli *cli, const json_t *answer)
{
	const json_t *t;
	size_t i;

	(void)cli;
	printf("%s: %s\n", words_text(answer, "file"), words_text(answer, "version"));
	json_array_foreach(json_object_get(answer, "types"), i, t) {
		const long long records = (long long)words_number(t, "records");

		printf("  %-14s%lld record%s; ", words_text(t, "type"), records, words_plural(records));
		if (*words_text(t, "kept"))
			printf("as before: %s\n", words_text(t, "kept"));
		else
			printf("about %.0f pairs of them the same; linked from %+.1f, asked about from %+.1f\n", number(t, "same"),
				number(t, "link"), number(t, "review"));
	}
	printf("\nwhat it would change: doorstroom match replay --model %s\nto use it: `model:` in the configuration, and a restart\n",
		words_text(answer, "file"));
}

static const char *share(const struct cli *cli, const json_t *row, const char *key)
{
	return arena_printf(cli->arena, "%.3f%%", 100 * number(row, key));
}

/* The thresholds in force stand out. */
static const char *score(const struct cli *cli, const json_t *type, const json_t *row)
{
	const double at = number(row, "at"), link = number(type, "link"), review = number(type, "review");

	return arena_printf(cli->arena, "%+.1f%s", at, at >= link && at <= link ? " link" : at >= review && at <= review ? " ask" : "");
}

static void show_type(const struct cli *cli, const json_t *type)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *r;
	size_t i;

	printf("\n%s: %lld records, %lld pairs compared\n", words_text(type, "type"), (long long)words_number(type, "records"),
		(long long)words_number(type, "pairs"));
	table_column(t, "FROM", COLUMN_TEXT);
	table_column(t, "LINKED", COLUMN_NUMBER);
	table_column(t, "PRECISION", COLUMN_TEXT);
	table_column(t, "RECALL", COLUMN_TEXT);
	table_column(t, "ASKED", COLUMN_NUMBER);
	table_column(t, "DECIDED ONE", COLUMN_NUMBER);
	table_column(t, "TWO", COLUMN_NUMBER);
	json_array_foreach(json_object_get(type, "thresholds"), i, r) {
		table_row(t);
		table_cell(t, score(cli, type, r), NULL);
		table_number(t, words_number(r, "linked"), false);
		table_cell(t, share(cli, r, "precision"), NULL);
		table_cell(t, share(cli, r, "recall"), NULL);
		table_number(t, words_number(r, "asked"), true);
		table_number(t, words_number(r, "one"), true);
		table_number(t, words_number(r, "two"), true);
	}
	table_print(t);
}

void render_outlook(const struct cli *cli, const json_t *answer)
{
	const json_t *t;
	size_t i;

	printf("what %s expects of the records in the store: pairs from that score on, were they linked; questions, were they asked\n",
		words_text(answer, "model"));
	json_array_foreach(json_object_get(answer, "types"), i, t)
		show_type(cli, t);
}
