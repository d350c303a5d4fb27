#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* --- opening -------------------------------------------------------------------------------------------- */

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

/* --- damage --------------------------------------------------------------------------------------------- */

static void die_open(struct fixture *f)
{
	fixture_open(f);
	fixture_fill(f, 0, 500);
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

	assert_int_equal(fixture_in_child(f, die_open), -SIGKILL);
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
	fixture_fill(f, 0, 2000);
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

/* --- versions ------------------------------------------------------------------------------------------- */

static const char one_step[] = "-- steps\n-- step 1\nCREATE TABLE t (x INTEGER) STRICT;\nINSERT INTO t VALUES (7);\n";
static const char two_steps[] = "-- steps\n-- step 1\nCREATE TABLE t (x INTEGER) STRICT;\n-- step 2\n"
				"ALTER TABLE t ADD COLUMN y INTEGER NOT NULL DEFAULT 3;\n";
static const char bad_step[] =
	"-- steps\n-- step 1\n;\n-- step 2\nCREATE TABLE u (x);\nINSERT INTO nowhere VALUES (1);\n";

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
	};
#undef T
	return cmocka_run_group_tests(tests, NULL, NULL);
}
