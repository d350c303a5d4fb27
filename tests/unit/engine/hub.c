/* What pages, pushes and their outcomes do to the store. */
#include "world.h"

/* --- what must hold ---------------------------------------------------------------------------------------------------- */

static void the_same_number_is_the_same_company(void **state)
{
	struct world *w = *state;

	see(w, 0, "a1", organization(w, "Acme", "0403449823", "x@acme.example"), "1");
	see(w, 1, "b1", organization(w, "ACME NV", "0403449823", "y@acme.example"), "1");
	see(w, 2, "c1", organization(w, "Acme", "0407562029", NULL), "1");
	assert_int_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id, entity_at(w, 1, RECORD_ORGANIZATION, "b1")->id);
	assert_int_not_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id, entity_at(w, 2, RECORD_ORGANIZATION, "c1")->id);
	assert_string_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden->v[MAILS], "x@acme.example\ny@acme.example");
	assert_int_equal(w->tally.linked, 1);
	assert_int_equal(w->tally.created, 2);
}

static void an_edit_travels_and_its_echo_does_not(void **state)
{
	struct world *w = *state;
	struct claim c;
	int64_t e;

	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	see(w, 1, "b1", organization(w, "Acme", "0403449823", NULL), "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	assert_null(row_for(w, 0, e));
	assert_null(row_for(w, 1, e));
	see(w, 0, "a1", organization(w, "Acme Two", "0403449823", NULL), "2");
	assert_null(row_for(w, 0, e));
	c = push_through(w, 1, e, NULL, NULL);
	assert_int_equal(c.push.kind, PUSH_UPDATE);
	assert_int_equal(c.push.fields, FIELD_BIT(NAME));
	assert_string_equal(c.push.record->v[NAME], "Acme Two");
	assert_string_equal(c.push.version, "1");
	assert_null(row_for(w, 1, e));
	/* Read back: confirmed, no contribution, nothing more to send. */
	see(w, 1, "b1", organization(w, "Acme Two", "0403449823", NULL), "v9");
	assert_int_equal(w->page.nconfirm, 0);
	assert_int_equal(w->page.run.confirmed, 1);
	assert_int_equal(w->page.run.edited, 0);
	assert_null(row_for(w, 0, e));
	assert_null(row_for(w, 1, e));
}

static void a_page_from_before_a_push_is_read_again(void **state)
{
	struct world *w = *state;
	int64_t e, asked;

	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	see(w, 1, "b1", organization(w, "Acme", "0403449823", NULL), "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	see(w, 0, "a1", organization(w, "Acme Two", "0403449823", NULL), "2");
	asked = store_seq(w->hub.store);
	push_through(w, 1, e, NULL, organization(w, "Acme Two", "0403449823", NULL));
	read_late(w, asked, item_of("b1", organization(w, "Acme", "0403449823", NULL), "1"));
	assert_int_equal(w->page.run.ignored, 1);
	assert_int_equal(w->page.nconfirm, 1);
	assert_string_equal(w->page.confirm[0], "b1");
	assert_string_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden->v[NAME], "Acme Two");
}

static void a_page_from_before_a_write_that_was_read_back_is_read_again(void **state)
{
	struct world *w = *state;
	struct item item;
	int64_t e, asked;

	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	see(w, 1, "b1", organization(w, "Acme", "0403449823", NULL), "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	see(w, 0, "a1", organization(w, "Acme Two", "0403449823", NULL), "2");
	asked = store_seq(w->hub.store);
	release_to(w, 1);
	assert_int_equal(claim(w, row_for(w, 1, e)->id).kind, CLAIM_PUSH);
	/* No answer yet, and a single read shows that it was carried out. */
	item = item_of("b1", organization(w, "Acme Two", "0403449823", NULL), "2");
	merge_items(w, 1, &item, 1, true);
	read_late(w, asked, item_of("b1", organization(w, "Acme", "0403449823", NULL), "1"));
	assert_int_equal(w->page.run.ignored, 1);
	assert_int_equal(w->page.nconfirm, 1);
}

static void a_conflict_is_read_before_it_is_written(void **state)
{
	struct world *w = *state;
	struct claim c;
	int64_t e;

	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	see(w, 1, "b1", organization(w, "Acme", "0403449823", NULL), "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	see(w, 0, "a1", organization(w, "Acme Two", "0403449823", NULL), "2");
	release_to(w, 1);
	c = claim(w, row_for(w, 1, e)->id);
	err_set(&c.push.op.err, ERR_CONFLICT, "412");
	c.push.sent = true;
	settle(w, &c);
	/* Something on the way may have repeated a request that had its effect. */
	assert_int_equal(row_for(w, 1, e)->state, OUTBOX_UNCERTAIN);
	c = claim(w, row_for(w, 1, e)->id);
	assert_int_equal(c.kind, CLAIM_READ);
	assert_string_equal(c.key, "b1");
	/* Somebody there wrote a third name meanwhile; it is the later edit. */
	see(w, 1, "b1", organization(w, "Acme Three", "0403449823", NULL), "5");
	assert_string_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden->v[NAME], "Acme Three");
	c = claim(w, row_for(w, 1, e)->id);
	assert_int_equal(c.kind, CLAIM_NOTHING);
	assert_null(row_for(w, 1, e));
	assert_non_null(row_for(w, 0, e));
}

static void a_row_that_is_another_partner_s_by_now_is_left_alone(void **state)
{
	struct world *w = *state;
	struct claim c = { .partner = 99, .arena = w->arena };
	int64_t e;
	struct err err;

	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	see(w, 1, "b1", organization(w, "Acme", "0403449823", NULL), "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	see(w, 0, "a1", organization(w, "Acme Two", "0403449823", NULL), "2");
	release_to(w, 1);
	c.row = row_for(w, 1, e)->id;
	assert_true(send_claim(&w->hub, &c, &err));
	assert_int_equal(c.kind, CLAIM_NOTHING);
	assert_int_equal(row_for(w, 1, e)->state, OUTBOX_READY);
}

/* A company at a with a referral to c: c is to get both, the company first. */
static int64_t refer(struct world *w)
{
	struct record *r = record_new(w->arena, RECORD_REFERRAL);

	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	r->v[REFERRAL_FROM_PARTNER] = "a";
	r->v[REFERRAL_TO_PARTNER] = "c";
	r->v[REFERRAL_ORGANIZATION] = "a1";
	r->v[REFERRAL_STATE] = "created";
	see(w, 0, "r1", r, "1");
	return entity_at(w, 0, RECORD_REFERRAL, "r1")->id;
}

static void a_referral_brings_its_company_to_its_two_partners_only(void **state)
{
	struct world *w = *state;
	int64_t referral = refer(w), company = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	struct claim c;

	assert_null(row_for(w, 1, referral));
	assert_null(row_for(w, 1, company));
	release_to(w, 2);
	c = claim(w, row_for(w, 2, referral)->id);
	assert_int_equal(c.kind, CLAIM_NOTHING);
	c = push_through(w, 2, company, "c1", NULL);
	assert_int_equal(c.push.kind, PUSH_CREATE);
	c = push_through(w, 2, referral, "cr1", NULL);
	assert_int_equal(c.push.kind, PUSH_CREATE);
	assert_string_equal(c.push.record->v[REFERRAL_ORGANIZATION], "c1");
	assert_null(row_for(w, 2, referral));
	assert_int_equal(entity_at(w, 2, RECORD_REFERRAL, "cr1")->id, referral);
	/* Its state comes back. */
	struct record *accepted = record_new(w->arena, RECORD_REFERRAL);
	accepted->v[REFERRAL_STATE] = "accepted";
	accepted->v[REFERRAL_ORGANIZATION] = "c1";
	w->hub.now_ms += 100000;
	see(w, 2, "cr1", accepted, "2");
	assert_string_equal(entity_at(w, 0, RECORD_REFERRAL, "r1")->golden->v[REFERRAL_STATE], "accepted");
	assert_non_null(row_for(w, 0, referral));
}

static struct claim create_without_answer(struct world *w, int64_t *company)
{
	struct claim c;

	refer(w);
	*company = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	release_to(w, 2);
	c = claim(w, row_for(w, 2, *company)->id);
	assert_int_equal(c.kind, CLAIM_PUSH);
	err_set(&c.push.op.err, ERR_AGAIN, "timeout");
	c.push.sent = true;
	settle(w, &c);
	assert_int_equal(row_for(w, 2, *company)->state, OUTBOX_UNCERTAIN);
	return c;
}

static void a_create_without_answer_is_searched_for_twice_before_it_is_made_again(void **state)
{
	struct world *w = *state;
	int64_t company;
	struct claim c = create_without_answer(w, &company);
	struct err e;

	/* While it may still be carried out, that it is not found says nothing. */
	c = claim(w, row_for(w, 2, company)->id);
	assert_int_equal(c.kind, CLAIM_FIND);
	c.found_nothing = true;
	assert_true(send_claim(&w->hub, &c, &e));
	assert_int_equal(c.kind, CLAIM_NOTHING);
	c = claim(w, row_for(w, 2, company)->id);
	assert_int_equal(c.kind, CLAIM_FIND);
	c.found_nothing = true;
	assert_true(send_claim(&w->hub, &c, &e));
	assert_int_equal(c.kind, CLAIM_NOTHING);
	assert_true(row_for(w, 2, company)->not_before >= w->hub.now_ms + 60000);
	c = claim(w, row_for(w, 2, company)->id);
	assert_int_equal(c.kind, CLAIM_FIND);
	c.found_nothing = true;
	assert_true(send_claim(&w->hub, &c, &e));
	assert_int_equal(c.kind, CLAIM_PUSH);
	assert_int_equal(c.push.kind, PUSH_CREATE);
}

static void what_the_search_finds_is_adopted_with_its_edits(void **state)
{
	struct world *w = *state;
	int64_t company;
	char id[UUID_TEXT_MAX];
	struct item found;

	create_without_answer(w, &company);
	found = item_of("c7", organization(w, "Acme Renamed There", "0403449823", NULL), "3");
	found.hub_id = uuid_format(&entity_at(w, 0, RECORD_ORGANIZATION, "a1")->hub_id, id);
	merge_items(w, 2, &found, 1, true);
	assert_int_equal(entity_at(w, 2, RECORD_ORGANIZATION, "c7")->id, company);
	assert_null(row_for(w, 2, company));
	assert_string_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden->v[NAME], "Acme Renamed There");
	assert_non_null(row_for(w, 0, company));
}

static void with_an_idempotency_key_the_same_bytes_go_again(void **state)
{
	struct world *w = *state;
	int64_t company;
	struct claim first, again;

	w->partner[2].caps |= ADAPTER_CAN_IDEMPOTENT;
	first = create_without_answer(w, &company);
	see(w, 0, "a1", organization(w, "Acme Two", "0403449823", NULL), "2");
	again = claim(w, row_for(w, 2, company)->id);
	assert_int_equal(again.kind, CLAIM_PUSH);
	assert_string_equal(again.push.token, first.push.token);
	assert_string_equal(again.push.record->v[NAME], "Acme");
	assert_int_equal(again.push.fields, first.push.fields);
	again.push.out_key = "c1";
	again.push.out_version = "1";
	settle(w, &again);
	/* What changed meanwhile follows as an update. */
	again = push_through(w, 2, company, NULL, NULL);
	assert_int_equal(again.push.kind, PUSH_UPDATE);
	assert_string_equal(again.push.record->v[NAME], "Acme Two");
}

static void without_any_means_a_human_decides(void **state)
{
	struct world *w = *state;
	int64_t company;

	w->partner[2].caps &= ~(unsigned)ADAPTER_CAN_FIND;
	create_without_answer(w, &company);
	assert_int_equal(claim(w, row_for(w, 2, company)->id).kind, CLAIM_NOTHING);
	assert_int_equal(row_for(w, 2, company)->state, OUTBOX_DEAD);
	/* The list shows it after all: recognised by what was sent. */
	see(w, 2, "c1", organization(w, "Acme", "0403449823", NULL), "1");
	assert_int_equal(entity_at(w, 2, RECORD_ORGANIZATION, "c1")->id, company);
	assert_null(row_for(w, 2, company));
	assert_int_equal(w->tally.created, 2);
}

static void what_is_deleted_at_a_partner_stays_deleted_there(void **state)
{
	struct world *w = *state;
	int64_t e;

	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	see(w, 1, "b1", organization(w, "Acme", "0403449823", NULL), "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	w->partner_config[1].share[RECORD_ORGANIZATION].scopes |= SCOPE_ALL;
	lose(w, 1, RECORD_ORGANIZATION, "b1");
	see(w, 0, "a1", organization(w, "Acme Two", "0403449823", NULL), "2");
	assert_null(row_for(w, 1, e));
	assert_int_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->state, ENTITY_LIVE);
	/* A person there makes it anew: it is linked again, and no second company arises. */
	see(w, 1, "b2", organization(w, "Acme Two", "0403449823", NULL), "1");
	assert_int_equal(entity_at(w, 1, RECORD_ORGANIZATION, "b2")->id, e);
	assert_false(store_suppressed(w->hub.store, w->partner[1].id, e));
}

static void deletion_travels_where_it_may_and_an_edit_beats_it(void **state)
{
	struct world *w = *state;
	int64_t e;
	struct claim c;

	w->partner_config[0].deletion[RECORD_ORGANIZATION] = DELETION_PROPAGATE;
	for (int p = 0; p < PARTNERS; p++)
		see(w, p, p == 0 ? "a1" : p == 1 ? "b1" : "c1", organization(w, "Acme", "0403449823", NULL), "1");
	e = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	lose(w, 0, RECORD_ORGANIZATION, "a1");
	c = push_through(w, 1, e, NULL, NULL);
	assert_int_equal(c.push.kind, PUSH_DELETE);
	assert_int_equal(shadow_at(w, 1, RECORD_ORGANIZATION, "b1")->state, SHADOW_DEAD);
	assert_int_equal(row_for(w, 2, e)->kind, OUTBOX_DELETE);
	see(w, 2, "c1", organization(w, "Acme lives", "0403449823", NULL), "2");
	assert_null(row_for(w, 2, e));
	assert_int_equal(entity_at(w, 2, RECORD_ORGANIZATION, "c1")->state, ENTITY_LIVE);
	assert_null(row_for(w, 0, e));
}

static void a_contact_waits_for_its_company(void **state)
{
	struct world *w = *state;
	struct record *r = record_new(w->arena, RECORD_CONTACT);
	char id[UUID_TEXT_MAX];

	r->v[CONTACT_FAMILY_NAME] = "Peeters";
	r->v[CONTACT_ORGANIZATION] = "a1";
	see(w, 0, "p1", r, "1");
	assert_null(entity_at(w, 0, RECORD_CONTACT, "p1")->golden->v[CONTACT_ORGANIZATION]);
	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	assert_string_equal(entity_at(w, 0, RECORD_CONTACT, "p1")->golden->v[CONTACT_ORGANIZATION],
		uuid_format(&entity_at(w, 0, RECORD_ORGANIZATION, "a1")->hub_id, id));
}

static void guards_stop_what_is_too_much(void **state)
{
	struct world *w = *state;
	struct item item[20];
	struct release r;
	struct err e;
	int p;

	for (int i = 0; i < 20; i++) {
		const char *key = arena_printf(w->arena, "k%d", i), *name = arena_printf(w->arena, "Company %c%c", 'a' + i, 'b' + i);

		item[i] = item_of(key, organization(w, name, NULL, NULL), "1");
		item[i].hub_id = NULL;
	}
	merge_items(w, 0, item, 20, false);
	w->partner_config[0].guard[GUARD_BLANKED] = (struct guard_limit){ 5, 5 };
	for (int i = 0; i < 20; i++) {
		item[i].record = organization(w, "", NULL, NULL);
		item[i].version = "2";
	}
	merge_items(w, 0, item, 20, false);
	assert_true(w->page.guarded);
	assert_int_equal(w->page.run.edited, 0);
	assert_non_null(strstr(w->page.why, "blanked"));
	assert_string_equal(shadow_at(w, 0, RECORD_ORGANIZATION, "k3")->cell[NAME].base, "Company de");
	/* Outbound: more creates than allowed make a plan that waits. */
	w->partner_config[1].share[RECORD_ORGANIZATION].scopes |= SCOPE_ALL;
	w->partner_config[1].guard[GUARD_CREATES] = (struct guard_limit){ 3, 0 };
	for (int i = 0; i < 20; i++) {
		item[i].record = organization(w, arena_printf(w->arena, "Firm %c%c", 'k' + i % 10, 'a' + i), NULL, NULL);
		item[i].key = arena_printf(w->arena, "m%d", i);
	}
	merge_items(w, 0, item, 20, false);
	r = release_to(w, 1);
	assert_true(r.held);
	assert_int_equal(row_for(w, 1, entity_at(w, 0, RECORD_ORGANIZATION, "m1")->id)->state, OUTBOX_HELD);
	assert_true(release_approve(&w->hub, r.hash, "tester", &p, &e));
	assert_int_equal(p, w->partner[1].id);
	assert_int_equal(row_for(w, 1, entity_at(w, 0, RECORD_ORGANIZATION, "m1")->id)->state, OUTBOX_READY);
	assert_false(release_approve(&w->hub, r.hash, "tester", &p, &e));
}

/* As many as are allowed just before the clock strikes, and one more just after. */
static void the_outbound_guard_counts_over_the_full_hour(void **state)
{
	enum { HOUR_MS = 3600000 };
	struct world *w = *state;

	w->partner_config[1].share[RECORD_ORGANIZATION].scopes |= SCOPE_ALL;
	w->partner_config[1].guard[GUARD_CREATES] = (struct guard_limit){ 3, 0 };
	w->hub.now_ms += HOUR_MS - w->hub.now_ms % HOUR_MS - 20000;
	for (int i = 0; i < 3; i++)
		see(w, 0, arena_printf(w->arena, "k%d", i), organization(w, arena_printf(w->arena, "Firm %c", 'k' + i), NULL, NULL), "1");
	assert_false(release_to(w, 1).held);
	w->hub.now_ms += 20000;
	see(w, 0, "k3", organization(w, "Zorro Holding", NULL, NULL), "1");
	assert_true(release_to(w, 1).held);
}

static void a_bad_record_blocks_no_other(void **state)
{
	struct world *w = *state;
	struct item item[3];

	item[0] = item_of("a1", organization(w, "Acme", NULL, NULL), "1");
	item[1] = (struct item){ .type = RECORD_ORGANIZATION, .key = "a2", .raw = "{}" };
	err_set(&item[1].err, ERR_ITEM, "not a text");
	item[2] = item_of("a3", organization(w, "Beta", NULL, NULL), "1");
	merge_items(w, 0, item, 3, false);
	assert_int_equal(w->page.run.unusable, 1);
	assert_non_null(shadow_at(w, 0, RECORD_ORGANIZATION, "a3"));
	assert_null(shadow_at(w, 0, RECORD_ORGANIZATION, "a2"));
}

static void a_split_gives_back_what_was_there_and_is_not_undone(void **state)
{
	struct world *w = *state;
	struct record *before;
	struct shadow *s;
	struct err e;
	int64_t old, fresh;

	see(w, 0, "a1", organization(w, "Acme", "0403449823", "x@acme.example"), "1");
	before = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden;
	see(w, 1, "b1", organization(w, "Acme Benelux", "0403449823", "y@acme.example"), "1");
	old = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	s = shadow_at(w, 1, RECORD_ORGANIZATION, "b1");
	assert_true(store_begin(w->hub.store, &e));
	assert_true(join_split(&w->hub, w->arena, &s->id, 1, "tester", &fresh, &w->tally, &e));
	assert_true(store_commit(w->hub.store, &e));
	assert_string_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden->v[MAILS], before->v[MAILS]);
	assert_string_equal(entity_at(w, 0, RECORD_ORGANIZATION, "a1")->golden->v[NAME], before->v[NAME]);
	assert_string_equal(entity_at(w, 1, RECORD_ORGANIZATION, "b1")->golden->v[NAME], "Acme Benelux");
	assert_true(store_forbidden(w->hub.store, s->id, old));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(the_same_number_is_the_same_company),
		T(an_edit_travels_and_its_echo_does_not),
		T(a_page_from_before_a_push_is_read_again),
		T(a_page_from_before_a_write_that_was_read_back_is_read_again),
		T(a_conflict_is_read_before_it_is_written),
		T(a_row_that_is_another_partner_s_by_now_is_left_alone),
		T(a_referral_brings_its_company_to_its_two_partners_only),
		T(a_create_without_answer_is_searched_for_twice_before_it_is_made_again),
		T(what_the_search_finds_is_adopted_with_its_edits),
		T(with_an_idempotency_key_the_same_bytes_go_again),
		T(without_any_means_a_human_decides),
		T(what_is_deleted_at_a_partner_stays_deleted_there),
		T(deletion_travels_where_it_may_and_an_edit_beats_it),
		T(a_contact_waits_for_its_company),
		T(guards_stop_what_is_too_much),
		T(the_outbound_guard_counts_over_the_full_hour),
		T(a_bad_record_blocks_no_other),
		T(a_split_gives_back_what_was_there_and_is_not_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
