/*
 * admin.c - somebody who looks in every ten minutes, answers what waits for a person, and knows the truth.
 */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sql.h"

enum { ROUND_MS = 10 * 60000 };

struct round {
	struct work work;
	struct world *w;
	struct hub *hub;
	struct arena *arena;
	int64_t now_ms;
	bool did;
};

/* --- the store, asked -------------------------------------------------------------------------------------------- */

static sqlite3_stmt *ask(struct hub *hub, const char *sql)
{
	sqlite3_stmt *q = NULL;

	/* Where there is no memory, there is nothing to be seen this time. */
	sqlite3_prepare_v2(hub->store->db, sql, -1, &q, NULL);
	return q;
}

static struct rec *rec_of(struct world *w, struct hub *hub, const struct shadow *s)
{
	const struct hub_partner *p = hub_partner(hub, s->partner);

	for (unsigned i = 0; p && i < SIM_PARTNERS; i++)
		if (!strcmp(w->place[i].is->name, p->config->id))
			return place_at(&w->place[i], s->type, s->key);
	return NULL;
}

/* --- questions --------------------------------------------------------------------------------------------------- */

enum { RECS_MAX = 64 };
struct pair {
	struct rec *a[RECS_MAX], *b[RECS_MAX];
	size_t na, nb;
};

/* With those that are gone by now. */
static size_t recs_of(struct round *r, int64_t entity, struct rec *out[RECS_MAX])
{
	struct shadow **shadow;
	struct err e;
	size_t n, count = 0;

	if (!store_shadows_of(r->hub->store, r->arena, entity, &shadow, &n, &e))
		return 0;
	for (size_t i = 0; i < n && count < RECS_MAX; i++) {
		struct rec *rec = rec_of(r->w, r->hub, shadow[i]);

		if (rec)
			out[count++] = rec;
	}
	return count;
}

/* At every partner that has both, its people make one of them. */
static bool tidy(struct round *r, int64_t entity, int64_t other)
{
	struct pair p;
	bool did = false;

	p.na = recs_of(r, entity, p.a);
	p.nb = recs_of(r, other, p.b);
	for (size_t i = 0; i < p.na; i++)
		for (size_t k = 0; k < p.nb; k++)
			if (p.a[i] != p.b[k] && p.a[i]->place == p.b[k]->place && rec_now(p.a[i])->standing == STANDS &&
				rec_now(p.b[k])->standing == STANDS) {
				people_tidy(r->w, p.b[k], p.a[i]);
				did = true;
			}
	return did;
}

static bool same_thing(struct round *r, int64_t entity, int64_t other)
{
	struct pair p;

	p.na = recs_of(r, entity, p.a);
	p.nb = recs_of(r, other, p.b);
	for (size_t i = 0; i < p.na; i++)
		for (size_t k = 0; k < p.nb; k++)
			if (world_root(r->w, p.a[i]->thing) == world_root(r->w, p.b[k]->thing))
				return true;
	return false;
}

static void answer(struct round *r, int64_t id, const char *kind, int64_t entity, int64_t other)
{
	const bool accept = other && (!strcmp(kind, "merge") || same_thing(r, entity, other));
	struct tally tally = {0};
	struct err e = {0};
	bool ok;

	if (accept && tidy(r, entity, other))
		return; /* the hub has to see that first */
	ok = store_begin(r->hub->store, &e) &&
		store_end(r->hub->store, review_settle(r->hub, r->arena, id, accept, "admin", &tally, &e), &e);
	world_tell(r->w, "admin: review %lld %s %s%s", (long long)id, kind, accept ? "accepted" : "rejected", ok ? "" : " (not now)");
	if (!ok)
		return;
	r->did = true;
	r->w->out->deeds[accept ? DEED_ACCEPTED : DEED_REJECTED]++;
}

static void review_all(struct round *r)
{
	sqlite3_stmt *q = ask(r->hub, "SELECT id, kind, entity, other FROM review WHERE state = 'open' AND kind IN ('match', 'merge', 'duplicate', 'apart') "
				   "ORDER BY id");
	struct question {
		int64_t id, entity, other;
		char kind[16];
	} list[32];
	size_t n = 0;

	for (; q && n < 32 && sqlite3_step(q) == SQLITE_ROW; n++) {
		list[n] = (struct question){.id = sqlite3_column_int64(q, 0),
			.entity = sqlite3_column_int64(q, 2),
			.other = sqlite3_column_int64(q, 3)};
		snprintf(list[n].kind, sizeof list[n].kind, "%s", (const char *)sqlite3_column_text(q, 1));
	}
	sqlite3_finalize(q);
	for (size_t i = 0; i < n; i++)
		answer(r, list[i].id, list[i].kind, list[i].entity, list[i].other);
}

/* --- plans, refusals ----------------------------------------------------------------------------------------------- */

static void approve_plans(struct round *r)
{
	sqlite3_stmt *q = ask(r->hub, "SELECT hash FROM plan WHERE state = 'held' ORDER BY id");
	char hash[16][40];
	size_t n = 0;

	while (q && n < 16 && sqlite3_step(q) == SQLITE_ROW)
		snprintf(hash[n++], sizeof *hash, "%s", (const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	for (size_t i = 0; i < n; i++) {
		struct err e;
		int partner;
		const bool ok = release_approve(r->hub, hash[i], "admin", &partner, &e);

		r->did |= ok;
		for (unsigned k = 0; ok && k < SIM_PARTNERS; k++)
			if (!strcmp(r->w->place[k].is->name, hub_partner(r->hub, partner)->config->id))
				oracle_approved(&r->w->place[k]);
		r->w->out->deeds[DEED_APPROVED] += ok;
		world_tell(r->w, "admin: plan %s %s", hash[i], ok ? "approved" : "not now");
	}
}

/* What was refused by a fault, or for want of something that has come since, is sent again; an outcome that nobody can
 * tell is looked up at the partner. */
static void retry_refused(struct round *r)
{
	struct err e;
	struct outbox **row;
	bool ok = store_begin(r->hub->store, &e);

	for (size_t i = 0; ok && i < r->hub->n; i++) {
		size_t n;

		ok = store_outbox_in(r->hub->store, r->arena, r->hub->partner[i].id, OUTBOX_DEAD, 0, 100, &row, &n, &e);
		for (size_t k = 0; ok && k < n; k++) {
			row[k]->state = OUTBOX_NEW;
			row[k]->error = "";
			row[k]->attempts = 0;
			ok = store_outbox_save(r->hub->store, row[k], &e);
			r->w->out->deeds[DEED_RETRIED]++;
			r->did = true;
		}
	}
	store_end(r->hub->store, ok, &e);
}

static void look_in(struct work *work)
{
	struct round *r = container_of(work, struct round, work);

	r->hub->now_ms = r->now_ms;
	approve_plans(r);
	review_all(r);
	retry_refused(r);
}

static void looked_in(struct op *op)
{
	struct round *r = container_of(op, struct round, work.op);
	struct world *w = r->w;

	if (r->did && w->engine && !w->closing && !world_dying(w))
		engine_kick(w->engine);
	arena_free(r->arena);
	free(r);
}

/* A guarded partner goes on once its records are there again. */
static void unguard(struct world *w)
{
	for (size_t i = 0; i < engine_partners(w->engine); i++) {
		struct partner_status s;
		struct err e;

		engine_status(w->engine, i, &s);
		if (strcmp(s.state, "guarded") || world_now(w) < w->place[s.id[1] - '1'].vanish_until_ms)
			continue;
		world_tell(w, "admin: %s goes on (%s)", s.id, s.reason);
		w->out->deeds[DEED_UNGUARDED] += engine_sync(w->engine, s.id, true, true, &e);
		oracle_reason(&w->place[s.id[1] - '1'], REASON_ADMIN);
	}
}

static void on_round(struct timer *t)
{
	struct world *w = container_of(t, struct world, admin_timer);
	struct round *r;

	if (w->over)
		return;
	timer_arm(&w->sim.loop, t, ROUND_MS);
	if (!w->engine || w->closing || world_dying(w))
		return;
	unguard(w);
	r = calloc(1, sizeof *r);
	if (!r)
		abort();
	*r = (struct round){.w = w, .hub = engine_hub(w->engine), .arena = arena_new(), .now_ms = loop_wall(&w->sim.loop)};
	r->work = (struct work){.op = {.loop = &w->sim.loop, .done = looked_in}, .run = look_in};
	lane_start(engine_writer(w->engine), &r->work);
}

void admin_start(struct world *w)
{
	w->admin_timer.fire = on_round;
	timer_arm(&w->sim.loop, &w->admin_timer, ROUND_MS);
}
