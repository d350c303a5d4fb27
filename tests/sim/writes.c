/* writes.c - what the hub's writes do at a partner. */
#include "remote.h"

#include <stdlib.h>
#include <string.h>

#include "core/normalise.h"

static bool contract(struct place *p, bool ok, const char *what, struct err *e)
{
	if (ok)
		return true;
	world_violated(p->w, "contract", "%s was sent %s", p->is->name, what);
	return err_set(e, ERR_BROKEN, "%s", what);
}

/* --- values ----------------------------------------------------------------------------------------------------- */

static bool is_canonical(struct arena *arena, enum value_kind kind, const char *text)
{
	struct err e;
	const char *canonical = normalise(arena, kind, text, NULL, &e);

	return canonical && *text && !strcmp(canonical, text);
}

static bool are_canonical(const struct field *field, const char *value)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	size_t len;

	if (field->kind == VALUE_REF || !*value)
		return true;
	if (!field->set)
		return is_canonical(arena, field->kind, value);
	for (const char *e; (e = set_next(&value, &len));)
		if (!is_canonical(arena, field->kind, arena_strndup(arena, e, len)))
			return false;
	return true;
}

/* References must point at what is there: a CRM has foreign keys. */
static bool refers_well(struct place *p, const struct push *push, struct err *e)
{
	for (unsigned f = 0; f < field_count(push->type); f++) {
		const struct field *field = field_at(push->type, f);
		const char *value = push->record->v[f];
		const struct rec *target;

		if (!(push->fields & FIELD_BIT(f)) || field->kind != VALUE_REF || !value || !*value)
			continue;
		target = place_at(p, field->target, value);
		if (!contract(p, target != NULL, "a reference to a key it never gave out", e))
			return false;
		if (rec_now(target)->standing != STANDS) {
			strcpy(e->field, field->name);
			return err_set(e, ERR_ITEM, "%s: there is no such record", field->name);
		}
	}
	return true;
}

static bool values_are_good(struct place *p, const struct push *push, struct err *e)
{
	for (unsigned f = 0; f < field_count(push->type); f++)
		if (push->fields & FIELD_BIT(f) &&
			!contract(p, push->record->v[f] && are_canonical(field_at(push->type, f), push->record->v[f]),
				"a value that is not canonical", e))
			return false;
	return refers_well(p, push, e);
}

static void write_fields(struct rec *r, struct state *s, const struct push *push)
{
	for (unsigned f = 0; f < field_count(push->type); f++)
		if (push->fields & FIELD_BIT(f))
			rec_set(r, s, f, arena_strdup(r->place->w->arena, push->record->v[f]));
}

static void answer(struct place *p, struct rec *r, struct push *push)
{
	const struct state *s = rec_now(r);
	struct item *item;

	if (push->kind == PUSH_CREATE)
		push->out_key = arena_strdup(push->arena, r->key);
	if (s->standing != STANDS || s->unusable)
		return;
	item = arena_new_of(push->arena, struct item);
	remote_show(p, push->arena, r, s, item);
	push->out_version = item->version;
	if (!(p->is->caps & ADAPTER_CAN_ANSWERS))
		return;
	push->answer = item;
}

static void had_effect(struct place *p, struct rec *r, const struct push *push)
{
	r->token = arena_strdup(p->w->arena, push->token);
	p->w->last_effect_ms = world_now(p->w);
	remote_hook(p, r);
	world_tell(p->w, "%s: the hub %s %s %s #%u", p->is->name,
		push->kind == PUSH_CREATE         ? "makes"
			: push->kind == PUSH_UPDATE ? "changes"
						    : "deletes",
		record_type_name(r->type), r->key, r->thing);
}

/* --- the three kinds -------------------------------------------------------------------------------------------- */

static bool create(struct place *p, struct push *push, struct err *e)
{
	struct world *w = p->w;
	unsigned thing;
	struct rec *r;

	if (!contract(p, p->is->caps & ADAPTER_CAN_CREATE && !push->key, "a create it cannot take", e))
		return false;
	for (size_t i = 0; i < p->n; i++) {
		r = p->rec[i];
		if (p->is->caps & ADAPTER_CAN_IDEMPOTENT && r->type == push->type && r->token && !strcmp(r->token, push->token)) {
			w->out->deeds[DEED_REPEATED]++;
			answer(p, r, push);
			return true;
		}
		if (p->is->unique_ids && p->is->caps & ADAPTER_CAN_FIND && r->hub_id && !strcmp(r->hub_id, push->hub_id) &&
			rec_now(r)->standing == STANDS)
			return err_set(e, ERR_CONFLICT, "that external id is taken");
	}
	if (!values_are_good(p, push, e))
		return false;
	thing = identity_read(w, push->type, push->record);
	if (!contract(p, thing, "a record of nothing known", e))
		return false;
	oracle_create(w, p, push, thing);
	r = place_add(p, push->type, thing, BY_HUB);
	r->hub_id = p->is->caps & ADAPTER_CAN_FIND ? arena_strdup(w->arena, push->hub_id) : NULL;
	write_fields(r, &r->state[r->nstates - 1], push);
	had_effect(p, r, push);
	answer(p, r, push);
	w->out->deeds[DEED_CREATED]++;
	return true;
}

static bool change(struct place *p, struct push *push, struct err *e)
{
	const unsigned cap = push->kind == PUSH_UPDATE ? ADAPTER_CAN_UPDATE : ADAPTER_CAN_DELETE;
	struct world *w = p->w;
	struct rec *r = place_at(p, push->type, push->key);
	struct item item;

	if (!contract(p, p->is->caps & cap && r, "a change it cannot take, or to a key it never gave out", e))
		return false;
	if (p->is->caps & ADAPTER_CAN_IDEMPOTENT && r->token && !strcmp(r->token, push->token)) {
		w->out->deeds[DEED_REPEATED]++;
		answer(p, r, push);
		return true;
	}
	people_spring(w, p, r, push);
	if (rec_now(r)->standing != STANDS)
		return err_set(e, ERR_GONE, "there is no such record");
	remote_show(p, push->arena, r, rec_now(r), &item);
	if (p->is->caps & ADAPTER_CAN_CONDITIONAL && push->version && strcmp(push->version, item.version)) {
		w->out->deeds[DEED_CONFLICT]++;
		return err_set(e, ERR_CONFLICT, "it is another version by now");
	}
	if (push->kind == PUSH_UPDATE && !values_are_good(p, push, e))
		return false;
	oracle_push(w, p, r, push);
	if (push->kind == PUSH_UPDATE)
		write_fields(r, rec_change(r, BY_HUB), push);
	else
		rec_change(r, BY_HUB)->standing = DELETED;
	had_effect(p, r, push);
	answer(p, r, push);
	w->out->deeds[push->kind == PUSH_UPDATE ? DEED_UPDATED : DEED_DELETED]++;
	return true;
}

bool write_arrives(struct place *p, struct push *push, struct err *e)
{
	if (push->kind == PUSH_CREATE ? create(p, push, e) : change(p, push, e))
		return true;
	world_tell(p->w, "%s refuses a write to %s %s: %s", p->is->name, record_type_name(push->type), push->key ? push->key : "(new)",
		e->text);
	return false;
}

/* --- late ------------------------------------------------------------------------------------------------------- */

struct sim_late {
	struct timer timer;
	struct place *place;
	struct push push;
};

static void on_late(struct timer *t)
{
	struct sim_late *late = container_of(t, struct sim_late, timer);
	struct err e = {0};

	if (!late->place->w->over) {
		late->place->w->late = true;
		write_arrives(late->place, &late->push, &e);
		late->place->w->late = false;
	}
	arena_free(late->push.arena);
	free(late);
}

void write_later(struct place *p, const struct push *push, uint64_t delay_ms)
{
	struct sim_late *late = calloc(1, sizeof *late);
	struct arena *arena = arena_new();
	struct record *record = record_new(arena, push->type);

	if (!late)
		abort();
	for (unsigned f = 0; push->record && f < field_count(push->type); f++)
		record->v[f] = arena_strdup(arena, push->record->v[f]);
	late->timer.fire = on_late;
	late->place = p;
	late->push = (struct push){
		.arena = arena,
		.kind = push->kind,
		.type = push->type,
		.key = arena_strdup(arena, push->key),
		.version = arena_strdup(arena, push->version),
		.hub_id = arena_strdup(arena, push->hub_id),
		.token = arena_strdup(arena, push->token),
		.record = record,
		.fields = push->fields,
	};
	timer_arm(&p->w->sim.loop, &late->timer, delay_ms);
}
