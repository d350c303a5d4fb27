/*
 * query_log.c - the sync log, and where each partner stands.
 */
#include "store/query_parts.h"

#include <string.h>

#include "base/buf.h"
#include "base/yaml.h"

/* ?1 and ?2 are those of QUERY_SAME. */
#define LOG_COLUMNS                                                                                                    \
	"SELECT v.seq, v.at, v.kind AS \"kind:event\", p.name AS partner, n.hub_id AS record, ifnull(n.type, s.type) " \
	"AS \"type:type\", s.key, v.data AS \"data:json\" FROM event v LEFT JOIN partner p ON p.id = v.partner "       \
	"LEFT JOIN entity n ON n.id = v.entity LEFT JOIN shadow s ON s.id = v.shadow WHERE v.seq > ?3 AND v.at >= ?4 "
/* As the schema has it: what most events are of has no index, and is found soon enough without. */
#define EVENT_IS_RARE "v.kind NOT IN (0, 2, 7, 10, 12, 13) "

static bool rare(int64_t kind)
{
	static const enum event_kind usual[] = { EVENT_SEEN, EVENT_CONFIRM, EVENT_LINK, EVENT_DECIDE, EVENT_INTENT, EVENT_SENT };

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if ((int64_t)usual[i] == kind)
			return false;
	return kind >= 0;
}

/* A plus keeps a condition from being what is looked up by: a record has the fewest events, then a rare kind, then a partner. */
static void put_statement(struct buf *b, bool record, int64_t partner, int64_t kind, bool onward)
{
	buf_addf(b, "%s%s" LOG_COLUMNS, record ? QUERY_SAME : "", onward ? "" : "SELECT * FROM (");
	buf_adds(b, record ? "AND v.entity IN (SELECT id FROM same) " : "AND ?1 = 0 AND ?2 ");
	buf_addf(b, "AND %s ", !partner ? "?5 = 0" : record || rare(kind) ? "+v.partner = ?5" : "v.partner = ?5");
	buf_addf(b, "AND %s ", kind < 0 ? "?6 < 0" : record || !rare(kind) ? "+v.kind = ?6" : "v.kind = ?6 AND " EVENT_IS_RARE);
	buf_adds(b, onward ? "ORDER BY v.seq LIMIT ?7" : "ORDER BY v.seq DESC LIMIT ?7) ORDER BY seq");
}

static bool kind_parse(const char *name, int64_t *kind, struct err *e)
{
	const char *known[EVENT_KINDS], *near;

	*kind = -1;
	if (!name)
		return true;
	for (int k = 0; k < EVENT_KINDS; k++) {
		known[k] = event_kind_name((enum event_kind)k);
		if (!strcmp(known[k], name))
			*kind = k;
	}
	if (*kind >= 0)
		return true;
	near = nearest_word(name, known, EVENT_KINDS);
	return err_set(e, ERR_ITEM, "no such kind of event: %.60s%s%s%s", name, near ? " (did you mean " : "",
		near ? near : "", near ? "?)" : "");
}

int64_t query_newest(struct query *q, struct err *e)
{
	struct ask a = ask(q, "SELECT ifnull(max(seq), 0) FROM event");
	const int64_t seq = ask_row(&a) ? sqlite3_column_int64(a.statement, 0) : 0;

	return ask_end(&a, e) ? seq : -1;
}

/* By halving: times have no index, but rise with the numbers as long as the clock does. Where the clock was set back,
 * events of the time in between may be left out. */
int64_t query_before(struct query *q, int64_t since_ms, int64_t last, struct err *e)
{
	int64_t low = 0;

	while (low < last) {
		const int64_t middle = low + (last - low) / 2 + 1;
		struct ask a = ask(q, "SELECT at FROM event WHERE seq >= ? ORDER BY seq LIMIT 1");
		bool later;

		ask_int(&a, middle);
		later = !ask_row(&a) || sqlite3_column_int64(a.statement, 0) >= since_ms;
		if (!ask_end(&a, e))
			return -1;
		if (later)
			last = middle - 1;
		else
			low = middle;
	}
	return low;
}

json_t *query_log(struct query *q, const struct query_log *log, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	AUTO(json_drop) json_t *out = json_object();
	BUF_AUTO struct buf text = { 0 };
	struct record_found found = { 0 };
	int64_t partner, kind, seq, from = log->after > 0 ? log->after : 0;
	const bool onward = log->after >= 0;
	const int64_t limit = query_limit(log->limit);
	json_t *events;
	struct ask a;

	if (!query_partner(q, log->partner, &partner, e) || !kind_parse(log->kind, &kind, e) ||
		(log->record && !query_record(q, log->record, &found, e)))
		return NULL;
	seq = query_newest(q, e);
	if (seq >= 0 && log->since_ms && !onward)
		from = query_before(q, log->since_ms, seq, e);
	if (seq < 0 || from < 0)
		return NULL;
	/* After a given event, the oldest that follow; else the newest, also shown oldest first. */
	put_statement(&text, found.id, partner, kind, onward);
	a = ask(q, text.data);
	ask_int(&a, found.id);
	ask_int(&a, EVENT_MERGE);
	ask_int(&a, from);
	ask_int(&a, log->since_ms);
	ask_int(&a, partner);
	ask_int(&a, kind);
	ask_int(&a, limit);
	events = ask_all(&a, e);
	if (!events)
		return NULL;
	json_object_set_new(out, "events", events);
	/* Where to go on: past what was passed over by the conditions, unless the limit cut it short. */
	if (onward && (int64_t)json_array_size(events) == limit)
		seq = json_integer_value(json_object_get(json_array_get(events, (size_t)limit - 1), "seq"));
	json_object_set_new(out, "seq", json_integer(seq));
	return steal(out);
}

/* --- status -------------------------------------------------------------------------------------------------- */

/* { name: n } of the rows (partner, name, n) of one partner. */
static bool put_counts(struct query *q, json_t *row, const char *as, const char *text, int64_t partner, struct err *e)
{
	struct ask a = ask(q, text);
	json_t *counts = json_object();

	json_object_set_new(row, as, counts);
	ask_int(&a, partner);
	while (ask_row(&a)) {
		AUTO(json_drop) json_t *one = ask_object(&a);

		json_object_set(counts, json_string_value(json_object_get(one, "name")), json_object_get(one, "n"));
	}
	return ask_end(&a, e);
}

static bool put_one(struct query *q, json_t *row, const char *as, const char *text, int64_t partner, struct err *e)
{
	struct ask a = ask(q, text);
	json_t *one;

	ask_int(&a, partner);
	one = ask_row(&a) ? ask_object(&a) : json_null();
	json_object_set_new(row, as, one);
	return ask_end(&a, e);
}

static bool partner_details(struct query *q, json_t *row, struct err *e)
{
	const int64_t id = json_integer_value(json_object_get(row, "n"));

	json_object_del(row, "n");
	return put_counts(q, row, "live",
		       "SELECT type AS \"name:type\", live AS n FROM feed WHERE partner = ? AND live > 0", id, e) &&
	       put_counts(q, row, "outbox",
		       "SELECT state AS \"name:outbox\", count(*) AS n FROM outbox WHERE partner = ? GROUP BY "
		       "state",
		       id, e) &&
	       put_one(q, row, "held_plan",
		       "SELECT hash, reason, made_at, counts AS \"counts:json\" FROM plan WHERE partner = ? AND "
		       "state = 'held' ORDER BY id DESC LIMIT 1",
		       id, e);
}

json_t *query_status(struct query *q, const struct query_status *wanted, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	AUTO(json_drop) json_t *rows = NULL;
	AUTO(json_drop) json_t *referrals = NULL;
	json_t *row;
	size_t i;
	int64_t id, seq, reviews;
	struct ask a;

	if (!query_partner(q, wanted->partner, &id, e))
		return NULL;
	a = ask(q, "SELECT p.id AS n, p.name AS id, p.state, p.reason, p.onboarded AS \"onboarded:bool\", (SELECT "
		   "nullif(min("
		   "scanned_at), 0) FROM feed f WHERE f.partner = p.id AND f.epoch > 0) AS complete_at, (SELECT "
		   "count(*) FROM "
		   "quarantine z WHERE z.partner = p.id) AS quarantine FROM partner p WHERE p.name <> 'hub' AND (?1 = 0 OR p.id = ?1) ORDER "
		   "BY p.name");
	ask_int(&a, id);
	rows = ask_all(&a, e);
	json_array_foreach(rows, i, row) {
		if (!partner_details(q, row, e))
			return NULL;
	}
	if (!rows)
		return NULL;
	seq = query_newest(q, e);
	reviews = seq < 0 ? -1 : query_reviews_open(q, id, e);
	referrals = reviews < 0 ? NULL : query_referral_counts(q, wanted, e);
	return referrals ? json_pack("{sO,sO,sI,sI}", "partners", rows, "referrals", referrals, "reviews", (json_int_t)reviews, "seq",
				   (json_int_t)seq)
			 : NULL;
}
