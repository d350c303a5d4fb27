/*
 * render.c - which answer is shown how. What has no row here is shown as JSON.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "engine/explain.h"

/* --- small answers ------------------------------------------------------------------------------------------- */

static void render_explain(const struct cli *cli, const json_t *answer)
{
	const struct explain_style style = { .colour = cli->colour };
	BUF_AUTO struct buf b = { 0 };

	explain_print(&b, answer, &style);
	fputs(b.data ? b.data : "", stdout);
}

static void render_yaml(const struct cli *cli, const json_t *answer)
{
	(void)cli;
	fputs(words_text(answer, "yaml"), stdout);
}

static void render_config_check(const struct cli *cli, const json_t *answer)
{
	const json_t *fault;
	size_t i;

	(void)cli;
	json_array_foreach(json_object_get(answer, "faults"), i, fault)
		printf("%s\n", json_string_value(fault));
	if (json_is_true(json_object_get(answer, "ok")))
		printf("%s: in order\n", words_text(answer, "file"));
}

/* "unizo: paused", "plan 12ab: approved", "7: dropped" */
static void render_done(const struct cli *cli, const json_t *answer)
{
	static const char *const subjects[] = { "partner", "plan", "file", "record" };
	const char *subject = "";

	(void)cli;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects) && !*subject; i++)
		subject = words_text(answer, subjects[i]);
	if (json_is_integer(json_object_get(answer, "id")))
		printf("%lld: %s\n", (long long)words_number(answer, "id"), words_text(answer, "done"));
	else
		printf("%s: %s\n", subject, words_text(answer, "done"));
}

/* --- the table ----------------------------------------------------------------------------------------------- */

static const struct {
	const char *command;
	void (*render)(const struct cli *, const json_t *);
} renders[] = {
	{ "status", render_status },
	{ "partners", render_partners },
	{ "log", render_log },
	{ "show", render_show },
	{ "search", render_records },
	{ "records", render_records },
	{ "explain", render_explain },
	{ "disclosures", render_disclosures },
	{ "plan list", render_plans },
	{ "plan show", render_plan },
	{ "plan approve", render_done },
	{ "plan reject", render_done },
	{ "quarantine list", render_quarantines },
	{ "quarantine show", render_quarantine },
	{ "quarantine retry", render_done },
	{ "quarantine drop", render_done },
	{ "refused list", render_refusals },
	{ "refused show", render_refusal },
	{ "refused retry", render_done },
	{ "refused drop", render_done },
	{ "review list", render_reviews },
	{ "review show", render_review },
	{ "review accept", render_decision },
	{ "review reject", render_decision },
	{ "match explain", render_match },
	{ "match replaced", render_replaced },
	{ "match replay", render_replay },
	{ "match train", render_learned },
	{ "match report", render_outlook },
	{ "review merge", render_decision },
	{ "review split", render_decision },
	{ "review answer", render_done },
	{ "refer", render_refer },
	{ "referrals", render_referrals },
	{ "withdraw", render_refer },
	{ "kpi", render_kpi },
	{ "funnel", render_funnel },
	{ "matrix", render_matrix },
	{ "report", render_report },
	{ "sync", render_done },
	{ "pause", render_done },
	{ "resume", render_done },
	{ "fields", render_fields },
	{ "config show", render_yaml },
	{ "config check", render_config_check },
	{ "adapter check", render_adapter_check },
	{ "backup", render_done },
};

void render(const struct cli *cli, const struct command *command, const json_t *answer)
{
	for (size_t i = 0; !cli->json && i < sizeof(renders) / sizeof(*renders); i++) {
		if (strcmp(renders[i].command, command->name))
			continue;
		renders[i].render(cli, answer);
		return;
	}
	json_dumpf(answer, stdout, JSON_INDENT(2));
	printf("\n");
}

/* --- nothing from outside steers the terminal ---------------------------------------------------------------- */

/* C0 but the newline, DEL, and C1, which is c2 80 to c2 9f. */
static json_t *cleaned(const char *text, size_t n)
{
	BUF_AUTO struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c == 0xc2 && i + 1 < n && (unsigned char)text[i + 1] < 0xa0) {
			buf_addc(&b, '?');
			i++;
		} else if ((c < 0x20 && c != '\n') || c == 0x7f) {
			buf_addc(&b, '?');
		} else {
			buf_addc(&b, text[i]);
		}
	}
	return json_stringn_nocheck(b.data ? b.data : "", b.len);
}

static bool steers(const json_t *v)
{
	const char *text = json_string_value(v);
	const size_t n = json_string_length(v);

	for (size_t i = 0; text && i < n; i++) {
		const unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && c != '\n') || c == 0x7f ||
			(c == 0xc2 && i + 1 < n && (unsigned char)text[i + 1] < 0xa0))
			return true;
	}
	return false;
}

void render_clean(json_t *v)
{
	const char *key;
	json_t *one;
	size_t i;

	json_array_foreach(v, i, one) {
		if (steers(one))
			json_array_set_new(v, i, cleaned(json_string_value(one), json_string_length(one)));
		else
			render_clean(one);
	}
	json_object_foreach(v, key, one) {
		if (steers(one))
			json_object_set_new(v, key, cleaned(json_string_value(one), json_string_length(one)));
		else
			render_clean(one);
	}
}
