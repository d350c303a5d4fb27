/*
 * marks.c - the outbox, one row per partner and entity: brought in line with an entity after every decision.
 *
 * A row says only that something must be sent; what, is computed when it is sent. A row under way is never touched
 * but for `again`, so that its outcome is settled first.
 */
#include <string.h>

#include "base/hash.h"
#include "base/mutant.h"
#include "core/plan.h"
#include "engine/hub.h"
#include "engine/refer.h"

enum { ENTITIES_PER_PAGE = 256 };

static const char *learned(void *ctx, unsigned field, const char *value)
{
	const struct image_source *s = ctx;

	const struct remote *remote = s->partner ? s->partner->remote : NULL;
	const char *image = store_image(s->hub->store, s->arena, s->partner_id, s->type, field, value);

	if (image || !remote || !remote->adapter->image || field_at(s->type, field)->kind == VALUE_REF)
		return image;
	return remote->adapter->image(s->partner->remote, s->arena, s->type, field, value);
}

const struct images *marks_images(struct image_source *source, struct hub *hub, struct arena *arena, const struct shadow *s)
{
	*source = (struct image_source){
		.images = { .learned = learned, .ctx = source },
		.hub = hub, .arena = arena, .partner = hub_partner(hub, s->partner), .partner_id = s->partner, .type = s->type,
	};
	return &source->images;
}

uint64_t marks_allowed(const struct hub_partner *p, const struct entity *e)
{
	return p->writable[e->type] & p->config->share[e->type].fields & ~e->held;
}

struct shadow *marks_shadow_at(struct shadow *const *shadow, size_t n, int partner)
{
	struct shadow *pending = NULL;

	for (size_t i = 0; i < n; i++) {
		if (shadow[i]->partner != partner || shadow_aside(shadow[i]))
			continue;
		if (shadow[i]->state == SHADOW_LIVE)
			return shadow[i];
		if (shadow[i]->state == SHADOW_PENDING)
			pending = shadow[i];
	}
	return pending;
}

/* --- scope ------------------------------------------------------------------------------------------------------------ */

/* Whether a referral from or to the partner brings this entity along, itself or by way of the contact it names. */
static bool brought(struct hub *hub, struct arena *arena, const struct hub_partner *p, const struct entity *e, int depth)
{
	struct err ignored;
	int64_t *id;
	size_t n;

	if (!store_referring(hub->store, arena, e->id, &id, &n, &ignored))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct entity *from;

		if (!store_entity(hub->store, arena, id[i], &from, &ignored) || !from)
			continue;
		if (from->type == RECORD_REFERRAL && refer_party(hub, from->golden, p))
			return true;
		if (from->type == RECORD_CONTACT && depth == 0 && brought(hub, arena, p, from, 1))
			return true;
	}
	return false;
}

static bool withdrawn(const struct entity *e)
{
	const char *consent = e->type == RECORD_CONTACT ? e->golden->v[CONTACT_CONSENT_SHARING] : NULL;

	return consent && !strncmp(consent, "withdrawn", 9);
}

const char *marks_scope(struct hub *hub, struct arena *arena, const struct hub_partner *p, const struct entity *e)
{
	unsigned scopes = p->config->share[e->type].scopes;

	if (e->type == RECORD_REFERRAL)
		return scopes & SCOPE_REFERRED && refer_party(hub, e->golden, p) ? "referred" : NULL;
	if (withdrawn(e))
		return NULL;
	if (scopes & SCOPE_ALL)
		return "all";
	if (e->type == RECORD_PARTICIPATION)
		return NULL;
	return scopes & SCOPE_REFERRED && brought(hub, arena, p, e, 0) ? "referred" : NULL;
}

/* --- marking ---------------------------------------------------------------------------------------------------------- */

/* At least one partner's people hold it, and its links are not in question. */
static bool shareable(struct hub *hub, const struct entity *e, struct shadow *const *shadow, size_t n)
{
	bool own = false;

	if (store_review_on(hub->store, e->id))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (shadow[i]->state == SHADOW_LIVE && store_review_about(hub->store, shadow[i]->id))
			return false;
		for (unsigned f = 0; f < RECORD_FIELDS_MAX && !own; f++)
			own = shadow[i]->state == SHADOW_LIVE && shadow[i]->cell[f].own;
	}
	return own && e->state == ENTITY_LIVE;
}

/* A referral is told to the two that it is between, and to nobody else who happens to have it. */
static bool told(const struct hub *hub, const struct hub_partner *p, const struct entity *e)
{
	const char *from = e->type == RECORD_REFERRAL ? e->golden->v[REFERRAL_FROM_PARTNER] : NULL;

	return !from || !*from || refer_party(hub, e->golden, p);
}

/* What the partner lacks, if anything. */
static bool wanted(struct hub *hub, struct arena *arena, const struct hub_partner *p, const struct entity *e,
	struct shadow *const *shadow, size_t n, enum outbox_kind *kind)
{
	struct shadow *s = marks_shadow_at(shadow, n, p->id);
	uint64_t allowed = marks_allowed(p, e), need;
	struct image_source source;

	if (s && s->state == SHADOW_LIVE) {
		if (e->state == ENTITY_DELETED) {
			*kind = OUTBOX_DELETE;
			return p->caps & ADAPTER_CAN_DELETE;
		}
		*kind = OUTBOX_UPDATE;
		if (!told(hub, p, e))
			return false;
		need = plan_update(s, e->golden, allowed, marks_images(&source, hub, arena, s));
		return p->caps & ADAPTER_CAN_UPDATE && need & ~plan_unconfirmed(s, e->golden, need);
	}
	*kind = OUTBOX_CREATE;
	if (s)
		return true;
	return p->caps & ADAPTER_CAN_CREATE && e->state == ENTITY_LIVE && plan_create(e->golden, allowed) &&
		!store_suppressed(hub->store, p->id, e->id) && marks_scope(hub, arena, p, e) &&
		!store_review_stands(hub->store, e->id, p->id) &&
		shareable(hub, e, shadow, n);
}

static bool under_way(const struct outbox *row)
{
	return row->state == OUTBOX_SENDING || row->state == OUTBOX_UNCERTAIN;
}

static bool mark(struct hub *hub, struct arena *arena, const struct hub_partner *p, const struct entity *e,
	struct shadow *const *shadow, size_t n, int cause, struct tally *tally, struct err *err)
{
	struct outbox *row, fresh = {
		.partner = p->id, .entity = e->id, .type = e->type, .state = OUTBOX_NEW, .cause = cause,
		.since = hub->now_ms, .error = "",
	};
	enum outbox_kind kind;
	bool want = !mutant(CANARY) && wanted(hub, arena, p, e, shadow, n, &kind);

	if (!store_outbox(hub->store, arena, p->id, e->id, &row, err))
		return false;
	if (!row) {
		if (!want)
			return true;
		fresh.kind = kind;
		tally->marked++;
		return store_outbox_save(hub->store, &fresh, err);
	}
	if (under_way(row)) {
		if (row->again)
			return true;
		row->again = true;
		return store_outbox_save(hub->store, row, err);
	}
	if (!want)
		return store_outbox_delete(hub->store, row->id, err);
	if (row->kind == kind && (row->state == OUTBOX_NEW || (e->changed <= row->intent && cause != p->id)))
		return true;
	/* What a plan had counted or a partner had refused was another record: it is looked at anew. */
	row->kind = kind;
	row->state = OUTBOX_NEW;
	row->plan = 0;
	row->attempts = row->misses = 0;
	row->not_before = 0;
	row->error = "";
	tally->marked++;
	return store_outbox_save(hub->store, row, err);
}

bool marks_for(struct hub *hub, struct arena *arena, const struct hub_partner *p, const struct entity *e,
	struct shadow *const *shadow, size_t n, int cause, struct tally *tally, struct err *err)
{
	return !(p->types & 1u << e->type) || !p->writable[e->type] || config_ended(p->config, hub->now_ms) ||
		mark(hub, arena, p, e, shadow, n, cause, tally, err);
}

bool marks_update(struct hub *hub, struct arena *arena, const struct entity *e, struct shadow *const *shadow, size_t n,
	int cause, struct tally *tally, struct err *err)
{
	for (size_t i = 0; i < hub->n; i++)
		if (!marks_for(hub, arena, &hub->partner[i], e, shadow, n, cause, tally, err))
			return false;
	return true;
}

bool marks_referring(struct hub *hub, struct arena *arena, int64_t entity, int cause, struct tally *tally, struct err *err)
{
	int64_t *id;
	size_t n;

	if (!store_referring(hub->store, arena, entity, &id, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct shadow **shadow;
		struct entity *e;
		size_t count;

		if (!store_entity(hub->store, arena, id[i], &e, err))
			return false;
		if (!e)
			continue;
		/* For what was refused or held for want of it, that is a change. */
		e->changed = store_seq(hub->store);
		if (!store_shadows_of(hub->store, arena, e->id, &shadow, &count, err) ||
			!marks_update(hub, arena, e, shadow, count, cause, tally, err))
			return false;
	}
	return true;
}

/* --- all of them ------------------------------------------------------------------------------------------------------ */

uint64_t marks_sharing(const struct hub_partner *p)
{
	uint64_t h = p->types;

	for (unsigned t = 0; t < RECORD_TYPES; t++) {
		const struct share *s = &p->config->share[t];
		const uint64_t part[] = { s->scopes, s->fields, p->writable[t] };

		h = hash_bytes(part, sizeof part, h);
	}
	return h ? h : 1;
}

static bool marked_all(struct hub *hub, struct arena *arena, struct hub_partner *p, struct err *err)
{
	struct store_partner row;

	if (!store_partner(hub->store, arena, p->config->id, &row, err))
		return false;
	row.shared = marks_sharing(p);
	return store_partner_save(hub->store, &row, err);
}

/* Nothing that it may be given could be written there: no need to look at every entity. */
static bool given_nothing(const struct hub_partner *p)
{
	for (unsigned t = 0; t < RECORD_TYPES; t++)
		if (p->types & 1u << t && p->writable[t] & p->config->share[t].fields)
			return false;
	return true;
}

static bool mark_page(struct hub *hub, struct arena *arena, struct hub_partner *p, int64_t after, int64_t *next, struct tally *tally,
	struct err *err)
{
	struct shadow **shadow;
	struct entity *e;
	int64_t *id;
	size_t n, count;

	if (given_nothing(p)) {
		*next = 0;
		return marked_all(hub, arena, p, err);
	}
	/* What a newcomer has, it has been marked for when it was first read. */
	if (!store_entities(hub->store, arena, after, p->onboarded ? 0 : p->id, ENTITIES_PER_PAGE, &id, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!store_entity(hub->store, arena, id[i], &e, err) || !e ||
			!store_shadows_of(hub->store, arena, e->id, &shadow, &count, err) ||
			!marks_for(hub, arena, p, e, shadow, count, p->id, tally, err))
			return false;
	*next = n < ENTITIES_PER_PAGE ? 0 : id[n - 1];
	return *next || marked_all(hub, arena, p, err);
}

bool marks_anew(struct hub *hub, struct hub_partner *p, int64_t *after, struct tally *tally, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	int64_t next = *after;

	if (!store_begin(hub->store, err) ||
		!store_end(hub->store, mark_page(hub, arena, p, *after, &next, tally, err), err))
		return false;
	*after = next;
	p->sharing_changed = next != 0;
	return true;
}
