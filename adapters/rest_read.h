/* rest_read.h - between the files that read a manifest: rest_manifest.c, rest_read_type.c, rest_read_request.c,
 * rest_read_batch.c, rest_read_endpoint.c. */
#pragma once
#include "adapters/rest.h"

struct reader {
	const struct adapter_env *env;
	struct arena *arena;
	struct diags *diags;
	const char *partner, *url;
	struct template_vars vars;
	unsigned auth_slots; /* SLOT_USER, SLOT_SECRET where the credentials travel in the body */
};

/* base with over's members put over it, mappings member by member; either may be NULL. */
const struct yaml *read_overlay(struct arena *, const struct yaml *base, const struct yaml *over);
/* Variables: base's and those of a mapping name -> scalar. */
struct template_vars read_vars(struct reader *, const struct template_vars *base, const struct yaml *);

bool read_locate(struct reader *, const struct yaml *, struct locate *); /* NULL node: nowhere */
bool read_pointer(struct reader *, const struct yaml *, const char **);	 /* NULL node: NULL */
bool read_parameters(struct reader *, const struct yaml *, unsigned slots, const struct template_vars *,
	struct parameter **, size_t *n);
const char *read_secret(struct reader *, const struct yaml *); /* NULL node: NULL */

/* What every request has: a struct with these as `rows` begins its options so. */
struct request_rows {
	const char *method;
	const struct yaml *path, *query, *headers, *body, *form;
};
#define REQUEST_ROWS(conf)                                                                                             \
	OPTION("method", TEXT, conf, rows.method, "HTTP method"),                                                      \
		OPTION("query", NODE, conf, rows.query, "parameters"),                                                 \
		OPTION("headers", NODE, conf, rows.headers, "headers"),                                                \
		OPTION("body", NODE, conf, rows.body, "JSON"), OPTION("form", NODE, conf, rows.form, "form fields")

/* method: if none is given. slots: what templates may name besides ${now} and ${request_id}. */
bool read_rows(struct reader *, const struct yaml *, const struct request_rows *, const char *method, unsigned slots,
	const struct yaml *envelope, const struct template_vars *, struct request *);
bool read_set(struct reader *, const struct yaml *, unsigned slots, const struct template_vars *, struct request *);
bool read_request(struct reader *, enum request_kind, const struct yaml *, const struct yaml *envelope,
	const struct template_vars *, struct rest_type *);
/* single, q: the request that one change sends, and what it says already. */
bool read_batch(struct reader *, const struct yaml *, const struct request_rows *single, const struct yaml *envelope,
	const struct template_vars *, const struct rest_type *, struct request *q);
bool read_modified(struct reader *, const struct yaml *, struct listing *);
/* Once the places of its pages are read. slots: what its request names; where: what has no cursor. */
bool read_cursor(struct reader *, const struct yaml *, const struct yaml *where, const char *list, unsigned slots,
	struct listing *);
extern const unsigned request_slots[];
unsigned read_slots(const struct parameter *, size_t n); /* those they mention */

struct rest_type *read_type(struct reader *, enum record_type, const struct yaml *defaults, const struct yaml *type,
	const struct yaml *where);
bool read_errors(struct reader *, const struct yaml *, struct error_rule **, size_t *n);

/* auth, rate, tls, webhook: the manifest's part and the endpoint's. */
bool read_auth(struct reader *, const struct yaml *manifest, const struct yaml *endpoint, const struct yaml *where,
	struct auth *);
bool read_rate(struct reader *, const struct yaml *manifest, const struct yaml *endpoint, struct rest *);
bool read_tls(struct reader *, const struct yaml *, struct http_peer_options *);
bool read_webhook(struct reader *, const struct yaml *manifest, const struct yaml *endpoint, struct webhook *);
