#include "support/disk.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES 8
#define SECTOR 512

struct write {
	struct write *next;
	size_t at, n; /* n 0: cut off at `at` */
	uint8_t data[];
};

struct image {
	uint8_t *data;
	size_t n, room;
};

struct file {
	char name[64];
	bool exists, durable; /* now; after a power failure */
	struct image now, disk;
	struct write *first, **last;
};

static struct file files[FILES];
static uint64_t seed, operations, dies_at;
static bool dead;
static int refusal;

static unsigned pick(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % below);
}

static void *must(void *p)
{
	if (!p) {
		fprintf(stderr, "disk: no memory\n");
		abort();
	}
	return p;
}

/* --- the disk ------------------------------------------------------------------------------------------- */

static void resize(struct image *i, size_t n)
{
	if (n + 1 > i->room)
		i->data = must(realloc(i->data, i->room = n + n / 2 + 4096));
	if (n > i->n)
		memset(i->data + i->n, 0, n - i->n);
	i->n = n;
}

static void apply(struct image *i, const struct write *w, size_t from, size_t n)
{
	if (!w->n) {
		resize(i, w->at);
		return;
	}
	if (w->at + from + n > i->n)
		resize(i, w->at + from + n);
	memcpy(i->data + w->at + from, w->data + from, n);
}

static void forget_writes(struct file *f)
{
	for (struct write *w = f->first, *next; w; w = next) {
		next = w->next;
		free(w);
	}
	f->first = NULL;
	f->last = &f->first;
}

static struct file *find(const char *name)
{
	for (size_t i = 0; i < FILES; i++)
		if (!strcmp(files[i].name, name))
			return &files[i];
	return NULL;
}

static struct file *find_or_make(const char *name)
{
	struct file *f = find(name);

	if (f)
		return f;
	f = find("");
	if (!f || strlen(name) >= sizeof f->name) {
		fprintf(stderr, "disk: too many files, or too long a name: %s\n", name);
		abort();
	}
	strcpy(f->name, name);
	forget_writes(f);
	return f;
}

static void tear(struct file *f, const struct write *w)
{
	for (size_t from = 0; from < w->n; from += SECTOR)
		if (pick(2))
			apply(&f->disk, w, from, w->n - from < SECTOR ? w->n - from : SECTOR);
}

static void settle_after_power_failure(struct file *f)
{
	for (const struct write *w = f->first; w; w = w->next)
		switch (pick(3)) {
		case 0:
			break;
		case 1:
			apply(&f->disk, w, 0, w->n);
			break;
		default:
			w->n >= SECTOR ? tear(f, w) : apply(&f->disk, w, 0, w->n);
		}
	forget_writes(f);
	if (!f->durable)
		f->durable = f->exists && pick(2);
	f->exists = f->durable;
	if (!f->exists)
		resize(&f->disk, 0);
	resize(&f->now, f->disk.n);
	if (f->disk.n)
		memcpy(f->now.data, f->disk.data, f->disk.n);
}

void disk_restart(enum disk_end end)
{
	if (end == DISK_POWER_FAILED)
		for (size_t i = 0; i < FILES; i++)
			if (files[i].name[0])
				settle_after_power_failure(&files[i]);
	dead = false;
	refusal = SQLITE_OK;
	operations = dies_at = 0;
}

void disk_new(uint64_t s)
{
	for (size_t i = 0; i < FILES; i++) {
		forget_writes(&files[i]);
		free(files[i].now.data);
		free(files[i].disk.data);
	}
	memset(files, 0, sizeof files);
	disk_restart(DISK_KILLED);
	seed = s ? s : 1;
}

void disk_save(const char *folder)
{
	for (size_t i = 0; i < FILES; i++) {
		const char *name = strrchr(files[i].name, '/');
		char path[4096];
		FILE *out;

		if (!files[i].exists)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, name ? name + 1 : files[i].name);
		out = fopen(path, "wb");
		if (!out || fwrite(files[i].now.data, 1, files[i].now.n, out) != files[i].now.n)
			perror(path);
		if (out)
			fclose(out);
	}
}

uint64_t disk_operations(void)
{
	return operations;
}

void disk_dies_at(uint64_t n)
{
	dies_at = n;
}

void disk_die(void)
{
	dead = true;
}

bool disk_dead(void)
{
	return dead;
}

void disk_refuse(int result)
{
	refusal = result;
}

/* Whether an operation has no effect any more, and with which result. */
static bool refused(int dead_result, int *result)
{
	*result = dead ? dead_result : refusal;
	return *result != SQLITE_OK;
}

/* The operation at which the process dies still reaches the system. */
static int done(int dead_result)
{
	if (++operations == dies_at)
		dead = true;
	return dead ? dead_result : SQLITE_OK;
}

/* --- as SQLite sees it ---------------------------------------------------------------------------------- */

struct handle {
	sqlite3_file base;
	struct file *file;
};

static struct file *of(sqlite3_file *h)
{
	return ((struct handle *)(void *)h)->file;
}

static int on_close(sqlite3_file *h)
{
	(void)h;
	return SQLITE_OK;
}

static int on_read(sqlite3_file *h, void *to, int n, sqlite3_int64 at)
{
	const struct image *i = &of(h)->now;
	const size_t want = (size_t)n, from = (size_t)at;
	const size_t there = from >= i->n ? 0 : i->n - from < want ? i->n - from : want;

	if (there)
		memcpy(to, i->data + from, there);
	memset((uint8_t *)to + there, 0, want - there);
	return there == want ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static void record(struct file *f, size_t at, const void *data, size_t n)
{
	struct write *w = must(malloc(sizeof *w + n));

	*w = (struct write){.at = at, .n = n};
	if (n)
		memcpy(w->data, data, n);
	apply(&f->now, w, 0, n);
	*f->last = w;
	f->last = &w->next;
}

static int on_write(sqlite3_file *h, const void *data, int n, sqlite3_int64 at)
{
	int result;

	if (refused(SQLITE_IOERR_WRITE, &result))
		return result;
	record(of(h), (size_t)at, data, (size_t)n);
	return done(SQLITE_IOERR_WRITE);
}

static int on_truncate(sqlite3_file *h, sqlite3_int64 n)
{
	int result;

	if (refused(SQLITE_IOERR_TRUNCATE, &result))
		return result;
	record(of(h), (size_t)n, NULL, 0);
	return done(SQLITE_IOERR_TRUNCATE);
}

static int on_sync(sqlite3_file *h, int flags)
{
	struct file *f = of(h);
	int result;

	(void)flags;
	if (refused(SQLITE_IOERR_FSYNC, &result))
		return result;
	result = done(SQLITE_IOERR_FSYNC);
	if (result != SQLITE_OK)
		return result;
	for (const struct write *w = f->first; w; w = w->next)
		apply(&f->disk, w, 0, w->n);
	forget_writes(f);
	f->durable = f->exists;
	/* File systems write directory entries in order. */
	for (size_t i = 0; i < FILES; i++)
		if (!files[i].exists && files[i].durable) {
			files[i].durable = false;
			resize(&files[i].disk, 0);
		}
	return SQLITE_OK;
}

static int on_size(sqlite3_file *h, sqlite3_int64 *n)
{
	*n = (sqlite3_int64)of(h)->now.n;
	return SQLITE_OK;
}

static int on_lock(sqlite3_file *h, int level)
{
	(void)h;
	(void)level;
	return SQLITE_OK;
}

static int on_check_lock(sqlite3_file *h, int *out)
{
	(void)h;
	*out = 0;
	return SQLITE_OK;
}

static int on_control(sqlite3_file *h, int what, void *arg)
{
	(void)h;
	(void)what;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int on_sector(sqlite3_file *h)
{
	(void)h;
	return SECTOR;
}

static int on_device(sqlite3_file *h)
{
	(void)h;
	return 0;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = on_close,
	.xRead = on_read,
	.xWrite = on_write,
	.xTruncate = on_truncate,
	.xSync = on_sync,
	.xFileSize = on_size,
	.xLock = on_lock,
	.xUnlock = on_lock,
	.xCheckReservedLock = on_check_lock,
	.xFileControl = on_control,
	.xSectorSize = on_sector,
	.xDeviceCharacteristics = on_device,
};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *h, int flags, int *out)
{
	struct file *f = find_or_make(name ? name : "temporary");

	(void)vfs;
	h->pMethods = NULL;
	if (!f->exists && !(flags & SQLITE_OPEN_CREATE))
		return SQLITE_CANTOPEN;
	if (!f->exists && (dead || refusal))
		return dead ? SQLITE_CANTOPEN : refusal;
	if (!f->exists)
		resize(&f->now, 0);
	f->exists = true;
	h->pMethods = &methods;
	((struct handle *)(void *)h)->file = f;
	if (out)
		*out = flags;
	return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct file *f = find(name);
	int result;

	(void)vfs;
	if (refused(SQLITE_IOERR_DELETE, &result))
		return result;
	result = done(SQLITE_IOERR_DELETE);
	if (result != SQLITE_OK)
		return result;
	if (!f || !f->exists)
		return SQLITE_IOERR_DELETE_NOENT;
	f->exists = false;
	resize(&f->now, 0);
	forget_writes(f);
	if (sync) {
		f->durable = false;
		resize(&f->disk, 0);
	}
	return SQLITE_OK;
}

static int on_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	const struct file *f = find(name);

	(void)vfs;
	(void)flags;
	*out = f && f->exists;
	return SQLITE_OK;
}

static int on_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	(void)vfs;
	snprintf(out, (size_t)n, "%s", name);
	return SQLITE_OK;
}

static int on_random(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	for (int i = 0; i < n; i++)
		out[i] = (char)pick(256);
	return n;
}

static int on_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int on_time(sqlite3_vfs *vfs, double *day)
{
	(void)vfs;
	*day = 2460000.5;
	return SQLITE_OK;
}

static int on_error(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	(void)n;
	(void)out;
	return 0;
}

static sqlite3_vfs memory = {
	.iVersion = 1,
	.szOsFile = sizeof(struct handle),
	.mxPathname = 60,
	.zName = DISK_VFS,
	.xOpen = on_open,
	.xDelete = on_delete,
	.xAccess = on_access,
	.xFullPathname = on_path,
	.xRandomness = on_random,
	.xSleep = on_sleep,
	.xCurrentTime = on_time,
	.xGetLastError = on_error,
};

void disk_install(void)
{
	sqlite3_vfs_register(&memory, 0);
}

void disk_uninstall(void)
{
	disk_new(0);
	sqlite3_vfs_unregister(&memory);
}
