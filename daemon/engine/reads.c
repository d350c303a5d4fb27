/* reads.c - single reads of several records, a few at a time, gathered into one page. */
#include <string.h>

#include "engine/partner.h"

static void next_read(struct reads *, struct read *);

static void keep(struct reads *r, const struct get *g)
{
	if (g->found) {
		r->found[r->nfound++] = g->item;
		return;
	}
	r->missing[r->nmissing++] = g->key;
}

static void read_done(struct op *op)
{
	struct read *read = container_of(op, struct read, get.op);
	struct get *g = &read->get;
	struct reads *r = read->of;

	r->partner->requests++;
	switch (op->err.kind) {
	case ERR_NONE:
		keep(r, g);
		break;
	case ERR_ITEM:
		/* There, but not usable now: the next scan will tell. */
		break;
	case ERR_CONFLICT:
	case ERR_GONE:   /* a record that is gone is no error of a get: this adapter is wrong, and nothing is deleted for it */
	case ERR_AGAIN:
	case ERR_DENIED:
	case ERR_BROKEN:
	case ERR_CANCELED:
		task_fail(r->task, &op->err);
		return;
	}
	next_read(r, read);
}

static void next_read(struct reads *r, struct read *read)
{
	if (r->next == r->n || r->task->err.kind)
		return;
	read->of = r;
	if (!read->arena)
		read->arena = arena_new();
	read->get = (struct get){
		.op = { .loop = r->task->op.loop, .done = read_done },
		.arena = read->arena, .type = r->type, .key = r->key[r->next++],
	};
	task_own(r->task, &read->get.op);
	remote_get(r->partner->remote, &read->get);
}

void reads_clear(struct reads *r)
{
	for (unsigned i = 0; i < READS_AT_ONCE; i++)
		arena_free(r->read[i].arena);
	*r = (struct reads){ 0 };
}

void reads_start(struct reads *r, struct partner *p, struct task *task, struct arena *arena, enum record_type type,
	const char *const *key, size_t n)
{
	reads_clear(r);
	*r = (struct reads){
		.partner = p, .task = task, .arena = arena, .type = type, .key = key, .n = n,
		.asked = p->engine->seq,
		.found = arena_array(arena, struct item, n + 1), .missing = arena_array(arena, const char *, n + 1),
	};
	for (unsigned i = 0; i < READS_AT_ONCE; i++)
		next_read(r, &r->read[i]);
}
