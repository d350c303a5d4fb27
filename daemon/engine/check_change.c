/* check_change.c - changes are told: by the next incremental reading, in the same instant, and while pages are read. */
#include "engine/check_parts.h"

enum { TOLD_TRIES = 5, SAME_TRIES = 5, SECOND_MS = 1000, PAGE = 2, PAGED = 5, PAGED_REQUESTS_MAX = 500 };

static bool no_subject(struct checking *c)
{
	return trial_not_tried(c, "no record could be made");
}

/* Reads on to the end, from where the last incremental reading ended; then from holds that place. */
static bool catch_up(struct checking *c)
{
	const char *from = c->changes.cursor ? c->changes.cursor : c->first.cursor;

	return trial_walk(c, &c->changes, from, 0, NULL);
}

static bool read_from(struct checking *c, const char *wanted)
{
	return trial_walk(c, &c->changes, c->from, 0, wanted);
}

static bool told_name(struct checking *c, const struct made *m, unsigned n)
{
	const uint64_t name = FIELD_BIT(mark_field(c));
	struct record *wanted = made_renamed(c, m, n);

	wanted->v[mark_field(c)] = made_image(c, (unsigned)mark_field(c), wanted->v[mark_field(c)]);
	return c->found && c->item.record && !made_differs(c, wanted, c->item.record, name);
}

bool check_edit_told(struct checking *c)
{
	static const char *const late = "capability LAGS (lists may lag), or cursor: an overlap longer than that";

	if (!c->subject)
		return no_subject(c);
	if (c->err.kind && c->turn)
		return trial_trouble(c, "reading on after a change");
	if (c->turn == 0)
		return catch_up(c);
	if (c->turn == 1) {
		c->from = arena_strdup(c->arena, c->changes.cursor);
		return made_rename(c, c->subject, NULL, 8);
	}
	if (c->asking != ASK_PULL)
		return read_from(c, c->subject->key);
	if (!told_name(c, c->subject, 8)) {
		if (c->count++ == TOLD_TRIES)
			return trial_failed(c, "modified, list and cursor: what is asked for, and from where",
				"a change made after a reading is not told by the next");
		return trial_wait(c, (uint64_t)SECOND_MS << c->count);
	}
	if (c->count && !(c->remote->caps & ADAPTER_CAN_LAGS))
		return trial_failed(c, late, "a change is told only %u s later", (2u << c->count) - 2);
	return trial_passed(c, NULL, c->count ? "a change is told, but only %u s later" : "a change is told by the next reading",
		(2u << c->count) - 2);
}

/* --- the same instant -------------------------------------------------------------------------------------------- */

/* One round: change the subject, read to the end, change the other at once, read on. */
enum { ROUND_BEGIN, ROUND_SUBJECT, ROUND_READ, ROUND_OTHER, ROUND_READ_ON, ROUND_LOOK };

static bool next_round(struct checking *c)
{
	if (++c->count <= SAME_TRIES) {
		c->step = ROUND_SUBJECT;
		return made_rename(c, c->subject, NULL, 10 + c->count);
	}
	if (c->fractions)
		return trial_passed(c, NULL, "%u changes right after a reading are told; its times are finer than a second", SAME_TRIES);
	return trial_not_tried(c, "no two changes fell into the same instant");
}

static bool judge_round(struct checking *c)
{
	const int64_t ms = c->found ? c->item.modified_ms : 0;
	const bool told = c->step == ROUND_READ_ON && told_name(c, c->other, 10 + c->count);

	c->fractions |= ms % SECOND_MS != 0;
	if (told && ms == c->subject_ms)
		return trial_passed(c, NULL, "a change in the same instant as the last one read is told");
	if (told || c->step == ROUND_LOOK) {
		if (!told && ms == c->subject_ms)
			return trial_failed(c, "list: a bound that is inclusive (>=, not >), or cursor: an overlap",
				"a change in the same instant as the last one read is never told");
		return next_round(c);
	}
	c->step = ROUND_LOOK;
	return made_look(c, c->other);
}

bool check_since_inclusive(struct checking *c)
{
	if (!c->subject)
		return no_subject(c);
	if (!c->turn) {
		c->step = ROUND_BEGIN;
		c->other = made_new(c);
		return c->other ? made_create(c, c->other) : no_subject(c);
	}
	if (c->err.kind)
		return trial_trouble(c, "changing and reading in turn");
	switch (c->step) {
	case ROUND_BEGIN:
		made_created(c, c->other);
		return next_round(c);
	case ROUND_SUBJECT:
		c->step = ROUND_READ;
		c->from = arena_strdup(c->arena, c->changes.cursor);
		return read_from(c, c->subject->key);
	case ROUND_READ:
		if (!c->found)
			return trial_not_tried(c, "changes are not told");
		if (!c->item.modified_ms)
			return trial_not_applicable(c, "it tells no times of change");
		c->subject_ms = c->item.modified_ms;
		c->from = arena_strdup(c->arena, c->changes.cursor);
		c->step = ROUND_OTHER;
		return made_rename(c, c->other, NULL, 10 + c->count);
	case ROUND_OTHER:
		c->step = ROUND_READ_ON;
		return read_from(c, c->other->key);
	}
	return judge_round(c);
}

/* --- pages, while records move ----------------------------------------------------------------------------------- */

/* Records of ours that were made and that the walk does not show, nor the reading after it. */
static unsigned missed(const struct checking *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < PAGED; i++)
		n += c->paged[i]->there && !walk_seen(&c->third, key_hash(c->paged[i]->key)) &&
		     !walk_seen(&c->changes, key_hash(c->paged[i]->key));
	return n;
}

/* A record on a page that was read moves to the end, or goes away: what stood behind it moves up. */
static bool disturb(struct checking *c)
{
	struct made *m = c->paged[0];

	c->disturbed = true;
	if (c->remote->caps & ADAPTER_CAN_INCREMENTAL)
		return made_rename(c, m, NULL, 20);
	m->there = false;
	return made_delete(c, m, NULL);
}

static bool first_is_read(const struct checking *c)
{
	for (size_t i = 0; i < c->walk->n; i++)
		if (c->walk->seen[i].key == key_hash(c->paged[0]->key))
			return true;
	return false;
}

static bool pages_read(struct checking *c)
{
	static const char *const change = "cursor: the kind since+keyset or cursor; pages by number shift when a record moves";
	const unsigned pages = c->third.pages, n = missed(c);

	if (n && c->walk == &c->third && c->remote->caps & ADAPTER_CAN_INCREMENTAL)
		return trial_walk(c, &c->changes, c->third.cursor, 0, NULL);
	if (n)
		return trial_failed(c, change, "%u records were missed when one moved while the pages were read", n);
	if (c->walk == &c->changes)
		return trial_passed(c, "cursor: keep its overlap",
			"what was missed when a record moved while the pages were read is told by the next reading");
	if (!c->disturbed)
		return trial_passed(c, NULL, "%u page%s; none between two of ours", pages, pages == 1 ? "" : "s");
	return trial_passed(c, NULL, "nothing was missed on %u pages although a record moved meanwhile", pages);
}

static bool begin_pages(struct checking *c)
{
	c->changes.n = 0;
	if (c->remote->caps & ADAPTER_CAN_INCREMENTAL)
		return trial_walk_pages(c, &c->third, c->from, PAGE);
	if (c->first.n / PAGE > PAGED_REQUESTS_MAX)
		return trial_not_tried(c, "read in pages of %d, the list takes more than %d requests", PAGE, PAGED_REQUESTS_MAX);
	return trial_walk_pages(c, &c->third, NULL, PAGE);
}

bool check_pages_under_writes(struct checking *c)
{
	const bool incremental = c->remote->caps & ADAPTER_CAN_INCREMENTAL;

	if (!c->subject)
		return no_subject(c);
	if (!incremental && !(c->remote->caps & ADAPTER_CAN_DELETE))
		return trial_not_applicable(c, "nothing can be removed, so that nothing moves in its lists");
	if (c->err.kind && c->turn)
		return trial_trouble(c, "reading pages while records move");
	if (!c->turn) {
		c->disturbed = false;
		return incremental ? catch_up(c) : made_look(c, c->subject);
	}
	if (c->asking == ASK_PUSH && c->push.kind == PUSH_CREATE)
		made_created(c, c->paged[c->count++]);
	else if (c->turn == 1)
		c->from = arena_strdup(c->arena, c->changes.cursor);
	if (c->count < PAGED) {
		c->paged[c->count] = made_new(c);
		return c->paged[c->count] ? made_create(c, c->paged[c->count]) : no_subject(c);
	}
	if (c->asking == ASK_PUSH && c->push.kind == PUSH_CREATE)
		return begin_pages(c);
	/* Later than all the others by a second, so that none is told again for having the newest time. */
	if (c->walk == &c->third && c->asking == ASK_PULL && c->walk->more && !c->disturbed && first_is_read(c))
		return trial_wait(c, SECOND_MS + SECOND_MS / 10);
	if (c->asking == ASK_NOTHING)
		return disturb(c);
	if (c->walk == &c->third && trial_walk_on(c))
		return true;
	walk_sort(c->walk);
	return pages_read(c);
}
