/*
 * cli.h - doorstroom: a request on the control socket, and its answer as tables or as JSON.
 *
 * Exit status: 0 done; 1 refused or failed, or a check found faults; 2 wrong usage; 3 the daemon cannot be reached and
 * is needed; 4 no such record, plan, partner or number; 5 not allowed.
 */
#pragma once
#include "engine/commands.h"

enum cli_exit { CLI_OK, CLI_FAILED, CLI_USAGE, CLI_UNREACHABLE, CLI_NOT_FOUND, CLI_DENIED };

struct cli {
	const char *config_path;
	bool config_given;            /* on the command line */
	struct config_place place;
	bool json, follow, colour;
	struct arena *arena;
	struct query *query;          /* the daemon is down: the store, once it was opened */
	bool down;                    /* said so already */
};

/* --- report*.c: counts as tables, as CSV, as pictures, as a page ---------------------------------------------- */

/* Before it is asked: false with a message if these do not go together. What a page has no room for is not asked for. */
bool report_prepare(const struct cli *, const struct command *, json_t *args);
/* What its --csv, --svg and --out ask for. *done: nothing is left to be shown. */
enum cli_exit report_output(const struct command *, const json_t *args, const json_t *answer, bool *done);

/* "-": standard output. A file that did not come about whole is not left behind as if it had. */
enum cli_exit report_write(const char *path, const char *text, size_t n);

/* --- client.c: the control socket ---------------------------------------------------------------------------- */

/* CLI_UNREACHABLE if there is no daemon; else *out has the answer, or *e what the daemon had against it. */
enum cli_exit client_ask(struct cli *, const struct command *, const json_t *args, json_t **out, struct err *e);
/* The exit status of a failure that a handler gave. */
enum cli_exit client_exit(const struct err *);

/* --- offline.c: without a daemon ----------------------------------------------------------------------------- */

enum cli_exit offline_ask(struct cli *, const struct command *, json_t *args, json_t **out, struct err *e);
/* Fields that partners have added are known once their mappings are: their faults are for `config check`. */
void offline_know_fields(struct cli *);

/* --- beside.c: what takes long, on a store that the daemon may have open ---------------------------------------- */

enum cli_exit beside_train(struct cli *, const json_t *args, json_t **out, struct err *);
enum cli_exit beside_report(struct cli *, const json_t *args, json_t **out, struct err *);

/* --- consent.c: before something is written at a partner ------------------------------------------------------ */

/* On a terminal: asks, and says `yes` among the arguments if that is the answer. */
void consent_ask(const struct command *, json_t *args);

/* --- render.c: an answer for people -------------------------------------------------------------------------- */

void render(const struct cli *, const struct command *, const json_t *answer);
void render_event(const struct cli *, const json_t *event);   /* one line of the log */
/* Replaces what would steer a terminal, everywhere in the answer. */
void render_clean(json_t *answer);

/* The handlers of render.c's table that are in files of their own. */
void render_status(const struct cli *, const json_t *), render_partners(const struct cli *, const json_t *),
	render_log(const struct cli *, const json_t *), render_plans(const struct cli *, const json_t *),
	render_plan(const struct cli *, const json_t *), render_quarantines(const struct cli *, const json_t *),
	render_quarantine(const struct cli *, const json_t *), render_refusals(const struct cli *, const json_t *),
	render_refusal(const struct cli *, const json_t *), render_reviews(const struct cli *, const json_t *),
	render_review(const struct cli *, const json_t *), render_decision(const struct cli *, const json_t *),
	render_match(const struct cli *, const json_t *), render_replaced(const struct cli *, const json_t *), render_replay(const struct cli *, const json_t *),
	render_learned(const struct cli *, const json_t *), render_outlook(const struct cli *, const json_t *),
	render_show(const struct cli *, const json_t *),
	render_records(const struct cli *, const json_t *), render_disclosures(const struct cli *, const json_t *),
	render_kpi(const struct cli *, const json_t *), render_funnel(const struct cli *, const json_t *),
	render_matrix(const struct cli *, const json_t *), render_report(const struct cli *, const json_t *),
	render_fields(const struct cli *, const json_t *), render_referrals(const struct cli *, const json_t *),
	render_refer(const struct cli *, const json_t *), render_registry(const struct cli *, const json_t *),
	render_adapter_check(const struct cli *, const json_t *);

/* --- render_review.c: two records beside each other (right NULL: one), and what each field added to the score --- */

void render_sides(const struct cli *, const char *left_name, const json_t *left, const char *right_name, const json_t *right);
void render_waterfall(const json_t *evidence);

/* --- render_plan.c: what a decision would change (engine/preview.h) -------------------------------------------- */

void render_consequences(const struct cli *, const json_t *plan);

/* --- table.c: columns ---------------------------------------------------------------------------------------- */

struct table;
enum column { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_LONG };   /* LONG: may be cut where the terminal ends */
struct table *table_new(const struct cli *);
void table_free(struct table *);
AUTO_DEFINE(struct table, table_free)
void table_column(struct table *, const char *heading, enum column);
void table_row(struct table *);
/* The next cell of the row; NULL and "" are blank. colour: "red", "yellow", "green", "grey" or NULL. */
void table_cell(struct table *, const char *text, const char *colour);
void table_number(struct table *, int64_t, bool blank_if_zero);
void table_print(struct table *);

/* --- words.c: times, values, lists --------------------------------------------------------------------------- */

const char *words_text(const json_t *, const char *key);             /* "" if absent */
int64_t words_number(const json_t *, const char *key);
char *words_time(struct arena *, int64_t ms);                        /* 2026-11-23 14:02:11, local; "never" for 0 */
char *words_ago(struct arena *, int64_t ms);                         /* "12s ago", "in 40s" */
/* A JSON value on one line: text as it is, lists with commas, nothing for null. labels: hub id to name, or NULL. */
void words_value(struct buf *, const json_t *, const json_t *labels);
char *words_list(struct arena *, const json_t *strings);
const char *words_more(const json_t *answer);                       /* a line if its limit left some out, else "" */
const char *words_plural(int64_t n);                                 /* "" for 1, else "s" */
