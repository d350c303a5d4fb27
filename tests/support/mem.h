/*
 * mem.h - partners that live in memory, for tests.
 *
 * A world is one block of shared memory without pointers, so that what the partners hold outlives a child process that
 * is killed. Every capability can be switched off, every partner can have quirks, and the n-th op can be made to fail,
 * before or after it took effect. An op reaches its partner after a moment of loop time and is answered after another,
 * so that a cancel can fall before, between or after.
 *
 * A partner of this kind is strict: it refuses references to records it does not have, and it aborts the test when the
 * hub breaks the adapter's contract (values that are not canonical, fields that are not writable, hub ids as
 * references, ops after close).
 */
#pragma once
#include "adapters/adapter.h"

#define MEM_PARTNERS_MAX 6
#define MEM_RECORDS_MAX 192
#define MEM_FIELDS_MAX 24
#define MEM_VALUE_MAX 160
#define MEM_KEY_MAX 48

enum mem_standing { MEM_NONE, MEM_LIVE, MEM_GONE, MEM_MERGED };

/* What a reader can see of a record. */
struct mem_face {
	enum mem_standing standing;
	uint64_t version;
	char merged_into[MEM_KEY_MAX];
	char value[MEM_FIELDS_MAX][MEM_VALUE_MAX];   /* "" is empty */
};

struct mem_record {
	enum record_type type;
	char key[MEM_KEY_MAX], hub_id[MEM_KEY_MAX];
	char token[MEM_KEY_MAX];       /* of the last push that changed it */
	char label[MEM_KEY_MAX];       /* what the test calls it at every partner */
	bool unusable;                 /* cannot be read */
	bool unlisted;                 /* the next complete list leaves it out */
	uint64_t changed;              /* position in the partner's feed of changes; 0: vanished without a trace */
	int64_t changed_ms;
	struct mem_face now, before;   /* before: what lagging lists still show */
};

enum mem_quirk { MEM_PLAIN, MEM_UPPER, MEM_TRUNCATE, MEM_NO_PUNCTUATION, MEM_FEW };

/* An edit by the partner's people that falls between the hub's read and its write. */
struct mem_trap {
	bool armed;
	unsigned record, field;
	char value[MEM_VALUE_MAX];
};

struct mem_partner {
	char name[MEM_KEY_MAX];
	unsigned caps, types;                      /* ADAPTER_CAN_*; 1 << RECORD_* */
	uint64_t read_only[RECORD_TYPES];
	uint64_t refused[RECORD_TYPES];            /* fields of which no value is taken: the write is refused for good */
	struct {
		enum mem_quirk kind;
		size_t length;                     /* MEM_TRUNCATE: bytes; MEM_FEW: elements */
	} quirk[RECORD_TYPES][MEM_FIELDS_MAX];
	bool leaves_out_empty;                     /* empty fields are absent, not "" */
	bool foretold;                             /* its adapter knows the quirks */
	bool down;
	enum err_kind stubborn;                    /* CONFLICT, GONE: what every change to a record that is there is told */
	unsigned lost_answers;                     /* so many pushes take effect and are not answered */
	unsigned failing_writes;                   /* so many have none */
	bool twice;                                /* the next push arrives twice */
	int64_t late_ms;                           /* the next push takes effect so long after it was given up; 0: in time */
	int64_t late_answer_ms;                    /* the next push takes effect at once and is answered after that time */
	int64_t busy_ms;                           /* the next push is told to come back then; 0: it is not */
	struct {
		char hub_id[MEM_KEY_MAX];
		int64_t until_ms;
	} told_to_wait;                            /* the last that was told so */
	uint64_t slow_ms;                          /* a page is made at once and delivered after that time */
	int64_t late_get_ms;                       /* the next single read is of now and answered after that time */
	int64_t late_page_ms;                      /* the next page is made at once and delivered after that time */
	int64_t lag_ms;                            /* lists show the state of so long ago */
	struct mem_trap trap;
	uint64_t feed;
	unsigned made;                             /* keys given out */
	unsigned n;
	struct mem_record record[MEM_RECORDS_MAX];
};

enum mem_moment {
	MEM_UNSENT,    /* not a byte left */
	MEM_BEFORE,    /* it arrived and had no effect */
	MEM_AFTER      /* it had its effect */
};

struct mem_fault {
	uint64_t at;                               /* the number of the op that fails, from 1; 0: none */
	enum err_kind kind;
	enum mem_moment moment;
	bool fired;                                /* out */
};

#define MEM_OPS_MAX 4096

struct mem_world {
	unsigned n;
	uint64_t ops, gets, pushes, effects;       /* so far; effects: pushes that changed something */
	bool is_push[MEM_OPS_MAX];                 /* by the op's number */
	enum { MEM_LIVES, MEM_DIES_SENDING, MEM_DIES_UNANSWERED } dies;   /* at the next push: as it leaves, or after its effect */
	int dies_with;                             /* exit status */
	unsigned impatient;                        /* pushes sent again before the time that they were told */
	uint64_t jitter;                           /* seed of unequal latencies; 0: all alike */
	struct mem_fault fault;
	struct mem_partner partner[MEM_PARTNERS_MAX];
};

/* Shared between a process and its children; aborts if there is no memory. */
struct mem_world *mem_world_new(void);
void mem_world_free(struct mem_world *);
void mem_use(struct mem_world *);                  /* the world that mem_adapter's remotes open from now on */

struct mem_partner *mem_partner(struct mem_world *, const char *name);        /* made if new; all capabilities but LAGS */
struct mem_record *mem_at(struct mem_partner *, enum record_type, const char *key);      /* any standing, or NULL */
struct mem_record *mem_labelled(struct mem_partner *, enum record_type, const char *label);   /* the live one, or any */
size_t mem_count(const struct mem_partner *, enum record_type);               /* live ones */

/* What the partner's people do. Values are canonical, references keys. wall_ms: the time at which it happens. */
struct mem_record *mem_add(struct mem_partner *, enum record_type, const char *key, int64_t wall_ms);
void mem_set(struct mem_partner *, struct mem_record *, unsigned field, const char *value, int64_t wall_ms);
void mem_delete(struct mem_partner *, struct mem_record *, int64_t wall_ms);
void mem_lose(struct mem_record *);                /* vanishes from lists and reads without a tombstone */
void mem_spoil(struct mem_partner *, struct mem_record *, bool unusable, int64_t wall_ms);   /* or mends it */
void mem_merge(struct mem_partner *, struct mem_record *, const struct mem_record *into, int64_t wall_ms);

/* Every live record of every partner, one line each, sorted, by label and with references as labels: two worlds that
 * print alike are alike but for keys and versions. */
void mem_print(struct buf *, struct mem_world *);

extern const struct adapter mem_adapter;
