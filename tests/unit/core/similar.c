#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "core/similar.h"

static struct similar_text text(const char *s)
{
	struct similar_text out;

	similar_decode(s, strlen(s), &out);
	return out;
}

static double alike(const char *a, const char *b)
{
	const struct similar_text x = text(a), y = text(b);

	return similar_jaro_winkler(&x, &y);
}

static unsigned edits(const char *a, const char *b, unsigned max)
{
	const struct similar_text x = text(a), y = text(b);
	const unsigned n = similar_edits(&x, &y, max);

	assert_int_equal(similar_edits(&y, &x, max), n);
	return n;
}

static void near(double got, double want)
{
	assert_true(fabs(got - want) < 0.0005);
}

/* The published values of Winkler's examples. */
static void similarity_is_winklers(void **ctx)
{
	(void)ctx;
	near(alike("martha", "marhta"), 0.9611);
	near(alike("dwayne", "duane"), 0.8400);
	near(alike("dixon", "dicksonx"), 0.8133);
	near(alike("", ""), 1);
	near(alike("a", ""), 0);
	near(alike("abc", "xyz"), 0);
	near(alike("één", "één"), 1);
}

static void a_text_is_bounded(void **ctx)
{
	char a[5001], b[5001];

	(void)ctx;
	memset(a, 'a', 5000);
	memset(b, 'a', 5000);
	a[5000] = b[5000] = '\0';
	memset(b + 64, 'b', 4000);
	near(alike(a, b), 1); /* only 64 of each count */
	assert_int_equal(edits(a, b, 3), 0);
	near(alike("\xff\xfe", "\xff\xfe"), 1);
	near(alike("\xe2\x82", "\xe2\x82"), 1);
}

static void edits_are_counted_up_to_a_bound(void **ctx)
{
	(void)ctx;
	assert_int_equal(edits("", "", 2), 0);
	assert_int_equal(edits("gent", "gent", 0), 0);
	assert_int_equal(edits("gent", "gnet", 2), 1);
	assert_int_equal(edits("gent", "gand", 2), 2);
	assert_int_equal(edits("gent", "ent", 2), 1);
	assert_int_equal(edits("één", "een", 2), 2);
	assert_int_equal(edits("gent", "luik", 2), 3);
	assert_int_equal(edits("gent", "gentbrugge", 2), 3);
	assert_int_equal(edits("kitten", "sitting", 5), 3);
}

static void assert_sound(const char *a, const char *b)
{
	char x[SIMILAR_SOUND_MAX], y[SIMILAR_SOUND_MAX];
	const size_t n = similar_sound(a, strlen(a), x), m = similar_sound(b, strlen(b), y);

	assert_int_equal(n, m);
	assert_memory_equal(x, y, n);
}

static void words_that_sound_alike_are_one(void **ctx)
{
	char x[SIMILAR_SOUND_MAX];

	(void)ctx;
	assert_sound("katrien", "catryn");
	assert_sound("schmidt", "smit");
	assert_sound("philippe", "filip");
	assert_sound("vandewalle", "fandewale");
	assert_sound("eric", "erik");
	assert_int_equal(similar_sound("", 0, x), 0);
	assert_int_equal(similar_sound("bcdfghklmnprst", 14, x), SIMILAR_SOUND_MAX);
	assert_int_equal(similar_sound("\xd0\x96", 2, x), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(similarity_is_winklers),
		cmocka_unit_test(a_text_is_bounded),
		cmocka_unit_test(edits_are_counted_up_to_a_bound),
		cmocka_unit_test(words_that_sound_alike_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
