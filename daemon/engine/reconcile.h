/* reconcile.h - between reconcile.c, gone.c, links.c and inbound.c; everybody else includes hub.h. */
#pragma once
#include "base/hash.h"
#include "engine/hub.h"

/* inbound.c: counts what the page would change; sets page->guarded, page->why and a GUARD event if that is too much. */
bool inbound_guard(struct hub *, struct page *, struct err *);

/* links.c: a record seen for the first time finds its entity: a create of the hub's, a match, or a new one. */
bool links_place(struct hub *, struct page *, struct shadow *, const struct item *, const struct record *now, struct err *);
/* reused.c: a shadow whose record is gone, and under whose key another record is read, is retired: it keeps what its
 * people said and gives up the key. *s is NULL then. */
bool reused_look(struct hub *, struct arena *, struct shadow **s, const struct item *, const struct record *now, struct err *);
bool reused_retire(struct hub *, struct arena *, struct shadow *, struct err *);

/* unusable.c: into quarantine; and out of it, since it can be read or is gone. */
bool unusable_put_aside(struct hub *, struct page *, const struct item *, struct err *);
bool unusable_no_more(struct hub *, const struct page *, const char *key, struct err *);

/* reconcile.c: a reading of a shadow that has an entity is observed and decided. */
bool reconcile_reading(struct hub *, struct page *, struct shadow *, const struct item *, const struct record *now, struct err *);
/* reconcile.c: the shadow has its entity: it waits for its references, and those waiting for it go on. */
bool reconcile_placed(struct hub *, struct page *, const struct shadow *, struct err *);

/* reconcile.c: its change is to be confirmed by a single read before it is believed. */
void reconcile_ask_again(struct page *, const char *key);

/* gone.c: the record is gone there; people merged it into another. */
bool gone_seen(struct hub *, struct page *, const char *key, struct err *);
/* gone.c: an item that says so. A list of deletions may be late: whoever was brought back meanwhile is not lost on its
 * word, but read again singly, where that can be done. */
bool gone_told(struct hub *, struct page *, const struct item *, struct err *);
bool gone_merged(struct hub *, struct page *, const struct item *, struct err *);
