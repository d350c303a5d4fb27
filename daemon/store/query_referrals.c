/*
 * query_referrals.c - the referrals that are open, and which of them wait too long for an answer.
 */
#include "store/query_parts.h"

#include "base/time.h"
#include "core/referral.h"
#include "store/statements.h"

#define LIMIT_MAX 10000

static int64_t time_at(const json_t *golden, const char *field)
{
	const char *text = json_string_value(json_object_get(golden, field));
	int64_t ms;

	return text && time_parse(text, &ms) ? ms : REFERRAL_NEVER;
}

static int64_t since(const json_t *golden, int64_t known_ms)
{
	return referral_owed_since(time_at(golden, "sent_at"), time_at(golden, "created_at"), known_ms);
}

static json_t *line_of(const json_t *row)
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
	json_object_set_new(line, "since", json_integer(since(golden, json_integer_value(json_object_get(row, "known_at")))));
	json_object_set(line, "overdue_since", json_object_get(row, "overdue_since"));
	json_object_set(line, "asked", json_object_get(row, "asked"));
	return line;
}

#define REFERRALS(condition)                                                                                           \
	"SELECT n.hub_id, n.golden AS \"golden:json\", c.golden AS \"company:json\", o.since AS overdue_since, (SELECT at "  \
	"FROM event WHERE event.entity = n.id ORDER BY seq LIMIT 1) AS known_at, EXISTS (SELECT 1 FROM review r WHERE "      \
	"r.entity = n.id AND r.state = 'open') AS \"asked:bool\" FROM entity n LEFT JOIN overdue o ON o.entity = n.id LEFT " \
	"JOIN reference f ON f.entity = n.id AND f.field = ?4 LEFT JOIN entity c ON c.id = f.target WHERE " condition        \
	" AND (?1 IS NULL OR n.golden ->> 'from_partner' IN (SELECT value FROM json_each(?1)) OR n.golden ->> 'to_partner' " \
	"IN (SELECT value FROM json_each(?1))) AND (?2 = 0 OR o.since) ORDER BY n.id LIMIT ?3"

json_t *query_referrals(struct query *q, const struct query_referrals *wanted, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	AUTO(json_drop) json_t *rows = NULL;
	AUTO(free) char *names = wanted->names ? json_dumps(wanted->names, JSON_COMPACT) : NULL;
	struct ask a = ask(q, wanted->all ? REFERRALS("n.type = 2 AND n.state = 0") : REFERRALS(REFERRAL_IS_OPEN));
	json_t *lines = json_array(), *row;
	size_t i;

	ask_text(&a, names);
	ask_int(&a, wanted->overdue);
	ask_int(&a, wanted->limit < 1 ? 1 : wanted->limit > LIMIT_MAX ? LIMIT_MAX : wanted->limit);
	ask_int(&a, REFERRAL_ORGANIZATION);
	rows = ask_all(&a, e);
	json_array_foreach(rows, i, row)
		json_array_append_new(lines, line_of(row));
	if (rows)
		return json_pack("{so}", "referrals", lines);
	json_decref(lines);
	return NULL;
}

json_t *query_referral_counts(struct query *q, struct err *e)
{
	struct ask a = ask(q, "SELECT ifnull(n.golden ->> 'to_partner', '') AS id, count(*) AS open, count(o.since) AS overdue FROM "
			      "entity n LEFT JOIN overdue o ON o.entity = n.id WHERE " REFERRAL_IS_OPEN " GROUP BY 1 ORDER BY 1");

	return ask_all(&a, e);
}
