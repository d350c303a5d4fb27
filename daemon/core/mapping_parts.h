/* mapping_parts.h - what the mapping*.c files share; nobody else includes it. */
#pragma once
#include "core/codec.h"
#include "core/mapping.h"

struct step {
	const char *key;
	size_t len;
	long index;     /* of an array element; -1: not a number */
};

struct path {
	const char *text;
	struct step *step;
	size_t n;
};

/* A JSON scalar, made anew whenever one is needed: jansson values are not shared between threads. */
struct literal {
	enum { LITERAL_NULL, LITERAL_MISSING, LITERAL_BOOL, LITERAL_NUMBER, LITERAL_STRING } type;
	const char *text;
};

/* A member that an element of an array must have: any of the values on reading, the first on writing. */
struct with {
	struct path path;
	struct literal *value;
	size_t n;
};

#define CODECS_MAX 6

struct row {
	unsigned index;
	const struct field *field;
	const struct yaml *where;
	struct path *at;
	size_t ats;
	const struct path *each;    /* NULL: at is the value itself */
	struct with *with;
	size_t withs;
	const char *separator;      /* split: between the elements of one text */
	struct codec_use use[CODECS_MAX];
	size_t uses;
	enum codec_json json;
	enum address_part part;
	bool write, empty_is_value;
	const struct path *writeto; /* NULL: at */
	bool absent_is_empty;
	struct literal empty;
	unsigned loss, row_loss;    /* with that of the codecs; what the row itself declares */
	size_t loss_most;
	bool canonical, identity;   /* the codecs' text needs no normalise(); image is the value */
	const char *constant;
};

struct mapping {
	enum record_type type;
	struct row *row;
	size_t n;
	const struct row *of[RECORD_FIELDS_MAX];
	uint64_t readable, writable, hash;
};

#define WORDS_IN_PATH 16

bool path_compile(struct arena *, const char *text, struct path *);
/* Borrowed; NULL if it is not there, and then *stopped is the null or scalar on the way, or NULL if there was none. */
json_t *path_find(const struct path *, json_t *doc, json_t **stopped);
/* Takes the member at the path out; nothing if it is not there. */
void path_remove(const struct path *, json_t *doc);

bool literal_of(const struct yaml *, struct literal *);
bool literal_is(const struct literal *, const json_t *);
json_t *literal_json(const struct literal *);   /* NULL for missing */

/* A string, number or boolean as text; NULL for other types and for a string that holds a NUL. */
const char *scalar_text(struct arena *, const json_t *);
/* The reverse; NULL if the text does not spell a value of that type. */
json_t *scalar_json(enum codec_json, const char *text);
bool scalar_fits(enum codec_json, const char *text);

/* A value that says "none": null always, and what the row declares, unless a word of its codec is spelt like that. */
bool row_says_none(const struct row *, const json_t *);
bool with_matches(const struct row *, json_t *element);

/* One text of the partner's to a canonical element, and back to the text that is written; "" for none. */
const char *row_in(const struct row *, struct arena *, const char *raw, struct err *);
const char *row_out(const struct row *, struct arena *, const char *value, struct err *);

bool mapping_fail(struct err *, const struct row *);   /* puts the field into e; false */
/* mapping_out() where everything is written to where it is read: for checking laws. */
bool mapping_out_at(const struct mapping *, const struct record *, uint64_t fields, json_t *body, struct err *);
