#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sql.h"

static bool failed(const char *path, const char *what, struct err *e)
{
	char why[64];

	return err_set(e, ERR_BROKEN, "%.100s: cannot %s: %s", path, what, strerror_r(errno, why, sizeof why));
}

static bool synced(const char *path, int flags, struct err *e)
{
	const int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
	const bool ok = fd >= 0 && !fsync(fd);

	if (!ok)
		failed(path, "write it to the disk", e);
	if (fd >= 0)
		close(fd);
	return ok;
}

bool backup_sync_dir(const char *path, struct err *e)
{
	AUTO(free) char *copy = strdup(path);

	if (!copy)
		abort();
	return synced(dirname(copy), O_DIRECTORY, e);
}

static bool copy_all(sqlite3 *from, const char *from_path, sqlite3 *to, const char *to_path, struct err *e)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc = b ? sqlite3_backup_step(b, -1) : sqlite3_errcode(to), end;

	if (!b)
		return sql_error(to, to_path, rc, e);
	end = sqlite3_backup_finish(b);
	if (rc == SQLITE_DONE && end == SQLITE_OK)
		return true;
	/* Which side failed is in the connections' own codes. */
	return sqlite3_errcode(to) != SQLITE_OK ? sql_error(to, to_path, sqlite3_extended_errcode(to), e)
						: sql_error(from, from_path, rc, e);
}

/* A new file that only its owner may read, before the first byte is in it. */
static bool make_file(const char *path, struct err *e)
{
	int fd;

	if (unlink(path) && errno != ENOENT)
		return failed(path, "replace it", e);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(path, "make it", e);
	close(fd);
	return true;
}

bool backup_copy(sqlite3 *from, const char *from_path, const char *to_path, const char *vfs, struct err *e)
{
	sqlite3 *to = NULL;
	int rc;
	bool ok;

	if (!vfs && !make_file(to_path, e))
		return false;
	rc = sqlite3_open_v2(to_path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, vfs);
	ok = rc == SQLITE_OK ? copy_all(from, from_path, to, to_path, e) : sql_error(to, to_path, rc, e);
	sqlite3_close(to);
	if (!ok && !vfs)
		unlink(to_path);
	return ok && (vfs || (synced(to_path, 0, e) && backup_sync_dir(to_path, e)));
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Begins as a store does: sqlite.org/fileformat.html, the database header. */
static bool is_store(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	uint8_t header[72];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? -1 : read(fd, header, sizeof header);
	const uint8_t *id = header + 68;

	if (fd >= 0)
		close(fd);
	return n == sizeof header && !memcmp(header, magic, sizeof magic) &&
	       ((uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3]) == STORE_APPLICATION_ID;
}

/* Reads through a connection of its own, whose read transaction is one moment of the store, so that the writer goes on
 * meanwhile. The file gets its name when it is whole. */
bool store_backup(struct store *s, const char *to_path, struct err *e)
{
	AUTO(free) char *part = NULL, *wal = NULL;
	sqlite3 *from = NULL;
	int rc;
	bool ok;

	if (asprintf(&part, "%s.part", to_path) < 0 || asprintf(&wal, "%s-wal", to_path) < 0)
		abort();
	if (same_file(s->path, to_path))
		return err_set(e, ERR_BROKEN, "backup: %.100s is the store itself", to_path);
	if (!s->vfs && !access(to_path, F_OK) && !is_store(to_path))
		return err_set(e, ERR_BROKEN, "backup: %.100s is there, and is no copy of a store: name another file", to_path);
	if (!access(wal, F_OK))
		return err_set(e, ERR_BROKEN, "backup: %.100s is a database in use (it has a -wal file)", to_path);
	rc = sqlite3_open_v2(s->path, &from, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, s->vfs);
	ok = rc == SQLITE_OK ? backup_copy(from, s->path, part, s->vfs, e) : sql_error(from, s->path, rc, e);
	sqlite3_close(from);
	if (!ok)
		return err_prefix(e, "backup");
	if (!s->vfs && rename(part, to_path))
		return failed(to_path, "rename the finished backup to it", e);
	return s->vfs || backup_sync_dir(to_path, e);
}
