/*
 * kinds.c - what every answer that is no good answer means, for each kind of request and each manifest here: the full
 * set, of which a live endpoint can be made to give only what does no harm. In virtual time.
 */
#include "tests/unit/adapters/world.h"

/* What an op ends with; NOT_FOUND: a get that found nothing, and no error. */
enum { NOT_FOUND = 100 };

enum asked { PULL, GET, CREATE, UPDATE, DELETE, ASKED };
static const char *const asked_names[] = { "pull", "get", "create", "update", "delete" };

struct answer_row {
	const char *what;
	unsigned status;               /* 0: no answer at all */
	const char *body;
	int kind[ASKED];
};

#define ALL(kind) { kind, kind, kind, kind, kind }
#define READS_WRITES(read, write) { read, read, write, write, write }

static const struct answer_row rows[] = {
	{ "moved", 301, "", ALL(ERR_BROKEN) },
	{ "malformed", 400, "", READS_WRITES(ERR_BROKEN, ERR_ITEM) },
	{ "not authenticated", 401, "", ALL(ERR_DENIED) },
	{ "forbidden", 403, "", ALL(ERR_DENIED) },
	{ "not found", 404, "", { ERR_BROKEN, NOT_FOUND, ERR_GONE, ERR_GONE, ERR_GONE } },
	{ "timed out there", 408, "", ALL(ERR_AGAIN) },
	{ "conflict", 409, "", READS_WRITES(ERR_BROKEN, ERR_CONFLICT) },
	{ "gone", 410, "", { ERR_GONE, NOT_FOUND, ERR_GONE, ERR_GONE, ERR_GONE } },
	{ "precondition failed", 412, "", READS_WRITES(ERR_BROKEN, ERR_CONFLICT) },
	{ "too large", 413, "", READS_WRITES(ERR_BROKEN, ERR_ITEM) },
	{ "unprocessable", 422, "", READS_WRITES(ERR_BROKEN, ERR_ITEM) },
	{ "too many", 429, "", ALL(ERR_AGAIN) },
	{ "internal error", 500, "<h1>", ALL(ERR_AGAIN) },
	{ "not implemented", 501, "", ALL(ERR_BROKEN) },
	{ "bad gateway", 502, "<h1>", ALL(ERR_AGAIN) },
	{ "unavailable", 503, "", ALL(ERR_AGAIN) },
	{ "no answer in time", 0, "", ALL(ERR_AGAIN) },
	{ "a login page", 200, "<!doctype html>", { ERR_BROKEN, ERR_BROKEN, ERR_BROKEN, ERR_BROKEN, ERR_NONE } },
	{ "half of an answer", 200, "{\"value\":[{", { ERR_BROKEN, ERR_BROKEN, ERR_BROKEN, ERR_BROKEN, ERR_NONE } },
	{ "another shape", 200, "[]", { ERR_BROKEN, NOT_FOUND, ERR_BROKEN, ERR_NONE, ERR_NONE } },
	{ 0 },
};

/* JSON-RPC has one address: what HTTP says of it says nothing of a record, and every good answer has the call's id. */
static const struct answer_row rpc_rows[] = {
	{ "not found", 404, "<h1>", { ERR_BROKEN, ERR_BROKEN, ERR_BROKEN, ERR_BROKEN, ERR_BROKEN } },
	{ "gone", 410, "<h1>", { ERR_BROKEN, ERR_BROKEN, ERR_BROKEN, ERR_BROKEN, ERR_BROKEN } },
	{ "not authenticated", 401, "", ALL(ERR_DENIED) },
	{ "too many", 429, "", ALL(ERR_AGAIN) },
	{ "internal error", 500, "<h1>", ALL(ERR_AGAIN) },
	{ "no answer in time", 0, "", ALL(ERR_AGAIN) },
	{ "a login page", 200, "<!doctype html>", ALL(ERR_BROKEN) },
	{ "another call's answer", 200, "{\"jsonrpc\":\"2.0\",\"id\":999,\"result\":[]}", ALL(ERR_BROKEN) },
	{ "access denied", 200, "{\"error\":{\"data\":{\"name\":\"odoo.exceptions.AccessDenied\"}}}", ALL(ERR_DENIED) },
	{ "missing", 200, "{\"error\":{\"data\":{\"name\":\"odoo.exceptions.MissingError\"}}}",
		{ ERR_GONE, NOT_FOUND, ERR_GONE, ERR_GONE, ERR_GONE } },
	{ "refused", 200, "{\"error\":{\"data\":{\"name\":\"odoo.exceptions.ValidationError\"}}}",
		READS_WRITES(ERR_BROKEN, ERR_ITEM) },
	{ "serialisation failure", 200, "{\"error\":{\"data\":{\"name\":\"psycopg2.errors.SerializationFailure\"}}}",
		ALL(ERR_AGAIN) },
	{ "an error of no name", 200, "{\"error\":{}}", ALL(ERR_BROKEN) },
	{ 0 },
};

static const struct endpoint {
	const char *manifest, *endpoint;
	const struct answer_row *rows;
} endpoints[] = {
	{ "odata", "{ adapter: rest, manifest: odata, url: 'https://crm.example', auth: { user: u, password: { credential: p } } }",
		rows },
	{ "pages", "{ adapter: rest, manifest: pages, url: 'https://crm.example', auth: { secret: { credential: k } } }", rows },
	{ "cursors",
		"{ adapter: rest, manifest: cursors, url: 'https://crm.example', auth: { client_id: c, client_secret: { credential: s } },"
		"  webhook: { secret: { credential: whsec_MfKQ } } }",
		rows },
	{ "odoo",
		"{ adapter: rest, manifest: odoo, url: 'https://crm.example', auth: { user: u, secret: { credential: s } },"
		"  vars: { db: ic, uid: '7' } }",
		rpc_rows },
};

static const struct answer_row *the_row;
static enum asked the_asked;

static void serve(struct simhttp *sim, struct http_exchange *ex)
{
	(void)sim;
	if (strstr(ex->url, "/oauth/token")) {
		simhttp_answer(ex, 200, "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":300}");
		return;
	}
	/* An update that replaces reads the record first. */
	if (the_asked == UPDATE && !strcmp(ex->method, "GET")) {
		simhttp_answer(ex, 200, "{\"id\":5,\"name\":\"Acme\"}");
		return;
	}
	if (!the_row->status) {
		err_set(&ex->op.err, ERR_AGAIN, "no answer in time");
		return;
	}
	simhttp_answer(ex, the_row->status, the_row->body);
	if (the_row->status == 429 || the_row->status == 503)
		simhttp_header(ex, "retry-after", "7");
}

static struct err push(struct world *w, enum push_kind kind)
{
	struct record *r = record_new(w->arena, RECORD_ORGANIZATION);
	struct push p = { .kind = kind, .type = RECORD_ORGANIZATION, .key = kind == PUSH_CREATE ? NULL : "5", .token = "t",
		.hub_id = "01890000-0000-7000-8000-000000000001", .version = kind == PUSH_UPDATE ? "1" : NULL, .record = r,
		.fields = FIELD_BIT(ORGANIZATION_LEGAL_NAME) };

	r->v[ORGANIZATION_LEGAL_NAME] = "Acme";
	world_push(w, &p);
	return p.op.err;
}

static struct err ask(struct world *w, enum asked asked, bool *found)
{
	struct pull pull = { .type = RECORD_ORGANIZATION, .complete = true };
	struct get get = { .type = RECORD_ORGANIZATION, .key = "5" };

	*found = true;
	switch (asked) {
	case PULL:
		world_pull(w, &pull);
		return pull.op.err;
	case GET:
		world_get(w, &get);
		*found = get.found;
		return get.op.err;
	case CREATE:
		return push(w, PUSH_CREATE);
	case UPDATE:
		return push(w, PUSH_UPDATE);
	case DELETE:
		return push(w, PUSH_DELETE);
	case ASKED:
		break;
	}
	return (struct err){ 0 };
}

static void test_kinds(void **state)
{
	unsigned n = 0, bad = 0;

	(void)state;
	for (size_t e = 0; e < sizeof endpoints / sizeof *endpoints; e++) {
		for (the_row = endpoints[e].rows; the_row->what; the_row++) {
			for (unsigned asked = 0; asked < ASKED; asked++) {
				struct world w;
				struct err err;
				bool found;
				int kind;

				world_init(&w, serve);
				assert_true(world_open(&w, "p", endpoints[e].endpoint));
				the_asked = (enum asked)asked;
				err = ask(&w, (enum asked)asked, &found);
				kind = found || err.kind ? (int)err.kind : NOT_FOUND;
				n++;
				if (kind != the_row->kind[asked]) {
					bad++;
					print_message("%s, %s (%u), %s: %s%s\n", endpoints[e].manifest, the_row->what, the_row->status,
						asked_names[asked], err_kind_name(err.kind), found ? "" : ", not found");
				}
				if ((the_row->status == 429 || the_row->status == 503) && err.wait_ms < 7000) {
					bad++;
					print_message("%s, %s: told to wait %u ms\n", endpoints[e].manifest, asked_names[asked], err.wait_ms);
				}
				world_fini(&w);
			}
		}
	}
	print_message("%u answers\n", n);
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_kinds) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
