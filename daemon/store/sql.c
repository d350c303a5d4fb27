#include "store/sql.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const texts[] = {
#define X(name, text) [SQL_##name] = text,
	SQL_STATEMENTS(X)
#undef X
};

const char *sql_text_of(enum sql_statement n)
{
	return texts[n];
}

/* The system's own number for the last failure. SQLite keeps it per file; that of the connection may be overwritten. */
static int system_error(sqlite3 *db)
{
	sqlite3_file *wal = NULL;
	int error = 0;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) == SQLITE_OK && wal && wal->pMethods)
		wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &error);
	if (!error)
		sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
	return error ? error : sqlite3_system_errno(db);
}

/* SQLite itself takes only ENOSPC for that. */
static bool out_of_room(int rc, int error)
{
	return (rc & 0xff) == SQLITE_FULL ||
	       ((rc & 0xff) == SQLITE_IOERR && (error == ENOSPC || error == EFBIG || error == EDQUOT));
}

bool sql_error(sqlite3 *db, const char *path, int rc, struct err *e)
{
	const int error = system_error(db);
	char why[64];

	if (out_of_room(rc, error))
		return err_set(e, ERR_BROKEN, "store %.100s: the disk is full: make room; what failed is tried again", path);
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		err_set(e, ERR_AGAIN, "store %.100s: another process has it locked", path);
		e->wait_ms = 1000;
		return false;
	case SQLITE_READONLY:
		return err_set(e, ERR_BROKEN, "store %.100s: cannot be written: see its owner, mode and mount", path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(
			e, ERR_BROKEN, "store %.100s: damaged: stop the daemon and put a backup in its place", path);
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
	case SQLITE_AUTH:
		return err_set(
			e, ERR_BROKEN, "store %.100s: cannot be opened: %s", path, strerror_r(error, why, sizeof why));
	case SQLITE_IOERR:
		return err_set(e, ERR_BROKEN, "store %.100s: reading or writing failed (%s): see the kernel's log",
			path, strerror_r(error, why, sizeof why));
	case SQLITE_NOMEM:
		abort();
	default:
		/* SQLite names tables and columns here, never values. */
		return err_set(e, ERR_BROKEN, "store %.100s: %.100s", path, sqlite3_errmsg(db));
	}
}

bool sql_exec(struct store *s, const char *text, struct err *e)
{
	const int rc = sqlite3_exec(s->db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK || sql_error(s->db, s->path, rc, e);
}

struct sql sql(struct store *s, enum sql_statement n)
{
	struct sql q = { .store = s, .rc = SQLITE_OK };

	if (!s->statement[n])
		q.rc = sqlite3_prepare_v3(s->db, texts[n], -1, SQLITE_PREPARE_PERSISTENT, &s->statement[n], NULL);
	q.statement = s->statement[n];
	assert(!q.statement || !sqlite3_stmt_busy(q.statement));
	return q;
}

bool sql_row(struct sql *q)
{
	if (q->rc != SQLITE_OK && q->rc != SQLITE_ROW)
		return false;
	q->rc = sqlite3_step(q->statement);
	q->at = 0;
	return q->rc == SQLITE_ROW;
}

bool sql_end(struct sql *q, struct err *e)
{
	struct store *s = q->store;
	bool ok = q->rc == SQLITE_OK || q->rc == SQLITE_ROW || q->rc == SQLITE_DONE;

	if (!ok) {
		sql_error(s->db, s->path, sqlite3_extended_errcode(s->db), e);
		if (s->in_transaction && s->failed.kind == ERR_NONE)
			s->failed = *e;
	}
	sqlite3_reset(q->statement);
	q->rc = SQLITE_OK;
	q->at = 0;
	return ok;
}

void sql_finalize(struct store *s)
{
	for (size_t i = 0; i < SQL_STATEMENT_COUNT; i++)
		sqlite3_finalize(s->statement[i]);
	memset(s->statement, 0, sizeof s->statement);
}

const char *sql_get_view(struct sql *q, size_t *len)
{
	const char *text = (const char *)sqlite3_column_text(q->statement, q->at);

	*len = (size_t)sqlite3_column_bytes(q->statement, q->at++);
	return text;
}

const char *sql_get_text(struct sql *q, struct arena *arena)
{
	size_t len;
	const char *text = sql_get_view(q, &len);

	return text ? arena_strndup(arena, text, len) : NULL;
}

bool sql_get_uuid(struct sql *q, struct uuid *id)
{
	const void *bytes = sqlite3_column_blob(q->statement, q->at);
	const bool ok = sqlite3_column_bytes(q->statement, q->at++) == sizeof id->b;

	if (ok)
		memcpy(id->b, bytes, sizeof id->b);
	return ok;
}

void *sql_get_blob(struct sql *q, struct arena *arena, size_t *len)
{
	const void *bytes = sqlite3_column_blob(q->statement, q->at);

	*len = (size_t)sqlite3_column_bytes(q->statement, q->at++);
	return arena_copy(arena, *len ? bytes : "", *len);
}

void *rows_add(struct rows *r, size_t size)
{
	if (r->n == r->cap) {
		const size_t cap = r->cap ? 2 * r->cap : 8;
		void *bigger = arena_alloc(r->arena, cap * size);

		if (r->n)
			memcpy(bigger, r->item, r->n * size);
		r->item = bigger;
		r->cap = cap;
	}
	return (char *)r->item + size * r->n++;
}
