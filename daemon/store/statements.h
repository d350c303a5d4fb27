/*
 * statements.h - every SQL statement that runs while the store is open, once: X(name, text).
 *
 * Each is prepared at its first use and kept. A test asks SQLite for the plan of each: the few that may read a whole
 * table, or sort, are named in the test.
 */
#pragma once
#include "store/fact.h"

#define SHADOW_COLUMNS                                                                                    \
	"id, partner, type, key, version, state, alias_of, entity, shadow.hash, fence, fence_ms, seen.epoch, cells"
#define SHADOW_GLANCE_COLUMNS                                                                             \
	"id, partner, type, key, version, state, alias_of, entity, shadow.hash, fence, fence_ms"
#define SHADOW_FROM " FROM shadow LEFT JOIN seen ON seen.shadow = shadow.id "
#define ENTITY_COLUMNS "id, hub_id, type, state, into_id, held, changed, pins, golden"
#define REVIEW_COLUMNS "id, kind, type, shadow, entity, other, evidence, state, made_at, decided_by"
/* Which fields were compared, and how each came out. */
#define REVIEW_LEVELS(review)                                                                             \
	"(SELECT group_concat(value ->> 'field' || ' ' || (value ->> 'level')) FROM json_each(" review ".evidence, '$.evidence'))"
#define QUARANTINE_COLUMNS "id, partner, type, key, field, reason, raw, raw_hash, map_version, since, tries"
#define OUTBOX_COLUMNS                                                                                    \
	"id, partner, entity, type, kind, state, cause, plan, attempts, not_before, token, intent, fields, again, misses, error, since"
#define PLAN_COLUMNS "id, partner, state, hash, reason, counts, made_at"

/* Of an entity n, by what is counted of it now; numbers are enum referral_state. */
#define REFERRAL_WHERE(condition)                                                                         \
	"n.state = 0 AND n.id IN (SELECT entity FROM fact_referral WHERE until IS NULL AND " condition ")"
#define STATE_IS_OPEN "state IN (0, 1, 2, 3, 5)"        /* all but those without a way on */
#define REFERRAL_IS_OPEN REFERRAL_WHERE(STATE_IS_OPEN)

#define FACT_COLUMN(field, column) ", " #column
#define FACT_MARK(field, column) ",?"
#define FACT_STATEMENTS(X, TYPE, type)                                                                    \
	X(FACT_##TYPE##_LATEST, "SELECT since, until, partner" TYPE##_FACTS(FACT_COLUMN) " FROM fact_" type \
		" WHERE entity = ? ORDER BY since DESC LIMIT 1")                                          \
	X(FACT_##TYPE##_ADD, "INSERT OR REPLACE INTO fact_" type " (entity, since, partner" TYPE##_FACTS(FACT_COLUMN) ")" \
		" VALUES (?,?,?" TYPE##_FACTS(FACT_MARK) ")")                                             \
	X(FACT_##TYPE##_END, "UPDATE fact_" type " SET until = ?3 WHERE entity = ?1 AND since = ?2")      \
	X(FACT_##TYPE##_DROP, "DELETE FROM fact_" type " WHERE entity = ?1 AND since = ?2")               \
	X(FACT_##TYPE##_CLEAR, "DELETE FROM fact_" type)

#define REPORT_HOLDS "since <= ?1 AND (until IS NULL OR until > ?1)"

#define SQL_STATEMENTS(X)                                                                                 \
	X(BEGIN, "BEGIN IMMEDIATE")                                                                       \
	X(BEGIN_READ, "BEGIN")                                                                            \
	X(INNER_BEGIN, "SAVEPOINT one")                                                                   \
	X(INNER_UNDO, "ROLLBACK TO one")                                                                  \
	X(INNER_END, "RELEASE one")                                                                       \
	X(COMMIT, "COMMIT")                                                                               \
	X(ROLLBACK, "ROLLBACK")                                                                           \
                                                                                                          \
	X(EVENT_ADD, "INSERT INTO event (seq, at, kind, partner, entity, shadow, data) VALUES (?,?,?,?,?,?,?)") \
	X(EVENT_LAST, "SELECT max(seq) FROM event")                                                       \
                                                                                                          \
	X(PARTNER, "SELECT id, state, reason, onboarded, shared FROM partner WHERE name = ?")             \
	X(PARTNER_ADD, "INSERT INTO partner (name) VALUES (?)")                                           \
	X(PARTNER_SAVE, "UPDATE partner SET state = ?2, reason = ?3, onboarded = ?4, shared = ?5 WHERE id = ?1") \
	X(FEED, "SELECT cursor, scan_cursor, epoch, epoch_done, scanned_at, map_version FROM feed"        \
		" WHERE partner = ? AND type = ?")                                                        \
	X(FEED_SAVE, "INSERT INTO feed (partner, type, cursor, scan_cursor, epoch, epoch_done, scanned_at, map_version)" \
		" VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET cursor = excluded.cursor,"           \
		" scan_cursor = excluded.scan_cursor, epoch = excluded.epoch, epoch_done = excluded.epoch_done," \
		" scanned_at = excluded.scanned_at, map_version = excluded.map_version")                  \
	X(FEED_LIVE_SAVE, "INSERT INTO feed (partner, type, live) VALUES (?,?,?)"                         \
		" ON CONFLICT DO UPDATE SET live = excluded.live")                                        \
	X(FEED_ALL, "SELECT partner, type, live FROM feed")                                               \
                                                                                                          \
	X(SHADOW, "SELECT " SHADOW_COLUMNS SHADOW_FROM "WHERE id = ? AND key <> ''")                      \
	X(SHADOWS_PENDING, "SELECT " SHADOW_COLUMNS SHADOW_FROM "WHERE partner = ? AND type = ? AND state = 3 ORDER BY id") \
	X(SHADOW_BY_KEY, "SELECT " SHADOW_COLUMNS " FROM shadow_key JOIN shadow ON shadow.id = shadow_key.shadow" \
		" LEFT JOIN seen ON seen.shadow = shadow.id"                                              \
		" WHERE shadow_key.hash = ? AND partner = ? AND type = ? AND key = ?")                    \
	X(SHADOW_GLANCE, "SELECT " SHADOW_GLANCE_COLUMNS " FROM shadow WHERE id = ?")                     \
	X(SHADOW_GLANCE_BY_KEY, "SELECT " SHADOW_GLANCE_COLUMNS " FROM shadow_key JOIN shadow ON shadow.id = shadow_key.shadow"                           \
		" WHERE shadow_key.hash = ? AND partner = ? AND type = ? AND key = ?")                    \
	X(SHADOWS_OF, "SELECT " SHADOW_COLUMNS SHADOW_FROM "WHERE entity = ? ORDER BY id")                \
	X(SHADOW_ADD, "INSERT INTO shadow (partner, type, key, version, state, alias_of, entity, hash, fence, fence_ms," \
		" cells) VALUES (?,?,?,?,?,?,?,?,?,?,?)")                                                 \
	X(SHADOW_SAVE, "UPDATE shadow SET version = ?2, state = ?3, alias_of = ?4, hash = ?5, fence = ?6, fence_ms = ?7," \
		" cells = ?8 WHERE id = ?1")                                                              \
	X(SHADOW_LINK, "UPDATE shadow SET entity = ?2 WHERE id = ?1 AND entity IS NOT ?2")                \
	X(SHADOW_OTHER_KEY, "SELECT key FROM shadow WHERE id = ? AND key <> ?")                           \
	X(SHADOW_REKEY, "UPDATE shadow SET key = ?2 WHERE id = ?1")                                       \
	X(SHADOW_FORGET, "UPDATE shadow SET key = '', version = NULL, state = 1, entity = NULL, hash = 0, cells = '{}'" \
		" WHERE id = ? AND state = 3")                                                            \
	X(SHADOW_AFTER, "SELECT id, partner, type, key FROM shadow WHERE id > ? AND key <> '' ORDER BY id") \
	X(SHADOW_KEY_OF, "SELECT key FROM shadow WHERE entity = ? AND partner = ? AND state = 0" \
		" AND alias_of IS NULL ORDER BY id LIMIT 1") \
	X(SHADOW_KEY_ADD, "INSERT OR IGNORE INTO shadow_key (hash, shadow) VALUES (?,?)")                 \
	X(SHADOW_KEY_DROP, "DELETE FROM shadow_key WHERE hash = ? AND shadow = ?")                        \
	X(SHADOW_KEY_CLEAR, "DELETE FROM shadow_key")                                                     \
	X(SEEN, "UPDATE seen SET epoch = ?2 WHERE shadow = ?1 AND epoch < ?2")                            \
	X(SEEN_ADD, "INSERT OR IGNORE INTO seen (shadow, feed, epoch) SELECT ?1, ?2, max(?3, coalesce("   \
		"(SELECT epoch FROM feed WHERE partner = ?4 AND type = ?5), 0))")                         \
	X(SEEN_DROP, "DELETE FROM seen WHERE shadow = ?")                                                 \
	X(SEEN_COUNT_NOT, "SELECT count(*) FROM seen JOIN shadow ON shadow.id = seen.shadow"                \
		" WHERE feed = ? AND epoch < ? AND fence_ms <= ?")                                         \
	X(SEEN_NOT, "SELECT " SHADOW_COLUMNS " FROM seen JOIN shadow ON shadow.id = seen.shadow"          \
		" WHERE seen.shadow > ? AND feed = ? AND epoch < ? AND fence_ms <= ?"                    \
		" ORDER BY seen.shadow LIMIT ?")                                                           \
                                                                                                          \
	X(KEYED, "SELECT upto, model FROM keyed WHERE name = ?")                                          \
	X(KEYED_SAVE, "INSERT INTO keyed (name, upto, model) VALUES (?,?,?)"                              \
		" ON CONFLICT DO UPDATE SET upto = excluded.upto, model = excluded.model")                \
                                                                                                          \
	X(ENTITY, "SELECT " ENTITY_COLUMNS " FROM entity WHERE id = ?")                                   \
	X(ENTITY_HUB_ID, "SELECT hub_id, state, into_id FROM entity WHERE id = ?")                        \
	X(ENTITY_BY_HUB_ID, "SELECT id FROM entity WHERE hub_id = ?")                                     \
	X(ENTITY_ADD, "INSERT INTO entity (hub_id, type, state, into_id, held, pins, golden, changed)"    \
		" VALUES (?,?,?,?,?,?,?,?)")                                                              \
	X(ENTITY_SAVE, "UPDATE entity SET state = ?2, into_id = ?3, held = ?4, pins = ?5, golden = ?6, changed = ?7" \
		" WHERE id = ?1")                                                                         \
	X(ENTITY_GOLDEN, "SELECT type, state, into_id, golden FROM entity WHERE id = ?")                           \
	X(ENTITY_LACKED, "SELECT id FROM entity WHERE id > ?1 AND state <> 2 AND (?2 = 0 OR NOT EXISTS"   \
		" (SELECT 1 FROM shadow WHERE shadow.entity = entity.id AND partner = ?2)) ORDER BY id LIMIT ?3") \
	X(ENTITY_MERGED, "SELECT id, into_id FROM entity WHERE into_id IS NOT NULL AND state = 2")        \
	X(ENTITY_ALIASES, "SELECT id FROM entity WHERE into_id = ? AND state = 2 ORDER BY id")            \
	X(ENTITY_AFTER, "SELECT id, type, golden FROM entity WHERE id > ? ORDER BY id")                   \
	X(FEATURE, "SELECT block FROM feature WHERE entity = ?")                                          \
	X(FEATURE_SAVE, "INSERT INTO feature (entity, block) VALUES (?,?) ON CONFLICT DO UPDATE SET block = excluded.block") \
	X(FEATURE_DROP, "DELETE FROM feature WHERE entity = ?")                                           \
	X(MATCH_KEY, "SELECT entity FROM match_key WHERE hash = ? LIMIT ?")                               \
	X(MATCH_KEY_ALL, "SELECT hash, entity FROM match_key ORDER BY hash")                              \
	X(MATCH_KEY_ADD, "INSERT OR IGNORE INTO match_key (hash, entity) VALUES (?,?)")                   \
	X(MATCH_KEY_DROP, "DELETE FROM match_key WHERE hash = ? AND entity = ?")                          \
	X(MATCH_KEY_CLEAR, "DELETE FROM match_key")                                                       \
	X(REFERENCE_SET, "INSERT INTO reference (entity, field, target) VALUES (?,?,?)"                   \
		" ON CONFLICT DO UPDATE SET target = excluded.target")                                    \
	X(REFERENCE_DROP, "DELETE FROM reference WHERE entity = ? AND field = ?")                         \
	X(REFERRING, "WITH RECURSIVE same (id) AS (SELECT ?1 UNION SELECT entity.id FROM same JOIN entity ON into_id = same.id)" \
		" SELECT DISTINCT entity FROM same JOIN reference ON target = same.id ORDER BY entity")   \
                                                                                                          \
	X(WORD, "SELECT id FROM word WHERE text = ?")                                                     \
	X(WORD_ADD, "INSERT INTO word (text) VALUES (?)")                                                 \
	FACT_STATEMENTS(X, ORGANIZATION, "organization")                                                  \
	FACT_STATEMENTS(X, CONTACT, "contact")                                                            \
	FACT_STATEMENTS(X, REFERRAL, "referral")                                                          \
	FACT_STATEMENTS(X, PARTICIPATION, "participation")                                                \
	X(FACT_MERGED_ADD, "INSERT OR REPLACE INTO fact_merged (entity, since, into_id) VALUES (?,?,?)")  \
	X(FACT_MERGED_END, "UPDATE fact_merged SET until = ?2 WHERE entity = ?1 AND until IS NULL")       \
	X(FACT_MERGED_CLEAR, "DELETE FROM fact_merged")                                                   \
	X(FACT_TOLD, "SELECT seq, kind, partner, data FROM event WHERE entity = ?"                        \
		" AND kind IN (0, 10) ORDER BY seq")  /* seen, decide */                                  \
	X(FACT_MERGE_OF, "SELECT max(seq) FROM event WHERE entity = ?1 AND kind = 9 AND data ->> 'from' = ?2") \
	X(FACT_BIRTH_OF, "SELECT partner FROM shadow WHERE entity = ? ORDER BY id LIMIT 1")               \
	X(FACT_ENTITIES, "SELECT " ENTITY_COLUMNS " FROM entity WHERE id > ? ORDER BY id")                \
                                                                                                          \
	/* Reports: ?1 is the last event that was known. */                                               \
	X(REPORT_WORD, "SELECT text FROM word WHERE id = ?")                                              \
	X(REPORT_PARTNER, "SELECT name FROM partner WHERE id = ?")                                        \
	X(EVENT_AT, "SELECT at FROM event WHERE seq = ?")                                          \
	X(REPORT_MERGED, "SELECT entity, into_id FROM fact_merged WHERE " REPORT_HOLDS)                   \
	X(REPORT_CONTACTS, "SELECT entity, organization FROM fact_contact WHERE " REPORT_HOLDS            \
		" AND organization IS NOT NULL")                                                          \
	X(REPORT_ORGANIZATIONS, "SELECT entity, province, legal_form, employees_class FROM fact_organization" \
		" WHERE " REPORT_HOLDS)                                                                   \
	X(REPORT_PARTICIPATIONS, "SELECT contact, organization, partner, activity_kind, activity_id, activity_title," \
		" held_on, attended FROM fact_participation WHERE " REPORT_HOLDS                          \
		" AND (?4 OR held_on BETWEEN ?2 AND ?3)")                                                 \
	X(REPORT_REFERRALS, "SELECT r.entity, until, event.at, from_partner, to_partner, organization, service, state," \
		" outcome, created_at, sent_at, received_at, accepted_at, declined_at, in_progress_at, closed_at," \
		" expired_at, withdrawn_at FROM fact_referral r LEFT JOIN event ON event.seq = r.since"   \
		" WHERE since <= ?1 ORDER BY r.entity, since")                                            \
	X(REPORT_WORD_OF, "SELECT id FROM word WHERE text = ?")                                           \
	X(REPORT_DOUBTS, "SELECT entity, other, kind = 'apart' FROM review WHERE type = ?1 AND entity <> 0 AND made_at < ?2" \
		" AND (state = 'open' OR decided_at >= ?2) ORDER BY id")                                  \
	X(REPORT_QUESTIONS, "SELECT type, count(*) FROM review WHERE made_at < ?1"                        \
		" AND (state = 'open' OR decided_at >= ?1) GROUP BY type")                                \
	X(REPORT_UNREADABLE, "SELECT type, count(*) FROM quarantine WHERE since < ?1 GROUP BY type")      \
                                                                                                          \
	X(WAITING_ADD, "INSERT OR IGNORE INTO waiting (partner, type, key_hash, shadow) VALUES (?,?,?,?)") \
	X(WAITING, "SELECT shadow FROM waiting WHERE partner = ? AND type = ? AND key_hash = ? ORDER BY shadow") \
	X(WAITING_DROP, "DELETE FROM waiting WHERE partner = ? AND type = ? AND key_hash = ?")            \
                                                                                                          \
	X(IMAGE_SAVE, "INSERT INTO image (partner, type, field, hash, value, image) VALUES (?,?,?,?,?,?)" \
		" ON CONFLICT DO UPDATE SET image = excluded.image")                                      \
	X(IMAGE, "SELECT image FROM image WHERE partner = ? AND type = ? AND field = ? AND hash = ? AND value = ?") \
	X(IMAGE_ANY, "SELECT 1 FROM image WHERE partner = ? AND type = ? AND field = ? LIMIT 1")          \
                                                                                                          \
	X(SUPPRESS, "INSERT INTO suppress (partner, entity, reason, since) VALUES (?,?,?,?)"              \
		" ON CONFLICT DO UPDATE SET reason = excluded.reason, origin = NULL")                     \
	X(UNSUPPRESS, "DELETE FROM suppress WHERE partner = ? AND entity = ?")                            \
	X(SUPPRESSED, "SELECT 1 FROM suppress WHERE partner = ? AND entity = ?")                          \
	X(SUPPRESS_TAKE, "INSERT OR IGNORE INTO suppress (partner, entity, reason, since, origin)"         \
		" SELECT partner, ?1, reason, since, ?2 FROM suppress WHERE entity = ?2")                 \
	X(SUPPRESS_GIVE_BACK, "DELETE FROM suppress WHERE entity = ? AND origin = ?")                     \
                                                                                                          \
	X(DECISION, "INSERT INTO decision (shadow, other, same, at, by) VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE" \
		" SET same = excluded.same, at = excluded.at, by = excluded.by")                          \
	X(DECISION_ALL, "SELECT same, at, by, shadow, other FROM decision ORDER BY shadow, other")        \
	X(DECISION_ANY, "SELECT 1 FROM decision LIMIT 1")                                                 \
	X(DECISION_ON, "SELECT 1 FROM decision WHERE shadow = ?1 UNION ALL SELECT 1 FROM decision WHERE other = ?1 LIMIT 1") \
	X(DECISION_INHERIT, "INSERT OR IGNORE INTO decision (shadow, other, same, at, by)"                \
		" SELECT min(?2, other), max(?2, other), same, at, by FROM decision WHERE shadow = ?1 AND other <> ?2" \
		" UNION ALL SELECT min(?2, shadow), max(?2, shadow), same, at, by FROM decision"          \
		" WHERE other = ?1 AND shadow <> ?2")                                                     \
	X(DECISION_WITH, "SELECT decision.same, decision.at, decision.by, ?1, decision.other FROM decision" \
		" JOIN shadow ON shadow.id = decision.other WHERE decision.shadow = ?1 AND shadow.entity = ?2" \
		" UNION ALL SELECT decision.same, decision.at, decision.by, ?1, decision.shadow FROM decision" \
		" JOIN shadow ON shadow.id = decision.shadow WHERE decision.other = ?1 AND shadow.entity = ?2") \
	X(DECIDED, "SELECT shadow FROM decision UNION SELECT other FROM decision")                        \
	X(DECISION_KEY_ADD, "INSERT OR IGNORE INTO decision_key (shadow, hash) VALUES (?,?)")             \
	X(DECISION_KEY_DROP, "DELETE FROM decision_key WHERE shadow = ?")                                 \
	X(DECISION_KEY_CLEAR, "DELETE FROM decision_key")                                                 \
	X(DECISION_KEY, "SELECT shadow.id FROM decision_key JOIN shadow ON shadow.id = decision_key.shadow" \
		" WHERE decision_key.hash = ? AND shadow.partner = ? LIMIT ?")                            \
                                                                                                          \
	X(REPLACED_ADD, "INSERT INTO replaced (old, new, at, by) VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET"  \
		" new = excluded.new, at = excluded.at, by = excluded.by")                                \
	X(REPLACED, "SELECT old, new, at, by FROM replaced ORDER BY old")                                 \
	X(CAME_WITH_ADD, "INSERT INTO came_with (shadow, seq, entity) VALUES (?,?,?)")                    \
	X(CAME_WITH_DROP, "DELETE FROM came_with WHERE shadow = ? AND seq >= ?")                          \
	X(CAME_WITH, "SELECT entity, seq FROM came_with WHERE shadow = ? ORDER BY seq")                   \
	X(CAME_WITH_SHADOWS, "SELECT DISTINCT shadow FROM came_with WHERE entity = ? ORDER BY shadow")    \
                                                                                                          \
	X(REVIEW_ADD, "INSERT INTO review (kind, type, shadow, entity, other, evidence, made_at)"         \
		" VALUES (?,?,?,?,?,?,?)")                                                                \
	X(REVIEW, "SELECT " REVIEW_COLUMNS " FROM review WHERE id = ?")                                   \
	X(REVIEW_OPEN, "SELECT id FROM review WHERE shadow = ? AND entity = ? AND kind = ? AND state = 'open'") \
	X(REVIEW_ABOUT, "SELECT 1 FROM review WHERE shadow = ? AND state = 'open' LIMIT 1")               \
	X(REVIEW_BETWEEN, "SELECT 1 FROM review WHERE state = 'open' AND entity = ?1 AND other = ?2 UNION ALL" \
		" SELECT 1 FROM review WHERE state = 'open' AND entity = ?2 AND other = ?1 LIMIT 1")      \
	X(REVIEW_STANDS, "SELECT 1 FROM review r JOIN shadow s ON s.entity = r.entity WHERE r.state = 'open'" \
		" AND r.other = ?1 AND s.partner = ?2 AND s.state = 0 LIMIT 1")                           \
	X(REVIEW_ON, "SELECT 1 FROM review WHERE state = 'open' AND entity = ?1 UNION ALL"                \
		" SELECT 1 FROM review WHERE state = 'open' AND other = ?1 AND kind = 'match' LIMIT 1")   \
	X(REVIEWS_LIKE, "SELECT b.id FROM review a JOIN review b ON b.kind = a.kind AND b.type = a.type"  \
		" WHERE a.id = ?1 AND b.state = 'open' AND b.evidence ->> 'model' IS a.evidence ->> 'model'" \
		" AND b.evidence ->> 'why' IS a.evidence ->> 'why' AND " REVIEW_LEVELS("b") " IS " REVIEW_LEVELS("a") \
		" ORDER BY b.id LIMIT ?2")                                                                \
	X(REVIEW_MOVE_ENTITY, "UPDATE review SET entity = ?2 WHERE entity = ?1 AND state = 'open'")      \
	X(REVIEW_MOVE_OTHER, "UPDATE review SET other = ?2 WHERE other = ?1 AND state = 'open'")         \
	X(REVIEW_FOLLOW, "UPDATE review SET entity = ?2 WHERE shadow = ?1 AND entity <> ?2 AND state = 'open'") \
	X(REVIEW_MOOT, "UPDATE review SET state = 'accepted', decided_by = ?2, decided_at = ?3"          \
		" WHERE entity = ?1 AND other = ?1 AND state = 'open'")                                   \
	X(REVIEW_DECIDE, "UPDATE review SET state = ?2, decided_by = ?3, decided_at = ?4 WHERE id = ?1 AND state = 'open'") \
                                                                                                          \
	X(QUARANTINE, "SELECT " QUARANTINE_COLUMNS " FROM quarantine WHERE id = ?")                       \
	X(QUARANTINE_HASH, "SELECT raw_hash FROM quarantine WHERE partner = ? AND type = ? AND key = ?")  \
	X(QUARANTINE_SAVE, "INSERT INTO quarantine (partner, type, key, field, reason, raw, raw_hash, map_version, since)" \
		" VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (partner, type, key) DO UPDATE SET"              \
		" field = excluded.field, reason = excluded.reason, raw = excluded.raw, raw_hash = excluded.raw_hash," \
		" map_version = excluded.map_version, tries = tries + 1")                                 \
	X(QUARANTINE_DROP, "DELETE FROM quarantine WHERE partner = ? AND type = ? AND key = ?")           \
                                                                                                          \
	X(OUTBOX, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE entity = ? AND partner = ?")               \
	X(OUTBOX_BY_ID, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE id = ?")                             \
	X(OUTBOX_IN, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE partner = ? AND state = ? AND id > ?"   \
		" ORDER BY id LIMIT ?")                                                                   \
	X(OUTBOX_DUE, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE partner = ? AND type = ? AND not_before <= ?" \
		" AND state IN (3, 5) ORDER BY not_before, id LIMIT ?")                                   \
	X(OUTBOX_NEXT, "SELECT min(not_before) FROM outbox WHERE partner = ? AND type = ? AND state IN (3, 5)") \
	X(OUTBOX_COUNT, "SELECT count(*) FROM outbox WHERE partner = ? AND state = ?")                    \
	X(OUTBOX_ADD, "INSERT INTO outbox (partner, entity, type, kind, state, cause, plan, attempts, not_before, token," \
		" intent, fields, again, misses, error, since) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)") \
	X(OUTBOX_SAVE, "UPDATE outbox SET kind = ?2, state = ?3, cause = ?4, plan = ?5, attempts = ?6, not_before = ?7," \
		" token = ?8, intent = ?9, fields = ?10, again = ?11, misses = ?12, error = ?13, since = ?14 WHERE id = ?1") \
	X(OUTBOX_MOVE, "UPDATE outbox SET state = ?3, plan = ?5 WHERE partner = ?1 AND state = ?2"        \
		" AND (?4 = 0 OR plan = ?4)")                                                             \
	X(OUTBOX_OPEN, "SELECT count(*) FROM outbox WHERE partner = ? AND state IN (0, 1, 3, 4, 5)")              \
	X(OUTBOX_HELD, "SELECT count(*) FROM outbox WHERE partner = ?1 AND state = 2"                     \
		" AND (?2 = 0 OR cause = ?2)")                                                            \
	X(OUTBOX_FORGET, "DELETE FROM outbox WHERE entity = ?")                                           \
	X(OUTBOX_DELETE, "DELETE FROM outbox WHERE id = ?")                                               \
                                                                                                          \
	X(PLAN_ADD, "INSERT INTO plan (partner, state, hash, reason, counts, made_at) VALUES (?,?,?,?,?,?)") \
	X(PLAN, "SELECT " PLAN_COLUMNS " FROM plan WHERE id = ?")                                         \
	X(PLAN_BY_HASH, "SELECT " PLAN_COLUMNS " FROM plan WHERE hash >= ?1 AND hash < ?1 || 'g' AND length(?1) >= 4" \
		" ORDER BY state = 'held' DESC, id DESC LIMIT 2")                                          \
	X(PLAN_HELD, "SELECT " PLAN_COLUMNS " FROM plan WHERE partner = ? AND state = 'held' AND reason = ? LIMIT 1") \
	X(PLAN_FORGET, "DELETE FROM plan WHERE id = ?")                                                   \
	X(PLAN_DECIDE, "UPDATE plan SET state = ?2, decided_by = ?3, decided_at = ?4 WHERE id = ?1")      \
	X(GUARD_COUNT, "SELECT total(n) FROM guard_count WHERE partner = ? AND guard = ? AND type = ? AND field = ?" \
		" AND hour > ? AND hour <= ?")                                                            \
	X(GUARD_ADD, "INSERT INTO guard_count (partner, guard, type, field, hour, n) VALUES (?,?,?,?,?,?)" \
		" ON CONFLICT DO UPDATE SET n = n + excluded.n")                                          \
	X(GUARD_PRUNE, "DELETE FROM guard_count WHERE partner = ? AND guard = ? AND type = ? AND field = ? AND hour <= ?") \
                                                                                                          \
	X(REFERRALS_OPEN, "SELECT n.id, n.golden, (SELECT at FROM event WHERE event.entity = n.id ORDER BY seq LIMIT 1)," \
		" ifnull(overdue.since, 0), EXISTS (SELECT 1 FROM review WHERE review.entity = n.id AND review.state = 'open'" \
		" AND review.kind = 'route') FROM entity n LEFT JOIN overdue ON overdue.entity = n.id"    \
		" WHERE " REFERRAL_WHERE(STATE_IS_OPEN " AND since > ?") " AND n.id > ? ORDER BY n.id LIMIT ?") \
	X(OVERDUE_SET, "INSERT INTO overdue (entity, since) VALUES (?,?) ON CONFLICT DO UPDATE SET since = excluded.since") \
	X(OVERDUE_DROP, "DELETE FROM overdue WHERE entity = ?")                                           \
	X(OVERDUE_SETTLED, "SELECT entity FROM overdue WHERE entity NOT IN (SELECT n.id FROM entity n WHERE " \
		REFERRAL_WHERE("state IN (0, 1, 2)") ")")   /* created, sent, received */                 \
                                                                                                          \
	X(HINT_ADD, "INSERT OR IGNORE INTO hint (partner, type, key, since) VALUES (?,?,?,?)")            \
	X(HINTS, "SELECT type, key FROM hint WHERE partner = ? ORDER BY type, key LIMIT ?")               \
	X(HINT_DROP, "DELETE FROM hint WHERE partner = ? AND type = ? AND key = ?")                       \
	X(INBOX_ADD, "INSERT OR IGNORE INTO inbox (partner, id, at) VALUES (?,?,?)")                      \
	X(INBOX_PRUNE, "DELETE FROM inbox WHERE at < ?")

enum sql_statement {
#define X(name, text) SQL_##name,
	SQL_STATEMENTS(X)
#undef X
	SQL_STATEMENT_COUNT
};
