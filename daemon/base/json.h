/*
 * json.h - what jansson leaves to its users: bounded parsing, JSON Pointer (RFC 6901), merge-patch (RFC 7396).
 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/own.h"

static inline void json_drop(json_t *j)
{
	json_decref(j);
}
AUTO_DEFINE(json_t, json_drop)

/* A new reference; NULL and ERR_BROKEN ("not JSON at byte N: ...") on failure. Rejects duplicate keys, trailing
 * bytes, NULs in strings, nesting over 64 levels; the caller has bounded n. Bare scalars are accepted. */
json_t *json_parse(const char *text, size_t n, struct err *);

/* Borrowed; NULL if the path is not there. "" is the whole document. */
json_t *json_at(json_t *doc, const char *pointer);
/* Sets a value, making objects (and arrays for numeric steps and "-") on the way; steals value. False if a step is
 * in the way: a scalar, or an index beyond the end. "" cannot be set. */
bool json_put(json_t *doc, const char *pointer, json_t *value);
/* Well-formed pointer: "" or a leading '/', with ~0 and ~1 escapes only. */
bool json_pointer_valid(const char *pointer);

/* RFC 7396 on two objects: target is changed in place; a null in the patch removes the key. */
void json_merge(json_t *target, json_t *patch);

/* The object that is that member, borrowed; made empty if there is none. */
json_t *json_child(json_t *object, const char *name);
/* Leaves the first so many of an array. Whether there were more. */
bool json_cut(json_t *array, size_t most);
/* The same members in the order of their names: a new reference; steals the object. */
json_t *json_sorted(json_t *object);

/* Canonical text: sorted keys, no blanks; malloc'ed. */
char *json_canonical(const json_t *);
