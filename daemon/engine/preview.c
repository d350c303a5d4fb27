#include "engine/preview.h"

#include <string.h>

#include "core/plan.h"
#include "engine/story.h"

enum { ENTITIES_MAX = 4096 };

struct preview {
	struct hub *hub;
	struct arena *arena;
	int64_t entity[ENTITIES_MAX];
	size_t n, nbefore;
	json_t *records, *changes;   /* by entity, and by entity and partner */
};

static void preview_free(struct preview *p)
{
	json_decref(p->records);
	json_decref(p->changes);
}

static void add(struct preview *p, int64_t entity)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->entity[i] == entity)
			return;
	if (p->n < ENTITIES_MAX)
		p->entity[p->n++] = entity;
}

static bool add_referring(struct preview *p, int64_t entity, struct err *err)
{
	int64_t *id;
	size_t n;

	if (!store_referring(p->hub->store, p->arena, entity, &id, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		add(p, id[i]);
	return true;
}

/* --- looking ------------------------------------------------------------------------------------------------- */

static json_t *value_of(const struct field *field, const char *value)
{
	BUF_AUTO struct buf b = { 0 };

	story_value(&b, field, value);
	return json_loads(b.data, JSON_DECODE_ANY, NULL);
}

static const char *name_of(const struct record *golden)
{
	for (unsigned f = 0; f < field_count(golden->type); f++)
		if (golden->v[f] && *golden->v[f] && field_at(golden->type, f)->kind == VALUE_TEXT)
			return golden->v[f];
	return "";
}

static json_t *links_of(struct preview *p, struct shadow *const *shadow, size_t n)
{
	json_t *links = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct hub_partner *at = hub_partner(p->hub, shadow[i]->partner);

		if (at && shadow[i]->state != SHADOW_PENDING)
			json_array_append_new(links, json_pack("{ss,ss,ss}", "partner", at->config->id, "key", shadow[i]->key, "state",
				shadow_aside(shadow[i]) ? "duplicate" : shadow[i]->state == SHADOW_LIVE ? "live"
					: shadow[i]->state == SHADOW_DEAD ? "deleted" : "alias"));
	}
	return links;
}

static json_t *record_seen(struct preview *p, const struct entity *e, struct shadow *const *shadow, size_t n)
{
	static const char *const states[] = { "live", "deleted", "merged" };
	char id[UUID_TEXT_MAX];
	json_t *fields = json_object();

	for (unsigned f = 0; f < field_count(e->type); f++)
		if (e->golden->v[f] && *e->golden->v[f])
			json_object_set_new(fields, field_at(e->type, f)->name, value_of(field_at(e->type, f), e->golden->v[f]));
	return json_pack("{ss,ss,ss,ss,so,so}", "record", uuid_format(&e->hub_id, id), "type", record_type_name(e->type), "name",
		name_of(e->golden), "state", states[e->state], "links", links_of(p, shadow, n), "fields", fields);
}

/* What a row of the outbox would write now. */
static json_t *fields_to_send(struct preview *p, const struct hub_partner *to, const struct outbox *row, const struct entity *e,
	const struct shadow *s)
{
	struct image_source source;
	json_t *fields = json_object();
	uint64_t which = 0;

	if (row->kind == OUTBOX_CREATE)
		which = plan_create(e->golden, marks_allowed(to, e));
	else if (row->kind == OUTBOX_UPDATE && s)
		which = plan_update(s, e->golden, marks_allowed(to, e), marks_images(&source, p->hub, p->arena, s));
	for (unsigned f = 0; f < field_count(e->type); f++)
		if (which & FIELD_BIT(f))
			json_object_set_new(fields, field_at(e->type, f)->name,
				json_pack("{so,so}", "from", value_of(field_at(e->type, f), s ? s->cell[f].base : NULL), "to",
					value_of(field_at(e->type, f), e->golden->v[f])));
	return fields;
}

static bool see_changes(struct preview *p, const struct entity *e, struct shadow *const *shadow, size_t n, json_t *into,
	struct err *err)
{
	char id[UUID_TEXT_MAX], place[64];

	for (size_t i = 0; i < p->hub->n; i++) {
		const struct hub_partner *to = &p->hub->partner[i];
		const struct shadow *s = marks_shadow_at(shadow, n, to->id);
		struct outbox *row;

		if (!store_outbox(p->hub->store, p->arena, to->id, e->id, &row, err))
			return false;
		if (!row)
			continue;
		snprintf(place, sizeof(place), "%lld %d", (long long)e->id, to->id);
		json_object_set_new(into, place, json_pack("{ss,ss*,ss,ss,ss,so}", "partner", to->config->id, "key",
			s && s->state == SHADOW_LIVE ? s->key : NULL, "do", outbox_kind_name(row->kind), "record",
			uuid_format(&e->hub_id, id), "name", name_of(e->golden), "fields", fields_to_send(p, to, row, e, s)));
	}
	return true;
}

static bool look(struct preview *p, json_t *records, json_t *changes, struct err *err)
{
	char place[32];

	for (size_t i = 0; i < p->n; i++) {
		struct shadow **shadow;
		struct entity *e;
		size_t n;

		if (!store_entity_itself(p->hub->store, p->arena, p->entity[i], &e, err))
			return false;
		if (!e)
			continue;
		if (!store_shadows_of(p->hub->store, p->arena, e->id, &shadow, &n, err))
			return false;
		snprintf(place, sizeof(place), "%lld", (long long)e->id);
		json_object_set_new(records, place, record_seen(p, e, shadow, n));
		if (!see_changes(p, e, shadow, n, changes, err))
			return false;
	}
	return true;
}

struct preview *preview_begin(struct hub *hub, struct arena *arena, const int64_t *entity, size_t n, struct err *err)
{
	struct preview *p = arena_new_of(arena, struct preview);

	*p = (struct preview){ .hub = hub, .arena = arena, .records = json_object(), .changes = json_object() };
	for (size_t i = 0; i < n; i++)
		add(p, entity[i]);
	for (size_t i = 0; i < n; i++)
		if (!add_referring(p, entity[i], err)) {
			preview_free(p);
			return NULL;
		}
	if (look(p, p->records, p->changes, err))
		return p;
	preview_free(p);
	return NULL;
}

/* --- comparing ----------------------------------------------------------------------------------------------- */

static json_t *fields_changed(const json_t *before, const json_t *after)
{
	json_t *out = json_object(), *v;
	const char *name;

	json_object_foreach((json_t *)before, name, v) {
		json_t *now = json_object_get(after, name);

		if (!json_equal(v, now))
			json_object_set_new(out, name, json_pack("{sO,sO?}", "from", v, "to", now));
	}
	json_object_foreach((json_t *)after, name, v)
		if (!json_object_get(before, name))
			json_object_set_new(out, name, json_pack("{sn,sO}", "from", "to", v));
	return out;
}

static json_t *records_changed(const json_t *before, json_t *after)
{
	json_t *out = json_array(), *now;
	const char *place;

	json_object_foreach(after, place, now) {
		const json_t *was = json_object_get(before, place);

		if (was && json_equal(was, now))
			continue;
		json_object_set_new(now, "fields", fields_changed(json_object_get(was, "fields"), json_object_get(now, "fields")));
		json_array_append(out, now);
	}
	return out;
}

/* Those of a that b does not have in just that way. */
static json_t *without(const json_t *a, const json_t *b)
{
	json_t *out = json_array(), *v;
	const char *place;

	json_object_foreach((json_t *)a, place, v)
		if (!json_equal(v, json_object_get(b, place)))
			json_array_append(out, v);
	return out;
}

/* What is still sent, only differently, stands among the changes already. */
static json_t *not_any_more(const json_t *before, const json_t *after)
{
	json_t *out = json_array(), *v;
	const char *place;

	json_object_foreach((json_t *)before, place, v)
		if (!json_object_get(after, place))
			json_array_append(out, v);
	return out;
}

json_t *preview_end(struct preview *p, int64_t fresh, struct err *err)
{
	AUTO(json_drop) json_t *records = json_object(), *changes = json_object();
	json_t *out = NULL;
	bool ok = true;

	if (fresh) {
		add(p, fresh);
		ok = add_referring(p, fresh, err);
	}
	if (ok && look(p, records, changes, err))
		out = json_pack("{so,so,so}", "records", records_changed(p->records, records), "changes",
			without(changes, p->changes), "no_longer", not_any_more(p->changes, changes));
	preview_free(p);
	return out;
}
