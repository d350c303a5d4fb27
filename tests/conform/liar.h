/*
 * liar.h - an adapter around partners in memory (support/mem.h) that breaks one promise at a time.
 *
 * Honest, it is a partner with an access key, a longest text, and times in whole seconds if asked for. A lie is a row
 * of hooks: what it does to requests before they are passed on, and to answers before they are told.
 */
#pragma once
#include "support/mem.h"

struct liar;

struct lie {
	const char *name;              /* what this endpoint does */
	const char *check;             /* the trial that must catch it */
	unsigned without, with;        /* ADAPTER_CAN_*: taken off and put on what is declared */
	void (*pull)(struct liar *, struct pull *);            /* before it is passed on */
	void (*pulled)(struct liar *, struct pull *);          /* after */
	void (*get)(struct liar *, struct get *);
	void (*got)(struct liar *, struct get *);
	void (*push)(struct liar *, struct push *);
	void (*pushed)(struct liar *, struct push *);
	const char *(*image)(struct arena *, unsigned field, const char *value);
	bool open_to_all;              /* takes any key */
};

extern const struct lie lies[];        /* ended by a row without name */
extern const struct adapter liar_adapter;

#define LIAR_KEY "right"               /* what its secret must be */
#define LIAR_TEXT_MAX 150

/* What the next remotes do. */
struct liar_plan {
	const struct lie *lie;         /* NULL: honest */
	bool whole_seconds;
	unsigned refusals;             /* so many requests are told to wait a second */
};
extern struct liar_plan liar_plan;

struct liar {
	struct remote remote, *inner;
	bool stranger;
	unsigned refused, pushes, pushes_before_page;
	int64_t high_ms, high_before_ms;
	unsigned tokens;
};
