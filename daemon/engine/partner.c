/* partner.c - when a partner's turn comes, and what becomes of it when something goes wrong. */
#include "engine/partner.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mutant.h"
#include "core/backoff.h"

enum { RETRY_BASE_MS = 2000, RETRY_CAP_MS = 600000 };

static struct loop *loop_of(const struct partner *p)
{
	return p->engine->options.loop;
}

const char *partner_state_name(enum partner_state state)
{
	switch (state) {
	case PARTNER_ACTIVE:
		return "active";
	case PARTNER_PAUSED:
		return "paused";
	case PARTNER_GUARDED:
		return "guarded";
	case PARTNER_DENIED:
		return "denied";
	case PARTNER_BROKEN:
		return "broken";
	case PARTNER_ENDED:
		return "ended";
	}
	return "?";
}

/* --- schedule ----------------------------------------------------------------------------------------------------------- */

static uint64_t jitter(struct partner *p, uint64_t ms)
{
	uint64_t r;

	loop_random(loop_of(p), &r, sizeof r);
	return ms - ms / 10 + r % (ms / 5 + 1);
}

void partner_schedule(struct partner *p, uint64_t delay_ms)
{
	p->next_run_ms = loop_wall(loop_of(p)) + (int64_t)delay_ms;
	timer_arm(loop_of(p), &p->poll, delay_ms);
}

/* From the day after its last one on. What it contributed stays. */
static bool has_ended(struct partner *p)
{
	char why[64];

	if (!config_ended(p->config, loop_wall(loop_of(p))))
		return false;
	p->halted = true;
	p->queued = 0;
	snprintf(why, sizeof why, "its last day was %s", p->config->until);
	partner_set_state(p, PARTNER_ENDED, why);
	return true;
}

static bool another_runs(const struct engine *engine)
{
	for (size_t i = 0; i < engine->now->n; i++)
		if (engine->now->partner[i]->run)
			return true;
	return false;
}

static void on_poll(struct timer *t)
{
	struct partner *p = container_of(t, struct partner, poll);

	if (p->engine->draining || p->run || has_ended(p))
		return;
	if (mutant(ISOLATION) && another_runs(p->engine)) {
		partner_schedule(p, 1000);
		return;
	}
	if (p->state == PARTNER_PAUSED || (p->state == PARTNER_GUARDED && !p->approve_wanted))
		return;
	run_start(p, p->full_wanted, p->approve_wanted, p->cursors_void);
	p->full_wanted = p->approve_wanted = p->again_wanted = p->cursors_void = false;
}

void partner_look(struct partner *p)
{
	p->again_wanted = p->run != NULL;
	/* Whoever fails is asked when it is time, and it may have said when that is. */
	if (!p->run && !p->failures)
		partner_schedule(p, 0);
}

static void on_due(struct timer *t)
{
	sender_kick(container_of(t, struct partner, due));
}

void partner_begin(struct partner *p)
{
	uint64_t r;

	if (!p->config->enabled || has_ended(p))
		return;
	/* Its last day has been moved, or taken away. */
	if (p->state == PARTNER_ENDED)
		partner_set_state(p, PARTNER_ACTIVE, "");
	/* Partners do not all start in the same instant; the first run is soon all the same. */
	loop_random(loop_of(p), &r, sizeof r);
	partner_schedule(p, r % 200);
	hints_start(p);
	sender_kick(p);
}

/* --- trouble ------------------------------------------------------------------------------------------------------------ */

struct state_job {
	struct job job;
	int partner;
	char name[64], state[16], reason[240], data[600];
};

static bool write_state(const struct state_job *s, struct hub *hub, struct err *e)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct store_partner row;

	if (!store_partner(hub->store, arena, s->name, &row, e))
		return false;
	row.state = s->state;
	row.reason = s->reason;
	store_event(hub->store, hub->now_ms, EVENT_PARTNER, s->partner, 0, 0, s->data);
	return store_partner_save(hub->store, &row, e);
}

static bool store_state(struct job *job, struct hub *hub, struct err *e)
{
	return store_begin(hub->store, e) &&
		store_end(hub->store, write_state(container_of(job, struct state_job, job), hub, e), e);
}

static void state_stored(struct op *op)
{
	struct state_job *s = container_of(op, struct state_job, job.op);

	if (op->err.kind)
		log_event(LOG_LEVEL_ERROR, "store", "error=%s", op->err.text);
	free(s);
}

void partner_set_state(struct partner *p, enum partner_state state, const char *reason)
{
	BUF_AUTO struct buf b = { 0 };
	struct state_job *s;

	if (p->state == state && !strcmp(p->reason, reason))
		return;
	p->state = state;
	snprintf(p->reason, sizeof p->reason, "%s", reason);
	log_event(state == PARTNER_ACTIVE || state == PARTNER_PAUSED || state == PARTNER_ENDED ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR, "partner",
		"partner=%s state=%s reason=%s", p->config->id, partner_state_name(state), reason);
	s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->partner = p->id;
	snprintf(s->name, sizeof s->name, "%s", p->config->id);
	snprintf(s->state, sizeof s->state, "%s", partner_state_name(state));
	snprintf(s->reason, sizeof s->reason, "%s", reason);
	buf_addf(&b, "{\"state\":\"%s\",\"reason\":", s->state);
	buf_add_json(&b, reason);
	buf_addc(&b, '}');
	snprintf(s->data, sizeof s->data, "%s", b.len < sizeof s->data ? b.data : "{}");
	s->job.op.done = state_stored;
	job_start(p->engine, &s->job, store_state);
	engine_changed(p->engine);
}

void partner_trouble(struct partner *p, const struct err *e)
{
	p->halted = true;
	if (p->state != PARTNER_PAUSED && p->state != PARTNER_GUARDED)
		partner_set_state(p, e->kind == ERR_DENIED ? PARTNER_DENIED : PARTNER_BROKEN, e->text);
}

/* --- a newcomer, or other sharing ------------------------------------------------------------------------------------------ */

static bool mark_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct partner *p = container_of(job, struct partner, mark_job);
	struct hub_partner *h = hub_partner(hub, p->id);

	if (p->marks_lost) {
		h->sharing_changed = true;
		p->mark_after = 0;
	}
	if (h->sharing_changed && !marks_anew(hub, h, &p->mark_after, &p->marked, e))
		return false;
	p->marked_all = !h->sharing_changed;
	return true;
}

static void mark_anew(struct partner *);

static void mark_done(struct op *op)
{
	struct partner *p = container_of(op, struct partner, mark_job.op);

	p->marking = false;
	/* Others' work in the same commit may have been the fault, after this page was done. */
	p->marks_lost = op->err.kind != ERR_NONE;
	p->marked_all &= !p->marks_lost;
	if (p->marks_lost)
		log_event(LOG_LEVEL_ERROR, "store", "partner=%s error=%s", p->config->id, op->err.text);
	else if (!p->marked_all)
		mark_anew(p);
	else
		engine_release(p->engine);
	engine_changed(p->engine);
	engine_idle(p->engine);
}

/* After a good run; a fault of the store is met again after the next one. */
static void mark_anew(struct partner *p)
{
	if (p->marking || p->marked_all || p->engine->draining)
		return;
	p->marking = true;
	p->mark_job.op = (struct op){ .done = mark_done };
	job_start(p->engine, &p->mark_job, mark_on_lane);
}

/* --- after a run ---------------------------------------------------------------------------------------------------------- */

struct run_job {
	struct job job;
	int partner;
	char data[400];
};

static bool store_run(struct job *job, struct hub *hub, struct err *e)
{
	struct run_job *r = container_of(job, struct run_job, job);

	return store_begin(hub->store, e) &&
		store_end(hub->store, store_event(hub->store, hub->now_ms, EVENT_RUN, r->partner, 0, 0, r->data) > 0, e);
}

static void run_stored(struct op *op)
{
	free(container_of(op, struct run_job, job.op));
}

/* The log that admins read has a line for every run that did something or failed. */
static void remember_run(struct partner *p, const struct err *e, bool full, const struct tally *t)
{
	BUF_AUTO struct buf b = { 0 };
	struct run_job *r;

	if (!e->kind && !full && !t->fresh && !t->edited && !t->confirmed && !t->linked && !t->gone && !t->unusable && !t->marked)
		return;
	r = calloc(1, sizeof *r);
	if (!r)
		abort();
	r->partner = p->id;
	buf_addf(&b,
		"{\"full\":%s,\"items\":%llu,\"new\":%llu,\"edited\":%llu,\"linked\":%llu,\"gone\":%llu,\"unusable\":%llu,"
		"\"marked\":%lld,\"err_kind\":\"%s\",\"error\":",
		full ? "true" : "false", (unsigned long long)t->items, (unsigned long long)t->fresh,
		(unsigned long long)t->edited, (unsigned long long)t->linked, (unsigned long long)t->gone,
		(unsigned long long)t->unusable, (long long)t->marked, err_kind_name(e->kind));
	buf_add_json(&b, e->text);
	buf_addc(&b, '}');
	snprintf(r->data, sizeof r->data, "%s", b.len < sizeof r->data ? b.data : "{}");
	r->job.op.done = run_stored;
	job_start(p->engine, &r->job, store_run);
}

static void went_well(struct partner *p, bool full)
{
	int64_t now = loop_wall(loop_of(p));

	p->failures = 0;
	p->halted = false;
	p->last_ok_ms = now;
	if (full || !(p->remote->caps & ADAPTER_CAN_INCREMENTAL))
		p->last_complete_ms = now;
	if (p->state == PARTNER_DENIED || p->state == PARTNER_BROKEN)
		partner_set_state(p, PARTNER_ACTIVE, "");
	partner_schedule(p, p->again_wanted || mutant(REQUEST_BUDGET) ? 0 : jitter(p, p->config->poll_ms));
}

static void went_wrong(struct partner *p, const struct err *e)
{
	uint64_t random, wait;

	if (p->cursors_void) {
		partner_schedule(p, 0);
		return;
	}
	p->failures++;
	p->errors++;
	loop_random(loop_of(p), &random, sizeof random);
	wait = backoff_ms(RETRY_BASE_MS, RETRY_CAP_MS, p->failures - 1, random);
	if (e->kind == ERR_DENIED || e->kind == ERR_BROKEN) {
		partner_trouble(p, e);
		wait = wait > RETRY_CAP_MS / 10 ? wait : RETRY_CAP_MS / 10;
	} else if (e->kind != ERR_CANCELED) {
		/* Whoever cancelled it has said why. */
		snprintf(p->reason, sizeof p->reason, "%s", e->text);
	}
	partner_schedule(p, wait > e->wait_ms || mutant(RETRY_AFTER) ? wait : e->wait_ms);
}

/* A partner that fails quietly, or answers but never to the end, must not go unnoticed. */
static void watch_age(struct partner *p)
{
	const int64_t from = p->last_complete_ms ? p->last_complete_ms : p->made_ms;
	const int64_t age = loop_wall(loop_of(p)) - from;
	const bool overdue = age > (int64_t)p->config->alarm_ms;

	if (overdue != p->overdue)
		log_event(overdue ? LOG_LEVEL_ERROR : LOG_LEVEL_NOTICE, overdue ? "overdue" : "read_again",
			"partner=%s unread_s=%lld", p->config->id, (long long)age / 1000);
	p->overdue = overdue;
}

void partner_run_ended(struct partner *p, const struct err *e, bool full, const struct tally *t)
{
	bool first = false;

	p->tried = true;
	if (p->engine->draining)
		return;
	remember_run(p, e, full, t);
	if (e->kind) {
		went_wrong(p, e);
	} else {
		first = !p->scanned && p->state != PARTNER_GUARDED;
		if (first) {
			p->scanned = true;
			hub_partner(&p->engine->hub, p->id)->scanned = true;
		}
		if (p->state == PARTNER_ACTIVE)
			p->reason[0] = '\0';
		went_well(p, full);
		if (p->scanned)
			mark_anew(p);
	}
	watch_age(p);
	/* A run that failed may have merged a page that its tally does not know of yet. */
	if (e->kind || t->marked || first || t->gone)
		engine_release(p->engine);
	else
		sender_kick(p);
	engine_changed(p->engine);
}

/* --- coming and going ----------------------------------------------------------------------------------------------------- */

struct partner *partner_new(struct engine *engine, const struct partner_config *config, int id)
{
	struct partner *p = calloc(1, sizeof *p);

	if (!p)
		abort();
	p->engine = engine;
	p->config = config;
	p->id = id;
	p->phase = "idle";
	p->total = -1;
	p->poll.fire = on_poll;
	p->due.fire = on_due;
	p->due_next = INT64_MAX;
	/* What was entered while nobody looked is read before anything is made beside it. */
	p->halted = true;
	list_init(&p->slots);
	p->made_ms = loop_wall(loop_of(p));
	return p;
}

void partner_free(struct partner *p)
{
	if (!p)
		return;
	timer_disarm(loop_of(p), &p->poll);
	timer_disarm(loop_of(p), &p->due);
	sender_clear(p);
	free(p);
}

bool partner_idle(const struct partner *p)
{
	return !p->run && !p->hints && !p->marking && !sender_busy(p);
}

void partner_drain(struct partner *p, bool hurry)
{
	timer_disarm(loop_of(p), &p->poll);
	timer_disarm(loop_of(p), &p->due);
	sender_clear(p);
	if (p->run)
		run_cancel(p->run);
	if (p->hints)
		hints_cancel(p->hints);
	if (hurry)
		sender_cancel(p);
}
