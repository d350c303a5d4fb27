#include "core/observe.h"

#include <string.h>

#include "base/mutant.h"
#include "core/merge.h"
#include "core/normalise.h"

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static size_t count(const char *set)
{
	size_t n = 0, len;

	while (set_next(&set, &len))
		n++;
	return n;
}

static bool within(const char *part, const char *whole)
{
	const char *element;
	size_t len;

	while ((element = set_next(&part, &len))) {
		const char *cursor = whole, *other;
		size_t n;
		bool found = false;

		while (!found && (other = set_next(&cursor, &n)))
			found = n == len && !memcmp(element, other, len);
		if (!found)
			return false;
	}
	return true;
}

bool observe_shows(const struct field *field, unsigned index, const char *value, const char *got, const struct images *images)
{
	const char *image;

	if (!got || same(value, got))
		return got != NULL;
	image = images->learned(images->ctx, index, value);
	if (!image || same(image, got))
		return image != NULL;
	return field->set && count(image) < count(value) && count(got) == count(image) && within(got, value);
}

/* The newest value sent that this reading confirms, or -1. Newest first: older values are then settled with it. */
static int confirms(const struct cell *c, const struct field *field, unsigned f, const char *value,
	const struct images *images)
{
	for (int i = (int)c->nsent - 1; i >= 0 && !mutant(OWN_WRITES); i--)
		if (observe_shows(field, f, c->sent[i].value, value, images))
			return i;
	return -1;
}

static void settle(struct cell *c, unsigned through)
{
	c->nsent -= through + 1;
	memmove(c->sent, c->sent + through + 1, c->nsent * sizeof *c->sent);
}

static void note(struct observation *out, enum finding_kind kind, unsigned field, const char *before, const char *value,
	const char *sent)
{
	out->finding[out->n++] = (struct finding){
		.kind = kind, .field = field, .before = before, .value = value, .sent = sent,
	};
}

static void contribute(struct arena *arena, const struct field *field, struct cell *c, const char *value, int64_t seq)
{
	const bool whole = mutant(SET_ELEMENTS);

	if (field->set)
		c->own = merge_set_edit(arena, whole ? NULL : c->own, whole ? NULL : c->base, value, seq);
	else if (field->kind == VALUE_STATE)
		c->own = merge_state_edit(arena, c->own, c->base, value);
	else
		c->own = value;
	c->own_seq = seq;
}

/* What was acknowledged before this reading is over; an attempt nobody has answered may have its effect after it. */
static void forget_acknowledged(struct cell *c, int64_t fence)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < c->nsent; i++)
		if (c->sent[i].seq > fence)
			c->sent[kept++] = c->sent[i];
	c->nsent = kept;
}

/* Whoever showed a value, took the emptying of it, and shows nothing now, leaves out what is empty. */
static bool shows_emptied(const struct shadow *s, unsigned f)
{
	const struct cell *c = &s->cell[f];

	return c->nsent && !*c->sent[c->nsent - 1].value && shadow_acknowledged(s, f) && c->base && *c->base;
}

/* Acknowledged, and this later reading ought to show it. */
static bool is_overdue(const struct shadow *s, unsigned f)
{
	return shadow_acknowledged(s, f) && s->cell[f].sent[s->cell[f].nsent - 1].seq;
}

/* The newest value sent of which this may be the partner's rendition, or -1. */
static int renders(const struct cell *c, const struct field *field, const char *value)
{
	for (int i = (int)c->nsent - 1; i >= 0 && !mutant(LEARNED_IMAGE); i--)
		if (observe_lossy(field, c->sent[i].value, value))
			return i;
	return -1;
}

/* What one value read in one field is. */
enum meaning {
	KNOWN,        /* nothing happened */
	GONE_OVER,    /* the edit that overtook an acknowledgement stands: what was acknowledged was there before it */
	NEVER_SET,    /* empty from the first: that is no statement against those who have a value */
	CONFIRMS,
	RENDERS,
	NOT_KEPT,     /* acknowledged, and the partner left it as it was */
	PUT_BACK,     /* people have put back what was there before the hub's write */
	EDITED
};

/* *sent: which of the values sent, for CONFIRMS and RENDERS. */
static enum meaning meaning_of(const struct shadow *s, const struct field *field, unsigned f, const char *value, bool as_left,
	const struct images *images, int *sent)
{
	const struct cell *c = &s->cell[f];
	const bool as_before = same(value, c->base);

	if ((*sent = confirms(c, field, f, value, images)) >= 0)
		return CONFIRMS;
	if (as_before && shadow_overtaken(s, f))
		return GONE_OVER;
	if (as_before && !is_overdue(s, f))
		return KNOWN;
	if (!c->base && !*value && !shadow_acknowledged(s, f) && !mutant(EMPTY_IS_NO_EDIT))
		return NEVER_SET;
	if ((*sent = renders(c, field, value)) >= 0)
		return RENDERS;
	if (as_before)
		return as_left ? NOT_KEPT : PUT_BACK;
	return EDITED;
}

static void edit(struct arena *arena, const struct field *field, unsigned f, struct shadow *s, const char *value, int64_t seq,
	struct observation *out)
{
	struct cell *c = &s->cell[f];

	note(out, FINDING_EDIT, f, c->base, value, NULL);
	out->edited |= FIELD_BIT(f);
	if (c->base && *c->base && !*value)
		out->blanked |= FIELD_BIT(f);
	contribute(arena, field, c, value, seq);
	c->base = value;
	forget_acknowledged(c, s->fence);
}

static void observe_cell(struct arena *arena, const struct field *field, unsigned f, struct shadow *s, const char *value,
	bool as_left, const struct images *images, int64_t seq, struct observation *out)
{
	struct cell *c = &s->cell[f];
	int sent;

	switch (meaning_of(s, field, f, value, as_left, images, &sent)) {
	case KNOWN:
		return;
	case GONE_OVER:
		forget_acknowledged(c, s->fence);
		return;
	case NEVER_SET:
		c->base = value;
		return;
	case CONFIRMS:
		note(out, FINDING_CONFIRM, f, c->base, value, c->sent[sent].value);
		if (mutant(CONTRIBUTIONS))
			contribute(arena, field, c, value, seq);
		c->base = value;
		settle(c, (unsigned)sent);
		return;
	case RENDERS:
		note(out, FINDING_LEARNED, f, c->base, value, c->sent[sent].value);
		c->base = value;
		settle(c, (unsigned)sent);
		return;
	case NOT_KEPT:
		c->sent[c->nsent - 1].seq = 0;
		return;
	case PUT_BACK:
		c->base = c->sent[c->nsent - 1].value;
		edit(arena, field, f, s, value, seq, out);
		return;
	case EDITED:
		edit(arena, field, f, s, value, seq, out);
		return;
	}
}

static bool as_left_by_hub(const struct shadow *s, const char *version)
{
	return same(version, s->version);
}

/* What the reading says of that field; NULL: nothing. */
static const char *said_of(const struct shadow *s, const struct record *now, unsigned f)
{
	return now->v[f] ? now->v[f] : shows_emptied(s, f) ? "" : NULL;
}

void observe(struct arena *arena, struct shadow *s, const struct record *now, const char *version,
	const struct images *images, int64_t seq, struct observation *out)
{
	const bool as_left = as_left_by_hub(s, version);
	unsigned n = field_count(s->type);

	out->n = 0;
	out->edited = out->blanked = 0;
	for (unsigned f = 0; f < n; f++) {
		const char *value = said_of(s, now, f);

		if (value)
			observe_cell(arena, field_at(s->type, f), f, s, value, as_left, images, seq, out);
	}
}

uint64_t observe_preview(const struct shadow *s, const struct record *now, const char *version, const struct images *images)
{
	const bool as_left = as_left_by_hub(s, version);
	unsigned n = field_count(s->type);
	uint64_t edited = 0;

	for (unsigned f = 0; f < n; f++) {
		const char *value = said_of(s, now, f);
		int sent;

		if (value && meaning_of(s, field_at(s->type, f), f, value, as_left, images, &sent) >= PUT_BACK)
			edited |= FIELD_BIT(f);
	}
	return edited;
}

/* Letters and digits only, folded: what survives a change of case, of punctuation or of accents. */
static bool skip_to_letter(const char **p)
{
	while (**p == ' ')
		(*p)++;
	return **p != '\0';
}

/* Both folded: whether got is sent, or the beginning of it. */
static bool same_letters(const char *sent, const char *got)
{
	while (skip_to_letter(&got)) {
		if (!skip_to_letter(&sent) || *sent != *got)
			return false;
		sent++;
		got++;
	}
	return true;
}

/* A truncation keeps at least so much; anything shorter is an edit. */
enum { TRUNCATED_MIN = 8 };

static bool lossy_text(struct arena *arena, const char *sent, const char *got)
{
	const char *s = fold_text(arena, sent), *g = fold_text(arena, got);
	size_t ns = strlen(s), ng = strlen(g);

	if (!*g || !same_letters(s, g))
		return false;
	return ng >= TRUNCATED_MIN || same_letters(g, s) || ng + 1 >= ns;
}

static bool lossy_element(struct arena *arena, const char *sent, const char *set)
{
	const char *cursor = set, *element;
	size_t len;

	while ((element = set_next(&cursor, &len)))
		if (lossy_text(arena, sent, arena_strndup(arena, element, len)))
			return true;
	return false;
}

/* Each element sent has its rendition there, and nothing was added. */
static bool lossy_set(struct arena *arena, const char *sent, const char *got)
{
	const char *cursor = sent, *element;
	size_t len, nsent = 0, ngot = 0;

	while ((element = set_next(&cursor, &len))) {
		nsent++;
		if (!lossy_element(arena, arena_strndup(arena, element, len), got))
			return false;
	}
	for (cursor = got; set_next(&cursor, &len);)
		ngot++;
	return nsent == ngot;
}

bool observe_lossy(const struct field *field, const char *sent, const char *got)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	switch (field->kind) {
	case VALUE_TEXT:
	case VALUE_NOTE:
	case VALUE_CODE:
	case VALUE_EMAIL:
	case VALUE_PHONE:
	case VALUE_URL:
		break;
	case VALUE_ENTERPRISE:
	case VALUE_ESTABLISHMENT:
	case VALUE_NACE:
	case VALUE_LANGUAGE:
	case VALUE_COUNTRY:
	case VALUE_POSTAL:
	case VALUE_PROVINCE:
	case VALUE_BOOL:
	case VALUE_DATE:
	case VALUE_TIME:
	case VALUE_SERVICE:
	case VALUE_STATE:
	case VALUE_OUTCOME:
	case VALUE_CONSENT:
	case VALUE_PARTNER:
	case VALUE_REF:
	case VALUE_KINDS:
		return false;
	}
	if (!sent || !*sent || !*got)
		return false;
	return field->set ? lossy_set(arena, sent, got) : lossy_text(arena, sent, got);
}
