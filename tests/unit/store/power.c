/*
 * power.c - the power fails at any write: nothing that was acknowledged may be lost, nothing half done may stay.
 *
 * A file system in memory remembers, per file, what is on the disk and every write since the last sync. When the power
 * fails, each of those is kept, lost or torn in sectors of 512 bytes, at random. A kill of the process cannot show
 * this: the system still writes out what the process wrote. With synchronous=NORMAL this test must fail; it was seen
 * to.
 */
#include "fixture.h"

#include "base/log.h"

#define FILES 8
#define SECTOR 512
#define TRIALS 100
#define PAGES 12
#define PER_PAGE 4

struct write {
	struct write *next;
	size_t at, n; /* n 0: cut off at `at` */
	uint8_t data[];
};

struct image {
	uint8_t *data;
	size_t n;
};

struct file {
	char name[64];
	bool exists, durable; /* now; after a power failure */
	struct image now, disk;
	struct write *first, **last;
};

static struct file files[FILES];
static uint64_t seed;
static long operations, fails_at;
static bool failed;

static unsigned pick(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % below);
}

/* --- the disk ------------------------------------------------------------------------------------------- */

static void resize(struct image *i, size_t n)
{
	i->data = realloc(i->data, n + 1);
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

static struct file *find(const char *name, bool make)
{
	struct file *unused = NULL;

	for (size_t i = 0; i < FILES; i++) {
		if (!strcmp(files[i].name, name))
			return &files[i];
		if (!unused && !files[i].name[0])
			unused = &files[i];
	}
	if (!make)
		return NULL;
	assert_non_null(unused);
	snprintf(unused->name, sizeof unused->name, "%s", name);
	forget_writes(unused);
	return unused;
}

static void tear(struct file *f, const struct write *w)
{
	for (size_t from = 0; from < w->n; from += SECTOR)
		if (pick(2))
			apply(&f->disk, w, from, w->n - from < SECTOR ? w->n - from : SECTOR);
}

static void power_comes_back(void)
{
	for (size_t i = 0; i < FILES; i++) {
		struct file *f = &files[i];

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
		memcpy(f->now.data, f->disk.data ? f->disk.data : (uint8_t *)"", f->disk.n);
	}
	failed = false;
	operations = fails_at = 0;
}

static void new_disk(void)
{
	for (size_t i = 0; i < FILES; i++) {
		forget_writes(&files[i]);
		free(files[i].now.data);
		free(files[i].disk.data);
	}
	memset(files, 0, sizeof files);
	failed = false;
	operations = fails_at = 0;
}

/* The operation at which the power fails still reaches the system, and may reach the disk. */
static bool dies(void)
{
	if (++operations == fails_at)
		failed = true;
	return failed;
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
	struct write *w = malloc(sizeof *w + n);

	*w = (struct write){ .at = at, .n = n };
	if (n)
		memcpy(w->data, data, n);
	apply(&f->now, w, 0, n);
	*f->last = w;
	f->last = &w->next;
}

static int on_write(sqlite3_file *h, const void *data, int n, sqlite3_int64 at)
{
	if (failed)
		return SQLITE_IOERR_WRITE;
	record(of(h), (size_t)at, data, (size_t)n);
	return dies() ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int on_truncate(sqlite3_file *h, sqlite3_int64 n)
{
	if (failed)
		return SQLITE_IOERR_TRUNCATE;
	record(of(h), (size_t)n, NULL, 0);
	return dies() ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
}

static int on_sync(sqlite3_file *h, int flags)
{
	struct file *f = of(h);

	(void)flags;
	if (failed || dies())
		return SQLITE_IOERR_FSYNC;
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

static const sqlite3_io_methods methods = { .iVersion = 1,
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
	.xDeviceCharacteristics = on_device };

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *h, int flags, int *out)
{
	struct file *f = find(name ? name : "temporary", true);

	(void)vfs;
	h->pMethods = NULL;
	if (!f->exists && !(flags & SQLITE_OPEN_CREATE))
		return SQLITE_CANTOPEN;
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
	struct file *f = find(name, false);

	(void)vfs;
	if (failed || dies())
		return SQLITE_IOERR_DELETE;
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
	const struct file *f = find(name, false);

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

static sqlite3_vfs memory = { .iVersion = 1,
	.szOsFile = sizeof(struct handle),
	.mxPathname = 60,
	.zName = "power",
	.xOpen = on_open,
	.xDelete = on_delete,
	.xAccess = on_access,
	.xFullPathname = on_path,
	.xRandomness = on_random,
	.xSleep = on_sleep,
	.xCurrentTime = on_time,
	.xGetLastError = on_error };

/* --- trials --------------------------------------------------------------------------------------------- */

static struct store *open_on_it(struct fixture *f)
{
	f->store = store_open(&(struct store_options){ .path = "hub.db", .vfs = "power" }, &f->err);
	if (f->store) {
		f->store->checkpoint_at = 40;
		f->store->shadow_keys.max = f->store->match_keys.max = 15;
	}
	return f->store;
}

static bool write_page(struct fixture *f, unsigned page)
{
	if (!store_begin(f->store, &f->err))
		return false;
	for (unsigned i = 0; i < PER_PAGE; i++) {
		struct entity *x = fixture_entity(f, PER_PAGE * page + i);
		struct shadow *s = fixture_shadow(f, 1, PER_PAGE * page + i);

		if (!store_entity_save(f->store, f->arena, x, &f->err) || !store_shadow_save(f->store, s, &f->err))
			break;
		store_event(f->store, 1, EVENT_SEEN, 1, x->id, s->id, NULL);
	}
	return store_commit(f->store, &f->err);
}

/* How many pages were acknowledged before the power failed. */
static unsigned work(struct fixture *f)
{
	unsigned page = 0;

	if (!open_on_it(f))
		return 0;
	while (page < PAGES && !failed && write_page(f, page))
		page++;
	store_close(f->store);
	f->store = NULL;
	return page;
}

static void check(struct fixture *f, unsigned acknowledged)
{
	int64_t n;

	if (!open_on_it(f))
		fail_msg("does not open any more: %s", f->err.text);
	assert_int_equal(fixture_ask(f, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
	n = fixture_ask(f, "SELECT count(*) FROM shadow");
	assert_int_equal(n % PER_PAGE, 0);
	/* The page under way may have become durable without an answer. */
	assert_true(n / PER_PAGE == acknowledged || n / PER_PAGE == acknowledged + 1);
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM entity"), n);
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM event"), n);
	assert_int_equal(store_seq(f->store), n);
	assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), n);
	for (unsigned i = 0; i < n; i++) {
		struct shadow *s;
		char key[16];

		snprintf(key, sizeof key, "k%u", i);
		must(f, store_shadow_by_key(f->store, f->arena, 1, RECORD_ORGANIZATION, key, &s, &f->err));
		assert_non_null(s);
	}
	assert_true(write_page(f, (unsigned)n / PER_PAGE));
	store_close(f->store);
	f->store = NULL;
}

static void loses_nothing_acknowledged(void **state)
{
	const char *trials = getenv("TRIALS");
	struct fixture *f = *state;
	long all;

	log_set_level(LOG_LEVEL_ERROR);
	sqlite3_vfs_register(&memory, 0);
	seed = 4711;
	new_disk();
	assert_int_equal(work(f), PAGES);
	all = operations;
	for (long t = 0; t < (trials ? atol(trials) : TRIALS); t++) {
		unsigned acknowledged;

		seed = (uint64_t)t * 7919 + 1;
		pick(2);
		new_disk();
		fails_at = 1 + (long)pick((unsigned)all);
		acknowledged = work(f);
		power_comes_back();
		check(f, acknowledged);
		arena_reset(f->arena);
	}
	new_disk();
	sqlite3_vfs_unregister(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(loses_nothing_acknowledged, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
