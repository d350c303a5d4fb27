/*
 * query_parts.h - what the files of query share: a statement whose columns say by their names what they become.
 *
 *   SELECT e.seq, e.kind AS "kind:event", n.hub_id AS record, e.data AS "data:json" ...
 *
 * An integer column becomes a number, text a string, a blob of 16 bytes a hub id, NULL null. After a colon in the name
 * stands how to read it: type, event, outbox, push, shadow, entity (their numbers become their names), json, bool.
 */
#pragma once
#include <sqlite3.h>

#include "store/query.h"

struct query {
	sqlite3 *db;
	char *path;
};

struct ask {
	struct query *query;
	sqlite3_stmt *statement;
	int at, rc;
};

struct ask ask(struct query *, const char *text);
void ask_int(struct ask *, int64_t);
void ask_text(struct ask *, const char *);            /* NULL binds null; must live until ask_end() */
bool ask_row(struct ask *);
json_t *ask_object(struct ask *);                     /* the row, a new reference */
bool ask_end(struct ask *, struct err *);
/* All rows as an array, a new reference; ends the statement. NULL on failure. */
json_t *ask_all(struct ask *, struct err *);
/* The only row, or NULL with ERR_GONE and "no such <what>"; ends the statement. */
json_t *ask_one(struct ask *, const char *what, struct err *);

#define QUERY_LIMIT_MAX 10000
/* How many rows are told where so many are wanted. */
static inline int64_t query_limit(int64_t wanted)
{
	return wanted < 1 ? 1 : wanted > QUERY_LIMIT_MAX ? QUERY_LIMIT_MAX : wanted;
}

/* While one is held, all answers are of one state of the store. */
struct query *query_hold(struct query *);
void query_release(struct query **);
#define QUERY_HELD __attribute__((cleanup(query_release), unused)) struct query *

/* The entity ?1 and those that became part of it, as ids; ?2 is EVENT_MERGE. By the events of the merges, which have an
 * index. */
#define QUERY_SAME                                                                                                     \
	"WITH RECURSIVE same (id) AS (SELECT ?1 UNION SELECT x.id FROM event m JOIN same ON m.entity = same.id "          \
	"JOIN entity x ON x.id = CAST(m.data ->> 'from' AS INTEGER) WHERE m.kind = ?2 AND x.state = 2 AND "               \
	"x.into_id = same.id) "

struct record_found {
	int64_t id;
	enum record_type type;
};
bool query_record(struct query *, const char *record, struct record_found *, struct err *);
/* 0 and ERR_GONE if there is no such partner. partner NULL: 0 without error. */
bool query_partner(struct query *, const char *name, int64_t *id, struct err *);
bool query_type(const char *name, int64_t *type, struct err *);   /* NULL: -1 */
/* Turns a shadow's "t" and "cells" into "fields": {name: {"shows": what is there, "says": what its people contributed,
 * "seq", "sent": [{"value","seq"}] not read back yet}}; "says" of a set is [{"element","add","seq"}]. */
void query_cells(json_t *row);
/* Adds as: [{"partner","key","state"}], the shadows of an entity. */
bool query_links(struct query *, json_t *row, const char *as, int64_t entity, struct err *);
/* [{"id": who they are for,"open":n,"overdue":n}], by those names; of all partners where they are NULL. */
json_t *query_referral_counts(struct query *, const struct query_status *, struct err *);
/* How many questions are open, about records that a partner has; partner 0: all. -1 on failure. */
int64_t query_reviews_open(struct query *, int64_t partner, struct err *);
/* What people call a record, from its golden text: a name, or the first value it has; "" if none. New reference. */
json_t *query_label(enum record_type, const json_t *golden);
/* Label of the entity with that row id; null if there is none. New reference. */
json_t *query_label_of(struct query *, int64_t entity);
/* Adds "labels": { hub id: label } for every record that the golden record refers to. */
void query_labels(struct query *, enum record_type, const json_t *golden, json_t *into);
int64_t query_newest(struct query *, struct err *);          /* event, 0: none; -1 on failure */
/* The event before the first one at that time or later, of those up to last; -1 on failure. */
int64_t query_before(struct query *, int64_t since_ms, int64_t last, struct err *);
