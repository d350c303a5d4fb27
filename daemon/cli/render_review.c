/*
 * render_review.c - questions about links, and what was decided.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* --- the list ------------------------------------------------------------------------------------------------ */

static void show_counts(const json_t *answer)
{
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(answer, "counts"), i, c)
		printf("%s%lld %s of %s", i ? ", " : "open: ", (long long)words_number(c, "n"), words_text(c, "kind"),
			words_text(c, "type"));
	if (i)
		printf("\n");
}

void render_reviews(const struct cli *cli, const json_t *answer)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *rows = json_object_get(answer, "reviews"), *r;
	size_t i;

	table_column(t, "ID", COLUMN_NUMBER);
	table_column(t, "KIND", COLUMN_TEXT);
	table_column(t, "TYPE", COLUMN_TEXT);
	table_column(t, "SCORE", COLUMN_TEXT);
	table_column(t, "AT PARTNER", COLUMN_TEXT);
	table_column(t, "RECORD", COLUMN_TEXT);
	table_column(t, "MAY BE", COLUMN_TEXT);
	table_column(t, "ASKED", COLUMN_TEXT);
	table_column(t, "WHY", COLUMN_LONG);
	json_array_foreach(rows, i, r) {
		const json_t *evidence = json_object_get(r, "evidence"), *score = json_object_get(evidence, "score");

		table_row(t);
		table_number(t, words_number(r, "id"), false);
		table_cell(t, words_text(r, "kind"), NULL);
		table_cell(t, words_text(r, "type"), NULL);
		table_cell(t, score ? arena_printf(cli->arena, "%+.1f", json_number_value(score)) : "", NULL);
		table_cell(t,
			*words_text(r, "partner")
				? arena_printf(cli->arena, "%s:%s", words_text(r, "partner"), words_text(r, "key"))
				: "",
			NULL);
		table_cell(t, *words_text(r, "name") ? words_text(r, "name") : words_text(r, "record"), NULL);
		table_cell(t, *words_text(r, "other_name") ? words_text(r, "other_name") : words_text(r, "other"), NULL);
		table_cell(t, words_ago(cli->arena, words_number(r, "made_at")), NULL);
		table_cell(t, words_text(evidence, "why"), NULL);
	}
	table_print(t);
	if (json_is_integer(json_object_get(answer, "next")) && words_number(answer, "total") > (int64_t)json_array_size(rows))
		printf("%zu of %lld; go on with --after %lld\n", json_array_size(rows),
			(long long)words_number(answer, "total"), (long long)words_number(answer, "next"));
	show_counts(answer);
}

/* --- one of them --------------------------------------------------------------------------------------------- */

/* Whose record it is: "unizo:12, voka:A7". */
static char *owners(const struct cli *cli, const json_t *links)
{
	BUF_AUTO struct buf b = { 0 };
	const json_t *l;
	size_t i;

	json_array_foreach(links, i, l)
		buf_addf(&b, "%s%s:%s", b.len ? ", " : "", words_text(l, "partner"), words_text(l, "key"));
	return arena_strdup(cli->arena, b.data ? b.data : "");
}

void render_sides(
	const struct cli *cli, const char *left_name, const json_t *left, const char *right_name, const json_t *right)
{
	AUTO(table_free) struct table *t = table_new(cli);
	AUTO(json_drop) json_t *names = json_object();
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)left, name, v)
		json_object_set_new(names, name, json_true());
	json_object_foreach((json_t *)right, name, v)
		json_object_set_new(names, name, json_true());
	table_column(t, "FIELD", COLUMN_TEXT);
	table_column(t, left_name, COLUMN_LONG);
	if (right)
		table_column(t, right_name, COLUMN_LONG);
	json_object_foreach(names, name, v) {
		BUF_AUTO struct buf a = { 0 }, b = { 0 };

		words_value(&a, json_object_get(left, name), NULL);
		words_value(&b, json_object_get(right, name), NULL);
		if (!a.len && !b.len)
			continue;
		table_row(t);
		table_cell(t, name, NULL);
		table_cell(t, a.data, a.len && b.len && strcmp(a.data, b.data) ? "yellow" : NULL);
		if (right)
			table_cell(t, b.data, NULL);
	}
	table_print(t);
}

/* Where the score began, what each field added, where it came out. */
void render_waterfall(const json_t *evidence)
{
	const json_t *e, *score = json_object_get(evidence, "score"), *prior = json_object_get(evidence, "prior");
	const json_t *link = json_object_get(evidence, "link_at");   /* older questions do not have it */
	double sum = json_number_value(prior);
	int levels = 12;
	size_t i;

	json_array_foreach(json_object_get(evidence, "evidence"), i, e)
		if ((int)strlen(words_text(e, "level")) >= levels)
			levels = (int)strlen(words_text(e, "level")) + 1;
	if (prior && sum != 0)
		printf("  %-24s%-*s%+6.1f\n", "before any comparison", levels, "", sum);
	json_array_foreach(json_object_get(evidence, "evidence"), i, e) {
		const double weight = json_number_value(json_object_get(e, "weight"));

		sum += weight;
		printf("  %-24s%-*s%+6.1f  %+7.1f\n", words_text(e, "field"), levels, words_text(e, "level"), weight, sum);
	}
	if (score)
		printf("  %-*s%+6.1f  model %s\n", 24 + levels, "total", json_number_value(score), words_text(evidence, "model"));
	if (link)
		printf("  %-*s%+6.1f\n  %-*s%+6.1f\n", 24 + levels, "linked from", json_number_value(link), 24 + levels, "asked about from",
			json_number_value(json_object_get(evidence, "review_at")));
}

/* Where partners contradict each other: who says what. */
static void show_sides(const json_t *sides)
{
	const json_t *side;
	const char *name;
	json_t *cell;
	size_t i;

	json_array_foreach(sides, i, side) {
		json_object_foreach(json_object_get(side, "fields"), name, cell) {
			BUF_AUTO struct buf b = { 0 };

			words_value(&b, json_object_get(cell, "says"), NULL);
			/* Two states of a referral: the one they left, and the one they entered. */
			for (char *p = b.data; p && *p; p++)
				if (*p == '\n')
					*p = '>';
			printf("  %s:%s says %s: %s (#%lld)\n", words_text(side, "partner"), words_text(side, "key"), name,
				b.data ? b.data : "nothing", (long long)words_number(cell, "seq"));
		}
	}
}

/* How it can be answered. */
static void show_answers(const json_t *r, bool two)
{
	const long long id = (long long)words_number(r, "id");
	const bool referral = !strcmp(words_text(r, "type"), "referral");

	if (referral && !strcmp(words_text(r, "kind"), "route"))
		printf("\ndoorstroom review answer %lld DESK, or doorstroom withdraw %s\n", id, words_text(r, "record"));
	else if (referral && !strcmp(words_text(r, "kind"), "state"))
		printf("\ndoorstroom review accept %lld (what stands), or review answer %lld STATE\n", id, id);
	else
		printf("\ndoorstroom review accept %lld%s, or review reject %lld\n", id, two ? " (they are one)" : "", id);
}

void render_review(const struct cli *cli, const json_t *r)
{
	const json_t *evidence = json_object_get(r, "evidence"), *other = json_object_get(r, "other_golden");
	const char *record = words_text(r, "record");
	const long long id = (long long)words_number(r, "id");

	printf("review %lld: %s of %s, %s%s%s\n", id, words_text(r, "kind"), words_text(r, "type"), words_text(r, "state"),
		*words_text(r, "decided_by") ? " by " : "", words_text(r, "decided_by"));
	printf("%s\n", words_text(evidence, "why"));
	render_waterfall(evidence);
	show_sides(json_object_get(r, "sides"));
	printf("\n%s  %s\n", record, owners(cli, json_object_get(r, "links")));
	if (json_is_object(other))
		printf("%s  %s\n", words_text(r, "other"), owners(cli, json_object_get(r, "other_links")));
	printf("\n");
	render_sides(cli, record, json_object_get(r, "golden"), words_text(r, "other"),
		json_is_object(other) ? other : NULL);
	if (strcmp(words_text(r, "state"), "open"))
		return;
	if (*words_text(r, "hindrance"))
		printf("\ncannot be accepted now: %s\n", words_text(r, "hindrance"));
	if (json_object_get(r, "plan")) {
		printf("\nif accepted:\n");
		render_consequences(cli, json_object_get(r, "plan"));
	}
	if (!json_is_object(other))
		printf("\nwho says what: doorstroom explain %s\n", record);
	show_answers(r, json_is_object(other));
}

/* --- what was decided ---------------------------------------------------------------------------------------- */

static void show_all(const json_t *answer)
{
	const long long n = (long long)words_number(answer, "like"), settled = (long long)words_number(answer, "settled");
	const char *partner, *kind;
	json_t *at, *count;
	const json_t *s;
	size_t i;

	printf("%lld open questions like %lld: %s\n", n, (long long)words_number(answer, "id"), words_text(answer, "done"));
	json_object_foreach(json_object_get(answer, "writes"), partner, at) {
		printf("  %s:", partner);
		json_object_foreach(at, kind, count)
			printf(" %lld %s", (long long)json_integer_value(count), kind);
		printf("\n");
	}
	json_array_foreach(json_object_get(answer, "skipped"), i, s)
		printf("  %lld is left open: %s\n", (long long)words_number(s, "id"), words_text(s, "why"));
	if (json_is_true(json_object_get(answer, "dry_run")))
		printf("%lld can be settled so; --yes does it\n", settled);
}

void render_decision(const struct cli *cli, const json_t *answer)
{
	if (json_object_get(answer, "like")) {
		show_all(answer);
		return;
	}
	if (json_is_integer(json_object_get(answer, "id")))
		printf("%lld: %s\n", (long long)words_number(answer, "id"), words_text(answer, "done"));
	else
		printf("%s: %s\n", words_text(answer, "record"), words_text(answer, "done"));
	if (json_object_get(answer, "plan"))
		render_consequences(cli, json_object_get(answer, "plan"));
}
