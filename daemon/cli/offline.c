/*
 * offline.c - what can be told without a daemon: questions go to the store, checks to the files.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/commands_parts.h"
#include "engine/local.h"

static json_t *lines(const struct diags *diags)
{
	json_t *all = json_array();

	for (size_t i = 0; i < diags->n; i++)
		json_array_append_new(all, json_string(diags->line[i]));
	return all;
}

static enum cli_exit check_config(struct cli *cli, json_t **out)
{
	struct diags diags = { .arena = cli->arena };
	AUTO(config_free) struct config *c = config_load(cli->config_path, &diags);

	if (c)
		local_check_config(c, &diags);
	*out = json_pack("{ss,sb,so}", "file", cli->config_path, "ok", c && !diags.n, "faults", lines(&diags));
	return CLI_OK;
}

/* The configuration, or its faults on stderr. */
static struct config *load(struct cli *cli, struct err *e)
{
	struct diags diags = { .arena = cli->arena };
	struct config *c = config_load(cli->config_path, &diags);

	for (size_t i = 0; i < diags.n; i++)
		fprintf(stderr, "%s\n", diags.line[i]);
	if (!c)
		err_set(e, ERR_BROKEN, "the configuration is faulty");
	return c;
}

static enum cli_exit show_config(struct cli *cli, json_t **out, struct err *e)
{
	AUTO(config_free) struct config *c = load(cli, e);
	BUF_AUTO struct buf b = { 0 };

	if (!c)
		return CLI_FAILED;
	config_print(&b, c);
	*out = json_pack("{ss,ss}", "file", cli->config_path, "yaml", b.data);
	return CLI_OK;
}

/* A check that writes must not meet the daemon's own work: what it makes there would be read. */
static bool left_alone(struct cli *cli, const char *partner, struct err *e)
{
	AUTO(json_drop) json_t *args = json_pack("{ss}", "partner", partner);
	AUTO(json_drop) json_t *answer = NULL;
	struct err none = { 0 };
	const json_t *p;

	if (client_ask(cli, command_find("status"), args, &answer, &none) != CLI_OK)
		return true;
	p = json_array_get(json_object_get(answer, "partners"), 0);
	return !p || check_left_alone(partner, words_text(p, "state"), e);
}

static enum cli_exit check_adapter(struct cli *cli, const json_t *args, json_t **out, struct err *e)
{
	AUTO(config_free) struct config *c = load(cli, e);
	const struct partner_config *p = c ? config_partner(c, words_text(args, "partner")) : NULL;
	struct check check = { .partner = p };

	if (!c)
		return CLI_FAILED;
	if (!p) {
		err_set(e, ERR_GONE, "no such partner: %.60s", words_text(args, "partner"));
		return CLI_NOT_FOUND;
	}
	if (check_asked(&check, args, e) && (!check.write || left_alone(cli, p->id, e)))
		*out = local_check_partner(c, &check, e);
	return client_exit(e);
}

static enum cli_exit backup(struct cli *cli, const json_t *args, json_t **out, struct err *e)
{
	const struct store_options options = { .path = cli->place.store_path, .read_only = true };
	AUTO(store_close) struct store *store = store_open(&options, e);

	if (!store || !store_backup(store, words_text(args, "file"), e))
		return client_exit(e);
	*out = json_pack("{ss,ss}", "file", words_text(args, "file"), "done", "copied");
	return CLI_OK;
}

/* What a question takes from the configuration in force it takes from the files; without, where they are faulty. */
static bool take_config(struct cli *cli, struct command_call *call, struct err *e)
{
	static const struct {
		command_part *before;
		command_take *take;
	} takes[] = { { command_status_before, command_status_take }, { command_referrals_before, command_referrals_take },
		{ command_report_before, command_report_take } };
	struct diags ignored = { .arena = cli->arena };
	AUTO(config_free) struct config *c = NULL;

	for (size_t i = 0; i < sizeof takes / sizeof *takes; i++) {
		if (takes[i].before != call->command->before)
			continue;
		c = config_load(cli->config_path, &ignored);
		return !c || takes[i].take(call, c, e);
	}
	return true;
}

void offline_know_fields(struct cli *cli)
{
	struct diags ignored = { .arena = cli->arena };
	AUTO(config_free) struct config *c = config_load(cli->config_path, &ignored);

	if (c)
		local_check_config(c, &ignored);
}

static bool open_store(struct cli *cli, struct err *e)
{
	if (cli->query)
		return true;
	offline_know_fields(cli);
	cli->query = query_open(cli->place.store_path, NULL, e);
	if (cli->query && !cli->down)
		fprintf(stderr, "doorstroom: the daemon is not running; this is what its store says\n");
	cli->down = true;
	return cli->query != NULL;
}

enum cli_exit offline_ask(struct cli *cli, const struct command *command, json_t *args, json_t **out, struct err *e)
{
	struct command_call call = { .command = command, .arena = cli->arena, .by = "command line" };
	struct timespec now;

	if (!strcmp(command->name, "config check"))
		return check_config(cli, out);
	if (!strcmp(command->name, "config show"))
		return show_config(cli, out, e);
	if (!strcmp(command->name, "adapter check"))
		return check_adapter(cli, args, out, e);
	if (!strcmp(command->name, "backup"))
		return backup(cli, args, out, e);
	if (!strcmp(command->name, "match train"))
		return beside_train(cli, args, out, e);
	if (!strcmp(command->name, "match report"))
		return beside_report(cli, args, out, e);
	if (!command->offline) {
		err_set(e, ERR_AGAIN, "the daemon is not running: nothing answers at %.120s",
			cli->place.control_socket);
		return CLI_UNREACHABLE;
	}
	if ((command->where == COMMAND_READER || command->where == COMMAND_BOTH) && !open_store(cli, e))
		return e->kind == ERR_AGAIN ? CLI_UNREACHABLE : client_exit(e);
	clock_gettime(CLOCK_REALTIME, &now);
	call.now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	call.args = json_incref(args);
	if (!take_config(cli, &call, e) || !command_offline(&call, cli->query, e))
		return client_exit(e);
	*out = call.out;
	return CLI_OK;
}
