/* Merges and splits in any order: in the end everything is what it was. */
#include "world.h"

#include "engine/preview.h"

#define RECORDS 8
#define ROUNDS 60

static unsigned pick(uint64_t *random, unsigned below)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (unsigned)((*random >> 20) % below);
}

static int64_t entity_of(struct world *w, unsigned record)
{
	return entity_at(w, (int)record % PARTNERS, RECORD_ORGANIZATION, arena_printf(w->arena, "k%u", record))->id;
}

/* What is looked at for a record that says the same, and how it is compared. */
static void print_found(struct world *w, const struct entity *x, struct buf *b)
{
	const struct match_features *now = store_features(w->hub.store, w->arena, x->golden);
	uint64_t key[MATCH_KEYS_MAX];
	const size_t nkeys = match_keys(now, key);
	struct candidate c;
	struct err e;
	int64_t *id;
	size_t n;

	assert_true(store_candidates(w->hub.store, w->arena, NULL, key, nkeys, 64, &id, &n, &e));
	for (size_t i = 0; i < n; i++)
		buf_addf(b, " found %lld", (long long)id[i]);
	assert_true(store_candidate(w->hub.store, w->arena, x->id, &c, &e));
	assert_int_equal(c.entity, x->id);
	assert_int_equal(match_features_size(c.features), match_features_size(now));
	assert_memory_equal(c.features, now, match_features_size(now));
}

/* Ids, golden records, links, contributions and keys of everything that is not an alias. */
static char *everything(struct world *w)
{
	BUF_AUTO struct buf b = { 0 };
	struct err e;

	for (unsigned i = 0; i < RECORDS; i++) {
		const struct shadow *s = shadow_at(w, (int)i % PARTNERS, RECORD_ORGANIZATION, arena_printf(w->arena, "k%u", i));
		char id[UUID_TEXT_MAX];
		struct entity *x;

		assert_true(store_entity(w->hub.store, w->arena, s->entity, &x, &e));
		buf_addf(&b, "k%u %s %d %lld ", i, uuid_format(&x->hub_id, id), (int)x->state, (long long)s->alias_of);
		record_print(&b, x->golden);
		print_found(w, x, &b);
		shadow_print_cells(&b, s);
		buf_addc(&b, '\n');
	}
	return arena_strdup(w->arena, b.data);
}

static void merge(struct world *w, int64_t a, int64_t b)
{
	const struct join join = { .how = "manual", .by = "tester", .duplicates = true };
	struct err e = { 0 };

	w->hub.now_ms += 1000;
	assert_true(store_begin(w->hub.store, &e));
	assert_true(join_merge(&w->hub, w->arena, a, b, &join, &w->tally, &e));
	assert_true(store_commit(w->hub.store, &e));
}

static void undo(struct world *w, int64_t merged)
{
	int64_t *id, fresh;
	struct err e = { 0 };
	size_t n;

	w->hub.now_ms += 1000;
	assert_true(store_came_from(w->hub.store, w->arena, merged, &id, &n, &e));
	assert_true(n > 0);
	assert_true(store_begin(w->hub.store, &e));
	assert_true(join_split(&w->hub, w->arena, id, n, "tester", &fresh, &w->tally, &e));
	assert_true(store_commit(w->hub.store, &e));
	assert_int_equal(fresh, merged);
}

static void merges_are_undone_in_any_order(void **state)
{
	struct world *w = *state;
	uint64_t random = 42;
	char *before;

	/* The same number everywhere would join them: what is tried here is what people do. */
	for (unsigned i = 0; i < RECORDS; i++)
		see(w, (int)i % PARTNERS, arena_printf(w->arena, "k%u", i),
			organization(w, arena_printf(w->arena, "Firm %c", 'a' + (int)i), NULL,
				arena_printf(w->arena, "info@firm%u.example", i)), "1");
	before = everything(w);
	for (unsigned round = 0; round < ROUNDS; round++) {
		int64_t merged[RECORDS];
		unsigned n = 0;

		for (unsigned i = 0; i < RECORDS - 1; i++) {
			const int64_t a = entity_of(w, pick(&random, RECORDS)), b = entity_of(w, pick(&random, RECORDS));

			if (a == b)
				continue;
			merge(w, a, b);
			merged[n++] = a < b ? b : a;
		}
		assert_true(strcmp(before, everything(w)) != 0);
		while (n) {
			const unsigned i = pick(&random, n);

			undo(w, merged[i]);
			merged[i] = merged[--n];
		}
		assert_string_equal(everything(w), before);
	}
}

static void what_a_decision_would_change_is_what_it_changes(void **state)
{
	const struct join join = { .how = "manual", .by = "tester" };
	struct world *w = *state;
	int64_t of[2];
	struct preview *p;
	struct err e = { 0 };
	char *before;

	see(w, 0, "a1", organization(w, "Acme NV", NULL, "x@acme.example"), "1");
	see(w, 1, "b1", organization(w, "Beta BV", NULL, "y@beta.example"), "1");
	of[0] = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	of[1] = entity_at(w, 1, RECORD_ORGANIZATION, "b1")->id;
	before = arena_strdup(w->arena, entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden->v[MAILS]);
	assert_true(store_begin(w->hub.store, &e));
	p = preview_begin(&w->hub, w->arena, of, 2, &e);
	assert_non_null(p);
	assert_true(join_merge(&w->hub, w->arena, of[0], of[1], &join, &w->tally, &e));
	AUTO(json_drop) json_t *plan = preview_end(p, 0, &e);

	assert_non_null(plan);
	store_rollback(w->hub.store);
	assert_string_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden->v[MAILS], before);
	assert_int_equal(entity_at(w, 1, RECORD_ORGANIZATION, "b1")->id, of[1]);
	assert_null(row_for(w, 0, of[0]));
	/* Each gets the other's mail address, and one of them the other's name. */
	assert_int_equal(json_array_size(json_object_get(plan, "changes")), 2);
	assert_int_equal(json_array_size(json_object_get(plan, "records")), 2);
	assert_string_equal(json_string_value(json_at(plan, "/changes/0/do")), "update");
	assert_int_equal(json_array_size(json_at(plan, "/changes/0/fields/emails/to")), 2);
	merge(w, of[0], of[1]);
	assert_non_null(row_for(w, 0, of[0]));
	assert_non_null(row_for(w, 1, of[0]));
}

static void one_partner_s_two_records_stand_aside_only_when_asked(void **state)
{
	const struct join strict = { .how = "key" };
	struct world *w = *state;
	struct err e = { 0 };
	int64_t a, b;

	see(w, 0, "a1", organization(w, "Acme NV", NULL, "x@acme.example"), "1");
	see(w, 0, "a2", organization(w, "Beta BV", NULL, "y@beta.example"), "1");
	a = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	b = entity_at(w, 0, RECORD_ORGANIZATION, "a2")->id;
	assert_true(store_begin(w->hub.store, &e));
	assert_false(join_merge(&w->hub, w->arena, a, b, &strict, &w->tally, &e));
	assert_int_equal(e.kind, ERR_CONFLICT);
	assert_non_null(strstr(e.text, "a1"));
	store_rollback(w->hub.store);
	merge(w, a, b);
	assert_true(shadow_aside(shadow_at(w, 0, RECORD_ORGANIZATION, "a2")));
	assert_false(shadow_aside(shadow_at(w, 0, RECORD_ORGANIZATION, "a1")));
	assert_null(row_for(w, 0, a));
	/* What stands aside says nothing, and its end is nobody's. */
	assert_string_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden->v[NAME], "Acme NV");
	lose(w, 0, RECORD_ORGANIZATION, "a2");
	assert_int_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->state, ENTITY_LIVE);
	assert_false(store_suppressed(w->hub.store, w->partner[0].id, a));
}

static void a_decision_outlives_what_it_was_made_on(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	int64_t fresh, shadow;

	see(w, 0, "k0", organization(w, "Zandloper Wonen", "0403449823", "info@firm0.example"), "1");
	see(w, 2, "k2", organization(w, "Zandloper Wonen Transport", "0403449823", "info@firm2.example"), "1");
	shadow = shadow_at(w, 2, RECORD_ORGANIZATION, "k2")->id;
	assert_int_equal(entity_of(w, 2), entity_of(w, 0));
	assert_true(store_begin(w->hub.store, &e));
	assert_true(join_split(&w->hub, w->arena, &shadow, 1, "tester", &fresh, &w->tally, &e));
	assert_true(store_commit(w->hub.store, &e));
	store_close(w->hub.store);
	open_store(w);
	assert_int_not_equal(entity_of(w, 2), entity_of(w, 0));
	lose(w, 2, RECORD_ORGANIZATION, "k2");
	see(w, 2, "anew", organization(w, "Zandloper Wonen Transport", "0403449823", "info@firm2.example"), "1");
	assert_int_equal(entity_at(w, 2, RECORD_ORGANIZATION, "anew")->id, fresh);
	assert_true(store_forbidden(w->hub.store, shadow_at(w, 2, RECORD_ORGANIZATION, "anew")->id, entity_of(w, 0)));
}

/* Deleted and entered anew with another name, and the new one is listed first. */
static void one_number_twice_at_a_partner_is_asked_about(void **state)
{
	struct world *w = *state;
	struct record *one = organization(w, "Acme", "0403449823", "x@acme.example"),
		      *anew = organization(w, "Zandloper Holding", "0403449823", "y@zand.example");
	struct entity *e;

	one->v[ORGANIZATION_STREET] = "Kerkstraat";
	anew->v[ORGANIZATION_STREET] = "Havenlaan";
	one->v[ORGANIZATION_PHONES] = "+3291234567";
	anew->v[ORGANIZATION_PHONES] = "+3227654321";
	see(w, 0, "a1", one, "1");
	see(w, 1, "b1", one, "1");
	see(w, 0, "a2", anew, "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a2");
	assert_int_not_equal(e->id, entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id);
	assert_int_equal(w->tally.reviews, 1);
	assert_true(store_review_on(w->hub.store, e->id));
	assert_null(row_for(w, 1, e->id));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(merges_are_undone_in_any_order),
		T(what_a_decision_would_change_is_what_it_changes),
		T(one_partner_s_two_records_stand_aside_only_when_asked),
		T(a_decision_outlives_what_it_was_made_on),
		T(one_number_twice_at_a_partner_is_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
