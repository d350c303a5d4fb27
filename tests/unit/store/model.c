/*
 * model.c - the store against a model of it in memory: random work in pages, some rolled back, some ended by a kill,
 * with the store's own writing of indexes and checkpoints at every turn; then both must say the same.
 */
#include "fixture.h"

#include <sys/mman.h>
#include <sys/wait.h>

#define PARTNERS 3
#define KEYS 60
#define PAGES 60
#define ROUNDS 4

struct model_shadow {
	int64_t id, entity, epoch;
	enum shadow_state state;
	unsigned company;
};

struct model_entity {
	enum entity_state state;
	int64_t into;
	unsigned company;
};

struct model_row {
	int64_t id;
	enum outbox_state state;
	int64_t not_before;
};

struct model {
	struct model_shadow shadow[PARTNERS + 1][KEYS];
	struct model_entity entity[4096]; /* by id */
	struct model_row row[PARTNERS + 1][4096];
	int64_t entities, seq;
};

struct play {
	struct fixture *f;
	struct model now;
	uint64_t random;
};

static unsigned pick(struct play *p, unsigned below)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return (unsigned)((p->random >> 20) % below);
}

/* --- one step in both ----------------------------------------------------------------------------------- */

static int64_t any_entity(struct play *p)
{
	return p->now.entities ? 1 + pick(p, (unsigned)p->now.entities) : 0;
}

static void save_shadow(struct play *p)
{
	struct fixture *f = p->f;
	const int partner = 1 + (int)pick(p, PARTNERS);
	const unsigned key = pick(p, KEYS);
	struct model_shadow *m = &p->now.shadow[partner][key];
	struct shadow *s;
	char text[16];

	m->company = pick(p, 300);
	m->entity = pick(p, 3) ? any_entity(p) : 0;
	m->state = pick(p, 4) ? SHADOW_LIVE : pick(p, 2) ? SHADOW_DEAD : SHADOW_ALIAS;
	snprintf(text, sizeof text, "k%u", key);
	must(f, store_shadow_by_key(f->store, f->arena, partner, RECORD_ORGANIZATION, text, &s, &f->err));
	assert_int_equal(s ? s->id : 0, m->id);
	if (!s)
		s = fixture_shadow(f, partner, key);
	for (unsigned i = 0; i < RECORD_FIELDS_MAX; i++)
		s->cell[i].base = fixture_company(f, m->company)->v[i];
	s->entity = m->entity;
	s->state = m->state;
	must(f, store_shadow_save(f->store, s, &f->err));
	m->id = s->id;
	if (m->state != SHADOW_LIVE)
		m->epoch = 0;
}

static void see_shadow(struct play *p)
{
	struct model_shadow *m = &p->now.shadow[1 + pick(p, PARTNERS)][pick(p, KEYS)];
	const int64_t epoch = 1 + pick(p, 3);

	if (!m->id)
		return;
	must(p->f, store_shadow_seen(p->f->store, m->id, epoch, &p->f->err));
	if (m->state == SHADOW_LIVE && epoch > m->epoch)
		m->epoch = epoch;
}

static void save_entity(struct play *p)
{
	struct fixture *f = p->f;
	int64_t id = pick(p, 3) ? any_entity(p) : 0;
	struct model_entity *m;
	struct entity *x;

	if (!id) {
		x = fixture_entity(f, (unsigned)(++p->now.entities));
		id = p->now.entities;
		m = &p->now.entity[id];
		*m = (struct model_entity){ 0 };
	} else {
		m = &p->now.entity[id];
		x = fixture_entity(f, (unsigned)id);
		x->id = id;
		/* Merged ones stay so; into an older one, so that no circle comes about. */
		if (m->state != ENTITY_MERGED && id > 1 && !pick(p, 5)) {
			m->state = ENTITY_MERGED;
			m->into = 1 + pick(p, (unsigned)id - 1);
		} else if (m->state != ENTITY_MERGED) {
			m->state = pick(p, 5) ? ENTITY_LIVE : ENTITY_DELETED;
		}
	}
	m->company = pick(p, 300);
	x->state = m->state;
	x->into = m->into;
	x->golden = fixture_company(f, m->company);
	must(f, store_entity_save(f->store, f->arena, x, &f->err));
	assert_int_equal(x->id, id);
}

static void mark(struct play *p)
{
	struct fixture *f = p->f;
	const int partner = 1 + (int)pick(p, PARTNERS);
	const int64_t id = any_entity(p);
	struct model_row *m = &p->now.row[partner][id];
	struct outbox o = { .id = m->id, .partner = partner, .entity = id, .kind = OUTBOX_UPDATE, .since = 1 };

	if (!id)
		return;
	if (m->id && !pick(p, 3)) {
		must(f, store_outbox_delete(f->store, m->id, &f->err));
		*m = (struct model_row){ 0 };
		return;
	}
	m->state = o.state = (enum outbox_state)pick(p, OUTBOX_STATES);
	m->not_before = o.not_before = pick(p, 1000);
	must(f, store_outbox_save(f->store, &o, &f->err));
	m->id = o.id;
}

static void move(struct play *p)
{
	const int partner = 1 + (int)pick(p, PARTNERS);
	const enum outbox_state from = (enum outbox_state)pick(p, OUTBOX_STATES),
				to = (enum outbox_state)pick(p, OUTBOX_STATES);

	must(p->f, store_outbox_move(p->f->store, partner, from, to, 0, 0, &p->f->err));
	for (int64_t i = 1; i <= p->now.entities; i++)
		if (p->now.row[partner][i].id && p->now.row[partner][i].state == from)
			p->now.row[partner][i].state = to;
}

static void note(struct play *p)
{
	assert_int_equal(store_event(p->f->store, 1, EVENT_EDIT, 1, any_entity(p), 0, NULL), ++p->now.seq);
}

static void page(struct play *p)
{
	static void (*const steps[])(struct play *) = { save_shadow, save_shadow, save_shadow, see_shadow, save_entity,
		save_entity, mark, mark, move, note };
	struct model *before = malloc(sizeof *before);

	*before = p->now;
	fixture_begin(p->f);
	for (unsigned i = pick(p, 40); i; i--)
		steps[pick(p, sizeof steps / sizeof *steps)](p);
	if (pick(p, 5)) {
		fixture_commit(p->f);
	} else {
		store_rollback(p->f->store);
		p->now = *before;
	}
	free(before);
	arena_reset(p->f->arena);
}

/* --- both say the same ---------------------------------------------------------------------------------- */

static int64_t survivor(const struct model *m, int64_t id)
{
	while (m->entity[id].state == ENTITY_MERGED)
		id = m->entity[id].into;
	return id;
}

static void same_shadows(struct play *p)
{
	struct fixture *f = p->f;

	for (int partner = 1; partner <= PARTNERS; partner++) {
		int64_t live = 0, unseen = 0, count, all;

		for (unsigned key = 0; key < KEYS; key++) {
			const struct model_shadow *m = &p->now.shadow[partner][key];
			struct shadow *s;
			char text[16];

			snprintf(text, sizeof text, "k%u", key);
			must(f, store_shadow_by_key(
					f->store, f->arena, partner, RECORD_ORGANIZATION, text, &s, &f->err));
			assert_int_equal(s ? s->id : 0, m->id);
			if (!s)
				continue;
			assert_int_equal(s->state, m->state);
			assert_int_equal(s->entity, m->entity);
			assert_int_equal(s->epoch, m->epoch);
			assert_string_equal(s->cell[ORGANIZATION_LEGAL_NAME].base,
				fixture_company(f, m->company)->v[ORGANIZATION_LEGAL_NAME]);
			live += m->state == SHADOW_LIVE;
			unseen += m->state == SHADOW_LIVE && m->epoch < 2;
		}
		assert_int_equal(store_live(f->store, partner, RECORD_ORGANIZATION), live);
		must(f, store_count_unseen(f->store, partner, RECORD_ORGANIZATION, 2, INT64_MAX, &count, &all, &f->err));
		assert_int_equal(count, unseen);
		assert_int_equal(all, live);
	}
}

static bool holds(const int64_t *id, size_t n, int64_t wanted)
{
	for (size_t i = 0; i < n; i++)
		if (id[i] == wanted)
			return true;
	return false;
}

static bool is_found(const struct model *m, int64_t id, unsigned company)
{
	bool by_part = false;

	for (int64_t part = 1; part <= m->entities; part++)
		by_part |= m->entity[part].company == company && survivor(m, part) == id;
	return m->entity[id].company == company || by_part;
}

static void same_entities(struct play *p)
{
	struct fixture *f = p->f;

	for (int64_t id = 1; id <= p->now.entities; id++) {
		const struct model_entity *m = &p->now.entity[survivor(&p->now, id)];
		struct entity *x;

		must(f, store_entity(f->store, f->arena, id, &x, &f->err));
		assert_non_null(x);
		assert_int_equal(x->id, survivor(&p->now, id));
		assert_int_equal(x->state, m->state);
		assert_int_equal(record_hash(x->golden), record_hash(fixture_company(f, m->company)));
	}
	for (unsigned company = 0; company < 300; company++) {
		const struct record *r = fixture_company(f, company);
		uint64_t key[MATCH_KEYS_MAX];
		const size_t nkeys = match_keys(match_prepare(f->arena, match_model_default(), r), key);
		int64_t *found;
		size_t n, wanted = 0;

		must(f, store_candidates(f->store, f->arena, NULL, key, nkeys, 4096, &found, &n, &f->err));
		for (int64_t id = 1; id <= p->now.entities; id++)
			if (is_found(&p->now, id, company)) {
				assert_true(holds(found, n, id));
				wanted++;
			}
		assert_int_equal(n, wanted);
		arena_reset(f->arena);
	}
}

static void same_outbox(struct play *p)
{
	struct fixture *f = p->f;

	for (int partner = 1; partner <= PARTNERS; partner++) {
		int64_t count[OUTBOX_STATES] = { 0 }, n, next = INT64_MAX, at, due = 0;
		struct outbox *o, **rows;
		size_t nrows;

		for (int64_t id = 1; id <= p->now.entities; id++) {
			const struct model_row *m = &p->now.row[partner][id];

			must(f, store_outbox(f->store, f->arena, partner, id, &o, &f->err));
			assert_int_equal(o ? o->id : 0, m->id);
			if (!o)
				continue;
			assert_int_equal(o->state, m->state);
			count[m->state]++;
			if (m->state == OUTBOX_READY || m->state == OUTBOX_UNCERTAIN) {
				next = m->not_before < next ? m->not_before : next;
				due += m->not_before <= 500;
			}
		}
		for (int state = 0; state < OUTBOX_STATES; state++) {
			must(f, store_outbox_count(f->store, partner, (enum outbox_state)state, &n, &f->err));
			assert_int_equal(n, count[state]);
		}
		must(f, store_outbox_next(f->store, partner, &at, &f->err));
		assert_int_equal(at, next);
		must(f, store_outbox_due(f->store, f->arena, partner, 500, 4096, &rows, &nrows, &f->err));
		assert_int_equal(nrows, due);
	}
}

static void same(struct play *p)
{
	same_shadows(p);
	same_entities(p);
	same_outbox(p);
	assert_int_equal(store_seq(p->f->store), p->now.seq);
	assert_int_equal(fixture_ask(p->f, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
}

/* --- playing -------------------------------------------------------------------------------------------- */

static void turn(struct play *p)
{
	struct fixture *f = p->f;

	const bool group = !pick(p, 4);

	if (group)
		must(f, store_group_begin(f->store, &f->err));
	for (unsigned i = group ? 1 + pick(p, 5) : 1; i; i--)
		page(p);
	if (group)
		must(f, store_group_end(f->store, &f->err));
	switch (pick(p, 12)) {
	case 0:
		must(f, store_checkpoint(f->store, pick(p, 2), &f->err));
		break;
	case 1:
		fixture_reopen(f);
		break;
	default:
		break;
	}
	f->store->shadow_keys.max = 1 + pick(p, 40);
	f->store->match_keys.max = 1 + pick(p, 80);
	f->store->checkpoint_at = 1 + (int)pick(p, 60);
}

/* A process that plays some pages and ends within one. The play is in memory that both share. */
static void killed(struct play *p)
{
	struct fixture *f = p->f;
	int status;
	pid_t pid;

	fixture_close(f);
	pid = fork();
	if (!pid) {
		struct model *before = malloc(sizeof *before);

		fixture_open(f);
		for (unsigned i = pick(p, 5); i; i--)
			turn(p);
		*before = p->now;
		fixture_begin(f);
		for (unsigned i = 0; i < 5; i++) {
			save_entity(p);
			save_shadow(p);
			note(p);
		}
		p->now = *before;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	fixture_open(f);
}

static void agrees_with_a_model(void **state)
{
	struct play *p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const char *seed = getenv("SEED");

	assert_true(p != MAP_FAILED);
	p->f = *state;
	p->random = seed ? strtoull(seed, NULL, 10) : 20240607;
	print_message("SEED=%llu\n", (unsigned long long)p->random);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < PAGES; i++)
			turn(p);
		same(p);
		killed(p);
		same(p);
	}
	munmap(p, sizeof *p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(agrees_with_a_model, fixture_setup_open, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
