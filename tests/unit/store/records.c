/* What is known of the records at the partners. */
#include "fixture.h"

/* --- shadows -------------------------------------------------------------------------------------------- */

static struct shadow *by_key(struct fixture *f, int partner, const char *key)
{
	struct shadow *s;

	must(f, store_shadow_by_key(f->store, f->arena, partner, RECORD_ORGANIZATION, key, &s, &f->err));
	return s;
}

static void save(struct fixture *f, struct shadow *s)
{
	fixture_begin(f);
	must(f, store_shadow_save(f->store, s, &f->err));
	fixture_commit(f);
}

static void keeps_a_shadow(void **state)
{
	struct fixture *f = *state;
	struct shadow *s = fixture_shadow(f, 3, 1), *back;

	s->version = "W/\"7\"";
	s->entity = 12;
	s->epoch = 5;
	s->fence = 99;
	s->fence_ms = 1700000000123;
	s->cell[ORGANIZATION_LEGAL_NAME].own = "Zaagmolen";
	s->cell[ORGANIZATION_LEGAL_NAME].own_seq = 4;
	shadow_sent(f->arena, &s->cell[ORGANIZATION_STREET], "Dreef \"1\"", 8);
	save(f, s);
	assert_true(s->id > 0);
	fixture_reopen(f);
	back = by_key(f, 3, "k1");
	assert_non_null(back);
	assert_int_equal(back->id, s->id);
	assert_int_equal(back->partner, 3);
	assert_int_equal(back->type, RECORD_ORGANIZATION);
	assert_string_equal(back->key, "k1");
	assert_string_equal(back->version, "W/\"7\"");
	assert_int_equal(back->state, SHADOW_LIVE);
	assert_int_equal(back->entity, 12);
	assert_int_equal(back->hash, s->hash);
	assert_int_equal(back->epoch, 5);
	assert_int_equal(back->fence, 99);
	assert_int_equal(back->fence_ms, 1700000000123);
	assert_string_equal(back->cell[ORGANIZATION_LEGAL_NAME].own, "Zaagmolen");
	assert_int_equal(back->cell[ORGANIZATION_LEGAL_NAME].own_seq, 4);
	assert_int_equal(back->cell[ORGANIZATION_STREET].nsent, 1);
	assert_string_equal(back->cell[ORGANIZATION_STREET].sent[0].value, "Dreef \"1\"");
	assert_string_equal(back->cell[ORGANIZATION_BOX].base, "");
	assert_null(back->cell[ORGANIZATION_STREET].base);

	back->version = NULL;
	back->state = SHADOW_ALIAS;
	back->alias_of = 77;
	back->entity = 0;
	save(f, back);
	must(f, store_shadow(f->store, f->arena, s->id, &back, &f->err));
	assert_null(back->version);
	assert_int_equal(back->state, SHADOW_ALIAS);
	assert_int_equal(back->alias_of, 77);
	assert_int_equal(back->entity, 0);
	must(f, store_shadow(f->store, f->arena, 12345, &back, &f->err));
	assert_null(back);
	assert_null(by_key(f, 4, "k1"));
	assert_null(by_key(f, 3, "k2"));
}

static void glances(void **state)
{
	struct fixture *f = *state;
	struct shadow *s = fixture_shadow(f, 3, 1);
	struct shadow_glance g;

	s->version = "v1";
	s->entity = 5;
	s->fence = 6;
	s->fence_ms = 7;
	save(f, s);
	for (int round = 0; round < 2; round++) {
		must(f, store_shadow_glance(f->store, f->arena, 3, RECORD_ORGANIZATION, "k1", &g, &f->err));
		assert_int_equal(g.id, s->id);
		assert_int_equal(g.entity, 5);
		assert_int_equal(g.fence, 6);
		assert_int_equal(g.fence_ms, 7);
		assert_int_equal(g.hash, s->hash);
		assert_int_equal(g.state, SHADOW_LIVE);
		assert_string_equal(g.version, "v1");
		must(f, store_shadow_glance(f->store, f->arena, 3, RECORD_CONTACT, "k1", &g, &f->err));
		assert_int_equal(g.id, 0);
		must(f, store_checkpoint(f->store, true, &f->err));
	}
}

static void counts_live_and_unseen(void **state)
{
	struct fixture *f = *state;
	struct shadow *s[6], **unseen;
	struct store_partner p;
	int64_t missing, live;
	size_t n;

	must(f, store_partner(f->store, f->arena, "unizo", &p, &f->err));
	fixture_begin(f);
	for (unsigned i = 0; i < 6; i++) {
		s[i] = fixture_shadow(f, p.id, i);
		s[i]->epoch = 1;
		if (i == 5)
			s[i]->state = SHADOW_DEAD;
		must(f, store_shadow_save(f->store, s[i], &f->err));
	}
	fixture_commit(f);
	assert_int_equal(store_live(f->store, p.id, RECORD_ORGANIZATION), 5);
	assert_int_equal(store_live(f->store, p.id, RECORD_CONTACT), 0);
	assert_int_equal(store_live(f->store, 99, RECORD_CONTACT), 0);

	fixture_begin(f);
	must(f, store_shadow_seen(f->store, s[0]->id, 2, &f->err));
	must(f, store_shadow_seen(f->store, s[3]->id, 2, &f->err));
	s[4]->epoch = 2;
	must(f, store_shadow_save(f->store, s[4], &f->err));
	fixture_commit(f);
	must(f, store_count_unseen(f->store, p.id, RECORD_ORGANIZATION, 2, INT64_MAX, &missing, &live, &f->err));
	assert_int_equal(missing, 2);
	assert_int_equal(live, 5);
	must(f, store_shadows_unseen(f->store, f->arena, p.id, RECORD_ORGANIZATION, 2, INT64_MAX, 0, 10, &unseen, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(unseen[0]->id, s[1]->id);
	assert_int_equal(unseen[1]->id, s[2]->id);
	assert_int_equal(unseen[1]->epoch, 1);
	must(f, store_shadows_unseen(f->store, f->arena, p.id, RECORD_ORGANIZATION, 2, INT64_MAX, 0, 1, &unseen, &n, &f->err));
	assert_int_equal(n, 1);
	must(f, store_shadows_unseen(
			f->store, f->arena, p.id, RECORD_ORGANIZATION, 2, INT64_MAX, s[1]->id, 9, &unseen, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(unseen[0]->id, s[2]->id);
	must(f, store_shadows_unseen(f->store, f->arena, p.id, RECORD_CONTACT, 2, INT64_MAX, 0, 9, &unseen, &n, &f->err));
	assert_int_equal(n, 0);

	/* Dead and revived, each once however often it is saved. */
	for (int round = 0; round < 2; round++) {
		s[1]->state = SHADOW_DEAD;
		save(f, s[1]);
		s[5]->state = SHADOW_LIVE;
		save(f, s[5]);
		assert_int_equal(store_live(f->store, p.id, RECORD_ORGANIZATION), 5);
	}
	s[0]->state = SHADOW_ALIAS;
	save(f, s[0]);
	fixture_reopen(f);
	assert_int_equal(store_live(f->store, p.id, RECORD_ORGANIZATION), 4);
	must(f, store_partner(f->store, f->arena, "unizo", &p, &f->err));
	assert_int_equal(p.live, 4);
}

/* A new one cannot be missing from a scan under way: it may have come after its place was passed. */
static void takes_a_new_one_as_seen_by_the_scan_under_way(void **state)
{
	struct fixture *f = *state;
	struct shadow *s = fixture_shadow(f, 1, 1), *back;
	int64_t missing, live;

	must(f, store_feed_save(f->store, 1, RECORD_ORGANIZATION, &(struct feed){ .epoch = 7 }, &f->err));
	save(f, s);
	/* Saved again with what it was made with, or seen by an older page: not taken back. */
	save(f, s);
	must(f, store_shadow_seen(f->store, s->id, 6, &f->err));
	must(f, store_shadow(f->store, f->arena, s->id, &back, &f->err));
	assert_int_equal(back->epoch, 7);
	must(f, store_count_unseen(f->store, 1, RECORD_ORGANIZATION, 7, INT64_MAX, &missing, &live, &f->err));
	assert_int_equal(missing, 0);
	must(f, store_count_unseen(f->store, 1, RECORD_ORGANIZATION, 8, INT64_MAX, &missing, &live, &f->err));
	assert_int_equal(missing, 1);
}

static void lists_an_entitys_shadows(void **state)
{
	struct fixture *f = *state;
	struct shadow **of, *s;
	size_t n;

	fixture_begin(f);
	for (unsigned i = 0; i < 12; i++) {
		s = fixture_shadow(f, 1 + (int)i % 3, i);
		s->entity = i < 10 ? 4 : 5;
		s->state = i % 2 ? SHADOW_DEAD : SHADOW_LIVE;
		must(f, store_shadow_save(f->store, s, &f->err));
	}
	fixture_commit(f);
	must(f, store_shadows_of(f->store, f->arena, 4, &of, &n, &f->err));
	assert_int_equal(n, 10);
	for (size_t i = 1; i < n; i++)
		assert_true(of[i - 1]->id < of[i]->id);
	of[3]->entity = 5;
	save(f, of[3]);
	must(f, store_shadows_of(f->store, f->arena, 4, &of, &n, &f->err));
	assert_int_equal(n, 9);
	must(f, store_shadows_of(f->store, f->arena, 6, &of, &n, &f->err));
	assert_int_equal(n, 0);
}

/* A create under way has a key of the hub's; the partner's comes with the answer. */
static void binds_or_forgets_what_is_pending(void **state)
{
	struct fixture *f = *state;
	struct shadow **pending, *s[2], *next;
	size_t n;

	for (int flushed = 0; flushed < 2; flushed++) {
		fixture_begin(f);
		for (unsigned i = 0; i < 2; i++) {
			s[i] = shadow_new(f->arena, 1, RECORD_ORGANIZATION, arena_printf(f->arena, "\001%u", i));
			s[i]->state = SHADOW_PENDING;
			s[i]->entity = 20 + i;
			must(f, store_shadow_save(f->store, s[i], &f->err));
		}
		fixture_commit(f);
		if (flushed)
			must(f, store_checkpoint(f->store, true, &f->err));
		must(f, store_shadows_pending(f->store, f->arena, 1, RECORD_ORGANIZATION, &pending, &n, &f->err));
		assert_int_equal(n, 2);
		assert_int_equal(pending[1]->entity, 21);
		must(f, store_shadows_pending(f->store, f->arena, 1, RECORD_CONTACT, &pending, &n, &f->err));
		assert_int_equal(n, 0);
		assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), flushed);

		s[0]->key = flushed ? "their-2" : "their-1";
		s[0]->state = SHADOW_LIVE;
		fixture_begin(f);
		must(f, store_shadow_save(f->store, s[0], &f->err));
		must(f, store_shadow_forget(f->store, s[1]->id, &f->err));
		fixture_commit(f);
		for (int reopened = 0; reopened < 2; reopened++) {
			assert_int_equal(by_key(f, 1, s[0]->key)->id, s[0]->id);
			assert_null(by_key(f, 1, "\0010"));
			assert_null(by_key(f, 1, "\0011"));
			must(f, store_shadow(f->store, f->arena, s[1]->id, &next, &f->err));
			assert_null(next);
			fixture_reopen(f);
		}
		/* Its number is not given to another. */
		next = fixture_shadow(f, 1, 50 + (unsigned)flushed);
		next->state = SHADOW_DEAD;
		save(f, next);
		assert_true(next->id > s[1]->id);
		assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), flushed + 1);
		must(f, store_checkpoint(f->store, true, &f->err));
		assert_int_equal(
			fixture_ask(
				f, "SELECT count(*) - (SELECT count(*) FROM shadow WHERE key <> '') FROM shadow_key"),
			0);
	}
}

static void tells_keys_apart_that_share_a_hash(void **state)
{
	struct fixture *f = *state;
	struct keys *k = &f->store->shadow_keys;
	uint64_t a, b;

	save(f, fixture_shadow(f, 1, 1));
	save(f, fixture_shadow(f, 1, 2));
	/* In memory: each is entered under the other's hash too. */
	assert_int_equal(k->n, 2);
	a = (uint64_t)k->entry[0].hash;
	b = (uint64_t)k->entry[1].hash;
	must(f, keys_add(f->store, k, b, 1, &f->err));
	must(f, keys_add(f->store, k, a, 2, &f->err));
	assert_int_equal(by_key(f, 1, "k1")->id, 1);
	assert_int_equal(by_key(f, 1, "k2")->id, 2);
	/* In the table. */
	must(f, store_checkpoint(f->store, true, &f->err));
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM shadow_key"), 4);
	assert_int_equal(by_key(f, 1, "k1")->id, 1);
	assert_int_equal(by_key(f, 1, "k2")->id, 2);
	/* The same hash and key at another partner or of another type is another record. */
	must(f, sql_exec(f->store, "UPDATE shadow SET partner = 2, key = 'k1' WHERE id = 2", &f->err));
	assert_int_equal(by_key(f, 1, "k1")->id, 1);
	assert_null(by_key(f, 1, "k2"));
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup_open, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(keeps_a_shadow),
		T(glances),
		T(counts_live_and_unseen),
		T(takes_a_new_one_as_seen_by_the_scan_under_way),
		T(lists_an_entitys_shadows),
		T(binds_or_forgets_what_is_pending),
		T(tells_keys_apart_that_share_a_hash),
	};
#undef T
	return cmocka_run_group_tests(tests, NULL, NULL);
}
