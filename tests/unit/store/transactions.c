/* All or nothing: rollbacks, kills, a full disk; then checkpoints and backups. */
#include "fixture.h"

#include <signal.h>
#include <sys/resource.h>

/* --- transactions --------------------------------------------------------------------------------------- */

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
	fixture_fill(f, 0, 3);
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
	n = match_keys(match_prepare(f->arena, match_model_default(), fixture_company(f, 9)), key);
	assert_true(n > 0);
	must(f, store_candidates(f->store, f->arena, NULL, key, n, 8, &found, &n, &f->err));
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
	for (int how = 0; how < 4; how++) {
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
		case 2:
			store_group_abandon(f->store);
			assert_int_equal(f->store->commits, commits);
			break;
		default:
			must(f, store_group_end(f->store, &f->err));
			assert_int_equal(f->store->commits, commits + 1);
		}
		assert_int_equal(keys_found(f, 4), how < 3 ? 0 : 2);
		assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), how < 3 ? 0 : 2);
		assert_int_equal(store_seq(f->store), how < 3 ? 0 : 2);
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
	fixture_fill(f, 0, 1);
	fixture_begin(f);
	f->store->seq = 0;
	store_event(f->store, 1, EVENT_ADMIN, 0, 0, 0, NULL);
	store_event(f->store, 1, EVENT_ADMIN, 0, 0, 0, NULL);
	assert_false(store_commit(f->store, &f->err));
	assert_int_equal(f->err.kind, ERR_BROKEN);
	assert_non_null(strstr(f->err.text, "UNIQUE"));
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM event"), 1);
	fixture_fill(f, 1, 1);
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM event"), 2);
}

static void waits_for_another_writer(void **state)
{
	struct fixture *f = *state;
	sqlite3 *other;

	fixture_open(f);
	sqlite3_busy_timeout(f->store->db, 0);
	assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_false(store_begin(f->store, &f->err));
	assert_int_equal(f->err.kind, ERR_AGAIN);
	assert_true(f->err.wait_ms > 0);
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	fixture_fill(f, 0, 1);
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
	static uint64_t last; /* closing commits too */
	struct store_partner p;

	last = 0;
	f->store = store_open(
		&(struct store_options){ .path = f->path, .committed = count_commits, .ctx = &last }, &f->err);
	assert_non_null(f->store);
	assert_int_equal(last, 0);
	must(f, store_partner(f->store, f->arena, "unizo", &p, &f->err));
	assert_int_equal(last, 1);
	fixture_fill(f, 0, 2);
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
	f->store = store_open(
		&(struct store_options){ .path = f->path, .committed = exit_at_commit, .ctx = &stop_at }, &f->err);
	for (unsigned i = 0; i < 4; i++)
		fixture_fill(f, 10 * i, 10);
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

		assert_int_equal(fixture_in_child(f, fill_until_killed), stop_at < 5 ? 9 : 8);
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

/* --- no room -------------------------------------------------------------------------------------------- */

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

	assert_int_equal(fixture_in_child(f, fill_a_small_disk), 0);
	fixture_open(f);
	n = fixture_ask(f, "SELECT count(*) FROM shadow");
	assert_true(n > 0 && n % 20 == 0);
	assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), n);
	assert_int_equal(fixture_ask(f, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
	fixture_fill(f, 100000, 10);
}

/* --- checkpoints, backup -------------------------------------------------------------------------------- */

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
	fixture_fill(f, 0, 100);
	assert_true(f->store->wal_pages > 0);
	must(f, store_checkpoint(f->store, false, &f->err));
	assert_int_equal(f->store->wal_pages, 0);
	assert_true(size_of(f->path, "-wal") > 0);
	must(f, store_checkpoint(f->store, true, &f->err));
	assert_int_equal(size_of(f->path, "-wal"), 0);
	f->store->checkpoint_at = 10;
	fixture_fill(f, 100, 500);
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
	fixture_fill(f, 0, 50);
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
	fixture_fill(f, 0, 200);
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
	/* Over an older backup, and over nothing else. */
	must(f, store_backup(f->store, to, &f->err));
	snprintf(to, sizeof to, "%s-wal", f->path);
	assert_int_equal(access(to, F_OK), 0);
	assert_false(store_backup(f->store, to, &f->err));
	assert_non_null(strstr(f->err.text, "no copy"));
	snprintf(to, sizeof to, "%s/no/copy.db", f->dir);
	assert_false(store_backup(f->store, to, &f->err));
	assert_int_equal(f->err.kind, ERR_BROKEN);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(rolls_everything_back),
		T(groups_transactions),
		T(remembers_failures_until_commit),
		T(waits_for_another_writer),
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
