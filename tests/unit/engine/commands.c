/* The command table over a store filled by hand: what each question answers, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/commands.h"

#define HUB_A "0193aaaa-0000-7000-8000-000000000001"
#define HUB_B "0193aaaa-0000-7000-8000-000000000002"
#define HUB_C "0193bbbb-0000-7000-8000-000000000003"

struct fixture {
	struct arena *arena;
	char dir[64], *path;
	struct store *store;
	struct query *query;
	int unizo, voka;
};

static int64_t add_entity(struct fixture *f, const char *hub_id, enum record_type type, const char *golden)
{
	struct entity n = { .type = type };
	struct err e = { 0 };
	json_t *values = json_parse(golden, strlen(golden), &e);

	assert_non_null(values);
	assert_true(uuid_parse(hub_id, &n.hub_id));
	n.golden = record_parse(f->arena, type, values, &e);
	json_decref(values);
	assert_non_null(n.golden);
	n.changed = store_seq(f->store);
	assert_true(store_entity_save(f->store, f->arena, &n, &e));
	return n.id;
}

static int64_t add_shadow(
	struct fixture *f, int partner, enum record_type type, const char *key, int64_t entity, const char *name)
{
	struct shadow *s = shadow_new(f->arena, partner, type, key);
	struct err e = { 0 };

	s->entity = entity;
	if (name) {
		s->cell[ORGANIZATION_LEGAL_NAME].base = s->cell[ORGANIZATION_LEGAL_NAME].own = name;
		s->cell[ORGANIZATION_LEGAL_NAME].own_seq = 1;
	}
	assert_true(store_shadow_save(f->store, s, &e));
	return s->id;
}

static int add_partner(struct fixture *f, const char *name)
{
	struct store_partner p;
	struct err e = { 0 };

	assert_true(store_partner(f->store, f->arena, name, &p, &e));
	return p.id;
}

static void fill(struct fixture *f)
{
	struct store *s = f->store;
	struct err e = { 0 };
	int64_t a, b, c, id;
	struct outbox row;
	struct plan_row plan;

	assert_true(store_begin(s, &e));
	f->unizo = add_partner(f, "unizo");
	f->voka = add_partner(f, "voka");
	a = add_entity(f, HUB_A, RECORD_ORGANIZATION,
		"{\"legal_name\":\"Brouwerij Voorbeeld\",\"enterprise_number\":\"0403170701\"}");
	b = add_entity(f, HUB_B, RECORD_ORGANIZATION, "{\"legal_name\":\"Drukkerij 100%\"}");
	c = add_entity(f, HUB_C, RECORD_CONTACT,
		"{\"given_name\":\"An\",\"family_name\":\"Voorbeeld\",\"organization\":\"" HUB_A "\"}");
	add_shadow(f, f->unizo, RECORD_ORGANIZATION, "1", a, "Brouwerij Voorbeeld");
	add_shadow(f, f->voka, RECORD_ORGANIZATION, "A:7", a, "Brouwerij Voorbeeld");
	add_shadow(f, f->unizo, RECORD_CONTACT, "1", c, NULL);
	add_shadow(f, f->unizo, RECORD_ORGANIZATION, "2", b, NULL);
	add_shadow(f, f->voka, RECORD_ORGANIZATION, "alone", 0, NULL);
	store_event(s, 1000, EVENT_SEEN, f->unizo, a, 1, "{\"values\":{\"legal_name\":\"Brouwerij Voorbeeld\"}}");
	store_event(s, 2000, EVENT_SENT, f->voka, a, 2,
		"{\"kind\":\"update\",\"why\":\"linked\",\"fields\":{\"legal_name\":\"Brouwerij Voorbeeld\"}}");
	store_event(s, 3000, EVENT_RUN, f->unizo, 0, 0, "{\"full\":true}");
	plan = (struct plan_row){ .partner = f->voka,
		.state = "held",
		.hash = "abcd1234abcd1234",
		.reason = "first plan",
		.counts = "{\"create\":1}",
		.made_at = 4000 };
	assert_true(store_plan_add(s, &plan, &e));
	row = (struct outbox){ .partner = f->voka,
		.entity = b,
		.type = RECORD_ORGANIZATION,
		.kind = OUTBOX_CREATE,
		.state = OUTBOX_HELD,
		.cause = f->unizo,
		.plan = plan.id,
		.fields = FIELD_BIT(ORGANIZATION_LEGAL_NAME),
		.since = 4000,
		.error = "" };
	assert_true(store_outbox_save(s, &row, &e));
	bool fresh;
	const struct quarantine z = { .partner = f->unizo,
		.type = RECORD_CONTACT,
		.key = "9",
		.field = "emails",
		.reason = "not a list",
		.raw = "{\"a\":1}",
		.raw_hash = 5,
		.since = 5000 };

	assert_true(store_quarantine(s, &z, &fresh, &e));
	const struct review r = { .kind = "match",
		.type = RECORD_ORGANIZATION,
		.shadow = 5,
		.entity = a,
		.evidence = "{\"why\":\"names are close\"}",
		.made_at = 6000 };

	assert_true(store_review_ask(s, &r, &id, &e));
	assert_true(store_commit(s, &e));
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct store_options options = { 0 };
	struct err e = { 0 };

	f->arena = arena_new();
	strcpy(f->dir, "commands-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->path = arena_printf(f->arena, "%s/doorstroom.db", f->dir);
	options.path = f->path;
	f->store = store_open(&options, &e);
	if (!f->store)
		fail_msg("%s", e.text);
	fill(f);
	f->query = query_open(f->path, NULL, &e);
	if (!f->query)
		fail_msg("%s", e.text);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	query_close(f->query);
	store_close(f->store);
	snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
	assert_int_equal(system(command), 0);
	arena_free(f->arena);
	free(f);
	return 0;
}

/* The answer, or NULL and *e. args: JSON with single quotes. */
static json_t *ask(struct fixture *f, const char *name, const char *args, struct err *e)
{
	struct command_call call = { .command = command_find(name), .arena = f->arena, .by = "test", .now_ms = 10000 };
	char *text = arena_strdup(f->arena, args);
	AUTO(json_drop) json_t *given = NULL;

	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	*e = (struct err){ 0 };
	given = json_parse(text, strlen(text), e);
	assert_non_null(given);
	assert_non_null(call.command);
	if (!command_check(call.command, given, &call.args, e))
		return NULL;
	if (!command_offline(&call, f->query, e))
		return NULL;
	return call.out;
}

static const char *text(json_t *o, const char *pointer)
{
	const char *t = json_string_value(json_at(o, pointer));

	return t ? t : "(none)";
}

#define ASK(name, args)                                                                                                \
	AUTO(json_drop) json_t *x = ask(f, name, args, &e);                                                            \
	if (!x)                                                                                                        \
	fail_msg("%s", e.text)

/* Every row can be called, names what it takes, and cannot be missed. */
static void test_table(void **state)
{
	(void)state;
	for (const struct command *c = commands; c->name; c++) {
		bool optional = false;

		assert_non_null(c->run);
		assert_true(*c->help);
		assert_ptr_equal(command_find(c->name), c);
		assert_true(c->right == COMMAND_READ || !c->offline);
		for (const struct command_arg *a = c->arg; a->name; a++) {
			assert_true(a < c->arg + COMMAND_ARGS_MAX - 1);
			assert_true(a->kind == ARG_FLAG || a->shape);
			assert_non_null(a->help);
			/* By position, what may be left out comes last. */
			assert_false(a->position && a->required && optional);
			optional |= a->position && !a->required;
		}
	}
	assert_string_equal(command_find("plan")->name, "plan list");
	assert_string_equal(command_find("config")->name, "config show");
	assert_null(command_find("plan burn"));
	assert_string_equal(command_nearest("stauts"), "status");
}

static void test_arguments(void **state)
{
	struct fixture *f = *state;
	struct err e;

	assert_null(ask(f, "show", "{}", &e));
	assert_non_null(strstr(e.text, "RECORD is missing"));
	assert_null(ask(f, "log", "{'limt':3}", &e));
	assert_non_null(strstr(e.text, "did you mean limit?"));
	assert_null(ask(f, "log", "{'limit':'three'}", &e));
	assert_int_equal(e.kind, ERR_ITEM);
	assert_null(ask(f, "log", "{'partner':7}", &e));
	assert_int_equal(e.kind, ERR_ITEM);
	assert_null(ask(f, "log", "{'since':'yesterday'}", &e));
	assert_int_equal(e.kind, ERR_ITEM);
	assert_null(ask(f, "log", "{'kind':'edits'}", &e));
	assert_non_null(strstr(e.text, "did you mean edit?"));
	assert_null(ask(f, "log", "{'partner':'nobody'}", &e));
	assert_int_equal(e.kind, ERR_GONE);
	ASK("log", "{'limit':'3','record':null}");
}

static void test_naming(void **state)
{
	static const struct {
		const char *record, *id;
		enum err_kind kind;
	} rows[] = {
		{ HUB_A, HUB_A, ERR_NONE },
		{ "0193AAAA000070008000000000000001", HUB_A, ERR_NONE },
		{ "0193bbbb", HUB_C, ERR_NONE },
		{ "0193aaaa", NULL, ERR_ITEM },
		{ "0193bbb", NULL, ERR_ITEM },
		{ "0193cccc", NULL, ERR_GONE },
		{ "voka:A:7", HUB_A, ERR_NONE },
		{ "unizo:1", NULL, ERR_ITEM },
		{ "unizo:contact:1", HUB_C, ERR_NONE },
		{ "unizo:organization:1", HUB_A, ERR_NONE },
		{ "unizo:3", NULL, ERR_GONE },
		{ "voka:alone", NULL, ERR_GONE },
		{ "nobody:1", NULL, ERR_GONE },
		{ "", NULL, ERR_ITEM },
		{ ":", NULL, ERR_GONE },
		{ "unizo:", NULL, ERR_GONE },
	};
	struct fixture *f = *state;
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		AUTO(json_drop)
		json_t *x = ask(f, "show", arena_printf(f->arena, "{'record':'%s'}", rows[i].record), &e);

		assert_int_equal(e.kind, rows[i].kind);
		assert_true(!x == !rows[i].id);
		if (x)
			assert_string_equal(text(x, "/record/id"), rows[i].id);
	}
}

static void test_show(void **state)
{
	struct fixture *f = *state;
	struct err e;

	ASK("show", "{'record':'0193bbbb'}");
	assert_string_equal(text(x, "/record/name"), "An Voorbeeld");
	assert_string_equal(text(x, "/labels/" HUB_A), "Brouwerij Voorbeeld");
	AUTO(json_drop) json_t *company = ask(f, "show", "{'record':'voka:A:7'}", &e);

	assert_int_equal(json_array_size(json_at(company, "/shadows")), 2);
	assert_string_equal(text(company, "/shadows/0/fields/legal_name/shows"), "Brouwerij Voorbeeld");
	assert_string_equal(text(company, "/referring/0/id"), HUB_C);
}

static void test_log(void **state)
{
	struct fixture *f = *state;
	struct err e;

	ASK("log", "{}");
	assert_int_equal(json_array_size(json_at(x, "/events")), 3);
	assert_string_equal(text(x, "/events/0/kind"), "seen");
	assert_string_equal(text(x, "/events/0/record"), HUB_A);
	assert_string_equal(text(x, "/events/0/key"), "1");
	assert_string_equal(text(x, "/events/0/data/values/legal_name"), "Brouwerij Voorbeeld");
	assert_int_equal(json_integer_value(json_at(x, "/seq")), 3);
	AUTO(json_drop) json_t *newest = ask(f, "log", "{'limit':1}", &e);

	assert_string_equal(text(newest, "/events/0/kind"), "run");
	AUTO(json_drop) json_t *after = ask(f, "log", "{'after':1,'limit':1}", &e);

	assert_string_equal(text(after, "/events/0/kind"), "sent");
	/* Cut short by its limit, it goes on where it stopped. */
	assert_int_equal(json_integer_value(json_at(after, "/seq")), 2);
	/* From the very beginning is not from the newest. */
	AUTO(json_drop) json_t *start = ask(f, "log", "{'after':0,'limit':1}", &e);

	assert_string_equal(text(start, "/events/0/kind"), "seen");
	AUTO(json_drop)
	json_t *voka = ask(f, "log", "{'partner':'voka','since':'1970-01-01T00:00:01.500Z','kind':'sent'}", &e);

	assert_int_equal(json_array_size(json_at(voka, "/events")), 1);
	AUTO(json_drop) json_t *late = ask(f, "log", "{'since':'7100ms'}", &e);

	/* 7.1 s before 10 s: only the event of second 3. */
	assert_int_equal(json_array_size(json_at(late, "/events")), 1);
	AUTO(json_drop) json_t *record = ask(f, "log", "{'record':'" HUB_A "'}", &e);

	assert_int_equal(json_array_size(json_at(record, "/events")), 2);
}

static void test_lists(void **state)
{
	struct fixture *f = *state;
	struct err e;

	ASK("search", "{'text':'voorbeeld'}");
	assert_int_equal(json_array_size(json_at(x, "/records")), 2);
	AUTO(json_drop) json_t *percent = ask(f, "search", "{'text':'100%'}", &e);

	assert_int_equal(json_array_size(json_at(percent, "/records")), 1);
	assert_string_equal(text(percent, "/records/0/links/0/key"), "2");
	/* Names of fields and hub ids are no hits. */
	AUTO(json_drop)
	json_t *names = ask(f, "search", "{'text':'legal_name'}", &e),
	       *ids = ask(f, "search", "{'text':'0193aaaa'}", &e);

	assert_int_equal(json_array_size(json_at(names, "/records")), 0);
	assert_int_equal(json_array_size(json_at(ids, "/records")), 0);
	assert_null(ask(f, "search", "{'text':''}", &e));
	AUTO(json_drop) json_t *first = ask(f, "records", "{'limit':2}", &e);

	assert_int_equal(json_array_size(json_at(first, "/records")), 2);
	AUTO(json_drop)
	json_t *second =
		ask(f, "records", arena_printf(f->arena, "{'limit':2,'after':'%s'}", text(first, "/next")), &e);

	assert_int_equal(json_array_size(json_at(second, "/records")), 1);
	assert_true(json_is_null(json_at(second, "/next")));
	assert_null(ask(f, "records", "{'type':'company'}", &e));
}

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

/* A store that nobody has open is read without writing beside it; what is no store is refused. */
static void test_opening(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	char *other = arena_printf(f->arena, "%s/other?#%%.db", f->dir),
	     *junk = arena_printf(f->arena, "%s/junk", f->dir),
	     *young = arena_printf(f->arena, "%s/young", f->dir);
	struct query *q;
	sqlite3 *db;
	FILE *file;

	assert_null(query_open(arena_printf(f->arena, "%s/absent", f->dir), NULL, &e));
	assert_int_equal(e.kind, ERR_BROKEN);
	assert_true(store_backup(f->store, other, &e));
	q = query_open(other, NULL, &e);
	if (!q)
		fail_msg("%s", e.text);
	query_close(q);
	/* The daemon makes it at this moment; or it is one of a time before. */
	assert_int_equal(sqlite3_open(young, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL), SQLITE_OK);
	assert_null(query_open(young, NULL, &e));
	assert_int_equal(e.kind, ERR_AGAIN);
	assert_non_null(strstr(e.text, "the daemon is starting"));
	assert_int_equal(sqlite3_exec(db, "PRAGMA application_id = 1148351348; PRAGMA user_version = 1", NULL, NULL, NULL), SQLITE_OK);
	assert_null(query_open(young, NULL, &e));
	assert_int_equal(e.kind, ERR_AGAIN);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 9999", NULL, NULL, NULL), SQLITE_OK);
	assert_null(query_open(young, NULL, &e));
	assert_int_equal(e.kind, ERR_BROKEN);
	sqlite3_close(db);
	file = fopen(junk, "w");
	fputs("not a database, but longer than a header of one would be: 0123456789 0123456789 0123456789 0123456789",
		file);
	fclose(file);
	assert_null(query_open(junk, NULL, &e));
	assert_int_equal(e.kind, ERR_BROKEN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test_setup_teardown(test_arguments, setup, teardown),
		cmocka_unit_test_setup_teardown(test_naming, setup, teardown),
		cmocka_unit_test_setup_teardown(test_show, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lists, setup, teardown),
		cmocka_unit_test_setup_teardown(test_desk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reviews, setup, teardown),
		cmocka_unit_test_setup_teardown(test_opening, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
