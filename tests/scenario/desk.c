/*
 * desk.c - what admins decide about links, and whether a decision left everything as it was.
 */
#include "scenario/scenario.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/replay.h"

static const char *word(const struct scene *s, size_t i)
{
	return i < s->line->n ? s->line->word[i] : "";
}

/* The shadow that the hub has of a partner's record by its label; -1: none. */
static int64_t shadow_of(struct scene *s, const char *partner, const char *label)
{
	const struct mem_record *r = mem_labelled(mem_partner(s->world, partner), RECORD_ORGANIZATION, label);

	return !r ? -1 : drive_query(s, "SELECT s.id FROM shadow s JOIN partner p ON p.id = s.partner WHERE p.name || ' ' || s.key "
		"= ?1", arena_printf(s->arena, "%s %s", partner, r->key));
}

static int64_t entity_of(struct scene *s, const char *partner, const char *label)
{
	return drive_query(s, "SELECT entity FROM shadow WHERE id = ?1 + 0",
		arena_printf(s->arena, "%lld", (long long)shadow_of(s, partner, label)));
}

/* --- acts ---------------------------------------------------------------------------------------------------- */

struct replacement {
	const char *old, *new;
};

struct act {
	bool (*run)(struct hub *, struct arena *, const struct act *, struct tally *, struct err *);
	int64_t a, b;
	struct replacement number;
};

static bool on_lane(struct hub *hub, struct arena *arena, void *ctx, struct err *e)
{
	const struct act *act = ctx;
	struct tally tally = {0};

	if (!store_begin(hub->store, e))
		return false;
	if (act->run(hub, arena, act, &tally, e) && store_commit(hub->store, e))
		return true;
	store_rollback(hub->store);
	return false;
}

/* Done already by a process that was killed, it may not be possible any more. */
static bool perform(struct scene *s, struct act *act)
{
	struct err e = {0};

	if (act->a < 0 || act->b < 0)
		return s->stage->interrupted ? drive_sync(s, NULL, false) : scene_fail(s, "the hub has no such record");
	if (!drive_transaction(s, on_lane, act, &e) && !s->stage->interrupted)
		return scene_fail(s, "%s", e.text);
	engine_kick(s->engine);
	return drive_sync(s, NULL, false);
}

static bool merge(struct hub *hub, struct arena *arena, const struct act *act, struct tally *tally, struct err *e)
{
	const struct join join = {.how = "manual", .by = "admin", .duplicates = true};

	return join_merge(hub, arena, act->a, act->b, &join, tally, e);
}

/* What came with the entity that was merged. */
static bool undo(struct hub *hub, struct arena *arena, const struct act *act, struct tally *tally, struct err *e)
{
	int64_t *id, fresh;
	size_t count;

	return store_came_from(hub->store, arena, act->a, &id, &count, e) &&
	       join_split(hub, arena, id, count, "admin", &fresh, tally, e);
}

static bool settle_all(struct hub *hub, struct arena *arena, const struct act *act, struct tally *tally, struct err *e)
{
	int64_t *id;
	size_t n;

	if (!store_reviews_like(hub->store, arena, act->a, 100, &id, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!review_settle(hub, arena, id[i], act->b, "admin", tally, e))
			return false;
	return true;
}

static bool replace(struct hub *hub, struct arena *arena, const struct act *act, struct tally *tally, struct err *e)
{
	return rematch_replaced(hub, arena, act->number.old, act->number.new, "admin", tally, e);
}

/* admin replaces 0999999922 by 0999999823 */
static bool replaces(struct scene *s)
{
	struct act act = {.run = replace, .number = {word(s, 2), word(s, 4)}};

	return perform(s, &act);
}

/* admin merges voka acme2 into unizo acme */
static bool merges(struct scene *s)
{
	struct act act = {merge, entity_of(s, word(s, 2), word(s, 3)), entity_of(s, word(s, 5), word(s, 6)), {0}};

	return strcmp(word(s, 4), "into") ? scene_fail(s, "into which?") : perform(s, &act);
}

/* admin undoes the merge of voka acme2: the latest one */
static bool undoes(struct scene *s)
{
	struct act act = {undo, drive_query(s, "SELECT c.entity FROM came_with c JOIN shadow s ON s.id = c.shadow WHERE s.entity = "
		"?1 + 0 ORDER BY c.seq DESC LIMIT 1", arena_printf(s->arena, "%lld", (long long)entity_of(s, word(s, 5), word(s, 6)))), 0, {0}};

	return perform(s, &act);
}

/* admin accepts all like the oldest | admin rejects all like the oldest */
static bool settles(struct scene *s)
{
	struct act act = {settle_all, drive_query(s, "SELECT id FROM review WHERE state = 'open' ORDER BY id LIMIT 1", NULL),
		!strcmp(word(s, 1), "accepts"), {0}};

	return perform(s, &act);
}

struct replaying {
	bool ask;
	json_t *result;
};

static bool replay_all(struct hub *hub, struct arena *arena, void *ctx, struct err *e)
{
	struct replaying *x = ctx;
	struct replay r = {.model = store_model(hub->store), .ask = x->ask, .limit = 5};
	bool ok;

	(void)arena;
	do
		ok = replay_page(hub, &r, e);
	while (ok && r.after);
	if (ok)
		x->result = replay_result(hub, &r);
	json_decref(r.found);
	return ok;
}

/* admin replays: every difference becomes a question */
static bool replays(struct scene *s)
{
	struct replaying x = {.ask = true};
	struct err e = {0};

	if (!drive_transaction(s, replay_all, &x, &e))
		return scene_fail(s, "%s", e.text);
	json_decref(x.result);
	engine_kick(s->engine);
	return drive_sync(s, NULL, false);
}

/* hub replay link 0 ask 0 part 1 doubt 0: what the model would do that is not so */
static bool replay(struct scene *s)
{
	struct replaying x = {.ask = false};
	struct err e = {0};
	bool ok = true;

	if (!drive_transaction(s, replay_all, &x, &e))
		return scene_fail(s, "%s", e.text);
	for (size_t i = 2; ok && i + 1 < s->line->n; i += 2) {
		const int64_t n = json_integer_value(json_object_get(x.result, arena_printf(s->arena, "would_%s", word(s, i))));

		ok = n == atoll(word(s, i + 1)) || scene_fail(s, "would %s %lld", word(s, i), (long long)n);
	}
	json_decref(x.result);
	return ok;
}

/* --- what must be so ----------------------------------------------------------------------------------------- */

/* hub same voka acme2 unizo acme | hub apart ... */
static bool together(struct scene *s, bool same)
{
	const int64_t a = entity_of(s, word(s, 2), word(s, 3)), b = entity_of(s, word(s, 4), word(s, 5));

	if (a < 0 || b < 0)
		return scene_fail(s, "the hub has no such record");
	return (a == b) == same || scene_fail(s, same ? "they are two in the hub" : "they are one in the hub");
}

/* hub duplicate voka twin: it stands aside */
static bool duplicate(struct scene *s)
{
	const int64_t id = shadow_of(s, word(s, 2), word(s, 3));

	return drive_query(s, "SELECT alias_of FROM shadow WHERE state = 0 AND alias_of IS NOT NULL AND id = ?1 + 0",
		       arena_printf(s->arena, "%lld", (long long)id)) > 0 ||
	       scene_fail(s, "it does not stand aside");
}

/* Ids, golden records, links and contributions, for people to compare; not what only numbers events. */
static const char *everything(struct scene *s)
{
	return drive_query_text(s,
		"SELECT group_concat(line, char(10)) FROM (SELECT hex(hub_id) || ' ' || state || ' ' || golden AS line FROM entity "
		"WHERE state <> 2 ORDER BY id) UNION ALL SELECT '' LIMIT 1", NULL);
}

static const char *links(struct scene *s)
{
	return drive_query_text(s,
		"SELECT group_concat(line, char(10)) FROM (SELECT p.name || ' ' || s.key || ' ' || s.state || ' ' || hex(e.hub_id) || "
		"' ' || s.cells AS line FROM shadow s JOIN partner p ON p.id = s.partner JOIN entity e ON e.id = s.entity ORDER BY s.id)",
		NULL);
}

static const char *kept_at(struct scene *s)
{
	return arena_printf(s->arena, "%s/remembered", s->dir);
}

/* hub remember */
static bool remember(struct scene *s)
{
	FILE *f = fopen(kept_at(s), "w");

	if (!f)
		return scene_fail(s, "cannot be kept");
	fprintf(f, "%s\n%s\n", everything(s), links(s));
	return !fclose(f);
}

/* hub as remembered */
static bool as_remembered(struct scene *s)
{
	const char *now = arena_printf(s->arena, "%s\n%s\n", everything(s), links(s));
	FILE *f = fopen(kept_at(s), "r");
	char *was = arena_alloc(s->arena, strlen(now) + 2);
	size_t n;

	if (!f)
		return scene_fail(s, "nothing was remembered");
	n = fread(was, 1, strlen(now) + 1, f);
	was[n] = '\0';
	fclose(f);
	return !strcmp(was, now) || scene_fail(s, "it was\n%sand is\n%s", was, now);
}

/* hub forgets: every cursor is lost, and the keys are those of another model */
static bool forgets(struct scene *s)
{
	const char *path = arena_printf(s->arena, "%s/doorstroom.db", s->dir);
	sqlite3 *db;
	bool ok;

	drive_close(s);
	if (sqlite3_open(path, &db))
		abort();
	ok = !sqlite3_exec(db, "UPDATE feed SET cursor = NULL, scan_cursor = NULL; UPDATE keyed SET model = 'another' WHERE name IN "
		"('match_key', 'decision_key')", NULL, NULL, NULL);
	sqlite3_close(db);
	return ok || scene_fail(s, "it cannot be made to forget");
}

bool desk_play(struct scene *s, bool *known)
{
	const char *first = word(s, 0), *second = word(s, 1);

	*known = true;
	if (!strcmp(first, "admin") && !strcmp(second, "merges"))
		return merges(s);
	if (!strcmp(first, "admin") && !strcmp(second, "replaces"))
		return replaces(s);
	if (!strcmp(first, "admin") && !strcmp(second, "undoes"))
		return undoes(s);
	if (!strcmp(first, "admin") && (!strcmp(second, "accepts") || !strcmp(second, "rejects")))
		return settles(s);
	if (!strcmp(first, "admin") && !strcmp(second, "replays"))
		return replays(s);
	if (!strcmp(first, "hub") && !strcmp(second, "replay"))
		return replay(s);
	if (!strcmp(first, "hub") && !strcmp(second, "same"))
		return together(s, true);
	if (!strcmp(first, "hub") && !strcmp(second, "apart"))
		return together(s, false);
	if (!strcmp(first, "hub") && !strcmp(second, "duplicate"))
		return duplicate(s);
	if (!strcmp(first, "hub") && !strcmp(second, "remember"))
		return remember(s);
	if (!strcmp(first, "hub") && !strcmp(second, "as"))
		return as_remembered(s);
	if (!strcmp(first, "hub") && !strcmp(second, "forgets"))
		return forgets(s);
	*known = false;
	return false;
}
