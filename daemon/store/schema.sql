-- The store, version by version. A released step is never edited; a change is a new step at the end.
-- Times are milliseconds since 1970; hashes are 64-bit, as signed integers; hub ids are 16 bytes.

-- step 1
CREATE TABLE partner (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL DEFAULT 'active',      -- active, paused, guarded, denied, broken
  reason TEXT NOT NULL DEFAULT '',
  onboarded INTEGER NOT NULL DEFAULT 0,      -- first import done and its plan approved
  shared INTEGER NOT NULL DEFAULT 0          -- hash of the sharing that every record was last marked for
) STRICT;

CREATE TABLE feed (
  partner INTEGER NOT NULL, type INTEGER NOT NULL,
  cursor TEXT,                               -- where the next incremental pull starts
  scan_cursor TEXT,                          -- where a complete scan under way goes on
  epoch INTEGER NOT NULL DEFAULT 0,          -- number of the latest complete scan begun
  epoch_done INTEGER NOT NULL DEFAULT 0,     -- number of the latest one that ended well
  scanned_at INTEGER NOT NULL DEFAULT 0,     -- when that was
  map_version INTEGER NOT NULL DEFAULT 0,
  live INTEGER NOT NULL DEFAULT 0,           -- live shadows, kept by the writer
  PRIMARY KEY (partner, type)
) STRICT, WITHOUT ROWID;

CREATE TABLE entity (
  id INTEGER PRIMARY KEY,
  hub_id BLOB NOT NULL,
  type INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,          -- 0 live, 1 deleted, 2 merged into another
  into_id INTEGER,
  held INTEGER NOT NULL DEFAULT 0,           -- fields not to be pushed until an admin decides
  pins TEXT,                                 -- fields an admin has pinned, as a record
  changed INTEGER NOT NULL,                  -- event that changed it last
  golden TEXT NOT NULL                       -- as a record
) STRICT;
CREATE UNIQUE INDEX entity_hub_id ON entity (hub_id);

CREATE TABLE shadow (
  id INTEGER PRIMARY KEY,
  partner INTEGER NOT NULL, type INTEGER NOT NULL,
  key TEXT NOT NULL,                         -- '': forgotten, the number is only not to be used again
  version TEXT,
  state INTEGER NOT NULL,                    -- 0 live, 1 dead, 2 alias, 3 pending
  alias_of INTEGER,
  entity INTEGER,
  hash INTEGER NOT NULL,
  fence INTEGER NOT NULL DEFAULT 0, fence_ms INTEGER NOT NULL DEFAULT 0,
  cells TEXT NOT NULL
) STRICT;
CREATE INDEX shadow_entity ON shadow (entity) WHERE entity IS NOT NULL;
CREATE INDEX shadow_pending ON shadow (partner, type) WHERE state = 3;

-- One narrow row per live shadow, so that a complete scan that finds nothing new rewrites no wide rows.
CREATE TABLE seen (
  shadow INTEGER PRIMARY KEY,
  feed INTEGER NOT NULL,                     -- partner * number of types + type
  epoch INTEGER NOT NULL                     -- the last complete scan that showed it
) STRICT;

-- shadow_key and match_key are written in sorted batches, behind the tables they index: keyed says how far they are,
-- and the keys of later rows are in the daemon's memory, taken from those rows again at the next start.
CREATE TABLE keyed (
  name TEXT PRIMARY KEY,                     -- shadow_key, match_key
  upto INTEGER NOT NULL,                     -- every row with an id up to this one is in the index
  model TEXT NOT NULL                        -- how the keys are made; another model: all are made again
) STRICT, WITHOUT ROWID;

CREATE TABLE shadow_key (
  hash INTEGER NOT NULL, shadow INTEGER NOT NULL,    -- of partner, type and key
  PRIMARY KEY (hash, shadow)
) STRICT, WITHOUT ROWID;

CREATE TABLE match_key (
  hash INTEGER NOT NULL, entity INTEGER NOT NULL,
  PRIMARY KEY (hash, entity)
) STRICT, WITHOUT ROWID;

CREATE TABLE reference (                     -- which golden records point at which
  entity INTEGER NOT NULL, field INTEGER NOT NULL, target INTEGER NOT NULL,
  PRIMARY KEY (entity, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_target ON reference (target);

CREATE TABLE waiting (                       -- shadows with a reference to a key not seen yet
  partner INTEGER NOT NULL, type INTEGER NOT NULL, key_hash INTEGER NOT NULL, shadow INTEGER NOT NULL,
  PRIMARY KEY (partner, type, key_hash, shadow)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  partner INTEGER, entity INTEGER, shadow INTEGER,
  data TEXT
) STRICT;
CREATE INDEX event_entity ON event (entity, seq) WHERE entity IS NOT NULL;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  partner INTEGER NOT NULL, entity INTEGER NOT NULL, type INTEGER NOT NULL,
  kind INTEGER NOT NULL,                     -- create, update, delete
  state INTEGER NOT NULL,
  cause INTEGER,                             -- the partner whose change made it
  plan INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0,
  token TEXT,                                -- idempotency key of the attempt under way
  intent INTEGER NOT NULL DEFAULT 0,         -- newest event when it was counted, or that recorded the attempt
  fields INTEGER NOT NULL DEFAULT 0,         -- what it carries
  again INTEGER NOT NULL DEFAULT 0,          -- the record changed while it was under way
  misses INTEGER NOT NULL DEFAULT 0,         -- searches for an uncertain create that found nothing
  error TEXT NOT NULL DEFAULT '',
  since INTEGER NOT NULL                     -- when the oldest unsent change was made
) STRICT;
CREATE UNIQUE INDEX outbox_target ON outbox (entity, partner);
CREATE INDEX outbox_state ON outbox (partner, state);
CREATE INDEX outbox_due ON outbox (partner, type, not_before) WHERE state IN (3, 5);   -- ready, uncertain

CREATE TABLE plan (
  id INTEGER PRIMARY KEY,
  partner INTEGER NOT NULL,
  state TEXT NOT NULL,                       -- held, approved, rejected
  hash TEXT NOT NULL,
  reason TEXT NOT NULL,
  counts TEXT NOT NULL,                      -- JSON
  made_at INTEGER NOT NULL,
  decided_at INTEGER, decided_by TEXT
) STRICT;
CREATE INDEX plan_held ON plan (partner) WHERE state = 'held';
CREATE INDEX plan_hash ON plan (hash);

CREATE TABLE guard_count (
  partner INTEGER NOT NULL, guard INTEGER NOT NULL, type INTEGER NOT NULL, field INTEGER NOT NULL, hour INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (partner, guard, type, field, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  partner INTEGER NOT NULL, type INTEGER NOT NULL, key TEXT NOT NULL,
  field TEXT NOT NULL, reason TEXT NOT NULL,
  raw TEXT, raw_hash INTEGER NOT NULL, map_version INTEGER NOT NULL,
  since INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX quarantine_key ON quarantine (partner, type, key);

CREATE TABLE review (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,                        -- match, merge, state, guard
  type INTEGER NOT NULL,
  shadow INTEGER NOT NULL, entity INTEGER NOT NULL, other INTEGER NOT NULL,    -- 0: none
  evidence TEXT NOT NULL,                    -- JSON
  state TEXT NOT NULL DEFAULT 'open',        -- open, accepted, rejected
  made_at INTEGER NOT NULL,
  decided_at INTEGER, decided_by TEXT
) STRICT;
CREATE UNIQUE INDEX review_open ON review (shadow, entity, kind) WHERE state = 'open';
CREATE INDEX review_entity ON review (entity) WHERE state = 'open';
CREATE INDEX review_other ON review (other) WHERE state = 'open';

CREATE TABLE cannot_link (
  shadow INTEGER NOT NULL, other INTEGER NOT NULL, -- two shadows that are not the same, smaller id first
  PRIMARY KEY (shadow, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX cannot_link_other ON cannot_link (other);

CREATE TABLE suppress (                      -- the hub never creates this entity at this partner
  partner INTEGER NOT NULL, entity INTEGER NOT NULL,
  reason TEXT NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY (partner, entity)
) STRICT, WITHOUT ROWID;

CREATE TABLE image (                         -- how a partner renders a value
  partner INTEGER NOT NULL, type INTEGER NOT NULL, field INTEGER NOT NULL, hash INTEGER NOT NULL,
  value TEXT NOT NULL, image TEXT NOT NULL,
  PRIMARY KEY (partner, type, field, hash, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE hint (                          -- reads that webhooks asked for, until they are done
  partner INTEGER NOT NULL, type INTEGER NOT NULL, key TEXT NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY (partner, type, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (                         -- ids of webhook calls seen, against repeats
  partner INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (partner, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_at ON inbox (at);

-- step 2
-- What reports count: of every golden record the few values that are counted, one row for each time they were others.
-- A row holds from event `since` on, up to but not with event `until` (NULL: still). They are made in the transaction
-- that changes the record and can be made again from the events (store/fact_replay.c). References are entities as the
-- record named them: whom they stand for after merges is in fact_merged. Texts are numbers of words; days count from
-- 1970-01-01.
CREATE TABLE word (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE fact_organization (
  entity INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER,
  partner INTEGER,                           -- who had it first
  province INTEGER, legal_form INTEGER, employees_class INTEGER,
  PRIMARY KEY (entity, since)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact_contact (
  entity INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER, partner INTEGER,
  organization INTEGER,
  PRIMARY KEY (entity, since)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact_referral (
  entity INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER, partner INTEGER,
  from_partner INTEGER, to_partner INTEGER, organization INTEGER, contact INTEGER, service INTEGER, state INTEGER,
  outcome INTEGER,
  created_at INTEGER, sent_at INTEGER, received_at INTEGER, accepted_at INTEGER, declined_at INTEGER,
  in_progress_at INTEGER, closed_at INTEGER, expired_at INTEGER, withdrawn_at INTEGER,
  PRIMARY KEY (entity, since)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact_participation (
  entity INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER, partner INTEGER,
  contact INTEGER, organization INTEGER, activity_id INTEGER, activity_kind INTEGER, activity_title INTEGER,
  held_on INTEGER, attended INTEGER,
  PRIMARY KEY (entity, since)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact_merged (                   -- an entity that became part of another
  entity INTEGER PRIMARY KEY, into_id INTEGER NOT NULL, since INTEGER NOT NULL
) STRICT;

CREATE INDEX entity_into ON entity (into_id) WHERE into_id IS NOT NULL;
-- Nothing to be made again where there is nothing yet; FACT_MODEL of store/fact.h.
INSERT INTO keyed (name, upto, model) SELECT 'fact', 0, '1' WHERE NOT EXISTS (SELECT 1 FROM entity);

-- step 3
-- What people decided about two records at partners; of several decisions on a pair the newest stands.
CREATE TABLE decision (
  shadow INTEGER NOT NULL, other INTEGER NOT NULL,   -- two shadows, smaller id first
  same INTEGER NOT NULL,                             -- 1 they are one, 0 they are not
  at INTEGER NOT NULL, by TEXT NOT NULL,
  PRIMARY KEY (shadow, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_other ON decision (other);
INSERT INTO decision (shadow, other, same, at, by) SELECT shadow, other, 0, 0, '' FROM cannot_link;
DROP TABLE cannot_link;

CREATE TABLE decision_key (                  -- keys (core/match.h) of shadows with decisions: a record that was deleted
  shadow INTEGER NOT NULL,                   -- and entered anew is known by them
  hash INTEGER NOT NULL,
  PRIMARY KEY (shadow, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_key_hash ON decision_key (hash);

CREATE TABLE came_with (                     -- whose a shadow was before that entity became part of another
  shadow INTEGER NOT NULL, seq INTEGER NOT NULL,     -- event of that merge
  entity INTEGER NOT NULL,
  PRIMARY KEY (shadow, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX came_with_entity ON came_with (entity);

ALTER TABLE suppress ADD COLUMN origin INTEGER;   -- the entity it came with; NULL: this one's own
CREATE INDEX suppress_entity ON suppress (entity);
CREATE INDEX review_kind ON review (kind, type) WHERE state = 'open';

-- step 4
CREATE TABLE replaced (                      -- enterprise numbers that were replaced by others
  old TEXT PRIMARY KEY, new TEXT NOT NULL,
  at INTEGER NOT NULL, by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- step 5
CREATE TABLE overdue (                       -- referrals of which it was told that an answer is overdue
  entity INTEGER PRIMARY KEY,
  since INTEGER NOT NULL                     -- when it should have come
) STRICT;
CREATE INDEX fact_referral_now ON fact_referral (state) WHERE until IS NULL;

-- step 6
-- A merge that is undone was known all the same, until then. All facts are made again from the events.
DROP TABLE fact_merged;
CREATE TABLE fact_merged (                   -- an entity that became part of another
  entity INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER,
  into_id INTEGER NOT NULL,
  PRIMARY KEY (entity, since)
) STRICT, WITHOUT ROWID;
UPDATE keyed SET model = '2' WHERE name = 'fact' AND NOT EXISTS (SELECT 1 FROM entity);

-- step 7
-- What of a golden record is compared (core/match.h), kept in the transaction that changes it; one that is not there, or is of
-- another model, is made of the record when it is asked for.
CREATE TABLE feature (
  entity INTEGER PRIMARY KEY,
  block BLOB NOT NULL
) STRICT;

-- step 8
-- The log of one partner, and of the kinds of event that are rare: the newest few without reading all others.
CREATE INDEX event_partner ON event (partner, seq) WHERE partner IS NOT NULL;
CREATE INDEX event_rare ON event (kind, seq) WHERE kind NOT IN (0, 2, 7, 10, 12, 13);   -- EVENT_IS_RARE of query_log.c

-- step 9
-- Merged entities are found as what they were: where there are any, the index is made again.
UPDATE keyed SET model = '' WHERE name = 'match_key' AND EXISTS (SELECT 1 FROM entity WHERE into_id IS NOT NULL);
