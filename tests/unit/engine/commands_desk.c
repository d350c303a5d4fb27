/* What waits for an admin, over a store filled by hand: plans, quarantine, reviews, and what became of them. */
#include "commands_fixture.h"

static void test_desk(void **state)
{
	struct fixture *f = *state;
	struct err e;

	ASK("status", "{}");
	assert_string_equal(text(x, "/daemon"), "down");
	assert_string_equal(text(x, "/partners/1/id"), "voka");
	assert_string_equal(text(x, "/partners/1/held_plan/hash"), "abcd1234abcd1234");
	assert_int_equal(json_integer_value(json_at(x, "/partners/1/outbox/held")), 1);
	assert_int_equal(json_integer_value(json_at(x, "/partners/0/live/organization")), 2);
	assert_int_equal(json_integer_value(json_at(x, "/reviews")), 1);
	AUTO(json_drop) json_t *plan = ask(f, "plan show", "{'hash':'abcd'}", &e);

	assert_string_equal(text(plan, "/changes/0/record"), HUB_B);
	assert_string_equal(text(plan, "/changes/0/fields/0"), "legal_name");
	assert_string_equal(text(plan, "/changes/0/cause"), "unizo");
	AUTO(json_drop) json_t *by_partner = ask(f, "plan show", "{'hash':'voka'}", &e);

	assert_string_equal(text(by_partner, "/hash"), "abcd1234abcd1234");
	assert_null(ask(f, "plan show", "{'hash':'ab'}", &e));
	assert_null(ask(f, "plan show", "{'hash':'unizo'}", &e));
	assert_int_equal(e.kind, ERR_GONE);
	AUTO(json_drop) json_t *z = ask(f, "quarantine show", "{'id':'1'}", &e);

	assert_int_equal(json_integer_value(json_at(z, "/raw/a")), 1);
	AUTO(json_drop) json_t *none = ask(f, "quarantine list", "{'partner':'voka'}", &e);

	assert_int_equal(json_array_size(json_at(none, "/quarantine")), 0);
	AUTO(json_drop) json_t *r = ask(f, "review show", "{'id':1}", &e);

	assert_string_equal(text(r, "/key"), "alone");
	assert_string_equal(text(r, "/golden/legal_name"), "Brouwerij Voorbeeld");
	assert_null(ask(f, "review show", "{'id':99}", &e));
	assert_int_equal(e.kind, ERR_GONE);
	AUTO(json_drop) json_t *told = ask(f, "disclosures", "{'record':'" HUB_A "'}", &e);

	assert_int_equal(json_array_size(json_at(told, "/disclosures")), 1);
	assert_string_equal(text(told, "/disclosures/0/partner"), "voka");
	AUTO(json_drop) json_t *why = ask(f, "explain", "{'record':'" HUB_A "','field':'legal_name'}", &e);

	assert_string_equal(text(why, "/fields/0/because/0/partner"), "unizo");
	assert_string_equal(text(why, "/fields/0/receivers/0/state"), "confirmed");
}

/* What is not UTF-8 is shown as far as it can be, and hides nothing else. */
static void test_not_utf8(void **state)
{
	struct fixture *f = *state;
	const struct quarantine z = { .partner = f->unizo,
		.type = RECORD_CONTACT,
		.key = "caf\xe9",
		.field = "",
		.reason = "not UTF-8",
		.raw = "{\"name\":\"caf\xc3",
		.since = 5000 };
	struct err e = { 0 };
	bool fresh;

	assert_true(store_begin(f->store, &e));
	assert_true(store_quarantine(f->store, &z, &fresh, &e));
	assert_true(store_commit(f->store, &e));
	ASK("quarantine list", "{}");
	AUTO(free) char *printed = json_dumps(x, JSON_COMPACT);

	assert_non_null(printed);
	assert_int_equal(json_array_size(json_at(x, "/quarantine")), 2);
	AUTO(json_drop) json_t *shown = ask(f, "quarantine show", "{'id':2}", &e);

	assert_string_equal(text(shown, "/key"), "caf\xef\xbf\xbd");
	assert_string_equal(text(shown, "/raw"), "{\"name\":\"caf\xef\xbf\xbd");
}

/* Of four open questions: by kind, type, partner and age, page by page, the oldest or the surest first. */
static void test_reviews(void **state)
{
	static const struct {
		const char *kind, *evidence;
		int64_t shadow, made_at;
	} rows[] = { { "duplicate", "{\"score\":3.5}", 1, 7000 }, { "chain", "{\"score\":9}", 3, 8000 }, { "match", "{\"score\":-1}", 4, 9000 } };
	struct fixture *f = *state;
	struct err e = { 0 };

	assert_true(store_begin(f->store, &e));
	for (size_t i = 0; i < 3; i++) {
		const struct review r = { .kind = rows[i].kind, .type = i == 1 ? RECORD_CONTACT : RECORD_ORGANIZATION,
			.shadow = rows[i].shadow, .entity = i == 1 ? 3 : 1, .other = i == 2 ? 2 : 0, .evidence = rows[i].evidence,
			.made_at = rows[i].made_at };
		int64_t id;

		assert_true(store_review_ask(f->store, &r, &id, &e));
	}
	assert_true(store_commit(f->store, &e));
	static const struct {
		const char *args, *ids, *next;
		int64_t total;
	} asked[] = {
		{ "{}", "1234", NULL, 4 },
		{ "{'kind':'match'}", "14", NULL, 2 },
		{ "{'type':'contact'}", "3", NULL, 1 },
		{ "{'partner':'voka'}", "124", NULL, 3 },
		{ "{'older':'2s'}", "12", NULL, 2 },
		{ "{'limit':2}", "12", "2", 4 },
		{ "{'limit':2,'after':2}", "34", "4", 4 },
		{ "{'surest':true}", "3241", NULL, 4 },
		{ "{'surest':true,'limit':2}", "32", "2", 4 },
		{ "{'surest':true,'limit':2,'after':2}", "41", "1", 4 },
		{ "{'surest':true,'after':1}", "", NULL, 4 },
	};

	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		AUTO(json_drop) json_t *out = ask(f, "review list", asked[i].args, &e);
		char ids[8] = "";
		json_t *row;
		size_t k;

		assert_non_null(out);
		json_array_foreach(json_object_get(out, "reviews"), k, row)
			ids[k] = (char)('0' + json_integer_value(json_object_get(row, "id")));
		if (strcmp(ids, asked[i].ids))
			fail_msg("%s: %s, not %s", asked[i].args, ids, asked[i].ids);
		assert_int_equal(json_integer_value(json_object_get(out, "total")), asked[i].total);
		assert_int_equal(json_is_null(json_object_get(out, "next")), asked[i].next == NULL);
		if (asked[i].next)
			assert_int_equal(json_integer_value(json_object_get(out, "next")), atoi(asked[i].next));
		assert_int_equal(json_array_size(json_object_get(out, "counts")), 3);
	}
	assert_null(ask(f, "review list", "{'partner':'nobody'}", &e));
	assert_null(ask(f, "review list", "{'older':'often'}", &e));
	assert_int_equal(e.kind, ERR_ITEM);
}

/* What happened to a record that became part of another is part of the other's story. */
static void test_merged(void **state)
{
	struct fixture *f = *state;
	struct entity *a, *b;
	struct uuid id;
	struct err e = { 0 };

	assert_true(store_begin(f->store, &e));
	uuid_parse(HUB_A, &id);
	assert_true(store_entity_by_hub_id(f->store, f->arena, &id, &a, &e));
	uuid_parse(HUB_B, &id);
	assert_true(store_entity_by_hub_id(f->store, f->arena, &id, &b, &e));
	store_event(f->store, 7000, EVENT_SENT, f->unizo, b->id, 4,
		"{\"why\":\"linked\",\"fields\":{\"legal_name\":\"x\"}}");
	store_event(f->store, 7000, EVENT_DECIDE, f->unizo, b->id, 0, "{\"fields\":{\"legal_name\":{\"to\":\"x\"}}}");
	b->state = ENTITY_MERGED;
	b->into = a->id;
	assert_true(store_entity_save(f->store, f->arena, b, &e));
	store_event(f->store, 7000, EVENT_MERGE, 0, a->id, 0,
		arena_printf(f->arena, "{\"from\":%lld,\"into\":%lld}", (long long)b->id, (long long)a->id));
	assert_true(store_commit(f->store, &e));
	ASK("disclosures", "{'record':'" HUB_B "'}");
	assert_string_equal(text(x, "/id"), HUB_A);
	assert_int_equal(json_array_size(json_at(x, "/disclosures")), 2);
	AUTO(json_drop) json_t *log = ask(f, "log", "{'record':'" HUB_A "'}", &e);

	assert_int_equal(json_array_size(json_at(log, "/events")), 5);
	AUTO(json_drop) json_t *why = ask(f, "explain", "{'record':'" HUB_A "','field':'legal_name'}", &e);

	/* But not its decisions: they were about another record's value. */
	assert_int_equal(json_array_size(json_at(why, "/fields/0/earlier")), 0);
}

/* What was acknowledged, and what may have arrived; not what did not leave. */
static void test_disclosures(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct entity *a;
	struct uuid id;
	uint64_t seq[4];

	uuid_parse(HUB_A, &id);
	assert_true(store_begin(f->store, &e));
	assert_true(store_entity_by_hub_id(f->store, f->arena, &id, &a, &e));
	for (size_t i = 0; i < 4; i++)
		seq[i] = (uint64_t)store_event(f->store, 7000, EVENT_INTENT, f->voka, a->id, 2, "{\"kind\":\"update\",\"fields\":{\"language\":\"nl\"}}");
	store_event(f->store, 7001, EVENT_SENT, f->voka, a->id, 2,
		arena_printf(f->arena, "{\"intent\":%llu,\"why\":\"linked\",\"fields\":{\"language\":\"nl\"}}", (unsigned long long)seq[0]));
	store_event(f->store, 7001, EVENT_RETRY, f->voka, a->id, 2,
		arena_printf(f->arena, "{\"intent\":%llu,\"left\":true}", (unsigned long long)seq[1]));
	store_event(f->store, 7001, EVENT_RETRY, f->voka, a->id, 2,
		arena_printf(f->arena, "{\"intent\":%llu,\"left\":false}", (unsigned long long)seq[2]));
	assert_true(store_commit(f->store, &e));
	ASK("disclosures", "{'record':'" HUB_A "'}");
	assert_int_equal(json_array_size(json_at(x, "/disclosures")), 4);
	assert_int_equal(json_integer_value(json_at(x, "/disclosures/1/seq")), seq[1]);
	assert_false(json_is_true(json_at(x, "/disclosures/1/acknowledged")));
	assert_int_equal(json_integer_value(json_at(x, "/disclosures/2/seq")), seq[3]);
	assert_true(json_is_true(json_at(x, "/disclosures/3/acknowledged")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_desk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_utf8, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reviews, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_disclosures, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
