#include "io/child.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/own.h"
#include "io/uvloop.h"

struct world {
	uv_loop_t uv;
	struct uvloop u;
	struct child *child;
	struct buf lines; /* each ended by | */
	unsigned nlines, exits, closed;
	struct err why;
	bool calling, close_on_line, close_on_exit;
	struct op closing;
	unsigned log_lines;
	char last_log[3000];
};

static void on_closed(struct op *op)
{
	struct world *w = container_of(op, struct world, closing);

	w->closed++;
	w->child = NULL;
}

static void close_child(struct world *w)
{
	w->closing = (struct op){.loop = &w->u.loop, .done = on_closed};
	w->calling = true;
	child_close(w->child, &w->closing);
	w->calling = false;
}

static void on_line(void *ctx, char *line, size_t len)
{
	struct world *w = ctx;

	assert_int_equal(strlen(line), len);
	assert_int_equal(w->closing.state, OP_IDLE);
	assert_int_equal(w->exits, 0);
	buf_add(&w->lines, line, len);
	buf_addc(&w->lines, 0x7c);
	w->nlines++;
	if (w->close_on_line)
		close_child(w);
}

static void on_exit_(void *ctx, const struct err *why)
{
	struct world *w = ctx;

	assert_false(w->calling);
	w->exits++;
	w->why = *why;
	if (w->close_on_exit)
		close_child(w);
}

static void on_log(void *ctx, enum log_level level, const char *line)
{
	struct world *w = ctx;

	(void)level;
	w->log_lines++;
	snprintf(w->last_log, sizeof w->last_log, "%s", line);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	uv_loop_init(&w->uv);
	uvloop_init(&w->u, &w->uv);
	log_capture(on_log, w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	if (w->child && w->closing.state == OP_IDLE)
		close_child(w);
	uv_run(&w->uv, UV_RUN_DEFAULT);
	assert_int_equal(w->closed, 1);
	uvloop_fini(&w->u);
	uv_run(&w->uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->uv), 0);
	log_capture(NULL, NULL);
	buf_fini(&w->lines);
	free(w);
	return 0;
}

static void start(struct world *w, const char *const *argv, size_t max_line)
{
	struct child_options o = {
		.name = "voka", .argv = argv, .max_line = max_line, .on_line = on_line, .on_exit = on_exit_, .ctx = w};

	w->calling = true;
	w->child = child_start(&w->u.loop, &w->uv, &o);
	w->calling = false;
	assert_non_null(w->child);
}

static void sh(struct world *w, const char *script, size_t max_line)
{
	start(w, (const char *const[]){"sh", "-c", script, NULL}, max_line);
}

static void until_lines(struct world *w, unsigned n)
{
	while (w->nlines < n)
		uv_run(&w->uv, UV_RUN_ONCE);
}

static void until_exit(struct world *w)
{
	while (!w->exits)
		uv_run(&w->uv, UV_RUN_ONCE);
	assert_int_equal(w->exits, 1);
}

static void lines_go_there_and_back(void **state)
{
	struct world *w = *state;
	AUTO(free) char *big = malloc(3000000);

	start(w, (const char *const[]){"/bin/cat", NULL}, 0);
	assert_true(child_send(w->child, "{\"a\":1}", 7));
	assert_true(child_send(w->child, "", 0));
	assert_true(child_send(w->child, "caf\xc3\xa9", 5));
	until_lines(w, 3);
	assert_string_equal(w->lines.data, "{\"a\":1}||caf\xc3\xa9|");
	memset(big, 0x78, 3000000);
	buf_clear(&w->lines);
	for (int i = 0; i < 5; i++)
		assert_true(child_send(w->child, big, 3000000));
	until_lines(w, 8);
	assert_int_equal(w->lines.len, 5 * 3000001);
	assert_int_equal(w->exits, 0);
}

static void last_words_are_heard_before_the_end(void **state)
{
	struct world *w = *state;

	w->close_on_exit = true;
	sh(w, "echo one; echo two; printf unfinished; exit 3", 0);
	until_exit(w);
	assert_string_equal(w->lines.data, "one|two|");
	assert_int_equal(w->why.kind, ERR_AGAIN);
	assert_string_equal(w->why.text, "helper of voka: ended with status 3");
}

static void how_ends_are_sorted(void **state)
{
	static const struct {
		const char *script;
		size_t max_line;
		enum err_kind kind;
		const char *text;
	} row[] = {
		{"exit 0", 0, ERR_AGAIN, "helper of voka: ended with status 0"},
		{"kill -9 $$", 0, ERR_AGAIN, "helper of voka: killed by signal 9"},
		{"exec >&-; exec sleep 1000", 0, ERR_AGAIN, "helper of voka: closed its output"},
		{"printf \"\\377\\n\"; exec sleep 1000", 0, ERR_BROKEN, "helper of voka: a line is not UTF-8 text"},
		{"printf \"a\\000b\\n\"; exec sleep 1000", 0, ERR_BROKEN, "helper of voka: a line is not UTF-8 text"},
		{"printf 12345678901; exec sleep 1000", 10, ERR_BROKEN, "helper of voka: a line is too long"},
		{"echo 12345678901; exec sleep 1000", 10, ERR_BROKEN, "helper of voka: a line is too long"},
		{"echo 1234567890; exit 1", 10, ERR_AGAIN, "helper of voka: ended with status 1"},
		{"cat /dev/zero", 10, ERR_BROKEN, "helper of voka: a line is too long"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		w->exits = w->closed = w->nlines = 0;
		sh(w, row[i].script, row[i].max_line);
		until_exit(w);
		assert_int_equal(w->why.kind, row[i].kind);
		assert_string_equal(w->why.text, row[i].text);
		assert_false(child_send(w->child, "x", 1));
		close_child(w);
		while (!w->closed)
			uv_run(&w->uv, UV_RUN_ONCE);
	}
}

static void a_program_that_cannot_be_started(void **state)
{
	struct world *w = *state;

	start(w, (const char *const[]){"/no/such/program", NULL}, 0);
	assert_int_equal(w->exits, 0);
	assert_false(child_send(w->child, "x", 1));
	until_exit(w);
	assert_int_equal(w->why.kind, ERR_BROKEN);
	assert_string_equal(w->why.text, "helper of voka: No such file or directory");
	close_child(w);
	while (!w->closed)
		uv_run(&w->uv, UV_RUN_ONCE);
	w->closed = w->exits = 0;
	/* Closed before it could be told. */
	start(w, (const char *const[]){"/", NULL}, 0);
	close_child(w);
	while (!w->closed)
		uv_run(&w->uv, UV_RUN_ONCE);
	assert_int_equal(w->exits, 0);
}

static void it_can_be_closed_from_a_line(void **state)
{
	struct world *w = *state;

	w->close_on_line = true;
	sh(w, "echo one; echo two; echo three; exec sleep 1000", 0);
	while (!w->closed)
		uv_run(&w->uv, UV_RUN_ONCE);
	assert_string_equal(w->lines.data, "one|");
	assert_int_equal(w->exits, 0);
}

static void one_that_ignores_term_is_killed(void **state)
{
	struct world *w = *state;
	uint64_t begin;

	sh(w, "trap : TERM; echo ready; while :; do sleep 1000; done", 0);
	until_lines(w, 1);
	begin = loop_now(&w->u.loop);
	close_child(w);
	while (!w->closed)
		uv_run(&w->uv, UV_RUN_ONCE);
	assert_true(loop_now(&w->u.loop) - begin >= 4900);
}

static void one_that_never_reads_is_noticed(void **state)
{
	struct world *w = *state;
	AUTO(free) char *megabyte = calloc(1, 1 << 20);
	unsigned sent = 0;

	sh(w, "exec sleep 1000", 0);
	memset(megabyte, 0x78, 1 << 20);
	while (child_send(w->child, megabyte, 1 << 20)) {
		uv_run(&w->uv, UV_RUN_NOWAIT);
		assert_true(++sent < 100);
	}
	assert_true(sent >= 60);
	assert_int_equal(w->exits, 0);
}

static void its_stderr_is_logged_within_bounds(void **state)
{
	struct world *w = *state;

	w->close_on_exit = true;
	sh(w, "printf \"one\\033[2J\\377\\n\" >&2; exit 0", 0);
	until_exit(w);
	assert_int_equal(w->log_lines, 1);
	assert_string_equal(w->last_log, "helper_said partner=voka text=\"one\\x1b[2J\\xff\"");
	uv_run(&w->uv, UV_RUN_DEFAULT);
	w->closed = w->exits = w->log_lines = 0;
	sh(w, "head -c 100000 /dev/zero | tr \"\\000\" x >&2; yes noise | head -n 100000 >&2; echo done; exit 0", 0);
	until_exit(w);
	assert_string_equal(w->lines.data, "done|");
	assert_int_equal(w->log_lines, 100);
	assert_true(strlen(w->last_log) < 1100);
}

static void it_gets_a_bare_environment(void **state)
{
	struct world *w = *state;

	setenv("SECRET_CANARY", "x", 1);
	w->close_on_exit = true;
	start(w, (const char *const[]){"env", NULL}, 0);
	until_exit(w);
	unsetenv("SECRET_CANARY");
	assert_int_equal(w->nlines, 3);
	assert_true(strncmp(w->lines.data, "PATH=", 5) == 0);
	assert_non_null(strstr(w->lines.data, "|LANG="));
	assert_non_null(strstr(w->lines.data, "|HOME="));
}

static void it_gets_no_descriptor_of_ours(void **state)
{
	struct world *w = *state;
	int leaks[3] = {dup(2), fcntl(2, F_DUPFD, 50), fcntl(2, F_DUPFD, 900)};

	w->close_on_exit = true;
	/* 3 is the folder that ls reads. */
	start(w, (const char *const[]){"ls", "/proc/self/fd", NULL}, 0);
	until_exit(w);
	assert_string_equal(w->lines.data, "0|1|2|3|");
	for (size_t i = 0; i < 3; i++)
		close(leaks[i]);
}

/* Gone, or dead and only waiting to be reaped by whoever inherited it. */
static bool process_gone(int pid)
{
	char path[64], text[300] = "";
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return true;
	(void)!fgets(text, sizeof text, f);
	fclose(f);
	return !*text || strstr(text, ") Z ") || strstr(text, ") X ");
}

static void wait_gone(int pid)
{
	for (int i = 0; !process_gone(pid); i++) {
		assert_true(i < 20000);
		usleep(1000);
	}
}

static void its_own_helpers_end_with_it(void **state)
{
	struct world *w = *state;
	int pid;

	sh(w, "sh -c \"trap : TERM; exec sleep 1000\" & echo $!; exit 0", 0);
	until_exit(w);
	pid = atoi(w->lines.data);
	assert_true(pid > 1);
	wait_gone(pid);
}

/* One that has left the session holds the pipes for as long as it likes. */
static void its_end_is_told_even_if_its_pipes_are_held(void **state)
{
	struct world *w = *state;

	sh(w, "setsid sh -c 'echo $$; exec sleep 1000' & read line; exit 4", 0);
	until_lines(w, 1);
	child_send(w->child, "", 0);
	until_exit(w);
	assert_string_equal(w->why.text, "helper of voka: ended with status 4");
	kill(atoi(w->lines.data), SIGKILL);
}

static void it_dies_with_us(void **state)
{
	struct world *w = *state;
	int fd[2], pid = 0;
	pid_t daemon;

	/* Something for the teardown to close. */
	sh(w, "exec sleep 1000", 0);
	assert_int_equal(pipe(fd), 0);
	daemon = fork();
	if (daemon == 0) {
		struct world *mine = NULL;

		setup((void **)&mine);
		sh(mine, "echo $$; exec sleep 1000", 0);
		until_lines(mine, 1);
		pid = atoi(mine->lines.data);
		(void)!write(fd[1], &pid, sizeof pid);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(read(fd[0], &pid, sizeof pid), sizeof pid);
	waitpid(daemon, NULL, 0);
	assert_true(pid > 1);
	wait_gone(pid);
	close(fd[0]);
	close(fd[1]);
}

static void closed_after_any_number_of_rounds(void **state)
{
	static const char *const scripts[] = {"cat", "echo a; echo b >&2; exit 1", "exec >&-; exec sleep 1000",
		"exec 2>&-; yes", "printf \"\\377\\n\"; cat"};
	struct world *w = *state;

	for (int round = 0; round < 60; round++) {
		w->exits = w->closed = 0;
		sh(w, scripts[round % 5], 0);
		child_send(w->child, "hello", 5);
		for (int i = 0; i < round / 2; i++)
			uv_run(&w->uv, UV_RUN_NOWAIT);
		close_child(w);
		w->exits = 0;
		while (!w->closed)
			uv_run(&w->uv, UV_RUN_ONCE);
		assert_int_equal(w->closed, 1);
		assert_int_equal(w->exits, 0);
	}
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(lines_go_there_and_back),
		WITH(last_words_are_heard_before_the_end),
		WITH(how_ends_are_sorted),
		WITH(a_program_that_cannot_be_started),
		WITH(it_can_be_closed_from_a_line),
		WITH(one_that_ignores_term_is_killed),
		WITH(one_that_never_reads_is_noticed),
		WITH(its_stderr_is_logged_within_bounds),
		WITH(it_gets_a_bare_environment),
		WITH(it_gets_no_descriptor_of_ours),
		WITH(its_own_helpers_end_with_it),
		WITH(its_end_is_told_even_if_its_pipes_are_held),
		WITH(it_dies_with_us),
		WITH(closed_after_any_number_of_rounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
