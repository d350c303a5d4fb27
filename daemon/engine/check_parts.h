/* check_parts.h - what the files of check share. */
#pragma once
#include "engine/check.h"

#include <stdlib.h>
#include <string.h>

#include "io/task.h"
#include "io/wait.h"

#define OUTCOMES(X)                           \
	X(PASSED, "passed")                   \
	X(FAILED, "failed")                   \
	X(NOT_APPLICABLE, "not applicable")   \
	X(NOT_TRIED, "not tried")

enum outcome {
#define X(outcome, name) OUTCOME_##outcome,
	OUTCOMES(X)
#undef X
};

struct checking;

/* What is proved, and how. run() is called once, and again after each op that it started: turn counts those calls from
 * 0. It returns whether it started one; if not, it has said what came of it. */
struct trial {
	const char *id, *proves;
	unsigned needs;                /* ADAPTER_CAN_*; without them it does not apply */
	enum { TRIAL_READS, TRIAL_WRITES, TRIAL_ONCE } mode;   /* ONCE: for the endpoint, not for each type */
	bool (*run)(struct checking *);
};
extern const struct trial trials[];    /* ended by a row without id */

/* One item of a list, by hashes. */
struct seen {
	uint64_t key, version, record;
	int64_t modified_ms;
	bool gone;
};

/* A list read to its end. */
struct walk {
	struct seen *seen;
	size_t n, cap, unusable, gone, unnamed;
	unsigned pages;
	int64_t total;
	char *cursor;                  /* where it ended; NULL: this partner has none */
	bool more;
	uint64_t mark;                 /* a cursor seen before, moved on at every power of two pages (Brent) */
	unsigned power;
};

/* A record of the partner's, as a list showed it. */
struct sample {
	const char *key, *version, *hub_id;
	int64_t modified_ms;
	struct record *record;
};
#define SAMPLES_MAX 100

/* A record of ours. */
struct made {
	enum record_type type;
	char mark[48];
	const char *key, *version, *hub_id, *token;
	bool there;
	struct record *values;         /* as written */
	struct record *shown;          /* as last read */
	const char *raw;               /* its JSON then, or NULL: not read singly */
	uint64_t fields;
};
#define MADE_MAX 48
#define LEFT_MAX 100

struct checking {
	struct task task;
	struct check *check;
	struct remote *remote;
	struct op ready, close;
	const struct trial *trial;
	enum record_type type;
	unsigned turn, count;          /* count: the trial's own */
	bool told;                     /* the trial has said its outcome */
	struct arena *arena;           /* of the whole check */
	struct arena *page;            /* of the op in flight */
	json_t *types, *checks;

	/* The op in flight or just ended. */
	enum { ASK_NOTHING, ASK_PULL, ASK_GET, ASK_PUSH } asking;
	struct remote *target;         /* whom it asks: remote, or stranger */
	struct pull pull, pull_asked;
	struct get get, get_asked;
	struct push push, push_asked;
	struct sleep sleep;
	struct err err;                /* how it ended */
	unsigned tries;
	bool pausing;                  /* before it is asked again */
	bool weary;                    /* the last op was asked again in vain: no more of that until one is answered */
	unsigned again, told_to_wait, in_vain;   /* AGAIN so far; with a time to wait; and again after that */

	/* The walk in progress: trial_walk(), trial_look(). */
	struct walk *walk;
	bool page_by_page, looking;
	const char *wanted;            /* the key looked out for */
	bool found;
	struct item item;              /* it, as last seen; in the arena */

	/* Of the type. */
	struct walk first, second, third;
	struct walk changes;           /* the last incremental reading; its cursor is where the next begins */
	struct sample sample[SAMPLES_MAX];
	size_t samples, sampled;
	const char *left[LEFT_MAX];    /* keys of records that an earlier check left */
	size_t nleft;
	unsigned field_n[RECORD_FIELDS_MAX];
	json_t *faults;
	struct made *subject, *other, *removed;   /* what the writing trials try it on */
	struct made *paged[5];
	bool disturbed, fractions;
	unsigned step;
	struct record *answered;       /* what the last write answered with, or NULL */
	const char *told_version, *from;   /* of the last write; the cursor before what a trial did */
	const char *version[4];
	int64_t subject_ms;

	struct made made[MADE_MAX];
	size_t nmade;
	unsigned unanswered;           /* creates of which nobody knows */
	bool blind, proved;            /* a conditional write was not refused; it was, or no such thing is declared */
	struct remote *stranger;       /* with wrong credentials */
	struct adapter_env stranger_env;
};

/* --- check_ask.c: what a trial can say and start ------------------------------------------------------------------- */

/* Each is false, so that a trial can `return passed(c, ...)`. change: what the manifest or the program should change, or
 * NULL. */
bool trial_passed(struct checking *, const char *change, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
bool trial_failed(struct checking *, const char *change, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
bool trial_not_applicable(struct checking *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool trial_not_tried(struct checking *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The op ended with an error that the trial did not expect: a passing fault is nobody's failure. */
bool trial_trouble(struct checking *, const char *doing);

/* Each is true, so that a trial can `return trial_get(c, ...)`. What may pass is tried again, but for creates. */
bool trial_pull(struct checking *, const char *cursor, bool complete, size_t limit);
bool trial_get(struct checking *, const char *key);
bool trial_find(struct checking *, const char *hub_id);
bool trial_push(struct checking *, const struct push *);
bool trial_wait(struct checking *, uint64_t ms);
/* All pages, one op for the trial; wanted (or NULL): the key to be looked out for. */
bool trial_walk(struct checking *, struct walk *, const char *cursor, size_t limit, const char *wanted);
/* The same with a turn after each page: trial_walk_on() asks for the next and is false if there is none. */
bool trial_walk_pages(struct checking *, struct walk *, const char *cursor, size_t limit);
bool trial_walk_on(struct checking *);
/* The record as it is now, singly or out of the complete list: found, item. */
bool trial_look(struct checking *, const char *key);

/* For check.c: starts what is asked for, once more; a sleep of the check's. */
void check_ask(struct checking *);
void check_pause(struct checking *, uint64_t ms);

/* --- check_list.c: lists, and what they show --------------------------------------------------------------------- */

void walk_fini(struct walk *);
void walk_take(struct checking *, struct walk *, const struct pull *);
bool walk_goes_round(struct walk *);   /* after each page: the cursor has been there before */
struct record *record_keep(struct arena *, const struct record *);
void walk_sort(struct walk *);
const struct seen *walk_seen(const struct walk *, uint64_t key);   /* in one that was sorted, or NULL */
uint64_t key_hash(const char *key);
json_t *type_json(const struct checking *);

typedef bool trial_part(struct checking *);
trial_part check_list, check_list_again, check_items, check_times, check_versions, check_incremental;

/* --- check_read.c: single records, field maps, the endpoint ------------------------------------------------------ */

trial_part check_left_over, check_single_get, check_no_such_record, check_find_known, check_find_nothing, check_map_laws,
	check_credentials, check_limits;

/* --- check_mark.c: the records that a check makes ---------------------------------------------------------------- */

/* A new one of the type at hand, not yet at the partner: its mark, hub id, token and values. NULL: none of its fields
 * can hold the mark, or there are enough. */
struct made *made_new(struct checking *);
/* Each is true, as trial_push() is; after the op made_created(), made_written() or made_seen() remembers what was told. */
bool made_create(struct checking *, struct made *);
bool made_update(struct checking *, const struct made *, const char *version, const struct record *values, uint64_t fields);
bool made_rename(struct checking *, const struct made *, const char *version, unsigned n);   /* " n" after the mark */
bool made_delete(struct checking *, const struct made *, const char *version);
bool made_look(struct checking *, const struct made *);
void made_created(struct checking *, struct made *);
void made_written(struct checking *);
void made_seen(struct checking *, struct made *);
const char *key_unlike(struct checking *, const char *like);   /* of the same form, and nothing's; NULL: none comes to mind */
const char *made_there(const struct checking *, enum record_type);   /* the key of one, or NULL */
int mark_field(const struct checking *);           /* where the mark stands, or -1 */
struct record *made_renamed(struct checking *, const struct made *, unsigned n);
/* How a value comes back from there; NULL: it cannot be written. */
const char *made_image(struct checking *, unsigned field, const char *value);
/* Names of the fields in which what was read is not what was wanted, or NULL. */
const char *made_differs(struct checking *, const struct record *wanted, const struct record *read, uint64_t fields);

/* check_raw.c: pointers to members that had a value when it was last seen and have it no longer, though nobody asked for
 * that, or NULL; *kept: how many have it still. */
const char *raw_lost(struct checking *, const struct made *, const char *after, unsigned *kept);

/* --- check_write.c, check_change.c, check_remove.c --------------------------------------------------------------- */

trial_part check_create, check_create_token, check_create_external_id, check_refusal, check_update, check_versions_change,
	check_keeps_the_rest, check_empties, check_stale_update, check_edit_told, check_since_inclusive,
	check_pages_under_writes, check_stale_delete, check_delete, check_delete_told, check_gone, check_tidy;
