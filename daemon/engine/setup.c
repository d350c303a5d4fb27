#include "engine/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mutant.h"
#include "engine/origin.h"

static struct remote *open_remote(struct engine *engine, const struct config *config, const struct partner_config *pc,
	struct diags *diags)
{
	const struct yaml *name = pc->endpoint ? yaml_get(pc->endpoint, "adapter") : NULL;
	const struct adapter *adapter = adapter_find(name && name->kind == YAML_SCALAR ? name->text : "rest");

	if (!adapter) {
		diag_add(diags, name, "no adapter of that name");
		return NULL;
	}
	engine->env.config_dir = config->dir;
	engine->env.manifest_path = config->manifest_path;
	return adapter->open(&engine->env, pc->id, pc->endpoint, diags);
}

bool setup_open(struct engine *engine, struct config *config, struct diags *diags, struct setup **out)
{
	const struct adapter_env env = engine->env; /* of the configuration in force, which is still at work */
	struct setup *s = *out = calloc(1, sizeof *s);
	bool ok = true;

	if (!s)
		abort();
	s->config = config;
	s->partner = calloc(config->n + 1, sizeof(struct partner *));
	s->hub_partner = calloc(config->n + 1, sizeof *s->hub_partner);
	if (!s->partner || !s->hub_partner)
		abort();
	for (size_t i = 0; i < config->n; i++) {
		struct partner *p = partner_new(engine, config->partner[i], 0);

		s->partner[s->n++] = p;
		if (!p->config->enabled)
			continue;
		p->remote = open_remote(engine, config, p->config, diags);
		ok &= p->remote != NULL;
	}
	engine->env = env;
	return ok;
}

static enum partner_state state_from(const char *name)
{
	if (!strcmp(name, "paused"))
		return PARTNER_PAUSED;
	if (!strcmp(name, "ended"))
		return PARTNER_ENDED;
	return strcmp(name, "guarded") ? PARTNER_ACTIVE : PARTNER_GUARDED;
}

/* Nothing is under way: attempts that a crash or a reload cut off ended nobody knows how. */
static bool settle_cut_off(struct store *s, int partner, struct err *e)
{
	return store_outbox_move(s, partner, OUTBOX_SENDING, mutant(INTENT) ? OUTBOX_READY : OUTBOX_UNCERTAIN, 0, 0, e);
}

static bool install_one(struct engine *engine, struct partner *p, struct hub_partner *h, struct err *e)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct store_partner row;
	bool scanned = true;

	if (!store_partner(engine->store, arena, p->config->id, &row, e))
		return false;
	p->id = row.id;
	p->state = state_from(row.state);
	p->onboarded = row.onboarded;
	snprintf(p->reason, sizeof p->reason, "%s", p->state == PARTNER_ACTIVE ? "" : row.reason);
	h->id = row.id;
	h->config = p->config;
	h->onboarded = row.onboarded;
	if (!settle_cut_off(engine->store, p->id, e))
		return false;
	if (!p->remote)
		return true;
	h->remote = p->remote;
	h->caps = p->remote->caps;
	h->types = p->remote->types & p->config->types;
	h->map_version = p->remote->map_version;
	memcpy(h->readable, p->remote->readable, sizeof h->readable);
	memcpy(h->writable, p->remote->writable, sizeof h->writable);
	for (int type = 0; type < RECORD_TYPES; type++) {
		struct feed feed;

		if (!(h->types & 1u << type))
			continue;
		if (!store_feed(engine->store, arena, p->id, (enum record_type)type, &feed, e))
			return false;
		scanned &= feed.epoch_done > 0;
		if (feed.scanned_at > p->last_complete_ms)
			p->last_complete_ms = feed.scanned_at;
	}
	h->scanned = p->scanned = scanned && h->types;
	h->sharing_changed = row.shared != marks_sharing(h);
	return true;
}

bool setup_install(struct engine *engine, struct setup *s, struct err *e)
{
	bool ok = store_begin(engine->store, e);

	for (size_t i = 0; ok && i < s->n; i++)
		ok = install_one(engine, s->partner[i], &s->hub_partner[i], e);
	ok = ok && origin_open(&engine->hub, e);
	return store_end(engine->store, ok, e);
}

/* --- closing ---------------------------------------------------------------------------------------------------------------- */

struct closing {
	struct task task;
	struct engine *engine;
	struct setup *setup;
};

static const struct step *close_all(struct task *);
static const struct step *close_end(struct task *);
static const struct step step_close_all = { "setup.close", close_all };
static const struct step step_close_end = { "setup.closed", close_end };

static const struct step *close_all(struct task *t)
{
	struct closing *c = container_of(t, struct closing, task);

	for (size_t i = 0; i < c->setup->n; i++) {
		struct partner *p = c->setup->partner[i];

		if (!p->remote)
			continue;
		p->closing = (struct op){ .loop = t->op.loop };
		task_own(t, &p->closing);
		remote_close(steal(p->remote), &p->closing);
	}
	return &step_close_end;
}

static const struct step *close_end(struct task *t)
{
	(void)t;
	return NULL;
}

static void close_done(struct op *op)
{
	struct closing *c = container_of(op, struct closing, task.op);
	struct engine *engine = c->engine;
	struct setup *setup = c->setup;

	free(c);
	setup_closed(engine, setup);
}

void setup_close(struct engine *engine, struct setup *setup)
{
	struct closing *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->engine = engine;
	c->setup = setup;
	c->task = (struct task){ .op = { .loop = engine->options.loop, .done = close_done } };
	task_start(&c->task, &step_close_all);
}

void setup_free(struct setup *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		partner_free(s->partner[i]);
	free(s->partner);
	free(s->hub_partner);
	config_free(s->config);
	free(s);
}
