/*
 * reused.c - keys that were another record's: some systems give the id of a deleted record to a new one. Taking the new
 * one for the old would write one company's data over another's everywhere.
 */
#include <string.h>

#include "core/match.h"
#include "engine/reconcile.h"

/* The hub has made the same company anew, and the answer is still to come. */
static bool being_made(struct hub *hub, struct arena *arena, const struct shadow *s, bool *yes, struct err *err)
{
	struct shadow **of, *at;
	size_t n;

	if (!store_shadows_of(hub->store, arena, s->entity, &of, &n, err))
		return false;
	at = marks_shadow_at(of, n, s->partner);
	*yes = at && at->state == SHADOW_PENDING;
	return true;
}

/* Something by which records are told apart is different, and nothing makes up for it. */
static bool contradicts(struct hub *hub, struct arena *arena, const struct record *a, const struct record *b)
{
	static const char *const tells[] = { "enterprise_number", "name", "family_name", "given_name", "from_partner",
		"to_partner", "created_at", "activity_id" };
	const struct match_model *model = store_model(hub->store);
	struct match_result why;

	match_compare(model, match_prepare(arena, model, a), match_prepare(arena, model, b), &why);
	for (size_t i = 0; why.verdict == MATCH_NEW && i < why.n; i++)
		for (size_t k = 0; k < sizeof tells / sizeof *tells; k++)
			if (!strcmp(why.evidence[i].level, "different") && !strcmp(why.evidence[i].field, tells[k]))
				return true;
	return false;
}

static bool is_another(struct hub *hub, struct arena *arena, const struct shadow *s, const struct entity *e,
	const struct item *item, const struct record *now)
{
	struct record before;
	struct uuid id;

	if (e && item->hub_id && uuid_parse(item->hub_id, &id))
		return memcmp(&id, &e->hub_id, sizeof id) != 0;
	shadow_record(s, &before);
	return contradicts(hub, arena, now, &before);
}

bool reused_retire(struct hub *hub, struct arena *arena, struct shadow *s, struct err *err)
{
	s->key = arena_printf(arena, "%s\002%lld", s->key, (long long)s->id);
	store_event(hub->store, hub->now_ms, EVENT_GONE, s->partner, s->entity, s->id,
		"{\"why\":\"its key is another record's by now\"}");
	return store_shadow_save(hub->store, s, err);
}

bool reused_look(struct hub *hub, struct arena *arena, struct shadow **s, const struct item *item, const struct record *now,
	struct err *err)
{
	struct entity *e;
	bool made;

	if ((*s)->state != SHADOW_DEAD && (*s)->state != SHADOW_ALIAS)
		return true;
	if (!store_entity(hub->store, arena, (*s)->entity, &e, err) || !being_made(hub, arena, *s, &made, err))
		return false;
	if (!made && !is_another(hub, arena, *s, e, item, now))
		return true;
	return reused_retire(hub, arena, steal(*s), err);
}
