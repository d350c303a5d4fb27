/*
 * match_parts.h - what of a record is compared, shared by the keys and the verdicts of match.c.
 * Bounded: of one set no more than MATCH_ELEMENTS_MAX elements are looked at.
 */
#pragma once
#include "core/match.h"

#define MATCH_ELEMENTS_MAX 16

struct match_texts {
	const char *text[2 * MATCH_ELEMENTS_MAX + 2];
	size_t n;
};

/* "" for what is absent, and for a reference whose target is not known yet. */
const char *match_text(const struct record *, unsigned field);
/* The elements of a set, folded; those that fold to "" are left out. */
struct match_texts match_set(struct arena *, const struct record *, unsigned field,
	const char *(*fold)(struct arena *, const char *));
const char *match_fold_phone(struct arena *, const char *phone);
const char *match_fold_personal(struct arena *, const char *email);   /* "" for a role mailbox */
/* All names of an organization without their legal forms; all domains it writes or publishes under. */
struct match_texts match_names(struct arena *, const struct record *);
struct match_texts match_domains(struct arena *, const struct record *);
/* One that both have, or NULL. */
const char *match_common(const struct match_texts *, const struct match_texts *);
