/* world.h - a remote in virtual time, for the tests of adapters: opened from YAML text, answered by a function. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/adapters.h"
#include "support/simhttp.h"
#include "support/simloop.h"

struct world {
	struct simloop sim;
	struct simhttp http;
	struct adapter_env env;
	struct arena *arena;
	struct diags diags;
	struct remote *remote;
	unsigned done;
};

static struct world *the_world;

/* A secret is its own name: { credential: hunter2 } is "hunter2". */
static inline const char *world_secret(struct arena *arena, const struct yaml *ref, struct err *e)
{
	const struct yaml *name = ref->kind == YAML_MAPPING ? yaml_get(ref, "credential") : NULL;

	if (name)
		return arena_strdup(arena, name->text);
	err_set(e, ERR_BROKEN, "a secret is { credential: name }");
	return NULL;
}

static inline void world_init(struct world *w, void (*serve)(struct simhttp *, struct http_exchange *))
{
	*w = (struct world){ 0 };
	simloop_init(&w->sim, 1);
	simhttp_init(&w->http, serve, w);
	w->arena = arena_new();
	w->diags.arena = w->arena;
	w->env = (struct adapter_env){ .loop = &w->sim.loop, .http = &w->http.http, .config_dir = SOURCE_DIR,
		.state_dir = ".", .manifest_path = SOURCE_DIR "/adapters/manifests", .secret = world_secret };
	the_world = w;
}

static inline struct yaml *world_yaml(struct world *w, const char *text)
{
	return yaml_parse(w->arena, "test", text, strlen(text), &w->diags);
}

static inline bool world_open(struct world *w, const char *partner, const char *text)
{
	struct yaml *conf = world_yaml(w, text);
	const struct adapter *adapter = conf ? adapter_find(yaml_get(conf, "adapter")->text) : NULL;

	assert_non_null(adapter);
	w->remote = adapter->open(&w->env, partner, conf, &w->diags);
	return w->remote;
}

static inline void world_done(struct op *op)
{
	(void)op;
	the_world->done++;
}

static inline void world_run(struct world *w)
{
	simloop_run(&w->sim, NULL, NULL);
}

static inline void world_pull(struct world *w, struct pull *p)
{
	p->op = (struct op){ .loop = &w->sim.loop, .done = world_done };
	p->arena = w->arena;
	w->done = 0;
	remote_pull(w->remote, p);
	assert_int_equal(w->done, 0);
	world_run(w);
	assert_int_equal(w->done, 1);
}

static inline void world_get(struct world *w, struct get *g)
{
	g->op = (struct op){ .loop = &w->sim.loop, .done = world_done };
	g->arena = w->arena;
	w->done = 0;
	remote_get(w->remote, g);
	assert_int_equal(w->done, 0);
	world_run(w);
	assert_int_equal(w->done, 1);
}

static inline void world_push(struct world *w, struct push *p)
{
	p->op = (struct op){ .loop = &w->sim.loop, .done = world_done };
	p->arena = w->arena;
	w->done = 0;
	remote_push(w->remote, p);
	assert_int_equal(w->done, 0);
	world_run(w);
	assert_int_equal(w->done, 1);
}

static inline void world_fini(struct world *w)
{
	struct op op = { .loop = &w->sim.loop, .done = world_done };

	if (w->remote) {
		w->done = 0;
		remote_close(w->remote, &op);
		world_run(w);
		assert_int_equal(w->done, 1);
	}
	simloop_fini(&w->sim);
	arena_free(w->arena);
}

static inline void world_show_diags(const struct world *w)
{
	for (size_t i = 0; i < w->diags.n; i++)
		print_message("%s\n", w->diags.line[i]);
}

static inline bool world_said(const struct world *w, const char *part)
{
	for (size_t i = 0; i < w->diags.n; i++)
		if (strstr(w->diags.line[i], part))
			return true;
	return false;
}
