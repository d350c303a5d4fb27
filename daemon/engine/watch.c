#include "engine/watch.h"

#include <string.h>

#include "base/log.h"
#include "base/time.h"
#include "core/journey.h"
#include "core/period.h"
#include "engine/refer.h"

/* So many are named in the log at once: the first look at a partner's history may find thousands. */
enum { NAMED_MAX = 20 };
enum { FIRST_MS = 1000, SOON_MS = 2000, LOOK_MS = 5 * 60000, REFERRALS_PER_PAGE = 256 };

/* --- one referral ------------------------------------------------------------------------------------------------- */

struct look {
	struct hub *hub;
	struct watch *watch;
	const char *day;
	unsigned *named;
};

enum what { WHAT_NOTHING, WHAT_ROUTE, WHAT_OVERDUE, WHAT_ANSWERED, WHAT_EXPIRE };

/* Whether the deadline is past; one to come is remembered. */
static bool past(const struct look *l, int64_t deadline_ms)
{
	if (deadline_ms > l->hub->now_ms && deadline_ms < l->watch->next_ms)
		l->watch->next_ms = deadline_ms;
	return deadline_ms <= l->hub->now_ms;
}

/* A side that is no more, and somebody who came after it, or that nobody was asked about yet. */
static bool to_be_moved(const struct look *l, const struct referral_open *r)
{
	const struct registry *known = &l->hub->config->registry;
	const char *from = r->golden->v[REFERRAL_FROM_PARTNER], *to = r->golden->v[REFERRAL_TO_PARTNER];
	const struct registry_partner *sender = from ? registry_find(known, from) : NULL;
	const struct registry_partner *receiver = to ? registry_find(known, to) : NULL;

	if (r->asked)
		return l->watch->afresh;
	if (receiver && registry_ended(receiver, l->day))
		return true;
	return sender && registry_ended(sender, l->day) && registry_on(known, from, l->day, NULL);
}

/* What has to be done; *deadline_ms: of the answer. */
static enum what what_now(const struct look *l, const struct referral_open *r, int64_t *deadline_ms)
{
	const char *to = r->golden->v[REFERRAL_TO_PARTNER];
	const uint64_t level_ms = config_service_level(l->hub->config, to, r->golden->v[REFERRAL_SERVICE]);
	const struct partner_config *receiver = to ? config_desk(l->hub->config, to) : NULL;
	struct journey journey;

	journey_of(&journey, r->golden, r->known_ms);
	*deadline_ms = journey_due(&journey, level_ms);
	if (to_be_moved(l, r))
		return WHAT_ROUTE;
	if (receiver && receiver->expiry_ms && journey_waits(&journey) &&
		past(l, journey_owed_since(&journey) + (int64_t)receiver->expiry_ms))
		return WHAT_EXPIRE;
	if (!past(l, *deadline_ms))
		return r->overdue_ms ? WHAT_ANSWERED : WHAT_NOTHING;
	return r->overdue_ms ? WHAT_NOTHING : WHAT_OVERDUE;
}

static void tell_overdue(const struct look *l, const struct entity *e, int64_t deadline_ms)
{
	struct hub *hub = l->hub;
	char since[TIME_TEXT_MAX], id[UUID_TEXT_MAX];
	const char *service = e->golden->v[REFERRAL_SERVICE];
	BUF_AUTO struct buf b = { 0 };

	buf_addf(&b, "{\"what\":\"overdue\",\"to\":");
	buf_add_json(&b, e->golden->v[REFERRAL_TO_PARTNER]);
	buf_addf(&b, ",\"since\":\"%s\"}", time_format(deadline_ms, since));
	store_event(hub->store, hub->now_ms, EVENT_REFERRAL, 0, e->id, 0, b.data);
	if ((*l->named)++ < NAMED_MAX)
		log_event(LOG_LEVEL_WARN, "referral_overdue", "record=%s from=%s to=%s service=%s since=%s", uuid_format(&e->hub_id, id),
		e->golden->v[REFERRAL_FROM_PARTNER] ? e->golden->v[REFERRAL_FROM_PARTNER] : "",
		e->golden->v[REFERRAL_TO_PARTNER], service ? service : "", since);
}

static bool act(const struct look *l, struct arena *arena, const struct referral_open *r, enum what what, int64_t deadline_ms,
	struct err *err)
{
	struct hub *hub = l->hub;
	struct entity *e;

	if (!store_entity(hub->store, arena, r->entity, &e, err))
		return false;
	if (!e)
		return true;
	switch (what) {
	case WHAT_NOTHING:
		return true;
	case WHAT_ROUTE:
		return decide_entity(hub, arena, e, 0, &l->watch->tally, err);
	case WHAT_OVERDUE:
		tell_overdue(l, e, deadline_ms);
		return store_overdue(hub->store, e->id, deadline_ms, err);
	case WHAT_ANSWERED:
		return store_overdue(hub->store, e->id, 0, err);
	case WHAT_EXPIRE:
		return refer_expire(hub, arena, e, &l->watch->tally, err);
	}
	return true;
}

/* A transaction of its own each, since few have anything to be done. */
static bool look_at(const struct look *l, struct arena *arena, const struct referral_open *r, struct err *err)
{
	int64_t deadline_ms;
	const enum what what = what_now(l, r, &deadline_ms);

	return what == WHAT_NOTHING || (store_begin(l->hub->store, err) &&
		store_end(l->hub->store, act(l, arena, r, what, deadline_ms, err), err));
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

static bool forget_settled(struct hub *hub, struct arena *arena, struct err *err)
{
	int64_t *entity;
	size_t n;

	if (!store_overdue_settled(hub->store, arena, &entity, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!store_overdue(hub->store, entity[i], 0, err))
			return false;
	return true;
}

/* Those that changed after that event; 0: all. */
static bool look_at_each(struct hub *hub, struct watch *w, int64_t since, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	unsigned named = 0;
	int64_t after = 0;
	size_t n;

	/* On another day another partner may be there. */
	if (!since)
		w->next_ms = period_day_begin(period_day_of(hub->now_ms) + 1);
	if (!forget_settled(hub, arena, err))
		return false;
	do {
		const struct look l = { .hub = hub, .watch = w, .day = refer_day(arena, hub->now_ms), .named = &named };
		struct referral_open *r;

		if (!store_referrals_open(hub->store, arena, since, after, REFERRALS_PER_PAGE, &r, &n, err))
			return false;
		for (size_t i = 0; i < n; i++)
			if (!look_at(&l, arena, &r[i], err))
				return false;
		after = n ? r[n - 1].entity : 0;
		arena_reset(arena);
	} while (n == REFERRALS_PER_PAGE);
	if (named > NAMED_MAX)
		log_event(LOG_LEVEL_WARN, "referral_overdue", "more=%u", named - NAMED_MAX);
	return true;
}

/* --- on the loop --------------------------------------------------------------------------------------------------- */

static bool look_on_lane(struct job *job, struct hub *hub, struct err *e)
{
	struct watch *w = container_of(job, struct watch, job);

	w->tally = (struct tally){ 0 };
	if (!look_at_each(hub, w, hub->now_ms < w->next_ms ? w->seq : 0, e))
		return false;
	w->seq = store_seq(hub->store);
	return true;
}

/* Sooner, if something becomes due before that. */
static void arm(struct engine *engine, int64_t ms)
{
	const int64_t due_ms = engine->watch.next_ms - loop_wall(engine->options.loop);

	timer_arm(engine->options.loop, &engine->watch.timer, (uint64_t)(due_ms < 0 ? 0 : due_ms < ms ? due_ms : ms));
}

static void look_done(struct op *op)
{
	struct watch *w = container_of(op, struct watch, job.op);
	struct engine *engine = container_of(w, struct engine, watch);

	w->looking = false;
	if (op->err.kind) {
		log_event(LOG_LEVEL_ERROR, "store", "error=%s", op->err.text);
		w->seq = engine->seq;
		w->next_ms = loop_wall(engine->options.loop) + LOOK_MS;
	} else {
		w->afresh = false;
	}
	if (!engine->draining)
		arm(engine, LOOK_MS);
	if (w->tally.marked)
		engine_release(engine);
	engine_idle(engine);
}

static void on_time(struct timer *t)
{
	struct watch *w = container_of(t, struct watch, timer);
	struct engine *engine = container_of(w, struct engine, watch);

	if (w->looking || engine->draining)
		return;
	w->soon = false;
	if (w->seq == engine->seq && loop_wall(engine->options.loop) < w->next_ms) {
		arm(engine, LOOK_MS);
		return;
	}
	w->looking = true;
	w->job.op = (struct op){ .done = look_done };
	job_start(engine, &w->job, look_on_lane);
}

void watch_changed(struct engine *engine)
{
	struct watch *w = &engine->watch;

	if (w->soon || w->looking || engine->draining || w->seq == engine->seq)
		return;
	w->soon = true;
	arm(engine, SOON_MS);
}

void watch_start(struct engine *engine)
{
	struct watch *w = &engine->watch;

	*w = (struct watch){ .afresh = true, .soon = true, .timer.fire = on_time, .next_ms = INT64_MAX };
	timer_arm(engine->options.loop, &w->timer, FIRST_MS);
}

void watch_stop(struct engine *engine)
{
	timer_disarm(engine->options.loop, &engine->watch.timer);
}
