/* buf.h - a growing string, always NUL-terminated once anything was added. Out of memory aborts. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* NULL while empty */
	size_t len, cap;
};

void buf_fini(struct buf *); /* leaves it empty and usable */
void buf_clear(struct buf *); /* keeps the memory */
void buf_add(struct buf *, const void *, size_t n);
void buf_adds(struct buf *, const char *);
void buf_addc(struct buf *, char);
void buf_add_int(struct buf *, int64_t); /* in decimal */
__attribute__((format(printf, 2, 3))) void buf_addf(struct buf *, const char *fmt, ...);
void buf_add_json(struct buf *, const char *utf8); /* as a quoted JSON string */
char *buf_steal(struct buf *); /* malloc'ed, "" if empty; leaves it empty */

#define BUF_AUTO __attribute__((cleanup(buf_fini)))
