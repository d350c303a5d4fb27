/*
 * yaml.h - a YAML file as a tree whose every node knows its file, line and column (libyaml underneath).
 *
 * Refused with a clear error: anchors, aliases, tags, several documents, duplicate keys, keys that are not
 * scalars, nesting over 32 levels, files over 1 MiB, bytes that are not UTF-8. Scalars stay text: the schema
 * that reads them decides their type, so a bare `no` is a country code where a country is wanted.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml {
	enum yaml_kind kind;
	const char *file;
	unsigned line, column;      /* from 1 */
	const char *path;           /* "partners[2].poll" */
	const char *key;            /* within its mapping, or NULL */
	unsigned key_line, key_column;   /* where that key stands */
	bool quoted;                /* scalar was quoted: `"null"` is text, bare `null` or nothing is no value */
	const char *text;           /* scalar */
	struct yaml **child;        /* sequence, mapping: in file order */
	size_t n;
};

/* All that is wrong with the files read, in order, to be shown at once. Counts beyond 100 are summed up. */
struct diags {
	struct arena *arena;
	const char **line; /* "file:line:column: path: what" */
	size_t n, cap;
	size_t more;       /* how many the last line sums up */
};

__attribute__((format(printf, 3, 4))) void diag_add(struct diags *, const struct yaml *where, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void diag_add_plain(struct diags *, const char *fmt, ...);

/* NULL, with a diagnosis, if the file cannot be read or is not acceptable YAML. An empty file is an empty mapping. */
struct yaml *yaml_load(struct arena *, const char *path, struct diags *);
struct yaml *yaml_parse(struct arena *, const char *name, const char *text, size_t n, struct diags *);

struct yaml *yaml_get(const struct yaml *mapping, const char *key); /* NULL if absent */
bool yaml_is_null(const struct yaml *);                             /* bare null, ~ or nothing */

/* The candidate nearest to word by edit distance, or NULL if none is near: for "did you mean". */
const char *nearest_word(const char *word, const char *const *candidates, size_t n);
