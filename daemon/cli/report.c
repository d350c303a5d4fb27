/*
 * report.c - what --csv, --svg and --out ask for.
 */
#include "cli/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/commands_parts.h"

enum cli_exit report_write(const char *path, const char *text, size_t n)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "we") : stdout;
	struct stat is = { 0 };
	bool ok;

	if (!f) {
		fprintf(stderr, "doorstroom: %s: %s\n", path, strerror(errno));
		return CLI_FAILED;
	}
	fstat(fileno(f), &is);
	ok = fwrite(text, 1, n, f) == n;
	ok = !(f == stdout ? fflush(f) : fclose(f)) && ok;
	if (!ok) {
		fprintf(stderr, "doorstroom: %s: %s\n", path, strerror(errno));
		if (f != stdout && S_ISREG(is.st_mode))
			remove(path);
	}
	return ok ? CLI_OK : CLI_FAILED;
}

static bool languages_of(const char *text, bool languages[LANGUAGES])
{
	static const char *const names[] = {
#define X(language, name) name,
		LANGUAGE_LIST(X)
#undef X
	};
	bool any = false;

	for (int l = 0; l < LANGUAGES; l++)
		any |= languages[l] = !*text || !strcmp(text, "both") || !strcmp(text, names[l]);
	return any;
}

/* There is no room for it in values and pictures. */
static void tell_successors(const json_t *answer)
{
	BUF_AUTO struct buf b = { 0 };

	report_successors(&b, answer, LANGUAGE_EN);
	if (b.len)
		fprintf(stderr, "doorstroom: %s\n", b.data);
}

static bool wrong(const char *what)
{
	fprintf(stderr, "doorstroom: %s\n", what);
	return false;
}

bool report_prepare(const struct cli *cli, const struct command *c, json_t *args)
{
	const bool page = json_object_get(args, "out");
	bool languages[LANGUAGES];

	/* Only these commands have them. */
	if (c->before != command_report_before)
		return true;
	if (cli->json + json_is_true(json_object_get(args, "csv")) + (json_object_get(args, "svg") != NULL) + page > 1)
		return wrong(page ? "give --json or --out: it is one or the other" : "give one of --json, --csv and --svg");
	if (json_object_get(args, "language") && !page)
		return wrong("language: only the page has one, which --out writes");
	if (!languages_of(words_text(args, "language"), languages))
		return wrong("language: nl, en or both is wanted");
	if (page && !json_object_get(args, "groups"))
		json_object_set_new(args, "groups", json_integer(REPORT_PAGE_GROUPS));
	return true;
}

enum cli_exit report_output(const struct command *c, const json_t *args, const json_t *answer, bool *done)
{
	const char *svg = words_text(args, "svg"), *out = words_text(args, "out");
	BUF_AUTO struct buf text = { 0 };
	bool languages[LANGUAGES];

	*done = false;
	if (c->before != command_report_before)
		return CLI_OK;
	languages_of(words_text(args, "language"), languages);
	*done = *svg || *out || json_is_true(json_object_get(args, "csv"));
	if (*out) {
		report_html(&text, answer, languages);
		return report_write(out, text.data, text.len);
	}
	if (*done)
		tell_successors(answer);
	if (*svg) {
		report_svg(&text, c, answer);
		return report_write(svg, text.data, text.len);
	}
	if (*done) {
		report_csv(&text, c, answer);
		fwrite(text.data, 1, text.len, stdout);
	}
	return CLI_OK;
}
