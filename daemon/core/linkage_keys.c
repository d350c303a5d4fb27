/* Under which keys a record is looked up. */
#include "core/linkage_parts.h"

#include <string.h>

#include "base/hash.h"
#include "core/similar.h"

enum { ATOMS_MAX = 12 };

struct atoms {
	uint64_t hash[ATOMS_MAX];
	size_t n;
};

static void add_atom(struct atoms *out, uint64_t hash)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->hash[i] == hash)
			return;
	if (out->n < ATOMS_MAX)
		out->hash[out->n++] = hash;
}

static uint64_t hash_of_whole(const char *text, size_t len)
{
	return hash_bytes(text, len, LINKAGE_WHOLE);
}

static uint64_t hash_of_sound(const char *text, size_t len)
{
	char sound[SIMILAR_SOUND_MAX];
	const size_t n = similar_sound(text, len, sound);

	return hash_bytes(sound, n, LINKAGE_SOUND);
}

static void each_word(const struct linkage_features *f, const struct linkage_value *v, struct atoms *out)
{
	enum { WORDS = 2 };   /* the rarest; of equals the longest, then the first */
	uint16_t used = 0;

	for (size_t n = 0; n < WORDS && n < v->words; n++) {
		const struct linkage_word *w = words_of(f) + v->first_word;
		size_t best = v->words;

		for (size_t i = 0; i < v->words; i++)
			if (!(used >> i & 1) &&
				(best == v->words || w[i].rarity > w[best].rarity ||
					(w[i].rarity == w[best].rarity && w[i].len > w[best].len)))
				best = i;
		used |= (uint16_t)(1u << best);
		add_atom(out, hash_of_sound(text_of(f) + w[best].at, w[best].len));
	}
}

static void atoms_of_field(
	const struct linkage_features *f, unsigned field, enum linkage_atom atom, struct atoms *out)
{
	for (size_t i = f->first[field]; i < f->first[field + 1]; i++) {
		const struct linkage_value *v = &f->value[i];
		const char *text = text_of(f) + v->at;

		switch (atom) {
		case LINKAGE_WHOLE:
			add_atom(out, hash_of_whole(text, v->len));
			break;
		case LINKAGE_SOUND:
		case LINKAGE_ANYWHERE:
			add_atom(out, hash_of_sound(text, v->len));
			break;
		case LINKAGE_HEAD:
			add_atom(out, hash_bytes(text, v->len < 4 ? v->len : 4, LINKAGE_HEAD));
			break;
		case LINKAGE_WORDS:
			each_word(f, v, out);
			break;
		}
	}
}

static void atoms_of(const struct linkage_schema *s, const struct linkage_features *f, const struct linkage_part *part,
	struct atoms *out)
{
	out->n = 0;
	atoms_of_field(f, part->field, part->atom, out);
	if (part->atom == LINKAGE_ANYWHERE && s->field[part->field].twin >= 0)
		atoms_of_field(f, (unsigned)s->field[part->field].twin, part->atom, out);
}

static uint32_t fields_of(const struct linkage_schema *s, const struct linkage_rule *rule)
{
	uint32_t out = 0;

	for (size_t i = 0; i < rule->n; i++) {
		const struct linkage_part *part = &rule->part[i];

		out |= UINT32_C(1) << part->field;
		if (part->atom == LINKAGE_ANYWHERE && s->field[part->field].twin >= 0)
			out |= UINT32_C(1) << s->field[part->field].twin;
	}
	return out;
}

/* Two parts from the same twins are a set: which of them is which must not matter. */
static bool is_twin_pair(const struct linkage_schema *s, const struct linkage_rule *rule)
{
	return rule->n == 2 && rule->part[0].atom == LINKAGE_ANYWHERE && rule->part[1].atom == LINKAGE_ANYWHERE &&
	       s->field[rule->part[0].field].twin == rule->part[1].field;
}

static size_t twin_pair(const struct linkage_schema *s, const struct linkage_features *f, const struct linkage_rule *rule,
	uint64_t seed, struct linkage_key *out, size_t max)
{
	struct atoms all;
	uint64_t pair[2];

	atoms_of(s, f, &rule->part[0], &all);
	if (all.n != 2 || !max)
		return 0;
	pair[0] = all.hash[0] < all.hash[1] ? all.hash[0] : all.hash[1];
	pair[1] = all.hash[0] < all.hash[1] ? all.hash[1] : all.hash[0];
	*out = (struct linkage_key){hash_bytes(pair, sizeof pair, seed), fields_of(s, rule)};
	return 1;
}

/* Every combination of one atom of each part; none if a part has none. */
static size_t combine(const struct linkage_schema *s, const struct linkage_features *f, const struct linkage_rule *rule,
	uint64_t seed, struct linkage_key *out, size_t max)
{
	struct atoms part[3];
	size_t at[3] = {0}, n = 0;

	for (size_t i = 0; i < rule->n; i++) {
		atoms_of(s, f, &rule->part[i], &part[i]);
		if (!part[i].n)
			return 0;
	}
	while (n < max) {
		uint64_t hash = seed;
		size_t i;

		for (i = 0; i < rule->n; i++)
			hash = hash_bytes(&part[i].hash[at[i]], sizeof hash, hash);
		out[n++] = (struct linkage_key){hash, fields_of(s, rule)};
		for (i = 0; i < rule->n && ++at[i] == part[i].n; i++)
			at[i] = 0;
		if (i == rule->n)
			break;
	}
	return n;
}

size_t linkage_keys(
	const struct linkage_schema *s, const struct linkage_features *f, struct linkage_key *out, size_t max)
{
	const uint64_t seed = hash_text(s->name, 0);
	size_t n = 0;

	for (size_t r = 0; r < s->nrules; r++)
		n += is_twin_pair(s, &s->rule[r]) ? twin_pair(s, f, &s->rule[r], seed + r, out + n, max - n)
						  : combine(s, f, &s->rule[r], seed + r, out + n, max - n);
	return n;
}

int linkage_rule_alone(const struct linkage_schema *s, unsigned field)
{
	for (size_t r = 0; r < s->nrules; r++)
		if (s->rule[r].n == 1 && s->rule[r].part[0].field == field && s->rule[r].part[0].atom == LINKAGE_WHOLE)
			return (int)r;
	return -1;
}

uint64_t linkage_key_alone(const struct linkage_schema *s, const struct linkage_features *f, int rule, const struct linkage_value *v)
{
	const uint64_t atom = hash_of_whole(text_of(f) + v->at, v->len);

	return hash_bytes(&atom, sizeof atom, hash_text(s->name, 0) + (uint64_t)rule);
}

/* --- rules for any schema ---------------------------------------------------------------------------------------------- */

static void add_rule(struct linkage_schema *s, size_t n, struct linkage_part x, struct linkage_part y)
{
	if (s->nrules < LINKAGE_RULES_MAX)
		s->rule[s->nrules++] = (struct linkage_rule){(uint8_t)n, {x, y}};
}

static bool identifies(enum linkage_kind kind)
{
	return kind == LINKAGE_NUMBER || kind == LINKAGE_EMAIL || kind == LINKAGE_PHONE || kind == LINKAGE_KEY || kind == LINKAGE_IDENTIFIER ||
	       kind == LINKAGE_DATE || kind == LINKAGE_COMPANY || kind == LINKAGE_STREET;
}

static enum linkage_atom coarse_atom(const struct linkage_field *f)
{
	if (f->twin >= 0)
		return LINKAGE_ANYWHERE;
	if (f->kind == LINKAGE_COMPANY)
		return LINKAGE_WORDS;
	return f->kind == LINKAGE_NAME || f->kind == LINKAGE_STREET || f->kind == LINKAGE_PLACE ? LINKAGE_SOUND
											      : LINKAGE_WHOLE;
}

void linkage_rules(struct linkage_schema *s)
{
	s->nrules = 0;
	for (uint8_t f = 0; f < s->nfields; f++)
		if (s->field[f].kind != LINKAGE_ADDRESS && identifies(s->field[f].kind))
			add_rule(s, 1, (struct linkage_part){f, LINKAGE_WHOLE}, (struct linkage_part){0});
	for (uint8_t f = 0; f < s->nfields; f++)
		for (uint8_t g = (uint8_t)(f + 1); g < s->nfields; g++) {
			const struct linkage_field *x = &s->field[f], *y = &s->field[g];

			if (x->kind == LINKAGE_ADDRESS || y->kind == LINKAGE_ADDRESS)
				continue;
			/* Twins give the same keys: once with each other field is enough. */
			if ((x->twin >= 0 && x->twin < f) || (y->twin >= 0 && y->twin < g && y->twin != f))
				continue;
			add_rule(s, 2, (struct linkage_part){f, coarse_atom(x)}, (struct linkage_part){g, coarse_atom(y)});
		}
}
