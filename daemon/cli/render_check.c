/* render_check.c - what `adapter check` found, one line a trial. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static void type_line(const json_t *t)
{
	const json_t *fault;
	const char *field;
	json_t *n;
	size_t i;

	printf("%s: %lld records on %lld pages", words_text(t, "type"), (long long)words_number(t, "items"),
		(long long)words_number(t, "pages"));
	if (words_number(t, "total") >= 0)
		printf(", %lld by its own count", (long long)words_number(t, "total"));
	printf(", %lld unusable\n", (long long)words_number(t, "unusable"));
	json_object_foreach(json_object_get(t, "fields"), field, n)
		printf("  %-24s in %lld\n", field, (long long)json_integer_value(n));
	json_array_foreach(json_object_get(t, "faults"), i, fault)
		printf("  unusable %s: %s%s%s\n", words_text(fault, "key"), words_text(fault, "field"),
			*words_text(fault, "field") ? ": " : "", words_text(fault, "reason"));
}

static const char *colour(const char *outcome)
{
	if (!strcmp(outcome, "passed"))
		return "green";
	if (!strcmp(outcome, "failed"))
		return "red";
	return "grey";
}

/* How many from here on were not tried for one reason. */
static size_t alike(const json_t *checks, size_t from)
{
	const json_t *first = json_array_get(checks, from);
	size_t n = 1;

	while (from + n < json_array_size(checks)) {
		const json_t *c = json_array_get(checks, from + n);

		if (strcmp(words_text(c, "outcome"), "not tried") || strcmp(words_text(c, "why"), words_text(first, "why")) ||
			strcmp(words_text(c, "type"), words_text(first, "type")))
			break;
		n++;
	}
	return n;
}

static void table(const struct cli *cli, const json_t *checks)
{
	AUTO(table_free) struct table *t = table_new(cli);

	table_column(t, "CHECK", COLUMN_TEXT);
	table_column(t, "TYPE", COLUMN_TEXT);
	table_column(t, "OUTCOME", COLUMN_TEXT);
	table_column(t, "WHY", COLUMN_LONG);
	for (size_t i = 0, n; i < json_array_size(checks); i += n) {
		const json_t *c = json_array_get(checks, i);
		const char *outcome = words_text(c, "outcome"), *id = words_text(c, "check");

		n = strcmp(outcome, "not tried") ? 1 : alike(checks, i);
		table_row(t);
		table_cell(t, n == 1 ? id : arena_printf(cli->arena, "%s and %zu more", id, n - 1), NULL);
		table_cell(t, words_text(c, "type"), NULL);
		table_cell(t, outcome, colour(outcome));
		table_cell(t, words_text(c, "why"), NULL);
	}
	table_print(t);
}

/* What failed, in full, with what it was to prove; and what should change. */
static void to_do(const json_t *checks)
{
	const json_t *c;
	size_t i;

	json_array_foreach(checks, i, c) {
		const bool failed = !strcmp(words_text(c, "outcome"), "failed");

		if (failed)
			printf("\n%s %s: %s\n  it was to prove: %s\n", words_text(c, "check"), words_text(c, "type"), words_text(c, "why"),
				words_text(c, "proves"));
		else if (*words_text(c, "change"))
			printf("\n%s %s: %s\n", words_text(c, "check"), words_text(c, "type"), words_text(c, "why"));
		if (*words_text(c, "change"))
			printf("  to change: %s\n", words_text(c, "change"));
	}
}

static void verdict(const json_t *answer)
{
	const json_t *counts = json_object_get(answer, "counts");
	const char *class = words_text(answer, "class"), *seen = words_text(answer, "seen_class");

	printf("\n%lld passed, %lld failed, %lld not applicable, %lld not tried\n", (long long)words_number(counts, "passed"),
		(long long)words_number(counts, "failed"), (long long)words_number(counts, "not applicable"),
		(long long)words_number(counts, "not tried"));
	if (*class && !strcmp(class, seen))
		printf("class %s\n", class);
	else if (*class && !*seen)
		printf("class %s as declared; --write tries whether a stale write is refused\n", class);
	else if (*class)
		printf("class %s as declared, %s as seen\n", class, seen);
}

void render_adapter_check(const struct cli *cli, const json_t *answer)
{
	const json_t *t, *fault, *checks = json_object_get(answer, "checks");
	size_t i;

	printf("%s: adapter %s", words_text(answer, "partner"), words_text(answer, "adapter"));
	if (json_object_get(answer, "can"))
		printf(", can %s", words_list(cli->arena, json_object_get(answer, "can")));
	printf("\n");
	json_array_foreach(json_object_get(answer, "faults"), i, fault)
		printf("%s\n", json_string_value(fault));
	json_array_foreach(json_object_get(answer, "types"), i, t)
		type_line(t);
	if (json_array_size(checks)) {
		printf("\n");
		table(cli, checks);
		to_do(checks);
		verdict(answer);
	}
	printf("%s\n", json_is_true(json_object_get(answer, "ok")) ? "in order" : "faulty");
}
