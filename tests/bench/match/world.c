#include "bench/match/world.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void die(const struct err *e)
{
	fprintf(stderr, "bench-match: %s\n", e->text);
	exit(1);
}

static void partner_init(struct world *w, int i)
{
	struct partner_config *c = w->list[i] = &w->partner_config[i];
	struct store_partner row;
	struct err e;

	c->id = corpus_partner[i];
	c->enabled = true;
	c->types = 1 << RECORD_ORGANIZATION | 1 << RECORD_CONTACT;
	c->onboarding = ONBOARDING_APPLY;
	memset(c->rank, 0xff, sizeof c->rank);
	for (int g = 0; g < GUARDS; g++)
		c->guard[g] = guard_default((enum guard)g);
	if (!store_partner(w->hub.store, w->arena, c->id, &row, &e))
		die(&e);
	w->partner[i] = (struct hub_partner){.id = row.id,
		.config = c,
		.types = c->types,
		.onboarded = true,
		.scanned = true,
		.caps = ADAPTER_CAN_GET};
	for (int t = 0; t < RECORD_TYPES; t++)
		w->partner[i].readable[t] = ~UINT64_C(0);
}

static struct match_model *read_model(const char *path)
{
	AUTO(json_drop) json_t *json = json_load_file(path, 0, NULL);
	AUTO(free) char *text = json ? json_dumps(json, 0) : NULL;
	struct match_model *model;
	struct err e;

	model = match_model_read(text ? text : "", text ? strlen(text) : 0, &e);
	if (!model)
		die(&e);
	return model;
}

void world_init(struct world *w, const char *under, const char *model)
{
	struct err e;

	*w = (struct world){.arena = arena_new(), .model = model ? read_model(model) : NULL};
	mkdir(under, 0777);
	snprintf(w->dir, sizeof w->dir, "%.200s/match-XXXXXX", under);
	if (!mkdtemp(w->dir)) {
		err_set(&e, ERR_BROKEN, "%s: a folder cannot be made there", under);
		die(&e);
	}
	w->config.partner = w->list;
	w->config.n = CORPUS_PARTNERS;
	w->hub = (struct hub){.config = &w->config,
		.partner = w->partner,
		.n = CORPUS_PARTNERS,
		.now_ms = 1000000000000,
		.random = 7};
	for (int t = 0; t < RECORD_TYPES; t++)
		for (unsigned f = 0; f < field_count((enum record_type)t); f++)
			w->config.policy[t][f] = field_at((enum record_type)t, f)->policy;
	w->hub.store = store_open(&(struct store_options){.path = arena_printf(w->arena, "%s/db", w->dir), .model = w->model}, &e);
	if (!w->hub.store || !store_begin(w->hub.store, &e))
		die(&e);
	for (int i = 0; i < CORPUS_PARTNERS; i++)
		partner_init(w, i);
	if (!store_commit(w->hub.store, &e))
		die(&e);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void world_fini(struct world *w)
{
	store_close(w->hub.store);
	match_model_free(w->model);
	nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(w->arena);
}

void world_page(struct world *w, unsigned partner, struct arena *arena, const struct item *item, size_t n)
{
	struct page page = {.partner = w->partner[partner].id,
		.type = item->type,
		.item = item,
		.n = n,
		.asked = store_seq(w->hub.store),
		.arena = arena};
	struct err e = {0};

	w->hub.now_ms += 1000;
	if (reconcile_page(&w->hub, &page, &e) && page.guarded)
		err_set(&e, ERR_BROKEN, "%s", page.why);
	if (e.kind != ERR_NONE || !store_checkpoint(w->hub.store, false, &e))
		die(&e);
	tally_add(&w->tally, &page.run);
}

int64_t world_entity(
	struct world *w, struct arena *arena, unsigned partner, enum record_type type, const char *key, int64_t *shadow)
{
	struct shadow *s;
	struct err e;

	if (!store_shadow_by_key(w->hub.store, arena, w->partner[partner].id, type, key, &s, &e))
		die(&e);
	if (!s) {
		err_set(&e, ERR_BROKEN, "%s %s was not kept", corpus_partner[partner], key);
		die(&e);
	}
	*shadow = s->id;
	return s->entity;
}
