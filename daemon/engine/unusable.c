/* unusable.c - records that are there and cannot be read: put aside one by one, so that they hold up no other. */
#include "engine/reconcile.h"

bool unusable_put_aside(struct hub *hub, struct page *page, const struct item *item, struct err *err)
{
	const struct hub_partner *p = hub_partner(hub, page->partner);
	const char *key = item->key && *item->key ? item->key : QUARANTINE_KEYLESS;
	struct quarantine q = {
		.partner = page->partner, .type = page->type, .key = key, .field = item->err.field, .reason = item->err.text,
		.raw = item->raw, .raw_hash = hash_text(item->raw ? item->raw : "", 0), .map_version = p->map_version,
		.since = hub->now_ms,
	};
	BUF_AUTO struct buf b = { 0 };
	struct shadow *s;
	bool fresh;

	page->run.unusable++;
	if (!store_shadow_by_key(hub->store, page->arena, page->partner, page->type, key, &s, err))
		return false;
	/* A list may show once more what is gone. */
	if (s && s->state != SHADOW_LIVE && !page->fresh && p->caps & ADAPTER_CAN_GET) {
		reconcile_ask_again(page, key);
		return true;
	}
	if (!store_quarantine(hub->store, &q, &fresh, err))
		return false;
	if (fresh) {
		buf_adds(&b, "{\"key\":");
		buf_add_json(&b, key);
		buf_adds(&b, ",\"field\":");
		buf_add_json(&b, item->err.field);
		buf_adds(&b, ",\"reason\":");
		buf_add_json(&b, item->err.text);
		buf_addc(&b, '}');
		store_event(hub->store, hub->now_ms, EVENT_QUARANTINE, page->partner, s ? s->entity : 0, s ? s->id : 0, b.data);
	}
	if (!s || s->state != SHADOW_LIVE)
		return true;
	/* It is there, only not readable: it has not vanished. Once readable it is looked at, even if it is as it was. */
	s->epoch = page->epoch ? page->epoch : s->epoch;
	s->hash = 0;
	return store_shadow_save(hub->store, s, err);
}

bool unusable_no_more(struct hub *hub, const struct page *page, const char *key, struct err *err)
{
	bool was_there;

	return store_quarantine_drop(hub->store, page->partner, page->type, key, &was_there, err);
}
