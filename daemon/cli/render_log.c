/*
 * render_log.c - the sync log: one line an event.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#define VALUE_SHOWN 60

static void shortened(struct buf *b, const json_t *v)
{
	BUF_AUTO struct buf whole = { 0 };
	size_t n;

	words_value(&whole, v, NULL);
	if (!whole.len)
		buf_adds(b, "nothing");
	else if (whole.len <= VALUE_SHOWN)
		buf_adds(b, whole.data);
	else {
		for (n = VALUE_SHOWN; n && ((unsigned char)whole.data[n] & 0xc0) == 0x80; n--)
			;
		buf_add(b, whole.data, n);
		buf_adds(b, "...");
	}
}

/* "phones: A -> B (for voka, latest)" */
static void changes(struct buf *b, const json_t *fields)
{
	const char *name, *comma = "";
	json_t *f;

	json_object_foreach((json_t *)fields, name, f) {
		buf_addf(b, "%s%s: ", comma, name);
		comma = "; ";
		shortened(b, json_object_get(f, "from"));
		buf_adds(b, " -> ");
		shortened(b, json_object_get(f, "to"));
		if (*words_text(f, "policy"))
			buf_addf(b, " (%s%s%s)", words_text(f, "by"), *words_text(f, "by") ? ", " : "",
				words_text(f, "policy"));
	}
}

static void values(struct buf *b, const json_t *fields)
{
	const char *name, *comma = "";
	json_t *v;

	json_object_foreach((json_t *)fields, name, v) {
		buf_addf(b, "%s%s: ", comma, name);
		comma = "; ";
		shortened(b, v);
	}
}

static void names(struct buf *b, const json_t *fields)
{
	const char *name, *comma = "";
	json_t *v;

	json_object_foreach((json_t *)fields, name, v) {
		buf_addf(b, "%s%s", comma, name);
		comma = ", ";
	}
}

static void link_words(struct buf *b, const json_t *data)
{
	buf_adds(b, words_text(data, "how"));
	if (json_is_number(json_object_get(data, "score")))
		buf_addf(b, ", score %.1f", json_number_value(json_object_get(data, "score")));
	if (*words_text(data, "why"))
		buf_addf(b, ", %s", words_text(data, "why"));
}

static void trouble(struct buf *b, const json_t *data)
{
	buf_addf(b, "%s: %s", words_text(data, "kind"), words_text(data, "error"));
}

static void sent(struct buf *b, const json_t *data)
{
	buf_addf(b, "%s, since %s: ", words_text(data, "kind"), words_text(data, "why"));
	values(b, json_object_get(data, "fields"));
}

static void intent(struct buf *b, const json_t *data)
{
	buf_addf(b, "%s, attempt %lld: ", words_text(data, "kind"), (long long)words_number(data, "attempt"));
	names(b, json_object_get(data, "fields"));
}

static void edit(struct buf *b, const json_t *data)
{
	changes(b, json_object_get(data, "fields"));
}

static void decide(struct buf *b, const json_t *data)
{
	edit(b, data);
	if (*words_text(data, "state"))
		buf_addf(b, "%sthe record is %s", b->len ? ", " : "", words_text(data, "state"));
}

static void confirm(struct buf *b, const json_t *data)
{
	names(b, json_object_get(data, "fields"));
}

static void learned(struct buf *b, const json_t *data)
{
	buf_addf(b, "%s: ", words_text(data, "field"));
	shortened(b, json_object_get(data, "sent"));
	buf_adds(b, " is shown as ");
	shortened(b, json_object_get(data, "got"));
}

static void seen(struct buf *b, const json_t *data)
{
	values(b, json_object_get(data, "values"));
}

/* What has no words of its own: its plain members. */
static void plain(struct buf *b, const json_t *data)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)data, name, v) {
		if (json_is_null(v) || (json_is_number(v) && json_number_value(v) == 0) ||
			!strcmp(words_text(data, name), "none") || (json_is_string(v) && !json_string_length(v)))
			continue;
		buf_addf(b, "%s%s ", b->len ? ", " : "", name);
		words_value(b, v, NULL);
	}
}

static void review(struct buf *b, const json_t *data)
{
	if (*words_text(data, "how"))
		link_words(b, data);
	else
		plain(b, data);
}

static const struct {
	const char *kind, *colour;
	void (*words)(struct buf *, const json_t *data);
} kinds[] = {
	{ "seen", NULL, seen },
	{ "edit", "\033[36m", edit },
	{ "decide", "\033[1m", decide },
	{ "confirm", NULL, confirm },
	{ "learned", NULL, learned },
	{ "link", NULL, link_words },
	{ "intent", NULL, intent },
	{ "sent", "\033[32m", sent },
	{ "refused", "\033[31m", trouble },
	{ "retry", "\033[33m", trouble },
	{ "review", "\033[33m", review },
	{ "guard", "\033[31m", plain },
	{ "quarantine", "\033[33m", plain },
};

void render_event(const struct cli *cli, const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	const char *kind = words_text(event, "kind"), *record = words_text(event, "record"), *colour = NULL;
	void (*words)(struct buf *, const json_t *) = plain;
	BUF_AUTO struct buf b = { 0 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].kind, kind)) {
			words = kinds[i].words;
			colour = kinds[i].colour;
		}
	words(&b, data);
	for (char *p = b.data; p && *p; p++)
		if (*p == '\n')
			*p = ' ';
	printf("%s #%-7lld %s%-10s%s %s", words_time(cli->arena, words_number(event, "at")),
		(long long)words_number(event, "seq"), cli->colour && colour ? colour : "", kind,
		cli->colour && colour ? "\033[0m" : "", words_text(event, "partner"));
	if (*words_text(event, "key"))
		printf("%s%s", *words_text(event, "partner") ? ":" : "", words_text(event, "key"));
	if (*record)
		printf(" %s", record);
	printf("%s%s\n", b.len ? "  " : "", b.len ? b.data : "");
}

void render_log(const struct cli *cli, const json_t *answer)
{
	const json_t *event;
	size_t i;

	json_array_foreach(json_object_get(answer, "events"), i, event)
		render_event(cli, event);
}
