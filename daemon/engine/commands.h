/*
 * commands.h - what admins can ask and do: one table for the control socket and the command line.
 *
 * A call runs in up to three parts: before() on the loop, run() where the row says (the loop, the reader's lane with
 * a connection of its own, or the store's lane), after() on the loop. Arguments and answers are JSON objects. Rows
 * whose run() needs the store alone also serve when the daemon is down.
 *
 * Failures say by their kind what the caller did or met: ITEM wrong arguments, GONE no such thing, DENIED not
 * allowed, CONFLICT not in the state for it, AGAIN busy, BROKEN a fault of ours.
 */
#pragma once
#include "engine/engine.h"
#include "store/query.h"

struct command_call;

enum command_right { COMMAND_READ, COMMAND_OPERATE };
/* OP: on the loop, and it goes on until the handler calls call_done(). BOTH: on the reader's lane, then, with call->hub, on
 * the store's. */
enum command_where { COMMAND_LOOP, COMMAND_OP, COMMAND_READER, COMMAND_WRITER, COMMAND_BOTH };

enum command_arg_kind { ARG_TEXT, ARG_NUMBER, ARG_FLAG, ARG_TEXTS };   /* TEXTS: may be given several times */
struct command_arg {
	const char *name;             /* NULL ends a row's list */
	enum command_arg_kind kind;
	bool position, required;      /* position: on the command line without its name */
	const char *shape;            /* in a usage line: PARTNER, TIME, N */
	const char *help;
};
#define COMMAND_ARGS_MAX 12

struct command {
	const char *name;             /* one word or two: "status", "plan approve" */
	const char *help;
	enum command_right right;
	enum command_where where;
	bool offline;                 /* run() may be called with a query and nothing else */
	bool (*before)(struct command_call *, struct err *);
	bool (*run)(struct command_call *, struct err *);
	bool (*after)(struct command_call *, struct err *);
	struct command_arg arg[COMMAND_ARGS_MAX];
};

extern const struct command commands[];                      /* ended by a row without name */
/* By its words ("plan", "approve" or "plan approve"); a group's name alone means its list or show. NULL: none. */
const struct command *command_find(const char *name);
/* The nearest command, for "did you mean", or NULL. */
const char *command_nearest(const char *name);

struct command_call {
	struct op op;                 /* caller's: loop and done */
	const struct command *command;
	struct arena *arena;          /* caller's */
	json_t *args;                 /* checked; owned until done() */
	const char *by;               /* who asks: "uid 1000" */
	json_t *out;                  /* the answer; caller's from done() on */

	/* For the handlers. */
	struct commands *commands;    /* NULL: the daemon is down */
	struct engine *engine;        /* NULL: the same */
	struct query *query;          /* COMMAND_READER, COMMAND_BOTH at first */
	struct hub *hub;              /* COMMAND_WRITER, COMMAND_BOTH in the end */
	int64_t now_ms;
	json_t *scratch;              /* from before() to run() and after(); dropped at the end */
	json_t *taken;                /* what run() needs of the configuration, which may become another meanwhile; or NULL */
	int64_t id;                   /* the same */
	bool empty;                   /* run(): nothing new to tell, so that `wait` waits */

	/* For commands.c. */
	struct work work;
	struct timer timer;
	struct list in_waiting;
	uint64_t deadline_ms, changes;
};

/* Checks args against the row and fills in *checked (a new reference): unknown names, missing ones, wrong types are
 * ERR_ITEM. given may be NULL. Numbers and flags may come as text. */
bool command_check(const struct command *, json_t *given, json_t **checked, struct err *);

struct commands;

struct commands_options {
	struct engine *engine;
	void *uv;                     /* for `adapter check`, which opens a remote of its own; or NULL */
	struct http *http;
	const char *vfs;              /* of the store; NULL: the default */
	void (*changed)(void *ctx);   /* passed on from engine_listen() */
	void *ctx;
};
struct commands *commands_open(const struct commands_options *, struct err *);
/* Ends waiting calls; all calls must have ended, and commands_idle(), before the engine is closed and commands_free(). */
void commands_close(struct commands *);
bool commands_idle(const struct commands *);
void commands_free(struct commands *);
/* Fill in command, args, arena, by, op.loop and op.done before; steals args. */
void commands_start(struct commands *, struct command_call *);

/* The same at once, without a daemon: rows with `offline` only. */
bool command_offline(struct command_call *, struct query *, struct err *);

/* --- for handlers -------------------------------------------------------------------------------------------- */

const char *call_text(const struct command_call *, const char *arg);      /* NULL: not given */
int64_t call_number(const struct command_call *, const char *arg, int64_t otherwise);
bool call_flag(const struct command_call *, const char *arg);
/* What a remote opened on the side needs; valid until commands_free(), since remotes close in their own time. */
const struct adapter_env *call_env(const struct command_call *);
bool call_closing(const struct command_call *);                            /* the daemon stops: COMMAND_OP is to end soon */
void call_done(struct command_call *, const struct err *);                 /* COMMAND_OP; err NULL: well */
