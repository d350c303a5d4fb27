/*
 * sender.c - a partner's pushes: some at a time, each in a slot of its own while it lasts.
 *
 *   claim > claimed --+--> push > pushed > settle > settled
 *      ^              +--> read > believe --+
 *      +-------------------------------------+
 *
 * Happy path: claim records the intent and says what to push; the push's outcome is settled in a second transaction.
 * Failure modes: whatever a push ends with is the row's affair (send.c); refused credentials or nonsense stop the
 * partner's senders until a run goes well; a store error stops them until the next kick, and an outcome that the store
 * did not take is uncertain from then on.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/partner.h"

enum { SLOTS_MAX = 400, DUE_MIN = 128 };

#define SLOT_STEPS(X) X(claim) X(claimed) X(read) X(believe) X(again) X(pushed) X(settled) X(end)
#define X(s)                                                \
	static const struct step *slot_##s(struct task *);  \
	static const struct step step_##s = { "send." #s, slot_##s };
SLOT_STEPS(X)
#undef X

static struct slot *slot_of(struct task *t)
{
	return container_of(t, struct slot, task);
}

/* --- one row ------------------------------------------------------------------------------------------------------------- */

static bool claim_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	return send_claim(hub, &container_of(job, struct slot, job)->claim, e);
}

static const struct step *slot_claim(struct task *t)
{
	struct slot *s = slot_of(t);

	job_own(t, s->partner->engine, &s->job, claim_on_lane);
	return &step_claimed;
}

static void get_done(struct op *op)
{
	(void)op;   /* slot_read() looks at it: the row has to wait, whatever the task makes of it */
}

static void start_get(struct slot *s, const char *key, const char *hub_id)
{
	s->page.asked = s->partner->engine->seq;
	s->get = (struct get){
		.op = { .loop = s->task.op.loop, .done = get_done }, .arena = s->arena, .type = s->claim.type, .key = key,
		.hub_id = hub_id,
	};
	s->partner->requests++;
	task_own(&s->task, &s->get.op);
	remote_get(s->partner->remote, &s->get);
}

static void push_done(struct op *op)
{
	(void)op;   /* slot_pushed() looks at it: a failed push does not fail the task */
}

static void tell_claim(const struct slot *s)
{
	static const char *const decision[] = {
		[CLAIM_NOTHING] = "not now", [CLAIM_PUSH] = "send", [CLAIM_READ] = "read first", [CLAIM_FIND] = "search first",
		[CLAIM_LIST] = "list first",
	};
	static const char *const kind[] = { [PUSH_CREATE] = "create", [PUSH_UPDATE] = "update", [PUSH_DELETE] = "delete" };
	const bool push = s->claim.kind == CLAIM_PUSH;

	log_event(LOG_LEVEL_DEBUG, "claim", "partner=%s row=%lld type=%s decision=%s%s%s", s->partner->config->id,
		(long long)s->claim.row, record_type_name(s->claim.type), decision[s->claim.kind], push ? " kind=" : "",
		push ? kind[s->claim.push.kind] : "");
}

static const struct step *slot_claimed(struct task *t)
{
	struct slot *s = slot_of(t);

	tell_claim(s);
	switch (s->claim.kind) {
	case CLAIM_NOTHING:
		return &step_end;
	case CLAIM_LIST:
		partner_look(s->partner);
		return &step_end;
	case CLAIM_READ:
		start_get(s, s->claim.key, NULL);
		return &step_read;
	case CLAIM_FIND:
		start_get(s, NULL, s->claim.hub_id);
		return &step_read;
	case CLAIM_PUSH:
		break;
	}
	s->claim.push.op = (struct op){ .loop = t->op.loop, .done = push_done };
	s->partner->requests++;
	s->partner->in_flight++;
	task_own(t, &s->claim.push.op);
	remote_push(s->partner->remote, &s->claim.push);
	return &step_pushed;
}

static bool believe_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct slot *s = container_of(job, struct slot, job);

	if (s->page.n)
		return reconcile_page(hub, &s->page, e);
	return reconcile_gone(hub, s->page.partner, s->page.type, &s->claim.key, 1, &s->tally, e);
}

static bool put_off_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct slot *s = container_of(job, struct slot, job);

	return send_put_off(hub, &s->claim, &s->get.op.err, e);
}

/* Nothing is known of the record, so nothing is written; the row waits, or a partner that is down would be asked again
 * and again. */
static const struct step *unread(struct slot *s)
{
	const struct err *e = &s->get.op.err;

	if (e->kind == ERR_CANCELED)
		return &step_end;
	s->partner->errors++;
	if (e->kind == ERR_DENIED || e->kind == ERR_BROKEN)
		partner_trouble(s->partner, e);
	job_own(&s->task, s->partner->engine, &s->job, put_off_on_lane);
	return &step_settled;
}

/* The record as it is now is observed before anything is written over it. */
static const struct step *slot_read(struct task *t)
{
	struct slot *s = slot_of(t);

	if (s->get.op.err.kind)
		return unread(s);
	s->page = (struct page){
		.partner = s->partner->id, .type = s->claim.type, .item = &s->get.item, .n = s->get.found, .asked = s->page.asked,
		.fresh = true, .arena = s->arena,
	};
	s->claim.unreadable = s->get.found && s->get.item.state == ITEM_LIVE && !s->get.item.record;
	s->claim.found_nothing = !s->get.found && s->claim.kind == CLAIM_FIND;
	return s->claim.found_nothing ? &step_again : &step_believe;
}

static const struct step *slot_believe(struct task *t)
{
	struct slot *s = slot_of(t);

	job_own(t, s->partner->engine, &s->job, believe_on_lane);
	return &step_again;
}

static const struct step *slot_again(struct task *t)
{
	struct slot *s = slot_of(t);

	if (s->page.n)
		tally_add(&s->tally, &s->page.run);
	/* What was not believed was not read. */
	s->claim.fresh = !s->page.nconfirm;
	return &step_claim;
}

static bool settle_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct slot *s = container_of(job, struct slot, job);

	return send_settle(hub, &s->claim, &s->tally, e);
}

static const struct step *slot_pushed(struct task *t)
{
	struct slot *s = slot_of(t);
	const struct err *e = &s->claim.push.op.err;

	s->partner->in_flight--;
	log_event(LOG_LEVEL_DEBUG, "sent", "partner=%s row=%lld outcome=%s arrived=%s", s->partner->config->id,
		(long long)s->claim.row, err_kind_name(e->kind), !e->kind ? "yes" : s->claim.push.sent ? "perhaps" : "no");
	if (!e->kind)
		s->partner->records_out++;
	else
		s->partner->errors++;
	if (e->kind == ERR_DENIED || e->kind == ERR_BROKEN)
		partner_trouble(s->partner, e);
	job_own(t, s->partner->engine, &s->job, settle_on_lane);
	return &step_settled;
}

static const struct step *slot_settled(struct task *t)
{
	struct slot *s = slot_of(t);

	s->partner->full_wanted |= s->claim.scan;
	if (s->claim.list)
		partner_look(s->partner);
	return &step_end;
}

static const struct step *slot_end(struct task *t)
{
	(void)t;
	return NULL;
}

/* --- which row ------------------------------------------------------------------------------------------------------------ */

static bool in_hand(const struct partner *p, int64_t row)
{
	for (const struct list *l = p->slots.next; l != &p->slots; l = l->next)
		if (container_of(l, struct slot, in_partner)->claim.row == row)
			return true;
	return false;
}

static void fill_slots(struct partner *p);

static void slot_done(struct op *op)
{
	struct slot *s = container_of(op, struct slot, task.op);
	struct partner *p = s->partner;
	bool marked = s->tally.marked || s->claim.marked;

	p->unsettled |= op->err.kind && s->claim.kind == CLAIM_PUSH;

	if (op->err.kind && op->err.kind != ERR_CANCELED) {
		log_event(LOG_LEVEL_WARN, "send", "partner=%s row=%lld error=%s", p->config->id, (long long)s->claim.row,
			op->err.text);
		if (op->err.kind == ERR_DENIED || op->err.kind == ERR_BROKEN)
			partner_trouble(p, &op->err);
	}
	list_remove(&s->in_partner);
	p->nslots--;
	arena_free(s->arena);
	free(s);
	if (marked && !p->engine->draining)
		engine_release(p->engine);
	fill_slots(p);
	if (!p->queued || p->unsettled)
		sender_kick(p);
	engine_changed(p->engine);
	engine_idle(p->engine);
}

static bool may_send(const struct partner *p)
{
	return !p->engine->draining && p->config->enabled && p->scanned && !p->halted && p->state == PARTNER_ACTIVE;
}

/* Where one request carries many, there are enough for one that is under way and one that fills meanwhile. */
static size_t slots_most(const struct partner *p)
{
	const size_t sends = (size_t)p->config->sends, together = 2 * p->remote->together;

	return together <= sends ? sends : together < SLOTS_MAX ? together : SLOTS_MAX;
}

static void start_slot(struct partner *p, int64_t row)
{
	struct slot *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	*s = (struct slot){
		.task = { .op = { .loop = p->engine->options.loop, .done = slot_done } },
		.partner = p, .arena = arena_new(),
	};
	s->claim = (struct claim){ .partner = p->id, .row = row, .arena = s->arena };
	list_append(&p->slots, &s->in_partner);
	p->nslots++;
	task_start(&s->task, &step_claim);
}

static void fill_slots(struct partner *p)
{
	const size_t most = slots_most(p);

	while (p->nslots < most && p->queued && !p->unsettled && may_send(p)) {
		const int64_t row = p->queue[p->next_queued++];

		p->queued--;
		if (!in_hand(p, row))
			start_slot(p, row);
	}
}

/* What was queued before is due still, or need not be sent any more. */
static void queue_set(struct partner *p, int64_t *row, size_t n)
{
	free(p->queue);
	p->queue = row;
	p->queued = n;
	p->next_queued = 0;
}

/* What the store did not take is as if the process had died: nobody knows. */
static bool settle_lost(struct hub *hub, int partner, struct err *e)
{
	return store_begin(hub->store, e) &&
		store_end(hub->store, store_outbox_move(hub->store, partner, OUTBOX_SENDING, OUTBOX_UNCERTAIN, 0, 0, e), e);
}

static bool due_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct partner *p = container_of(job, struct partner, due_job);
	AUTO(arena_free) struct arena *arena = arena_new();
	const size_t most = slots_most(p);
	struct outbox **row;

	if (p->unsettled && !settle_lost(hub, p->id, e))
		return false;
	p->due_n = 0;
	p->due_next = INT64_MAX;
	if (!store_outbox_open(hub->store, p->id, &p->waiting, e))
		return false;
	if (!p->waiting)
		return true;
	if (!store_outbox_due(hub->store, arena, p->id, hub->now_ms, most < DUE_MIN ? DUE_MIN : most, &row, &p->due_n, e))
		return false;
	p->due_row = p->due_n ? calloc(p->due_n, sizeof *p->due_row) : NULL;
	if (p->due_n && !p->due_row)
		abort();
	for (size_t i = 0; i < p->due_n; i++)
		p->due_row[i] = row[i]->id;
	return store_outbox_next(hub->store, p->id, &p->due_next, e);
}

static void due_done(struct op *op)
{
	struct partner *p = container_of(op, struct partner, due_job.op);
	int64_t now = loop_wall(op->loop);

	p->looking = false;
	if (op->err.kind)
		log_event(LOG_LEVEL_ERROR, "store", "partner=%s error=%s", p->config->id, op->err.text);
	else {
		p->unsettled = false;
		queue_set(p, steal(p->due_row), p->due_n);
	}
	free(steal(p->due_row));
	fill_slots(p);
	if (p->look_again)
		sender_kick(p);
	else if (p->due_next > now && p->due_next != INT64_MAX && !p->engine->draining)
		timer_arm(op->loop, &p->due, (uint64_t)(p->due_next - now));
	engine_changed(p->engine);
	engine_idle(p->engine);
}

void sender_kick(struct partner *p)
{
	p->look_again = p->looking;
	/* With all slots empty, every row that is being sent is one whose outcome was lost. */
	if (p->looking || !may_send(p) || (p->unsettled && p->nslots))
		return;
	p->looking = true;
	p->due_job.op.done = due_done;
	job_start(p->engine, &p->due_job, due_on_lane);
}

bool sender_busy(const struct partner *p)
{
	return p->nslots || p->looking;
}

void sender_clear(struct partner *p)
{
	queue_set(p, NULL, 0);
}

void sender_cancel(struct partner *p)
{
	/* Cancelling ends no op at once, so the list stands still meanwhile. */
	for (struct list *l = p->slots.next; l != &p->slots; l = l->next)
		op_cancel(&container_of(l, struct slot, in_partner)->task.op);
}
