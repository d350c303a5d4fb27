#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/linkage_parts.h"
#include "core/linkage_train.h"

enum { NUMBER, NAME, WEB, PLACE, POSTAL, FIELDS };

static const struct linkage_schema schema = {
	.name = "test",
	.nfields = FIELDS,
	.field = {
		{.name = "number", .kind = LINKAGE_KEY, .twin = -1, .decisive = true},
		{.name = "name", .kind = LINKAGE_COMPANY, .twin = -1, .place = PLACE, .postal = POSTAL},
		{.name = "web", .kind = LINKAGE_DOMAIN, .twin = -1},
		{.name = "place", .kind = LINKAGE_PLACE, .twin = -1, .part = true},
		{.name = "postal", .kind = LINKAGE_POSTAL, .twin = -1, .part = true},
	},
	.nrules = 1,
	.rule = {{1, {{WEB, LINKAGE_WHOLE}}}},
};

static struct arena *arena;
static struct linkage_model *model;

static int setup(void **ctx)
{
	(void)ctx;
	arena = arena_new();
	model = linkage_model_new(&schema);
	return 0;
}

static int teardown(void **ctx)
{
	(void)ctx;
	linkage_model_free(model);
	arena_free(arena);
	return 0;
}

static struct linkage_features *company(const char *number, const char *name, const char *web, const char *place)
{
	const struct linkage_values v = {.text = {[NUMBER] = {number}, [NAME] = {name}, [WEB] = {web}, [PLACE] = {place}}};
	const struct linkage_features *f = linkage_features(arena, model, &v);

	return arena_copy(arena, f, linkage_features_size(f));
}

static const char *level(const struct linkage_features *a, const struct linkage_features *b, unsigned field)
{
	struct linkage_result r, turned;

	linkage_compare(model, a, b, &r);
	linkage_compare(model, b, a, &turned);
	assert_int_equal(r.level[field], turned.level[field]);
	return linkage_level_name(schema.field[field].kind, r.level[field]);
}

static void names(const char *a, const char *at, const char *b, const char *and_at, const char *want)
{
	assert_string_equal(level(company(NULL, a, NULL, at), company(NULL, b, NULL, and_at), NAME), want);
}

static void a_place_in_a_name_says_no_more_than_the_address(void **ctx)
{
	(void)ctx;
	names("quorvex", "gent", "quorvex gent", "gent", "same");
	names("quorvex", "sint niklaas", "quorvex sint niklaas", "sint niklaas", "same");
	/* Elsewhere, it is a branch. */
	names("quorvex", "aalst", "quorvex gent", "gent", "part");
	names("quorvex", NULL, "quorvex gent", "gent", "part");
	names("quorvex", "gent", "quorvex aalst", "gent", "part");
	/* A word that ends so is another word, and who is called after the place alone has no other name. */
	names("quorvex", "gent", "quorvex regent", "gent", "part");
	names("quorvex", "gent", "gent", "gent", "different");
	names("quorvex gent", "gent", "bellamo gent", "gent", "one word");
}

static void count_word(const char *word, double share)
{
	linkage_frequency_add(model, NAME, word, strlen(word), share);
}

static void a_name_is_as_rare_as_it_is_without_the_place(void **ctx)
{
	(void)ctx;
	linkage_frequency_floor(model, NAME, 0.00001);
	count_word("forum", 0.01);
	count_word("handel", 0.01);
	names("forum handel quorvex", "gent", "forum handel quorvex", "gent", "same, unique");
	names("forum handel gent", "aalst", "forum handel gent", "gent", "same, unique");
	names("forum handel gent", "gent", "forum handel gent", "gent", "same");
}

static void a_word_in_no_table_is_shared_by_few_and_with_another_by_nobody(void **ctx)
{
	(void)ctx;
	linkage_frequency_floor(model, NAME, 0.00001);
	count_word("bouw", 0.01);
	count_word("de", 0.3);
	names("quorvex", NULL, "quorvex", NULL, "same, rarest");
	names("de quorvex", NULL, "de quorvex", NULL, "same, rarest");
	names("quorvex bouw", NULL, "quorvex bouw", NULL, "same, unique");
	names("de bouw", NULL, "de bouw", NULL, "same");
}

static void a_mistyped_word_is_no_rarer_than_the_word(void **ctx)
{
	(void)ctx;
	linkage_frequency_floor(model, NAME, 0.00001);
	count_word("projects", 0.01);
	count_word("quorvex", 0.01);
	names("quorvex projects", NULL, "quorvex prjoects", NULL, "close");
	names("quorvex projects", NULL, "quorvex proj", NULL, "close");
	names("bellamo projects", NULL, "quorvex proj", NULL, "one word");
}

static void count_companies(struct linkage_counts *counts, const char *name, const char *postal, unsigned n)
{
	const struct linkage_values v = {.text = {[NAME] = {name}, [POSTAL] = {postal}}};

	for (unsigned i = 0; i < n; i++)
		linkage_count(counts, linkage_features(arena, model, &v));
}

static unsigned rarity_of(const char *word)
{
	return linkage_rarity(model, NAME, word, strlen(word));
}

/* Where few records are, or few have it, that is chance. */
static void a_word_is_as_common_as_where_it_is_commonest(void **ctx)
{
	AUTO(linkage_counts_free) struct linkage_counts *counts = linkage_counts_new(&schema);

	(void)ctx;
	count_companies(counts, "slagerij", "9000", 20000);
	count_companies(counts, "boucherie", "4000", 1000);
	count_companies(counts, "denis", "4000", 20);
	count_companies(counts, "dewit", "9000", 20);
	count_companies(counts, "seldom", "4000", 4);
	count_companies(counts, "seldom", "9000", 16);
	count_companies(counts, "nowhere", NULL, 20);
	count_companies(counts, "faraway", "6000", 20);
	linkage_counted(model, counts, 100);
	assert_true(rarity_of("denis") < rarity_of("dewit"));
	assert_true(rarity_of("boucherie") < rarity_of("denis"));
	assert_int_equal(rarity_of("seldom"), rarity_of("nowhere"));
	assert_int_equal(rarity_of("faraway"), rarity_of("nowhere"));
}

static unsigned so_many(void *ctx, uint64_t key)
{
	assert_true(key != 0);
	return *(const unsigned *)ctx;
}

static const char *held_by(unsigned n)
{
	struct linkage_features *a = company(NULL, NULL, "acme.be", NULL);

	linkage_hold(&schema, a, so_many, &n);
	return level(a, company(NULL, NULL, "acme.be", NULL), WEB);
}

static void what_several_have_is_of_a_group(void **ctx)
{
	struct linkage_features *other = company(NULL, NULL, "other.be", NULL);
	unsigned many = 7;

	(void)ctx;
	assert_string_equal(held_by(0), "same");
	assert_string_equal(held_by(1), "same");
	assert_string_equal(held_by(2), "same, of several");
	assert_string_equal(held_by(1000000), "same, of several");
	linkage_hold(&schema, other, so_many, &many);
	assert_string_equal(level(other, company(NULL, NULL, "acme.be", NULL), WEB), "different");
	assert_true(linkage_may_be_held(&schema, other));
	assert_false(linkage_may_be_held(&schema, company("1", "acme", NULL, NULL)));
}

/* Of how many pairs of those three the web site is one of several. */
static unsigned of_several(const char *const number[3], const uint32_t source[3])
{
	struct linkage_features *of[3];
	unsigned n = 0;

	for (size_t i = 0; i < 3; i++)
		of[i] = company(number[i], NULL, "acme.be", NULL);
	linkage_hold_all(&schema, of, source, 3);
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < i; k++)
			n += !strcmp(level(of[i], of[k], WEB), "same, of several");
	return n;
}

/* The last to come meets two, the one before it one. */
static void records_of_a_set_come_one_after_the_other(void **ctx)
{
	static const char *const one[3] = {"1", "1", "1"}, *const three[3] = {"1", "2", "3"}, *const unknown[3] = {0};
	static const uint32_t apart[3] = {1, 2, 3}, together[3] = {1, 1, 1};

	(void)ctx;
	assert_int_equal(of_several(one, apart), 0);
	assert_int_equal(of_several(three, apart), 2);
	assert_int_equal(of_several(unknown, apart), 0);
	assert_int_equal(of_several(unknown, together), 2);
	linkage_hold_all(&schema, NULL, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_in_a_name_says_no_more_than_the_address),
		cmocka_unit_test(a_name_is_as_rare_as_it_is_without_the_place),
		cmocka_unit_test(a_word_in_no_table_is_shared_by_few_and_with_another_by_nobody),
		cmocka_unit_test(a_mistyped_word_is_no_rarer_than_the_word),
		cmocka_unit_test(a_word_is_as_common_as_where_it_is_commonest),
		cmocka_unit_test(what_several_have_is_of_a_group),
		cmocka_unit_test(records_of_a_set_come_one_after_the_other),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
