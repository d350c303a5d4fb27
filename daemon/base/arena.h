/*
 * arena.h - memory that is freed all at once: one arena per page or per op.
 * Nothing in it is ever freed singly. Out of memory aborts. Not thread-safe:
 * an arena belongs to whoever works on its page at the moment.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

#include "base/own.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *);
AUTO_DEFINE(struct arena, arena_free)

/* Forgets everything in it, keeps the first block for the next page. */
void arena_reset(struct arena *);

/* Zeroed, aligned for any type. */
__attribute__((returns_nonnull)) void *arena_alloc(struct arena *, size_t size);
void *arena_copy(struct arena *, const void *, size_t size);
char *arena_strdup(struct arena *, const char *); /* NULL gives NULL */
char *arena_strndup(struct arena *, const char *, size_t n);
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *, const char *fmt, ...);

/* Takes over a malloc'ed block, to be freed with the rest: hands on a large buffer without copying. NULL is fine. */
void arena_adopt(struct arena *, void *);

size_t arena_used(const struct arena *); /* bytes handed out since the last reset */

#define arena_new_of(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, n) ((type *)arena_alloc((arena), (n) * sizeof(type)))
