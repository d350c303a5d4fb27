#include "base/log.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"

static struct {
	const char *program;
	atomic_int most;
	int journal; /* socket, or -1 */
	bool terminal;
	void (*sink)(void *, enum log_level, const char *);
	void *sink_ctx;
	pthread_mutex_t lock;
	atomic_uint_fast64_t dropped;
} state = {.most = LOG_LEVEL_INFO, .journal = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

static const struct {
	const char *name;
	int priority;
} levels[] = {
#define X(level, name, priority) [LOG_LEVEL_##level] = {name, priority},
	LOG_LEVELS(X)
#undef X
};

/* systemd sets "device:inode" of what it connected to stderr; a redirected stderr no longer matches. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
	       st.st_dev == device && st.st_ino == inode;
}

static int journal_connect(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	close(fd);
	return -1;
}

void log_open_at(const char *program, enum log_level most, const char *journal_socket)
{
	pthread_mutex_lock(&state.lock);
	state.program = program;
	state.most = (int)most;
	if (state.journal >= 0)
		close(state.journal);
	state.journal = stderr_is_journal() ? journal_connect(journal_socket) : -1;
	state.terminal = isatty(STDERR_FILENO);
	pthread_mutex_unlock(&state.lock);
}

void log_open(const char *program, enum log_level most)
{
	log_open_at(program, most, "/run/systemd/journal/socket");
}

void log_set_level(enum log_level most)
{
	state.most = (int)most;
}

bool log_level_parse(const char *name, enum log_level *out)
{
	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		if (strcmp(levels[i].name, name) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

uint64_t log_dropped(void)
{
	return state.dropped;
}

void log_capture(void (*sink)(void *, enum log_level, const char *), void *ctx)
{
	pthread_mutex_lock(&state.lock);
	state.sink = sink;
	state.sink_ctx = ctx;
	pthread_mutex_unlock(&state.lock);
}

/* long, long long, size_t, intmax_t and ptrdiff_t are taken alike. */
_Static_assert(sizeof(long) == sizeof(size_t) && sizeof(long) == sizeof(long long), "LP64");

struct args {
	va_list ap;
};

/* Formats the one conversion that begins at p (on its '%'), taking its argument; returns where it ends. The words of
 * a format are taken one by one, so that no value can pose as a further field. */
static const char *convert(struct buf *out, const char *p, struct args *a)
{
	size_t flags = 1 + strspn(p + 1, "-+ #0123456789.*"), longs = 0, n;
	char spec[32];
	int star[2] = {0}, stars = 0;
	bool size = false;

	for (size_t i = 1; i < flags; i++) {
		if (p[i] == '*' && stars < 2)
			star[stars++] = va_arg(a->ap, int);
	}
	n = flags;
	for (; strchr("lzjt", p[n]) && p[n]; n++) {
		longs += p[n] == 'l';
		size |= p[n] != 'l';
	}
	assert(p[n] && n + 2 <= sizeof spec);
	memcpy(spec, p, n + 1);
	spec[n + 1] = '\0';

#define EMIT(value)                                                                                                    \
	(stars == 0	     ? buf_addf(out, spec, value)                                                              \
		: stars == 1 ? buf_addf(out, spec, star[0], value)                                                     \
			     : buf_addf(out, spec, star[0], star[1], value))
	switch (p[n]) {
	case 's': {
		const char *s = va_arg(a->ap, const char *);

		EMIT(s ? s : "-");
		break;
	}
	case 'c':
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		if (longs || size)
			EMIT(va_arg(a->ap, long));
		else
			EMIT(va_arg(a->ap, int));
		break;
	case 'f':
	case 'g':
	case 'e':
		EMIT(va_arg(a->ap, double));
		break;
	case 'p':
		EMIT(va_arg(a->ap, void *));
		break;
	default:
		assert(false && "a conversion that log_event() does not know");
	}
#undef EMIT
	return p + n + 1;
}

/* Appends the next key and its value; returns the rest of the format, NULL at its end. */
static const char *next_field(const char *fmt, struct args *a, struct buf *key, struct buf *value)
{
	struct buf *to = key;

	fmt += strspn(fmt, " ");
	if (!*fmt)
		return NULL;
	buf_clear(key);
	buf_clear(value);
	buf_adds(value, "");
	while (*fmt && *fmt != ' ') {
		if (*fmt == '=' && to == key) {
			to = value;
			fmt++;
		} else if (fmt[0] == '%' && fmt[1] == '%') {
			buf_addc(to, '%');
			fmt += 2;
		} else if (*fmt == '%') {
			fmt = convert(to, fmt, a);
		} else {
			buf_addc(to, *fmt++);
		}
	}
	return fmt;
}

/* Printable, and no control character of either range: a line on a terminal must not steer it. */
static size_t plain_step(const char *p, size_t n)
{
	size_t step = utf8_step(p, n);
	unsigned char c = (unsigned char)*p;

	if (step == 1 && (c < 0x20 || c == 0x7f))
		return 0;
	if (step == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0)
		return 0;
	return step;
}

static void add_value(struct buf *line, const char *s, size_t n)
{
	bool quote = n == 0;

	for (size_t i = 0, step; i < n && !quote; i += step) {
		step = plain_step(s + i, n - i);
		quote = !step || strchr(" \"\\=", s[i]);
	}
	if (!quote) {
		buf_add(line, s, n);
		return;
	}
	buf_addc(line, '"');
	for (size_t i = 0; i < n;) {
		size_t step = plain_step(s + i, n - i);

		if (s[i] == '"' || s[i] == '\\')
			buf_addc(line, '\\');
		if (step)
			buf_add(line, s + i, step);
		else if (s[i] == '\n')
			buf_adds(line, "\\n");
		else if (s[i] == '\t')
			buf_adds(line, "\\t");
		else
			buf_addf(line, "\\x%02x", (unsigned)(unsigned char)s[i]);
		i += step ? step : 1;
	}
	buf_addc(line, '"');
}

/* systemd's native protocol: NAME=value, or for values with a newline NAME, newline, 64-bit length, value. */
static void add_journal(struct buf *out, const char *prefix, const char *key, const char *value, size_t n)
{
	buf_adds(out, prefix);
	for (; *key; key++)
		buf_addc(out, isalnum((unsigned char)*key) ? (char)toupper((unsigned char)*key) : '_');
	if (memchr(value, '\n', n)) {
		buf_addc(out, '\n');
		for (unsigned i = 0; i < 8; i++)
			buf_addc(out, (char)((uint64_t)n >> (8 * i)));
	} else {
		buf_addc(out, '=');
	}
	buf_add(out, value, n);
	buf_addc(out, '\n');
}

/* A pipe that nobody empties must not stop the daemon: what does not fit at once is dropped. */
static bool write_stderr(const char *p, size_t n)
{
	while (n) {
		struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};
		ssize_t done;

		if (poll(&fd, 1, 0) != 1 || !(fd.revents & POLLOUT))
			return false;
		done = write(STDERR_FILENO, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static void deliver(enum log_level level, const char *event, struct buf *line, struct buf *fields)
{
	bool ok;

	pthread_mutex_lock(&state.lock);
	if (state.sink) {
		state.sink(state.sink_ctx, level, line->data);
		ok = true;
	} else if (state.journal >= 0) {
		char priority[2] = {(char)('0' + levels[level].priority)};

		add_journal(fields, "", "MESSAGE", line->data, line->len);
		add_journal(fields, "", "PRIORITY", priority, 1);
		add_journal(fields, "", "SYSLOG_IDENTIFIER", state.program, strlen(state.program));
		add_journal(fields, "DOORSTROOM_", "EVENT", event, strlen(event));
		ok = send(state.journal, fields->data, fields->len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
	} else {
		BUF_AUTO struct buf out = {0};

		if (!state.terminal)
			buf_addf(&out, "<%d>", levels[level].priority);
		buf_add(&out, line->data, line->len);
		buf_addc(&out, '\n');
		ok = write_stderr(out.data, out.len);
	}
	pthread_mutex_unlock(&state.lock);
	if (!ok)
		state.dropped++;
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	BUF_AUTO struct buf line = {0};
	BUF_AUTO struct buf fields = {0};
	BUF_AUTO struct buf key = {0};
	BUF_AUTO struct buf value = {0};
	struct args args;

	if ((int)level > state.most)
		return;
	buf_adds(&line, event);
	va_start(args.ap, fmt);
	while ((fmt = next_field(fmt, &args, &key, &value))) {
		buf_addc(&line, ' ');
		buf_adds(&line, key.data);
		buf_addc(&line, '=');
		add_value(&line, value.data, value.len);
		add_journal(&fields, "DOORSTROOM_", key.data, value.data, value.len);
	}
	va_end(args.ap);
	deliver(level, event, &line, &fields);
}
