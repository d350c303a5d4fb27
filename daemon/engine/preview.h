/*
 * preview.h - what a decision about links would change: in the hub's records, and by writes at which partners.
 *
 * Nothing is estimated. The decision is carried out in a transaction; the affected records and the outbox are looked at
 * before and after; then the transaction is undone, or not. For the store's lane, inside that transaction.
 */
#pragma once
#include "base/json.h"
#include "engine/hub.h"

struct preview;

/* Looks at these entities and at what refers to them. NULL: the store failed. */
struct preview *preview_begin(struct hub *, struct arena *, const int64_t *entity, size_t n, struct err *);
/* And again, with one more if that is not 0. {"records":[{"record","type","name","state","links":[{"partner","key"}],
 * "fields":{name:{"from","to"}}}], those that changed; "changes":[{"partner","key","do","record","name","fields":{name:
 * {"from","to"}}}], what would be written, after the partner's limits; "no_longer":[the same], what would not be any
 * more}; "record" null: it would be new. A new reference. */
json_t *preview_end(struct preview *, int64_t fresh, struct err *);
