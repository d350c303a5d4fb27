/*
 * refer.c - referrals that the hub itself has a hand in: made for a partner by an admin, withdrawn, expired; and reviews
 * about referrals, settled.
 */
#include "engine/refer.h"

#include <string.h>

#include "base/buf.h"
#include "base/time.h"
#include "core/normalise.h"
#include "core/referral.h"
#include "engine/origin.h"
#include "engine/story.h"

/* --- making one --------------------------------------------------------------------------------------------------- */

static bool service_known(const char *service)
{
	const char *const *words = value_words(VALUE_SERVICE);

	while (*words && strcmp(*words, service))
		words++;
	return *words;
}

static bool has_group(const struct hub *hub, const char *name)
{
	return registry_group_find(&hub->config->registry, name) != NULL;
}

/* The only partner that has the company, but for the receiver. */
static bool default_sender(struct hub *hub, struct arena *arena, struct refer *r, struct err *err)
{
	const struct partner_config *receiver = config_desk(hub->config, r->to);
	struct shadow **shadow;
	size_t n, found = 0;

	if (!store_shadows_of(hub->store, arena, r->company->id, &shadow, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct hub_partner *p = hub_partner(hub, shadow[i]->partner);

		if (shadow[i]->state != SHADOW_LIVE || !p || p->config == receiver)
			continue;
		r->from = p->config->id;
		found++;
	}
	return found == 1 || err_set(err, ERR_ITEM, found ? "several partners have that company: say who refers it, --from PARTNER"
							   : "no partner but the receiver has that company: say who refers it, --from PARTNER");
}

/* Nobody would get it: that is told before, not found out after. */
static bool takes_referrals(struct hub *hub, const char *name, struct err *err)
{
	const struct partner_config *c = config_desk(hub->config, name);
	const struct hub_partner *p = c ? hub_partner_named(hub, c->id) : NULL;

	if (!c)
		return err_set(err, ERR_GONE, "no partner, desk or group is called %.60s; `doorstroom partners --history` lists them",
			name);
	if (!c->enabled || !p)
		return err_set(err, ERR_CONFLICT, "%s is not reached by this hub: partner %s has no endpoint, or is not enabled", name,
			c->id);
	if (!(p->types & 1u << RECORD_REFERRAL) || !(p->caps & ADAPTER_CAN_CREATE) ||
		!(p->writable[RECORD_REFERRAL] & c->share[RECORD_REFERRAL].fields))
		return err_set(err, ERR_CONFLICT, "%s takes no referrals: see types, share and its manifest", c->id);
	return true;
}

/* Who it would reach today: who has ended is stood for by who came after it, of several by the one for that province. */
static bool reaches(struct hub *hub, struct arena *arena, const char *name, const char *province, struct err *err)
{
	const struct registry *known = &hub->config->registry;
	const struct registry_partner *p = registry_find(known, name), *now;
	const char *day = refer_day(arena, hub->now_ms);

	if (registry_group_find(known, name))
		return true;
	if (!p || registry_valid(p, day))
		return takes_referrals(hub, name, err);
	if (!registry_ended(p, day))
		return err_set(err, ERR_CONFLICT, "%s begins on %s", name, p->from);
	now = registry_on(known, name, day, province);
	if (!now)
		return err_set(err, ERR_CONFLICT, "%s ended on %s; it is not known who came after it", name, p->until);
	return takes_referrals(hub, now->id, err);
}

static bool check(struct hub *hub, struct arena *arena, struct refer *r, struct err *err)
{
	const char *consent = r->contact ? r->contact->golden->v[CONTACT_CONSENT_SHARING] : NULL;
	const char *employer = r->contact ? r->contact->golden->v[CONTACT_ORGANIZATION] : NULL;
	char hub_id[UUID_TEXT_MAX];

	if (!service_known(r->service))
		return err_set(err, ERR_ITEM, "no such service: %.40s; `doorstroom fields referral` lists them", r->service);
	if (r->company->type != RECORD_ORGANIZATION || r->company->state != ENTITY_LIVE)
		return err_set(err, ERR_ITEM, "what is to be referred is no company, or is deleted");
	if (r->contact && (r->contact->type != RECORD_CONTACT || r->contact->state != ENTITY_LIVE))
		return err_set(err, ERR_ITEM, "--contact is no person, or is deleted");
	if (employer && *employer && strcmp(employer, uuid_format(&r->company->hub_id, hub_id)))
		return err_set(err, ERR_CONFLICT, "that person works for another company");
	if (consent && !strncmp(consent, "withdrawn", 9))
		return err_set(err, ERR_CONFLICT,
			"that person does not agree to be shared with partners (consent.sharing): refer without --contact");
	if (!reaches(hub, arena, r->to, r->company->golden->v[ORGANIZATION_PROVINCE], err) ||
		(!r->from && !default_sender(hub, arena, r, err)) || !takes_referrals(hub, r->from, err))
		return false;
	return config_desk(hub->config, r->from) != config_desk(hub->config, r->to) ||
		err_set(err, ERR_ITEM, "%s and %s are one partner", r->from, r->to);
}

static bool one_partner(const struct hub *hub, const char *a, const char *b)
{
	const struct partner_config *x = config_desk(hub->config, a);

	return !strcmp(a, b) || (x && x == config_desk(hub->config, b));
}

/* Whether an open referral is with the partner that this one would go to, at whichever desk by now. */
static bool to_the_same(const struct hub *hub, const char *there, const char *to, const char *day, const char *province)
{
	const struct registry_group *group = registry_group_find(&hub->config->registry, to);
	const struct registry_partner *now = registry_on(&hub->config->registry, to, day, province);

	for (size_t i = 0; group && i < group->member.n; i++)
		if (one_partner(hub, there, group->member.item[i]))
			return true;
	return one_partner(hub, there, to) || (now && one_partner(hub, there, now->id));
}

static bool open_state(const char *text)
{
	enum referral_state state;

	return text && referral_state_parse(text, &state) && referral_open(state);
}

/* Asking twice, or asking again because no answer came, refers once. */
static bool find_made(struct hub *hub, struct arena *arena, struct refer *r, struct err *err)
{
	int64_t *id;
	size_t n;

	if (!store_referring(hub->store, arena, r->company->id, &id, &n, err))
		return false;
	for (size_t i = 0; i < n && !r->already; i++) {
		const char *const *v;
		struct entity *e;

		if (!store_entity(hub->store, arena, id[i], &e, err))
			return false;
		if (!e || e->type != RECORD_REFERRAL || e->state != ENTITY_LIVE || !open_state(e->golden->v[REFERRAL_STATE]))
			continue;
		v = e->golden->v;
		r->already = v[REFERRAL_FROM_PARTNER] && one_partner(hub, v[REFERRAL_FROM_PARTNER], r->from) && v[REFERRAL_TO_PARTNER] &&
			to_the_same(hub, v[REFERRAL_TO_PARTNER], r->to, refer_day(arena, hub->now_ms),
				r->company->golden->v[ORGANIZATION_PROVINCE]) && v[REFERRAL_SERVICE] &&
			!strcmp(v[REFERRAL_SERVICE], r->service);
		r->made = r->already ? e : NULL;
	}
	return true;
}

static const char *now_text(struct hub *hub, struct arena *arena)
{
	char text[TIME_TEXT_MAX];

	return arena_strdup(arena, time_format(hub->now_ms - hub->now_ms % 1000, text));
}

static void tell(struct hub *hub, const struct entity *e, const char *what, const char *by, const char *reason)
{
	BUF_AUTO struct buf b = { 0 };

	buf_addf(&b, "{\"what\":\"%s\",\"by\":", what);
	buf_add_json(&b, by);
	if (reason) {
		buf_adds(&b, ",\"reason\":");
		buf_add_json(&b, reason);
	}
	buf_addc(&b, '}');
	store_event(hub->store, hub->now_ms, EVENT_REFERRAL, 0, e->id, 0, b.data);
}

static bool text_value(struct arena *arena, unsigned f, const char *text, const char **out, struct err *err)
{
	*out = text ? normalise(arena, field_at(RECORD_REFERRAL, f)->kind, text, NULL, err) : NULL;
	return !text || *out;
}

bool refer_make(struct hub *hub, struct arena *arena, struct refer *r, struct tally *tally, struct err *err)
{
	struct record *v = record_new(arena, RECORD_REFERRAL);
	char text[UUID_TEXT_MAX];

	if (!check(hub, arena, r, err) || !find_made(hub, arena, r, err))
		return false;
	if (r->already)
		return true;
	v->v[REFERRAL_FROM_PARTNER] = r->from;
	v->v[REFERRAL_TO_PARTNER] = r->to;
	v->v[REFERRAL_ORGANIZATION] = arena_strdup(arena, uuid_format(&r->company->hub_id, text));
	v->v[REFERRAL_CONTACT] = r->contact ? arena_strdup(arena, uuid_format(&r->contact->hub_id, text)) : NULL;
	v->v[REFERRAL_SERVICE] = r->service;
	v->v[REFERRAL_STATE] = referral_state_name(REFERRAL_IS_CREATED);
	v->v[REFERRAL_CREATED_AT] = now_text(hub, arena);
	if (!text_value(arena, REFERRAL_REASON, r->reason, &v->v[REFERRAL_REASON], err) ||
		!text_value(arena, REFERRAL_CHANNEL, r->channel, &v->v[REFERRAL_CHANNEL], err) ||
		!origin_make(hub, arena, v, &r->made, tally, err))
		return false;
	tell(hub, r->made, "made", r->by, NULL);
	return true;
}

/* --- ending one --------------------------------------------------------------------------------------------------- */

static bool end(struct hub *hub, struct arena *arena, struct entity *e, enum referral_state state, unsigned at,
	struct tally *tally, struct err *err)
{
	struct record *said = record_new(arena, RECORD_REFERRAL);

	said->v[REFERRAL_STATE] = referral_state_name(state);
	said->v[at] = now_text(hub, arena);
	return origin_say(hub, arena, e, e->golden, said, err) && decide_entity(hub, arena, e, 0, tally, err);
}

bool refer_withdraw(struct hub *hub, struct arena *arena, struct entity *e, const char *reason, const char *by,
	struct tally *tally, struct err *err)
{
	const int64_t question = store_review_open(hub->store, "route", 0, e->id);

	if (e->type != RECORD_REFERRAL)
		return err_set(err, ERR_ITEM, "that record is no referral");
	if (!open_state(e->golden->v[REFERRAL_STATE]))
		return err_set(err, ERR_CONFLICT, "that referral has ended: it is %s",
			e->golden->v[REFERRAL_STATE] ? e->golden->v[REFERRAL_STATE] : "in no state");
	tell(hub, e, "withdrawn", by, reason);
	if (question && !store_review_decide(hub->store, question, "rejected", by, hub->now_ms, err))
		return false;
	return end(hub, arena, e, REFERRAL_IS_WITHDRAWN, REFERRAL_WITHDRAWN_AT, tally, err);
}

bool refer_expire(struct hub *hub, struct arena *arena, struct entity *e, struct tally *tally, struct err *err)
{
	tell(hub, e, "expired", ORIGIN_NAME, NULL);
	return end(hub, arena, e, REFERRAL_IS_EXPIRED, REFERRAL_EXPIRED_AT, tally, err);
}

/* --- settling a review -------------------------------------------------------------------------------------------- */

static void tell_settled(struct hub *hub, const struct entity *e, unsigned field, const char *to, const char *by)
{
	BUF_AUTO struct buf b = { 0 };

	buf_addf(&b, "{\"what\":\"settled\",\"field\":\"%s\",\"to\":", field_at(e->type, field)->name);
	buf_add_json(&b, to);
	buf_adds(&b, ",\"by\":");
	buf_add_json(&b, by);
	buf_addc(&b, '}');
	store_event(hub->store, hub->now_ms, EVENT_REFERRAL, 0, e->id, 0, b.data);
}

static bool settle_route(struct hub *hub, struct arena *arena, struct entity *e, const char *verdict, const char *by,
	struct err *err)
{
	struct record *said = record_new(arena, RECORD_REFERRAL);

	if (!strcmp(verdict, "accept") || !strcmp(verdict, "reject"))
		return err_set(err, ERR_CONFLICT, "who it is for cannot be accepted or rejected: say which partner or desk");
	if (has_group(hub, verdict))
		return err_set(err, ERR_ITEM, "%s is a group: say which of its members", verdict);
	if (!takes_referrals(hub, verdict, err))
		return false;
	said->v[REFERRAL_TO_PARTNER] = verdict;
	if (!origin_say(hub, arena, e, e->golden, said, err))
		return false;
	tell_settled(hub, e, REFERRAL_TO_PARTNER, verdict, by);
	return true;
}

/* The states that somebody says, each once. */
static size_t sides(struct shadow *const *shadow, size_t n, enum referral_state out[REFERRAL_STATES])
{
	size_t found = 0;

	for (unsigned s = 0; s < REFERRAL_STATES; s++)
		for (size_t i = 0; i < n; i++)
			if (set_has(shadow[i]->cell[REFERRAL_STATE].own, referral_state_name((enum referral_state)s))) {
				out[found++] = (enum referral_state)s;
				break;
			}
	return found;
}

static bool choose(const struct entity *e, const char *verdict, struct shadow *const *shadow, size_t n, enum referral_state *out,
	struct err *err)
{
	enum referral_state side[REFERRAL_STATES], stands;
	size_t count = sides(shadow, n, side), others = 0;
	BUF_AUTO struct buf said = { 0 };

	if (!e->golden->v[REFERRAL_STATE] || !referral_state_parse(e->golden->v[REFERRAL_STATE], &stands))
		return err_set(err, ERR_CONFLICT, "that referral is in no state");
	*out = stands;
	if (!strcmp(verdict, "accept"))
		return true;
	for (size_t i = 0; i < count; i++) {
		const char *name = referral_state_name(side[i]);

		buf_addf(&said, "%s%s", said.len ? ", " : "", name);
		if (!strcmp(verdict, name)) {
			*out = side[i];
			return true;
		}
		if (referral_reaches(side[i], stands))
			continue;
		others++;
		*out = side[i];
	}
	if (!strcmp(verdict, "reject") && others == 1)
		return true;
	return err_set(err, ERR_CONFLICT, "say accept for what stands (%s), or the state that is right: %s",
		e->golden->v[REFERRAL_STATE], said.data ? said.data : "");
}

/* What contradicts the chosen state speaks no more; the log has what was said. */
static bool silence(struct hub *hub, struct shadow *const *shadow, size_t n, enum referral_state chosen, struct err *err)
{
	const char *name = referral_state_name(chosen);

	for (size_t i = 0; i < n; i++) {
		struct cell *c = &shadow[i]->cell[REFERRAL_STATE];
		enum referral_state said;

		if (!c->own || (referral_state_parse(c->own, &said) && referral_reaches(said, chosen)))
			continue;
		c->own = set_has(c->own, name) ? name : NULL;
		if (!store_shadow_save(hub->store, shadow[i], err))
			return false;
	}
	return true;
}

static bool settle_state(struct hub *hub, struct arena *arena, struct entity *e, const char *verdict, const char *by,
	struct err *err)
{
	enum referral_state chosen = REFERRAL_IS_CREATED;
	struct shadow **shadow;
	size_t n;

	if (!store_shadows_of(hub->store, arena, e->id, &shadow, &n, err) || !choose(e, verdict, shadow, n, &chosen, err) ||
		!silence(hub, shadow, n, chosen, err))
		return false;
	tell_settled(hub, e, REFERRAL_STATE, referral_state_name(chosen), by);
	return true;
}

bool refer_answers(const struct review *review)
{
	return review->type == RECORD_REFERRAL && (!strcmp(review->kind, "route") || !strcmp(review->kind, "state"));
}

bool refer_settle(struct hub *hub, struct arena *arena, const struct review *review, const char *verdict, const char *by,
	struct tally *tally, struct err *err)
{
	BUF_AUTO struct buf b = { 0 };
	struct entity *e;

	if (!store_entity(hub->store, arena, review->entity, &e, err))
		return false;
	if (!e)
		return err_set(err, ERR_ITEM, "the record is not there any more");
	if (!(!strcmp(review->kind, "route") ? settle_route(hub, arena, e, verdict, by, err)
					     : settle_state(hub, arena, e, verdict, by, err)))
		return false;
	buf_addf(&b, "{\"review\":%lld,\"kind\":\"%s\",\"decision\":\"accepted\",\"by\":", (long long)review->id, review->kind);
	buf_add_json(&b, by);
	buf_addc(&b, '}');
	store_event(hub->store, hub->now_ms, EVENT_REVIEW, 0, e->id, 0, b.data);
	return store_review_decide(hub->store, review->id, "accepted", by, hub->now_ms, err) &&
		decide_entity(hub, arena, e, 0, tally, err);
}
