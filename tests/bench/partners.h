/* partners.h - the benchmark's partners: companies that are generated as they are asked for, and what was changed. */
#pragma once
#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct company {
	uint32_t version; /* 0: as generated */
	json_t *patch;
};

struct partner {
	char name[48];
	size_t count, first; /* its companies are those from this one on */
	struct company *company;
	uint32_t *changed; /* sequence number - 1 -> index */
	uint64_t seq;
};

extern pthread_mutex_t partners_lock;    /* held around all below but partners_add() */
extern pthread_cond_t partners_changed;

/* At start only; partners_find() works once all are there. "name=count", or "name=count*times" for many that have no company in
 * common; false: malformed. */
bool partners_add(char *spec);
void partners_sort(void);
struct partner *partners_find(const char *name, size_t len); /* or NULL */

void partners_print(struct buf *, const struct partner *, size_t index);
/* Takes the patch; the version becomes part of it. */
void partners_change(struct partner *, size_t index, json_t *patch);

/* drive.c: makes changes at one partner and answers on fd, which it takes, with how long each took. */
struct drive {
	struct partner *from, *to;
	size_t changes;
	unsigned short port;
	char path[128];
	int fd;
};
void drive_start(const struct drive *);
