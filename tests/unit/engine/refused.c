/* Refused changes, over a store filled by hand: what is listed, and what retrying and dropping leave behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/commands.h"

#define HUB_ID "0193aaaa-0000-7000-8000-00000000000"

enum { READY, REFUSED, REJECTED, UNKNOWN, STRANGER, ROWS };

struct fixture {
	struct arena *arena;
	char dir[64];
	struct store *store;
	struct query *query;
	struct partner_config config;
	struct hub_partner partner;
	struct hub hub;
	int64_t entity[ROWS], row[ROWS], pending;
	struct err e;
};

static int64_t add_entity(struct fixture *f, int i)
{
	struct entity n = { .type = RECORD_ORGANIZATION };

	assert_true(uuid_parse(arena_printf(f->arena, HUB_ID "%d", i + 1), &n.hub_id));
	n.golden = arena_new_of(f->arena, struct record);
	n.golden->type = RECORD_ORGANIZATION;
	n.golden->v[ORGANIZATION_LEGAL_NAME] = arena_printf(f->arena, "Brouwerij %d", i);
	n.golden->v[ORGANIZATION_ENTERPRISE_NUMBER] = "0403170701";
	n.changed = store_seq(f->store);
	assert_true(store_entity_save(f->store, f->arena, &n, &f->e));
	return n.id;
}

static int64_t add_row(struct fixture *f, int i, struct outbox row)
{
	row.entity = f->entity[i] = add_entity(f, i);
	row.type = RECORD_ORGANIZATION;
	row.partner = row.partner ? row.partner : f->partner.id;
	row.fields = FIELD_BIT(ORGANIZATION_LEGAL_NAME);
	row.attempts = 3;
	row.not_before = 77;
	row.intent = store_seq(f->store) + 1;
	row.since = 4000 + i;
	row.error = row.error ? row.error : "";
	assert_true(store_outbox_save(f->store, &row, &f->e));
	return row.id;
}

/* A create of which nobody knows whether it happened. */
static int64_t add_pending(struct fixture *f, int64_t entity)
{
	struct shadow *s = shadow_new(f->arena, f->partner.id, RECORD_ORGANIZATION, "\001pending");

	s->state = SHADOW_PENDING;
	s->entity = entity;
	shadow_sent(f->arena, &s->cell[ORGANIZATION_LEGAL_NAME], "Brouwerij", 1);
	assert_true(store_shadow_save(f->store, s, &f->e));
	return s->id;
}

static void fill(struct fixture *f)
{
	struct plan_row plan = { .state = "held", .hash = "abcd1234abcd1234", .reason = "first plan", .counts = "{}" };
	struct store_partner voka, gone;
	struct shadow *s;

	assert_true(store_begin(f->store, &f->e));
	assert_true(store_partner(f->store, f->arena, "voka", &voka, &f->e));
	assert_true(store_partner(f->store, f->arena, "gone", &gone, &f->e));
	f->config.id = "voka";
	f->partner = (struct hub_partner){ .id = voka.id, .config = &f->config };
	f->hub = (struct hub){ .store = f->store, .partner = &f->partner, .n = 1, .now_ms = 10000 };
	plan.partner = voka.id;
	assert_true(store_plan_add(f->store, &plan, &f->e));
	assert_true(store_plan_decide(f->store, plan.id, "rejected", "test", 5000, &f->e));
	f->row[READY] = add_row(f, READY, (struct outbox){ .kind = OUTBOX_UPDATE, .state = OUTBOX_READY });
	f->row[REFUSED] =
		add_row(f, REFUSED, (struct outbox){ .kind = OUTBOX_UPDATE, .state = OUTBOX_DEAD, .error = "422: too long" });
	f->row[REJECTED] =
		add_row(f, REJECTED, (struct outbox){ .kind = OUTBOX_CREATE, .state = OUTBOX_DEAD, .plan = plan.id });
	f->row[UNKNOWN] = add_row(f, UNKNOWN,
		(struct outbox){ .kind = OUTBOX_CREATE, .state = OUTBOX_DEAD, .misses = 1, .token = "first", .error = "nobody can tell" });
	f->row[STRANGER] = add_row(f, STRANGER,
		(struct outbox){ .partner = gone.id, .kind = OUTBOX_DELETE, .state = OUTBOX_DEAD, .error = "no" });
	s = shadow_new(f->arena, voka.id, RECORD_ORGANIZATION, "A7");
	s->entity = f->entity[REFUSED];
	assert_true(store_shadow_save(f->store, s, &f->e));
	f->pending = add_pending(f, f->entity[UNKNOWN]);
	assert_true(store_commit(f->store, &f->e));
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	const char *path;

	f->arena = arena_new();
	strcpy(f->dir, "refused-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	path = arena_printf(f->arena, "%s/doorstroom.db", f->dir);
	f->store = store_open(&(struct store_options){ .path = path }, &f->e);
	assert_non_null(f->store);
	fill(f);
	f->query = query_open(path, NULL, &f->e);
	assert_non_null(f->query);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];

	query_close(f->query);
	store_close(f->store);
	snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
	assert_int_equal(system(command), 0);
	arena_free(f->arena);
	free(f);
	return 0;
}

/* The answer, or NULL and f->e. */
static json_t *call(struct fixture *f, const char *name, json_t *given)
{
	struct command_call c = {
		.command = command_find(name), .arena = f->arena, .by = "uid 1000", .now_ms = 10000, .query = f->query, .hub = &f->hub,
	};
	bool ok;

	f->e = (struct err){ 0 };
	assert_non_null(c.command);
	ok = command_check(c.command, given, &c.args, &f->e);
	json_decref(given);
	ok = ok && c.command->run(&c, &f->e);
	json_decref(c.args);
	json_decref(c.scratch);
	assert_true(ok == (c.out != NULL));
	return c.out;
}

static json_t *about(struct fixture *f, const char *name, int row)
{
	return call(f, name, json_pack("{sI}", "id", (json_int_t)f->row[row]));
}

static const char *text(json_t *o, const char *pointer)
{
	const char *t = json_string_value(json_at(o, pointer));

	return t ? t : "(none)";
}

static int64_t number(json_t *o, const char *pointer)
{
	return json_integer_value(json_at(o, pointer));
}

static struct outbox *row_now(struct fixture *f, int row)
{
	struct outbox *o;

	assert_true(store_outbox_by_id(f->store, f->arena, f->row[row], &o, &f->e));
	return o;
}

static bool still_pending(struct fixture *f)
{
	struct shadow **s;
	size_t n;

	assert_true(store_shadows_of(f->store, f->arena, f->entity[UNKNOWN], &s, &n, &f->e));
	return n == 1 && s[0]->id == f->pending;
}

static void told(struct fixture *f, const char *what, const char *kind)
{
	AUTO(json_drop) json_t *log = call(f, "log", json_pack("{ss}", "kind", "admin"));

	assert_int_equal(json_array_size(json_at(log, "/events")), 1);
	assert_string_equal(text(log, "/events/0/data/what"), what);
	assert_string_equal(text(log, "/events/0/data/kind"), kind);
	assert_string_equal(text(log, "/events/0/data/by"), "uid 1000");
	assert_string_equal(text(log, "/events/0/partner"), "voka");
}

static void test_list(void **state)
{
	struct fixture *f = *state;
	AUTO(json_drop) json_t *all = call(f, "refused", NULL);
	AUTO(json_drop) json_t *one = call(f, "refused list", json_pack("{ss,si}", "partner", "voka", "limit", 1));
	AUTO(json_drop) json_t *other = call(f, "refused list", json_pack("{ss}", "partner", "gone"));

	assert_int_equal(json_array_size(json_at(all, "/refused")), 4);
	assert_int_equal(number(all, "/refused/0/id"), f->row[REFUSED]);
	assert_string_equal(text(all, "/refused/0/partner"), "voka");
	assert_string_equal(text(all, "/refused/0/kind"), "update");
	assert_string_equal(text(all, "/refused/0/type"), "organization");
	assert_string_equal(text(all, "/refused/0/record"), HUB_ID "2");
	assert_string_equal(text(all, "/refused/0/name"), "Brouwerij 1");
	assert_string_equal(text(all, "/refused/0/fields/0"), "legal_name");
	assert_string_equal(text(all, "/refused/0/reason"), "422: too long");
	assert_int_equal(number(all, "/refused/0/attempts"), 3);
	assert_int_equal(number(all, "/refused/0/since"), 4001);
	assert_null(json_at(all, "/refused/0/values"));
	assert_null(json_at(all, "/refused/0/golden"));
	assert_string_equal(text(all, "/refused/1/reason"), "plan abcd1234abcd1234 was rejected");
	assert_int_equal(json_array_size(json_at(one, "/refused")), 1);
	assert_int_equal(json_array_size(json_at(other, "/refused")), 1);
	assert_string_equal(text(other, "/refused/0/kind"), "delete");
	assert_null(call(f, "refused list", json_pack("{ss}", "partner", "nobody")));
	assert_int_equal(f->e.kind, ERR_GONE);
}

static void test_show(void **state)
{
	struct fixture *f = *state;
	AUTO(json_drop) json_t *update = about(f, "refused show", REFUSED);
	AUTO(json_drop) json_t *create = about(f, "refused show", UNKNOWN);

	assert_string_equal(text(update, "/key"), "A7");
	assert_string_equal(text(update, "/values/legal_name"), "Brouwerij 1");
	assert_int_equal(json_object_size(json_at(update, "/values")), 1);
	assert_null(json_at(update, "/golden"));
	assert_true(json_is_null(json_at(create, "/key")));
	assert_null(about(f, "refused show", READY));
	assert_int_equal(f->e.kind, ERR_GONE);
}

static void test_retry(void **state)
{
	struct fixture *f = *state;
	AUTO(json_drop) json_t *x = about(f, "refused retry", REJECTED);
	const struct outbox *row = row_now(f, REJECTED);

	assert_string_equal(text(x, "/partner"), "voka");
	assert_int_equal(row->state, OUTBOX_NEW);
	assert_int_equal(row->plan, 0);
	assert_int_equal(row->attempts, 0);
	assert_int_equal(row->not_before, 0);
	assert_int_equal(row->intent, 0);
	assert_string_equal(row->error, "");
	assert_int_equal(row->since, 4000 + REJECTED);
	told(f, "refused retry", "create");
	/* It is not refused any more. */
	assert_null(about(f, "refused retry", REJECTED));
	assert_int_equal(f->e.kind, ERR_GONE);
	assert_null(about(f, "refused retry", READY));
	assert_int_equal(f->e.kind, ERR_GONE);
	assert_int_equal(row_now(f, READY)->attempts, 3);
	assert_null(about(f, "refused retry", STRANGER));
	assert_int_equal(f->e.kind, ERR_CONFLICT);
	assert_int_equal(row_now(f, STRANGER)->state, OUTBOX_DEAD);
}

/* Whoever retries what nobody could tell has looked: it is made as if never tried, or it would be refused again. */
static void test_retry_of_the_unknown(void **state)
{
	struct fixture *f = *state;
	AUTO(json_drop) json_t *x = about(f, "refused retry", UNKNOWN);

	assert_non_null(x);
	assert_int_equal(row_now(f, UNKNOWN)->state, OUTBOX_NEW);
	assert_int_equal(row_now(f, UNKNOWN)->misses, 0);
	assert_false(still_pending(f));
}

/* A partner that can be asked by now is asked. */
static void test_retry_where_it_can_be_found(void **state)
{
	static const unsigned caps[] = { ADAPTER_CAN_IDEMPOTENT, ADAPTER_CAN_FIND, ADAPTER_CAN_COMPLETE, ADAPTER_CAN_INCREMENTAL };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
		struct outbox *row = row_now(f, UNKNOWN);
		AUTO(json_drop) json_t *x = NULL;

		row->state = OUTBOX_DEAD;
		assert_true(store_begin(f->store, &f->e) && store_outbox_save(f->store, row, &f->e) && store_commit(f->store, &f->e));
		f->partner.caps = caps[i] | ADAPTER_CAN_CREATE;
		x = about(f, "refused retry", UNKNOWN);
		assert_non_null(x);
		assert_true(still_pending(f));
	}
}

static void test_retry_under_a_spent_token(void **state)
{
	struct fixture *f = *state;
	struct outbox *row = row_now(f, UNKNOWN);
	AUTO(json_drop) json_t *x = NULL;

	row->token = NULL;
	assert_true(store_begin(f->store, &f->e) && store_outbox_save(f->store, row, &f->e) && store_commit(f->store, &f->e));
	f->partner.caps = ADAPTER_CAN_IDEMPOTENT | ADAPTER_CAN_CREATE;
	x = about(f, "refused retry", UNKNOWN);
	assert_non_null(x);
	assert_false(still_pending(f));
}

static void test_drop(void **state)
{
	struct fixture *f = *state;
	AUTO(json_drop) json_t *x = about(f, "refused drop", UNKNOWN);

	assert_string_equal(text(x, "/done"), "dropped");
	assert_null(row_now(f, UNKNOWN));
	assert_true(still_pending(f));
	told(f, "refused drop", "create");
	assert_null(about(f, "refused drop", UNKNOWN));
	assert_int_equal(f->e.kind, ERR_GONE);
	assert_null(about(f, "refused drop", READY));
	assert_non_null(row_now(f, READY));
	/* What is left of a partner that is not configured any more can be dropped. */
	json_decref(about(f, "refused drop", STRANGER));
	assert_null(row_now(f, STRANGER));
}

/* What cannot be named cannot be read by itself. */
static void test_quarantine_without_key(void **state)
{
	struct fixture *f = *state;
	const struct quarantine none = { .partner = f->partner.id, .type = RECORD_CONTACT, .key = QUARANTINE_KEYLESS, .field = "",
		.reason = "no key", .raw = "{}", .since = 5000 };
	struct quarantine named = none;
	enum record_type *type;
	const char **key;
	bool fresh;
	size_t n;

	named.key = "9";
	assert_true(store_quarantine(f->store, &none, &fresh, &f->e));
	assert_true(store_quarantine(f->store, &named, &fresh, &f->e));
	for (json_int_t id = 1; id <= 2; id++)
		json_decref(call(f, "quarantine retry", json_pack("{sI}", "id", id)));
	assert_true(store_hints(f->store, f->arena, f->partner.id, 9, &type, &key, &n, &f->e));
	assert_int_equal(n, 1);
	assert_string_equal(key[0], "9");
	assert_null(call(f, "quarantine retry", json_pack("{si}", "id", 1)));
	assert_int_equal(f->e.kind, ERR_CONFLICT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_list, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_show, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_retry, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_retry_of_the_unknown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_retry_where_it_can_be_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_retry_under_a_spent_token, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_drop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quarantine_without_key, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
