/* The generated companies are what their header says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "core/normalise.h"
#include "support/corpus.h"

#define COMPANIES 20000

static const struct corpus corpus = {.seed = 42, .companies = COMPANIES};

static uint64_t hash_of(const struct corpus *c, struct arena *arena, uint64_t id)
{
	struct corpus_record r[CORPUS_RECORDS_MAX];
	const size_t n = corpus_records(c, arena, id, r);
	uint64_t hash = n;

	for (size_t i = 0; i < n; i++) {
		hash = hash_text(r[i].key, hash) ^ r[i].partner ^ r[i].quirks;
		for (unsigned f = 0; f < ORGANIZATION_FIELD_COUNT; f++)
			hash = hash_text(r[i].text[f] ? r[i].text[f] : "-", hash);
	}
	return hash;
}

static void the_same_seed_gives_the_same_companies_in_any_order(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct corpus other = {.seed = 43, .companies = COMPANIES};
	uint64_t hash[200];
	int same = 0;

	(void)state;
	for (uint64_t id = 0; id < 200; id++)
		hash[id] = hash_of(&corpus, arena, id);
	for (uint64_t id = 200; id-- > 0;) {
		assert_int_equal(hash_of(&corpus, arena, id), hash[id]);
		same += hash_of(&other, arena, id) == hash[id];
	}
	assert_int_equal(same, 0);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void every_number_is_valid_and_its_own(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	char(*number)[11] = test_calloc(COMPANIES, sizeof *number);

	(void)state;
	for (uint64_t id = 0; id < COMPANIES; id++) {
		struct corpus_company c;
		const char *cursor, *e;
		size_t len;

		corpus_company(&corpus, arena, id, &c);
		assert_true(enterprise_number_valid(c.number));
		assert_true(!*c.group_number || enterprise_number_valid(c.group_number));
		assert_string_not_equal(c.number, c.group_number);
		cursor = c.establishments;
		while ((e = set_next(&cursor, &len)))
			assert_true(establishment_number_valid(arena_strndup(arena, e, len)));
		strcpy(number[id], c.number);
		arena_reset(arena);
	}
	qsort(number, COMPANIES, sizeof *number, by_text);
	for (size_t i = 1; i < COMPANIES; i++)
		assert_string_not_equal(number[i], number[i - 1]);
	test_free(number);
}

/* --- what every record shows -------------------------------------------------------------------------------------- */

struct counts {
	uint64_t companies, records, of[CORPUS_PARTNERS], had[5];
	uint64_t quirk[CORPUS_QUIRK_COUNT][CORPUS_PARTNERS], could[CORPUS_QUIRK_COUNT][CORPUS_PARTNERS];
	uint64_t kind[CORPUS_RELATION_COUNT], moved, trading, seat;
	uint64_t bad_unnoticed, bad;
};

/* What decides whether a record could show a quirk, where that is not every record. */
static bool could(const struct corpus_company *c, enum corpus_quirk q, const struct corpus_record *r)
{
	switch ((int)q) {
	case CORPUS_BAD_NUMBER:
		return !(r->quirks & CORPUS_BIT(CORPUS_NO_NUMBER));
	case CORPUS_GROUP_NUMBER:
		return *c->group_number && !(r->quirks & CORPUS_BIT(CORPUS_NO_NUMBER));
	case CORPUS_ACRONYM:
		return c->acronym;
	case CORPUS_TRADING_NAME:
		return c->trading && !(r->quirks & CORPUS_BIT(CORPUS_ACRONYM));
	case CORPUS_OLD_ADDRESS:
		return c->moved;
	case CORPUS_OTHER_LANGUAGE:
		return c->other;
	case CORPUS_NO_NUMBER:
	case CORPUS_NAME_TYPO:
	case CORPUS_UPPER:
	case CORPUS_NO_ADDRESS:
	case CORPUS_NO_PHONE:
		return true;
	default:
		return false;
	}
}

static void count(struct counts *n)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	for (uint64_t id = 0; id < COMPANIES; id++, arena_reset(arena)) {
		struct corpus_record r[CORPUS_RECORDS_MAX];
		struct corpus_company c;
		const size_t records = corpus_records(&corpus, arena, id, r);
		unsigned partners = 0;

		corpus_company(&corpus, arena, id, &c);
		n->companies++;
		n->records += records;
		n->kind[c.brand ? CORPUS_BRANCH : c.kind]++;
		n->moved += c.moved;
		n->trading += c.trading != NULL;
		n->seat += c.seat != 0;
		for (size_t i = 0; i < records; i++) {
			const char *number = r[i].text[ORGANIZATION_ENTERPRISE_NUMBER];

			partners |= 1u << r[i].partner;
			n->of[r[i].partner]++;
			for (int q = 0; q < CORPUS_QUIRK_COUNT; q++) {
				n->could[q][r[i].partner] += could(&c, (enum corpus_quirk)q, &r[i]);
				n->quirk[q][r[i].partner] += (r[i].quirks & CORPUS_BIT(q)) != 0;
			}
			if (r[i].quirks & CORPUS_BIT(CORPUS_BAD_NUMBER)) {
				bool valid;

				n->bad++;
				normalise(arena, VALUE_ENTERPRISE, number, &valid, &(struct err){0});
				n->bad_unnoticed += valid;
			}
		}
		n->had[__builtin_popcount(partners)]++;
	}
}

#define assert_share(part, whole, per_mille, tolerance)                                                                \
	do {                                                                                                           \
		const double share_ = (double)(part)*1000 / (double)(whole);                                           \
		if (share_ < (per_mille) - (tolerance) || share_ > (per_mille) + (tolerance))                          \
			fail_msg("%s: %.1f per mille of %s, declared %d", #part, share_, #whole, (int)(per_mille));    \
	} while (0)

static void declared_rates_hold(void **state)
{
	struct counts n = {0};

	(void)state;
	count(&n);
	assert_share(n.had[1], n.companies, 550, 15);
	assert_share(n.had[2], n.companies, 270, 15);
	assert_share(n.had[3], n.companies, 130, 12);
	assert_share(n.had[4], n.companies, 50, 8);
	assert_share(n.kind[CORPUS_SUBSIDIARY], n.companies, 60, 8);
	assert_share(n.kind[CORPUS_HOLDING], n.companies, 50, 8);
	assert_share(n.kind[CORPUS_VAT_GROUP], n.companies, 20, 5);
	assert_share(n.kind[CORPUS_SUCCESSOR], n.companies, 2, 1.2);
	assert_share(n.kind[CORPUS_BRANCH], n.companies, 20, 4);
	assert_share(n.moved, n.companies, 120, 12);
	assert_share(n.trading, n.companies, 150, 25);
	assert_share(n.seat, n.companies, 70, 10);
	for (int q = 0; q < CORPUS_QUIRK_COUNT; q++)
		for (int p = 0; p < CORPUS_PARTNERS; p++) {
			const double rate = corpus_quirk_rate[q][p], of = (double)n.could[q][p];

			/* Four standard deviations, and one record. */
			if (of > 0 && ((double)n.quirk[q][p] - of * rate / 1000) *
						      ((double)n.quirk[q][p] - of * rate / 1000) >
					      16 * of * rate / 1000 + 1)
				fail_msg("%s at %s: %d of %.0f, declared %.0f per mille", corpus_quirk_help[q],
					corpus_partner[p], (int)n.quirk[q][p], of, rate);
			if (q != CORPUS_DUPLICATE && rate > 0)
				assert_true(n.quirk[q][p] || rate < 10);
		}
	assert_true(n.bad > 50);
	assert_true(n.bad_unnoticed * 30 < n.bad);
}

/* --- hard negatives ----------------------------------------------------------------------------------------------- */

static void neighbours_share_what_they_should_and_are_different(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	uint64_t met[CORPUS_RELATION_COUNT] = {0}, addresses[CORPUS_RELATION_COUNT] = {0}, domains = 0, same_name = 0;

	(void)state;
	for (uint64_t id = 1; id < COMPANIES; id++, arena_reset(arena)) {
		struct corpus_company a, b;
		enum corpus_relation r;

		corpus_company(&corpus, arena, id, &b);
		if (b.leader == id)
			continue;
		corpus_company(&corpus, arena, b.leader, &a);
		r = corpus_relation(&a, &b);
		assert_int_equal(r, b.kind);
		assert_int_equal(a.leader, a.id);
		assert_string_not_equal(a.number, b.number);
		met[r]++;
		addresses[r] += a.address.place == b.address.place && a.address.street == b.address.street &&
				a.address.house == b.address.house;
		switch ((int)r) {
		case CORPUS_SUBSIDIARY:
		case CORPUS_HOLDING:
			assert_ptr_equal(strstr(b.name, a.stem), b.name);
			assert_string_equal(b.group_number, "");
			break;
		case CORPUS_VAT_GROUP:
			assert_string_equal(a.group_number, b.group_number);
			break;
		case CORPUS_SUCCESSOR:
			assert_non_null(strstr(b.name, a.name));
			same_name += !strcmp(a.name, b.name);
			domains += *a.domain && !strcmp(a.domain, b.domain);
			break;
		default:
			fail_msg("a group of unrelated companies");
		}
	}
	assert_share(addresses[CORPUS_HOLDING], met[CORPUS_HOLDING], 900, 40);
	assert_share(addresses[CORPUS_SUBSIDIARY], met[CORPUS_SUBSIDIARY], 600, 60);
	assert_true(same_name > 0 && same_name < met[CORPUS_SUCCESSOR]);
	assert_true(domains > 0);
}

static void relations_beyond_groups_are_told(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct corpus_company *c = arena_array(arena, struct corpus_company, 2000);
	uint64_t met[CORPUS_RELATION_COUNT] = {0};

	(void)state;
	for (uint64_t id = 0; id < 2000; id++)
		corpus_company(&corpus, arena, id, &c[id]);
	for (size_t i = 0; i < 2000; i++)
		for (size_t j = 0; j < i; j++)
			met[corpus_relation(&c[i], &c[j])]++;
	for (int r = 0; r < CORPUS_RELATION_COUNT; r++)
		if (r != CORPUS_SUCCESSOR && !met[r])
			fail_msg("nobody is %s", corpus_relation_help[r]);
}

/* --- as a partner has them ---------------------------------------------------------------------------------------- */

static void every_record_can_be_read(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	uint64_t phones = 0, phones_read = 0, houses = 0, streets = 0;

	(void)state;
	for (uint64_t id = 0; id < 3000; id++, arena_reset(arena)) {
		struct corpus_record r[CORPUS_RECORDS_MAX];
		const size_t n = corpus_records(&corpus, arena, id, r);

		for (size_t i = 0; i < n; i++) {
			struct err e = {0};
			struct record *record = corpus_read(arena, &r[i], &e);

			if (!record)
				fail_msg("%s", e.text);
			if (record->v[ORGANIZATION_PHONES]) {
				phones++;
				phones_read += *record->v[ORGANIZATION_PHONES] == '+';
			}
			if (record->v[ORGANIZATION_STREET]) {
				streets++;
				houses += *record->v[ORGANIZATION_HOUSE_NUMBER] != '\0';
			}
			for (unsigned f = ORGANIZATION_EMAILS; f <= ORGANIZATION_WEBSITES; f++)
				assert_true(
					f == ORGANIZATION_PHONES || !record->v[f] || strstr(record->v[f], ".example"));
		}
	}
	assert_share(phones_read, phones, 995, 5);
	assert_share(houses, streets, 995, 5);
}

static void a_corpus_without_numbers_has_none(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct corpus without = {.seed = 42, .companies = COMPANIES, .no_numbers = true};

	(void)state;
	for (uint64_t id = 0; id < 1000; id++, arena_reset(arena)) {
		struct corpus_record r[CORPUS_RECORDS_MAX];
		const size_t n = corpus_records(&without, arena, id, r);

		for (size_t i = 0; i < n; i++) {
			assert_null(r[i].text[ORGANIZATION_ENTERPRISE_NUMBER]);
			assert_null(r[i].text[ORGANIZATION_ESTABLISHMENT_NUMBERS]);
		}
	}
}

static void an_order_names_each_company_once(void **state)
{
	static const uint64_t sizes[] = {1, 2, 64, 1000, 20000};

	(void)state;
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
		for (unsigned p = 0; p < CORPUS_PARTNERS; p++) {
			const struct corpus c = {.seed = 1, .companies = sizes[s]};
			bool *seen = test_calloc(sizes[s], sizeof *seen);

			for (uint64_t at = 0; at < sizes[s]; at++) {
				const uint64_t id = corpus_order(&c, p, at);

				assert_true(id < sizes[s] && !seen[id]);
				seen[id] = true;
			}
			test_free(seen);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_companies_in_any_order),
		cmocka_unit_test(every_number_is_valid_and_its_own),
		cmocka_unit_test(declared_rates_hold),
		cmocka_unit_test(neighbours_share_what_they_should_and_are_different),
		cmocka_unit_test(relations_beyond_groups_are_told),
		cmocka_unit_test(every_record_can_be_read),
		cmocka_unit_test(a_corpus_without_numbers_has_none),
		cmocka_unit_test(an_order_names_each_company_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
