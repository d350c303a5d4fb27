#include "base/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static json_t *parse(const char *text)
{
	struct err e;
	json_t *j = json_parse(text, strlen(text), &e);

	if (!j)
		fail_msg("%s: %s", text, e.text);
	return j;
}

static void assert_json(const json_t *j, const char *want)
{
	AUTO(free) char *text = json_canonical(j);

	assert_string_equal(text, want);
}

static void parsing_is_bounded(void **state)
{
	static const char *const bad[] = {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "1 2", "[\"\\u0000\"]",
		"{\"\\u0000\":1}", "[\"\xff\"]", "[1e999]", "[99999999999999999999]", "nul"};
	static const char *const scalars[] = {"1", "\"x\"", "null", "true", " 1.5 "};
	char deep[200];
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_null(json_parse(bad[i], strlen(bad[i]), &e));
		assert_int_equal(e.kind, ERR_BROKEN);
		assert_memory_equal(e.text, "not JSON at byte ", 17);
	}
	assert_null(json_parse("[1]\0", 4, &e));
	assert_null(json_parse("1\0", 2, &e));
	for (size_t i = 0; i < sizeof scalars / sizeof scalars[0]; i++) {
		AUTO(json_drop) json_t *j = parse(scalars[i]);

		assert_non_null(j);
	}
	for (size_t n = 63; n <= 65; n++) {
		AUTO(json_drop) json_t *j = NULL;

		memset(deep, 0x5b, n);
		memset(deep + n, 0x5d, n);
		j = json_parse(deep, 2 * n, &e);
		assert_int_equal(j != NULL, n <= 64);
	}
	{
		/* Brackets in texts, and many side by side, are not depth. */
		AUTO(json_drop)
		json_t *j = parse(
			"[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\",[],[],[]]");

		assert_non_null(j);
	}
}

static void errors_quote_nothing(void **state)
{
	static const char text[] = "{\"mail\": \"canary@person.example\" canary}";
	struct err e;

	(void)state;
	assert_null(json_parse(text, strlen(text), &e));
	assert_null(strstr(e.text, "canary"));
}

/* RFC 6901, section 5. */
static void pointers_of_the_rfc(void **state)
{
	AUTO(json_drop)
	json_t *doc = parse("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
			    "\"k\\\"l\":6,\" \":7,\"m~n\":8}");
	static const struct {
		const char *pointer, *want;
	} good[] = {{"/foo", "[\"bar\",\"baz\"]"}, {"/foo/0", "\"bar\""}, {"/", "0"}, {"/a~1b", "1"}, {"/c%d", "2"},
		{"/e^f", "3"}, {"/g|h", "4"}, {"/i\\j", "5"}, {"/k\"l", "6"}, {"/ ", "7"}, {"/m~0n", "8"}};
	static const char *const none[] = {"foo", "/bar", "/foo/2", "/foo/-", "/foo/01", "/foo/+1", "/foo/1e0", "/foo/",
		"/foo/0/0", "/m~n", "/m~2n", "/foo/4294967296", "/foo/99999999999999999999"};

	(void)state;
	assert_ptr_equal(json_at(doc, ""), doc);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_json(json_at(doc, good[i].pointer), good[i].want);
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_null(json_at(doc, none[i]));
	assert_true(json_pointer_valid(""));
	assert_true(json_pointer_valid("/a~0~1"));
	assert_false(json_pointer_valid("a"));
	assert_false(json_pointer_valid("/a~"));
	assert_false(json_pointer_valid("/a~2"));
}

static void putting(void **state)
{
	static const struct {
		const char *doc, *pointer, *want; /* NULL: refused, doc unchanged */
	} row[] = {
		{"{}", "/a", "{\"a\":1}"},
		{"{\"a\":0}", "/a", "{\"a\":1}"},
		{"{}", "/a/b/c", "{\"a\":{\"b\":{\"c\":1}}}"},
		{"{}", "/a/0/b", "{\"a\":[{\"b\":1}]}"},
		{"{}", "/a/-/b", "{\"a\":[{\"b\":1}]}"},
		{"{\"a\":[5]}", "/a/-", "{\"a\":[5,1]}"},
		{"{\"a\":[5]}", "/a/1", "{\"a\":[5,1]}"},
		{"{\"a\":[5]}", "/a/0", "{\"a\":[1]}"},
		{"{\"a\":[5]}", "/a/2", NULL},
		{"{}", "/a/1", NULL},
		{"{\"a\":[5]}", "/a/x", NULL},
		{"{\"a\":5}", "/a/b", NULL},
		{"{\"a\":null}", "/a/b", NULL},
		{"{}", "", NULL},
		{"{}", "a", NULL},
		{"{}", "/a~1b/~0", "{\"a/b\":{\"~\":1}}"},
		{"[]", "/0", "[1]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		AUTO(json_drop) json_t *doc = parse(row[i].doc);

		assert_int_equal(json_put(doc, row[i].pointer, json_integer(1)), row[i].want != NULL);
		assert_json(doc, row[i].want ? row[i].want : row[i].doc);
	}
}

/* RFC 7396, appendix A: those whose target and patch are objects. */
static void merging(void **state)
{
	static const char *const row[][3] = {
		{"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
		{"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
		{"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
		{"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
		{"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
		{"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
		{"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
		{"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
		{"{\"e\":null}", "{\"a\":1}", "{\"a\":1,\"e\":null}"},
		{"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
		{"{\"a\":\"foo\"}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		AUTO(json_drop) json_t *doc = parse(row[i][0]);
		AUTO(json_drop) json_t *patch = parse(row[i][1]);

		json_merge(doc, patch);
		assert_json(doc, row[i][2]);
	}
}

static void merging_copies(void **state)
{
	AUTO(json_drop) json_t *doc = parse("{}");
	AUTO(json_drop) json_t *patch = parse("{\"a\":[1]}");

	(void)state;
	json_merge(doc, patch);
	json_array_append_new(json_object_get(patch, "a"), json_integer(2));
	assert_json(doc, "{\"a\":[1]}");
}

static void members_are_put_in_order(void **state)
{
	AUTO(json_drop) json_t *sorted = json_sorted(json_pack("{s{si,si},si,si}", "b", "z", 1, "y", 2, "a", 3, "", 4));
	AUTO(free) char *text = json_dumps(sorted, JSON_COMPACT);

	(void)state;
	/* What is within stays as it is. */
	assert_string_equal(text, "{\"\":4,\"a\":3,\"b\":{\"z\":1,\"y\":2}}");
}

static void a_child_is_made_once(void **state)
{
	AUTO(json_drop) json_t *j = parse("{\"a\":{\"b\":1}}");
	json_t *made = json_child(j, "c");

	(void)state;
	assert_ptr_equal(json_child(j, "a"), json_object_get(j, "a"));
	assert_ptr_equal(json_child(j, "c"), made);
	assert_json(j, "{\"a\":{\"b\":1},\"c\":{}}");
}

static void canonical_text_is_sorted(void **state)
{
	AUTO(json_drop) json_t *a = parse("{ \"b\": [1, 2.5, \"x\"], \"a\": {\"d\":1,\"c\":2} }");

	(void)state;
	assert_json(a, "{\"a\":{\"c\":2,\"d\":1},\"b\":[1,2.5,\"x\"]}");
}

/* Valid JSON that jansson documents not to accept: texts with a NUL, and what json_parse() adds: depth, duplicate keys.
 */
static bool excused(const char *name)
{
	static const char *const names[] = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json",
		"y_object_escaped_null_in_key.json", "y_string_null_escape.json"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static void json_test_suite(void **state)
{
	static const char dir[] = SOURCE_DIR "/../shared/data/JSONTestSuite/test_parsing";
	DIR *d = opendir(dir);
	struct dirent *entry;
	unsigned seen = 0;

	(void)state;
	if (!d)
		skip();
	while ((entry = readdir(d))) {
		static char text[1 << 20];
		AUTO(json_drop) json_t *j = NULL;
		char path[1024];
		struct err e;
		FILE *f;
		size_t n;

		if (!strstr(entry->d_name, ".json"))
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		f = fopen(path, "rb");
		assert_non_null(f);
		n = fread(text, 1, sizeof text, f);
		fclose(f);
		j = json_parse(text, n, &e);
		if (entry->d_name[0] == 0x6e && j)
			fail_msg("accepted: %s", entry->d_name);
		if (entry->d_name[0] == 0x79 && !j != excused(entry->d_name))
			fail_msg("%s: %s", j ? "accepted" : e.text, entry->d_name);
		seen++;
	}
	closedir(d);
	assert_true(seen > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parsing_is_bounded),
		cmocka_unit_test(errors_quote_nothing),
		cmocka_unit_test(pointers_of_the_rfc),
		cmocka_unit_test(putting),
		cmocka_unit_test(merging),
		cmocka_unit_test(merging_copies),
		cmocka_unit_test(members_are_put_in_order),
		cmocka_unit_test(a_child_is_made_once),
		cmocka_unit_test(canonical_text_is_sorted),
		cmocka_unit_test(json_test_suite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
