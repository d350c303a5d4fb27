#include "engine/metrics.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

enum metric_type { GAUGE, COUNTER };

struct text {
	struct buf *out;
	bool open;
};

/* Without its _total a counter's name stands in OpenMetrics, with it in the older format. */
static void family(const struct text *p, const char *name, enum metric_type type, const char *help)
{
	const char *suffix = type == COUNTER && !p->open ? "_total" : "";

	buf_addf(p->out, "# TYPE doorstroom_%s%s %s\n", name, suffix, type == COUNTER ? "counter" : "gauge");
	buf_addf(p->out, "# HELP doorstroom_%s%s %s\n", name, suffix, help);
}

static void label_text(struct buf *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			buf_addc(b, '\\');
		if (*text == '\n')
			buf_adds(b, "\\n");
		else
			buf_addc(b, *text);
	}
}

static void sample(const struct text *p, const char *name, enum metric_type type, const char *partner,
	const char *label, const char *of, double value)
{
	buf_addf(p->out, "doorstroom_%s%s", name, type == COUNTER ? "_total" : "");
	if (partner || label)
		buf_addc(p->out, '{');
	if (partner) {
		buf_adds(p->out, "partner=\"");
		label_text(p->out, partner);
		buf_addc(p->out, '"');
	}
	if (label) {
		buf_addf(p->out, "%s%s=\"", partner ? "," : "", label);
		label_text(p->out, of);
		buf_addc(p->out, '"');
	}
	if (partner || label)
		buf_addc(p->out, '}');
	buf_addf(p->out, " %.17g\n", value);
}

/* --- per partner, from the daemon ---------------------------------------------------------------------------- */

static double when(int64_t ms)
{
	return (double)ms / 1000;
}

/*   X(name, type, value of s, help) */
#define PARTNER_METRICS(X)                                                                                             \
	X("partner_records_read", COUNTER, (double)s.records_in, "Records read from the partner since the start.")     \
	X("partner_records_written", COUNTER, (double)s.records_out,                                                   \
		"Changes that the partner acknowledged since the start.")                                              \
	X("partner_requests", COUNTER, (double)s.requests, "Requests made to the partner since the start.")            \
	X("partner_failures", COUNTER, (double)s.failures, "Failed requests since the start.")                         \
	X("partner_failures_in_a_row", GAUGE, s.breaker, "Failures since the last success.")                           \
	X("partner_running", GAUGE, s.running, "1 while a run over the partner is under way.")                         \
	X("partner_settled", GAUGE, s.settled, "1 if everything there is read and nothing waits to be sent.")          \
	X("partner_last_success_timestamp_seconds", GAUGE, when(s.last_ok_ms),                                         \
		"End of the last run that went well; 0: none.")                                                        \
	X("partner_last_complete_timestamp_seconds", GAUGE, when(s.last_complete_ms),                                  \
		"End of the last complete reading; 0: none.")

static void partners(const struct text *p, const struct engine *engine)
{
	struct partner_status s;

#define X(name, type, value, help)                                                                                     \
	family(p, name, type, help);                                                                                   \
	for (size_t i = 0; i < engine_partners(engine); i++) {                                                         \
		engine_status(engine, i, &s);                                                                          \
		sample(p, name, type, s.id, NULL, NULL, value);                                                        \
	}
	PARTNER_METRICS(X)
#undef X
	family(p, "partner_state", GAUGE, "1 for the state that the partner is in.");
	for (size_t i = 0; i < engine_partners(engine); i++) {
		engine_status(engine, i, &s);
		sample(p, "partner_state", GAUGE, s.id, "state", s.state, 1);
	}
}

/* --- per partner, from the store ----------------------------------------------------------------------------- */

static void stored_map(const struct text *p, const json_t *rows, const char *name, const char *from, const char *label,
	const char *help)
{
	json_t *row, *n;
	const char *of;
	size_t i;

	family(p, name, GAUGE, help);
	json_array_foreach(rows, i, row) {
		json_object_foreach(json_object_get(row, from), of, n)
			sample(p, name, GAUGE, json_string_value(json_object_get(row, "id")), label, of,
				json_number_value(n));
	}
}

/* By whom they are for, a desk as well as a partner. */
static void referrals(const struct text *p, const json_t *rows, const char *name, const char *from, const char *help)
{
	json_t *row;
	size_t i;

	family(p, name, GAUGE, help);
	json_array_foreach((json_t *)rows, i, row)
		sample(p, name, GAUGE, json_string_value(json_object_get(row, "id")), NULL, NULL,
			json_number_value(json_object_get(row, from)));
}

static void stored(const struct text *p, const json_t *in)
{
	const json_t *rows = json_object_get(in, "partners");
	json_t *row;
	size_t i;

	stored_map(p, rows, "records", "live", "type", "Records known to exist at the partner.");
	stored_map(p, rows, "outbox", "outbox", "state", "Changes that wait to be sent, by state.");
	family(p, "quarantine", GAUGE, "Records that cannot be read.");
	json_array_foreach(rows, i, row)
		sample(p, "quarantine", GAUGE, json_string_value(json_object_get(row, "id")), NULL, NULL,
			json_number_value(json_object_get(row, "quarantine")));
	family(p, "refused", GAUGE, "Changes that will not be sent until an admin says so: refused there, or in a rejected plan.");
	json_array_foreach(rows, i, row)
		sample(p, "refused", GAUGE, json_string_value(json_object_get(row, "id")), NULL, NULL,
			json_number_value(json_object_get(json_object_get(row, "outbox"), "dead")));
	family(p, "plan_held", GAUGE, "1 if a plan waits for approval.");
	json_array_foreach(rows, i, row)
		sample(p, "plan_held", GAUGE, json_string_value(json_object_get(row, "id")), NULL, NULL,
			json_is_object(json_object_get(row, "held_plan")));
	referrals(p, json_object_get(in, "referrals"), "referrals_open", "open", "Referrals for the partner that have not ended.");
	referrals(p, json_object_get(in, "referrals"), "referrals_overdue", "overdue",
		"Referrals for the partner that wait longer for an answer than was agreed.");
	family(p, "reviews", GAUGE, "Questions that wait for a human.");
	sample(p, "reviews", GAUGE, NULL, NULL, NULL, json_number_value(json_object_get(in, "reviews")));
	family(p, "events", COUNTER, "Events in the sync log.");
	sample(p, "events", COUNTER, NULL, NULL, NULL, json_number_value(json_object_get(in, "seq")));
}

/* --- the process --------------------------------------------------------------------------------------------- */

static double resident_bytes(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f)
		return 0;
	if (fscanf(f, "%*s %ld", &pages) != 1)
		pages = 0;
	fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void process(const struct text *p, const struct metrics_in *in)
{
	static const char *const classes[] = { NULL, NULL, "2xx", "3xx", "4xx", "5xx" };

	family(p, "build_info", GAUGE, "1; its version is the label.");
	sample(p, "build_info", GAUGE, NULL, "version", DOORSTROOM_VERSION, 1);
	family(p, "ready", GAUGE, "1 once every enabled partner has been tried.");
	sample(p, "ready", GAUGE, NULL, NULL, NULL, engine_ready(in->engine));
	family(p, "store_queue", GAUGE, "Transactions that wait for the store.");
	sample(p, "store_queue", GAUGE, NULL, NULL, NULL, (double)engine_lane_depth(in->engine));
	family(p, "resident_memory_bytes", GAUGE, "Memory of the daemon.");
	sample(p, "resident_memory_bytes", GAUGE, NULL, NULL, NULL, resident_bytes());
	family(p, "log_dropped", COUNTER, "Log lines that the journal could not take.");
	sample(p, "log_dropped", COUNTER, NULL, NULL, NULL, (double)log_dropped());
	family(p, "api_answers", COUNTER, "Answers of the control socket and of the TCP port.");
	for (size_t i = 2; in->answered && i < sizeof(classes) / sizeof(*classes); i++)
		sample(p, "api_answers", COUNTER, NULL, "status", classes[i], (double)in->answered[i]);
}

void metrics_print(struct buf *out, const struct metrics_in *in)
{
	const struct text p = { .out = out, .open = in->open_metrics };

	process(&p, in);
	partners(&p, in->engine);
	stored(&p, in->stored);
	if (p.open)
		buf_adds(out, "# EOF\n");
}
