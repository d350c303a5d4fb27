/*
 * commands_refused.c - changes that a partner did not take for good, and what an admin does about them.
 */
#include "engine/commands_parts.h"

bool command_refused_list(struct command_call *call, struct err *e)
{
	return answer(call, query_refusals(call->query, call_text(call, "partner"), call_number(call, "limit", 100), e));
}

bool command_refused_show(struct command_call *call, struct err *e)
{
	return answer(call, query_refusal(call->query, call_number(call, "id", 0), e));
}

static bool row_of(struct command_call *call, struct outbox **out, struct err *e)
{
	if (!store_outbox_by_id(call->hub->store, call->arena, call_number(call, "id", 0), out, e))
		return false;
	return (*out && (*out)->state == OUTBOX_DEAD) || err_set(e, ERR_GONE, "no such refused change");
}

/* {"what":..,"by":..,"kind":..} */
static void admin_event(struct command_call *call, const char *what, const struct outbox *row)
{
	AUTO(json_drop)
	json_t *data = json_pack("{ss,ss,ss}", "what", what, "by", call->by, "kind", outbox_kind_name(row->kind));
	AUTO(free) char *text = json_canonical(data);

	store_event(call->hub->store, call->now_ms, EVENT_ADMIN, row->partner, row->entity, 0, text);
}

/* Where the hub can find out nothing about an attempt, the admin has: a create that is retried did not happen. Elsewhere
 * the attempt stands, and is settled before the next. */
static bool forget_attempts(struct command_call *call, const struct hub_partner *p, struct outbox *row, struct err *e)
{
	const unsigned settles = (row->token ? ADAPTER_CAN_IDEMPOTENT : 0u) | ADAPTER_CAN_FIND | ADAPTER_CAN_COMPLETE |
		ADAPTER_CAN_INCREMENTAL;
	struct store *s = call->hub->store;
	struct shadow **shadow;
	size_t n;

	row->misses = 0;
	if (row->kind != OUTBOX_CREATE || p->caps & settles)
		return true;
	if (!store_shadows_of(s, call->arena, row->entity, &shadow, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (shadow[i]->partner == p->id && shadow[i]->state == SHADOW_PENDING &&
			!store_shadow_forget(s, shadow[i]->id, e))
			return false;
	return true;
}

/* As if the record had just changed: it is compared, counted for a plan and sent again. */
static bool look_anew(struct command_call *call, const struct hub_partner *p, struct outbox *row, struct err *e)
{
	if (!forget_attempts(call, p, row, e))
		return false;
	row->state = OUTBOX_NEW;
	row->plan = 0;
	row->attempts = 0;
	row->not_before = 0;
	row->intent = 0;
	row->error = "";
	return store_outbox_save(call->hub->store, row, e);
}

bool command_refused_retry(struct command_call *call, struct err *e)
{
	struct store *s = call->hub->store;
	const struct hub_partner *p;
	struct outbox *row;
	bool ok;

	if (!row_of(call, &row, e))
		return false;
	p = hub_partner(call->hub, row->partner);
	if (!p)
		return err_set(e, ERR_CONFLICT, "its partner is not configured any more");
	if (!store_begin(s, e))
		return false;
	ok = look_anew(call, p, row, e);
	if (ok)
		admin_event(call, "refused retry", row);
	return store_end(s, ok, e) && answer(call, json_pack("{sI,ss,ss}", "id", (json_int_t)row->id, "partner",
							   p->config->id, "done", "will be looked at anew"));
}

/* A create that may have happened stays on record as attempted: should the record change, somebody is asked again. */
bool command_refused_drop(struct command_call *call, struct err *e)
{
	struct store *s = call->hub->store;
	struct outbox *row;
	bool ok;

	if (!row_of(call, &row, e) || !store_begin(s, e))
		return false;
	ok = store_outbox_delete(s, row->id, e);
	if (ok)
		admin_event(call, "refused drop", row);
	return store_end(s, ok, e) && answer(call, json_pack("{sI,ss}", "id", (json_int_t)row->id, "done", "dropped"));
}
