/*
 * api_route.c - what a complete request is about.
 */
#include "engine/api_parts.h"

#include <ctype.h>
#include <string.h>

#include "base/log.h"
#include "engine/levels.h"
#include "engine/metrics.h"

#define HEADERS_MAX 100

static void plain(struct api_request *r, unsigned status, const char *text)
{
	buf_adds(&r->answer, text);
	api_answer(r, status, "text/plain; charset=utf-8");
}

static bool is(const struct api_request *r, const char *method)
{
	return !strcmp(r->method, method) || (!strcmp(method, "GET") && !strcmp(r->method, "HEAD"));
}

/* --- health and metrics -------------------------------------------------------------------------------------- */

static void health(struct api_request *r)
{
	plain(r, MHD_HTTP_OK, "ok\n");
}

static void ready(struct api_request *r)
{
	if (engine_ready(r->api->options.engine))
		plain(r, MHD_HTTP_OK, "ready\n");
	else
		plain(r, MHD_HTTP_SERVICE_UNAVAILABLE, "not every partner has been tried yet\n");
}

static bool metrics_before(struct command_call *call, struct err *e)
{
	(void)e;
	call->taken = levels_of(engine_config(call->engine));
	return true;
}

static bool metrics_run(struct command_call *call, struct err *e)
{
	call->out = query_status(call->query, &(struct query_status){ .levels = levels_in(call->taken), .now_ms = call->now_ms }, e);
	return call->out != NULL;
}

static void metrics_done(struct op *op)
{
	struct command_call *call = container_of(op, struct command_call, op);
	struct api_request *r = container_of(call, struct api_request, call);
	const struct metrics_in in = {
		.engine = r->api->options.engine,
		.stored = call->out,
		.answered = r->api->answered,
		.open_metrics = r->open_metrics,
	};

	if (op->err.kind != ERR_NONE) {
		api_answer_err(r, &op->err);
		return;
	}
	metrics_print(&r->answer, &in);
	api_answer(r, MHD_HTTP_OK,
		r->open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
				: "text/plain; version=0.0.4; charset=utf-8");
}

static void metrics(struct api_request *r)
{
	static const struct command command = { .name = "metrics", .where = COMMAND_READER, .before = metrics_before,
		.run = metrics_run };
	const char *accept = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);

	r->open_metrics = accept && strstr(accept, "application/openmetrics-text");
	r->call = (struct command_call){ .op = { .loop = r->api->loop, .done = metrics_done },
		.command = &command,
		.arena = r->arena,
		.args = json_object(),
		.by = "metrics" };
	commands_start(r->api->options.commands, &r->call);
}

/* --- commands ------------------------------------------------------------------------------------------------ */

static void command_done(struct op *op)
{
	struct command_call *call = container_of(op, struct command_call, op);
	struct api_request *r = container_of(call, struct api_request, call);
	AUTO(free) char *text = NULL;

	if (op->err.kind != ERR_NONE) {
		api_answer_err(r, &op->err);
		return;
	}
	text = json_dumps(call->out, JSON_COMPACT);
	if (!text) {
		struct err e;

		err_set(&e, ERR_BROKEN, "%s: the answer cannot be printed as JSON", call->command->name);
		api_answer_err(r, &e);
		return;
	}
	buf_adds(&r->answer, text);
	buf_addc(&r->answer, '\n');
	api_answer(r, MHD_HTTP_OK, "application/json");
}

static enum MHD_Result add_argument(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	json_t *args = cls;

	(void)kind;
	json_object_set_new(args, key, json_string(value ? value : ""));
	return MHD_YES;
}

static json_t *arguments(struct api_request *r, struct err *e)
{
	json_t *args;

	if (is(r, "GET") || !r->body.len) {
		args = json_object();
		MHD_get_connection_values(r->connection, MHD_GET_ARGUMENT_KIND, add_argument, args);
		return args;
	}
	args = json_parse(r->body.data, r->body.len, e);
	/* Not JSON is the caller's fault here, not a partner's. */
	if (!args)
		e->kind = ERR_ITEM;
	return args;
}

static bool allowed(struct api_request *r, const struct command *c, struct err *e)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	enum api_right right = API_NOTHING;

	if (info)
		right = api_rights(r->api, info->connect_fd, r->by, sizeof(r->by));
	switch (c ? c->right : COMMAND_READ) {
	case COMMAND_READ:
		if (right >= API_READ)
			return true;
		return err_set(
			e, ERR_DENIED, "%s may not look: see read_group and operate_group in the configuration", r->by);
	case COMMAND_OPERATE:
		if (right >= API_OPERATE)
			return true;
		return err_set(e, ERR_DENIED, "%s may not act: see operate_group in the configuration", r->by);
	}
	return false;
}

/* "/v1/plan/approve" is "plan approve". */
static const struct command *command_of(struct api_request *r, const char *path, struct err *e)
{
	char *name = arena_strdup(r->arena, path);
	const struct command *c;
	const char *near;

	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = ' ';
	c = command_find(name);
	if (c)
		return c;
	near = command_nearest(name);
	err_set(e, ERR_GONE, "no command \"%.60s\"%s%s%s", name, near ? " (did you mean " : "", near ? near : "",
		near ? "?)" : "");
	return NULL;
}

static void command(struct api_request *r, const char *path)
{
	AUTO(json_drop) json_t *given = NULL;
	struct err e = { 0 };
	const struct command *c = command_of(r, path, &e);
	json_t *args;

	if (!c || !allowed(r, c, &e)) {
		api_answer_err(r, &e);
		return;
	}
	if (!is(r, "POST") && !(is(r, "GET") && c->right == COMMAND_READ)) {
		plain(r, MHD_HTTP_METHOD_NOT_ALLOWED, c->right == COMMAND_READ ? "use GET or POST\n" : "use POST\n");
		return;
	}
	given = arguments(r, &e);
	if (!given || !command_check(c, given, &args, &e)) {
		api_answer_err(r, &e);
		return;
	}
	if (c->right == COMMAND_OPERATE)
		log_event(LOG_LEVEL_NOTICE, "admin", "command=%s by=%s", c->name, r->by);
	r->call = (struct command_call){ .op = { .loop = r->api->loop, .done = command_done },
		.command = c,
		.arena = r->arena,
		.args = args,
		.by = r->by };
	commands_start(r->api->options.commands, &r->call);
}

static void list_commands(struct api_request *r)
{
	AUTO(json_drop) json_t *all = json_array();
	AUTO(free) char *text = NULL;
	struct err e = { 0 };

	if (!allowed(r, NULL, &e)) {
		api_answer_err(r, &e);
		return;
	}
	for (const struct command *c = commands; c->name; c++) {
		json_t *args = json_array();

		for (const struct command_arg *a = c->arg; a->name; a++)
			json_array_append_new(args,
				json_pack("{ss,sb,ss}", "name", a->name, "required", a->required, "help", a->help));
		json_array_append_new(all, json_pack("{ss,ss,sb,so}", "name", c->name, "help", c->help, "acts",
						   c->right == COMMAND_OPERATE, "args", args));
	}
	text = json_dumps(all, JSON_COMPACT);
	buf_adds(&r->answer, text);
	buf_addc(&r->answer, '\n');
	api_answer(r, MHD_HTTP_OK, "application/json");
}

/* --- webhooks ------------------------------------------------------------------------------------------------ */

struct headers {
	struct arena *arena;
	struct http_header header[HEADERS_MAX];
	size_t n;
};

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct headers *h = cls;
	char *name;

	(void)kind;
	if (h->n == HEADERS_MAX)
		return MHD_NO;
	name = arena_strdup(h->arena, key);
	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	h->header[h->n++] = (struct http_header){ name, value ? value : "" };
	return MHD_YES;
}

static void webhook(struct api_request *r, const char *path)
{
	struct headers *h = arena_new_of(r->arena, struct headers);
	const char *slash = strchr(path, '/');
	const char *partner = slash ? arena_strndup(r->arena, path, (size_t)(slash - path)) : path;
	struct http_exchange call = { .method = r->method, .url = r->path, .arena = r->arena };
	unsigned status = MHD_HTTP_INTERNAL_SERVER_ERROR;
	struct err e = { 0 };

	if (!is(r, "POST")) {
		plain(r, MHD_HTTP_METHOD_NOT_ALLOWED, "use POST\n");
		return;
	}
	h->arena = r->arena;
	MHD_get_connection_values(r->connection, MHD_HEADER_KIND, add_header, h);
	call.header = h->header;
	call.nheader = h->n;
	call.body = r->body.data ? r->body.data : "";
	call.body_len = r->body.len;
	/* Nothing of why it was refused goes back: the caller may be anybody. */
	if (!engine_webhook(r->api->options.engine, partner, &call, &status, &e))
		log_event(LOG_LEVEL_WARN, "webhook_refused", "partner=%.40s status=%u error=%s",
			config_partner(engine_config(r->api->options.engine), partner) ? partner : "unknown", status,
			e.text);
	api_answer(r, status, "text/plain");
}

/* --- the whole ----------------------------------------------------------------------------------------------- */

void api_route(struct api_request *r)
{
	static const struct {
		const char *path;
		void (*answer)(struct api_request *);
	} looks[] = { { "/healthz", health }, { "/readyz", ready }, { "/metrics", metrics } };

	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
		if (strcmp(looks[i].path, r->path))
			continue;
		if (is(r, "GET"))
			looks[i].answer(r);
		else
			plain(r, MHD_HTTP_METHOD_NOT_ALLOWED, "use GET\n");
		return;
	}
	if (!r->listener->local && !strncmp(r->path, "/hooks/", 7))
		webhook(r, r->path + 7);
	else if (r->listener->local && (!strcmp(r->path, "/v1") || !strcmp(r->path, "/v1/")))
		list_commands(r);
	else if (r->listener->local && !strncmp(r->path, "/v1/", 4))
		command(r, r->path + 4);
	else
		plain(r, MHD_HTTP_NOT_FOUND, "not found\n");
}
