/* inbound.c - stop and ask before a batch is merged that would change, empty, lose or break too much. */
#include <stdio.h>
#include <string.h>

#include "base/mutant.h"
#include "engine/reconcile.h"
#include "engine/story.h"

static int64_t limit(const struct hub_partner *p, enum guard guard, int64_t records)
{
	return guard_allows(p->config->guard[guard], records);
}

/* Whoever goes on later, with an approval or without, looks at what is there then, from the beginning. */
static bool abandon_scan(struct hub *hub, int partner, enum record_type type, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct feed feed;

	if (!store_feed(hub->store, arena, partner, type, &feed, err))
		return false;
	if (!feed.scan_cursor)
		return true;
	feed.scan_cursor = NULL;
	return store_feed_save(hub->store, partner, type, &feed, err);
}

static bool stop(struct hub *hub, struct page *page, enum guard guard, enum record_type type, int field, int64_t count,
	int64_t allowed, struct err *err)
{
	const char *name = field < 0 ? record_type_name(type) : field_at(type, (unsigned)field)->name;
	BUF_AUTO struct buf b = { 0 };

	page->guarded = true;
	snprintf(page->why, sizeof page->why, "%s: %lld in %s, %lld allowed", guard_name(guard), (long long)count, name,
		(long long)allowed);
	buf_addf(&b, "{\"guard\":\"%s\",\"count\":%lld,\"limit\":%lld,\"type\":\"%s\",\"field\":\"%s\"}", guard_name(guard),
		(long long)count, (long long)allowed, record_type_name(type), field < 0 ? "" : name);
	store_event(hub->store, hub->now_ms, EVENT_GUARD, page->partner, 0, 0, b.data);
	return abandon_scan(hub, page->partner, type, err);
}

static bool count_item(struct hub *hub, struct page *page, const struct item *item, struct tally *t, struct err *err)
{
	struct shadow_glance glance;
	struct image_source source;
	struct shadow *s;
	uint64_t edited;

	if (item->state == ITEM_GONE) {
		if (!store_shadow_by_key(hub->store, page->arena, page->partner, page->type, item->key, &s, err))
			return false;
		t->gone += s && s->state == SHADOW_LIVE;
		return true;
	}
	if (item->state != ITEM_LIVE)
		return true;
	if (!item->record) {
		t->unusable++;
		return true;
	}
	if (!store_shadow_glance(hub->store, page->arena, page->partner, page->type, item->key, &glance, err))
		return false;
	if (!glance.id || glance.state != SHADOW_LIVE || glance.hash == record_hash(item->record))
		return true;
	if (!store_shadow(hub->store, page->arena, glance.id, &s, err))
		return false;
	edited = observe_preview(s, item->record, item->version, marks_images(&source, hub, page->arena, s));
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		const char *base = s->cell[f].base, *value = item->record->v[f];

		if (!(edited & FIELD_BIT(f)) || field_at(page->type, f)->kind == VALUE_REF)
			continue;
		t->changed[page->type][f]++;
		t->blanked[page->type][f] += base && *base && !*value;
	}
	return true;
}

bool inbound_guard(struct hub *hub, struct page *page, struct err *err)
{
	const struct hub_partner *p = hub_partner(hub, page->partner);
	struct tally sum = page->run;
	enum record_type type = page->type;
	unsigned fields = field_count(type);
	int64_t records, seen;

	if (page->approved || page->fresh || !p->scanned || mutant(INBOUND_GUARD))
		return true;
	for (size_t i = 0; i < page->n; i++)
		if (!count_item(hub, page, &page->item[i], &sum, err))
			return false;
	records = store_live(hub->store, page->partner, type);
	seen = records > (int64_t)(sum.items + page->n) ? records : (int64_t)(sum.items + page->n);
	if ((int64_t)sum.gone > limit(p, GUARD_VANISHED, records))
		return stop(hub, page, GUARD_VANISHED, type, -1, (int64_t)sum.gone, limit(p, GUARD_VANISHED, records), err);
	if ((int64_t)sum.unusable > limit(p, GUARD_UNUSABLE, seen))
		return stop(hub, page, GUARD_UNUSABLE, type, -1, (int64_t)sum.unusable, limit(p, GUARD_UNUSABLE, seen), err);
	for (unsigned f = 0; f < fields; f++) {
		if (sum.blanked[type][f] > limit(p, GUARD_BLANKED, records))
			return stop(hub, page, GUARD_BLANKED, type, (int)f, sum.blanked[type][f],
				limit(p, GUARD_BLANKED, records), err);
		if (sum.changed[type][f] > limit(p, GUARD_CHANGED, records))
			return stop(hub, page, GUARD_CHANGED, type, (int)f, sum.changed[type][f],
				limit(p, GUARD_CHANGED, records), err);
	}
	return true;
}

/* Too much is missing of what was written by then. */
static bool guard_missing(struct hub *hub, struct sweep *sweep, int64_t written_ms, struct err *err)
{
	struct page page = { .partner = sweep->partner, .type = sweep->type };
	int64_t allowed;
	bool ok;

	if (!store_count_unseen(hub->store, sweep->partner, sweep->type, sweep->epoch, written_ms, &sweep->unseen, &sweep->live, err))
		return false;
	allowed = limit(hub_partner(hub, sweep->partner), GUARD_VANISHED, sweep->live);
	if (sweep->unseen <= allowed)
		return true;
	if (!store_begin(hub->store, err))
		return false;
	ok = stop(hub, &page, GUARD_VANISHED, sweep->type, -1, sweep->unseen, allowed, err);
	sweep->guarded = page.guarded;
	snprintf(sweep->why, sizeof sweep->why, "%s", page.why);
	return store_end(hub->store, ok, err);
}

bool reconcile_sweep(struct hub *hub, struct sweep *sweep, size_t max, struct err *err)
{
	const struct hub_partner *p = hub_partner(hub, sweep->partner);
	/* What was written since need not be shown by this scan. */
	const int64_t written_ms = sweep->asked_ms - (int64_t)p->config->stale_ms;
	const bool at_once = p->caps & ADAPTER_CAN_GET || mutant(CONFIRMED_DELETE);

	if (!sweep->approved && sweep->after == 0 && !mutant(INBOUND_GUARD) && !guard_missing(hub, sweep, written_ms, err))
		return false;
	if (sweep->guarded)
		return true;
	/* Without single reads, absence counts only in two complete scans. */
	if (!store_shadows_unseen(hub->store, sweep->arena, sweep->partner, sweep->type,
			at_once ? sweep->epoch : sweep->epoch_done, at_once ? INT64_MAX : written_ms, sweep->after, max,
			&sweep->candidate, &sweep->n, err))
		return false;
	if (sweep->n)
		sweep->after = sweep->candidate[sweep->n - 1]->id;
	return true;
}
