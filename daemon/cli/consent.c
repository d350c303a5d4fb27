/* consent.c - asks before something is written at a partner. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool flag(const json_t *args, const char *name)
{
	return json_is_true(json_object_get(args, name));
}

void consent_ask(const struct command *command, json_t *args)
{
	const char *partner = words_text(args, "partner");
	char line[128];

	if (strcmp(command->name, "adapter check") || !flag(args, "write") || flag(args, "yes") || !isatty(STDIN_FILENO) ||
		!isatty(STDERR_FILENO))
		return;
	fprintf(stderr,
		"This makes, changes and removes records named \"Doorstroom check ...\" at %s, and touches no others.\n"
		"Type %s to go on: ",
		partner, partner);
	if (!fgets(line, sizeof(line), stdin))
		return;
	line[strcspn(line, "\n")] = '\0';
	if (!strcmp(line, partner))
		json_object_set_new(args, "yes", json_true());
}
