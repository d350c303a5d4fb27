/* fixture.h - an arena for each group of tests, and JSON from text. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/json.h"

static struct arena *arena;

static inline int fresh_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static inline int drop_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static inline json_t *json_of(const char *text)
{
	struct err e;
	json_t *json = json_parse(text, strlen(text), &e);

	if (!json)
		fail_msg("%s: %s", e.text, text);
	return json;
}

/* NULL: absent. */
static inline void is_value(const char *got, const char *want)
{
	if (!want)
		assert_null(got);
	else
		assert_string_equal(got ? got : "(absent)", want);
}
