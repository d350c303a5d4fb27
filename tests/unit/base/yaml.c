#include "base/yaml.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
	struct arena *arena;
	struct diags diags;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->arena = arena_new();
	f->diags.arena = f->arena;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	free(f);
	return 0;
}

static struct yaml *parse(struct fixture *f, const char *text)
{
	f->diags.n = f->diags.more = 0;
	return yaml_parse(f->arena, "a.yaml", text, strlen(text), &f->diags);
}

static void every_node_knows_its_place(void **state)
{
	struct fixture *f = *state;
	struct yaml *y = parse(f, "partners:\n  - name: voka\n    poll: 5min\n  - {name: \"unizo\"}\ncountry: no\n"),
		    *poll;

	assert_non_null(y);
	assert_int_equal(y->kind, YAML_MAPPING);
	assert_string_equal(y->path, "");
	poll = yaml_get(yaml_get(y, "partners")->child[0], "poll");
	assert_string_equal(poll->text, "5min");
	assert_string_equal(poll->path, "partners[0].poll");
	assert_string_equal(poll->key, "poll");
	assert_int_equal(poll->line, 3);
	assert_int_equal(poll->column, 11);
	assert_int_equal(poll->key_column, 5);
	assert_false(poll->quoted);
	assert_true(yaml_get(yaml_get(y, "partners")->child[1], "name")->quoted);
	assert_string_equal(yaml_get(y, "country")->text, "no");
	assert_null(yaml_get(y, "absent"));
	diag_add(&f->diags, poll, "is %d", 5);
	assert_string_equal(f->diags.line[0], "a.yaml:3:11: partners[0].poll: is 5");
}

static void nothing_is_null_and_an_empty_file_a_mapping(void **state)
{
	static const char *const empty[] = {"", "# only a comment\n", "---\n", "\xef\xbb\xbf"};
	struct fixture *f = *state;
	struct yaml *y = parse(f, "a:\nb: ~\nc: null\nd: \"null\"\ne: \"\"\n");

	for (const char *key = "abc"; *key; key++)
		assert_true(yaml_is_null(yaml_get(y, (char[]){*key, 0})));
	assert_false(yaml_is_null(yaml_get(y, "d")));
	assert_false(yaml_is_null(yaml_get(y, "e")));
	for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
		y = parse(f, empty[i]);
		assert_non_null(y);
		assert_int_equal(y->kind, YAML_MAPPING);
		assert_int_equal(y->n, 0);
	}
}

static void refusals(void **state)
{
	static const char *const row[][2] = {
		{"a: &x 1\n", "a.yaml:1:4: anchors (&) are not allowed here: write the value out"},
		{"a: *x\n", "a.yaml:1:4: aliases (*) are not allowed here: write the value out"},
		{"a: !!int 1\n", "a.yaml:1:4: tags (!) are not allowed here: write the bare value"},
		{"a: ! 1\n", "a.yaml:1:4: tags (!) are not allowed here: write the bare value"},
		{"a: 1\n---\nb: 1\n", "a.yaml:2:1: a second document begins here: one file, one document"},
		{"b:\n  a: 1\n  c: 1\n  a: 2\n", "a.yaml:4:3: b.a: this key already stands in line 2"},
		{"? [a]\n: 1\n", "a.yaml:1:3: a key must be a plain word"},
		{"a: \"\\0\"\n", "a.yaml:1:4: a NUL in a text"},
		{"a: \"b\n", "a.yaml:2:1: found unexpected end of stream while scanning a quoted scalar that began in "
			     "line 1"},
		{"a: b: c\n", "a.yaml:1:5: mapping values are not allowed in this context"},
		{"a: \xff\n", "a.yaml:1:1: invalid leading UTF-8 octet (byte 3)"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		assert_null(parse(f, row[i][0]));
		assert_int_equal(f->diags.n, 1);
		assert_string_equal(f->diags.line[0], row[i][1]);
	}
}

static void nesting_and_size_are_bounded(void **state)
{
	struct fixture *f = *state;
	char text[100];
	AUTO(free) char *big = malloc((1 << 20) + 2);

	for (size_t n = 31; n <= 33; n++) {
		memset(text, 0x5b, n);
		memset(text + n, 0x5d, n);
		text[2 * n] = 0;
		assert_int_equal(parse(f, text) != NULL, n <= 32);
	}
	memset(big, 0x20, (1 << 20) + 1);
	big[(1 << 20) + 1] = 0;
	assert_null(parse(f, big));
	assert_string_equal(f->diags.line[0], "a.yaml: larger than 1 MiB");
	big[1 << 20] = 0;
	assert_non_null(parse(f, big));
}

static void several_faults_are_told_at_once(void **state)
{
	struct fixture *f = *state;

	assert_null(parse(f, "a: &x 1\nb: *x\nc: !t 1\n"));
	assert_int_equal(f->diags.n, 3);
	f->diags.n = 0;
	for (int i = 0; i < 250; i++)
		diag_add_plain(&f->diags, "fault %d", i);
	assert_int_equal(f->diags.n, 101);
	assert_string_equal(f->diags.line[99], "fault 99");
	assert_string_equal(f->diags.line[100], "and 150 more");
}

static void files(void **state)
{
	struct fixture *f = *state;
	char name[] = "yamlXXXXXX";
	int fd = mkstemp(name);

	assert_int_equal(write(fd, "a: 1\n", 5), 5);
	close(fd);
	assert_string_equal(yaml_get(yaml_load(f->arena, name, &f->diags), "a")->text, "1");
	unlink(name);
	assert_null(yaml_load(f->arena, name, &f->diags));
	assert_non_null(strstr(f->diags.line[0], ": No such file or directory"));
	assert_null(yaml_load(f->arena, "/", &f->diags));
	assert_string_equal(f->diags.line[1], "/: Is a directory");
}

static void the_nearest_word(void **state)
{
	static const char *const words[] = {"poll", "partner", "timeout", "adapter", ""};

	(void)state;
	assert_string_equal(nearest_word("pol", words, 5), "poll");
	assert_string_equal(nearest_word("tiemout", words, 5), "timeout");
	assert_string_equal(nearest_word("adaptor", words, 5), "adapter");
	assert_string_equal(nearest_word("partners", words, 5), "partner");
	assert_null(nearest_word("colour", words, 5));
	assert_null(nearest_word("x", words, 5));
	assert_null(nearest_word("", words, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_node_knows_its_place, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_null_and_an_empty_file_a_mapping, setup, teardown),
		cmocka_unit_test_setup_teardown(refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(nesting_and_size_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(several_faults_are_told_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(files, setup, teardown),
		cmocka_unit_test(the_nearest_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
