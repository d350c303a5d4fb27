/*
 * similar.h - how alike two folded texts are. Nothing is allocated; SIMILAR_MAX code points of each text count.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define SIMILAR_MAX 64

/* A folded text as code points. */
struct similar_text {
	int32_t point[SIMILAR_MAX];
	size_t n;
};

void similar_decode(const char *text, size_t bytes, struct similar_text *out);

/* Jaro-Winkler similarity, 0..1 (Winkler 1990): up to four equal code points in front raise the score. */
double similar_jaro_winkler(const struct similar_text *, const struct similar_text *);
/* Letters to insert, drop, change or exchange with their neighbour to make one of the other; more than max: max + 1. */
unsigned similar_edits(const struct similar_text *, const struct similar_text *, unsigned max);

#define SIMILAR_SOUND_MAX 8
/* What a word sounds like to somebody who writes it down in Dutch, French, German or English: its consonants by class,
 * at most SIMILAR_SOUND_MAX of them; returns how many. Words that sound alike give the same bytes. */
size_t similar_sound(const char *text, size_t bytes, char out[SIMILAR_SOUND_MAX]);
