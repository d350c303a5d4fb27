/*
 * learn.h - a model learned from a store's records without labels, and what a model expects of them.
 *
 * Carried out by whoever asks, in one go, on a store opened for reading: for the command line, beside the daemon or without one.
 * A page at a time is one read transaction, so that nobody's checkpoints wait.
 */
#pragma once
#include "store/store.h"

struct learning {
	const char *name;              /* the version begins with it; what is learned ends it */
	const char *made;              /* a date, for people */
	uint64_t seed;
	double wrong_max, ask_max;     /* as in match_train.h */
};

/* The model file's text, malloc'ed; NULL if it could not be done. *told: {"version","types":[{"type","records","pairs","same",
 * "link","review","kept"}]}; kept: why the store's present model stays for that type, or null. */
char *learn_model(struct store *, const struct learning *, json_t **told, struct err *);

/*
 * {"model","types":[{"type","records","pairs","link","review","thresholds":[{"at","linked","precision","recall","asked",
 * "one","two"}]}]}: linked from that score on, expected precision and recall of these, questions were people asked from there on
 * (and linked from `link` on), and how many pairs from there on people decided to be one, or two.
 */
json_t *learn_report(struct store *, const struct match_model *, struct err *);
