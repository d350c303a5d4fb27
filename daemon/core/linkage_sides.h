/* linkage_sides.h - two values that are compared, one of each record; for the files that compare them. */
#pragma once
#include <string.h>

#include "core/linkage_parts.h"
#include "core/similar.h"

struct sides {
	const struct linkage_features *a, *b;
	const struct linkage_value *x, *y;
	const char *xs, *ys;
	size_t shorter;
};

static inline struct sides sides_of(const struct linkage_features *a, const struct linkage_features *b,
	const struct linkage_value *x, const struct linkage_value *y)
{
	return (struct sides){a, b, x, y, text_of(a) + x->at, text_of(b) + y->at, x->len < y->len ? x->len : y->len};
}

static inline bool equal(const struct sides *s)
{
	return s->x->hash == s->y->hash && s->x->len == s->y->len && !memcmp(s->xs, s->ys, s->x->len);
}

static inline unsigned edits(const struct sides *s, unsigned max)
{
	struct similar_text x, y;

	if ((unsigned)(s->x->len > s->y->len ? s->x->len - s->y->len : s->y->len - s->x->len) > 4 * max)
		return max + 1;
	similar_decode(s->xs, s->x->len, &x);
	similar_decode(s->ys, s->y->len, &y);
	return similar_edits(&x, &y, max);
}

/* The level of two names (enum linkage_company). */
unsigned linkage_level_of_company(const struct sides *);
/* How well the names of two records agree, where those of two in one place may have it in them; `best` without that. */
struct linkage_agreement linkage_names_in_place(struct linkage_agreement best, const struct linkage_field *, const struct linkage_features *,
	const struct linkage_features *, unsigned field);
