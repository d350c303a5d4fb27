/*
 * world.c - a history from beginning to end: the engine is opened, dies and is opened again, while virtual time passes.
 *
 * A kill happens in this process: from one moment on nothing that the engine does has an effect any more - the disk
 * takes no write, no request arrives - and only then is it closed, so that its memory comes back. What the next one
 * finds is what a killed process leaves.
 */
#include "sim.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "support/disk.h"

enum { TURNS_MAX = 4000000 };

/* --- what happened ---------------------------------------------------------------------------------------------- */

uint64_t world_now(const struct world *w)
{
	return w->sim.now;
}

void world_tell(struct world *w, const char *fmt, ...)
{
	char line[500];
	va_list ap;
	int n = snprintf(line, sizeof line, "%9.3f ", (double)world_now(w) / 1000);

	va_start(ap, fmt);
	vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
	va_end(ap);
	w->out->hash = hash_text(line, w->out->hash);
	if (w->verbose)
		fprintf(stderr, "%s\n", line);
}

void world_blame(struct world *w, struct place *place, const struct rec *rec, unsigned field, const char *value)
{
	if (!w->out->failed)
		w->blame = (struct blame){place, rec, field, value ? arena_strdup(w->arena, value) : NULL};
}

void world_violated(struct world *w, const char *rule, const char *fmt, ...)
{
	va_list ap;

	if (w->out->failed)
		return;
	w->out->failed = true;
	w->out->failed_ms = world_now(w);
	snprintf(w->out->rule, sizeof w->out->rule, "%s", rule);
	va_start(ap, fmt);
	vsnprintf(w->out->what, sizeof w->out->what, fmt, ap);
	va_end(ap);
	world_tell(w, "VIOLATED %s: %s", rule, w->out->what);
}

/* --- things ----------------------------------------------------------------------------------------------------- */

unsigned world_thing(struct world *w)
{
	const unsigned thing = ++w->things;

	if (thing >= w->thing_room) {
		w->thing_room = w->thing_room ? w->thing_room * 2 : 256;
		w->thing_joined = realloc(w->thing_joined, w->thing_room * sizeof *w->thing_joined);
		if (!w->thing_joined)
			abort();
	}
	w->thing_joined[thing] = thing;
	return thing;
}

unsigned world_root(struct world *w, unsigned thing)
{
	while (thing <= w->things && thing && w->thing_joined[thing] != thing)
		thing = w->thing_joined[thing];
	return thing;
}

void world_join(struct world *w, unsigned thing, unsigned other)
{
	w->thing_joined[world_root(w, thing)] = world_root(w, other);
}

/* --- what the hub holds ------------------------------------------------------------------------------------------- */

bool world_believes_in(struct world *w, const struct rec *r)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct store_partner partner;
	struct shadow *s = NULL;
	struct err e;
	bool ok;

	if (!w->engine || world_dying(w))
		return true;
	faults_spare(true);
	ok = store_partner(engine_store(w->engine), arena, r->place->is->name, &partner, &e) &&
		store_shadow_by_key(engine_store(w->engine), arena, partner.id, r->type, r->key, &s, &e);
	faults_spare(false);
	return !ok || (s && s->state == SHADOW_LIVE);
}

/* --- configuration ---------------------------------------------------------------------------------------------- */

static json_t *partner_config(const struct plan *plan, const struct profile *p)
{
	static const char *const deletions[] = {
		[DELETION_UNLINK] = "unlink", [DELETION_ARCHIVE] = "archive", [DELETION_PROPAGATE] = "propagate"};
	json_t *share = json_object(), *deletion = json_object(), *rank = json_array();

	for (unsigned t = 0; t < RECORD_TYPES; t++) {
		const char *name = record_type_name((enum record_type)t);

		json_object_set_new(share, name, json_pack("{s:[sss],s:[s]}", "scope", "linked", "referred", "all", "fields", "all"));
		json_object_set_new(deletion, name, json_string(deletions[p->deletion]));
	}
	json_decref(rank);
	(void)plan;
	return json_pack("{s:s,s:{s:s},s:s,s:o,s:o,s:o,s:o,s:I}", "partner", p->name, "endpoint", "adapter", "sim", "onboarding",
		p->reviewed ? "review" : "apply", "poll", json_sprintf("%" PRIu64 "s", p->poll_s), "complete",
		json_sprintf("%" PRIu64 "s", p->complete_s), "share", share, "deletion", deletion, "sends",
		(json_int_t)p->sends);
}

/* JSON is YAML. */
static char *config_text(const struct plan *plan)
{
	json_t *partners = json_array(), *all;
	char *text;

	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		if (plan->partner[i].there)
			json_array_append_new(partners, partner_config(plan, &plan->partner[i]));
	all = json_pack("{s:s,s:s,s:[],s:o,s:{s:{s:s}}}", "state_dir", ".", "control", "none", "include", "partners", partners,
		"policy", "organization", "legal_name", policy_name(plan->name_policy));
	text = json_dumps(all, 0);
	json_decref(all);
	return text;
}

/* --- the engine's life ------------------------------------------------------------------------------------------- */

bool world_dying(const struct world *w)
{
	return w->killed || disk_dead();
}

void world_kill(struct world *w, enum ending how)
{
	if (w->killed)
		return;
	w->killed = true;
	w->how = how;
	disk_die();
	world_tell(w, "killed");
}

static void on_commit(void *ctx, uint64_t nth)
{
	struct world *w = ctx;

	(void)nth;
	if (w->engine && !world_dying(w))
		w->acknowledged = store_seq(engine_store(w->engine));
	if (w->kill_commits && --w->kill_commits == 0) {
		w->out->faults[FAULT_KILL_COMMIT]++;
		world_kill(w, END_KILL);
	}
}

static void nothing(struct timer *t)
{
	(void)t;
}

static void start_in(struct world *w, uint64_t ms)
{
	w->start_ms = world_now(w) + ms;
	w->start_timer.fire = nothing;
	timer_arm(&w->sim.loop, &w->start_timer, ms);
}

struct closing {
	struct op op;
	bool done;
};

static void on_closed(struct op *op)
{
	container_of(op, struct closing, op)->done = true;
}

static bool is_set(void *ctx)
{
	return *(bool *)ctx;
}

static void close_engine(struct world *w)
{
	struct closing c = {.op = {.loop = &w->sim.loop, .done = on_closed}};

	w->closing = true;
	engine_close(w->engine, &c.op);
	if (!simloop_run(&w->sim, is_set, &c.done)) {
		fprintf(stderr, "the engine does not close\n");
		abort();
	}
	w->engine = NULL;
	w->closing = false;
}

static void start(struct world *w)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(free) char *text = config_text(w->plan);
	struct diags diags = {.arena = arena};
	const struct engine_options options = {.loop = &w->sim.loop, .store_vfs = DISK_VFS, .committed = on_commit, .ctx = w};
	struct config *config = config_parse("sim", ".", text, strlen(text), &diags);
	struct err e = {0};

	w->engine = config ? engine_open(&options, config, &diags, &e) : NULL;
	if (!w->engine || e.kind) {
		if (diags.n || (!world_dying(w) && !w->refused_until_ms))
			world_violated(w, "I7 crash safety", "it does not start: %s%s", e.text, diags.n ? diags.line[0] : "");
		world_tell(w, "does not start: %s", e.text);
		if (w->engine)
			close_engine(w);
		disk_restart(w->how == END_POWER ? DISK_POWER_FAILED : DISK_KILLED);
		start_in(w, 10000);
		return;
	}
	world_tell(w, "started");
	w->out->deeds[DEED_RESTART]++;
	if (store_seq(engine_store(w->engine)) < w->acknowledged)
		world_violated(w, "I7 crash safety", "commits are lost: event %lld was acknowledged, %lld is the newest",
			(long long)w->acknowledged, (long long)store_seq(engine_store(w->engine)));
	engine_start(w->engine);
}

static void stop(struct world *w)
{
	close_engine(w);
	if (!w->killed && !disk_dead())
		w->how = END_STOP;
	if (w->how == END_POWER)
		w->out->faults[FAULT_POWER]++;
	disk_restart(w->how == END_POWER ? DISK_POWER_FAILED : DISK_KILLED);
	if (w->refused_until_ms)
		timer_arm(&w->sim.loop, &w->room_timer, 0);
	w->killed = w->stop = false;
	oracle_forget(w);
	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		oracle_restart(&w->place[i]);
	world_tell(w, "is gone");
}

/* --- its course --------------------------------------------------------------------------------------------------- */

static void on_quiet(struct timer *t)
{
	struct world *w = container_of(t, struct world, quiet_timer);

	faults_end(w);
	people_mend_all(w);
	world_tell(w, "quiet");
}

static void on_end(struct timer *t)
{
	container_of(t, struct world, end_timer)->over = true;
}

static bool interrupted(void *ctx)
{
	struct world *w = ctx;

	oracle_sample(w);
	if (w->sim.turns > TURNS_MAX)
		world_violated(w, "I1 convergence", "it never comes to rest: %d turns", TURNS_MAX);
	if (w->over || w->out->failed)
		return true;
	if (!w->engine)
		return world_now(w) >= w->start_ms;
	return world_dying(w) || w->stop;
}

static void play(struct world *w)
{
	while (!w->over && !w->out->failed) {
		if (!w->engine && world_now(w) >= w->start_ms)
			start(w);
		if (!simloop_run(&w->sim, interrupted, w))
			break;
		if (!w->engine || w->over || w->out->failed)
			continue;
		stop(w);
		start_in(w, 1000 + simloop_draw(&w->sim) % 60000);
	}
	if (w->engine && !w->out->failed)
		oracle_end(w);
	if (w->engine && !w->out->failed)
		oracle_isolation(w);
	if (w->engine)
		stop(w);
	/* What is still on its way goes nowhere. */
	w->over = true;
	while (simloop_run(&w->sim, NULL, NULL))
		;
}

static void forget(struct world *w)
{
	for (unsigned i = 0; i < SIM_PARTNERS; i++) {
		for (size_t k = 0; k < w->place[i].n; k++)
			free(w->place[i].rec[k]->state);
		free(w->place[i].rec);
	}
	oracle_forget(w);
	free(w->overwrite);
	free(w->thing_joined);
	free(w->used);
	simloop_fini(&w->sim);
	arena_free(w->arena);
	free(w);
}

void world_play(struct plan *plan, struct outcome *out, bool verbose)
{
	struct world *w = calloc(1, sizeof *w);

	if (!w)
		abort();
	*w = (struct world){.plan = plan, .out = out, .arena = arena_new(), .verbose = verbose};
	w->used = calloc(plan->nfaults + 1, sizeof *w->used);
	if (!w->used)
		abort();
	out->hash = plan->seed;
	simloop_init(&w->sim, plan->schedule_seed);
	w->sim.chance = plan->jitter_seed;
	disk_new(plan->disk_seed);
	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		w->place[i] = (struct place){.w = w, .is = &plan->partner[i], .index = i};
	remote_use(w);
	people_start(w);
	faults_start(w);
	admin_start(w);
	w->quiet_timer.fire = on_quiet;
	timer_arm(&w->sim.loop, &w->quiet_timer, TROUBLE_MS);
	w->end_timer.fire = on_end;
	timer_arm(&w->sim.loop, &w->end_timer, plan->end_ms ? plan->end_ms : TROUBLE_MS + QUIET_MS);
	play(w);
	out->sim_ms = world_now(w);
	if (out->failed && plan->scenario)
		scenario_write(w, plan->scenario);
	forget(w);
}
