/*
 * drive.c - the engine in virtual time, as a scenario drives it.
 *
 * Partners are polled so rarely that only `sync` makes them run. A synchronisation has ended when every partner that is
 * up has been read completely since it began and has nothing left to send, or waits for an admin. An admin who finds a
 * partner stopped because of a fault that the runner injected lets it run again, and has refused records sent again.
 */
#include "scenario/scenario.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/adapters.h"
#include "support/hook.h"

#define TURNS_MAX 200000 /* of one synchronisation: more is a livelock */
#define SPAN_MAX_MS (7ll * 24 * 3600 * 1000)
#define BETWEEN_MS 60000 /* passes before every synchronisation */

/* --- configuration
 * ---------------------------------------------------------------------------------------------------- */

static json_t *share_everything(void)
{
	json_t *share = json_object();

	for (unsigned t = 0; t < RECORD_TYPES; t++)
		json_object_set_new(share, record_type_name((enum record_type)t),
			json_pack("{s:[sss],s:[s]}", "scope", "linked", "referred", "all", "fields", "all"));
	return share;
}

static json_t *partner_config(const struct scene *s, const struct mem_partner *p)
{
	json_t *conf = json_pack("{s:s,s:{s:s},s:s,s:s,s:s,s:o}", "partner", p->name, "endpoint", "adapter", "mem",
		"onboarding", "apply", "poll", "1h", "complete", "30d", "share", share_everything());
	json_t *said = json_object_get(s->partners, p->name);

	if (said)
		json_object_update_recursive(conf, said);
	return conf;
}

/* JSON is YAML. */
static char *config_text(const struct scene *s)
{
	json_t *all = json_pack("{s:s,s:s,s:[]}", "state_dir", s->dir, "control", "none", "include");
	json_t *partners = json_array();
	char *text;

	for (unsigned i = 0; i < s->world->n; i++)
		json_array_append_new(partners, partner_config(s, &s->world->partner[i]));
	json_object_set_new(all, "partners", partners);
	json_object_update_recursive(all, s->hub);
	text = json_dumps(all, JSON_INDENT(1));
	json_decref(all);
	return text;
}

/* --- opening and closing
 * ------------------------------------------------------------------------------------------------ */

static void keep_time(struct scene *s)
{
	s->stage->wall_ms = loop_wall(&s->sim.loop);
}

static void on_commit(void *ctx, uint64_t nth)
{
	struct scene *s = ctx;

	(void)nth;
	/* Who comes after a kill does not live before it. */
	keep_time(s);
	if (++s->stage->commits == s->stage->kill_at)
		_exit(EXIT_KILLED);
}

static bool drive_open(struct scene *s)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(free) char *text = config_text(s);
	struct diags diags = {.arena = arena};
	struct engine_options options = {.loop = &s->sim.loop, .committed = on_commit, .ctx = s};
	struct config *config;
	struct err e = {0};

	if (s->engine && !s->stale_config)
		return true;
	drive_close(s);
	simloop_init(&s->sim, ++s->stage->starts);
	s->sim.wall = s->stage->wall_ms;
	config = config_parse("scenario", s->dir, text, strlen(text), &diags);
	s->engine = config ? engine_open(&options, config, &diags, &e) : NULL;
	if (!s->engine || e.kind) {
		if (s->engine)
			drive_close(s);
		else
			simloop_fini(&s->sim);
		return scene_fail(s, "the engine does not open: %s%s", e.text, diags.n ? diags.line[0] : "");
	}
	s->stale_config = false;
	engine_start(s->engine);
	return true;
}

static bool is_set(void *ctx)
{
	return *(bool *)ctx;
}

struct closing {
	struct op op;
	bool done;
};

static void on_closed(struct op *op)
{
	container_of(op, struct closing, op)->done = true;
}

void drive_close(struct scene *s)
{
	struct closing c = {.op = {.loop = &s->sim.loop, .done = on_closed}};

	if (!s->engine)
		return;
	engine_close(s->engine, &c.op);
	if (!simloop_run(&s->sim, is_set, &c.done)) {
		fprintf(stderr, "the engine does not close\n");
		abort();
	}
	keep_time(s);
	s->engine = NULL;
	simloop_fini(&s->sim);
}

/* --- running
 * ---------------------------------------------------------------------------------------------------------- */

struct waiting {
	struct scene *s;
	bool (*ended)(struct waiting *);
	struct mem_partner *only;
	int64_t since_wall_ms;
	uint64_t until_ms, turns;
	bool canceled, livelock;
};

/* Asked before every turn: also the moment for a cancel. */
static bool stop(void *ctx)
{
	struct waiting *w = ctx;
	struct stage *stage = w->s->stage;

	if (w->ended(w))
		return true;
	if (++stage->turns == stage->cancel_at) {
		w->canceled = true;
		return true;
	}
	w->livelock = ++w->turns > TURNS_MAX || loop_wall(&w->s->sim.loop) - w->since_wall_ms > SPAN_MAX_MS;
	return w->livelock;
}

static struct mem_partner *partner_at(const struct scene *s, const struct partner_status *status)
{
	return mem_partner(s->world, status->id);
}

static bool waits_for_a_human(const struct partner_status *p)
{
	static const char *const states[] = {"guarded", "denied", "broken", "paused", "ended"};

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (!strcmp(p->state, states[i]))
			return !p->running;
	return false;
}

static bool settled(struct waiting *w)
{
	const struct scene *s = w->s;

	for (size_t i = 0; i < engine_partners(s->engine); i++) {
		struct partner_status p;
		const struct mem_partner *at;

		engine_status(s->engine, i, &p);
		at = partner_at(s, &p);
		if (at->down || waits_for_a_human(&p))
			continue;
		if (p.running || !p.settled || ((!w->only || w->only == at) && p.last_complete_ms < w->since_wall_ms))
			return false;
	}
	return true;
}

static bool time_is_up(struct waiting *w)
{
	return loop_now(&w->s->sim.loop) >= w->until_ms;
}

static void complain(const struct scene *s)
{
	for (size_t i = 0; i < engine_partners(s->engine); i++) {
		struct partner_status p;

		engine_status(s->engine, i, &p);
		fprintf(stderr, "  %s: %s (%s) phase=%s running=%d settled=%d complete=%+" PRId64 "s\n", p.id, p.state,
			p.reason, p.phase, p.running, p.settled, (p.last_complete_ms - s->stage->wall_ms) / 1000);
	}
}

static bool begin(struct scene *s, struct mem_partner *only, bool approve)
{
	struct err e = {0};

	for (size_t i = 0; i < engine_partners(s->engine); i++) {
		struct partner_status p;

		engine_status(s->engine, i, &p);
		if (only ? partner_at(s, &p) != only : partner_at(s, &p)->down)
			continue;
		/* After a restart it may be waiting already. */
		if ((!approve && !strcmp(p.state, "guarded")) || !strcmp(p.state, "ended"))
			continue;
		if (!engine_sync(s->engine, p.id, true, approve, &e) && e.kind != ERR_AGAIN && e.kind != ERR_CONFLICT)
			return scene_fail(s, "sync %s: %s", p.id, e.text);
	}
	return true;
}

/* Only what the runner's own fault brought about: a plan that was rejected stays so. */
static bool retry_partner(struct hub *hub, struct arena *arena, int partner, bool *did, struct err *e)
{
	struct outbox **row;
	size_t n;

	if (!store_outbox_in(hub->store, arena, partner, OUTBOX_DEAD, 0, MEM_RECORDS_MAX, &row, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!strstr(row[i]->error, "was made to fail"))
			continue;
		row[i]->state = OUTBOX_NEW;
		row[i]->error = "";
		*did = true;
		if (!store_outbox_save(hub->store, row[i], e))
			return false;
	}
	return true;
}

static bool retry_refused(struct hub *hub, struct arena *arena, void *ctx, struct err *e)
{
	bool ok = store_begin(hub->store, e);

	for (size_t i = 0; ok && i < hub->n; i++)
		ok = retry_partner(hub, arena, hub->partner[i].id, ctx, e);
	if (ok && store_commit(hub->store, e))
		return true;
	store_rollback(hub->store);
	return false;
}

/* What an admin does about a fault that the runner injected. *did: there was something to do. */
static bool heal(struct scene *s, bool *did)
{
	struct err e = { 0 };
	bool dead = false;

	*did = false;
	if (!s->world->fault.fired)
		return true;
	for (size_t i = 0; i < engine_partners(s->engine); i++) {
		struct partner_status p;

		engine_status(s->engine, i, &p);
		if (strcmp(p.state, "denied") && strcmp(p.state, "broken"))
			continue;
		*did = true;
		if (!engine_resume(s->engine, p.id, "admin", &e))
			return scene_fail(s, "resume %s: %s", p.id, e.text);
	}
	if (!drive_transaction(s, retry_refused, &dead, &e))
		return scene_fail(s, "retry: %s", e.text);
	if (dead)
		engine_kick(s->engine);
	*did |= dead;
	return true;
}

/* Until it ends; a cancel closes the engine, and all begins again. */
static bool run(struct scene *s, struct waiting *w, bool *again)
{
	const bool ended = simloop_run(&s->sim, stop, w);

	*again = false;
	keep_time(s);
	if (w->canceled) {
		drive_close(s);
		*again = true;
		return true;
	}
	if (ended && !w->livelock)
		return true;
	scene_fail(s, ended ? "it does not come to rest" : "it waits for nothing");
	complain(s);
	return false;
}

bool drive_sync(struct scene *s, struct mem_partner *only, bool approve)
{
	bool fired = s->world->fault.fired;

	for (unsigned tries = 0; tries < 8; tries++) {
		struct waiting w = {.s = s, .ended = settled, .only = only};
		bool again, healed = false;

		if (!drive_open(s))
			return false;
		s->sim.now += BETWEEN_MS;
		w.since_wall_ms = loop_wall(&s->sim.loop);
		if (!begin(s, only, approve) || !run(s, &w, &again) || (!again && !heal(s, &healed)))
			return false;
		if (again || healed)
			continue;
		/* What a fault kept from being known, the next reading tells. */
		if (s->world->fault.fired == fired)
			return true;
		fired = true;
	}
	return scene_fail(s, "it has to be helped again and again");
}

bool drive_wait(struct scene *s, uint64_t ms)
{
	const int64_t end = s->stage->wall_ms + (int64_t)ms;
	bool again;

	do {
		struct waiting w = {.s = s, .ended = time_is_up};

		if (!drive_open(s))
			return false;
		w.since_wall_ms = loop_wall(&s->sim.loop);
		w.until_ms = loop_now(&s->sim.loop) + (uint64_t)(end > w.since_wall_ms ? end - w.since_wall_ms : 0);
		if (!run(s, &w, &again))
			return false;
	} while (again);
	return true;
}

/* --- the store
 * ---------------------------------------------------------------------------------------------------------- */

struct lane_work {
	struct work work;
	struct hub *hub;
	struct arena *arena;
	bool (*run)(struct hub *, struct arena *, void *, struct err *);
	void *ctx;
	int64_t now_ms;
	bool done;
};

static void work_run(struct work *work)
{
	struct lane_work *w = container_of(work, struct lane_work, work);

	w->hub->now_ms = w->now_ms;
	w->run(w->hub, w->arena, w->ctx, &work->op.err);
}

static void work_done(struct op *op)
{
	container_of(op, struct lane_work, work.op)->done = true;
}

bool drive_transaction(
	struct scene *s, bool (*work)(struct hub *, struct arena *, void *ctx, struct err *), void *ctx, struct err *e)
{
	struct lane_work w = {.arena = s->arena, .run = work, .ctx = ctx};

	if (!drive_open(s))
		return err_set(e, ERR_BROKEN, "no engine");
	w.hub = engine_hub(s->engine);
	w.now_ms = loop_wall(&s->sim.loop);
	w.work = (struct work){.op = {.loop = &s->sim.loop, .done = work_done}, .run = work_run};
	lane_start(engine_writer(s->engine), &w.work);
	if (!simloop_run(&s->sim, is_set, &w.done))
		abort();
	*e = w.work.op.err;
	return !e->kind;
}

bool drive_tell(struct scene *s, const struct mem_partner *p, const struct mem_record *r)
{
	const char *body = hook_body(s->arena, r->type, r->key);
	const struct http_exchange call = {.body = body, .body_len = strlen(body)};
	unsigned status;
	struct err e = {0};

	if (!drive_open(s))
		return false;
	return engine_webhook(s->engine, p->name, &call, &status, &e) || scene_fail(s, "webhook: %s", e.text);
}

static sqlite3_stmt *query(struct scene *s, sqlite3 **db, const char *sql, const char *text)
{
	const char *path = arena_printf(s->arena, "%s/doorstroom.db", s->dir);
	sqlite3_stmt *st = NULL;

	if (sqlite3_open_v2(path, db, SQLITE_OPEN_READONLY, NULL) || sqlite3_prepare_v2(*db, sql, -1, &st, NULL)) {
		fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(*db));
		abort();
	}
	if (text)
		sqlite3_bind_text(st, 1, text, -1, SQLITE_STATIC);
	return st;
}

const char *drive_query_text(struct scene *s, const char *sql, const char *text)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	const char *out = NULL;

	if (!drive_open(s))
		return NULL;
	st = query(s, &db, sql, text);
	if (sqlite3_step(st) == SQLITE_ROW)
		out = arena_strdup(s->arena, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	sqlite3_close(db);
	return out;
}

int64_t drive_query(struct scene *s, const char *sql, const char *text)
{
	const char *n = drive_query_text(s, sql, text);

	return n ? strtoll(n, NULL, 10) : -1;
}
