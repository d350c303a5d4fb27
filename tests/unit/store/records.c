/* Shadows, entities, references, images: what pages read and write. */
#include "fixture.h"

/* --- shadows --------------------------------------------------------------------------------------------------------- */

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
	must(f, store_count_unseen(f->store, p.id, RECORD_ORGANIZATION, 2, &missing, &live, &f->err));
	assert_int_equal(missing, 2);
	assert_int_equal(live, 5);
	must(f, store_shadows_unseen(f->store, f->arena, p.id, RECORD_ORGANIZATION, 2, 0, 10, &unseen, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(unseen[0]->id, s[1]->id);
	assert_int_equal(unseen[1]->id, s[2]->id);
	assert_int_equal(unseen[1]->epoch, 1);
	must(f, store_shadows_unseen(f->store, f->arena, p.id, RECORD_ORGANIZATION, 2, 0, 1, &unseen, &n, &f->err));
	assert_int_equal(n, 1);
	must(f, store_shadows_unseen(f->store, f->arena, p.id, RECORD_ORGANIZATION, 2, s[1]->id, 9, &unseen, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(unseen[0]->id, s[2]->id);
	must(f, store_shadows_unseen(f->store, f->arena, p.id, RECORD_CONTACT, 2, 0, 9, &unseen, &n, &f->err));
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
	must(f, store_count_unseen(f->store, 1, RECORD_ORGANIZATION, 7, &missing, &live, &f->err));
	assert_int_equal(missing, 0);
	must(f, store_count_unseen(f->store, 1, RECORD_ORGANIZATION, 8, &missing, &live, &f->err));
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
		assert_int_equal(fixture_ask(f, "SELECT count(*) - (SELECT count(*) FROM shadow WHERE key <> '') FROM shadow_key"), 0);
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

/* --- entities --------------------------------------------------------------------------------------------------------- */

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
	size_t n = match_keys(f->arena, r, key);

	assert_true(n > 0);
	must(f, store_candidates(f->store, f->arena, r->type, key, n, max, found, &n, &f->err));
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
		/* Deleted ones are found, merged ones are not. */
		x[0]->state = ENTITY_DELETED;
		save_entity(f, x[0]);
		assert_int_equal(candidates(f, x[0]->golden, 8, &found), 1);
		x[2]->state = ENTITY_MERGED;
		x[2]->into = x[0]->id;
		save_entity(f, x[2]);
		assert_int_equal(candidates(f, x[2]->golden, 8, &found), 0);
		x[2]->state = ENTITY_LIVE;
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

/* --- waiting, images ------------------------------------------------------------------------------------------------- */

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
