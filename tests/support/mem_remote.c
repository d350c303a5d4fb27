/*
 * mem_remote.c - the adapter: every op is one call, in two moments.
 *
 *   start --> arrives (the partner reads or changes) --> answered (done)
 */
#include "support/mem_parts.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "core/normalise.h"
#include "support/hook.h"

#define PAGE 7 /* small, so that a handful of records is more than one page */

static struct mem_world *world;

void mem_use(struct mem_world *w)
{
	world = w;
}

struct mem {
	struct remote remote;
	struct mem_partner *p;
	unsigned calls;
};

struct mem_call {
	struct mem *mem;
	struct op *op;
	struct timer timer;
	bool (*arrive)(struct mem_call *, struct err *);
	uint64_t number, answer_ms;
	union {
		struct pull *pull;
		struct get *get;
		struct push *push;
	};
};

/* --- one call ----------------------------------------------------------------------------------------------------- */

static struct mem_call *call_of(struct timer *t)
{
	return container_of(t, struct mem_call, timer);
}

static void finish(struct mem_call *c)
{
	struct op *op = c->op;

	c->mem->calls--;
	free(c);
	op_finish(op);
}

static void on_answered(struct timer *t)
{
	finish(call_of(t));
}

static bool fails_now(const struct mem_call *c, enum mem_moment moment)
{
	return world->fault.at == c->number && world->fault.moment == moment;
}

static bool arrive_push(struct mem_call *, struct err *);

static void fail(struct mem_call *c)
{
	struct mem_fault *f = &world->fault;

	f->fired = true;
	/* That one record is unusable is what a write may be told; a read tells it in the item. */
	err_set(&c->op->err, f->kind == ERR_ITEM && c->arrive != arrive_push ? ERR_AGAIN : f->kind, "op %llu was made to fail", (unsigned long long)c->number);
}

static void arrive(struct mem_call *c)
{
	mem_write_due(world, c->mem->p, loop_wall(c->op->loop));
	if (c->mem->p->down) {
		err_set(&c->op->err, ERR_AGAIN, "the partner is down");
		return;
	}
	if (fails_now(c, MEM_UNSENT) || fails_now(c, MEM_BEFORE)) {
		fail(c);
		return;
	}
	if (c->arrive(c, &c->op->err) && fails_now(c, MEM_AFTER))
		fail(c);
}

static void on_arrive(struct timer *t)
{
	struct mem_call *c = call_of(t);

	arrive(c);
	c->timer.fire = on_answered;
	timer_arm(c->op->loop, &c->timer, c->answer_ms);
}

static void on_cancel(struct op *op)
{
	struct mem_call *c = op->impl;

	timer_disarm(op->loop, &c->timer);
	err_set(&op->err, ERR_CANCELED, "canceled");
	finish(c);
}

static uint64_t latency(uint64_t number, uint64_t leg)
{
	return world->jitter ? 1 + hash_bytes(&number, sizeof number, world->jitter + leg) % 20 : 1;
}

static struct mem_call *start(struct remote *r, struct op *op, bool (*how)(struct mem_call *, struct err *))
{
	struct mem_call *c = calloc(1, sizeof *c);

	if (!c)
		mem_die("no memory");
	op_begin(op, on_cancel);
	op->impl = c;
	c->mem = container_of(r, struct mem, remote);
	c->op = op;
	c->arrive = how;
	c->number = ++world->ops;
	c->answer_ms = latency(c->number, 1);
	c->timer.fire = on_arrive;
	c->mem->calls++;
	timer_arm(op->loop, &c->timer, latency(c->number, 0));
	return c;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static struct record *shown(
	const struct mem_partner *p, struct arena *arena, enum record_type type, const struct mem_face *face)
{
	struct record *out = record_new(arena, type);

	for (unsigned f = 0; f < field_count(type) && f < MEM_FIELDS_MAX; f++)
		if (face->value[f][0] || !p->leaves_out_empty)
			out->v[f] = arena_strdup(arena, face->value[f]);
	return out;
}

void mem_show(const struct mem_partner *p, struct arena *arena, const struct mem_record *r,
	const struct mem_face *face, struct item *out)
{
	*out = (struct item){.type = r->type, .key = arena_strdup(arena, r->key), .modified_ms = r->changed_ms};
	if (p->caps & ADAPTER_CAN_VERSIONS)
		out->version = arena_printf(arena, "%llu", (unsigned long long)face->version);
	if (p->caps & ADAPTER_CAN_FIND && r->hub_id[0])
		out->hub_id = arena_strdup(arena, r->hub_id);
	switch (face->standing) {
	case MEM_GONE:
	case MEM_NONE:
		out->state = ITEM_GONE;
		return;
	case MEM_MERGED:
		out->state = ITEM_MERGED;
		out->merged_into = arena_strdup(arena, face->merged_into);
		return;
	case MEM_LIVE:
		break;
	}
	if (r->unusable) {
		err_set(&out->err, ERR_ITEM, "it makes no sense");
		strcpy(out->err.field, "/name");
		out->raw = "{\"name\":17}";
		return;
	}
	out->record = shown(p, arena, r->type, face);
}

/* Lists show what they knew some time ago, and a change of which they know nothing is not in the feed yet. */
static bool lags(const struct mem_partner *p, const struct mem_record *r, int64_t wall_ms)
{
	return p->lag_ms && wall_ms - r->changed_ms < p->lag_ms;
}

static const struct mem_face *listed(const struct mem_partner *p, const struct mem_record *r, int64_t wall_ms)
{
	return lags(p, r, wall_ms) ? &r->before : &r->now;
}

/* Cursors: "p<record>,<feed>" is the next page of a complete list, "f<feed>" what has changed since. */
static void list_all(struct mem_call *c, unsigned from, uint64_t feed)
{
	struct mem_partner *p = c->mem->p;
	struct pull *pull = c->pull;
	const int64_t wall_ms = loop_wall(c->op->loop);
	const size_t limit = pull->limit && pull->limit < PAGE ? pull->limit : PAGE;

	pull->total = 0;
	for (unsigned i = 0; i < p->n; i++) {
		struct mem_record *r = &p->record[i];
		const struct mem_face *face = listed(p, r, wall_ms);

		if (r->type != pull->type || face->standing != MEM_LIVE)
			continue;
		pull->total++;
		if (i < from || pull->more)
			continue;
		if (r->unlisted) {
			r->unlisted = false;
			continue;
		}
		if (pull->n == limit) {
			pull->more = true;
			pull->next = arena_printf(pull->arena, "p%u,%llu", i, (unsigned long long)feed);
			continue;
		}
		mem_show(p, pull->arena, r, face, &pull->item[pull->n++]);
	}
	if (!pull->more && p->caps & ADAPTER_CAN_INCREMENTAL)
		pull->next = arena_printf(pull->arena, "f%llu", (unsigned long long)feed);
}

static const struct mem_record *next_change(const struct mem_partner *p, enum record_type type, uint64_t since)
{
	const struct mem_record *next = NULL;

	for (unsigned i = 0; i < p->n; i++)
		if (p->record[i].type == type && p->record[i].changed > since &&
			(!next || p->record[i].changed < next->changed))
			next = &p->record[i];
	return next;
}

static void list_changes(struct mem_call *c, uint64_t since)
{
	const struct mem_partner *p = c->mem->p;
	struct pull *pull = c->pull;
	const int64_t wall_ms = loop_wall(c->op->loop);
	const size_t limit = pull->limit && pull->limit < PAGE ? pull->limit : PAGE;

	pull->total = -1;
	for (const struct mem_record *r; (r = next_change(p, pull->type, since)) && !lags(p, r, wall_ms);) {
		if (pull->n == limit) {
			pull->more = true;
			break;
		}
		since = r->changed;
		if (r->now.standing == MEM_LIVE || p->caps & ADAPTER_CAN_TOMBSTONES)
			mem_show(p, pull->arena, r, &r->now, &pull->item[pull->n++]);
	}
	pull->next = arena_printf(pull->arena, "f%llu", (unsigned long long)since);
}

static bool arrive_pull(struct mem_call *c, struct err *e)
{
	struct pull *pull = c->pull;
	unsigned from = 0;
	unsigned long long feed = c->mem->p->feed;

	(void)e;
	pull->item = arena_array(pull->arena, struct item, PAGE);
	if (!pull->cursor)
		list_all(c, 0, feed);
	else if (sscanf(pull->cursor, "p%u,%llu", &from, &feed) == 2)
		list_all(c, from, feed);
	else if (sscanf(pull->cursor, "f%llu", &feed) == 1 && !pull->complete)
		list_changes(c, feed);
	else
		mem_die("a cursor that was never given out");
	return true;
}

static void mem_pull(struct remote *r, struct pull *pull)
{
	struct mem_call *c = start(r, &pull->op, arrive_pull);

	c->pull = pull;
	c->answer_ms += c->mem->p->slow_ms + (uint64_t)c->mem->p->late_page_ms;
	c->mem->p->late_page_ms = 0;
	pull->n = 0;
	pull->item = NULL;
	pull->next = NULL;
	pull->more = false;
	pull->total = -1;
}

/* With a member that no map has. */
static const char *raw_of(const struct mem_partner *p, struct arena *arena, const struct mem_record *r)
{
	BUF_AUTO struct buf b = {0};

	buf_addf(&b, "{\"key\":\"%s\",\"version\":%llu,\"note\":\"of %s's own\",\"fields\":{", r->key, (unsigned long long)r->now.version,
		p->name);
	for (unsigned f = 0; f < field_count(r->type); f++) {
		buf_addf(&b, "%s\"%s\":", f ? "," : "", field_at(r->type, f)->name);
		buf_add_json(&b, r->now.value[f]);
	}
	buf_adds(&b, "}}");
	return arena_strdup(arena, b.data);
}

static bool arrive_get(struct mem_call *c, struct err *e)
{
	struct mem_partner *p = c->mem->p;
	struct get *get = c->get;
	struct mem_record *r = NULL;

	(void)e;
	if (get->key) {
		if (!(p->caps & ADAPTER_CAN_GET))
			mem_die("a single read where there is none");
		r = mem_at(p, get->type, get->key);
	} else {
		if (!(p->caps & ADAPTER_CAN_FIND))
			mem_die("a search by hub id where there is none");
		for (unsigned i = 0; i < p->n && !r; i++)
			if (p->record[i].type == get->type && !strcmp(p->record[i].hub_id, get->hub_id) &&
				p->record[i].now.standing == MEM_LIVE &&
				!lags(p, &p->record[i], loop_wall(c->op->loop)))
				r = &p->record[i];
	}
	get->found = r && (r->now.standing == MEM_LIVE || r->now.standing == MEM_MERGED);
	if (get->found)
		mem_show(p, get->arena, r, &r->now, &get->item);
	if (get->found && get->raw)
		get->item.raw = raw_of(p, get->arena, r);
	return true;
}

static void mem_get(struct remote *r, struct get *get)
{
	struct mem_call *c = start(r, &get->op, arrive_get);

	c->get = get;
	c->answer_ms += (uint64_t)c->mem->p->late_get_ms;
	c->mem->p->late_get_ms = 0;
	get->found = false;
	world->gets++;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void die_at(int moment)
{
	if ((int)world->dies != moment)
		return;
	world->dies = MEM_LIVES;
	_exit(world->dies_with);
}

/* Something on the way repeats it; a create that nothing tells from another would be made twice by whatever did. */
static void arrive_again(struct mem_call *c)
{
	struct mem_partner *p = c->mem->p;
	struct err ignored = {0};

	if (p->twice && (c->push->kind != PUSH_CREATE || p->caps & ADAPTER_CAN_IDEMPOTENT))
		mem_write(world, p, c->push, loop_wall(c->op->loop), &ignored);
	p->twice = false;
}

static bool told_to_wait(struct mem_partner *p, const struct push *push, int64_t wall_ms, struct err *e)
{
	if (!p->busy_ms || !push->hub_id)
		return false;
	mem_copy(p->told_to_wait.hub_id, sizeof p->told_to_wait.hub_id, push->hub_id);
	p->told_to_wait.until_ms = wall_ms + p->busy_ms;
	err_set(e, ERR_AGAIN, "too many requests");
	e->wait_ms = (uint32_t)p->busy_ms;
	p->busy_ms = 0;
	return true;
}

static bool arrive_push(struct mem_call *c, struct err *e)
{
	struct mem_partner *p = c->mem->p;

	if (told_to_wait(p, c->push, loop_wall(c->op->loop), e))
		return false;
	if (p->failing_writes) {
		p->failing_writes--;
		return err_set(e, ERR_AGAIN, "no luck");
	}
	if (p->late_ms) {
		mem_write_later(p, c->push, loop_wall(c->op->loop) + p->late_ms);
		p->late_ms = 0;
		return err_set(e, ERR_AGAIN, "no answer");
	}
	if (!mem_write(world, p, c->push, loop_wall(c->op->loop), e))
		return false;
	die_at(MEM_DIES_UNANSWERED);
	arrive_again(c);
	c->answer_ms += (uint64_t)p->late_answer_ms;
	p->late_answer_ms = 0;
	if (p->lost_answers) {
		p->lost_answers--;
		err_set(e, ERR_AGAIN, "the answer was lost");
	}
	return true;
}

static void mem_push(struct remote *r, struct push *push)
{
	struct mem_call *c = start(r, &push->op, arrive_push);

	c->push = push;
	die_at(MEM_DIES_SENDING);
	world->pushes++;
	world->impatient += push->hub_id && !strcmp(c->mem->p->told_to_wait.hub_id, push->hub_id) &&
		loop_wall(push->op.loop) < c->mem->p->told_to_wait.until_ms;
	if (c->number < MEM_OPS_MAX)
		world->is_push[c->number] = true;
	push->out_key = push->out_version = NULL;
	push->answer = NULL;
	push->sent = !fails_now(c, MEM_UNSENT) && !c->mem->p->down;
}

/* What a partner shows of a value is what its quirks make of it. */
static const char *mem_image(struct remote *r, struct arena *arena, enum record_type type, unsigned field, const char *value)
{
	const struct mem_partner *p = container_of(r, struct mem, remote)->p;
	char image[MEM_VALUE_MAX];

	if (!p->foretold || field >= MEM_FIELDS_MAX || p->quirk[type][field].kind == MEM_PLAIN)
		return value;
	mem_copy(image, sizeof image, value);
	mem_render(p, type, field, image);
	return arena_strdup(arena, image);
}

/* --- the remote --------------------------------------------------------------------------------------------------- */

static const char *const volatiles[] = {"/version", NULL};

static struct remote *mem_open(
	const struct adapter_env *env, const char *partner, const struct yaml *conf, struct diags *diags)
{
	struct mem *m;

	if (!world) {
		diag_add(diags, conf, "there is no world");
		return NULL;
	}
	m = calloc(1, sizeof *m);
	if (!m)
		mem_die("no memory");
	m->p = mem_partner(world, partner);
	m->remote = (struct remote){
		.adapter = &mem_adapter,
		.env = env,
		.partner = m->p->name,
		.caps = m->p->caps,
		.types = m->p->types,
		.map_version = 1,
	};
	for (unsigned t = 0; t < RECORD_TYPES; t++) {
		m->remote.readable[t] = FIELD_BIT(field_count((enum record_type)t)) - 1;
		m->remote.volatiles[t] = volatiles;
		m->remote.writable[t] = m->remote.readable[t] & ~m->p->read_only[t];
	}
	return &m->remote;
}

static void mem_close(struct remote *r, struct op *op)
{
	struct mem *m = container_of(r, struct mem, remote);

	if (m->calls)
		mem_die("closed while ops were in flight");
	mem_write_due(world, m->p, INT64_MAX);
	free(m);
	op_begin(op, NULL);
	op_finish(op);
}

const struct adapter mem_adapter = {
	.name = "mem",
	.help = "a partner in memory, for tests",
	.open = mem_open,
	.pull = mem_pull,
	.get = mem_get,
	.push = mem_push,
	.image = mem_image,
	.webhook = hook_read,
	.close = mem_close,
};
