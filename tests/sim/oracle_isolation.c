/*
 * oracle_isolation.c - I9: a dead partner delays nobody. When a history has ended well, one partner stops answering, for
 * good: each request waits for an hour, or is refused at once. Then people at a second one change a record that a third
 * one has as well, and the change must be there as soon as if all were well.
 *
 * As soon: the poll that brings it begins within a pause (a tenth longer than configured) and whatever the list lags; a
 * run that has missed it and the one that brings it ask for each page, and then the record is read, written and, if need
 * be, both once more.
 */
#include "sim.h"

#include <string.h>

enum { REQUEST_MS = 500, WRITING = 4, JOBS_MS = 1000 };
static const char *const element = "isolation@post.example";

struct probe {
	struct world *w;
	const struct place *dead;
	struct rec *from, *to;
	uint64_t until_ms;
};

/* The one record there of what that one is of; NULL: none, or more, or of what people elsewhere have made one with it. */
static struct rec *only_one(struct place *p, const struct rec *like)
{
	struct rec *found = NULL;

	for (size_t i = 0; i < p->n; i++) {
		struct rec *r = p->rec[i];

		if (r->type != like->type || world_root(p->w, r->thing) != world_root(p->w, like->thing) || rec_now(r)->standing != STANDS)
			continue;
		if (found)
			return NULL;
		found = r;
	}
	return found && found->thing == like->thing ? found : NULL;
}

static bool find_pair(struct probe *x)
{
	struct world *w = x->w;

	for (unsigned i = 0; i < SIM_PARTNERS * SIM_PARTNERS; i++) {
		const uint64_t pick = w->plan->seed + i;
		struct place *a = &w->place[pick % SIM_PARTNERS], *b = &w->place[pick / SIM_PARTNERS % SIM_PARTNERS];

		if (a == b || a == x->dead || b == x->dead || !(b->is->caps & ADAPTER_CAN_UPDATE))
			continue;
		for (size_t k = 0; k < a->n; k++) {
			x->from = a->rec[k]->type == RECORD_ORGANIZATION ? only_one(a, a->rec[k]) : NULL;
			x->to = x->from ? only_one(b, x->from) : NULL;
			if (x->to)
				return true;
		}
	}
	return false;
}

static bool time_is_up(void *ctx)
{
	const struct probe *x = ctx;

	return x->w->out->failed || world_now(x->w) >= x->until_ms;
}

static bool arrived(void *ctx)
{
	const struct probe *x = ctx;

	return set_has(rec_now(x->to)->v[ORGANIZATION_EMAILS], element) || time_is_up(ctx);
}

static uint64_t soon_ms(const struct place *p)
{
	const uint64_t run_ms = REQUEST_MS * (RECORD_TYPES + p->n / p->is->page);

	return p->is->lag_ms + p->is->poll_s * 1100 + 2 * run_ms + WRITING * REQUEST_MS + JOBS_MS;
}

static void judge(struct probe *x)
{
	struct world *w = x->w;
	struct place *from = x->from->place;
	const uint64_t edited_ms = world_now(w);
	struct state *s = rec_change(x->from, BY_PEOPLE);

	rec_set(x->from, s, ORGANIZATION_EMAILS, value_with(w->arena, s->v[ORGANIZATION_EMAILS], element));
	remote_hook(from, x->from);
	x->until_ms = edited_ms + soon_ms(from);
	simloop_run(&w->sim, arrived, x);
	if (!set_has(rec_now(x->to)->v[ORGANIZATION_EMAILS], element))
		world_violated(w, "I9 isolation", "%s is dead, and what people changed at %s is not at %s after %.1f s", x->dead->is->name,
			from->is->name, x->to->place->is->name, (double)(world_now(w) - edited_ms) / 1000);
	world_tell(w, "%s is dead, and %s has what %s changed after %.1f s", x->dead->is->name, x->to->place->is->name, from->is->name,
		(double)(world_now(w) - edited_ms) / 1000);
	w->out->deeds[DEED_PASSED]++;
}

void oracle_isolation(struct world *w)
{
	struct place *dead = &w->place[w->plan->seed % SIM_PARTNERS];
	struct probe x = {.w = w, .dead = dead};

	if (!dead->is->there || !find_pair(&x))
		return;
	w->over = false;
	if (w->plan->seed % 2)
		dead->hangs = true;
	else
		dead->down_until_ms = UINT64_MAX;
	/* Until the hub has noticed. */
	x.until_ms = world_now(w) + 2 * dead->is->poll_s * 1000;
	simloop_run(&w->sim, time_is_up, &x);
	if (!w->out->failed)
		judge(&x);
	w->over = true;
}
