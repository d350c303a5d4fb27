/*
 * world.h - the store and the hub's lane as the daemon runs them, in this process: pages go in, entities come out.
 *
 * Four partners that may read everything and are given nothing, so that what is measured is matching and storing. Any
 * failure ends the program with its text.
 */
#pragma once
#include "engine/hub.h"
#include "support/corpus.h"

#define WORLD_PAGE 500

struct world {
	struct arena *arena;
	char dir[256];
	struct match_model *model; /* NULL: the built-in one */
	struct config config;
	struct partner_config partner_config[CORPUS_PARTNERS], *list[CORPUS_PARTNERS];
	struct hub_partner partner[CORPUS_PARTNERS];
	struct hub hub;
	struct tally tally;
};

/* A store of its own in a new folder below `under`, gone with world_fini(). model: a file, or NULL. */
void world_init(struct world *, const char *under, const char *model);
void world_fini(struct world *);

/* One page of a partner, committed. */
void world_page(struct world *, unsigned partner, struct arena *, const struct item *, size_t n);
/* The entity that the partner's record belongs to now, and the record's shadow. */
int64_t world_entity(
	struct world *, struct arena *, unsigned partner, enum record_type, const char *key, int64_t *shadow);

void die(const struct err *) __attribute__((noreturn));
