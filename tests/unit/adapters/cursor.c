#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/rest.h"

static struct cursor_spec spec(const char *kind)
{
	const struct cursor_kind *k = cursor_kinds;

	while (strcmp(k->name, kind))
		k++;
	return (struct cursor_spec){.kind = k, .overlap_ms = 100, .first = 1, .limit = 10, .limit_max = 50};
}

/* A partner that holds rows of (time), sorted, and lists those from a bound on; each row's key is its index. */
struct partner {
	int64_t time[200];
	size_t n;
	bool seen[200];
};

static struct page list(struct partner *p, const struct cursor *c, bool by_page)
{
	struct page page = {.more = -1, .total = -1, .pages = -1, .content = 7};
	size_t skip = by_page ? (size_t)((c->page - 1) * c->limit) : (size_t)c->offset;

	for (size_t i = 0; i < p->n && page.n < (size_t)c->limit; i++) {
		if (c->has_since && p->time[i] < c->since_ms)
			continue;
		if (skip) {
			skip--;
			continue;
		}
		p->seen[i] = true;
		page.n++;
		page.has_last = true;
		page.last_ms = p->time[i];
		page.content = page.content * 31 + i;
	}
	return page;
}

/* Walks with the state as text between pages, as the engine does; gives the cursor at rest. */
static const char *walk(struct arena *a, struct partner *p, const struct cursor_spec *s, const char *from, bool by_page,
	unsigned *pages)
{
	bool more = true;

	for (*pages = 0; more; ++*pages) {
		struct err e = {0};
		struct cursor c;
		struct page page;

		assert_true(cursor_read(a, s, from, 0, &c, &e));
		page = list(p, &c, by_page);
		if (!cursor_advance(s, &c, &page, &more, &e))
			fail_msg("page %u: %s", *pages, e.text);
		from = cursor_print(a, s, &c);
		assert_in_range(*pages, 0, 100);
	}
	return from;
}

static void all_seen(const struct partner *p)
{
	for (size_t i = 0; i < p->n; i++)
		assert_true(p->seen[i]);
}

/* Ties of any length, at any place, are walked through whole: 1 to 40 rows of one time, in pages of 10. */
static void test_keyset_ties(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	const struct cursor_spec s = spec("since+keyset");

	(void)state;
	for (size_t before = 0; before < 25; before++) {
		for (size_t ties = 1; ties < 41; ties++) {
			for (unsigned by_page = 0; by_page < 2; by_page++) {
				struct partner p = {.n = before + ties + 15};
				unsigned pages;

				for (size_t i = 0; i < p.n; i++)
					p.time[i] = i < before		? (int64_t)i * 1000
						    : i < before + ties ? 50000
									: 60000 + (int64_t)i * 1000;
				assert_string_equal(walk(a, &p, &s, NULL, by_page, &pages),
					arena_printf(a, "{\"high\":%lld}", (long long)p.time[p.n - 1]));
				all_seen(&p);
			}
		}
	}
}

/* The next poll begins so much earlier, and does not creep further back when nothing comes. */
static void test_overlap(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	const struct cursor_spec s = spec("since+keyset");
	const struct page nothing = {.more = -1, .total = -1, .pages = -1};
	const char *text = "{\"high\":5000}";

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct err e = {0};
		struct cursor c;
		bool more;

		assert_true(cursor_read(a, &s, text, 0, &c, &e));
		assert_true(c.has_since);
		assert_int_equal(c.since_ms, 4900);
		assert_true(cursor_advance(&s, &c, &nothing, &more, &e));
		assert_false(more);
		text = cursor_print(a, &s, &c);
		assert_string_equal(text, "{\"high\":5000}");
	}
}

/* The partner's own mark, of the first page, goes before the newest time seen. */
static void test_high(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	const struct cursor_spec s = spec("since+page");
	struct page page = {.n = 10,
		.more = 1,
		.total = -1,
		.pages = -1,
		.has_last = true,
		.last_ms = 900,
		.has_high = true,
		.high_ms = 700,
		.content = 1};
	struct err e = {0};
	struct cursor c;
	bool more;

	(void)state;
	assert_true(cursor_read(a, &s, NULL, 0, &c, &e));
	assert_true(cursor_advance(&s, &c, &page, &more, &e));
	page = (struct page){
		.n = 1, .more = 0, .total = -1, .pages = -1, .has_high = true, .high_ms = 800, .content = 2};
	assert_true(cursor_advance(&s, &c, &page, &more, &e));
	assert_string_equal(cursor_print(a, &s, &c), "{\"high\":700}");
}

static void test_more(void **state)
{
	static const struct {
		struct page page;
		bool more;
	} row[] = {
		{{.n = 10, .more = -1, .total = -1, .pages = -1}, true}, /* a full page */
		{{.n = 9, .more = -1, .total = -1, .pages = -1}, false},
		{{.n = 0, .more = -1, .total = -1, .pages = -1}, false},
		{{.n = 10, .more = -1, .total = 10, .pages = -1}, false},
		{{.n = 9, .more = -1, .total = 10, .pages = -1}, true}, /* the partner's pages are smaller than asked */
		{{.n = 0, .more = -1, .total = 10, .pages = -1}, false},
		{{.n = 10, .more = -1, .total = -1, .pages = 1}, false},
		{{.n = 3, .more = -1, .total = -1, .pages = 2}, true},
		{{.n = 0, .more = 1, .total = 0, .pages = 0}, true}, /* it says so itself */
		{{.n = 10, .more = 0, .total = 99, .pages = 9}, false},
	};
	AUTO(arena_free) struct arena *a = arena_new();
	const struct cursor_spec s = spec("offset");

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct err e = {0};
		struct cursor c;
		bool more;

		assert_true(cursor_read(a, &s, NULL, 0, &c, &e));
		assert_true(cursor_advance(&s, &c, &row[i].page, &more, &e));
		assert_int_equal(more, row[i].more);
		if (!more)
			assert_null(cursor_print(a, &s, &c));
	}
}

/* Whatever the period, and whatever comes before it. */
static void test_goes_round(void **state)
{
	static const char *const kind[] = {"offset", "cursor", "link", "delta-link", "since+link", "since+cursor"};
	AUTO(arena_free) struct arena *a = arena_new();

	(void)state;
	for (size_t k = 0; k < sizeof kind / sizeof *kind; k++) {
		const struct cursor_spec s = spec(kind[k]);

		for (unsigned tail = 0; tail < 9; tail++) {
			for (unsigned period = 1; period < 9; period++) {
				struct err e = {0};
				struct cursor c;
				unsigned n = 0;
				bool more = true, ok = true;

				assert_true(cursor_read(a, &s, NULL, 0, &c, &e));
				for (; ok && n < 100; n++) {
					const unsigned at = n < tail ? n : tail + (n - tail) % period;
					const struct page page = {.n = 10,
						.more = s.kind->walk == WALK_PAGE ? 1 : -1,
						.total = -1,
						.pages = -1,
						.content = 1000 + at,
						.next = arena_printf(a, "https://crm.example/%u",
							at + 1 < tail + period ? at + 1 : tail)};

					ok = cursor_advance(&s, &c, &page, &more, &e);
					if (ok && n % 3 == 0)
						assert_true(cursor_read(a, &s, cursor_print(a, &s, &c), 0, &c, &e));
				}
				assert_false(ok);
				assert_int_equal(e.kind, ERR_BROKEN);
				assert_in_range(n, 1, 64);
			}
		}
	}
}

/* No period, no fault: a thousand pages, also empty ones with links that differ. */
static void test_goes_on(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	const struct cursor_spec s = spec("cursor");
	struct err e = {0};
	struct cursor c;
	bool more;

	(void)state;
	assert_true(cursor_read(a, &s, NULL, 0, &c, &e));
	for (unsigned n = 0; n < 1000; n++) {
		const struct page page = {.n = n % 3,
			.more = 1,
			.total = -1,
			.pages = -1,
			.content = n,
			.next = arena_printf(a, "c%u", n)};

		assert_true(cursor_advance(&s, &c, &page, &more, &e));
		assert_true(more);
	}
}

static void test_limit(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	const struct cursor_spec s = spec("since+page");
	const struct page page = {.n = 50, .more = 1, .total = -1, .pages = -1, .has_last = true, .last_ms = 1};
	struct err e = {0};
	struct cursor c;
	bool more;

	(void)state;
	assert_true(cursor_read(a, &s, NULL, 0, &c, &e));
	assert_int_equal(c.limit, 10);
	assert_true(cursor_read(a, &s, NULL, 900, &c, &e));
	assert_int_equal(c.limit, 50);
	assert_true(cursor_advance(&s, &c, &page, &more, &e));
	/* Pages of another size would be other pages. */
	assert_true(cursor_read(a, &s, cursor_print(a, &s, &c), 7, &c, &e));
	assert_int_equal(c.limit, 50);
	assert_int_equal(c.page, 2);
	assert_int_equal(c.offset, 50);
}

static void test_foreign(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	const struct cursor_spec s = spec("cursor");
	struct err e = {0};
	struct cursor c;

	(void)state;
	assert_false(cursor_read(a, &s, "from another adapter", 0, &c, &e));
	assert_int_equal(e.kind, ERR_GONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keyset_ties),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_high),
		cmocka_unit_test(test_more),
		cmocka_unit_test(test_goes_round),
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
