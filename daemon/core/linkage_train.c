#include "core/linkage_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/room.h"
#include "core/linkage_parts.h"

enum { OUTER_ROUNDS = 3, LEAST_MATCHES = 20, LEAST_NEAR = 50 };

/* One kind of key. */
struct session {
	uint32_t fields;
	size_t pairs, sampled;  /* how many there are, how many of them are looked at */
	double share;           /* of them that are the same */
	bool knows_near;        /* how the others look */
	struct linkage_near near;
};

struct samples {
	struct linkage_sample *item;
	size_t n;
};

static uint64_t draw(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	return hash_bytes(state, sizeof *state, 0);
}

static void compare_pair(
	const struct linkage_schema *s, const struct linkage_features *a, const struct linkage_features *b, struct linkage_sample *out)
{
	out->known = false;
	for (unsigned f = 0; f < s->nfields; f++) {
		const struct linkage_field *field = &s->field[f];

		out->field[f] = field->part ? (struct linkage_agreement){LINKAGE_UNKNOWN, 0} : linkage_agree(s, a, b, f);
		if (field->decisive && out->field[f].level + 1u == linkage_level_count(field->kind))
			out->known = true;
	}
}

static double bits(const struct linkage_model *m, const struct linkage_sample *x, uint32_t held)
{
	double sum = 0;

	for (unsigned f = 0; f < m->schema->nfields; f++)
		if (!(held >> f & 1) && x->field[f].level != LINKAGE_UNKNOWN)
			sum += linkage_weight(m, f, x->field[f]);
	return sum;
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

	out->item = room_zeroed(max, sizeof *out->item);
	for (out->n = 0; out->n < max;) {
		const size_t a = draw(&state) % n, b = draw(&state) % n;

		if (a != b)
			compare_pair(s, of[a], of[b], &out->item[out->n++]);
	}
}

static size_t find_sessions(const struct linkage_pairs *pairs, struct session session[LINKAGE_RULES_MAX])
{
	size_t n = 0, which;

	for (size_t i = 0; i < pairs->n; i++) {
		for (which = 0; which < n && session[which].fields != pairs->pair[i].fields; which++)
			;
		if (which == LINKAGE_RULES_MAX)
			continue;
		if (which == n)
			session[n++] = (struct session){.fields = pairs->pair[i].fields, .share = 0.1};
		session[which].pairs++;
	}
	return n;
}

static bool is_first(const struct linkage_pairs *pairs, size_t i)
{
	return !i || pairs->pair[i].a != pairs->pair[i - 1].a || pairs->pair[i].b != pairs->pair[i - 1].b;
}

/* Of each session so many pairs as asked for, chosen by hash. */
static void candidate_samples(const struct linkage_schema *s, const struct linkage_features *const *of,
	const struct linkage_training *how, const struct linkage_pairs *pairs, struct session *session, size_t sessions,
	struct samples *out)
{
	uint32_t times = 0;

	out->item = room_zeroed(pairs->n, sizeof *out->item);
	out->n = 0;
	for (size_t i = 0; i < pairs->n; i++) {
		const struct linkage_pair *p = &pairs->pair[i];
		const uint64_t hash = hash_bytes(p, sizeof *p, how->seed);
		struct linkage_sample *x = &out->item[out->n];
		size_t which = 0;

		if (is_first(pairs, i))
			for (times = 1; i + times < pairs->n && !is_first(pairs, i + times); times++)
				;
		while (which < sessions && session[which].fields != p->fields)
			which++;
		if (which == sessions ||
			(double)(hash >> 11) * 0x1p-53 * (double)session[which].pairs >= (double)how->key_pairs)
			continue;
		compare_pair(s, of[p->a], of[p->b], x);
		x->held = p->fields;
		x->session = (uint32_t)which;
		x->sessions = times;
		session[which].sampled++;
		out->n++;
	}
}

/* --- estimates ------------------------------------------------------------------------------------------------------------ */

void linkage_tally_add(const struct linkage_schema *s, struct linkage_tally *t, const struct linkage_sample *x, uint32_t held,
	double share)
{
	for (unsigned f = 0; f < s->nfields; f++)
		if (!(held >> f & 1) && x->field[f].level != LINKAGE_UNKNOWN)
			t->level[f][x->field[f].level] += share;
}

void linkage_tally_shares(const struct linkage_schema *s, struct linkage_tally *t)
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

/* Where EM begins: most pairs that are the same agree, better levels are likelier. */
static void begin_m(struct linkage_model *m)
{
	for (unsigned f = 0; f < m->schema->nfields; f++) {
		const size_t n = linkage_level_count(m->schema->field[f].kind);
		const double rest = m->schema->field[f].decisive ? 0.005 : 0.2;

		for (size_t l = 0; l < n; l++)
			m->field[f].m[l] = l ? rest / (double)(n - 1) : 1 - rest;
	}
	linkage_weigh(m);
}

static double nearness(const struct linkage_model *m, const struct linkage_sample *x)
{
	uint8_t level[LINKAGE_FIELDS_MAX];

	for (unsigned f = 0; f < m->schema->nfields; f++)
		level[f] = x->field[f].level;
	return linkage_nearness(m, level);
}

/* Random pairs count for what they are likely not: the same, or near each other. */
static void estimate_u(struct linkage_model *m, const struct samples *random, bool weigh_out)
{
	struct linkage_tally *t = room_zeroed(1, sizeof *t);

	for (size_t i = 0; i < random->n; i++) {
		const struct linkage_sample *x = &random->item[i];
		const double others = weigh_out ? exp2(-nearness(m, x)) + exp2(m->prior + bits(m, x, 0)) : 1;

		linkage_tally_add(m->schema, t, x, 0, 1 / others);
	}
	linkage_tally_shares(m->schema, t);
	for (unsigned f = 0; f < m->schema->nfields; f++)
		memcpy(m->field[f].u, t->level[f], sizeof t->level[f]);
	free(t);
	linkage_weigh(m);
}

static bool is_decided(const struct linkage_schema *s, const struct linkage_sample *x)
{
	for (unsigned f = 0; f < s->nfields; f++)
		if (s->field[f].decisive && x->field[f].level != LINKAGE_UNKNOWN)
			return true;
	return false;
}

/* The share of pairs of which a decisive field says something. */
static double decided_share(const struct linkage_schema *s, const struct samples *random)
{
	size_t n = 0;

	for (size_t i = 0; i < random->n; i++)
		n += is_decided(s, &random->item[i]);
	return ((double)n + 0.5) / ((double)random->n + 1);
}

/*
 * How pairs look that share a kind of key without being the same, session by session: those in which a decisive field differs,
 * but for as many of them as are the same nevertheless, by an error in it. first: before anything is known of that.
 */
static void learn_near(struct linkage_model *m, const struct samples *random, const struct samples *pairs, struct session *session,
	size_t sessions, double all, bool first)
{
	struct linkage_tally *t = room_zeroed(sessions, sizeof *t);
	AUTO(free) double *weight = room_zeroed(pairs->n, sizeof *weight);
	double known[LINKAGE_RULES_MAX] = {0}, sum = 0;

	for (size_t i = 0; i < pairs->n; i++) {
		const struct linkage_sample *x = &pairs->item[i];
		const struct session *s = &session[x->session];
		double other = x->known;

		if (!is_decided(m->schema, x))
			continue;
		if (!first)
			other = 1 - linkage_share(m->prior + bits(m, x, 0) + nearness(m, x));
		/* Of the many that are the same for certain, what is left over would soon outweigh those few. */
		if (!x->known && other < 0.5)
			continue;
		weight[i] = other * (double)s->pairs / (double)s->sampled / x->sessions;
		sum += x->known ? other : 0;
		if (x->known)
			linkage_tally_add(m->schema, &t[x->session], x, 0, other);
		known[x->session] += x->known ? other : 0;
	}
	for (size_t s = 0; s < sessions; s++) {
		session[s].knows_near = known[s] >= LEAST_NEAR;
		linkage_tally_shares(m->schema, &t[s]);
		memcpy(session[s].near.r, t[s].level, sizeof t[s].level);
		linkage_near_weigh(m, &session[s].near);
	}
	free(t);
	m->nnear = 0;
	if (sum >= LEAST_NEAR)
		linkage_near_learn(m, pairs->item, weight, pairs->n, decided_share(m->schema, random), all);
	linkage_weigh(m);
}

/*
 * Two that are not the same rarely have one identifying number: too rarely for random pairs to show it. Those that share
 * that key and nothing else do.
 */
static void rate_decisive(struct linkage_model *m, const struct session *session, size_t sessions, double all)
{
	for (size_t s = 0; s < sessions; s++)
		for (unsigned f = 0; f < m->schema->nfields; f++)
			if (m->schema->field[f].decisive && session[s].fields == UINT32_C(1) << f)
				m->field[f].u[0] = ((1 - session[s].share) * (double)session[s].pairs + 0.5) / all;
	linkage_weigh(m);
}

static double bits_of_near(const struct linkage_model *m, const struct session *s, const struct linkage_sample *x)
{
	double sum = 0;

	for (unsigned f = 0; s->knows_near && f < m->schema->nfields; f++)
		if (!(x->held >> f & 1) && x->field[f].level != LINKAGE_UNKNOWN)
			sum += s->near.weight[f][x->field[f].level];
	return sum;
}

static void estimate_m(struct linkage_model *m, const struct samples *pairs, struct session *session, size_t sessions)
{
	struct linkage_tally *t = room_zeroed(1, sizeof *t);
	double found[LINKAGE_RULES_MAX] = {0};

	for (size_t i = 0; i < pairs->n; i++) {
		const struct linkage_sample *x = &pairs->item[i];
		const struct session *s = &session[x->session];
		const double p = linkage_share(share_to_odds(s->share) + bits(m, x, x->held) - bits_of_near(m, s, x));

		found[x->session] += p;
		linkage_tally_add(m->schema, t, x, x->held, p);
	}
	for (size_t s = 0; s < sessions; s++)
		session[s].share = (found[s] + 0.5) / ((double)session[s].sampled + 1);
	linkage_tally_shares(m->schema, t);
	for (unsigned f = 0; f < m->schema->nfields; f++)
		memcpy(m->field[f].m, t->level[f], sizeof t->level[f]);
	linkage_weigh(m);
	free(t);
}

/* How many of all pairs are the same, by what the model says of the candidates. */
static double estimate_prior(struct linkage_model *m, const struct linkage_features *const *of, size_t n,
	const struct linkage_pairs *pairs, size_t rounds)
{
	const double all = (double)n * (double)(n - 1) / 2;
	AUTO(free) double *score = room_zeroed(pairs->n, sizeof *score);
	size_t distinct = 0;
	double matches = (double)n / 4;

	for (size_t i = 0; i < pairs->n; i++) {
		const struct linkage_pair *p = &pairs->pair[i];
		struct linkage_sample x;

		if (!is_first(pairs, i))
			continue;
		compare_pair(m->schema, of[p->a], of[p->b], &x);
		if (!x.known)
			score[distinct++] = bits(m, &x, 0) + nearness(m, &x);
	}
	for (size_t r = 0; r < rounds; r++) {
		m->prior = share_to_odds(matches / all);
		matches = 0.5;
		for (size_t i = 0; i < distinct; i++)
			matches += linkage_share(m->prior + score[i]);
		if (matches > all / 2)
			matches = all / 2;
	}
	return matches;
}

bool linkage_train(struct linkage_model *m, const struct linkage_features *const *of, size_t n,
	const struct linkage_training *how, struct linkage_trained *out, struct err *e)
{
	AUTO(linkage_pairs_free) struct linkage_pairs *pairs = linkage_pairs(m->schema, of, n, how->block_max);
	AUTO(free) struct session *session = room_zeroed(LINKAGE_RULES_MAX, sizeof *session);
	const double all = (double)n * (double)(n ? n - 1 : 0) / 2;
	struct samples random, candidates;

	*out = (struct linkage_trained){0};
	if (n < 20 || pairs->n < LEAST_MATCHES)
		return err_set(e, ERR_ITEM, "too few records to learn from: %zu records, %zu candidate pairs", n, pairs->n);
	out->sessions = find_sessions(pairs, session);
	random_samples(m->schema, of, n, how, &random);
	candidate_samples(m->schema, of, how, pairs, session, out->sessions, &candidates);
	out->random_pairs = random.n;
	out->candidate_pairs = candidates.n;
	estimate_u(m, &random, false);
	begin_m(m);
	learn_near(m, &random, &candidates, session, out->sessions, all, true);
	for (unsigned outer = 0; outer < OUTER_ROUNDS; outer++) {
		for (unsigned r = 0; r < how->rounds; r++)
			estimate_m(m, &candidates, session, out->sessions);
		out->matches = estimate_prior(m, of, n, pairs, 20);
		learn_near(m, &random, &candidates, session, out->sessions, all, false);
		estimate_u(m, &random, true);
		rate_decisive(m, session, out->sessions, all);
	}
	out->matches = estimate_prior(m, of, n, pairs, 20);
	free(random.item);
	free(candidates.item);
	return out->matches >= LEAST_MATCHES ||
	       err_set(e, ERR_ITEM, "too few records are the same to learn from: about %.0f pairs", out->matches);
}
