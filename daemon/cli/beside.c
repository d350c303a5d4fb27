/*
 * beside.c - what takes long and only reads the store: done in this process, whether the daemon runs or not.
 */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/learn.h"

/* The store with the model in force, which is the caller's. */
static struct store *open_store(struct cli *cli, struct match_model **model, struct err *e)
{
	struct diags ignored = { .arena = cli->arena };
	AUTO(config_free) struct config *c = config_load(cli->config_path, &ignored);
	struct store *store = NULL;

	*model = NULL;
	offline_know_fields(cli);
	if (!c || config_model(c, model, e))
		store = store_open(
			&(struct store_options){ .path = cli->place.store_path, .read_only = true, .model = *model }, e);
	return store;
}

static double share(const json_t *args, const char *name, int64_t otherwise)
{
	const json_t *n = json_object_get(args, name);

	return 1.0 / (double)(n ? json_integer_value(n) : otherwise);
}

static bool asked(struct cli *cli, const json_t *args, struct learning *out, struct err *e)
{
	const json_t *seed = json_object_get(args, "seed");
	const char *name = words_text(args, "name");
	char *day = arena_alloc(cli->arena, 16);
	const time_t now = time(NULL);
	struct tm tm;

	strftime(day, 16, "%Y-%m-%d", gmtime_r(&now, &tm));
	*out = (struct learning){ .name = *name ? name : "trained",
		.made = day,
		.seed = seed ? (uint64_t)json_integer_value(seed) : 1,
		.wrong_max = share(args, "wrong", 300),
		.ask_max = share(args, "ask", 150) };
	if (strlen(name) > 50)
		return err_set(e, ERR_ITEM, "name: at most 50 bytes");
	return (out->wrong_max <= 1 && out->ask_max <= 1) || err_set(e, ERR_ITEM, "wrong, ask: at least 1");
}

enum cli_exit beside_train(struct cli *cli, const json_t *args, json_t **out, struct err *e)
{
	AUTO(match_model_free) struct match_model *model = NULL;
	AUTO(free) char *text = NULL;
	struct store *store = NULL;
	struct learning how;

	if (asked(cli, args, &how, e))
		store = open_store(cli, &model, e);
	if (store)
		text = learn_model(store, &how, out, e);
	store_close(store);
	if (!text)
		return client_exit(e);
	json_object_set(*out, "file", json_object_get(args, "out"));
	return report_write(words_text(args, "out"), text, strlen(text));
}

enum cli_exit beside_report(struct cli *cli, const json_t *args, json_t **out, struct err *e)
{
	AUTO(match_model_free) struct match_model *present = NULL, *other = NULL;
	const char *text = words_text(args, "model");
	struct store *store = NULL;

	if (!*text || (other = match_model_read(text, strlen(text), e)))
		store = open_store(cli, &present, e);
	if (store)
		*out = learn_report(store, other ? other : store_model(store), e);
	store_close(store);
	return client_exit(e);
}
