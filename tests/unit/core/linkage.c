#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "core/linkage_cluster.h"

enum { GIVEN, FAMILY, BORN, TOWN, FIELDS };

static struct linkage_schema schema = {
	.name = "test",
	.nfields = FIELDS,
	.field = {
		{.name = "given", .kind = LINKAGE_NAME, .twin = FAMILY},
		{.name = "family", .kind = LINKAGE_NAME, .twin = GIVEN},
		{.name = "born", .kind = LINKAGE_DATE, .twin = -1},
		{.name = "town", .kind = LINKAGE_PLACE, .twin = -1},
	},
};

static struct arena *arena;
static struct linkage_model *model;

static int setup(void **ctx)
{
	(void)ctx;
	arena = arena_new();
	linkage_rules(&schema);
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

static const struct linkage_features *person(const char *given, const char *family, const char *born, const char *town)
{
	struct linkage_values v = {0};

	v.text[GIVEN][0] = given;
	v.text[FAMILY][0] = family;
	v.text[BORN][0] = born;
	v.text[TOWN][0] = town;
	return linkage_features(arena, model, &v);
}

static void levels(const struct linkage_features *a, const struct linkage_features *b, const char *given,
	const char *family, const char *born, const char *town)
{
	const char *want[FIELDS] = {given, family, born, town};
	struct linkage_result r;

	linkage_compare(model, a, b, &r);
	for (unsigned f = 0; f < FIELDS; f++) {
		const char *got = r.level[f] == LINKAGE_UNKNOWN
					  ? "-"
					  : linkage_level_name(schema.field[f].kind, r.level[f]);

		assert_string_equal(got, want[f]);
	}
}

static void fields_reach_levels(void **ctx)
{
	(void)ctx;
	levels(person("jan", "peeters", "1970 02 03", "gent"), person("jan", "peeters", "19700203", "gent"), "same",
		"same", "same", "same");
	levels(person("jan", "peeters", "19700203", "antwerpen"), person("j", "peters", "19700302", "antwrepen"),
		"initial", "typing", "typing", "typing");
	levels(person("jan", "peeters", "19700203", ""), person("peeters", "jan", "19991231", "gent"), "exchanged",
		"exchanged", "different", "-");
	levels(person("cathérine", "schmidt", NULL, "gent"), person("kathérine", "schmit", "19700203", "luik"), "typing",
		"typing", "-", "different");
	levels(person("van", "vandenberg", "19700203", "gent"), person("van", "van den berg", "19700203", "gentbrugge"),
		"same", "same", "same", "different");
}

static void a_pair_has_no_order(void **ctx)
{
	static const char *const names[] = {"jan", "j", "peeters", "peters", "", "jean pierre", "pierre", "anna"};
	const size_t n = sizeof names / sizeof *names;

	(void)ctx;
	for (size_t i = 0; i < n * n; i++)
		for (size_t k = 0; k < n * n; k++) {
			const struct linkage_features *a = person(names[i / n], names[i % n], "19700203", "gent");
			const struct linkage_features *b = person(names[k / n], names[k % n], "19700204", "gent");
			struct linkage_result there, back;

			linkage_compare(model, a, b, &there);
			linkage_compare(model, b, a, &back);
			assert_true(fabs(there.score - back.score) < 1e-9);
		}
}

static bool share_key(const struct linkage_features *a, const struct linkage_features *b)
{
	struct linkage_key x[LINKAGE_KEYS_MAX], y[LINKAGE_KEYS_MAX];
	const size_t n = linkage_keys(&schema, a, x, LINKAGE_KEYS_MAX), m = linkage_keys(&schema, b, y, LINKAGE_KEYS_MAX);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			if (x[i].hash == y[k].hash)
				return true;
	return false;
}

static void keys_survive_errors(void **ctx)
{
	const struct linkage_features *a = person("katrien", "schmidt", "19700203", "gent");

	(void)ctx;
	assert_true(share_key(a, person("catrien", "schmit", "19710203", "luik")));
	assert_true(share_key(a, person("schmidt", "katrien", "", "")));
	assert_true(share_key(a, person("", "", "19700203", "")));
	assert_false(share_key(a, person("piet", "claes", "19991231", "luik")));
	assert_false(share_key(person("", "", "", ""), person("", "", "", "")));
}

static void a_block_is_read_back_or_refused(void **ctx)
{
	const struct linkage_features *a = person("katrien", "schmidt", "19700203", "gent");
	const size_t n = linkage_features_size(a);
	unsigned char *bytes = arena_copy(arena, a, n);
	size_t len;

	(void)ctx;
	assert_ptr_equal(linkage_features_at(&schema, bytes, n), bytes);
	assert_memory_equal(linkage_value(a, FAMILY, &len), "schmidt", 7);
	assert_int_equal(len, 7);
	for (size_t cut = 0; cut < n; cut++)
		assert_null(linkage_features_at(&schema, bytes, cut));
	/* Whatever one byte becomes: refused, or safe to compare. */
	for (size_t i = 0; i < n; i++)
		for (unsigned v = 0; v < 256; v += 5) {
			const struct linkage_features *b;
			const unsigned char before = bytes[i];
			struct linkage_result r;

			bytes[i] = (unsigned char)v;
			b = linkage_features_at(&schema, bytes, n);
			if (b) {
				linkage_compare(model, a, b, &r);
				share_key(a, b);
			}
			bytes[i] = before;
		}
}

static void long_and_many_values_are_bounded(void **ctx)
{
	struct linkage_values v = {0};
	char text[400];
	const struct linkage_features *f;
	size_t len;

	(void)ctx;
	memset(text, 'a', sizeof text);
	memcpy(text + 63, "\xc3\xa9", 2);
	text[sizeof text - 1] = '\0';
	v.text[GIVEN][0] = text;
	f = linkage_features(arena, model, &v);
	linkage_value(f, GIVEN, &len);
	assert_int_equal(len, 63);   /* not half a letter */
	for (size_t n = 0; n < FIELDS; n++)
		for (size_t i = 0; i < LINKAGE_VALUES_MAX; i++)
			v.text[n][i] = arena_printf(arena, "%zu%.350s", i, text);
	f = linkage_features(arena, model, &v);
	assert_ptr_equal(linkage_features_at(&schema, f, linkage_features_size(f)), f);
}

/* --- training -------------------------------------------------------------------------------------------------- */

enum { PEOPLE = 600 };

static uint64_t state;

static size_t draw(size_t n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(state >> 33) % n;
}

/* The nth of any number of words that do not look alike. */
static const char *word(uint64_t n)
{
	uint64_t h = hash_bytes(&n, sizeof n, 0);
	char out[8];

	for (size_t i = 0; i < 8; i++, h /= 14)
		out[i] = i % 2 ? "aeiou"[h % 5] : "bdfgklmnprstvz"[h % 14];
	return arena_strndup(arena, out, 8);
}

static const char *date(void)
{
	return arena_printf(arena, "19%02zu%02zu%02zu", draw(90) + 10, draw(12) + 1, draw(28) + 1);
}

/* Record 2n and 2n + 1 are one person; the second may have an error in one field. */
static const struct linkage_features **people(void)
{
	const struct linkage_features **of = arena_array(arena, const struct linkage_features *, 2 * PEOPLE);

	state = 7;
	for (size_t i = 0; i < PEOPLE; i++) {
		const char *given = word(draw(60)), *family = word(draw(800));
		const char *town = word(draw(20)), *other = word(draw(800));
		const char *born = date(), *other_day = date();
		const size_t error = draw(8);   /* of every other person */

		of[2 * i] = person(given, family, born, town);
		of[2 * i + 1] = person(error == 0 ? other : given, error == 1 ? other : family,
			error == 2 ? other_day : born, error == 3 ? "" : town);
	}
	return of;
}

static const struct linkage_training how = {
	.seed = 1, .random_pairs = 100000, .key_pairs = 5000, .block_max = 30, .rounds = 10};

static void weights_are_learned_without_labels(void **ctx)
{
	AUTO(linkage_counts_free) struct linkage_counts *counts = linkage_counts_new(&schema);
	const struct linkage_features **of = people();
	struct linkage_trained trained;
	size_t group[2 * PEOPLE], right = 0;
	struct linkage_result r;
	struct err e = {0};

	(void)ctx;
	linkage_model_free(model);
	model = linkage_model_new(&schema);
	for (size_t i = 0; i < 2 * PEOPLE; i++)
		linkage_count(counts, of[i]);
	linkage_counted(model, counts, LINKAGE_FREQUENT_MAX);
	of = people();

	AUTO(linkage_pairs_free) struct linkage_pairs *pairs = linkage_pairs(&schema, of, 2 * PEOPLE, 30);

	assert_true(linkage_train(model, of, 2 * PEOPLE, &how, &trained, &e));
	assert_in_range((unsigned)trained.matches, PEOPLE * 9 / 10, PEOPLE * 11 / 10);
	linkage_cluster(model, of, 2 * PEOPLE, pairs, 0, group);
	for (size_t i = 0; i < 2 * PEOPLE; i += 2) {
		right += group[i + 1] == i;
		linkage_compare(model, of[i], of[(i + 3) % (2 * PEOPLE)], &r);
		assert_true(r.score < 0);
	}
	assert_in_range(right, PEOPLE * 97 / 100, PEOPLE);
}

static void training_is_repeatable_and_kept_as_json(void **ctx)
{
	const struct linkage_features **of = people();
	AUTO(free) char *first = NULL;

	(void)ctx;
	for (int i = 0; i < 2; i++) {
		AUTO(linkage_model_free) struct linkage_model *m = linkage_model_new(&schema);
		struct linkage_trained trained;
		struct err e = {0};

		assert_true(linkage_train(m, of, 2 * PEOPLE, &how, &trained, &e));

		AUTO(json_drop) json_t *json = linkage_model_json(m);
		AUTO(linkage_model_free) struct linkage_model *again = linkage_model_read(&schema, json, &e);
		AUTO(json_drop) json_t *repeated = linkage_model_json(again);
		AUTO(free) char *text = json_canonical(json), *reread = json_canonical(repeated);

		assert_string_equal(text, reread);
		if (first)
			assert_string_equal(text, first);
		else
			first = steal(text);
	}
}

static void too_little_teaches_nothing(void **ctx)
{
	const struct linkage_features **of = people();
	struct linkage_trained trained;
	struct err e = {0};

	(void)ctx;
	assert_false(linkage_train(model, of, 10, &how, &trained, &e));
	assert_int_equal(e.kind, ERR_ITEM);
}

static void refused(const char *text, const char *words)
{
	struct err e = {0};
	AUTO(json_drop) json_t *json = json_parse(text, strlen(text), &e);

	assert_non_null(json);
	assert_null(linkage_model_read(&schema, json, &e));
	if (!strstr(e.text, words))
		fail_msg("%s: not about %s", e.text, words);
}

static void a_bad_model_is_refused_by_name(void **ctx)
{
	(void)ctx;
	refused("{}", "prior");
	refused("{\"prior\":1}", "prior");
	refused("{\"prior\":-5,\"link\":1,\"review\":2,\"fields\":{}}", "review");
	refused("{\"prior\":-5,\"link\":2,\"review\":1,\"fields\":{}}", "fields");
	refused("{\"prior\":-5,\"link\":2,\"review\":1,\"fields\":{\"a\":{},\"b\":{},\"c\":{},\"d\":{}}}", "given");
	refused("{\"prior\":-5,\"link\":2,\"review\":1,\"fields\":{\"given\":{\"x\":1},\"b\":{},\"c\":{},\"d\":{}}}",
		"given: x");
	refused("{\"prior\":-5,\"link\":2,\"review\":1,\"fields\":{\"given\":{\"levels\":{\"same\":[1,1]}},\"b\":{},"
		"\"c\":{},\"d\":{}}}",
		"given: levels");
	refused("{\"prior\":-5,\"link\":2,\"review\":1,\"fields\":{\"given\":{\"levels\":{\"same\":[1,0],\"typing\":[1,1],"
		"\"close\":[1,1],\"initial\":[1,1],\"exchanged\":[1,1],\"different\":[1,1]}},\"b\":{},\"c\":{},\"d\":{}}}",
		"given: same");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_reach_levels),
		cmocka_unit_test(a_pair_has_no_order),
		cmocka_unit_test(keys_survive_errors),
		cmocka_unit_test(a_block_is_read_back_or_refused),
		cmocka_unit_test(long_and_many_values_are_bounded),
		cmocka_unit_test(weights_are_learned_without_labels),
		cmocka_unit_test(training_is_repeatable_and_kept_as_json),
		cmocka_unit_test(too_little_teaches_nothing),
		cmocka_unit_test(a_bad_model_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
