/* mem_write.c - what a write does at a partner in memory: its rules, its quirks, its answer. */
#include "support/mem_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/normalise.h"

static size_t first_elements(const char *set, size_t most)
{
	const char *cursor = set;
	size_t len;

	while (most-- && set_next(&cursor, &len))
		;
	return *cursor ? (size_t)(cursor - set) - 1 : strlen(set);
}

void mem_render(const struct mem_partner *p, enum record_type type, unsigned field, char *value)
{
	const size_t length = p->quirk[type][field].length;
	size_t n = strlen(value);

	switch (p->quirk[type][field].kind) {
	case MEM_PLAIN:
		return;
	case MEM_UPPER:
		for (char *c = value; *c; c++)
			*c = (char)toupper((unsigned char)*c);
		return;
	case MEM_TRUNCATE:
		while (n > length || (n && (value[n] & 0xc0) == 0x80) || (n && value[n - 1] == ' '))
			n--;
		break;
	case MEM_NO_PUNCTUATION:
		while (n && (ispunct((unsigned char)value[n - 1]) || value[n - 1] == ' '))
			n--;
		break;
	case MEM_FEW:
		n = first_elements(value, length);
		break;
	}
	value[n] = '\0';
}

static void check_element(enum value_kind kind, const char *text)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct err e;
	const char *canonical = normalise(arena, kind, text, NULL, &e);

	if (!canonical || strcmp(canonical, text) || !*text)
		mem_die("a value that is not canonical was pushed");
}

static void check_value(const struct field *field, const char *value)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	size_t len;

	if (field->kind == VALUE_REF || !*value)
		return;
	if (!field->set)
		check_element(field->kind, value);
	else
		for (const char *e; (e = set_next(&value, &len));)
			check_element(field->kind, arena_strndup(arena, e, len));
}

/* References must point at what is there: a CRM has foreign keys. */
static bool check_references(struct mem_partner *p, const struct push *push, struct err *e)
{
	for (unsigned f = 0; f < field_count(push->type); f++) {
		const struct field *field = field_at(push->type, f);
		const char *value = push->record->v[f];
		const struct mem_record *target;

		if (!(push->fields & FIELD_BIT(f)) || field->kind != VALUE_REF || !value || !*value)
			continue;
		target = mem_at(p, field->target, value);
		if (!target)
			mem_die("a reference to a key that this partner never gave out");
		if (target->now.standing != MEM_LIVE) {
			strcpy(e->field, field->name);
			return err_set(e, ERR_ITEM, "%s: there is no such record", field->name);
		}
	}
	return true;
}

static bool takes_values(const struct mem_partner *p, const struct push *push, struct err *e)
{
	for (unsigned f = 0; f < field_count(push->type); f++)
		if (push->fields & p->refused[push->type] & FIELD_BIT(f) && push->record->v[f] && *push->record->v[f]) {
			strcpy(e->field, field_at(push->type, f)->name);
			return err_set(e, ERR_ITEM, "%s: not that value", e->field);
		}
	return true;
}

static void write_fields(struct mem_partner *p, struct mem_record *r, const struct push *push)
{
	for (unsigned f = 0; f < field_count(push->type); f++) {
		const char *value = push->record->v[f];

		if (!(push->fields & FIELD_BIT(f)))
			continue;
		if (!value || p->read_only[push->type] & FIELD_BIT(f))
			mem_die("a field without value, or one that is not writable, was pushed");
		check_value(field_at(push->type, f), value);
		mem_copy(r->now.value[f], MEM_VALUE_MAX, value);
		if (!field_at(push->type, f)->set || p->quirk[push->type][f].kind == MEM_FEW)
			mem_render(p, push->type, f, r->now.value[f]);
	}
}

static void answer(const struct mem_partner *p, const struct mem_record *r, struct push *push)
{
	struct item *item;

	if (push->kind == PUSH_CREATE)
		push->out_key = arena_strdup(push->arena, r->key);
	if (r->now.standing != MEM_LIVE)
		return;
	if (p->caps & ADAPTER_CAN_VERSIONS)
		push->out_version = arena_printf(push->arena, "%llu", (unsigned long long)r->now.version);
	if (p->caps & ADAPTER_CAN_ANSWERS) {
		item = arena_new_of(push->arena, struct item);
		mem_show(p, push->arena, r, &r->now, item);
		push->answer = item;
	}
}

static bool repeated(const struct mem_partner *p, const struct mem_record *r, const struct push *push)
{
	return p->caps & ADAPTER_CAN_IDEMPOTENT && push->token && !strcmp(r->token, push->token);
}

static void changed(struct mem_world *world, struct mem_record *r, const struct push *push)
{
	world->effects++;
	mem_copy(r->token, sizeof r->token, push->token ? push->token : "");
}

static bool create(struct mem_world *world, struct mem_partner *p, struct push *push, int64_t wall_ms, struct err *e)
{
	struct mem_record *r;
	char key[MEM_KEY_MAX];

	if (!(p->caps & ADAPTER_CAN_CREATE) || push->key)
		mem_die("a create where that is not possible, or with a key");
	for (unsigned i = 0; i < p->n; i++)
		if (p->record[i].type == push->type && repeated(p, &p->record[i], push)) {
			answer(p, &p->record[i], push);
			return true;
		}
	if (!check_references(p, push, e) || !takes_values(p, push, e))
		return false;
	snprintf(key, sizeof key, "%.30s-%u", p->name, ++p->made);
	r = mem_add(p, push->type, key, wall_ms);
	if (push->hub_id)
		mem_copy(r->hub_id, sizeof r->hub_id, push->hub_id);
	write_fields(p, r, push);
	mem_name(world, r);
	changed(world, r, push);
	answer(p, r, push);
	return true;
}

static void spring(struct mem_partner *p, struct mem_record *r, int64_t wall_ms)
{
	struct mem_trap *t = &p->trap;

	if (!t->armed || &p->record[t->record] != r)
		return;
	t->armed = false;
	mem_set(p, r, t->field, t->value, wall_ms);
}

static bool change(struct mem_world *world, struct mem_partner *p, struct push *push, int64_t wall_ms, struct err *e)
{
	struct mem_record *r = mem_at(p, push->type, push->key);

	if (!(p->caps & (push->kind == PUSH_UPDATE ? ADAPTER_CAN_UPDATE : ADAPTER_CAN_DELETE)))
		mem_die("a change that is not possible there");
	if (!r)
		mem_die("a change to a key that this partner never gave out");
	if (repeated(p, r, push)) {
		answer(p, r, push);
		return true;
	}
	spring(p, r, wall_ms);
	if (r->now.standing != MEM_LIVE)
		return err_set(e, ERR_GONE, "there is no such record");
	if (p->caps & ADAPTER_CAN_CONDITIONAL && push->version && strtoull(push->version, NULL, 10) != r->now.version)
		return err_set(e, ERR_CONFLICT, "the record is another version");
	if (p->stubborn)
		return err_set(e, p->stubborn, "a rule of the partner's");
	if (push->kind == PUSH_UPDATE) {
		if (!check_references(p, push, e) || !takes_values(p, push, e))
			return false;
		mem_changing(p, r, wall_ms);
		write_fields(p, r, push);
	} else {
		mem_delete(p, r, wall_ms);
	}
	changed(world, r, push);
	answer(p, r, push);
	return true;
}

bool mem_write(struct mem_world *world, struct mem_partner *p, struct push *push, int64_t wall_ms, struct err *e)
{
	return push->kind == PUSH_CREATE ? create(world, p, push, wall_ms, e) : change(world, p, push, wall_ms, e);
}

/* --- late --------------------------------------------------------------------------------------------------------- */

/* On its way in this process: one that is killed takes it along. */
struct late {
	struct late *next;
	struct mem_partner *at;
	int64_t due_ms;
	struct push push;
};
static struct late *late;

void mem_write_later(struct mem_partner *p, const struct push *push, int64_t due_ms)
{
	struct late *l = calloc(1, sizeof *l);
	struct arena *arena = arena_new();
	struct record *record = record_new(arena, push->type);

	if (!l)
		mem_die("no memory");
	for (unsigned f = 0; push->record && f < field_count(push->type); f++)
		record->v[f] = arena_strdup(arena, push->record->v[f]);
	*l = (struct late){.next = late, .at = p, .due_ms = due_ms, .push = {
		.arena = arena, .kind = push->kind, .type = push->type, .key = arena_strdup(arena, push->key),
		.version = arena_strdup(arena, push->version), .hub_id = arena_strdup(arena, push->hub_id),
		.token = arena_strdup(arena, push->token), .record = record, .fields = push->fields}};
	late = l;
}

void mem_write_due(struct mem_world *world, const struct mem_partner *p, int64_t now_ms)
{
	for (struct late **at = &late, *l; (l = *at);) {
		struct err ignored = {0};

		if (l->at != p || l->due_ms > now_ms) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		mem_write(world, l->at, &l->push, l->due_ms, &ignored);
		arena_free(l->push.arena);
		free(l);
	}
}
