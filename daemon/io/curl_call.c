#include "io/curl_call.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "io/address.h"

/* Both ends of the limit matter: curl looks a header up in quadratic time. */
#define HEADERS_MOST 500u
#define HEADER_BYTES_MOST ((size_t)256 << 10)
#define BODY_FIRST ((size_t)16 << 10)
#define CONNECTION_LIFE_S 3600L

#define SET(easy, option, value)                                                                                       \
	do {                                                                                                           \
		if (curl_easy_setopt((easy), (option), (value)) != CURLE_OK)                                           \
			abort();                                                                                       \
	} while (0)

/* ---- outcome ---- */

static bool said(const struct curl_call *c, const char *word)
{
	return strcasestr(c->text, word) != NULL;
}

static enum err_kind kind_of(const struct curl_call *c, CURLcode code)
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
static void explain(struct curl_call *c, CURLcode code, struct err *e)
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

static void take_headers(struct curl_call *c)
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

static void take_body(struct curl_call *c)
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

void curl_call_outcome(struct curl_call *c, CURLcode code)
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
}

void curl_call_free(struct curl_call *c)
{
	curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->headers);
	free(c->body);
	free(c);
}

/* ---- what curl asks while it works ---- */

static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct curl_call *c = ctx;
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
	struct curl_call *c = ctx;

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
	struct curl_call *c = ctx;

	(void)p;
	c->header_bytes += size * n;
	if (++c->header_lines <= HEADERS_MOST && c->header_bytes <= HEADER_BYTES_MOST)
		return size * n;
	err_set(&c->err, ERR_BROKEN, "%s: more than %u headers, or over %zu KiB of them", c->options->name, HEADERS_MOST,
		HEADER_BYTES_MOST >> 10);
	return 0;
}

static void reserve(struct curl_call *c, size_t n)
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
	struct curl_call *c = ctx;

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

static void add_header(struct curl_call *c, const char *line)
{
	struct curl_slist *more = curl_slist_append(c->headers, line);

	if (!more)
		abort();
	c->headers = more;
}

static void set_headers(struct curl_call *c)
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

static void set_request(struct curl_call *c)
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

static void set_limits(struct curl_call *c)
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

static void set_transport(struct curl_call *c, CURLSH *share)
{
	const struct http_peer_options *o = c->options;

	SET(c->easy, CURLOPT_NOSIGNAL, 1L);
	SET(c->easy, CURLOPT_SHARE, share);
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

struct curl_call *curl_call_new(struct http_exchange *ex, CURLSH *share)
{
	struct curl_call *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	*c = (struct curl_call){.ex = ex, .options = http_peer_options(ex->peer), .easy = curl_easy_init()};
	if (!c->easy)
		abort();
	SET(c->easy, CURLOPT_PRIVATE, c);
	SET(c->easy, CURLOPT_ERRORBUFFER, c->text);
	set_transport(c, share);
	set_limits(c);
	set_request(c);
	return c;
}
