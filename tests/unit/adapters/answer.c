/* What is found in answers. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "adapters/exec_wire.h"
#include "adapters/rest.h"
#include "base/utf8.h"

#define SELF "<https://x.example/?page=1>; rel=\"self\""
#define NEXT "https://x.example/?page=2,3"

static void test_links(void **state)
{
	static const struct {
		const char *row[3], *want;
	} test[] = {
		{{"<" NEXT ">; rel=\"next\""}, NEXT},
		{{"<" NEXT ">;rel=next"}, NEXT},
		{{SELF ", <" NEXT ">; rel=\"next\""}, NEXT},
		/* One row for each link. */
		{{SELF, "<" NEXT ">; rel=\"next\""}, NEXT},
		{{SELF, SELF, "<" NEXT ">; rel=\"next\""}, NEXT},
		{{SELF, SELF}, NULL},
		/* What is quoted separates nothing. */
		{{"<" NEXT ">; title=\"a,b; rel=\\\"self\\\"\"; rel=\"next\""}, NEXT},
		{{SELF "; title=\"rel=next\""}, NULL},
		{{SELF "; title=\", <https://x.example/?page=9>; rel=next\", <" NEXT ">; rel=next"}, NEXT},
		/* Relations are words, in any case. */
		{{"<" NEXT ">; rel=\"next last\""}, NEXT},
		{{"<" NEXT ">; rel=\"last  next\""}, NEXT},
		{{"<" NEXT ">; Rel = \"Next\""}, NEXT},
		{{"<" NEXT ">; rel=\"nextish\""}, NULL},
		{{"<" NEXT ">; rel=self; rel=next"}, NULL},
		{{"<" NEXT ">; xrel=next"}, NULL},
		/* Cut off, or no link at all. */
		{{"<" NEXT}, NULL},
		{{"<" NEXT ">; rel"}, NULL},
		{{"<" NEXT ">; rel="}, NULL},
		{{"<" NEXT ">; rel=\"next"}, NEXT},
		{{"=;,\""}, NULL},
		{{""}, NULL},
	};
	const struct locate link = {.from = LOCATE_HEADER, .what = "Link"};

	(void)state;
	for (size_t i = 0; i < sizeof test / sizeof *test; i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct http_header header[4] = {{"X-Total", "7"}};
		struct answer a = {.status = 200, .header = header, .nheader = 1};
		const char *got;

		for (size_t row = 0; row < 3 && test[i].row[row]; row++)
			header[a.nheader++] = (struct http_header){"link", test[i].row[row]};
		got = locate_text(&link, &a, NULL, arena);
		if (!got != !test[i].want || (got && strcmp(got, test[i].want)))
			fail_msg("%s %s: %s", test[i].row[0], test[i].row[1] ? test[i].row[1] : "", got ? got : "none");
	}
}

/* What is kept of a long one ends with a whole character. */
static void test_raw(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	BUF_AUTO struct buf long_text = {0};
	struct get g = {.type = RECORD_ORGANIZATION, .arena = arena};
	struct item item = {0};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < 40000; i++)
		buf_adds(&long_text, "\xc3\xa9");
	AUTO(json_drop) json_t *row = json_pack("{ss}", "name", long_text.data);
	AUTO(json_drop)
	json_t *done = json_pack("{s{ss,s{ss}}}", "item", "key", "12", "record", "x", long_text.data);

	answer_raw(&item, row, arena);
	assert_int_equal(strlen(item.raw), 64 * 1024 - 1);
	assert_true(utf8_valid(item.raw, strlen(item.raw)));
	assert_true(exec_get_parse(done, &g, &e));
	assert_int_equal(strlen(g.item.raw), 64 * 1024 - 1);
	assert_true(utf8_valid(g.item.raw, strlen(g.item.raw)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_raw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
