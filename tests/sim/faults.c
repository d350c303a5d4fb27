/*
 * faults.c - what goes wrong, as the plan has it: one-shots wait for the next request that fits, windows open and close,
 * the hub's own process dies.
 */
#include "sim.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "support/disk.h"

enum { PATIENCE_MS = 30 * 60000 }; /* a one-shot that found nothing by then is void */

/* --- one-shots at partners -------------------------------------------------------------------------------------- */

static bool fits(const struct fault *f, enum sim_op op, bool with_cursor)
{
	switch (f->kind) {
	case FAULT_REFUSE:
	case FAULT_LOSE_ANSWER:
	case FAULT_SLOW:
	case FAULT_ERROR_500:
	case FAULT_BUSY_429:
	case FAULT_DENIED:
	case FAULT_GARBLED:
		return op == (f->nonce % 4 > 1 ? SIM_PUSH : f->nonce % 4 ? SIM_GET : SIM_PULL);
	case FAULT_LATE_EFFECT:
	case FAULT_TWICE:
	case FAULT_REJECT:
	case FAULT_OVERTAKEN:
		return op == SIM_PUSH;
	case FAULT_LATE_PAGE:
		return op == SIM_PULL;
	case FAULT_SKIP:
		return op == SIM_PULL && !with_cursor;
	case FAULT_CURSOR:
		return op == SIM_PULL && with_cursor;
	default:
		return false;
	}
}

const struct fault *faults_take(struct world *w, struct place *p, enum sim_op op, bool with_cursor)
{
	const uint64_t now = world_now(w);

	if (now >= TROUBLE_MS)
		return NULL;
	for (size_t i = p->taken; i < w->plan->nfaults && w->plan->fault[i].at_ms <= now; i++) {
		const struct fault *f = &w->plan->fault[i];

		if (now - f->at_ms > PATIENCE_MS) {
			p->taken = i + 1;
			continue;
		}
		if (f->out || w->used[i] || f->partner != p->index || !fits(f, op, with_cursor))
			continue;
		w->used[i] = true;
		w->out->faults[f->kind]++;
		world_tell(w, "%s fault %s", p->is->name, fault_name(f->kind));
		return f;
	}
	return NULL;
}

/* --- memory of the store: whoever has none aborts ----------------------------------------------------------------- */

static sqlite3_mem_methods real;
static uint64_t aborts_in; /* allocations; 0: never */
static bool spared;

void faults_spare(bool on)
{
	spared = on;
}

static void allocates(void)
{
	if (aborts_in && !spared && --aborts_in == 0)
		disk_die();
}

static void *counted_malloc(int n)
{
	allocates();
	return real.xMalloc(n);
}

static void *counted_realloc(void *p, int n)
{
	allocates();
	return real.xRealloc(p, n);
}

void faults_install(void)
{
	sqlite3_mem_methods counted;

	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
	counted = real;
	counted.xMalloc = counted_malloc;
	counted.xRealloc = counted_realloc;
	sqlite3_config(SQLITE_CONFIG_MALLOC, &counted);
}

/* --- windows, and the hub's process ----------------------------------------------------------------------------- */

static void until(uint64_t *end_ms, const struct world *w, const struct fault *f)
{
	if (world_now(w) + f->for_ms > *end_ms)
		*end_ms = world_now(w) + f->for_ms;
}

static bool die_at_write(struct world *w, const struct fault *f, enum ending how)
{
	if (!w->engine)
		return false;
	w->how = how;
	disk_dies_at(disk_operations() + 1 + f->nonce % 80);
	return true;
}

unsigned faults_too_many_to_miss(const struct place *p)
{
	unsigned n[RECORD_TYPES] = {0}, types = 0;

	for (size_t i = 0; i < p->n; i++)
		n[p->rec[i]->type] += rec_now(p->rec[i])->standing == STANDS && rec_vanishes(p->rec[i]);
	for (unsigned t = 0; t < RECORD_TYPES; t++)
		types |= n[t] > guard_default(GUARD_VANISHED).number + 3 ? 1u << t : 0;
	return types;
}

static bool begins(struct world *w, const struct fault *f)
{
	struct place *p = &w->place[f->partner];

	switch (f->kind) {
	case FAULT_DOWN:
		until(&p->down_until_ms, w, f);
		return true;
	case FAULT_VANISH:
		/* Not in the middle of a list: what the hub is to notice is that half of it is missing. */
		p->vanishing = faults_too_many_to_miss(p);
		if (p->scanning || !p->vanishing)
			return false;
		until(&p->vanish_until_ms, w, f);
		/* Where absence counts only if it is seen twice, that must be so. */
		if (!(p->is->caps & ADAPTER_CAN_GET))
			p->vanish_until_ms += 2 * p->is->complete_s * 1000;
		return true;
	case FAULT_HOOK_LOST:
		until(&p->hooks_lost_until_ms, w, f);
		return true;
	case FAULT_HOOK_TWICE:
		until(&p->hooks_twice_until_ms, w, f);
		return true;
	case FAULT_KILL_COMMIT:
		w->kill_commits = 1 + (unsigned)(f->nonce % 20);
		return false; /* counts when it happens */
	case FAULT_KILL_SEND:
		w->kill_send = true;
		return false;
	case FAULT_KILL_EFFECT:
		w->kill_effect = true;
		return false;
	case FAULT_KILL_WRITE:
		return die_at_write(w, f, END_KILL);
	case FAULT_POWER:
		return die_at_write(w, f, END_POWER);
	case FAULT_STOP:
		w->stop = w->engine != NULL;
		return w->stop;
	case FAULT_DISK_FULL:
	case FAULT_DISK_ERROR:
		disk_refuse(f->kind == FAULT_DISK_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE);
		until(&w->refused_until_ms, w, f);
		return true;
	case FAULT_NO_MEMORY:
		if (!w->engine)
			return false;
		w->how = END_KILL;
		aborts_in = 1 + f->nonce % 5000;
		return true;
	default:
		return false;
	}
}

static void next(struct world *w)
{
	const struct plan *plan = w->plan;

	while (w->next_fault < plan->nfaults && plan->fault[w->next_fault].out)
		w->next_fault++;
	if (w->next_fault < plan->nfaults)
		timer_arm(&w->sim.loop, &w->fault_timer, plan->fault[w->next_fault].at_ms > world_now(w)
				? plan->fault[w->next_fault].at_ms - world_now(w)
				: 0);
}

static void on_fault(struct timer *t)
{
	struct world *w = container_of(t, struct world, fault_timer);
	const struct fault *f = &w->plan->fault[w->next_fault++];

	if (begins(w, f)) {
		w->out->faults[f->kind]++;
		world_tell(w, "fault %s at %s for %llu s", fault_name(f->kind), w->place[f->partner].is->name,
			(unsigned long long)f->for_ms / 1000);
	}
	if (w->refused_until_ms)
		timer_arm(&w->sim.loop, &w->room_timer, w->refused_until_ms - world_now(w));
	next(w);
}

static void on_room(struct timer *t)
{
	struct world *w = container_of(t, struct world, room_timer);

	w->refused_until_ms = 0;
	disk_refuse(SQLITE_OK);
	/* A run that met this is begun again. */
	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		oracle_reason(&w->place[i], REASON_STORE);
	world_tell(w, "room again");
}

void faults_start(struct world *w)
{
	w->fault_timer.fire = on_fault;
	w->room_timer.fire = on_room;
	next(w);
}

void faults_end(struct world *w)
{
	timer_disarm(&w->sim.loop, &w->fault_timer);
	if (w->refused_until_ms) {
		timer_disarm(&w->sim.loop, &w->room_timer);
		on_room(&w->room_timer);
	}
	for (unsigned i = 0; i < SIM_PARTNERS; i++) {
		struct place *p = &w->place[i];

		p->down_until_ms = p->vanish_until_ms = p->hooks_lost_until_ms = p->hooks_twice_until_ms = 0;
	}
	w->kill_commits = 0;
	w->kill_send = w->kill_effect = false;
	aborts_in = 0;
	disk_dies_at(0);
}
