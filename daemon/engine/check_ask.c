/* check_ask.c - what a trial can say, and what it can start. */
#include "engine/check_parts.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const outcome_names[] = {
#define X(outcome, name) name,
	OUTCOMES(X)
#undef X
};

/* --- what a trial says ------------------------------------------------------------------------------------------- */

static bool say(struct checking *c, enum outcome outcome, const char *change, const char *why)
{
	static const char *const no = NULL;
	const struct trial *t = c->trial;
	json_t *counts = json_object_get(c->check->out, "counts");
	const char *name = outcome_names[outcome];

	json_array_append_new(c->checks,
		json_pack("{ss,ss*,ss,sb,ss,ss,ss*}", "check", t->id, "type",
			t->mode == TRIAL_ONCE ? no : record_type_name(c->type), "proves", t->proves, "writes",
			t->mode == TRIAL_WRITES, "outcome", name, "why", why, "change", change));
	json_object_set_new(counts, name, json_integer(json_integer_value(json_object_get(counts, name)) + 1));
	if (outcome == OUTCOME_FAILED)
		json_object_set_new(c->check->out, "ok", json_false());
	c->told = true;
	return false;
}

#define SAY(outcome, change)                                  \
	({                                                    \
		char why_[300];                               \
		va_list ap_;                                  \
		va_start(ap_, fmt);                           \
		vsnprintf(why_, sizeof(why_), fmt, ap_);      \
		va_end(ap_);                                  \
		say(c, outcome, change, why_);                \
	})

bool trial_passed(struct checking *c, const char *change, const char *fmt, ...)
{
	return SAY(OUTCOME_PASSED, change);
}

bool trial_failed(struct checking *c, const char *change, const char *fmt, ...)
{
	return SAY(OUTCOME_FAILED, change);
}

bool trial_not_applicable(struct checking *c, const char *fmt, ...)
{
	return SAY(OUTCOME_NOT_APPLICABLE, NULL);
}

bool trial_not_tried(struct checking *c, const char *fmt, ...)
{
	return SAY(OUTCOME_NOT_TRIED, NULL);
}

bool trial_trouble(struct checking *c, const char *doing)
{
	const char *kind = err_kind_name(c->err.kind);

	if (c->err.kind == ERR_AGAIN)
		return trial_not_tried(c, "%s: %s", doing, c->err.text);
	return trial_failed(c,
		c->err.kind == ERR_BROKEN ? "if this answer means something else: a rule in errors:, or the places in answers" : NULL,
		"%s: %s (%s)", doing, c->err.text, kind);
}

/* --- what a trial starts ----------------------------------------------------------------------------------------- */

/* Errors are the trial's to judge, so that none fails the task. */
static void on_ended(struct op *op)
{
	(void)op;
}

void check_ask(struct checking *c)
{
	const struct op op = { .loop = c->task.op.loop, .done = on_ended };

	arena_reset(c->page);
	c->err = (struct err){ 0 };
	switch (c->asking) {
	case ASK_PULL:
		c->pull = c->pull_asked;
		c->pull.op = op;
		c->pull.arena = c->page;
		c->pull.total = -1;
		task_own(&c->task, &c->pull.op);
		remote_pull(c->target, &c->pull);
		return;
	case ASK_GET:
		c->get = c->get_asked;
		c->get.op = op;
		c->get.arena = c->page;
		task_own(&c->task, &c->get.op);
		remote_get(c->target, &c->get);
		return;
	case ASK_PUSH:
		c->push = c->push_asked;
		c->push.op = op;
		c->push.arena = c->page;
		task_own(&c->task, &c->push.op);
		remote_push(c->target, &c->push);
		return;
	case ASK_NOTHING:
		return;
	}
}

void check_pause(struct checking *c, uint64_t ms)
{
	c->sleep = (struct sleep){ .op = { .loop = c->task.op.loop, .done = on_ended } };
	task_own(&c->task, &c->sleep.op);
	sleep_start(&c->sleep, ms);
}

bool trial_pull(struct checking *c, const char *cursor, bool complete, size_t limit)
{
	c->asking = ASK_PULL;
	c->tries = 0;
	c->pull_asked = (struct pull){ .type = c->type, .cursor = cursor, .complete = complete, .limit = limit };
	check_ask(c);
	return true;
}

static bool get(struct checking *c, struct get asked)
{
	c->asking = ASK_GET;
	c->tries = 0;
	c->get_asked = asked;
	check_ask(c);
	return true;
}

bool trial_get(struct checking *c, const char *key)
{
	return get(c, (struct get){ .type = c->type, .key = key, .raw = true });
}

bool trial_find(struct checking *c, const char *hub_id)
{
	return get(c, (struct get){ .type = c->type, .hub_id = hub_id });
}

bool trial_push(struct checking *c, const struct push *push)
{
	c->asking = ASK_PUSH;
	c->tries = 0;
	c->push_asked = *push;
	check_ask(c);
	return true;
}

bool trial_wait(struct checking *c, uint64_t ms)
{
	c->asking = ASK_NOTHING;
	c->err = (struct err){ 0 };
	check_pause(c, ms);
	return true;
}

static bool walk(struct checking *c, struct walk *w, const char *cursor, size_t limit)
{
	AUTO(free) char *from = cursor ? strdup(cursor) : NULL;

	walk_fini(w);
	w->cursor = steal(from);
	w->total = -1;
	c->walk = w;
	c->found = false;
	return trial_pull(c, w->cursor, !cursor, limit);
}

bool trial_walk(struct checking *c, struct walk *w, const char *cursor, size_t limit, const char *wanted)
{
	c->page_by_page = false;
	c->wanted = wanted;
	return walk(c, w, cursor, limit);
}

bool trial_walk_pages(struct checking *c, struct walk *w, const char *cursor, size_t limit)
{
	c->page_by_page = true;
	c->wanted = NULL;
	return walk(c, w, cursor, limit);
}

bool trial_walk_on(struct checking *c)
{
	const struct pull *p = &c->pull_asked;

	return c->walk->more && trial_pull(c, c->walk->cursor, p->complete, p->limit);
}

bool trial_look(struct checking *c, const char *key)
{
	if (!(c->remote->caps & ADAPTER_CAN_GET))
		return trial_walk(c, &c->third, NULL, 0, key);
	c->looking = true;
	return trial_get(c, key);
}
