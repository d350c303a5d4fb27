/*
 * refer_route.c - who a referral is for: the desk of a group that serves the company's province, or who came after a
 * partner that is no more. What cannot be told is asked.
 */
#include <string.h>

#include "base/buf.h"
#include "core/period.h"
#include "core/referral.h"
#include "engine/origin.h"
#include "engine/refer.h"

const char *refer_day(struct arena *arena, int64_t ms)
{
	char text[PERIOD_TEXT_MAX];

	return arena_strdup(arena, period_day_format(period_day_of(ms), text));
}

static bool means(const struct hub *hub, const char *name, const struct hub_partner *p)
{
	return name && *name && config_desk(hub->config, name) == p->config;
}

bool refer_party(const struct hub *hub, const struct record *referral, const struct hub_partner *p)
{
	return means(hub, referral->v[REFERRAL_FROM_PARTNER], p) || means(hub, referral->v[REFERRAL_TO_PARTNER], p);
}

/* --- who it is for ------------------------------------------------------------------------------------------------ */

struct way {
	const char *day, *province;     /* province NULL: not known */
	char why[200];                  /* why nobody can be told */
};

static const char *by_group(const struct registry *r, const struct registry_group *group, struct way *way)
{
	const struct registry_partner *p = registry_route(r, group, way->province, way->day);

	if (p)
		return p->id;
	if (way->province)
		snprintf(way->why, sizeof way->why, "nobody of %s serves %s", group->id, way->province);
	else
		snprintf(way->why, sizeof way->why, "the province of the company is not known, so nobody of %s can be told", group->id);
	return NULL;
}

static const char *by_succession(const struct registry *r, const struct registry_partner *old, struct way *way)
{
	const struct registry_partner *p = registry_on(r, old->id, way->day, way->province);

	if (p)
		return p->id;
	snprintf(way->why, sizeof way->why, "%s ended on %s, and %s", old->id, old->until,
		old->fate == REGISTRY_SPLIT ? "it is not known which of those who came after it serves the company"
					    : "nobody who is still there came after it");
	return NULL;
}

/* The partner or desk that the name stands for today; NULL: nobody can be told, and why. */
static const char *meant(const struct hub *hub, const char *name, struct way *way)
{
	const struct registry *r = &hub->config->registry;
	const struct registry_partner *p = registry_find(r, name);
	const struct registry_group *group = p ? NULL : registry_group_find(r, name);

	if (group)
		return by_group(r, group, way);
	if (p && registry_ended(p, way->day))
		return by_succession(r, p, way);
	if (p || config_desk(hub->config, name))
		return name;
	snprintf(way->why, sizeof way->why, "%.60s is no partner, desk or group of the configuration", name);
	return NULL;
}

/* A reference whose record has not been read yet says nothing now, and will be looked at when it has. */
static bool company_is_to_come(struct shadow *const *shadow, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *ref = shadow[i]->cell[REFERRAL_ORGANIZATION].base;

		if (ref && *ref == '?')
			return true;
	}
	return false;
}

static bool province_of(struct hub *hub, struct arena *arena, const struct record *referral, const char **out, struct err *err)
{
	const char *ref = referral->v[REFERRAL_ORGANIZATION];
	struct entity *company = NULL;
	struct uuid id;

	*out = NULL;
	if (ref && uuid_parse(ref, &id) && !store_entity_by_hub_id(hub->store, arena, &id, &company, err))
		return false;
	if (company && company->golden->v[ORGANIZATION_PROVINCE] && *company->golden->v[ORGANIZATION_PROVINCE])
		*out = company->golden->v[ORGANIZATION_PROVINCE];
	return true;
}

/* --- asking and telling ------------------------------------------------------------------------------------------- */

static bool ask(struct hub *hub, const struct entity *e, const char *to, const struct way *way, struct tally *tally,
	struct err *err)
{
	BUF_AUTO struct buf b = { 0 };
	struct review r = { .kind = "route", .type = e->type, .entity = e->id, .made_at = hub->now_ms };
	int64_t id;

	if (store_review_open(hub->store, r.kind, 0, e->id))
		return true;
	buf_adds(&b, "{\"kind\":\"route\",\"to\":");
	buf_add_json(&b, to);
	buf_adds(&b, ",\"why\":");
	buf_add_json(&b, way->why);
	buf_addc(&b, '}');
	r.evidence = b.data;
	tally->reviews++;
	store_event(hub->store, hub->now_ms, EVENT_REVIEW, 0, e->id, 0, b.data);
	return store_review_ask(hub->store, &r, &id, err);
}

/* What was asked has answered itself. */
static bool asked_no_more(struct hub *hub, const struct entity *e, struct err *err)
{
	const int64_t id = store_review_open(hub->store, "route", 0, e->id);

	if (!id)
		return true;
	store_event(hub->store, hub->now_ms, EVENT_REVIEW, 0, e->id, 0,
		"{\"kind\":\"route\",\"decision\":\"accepted\",\"by\":\"" ORIGIN_NAME "\"}");
	return store_review_decide(hub->store, id, "accepted", ORIGIN_NAME, hub->now_ms, err);
}

static void tell_way(struct hub *hub, const struct entity *e, const char *side, const char *from, const char *to,
	const struct way *way)
{
	const bool routed = registry_group_find(&hub->config->registry, from) != NULL;
	BUF_AUTO struct buf b = { 0 };

	buf_addf(&b, "{\"what\":\"%s\",\"field\":\"%s\",\"from\":", routed ? "routed" : "moved", side);
	buf_add_json(&b, from);
	buf_adds(&b, ",\"to\":");
	buf_add_json(&b, to);
	if (way->province)
		buf_addf(&b, ",\"province\":\"%s\"", way->province);
	buf_addc(&b, '}');
	store_event(hub->store, hub->now_ms, EVENT_REFERRAL, 0, e->id, 0, b.data);
}

static bool open_still(const struct record *referral)
{
	enum referral_state state;
	const char *text = referral->v[REFERRAL_STATE];

	return !text || !referral_state_parse(text, &state) || referral_open(state);
}

bool refer_route(struct hub *hub, struct arena *arena, const struct entity *e, const struct record *golden, bool *routed,
	struct tally *tally, struct err *err)
{
	static const unsigned sides[] = { REFERRAL_TO_PARTNER, REFERRAL_FROM_PARTNER };
	struct record *said = record_new(arena, RECORD_REFERRAL);
	struct way way = { .day = refer_day(arena, hub->now_ms) };
	struct shadow **shadow;
	size_t n;

	*routed = false;
	if (e->state != ENTITY_LIVE || !open_still(golden) || !golden->v[REFERRAL_TO_PARTNER] || !*golden->v[REFERRAL_TO_PARTNER])
		return true;
	if (!store_shadows_of(hub->store, arena, e->id, &shadow, &n, err))
		return false;
	if (!golden->v[REFERRAL_ORGANIZATION] && company_is_to_come(shadow, n))
		return true;
	if (!province_of(hub, arena, golden, &way.province, err))
		return false;
	for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
		const char *name = golden->v[sides[i]], *now = name && *name ? meant(hub, name, &way) : NULL;

		/* Who sent it is what it is; only who it is for has to be known. */
		if (!now && sides[i] == REFERRAL_TO_PARTNER)
			return ask(hub, e, name, &way, tally, err);
		if (!now || !strcmp(now, name))
			continue;
		said->v[sides[i]] = now;
		*routed = true;
	}
	if (!asked_no_more(hub, e, err))
		return false;
	if (!*routed)
		return true;
	if (!origin_say(hub, arena, e, golden, said, err))
		return false;
	for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
		if (said->v[sides[i]])
			tell_way(hub, e, field_at(RECORD_REFERRAL, sides[i])->name, golden->v[sides[i]], said->v[sides[i]], &way);
	return true;
}

bool refer_look_again(struct hub *hub, struct arena *arena, int64_t company, int cause, struct tally *tally, struct err *err)
{
	int64_t *id;
	size_t n;

	if (!store_referring(hub->store, arena, company, &id, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct entity *e;

		if (!store_review_open(hub->store, "route", 0, id[i]))
			continue;
		if (!store_entity(hub->store, arena, id[i], &e, err) || (e && !decide_entity(hub, arena, e, cause, tally, err)))
			return false;
	}
	return true;
}
