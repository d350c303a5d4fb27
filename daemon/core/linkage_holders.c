/* How many have a value that those of a group may have in common. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/room.h"
#include "core/linkage_parts.h"
#include "core/linkage_train.h"

#define HOLDERS_MAX 64   /* more are not counted */

/* The rule by which a field's values are looked up, if those of a group share them; -1 otherwise. */
static int rule_of(const struct linkage_schema *s, unsigned field)
{
	return s->field[field].kind == LINKAGE_DOMAIN ? linkage_rule_alone(s, field) : -1;
}

bool linkage_may_be_held(const struct linkage_schema *s, const struct linkage_features *f)
{
	for (unsigned field = 0; field < s->nfields; field++)
		if (f->first[field] < f->first[field + 1] && rule_of(s, field) >= 0)
			return true;
	return false;
}

void linkage_hold(const struct linkage_schema *s, struct linkage_features *f, linkage_holders *holders, void *ctx)
{
	for (unsigned field = 0; field < s->nfields; field++) {
		const int rule = f->first[field] < f->first[field + 1] ? rule_of(s, field) : -1;

		for (size_t i = f->first[field]; rule >= 0 && i < f->first[field + 1]; i++) {
			const unsigned n = holders(ctx, linkage_key_alone(s, f, rule, &f->value[i]));

			f->value[i].holders = (uint16_t)(n < HOLDERS_MAX ? n : HOLDERS_MAX);
		}
	}
}

/* --- of a whole set --------------------------------------------------------------------------------------------------------- */

struct held {
	uint64_t key, turn;
	uint32_t source, decisive;
	struct linkage_value *value;
};

struct list {
	struct held *item;
	size_t n, cap;
};

static void add_held(const struct linkage_schema *s, struct linkage_features *f, uint32_t source, uint64_t turn, struct list *out)
{
	for (unsigned field = 0; field < s->nfields; field++) {
		const int rule = rule_of(s, field);

		for (size_t i = f->first[field]; rule >= 0 && i < f->first[field + 1]; i++) {
			out->item = room(out->item, out->n, &out->cap, sizeof *out->item);
			out->item[out->n++] = (struct held){linkage_key_alone(s, f, rule, &f->value[i]), turn, source,
				linkage_decisive(s, f), &f->value[i]};
		}
	}
}

static int by_key(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->turn < y->turn ? -1 : x->turn > y->turn;
}

/* How many those are, at least. */
static unsigned apart(const struct held *h, size_t n)
{
	unsigned decisive = 0, of_one_source = 0;

	for (size_t i = 0; i < n; i++) {
		bool known = !h[i].decisive;
		unsigned alike = 1;

		for (size_t k = 0; k < i; k++) {
			known |= h[k].decisive == h[i].decisive;
			alike += h[k].source == h[i].source;
		}
		decisive += !known;
		of_one_source = alike > of_one_source ? alike : of_one_source;
	}
	return decisive > of_one_source ? decisive : of_one_source;
}

void linkage_hold_all(const struct linkage_schema *s, struct linkage_features *const *of, const uint32_t *source, size_t n)
{
	struct list all = {0};

	for (size_t i = 0; i < n; i++)
		add_held(s, of[i], source[i], hash_bytes(&i, sizeof i, 0), &all);
	if (all.n)
		qsort(all.item, all.n, sizeof *all.item, by_key);
	for (size_t i = 0, first = 0; i < all.n; i++) {
		if (all.item[i].key != all.item[first].key)
			first = i;
		all.item[i].value->holders = (uint16_t)apart(&all.item[first], i - first < HOLDERS_MAX ? i - first : HOLDERS_MAX);
	}
	free(all.item);
}
