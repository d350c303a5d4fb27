/*
 * sql.h - inside the store only: the open database, its statements, and the one way to run them.
 *
 *   struct sql q = sql(s, SQL_SHADOW);
 *   sql_int(&q, id);                    // parameters, in order
 *   while (sql_row(&q))
 *       x = sql_get_int(&q);            // columns, in order
 *   return sql_end(&q, e);
 *
 * A failure ends the rows and shows at sql_end(). Within a transaction it is also kept in the store, so that what
 * failed in part cannot be committed. Texts given to sql_text() must live until sql_end(). One statement is not used
 * again before its sql_end().
 */
#pragma once
#include <sqlite3.h>

#include "core/idmap.h"
#include "store/keys.h"
#include "store/statements.h"
#include "store/store.h"

#define STORE_APPLICATION_ID 0x44727374   /* "Drst", in the file's header */

struct feed_state {
	int64_t live;                     /* shadows */
	bool dirty;                       /* live is to be written at commit */
	uint64_t images_asked, images;    /* fields: whether any image was learned is known; some was */
};

/* Words that came up lately, by a hash of their text. */
#define WORDS_LATELY 256
struct word {
	char text[48];
	int64_t id;                       /* 0: none */
};

struct store {
	sqlite3 *db;
	char *path;
	const char *vfs;                  /* NULL: the default */
	bool unclean;                     /* not closed by whoever had it last */
	bool read_only, in_transaction;
	bool group, inner;                /* a group is open; in it, one of its transactions */
	int64_t seq_before;               /* when that one began */
	int lock;                         /* descriptor of <path>.lock, -1: none */
	sqlite3_stmt *statement[SQL_STATEMENT_COUNT];
	struct err failed;                /* first failure in this transaction */
	int64_t seq, seq_committed;
	struct feed_state *feed;          /* by partner * RECORD_TYPES + type */
	size_t nfeeds;
	bool feeds_dirty;                 /* at least one is */
	const struct match_model *model;
	bool decisions;                   /* there is, or may be, at least one */
	struct keys shadow_keys, match_keys;
	struct decisive {
		uint32_t *of;             /* by entity: match_decisive() of its golden record, 0: none, or not known */
		size_t n;
		int64_t *saved;           /* entities, in the transaction under way */
		size_t nsaved, cap, nsaved_before;   /* before: when the inner transaction began */
	} decisive;
	struct survivors {
		struct idmap at;          /* by entity: its place in into */
		int64_t *into;            /* what it became part of; 0: nothing any more */
		size_t n, cap;
	} survivors;
	bool survivors_dirty;                /* changed in the transaction under way */
	struct arena *numbers;            /* of the replaced ones */
	const struct replaced *replaced;  /* by the old number */
	size_t nreplaced;
	bool replaced_dirty;              /* changed in the transaction under way */
	uint32_t keys_max;                /* how many of each wait before they are written */
	struct word word[WORDS_LATELY];
	struct buf text;                  /* one value being written */
	struct arena *scratch;            /* while keys are loaded */
	int wal_pages, checkpoint_at;
	uint64_t commits;
	void (*committed)(void *ctx, uint64_t nth);
	void *ctx;
};

/* --- errors (sql.c) ------------------------------------------------------------------------------------- */

/* The reaction that an SQLite result calls for; false. */
bool sql_error(sqlite3 *, const char *path, int rc, struct err *);
bool sql_exec(struct store *, const char *text, struct err *);

/* --- statements ----------------------------------------------------------------------------------------- */

struct sql {
	struct store *store;
	sqlite3_stmt *statement;
	int at;      /* last parameter bound, or next column to read */
	int rc;
};

struct sql sql(struct store *, enum sql_statement);
bool sql_row(struct sql *);
bool sql_end(struct sql *, struct err *);
/* For a statement without rows. */
static inline bool sql_run(struct sql *q, struct err *e)
{
	sql_row(q);
	return sql_end(q, e);
}
void sql_finalize(struct store *);
const char *sql_text_of(enum sql_statement);

static inline void sql_int(struct sql *q, int64_t value)
{
	sqlite3_bind_int64(q->statement, ++q->at, value);
}

/* Zero is none. */
static inline void sql_id(struct sql *q, int64_t value)
{
	if (value)
		sqlite3_bind_int64(q->statement, ++q->at, value);
	else
		sqlite3_bind_null(q->statement, ++q->at);
}

static inline void sql_hash(struct sql *q, uint64_t value)
{
	sqlite3_bind_int64(q->statement, ++q->at, (int64_t)value);
}

/* NULL is none. */
static inline void sql_text(struct sql *q, const char *text)
{
	sqlite3_bind_text(q->statement, ++q->at, text, -1, SQLITE_STATIC);
}

static inline void sql_buf(struct sql *q, const struct buf *text)
{
	sqlite3_bind_text(q->statement, ++q->at, text->len ? text->data : "", (int)text->len, SQLITE_STATIC);
}

static inline void sql_uuid(struct sql *q, const struct uuid *id)
{
	sqlite3_bind_blob(q->statement, ++q->at, id->b, sizeof id->b, SQLITE_STATIC);
}

static inline int64_t sql_get_int(struct sql *q)
{
	return sqlite3_column_int64(q->statement, q->at++);
}

static inline int sql_get_small(struct sql *q)
{
	return sqlite3_column_int(q->statement, q->at++);
}

static inline uint64_t sql_get_hash(struct sql *q)
{
	return (uint64_t)sqlite3_column_int64(q->statement, q->at++);
}

/* NULL is none. */
static inline void sql_blob(struct sql *q, const void *bytes, size_t n)
{
	sqlite3_bind_blob(q->statement, ++q->at, bytes, (int)n, SQLITE_STATIC);
}

/* NULL stays NULL. */
const char *sql_get_text(struct sql *, struct arena *);
/* Borrowed until the next row. */
const char *sql_get_view(struct sql *, size_t *len);
bool sql_get_uuid(struct sql *, struct uuid *);
/* In the arena, aligned for anything. */
void *sql_get_blob(struct sql *, struct arena *, size_t *len);

/* --- rows gathered into an arena ------------------------------------------------------------------------ */

struct rows {
	struct arena *arena;
	void *item;
	size_t n, cap;
};

/* Room for one more item of that size. */
void *rows_add(struct rows *, size_t size);
#define rows_add_of(rows, type) ((type *)rows_add((rows), sizeof(type)))

/* --- schema.c, backup.c --------------------------------------------------------------------------------- */

extern const char schema_sql[];   /* schema.sql, put in at build time */

/* Brings the open database from its version to the last step of text. Before an existing store is changed, it is copied
 * to <path>.before-<version>. Nothing has happened if a step fails. */
bool schema_migrate(sqlite3 *, const char *path, const char *vfs, const char *text, bool *changed, struct err *);
int schema_latest(const char *text);
bool schema_version(sqlite3 *, const char *path, int *version, struct err *);

/* The whole database as its last commit left it, into a new file. */
bool backup_copy(sqlite3 *from, const char *from_path, const char *to_path, const char *vfs, struct err *);
bool backup_sync_dir(const char *path, struct err *);   /* the directory that path is in */

/* --- between the topics --------------------------------------------------------------------------------- */

struct feed_state *feed_state(struct store *, int partner, enum record_type);
bool feed_load(struct store *, struct err *);
bool feed_flush(struct store *, struct err *);       /* live counts that changed */
void feed_add_live(struct store *, int partner, enum record_type, int by);

/* 0: there is none, or a failure that surfaces at commit. A merged one's survivor, and its hub id. */
int64_t entity_id(struct store *, const struct uuid *hub_id);
int64_t entity_survivor(struct store *, int64_t id, struct uuid *hub_id);

/* From the columns ENTITY_COLUMNS; NULL: damaged. */
struct entity *entity_row(struct sql *, struct arena *, struct err *);

#define MERGES_MAX 64   /* survivors of survivors; more is damage */

/* survivors.c. into 0: it is one of its own again. Within a transaction. */
void survivors_note(struct store *, int64_t entity, int64_t into);
int64_t survivors_of(const struct store *, int64_t entity);   /* itself unless merged */
bool survivors_load(struct store *, struct err *);
void survivors_fini(struct survivors *);

/* candidate.c: what an entity's golden record says, or said when it was merged; NULL: it is found by nothing. Within a
 * transaction. */
bool features_save(struct store *, int64_t entity, const struct match_features *, struct err *);
void decisive_forget(struct decisive *);                  /* nothing is known of any */
void decisive_undo(struct decisive *, size_t until);      /* nothing of those saved since there were so many */

/* Reads what record_print() wrote. NULL: not that. Fields no longer known are left out. */
struct record *golden_parse(struct arena *, enum record_type, const char *text, size_t len);

bool shadow_keys_load(struct store *, struct err *);
bool match_keys_load(struct store *, struct err *);
bool decisions_load(struct store *, struct err *);
bool replaced_load(struct store *, struct err *);
/* What an entity is found by is taken out of the index, and put there again. */
bool entity_keys_drop(struct store *, struct arena *, int64_t id, struct err *);
bool entity_keys_add(struct store *, struct arena *, int64_t id, struct err *);
