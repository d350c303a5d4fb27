/*
 * The happy path: start() makes a call and adds it; curl names sockets to watch (on_socket) and a time to be called
 * (on_timeout); on_poll and on_due tell curl, and reap() ends the exchanges that curl says are done.
 * Ways to fail: curl ends it with a code; a callback of curl_call.c refuses (address, body or header size, a second
 * sending) and keeps the reason; the exchange is cancelled, which takes effect at once.
 */
#include "io/curl.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>

#include "io/curl_call.h"

#define CONNECTIONS_KEPT 256L

struct curl {
	struct http http;
	struct loop *loop;
	uv_loop_t *uv;
	CURLM *multi;
	CURLSH *share; /* TLS sessions, to resume */
	struct timer timer;
	size_t calls, watches;
	struct op *closing;
};

struct watch {
	uv_poll_t poll;
	struct curl *curl;
	curl_socket_t fd;
};

static void finish(struct curl *curl, struct curl_call *c, CURLcode code)
{
	struct op *op = &c->ex->op;

	curl_call_outcome(c, code);
	curl_multi_remove_handle(curl->multi, c->easy);
	curl_call_free(c);
	curl->calls--;
	op_finish(op);
}

static struct curl *curl_of(struct http *http)
{
	return container_of(http, struct curl, http);
}

static void call_cancel(struct op *op)
{
	struct http_exchange *ex = container_of(op, struct http_exchange, op);
	struct curl_call *c = op->impl;

	err_set(&c->err, ERR_CANCELED, "canceled");
	finish(curl_of(http_peer_transport(ex->peer)), c, CURLE_ABORTED_BY_CALLBACK);
}

static void start(struct http *http, struct http_exchange *ex)
{
	struct curl *curl = curl_of(http);
	struct curl_call *c = curl_call_new(ex, curl->share);

	op_begin(&ex->op, call_cancel);
	ex->op.impl = c;
	curl->calls++;
	if (curl_multi_add_handle(curl->multi, c->easy) != CURLM_OK)
		abort();
}

static void reap(struct curl *curl)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(curl->multi, &left))) {
		CURLcode code = m->data.result;
		struct curl_call *c;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &c);
		finish(curl, c, code);
	}
}

static void act(struct curl *curl, curl_socket_t fd, int events)
{
	int running;

	if (curl_multi_socket_action(curl->multi, fd, events, &running) != CURLM_OK)
		abort();
	reap(curl);
}

static void on_due(struct timer *t)
{
	act(container_of(t, struct curl, timer), CURL_SOCKET_TIMEOUT, 0);
}

/* Also 0 ms goes through the timer: curl must not be called from its own callback. */
static int on_timeout(CURLM *multi, long ms, void *ctx)
{
	struct curl *curl = ctx;

	(void)multi;
	if (ms < 0)
		timer_disarm(curl->loop, &curl->timer);
	else
		timer_arm(curl->loop, &curl->timer, (uint64_t)ms);
	return 0;
}

/* An error comes as a negative status without events, and libuv has then stopped watching. */
static void on_poll(uv_poll_t *h, int status, int events)
{
	struct watch *w = h->data;
	int flags = (events & UV_READABLE ? CURL_CSELECT_IN : 0) | (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);

	act(w->curl, w->fd, status < 0 ? CURL_CSELECT_ERR : flags);
}

static void check_closed(struct curl *curl)
{
	struct op *op = curl->closing;

	if (!op || curl->watches)
		return;
	free(curl);
	op_finish(op);
}

static void on_watch_closed(uv_handle_t *h)
{
	struct watch *w = h->data;
	struct curl *curl = w->curl;

	free(w);
	curl->watches--;
	check_closed(curl);
}

static struct watch *watch_new(struct curl *curl, curl_socket_t fd)
{
	struct watch *w = calloc(1, sizeof *w);

	if (!w || uv_poll_init_socket(curl->uv, &w->poll, fd) != 0)
		abort();
	w->poll.data = w;
	w->curl = curl;
	w->fd = fd;
	curl->watches++;
	curl_multi_assign(curl->multi, fd, w);
	return w;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct curl *curl = ctx;
	struct watch *w = socket_ctx;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w) {
			curl_multi_assign(curl->multi, fd, NULL);
			uv_poll_stop(&w->poll);
			uv_close((uv_handle_t *)&w->poll, on_watch_closed);
		}
		return 0;
	}
	if (!w)
		w = watch_new(curl, fd);
	uv_poll_start(
		&w->poll, (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0), on_poll);
	return 0;
}

struct http *curl_open(struct loop *loop, uv_loop_t *uv)
{
	struct curl *curl = calloc(1, sizeof *curl);

	if (!curl || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	*curl = (struct curl){.http.start = start, .loop = loop, .uv = uv, .timer.fire = on_due};
	curl->multi = curl_multi_init();
	curl->share = curl_share_init();
	if (!curl->multi || !curl->share)
		abort();
	curl_share_setopt(curl->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	curl_multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl);
	curl_multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl);
	curl_multi_setopt(curl->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_KEPT);
	return &curl->http;
}

void curl_close(struct http *http, struct op *op)
{
	struct curl *curl = container_of(http, struct curl, http);

	assert(!curl->calls);
	op_begin(op, NULL);
	curl_multi_cleanup(curl->multi);
	curl_share_cleanup(curl->share);
	curl_global_cleanup();
	timer_disarm(curl->loop, &curl->timer);
	curl->closing = op;
	check_closed(curl);
}
