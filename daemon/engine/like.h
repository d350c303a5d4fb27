/*
 * like.h - which entities a record seen for the first time is like, and what people decided before about records like it.
 */
#pragma once
#include "engine/reconcile.h"

enum { FORMERS_MAX = 8, LINKS_MAX = 4, ALIKE_MAX = 24 };

/* Of each entity, the comparison that speaks most for it. */
struct alike {
	int64_t entity;
	const struct match_features *features;   /* compared with */
	struct match_result why;                 /* not MATCH_NEW */
};
/*
 * Which entities, other than that one, something is like that is compared by these features and looked up by these keys.
 *
 * What became part of an entity still says what it said then, and who is like it is like that entity: otherwise it would hang
 * on who is read first whether a partner's record is linked or made everywhere once more. But:
 *   - what entities say now comes first. Where one of them is to be linked by that, names given up say nothing, so that
 *     a name which others bear since is theirs;
 *   - an entity that has another valid number by now is asked about, whatever was known of its parts;
 *   - a participation is what it says now. One that says what a corrected one used to say is another.
 * Of records that are scored, entities that are another by what they say now are among them (MATCH_NEW), unless for certain: one
 * of their records may be the very one.
 * Whoever asks keeps the rules of links as for every other entity: one record a partner, what people decided, no chains.
 */
bool like_entities(struct hub *, struct arena *, const struct match_features *, const uint64_t *key, size_t nkeys, int64_t self,
	struct alike out[ALIKE_MAX], size_t *n, struct tally *, struct err *);

/* The decisive value (match_decisive()) of what that record says; 0: none, or it is not live. */
uint32_t like_number(struct hub *, struct arena *, const struct shadow *);
/* Whether one of those live records has another decisive value (match_decisive(); 0: none) than that: they are not the same. */
bool like_numbers_differ(struct hub *, struct arena *, struct shadow *const *, size_t n, uint32_t number);

struct like {
	const struct match_features *features;   /* of the record */
	struct entity *link, *doubt;       /* to be linked with; to be asked about */
	struct shadow *pending;            /* the link's, if the hub is creating it there */
	bool duplicate;                    /* doubt: the partner has another record of that entity */
	struct match_result link_why, doubt_why;
	uint64_t link_sources;             /* who has the link's entity, as bits */
	/* Records of that partner which this one may be again, on which people decided. */
	struct shadow *former[FORMERS_MAX];
	size_t nformers;
	struct entity *decided;            /* what people said the surest of them is, if it has none there now */
	struct match_result decided_why;
	double resemblance;                /* to the most like of them */
	struct entity *barred;             /* the likest of those that people kept apart from them */
	struct match_result barred_why;
	struct {                           /* all that it would be linked with */
		struct entity *e;
		struct match_result why;
	} all[LINKS_MAX];
	size_t nall;
};

bool like_search(struct hub *, struct page *, const struct record *now, struct like *out, struct err *);
/* The partner has another record of what it resembles most. */
bool like_duplicate(const struct like *);
/* More like what its predecessor was kept apart from than like that predecessor: it may be the other one this time. */
bool like_another_now(const struct like *);
/* It would be linked with two that people keep apart: which of them it is, is for people to say. */
bool like_between_two(struct hub *, struct page *, const struct like *, bool *yes, struct err *);
/* People decided that it is not that entity, though its hub id stands in the record: somebody copied it there. */
bool like_contradicted(struct hub *, struct page *, const struct record *now, int64_t entity, bool *yes, struct err *);
