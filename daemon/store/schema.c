#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/sql.h"

/* The text of step n, up to the next; NULL if there is none. */
static const char *step_text(const char *text, int n, size_t *len)
{
	char mark[32];
	const char *start, *end;

	snprintf(mark, sizeof mark, "\n-- step %d\n", n);
	start = strstr(text, mark);
	if (!start)
		return NULL;
	start += strlen(mark);
	end = strstr(start, "\n-- step ");
	*len = end ? (size_t)(end - start) : strlen(start);
	return start;
}

int schema_latest(const char *text)
{
	size_t len;
	int n = 0;

	while (step_text(text, n + 1, &len))
		n++;
	return n;
}

static bool pragma_int(sqlite3 *db, const char *path, const char *text, int *out, struct err *e)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(db, text, -1, &q, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	return rc == SQLITE_ROW || sql_error(db, path, rc, e);
}

bool schema_version(sqlite3 *db, const char *path, int *version, struct err *e)
{
	int application, tables;

	if (!pragma_int(db, path, "PRAGMA user_version", version, e) ||
		!pragma_int(db, path, "PRAGMA application_id", &application, e) ||
		!pragma_int(db, path, "SELECT count(*) FROM sqlite_schema", &tables, e))
		return false;
	if (application != STORE_APPLICATION_ID && (tables || *version))
		return err_set(e, ERR_BROKEN, "store %.100s: is a database, but not one of doorstroomd", path);
	return true;
}

static bool step(sqlite3 *db, const char *path, int version, const char *text, size_t len, struct err *e)
{
	AUTO(free) char *all = NULL;
	int rc;

	if (asprintf(&all, "BEGIN IMMEDIATE;\n%.*s\nPRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		    (int)len, text, STORE_APPLICATION_ID, version) < 0)
		abort();
	rc = sqlite3_exec(db, all, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return true;
	sql_error(db, path, rc, e);
	if (!sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return err_prefix(e, "bringing it to version %d", version);
}

bool schema_migrate(sqlite3 *db, const char *path, const char *vfs, const char *text, bool *changed, struct err *e)
{
	const int latest = schema_latest(text);
	int version;

	*changed = false;
	if (!schema_version(db, path, &version, e))
		return false;
	if (version > latest)
		return err_set(e, ERR_BROKEN,
			"store %.100s: written by a newer doorstroomd (version %d, this one knows %d): install that "
			"one",
			path, version, latest);
	if (version && version < latest) {
		AUTO(free) char *copy = NULL;

		if (asprintf(&copy, "%s.before-%d", path, version + 1) < 0)
			abort();
		if (!backup_copy(db, path, copy, vfs, e))
			return err_prefix(e, "copying it before the change");
		log_event(LOG_LEVEL_NOTICE, "store_migrate", "from=%d to=%d copy=%s", version, latest, copy);
	}
	while (version < latest) {
		size_t len;
		const char *sql = step_text(text, version + 1, &len);

		if (!step(db, path, ++version, sql, len, e))
			return false;
		*changed = true;
	}
	return true;
}
