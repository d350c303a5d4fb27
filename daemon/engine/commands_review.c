/*
 * commands_review.c - questions about links: seen, answered, and decisions that nobody asked for.
 *
 * Every decision is carried out in one transaction, which is undone where only its consequences are asked for; the
 * answer says them in both cases, as `plan` (preview.h).
 */
#include "engine/named.h"

#include <string.h>

#include "base/time.h"
#include "engine/preview.h"

enum { LEAVING_MAX = 256, LIKE_MAX = 2000 };

/* --- seeing -------------------------------------------------------------------------------------------------- */

bool command_review_list(struct command_call *call, struct err *e)
{
	const char *older = call_text(call, "older");
	struct query_reviews wanted = {
		.kind = call_text(call, "kind"),
		.type = call_text(call, "type"),
		.partner = call_text(call, "partner"),
		.surest = call_flag(call, "surest"),
		.after = call_number(call, "after", 0),
		.limit = call_number(call, "limit", 100),
	};
	uint64_t span = 0;

	if (older && (!time_parse_span(older, &span) || span > (uint64_t)call->now_ms))
		return err_set(e, ERR_ITEM, "older: a span (90s, 2h, 3d) is wanted");
	if (older)
		wanted.before_ms = call->now_ms - (int64_t)span;
	return answer(call, query_reviews(call->query, &wanted, e));
}

/* --- deciding ------------------------------------------------------------------------------------------------ */

struct act {
	int64_t entity[2], fresh, review;
	bool accept;
	int64_t leaving[LEAVING_MAX];
	size_t nleaving;
	bool (*run)(struct command_call *, struct act *, struct tally *, struct err *);
};

/* Carries it out and says what that changes; the transaction is the caller's. */
static json_t *consequences(struct command_call *call, struct act *act, struct tally *tally, struct err *e)
{
	struct preview *p = preview_begin(call->hub, call->arena, act->entity, 2, e);
	json_t *plan;
	struct err after = { 0 };
	bool ok;

	if (!p)
		return NULL;
	ok = act->run(call, act, tally, e);
	plan = preview_end(p, act->fresh, ok ? e : &after);
	if (ok)
		return plan;
	json_decref(plan);
	return NULL;
}

static bool carry_out(struct command_call *call, struct act *act, json_t *out, const char *done, struct err *e)
{
	AUTO(json_drop) json_t *answer = out;
	struct tally tally = { 0 };
	const bool dry = call_flag(call, "dry-run");
	json_t *plan;

	if (!store_begin(call->hub->store, e))
		return false;
	plan = consequences(call, act, &tally, e);
	if (plan)
		json_object_set_new(answer, "plan", plan);
	if (!plan || dry)
		store_rollback(call->hub->store);
	else if (!store_commit(call->hub->store, e))
		return false;
	json_object_set_new(answer, "done", json_string(dry ? "nothing; this is what would change" : done));
	json_object_set_new(answer, "dry_run", json_boolean(dry));
	if (plan)
		call->out = steal(answer);
	return plan != NULL;
}

static bool settle(struct command_call *call, struct act *act, struct tally *tally, struct err *e)
{
	return review_settle(call->hub, call->arena, act->review, act->accept, call->by, tally, e);
}

static bool review_of(struct command_call *call, struct review **out, struct err *e)
{
	if (!store_review(call->hub->store, call->arena, call_number(call, "id", 0), out, e))
		return false;
	return *out || err_set(e, ERR_GONE, "no such review");
}

/* What accepting it would change, added to what the reader found. That it cannot be accepted now is worth knowing too. */
static bool add_consequences(struct command_call *call, struct err *e)
{
	struct tally tally = { 0 };
	struct err why = { 0 };
	struct review *r;
	json_t *plan;

	if (!review_of(call, &r, e))
		return false;
	if (strcmp(r->state, "open"))
		return true;
	struct act act = { .entity = { r->entity, r->other }, .review = r->id, .accept = true, .run = settle };

	if (!store_begin(call->hub->store, e))
		return false;
	plan = consequences(call, &act, &tally, &why);
	store_rollback(call->hub->store);
	if (plan)
		json_object_set_new(call->out, "plan", plan);
	else if (why.kind == ERR_CONFLICT)
		json_object_set_new(call->out, "hindrance", json_string(why.text));
	else
		*e = why;
	return e->kind == ERR_NONE;
}

bool command_review_show(struct command_call *call, struct err *e)
{
	return call->hub ? add_consequences(call, e) : answer(call, query_review(call->query, call_number(call, "id", 0), e));
}

/* --- all like this ------------------------------------------------------------------------------------------- */

struct like {
	int64_t *id;
	size_t n, settled;
	bool accept;
	json_t *skipped, *writes;
};

/* {"voka":{"update":3}} */
static void count_writes(json_t *writes, const json_t *plan)
{
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(plan, "changes"), i, c) {
		const char *partner = json_string_value(json_object_get(c, "partner"));
		const char *kind = json_string_value(json_object_get(c, "do"));
		json_t *at = json_object_get(writes, partner);

		if (!at) {
			at = json_object();
			json_object_set_new(writes, partner, at);
		}
		json_object_set_new(at, kind, json_integer(json_integer_value(json_object_get(at, kind)) + 1));
	}
}

/* Each is a transaction of its own; one that cannot be done now is left open. */
static bool settle_one(struct command_call *call, struct like *like, int64_t id, struct err *e)
{
	struct store *s = call->hub->store;
	struct tally tally = { 0 };
	struct err why = { 0 };
	struct review *r;
	json_t *plan;

	if (!store_review(s, call->arena, id, &r, e) || !store_begin(s, e))
		return false;
	struct act act = { .entity = { r->entity, r->other }, .review = id, .accept = like->accept, .run = settle };

	plan = consequences(call, &act, &tally, &why);
	if (plan) {
		count_writes(like->writes, plan);
		json_decref(plan);
		like->settled++;
	}
	if (plan)
		return store_commit(s, e);
	store_rollback(s);
	if (why.kind != ERR_CONFLICT) {
		*e = why;
		return false;
	}
	json_array_append_new(like->skipped, json_pack("{sI,ss}", "id", (json_int_t)id, "why", why.text));
	return true;
}

static bool settle_all(struct command_call *call, struct like *like, struct err *e)
{
	for (size_t i = 0; i < like->n; i++)
		if (!settle_one(call, like, like->id[i], e))
			return false;
	return true;
}

/* What was answered before one that failed stays answered. */
static bool keep_all(struct command_call *call, struct like *like, struct err *e)
{
	struct err late;
	bool ok;

	if (!store_group_begin(call->hub->store, e))
		return false;
	ok = settle_all(call, like, e);
	return store_group_end(call->hub->store, ok ? e : &late) && ok;
}

/* Answers to several questions about one company change less together than each for itself: they are carried out, too. */
static bool count_all(struct command_call *call, struct like *like, struct err *e)
{
	bool ok;

	if (!store_group_begin(call->hub->store, e))
		return false;
	ok = settle_all(call, like, e);
	store_group_abandon(call->hub->store);
	return ok;
}

static bool answer_all(struct command_call *call, bool accept, const char *done, struct err *e)
{
	const int64_t id = call_number(call, "id", 0);
	const bool keep = call_flag(call, "yes") && !call_flag(call, "dry-run");
	AUTO(json_drop) json_t *skipped = json_array(), *writes = json_object();
	struct like like = { .accept = accept, .skipped = skipped, .writes = writes };

	if (!store_reviews_like(call->hub->store, call->arena, id, LIKE_MAX, &like.id, &like.n, e) ||
		!(keep ? keep_all : count_all)(call, &like, e))
		return false;
	return answer(call, json_pack("{sI,sI,sI,sO,sO,ss,sb}", "id", (json_int_t)id, "like", (json_int_t)like.n, "settled",
		(json_int_t)like.settled, "skipped", skipped, "writes", writes, "done", keep ? done : "nothing yet", "dry_run", !keep));
}

static bool answer_review(struct command_call *call, bool accept, const char *done, struct err *e)
{
	struct review *r;

	if (!review_of(call, &r, e))
		return false;
	if (strcmp(r->state, "open"))
		return err_set(e, ERR_CONFLICT, "that review has been %s already", r->state);
	if (call_flag(call, "all-like-this"))
		return answer_all(call, accept, done, e);
	struct act act = { .entity = { r->entity, r->other }, .review = r->id, .accept = accept, .run = settle };

	return carry_out(call, &act, json_pack("{sI}", "id", (json_int_t)r->id), done, e);
}

bool command_review_accept(struct command_call *call, struct err *e)
{
	return answer_review(call, true, "accepted", e);
}

bool command_review_reject(struct command_call *call, struct err *e)
{
	return answer_review(call, false, "rejected", e);
}

/* --- merging ------------------------------------------------------------------------------------------------- */

static bool merge(struct command_call *call, struct act *act, struct tally *tally, struct err *e)
{
	const struct join join = { .how = "manual", .by = call->by, .duplicates = true };

	return join_settled(call->hub, call->arena, act->entity[0], e) &&
	       join_settled(call->hub, call->arena, act->entity[1], e) &&
	       join_merge(call->hub, call->arena, act->entity[0], act->entity[1], &join, tally, e);
}

bool command_review_merge(struct command_call *call, struct err *e)
{
	struct act act = { .run = merge };
	struct entity *a, *b;
	char id[UUID_TEXT_MAX];

	if (!call->hub)
		return named_whole(call, "record", e) && named_whole(call, "other", e);
	if (!named_entity(call, call_text(call, "record"), &a, e) || !named_entity(call, call_text(call, "other"), &b, e))
		return false;
	if (a->id == b->id)
		return err_set(e, ERR_CONFLICT, "they are one already");
	act.entity[0] = a->id < b->id ? a->id : b->id;
	act.entity[1] = a->id < b->id ? b->id : a->id;
	return carry_out(call, &act, json_pack("{ss}", "record", uuid_format(a->id < b->id ? &a->hub_id : &b->hub_id, id)),
		"the other one is part of it now", e);
}

/* --- splitting ----------------------------------------------------------------------------------------------- */

static bool split(struct command_call *call, struct act *act, struct tally *tally, struct err *e)
{
	return join_settled(call->hub, call->arena, act->entity[0], e) &&
	       join_split(call->hub, call->arena, act->leaving, act->nleaving, call->by, &act->fresh, tally, e);
}

static bool leaves(struct act *act, int64_t shadow, struct err *e)
{
	if (act->nleaving == LEAVING_MAX)
		return err_set(e, ERR_ITEM, "more than %d records at once", LEAVING_MAX);
	act->leaving[act->nleaving++] = shadow;
	return true;
}

/* Of an entity that was merged into another: what came with it and is still there. */
static bool came_with(struct command_call *call, struct act *act, int64_t merged, struct err *e)
{
	int64_t *id;
	size_t n;

	if (!store_came_from(call->hub->store, call->arena, merged, &id, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct shadow *s;

		if (!store_shadow(call->hub->store, call->arena, id[i], &s, e) ||
			(s && s->entity == act->entity[0] && !leaves(act, s->id, e)))
			return false;
	}
	return act->nleaving || err_set(e, ERR_CONFLICT, "nothing of what came with it is still there");
}

static bool keys_leave(struct command_call *call, struct act *act, struct err *e)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(call->args, "key"), i, name) {
		struct shadow *s;

		if (!named_shadow(call, json_string_value(name), &s, e))
			return false;
		if (s->entity != act->entity[0])
			return err_set(e, ERR_CONFLICT, "%.80s is not linked to that record", json_string_value(name));
		if (!leaves(act, s->id, e))
			return false;
	}
	return true;
}

static bool partners_leave(struct command_call *call, struct act *act, struct err *e)
{
	struct shadow **shadow;
	const json_t *name;
	size_t i, n;

	if (!store_shadows_of(call->hub->store, call->arena, act->entity[0], &shadow, &n, e))
		return false;
	json_array_foreach(json_object_get(call->args, "partner"), i, name) {
		const struct hub_partner *p = hub_partner_named(call->hub, json_string_value(name));

		if (!p)
			return err_set(e, ERR_GONE, "no such partner: %.60s", json_string_value(name));
		for (size_t k = 0; k < n; k++)
			if (shadow[k]->partner == p->id && shadow[k]->state != SHADOW_PENDING && !leaves(act, shadow[k]->id, e))
				return false;
	}
	return true;
}

static bool who_leaves(struct command_call *call, struct act *act, struct err *e)
{
	const char *name = call_text(call, "record");
	const bool options = json_object_get(call->args, "key") || json_object_get(call->args, "partner");
	struct entity *row;
	struct shadow *s;
	int64_t id;

	if (strchr(name, ':')) {
		if (!named_shadow(call, name, &s, e))
			return false;
		act->entity[0] = s->entity;
		return options ? keys_leave(call, act, e) && partners_leave(call, act, e) : leaves(act, s->id, e);
	}
	if (!named_row(call, name, &id, e) || !store_entity_itself(call->hub->store, call->arena, id, &row, e))
		return false;
	if (row->state == ENTITY_MERGED && !options) {
		struct entity *now;

		if (!store_entity(call->hub->store, call->arena, id, &now, e))
			return false;
		act->entity[0] = now->id;
		act->entity[1] = id;
		return came_with(call, act, id, e);
	}
	act->entity[0] = id;
	if (!options)
		return err_set(e, ERR_ITEM, "which of its records leave? --partner PARTNER or --key PARTNER:KEY");
	return keys_leave(call, act, e) && partners_leave(call, act, e);
}

bool command_review_split(struct command_call *call, struct err *e)
{
	struct act act = { .run = split };

	if (!call->hub)
		return named_whole(call, "record", e);
	if (!who_leaves(call, &act, e))
		return false;
	if (!act.nleaving)
		return err_set(e, ERR_CONFLICT, "it has no such records");
	return carry_out(call, &act, json_pack("{ss}", "record", call_text(call, "record")),
		"two records now, and they are not joined again", e);
}
