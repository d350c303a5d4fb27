/* world.h - the lane's side of synchronising, on a real store: partners a, b and c, every transaction called by hand. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/hub.h"

#define NAME ORGANIZATION_LEGAL_NAME
#define KBO ORGANIZATION_ENTERPRISE_NUMBER
#define MAILS ORGANIZATION_EMAILS
#define PARTNERS 3

struct world {
	struct arena *arena;
	char dir[64];
	struct config config;
	struct partner_config partner_config[PARTNERS], *list[PARTNERS];
	struct hub_partner partner[PARTNERS];
	struct hub hub;
	struct tally tally;
	struct page page;
};

static inline void open_store(struct world *w)
{
	struct err e;

	w->hub.store = store_open(&(struct store_options){ .path = arena_printf(w->arena, "%s/db", w->dir) }, &e);
	assert_non_null(w->hub.store);
}

static inline int set_up(void **state)
{
	static const char *const ids[] = { "a", "b", "c" };
	struct world *w = test_calloc(1, sizeof *w);
	struct err e;

	w->arena = arena_new();
	snprintf(w->dir, sizeof w->dir, "hub-test-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->config.partner = w->list;
	w->config.n = PARTNERS;
	w->hub = (struct hub){ .config = &w->config, .partner = w->partner, .n = PARTNERS, .now_ms = 1000000000000, .random = 7 };
	open_store(w);
	for (int t = 0; t < RECORD_TYPES; t++)
		for (unsigned f = 0; f < field_count((enum record_type)t); f++)
			w->config.policy[t][f] = field_at((enum record_type)t, f)->policy;
	assert_true(store_begin(w->hub.store, &e));
	for (int i = 0; i < PARTNERS; i++) {
		struct partner_config *c = w->list[i] = &w->partner_config[i];
		struct store_partner row;

		c->id = ids[i];
		c->enabled = true;
		c->types = 15;
		c->stale_ms = 1000;
		c->onboarding = ONBOARDING_APPLY;
		memset(c->rank, 0xff, sizeof c->rank);
		for (int g = 0; g < GUARDS; g++)
			c->guard[g] = guard_default((enum guard)g);
		for (int t = 0; t < RECORD_TYPES; t++)
			c->share[t] = (struct share){ .scopes = SCOPE_LINKED | SCOPE_REFERRED, .fields = ~UINT64_C(0) };
		/* Derived from the legal name: another matter than what is tried here. */
		c->share[RECORD_ORGANIZATION].fields = ~FIELD_BIT(ORGANIZATION_PREFERRED_NAME);
		assert_true(store_partner(w->hub.store, w->arena, ids[i], &row, &e));
		row.onboarded = true;
		assert_true(store_partner_save(w->hub.store, &row, &e));
		w->partner[i] = (struct hub_partner){
			.id = row.id, .config = c, .types = 15, .onboarded = true, .scanned = true,
			.caps = ADAPTER_CAN_GET | ADAPTER_CAN_CREATE | ADAPTER_CAN_UPDATE | ADAPTER_CAN_DELETE |
				ADAPTER_CAN_CONDITIONAL | ADAPTER_CAN_FIND,
		};
		for (int t = 0; t < RECORD_TYPES; t++)
			w->partner[i].readable[t] = w->partner[i].writable[t] = ~UINT64_C(0);
	}
	assert_true(store_commit(w->hub.store, &e));
	*state = w;
	return 0;
}

static inline int tear_down(void **state)
{
	struct world *w = *state;
	char command[100];

	store_close(w->hub.store);
	snprintf(command, sizeof command, "rm -rf %s", w->dir);
	assert_int_equal(system(command), 0);
	arena_free(w->arena);
	test_free(w);
	return 0;
}

/* --- a small language ------------------------------------------------------------------------------------------------ */

static inline struct record *organization(struct world *w, const char *name, const char *kbo, const char *mails)
{
	struct record *r = record_new(w->arena, RECORD_ORGANIZATION);

	r->v[NAME] = name;
	r->v[KBO] = kbo;
	r->v[MAILS] = mails;
	return r;
}

static inline struct item item_of(const char *key, struct record *r, const char *version)
{
	return (struct item){ .type = r->type, .state = ITEM_LIVE, .key = key, .version = version, .record = r };
}

static inline void merge_items(struct world *w, int p, struct item *item, size_t n, bool fresh)
{
	struct err e;

	w->hub.now_ms += 5000;
	w->page = (struct page){
		.partner = w->partner[p].id, .type = item->type, .item = item, .n = n, .asked = store_seq(w->hub.store),
		.fresh = fresh, .arena = w->arena,
	};
	assert_true(reconcile_page(&w->hub, &w->page, &e));
	tally_add(&w->tally, &w->page.run);
}

static inline void see(struct world *w, int p, const char *key, struct record *r, const char *version)
{
	struct item item = item_of(key, r, version);

	merge_items(w, p, &item, 1, false);
}

static inline void lose(struct world *w, int p, enum record_type type, const char *key)
{
	struct item item = { .type = type, .state = ITEM_GONE, .key = key };

	merge_items(w, p, &item, 1, false);
}

static inline struct shadow *shadow_at(struct world *w, int p, enum record_type type, const char *key)
{
	struct shadow *s;
	struct err e;

	assert_true(store_shadow_by_key(w->hub.store, w->arena, w->partner[p].id, type, key, &s, &e));
	return s;
}

static inline struct entity *entity_at(struct world *w, int p, enum record_type type, const char *key)
{
	struct shadow *s = shadow_at(w, p, type, key);
	struct entity *en;
	struct err e;

	assert_non_null(s);
	assert_true(store_entity(w->hub.store, w->arena, s->entity, &en, &e));
	assert_non_null(en);
	return en;
}

static inline struct outbox *row_for(struct world *w, int p, int64_t entity)
{
	struct outbox *row;
	struct err e;

	assert_true(store_outbox(w->hub.store, w->arena, w->partner[p].id, entity, &row, &e));
	return row;
}

/* --- pushes --------------------------------------------------------------------------------------------------------- */

static inline struct release release_to(struct world *w, int p)
{
	struct release r = { .partner = w->partner[p].id };
	struct err e;

	assert_true(release_begin(&w->hub, &e));
	assert_true(release_plan(&w->hub, &r, &e));
	return r;
}

/* When it is due. */
static inline struct claim claim(struct world *w, int64_t row)
{
	struct claim c = { .row = row, .arena = w->arena };
	struct outbox *due;
	struct err e;

	w->hub.now_ms += 1000;
	assert_true(store_outbox_by_id(w->hub.store, w->arena, row, &due, &e));
	c.partner = due ? due->partner : 0;
	if (due && due->not_before > w->hub.now_ms)
		w->hub.now_ms = due->not_before;
	assert_true(send_claim(&w->hub, &c, &e));
	return c;
}

static inline void settle(struct world *w, struct claim *c)
{
	struct err e;

	assert_true(send_settle(&w->hub, c, &w->tally, &e));
}

/* Claims the row of that entity, which is sent; no answer has come yet. */
static inline struct claim send_to(struct world *w, int p, int64_t entity)
{
	struct claim c;

	release_to(w, p);
	c = claim(w, row_for(w, p, entity)->id);
	assert_int_equal(c.kind, CLAIM_PUSH);
	c.push.sent = true;
	return c;
}

/* Claims the row for that entity, expects a push, and lets the partner acknowledge it with an answer. */
static inline struct claim push_through(struct world *w, int p, int64_t entity, const char *new_key, struct record *answer)
{
	struct outbox *row;
	struct claim c;
	struct item item;

	release_to(w, p);
	row = row_for(w, p, entity);
	assert_non_null(row);
	c = claim(w, row->id);
	assert_int_equal(c.kind, CLAIM_PUSH);
	c.push.out_key = new_key ? new_key : c.push.key;
	c.push.out_version = "v9";
	c.push.sent = true;
	if (answer) {
		item = item_of(c.push.out_key, answer, "v9");
		c.push.answer = &item;
	}
	settle(w, &c);
	return c;
}

/* A page of the second partner that was asked for then, and comes only now. */
static inline void read_late(struct world *w, int64_t asked, struct item item)
{
	struct err e;

	w->page = (struct page){
		.partner = w->partner[1].id, .type = RECORD_ORGANIZATION, .item = &item, .n = 1, .asked = asked, .arena = w->arena,
	};
	assert_true(reconcile_page(&w->hub, &w->page, &e));
}
