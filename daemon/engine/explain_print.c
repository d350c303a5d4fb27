/*
 * explain_print.c - the explanation as a person reads it:
 *
 *   phones: +3297654321
 *     because      voka changed it from +3291234567 (23 Nov 14:02:11, #1042)
 *     decided      23 Nov 14:02:11, #1043: set, elements are added and removed one by one
 *     instead of   unizo's +3291234567 (#311)
 *     received by  unizo, 23 Nov 14:02:12, #1050, since it has the record; read back 14:02:15, #1061
 *     waiting      flandersdc, 3 attempts: HTTP 503
 */
#include "engine/explain.h"

#include <string.h>
#include <time.h>

#include "core/record.h"

#define LABEL_WIDTH 13
#define VALUE_SHOWN 120

struct sheet {
	struct buf *out;
	const struct explain_style *style;
	const json_t *labels;
};

static const char *text(const json_t *o, const char *key)
{
	const char *t = json_string_value(json_object_get(o, key));

	return t ? t : "";
}

static int64_t number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static bool is(const json_t *o, const char *key, const char *value)
{
	return !strcmp(text(o, key), value);
}

static void paint(const struct sheet *p, const char *code)
{
	if (p->style->colour)
		buf_adds(p->out, code);
}

/* Local time, to the second; the year only where it is not obvious. */
static void add_time(const struct sheet *p, int64_t ms)
{
	const time_t seconds = (time_t)(ms / 1000);
	char shown[40];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(shown, sizeof(shown), "%Y-%m-%d %H:%M:%S", &tm);
	buf_adds(p->out, shown);
}

static void add_moment(const struct sheet *p, const json_t *at)
{
	if (number(at, "at")) {
		add_time(p, number(at, "at"));
		buf_adds(p->out, ", ");
	}
	buf_addf(p->out, "#%lld", (long long)number(at, "seq"));
}

/* A reference also shows what the record it names is called. */
static void add_scalar(const struct sheet *p, const json_t *v)
{
	const char *label;

	if (json_is_boolean(v))
		buf_adds(p->out, json_is_true(v) ? "yes" : "no");
	else if (json_is_integer(v))
		buf_addf(p->out, "%lld", (long long)json_integer_value(v));
	else if (!json_is_string(v) || !*json_string_value(v))
		buf_adds(p->out, "nothing");
	else {
		const char *s = json_string_value(v);
		size_t n = strlen(s);

		label = json_string_value(json_object_get(p->labels, s));
		if (n > VALUE_SHOWN) {
			for (n = VALUE_SHOWN; n && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
				;
			buf_add(p->out, s, n);
			buf_adds(p->out, "...");
		} else {
			buf_adds(p->out, s);
		}
		if (label && *label)
			buf_addf(p->out, " (%s)", label);
	}
}

static void add_value(const struct sheet *p, const json_t *v)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(v) || !json_array_size(v)) {
		add_scalar(p, json_is_array(v) ? NULL : v);
		return;
	}
	json_array_foreach(v, i, one) {
		if (i)
			buf_adds(p->out, ", ");
		add_scalar(p, one);
	}
}

static void line(const struct sheet *p, const char *label)
{
	buf_adds(p->out, "  ");
	paint(p, "\033[2m");
	buf_addf(p->out, "%-*s", LABEL_WIDTH, label);
	paint(p, "\033[0m");
}

/* --- why does it say this ------------------------------------------------------------------------------------ */

static void print_because(const struct sheet *p, const json_t *field)
{
	const json_t *w;
	size_t i;

	json_array_foreach(json_object_get(field, "because"), i, w) {
		line(p, i ? "" : "because");
		buf_adds(p->out, text(w, "partner"));
		if (json_object_get(w, "element")) {
			buf_adds(p->out, is(w, "kind", "seen") ? " brought " : " added ");
			add_scalar(p, json_object_get(w, "element"));
		} else if (is(w, "kind", "seen")) {
			buf_adds(p->out, " said so when its record was first seen");
		} else {
			buf_adds(p->out, " changed it from ");
			add_value(p, json_object_get(w, "from"));
		}
		buf_adds(p->out, " (");
		add_moment(p, w);
		buf_adds(p->out, ")\n");
	}
}

static const char *policy_meaning(const char *name)
{
	static const struct {
		const char *name, *meaning;
	} policies[] = {
#define X(policy, policy_word, what) { policy_word, what },
		POLICY_LIST(X)
#undef X
			{ "pin", "an admin has fixed it" },
	};

	for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++)
		if (!strcmp(policies[i].name, name))
			return policies[i].meaning;
	return "";
}

static void print_decision(const struct sheet *p, const json_t *field)
{
	const json_t *d = json_object_get(field, "decision");

	if (!json_is_object(d))
		return;
	line(p, "decided");
	add_moment(p, d);
	if (*text(d, "by"))
		buf_addf(p->out, " for %s", text(d, "by"));
	buf_addf(p->out, ", by policy %s: %s\n", text(d, "policy"), policy_meaning(text(d, "policy")));
}

static void print_others(const struct sheet *p, const json_t *field)
{
	const json_t *o, *l;
	size_t i, k;
	bool first = true;

	json_array_foreach(json_object_get(field, "others"), i, o) {
		if (!json_object_get(o, "lines")) {
			line(p, first ? "instead of" : "");
			first = false;
			buf_addf(p->out, "%s, which says ", text(o, "partner"));
			add_value(p, json_object_get(o, "value"));
			buf_adds(p->out, " (");
			add_moment(p, o);
			buf_adds(p->out, ")\n");
		}
		json_array_foreach(json_object_get(o, "lines"), k, l) {
			line(p, first ? "although" : "");
			first = false;
			buf_addf(p->out, "%s had %s ", text(o, "partner"),
				json_is_true(json_object_get(l, "add")) ? "added" : "removed");
			add_scalar(p, json_object_get(l, "element"));
			buf_addf(p->out, " (#%lld)\n", (long long)number(l, "seq"));
		}
	}
}

/* --- who received it ----------------------------------------------------------------------------------------- */

static const char *reason_words(const char *why)
{
	if (!strcmp(why, "referred"))
		return "a referral brings it there";
	if (!strcmp(why, "all"))
		return "it is given every record";
	return "it has the record";
}

static void print_receiver(const struct sheet *p, const json_t *r, const char *label)
{
	const json_t *sent = json_object_get(r, "sent"), *back = json_object_get(r, "confirmed");
	const char *state = text(r, "state");

	line(p, label);
	buf_adds(p->out, text(r, "partner"));
	if (sent) {
		buf_adds(p->out, ", ");
		add_moment(p, sent);
		buf_addf(p->out, ", since %s", reason_words(text(sent, "why")));
	}
	if (back) {
		buf_adds(p->out, is(r, "state", "renders") ? "; it writes it its own way: " : "; read back ");
		if (is(r, "state", "renders")) {
			add_value(p, json_object_get(r, "shows"));
			buf_adds(p->out, ", ");
		}
		add_moment(p, back);
	} else if (!strcmp(state, "confirmed")) {
		buf_adds(p->out, "; it shows it");
	} else if (!strcmp(state, "sent")) {
		buf_adds(p->out, "; not read back yet");
	}
	if (!strcmp(state, "has it"))
		buf_adds(p->out, ", of its own");
	if (!strcmp(state, "not given") || !strcmp(state, "not shared")) {
		buf_adds(p->out, !strcmp(state, "not shared") ? " may not be given this; it shows " : ", which shows ");
		add_value(p, json_object_get(r, "shows"));
	}
	if (json_object_get(r, "attempts")) {
		buf_adds(p->out, ", since ");
		add_time(p, number(r, "since"));
		if (number(r, "attempts"))
			buf_addf(p->out, ", %lld attempt%s", (long long)number(r, "attempts"),
				number(r, "attempts") == 1 ? "" : "s");
	}
	if (*text(r, "plan"))
		buf_addf(p->out, ", plan %s", text(r, "plan"));
	if (*text(r, "error"))
		buf_addf(p->out, ": %s", text(r, "error"));
	if (!strcmp(state, "kept away"))
		buf_addf(p->out, ": %s", text(r, "reason"));
	buf_addc(p->out, '\n');
}

static void print_receivers(const struct sheet *p, const json_t *field)
{
	static const struct {
		const char *state, *label;
	} groups[] = {
		{ "confirmed", "received by" },
		{ "renders", "received by" },
		{ "sent", "sent to" },
		{ "has it", "also at" },
		{ "waiting", "waiting" },
		{ "held", "held" },
		{ "refused", "refused by" },
		{ "kept away", "kept from" },
		{ "not given", "not given" },
		{ "not shared", "not shared" },
	};
	const char *last = "";
	const json_t *r;
	size_t i;

	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++) {
		json_array_foreach(json_object_get(field, "receivers"), i, r) {
			if (!is(r, "state", groups[g].state))
				continue;
			print_receiver(p, r, strcmp(last, groups[g].label) ? groups[g].label : "");
			last = groups[g].label;
		}
	}
}

/* --- before -------------------------------------------------------------------------------------------------- */

static void print_earlier(const struct sheet *p, const json_t *field)
{
	const json_t *all = json_object_get(field, "earlier"), *d, *lost;
	size_t n = json_array_size(all), k;

	/* Newest first; the one in force has been told. */
	for (size_t i = n; i-- > 0;) {
		d = json_array_get(all, i);
		line(p, i + 1 == n ? "before that" : "");
		add_value(p, json_object_get(d, "from"));
		buf_adds(p->out, ", until ");
		add_moment(p, d);
		json_array_foreach(json_object_get(d, "losers"), k, lost) {
			buf_addf(p->out, "%s %s said ", k ? "," : ";", text(lost, "partner"));
			add_value(p, json_object_get(lost, "value"));
		}
		buf_addc(p->out, '\n');
	}
}

static void print_field(const struct sheet *p, const json_t *field)
{
	paint(p, "\033[1m");
	buf_addf(p->out, "%s: ", text(field, "field"));
	add_value(p, json_object_get(field, "value"));
	paint(p, "\033[0m");
	if (json_is_true(json_object_get(field, "pinned")))
		buf_adds(p->out, "  [pinned by an admin]");
	if (json_is_true(json_object_get(field, "held")))
		buf_adds(p->out, "  [held: see doorstroom review]");
	buf_addc(p->out, '\n');
	print_because(p, field);
	print_decision(p, field);
	print_others(p, field);
	print_receivers(p, field);
	print_earlier(p, field);
}

/* --- the record ---------------------------------------------------------------------------------------------- */

static const char *how_words(const char *how)
{
	static const struct {
		const char *how, *words;
	} ways[] = {
		{ "created", "the first to have it" },
		{ "pushed", "created there by the hub" },
		{ "key", "by a strong key" },
		{ "score", "by its score" },
		{ "hub id", "by the hub id it keeps" },
		{ "manual", "by an admin" },
		{ "decided", "as it was decided before it was entered anew" },
		{ "split", "split off by an admin" },
		{ "content", "known by what the hub had sent" },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i].how, how))
			return ways[i].words;
	return how;
}

static void print_links(const struct sheet *p, const json_t *links)
{
	const json_t *l, *ev;
	size_t i, k;

	json_array_foreach(links, i, l) {
		line(p, i ? "" : "linked");
		buf_addf(p->out, "%s %s", text(l, "partner"), text(l, "key"));
		if (*text(l, "how"))
			buf_addf(p->out, ", %s", how_words(text(l, "how")));
		json_array_foreach(json_object_get(l, "evidence"), k, ev)
			buf_addf(p->out, "%s%s %s (%+.1f)", k ? ", " : ": ", text(ev, "field"), text(ev, "level"),
				json_number_value(json_object_get(ev, "weight")));
		if (number(l, "seq")) {
			buf_adds(p->out, " (");
			add_moment(p, l);
			buf_addc(p->out, ')');
		}
		if (!is(l, "state", "live"))
			buf_addf(p->out, " [%s]", text(l, "state"));
		buf_addc(p->out, '\n');
	}
}

void explain_print(struct buf *out, const json_t *explained, const struct explain_style *style)
{
	const struct sheet p = { .out = out, .style = style, .labels = json_object_get(explained, "labels") };
	const json_t *record = json_object_get(explained, "record"), *fields = json_object_get(explained, "fields"),
		     *field;
	size_t i;

	paint(&p, "\033[1m");
	buf_addf(out, "%s %s", text(record, "type"), text(record, "id"));
	paint(&p, "\033[0m");
	if (*text(record, "name"))
		buf_addf(out, "  %s", text(record, "name"));
	if (!is(record, "state", "live"))
		buf_addf(out, "  [%s]", text(record, "state"));
	buf_addc(out, '\n');
	print_links(&p, json_object_get(explained, "links"));
	json_array_foreach(fields, i, field) {
		buf_addc(out, '\n');
		print_field(&p, field);
	}
}
