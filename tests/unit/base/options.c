#include "base/options.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conf {
	const char *name, *title;
	bool on;
	int64_t count;
	uint64_t poll, size;
	double share;
	int mode;
	struct option_list tags;
	struct secret_ref secret;
	const struct yaml *map;
};

static const char *const modes[] = {"off", "linked", "all", NULL};

static const struct option table[] = {
	{.key = "name", .type = OPTION_TEXT, .offset = offsetof(struct conf, name), .required = true},
	{.key = "title", .type = OPTION_TEXT, .offset = offsetof(struct conf, title), .fallback = ""},
	{.key = "on", .type = OPTION_BOOL, .offset = offsetof(struct conf, on), .fallback = "yes"},
	{.key = "count", .type = OPTION_INT, .offset = offsetof(struct conf, count), .min = -5, .max = 10},
	{.key = "poll",
		.type = OPTION_SPAN,
		.offset = offsetof(struct conf, poll),
		.fallback = "5min",
		.min = 1000,
		.max = 86400000},
	{.key = "size",
		.type = OPTION_SIZE,
		.offset = offsetof(struct conf, size),
		.fallback = "64K",
		.min = 1024,
		.max = 1 << 30},
	{.key = "share", .type = OPTION_PERCENT, .offset = offsetof(struct conf, share), .fallback = "20%"},
	{.key = "mode",
		.type = OPTION_ENUM,
		.offset = offsetof(struct conf, mode),
		.words = modes,
		.fallback = "linked"},
	{.key = "tags", .type = OPTION_LIST, .offset = offsetof(struct conf, tags), .fallback = "[a, b]"},
	{.key = "secret", .type = OPTION_SECRET, .offset = offsetof(struct conf, secret)},
	{.key = "map", .type = OPTION_NODE, .offset = offsetof(struct conf, map)},
	{0},
};

static int setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static bool read_text(struct arena *a, const char *text, struct conf *c, struct diags *d)
{
	struct yaml *y;

	*d = (struct diags){.arena = a};
	*c = (struct conf){0};
	y = yaml_parse(a, "a.yaml", text, strlen(text), d);
	assert_non_null(y);
	return options_read(a, table, y, c, d);
}

static void values_and_fallbacks(void **state)
{
	struct conf c;
	struct diags d;

	assert_true(read_text(*state, "name: voka\n", &c, &d));
	assert_string_equal(c.name, "voka");
	assert_string_equal(c.title, "");
	assert_true(c.on);
	assert_int_equal(c.poll, 300000);
	assert_int_equal(c.size, 65536);
	assert_true(c.share == 20);
	assert_int_equal(c.mode, 1);
	assert_int_equal(c.tags.n, 2);
	assert_string_equal(c.tags.item[1], "b");
	assert_int_equal(c.secret.source, SECRET_NONE);
	assert_null(c.map);
	assert_true(read_text(*state,
		"name: x\non: off\ncount: -5\npoll: 90\nsize: 1M\nshare: 0.5\nmode: all\ntags: one\n"
		"secret: { credential: voka }\nmap: { a: [1] }\ntitle:\n",
		&c, &d));
	assert_false(c.on);
	assert_int_equal(c.count, -5);
	assert_int_equal(c.poll, 90000);
	assert_int_equal(c.size, 1 << 20);
	assert_true(c.share == 0.5);
	assert_int_equal(c.mode, 2);
	assert_int_equal(c.tags.n, 1);
	assert_int_equal(c.secret.source, SECRET_CREDENTIAL);
	assert_string_equal(c.secret.name, "voka");
	assert_int_equal(c.map->kind, YAML_MAPPING);
	assert_string_equal(c.title, "");
}

static void faults(void **state)
{
	static const char *const row[][2] = {
		{"name: x\npoll: 5mim\n",
			"a.yaml:2:7: poll: \"5mim\" is not a duration, such as 90s, 5min or 1h 30min"},
		{"name: x\npoll: 10ms\n", "a.yaml:2:7: poll: must be between 1s and 1d"},
		{"name: x\nsize: 1\n", "a.yaml:2:7: size: must be between 1K and 1G"},
		{"name: x\nsize: 1KB\n", "a.yaml:2:7: size: \"1KB\" is not a size, such as 64K, 10M or 1G"},
		{"name: x\nsize: 99999999999T\n",
			"a.yaml:2:7: size: \"99999999999T\" is not a size, such as 64K, 10M or 1G"},
		{"name: x\ncount: 11\n", "a.yaml:2:8: count: must be between -5 and 10"},
		{"name: x\ncount: 1x\n", "a.yaml:2:8: count: \"1x\" is not a whole number"},
		{"name: x\ncount: +1\n", "a.yaml:2:8: count: \"+1\" is not a whole number"},
		{"name: x\ncount: 99999999999999999999\n",
			"a.yaml:2:8: count: \"99999999999999999999\" is not a whole number"},
		{"name: x\non: maybe\n", "a.yaml:2:5: on: \"maybe\" is not yes or no"},
		{"name: x\nshare: 101\n", "a.yaml:2:8: share: \"101\" is not a percentage from 0% to 100%"},
		{"name: x\nshare: 5%5\n", "a.yaml:2:8: share: \"5%5\" is not a percentage from 0% to 100%"},
		{"name: x\nmode: linkd\n", "a.yaml:2:7: mode: must be one of off, linked, all (did you mean linked?)"},
		{"name: x\nmode: everything\n", "a.yaml:2:7: mode: must be one of off, linked, all"},
		{"name: x\nmode: [all]\n", "a.yaml:2:7: mode: must be a single value"},
		{"name: x\ntags: { a: b }\n", "a.yaml:2:7: tags: must be a list"},
		{"name: x\ntags: [a, [b]]\n", "a.yaml:2:11: tags[1]: must be a text"},
		{"name: x\nsecret: hunter2\n",
			"a.yaml:2:9: secret: a secret is not written here: use { credential: NAME } or { file: PATH }"},
		{"name: x\nsecret: { file: a, credential: b }\n",
			"a.yaml:2:9: secret: a secret is not written here: use { credential: NAME } or { file: PATH }"},
		{"name: x\nsecret: { credential: ../a }\n",
			"a.yaml:2:23: secret.credential: a credential has a name, not a path"},
		{"name: x\npol: 5min\n", "a.yaml:2:1: pol: unknown key (did you mean poll?)"},
		{"name: x\nfoobarbaz:\n  5min\n", "a.yaml:2:1: foobarbaz: unknown key"},
		{"count: 1\n", "a.yaml:1:1: missing key: name"},
		{"name:\n", "a.yaml:1:6: name: must have a value"},
		{"- a\n", "a.yaml:1:1: must be a mapping"},
	};
	struct conf c;
	struct diags d;

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		assert_false(read_text(*state, row[i][0], &c, &d));
		assert_int_equal(d.n, 1);
		assert_string_equal(d.line[0], row[i][1]);
	}
	assert_false(read_text(*state, "poll: x\nsize: x\nfoo: x\n", &c, &d));
	assert_int_equal(d.n, 4);
	d = (struct diags){.arena = *state};
	assert_false(options_read(*state, table, NULL, &c, &d));
	assert_string_equal(d.line[0], "missing key: name");
}

/* What is printed reads as what was there. */
static void printing_goes_both_ways(void **state)
{
	static const char text[] = "name: \"no: body\"\ntitle: \"null\"\non: no\ncount: -3\npoll: 1h 30min\nsize: "
				   "3M\nshare: 12.5%\nmode: all\n"
				   "tags: [a, \"b c\", https://x.example/a]\nsecret: { file: /etc/x }\nmap: { a: [1, "
				   "\"two words\", null], b: {} }\n";
	struct conf c, again;
	struct diags d;
	BUF_AUTO struct buf printed = {0};

	assert_true(read_text(*state, text, &c, &d));
	for (const struct option *o = table; o->key; o++) {
		buf_addf(&printed, "%s: ", o->key);
		option_print(&printed, o, &c);
		buf_addc(&printed, 0x0a);
	}
	assert_string_equal(printed.data, text);
	assert_true(read_text(*state, printed.data, &again, &d));
	buf_clear(&printed);
	again = (struct conf){0};
	for (const struct option *o = table; o->key; o++) {
		option_print(&printed, o, &again);
		buf_addc(&printed, 0x20);
	}
	assert_string_equal(printed.data, "null null no 0 0 0 0% off [] null null ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_and_fallbacks, setup, teardown),
		cmocka_unit_test_setup_teardown(faults, setup, teardown),
		cmocka_unit_test_setup_teardown(printing_goes_both_ways, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
