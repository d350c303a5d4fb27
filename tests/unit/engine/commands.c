/* The command table over a store filled by hand: what each question answers, and what it refuses. */
#include "commands_fixture.h"

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
	AUTO(json_drop) json_t *quoted = ask(f, "search", "{'text':'\\\"100%\\\"'}", &e);

	assert_int_equal(json_array_size(json_at(quoted, "/records")), 1);
	AUTO(json_drop) json_t *one = ask(f, "search", "{'text':'voorbeeld','limit':1}", &e);

	assert_int_equal(json_array_size(json_at(one, "/records")), 1);
	assert_true(json_is_true(json_at(one, "/more")));
	assert_false(json_is_true(json_at(x, "/more")));
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
		cmocka_unit_test_setup_teardown(test_opening, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
