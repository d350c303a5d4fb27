/*
 * like.h - which entities a record seen for the first time is like, and what people decided before about records like it.
 */
#pragma once
#include "engine/reconcile.h"

enum { FORMERS_MAX = 8, LINKS_MAX = 4 };

struct like {
	const struct match_features *features;   /* of the record */
	struct entity *link, *doubt;       /* to be linked with; to be asked about */
	struct shadow *pending;            /* the link's, if the hub is creating it there */
	bool duplicate;                    /* doubt: the partner has another record of that entity */
	struct match_result link_why, doubt_why;
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
