/*
 * review.c - what people answer to questions about links, and what follows from it.
 */
#include <string.h>

#include "engine/refer.h"

/* Settling a question may make the record shareable: its marks are looked at again. */
static bool decide_again(struct hub *hub, struct arena *arena, int64_t entity, struct tally *tally, struct err *err)
{
	struct entity *e;

	if (!entity)
		return true;
	if (!store_entity(hub->store, arena, entity, &e, err))
		return false;
	if (!e)
		return true;
	e->held = 0;
	return decide_entity(hub, arena, e, 0, tally, err);
}

static bool decide_both(struct hub *hub, struct arena *arena, const struct review *r, struct tally *tally, struct err *err)
{
	return decide_again(hub, arena, r->entity, tally, err) && decide_again(hub, arena, r->other, tally, err);
}

static bool accepted(struct hub *hub, struct arena *arena, const struct review *r, const char *by, struct tally *tally,
	struct err *err)
{
	const struct join join = { .how = "manual", .by = by, .duplicates = !strcmp(r->kind, "duplicate") };
	int64_t fresh;

	if (!strcmp(r->kind, "apart"))
		return join_settled(hub, arena, r->entity, err) &&
		       join_split(hub, arena, &r->shadow, 1, by, &fresh, tally, err);
	if (!r->other)
		return decide_again(hub, arena, r->entity, tally, err);
	return join_settled(hub, arena, r->entity, err) && join_settled(hub, arena, r->other, err) &&
	       join_merge(hub, arena, r->entity, r->other, &join, tally, err);
}

static bool rejected(struct hub *hub, struct arena *arena, const struct review *r, const char *by, struct tally *tally,
	struct err *err)
{
	if (!strcmp(r->kind, "apart") && !join_keep_together(hub, arena, r->shadow, by, err))
		return false;
	if (r->other && !join_keep_apart(hub, arena, r->entity, r->other, by, err))
		return false;
	return decide_both(hub, arena, r, tally, err);
}

bool review_settle(struct hub *hub, struct arena *arena, int64_t review, bool accept, const char *by, struct tally *tally,
	struct err *err)
{
	BUF_AUTO struct buf data = { 0 };
	struct review *r;

	if (!store_review(hub->store, arena, review, &r, err))
		return false;
	if (!r)
		return err_set(err, ERR_GONE, "no such review");
	if (strcmp(r->state, "open"))
		return err_set(err, ERR_CONFLICT, "that review has been %s already", r->state);
	if (refer_answers(r))
		return refer_settle(hub, arena, r, accept ? "accept" : "reject", by, tally, err);
	buf_addf(&data, "{\"review\":%lld,\"kind\":\"%s\",\"decision\":\"%s\",\"by\":", (long long)review, r->kind,
		accept ? "accepted" : "rejected");
	buf_add_json(&data, by);
	buf_addc(&data, '}');
	if (!store_review_decide(hub->store, review, accept ? "accepted" : "rejected", by, hub->now_ms, err))
		return false;
	store_event(hub->store, hub->now_ms, EVENT_REVIEW, 0, r->entity, r->shadow, data.data);
	return accept ? accepted(hub, arena, r, by, tally, err) : rejected(hub, arena, r, by, tally, err);
}
