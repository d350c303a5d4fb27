/* hook.h - webhooks of partners in tests: the body is the number of a record type, a blank, and the record's key. */
#pragma once
#include "adapters/adapter.h"

const char *hook_body(struct arena *, enum record_type, const char *key);
/* As in `struct adapter`. */
bool hook_read(struct remote *, const struct http_exchange *call, int64_t wall_ms, struct arena *, struct hint **out, size_t *n,
	struct err *);
