/* Who is a candidate: the same as by the definition, counted out; who is left out without being read; and what is kept of one. */
#include "fixture.h"

#include "base/hash.h"

enum { ENTITIES = 400, KEYS = 120, ROUNDS = 400, ASKED = 10, MAX = 24 };

struct world {
	bool has[ENTITIES + 1][KEYS];
	unsigned count[KEYS];
};

static uint64_t random_below(uint64_t *seed, uint64_t n)
{
	*seed = hash_bytes(seed, sizeof *seed, 1);
	return (*seed >> 20) % n;
}

static uint64_t hash_of(unsigned key)
{
	return hash_bytes(&key, sizeof key, 2);
}

/* Keys of every frequency, up to what one key is looked at for. */
static void add_keys(struct fixture *f, struct world *w, uint64_t *seed, int64_t from, int64_t to)
{
	fixture_begin(f);
	for (int64_t id = from; id <= to; id++)
		for (unsigned key = 0; key < KEYS; key++)
			if (w->count[key] < 256 && random_below(seed, 1000) < (key < 10 ? 600 : key < 40 ? 80 : 6)) {
				w->has[id][key] = true;
				w->count[key]++;
				must(f, keys_add(f->store, &f->store->match_keys, hash_of(key), id, &f->err));
			}
	fixture_commit(f);
}

static void drop_some(struct fixture *f, struct world *w, uint64_t *seed)
{
	fixture_begin(f);
	for (unsigned i = 0; i < 300; i++) {
		const int64_t id = 1 + (int64_t)random_below(seed, ENTITIES);
		const unsigned key = (unsigned)random_below(seed, KEYS);

		if (!w->has[id][key])
			continue;
		w->has[id][key] = false;
		w->count[key]--;
		must(f, keys_drop(f->store, &f->store->match_keys, hash_of(key), id, &f->err));
	}
	fixture_commit(f);
}

struct wanted {
	int64_t id;
	double reason;
};

static int by_reason(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	if (x->reason != y->reason)
		return x->reason > y->reason ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

static size_t by_definition(const struct world *w, const unsigned *key, size_t nkeys, struct wanted *out)
{
	size_t n = 0;

	for (int64_t id = 1; id <= ENTITIES; id++) {
		struct wanted x = { .id = id };
		size_t shared = 0;

		for (size_t i = 0; i < nkeys; i++)
			if (w->has[id][key[i]]) {
				x.reason += 1.0 / w->count[key[i]];
				shared++;
			}
		if (x.reason >= 0.25 || 2 * shared > nkeys)
			out[n++] = x;
	}
	qsort(out, n, sizeof *out, by_reason);
	return n < MAX ? n : MAX;
}

static void compare(struct fixture *f, const struct world *w, uint64_t *seed)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct wanted wanted[ENTITIES];
		unsigned key[ASKED];
		uint64_t hash[ASKED];
		const size_t n = 1 + random_below(seed, ASKED), first = random_below(seed, KEYS);
		size_t found, right;
		int64_t *id;

		for (size_t i = 0; i < n; i++) {
			key[i] = (unsigned)((first + i * 11) % KEYS);
			hash[i] = hash_of(key[i]);
		}
		right = by_definition(w, key, n, wanted);
		must(f, store_candidates(f->store, f->arena, NULL, hash, n, MAX, &id, &found, &f->err));
		assert_int_equal(found, right);
		for (size_t i = 0; i < found; i++)
			assert_int_equal(id[i], wanted[i].id);
	}
}

static void are_those_of_the_definition(void **state)
{
	struct fixture *f = *state;
	struct world *w = calloc(1, sizeof *w);
	uint64_t seed = 5;

	add_keys(f, w, &seed, 1, ENTITIES / 2);
	compare(f, w, &seed);
	/* Some in the table and packed, some waiting. */
	must(f, store_checkpoint(f->store, true, &f->err));
	add_keys(f, w, &seed, ENTITIES / 2 + 1, ENTITIES);
	compare(f, w, &seed);
	drop_some(f, w, &seed);
	compare(f, w, &seed);
	f->store->match_keys.packed.given_up = true;
	packed_fini(&f->store->match_keys.packed);
	compare(f, w, &seed);
	free(w);
}

/* --- left out ------------------------------------------------------------------------------------------------- */

static struct record *company(struct fixture *f, const char *number)
{
	struct record *r = fixture_company(f, 1);

	r->v[ORGANIZATION_ENTERPRISE_NUMBER] = number;
	return r;
}

static int64_t save(struct fixture *f, int64_t id, unsigned n, const char *number)
{
	struct entity *x = fixture_entity(f, n);

	x->id = id;
	x->golden = company(f, number);
	must(f, store_entity_save(f->store, f->arena, x, &f->err));
	return x->id;
}

/* How many are looked at for such a record. */
static size_t looked_at(struct fixture *f, const char *number)
{
	const struct match_features *features = store_features(f->store, f->arena, company(f, number));
	uint64_t key[MATCH_KEYS_MAX];
	const size_t nkeys = match_keys(features, key);
	int64_t *id;
	size_t n;

	must(f, store_candidates(f->store, f->arena, features, key, nkeys, MAX, &id, &n, &f->err));
	for (size_t i = 0; i < n; i++) {
		struct candidate c;

		must(f, store_candidate(f->store, f->arena, id[i], &c, &f->err));
		assert_int_equal(c.entity, survivors_of(f->store, id[i]));
		assert_non_null(c.features);
	}
	return n;
}

#define NUMBER_A "0272838036"
#define NUMBER_B "0999999922"

static void leaves_out_who_is_another(void **state)
{
	struct fixture *f = *state;
	int64_t id, *ids;
	size_t n;

	assert_true(enterprise_number_valid(NUMBER_A) && enterprise_number_valid(NUMBER_B));
	fixture_begin(f);
	id = save(f, 0, 1, NUMBER_A);
	save(f, 0, 2, NULL);
	fixture_commit(f);
	assert_int_equal(looked_at(f, NUMBER_A), 2);
	assert_int_equal(looked_at(f, NULL), 2);
	assert_int_equal(looked_at(f, NUMBER_B), 1);
	/* A change that is undone. */
	fixture_begin(f);
	save(f, id, 1, NUMBER_B);
	assert_int_equal(looked_at(f, NUMBER_A), 1);
	store_rollback(f->store);
	assert_int_equal(looked_at(f, NUMBER_A), 2);
	assert_int_equal(looked_at(f, NUMBER_B), 1);
	/* After a start it is read once. */
	fixture_reopen(f);
	assert_int_equal(looked_at(f, NUMBER_B), 2);
	assert_int_equal(looked_at(f, NUMBER_B), 1);
	/* One number stands for the other. */
	fixture_begin(f);
	must(f, store_replace(f->store, f->arena, NUMBER_A, NUMBER_B, "an admin", 1, &ids, &n, &f->err));
	fixture_commit(f);
	assert_int_equal(looked_at(f, NUMBER_B), 2);
	assert_int_equal(looked_at(f, NUMBER_B), 2);
	assert_int_equal(looked_at(f, NUMBER_A), 2);
}

/* --- what is kept of one -------------------------------------------------------------------------------------- */

/* What is compared of that entity is made of its golden record, wherever it comes from. */
static void is_of_the_record(struct fixture *f, int64_t id, const char *number)
{
	const struct match_features *wanted = store_features(f->store, f->arena, company(f, number));
	struct candidate c;

	must(f, store_candidate(f->store, f->arena, id, &c, &f->err));
	assert_int_equal(c.entity, id);
	assert_int_equal(match_features_size(c.features), match_features_size(wanted));
	assert_memory_equal(c.features, wanted, match_features_size(wanted));
}

#define OF_A "SELECT count(*) FROM feature WHERE entity = 1 AND instr(block, CAST('" NUMBER_A "' AS BLOB))"
#define OF_B "SELECT count(*) FROM feature WHERE entity = 1 AND instr(block, CAST('" NUMBER_B "' AS BLOB))"

static void keeps_what_is_compared_beside_the_record(void **state)
{
	struct fixture *f = *state;
	struct entity *x;

	fixture_begin(f);
	assert_int_equal(save(f, 0, 1, NUMBER_A), 1);
	fixture_commit(f);
	assert_int_equal(fixture_ask(f, OF_A), 1);
	is_of_the_record(f, 1, NUMBER_A);
	fixture_begin(f);
	save(f, 1, 1, NUMBER_B);
	is_of_the_record(f, 1, NUMBER_B);
	store_rollback(f->store);
	assert_int_equal(fixture_ask(f, OF_A), 1);
	is_of_the_record(f, 1, NUMBER_A);
	fixture_begin(f);
	save(f, 0, 2, NULL);
	must(f, store_entity(f->store, f->arena, 1, &x, &f->err));
	x->state = ENTITY_MERGED;
	x->into = 2;
	must(f, store_entity_save(f->store, f->arena, x, &f->err));
	fixture_commit(f);
	assert_int_equal(fixture_ask(f, OF_A), 1);
}

/* --- what became part of others ------------------------------------------------------------------------------- */

enum { PARTS = 10, WHOLE = 1 };

static void merge_into(struct fixture *f, int64_t id, int64_t into)
{
	struct entity *x;

	must(f, store_entity_itself(f->store, f->arena, id, &x, &f->err));
	x->state = into ? ENTITY_MERGED : ENTITY_LIVE;
	x->into = into;
	must(f, store_entity_save(f->store, f->arena, x, &f->err));
}

static int64_t part_of(struct fixture *f, int64_t id)
{
	struct candidate c;

	must(f, store_candidate(f->store, f->arena, id, &c, &f->err));
	assert_non_null(c.features);
	return c.entity;
}

static void parts_make_no_key_common(void **state)
{
	struct fixture *f = *state;
	struct record *r = fixture_company(f, 3);
	uint64_t key[MATCH_KEYS_MAX];
	size_t nkeys, n;
	int64_t *id;

	fixture_begin(f);
	save(f, 0, WHOLE, NULL);
	for (unsigned i = 1; i <= PARTS; i++) {
		save(f, 0, WHOLE + i, NULL);
		merge_into(f, WHOLE + i, WHOLE);
	}
	fixture_commit(f);
	r->v[ORGANIZATION_EMAILS] = fixture_company(f, 1)->v[ORGANIZATION_EMAILS];
	nkeys = match_keys(store_features(f->store, f->arena, r), key);
	for (int started_again = 0; started_again < 2; started_again++) {
		must(f, store_candidates(f->store, f->arena, NULL, key, nkeys, 4, &id, &n, &f->err));
		assert_int_equal(n, 1 + 4);
		assert_int_equal(id[0], WHOLE);
		for (size_t i = 1; i < n; i++)
			assert_int_equal(part_of(f, id[i]), WHOLE);
		fixture_reopen(f);
	}
}

static void who_is_part_of_whom_is_undone_with_its_transaction(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	for (unsigned i = 1; i <= 3; i++)
		save(f, 0, i, NULL);
	merge_into(f, 3, 2);
	fixture_commit(f);
	fixture_begin(f);
	merge_into(f, 2, 1);
	assert_int_equal(part_of(f, 3), 1);
	store_rollback(f->store);
	assert_int_equal(part_of(f, 3), 2);
	assert_int_equal(part_of(f, 2), 2);

	must(f, store_group_begin(f->store, &f->err));
	fixture_begin(f);
	merge_into(f, 2, 1);
	fixture_commit(f);
	fixture_begin(f);
	merge_into(f, 3, 0);
	assert_int_equal(part_of(f, 3), 3);
	store_rollback(f->store);
	assert_int_equal(part_of(f, 3), 1);
	store_group_abandon(f->store);
	assert_int_equal(part_of(f, 3), 2);
	assert_int_equal(part_of(f, 2), 2);
}

/* By the number of one that became part of it, a record may be what has another number itself. */
static void a_part_is_left_out_by_its_own_number(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	save(f, 0, 1, NUMBER_A);
	save(f, 0, 2, NUMBER_B);
	merge_into(f, 2, 1);
	fixture_commit(f);
	assert_int_equal(looked_at(f, NUMBER_A), 1);
	assert_int_equal(looked_at(f, NUMBER_B), 2);
	assert_int_equal(looked_at(f, NULL), 2);
	/* An older store's index has no merged ones: they are put in at the start after that. */
	fixture_begin(f);
	must(f, keys_flush(f->store, &f->store->match_keys, &f->err));
	fixture_commit(f);
	assert_int_equal(sqlite3_exec(f->store->db, "DELETE FROM match_key WHERE entity = 2; DELETE FROM feature WHERE entity = 2;"
		"PRAGMA user_version = 8", NULL, NULL, NULL), SQLITE_OK);
	fixture_reopen(f);
	assert_int_equal(looked_at(f, NUMBER_B), 2);
}

static void makes_anew_what_is_not_kept(void **state)
{
	/* A store of an earlier step, another model's, damage. */
	static const char *const spoil[] = {
		"DROP INDEX event_partner; DROP INDEX event_rare; DROP TABLE feature; PRAGMA user_version = 6",
		"UPDATE feature SET block = CAST(x'ff' || substr(block, 2) AS BLOB)",
		"UPDATE feature SET block = CAST(substr(block, 1, 4) || x'00000000' || substr(block, 9) AS BLOB)",
		"UPDATE feature SET block = substr(block, 1, 20)", "UPDATE feature SET block = x''" };
	struct fixture *f = *state;

	fixture_begin(f);
	save(f, 0, 1, NUMBER_A);
	fixture_commit(f);
	for (size_t i = 0; i < sizeof spoil / sizeof *spoil; i++) {
		assert_int_equal(sqlite3_exec(f->store->db, spoil[i], NULL, NULL, NULL), SQLITE_OK);
		fixture_reopen(f);
		is_of_the_record(f, 1, NUMBER_A);
		assert_int_equal(fixture_ask(f, "SELECT count(*) FROM feature WHERE length(block) > 100"), i == 1 || i == 2);
		fixture_begin(f);
		is_of_the_record(f, 1, NUMBER_A);
		fixture_commit(f);
		assert_int_equal(fixture_ask(f, OF_A), 1);
	}
}

/* --- how many have what it has -------------------------------------------------------------------------------- */

/* Whether such a record's web site, compared with that entity's, is one of several. */
static bool is_of_several(struct fixture *f, int64_t but, int64_t with)
{
	const struct match_features *of;
	struct match_result r;
	struct candidate c;
	size_t at = 0;

	must(f, store_held(f->store, f->arena, store_features(f->store, f->arena, company(f, NULL)), but, &of, &f->err));
	must(f, store_candidate(f->store, f->arena, with, &c, &f->err));
	match_compare(store_model(f->store), of, c.features, &r);
	while (at < r.n && strcmp(r.evidence[at].field, "domain") != 0)
		at++;
	assert_true(at < r.n);
	return !strcmp(r.evidence[at].level, "same, of several");
}

static void knows_what_several_have(void **state)
{
	struct fixture *f = *state;
	int64_t one, other;

	fixture_begin(f);
	one = save(f, 0, 1, NULL);
	assert_false(is_of_several(f, 0, one));
	other = save(f, 0, 2, NULL);
	assert_true(is_of_several(f, 0, one));
	/* As it is for the two themselves. */
	assert_false(is_of_several(f, one, other));
	fixture_commit(f);
	must(f, store_checkpoint(f->store, true, &f->err));
	assert_true(is_of_several(f, 0, other));
	assert_false(is_of_several(f, other, one));
	fixture_reopen(f);
	assert_true(is_of_several(f, 0, other));
	/* What became part of one is no other. */
	fixture_begin(f);
	merge_into(f, other, one);
	fixture_commit(f);
	assert_false(is_of_several(f, 0, one));
}

static void keeps_the_number_that_stands_for_another(void **state)
{
	struct fixture *f = *state;
	int64_t *ids;
	size_t n;

	fixture_begin(f);
	save(f, 0, 1, NUMBER_A);
	must(f, store_replace(f->store, f->arena, NUMBER_A, NUMBER_B, "an admin", 1, &ids, &n, &f->err));
	fixture_commit(f);
	assert_int_equal(fixture_ask(f, OF_B), 1);
	is_of_the_record(f, 1, NUMBER_A);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup_open, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(are_those_of_the_definition),
		T(leaves_out_who_is_another),
		T(keeps_what_is_compared_beside_the_record),
		T(makes_anew_what_is_not_kept),
		T(parts_make_no_key_common),
		T(who_is_part_of_whom_is_undone_with_its_transaction),
		T(a_part_is_left_out_by_its_own_number),
		T(knows_what_several_have),
		T(keeps_the_number_that_stands_for_another),
	};
#undef T
	return cmocka_run_group_tests(tests, NULL, NULL);
}
