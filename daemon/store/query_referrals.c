/*
 * query_referrals.c - the referrals that are open, and which of them wait too long for an answer: by the same facts and the
 * same rule by which query_matrix.c counts them.
 */
#include "store/query_facts.h"

#include "core/journey.h"
#include "store/statements.h"

/* First in every row: what makes the journey of the referral n, whose facts of now are f. */
#define JOURNEY_COLUMNS                                                                                                \
	"f.state AS code, f.created_at, f.sent_at, f.received_at, f.accepted_at, f.declined_at, f.in_progress_at, "         \
	"f.closed_at, f.expired_at, f.withdrawn_at, (SELECT at FROM event WHERE seq = (SELECT min(since) FROM "               \
	"fact_referral WHERE entity = n.id)) AS known_at, "
#define FROM_REFERRALS " FROM entity n LEFT JOIN fact_referral f ON f.entity = n.id AND f.until IS NULL "

static void read_journey(struct ask *a, struct journey *j)
{
	int64_t said[REFERRAL_STATES];

	ask_times(a, 1, said, REFERRAL_STATES);
	journey_begin(j);
	journey_see(j, (enum referral_state)ask_number(a, 0), said, ask_number(a, 1 + REFERRAL_STATES));
}

static uint64_t agreed(const struct levels *levels, const char *to, const char *service)
{
	return levels->of && to ? levels->of(levels->ctx, to, service) : 0;
}

static json_t *line_of(const json_t *row, const struct journey *j, int64_t due_ms, int64_t now_ms)
{
	static const struct {
		const char *as, *field;
	} fields[] = { { "from", "from_partner" }, { "to", "to_partner" }, { "service", "service" }, { "state", "state" },
		{ "handler", "handler" }, { "outcome", "outcome" } };
	const json_t *golden = json_object_get(row, "golden"), *company = json_object_get(row, "company");
	json_t *line = json_pack("{sO}", "id", json_object_get(row, "hub_id"));

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (json_is_string(json_object_get(golden, fields[i].field)))
			json_object_set(line, fields[i].as, json_object_get(golden, fields[i].field));
	json_object_set_new(line, "company", json_is_object(company) ? query_label(RECORD_ORGANIZATION, company) : json_null());
	json_object_set_new(line, "since", json_integer(journey_owed_since(j)));
	json_object_set_new(line, "overdue_since", due_ms <= now_ms ? json_integer(due_ms) : json_null());
	json_object_set(line, "asked", json_object_get(row, "asked"));
	return line;
}

/* The row's line, or nothing if only what is overdue is wanted and it is not. */
static void add_line(json_t *lines, struct ask *a, const struct query_referrals *wanted)
{
	AUTO(json_drop) json_t *row = ask_object(a);
	const json_t *golden = json_object_get(row, "golden");
	struct journey j;
	int64_t due_ms;

	read_journey(a, &j);
	due_ms = journey_due(&j, agreed(&wanted->levels, json_string_value(json_object_get(golden, "to_partner")),
		json_string_value(json_object_get(golden, "service"))));
	if (!wanted->overdue || due_ms <= wanted->now_ms)
		json_array_append_new(lines, line_of(row, &j, due_ms, wanted->now_ms));
}

#define REFERRALS(condition)                                                                                           \
	"SELECT " JOURNEY_COLUMNS "n.hub_id, n.golden AS \"golden:json\", c.golden AS \"company:json\", EXISTS (SELECT 1 "   \
	"FROM review r WHERE r.entity = n.id AND r.state = 'open') AS \"asked:bool\"" FROM_REFERRALS                         \
	"LEFT JOIN reference x ON x.entity = n.id AND x.field = ?2 LEFT JOIN entity c ON c.id = x.target WHERE " condition   \
	" AND (?1 IS NULL OR n.golden ->> 'from_partner' IN (SELECT value FROM json_each(?1)) OR n.golden ->> 'to_partner' " \
	"IN (SELECT value FROM json_each(?1))) ORDER BY n.id"

json_t *query_referrals(struct query *q, const struct query_referrals *wanted, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	AUTO(free) char *names = wanted->names ? json_dumps(wanted->names, JSON_COMPACT) : NULL;
	AUTO(json_drop) json_t *lines = json_array();
	struct ask a = ask(q, wanted->all ? REFERRALS("n.type = 2 AND n.state = 0") : REFERRALS(REFERRAL_IS_OPEN));
	const size_t limit = (size_t)query_limit(wanted->limit);
	bool more;

	ask_text(&a, names);
	ask_int(&a, REFERRAL_ORGANIZATION);
	while (json_array_size(lines) <= limit && ask_row(&a))
		add_line(lines, &a, wanted);
	if (!ask_end(&a, e))
		return NULL;
	more = json_cut(lines, limit);
	return json_pack("{sO,sb}", "referrals", lines, "more", more);
}

/* --- counted ------------------------------------------------------------------------------------------------- */

static void count(json_t *counts, const char *to, bool overdue)
{
	json_t *of = json_object_get(counts, to);

	if (!of) {
		of = json_pack("{ss,si,si}", "id", to, "open", 0, "overdue", 0);
		json_object_set_new(counts, to, of);
	}
	json_object_set_new(of, "open", json_integer(json_integer_value(json_object_get(of, "open")) + 1));
	json_object_set_new(of, "overdue", json_integer(json_integer_value(json_object_get(of, "overdue")) + overdue));
}

json_t *query_referral_counts(struct query *q, const struct query_status *wanted, struct err *e)
{
	AUTO(free) char *names = wanted->names ? json_dumps(wanted->names, JSON_COMPACT) : NULL;
	AUTO(json_drop) json_t *counts = json_object();
	json_t *rows = json_array(), *row;
	struct journey j;
	const char *to;
	struct ask a = ask(q, "SELECT " JOURNEY_COLUMNS "w.text, s.text" FROM_REFERRALS "LEFT JOIN word w ON w.id = f.to_partner LEFT "
			      "JOIN word s ON s.id = f.service WHERE " REFERRAL_IS_OPEN
			      " AND (?1 IS NULL OR w.text IN (SELECT value FROM json_each(?1)))");

	ask_text(&a, names);
	while (ask_row(&a)) {
		to = (const char *)sqlite3_column_text(a.statement, 2 + REFERRAL_STATES);
		read_journey(&a, &j);
		count(counts, to ? to : "", journey_due(&j, agreed(&wanted->levels, to,
			(const char *)sqlite3_column_text(a.statement, 3 + REFERRAL_STATES))) <= wanted->now_ms);
	}
	counts = json_sorted(counts);
	json_object_foreach(counts, to, row)
		json_array_append(rows, row);
	if (ask_end(&a, e))
		return rows;
	json_decref(rows);
	return NULL;
}
