#include "core/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/normalise.h"
#include "core/referral.h"
#include "core/shadow.h"

/* --- one winner -------------------------------------------------------------------------------------------------- */

/* The hub's order, then the lower partner id: a total order, since seq is unique but for one reading's fields. */
static bool later(const struct contribution *a, const struct contribution *b)
{
	if (a->seq != b->seq)
		return a->seq > b->seq;
	return a->partner < b->partner;
}

static bool outranks(const struct contribution *a, const struct contribution *b)
{
	return a->rank != b->rank ? a->rank < b->rank : later(a, b);
}

/* An empty value is neither the smallest nor the greatest while there is another. */
static bool smaller(const struct contribution *a, const struct contribution *b)
{
	int order = strcmp(a->value, b->value);

	if (!*a->value != !*b->value)
		return *a->value != '\0';
	return order ? order < 0 : later(a, b);
}

static bool greater(const struct contribution *a, const struct contribution *b)
{
	int order = strcmp(a->value, b->value);

	return order ? order > 0 : later(a, b);
}

/* granted < unknown < withdrawn; an empty value says nothing and is the least. */
static int restriction(const char *consent)
{
	switch (*consent) {
	case 'w':
		return 3;
	case 'u':
		return 2;
	case 'g':
		return 1;
	default:
		return 0;
	}
}

static bool more_restrictive(const struct contribution *a, const struct contribution *b)
{
	int order = restriction(a->value) - restriction(b->value);

	return order ? order > 0 : later(a, b);
}

typedef bool (*beats_fn)(const struct contribution *, const struct contribution *);

static void pick(const struct contribution *c, size_t n, beats_fn beats, struct merged *out)
{
	for (size_t i = 0; i < n; i++)
		if (out->winner < 0 || beats(&c[i], &c[out->winner]))
			out->winner = (int)i;
	if (out->winner >= 0)
		out->value = c[out->winner].value;
}

/* --- sets -------------------------------------------------------------------------------------------------------- */

struct line {
	int64_t seq;
	int partner;
	bool add;
	const char *element;
	size_t len;
};

static bool next_line(const char **cursor, struct line *out)
{
	const char *p = *cursor, *end;
	char *number_end;

	if (!p || !*p)
		return false;
	out->add = *p == '+';
	out->seq = strtoll(p + 1, &number_end, 10);
	out->element = number_end + (*number_end == ' ');
	end = strchr(out->element, '\n');
	out->len = end ? (size_t)(end - out->element) : strlen(out->element);
	*cursor = end ? end + 1 : NULL;
	return true;
}

static size_t count_lines(const char *text)
{
	size_t n = text && *text;

	for (; text && *text; text++)
		n += *text == '\n';
	return n;
}

static int by_element(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = memcmp(x->element, y->element, x->len < y->len ? x->len : y->len);

	if (order)
		return order;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	if (x->seq != y->seq)
		return x->seq < y->seq ? 1 : -1;
	return x->partner - y->partner;
}

static bool same_element(const struct line *a, const struct line *b)
{
	return a->len == b->len && !memcmp(a->element, b->element, a->len);
}

static void merge_set(struct arena *arena, const struct contribution *c, size_t n, struct merged *out)
{
	size_t total = 0, used = 0, live = 0;
	struct line *line;
	const char **element;

	for (size_t i = 0; i < n; i++)
		total += count_lines(c[i].value);
	if (!n)
		return;
	line = arena_array(arena, struct line, total + 1);
	for (size_t i = 0; i < n; i++) {
		const char *cursor = c[i].value;

		while (used < total && next_line(&cursor, &line[used]))
			line[used++].partner = c[i].partner;
	}
	qsort(line, used, sizeof *line, by_element);
	element = arena_array(arena, const char *, used + 1);
	for (size_t i = 0; i < used; i++)
		if ((i == 0 || !same_element(&line[i], &line[i - 1])) && line[i].add)
			element[live++] = arena_strndup(arena, line[i].element, line[i].len);
	out->value = set_make(arena, element, live);
}

static bool set_has_slice(const char *set, const char *element, size_t len)
{
	const char *cursor = set, *e;
	size_t n;

	while ((e = set_next(&cursor, &n)))
		if (n == len && !memcmp(e, element, len))
			return true;
	return false;
}

static void add_line(struct buf *b, bool add, int64_t seq, const char *element, size_t len)
{
	if (b->len)
		buf_addc(b, '\n');
	buf_addc(b, add ? '+' : '-');
	buf_add_int(b, seq);
	buf_addc(b, ' ');
	buf_add(b, element, len);
}

const char *merge_set_edit(struct arena *arena, const char *own, const char *before, const char *after, int64_t seq)
{
	BUF_AUTO struct buf b = { 0 };
	const char *cursor = own, *element;
	struct line line;
	size_t len;

	/* Lines about elements that this edit touches are replaced; the others stand. */
	while (next_line(&cursor, &line))
		if (set_has_slice(before, line.element, line.len) == set_has_slice(after, line.element, line.len))
			add_line(&b, line.add, line.seq, line.element, line.len);
	for (cursor = before; (element = set_next(&cursor, &len));)
		if (!set_has_slice(after, element, len))
			add_line(&b, false, seq, element, len);
	for (cursor = after; (element = set_next(&cursor, &len));)
		if (!set_has_slice(before, element, len))
			add_line(&b, true, seq, element, len);
	return b.len ? arena_strndup(arena, b.data, b.len) : "";
}

/* --- referral states ----------------------------------------------------------------------------------------------- */

/* One state of a contribution, of which there may be two. */
static bool next_state(const char **cursor, enum referral_state *out)
{
	char word[32];

	while (*cursor && **cursor) {
		const size_t len = strcspn(*cursor, "\n");
		const char *from = *cursor;

		*cursor += len + ((*cursor)[len] == '\n');
		snprintf(word, sizeof word, "%.*s", (int)(len < sizeof word ? len : sizeof word - 1), from);
		if (referral_state_parse(word, out))
			return true;
	}
	return false;
}

static void merge_state(const struct contribution *c, size_t n, struct merged *out)
{
	enum referral_state so_far = REFERRAL_IS_CREATED, one, joined;

	for (size_t i = 0; i < n; i++) {
		const char *cursor = c[i].value;
		unsigned told = 0;

		while (next_state(&cursor, &one)) {
			/* A move that there is not: what they left stands until an admin decides. */
			if (told++) {
				out->held = true;
				continue;
			}
			if (out->winner < 0) {
				so_far = one;
				out->winner = (int)i;
			} else if (!referral_join(so_far, one, &joined)) {
				/* Two ends: the first one known stands until an admin decides. */
				out->held = true;
				if (later(&c[out->winner], &c[i])) {
					so_far = one;
					out->winner = (int)i;
				}
			} else if (joined != so_far) {
				so_far = joined;
				out->winner = (int)i;
			}
		}
	}
	if (out->winner >= 0)
		out->value = referral_state_name(so_far);
}

const char *merge_state_edit(struct arena *arena, const char *own, const char *before, const char *after)
{
	enum referral_state was, said, now;
	const char *cursor = own;

	if (!referral_state_parse(after, &now))
		return after;
	if (before && referral_state_parse(before, &was) && was != now && !referral_open(was))
		return arena_printf(arena, "%s\n%s", before, after);
	if (!next_state(&cursor, &said) || referral_reaches(said, now))
		return after;
	return referral_reaches(now, said) ? own : arena_printf(arena, "%s\n%s", referral_state_name(said), after);
}

static void merge_lattice(const struct field *field, const struct contribution *c, size_t n, struct merged *out)
{
	if (field->kind == VALUE_STATE)
		merge_state(c, n, out);
	else
		pick(c, n, more_restrictive, out);
}

static void merge_manual(const struct contribution *c, size_t n, struct merged *out)
{
	pick(c, n, later, out);
	for (size_t i = 0; i < n; i++)
		out->held |= strcmp(c[i].value, out->value) != 0;
}

void merge_field(struct arena *arena, const struct field *field, enum policy policy, const struct contribution *c,
	size_t n, struct merged *out)
{
	*out = (struct merged){ .winner = -1 };
	if (field->set) {
		merge_set(arena, c, n, out);
		return;
	}
	switch (policy) {
	case POLICY_AUTHORITY:
		pick(c, n, outranks, out);
		return;
	case POLICY_LATEST:
	case POLICY_SET:
		pick(c, n, later, out);
		return;
	case POLICY_LATTICE:
		merge_lattice(field, c, n, out);
		return;
	case POLICY_MIN:
		pick(c, n, smaller, out);
		return;
	case POLICY_MAX:
		pick(c, n, greater, out);
		return;
	case POLICY_MANUAL:
		merge_manual(c, n, out);
		return;
	case POLICIES:
		break;
	}
}

const char *policy_name(enum policy policy)
{
	static const char *const names[] = {
#define X(policy, name, meaning) [POLICY_##policy] = name,
		POLICY_LIST(X)
#undef X
	};
	return names[policy];
}

void merge_said(struct arena *arena, const struct shadow *s, struct record *out)
{
	const unsigned n = field_count(s->type);

	*out = (struct record){ .type = s->type };
	for (unsigned f = 0; f < n; f++) {
		const struct contribution one = { .seq = s->cell[f].own_seq, .value = s->cell[f].own };
		struct merged m;

		if (!one.value)
			continue;
		merge_field(arena, field_at(s->type, f), field_at(s->type, f)->policy, &one, 1, &m);
		out->v[f] = m.value;
	}
}

void merge_derive(struct arena *arena, struct record *golden)
{
	const char *code, *province;

	if (golden->type != RECORD_ORGANIZATION)
		return;
	code = golden->v[ORGANIZATION_POSTAL_CODE];
	province = code ? province_of_postal_code(code) : NULL;
	if (province && !golden->v[ORGANIZATION_PROVINCE])
		golden->v[ORGANIZATION_PROVINCE] = arena_strdup(arena, province);
	if (!golden->v[ORGANIZATION_PREFERRED_NAME])
		golden->v[ORGANIZATION_PREFERRED_NAME] = golden->v[ORGANIZATION_LEGAL_NAME];
}
