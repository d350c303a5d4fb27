/*
 * hints.c - reads that webhooks asked for.
 *
 * Happy path: the hints remembered in the store are taken a few at a time and of one type; their records are read
 * singly, merged as a fresh page, and the hints are forgotten in the end. A partner that cannot be read singly gets a
 * run instead.
 * Failure modes: a failed read leaves the hints for the next run or restart; a run finds the change anyway. A reading that is
 * not believed leaves its hint, and is asked for once more.
 */
#include <string.h>

#include "base/log.h"
#include "engine/partner.h"

enum { HINTS_MAX = 64 };

struct hints {
	struct task task;
	struct partner *partner;
	struct arena *arena;
	struct job job;
	enum record_type *type;
	const char **key;
	size_t n, used;                 /* used: the first so many are of one type and read now */
	struct reads reads;
	struct page page;
	struct tally tally;
};

#define HINT_STEPS(X) X(take) X(taken) X(read) X(merged) X(forgotten)
#define X(s)                                                 \
	static const struct step *hints_##s(struct task *);  \
	static const struct step step_##s = { "hints." #s, hints_##s };
HINT_STEPS(X)
#undef X

static struct hints *hints_of(struct task *t)
{
	return container_of(t, struct hints, task);
}

static bool take_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct hints *h = container_of(job, struct hints, job);

	return store_hints(hub->store, h->arena, h->partner->id, HINTS_MAX, &h->type, &h->key, &h->n, e);
}

static const struct step *hints_take(struct task *t)
{
	struct hints *h = hints_of(t);

	arena_reset(h->arena);
	h->partner->hints_waiting = false;
	job_own(t, h->partner->engine, &h->job, take_on_lane);
	return &step_taken;
}

static const struct step *hints_taken(struct task *t)
{
	struct hints *h = hints_of(t);

	if (!h->n)
		return NULL;
	for (h->used = 1; h->used < h->n && h->type[h->used] == h->type[0];)
		h->used++;
	reads_start(&h->reads, h->partner, t, h->arena, h->type[0], h->key, h->used);
	return &step_read;
}

static bool is_unbelieved(const struct page *page, const char *key)
{
	for (size_t i = 0; i < page->nconfirm; i++)
		if (!strcmp(page->confirm[i], key))
			return true;
	return false;
}

static bool forget(struct hints *h, struct hub *hub, struct err *e)
{
	bool ok = store_begin(hub->store, e);

	for (size_t i = 0; ok && i < h->used; i++)
		ok = is_unbelieved(&h->page, h->key[i]) || store_hint_done(hub->store, h->partner->id, h->type[i], h->key[i], e);
	return store_end(hub->store, ok, e);
}

static bool merge_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct hints *h = container_of(job, struct hints, job);

	return reconcile_page(hub, &h->page, e) &&
		(!h->reads.nmissing || reconcile_gone(hub, h->partner->id, h->type[0], h->reads.missing, h->reads.nmissing,
							  &h->tally, e)) &&
		forget(h, hub, e);
}

static const struct step *hints_read(struct task *t)
{
	struct hints *h = hints_of(t);

	h->page = (struct page){
		.partner = h->partner->id, .type = h->type[0], .item = h->reads.found, .n = h->reads.nfound,
		.asked = h->reads.asked, .fresh = true, .arena = h->arena,
	};
	job_own(t, h->partner->engine, &h->job, merge_on_lane);
	return &step_merged;
}

static const struct step *hints_merged(struct task *t)
{
	struct hints *h = hints_of(t);

	tally_add(&h->tally, &h->page.run);
	h->partner->records_in += h->page.n;
	h->partner->hints_waiting |= h->page.nconfirm != 0;
	return &step_forgotten;
}

static const struct step *hints_forgotten(struct task *t)
{
	struct hints *h = hints_of(t);

	if (h->tally.marked || h->tally.gone)
		engine_release(h->partner->engine);
	memset(&h->tally, 0, sizeof h->tally);
	return h->n == HINTS_MAX || h->used < h->n || h->partner->hints_waiting ? &step_take : NULL;
}

static void hints_done(struct op *op)
{
	struct hints *h = container_of(op, struct hints, task.op);
	struct partner *p = h->partner;

	p->hints = NULL;
	if (op->err.kind && op->err.kind != ERR_CANCELED)
		log_event(LOG_LEVEL_WARN, "hints", "partner=%s error=%s", p->config->id, op->err.text);
	else if (p->hints_waiting && !p->engine->draining)
		hints_start(p);
	reads_clear(&h->reads);
	arena_free(h->arena);
	free(h);
	engine_changed(p->engine);
	engine_idle(p->engine);
}

void hints_start(struct partner *p)
{
	struct hints *h;

	p->hints_waiting = true;
	if (p->hints || p->engine->draining || p->state == PARTNER_PAUSED || p->state == PARTNER_GUARDED)
		return;
	if (!(p->remote->caps & ADAPTER_CAN_GET) || !p->scanned) {
		if (p->run || p->scanned)
			partner_look(p);
		return;
	}
	h = calloc(1, sizeof *h);
	if (!h)
		abort();
	h->partner = p;
	h->arena = arena_new();
	h->task = (struct task){ .op = { .loop = p->engine->options.loop, .done = hints_done } };
	p->hints = h;
	task_start(&h->task, &step_take);
}

void hints_cancel(struct hints *h)
{
	op_cancel(&h->task.op);
}
