/*
 * send.c - at least once on the wire, once in effect: the transactions around every push.
 *
 * Happy path of an update: claim (what is missing is computed, the intent is recorded durably: values sent, token,
 * attempt) > push > settle (acknowledged: the disclosure is recorded, the answer observed, the row removed).
 * Failure modes, all settled by the outcome of the push:
 *   refused before effect      the intent is forgotten; retried later, or dead if the partner will never take it
 *   conflict, gone             the intent is forgotten; the record is read before the next claim
 *   no answer                  the intent stands; the row is uncertain. An update is read or resent; a create is resent
 *                              under the same token, or searched for by hub id (two misses a minute apart before it
 *                              is made again), or looked for in two readings, or, where the partner offers none of
 *                              these, left to a human
 *   killed in between          rows found sending at start are uncertain
 */
#include <stdio.h>
#include <string.h>

#include "core/backoff.h"
#include "core/plan.h"
#include "engine/reconcile.h"
#include "engine/story.h"

enum { BACKOFF_BASE_MS = 1000, BACKOFF_CAP_MS = 600000, WAIT_FOR_OTHERS_MS = 1000, SECOND_SEARCH_MS = 60000 };

/* Everything a claim works with. */
struct desk {
	struct hub *hub;
	struct claim *claim;
	struct arena *arena;
	const struct hub_partner *partner;
	struct outbox *row;
	struct entity *entity;
	struct shadow *shadow;         /* live or pending at the partner, or NULL */
};

static bool look_up(struct hub *hub, struct claim *claim, struct desk *d, struct err *err)
{
	struct shadow **shadow;
	size_t n;

	*d = (struct desk){ .hub = hub, .claim = claim, .arena = claim->arena };
	if (!store_outbox_by_id(hub->store, d->arena, claim->row, &d->row, err))
		return false;
	if (!d->row)
		return true;
	d->partner = hub_partner(hub, d->row->partner);
	if (!store_entity(hub->store, d->arena, d->row->entity, &d->entity, err))
		return false;
	if (!d->entity)
		return true;
	if (!store_shadows_of(hub->store, d->arena, d->entity->id, &shadow, &n, err))
		return false;
	d->shadow = marks_shadow_at(shadow, n, d->row->partner);
	return true;
}

static bool drop_row(struct desk *d, struct err *err)
{
	d->claim->kind = CLAIM_NOTHING;
	return store_outbox_delete(d->hub->store, d->row->id, err);
}

static bool postpone(struct desk *d, uint64_t ms, struct err *err)
{
	d->claim->kind = CLAIM_NOTHING;
	d->row->not_before = d->hub->now_ms + (int64_t)ms;
	return store_outbox_save(d->hub->store, d->row, err);
}

/* --- references, outwards ---------------------------------------------------------------------------------------------- */

/* A record that the pushed one refers to must be there first: it is marked for the partner, if it may have it. */
static bool bring_along(struct desk *d, const char *ref, bool *coming, struct err *err)
{
	struct shadow **shadow;
	struct outbox *row;
	struct entity *e;
	struct uuid id;
	struct tally tally = { 0 };
	size_t n;

	*coming = false;
	if (!uuid_parse(ref, &id))
		return true;
	if (!store_entity_by_hub_id(d->hub->store, d->arena, &id, &e, err))
		return false;
	if (!e)
		return true;
	if (!store_shadows_of(d->hub->store, d->arena, e->id, &shadow, &n, err) ||
		!marks_update(d->hub, d->arena, e, shadow, n, d->row->cause, &tally, err) ||
		!store_outbox(d->hub->store, d->arena, d->row->partner, e->id, &row, err))
		return false;
	d->claim->marked |= tally.marked != 0;
	*coming = row && row->kind == OUTBOX_CREATE && row->state != OUTBOX_DEAD;
	return true;
}

/* The values to send: golden, references as the partner's keys. A reference whose record is on its way makes the row
 * wait; one whose record is not to be there is left out, and *lacking says so. */
static bool outward(struct desk *d, const struct record *values, uint64_t *fields, struct record **out, bool *wait,
	uint64_t *lacking, struct err *err)
{
	unsigned n = field_count(values->type);
	struct record *r = arena_copy(d->arena, values, sizeof *values);

	*out = r;
	*wait = false;
	*lacking = 0;
	for (unsigned f = 0; f < n; f++) {
		bool coming = false;

		if (field_at(r->type, f)->kind != VALUE_REF || !r->v[f] || !*r->v[f])
			continue;
		r->v[f] = store_ref_out(d->hub->store, d->arena, d->row->partner, values->v[f]);
		if (r->v[f] || !(*fields & FIELD_BIT(f)))
			continue;
		if (!bring_along(d, values->v[f], &coming, err))
			return false;
		*wait |= coming;
		*lacking |= FIELD_BIT(f);
		*fields &= ~FIELD_BIT(f);
	}
	return true;
}

static bool attempted(const struct shadow *s)
{
	for (unsigned f = 0; s && f < RECORD_FIELDS_MAX; f++)
		if (s->cell[f].nsent)
			return true;
	return false;
}

/* --- recording the intent ------------------------------------------------------------------------------------------------- */

static bool record_intent(struct desk *d, const struct record *values, uint64_t fields, struct err *err)
{
	char token[UUID_TEXT_MAX], hub_id[UUID_TEXT_MAX];
	BUF_AUTO struct buf b = { 0 };
	struct outbox *row = d->row;
	struct uuid fresh = hub_uuid(d->hub);
	/* The same token only for the same bytes: an uncertain create is repeated as it was. */
	bool repeat = row->kind == OUTBOX_CREATE && row->token && attempted(d->shadow);

	row->token = repeat ? row->token : arena_strdup(d->arena, uuid_format(&fresh, token));
	buf_addf(&b, "{\"kind\":\"%s\",\"attempt\":%u,\"token\":\"%s\",\"fields\":", outbox_kind_name(row->kind),
		row->attempts + 1, row->token);
	story_fields(&b, values, fields);
	buf_addc(&b, '}');
	row->intent = store_event(d->hub->store, d->hub->now_ms, EVENT_INTENT, row->partner, row->entity,
		d->shadow ? d->shadow->id : 0, b.data);
	row->state = OUTBOX_SENDING;
	row->attempts++;
	row->fields = fields;
	row->again = false;
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		if (fields & FIELD_BIT(f))
			shadow_sent(d->arena, &d->shadow->cell[f], values->v[f], row->intent);
	if (!store_shadow_save(d->hub->store, d->shadow, err) || !store_outbox_save(d->hub->store, row, err))
		return false;
	d->claim->kind = CLAIM_PUSH;
	d->claim->intent = row->intent;
	d->claim->push = (struct push){
		.arena = d->arena,
		.type = row->type,
		.key = d->shadow->state == SHADOW_LIVE ? d->shadow->key : NULL,
		.version = d->partner->caps & ADAPTER_CAN_CONDITIONAL ? d->shadow->version : NULL,
		.hub_id = arena_strdup(d->arena, uuid_format(&d->entity->hub_id, hub_id)),
		.token = row->token,
		.fields = fields,
	};
	return true;
}

static bool read_first(struct desk *d)
{
	bool versioned = d->partner->caps & ADAPTER_CAN_CONDITIONAL && d->shadow->version;

	if (d->claim->fresh || versioned || !(d->partner->caps & ADAPTER_CAN_GET))
		return false;
	d->claim->kind = CLAIM_READ;
	d->claim->key = d->shadow->key;
	return true;
}

/* --- the three kinds --------------------------------------------------------------------------------------------------------- */

static bool claim_delete(struct desk *d, struct err *err)
{
	if (!d->shadow || d->shadow->state != SHADOW_LIVE || d->entity->state != ENTITY_DELETED)
		return drop_row(d, err);
	if (read_first(d))
		return true;
	if (!record_intent(d, d->entity->golden, 0, err))
		return false;
	d->claim->push.kind = PUSH_DELETE;
	return true;
}

static bool claim_update(struct desk *d, struct err *err)
{
	struct image_source source;
	struct record *out;
	uint64_t fields, lacking;
	bool wait;

	d->row->kind = OUTBOX_UPDATE;
	fields = plan_update(d->shadow, d->entity->golden, marks_allowed(d->partner, d->entity),
		marks_images(&source, d->hub, d->arena, d->shadow));
	/* What an earlier attempt may have written is sent again only if it may have been lost. */
	if (d->row->state != OUTBOX_UNCERTAIN)
		fields &= ~plan_unconfirmed(d->shadow, d->entity->golden, fields);
	if (!fields)
		return drop_row(d, err);
	if (read_first(d))
		return true;
	if (!outward(d, d->entity->golden, &fields, &out, &wait, &lacking, err))
		return false;
	if (!fields)
		return wait ? postpone(d, WAIT_FOR_OTHERS_MS, err) : drop_row(d, err);
	if (!record_intent(d, d->entity->golden, fields, err))
		return false;
	d->claim->push.kind = PUSH_UPDATE;
	d->claim->push.record = out;
	return true;
}

/* What an uncertain create carried, to be repeated to the letter. */
static struct record *sent_before(struct desk *d, uint64_t *fields)
{
	struct record *r = arena_copy(d->arena, d->entity->golden, sizeof *d->entity->golden);

	*fields = 0;
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		const struct cell *c = &d->shadow->cell[f];

		if (!c->nsent)
			continue;
		*fields |= FIELD_BIT(f);
		r->v[f] = c->sent[c->nsent - 1].value;
	}
	return r;
}

static bool leave_to_human(struct desk *d, struct err *err)
{
	d->claim->kind = CLAIM_NOTHING;
	d->row->state = OUTBOX_DEAD;
	d->row->error = "nobody can tell whether this create happened: look at the partner, then retry or drop it";
	store_event(d->hub->store, d->hub->now_ms, EVENT_REFUSED, d->row->partner, d->row->entity, d->shadow->id,
		"{\"kind\":\"create\",\"error\":\"outcome unknown\",\"err_kind\":\"again\"}");
	return store_outbox_save(d->hub->store, d->row, err);
}

static void forget_attempts(struct desk *d)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		d->shadow->cell[f].nsent = 0;
	d->row->misses = 0;
}

/* What cannot be searched for is found by reading: a create that had its effect is bound when a list shows it. Two
 * good readings, each asked for here and the second a minute after the first, that do not show it, say that it had none. */
static bool look_twice(struct desk *d, bool *go_on, struct err *err)
{
	const bool read = d->partner->read_ms > d->row->not_before - SECOND_SEARCH_MS;

	if (d->row->misses == 0 || read)
		d->row->misses++;
	if (d->row->misses > 2) {
		forget_attempts(d);
		*go_on = true;
		return true;
	}
	if (!postpone(d, SECOND_SEARCH_MS, err))
		return false;
	d->claim->kind = CLAIM_LIST;
	return true;
}

/* Before an uncertain create is made again: true if it may be. */
static bool settled_before(struct desk *d, bool *go_on, struct err *err)
{
	*go_on = false;
	if (d->partner->caps & ADAPTER_CAN_IDEMPOTENT) {
		*go_on = true;
		return true;
	}
	if (!(d->partner->caps & ADAPTER_CAN_FIND))
		return d->partner->caps & (ADAPTER_CAN_COMPLETE | ADAPTER_CAN_INCREMENTAL) ? look_twice(d, go_on, err)
											   : leave_to_human(d, err);
	if (!d->claim->found_nothing) {
		d->claim->kind = CLAIM_FIND;
		return true;
	}
	if (++d->row->misses < 2)
		return postpone(d, SECOND_SEARCH_MS, err);
	forget_attempts(d);
	*go_on = true;
	return true;
}

/* A referral without its company says nothing: it waits until that is there, which looks at it anew. */
static bool wait_for_company(struct desk *d, struct err *err)
{
	d->claim->kind = CLAIM_NOTHING;
	d->row->state = OUTBOX_DEAD;
	d->row->intent = store_seq(d->hub->store);
	d->row->error = "its company is not there and may not be made there yet: is it in `doorstroom review`?";
	return store_outbox_save(d->hub->store, d->row, err);
}

static bool make_pending(struct desk *d, struct err *err)
{
	d->shadow = shadow_new(d->arena, d->row->partner, d->row->type,
		arena_printf(d->arena, "\001%lld", (long long)d->entity->id));
	d->shadow->state = SHADOW_PENDING;
	d->shadow->entity = d->entity->id;
	return store_shadow_save(d->hub->store, d->shadow, err);
}

static bool claim_create(struct desk *d, struct err *err)
{
	struct record *values = d->entity->golden, *out;
	uint64_t fields = plan_create(values, marks_allowed(d->partner, d->entity));
	char hub_id[UUID_TEXT_MAX];
	bool go_on = true, wait;
	uint64_t lacking;

	d->row->kind = OUTBOX_CREATE;
	d->claim->hub_id = arena_strdup(d->arena, uuid_format(&d->entity->hub_id, hub_id));
	if (attempted(d->shadow) && !settled_before(d, &go_on, err))
		return false;
	if (!go_on)
		return true;
	if (attempted(d->shadow))
		values = sent_before(d, &fields);
	else if (d->entity->state != ENTITY_LIVE || !fields || store_suppressed(d->hub->store, d->partner->id, d->entity->id) ||
		!marks_scope(d->hub, d->arena, d->partner, d->entity)) {
		if (d->shadow && !store_shadow_forget(d->hub->store, d->shadow->id, err))
			return false;
		return drop_row(d, err);
	}
	if (!outward(d, values, &fields, &out, &wait, &lacking, err))
		return false;
	if (wait || !fields)
		return postpone(d, WAIT_FOR_OTHERS_MS, err);
	if (d->row->type == RECORD_REFERRAL && lacking & FIELD_BIT(REFERRAL_ORGANIZATION))
		return wait_for_company(d, err);
	if (!d->shadow && !make_pending(d, err))
		return false;
	if (!record_intent(d, values, fields, err))
		return false;
	d->claim->push.kind = PUSH_CREATE;
	d->claim->push.record = out;
	return true;
}

static bool claim_row(struct hub *hub, struct claim *claim, struct err *err)
{
	struct desk d;

	claim->kind = CLAIM_NOTHING;
	if (!look_up(hub, claim, &d, err))
		return false;
	if (!d.row || (d.row->state != OUTBOX_READY && d.row->state != OUTBOX_UNCERTAIN))
		return true;
	claim->type = d.row->type;
	if (!d.entity || !d.partner || d.entity->id != d.row->entity)
		return drop_row(&d, err);
	if (d.row->kind == OUTBOX_DELETE)
		return claim_delete(&d, err);
	if (d.shadow && d.shadow->state == SHADOW_LIVE)
		return claim_update(&d, err);
	return claim_create(&d, err);
}

bool send_claim(struct hub *hub, struct claim *claim, struct err *err)
{
	if (!store_begin(hub->store, err))
		return false;
	if (claim_row(hub, claim, err) && store_commit(hub->store, err))
		return true;
	store_rollback(hub->store);
	return false;
}

/* --- settling ------------------------------------------------------------------------------------------------------------------ */

static void tell_outcome(struct desk *d, enum event_kind kind, const struct err *e)
{
	BUF_AUTO struct buf b = { 0 };

	buf_addf(&b, "{\"kind\":\"%s\",\"err_kind\":\"%s\",\"intent\":%lld,\"error\":", outbox_kind_name(d->row->kind),
		err_kind_name(e->kind), (long long)d->row->intent);
	buf_add_json(&b, e->text);
	buf_addc(&b, '}');
	store_event(d->hub->store, d->hub->now_ms, kind, d->row->partner, d->row->entity, d->shadow ? d->shadow->id : 0, b.data);
}

/* Nothing happened there: forget the attempt. A pending shadow without any attempt left goes with it. */
static bool forget_attempt(struct desk *d, struct err *err)
{
	if (!d->shadow)
		return true;
	shadow_unsend(d->shadow, d->row->intent);
	if (d->shadow->state == SHADOW_PENDING && !attempted(d->shadow))
		return store_shadow_forget(d->hub->store, d->shadow->id, err);
	return store_shadow_save(d->hub->store, d->shadow, err);
}

static bool retry_in(struct desk *d, enum outbox_state state, uint64_t ms, struct err *err)
{
	d->row->state = state;
	d->row->not_before = d->hub->now_ms + (int64_t)ms;
	d->row->error = arena_strdup(d->arena, d->claim->push.op.err.text);
	return store_outbox_save(d->hub->store, d->row, err);
}

/* A conflict may be of our own making: a request that something on the way repeated. The intent stands until the
 * record is read, so that what was written is not taken for their edit. */
static bool read_before_next(struct desk *d, bool effect_possible, struct err *err)
{
	if (d->shadow)
		d->shadow->version = NULL;
	if (d->shadow && effect_possible && d->partner->caps & ADAPTER_CAN_GET)
		return store_shadow_save(d->hub->store, d->shadow, err) && retry_in(d, OUTBOX_UNCERTAIN, 0, err);
	return forget_attempt(d, err) && retry_in(d, OUTBOX_READY, 0, err);
}

static bool refused(struct desk *d, struct err *err)
{
	tell_outcome(d, EVENT_REFUSED, &d->claim->push.op.err);
	d->row->state = OUTBOX_DEAD;
	d->row->error = arena_strdup(d->arena, d->claim->push.op.err.text);
	return forget_attempt(d, err) && store_outbox_save(d->hub->store, d->row, err);
}

static bool not_now(struct desk *d, bool effect_possible, struct err *err)
{
	const struct err *why = &d->claim->push.op.err;
	uint64_t wait = backoff_ms(BACKOFF_BASE_MS, BACKOFF_CAP_MS, d->row->attempts - 1, hub_random(d->hub));

	tell_outcome(d, EVENT_RETRY, why);
	wait = wait > why->wait_ms ? wait : why->wait_ms;
	if (effect_possible)
		return retry_in(d, OUTBOX_UNCERTAIN, wait, err);
	return forget_attempt(d, err) && retry_in(d, OUTBOX_READY, wait, err);
}

static bool failed(struct desk *d, struct err *err)
{
	const struct push *push = &d->claim->push;

	switch (push->op.err.kind) {
	case ERR_CONFLICT:
		/* The record we wanted to make is there already: found by hub id, it is adopted. */
		if (push->kind == PUSH_CREATE && d->partner->caps & ADAPTER_CAN_FIND)
			return retry_in(d, OUTBOX_UNCERTAIN, 0, err);
		if (push->kind == PUSH_CREATE)
			return refused(d, err);
		return read_before_next(d, true, err);
	case ERR_GONE:
		return push->kind == PUSH_CREATE ? refused(d, err) : read_before_next(d, false, err);
	case ERR_ITEM:
		return refused(d, err);
	case ERR_DENIED:
		return not_now(d, false, err);
	case ERR_AGAIN:
	case ERR_BROKEN:
	case ERR_CANCELED:
	case ERR_NONE:
		break;
	}
	return not_now(d, push->sent, err);
}

static void tell_sent(struct desk *d)
{
	const struct push *push = &d->claim->push;
	BUF_AUTO struct buf b = { 0 };
	struct record values = { .type = d->row->type };
	const char *why = d->row->kind == OUTBOX_CREATE ? marks_scope(d->hub, d->arena, d->partner, d->entity) : "linked";

	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		const struct cell *c = &d->shadow->cell[f];

		if (push->fields & FIELD_BIT(f) && c->nsent)
			values.v[f] = c->sent[c->nsent - 1].value;
	}
	buf_addf(&b, "{\"kind\":\"%s\",\"intent\":%lld,\"why\":\"%s\",\"fields\":", outbox_kind_name(d->row->kind),
		(long long)d->row->intent, why ? why : "linked");
	story_fields(&b, &values, push->fields);
	buf_addc(&b, '}');
	d->shadow->fence = store_event(d->hub->store, d->hub->now_ms, EVENT_SENT, d->row->partner, d->row->entity,
		d->shadow->id, b.data);
	d->shadow->fence_ms = d->hub->now_ms;
}

/* The partner's list showed the new record before its answer came, and it was taken for another one. */
static bool unite(struct desk *d, struct shadow *other, struct tally *tally, struct err *err)
{
	int64_t theirs = other->entity, ours = d->entity->id;

	if (!store_shadow_forget(d->hub->store, d->shadow->id, err))
		return false;
	d->shadow = other;
	return theirs == ours || links_merge(d->hub, d->arena, ours, theirs, "hub id", tally, err);
}

static bool created(struct desk *d, struct tally *tally, struct err *err)
{
	struct shadow *other;

	if (!d->claim->push.out_key || d->shadow->state != SHADOW_PENDING)
		return true;
	if (!store_shadow_by_key(d->hub->store, d->arena, d->row->partner, d->row->type, d->claim->push.out_key, &other, err))
		return false;
	if (other && other->id != d->shadow->id)
		return unite(d, other, tally, err);
	d->shadow->key = d->claim->push.out_key;
	d->shadow->state = SHADOW_LIVE;
	store_event(d->hub->store, d->hub->now_ms, EVENT_LINK, d->row->partner, d->entity->id, d->shadow->id,
		"{\"how\":\"pushed\"}");
	return true;
}

static bool deleted(struct desk *d, struct tally *tally, struct err *err)
{
	struct page page = { .partner = d->row->partner, .type = d->row->type, .arena = d->arena, .fresh = true, .asked = INT64_MAX, .n = 1 };
	struct item item = { .type = d->row->type, .state = ITEM_GONE, .key = d->shadow->key };
	bool ok = reconcile_item(d->hub, &page, &item, err);

	tally_add(tally, &page.run);
	return ok;
}

static bool observe_answer(struct desk *d, struct tally *tally, struct err *err)
{
	struct page page = { .partner = d->row->partner, .type = d->row->type, .arena = d->arena, .fresh = true, .asked = INT64_MAX, .n = 1 };
	bool ok;

	if (!d->claim->push.answer)
		return true;
	ok = reconcile_item(d->hub, &page, d->claim->push.answer, err);
	page.run.items = 0;
	tally_add(tally, &page.run);
	return ok;
}

/* The row is done; what changed meanwhile, and what waited for this record to be there, is marked now. */
static bool what_is_left(struct desk *d, bool was_create, struct tally *tally, struct err *err)
{
	struct shadow **shadow;
	struct entity *e;
	size_t n;

	if (!store_entity(d->hub->store, d->arena, d->row->entity, &e, err))
		return false;
	if (!e)
		return true;
	if (!store_shadows_of(d->hub->store, d->arena, e->id, &shadow, &n, err) ||
		!marks_update(d->hub, d->arena, e, shadow, n, d->row->cause, tally, err))
		return false;
	return !was_create || marks_referring(d->hub, d->arena, e->id, d->row->cause, tally, err);
}

static bool acknowledged(struct desk *d, struct tally *tally, struct err *err)
{
	enum push_kind kind = d->claim->push.kind;

	tell_sent(d);
	if (kind == PUSH_DELETE)
		return deleted(d, tally, err);
	if (kind == PUSH_CREATE && !created(d, tally, err))
		return false;
	d->shadow->version = d->claim->push.out_version;
	if (!store_shadow_save(d->hub->store, d->shadow, err) || !store_outbox_delete(d->hub->store, d->row->id, err) ||
		!observe_answer(d, tally, err))
		return false;
	return what_is_left(d, kind == PUSH_CREATE, tally, err);
}

static bool settle_row(struct hub *hub, struct claim *claim, struct tally *tally, struct err *err)
{
	struct desk d;

	if (!look_up(hub, claim, &d, err))
		return false;
	if (!d.row || d.row->state != OUTBOX_SENDING || !d.entity || !d.partner)
		return true;
	if (claim->push.op.err.kind)
		return failed(&d, err);
	return !d.shadow || acknowledged(&d, tally, err);
}

bool send_settle(struct hub *hub, struct claim *claim, struct tally *tally, struct err *err)
{
	if (!store_begin(hub->store, err))
		return false;
	if (settle_row(hub, claim, tally, err) && store_commit(hub->store, err))
		return true;
	store_rollback(hub->store);
	return false;
}
