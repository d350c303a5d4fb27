#include "adapters/rest_template.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const char *var_name[] = {"set", "uid"}, *var_value[] = {"accounts", "7"};
static const struct template_vars vars = {var_name, var_value, 2};

static struct fill filled(void)
{
	return (struct fill){.text = {[SLOT_KEY] = "a/b c",
				     [SLOT_VERSION] = "W/\"7\"",
				     [SLOT_LIMIT] = "50",
				     [SLOT_TOKEN] = "it's",
				     [SLOT_PAGE] = "2"},
		.has_since = true,
		.since_ms = 1767225600250,
		.now_ms = 1767225601000};
}

static const char *text(struct arena *arena, const char *scalar, enum template_place place)
{
	struct diags diags = {.arena = arena};
	struct yaml y = {.kind = YAML_SCALAR, .file = "t", .path = "", .text = scalar, .quoted = true};
	const struct template *t = template_compile(arena, &y, ~0u, &vars, &diags);
	const struct fill fill = filled();
	BUF_AUTO struct buf out = {0};

	if (!t)
		return diags.line[0];
	if (!template_text(t, &fill, place, &out)) {
		assert_int_equal(out.len, 0);
		return NULL;
	}
	return arena_strdup(arena, out.data ? out.data : "");
}

static void test_text(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(text(a, "/x/${key}", TEMPLATE_PATH), "/x/a%2Fb%20c");
	assert_string_equal(text(a, "/${var.set}(${key})", TEMPLATE_PATH), "/accounts(a%2Fb%20c)");
	assert_string_equal(text(a, "a b&c=${key}#", TEMPLATE_QUERY), "a%20b%26c%3Da%2Fb%20c%23");
	assert_string_equal(text(a, "\"${version}\"", TEMPLATE_VERBATIM), "\"W/\"7\"\"");
	assert_string_equal(text(a, "$select $${key} $", TEMPLATE_VERBATIM), "$select ${key} $");
	assert_string_equal(text(a, "${token:quote}", TEMPLATE_VERBATIM), "it''s");
	assert_string_equal(text(a, "${since}", TEMPLATE_VERBATIM), "2026-01-01T00:00:00.250Z");
	assert_string_equal(text(a, "${since:%Y-%m-%d %H:%M:%S}", TEMPLATE_VERBATIM), "2026-01-01 00:00:00");
	assert_string_equal(text(a, "${since:%Q}/${now:%s}", TEMPLATE_VERBATIM), "1767225600250/1767225601");
	assert_string_equal(text(a, "${hub_id|none}", TEMPLATE_VERBATIM), "none");
	assert_string_equal(text(a, "${hub_id|}", TEMPLATE_VERBATIM), "");
	assert_null(text(a, "x${hub_id}", TEMPLATE_VERBATIM));
}

static void test_faults(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();

	(void)state;
	assert_non_null(strstr(text(a, "${kee}", TEMPLATE_PATH), "did you mean key?"));
	assert_non_null(strstr(text(a, "${var.sat}", TEMPLATE_PATH), "did you mean var.set?"));
	assert_non_null(strstr(text(a, "${key", TEMPLATE_PATH), "without }"));
	assert_non_null(strstr(text(a, "${key:loud}", TEMPLATE_PATH), "not understood"));
	assert_non_null(strstr(text(a, "${key:%Y}", TEMPLATE_PATH), "not understood"));
	assert_non_null(strstr(text(a, "${key/0}", TEMPLATE_PATH), "not understood"));
}

/* The slots not allowed in a place are refused there: a secret in a URL, say. */
static void test_allowed(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	struct diags diags = {.arena = a};
	struct yaml y = {.kind = YAML_SCALAR, .file = "t", .path = "", .text = "/?key=${secret}"};

	(void)state;
	assert_null(template_compile(a, &y, SLOT_BIT(KEY), &vars, &diags));
	assert_int_equal(diags.n, 1);
}

static const char *json(struct arena *arena, const char *yaml)
{
	struct diags diags = {.arena = arena};
	const struct yaml *y = yaml_parse(arena, "t", yaml, strlen(yaml), &diags);
	const struct template_json *t = template_json_compile(arena, y, ~0u, &vars, &diags);
	struct fill fill = filled();
	AUTO(json_drop) json_t *record = json_pack("{s:s}", "name", "Acme");
	AUTO(json_drop) json_t *body = json_pack("{s:[i,i], s:{}}", "args", 1, 2, "kw");
	AUTO(json_drop) json_t *out = NULL;
	AUTO(free) char *dump = NULL;

	assert_non_null(t);
	fill.record = record;
	fill.body = body;
	out = template_json(t, &fill);
	dump = out ? json_dumps(out, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
	return arena_strdup(arena, dump);
}

static void test_json(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(
		json(a, "[1, true, null, '1', no, 007, -3, 1.5]"), "[1,true,null,\"1\",\"no\",\"007\",-3,1.5]");
	assert_string_equal(json(a, "{ n: '${limit}', t: '${limit:text}', s: 'x${limit}', k: '${key}' }"),
		"{\"k\":\"a/b c\",\"n\":50,\"s\":\"x50\",\"t\":\"50\"}");
	assert_string_equal(json(a, "['${var.uid}', '${var.uid:int}']"), "[\"7\",7]");
	assert_string_equal(json(a, "['${since:%s}', '${since:int:%Q}']"), "[\"1767225600\",1767225600250]");
	/* What has no value goes, with the member or element that holds it. */
	assert_string_equal(
		json(a, "{ a: '${hub_id}', b: ['${hub_id}', 1], c: '${hub_id|x}' }"), "{\"b\":[1],\"c\":\"x\"}");
	assert_string_equal(json(a, "{ x: ['${record}'] }"), "{\"x\":[{\"name\":\"Acme\"}]}");
	assert_string_equal(json(a, "{ a: '${body/args}', k: '${body/kw}', n: '${body/none}', one: '${body/args/1}' }"),
		"{\"a\":[1,2],\"k\":{},\"one\":2}");
	assert_null(json(a, "'${hub_id}'"));
}

static void test_slots(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	struct diags diags = {.arena = a};
	static const char yaml[] = "{ a: [x, '${version}'], b: { c: '${token|x}y' } }";
	const struct yaml *y = yaml_parse(a, "t", yaml, sizeof yaml - 1, &diags);

	(void)state;
	assert_int_equal(template_json_slots(template_json_compile(a, y, ~0u, &vars, &diags)),
		SLOT_BIT(VERSION) | SLOT_BIT(TOKEN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
