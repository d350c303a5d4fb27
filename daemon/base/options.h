/*
 * options.h - tables that say what a mapping may hold: one row per key, read straight into a struct.
 * From the same rows come checking, "did you mean", defaults, `config show` and the documentation.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/yaml.h"

/* Where a secret comes from; never the secret itself. */
struct secret_ref {
	enum { SECRET_NONE, SECRET_CREDENTIAL, SECRET_FILE } source;
	const char *name; /* credential: $CREDENTIALS_DIRECTORY/name; file: a path, refused if group- or world-readable */
};

enum option_type {
	OPTION_TEXT,     /* const char * */
	OPTION_BOOL,     /* bool: true/false, yes/no, on/off */
	OPTION_INT,      /* int64_t within min..max */
	OPTION_SPAN,     /* uint64_t milliseconds within min..max */
	OPTION_SIZE,     /* uint64_t bytes: 64K, 10M, 1G */
	OPTION_PERCENT,  /* double, 0..100, "20%" or 20 */
	OPTION_ENUM,     /* int: index into words */
	OPTION_LIST,     /* struct option_list: a sequence of scalars, or one scalar */
	OPTION_SECRET,   /* struct secret_ref: { credential: x } or { file: x } */
	OPTION_NODE,     /* const struct yaml *: the reader's caller goes on from there */
};

struct option_list {
	const char **item;
	size_t n;
};

struct option {
	const char *key;
	enum option_type type;
	size_t offset;
	const char *fallback;      /* as it would be written; NULL: zero */
	const char *help;          /* one sentence, shown in the sample and in the manual */
	const char *const *words;  /* OPTION_ENUM: NULL-terminated */
	int64_t min, max;          /* both 0: any */
	bool required;
	bool fixed;                /* a reload cannot change it */
};

/* Reads mapping by the table (ended by a row without key) into out; mapping NULL gives the defaults. Every fault
 * becomes a diagnosis; true if there was none. Texts point into the arena or the yaml tree. */
bool options_read(struct arena *, const struct option *table, const struct yaml *mapping, void *out, struct diags *);

/* One value as it would be written in the file; secrets show only their source. */
void option_print(struct buf *, const struct option *, const void *in);
