#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* Of a row's links: "unizo:12, voka:A7", those that are gone left out. */
static char *links_of(const struct cli *cli, const json_t *row)
{
	BUF_AUTO struct buf b = { 0 };
	const json_t *l;
	size_t i;

	json_array_foreach(json_object_get(row, "links"), i, l)
		if (!strcmp(words_text(l, "state"), "live"))
			buf_addf(&b, "%s%s:%s", b.len ? ", " : "", words_text(l, "partner"), words_text(l, "key"));
	return arena_strdup(cli->arena, b.data ? b.data : "");
}

void render_records(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *row;
	size_t i;

	table_column(t, "ID", COLUMN_TEXT);
	table_column(t, "TYPE", COLUMN_TEXT);
	table_column(t, "NAME", COLUMN_TEXT);
	table_column(t, "PARTNERS", COLUMN_LONG);
	json_array_foreach(json_object_get(answer, "records"), i, row) {
		table_row(t);
		table_cell(t, words_text(row, "id"), NULL);
		table_cell(t, words_text(row, "type"), NULL);
		table_cell(t, words_text(row, "name"), NULL);
		table_cell(t, links_of(cli, row), NULL);
	}
	table_print(t);
	if (json_is_string(json_object_get(answer, "next")))
		printf("more: --after %s\n", words_text(answer, "next"));
	printf("%s", words_more(answer));
}

/* --- show ---------------------------------------------------------------------------------------------------- */

/* Which partners do not show what the record says of a field. */
static char *differing(const struct cli *cli, const json_t *shadows, const char *field, const json_t *value)
{
	BUF_AUTO struct buf b = { 0 };
	const json_t *s, *shows;
	size_t i;

	json_array_foreach(shadows, i, s) {
		shows = json_object_get(json_object_get(json_object_get(s, "fields"), field), "shows");
		if (shows && !json_equal(shows, value) && !strcmp(words_text(s, "state"), "live"))
			buf_addf(&b, "%s%s", b.len ? ", " : "", words_text(s, "partner"));
	}
	return arena_strdup(cli->arena, b.data ? b.data : "");
}

void render_show(const struct cli *cli, const json_t *answer)
{
	const json_t *r = json_object_get(answer, "record"), *shadows = json_object_get(answer, "shadows"), *row, *held;
	const json_t *labels = json_object_get(answer, "labels");
	const char *name;
	json_t *v;
	size_t i;

	printf("%s %s  %s%s%s%s\n", words_text(r, "type"), words_text(r, "id"), words_text(r, "name"),
		strcmp(words_text(r, "state"), "live") ? "  [" : "",
		strcmp(words_text(r, "state"), "live") ? words_text(r, "state") : "",
		strcmp(words_text(r, "state"), "live") ? "]" : "");
	printf("changed %s (#%lld)\n\n", words_time(cli->arena, words_number(r, "changed_at")),
		(long long)words_number(r, "changed"));
	json_object_foreach(json_object_get(r, "golden"), name, v) {
		BUF_AUTO struct buf b = { 0 };
		const char *not_at = differing(cli, shadows, name, v);

		words_value(&b, v, labels);
		printf("  %-24s%s%s%s\n", name, b.data ? b.data : "-", *not_at ? "    otherwise at " : "", not_at);
	}
	json_array_foreach(json_object_get(r, "held"), i, held)
		printf("  %-24sheld until somebody decides: doorstroom review\n", json_string_value(held));
	printf("\n");
	json_array_foreach(shadows, i, row)
		printf("%s:%s  %s\n", words_text(row, "partner"), words_text(row, "key"), words_text(row, "state"));
	json_array_foreach(json_object_get(answer, "outbox"), i, row) {
		printf("to %s: %s, %s", words_text(row, "partner"), words_text(row, "kind"), words_text(row, "state"));
		printf(", since %s", words_time(cli->arena, words_number(row, "since")));
		if (words_number(row, "attempts"))
			printf(", %lld attempt%s", (long long)words_number(row, "attempts"),
				words_plural(words_number(row, "attempts")));
		printf("%s%s\n", *words_text(row, "error") ? ": " : "", words_text(row, "error"));
	}
	json_array_foreach(json_object_get(answer, "suppressed"), i, row)
		printf("not to be created at %s: %s\n", words_text(row, "partner"), words_text(row, "reason"));
	json_array_foreach(json_object_get(answer, "referring"), i, row)
		printf("referred to by %s %s  %s\n", words_text(row, "type"), words_text(row, "id"),
			words_text(row, "name"));
	printf("why it says so: doorstroom explain %s\n", words_text(r, "id"));
}

/* --- disclosures --------------------------------------------------------------------------------------------- */

void render_disclosures(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *d;
	size_t i;

	printf("%s %s  %s\n", words_text(answer, "type"), words_text(answer, "id"), words_text(answer, "name"));
	table_column(t, "WHEN", COLUMN_TEXT);
	table_column(t, "TO", COLUMN_TEXT);
	table_column(t, "EVENT", COLUMN_NUMBER);
	table_column(t, "WHY", COLUMN_TEXT);
	table_column(t, "FIELDS", COLUMN_TEXT);
	json_array_foreach(json_object_get(answer, "disclosures"), i, d) {
		const json_t *data = json_object_get(d, "data");
		AUTO(json_drop) json_t *names = json_array();
		const char *name;
		json_t *v;

		json_object_foreach(json_object_get(data, "fields"), name, v)
			json_array_append_new(names, json_string(name));
		table_row(t);
		table_cell(t, words_time(cli->arena, words_number(d, "at")), NULL);
		table_cell(t, words_text(d, "partner"), NULL);
		table_number(t, words_number(d, "seq"), false);
		table_cell(t, json_is_true(json_object_get(d, "acknowledged")) ? words_text(data, "why") : "not acknowledged", NULL);
		table_cell(t, words_list(cli->arena, names), NULL);
	}
	table_print(t);
}

void render_fields(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *f;
	size_t i;

	table_column(t, "TYPE", COLUMN_TEXT);
	table_column(t, "FIELD", COLUMN_TEXT);
	table_column(t, "KIND", COLUMN_TEXT);
	table_column(t, "POLICY", COLUMN_TEXT);
	table_column(t, "MEANING", COLUMN_LONG);
	json_array_foreach(json_object_get(answer, "fields"), i, f) {
		table_row(t);
		table_cell(t, words_text(f, "type"), NULL);
		table_cell(t, words_text(f, "field"), NULL);
		table_cell(t,
			arena_printf(cli->arena, "%s%s", json_is_true(json_object_get(f, "set")) ? "set of " : "",
				words_text(f, "kind")),
			NULL);
		table_cell(t, words_text(f, "policy"), NULL);
		table_cell(t, words_text(f, "help"), NULL);
	}
	table_print(t);
}
