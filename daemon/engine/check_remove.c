/* check_remove.c - records removed: unless they changed, visibly, and for good. */
#include "engine/check_parts.h"

enum { TOLD_TRIES = 4, SECOND_MS = 1000 };

static bool no_subject(struct checking *c)
{
	return trial_not_tried(c, "no record could be made");
}

bool check_stale_delete(struct checking *c)
{
	struct made *m = c->other;

	if (!c->subject)
		return no_subject(c);
	if (!c->turn) {
		c->other = made_new(c);
		return c->other ? made_create(c, c->other) : no_subject(c);
	}
	if (c->err.kind && c->turn < 4)
		return trial_trouble(c, "removing with a version");
	switch (c->turn) {
	case 1:
		made_created(c, m);
		return made_look(c, m);
	case 2:
		made_seen(c, m);
		if (!m->version)
			return trial_failed(c, "version: its place", "a record of ours has no version");
		return made_rename(c, m, NULL, 2);
	case 3:
		return made_delete(c, m, m->version);
	}
	if (!c->err.kind) {
		m->there = false;
		return trial_failed(c, "delete: ${version}, as in update",
			"a record that had changed was removed with the version before: an edit made just before is lost with it");
	}
	if (c->err.kind != ERR_CONFLICT)
		return trial_failed(c, "errors: a rule of kind conflict for this answer",
			"a removal with a version that was no longer there is taken for another fault: %s (%s)", c->err.text,
			err_kind_name(c->err.kind));
	return trial_passed(c, NULL, "a removal with a version that was no longer there is refused");
}

bool check_delete(struct checking *c)
{
	if (!c->subject)
		return no_subject(c);
	if (c->err.kind && c->turn)
		return trial_trouble(c, "making a record and removing it");
	switch (c->turn) {
	case 0:
		c->removed = made_new(c);
		return c->removed ? made_create(c, c->removed) : no_subject(c);
	case 1:
		made_created(c, c->removed);
		return trial_walk(c, &c->changes, c->changes.cursor ? c->changes.cursor : c->first.cursor, 0, NULL);
	case 2:
		c->from = arena_strdup(c->arena, c->changes.cursor);
		return made_delete(c, c->removed, NULL);
	case 3:
		c->removed->there = false;
		return made_look(c, c->removed);
	}
	if (c->found && c->item.state == ITEM_LIVE)
		return trial_failed(c, "deleted: what marks a record as deleted; or errors: what answers for one",
			"a record that was removed is read as if it were there");
	return trial_passed(c, NULL, "a record that was removed is not found");
}

/* --- how a deletion is seen -------------------------------------------------------------------------------------- */

static bool told_gone(struct checking *c)
{
	if (!c->turn || c->asking != ASK_PULL)
		return trial_walk(c, &c->changes, c->from, 0, c->removed->key);
	if (c->found && c->item.state == ITEM_GONE)
		return trial_passed(c, NULL, "a deletion is told by the next reading");
	if (c->count++ == TOLD_TRIES)
		return trial_failed(c, "deleted, or list.tombstones: where deletions are told; or do not declare them",
			"declared to be told, a deletion is not");
	return trial_wait(c, (uint64_t)SECOND_MS << c->count);
}

bool check_delete_told(struct checking *c)
{
	const unsigned told = ADAPTER_CAN_TOMBSTONES | ADAPTER_CAN_INCREMENTAL;

	if (!c->removed || c->removed->there || !c->removed->key)
		return trial_not_tried(c, "no record could be removed");
	if (c->err.kind && c->turn)
		return trial_trouble(c, "reading on after a removal");
	if ((c->remote->caps & told) == told)
		return told_gone(c);
	if (!(c->remote->caps & ADAPTER_CAN_COMPLETE))
		return trial_failed(c, "list: everything there is, or deletions",
			"deletions are not told, and no list is complete: they cannot be seen");
	if (!c->turn)
		return trial_walk(c, &c->third, NULL, 0, c->removed->key);
	if (c->found && c->item.state == ITEM_LIVE && c->remote->caps & ADAPTER_CAN_LAGS)
		return trial_not_tried(c, "lists lag");
	if (c->found && c->item.state == ITEM_LIVE)
		return trial_failed(c, "list: leave out what is deleted, or deleted: its mark", "a record that was removed stays in the list");
	return trial_passed(c, NULL, "a deletion is not told, as declared: the complete list shows it no more");
}

bool check_gone(struct checking *c)
{
	struct made *m = c->removed;

	if (!m || m->there || !m->key)
		return trial_not_tried(c, "no record could be removed");
	if (!c->turn)
		return made_rename(c, m, NULL, 3);
	if (c->err.kind == ERR_AGAIN || c->err.kind == ERR_DENIED)
		return trial_trouble(c, "writing to a record that was removed");
	if (c->turn == 1 && !c->err.kind) {
		m->there = true;
		return trial_failed(c, "update: a header or path that changes what is there and makes nothing (If-Match: *)",
			"a change to a record that was removed made it again");
	}
	if (c->err.kind && c->err.kind != ERR_GONE)
		return trial_failed(c, "errors: a rule of kind gone for this answer",
			"a record that was removed is taken for another fault: %s (%s)", c->err.text, err_kind_name(c->err.kind));
	if (c->turn == 1)
		return made_delete(c, m, NULL);
	return trial_passed(c, NULL, "a record that was removed is known to be gone");
}

/* --- afterwards -------------------------------------------------------------------------------------------------- */

/* The latest first: contacts go before their companies. */
static struct made *still_there(struct checking *c)
{
	for (size_t i = c->nmade; i--;)
		if (c->made[i].there)
			return &c->made[i];
	return NULL;
}

bool check_tidy(struct checking *c)
{
	struct made *m;

	if (!c->turn && !c->nmade)
		return trial_not_applicable(c, "nothing was made");
	if (c->turn && c->err.kind && c->err.kind != ERR_GONE)
		c->count++;
	m = still_there(c);
	if (m && !(c->remote->caps & ADAPTER_CAN_DELETE))
		return trial_passed(c, "remove by hand what is named Doorstroom check", "what was made stays there, as --leave allows");
	if (m) {
		m->there = false;
		return made_delete(c, m, NULL);
	}
	if (c->count || c->unanswered)
		return trial_failed(c, "run it again with --write, which removes them",
			"%u records may still be there: removing %u failed, %u creates were not answered", c->count + c->unanswered,
			c->count, c->unanswered);
	return trial_passed(c, NULL, "all %zu records that were made are removed", c->nmade);
}
