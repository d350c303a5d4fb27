/*
 * render_plan.c - what a decision about links would change: the hub's records, and the writes at partners.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* "legal_name Acme -> Acme NV; language -> nl" */
static void add_fields(struct buf *b, const json_t *fields)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)fields, name, v) {
		BUF_AUTO struct buf from = { 0 }, to = { 0 };

		words_value(&from, json_object_get(v, "from"), NULL);
		words_value(&to, json_object_get(v, "to"), NULL);
		buf_addf(b, "%s%s %s%s-> %s", b->len ? "; " : "", name, from.len ? from.data : "", from.len ? " " : "",
			to.len ? to.data : "(empty)");
	}
}

static void show_links(const json_t *links)
{
	const json_t *l;
	size_t i;

	json_array_foreach(links, i, l) {
		const char *state = words_text(l, "state");

		printf("%s%s:%s%s%s%s", i ? ", " : "", words_text(l, "partner"), words_text(l, "key"),
			strcmp(state, "live") ? " (" : "", strcmp(state, "live") ? state : "", strcmp(state, "live") ? ")" : "");
	}
}

static void show_records(const json_t *records)
{
	const json_t *r;
	size_t i;

	json_array_foreach(records, i, r) {
		BUF_AUTO struct buf b = { 0 };

		printf("  %s %s  %s", words_text(r, "type"), words_text(r, "record"), words_text(r, "name"));
		if (!strcmp(words_text(r, "state"), "merged")) {
			printf("\n    becomes another name of the other one\n");
			continue;
		}
		printf("\n    links   ");
		show_links(json_object_get(r, "links"));
		add_fields(&b, json_object_get(r, "fields"));
		printf("\n    values  %s\n", b.len ? b.data : "as they are");
	}
}

static void show_writes(const struct cli *cli, const json_t *changes)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *c;
	size_t i;

	table_column(t, "  AT", COLUMN_TEXT);
	table_column(t, "DO", COLUMN_TEXT);
	table_column(t, "RECORD", COLUMN_TEXT);
	table_column(t, "FIELDS", COLUMN_LONG);
	json_array_foreach(changes, i, c) {
		BUF_AUTO struct buf b = { 0 };

		add_fields(&b, json_object_get(c, "fields"));
		table_row(t);
		table_cell(t, arena_printf(cli->arena, "  %s", words_text(c, "partner")), NULL);
		table_cell(t, words_text(c, "do"), !strcmp(words_text(c, "do"), "delete") ? "red" : NULL);
		table_cell(t, *words_text(c, "key") ? words_text(c, "key") : words_text(c, "name"), NULL);
		table_cell(t, b.data, NULL);
	}
	table_print(t);
}

void render_consequences(const struct cli *cli, const json_t *plan)
{
	const json_t *changes = json_object_get(plan, "changes"), *gone = json_object_get(plan, "no_longer");

	if (json_array_size(json_object_get(plan, "records"))) {
		printf("in the hub\n");
		show_records(json_object_get(plan, "records"));
	}
	if (json_array_size(changes)) {
		printf("to be written, within each partner's limits\n");
		show_writes(cli, changes);
	} else {
		printf("nothing to be written at a partner\n");
	}
	if (json_array_size(gone)) {
		printf("not to be written any more\n");
		show_writes(cli, gone);
	}
}
