/*
 * hub.h - what the writer's lane works on: the store, the configuration, and what each partner can do.
 *
 * Functions that take a struct hub run on the store's lane, inside one transaction of their own, and touch nothing
 * else. hub->now_ms is set by the work that runs them.
 */
#pragma once
#include "adapters/adapter.h"
#include "core/observe.h"
#include "engine/config.h"
#include "store/store.h"

struct hub_partner {
	int id;                                 /* in the store */
	const struct partner_config *config;
	struct remote *remote;                  /* for images only; NULL while disabled */
	unsigned caps, types;
	uint64_t readable[RECORD_TYPES], writable[RECORD_TYPES];
	uint64_t map_version;
	bool onboarded;
	bool sharing_changed;                   /* every record has to be marked anew for it: no plan before that is done */
	_Atomic int64_t read_ms;                /* wall clock: when the latest run that went well began; set from the loop */
	_Atomic bool scanned;                   /* every type has been scanned completely at least once; set from the loop */
};

struct hub {
	struct store *store;
	const struct config *config;
	struct hub_partner *partner;            /* in the order of the configuration */
	size_t n;
	int64_t now_ms;
	uint64_t random;                        /* state of the lane's own generator */
	int self;                               /* the hub as one who contributes (origin.h), in the store; 0: not asked for yet */
};

struct hub_partner *hub_partner(struct hub *, int id);          /* NULL: not configured any more */
struct hub_partner *hub_partner_named(struct hub *, const char *name);
uint64_t hub_random(struct hub *);
struct uuid hub_uuid(struct hub *);

/* --- reconcile.c: a page becomes shadows, links, golden records and marks in the outbox ---------------------------- */

/* What happened to a batch; adds up over a run. */
struct tally {
	uint64_t items, fresh, edited, confirmed, unchanged, linked, created, gone, unusable, ignored, reviews;
	uint64_t compared;                      /* pairs, by the matcher */
	int64_t marked;                         /* outbox rows */
	int64_t changed[RECORD_TYPES][RECORD_FIELDS_MAX], blanked[RECORD_TYPES][RECORD_FIELDS_MAX];
};
void tally_add(struct tally *, const struct tally *);

struct page {
	int partner;
	enum record_type type;
	const struct item *item;
	size_t n;
	int64_t asked;                          /* store_seq() when the page was asked for: the fence */
	int64_t epoch;                          /* 0: not part of a complete scan */
	bool fresh;                             /* single gets and answers to pushes: the record as it is now */
	bool approved;                          /* an admin let this run through the inbound guard */
	const struct feed *feed;                /* saved in the same transaction; NULL: leave it */
	struct tally run;                       /* in: of the run so far; out: with this page */
	/* Keys whose change must be confirmed by a single read before it is believed. */
	const char **confirm;
	size_t nconfirm;
	bool early;                             /* out: asked for before a write to what it shows, and nothing else can tell that */
	bool hearsay;                           /* out: they were told to be deleted; who is not found is */
	bool guarded;                           /* out: over a limit; nothing of this page was merged */
	char why[160];                          /* guarded: which limit, in words without values */
	struct arena *arena;
};
bool reconcile_page(struct hub *, struct page *, struct err *);

/* A complete scan has ended well: how many live records it did not show, and whether the guard allows that. */
struct sweep {
	int partner;
	enum record_type type;
	int64_t epoch, epoch_done;              /* this one, and the last that was complete */
	int64_t asked_ms;                       /* wall clock when it began, or went on */
	bool approved;
	bool guarded;                           /* out */
	char why[160];                          /* guarded */
	int64_t unseen, live;                   /* out */
	int64_t after;                          /* in, out: candidates come in batches, by shadow id */
	struct shadow **candidate;              /* out: to be read singly, or declared gone after two scans */
	size_t n;
	struct arena *arena;
};
bool reconcile_sweep(struct hub *, struct sweep *, size_t max, struct err *);
/* Inside a transaction of the caller's: one record as it is now. */
bool reconcile_item(struct hub *, struct page *, const struct item *, struct err *);
/* These records are gone there for certain. */
bool reconcile_gone(struct hub *, int partner, enum record_type, const char *const *key, size_t n, struct tally *, struct err *);

/* --- decide.c: one entity's golden record; marks.c: what must be sent because of it ---------------------------------- */

/* Folds the contributions of an entity anew, saves it if it changed, and marks what must be sent. cause: the partner whose
 * reading led here, 0: an admin. */
bool decide_entity(struct hub *, struct arena *, struct entity *, int cause, struct tally *, struct err *);
/* What of a record is compared, where that is known already. */
struct prepared {
	const struct record *record;
	const struct match_features *features;
};
/* A new entity of one shadow whose contributions carry the next event's number; both are saved and linked. seen: that
 * event's data; said: what the shadow says, or NULL. */
bool decide_new(struct hub *, struct arena *, struct shadow *, const char *seen, const struct prepared *said, struct tally *,
	struct err *);
/* Deletes or revives it, durably; its golden record is not looked at. */
bool decide_state(struct hub *, struct arena *, struct entity *, enum entity_state, struct err *);
/* It is part of that one now. */
bool decide_into(struct hub *, struct arena *, struct entity *, int64_t into, struct err *);
/* The fold alone. who (may be NULL) gets, by field, the shadow that decided, or 0. */
void decide_fold(struct hub *, struct arena *, const struct entity *, struct shadow *const *shadow, size_t n,
	struct record *golden, uint64_t *held, int64_t who[RECORD_FIELDS_MAX]);

/* Brings the outbox in line with the entity: what is missing is marked, what is no longer needed is taken out. */
bool marks_update(struct hub *, struct arena *, const struct entity *, struct shadow *const *shadow, size_t n, int cause,
	struct tally *, struct err *);
/* The same for every entity that refers to this one: it has become known, or shareable, somewhere. */
bool marks_referring(struct hub *, struct arena *, int64_t entity, int cause, struct tally *, struct err *);
/* The same for one partner only. */
bool marks_for(struct hub *, struct arena *, const struct hub_partner *, const struct entity *, struct shadow *const *shadow,
	size_t n, int cause, struct tally *, struct err *);
/* A partner that is new, or may have more than before, is marked for what it lacks, a page per call; after: from where,
 * 0 at first and again at the end. */
bool marks_anew(struct hub *, struct hub_partner *, int64_t *after, struct tally *, struct err *);
uint64_t marks_sharing(const struct hub_partner *);   /* hash of what decides which records and fields it may have */
/* Whether the partner may be given this entity if it lacks it, and why: "linked", "referred", "all", or NULL. */
const char *marks_scope(struct hub *, struct arena *, const struct hub_partner *, const struct entity *);
/* What may be written there, of that type. */
uint64_t marks_allowed(const struct hub_partner *, const struct entity *);
/* The entity's live shadow at a partner, or its pending one, or NULL; one that stands aside does not count. */
struct shadow *marks_shadow_at(struct shadow *const *shadow, size_t n, int partner);
/* Images at the shadow's partner: learned ones, else what its adapter foresees. */
struct image_source {
	struct images images;
	struct hub *hub;
	struct arena *arena;
	const struct hub_partner *partner;
	int partner_id;
	enum record_type type;
};
const struct images *marks_images(struct image_source *, struct hub *, struct arena *, const struct shadow *);

/* --- join.c: joining and parting ---------------------------------------------------------------------------------------- */

struct join {
	const char *how, *by;                   /* by: who decided it, remembered for both sides; NULL: nobody did */
	bool duplicates;                        /* a partner may have a record in each: the later one then stands aside */
	const struct match_result *why;         /* or NULL */
};
/* Two entities become one: the older id survives, the other becomes an alias of it. ERR_CONFLICT, and the transaction
 * must be undone, if their links do not allow that. */
bool join_merge(struct hub *, struct arena *, int64_t a, int64_t b, const struct join *, struct tally *, struct err *);
/* These shadows leave their entity: exact, since contributions move with them. Those that came with a merge get back
 * the id they had; others get a new one, *fresh. Neither side is ever joined to the other again. */
bool join_split(struct hub *, struct arena *, const int64_t *shadow, size_t n, const char *by, int64_t *fresh,
	struct tally *, struct err *);
/* These two entities are never to be joined; this shadow is never to be proposed for leaving its entity. */
bool join_keep_apart(struct hub *, struct arena *, int64_t a, int64_t b, const char *by, struct err *);
bool join_keep_together(struct hub *, struct arena *, int64_t shadow, const char *by, struct err *);
/* No write to a partner is under way for that entity. */
bool join_settled(struct hub *, struct arena *, int64_t entity, struct err *);

/* attend.c: an activity's id is a word of the partner that holds it: whether the entity is a participation that this partner
 * has no record of, so that by that id it cannot be meant. */
bool attend_elsewhere(const struct entity *, struct shadow *const *, size_t n, int partner);
/* A participation was corrected: what was the same at its partner is parted, what has become the same is one. */
bool attend_again(struct hub *, struct arena *, struct entity *, struct tally *, struct err *);
/* It is known what became of a create of that entity: a participation looks again, which had to wait for that. */
bool attend_settled(struct hub *, struct arena *, int64_t entity, struct tally *, struct err *);

/* rematch.c: the entity's golden record was `before` and may say now that it is one the hub holds apart: they are joined, or
 * people are asked. May make *e an alias. */
bool rematch(struct hub *, struct arena *, struct entity *, const struct record *before, struct tally *, struct err *);

/* A record was linked with the one and agrees with the other as much: they are joined by the rules of rematch(), or people are asked. */
bool rematch_meet(struct hub *, struct arena *, struct entity *, struct entity *other, const struct match_result *, struct tally *,
	struct err *);
/* Asks people whether those two are one, whatever the verdict; once. */
bool rematch_ask(struct hub *, struct arena *, struct entity *, struct entity *other, const struct match_model *,
	const struct match_result *why, struct tally *, struct err *);
/* An enterprise number was replaced by another, somebody says: who has it is looked for again. */
bool rematch_replaced(struct hub *, struct arena *, const char *old, const char *new, const char *by, struct tally *,
	struct err *);

/* --- review.c: questions to people ----------------------------------------------------------------------------------- */

/* Settles one: accepting does what it proposes, rejecting remembers that it is not so. Those about referrals: refer.h. */
bool review_settle(struct hub *, struct arena *, int64_t review, bool accept, const char *by, struct tally *, struct err *);

/* --- release.c: marks become a plan, and a plan is let through or held ---------------------------------------------- */

struct release {
	int partner;
	int64_t counted;                        /* out: rows looked at */
	int64_t ready, dropped;                 /* out */
	bool held;                              /* out: a plan waits for approval */
	char hash[17], why[160];
};
/* Before the first of them: who is onboarded as the store has it, since a commit that failed may have taken that back. */
bool release_begin(struct hub *, struct err *);
bool release_plan(struct hub *, struct release *, struct err *);
/* After releases and approvals: partners whose first synchronisation waits in no plan any more are newcomers no more. */
bool release_onboard(struct hub *, struct err *);
bool release_approve(struct hub *, const char *hash, const char *by, int *partner, struct err *);
bool release_reject(struct hub *, const char *hash, const char *by, int *partner, struct err *);

/* --- send.c: the two transactions around every push ----------------------------------------------------------------- */

/* Outcome of looking at a due row. */
enum claim_kind {
	CLAIM_PUSH,      /* send push, the intent is recorded */
	CLAIM_READ,      /* read the record first (key), then claim again with fresh = true */
	CLAIM_FIND,      /* an earlier create may have happened: search by hub id; what is found is reconciled as a fresh
	                  * page of one, which binds it; then claim again */
	CLAIM_LIST,      /* an earlier create may have happened: let the partner be read; the row waits */
	CLAIM_NOTHING    /* the row is gone, or waits */
};
struct claim {
	int partner;                            /* in: whose the row is to be; its number may be another's by now */
	int64_t row;                            /* in */
	bool fresh;                             /* in: the record was read just now and observed */
	bool unreadable;                        /* in: it was read, and what is there makes no sense */
	bool found_nothing;                     /* in: the search for an earlier create found nothing */
	bool marked;                            /* out: a record that this one needs there was marked */
	bool list;                              /* out of settling: only reading the partner tells what is there now */
	bool scan;                              /* out of settling: all of it, since it says that the record is gone */
	enum claim_kind kind;                   /* out */
	bool repeat;                            /* out: of a create that may have happened already */
	struct push push;                       /* out: inputs filled in but for op */
	const char *key;                        /* out: CLAIM_READ */
	const char *hub_id;                     /* out: CLAIM_FIND */
	enum record_type type;
	int64_t intent;
	const char *version;                    /* out: CLAIM_PUSH: of what was known of the record then */
	struct arena *arena;
};
bool send_claim(struct hub *, struct claim *, struct err *);
/* The read or search that a claim asked for failed: the row waits, the longer the longer it has waited. */
bool send_put_off(struct hub *, struct claim *, const struct err *why, struct err *);
/* push.op.err and the outputs say how it went. */
bool send_settle(struct hub *, struct claim *, struct tally *, struct err *);
