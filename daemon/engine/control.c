/* control.c - what admins and webhooks can do to a running engine, and what they can see of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "engine/partner.h"

const struct config *engine_config(const struct engine *engine)
{
	return engine->now->config;
}

struct store *engine_store(struct engine *engine)
{
	return engine->store;
}

struct hub *engine_hub(struct engine *engine)
{
	return &engine->hub;
}

struct lane *engine_writer(struct engine *engine)
{
	return &engine->writer;
}

struct loop *engine_loop(struct engine *engine)
{
	return engine->options.loop;
}

void engine_listen(struct engine *engine, void (*changed)(void *ctx), void *ctx)
{
	engine->changed = changed;
	engine->changed_ctx = ctx;
}

void engine_changed(struct engine *engine)
{
	if (engine->changed)
		engine->changed(engine->changed_ctx);
}

struct partner *engine_partner(struct engine *engine, const char *id)
{
	for (size_t i = 0; i < engine->now->n; i++)
		if (!strcmp(engine->now->partner[i]->config->id, id))
			return engine->now->partner[i];
	return NULL;
}

static struct partner *find(struct engine *engine, const char *id, struct err *e)
{
	struct partner *p = engine_partner(engine, id);

	if (!p)
		err_set(e, ERR_GONE, "no partner %s; `doorstroom partners` lists them", id);
	else if (!p->config->enabled)
		err_set(e, ERR_ITEM, "partner %s is not enabled in %s", id, p->config->file);
	else if (p->state == PARTNER_ENDED)
		err_set(e, ERR_ITEM, "partner %s has ended: %s", id, p->reason);
	return p && p->config->enabled && p->state != PARTNER_ENDED ? p : NULL;
}

bool engine_pause(struct engine *engine, const char *partner, const char *by, struct err *e)
{
	struct partner *p = find(engine, partner, e);
	char why[80];

	if (!p)
		return false;
	snprintf(why, sizeof why, "paused by %s", by);
	partner_set_state(p, PARTNER_PAUSED, why);
	if (p->run)
		run_cancel(p->run);
	return true;
}

bool engine_resume(struct engine *engine, const char *partner, const char *by, struct err *e)
{
	struct partner *p = find(engine, partner, e);

	if (!p)
		return false;
	log_event(LOG_LEVEL_NOTICE, "resume", "partner=%s by=%s", partner, by);
	partner_set_state(p, PARTNER_ACTIVE, "");
	p->failures = 0;
	p->halted = false;
	if (!p->run)
		partner_schedule(p, 0);
	hints_start(p);
	sender_kick(p);
	return true;
}

bool engine_sync(struct engine *engine, const char *partner, bool full, bool approve, struct err *e)
{
	struct partner *p = find(engine, partner, e);

	if (!p)
		return false;
	if (p->state == PARTNER_PAUSED)
		return err_set(e, ERR_ITEM, "partner %s is paused: `doorstroom resume %s` first", partner, partner);
	if (p->state == PARTNER_GUARDED && !approve)
		return err_set(e, ERR_ITEM, "partner %s is stopped by a guard (%s): look at it, then sync with --approve", partner,
			p->reason);
	if (p->state == PARTNER_GUARDED)
		partner_set_state(p, PARTNER_ACTIVE, "");
	p->full_wanted |= full;
	p->approve_wanted |= approve;
	p->again_wanted = p->run != NULL;
	if (!p->run)
		partner_schedule(p, 0);
	return true;
}

/* --- webhooks ------------------------------------------------------------------------------------------------------------- */

struct call_job {
	struct job job;
	struct partner *partner;
	struct arena *arena;
	struct hint *hint;
	size_t n;
	const char *id;        /* of the call, against repeats; NULL: none */
	bool wants_run;
};

static bool remember_call(struct call_job *c, struct hub *hub, struct err *e)
{
	bool fresh = true;

	if (c->id && !store_inbox(hub->store, c->partner->id, c->id, hub->now_ms, &fresh, e))
		return false;
	for (size_t i = 0; fresh && i < c->n; i++)
		if (c->hint[i].key && !c->hint[i].any_type &&
			!store_hint(hub->store, c->partner->id, c->hint[i].type, c->hint[i].key, hub->now_ms, e))
			return false;
	return true;
}

static bool call_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct call_job *c = container_of(job, struct call_job, job);

	return store_begin(hub->store, e) && store_end(hub->store, remember_call(c, hub, e), e);
}

static void call_done(struct op *op)
{
	struct call_job *c = container_of(op, struct call_job, job.op);
	struct partner *p = c->partner;

	if (op->err.kind)
		log_event(LOG_LEVEL_ERROR, "webhook", "partner=%s error=%s", p->config->id, op->err.text);
	else if (!p->engine->draining && c->wants_run && !p->run)
		partner_schedule(p, 0);
	else if (!p->engine->draining && c->wants_run)
		p->again_wanted = true;
	if (!op->err.kind && !p->engine->draining)
		hints_start(p);
	arena_free(c->arena);
	engine_idle(p->engine);
	free(c);
}

/* In a call that came in, the header is the caller's. */
static const char *call_id(const struct http_exchange *call)
{
	for (size_t i = 0; i < call->nheader; i++)
		if (!strcasecmp(call->header[i].name, "webhook-id"))
			return call->header[i].value;
	return NULL;
}

bool engine_webhook(struct engine *engine, const char *partner, const struct http_exchange *call, unsigned *status,
	struct err *e)
{
	struct partner *p = engine_partner(engine, partner);
	struct call_job *c;

	*status = 404;
	if (!p || !p->remote || !p->remote->adapter->webhook)
		return err_set(e, ERR_GONE, "no such hook");
	*status = 503;
	if (engine->draining)
		return err_set(e, ERR_AGAIN, "stopping or reloading");
	c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->arena = arena_new();
	c->partner = p;
	if (!p->remote->adapter->webhook(p->remote, call, loop_wall(engine->options.loop), c->arena, &c->hint, &c->n, e)) {
		*status = e->kind == ERR_DENIED ? 401 : 400;
		arena_free(c->arena);
		free(c);
		return false;
	}
	for (size_t i = 0; i < c->n; i++)
		c->wants_run |= c->hint[i].any_type || !c->hint[i].key;
	c->id = arena_strdup(c->arena, call_id(call));
	c->job.op.done = call_done;
	*status = 202;
	job_start(engine, &c->job, call_on_lane);
	return true;
}

/* --- what can be seen ----------------------------------------------------------------------------------------------------- */

size_t engine_partners(const struct engine *engine)
{
	return engine->now->n;
}

static char class_of(unsigned caps)
{
	if (caps & ADAPTER_CAN_CONDITIONAL)
		return 'A';
	return caps & ADAPTER_CAN_GET ? 'B' : 'C';
}

static const char *state_for_people(const struct partner *p)
{
	if (!p->config->enabled)
		return "disabled";
	if (p->state == PARTNER_ACTIVE && p->overdue)
		return "overdue";
	if (p->state == PARTNER_ACTIVE && p->failures)
		return "retrying";
	if (p->state == PARTNER_ACTIVE && !p->scanned)
		return "first scan";
	return partner_state_name(p->state);
}

static bool settled(const struct partner *p)
{
	if (p->state == PARTNER_ENDED)
		return true;
	/* Until the lane is empty nobody knows what it will mark. */
	return p->scanned && p->marked_all && !p->queued && !sender_busy(p) && !p->hints && !p->waiting && !p->failures &&
		p->state == PARTNER_ACTIVE && !p->engine->releasing && jobs_idle(p->engine);
}

void engine_status(const struct engine *engine, size_t index, struct partner_status *s)
{
	const struct partner *p = engine->now->partner[index];
	const struct remote *r = p->remote;

	*s = (struct partner_status){
		.id = p->config->id, .label = p->config->label, .adapter = r ? r->adapter->name : "",
		.class_letter = r ? class_of(r->caps) : '-', .caps = r ? r->caps : 0, .types = r ? r->types : 0,
		.state = state_for_people(p), .reason = p->reason, .running = p->run != NULL, .settled = settled(p),
		.phase = p->in_flight && !p->run ? "send" : p->phase, .last_ok_ms = p->last_ok_ms,
		.last_complete_ms = p->last_complete_ms, .next_run_ms = p->next_run_ms, .records_in = p->records_in,
		.records_out = p->records_out, .requests = p->requests, .failures = p->errors, .total = p->total,
		.scanned = p->scanned_now, .breaker = p->failures,
	};
}

bool engine_ready(const struct engine *engine)
{
	for (size_t i = 0; i < engine->now->n; i++)
		if (engine->now->partner[i]->config->enabled && engine->now->partner[i]->state != PARTNER_ENDED &&
			!engine->now->partner[i]->tried &&
			!engine->now->partner[i]->scanned)
			return false;
	return true;
}

bool engine_settled(const struct engine *engine)
{
	for (size_t i = 0; i < engine->now->n; i++)
		if (engine->now->partner[i]->config->enabled && !settled(engine->now->partner[i]))
			return false;
	return !engine->releasing && !engine->release_again;
}

size_t engine_lane_depth(const struct engine *engine)
{
	return jobs_waiting(engine);
}
