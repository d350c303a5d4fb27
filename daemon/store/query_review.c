/*
 * query_review.c - questions that wait for a human.
 */
#include "store/query_parts.h"

#define LIMIT_MAX 1000

#define REVIEW_COLUMNS                                                                                                 \
	"SELECT r.id, r.kind, r.type AS \"type:type\", r.state, r.made_at, r.decided_at, r.decided_by, p.name AS "     \
	"partner, s.key, a.hub_id AS record, b.hub_id AS other, r.evidence AS \"evidence:json\", "                     \
	"a.golden AS \"golden:json\", b.golden AS \"other_golden:json\""
#define REVIEW_FROM                                                                                                    \
	" FROM review r LEFT JOIN shadow s ON s.id = r.shadow LEFT JOIN partner p ON p.id = s.partner LEFT JOIN "      \
	"entity a ON a.id = r.entity LEFT JOIN entity b ON b.id = r.other "
/* ?1 kind, ?2 type, ?3 partner, ?4 asked before */
#define REVIEW_WANTED                                                                                                  \
	"WHERE r.state = 'open' AND (?1 IS NULL OR r.kind = ?1) AND (?2 < 0 OR r.type = ?2) AND (?3 = 0 OR EXISTS ("   \
	"SELECT 1 FROM shadow x WHERE x.entity IN (r.entity, r.other) AND x.partner = ?3)) AND "                       \
	"(?4 = 0 OR r.made_at < ?4) "
#define SCORE "ifnull(CAST(r.evidence ->> 'score' AS REAL), -1e9)"
/* ?5 the last one before this page, ?6 how many */
#define OLDEST "AND r.id > ?5 ORDER BY r.id LIMIT ?6"
#define SUREST                                                                                                         \
	"AND (?5 = 0 OR (" SCORE ", -r.id) < (SELECT " SCORE ", -r.id FROM review r WHERE r.id = ?5)) ORDER BY "       \
	SCORE " DESC, r.id LIMIT ?6"

static struct ask about(struct query *q, const char *text, const struct query_reviews *wanted, int64_t type, int64_t partner)
{
	struct ask a = ask(q, text);

	ask_text(&a, wanted->kind);
	ask_int(&a, type);
	ask_int(&a, partner);
	ask_int(&a, wanted->before_ms);
	return a;
}

static void name_sides(json_t *row)
{
	enum record_type type;

	if (!record_type_parse(json_string_value(json_object_get(row, "type")), &type))
		return;
	json_object_set_new(row, "name", query_label(type, json_object_get(row, "golden")));
	if (json_is_object(json_object_get(row, "other_golden")))
		json_object_set_new(row, "other_name", query_label(type, json_object_get(row, "other_golden")));
	json_object_del(row, "golden");
	json_object_del(row, "other_golden");
}

static int64_t count(struct query *q, const struct query_reviews *wanted, int64_t type, int64_t partner, struct err *e)
{
	struct ask a = about(q, "SELECT count(*) FROM review r " REVIEW_WANTED, wanted, type, partner);
	const int64_t n = ask_row(&a) ? sqlite3_column_int64(a.statement, 0) : 0;

	return ask_end(&a, e) ? n : -1;
}

int64_t query_reviews_open(struct query *q, int64_t partner, struct err *e)
{
	return count(q, &(struct query_reviews){ 0 }, -1, partner, e);
}

static bool add_counts(struct query *q, json_t *out, const struct query_reviews *wanted, int64_t type, int64_t partner,
	struct err *e)
{
	const int64_t total = count(q, wanted, type, partner, e);
	struct ask a;
	json_t *counts;

	if (total < 0)
		return false;
	json_object_set_new(out, "total", json_integer(total));
	a = ask(q, "SELECT kind, type AS \"type:type\", count(*) AS n FROM review WHERE state = 'open' GROUP BY kind, type "
		   "ORDER BY kind, type");
	counts = ask_all(&a, e);
	return counts && !json_object_set_new(out, "counts", counts);
}

json_t *query_reviews(struct query *q, const struct query_reviews *wanted, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	const int64_t limit = wanted->limit < 1 ? 1 : wanted->limit > LIMIT_MAX ? LIMIT_MAX : wanted->limit;
	AUTO(json_drop) json_t *out = json_object();
	json_t *rows, *row;
	int64_t type, partner;
	struct ask a;
	size_t i;

	if (!query_type(wanted->type, &type, e) || !query_partner(q, wanted->partner, &partner, e))
		return NULL;
	a = about(q, wanted->surest ? REVIEW_COLUMNS REVIEW_FROM REVIEW_WANTED SUREST
				    : REVIEW_COLUMNS REVIEW_FROM REVIEW_WANTED OLDEST, wanted, type, partner);
	ask_int(&a, wanted->after);
	ask_int(&a, limit);
	rows = ask_all(&a, e);
	if (!rows)
		return NULL;
	json_object_set_new(out, "reviews", rows);
	json_array_foreach(rows, i, row)
		name_sides(row);
	row = json_array_get(rows, (size_t)limit - 1);
	json_object_set(out, "next", row ? json_object_get(row, "id") : json_null());
	return add_counts(q, out, wanted, type, partner, e) ? steal(out) : NULL;
}

/* What each partner's people say in the fields that wait for an answer. */
static json_t *sides_of(struct query *q, int64_t entity, uint64_t held, struct err *e)
{
	struct ask a = ask(q, "SELECT p.name AS partner, s.key, s.type AS t, s.cells FROM shadow s JOIN partner p ON p.id = s.partner "
			      "WHERE s.entity = ? ORDER BY s.partner, s.id");
	json_t *rows, *row;
	size_t i;

	ask_int(&a, entity);
	rows = ask_all(&a, e);
	json_array_foreach(rows, i, row) {
		const enum record_type type = (enum record_type)json_integer_value(json_object_get(row, "t"));
		json_t *fields;

		query_cells(row);
		fields = json_object_get(row, "fields");
		for (unsigned f = 0; type < RECORD_TYPES && f < field_count(type); f++)
			if (!(held & FIELD_BIT(f)) ||
				!json_object_get(json_object_get(fields, field_at(type, f)->name), "says"))
				json_object_del(fields, field_at(type, f)->name);
	}
	return rows;
}

static bool add_sides(struct query *q, json_t *row, struct err *e)
{
	const int64_t held = json_integer_value(json_object_get(row, "held"));
	json_t *sides = held ? sides_of(q, json_integer_value(json_object_get(row, "ea")), (uint64_t)held, e) : json_array();

	json_object_del(row, "held");
	return sides && !json_object_set_new(row, "sides", sides);
}

/* With both sides: what the partner's record says, what its hub record says, and what the other hub record says. */
json_t *query_review(struct query *q, int64_t id, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	AUTO(json_drop) json_t *row = NULL;
	struct ask a = ask(q, REVIEW_COLUMNS ", r.type AS t, s.cells, r.entity AS ea, r.other AS eb, a.held" REVIEW_FROM "WHERE r.id = ?");

	ask_int(&a, id);
	row = ask_one(&a, "review", e);
	if (!row)
		return NULL;
	query_cells(row);
	if (!query_links(q, row, "links", json_integer_value(json_object_get(row, "ea")), e) ||
		!query_links(q, row, "other_links", json_integer_value(json_object_get(row, "eb")), e) || !add_sides(q, row, e))
		return NULL;
	json_object_del(row, "ea");
	json_object_del(row, "eb");
	return steal(row);
}
