#include "support/rawserver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/own.h"

static void on_closed(uv_handle_t *h)
{
	struct rawconn *c = h->data;
	struct rawconn **p = &c->server->all;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	buf_fini(&c->in);
	free(c);
}

static void hang_up(struct rawconn *c)
{
	if (c->closing)
		return;
	c->closing = true;
	uv_close((uv_handle_t *)&c->tcp, on_closed);
}

struct send {
	uv_write_t req;
	char bytes[];
};

static void on_sent(uv_write_t *req, int status)
{
	struct rawconn *c = req->handle->data;

	free(container_of(req, struct send, req));
	if (status < 0)
		hang_up(c);
}

void rawserver_send(struct rawconn *c, const char *bytes, size_t n)
{
	struct send *s = malloc(sizeof *s + n);
	uv_buf_t buf = uv_buf_init(s->bytes, (unsigned)n);

	memcpy(s->bytes, bytes, n);
	if (c->closing || uv_write(&s->req, (uv_stream_t *)&c->tcp, &buf, 1, on_sent) != 0)
		free(s);
}

static void on_shut(uv_shutdown_t *req, int status)
{
	struct rawconn *c = req->handle->data;

	(void)status;
	free(req);
	hang_up(c);
}

void rawserver_hang_up(struct rawconn *c)
{
	uv_shutdown_t *req = malloc(sizeof *req);

	if (c->closing || uv_shutdown(req, (uv_stream_t *)&c->tcp, on_shut) != 0)
		free(req);
}

void rawserver_answer(struct rawconn *c, const char *status, const char *headers, const char *body)
{
	BUF_AUTO struct buf b = {0};

	buf_addf(&b, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers, strlen(body), body);
	rawserver_send(c, b.data, b.len);
}

/* Length of the complete request at the beginning of the buffer, or 0. */
static size_t request_length(const struct buf *b)
{
	const char *end = b->len ? strstr(b->data, "\r\n\r\n") : NULL;
	const char *length;
	size_t n;

	if (!end)
		return 0;
	n = (size_t)(end - b->data) + 4;
	length = strcasestr(b->data, "\r\ncontent-length:");
	if (length && length < end)
		n += (size_t)atol(length + 17);
	return b->len >= n ? n : 0;
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct rawconn *c = s->data;
	size_t len;

	if (n > 0)
		buf_add(&c->in, buf->base, (size_t)n);
	free(buf->base);
	if (n < 0) {
		hang_up(c);
		return;
	}
	while (!c->closing && (len = request_length(&c->in))) {
		AUTO(free) char *request = strndup(c->in.data, len);

		memmove(c->in.data, c->in.data + len, c->in.len - len + 1);
		c->in.len -= len;
		c->requests++;
		c->server->requests++;
		c->server->serve(c, request, c->server->ctx);
	}
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
	(void)h;
	*buf = uv_buf_init(malloc(suggested), (unsigned)suggested);
}

static void on_connection(uv_stream_t *s, int status)
{
	struct rawserver *server = s->data;
	struct rawconn *c = calloc(1, sizeof *c);

	if (status < 0)
		abort();
	c->server = server;
	c->next = server->all;
	server->all = c;
	server->connections++;
	uv_tcp_init(s->loop, &c->tcp);
	c->tcp.data = c;
	if (uv_accept(s, (uv_stream_t *)&c->tcp) != 0 || uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) != 0)
		abort();
}

void rawserver_open(struct rawserver *s, uv_loop_t *uv)
{
	struct sockaddr_in at;
	int len = sizeof at;

	uv_ip4_addr("127.0.0.1", 0, &at);
	uv_tcp_init(uv, &s->tcp);
	s->tcp.data = s;
	if (uv_tcp_bind(&s->tcp, (struct sockaddr *)&at, 0) != 0 ||
		uv_listen((uv_stream_t *)&s->tcp, 128, on_connection) != 0)
		abort();
	uv_tcp_getsockname(&s->tcp, (struct sockaddr *)&at, &len);
	s->port = ntohs(at.sin_port);
}

void rawserver_close(struct rawserver *s)
{
	uv_close((uv_handle_t *)&s->tcp, NULL);
	for (struct rawconn *c = s->all; c; c = c->next)
		hang_up(c);
}
