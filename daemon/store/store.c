#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mutant.h"
#include "store/fact.h"
#include "store/lock.h"
#include "store/sql.h"

#define BUSY_MS 5000
/* Pages in the WAL before a commit moves them into the database: rewriting one page many times then costs one write. */
#define WAL_PAGES 20000
/* After a checkpoint that a reader held back, so many more before the next try. */
#define WAL_PAGES_AGAIN 5000
/* Keys that wait before an idle moment is used to write them: so many rows are read again after a crash. */
#define KEYS_IDLE 1000

/* --- opening -------------------------------------------------------------------------------------------- */

/* Only its owner may read the file, also while SQLite has not written to it yet. */
static bool make_private(const char *path, bool *created, struct err *e)
{
	char why[64];
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	*created = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0600)) {
		err_set(e, ERR_BROKEN, "store %.100s: %s: the daemon must own it", path,
			strerror_r(errno, why, sizeof why));
		if (fd >= 0)
			close(fd);
		return false;
	}
	close(fd);
	return true;
}

/* A VFS of a simulation has no shared memory: then no other process may come, and SQLite needs none. */
static bool shares_memory(sqlite3 *db)
{
	sqlite3_file *file = NULL;

	return sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK && file->pMethods &&
	       file->pMethods->iVersion >= 2 && file->pMethods->xShmMap;
}

static bool open_database(struct store *s, struct err *e)
{
	const int flags = s->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	int rc;

	if (s->read_only && !s->vfs && access(s->path, F_OK) && errno == ENOENT)
		return err_set(e, ERR_BROKEN, "store %.100s: there is none yet: has the daemon run?", s->path);
	rc = sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_NOMUTEX, s->vfs);
	if (rc != SQLITE_OK)
		return sql_error(s->db, s->path, rc, e);
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	/* Before anything is read, which would need that memory. */
	if (!shares_memory(s->db) && !sql_exec(s, "PRAGMA locking_mode = EXCLUSIVE", e))
		return false;
	return sql_exec(s,
		"PRAGMA page_size = 4096; PRAGMA cache_size = -24576; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
		"PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
		"PRAGMA cell_size_check = ON",
		e);
}

/* Whether the pragma's answer is that word. */
static bool answers(struct store *s, const char *pragma, const char *word, bool *yes, struct err *e)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(s->db, pragma, -1, &q, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		*yes = !strcmp((const char *)sqlite3_column_text(q, 0), word);
	sqlite3_finalize(q);
	return rc == SQLITE_ROW || sql_error(s->db, s->path, rc, e);
}

static bool write_ahead(struct store *s, struct err *e)
{
	bool wal = false;

	if (!answers(s, "PRAGMA journal_mode = WAL", "wal", &wal, e))
		return false;
	if (!wal)
		return err_set(e, ERR_BROKEN, "store %.100s: its file system cannot hold a write-ahead log", s->path);
	return sql_exec(s, mutant(DURABLE) ? "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0"
		: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0", e);
}

static bool sound(struct store *s, struct err *e)
{
	bool ok = false;

	return answers(s, "PRAGMA quick_check(1)", "ok", &ok, e) &&
	       (ok || sql_error(s->db, s->path, SQLITE_CORRUPT, e));
}

static bool right_version(struct store *s, bool *changed, struct err *e)
{
	const int latest = schema_latest(schema_sql);
	int version;

	if (!s->read_only)
		return schema_migrate(s->db, s->path, s->vfs, schema_sql, changed, e);
	if (!schema_version(s->db, s->path, &version, e))
		return false;
	return version == latest ||
	       err_set(e, ERR_BROKEN, "store %.100s: has version %d, this program knows %d: %s", s->path, version,
		       latest, version < latest ? "start the daemon once" : "install the newer one");
}

static bool load_seq(struct store *s, struct err *e)
{
	struct sql q = sql(s, SQL_EVENT_LAST);

	if (sql_row(&q))
		s->seq = s->seq_committed = sql_get_int(&q);
	return sql_end(&q, e);
}

static int on_commit(void *ctx, sqlite3 *db, const char *database, int pages)
{
	struct store *s = ctx;

	(void)db;
	(void)database;
	s->wal_pages = pages;
	s->commits++;
	if (s->committed)
		s->committed(s->ctx, s->commits);
	return SQLITE_OK;
}

static bool open_all(struct store *s, struct err *e)
{
	const bool files = !s->vfs && !s->read_only;
	bool created = false, changed = false;

	if (files && (!lock_take(s->path, &s->lock, &s->unclean, e) || !make_private(s->path, &created, e)))
		return false;
	if (!open_database(s, e) || (!s->read_only && !write_ahead(s, e)))
		return false;
	if (s->unclean) {
		log_event(LOG_LEVEL_NOTICE, "store_check", "reason=unclean_stop");
		if (!sound(s, e))
			return false;
	}
	if (!right_version(s, &changed, e))
		return false;
	/* A directory entry that is not on the disk yet could bring back an old file after a power failure. */
	if (files && (created || changed) && !backup_sync_dir(s->path, e))
		return false;
	sqlite3_wal_hook(s->db, on_commit, s);
	return load_seq(s, e) && feed_load(s, e) && replaced_load(s, e) && survivors_load(s, e) && shadow_keys_load(s, e) && match_keys_load(s, e) &&
	       decisions_load(s, e) && (s->read_only || fact_replay(s, e));
}

/* --- transactions --------------------------------------------------------------------------------------- */

static bool simple(struct store *s, enum sql_statement n, struct err *e)
{
	struct sql q = sql(s, n);

	return sql_run(&q, e);
}

static bool inner_begin(struct store *s, struct err *e)
{
	assert(!s->inner);
	if (sqlite3_get_autocommit(s->db))
		return err_set(e, ERR_AGAIN, "the transaction before this one failed, and this one with it");
	if (!simple(s, SQL_INNER_BEGIN, e))
		return false;
	s->inner = true;
	s->failed.kind = ERR_NONE;
	s->seq_before = s->seq;
	s->decisive.nsaved_before = s->decisive.nsaved;
	keys_inner_begun(&s->shadow_keys);
	keys_inner_begun(&s->match_keys);
	return true;
}

static void inner_rollback(struct store *s)
{
	struct err ignored;

	s->inner = false;
	if (!sqlite3_get_autocommit(s->db)) {
		simple(s, SQL_INNER_UNDO, &ignored);
		simple(s, SQL_INNER_END, &ignored);
	}
	s->failed.kind = ERR_NONE;
	s->seq = s->seq_before;
	decisive_undo(&s->decisive, s->decisive.nsaved_before);
	fact_forget_words(s);
	keys_inner_rolled_back(&s->shadow_keys);
	keys_inner_rolled_back(&s->match_keys);
	feed_load(s, &ignored);
	if (s->survivors_dirty)
		survivors_load(s, &ignored);
}

static bool inner_commit(struct store *s, struct err *e)
{
	if (s->failed.kind != ERR_NONE)
		*e = s->failed;
	if (s->failed.kind != ERR_NONE || !feed_flush(s, e) || !simple(s, SQL_INNER_END, e)) {
		inner_rollback(s);
		return false;
	}
	s->inner = false;
	return true;
}

bool store_begin(struct store *s, struct err *e)
{
	if (s->group)
		return inner_begin(s, e);
	assert(!s->in_transaction);
	if (!simple(s, s->read_only ? SQL_BEGIN_READ : SQL_BEGIN, e))
		return false;
	s->in_transaction = true;
	s->failed.kind = ERR_NONE;
	return true;
}

void store_rollback(struct store *s)
{
	struct err ignored;

	if (s->inner)
		inner_rollback(s);
	if (s->group || !s->in_transaction)
		return;
	s->in_transaction = false;
	/* SQLite has done it already after the graver errors. */
	if (!sqlite3_get_autocommit(s->db))
		simple(s, SQL_ROLLBACK, &ignored);
	s->seq = s->seq_committed;
	decisive_undo(&s->decisive, 0);
	fact_forget_words(s);
	keys_rolled_back(&s->shadow_keys);
	keys_rolled_back(&s->match_keys);
	/* If even this cannot be read, it is right again at the next start. */
	feed_load(s, &ignored);
	if (s->replaced_dirty)
		replaced_load(s, &ignored);
	if (s->survivors_dirty)
		survivors_load(s, &ignored);
	s->replaced_dirty = s->survivors_dirty = false;
}

/* What is written behind the caller's back, in its transaction. */
static bool complete(struct store *s, struct err *e)
{
	if (s->failed.kind != ERR_NONE) {
		*e = s->failed;
		return false;
	}
	return feed_flush(s, e) && (!keys_full(&s->shadow_keys) || keys_flush(s, &s->shadow_keys, e)) &&
	       (!keys_full(&s->match_keys) || keys_flush(s, &s->match_keys, e));
}

static bool move_wal(struct store *s, int how, struct err *e)
{
	int pages = 0, moved = 0;
	const int rc = sqlite3_wal_checkpoint_v2(s->db, "main", how, &pages, &moved);

	s->checkpoint_at = WAL_PAGES;
	if (rc == SQLITE_OK && moved >= pages)
		s->wal_pages = 0;
	else if (pages > WAL_PAGES)
		s->checkpoint_at = pages + WAL_PAGES_AGAIN;
	return rc == SQLITE_OK || sql_error(s->db, s->path, rc, e);
}

bool store_commit(struct store *s, struct err *e)
{
	struct err late;

	if (s->group)
		return inner_commit(s, e);
	assert(s->in_transaction);
	if (!complete(s, e) || !simple(s, SQL_COMMIT, e)) {
		store_rollback(s);
		return false;
	}
	s->in_transaction = false;
	s->seq_committed = s->seq;
	s->decisive.nsaved = 0;
	s->replaced_dirty = s->survivors_dirty = false;
	keys_committed(&s->shadow_keys);
	keys_committed(&s->match_keys);
	/* The commit stands whatever happens here; a lack of room shows again at the next one. */
	if (s->wal_pages >= s->checkpoint_at && !move_wal(s, SQLITE_CHECKPOINT_PASSIVE, &late))
		log_event(LOG_LEVEL_WARN, "store_checkpoint", "error=%s", late.text);
	return true;
}

bool store_end(struct store *s, bool ok, struct err *e)
{
	if (ok)
		return store_commit(s, e);
	store_rollback(s);
	return false;
}

bool store_group_begin(struct store *s, struct err *e)
{
	assert(!s->group);
	if (!store_begin(s, e))
		return false;
	s->group = true;
	return true;
}

bool store_group_end(struct store *s, struct err *e)
{
	assert(s->group && !s->inner);
	s->group = false;
	if (!sqlite3_get_autocommit(s->db))
		return store_commit(s, e);
	store_rollback(s);
	return err_set(e, ERR_AGAIN, "a transaction failed, and those grouped with it");
}

void store_group_abandon(struct store *s)
{
	assert(s->group && !s->inner);
	s->group = false;
	store_rollback(s);
}

static bool write_keys(struct store *s, struct err *e)
{
	if (!store_begin(s, e))
		return false;
	if (keys_flush(s, &s->shadow_keys, e) && keys_flush(s, &s->match_keys, e))
		return store_commit(s, e);
	store_rollback(s);
	return false;
}

bool store_checkpoint(struct store *s, bool truncate, struct err *e)
{
	const uint32_t waiting = s->shadow_keys.n + s->match_keys.n;

	assert(!s->in_transaction);
	if (waiting >= (truncate ? 1 : KEYS_IDLE) && !write_keys(s, e))
		return false;
	if (!truncate && !s->wal_pages)
		return true;
	return move_wal(s, truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, e);
}

/* --- closing -------------------------------------------------------------------------------------------- */

static void release(struct store *s, bool clean)
{
	sql_finalize(s);
	sqlite3_close(s->db);
	lock_release(s->lock, clean);
	keys_fini(&s->shadow_keys);
	keys_fini(&s->match_keys);
	buf_fini(&s->text);
	arena_free(s->scratch);
	arena_free(s->numbers);
	survivors_fini(&s->survivors);
	free(s->decisive.of);
	free(s->decisive.saved);
	free(s->feed);
	free(s->path);
	free(s);
}

void store_close(struct store *s)
{
	struct err e;
	bool clean = true;

	if (!s)
		return;
	s->group = false;
	store_rollback(s);
	if (!s->read_only && !store_checkpoint(s, true, &e)) {
		log_event(LOG_LEVEL_WARN, "store_close", "error=%s", e.text);
		clean = false;
	}
	release(s, clean);
}

const struct match_model *store_model(const struct store *s)
{
	return s->model;
}

struct store *store_open(const struct store_options *options, struct err *e)
{
	struct store *s = calloc(1, sizeof *s);

	if (!s || !(s->path = strdup(options->path)))
		abort();
	s->vfs = options->vfs;
	s->read_only = options->read_only;
	s->model = options->model ? options->model : match_model_default();
	s->committed = options->committed;
	s->ctx = options->ctx;
	s->lock = -1;
	s->scratch = arena_new();
	s->checkpoint_at = WAL_PAGES;
	s->keys_max = KEYS_MAX;
	if (open_all(s, e))
		return s;
	release(s, !s->unclean);
	return NULL;
}
