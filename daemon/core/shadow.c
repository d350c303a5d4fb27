#include "core/shadow.h"

#include <stdio.h>
#include <string.h>

#include "base/mutant.h"
#include "core/merge.h"

struct shadow *shadow_new(struct arena *arena, int partner, enum record_type type, const char *key)
{
	struct shadow *s = arena_new_of(arena, struct shadow);

	s->partner = partner;
	s->type = type;
	s->key = key;
	return s;
}

void shadow_record(const struct shadow *s, struct record *out)
{
	out->type = s->type;
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		out->v[f] = s->cell[f].base;
}

void shadow_sent(struct arena *arena, struct cell *c, const char *value, int64_t seq)
{
	if (!c->sent) {
		c->sent = arena_array(arena, struct sent, SENT_MAX);
	} else if (c->nsent > 1 && !strcmp(c->sent[c->nsent - 1].value, value) && !strcmp(c->sent[c->nsent - 2].value, value)) {
		/* Again and again the same: the first attempt and the newest stand for all. That the newest is refused says
		 * nothing of the first, which may have been carried out. */
		c->sent[c->nsent - 1].seq = seq;
		return;
	}
	if (mutant(SENT_HISTORY))
		c->nsent = 0;
	if (c->nsent == SENT_MAX)
		memmove(c->sent, c->sent + 1, --c->nsent * sizeof *c->sent);
	c->sent[c->nsent++] = (struct sent){ .value = value, .seq = seq };
}

bool shadow_acknowledged(const struct shadow *s, unsigned field)
{
	const struct cell *c = &s->cell[field];

	return c->nsent && c->sent[c->nsent - 1].seq < s->fence;
}

bool shadow_overtaken(const struct shadow *s, unsigned field)
{
	const struct cell *c = &s->cell[field];

	return shadow_acknowledged(s, field) && c->sent[c->nsent - 1].seq && c->own_seq > c->sent[c->nsent - 1].seq;
}

bool shadow_unanswered(const struct shadow *s)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		for (unsigned i = 0; i < s->cell[f].nsent; i++)
			if (s->cell[f].sent[i].seq >= s->fence && s->cell[f].sent[i].seq)
				return true;
	return false;
}

int64_t shadow_edited_at(const struct shadow *s)
{
	int64_t seq = 0;

	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		seq = s->cell[f].own_seq > seq ? s->cell[f].own_seq : seq;
	return seq;
}

/* What is not older than the fence counts as unanswered. */
void shadow_acknowledge(struct shadow *s, int64_t intent, int64_t at)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		struct cell *c = &s->cell[f];

		for (unsigned i = 0; i < c->nsent; i++)
			if (c->sent[i].seq >= s->fence && c->sent[i].seq != intent)
				c->sent[i].seq = at;
	}
	s->fence = at;
}

void shadow_unsend(struct shadow *s, int64_t seq)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		struct cell *c = &s->cell[f];
		unsigned kept = 0;

		for (unsigned i = 0; i < c->nsent; i++)
			if (c->sent[i].seq != seq)
				c->sent[kept++] = c->sent[i];
		c->nsent = kept;
	}
}

/* What a contribution looks like when base was taken over as it is. */
static const char *own_of_base(struct arena *arena, const struct field *field, const char *base, int64_t seq)
{
	return field->set && base ? merge_set_edit(arena, NULL, NULL, base, seq) : base;
}

/* The same comparison without building the text: every element of base, each as "+seq element". */
static bool own_is_base(const struct field *field, const struct cell *c)
{
	const char *own = c->own, *cursor = c->base, *element;
	char prefix[24];
	size_t len, n;

	if (!c->base)
		return false;
	if (!field->set)
		return strcmp(c->own, c->base) == 0;
	n = (size_t)snprintf(prefix, sizeof prefix, "+%lld ", (long long)c->own_seq);
	while ((element = set_next(&cursor, &len))) {
		if (strncmp(own, prefix, n) || strncmp(own + n, element, len))
			return false;
		own += n + len;
		if (*own == '\n')
			own++;
		else if (*own)
			return false;
	}
	return *own == '\0';
}

static void print_value(struct buf *b, const char *value)
{
	if (value)
		buf_add_json(b, value);
	else
		buf_adds(b, "null");
}

void shadow_print_cells(struct buf *b, const struct shadow *s)
{
	char open = '{';
	unsigned n = field_count(s->type);

	for (unsigned f = 0; f < n; f++) {
		const struct cell *c = &s->cell[f];
		const struct field *field = field_at(s->type, f);
		bool own;

		if (!c->base && !c->own && !c->nsent)
			continue;
		buf_addc(b, open);
		open = ',';
		buf_addc(b, '"');
		buf_adds(b, field->name);
		buf_adds(b, "\":[");
		print_value(b, c->base);
		own = c->own && !own_is_base(field, c);
		if (c->own || c->nsent) {
			buf_addc(b, ',');
			buf_add_int(b, c->own ? c->own_seq : 0);
		}
		if (own || c->nsent) {
			buf_addc(b, ',');
			print_value(b, own ? c->own : NULL);
		}
		if (c->nsent) {
			for (unsigned i = 0; i < c->nsent; i++) {
				buf_adds(b, i ? ",[" : ",[[");
				print_value(b, c->sent[i].value);
				buf_addf(b, ",%lld]", (long long)c->sent[i].seq);
			}
			buf_addc(b, ']');
		}
		buf_addc(b, ']');
	}
	buf_adds(b, open == '{' ? "{}" : "}");
}

/* --- reading back: a cursor over text that this module printed -------------------------------------------------- */

struct reader {
	struct arena *arena;
	const char *p, *end;
	bool bad;
};

static bool at(struct reader *r, char c)
{
	if (r->p < r->end && *r->p == c) {
		r->p++;
		return true;
	}
	return false;
}

static void want(struct reader *r, char c)
{
	if (!at(r, c))
		r->bad = true;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What buf_add_json() escapes: quote, backslash, control characters. */
static char unescape(struct reader *r)
{
	char c = r->p < r->end ? *r->p++ : '\0';
	int code = 0;

	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'r':
		return '\r';
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'u':
		for (int i = 0; i < 4; i++) {
			int digit = r->p < r->end ? hex(*r->p++) : -1;

			if (digit < 0) {
				r->bad = true;
				return '\0';
			}
			code = code * 16 + digit;
		}
		if (code == 0 || code > 0x7f)
			r->bad = true;
		return (char)code;
	default:
		r->bad |= c == '\0';
		return c;
	}
}

static const char *read_text(struct reader *r)
{
	const char *start, *close;
	char *text, *to;

	want(r, '"');
	start = close = r->p;
	while (close < r->end && *close != '"')
		close += *close == '\\' ? 2 : 1;
	if (r->bad || close >= r->end) {
		r->bad = true;
		return "";
	}
	text = to = arena_alloc(r->arena, (size_t)(close - start) + 1);
	while (r->p < close && !r->bad)
		if (*r->p != '\\') {
			*to++ = *r->p++;
		} else {
			r->p++;
			*to++ = unescape(r);
		}
	r->p = close + 1;
	return text;
}

static const char *read_value(struct reader *r)
{
	if (r->end - r->p >= 4 && !memcmp(r->p, "null", 4)) {
		r->p += 4;
		return NULL;
	}
	return read_text(r);
}

static int64_t read_number(struct reader *r)
{
	int64_t n = 0;
	int digits = 0;

	while (r->p < r->end && *r->p >= '0' && *r->p <= '9' && digits++ < 18)
		n = n * 10 + (*r->p++ - '0');
	r->bad |= digits == 0;
	return n;
}

static void read_sent(struct reader *r, struct cell *c)
{
	want(r, '[');
	do {
		const char *value;

		want(r, '[');
		value = read_value(r);
		want(r, ',');
		shadow_sent(r->arena, c, value, read_number(r));
		want(r, ']');
	} while (!r->bad && at(r, ','));
	want(r, ']');
}

static void read_cell(struct reader *r, const struct field *field, struct cell *c)
{
	want(r, '[');
	c->base = read_value(r);
	if (at(r, ','))
		c->own_seq = read_number(r);
	if (at(r, ','))
		c->own = read_value(r);
	if (at(r, ','))
		read_sent(r, c);
	want(r, ']');
	if (c->own_seq && !c->own)
		c->own = own_of_base(r->arena, field, c->base, c->own_seq);
}

/* Fields come in their order, so the next name is nearly always the next field's. */
static int find_field(enum record_type type, const char *name, unsigned from)
{
	unsigned n = field_count(type);

	for (unsigned f = from; f < n; f++)
		if (!strcmp(field_at(type, f)->name, name))
			return (int)f;
	return field_find(type, name);
}

bool shadow_parse_cells(struct arena *arena, struct shadow *s, const char *text, size_t len, struct err *e)
{
	struct reader r = { .arena = arena, .p = text, .end = text + len };
	unsigned next = 0;

	want(&r, '{');
	if (at(&r, '}'))
		return !r.bad || err_set(e, ERR_BROKEN, "shadow %lld: cells are damaged", (long long)s->id);
	do {
		const char *name = read_text(&r);
		struct cell dropped = { 0 };
		int f = r.bad ? -1 : find_field(s->type, name, next);

		want(&r, ':');
		/* A field of a mapping that was taken away: read past it. */
		read_cell(&r, field_at(s->type, f < 0 ? 0 : (unsigned)f), f < 0 ? &dropped : &s->cell[f]);
		next = f < 0 ? next : (unsigned)f + 1;
	} while (!r.bad && at(&r, ','));
	want(&r, '}');
	if (r.bad || r.p != r.end)
		return err_set(e, ERR_BROKEN, "shadow %lld: cells are damaged at byte %zu", (long long)s->id,
			(size_t)(r.p - text));
	return true;
}
