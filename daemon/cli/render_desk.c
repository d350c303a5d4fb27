/*
 * render_desk.c - plans, quarantine, refused changes.
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
	printf("plan %s for %s: %s\n%s\n", words_text(p, "hash"), words_text(p, "partner"), words_text(p, "state"),
		words_text(p, "reason"));
	printf("%s\n\n", b.data ? b.data : "");
	table_column(t, "DO", COLUMN_TEXT);
	table_column(t, "TYPE", COLUMN_TEXT);
	table_column(t, "RECORD", COLUMN_TEXT);
	table_column(t, "NAME", COLUMN_TEXT);
	table_column(t, "BECAUSE OF", COLUMN_TEXT);
	table_column(t, "FIELDS", COLUMN_LONG);
	json_array_foreach(json_object_get(p, "changes"), i, c) {
		table_row(t);
		table_cell(t, words_text(c, "kind"), !strcmp(words_text(c, "kind"), "delete") ? "red" : NULL);
		table_cell(t, words_text(c, "type"), NULL);
		table_cell(t, words_text(c, "record"), NULL);
		table_cell(t, words_text(c, "name"), NULL);
		table_cell(t, words_text(c, "cause"), NULL);
		table_cell(t, words_list(cli->arena, json_object_get(c, "fields")), NULL);
	}
	table_print(t);
	if (!strcmp(words_text(p, "state"), "held"))
		printf("\ndoorstroom plan approve %s, or plan reject %s\n", words_text(p, "hash"),
			words_text(p, "hash"));
}

/* --- quarantine ---------------------------------------------------------------------------------------------- */

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
	printf("%s", words_more(answer));
}

void render_quarantine(const struct cli *cli, const json_t *z)
{
	const json_t *raw = json_object_get(z, "raw");

	printf("%s %s:%s\n  %s%s%s\n  since %s, tried %lld time%s\n", words_text(z, "type"), words_text(z, "partner"),
		words_text(z, "key"), words_text(z, "field"), *words_text(z, "field") ? ": " : "",
		words_text(z, "reason"), words_time(cli->arena, words_number(z, "since")),
		(long long)words_number(z, "tries"), words_plural(words_number(z, "tries")));
	if (json_is_string(raw))
		printf("%s\n", json_string_value(raw));
	else if (raw && !json_is_null(raw)) {
		json_dumpf(raw, stdout, JSON_INDENT(2));
		printf("\n");
	}
}

/* --- refused changes ----------------------------------------------------------------------------------------- */

void render_refusals(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *r;
	size_t i;

	table_column(t, "ID", COLUMN_NUMBER);
	table_column(t, "PARTNER", COLUMN_TEXT);
	table_column(t, "DO", COLUMN_TEXT);
	table_column(t, "TYPE", COLUMN_TEXT);
	table_column(t, "RECORD", COLUMN_TEXT);
	table_column(t, "NAME", COLUMN_TEXT);
	table_column(t, "FIELDS", COLUMN_LONG);
	table_column(t, "SINCE", COLUMN_TEXT);
	table_column(t, "TRIES", COLUMN_NUMBER);
	table_column(t, "REASON", COLUMN_LONG);
	json_array_foreach(json_object_get(answer, "refused"), i, r) {
		table_row(t);
		table_number(t, words_number(r, "id"), false);
		table_cell(t, words_text(r, "partner"), NULL);
		table_cell(t, words_text(r, "kind"), !strcmp(words_text(r, "kind"), "delete") ? "red" : NULL);
		table_cell(t, words_text(r, "type"), NULL);
		table_cell(t, words_text(r, "record"), NULL);
		table_cell(t, words_text(r, "name"), NULL);
		table_cell(t, words_list(cli->arena, json_object_get(r, "fields")), NULL);
		table_cell(t, words_ago(cli->arena, words_number(r, "since")), NULL);
		table_number(t, words_number(r, "attempts"), false);
		table_cell(t, words_text(r, "reason"), NULL);
	}
	table_print(t);
	printf("%s", words_more(answer));
}

void render_refusal(const struct cli *cli, const json_t *r)
{
	const long long id = (long long)words_number(r, "id");
	const char *key = words_text(r, "key"), *name;
	json_t *v;

	printf("%s %s %s at %s%s%s  %s\n  %s\n  since %s, tried %lld time%s\n", words_text(r, "kind"),
		words_text(r, "type"), words_text(r, "record"), words_text(r, "partner"), *key ? ":" : "", key,
		words_text(r, "name"), words_text(r, "reason"), words_time(cli->arena, words_number(r, "since")),
		(long long)words_number(r, "attempts"), words_plural(words_number(r, "attempts")));
	json_object_foreach(json_object_get(r, "values"), name, v) {
		BUF_AUTO struct buf b = { 0 };

		words_value(&b, v, NULL);
		printf("  %-24s%s\n", name, b.data ? b.data : "-");
	}
	printf("\ndoorstroom refused retry %lld, or refused drop %lld\n", id, id);
}
