/*
 * place.c - what a partner holds, state by state, and how its system writes things down.
 */
#include "sim.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static void *grown(void *item, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return item;
	*room = *room ? *room * 2 : 16;
	item = realloc(item, *room * size);
	if (!item)
		abort();
	return item;
}

struct rec *place_at(struct place *p, enum record_type type, const char *key)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->rec[i]->type == type && !p->rec[i]->recycled && !strcmp(p->rec[i]->key, key))
			return p->rec[i];
	return NULL;
}

struct rec *place_record_of(struct place *p, unsigned thing)
{
	for (size_t i = 0; i < p->n; i++)
		if (rec_now(p->rec[i])->standing == STANDS &&
			world_root(p->w, p->rec[i]->thing) == world_root(p->w, thing))
			return p->rec[i];
	return NULL;
}

struct rec *place_choose(struct place *p, enum record_type type, uint64_t pick)
{
	struct rec *best = NULL;
	uint64_t least = 0;

	for (size_t i = 0; i < p->n; i++) {
		const uint64_t order = hash_bytes(&p->rec[i]->thing, sizeof p->rec[i]->thing, pick);

		if (p->rec[i]->type != type || rec_now(p->rec[i])->standing != STANDS || (best && order >= least))
			continue;
		best = p->rec[i];
		least = order;
	}
	return best;
}

/* Somebody's reference still is that key: a system that gives it out again all the same is beyond help. */
static bool referred_to(const struct place *p, const struct rec *old)
{
	for (size_t i = 0; i < p->n; i++)
		for (unsigned f = 0; f < field_count(p->rec[i]->type) && f < SIM_FIELDS; f++)
			if (field_at(p->rec[i]->type, f)->kind == VALUE_REF && !strcmp(rec_now(p->rec[i])->v[f], old->key))
				return true;
	return false;
}

/* So long that every complete list in between has been read without it. */
static bool is_long_gone(const struct place *p, const struct state *gone)
{
	const uint64_t since = p->vanish_until_ms > gone->at_ms ? p->vanish_until_ms : gone->at_ms;

	return since + 4 * p->is->complete_s * 1000 <= world_now(p->w);
}

/* A key that was another's long ago, where a system does that; else a new one. */
static const char *new_key(struct place *p, enum record_type type)
{
	for (size_t i = 0; i < p->n && p->is->recycles; i++) {
		struct rec *old = p->rec[i];
		const struct state *now = rec_now(old);

		if (old->type != type || old->recycled || now->standing != DELETED || !is_long_gone(p, now) ||
			referred_to(p, old) || world_believes_in(p->w, old))
			continue;
		old->recycled = true;
		return old->key;
	}
	return arena_printf(p->w->arena, "%s-%llu", p->is->name, (unsigned long long)++p->made);
}

struct rec *place_add(struct place *p, enum record_type type, unsigned thing, enum author author)
{
	struct rec *r = arena_new_of(p->w->arena, struct rec);

	p->rec = grown(p->rec, p->n, &p->room, sizeof(struct rec *));
	*r = (struct rec){.type = type, .place = p, .thing = thing, .hub_made = author == BY_HUB};
	r->key = new_key(p, type);
	r->state = grown(NULL, 0, &r->room, sizeof *r->state);
	memset(r->state, 0, sizeof *r->state);
	for (unsigned f = 0; f < SIM_FIELDS; f++)
		r->state[0].v[f] = "";
	r->nstates = 1;
	p->rec[p->n++] = r;
	rec_change(r, author)->standing = STANDS;
	return r;
}

struct state *rec_change(struct rec *r, enum author author)
{
	struct place *p = r->place;
	struct state *s;

	r->state = grown(r->state, r->nstates, &r->room, sizeof *r->state);
	s = &r->state[r->nstates];
	*s = r->state[r->nstates - 1];
	r->nstates++;
	s->at_ms = world_now(p->w);
	s->author = author;
	s->number++;
	s->feed = ++p->feed;
	p->w->out->changes += author == BY_PEOPLE;
	return s;
}

const struct state *rec_shown(const struct rec *r, uint64_t at_ms)
{
	for (size_t i = r->nstates; i-- > 0;)
		if (r->state[i].at_ms <= at_ms)
			return r->state[i].standing == NOT_YET ? NULL : &r->state[i];
	return NULL;
}

bool rec_vanishes(const struct rec *r)
{
	return hash_text(r->key, 7) % 4 != 0;
}

/* --- rendering -------------------------------------------------------------------------------------------------- */

static size_t trimmed(const char *v, size_t n)
{
	while (n && (v[n - 1] == ' ' || (v[n] & 0xc0) == 0x80))
		n--;
	return n;
}

static const char *few(struct arena *arena, const char *set, size_t most)
{
	const char *cursor = set;
	size_t n = 0, len;

	while (n < most && set_next(&cursor, &len))
		n++;
	return n < most || !*cursor ? set : arena_strndup(arena, set, (size_t)(cursor - set) - 1);
}

const char *place_renders(struct place *p, enum record_type type, unsigned field, const char *value)
{
	const size_t keeps = p->is->keeps[type][field];
	struct arena *arena = p->w->arena;
	size_t n = strlen(value);
	char *out;

	switch (p->is->quirk[type][field]) {
	case QUIRK_PLAIN:
		return value;
	case QUIRK_UPPER:
		out = arena_strdup(arena, value);
		for (char *c = out; *c; c++)
			*c = (char)toupper((unsigned char)*c);
		return out;
	case QUIRK_TRUNCATE:
		return n <= keeps ? value : arena_strndup(arena, value, trimmed(value, keeps));
	case QUIRK_NO_PUNCTUATION:
		while (n && (ispunct((unsigned char)value[n - 1]) || value[n - 1] == ' '))
			n--;
		return arena_strndup(arena, value, n);
	case QUIRK_FEW:
		return few(arena, value, keeps);
	}
	return value;
}

void rec_set(struct rec *r, struct state *s, unsigned field, const char *value)
{
	if (field < SIM_FIELDS)
		s->v[field] = place_renders(r->place, r->type, field, value);
}
