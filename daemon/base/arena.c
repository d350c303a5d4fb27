#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#define RED_ZONE ARENA_ALIGN
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#define RED_ZONE 0u
#endif

#define ARENA_ALIGN _Alignof(max_align_t)
#define BLOCK_FIRST ((size_t)4096)
#define BLOCK_MOST ((size_t)1 << 20)
/* Blocks for small things that a reset keeps: giving them back costs a page fault for each page of the next filling. */
#define SPARES_MOST 4

struct block {
	struct block *next;
	size_t cap, len;
	_Alignas(max_align_t) char data[];
};

/* A malloc'ed block taken over from elsewhere. */
struct adopted {
	struct adopted *next;
	void *p;
};

struct arena {
	struct block *head; /* the one that is being filled; the first block is the last of the list */
	struct block *spare; /* empty, of BLOCK_MOST bytes each */
	size_t nspare;
	struct adopted *adopted;
	size_t used;
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static struct block *block_new(size_t cap)
{
	struct block *b = must(malloc(sizeof *b + cap));

	*b = (struct block){.cap = cap};
	POISON(b->data, cap);
	return b;
}

static void block_free(struct block *b)
{
	UNPOISON(b->data, b->cap);
	free(b);
}

struct arena *arena_new(void)
{
	struct arena *a = must(calloc(1, sizeof *a));

	a->head = block_new(BLOCK_FIRST);
	return a;
}

static void put_by(struct arena *a, struct block *b)
{
	if (b->cap != BLOCK_MOST || a->nspare == SPARES_MOST) {
		block_free(b);
		return;
	}
	POISON(b->data, b->cap);
	b->len = 0;
	b->next = a->spare;
	a->spare = b;
	a->nspare++;
}

void arena_reset(struct arena *a)
{
	for (struct adopted *d = a->adopted; d; d = d->next)
		free(d->p);
	a->adopted = NULL;
	while (a->head->next) {
		struct block *b = a->head;

		a->head = b->next;
		put_by(a, b);
	}
	a->head->len = 0;
	POISON(a->head->data, a->head->cap);
	a->used = 0;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	while (a->spare) {
		struct block *b = a->spare;

		a->spare = b->next;
		block_free(b);
	}
	block_free(a->head);
	free(a);
}

static struct block *block_of(struct arena *a, size_t cap)
{
	struct block *b = a->spare;

	if (cap != BLOCK_MOST || !b)
		return block_new(cap);
	a->spare = b->next;
	a->nspare--;
	return b;
}

static void *take(struct arena *a, size_t size)
{
	struct block *b = a->head;
	size_t step;
	char *p;

	if (size > SIZE_MAX / 4)
		abort();
	step = (size + RED_ZONE + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
	if (step > b->cap - b->len) {
		size_t cap = b->cap < BLOCK_MOST ? b->cap * 2 : BLOCK_MOST;
		struct block *fresh = block_of(a, step > cap / 2 ? step : cap);

		/* A big one gets a block of its own, behind the one in use, which still has room for small ones. */
		if (step > cap / 2 && b->next) {
			fresh->next = b->next;
			b->next = fresh;
		} else {
			fresh->next = b;
			a->head = fresh;
		}
		b = fresh;
	}
	p = b->data + b->len;
	b->len += step;
	a->used += size;
	UNPOISON(p, size);
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *arena_copy(struct arena *a, const void *from, size_t size)
{
	void *p = take(a, size);

	return size ? memcpy(p, from, size) : p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = take(a, len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_copy(a, s, strlen(s) + 1) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	p = take(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

void arena_adopt(struct arena *a, void *p)
{
	struct adopted *d;

	if (!p)
		return;
	d = arena_alloc(a, sizeof *d);
	d->p = p;
	d->next = a->adopted;
	a->adopted = d;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
