#include "engine/api_parts.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define CONNECTIONS_MAX 128u
#define IDLE_MAX_S 30u
#define IDLE_CHECK_MS 5
#define CONNECTION_MEMORY (32 * 1024)

/* --- the loop's side of libmicrohttpd ------------------------------------------------------------------------ */

static void on_timer(uv_timer_t *t);

static void pump(struct api_listener *l)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (!l->mhd)
		return;
	MHD_run(l->mhd);
	if (MHD_get_timeout(l->mhd, &ms) == MHD_YES)
		uv_timer_start(&l->timer, on_timer, ms, 0);
	else
		uv_timer_stop(&l->timer);
}

static void on_timer(uv_timer_t *t)
{
	pump(t->data);
}

/* A negative status has stopped the handle already; what is wrong with the descriptor shows in MHD_run(). */
static void on_poll(uv_poll_t *p, int status, int events)
{
	struct api_listener *l = p->data;

	(void)events;
	if (status < 0)
		log_event(LOG_LEVEL_ERROR, "api_poll_failed", "error=%s", uv_strerror(status));
	pump(l);
}

/* --- requests ------------------------------------------------------------------------------------------------ */

static const struct {
	enum err_kind kind;
	unsigned status;
} statuses[] = {
	{ ERR_ITEM, MHD_HTTP_BAD_REQUEST },
	{ ERR_DENIED, MHD_HTTP_FORBIDDEN },
	{ ERR_GONE, MHD_HTTP_NOT_FOUND },
	{ ERR_CONFLICT, MHD_HTTP_CONFLICT },
	{ ERR_AGAIN, MHD_HTTP_SERVICE_UNAVAILABLE },
	{ ERR_CANCELED, MHD_HTTP_SERVICE_UNAVAILABLE },
};

void api_answer(struct api_request *r, unsigned status, const char *content_type)
{
	r->status = status;
	r->content_type = content_type;
	r->ready = true;
	r->api->answered[status / 100 % 6]++;
	if (!r->suspended)
		return;
	r->suspended = false;
	list_remove(&r->in_api);
	MHD_resume_connection(r->connection);
	uv_timer_start(&r->listener->timer, on_timer, 0, 0);
	if (r->api->closing && list_empty(&r->api->requests))
		timer_arm(r->api->loop, &r->api->closer, 0);
}

void api_answer_err(struct api_request *r, const struct err *e)
{
	AUTO(json_drop)
	json_t *body = json_pack("{s{ss,ss,ss*}}", "error", "kind", err_kind_name(e->kind), "text", e->text, "field",
		e->field[0] ? e->field : NULL);
	AUTO(free) char *text = json_dumps(body, JSON_COMPACT);
	unsigned status = MHD_HTTP_INTERNAL_SERVER_ERROR;

	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (statuses[i].kind == e->kind)
			status = statuses[i].status;
	buf_clear(&r->answer);
	buf_adds(&r->answer, text ? text : "{}");
	buf_addc(&r->answer, '\n');
	api_answer(r, status, "application/json");
}

static enum MHD_Result send_answer(struct api_request *r)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		r->answer.len, r->answer.data ? r->answer.data : "", MHD_RESPMEM_MUST_COPY);
	enum MHD_Result ok;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, r->content_type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	ok = MHD_queue_response(r->connection, r->status, response);
	MHD_destroy_response(response);
	return ok;
}

static struct api_request *request_new(
	struct api_listener *l, struct MHD_Connection *c, const char *method, const char *path)
{
	struct api_request *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->api = l->api;
	r->listener = l;
	r->connection = c;
	r->arena = arena_new();
	r->method = arena_strdup(r->arena, method);
	r->path = arena_strdup(r->arena, path);
	list_init(&r->in_api);
	return r;
}

static void request_free(struct api_request *r)
{
	json_decref(r->call.out);
	buf_fini(&r->body);
	buf_fini(&r->answer);
	arena_free(r->arena);
	free(r);
}

/* Called by libmicrohttpd with the headers, with each piece of the body, with the end of it, and when resumed. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *path, const char *method,
	const char *version, const char *data, size_t *n, void **state)
{
	struct api_request *r = *state;

	(void)version;
	if (!r) {
		*state = request_new(cls, c, method, path);
		return MHD_YES;
	}
	if (*n) {
		if (r->body.len + *n > API_BODY_MAX)
			r->too_large = true;
		else
			buf_add(&r->body, data, *n);
		*n = 0;
		return MHD_YES;
	}
	if (!r->started) {
		r->started = true;
		if (r->too_large)
			api_answer(r, MHD_HTTP_CONTENT_TOO_LARGE, "text/plain");
		else
			api_route(r);
		if (!r->ready) {
			r->suspended = true;
			list_append(&r->api->requests, &r->in_api);
			MHD_suspend_connection(c);
			return MHD_YES;
		}
	}
	return r->ready ? send_answer(r) : MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	(void)cls;
	(void)c;
	(void)why;
	if (*state)
		request_free(*state);
	*state = NULL;
}

static void on_mhd_log(void *cls, const char *fmt, va_list args)
{
	(void)cls;
	(void)fmt;
	(void)args;
}

/* --- opening and closing ------------------------------------------------------------------------------------- */

static bool listener_open(struct api *a, struct api_listener *l, int fd, bool local, struct err *e)
{
	const union MHD_DaemonInfo *info;

	l->api = a;
	l->local = local;
	l->mhd = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, l,
		MHD_OPTION_EXTERNAL_LOGGER, on_mhd_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
		IDLE_MAX_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_END);
	info = l->mhd ? MHD_get_daemon_info(l->mhd, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info) {
		if (l->mhd)
			MHD_stop_daemon(l->mhd);
		else
			close(fd);
		l->mhd = NULL;
		return err_set(
			e, ERR_BROKEN, "libmicrohttpd does not start on the %s socket", local ? "control" : "TCP");
	}
	uv_poll_init(a->options.uv, &l->poll, info->epoll_fd);
	uv_timer_init(a->options.uv, &l->timer);
	l->poll.data = l->timer.data = l;
	l->handles = 2;
	uv_poll_start(&l->poll, UV_READABLE, on_poll);
	pump(l);
	return true;
}

static void free_when_closed(struct api *a)
{
	struct op *op = a->closing;

	if (!op || a->control.handles || a->tcp.handles)
		return;
	free(a->control_path);
	free(a);
	op_finish(op);
}

static void on_handle_closed(uv_handle_t *h)
{
	struct api_listener *l = h->data;

	l->handles--;
	free_when_closed(l->api);
}

static void listener_close(struct api_listener *l)
{
	if (!l->mhd)
		return;
	uv_poll_stop(&l->poll);
	MHD_stop_daemon(l->mhd);
	l->mhd = NULL;
	uv_close((uv_handle_t *)&l->poll, on_handle_closed);
	uv_close((uv_handle_t *)&l->timer, on_handle_closed);
}

struct api *api_open(const struct api_options *options, struct err *e)
{
	const struct config *config = engine_config(options->engine);
	AUTO(free) struct api *a = calloc(1, sizeof(*a));
	int fd;

	if (!a)
		abort();
	a->options = *options;
	a->loop = engine_loop(options->engine);
	list_init(&a->requests);
	api_groups(a);
	/* The TCP socket first: its failure leaves no handles behind that only a turn of the loop could close. */
	int tcp = config->listen ? api_tcp_socket(config->listen, e) : -1;

	if (config->listen && tcp < 0)
		return NULL;
	fd = options->control_fd >= 0 ? options->control_fd : api_control_socket(config->control_socket, e);
	if (fd < 0 || !listener_open(a, &a->control, fd, true, e)) {
		if (tcp >= 0)
			close(tcp);
		return NULL;
	}
	if (options->control_fd < 0)
		a->control_path = strdup(config->control_socket);
	/* Without it the daemon still works; machines that scrape it will say. */
	if (tcp >= 0 && !listener_open(a, &a->tcp, tcp, false, e)) {
		log_event(LOG_LEVEL_ERROR, "listen_failed", "address=%s error=%s", config->listen, e->text);
		e->kind = ERR_NONE;
	}
	return steal(a);
}

void api_reload(struct api *a)
{
	api_groups(a);
}

/* Suspended connections cannot be closed, so their commands end first; commands_close() hurries those that wait. What
 * was answered last leaves in these runs: one wakes it, one calls for the answer, one sends it. */
static void on_closing(struct timer *t)
{
	struct api *a = container_of(t, struct api, closer);

	for (int i = 0; i < 3; i++) {
		pump(&a->control);
		pump(&a->tcp);
	}
	if (!list_empty(&a->requests))
		return;
	if (!commands_idle(a->options.commands)) {
		timer_arm(a->loop, &a->closer, IDLE_CHECK_MS);
		return;
	}
	listener_close(&a->control);
	listener_close(&a->tcp);
	if (a->control_path)
		unlink(a->control_path);
	free_when_closed(a);
}

void api_close(struct api *a, struct op *op)
{
	op_begin(op, NULL);
	a->closing = op;
	a->closer.fire = on_closing;
	if (list_empty(&a->requests))
		timer_arm(a->loop, &a->closer, 0);
}
