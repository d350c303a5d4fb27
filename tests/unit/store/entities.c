/* Golden records: keeping them, finding them, what refers to them and how partners render them. */
#include "fixture.h"

static void save(struct fixture *f, struct shadow *s)
{
	fixture_begin(f);
	must(f, store_shadow_save(f->store, s, &f->err));
	fixture_commit(f);
}

static void save_entity(struct fixture *f, struct entity *x)
{
	fixture_begin(f);
	must(f, store_entity_save(f->store, f->arena, x, &f->err));
	fixture_commit(f);
}

static struct entity *entity(struct fixture *f, int64_t id)
{
	struct entity *x;

	must(f, store_entity(f->store, f->arena, id, &x, &f->err));
	return x;
}

static void keeps_an_entity(void **state)
{
	struct fixture *f = *state;
	struct entity *x = fixture_entity(f, 7), *back;
	struct uuid other = fixture_uuid(8);

	x->held = UINT64_C(1) << 63 | 5;
	x->changed = 31;
	x->pins = record_new(f->arena, RECORD_ORGANIZATION);
	x->pins->v[ORGANIZATION_STATUS] = "AC";
	save_entity(f, x);
	fixture_reopen(f);
	must(f, store_entity_by_hub_id(f->store, f->arena, &x->hub_id, &back, &f->err));
	assert_int_equal(back->id, x->id);
	assert_memory_equal(&back->hub_id, &x->hub_id, sizeof x->hub_id);
	assert_int_equal(back->type, RECORD_ORGANIZATION);
	assert_int_equal(back->state, ENTITY_LIVE);
	assert_true(back->held == x->held);
	assert_int_equal(back->changed, 31);
	assert_string_equal(back->pins->v[ORGANIZATION_STATUS], "AC");
	assert_null(back->pins->v[ORGANIZATION_LEGAL_NAME]);
	assert_int_equal(record_hash(back->golden), record_hash(x->golden));
	back->pins = NULL;
	back->held = 0;
	back->state = ENTITY_DELETED;
	save_entity(f, back);
	back = entity(f, x->id);
	assert_null(back->pins);
	assert_int_equal(back->held, 0);
	assert_int_equal(back->state, ENTITY_DELETED);
	must(f, store_entity_by_hub_id(f->store, f->arena, &other, &back, &f->err));
	assert_null(back);
	assert_null(entity(f, 999));

	x->id = 999;
	fixture_begin(f);
	assert_false(store_entity_save(f->store, f->arena, x, &f->err));
	store_rollback(f->store);
}

static void follows_merged_ones(void **state)
{
	struct fixture *f = *state;
	struct entity *x[4], *back;
	char id[UUID_TEXT_MAX], last[UUID_TEXT_MAX];

	for (unsigned i = 0; i < 4; i++)
		save_entity(f, x[i] = fixture_entity(f, i));
	for (unsigned i = 0; i < 3; i++) {
		x[i]->state = ENTITY_MERGED;
		x[i]->into = x[i + 1]->id;
		save_entity(f, x[i]);
	}
	assert_int_equal(entity(f, x[0]->id)->id, x[3]->id);
	must(f, store_entity_by_hub_id(f->store, f->arena, &x[1]->hub_id, &back, &f->err));
	assert_int_equal(back->id, x[3]->id);
	uuid_format(&x[3]->hub_id, last);
	assert_string_equal(store_ref_follow(f->store, f->arena, uuid_format(&x[0]->hub_id, id)), last);
	assert_string_equal(store_ref_follow(f->store, f->arena, last), last);
	assert_string_equal(store_ref_follow(f->store, f->arena, "?4711"), "?4711");
	/* A circle is damage, and ends. */
	x[3]->state = ENTITY_MERGED;
	x[3]->into = x[0]->id;
	save_entity(f, x[3]);
	assert_false(store_entity(f->store, f->arena, x[0]->id, &back, &f->err));
	assert_int_equal(f->err.kind, ERR_BROKEN);
	assert_string_equal(store_ref_follow(f->store, f->arena, id), id);
}

static size_t candidates(struct fixture *f, const struct record *r, size_t max, int64_t **found)
{
	uint64_t key[MATCH_KEYS_MAX];
	size_t n = match_keys(match_prepare(f->arena, match_model_default(), r), key);

	assert_true(n > 0);
	must(f, store_candidates(f->store, f->arena, NULL, key, n, max, found, &n, &f->err));
	return n;
}

static void finds_candidates(void **state)
{
	struct fixture *f = *state;
	struct entity *x[3];
	struct record *r;
	int64_t *found;

	for (unsigned i = 0; i < 3; i++)
		save_entity(f, x[i] = fixture_entity(f, i));
	for (int flushed = 0; flushed < 2; flushed++) {
		assert_int_equal(candidates(f, fixture_company(f, 9), 8, &found), 0);
		assert_int_equal(candidates(f, x[1]->golden, 8, &found), 1);
		assert_int_equal(found[0], x[1]->id);
		/* More keys in common come first. */
		r = fixture_company(f, 2);
		r->v[ORGANIZATION_EMAILS] = "hallo@zaagmolen0.example\nhallo@zaagmolen2.example";
		assert_int_equal(candidates(f, r, 8, &found), 2);
		assert_int_equal(found[0], x[2]->id);
		assert_int_equal(candidates(f, r, 1, &found), 1);
		assert_int_equal(found[0], x[2]->id);

		/* What a golden record no longer has does not find it any more; what it has now does. */
		x[1]->golden = fixture_company(f, 11 + (unsigned)flushed);
		save_entity(f, x[1]);
		assert_int_equal(candidates(f, fixture_company(f, 1 + (flushed ? 10u : 0)), 8, &found), 0);
		assert_int_equal(candidates(f, x[1]->golden, 8, &found), 1);
		/* Deleted ones are found, and merged ones behind what they are part of. */
		x[0]->state = ENTITY_DELETED;
		save_entity(f, x[0]);
		assert_int_equal(candidates(f, x[0]->golden, 8, &found), 1);
		x[2]->state = ENTITY_MERGED;
		x[2]->into = x[0]->id;
		save_entity(f, x[2]);
		assert_int_equal(candidates(f, x[2]->golden, 1, &found), 2);
		assert_int_equal(found[0], x[0]->id);
		assert_int_equal(found[1], x[2]->id);
		x[2]->state = ENTITY_LIVE;
		x[2]->into = 0;
		save_entity(f, x[2]);
		assert_int_equal(candidates(f, x[2]->golden, 8, &found), 1);
		if (!flushed)
			must(f, store_checkpoint(f->store, true, &f->err));
	}
	fixture_reopen(f);
	assert_int_equal(candidates(f, x[1]->golden, 8, &found), 1);
}

static void bounds_a_key_that_all_share(void **state)
{
	struct fixture *f = *state;
	int64_t *found;

	fixture_begin(f);
	for (unsigned i = 0; i < 1000; i++) {
		struct entity *x = fixture_entity(f, i);

		x->golden = fixture_company(f, 1);
		must(f, store_entity_save(f->store, f->arena, x, &f->err));
	}
	fixture_commit(f);
	for (int flushed = 0; flushed < 2; flushed++) {
		assert_int_equal(candidates(f, fixture_company(f, 1), 32, &found), 32);
		must(f, store_checkpoint(f->store, true, &f->err));
	}
}

static void keeps_references(void **state)
{
	struct fixture *f = *state;
	struct entity *company[2], *person = fixture_entity(f, 50);
	struct shadow *s;
	int64_t *from;
	size_t n;
	char id[2][UUID_TEXT_MAX];

	for (unsigned i = 0; i < 2; i++) {
		save_entity(f, company[i] = fixture_entity(f, i));
		uuid_format(&company[i]->hub_id, id[i]);
	}
	person->type = RECORD_CONTACT;
	person->golden = record_new(f->arena, RECORD_CONTACT);
	person->golden->v[CONTACT_FAMILY_NAME] = "Molenaar";
	person->golden->v[CONTACT_ORGANIZATION] = id[0];
	save_entity(f, person);
	must(f, store_referring(f->store, f->arena, company[0]->id, &from, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(from[0], person->id);
	person->golden->v[CONTACT_ORGANIZATION] = id[1];
	save_entity(f, person);
	must(f, store_referring(f->store, f->arena, company[0]->id, &from, &n, &f->err));
	assert_int_equal(n, 0);
	must(f, store_referring(f->store, f->arena, company[1]->id, &from, &n, &f->err));
	assert_int_equal(n, 1);
	person->golden->v[CONTACT_ORGANIZATION] = "?4711";
	save_entity(f, person);
	must(f, store_referring(f->store, f->arena, company[1]->id, &from, &n, &f->err));
	assert_int_equal(n, 0);

	/* Keys in, hub ids inside, keys out. */
	s = fixture_shadow(f, 2, 1);
	s->entity = company[0]->id;
	save(f, s);
	assert_string_equal(store_ref_in(f->store, f->arena, 2, RECORD_ORGANIZATION, "k1"), id[0]);
	assert_null(store_ref_in(f->store, f->arena, 2, RECORD_ORGANIZATION, "k2"));
	assert_null(store_ref_in(f->store, f->arena, 3, RECORD_ORGANIZATION, "k1"));
	assert_string_equal(store_ref_out(f->store, f->arena, 2, id[0]), "k1");
	assert_null(store_ref_out(f->store, f->arena, 3, id[0]));
	assert_null(store_ref_out(f->store, f->arena, 2, "?4711"));
	{
		struct shadow *alias = fixture_shadow(f, 2, 3);

		alias->state = SHADOW_ALIAS;
		alias->alias_of = s->id;
		save(f, alias);
		assert_string_equal(store_ref_in(f->store, f->arena, 2, RECORD_ORGANIZATION, "k3"), id[0]);
	}
	company[0]->state = ENTITY_MERGED;
	company[0]->into = company[1]->id;
	save_entity(f, company[0]);
	assert_string_equal(store_ref_in(f->store, f->arena, 2, RECORD_ORGANIZATION, "k1"), id[1]);
	assert_null(store_ref_out(f->store, f->arena, 2, id[0]));
	s->entity = company[1]->id;
	save(f, s);
	assert_string_equal(store_ref_out(f->store, f->arena, 2, id[0]), "k1");
	s->state = SHADOW_DEAD;
	save(f, s);
	assert_null(store_ref_out(f->store, f->arena, 2, id[0]));
}

/* --- waiting, images ------------------------------------------------------------------------------------ */

static void wakes_those_that_wait(void **state)
{
	struct fixture *f = *state;
	int64_t *shadow;
	size_t n;

	must(f, store_wait(f->store, 1, RECORD_ORGANIZATION, "a", 9, &f->err));
	must(f, store_wait(f->store, 1, RECORD_ORGANIZATION, "a", 4, &f->err));
	must(f, store_wait(f->store, 1, RECORD_ORGANIZATION, "a", 4, &f->err));
	must(f, store_wait(f->store, 2, RECORD_ORGANIZATION, "a", 5, &f->err));
	must(f, store_wait(f->store, 1, RECORD_CONTACT, "a", 6, &f->err));
	must(f, store_waiting(f->store, f->arena, 1, RECORD_ORGANIZATION, "a", &shadow, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(shadow[0], 4);
	assert_int_equal(shadow[1], 9);
	must(f, store_waiting(f->store, f->arena, 1, RECORD_ORGANIZATION, "a", &shadow, &n, &f->err));
	assert_int_equal(n, 0);
	must(f, store_waiting(f->store, f->arena, 1, RECORD_CONTACT, "a", &shadow, &n, &f->err));
	assert_int_equal(n, 1);
}

static void remembers_images(void **state)
{
	struct fixture *f = *state;
	struct store *s = f->store;

	assert_null(store_image(s, f->arena, 1, RECORD_ORGANIZATION, ORGANIZATION_STREET, "Dreef"));
	must(f, store_image_save(s, 1, RECORD_ORGANIZATION, ORGANIZATION_STREET, "Dreef", "DREEF", &f->err));
	must(f, store_image_save(s, 1, RECORD_ORGANIZATION, ORGANIZATION_STREET, "Laan", "", &f->err));
	assert_string_equal(store_image(s, f->arena, 1, RECORD_ORGANIZATION, ORGANIZATION_STREET, "Dreef"), "DREEF");
	must(f, store_image_save(s, 1, RECORD_ORGANIZATION, ORGANIZATION_STREET, "Dreef", "DRF", &f->err));
	s = fixture_reopen(f);
	assert_string_equal(store_image(s, f->arena, 1, RECORD_ORGANIZATION, ORGANIZATION_STREET, "Dreef"), "DRF");
	assert_string_equal(store_image(s, f->arena, 1, RECORD_ORGANIZATION, ORGANIZATION_STREET, "Laan"), "");
	assert_null(store_image(s, f->arena, 1, RECORD_ORGANIZATION, ORGANIZATION_STREET, "Steeg"));
	assert_null(store_image(s, f->arena, 1, RECORD_ORGANIZATION, ORGANIZATION_BOX, "Dreef"));
	assert_null(store_image(s, f->arena, 2, RECORD_ORGANIZATION, ORGANIZATION_STREET, "Dreef"));
	assert_null(store_image(s, f->arena, 1, RECORD_CONTACT, ORGANIZATION_STREET, "Dreef"));
	fixture_begin(f);
	must(f, store_image_save(s, 2, RECORD_CONTACT, 3, "a", "b", &f->err));
	store_rollback(s);
	assert_null(store_image(s, f->arena, 2, RECORD_CONTACT, 3, "a"));
}

/* The number of a word that an undone transaction gave may be another's afterwards. */
static void words_are_numbered_anew_after_a_rollback(void **state)
{
	struct fixture *f = *state;
	static const char *const form[] = { "610", "014" };
	struct entity *again = fixture_entity(f, 2);

	for (unsigned i = 0; i < 2; i++) {
		struct entity *x = fixture_entity(f, i);

		x->golden->v[ORGANIZATION_LEGAL_FORM] = form[i];
		fixture_begin(f);
		must(f, store_entity_save(f->store, f->arena, x, &f->err));
		if (i)
			fixture_commit(f);
		else
			store_rollback(f->store);
	}
	again->golden->v[ORGANIZATION_LEGAL_FORM] = form[0];
	save_entity(f, again);
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM fact_organization JOIN word ON word.id = legal_form"
					" WHERE text = '610'"), 1);
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM fact_organization JOIN word ON word.id = legal_form"
					" WHERE text = '014'"), 1);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup_open, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(words_are_numbered_anew_after_a_rollback),
		T(keeps_an_entity),
		T(follows_merged_ones),
		T(finds_candidates),
		T(bounds_a_key_that_all_share),
		T(keeps_references),
		T(wakes_those_that_wait),
		T(remembers_images),
	};
#undef T
	return cmocka_run_group_tests(tests, NULL, NULL);
}
