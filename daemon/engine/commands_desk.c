/*
 * commands_desk.c - what waits for an admin, and the answers.
 */
#include "engine/commands_parts.h"

#include <string.h>

bool command_kick(struct command_call *call, struct err *e)
{
	(void)e;
	engine_kick(call->engine);
	return true;
}

bool command_plan_list(struct command_call *call, struct err *e)
{
	return answer(call, query_plans(call->query, e));
}

bool command_plan_show(struct command_call *call, struct err *e)
{
	return answer(call, query_plan(call->query, call_text(call, "hash"), call_number(call, "limit", 100), e));
}

static bool plan_of(struct command_call *call, struct plan_row **plan, struct err *e)
{
	const char *hash = call_text(call, "hash");

	if (strlen(hash) < 4)
		return err_set(e, ERR_ITEM, "the first 4 or more digits of a plan's hash are wanted; `doorstroom plan` lists them");
	return store_plan_by_hash(call->hub->store, call->arena, hash, plan, e) && (*plan || err_set(e, ERR_GONE, "no such plan"));
}

static const char *partner_name(struct command_call *call, int partner)
{
	const struct hub_partner *p = hub_partner(call->hub, partner);

	return p ? p->config->id : NULL;
}

static bool decided(struct command_call *call, const struct plan_row *plan, const char *did)
{
	return answer(call, json_pack("{ss,ss?,ss}", "plan", plan->hash, "of", partner_name(call, plan->partner), "done", did));
}

bool command_plan_approve(struct command_call *call, struct err *e)
{
	struct plan_row *plan;
	int partner;

	return plan_of(call, &plan, e) && release_approve(call->hub, plan->hash, call->by, &partner, e) && decided(call, plan, "approved");
}

bool command_plan_reject(struct command_call *call, struct err *e)
{
	struct plan_row *plan;
	int partner;

	return plan_of(call, &plan, e) && release_reject(call->hub, plan->hash, call->by, &partner, e) && decided(call, plan, "rejected");
}

/* --- quarantine ---------------------------------------------------------------------------------------------- */

bool command_quarantine_list(struct command_call *call, struct err *e)
{
	return answer(
		call, query_quarantines(call->query, call_text(call, "partner"), call_number(call, "limit", 100), e));
}

bool command_quarantine_show(struct command_call *call, struct err *e)
{
	return answer(call, query_quarantine(call->query, call_number(call, "id", 0), e));
}

static bool quarantine_of(struct command_call *call, struct quarantine **out, struct err *e)
{
	if (!store_quarantine_get(call->hub->store, call->arena, call_number(call, "id", 0), out, e))
		return false;
	return *out || err_set(e, ERR_GONE, "no such quarantined record");
}

/* {"what":..,"by":..,"key":..} */
static void admin_event(struct command_call *call, const char *what, const struct quarantine *z)
{
	AUTO(json_drop) json_t *data = json_pack("{ss,ss,ss}", "what", what, "by", call->by, "key", z->key);
	AUTO(free) char *text = json_canonical(data);

	store_event(call->hub->store, call->now_ms, EVENT_ADMIN, z->partner, 0, 0, text);
}

bool command_quarantine_retry(struct command_call *call, struct err *e)
{
	struct store *s = call->hub->store;
	struct quarantine *z;
	const char *name;
	bool was_there;

	if (!quarantine_of(call, &z, e))
		return false;
	name = partner_name(call, z->partner);
	if (!name)
		return err_set(e, ERR_CONFLICT, "its partner is not configured any more");
	if (!z->key || !strcmp(z->key, QUARANTINE_KEYLESS))
		return err_set(e, ERR_CONFLICT,
			"it has no key by which it could be read: a complete reading will bring it again");
	if (!store_begin(s, e))
		return false;
	if (!store_quarantine_drop(s, z->partner, z->type, z->key, &was_there, e) ||
		!store_hint(s, z->partner, z->type, z->key, call->now_ms, e)) {
		store_rollback(s);
		return false;
	}
	admin_event(call, "quarantine retry", z);
	if (!store_commit(s, e))
		return false;
	call->scratch = json_pack("{ss}", "partner", name);
	return answer(
		call, json_pack("{sI,ss,ss}", "id", (json_int_t)z->id, "partner", name, "done", "will be read again"));
}

/* A partner that is paused will read it when it is resumed: that is no failure of the retry. */
bool command_quarantine_retried(struct command_call *call, struct err *e)
{
	struct err ignored = { 0 };

	(void)e;
	engine_sync(call->engine, json_string_value(json_object_get(call->scratch, "partner")), false, false, &ignored);
	return true;
}

bool command_quarantine_drop(struct command_call *call, struct err *e)
{
	struct store *s = call->hub->store;
	struct quarantine *z;
	bool was_there;

	if (!quarantine_of(call, &z, e) || !store_begin(s, e))
		return false;
	if (!store_quarantine_drop(s, z->partner, z->type, z->key, &was_there, e)) {
		store_rollback(s);
		return false;
	}
	admin_event(call, "quarantine drop", z);
	return store_commit(s, e) && answer(call, json_pack("{sI,ss}", "id", (json_int_t)z->id, "done", "dropped"));
}
