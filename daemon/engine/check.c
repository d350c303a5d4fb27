/*
 * check.c - goes through the trials.
 *
 *   ready > turn > answered > turn ... > close > closed
 *              ^      |
 *              |      +-- answered    again: what may pass, the next page
 *              +------+
 *
 * turn lets the trial at hand run, until it has started an op or there are no more trials.
 *
 * Failure modes: the configuration is faulty (diagnoses, nothing was opened); a trial fails (part of the answer, the
 * others are still tried); the check is cancelled (the remote is closed, what was made at the partner stays until the
 * next check finds it).
 */
#include "engine/check_parts.h"

#include "adapters/adapters.h"

enum { TRIES = 4, WAIT_MS = 1000, WAIT_MAX_MS = 60000 };

static const struct step *check_turn(struct task *);
#define CHECK_STEPS(X) X(answered) X(close) X(closed)
#define X(s)                                                 \
	static const struct step *check_##s(struct task *);  \
	static const struct step step_##s = { "check." #s, check_##s };
CHECK_STEPS(X)
#undef X

static struct checking *checking_of(struct task *t)
{
	return container_of(t, struct checking, task);
}

/* --- the steps --------------------------------------------------------------------------------------------------- */

static void take_err(struct checking *c)
{
	switch (c->asking) {
	case ASK_PULL:
		c->err = c->pull.op.err;
		return;
	case ASK_GET:
		c->err = c->get.op.err;
		return;
	case ASK_PUSH:
		c->err = c->push.op.err;
		return;
	case ASK_NOTHING:
		return;
	}
}

/* An unanswered create may have been made: asking again is a matter for the trials that prove what comes of it. */
static bool ask_again(struct checking *c)
{
	const bool create = c->asking == ASK_PUSH && c->push.kind == PUSH_CREATE && c->push.sent;
	uint64_t ms = c->err.wait_ms ? c->err.wait_ms : (uint64_t)WAIT_MS << c->tries;

	if (c->asking == ASK_NOTHING || c->err.kind != ERR_AGAIN || c->target != c->remote) {
		c->weary = c->weary && c->err.kind == ERR_AGAIN;
		return false;
	}
	c->again++;
	c->in_vain += c->tries && c->err.wait_ms;
	c->told_to_wait += c->err.wait_ms != 0;
	c->weary = c->weary || c->tries == TRIES;
	if (c->tries++ == TRIES || c->weary || create || ms > WAIT_MAX_MS)
		return false;
	c->pausing = true;
	check_pause(c, ms);
	return true;
}

static void take_look(struct checking *c)
{
	c->looking = false;
	c->found = !c->err.kind && c->get.found && c->get.item.state == ITEM_LIVE;
	if (c->found)
		c->item = c->get.item;
}

static bool next_page(struct checking *c)
{
	struct walk *w = c->walk;

	if (c->err.kind)
		return false;
	walk_take(c, w, &c->pull);
	if (walk_goes_round(w))
		err_set(&c->err, ERR_BROKEN, "the list has no end: its pages go round");
	return !c->err.kind && !c->page_by_page && trial_walk_on(c);
}

static const struct step *check_answered(struct task *t)
{
	struct checking *c = checking_of(t);

	if (c->pausing) {
		c->pausing = false;
		check_ask(c);
		return &step_answered;
	}
	take_err(c);
	if (ask_again(c))
		return &step_answered;
	if (c->asking == ASK_PULL && c->walk && next_page(c))
		return &step_answered;
	if (c->asking == ASK_GET && c->looking)
		take_look(c);
	return check_turn(t);
}

static const char *not_declared(struct checking *c, unsigned lacking)
{
	const char *all = "";

#define X(cap, name, meaning)                                                                                   \
	if (lacking & ADAPTER_CAN_##cap)                                                                        \
		all = arena_printf(c->arena, "%s%s%s", all, *all ? ", " : "", name);
	ADAPTER_CAPS(X)
#undef X
	return all;
}

static bool writes_type(const struct checking *c)
{
	const unsigned usual = 1u << RECORD_ORGANIZATION | 1u << RECORD_CONTACT;

	return (c->check->types ? c->check->types : usual) & 1u << c->type;
}

static bool begins(struct checking *c)
{
	const struct trial *t = c->trial;
	const unsigned lacking = t->needs & ~c->remote->caps;

	c->turn = c->count = c->step = 0;
	c->told = false;
	c->walk = NULL;
	c->looking = false;
	c->other = NULL;
	if (lacking)
		return trial_not_applicable(c, "not declared: %s", not_declared(c, lacking));
	if (t->mode != TRIAL_WRITES)
		return true;
	if (!c->check->write)
		return trial_not_tried(c, "it writes there: with --write");
	if (!writes_type(c))
		return trial_not_tried(c, "written only if asked for: with --type %s", record_type_name(c->type));
	if (!(c->remote->caps & ADAPTER_CAN_DELETE) && !c->check->leave)
		return trial_not_tried(c, "records made there could not be removed again: with --leave they stay");
	return true;
}

static void type_end(struct checking *c)
{
	json_array_append_new(c->types, type_json(c));
	walk_fini(&c->first);
	walk_fini(&c->second);
	walk_fini(&c->third);
	walk_fini(&c->changes);
	json_decref(c->faults);
	c->faults = NULL;
	c->samples = c->sampled = c->nleft = 0;
	c->subject = c->removed = NULL;
	memset(c->field_n, 0, sizeof(c->field_n));
}

static bool has_type(const struct checking *c)
{
	const unsigned wanted = c->check->types ? c->check->types : ~0u;

	return c->remote->types & c->check->partner->types & wanted & 1u << c->type;
}

/* One of the type at hand, or, after the types, of the endpoint. */
static bool due(const struct checking *c)
{
	if (c->type == RECORD_TYPES)
		return c->trial->mode == TRIAL_ONCE;
	return c->trial->mode != TRIAL_ONCE && has_type(c);
}

static void next_trial(struct checking *c)
{
	c->trial = c->trial ? c->trial + 1 : trials;
	while (c->trial->id ? !due(c) : c->type < RECORD_TYPES) {
		if (c->trial->id) {
			c->trial++;
			continue;
		}
		if (has_type(c))
			type_end(c);
		c->type++;
		c->trial = trials;
	}
	if (!c->trial->id)
		c->trial = NULL;
}

static const struct step *check_turn(struct task *t)
{
	struct checking *c = checking_of(t);

	while (c->trial) {
		if (c->turn || begins(c)) {
			const bool goes_on = c->trial->run(c);

			c->turn++;
			if (goes_on)
				return &step_answered;
		}
		c->turn = 0;
		next_trial(c);
	}
	return check_close(t);
}

/* At the end, since exec learns what it can do from its program. */
static void describe(struct checking *c)
{
	const unsigned caps = c->remote->caps, seen = caps & ~(c->blind ? (unsigned)ADAPTER_CAN_CONDITIONAL : 0);
	json_t *can = json_array();

#define X(cap, name, meaning)                                                                                          \
	if (caps & ADAPTER_CAN_##cap)                                                                                  \
		json_array_append_new(can, json_string(name));
	ADAPTER_CAPS(X)
#undef X
#define CLASS(caps) ((caps) & ADAPTER_CAN_CONDITIONAL ? "A" : (caps) & ADAPTER_CAN_GET ? "B" : "C")
	json_object_set_new(c->check->out, "can", can);
	json_object_set_new(c->check->out, "class", json_string(CLASS(caps)));
	if (c->proved || c->blind || !(caps & ADAPTER_CAN_CONDITIONAL))
		json_object_set_new(c->check->out, "seen_class", json_string(CLASS(seen)));
#undef CLASS
}

static const struct step *check_close(struct task *t)
{
	struct checking *c = checking_of(t);

	c->close = (struct op){ .loop = t->op.loop };
	if (c->stranger) {
		task_own(t, &c->close);
		remote_close(steal(c->stranger), &c->close);
		return &step_close;
	}
	describe(c);
	task_own(t, &c->close);
	remote_close(c->remote, &c->close);
	return &step_closed;
}

static const struct step *check_closed(struct task *t)
{
	(void)t;
	return NULL;
}

/* --- beginning and end ------------------------------------------------------------------------------------------- */

static void checking_free(struct checking *c)
{
	walk_fini(&c->first);
	walk_fini(&c->second);
	walk_fini(&c->third);
	walk_fini(&c->changes);
	json_decref(c->faults);
	arena_free(c->page);
	arena_free(c->arena);
	free(c);
}

static void on_done(struct op *op)
{
	struct checking *c = container_of(op, struct checking, task.op);
	struct check *check = c->check;

	check->op.err = op->err;
	checking_free(c);
	op_finish(&check->op);
}

static void on_cancel(struct op *op)
{
	struct checking *c = op->impl;

	op_cancel(&c->task.op);
}

static void on_ready(struct op *op)
{
	struct checking *c = container_of(op, struct checking, ready);

	if (op->err.kind == ERR_NONE || op->err.kind == ERR_CANCELED)
		return;
	json_array_append_new(json_object_get(c->check->out, "faults"), json_string(op->err.text));
	json_object_set_new(c->check->out, "ok", json_false());
	c->type = RECORD_TYPES;
}

static const struct step *check_first(struct task *t)
{
	struct checking *c = checking_of(t);

	if (c->type == RECORD_TYPES)
		return check_close(t);
	next_trial(c);
	return check_turn(t);
}

static const struct step *check_ready(struct task *t)
{
	static const struct step step_first = { "check.first", check_first };
	struct checking *c = checking_of(t);

	if (!c->remote->adapter->ready)
		return &step_first;
	c->ready = (struct op){ .loop = t->op.loop, .done = on_ready };
	task_own(t, &c->ready);
	c->remote->adapter->ready(c->remote, &c->ready);
	return &step_first;
}

static struct remote *open_remote(struct check *check, struct arena *arena)
{
	struct diags diags = { .arena = arena };
	json_t *faults = json_array();
	const struct yaml *name = yaml_get(check->partner->endpoint, "adapter");
	const struct adapter *adapter = name && name->kind == YAML_SCALAR ? adapter_find(name->text) : NULL;
	struct remote *remote = NULL;

	if (!adapter)
		diag_add(&diags, name ? name : check->partner->endpoint, "must name an adapter: rest, exec or dir");
	else if (check->offline)
		adapter_check_offline(check->env, check->partner->id, check->partner->endpoint, &diags);
	else
		remote = adapter->open(check->env, check->partner->id, check->partner->endpoint, &diags);
	for (size_t i = 0; i < diags.n; i++)
		json_array_append_new(faults, json_string(diags.line[i]));
	check->out = json_pack("{ss,ss*,sb,so,s{}}", "partner", check->partner->id, "adapter",
		adapter ? adapter->name : NULL, "ok", !diags.n, "faults", faults, "counts");
	return remote;
}

void check_start(struct check *check)
{
	static const struct step step_ready = { "check.ready", check_ready };
	struct checking *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	op_begin(&check->op, on_cancel);
	check->op.impl = c;
	c->check = check;
	c->arena = arena_new();
	c->page = arena_new();
	c->remote = c->target = open_remote(check, c->arena);
	if (!c->remote) {
		checking_free(c);
		check->op.cancel = NULL;
		op_finish(&check->op);
		return;
	}
	c->types = json_array();
	c->checks = json_array();
	json_object_set_new(check->out, "types", c->types);
	json_object_set_new(check->out, "checks", c->checks);
	c->task.op.loop = check->op.loop;
	c->task.op.done = on_done;
	c->task.fail = &step_close;
	task_start(&c->task, &step_ready);
}
