/*
 * http.h - one HTTP exchange as an op, and a peer that paces them.
 *
 * struct http is a seam: curl.c is the real one (curl_multi on libuv: HTTP/2 where offered, keep-alive,
 * compression, TLS 1.2+), tests bring their own. An exchange never follows redirects, never retries, and never
 * judges a status: that is the adapter's. A failure below HTTP is ERR_AGAIN (resolve, connect, reset, timeout),
 * ERR_BROKEN (certificate, protocol, body over max_body, address not allowed) or ERR_CANCELED.
 *
 * A peer is one endpoint with one credential: its TLS settings, its connection cap, its token bucket, its daily
 * quota, and a pause that a 429 asked for. Exchanges wait in its queue; an exchange whose quota is spent fails
 * with ERR_AGAIN and wait_ms until the quota's day ends.
 */
#pragma once
#include "base/arena.h"
#include "io/op.h"

struct http_header {
	const char *name, *value;
};

struct http_exchange {
	struct op op;
	struct http_peer *peer;

	/* Instead of filling in method, url, header and body before the start: called once when its turn has come, fills them
	 * in, or says in op.err why not; then nothing leaves. Starts and ends no op. NULL: they are filled in. */
	void (*compose)(struct http_exchange *);

	/* In: unchanged until done(). */
	const char *method, *url;              /* absolute; sent byte for byte */
	const struct http_header *header;
	size_t nheader;
	const char *body;                      /* NULL: none */
	size_t body_len;
	uint64_t timeout_ms;                   /* 0: the peer's */
	struct arena *arena;                   /* for what comes out */

	/* Out. */
	unsigned status;                       /* 0: no answer */
	struct http_header *answer;            /* names in lower case */
	size_t nanswer;
	char *answer_body;                     /* NUL-terminated */
	size_t answer_len;
	bool sent;                             /* false: not one byte of the request left, so repeating is harmless */
};

struct http_peer_options {
	const char *name;                      /* partner id, for errors */
	const char *origin;                    /* "https://crm.example": exchanges may go nowhere else */
	const char *ca_file, *cert_file, *key_file;   /* or NULL */
	bool allow_http, allow_private;        /* plain HTTP; loopback, link-local and private addresses */
	unsigned connections;                  /* at most; 0: 4 */
	uint64_t timeout_ms, connect_timeout_ms;
	size_t max_body;                       /* decompressed; 0: 64 MiB */
	double rate;                           /* requests per second; 0: unlimited */
	unsigned burst;                        /* bucket size; 0: 1 */
	uint64_t daily_quota;                  /* requests per UTC day; 0: unlimited */
	const char *quota_file;                /* where their count outlives the process; NULL: nowhere */
};

struct http {
	/* Begins the exchange's op (op_begin) and ends it; fails by ending it with an error. The exchange's inputs have
	 * been checked, its peer's options say the rest. */
	void (*start)(struct http *, struct http_exchange *);
};

/* Options are copied. A peer must have no exchange in flight when it is freed. */
struct http_peer *http_peer_new(struct loop *, struct http *, const struct http_peer_options *);
void http_peer_free(struct http_peer *);
const struct http_peer_options *http_peer_options(const struct http_peer *);
struct http *http_peer_transport(const struct http_peer *);
/* Nothing leaves before that many ms from now; the longest pause asked for holds. */
void http_peer_pause(struct http_peer *, uint64_t ms);
uint64_t http_peer_requests(const struct http_peer *);   /* since it was made */

/* Fill in peer, op.loop, op.done and the inputs before. Waits its turn at the peer. */
void http_start(struct http_exchange *);

const char *http_answer_header(const struct http_exchange *, const char *lower_case_name);   /* or NULL */
/* Retry-After in both forms, or 0; bounded to a day. */
uint64_t http_retry_after_ms(const struct http_exchange *, int64_t wall_ms);
/* Same scheme, host and port: for next-page links. */
bool http_same_origin(const char *url, const char *origin);
/* base + reference as RFC 3986 has it; NULL if either is malformed. */
char *http_resolve(struct arena *, const char *base, const char *reference);
char *http_escape(struct arena *, const char *text);   /* percent-encoding of everything but unreserved characters */
