/*
 * report-drive FOLDER: plays what partners deliver into a store, through the hub's own matching and deciding, by a clock
 * that the lines bring along. A line on stdin is a JSON object:
 *
 *   {"partners":["unizo",...]}                                 first
 *   {"at":"2025-03-01T10:00:00Z","partner":"unizo","type":"contact","items":[{"key":"c1","fields":{...}},{"key":"c2","gone":true}]}
 *   {"at":...,"merge":["unizo:organization:k1","voka:organization:k2"]}
 *   {"at":...,"split":["voka:organization:k2"]}          they leave together
 *   {"at":...,"verdict":"accept"}                              of the oldest open question about people or companies
 *
 * Values are what a mapping would give: they are brought into canonical form, references are the partner's keys.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "engine/hub.h"

#define PARTNERS_MAX 32

struct player {
	struct arena *arena;
	struct config config;
	struct partner_config partner_config[PARTNERS_MAX], *list[PARTNERS_MAX];
	struct hub_partner partner[PARTNERS_MAX];
	struct hub hub;
	unsigned line;
};

__attribute__((noreturn)) static void fail(const struct player *p, const char *what)
{
	fprintf(stderr, "line %u: %s\n", p->line, what);
	exit(1);
}

#define must(p, call, e)                         \
	do {                                     \
		if (!(call))                     \
			fail(p, (e).text);       \
	} while (0)

static void know_partners(struct player *p, const json_t *names)
{
	const json_t *name;
	struct err e;
	size_t i;

	p->config.partner = p->list;
	p->config.n = p->hub.n = json_array_size(names);
	if (p->hub.n > PARTNERS_MAX)
		fail(p, "too many partners");
	p->hub.config = &p->config;
	p->hub.partner = p->partner;
	for (int t = 0; t < RECORD_TYPES; t++)
		for (unsigned f = 0; f < field_count((enum record_type)t); f++)
			p->config.policy[t][f] = field_at((enum record_type)t, f)->policy;
	must(p, store_begin(p->hub.store, &e), e);
	json_array_foreach(names, i, name) {
		struct partner_config *c = p->list[i] = &p->partner_config[i];
		struct store_partner row;

		c->id = arena_strdup(p->arena, json_string_value(name));
		c->enabled = true;
		c->types = 15;
		c->onboarding = ONBOARDING_APPLY;
		memset(c->rank, 0xff, sizeof(c->rank));
		for (int t = 0; t < RECORD_TYPES; t++)
			for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
				c->rank[t][f] = (unsigned)i;
		for (int g = 0; g < GUARDS; g++)
			c->guard[g] = guard_default((enum guard)g);
		must(p, store_partner(p->hub.store, p->arena, c->id, &row, &e), e);
		p->partner[i] = (struct hub_partner){ .id = row.id, .config = c, .types = 15, .onboarded = true, .scanned = true };
		for (int t = 0; t < RECORD_TYPES; t++)
			p->partner[i].readable[t] = ~UINT64_C(0);
	}
	must(p, store_commit(p->hub.store, &e), e);
}

static struct record *record_of(struct player *p, enum record_type type, const json_t *fields)
{
	struct record *r = record_new(p->arena, type);
	const char *name;
	json_t *value;
	struct err e;

	json_object_foreach((json_t *)fields, name, value) {
		const int f = field_find(type, name);

		if (f < 0)
			fail(p, name);
		must(p, r->v[f] = value_parse(p->arena, field_at(type, (unsigned)f), value, &e), e);
	}
	return r;
}

static void play_page(struct player *p, const json_t *line)
{
	const json_t *items = json_object_get(line, "items"), *x;
	const struct hub_partner *partner = hub_partner_named(&p->hub, json_string_value(json_object_get(line, "partner")));
	const size_t n = json_array_size(items);
	struct item *item = arena_array(p->arena, struct item, n);
	struct page page = { .item = item, .n = n, .asked = store_seq(p->hub.store), .approved = true, .arena = p->arena };
	struct err e;
	size_t i;

	if (!partner || !record_type_parse(json_string_value(json_object_get(line, "type")), &page.type))
		fail(p, "no such partner or type");
	page.partner = partner->id;
	json_array_foreach(items, i, x) {
		item[i] = (struct item){ .type = page.type, .key = json_string_value(json_object_get(x, "key")) };
		if (json_is_true(json_object_get(x, "gone")))
			item[i].state = ITEM_GONE;
		else
			item[i].record = record_of(p, page.type, json_object_get(x, "fields"));
	}
	must(p, reconcile_page(&p->hub, &page, &e), e);
	if (page.guarded)
		fail(p, page.why);
}

static struct shadow *shadow_of(struct player *p, const char *name)
{
	char partner[64], type[32], key[128];
	const struct hub_partner *at;
	enum record_type t;
	struct shadow *s = NULL;
	struct err e;

	if (!name || sscanf(name, "%63[^:]:%31[^:]:%127s", partner, type, key) != 3 || !record_type_parse(type, &t) ||
		!(at = hub_partner_named(&p->hub, partner)))
		fail(p, "a record is PARTNER:TYPE:KEY");
	must(p, store_shadow_by_key(p->hub.store, p->arena, at->id, t, key, &s, &e), e);
	if (!s)
		fail(p, name);
	return s;
}

static bool play_split(struct player *p, const json_t *names, struct tally *tally, struct err *e)
{
	const size_t n = json_array_size(names);
	int64_t *id = arena_array(p->arena, int64_t, n), fresh;

	for (size_t i = 0; i < n; i++)
		id[i] = shadow_of(p, json_string_value(json_array_get(names, i)))->id;
	return join_split(&p->hub, p->arena, id, n, "a test", &fresh, tally, e);
}

static void play_act(struct player *p, const json_t *line)
{
	const json_t *merge = json_object_get(line, "merge"), *split = json_object_get(line, "split");
	const char *verdict = json_string_value(json_object_get(line, "verdict"));
	struct tally tally = { 0 };
	struct review *r = NULL;
	struct err e;
	bool ok = true;

	must(p, store_begin(p->hub.store, &e), e);
	if (merge)
		ok = join_merge(&p->hub, p->arena, shadow_of(p, json_string_value(json_array_get(merge, 0)))->entity,
			shadow_of(p, json_string_value(json_array_get(merge, 1)))->entity,
			&(struct join){ .how = "manual", .by = "a test" }, &tally, &e);
	else if (split)
		ok = play_split(p, split, &tally, &e);
	for (int64_t id = 1; verdict && ok && id < 10000; id++) {
		ok = store_review(p->hub.store, p->arena, id, &r, &e);
		if (!ok || !r || strcmp(r->state, "open"))
			continue;
		ok = review_settle(&p->hub, p->arena, id, !strcmp(verdict, "accept"), "a test", &tally, &e);
		break;
	}
	must(p, store_end(p->hub.store, ok, &e), e);
}

static void play_line(struct player *p, const json_t *line)
{
	const char *at = json_string_value(json_object_get(line, "at"));
	int64_t ms;

	if (json_object_get(line, "partners")) {
		know_partners(p, json_object_get(line, "partners"));
		return;
	}
	if (!at || !time_parse(at, &ms) || ms < p->hub.now_ms)
		fail(p, "at: a time is wanted that is not before the last");
	p->hub.now_ms = ms;
	if (json_object_get(line, "items"))
		play_page(p, line);
	else
		play_act(p, line);
}

int main(int argc, char **argv)
{
	AUTO(arena_free) struct arena *lasting = arena_new();
	AUTO(arena_free) struct arena *passing = arena_new();
	struct player p = { .arena = lasting, .hub = { .random = 7 } };
	struct err e;
	char *text = NULL;
	size_t cap = 0;

	if (argc != 2)
		return 2;
	p.hub.store = store_open(&(struct store_options){ .path = arena_printf(lasting, "%s/doorstroom.db", argv[1]) }, &e);
	must(&p, p.hub.store, e);
	while (getline(&text, &cap, stdin) > 0) {
		AUTO(json_drop) json_t *line = json_loads(text, 0, NULL);

		p.line++;
		if (!line)
			fail(&p, "not JSON");
		p.arena = p.line == 1 ? lasting : passing;
		play_line(&p, line);
		arena_reset(passing);
	}
	free(text);
	store_close(p.hub.store);
	return 0;
}
