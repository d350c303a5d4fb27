/* The rest adapter's ops end exactly once, cancelled at any turn, refused or cut off; what they say of it holds. */
#include "tests/unit/adapters/world.h"

#include "adapters/rest.h"

static const char little[] = "{\"id\":1,\"name\":\"Acme\",\"updated_at\":\"2026-01-01 08:00:00\",\"notes\":\"n\"}";

static unsigned refuse_at, cut_at, asked;
static const char *company = little;

static void serve(struct simhttp *s, struct http_exchange *x)
{
	(void)s;
	asked++;
	if (asked == cut_at) {
		err_set(&x->op.err, ERR_AGAIN, "connection lost");
		return;
	}
	if (asked == refuse_at) {
		simhttp_answer(x, 503, "busy");
		return;
	}
	if (strstr(x->url, "/oauth/token"))
		simhttp_answer(x, 200, "{\"access_token\":\"t\",\"expires_in\":300}");
	else if (!strcmp(x->method, "GET") && strstr(x->url, "/v1/companies/"))
		simhttp_answer(x, 200, company);
	else if (!strcmp(x->method, "PUT"))
		simhttp_answer(x, 200, "{\"id\":1,\"name\":\"Acme NV\",\"updated_at\":\"2026-01-01 09:00:00\"}");
	else if (strstr(x->url, "/api/organisations"))
		simhttp_answer(x, 200,
			"{\"items\":[{\"id\":\"a\",\"version\":1,\"attributes\":{\"legal_title\":\"Acme\"}}],\"next_"
			"cursor\":\"c\",\"has_more\":false}");
	else
		simhttp_answer(x, 404, "{}");
}

static const char oauth_endpoint[] =
	"{ adapter: rest, manifest: cursors, url: 'https://crm.example', types: [organization],"
	"  auth: { client_id: c, client_secret: { credential: s } } }";
static const char replace_endpoint[] =
	"{ adapter: rest, manifest: pages, url: 'https://crm.example', types: [organization],"
	"  auth: { secret: { credential: k } } }";

static unsigned turns_left;

static bool turn_over(void *ctx)
{
	(void)ctx;
	return !turns_left--;
}

/* Runs so many turns, then cancels, then to the end. */
static void cancel_after(struct world *w, struct op *op, unsigned turns)
{
	turns_left = turns;
	simloop_run(&w->sim, turn_over, NULL);
	op_cancel(op);
	op_cancel(op);
	world_run(w);
	assert_int_equal(w->done, 1);
}

static void world_start(struct world *w, const char *endpoint)
{
	asked = 0;
	world_init(w, serve);
	assert_true(world_open(w, "p", endpoint));
}

static struct push push_of(struct world *w)
{
	struct record *r = record_new(w->arena, RECORD_ORGANIZATION);

	r->v[ORGANIZATION_LEGAL_NAME] = "Acme NV";
	return (struct push){.op = {.loop = &w->sim.loop, .done = world_done},
		.arena = w->arena,
		.kind = PUSH_UPDATE,
		.type = RECORD_ORGANIZATION,
		.key = "1",
		.token = "t",
		.record = r,
		.fields = FIELD_BIT(ORGANIZATION_LEGAL_NAME)};
}

static void test_cancel_pull(void **state)
{
	unsigned canceled = 0, finished = 0;

	(void)state;
	for (unsigned turn = 0; turn < 60; turn++) {
		struct world w;
		struct pull p = {.type = RECORD_ORGANIZATION};

		world_start(&w, oauth_endpoint);
		p.op = (struct op){.loop = &w.sim.loop, .done = world_done};
		p.arena = w.arena;
		remote_pull(w.remote, &p);
		cancel_after(&w, &p.op, turn);
		if (p.op.err.kind == ERR_CANCELED)
			canceled++;
		else
			finished++;
		assert_true(p.op.err.kind == ERR_CANCELED || (p.op.err.kind == ERR_NONE && p.n == 1));
		world_fini(&w);
	}
	assert_true(canceled > 3);
	assert_true(finished > 3);
}

/* Returns how often it was canceled before it was sent. */
static unsigned cancel_push_at_each_turn(void)
{
	unsigned sent = 0, unsent = 0;

	for (unsigned turn = 0; turn < 60; turn++) {
		struct world w;
		struct push p;

		world_start(&w, replace_endpoint);
		p = push_of(&w);
		remote_push(w.remote, &p);
		cancel_after(&w, &p.op, turn);
		/* Reading first is no effect; what was asked second was. */
		assert_int_equal(p.sent, asked == 2 || (asked == 1 && p.sent));
		if (p.sent)
			sent++;
		else
			unsent++;
		if (p.op.err.kind == ERR_NONE)
			assert_true(p.sent);
		world_fini(&w);
	}
	assert_true(sent > 3);
	return unsent;
}

/* What is read first is parsed where it arrives, or on another thread if there is much of it. */
static void test_cancel_push(void **state)
{
	char much[sizeof little + 8192];

	(void)state;
	assert_true(cancel_push_at_each_turn() > 1);
	memset(much, ' ', sizeof much);
	memcpy(much + sizeof much - sizeof little, little, sizeof little);
	company = much;
	assert_true(cancel_push_at_each_turn() > 3);
	company = little;
}

static void test_faults(void **state)
{
	(void)state;
	for (unsigned how = 0; how < 2; how++) {
		for (unsigned at = 1; at < 4; at++) {
			struct world w;
			struct push p;
			struct pull l = {.type = RECORD_ORGANIZATION};

			refuse_at = how ? at : 0;
			cut_at = how ? 0 : at;
			world_start(&w, replace_endpoint);
			p = push_of(&w);
			world_push(&w, &p);
			assert_int_equal(p.op.err.kind, at < 3 ? ERR_AGAIN : ERR_NONE);
			assert_int_equal(p.sent, at > 1);
			world_fini(&w);

			world_start(&w, oauth_endpoint);
			world_pull(&w, &l);
			assert_int_equal(l.op.err.kind, at < 3 ? ERR_AGAIN : ERR_NONE);
			world_fini(&w);
		}
	}
	refuse_at = cut_at = 0;
}

/* Asked for what it cannot: an error like any other, and not from inside the call. */
static void test_cannot(void **state)
{
	struct pull p = {.type = RECORD_CONTACT};
	struct get g = {.type = RECORD_ORGANIZATION, .hub_id = "h"};
	struct world w;

	(void)state;
	world_start(&w, "{ adapter: rest, manifest: tests/wire/manifests/espocrm.yaml, url: 'https://x.example',"
			"  auth: { user: u, secret: { credential: s } } }");
	world_pull(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_BROKEN);
	world_get(&w, &g);
	assert_int_equal(g.op.err.kind, ERR_BROKEN);
	assert_int_equal(asked, 0);
	world_fini(&w);
}

/* What only checks an endpoint accepts it, but does not use up a token whose successor it could not keep. */
static void test_token_without_folder(void **state)
{
	static const char endpoint[] =
		"{ adapter: rest, manifest: tests/wire/manifests/teamleader.yaml, url: 'https://tl.example',"
		"  auth: { client_id: i, client_secret: { credential: s }, refresh_token: { credential: r } } }";
	struct pull p = {.type = RECORD_ORGANIZATION};
	struct world w;

	(void)state;
	asked = 0;
	world_init(&w, serve);
	w.env.state_dir = NULL;
	assert_true(world_open(&w, "p", endpoint));
	world_pull(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_BROKEN);
	assert_non_null(strstr(p.op.err.text, "refresh token"));
	assert_int_equal(asked, 0);
	world_fini(&w);
}

/* Several at once, closed in between none. */
static void test_many(void **state)
{
	struct pull p[20];
	struct world w;

	(void)state;
	world_start(&w, oauth_endpoint);
	for (size_t i = 0; i < 20; i++) {
		p[i] = (struct pull){.op = {.loop = &w.sim.loop, .done = world_done},
			.arena = arena_new(),
			.type = RECORD_ORGANIZATION};
		remote_pull(w.remote, &p[i]);
	}
	op_cancel(&p[7].op);
	world_run(&w);
	assert_int_equal(w.done, 20);
	for (size_t i = 0; i < 20; i++) {
		assert_int_equal(p[i].op.err.kind, i == 7 ? ERR_CANCELED : ERR_NONE);
		arena_free(p[i].arena);
	}
	/* One token for all of them. */
	assert_in_range(asked, 20, 21);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cancel_pull),
		cmocka_unit_test(test_cancel_push),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_cannot),
		cmocka_unit_test(test_token_without_folder),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
