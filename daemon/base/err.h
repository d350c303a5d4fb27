/* err.h - what went wrong, sorted by what the caller must do about it. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

/* One kind per reaction, never per cause; the cause is in the text. */
#define ERR_KINDS(X)                                                              \
	X(NONE, "none", "nothing is wrong")                                       \
	X(ITEM, "item", "this record is unusable: park it, go on")                \
	X(CONFLICT, "conflict", "the partner's record moved on: read it, plan again") \
	X(GONE, "gone", "the partner no longer has this record: read it to be sure") \
	X(AGAIN, "again", "passing fault: retry after wait_ms")                   \
	X(DENIED, "denied", "credentials refused: stop this partner, tell a human") \
	X(BROKEN, "broken", "partner or configuration makes no sense: stop, tell a human") \
	X(CANCELED, "canceled", "given up on purpose: say nothing")

enum err_kind {
#define X(kind, name, reaction) ERR_##kind,
	ERR_KINDS(X)
#undef X
};

struct err {
	enum err_kind kind;
	uint32_t wait_ms; /* ERR_AGAIN only: not before; 0 = the caller's own backoff */
	char field[48];   /* record field or JSON Pointer at fault, or "" */
	char text[236];   /* ids and field names only: names no person, quotes no value; cut between characters where too long */
};

/* Always false, so that a failing function can `return err_set(...)`. Clears wait_ms and field. */
__attribute__((format(printf, 3, 4))) bool err_set(struct err *, enum err_kind, const char *fmt, ...);

/* Puts "prefix: " before the text, to say where it happened; false. */
__attribute__((format(printf, 2, 3))) bool err_prefix(struct err *, const char *fmt, ...);

const char *err_kind_name(enum err_kind);
