/*
 * send.c - at least once on the wire, once in effect: the transactions around every push.
 *
 * Happy path of an update: claim (what is missing is computed, the intent is recorded durably: values sent, token,
 * attempt) > push > settle (acknowledged: the disclosure is recorded, the answer observed, the row removed).
 * Failure modes, all settled by the outcome of the push:
 *   refused before effect      the intent is forgotten; retried later, or dead if the partner will never take it
 *   conflict, gone             the intent is forgotten; the record is read before the next claim
 *   no answer                  the intent stands; the row is uncertain. An update is read or resent; a create is resent
 *                              under the same token, as long as that is not refused, or searched for by hub id (two misses a minute apart before it
 *                              is made again), or looked for in two readings, or, where the partner offers none of
 *                              these, left to a human
 *   cut off in between         rows found sending at a start, or after a reload, are uncertain
 */
#include <stdio.h>
#include <string.h>

#include "base/mutant.h"
#include "core/plan.h"
#include "engine/send.h"
#include "engine/story.h"

enum { OTHERS_LEAST_MS = 1000, OTHERS_MOST_MS = 60000, SECOND_SEARCH_MS = 60000, LATE_MS = 60000, UNREADABLE_MS = 300000 };
enum { PUT_OFF_LEAST_MS = 4000, PUT_OFF_MOST_MS = 600000 };

bool send_look_up(struct hub *hub, struct claim *claim, struct desk *d, struct err *err)
{
	struct shadow **shadow;
	size_t n;

	*d = (struct desk){ .hub = hub, .claim = claim, .arena = claim->arena };
	if (!store_outbox_by_id(hub->store, d->arena, claim->row, &d->row, err))
		return false;
	if (d->row && d->row->partner != claim->partner)
		d->row = NULL;
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

/* What another record must be there for first: that takes a second, or as long as an admin takes. */
static bool wait_for_others(struct desk *d, struct err *err)
{
	const uint64_t age = d->hub->now_ms > d->row->since ? (uint64_t)(d->hub->now_ms - d->row->since) / 4 : 0;

	return postpone(d, age < OTHERS_LEAST_MS ? OTHERS_LEAST_MS : age > OTHERS_MOST_MS ? OTHERS_MOST_MS : age, err);
}

/* --- references, outwards ---------------------------------------------------------------------------------------------- */

/* A record that the pushed one refers to must be there first: it is marked for the partner, if it may have it. What the
 * partner has refused stays so: another record's wanting it is no reason to try again. */
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
	if (!store_outbox(d->hub->store, d->arena, d->row->partner, e->id, &row, err))
		return false;
	if (!row && (!store_shadows_of(d->hub->store, d->arena, e->id, &shadow, &n, err) ||
			!marks_for(d->hub, d->arena, d->partner, e, shadow, n, d->row->cause, &tally, err) ||
			!store_outbox(d->hub->store, d->arena, d->row->partner, e->id, &row, err)))
		return false;
	d->claim->marked |= tally.marked != 0;
	*coming = row && row->kind == OUTBOX_CREATE && row->state != OUTBOX_DEAD && row->state != OUTBOX_WAITING;
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
		*wait |= coming && !mutant(DEPENDENCIES);
		*lacking |= FIELD_BIT(f);
		*fields &= ~FIELD_BIT(f);
	}
	return true;
}

bool send_attempted(const struct shadow *s)
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
	bool repeat = row->kind == OUTBOX_CREATE && row->token && send_attempted(d->shadow);

	row->token = repeat && !mutant(SAME_TOKEN) ? row->token : arena_strdup(d->arena, uuid_format(&fresh, token));
	buf_addf(&b, "{\"kind\":\"%s\",\"attempt\":%u,\"token\":\"%s\",\"fields\":", outbox_kind_name(row->kind),
		row->attempts + 1, row->token);
	story_fields(&b, values, fields);
	buf_addc(&b, '}');
	row->intent = store_event(d->hub->store, d->hub->now_ms, EVENT_INTENT, row->partner, row->entity,
		d->shadow ? d->shadow->id : 0, b.data);
	row->state = OUTBOX_SENDING;
	row->attempts++;
	if (row->kind != OUTBOX_DELETE)
		row->fields = fields;
	row->again = false;
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		if (fields & FIELD_BIT(f) && !mutant(INTENT))
			shadow_sent(d->arena, &d->shadow->cell[f], values->v[f], row->intent);
	if (!store_shadow_save(d->hub->store, d->shadow, err) || !store_outbox_save(d->hub->store, row, err))
		return false;
	d->claim->kind = CLAIM_PUSH;
	d->claim->repeat = repeat;
	d->claim->intent = row->intent;
	d->claim->version = d->shadow->version;
	d->claim->push = (struct push){
		.arena = d->arena,
		.type = row->type,
		.key = d->shadow->state == SHADOW_LIVE ? d->shadow->key : NULL,
		.version = d->partner->caps & ADAPTER_CAN_CONDITIONAL && !mutant(CONDITION) ? d->shadow->version : NULL,
		.hub_id = arena_strdup(d->arena, uuid_format(&d->entity->hub_id, hub_id)),
		.token = row->token,
		.fields = fields,
	};
	return true;
}

static bool read_first(struct desk *d)
{
	bool versioned = d->partner->caps & ADAPTER_CAN_CONDITIONAL && d->shadow->version;

	if (d->claim->fresh || versioned || !(d->partner->caps & ADAPTER_CAN_GET) || mutant(READ_VERIFY_WRITE))
		return false;
	d->claim->kind = CLAIM_READ;
	d->claim->key = d->shadow->key;
	return true;
}

/* What stands there cannot be told, so it must not be written over. */
static bool look_later(struct desk *d, const char *why, struct err *err)
{
	d->row->error = why;
	return postpone(d, UNREADABLE_MS, err);
}

/* For how long the last attempt may still be carried out. */
static uint64_t late_ms(const struct desk *d)
{
	const int64_t until = store_event_at(d->hub->store, d->row->intent) + LATE_MS;

	return d->row->state == OUTBOX_UNCERTAIN && until > d->hub->now_ms ? (uint64_t)(until - d->hub->now_ms) : 0;
}

/* --- the three kinds --------------------------------------------------------------------------------------------------------- */

static bool claim_delete(struct desk *d, struct err *err)
{
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
	/* What began as a create may be there by now, where nothing can be changed. */
	if (!fields || !(d->partner->caps & ADAPTER_CAN_UPDATE))
		return drop_row(d, err);
	/* An attempt that comes late would go over what is sent now, unless it has a condition. */
	if (late_ms(d) && !(d->partner->caps & ADAPTER_CAN_CONDITIONAL))
		return postpone(d, late_ms(d), err);
	/* What only waits for another record asks the partner nothing meanwhile, however long that takes. */
	if (!outward(d, d->entity->golden, &fields, &out, &wait, &lacking, err))
		return false;
	if (!fields)
		return wait ? wait_for_others(d, err) : drop_row(d, err);
	if (read_first(d))
		return true;
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
	const bool read = d->partner->read_ms >= d->row->not_before - SECOND_SEARCH_MS;

	if (d->row->misses == 0 || read)
		d->row->misses++;
	if (d->row->misses > (mutant(LATE_APPLY) ? 1 : 2)) {
		forget_attempts(d);
		*go_on = true;
		return true;
	}
	if (!postpone(d, SECOND_SEARCH_MS, err))
		return false;
	d->claim->kind = CLAIM_LIST;
	return true;
}

/* The record may be given to the partner that lacks it. */
static bool may_be_made(struct desk *d, uint64_t fields)
{
	return d->entity->state == ENTITY_LIVE && fields && !store_suppressed(d->hub->store, d->partner->id, d->entity->id) &&
		marks_scope(d->hub, d->arena, d->partner, d->entity);
}

/* Before an uncertain create is made again: true if it may be. fields: what one made now would carry. */
static bool settled_before(struct desk *d, uint64_t fields, bool *go_on, struct err *err)
{
	const unsigned caps = d->partner->caps;

	/* A token that was refused is spent. */
	*go_on = (caps & ADAPTER_CAN_IDEMPOTENT && d->row->token && may_be_made(d, fields)) || mutant(PROBE);
	if (*go_on)
		return true;
	if (!(caps & (ADAPTER_CAN_FIND | ADAPTER_CAN_COMPLETE | ADAPTER_CAN_INCREMENTAL)))
		return leave_to_human(d, err);
	/* It was found just now, and is not bound. */
	if (caps & ADAPTER_CAN_FIND && d->claim->fresh && !d->claim->found_nothing)
		return look_later(d, "what was found there cannot be read, or is known as another's: see `doorstroom quarantine`", err);
	if (caps & ADAPTER_CAN_FIND && !d->claim->found_nothing) {
		d->claim->kind = CLAIM_FIND;
		return true;
	}
	/* It may be carried out yet: that it is not there says nothing so far. */
	if (late_ms(d) && !mutant(LATE_APPLY))
		return postpone(d, late_ms(d), err);
	if (!(caps & ADAPTER_CAN_FIND))
		return look_twice(d, go_on, err);
	if (++d->row->misses < 2 && !mutant(LATE_APPLY))
		return postpone(d, SECOND_SEARCH_MS, err);
	forget_attempts(d);
	*go_on = true;
	return true;
}

static bool is_referral_without_company(const struct desk *d, const struct record *values, uint64_t lacking)
{
	const char *company = values->v[REFERRAL_ORGANIZATION];

	return d->row->type == RECORD_REFERRAL && (!company || !*company || lacking & FIELD_BIT(REFERRAL_ORGANIZATION));
}

/* It says nothing: it waits until its company is known, and there, which looks at it anew. */
static bool wait_for_company(struct desk *d, struct err *err)
{
	d->claim->kind = CLAIM_NOTHING;
	d->row->state = OUTBOX_WAITING;
	d->row->intent = store_seq(d->hub->store);
	d->row->error = "its company is not known, or not there and may not be made there yet: is it in `doorstroom quarantine`, or in "
			"`doorstroom review`?";
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

/* It is not to be there any more: who had to wait for what becomes of it is looked at again. */
static bool not_made(struct desk *d, struct err *err)
{
	struct tally tally = { 0 };

	if ((d->shadow && !store_shadow_forget(d->hub->store, d->shadow->id, err)) || !drop_row(d, err) ||
		!attend_settled(d->hub, d->arena, d->row->entity, &tally, err))
		return false;
	d->claim->marked |= tally.marked != 0;
	return true;
}

static bool claim_create(struct desk *d, struct err *err)
{
	struct record *values = d->entity->golden, *out;
	uint64_t fields = plan_create(values, marks_allowed(d->partner, d->entity));
	char hub_id[UUID_TEXT_MAX];
	bool go_on = true, wait;
	uint64_t lacking;

	if (d->row->kind != OUTBOX_CREATE)
		d->row->misses = 0;
	d->row->kind = OUTBOX_CREATE;
	d->claim->hub_id = arena_strdup(d->arena, uuid_format(&d->entity->hub_id, hub_id));
	if (send_attempted(d->shadow) && !settled_before(d, fields, &go_on, err))
		return false;
	if (!go_on)
		return true;
	if (send_attempted(d->shadow))
		values = sent_before(d, &fields);
	else if (!may_be_made(d, fields))
		return not_made(d, err);
	if (!outward(d, values, &fields, &out, &wait, &lacking, err))
		return false;
	if (wait || !fields)
		return wait_for_others(d, err);
	if (is_referral_without_company(d, values, lacking))
		return wait_for_company(d, err);
	if (!d->shadow && !make_pending(d, err))
		return false;
	if (!record_intent(d, values, fields, err))
		return false;
	d->claim->push.kind = PUSH_CREATE;
	d->claim->push.record = out;
	return true;
}

/* While it was under way the record was deleted, or came back to life: what is wanted now goes past the guard anew. */
static bool mark_anew(struct desk *d, struct err *err)
{
	struct tally tally = { 0 };
	struct shadow **shadow;
	size_t n;

	if (!drop_row(d, err) || !store_shadows_of(d->hub->store, d->arena, d->entity->id, &shadow, &n, err) ||
		!marks_update(d->hub, d->arena, d->entity, shadow, n, d->row->cause, &tally, err))
		return false;
	d->claim->marked |= tally.marked != 0;
	return true;
}

static bool claim_row(struct hub *hub, struct claim *claim, struct err *err)
{
	struct desk d;
	bool there, delete;

	claim->kind = CLAIM_NOTHING;
	if (!send_look_up(hub, claim, &d, err))
		return false;
	/* It may have been queued before it was told to wait. */
	if (!d.row || (d.row->state != OUTBOX_READY && d.row->state != OUTBOX_UNCERTAIN) || d.row->not_before > hub->now_ms)
		return true;
	claim->type = d.row->type;
	if (!d.entity || !d.partner || d.entity->id != d.row->entity)
		return drop_row(&d, err);
	there = d.shadow && d.shadow->state == SHADOW_LIVE;
	if (there && claim->unreadable)
		return look_later(&d, "what is there cannot be read: see `doorstroom quarantine`", err);
	delete = there && d.entity->state == ENTITY_DELETED;
	if (delete != (d.row->kind == OUTBOX_DELETE))
		return mark_anew(&d, err);
	if (delete)
		return claim_delete(&d, err);
	return there ? claim_update(&d, err) : claim_create(&d, err);
}

bool send_claim(struct hub *hub, struct claim *claim, struct err *err)
{
	return store_begin(hub->store, err) && store_end(hub->store, claim_row(hub, claim, err), err);
}

static bool put_off(struct hub *hub, struct claim *claim, const struct err *why, struct err *err)
{
	struct desk d;
	uint64_t wait;

	if (!send_look_up(hub, claim, &d, err))
		return false;
	if (!d.row || (d.row->state != OUTBOX_READY && d.row->state != OUTBOX_UNCERTAIN))
		return true;
	wait = hub->now_ms > d.row->since ? (uint64_t)(hub->now_ms - d.row->since) / 4 : 0;
	wait = wait < PUT_OFF_LEAST_MS ? PUT_OFF_LEAST_MS : wait > PUT_OFF_MOST_MS ? PUT_OFF_MOST_MS : wait;
	wait -= hub_random(hub) % (wait / 2);
	d.row->error = arena_strdup(d.arena, why->text);
	return postpone(&d, wait > why->wait_ms ? wait : why->wait_ms, err);
}

bool send_put_off(struct hub *hub, struct claim *claim, const struct err *why, struct err *err)
{
	return store_begin(hub->store, err) && store_end(hub->store, put_off(hub, claim, why, err), err);
}
