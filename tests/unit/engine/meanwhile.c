/* Answers to pushes that arrive when something else has happened to the record meanwhile. */
#include "world.h"

static void share_all(struct world *w, int p)
{
	for (int t = 0; t < RECORD_TYPES; t++)
		w->partner_config[p].share[t].scopes = SCOPE_ALL;
}

/* The list leaves out by what the hub would have recognised it. */
static void a_record_that_a_list_showed_before_the_answer_is_the_one_that_was_made(void **state)
{
	struct world *w = *state;
	struct claim c;
	int64_t ours;

	share_all(w, 1);
	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	ours = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	c = send_to(w, 1, ours);
	see(w, 1, "b1", organization(w, "Zorro Holding", NULL, NULL), "1");
	assert_int_not_equal(shadow_at(w, 1, RECORD_ORGANIZATION, "b1")->entity, ours);
	c.push.out_key = "b1";
	c.push.out_version = "1";
	settle(w, &c);
	assert_int_equal(shadow_at(w, 1, RECORD_ORGANIZATION, "b1")->entity, ours);
	release_to(w, 1);
	assert_true(!row_for(w, 1, ours) || row_for(w, 1, ours)->kind != OUTBOX_CREATE);
}

/* By its number, and partner a has both: that is for people, and meanwhile the record that was made is not made again. */
static void a_record_that_a_list_showed_as_another_of_two_is_not_made_again(void **state)
{
	struct world *w = *state;
	struct claim c;
	int64_t ours, theirs;

	share_all(w, 1);
	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	ours = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	c = send_to(w, 1, ours);
	see(w, 0, "a2", organization(w, "Zorro Holding", "0999999823", NULL), "1");
	theirs = entity_at(w, 0, RECORD_ORGANIZATION, "a2")->id;
	see(w, 1, "b1", organization(w, "Zorro Holding", "0999999823", NULL), "1");
	assert_int_equal(shadow_at(w, 1, RECORD_ORGANIZATION, "b1")->entity, theirs);
	c.push.out_key = "b1";
	c.push.out_version = "1";
	settle(w, &c);
	assert_true(store_review_between(w->hub.store, theirs, ours));
	release_to(w, 1);
	assert_null(row_for(w, 1, ours));
}

static void a_deletion_is_done_though_a_duplicate_stood_aside(void **state)
{
	const struct join same = { .how = "manual", .by = "admin", .duplicates = true };
	struct item gone = { .type = RECORD_ORGANIZATION, .state = ITEM_GONE, .key = "a1" };
	struct world *w = *state;
	struct claim c;
	struct err e;
	int64_t ours;

	w->partner_config[0].deletion[RECORD_ORGANIZATION] = DELETION_PROPAGATE;
	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	see(w, 1, "b1", organization(w, "Acme", "0403449823", NULL), "1");
	see(w, 1, "b2", organization(w, "Acme", "0403449823", NULL), "1");
	ours = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	assert_true(store_begin(w->hub.store, &e));
	assert_true(store_end(w->hub.store, join_merge(&w->hub, w->arena, ours,
		entity_at(w, 1, RECORD_ORGANIZATION, "b2")->id, &same, &w->tally, &e), &e));
	merge_items(w, 0, &gone, 1, true);
	c = send_to(w, 1, ours);
	assert_int_equal(c.push.kind, PUSH_DELETE);
	settle(w, &c);
	assert_true(!row_for(w, 1, ours) || row_for(w, 1, ours)->state != OUTBOX_SENDING);
	assert_true(join_settled(&w->hub, w->arena, ours, &e));
}

/* Into another company's. */
static void an_update_is_done_though_the_record_was_merged_away(void **state)
{
	struct item merged = { .type = RECORD_ORGANIZATION, .state = ITEM_MERGED, .key = "b1", .merged_into = "b2" };
	struct world *w = *state;
	struct claim c;
	struct err e;
	int64_t ours;

	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	see(w, 1, "b1", organization(w, "Acme", "0403449823", NULL), "1");
	see(w, 1, "b2", organization(w, "Zorro Holding", "0999999823", NULL), "1");
	ours = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	see(w, 0, "a1", organization(w, "Acme Two", "0403449823", NULL), "2");
	c = send_to(w, 1, ours);
	merge_items(w, 1, &merged, 1, false);
	c.push.out_version = "2";
	settle(w, &c);
	assert_null(row_for(w, 1, ours));
	assert_true(join_settled(&w->hub, w->arena, ours, &e));
}

static struct record *contact(struct world *w, const char *given, const char *mails)
{
	struct record *r = record_new(w->arena, RECORD_CONTACT);

	r->v[CONTACT_GIVEN_NAME] = given;
	r->v[CONTACT_FAMILY_NAME] = "Peeters";
	r->v[CONTACT_EMAILS] = mails;
	return r;
}

static struct record *participation(struct world *w, const char *who)
{
	struct record *r = record_new(w->arena, RECORD_PARTICIPATION);

	r->v[PARTICIPATION_ACTIVITY_ID] = "A1";
	r->v[PARTICIPATION_CONTACT] = who;
	return r;
}

/* At partner a, both whose participations are corrected to be one; partner b has the first, and is being given the other.
 * Returns the entity of the first. */
static int64_t participations_that_become_one(struct world *w, struct claim *c)
{
	int64_t first;

	share_all(w, 1);
	see(w, 0, "j1", contact(w, "Jan", "jan@acme.example"), "1");
	see(w, 0, "j2", contact(w, "Piet", "piet@beta.example"), "1");
	see(w, 0, "p1", participation(w, "j1"), "1");
	see(w, 0, "p2", participation(w, "j2"), "1");
	first = entity_at(w, 0, RECORD_PARTICIPATION, "p1")->id;
	push_through(w, 1, entity_at(w, 0, RECORD_CONTACT, "j1")->id, "bj1", NULL);
	push_through(w, 1, entity_at(w, 0, RECORD_CONTACT, "j2")->id, "bj2", NULL);
	push_through(w, 1, first, "bp1", NULL);
	*c = send_to(w, 1, entity_at(w, 0, RECORD_PARTICIPATION, "p2")->id);
	return first;
}

static void correct_the_other(struct world *w, int64_t first)
{
	see(w, 0, "p2", participation(w, "j1"), "2");
	assert_int_not_equal(entity_at(w, 0, RECORD_PARTICIPATION, "p2")->id, first);
}

static void participations_become_one_once_it_is_known_what_was_made_of_them(void **state)
{
	struct world *w = *state;
	struct claim c;
	const int64_t first = participations_that_become_one(w, &c);

	correct_the_other(w, first);
	c.push.out_key = "bp2";
	c.push.out_version = "1";
	settle(w, &c);
	assert_int_equal(entity_at(w, 0, RECORD_PARTICIPATION, "p2")->id, first);
}

static void or_that_it_was_refused(void **state)
{
	struct world *w = *state;
	struct claim c;
	const int64_t first = participations_that_become_one(w, &c);

	correct_the_other(w, first);
	err_set(&c.push.op.err, ERR_ITEM, "no");
	settle(w, &c);
	assert_int_equal(entity_at(w, 0, RECORD_PARTICIPATION, "p2")->id, first);
}

/* It was not answered, is not found, and is not to be there any more. */
static void or_that_it_is_not_made_again(void **state)
{
	struct world *w = *state;
	struct claim c;
	const int64_t first = participations_that_become_one(w, &c), row = c.row;
	struct err e;

	err_set(&c.push.op.err, ERR_AGAIN, "no answer");
	settle(w, &c);
	correct_the_other(w, first);
	w->partner_config[1].share[RECORD_PARTICIPATION].scopes = 0;
	for (int i = 0; i < 4; i++) {
		c = (struct claim){ .row = row, .partner = w->partner[1].id, .arena = w->arena, .fresh = true, .found_nothing = true };
		w->hub.now_ms += 120000;
		assert_true(send_claim(&w->hub, &c, &e));
		assert_int_equal(c.kind, CLAIM_NOTHING);
	}
	assert_int_equal(entity_at(w, 0, RECORD_PARTICIPATION, "p2")->id, first);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_record_that_a_list_showed_before_the_answer_is_the_one_that_was_made),
		T(a_record_that_a_list_showed_as_another_of_two_is_not_made_again),
		T(a_deletion_is_done_though_a_duplicate_stood_aside),
		T(an_update_is_done_though_the_record_was_merged_away),
		T(participations_become_one_once_it_is_known_what_was_made_of_them),
		T(or_that_it_was_refused),
		T(or_that_it_is_not_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
