/*
 * exec.c - any program, in any language, that speaks JSON lines on its stdin and stdout.
 *
 *   endpoint:
 *     adapter: exec
 *     command: [./crm.py, --verbose]
 *     types: [organization, contact]      # all if not given
 *     config: { url: "https://crm.example" }
 *     secrets: { key: { credential: crm } }
 *     timeout: 60s                        # for one answer
 *
 * The helper is started by the first request and kept. Life of it:
 *
 *   down --start--> greeting --ready--> ready --exit, nonsense, silence--> leaving --reaped--> down
 *
 * down      nothing runs; after a failure nothing is started before a delay that doubles, and requests fail with AGAIN
 * greeting  hello is sent; requests wait for ready
 * ready     each request is a line with an id; answers come in any order
 * leaving   the process is being ended; requests fail with AGAIN
 *
 * Whatever a helper does, the daemon goes on: it is read and written without blocking, an answer that does not come
 * in time ends it, and so does a line that is no answer; long lines are parsed on the thread pool.
 */
#include <string.h>

#include "adapters/exec_parts.h"

#define RESTART_MS 1000

/* --- ops ------------------------------------------------------------------------------------------------------ */

static bool exec_may_ask(struct exec *x, struct err *e)
{
	const uint64_t now_ms = loop_now(x->remote.env->loop);

	if (!x->remote.env->uv)
		return err_set(e, ERR_BROKEN, "programs cannot be run here");
	if (x->state != EXEC_LEAVING && (x->state != EXEC_DOWN || now_ms >= x->not_before_ms))
		return true;
	err_set(e, ERR_AGAIN, "the helper is not running: it is started again in a while");
	e->wait_ms = now_ms < x->not_before_ms ? (uint32_t)(x->not_before_ms - now_ms) : RESTART_MS;
	return false;
}

static void exec_start(struct remote *r, struct op *op, struct exec_request request)
{
	struct exec *x = container_of(r, struct exec, remote);
	struct exec_request *q;

	if (!exec_may_ask(x, &op->err)) {
		const struct err e = op->err;

		op_begin(op, NULL);
		op->err = e;
		op_finish(op);
		return;
	}
	if (x->state == EXEC_READY && exec_only_waits(&request)) {
		op_begin(op, NULL);
		op_finish(op);
		return;
	}
	q = calloc(1, sizeof *q);
	if (!q)
		abort();
	*q = request;
	q->exec = x;
	q->op = op;
	q->id = ++x->next_id;
	q->timer.fire = exec_silent;
	op_begin(op, exec_cancel);
	op->impl = q;
	list_append(&x->requests, &q->in_exec);
	if (x->state == EXEC_DOWN)
		exec_greet(x);
	else if (x->state == EXEC_READY)
		exec_send(q);
}

static void exec_wait(struct remote *r, struct op *op)
{
	exec_start(r, op, (struct exec_request){0});
}

static void exec_pull(struct remote *r, struct pull *p)
{
	p->total = -1;
	exec_start(r, &p->op, (struct exec_request){.pull = p});
}

static void exec_get(struct remote *r, struct get *g)
{
	g->found = false;
	exec_start(r, &g->op, (struct exec_request){.get = g});
}

static void exec_push(struct remote *r, struct push *p)
{
	p->sent = false;
	exec_start(r, &p->op, (struct exec_request){.push = p});
}

struct exec_conf {
	const char *adapter;
	struct option_list command, types;
	const struct yaml *config, *secrets;
	uint64_t timeout_ms;
};

static const struct option exec_options[] = {
	OPTION("adapter", TEXT, exec_conf, adapter, "exec"),
	OPTION("command", LIST, exec_conf, command,
		"program and arguments; with a slash in it the program's path starts at the configuration's folder",
		.required = true),
	OPTION("types", LIST, exec_conf, types, "record types; all if not given"),
	OPTION("config", NODE, exec_conf, config, "what the program is told"),
	OPTION("secrets", NODE, exec_conf, secrets, "name -> secret, told it on its stdin"),
	OPTION("timeout", SPAN, exec_conf, timeout_ms, "for one answer, and for its start", .fallback = "60s",
		.min = 50, .max = 3600000),
	{0},
};

static bool secrets_read(
	const struct adapter_env *env, struct arena *arena, const struct yaml *y, json_t *out, struct diags *diags)
{
	const size_t before = diags->n;

	if (y && y->kind != YAML_MAPPING)
		diag_add(diags, y, "a mapping of names to secrets is wanted");
	for (size_t i = 0; diags->n == before && y && i < y->n; i++) {
		struct err e = {0};
		const char *text = env->secret ? env->secret(arena, y->child[i], &e) : NULL;

		if (text)
			json_object_set_new(out, y->child[i]->key, json_string(text));
		else
			diag_add(diags, y->child[i], "%s", e.text[0] ? e.text : "secrets cannot be read here");
	}
	return diags->n == before;
}

static const char *const *command_argv(
	const struct adapter_env *env, struct arena *arena, const struct option_list *command)
{
	const char **argv = arena_array(arena, const char *, command->n + 1);

	for (size_t i = 0; i < command->n; i++)
		argv[i] = arena_strdup(arena, command->item[i]);
	if (strchr(argv[0], '/'))
		argv[0] = arena_strdup(arena, adapter_path(env, arena, argv[0]));
	return argv;
}

static struct remote *exec_open(
	const struct adapter_env *env, const char *partner, const struct yaml *conf, struct diags *diags)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(json_drop) json_t *secrets = json_object();
	struct exec *x = arena_new_of(arena, struct exec);
	struct exec_conf c = {0};

	if (!options_read(arena, exec_options, conf, &c, diags) ||
		!adapter_types(&c.types, yaml_get(conf, "types"), &x->types, diags) ||
		!secrets_read(env, arena, c.secrets, secrets, diags))
		return NULL;
	if (!c.command.n || !c.command.item[0][0]) {
		diag_add(diags, yaml_get(conf, "command"), "a program is wanted");
		return NULL;
	}
	x->remote.adapter = &exec_adapter;
	x->remote.env = env;
	x->remote.partner = arena_strdup(arena, partner);
	x->remote.types = x->types;
	x->argv = command_argv(env, arena, &c.command);
	x->timeout_ms = c.timeout_ms;
	x->config = c.config ? yaml_json(c.config) : json_object();
	x->secrets = steal(secrets);
	list_init(&x->requests);
	x->arena = steal(arena);
	return &x->remote;
}

static void exec_close(struct remote *r, struct op *op)
{
	struct exec *x = container_of(r, struct exec, remote);

	op_begin(op, NULL);
	x->closing = op;
	exec_stop(x);
}

const struct adapter exec_adapter = {
	.name = "exec",
	.help = "any program that speaks JSON lines",
	.open = exec_open,
	.ready = exec_wait,
	.pull = exec_pull,
	.get = exec_get,
	.push = exec_push,
	.close = exec_close,
};
