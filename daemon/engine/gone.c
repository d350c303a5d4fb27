/*
 * gone.c - a record is not there any more: people deleted it, or made one of two.
 *
 * What that means for the others is the partner's deletion policy; it means nothing to them if the deletion was the hub's
 * own, or if the partner has another record of the company.
 */
#include "base/mutant.h"
#include "core/plan.h"
#include "engine/reconcile.h"

static bool suppress(struct hub *hub, int partner, int64_t entity, const char *reason, struct err *err)
{
	BUF_AUTO struct buf b = { 0 };

	buf_addf(&b, "{\"reason\":\"%s\"}", reason);
	store_event(hub->store, hub->now_ms, EVENT_SUPPRESS, partner, entity, 0, b.data);
	return mutant(SUPPRESSION) || store_suppress(hub->store, partner, entity, reason, hub->now_ms, err);
}

static bool suppress_where_missing(struct hub *hub, struct arena *arena, int64_t entity, struct err *err)
{
	struct shadow **shadow;
	size_t n;

	if (!store_shadows_of(hub->store, arena, entity, &shadow, &n, err))
		return false;
	for (size_t i = 0; i < hub->n; i++)
		if (!marks_shadow_at(shadow, n, hub->partner[i].id) &&
			!suppress(hub, hub->partner[i].id, entity, "archived", err))
			return false;
	return true;
}

/* What they deleted was not the record as it is now: somebody's edit was still on its way to them. What was sent counts
 * as seen once it was acknowledged. */
static bool had_not_seen(struct hub *hub, const struct hub_partner *p, struct arena *arena, const struct entity *e,
	const struct shadow *s)
{
	struct image_source source;
	const uint64_t need = plan_update(s, e->golden, marks_allowed(p, e), marks_images(&source, hub, arena, s));

	return (need & ~plan_unconfirmed(s, e->golden, need)) != 0;
}

static bool deleted_by_people(struct hub *hub, const struct hub_partner *p, struct arena *arena, struct entity *e,
	const struct shadow *s, struct err *err)
{
	if (!suppress(hub, p->id, e->id, "deleted there", err))
		return false;
	switch (p->config->deletion[e->type]) {
	case DELETION_UNLINK:
		return true;
	case DELETION_ARCHIVE:
		return suppress_where_missing(hub, arena, e->id, err);
	case DELETION_PROPAGATE:
		return (!mutant(DELETE_AGAINST_EDIT) && had_not_seen(hub, p, arena, e, s)) ||
		       decide_state(hub, arena, e, ENTITY_DELETED, err);
	}
	return true;
}

/* The partner has the company still, by another record of it: that one speaks from now on. */
static bool has_another(struct hub *hub, struct arena *arena, const struct shadow *gone, bool *yes, struct err *err)
{
	struct shadow **shadow, *next = NULL;
	size_t n;

	if (!store_shadows_of(hub->store, arena, gone->entity, &shadow, &n, err))
		return false;
	*yes = marks_shadow_at(shadow, n, gone->partner) != NULL;
	for (size_t i = 0; i < n && !*yes && !next; i++)
		if (shadow_aside(shadow[i]) && shadow[i]->partner == gone->partner)
			next = shadow[i];
	if (!next)
		return true;
	*yes = true;
	next->alias_of = 0;
	return store_shadow_save(hub->store, next, err);
}

static bool lose(struct hub *hub, struct arena *arena, struct shadow *s, struct tally *tally, struct err *err)
{
	const struct hub_partner *p = hub_partner(hub, s->partner);
	struct outbox *row;
	struct entity *e;
	bool ours, another;

	s->state = SHADOW_DEAD;
	s->alias_of = 0;
	s->version = NULL;
	tally->gone++;
	store_event(hub->store, hub->now_ms, EVENT_GONE, s->partner, s->entity, s->id, NULL);
	if (!store_shadow_save(hub->store, s, err) || !store_decision_keys(hub->store, arena, s, err) ||
		!store_entity(hub->store, arena, s->entity, &e, err))
		return false;
	if (!e)
		return true;
	if (!has_another(hub, arena, s, &another, err))
		return false;
	if (!store_outbox(hub->store, arena, s->partner, e->id, &row, err))
		return false;
	/* A deletion that cannot have had its effect yet is not the hub's: its people were first. */
	ours = row && row->kind == OUTBOX_DELETE &&
		(row->fields || row->state == OUTBOX_SENDING || row->state == OUTBOX_UNCERTAIN);
	if (row && (ours || !another) && !store_outbox_delete(hub->store, row->id, err))
		return false;
	if (another)
		return decide_entity(hub, arena, e, s->partner, tally, err) &&
			marks_referring(hub, arena, e->id, s->partner, tally, err);
	if (!ours && p && !deleted_by_people(hub, p, arena, e, s, err))
		return false;
	return decide_entity(hub, arena, e, s->partner, tally, err);
}

bool gone_seen(struct hub *hub, struct page *page, const char *key, struct err *err)
{
	struct shadow *s;

	if (!store_shadow_by_key(hub->store, page->arena, page->partner, page->type, key, &s, err))
		return false;
	return unusable_no_more(hub, page, key, err) &&
		(!s || s->state != SHADOW_LIVE || lose(hub, page->arena, s, &page->run, err));
}

bool gone_told(struct hub *hub, struct page *page, const struct item *item, struct err *err)
{
	const struct hub_partner *p = hub_partner(hub, page->partner);
	struct shadow *s;

	if (!item->hearsay || page->fresh || !p || !(p->caps & ADAPTER_CAN_GET))
		return gone_seen(hub, page, item->key, err);
	if (!store_shadow_by_key(hub->store, page->arena, page->partner, page->type, item->key, &s, err))
		return false;
	if (s && s->state == SHADOW_LIVE) {
		reconcile_ask_again(page, item->key);
		page->hearsay = true;
	}
	return true;
}

static bool ask_about_merge(struct hub *hub, struct shadow *from, const struct shadow *into, struct tally *tally,
	struct err *err)
{
	struct review r = {
		.kind = "merge", .type = from->type, .shadow = from->id, .entity = from->entity, .other = into->entity,
		.evidence = "{\"why\":\"the partner merged two records that the hub holds apart\"}", .made_at = hub->now_ms,
	};
	int64_t id;

	tally->reviews++;
	store_event(hub->store, hub->now_ms, EVENT_REVIEW, from->partner, from->entity, from->id, "{\"kind\":\"merge\"}");
	return store_review_ask(hub->store, &r, &id, err);
}

bool gone_merged(struct hub *hub, struct page *page, const struct item *item, struct err *err)
{
	struct shadow *from, *into = NULL;
	struct entity *e;

	if (!unusable_no_more(hub, page, item->key, err) ||
		!store_shadow_by_key(hub->store, page->arena, page->partner, page->type, item->key, &from, err))
		return false;
	if (!from || from->state == SHADOW_ALIAS)
		return true;
	if (item->merged_into && !store_shadow_by_key(hub->store, page->arena, page->partner, page->type,
			item->merged_into, &into, err))
		return false;
	from->state = SHADOW_ALIAS;
	from->alias_of = into ? into->id : 0;
	store_event(hub->store, hub->now_ms, EVENT_ALIAS, page->partner, from->entity, from->id, NULL);
	if (into && into->alias_of == from->id)
		into->alias_of = 0;
	if (!store_shadow_save(hub->store, from, err) || (into && !store_shadow_save(hub->store, into, err)))
		return false;
	if (into && into->entity != from->entity && (!suppress(hub, page->partner, from->entity, "merged there", err) ||
			!ask_about_merge(hub, from, into, &page->run, err)))
		return false;
	if (!store_entity(hub->store, page->arena, from->entity, &e, err))
		return false;
	return !e || decide_entity(hub, page->arena, e, page->partner, &page->run, err);
}
