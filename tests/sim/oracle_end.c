/*
 * oracle_end.c - after the quiet: is everything where it belongs, and does the hub know what is there?
 */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

enum { CALM_MS = 2 * 3600000, LINKS_MAX = 64 };

/* --- gathering ---------------------------------------------------------------------------------------------------- */

static int64_t number(struct ledger *l, const char *sql)
{
	sqlite3_stmt *q = NULL;
	int64_t n = -1;

	if (sqlite3_prepare_v2(l->hub->store->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return n;
}

static const char *words(struct ledger *l, const char *sql)
{
	sqlite3_stmt *q = NULL;
	const char *text = NULL;

	if (sqlite3_prepare_v2(l->hub->store->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
		text = arena_strdup(l->arena, (const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	return text;
}

static struct place *place_of(struct ledger *l, int partner)
{
	const struct hub_partner *p = hub_partner(l->hub, partner);

	for (unsigned i = 0; p && i < SIM_PARTNERS; i++)
		if (!strcmp(l->w->place[i].is->name, p->config->id))
			return &l->w->place[i];
	return NULL;
}

static bool load(struct ledger *l, struct err *e)
{
	const int64_t shadows = number(l, "SELECT coalesce(max(id), 0) FROM shadow");
	const int64_t entities = number(l, "SELECT coalesce(max(id), 0) FROM entity");

	l->n = (size_t)shadows + 1;
	l->link = arena_array(l->arena, struct link *, l->n);
	l->nentities = (size_t)entities + 1;
	l->entity = arena_array(l->arena, struct entity *, l->nentities);
	for (int64_t id = 1; id <= shadows; id++) {
		struct link *k;
		struct shadow *s;

		if (!store_shadow(l->hub->store, l->arena, id, &s, e))
			return false;
		/* What the hub itself contributes is held as by a partner of that name. */
		if (!s || !*s->key || !place_of(l, s->partner))
			continue;
		k = l->link[id] = arena_new_of(l->arena, struct link);
		*k = (struct link){.shadow = s, .place = place_of(l, s->partner), .told = shadow_new(l->arena, s->partner, s->type, s->key)};
		k->rec = k->place ? place_at(k->place, s->type, s->key) : NULL;
		k->told->id = id;
		k->told->entity = s->entity;
		k->told->state = s->state;
		k->told->alias_of = s->alias_of;
	}
	for (int64_t id = 1; id <= entities; id++) {
		struct entity *x;

		if (!store_entity(l->hub->store, l->arena, id, &x, e))
			return false;
		l->entity[id] = x && x->id == id ? x : NULL;
	}
	return true;
}

struct link *ledger_link(struct ledger *l, int64_t shadow)
{
	return shadow > 0 && (size_t)shadow < l->n ? l->link[shadow] : NULL;
}

bool ledger_is(const struct link *k, const char *key)
{
	const size_t n = strlen(key);

	return !strncmp(k->shadow->key, key, n) && (!k->shadow->key[n] || k->shadow->key[n] == '\002');
}

size_t ledger_links_of(struct ledger *l, int64_t entity, struct link **out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n && n < max; i++)
		if (l->link[i] && l->link[i]->shadow->entity == entity)
			out[n++] = l->link[i];
	return n;
}

/* --- is it at rest? ------------------------------------------------------------------------------------------------- */

/* A referral whose company people have taken away at its receiver waits for it as long as it takes. */
#define OPEN "state <> 7"   /* OUTBOX_WAITING */

static void at_rest(struct ledger *l)
{
	struct world *w = l->w;
	const int64_t rows = number(l, "SELECT count(*) FROM outbox WHERE " OPEN);

	if (w->last_effect_ms + CALM_MS > world_now(w))
		world_violated(w, "I1 convergence", "something was still written %.0f s before the end",
			(double)(world_now(w) - w->last_effect_ms) / 1000);
	if (rows) {
		sqlite3_stmt *q = NULL;

		sqlite3_prepare_v2(l->hub->store->db, "SELECT partner, entity, kind, state, error FROM outbox WHERE " OPEN " LIMIT 1", -1, &q, NULL);
		if (sqlite3_step(q) == SQLITE_ROW)
			world_violated(w, "I1 convergence", "%lld rows are still to be sent: one of entity %lld to %s, %s, %s: %s",
				(long long)rows, (long long)sqlite3_column_int64(q, 1),
				place_of(l, sqlite3_column_int(q, 0))->is->name, outbox_kind_name((enum outbox_kind)sqlite3_column_int(q, 2)),
				outbox_state_name((enum outbox_state)sqlite3_column_int(q, 3)), (const char *)sqlite3_column_text(q, 4));
		sqlite3_finalize(q);
	}
	if (number(l, "SELECT count(*) FROM plan WHERE state = 'held'"))
		world_violated(w, "I1 convergence", "a plan is held, whatever the admin approves");
	if (number(l, "SELECT count(*) FROM quarantine"))
		world_violated(w, "I1 convergence", "%s is left in quarantine, and nothing is wrong with it",
			words(l, "SELECT p.name || ' ' || q.key FROM quarantine q JOIN partner p ON p.id = q.partner"));
	if (number(l, "SELECT count(*) FROM review WHERE state = 'open' AND kind IN ('match', 'merge', 'duplicate', 'apart')"))
		world_violated(w, "I1 convergence", "a question is still open, whatever the admin answers: %s",
			words(l, "SELECT kind || ' shadow ' || shadow || ' entity ' || entity || ' other ' || other FROM review "
				 "WHERE state = 'open' AND kind IN ('match', 'merge', 'duplicate', 'apart')"));
	for (size_t i = 0; i < engine_partners(w->engine); i++) {
		struct partner_status s;

		engine_status(w->engine, i, &s);
		if (strcmp(s.state, "active"))
			world_violated(w, "I1 convergence", "%s is %s: %s", s.id, s.state, s.reason);
		if (s.last_complete_ms + (int64_t)(w->place[s.id[1] - '1'].is->complete_s * 2500) < loop_wall(&w->sim.loop))
			world_violated(w, "I9 isolation", "%s has not been read to the end for %lld s", s.id,
				(long long)(loop_wall(&w->sim.loop) - s.last_complete_ms) / 1000);
	}
}

/* --- does the hub know what is there? --------------------------------------------------------------------------------- */

/* What the partner holds in that field, as the hub would say it; NULL: it refers to what nobody knows. */
static const char *as_hub(struct ledger *l, const struct link *k, unsigned f)
{
	const struct field *field = field_at(k->shadow->type, f);
	const char *value = rec_now(k->rec)->v[f], *id;

	if (field->kind != VALUE_REF || !*value)
		return value;
	id = store_ref_in(l->hub->store, l->arena, k->shadow->partner, field->target, value);
	return id ? id : arena_printf(l->arena, "?%s", value);
}

static bool same_ref(struct ledger *l, const char *a, const char *b)
{
	return *a && *b && *a != '?' && *b != '?' &&
		!strcmp(store_ref_follow(l->hub->store, l->arena, a), store_ref_follow(l->hub->store, l->arena, b));
}

static void knows_values(struct ledger *l, const struct link *k)
{
	for (unsigned f = 0; f < field_count(k->shadow->type); f++) {
		const char *base = k->shadow->cell[f].base, *value = as_hub(l, k, f);

		if (!strcmp(base ? base : "", value) || (field_at(k->shadow->type, f)->kind == VALUE_REF && base && same_ref(l, base, value)))
			continue;
		/* A field that is left out when empty says nothing; that is what leaving out means. */
		if (!*value && k->place->is->leaves_out_empty)
			continue;
		world_blame(l->w, k->place, k->rec, f, NULL);
		world_violated(l->w, "I1 convergence", "%s %s #%u %s: the hub believes \"%s\", there stands \"%s\"", k->place->is->name,
			k->rec->key, k->rec->thing, field_at(k->shadow->type, f)->name, base ? base : "(unknown)", value);
	}
}

static void knows_records(struct ledger *l)
{
	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		for (size_t n = 0; n < l->w->place[i].n; n++) {
			const struct rec *r = l->w->place[i].rec[n];
			bool known = false;

			if (rec_now(r)->standing != STANDS || r->recycled)
				continue;
			for (size_t k = 0; k < l->n && !known; k++)
				known = l->link[k] && l->link[k]->rec == r && l->link[k]->shadow->state == SHADOW_LIVE;
			if (!known)
				world_violated(l->w, "I1 convergence", "%s %s #%u: the hub does not know of it", r->place->is->name, r->key,
					r->thing);
		}
	for (size_t k = 0; k < l->n; k++) {
		const struct link *x = l->link[k];

		if (!x || x->shadow->state != SHADOW_LIVE)
			continue;
		if (!x->rec || rec_now(x->rec)->standing != STANDS)
			world_violated(l->w, "I1 convergence", "%s %s: the hub believes in a record that is gone", x->place->is->name,
				x->shadow->key);
		else
			knows_values(l, x);
	}
	for (size_t k = 0; k < l->n; k++)
		if (l->link[k] && l->link[k]->shadow->state == SHADOW_PENDING)
			world_violated(l->w, "I1 convergence", "a create at %s is still pending", l->link[k]->place->is->name);
}

/* --- is everything where it belongs? ----------------------------------------------------------------------------------- */

static size_t count_of(const char *set)
{
	size_t n = 0, len;

	while (set_next(&set, &len))
		n++;
	return n;
}

/* As many of the golden elements as fit, whichever. */
static bool holds_some(const char *golden, const char *got, size_t most)
{
	const char *cursor = got;
	size_t n = count_of(golden), len;

	for (const char *e; (e = set_next(&cursor, &len));) {
		char text[SIM_VALUE];

		memcpy(text, e, len);
		text[len] = '\0';
		if (!set_has(golden, text))
			return false;
	}
	return count_of(got) == (n < most ? n : most);
}

static bool shows(struct ledger *l, const struct link *k, const struct entity *x, unsigned f)
{
	const struct field *field = field_at(x->type, f);
	const char *golden = x->golden->v[f], *got = rec_now(k->rec)->v[f], *key;

	/* A field that is left out when empty cannot be seen to have been emptied. */
	if (!*got && k->place->is->leaves_out_empty)
		return true;
	if (field->kind == VALUE_REF && *golden) {
		key = *golden == '?' ? NULL : store_ref_out(l->hub->store, l->arena, k->shadow->partner, golden);
		/* Where somebody's reference is to a record that is gone, it still means the same. */
		return !key || !strcmp(key, got) || same_ref(l, golden, as_hub(l, k, f));
	}
	if (k->place->is->quirk[x->type][f] == QUIRK_FEW)
		return holds_some(golden, got, k->place->is->keeps[x->type][f]);
	return !strcmp(place_renders(k->place, x->type, f, golden), got);
}

static void agrees(struct ledger *l, const struct link *k, const struct entity *x)
{
	for (unsigned f = 0; f < field_count(x->type); f++)
		if (x->golden->v[f] && !(x->held & FIELD_BIT(f)) && !shows(l, k, x, f)) {
			world_blame(l->w, k->place, k->rec, f, field_at(x->type, f)->kind == VALUE_REF ? NULL
				: place_renders(k->place, x->type, f, x->golden->v[f]));
			world_violated(l->w, "I1 convergence", "%s %s #%u %s: golden is \"%s\", there stands \"%s\"", k->place->is->name,
				k->rec->key, k->rec->thing, field_at(x->type, f)->name, x->golden->v[f], rec_now(k->rec)->v[f]);
		}
}

static bool contributes(struct link *const *link, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (unsigned f = 0; f < RECORD_FIELDS_MAX && link[i]->shadow->state == SHADOW_LIVE; f++)
			if (link[i]->shadow->cell[f].own)
				return true;
	return false;
}

static bool is_for(const struct place *p, const struct entity *x)
{
	const char *from = x->golden->v[REFERRAL_FROM_PARTNER], *to = x->golden->v[REFERRAL_TO_PARTNER];

	return x->type != RECORD_REFERRAL || (from && !strcmp(from, p->is->name)) || (to && !strcmp(to, p->is->name));
}

/* A referral cannot be where its company cannot be. */
static bool can_refer(struct ledger *l, const struct entity *x, int partner)
{
	const char *company = x->type == RECORD_REFERRAL ? x->golden->v[REFERRAL_ORGANIZATION] : NULL;

	return x->type != RECORD_REFERRAL || (company && *company && *company != '?' && store_ref_out(l->hub->store, l->arena, partner, company));
}

static void is_everywhere(struct ledger *l, const struct entity *x, struct link *const *link, size_t n)
{
	if (!contributes(link, n) || store_review_on(l->hub->store, x->id))
		return;
	for (size_t i = 0; i < l->hub->n; i++) {
		const int id = l->hub->partner[i].id;
		const struct place *p = place_of(l, id);
		bool there = false;

		for (size_t k = 0; k < n; k++)
			there |= link[k]->shadow->partner == id && link[k]->shadow->state == SHADOW_LIVE;
		if (!there && p->is->caps & ADAPTER_CAN_CREATE && !store_suppressed(l->hub->store, id, x->id) && is_for(p, x) &&
			can_refer(l, x, id)) {
			world_blame(l->w, (struct place *)p, n ? link[0]->rec : NULL, 0, NULL);
			world_violated(l->w, "I1 convergence", "%s lacks entity %lld, %s #%u", p->is->name, (long long)x->id,
				record_type_name(x->type), identity_read(l->w, x->type, x->golden));
		}
	}
}

/* No two things in one entity, and no two entities of one thing that nobody has parted. */
static void is_one(struct ledger *l, const struct entity *x, struct link *const *link, size_t n)
{
	const struct rec *first = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct rec *r = link[i]->shadow->state == SHADOW_LIVE ? link[i]->rec : NULL;

		if (!r)
			continue;
		if (first && world_root(l->w, first->thing) != world_root(l->w, r->thing))
			world_violated(l->w, "I1 wrong link", "%s %s #%u and %s %s #%u are one in the hub", first->place->is->name, first->key,
				first->thing, r->place->is->name, r->key, r->thing);
		for (size_t k = 0; k < i; k++)
			if (link[k]->shadow->state == SHADOW_LIVE && link[k]->place == link[i]->place &&
				!shadow_aside(link[k]->shadow) && !shadow_aside(link[i]->shadow))
				world_violated(l->w, "I5 duplicate create", "%s has two records of entity %lld: %s and %s", link[i]->place->is->name,
					(long long)x->id, link[i]->shadow->key, link[k]->shadow->key);
		first = r;
	}
}

bool oracle_beliefs(struct ledger *l, struct err *e)
{
	(void)e;
	at_rest(l);
	knows_records(l);
	for (size_t i = 0; i < l->nentities; i++) {
		const struct entity *x = l->entity[i];
		struct link *link[LINKS_MAX];
		size_t n;

		if (!x || x->state == ENTITY_MERGED)
			continue;
		n = ledger_links_of(l, x->id, link, LINKS_MAX);
		is_one(l, x, link, n);
		for (size_t k = 0; k < n; k++) {
			if (link[k]->shadow->state != SHADOW_LIVE || !link[k]->rec || rec_now(link[k]->rec)->standing != STANDS)
				continue;
			if (x->state == ENTITY_LIVE && link[k]->place->is->caps & ADAPTER_CAN_UPDATE && !shadow_aside(link[k]->shadow))
				agrees(l, link[k], x);
			if (x->state == ENTITY_DELETED && link[k]->place->is->caps & ADAPTER_CAN_DELETE)
				world_violated(l->w, "I1 convergence", "%s %s #%u is deleted in the hub and stands there",
					link[k]->place->is->name, link[k]->rec->key, link[k]->rec->thing);
		}
		if (x->state == ENTITY_LIVE)
			is_everywhere(l, x, link, n);
	}
	return true;
}

void oracle_end(struct world *w)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct ledger l = {.w = w, .hub = engine_hub(w->engine), .arena = arena};
	struct err e = {0};

	oracle_decided(w);
	if (!load(&l, &e) || !oracle_beliefs(&l, &e) || !oracle_log(&l, &e))
		world_violated(w, "I7 crash safety", "the store cannot be read: %s", e.text);
}
