/*
 * normalise_parts.h - what the normalise*.c files share; nobody else includes it.
 *
 * A part gets text that clean_text() has made and gives the canonical form of its kind, "" for what says nothing,
 * or, with *valid = false, the text as it came.
 */
#pragma once
#include "core/normalise.h"

/* One line: NFC, every control character or Unicode blank a blank, runs of them one, none at the ends; invisible
 * separators (U+200B, U+2060, U+FEFF) are taken out. NULL and ERR_ITEM if it is over VALUE_MAX or not UTF-8. */
const char *clean_text(struct arena *, const char *text, struct err *);

/* A character that is a letter or digit of any script. */
bool codepoint_is_word(int32_t);
/* fold_text() into out, which holds size bytes; false if it does not fit. */
bool fold_into(const char *text, char *out, size_t size);

/* The two or three texts one after the other; c may be NULL. printf costs ten times as much. */
const char *text_concat(struct arena *, const char *a, size_t a_len, const char *b, const char *c);

/* Placeholders such as "-", "/" or "." hold no letter and no digit. */
bool text_says_nothing(const char *);

/* The row of a sorted table whose first member is a string, or NULL. */
#define LOOKUP(table, key) \
	bsearch(&(key), (table), sizeof(table) / sizeof(table)[0], sizeof(table)[0], compare_first)
int compare_first(const void *key, const void *row);

const char *normalise_enterprise(struct arena *, const char *, bool *valid);
const char *normalise_establishment(struct arena *, const char *, bool *valid);
const char *normalise_code(struct arena *, const char *, bool *valid);
const char *normalise_nace(struct arena *, const char *, bool *valid);
const char *normalise_bool(struct arena *, const char *, bool *valid);
const char *normalise_date(struct arena *, const char *, bool *valid);
const char *normalise_time(struct arena *, const char *, bool *valid);
const char *normalise_language(struct arena *, const char *, bool *valid);
const char *normalise_country(struct arena *, const char *, bool *valid);
const char *normalise_postal(struct arena *, const char *, bool *valid);
const char *normalise_province(struct arena *, const char *, bool *valid);
const char *normalise_email(struct arena *, const char *, bool *valid);
const char *normalise_phone(struct arena *, const char *, bool *valid);
const char *normalise_url(struct arena *, const char *, bool *valid);
