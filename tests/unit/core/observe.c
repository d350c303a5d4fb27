#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/plan.h"

#define NAME ORGANIZATION_LEGAL_NAME

/* One image: what the partner makes of a value. */
struct image {
	const char *value, *image;
};

static const char *learned(void *ctx, unsigned field, const char *value)
{
	const struct image *i = ctx;

	(void)field;
	return i && i->value && !strcmp(i->value, value) ? i->image : NULL;
}

struct desk {
	struct arena *arena;
	struct shadow *s;
	struct record *now;
	struct image image;
	struct images images;
	const char *version;
	struct observation o;
	int64_t seq;
};

static int set_up(void **state)
{
	struct desk *d = test_calloc(1, sizeof *d);

	d->arena = arena_new();
	d->s = shadow_new(d->arena, 1, RECORD_ORGANIZATION, "k");
	d->now = record_new(d->arena, RECORD_ORGANIZATION);
	d->images = (struct images){ learned, &d->image };
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;

	arena_free(d->arena);
	test_free(d);
	return 0;
}

static struct cell *read_name(struct desk *d, const char *value)
{
	d->now->v[NAME] = value;
	observe(d->arena, d->s, d->now, d->version, &d->images, ++d->seq, &d->o);
	return &d->s->cell[NAME];
}

static void what_people_write_is_their_contribution(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "Acme");

	assert_int_equal(d->o.n, 1);
	assert_int_equal(d->o.finding[0].kind, FINDING_EDIT);
	assert_string_equal(c->own, "Acme");
	assert_int_equal(c->own_seq, 1);
	read_name(d, "Acme");
	assert_int_equal(d->o.n, 0);
	assert_int_equal(c->own_seq, 1);
}

/* It may yet have its effect, or have been refused: another field's acknowledgement says nothing of it. */
static void an_attempt_is_acknowledged_by_its_own_answer_only(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "Acme");

	shadow_sent(d->arena, c, "Acme Two", 10);
	shadow_sent(d->arena, &d->s->cell[ORGANIZATION_STREET], "Kade", 20);
	assert_true(shadow_unanswered(d->s));
	shadow_acknowledge(d->s, 20, 21);
	assert_true(shadow_acknowledged(d->s, ORGANIZATION_STREET));
	assert_false(shadow_acknowledged(d->s, NAME));
	assert_true(shadow_unanswered(d->s));
	/* So that what stands there as before does not count as put back, or as not taken. */
	d->version = d->s->version;
	read_name(d, "Acme");
	assert_int_equal(d->o.edited, 0);
	assert_int_equal(c->nsent, 1);
	assert_int_equal(c->sent[0].seq, 21);
}

static void silence_says_nothing(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "Acme");

	read_name(d, NULL);
	assert_int_equal(d->o.n, 0);
	assert_string_equal(c->base, "Acme");
}

static void never_having_had_a_value_is_no_contribution_but_blanking_is(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "");

	assert_null(c->own);
	assert_string_equal(c->base, "");
	read_name(d, "Acme");
	read_name(d, "");
	assert_string_equal(c->own, "");
	assert_int_equal(d->o.blanked, FIELD_BIT(NAME));
}

static void own_writes_are_confirmed_not_echoed(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "Acme");

	shadow_sent(d->arena, c, "Acme One", 10);
	shadow_sent(d->arena, c, "Acme Two", 11);
	read_name(d, "Acme One");
	assert_int_equal(d->o.finding[0].kind, FINDING_CONFIRM);
	assert_int_equal(c->nsent, 1);
	assert_string_equal(c->own, "Acme");
	read_name(d, "Acme Two");
	assert_int_equal(d->o.finding[0].kind, FINDING_CONFIRM);
	assert_int_equal(c->nsent, 0);
	assert_string_equal(c->own, "Acme");
}

static void a_rendition_of_what_was_sent_is_learned(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "Old");

	shadow_sent(d->arena, c, "Bakkerij De Wilde Gist", 10);
	read_name(d, "BAKKERIJ DE WIL");
	assert_int_equal(d->o.finding[0].kind, FINDING_LEARNED);
	assert_string_equal(d->o.finding[0].sent, "Bakkerij De Wilde Gist");
	assert_string_equal(c->own, "Old");
	/* Learned, it is not sent again. */
	d->image = (struct image){ "Bakkerij De Wilde Gist", "BAKKERIJ DE WIL" };
	struct record golden = { .type = RECORD_ORGANIZATION };
	golden.v[NAME] = "Bakkerij De Wilde Gist";
	assert_int_equal(plan_update(d->s, &golden, FIELD_BIT(NAME), &d->images), 0);
	golden.v[NAME] = "Bakkerij De Tamme Gist";
	assert_int_equal(plan_update(d->s, &golden, FIELD_BIT(NAME), &d->images), FIELD_BIT(NAME));
}

static void another_value_after_a_write_is_an_edit(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "Old");

	shadow_sent(d->arena, c, "Acme", 10);
	d->s->fence = 11;
	read_name(d, "Beta");
	assert_int_equal(d->o.finding[0].kind, FINDING_EDIT);
	assert_string_equal(c->own, "Beta");
	assert_int_equal(c->nsent, 0);
	assert_false(observe_lossy(field_at(RECORD_ORGANIZATION, NAME), "Acme", "Ac"));
	assert_true(observe_lossy(field_at(RECORD_ORGANIZATION, NAME), "Acme N.V.", "ACME NV"));
	assert_false(observe_lossy(field_at(RECORD_ORGANIZATION, ORGANIZATION_ENTERPRISE_NUMBER), "0403449823", "0403449"));
}

/* A page that was read before the write had its effect arrives while nobody has answered the write. */
static void an_edit_seen_meanwhile_leaves_the_write_under_way(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "Old");

	shadow_sent(d->arena, c, "Acme", 10);
	read_name(d, "Beta");
	assert_int_equal(d->o.finding[0].kind, FINDING_EDIT);
	read_name(d, "Acme");
	assert_int_equal(d->o.finding[0].kind, FINDING_CONFIRM);
	assert_string_equal(c->own, "Beta");
	assert_string_equal(c->base, "Acme");
}

static void the_refusal_of_a_repeat_says_nothing_of_the_first_attempt(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "Old");

	for (int64_t seq = 10; seq < 20; seq++)
		shadow_sent(d->arena, c, "Acme", seq);
	assert_int_equal(c->nsent, 2);
	shadow_unsend(d->s, 19);
	read_name(d, "Acme");
	assert_int_equal(d->o.finding[0].kind, FINDING_CONFIRM);
}

static void a_rendition_of_an_earlier_attempt_is_learned(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "Old");

	shadow_sent(d->arena, c, "Bakkerij De Wilde Gist", 10);
	shadow_sent(d->arena, c, "Slagerij Het Varken", 11);
	read_name(d, "BAKKERIJ DE WIL");
	assert_int_equal(d->o.finding[0].kind, FINDING_LEARNED);
	assert_string_equal(d->o.finding[0].sent, "Bakkerij De Wilde Gist");
	assert_int_equal(c->nsent, 1);
}

static void nothing_after_an_emptying_is_its_confirmation(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "Acme");

	shadow_sent(d->arena, c, "", 10);
	read_name(d, NULL);
	assert_int_equal(d->o.n, 0);
	d->s->fence = 11;
	read_name(d, NULL);
	assert_int_equal(d->o.finding[0].kind, FINDING_CONFIRM);
	assert_string_equal(c->base, "");
}

static void people_may_put_back_what_was_there(void **state)
{
	struct desk *d = *state;
	struct cell *c = read_name(d, "Old");

	shadow_sent(d->arena, c, "Acme", 10);
	read_name(d, "Old");
	assert_int_equal(d->o.n, 0);
	d->s->fence = 11;
	assert_int_equal(observe_preview(d->s, d->now, d->version, &d->images), FIELD_BIT(NAME));
	read_name(d, "Old");
	assert_int_equal(d->o.finding[0].kind, FINDING_EDIT);
	assert_string_equal(d->o.finding[0].before, "Acme");
	assert_string_equal(c->own, "Old");
}

/* It was sent, they changed it, that was read, and only then was it acknowledged. */
static struct cell *edit_before_the_answer(struct desk *d)
{
	struct cell *c = read_name(d, "Old");

	shadow_sent(d->arena, c, "Acme", d->seq = 10);
	read_name(d, "Theirs");
	assert_int_equal(d->o.edited, FIELD_BIT(NAME));
	shadow_acknowledge(d->s, 10, ++d->seq);
	assert_true(shadow_overtaken(d->s, NAME));
	return c;
}

static void an_edit_that_was_read_before_the_answer_counts_once(void **state)
{
	struct desk *d = *state;
	struct cell *c = edit_before_the_answer(d);

	/* Nor is that version the write's, so that it was not kept. */
	d->s->version = d->version = "7";
	assert_int_equal(observe_preview(d->s, d->now, d->version, &d->images), 0);
	read_name(d, "Theirs");
	assert_int_equal(d->o.n, 0);
	assert_int_equal(c->own_seq, 11);
	assert_int_equal(c->nsent, 0);
	read_name(d, "Acme");
	assert_int_equal(d->o.edited, FIELD_BIT(NAME));
}

static void or_it_was_written_over(void **state)
{
	struct desk *d = *state;
	struct cell *c = edit_before_the_answer(d);

	read_name(d, "Acme");
	assert_int_equal(d->o.finding[0].kind, FINDING_CONFIRM);
	assert_string_equal(c->own, "Theirs");
	assert_int_equal(c->nsent, 0);
}

/* Nobody waits for its confirmation: where it is to win, it is sent again. */
static void what_an_edit_has_overtaken_is_planned_again(void **state)
{
	struct desk *d = *state;
	struct record golden = { .type = RECORD_ORGANIZATION };

	golden.v[NAME] = "Acme";
	edit_before_the_answer(d);
	assert_int_equal(plan_update(d->s, &golden, FIELD_BIT(NAME), &d->images), FIELD_BIT(NAME));
	assert_int_equal(plan_unconfirmed(d->s, &golden, FIELD_BIT(NAME)), 0);
}

/* The write's own version shows what was there before: nobody has put it back. */
static void what_a_partner_does_not_keep_is_nobodys_edit(void **state)
{
	struct desk *d = *state;
	struct record golden = { .type = RECORD_ORGANIZATION };
	struct cell *c = read_name(d, "Old");

	golden.v[NAME] = "Acme";
	shadow_sent(d->arena, c, "Acme", 10);
	d->s->fence = 11;
	d->s->version = d->version = "7";
	read_name(d, "Old");
	assert_int_equal(d->o.n, 0);
	d->version = "8";
	read_name(d, "Old");
	assert_int_equal(d->o.n, 0);
	assert_int_equal(plan_unconfirmed(d->s, &golden, FIELD_BIT(NAME)), FIELD_BIT(NAME));
}

static void a_preview_changes_nothing_and_agrees(void **state)
{
	struct desk *d = *state;
	struct cell before, *c = read_name(d, "Acme");

	shadow_sent(d->arena, c, "Acme One", 10);
	before = *c;
	d->now->v[NAME] = "Other";
	assert_int_equal(observe_preview(d->s, d->now, d->version, &d->images), FIELD_BIT(NAME));
	d->now->v[NAME] = "Acme One";
	assert_int_equal(observe_preview(d->s, d->now, d->version, &d->images), 0);
	assert_memory_equal(&before, c, sizeof before);
}

/* Nothing was known of a field that was then written, and a list from before shows that it was empty. */
static void a_preview_sees_what_observing_would(void **state)
{
	struct desk *d = *state;

	shadow_sent(d->arena, &d->s->cell[NAME], "Acme", 10);
	d->s->fence = 11;
	d->now->v[NAME] = "";
	assert_int_equal(observe_preview(d->s, d->now, d->version, &d->images), FIELD_BIT(NAME));
	read_name(d, "");
	assert_int_equal(d->o.edited, FIELD_BIT(NAME));
}

static void what_was_sent_last_is_not_planned_again(void **state)
{
	struct desk *d = *state;
	struct record golden = { .type = RECORD_ORGANIZATION };
	uint64_t fields;

	read_name(d, "Acme");
	golden.v[NAME] = "Acme One";
	golden.v[ORGANIZATION_BOX] = "";
	fields = plan_update(d->s, &golden, ~UINT64_C(0), &d->images);
	assert_int_equal(fields, FIELD_BIT(NAME));
	shadow_sent(d->arena, &d->s->cell[NAME], "Acme One", 10);
	assert_int_equal(plan_unconfirmed(d->s, &golden, fields), 0);
	d->s->fence = 11;
	assert_int_equal(plan_unconfirmed(d->s, &golden, fields), FIELD_BIT(NAME));
	assert_int_equal(plan_create(&golden, ~UINT64_C(0)), FIELD_BIT(NAME));
	assert_int_equal(plan_create(&golden, ~FIELD_BIT(NAME)), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(what_people_write_is_their_contribution),
		T(an_attempt_is_acknowledged_by_its_own_answer_only),
		T(silence_says_nothing),
		T(never_having_had_a_value_is_no_contribution_but_blanking_is),
		T(own_writes_are_confirmed_not_echoed),
		T(a_rendition_of_what_was_sent_is_learned),
		T(another_value_after_a_write_is_an_edit),
		T(an_edit_seen_meanwhile_leaves_the_write_under_way),
		T(the_refusal_of_a_repeat_says_nothing_of_the_first_attempt),
		T(a_rendition_of_an_earlier_attempt_is_learned),
		T(nothing_after_an_emptying_is_its_confirmation),
		T(people_may_put_back_what_was_there),
		T(an_edit_that_was_read_before_the_answer_counts_once),
		T(or_it_was_written_over),
		T(what_an_edit_has_overtaken_is_planned_again),
		T(what_a_partner_does_not_keep_is_nobodys_edit),
		T(a_preview_changes_nothing_and_agrees),
		T(a_preview_sees_what_observing_would),
		T(what_was_sent_last_is_not_planned_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
