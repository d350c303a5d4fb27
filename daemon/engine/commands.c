#include "engine/commands_parts.h"

#include <stdlib.h>
#include <string.h>

#include "io/op.h"

#define WAIT_MAX_S 300

struct commands {
	struct commands_options options;
	struct loop *loop;
	struct arena *arena;
	struct adapter_env *env; /* NULL: not asked for yet */
	struct query *query;
	struct lane reader;
	struct list waiting; /* calls that wait for a change */
	struct work settle;  /* on the store's lane: what was told of as changed is in the store once it has run */
	bool settling, changed_again;
	uint64_t changes; /* told of so far */
	bool closing;
};

/* --- the table ----------------------------------------------------------------------------------------------- */

const struct command *command_find(const char *name)
{
	static const char *const usual[] = { "list", "show" };
	char whole[64];

	for (const struct command *c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		if ((size_t)snprintf(whole, sizeof(whole), "%s %s", name, usual[i]) >= sizeof(whole))
			return NULL;
		for (const struct command *c = commands; c->name; c++)
			if (!strcmp(c->name, whole))
				return c;
	}
	return NULL;
}

const char *command_nearest(const char *name)
{
	const char *known[64];
	size_t n = 0;

	for (const struct command *c = commands; c->name && n < sizeof(known) / sizeof(*known); c++)
		known[n++] = c->name;
	return nearest_word(name, known, n);
}

static json_t *flag_value(const json_t *v)
{
	static const char *const yes[] = { "", "1", "true", "yes" }, *const no[] = { "0", "false", "no" };

	if (json_is_boolean(v))
		return json_boolean(json_is_true(v));
	for (size_t i = 0; json_is_string(v) && i < sizeof(yes) / sizeof(*yes); i++)
		if (!strcmp(json_string_value(v), yes[i]))
			return json_true();
	for (size_t i = 0; json_is_string(v) && i < sizeof(no) / sizeof(*no); i++)
		if (!strcmp(json_string_value(v), no[i]))
			return json_false();
	return NULL;
}

static json_t *number_value(const json_t *v)
{
	const char *text = json_string_value(v);
	char *end;
	int64_t n;

	if (json_is_integer(v))
		return json_integer(json_integer_value(v));
	if (!text || !*text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 18)
		return NULL;
	n = strtoll(text, &end, 10);
	return json_integer(n);
}

/* One text, or several, as an array. */
static json_t *texts_value(const json_t *v)
{
	json_t *out = json_array();
	const json_t *one;
	size_t i;

	if (json_is_string(v))
		json_array_append_new(out, json_string(json_string_value(v)));
	json_array_foreach(v, i, one)
		if (json_is_string(one))
			json_array_append_new(out, json_string(json_string_value(one)));
	if (json_array_size(out) == (json_is_array(v) ? json_array_size(v) : 1))
		return out;
	json_decref(out);
	return NULL;
}

static json_t *arg_value(const struct command_arg *arg, const json_t *v)
{
	switch (arg->kind) {
	case ARG_TEXT:
		return json_is_string(v) ? json_string(json_string_value(v)) : NULL;
	case ARG_NUMBER:
		return number_value(v);
	case ARG_FLAG:
		return flag_value(v);
	case ARG_TEXTS:
		return texts_value(v);
	}
	return NULL;
}

static const char *arg_wants(const struct command_arg *arg)
{
	switch (arg->kind) {
	case ARG_TEXT:
		return "a text";
	case ARG_NUMBER:
		return "a whole number";
	case ARG_FLAG:
		return "true or false";
	case ARG_TEXTS:
		return "a text, or an array of texts";
	}
	return "";
}

bool command_check(const struct command *c, json_t *given, json_t **checked, struct err *e)
{
	AUTO(json_drop) json_t *out = json_object();
	const char *known[COMMAND_ARGS_MAX], *near, *key;
	size_t n = 0;
	json_t *v;

	if (given && !json_is_object(given))
		return err_set(e, ERR_ITEM, "the arguments must be a JSON object");
	for (const struct command_arg *a = c->arg; a->name; a++) {
		const json_t *value = json_object_get(given, a->name);

		known[n++] = a->name;
		if (!value || json_is_null(value)) {
			if (a->required)
				return err_set(e, ERR_ITEM, "%s: %s is missing", c->name, a->shape);
			continue;
		}
		v = arg_value(a, value);
		if (!v)
			return err_set(e, ERR_ITEM, "%s: %s must be %s", c->name, a->name, arg_wants(a));
		json_object_set_new(out, a->name, v);
	}
	json_object_foreach(given, key, v) {
		if (json_object_get(out, key) || json_is_null(v))
			continue;
		near = nearest_word(key, known, n);
		return err_set(e, ERR_ITEM, "%s: no argument \"%.40s\"%s%s%s", c->name, key,
			near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
	}
	*checked = steal(out);
	return true;
}

const char *call_text(const struct command_call *call, const char *arg)
{
	return json_string_value(json_object_get(call->args, arg));
}

int64_t call_number(const struct command_call *call, const char *arg, int64_t otherwise)
{
	const json_t *v = json_object_get(call->args, arg);

	return v ? json_integer_value(v) : otherwise;
}

bool call_flag(const struct command_call *call, const char *arg)
{
	return json_is_true(json_object_get(call->args, arg));
}

const struct adapter_env *call_env(const struct command_call *call)
{
	struct commands *c = call->commands;
	const struct config *config = engine_config(call->engine);

	/* Another only after a reload that moved these folders. */
	if (c->env && !strcmp(c->env->config_dir, config->dir) && !strcmp(c->env->manifest_path, config->manifest_path))
		return c->env;
	c->env = arena_new_of(c->arena, struct adapter_env);
	*c->env = (struct adapter_env){ .loop = c->loop,
		.http = c->options.http,
		.uv = c->options.uv,
		.config_dir = arena_strdup(c->arena, config->dir),
		.manifest_path = arena_strdup(c->arena, config->manifest_path),
		.secret = config_secret };
	return c->env;
}

/* --- running one --------------------------------------------------------------------------------------------- */

static void drop(struct command_call *call)
{
	json_decref(call->args);
	json_decref(call->scratch);
	json_decref(call->taken);
	call->args = call->scratch = call->taken = NULL;
}

static void finish(struct command_call *call, const struct err *err)
{
	call->op.err = err ? *err : (struct err){ 0 };
	if (call->op.err.kind != ERR_NONE) {
		json_decref(call->out);
		call->out = NULL;
	}
	drop(call);
	op_finish(&call->op);
}

bool call_closing(const struct command_call *call)
{
	return call->commands->closing;
}

void call_done(struct command_call *call, const struct err *err)
{
	struct err e = { 0 };

	if (err && err->kind != ERR_NONE)
		finish(call, err);
	else if (call->command->after && !call->command->after(call, &e))
		finish(call, &e);
	else
		finish(call, NULL);
}

static void on_lane(struct work *w)
{
	struct command_call *call = container_of(w, struct command_call, work);

	call->empty = false;
	if (call->hub)
		call->hub->now_ms = call->now_ms;
	call->command->run(call, &w->op.err);
}

static void go(struct command_call *call);
static void settle(struct commands *c);

static void unpark(struct command_call *call)
{
	list_remove(&call->in_waiting);
	timer_disarm(call->op.loop, &call->timer);
	go(call);
}

static void on_deadline(struct timer *t)
{
	struct command_call *call = container_of(t, struct command_call, timer);

	call->deadline_ms = 0;
	unpark(call);
}

static void work_done(struct op *op)
{
	struct command_call *call = container_of(op, struct command_call, work.op);
	const uint64_t now = loop_now(call->op.loop);

	if (op->err.kind == ERR_NONE && call->command->where == COMMAND_BOTH && !call->hub) {
		call->hub = engine_hub(call->engine);
		call->work = (struct work){ .op = { .loop = call->commands->loop, .done = work_done }, .run = on_lane };
		lane_start(engine_writer(call->engine), &call->work);
		return;
	}
	if (op->err.kind == ERR_NONE && call->empty && call->deadline_ms > now && !call->commands->closing) {
		json_decref(call->out);
		call->out = NULL;
		list_append(&call->commands->waiting, &call->in_waiting);
		call->timer.fire = on_deadline;
		timer_arm(call->op.loop, &call->timer, call->deadline_ms - now);
		/* It may have looked before what changed meanwhile was in the store. */
		if (call->changes != call->commands->changes)
			settle(call->commands);
		return;
	}
	call_done(call, &op->err);
}

static void go(struct command_call *call)
{
	struct commands *c = call->commands;
	struct err e = { 0 };

	switch (call->command->where) {
	case COMMAND_LOOP:
		call_done(call, call->command->run(call, &e) ? NULL : &e);
		return;
	case COMMAND_OP:
		if (!call->command->run(call, &e))
			call_done(call, &e);
		return;
	case COMMAND_READER:
	case COMMAND_BOTH:
		call->query = c->query;
		break;
	case COMMAND_WRITER:
		call->hub = engine_hub(call->engine);
		break;
	}
	call->changes = c->changes;
	call->work = (struct work){ .op = { .loop = c->loop, .done = work_done }, .run = on_lane };
	lane_start(call->hub ? engine_writer(call->engine) : &c->reader, &call->work);
}

void commands_start(struct commands *c, struct command_call *call)
{
	int64_t wait = call_number(call, "wait", 0);
	struct err e = { 0 };

	op_begin(&call->op, NULL);
	call->commands = c;
	call->engine = c->options.engine;
	call->now_ms = loop_wall(c->loop);
	list_init(&call->in_waiting);
	if (wait > WAIT_MAX_S)
		wait = WAIT_MAX_S;
	call->deadline_ms = wait ? loop_now(c->loop) + (uint64_t)wait * 1000 : 0;
	if (c->closing)
		err_set(&e, ERR_AGAIN, "the daemon is stopping");
	else if (!call->command->before || call->command->before(call, &e)) {
		go(call);
		return;
	}
	finish(call, &e);
}

bool command_offline(struct command_call *call, struct query *q, struct err *e)
{
	bool ok;

	call->query = q;
	ok = call->command->run(call, e);
	drop(call);
	return ok;
}

/* --- the set of them ----------------------------------------------------------------------------------------- */

static void nothing(struct work *w)
{
	(void)w;
}

static void settled(struct op *op);

static void settle(struct commands *c)
{
	c->changed_again = c->settling;
	if (c->settling || list_empty(&c->waiting))
		return;
	c->settling = true;
	c->settle = (struct work){ .op = { .loop = c->loop, .done = settled }, .run = nothing };
	lane_start(engine_writer(c->options.engine), &c->settle);
}

static void settled(struct op *op)
{
	struct commands *c = container_of(op, struct commands, settle.op);
	struct list now;

	/* Those that find nothing new wait again: they must not be met twice in this turn. */
	list_init(&now);
	while (!list_empty(&c->waiting)) {
		struct list *n = c->waiting.next;

		list_remove(n);
		list_append(&now, n);
	}
	while (!list_empty(&now))
		unpark(container_of(now.next, struct command_call, in_waiting));
	c->settling = false;
	if (c->changed_again)
		settle(c);
}

static void on_change(void *ctx)
{
	struct commands *c = ctx;

	c->changes++;
	settle(c);
	if (c->options.changed)
		c->options.changed(c->options.ctx);
}

bool commands_idle(const struct commands *c)
{
	return !c->settling;
}

struct commands *commands_open(const struct commands_options *options, struct err *e)
{
	struct commands *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->options = *options;
	c->loop = engine_loop(options->engine);
	list_init(&c->waiting);
	lane_init(&c->reader, c->loop);
	c->query = query_open(engine_config(options->engine)->store_path, options->vfs, e);
	if (!c->query) {
		free(c);
		return NULL;
	}
	c->arena = arena_new();
	engine_listen(options->engine, on_change, c);
	return c;
}

void commands_close(struct commands *c)
{
	c->closing = true;
	engine_listen(c->options.engine, NULL, NULL);
	while (!list_empty(&c->waiting))
		unpark(container_of(c->waiting.next, struct command_call, in_waiting));
}

void commands_free(struct commands *c)
{
	if (!c)
		return;
	query_close(c->query);
	arena_free(c->arena);
	free(c);
}
