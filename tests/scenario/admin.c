/* admin.c - what admins do and see, and what must be true of the hub. */
#include "scenario/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "engine/commands_parts.h"
#include "engine/refer.h"

static const char *word(const struct scene *s, size_t i)
{
	return i < s->line->n ? s->line->word[i] : "";
}

static bool is_number(struct scene *s, const char *what, int64_t got, const char *want)
{
	return got == strtoll(want, NULL, 10) || scene_fail(s, "%s: %lld, not %s", what, (long long)got, want);
}

/* config unizo deletion.organization=propagate | config hub policy.organization.legal_name=latest */
static bool config(struct scene *s)
{
	json_t *doc;

	if (!strcmp(word(s, 1), "hub")) {
		doc = s->hub;
	} else {
		if (!json_object_get(s->partners, word(s, 1)))
			json_object_set_new(s->partners, word(s, 1), json_object());
		doc = json_object_get(s->partners, word(s, 1));
	}
	for (size_t i = 2; i < s->line->n; i++) {
		char *path = arena_printf(s->arena, "/%s", s->line->word[i]), *eq = strchr(path, '=');
		json_t *list;

		if (!eq)
			return scene_fail(s, "%s: must be path=value", path);
		*eq++ = '\0';
		/* The path's dots only: a value may have its own. Types such as consent.sharing are not configured
		 * here. */
		for (char *p = path; *p; p++)
			if (*p == '.')
				*p = '/';
		if (*eq == '[' || *eq == '{') {
			/* JSON with single quotes, since a line's words have their own. */
			for (char *p = eq; *p; p++)
				if (*p == '\'')
					*p = '"';
			list = json_loads(eq, 0, NULL);
		} else if (strchr(eq, ',')) {
			list = json_array();
			for (char *save, *e = strtok_r(eq, ",", &save); e; e = strtok_r(NULL, ",", &save))
				json_array_append_new(list, json_string(e));
		} else {
			list = json_string(eq);
		}
		if (!json_put(doc, path, list))
			return scene_fail(s, "%s: cannot be put there", path);
	}
	s->stale_config = true;
	return true;
}

/* sync | sync unizo voka: one after the other | sync sends nothing */
static bool sync(struct scene *s)
{
	const uint64_t pushes = s->world->pushes;

	if (!strcmp(word(s, 1), "sends"))
		/* What was read before a kill goes its way at the restart, before the rest is read. */
		return drive_sync(s, NULL, false) && (s->world->pushes == pushes || s->world->fault.fired ||
			s->stage->interrupted || scene_fail(s, "something was sent"));
	if (s->line->n == 1)
		return drive_sync(s, NULL, false);
	for (size_t i = 1; i < s->line->n; i++)
		if (!drive_sync(s, mem_partner(s->world, s->line->word[i]), false))
			return false;
	return true;
}

/* wait 2h | wait 2h asks nothing: lists are read, and no record singly, nor is any written */
static bool wait(struct scene *s)
{
	const uint64_t asked = s->world->gets + s->world->pushes;
	uint64_t ms;

	if (!time_parse_span(word(s, 1), &ms))
		return scene_fail(s, "wait how long?");
	return drive_wait(s, ms) && (strcmp(word(s, 2), "asks") || s->world->gets + s->world->pushes == asked ||
		s->world->fault.fired || s->stage->interrupted ||
		scene_fail(s, "%llu records were asked for or written", (unsigned long long)(s->world->gets + s->world->pushes - asked)));
}

/* That a run took place, and that what was written is there, is no change. */
#define CHANGES "FROM event WHERE kind NOT IN (SELECT value FROM json_each(?1))"

static const char *no_changes(struct scene *s)
{
	return arena_printf(s->arena, "[%d,%d,%d]", EVENT_RUN, EVENT_CONFIRM, EVENT_LEARNED);
}

static int64_t happened(struct scene *s)
{
	return drive_query(s, "SELECT count(*) " CHANGES, no_changes(s));
}

bool admin_quiet(struct scene *s)
{
	BUF_AUTO struct buf before = {0}, after = {0};
	const uint64_t pushes = s->world->pushes;
	const int64_t events = happened(s);
	const bool fired = s->world->fault.fired;

	mem_print(&before, s->world);
	if (!drive_sync(s, NULL, false))
		return false;
	/* A fault in the middle of it has its own consequences: after those it must be quiet. */
	if (s->world->fault.fired != fired)
		return admin_quiet(s);
	mem_print(&after, s->world);
	if (s->world->pushes != pushes)
		return scene_fail(s, "%llu more writes were sent", (unsigned long long)(s->world->pushes - pushes));
	if (strcmp(before.data ? before.data : "", after.data ? after.data : ""))
		return scene_fail(s, "records changed");
	if (happened(s) != events)
		return scene_fail(s, "something happened: %s",
			drive_query_text(s,
				"SELECT 'event kind ' || kind || ' ' || coalesce(data, '') " CHANGES
				" ORDER BY seq DESC LIMIT 1",
				no_changes(s)));
	return true;
}

static const char *held_plan(struct scene *s, const struct mem_partner *p)
{
	return drive_query_text(s,
		"SELECT hash FROM plan WHERE state = 'held' AND partner = "
		"(SELECT id FROM partner WHERE name = ?1) ORDER BY id DESC LIMIT 1",
		p->name);
}

static bool guarded(struct scene *s, const struct mem_partner *p)
{
	const char *state = drive_query_text(s, "SELECT state FROM partner WHERE name = ?1", p->name);

	return state && !strcmp(state, "guarded");
}

static bool held(struct scene *s, struct mem_partner *p)
{
	return held_plan(s, p) || guarded(s, p) || scene_fail(s, "nothing of %s is held", p->name);
}

static bool free_of_plans(struct scene *s, struct mem_partner *p)
{
	if (held_plan(s, p))
		return scene_fail(s, "a plan of %s is held", p->name);
	return !guarded(s, p) || scene_fail(s, "%s is guarded", p->name);
}

struct verdict {
	const char *hash;
	int64_t review;
	const char *verdict;
	bool yes;
};

static bool decide_plan(struct hub *hub, struct arena *arena, void *ctx, struct err *e)
{
	const struct verdict *d = ctx;
	int partner;

	(void)arena;
	return (d->yes ? release_approve : release_reject)(hub, d->hash, "admin", &partner, e);
}

static bool decide(struct scene *s, struct mem_partner *p, bool yes)
{
	struct verdict d = {.yes = yes};
	struct err e = {0};

	/* How far the process came that was killed, shows when all has settled again. */
	if (s->stage->interrupted && !drive_sync(s, NULL, false))
		return false;
	d.hash = held_plan(s, p);
	if (d.hash) {
		if (!drive_transaction(s, decide_plan, &d, &e))
			return scene_fail(s, "%s", e.text);
		engine_kick(s->engine);
		return drive_sync(s, NULL, false);
	}
	if (guarded(s, p) && yes)
		return drive_sync(s, p, true) && drive_sync(s, NULL, false);
	return s->stage->interrupted || scene_fail(s, "nothing of %s is held", p->name);
}

static bool pronounce(struct hub *hub, struct arena *arena, const struct verdict *d, struct err *e)
{
	struct tally tally = {0};
	struct review *r;

	if (!strcmp(d->verdict, "accept") || !strcmp(d->verdict, "reject"))
		return review_settle(hub, arena, d->review, !strcmp(d->verdict, "accept"), "admin", &tally, e);
	return store_review(hub->store, arena, d->review, &r, e) && refer_settle(hub, arena, r, d->verdict, "admin", &tally, e);
}

static bool decide_review(struct hub *hub, struct arena *arena, void *ctx, struct err *e)
{
	return store_begin(hub->store, e) && store_end(hub->store, pronounce(hub, arena, ctx, e), e);
}

struct splitting {
	int64_t shadow;
};

static bool split_on_lane(struct hub *hub, struct arena *arena, void *ctx, struct err *e)
{
	const struct splitting *x = ctx;
	struct tally tally = { 0 };
	int64_t fresh;

	if (!store_begin(hub->store, e))
		return false;
	if (join_split(hub, arena, &x->shadow, 1, "admin", &fresh, &tally, e) && store_commit(hub->store, e))
		return true;
	store_rollback(hub->store);
	return false;
}

/* voka split acme: what they call so is another company after all */
static bool split(struct scene *s, struct mem_partner *p)
{
	const struct mem_record *r = mem_labelled(p, RECORD_ORGANIZATION, word(s, 2));
	struct splitting x = { .shadow = !r ? -1 : drive_query(s, "SELECT s.id FROM shadow s JOIN partner p ON p.id = s.partner "
		"WHERE p.name || ' ' || s.key = ?1", arena_printf(s->arena, "%s %s", p->name, r->key)) };
	struct err e = { 0 };

	if (x.shadow < 0)
		return scene_fail(s, "%s has no %s", p->name, word(s, 2));
	if (!drive_transaction(s, split_on_lane, &x, &e) && !s->stage->interrupted)
		return scene_fail(s, "%s", e.text);
	engine_kick(s->engine);
	return drive_sync(s, NULL, false);
}

static bool retry_on_lane(struct hub *hub, struct arena *arena, void *ctx, struct err *e)
{
	struct command_call call = {.command = command_find("refused retry"),
		.arena = arena,
		.by = "admin",
		.now_ms = hub->now_ms,
		.hub = hub,
		.args = json_pack("{sI}", "id", *(const json_int_t *)ctx)};
	const bool ok = call.command->run(&call, e);

	json_decref(call.args);
	json_decref(call.out);
	return ok;
}

/* voka retried: an admin has what it refused sent again */
static bool retried(struct scene *s, struct mem_partner *p)
{
	json_int_t row;
	struct err e = {0};

	/* How far the process came that was killed, shows when all has settled again. */
	if (s->stage->interrupted && !drive_sync(s, NULL, false))
		return false;
	row = drive_query(s, "SELECT o.id FROM outbox o JOIN partner p ON p.id = o.partner WHERE o.state = 6 AND p.name = ?1",
		p->name);
	if (row < 0)
		return s->stage->interrupted || scene_fail(s, "%s has refused nothing", p->name);
	if (!drive_transaction(s, retry_on_lane, &row, &e))
		return scene_fail(s, "%s", e.text);
	engine_kick(s->engine);
	return drive_sync(s, NULL, false);
}

/* review 1: so many are open | review accept, reject, closed, innovatiecentrum-limburg: the oldest is answered */
static bool review(struct scene *s)
{
	struct verdict d = {.verdict = word(s, 1)};
	struct err e = {0};

	if (d.verdict[0] >= '0' && d.verdict[0] <= '9')
		return is_number(s, "open reviews",
			drive_query(s, "SELECT count(*) FROM review WHERE state = 'open'", NULL), word(s, 1));
	/* A process that was killed may have answered it, and the next one is another question. */
	if (!s->stage->interrupted)
		s->stage->review = 0;
	if (!s->stage->review)
		s->stage->review = drive_query(s, "SELECT id FROM review WHERE state = 'open' ORDER BY id LIMIT 1", NULL);
	d.review = drive_query(s, "SELECT id FROM review WHERE state = 'open' AND id = ?1 + 0",
		arena_printf(s->arena, "%lld", (long long)s->stage->review));
	if (d.review < 0)
		return s->stage->interrupted ? drive_sync(s, NULL, false) : scene_fail(s, "no review is open");
	if (!drive_transaction(s, decide_review, &d, &e))
		return scene_fail(s, "%s", e.text);
	engine_kick(s->engine);
	return drive_sync(s, NULL, false);
}

/* --- referrals ------------------------------------------------------------------------------------------------------ */

struct referring {
	struct scene *s;
	struct mem_partner *at;
	const char *company, *contact, *withdraw;   /* labels there */
	struct refer refer;
};

/* The hub's record of what a partner calls by that label. */
static bool entity_of(struct hub *hub, struct arena *arena, const struct referring *r, enum record_type type, const char *label,
	struct entity **out, struct err *e)
{
	const struct mem_record *record = mem_labelled(r->at, type, label);
	const struct hub_partner *p = hub_partner_named(hub, r->at->name);
	struct shadow *shadow;

	*out = NULL;
	if (!record || !store_shadow_by_key(hub->store, arena, p->id, type, record->key, &shadow, e))
		return false;
	return !shadow || store_entity(hub->store, arena, shadow->entity, out, e);
}

static bool refer_or_withdraw(struct hub *hub, struct arena *arena, struct referring *r, struct err *e)
{
	struct tally tally = {0};
	struct entity *referral;

	if (r->withdraw)
		return entity_of(hub, arena, r, RECORD_REFERRAL, r->withdraw, &referral, e) &&
		       refer_withdraw(hub, arena, referral, NULL, "admin", &tally, e);
	return entity_of(hub, arena, r, RECORD_ORGANIZATION, r->company, &r->refer.company, e) &&
	       (!r->contact || entity_of(hub, arena, r, RECORD_CONTACT, r->contact, &r->refer.contact, e)) &&
	       refer_make(hub, arena, &r->refer, &tally, e);
}

static bool refer_on_lane(struct hub *hub, struct arena *arena, void *ctx, struct err *e)
{
	return store_begin(hub->store, e) && store_end(hub->store, refer_or_withdraw(hub, arena, ctx, e), e);
}

static bool act_on_referral(struct scene *s, struct referring *r)
{
	struct err e = {0};

	/* What a killed process did is done: withdrawing again is refused. */
	if (!drive_transaction(s, refer_on_lane, r, &e) && !(r->withdraw && s->stage->interrupted))
		return scene_fail(s, "%s", e.text);
	engine_kick(s->engine);
	return drive_sync(s, NULL, false);
}

/* refer acme contact=jan from=unizo to=innovatiecentra service=scan reason=...: an admin does it for UNIZO */
static bool refer(struct scene *s)
{
	struct referring r = {.s = s, .company = word(s, 1), .refer = {.by = "admin"}};
	const struct {
		const char *name;
		const char **at;
	} args[] = {{"contact=", &r.contact}, {"from=", &r.refer.from}, {"to=", &r.refer.to}, {"service=", &r.refer.service},
		{"reason=", &r.refer.reason}};

	for (size_t i = 2; i < s->line->n; i++)
		for (size_t a = 0; a < sizeof args / sizeof *args; a++)
			if (!strncmp(word(s, i), args[a].name, strlen(args[a].name)))
				*args[a].at = word(s, i) + strlen(args[a].name);
	if (!r.refer.from || !r.refer.to || !r.refer.service)
		return scene_fail(s, "refer <company> from=<partner> to=<partner> service=<service>");
	r.at = mem_partner(s->world, r.refer.from);
	return act_on_referral(s, &r);
}

/* unizo withdraws scan: an admin withdraws what UNIZO knows by that label */
static bool withdraws(struct scene *s, struct mem_partner *p)
{
	struct referring r = {.s = s, .at = p, .withdraw = word(s, 2)};

	return act_on_referral(s, &r);
}

static bool are_overdue(struct scene *s, const char *wanted)
{
	const int64_t told = drive_query(s, "SELECT count(*) FROM overdue", NULL);

	return is_number(s, "overdue", told, wanted) && (s->stage->interrupted || overdue_agree(s, told));
}

/* hub count organization 1 | hub quarantine 1 | hub refused 1 */
static bool hub(struct scene *s)
{
	enum record_type type;

	if (!strcmp(word(s, 1), "count") && record_type_parse(word(s, 2), &type))
		return is_number(s, "records in the hub",
			drive_query(s, "SELECT count(*) FROM entity WHERE state = 0 AND type = ?1 + 0",
				arena_printf(s->arena, "%d", type)),
			word(s, 3));
	if (!strcmp(word(s, 1), "quarantine"))
		return is_number(
			s, "in quarantine", drive_query(s, "SELECT count(*) FROM quarantine", NULL), word(s, 2));
	if (!strcmp(word(s, 1), "refers") && record_type_parse(word(s, 2), &type))
		return is_number(s, "references to records that are known",
			drive_query(s, "SELECT count(*) FROM reference JOIN entity ON id = entity WHERE type = ?1 + 0",
				arena_printf(s->arena, "%d", type)),
			word(s, 3));
	if (!strcmp(word(s, 1), "overdue"))
		return are_overdue(s, word(s, 2));
	/* Of each thing that can happen to a referral, how often it is in the log. */
	if (!strcmp(word(s, 1), "told"))
		return is_number(s, "events about referrals",
			drive_query(s, "SELECT count(*) FROM event WHERE data ->> 'what' = ?1", word(s, 2)), word(s, 3));
	if (!strcmp(word(s, 1), "refused"))
		return is_number(s, "refused",
			drive_query(s, "SELECT count(*) FROM outbox WHERE state = 6 AND error != ''", NULL), word(s, 2));
	if (!strcmp(word(s, 1), "waiting"))
		return is_number(s, "waiting for a company",
			drive_query(s, "SELECT count(*) FROM outbox WHERE state = 7", NULL), word(s, 2));
	return scene_fail(s, "hub count <type> <number>, hub quarantine <number>, hub refused <number>, hub waiting <number>, hub told <what> <number>, hub overdue <number>, "
			     "hub refers <type> <number>");
}

static const struct {
	const char *word;
	bool (*play)(struct scene *);
} verbs[] = {
	{"config", config},
	{"sync", sync},
	{"wait", wait},
	{"quiet", admin_quiet},
	{"review", review},
	{"refer", refer},
	{"hub", hub},
};

bool admin_play(struct scene *s, struct mem_partner *p, bool *known)
{
	bool decided;

	*known = true;
	if (!p) {
		decided = desk_play(s, known);
		if (*known)
			return decided;
		*known = true;
	}
	if (p && !strcmp(word(s, 1), "held"))
		return held(s, p);
	if (p && !strcmp(word(s, 1), "free"))
		return free_of_plans(s, p);
	if (p && !strcmp(word(s, 1), "approved"))
		return decide(s, p, true);
	if (p && !strcmp(word(s, 1), "rejected"))
		return decide(s, p, false);
	if (p && !strcmp(word(s, 1), "split"))
		return split(s, p);
	if (p && !strcmp(word(s, 1), "withdraws"))
		return withdraws(s, p);
	if (p && !strcmp(word(s, 1), "retried"))
		return retried(s, p);
	for (size_t i = 0; !p && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(verbs[i].word, s->line->word[0]))
			return verbs[i].play(s);
	*known = false;
	return false;
}
