/* How frequent values and words are. */
#include "core/linkage_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/linkage_parts.h"

/* By the first digit of the postal code. A share of fewer than that many records, or than that many of them, is chance. */
enum { REGIONS = 10, NOWHERE = REGIONS, REGION_LEAST = 500, COUNT_LEAST = 5 };

struct count {
	uint64_t hash;
	uint32_t n, field;
	uint32_t in[REGIONS + 1];
	double share;           /* of the records that have a value, when all are counted */
	char *text;
};

struct linkage_counts {
	const struct linkage_schema *schema;
	struct count *count;
	size_t n, slots;
	size_t records[LINKAGE_FIELDS_MAX];   /* that have a value */
	size_t in[LINKAGE_FIELDS_MAX][REGIONS + 1];
};

struct linkage_counts *linkage_counts_new(const struct linkage_schema *schema)
{
	struct linkage_counts *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->schema = schema;
	return c;
}

void linkage_counts_free(struct linkage_counts *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->slots; i++)
		free(c->count[i].text);
	free(c->count);
	free(c);
}

static struct count *slot_of(const struct linkage_counts *c, uint64_t hash)
{
	size_t at = hash & (c->slots - 1);

	while (c->count[at].hash && c->count[at].hash != hash)
		at = (at + 1) & (c->slots - 1);
	return &c->count[at];
}

static void grow(struct linkage_counts *c)
{
	struct count *old = c->count;
	const size_t n = c->slots;

	c->slots = n ? 2 * n : 4096;
	c->count = calloc(c->slots, sizeof *c->count);
	if (!c->count)
		abort();
	for (size_t i = 0; i < n; i++)
		if (old[i].hash)
			*slot_of(c, old[i].hash) = old[i];
	free(old);
}

static void count_text(struct linkage_counts *c, unsigned field, unsigned region, const char *text, size_t len)
{
	const uint64_t hash = linkage_frequency_hash(field, text, len);
	struct count *at;

	if (2 * c->n >= c->slots)
		grow(c);
	at = slot_of(c, hash);
	if (!at->hash) {
		*at = (struct count){.hash = hash, .field = field, .text = linkage_text(text, len)};
		c->n++;
	}
	at->n++;
	at->in[region]++;
}

static unsigned region_of(const struct linkage_field *field, const struct linkage_features *f)
{
	size_t len;
	const char *postal = field->postal ? linkage_value(f, field->postal, &len) : "";

	return *postal >= '0' && *postal <= '9' ? (unsigned)(*postal - '0') : NOWHERE;
}

/*
 * Where it is commonest: a word of the language that few speak is no rarer among them, and who is compared at length is mostly
 * of one place.
 */
static double share_of(const struct linkage_counts *c, const struct count *x)
{
	double share = (double)x->n / (double)c->records[x->field];

	for (unsigned r = 0; r < REGIONS; r++)
		if (x->in[r] >= COUNT_LEAST && c->in[x->field][r] >= REGION_LEAST)
			share = fmax(share, (double)x->in[r] / (double)c->in[x->field][r]);
	return fmin(share, 1);
}

/* Taken from features, so that a text is counted as it will be looked up. */
void linkage_count(struct linkage_counts *c, const struct linkage_features *f)
{
	for (unsigned field = 0; field < c->schema->nfields; field++) {
		const enum linkage_kind kind = c->schema->field[field].kind;

		if (f->first[field] == f->first[field + 1])
			continue;
		c->records[field]++;
		if (!linkage_kind_has_frequencies(kind))
			continue;

		const unsigned region = region_of(&c->schema->field[field], f);

		c->in[field][region]++;
		for (size_t i = f->first[field]; i < f->first[field + 1]; i++) {
			const struct linkage_value *v = &f->value[i];

			if (kind != LINKAGE_COMPANY) {
				count_text(c, field, region, text_of(f) + v->at, v->len);
				continue;
			}
			for (size_t w = v->first_word; w < (size_t)v->first_word + v->words; w++)
				count_text(c, field, region, text_of(f) + words_of(f)[w].at, words_of(f)[w].len);
		}
	}
}

static int most_frequent_first(const void *a, const void *b)
{
	const struct count *x = *(struct count *const *)a, *y = *(struct count *const *)b;

	return x->share != y->share ? (x->share > y->share ? -1 : 1) : strcmp(x->text, y->text);
}

void linkage_counted(struct linkage_model *m, const struct linkage_counts *c, size_t frequent_max)
{
	AUTO(free) struct count **sorted = calloc(c->n + 1, sizeof *sorted);

	if (!sorted)
		abort();
	for (unsigned f = 0; f < c->schema->nfields; f++) {
		size_t n = 0;

		if (!c->records[f] || !linkage_kind_has_frequencies(c->schema->field[f].kind))
			continue;
		for (size_t i = 0; i < c->slots; i++)
			if (c->count[i].n > 1 && c->count[i].field == f) {
				c->count[i].share = share_of(c, &c->count[i]);
				sorted[n++] = &c->count[i];
			}
		qsort(sorted, n, sizeof(struct count *), most_frequent_first);
		linkage_frequency_floor(m, f, 1.0 / (double)c->records[f]);
		for (size_t i = 0; i < n && i < frequent_max && i < LINKAGE_FREQUENT_MAX; i++)
			linkage_frequency_add(m, f, sorted[i]->text, strlen(sorted[i]->text), sorted[i]->share);
	}
}

void linkage_inherit(struct linkage_model *m, const struct linkage_counts *c, const struct linkage_model *from)
{
	for (unsigned f = 0; f < m->schema->nfields; f++) {
		if (c->records[f] || m->schema->field[f].kind == LINKAGE_ADDRESS)
			continue;
		memcpy(m->field[f].m, from->field[f].m, sizeof m->field[f].m);
		memcpy(m->field[f].u, from->field[f].u, sizeof m->field[f].u);
		for (size_t k = 0; k < m->nnear; k++)
			memcpy(m->near[k].r[f], m->field[f].u, sizeof m->field[f].u);
	}
	linkage_weigh(m);
}

void linkage_rate(const struct linkage_model *m, struct linkage_features *f)
{
	struct linkage_word *word = (struct linkage_word *)(f->value + f->nvalues);

	for (unsigned field = 0; field < m->schema->nfields; field++) {
		const enum linkage_kind kind = m->schema->field[field].kind;

		if (!linkage_kind_has_frequencies(kind))
			continue;
		for (size_t i = f->first[field]; i < f->first[field + 1]; i++) {
			struct linkage_value *v = &f->value[i];

			if (kind != LINKAGE_COMPANY)
				v->rarity = linkage_rarity(m, field, text_of(f) + v->at, v->len);
			for (size_t w = v->first_word; w < (size_t)v->first_word + v->words; w++)
				word[w].rarity = linkage_rarity(m, field, text_of(f) + word[w].at, word[w].len);
		}
	}
}
