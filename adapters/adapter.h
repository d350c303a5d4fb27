/*
 * adapter.h - what a partner's CRM looks like from here.
 *
 * An adapter is one const struct of functions; a remote is one configured account behind it. ready, pull, get,
 * push and close are ops (io/op.h): the caller owns them, they cannot fail to start, they end exactly once, they can be
 * cancelled. Several may be in flight at a remote at once.
 *
 * Lifetimes
 *   struct adapter          static const
 *   struct remote           open() ... done() of close(); no op may be in flight then
 *   struct pull, get, push  caller's, from the start until done()
 *   their inputs            caller's, unchanged until done()
 *   their outputs           in the op's arena: the caller's, freed all at once; one op in flight per arena, since
 *                           an answer is parsed on a thread of its own
 *
 * An adapter never retries, never sleeps, never logs, never touches the store. It translates, and it sorts errors
 * into kinds: ITEM (this record), CONFLICT (409, 412), GONE (404, 410), AGAIN (5xx, 429, transport), DENIED (401,
 * 403), BROKEN (makes no sense). The engine decides what to do about them.
 *
 * Records cross this border in canonical form (core/record.h), but for references: a VALUE_REF field holds the
 * partner's own key of the record it points at, both ways.
 */
#pragma once
#include "base/arena.h"
#include "base/yaml.h"
#include "core/record.h"
#include "io/http.h"
#include "io/op.h"

enum item_state { ITEM_LIVE, ITEM_GONE, ITEM_MERGED };

/* One record at the partner, as one answer told it. */
struct item {
	enum record_type type;
	enum item_state state;
	bool hearsay;                  /* ITEM_GONE: by a list of its own, that may be late; one single read confirms it */
	const char *key;               /* the partner's id; never NULL or "" but in an unusable item */
	const char *version;           /* etag or version number, or NULL; compared for equality only */
	const char *hub_id;            /* what the partner holds in its external-id field, or NULL */
	const char *merged_into;       /* ITEM_MERGED: the survivor's key */
	int64_t modified_ms;           /* by the partner's clock, or 0 */
	struct record *record;         /* ITEM_LIVE; NULL if unusable, and then err says why */
	struct err err;                /* ERR_ITEM: err.field is the field or pointer at fault */
	const char *raw;               /* unusable item, or asked for: its JSON, at most 64 KiB */
};

/* One page of what changed since a cursor, or of everything. ERR_GONE: the cursor is no longer valid, begin again. */
struct pull {
	struct op op;
	struct arena *arena;
	enum record_type type;
	const char *cursor;            /* in: as `next` gave it; NULL: from the beginning, the first page of a complete scan */
	bool complete;                 /* in: this is a page of a complete scan, so nothing may be left out */
	size_t limit;                  /* in: a hint; 0: the adapter's own */
	struct item *item;             /* out */
	size_t n;                      /* out */
	const char *next;              /* out: the cursor to store after this page; NULL: this partner has none */
	bool more;                     /* out: pull again at once with `next` */
	int64_t total;                 /* out: how many the partner says there are, or -1 */
};

/* One record as it is now. found=false (404, 410, or an answer that means the same) is no error. */
struct get {
	struct op op;
	struct arena *arena;
	enum record_type type;
	const char *key;               /* in: by the partner's id; or NULL and */
	const char *hub_id;            /* in: by external id (needs ADAPTER_CAN_FIND) */
	bool raw;                      /* in: item.raw is wanted of a usable record as well */
	bool found;                    /* out */
	struct item item;              /* out, if found */
};

enum push_kind { PUSH_CREATE, PUSH_UPDATE, PUSH_DELETE };

/* Make one change there. Repeating a push with the same token is harmless where the partner can. */
struct push {
	struct op op;
	struct arena *arena;
	enum push_kind kind;
	enum record_type type;
	const char *key;               /* in: NULL for a create */
	const char *version;           /* in: must still be the one there; NULL: unconditional */
	const char *hub_id;            /* in: to be kept in the external-id field of what is created */
	const char *token;             /* in: idempotency key; the same for every attempt at this change */
	const struct record *record;   /* in: the values wanted; NULL for a delete */
	uint64_t fields;               /* in: which of them to write; the others are context (full replace, templates) */
	const char *out_key;           /* out: create */
	const char *out_version;       /* out, or NULL */
	const struct item *answer;     /* out: the record as the answer showed it, or NULL */
	bool sent;                     /* out: false: not one byte left, so a failed push had no effect for certain */
};

/* Capabilities, declared by the remote once it is open; the engine supplies what is missing. */
#define ADAPTER_CAPS(X)                                                                          \
	X(INCREMENTAL, "incremental", "pull honours the cursor; else every pull is a complete scan") \
	X(TOMBSTONES, "tombstones", "pull reports deletions")                                    \
	X(COMPLETE, "complete list", "a pull without cursor lists everything there is")          \
	X(GET, "single get", "one record can be read by its key")                                \
	X(FIND, "external id", "the hub id is kept there and can be searched for")               \
	X(CREATE, "create", "records can be created")                                            \
	X(UPDATE, "update", "records can be changed")                                            \
	X(DELETE, "delete", "records can be deleted")                                            \
	X(CONDITIONAL, "conditional write", "an update with a stale version is refused")         \
	X(IDEMPOTENT, "idempotency key", "a repeated token has no second effect")                \
	X(ANSWERS, "returns body", "a write answers with the record as it is now")               \
	X(VERSIONS, "versions", "items carry a version that changes with every edit")            \
	X(ORDERED, "ordered versions", "a version is a number that only grows")                  \
	X(LAGS, "lagging lists", "a list may show an older state than a single get")             \
	X(WEBHOOKS, "webhooks", "the partner calls when something changes")

enum adapter_cap_bit {
#define X(cap, name, meaning) ADAPTER_BIT_##cap,
	ADAPTER_CAPS(X)
#undef X
};
enum adapter_cap {
#define X(cap, name, meaning) ADAPTER_CAN_##cap = 1 << ADAPTER_BIT_##cap,
	ADAPTER_CAPS(X)
#undef X
};

struct adapter_env {
	struct loop *loop;
	struct http *http;
	void *uv;                      /* uv_loop_t * for adapters that own processes; NULL in virtual time */
	const char *state_dir;         /* private, durable: rotated tokens; NULL: none */
	const char *config_dir;        /* relative paths in the configuration start here */
	const char *manifest_path;     /* colon-separated folders of installed manifests */
	/* The secret's text in the arena, or NULL with err set; trims one trailing newline. */
	const char *(*secret)(struct arena *, const struct yaml *ref, struct err *);
};

/* What a webhook said has changed; a hint that only schedules a read. key NULL: something of that type. */
struct hint {
	enum record_type type;
	bool any_type;
	const char *key;
};

struct remote;

struct adapter {
	const char *name;              /* as in `adapter: rest` */
	const char *help;              /* one line */
	/* Check the endpoint's configuration (the `endpoint:` mapping of a partner file) and allocate; no I/O. Every
	 * fault is a diagnosis; NULL if there was any. */
	struct remote *(*open)(const struct adapter_env *, const char *partner, const struct yaml *conf, struct diags *);
	/* An op that ends when the remote knows what it can do, or with why it cannot be asked. NULL: open() knows. */
	void (*ready)(struct remote *, struct op *);
	void (*pull)(struct remote *, struct pull *);
	void (*get)(struct remote *, struct get *);
	void (*push)(struct remote *, struct push *);
	/* How the partner will show that value once it was written there: upper case, one telephone of three. NULL: it cannot
	 * be written. Any thread; NULL function: as it is. */
	const char *(*image)(struct remote *, struct arena *, enum record_type, unsigned field, const char *value);
	/* Verify and read one webhook call. False with ERR_DENIED (signature), ERR_ITEM (nonsense). NULL: none. */
	bool (*webhook)(struct remote *, const struct http_exchange *call, int64_t wall_ms, struct arena *, struct hint **,
			size_t *n, struct err *);
	void (*close)(struct remote *, struct op *);
};

/* First member of every adapter's own state; filled in by open(). */
struct remote {
	const struct adapter *adapter;
	const struct adapter_env *env;
	const char *partner;
	unsigned caps;                          /* ADAPTER_CAN_*: what holds for every type; exec: known once it is ready */
	unsigned types;                         /* 1 << RECORD_*: which types this endpoint has */
	uint64_t writable[RECORD_TYPES];        /* fields that can be written there, by type */
	uint64_t readable[RECORD_TYPES];
	/* JSON pointers into item.raw of what the partner itself changes with every edit: version, times, what it derives.
	 * NULL-terminated; NULL: none. */
	const char *const *volatiles[RECORD_TYPES];
	uint64_t map_version;                   /* hash of the field maps: a change re-reads everything */
	uint64_t overlap_ms;                    /* how far a cursor is set back, for the engine's information */
	size_t together;                        /* pushes that one request can carry; 0: each has its own */
};

extern const struct adapter *const adapters[];   /* NULL-terminated; adapters.c */
const struct adapter *adapter_find(const char *name);

static inline void remote_pull(struct remote *r, struct pull *p)
{
	r->adapter->pull(r, p);
}

static inline void remote_get(struct remote *r, struct get *g)
{
	r->adapter->get(r, g);
}

static inline void remote_push(struct remote *r, struct push *p)
{
	r->adapter->push(r, p);
}

static inline void remote_close(struct remote *r, struct op *op)
{
	r->adapter->close(r, op);
}
