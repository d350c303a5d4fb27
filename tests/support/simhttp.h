/* simhttp.h - io/http.h without a network: exchanges are answered by a function, after a while, on any loop. */
#pragma once
#include "io/http.h"

struct simhttp {
	struct http http;
	/* Fills in the exchange's outputs, or its op.err. */
	void (*serve)(struct simhttp *, struct http_exchange *);
	uint64_t (*delay_ms)(struct simhttp *, const struct http_exchange *); /* NULL: 1 ms */
	void *ctx;
	unsigned inflight, most; /* at once, now and at the most */
	uint64_t started;
};

void simhttp_init(struct simhttp *, void (*serve)(struct simhttp *, struct http_exchange *), void *ctx);

/* For serve(). */
void simhttp_answer(struct http_exchange *, unsigned status, const char *body);
void simhttp_header(struct http_exchange *, const char *lower_case_name, const char *value);
