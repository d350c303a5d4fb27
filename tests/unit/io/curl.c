#include "io/curl.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "io/uvloop.h"
#include "support/rawserver.h"

#define N 40

struct world {
	uv_loop_t uv;
	struct uvloop u;
	struct rawserver server;
	struct http *http;
	struct http_peer *peer;
	struct arena *arena;
	char origin[64], url[N][256], last[8192];
	struct http_exchange ex[N];
	unsigned done;
};

static void ex_done(struct op *op)
{
	container_of(op->loop, struct world, u.loop)->done++;
}

/* Answers by the path of the request. */
static void serve(struct rawconn *c, const char *request, void *ctx)
{
	struct world *w = ctx;
	char path[200] = "";

	snprintf(w->last, sizeof w->last, "%s", request);
	sscanf(request, "%*s %199s", path);
	if (strncmp(path, "/hello", 6) == 0) {
		rawserver_answer(c, "200 OK", "X-One: 1\r\nETag:  \"abc\" \r\n", "hello");
	} else if (strcmp(path, "/teapot") == 0) {
		rawserver_answer(c, "418 No", "Location: /hello\r\n", "");
	} else if (strcmp(path, "/moved") == 0) {
		rawserver_answer(c, "302 Found", "Location: /hello\r\n", "x");
	} else if (strcmp(path, "/chunked") == 0) {
		static const char text[] = "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 "
					   "OK\r\nTransfer-Encoding: chunked\r\n\r\n"
					   "3\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Late: 1\r\n\r\n";

		rawserver_send(c, text, sizeof text - 1);
	} else if (strcmp(path, "/truncated") == 0) {
		static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789";

		rawserver_send(c, text, sizeof text - 1);
		rawserver_hang_up(c);
	} else if (strcmp(path, "/garbage") == 0) {
		rawserver_send(c, "what is this\r\n\r\n", 16);
		rawserver_hang_up(c);
	} else if (strcmp(path, "/endless") == 0) {
		AUTO(free) char *big = calloc(1, 300000);

		rawserver_send(c, "HTTP/1.1 200 OK\r\n\r\n", 19);
		rawserver_send(c, big, 300000);
	} else if (strcmp(path, "/headers") == 0) {
		rawserver_send(c, "HTTP/1.1 200 OK\r\n", 17);
		for (int i = 0; i < 20000; i++)
			rawserver_send(c, "X-Many: 0123456789\r\n", 20);
	} else if (strcmp(path, "/drop") == 0) {
		rawserver_hang_up(c);
	} else if (strcmp(path, "/once") == 0) {
		if (c->requests == 1)
			rawserver_answer(c, "200 OK", "", "once");
		else
			rawserver_hang_up(c);
	} else if (strcmp(path, "/big") == 0) {
		AUTO(free) char *big = malloc(3000001);

		memset(big, 0x78, 3000000);
		big[3000000] = 0;
		rawserver_answer(c, "200 OK", "", big);
	}
	/* and /silent: nothing at all */
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct http_peer_options o = {.name = "voka",
		.origin = w->origin,
		.allow_http = true,
		.allow_private = true,
		.timeout_ms = 30000,
		.connect_timeout_ms = 10000,
		.max_body = 4000000,
		.connections = 8};

	w->arena = arena_new();
	uv_loop_init(&w->uv);
	uvloop_init(&w->u, &w->uv);
	w->server.serve = serve;
	w->server.ctx = w;
	rawserver_open(&w->server, &w->uv);
	snprintf(w->origin, sizeof w->origin, "http://127.0.0.1:%d", w->server.port);
	w->http = curl_open(&w->u.loop, &w->uv);
	w->peer = http_peer_new(&w->u.loop, w->http, &o);
	*state = w;
	return 0;
}

static void run(struct world *w, unsigned until_done)
{
	while (w->done < until_done)
		uv_run(&w->uv, UV_RUN_ONCE);
}

static int teardown(void **state)
{
	struct world *w = *state;
	struct op closing = {.loop = &w->u.loop, .done = ex_done};

	http_peer_free(w->peer);
	w->done = 0;
	curl_close(w->http, &closing);
	run(w, 1);
	rawserver_close(&w->server);
	uv_run(&w->uv, UV_RUN_DEFAULT);
	uvloop_fini(&w->u);
	uv_run(&w->uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->uv), 0);
	arena_free(w->arena);
	free(w);
	return 0;
}

static struct http_exchange *prepare(struct world *w, size_t i, const char *method, const char *path)
{
	snprintf(w->url[i], sizeof w->url[i], "%s%s", w->origin, path);
	w->ex[i] = (struct http_exchange){.op = {.loop = &w->u.loop, .done = ex_done},
		.peer = w->peer,
		.method = method,
		.url = w->url[i],
		.arena = w->arena};
	return &w->ex[i];
}

static struct http_exchange *get(struct world *w, const char *path)
{
	struct http_exchange *ex = prepare(w, 0, "GET", path);

	w->done = 0;
	http_start(ex);
	run(w, 1);
	return ex;
}

static void answers_arrive_whole(void **state)
{
	struct http_exchange *ex = get(*state, "/hello");

	assert_int_equal(ex->op.err.kind, ERR_NONE);
	assert_int_equal(ex->status, 200);
	assert_string_equal(ex->answer_body, "hello");
	assert_int_equal(ex->answer_len, 5);
	assert_string_equal(http_answer_header(ex, "x-one"), "1");
	assert_string_equal(http_answer_header(ex, "etag"), "\"abc\"");
	assert_true(ex->sent);
	ex = get(*state, "/teapot");
	assert_int_equal(ex->op.err.kind, ERR_NONE);
	assert_int_equal(ex->status, 418);
	assert_string_equal(ex->answer_body, "");
	ex = get(*state, "/moved");
	assert_int_equal(ex->status, 302);
	assert_string_equal(http_answer_header(ex, "location"), "/hello");
	ex = get(*state, "/chunked");
	assert_string_equal(ex->answer_body, "abcdefg");
	assert_null(http_answer_header(ex, "x-early"));
	assert_null(http_answer_header(ex, "x-late"));
	ex = get(*state, "/big");
	assert_int_equal(ex->answer_len, 3000000);
	assert_int_equal(strspn(ex->answer_body, "x"), 3000000);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void requests_leave_byte_for_byte(void **state)
{
	static const struct http_header header[] = {{"X-Key", "a: b"}, {"X-Empty", ""}, {"Content-Type", "text/odd"}};
	AUTO(free) char *big = calloc(1, 2000000);
	struct world *w = *state;
	struct http_exchange *ex = get(w, "/hello/../x//y/./z?$filter=a%20eq%20%27b%27&q=[1]{2}|&e=%2f%2F");

	assert_true(begins(w->last, "GET /hello/../x//y/./z?$filter=a%20eq%20%27b%27&q=[1]{2}|&e=%2f%2F HTTP/1.1\r\n"));
	assert_null(strcasestr(w->last, "content-type"));
	assert_null(strcasestr(w->last, "cookie"));
	ex = prepare(w, 0, "PATCH", "/hello");
	ex->header = header;
	ex->nheader = 3;
	ex->body = "a\0b{}";
	ex->body_len = 5;
	w->done = 0;
	http_start(ex);
	run(w, 1);
	assert_true(begins(w->last, "PATCH /hello HTTP/1.1\r\n"));
	assert_non_null(strstr(w->last, "\r\nX-Key: a: b\r\n"));
	assert_non_null(strstr(w->last, "\r\nX-Empty:\r\n"));
	assert_non_null(strstr(w->last, "\r\nContent-Type: text/odd\r\n"));
	assert_non_null(strstr(w->last, "\r\nContent-Length: 5\r\n"));
	ex = prepare(w, 0, "POST", "/hello");
	ex->body = big;
	ex->body_len = 2000000;
	w->done = 0;
	http_start(ex);
	run(w, 1);
	assert_int_equal(ex->op.err.kind, ERR_NONE);
	assert_non_null(strstr(w->last, "\r\nContent-Length: 2000000\r\n"));
	assert_null(strcasestr(w->last, "expect:"));
	for (size_t i = 0; i < 3; i++) {
		static const char *const methods[] = {"DELETE", "POST", "HEAD"};

		ex = prepare(w, 0, methods[i], "/hello");
		w->done = 0;
		http_start(ex);
		run(w, 1);
		assert_int_equal(ex->op.err.kind, ERR_NONE);
		assert_int_equal(ex->answer_len, i == 2 ? 0 : 5);
		assert_true(begins(w->last, methods[i]));
		assert_int_equal(strcasestr(w->last, "content-length: 0") != NULL, i == 1);
	}
}

static void partners_that_misbehave(void **state)
{
	struct world *w = *state;
	struct http_exchange *ex = get(w, "/truncated");

	assert_int_equal(ex->op.err.kind, ERR_AGAIN);
	assert_null(ex->answer_body);
	assert_true(ex->sent);
	ex = get(w, "/drop");
	assert_int_equal(ex->op.err.kind, ERR_AGAIN);
	assert_int_equal(ex->status, 0);
	assert_true(ex->sent);
	ex = get(w, "/garbage");
	assert_int_equal(ex->op.err.kind, ERR_BROKEN);
	assert_null(strstr(ex->op.err.text, "what"));
	ex = get(w, "/headers");
	assert_int_equal(ex->op.err.kind, ERR_BROKEN);
	assert_non_null(strstr(ex->op.err.text, "headers"));
}

static void new_peer(struct world *w, struct http_peer_options o)
{
	http_peer_free(w->peer);
	o.name = "voka";
	o.origin = w->origin;
	w->peer = http_peer_new(&w->u.loop, w->http, &o);
}

static void bodies_are_bounded(void **state)
{
	struct world *w = *state;
	struct http_exchange *ex;

	new_peer(w, (struct http_peer_options){.allow_http = true, .allow_private = true, .max_body = 200000});
	ex = get(w, "/endless");
	assert_int_equal(ex->op.err.kind, ERR_BROKEN);
	assert_string_equal(ex->op.err.text, "voka: an answer over 200000 bytes");
	assert_null(ex->answer_body);
	ex = get(w, "/big");
	assert_int_equal(ex->op.err.kind, ERR_BROKEN);
	new_peer(w, (struct http_peer_options){.allow_http = true, .allow_private = true, .max_body = 5});
	assert_int_equal(get(w, "/hello")->op.err.kind, ERR_NONE);
	new_peer(w, (struct http_peer_options){.allow_http = true, .allow_private = true, .max_body = 4});
	assert_int_equal(get(w, "/hello")->op.err.kind, ERR_BROKEN);
}

static void serve_bomb(struct rawconn *c, const char *request, void *ctx)
{
	FILE *f = popen("head -c 20000000 /dev/zero | gzip -9", "r");
	BUF_AUTO struct buf head = {0};
	char body[100000];
	size_t n = fread(body, 1, sizeof body, f);

	(void)request;
	(void)ctx;
	pclose(f);
	buf_addf(&head, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", n);
	rawserver_send(c, head.data, head.len);
	rawserver_send(c, body, n);
}

static void what_unpacks_too_large_is_cut_off(void **state)
{
	struct world *w = *state;
	struct http_exchange *ex;

	w->server.serve = serve_bomb;
	ex = get(w, "/");
	assert_int_equal(ex->op.err.kind, ERR_BROKEN);
	assert_string_equal(ex->op.err.text, "voka: an answer over 4000000 bytes");
	new_peer(w, (struct http_peer_options){.allow_http = true, .allow_private = true});
	ex = get(w, "/");
	assert_int_equal(ex->op.err.kind, ERR_NONE);
	assert_int_equal(ex->answer_len, 20000000);
}

/* curl would repeat a request whose kept connection turned out dead. */
static void only_safe_requests_are_repeated(void **state)
{
	struct world *w = *state;
	struct http_exchange *ex;
	unsigned requests;

	assert_int_equal(get(w, "/once")->op.err.kind, ERR_NONE);
	requests = w->server.requests;
	assert_string_equal(get(w, "/once")->answer_body, "once");
	assert_int_equal(w->server.requests, requests + 2);
	requests = w->server.requests;
	ex = prepare(w, 0, "POST", "/once");
	w->done = 0;
	http_start(ex);
	run(w, 1);
	assert_int_equal(w->server.requests, requests + 1);
	assert_int_equal(ex->op.err.kind, ERR_AGAIN);
	assert_true(ex->sent);
}

static void nobody_there(void **state)
{
	struct world *w = *state;
	struct sockaddr_in at;
	int len = sizeof at;
	uv_tcp_t reserved;
	struct http_exchange *ex;

	/* Bound, but not listening: refused. */
	uv_ip4_addr("127.0.0.1", 0, &at);
	uv_tcp_init(&w->uv, &reserved);
	uv_tcp_bind(&reserved, (struct sockaddr *)&at, 0);
	uv_tcp_getsockname(&reserved, (struct sockaddr *)&at, &len);
	snprintf(w->origin, sizeof w->origin, "http://127.0.0.1:%d", ntohs(at.sin_port));
	new_peer(w, (struct http_peer_options){.allow_http = true, .allow_private = true});
	ex = get(w, "/");
	assert_int_equal(ex->op.err.kind, ERR_AGAIN);
	assert_false(ex->sent);
	uv_close((uv_handle_t *)&reserved, NULL);
	snprintf(w->origin, sizeof w->origin, "http://no-such-host.invalid");
	new_peer(w, (struct http_peer_options){.allow_http = true, .allow_private = true});
	ex = get(w, "/");
	assert_int_equal(ex->op.err.kind, ERR_AGAIN);
	assert_false(ex->sent);
}

static void inward_addresses_are_refused(void **state)
{
	static const char *const hosts[] = {
		"127.0.0.1", "localhost", "[::1]", "0x7f.1", "[::ffff:127.0.0.1]", "169.254.169.254"};
	struct world *w = *state;
	struct http_exchange *ex;

	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		snprintf(w->origin, sizeof w->origin, "http://%s:%d", hosts[i], w->server.port);
		new_peer(w, (struct http_peer_options){.allow_http = true});
		ex = get(w, "/hello");
		assert_int_equal(ex->op.err.kind, ERR_BROKEN);
		assert_false(ex->sent);
	}
	assert_int_equal(w->server.connections, 0);
	/* Nor by way of a connection that a peer which may go there has left open. */
	snprintf(w->origin, sizeof w->origin, "http://127.0.0.1:%d", w->server.port);
	new_peer(w, (struct http_peer_options){.allow_http = true, .allow_private = true});
	assert_int_equal(get(w, "/hello")->op.err.kind, ERR_NONE);
	new_peer(w, (struct http_peer_options){.allow_http = true});
	assert_int_equal(get(w, "/hello")->op.err.kind, ERR_BROKEN);
	assert_int_equal(w->server.requests, 1);
}

static void time_runs_out(void **state)
{
	struct world *w = *state;
	struct http_exchange *ex = prepare(w, 0, "GET", "/silent");

	ex->timeout_ms = 50;
	http_start(ex);
	run(w, 1);
	assert_int_equal(ex->op.err.kind, ERR_AGAIN);
	assert_true(ex->sent);
}

/* A listener whose queue is full answers no further connection. */
static void connecting_takes_too_long(void **state)
{
	struct world *w = *state;
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM, 0), fill[4];
	struct http_exchange *ex;

	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(listener, 0), 0);
	getsockname(listener, (struct sockaddr *)&at, &len);
	for (size_t i = 0; i < 4; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(fill[i], (struct sockaddr *)&at, sizeof at);
	}
	snprintf(w->origin, sizeof w->origin, "http://127.0.0.1:%d", ntohs(at.sin_port));
	new_peer(w, (struct http_peer_options){.allow_http = true, .allow_private = true, .connect_timeout_ms = 50});
	ex = get(w, "/");
	assert_int_equal(ex->op.err.kind, ERR_AGAIN);
	assert_false(ex->sent);
	for (size_t i = 0; i < 4; i++)
		close(fill[i]);
	close(listener);
}

static void many_at_once(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < N; i++)
		http_start(prepare(w, i, "GET", i % 3 ? "/hello" : "/big"));
	run(w, N);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(w->ex[i].op.err.kind, ERR_NONE);
		assert_int_equal(w->ex[i].answer_len, i % 3 ? 5 : 3000000);
	}
	assert_true(w->server.connections <= 8);
}

static void cancelled_at_many_rounds(void **state)
{
	static const char *const paths[] = {"/hello", "/silent", "/hello", "/endless"};
	struct world *w = *state;
	unsigned canceled = 0;

	for (int round = 0; round < 25; round++) {
		w->done = 0;
		for (size_t i = 0; i < 20; i++)
			http_start(prepare(w, i, i & 1 ? "GET" : "POST", paths[i % 4]));
		for (int i = 0; i < round; i++)
			uv_run(&w->uv, UV_RUN_NOWAIT);
		for (size_t i = 0; i < 20; i++) {
			op_cancel(&w->ex[i].op);
			op_cancel(&w->ex[i].op);
		}
		run(w, 20);
		for (size_t i = 0; i < 20; i++) {
			assert_true(w->ex[i].op.err.kind == ERR_CANCELED || w->ex[i].op.err.kind == ERR_NONE);
			canceled += w->ex[i].op.err.kind == ERR_CANCELED;
		}
	}
	assert_true(canceled >= 25 * 10);
	assert_int_equal(get(w, "/hello")->op.err.kind, ERR_NONE);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(answers_arrive_whole),
		WITH(requests_leave_byte_for_byte),
		WITH(partners_that_misbehave),
		WITH(bodies_are_bounded),
		WITH(what_unpacks_too_large_is_cut_off),
		WITH(only_safe_requests_are_repeated),
		WITH(nobody_there),
		WITH(inward_addresses_are_refused),
		WITH(time_runs_out),
		WITH(connecting_takes_too_long),
		WITH(many_at_once),
		WITH(cancelled_at_many_rounds),
	};

	setenv("http_proxy", "http://127.0.0.1:9", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
