#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/merge.h"
#include "core/shadow.h"

static struct shadow *sample(struct arena *arena)
{
	struct shadow *s = shadow_new(arena, 3, RECORD_ORGANIZATION, "a-1");
	struct cell *name = &s->cell[ORGANIZATION_LEGAL_NAME], *mails = &s->cell[ORGANIZATION_EMAILS];

	*name = (struct cell){ .base = "ACME \"NV\"", .own = "Acme", .own_seq = 7 };
	shadow_sent(arena, name, "Acme Nv\\x", 9);
	shadow_sent(arena, name, "", 11);
	*mails = (struct cell){ .base = "a@acme.example\nb@acme.example", .own_seq = 5 };
	mails->own = merge_set_edit(arena, NULL, NULL, mails->base, 5);
	s->cell[ORGANIZATION_BOX] = (struct cell){ .base = "" };
	s->cell[ORGANIZATION_STREET] = (struct cell){ .base = "Kaai", .own = "Kaai", .own_seq = 2 };
	return s;
}

static void same_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void cells_come_back_as_they_were(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct shadow *s = sample(arena), *t = shadow_new(arena, 3, RECORD_ORGANIZATION, "a-1");
	BUF_AUTO struct buf b = { 0 };
	struct err e;

	(void)state;
	shadow_print_cells(&b, s);
	assert_true(shadow_parse_cells(arena, t, b.data, b.len, &e));
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		same_text(s->cell[f].base, t->cell[f].base);
		same_text(s->cell[f].own, t->cell[f].own);
		assert_int_equal(s->cell[f].own_seq, t->cell[f].own_seq);
		assert_int_equal(s->cell[f].nsent, t->cell[f].nsent);
		for (unsigned i = 0; i < s->cell[f].nsent; i++) {
			same_text(s->cell[f].sent[i].value, t->cell[f].sent[i].value);
			assert_int_equal(s->cell[f].sent[i].seq, t->cell[f].sent[i].seq);
		}
	}
}

static void a_contribution_equal_to_base_is_not_written_twice(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	BUF_AUTO struct buf b = { 0 };

	(void)state;
	shadow_print_cells(&b, sample(arena));
	assert_non_null(strstr(b.data, "\"street\":[\"Kaai\",2]"));
	assert_non_null(strstr(b.data, "\"emails\":[\"a@acme.example\\nb@acme.example\",5]"));
	assert_non_null(strstr(b.data, "\"box\":[\"\"]"));
}

static void every_truncation_is_refused(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	BUF_AUTO struct buf b = { 0 };
	struct err e;

	(void)state;
	shadow_print_cells(&b, sample(arena));
	for (size_t n = 0; n < b.len; n++) {
		assert_false(shadow_parse_cells(arena, shadow_new(arena, 1, RECORD_ORGANIZATION, "x"), b.data, n, &e));
		assert_int_equal(e.kind, ERR_BROKEN);
	}
}

static void memory_of_what_was_sent_is_bounded(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct cell c = { 0 };

	(void)state;
	for (int i = 1; i <= SENT_MAX + 3; i++)
		shadow_sent(arena, &c, arena_printf(arena, "%d", i), i);
	assert_int_equal(c.nsent, SENT_MAX);
	assert_string_equal(c.sent[0].value, "4");
	assert_string_equal(c.sent[SENT_MAX - 1].value, "11");
}

static void an_attempt_without_effect_is_forgotten(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct shadow *s = sample(arena);

	(void)state;
	shadow_unsend(s, 9);
	assert_int_equal(s->cell[ORGANIZATION_LEGAL_NAME].nsent, 1);
	assert_int_equal(s->cell[ORGANIZATION_LEGAL_NAME].sent[0].seq, 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_come_back_as_they_were),
		cmocka_unit_test(a_contribution_equal_to_base_is_not_written_twice),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(memory_of_what_was_sent_is_bounded),
		cmocka_unit_test(an_attempt_without_effect_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
