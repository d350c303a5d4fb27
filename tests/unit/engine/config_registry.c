#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "engine/config.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define DIR "endpoint: { adapter: dir, path: x }"

static struct config *parse(const char *text, struct diags *diags)
{
	diags->n = diags->more = 0;
	return config_parse("main.yaml", ".", text, strlen(text), diags);
}

static bool said(const struct diags *diags, const char *what)
{
	for (size_t i = 0; i < diags->n; i++)
		if (strstr(diags->line[i], what))
			return true;
	for (size_t i = 0; i < diags->n; i++)
		fprintf(stderr, "%s\n", diags->line[i]);
	return false;
}

static const char whole[] =
	"groups:\n"
	"  centres: { names: { nl: De centra, en: The centres }, members: [centre-a, centre-b, old-centre] }\n"
	"partners:\n"
	"  - partner: centre\n"
	"    label: Centre\n"
	"    " DIR "\n"
	"    service_levels: { scan: 21d, default: 10d }\n"
	"    referral_expiry: 90d\n"
	"    desks:\n"
	"    - { desk: centre-a, names: { nl: Centrum A }, provinces: [BE-VAN, Limburg] }\n"
	"    - { desk: centre-b, provinces: [BE-VOV], valid_from: 2020-01-01 }\n"
	"    - { desk: old-centre, provinces: [BE-VOV], valid_until: 2019-12-31, succeeded_by: centre-b }\n"
	"    - plain-desk\n"
	"  - partner: chamber\n"
	"    valid_until: 2020-06-30\n"
	"    merged_into: alliance\n"
	"  - partner: alliance\n"
	"    names: The alliance\n"
	"    valid_from: 2020-07-01\n"
	"    " DIR "\n";

static void partners_desks_and_groups_are_known(void **ctx)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct diags diags = { .arena = arena };
	AUTO(config_free) struct config *c = parse(whole, &diags);
	const struct registry *r;
	const struct registry_partner *p;

	(void)ctx;
	assert_true(c || said(&diags, "nothing"));
	r = &c->registry;
	assert_int_equal(r->n, 7);
	p = registry_find(r, "centre-a");
	assert_string_equal(p->endpoint, "centre");
	assert_string_equal(p->name[REGISTRY_NL], "Centrum A");
	assert_string_equal(p->name[REGISTRY_EN], "Centrum A");
	assert_true(registry_serves(p, "BE-VAN") && registry_serves(p, "BE-VLI"));
	assert_string_equal(registry_name(r, "plain-desk", REGISTRY_EN), "plain-desk");
	assert_string_equal(registry_name(r, "centre", REGISTRY_EN), "Centre");
	assert_string_equal(registry_name(r, "alliance", REGISTRY_NL), "The alliance");
	assert_string_equal(registry_name(r, "centres", REGISTRY_EN), "The centres");
	assert_string_equal(registry_on(r, "chamber", "2020-07-01", NULL)->id, "alliance");
	assert_string_equal(registry_on(r, "old-centre", "2020-07-01", NULL)->id, "centre-b");
	assert_string_equal(registry_group_of(r, "centre-b")->id, "centres");
	assert_ptr_equal(config_desk(c, "centre-b"), config_partner(c, "centre"));
	assert_ptr_equal(config_desk(c, "plain-desk"), config_partner(c, "centre"));
	/* A partner without an endpoint is known and never contacted. */
	assert_null(registry_find(r, "chamber")->endpoint);
	assert_false(config_partner(c, "chamber")->enabled);
	assert_string_equal(config_partner(c, "chamber")->until, "2020-06-30");
	assert_true(config_partner(c, "alliance")->enabled);
}

static void service_levels_are_by_service(void **ctx)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct diags diags = { .arena = arena };
	AUTO(config_free) struct config *c = parse(whole, &diags);

	(void)ctx;
	assert_non_null(c);
	assert_int_equal(config_service_level(c, "centre", "scan"), 21 * DAY_MS);
	assert_int_equal(config_service_level(c, "centre-b", "scan"), 21 * DAY_MS);
	assert_int_equal(config_service_level(c, "centre-b", "audit"), 10 * DAY_MS);
	assert_int_equal(config_service_level(c, "centre-b", NULL), 10 * DAY_MS);
	assert_int_equal(config_service_level(c, "alliance", "scan"), 0);
	assert_int_equal(config_service_level(c, "nobody", "scan"), 0);
	assert_int_equal(config_service_level(c, NULL, "scan"), 0);
	assert_int_equal(config_partner(c, "centre")->expiry_ms, 90 * DAY_MS);
	assert_int_equal(config_partner(c, "alliance")->expiry_ms, 0);
}

static void what_is_written_is_shown(void **ctx)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct diags diags = { .arena = arena };
	AUTO(config_free) struct config *c = parse(whole, &diags);
	BUF_AUTO struct buf b = { 0 };

	(void)ctx;
	assert_non_null(c);
	config_print(&b, c);
	assert_non_null(strstr(b.data, "valid_until: 2020-06-30"));
	assert_non_null(strstr(b.data, "merged_into: alliance"));
	assert_non_null(strstr(b.data, "groups:"));
	assert_non_null(strstr(b.data, "- centre-b"));
	assert_non_null(strstr(b.data, "scan: 21d"));
	assert_non_null(strstr(b.data, "desk: old-centre"));
}

static bool ended(const char *until, const char *at)
{
	int64_t ms;

	assert_true(time_parse(at, &ms));
	return config_ended(&(struct partner_config){ .until = until }, ms);
}

/* In winter Belgium is an hour ahead of UTC, in summer two. */
static void a_last_day_is_over_at_midnight_in_belgium(void **ctx)
{
	(void)ctx;
	assert_false(ended("2026-01-03", "2026-01-03T22:59:59Z"));
	assert_true(ended("2026-01-03", "2026-01-03T23:00:00Z"));
	assert_false(ended("2026-07-03", "2026-07-03T21:59:59Z"));
	assert_true(ended("2026-07-03", "2026-07-03T22:00:00Z"));
	/* The day on which the clocks went back, of 25 hours. */
	assert_false(ended("2026-10-25", "2026-10-25T22:59:59Z"));
	assert_true(ended("2026-10-25", "2026-10-25T23:00:00Z"));
	assert_false(ended(NULL, "2026-10-25T23:00:00Z"));
}

#define PARTNER(id, more) "  - { partner: " id ", " DIR more " }\n"

static void faults_have_a_place(void **ctx)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "partners:\n" PARTNER("a", ", valid_until: 2020-13-01"), "main.yaml:2:69: partners[0].valid_until: must be a day" },
		{ "partners:\n" PARTNER("a", ", valid_from: 2020-1-1"), "valid_from: must be a day, YYYY-MM-DD" },
		{ "partners:\n" PARTNER("a", ", valid_from: 2020-01-02, valid_until: 2020-01-01"),
			"valid_until: a: valid_until 2020-01-01 is before valid_from 2020-01-02" },
		{ "partners:\n" PARTNER("a", ", valid_until: 2020-01-02, merged_into: b"),
			"merged_into: a: merged_into names \"b\", which is no partner" },
		{ "partners:\n" PARTNER("a", ", merged_into: b") PARTNER("b", ""), "merged_into: a: merged_into needs valid_until" },
		{ "partners:\n" PARTNER("a", ", valid_until: 2020-01-02, merged_into: b, succeeded_by: b") PARTNER("b", ""),
			"only one of succeeded_by, merged_into and split_into" },
		{ "partners:\n" PARTNER("a", ", valid_until: 2020-01-02, split_into: [b]") PARTNER("b", ""),
			"split_into: a: split_into needs two partners or more" },
		{ "partners:\n" PARTNER("a", ", provinces: [Holland]"), "provinces: \"Holland\" is no province of Belgium" },
		{ "partners:\n" PARTNER("a", ", names: { fr: A }"), "unknown language \"fr\"" },
		{ "partners:\n" PARTNER("a", ", service_levels: { scn: 1d }"), "unknown service \"scn\" (did you mean scan?)" },
		{ "partners:\n" PARTNER("a", ", service_levels: { scan: soon }"), "service_levels.scan: must be a span" },
		{ "partners:\n" PARTNER("a", ", service_levels: 10d"), "must be a mapping of services to spans" },
		{ "partners:\n" PARTNER("a", ", desks: [Gent]"), "must be a letter, then small letters" },
		{ "partners:\n" PARTNER("a", ", desks: [{ desk: gent, province: [BE-VOV] }]"), "province: unknown key" },
		{ "partners:\n" PARTNER("hub", ""), "not \"hub\"" },
		{ "partners: [ { partner: a, valid_from: 2020-01-01 } ]\n", "missing key: endpoint" },
		{ "groups: { g: { members: [a, b] } }\npartners:\n" PARTNER("a", ""), "members: g: its member \"b\" is no partner" },
		{ "groups: { a: { members: [a] } }\npartners:\n" PARTNER("a", ""), "a: a partner has that id already" },
		{ "groups: { g: { names: x } }\npartners:\n" PARTNER("a", ""), "missing key: members" },
		{ "groups: [a]\npartners:\n" PARTNER("a", ""), "groups: must be a mapping of groups" },
		{ "groups: { g: { members: [a, b] } }\npartners:\n" PARTNER("a", ", provinces: BE-VAN")
			PARTNER("b", ", provinces: Antwerpen"), "g: a and b both serve BE-VAN at the same time" },
	};
	AUTO(arena_free) struct arena *arena = arena_new();
	struct diags diags = { .arena = arena };

	(void)ctx;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_null(parse(rows[i].text, &diags));
		assert_true(said(&diags, rows[i].said));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(partners_desks_and_groups_are_known),
		cmocka_unit_test(service_levels_are_by_service),
		cmocka_unit_test(what_is_written_is_shown),
		cmocka_unit_test(a_last_day_is_over_at_midnight_in_belgium),
		cmocka_unit_test(faults_have_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
