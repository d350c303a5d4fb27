/*
 * quality.h - records that went through the hub, against the truth: scores, what made different ones one, what kept one
 * apart.
 */
#pragma once
#include "bench/match/match.h"
#include "bench/match/world.h"
#include "support/score.h"

#define QUALITY_QUIRKS_MAX 64

struct quality_seen {
	uint64_t quirks;
	int64_t shadow;
	uint64_t company; /* where the generator has the record: the company, and which of its records */
	size_t copy;
};

struct quality;

/* What kind of records they are. */
struct quality_kind {
	enum record_type type;
	const char *one, *many; /* "company", "companies" */
	const char *const *quirk_help, *const *relation_help;
	unsigned quirks, relations;
	const char *(*key)(const struct quality *, struct arena *, size_t i); /* at its partner */
	const struct record *(*record)(const struct quality *, struct arena *, size_t i);
	unsigned (*relation)(const struct quality *, struct arena *, size_t a, size_t b);
};

struct quality {
	const struct quality_kind *kind;
	const struct options *options;
	const struct corpus *corpus;
	struct world *world;
	struct score_item *item;
	struct quality_seen *seen;
	size_t n, cap;
	struct score_question *question;
	size_t questions;
	double seconds; /* spent on reading and reconciling */
};

void quality_fini(struct quality *);
void quality_add(struct quality *, uint64_t truth, unsigned partner, const struct quality_seen *);
/* Once all are there: where they ended, tables, and whether what the options ask for was reached. */
bool quality_report(struct quality *);
