/* match_fixture.h - records that are compared with the built-in model. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/match.h"

static struct arena *arena;

static inline int setup(void **ctx)
{
	(void)ctx;
	arena = arena_new();
	return 0;
}

static inline int teardown(void **ctx)
{
	(void)ctx;
	arena_free(arena);
	return 0;
}

/* Pairs of field name and value, ended by NULL. */
static inline struct record *make(enum record_type type, ...)
{
	struct record *r = record_new(arena, type);
	va_list ap;

	va_start(ap, type);
	for (const char *name; (name = va_arg(ap, const char *));) {
		const int f = field_find(type, name);

		assert_true(f >= 0);
		r->v[f] = va_arg(ap, const char *);
	}
	va_end(ap);
	return r;
}

#define COMPANY(...) make(RECORD_ORGANIZATION, __VA_ARGS__, NULL)
#define PERSON(...) make(RECORD_CONTACT, __VA_ARGS__, NULL)
#define REFERRAL(...) make(RECORD_REFERRAL, __VA_ARGS__, NULL)
#define PARTICIPATION(...) make(RECORD_PARTICIPATION, __VA_ARGS__, NULL)

static inline void compare(const struct record *a, const struct record *b, struct match_result *out)
{
	const struct match_model *model = match_model_default();

	match_compare(model, match_prepare(arena, model, a), match_prepare(arena, model, b), out);
}

static inline bool share_key(const struct record *a, const struct record *b)
{
	uint64_t x[MATCH_KEYS_MAX], y[MATCH_KEYS_MAX];
	const size_t n = match_keys(match_prepare(arena, match_model_default(), a), x), m = match_keys(match_prepare(arena, match_model_default(), b), y);

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m; j++)
			if (x[i] == y[j])
				return true;
	return false;
}

/* What a failing verdict came from. */
static inline void show(const struct match_result *r)
{
	print_message("%.1f bits (%s):", r->score, r->why);
	for (size_t i = 0; i < r->n; i++)
		print_message(" %s %s %+.1f", r->evidence[i].field, r->evidence[i].level, r->evidence[i].weight);
	print_message("\n");
}

static inline void verdict(const struct record *a, const struct record *b, enum match_verdict want)
{
	struct match_result r;

	compare(a, b, &r);
	if (r.verdict != want)
		show(&r);
	assert_int_equal(r.verdict, want);
	assert_non_null(r.why);
	compare(b, a, &r);
	assert_int_equal(r.verdict, want);
	/* A verdict is of no use if the candidate is never looked up. */
	if (want != MATCH_NEW)
		assert_true(share_key(a, b));
}
