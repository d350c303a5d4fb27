/* Kinds, weights, scores. */
#include "core/linkage_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static const struct {
	const char *name;
	const char *level[LINKAGE_LEVELS_MAX];
} kinds[] = {
#define X(kind, name, ...) [LINKAGE_##kind] = {name, {__VA_ARGS__}},
	LINKAGE_KIND_LIST(X)
#undef X
};

const char *linkage_kind_name(enum linkage_kind kind)
{
	return kinds[kind].name;
}

bool linkage_kind_parse(const char *name, enum linkage_kind *out)
{
	for (enum linkage_kind k = 0; k < LINKAGE_KINDS; k++)
		if (!strcmp(kinds[k].name, name)) {
			*out = k;
			return true;
		}
	return false;
}

size_t linkage_level_count(enum linkage_kind kind)
{
	size_t n = 0;

	while (n < LINKAGE_LEVELS_MAX && kinds[kind].level[n])
		n++;
	return n;
}

const char *linkage_level_name(enum linkage_kind kind, unsigned level)
{
	return level < LINKAGE_LEVELS_MAX && kinds[kind].level[level] ? kinds[kind].level[level] : "unknown";
}

bool linkage_kind_has_frequencies(enum linkage_kind kind)
{
	return kind == LINKAGE_NAME || kind == LINKAGE_COMPANY || kind == LINKAGE_STREET || kind == LINKAGE_PLACE ||
	       kind == LINKAGE_POSTAL || kind == LINKAGE_CODE || kind == LINKAGE_HOUSE_NUMBER || kind == LINKAGE_DATE;
}

struct linkage_model *linkage_model_new(const struct linkage_schema *schema)
{
	struct linkage_model *m = calloc(1, sizeof *m);

	if (!m)
		abort();
	m->schema = schema;
	for (size_t f = 0; f < schema->nfields; f++)
		for (size_t l = 0; l < LINKAGE_LEVELS_MAX; l++)
			m->field[f].m[l] = m->field[f].u[l] = 1;
	return m;
}

void linkage_model_free(struct linkage_model *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->slots; i++)
		free(m->frequency[i].text);
	free(m->frequency);
	free(m);
}

const struct linkage_schema *linkage_schema_of(const struct linkage_model *m)
{
	return m->schema;
}

double linkage_share(double score)
{
	return 1 / (1 + exp2(-score));
}

double linkage_link_at(const struct linkage_model *m)
{
	return m->link;
}

double linkage_review_at(const struct linkage_model *m)
{
	return m->review;
}

void linkage_thresholds(struct linkage_model *m, double link, double review)
{
	m->link = link;
	m->review = review;
}

/* Exchanged values count the same on both sides, or the order of two records would matter. */
static void level_twins(struct linkage_model *m, unsigned f)
{
	const int twin = m->schema->field[f].twin;

	if (twin > (int)f) {
		const size_t at = linkage_level_count(m->schema->field[f].kind) - 2;
		struct linkage_weights *x = &m->field[f], *y = &m->field[twin];

		x->weight[at] = y->weight[at] = (x->weight[at] + y->weight[at]) / 2;
	}
}

void linkage_weigh(struct linkage_model *m)
{
	for (unsigned f = 0; f < m->schema->nfields; f++) {
		struct linkage_weights *w = &m->field[f];

		for (size_t l = 0; l < linkage_level_count(m->schema->field[f].kind); l++)
			w->weight[l] = log2(w->m[l] / w->u[l]);
	}
	for (unsigned f = 0; f < m->schema->nfields; f++)
		level_twins(m, f);
	for (size_t k = 0; k < m->nnear; k++)
		linkage_near_weigh(m, &m->near[k]);
}

void linkage_near_weigh(const struct linkage_model *m, struct linkage_near *near)
{
	near->prior = log2(near->share);
	for (unsigned f = 0; f < m->schema->nfields; f++)
		for (size_t l = 0; l < linkage_level_count(m->schema->field[f].kind); l++)
			near->weight[f][l] = log2(near->r[f][l] / m->field[f].u[l]);
}

char *linkage_text(const char *bytes, size_t n)
{
	char *out = malloc(n + 1);

	if (!out)
		abort();
	memcpy(out, bytes, n);
	out[n] = '\0';
	return out;
}

/* --- frequencies ----------------------------------------------------------------------------------------------------- */

uint64_t linkage_frequency_hash(unsigned field, const char *text, size_t len)
{
	const uint64_t hash = hash_bytes(text, len, field + 1);

	return hash ? hash : 1;
}

static struct linkage_frequency *slot_of(const struct linkage_model *m, uint64_t hash)
{
	size_t at = hash & (m->slots - 1);

	while (m->frequency[at].hash && m->frequency[at].hash != hash)
		at = (at + 1) & (m->slots - 1);
	return &m->frequency[at];
}

static void grow(struct linkage_model *m)
{
	struct linkage_frequency *old = m->frequency;
	const size_t n = m->slots;

	m->slots = n ? 2 * n : 1024;
	m->frequency = calloc(m->slots, sizeof *m->frequency);
	if (!m->frequency)
		abort();
	for (size_t i = 0; i < n; i++)
		if (old[i].hash)
			*slot_of(m, old[i].hash) = old[i];
	free(old);
}

/* Quarter bits of a value; of a word, by the logarithm relative to that of the floor. */
static uint8_t rarity_of(const struct linkage_model *m, unsigned field, double share)
{
	const double floor = m->field[field].floor;
	double bits;

	if (m->schema->field[field].kind == LINKAGE_COMPANY)
		return floor < 1 ? (uint8_t)lround(1 + log2(share) / log2(floor) * (LINKAGE_RAREST - 1)) : 0;
	bits = -4 * log2(share);
	return bits < 1 ? 1 : bits > 250 ? 250 : (uint8_t)lround(bits);
}

void linkage_frequency_floor(struct linkage_model *m, unsigned field, double share)
{
	m->field[field].floor = share;
	m->field[field].rarest = rarity_of(m, field, share);
}

void linkage_frequency_add(struct linkage_model *m, unsigned field, const char *text, size_t len, double share)
{
	const uint64_t hash = linkage_frequency_hash(field, text, len);
	struct linkage_frequency *at;

	if (2 * m->nfrequency >= m->slots)
		grow(m);
	at = slot_of(m, hash);
	if (at->hash)
		return;
	*at = (struct linkage_frequency){hash, (float)share, rarity_of(m, field, (float)share), linkage_text(text, len)};
	m->nfrequency++;
	m->field[field].nfrequent++;
}

uint8_t linkage_rarity(const struct linkage_model *m, unsigned field, const char *text, size_t len)
{
	const struct linkage_weights *w = &m->field[field];
	const struct linkage_frequency *at = w->nfrequent ? slot_of(m, linkage_frequency_hash(field, text, len)) : NULL;

	return at && at->hash ? at->rarity : w->rarest;
}

/* --- scores ------------------------------------------------------------------------------------------------------------ */

/*
 * "same" counts by how rare the value is, in place of how often two values are the same on average: COMPANY has levels
 * for that. The levels next to it are moved by half of the difference: a typing error in a rare name says more than
 * one in a common name, but which of the two was meant is less certain.
 */
double linkage_weight(const struct linkage_model *m, unsigned field, struct linkage_agreement a)
{
	const struct linkage_weights *w = &m->field[field];
	const enum linkage_kind kind = m->schema->field[field].kind;
	double excess;

	if (!a.rarity || kind == LINKAGE_COMPANY || a.level + 1u >= linkage_level_count(kind))
		return w->weight[a.level];
	excess = a.rarity / 4.0 + log2(w->u[0]);
	return w->weight[a.level] + (a.level ? excess / 2 : excess);
}

double linkage_nearness(const struct linkage_model *m, const uint8_t level[LINKAGE_FIELDS_MAX])
{
	double others = 1;   /* random pairs */

	for (size_t k = 0; k < m->nnear; k++) {
		double bits = m->near[k].prior;

		for (unsigned f = 0; f < m->schema->nfields; f++)
			if (level[f] != LINKAGE_UNKNOWN)
				bits += m->near[k].weight[f][level[f]];
		others += exp2(bits);
	}
	return -log2(others);
}

/* A value that one of the two lacks may be found exchanged in one direction only, and which of two records is named first
 * must not matter: they are compared in an order of their own. */
static bool in_order(const struct linkage_features *a, const struct linkage_features *b)
{
	const int order = memcmp(a, b, a->size < b->size ? a->size : b->size);

	return order ? order < 0 : a->size <= b->size;
}

static void compare(const struct linkage_model *m, const struct linkage_features *a, const struct linkage_features *b,
	struct linkage_result *out)
{
	out->prior = out->score = m->prior;
	for (unsigned f = 0; f < m->schema->nfields; f++) {
		struct linkage_agreement agreement;

		out->level[f] = LINKAGE_UNKNOWN;
		out->weight[f] = 0;
		if (m->schema->field[f].part)
			continue;
		agreement = linkage_agree(m->schema, a, b, f);
		if (agreement.level == LINKAGE_UNKNOWN)
			continue;
		out->level[f] = agreement.level;
		out->weight[f] = linkage_weight(m, f, agreement);
		out->score += out->weight[f];
	}
	out->near = linkage_nearness(m, out->level);
	out->score += out->near;
}

void linkage_compare(const struct linkage_model *m, const struct linkage_features *a, const struct linkage_features *b,
	struct linkage_result *out)
{
	if (in_order(a, b))
		compare(m, a, b, out);
	else
		compare(m, b, a, out);
}
