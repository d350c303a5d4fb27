/*
 * sim.h - one history: five simulated partners, their people, faults, and the real engine, in virtual time from a seed.
 *
 * What will happen is drawn first, as lists (plan.c), so that taking one entry out leaves the others as they were. Then
 * it is played (world.c): six hours of trouble, eight of quiet. Every state a record ever had at a partner is kept with
 * who wrote it; that history is what the oracle judges by.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/adapter.h"
#include "core/merge.h"
#include "engine/engine.h"
#include "support/simloop.h"

#define SIM_PARTNERS 5
#define SIM_FIELDS 24 /* fixed fields of the largest type */
#define SIM_VALUE 128
#define SIM_LATELY 16  /* of what was sent to one partner, so many are remembered */
#define SIM_DELETES 10 /* of one type within an hour: more have been asked about */
#define MINUTE_MS UINT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define TROUBLE_MS (6 * HOUR_MS)
#define QUIET_MS (8 * HOUR_MS)

/* --- what is drawn from the seed ------------------------------------------------------------------------------ */

#define QUIRK_LIST(X) X(PLAIN) X(UPPER) X(TRUNCATE) X(NO_PUNCTUATION) X(FEW)
enum quirk {
#define X(name) QUIRK_##name,
	QUIRK_LIST(X)
#undef X
};

/* A partner's system. */
struct profile {
	char name[8];
	bool there;
	unsigned caps, types;
	enum quirk quirk[RECORD_TYPES][SIM_FIELDS];
	size_t keeps[RECORD_TYPES][SIM_FIELDS]; /* TRUNCATE: bytes, FEW: elements */
	bool foretells;                         /* its adapter knows the quirks; else the hub has to learn them */
	bool leaves_out_empty;
	bool by_second;                         /* its feed is ordered by a time in seconds, and inclusive */
	bool shows_merges, recycles;
	bool unique_ids;                        /* refuses a second record with one external id */
	unsigned page;                          /* records in one answer, at most */
	uint64_t lag_ms;                        /* lists and searches are so old */
	int64_t skew_ms;                        /* its clock against the hub's */
	uint64_t poll_s, complete_s, sends;
	enum deletion deletion;
	bool reviewed;                          /* its first plan waits for an admin */
	unsigned plain;                         /* what was taken from it while shrinking; shrink.c */
};

#define ACT_LIST(X)                                                                                \
	X(ENTER, "entered a new company or person")                                                \
	X(ENTER_KNOWN, "entered what others already have")                                         \
	X(EDIT, "changed a field")                                                                 \
	X(BLANK, "emptied a field")                                                                \
	X(ADD, "added an element to a set")                                                        \
	X(REMOVE, "took an element out of a set")                                                  \
	X(REVERT, "put back an earlier value")                                                     \
	X(DELETE, "deleted a record")                                                              \
	X(REVIVE, "entered again what they had deleted")                                           \
	X(MERGE, "merged two records")                                                             \
	X(TRAP, "changed a field just when the hub's write arrived")                               \
	X(SPOIL, "made a record unusable")                                                         \
	X(MEND, "made it usable again")                                                            \
	X(REFER, "referred a company to another partner")                                          \
	X(ADVANCE, "moved a referral on")                                                          \
	X(PURGE, "deleted most of their companies")                                                \
	X(NAMESAKE, "entered somebody who looks like another person")
enum act_kind {
#define X(name, meaning) ACT_##name,
	ACT_LIST(X)
#undef X
	ACTS
};

struct act {
	uint64_t at_ms;
	enum act_kind kind;
	unsigned partner;
	enum record_type type;
	uint64_t pick, nonce; /* which record and field; what value */
	bool out;             /* taken out while shrinking */
};

#define FAULT_LIST(X)                                                                                                   \
	X(REFUSE, "a request was lost")                                                                                 \
	X(LOSE_ANSWER, "an answer was lost after the effect")                                                           \
	X(LATE_EFFECT, "a write took effect after it was given up")                                                     \
	X(SLOW, "an answer came late")                                                                                  \
	X(TWICE, "a write arrived twice")                                                                               \
	X(ERROR_500, "an error without effect")                                                                         \
	X(BUSY_429, "come back later")                                                                                  \
	X(DENIED, "credentials refused")                                                                                \
	X(GARBLED, "an answer cut off")                                                                                 \
	X(CURSOR, "a cursor expired")                                                                                   \
	X(REJECT, "a write refused as unusable")                                                                        \
	X(DOWN, "a partner down")                                                                                       \
	X(VANISH, "half of a partner's records not listed")                                                             \
	X(HOOK_LOST, "webhooks lost")                                                                                   \
	X(HOOK_TWICE, "webhooks doubled and out of order")                                                              \
	X(KILL_COMMIT, "killed at a commit")                                                                            \
	X(KILL_SEND, "killed as a write left")                                                                          \
	X(KILL_EFFECT, "killed as a write took effect")                                                                 \
	X(KILL_WRITE, "killed at a write to the store")                                                                 \
	X(POWER, "power failed at a write to the store")                                                                \
	X(STOP, "stopped and started")                                                                                  \
	X(DISK_FULL, "no room for the store")                                                                           \
	X(DISK_ERROR, "the store's disk failed to write")                                                               \
	X(NO_MEMORY, "an allocation failed, which aborts")                                                              \
	X(LATE_PAGE, "a page came late, and what it shows was changed meanwhile")                                       \
	X(SKIP, "a complete list left a record out")                                                                    \
	X(OVERTAKEN, "an answer was lost, and others changed the same meanwhile")
enum fault_kind {
#define X(name, meaning) FAULT_##name,
	FAULT_LIST(X)
#undef X
	FAULTS
};

struct fault {
	uint64_t at_ms, for_ms; /* armed from then on; windows last so long */
	enum fault_kind kind;
	unsigned partner;
	uint64_t nonce;
	bool out;
};

struct plan {
	uint64_t seed;
	struct profile partner[SIM_PARTNERS];
	struct act *act;
	struct fault *fault;
	size_t nacts, nfaults;
	enum policy name_policy;
	uint64_t schedule_seed, jitter_seed, disk_seed;
	uint64_t end_ms;      /* 0: after trouble and quiet */
	const char *scenario; /* where a failure is told as a scenario, or NULL */
};

/* Everything from the seed alone; plan_free() after. */
void plan_draw(struct plan *, uint64_t seed);
void plan_free(struct plan *);
const char *act_name(enum act_kind), *fault_name(enum fault_kind);

/* --- the partners' truth ---------------------------------------------------------------------------------------- */

enum author { BY_PEOPLE, BY_HUB };
enum standing { NOT_YET, STANDS, DELETED, MERGED };

/* One state of a record. */
struct state {
	uint64_t at_ms, number;
	uint64_t feed; /* position of the change among the partner's */
	enum author author;
	enum standing standing;
	bool unusable;
	bool hasty;             /* DELETED while a change by others was on its way there: that wins elsewhere */
	uint64_t armed_ms;      /* it happened just when a write of the hub's arrived, as planned then; 0: any time */
	const struct rec *into; /* MERGED */
	const char *v[SIM_FIELDS];
};

struct rec {
	enum record_type type;
	struct place *place;
	const char *key, *hub_id, *token;
	unsigned thing;          /* what in the world it is a record of */
	bool hub_made, recycled; /* recycled: its key is another record's by now */
	struct state *state;
	size_t nstates, room;
	struct got {
		uint64_t asked_ms, told_ms;
	} got[4];                /* the hub's latest single reads of it: when it was read, and when the hub had the answer */
	unsigned ngot;
	uint64_t told_ms;        /* the hub was first told of it; 0: never */
	bool uncertain;          /* made by the hub, and the answer did not reach it */
	const struct fault *skipped; /* a list has left it out once, by that; twice would be what a deletion is */
};

struct trap {
	struct rec *rec;
	const struct act *act;
};

/* What a partner was asked, and what gave reason to; oracle_economy.c. */
struct economy {
	uint64_t not_before_ms; /* Retry-After of the last refused poll */
	struct busy {
		uint64_t hub_id;    /* hash; whose writes are to wait */
		uint64_t until_ms;
	} busy[8];
	unsigned nbusy;
	uint64_t listed_ms;     /* the last page was answered; 0: none since the process began */
	bool more;              /* and there is another one */
	uint64_t reasons;       /* for polls out of turn, not used yet */
	uint64_t asked, failed; /* requests other than polls; requests that were not answered well */
	uint64_t hooks;
	uint64_t knocks, down_ms; /* while it is down: requests, since the first of them */
};

/* A person whose record the hub made without the company. */
struct bare {
	unsigned company;
	uint64_t at_ms;
};

/* What the hub sent to one partner of late; oracle_sent.c. */
struct lately {
	uint64_t refused[SIM_LATELY];   /* hashes of records and versions that conditional writes were refused for */
	struct bare bare[SIM_LATELY];
	uint64_t deleted_ms[RECORD_TYPES][SIM_DELETES];
	unsigned nrefused, nbare, ndeleted[RECORD_TYPES];
	uint64_t approved_ms;   /* a plan; 0: none */
};

struct place {
	struct world *w;
	const struct profile *is;
	unsigned index;
	struct rec **rec;
	size_t n, room;
	uint64_t feed, made;
	struct trap trap;
	unsigned vanishing;       /* 1 << RECORD_*: of which so many vanish that it must be noticed */
	uint64_t down_until_ms, vanish_until_ms, hooks_lost_until_ms, hooks_twice_until_ms;
	bool hangs;               /* it takes an hour to answer anything */
	size_t taken;             /* faults of this partner up to here have been looked at */
	bool scanning;            /* a complete list is being read */
	struct economy economy;
	struct lately lately;
};

/* Half of what there is: those a list does not show while records vanish. */
bool rec_vanishes(const struct rec *);

static inline const struct state *rec_now(const struct rec *r)
{
	return &r->state[r->nstates - 1];
}

/* --- counting --------------------------------------------------------------------------------------------------- */

#define DEED_LIST(X)                                                                               \
	X(SCAN, "complete lists read") X(POLL, "changes read") X(GET, "single reads")              \
	X(FIND, "searches by hub id") X(CREATED, "records created by the hub")                     \
	X(UPDATED, "records changed by the hub") X(DELETED, "records deleted by the hub")          \
	X(CONFLICT, "conditional writes refused") X(HOOK, "webhooks taken")                        \
	X(REPEATED, "repeated writes without a second effect")                                     \
	X(RESTART, "restarts") X(APPROVED, "plans approved") X(UNGUARDED, "guarded runs approved") \
	X(ACCEPTED, "reviews accepted") X(REJECTED, "reviews rejected") X(RETRIED, "refused changes sent again") \
	X(PASSED, "changes that passed a dead partner by")
enum deed {
#define X(name, meaning) DEED_##name,
	DEED_LIST(X)
#undef X
	DEEDS
};

/* What a history was: shared with the process that runs it. */
struct outcome {
	uint64_t hash, cpu_us, sim_ms, requests, changes;
	uint64_t acts[ACTS], faults[FAULTS], deeds[DEEDS];
	bool failed;
	char rule[32], what[600]; /* the first violation: which invariant, and how */
	uint64_t failed_ms;
};

/* --- the world -------------------------------------------------------------------------------------------------- */

/* How the hub's process ends. */
enum ending { END_KILL, END_POWER, END_STOP };

struct overwrite {
	struct rec *rec;
	size_t state; /* in rec's history: what stood there */
	unsigned field;
	uint64_t at_ms;
	bool in_window;
};

/* What a violation is about: that record, seen from that partner; of a field, its value. */
struct blame {
	struct place *place;
	const struct rec *rec;
	unsigned field;
	const char *value; /* or NULL */
};

struct world {
	struct plan *plan;
	struct outcome *out;
	struct arena *arena;
	struct simloop sim;
	struct place place[SIM_PARTNERS];
	unsigned things, marks; /* numbers given out */
	bool verbose;

	struct engine *engine;  /* NULL while it is down */
	bool killed, closing;
	enum ending how;
	int64_t acknowledged;   /* newest event that a commit made durable */
	bool stop;              /* wanted: an orderly stop */
	size_t next_act, next_fault;
	bool *used;             /* faults that have happened, by index */
	uint64_t refused_until_ms; /* the store's writes; 0: they are not */
	unsigned kill_commits;  /* at the n-th commit from now; 0: never */
	bool kill_send, kill_effect;
	struct timer act_timer, fault_timer, room_timer, admin_timer, quiet_timer, end_timer, start_timer;
	bool over;
	bool late;              /* a write long given up is taking effect */
	uint64_t seen_ms;       /* the write taking effect was decided on what stood there then */
	uint64_t start_ms;
	uint64_t calm_ms;       /* when the last disturbance ended */
	uint64_t last_effect_ms;
	struct overwrite *overwrite;
	size_t noverwrites, overwrite_room;
	unsigned *thing_joined; /* union-find of what people or admins made one */
	size_t thing_room;
	struct blame blame;     /* of the first violation */
	struct decisions *decisions; /* oracle_decided.c; NULL: nothing is folded yet */
};

/* Plays it to its end or its first violation. */
void world_play(struct plan *, struct outcome *, bool verbose);

/* The history's own log: into the hash, and onto stderr if verbose. Equal lines, equal hashes. */
__attribute__((format(printf, 2, 3))) void world_tell(struct world *, const char *fmt, ...);
/* The first one counts. */
__attribute__((format(printf, 3, 4))) void world_violated(struct world *, const char *rule, const char *fmt, ...);
/* Before world_violated(), which keeps the first. */
void world_blame(struct world *, struct place *, const struct rec *, unsigned field, const char *value);
uint64_t world_now(const struct world *);
/* It may hold that record to be there still: it has not seen it go, or it is down and cannot be asked. */
bool world_believes_in(struct world *, const struct rec *);
bool world_dying(const struct world *); /* nothing that the engine does has an effect any more */
void world_kill(struct world *, enum ending how); /* END_* */
unsigned world_thing(struct world *);     /* a new one */
void world_join(struct world *, unsigned thing, unsigned other);
unsigned world_root(struct world *, unsigned thing);

/* place.c: records and their histories. */
struct rec *place_add(struct place *, enum record_type, unsigned thing, enum author);
struct rec *place_at(struct place *, enum record_type, const char *key);
struct rec *place_record_of(struct place *, unsigned thing); /* a standing one, or NULL */
/* A standing one of that type, or NULL: the first in an order that pick gives, so that one more or less changes little. */
struct rec *place_choose(struct place *, enum record_type, uint64_t pick);
/* A new state, a copy of the one before, to be filled in by the caller. */
struct state *rec_change(struct rec *, enum author);
void rec_set(struct rec *, struct state *, unsigned field, const char *value); /* as that system renders it */
const char *place_renders(struct place *, enum record_type, unsigned field, const char *value);
const struct state *rec_shown(const struct rec *, uint64_t at_ms); /* as it was then; NULL: not there yet */

/* values.c: what people write. */
unsigned value_field(enum record_type, uint64_t pick);     /* one that they change */
unsigned value_set_field(enum record_type, uint64_t pick); /* and one of elements */
const char *value_new(struct world *, enum value_kind, uint64_t nonce); /* nobody has written it before */
const char *value_fresh(struct rec *, unsigned field, uint64_t nonce);  /* the same for that field; of references, another */
const char *value_with(struct arena *, const char *set, const char *element);
const char *value_without(struct arena *, const char *set, uint64_t pick); /* one less; who a person is stays */

/* identity.c: by what a record is known to be of that thing, whoever made it. */
void identity_write(struct world *, struct rec *, struct state *);
unsigned identity_read(struct world *, enum record_type, const struct record *); /* 0: none */
unsigned identity_shown(const struct rec *);
/* As those who know it by that other record write it down. */
void identity_like(struct rec *, struct state *, const struct rec *known);
bool identity_is_mail(const char *element); /* one by which a person is known */

/* remote.c, and what of it is in writes.c */
extern const struct adapter sim_adapter;
void remote_use(struct world *);
/* A webhook of that partner, on its way. */
void remote_hook(struct place *, const struct rec *);

/* people.c, meanwhile.c */
void people_start(struct world *);
bool people_write(struct rec *, unsigned field, const char *value); /* false: so it was */
bool people_edit(struct rec *, uint64_t nonce);                     /* NULL: false */
bool people_delete(struct rec *);
/* A write of the hub's arrives: the trap, if it is this record's. */
void people_spring(struct world *, struct place *, struct rec *, const struct push *);
/* They change it just then, or other partners' people what they have of it. */
void people_meanwhile(struct rec *, uint64_t nonce);
/* Other partners' people change what that write is about. */
void people_overtake(struct place *, const struct push *, uint64_t nonce);
void people_tidy(struct world *, struct rec *keep, struct rec *drop);
void people_mend_all(struct world *);

/* faults.c, admin.c */
void faults_install(void); /* once, before anything is opened */
void faults_start(struct world *);
/* The one-shot of that partner for such an op, taken off its list, or NULL. */
enum sim_op { SIM_PULL, SIM_GET, SIM_PUSH };
const struct fault *faults_take(struct world *, struct place *, enum sim_op, bool with_cursor);
/* Types, as bits, of which half of the records are more than the inbound guard lets pass: a handful may have been deleted, so many
 * must not be taken for that. */
unsigned faults_too_many_to_miss(const struct place *);
void faults_end(struct world *);
void faults_spare(bool); /* no allocation fails or counts meanwhile: it is not the hub that asks the store */
void admin_start(struct world *);

/* The oracle: at every push, and at the end. */
uint64_t oracle_seen(struct world *, struct place *, const struct push *); /* when it starts: for world->seen_ms */
void oracle_push(struct world *, struct place *, struct rec *, const struct push *);
void oracle_create(struct world *, struct place *, const struct push *, unsigned thing);
/* oracle_sent.c: what was sent before. */
void oracle_deletion(struct world *, struct place *, enum record_type);
void oracle_approved(struct place *);
void oracle_order(struct world *, struct place *, const struct push *, unsigned thing); /* a create */
void oracle_refused(struct world *, struct place *, const struct push *); /* a conflict, and the hub knows it */
void oracle_version(struct world *, struct place *, const struct push *); /* an update */
void oracle_request(struct world *, struct place *, enum sim_op, const struct pull *); /* pull NULL: not one */
void oracle_answered(struct world *, struct place *, enum sim_op, const struct err *, const struct pull *);
void oracle_knock(struct world *, struct place *); /* a request where nobody is */
enum reason { REASON_HOOK, REASON_ADMIN, REASON_STORE };
void oracle_reason(struct place *, enum reason);   /* to ask out of turn */
void oracle_send(struct world *, struct place *, const struct push *);
void oracle_busy(struct world *, struct place *, const struct push *, uint64_t wait_ms); /* push NULL: a poll */
void oracle_restart(struct place *); /* what a process kept in memory is gone */
void oracle_sample(struct world *);    /* before every turn: decisions, now and then */
void oracle_decided(struct world *);
void oracle_forget(struct world *);    /* what was folded so far */
void oracle_end(struct world *);
void oracle_isolation(struct world *); /* after that: goes on a little, with one partner dead */

/* scenario.c: what happened, and what must be so in the end, in the words of tests/scenario. */
void scenario_write(struct world *, const char *path);
