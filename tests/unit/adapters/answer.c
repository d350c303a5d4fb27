/* What is found in answers. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "adapters/rest.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
