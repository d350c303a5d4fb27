/* The indexes that are written behind their tables: same answers, whatever waits, whatever was lost. */
#include "fixture.h"

#include <sys/wait.h>

static void save(struct fixture *f, unsigned n)
{
	must(f, store_entity_save(f->store, f->arena, fixture_entity(f, n), &f->err));
	must(f, store_shadow_save(f->store, fixture_shadow(f, 1, n), &f->err));
}

static bool found(struct fixture *f, unsigned n)
{
	uint64_t key[MATCH_KEYS_MAX];
	size_t nkeys = match_keys(match_prepare(f->arena, match_model_default(), fixture_company(f, n)), key), nfound;
	struct shadow *s;
	int64_t *entity;
	char name[16];

	snprintf(name, sizeof name, "k%u", n);
	must(f, store_shadow_by_key(f->store, f->arena, 1, RECORD_ORGANIZATION, name, &s, &f->err));
	must(f, store_candidates(f->store, f->arena, NULL, key, nkeys, 4, &entity, &nfound, &f->err));
	assert_int_equal(s != NULL, nfound == 1);
	return s != NULL;
}

static void check(struct fixture *f, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!found(f, i))
			fail_msg("%u of %u is not found", i, n);
	assert_false(found(f, n));
}

static void writes_them_when_enough_wait(void **state)
{
	struct fixture *f = *state;

	f->store->shadow_keys.max = 50;
	f->store->match_keys.max = 70;
	for (unsigned i = 0; i < 200; i++) {
		fixture_begin(f);
		save(f, i);
		fixture_commit(f);
		assert_true(f->store->shadow_keys.n < 50);
		assert_true(f->store->match_keys.n < 70);
	}
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM shadow_key"), 200);
	assert_true(f->store->match_keys.n > 0);
	check(f, 200);
	fixture_reopen(f);
	assert_int_equal(f->store->match_keys.n, 0);
	check(f, 200);
	fixture_begin(f);
	save(f, 200);
	fixture_commit(f);
	check(f, 201);
}

static void takes_back_what_is_rolled_back(void **state)
{
	struct fixture *f = *state;
	struct entity *x, *back;
	int64_t id;

	fixture_begin(f);
	save(f, 0);
	fixture_commit(f);
	fixture_begin(f);
	save(f, 1);
	must(f, store_entity(f->store, f->arena, 1, &x, &f->err));
	x->golden = fixture_company(f, 77);
	must(f, store_entity_save(f->store, f->arena, x, &f->err));
	store_rollback(f->store);
	check(f, 1);
	/* Also when the rollback comes after they were written in the transaction. */
	f->store->shadow_keys.max = f->store->match_keys.max = 1;
	fixture_begin(f);
	save(f, 1);
	must(f, keys_flush(f->store, &f->store->shadow_keys, &f->err));
	must(f, keys_flush(f->store, &f->store->match_keys, &f->err));
	store_rollback(f->store);
	check(f, 1);
	fixture_begin(f);
	save(f, 1);
	fixture_commit(f);
	assert_int_equal(f->store->shadow_keys.n, 0);
	check(f, 2);
	/* A row number given again after a rollback gets the keys of what it is now. */
	f->store->shadow_keys.max = f->store->match_keys.max = 100;
	fixture_begin(f);
	x = fixture_entity(f, 50);
	must(f, store_entity_save(f->store, f->arena, x, &f->err));
	id = x->id;
	store_rollback(f->store);
	fixture_begin(f);
	save(f, 2);
	fixture_commit(f);
	must(f, store_entity(f->store, f->arena, id, &back, &f->err));
	assert_string_equal(back->golden->v[ORGANIZATION_LEGAL_NAME], "Zaagmolen 2 NV");
	check(f, 3);
}

/* Renames entity n to what m is called. */
static void rename_to(struct fixture *f, unsigned n, unsigned m)
{
	struct entity *x;

	must(f, store_entity(f->store, f->arena, n + 1, &x, &f->err));
	x->golden = fixture_company(f, m);
	must(f, store_entity_save(f->store, f->arena, x, &f->err));
}

static size_t candidates(struct fixture *f, unsigned n)
{
	uint64_t key[MATCH_KEYS_MAX];
	const size_t nkeys = match_keys(match_prepare(f->arena, match_model_default(), fixture_company(f, n)), key);
	int64_t *entity;
	size_t found;

	must(f, store_candidates(f->store, f->arena, NULL, key, nkeys, 4, &entity, &found, &f->err));
	return found;
}

static void what_is_packed_follows(void **state)
{
	struct fixture *f = *state;

	f->store->match_keys.max = 1;
	for (unsigned i = 0; i < 20; i++) {
		fixture_begin(f);
		save(f, i);
		fixture_commit(f);
	}
	assert_int_equal(candidates(f, 5), 1);
	assert_true(packed_ready(&f->store->match_keys.packed));
	f->store->match_keys.max = 1000;
	fixture_begin(f);
	rename_to(f, 5, 70);
	assert_int_equal(candidates(f, 5), 0);
	assert_int_equal(candidates(f, 70), 1);
	store_rollback(f->store);
	assert_int_equal(candidates(f, 5), 1);
	assert_int_equal(candidates(f, 70), 0);
	fixture_begin(f);
	rename_to(f, 5, 70);
	fixture_commit(f);
	assert_int_equal(candidates(f, 5), 0);
	assert_int_equal(candidates(f, 70), 1);
	/* Written into what is packed, and read anew. */
	must(f, store_checkpoint(f->store, true, &f->err));
	assert_int_equal(f->store->match_keys.n, 0);
	assert_int_equal(candidates(f, 5), 0);
	assert_int_equal(candidates(f, 70), 1);
	fixture_reopen(f);
	assert_int_equal(candidates(f, 5), 0);
	assert_int_equal(candidates(f, 70), 1);
	/* Too many for memory: the table is asked. */
	packed_fini(&f->store->match_keys.packed);
	f->store->match_keys.packed.given_up = true;
	assert_int_equal(candidates(f, 70), 1);
	assert_int_equal(candidates(f, 5), 0);
	assert_false(packed_ready(&f->store->match_keys.packed));
}

static void killed_with(struct fixture *f, unsigned n, uint32_t max)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		fixture_open(f);
		f->store->shadow_keys.max = f->store->match_keys.max = max;
		for (unsigned i = 0; i < n; i += 10) {
			fixture_begin(f);
			for (unsigned j = i; j < i + 10; j++)
				save(f, j);
			fixture_commit(f);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void are_made_again_after_a_kill(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	killed_with(f, 130, 60);
	/* Who only reads finds shadows too. */
	f->store = store_open(&(struct store_options){ .path = f->path, .read_only = true }, &f->err);
	assert_non_null(f->store);
	{
		struct shadow *s;

		must(f, store_shadow_by_key(f->store, f->arena, 1, RECORD_ORGANIZATION, "k129", &s, &f->err));
		assert_non_null(s);
	}
	fixture_reopen(f);
	assert_true(f->store->shadow_keys.n > 0);
	check(f, 130);
}

static void are_made_again_for_another_model(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	for (unsigned i = 0; i < 30; i++)
		save(f, i);
	fixture_commit(f);
	must(f, store_checkpoint(f->store, true, &f->err));
	must(f, sql_exec(f->store,
			"UPDATE keyed SET model = 'older'; UPDATE match_key SET hash = hash / 2;"
			"UPDATE shadow_key SET hash = hash / 2",
			&f->err));
	fixture_reopen(f);
	check(f, 30);
	fixture_reopen(f);
	assert_int_equal(f->store->match_keys.n, 0);
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM shadow_key"), 30);
	check(f, 30);
}

/* At start they are written in between, so that a store of any size can be indexed again. */
static void spill_while_they_are_loaded(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	for (unsigned i = 0; i < 100; i++)
		save(f, i);
	fixture_commit(f);
	keys_fini(&f->store->match_keys);
	keys_fini(&f->store->shadow_keys);
	f->store->match_keys = (struct keys){ 0 };
	f->store->shadow_keys = (struct keys){ 0 };
	f->store->keys_max = 30;
	must(f, shadow_keys_load(f->store, &f->err));
	must(f, match_keys_load(f->store, &f->err));
	assert_true(f->store->shadow_keys.n <= 30);
	assert_true(fixture_ask(f, "SELECT count(*) FROM shadow_key") >= 70);
	check(f, 100);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup_open, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(writes_them_when_enough_wait),
		T(takes_back_what_is_rolled_back),
		T(what_is_packed_follows),
		T(are_made_again_after_a_kill),
		T(are_made_again_for_another_model),
		T(spill_while_they_are_loaded),
	};
#undef T
	return cmocka_run_group_tests(tests, NULL, NULL);
}
