/*
 * render_desk.c - plans, quarantine, reviews.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* {"update":{"organization":{"n":3,..}}} or flat numbers: whatever the plan counted, on one line. */
static void counts(struct buf *b, const json_t *v, const char *name)
{
	const char *key;
	json_t *one;

	if (json_is_integer(v))
		buf_addf(b, "%s%lld %s", b->len ? ", " : "", (long long)json_integer_value(v), name);
	json_object_foreach((json_t *)v, key, one) {
		char path[128];

		snprintf(path, sizeof(path), "%s%s%s", name, *name ? " " : "", key);
		counts(b, one, path);
	}
}

void render_plans(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *p;
	size_t i;

	table_column(t, "PLAN", COLUMN_TEXT);
	table_column(t, "PARTNER", COLUMN_TEXT);
	table_column(t, "STATE", COLUMN_TEXT);
	table_column(t, "MADE", COLUMN_TEXT);
	table_column(t, "REASON", COLUMN_LONG);
	json_array_foreach(json_object_get(answer, "plans"), i, p) {
		const bool held = !strcmp(words_text(p, "state"), "held");

		table_row(t);
		table_cell(t, words_text(p, "hash"), NULL);
		table_cell(t, words_text(p, "partner"), NULL);
		table_cell(t, words_text(p, "state"), held ? "yellow" : NULL);
		table_cell(t, words_time(cli->arena, words_number(p, "made_at")), NULL);
		table_cell(t, words_text(p, "reason"), NULL);
	}
	table_print(t);
}

void render_plan(const struct cli *cli, const json_t *p)
{
	AUTO(table_free) struct table *t = table_new(cli);
	BUF_AUTO struct buf b = { 0 };
	const json_t *c;
	size_t i;

	counts(&b, json_object_get(p, "counts"), "");
	printf("plan %s for %s: %s\n%s\n", words_text(p, "hash"), words_text(p, "partner"), words_text(p, "state"), words_text(p, "reason"));
	printf("%s\n\n", b.data ? b.data : "");
	table_column(t, "DO", COLUMN_TEXT);
	table_column(t, "TYPE", COLUMN_TEXT);
	table_column(t, "RECORD", COLUMN_TEXT);
	table_column(t, "NAME", COLUMN_LONG);
	table_column(t, "FIELDS", COLUMN_LONG);
	table_column(t, "BECAUSE OF", COLUMN_TEXT);
	json_array_foreach(json_object_get(p, "changes"), i, c) {
		table_row(t);
		table_cell(t, words_text(c, "kind"), !strcmp(words_text(c, "kind"), "delete") ? "red" : NULL);
		table_cell(t, words_text(c, "type"), NULL);
		table_cell(t, words_text(c, "record"), NULL);
		table_cell(t, words_text(c, "name"), NULL);
		table_cell(t, words_list(cli->arena, json_object_get(c, "fields")), NULL);
		table_cell(t, words_text(c, "cause"), NULL);
	}
	table_print(t);
	if (!strcmp(words_text(p, "state"), "held"))
		printf("\ndoorstroom plan approve %s, or plan reject %s\n", words_text(p, "hash"), words_text(p, "hash"));
}

/* --- quarantine ---------------------------------------------------------------------------------------------------------- */

void render_quarantines(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *z;
	size_t i;

	table_column(t, "ID", COLUMN_NUMBER);
	table_column(t, "PARTNER", COLUMN_TEXT);
	table_column(t, "TYPE", COLUMN_TEXT);
	table_column(t, "KEY", COLUMN_TEXT);
	table_column(t, "FIELD", COLUMN_TEXT);
	table_column(t, "SINCE", COLUMN_TEXT);
	table_column(t, "TRIES", COLUMN_NUMBER);
	table_column(t, "REASON", COLUMN_LONG);
	json_array_foreach(json_object_get(answer, "quarantine"), i, z) {
		table_row(t);
		table_number(t, words_number(z, "id"), false);
		table_cell(t, words_text(z, "partner"), NULL);
		table_cell(t, words_text(z, "type"), NULL);
		table_cell(t, words_text(z, "key"), NULL);
		table_cell(t, words_text(z, "field"), NULL);
		table_cell(t, words_ago(cli->arena, words_number(z, "since")), NULL);
		table_number(t, words_number(z, "tries"), false);
		table_cell(t, words_text(z, "reason"), NULL);
	}
	table_print(t);
}

void render_quarantine(const struct cli *cli, const json_t *z)
{
	const json_t *raw = json_object_get(z, "raw");

	printf("%s %s:%s\n  %s%s%s\n  since %s, tried %lld time%s\n", words_text(z, "type"), words_text(z, "partner"), words_text(z, "key"),
		words_text(z, "field"), *words_text(z, "field") ? ": " : "", words_text(z, "reason"),
		words_time(cli->arena, words_number(z, "since")), (long long)words_number(z, "tries"), words_plural(words_number(z, "tries")));
	if (json_is_string(raw))
		printf("%s\n", json_string_value(raw));
	else if (raw && !json_is_null(raw)) {
		json_dumpf(raw, stdout, JSON_INDENT(2));
		printf("\n");
	}
}

/* --- reviews -------------------------------------------------------------------------------------------------------------- */

void render_reviews(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *r;
	size_t i;

	table_column(t, "ID", COLUMN_NUMBER);
	table_column(t, "KIND", COLUMN_TEXT);
	table_column(t, "TYPE", COLUMN_TEXT);
	table_column(t, "AT PARTNER", COLUMN_TEXT);
	table_column(t, "RECORD", COLUMN_TEXT);
	table_column(t, "ASKED", COLUMN_TEXT);
	table_column(t, "WHY", COLUMN_LONG);
	json_array_foreach(json_object_get(answer, "reviews"), i, r) {
		table_row(t);
		table_number(t, words_number(r, "id"), false);
		table_cell(t, words_text(r, "kind"), NULL);
		table_cell(t, words_text(r, "type"), NULL);
		table_cell(t, *words_text(r, "partner") ?
					arena_printf(cli->arena, "%s:%s", words_text(r, "partner"), words_text(r, "key")) : "", NULL);
		table_cell(t, words_text(r, "record"), NULL);
		table_cell(t, words_ago(cli->arena, words_number(r, "made_at")), NULL);
		table_cell(t, words_text(json_object_get(r, "evidence"), "why"), NULL);
	}
	table_print(t);
}

static void side(struct buf *b, const json_t *values, const char *name)
{
	const json_t *v = json_object_get(values, name), *shows = json_object_get(v, "shows");

	words_value(b, json_is_object(v) ? shows : v, NULL);
}

void render_review(const struct cli *cli, const json_t *r)
{
	AUTO(table_free) struct table *t = table_new(cli);
	AUTO(json_drop) json_t *names = json_object();
	const json_t *theirs = json_object_get(r, "fields"), *ours = json_object_get(r, "golden"), *evidence = json_object_get(r, "evidence"), *e;
	const char *name;
	json_t *v;
	size_t i;

	/* Between two hub records the partner's side is empty. */
	if (!json_object_size(theirs))
		theirs = json_object_get(r, "other_golden");
	printf("review %lld: %s of %s, %s\n", (long long)words_number(r, "id"), words_text(r, "kind"), words_text(r, "type"),
		words_text(r, "state"));
	printf("%s\n", words_text(evidence, "why"));
	json_array_foreach(json_object_get(evidence, "evidence"), i, e)
		printf("  %-24s%-12s%+.1f\n", words_text(e, "field"), words_text(e, "level"), json_number_value(json_object_get(e, "weight")));
	printf("\n");
	json_object_foreach((json_t *)ours, name, v)
		json_object_set_new(names, name, json_true());
	json_object_foreach((json_t *)theirs, name, v)
		json_object_set_new(names, name, json_true());
	table_column(t, "FIELD", COLUMN_TEXT);
	table_column(t, *words_text(r, "partner") ?
				 arena_printf(cli->arena, "%s:%s", words_text(r, "partner"), words_text(r, "key")) : words_text(r, "other"),
		COLUMN_LONG);
	table_column(t, words_text(r, "record"), COLUMN_LONG);
	json_object_foreach(names, name, v) {
		BUF_AUTO struct buf a = { 0 }, b = { 0 };

		side(&a, theirs, name);
		side(&b, ours, name);
		if (!a.len && !b.len)
			continue;
		table_row(t);
		table_cell(t, name, NULL);
		table_cell(t, a.data, a.len && b.len && strcmp(a.data, b.data) ? "yellow" : NULL);
		table_cell(t, b.data, NULL);
	}
	table_print(t);
	if (!strcmp(words_text(r, "state"), "open"))
		printf("\ndoorstroom review resolve %lld accept, or reject\n", (long long)words_number(r, "id"));
}
