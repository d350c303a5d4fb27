/*
 * settle.c - what became of a push: the second transaction around it. The paths are drawn in send.c.
 */
#include <string.h>

#include "base/mutant.h"
#include "core/backoff.h"
#include "core/plan.h"
#include "engine/send.h"
#include "engine/story.h"

enum { BACKOFF_BASE_MS = 1000, BACKOFF_CAP_MS = 600000, CREATES_MAX = 3, AT_ONCE_MAX = 2, STUBBORN_MAX = 8, LISTED_MS = 60000 };

static void tell_outcome(struct desk *d, enum event_kind kind, const struct err *e)
{
	BUF_AUTO struct buf b = { 0 };

	buf_addf(&b, "{\"kind\":\"%s\",\"err_kind\":\"%s\",\"intent\":%lld,\"left\":%s,\"error\":", outbox_kind_name(d->row->kind),
		err_kind_name(e->kind), (long long)d->row->intent, d->claim->push.sent ? "true" : "false");
	buf_add_json(&b, e->text);
	buf_addc(&b, '}');
	store_event(d->hub->store, d->hub->now_ms, kind, d->row->partner, d->row->entity, d->shadow ? d->shadow->id : 0, b.data);
}

/* Nothing happened there: forget the attempt. A pending shadow without any attempt left goes with it. */
static bool forget_attempt(struct desk *d, struct err *err)
{
	if (!d->shadow)
		return true;
	/* That this one was refused says nothing of the attempt before it, which may have been carried out. */
	if (d->claim->repeat)
		return store_shadow_save(d->hub->store, d->shadow, err);
	shadow_unsend(d->shadow, d->row->intent);
	if (d->shadow->state == SHADOW_PENDING && !send_attempted(d->shadow))
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

static uint64_t backoff(struct desk *d)
{
	return backoff_ms(BACKOFF_BASE_MS, BACKOFF_CAP_MS, d->row->attempts - 1, hub_random(d->hub));
}

/* A conflict may be of our own making: a request that something on the way repeated. The intent stands until the
 * record is read, singly or by a list, so that what was written is not taken for their edit. */
static bool read_before_next(struct desk *d, bool effect_possible, uint64_t wait_ms, struct err *err)
{
	/* Where only a list can tell what is there now, the version stays: without one, the next write would go over it. */
	if (d->shadow && d->partner->caps & ADAPTER_CAN_GET && !mutant(REREAD_CONFLICT))
		d->shadow->version = NULL;
	if (d->shadow && effect_possible)
		return store_shadow_save(d->hub->store, d->shadow, err) && retry_in(d, OUTBOX_UNCERTAIN, wait_ms, err);
	return forget_attempt(d, err) && retry_in(d, OUTBOX_READY, wait_ms, err);
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
	return !was_create || (marks_referring(d->hub, d->arena, e->id, d->row->cause, tally, err) &&
		attend_settled(d->hub, d->arena, e->id, tally, err));
}

/* The fields that would be sent now. */
static uint64_t sent_now(struct desk *d)
{
	const struct record *golden = d->entity->golden;
	const uint64_t allowed = marks_allowed(d->partner, d->entity);
	struct image_source source;
	uint64_t fields;

	if (d->row->kind == OUTBOX_CREATE)
		return plan_create(golden, allowed);
	fields = plan_update(d->shadow, golden, allowed, marks_images(&source, d->hub, d->arena, d->shadow));
	return fields & ~plan_unconfirmed(d->shadow, golden, fields);
}

/* The record is another by now: what was refused says nothing of what would be sent. Only looked at where that can be. */
static bool has_changed(struct desk *d)
{
	const struct record *golden = d->entity->golden;
	uint64_t fields;

	if (!d->shadow || d->row->kind == OUTBOX_DELETE || !(d->claim->repeat || d->row->again))
		return false;
	fields = sent_now(d);
	for (unsigned f = 0; f < field_count(golden->type); f++) {
		const struct cell *c = &d->shadow->cell[f];
		const bool is_ref = field_at(golden->type, f)->kind == VALUE_REF;

		if (fields & FIELD_BIT(f) && is_ref && *golden->v[f] &&
			!store_ref_out(d->hub->store, d->arena, d->row->partner, golden->v[f]))
			fields &= ~FIELD_BIT(f);
		if (fields & d->claim->push.fields & FIELD_BIT(f) && c->nsent && strcmp(c->sent[c->nsent - 1].value, golden->v[f]))
			return true;
	}
	return fields != d->claim->push.fields;
}

/* Who had to wait for what becomes of a create is looked at again. */
static bool was_not_made(struct desk *d, struct tally *tally, struct err *err)
{
	return d->row->kind != OUTBOX_CREATE || attend_settled(d->hub, d->arena, d->row->entity, tally, err);
}

/*
 * A change that will not be taken as it is. It waits for an admin, or for the record to change, which may have happened already
 * while it was under way.
 *
 * A create that was repeated under its token carried old bytes, and that token is spent: the partner knew it and says no. What
 * is sent next is made of what the record says by then, under another token, and goes the way of creates at partners without
 * tokens: it is looked for first, in case the attempt before was late.
 */
static bool refused(struct desk *d, struct tally *tally, struct err *err)
{
	const bool changed = has_changed(d);

	tell_outcome(d, EVENT_REFUSED, &d->claim->push.op.err);
	if (!forget_attempt(d, err))
		return false;
	if (changed && !d->claim->repeat)
		return store_outbox_delete(d->hub->store, d->row->id, err) && what_is_left(d, false, tally, err) &&
			was_not_made(d, tally, err);
	if (d->claim->repeat)
		d->row->token = NULL;
	d->row->state = changed ? OUTBOX_UNCERTAIN : OUTBOX_DEAD;
	d->row->misses = changed ? 0 : d->row->misses;
	d->row->not_before = changed ? 0 : d->row->not_before;
	d->row->error = arena_strdup(d->arena, d->claim->push.op.err.text);
	return store_outbox_save(d->hub->store, d->row, err) && was_not_made(d, tally, err);
}

static bool not_now(struct desk *d, bool effect_possible, struct err *err)
{
	const struct err *why = &d->claim->push.op.err;
	uint64_t wait = backoff(d);

	tell_outcome(d, EVENT_RETRY, why);
	wait = wait > why->wait_ms || mutant(RETRY_AFTER) ? wait : why->wait_ms;
	if (effect_possible && d->row->kind == OUTBOX_DELETE)
		d->row->fields = 1;
	if (effect_possible)
		return retry_in(d, OUTBOX_UNCERTAIN, wait, err);
	return forget_attempt(d, err) && retry_in(d, OUTBOX_READY, wait, err);
}

/* Once or twice the record has moved on, or is gone, and that is read. One that is read as it was, and refuses all the
 * same, has another reason, which is a person's to look into. */
static bool moved_on(struct desk *d, bool effect_possible, struct tally *tally, struct err *err)
{
	const unsigned times = ++d->row->misses;
	uint64_t wait = 0;

	if (times >= STUBBORN_MAX)
		return refused(d, tally, err);
	d->claim->list = !(d->partner->caps & ADAPTER_CAN_GET);
	/* A feed of changes need not tell what is gone: if it does not, two complete scans that do not show it do. Not before,
	 * since a scan goes past what the feed has yet to tell. */
	d->claim->scan = d->claim->list && d->claim->push.op.err.kind == ERR_GONE && times > AT_ONCE_MAX;
	if (d->claim->list)
		wait = LISTED_MS;
	else if (times > AT_ONCE_MAX)
		wait = backoff_ms(BACKOFF_BASE_MS, BACKOFF_CAP_MS, times - AT_ONCE_MAX - 1, hub_random(d->hub));
	return read_before_next(d, effect_possible, wait, err);
}

static bool failed(struct desk *d, struct tally *tally, struct err *err)
{
	const struct push *push = &d->claim->push;

	switch (push->op.err.kind) {
	case ERR_CONFLICT:
		/* The record we wanted to make may be there already, by an earlier attempt: it is looked for. */
		if (push->kind == PUSH_CREATE && d->row->attempts < CREATES_MAX)
			return retry_in(d, OUTBOX_UNCERTAIN, 0, err);
		if (push->kind == PUSH_CREATE)
			return refused(d, tally, err);
		return moved_on(d, push->kind == PUSH_UPDATE, tally, err);
	case ERR_GONE:
		return push->kind == PUSH_CREATE ? refused(d, tally, err) : moved_on(d, false, tally, err);
	case ERR_ITEM:
		return refused(d, tally, err);
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
	shadow_acknowledge(d->shadow, d->row->intent, store_event(d->hub->store, d->hub->now_ms, EVENT_SENT, d->row->partner,
		d->row->entity, d->shadow->id, b.data));
	d->shadow->fence_ms = d->hub->now_ms;
}

/* The partner's list showed the new record before its answer came, and it was taken for another one. */
static bool unite(struct desk *d, struct shadow *other, struct tally *tally, struct err *err)
{
	const struct join join = { .how = "hub id" };
	int64_t theirs = other->entity, ours = d->entity->id;
	struct entity *e;

	if (!store_shadow_forget(d->hub->store, d->shadow->id, err))
		return false;
	d->shadow = other;
	if (theirs == ours)
		return true;
	/* The older of the two stays, and what is of the other moves there. */
	if (join_merge(d->hub, d->arena, ours, theirs, &join, tally, err))
		return store_shadow(d->hub->store, d->arena, other->id, &d->shadow, err);
	/* Meanwhile both have records at one partner: that is for people. */
	return err->kind == ERR_CONFLICT && store_entity(d->hub->store, d->arena, theirs, &e, err) && e &&
	       rematch_ask(d->hub, d->arena, d->entity, e, store_model(d->hub->store), NULL, tally, err);
}

static bool created(struct desk *d, struct tally *tally, struct err *err)
{
	struct shadow *other;

	if (!d->claim->push.out_key || d->shadow->state != SHADOW_PENDING)
		return true;
	if (!store_shadow_by_key(d->hub->store, d->arena, d->row->partner, d->row->type, d->claim->push.out_key, &other, err))
		return false;
	/* A key that was another record's before, perhaps of the same. */
	if (other && (other->state == SHADOW_DEAD || other->state == SHADOW_ALIAS)) {
		if (!reused_retire(d->hub, d->arena, other, err))
			return false;
		other = NULL;
	}
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

/* The record was read while the answer was under way: which of the two is the newer state, nobody can tell, and what the
 * answer says will be read as well. */
static bool overtaken(const struct desk *d)
{
	const char *before = d->claim->version, *now = d->shadow->version;

	return shadow_edited_at(d->shadow) > d->claim->intent || (before && now ? strcmp(before, now) != 0 : before != now);
}

/* Whether something is unconfirmed of which the version now known says nothing: it is that of a reading from before the answer, or
 * of a later write without a condition, and people may have changed the record before that. */
static bool leaves_open(const struct desk *d, bool late)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		const struct cell *c = &d->shadow->cell[f];

		if (shadow_acknowledged(d->shadow, f) && !shadow_overtaken(d->shadow, f) && c->sent[c->nsent - 1].seq &&
			(late || (!d->claim->push.version && c->sent[c->nsent - 1].seq != d->claim->intent)))
			return true;
	}
	return false;
}

/* Where it tells which readings are old, or the next write depends on it and only a list could tell it anew, it stays. */
static void know_version(struct desk *d, bool late)
{
	const unsigned caps = d->partner->caps;
	const bool needed = caps & ADAPTER_CAN_ORDERED || (caps & ADAPTER_CAN_CONDITIONAL && !(caps & ADAPTER_CAN_GET));

	if (!late)
		d->shadow->version = d->claim->push.out_version;
	if (!needed && leaves_open(d, late))
		d->shadow->version = NULL;
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

static bool acknowledged(struct desk *d, struct tally *tally, struct err *err)
{
	enum push_kind kind = d->claim->push.kind;
	bool late;

	for (unsigned f = 0; mutant(INTENT) && f < RECORD_FIELDS_MAX; f++)
		if (d->claim->push.fields & FIELD_BIT(f))
			shadow_sent(d->arena, &d->shadow->cell[f], d->entity->golden->v[f], d->row->intent);
	tell_sent(d);
	if (kind == PUSH_DELETE)
		return deleted(d, tally, err);
	if (kind == PUSH_CREATE && !created(d, tally, err))
		return false;
	late = overtaken(d);
	know_version(d, late);
	d->shadow->hash = 0; /* whatever is read next is looked at, even if it is as before */
	if (!store_shadow_save(d->hub->store, d->shadow, err) || !store_outbox_delete(d->hub->store, d->row->id, err) ||
		(!late && !observe_answer(d, tally, err)))
		return false;
	return what_is_left(d, kind == PUSH_CREATE, tally, err);
}

static bool settle_row(struct hub *hub, struct claim *claim, struct tally *tally, struct err *err)
{
	struct desk d;

	if (!send_look_up(hub, claim, &d, err))
		return false;
	if (!d.row || d.row->state != OUTBOX_SENDING || d.row->intent != claim->intent || !d.entity || !d.partner)
		return true;
	if (claim->push.op.err.kind)
		return failed(&d, tally, err);
	if (d.shadow)
		return acknowledged(&d, tally, err);
	/* The record is not this company's any more. */
	return store_outbox_delete(hub->store, d.row->id, err) && what_is_left(&d, false, tally, err);
}

bool send_settle(struct hub *hub, struct claim *claim, struct tally *tally, struct err *err)
{
	return store_begin(hub->store, err) && store_end(hub->store, settle_row(hub, claim, tally, err), err);
}
