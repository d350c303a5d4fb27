/*
 * check.c
 *
 *   open > pull > pull ... (one per type) > close > done
 *
 * Failure modes: the configuration is faulty (diagnoses, nothing was opened); a type cannot be read (its error is part
 * of the answer, the others are still tried).
 */
#include "engine/check.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/adapters.h"
#include "io/task.h"

#define FAULTS_MAX 20
#define PAGE 100

struct checking {
	struct task task;
	struct check *check;
	struct arena *arena;
	struct remote *remote;
	struct pull pull;
	struct op close;
	unsigned type; /* the next to be read */
	json_t *types;
};

static const struct step *pull_next(struct task *);
static const struct step *pulled(struct task *);
static const struct step *closed(struct task *);
static const struct step step_pull = { "pull", pull_next }, step_pulled = { "pulled", pulled },
			 step_closed = { "closed", closed };

static json_t *fields_seen(const struct pull *p)
{
	json_t *fields = json_object();

	for (unsigned f = 0; f < field_count(p->type); f++) {
		json_int_t n = 0;

		for (size_t i = 0; i < p->n; i++)
			n += p->item[i].record && p->item[i].record->v[f];
		if (n)
			json_object_set_new(fields, field_at(p->type, f)->name, json_integer(n));
	}
	return fields;
}

static json_t *page_json(const struct pull *p)
{
	json_t *faults = json_array();
	json_int_t unusable = 0, gone = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct item *item = &p->item[i];

		gone += item->state != ITEM_LIVE;
		if (item->state != ITEM_LIVE || item->record)
			continue;
		if (unusable++ < FAULTS_MAX)
			json_array_append_new(
				faults, json_pack("{ss*,ss*,ss}", "key", item->key, "field",
						item->err.field[0] ? item->err.field : NULL, "reason", item->err.text));
	}
	return json_pack("{ss,sI,sI,sI,sb,sI,so,so}", "type", record_type_name(p->type), "items", (json_int_t)p->n,
		"unusable", unusable, "gone", gone, "more", p->more, "total", (json_int_t)p->total, "fields",
		fields_seen(p), "faults", faults);
}

static void on_pulled(struct op *op)
{
	struct checking *c = container_of(op, struct checking, pull.op);
	struct check *check = c->check;

	if (op->err.kind == ERR_CANCELED)
		return;
	if (op->err.kind != ERR_NONE) {
		json_array_append_new(c->types,
			json_pack("{ss,ss,ss,ss*}", "type", record_type_name(c->pull.type), "error", op->err.text,
				"kind", err_kind_name(op->err.kind), "field", op->err.field[0] ? op->err.field : NULL));
		json_object_set_new(check->out, "ok", json_false());
		return;
	}
	json_array_append_new(c->types, page_json(&c->pull));
}

/* At the end, since exec learns what it can do from its program. */
static void describe(struct checking *c)
{
	const unsigned caps = c->remote->caps;
	json_t *can = json_array();

#define X(cap, name, meaning)                                                                                          \
	if (caps & ADAPTER_CAN_##cap)                                                                                  \
		json_array_append_new(can, json_string(name));
	ADAPTER_CAPS(X)
#undef X
	json_object_set_new(c->check->out, "can", can);
	json_object_set_new(c->check->out, "class",
		json_string(caps & ADAPTER_CAN_CONDITIONAL ? "A"
			    : caps & ADAPTER_CAN_GET	   ? "B"
							   : "C"));
}

static const struct step *pull_next(struct task *t)
{
	struct checking *c = container_of(t, struct checking, task);

	while (c->type < RECORD_TYPES && !(c->remote->types & c->check->partner->types & 1u << c->type))
		c->type++;
	if (c->type == RECORD_TYPES) {
		describe(c);
		c->close = (struct op){ .loop = t->op.loop };
		task_own(t, &c->close);
		remote_close(c->remote, &c->close);
		return &step_closed;
	}
	arena_reset(c->arena);
	c->pull = (struct pull){ .op = { .loop = t->op.loop, .done = on_pulled },
		.arena = c->arena,
		.type = (enum record_type)c->type++,
		.complete = true,
		.limit = PAGE,
		.total = -1 };
	task_own(t, &c->pull.op);
	remote_pull(c->remote, &c->pull);
	return &step_pulled;
}

static const struct step *pulled(struct task *t)
{
	return pull_next(t);
}

static const struct step *closed(struct task *t)
{
	(void)t;
	return NULL;
}

static void on_done(struct op *op)
{
	struct checking *c = container_of(op, struct checking, task.op);
	struct check *check = c->check;

	check->op.err = op->err;
	arena_free(c->arena);
	free(c);
	op_finish(&check->op);
}

static void on_cancel(struct op *op)
{
	struct checking *c = op->impl;

	op_cancel(&c->task.op);
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
	check->out = json_pack("{ss,ss*,sb,so}", "partner", check->partner->id, "adapter",
		adapter ? adapter->name : NULL, "ok", !diags.n, "faults", faults);
	return remote;
}

void check_start(struct check *check)
{
	struct checking *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	op_begin(&check->op, on_cancel);
	check->op.impl = c;
	c->check = check;
	c->arena = arena_new();
	c->remote = open_remote(check, c->arena);
	if (!c->remote) {
		arena_free(c->arena);
		free(c);
		check->op.cancel = NULL;
		op_finish(&check->op);
		return;
	}
	c->types = json_array();
	json_object_set_new(check->out, "types", c->types);
	c->task.op.loop = check->op.loop;
	c->task.op.done = on_done;
	task_start(&c->task, &step_pull);
}
