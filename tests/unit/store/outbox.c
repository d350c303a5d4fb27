/* At most one row per partner and record: found, ordered, moved and counted. */
#include "fixture.h"

static struct outbox *row(struct fixture *f, int partner, int64_t entity, enum record_type type,
	enum outbox_state state, int64_t not_before)
{
	struct outbox *o = arena_new_of(f->arena, struct outbox);

	*o = (struct outbox){ .partner = partner,
		.entity = entity,
		.type = type,
		.kind = OUTBOX_UPDATE,
		.state = state,
		.not_before = not_before,
		.since = 5 };
	must(f, store_outbox_save(f->store, o, &f->err));
	assert_true(o->id > 0);
	return o;
}

static void keeps_an_outbox_row(void **state)
{
	struct fixture *f = *state;
	struct outbox *o = row(f, 1, 7, RECORD_CONTACT, OUTBOX_NEW, 0), *back, twin;

	must(f, store_outbox(f->store, f->arena, 1, 7, &back, &f->err));
	assert_int_equal(back->id, o->id);
	assert_string_equal(back->error, "");
	assert_null(back->token);
	o->kind = OUTBOX_CREATE;
	o->state = OUTBOX_SENDING;
	o->cause = 2;
	o->plan = 3;
	o->attempts = 4;
	o->not_before = 1700000000000;
	o->token = "t";
	o->intent = 6;
	o->fields = UINT64_C(1) << 63;
	o->again = true;
	o->misses = 1;
	o->error = "refused: field phones";
	o->since = 8;
	must(f, store_outbox_save(f->store, o, &f->err));
	must(f, store_outbox_by_id(f->store, f->arena, o->id, &back, &f->err));
	assert_int_equal(back->partner, 1);
	assert_int_equal(back->entity, 7);
	assert_int_equal(back->type, RECORD_CONTACT);
	assert_int_equal(back->kind, OUTBOX_CREATE);
	assert_int_equal(back->state, OUTBOX_SENDING);
	assert_int_equal(back->cause, 2);
	assert_int_equal(back->plan, 3);
	assert_int_equal(back->attempts, 4);
	assert_int_equal(back->not_before, 1700000000000);
	assert_string_equal(back->token, "t");
	assert_int_equal(back->intent, 6);
	assert_true(back->fields == UINT64_C(1) << 63);
	assert_true(back->again);
	assert_int_equal(back->misses, 1);
	assert_string_equal(back->error, "refused: field phones");
	assert_int_equal(back->since, 8);
	/* At most one per partner and entity. */
	twin = *o;
	twin.id = 0;
	assert_false(store_outbox_save(f->store, &twin, &f->err));
	assert_int_equal(f->err.kind, ERR_BROKEN);
	must(f, store_outbox(f->store, f->arena, 2, 7, &back, &f->err));
	assert_null(back);
	must(f, store_outbox_delete(f->store, o->id, &f->err));
	must(f, store_outbox_by_id(f->store, f->arena, o->id, &back, &f->err));
	assert_null(back);
	assert_string_equal(outbox_state_name(OUTBOX_UNCERTAIN), "uncertain");
	assert_string_equal(outbox_kind_name(OUTBOX_DELETE), "delete");
}

static void gives_what_is_due_in_order(void **state)
{
	struct fixture *f = *state;
	struct outbox **due;
	int64_t at;
	size_t n;

	must(f, store_outbox_next(f->store, 1, &at, &f->err));
	assert_true(at == INT64_MAX);
	row(f, 1, 1, RECORD_PARTICIPATION, OUTBOX_READY, 10);
	row(f, 1, 2, RECORD_CONTACT, OUTBOX_READY, 30);
	row(f, 1, 3, RECORD_CONTACT, OUTBOX_UNCERTAIN, 20);
	row(f, 1, 4, RECORD_ORGANIZATION, OUTBOX_READY, 90);
	row(f, 1, 5, RECORD_ORGANIZATION, OUTBOX_READY, 91);
	row(f, 1, 6, RECORD_ORGANIZATION, OUTBOX_SENDING, 0);
	row(f, 1, 7, RECORD_ORGANIZATION, OUTBOX_HELD, 0);
	row(f, 1, 8, RECORD_ORGANIZATION, OUTBOX_DEAD, 0);
	row(f, 2, 1, RECORD_ORGANIZATION, OUTBOX_READY, 1);
	row(f, 1, 9, RECORD_REFERRAL, OUTBOX_READY, 5);
	must(f, store_outbox_due(f->store, f->arena, 1, 90, 10, &due, &n, &f->err));
	assert_int_equal(n, 5);
	assert_int_equal(due[0]->entity, 4);
	assert_int_equal(due[1]->entity, 3);
	assert_int_equal(due[2]->entity, 2);
	assert_int_equal(due[3]->entity, 9);
	assert_int_equal(due[4]->entity, 1);
	must(f, store_outbox_due(f->store, f->arena, 1, 90, 2, &due, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(due[1]->entity, 3);
	must(f, store_outbox_due(f->store, f->arena, 1, 4, 10, &due, &n, &f->err));
	assert_int_equal(n, 0);
	must(f, store_outbox_next(f->store, 1, &at, &f->err));
	assert_int_equal(at, 5);
	must(f, store_outbox_next(f->store, 2, &at, &f->err));
	assert_int_equal(at, 1);
}

static int64_t count(struct fixture *f, int partner, enum outbox_state state)
{
	int64_t n;

	must(f, store_outbox_count(f->store, partner, state, &n, &f->err));
	return n;
}

static void moves_and_counts_rows(void **state)
{
	struct fixture *f = *state;
	struct outbox **in, *o;
	int64_t n64;
	size_t n;

	for (int i = 1; i <= 6; i++) {
		o = row(f, 1, i, RECORD_ORGANIZATION, i <= 4 ? OUTBOX_NEW : OUTBOX_HELD, 0);
		o->plan = i <= 4 ? 0 : i;
		o->cause = i % 2 + 1;
		must(f, store_outbox_save(f->store, o, &f->err));
	}
	row(f, 2, 1, RECORD_ORGANIZATION, OUTBOX_NEW, 0);
	must(f, store_outbox_in(f->store, f->arena, 1, OUTBOX_NEW, 0, 3, &in, &n, &f->err));
	assert_int_equal(n, 3);
	assert_int_equal(in[2]->entity, 3);
	must(f, store_outbox_in(f->store, f->arena, 1, OUTBOX_NEW, in[2]->id, 3, &in, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(in[0]->entity, 4);

	must(f, store_outbox_held(f->store, 1, 0, &n64, &f->err));
	assert_int_equal(n64, 2);
	must(f, store_outbox_held(f->store, 1, 2, &n64, &f->err));
	assert_int_equal(n64, 1);
	must(f, store_outbox_held(f->store, 1, 3, &n64, &f->err));
	assert_int_equal(n64, 0);

	must(f, store_outbox_move(f->store, 1, OUTBOX_NEW, OUTBOX_HELD, 0, 9, &f->err));
	assert_int_equal(count(f, 1, OUTBOX_NEW), 0);
	assert_int_equal(count(f, 1, OUTBOX_HELD), 6);
	assert_int_equal(count(f, 2, OUTBOX_NEW), 1);
	must(f, store_outbox_move(f->store, 1, OUTBOX_HELD, OUTBOX_READY, 9, 9, &f->err));
	assert_int_equal(count(f, 1, OUTBOX_HELD), 2);
	assert_int_equal(count(f, 1, OUTBOX_READY), 4);
	must(f, store_outbox_open(f->store, 1, &n64, &f->err));
	assert_int_equal(n64, 4);
	must(f, store_outbox(f->store, f->arena, 1, 1, &o, &f->err));
	assert_int_equal(o->plan, 9);
	must(f, store_outbox_forget(f->store, 1, &f->err));
	assert_int_equal(count(f, 1, OUTBOX_READY), 3);
	assert_int_equal(count(f, 2, OUTBOX_NEW), 0);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup_open, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(keeps_an_outbox_row),
		T(gives_what_is_due_in_order),
		T(moves_and_counts_rows),
	};
#undef T
	return cmocka_run_group_tests(tests, NULL, NULL);
}
