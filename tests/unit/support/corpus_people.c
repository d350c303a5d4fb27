/* The generated people are what their header says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/corpus_people.h"

#define COMPANIES 6000

static const struct corpus corpus = {.seed = 42, .companies = COMPANIES};

static void the_same_seed_gives_the_same_people(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	(void)state;
	for (uint64_t id = 0; id < 300; id++, arena_reset(arena)) {
		struct corpus_contact a[CORPUS_CONTACTS_MAX], b[CORPUS_CONTACTS_MAX];
		const size_t n = corpus_contacts(&corpus, arena, id, a);

		assert_int_equal(corpus_contacts(&corpus, arena, id, b), n);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(a[i].person, b[i].person);
			assert_string_equal(a[i].key, b[i].key);
			for (unsigned f = 0; f < CONTACT_FIELD_COUNT; f++)
				assert_true(a[i].text[f] == b[i].text[f] || !strcmp(a[i].text[f], b[i].text[f]));
		}
	}
}

/* What decides whether a record could show a habit, for those where the record itself says so. */
static bool could(const struct corpus_contact *c, int habit)
{
	return habit == CORPUS_NO_MAILBOX || habit == CORPUS_NO_TELEPHONE || habit == CORPUS_NO_GIVEN_NAME ||
	       habit == CORPUS_PERSON_TYPO || habit == CORPUS_CAPITALS ||
	       (habit == CORPUS_COMPANY_TELEPHONE && !(c->habits & CORPUS_BIT(CORPUS_NO_TELEPHONE)));
}

static void declared_rates_hold(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	double of[CORPUS_HABIT_COUNT][CORPUS_PARTNERS] = {0}, shows[CORPUS_HABIT_COUNT][CORPUS_PARTNERS] = {0};

	(void)state;
	for (uint64_t id = 0; id < COMPANIES; id++, arena_reset(arena)) {
		struct corpus_contact c[CORPUS_CONTACTS_MAX];
		const size_t n = corpus_contacts(&corpus, arena, id, c);

		for (size_t i = 0; i < n; i++)
			for (int h = 0; h < CORPUS_HABIT_COUNT; h++) {
				of[h][c[i].partner] += could(&c[i], h);
				shows[h][c[i].partner] += could(&c[i], h) && c[i].habits & CORPUS_BIT(h);
			}
	}
	for (int h = 0; h < CORPUS_HABIT_COUNT; h++)
		for (int p = 0; p < CORPUS_PARTNERS; p++) {
			const double wanted = of[h][p] * corpus_habit_rate[h][p] / 1000, off = shows[h][p] - wanted;

			if (off * off > 16 * wanted + 1)
				fail_msg("%s at %s: %.0f of %.0f", corpus_habit_help[h], corpus_partner[p], shows[h][p],
					of[h][p]);
		}
}

static void one_person_is_one_wherever_and_others_are_others(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	uint64_t met[CORPUS_ACQUAINTANCE_COUNT] = {0}, managers = 0, shared = 0;

	(void)state;
	for (uint64_t id = 1; id < COMPANIES; id++, arena_reset(arena)) {
		struct corpus_contact c[CORPUS_CONTACTS_MAX];
		struct corpus_company company;
		const size_t n = corpus_contacts(&corpus, arena, id, c);

		corpus_company(&corpus, arena, id, &company);
		for (size_t i = 0; i < n; i++) {
			shared += (c[i].habits & CORPUS_BIT(CORPUS_SHARED_MAILBOX)) != 0;
			if (company.kind == CORPUS_HOLDING && company.leader != id)
				managers += c[i].person == company.leader * 4;
			for (size_t k = 0; k < i; k++) {
				if (c[i].person == c[k].person) {
					assert_string_equal(c[i].family, c[k].family);
					assert_int_not_equal(c[i].partner, c[k].partner);
				} else {
					met[corpus_acquaintance(&c[i], &c[k])]++;
				}
			}
		}
	}
	assert_true(managers > 50);
	assert_true(shared > 50);
	assert_true(met[CORPUS_COLLEAGUE] > met[CORPUS_RELATIVE]);
	assert_true(met[CORPUS_RELATIVE] > met[CORPUS_COLLEAGUE_NAMESAKE]);
	assert_true(met[CORPUS_SHARES_MAILBOX] > 50);
	assert_true(met[CORPUS_COLLEAGUE_NAMESAKE] > 0);
	assert_int_equal(met[CORPUS_STRANGER] + met[CORPUS_NAMESAKE_ELSEWHERE], 0);
}

static void every_record_can_be_read(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	(void)state;
	for (uint64_t id = 0; id < COMPANIES; id++, arena_reset(arena)) {
		struct corpus_contact c[CORPUS_CONTACTS_MAX];
		const size_t n = corpus_contacts(&corpus, arena, id, c);

		for (size_t i = 0; i < n; i++) {
			struct err e = {0};
			const struct record *r = corpus_read_contact(arena, &c[i], &e);

			if (!r)
				fail_msg("%s", e.text);
			assert_string_equal(r->v[CONTACT_ORGANIZATION], c[i].company_key);
			assert_true(!r->v[CONTACT_EMAILS] || strstr(r->v[CONTACT_EMAILS], ".example"));
			assert_true(!r->v[CONTACT_PHONES] || *r->v[CONTACT_PHONES] == '+');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_people),
		cmocka_unit_test(declared_rates_hold),
		cmocka_unit_test(one_person_is_one_wherever_and_others_are_others),
		cmocka_unit_test(every_record_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
