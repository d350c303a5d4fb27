/*
 * corpus_words.h - what names and addresses of the corpus are made of; only the corpus*.c files include it.
 *
 * Common words, trades, surnames and given names, and real municipalities with their postal codes and telephone zones
 * (public knowledge). No list of companies: names are composed, and a composed name that exists is chance.
 * Lists are ordered most frequent first where frequency matters; each ends with a NULL name.
 */
#pragma once
#include <stddef.h>

enum corpus_region { CORPUS_FLANDERS, CORPUS_BRUSSELS, CORPUS_WALLONIA, CORPUS_EAST, CORPUS_REGIONS };

/* The same in three languages; fr and de NULL: as in Dutch. */
struct corpus_word {
	const char *nl, *fr, *de;
};

struct corpus_place {
	const char *postal_code, *nl, *fr; /* fr NULL: the same */
	const char *zone;		   /* telephone, with its 0 */
};

struct corpus_list {
	const char *const *word;
	size_t n;
};

struct corpus_words {
	const struct corpus_word *word;
	size_t n;
};

struct corpus_places {
	const struct corpus_place *place;
	size_t n;
};

extern const struct corpus_places corpus_places[CORPUS_REGIONS];
extern const struct corpus_words corpus_streets, corpus_trades, corpus_institutions, corpus_themes;
extern const struct corpus_list corpus_surnames[3], corpus_given[3];			 /* nl, fr, de */
extern const struct corpus_list corpus_adjectives[2], corpus_fields[2], corpus_kinds[2]; /* nl, fr */
extern const struct corpus_list corpus_syllables, corpus_endings, corpus_activities, corpus_holdings, corpus_signs;
extern const struct corpus_list corpus_prefixes, corpus_jobs;
/* Pairs: what is abbreviated, and how. */
extern const struct corpus_words corpus_abbreviations;
