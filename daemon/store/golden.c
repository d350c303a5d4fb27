/*
 * golden.c - reads records as record_print() wrote them.
 *
 * record_parse() is for what strangers send: it builds a document and makes each value canonical again. What the store
 * reads back, it wrote itself, many times per page; so this reads in place, in one copy of the text, and checks only
 * its form.
 */
#include <string.h>

#include "store/sql.h"

struct reader {
	char *p;  /* where it reads; the text ends with a NUL */
	char *to; /* where the value under way is written, never beyond p */
	bool bad;
};

static bool at(struct reader *r, char c)
{
	if (*r->p != c)
		return false;
	r->p++;
	return true;
}

static void want(struct reader *r, char c)
{
	if (!at(r, c))
		r->bad = true;
}

static bool word(struct reader *r, const char *w)
{
	const size_t n = strlen(w);

	if (strncmp(r->p, w, n))
		return false;
	r->p += n;
	return true;
}

static unsigned hex4(struct reader *r)
{
	unsigned code = 0;

	for (int i = 0; i < 4; i++) {
		const char c = *r->p;
		const char *digits = "0123456789abcdef", *digit = c ? strchr(digits, c | 0x20) : NULL;

		if (!digit) {
			r->bad = true;
			return 0;
		}
		code = code * 16 + (unsigned)(digit - digits);
		r->p++;
	}
	return code;
}

static void put_code(struct reader *r, unsigned code)
{
	if (code < 0x80) {
		*r->to++ = (char)code;
	} else if (code < 0x800) {
		*r->to++ = (char)(0xc0 | code >> 6);
		*r->to++ = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		*r->to++ = (char)(0xe0 | code >> 12);
		*r->to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*r->to++ = (char)(0x80 | (code & 0x3f));
	} else {
		*r->to++ = (char)(0xf0 | code >> 18);
		*r->to++ = (char)(0x80 | (code >> 12 & 0x3f));
		*r->to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*r->to++ = (char)(0x80 | (code & 0x3f));
	}
}

static void escape(struct reader *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char c = *r->p, *known = c ? strchr(from, c) : NULL;
	unsigned code;

	if (known) {
		*r->to++ = to[known - from];
		r->p++;
		return;
	}
	want(r, 'u');
	code = hex4(r);
	if (code >= 0xd800 && code < 0xdc00) {
		want(r, '\\');
		want(r, 'u');
		code = 0x10000 + ((code - 0xd800) << 10) + ((hex4(r) - 0xdc00) & 0x3ff);
	}
	if (!code)
		r->bad = true;
	put_code(r, code);
}

/* A quoted text, appended at r->to without an end mark. */
static void text(struct reader *r)
{
	want(r, '"');
	while (!r->bad && *r->p != '"')
		if (*r->p == '\\') {
			r->p++;
			escape(r);
		} else if (*r->p) {
			*r->to++ = *r->p++;
		} else {
			r->bad = true;
		}
	want(r, '"');
}

/* The values of a set, joined by newlines: never longer than their JSON. */
static void set(struct reader *r)
{
	bool first = true;

	want(r, '[');
	if (at(r, ']'))
		return;
	do {
		if (!first)
			*r->to++ = '\n';
		first = false;
		text(r);
	} while (!r->bad && at(r, ','));
	want(r, ']');
}

static const char *value(struct reader *r)
{
	const char *start;

	if (word(r, "null"))
		return "";
	if (word(r, "true"))
		return "true";
	if (word(r, "false"))
		return "false";
	/* The opening quote or bracket leaves room for the end mark. */
	start = r->to = r->p;
	if (*r->p == '[')
		set(r);
	else
		text(r);
	*r->to = '\0';
	return start;
}

/* Fields come in their order, so the next name is nearly always a later field's. */
static int find(enum record_type type, const char *name, unsigned from)
{
	const unsigned n = field_count(type);

	for (unsigned f = from; f < n; f++)
		if (!strcmp(field_at(type, f)->name, name))
			return (int)f;
	return field_find(type, name);
}

struct record *golden_parse(struct arena *arena, enum record_type type, const char *json, size_t len)
{
	struct reader r = { .p = arena_strndup(arena, json, len) };
	struct record *x = record_new(arena, type);
	unsigned next = 0;

	want(&r, '{');
	if (at(&r, '}'))
		return *r.p || r.bad ? NULL : x;
	do {
		const char *name = r.to = r.p, *v;
		int f;

		text(&r);
		want(&r, ':');
		*r.to = '\0';
		v = value(&r);
		f = r.bad ? -1 : find(type, name, next);
		if (f >= 0) {
			x->v[f] = v;
			next = (unsigned)f + 1;
		}
	} while (!r.bad && at(&r, ','));
	want(&r, '}');
	return *r.p || r.bad ? NULL : x;
}
