#include "io/http.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/http_quota.h"
#include "support/simhttp.h"
#include "support/simloop.h"

/* RFC 3986, section 5.4, but for the fragments, which are kept as they come. */
static void references_of_the_rfc(void **state)
{
	static const char *const row[][2] = {
		{"g:h", "g:h"},
		{"g", "http://a/b/c/g"},
		{"./g", "http://a/b/c/g"},
		{"g/", "http://a/b/c/g/"},
		{"/g", "http://a/g"},
		{"//g", "http://g"},
		{"?y", "http://a/b/c/d;p?y"},
		{"g?y", "http://a/b/c/g?y"},
		{"#s", "http://a/b/c/d;p?q#s"},
		{"g#s", "http://a/b/c/g#s"},
		{"g?y#s", "http://a/b/c/g?y#s"},
		{";x", "http://a/b/c/;x"},
		{"g;x", "http://a/b/c/g;x"},
		{"g;x?y#s", "http://a/b/c/g;x?y#s"},
		{"", "http://a/b/c/d;p?q"},
		{".", "http://a/b/c/"},
		{"./", "http://a/b/c/"},
		{"..", "http://a/b/"},
		{"../", "http://a/b/"},
		{"../g", "http://a/b/g"},
		{"../..", "http://a/"},
		{"../../", "http://a/"},
		{"../../g", "http://a/g"},
		{"../../../g", "http://a/g"},
		{"../../../../g", "http://a/g"},
		{"/./g", "http://a/g"},
		{"/../g", "http://a/g"},
		{"g.", "http://a/b/c/g."},
		{".g", "http://a/b/c/.g"},
		{"g..", "http://a/b/c/g.."},
		{"..g", "http://a/b/c/..g"},
		{"./../g", "http://a/b/g"},
		{"./g/.", "http://a/b/c/g/"},
		{"g/./h", "http://a/b/c/g/h"},
		{"g/../h", "http://a/b/c/h"},
		{"g;x=1/./y", "http://a/b/c/g;x=1/y"},
		{"g;x=1/../y", "http://a/b/c/y"},
		{"g?y/./x", "http://a/b/c/g?y/./x"},
		{"g?y/../x", "http://a/b/c/g?y/../x"},
		{"g#s/./x", "http://a/b/c/g#s/./x"},
		{"http:g", "http:g"},
		{"g?y:z", "http://a/b/c/g?y:z"},
	};
	static const char *const bad[] = {"a b", "a\\b", "a\nb", "caf\xc3\xa9", "1:b", ":b"};
	AUTO(arena_free) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		assert_string_equal(http_resolve(a, "http://a/b/c/d;p?q", row[i][0]), row[i][1]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_null(http_resolve(a, "http://a/b", bad[i]));
	assert_string_equal(http_resolve(a, "http://a", "b"), "http://a/b");
	assert_string_equal(
		http_resolve(a, "https://a?x", "?$skiptoken=a%2Fb&c=[1]"), "https://a?$skiptoken=a%2Fb&c=[1]");
	assert_null(http_resolve(a, "/a", "b"));
	assert_null(http_resolve(a, "", "b"));
}

static void origins(void **state)
{
	static const char *const same[] = {"https://crm.example", "https://crm.example/",
		"https://CRM.example:443/a?b#c", "HTTPS://crm.example?x"};
	static const char *const other[] = {"http://crm.example/", "https://crm.example:8443/",
		"https://crm.example.evil.example/", "https://evil.example/", "https://crm.example@evil.example/",
		"https://user@crm.example/", "https://evil.example\\@crm.example/",
		"https://evil.example#@crm.example/", "//crm.example/", "/a", "", "crm.example",
		"https://crm.example:443:80/", "https://crm.example:0443x/"};

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		assert_true(http_same_origin(same[i], "https://crm.example"));
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
		if (http_same_origin(other[i], "https://crm.example"))
			fail_msg("taken for the same: %s", other[i]);
	}
	assert_true(http_same_origin("http://127.0.0.1:8080/x", "http://127.0.0.1:8080"));
}

static void escaping(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(http_escape(a, "aZ09-._~"), "aZ09-._~");
	assert_string_equal(http_escape(a, "a b/c?d=e&f%\xc3\xa9\x27"), "a%20b%2Fc%3Fd%3De%26f%25%C3%A9%27");
	assert_string_equal(http_escape(a, ""), "");
}

/* ---- the peer, in virtual time ---- */

#define N 12

struct world {
	struct simloop sim;
	struct simhttp http;
	struct http_peer *peer;
	struct arena *arena;
	struct http_exchange ex[N];
	uint64_t served_at[N], done_at[N];
	unsigned served, done;
};

static struct world *world_now;

static void serve(struct simhttp *s, struct http_exchange *ex)
{
	struct world *w = s->ctx;

	w->served_at[w->served++] = w->sim.now;
	simhttp_answer(ex, 200, "hello");
	simhttp_header(ex, "content-type", "text/plain");
}

static void ex_done(struct op *op)
{
	struct http_exchange *ex = container_of(op, struct http_exchange, op);

	world_now->done_at[ex - world_now->ex] = world_now->sim.now;
	world_now->done++;
}

static void world_init(struct world *w, struct http_peer_options o)
{
	*w = (struct world){.arena = arena_new()};
	world_now = w;
	simloop_init(&w->sim, 1);
	simhttp_init(&w->http, serve, w);
	o.name = "voka";
	if (!o.origin)
		o.origin = "https://crm.example";
	w->peer = http_peer_new(&w->sim.loop, &w->http.http, &o);
}

static void world_fini(struct world *w)
{
	http_peer_free(w->peer);
	simloop_fini(&w->sim);
	arena_free(w->arena);
}

static void start(struct world *w, size_t i, const char *url)
{
	w->ex[i] = (struct http_exchange){.op = {.loop = &w->sim.loop, .done = ex_done},
		.peer = w->peer,
		.method = "GET",
		.url = url,
		.arena = w->arena};
	http_start(&w->ex[i]);
}

static void start_all(struct world *w)
{
	for (size_t i = 0; i < N; i++)
		start(w, i, "https://crm.example/x");
}

static void an_exchange_brings_its_answer(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, (struct http_peer_options){0});
	start(&w, 0, "https://crm.example/x");
	assert_false(simloop_run(&w.sim, NULL, NULL));
	assert_int_equal(w.done, 1);
	assert_int_equal(w.ex[0].op.err.kind, ERR_NONE);
	assert_int_equal(w.ex[0].status, 200);
	assert_string_equal(w.ex[0].answer_body, "hello");
	assert_string_equal(http_answer_header(&w.ex[0], "content-type"), "text/plain");
	assert_null(http_answer_header(&w.ex[0], "etag"));
	assert_true(w.ex[0].sent);
	assert_int_equal(http_peer_requests(w.peer), 1);
	world_fini(&w);
}

static void no_more_connections_than_allowed(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, (struct http_peer_options){.connections = 3});
	start_all(&w);
	simloop_run(&w.sim, NULL, NULL);
	assert_int_equal(w.done, N);
	assert_int_equal(w.http.most, 3);
	world_fini(&w);
}

static void no_faster_than_the_bucket_fills(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, (struct http_peer_options){.connections = 100, .rate = 2, .burst = 4});
	start_all(&w);
	simloop_run(&w.sim, NULL, NULL);
	assert_int_equal(w.done, N);
	for (size_t i = 0; i < N; i++) {
		uint64_t earliest = i < 4 ? 0 : (i - 3) * 500;

		assert_true(w.served_at[i] >= earliest);
		assert_true(w.served_at[i] <= earliest + 10 + i);
	}
	/* An hour later the bucket is full, and no fuller. */
	w.sim.now += 3600000;
	w.served = 0;
	start_all(&w);
	simloop_run(&w.sim, NULL, NULL);
	assert_true(w.served_at[3] - w.served_at[0] < 10);
	assert_true(w.served_at[4] - w.served_at[0] >= 490);
	world_fini(&w);
}

static void a_pause_holds_and_the_longest_wins(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, (struct http_peer_options){0});
	http_peer_pause(w.peer, 60000);
	http_peer_pause(w.peer, 1000);
	start_all(&w);
	simloop_run(&w.sim, NULL, NULL);
	assert_int_equal(w.done, N);
	assert_true(w.served_at[0] >= 60000);
	assert_true(w.served_at[N - 1] <= 60100);
	world_fini(&w);
}

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void a_spent_quota_says_until_when(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, (struct http_peer_options){.daily_quota = 10});
	start_all(&w);
	simloop_run(&w.sim, NULL, NULL);
	assert_int_equal(w.served, 10);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(w.ex[i].op.err.kind, i < 10 ? ERR_NONE : ERR_AGAIN);
	assert_int_equal((w.sim.wall + (int64_t)w.done_at[N - 1] + w.ex[N - 1].op.err.wait_ms) % 86400000, 0);
	assert_false(w.ex[N - 1].sent);
	w.sim.now += w.ex[N - 1].op.err.wait_ms;
	start(&w, 0, "https://crm.example/x");
	simloop_run(&w.sim, NULL, NULL);
	assert_int_equal(w.ex[0].op.err.kind, ERR_NONE);
	world_fini(&w);
}

/* A restart does not give the quota a second time; after a crash the rest of what was set aside is lost, not used twice. */
static void a_quota_outlives_the_process(void **state)
{
	static const char file[] = "quota-test.quota";
	const int64_t noon = 20000 * INT64_C(86400000) + 43200000;
	struct http_quota q = {.most = 1000, .path = file};
	struct world w;

	(void)state;
	unlink(file);
	world_init(&w, (struct http_peer_options){.daily_quota = 10, .quota_file = file});
	start(&w, 0, "https://crm.example/x");
	start(&w, 1, "https://crm.example/x");
	simloop_run(&w.sim, NULL, NULL);
	world_fini(&w);
	world_init(&w, (struct http_peer_options){.daily_quota = 10, .quota_file = file});
	start_all(&w);
	simloop_run(&w.sim, NULL, NULL);
	assert_int_equal(w.served, 8);
	world_fini(&w);

	for (unsigned i = 0; i < 25; i++) {
		assert_int_equal(http_quota_wait(&q, noon), 0);
		http_quota_take(&q);
	}
	q = (struct http_quota){.most = 1000, .path = file};
	assert_int_equal(http_quota_wait(&q, noon), 0);
	assert_in_range(q.used, 25, 25 + 1000 / 100);
	/* Neither another day's count nor nonsense counts. */
	q = (struct http_quota){.most = 1000, .path = file};
	assert_int_equal(http_quota_wait(&q, noon + 86400000), 0);
	assert_int_equal(q.used, 0);
	write_text(file, "many");
	q = (struct http_quota){.most = 1000, .path = file};
	assert_int_equal(http_quota_wait(&q, noon), 0);
	assert_int_equal(q.used, 0);
	/* A folder that is not there costs the memory of it and nothing else. */
	q = (struct http_quota){.most = 1, .path = "no/such/folder/x.quota"};
	assert_int_equal(http_quota_wait(&q, noon), 0);
	http_quota_take(&q);
	assert_int_equal(http_quota_wait(&q, noon), 43200000);
	unlink(file);
}

static void what_must_not_leave_does_not(void **state)
{
	static const char *const urls[] = {"https://evil.example/x", "http://crm.example/x", "https://crm.example/a b",
		"https://crm.example/\xc3\xa9", "/x"};
	static const struct http_header bad[] = {
		{"x", "a\r\ny: b"}, {"x", "a\nb"}, {"x", "a\x01"}, {"x y", "a"}, {"", "a"}, {"x:", "a"}, {"x\n", "a"}};
	struct world w;

	(void)state;
	world_init(&w, (struct http_peer_options){0});
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		start(&w, 0, urls[i]);
		simloop_run(&w.sim, NULL, NULL);
		assert_int_equal(w.ex[0].op.err.kind, ERR_BROKEN);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		w.ex[0] = (struct http_exchange){.op = {.loop = &w.sim.loop, .done = ex_done},
			.peer = w.peer,
			.method = "GET",
			.arena = w.arena,
			.url = "https://crm.example/x",
			.header = &bad[i],
			.nheader = 1};
		http_start(&w.ex[0]);
		simloop_run(&w.sim, NULL, NULL);
		assert_int_equal(w.ex[0].op.err.kind, ERR_BROKEN);
	}
	w.ex[0] = (struct http_exchange){.op = {.loop = &w.sim.loop, .done = ex_done},
		.peer = w.peer,
		.method = "GET /\r\n",
		.arena = w.arena,
		.url = "https://crm.example/x"};
	http_start(&w.ex[0]);
	simloop_run(&w.sim, NULL, NULL);
	assert_int_equal(w.ex[0].op.err.kind, ERR_BROKEN);
	assert_int_equal(w.served, 0);
	world_fini(&w);
	for (int allow = 0; allow < 2; allow++) {
		world_init(&w, (struct http_peer_options){.origin = "http://crm.example", .allow_http = allow});
		start(&w, 0, "http://crm.example/x");
		simloop_run(&w.sim, NULL, NULL);
		assert_int_equal(w.ex[0].op.err.kind, allow ? ERR_NONE : ERR_BROKEN);
		world_fini(&w);
	}
}

struct at {
	struct simloop *sim;
	uint64_t turn;
};

static bool turn_reached(void *ctx)
{
	const struct at *at = ctx;

	return at->sim->turns >= at->turn;
}

static void cancelled_at_every_turn_queued_or_in_flight(void **state)
{
	(void)state;
	for (unsigned mask = 1; mask < 1 << N; mask += 97) {
		for (uint64_t turn = 0; turn < 12; turn++) {
			struct world w;
			unsigned ok = 0;

			world_init(&w, (struct http_peer_options){.connections = 2, .rate = 1000, .burst = 3});
			start_all(&w);
			simloop_run(&w.sim, turn_reached, &(struct at){&w.sim, turn});
			for (size_t i = 0; i < N; i++) {
				if (mask >> i & 1)
					op_cancel(&w.ex[i].op);
			}
			simloop_run(&w.sim, NULL, NULL);
			assert_int_equal(w.done, N);
			for (size_t i = 0; i < N; i++) {
				ok += w.ex[i].op.err.kind == ERR_NONE;
				assert_true(w.ex[i].op.err.kind == ERR_NONE || (mask >> i & 1));
			}
			assert_int_equal(w.served, ok);
			world_fini(&w);
		}
	}
}

static uint64_t retry_after(struct arena *a, const char *value, int64_t wall_ms)
{
	struct http_exchange ex = {.arena = a};

	if (value)
		simhttp_header(&ex, "retry-after", value);
	return http_retry_after_ms(&ex, wall_ms);
}

static void retry_after_in_both_forms(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();

	(void)state;
	assert_int_equal(retry_after(a, NULL, 0), 0);
	assert_int_equal(retry_after(a, "120", 0), 120000);
	assert_int_equal(retry_after(a, "0", 0), 0);
	assert_int_equal(retry_after(a, "86401", 0), 86400000);
	assert_int_equal(retry_after(a, "99999999999999999999999", 0), 86400000);
	assert_int_equal(retry_after(a, "-5", 0), 0);
	assert_int_equal(retry_after(a, "soon", 0), 0);
	assert_int_equal(retry_after(a, "", 0), 0);
	assert_int_equal(retry_after(a, "Sun, 06 Nov 1994 08:49:37 GMT", 784111777000 - 5000), 5000);
	assert_int_equal(retry_after(a, "Sun, 06 Nov 1994 08:49:37 GMT", 784111777000 + 5000), 0);
	assert_int_equal(retry_after(a, "Sun, 06 Nov 1994 08:49:37 GMT", 0), 86400000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_of_the_rfc),
		cmocka_unit_test(origins),
		cmocka_unit_test(escaping),
		cmocka_unit_test(an_exchange_brings_its_answer),
		cmocka_unit_test(no_more_connections_than_allowed),
		cmocka_unit_test(no_faster_than_the_bucket_fills),
		cmocka_unit_test(a_pause_holds_and_the_longest_wins),
		cmocka_unit_test(a_spent_quota_says_until_when),
		cmocka_unit_test(a_quota_outlives_the_process),
		cmocka_unit_test(what_must_not_leave_does_not),
		cmocka_unit_test(cancelled_at_every_turn_queued_or_in_flight),
		cmocka_unit_test(retry_after_in_both_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
