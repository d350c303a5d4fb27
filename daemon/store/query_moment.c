/*
 * query_moment.c - the store as it was known at a moment: who is who then, and what waited to be answered.
 */
#include "store/query_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/room.h"
#include "base/time.h"
#include "core/journey.h"
#include "store/sql.h"

int64_t ask_number(struct ask *a, int column)
{
	return sqlite3_column_int64(a->statement, column);
}

void ask_times(struct ask *a, int column, int64_t *out, int n)
{
	for (int i = 0; i < n; i++)
		out[i] = sqlite3_column_type(a->statement, column + i) == SQLITE_NULL
			? JOURNEY_NEVER : sqlite3_column_int64(a->statement, column + i);
}

json_t *report_word(struct query *q, int64_t word, struct err *e)
{
	struct ask a = ask(q, sql_text_of(SQL_REPORT_WORD));
	json_t *out = NULL;

	ask_int(&a, word);
	if (ask_row(&a))
		out = json_string((const char *)sqlite3_column_text(a.statement, 0));
	if (ask_end(&a, e))
		return out ? out : json_null();
	json_decref(out);
	return NULL;
}

static bool know_merged(struct moment *m, struct err *e)
{
	struct ask a = ask(m->query, sql_text_of(SQL_REPORT_MERGED));

	ask_int(&a, m->seq);
	while (ask_row(&a))
		*dense_put(&m->into, (uint64_t)ask_number(&a, 0)) = (uint32_t)ask_number(&a, 1);
	if (!ask_end(&a, e))
		return false;
	m->merged = calloc(m->into.n / 64 + 1, sizeof(*m->merged));
	if (!m->merged)
		abort();
	for (size_t i = 0; i < m->into.n; i++) {
		m->merged[i / 64] |= (uint64_t)(m->into.value[i] != 0) << i % 64;
		/* To the end of the chain at once. */
		for (uint32_t next; m->into.value[i] && (next = dense_at(&m->into, m->into.value[i]));)
			m->into.value[i] = next;
	}
	return true;
}

bool moment_open(struct moment *m, struct query *q, const struct report *report, struct err *e)
{
	*m = (struct moment){ .query = q, .report = report, .ms = report->now_ms };
	m->seq = query_newest(q, e);
	if (report->as_of != INT32_MAX && period_day_begin(report->as_of + 1) < m->ms) {
		m->ms = period_day_begin(report->as_of + 1);
		m->seq = m->seq < 0 ? -1 : query_before(q, m->ms, m->seq, e);
	}
	return m->seq >= 0 && know_merged(m, e);
}

void moment_fini(struct moment *m)
{
	dense_fini(&m->into);
	free(m->merged);
	dense_fini(&m->company);
	dense_fini(&m->organization);
	free(m->about);
	dense_fini(&m->partners.row);
	dense_fini(&m->partners.word);
	json_decref(m->partners.number);
	for (size_t i = 0; i < m->partners.n; i++)
		free(m->partners.met[i].name);
	free(m->partners.met);
}

/* --- companies -------------------------------------------------------------------------------------------- */

static bool know_companies(struct moment *m, struct err *e)
{
	struct ask a = ask(m->query, sql_text_of(SQL_REPORT_CONTACTS));

	ask_int(&a, m->seq);
	while (ask_row(&a))
		*dense_put(&m->company, (uint64_t)ask_number(&a, 0)) = (uint32_t)moment_survivor(m, ask_number(&a, 1));
	m->companies = true;
	return ask_end(&a, e);
}

bool moment_company(struct moment *m, int64_t contact, int64_t *company, struct err *e)
{
	if (!m->companies && !know_companies(m, e))
		return false;
	*company = dense_at(&m->company, (uint64_t)contact);
	return true;
}

bool moment_know_organizations(struct moment *m, struct err *e)
{
	struct ask a = ask(m->query, sql_text_of(SQL_REPORT_ORGANIZATIONS));
	IDMAP_AUTO struct idmap place = { 0 };
	IDMAP_AUTO struct idmap different = { 0 };
	size_t n = 0, cap = 0;

	ask_int(&a, m->seq);
	while (ask_row(&a)) {
		const uint32_t about[3] = { (uint32_t)ask_number(&a, 1), (uint32_t)ask_number(&a, 2), (uint32_t)ask_number(&a, 3) };
		const uint32_t first = idmap_number(&place, (uint64_t)about[0] << 32 | about[1]);
		const uint32_t i = idmap_number(&different, (uint64_t)first << 32 | about[2]);

		if (i == n) {
			m->about = room(m->about, n, &cap, sizeof(*m->about));
			memcpy(m->about[n++], about, sizeof(about));
		}
		*dense_put(&m->organization, (uint64_t)ask_number(&a, 0)) = i + 1;
	}
	return ask_end(&a, e);
}

void moment_about(const struct moment *m, int64_t company, int64_t value[DIMENSIONS])
{
	const uint32_t i = company ? dense_at(&m->organization, (uint64_t)company) : 0;

	value[DIMENSION_PROVINCE] = i ? m->about[i - 1][0] : 0;
	value[DIMENSION_LEGAL_FORM] = i ? m->about[i - 1][1] : 0;
	value[DIMENSION_SIZE_CLASS] = i ? m->about[i - 1][2] : 0;
}

/* --- partners --------------------------------------------------------------------------------------------- */

static uint32_t number_of(struct moment *m, const char *name)
{
	const struct report *report = m->report;
	struct partners *p = &m->partners;
	const json_t *known = json_object_get(p->number, name);
	uint32_t number, under;

	if (known)
		return (uint32_t)json_integer_value(known);
	if (!p->number)
		p->number = json_object();
	p->met = room(p->met, p->n, &p->cap, sizeof(*p->met));
	number = (uint32_t)++p->n;
	p->met[number - 1] = (struct partner_met){ strdup(name), number };
	if (!p->met[number - 1].name)
		abort();
	json_object_set_new(p->number, name, json_integer(number));
	/* Whoever nobody comes after is its own. */
	under = report->successor ? number_of(m, report->successor(report->ctx, name)) : number;
	p->met[number - 1].under = under;
	return number;
}

static bool numbered(struct moment *m, struct dense *by, enum sql_statement statement, int64_t id, int64_t *number, struct err *e)
{
	struct ask a;

	*number = id ? dense_at(by, (uint64_t)id) : 0;
	if (!id || *number)
		return true;
	a = ask(m->query, sql_text_of(statement));
	ask_int(&a, id);
	if (ask_row(&a))
		*number = *dense_put(by, (uint64_t)id) =
			number_of(m, (const char *)sqlite3_column_text(a.statement, 0));
	return ask_end(&a, e);
}

bool moment_partner(struct moment *m, int64_t row, int64_t *number, struct err *e)
{
	return numbered(m, &m->partners.row, SQL_REPORT_PARTNER, row, number, e);
}

bool moment_partner_named(struct moment *m, int64_t word, int64_t *number, struct err *e)
{
	return numbered(m, &m->partners.word, SQL_REPORT_WORD, word, number, e);
}

const char *moment_partner_name(const struct moment *m, int64_t number)
{
	return number ? m->partners.met[number - 1].name : "";
}

int64_t moment_partner_under(const struct moment *m, int64_t number)
{
	return number ? m->partners.met[number - 1].under : 0;
}

static json_t *successors(const struct moment *m)
{
	const struct partners *p = &m->partners;
	json_t *out = json_object();

	for (size_t i = 0; i < p->n; i++)
		if (p->met[i].under != i + 1)
			json_object_set_new(out, p->met[i].name, json_string(moment_partner_name(m, p->met[i].under)));
	return json_sorted(out);
}

/* --- what every answer says about itself ------------------------------------------------------------------ */

static json_t *day(int32_t day, int32_t open)
{
	char text[PERIOD_TEXT_MAX];

	return day == open ? json_null() : json_string(period_day_format(day, text));
}

json_t *moment_json(const struct moment *m, unsigned by, struct err *e)
{
	const struct report *r = m->report;
	struct ask a = ask(m->query, sql_text_of(SQL_EVENT_AT));
	char text[TIME_TEXT_MAX];
	json_t *known;

	ask_int(&a, m->seq);
	known = ask_row(&a) ? json_string(time_format(ask_number(&a, 0) / 1000 * 1000, text)) : json_null();
	if (!ask_end(&a, e)) {
		json_decref(known);
		return NULL;
	}
	return json_pack("{s{so,so},so,so,ss,sI,so,so}", "period", "from", day(r->period.first, INT32_MIN), "to",
		day(r->period.last, INT32_MAX), "as_of", day(r->as_of, INT32_MAX), "known_until", known, "made_at",
		time_format(r->now_ms / 1000 * 1000, text), "seq", (json_int_t)m->seq, "small_cells",
		r->small_cells > 0 ? json_integer(r->small_cells) : json_null(), "successors",
		r->successor && by & DIMENSIONS_OF_PARTNERS ? successors(m) : json_null());
}

bool moment_doubts(const struct moment *m, enum record_type type, void (*doubt)(void *, int64_t, int64_t), void *ctx,
	struct err *e)
{
	struct ask a = ask(m->query, sql_text_of(SQL_REPORT_DOUBTS));

	ask_int(&a, type);
	ask_int(&a, m->ms);
	while (ask_row(&a)) {
		const bool two = ask_number(&a, 2);
		const int64_t x = moment_survivor(m, ask_number(&a, 0)), y = moment_survivor(m, ask_number(&a, 1));

		if (two)
			doubt(ctx, x, 0);
		else if (y && x != y)
			doubt(ctx, x, y);
	}
	return ask_end(&a, e);
}

static json_t *by_type(const struct moment *m, enum sql_statement statement, struct err *e)
{
	struct ask a = ask(m->query, sql_text_of(statement));
	AUTO(json_drop) json_t *out = json_object();

	ask_int(&a, m->ms);
	while (ask_row(&a))
		json_object_set_new(out, record_type_name((enum record_type)ask_number(&a, 0)),
			json_integer(ask_number(&a, 1)));
	return ask_end(&a, e) ? steal(out) : NULL;
}

json_t *moment_waiting(const struct moment *m, struct err *e)
{
	json_t *questions = by_type(m, SQL_REPORT_QUESTIONS, e), *unreadable = by_type(m, SQL_REPORT_UNREADABLE, e);

	if (questions && unreadable)
		return json_pack("{so,so}", "questions", questions, "unreadable", unreadable);
	json_decref(questions);
	json_decref(unreadable);
	return NULL;
}

