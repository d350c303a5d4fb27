#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* --- opening --------------------------------------------------------------------------------------------------------- */

static void makes_a_private_store(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	fixture_open(f);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(fixture_ask(f, "PRAGMA user_version"), schema_latest(schema_sql));
	assert_int_equal(fixture_ask(f, "PRAGMA application_id"), STORE_APPLICATION_ID);
	assert_int_equal(fixture_ask(f, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
	assert_int_equal(fixture_ask(f, "PRAGMA synchronous"), 2);
	assert_int_equal(fixture_ask(f, "PRAGMA secure_delete"), 1);
	assert_int_equal(fixture_ask(f, "PRAGMA foreign_keys"), 1);
	assert_int_equal(fixture_ask(f, "PRAGMA trusted_schema"), 0);
	assert_int_equal(fixture_ask(f, "PRAGMA cell_size_check"), 1);
	assert_int_equal(fixture_ask(f, "PRAGMA wal_autocheckpoint"), 0);
	assert_int_equal(fixture_ask(f, "PRAGMA mmap_size"), 0);
}

static void makes_an_open_file_private(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	fixture_open(f);
	fixture_close(f);
	assert_int_equal(chmod(f->path, 0644), 0);
	fixture_open(f);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static struct store *refused(struct fixture *f, bool read_only, enum err_kind kind, const char *words)
{
	struct store *s = store_open(&(struct store_options){ .path = f->path, .read_only = read_only }, &f->err);

	if (s)
		store_close(s);
	assert_null(s);
	assert_int_equal(f->err.kind, kind);
	if (!strstr(f->err.text, words))
		fail_msg("\"%s\" does not say \"%s\"", f->err.text, words);
	return NULL;
}

static void refuses_a_second_opener(void **state)
{
	struct fixture *f = *state;
	struct store *reader;

	fixture_open(f);
	refused(f, false, ERR_AGAIN, "another doorstroomd");
	reader = store_open(&(struct store_options){ .path = f->path, .read_only = true }, &f->err);
	assert_non_null(reader);
	store_close(reader);
	fixture_begin(f);
	store_event(f->store, 1, EVENT_ADMIN, 0, 0, 0, NULL);
	fixture_commit(f);
}

static void reads_without_writing(void **state)
{
	struct fixture *f = *state;
	struct store_partner p;

	refused(f, true, ERR_BROKEN, "there is none yet");
	fixture_open(f);
	must(f, store_partner(f->store, f->arena, "unizo", &p, &f->err));
	fixture_close(f);
	f->store = store_open(&(struct store_options){ .path = f->path, .read_only = true }, &f->err);
	assert_non_null(f->store);
	must(f, store_partner(f->store, f->arena, "unizo", &p, &f->err));
	assert_string_equal(p.state, "active");
	assert_false(store_partner(f->store, f->arena, "voka", &p, &f->err));
	assert_int_equal(f->err.kind, ERR_BROKEN);
}

static void write_file(const char *path, const char *text, size_t n)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, n, file), n);
	fclose(file);
}

static void refuses_what_is_not_its_own(void **state)
{
	struct fixture *f = *state;
	char text[4096];
	sqlite3 *db;

	memset(text, 'x', sizeof text);
	write_file(f->path, text, sizeof text);
	refused(f, false, ERR_BROKEN, "damaged");
	unlink(f->path);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	refused(f, false, ERR_BROKEN, "not one of doorstroomd");
}

static void refuses_a_newer_one(void **state)
{
	struct fixture *f = *state;

	fixture_open(f);
	assert_int_equal(sqlite3_exec(f->store->db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
	fixture_close(f);
	refused(f, false, ERR_BROKEN, "newer doorstroomd");
	refused(f, true, ERR_BROKEN, "install the newer one");
}

static void refuses_a_directory_it_cannot_write(void **state)
{
	struct fixture *f = *state;

	if (geteuid() == 0) {
		snprintf(f->path, sizeof f->path, "/proc/no-store-here");
		refused(f, false, ERR_BROKEN, "able to write there");
		return;
	}
	chmod(f->dir, 0500);
	refused(f, false, ERR_BROKEN, "able to write there");
}

/* --- damage --------------------------------------------------------------------------------------------------------- */

static void fill(struct fixture *f, unsigned from, unsigned n)
{
	fixture_begin(f);
	for (unsigned i = from; i < from + n; i++) {
		struct entity *x = fixture_entity(f, i);
		struct shadow *s = fixture_shadow(f, 1, i);

		must(f, store_entity_save(f->store, f->arena, x, &f->err));
		s->entity = x->id;
		must(f, store_shadow_save(f->store, s, &f->err));
		store_event(f->store, 1, EVENT_SEEN, 1, x->id, s->id, NULL);
	}
	fixture_commit(f);
}

/* Runs it in a process that ends without closing anything. */
static int in_child(struct fixture *f, void (*run)(struct fixture *))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		run(f);
		_exit(77);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void die_open(struct fixture *f)
{
	fixture_open(f);
	fill(f, 0, 500);
	kill(getpid(), SIGKILL);
}

static void spoil(const char *path, off_t at)
{
	char junk[512];
	int fd = open(path, O_WRONLY);

	memset(junk, 0xa5, sizeof junk);
	assert_int_equal(pwrite(fd, junk, sizeof junk, at), sizeof junk);
	close(fd);
}

static void checks_after_an_unclean_stop(void **state)
{
	struct fixture *f = *state;
	char lock[128];

	assert_int_equal(in_child(f, die_open), -SIGKILL);
	fixture_open(f);
	assert_true(f->store->unclean);
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM shadow"), 500);
	fixture_reopen(f);
	assert_false(f->store->unclean);
	fixture_close(f);

	/* Damage that nothing has stumbled on yet is found because of the mark, which stays until it is mended. */
	spoil(f->path, 4096 * 30);
	fixture_open(f);
	fixture_close(f);
	snprintf(lock, sizeof lock, "%s.lock", f->path);
	write_file(lock, "open\n", 5);
	refused(f, false, ERR_BROKEN, "damaged");
	refused(f, false, ERR_BROKEN, "damaged");
}

static void says_when_a_page_is_damaged(void **state)
{
	struct fixture *f = *state;
	struct shadow *s;
	bool damaged = false;

	fixture_open(f);
	fill(f, 0, 2000);
	fixture_close(f);
	for (off_t page = 40; page < 400; page += 2)
		spoil(f->path, 4096 * page);
	f->store = store_open(&(struct store_options){ .path = f->path }, &f->err);
	for (unsigned i = 0; f->store && i < 2000 && !damaged; i++) {
		char key[16];

		snprintf(key, sizeof key, "k%u", i);
		damaged = !store_shadow_by_key(f->store, f->arena, 1, RECORD_ORGANIZATION, key, &s, &f->err);
	}
	assert_true(!f->store || damaged);
	assert_int_equal(f->err.kind, ERR_BROKEN);
}

/* --- versions ------------------------------------------------------------------------------------------------------- */

static const char one_step[] = "-- steps\n-- step 1\nCREATE TABLE t (x INTEGER) STRICT;\nINSERT INTO t VALUES (7);\n";
static const char two_steps[] = "-- steps\n-- step 1\nCREATE TABLE t (x INTEGER) STRICT;\n-- step 2\n"
				"ALTER TABLE t ADD COLUMN y INTEGER NOT NULL DEFAULT 3;\n";
static const char bad_step[] = "-- steps\n-- step 1\n;\n-- step 2\nCREATE TABLE u (x);\nINSERT INTO nowhere VALUES (1);\n";

static int64_t ask(sqlite3 *db, const char *text)
{
	sqlite3_stmt *q = NULL;
	int64_t n = -1;

	if (sqlite3_prepare_v2(db, text, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return n;
}

static void migrates_step_by_step_after_a_copy(void **state)
{
	struct fixture *f = *state;
	char copy[128];
	sqlite3 *db, *old;
	struct stat st;
	bool changed;

	snprintf(copy, sizeof copy, "%s.before-2", f->path);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	must(f, schema_migrate(db, f->path, NULL, one_step, &changed, &f->err));
	assert_true(changed);
	assert_int_equal(access(copy, F_OK), -1);
	must(f, schema_migrate(db, f->path, NULL, one_step, &changed, &f->err));
	assert_false(changed);

	assert_false(schema_migrate(db, f->path, NULL, bad_step, &changed, &f->err));
	assert_int_equal(f->err.kind, ERR_BROKEN);
	assert_non_null(strstr(f->err.text, "version 2"));
	assert_int_equal(ask(db, "PRAGMA user_version"), 1);
	assert_int_equal(ask(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'u'"), 0);

	must(f, schema_migrate(db, f->path, NULL, two_steps, &changed, &f->err));
	assert_true(changed);
	assert_int_equal(ask(db, "PRAGMA user_version"), 2);
	assert_int_equal(ask(db, "SELECT x * 10 + y FROM t"), 73);
	sqlite3_close(db);

	assert_int_equal(stat(copy, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(sqlite3_open(copy, &old), SQLITE_OK);
	assert_int_equal(ask(old, "PRAGMA user_version"), 1);
	assert_int_equal(ask(old, "SELECT x FROM t"), 7);
	sqlite3_close(old);
}

/* --- transactions ------------------------------------------------------------------------------------------------------ */

static void rolls_everything_back(void **state)
{
	struct fixture *f = *state;
	struct store_partner p;
	struct shadow *s;
	uint64_t key[MATCH_KEYS_MAX];
	int64_t *found;
	size_t n;

	fixture_open(f);
	must(f, store_partner(f->store, f->arena, "unizo", &p, &f->err));
	fill(f, 0, 3);
	assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), 3);

	fixture_begin(f);
	s = fixture_shadow(f, 1, 9);
	must(f, store_shadow_save(f->store, s, &f->err));
	must(f, store_entity_save(f->store, f->arena, fixture_entity(f, 9), &f->err));
	assert_int_equal(store_event(f->store, 1, EVENT_SEEN, 1, 0, s->id, NULL), 4);
	must(f, store_shadow_save(f->store, fixture_shadow(f, 2, 9), &f->err));
	assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), 4);
	store_rollback(f->store);
	store_rollback(f->store);

	assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), 3);
	assert_int_equal(store_live(f->store, 2, RECORD_ORGANIZATION), 0);
	assert_int_equal(store_seq(f->store), 3);
	must(f, store_shadow_by_key(f->store, f->arena, 1, RECORD_ORGANIZATION, "k9", &s, &f->err));
	assert_null(s);
	n = match_keys(f->arena, fixture_company(f, 9), key);
	assert_true(n > 0);
	must(f, store_candidates(f->store, f->arena, RECORD_ORGANIZATION, key, n, 8, &found, &n, &f->err));
	assert_int_equal(n, 0);
	fixture_begin(f);
	assert_int_equal(store_event(f->store, 1, EVENT_ADMIN, 0, 0, 0, NULL), 4);
	fixture_commit(f);
	fixture_reopen(f);
	assert_int_equal(store_seq(f->store), 4);
	must(f, store_partner(f->store, f->arena, "unizo", &p, &f->err));
	assert_int_equal(p.live, 3);
}

static void inner(struct fixture *f, unsigned n, bool keep)
{
	fixture_begin(f);
	must(f, store_shadow_save(f->store, fixture_shadow(f, 1, n), &f->err));
	must(f, store_entity_save(f->store, f->arena, fixture_entity(f, n), &f->err));
	store_event(f->store, 1, EVENT_SEEN, 1, 0, 0, NULL);
	if (keep)
		fixture_commit(f);
	else
		store_rollback(f->store);
}

static unsigned keys_found(struct fixture *f, unsigned below)
{
	unsigned found = 0;

	for (unsigned i = 0; i < below; i++) {
		char key[16];
		struct shadow *s;

		snprintf(key, sizeof key, "k%u", i);
		must(f, store_shadow_by_key(f->store, f->arena, 1, RECORD_ORGANIZATION, key, &s, &f->err));
		found += s != NULL;
	}
	return found;
}

/* One transaction of a group may fail alone; the group is durable, or gone, as one. */
static void groups_transactions(void **state)
{
	struct fixture *f = *state;

	fixture_open(f);
	f->store->shadow_keys.max = f->store->match_keys.max = 3;
	for (int how = 0; how < 3; how++) {
		const uint64_t commits = f->store->commits;

		must(f, store_group_begin(f->store, &f->err));
		inner(f, 0, true);
		inner(f, 1, false);
		inner(f, 2, true);
		assert_int_equal(keys_found(f, 4), 2);
		assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), 2);
		assert_int_equal(f->store->commits, commits);
		switch (how) {
		case 0:
			fixture_reopen(f);
			break;
		case 1:
			/* As SQLite does by itself when the disk is full. */
			must(f, sql_exec(f->store, "ROLLBACK", &f->err));
			assert_false(store_begin(f->store, &f->err));
			assert_false(store_group_end(f->store, &f->err));
			break;
		default:
			must(f, store_group_end(f->store, &f->err));
			assert_int_equal(f->store->commits, commits + 1);
		}
		assert_int_equal(keys_found(f, 4), how < 2 ? 0 : 2);
		assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), how < 2 ? 0 : 2);
		assert_int_equal(store_seq(f->store), how < 2 ? 0 : 2);
	}
	fixture_reopen(f);
	assert_int_equal(keys_found(f, 4), 2);
	assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), 2);
}

/* What could not say so at once says it at commit, and nothing of the transaction stays. */
static void remembers_failures_until_commit(void **state)
{
	struct fixture *f = *state;

	fixture_open(f);
	fill(f, 0, 1);
	fixture_begin(f);
	f->store->seq = 0;
	store_event(f->store, 1, EVENT_ADMIN, 0, 0, 0, NULL);
	store_event(f->store, 1, EVENT_ADMIN, 0, 0, 0, NULL);
	assert_false(store_commit(f->store, &f->err));
	assert_int_equal(f->err.kind, ERR_BROKEN);
	assert_non_null(strstr(f->err.text, "UNIQUE"));
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM event"), 1);
	fill(f, 1, 1);
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM event"), 2);
}

static void count_commits(void *ctx, uint64_t nth)
{
	uint64_t *last = ctx;

	assert_int_equal(nth, *last + 1);
	*last = nth;
}

static void tells_of_each_commit(void **state)
{
	struct fixture *f = *state;
	static uint64_t last;   /* closing commits too */
	struct store_partner p;

	last = 0;
	f->store = store_open(&(struct store_options){ .path = f->path, .committed = count_commits, .ctx = &last }, &f->err);
	assert_non_null(f->store);
	assert_int_equal(last, 0);
	must(f, store_partner(f->store, f->arena, "unizo", &p, &f->err));
	assert_int_equal(last, 1);
	fill(f, 0, 2);
	assert_int_equal(last, 2);
	fixture_begin(f);
	fixture_commit(f);
	assert_int_equal(last, 2);
}

static void exit_at_commit(void *ctx, uint64_t nth)
{
	if (nth == *(const uint64_t *)ctx)
		_exit(9);
}

static uint64_t stop_at;

static void fill_until_killed(struct fixture *f)
{
	f->store = store_open(&(struct store_options){ .path = f->path, .committed = exit_at_commit, .ctx = &stop_at }, &f->err);
	for (unsigned i = 0; i < 4; i++)
		fill(f, 10 * i, 10);
	fixture_begin(f);
	must(f, store_shadow_save(f->store, fixture_shadow(f, 1, 999), &f->err));
	_exit(8);
}

static void keeps_what_was_committed(void **state)
{
	struct fixture *f = *state;
	struct shadow *s;

	for (stop_at = 1; stop_at <= 5; stop_at++) {
		const unsigned n = stop_at < 5 ? 10 * (unsigned)stop_at : 40;

		assert_int_equal(in_child(f, fill_until_killed), stop_at < 5 ? 9 : 8);
		fixture_open(f);
		assert_int_equal(fixture_ask(f, "SELECT count(*) FROM shadow"), n);
		assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), n);
		assert_int_equal(store_seq(f->store), n);
		for (unsigned i = 0; i < n; i++) {
			char key[16];

			snprintf(key, sizeof key, "k%u", i);
			must(f, store_shadow_by_key(f->store, f->arena, 1, RECORD_ORGANIZATION, key, &s, &f->err));
			assert_non_null(s);
		}
		must(f, store_shadow_by_key(f->store, f->arena, 1, RECORD_ORGANIZATION, "k999", &s, &f->err));
		assert_null(s);
		fixture_close(f);
		assert_int_equal(unlink(f->path), 0);
	}
}

/* --- no room --------------------------------------------------------------------------------------------------------- */

static void fill_a_small_disk(struct fixture *f)
{
	struct rlimit small = { .rlim_cur = 1 << 20, .rlim_max = 1 << 20 };
	bool full = false;

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	fixture_open(f);
	for (unsigned page = 0; page < 1000 && !full; page++) {
		must(f, store_begin(f->store, &f->err));
		for (unsigned i = 0; i < 20 && !full; i++) {
			struct shadow *s = fixture_shadow(f, 1, 20 * page + i);

			full = !store_shadow_save(f->store, s, &f->err);
		}
		full = full || !store_commit(f->store, &f->err);
		store_rollback(f->store);
		/* Whole pages only. */
		if (fixture_ask(f, "SELECT count(*) % 20 FROM shadow"))
			_exit(2);
		if (store_live(f->store, 1, RECORD_ORGANIZATION) != fixture_ask(f, "SELECT count(*) FROM shadow"))
			_exit(3);
	}
	_exit(full && f->err.kind == ERR_BROKEN && strstr(f->err.text, "disk is full") ? 0 : 1);
}

static void survives_a_full_disk(void **state)
{
	struct fixture *f = *state;
	int64_t n;

	assert_int_equal(in_child(f, fill_a_small_disk), 0);
	fixture_open(f);
	n = fixture_ask(f, "SELECT count(*) FROM shadow");
	assert_true(n > 0 && n % 20 == 0);
	assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), n);
	assert_int_equal(fixture_ask(f, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
	fill(f, 100000, 10);
}

/* --- checkpoints, backup ------------------------------------------------------------------------------------------------ */

static off_t size_of(const char *path, const char *suffix)
{
	char name[128];
	struct stat st;

	snprintf(name, sizeof name, "%s%s", path, suffix);
	return stat(name, &st) ? -1 : st.st_size;
}

static void checkpoints(void **state)
{
	struct fixture *f = *state;

	fixture_open(f);
	fill(f, 0, 100);
	assert_true(f->store->wal_pages > 0);
	must(f, store_checkpoint(f->store, false, &f->err));
	assert_int_equal(f->store->wal_pages, 0);
	assert_true(size_of(f->path, "-wal") > 0);
	must(f, store_checkpoint(f->store, true, &f->err));
	assert_int_equal(size_of(f->path, "-wal"), 0);
	f->store->checkpoint_at = 10;
	fill(f, 100, 500);
	assert_int_equal(f->store->wal_pages, 0);
}

static bool contains(const char *path, const char *suffix, const char *word)
{
	char name[128], *text;
	off_t size = size_of(path, suffix);
	FILE *file;
	bool found;

	snprintf(name, sizeof name, "%s%s", path, suffix);
	file = fopen(name, "r");
	if (!file)
		return false;
	text = malloc((size_t)size + 1);
	assert_int_equal(fread(text, 1, (size_t)size, file), size);
	fclose(file);
	found = memmem(text, (size_t)size, word, strlen(word)) != NULL;
	free(text);
	return found;
}

/* What is overwritten is gone from the files once a truncating checkpoint is done. */
static void leaves_no_trace(void **state)
{
	struct fixture *f = *state;
	struct entity *x;
	struct shadow *s;

	fixture_open(f);
	fill(f, 0, 50);
	fixture_begin(f);
	x = fixture_entity(f, 1000);
	x->golden->v[ORGANIZATION_LEGAL_NAME] = "CANARYCANARY";
	must(f, store_entity_save(f->store, f->arena, x, &f->err));
	s = fixture_shadow(f, 1, 1000);
	s->cell[ORGANIZATION_LEGAL_NAME].base = "CANARYCANARY";
	must(f, store_shadow_save(f->store, s, &f->err));
	fixture_commit(f);
	must(f, store_checkpoint(f->store, false, &f->err));
	fixture_begin(f);
	x->golden = fixture_company(f, 1000);
	must(f, store_entity_save(f->store, f->arena, x, &f->err));
	s->cell[ORGANIZATION_LEGAL_NAME].base = NULL;
	must(f, store_shadow_save(f->store, s, &f->err));
	fixture_commit(f);
	assert_true(contains(f->path, "-wal", "CANARYCANARY") || contains(f->path, "", "CANARYCANARY"));
	must(f, store_checkpoint(f->store, true, &f->err));
	assert_false(contains(f->path, "", "CANARYCANARY"));
	assert_false(contains(f->path, "-wal", "CANARYCANARY"));
}

static void backs_up_while_writing(void **state)
{
	struct fixture *f = *state;
	char to[128];
	struct fixture copy = { 0 };
	struct stat st;

	fixture_open(f);
	snprintf(to, sizeof to, "%s/copy.db", f->dir);
	fill(f, 0, 200);
	fixture_begin(f);
	must(f, store_shadow_save(f->store, fixture_shadow(f, 1, 5000), &f->err));
	must(f, store_backup(f->store, to, &f->err));
	fixture_commit(f);
	assert_int_equal(stat(to, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	copy.store = store_open(&(struct store_options){ .path = to }, &copy.err);
	assert_non_null(copy.store);
	assert_int_equal(fixture_ask(&copy, "SELECT count(*) FROM shadow"), 200);
	assert_int_equal(fixture_ask(&copy, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);

	/* Not over a store in use, nor over itself. */
	assert_false(store_backup(f->store, to, &f->err));
	assert_non_null(strstr(f->err.text, "in use"));
	store_close(copy.store);
	assert_false(store_backup(f->store, f->path, &f->err));
	assert_non_null(strstr(f->err.text, "itself"));
	/* Over an older backup. */
	must(f, store_backup(f->store, to, &f->err));
	snprintf(to, sizeof to, "%s/no/copy.db", f->dir);
	assert_false(store_backup(f->store, to, &f->err));
	assert_int_equal(f->err.kind, ERR_BROKEN);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(makes_a_private_store),
		T(makes_an_open_file_private),
		T(refuses_a_second_opener),
		T(reads_without_writing),
		T(refuses_what_is_not_its_own),
		T(refuses_a_newer_one),
		T(refuses_a_directory_it_cannot_write),
		T(checks_after_an_unclean_stop),
		T(says_when_a_page_is_damaged),
		T(migrates_step_by_step_after_a_copy),
		T(rolls_everything_back),
		T(groups_transactions),
		T(remembers_failures_until_commit),
		T(tells_of_each_commit),
		T(keeps_what_was_committed),
		T(survives_a_full_disk),
		T(checkpoints),
		T(leaves_no_trace),
		T(backs_up_while_writing),
	};
#undef T
	return cmocka_run_group_tests(tests, NULL, NULL);
}
