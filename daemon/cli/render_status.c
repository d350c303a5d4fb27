#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static const char *state_colour(const char *state)
{
	static const struct {
		const char *state, *colour;
	} colours[] = {
		{ "active", "green" },
		{ "paused", "grey" },
		{ "removed", "grey" },
		{ "ended", "grey" },
		{ "disabled", "grey" },
		{ "denied", "red" },
		{ "broken", "red" },
		{ "guarded", "red" },
	};

	for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++)
		if (!strcmp(colours[i].state, state))
			return colours[i].colour;
	return "yellow";
}

static int64_t sum(const json_t *counts)
{
	const char *name;
	json_t *n;
	int64_t all = 0;

	json_object_foreach((json_t *)counts, name, n)
		all += json_integer_value(n);
	return all;
}

static const json_t *outbox(const json_t *p)
{
	return json_object_get(p, "outbox");
}

/* Nobody but a human can say whether, and when, the rest is. */
static int64_t to_send(const json_t *p)
{
	return sum(outbox(p)) - words_number(outbox(p), "dead") - words_number(outbox(p), "waiting");
}

/* What it does now: a scan under way with how far it is, or nothing. */
static char *doing(const struct cli *cli, const json_t *p)
{
	const int64_t total = words_number(p, "total"), scanned = words_number(p, "scanned");

	if (!json_is_true(json_object_get(p, "running")))
		return arena_strdup(cli->arena, json_is_true(json_object_get(p, "settled")) ? "settled" : "");
	if (total > 0 && scanned <= total)
		return arena_printf(
			cli->arena, "%s %lld %%", words_text(p, "phase"), (long long)(100 * scanned / total));
	return arena_strdup(cli->arena, words_text(p, "phase"));
}

/* The store alone knows less than the daemon. */
static void table_down(const struct cli *cli, const json_t *partners)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *p;
	size_t i;

	table_column(t, "PARTNER", COLUMN_TEXT);
	table_column(t, "STATE", COLUMN_TEXT);
	table_column(t, "RECORDS", COLUMN_NUMBER);
	table_column(t, "TO SEND", COLUMN_NUMBER);
	table_column(t, "REFUSED", COLUMN_NUMBER);
	table_column(t, "UNUSABLE", COLUMN_NUMBER);
	table_column(t, "ALL READ", COLUMN_TEXT);
	json_array_foreach(partners, i, p) {
		table_row(t);
		table_cell(t, words_text(p, "id"), NULL);
		table_cell(t, words_text(p, "state"), state_colour(words_text(p, "state")));
		table_number(t, sum(json_object_get(p, "live")), false);
		table_number(t, to_send(p), true);
		table_number(t, words_number(outbox(p), "dead"), true);
		table_number(t, words_number(p, "quarantine"), true);
		table_cell(t, words_ago(cli->arena, words_number(p, "complete_at")), NULL);
	}
	table_print(t);
}

static void table_up(const struct cli *cli, const json_t *partners)
{
	AUTO(table_free) struct table *t = table_new(cli);
	const json_t *p;
	size_t i;

	table_column(t, "PARTNER", COLUMN_TEXT);
	table_column(t, "STATE", COLUMN_TEXT);
	table_column(t, "NOW", COLUMN_TEXT);
	table_column(t, "CLASS", COLUMN_TEXT);
	table_column(t, "RECORDS", COLUMN_NUMBER);
	table_column(t, "IN", COLUMN_NUMBER);
	table_column(t, "OUT", COLUMN_NUMBER);
	table_column(t, "TO SEND", COLUMN_NUMBER);
	table_column(t, "REFUSED", COLUMN_NUMBER);
	table_column(t, "UNUSABLE", COLUMN_NUMBER);
	table_column(t, "LAST READ", COLUMN_TEXT);
	table_column(t, "ALL READ", COLUMN_TEXT);
	json_array_foreach(partners, i, p) {
		const char *state = words_text(p, "state");

		table_row(t);
		table_cell(t, words_text(p, "id"), NULL);
		table_cell(t, state, state_colour(state));
		table_cell(t, doing(cli, p), NULL);
		table_cell(t, words_text(p, "class"), NULL);
		table_number(t, sum(json_object_get(p, "live")), false);
		table_number(t, words_number(p, "records_in"), false);
		table_number(t, words_number(p, "records_out"), false);
		table_number(t, to_send(p), true);
		table_number(t, words_number(outbox(p), "dead"), true);
		table_number(t, words_number(p, "quarantine"), true);
		table_cell(t, words_ago(cli->arena, words_number(p, "last_ok")), NULL);
		table_cell(t, words_ago(cli->arena, words_number(p, "last_complete")), NULL);
	}
	table_print(t);
}

/* What somebody should do, and the command that does it. */
static int advice(const struct cli *cli, const json_t *answer)
{
	const char *only = words_text(answer, "partner");
	const int64_t reviews = words_number(answer, "reviews");
	const json_t *p, *plan;
	size_t i;
	int n = 0;

	json_array_foreach(json_object_get(answer, "partners"), i, p) {
		const char *id = words_text(p, "id"), *state = words_text(p, "state");

		plan = json_object_get(p, "held_plan");
		if (*words_text(p, "reason") && strcmp(state, "active"))
			n += printf("%s: %s\n", id, words_text(p, "reason")) > 0;
		if (json_is_object(plan))
			n += printf("%s: a plan waits for approval (%s): doorstroom plan show %s\n", id,
				     words_text(plan, "reason"), words_text(plan, "hash")) > 0;
		if (words_number(p, "quarantine"))
			n += printf("%s: %lld record%s cannot be read: doorstroom quarantine list %s\n", id,
				     (long long)words_number(p, "quarantine"),
				     words_plural(words_number(p, "quarantine")), id) > 0;
		if (words_number(outbox(p), "dead"))
			n += printf("%s: %lld change%s refused: doorstroom refused list %s\n", id,
				     (long long)words_number(outbox(p), "dead"),
				     words_plural(words_number(outbox(p), "dead")), id) > 0;
		if (words_number(outbox(p), "waiting"))
			n += printf("%s: %lld referral%s until it is known which company %s about: doorstroom review\n", id,
				     (long long)words_number(outbox(p), "waiting"),
				     words_number(outbox(p), "waiting") == 1 ? " waits" : "s wait",
				     words_number(outbox(p), "waiting") == 1 ? "it is" : "they are") > 0;
	}
	json_array_foreach(json_object_get(answer, "referrals"), i, p) {
		const int64_t overdue = words_number(p, "overdue");

		if (overdue)
			n += printf("%s: %lld referral%s wait%s longer for an answer than was agreed: doorstroom referrals %s--overdue\n",
				     words_text(p, "id"), (long long)overdue, words_plural(overdue), overdue == 1 ? "s" : "",
				     *only ? arena_printf(cli->arena, "%s ", only) : "") > 0;
	}
	if (reviews)
		n += printf("%lld question%s for a human: doorstroom review%s%s\n", (long long)reviews, words_plural(reviews),
			     *only ? " list --partner " : "", only) > 0;
	return n;
}

static void pair(const char *name, const char *value)
{
	if (*value)
		printf("  %-16s%s\n", name, value);
}

static char *counts(const struct cli *cli, const json_t *counts)
{
	BUF_AUTO struct buf b = { 0 };
	const char *name;
	json_t *n;

	json_object_foreach((json_t *)counts, name, n)
		buf_addf(&b, "%s%lld %s", b.len ? ", " : "", (long long)json_integer_value(n), name);
	return arena_strdup(cli->arena, b.data ? b.data : "none");
}

static void one(const struct cli *cli, const json_t *p)
{
	struct arena *a = cli->arena;

	printf("%s  %s\n", words_text(p, "id"), words_text(p, "label"));
	pair("state", words_text(p, "state"));
	pair("reason", words_text(p, "reason"));
	pair("now", doing(cli, p));
	pair("adapter", words_text(p, "adapter"));
	if (*words_text(p, "class"))
		pair("class", *words_text(p, "class") == 'A' ? "A: writes are refused if the record moved on"
			      : *words_text(p, "class") == 'B'
				      ? "B: read before each write; an edit in between can be lost"
				      : "C: written blindly; an edit since the last reading can be lost");
	pair("records", counts(cli, json_object_get(p, "live")));
	pair("outbox", counts(cli, outbox(p)));
	if (json_object_get(p, "records_in")) {
		pair("since start",
			arena_printf(a, "%lld records read, %lld changes written, %lld requests, %lld failed",
				(long long)words_number(p, "records_in"), (long long)words_number(p, "records_out"),
				(long long)words_number(p, "requests"), (long long)words_number(p, "failures")));
		pair("last read", words_ago(a, words_number(p, "last_ok")));
		pair("all read", words_ago(a, words_number(p, "last_complete")));
		pair("next", words_ago(a, words_number(p, "next_run")));
	} else {
		pair("all read", words_ago(a, words_number(p, "complete_at")));
	}
}

void render_status(const struct cli *cli, const json_t *answer)
{
	const json_t *partners = json_object_get(answer, "partners");
	const bool up = !strcmp(words_text(answer, "daemon"), "running");

	if (json_array_size(partners) == 1)
		one(cli, json_array_get(partners, 0));
	else if (up)
		table_up(cli, partners);
	else
		table_down(cli, partners);
	if (!advice(cli, answer) && up)
		printf("%s\n", json_is_true(json_object_get(answer, "settled")) ? "everything is in step" : "at work");
}

void render_partners(const struct cli *cli, const json_t *answer)
{
	const json_t *p, *share;
	const char *type;
	json_t *s;
	size_t i;

	if (json_object_get(answer, "registry")) {
		render_registry(cli, answer);
		return;
	}
	json_array_foreach(json_object_get(answer, "partners"), i, p) {
		printf("%s%s  %s\n", i ? "\n" : "", words_text(p, "id"), words_text(p, "label"));
		pair("adapter", words_text(p, "adapter"));
		pair("class", words_text(p, "class"));
		pair("file", words_text(p, "file"));
		pair("can", words_list(cli->arena, json_object_get(p, "can")));
		pair("has", words_list(cli->arena, json_object_get(p, "types")));
		pair("read", arena_printf(cli->arena, "changes every %s, everything every %s", words_text(p, "poll"),
				     words_text(p, "complete")));
		share = json_object_get(p, "share");
		json_object_foreach((json_t *)share, type, s) {
			const char *fields = words_list(cli->arena, json_object_get(s, "fields"));

			printf("  is given %s: %s", type,
				*fields ? words_list(cli->arena, json_object_get(s, "scope")) : "nothing");
			printf("%s%s\n", *fields ? "; " : "", fields);
		}
	}
}
