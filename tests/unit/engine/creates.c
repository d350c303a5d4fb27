/* Creates that were refused, or whose outcome nobody knows. */
#include "world.h"

static struct outbox *row_of(struct world *w, int64_t id)
{
	struct outbox *row;
	struct err e;

	assert_true(store_outbox_by_id(w->hub.store, w->arena, id, &row, &e));
	return row;
}

/* What is sent to partner b of that entity ends like that. Its row. */
static int64_t send_fails(struct world *w, int64_t entity, enum err_kind kind)
{
	struct claim c = send_to(w, 1, entity);

	err_set(&c.push.op.err, kind, "no");
	settle(w, &c);
	return c.row;
}

/* The row for partner b of a company that partner a has, claimed; the push ends like that. */
static int64_t create_fails(struct world *w, enum err_kind kind)
{
	for (int t = 0; t < RECORD_TYPES; t++)
		w->partner_config[1].share[t].scopes = SCOPE_ALL;
	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	return send_fails(w, entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id, kind);
}

/* Each of the two begins in the moment in which it was asked for. */
static void two_readings_tell_that_a_create_did_not_happen(void **state)
{
	struct world *w = *state;
	int64_t row;

	w->partner[1].caps = ADAPTER_CAN_COMPLETE | ADAPTER_CAN_CREATE | ADAPTER_CAN_UPDATE;
	row = create_fails(w, ERR_AGAIN);
	assert_int_equal(claim(w, row).kind, CLAIM_NOTHING); /* it may be carried out yet */
	assert_int_equal(claim(w, row).kind, CLAIM_LIST);
	w->partner[1].read_ms = w->hub.now_ms;
	assert_int_equal(claim(w, row).kind, CLAIM_LIST);
	w->partner[1].read_ms = w->hub.now_ms;
	assert_int_equal(claim(w, row).kind, CLAIM_PUSH);
}

/* Not even if the contact that belongs to it is the partner's own. */
static void a_refused_company_is_not_tried_again_for_a_contact(void **state)
{
	struct world *w = *state;
	const int64_t refused = create_fails(w, ERR_ITEM);
	struct record *jan = record_new(w->arena, RECORD_CONTACT);
	struct outbox *row;
	struct claim c;
	struct err e;

	assert_int_equal(row_of(w, refused)->state, OUTBOX_DEAD);
	jan->v[CONTACT_FAMILY_NAME] = "Peeters";
	jan->v[CONTACT_EMAILS] = "jan@acme.example";
	jan->v[CONTACT_ORGANIZATION] = "a1";
	see(w, 0, "j1", jan, "1");
	release_to(w, 1);
	row = row_for(w, 1, entity_at(w, 0, RECORD_CONTACT, "j1")->id);
	row->cause = w->partner[1].id;
	assert_true(store_begin(w->hub.store, &e));
	assert_true(store_end(w->hub.store, store_outbox_save(w->hub.store, row, &e), &e));
	c = claim(w, row->id);
	assert_int_equal(c.kind, CLAIM_PUSH);
	assert_false(c.push.fields & FIELD_BIT(CONTACT_ORGANIZATION));
	assert_int_equal(row_of(w, refused)->state, OUTBOX_DEAD);
}

/* It was made all the same, people changed it before it was found, and nothing can be changed there. */
static void a_create_that_is_found_is_no_change_where_nothing_can_be_changed(void **state)
{
	struct world *w = *state;
	struct shadow *made;
	struct err e;
	int64_t row;

	w->partner[1].caps = ADAPTER_CAN_COMPLETE | ADAPTER_CAN_CREATE | ADAPTER_CAN_FIND;
	row = create_fails(w, ERR_AGAIN);
	made = shadow_at(w, 1, RECORD_ORGANIZATION, arena_printf(w->arena, "\001%lld", (long long)row_of(w, row)->entity));
	made->key = "b1";
	made->state = SHADOW_LIVE;
	assert_true(store_begin(w->hub.store, &e));
	assert_true(store_end(w->hub.store, store_shadow_save(w->hub.store, made, &e), &e));
	see(w, 0, "a1", organization(w, "Acme Two", "0403449823", NULL), "2");
	assert_int_equal(claim(w, row).kind, CLAIM_NOTHING);
	assert_null(row_of(w, row));
}

static struct claim claim_until_push(struct world *w, int64_t row)
{
	struct claim c = claim(w, row);

	for (int i = 0; i < 20 && c.kind != CLAIM_PUSH; i++) {
		if (c.kind == CLAIM_LIST)
			w->partner[1].read_ms = w->hub.now_ms;
		c = claim(w, row);
	}
	assert_int_equal(c.kind, CLAIM_PUSH);
	return c;
}

static void refuse(struct world *w, struct claim *c)
{
	c->push.sent = true;
	err_set(&c->push.op.err, ERR_ITEM, "422: no");
	settle(w, c);
}

/* The create was not answered, and its repetition under the same token is refused. */
static int64_t repeat_is_refused(struct world *w, const char *name_by_then)
{
	const char *first;
	struct claim c;
	int64_t row;

	w->partner[1].caps = ADAPTER_CAN_COMPLETE | ADAPTER_CAN_CREATE | ADAPTER_CAN_UPDATE | ADAPTER_CAN_IDEMPOTENT;
	row = create_fails(w, ERR_AGAIN);
	first = row_of(w, row)->token;
	if (name_by_then)
		see(w, 0, "a1", organization(w, name_by_then, "0403449823", NULL), "2");
	c = claim_until_push(w, row);
	assert_string_equal(c.push.token, first);
	assert_string_equal(c.push.record->v[NAME], "Acme");
	refuse(w, &c);
	assert_null(row_of(w, row)->token);
	return row;
}

static void a_refused_repetition_is_the_end_while_nothing_changes(void **state)
{
	struct world *w = *state;
	const int64_t row = repeat_is_refused(w, NULL);

	assert_int_equal(row_of(w, row)->state, OUTBOX_DEAD);
}

/* It was said already, or is said later: what is sent is looked for, and is that, under another token. */
static void a_refused_repetition_is_not_repeated_once_the_record_has_changed(void **state)
{
	struct world *w = *state;
	const int64_t row = repeat_is_refused(w, "Acme Two");
	struct claim c;

	assert_int_equal(row_of(w, row)->state, OUTBOX_UNCERTAIN);
	assert_int_equal(claim(w, row).kind, CLAIM_NOTHING); /* the attempt before may be carried out yet */
	c = claim_until_push(w, row);
	assert_false(c.repeat);
	assert_string_equal(c.push.record->v[NAME], "Acme Two");
	refuse(w, &c);
	assert_int_equal(row_of(w, row)->state, OUTBOX_DEAD);
}

static void what_changes_after_a_refused_repetition_is_sent(void **state)
{
	struct world *w = *state;
	const int64_t row = repeat_is_refused(w, NULL);
	struct claim c;

	see(w, 0, "a1", organization(w, "Acme Two", "0403449823", NULL), "2");
	release_to(w, 1);
	assert_int_equal(row_of(w, row)->state, OUTBOX_READY);
	assert_int_equal(claim(w, row).kind, CLAIM_LIST);
	c = claim_until_push(w, row);
	assert_string_equal(c.push.record->v[NAME], "Acme Two");
}

/* While the first attempt was under way people said something else, or nothing that is sent. */
static void a_refusal_says_nothing_of_what_was_said_meanwhile(void **state)
{
	struct world *w = *state;
	struct outbox *row;
	int64_t entity, id;
	struct claim c;

	see(w, 0, "a1", organization(w, "Acme", "0403449823", NULL), "1");
	see(w, 1, "b1", organization(w, "Acme", "0403449823", NULL), "1");
	entity = entity_at(w, 0, RECORD_ORGANIZATION, "a1")->id;
	see(w, 0, "a1", organization(w, "Acme Two", "0403449823", NULL), "2");
	for (int meanwhile = 1; meanwhile >= 0; meanwhile--) {
		release_to(w, 1);
		id = row_for(w, 1, entity)->id;
		c = claim(w, id);
		assert_int_equal(c.kind, CLAIM_PUSH);
		see(w, 0, "a1", organization(w, "Acme Three", "0403449823", NULL), meanwhile ? "3" : "4");
		refuse(w, &c);
		row = row_for(w, 1, entity);
		assert_non_null(row);
		assert_int_equal(row->state, meanwhile ? OUTBOX_NEW : OUTBOX_DEAD);
	}
}

/* It was found, and what is there makes no sense, or is known as another's. */
static void a_create_that_is_found_and_cannot_be_bound_is_not_searched_at_once_again(void **state)
{
	struct world *w = *state;
	const int64_t row = create_fails(w, ERR_AGAIN);
	struct claim c = claim(w, row);
	struct err e;

	assert_int_equal(c.kind, CLAIM_FIND);
	c.fresh = true;
	assert_true(send_claim(&w->hub, &c, &e));
	assert_int_equal(c.kind, CLAIM_NOTHING);
	assert_true(row_of(w, row)->not_before > w->hub.now_ms);
	assert_int_equal(claim(w, row).kind, CLAIM_FIND);
}

static struct record *person(struct world *w, const char *sharing)
{
	struct record *r = record_new(w->arena, RECORD_CONTACT);

	r->v[CONTACT_GIVEN_NAME] = "Jan";
	r->v[CONTACT_FAMILY_NAME] = "Peeters";
	r->v[CONTACT_EMAILS] = "jan@acme.example";
	r->v[CONTACT_CONSENT_SHARING] = sharing;
	return r;
}

/* The partner would know the token. */
static void what_may_not_be_shared_any_more_is_not_sent_again(void **state)
{
	struct world *w = *state;
	int64_t row;

	w->partner[1].caps |= ADAPTER_CAN_IDEMPOTENT;
	w->partner_config[1].share[RECORD_CONTACT].scopes = SCOPE_ALL;
	see(w, 0, "j1", person(w, "granted"), "1");
	row = send_fails(w, entity_at(w, 0, RECORD_CONTACT, "j1")->id, ERR_AGAIN);
	see(w, 0, "j1", person(w, "withdrawn"), "2");
	assert_int_equal(claim(w, row).kind, CLAIM_FIND);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(two_readings_tell_that_a_create_did_not_happen),
		T(a_refused_company_is_not_tried_again_for_a_contact),
		T(a_create_that_is_found_is_no_change_where_nothing_can_be_changed),
		T(a_refused_repetition_is_the_end_while_nothing_changes),
		T(a_refused_repetition_is_not_repeated_once_the_record_has_changed),
		T(what_changes_after_a_refused_repetition_is_sent),
		T(a_refusal_says_nothing_of_what_was_said_meanwhile),
		T(a_create_that_is_found_and_cannot_be_bound_is_not_searched_at_once_again),
		T(what_may_not_be_shared_any_more_is_not_sent_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
