/* The control socket and the TCP port of a daemon with two partners in folders, asked by a client in another thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/api.h"
#include "io/curl.h"
#include "io/uvloop.h"

#define API_TEST_BODY (2 * 1024 * 1024)

static int failures;

struct fixture {
	struct arena *arena;
	char dir[64], control[96];
	unsigned short port;
	uv_loop_t uv;
	struct uvloop loop;
	struct http *http;
	struct commands *commands;
	struct engine *engine;
	struct api *api;
	struct op op;
	uv_async_t client_done;
	pthread_t client;
	void (*script)(struct fixture *);
	bool told;  /* the script itself has stopped the daemon */
	char *kept; /* an answer for the test to look at */
};

/* --- the client ---------------------------------------------------------------------------------------------- */

/* cmocka's own assertions belong to the main thread: here a failure is told and counted. */
static void check(bool ok, const char *what, int line)
{
	if (ok)
		return;
	fprintf(stderr, "line %d: %s\n", line, what);
	failures++;
}

static void check_equal(long got, long want, const char *what, int line)
{
	if (got != want)
		fprintf(stderr, "line %d: %s is %ld, not %ld\n", line, what, got, want);
	failures += got != want;
}
#define CHECK(x) check((x), #x, __LINE__)
#define CHECK_EQUAL(got, want) check_equal((got), (want), #got, __LINE__)

static int dial(const struct fixture *f, bool tcp)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(f->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	int fd = socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM, 0);

	strcpy(local.sun_path, f->control);
	CHECK_EQUAL(
		connect(fd, tcp ? (struct sockaddr *)&in : (struct sockaddr *)&local, tcp ? sizeof(in) : sizeof(local)),
		0);
	return fd;
}

static void ask(int fd, const char *method, const char *path, const char *header, const char *body)
{
	char text[8192];
	const int n = snprintf(text, sizeof(text),
		"%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s", method, path,
		header, strlen(body), body);

	CHECK(n > 0 && (size_t)n < sizeof(text));
	CHECK_EQUAL(write(fd, text, (size_t)n), n);
}

/* The status; the body is kept. Closes fd. */
static int answer(struct fixture *f, int fd)
{
	BUF_AUTO struct buf b = { 0 };
	char piece[4096], *body;
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0)
		buf_add(&b, piece, (size_t)n);
	close(fd);
	free(f->kept);
	f->kept = NULL;
	if (!b.len)
		return 0;
	body = strstr(b.data, "\r\n\r\n");
	f->kept = strdup(body ? body + 4 : "");
	return atoi(strchr(b.data, ' ') + 1);
}

static int http(struct fixture *f, const char *method, const char *path, const char *body)
{
	int fd = dial(f, false);

	ask(fd, method, path, "", body);
	return answer(f, fd);
}

static int tcp(struct fixture *f, const char *method, const char *path, const char *header)
{
	int fd = dial(f, true);

	ask(fd, method, path, header, "");
	return answer(f, fd);
}

static bool kept(const struct fixture *f, const char *what)
{
	if (f->kept && strstr(f->kept, what))
		return true;
	fprintf(stderr, "not in the answer: %s\n%s\n", what, f->kept ? f->kept : "(nothing)");
	return false;
}

static void *client(void *arg)
{
	struct fixture *f = arg;

	f->script(f);
	if (!f->told)
		uv_async_send(&f->client_done);
	return NULL;
}

/* --- the daemon ---------------------------------------------------------------------------------------------- */

static void on_http_closed(struct op *op)
{
	(void)op;
}

static void on_engine_closed(struct op *op)
{
	struct fixture *f = container_of(op, struct fixture, op);

	commands_free(f->commands);
	f->op = (struct op){ .loop = &f->loop.loop, .done = on_http_closed };
	curl_close(f->http, &f->op);
}

static void on_api_closed(struct op *op)
{
	struct fixture *f = container_of(op, struct fixture, op);

	f->op = (struct op){ .loop = &f->loop.loop, .done = on_engine_closed };
	engine_close(f->engine, &f->op);
}

static void on_client_done(uv_async_t *a)
{
	struct fixture *f = a->data;

	uv_close((uv_handle_t *)a, NULL);
	commands_close(f->commands);
	f->op = (struct op){ .loop = &f->loop.loop, .done = on_api_closed };
	api_close(f->api, &f->op);
}

static void quiet(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	(void)level;
	(void)line;
}

/* A port that is free now; nobody else is expected to take it meanwhile. */
static unsigned short free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	close(fd);
	return ntohs(in.sin_port);
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct config *configure(struct fixture *f, struct diags *diags)
{
	char *text = arena_printf(f->arena,
		"state_dir: .\ncontrol: control\nlisten: 127.0.0.1:%u\n"
		"defaults: { poll: 1h, complete: 1h, types: [organization], onboarding: apply }\n"
		"partners:\n"
		"  - { partner: alpha, endpoint: { adapter: dir, path: a, types: [organization] } }\n"
		"  - { partner: beta, endpoint: { adapter: dir, path: b, types: [organization] } }\n",
		f->port);

	mkdir(arena_printf(f->arena, "%s/a", f->dir), 0700);
	mkdir(arena_printf(f->arena, "%s/b", f->dir), 0700);
	mkdir(arena_printf(f->arena, "%s/a/organization", f->dir), 0700);
	mkdir(arena_printf(f->arena, "%s/b/organization", f->dir), 0700);
	put(arena_printf(f->arena, "%s/a/organization/1.json", f->dir), "{\"legal_name\":\"Brouwerij Voorbeeld\"}");
	put(arena_printf(f->arena, "%s/main.yaml", f->dir), text);
	return config_load(arena_printf(f->arena, "%s/main.yaml", f->dir), diags);
}

static void daemon_run(void (*script)(struct fixture *))
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct diags diags = { 0 };
	struct err e = { 0 };
	struct engine_options engine;
	struct commands_options asked;
	struct api_options api;
	char command[128];

	failures = 0;
	f->arena = arena_new();
	diags.arena = f->arena;
	f->port = free_port();
	strcpy(f->dir, "api-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->control, sizeof(f->control), "%s/control", f->dir);
	uv_loop_init(&f->uv);
	uvloop_init(&f->loop, &f->uv);
	f->http = curl_open(&f->loop.loop, &f->uv);
	engine = (struct engine_options){ .loop = &f->loop.loop, .uv = &f->uv, .http = f->http };
	struct config *config = configure(f, &diags);

	if (!config)
		fail_msg("%s", diags.line[0]);
	f->engine = engine_open(&engine, config, &diags, &e);
	if (e.kind)
		fail_msg("%s %s", e.text, diags.n ? diags.line[0] : "");
	asked = (struct commands_options){ .engine = f->engine, .uv = &f->uv, .http = f->http };
	f->commands = commands_open(&asked, &e);
	if (!f->commands)
		fail_msg("%s", e.text);
	api = (struct api_options){ .commands = f->commands, .engine = f->engine, .uv = &f->uv, .control_fd = -1 };
	f->api = api_open(&api, &e);
	if (!f->api)
		fail_msg("%s", e.text);
	engine_start(f->engine);
	f->script = script;
	uv_async_init(&f->uv, &f->client_done, on_client_done);
	f->client_done.data = f;
	assert_int_equal(pthread_create(&f->client, NULL, client, f), 0);
	uv_run(&f->uv, UV_RUN_DEFAULT);
	pthread_join(f->client, NULL);
	uvloop_fini(&f->loop);
	uv_run(&f->uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->uv), 0);
	/* The socket is gone with the daemon. */
	assert_int_not_equal(access(f->control, F_OK), 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
	assert_int_equal(system(command), 0);
	free(f->kept);
	arena_free(f->arena);
	free(f);
	assert_int_equal(failures, 0);
}

/* --- the tests ----------------------------------------------------------------------------------------------- */

static void commands_script(struct fixture *f)
{
	char *large = malloc(API_TEST_BODY + 1);

	CHECK_EQUAL(http(f, "GET", "/v1", ""), 200);
	CHECK(kept(f, "\"plan approve\""));
	CHECK_EQUAL(http(f, "GET", "/v1/status", ""), 200);
	CHECK(kept(f, "\"daemon\":\"running\""));
	CHECK_EQUAL(http(f, "POST", "/v1/status", "{\"partner\":\"alpha\"}"), 200);
	CHECK(kept(f, "alpha") && !strstr(f->kept, "beta"));
	CHECK_EQUAL(http(f, "GET", "/v1/status?partner=beta", ""), 200);
	CHECK(kept(f, "beta") && !strstr(f->kept, "alpha"));
	CHECK_EQUAL(http(f, "POST", "/v1/status", "{\"partner\":"), 400);
	CHECK_EQUAL(http(f, "POST", "/v1/status", "[]"), 400);
	CHECK_EQUAL(http(f, "POST", "/v1/status", "{\"partnr\":\"a\"}"), 400);
	CHECK(kept(f, "did you mean partner?"));
	CHECK_EQUAL(http(f, "POST", "/v1/status", "{\"partner\":\"gamma\"}"), 404);
	CHECK_EQUAL(http(f, "POST", "/v1/stats", ""), 404);
	CHECK(kept(f, "did you mean status?"));
	CHECK_EQUAL(http(f, "POST", "/v1/plan/burn", ""), 404);
	/* What acts is never done by following a link. */
	CHECK_EQUAL(http(f, "GET", "/v1/pause?partner=alpha", ""), 405);
	CHECK_EQUAL(http(f, "PUT", "/v1/status", ""), 405);
	CHECK_EQUAL(http(f, "POST", "/v1/plan/approve", "{\"hash\":\"0000\"}"), 404);
	CHECK_EQUAL(http(f, "POST", "/v1/quarantine/drop", "{\"id\":1}"), 404);
	CHECK_EQUAL(http(f, "POST", "/v1/review/accept", "{\"id\":1,\"verdict\":\"maybe\"}"), 400);
	CHECK_EQUAL(http(f, "POST", "/v1/review/accept", "{\"id\":1}"), 404);
	CHECK_EQUAL(http(f, "POST", "/v1/backup", "{\"file\":\"relative\"}"), 400);
	CHECK_EQUAL(http(f, "GET", "/v1/config/show", ""), 200);
	CHECK(kept(f, "main.yaml:1"));
	CHECK_EQUAL(http(f, "GET", "/v1/config/check", ""), 200);
	CHECK(kept(f, "\"ok\":true"));
	CHECK_EQUAL(http(f, "POST", "/v1/adapter/check", "{\"partner\":\"alpha\"}"), 200);
	CHECK(kept(f, "\"fields\":{\"legal_name\":1}"));
	CHECK_EQUAL(http(f, "POST", "/v1/adapter/check", "{\"partner\":\"alpha\",\"offline\":true}"), 200);
	CHECK_EQUAL(http(f, "GET", "/hooks/alpha", ""), 404);
	CHECK_EQUAL(http(f, "GET", "/", ""), 404);
	memset(large, ' ', API_TEST_BODY);
	large[API_TEST_BODY] = '\0';
	int fd = dial(f, false);
	char head[128];
	const int n = snprintf(head, sizeof(head),
		"POST /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n",
		API_TEST_BODY);

	CHECK_EQUAL(write(fd, head, (size_t)n), n);
	for (ssize_t done = 0, one; done < API_TEST_BODY; done += one) {
		one = send(fd, large + done, (size_t)(API_TEST_BODY - done), MSG_NOSIGNAL);
		if (one < 0)
			break;
	}
	CHECK_EQUAL(answer(f, fd), 413);
	free(large);
}

static void test_commands(void **state)
{
	(void)state;
	daemon_run(commands_script);
}

static int64_t newest(struct fixture *f)
{
	struct err e;
	json_t *x;
	int64_t seq;

	CHECK_EQUAL(http(f, "GET", "/v1/log?limit=1", ""), 200);
	x = json_parse(f->kept, strlen(f->kept), &e);
	seq = json_integer_value(json_object_get(x, "seq"));
	json_decref(x);
	return seq;
}

/* Until both partners have been read and nothing more happens by itself. */
static void settle(struct fixture *f)
{
	do
		CHECK_EQUAL(http(f, "GET", "/v1/status", ""), 200);
	while (!strstr(f->kept, "\"settled\":true,\"ready\":true"));
}

static void waiting_script(struct fixture *f)
{
	char body[64];
	int fd;

	settle(f);
	snprintf(body, sizeof(body), "{\"after\":%lld,\"wait\":60}", (long long)newest(f));
	fd = dial(f, false);
	ask(fd, "POST", "/v1/log", "", body);
	CHECK_EQUAL(http(f, "POST", "/v1/pause", "{\"partner\":\"alpha\"}"), 200);
	CHECK_EQUAL(answer(f, fd), 200);
	CHECK(kept(f, "\"kind\":\"partner\"") && kept(f, "paused"));
	/* The last one is still waiting when the daemon stops: it is answered, not left. */
	snprintf(body, sizeof(body), "{\"after\":%lld,\"wait\":60}", (long long)newest(f));
	fd = dial(f, false);
	ask(fd, "POST", "/v1/log", "", body);
	CHECK_EQUAL(http(f, "GET", "/healthz", ""), 200);
	f->told = true;
	uv_async_send(&f->client_done);
	CHECK_EQUAL(answer(f, fd), 200);
	CHECK(kept(f, "\"events\":[]"));
}

static void test_waiting(void **state)
{
	(void)state;
	daemon_run(waiting_script);
}

static void tcp_script(struct fixture *f)
{
	settle(f);
	CHECK_EQUAL(tcp(f, "GET", "/healthz", ""), 200);
	CHECK_EQUAL(tcp(f, "GET", "/readyz", ""), 200);
	CHECK_EQUAL(tcp(f, "POST", "/metrics", ""), 405);
	CHECK_EQUAL(tcp(f, "GET", "/metrics", ""), 200);
	CHECK(kept(f, "doorstroom_partner_records_read_total{partner=\"alpha\"} "));
	CHECK(kept(f, "# TYPE doorstroom_partner_records_read_total counter\n"));
	CHECK(kept(f, "doorstroom_records{partner=\"alpha\",type=\"organization\"} 1\n"));
	CHECK(kept(f, "doorstroom_refused{partner=\"alpha\"} 0\n"));
	if (system("command -v promtool >/dev/null") == 0) {
		FILE *p = popen("promtool check metrics", "w");

		CHECK(p);
		fputs(f->kept, p);
		CHECK_EQUAL(pclose(p), 0);
	}
	CHECK_EQUAL(tcp(f, "GET", "/metrics", "Accept: application/openmetrics-text; version=1.0.0\r\n"), 200);
	CHECK(kept(f, "# TYPE doorstroom_partner_records_read counter\n"));
	CHECK(kept(f, "doorstroom_partner_records_read_total{partner=\"alpha\"} "));
	CHECK(f->kept && strlen(f->kept) > 6 && !strcmp(f->kept + strlen(f->kept) - 6, "# EOF\n"));
	/* Nothing else is there: no questions, no commands. */
	CHECK_EQUAL(tcp(f, "GET", "/v1/status", ""), 404);
	CHECK_EQUAL(tcp(f, "GET", "/v1", ""), 404);
	CHECK_EQUAL(tcp(f, "GET", "/hooks/alpha", ""), 405);
	CHECK_EQUAL(tcp(f, "POST", "/hooks/nobody", ""), 404);
	CHECK_EQUAL(tcp(f, "POST", "/hooks/alpha", ""), 404);
}

static void test_tcp(void **state)
{
	(void)state;
	daemon_run(tcp_script);
}

/* The kernel notes who connects: for this thread alone another user. */
static void stranger_script(struct fixture *f)
{
	chmod(f->dir, 0755);
	CHECK_EQUAL(syscall(SYS_setresuid, -1, 65534, -1), 0);
	CHECK_EQUAL(http(f, "GET", "/v1/status", ""), 403);
	CHECK(kept(f, "uid 65534"));
	CHECK_EQUAL(http(f, "POST", "/v1/pause", "{\"partner\":\"alpha\"}"), 403);
	CHECK_EQUAL(http(f, "GET", "/v1", ""), 403);
	CHECK_EQUAL(http(f, "GET", "/healthz", ""), 200);
	CHECK_EQUAL(syscall(SYS_setresuid, -1, 0, -1), 0);
	CHECK_EQUAL(http(f, "GET", "/v1/status", ""), 200);
}

static void test_stranger(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	daemon_run(stranger_script);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_stranger),
	};

	log_capture(quiet, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
