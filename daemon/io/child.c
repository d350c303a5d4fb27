/*
 * The happy path: spawn() starts the program with three pipes; lines of its stdout go to on_line, lines of its stderr
 * to the log; child_close() closes its stdin and sends TERM; on_dead() sees it end through its pidfd, ended() waits
 * for what is still in the pipes; then every handle is closed.
 * Ways to fail: it cannot be started (told on a later turn); it says something that is no line (killed); it ends by
 * itself; it closes its stdout and lives on (told to end, then killed).
 */
#include "io/child.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/utf8.h"
#include "io/spawn.h"

#define LINE_MOST ((size_t)16 << 20)
#define UNREAD_MOST ((size_t)64 << 20)
#define KILL_AFTER_MS 5000
#define DRAIN_MS 1000
#define LOG_LINE_MOST 1000
#define LOG_LINES_MOST 100
#define LOG_PERIOD_MS 60000
#define CHUNK ((size_t)64 << 10)

struct pipe_end {
	uv_pipe_t uv;
	bool open; /* not yet closing */
};

struct child {
	struct loop *loop;
	struct child_options options;
	struct arena *arena; /* the options' texts */
	pid_t pid;	     /* 0: not running */
	int pidfd;
	uv_poll_t dead;
	struct pipe_end in, out, log;
	unsigned handles; /* not yet closed */
	struct buf line, log_line;
	size_t scanned; /* of line: no newline there */
	char *chunk;
	struct timer timer;   /* to tell that it could not be started; to kill it; to stop draining */
	int signal;	      /* the last one we sent */
	const char *signaled; /* why */
	struct err why;
	bool told;   /* on_exit was called, or must not be any more */
	bool exited; /* the process is reaped, or was never there */
	struct op *closing;
	uint64_t log_from; /* when the present minute began */
	unsigned log_lines, log_muted;
};

static void settle(struct child *);

/* ---- ending ---- */

/* The first reason is the story. */
static void blame(struct child *c, enum err_kind kind, const char *text)
{
	if (c->why.kind == ERR_NONE)
		err_set(&c->why, kind, "helper of %s: %s", c->options.name, text);
}

static void on_handle_closed(uv_handle_t *h)
{
	struct child *c = h->data;

	c->handles--;
	settle(c);
}

static void pipe_close(struct pipe_end *p)
{
	if (!p->open)
		return;
	p->open = false;
	uv_close((uv_handle_t *)&p->uv, on_handle_closed);
}

static void child_free(struct child *c)
{
	buf_fini(&c->line);
	buf_fini(&c->log_line);
	free(c->chunk);
	arena_free(c->arena);
	free(c);
}

/* Called after every event that may have been the last: tells the owner, and when it has let go, goes away. */
static void settle(struct child *c)
{
	struct op *op = c->closing;

	if (!c->exited || c->out.open || c->log.open)
		return;
	timer_disarm(c->loop, &c->timer);
	pipe_close(&c->in);
	if (!c->told) {
		c->told = true;
		blame(c, ERR_AGAIN, "ended");
		c->options.on_exit(c->options.ctx, &c->why); /* may call child_close(), which comes back here */
		return;
	}
	if (!op || c->handles)
		return;
	child_free(c);
	op_finish(op);
}

/* A process that is reaped may have left others behind, which hold its pipes. */
static void stop_draining(struct child *c)
{
	pipe_close(&c->out);
	pipe_close(&c->log);
	settle(c);
}

static void on_timer(struct timer *t)
{
	struct child *c = container_of(t, struct child, timer);

	if (c->exited)
		stop_draining(c);
	else
		kill(-c->pid, c->signal = SIGKILL);
}

static void terminate(struct child *c, const char *why)
{
	pipe_close(&c->in);
	if (c->exited)
		return;
	if (!c->signaled)
		c->signaled = why;
	kill(-c->pid, c->signal = SIGTERM);
	if (!c->timer.slot)
		timer_arm(c->loop, &c->timer, KILL_AFTER_MS);
}

static void on_dead(uv_poll_t *h, int status, int events)
{
	struct child *c = h->data;
	siginfo_t info = {0};
	char text[64];

	(void)status;
	(void)events;
	/* While it is not reaped its number, and its group's, belong to nobody else. */
	kill(-c->pid, SIGKILL);
	while (waitid(P_PIDFD, (id_t)c->pidfd, &info, WEXITED) != 0 && errno == EINTR)
		;
	uv_close((uv_handle_t *)&c->dead, on_handle_closed);
	close(c->pidfd);
	c->exited = true;
	c->pid = 0;
	if (info.si_code == CLD_EXITED)
		snprintf(text, sizeof text, "ended with status %d", info.si_status);
	else if (info.si_status == c->signal)
		snprintf(text, sizeof text, "%s", c->signaled);
	else
		snprintf(text, sizeof text, "killed by signal %d", info.si_status);
	blame(c, ERR_AGAIN, text);
	timer_arm(c->loop, &c->timer, DRAIN_MS);
	settle(c);
}

/* ---- what it says ---- */

static void violated(struct child *c, const char *what)
{
	blame(c, ERR_BROKEN, what);
	buf_fini(&c->line);
	pipe_close(&c->out);
	if (c->pid)
		kill(-c->pid, SIGKILL);
	settle(c);
}

/* Hands on every whole line; what is left stays for the next chunk. The owner may close the child from any of them. */
static void take_lines(struct child *c)
{
	size_t from = 0;
	char *end;

	while (c->out.open && (end = memchr(c->line.data + from + c->scanned, '\n', c->line.len - from - c->scanned))) {
		char *text = c->line.data + from;
		size_t len = (size_t)(end - text);

		c->scanned = 0;
		from += len + 1;
		if (len > c->options.max_line) {
			violated(c, "a line is too long");
			return;
		}
		if (memchr(text, '\0', len) || !utf8_valid(text, len)) {
			violated(c, "a line is not UTF-8 text");
			return;
		}
		*end = '\0';
		c->options.on_line(c->options.ctx, text, len);
	}
	if (!c->out.open)
		return;
	if (from) {
		memmove(c->line.data, c->line.data + from, c->line.len - from + 1);
		c->line.len -= from;
	}
	c->scanned = c->line.len;
	if (c->line.len > c->options.max_line)
		violated(c, "a line is too long");
}

static void on_out(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct child *c = s->data;

	if (n > 0) {
		buf_add(&c->line, buf->base, (size_t)n);
		take_lines(c);
		return;
	}
	if (n == 0)
		return;
	pipe_close(&c->out);
	terminate(c, "closed its output"); /* it may also have ended, which is seen a moment later */
	settle(c);
}

static void say(struct child *c, const char *text)
{
	uint64_t now = loop_now(c->loop);

	if (now - c->log_from >= LOG_PERIOD_MS) {
		if (c->log_muted)
			log_event(LOG_LEVEL_WARN, "helper_muted", "partner=%s lines=%u", c->options.name, c->log_muted);
		c->log_from = now;
		c->log_lines = c->log_muted = 0;
	}
	if (c->log_lines++ < LOG_LINES_MOST)
		log_event(LOG_LEVEL_INFO, "helper_said", "partner=%s text=%s", c->options.name, text);
	else
		c->log_muted++;
}

static void on_log(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct child *c = s->data;

	const char *p = buf->base;

	while (n > 0) {
		const char *end = memchr(p, '\n', (size_t)n);
		size_t len = end ? (size_t)(end - p) : (size_t)n, room = LOG_LINE_MOST - c->log_line.len;

		buf_add(&c->log_line, p, len < room ? len : room);
		if (!end)
			return;
		say(c, c->log_line.data);
		buf_clear(&c->log_line);
		n -= (ssize_t)len + 1;
		p = end + 1;
	}
	if (n == 0)
		return;
	if (c->log_line.len)
		say(c, c->log_line.data);
	pipe_close(&c->log);
	settle(c);
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
	struct child *c = h->data;

	(void)suggested;
	*buf = uv_buf_init(c->chunk, CHUNK);
}

/* ---- starting ---- */

static char *variable(struct arena *a, const char *name, const char *fallback)
{
	const char *value = getenv(name);

	return arena_printf(a, "%s=%s", name, value ? value : fallback);
}

static void pipe_adopt(struct child *c, uv_loop_t *uv, struct pipe_end *p, int fd)
{
	uv_pipe_init(uv, &p->uv, 0);
	p->uv.data = c;
	p->open = true;
	c->handles++;
	if (uv_pipe_open(&p->uv, fd) != 0)
		abort();
}

static void watch(struct child *c, uv_loop_t *uv, const struct spawned *s)
{
	c->pid = s->pid;
	c->pidfd = s->pidfd;
	pipe_adopt(c, uv, &c->in, s->in);
	pipe_adopt(c, uv, &c->out, s->out);
	pipe_adopt(c, uv, &c->log, s->log);
	uv_read_start((uv_stream_t *)&c->out.uv, on_alloc, on_out);
	uv_read_start((uv_stream_t *)&c->log.uv, on_alloc, on_log);
	if (uv_poll_init(uv, &c->dead, c->pidfd) != 0)
		abort();
	c->dead.data = c;
	c->handles++;
	uv_poll_start(&c->dead, UV_READABLE, on_dead);
}

static const char *const *copy_argv(struct arena *a, const char *const *argv)
{
	size_t n = 0;
	const char **copy;

	while (argv[n])
		n++;
	copy = arena_array(a, const char *, n + 1);
	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(a, argv[i]);
	return copy;
}

struct child *child_start(struct loop *loop, uv_loop_t *uv, const struct child_options *o)
{
	struct child *c = calloc(1, sizeof *c);
	struct spawned spawned;
	char *env[4] = {0};

	if (!c)
		abort();
	*c = (struct child){.loop = loop, .options = *o, .arena = arena_new(), .pidfd = -1, .timer.fire = on_timer};
	c->options.name = arena_strdup(c->arena, o->name);
	c->options.argv = copy_argv(c->arena, o->argv);
	if (!o->max_line)
		c->options.max_line = LINE_MOST;
	c->chunk = malloc(CHUNK);
	if (!c->chunk)
		abort();
	env[0] = variable(c->arena, "PATH", "/usr/local/bin:/usr/bin:/bin");
	env[1] = variable(c->arena, "LANG", "C.UTF-8");
	env[2] = variable(c->arena, "HOME", "/");
	if (spawn(c->options.argv, env, &spawned)) {
		watch(c, uv, &spawned);
	} else {
		c->exited = true;
		blame(c, ERR_BROKEN, strerror(errno));
		timer_arm(loop, &c->timer, 0);
	}
	return c;
}

/* ---- what it is told ---- */

struct send {
	uv_write_t req;
	char bytes[];
};

static void on_sent(uv_write_t *req, int status)
{
	struct child *c = req->handle->data;

	free(container_of(req, struct send, req));
	if (status < 0 && status != UV_ECANCELED)
		terminate(c, "closed its input");
}

bool child_send(struct child *c, const char *line, size_t len)
{
	uv_stream_t *in = (uv_stream_t *)&c->in.uv;
	struct send *s;
	uv_buf_t buf;

	if (!c->in.open || len > UNREAD_MOST || uv_stream_get_write_queue_size(in) > UNREAD_MOST - len)
		return false;
	s = malloc(sizeof *s + len + 1);
	if (!s)
		abort();
	memcpy(s->bytes, line, len);
	s->bytes[len] = '\n';
	buf = uv_buf_init(s->bytes, (unsigned)len + 1);
	if (uv_write(&s->req, in, &buf, 1, on_sent) == 0)
		return true;
	free(s);
	return false;
}

void child_close(struct child *c, struct op *op)
{
	op_begin(op, NULL);
	c->closing = op;
	c->told = true;
	pipe_close(&c->out);
	if (c->exited)
		stop_draining(c);
	else
		terminate(c, "closed");
}
