/*
 * power.c - the power fails at any write: nothing that was acknowledged may be lost, nothing half done may stay. A kill
 * of the process cannot show this. With synchronous=NORMAL this test must fail; it was seen to.
 */
#include "fixture.h"

#include "base/log.h"
#include "support/disk.h"

#define TRIALS 100
#define PAGES 12
#define PER_PAGE 4

/* --- trials --------------------------------------------------------------------------------------------- */

static struct store *open_on_it(struct fixture *f)
{
	f->store = store_open(&(struct store_options){ .path = "hub.db", .vfs = DISK_VFS }, &f->err);
	if (f->store) {
		f->store->checkpoint_at = 40;
		f->store->shadow_keys.max = f->store->match_keys.max = 15;
	}
	return f->store;
}

static bool write_page(struct fixture *f, unsigned page)
{
	if (!store_begin(f->store, &f->err))
		return false;
	for (unsigned i = 0; i < PER_PAGE; i++) {
		struct entity *x = fixture_entity(f, PER_PAGE * page + i);
		struct shadow *s = fixture_shadow(f, 1, PER_PAGE * page + i);

		if (!store_entity_save(f->store, f->arena, x, &f->err) || !store_shadow_save(f->store, s, &f->err))
			break;
		store_event(f->store, 1, EVENT_SEEN, 1, x->id, s->id, NULL);
	}
	return store_commit(f->store, &f->err);
}

/* How many pages were acknowledged before the power failed. */
static unsigned work(struct fixture *f)
{
	unsigned page = 0;

	if (!open_on_it(f))
		return 0;
	while (page < PAGES && !disk_dead() && write_page(f, page))
		page++;
	store_close(f->store);
	f->store = NULL;
	return page;
}

static void check(struct fixture *f, unsigned acknowledged)
{
	int64_t n;

	if (!open_on_it(f))
		fail_msg("does not open any more: %s", f->err.text);
	assert_int_equal(fixture_ask(f, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
	n = fixture_ask(f, "SELECT count(*) FROM shadow");
	assert_int_equal(n % PER_PAGE, 0);
	/* The page under way may have become durable without an answer. */
	assert_true(n / PER_PAGE == acknowledged || n / PER_PAGE == acknowledged + 1);
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM entity"), n);
	assert_int_equal(fixture_ask(f, "SELECT count(*) FROM event"), n);
	assert_int_equal(store_seq(f->store), n);
	assert_int_equal(store_live(f->store, 1, RECORD_ORGANIZATION), n);
	for (unsigned i = 0; i < n; i++) {
		struct shadow *s;
		char key[16];

		snprintf(key, sizeof key, "k%u", i);
		must(f, store_shadow_by_key(f->store, f->arena, 1, RECORD_ORGANIZATION, key, &s, &f->err));
		assert_non_null(s);
	}
	assert_true(write_page(f, (unsigned)n / PER_PAGE));
	store_close(f->store);
	f->store = NULL;
}

static void loses_nothing_acknowledged(void **state)
{
	const char *trials = getenv("TRIALS");
	struct fixture *f = *state;
	uint64_t all;

	log_set_level(LOG_LEVEL_ERROR);
	disk_install();
	disk_new(4711);
	assert_int_equal(work(f), PAGES);
	all = disk_operations();
	for (long t = 0; t < (trials ? atol(trials) : TRIALS); t++) {
		unsigned acknowledged;

		disk_new((uint64_t)t * 7919 + 1);
		disk_dies_at(1 + (uint64_t)t * 7919 % all);
		acknowledged = work(f);
		disk_restart(DISK_POWER_FAILED);
		check(f, acknowledged);
		arena_reset(f->arena);
	}
	disk_uninstall();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(loses_nothing_acknowledged, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
