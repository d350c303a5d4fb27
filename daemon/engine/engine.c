/*
 * engine.c - opening and closing, the lane's jobs, plans after changes.
 */
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "engine/partner.h"
#include "engine/setup.h"
#include "engine/watch.h"

enum { PATIENCE_MS = 5000 };

/* --- plans ------------------------------------------------------------------------------------------------------------------ */

static void kick_senders(struct engine *engine)
{
	for (size_t i = 0; i < engine->now->n; i++)
		sender_kick(engine->now->partner[i]);
	engine_changed(engine);
}

static bool release_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	(void)job;
	if (!release_begin(hub, e))
		return false;
	for (size_t i = 0; i < hub->n; i++) {
		struct release r = { .partner = hub->partner[i].id };

		if (!release_plan(hub, &r, e))
			return false;
		if (r.held)
			log_event(LOG_LEVEL_ERROR, "plan_held", "partner=%s plan=%s reason=%s", hub->partner[i].config->id,
				r.hash, r.why);
		else if (r.counted)
			log_event(LOG_LEVEL_DEBUG, "plan", "partner=%s ready=%lld dropped=%lld", hub->partner[i].config->id,
				(long long)r.ready, (long long)r.dropped);
	}
	return release_onboard(hub, e);
}

static void release_done(struct op *op)
{
	struct engine *engine = container_of(op, struct engine, release_job.op);

	engine->releasing = false;
	if (op->err.kind)
		log_event(LOG_LEVEL_ERROR, "store", "error=%s", op->err.text);
	if (engine->release_again && !engine->draining)
		engine_release(engine);
	kick_senders(engine);
	engine_idle(engine);
}

void engine_release(struct engine *engine)
{
	engine->release_again = engine->releasing;
	if (engine->releasing || engine->draining)
		return;
	engine->releasing = true;
	engine->release_job.op.done = release_done;
	job_start(engine, &engine->release_job, release_on_lane);
}

/* What a transaction outside a run has marked goes the same way as what a run marks. */
void engine_kick(struct engine *engine)
{
	engine_release(engine);
	kick_senders(engine);
}

/* --- opening ----------------------------------------------------------------------------------------------------------------- */

static void take_over(struct engine *engine, struct setup *setup)
{
	engine->now = setup;
	engine->hub.config = setup->config;
	engine->hub.partner = setup->hub_partner;
	engine->hub.n = setup->n;
	engine->env.config_dir = setup->config->dir;
	engine->env.manifest_path = setup->config->manifest_path;
}

static void set_env(struct engine *engine, const struct config *config)
{
	engine->env = (struct adapter_env){
		.loop = engine->options.loop, .http = engine->options.http, .uv = engine->options.uv,
		.state_dir = engine->state_dir, .config_dir = config->dir, .manifest_path = config->manifest_path,
		.secret = config_secret,
	};
}

static void release(struct engine *engine)
{
	store_close(engine->store);
	setup_free(engine->now);
	match_model_free(engine->model);
	free(engine->state_dir);
	free(engine);
}

struct engine *engine_open(const struct engine_options *options, struct config *config, struct diags *diags, struct err *e)
{
	struct engine *engine = calloc(1, sizeof *engine);
	AUTO(arena_free) struct arena *arena = arena_new();

	if (!engine)
		abort();
	engine->options = *options;
	lane_init(&engine->writer, options->loop);
	jobs_init(engine);
	loop_random(options->loop, &engine->hub.random, sizeof engine->hub.random);
	engine->hub.now_ms = loop_wall(options->loop);
	engine->state_dir = strdup(config->state_dir);
	if (!engine->state_dir)
		abort();
	set_env(engine, config);
	/* What is wrong with the folder, opening the store says better. */
	mkdir(engine->state_dir, 0700);
	if (config_model(config, &engine->model, e))
		engine->store = store_open(&(struct store_options){
		.path = arena_printf(arena, "%s/doorstroom.db", engine->state_dir), .vfs = options->store_vfs, .model = engine->model,
		.committed = options->committed, .ctx = options->ctx }, e);
	if (!engine->store) {
		config_free(config);
		return engine;
	}
	engine->hub.store = engine->store;
	if (!setup_open(engine, config, diags, &engine->now)) {
		err_set(e, ERR_BROKEN, "an endpoint's configuration is wrong");
		return engine;
	}
	if (!setup_install(engine, engine->now, e))
		return engine;
	take_over(engine, engine->now);
	engine->seq = store_seq(engine->store);
	return engine;
}

void engine_start(struct engine *engine)
{
	for (size_t i = 0; i < engine->now->n; i++)
		partner_begin(engine->now->partner[i]);
	watch_start(engine);
	engine_release(engine);
}

/* --- draining: for a close and for a reload ------------------------------------------------------------------------------------ */

static bool all_idle(const struct engine *engine)
{
	for (size_t i = 0; i < engine->now->n; i++)
		if (!partner_idle(engine->now->partner[i]))
			return false;
	return !engine->releasing && jobs_idle(engine);
}

static void on_impatient(struct timer *t)
{
	struct engine *engine = container_of(t, struct engine, patience);

	for (size_t i = 0; i < engine->now->n; i++)
		partner_drain(engine->now->partner[i], true);
	/* Jobs without an owner that would tell: look again. */
	timer_arm(engine->options.loop, &engine->patience, 100);
	engine_idle(engine);
}

static void drain(struct engine *engine)
{
	engine->draining = true;
	watch_stop(engine);
	engine->patience.fire = on_impatient;
	timer_arm(engine->options.loop, &engine->patience, PATIENCE_MS);
	for (size_t i = 0; i < engine->now->n; i++)
		partner_drain(engine->now->partner[i], false);
	engine_idle(engine);
}

static void finish_close(struct engine *engine)
{
	struct op *op = engine->close_op;

	timer_disarm(engine->options.loop, &engine->patience);
	release(engine);
	op_finish(op);
}

static void finish_reload(struct engine *engine, struct setup *old)
{
	setup_free(old);
	engine->next = NULL;
	/* What was refused before anything stopped for it leaves everything at work. */
	if (engine->draining) {
		timer_disarm(engine->options.loop, &engine->patience);
		engine->draining = false;
		engine_start(engine);
	}
	op_finish(steal(engine->reload_op));
}

static void installed(struct op *op)
{
	struct engine *engine = container_of(op, struct engine, setup_job.op);
	struct setup *old = engine->now;

	if (op->err.kind)
		engine->reload_op->err = op->err;
	else
		take_over(engine, steal(engine->next));
	/* What is not in force is closed, whichever it is. */
	setup_close(engine, engine->next ? engine->next : old);
}

static bool install_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	(void)hub;
	return setup_install(job->engine, job->engine->next, e);
}

void engine_idle(struct engine *engine)
{
	if (!engine->draining || engine->closing || !all_idle(engine))
		return;
	timer_disarm(engine->options.loop, &engine->patience);
	engine->closing = 1;
	if (engine->close_op) {
		setup_close(engine, engine->now);
		return;
	}
	engine->setup_job.op.done = installed;
	job_start(engine, &engine->setup_job, install_on_lane);
}

void setup_closed(struct engine *engine, struct setup *setup)
{
	engine->closing = 0;
	if (engine->close_op && setup == engine->now) {
		finish_close(engine);
		return;
	}
	finish_reload(engine, setup);
	if (engine->close_op)
		drain(engine);
}

void engine_close(struct engine *engine, struct op *op)
{
	op_begin(op, NULL);
	engine->close_op = op;
	if (!engine->now)
		finish_close(engine);
	else if (!engine->reload_op)
		drain(engine);
}

void engine_reload(struct engine *engine, struct config *config, struct diags *diags, struct op *op)
{
	op_begin(op, NULL);
	if (engine->draining || engine->reload_op) {
		err_set(&op->err, ERR_AGAIN, "a reload or a stop is under way");
		config_free(config);
		op_finish(op);
		return;
	}
	engine->reload_op = op;
	if (setup_open(engine, config, diags, &engine->next)) {
		drain(engine);
		return;
	}
	err_set(&op->err, ERR_BROKEN, "an endpoint's configuration is wrong; the old configuration stays in force");
	setup_close(engine, engine->next);
}
