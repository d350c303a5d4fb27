/*
 * commands_match.c - why two records are one, or two: what the model says of them, and what people said.
 */
#include "engine/named.h"

#include <stdlib.h>
#include <string.h>

#include "core/merge.h"
#include "core/normalise.h"
#include "engine/replay.h"
#include "engine/story.h"

struct side {
	const char *name;
	struct entity *e;
	struct shadow *s;           /* if a record at a partner was named */
	struct shadow **all;
	size_t n;
	const struct record *record;
	const struct match_features *features;
	uint64_t key[MATCH_KEYS_MAX];
	size_t nkeys;
};

static bool look_up(struct command_call *call, const char *arg, struct side *side, struct err *e)
{
	side->name = call_text(call, arg);
	return (!strchr(side->name, ':') || named_shadow(call, side->name, &side->s, e)) &&
	       named_entity(call, side->name, &side->e, e) &&
	       store_shadows_of(call->hub->store, call->arena, side->e->id, &side->all, &side->n, e);
}

/* Within one hub record, what each partner's people said of it; otherwise the hub records, as they are compared. */
static bool prepare(struct command_call *call, struct side *side, bool one, struct err *e)
{
	struct record *said = record_new(call->arena, side->e->type);

	side->record = side->e->golden;
	if (one && side->s) {
		merge_said(call->arena, side->s, said);
		side->record = said;
	}
	side->features = store_features(call->hub->store, call->arena, side->record);
	side->nkeys = match_keys(side->features, side->key);
	return store_held(call->hub->store, call->arena, side->features, side->e->id, &side->features, e);
}

static size_t shared_keys(const struct side *a, const struct side *b)
{
	size_t n = 0;

	for (size_t i = 0; i < a->nkeys; i++)
		for (size_t k = 0; k < b->nkeys; k++)
			n += a->key[i] == b->key[k];
	return n;
}

static json_t *values_json(const struct record *r)
{
	BUF_AUTO struct buf b = { 0 };

	story_fields(&b, r, ~UINT64_C(0));
	return json_loads(b.data, 0, NULL);
}

/* Of one hub record, only the record at a partner that was named. */
static json_t *side_json(struct command_call *call, const struct side *side, bool one)
{
	json_t *links = json_array();
	char id[UUID_TEXT_MAX];

	for (size_t i = 0; i < side->n; i++) {
		const struct hub_partner *p = hub_partner(call->hub, side->all[i]->partner);

		if (p && side->all[i]->state != SHADOW_PENDING && (!one || side->s->id == side->all[i]->id))
			json_array_append_new(links, json_pack("{ss,ss}", "partner", p->config->id, "key", side->all[i]->key));
	}
	return json_pack("{ss,ss,so,so}", "named", side->name, "record", uuid_format(&side->e->hub_id, id), "links", links, "values",
		values_json(side->record));
}

/* --- what stands above the score ----------------------------------------------------------------------------- */

static void tell(json_t *into, const char *what, const char *by, int64_t at_ms)
{
	json_array_append_new(into, json_pack("{ss,ss*,sI}", "what", what, "by", by, "at", (json_int_t)at_ms));
}

static const char *called(struct command_call *call, int64_t shadow)
{
	const struct hub_partner *p;
	struct shadow *s;
	struct err ignored;

	if (!store_shadow(call->hub->store, call->arena, shadow, &s, &ignored) || !s)
		return "a former record";
	p = hub_partner(call->hub, s->partner);
	return arena_printf(call->arena, "%s:%s", p ? p->config->id : "former partner", s->key);
}

static bool add_decisions(struct command_call *call, const struct side *a, const struct side *b, json_t *into, struct err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		struct decided *d;
		size_t n;

		if (a->s && a->s->id != a->all[i]->id)
			continue;
		if (!store_decisions(call->hub->store, call->arena, a->all[i]->id, b->e->id, &d, &n, e))
			return false;
		for (size_t k = 0; k < n; k++)
			if (!b->s || b->s->id == d[k].other)
				tell(into, arena_printf(call->arena, "%s and %s are %s, it was decided", called(call, d[k].shadow),
					called(call, d[k].other), d[k].decision == DECISION_SAME ? "one" : "not the same"),
					d[k].by, d[k].at_ms);
	}
	return true;
}

static void add_partners(struct command_call *call, const struct side *a, const struct side *b, json_t *into)
{
	for (size_t i = 0; a->e->id != b->e->id && i < a->n; i++) {
		const struct shadow *other = marks_shadow_at(b->all, b->n, a->all[i]->partner);

		if (other && a->all[i]->state == SHADOW_LIVE && other->state == SHADOW_LIVE)
			tell(into, arena_printf(call->arena, "one partner has both, %s and %s: a duplicate there, or two companies",
				called(call, a->all[i]->id), called(call, other->id)), NULL, 0);
	}
}

static void add_numbers(struct command_call *call, const struct side *a, const struct side *b, json_t *into)
{
	const char *x, *y;

	if (a->e->type != RECORD_ORGANIZATION)
		return;
	x = a->record->v[ORGANIZATION_ENTERPRISE_NUMBER];
	y = b->record->v[ORGANIZATION_ENTERPRISE_NUMBER];
	if (!x || !y || !enterprise_number_valid(x) || !enterprise_number_valid(y) || !strcmp(x, y))
		return;
	tell(into, store_same_number(call->hub->store, x, y)
		? arena_printf(call->arena, "%s and %s are one company's numbers: one replaced the other", x, y)
		: arena_printf(call->arena, "two different enterprise numbers, %s and %s, are two companies unless one replaced the "
			"other: doorstroom match replaced", x, y), NULL, 0);
}

static unsigned partners(const struct side *side)
{
	unsigned n = 0;

	for (size_t i = 0; i < side->n; i++)
		n += side->all[i]->state == SHADOW_LIVE && !shadow_aside(side->all[i]);
	return n;
}

/* --- match explain ------------------------------------------------------------------------------------------- */

static json_t *comparison(const struct match_model *model, const struct match_result *r)
{
	BUF_AUTO struct buf b = { 0 };

	story_link(&b, "compared", model, r);
	return json_loads(b.data, 0, NULL);
}

static bool compare(struct command_call *call, struct err *e)
{
	static const char *const verdicts[] = { "two", "a question for people", "one" };
	const struct match_model *model = store_model(call->hub->store);
	AUTO(json_drop) json_t *above = json_array();
	struct side a = { 0 }, b = { 0 };
	struct match_result why;
	bool one;

	if (!look_up(call, "record", &a, e) || !look_up(call, "other", &b, e))
		return false;
	if (a.e->type != b.e->type)
		return err_set(e, ERR_CONFLICT, "one is of type %s, the other of type %s", record_type_name(a.e->type),
			record_type_name(b.e->type));
	one = a.e->id == b.e->id;
	if (one && (!a.s || !b.s || a.s->id == b.s->id))
		return err_set(e, ERR_CONFLICT, "both name one hub record: name its records at partners, as PARTNER:KEY");
	if (!prepare(call, &a, one, e) || !prepare(call, &b, one, e))
		return false;
	match_compare(model, a.features, b.features, &why);
	if (!add_decisions(call, &a, &b, above, e))
		return false;
	add_partners(call, &a, &b, above);
	add_numbers(call, &a, &b, above);
	if (!one && partners(&a) > 1 && partners(&b) > 1)
		tell(above, "several partners have each of the two: they are joined by people only", NULL, 0);
	return answer(call, json_pack("{so,so,sb,sI,so,ss,sO}", "a", side_json(call, &a, one), "b", side_json(call, &b, one), "one", one,
		"shared_keys", (json_int_t)shared_keys(&a, &b), "comparison", comparison(model, &why), "verdict",
		verdicts[why.verdict], "above", above));
}

bool command_match_explain(struct command_call *call, struct err *e)
{
	return call->hub ? compare(call, e) : named_whole(call, "record", e) && named_whole(call, "other", e);
}

/* --- match replaced ------------------------------------------------------------------------------------------ */

static bool list_replaced(struct command_call *call)
{
	json_t *rows = json_array();
	size_t n;
	const struct replaced *r = store_replaced(call->hub->store, &n);

	for (size_t i = 0; i < n; i++)
		json_array_append_new(rows, json_pack("{ss,ss,ss,sI}", "old", r[i].old, "new", r[i].new, "by", r[i].by, "at",
			(json_int_t)r[i].at_ms));
	return answer(call, json_pack("{so}", "replaced", rows));
}

static const char *canonical(struct command_call *call, const char *arg, struct err *e)
{
	return normalise(call->arena, VALUE_ENTERPRISE, call_text(call, arg), NULL, e);
}

bool command_match_replaced(struct command_call *call, struct err *e)
{
	struct tally tally = { 0 };
	const char *old, *new;

	if (!call_text(call, "old"))
		return list_replaced(call);
	if (!call_text(call, "new"))
		return err_set(e, ERR_ITEM, "replaced by which number?");
	if (!(old = canonical(call, "old", e)) || !(new = canonical(call, "new", e)))
		return false;
	if (!store_begin(call->hub->store, e) ||
		!store_end(call->hub->store, rematch_replaced(call->hub, call->arena, old, new, call->by, &tally, e), e))
		return false;
	return answer(call, json_pack("{ss,ss,sI,sI,ss}", "old", old, "new", new, "joined", (json_int_t)tally.linked, "asked",
		(json_int_t)tally.reviews, "done", "one company's numbers"));
}

/* --- match replay -------------------------------------------------------------------------------------------- */

struct replay_call {
	struct replay replay;
	struct match_model *model;
	struct command_call *call;
	struct work work;
};

static void replay_on_lane(struct work *w)
{
	struct replay_call *r = container_of(w, struct replay_call, work);
	struct hub *hub = engine_hub(r->call->engine);

	hub->now_ms = r->call->now_ms;
	replay_page(hub, &r->replay, &w->op.err);
}

/* A page at a time, so that the daemon's own work goes on in between. */
static void replay_step(struct replay_call *r);

static void replay_stepped(struct op *op)
{
	struct replay_call *r = container_of(op, struct replay_call, work.op);
	struct command_call *call = r->call;
	struct err failed = op->err;

	if (failed.kind == ERR_NONE && call_closing(call))
		err_set(&failed, ERR_AGAIN, "the daemon is stopping");
	if (failed.kind == ERR_NONE && r->replay.after) {
		replay_step(r);
		return;
	}
	if (failed.kind == ERR_NONE)
		call->out = replay_result(engine_hub(call->engine), &r->replay);
	json_decref(r->replay.found);
	match_model_free(r->model);
	free(r);
	call_done(call, &failed);
}

static void replay_step(struct replay_call *r)
{
	r->work = (struct work){ .op = { .loop = engine_loop(r->call->engine), .done = replay_stepped }, .run = replay_on_lane };
	lane_start(engine_writer(r->call->engine), &r->work);
}

bool command_match_replay(struct command_call *call, struct err *e)
{
	const char *text = call_text(call, "model");
	struct match_model *model = match_model_read(text, strlen(text), e);
	struct replay_call *r;

	if (!model)
		return false;
	r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	r->call = call;
	r->model = model;
	r->replay = (struct replay){ .model = model, .ask = call_flag(call, "apply"), .limit = call_number(call, "limit", 50) };
	replay_step(r);
	return true;
}

/* --- match train, match report ------------------------------------------------------------------------------- */

bool command_beside(struct command_call *call, struct err *e)
{
	return err_set(e, ERR_CONFLICT, "%s: the command line does this itself, beside the daemon", call->command->name);
}
