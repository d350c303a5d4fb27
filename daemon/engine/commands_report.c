/*
 * commands_report.c - counts over any period, as of any day: kpi, funnel, matrix, and all of them on one page.
 */
#include "engine/commands_parts.h"

#include <string.h>

#include "base/time.h"
#include "engine/levels.h"

#define CERTIFICATE_SESSIONS 5

/* --- when -------------------------------------------------------------------------------------------------------- */

static bool day_of(const struct command_call *call, const char *arg, int32_t *out, struct err *e)
{
	const char *text = call_text(call, arg);

	return !text || period_day_parse(text, out) ||
	       err_set(e, ERR_ITEM, "%s: a day is wanted, such as 2025-12-31", arg);
}

/* The day of which it tells what was known: today, unless another is asked for. */
static bool known_on(const struct command_call *call, int32_t *out, struct err *e)
{
	const int32_t today = period_day_of(call->now_ms);
	int32_t day = today;

	*out = today;
	if (!day_of(call, "as-of", &day, e))
		return false;
	if (day > today)
		return err_set(e, ERR_ITEM, "as-of: %s is still to come: nothing is known of it", call_text(call, "as-of"));
	*out = day;
	return true;
}

/* --- from the configuration ---------------------------------------------------------------------------------- */

static const char *const languages[] = {
#define X(language, name) name,
	REGISTRY_LANGUAGE_LIST(X)
#undef X
};

static void put_names(json_t *names, const char *id, const char *const name[REGISTRY_LANGUAGES])
{
	json_t *of = json_object();

	for (int l = 0; l < REGISTRY_LANGUAGES; l++)
		json_object_set_new(of, languages[l], json_string(name[l]));
	json_object_set_new(names, id, of);
}

bool command_report_take(struct command_call *call, const struct config *c, struct err *e)
{
	json_t *names = json_object(), *successors = json_object();
	const struct registry *r = &c->registry;
	char day[PERIOD_TEXT_MAX];
	struct err told_later;
	int32_t known;

	(void)e;
	known_on(call, &known, &told_later);
	period_day_format(known, day);
	for (size_t i = 0; i < r->n; i++) {
		const char *id = r->partner[i].id;

		put_names(names, id, r->partner[i].name);
		json_object_set_new(successors, id, json_string(registry_successor(r, id, day)));
	}
	for (size_t i = 0; i < r->ngroups; i++)
		put_names(names, r->group[i].id, r->group[i].name);
	call->taken = json_pack("{so,so,so}", "levels", levels_of(c), "names", names, "successors", successors);
	return true;
}

bool command_report_before(struct command_call *call, struct err *e)
{
	return command_report_take(call, engine_config(call->engine), e);
}

static const char *successor(void *ctx, const char *partner)
{
	const json_t *known = json_object_get(json_object_get(ctx, "successors"), partner);

	return known ? json_string_value(known) : partner;
}

/* --- arguments ----------------------------------------------------------------------------------------------- */

/* With its unit: a bare number, elsewhere seconds, is meant as days by most. */
static bool span_of(const struct command_call *call, const char *arg, uint64_t *out, struct err *e)
{
	const char *text = call_text(call, arg);

	if (!text)
		return true;
	return (text[strspn(text, "0123456789. ")] && time_parse_span(text, out) && *out) || err_set(e, ERR_ITEM, "%s: a span of time is wanted, such as 14d", arg);
}

static bool asked(struct command_call *call, struct report *r, struct err *e)
{
	const char *period = call_text(call, "period");
	const bool successors = call_flag(call, "successors");
	int32_t known;

	*r = (struct report){
		.period = { INT32_MIN, INT32_MAX },
		.as_of = INT32_MAX,
		.now_ms = call->now_ms,
		.certificate = (unsigned)call_number(call, "sessions", CERTIFICATE_SESSIONS),
		.groups_max = (size_t)call_number(call, "groups", 0),
		.small_cells = call_number(call, "small-cells", 0),
		.levels = levels_in(json_object_get(call->taken, "levels")),
		.successor = successors ? successor : NULL,
		.ctx = call->taken,
	};
	if (period && (call_text(call, "from") || call_text(call, "to")))
		return err_set(e, ERR_ITEM, "period: give it, or from and to");
	if (period && !period_parse(period, &r->period))
		return err_set(e, ERR_ITEM, "period: a year, a quarter, a month or a day is wanted: 2025, 2025-Q1, 2025-03");
	if (!day_of(call, "from", &r->period.first, e) || !day_of(call, "to", &r->period.last, e) ||
		!known_on(call, &known, e) || !span_of(call, "overdue", &r->level_ms, e))
		return false;
	if (r->period.first > r->period.last)
		return err_set(e, ERR_ITEM, "from: it is after to");
	if (successors && !call->taken)
		return err_set(e, ERR_BROKEN, "successors: only the configuration tells who came after whom, and it is faulty");
	/* Today is not over. */
	if (known < period_day_of(call->now_ms))
		r->as_of = known;
	return r->certificate || err_set(e, ERR_ITEM, "sessions: at least 1");
}

/* --- answers ------------------------------------------------------------------------------------------------- */

static json_t *with_names(const struct command_call *call, json_t *out)
{
	const json_t *names = json_object_get(call->taken, "names");

	if (out && names)
		json_object_set(out, "names", (json_t *)names);
	return out;
}

bool command_kpi(struct command_call *call, struct err *e)
{
	const char *by[] = { call_text(call, "by") };
	AUTO(json_drop) json_t *all = NULL;
	struct report r;

	if (!asked(call, &r, e) || !(all = query_kpis(call->query, &r, by, 1, e)))
		return false;
	return answer(call, with_names(call, json_incref(json_array_get(all, 0))));
}

bool command_funnel(struct command_call *call, struct err *e)
{
	struct report r;

	return asked(call, &r, e) && answer(call, with_names(call, query_funnel(call->query, &r, call_text(call, "by"), e)));
}

bool command_matrix(struct command_call *call, struct err *e)
{
	struct report r;

	return asked(call, &r, e) && answer(call, with_names(call, query_matrix(call->query, &r, e)));
}

bool command_report(struct command_call *call, struct err *e)
{
	static const char *const by[] = { "kind", "partner", "province" };
	AUTO(json_drop) json_t *all = NULL;
	const json_t *kpis;
	struct report r;

	if (!asked(call, &r, e) || !(all = query_report(call->query, &r, by, 3, "province", e)))
		return false;
	kpis = json_object_get(all, "kpis");
	return answer(call, json_pack("{sO,sO,sO,sO,sO}", "kinds", with_names(call, json_array_get(kpis, 0)), "partners",
			with_names(call, json_array_get(kpis, 1)), "provinces", with_names(call, json_array_get(kpis, 2)), "funnel",
			with_names(call, json_object_get(all, "funnel")), "matrix",
			with_names(call, json_object_get(all, "matrix"))));
}
