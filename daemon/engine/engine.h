/*
 * engine.h - the daemon without its process: partners, their schedules, the store's lane.
 *
 * Owned by the loop's thread. Everything that touches the store goes through `writer`; questions that only read go
 * through `reader`, which has a connection of its own, so that neither waits for the other.
 */
#pragma once
#include "adapters/adapter.h"
#include "engine/config.h"
#include "engine/hub.h"
#include "io/wait.h"

struct engine;
struct partner;

struct engine_options {
	struct loop *loop;
	void *uv;                               /* uv_loop_t *, or NULL in virtual time */
	struct http *http;
	const char *store_vfs;                  /* NULL: the default */
	void (*committed)(void *ctx, uint64_t nth);
	void *ctx;
};

/* Opens store and remotes. The engine takes the config. Never NULL; on failure err is set, with diagnoses if an endpoint is
 * at fault, and it can only be closed. */
struct engine *engine_open(const struct engine_options *, struct config *, struct diags *, struct err *);
/* Begins polling. */
void engine_start(struct engine *);
/* Cancels what is in flight, lets transactions finish, closes everything; then the engine is freed. */
void engine_close(struct engine *, struct op *);
/* Swaps in another configuration once no transaction runs; remotes whose endpoint changed are reopened. Ends with an
 * error and the old one in force if a remote cannot be opened. The engine takes the config in any case. */
void engine_reload(struct engine *, struct config *, struct diags *, struct op *);

const struct config *engine_config(const struct engine *);
struct store *engine_store(struct engine *);
struct hub *engine_hub(struct engine *);        /* for works on the writer lane only */
struct lane *engine_writer(struct engine *);
struct loop *engine_loop(struct engine *);

/* --- what admins can do, from the loop's thread ---------------------------------------------------------------------- */

bool engine_pause(struct engine *, const char *partner, const char *by, struct err *);
bool engine_resume(struct engine *, const char *partner, const char *by, struct err *);
/* A run now; full: a complete scan. approve: let it through the inbound guard once. */
bool engine_sync(struct engine *, const char *partner, bool full, bool approve, struct err *);
/* After a transaction that marked something outside a run (approval, split, review): let the senders look. */
void engine_kick(struct engine *);
/* A webhook call: verified by the adapter, then remembered as hints. status gets the HTTP answer. */
bool engine_webhook(struct engine *, const char *partner, const struct http_exchange *call, unsigned *status,
	struct err *);

/* --- what can be seen, from the loop's thread -------------------------------------------------------------------------- */

struct partner_status {
	const char *id, *label, *adapter;
	char class_letter;                      /* A conditional writes, B read before write, C blind */
	unsigned caps, types;
	const char *state;                      /* active, first scan, retrying, overdue, paused, guarded, denied, broken, disabled */
	const char *reason;
	bool running, settled;                  /* settled: scanned, nothing due, nothing in flight */
	const char *phase;                      /* pull, sweep, send, idle */
	int64_t last_ok_ms, last_complete_ms, next_run_ms;   /* wall clock; 0: never */
	uint64_t records_in, records_out, requests, failures;   /* since start */
	int64_t total;                          /* what the partner said there is, in the scan under way, or -1 */
	int64_t scanned;                        /* records seen in the scan under way */
	unsigned breaker;                       /* failures in a row */
};
size_t engine_partners(const struct engine *);
void engine_status(const struct engine *, size_t index, struct partner_status *);
bool engine_ready(const struct engine *);       /* store open, every enabled partner tried once */
bool engine_settled(const struct engine *);     /* every enabled partner is */
size_t engine_lane_depth(const struct engine *);

/* Something worth telling happened (run ended, state changed, rows moved): for status lines and `log -f`. One listener. */
void engine_listen(struct engine *, void (*changed)(void *ctx), void *ctx);
