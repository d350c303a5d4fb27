/*
 * rest.h - the inside of the rest adapter: a manifest compiled into structs, and what its parts do with them.
 *
 *   rest_manifest.c, rest_read_*.c   YAML -> struct rest
 *   rest_request.c                   struct request and values -> struct http_exchange
 *   rest_answer.c, rest_error.c      an answer -> items, or an error kind
 *   rest_cursor.c, rest_walk.c       where a walk through pages stands; and one through two lists
 *   rest_auth.c, rest_webhook.c      credentials and signatures; calls from the partner
 *   rest_call.c, rest.c              the steps of a request; pulls, gets and pushes
 *   rest_batch.c, rest_results.c     pushes that share a request; whose result is whose
 *
 * Everything in struct rest but the counters and the batches under way is constant once it is open, so that pages are read on the thread pool.
 */
#pragma once
#include "adapters/adapters.h"
#include "adapters/rest_template.h"
#include "core/mapping.h"
#include "io/oauth.h"
#include "io/wait.h"

#define REST_ITEMS_MAX 20000 /* in one page */

/* A place in an answer: a JSON Pointer, `header:Name`, or none; what stands between two marks, if those are given. */
struct locate {
	enum { LOCATE_NOWHERE, LOCATE_POINTER, LOCATE_HEADER } from;
	const char *what;
	const char *after, *before;
};

/* An answer as the thread pool sees it. */
struct answer {
	unsigned status;
	const struct http_header *header;
	size_t nheader;
	const char *body;
	size_t len;
	json_t *doc;           /* owned; NULL: no JSON, or not parsed yet */
	bool part;             /* one result out of the answer to a batch; status is made up if none was told */
};

/* The value there, or NULL. */
json_t *locate_json(const struct locate *, const struct answer *, json_t *doc);   /* pointer only; borrowed */
const char *locate_text(const struct locate *, const struct answer *, json_t *doc, struct arena *);

/* --- what an answer means ----------------------------------------------------------------------------------- */

#define VERDICT_LIST(X)                                                                       \
	X(OK, "ok", "it succeeded after all")                                                 \
	X(EMPTY, "empty", "there is nothing: an empty page, no such record")                  \
	X(EXPIRED, "expired", "the cursor is no longer valid: begin again")                   \
	X(ITEM, "item", "this record was refused")                                            \
	X(CONFLICT, "conflict", "the record there is another version, or already exists")     \
	X(GONE, "gone", "the record no longer exists")                                        \
	X(AGAIN, "again", "a passing fault")                                                  \
	X(DENIED, "denied", "the credentials were refused")                                   \
	X(BROKEN, "broken", "it makes no sense")

enum verdict {
#define X(verdict, name, meaning) VERDICT_##verdict,
	VERDICT_LIST(X)
#undef X
};

/* One row of `errors:`; the first that fits decides. */
struct error_rule {
	const struct yaml *where;
	unsigned status_from, status_to;       /* 0: any */
	struct locate at;                      /* must be there, and be neither null nor false, */
	const char *const *is;                 /* and be one of these, */
	size_t nis;
	const char *has;                       /* and contain this */
	enum verdict verdict;
};

/* --- requests ----------------------------------------------------------------------------------------------- */

struct parameter {
	const char *name;
	struct template *text;
	struct template_json *json;            /* instead: sent as JSON text */
};

#define REQUEST_LIST(X)                                                                       \
	X(LIST, "list")                                                                       \
	X(GET, "get")                                                                         \
	X(FIND, "find")                                                                       \
	X(CREATE, "create")                                                                   \
	X(UPDATE, "update")                                                                   \
	X(DELETE, "delete")                                                                   \
	X(DELETIONS, "deletions")

enum request_kind {
#define X(kind, name) REQUEST_##kind,
	REQUEST_LIST(X)
#undef X
};
#define REQUESTS (REQUEST_DELETIONS + 1)
extern const char *const request_names[];

struct request {
	enum request_kind kind;
	const char *method;                    /* NULL: the manifest has no such request */
	struct template *path;
	struct parameter *query, *header, *form;
	size_t nquery, nheader, nform;
	struct template_json *body;
	struct template_json *envelope;
	unsigned slots;
	struct locate item;                    /* get, find; create, update: the record as it is now, or NOWHERE */
	struct locate key, version;            /* create, update */
	struct parameter *set;                 /* create, update: pointer -> value, put into the mapped object */
	size_t nset;
	bool replace;                          /* update: get, merge, put the whole */
	struct batch_spec *batch;              /* create, update, delete: how several travel together; or NULL */
};

/* Several changes in one request, and where the answer tells what became of each. */
struct batch_spec {
	struct request request;                /* the whole; item, key, version are places in one result's own answer */
	struct template_json *each;            /* one change of the list */
	unsigned carries;                      /* slots that reach the partner with it, by way of ${body}, ${path}, ... too */
	size_t max;
	bool refused_none;                     /* of a batch that is refused as a whole nothing was carried out */
	struct locate error_code;
	struct locate results;                 /* array; NOWHERE: the answer holds for all of them */
	struct locate failures;                /* array of results that are refusals, or NOWHERE */
	const char *match, *failure_match;     /* pointers in a result to what tells whose it is; NULL: by order */
	struct template *match_is;             /* and what it says then */
	const char *answer;                    /* pointers in a result: what a request of its own would have had for answer, */
	const char *status, *headers;          /* and for status and headers; or NULL */
	const char *ok;                        /* instead of a status: true where it succeeded; or NULL */
};
#define BATCH_MAX 1000

/* --- paging ------------------------------------------------------------------------------------------------- */

enum cursor_walk { WALK_PAGE, WALK_KEYSET, WALK_CURSOR, WALK_LINK };
enum cursor_keep { KEEP_NOTHING, KEEP_SINCE, KEEP_CURSOR, KEEP_LINK };

struct cursor_kind {
	const char *name;
	enum cursor_walk walk;                 /* from page to page */
	enum cursor_keep keep;                 /* from one poll to the next */
};
extern const struct cursor_kind cursor_kinds[];

struct cursor_spec {
	const struct cursor_kind *kind;
	uint64_t overlap_ms;
	int64_t first, limit, limit_max;       /* number of the first page; page sizes */
};

/* Where the walk stands; its text is the engine's cursor. */
struct cursor {
	bool walking;                          /* between two pages */
	const char *link, *opaque;
	bool has_since, has_high;
	int64_t since_ms, high_ms;             /* asked from; the newest modification seen */
	int64_t page, offset, limit;
	/* Against paging that goes round: a page seen before (Brent's method, so that any period is found). */
	uint64_t seen;
	int64_t steps, power;
};

/* What one page told. */
struct page {
	size_t n;                              /* rows, tombstones included */
	const char *next;                      /* link or cursor, as WALK says */
	const char *delta;                     /* KEEP_LINK: where to go on another day */
	int more;                              /* as the partner said: 1, 0, or -1: did not say */
	bool has_last;
	int64_t last_ms;                       /* the newest modification in it */
	bool has_high;
	int64_t high_ms;                       /* the partner's own high-water mark */
	uint64_t content;                      /* hash of keys, versions, times */
	int64_t total, pages;                  /* -1: did not say */
};

/* The state to start from: text NULL, a walk in progress, or a finished one (overlap is taken off then). */
bool cursor_read(
	struct arena *, const struct cursor_spec *, const char *text, size_t limit, struct cursor *, struct err *);
/* The state after a page; false with ERR_BROKEN if paging makes no sense. */
bool cursor_advance(const struct cursor_spec *, struct cursor *, const struct page *, bool *more, struct err *);
/* NULL: nothing to keep. */
const char *cursor_print(struct arena *, const struct cursor_spec *, const struct cursor *);

/* A list of records, or of deleted ones. */
struct listing {
	struct locate items, tombstones, next, delta, more, pages, total, high;   /* places in a page */
	const char *tombstone_id;
	const char *modified, *modified_form;  /* pointers into a row; NULL: not told */
	struct cursor_spec cursor;
};

/* Where a pull stands that walks the deletions after the list; their cursors are texts of cursor_print(). */
struct walk {
	bool deletions;
	const char *list, *gone;               /* or NULL */
	int64_t began_ms;                      /* by our clock: when the walk of the list began */
};

/* text: NULL or what walk_print() gave. False with ERR_GONE if it is neither. */
bool walk_read(struct arena *, const char *text, int64_t wall_ms, struct walk *, struct err *);
const char *walk_print(struct arena *, const struct walk *, bool more);

/* --- record types ------------------------------------------------------------------------------------------- */

struct rest_type {
	enum record_type type;
	const char *name;
	struct mapping *mapping;
	struct request request[REQUESTS];
	/* Pointers into an item; NULL: not told. */
	const char *id, *version, *hub_id, *hub_id_to, *merged;
	const char *const *volatiles;          /* version, modified and what the manifest says is derived; ended by NULL */
	const char *deleted;
	const char *const *deleted_is;         /* values that mean deleted; none: true, 1, "1", "true" */
	size_t ndeleted_is;
	const char *deleted_has;               /* instead: what it must hold */
	const char *deleted_id;                /* where the id of a deleted row is */
	struct listing list;
	struct listing deletions;              /* if there is such a request: what was deleted, and nothing else */
};

/* --- webhooks ----------------------------------------------------------------------------------------------- */

enum webhook_scheme { WEBHOOK_NONE, WEBHOOK_STANDARD, WEBHOOK_HMAC, WEBHOOK_PATH };
enum digest_form { DIGEST_HEX, DIGEST_BASE64 };

struct webhook {
	int scheme;
	const char *header, *prefix;
	int form;                              /* enum digest_form */
	bool wrapped;                          /* base64 around it all; what follows the last colon counts */
	struct template *base;
	const char *timestamp_header;
	bool timestamp_in_ms;
	const char *events, *type, *key;       /* pointers */
	const char **word;                     /* what `type` says (or begins with), and the record type */
	enum record_type *means;
	size_t nwords;
	/* From the endpoint. */
	const char *secret[2];                 /* the present and the previous; NULL: none */
	const char *path;
};

bool webhook_read(const struct webhook *, unsigned types, const struct http_exchange *call, int64_t wall_ms,
	struct arena *, struct hint **, size_t *n, struct err *);

/* --- credentials -------------------------------------------------------------------------------------------- */

/* In the order of auth_words in rest_read_endpoint.c. */
enum auth_kind {
	AUTH_NONE,
	AUTH_HEADER,
	AUTH_BASIC,
	AUTH_BEARER,
	AUTH_CLIENT_CREDENTIALS,
	AUTH_REFRESH_TOKEN,
	AUTH_HMAC,
	AUTH_BODY,
	AUTH_MTLS,
};

struct auth {
	int kind;
	const char *header, *prefix;           /* header, hmac */
	const char *user, *secret;
	struct template *base, *value;         /* hmac */
	int form;
	bool wrap;                             /* hmac: the whole value in base64 */
	/* oauth */
	const char *token_url, *scope, *refresh_token;
	bool basic;
};

/* The value for auth->header (Authorization unless the manifest says otherwise), or NULL if this kind sends none. */
const char *auth_header_value(const struct auth *, struct arena *, const char *bearer, struct fill *, struct err *);
/* HMAC-SHA256, printed. */
const char *auth_digest(struct arena *, const void *key, size_t keylen, const char *text, size_t len, enum digest_form);
/* NULL if the text is no base64. */
unsigned char *auth_base64(struct arena *, const char *text, size_t *len);
bool auth_equal(const char *a, const char *b);   /* in constant time for equal lengths */

/* --- batches under way ---------------------------------------------------------------------------------------- */

struct batch;

/* Per record type and kind of change. */
struct batch_queue {
	struct batch *open;                    /* takes more, or NULL */
	unsigned in_flight;                    /* requests of this kind, batches or not */
	uint64_t alone_until_ms;               /* by loop_now(): until then every change travels alone */
};

/* What a batch's answer says of its i-th change. */
struct told {
	const char *match;                     /* in: what its result says at spec->match, or NULL */
	unsigned times;                        /* out: results that are its own; nothing is known unless this is 1 */
	json_t *result;                        /* out: borrowed from the answer */
	bool failure;                          /* out: it stood among the failures */
};

/* Finds each change's result. False with ERR_BROKEN if the answer cannot be the one to this batch. Thread-safe. */
bool results_match(const struct batch_spec *, const struct answer *, struct told *, size_t n, struct err *);
/* The result as an answer of its own; doc is a new reference. False with ERR_AGAIN if it tells nothing. */
bool results_answer(const struct batch_spec *, const struct told *, struct arena *, struct answer *, struct err *);

/* --- the remote --------------------------------------------------------------------------------------------- */

struct rest {
	struct remote remote;
	struct arena *arena;
	const char *base, *origin;
	struct parameter *header;
	size_t nheader;
	struct auth auth;
	struct error_rule *rule;
	size_t nrules;
	struct locate error_code, request_id;
	struct locate rate_remaining, rate_reset;
	struct webhook webhook;
	struct rest_type *type[RECORD_TYPES];
	struct http_peer_options peer_options, auth_peer_options;
	struct http_peer *peer, *auth_peer;
	struct oauth *oauth;
	struct batch_queue queue[RECORD_TYPES][REQUESTS];
	uint64_t requests;
};

/* Everything but the peers; NULL with diagnoses. manifest: instead of the file that conf names, or NULL. */
struct rest *rest_read(const struct adapter_env *, const char *partner, const struct yaml *conf,
	const struct yaml *manifest, struct diags *);

/* --- making requests and reading answers -------------------------------------------------------------------- */

/* Fills in method, url, header, body. link: use this URL instead of path and query. */
bool request_compose(const struct rest *, const struct request *, struct fill *, const char *link, const char *bearer,
	struct arena *, struct http_exchange *, struct err *);
/* Fills in what ${body}, ${path}, ${url}, ${method} and ${headers} stand for, as far as slots asks, by the request that
 * would have been sent alone; body and headers are new references. */
bool request_part(const struct rest *, const struct request *, struct fill *, unsigned slots, struct arena *, struct err *);
/* The reference as an absolute URL of the same origin, or NULL and ERR_BROKEN. */
const char *request_link(const struct rest *, struct arena *, const char *reference, struct err *);

/* Makes auth_peer and oauth, where there is a token to be asked for and a place to keep one that rotates. */
void auth_open(struct rest *);

/* Parses the body, if that is not done, and applies the manifest's rules. The error is set unless the verdict is OK or
 * EMPTY. Thread-safe. */
enum verdict answer_judge(const struct rest *, const struct rest_type *, const struct request *, struct answer *,
	const char *request_id, struct err *);
/* Pull: items and page. Thread-safe. */
bool answer_page(const struct rest_type *, const struct request *, const struct answer *, struct arena *, struct arena *scratch, struct item **,
	struct page *, struct err *);
/* One item; never fails: what is unusable says so in item->err. */
void answer_item(const struct rest_type *, json_t *, struct arena *, struct item *);
void answer_raw(struct item *, json_t *, struct arena *);   /* its JSON, kept */
bool time_of(const char *form, const char *text, int64_t *ms);   /* RFC 3339, HTTP date, or by form; NULL: any */
/* How long the partner asks to be left alone, or 0. */
uint64_t answer_pause_ms(const struct rest *, const struct http_exchange *, int64_t wall_ms);
