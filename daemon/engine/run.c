/*
 * run.c - one run over a partner.
 *
 *   begin > feed > pull > merge > confirm > believed --+--> (next page) pull
 *            ^                                         +--> sweep > absent > (more) sweep
 *            |                                         +--> close
 *            +--------------- next type <-----------------------+--> end
 *
 * Happy path: for each record type, pages are pulled since the cursor (or all of them, in a complete scan) and merged
 * one transaction each, the next page being fetched while one is merged; readings that may be stale are read again
 * singly; after a complete scan, what it did not show is read singly and declared gone if it is.
 * Failure modes: a failed pull or transaction ends the run and the cursor stands where the last merged page left it; a
 * guard ends the run and the partner waits for an admin; an expired cursor ends it and the next scans afresh;
 * cancelling ends it at the next op.
 */
#include <string.h>

#include "base/log.h"
#include "base/mutant.h"
#include "engine/partner.h"

enum { SWEEP_BATCH = 64, PAGES = 2 };

/* A page and everything that came with it. */
struct fetched {
	struct pull pull;
	struct arena *arena;
	int64_t asked;
};

struct merging {
	struct job job;
	struct page page;
	struct feed feed;
	bool save_feed;
};

struct run {
	struct task task;
	struct partner *partner;
	bool full_wanted, approved, afresh;
	uint64_t began_ms;

	int type;                       /* record type under way, -1 before the first */
	bool full;                      /* of that type */
	bool any_full;
	struct feed feed;
	struct arena *feed_arena;       /* holds the cursors, which outlive pages */
	bool more, guarded;
	int64_t asked_ms;               /* wall clock: for its first page */
	bool early;                     /* a page of that type was: what comes after it begins with it once more */
	char why[160];

	struct fetched fetched[PAGES];
	unsigned now;                   /* the one being merged; the other is being fetched */
	struct merging merging;
	struct job job;
	struct sweep sweep;
	struct reads reads;
	struct op ready;
	struct arena *arena;            /* of reads and sweeps */
	struct tally tally;
	int64_t seen;                   /* items of this type's scan */
};

#define RUN_STEPS(X)                                                                                             \
	X(begin) X(ready) X(feed) X(loaded) X(pull) X(pulled) X(merge) X(merged) X(confirm) X(believed) X(sweep) X(absent) X(reread) \
	X(buried) X(close) X(end)
#define X(s)                                               \
	static const struct step *run_##s(struct task *);  \
	static const struct step step_##s = { "run." #s, run_##s };
RUN_STEPS(X)
#undef X

static struct run *run_of(struct task *t)
{
	return container_of(t, struct run, task);
}

/* --- which type, and how ------------------------------------------------------------------------------------------------ */

static bool learn(struct job *job, struct hub *hub, struct err *e)
{
	struct run *r = container_of(job, struct run, job);
	struct hub_partner *p = hub_partner(hub, r->partner->id);
	const struct remote *remote = r->partner->remote;

	(void)e;
	/* What it can do may have changed: a helper was started anew. */
	p->caps = remote->caps;
	p->types = remote->types & p->config->types;
	p->map_version = remote->map_version;
	memcpy(p->readable, remote->readable, sizeof p->readable);
	memcpy(p->writable, remote->writable, sizeof p->writable);
	return true;
}

static const struct step *run_begin(struct task *t)
{
	struct run *r = run_of(t);
	struct remote *remote = r->partner->remote;

	if (remote->adapter->ready) {
		r->ready = (struct op){ .loop = t->op.loop };
		task_own(t, &r->ready);
		remote->adapter->ready(remote, &r->ready);
	}
	return &step_ready;
}

static const struct step *run_ready(struct task *t)
{
	struct run *r = run_of(t);

	if (r->partner->remote->types & r->partner->config->types)
		return run_feed(t);
	job_own(t, r->partner->engine, &r->job, learn);
	return &step_end;
}

static bool load_feed(struct job *job, struct hub *hub, struct err *e)
{
	struct run *r = container_of(job, struct run, job);

	arena_reset(r->feed_arena);
	return learn(job, hub, e) && store_feed(hub->store, r->feed_arena, r->partner->id, (enum record_type)r->type, &r->feed, e);
}

static const struct step *run_feed(struct task *t)
{
	struct run *r = run_of(t);
	unsigned types = r->partner->remote->types & r->partner->config->types;

	do
		r->type++;
	while (r->type < RECORD_TYPES && !(types & 1u << r->type));
	if (r->type == RECORD_TYPES)
		return &step_end;
	job_own(t, r->partner->engine, &r->job, load_feed);
	return &step_loaded;
}

static const struct step *run_loaded(struct task *t)
{
	struct run *r = run_of(t);
	struct partner *p = r->partner;
	const struct remote *remote = p->remote;
	int64_t age = loop_wall(t->op.loop) - r->feed.scanned_at;

	r->full = r->full_wanted || r->afresh || !(remote->caps & ADAPTER_CAN_INCREMENTAL) || !r->feed.epoch_done || !r->feed.cursor ||
		r->feed.scan_cursor || r->feed.map_version != remote->map_version ||
		(p->config->complete_ms && age >= (int64_t)p->config->complete_ms);
	if (r->full) {
		r->any_full = true;
		/* A scan that was interrupted goes on where it was, unless the maps have changed since. */
		if (!r->feed.scan_cursor || r->afresh || r->feed.map_version != remote->map_version) {
			r->feed.scan_cursor = NULL;
			r->feed.epoch++;
		}
		r->feed.map_version = remote->map_version;
	}
	p->phase = r->full ? "scan" : "poll";
	log_event(LOG_LEVEL_DEBUG, "run_type", "partner=%s type=%s how=%s from=%s", p->config->id,
		record_type_name((enum record_type)r->type), p->phase,
		(r->full ? r->feed.scan_cursor : r->feed.cursor) ? "cursor" : "beginning");
	r->asked_ms = loop_wall(t->op.loop);
	r->seen = r->now = 0;
	r->early = false;
	return &step_pull;
}

/* --- pages ---------------------------------------------------------------------------------------------------------------- */

static void fetch(struct run *r, struct fetched *f, const char *cursor)
{
	struct partner *p = r->partner;

	arena_reset(f->arena);
	f->asked = p->engine->seq;
	f->pull = (struct pull){
		.op = { .loop = r->task.op.loop },
		.arena = f->arena,
		.type = (enum record_type)r->type,
		.cursor = arena_strdup(f->arena, cursor),
		.complete = r->full,
		.total = -1,
	};
	p->requests++;
	task_own(&r->task, &f->pull.op);
	remote_pull(p->remote, &f->pull);
}

static const struct step *run_pull(struct task *t)
{
	struct run *r = run_of(t);

	fetch(r, &r->fetched[r->now], r->full ? r->feed.scan_cursor : r->feed.cursor);
	return &step_pulled;
}

static bool save_feed(struct job *job, struct hub *hub, struct err *e)
{
	struct run *r = container_of(job, struct run, job);

	return store_begin(hub->store, e) && store_end(hub->store, store_feed_save(hub->store, r->partner->id, (enum record_type)r->type, &r->feed, e), e);
}

static const struct step *run_pulled(struct task *t)
{
	struct run *r = run_of(t);
	struct fetched *f = &r->fetched[r->now];
	struct partner *p = r->partner;

	p->records_in += f->pull.n;
	r->seen += (int64_t)f->pull.n;
	p->scanned_now = r->full ? r->seen : 0;
	p->total = r->full ? f->pull.total : -1;
	log_event(LOG_LEVEL_DEBUG, "page", "partner=%s type=%s records=%zu more=%d", p->config->id,
		record_type_name(f->pull.type), f->pull.n, f->pull.more);
	engine_changed(p->engine);
	if (mutant(CURSOR_WITH_PAGE) && !r->full) {
		r->feed.cursor = f->pull.next;
		job_own(t, p->engine, &r->job, save_feed);
	}
	return &step_merge;
}

static bool merge_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct merging *m = container_of(job, struct merging, job);

	return reconcile_page(hub, &m->page, e);
}

static bool same_cursor(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Merges this page while the next one is fetched. A poll that brought nothing new needs no transaction. */
static const struct step *run_merge(struct task *t)
{
	struct run *r = run_of(t);
	struct fetched *f = &r->fetched[r->now];
	struct merging *m = &r->merging;
	bool nothing = !f->pull.n && !r->full && same_cursor(f->pull.next, r->feed.cursor);

	r->more = f->pull.more;
	*(r->full ? &r->feed.scan_cursor : &r->feed.cursor) = f->pull.next;
	m->page = (struct page){
		.partner = r->partner->id, .type = (enum record_type)r->type, .item = f->pull.item, .n = f->pull.n,
		.asked = f->asked, .epoch = r->full ? r->feed.epoch : 0, .approved = r->approved, .run = r->tally,
		.arena = f->arena, .feed = r->early ? NULL : &m->feed,
	};
	m->feed = r->feed;
	/* The last page of a scan is not its end: that is saved when what it did not show has been looked into. Until then
	 * a restart asks for this page again, never for what its cursor leads to: that is a feed of changes, and no scan. */
	if (r->full && !r->more)
		m->feed.scan_cursor = f->pull.cursor;
	if (!nothing)
		job_own(t, r->partner->engine, &m->job, merge_on_lane);
	if (r->more)
		fetch(r, &r->fetched[1 - r->now], f->pull.next);
	return &step_merged;
}

static const struct step *run_merged(struct task *t)
{
	struct run *r = run_of(t);
	struct merging *m = &r->merging;

	if (m->page.guarded) {
		r->guarded = true;
		memcpy(r->why, m->page.why, sizeof r->why);
		return &step_end;
	}
	r->tally = m->page.run;
	r->early |= m->page.early;
	return m->page.nconfirm ? &step_confirm : &step_believed;
}

static const struct step *run_confirm(struct task *t)
{
	struct run *r = run_of(t);
	struct merging *m = &r->merging;

	reads_start(&r->reads, r->partner, t, r->fetched[r->now].arena, (enum record_type)r->type, m->page.confirm,
		m->page.nconfirm);
	return &step_believed;
}

static bool bury_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct run *r = container_of(job, struct run, job);

	return reconcile_gone(hub, r->partner->id, (enum record_type)r->type, r->reads.missing, r->reads.nmissing, &r->tally, e);
}

/* A record that a single read does not find is left to the next scan, or to the tombstone to come; with the tombstone,
 * it is gone. A single read that is not believed either, since its record was read otherwise meanwhile, is repeated. */
static const struct step *run_believed(struct task *t)
{
	struct run *r = run_of(t);
	struct merging *m = &r->merging;

	if (m->page.hearsay && r->reads.nmissing) {
		m->page.hearsay = false;
		job_own(t, r->partner->engine, &r->job, bury_on_lane);
		return &step_believed;
	}
	if (r->reads.n) {
		m->page = (struct page){
			.partner = r->partner->id, .type = (enum record_type)r->type, .item = r->reads.found,
			.n = r->reads.nfound, .asked = r->reads.asked, .fresh = true, .approved = r->approved, .run = r->tally,
			.arena = r->fetched[r->now].arena, .feed = &m->feed,
		};
		r->reads.n = 0;
		job_own(t, r->partner->engine, &m->job, merge_on_lane);
		return &step_believed;
	}
	r->tally = m->page.run;
	if (m->page.nconfirm)
		return &step_confirm;
	/* The cursor lives on when its page's arena is reset. */
	r->feed.cursor = arena_strdup(r->feed_arena, r->feed.cursor);
	r->feed.scan_cursor = arena_strdup(r->feed_arena, r->feed.scan_cursor);
	m->page = (struct page){ 0 };
	if (r->more) {
		r->now = 1 - r->now;
		return &step_pulled;
	}
	r->sweep = (struct sweep){
		.partner = r->partner->id, .type = (enum record_type)r->type, .epoch = r->feed.epoch,
		.epoch_done = r->feed.epoch_done, .asked_ms = r->asked_ms, .approved = r->approved,
	};
	return r->full ? &step_sweep : &step_feed;
}

/* --- what a complete scan did not show ---------------------------------------------------------------------------------------- */

static bool sweep_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct run *r = container_of(job, struct run, job);

	return reconcile_sweep(hub, &r->sweep, SWEEP_BATCH, e);
}

static const struct step *run_sweep(struct task *t)
{
	struct run *r = run_of(t);

	r->partner->phase = "sweep";
	arena_reset(r->arena);
	r->sweep.arena = r->arena;
	job_own(t, r->partner->engine, &r->job, sweep_on_lane);
	return &step_absent;
}

static const struct step *run_absent(struct task *t)
{
	struct run *r = run_of(t);
	const char **key;

	if (r->sweep.guarded) {
		r->guarded = true;
		memcpy(r->why, r->sweep.why, sizeof r->why);
		return &step_end;
	}
	if (!r->sweep.n)
		return &step_close;
	key = arena_array(r->arena, const char *, r->sweep.n);
	for (size_t i = 0; i < r->sweep.n; i++)
		key[i] = r->sweep.candidate[i]->key;
	if (r->partner->remote->caps & ADAPTER_CAN_GET && !mutant(CONFIRMED_DELETE)) {
		reads_start(&r->reads, r->partner, t, r->arena, (enum record_type)r->type, key, r->sweep.n);
	} else {
		reads_clear(&r->reads);
		r->reads.missing = key;
		r->reads.nmissing = r->sweep.n;
	}
	return &step_reread;
}

static const struct step *run_reread(struct task *t)
{
	struct run *r = run_of(t);
	struct merging *m = &r->merging;

	if (r->reads.nmissing)
		job_own(t, r->partner->engine, &r->job, bury_on_lane);
	if (r->reads.nfound) {
		m->page = (struct page){
			.partner = r->partner->id, .type = (enum record_type)r->type, .item = r->reads.found,
			.n = r->reads.nfound, .asked = r->reads.asked, .fresh = true, .approved = true,
			.epoch = r->feed.epoch, .arena = r->arena,
		};
		job_own(t, r->partner->engine, &m->job, merge_on_lane);
	}
	return &step_buried;
}

static const struct step *run_buried(struct task *t)
{
	struct run *r = run_of(t);

	tally_add(&r->tally, &r->merging.page.run);
	r->merging.page = (struct page){ 0 };
	reads_clear(&r->reads);
	return &step_sweep;
}

static const struct step *run_close(struct task *t)
{
	struct run *r = run_of(t);

	/* What was scanned too early is in no feed since: it is scanned once more. */
	r->feed.cursor = r->early ? NULL : r->feed.scan_cursor;
	r->feed.scan_cursor = NULL;
	r->feed.epoch_done = r->feed.epoch;
	r->feed.scanned_at = loop_wall(t->op.loop);
	job_own(t, r->partner->engine, &r->job, save_feed);
	return &step_feed;
}

/* --- the end -------------------------------------------------------------------------------------------------------------------- */

static const struct step *run_end(struct task *t)
{
	(void)t;
	return NULL;
}

static void run_free(struct run *r)
{
	for (unsigned i = 0; i < PAGES; i++)
		arena_free(r->fetched[i].arena);
	reads_clear(&r->reads);
	arena_free(r->arena);
	arena_free(r->feed_arena);
	free(r);
}

static void run_done(struct op *op)
{
	struct run *r = container_of(op, struct run, task.op);
	struct partner *p = r->partner;
	struct err e = op->err;

	if (!e.kind && r->guarded)
		partner_set_state(p, PARTNER_GUARDED, r->why);
	/* What was asked of this run is asked of the next. */
	if (e.kind) {
		p->full_wanted |= r->full_wanted;
		p->approve_wanted |= r->approved;
	}
	/* An expired cursor costs a scan, once; whoever says so about a scan's beginning makes no sense. */
	p->cursors_void = e.kind == ERR_GONE && !r->afresh;
	p->run = NULL;
	p->phase = "idle";
	p->scanned_now = 0;
	p->total = -1;
	log_event(e.kind && e.kind != ERR_CANCELED ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "run",
		"partner=%s full=%s records=%llu new=%llu edited=%llu linked=%llu gone=%llu unusable=%llu marked=%lld ms=%llu "
		"outcome=%s%s%s",
		p->config->id, r->any_full ? "yes" : "no", (unsigned long long)r->tally.items,
		(unsigned long long)r->tally.fresh, (unsigned long long)r->tally.edited, (unsigned long long)r->tally.linked,
		(unsigned long long)r->tally.gone, (unsigned long long)r->tally.unusable, (long long)r->tally.marked,
		(unsigned long long)(loop_now(op->loop) - r->began_ms), r->guarded ? "guarded" : err_kind_name(e.kind),
		e.kind ? " error=" : "", e.kind ? e.text : "");
	if (!e.kind && !r->guarded)
		hub_partner(&p->engine->hub, p->id)->read_ms =
			loop_wall(op->loop) - (int64_t)(loop_now(op->loop) - r->began_ms);
	partner_run_ended(p, &e, r->any_full && !r->guarded, &r->tally);
	run_free(r);
	engine_idle(p->engine);
}

void run_start(struct partner *p, bool full, bool approved, bool afresh)
{
	struct loop *loop = p->engine->options.loop;
	struct run *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	*r = (struct run){ .partner = p, .full_wanted = full, .approved = approved, .afresh = afresh, .type = -1 };
	r->began_ms = loop_now(loop);
	for (unsigned i = 0; i < PAGES; i++)
		r->fetched[i].arena = arena_new();
	r->arena = arena_new();
	r->feed_arena = arena_new();
	r->task = (struct task){ .op = { .loop = loop, .done = run_done }, .fail = &step_end };
	p->run = r;
	p->phase = "begin";
	task_start(&r->task, &step_begin);
}

void run_cancel(struct run *r)
{
	op_cancel(&r->task.op);
}
