/*
 * rest_read_batch.c - the `batch:` of a request: how several changes travel together.
 *
 * Its laws, checked here since a change must not lose in a batch what it has alone: a change carries what it writes; an
 * update or deletion its key; a create its idempotency key and its external id, where it has them; the answer tells a
 * create's id; and a result is matched by something that was sent.
 */
#include "adapters/rest_read.h"

#include <string.h>

struct batch_conf {
	struct request_rows rows;
	int64_t max;
	int refused;
	const struct yaml *each, *set, *results, *failures, *match, *answer, *status, *headers, *ok, *error_code;
	const struct yaml *item, *key, *version;
};

static const char *const refused_words[] = {"unknown", "none", NULL};

static const struct option batch_options[] = {
	REQUEST_ROWS(batch_conf),
	OPTION("path", NODE, batch_conf, rows.path, "after the base URL; that of the single request if not given"),
	OPTION("max", INT, batch_conf, max, "most changes in one request", .required = true, .min = 2, .max = BATCH_MAX),
	OPTION("each", NODE, batch_conf, each,
		"JSON of one change; if not given, the body that it has alone, or the key of what is deleted"),
	OPTION("set", NODE, batch_conf, set, "pointer -> value, besides the fields and the single request's set"),
	OPTION("results", NODE, batch_conf, results, "pointer to the array of results; not given: all succeed, or none"),
	OPTION("failures", NODE, batch_conf, failures,
		"pointer to an array of refusals beside it, or { at, match: pointer }"),
	OPTION("match", NODE, batch_conf, match,
		"{ at: pointer in a result, is: what it says }; not given: results stand in the order of the changes"),
	OPTION("answer", NODE, batch_conf, answer, "pointer in a result to what would be the body of a single answer"),
	OPTION("status", NODE, batch_conf, status, "pointer in a result to its HTTP status"),
	OPTION("answer_headers", NODE, batch_conf, headers, "pointer in a result to its headers"),
	OPTION("ok", NODE, batch_conf, ok, "pointer in a result to what is true if it succeeded"),
	OPTION("error_code", NODE, batch_conf, error_code, "pointer in a result's body to a code to show"),
	OPTION("item", NODE, batch_conf, item, "in a result's body, where it is not as in a single answer"),
	OPTION("key", NODE, batch_conf, key, "in a result's body"),
	OPTION("version", NODE, batch_conf, version, "in a result's body"),
	OPTION("refused", ENUM, batch_conf, refused,
		"what of a batch that is refused as a whole was carried out: none, or unknown", .fallback = "unknown",
		.words = refused_words),
	{0},
};

struct match_conf {
	const struct yaml *at, *is, *match;
};

static const struct option match_options[] = {
	OPTION("at", NODE, match_conf, at, "pointer in a result", .required = true),
	OPTION("is", NODE, match_conf, is, "what stands there for a change", .required = true),
	{0},
};

static const struct option failures_options[] = {
	OPTION("at", NODE, match_conf, at, "pointer to the array", .required = true),
	OPTION("match", NODE, match_conf, match, "pointer in a refusal to what tells whose it is: a text, or several"),
	{0},
};

static bool fault(struct reader *r, const struct yaml *y, bool faulty, const char *text)
{
	if (faulty)
		diag_add(r->diags, y, "batch: %s", text);
	return !faulty;
}

static bool read_matches(struct reader *r, const struct batch_conf *c, unsigned slots, const struct template_vars *vars,
	struct batch_spec *b)
{
	const struct yaml *failures = c->failures;
	struct match_conf m = {0}, f = {0};

	if (c->match) {
		if (!options_read(r->arena, match_options, c->match, &m, r->diags) || !read_pointer(r, m.at, &b->match))
			return false;
		b->match_is = template_compile(r->arena, m.is, slots, vars, r->diags);
		if (!b->match_is)
			return false;
	}
	b->failure_match = b->match;
	if (failures && failures->kind == YAML_MAPPING) {
		if (!options_read(r->arena, failures_options, failures, &f, r->diags) ||
			!read_pointer(r, f.match, &b->failure_match))
			return false;
		failures = f.at;
	}
	return read_locate(r, failures, &b->failures);
}

/* JSON for one change where the manifest does not say. */
static const struct yaml *default_each(struct reader *r, enum request_kind kind, const struct yaml *where)
{
	struct yaml *y = arena_copy(r->arena, where, sizeof *where);

	y->kind = YAML_SCALAR;
	y->quoted = true;
	y->n = 0;
	y->text = arena_strdup(r->arena, kind == REQUEST_DELETE ? "${key}" : "${body}");
	return y;
}

/* What reaches the partner with each change, by way of what it is made of. */
static unsigned carried(const struct request *q, const struct batch_spec *b)
{
	unsigned slots = template_json_slots(b->each);

	if (slots & SLOT_BIT(BODY))
		slots |= q->body ? template_json_slots(q->body) : SLOT_BIT(RECORD);
	if (slots & (SLOT_BIT(PATH) | SLOT_BIT(URL)))
		slots |= template_slots(q->path) | read_slots(q->query, q->nquery);
	if (slots & SLOT_BIT(HEADERS))
		slots |= read_slots(q->header, q->nheader);
	if (slots & SLOT_BIT(RECORD))
		slots |= read_slots(q->set, q->nset) | read_slots(b->request.set, b->request.nset) |
			 (q->kind == REQUEST_CREATE ? SLOT_BIT(HUB_ID) : 0);
	return slots;
}

static bool laws(struct reader *r, const struct yaml *y, const struct rest_type *t, const struct request *q,
	const struct batch_spec *b)
{
	const bool create = q->kind == REQUEST_CREATE;
	const unsigned in = b->carries, whole = b->request.slots;
	const unsigned matched = template_slots(b->match_is);
	bool ok = fault(r, y, q->kind != REQUEST_DELETE && !(in & SLOT_BIT(RECORD)),
		"each: needs ${record} or ${body}: what is written");

	ok &= fault(r, y, !create && !((in | whole) & (SLOT_BIT(KEY) | SLOT_BIT(KEYS))),
		"each: needs ${key}: which record it is");
	ok &= fault(r, y, create && q->slots & SLOT_BIT(TOKEN) && !(in & SLOT_BIT(TOKEN)),
		"each: needs ${token}: without it a repeated create would make a second record");
	ok &= fault(r, y, create && t->request[REQUEST_FIND].method && !(in & SLOT_BIT(HUB_ID)),
		"each: needs ${hub_id}: what is created is to be found by it");
	ok &= fault(r, y, (b->request.body || b->request.nform) && !(whole & (SLOT_BIT(ITEMS) | SLOT_BIT(KEYS))),
		"${items} is not in the request");
	ok &= fault(r, y, create && !b->results.from, "results: is needed: a create must tell its id");
	ok &= fault(r, y, b->results.from == LOCATE_HEADER || b->failures.from == LOCATE_HEADER,
		"results and failures are JSON Pointers");
	ok &= fault(r, y, b->failures.from && !b->results.from, "failures: needs results");
	ok &= fault(r, y, (b->match || b->ok || b->status || b->answer || b->headers) && !b->results.from,
		"match, ok, status and answer need results");
	ok &= fault(r, y, b->failures.from && !b->match, "failures: needs match: whose are they?");
	ok &= fault(r, y, b->match && !matched, "match: is: names nothing of the change");
	ok &= fault(r, y, matched & ~in, "match: is: names what each change does not carry");
	return ok;
}

bool read_batch(struct reader *r, const struct yaml *y, const struct request_rows *single, const struct yaml *envelope,
	const struct template_vars *vars, const struct rest_type *t, struct request *q)
{
	const unsigned own = SLOT_BIT(KEY) | SLOT_BIT(VERSION) | SLOT_BIT(HUB_ID) | SLOT_BIT(TOKEN) | SLOT_BIT(INDEX);
	const unsigned slots = (request_slots[q->kind] & (own | SLOT_BIT(RECORD))) | SLOT_BIT(INDEX);
	const unsigned parts =
		SLOT_BIT(BODY) | SLOT_BIT(METHOD) | SLOT_BIT(PATH) | SLOT_BIT(URL) | SLOT_BIT(HEADERS) | SLOT_BIT(NOW);
	struct batch_spec *b = arena_new_of(r->arena, struct batch_spec);
	struct batch_conf c = {0};
	bool ok;

	if (q->kind != REQUEST_CREATE && q->kind != REQUEST_UPDATE && q->kind != REQUEST_DELETE)
		return fault(r, y, true, "only create, update and delete travel together");
	if (!options_read(r->arena, batch_options, y, &c, r->diags))
		return false;
	if (!c.rows.path)
		c.rows.path = single->path;
	b->request.kind = q->kind;
	b->request.batch = b;
	b->max = (size_t)c.max;
	b->refused_none = c.refused == 1;
	ok = read_rows(r, y, &c.rows, "POST", SLOT_BIT(ITEMS) | SLOT_BIT(KEYS), envelope, vars, &b->request);
	b->each = template_json_compile(
		r->arena, c.each ? c.each : default_each(r, q->kind, y), slots | parts, vars, r->diags);
	ok &= b->each && read_set(r, c.set, slots & own, vars, &b->request);
	ok &= read_locate(r, c.results, &b->results) && read_matches(r, &c, slots & own, vars, b);
	ok &= read_pointer(r, c.answer, &b->answer) && read_pointer(r, c.status, &b->status) &&
	      read_pointer(r, c.headers, &b->headers) && read_pointer(r, c.ok, &b->ok) &&
	      read_locate(r, c.error_code, &b->error_code);
	b->request.item = q->item;
	b->request.key = q->key;
	b->request.version = q->version;
	ok &= read_locate(r, c.item, &b->request.item) && read_locate(r, c.key, &b->request.key) &&
	      read_locate(r, c.version, &b->request.version);
	if (!ok)
		return false;
	b->carries = carried(q, b);
	q->batch = b;
	return laws(r, y, t, q, b);
}
