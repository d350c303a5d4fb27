/*
 * release.c - marks become a plan; the outbound guard lets it through or holds it for an admin.
 *
 * Rows are looked at page by page, so that memory does not grow with the plan. What a partner's first synchronisation
 * causes is held as a whole (onboarding: review) or let through uncounted (apply); everything else is counted against
 * the limits of an hour.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mutant.h"
#include "core/plan.h"
#include "engine/hub.h"
#include "engine/story.h"

/* What is let through is counted by the hour of the clock: this one and the one before cover any hour that ends now. */
enum { ROWS_PER_PAGE = 256, WINDOW_HOURS = 2 };

struct count {
	int64_t creates[RECORD_TYPES], deletes[RECORD_TYPES], updates[RECORD_TYPES];
	int64_t fields[RECORD_TYPES][RECORD_FIELDS_MAX];
	uint64_t hash;
	int64_t rows;
};

/* What a first synchronisation causes is one plan per partner, apart from the day's changes; while it is being counted
 * its rows belong to a plan that is not made yet. */
struct counts {
	struct count day, first;
};
enum { PLAN_TO_COME = -1 };
static const char first_reason[] = "first synchronisation: look at it, then approve";

/* A plan's hash is the sum over its rows, so that their order does not matter: partner, entity, kind, fields and values
 * of each. */
static uint64_t hash_row(const struct outbox *row, const struct record *golden, uint64_t fields)
{
	uint64_t h = hash_bytes(&row->entity, sizeof row->entity, hash_bytes(&row->partner, sizeof row->partner, row->kind + 1u));

	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		if (fields & FIELD_BIT(f))
			h = hash_text(golden->v[f] ? golden->v[f] : "", h + f);
	return h;
}

/* What the row would carry now; 0 for a delete as well, which is told apart by its kind. */
static bool content(struct hub *hub, struct arena *arena, const struct hub_partner *p, const struct outbox *row,
	struct entity **e, uint64_t *fields, bool *needed, struct err *err)
{
	struct image_source source;
	struct shadow **shadow, *s;
	size_t n;

	*fields = 0;
	*needed = false;
	if (!store_entity(hub->store, arena, row->entity, e, err))
		return false;
	if (!*e)
		return true;
	if (!store_shadows_of(hub->store, arena, (*e)->id, &shadow, &n, err))
		return false;
	s = marks_shadow_at(shadow, n, p->id);
	switch (row->kind) {
	case OUTBOX_DELETE:
		*needed = s && s->state == SHADOW_LIVE && (*e)->state == ENTITY_DELETED;
		return true;
	case OUTBOX_UPDATE:
		if (s && s->state == SHADOW_LIVE)
			*fields = plan_update(s, (*e)->golden, marks_allowed(p, *e), marks_images(&source, hub, arena, s));
		break;
	case OUTBOX_CREATE:
		if (!s || s->state == SHADOW_PENDING)
			*fields = plan_create((*e)->golden, marks_allowed(p, *e));
		break;
	}
	*needed = *fields != 0;
	return true;
}

static void count_row(struct count *c, const struct outbox *row, uint64_t fields)
{
	c->rows++;
	switch (row->kind) {
	case OUTBOX_CREATE:
		c->creates[row->type]++;
		return;
	case OUTBOX_DELETE:
		c->deletes[row->type]++;
		return;
	case OUTBOX_UPDATE:
		c->updates[row->type]++;
		for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
			c->fields[row->type][f] += (fields & FIELD_BIT(f)) != 0;
		return;
	}
}

/* Rows caused by a partner whose first import is not finished wait for its end; after it, they need approval or are
 * let through uncounted. */
enum fate { FATE_COUNT, FATE_FREE, FATE_WAIT, FATE_APPROVAL };

static enum fate fate_of(struct hub *hub, const struct hub_partner *p, const struct outbox *row)
{
	const struct hub_partner *cause = row->cause ? hub_partner(hub, row->cause) : NULL;
	const struct hub_partner *novice = !p->onboarded ? p : cause && !cause->onboarded ? cause : NULL;

	if (!novice)
		return FATE_COUNT;
	if (!novice->scanned)
		return novice->config->onboarding == ONBOARDING_APPLY && novice != p ? FATE_FREE : FATE_WAIT;
	return novice->config->onboarding == ONBOARDING_APPLY ? FATE_FREE : FATE_APPROVAL;
}

static void judge(struct outbox *row, enum fate fate, const struct record *golden, struct counts *c, struct release *r)
{
	struct count *count = fate == FATE_APPROVAL ? &c->first : &c->day;

	row->state = fate == FATE_FREE ? OUTBOX_READY : OUTBOX_COUNTED;
	if (fate == FATE_FREE) {
		r->ready++;
		return;
	}
	row->plan = fate == FATE_APPROVAL ? PLAN_TO_COME : 0;
	count->hash += hash_row(row, golden, row->fields);
	count_row(count, row, row->fields);
}

static bool look(struct hub *hub, struct arena *arena, const struct hub_partner *p, struct outbox *row, struct counts *c,
	struct release *r, struct err *err)
{
	enum fate fate = fate_of(hub, p, row);
	struct entity *e;
	uint64_t fields;
	bool needed;

	if (fate == FATE_WAIT)
		return true;
	if (!content(hub, arena, p, row, &e, &fields, &needed, err))
		return false;
	r->counted++;
	if (!needed) {
		r->dropped++;
		return store_outbox_delete(hub->store, row->id, err);
	}
	row->fields = fields;
	row->intent = store_seq(hub->store);
	judge(row, fate, e->golden, c, r);
	return store_outbox_save(hub->store, row, err);
}

static bool look_at_page(struct hub *hub, const struct hub_partner *p, int64_t *after, size_t *n, struct counts *c,
	struct release *r, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct outbox **row;
	bool ok = store_begin(hub->store, err) &&
		store_outbox_in(hub->store, arena, p->id, OUTBOX_NEW, *after, ROWS_PER_PAGE, &row, n, err);

	for (size_t i = 0; ok && i < *n; i++) {
		*after = row[i]->id;
		ok = look(hub, arena, p, row[i], c, r, err);
	}
	return store_end(hub->store, ok, err);
}

/* --- the guard --------------------------------------------------------------------------------------------------------- */

static int64_t hour_of(int64_t ms)
{
	return ms / 3600000;
}

static bool over(struct hub *hub, const struct hub_partner *p, enum guard guard, enum record_type type, unsigned field,
	int64_t n, char *why, size_t size)
{
	int64_t live = store_live(hub->store, p->id, type);
	int64_t allowed = mutant(OUTBOUND_GUARD) ? INT64_MAX : guard_allows(p->config->guard[guard], live);
	int64_t before = n ? store_guard_count(hub->store, p->id, guard, type, field, hour_of(hub->now_ms), WINDOW_HOURS) : 0;

	if (!n || n + before <= allowed)
		return false;
	snprintf(why, size, "%s: %" PRId64 " of type %s%s%s, %" PRId64 " allowed in an hour", guard_name(guard),
		n + before, record_type_name(type), guard == GUARD_UPDATES ? ", field " : "",
		guard == GUARD_UPDATES ? field_at(type, field)->name : "", allowed);
	return true;
}

static bool too_much(struct hub *hub, const struct hub_partner *p, const struct count *c, char *why, size_t size)
{
	for (int t = 0; t < RECORD_TYPES; t++) {
		enum record_type type = (enum record_type)t;
		unsigned fields = field_count(type);

		if (over(hub, p, GUARD_DELETES, type, 0, c->deletes[t], why, size) ||
			over(hub, p, GUARD_CREATES, type, 0, c->creates[t], why, size))
			return true;
		for (unsigned f = 0; f < fields; f++)
			if (over(hub, p, GUARD_UPDATES, type, f, c->fields[t][f], why, size))
				return true;
	}
	return false;
}

static bool let_through(struct hub *hub, const struct hub_partner *p, const struct count *c, struct err *err)
{
	int64_t hour = hour_of(hub->now_ms);

	for (int t = 0; t < RECORD_TYPES; t++) {
		enum record_type type = (enum record_type)t;
		unsigned fields = field_count(type);

		if (!store_guard_add(hub->store, p->id, GUARD_DELETES, type, 0, hour, c->deletes[t], err) ||
			!store_guard_add(hub->store, p->id, GUARD_CREATES, type, 0, hour, c->creates[t], err))
			return false;
		for (unsigned f = 0; f < fields; f++)
			if (!store_guard_add(hub->store, p->id, GUARD_UPDATES, type, f, hour, c->fields[t][f], err))
				return false;
	}
	return store_outbox_move(hub->store, p->id, OUTBOX_COUNTED, OUTBOX_READY, 0, 0, err);
}

static void print_counts(struct buf *b, const struct count *c)
{
	char open = '{';

	for (int t = 0; t < RECORD_TYPES; t++) {
		unsigned fields = field_count((enum record_type)t);
		char inner = '{';

		if (!c->creates[t] && !c->updates[t] && !c->deletes[t])
			continue;
		buf_addf(b, "%c\"%s\":{\"create\":%" PRId64 ",\"update\":%" PRId64 ",\"delete\":%" PRId64 ",\"fields\":", open,
			record_type_name((enum record_type)t), c->creates[t], c->updates[t], c->deletes[t]);
		open = ',';
		for (unsigned f = 0; f < fields; f++)
			if (c->fields[t][f]) {
				buf_addf(b, "%c\"%s\":%" PRId64, inner, field_at((enum record_type)t, f)->name,
					c->fields[t][f]);
				inner = ',';
			}
		buf_adds(b, inner == '{' ? "{}}" : "}}");
	}
	buf_adds(b, open == '{' ? "{}" : "}");
}

static void tell_plan(struct hub *hub, int partner, const char *hash, const char *state, const char *by, const char *why,
	const char *counts)
{
	BUF_AUTO struct buf b = { 0 };

	buf_addf(&b, "{\"hash\":\"%s\",\"state\":\"%s\"", hash, state);
	if (by) {
		buf_adds(&b, ",\"by\":");
		buf_add_json(&b, by);
	}
	if (why) {
		buf_adds(&b, ",\"reason\":");
		buf_add_json(&b, why);
	}
	buf_addf(&b, ",\"counts\":%s}", counts);
	store_event(hub->store, hub->now_ms, EVENT_PLAN, partner, 0, 0, b.data);
}

/* Counted rows (of plan `from`, 0: whatever) become the rows of a plan that waits. */
static bool hold(struct hub *hub, const struct hub_partner *p, const struct count *c, const char *why, const char *before,
	int64_t from, struct release *r, struct err *err)
{
	BUF_AUTO struct buf counts = { 0 };
	struct plan_row plan = { .partner = p->id, .state = "held", .hash = r->hash, .reason = why, .made_at = hub->now_ms };

	if (!c->rows)
		return true;
	print_counts(&counts, c);
	plan.counts = counts.data;
	snprintf(r->hash, sizeof r->hash, "%016" PRIx64, c->hash);
	if (!store_plan_add(hub->store, &plan, err))
		return false;
	if (!before || strcmp(before, r->hash)) {
		r->held = true;
		snprintf(r->why, sizeof r->why, "%s", why);
		tell_plan(hub, p->id, r->hash, "held", NULL, why, counts.data);
	}
	return store_outbox_move(hub->store, p->id, OUTBOX_COUNTED, OUTBOX_HELD, from, plan.id, err);
}

/* Rows that a stop left counted are counted again; so is the plan of a first synchronisation, which has grown. before:
 * that plan's hash, or NULL. */
static bool begin_count(struct hub *hub, struct arena *arena, const struct hub_partner *p, const char **before, struct err *err)
{
	struct plan_row *old;

	*before = NULL;
	if (!store_outbox_move(hub->store, p->id, OUTBOX_COUNTED, OUTBOX_NEW, 0, 0, err) ||
		!store_plan_held(hub->store, arena, p->id, first_reason, &old, err))
		return false;
	if (!old)
		return true;
	*before = old->hash;
	return store_outbox_move(hub->store, p->id, OUTBOX_HELD, OUTBOX_NEW, old->id, 0, err) &&
		store_plan_forget(hub->store, old->id, err);
}

static bool end_count(struct hub *hub, const struct hub_partner *p, const struct counts *c, const char *before,
	struct release *r, struct err *err)
{
	char why[sizeof r->why];

	if (!hold(hub, p, &c->first, first_reason, before, PLAN_TO_COME, r, err))
		return false;
	if (too_much(hub, p, &c->day, why, sizeof why))
		return hold(hub, p, &c->day, why, NULL, 0, r, err);
	r->ready += c->day.rows;
	return let_through(hub, p, &c->day, err);
}

bool release_begin(struct hub *hub, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct store_partner row;

	for (size_t i = 0; i < hub->n; i++) {
		if (!store_partner(hub->store, arena, hub->partner[i].config->id, &row, err))
			return false;
		hub->partner[i].onboarded = row.onboarded;
	}
	return true;
}

bool release_plan(struct hub *hub, struct release *r, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct hub_partner *p = hub_partner(hub, r->partner);
	int64_t after = 0, fresh, counted;
	const char *before;
	struct counts c = { 0 };
	size_t n;

	if (!p || !p->scanned || p->sharing_changed)
		return true;
	if (!store_outbox_count(hub->store, p->id, OUTBOX_NEW, &fresh, err) ||
		!store_outbox_count(hub->store, p->id, OUTBOX_COUNTED, &counted, err))
		return false;
	if (!fresh && !counted)
		return true;
	if (!store_begin(hub->store, err) || !store_end(hub->store, begin_count(hub, arena, p, &before, err), err))
		return false;
	do
		if (!look_at_page(hub, p, &after, &n, &c, r, err))
			return false;
	while (n == ROWS_PER_PAGE);
	return store_begin(hub->store, err) && store_end(hub->store, end_count(hub, p, &c, before, r, err), err);
}

/* --- an admin decides ---------------------------------------------------------------------------------------------------- */

static bool onboard(struct hub *hub, struct hub_partner *p, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct store_partner row;

	if (!store_partner(hub->store, arena, p->config->id, &row, err))
		return false;
	p->onboarded = row.onboarded = true;
	store_event(hub->store, hub->now_ms, EVENT_PARTNER, p->id, 0, 0, "{\"state\":\"onboarded\"}");
	return store_partner_save(hub->store, &row, err);
}

static bool settle(struct hub *hub, const char *hash, const char *by, bool approve, int *partner, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *state = approve ? "approved" : "rejected";
	struct hub_partner *p;
	struct plan_row *plan;

	if (!store_plan_by_hash(hub->store, arena, hash, &plan, err))
		return false;
	if (!plan || strcmp(plan->state, "held"))
		return err_set(err, ERR_ITEM, "no plan waits under that hash; `doorstroom plan` lists what does");
	*partner = plan->partner;
	if (!store_plan_decide(hub->store, plan->id, state, by, hub->now_ms, err))
		return false;
	tell_plan(hub, plan->partner, plan->hash, state, by, NULL, plan->counts);
	/* Its own first plan decided, a newcomer is one no more: what follows from that is a day's change. */
	p = hub_partner(hub, plan->partner);
	if (p && !p->onboarded && !strcmp(plan->reason, first_reason) && !onboard(hub, p, err))
		return false;
	return store_outbox_move(hub->store, plan->partner, OUTBOX_HELD, approve ? OUTBOX_READY : OUTBOX_DEAD, plan->id, plan->id,
		err);
}

static bool in_transaction(struct hub *hub, const char *hash, const char *by, bool approve, int *partner, struct err *err)
{
	return store_begin(hub->store, err) && store_end(hub->store, settle(hub, hash, by, approve, partner, err), err);
}

/* A partner is no novice any more once no plan of what its first synchronisation causes waits anywhere. */
static bool undecided(struct hub *hub, const struct hub_partner *p, bool *out, struct err *err)
{
	*out = false;
	if (p->config->onboarding == ONBOARDING_APPLY)
		return true;
	for (size_t i = 0; i < hub->n && !*out; i++) {
		const struct hub_partner *q = &hub->partner[i];
		int64_t n;

		if (!q->scanned)
			continue;
		if (!store_outbox_held(hub->store, q->id, q == p ? 0 : p->id, &n, err))
			return false;
		*out = n != 0;
	}
	return true;
}

bool release_onboard(struct hub *hub, struct err *err)
{
	for (size_t i = 0; i < hub->n; i++) {
		struct hub_partner *p = &hub->partner[i];
		bool waits;

		if (p->onboarded || !p->scanned || p->sharing_changed)
			continue;
		if (!undecided(hub, p, &waits, err))
			return false;
		if (waits)
			continue;
		if (!store_begin(hub->store, err) || !store_end(hub->store, onboard(hub, p, err), err))
			return false;
	}
	return true;
}

bool release_approve(struct hub *hub, const char *hash, const char *by, int *partner, struct err *err)
{
	return in_transaction(hub, hash, by, true, partner, err);
}

bool release_reject(struct hub *hub, const char *hash, const char *by, int *partner, struct err *err)
{
	return in_transaction(hub, hash, by, false, partner, err);
}
