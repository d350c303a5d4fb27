/*
 * observe.h - the heart: what one reading of one record at one partner means.
 *
 * Field by field, in this order: a value the hub has sent itself is a confirmation; the value already known is
 * nothing; a lossy rendition of what was sent (case, truncation, punctuation) is learned as its image; anything
 * else is an edit by the partner's people and becomes their contribution. An absent field says nothing, but after an
 * acknowledged emptying that it is empty.
 */
#pragma once
#include "core/shadow.h"

enum finding_kind { FINDING_EDIT, FINDING_CONFIRM, FINDING_LEARNED };

struct finding {
	enum finding_kind kind;
	unsigned field;
	const char *before;   /* base until now, may be NULL */
	const char *value;    /* what was read */
	const char *sent;     /* CONFIRM, LEARNED: what the hub had sent */
};

struct observation {
	struct finding finding[RECORD_FIELDS_MAX];
	unsigned n;
	uint64_t edited, blanked;   /* fields; blanked: edited from a value to "" */
};

/* The image of a canonical value at the shadow's partner, learned or foreseen; NULL: it is kept as it is. */
struct images {
	const char *(*learned)(void *ctx, unsigned field, const char *value);
	void *ctx;
};

/* Applies the reading to the shadow and says what happened; seq orders the edits; version is the reading's, NULL if it
 * has none. A field that is empty when first seen is no contribution. Where what was acknowledged is not there, but what
 * was there before, people have put that back; if the version still is the write's, the partner takes the value and does
 * not keep it, and it is left at that. Where the acknowledgement came only after their edit had been read, the edit was made of
 * what was written, is known, and what was written is forgotten: should they write that later, it is theirs. Never fails. */
void observe(struct arena *, struct shadow *, const struct record *now, const char *version, const struct images *,
	int64_t seq, struct observation *out);

/* Whether what the partner shows is its rendition of that value: the same, its image, or, where it keeps only some
 * elements of a set, as many of them as fit, whichever they are. */
bool observe_shows(const struct field *, unsigned index, const char *value, const char *got, const struct images *);

/* Whether a partner's value may be its rendition of what was sent. */
bool observe_lossy(const struct field *, const char *sent, const char *got);

/* Fields that observe() would find edited, without changing anything: for inbound guards and stale-read checks. */
uint64_t observe_preview(const struct shadow *, const struct record *now, const char *version, const struct images *);
