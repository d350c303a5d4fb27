/*
 * commands_setup.c - configuration, endpoints, the store's file.
 */
#include "engine/commands_parts.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/adapters.h"
#include "engine/check.h"

bool command_config_show(struct command_call *call, struct err *e)
{
	BUF_AUTO struct buf b = { 0 };

	(void)e;
	config_print(&b, engine_config(call->engine));
	return answer(call, json_pack("{ss,ss}", "file", engine_config(call->engine)->file, "yaml", b.data));
}

/* The files as they are now, with the daemon's own rights and secrets: what a reload would say. */
bool command_config_check(struct command_call *call, struct err *e)
{
	struct diags diags = { .arena = call->arena };
	const char *file = engine_config(call->engine)->file;
	AUTO(config_free) struct config *c = config_load(file, &diags);
	json_t *faults = json_array();

	(void)e;
	for (size_t i = 0; c && i < c->n; i++)
		if (c->partner[i]->enabled)
			adapter_check_offline(call_env(call), c->partner[i]->id, c->partner[i]->endpoint, &diags);
	for (size_t i = 0; i < diags.n; i++)
		json_array_append_new(faults, json_string(diags.line[i]));
	return answer(call, json_pack("{ss,sb,so}", "file", file, "ok", c && !diags.n, "faults", faults));
}

/* --- adapter check ------------------------------------------------------------------------------------------- */

struct trial_call {
	struct check check;
	struct config *config; /* its own: the daemon's may be swapped meanwhile */
	struct command_call *call;
};

static void trial_done(struct op *op)
{
	struct trial_call *t = container_of(op, struct trial_call, check.op);
	struct command_call *call = t->call;

	call->out = t->check.out;
	call_done(call, &op->err);
	config_free(t->config);
	free(t);
}

static bool left_alone(struct command_call *call, const char *partner, struct err *e)
{
	for (size_t i = 0; i < engine_partners(call->engine); i++) {
		struct partner_status status;

		engine_status(call->engine, i, &status);
		if (!strcmp(status.id, partner))
			return check_left_alone(partner, status.state, e);
	}
	return true;
}

bool command_adapter_check(struct command_call *call, struct err *e)
{
	const char *name = call_text(call, "partner");
	struct diags diags = { .arena = call->arena };
	AUTO(config_free) struct config *config = config_load(engine_config(call->engine)->file, &diags);
	const struct partner_config *partner;
	struct check check;
	struct trial_call *t;

	if (!config)
		return err_set(e, ERR_CONFLICT, "the configuration on disk is faulty: see config check");
	partner = config_partner(config, name);
	if (!partner)
		return err_set(e, ERR_GONE, "no such partner: %.60s", name);
	check = (struct check){ .op = { .loop = engine_loop(call->engine), .done = trial_done },
		.env = call_env(call),
		.partner = partner };
	if (!check_asked(&check, call->args, e) || (check.write && !left_alone(call, name, e)))
		return false;
	t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	t->call = call;
	t->check = check;
	t->config = steal(config);
	check_start(&t->check);
	return true;
}

/* --- backup -------------------------------------------------------------------------------------------------- */

struct copying {
	struct command_call *call;
	struct store *store;
	const char *file;
	struct work work;
};

static void copy_store(struct work *w)
{
	const struct copying *c = container_of(w, struct copying, work);

	store_backup(c->store, c->file, &w->op.err);
}

static void store_copied(struct op *op)
{
	const struct copying *c = container_of(op, struct copying, work.op);
	struct command_call *call = c->call;

	if (op->err.kind == ERR_NONE)
		call->out = json_pack("{ss,ss}", "file", c->file, "done", "copied");
	call_done(call, &op->err);
}

/* Beside the lanes: writes, and the question whether the daemon is alive, do not wait for gigabytes. */
bool command_backup(struct command_call *call, struct err *e)
{
	struct copying *c = arena_new_of(call->arena, struct copying);
	const char *file = call_text(call, "file");

	if (*file != '/')
		return err_set(e, ERR_ITEM, "the daemon needs a path that begins with /");
	*c = (struct copying){ .call = call, .store = engine_hub(call->engine)->store, .file = file,
		.work = { .op = { .loop = engine_loop(call->engine), .done = store_copied }, .run = copy_store } };
	work_start(&c->work);
	return true;
}
