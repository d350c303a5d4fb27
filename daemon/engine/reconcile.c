/*
 * reconcile.c - a page of a partner's records becomes shadows, links, golden records and marks in the outbox.
 *
 * Happy path: one transaction per page; every record is unchanged (its scan number is noted), known (observed, and
 * its entity decided if its people edited it), or new (bound to a create of the hub's, linked to a match, or an entity
 * of its own). The feed's cursor is saved in the same transaction, or in that of the single reads which the page calls
 * for.
 * Failure modes: an unusable record goes to quarantine and blocks no other; a batch over an inbound limit is left
 * alone as a whole; a reading that may be stale is not believed but read again singly; a store error undoes the page.
 */
#include "engine/reconcile.h"

#include <string.h>

#include "base/mutant.h"
#include "engine/story.h"

/* --- what a reading is worth ---------------------------------------------------------------------------------------- */

static bool number_after(const char *a, const char *b)
{
	return strtoull(a, NULL, 10) > strtoull(b, NULL, 10);
}

static bool newer_version(const struct hub_partner *p, const struct shadow *s, const struct item *item)
{
	return p->caps & ADAPTER_CAN_ORDERED && s->version && item->version && number_after(item->version, s->version);
}

static bool older_version(const struct hub_partner *p, const struct shadow *s, const struct item *item)
{
	return p->caps & ADAPTER_CAN_ORDERED && s->version && item->version && number_after(s->version, item->version);
}

static bool same_version(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool shows_edits(struct hub *hub, const struct page *page, const struct shadow *s, const struct item *item,
	const struct record *now)
{
	struct image_source source;

	return observe_preview(s, now, item->version, marks_images(&source, hub, page->arena, s));
}

/* The version that the last push was answered with, or, of a partner without versions, nothing but what was pushed. */
static bool shows_push(struct hub *hub, const struct page *page, const struct shadow *s, const struct item *item,
	const struct record *now)
{
	if (item->version || s->state != SHADOW_LIVE)
		return same_version(item->version, s->version);
	return !shadow_unanswered(s) && !shows_edits(hub, page, s, item, now);
}

static bool any_overtaken(const struct shadow *s)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		if (shadow_overtaken(s, f))
			return true;
	return false;
}

/* Asked for before the last acknowledged push of that record: it may show what was there before. Where an edit overtook the
 * acknowledgement, the version known is that of the edit, and tells nothing of the push. */
static bool fenced(struct hub *hub, const struct hub_partner *p, const struct page *page, const struct shadow *s,
	const struct item *item, const struct record *now)
{
	if (mutant(FENCE) || page->asked >= s->fence)
		return false;
	return any_overtaken(s) || (!newer_version(p, s, item) && !shows_push(hub, page, s, item, now));
}

/* A list that may lag is believed only after a single read, and so is one that shows a deleted record again, and whatever
 * was asked for before an edit that is known by now. */
static bool doubtful(struct hub *hub, const struct hub_partner *p, const struct page *page, const struct shadow *s,
	const struct item *item)
{
	if (!(p->caps & ADAPTER_CAN_GET) || newer_version(p, s, item) || mutant(CONFIRMING_READ))
		return false;
	if (page->fresh)
		return page->asked < shadow_edited_at(s);
	return s->state != SHADOW_LIVE || page->asked < shadow_edited_at(s) || p->caps & ADAPTER_CAN_LAGS || (s->fence && hub->now_ms - s->fence_ms < (int64_t)p->config->stale_ms);
}

void reconcile_ask_again(struct page *page, const char *key)
{
	if (!page->confirm)
		page->confirm = arena_array(page->arena, const char *, page->n + 1);
	if (page->nconfirm < page->n)
		page->confirm[page->nconfirm++] = arena_strdup(page->arena, key);
}

/* --- references ------------------------------------------------------------------------------------------------------- */

/* The record with the partner's keys turned into hub ids, or "?key" where the record is not known yet. */
static struct record *translate(struct hub *hub, struct arena *arena, int partner, const struct record *in)
{
	struct record *out = arena_copy(arena, in, sizeof *in);
	unsigned n = field_count(in->type);

	for (unsigned f = 0; f < n; f++) {
		const struct field *field = field_at(in->type, f);
		const char *id;

		if (field->kind != VALUE_REF || !in->v[f] || !*in->v[f])
			continue;
		id = store_ref_in(hub->store, arena, partner, field->target, in->v[f]);
		out->v[f] = id ? id : arena_printf(arena, "?%s", in->v[f]);
	}
	return out;
}

static bool wait_for_references(struct hub *hub, const struct shadow *s, struct err *err)
{
	unsigned n = field_count(s->type);

	for (unsigned f = 0; f < n; f++) {
		const struct field *field = field_at(s->type, f);
		const char *base = s->cell[f].base;

		if (field->kind == VALUE_REF && base && *base == '?' &&
			!store_wait(hub->store, s->partner, field->target, base + 1, s->id, err))
			return false;
	}
	return true;
}

/* The record behind that key is known now: those who waited for it get its hub id. */
static bool arrived(struct hub *hub, struct arena *arena, const struct shadow *s, struct tally *tally, struct err *err)
{
	const char *id = NULL;
	int64_t *waiting;
	size_t n;

	if (!store_waiting(hub->store, arena, s->partner, s->type, s->key, &waiting, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct shadow *w;
		struct entity *e;
		unsigned fields;

		if (!id)
			id = store_ref_in(hub->store, arena, s->partner, s->type, s->key);
		if (!store_shadow(hub->store, arena, waiting[i], &w, err))
			return false;
		if (!w || !id)
			continue;
		fields = field_count(w->type);
		for (unsigned f = 0; f < fields; f++) {
			struct cell *c = &w->cell[f];

			if (field_at(w->type, f)->kind != VALUE_REF || field_at(w->type, f)->target != s->type)
				continue;
			if (c->base && *c->base == '?' && !strcmp(c->base + 1, s->key))
				c->base = id;
			if (c->own && *c->own == '?' && !strcmp(c->own + 1, s->key))
				c->own = id;
		}
		if (!store_shadow_save(hub->store, w, err) || !store_entity(hub->store, arena, w->entity, &e, err))
			return false;
		if (e && !decide_entity(hub, arena, e, w->partner, tally, err))
			return false;
	}
	return true;
}

/* --- a known record --------------------------------------------------------------------------------------------------- */

static void tell_findings(struct hub *hub, const struct shadow *s, const struct observation *o, struct tally *tally)
{
	BUF_AUTO struct buf b = { 0 };
	bool confirmed = false;

	if (o->edited) {
		story_edits(&b, s->type, o);
		store_event(hub->store, hub->now_ms, EVENT_EDIT, s->partner, s->entity, s->id, b.data);
		tally->edited++;
	}
	for (unsigned i = 0; i < o->n; i++)
		confirmed |= o->finding[i].kind == FINDING_CONFIRM;
	if (confirmed) {
		buf_clear(&b);
		story_confirms(&b, s->type, o);
		store_event(hub->store, hub->now_ms, EVENT_CONFIRM, s->partner, s->entity, s->id, b.data);
		tally->confirmed++;
	}
	for (unsigned i = 0; i < o->n; i++) {
		if (o->finding[i].kind != FINDING_LEARNED)
			continue;
		buf_clear(&b);
		story_learned(&b, s->type, &o->finding[i]);
		store_event(hub->store, hub->now_ms, EVENT_LEARNED, s->partner, s->entity, s->id, b.data);
	}
}

static bool keep_images(struct hub *hub, const struct shadow *s, const struct observation *o, struct err *err)
{
	for (unsigned i = 0; i < o->n; i++)
		if (o->finding[i].kind == FINDING_LEARNED &&
			!store_image_save(hub->store, s->partner, s->type, o->finding[i].field, o->finding[i].sent,
				o->finding[i].value, err))
			return false;
	return true;
}

static void count_edits(struct tally *tally, enum record_type type, const struct observation *o)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		tally->changed[type][f] += (o->edited & FIELD_BIT(f)) != 0;
		tally->blanked[type][f] += (o->blanked & FIELD_BIT(f)) != 0;
	}
}

/* An edit wins over a deletion elsewhere: the entity lives again, but not where it was deleted. */
static bool revive(struct hub *hub, struct arena *arena, struct entity *e, const struct shadow *s, struct err *err)
{
	if (e->state != ENTITY_DELETED)
		return true;
	store_event(hub->store, hub->now_ms, EVENT_REVIVED, s->partner, e->id, s->id, NULL);
	return decide_state(hub, arena, e, ENTITY_LIVE, err);
}

/* A write that nobody answered was read back: that acknowledges it, and what was asked for before that reading is older. */
static void read_back(struct hub *hub, const struct page *page, struct shadow *s)
{
	if (shadow_unanswered(s) || page->asked == INT64_MAX)
		return;
	s->fence = page->asked;
	s->fence_ms = hub->now_ms;
}

bool reconcile_reading(struct hub *hub, struct page *page, struct shadow *s, const struct item *item, const struct record *now,
	struct err *err)
{
	struct image_source source;
	struct observation o;
	const struct record *before;
	struct entity *e;
	bool returned = s->state != SHADOW_LIVE, unanswered = shadow_unanswered(s);

	observe(page->arena, s, now, item->version, marks_images(&source, hub, page->arena, s),
		store_seq(hub->store) + 1, &o);
	if (unanswered)
		read_back(hub, page, s);
	s->version = item->version;
	s->hash = record_hash(item->record);
	if (returned)
		s->alias_of = 0;
	s->state = SHADOW_LIVE;
	if (page->epoch)
		s->epoch = page->epoch;
	tell_findings(hub, s, &o, &page->run);
	count_edits(&page->run, s->type, &o);
	if (!store_shadow_save(hub->store, s, err) || !keep_images(hub, s, &o, err) ||
		!wait_for_references(hub, s, err) || !store_entity(hub->store, page->arena, s->entity, &e, err))
		return false;
	if (!e)
		return err_set(err, ERR_BROKEN, "store: shadow %lld has no entity; restore a backup", (long long)s->id);
	if (returned) {
		store_event(hub->store, hub->now_ms, EVENT_REVIVED, s->partner, e->id, s->id, NULL);
		if (!store_unsuppress(hub->store, s->partner, e->id, err))
			return false;
	}
	if (!o.n && !returned)
		return true;
	if ((o.edited || returned) && !revive(hub, page->arena, e, s, err))
		return false;
	before = e->golden;
	return decide_entity(hub, page->arena, e, page->partner, &page->run, err) &&
		(!returned || marks_referring(hub, page->arena, e->id, page->partner, &page->run, err)) &&
		(!o.edited || rematch(hub, page->arena, e, before, &page->run, err));
}

static bool known(struct hub *hub, const struct hub_partner *p, struct page *page, struct shadow *s, const struct item *item,
	const struct record *now, struct err *err)
{
	if (older_version(p, s, item) && !mutant(STALE_VERSION)) {
		page->run.ignored++;
	} else if (fenced(hub, p, page, s, item, now)) {
		page->run.ignored++;
		/* The cursor moves past it, so what it may tell is not left for a later page. */
		if (p->caps & ADAPTER_CAN_GET)
			reconcile_ask_again(page, item->key);
		else
			page->early = true;
	} else if (doubtful(hub, p, page, s, item) && (s->state != SHADOW_LIVE || shows_edits(hub, page, s, item, now))) {
		reconcile_ask_again(page, item->key);
	} else {
		return reconcile_reading(hub, page, s, item, now, err) && unusable_no_more(hub, page, item->key, err);
	}
	return !page->epoch || s->state != SHADOW_LIVE || store_shadow_seen(hub->store, s->id, page->epoch, err);
}

/* --- one item, and a page of them --------------------------------------------------------------------------------------- */

/* Nothing to observe. The version on which the next write may depend is kept: of a single read, and of a list where there
 * are none. */
static bool unchanged(const struct hub_partner *p, const struct page *page, const struct shadow_glance *g, const struct item *item)
{
	if (!g->id || g->state != SHADOW_LIVE || g->hash != record_hash(item->record))
		return false;
	if (page->fresh)
		return same_version(g->version, item->version);
	return p->caps & ADAPTER_CAN_GET || !item->version || same_version(g->version, item->version);
}

static bool live(struct hub *hub, struct page *page, const struct item *item, struct err *err)
{
	const struct hub_partner *p = hub_partner(hub, page->partner);
	struct shadow_glance glance;
	struct record *now;
	struct shadow *s = NULL;

	if (!store_shadow_glance(hub->store, page->arena, page->partner, page->type, item->key, &glance, err))
		return false;
	if (unchanged(p, page, &glance, item)) {
		page->run.unchanged++;
		return !page->epoch || store_shadow_seen(hub->store, glance.id, page->epoch, err);
	}
	now = translate(hub, page->arena, page->partner, item->record);
	if (glance.id && (!store_shadow(hub->store, page->arena, glance.id, &s, err) ||
			!reused_look(hub, page->arena, &s, item, now, err)))
		return false;
	if (s)
		return known(hub, p, page, s, item, now, err);
	if (!page->fresh && p->scanned && p->caps & ADAPTER_CAN_LAGS && p->caps & ADAPTER_CAN_GET) {
		reconcile_ask_again(page, item->key);
		return true;
	}
	page->run.fresh++;
	s = shadow_new(page->arena, page->partner, page->type, item->key);
	s->epoch = page->epoch;
	return links_place(hub, page, s, item, now, err) && unusable_no_more(hub, page, item->key, err);
}

bool reconcile_placed(struct hub *hub, struct page *page, const struct shadow *s, struct err *err)
{
	return wait_for_references(hub, s, err) && arrived(hub, page->arena, s, &page->run, err);
}

bool reconcile_item(struct hub *hub, struct page *page, const struct item *item, struct err *err)
{
	page->run.items++;
	switch (item->state) {
	case ITEM_GONE:
		return gone_told(hub, page, item, err);
	case ITEM_MERGED:
		return gone_merged(hub, page, item, err);
	case ITEM_LIVE:
		return item->record ? live(hub, page, item, err) : unusable_put_aside(hub, page, item, err);
	}
	return true;
}

bool reconcile_page(struct hub *hub, struct page *page, struct err *err)
{
	struct tally before = page->run;
	bool ok;

	if (!store_begin(hub->store, err))
		return false;
	ok = inbound_guard(hub, page, err);
	for (size_t i = 0; ok && !page->guarded && i < page->n; i++)
		ok = reconcile_item(hub, page, &page->item[i], err);
	/* What is to be read singly first may fail to be: then the page is asked for once more. So is one that came too early,
	 * and a scan that is interrupted after it goes on with it. */
	if (ok && !page->guarded && page->feed && !page->early && !page->nconfirm)
		ok = store_feed_save(hub->store, page->partner, page->type, page->feed, err);
	ok = store_end(hub->store, ok, err);
	if (!ok || page->guarded)
		page->run = before;
	return ok;
}

bool reconcile_gone(struct hub *hub, int partner, enum record_type type, const char *const *key, size_t n, struct tally *tally,
	struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct page page = { .partner = partner, .type = type, .arena = arena };
	bool ok = store_begin(hub->store, err);

	for (size_t i = 0; ok && i < n; i++)
		ok = gone_seen(hub, &page, key[i], err);
	if (!store_end(hub->store, ok, err))
		return false;
	tally_add(tally, &page.run);
	return true;
}
