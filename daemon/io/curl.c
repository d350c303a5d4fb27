/*
 * The happy path: start() makes an easy handle and adds it; curl names sockets to watch (on_socket) and a time to be
 * called (on_timeout); on_poll and on_due tell curl, and reap() ends the exchanges that curl says are done.
 * Ways to fail: curl ends it with a code; a callback of ours refuses (address, body or header size, a second sending)
 * and has said why in call->err; the exchange is cancelled, which takes effect at once.
 */
#include "io/curl.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "io/address.h"

#define HEADERS_MOST ((size_t)256 << 10)
#define BODY_FIRST ((size_t)16 << 10)
#define CONNECTIONS_KEPT 256L
#define CONNECTION_LIFE_S 3600L

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

struct call {
	struct curl *curl;
	struct http_exchange *ex;
	const struct http_peer_options *options;
	CURL *easy;
	struct curl_slist *headers;
	char *body;
	size_t len, cap, header_bytes;
	unsigned sendings, opened, refused;
	struct err err; /* why a callback refused */
	char text[CURL_ERROR_SIZE];
};

struct watch {
	uv_poll_t poll;
	struct curl *curl;
	curl_socket_t fd;
};

#define SET(easy, option, value)                                                                                       \
	do {                                                                                                           \
		if (curl_easy_setopt((easy), (option), (value)) != CURLE_OK)                                           \
			abort();                                                                                       \
	} while (0)

/* ---- outcome ---- */

static bool said(const struct call *c, const char *word)
{
	return strcasestr(c->text, word) != NULL;
}

static enum err_kind kind_of(const struct call *c, CURLcode code)
{
	switch ((int)code) {
	case CURLE_COULDNT_CONNECT:
		return c->refused && !c->opened ? ERR_BROKEN : ERR_AGAIN;
	case CURLE_SSL_CONNECT_ERROR:
		/* A peer that hangs up during the handshake may be restarting; one that speaks other TLS is wrong. */
		return said(c, "SYSCALL") || said(c, "unexpected eof") || said(c, "reset") ? ERR_AGAIN : ERR_BROKEN;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_NO_CONNECTION_AVAILABLE:
		return ERR_AGAIN;
	case CURLE_OUT_OF_MEMORY:
		abort();
	default:
		return ERR_BROKEN;
	}
}

/* curl's detailed text only where it speaks of the connection: elsewhere it may quote what the partner sent. */
static void explain(struct call *c, CURLcode code, struct err *e)
{
	const char *text = curl_easy_strerror(code);

	switch ((int)code) {
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
		if (c->text[0])
			text = c->text;
		break;
	default:
		break;
	}
	if (code == CURLE_COULDNT_CONNECT && c->refused && !c->opened)
		text = "its address is not on the public internet";
	err_set(e, kind_of(c, code), "%s: %s", c->options->name, text);
}

static void take_headers(struct call *c)
{
	struct http_exchange *ex = c->ex;
	struct curl_header *h = NULL;
	size_t n = 0;

	while ((h = curl_easy_nextheader(c->easy, CURLH_HEADER, -1, h)))
		n++;
	ex->answer = arena_array(ex->arena, struct http_header, n);
	while (n > ex->nanswer && (h = curl_easy_nextheader(c->easy, CURLH_HEADER, -1, h))) {
		char *name = arena_strdup(ex->arena, h->name);

		for (char *p = name; *p; p++) {
			if (*p >= 'A' && *p <= 'Z')
				*p = (char)(*p - 'A' + 'a');
		}
		ex->answer[ex->nanswer++] = (struct http_header){name, arena_strdup(ex->arena, h->value)};
	}
}

static void take_body(struct call *c)
{
	struct http_exchange *ex = c->ex;

	ex->answer_len = c->len;
	if (!c->body) {
		ex->answer_body = arena_strdup(ex->arena, "");
		return;
	}
	c->body[c->len] = '\0';
	ex->answer_body = c->body;
	arena_adopt(ex->arena, c->body);
	c->body = NULL;
}

static void finish(struct call *c, CURLcode code)
{
	struct http_exchange *ex = c->ex;
	long status = 0, request = 0;
	curl_off_t pretransfer = 0;

	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &request);
	curl_easy_getinfo(c->easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
	ex->status = (unsigned)status;
	ex->sent = request > 0 || pretransfer > 0 || status > 0;
	take_headers(c);
	if (c->err.kind != ERR_NONE)
		ex->op.err = c->err;
	else if (code != CURLE_OK)
		explain(c, code, &ex->op.err);
	else
		take_body(c);
	curl_multi_remove_handle(c->curl->multi, c->easy);
	curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->headers);
	c->curl->calls--;
	free(c->body);
	free(c);
	op_finish(&ex->op);
}

static void call_cancel(struct op *op)
{
	struct call *c = op->impl;

	err_set(&c->err, ERR_CANCELED, "canceled");
	finish(c, CURLE_ABORTED_BY_CALLBACK);
}

/* ---- what curl asks while it works ---- */

static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct call *c = ctx;
	int fd;

	(void)purpose;
	if (!c->options->allow_private && !address_public(&a->addr)) {
		c->refused++;
		return CURL_SOCKET_BAD;
	}
	fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	if (fd >= 0)
		c->opened++;
	return fd;
}

/* Safe in the sense of RFC 9110, section 9.2.1. */
static bool safe_method(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "OPTIONS") == 0;
}

/* Just before the request is sent. Asked a second time, curl has lost a kept connection and wants to repeat itself:
 * that is for whoever knows what a repetition does. A kept connection may also be another peer's, which may go where
 * this one may not. */
static int on_sending(void *ctx, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	struct call *c = ctx;

	(void)local_ip;
	(void)remote_port;
	(void)local_port;
	if (c->sendings++ && !safe_method(c->ex->method)) {
		err_set(&c->err, ERR_AGAIN, "%s: the connection was lost before an answer", c->options->name);
		return CURL_PREREQFUNC_ABORT;
	}
	if (!c->options->allow_private && !address_public_text(remote_ip)) {
		err_set(&c->err, ERR_BROKEN, "%s: its address is not on the public internet", c->options->name);
		return CURL_PREREQFUNC_ABORT;
	}
	return CURL_PREREQFUNC_OK;
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct call *c = ctx;

	(void)p;
	c->header_bytes += size * n;
	if (c->header_bytes <= HEADERS_MOST)
		return size * n;
	err_set(&c->err, ERR_BROKEN, "%s: headers over %zu KiB", c->options->name, HEADERS_MOST >> 10);
	return 0;
}

static void reserve(struct call *c, size_t n)
{
	size_t cap = c->cap;
	curl_off_t announced = -1;

	if (!cap) {
		curl_easy_getinfo(c->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
		cap = BODY_FIRST;
		/* Of a compressed body it is the compressed length: a hint all the same. */
		if (announced > 0 && (uint64_t)announced <= c->options->max_body)
			cap = (size_t)announced + 1;
	}
	while (cap <= c->len + n)
		cap *= 2;
	if (cap == c->cap)
		return;
	c->body = realloc(c->body, cap);
	if (!c->body)
		abort();
	c->cap = cap;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct call *c = ctx;

	n *= size;
	if (n > c->options->max_body - c->len) {
		err_set(&c->err, ERR_BROKEN, "%s: an answer over %zu bytes", c->options->name, c->options->max_body);
		return n + 1;
	}
	reserve(c, n);
	memcpy(c->body + c->len, p, n);
	c->len += n;
	return n;
}

/* ---- setting out ---- */

static void add_header(struct call *c, const char *line)
{
	struct curl_slist *more = curl_slist_append(c->headers, line);

	if (!more)
		abort();
	c->headers = more;
}

static void set_headers(struct call *c)
{
	const struct http_exchange *ex = c->ex;
	bool typed = false;

	for (size_t i = 0; i < ex->nheader; i++) {
		const struct http_header *h = &ex->header[i];

		/* curl's way to write a header without a value. */
		add_header(c, *h->value ? arena_printf(ex->arena, "%s: %s", h->name, h->value)
					: arena_printf(ex->arena, "%s;", h->name));
		typed |= strcasecmp(h->name, "content-type") == 0;
	}
	/* Not curl's own: a guessed type, and a question that costs a second where nobody answers it. */
	if (!typed)
		add_header(c, "Content-Type:");
	add_header(c, "Expect:");
	SET(c->easy, CURLOPT_HTTPHEADER, c->headers);
}

static void set_request(struct call *c)
{
	const struct http_exchange *ex = c->ex;
	bool body = ex->body || strcmp(ex->method, "POST") == 0 || strcmp(ex->method, "PUT") == 0 ||
		    strcmp(ex->method, "PATCH") == 0;

	SET(c->easy, CURLOPT_URL, ex->url);
	SET(c->easy, CURLOPT_PATH_AS_IS, 1L);
	if (body) {
		SET(c->easy, CURLOPT_POST, 1L);
		SET(c->easy, CURLOPT_POSTFIELDS, ex->body ? ex->body : "");
		SET(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, ex->body ? (curl_off_t)ex->body_len : 0);
	}
	if (strcmp(ex->method, "HEAD") == 0)
		SET(c->easy, CURLOPT_NOBODY, 1L);
	else
		SET(c->easy, CURLOPT_CUSTOMREQUEST, ex->method);
	set_headers(c);
}

static void set_limits(struct call *c)
{
	const struct http_peer_options *o = c->options;
	uint64_t timeout_ms = c->ex->timeout_ms ? c->ex->timeout_ms : o->timeout_ms;

	SET(c->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	SET(c->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
	/* Half of the time, because a slow partner may think for long before the first byte. */
	SET(c->easy, CURLOPT_LOW_SPEED_LIMIT, 64L);
	SET(c->easy, CURLOPT_LOW_SPEED_TIME, (long)(timeout_ms / 2000 > 30 ? timeout_ms / 2000 : 30));
	SET(c->easy, CURLOPT_MAXLIFETIME_CONN, CONNECTION_LIFE_S);
	SET(c->easy, CURLOPT_WRITEFUNCTION, on_body);
	SET(c->easy, CURLOPT_WRITEDATA, c);
	SET(c->easy, CURLOPT_HEADERFUNCTION, on_header);
	SET(c->easy, CURLOPT_HEADERDATA, c);
	SET(c->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	SET(c->easy, CURLOPT_OPENSOCKETDATA, c);
	SET(c->easy, CURLOPT_PREREQFUNCTION, on_sending);
	SET(c->easy, CURLOPT_PREREQDATA, c);
	SET(c->easy, CURLOPT_FOLLOWLOCATION, 0L);
	SET(c->easy, CURLOPT_PROTOCOLS_STR, o->allow_http ? "http,https" : "https");
	SET(c->easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(c->easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(c->easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
	SET(c->easy, CURLOPT_PROXY, "");
	SET(c->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}

static void set_transport(struct call *c)
{
	const struct http_peer_options *o = c->options;

	SET(c->easy, CURLOPT_NOSIGNAL, 1L);
	SET(c->easy, CURLOPT_SHARE, c->curl->share);
	SET(c->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(c->easy, CURLOPT_ACCEPT_ENCODING, "");
	SET(c->easy, CURLOPT_BUFFERSIZE, 65536L);
	SET(c->easy, CURLOPT_TCP_KEEPALIVE, 1L);
	SET(c->easy, CURLOPT_USERAGENT, "doorstroom/" DOORSTROOM_VERSION);
	SET(c->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(c->easy, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(c->easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (o->ca_file) {
		SET(c->easy, CURLOPT_CAINFO, o->ca_file);
		SET(c->easy, CURLOPT_CAPATH, NULL); /* that one and no other */
	}
	if (o->cert_file)
		SET(c->easy, CURLOPT_SSLCERT, o->cert_file);
	if (o->key_file)
		SET(c->easy, CURLOPT_SSLKEY, o->key_file);
}

static void start(struct http *http, struct http_exchange *ex)
{
	struct curl *curl = container_of(http, struct curl, http);
	struct call *c = calloc(1, sizeof *c);

	op_begin(&ex->op, call_cancel);
	ex->op.impl = c;
	if (!c)
		abort();
	*c = (struct call){.curl = curl, .ex = ex, .options = http_peer_options(ex->peer), .easy = curl_easy_init()};
	if (!c->easy)
		abort();
	curl->calls++;
	SET(c->easy, CURLOPT_PRIVATE, c);
	SET(c->easy, CURLOPT_ERRORBUFFER, c->text);
	set_transport(c);
	set_limits(c);
	set_request(c);
	if (curl_multi_add_handle(curl->multi, c->easy) != CURLM_OK)
		abort();
}

/* ---- curl_multi on the loop ---- */

static void reap(struct curl *curl)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(curl->multi, &left))) {
		CURLcode code = m->data.result;
		struct call *c;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &c);
		finish(c, code);
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
