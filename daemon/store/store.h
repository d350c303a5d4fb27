/*
 * store.h - everything that must survive: one SQLite file, one writer.
 *
 * Every function here is synchronous and runs on the store's lane (io/wait.h) or, before the loop runs, at start.
 * Work is one transaction per page: store_begin(), loads, decisions in memory, saves, store_commit(). A commit is
 * durable when it returns (WAL, synchronous=FULL). If anything in between fails, store_rollback() and nothing has
 * happened. Events, shadows and entities are saved within one only; other single writes may stand alone.
 *
 * Failures are ERR_BROKEN (damaged, full, read-only: the text says which and what to do) or ERR_AGAIN (locked by
 * another process). What a load returns lives in the caller's arena. Numbers of partners, entities, shadows and
 * events are this store's own.
 */
#pragma once
#include "base/uuid.h"
#include "core/guard.h"
#include "core/match.h"
#include "core/merge.h"
#include "core/shadow.h"

struct store;

struct store_options {
	const char *path;
	const char *vfs;                /* NULL: the default */
	bool read_only;                 /* for the command line while the daemon is down */
	const struct match_model *model;   /* NULL: the built-in one; outlives the store */
	/* Tests: called after every durable commit, those of closing included, with its number, from 1. */
	void (*committed)(void *ctx, uint64_t nth);
	void *ctx;
};

/* Creates or migrates (after a copy to <path>.before-<n>); refuses a newer schema, another process's lock, a damaged
 * file. Checks integrity when the last close was not clean. */
struct store *store_open(const struct store_options *, struct err *);
void store_close(struct store *);
/* The one whose keys the index holds. */
const struct match_model *store_model(const struct store *);
AUTO_DEFINE(struct store, store_close)

bool store_begin(struct store *, struct err *);
bool store_commit(struct store *, struct err *);
void store_rollback(struct store *);     /* harmless outside a transaction */
/* How a transaction ends: committed if ok, else rolled back. Whether it was committed. */
bool store_end(struct store *, bool ok, struct err *);

/* Several transactions made durable by one commit: in between, each begin and commit (or rollback) is one of them, and
 * none is durable before the end returns. If that fails, none has happened. */
bool store_group_begin(struct store *, struct err *);
bool store_group_end(struct store *, struct err *);
void store_group_abandon(struct store *);    /* none of them has happened */

/* While a first load runs: larger WAL before checkpoints. Called by the lane between transactions. */
bool store_checkpoint(struct store *, bool truncate, struct err *);
/* Online, consistent, mode 0600; on any thread. A file that is no copy of a store is not replaced. */
bool store_backup(struct store *, const char *to_path, struct err *);

/* --- events: append-only, the hub's order ------------------------------------------------------------------- */

#define EVENT_LIST(X)                                                                                \
	X(SEEN, "seen", "a record was seen at a partner for the first time")                         \
	X(EDIT, "edit", "the partner's people changed a field")                                      \
	X(CONFIRM, "confirm", "a value the hub had sent was read back")                              \
	X(LEARNED, "learned", "the partner renders a value its own way")                             \
	X(GONE, "gone", "a record was deleted at the partner")                                       \
	X(ALIAS, "alias", "the partner merged a record into another")                                \
	X(REVIVED, "revived", "a deleted record was seen again")                                     \
	X(LINK, "link", "a partner's record was linked to a hub record")                             \
	X(UNLINK, "unlink", "a link was taken back")                                                 \
	X(MERGE, "merge", "two hub records became one")                                              \
	X(DECIDE, "decide", "the golden record changed")                                             \
	X(CONFLICT, "conflict", "contributions disagreed and a policy decided")                      \
	X(INTENT, "intent", "a change is about to be sent")                                          \
	X(SENT, "sent", "the partner acknowledged a change: a disclosure")                           \
	X(REFUSED, "refused", "the partner refused a change for good")                               \
	X(RETRY, "retry", "a change could not be sent yet")                                          \
	X(SUPPRESS, "suppress", "the hub will not create this record at this partner")               \
	X(RUN, "run", "a run over a partner ended")                                                  \
	X(GUARD, "guard", "a guard stopped a batch")                                                 \
	X(PLAN, "plan", "a plan was made, approved or rejected")                                     \
	X(PARTNER, "partner", "a partner changed state")                                             \
	X(QUARANTINE, "quarantine", "a record was put aside or taken back")                          \
	X(REVIEW, "review", "a question was asked or settled")                                       \
	X(ADMIN, "admin", "an admin acted")                                                          \
	X(REFERRAL, "referral", "a referral was made, routed, moved on, overdue, expired, withdrawn or settled")

enum event_kind {
#define X(kind, name, meaning) EVENT_##kind,
	EVENT_LIST(X)
#undef X
	EVENT_KINDS
};
const char *event_kind_name(enum event_kind);

/* Zeroes mean none. data is JSON text or NULL. Returns the sequence number; failures surface at commit. */
int64_t store_event(struct store *, int64_t at_ms, enum event_kind, int partner, int64_t entity, int64_t shadow,
	const char *data);
int64_t store_event_at(struct store *, int64_t seq); /* when it was told; 0: there is no such event */
int64_t store_seq(struct store *);       /* the newest event's number */

/* --- partners and their feeds ------------------------------------------------------------------------------- */

struct store_partner {
	int id;
	const char *name, *state, *reason;
	bool onboarded;
	uint64_t shared;            /* hash of the sharing that every record was last marked for; 0: none yet */
	int64_t live;
};
/* Finds or makes the row. */
bool store_partner(struct store *, struct arena *, const char *name, struct store_partner *, struct err *);
bool store_partner_save(struct store *, const struct store_partner *, struct err *);   /* all but its name and live */

struct feed {
	const char *cursor, *scan_cursor;
	int64_t epoch, epoch_done, scanned_at;
	uint64_t map_version;
};
bool store_feed(struct store *, struct arena *, int partner, enum record_type, struct feed *, struct err *);
bool store_feed_save(struct store *, int partner, enum record_type, const struct feed *, struct err *);

/* --- shadows ------------------------------------------------------------------------------------------------ */

/* *out NULL if there is none. An alias is returned as such. */
bool store_shadow_by_key(struct store *, struct arena *, int partner, enum record_type, const char *key,
	struct shadow **out, struct err *);
/* Creates under way at the partner: their pending shadows. */
bool store_shadows_pending(struct store *, struct arena *, int partner, enum record_type, struct shadow ***out, size_t *n,
	struct err *);
bool store_shadow(struct store *, struct arena *, int64_t id, struct shadow **out, struct err *);
/* As much of it as tells whether a reading brings anything new (hash) or is stale, without its fields: a quarter of
 * the cost. id 0: there is none. */
struct shadow_glance {
	int64_t id, entity, alias_of, fence, fence_ms;
	enum shadow_state state;
	uint64_t hash;
	const char *version;
};
bool store_shadow_glance(struct store *, struct arena *, int partner, enum record_type, const char *key,
	struct shadow_glance *out, struct err *);
/* All of an entity, by id: live, dead, aliases. */
bool store_shadows_of(struct store *, struct arena *, int64_t entity, struct shadow ***out, size_t *n, struct err *);
/* Inserts (id 0: then it is set) or updates; keeps partner.live. */
bool store_shadow_save(struct store *, struct shadow *, struct err *);
/* Only for a pending one whose create never happened. */
bool store_shadow_forget(struct store *, int64_t id, struct err *);
/* Only the epoch, for a record that has not changed. */
bool store_shadow_seen(struct store *, int64_t id, int64_t epoch, struct err *);
/* Live shadows not seen in this epoch or a later one, whose last acknowledged push was not after written_ms, up to max,
 * after that id. */
bool store_shadows_unseen(struct store *, struct arena *, int partner, enum record_type, int64_t epoch, int64_t written_ms,
	int64_t after, size_t max, struct shadow ***out, size_t *n, struct err *);
/* How many those are, and all that are live. */
bool store_count_unseen(struct store *, int partner, enum record_type, int64_t epoch, int64_t written_ms, int64_t *unseen,
	int64_t *live, struct err *);

/* --- entities ----------------------------------------------------------------------------------------------- */

enum entity_state { ENTITY_LIVE, ENTITY_DELETED, ENTITY_MERGED };
const char *entity_state_name(enum entity_state);

struct entity {
	int64_t id;                 /* 0: not stored yet */
	struct uuid hub_id;
	enum record_type type;
	enum entity_state state;
	int64_t into;               /* ENTITY_MERGED */
	uint64_t held;
	struct record *pins;        /* or NULL */
	struct record *golden;
	int64_t changed;
	int origin;                 /* of a fresh one: the partner that brought it */
	const struct match_features *features;   /* of golden, for saving it; NULL: they are made */
};
/* *out NULL if there is none. Merged entities are followed to the survivor. */
bool store_entity(struct store *, struct arena *, int64_t id, struct entity **out, struct err *);
bool store_entity_by_hub_id(struct store *, struct arena *, const struct uuid *, struct entity **out, struct err *);
/* The row itself, merged or not. */
bool store_entity_itself(struct store *, struct arena *, int64_t id, struct entity **out, struct err *);
/* *id 0 if no row has it; merged ones are not followed. */
bool store_entity_id(struct store *, const struct uuid *, int64_t *id, struct err *);
/* Entities merged into that one, directly. */
bool store_entity_aliases(struct store *, struct arena *, int64_t entity, int64_t **id, size_t *n, struct err *);
/* Inserts or updates; keeps match_key (for the golden record: deleted ones and merged ones as they were then), reference, and
 * what reports count of it (store/fact.h), known from event `changed` or the newest on, whichever is later. */
bool store_entity_save(struct store *, struct arena *, struct entity *, struct err *);
/* Entities that share keys with the record, rare ones or several, at most max, the likeliest first. record: what of it is
 * compared, so that those are left out which are known, without being read, to give MATCH_NEW; or NULL. None of these is a
 * merged one: behind them are those that became part of one of them and share such keys, at most max as well. */
bool store_candidates(struct store *, struct arena *, const struct match_features *record, const uint64_t *key, size_t nkeys,
	size_t max, int64_t **entity, size_t *n, struct err *);
/* One of them as it is compared: a merged one as it was then. features NULL: there is none. */
struct candidate {
	int64_t entity;                            /* what it is part of; itself, unless merged */
	const struct match_features *features;     /* its own */
};
bool store_candidate(struct store *, struct arena *, int64_t id, struct candidate *, struct err *);
/* What is compared, but that it is known how many entities have what those of a group have in common (match_held()), other than
 * that one; 0: of all. Comparing with entities, one of them is the other of the two. */
bool store_held(struct store *, struct arena *, const struct match_features *, int64_t but, const struct match_features **out,
	struct err *);
/* Entities that are not merged, by id after that one; without: only those of which that partner never had a record. */
bool store_entities(struct store *, struct arena *, int64_t after, int without, size_t max, int64_t **entity, size_t *n,
	struct err *);
/* Entities whose golden record refers to target. */
bool store_referring(struct store *, struct arena *, int64_t target, int64_t **entity, size_t *n, struct err *);

/* A partner's key as the hub id of the record it stands for (merged ones followed), and back: the key of the
 * entity's live shadow there. NULL: unknown. */
const char *store_ref_in(struct store *, struct arena *, int partner, enum record_type, const char *key);
const char *store_ref_out(struct store *, struct arena *, int partner, const char *hub_id);
/* The hub id of the record that a hub id stands for after merges: itself unless merged. */
const char *store_ref_follow(struct store *, struct arena *, const char *hub_id);

/* --- shadows that wait for a reference ----------------------------------------------------------------------- */

bool store_wait(struct store *, int partner, enum record_type target, const char *key, int64_t shadow, struct err *);
/* Takes them off the list. */
bool store_waiting(struct store *, struct arena *, int partner, enum record_type target, const char *key,
	int64_t **shadow, size_t *n, struct err *);

/* --- images -------------------------------------------------------------------------------------------------- */

bool store_image_save(struct store *, int partner, enum record_type, unsigned field, const char *value,
	const char *image, struct err *);
/* NULL if none was learned. */
const char *store_image(struct store *, struct arena *, int partner, enum record_type, unsigned field, const char *value);

/* --- suppression, decisions, reviews, quarantine -------------------------------------------------------------- */

bool store_suppress(struct store *, int partner, int64_t entity, const char *reason, int64_t at_ms, struct err *);
bool store_unsuppress(struct store *, int partner, int64_t entity, struct err *);
bool store_suppressed(struct store *, int partner, int64_t entity);
/* What suppresses `from` suppresses the entity that it becomes part of as well, until that is given back. */
bool store_suppress_take(struct store *, int64_t entity, int64_t from, struct err *);
bool store_suppress_give_back(struct store *, int64_t entity, int64_t from, struct err *);

/* replaced.c: enterprise numbers that were replaced by others. Two different ones are two companies unless one replaces the
 * other. */
struct replaced {
	const char *old, *new, *by;
	int64_t at_ms;
};
/* entity: who has the old number, to be looked for again. ERR_ITEM: no valid number; ERR_CONFLICT: a circle. */
bool store_replace(struct store *, struct arena *, const char *old, const char *new, const char *by, int64_t at_ms,
	int64_t **entity, size_t *n, struct err *);
bool store_same_number(const struct store *, const char *a, const char *b);
const struct replaced *store_replaced(const struct store *, size_t *n);   /* until the next one is recorded */
/* What of a record is compared, with the number that stands for its own now. */
const struct match_features *store_features(struct store *, struct arena *, const struct record *);
/* The same for another model than the store's. */
const struct match_features *store_features_by(struct store *, const struct match_model *, struct arena *,
	const struct record *);

/* decision.c: what people said of two records at partners. It stands until they say otherwise, whatever becomes of the
 * records and of the model. */
enum decision { DECISION_APART, DECISION_SAME };
bool store_decide(struct store *, struct arena *, const struct shadow *, const struct shadow *, enum decision,
	const char *by, int64_t at_ms, struct err *);
/* Whether the shadow may never join the entity, because of any shadow linked to it. */
bool store_forbidden(struct store *, int64_t shadow, int64_t entity);
struct decided {
	enum decision decision;
	int64_t shadow, other, at_ms;
	const char *by;
};
/* Every decision on the shadow and one of that entity's. */
bool store_decisions(struct store *, struct arena *, int64_t shadow, int64_t entity, struct decided **out, size_t *n,
	struct err *);
/* All there are. */
bool store_decisions_all(struct store *, struct arena *, struct decided **out, size_t *n, struct err *);
/* Shadows of that partner on which there are decisions and which share a key with a record, at most max. */
bool store_decided_like(struct store *, struct arena *, int partner, const uint64_t *key, size_t nkeys, size_t max,
	struct shadow ***out, size_t *n, struct err *);
/* The shadow changed: what it may be known again by. Nothing to do if there is no decision on it. */
bool store_decision_keys(struct store *, struct arena *, const struct shadow *, struct err *);
/* What was decided on one of them holds for the other, a record of the same. */
bool store_decision_inherit(struct store *, struct arena *, int64_t from, const struct shadow *to, struct err *);

/* The shadow leaves that entity because it becomes part of another, by the merge of that event. */
bool store_came_with(struct store *, int64_t shadow, int64_t seq, int64_t entity, struct err *);
struct former {
	int64_t entity, seq;
};
/* The entities it has been in, the first one first; without the present one. */
bool store_formers(struct store *, struct arena *, int64_t shadow, struct former **out, size_t *n, struct err *);
/* It is back in the entity that it left at that event. */
bool store_came_back(struct store *, int64_t shadow, int64_t seq, struct err *);
/* Shadows that were in that entity when it was merged into another. */
bool store_came_from(struct store *, struct arena *, int64_t entity, int64_t **shadow, size_t *n, struct err *);

struct review {
	int64_t id;
	const char *kind;           /* match, merge, state */
	enum record_type type;
	int64_t shadow, entity, other;
	const char *evidence;       /* JSON */
	const char *state;          /* open, accepted, rejected */
	int64_t made_at;
	const char *decided_by;
};
/* One open review per (kind, shadow, entity): asking again changes nothing. */
bool store_review_ask(struct store *, const struct review *, int64_t *id, struct err *);
bool store_review(struct store *, struct arena *, int64_t id, struct review **out, struct err *);
bool store_review_decide(struct store *, int64_t id, const char *state, const char *by, int64_t at_ms, struct err *);
int64_t store_review_open(struct store *, const char *kind, int64_t shadow, int64_t entity);   /* its id, or 0 */
/* Open ones of its kind and type that the same model asked for the same reasons, itself among them. */
bool store_reviews_like(struct store *, struct arena *, int64_t review, size_t max, int64_t **id, size_t *n, struct err *);
/* Open reviews of a merged entity are about the survivor; those that asked just that are settled. */
bool store_reviews_merge(struct store *, int64_t from, int64_t into, const char *by, int64_t at_ms, struct err *);
bool store_reviews_follow(struct store *, int64_t shadow, int64_t entity, struct err *);   /* it is there now */
bool store_review_about(struct store *, int64_t shadow);   /* an open question about its link */
bool store_review_between(struct store *, int64_t entity, int64_t other);   /* an open question whether they are one */
/* an open question whether what stands at that partner is another record of it */
bool store_review_stands(struct store *, int64_t entity, int partner);
bool store_review_on(struct store *, int64_t entity);      /* an open question about what it is, or whether it is another */

#define QUARANTINE_KEYLESS "(none)"   /* the key of a record that has none */
struct quarantine {
	int64_t id;
	int partner;
	enum record_type type;
	const char *key, *field, *reason, *raw;
	uint64_t raw_hash, map_version;
	int64_t since, tries;
};
/* Inserts, or counts another try of the same key. *fresh: it was not there with that raw_hash. */
bool store_quarantine(struct store *, const struct quarantine *, bool *fresh, struct err *);
bool store_quarantine_get(struct store *, struct arena *, int64_t id, struct quarantine **out, struct err *);
bool store_quarantine_drop(struct store *, int partner, enum record_type, const char *key, bool *was_there, struct err *);

/* --- referrals that have not ended ------------------------------------------------------------------------------- */

struct referral_open {
	int64_t entity;
	struct record *golden;
	int64_t known_ms;           /* when the hub first knew of it */
	int64_t overdue_ms;         /* since when an answer is overdue, as told; 0: not told */
	bool asked;                 /* a question where it is to go is open */
};
/* Up to max of those that changed after event `since`, by entity after that one. */
bool store_referrals_open(struct store *, struct arena *, int64_t since, int64_t after, size_t max, struct referral_open **out, size_t *n,
	struct err *);
bool store_overdue(struct store *, int64_t entity, int64_t since_ms, struct err *);   /* 0: not, or not any more */
/* Those told of as overdue that have been answered, or ended, since. */
bool store_overdue_settled(struct store *, struct arena *, int64_t **entity, size_t *n, struct err *);

/* --- outbox: at most one row per partner and entity ------------------------------------------------------------- */

#define OUTBOX_STATE_LIST(X)                                                              \
	X(NEW, "new", "marked; not looked at by the guard yet")                           \
	X(COUNTED, "counted", "counted for the plan being made")                          \
	X(HELD, "held", "part of a plan that waits for approval")                         \
	X(READY, "ready", "to be sent when its time has come")                            \
	X(SENDING, "sending", "an attempt is under way; after a crash: outcome unknown")  \
	X(UNCERTAIN, "uncertain", "sent, but no answer: to be settled before the next try") \
	X(DEAD, "dead", "refused for good, until the record, the mapping or the schema changes") \
	X(WAITING, "waiting", "a referral whose company is not known, or not there and may not be made there yet; marked anew when it is")

enum outbox_state {
#define X(state, name, meaning) OUTBOX_##state,
	OUTBOX_STATE_LIST(X)
#undef X
	OUTBOX_STATES
};
const char *outbox_state_name(enum outbox_state);

enum outbox_kind { OUTBOX_CREATE, OUTBOX_UPDATE, OUTBOX_DELETE };
const char *outbox_kind_name(enum outbox_kind);

struct outbox {
	int64_t id;
	int partner;
	int64_t entity;
	enum record_type type;
	enum outbox_kind kind;
	enum outbox_state state;
	int cause;
	int64_t plan;
	unsigned attempts;
	int64_t not_before;
	const char *token;
	int64_t intent;             /* newest event when its content was last looked at: counted for a plan, or sent */
	uint64_t fields;            /* a delete: not 0 once an attempt may have had its effect */
	bool again;
	unsigned misses;            /* create: searches in vain; else: how often it was refused as stale or gone */
	const char *error;
	int64_t since;
};
/* *out NULL if there is none. */
bool store_outbox(struct store *, struct arena *, int partner, int64_t entity, struct outbox **out, struct err *);
bool store_outbox_by_id(struct store *, struct arena *, int64_t id, struct outbox **out, struct err *);
bool store_outbox_save(struct store *, struct outbox *, struct err *);    /* insert (id 0: then set) or update */
bool store_outbox_delete(struct store *, int64_t id, struct err *);
bool store_outbox_forget(struct store *, int64_t entity, struct err *);   /* all rows of an entity */
/* Rows in that state with id above after, by id. */
bool store_outbox_in(struct store *, struct arena *, int partner, enum outbox_state, int64_t after, size_t max,
	struct outbox ***out, size_t *n, struct err *);
/* READY and UNCERTAIN rows whose time has come, organizations first, then contacts, referrals, participations. */
bool store_outbox_due(struct store *, struct arena *, int partner, int64_t now_ms, size_t max, struct outbox ***out,
	size_t *n, struct err *);
/* When the next READY or UNCERTAIN row is due; INT64_MAX: none. */
bool store_outbox_next(struct store *, int partner, int64_t *at_ms, struct err *);
/* Moves every row of a partner from one state to another; plan 0: whatever plan, else only that plan's. */
bool store_outbox_move(struct store *, int partner, enum outbox_state from, enum outbox_state to, int64_t plan,
	int64_t set_plan, struct err *);
/* Rows for that partner in plans that wait, of that cause; cause 0: whatever cause. */
bool store_outbox_held(struct store *, int partner, int cause, int64_t *n, struct err *);
/* Rows that will be sent without anybody's doing: NEW, COUNTED, READY, SENDING, UNCERTAIN. */
bool store_outbox_open(struct store *, int partner, int64_t *n, struct err *);
bool store_outbox_count(struct store *, int partner, enum outbox_state, int64_t *n, struct err *);

struct plan_row {
	int64_t id;
	int partner;
	const char *state, *hash, *reason, *counts;
	int64_t made_at;
};
bool store_plan_add(struct store *, struct plan_row *, struct err *);     /* sets id */
bool store_plan(struct store *, struct arena *, int64_t id, struct plan_row **out, struct err *);
/* The one that waits under those first 4 or more digits, else the newest that did; NULL: none. ERR_ITEM: several wait. */
bool store_plan_by_hash(struct store *, struct arena *, const char *hash_prefix, struct plan_row **out, struct err *);
/* The partner's plan that waits for that reason, or NULL. */
bool store_plan_held(struct store *, struct arena *, int partner, const char *reason, struct plan_row **out, struct err *);
bool store_plan_forget(struct store *, int64_t id, struct err *);         /* another takes its place */
bool store_plan_decide(struct store *, int64_t id, const char *state, const char *by, int64_t at_ms, struct err *);

/* What was let through in the last `hours` hours, and adding to it. */
int64_t store_guard_count(struct store *, int partner, enum guard, enum record_type, unsigned field, int64_t hour,
	int hours);
bool store_guard_add(struct store *, int partner, enum guard, enum record_type, unsigned field, int64_t hour, int64_t n,
	struct err *);
int64_t store_live(struct store *, int partner, enum record_type);        /* live shadows of that type */

/* --- hints and webhook ids ---------------------------------------------------------------------------------------- */

bool store_hint(struct store *, int partner, enum record_type, const char *key, int64_t at_ms, struct err *);
bool store_hints(struct store *, struct arena *, int partner, size_t max, enum record_type **type, const char ***key,
	size_t *n, struct err *);
bool store_hint_done(struct store *, int partner, enum record_type, const char *key, struct err *);
/* False (no error) if that id was seen in the last seven days. */
bool store_inbox(struct store *, int partner, const char *id, int64_t at_ms, bool *fresh, struct err *);
