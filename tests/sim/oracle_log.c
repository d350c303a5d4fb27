/*
 * oracle_log.c - the event log against the truth, and the golden records against the event log.
 *
 * I2: every edit that the hub logged was made by people. I3: what the hub wrote over was logged before. I8: folding the
 * log alone gives every contribution, and with them every golden record.
 */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

/* --- values in events --------------------------------------------------------------------------------------------- */

const char *ledger_text(struct ledger *l, const struct field *field, json_t *value)
{
	const char *element[64];
	size_t n = 0, i;
	json_t *item;

	(void)field;
	if (json_is_string(value))
		return arena_strdup(l->arena, json_string_value(value));
	if (json_is_boolean(value))
		return json_is_true(value) ? "true" : "false";
	if (!json_is_array(value))
		return "";
	json_array_foreach(value, i, item)
	if (n < 64)
		element[n++] = json_string_value(item);
	return set_make(l->arena, element, n);
}

/* --- what was logged, and when -------------------------------------------------------------------------------------- */

struct logged {
	struct logged *next;
	unsigned field;
	bool edit;
	int64_t at_ms;
	const char *value;
};

struct reading {
	struct ledger *l;
	struct logged **of; /* by shadow id */
	int64_t seq, at_ms;
	struct link *link;
};

static void log_value(struct reading *r, unsigned f, const char *value, bool edit)
{
	struct logged *x = arena_new_of(r->l->arena, struct logged);

	*x = (struct logged){
		.next = r->of[r->link->shadow->id], .field = f, .edit = edit, .at_ms = r->at_ms, .value = value};
	r->of[r->link->shadow->id] = x;
}

static const char *edited(struct reading *r, const struct field *field, struct cell *c, const char *value)
{
	if (!field->set)
		return value;
	return merge_set_edit(r->l->arena, c->own, c->base, value, r->seq);
}

static void contribute(struct reading *r, unsigned f, const char *value)
{
	struct cell *c = &r->link->told->cell[f];

	c->own = edited(r, field_at(r->link->shadow->type, f), c, value);
	c->own_seq = r->seq;
	c->base = value;
}

/* How often people of that partner wrote it, there. The reference's text differs: it is left to the fold. */
static unsigned by_people(const struct link *k, unsigned f, const char *value)
{
	unsigned n = 0;

	for (size_t i = 0; i < k->place->n; i++) {
		const struct rec *r = k->place->rec[i];

		if (r->type != k->shadow->type || !ledger_is(k, r->key))
			continue;
		for (size_t s = 1; s < r->nstates; s++)
			if (r->state[s].author == BY_PEOPLE && !strcmp(r->state[s].v[f], value) &&
				(s == 1 || r->state[s].v[f] != r->state[s - 1].v[f]))
				n++;
	}
	return n;
}

static unsigned times_logged(const struct reading *r, unsigned f, const char *value)
{
	unsigned n = 0;

	for (const struct logged *x = r->of[r->link->shadow->id]; x; x = x->next)
		n += x->edit && x->field == f && !strcmp(x->value, value);
	return n;
}

/* What an edit of a set adds and takes away is told by what it was made from. */
static void on_edit_from(struct reading *r, unsigned f, const char *from)
{
	r->link->told->cell[f].base = from;
}

static void on_edit(struct reading *r, unsigned f, const char *to)
{
	const struct field *field = field_at(r->link->shadow->type, f);

	if (field->kind != VALUE_REF && by_people(r->link, f, to) <= times_logged(r, f, to)) {
		world_blame(r->l->w, r->link->place, r->link->rec, f, to);
		world_violated(r->l->w, "I2 echo", "event %lld: %s %s %s: people wrote \"%s\" there %u times, and no more",
			(long long)r->seq, r->link->place->is->name, r->link->shadow->key, field->name, to, by_people(r->link, f, to));
	}
	log_value(r, f, to, true);
	contribute(r, f, to);
}

/* A field that is empty when first seen is no contribution. */
static void on_seen(struct reading *r, unsigned f, const char *value)
{
	log_value(r, f, value, false);
	if (*value)
		contribute(r, f, value);
	else
		r->link->told->cell[f].base = value;
}

static void on_confirm(struct reading *r, unsigned f, const char *value)
{
	log_value(r, f, value, false);
	r->link->told->cell[f].base = value;
}

/* It has been taken away there, whatever a list left out. */
static void on_gone(struct reading *r)
{
	const struct link *k = r->link;
	const int64_t at_ms = r->at_ms - r->l->w->sim.wall;

	for (size_t i = 0; i < k->place->n; i++) {
		const struct rec *x = k->place->rec[i];

		if (x->type != k->shadow->type || !ledger_is(k, x->key))
			continue;
		for (size_t s = 1; s < x->nstates; s++)
			if (x->state[s].standing != STANDS && (int64_t)x->state[s].at_ms <= at_ms)
				return;
	}
	world_blame(r->l->w, k->place, k->rec, 0, NULL);
	world_violated(r->l->w, "I6 false delete", "event %lld: %s %s counts as deleted, and stood there", (long long)r->seq,
		k->place->is->name, k->shadow->key);
}

static void each_field(struct reading *r, json_t *fields, const char *within, void (*visit)(struct reading *, unsigned, const char *))
{
	const char *name;
	json_t *value;

	json_object_foreach(fields, name, value)
	{
		const int f = field_find(r->link->shadow->type, name);

		if (f >= 0)
			visit(r, (unsigned)f, ledger_text(r->l, field_at(r->link->shadow->type, (unsigned)f),
						      within ? json_object_get(value, within) : value));
	}
}

static void one_event(struct reading *r, enum event_kind kind, json_t *data)
{
	json_t *fields = json_object_get(data, kind == EVENT_SEEN ? "values" : "fields");
	int f;

	if (kind == EVENT_SEEN)
		each_field(r, fields, NULL, on_seen);
	else if (kind == EVENT_EDIT) {
		each_field(r, fields, "from", on_edit_from);
		each_field(r, fields, "to", on_edit);
	} else if (kind == EVENT_CONFIRM)
		each_field(r, fields, NULL, on_confirm);
	else if (kind == EVENT_GONE)
		on_gone(r);
	else if (kind == EVENT_LEARNED) {
		f = field_find(r->link->shadow->type, json_string_value(json_object_get(data, "field")));
		if (f >= 0)
			on_confirm(r, (unsigned)f, ledger_text(r->l, field_at(r->link->shadow->type, (unsigned)f), json_object_get(data, "got")));
	}
}

static bool read_log(struct reading *r, struct err *e)
{
	sqlite3 *db = r->l->hub->store->db;
	sqlite3_stmt *q = NULL;
	int rc;

	sqlite3_prepare_v2(db, "SELECT seq, at, kind, shadow, data FROM event WHERE shadow IS NOT NULL ORDER BY seq",
		-1, &q, NULL);
	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		json_t *data;

		r->seq = sqlite3_column_int64(q, 0);
		r->at_ms = sqlite3_column_int64(q, 1);
		r->link = ledger_link(r->l, sqlite3_column_int64(q, 3));
		if (!r->link || !r->link->place)
			continue;
		data = sqlite3_column_text(q, 4) ? json_loads((const char *)sqlite3_column_text(q, 4), 0, NULL) : NULL;
		one_event(r, (enum event_kind)sqlite3_column_int(q, 2), data);
		json_decref(data);
	}
	sqlite3_finalize(q);
	return rc == SQLITE_DONE || err_set(e, ERR_BROKEN, "the event log: %s", sqlite3_errmsg(db));
}

/* --- I3 ------------------------------------------------------------------------------------------------------------- */

static bool is_same(const char *logged, const char *value)
{
	return !strcmp(logged, value);
}

static bool is_something(const char *logged, const char *value)
{
	(void)value;
	return *logged != '\0';
}

/* Of that record, in that field, before it was written over. */
static bool was_logged(const struct reading *r, const struct overwrite *o, bool (*is)(const char *, const char *), const char *value)
{
	const struct ledger *l = r->l;

	for (size_t i = 0; i < l->n; i++) {
		const struct link *k = l->link[i];

		if (!k || k->place != o->rec->place || k->shadow->type != o->rec->type || !ledger_is(k, o->rec->key))
			continue;
		for (const struct logged *x = r->of[i]; x; x = x->next)
			if (x->field == o->field && x->at_ms <= l->w->sim.wall + (int64_t)o->at_ms && is(x->value, value))
				return true;
	}
	return false;
}

/* For all that the hub knew, it was empty: people filled it and emptied it again, and nobody read it in between. */
static bool empty_as_known(const struct reading *r, const struct overwrite *o)
{
	for (size_t i = 0; i < o->state; i++)
		if (o->rec->state[i].author == BY_HUB && *o->rec->state[i].v[o->field])
			return false;
	return !was_logged(r, o, is_something, NULL);
}

static void no_lost_updates(struct reading *r)
{
	struct world *w = r->l->w;

	for (size_t i = 0; i < w->noverwrites; i++) {
		const struct overwrite *o = &w->overwrite[i];
		const char *value = o->rec->state[o->state].v[o->field];

		if (o->in_window || field_at(o->rec->type, o->field)->kind == VALUE_REF || was_logged(r, o, is_same, value))
			continue;
		/* What never had a value says nothing by being empty. */
		if (!*value && (o->state <= 1 || o->rec->place->is->leaves_out_empty || empty_as_known(r, o)))
			continue;
		world_blame(w, o->rec->place, o->rec, o->field, value);
		world_violated(w, "I3 lost update", "%s %s #%u %s: at %.3f the hub wrote over \"%s\", written at %.3f, and had not logged it",
			o->rec->place->is->name, o->rec->key, o->rec->thing, field_at(o->rec->type, o->field)->name,
			(double)o->at_ms / 1000, value, (double)o->rec->state[o->state].at_ms / 1000);
	}
}

/* --- I8 ------------------------------------------------------------------------------------------------------------- */

/* References are told as they were first read, by the partner's key where the record was not known yet. */
static const char *resolved(struct ledger *l, const struct link *k, const struct field *field, const char *value)
{
	const char *id;

	if (field->kind != VALUE_REF || !value || *value != '?')
		return value;
	id = store_ref_in(l->hub->store, l->arena, k->shadow->partner, field->target, value + 1);
	return id ? id : value;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* An older name of the same record: merged records keep theirs. */
static bool same_target(struct ledger *l, const struct field *field, const char *a, const char *b)
{
	return field->kind == VALUE_REF && a && b && *a && *b && *a != '?' && *b != '?' &&
		same(store_ref_follow(l->hub->store, l->arena, a), store_ref_follow(l->hub->store, l->arena, b));
}

static void same_contributions(struct ledger *l, struct link *k)
{
	for (unsigned f = 0; f < field_count(k->shadow->type); f++) {
		struct cell *told = &k->told->cell[f];
		const struct cell *kept = &k->shadow->cell[f];
		const struct field *field = field_at(k->shadow->type, f);

		told->own = resolved(l, k, field, told->own);
		if ((same(told->own, kept->own) || same_target(l, field, told->own, kept->own)) && (!kept->own || told->own_seq == kept->own_seq))
			continue;
		world_violated(l->w, "I8 explainability", "%s %s %s: the log says \"%s\" (%lld), the store \"%s\" (%lld)", k->place->is->name,
			k->shadow->key, field->name, told->own ? told->own : "nothing", (long long)told->own_seq,
			kept->own ? kept->own : "nothing", (long long)kept->own_seq);
	}
}

static void same_golden(struct ledger *l, const struct entity *x)
{
	struct link *link[64];
	struct shadow *told[64];
	const size_t n = ledger_links_of(l, x->id, link, 64);
	struct record *golden = record_new(l->arena, x->type);
	uint64_t held;

	for (size_t i = 0; i < n; i++)
		told[i] = link[i]->told;
	decide_fold(l->hub, l->arena, x, told, n, golden, &held, NULL);
	for (unsigned f = 0; f < field_count(x->type); f++)
		if (!same(golden->v[f], x->golden->v[f]) && !same_target(l, field_at(x->type, f), golden->v[f], x->golden->v[f]))
			world_violated(l->w, "I8 explainability", "entity %lld %s: the log folds to \"%s\", golden is \"%s\"", (long long)x->id,
				field_at(x->type, f)->name, golden->v[f] ? golden->v[f] : "nothing",
				x->golden->v[f] ? x->golden->v[f] : "nothing");
}

bool oracle_log(struct ledger *l, struct err *e)
{
	struct reading r = {.l = l, .of = arena_array(l->arena, struct logged *, l->n)};

	if (!read_log(&r, e))
		return false;
	no_lost_updates(&r);
	for (size_t i = 0; i < l->n; i++)
		if (l->link[i] && l->link[i]->place)
			same_contributions(l, l->link[i]);
	for (size_t i = 0; i < l->nentities; i++)
		if (l->entity[i] && l->entity[i]->state != ENTITY_MERGED)
			same_golden(l, l->entity[i]);
	return true;
}
