#include "engine/local.h"

#include <assert.h>

#include "adapters/adapters.h"
#include "io/curl.h"
#include "io/uvloop.h"

struct local {
	uv_loop_t uv;
	struct uvloop loop;
	struct adapter_env env;
};

static void local_open(struct local *l, const struct config *c)
{
	uv_loop_init(&l->uv);
	uvloop_init(&l->loop, &l->uv);
	l->env = (struct adapter_env){ .loop = &l->loop.loop,
		.http = curl_open(&l->loop.loop, &l->uv),
		.uv = &l->uv,
		.config_dir = c->dir,
		.manifest_path = c->manifest_path,
		.secret = config_secret };
}

static void nothing(struct op *op)
{
	(void)op;
}

static void local_close(struct local *l)
{
	struct op op = { .loop = &l->loop.loop, .done = nothing };
	int open;

	uv_run(&l->uv, UV_RUN_DEFAULT);
	curl_close(l->env.http, &op);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	uvloop_fini(&l->loop);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	open = uv_loop_close(&l->uv);
	assert(!open);
}

bool local_check_config(const struct config *c, struct diags *diags)
{
	const size_t before = diags->n + diags->more;
	struct local l;

	local_open(&l, c);
	for (size_t i = 0; i < c->n; i++)
		if (c->partner[i]->enabled)
			adapter_check_offline(&l.env, c->partner[i]->id, c->partner[i]->endpoint, diags);
	local_close(&l);
	return diags->n + diags->more == before;
}

json_t *local_check_partner(const struct config *c, struct check *check, struct err *e)
{
	struct local l;

	local_open(&l, c);
	check->op = (struct op){ .loop = &l.loop.loop, .done = nothing };
	check->env = &l.env;
	check_start(check);
	local_close(&l);
	if (check->op.err.kind == ERR_NONE)
		return check->out;
	json_decref(check->out);
	*e = check->op.err;
	return NULL;
}
