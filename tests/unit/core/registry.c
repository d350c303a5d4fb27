#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/registry.h"

#define LIST(...) { (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *) }
#define NAMES(text) { text " (nl)", text " (en)" }

/* Five desks, one of which was split off and one of which has been merged; two chambers became one, then retired. */
static struct registry_partner partners[] = {
	{ .id = "west", .name = NAMES("West"), .province = LIST("BE-VWV"), .endpoint = "ic", .from = "2020-01-01" },
	{ .id = "oost", .name = NAMES("Oost"), .province = LIST("BE-VOV"), .endpoint = "ic", .from = "2020-01-01" },
	{ .id = "vlaanderen", .name = NAMES("Vlaanderen"), .until = "2019-12-31", .fate = REGISTRY_SPLIT,
		.successor = LIST("oost", "west"), .province = LIST("BE-VWV", "BE-VOV"), .endpoint = "ic" },
	{ .id = "limburg", .name = NAMES("Limburg"), .province = LIST("BE-VLI"), .until = "2024-06-30",
		.fate = REGISTRY_MERGED, .successor = LIST("antwerpen"), .endpoint = "ic" },
	{ .id = "antwerpen", .name = NAMES("Antwerpen"), .province = LIST("BE-VAN"), .endpoint = "ic" },
	{ .id = "kempen", .name = NAMES("Kempen"), .until = "2010-12-31", .fate = REGISTRY_MERGED,
		.successor = LIST("chamber") },
	{ .id = "chamber", .name = NAMES("Chamber"), .from = "2011-01-01", .until = "2015-12-31",
		.fate = REGISTRY_SUCCEEDED, .successor = LIST("alliance") },
	{ .id = "alliance", .name = NAMES("Alliance"), .from = "2016-01-01", .until = "2022-12-31" },
};
static struct registry_group groups[] = {
	{ .id = "centres", .name = NAMES("Centres"), .member = LIST("west", "oost", "limburg", "antwerpen", "vlaanderen") },
	{ .id = "all", .name = NAMES("All"), .member = LIST("alliance", "west") },
};
static struct registry registry = { partners, sizeof partners / sizeof *partners, groups, 2 };

static const char *on(const char *id, const char *day, const char *province)
{
	const struct registry_partner *p = registry_on(&registry, id, day, province);

	return p ? p->id : "nobody";
}

static const char *route(const char *province, const char *day)
{
	const struct registry_partner *p = registry_route(&registry, registry_group_find(&registry, "centres"), province, day);

	return p ? p->id : "nobody";
}

static void a_merged_partner_is_stood_for_by_who_it_became_part_of(void **ctx)
{
	(void)ctx;
	assert_string_equal(on("limburg", "2024-06-30", NULL), "limburg");
	assert_string_equal(on("limburg", "2024-07-01", NULL), "antwerpen");
	assert_string_equal(on("kempen", "2010-12-31", NULL), "kempen");
	assert_string_equal(on("kempen", "2012-02-29", NULL), "chamber");
	assert_string_equal(on("kempen", "2016-01-01", NULL), "alliance");
	assert_string_equal(on("kempen", "2023-01-01", NULL), "nobody");
	assert_string_equal(on("stranger", "2023-01-01", NULL), "nobody");
	assert_string_equal(on("kempen", NULL, NULL), "kempen");
}

static void a_split_one_by_the_provinces_of_its_parts(void **ctx)
{
	(void)ctx;
	assert_string_equal(on("vlaanderen", "2019-12-31", NULL), "vlaanderen");
	assert_string_equal(on("vlaanderen", "2020-01-01", "BE-VWV"), "west");
	assert_string_equal(on("vlaanderen", "2020-01-01", "BE-VOV"), "oost");
	assert_string_equal(on("vlaanderen", "2020-01-01", "BE-VAN"), "nobody");
	assert_string_equal(on("vlaanderen", "2020-01-01", NULL), "nobody");
}

static void every_step_is_told(void **ctx)
{
	const struct registry_partner *chain[8];

	(void)ctx;
	assert_int_equal(registry_chain(&registry, "kempen", "2023-01-01", NULL, chain, 8), 3);
	assert_string_equal(chain[0]->id, "kempen");
	assert_string_equal(chain[1]->id, "chamber");
	assert_string_equal(chain[2]->id, "alliance");
	assert_int_equal(registry_chain(&registry, "kempen", "2023-01-01", NULL, chain, 2), 2);
	assert_int_equal(registry_chain(&registry, "kempen", "2010-01-01", NULL, chain, 8), 1);
	assert_int_equal(registry_chain(&registry, "stranger", "2010-01-01", NULL, chain, 8), 0);
}

static void what_one_did_is_added_up_under_the_last_that_came_after_it(void **ctx)
{
	(void)ctx;
	assert_string_equal(registry_successor(&registry, "kempen", "2010-12-31"), "kempen");
	assert_string_equal(registry_successor(&registry, "kempen", "2011-01-01"), "chamber");
	assert_string_equal(registry_successor(&registry, "kempen", "2016-01-01"), "alliance");
	/* Which has retired. */
	assert_string_equal(registry_successor(&registry, "kempen", "2023-01-01"), "alliance");
	assert_string_equal(registry_successor(&registry, "vlaanderen", "2023-01-01"), "vlaanderen");
	assert_string_equal(registry_successor(&registry, "stranger", "2023-01-01"), "stranger");
}

static void a_group_is_routed_by_province_and_day(void **ctx)
{
	(void)ctx;
	assert_string_equal(route("BE-VAN", "2024-06-30"), "antwerpen");
	assert_string_equal(route("BE-VLI", "2024-06-30"), "limburg");
	assert_string_equal(route("BE-VLI", "2024-07-01"), "antwerpen");
	assert_string_equal(route("BE-VOV", "2020-01-01"), "oost");
	assert_string_equal(route("BE-VOV", "2019-12-31"), "vlaanderen");
	assert_string_equal(route("BE-WHT", "2024-06-30"), "nobody");
	assert_string_equal(route(NULL, "2024-06-30"), "nobody");
}

static void names_and_groups_are_found(void **ctx)
{
	(void)ctx;
	assert_string_equal(registry_name(&registry, "limburg", REGISTRY_NL), "Limburg (nl)");
	assert_string_equal(registry_name(&registry, "limburg", REGISTRY_EN), "Limburg (en)");
	assert_string_equal(registry_name(&registry, "centres", REGISTRY_EN), "Centres (en)");
	assert_string_equal(registry_name(&registry, "stranger", REGISTRY_EN), "stranger");
	assert_string_equal(registry_group_of(&registry, "oost")->id, "centres");
	assert_string_equal(registry_group_of(&registry, "west")->id, "all");
	assert_null(registry_group_of(&registry, "kempen"));
	assert_null(registry_find(&registry, "centres"));
}

static void validity_has_a_first_and_a_last_day(void **ctx)
{
	const struct registry_partner *p = registry_find(&registry, "chamber");

	(void)ctx;
	assert_false(registry_valid(p, "2010-12-31"));
	assert_true(registry_valid(p, "2011-01-01"));
	assert_true(registry_valid(p, "2015-12-31"));
	assert_false(registry_valid(p, "2016-01-01"));
	assert_true(registry_valid(p, NULL));
	assert_false(registry_ended(p, "2015-12-31"));
	assert_true(registry_ended(p, "2016-01-01"));
	assert_true(registry_serves(registry_find(&registry, "west"), "BE-VWV"));
	assert_false(registry_serves(registry_find(&registry, "west"), NULL));
}

static void gather(void *ctx, const void *where, const char *key, const char *what)
{
	char *text = ctx;

	(void)where;
	assert_true(!key || strstr(what, key) || !strcmp(key, "members"));
	assert_true(strlen(text) + strlen(what) < 2000);
	sprintf(text + strlen(text), "%s\n", what);
}

static void what_contradicts_itself_is_told(void **ctx)
{
	struct registry_partner bad[] = {
		{ .id = "a", .until = "2020-12-31", .fate = REGISTRY_MERGED, .successor = LIST("b"), .province = LIST("BE-VAN") },
		{ .id = "b", .until = "2021-12-31", .fate = REGISTRY_SUCCEEDED, .successor = LIST("a") },
		{ .id = "c", .fate = REGISTRY_MERGED, .successor = LIST("d"), .province = LIST("BE-VAN") },
		{ .id = "e", .from = "2020-01-02", .until = "2020-01-01" },
		{ .id = "f", .until = "2019-01-01", .fate = REGISTRY_SPLIT, .successor = LIST("g") },
		{ .id = "g", .from = "2019-01-03" },
		{ .id = "g", .until = "2018-01-01" },
	};
	struct registry_group group[] = {
		{ .id = "g", .member = LIST("g") }, { .id = "h" }, { .id = "i", .member = LIST("a", "c", "x", "a") },
	};
	struct registry r = { bad, sizeof bad / sizeof *bad, group, 3 };
	char text[2048] = "";

	(void)ctx;
	registry_sort(&r);
	registry_check(&r, gather, text);
	assert_non_null(strstr(text, "a: merged_into leads back to itself\n"));
	assert_non_null(strstr(text, "b: succeeded_by leads back to itself\n"));
	assert_non_null(strstr(text, "b: succeeded_by names a, whose last day 2020-12-31 is before 2021-12-31\n"));
	assert_non_null(strstr(text, "c: merged_into needs valid_until, its last day\n"));
	assert_non_null(strstr(text, "c: merged_into names \"d\", which is no partner\n"));
	assert_non_null(strstr(text, "e: valid_until 2020-01-01 is before valid_from 2020-01-02\n"));
	assert_non_null(strstr(text, "f: split_into needs two partners or more"));
	assert_non_null(strstr(text, "g: is defined twice\n"));
	assert_non_null(strstr(text, "g: a partner has that id already\n"));
	assert_non_null(strstr(text, "h: has no members\n"));
	assert_non_null(strstr(text, "i: its member \"x\" is no partner\n"));
	assert_non_null(strstr(text, "i: a is named twice\n"));
	assert_non_null(strstr(text, "i: a and c both serve BE-VAN at the same time\n"));
	text[0] = '\0';
	registry_check(&registry, gather, text);
	assert_string_equal(text, "");
}

static void days_without_anybody_are_told(void **ctx)
{
	struct registry_partner bad[] = {
		{ .id = "f", .until = "2019-01-01", .fate = REGISTRY_MERGED, .successor = LIST("g") },
		{ .id = "g", .from = "2019-01-03" },
	};
	struct registry r = { bad, 2, NULL, 0 };
	char text[2048] = "";

	(void)ctx;
	registry_check(&r, gather, text);
	assert_string_equal(text, "f: merged_into names g, which begins on 2019-01-03: nobody stands for f from 2019-01-01 until "
		"then\n");
	bad[1].from = "2019-01-02";
	text[0] = '\0';
	registry_check(&r, gather, text);
	assert_string_equal(text, "");
}

static int sorted(void **ctx)
{
	(void)ctx;
	registry_sort(&registry);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_merged_partner_is_stood_for_by_who_it_became_part_of),
		cmocka_unit_test(a_split_one_by_the_provinces_of_its_parts),
		cmocka_unit_test(every_step_is_told),
		cmocka_unit_test(what_one_did_is_added_up_under_the_last_that_came_after_it),
		cmocka_unit_test(a_group_is_routed_by_province_and_day),
		cmocka_unit_test(names_and_groups_are_found),
		cmocka_unit_test(validity_has_a_first_and_a_last_day),
		cmocka_unit_test(what_contradicts_itself_is_told),
		cmocka_unit_test(days_without_anybody_are_told),
	};

	return cmocka_run_group_tests(tests, sorted, NULL);
}
