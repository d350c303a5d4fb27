/*
 * rest_call.h - one request of the rest adapter and what comes of it: between rest.c, rest_call.c and rest_batch.c.
 *
 *   token --> send --> read --> judge --> done
 *     ^                           |
 *     +---- 401, once ------------+    the access token may have been withdrawn early
 *     ^                           |
 *     +---- again ----------------+    update by replacing: the record was read, now it is written
 *
 * token   asks io/oauth for an access token; nothing for other credentials
 * send    composes the request when its turn has come, and starts the exchange
 * read    parses, judges and maps the answer on the thread pool, a little one on the loop
 * judge   back on the loop: takes the results over, or fails
 */
#pragma once
#include "adapters/rest.h"
#include "io/task.h"

struct rest_call;
struct batch;

struct call_kind {
	const struct step *first;
	/* Says which request it is, and fills in what it needs. */
	bool (*begin)(struct rest_call *, struct err *);
	/* Method, URL, headers and body of http; right before it leaves. */
	bool (*compose)(struct rest_call *, struct err *);
	/* On any thread, after a verdict of OK; may set failure. */
	void (*parse)(struct rest_call *);
	/* Takes the results over. Setting *next, which is NULL before, has the call go on there. */
	bool (*judge)(struct rest_call *, const struct step **next, struct err *);
	/* The last look at the call before op ends with that; may be NULL. */
	void (*end)(struct rest_call *, const struct err *);
};

/* Where a push sits while it travels with others. Its op ends when it is known what became of it there. */
struct seat {
	struct op op;
	struct list in_batch;
	struct batch *batch;   /* NULL: it has left, or never sat */
	size_t at;             /* its number in the request */
	bool alone;            /* out: nobody came along, it is to travel by itself */
	bool sent;             /* out: as in struct push */
	struct answer answer;  /* out: its own part of the answer; doc is owned */
	struct batch_queue *queue; /* others wait until it is back; or NULL */
};

struct rest_call {
	struct task task;
	struct rest *rest;
	const struct rest_type *type;
	const struct request *request;
	const struct call_kind *kind;
	struct op *op;         /* the caller's, */
	struct pull *pull;     /* and which of these it is in */
	struct get *get;
	struct push *push;
	struct batch *batch;
	struct arena *arena;   /* the caller's, for what comes out */
	struct arena *scratch;
	struct fill fill;
	const char *link;
	struct walk walk;
	const struct listing *listing; /* pull */
	struct cursor cursor;
	json_t *object;        /* create, update: what is sent; owned */
	bool merging;          /* update by replacing: reading what is there */
	struct seat seat;      /* push */
	struct oauth_get token;
	const char *bearer;
	bool renewed;
	struct http_exchange http;
	struct work work;
	struct answer answer;
	enum verdict verdict;
	struct err failure;    /* of the answer; work.op.err is for the op itself */
	struct item *item;
	struct page page;
};

/* call: its kind and whose it is. If it cannot even begin, op ends with why. */
void call_start(struct rest *, struct op *, enum record_type, struct rest_call call);
const struct step *call_fail(struct rest_call *, const struct err *);
/* The answer is there: parse and judge it. */
const struct step *call_read_answer(struct rest_call *);
bool call_compose(struct rest_call *, struct err *);   /* the manifest's request as it is */
extern const struct step call_token;

/* The record at that place of the answer as c->item, if there is one. */
void call_item_at(struct rest_call *, const struct locate *);

/* --- pushes that travel together: rest_batch.c ---------------------------------------------------------------- */

/* The first step of a push: it takes a seat if its request has a batch that can carry it, and goes on alone if not. */
extern const struct step batch_seat;
/* A push has ended, wherever it sat; if it travelled alone, those that waited for it may go. */
void batch_back(struct seat *);
