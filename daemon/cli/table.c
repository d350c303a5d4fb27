#include "cli/cli.h"

#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct table {
	struct libscols_table *scols;
	struct libscols_line *line;
	size_t at;
};

struct table *table_new(const struct cli *cli)
{
	struct table *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->scols = scols_new_table();
	if (!t->scols)
		abort();
	scols_table_enable_colors(t->scols, cli->colour);
	scols_table_set_column_separator(t->scols, "  ");
	scols_table_enable_minout(t->scols, 1);
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	scols_unref_table(t->scols);
	free(t);
}

void table_column(struct table *t, const char *heading, enum column kind)
{
	const int flags = kind == COLUMN_NUMBER ? SCOLS_FL_RIGHT : kind == COLUMN_LONG ? SCOLS_FL_TRUNC : 0;

	scols_table_new_column(t->scols, heading, 0, flags);
}

void table_row(struct table *t)
{
	t->line = scols_table_new_line(t->scols, NULL);
	t->at = 0;
}

void table_cell(struct table *t, const char *text, const char *colour)
{
	scols_line_set_data(t->line, t->at, text ? text : "");
	if (colour)
		scols_cell_set_color(scols_line_get_cell(t->line, t->at), colour);
	t->at++;
}

void table_number(struct table *t, int64_t n, bool blank_if_zero)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	table_cell(t, n || !blank_if_zero ? text : "", NULL);
}

void table_print(struct table *t)
{
	scols_print_table(t->scols);
	/* Headings alone tell nothing. */
	if (!scols_table_get_nlines(t->scols))
		printf("none\n");
}
