/*
 * decide.c - the golden record of one entity: gather its contributions, fold them, save what changed, tell why.
 */
#include <limits.h>
#include <string.h>

#include "base/mutant.h"
#include "core/merge.h"
#include "engine/hub.h"
#include "engine/origin.h"
#include "engine/refer.h"
#include "engine/story.h"

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static const struct shadow *shadow_of(struct shadow *const *shadow, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (shadow[i]->id == id)
			return shadow[i];
	return NULL;
}

/* A dead record's contributions stand: what others were told does not vanish with it. An alias's do not where the survivor
 * at that partner speaks for it, and so does the record for which a duplicate stands aside; a survivor that is not
 * known, or of another company so far, does not. */
static bool speaks(const struct shadow *s, struct shadow *const *shadow, size_t n)
{
	switch (s->state) {
	case SHADOW_LIVE:
		return !shadow_aside(s);
	case SHADOW_DEAD:
		return true;
	case SHADOW_ALIAS:
		return !shadow_of(shadow, n, s->alias_of);
	case SHADOW_PENDING:
		break;
	}
	return false;
}

/* Who a referral is from and for is what the hub made of it, until somebody says otherwise after that. */
static size_t superseded(const struct hub *hub, struct contribution *c, size_t n)
{
	int64_t since = 0;
	size_t kept = 0;

	for (size_t i = 0; hub->self && i < n; i++)
		if (c[i].partner == hub->self)
			since = c[i].seq;
	for (size_t i = 0; i < n; i++)
		if (c[i].seq >= since)
			c[kept++] = c[i];
	return kept;
}

static size_t gather(struct hub *hub, struct arena *arena, enum record_type type, unsigned f, struct shadow *const *shadow,
	size_t n, struct contribution *out)
{
	const struct field *field = field_at(type, f);
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct cell *c = &shadow[i]->cell[f];
		const struct hub_partner *p = hub_partner(hub, shadow[i]->partner);

		if (!c->own || !speaks(shadow[i], shadow, n) || (field->kind == VALUE_REF && *c->own == '?'))
			continue;
		out[count++] = (struct contribution){
			.shadow = shadow[i]->id,
			.partner = shadow[i]->partner,
			.rank = p ? p->config->rank[type][f] : UINT_MAX,
			.seq = c->own_seq,
			.value = field->kind == VALUE_REF && *c->own ? store_ref_follow(hub->store, arena, c->own) : c->own,
		};
	}
	return field->kind == VALUE_PARTNER ? superseded(hub, out, count) : count;
}

/* What the hub wrote somewhere and nobody stands for any more, after a split: it is to be taken back there. */
static bool orphaned(struct shadow *const *shadow, size_t n, unsigned f)
{
	for (size_t i = 0; i < n; i++) {
		const struct cell *c = &shadow[i]->cell[f];

		if (shadow[i]->state == SHADOW_LIVE && !shadow_aside(shadow[i]) && c->base && *c->base && !c->own)
			return true;
	}
	return false;
}

void decide_fold(struct hub *hub, struct arena *arena, const struct entity *e, struct shadow *const *shadow, size_t n,
	struct record *golden, uint64_t *held, int64_t who[RECORD_FIELDS_MAX])
{
	unsigned fields = field_count(e->type);
	struct contribution *c = arena_array(arena, struct contribution, n + 1);

	golden->type = e->type;
	*held = 0;
	for (unsigned f = 0; f < fields; f++) {
		size_t count = gather(hub, arena, e->type, f, shadow, n, c);
		struct merged m;

		merge_field(arena, field_at(e->type, f), hub->config->policy[e->type][f], c, count, &m);
		golden->v[f] = m.value;
		if (m.held)
			*held |= FIELD_BIT(f);
		if (who)
			who[f] = m.winner >= 0 ? c[m.winner].shadow : 0;
		if (e->pins && e->pins->v[f]) {
			golden->v[f] = e->pins->v[f];
			*held &= ~FIELD_BIT(f);
		}
	}
	merge_derive(arena, golden);
	for (unsigned f = 0; f < fields; f++)
		if (!golden->v[f] && orphaned(shadow, n, f))
			golden->v[f] = "";
}

/* --- telling why ---------------------------------------------------------------------------------------------------- */

static const char *partner_name(struct hub *hub, int id)
{
	const struct hub_partner *p = hub_partner(hub, id);

	return p ? p->config->id : hub->self && id == hub->self ? ORIGIN_NAME : "a former partner";
}

static bool is_pinned(const struct entity *e, unsigned f)
{
	return e->pins && e->pins->v[f];
}

static void tell_losers(struct hub *hub, struct buf *b, const struct entity *e, unsigned f, const char *golden,
	struct shadow *const *shadow, size_t n)
{
	const struct field *field = field_at(e->type, f);
	char open = '[';

	buf_adds(b, ",\"losers\":");
	for (size_t i = 0; i < n && !field->set; i++) {
		const struct cell *c = &shadow[i]->cell[f];

		if (!c->own || !speaks(shadow[i], shadow, n) || same(c->own, golden))
			continue;
		buf_addf(b, "%c{\"partner\":\"%s\",\"value\":", open, partner_name(hub, shadow[i]->partner));
		story_value(b, field, c->own);
		buf_addf(b, ",\"seq\":%lld}", (long long)c->own_seq);
		open = ',';
	}
	buf_adds(b, open == '[' ? "[]" : "]");
}

/* With the fields that changed, and the state if it is another: from these events alone the record can be told. */
static bool tell(struct hub *hub, struct buf *b, const struct entity *e, const struct record *before,
	enum entity_state state, int cause, struct shadow *const *shadow, size_t n, const int64_t *who)
{
	unsigned fields = field_count(e->type);
	char open = '{';

	buf_adds(b, "{\"fields\":");
	for (unsigned f = 0; f < fields; f++) {
		const struct field *field = field_at(e->type, f);
		const struct shadow *winner = shadow_of(shadow, n, who[f]);

		if (same(before->v[f], e->golden->v[f]))
			continue;
		buf_addf(b, "%c\"%s\":{\"from\":", open, field->name);
		open = ',';
		story_value(b, field, before->v[f]);
		buf_adds(b, ",\"to\":");
		story_value(b, field, e->golden->v[f]);
		buf_addf(b, ",\"policy\":\"%s\",\"by\":", is_pinned(e, f) ? "pin"
			: field->set ? "set" : policy_name(hub->config->policy[e->type][f]));
		if (winner)
			buf_addf(b, "\"%s\"", partner_name(hub, winner->partner));
		else
			buf_adds(b, "null");
		tell_losers(hub, b, e, f, e->golden->v[f], shadow, n);
		buf_addc(b, '}');
	}
	buf_adds(b, open == '{' ? "{}" : "}");
	if (state != e->state)
		buf_addf(b, ",\"state\":\"%s\"", entity_state_name(state));
	if (cause)
		buf_addf(b, ",\"cause\":\"%s\"", partner_name(hub, cause));
	buf_addc(b, '}');
	return open == ',' || state != e->state;
}

/* --- deciding ------------------------------------------------------------------------------------------------------- */

/* What the hub made lives until all who got it have deleted it. */
static enum entity_state state_now(const struct hub *hub, const struct entity *e, struct shadow *const *shadow, size_t n)
{
	size_t elsewhere = 0;

	if (e->state != ENTITY_LIVE)
		return e->state;
	for (size_t i = 0; i < n; i++) {
		if (hub->self && shadow[i]->partner == hub->self)
			continue;
		if (shadow[i]->state == SHADOW_LIVE || shadow[i]->state == SHADOW_PENDING)
			return ENTITY_LIVE;
		elsewhere++;
	}
	return elsewhere || !n ? ENTITY_DELETED : ENTITY_LIVE;
}

static bool ask_about_state(struct hub *hub, const struct entity *e, struct tally *tally, struct err *err)
{
	struct review r = {
		.kind = "state", .type = e->type, .entity = e->id, .evidence = e->type == RECORD_REFERRAL
			? "{\"why\":\"two ends, or a move that a referral cannot make: say which state is right\"}"
			: "{\"why\":\"contributions contradict each other\"}",
		.made_at = hub->now_ms,
	};
	int64_t id;

	if (store_review_open(hub->store, r.kind, 0, e->id))
		return true;
	tally->reviews++;
	store_event(hub->store, hub->now_ms, EVENT_REVIEW, 0, e->id, 0, "{\"kind\":\"state\"}");
	return store_review_ask(hub->store, &r, &id, err);
}

/* They agree again, by themselves. */
static bool agree_about_state(struct hub *hub, const struct entity *e, struct err *err)
{
	const int64_t id = store_review_open(hub->store, "state", 0, e->id);

	if (!id)
		return true;
	store_event(hub->store, hub->now_ms, EVENT_REVIEW, 0, e->id, 0,
		"{\"kind\":\"state\",\"decision\":\"accepted\",\"by\":\"" ORIGIN_NAME "\"}");
	return store_review_decide(hub->store, id, "accepted", ORIGIN_NAME, hub->now_ms, err);
}

/* What a referral brings may now be shared with its two partners. */
static bool mark_brought(struct hub *hub, struct arena *arena, const struct entity *e, int cause, struct tally *tally,
	struct err *err)
{
	static const unsigned fields[] = { REFERRAL_ORGANIZATION, REFERRAL_CONTACT };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *ref = e->golden->v[fields[i]];
		struct shadow **shadow;
		struct entity *target;
		struct uuid id;
		size_t n;

		if (!ref || !uuid_parse(ref, &id))
			continue;
		if (!store_entity_by_hub_id(hub->store, arena, &id, &target, err))
			return false;
		if (!target)
			continue;
		if (!store_shadows_of(hub->store, arena, target->id, &shadow, &n, err) ||
			!marks_update(hub, arena, target, shadow, n, cause, tally, err))
			return false;
	}
	return true;
}

static bool save_state(struct hub *hub, struct arena *arena, struct entity *e, enum entity_state state, struct err *err)
{
	BUF_AUTO struct buf data = { 0 };

	buf_addf(&data, "{\"fields\":{},\"state\":\"%s\"", entity_state_name(state));
	if (state == ENTITY_MERGED)
		buf_addf(&data, ",\"into\":%lld", (long long)e->into);
	buf_addc(&data, '}');
	e->changed = store_event(hub->store, hub->now_ms, EVENT_DECIDE, 0, e->id, 0, data.data);
	e->state = state;
	return store_entity_save(hub->store, arena, e, err);
}

bool decide_state(struct hub *hub, struct arena *arena, struct entity *e, enum entity_state state, struct err *err)
{
	return e->state == state || save_state(hub, arena, e, state, err);
}

bool decide_into(struct hub *hub, struct arena *arena, struct entity *e, int64_t into, struct err *err)
{
	e->into = into;
	return save_state(hub, arena, e, ENTITY_MERGED, err);
}

/* Who a referral is for may have to be found out, which is one more contribution. */
static bool route(struct hub *hub, struct arena *arena, const struct entity *e, struct record *golden, uint64_t *held,
	int64_t *who, struct shadow ***shadow, size_t *n, struct tally *tally, struct err *err)
{
	bool routed;

	if (!refer_route(hub, arena, e, golden, &routed, tally, err))
		return false;
	if (!routed)
		return true;
	if (!store_shadows_of(hub->store, arena, e->id, shadow, n, err))
		return false;
	decide_fold(hub, arena, e, *shadow, *n, golden, held, who);
	return true;
}

bool decide_entity(struct hub *hub, struct arena *arena, struct entity *e, int cause, struct tally *tally, struct err *err)
{
	struct record *golden = record_new(arena, e->type), *before = e->golden;
	enum entity_state state;
	int64_t who[RECORD_FIELDS_MAX] = { 0 };
	BUF_AUTO struct buf data = { 0 };
	struct shadow **shadow;
	uint64_t held;
	size_t n;
	bool changed, resolved;

	if (!store_shadows_of(hub->store, arena, e->id, &shadow, &n, err))
		return false;
	decide_fold(hub, arena, e, shadow, n, golden, &held, who);
	if (e->type == RECORD_REFERRAL && !route(hub, arena, e, golden, &held, who, &shadow, &n, tally, err))
		return false;
	state = state_now(hub, e, shadow, n);
	e->golden = golden;
	changed = tell(hub, &data, e, before, state, cause, shadow, n, who);
	if (changed || held != e->held) {
		if (changed && mutant(DECISION_EVENT))
			e->changed = store_seq(hub->store);
		else if (changed)
			e->changed = store_event(hub->store, hub->now_ms, EVENT_DECIDE, cause, e->id, 0, data.data);
		resolved = e->held && !held;
		e->state = state;
		e->held = held;
		if (!store_entity_save(hub->store, arena, e, err))
			return false;
		if (held && !ask_about_state(hub, e, tally, err))
			return false;
		if (resolved && !agree_about_state(hub, e, err))
			return false;
	}
	if (!marks_update(hub, arena, e, shadow, n, cause, tally, err))
		return false;
	if (e->type == RECORD_ORGANIZATION && !same(before->v[ORGANIZATION_PROVINCE], golden->v[ORGANIZATION_PROVINCE]))
		return refer_look_again(hub, arena, e->id, cause, tally, err);
	return !changed || e->type != RECORD_REFERRAL || mark_brought(hub, arena, e, cause, tally, err);
}

bool decide_new(struct hub *hub, struct arena *arena, struct shadow *s, const char *seen, const struct prepared *said,
	struct tally *tally, struct err *err)
{
	struct entity e = {
		.hub_id = hub_uuid(hub), .type = s->type, .golden = record_new(arena, s->type), .origin = s->partner,
	};
	const int cause = s->partner == hub->self ? 0 : s->partner;

	decide_fold(hub, arena, &e, &s, 1, e.golden, &e.held, NULL);
	if (said && match_same_said(said->record, e.golden))
		e.features = said->features;
	e.changed = store_seq(hub->store) + 1;
	if (!store_entity_save(hub->store, arena, &e, err))
		return false;
	s->entity = e.id;
	if (!store_shadow_save(hub->store, s, err))
		return false;
	store_event(hub->store, hub->now_ms, EVENT_SEEN, s->partner, e.id, s->id, seen);
	store_event(hub->store, hub->now_ms, EVENT_LINK, s->partner, e.id, s->id, "{\"how\":\"created\"}");
	tally->created++;
	if (e.type != RECORD_REFERRAL)
		return marks_update(hub, arena, &e, &s, 1, cause, tally, err);
	return decide_entity(hub, arena, &e, cause, tally, err) && mark_brought(hub, arena, &e, cause, tally, err);
}
