/*
 * curl_call.h - one exchange on one easy handle: its settings, what curl asks meanwhile, and its outcome. Only for
 * curl.c.
 */
#pragma once
#include <curl/curl.h>

#include "io/http.h"

struct curl_call {
	struct http_exchange *ex;
	const struct http_peer_options *options;
	CURL *easy; /* CURLINFO_PRIVATE is the call */
	struct curl_slist *headers;
	char *body;
	size_t len, cap, header_bytes;
	unsigned header_lines, sendings, opened, refused;
	struct err err; /* why a callback refused */
	char text[CURL_ERROR_SIZE];
};

struct curl_call *curl_call_new(struct http_exchange *, CURLSH *);
/* Fills in the exchange's outputs and op.err. The easy handle must be in its multi still, or already out of it. */
void curl_call_outcome(struct curl_call *, CURLcode);
void curl_call_free(struct curl_call *);
