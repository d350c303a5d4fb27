/* mem.c - the partner's side: what is held, and what its people do with it. See mem_remote.c for the adapter. */
#include "support/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "support/mem_parts.h"

struct mem_world *mem_world_new(void)
{
	struct mem_world *w =
		mmap(NULL, sizeof *w, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (w == MAP_FAILED)
		mem_die("no memory for a world");
	return w;
}

void mem_world_free(struct mem_world *w)
{
	if (w)
		munmap(w, sizeof *w);
}

void mem_die(const char *what)
{
	fprintf(stderr, "mem: %s\n", what);
	abort();
}

void mem_copy(char *to, size_t size, const char *from)
{
	if (strlen(from) >= size)
		mem_die("a value is too long for a partner in memory");
	strcpy(to, from);
}

struct mem_partner *mem_partner(struct mem_world *w, const char *name)
{
	struct mem_partner *p;

	for (unsigned i = 0; i < w->n; i++)
		if (!strcmp(w->partner[i].name, name))
			return &w->partner[i];
	if (w->n == MEM_PARTNERS_MAX)
		mem_die("too many partners");
	p = &w->partner[w->n++];
	mem_copy(p->name, sizeof p->name, name);
	p->types = (1u << RECORD_TYPES) - 1;
#define X(cap, ...) p->caps |= ADAPTER_CAN_##cap;
	ADAPTER_CAPS(X)
#undef X
	p->caps &= ~(unsigned)(ADAPTER_CAN_LAGS | ADAPTER_CAN_WEBHOOKS | ADAPTER_CAN_ORDERED);
	return p;
}

struct mem_record *mem_at(struct mem_partner *p, enum record_type type, const char *key)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->record[i].type == type && !strcmp(p->record[i].key, key))
			return &p->record[i];
	return NULL;
}

struct mem_record *mem_labelled(struct mem_partner *p, enum record_type type, const char *label)
{
	struct mem_record *found = NULL;

	for (unsigned i = 0; i < p->n; i++) {
		struct mem_record *r = &p->record[i];

		if (r->type == type && !strcmp(r->label, label) && (!found || r->now.standing == MEM_LIVE))
			found = r;
	}
	return found;
}

size_t mem_count(const struct mem_partner *p, enum record_type type)
{
	size_t n = 0;

	for (unsigned i = 0; i < p->n; i++)
		n += p->record[i].type == type && p->record[i].now.standing == MEM_LIVE;
	return n;
}

/* --- changes --------------------------------------------------------------------------------------------------------
 */

void mem_changing(struct mem_partner *p, struct mem_record *r, int64_t wall_ms)
{
	/* Within the lag the oldest state is the one still shown. */
	if (!r->changed_ms || wall_ms - r->changed_ms >= p->lag_ms)
		r->before = r->now;
	r->changed = ++p->feed;
	r->changed_ms = wall_ms;
	r->now.version++;
}

struct mem_record *mem_add(struct mem_partner *p, enum record_type type, const char *key, int64_t wall_ms)
{
	struct mem_record *r;

	if (p->n == MEM_RECORDS_MAX)
		mem_die("a partner has too many records");
	r = &p->record[p->n++];
	memset(r, 0, sizeof *r);
	r->type = type;
	mem_copy(r->key, sizeof r->key, key);
	mem_copy(r->label, sizeof r->label, key);
	mem_changing(p, r, wall_ms);
	r->now.standing = MEM_LIVE;
	return r;
}

void mem_set(struct mem_partner *p, struct mem_record *r, unsigned field, const char *value, int64_t wall_ms)
{
	if (!strcmp(r->now.value[field], value))
		return;
	mem_changing(p, r, wall_ms);
	mem_copy(r->now.value[field], MEM_VALUE_MAX, value);
}

void mem_delete(struct mem_partner *p, struct mem_record *r, int64_t wall_ms)
{
	mem_changing(p, r, wall_ms);
	r->now.standing = MEM_GONE;
}

void mem_lose(struct mem_record *r)
{
	r->now.standing = r->before.standing = MEM_NONE;
	r->changed = 0;
}

void mem_spoil(struct mem_partner *p, struct mem_record *r, bool unusable, int64_t wall_ms)
{
	mem_changing(p, r, wall_ms);
	r->unusable = unusable;
}

void mem_merge(struct mem_partner *p, struct mem_record *r, const struct mem_record *into, int64_t wall_ms)
{
	mem_changing(p, r, wall_ms);
	r->now.standing = MEM_MERGED;
	mem_copy(r->now.merged_into, MEM_KEY_MAX, into->key);
	/* As CRMs do, references follow. */
	for (unsigned i = 0; i < p->n; i++)
		for (unsigned f = 0; f < field_count(p->record[i].type); f++) {
			const struct field *field = field_at(p->record[i].type, f);

			if (field->kind == VALUE_REF && field->target == r->type &&
				!strcmp(p->record[i].now.value[f], r->key))
				mem_set(p, &p->record[i], f, into->key, wall_ms);
		}
}

/* --- what tests call a record that the hub created
 * -------------------------------------------------------------------- */

/* Letters and digits of what a person would recognise it by, so that quirks do not matter. */
static void recognisable(const struct mem_record *r, char out[MEM_VALUE_MAX * 2])
{
	static const int fields[RECORD_TYPES][3] = {
		[RECORD_ORGANIZATION] = {ORGANIZATION_LEGAL_NAME, -1, -1},
		[RECORD_CONTACT] = {CONTACT_GIVEN_NAME, CONTACT_FAMILY_NAME, -1},
		[RECORD_REFERRAL] = {REFERRAL_SERVICE, REFERRAL_REASON, -1},
		[RECORD_PARTICIPATION] = {PARTICIPATION_ACTIVITY_ID, -1, -1},
	};
	size_t n = 0;

	for (unsigned i = 0; i < 3 && fields[r->type][i] >= 0; i++)
		for (const char *c = r->now.value[fields[r->type][i]]; *c; c++)
			if (isalnum((unsigned char)*c))
				out[n++] = (char)tolower((unsigned char)*c);
	out[n] = '\0';
}

static bool begins(const char *text, const char *with)
{
	return *with && !strncmp(text, with, strlen(with));
}

void mem_name(struct mem_world *w, struct mem_record *created)
{
	char mine[MEM_VALUE_MAX * 2], other[MEM_VALUE_MAX * 2];

	recognisable(created, mine);
	for (unsigned i = 0; i < w->n; i++)
		for (unsigned k = 0; k < w->partner[i].n; k++) {
			const struct mem_record *r = &w->partner[i].record[k];

			if (r == created || r->type != created->type)
				continue;
			recognisable(r, other);
			if (begins(mine, other) || begins(other, mine)) {
				mem_copy(created->label, MEM_KEY_MAX, r->label);
				return;
			}
		}
	/* What an admin has referred is like nothing anybody entered. */
	if (created->type == RECORD_REFERRAL && *mine)
		mem_copy(created->label, MEM_KEY_MAX, mine);
}

/* --- printing
 * --------------------------------------------------------------------------------------------------------- */

static const char *reference(struct mem_partner *p, const struct field *field, const char *value)
{
	const struct mem_record *target = field->kind == VALUE_REF ? mem_at(p, field->target, value) : NULL;

	return target ? target->label : value;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *line_of(struct mem_partner *p, const struct mem_record *r)
{
	BUF_AUTO struct buf b = {0};

	buf_addf(&b, "%s has %s %s", p->name, record_type_name(r->type), r->label);
	for (unsigned f = 0; f < field_count(r->type); f++)
		if (r->now.value[f][0]) {
			buf_addf(&b, " %s=", field_at(r->type, f)->name);
			buf_add_json(&b, reference(p, field_at(r->type, f), r->now.value[f]));
		}
	buf_addc(&b, '\n');
	return buf_steal(&b);
}

void mem_print(struct buf *out, struct mem_world *w)
{
	char *line[MEM_RECORDS_MAX];

	for (unsigned i = 0; i < w->n; i++) {
		struct mem_partner *p = &w->partner[i];
		size_t n = 0;

		for (unsigned k = 0; k < p->n; k++)
			if (p->record[k].now.standing == MEM_LIVE)
				line[n++] = line_of(p, &p->record[k]);
		qsort(line, n, sizeof *line, by_text);
		for (size_t k = 0; k < n; k++) {
			buf_adds(out, line[k]);
			free(line[k]);
		}
	}
}
