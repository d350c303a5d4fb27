/*
 * server.c - partners for the benchmark: companies generated as they are asked for, one thread, loopback only.
 *
 * usage: bench-server PORT NAME=COUNT[*TIMES]...
 *
 * Each NAME is a partner under /p/NAME/ with COUNT companies; The n-th company is
 * the same at every partner, so that they match by enterprise number. NAME=COUNT*TIMES makes NAME0, NAME1, ..., which
 * have no company in common.
 *
 *   GET   /p/NAME/companies?limit=N&cursor=C   {"items":[...],"cursor":"...","more":bool,"total":N}
 *   GET   /p/NAME/companies/ID                 one company; 404
 *   PATCH /p/NAME/companies/ID                 merge-patch; 412 if If-Match names another version
 *   GET   /stats                               requests and bytes so far
 *   POST  /drive?from=A&to=B&changes=N&hook=PORT/PATH
 *         N times: changes a company at A, calls the webhook, waits until the change was written at B; answers with
 *         the microseconds each took.
 *
 * A cursor is "i<next index>.<sequence at the start>" while the list is walked, then "c<sequence>": what changed.
 */
#include "partners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIMIT_MAX 5000

struct connection {
	int fd;
	struct buf in, out;
	size_t written;
};

static uint64_t requests, bytes;

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void answer(struct connection *c, const char *status, const char *etag, const struct buf *body)
{
	buf_addf(&c->out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n", status, body->len);
	if (etag)
		buf_addf(&c->out, "ETag: \"%s\"\r\n", etag);
	buf_adds(&c->out, "\r\n");
	if (body->len)
		buf_add(&c->out, body->data, body->len);
}

static void fail(struct connection *c, const char *status)
{
	BUF_AUTO struct buf body = { 0 };

	buf_adds(&body, "{\"error\":\"no\"}");
	answer(c, status, NULL, &body);
}

static size_t parameter(const char *query, const char *name, char *out, size_t size)
{
	const size_t len = strlen(name);
	size_t n = 0;

	out[0] = '\0';
	while (query && *query) {
		if (!strncmp(query, name, len) && query[len] == '=') {
			n = strcspn(query + len + 1, "&");
			if (n < size) {
				memcpy(out, query + len + 1, n);
				out[n] = '\0';
			}
			return n;
		}
		query = strchr(query, '&');
		query = query ? query + 1 : NULL;
	}
	return 0;
}

static void list(struct connection *c, struct partner *p, const char *query)
{
	BUF_AUTO struct buf body = { 0 };
	char text[64];
	unsigned long limit = 500;
	size_t index = 0, n = 0;
	uint64_t seq = p->seq, from;
	const char *sep = "";

	if (parameter(query, "limit", text, sizeof(text)))
		limit = strtoul(text, NULL, 10);
	if (!limit || limit > LIMIT_MAX)
		limit = LIMIT_MAX;
	parameter(query, "cursor", text, sizeof(text));
	buf_adds(&body, "{\"items\":[");
	if (text[0] == 'c') {
		from = strtoull(text + 1, NULL, 10);
		for (; from < p->seq && n < limit; from++, n++) {
			buf_adds(&body, sep);
			partners_print(&body, p, p->changed[from]);
			sep = ",";
		}
		buf_addf(&body, "],\"cursor\":\"c%llu\",\"more\":%s,\"total\":%zu}", (unsigned long long)from,
			from < p->seq ? "true" : "false", p->count);
	} else {
		if (text[0] == 'i') {
			char *dot;

			index = strtoul(text + 1, &dot, 10);
			seq = *dot ? strtoull(dot + 1, NULL, 10) : 0;
		}
		for (; index < p->count && n < limit; index++, n++) {
			buf_adds(&body, sep);
			partners_print(&body, p, index);
			sep = ",";
		}
		if (index < p->count)
			buf_addf(&body, "],\"cursor\":\"i%zu.%llu\",\"more\":true,\"total\":%zu}", index,
				(unsigned long long)seq, p->count);
		else
			buf_addf(&body, "],\"cursor\":\"c%llu\",\"more\":false,\"total\":%zu}", (unsigned long long)seq,
				p->count);
	}
	answer(c, "200 OK", NULL, &body);
}

static void one(struct connection *c, struct partner *p, const char *method, const char *id, const char *if_match,
	const char *body, size_t len)
{
	BUF_AUTO struct buf out = { 0 };
	size_t index = id[0] == 'c' ? strtoul(id + 1, NULL, 10) : SIZE_MAX;
	char version[16];
	json_t *patch;

	if (index >= p->count) {
		fail(c, "404 Not Found");
		return;
	}
	if (!strcmp(method, "PATCH")) {
		snprintf(version, sizeof(version), "\"%u\"", p->company[index].version);
		if (if_match && strncmp(if_match, version, strlen(version)) && strncmp(if_match, version + 1, strlen(version) - 2)) {
			fail(c, "412 Precondition Failed");
			return;
		}
		patch = json_loadb(body, len, 0, NULL);
		if (!json_is_object(patch)) {
			json_decref(patch);
			fail(c, "400 Bad Request");
			return;
		}
		partners_change(p, index, patch);
	}
	partners_print(&out, p, index);
	snprintf(version, sizeof(version), "%u", p->company[index].version);
	answer(c, "200 OK", version, &out);
}

/* True: the connection is the driver's now. */
static bool handed_to_driver(struct connection *c, const char *query, int epoll)
{
	struct drive d = { .fd = c->fd };
	char text[160], *slash;

	d.from = partners_find(text, parameter(query, "from", text, sizeof(text)));
	d.to = partners_find(text, parameter(query, "to", text, sizeof(text)));
	parameter(query, "changes", text, sizeof(text));
	d.changes = strtoul(text, NULL, 10);
	parameter(query, "hook", text, sizeof(text));
	d.port = (unsigned short)strtoul(text, &slash, 10);
	if (!d.from || !d.from->count || !d.to || *slash != '/') {
		fail(c, "400 Bad Request");
		return false;
	}
	snprintf(d.path, sizeof(d.path), "%.120s", slash + 1);
	epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, NULL);
	drive_start(&d);
	return true;
}

/* True if the connection was handed on. */
static bool serve(struct connection *c, char *head, const char *body, size_t len, int epoll)
{
	char *save, *method = strtok_r(head, " ", &save), *target = strtok_r(NULL, " ", &save), *rest = save, *query, *slash;
	const char *if_match = rest ? strcasestr(rest, "\nif-match:") : NULL;
	struct partner *p;
	bool gone = false;

	if (if_match)
		for (if_match += strlen("\nif-match:"); *if_match == ' '; if_match++)
			;
	requests++;
	if (!target) {
		fail(c, "400 Bad Request");
		return false;
	}
	query = strchr(target, '?');
	if (query)
		*query++ = '\0';
	pthread_mutex_lock(&partners_lock);
	if (!strcmp(target, "/stats")) {
		BUF_AUTO struct buf out = { 0 };

		buf_addf(&out, "{\"requests\":%llu,\"bytes\":%llu}", (unsigned long long)requests, (unsigned long long)bytes);
		answer(c, "200 OK", NULL, &out);
	} else if (!strcmp(target, "/drive")) {
		gone = handed_to_driver(c, query, epoll);
	} else if (!strncmp(target, "/p/", 3) && (slash = strchr(target + 3, '/')) &&
		   (p = partners_find(target + 3, (size_t)(slash - target - 3))) && !strncmp(slash, "/companies", 10)) {
		if (slash[10] == '/')
			one(c, p, method, slash + 11, if_match, body, len);
		else
			list(c, p, query);
	} else {
		fail(c, "404 Not Found");
	}
	pthread_mutex_unlock(&partners_lock);
	return gone;
}

static void connection_free(struct connection *c, bool keep_fd)
{
	if (!keep_fd)
		close(c->fd);
	buf_fini(&c->in);
	buf_fini(&c->out);
	free(c);
}

static bool flush(struct connection *c, int epoll)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

	while (c->written < c->out.len) {
		const ssize_t n = write(c->fd, c->out.data + c->written, c->out.len - c->written);

		if (n < 0 && errno == EAGAIN) {
			ev.events |= EPOLLOUT;
			break;
		}
		if (n <= 0)
			return false;
		c->written += (size_t)n;
		bytes += (uint64_t)n;
	}
	if (c->written == c->out.len) {
		buf_clear(&c->out);
		c->written = 0;
	}
	epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &ev);
	return true;
}

/* One read, and every request that is complete; false: the connection is done with. */
static bool ready(struct connection *c, int epoll, bool *handed_on)
{
	char chunk[65536], *end;
	const ssize_t n = read(c->fd, chunk, sizeof(chunk));

	*handed_on = false;
	if (n == 0 || (n < 0 && errno != EAGAIN))
		return false;
	if (n > 0)
		buf_add(&c->in, chunk, (size_t)n);
	while (c->in.len && (end = strstr(c->in.data, "\r\n\r\n"))) {
		const size_t head = (size_t)(end - c->in.data) + 4;
		const char *length;
		size_t len = 0, left;

		*end = '\0';
		length = strcasestr(c->in.data, "\ncontent-length:");
		if (length)
			len = strtoul(length + 16, NULL, 10);
		if (c->in.len < head + len) {
			*end = '\r';
			break;
		}
		*handed_on = serve(c, c->in.data, c->in.data + head, len, epoll);
		if (*handed_on)
			return false;
		left = c->in.len - head - len;
		memmove(c->in.data, c->in.data + head + len, left);
		c->in.len = left;
		c->in.data[left] = '\0';
	}
	return flush(c, epoll);
}

static void listen_forever(unsigned short port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0);
	struct epoll_event ev = { .events = EPOLLIN }, got[64];
	const int on = 1;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&a, sizeof(a)) || listen(listener, 1024)) {
		perror("listen");
		exit(1);
	}
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &ev);
	puts("ready");
	fflush(stdout);
	for (;;) {
		const int n = epoll_wait(epoll, got, 64, -1);

		for (int i = 0; i < n; i++) {
			struct connection *c = got[i].data.ptr;
			bool handed_on;

			if (c) {
				if (!ready(c, epoll, &handed_on))
					connection_free(c, handed_on);
				continue;
			}
			c = calloc(1, sizeof(*c));
			c->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
			if (c->fd < 0) {
				free(c);
				continue;
			}
			setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
			epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &(struct epoll_event){ .events = EPOLLIN, .data.ptr = c });
		}
	}
}

int main(int argc, char **argv)
{
	bool ok = argc > 2;

	for (int i = 2; i < argc; i++)
		ok = partners_add(argv[i]) && ok;
	if (!ok) {
		fprintf(stderr, "usage: bench-server PORT NAME=COUNT[*TIMES]...\n");
		return 2;
	}
	partners_sort();
	listen_forever((unsigned short)strtoul(argv[1], NULL, 10));
}
