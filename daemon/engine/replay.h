/*
 * replay.h - the links of the whole store looked at with another model: what it would join, ask about, or not have joined.
 *
 * Nothing is joined or parted: with `ask`, each difference becomes a question to people. Links that people decided, and
 * those by hub id or of what the hub made itself, stand whatever a model says. Candidates are those of the keys in the
 * index, which the present model made.
 */
#pragma once
#include "base/json.h"
#include "engine/hub.h"

enum { REPLAY_PAGE = 128 };

struct replay {
	const struct match_model *model;
	bool ask;
	int64_t limit;                 /* how many of each kind are listed */
	int64_t after;                 /* in, out: 0 at first; 0 again: done */
	int64_t records, links;        /* out: looked at */
	struct tally tally;
	/* out: by kind, the number, and the first of them: [{"record","name","other" or "partner" and "key","score","was"}] */
	int64_t n[4];
	json_t *found;                 /* {"link":[..],"ask":[..],"part":[..],"doubt":[..]} */
};

/* One page, in a transaction of its own. found is made at the first call, and the caller's. */
bool replay_page(struct hub *, struct replay *, struct err *);
/* {"model","now","records","links","would_link","would_ask","would_part","would_doubt","asked", and the lists}; a new
 * reference. */
json_t *replay_result(struct hub *, const struct replay *);
