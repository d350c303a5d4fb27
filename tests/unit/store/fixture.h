/* fixture.h - a store in a directory of its own, and records that look like something. */
#pragma once
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/normalise.h"
#include "store/sql.h"

struct fixture {
	char dir[64], path[96];
	struct store *store;
	struct arena *arena;
	struct err err;
};

#define must(f, call)                                              \
	do {                                                       \
		if (!(call))                                       \
			fail_msg("%s: %s", #call, (f)->err.text);  \
	} while (0)

static inline struct store *fixture_open(struct fixture *f)
{
	f->store = store_open(&(struct store_options){ .path = f->path }, &f->err);
	if (!f->store)
		fail_msg("store_open: %s", f->err.text);
	return f->store;
}

static inline void fixture_close(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
}

static inline struct store *fixture_reopen(struct fixture *f)
{
	fixture_close(f);
	return fixture_open(f);
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	strcpy(f->dir, "store-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof f->path, "%s/hub.db", f->dir);
	f->arena = arena_new();
	*state = f;
	return 0;
}

static inline int fixture_setup_open(void **state)
{
	fixture_setup(state);
	fixture_open(*state);
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;
	DIR *dir;

	store_close(f->store);
	chmod(f->dir, 0700);
	dir = opendir(f->dir);
	for (struct dirent *d; dir && (d = readdir(dir));) {
		char name[512];

		snprintf(name, sizeof name, "%s/%s", f->dir, d->d_name);
		unlink(name);
	}
	if (dir)
		closedir(dir);
	rmdir(f->dir);
	arena_free(f->arena);
	free(f);
	return 0;
}

/* One number from the database, through SQLite itself. */
static inline int64_t fixture_ask(struct fixture *f, const char *text)
{
	sqlite3_stmt *q = NULL;
	int64_t n = INT64_MIN;

	assert_int_equal(sqlite3_prepare_v2(f->store->db, text, -1, &q, NULL), SQLITE_OK);
	if (sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return n;
}

static inline struct uuid fixture_uuid(unsigned n)
{
	struct uuid u = { .b = { 1, 2, 3, 4, 5, 6, 0x70, 0, 0x80 } };

	u.b[12] = (uint8_t)(n >> 24);
	u.b[13] = (uint8_t)(n >> 16);
	u.b[14] = (uint8_t)(n >> 8);
	u.b[15] = (uint8_t)n;
	return u;
}

/* Company n: a name and a mail address of its own. */
static inline struct record *fixture_company(struct fixture *f, unsigned n)
{
	struct record *r = record_new(f->arena, RECORD_ORGANIZATION);

	r->v[ORGANIZATION_LEGAL_NAME] = arena_printf(f->arena, "Zaagmolen %u NV", n);
	r->v[ORGANIZATION_EMAILS] = arena_printf(f->arena, "hallo@zaagmolen%u.example", n);
	r->v[ORGANIZATION_POSTAL_CODE] = arena_printf(f->arena, "%u", 1000 + n % 9000);   /* no key in common */
	r->v[ORGANIZATION_BOX] = "";
	return r;
}

static inline struct entity *fixture_entity(struct fixture *f, unsigned n)
{
	struct entity *x = arena_new_of(f->arena, struct entity);

	x->hub_id = fixture_uuid(n);
	x->type = RECORD_ORGANIZATION;
	x->golden = fixture_company(f, n);
	return x;
}

static inline struct shadow *fixture_shadow(struct fixture *f, int partner, unsigned n)
{
	struct shadow *x = shadow_new(f->arena, partner, RECORD_ORGANIZATION, arena_printf(f->arena, "k%u", n));
	struct record *r = fixture_company(f, n);

	for (unsigned i = 0; i < RECORD_FIELDS_MAX; i++)
		x->cell[i].base = r->v[i];
	x->hash = record_hash(r);
	return x;
}

static inline void fixture_begin(struct fixture *f)
{
	must(f, store_begin(f->store, &f->err));
}

static inline void fixture_commit(struct fixture *f)
{
	must(f, store_commit(f->store, &f->err));
}

/* One page of n companies at partner 1, each with its entity and an event. */
static inline void fixture_fill(struct fixture *f, unsigned from, unsigned n)
{
	fixture_begin(f);
	for (unsigned i = from; i < from + n; i++) {
		struct entity *x = fixture_entity(f, i);
		struct shadow *s = fixture_shadow(f, 1, i);

		must(f, store_entity_save(f->store, f->arena, x, &f->err));
		s->entity = x->id;
		must(f, store_shadow_save(f->store, s, &f->err));
		store_event(f->store, 1, EVENT_SEEN, 1, x->id, s->id, NULL);
	}
	fixture_commit(f);
}

/* Runs it in a process that ends without closing anything. */
static inline int fixture_in_child(struct fixture *f, void (*run)(struct fixture *))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		run(f);
		_exit(77);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
