/* corpus_parts.h - what the corpus*.c files share; nobody else includes it. */
#pragma once
#include "support/corpus.h"
#include "support/corpus_words.h"

/* Chance that is a function of a seed. */
struct dice {
	uint64_t state;
};

struct dice dice_of(uint64_t seed, const char *what, uint64_t id);
uint64_t dice_roll(struct dice *);
uint64_t dice_below(struct dice *, uint64_t n);
bool dice_chance(struct dice *, unsigned per_mille);
/* Early words more often than late ones, as surnames are. */
const char *dice_common(struct dice *, const struct corpus_list *);
const char *dice_word(struct dice *, const struct corpus_list *);
const struct corpus_word *dice_words(struct dice *, const struct corpus_words *);
const char *word_in(const struct corpus_word *, unsigned language);

/* An address's street in that language. */
const char *street_name(struct arena *, unsigned street, unsigned language);

struct legal_form {
	unsigned weight;
	const char *code;
	const char *label[3], *dotted[3];
	unsigned successor; /* itself: it is of today */
	const char *full[2];
};
extern const struct legal_form legal_forms[];
extern const unsigned legal_form_count;

/* corpus_names.c: name, other, stem, acronym and trading name of a company whose manager, form and address are set.
 * both: it has a name in two languages. */
void corpus_name(struct dice *, struct arena *, struct corpus_company *, bool both);
const char *coined(struct dice *, struct arena *);

/* corpus_typo.c: errors of typing; each returns another text than it was given, if there is a letter or digit to spoil.
 */
const char *typo_in_words(struct dice *, struct arena *, const char *text);
const char *typo_in_digits(struct dice *, struct arena *, const char *text);
const char *plain_capitals(struct arena *, const char *text);
