/* Against openssl s_server, with certificates made on the spot: what is not right in every point fails closed. */
#include "io/curl.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/uvloop.h"

#define MAKE_CERTIFICATES                                                                                              \
	"set -e; cd \"$0\"; "                                                                                          \
	"key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1.key 2>/dev/null || "    \
	"openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }; "                                             \
	"ca() { key $1; openssl req -x509 -new -key $1.key -subj /CN=$1 -days 2 -out $1.pem; }; "                      \
	"leaf() { key $1; openssl req -new -key $1.key -subj /CN=$1 -addext subjectAltName=DNS:$3 -out $1.csr; "       \
	"openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -copy_extensions copy -days $4 -out $1.pem; }; "        \
	"ca ca; ca other; leaf good ca localhost 2; leaf host ca elsewhere.example 2; leaf expired ca localhost -1; "  \
	"leaf alien other localhost 2; leaf client ca client.example 2"

static char dir[] = "tlsXXXXXX";

static int make_certificates(void **state)
{
	char *const argv[] = {"sh", "-c", MAKE_CERTIFICATES, dir, NULL};
	posix_spawn_file_actions_t quiet;
	pid_t pid;
	int status;

	(void)state;
	assert_non_null(mkdtemp(dir));
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0);
	posix_spawn_file_actions_adddup2(&quiet, 1, 2);
	assert_int_equal(posix_spawnp(&pid, "sh", &quiet, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&quiet);
	waitpid(pid, &status, 0);
	return status;
}

static int remove_certificates(void **state)
{
	char *const argv[] = {"rm", "-rf", dir, NULL};
	pid_t pid;

	(void)state;
	assert_int_equal(posix_spawnp(&pid, "rm", NULL, NULL, argv, environ), 0);
	waitpid(pid, NULL, 0);
	return 0;
}

struct server {
	pid_t pid;
	int out, port;
};

/* s_server with a certificate and further arguments; it answers every GET with a page. */
static void serve(struct server *s, const char *cert, const char *const *more)
{
	char pem[64], key[64], text[512] = "";
	const char *argv[32] = {"openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", pem, "-key", key};
	posix_spawn_file_actions_t to;
	int fd[2];
	size_t n = 9, len = 0;

	snprintf(pem, sizeof pem, "%s/%s.pem", dir, cert);
	snprintf(key, sizeof key, "%s/%s.key", dir, cert);
	while (more && *more)
		argv[n++] = *more++;
	assert_int_equal(pipe(fd), 0);
	posix_spawn_file_actions_init(&to);
	posix_spawn_file_actions_adddup2(&to, fd[1], 1);
	posix_spawn_file_actions_addopen(&to, 2, "/dev/null", 1, 0);
	assert_int_equal(posix_spawnp(&s->pid, "openssl", &to, NULL, (char *const *)(uintptr_t)argv, environ), 0);
	posix_spawn_file_actions_destroy(&to);
	close(fd[1]);
	s->out = fd[0];
	while (sscanf(text, "%*[^A]ACCEPT 127.0.0.1:%d\n", &s->port) != 1 &&
		sscanf(text, "ACCEPT 127.0.0.1:%d\n", &s->port) != 1) {
		ssize_t got = read(fd[0], text + len, sizeof text - 1 - len);

		assert_true(got > 0);
		len += (size_t)got;
	}
}

static void stop(struct server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->out);
}

static void ex_done(struct op *op)
{
	(void)op;
}

/* One GET to that host at that port, by those options. */
static struct http_exchange fetch(const char *host, int port, struct http_peer_options o, char **body)
{
	uv_loop_t uv;
	struct uvloop u;
	struct http *http;
	struct http_exchange ex;
	struct op closing;
	struct arena *a = arena_new();
	char *origin = arena_printf(a, "https://%s:%d", host, port);

	uv_loop_init(&uv);
	uvloop_init(&u, &uv);
	http = curl_open(&u.loop, &uv);
	o.name = "voka";
	o.origin = origin;
	o.allow_private = true;
	ex = (struct http_exchange){.op = {.loop = &u.loop, .done = ex_done},
		.method = "GET",
		.url = arena_printf(a, "%s/", origin),
		.arena = a};
	ex.peer = http_peer_new(&u.loop, http, &o);
	http_start(&ex);
	while (ex.op.state != OP_IDLE)
		uv_run(&uv, UV_RUN_ONCE);
	if (body)
		*body = strdup(ex.answer_body ? ex.answer_body : "");
	http_peer_free(ex.peer);
	closing = (struct op){.loop = &u.loop, .done = ex_done};
	curl_close(http, &closing);
	uv_run(&uv, UV_RUN_DEFAULT);
	assert_int_equal(closing.state, OP_IDLE);
	uvloop_fini(&u);
	uv_run(&uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&uv), 0);
	arena_free(a);
	return ex;
}

static const char *file(char buf[64], const char *name)
{
	snprintf(buf, 64, "%s/%s", dir, name);
	return buf;
}

static void a_good_certificate_is_accepted(void **state)
{
	char ca[64], *body;
	struct server s;
	struct http_exchange ex;

	(void)state;
	serve(&s, "good", NULL);
	ex = fetch("localhost", s.port, (struct http_peer_options){.ca_file = file(ca, "ca.pem")}, &body);
	stop(&s);
	assert_int_equal(ex.op.err.kind, ERR_NONE);
	assert_int_equal(ex.status, 200);
	assert_non_null(strstr(body, "TLSv1.3"));
	free(body);
}

static void anything_else_is_broken_and_nothing_was_sent(void **state)
{
	static const struct {
		const char *what, *cert, *host, *ca;
		const char *args[6];
	} row[] = {
		{"another authority", "alien", "localhost", "ca.pem", {NULL}},
		{"an authority that is not in the system", "good", "localhost", NULL, {NULL}},
		{"another host", "host", "localhost", "ca.pem", {NULL}},
		{"an address instead of the name", "good", "127.0.0.1", "ca.pem", {NULL}},
		{"expired", "expired", "localhost", "ca.pem", {NULL}},
		{"signed by itself", "ca", "localhost", "other.pem", {NULL}},
		{"TLS 1.1", "good", "localhost", "ca.pem", {"-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0", NULL}},
		{"no certificate file", "good", "localhost", "absent.pem", {NULL}},
	};
	char ca[64];

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct http_peer_options o = {.ca_file = row[i].ca ? file(ca, row[i].ca) : NULL};
		struct http_exchange ex;
		struct server s;

		serve(&s, row[i].cert, row[i].args);
		ex = fetch(row[i].host, s.port, o, NULL);
		stop(&s);
		if (ex.op.err.kind != ERR_BROKEN || ex.sent)
			fail_msg("%s: %s, sent %d", row[i].what, ex.op.err.text, ex.sent);
	}
}

static void our_own_certificate_is_shown_where_one_is_configured(void **state)
{
	char ca[64], cert[64], key[64], verify[64];
	const char *const args[] = {"-Verify", "2", "-verify_return_error", "-CAfile", file(verify, "ca.pem"), NULL};
	struct http_exchange with, without;
	struct server s;

	(void)state;
	serve(&s, "good", args);
	without = fetch("localhost", s.port, (struct http_peer_options){.ca_file = file(ca, "ca.pem")}, NULL);
	with = fetch("localhost", s.port,
		(struct http_peer_options){
			.ca_file = ca, .cert_file = file(cert, "client.pem"), .key_file = file(key, "client.key")},
		NULL);
	stop(&s);
	assert_int_not_equal(without.op.err.kind, ERR_NONE);
	assert_int_equal(with.op.err.kind, ERR_NONE);
	assert_int_equal(with.status, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_certificate_is_accepted),
		cmocka_unit_test(anything_else_is_broken_and_nothing_was_sent),
		cmocka_unit_test(our_own_certificate_is_shown_where_one_is_configured),
	};

	return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
