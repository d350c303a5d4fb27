/*
 * cli.c - doorstroom: arguments become one call of one command, its answer becomes tables, lines or JSON.
 */
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "engine/commands_parts.h"

#define CONFIG_DEFAULT DOORSTROOM_SYSCONFDIR "/doorstroom.yaml"
#define FOLLOW_WAIT_S 60
#define FOLLOW_POLL_MS 1000
#define MODEL_MAX (512 << 10)   /* what the daemon takes in one request is twice that */

/* --- help ---------------------------------------------------------------------------------------------------- */

static void usage_line(FILE *to, const struct command *c)
{
	fprintf(to, "%s", c->name);
	for (const struct command_arg *a = c->arg; a->name; a++) {
		if (a->position)
			fprintf(to, a->required ? " %s" : " [%s]", a->shape);
		else if (a->kind == ARG_FLAG)
			fprintf(to, " [--%s]", a->name);
		else
			fprintf(to, a->required ? " --%s %s" : " [--%s %s]", a->name, a->shape);
	}
}

static bool begins_with(const struct command *c, const char *word)
{
	const size_t n = strlen(word);

	return !strncmp(c->name, word, n) && c->name[n] == ' ';
}

/* "match" alone is no command, and several begin so. */
static bool is_group(const char *word)
{
	for (const struct command *c = commands; c->name; c++)
		if (begins_with(c, word))
			return true;
	return false;
}

static int help_group(FILE *to, const char *word, int status)
{
	fprintf(to, "usage: doorstroom %s ...\n\n", word);
	for (const struct command *c = commands; c->name; c++)
		if (begins_with(c, word))
			fprintf(to, "  %-18s%s\n", c->name, c->help);
	return status;
}

static int help(FILE *to, int status)
{
	fprintf(to, "usage: doorstroom [--config FILE] [--json] COMMAND [ARGUMENT...]\n"
		    "       doorstroom COMMAND --help\n\n"
		    "A RECORD is a hub id, the first 8 or more digits of one, or PARTNER:KEY.\n\n");
	for (const struct command *c = commands; c->name; c++)
		fprintf(to, "  %-18s%s\n", c->name, c->help);
	fprintf(to, "\nexit status: 0 done; 1 refused, failed, or faults found; 2 wrong usage; 3 the daemon is needed "
		    "and cannot be\n"
		    "reached; 4 no such thing; 5 not allowed\n");
	return (int)status;
}

static int help_command(FILE *to, const struct command *c, int status)
{
	fprintf(to, "usage: doorstroom ");
	usage_line(to, c);
	fprintf(to, "%s\n\n%s\n\n", strcmp(c->name, "log") ? "" : " [-f]", c->help);
	for (const struct command_arg *a = c->arg; a->name; a++) {
		char left[64];

		if (a->position)
			snprintf(left, sizeof(left), "%s", a->shape);
		else
			snprintf(
				left, sizeof(left), "--%s%s%s", a->name, a->shape ? " " : "", a->shape ? a->shape : "");
		fprintf(to, "  %-22s%s\n", left, a->help);
	}
	if (!strcmp(c->name, "log"))
		fprintf(to, "  %-22s%s\n", "-f, --follow", "go on as things happen");
	return (int)status;
}

/* --- arguments ----------------------------------------------------------------------------------------------- */

struct line {
	struct cli *cli;
	char **argv;
	int argc, at;
	const struct command *command;
	const char *group;      /* of commands: none of them was named */
	json_t *args;
	unsigned positions;
	bool help;
};

static const struct command_arg *option_named(const struct command *c, const char *name, size_t n)
{
	for (const struct command_arg *a = c->arg; a->name; a++)
		if (!a->position && strlen(a->name) == n && !strncmp(a->name, name, n))
			return a;
	return NULL;
}

static const struct command_arg *position(const struct command *c, unsigned n)
{
	for (const struct command_arg *a = c->arg; a->name; a++)
		if (a->position && !n--)
			return a;
	return NULL;
}

static bool wrong(const char *fmt, const char *word)
{
	fprintf(stderr, "doorstroom: ");
	fprintf(stderr, fmt, word);
	fprintf(stderr, "\n");
	return false;
}

/* --name, --name=value or --name value. True if it was one of everybody's. */
static bool common_option(struct line *l, const char *word, bool *ok)
{
	struct cli *cli = l->cli;

	*ok = true;
	if (!strcmp(word, "--json"))
		cli->json = true;
	else if (!strcmp(word, "--help") || !strcmp(word, "-h"))
		l->help = true;
	else if (!strcmp(word, "-f") || !strcmp(word, "--follow"))
		cli->follow = true;
	else if (!strncmp(word, "--config=", 9))
		cli->config_path = word + 9;
	else if (!strcmp(word, "--config") && l->at + 1 < l->argc)
		cli->config_path = l->argv[++l->at];
	else if (!strcmp(word, "--config"))
		*ok = wrong("%s needs a file", word);
	else
		return false;
	cli->config_given |= !strncmp(word, "--config", 8);
	return true;
}

/* The last one counts, unless all do. */
static void give(json_t *args, const struct command_arg *a, const char *value)
{
	json_t *all = json_object_get(args, a->name);

	if (a->kind != ARG_TEXTS) {
		json_object_set_new(args, a->name, json_string(value));
		return;
	}
	if (!all) {
		all = json_array();
		json_object_set_new(args, a->name, all);
	}
	json_array_append_new(all, json_string(value));
}

static bool no_option(const struct command *c, const char *word)
{
	const char *known[COMMAND_ARGS_MAX], *near;
	size_t n = 0;

	for (const struct command_arg *a = c->arg; a->name; a++)
		if (!a->position)
			known[n++] = a->name;
	near = nearest_word(word + 2, known, n);
	fprintf(stderr, "doorstroom: %s has no option %s%s%s%s\n", c->name, word, near ? " (did you mean --" : "", near ? near : "",
		near ? "?)" : "");
	return false;
}

static bool command_option(struct line *l, const char *word)
{
	const char *equals = strchr(word, '=');
	const struct command_arg *a;

	if (!l->command)
		return wrong("no option %s", word);
	a = option_named(l->command, word + 2, equals ? (size_t)(equals - word) - 2 : strlen(word) - 2);
	if (!a)
		return no_option(l->command, word);
	if (a->kind == ARG_FLAG) {
		json_object_set_new(l->args, a->name, json_true());
		return !equals || wrong("%s takes no value", word);
	}
	if (!equals && l->at + 1 >= l->argc)
		return wrong("%s needs a value", word);
	give(l->args, a, equals ? equals + 1 : l->argv[++l->at]);
	return true;
}

/* One word or two are the command: "plan approve" before "plan", which then means its list. */
static bool command_word(struct line *l, const char *word)
{
	const char *next = l->at + 1 < l->argc ? l->argv[l->at + 1] : "";
	char *two = arena_printf(l->cli->arena, "%s %s", word, next);
	const char *near;

	l->command = *next && *next != '-' ? command_find(two) : NULL;
	if (l->command && !strcmp(l->command->name, two)) {
		l->at++;
		return true;
	}
	l->command = command_find(word);
	if (l->command)
		return true;
	if (is_group(word)) {
		l->group = word;
		if (!*next || *next == '-')
			return true;
		fprintf(stderr, "doorstroom: no command %s; doorstroom %s --help lists them\n", two, word);
		return false;
	}
	near = command_nearest(word);
	fprintf(stderr, "doorstroom: no command %s%s%s%s; doorstroom --help lists them\n", word,
		near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
	return false;
}

static bool read_line(struct line *l)
{
	bool ok, options = true;

	for (l->at = 1; l->at < l->argc; l->at++) {
		const char *word = l->argv[l->at];
		const struct command_arg *a;

		if (options && !strcmp(word, "--")) {
			options = false;
		} else if (options && common_option(l, word, &ok)) {
			if (!ok)
				return false;
		} else if (options && !strncmp(word, "--", 2)) {
			if (!command_option(l, word))
				return false;
		} else if (options && word[0] == '-' && word[1]) {
			return wrong("no option %s", word);
		} else if (!l->command) {
			if (!command_word(l, word))
				return false;
		} else {
			a = position(l->command, l->positions++);
			if (!a)
				return wrong("one argument too many: %s", word);
			json_object_set_new(l->args, a->name, json_string(word));
		}
	}
	return true;
}

/* --- asking -------------------------------------------------------------------------------------------------- */

static bool prefers_local(const struct cli *cli, const struct command *c)
{
	if (c->run == command_beside)
		return true;
	return cli->config_given && (!strncmp(c->name, "config ", 7) || !strncmp(c->name, "adapter ", 8));
}

static enum cli_exit ask(struct cli *cli, const struct command *c, json_t *args, json_t **out, struct err *e)
{
	enum cli_exit code = CLI_UNREACHABLE;

	if (!prefers_local(cli, c))
		code = client_ask(cli, c, args, out, e);
	if (code == CLI_UNREACHABLE) {
		*e = (struct err){ 0 };
		code = offline_ask(cli, c, args, out, e);
	}
	return code;
}

static void fail(const struct err *e)
{
	fprintf(stderr, "doorstroom: %s\n", e->text);
}

static void show_events(struct cli *cli, const json_t *answer)
{
	const json_t *event;
	size_t i;

	json_array_foreach(json_object_get(answer, "events"), i, event) {
		if (cli->json) {
			json_dumpf(event, stdout, JSON_COMPACT);
			printf("\n");
		} else {
			render_event(cli, event);
		}
	}
	fflush(stdout);
}

/* The daemon holds a question until something happens; without it, the store is asked now and then. */
static enum cli_exit follow(struct cli *cli, const struct command *c, json_t *args)
{
	AUTO(arena_free) struct arena *round = arena_new();
	struct err e = { 0 };
	enum cli_exit code;

	cli->arena = round;
	for (;;) {
		AUTO(json_drop) json_t *answer = NULL;

		arena_reset(round);
		code = client_ask(cli, c, args, &answer, &e);
		if (code == CLI_UNREACHABLE) {
			json_object_del(args, "wait");
			code = offline_ask(cli, c, args, &answer, &e);
			usleep(FOLLOW_POLL_MS * 1000);
		}
		if (code != CLI_OK) {
			fail(&e);
			return code;
		}
		render_clean(answer);
		show_events(cli, answer);
		if (ferror(stdout))
			return CLI_FAILED;
		json_object_del(args, "since");
		json_object_set(args, "after", json_object_get(answer, "seq"));
		json_object_set_new(args, "wait", json_integer(FOLLOW_WAIT_S));
	}
}

/* A check that found faults has failed, though it was done. */
static enum cli_exit verdict(const json_t *answer)
{
	const json_t *ok = json_object_get(answer, "ok");

	return json_is_false(ok) ? CLI_FAILED : CLI_OK;
}

/* The daemon has another working folder. */
static void make_absolute(struct cli *cli, json_t *args)
{
	const char *file = words_text(args, "file");
	char here[PATH_MAX];

	if (*file && *file != '/' && getcwd(here, sizeof(here)))
		json_object_set_new(args, "file", json_string(arena_printf(cli->arena, "%s/%s", here, file)));
}

/* A model goes along as text: the daemon may not read the file. */
static bool enclose_model(struct cli *cli, json_t *args)
{
	const char *path = words_text(args, "model");
	char *text;
	long n;
	FILE *f;

	if (!*path)
		return true;
	f = fopen(path, "rb");
	if (!f || fseek(f, 0, SEEK_END) || (n = ftell(f)) < 0 || n > MODEL_MAX) {
		if (f)
			fclose(f);
		return wrong("%s: cannot be read as a model", path);
	}
	rewind(f);
	text = arena_alloc(cli->arena, (size_t)n + 1);
	text[fread(text, 1, (size_t)n, f)] = '\0';
	fclose(f);
	json_object_set_new(args, "model", json_string(text));
	return json_is_string(json_object_get(args, "model")) || wrong("%s: is not UTF-8", path);
}

static enum cli_exit run(struct cli *cli, const struct command *c, json_t *given)
{
	AUTO(json_drop) json_t *args = NULL;
	AUTO(json_drop) json_t *answer = NULL;
	struct err e = { 0 };
	enum cli_exit code;
	bool done = false;

	make_absolute(cli, given);
	if (!enclose_model(cli, given))
		return CLI_USAGE;
	if (!command_check(c, given, &args, &e)) {
		fail(&e);
		help_command(stderr, c, CLI_USAGE);
		return CLI_USAGE;
	}
	config_place(cli->arena, cli->config_path, &cli->place);
	if (cli->follow)
		return follow(cli, c, args);
	consent_ask(c, args);
	if (!report_prepare(cli, c, args))
		return CLI_USAGE;
	code = ask(cli, c, args, &answer, &e);
	if (code != CLI_OK) {
		fail(&e);
		return code;
	}
	code = report_output(c, args, answer, &done);
	if (done)
		return code;
	if (!cli->json)
		render_clean(answer);
	render(cli, c, answer);
	return verdict(answer);
}

int main(int argc, char **argv)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(json_drop) json_t *args = json_object();
	const char *config = getenv("DOORSTROOM_CONFIG"), *no_colour = getenv("NO_COLOR");
	struct cli cli = { .arena = arena, .config_path = config && *config ? config : CONFIG_DEFAULT };
	struct line line = { .cli = &cli, .argv = argv, .argc = argc, .args = args };
	enum cli_exit status;

	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	cli.colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour);
	if (argc == 2 && !strcmp(argv[1], "--version"))
		return printf("doorstroom " DOORSTROOM_VERSION "\n") < 0;
	if (!read_line(&line))
		return CLI_USAGE;
	if (line.group)
		return help_group(line.help ? stdout : stderr, line.group, line.help ? CLI_OK : CLI_USAGE);
	if (!line.command)
		return help(line.help ? stdout : stderr, line.help ? CLI_OK : CLI_USAGE);
	if (line.help)
		return help_command(stdout, line.command, CLI_OK);
	if (cli.follow && strcmp(line.command->name, "log")) {
		fprintf(stderr, "doorstroom: only log can be followed\n");
		return CLI_USAGE;
	}
	status = run(&cli, line.command, args);
	query_close(cli.query);
	if (fflush(stdout) && status == CLI_OK)
		status = CLI_FAILED;
	return (int)status;
}
