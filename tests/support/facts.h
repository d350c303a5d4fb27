/*
 * facts.h - what reports count must be a fold of the events: made again from them alone, it is what the writer kept up to
 * date. For programs that link the store and SQLite.
 */
#pragma once
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/store.h"

static inline sqlite3 *facts_open(const char *path, int flags)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
		abort();
	}
	sqlite3_busy_timeout(db, 5000);
	return db;
}

static inline void facts_dump(const char *path, struct buf *out)
{
	static const char *const tables[] = { "fact_organization", "fact_contact", "fact_referral", "fact_participation",
		"fact_merged" };
	sqlite3 *db = facts_open(path, SQLITE_OPEN_READONLY);

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		char *text = sqlite3_mprintf("SELECT * FROM %s ORDER BY 1, 2", tables[i]);
		sqlite3_stmt *q = NULL;

		if (sqlite3_prepare_v2(db, text, -1, &q, NULL) != SQLITE_OK)
			abort();
		while (sqlite3_step(q) == SQLITE_ROW) {
			buf_adds(out, tables[i]);
			for (int c = 0; c < sqlite3_column_count(q); c++)
				buf_addf(out, " %s=%s", sqlite3_column_name(q, c),
					sqlite3_column_text(q, c) ? (const char *)sqlite3_column_text(q, c) : "-");
			buf_addc(out, '\n');
		}
		sqlite3_finalize(q);
		sqlite3_free(text);
	}
	sqlite3_close(db);
}

/* The store must be closed. False: what was kept and what the events tell, both in *why. */
static inline bool facts_told_by_events(const char *path, struct buf *why)
{
	BUF_AUTO struct buf kept = { 0 }, told = { 0 };
	struct err e;
	struct store *s;
	sqlite3 *db;

	facts_dump(path, &kept);
	db = facts_open(path, SQLITE_OPEN_READWRITE);
	if (sqlite3_exec(db, "DELETE FROM keyed WHERE name = 'fact'", NULL, NULL, NULL) != SQLITE_OK)
		abort();
	sqlite3_close(db);
	s = store_open(&(struct store_options){ .path = path }, &e);
	if (!s) {
		buf_addf(why, "store_open: %s\n", e.text);
		return false;
	}
	store_close(s);
	facts_dump(path, &told);
	if (!strcmp(kept.data ? kept.data : "", told.data ? told.data : ""))
		return true;
	buf_addf(why, "kept:\n%stold by the events:\n%s", kept.data ? kept.data : "", told.data ? told.data : "");
	return false;
}
