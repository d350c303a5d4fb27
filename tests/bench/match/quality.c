#include "bench/match/quality.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/match.h"

void quality_fini(struct quality *q)
{
	free(q->item);
	free(q->seen);
	free(q->question);
}

void quality_add(struct quality *q, uint64_t truth, unsigned partner, const struct quality_seen *seen)
{
	if (q->n == q->cap) {
		q->cap = q->cap ? 2 * q->cap : 4096;
		q->item = reallocarray(q->item, q->cap, sizeof *q->item);
		q->seen = reallocarray(q->seen, q->cap, sizeof *q->seen);
		if (!q->item || !q->seen)
			abort();
	}
	q->item[q->n] = (struct score_item){.truth = truth, .source = partner};
	q->seen[q->n++] = *seen;
}

/* --- what became of it -------------------------------------------------------------------------------------------- */

struct by_shadow {
	int64_t shadow;
	size_t at;
};

static int order(const void *a, const void *b)
{
	const struct by_shadow *x = a, *y = b;

	return x->shadow < y->shadow ? -1 : x->shadow > y->shadow;
}

static void look_up(struct quality *q)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	for (size_t i = 0; i < q->n; i++, arena_reset(arena))
		q->item[i].cluster = (uint64_t)world_entity(q->world, arena, q->item[i].source, q->kind->type,
			q->kind->key(q, arena, i), &q->seen[i].shadow);
}

/* Questions are about a record and an entity, for which its first record stands. */
static void look_up_questions(struct quality *q)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(free) struct by_shadow *shadow = calloc(q->n, sizeof *shadow), *entity = calloc(q->n, sizeof *entity);
	struct review *r;
	struct err e;

	for (size_t i = 0; i < q->n; i++) {
		shadow[i] = (struct by_shadow){q->seen[i].shadow, i};
		entity[i] = (struct by_shadow){(int64_t)q->item[i].cluster, i};
	}
	qsort(shadow, q->n, sizeof *shadow, order);
	qsort(entity, q->n, sizeof *entity, order);
	q->question = calloc(q->world->tally.reviews + 1, sizeof *q->question);
	for (int64_t id = 1; id <= (int64_t)q->world->tally.reviews; id++, arena_reset(arena)) {
		struct by_shadow *a, *b;

		if (!store_review(q->world->hub.store, arena, id, &r, &e))
			die(&e);
		if (!r || r->type != q->kind->type)
			continue;
		a = bsearch(&(struct by_shadow){.shadow = r->shadow}, shadow, q->n, sizeof *a, order);
		b = bsearch(&(struct by_shadow){.shadow = r->other}, entity, q->n, sizeof *b, order);
		if (a && b)
			q->question[q->questions++] = (struct score_question){a->at, b->at};
	}
}

/* --- wrong links and misses --------------------------------------------------------------------------------------- */

struct pair {
	size_t a, b;
};

/* What the two records of a linked pair say by themselves. */
struct reason {
	const char *why;
	uint64_t right, wrong;
};

struct classes {
	struct reason reason[32];
	uint64_t wrong[QUALITY_QUIRKS_MAX], wrong_quirk[QUALITY_QUIRKS_MAX];
	uint64_t possible[QUALITY_QUIRKS_MAX], missed[QUALITY_QUIRKS_MAX], asked[QUALITY_QUIRKS_MAX];
	uint64_t plain, plain_missed; /* pairs of records without any quirk */
	struct pair *worst_wrong, *worst_missed;
	size_t nwrong, nmissed;
};

static int cluster_order(const void *a, const void *b, void *ctx)
{
	const struct score_item *item = ctx, *x = &item[*(const size_t *)a], *y = &item[*(const size_t *)b];

	return x->cluster < y->cluster ? -1 : x->cluster > y->cluster;
}

static int truth_order(const void *a, const void *b, void *ctx)
{
	const struct score_item *item = ctx, *x = &item[*(const size_t *)a], *y = &item[*(const size_t *)b];

	return x->truth < y->truth ? -1 : x->truth > y->truth;
}

static void count_reason(struct quality *q, struct classes *c, size_t a, size_t b)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct match_model *model = store_model(q->world->hub.store);
	struct match_result r;
	size_t at = 0;

	match_compare(model, match_prepare(arena, model, q->kind->record(q, arena, a)),
		match_prepare(arena, model, q->kind->record(q, arena, b)), &r);
	while (at < sizeof c->reason / sizeof *c->reason - 1 && c->reason[at].why && strcmp(c->reason[at].why, r.why))
		at++;
	c->reason[at].why = r.why;
	*(q->item[a].truth == q->item[b].truth ? &c->reason[at].right : &c->reason[at].wrong) += 1;
}

static void count_wrong(struct quality *q, struct classes *c, size_t a, size_t b)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const uint64_t quirks = q->seen[a].quirks | q->seen[b].quirks;

	c->wrong[q->kind->relation(q, arena, a, b)]++;
	for (unsigned k = 0; k < q->kind->quirks; k++)
		c->wrong_quirk[k] += (quirks & CORPUS_BIT(k)) != 0;
	if (c->nwrong < q->options->worst)
		c->worst_wrong[c->nwrong++] = (struct pair){a, b};
}

static void count_possible(struct quality *q, struct classes *c, const struct score_item *then, size_t a, size_t b)
{
	const uint64_t quirks = q->seen[a].quirks | q->seen[b].quirks;
	const bool missed = q->item[a].cluster != q->item[b].cluster,
		   asked = missed && then[a].cluster == then[b].cluster;

	for (unsigned k = 0; k < q->kind->quirks; k++)
		if (quirks & CORPUS_BIT(k)) {
			c->possible[k]++;
			c->missed[k] += missed;
			c->asked[k] += asked;
		}
	c->plain += !quirks;
	c->plain_missed += !quirks && missed;
	if (missed && c->nmissed < q->options->worst)
		c->worst_missed[c->nmissed++] = (struct pair){a, b};
}

/* Where right answers to the questions would put every record. */
static struct score_item *answered(struct quality *q)
{
	struct score_item *then = calloc(q->n + 1, sizeof *then);
	bool again = true;

	memcpy(then, q->item, q->n * sizeof *then);
	while (again) {
		again = false;
		for (size_t i = 0; i < q->questions; i++) {
			struct score_item *a = &then[q->question[i].a], *b = &then[q->question[i].b];

			if (a->truth == b->truth && a->cluster != b->cluster) {
				a->cluster = b->cluster = a->cluster < b->cluster ? a->cluster : b->cluster;
				again = true;
			}
		}
	}
	return then;
}

static void classify(struct quality *q, struct classes *c)
{
	AUTO(free) size_t *at = calloc(q->n + 1, sizeof *at);
	AUTO(free) bool *kept = calloc(q->n + 1, sizeof *kept);
	AUTO(free) struct score_item *then = answered(q);

	c->worst_wrong = calloc(q->options->worst + 1, sizeof *c->worst_wrong);
	c->worst_missed = calloc(q->options->worst + 1, sizeof *c->worst_missed);
	score_kept(q->item, q->n, kept);
	for (size_t i = 0; i < q->n; i++)
		at[i] = i;
	qsort_r(at, q->n, sizeof *at, cluster_order, q->item);
	for (size_t i = 0, j; i < q->n; i = j)
		for (j = i + 1; j < q->n && q->item[at[j]].cluster == q->item[at[i]].cluster; j++)
			for (size_t k = i; k < j; k++) {
				count_reason(q, c, at[k], at[j]);
				if (q->item[at[j]].truth != q->item[at[k]].truth)
					count_wrong(q, c, at[k], at[j]);
			}
	qsort_r(at, q->n, sizeof *at, truth_order, q->item);
	for (size_t i = 0, j; i < q->n; i = j)
		for (j = i + 1; j < q->n && q->item[at[j]].truth == q->item[at[i]].truth; j++)
			for (size_t k = i; k < j; k++)
				if (kept[at[j]] && kept[at[k]])
					count_possible(q, c, then, at[k], at[j]);
}

/* --- printing ----------------------------------------------------------------------------------------------------- */

/* The others in its entity. */
static void print_companions(const struct quality *q, size_t at)
{
	printf("            with");
	for (size_t i = 0; i < q->n; i++)
		if (i != at && q->item[i].cluster == q->item[at].cluster)
			printf(" %s %s %llu", corpus_partner[q->item[i].source], q->kind->one,
				(unsigned long long)q->item[i].truth);
	printf("\n");
}

static void print_pair(struct quality *q, const char *what, struct pair pair)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct match_model *model = store_model(q->world->hub.store);
	const size_t side[] = {pair.a, pair.b};
	const struct match_features *features[2];
	struct match_result why = {0};

	for (int i = 0; i < 2; i++) {
		BUF_AUTO struct buf text = {0};
		const struct record *r = q->kind->record(q, arena, side[i]);

		features[i] = match_prepare(arena, model, r);
		record_print(&text, r);
		printf("%s %-17s %s %llu: %s\n", i ? "         " : what, corpus_partner[q->item[side[i]].source],
			q->kind->one, (unsigned long long)q->item[side[i]].truth, text.data);
		print_companions(q, side[i]);
	}
	match_compare(model, features[0], features[1], &why);
	printf("            %s; these two alone: %s, %.1f bits (%s)\n           ",
		q->item[pair.a].truth == q->item[pair.b].truth
			? "the same"
			: q->kind->relation_help[q->kind->relation(q, arena, pair.a, pair.b)],
		why.verdict == MATCH_LINK     ? "link"
		: why.verdict == MATCH_REVIEW ? "review"
					      : "new",
		why.score, why.why ? why.why : "");
	for (size_t i = 0; i < why.n; i++)
		printf(" %s %s %+.1f", why.evidence[i].field, why.evidence[i].level, why.evidence[i].weight);
	printf("\n");
}

static void print_classes(const struct quality *q, const struct classes *c)
{
	printf("\n  wrongly linked pairs, by what the two are to each other\n");
	for (unsigned r = 0; r < q->kind->relations; r++)
		if (c->wrong[r])
			printf("    %-50s %8llu\n", q->kind->relation_help[r], (unsigned long long)c->wrong[r]);
	printf("\n  linked pairs, by what the two say by themselves                right    wrong\n");
	for (size_t i = 0; i < sizeof c->reason / sizeof *c->reason && c->reason[i].why; i++)
		printf("    %-56s %8llu %8llu\n", c->reason[i].why, (unsigned long long)c->reason[i].right,
			(unsigned long long)c->reason[i].wrong);
	printf("\n  pairs of records of one %-9s one of which shows ...      pairs   missed  of them asked  recall  in "
	       "wrong links\n",
		q->kind->one);
	for (unsigned k = 0; k < q->kind->quirks; k++)
		if (c->possible[k])
			printf("    %-52s %12llu %8llu %14llu %7.4f %15llu\n", q->kind->quirk_help[k],
				(unsigned long long)c->possible[k], (unsigned long long)c->missed[k],
				(unsigned long long)c->asked[k], 1 - (double)c->missed[k] / (double)c->possible[k],
				(unsigned long long)c->wrong_quirk[k]);
	printf("    %-52s %12llu %8llu\n", "none of these", (unsigned long long)c->plain,
		(unsigned long long)c->plain_missed);
}

static void print_rates(const char *name, const struct score_rates *r)
{
	printf("  %-12s precision %.5f  recall %.4f  F1 %.4f\n", name, r->precision, r->recall, r->f1);
}

bool quality_report(struct quality *q)
{
	struct classes c = {0};
	struct score s;
	struct score_asked asked;
	bool ok;

	look_up(q);
	look_up_questions(q);
	score_of(q->item, q->n, &s);
	score_asked(q->item, q->n, q->question, q->questions, &asked);
	printf("  %zu records, %zu of them a partner's second of one; %zu entities\n", s.items, s.surplus, s.clusters);
	print_rates("pairwise", &s.pairs);
	print_rates("B-cubed", &s.b_cubed);
	printf("  %llu pairs linked, %llu wrongly; %llu possible, %llu missed\n", (unsigned long long)s.linked,
		(unsigned long long)(s.linked - s.right), (unsigned long long)s.possible,
		(unsigned long long)(s.possible - s.found));
	printf("  review       %zu questions, %.2f %% of records, %.0f %% of them about one and the same; were all "
	       "answered: recall %.4f\n",
		asked.questions, 100 * asked.share,
		asked.questions ? 100.0 * (double)asked.right / (double)asked.questions : 0, asked.then.pairs.recall);
	printf("  engine       %.0f records/s, storing and deciding included; %llu pairs compared\n", (double)q->n / q->seconds,
		(unsigned long long)q->world->tally.compared);
	classify(q, &c);
	print_classes(q, &c);
	for (size_t i = 0; i < c.nwrong; i++)
		print_pair(q, "\nwrong    ", c.worst_wrong[i]);
	for (size_t i = 0; i < c.nmissed; i++)
		print_pair(q, "\nmissed   ", c.worst_missed[i]);
	free(c.worst_wrong);
	free(c.worst_missed);
	ok = s.pairs.precision >= q->options->precision && s.pairs.recall >= q->options->recall &&
	     asked.share <= q->options->review;
	if (!ok)
		printf("  NOT REACHED  precision %g, recall %g, review %g\n", q->options->precision, q->options->recall,
			q->options->review);
	return ok;
}
