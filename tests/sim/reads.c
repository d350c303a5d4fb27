/*
 * reads.c - what a list, a feed or a single read shows.
 *
 * Cursors: "p<index>,<feed>" the next page of a complete list; "f<feed>" what has changed since; "s<second>,<index>" the
 * same for a feed that goes by seconds, which therefore begins with that second once more.
 */
#include "remote.h"

#include <stdio.h>
#include <string.h>

void remote_show(struct place *p, struct arena *arena, const struct rec *r, const struct state *s, struct item *out)
{
	const uint64_t mask = p->is->caps & ADAPTER_CAN_ORDERED ? 0 : 0x9e3779b97f4a7c15u;

	*out = (struct item){
		.type = r->type,
		.key = arena_strdup(arena, r->key),
		.modified_ms = p->w->sim.wall + (int64_t)s->at_ms + p->is->skew_ms,
	};
	if (p->is->caps & ADAPTER_CAN_VERSIONS)
		out->version = arena_printf(arena, "%llu", (unsigned long long)(s->number * (mask | 1)));
	if (p->is->caps & ADAPTER_CAN_FIND)
		out->hub_id = arena_strdup(arena, r->hub_id);
	if (s->standing == MERGED && p->is->shows_merges) {
		out->state = ITEM_MERGED;
		out->merged_into = arena_strdup(arena, s->into->key);
		return;
	}
	if (s->standing != STANDS) {
		out->state = ITEM_GONE;
		return;
	}
	if (s->unusable) {
		err_set(&out->err, ERR_ITEM, "it makes no sense");
		strcpy(out->err.field, "/name");
		out->raw = "{\"name\":17}";
		return;
	}
	out->record = record_new(arena, r->type);
	for (unsigned f = 0; f < field_count(r->type) && f < SIM_FIELDS; f++)
		if (*s->v[f] || !p->is->leaves_out_empty)
			out->record->v[f] = arena_strdup(arena, s->v[f]);
}

static uint64_t lists_show_ms(const struct place *p)
{
	const uint64_t now = world_now(p->w);

	return now > p->is->lag_ms ? now - p->is->lag_ms : 0;
}

/* NULL: a list does not show it. */
static const struct state *listed(const struct place *p, const struct rec *r, enum record_type type)
{
	return r->type != type || r->recycled ? NULL : rec_shown(r, lists_show_ms(p));
}

/* From complete lists: a feed that passes a change by never tells it again, and no hub could know. */
static bool is_missing(const struct place *p, const struct rec *r)
{
	return p->vanishing & 1u << r->type && world_now(p->w) < p->vanish_until_ms && rec_vanishes(r);
}

static void list_all(struct place *p, struct pull *pull, unsigned from, uint64_t feed)
{
	/* Of those that would be missing, people may have taken most away since. */
	if (!from)
		p->vanishing &= faults_too_many_to_miss(p);
	pull->total = 0;
	for (unsigned i = 0; i < p->n; i++) {
		const struct state *s = listed(p, p->rec[i], pull->type);

		if (!s || s->standing != STANDS || is_missing(p, p->rec[i]))
			continue;
		pull->total++;
		if (i < from || pull->more)
			continue;
		if (pull->n == p->is->page) {
			pull->more = true;
			pull->next = arena_printf(pull->arena, "p%u,%llu", i, (unsigned long long)feed);
			continue;
		}
		remote_show(p, pull->arena, p->rec[i], s, &pull->item[pull->n++]);
	}
	p->scanning = pull->more;
	if (!pull->more && p->is->caps & ADAPTER_CAN_INCREMENTAL)
		pull->next = arena_printf(pull->arena, p->is->by_second ? "s%llu,0" : "f%llu", (unsigned long long)feed);
	p->w->out->deeds[DEED_SCAN] += !pull->more;
}

/* Changes in the order of the feed: of equal seconds, by index. */
static uint64_t order_of(const struct place *p, const struct state *s, unsigned index)
{
	return p->is->by_second ? (s->at_ms / 1000) << 20 | index : s->feed;
}

static void list_changes(struct place *p, struct pull *pull, uint64_t since)
{
	uint64_t last = since;

	while (!pull->more) {
		const struct state *next = NULL;
		unsigned at = 0;

		for (unsigned i = 0; i < p->n; i++) {
			const struct state *s = listed(p, p->rec[i], pull->type);

			if (s && order_of(p, s, i) >= last && (!next || order_of(p, s, i) < order_of(p, next, at))) {
				next = s;
				at = i;
			}
		}
		if (!next)
			break;
		pull->more = pull->n == p->is->page;
		last = order_of(p, next, at);
		if (pull->more)
			break;
		last++;
		if (next->standing == STANDS || p->is->caps & ADAPTER_CAN_TOMBSTONES)
			remote_show(p, pull->arena, p->rec[at], next, &pull->item[pull->n++]);
	}
	/* The second is not over: what else happens in it is still to be told. */
	if (p->is->by_second && !pull->more && last > since)
		last = last >> 20 << 20;
	pull->next = p->is->by_second ? arena_printf(pull->arena, "s%llu,%llu", (unsigned long long)(last >> 20),
						(unsigned long long)(last & 0xfffff))
				      : arena_printf(pull->arena, "f%llu", (unsigned long long)last);
	p->w->out->deeds[DEED_POLL]++;
}

bool read_list(struct place *p, struct pull *pull, struct err *e)
{
	unsigned long long feed = 0, index = 0;
	unsigned from = 0;

	pull->item = arena_array(pull->arena, struct item, p->is->page);
	pull->n = 0;
	if (!pull->cursor) {
		for (unsigned i = 0; i < p->n; i++) {
			const struct state *s = rec_shown(p->rec[i], lists_show_ms(p));

			if (s && s->feed >= feed)
				feed = s->feed + 1;
		}
		list_all(p, pull, 0, p->is->by_second ? lists_show_ms(p) / 1000 : feed);
	} else if (sscanf(pull->cursor, "p%u,%llu", &from, &feed) == 2)
		list_all(p, pull, from, feed);
	else if (sscanf(pull->cursor, "f%llu", &feed) == 1 && !pull->complete)
		list_changes(p, pull, feed);
	else if (sscanf(pull->cursor, "s%llu,%llu", &feed, &index) == 2 && !pull->complete)
		list_changes(p, pull, feed << 20 | index);
	else {
		world_violated(p->w, "contract", "%s was given the cursor %s%s", p->is->name, pull->cursor,
			pull->complete ? " for a complete list" : "");
		return err_set(e, ERR_BROKEN, "what cursor?");
	}
	world_tell(p->w, "%s lists %zu of type %u", p->is->name, pull->n, pull->type);
	return true;
}

bool read_one(struct place *p, struct get *get, struct err *e)
{
	const struct state *s = NULL;
	struct rec *r = NULL;

	(void)e;
	if (get->key) {
		r = place_at(p, get->type, get->key);
		s = r ? rec_now(r) : NULL;
	}
	for (size_t i = 0; i < p->n && !get->key && !s; i++) {
		r = p->rec[i];
		s = r->type == get->type && r->hub_id && !strcmp(r->hub_id, get->hub_id) && !r->recycled
			? rec_shown(r, lists_show_ms(p))
			: NULL;
		s = s && s->standing == STANDS ? s : NULL;
	}
	p->w->out->deeds[get->key ? DEED_GET : DEED_FIND]++;
	get->found = s && (s->standing == STANDS || (s->standing == MERGED && p->is->shows_merges));
	if (get->found)
		remote_show(p, get->arena, r, s, &get->item);
	world_tell(p->w, "%s %s %s", p->is->name, get->found ? "shows" : "has no", get->key ? get->key : get->hub_id);
	return true;
}
