/*
 * partner.h - one partner on the loop: its schedule, its run, its senders. Internal to the engine; engine.c owns the
 * list, run.c the cycle of pulling, sender.c the pushes, hints.c the reads that webhooks ask for.
 */
#pragma once
#include "engine/engine.h"
#include "io/task.h"

/*
 * A piece of work on the store's lane, in transactions of its own. run() sees the hub with its clock set. Jobs that wait
 * together run together and are made durable by one commit; each ends when that commit has returned.
 */
struct job {
	struct op op;
	struct engine *engine;
	bool (*run)(struct job *, struct hub *, struct err *);
	int64_t now_ms;
	struct list in_jobs;
};

struct jobs {
	struct list waiting, running;
	struct op turn;                     /* the rest of this turn of the loop, for which the first waits */
	struct work batch;
};
void jobs_init(struct engine *);
bool jobs_idle(const struct engine *);
size_t jobs_waiting(const struct engine *);

/* Fill in op.done before; ends like any op. */
void job_start(struct engine *, struct job *, bool (*run)(struct job *, struct hub *, struct err *));
/* The same, as part of a task. */
void job_own(struct task *, struct engine *, struct job *, bool (*run)(struct job *, struct hub *, struct err *));

enum partner_state {
	PARTNER_ACTIVE,
	PARTNER_PAUSED,
	PARTNER_GUARDED,   /* an inbound guard stopped a run: approve or resume */
	PARTNER_DENIED,    /* credentials refused; tried again now and then */
	PARTNER_BROKEN,    /* makes no sense; tried again now and then */
	PARTNER_ENDED      /* its last day is past: never contacted again */
};

enum { READS_AT_ONCE = 8 };

/* Single reads, some at a time, gathered into one fresh page. */
struct reads;

struct read {
	struct get get;
	struct reads *of;
	struct arena *arena;                /* its own: answers are parsed on several threads at once */
};

struct reads {
	struct partner *partner;
	struct task *task;
	struct arena *arena;
	enum record_type type;
	const char *const *key;
	size_t n, next;
	struct read read[READS_AT_ONCE];
	struct item *found;
	const char **missing;
	size_t nfound, nmissing;
	int64_t asked;
};
/* Starts them as ops of the task; when the task looks again, found and missing are complete. They stay until
 * reads_clear() or the next start. arena holds the lists. */
void reads_start(struct reads *, struct partner *, struct task *, struct arena *, enum record_type, const char *const *key,
	size_t n);

void reads_clear(struct reads *);

/* A push from its claim to its settlement. */
struct slot {
	struct task task;
	struct partner *partner;
	struct list in_partner;
	struct arena *arena;
	struct claim claim;
	struct job job;
	struct get get;
	struct page page;
	struct tally tally;
};

struct run;
struct hints;

struct partner {
	struct engine *engine;
	const struct partner_config *config;
	struct remote *remote;
	int id;                             /* in the store */
	enum partner_state state;
	char reason[240];
	unsigned failures;                  /* runs in a row */
	bool onboarded, scanned, tried;
	bool full_wanted, approve_wanted, again_wanted;
	bool cursors_void;                  /* the partner no longer knows them: the next run scans from the beginning */

	struct run *run;                    /* under way, or NULL */
	struct hints *hints;                /* under way, or NULL */
	bool hints_waiting;
	struct timer poll, due;

	struct list slots;                  /* busy; there are no others */
	size_t nslots;
	int64_t *queue;                     /* rows to send, from `next_queued` on */
	size_t queued, next_queued;
	bool looking, look_again;           /* a query for due rows is under way; one more is wanted */
	bool unsettled;                     /* the store did not take the outcome of a push */
	struct job mark_job;                /* marks everything anew, page by page, if sharing has changed */
	int64_t mark_after;
	struct tally marked;
	bool marking, marked_all;
	bool marks_lost;                    /* the store did not take a page of them: all over again */
	struct job due_job;
	int64_t *due_row, due_next;         /* what the query found */
	size_t due_n;
	bool halted;                        /* pushes wait for a run that goes well */

	struct op closing;

	/* For people. */
	const char *phase;
	int64_t made_ms, last_ok_ms, last_complete_ms, next_run_ms;
	bool overdue;                       /* not read completely for longer than the configuration allows */
	uint64_t records_in, records_out, requests, errors;
	int64_t total, scanned_now;
	size_t in_flight;                   /* pushes */
	int64_t waiting;                    /* rows due or to come, as last seen */
};

/* Partners of one configuration, ready to take over. */
struct setup {
	struct config *config;
	struct partner **partner;
	struct hub_partner *hub_partner;
	size_t n;
};

/* watch.c */
struct watch {
	struct timer timer;
	struct job job;
	struct tally tally;
	bool looking, afresh, soon;         /* soon: the timer knows of what has changed */
	int64_t seq, next_ms;               /* of the last look: newest event, 0: look at all; when something becomes due */
};

struct engine {
	struct engine_options options;
	struct setup *now;
	struct match_model *model;          /* NULL: the built-in one */
	struct store *store;
	struct hub hub;
	struct lane writer;
	struct jobs jobs;
	struct watch watch;
	struct adapter_env env;
	char *state_dir;                    /* of the start: a reload does not change it */
	_Atomic int64_t seq;                /* newest event; written on the lane */
	bool draining;
	struct timer patience;
	size_t closing;                     /* remotes */
	struct setup *next;                 /* a reload's */
	struct job setup_job;
	struct op *close_op, *reload_op;
	bool releasing, release_again;
	struct job release_job;
	void (*changed)(void *ctx);
	void *changed_ctx;
};

/* engine.c */
void engine_changed(struct engine *);
void engine_idle(struct engine *);              /* something ended: is the drain over? */
/* A plan is made for every partner with new marks, then the senders look. */
void engine_release(struct engine *);
struct partner *engine_partner(struct engine *, const char *id);

/* partner.c */
struct partner *partner_new(struct engine *, const struct partner_config *, int id);
void partner_free(struct partner *);
bool partner_idle(const struct partner *);      /* nothing in flight */
void partner_drain(struct partner *, bool hurry);
void partner_begin(struct partner *);
void partner_look(struct partner *);            /* a run soon, or another one after the one under way */
void partner_schedule(struct partner *, uint64_t delay_ms);
void partner_set_state(struct partner *, enum partner_state, const char *reason);   /* logged, remembered, stored */
const char *partner_state_name(enum partner_state);
void partner_run_ended(struct partner *, const struct err *, bool full, const struct tally *);
void partner_trouble(struct partner *, const struct err *);   /* DENIED or BROKEN, from wherever */

/* run.c */
/* afresh: forget every cursor. */
void run_start(struct partner *, bool full, bool approved, bool afresh);
void run_cancel(struct run *);

/* sender.c */
void sender_kick(struct partner *);
bool sender_busy(const struct partner *);
void sender_clear(struct partner *);             /* forget what is queued */
void sender_cancel(struct partner *);

/* hints.c */
void hints_start(struct partner *);
void hints_cancel(struct hints *);
