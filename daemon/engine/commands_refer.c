/*
 * commands_refer.c - referrals: made for a partner, listed, withdrawn.
 */
#include "engine/commands_parts.h"

#include <string.h>

#include "core/match.h"
#include "core/normalise.h"
#include "engine/levels.h"
#include "engine/named.h"
#include "engine/refer.h"

enum { CANDIDATES_MAX = 16 };

/* --- naming a record ---------------------------------------------------------------------------------------------- */

/* The company with that number, in whatever way it is written; *out NULL: none. */
static bool by_number(struct command_call *call, const char *name, struct entity **out, struct err *e)
{
	struct store *s = call->hub->store;
	struct record *sought = record_new(call->arena, RECORD_ORGANIZATION);
	uint64_t key[MATCH_KEYS_MAX];
	bool valid = false;
	int64_t *id;
	size_t n, nkeys;

	*out = NULL;
	sought->v[ORGANIZATION_ENTERPRISE_NUMBER] = normalise(call->arena, VALUE_ENTERPRISE, name, &valid, e);
	if (!valid)
		return sought->v[ORGANIZATION_ENTERPRISE_NUMBER] != NULL;
	nkeys = match_keys(match_prepare(call->arena, store_model(s), sought), key);
	if (!store_candidates(s, call->arena, NULL, key, nkeys, CANDIDATES_MAX, &id, &n, e))
		return false;
	for (size_t i = 0; i < n && !*out; i++) {
		struct entity *one;
		const char *number;

		if (!store_entity(s, call->arena, id[i], &one, e))
			return false;
		number = one && one->state == ENTITY_LIVE ? one->golden->v[ORGANIZATION_ENTERPRISE_NUMBER] : NULL;
		if (number && !strcmp(number, sought->v[ORGANIZATION_ENTERPRISE_NUMBER]))
			*out = one;
	}
	return true;
}

/* On the reader: a company's number is looked for later, what else it may be is made whole now. */
static bool made_whole(struct command_call *call, const char *arg, struct err *e)
{
	const char *name = call_text(call, arg);
	struct err ignored = { 0 };
	bool valid = false;

	return !name || (normalise(call->arena, VALUE_ENTERPRISE, name, &valid, &ignored) && valid) || named_whole(call, arg, e);
}

/* By hub id (of what was merged, too), PARTNER:KEY or enterprise number. */
static bool record_named(struct command_call *call, const char *name, struct entity **out, struct err *e)
{
	return by_number(call, name, out, e) && (*out || named_entity(call, name, out, e));
}

/* --- doing -------------------------------------------------------------------------------------------------------- */

static const char *hub_id(struct command_call *call, const struct entity *e)
{
	char text[UUID_TEXT_MAX];

	return arena_strdup(call->arena, uuid_format(&e->hub_id, text));
}

static bool refer(struct command_call *call, struct refer *r, struct tally *tally, struct err *e)
{
	const char *contact = call_text(call, "contact");

	return record_named(call, call_text(call, "company"), &r->company, e) &&
		(!contact || record_named(call, contact, &r->contact, e)) && refer_make(call->hub, call->arena, r, tally, e);
}

bool command_refer(struct command_call *call, struct err *e)
{
	struct store *s = call->hub ? call->hub->store : NULL;
	struct refer r = {
		.from = call_text(call, "from"), .to = call_text(call, "to"), .service = call_text(call, "service"),
		.reason = call_text(call, "reason"), .channel = call_text(call, "channel"), .by = call->by,
	};
	struct tally tally = { 0 };
	const char *to;

	if (!call->hub)
		return made_whole(call, "company", e) && made_whole(call, "contact", e);
	if (!store_begin(s, e))
		return false;
	if (!refer(call, &r, &tally, e)) {
		store_rollback(s);
		return false;
	}
	if (!store_commit(s, e))
		return false;
	to = r.made->golden->v[REFERRAL_TO_PARTNER];
	return answer(call, json_pack("{ss,ss,ss,sb,ss}", "record", hub_id(call, r.made), "from", r.from, "to", to, "already",
		r.already, "done", r.already ? arena_printf(call->arena, "has been referred to %s already, and is open", to)
		: store_review_open(s, "route", 0, r.made->id)
			? "made; who it is for is a question: `doorstroom review`"
			: arena_printf(call->arena, "referred to %s", to)));
}

bool command_withdraw(struct command_call *call, struct err *e)
{
	struct store *s = call->hub ? call->hub->store : NULL;
	struct tally tally = { 0 };
	struct entity *referral;

	if (!call->hub)
		return named_whole(call, "record", e);
	if (!store_begin(s, e))
		return false;
	if (!record_named(call, call_text(call, "record"), &referral, e) ||
		!refer_withdraw(call->hub, call->arena, referral, call_text(call, "reason"), call->by, &tally, e)) {
		store_rollback(s);
		return false;
	}
	return store_commit(s, e) &&
		answer(call, json_pack("{ss,ss}", "record", hub_id(call, referral), "done", "withdrawn"));
}

static bool settle(struct command_call *call, struct tally *tally, struct err *e)
{
	struct review *r;

	if (!store_review(call->hub->store, call->arena, call_number(call, "id", 0), &r, e))
		return false;
	if (!r)
		return err_set(e, ERR_GONE, "no such review");
	if (strcmp(r->state, "open"))
		return err_set(e, ERR_CONFLICT, "that review has been %s already", r->state);
	if (!refer_answers(r))
		return err_set(e, ERR_CONFLICT, "that question is not about a referral: accept or reject it");
	return refer_settle(call->hub, call->arena, r, call_text(call, "answer"), call->by, tally, e);
}

bool command_review_answer(struct command_call *call, struct err *e)
{
	struct tally tally = { 0 };

	if (!store_begin(call->hub->store, e))
		return false;
	if (!store_end(call->hub->store, settle(call, &tally, e), e))
		return false;
	return answer(call, json_pack("{sI,ss}", "id", (json_int_t)call_number(call, "id", 0), "done", "answered"));
}

/* --- seeing ------------------------------------------------------------------------------------------------------- */

/* A partner is meant with its desks, a group with its members. */
static json_t *meant(const struct config *c, const char *name)
{
	const struct partner_config *p = config_partner(c, name);
	const struct registry_group *group = registry_group_find(&c->registry, name);
	const struct registry_list *more = p ? &p->desks : group ? &group->member : NULL;
	json_t *names = json_pack("[s]", name);

	for (size_t i = 0; more && i < more->n; i++)
		json_array_append_new(names, json_string(more->item[i]));
	return names;
}

bool command_status_take(struct command_call *call, const struct config *c, struct err *e)
{
	const char *name = call_text(call, "partner");

	(void)e;
	call->taken = json_pack("{so,so*}", "levels", levels_of(c), "meant", name ? meant(c, name) : NULL);
	return true;
}

bool command_referrals_take(struct command_call *call, const struct config *c, struct err *e)
{
	const char *name = call_text(call, "partner");

	if (name && !config_partner(c, name) && !registry_group_find(&c->registry, name) && !registry_find(&c->registry, name))
		return err_set(e, ERR_GONE, "no partner, desk or group is called %.60s", name);
	return command_status_take(call, c, e);
}

bool command_referrals_before(struct command_call *call, struct err *e)
{
	return command_referrals_take(call, engine_config(call->engine), e);
}

bool command_referrals(struct command_call *call, struct err *e)
{
	const char *name = call_text(call, "partner");
	const json_t *known = json_object_get(call->taken, "meant");
	AUTO(json_drop) json_t *names = known ? json_incref((json_t *)known) : name ? json_pack("[s]", name) : NULL;
	const struct query_referrals wanted = {
		.names = names, .overdue = call_flag(call, "overdue"), .all = call_flag(call, "all"),
		.levels = levels_in(json_object_get(call->taken, "levels")), .now_ms = call->now_ms,
		.limit = call_number(call, "limit", 100),
	};

	return answer(call, query_referrals(call->query, &wanted, e));
}
