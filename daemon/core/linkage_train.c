#include "core/linkage_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "core/linkage_parts.h"

enum { OUTER_ROUNDS = 3, LEAST_MATCHES = 20 };

/* One compared pair. */
struct sample {
	struct linkage_agreement field[LINKAGE_FIELDS_MAX];
	uint32_t held;         /* fields of its key */
	uint32_t session;
};

struct samples {
	struct sample *item;
	size_t n;
};

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		abort();
	return p;
}

static uint64_t draw(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	return hash_bytes(state, sizeof *state, 0);
}

static void compare_pair(
	const struct linkage_schema *s, const struct linkage_features *a, const struct linkage_features *b, struct sample *out)
{
	for (unsigned f = 0; f < s->nfields; f++)
		out->field[f] = s->field[f].part ? (struct linkage_agreement){LINKAGE_UNKNOWN, 0} : linkage_agree(s, a, b, f);
}

static double bits(const struct linkage_model *m, const struct sample *x, uint32_t held)
{
	double sum = 0;

	for (unsigned f = 0; f < m->schema->nfields; f++)
		if (!(held >> f & 1) && x->field[f].level != LINKAGE_UNKNOWN)
			sum += linkage_weight(m, f, x->field[f]);
	return sum;
}

static double odds_to_share(double bits_)
{
	return 1 / (1 + exp2(-bits_));
}

static double share_to_odds(double share)
{
	return log2(share / (1 - share));
}

/* --- what is compared --------------------------------------------------------------------------------------------------- */

static void random_samples(const struct linkage_schema *s, const struct linkage_features *const *of, size_t n,
	const struct linkage_training *how, struct samples *out)
{
	const double all = (double)n * (double)(n - 1) / 2;
	const size_t max = (double)how->random_pairs < all ? how->random_pairs : (size_t)all;
	uint64_t state = how->seed;

	out->item = zeroed(max, sizeof *out->item);
	for (out->n = 0; out->n < max;) {
		const size_t a = draw(&state) % n, b = draw(&state) % n;

		if (a != b)
			compare_pair(s, of[a], of[b], &out->item[out->n++]);
	}
}

/* A session is one kind of key; of each so many pairs as asked for, chosen by hash. */
static size_t candidate_samples(const struct linkage_schema *s, const struct linkage_features *const *of,
	const struct linkage_training *how, const struct linkage_pairs *pairs, struct samples *out)
{
	uint32_t kinds[LINKAGE_RULES_MAX];
	size_t count[LINKAGE_RULES_MAX] = {0}, nkinds = 0, which;

	out->item = zeroed(pairs->n, sizeof *out->item);
	out->n = 0;
	for (size_t i = 0; i < pairs->n; i++) {
		for (which = 0; which < nkinds && kinds[which] != pairs->pair[i].fields; which++)
			;
		if (which == nkinds && nkinds < LINKAGE_RULES_MAX)
			kinds[nkinds++] = pairs->pair[i].fields;
		count[which < LINKAGE_RULES_MAX ? which : 0]++;
	}
	for (size_t i = 0; i < pairs->n; i++) {
		const struct linkage_pair *p = &pairs->pair[i];
		const uint64_t hash = hash_bytes(p, sizeof *p, how->seed);
		struct sample *x = &out->item[out->n];

		for (which = 0; which < nkinds && kinds[which] != p->fields; which++)
			;
		if (which == nkinds || (double)(hash >> 11) * 0x1p-53 * (double)count[which] >= (double)how->key_pairs)
			continue;
		compare_pair(s, of[p->a], of[p->b], x);
		x->held = p->fields;
		x->session = (uint32_t)which;
		out->n++;
	}
	return nkinds;
}

/* --- estimates ------------------------------------------------------------------------------------------------------------ */

struct tally {
	double level[LINKAGE_FIELDS_MAX][LINKAGE_LEVELS_MAX];
};

static void add(const struct linkage_schema *s, struct tally *t, const struct sample *x, uint32_t held, double share)
{
	for (unsigned f = 0; f < s->nfields; f++)
		if (!(held >> f & 1) && x->field[f].level != LINKAGE_UNKNOWN)
			t->level[f][x->field[f].level] += share;
}

/* Half a pair is added to every level, so that what was not seen is rare, not impossible. */
static void to_shares(const struct linkage_schema *s, struct tally *t)
{
	for (unsigned f = 0; f < s->nfields; f++) {
		const size_t n = linkage_level_count(s->field[f].kind);
		double sum = 0;

		for (size_t l = 0; l < n; l++)
			sum += t->level[f][l] + 0.5;
		for (size_t l = 0; l < n; l++)
			t->level[f][l] = (t->level[f][l] + 0.5) / sum;
	}
}

/* Random pairs that are likely the same do not count as others. */
static void estimate_u(struct linkage_model *m, const struct samples *random, bool weigh_out)
{
	struct tally *t = zeroed(1, sizeof *t);

	for (size_t i = 0; i < random->n; i++) {
		const struct sample *x = &random->item[i];
		const double share = weigh_out ? 1 - odds_to_share(m->prior + bits(m, x, 0)) : 1;

		add(m->schema, t, x, 0, share);
	}
	to_shares(m->schema, t);
	for (unsigned f = 0; f < m->schema->nfields; f++)
		memcpy(m->field[f].u, t->level[f], sizeof t->level[f]);
	free(t);
	linkage_weigh(m);
}

/* Where EM begins: most pairs that are the same agree, better levels are likelier. */
static void begin_m(struct linkage_model *m)
{
	for (unsigned f = 0; f < m->schema->nfields; f++) {
		const size_t n = linkage_level_count(m->schema->field[f].kind);
		double sum = 0;

		for (size_t l = 0; l < n; l++)
			sum += m->field[f].m[l] = l ? 0.2 / (double)(n - 1) : 0.8;
		for (size_t l = 0; l < n; l++)
			m->field[f].m[l] /= sum;
	}
	linkage_weigh(m);
}

static void estimate_m(struct linkage_model *m, const struct samples *pairs, double *share, size_t sessions)
{
	struct tally *t = zeroed(1, sizeof *t);
	double *found = zeroed(sessions, sizeof *found), *n = zeroed(sessions, sizeof *n);

	for (size_t i = 0; i < pairs->n; i++) {
		const struct sample *x = &pairs->item[i];
		const double p = odds_to_share(share_to_odds(share[x->session]) + bits(m, x, x->held));

		found[x->session] += p;
		n[x->session]++;
		add(m->schema, t, x, x->held, p);
	}
	for (size_t s = 0; s < sessions; s++)
		share[s] = (found[s] + 0.5) / (n[s] + 1);
	to_shares(m->schema, t);
	for (unsigned f = 0; f < m->schema->nfields; f++)
		memcpy(m->field[f].m, t->level[f], sizeof t->level[f]);
	linkage_weigh(m);
	free(t);
	free(found);
	free(n);
}

/* How many of all pairs are the same, by what the model says of the candidates. */
static double estimate_prior(struct linkage_model *m, const struct linkage_features *const *of, size_t n,
	const struct linkage_pairs *pairs, size_t rounds)
{
	const double all = (double)n * (double)(n - 1) / 2;
	AUTO(free) double *score = zeroed(pairs->n, sizeof *score);
	size_t distinct = 0;
	double matches = (double)n / 4;

	for (size_t i = 0; i < pairs->n; i++) {
		const struct linkage_pair *p = &pairs->pair[i];
		struct sample x;

		if (i && p->a == p[-1].a && p->b == p[-1].b)
			continue;
		compare_pair(m->schema, of[p->a], of[p->b], &x);
		score[distinct++] = bits(m, &x, 0);
	}
	for (size_t r = 0; r < rounds; r++) {
		m->prior = share_to_odds(matches / all);
		matches = 0.5;
		for (size_t i = 0; i < distinct; i++)
			matches += odds_to_share(m->prior + score[i]);
		if (matches > all / 2)
			matches = all / 2;
	}
	return matches;
}

bool linkage_train(struct linkage_model *m, const struct linkage_features *const *of, size_t n,
	const struct linkage_training *how, struct linkage_trained *out, struct err *e)
{
	AUTO(linkage_pairs_free) struct linkage_pairs *pairs = linkage_pairs(m->schema, of, n, how->block_max);
	struct samples random, candidates;
	double share[LINKAGE_RULES_MAX];

	*out = (struct linkage_trained){0};
	if (n < 20 || pairs->n < LEAST_MATCHES)
		return err_set(e, ERR_ITEM, "too few records to learn from: %zu records, %zu candidate pairs", n, pairs->n);
	random_samples(m->schema, of, n, how, &random);
	out->sessions = candidate_samples(m->schema, of, how, pairs, &candidates);
	out->random_pairs = random.n;
	out->candidate_pairs = candidates.n;
	estimate_u(m, &random, false);
	begin_m(m);
	for (size_t s = 0; s < out->sessions; s++)
		share[s] = 0.1;
	for (unsigned outer = 0; outer < OUTER_ROUNDS; outer++) {
		for (unsigned r = 0; r < how->rounds; r++)
			estimate_m(m, &candidates, share, out->sessions);
		out->matches = estimate_prior(m, of, n, pairs, 20);
		estimate_u(m, &random, true);
	}
	out->matches = estimate_prior(m, of, n, pairs, 20);
	free(random.item);
	free(candidates.item);
	return out->matches >= LEAST_MATCHES ||
	       err_set(e, ERR_ITEM, "too few records are the same to learn from: about %.0f pairs", out->matches);
}
