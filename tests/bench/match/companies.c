/*
 * companies.c - the corpus through the hub's lane, page by page, partners in turn as in a first synchronisation; then what
 * became of it against the truth: by what made different companies one, and by what kept one company apart.
 */
#include "bench/match/match.h"
#include "bench/match/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/match.h"
#include "support/score.h"

struct seen {
	uint64_t quirks;
	int64_t shadow;
	size_t copy;            /* which of the company's records */
};

struct run {
	const struct options *options;
	struct corpus corpus;
	struct world world;
	struct score_item *item;
	struct seen *seen;
	size_t n, cap;
	struct score_question *question;
	size_t questions;
	double seconds;
};

/* --- reading all partners ----------------------------------------------------------------------------------------- */

static void note(struct run *run, const struct corpus_record *r, size_t copy)
{
	if (run->n == run->cap) {
		run->cap = run->cap ? 2 * run->cap : 4096;
		run->item = reallocarray(run->item, run->cap, sizeof *run->item);
		run->seen = reallocarray(run->seen, run->cap, sizeof *run->seen);
		if (!run->item || !run->seen)
			abort();
	}
	run->item[run->n] = (struct score_item){ .truth = r->company, .source = r->partner };
	run->seen[run->n++] = (struct seen){ .quirks = r->quirks, .copy = copy };
}

/* Records of one partner from place *at of its list on, until a page is full. */
static size_t fill(struct run *run, struct arena *arena, unsigned partner, uint64_t *at, struct corpus_record *page)
{
	struct corpus_record of[CORPUS_RECORDS_MAX];
	size_t n = 0;

	while (n + 2 <= WORLD_PAGE && *at < run->corpus.companies) {
		const uint64_t id = corpus_order(&run->corpus, partner, (*at)++);
		const size_t records = corpus_records(&run->corpus, arena, id, of);

		for (size_t i = 0; i < records; i++)
			if (of[i].partner == partner) {
				note(run, &of[i], i);
				page[n++] = of[i];
			}
	}
	return n;
}

static void read_page(struct run *run, struct arena *arena, unsigned partner, const struct corpus_record *page, size_t n)
{
	struct item *item = arena_array(arena, struct item, n);
	const double began = now_s();
	struct err e;

	for (size_t i = 0; i < n; i++) {
		item[i] = (struct item){ .type = RECORD_ORGANIZATION, .state = ITEM_LIVE, .key = page[i].key,
			.record = corpus_read(arena, &page[i], &e) };
		if (!item[i].record)
			die(&e);
	}
	if (n)
		world_page(&run->world, partner, arena, item, n);
	run->seconds += now_s() - began;
}

static void read_all(struct run *run)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct corpus_record *page = calloc(WORLD_PAGE, sizeof *page);
	uint64_t at[CORPUS_PARTNERS] = { 0 };
	bool more = true;

	while (more) {
		more = false;
		for (unsigned p = 0; p < CORPUS_PARTNERS; p++) {
			const size_t n = fill(run, arena, p, &at[p], page);

			read_page(run, arena, p, page, n);
			more |= at[p] < run->corpus.companies;
			arena_reset(arena);
		}
	}
	free(page);
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

static void look_up(struct run *run)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	for (size_t i = 0; i < run->n; i++, arena_reset(arena)) {
		struct corpus_record of[CORPUS_RECORDS_MAX];

		corpus_records(&run->corpus, arena, run->item[i].truth, of);
		run->item[i].cluster = (uint64_t)world_entity(&run->world, arena, run->item[i].source, RECORD_ORGANIZATION,
			of[run->seen[i].copy].key, &run->seen[i].shadow);
	}
}

/* Questions are about a record and an entity, for which its first record stands. */
static void look_up_questions(struct run *run)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(free) struct by_shadow *shadow = calloc(run->n, sizeof *shadow), *entity = calloc(run->n, sizeof *entity);
	struct review *r;
	struct err e;

	for (size_t i = 0; i < run->n; i++) {
		shadow[i] = (struct by_shadow){ run->seen[i].shadow, i };
		entity[i] = (struct by_shadow){ (int64_t)run->item[i].cluster, i };
	}
	qsort(shadow, run->n, sizeof *shadow, order);
	qsort(entity, run->n, sizeof *entity, order);
	run->question = calloc(run->world.tally.reviews + 1, sizeof *run->question);
	for (int64_t id = 1; id <= (int64_t)run->world.tally.reviews; id++, arena_reset(arena)) {
		struct by_shadow *a, *b;

		if (!store_review(run->world.hub.store, arena, id, &r, &e))
			die(&e);
		if (!r)
			continue;
		a = bsearch(&(struct by_shadow){ .shadow = r->shadow }, shadow, run->n, sizeof *a, order);
		b = bsearch(&(struct by_shadow){ .shadow = r->other }, entity, run->n, sizeof *b, order);
		if (a && b)
			run->question[run->questions++] = (struct score_question){ a->at, b->at };
	}
}

static struct record *record_of(struct run *run, struct arena *arena, size_t i)
{
	struct corpus_record of[CORPUS_RECORDS_MAX];
	struct err e;
	struct record *r;

	corpus_records(&run->corpus, arena, run->item[i].truth, of);
	r = corpus_read(arena, &of[run->seen[i].copy], &e);
	if (!r)
		die(&e);
	return r;
}

/* --- wrong links and misses --------------------------------------------------------------------------------------- */

struct pair {
	size_t a, b;
};

struct classes {
	uint64_t wrong[CORPUS_RELATION_COUNT], wrong_quirk[CORPUS_QUIRK_COUNT];
	uint64_t possible[CORPUS_QUIRK_COUNT], missed[CORPUS_QUIRK_COUNT], asked[CORPUS_QUIRK_COUNT];
	uint64_t plain, plain_missed;      /* pairs of records without any quirk */
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

static void count_wrong(struct run *run, struct classes *c, size_t a, size_t b)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const uint64_t quirks = run->seen[a].quirks | run->seen[b].quirks;
	struct corpus_company x, y;

	corpus_company(&run->corpus, arena, run->item[a].truth, &x);
	corpus_company(&run->corpus, arena, run->item[b].truth, &y);
	c->wrong[corpus_relation(&x, &y)]++;
	for (int q = 0; q < CORPUS_QUIRK_COUNT; q++)
		c->wrong_quirk[q] += (quirks & CORPUS_BIT(q)) != 0;
	if (c->nwrong < run->options->worst)
		c->worst_wrong[c->nwrong++] = (struct pair){ a, b };
}

static void count_possible(struct run *run, struct classes *c, const struct score_item *then, size_t a, size_t b)
{
	const uint64_t quirks = run->seen[a].quirks | run->seen[b].quirks;
	const bool missed = run->item[a].cluster != run->item[b].cluster, asked = missed && then[a].cluster == then[b].cluster;

	for (int q = 0; q < CORPUS_QUIRK_COUNT; q++)
		if (quirks & CORPUS_BIT(q)) {
			c->possible[q]++;
			c->missed[q] += missed;
			c->asked[q] += asked;
		}
	c->plain += !quirks;
	c->plain_missed += !quirks && missed;
	if (missed && c->nmissed < run->options->worst)
		c->worst_missed[c->nmissed++] = (struct pair){ a, b };
}

/* Where right answers to the questions would put every record. */
static struct score_item *answered(struct run *run)
{
	struct score_item *then = calloc(run->n + 1, sizeof *then);
	bool again = true;

	memcpy(then, run->item, run->n * sizeof *then);
	while (again) {
		again = false;
		for (size_t i = 0; i < run->questions; i++) {
			struct score_item *a = &then[run->question[i].a], *b = &then[run->question[i].b];

			if (a->truth == b->truth && a->cluster != b->cluster) {
				a->cluster = b->cluster = a->cluster < b->cluster ? a->cluster : b->cluster;
				again = true;
			}
		}
	}
	return then;
}

static void classify(struct run *run, struct classes *c)
{
	AUTO(free) size_t *at = calloc(run->n + 1, sizeof *at);
	AUTO(free) bool *kept = calloc(run->n + 1, sizeof *kept);
	AUTO(free) struct score_item *then = answered(run);

	c->worst_wrong = calloc(run->options->worst + 1, sizeof *c->worst_wrong);
	c->worst_missed = calloc(run->options->worst + 1, sizeof *c->worst_missed);
	score_kept(run->item, run->n, kept);
	for (size_t i = 0; i < run->n; i++)
		at[i] = i;
	qsort_r(at, run->n, sizeof *at, cluster_order, run->item);
	for (size_t i = 0, j; i < run->n; i = j)
		for (j = i + 1; j < run->n && run->item[at[j]].cluster == run->item[at[i]].cluster; j++)
			for (size_t k = i; k < j; k++)
				if (run->item[at[j]].truth != run->item[at[k]].truth)
					count_wrong(run, c, at[k], at[j]);
	qsort_r(at, run->n, sizeof *at, truth_order, run->item);
	for (size_t i = 0, j; i < run->n; i = j)
		for (j = i + 1; j < run->n && run->item[at[j]].truth == run->item[at[i]].truth; j++)
			for (size_t k = i; k < j; k++)
				if (kept[at[j]] && kept[at[k]])
					count_possible(run, c, then, at[k], at[j]);
}

/* --- printing ----------------------------------------------------------------------------------------------------- */

static void print_pair(struct run *run, const char *what, struct pair pair)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct match_model *model = store_model(run->world.hub.store);
	const size_t side[] = { pair.a, pair.b };
	const struct match_features *features[2];
	struct match_result why = { 0 };
	struct corpus_company company[2];

	for (int i = 0; i < 2; i++) {
		BUF_AUTO struct buf text = { 0 };
		struct record *r = record_of(run, arena, side[i]);

		corpus_company(&run->corpus, arena, run->item[side[i]].truth, &company[i]);
		features[i] = match_prepare(arena, model, r);
		record_print(&text, r);
		printf("%s %-17s company %llu: %s\n", i ? "         " : what, corpus_partner[run->item[side[i]].source],
			(unsigned long long)run->item[side[i]].truth, text.data);
	}
	match_compare(model, features[0], features[1], &why);
	printf("            %s; these two alone: %s, %.1f bits (%s)\n           ",
		run->item[pair.a].truth == run->item[pair.b].truth ? "one company" :
								     corpus_relation_help[corpus_relation(&company[0], &company[1])],
		why.verdict == MATCH_LINK ? "link" : why.verdict == MATCH_REVIEW ? "review" : "new", why.score, why.why ? why.why : "");
	for (size_t i = 0; i < why.n; i++)
		printf(" %s %s %+.1f", why.evidence[i].field, why.evidence[i].level, why.evidence[i].weight);
	printf("\n");
}

static void print_classes(const struct run *run, const struct classes *c)
{
	printf("\n  wrongly linked pairs, by what the two companies are to each other\n");
	for (int r = 0; r < CORPUS_RELATION_COUNT; r++)
		if (c->wrong[r])
			printf("    %-50s %8llu\n", corpus_relation_help[r], (unsigned long long)c->wrong[r]);
	printf("\n  pairs of records of one company, one of which shows ...        pairs   missed  of them asked  recall  in wrong links\n");
	for (int q = 0; q < CORPUS_QUIRK_COUNT; q++)
		if (c->possible[q])
			printf("    %-52s %12llu %8llu %14llu %7.4f %15llu\n", corpus_quirk_help[q], (unsigned long long)c->possible[q],
				(unsigned long long)c->missed[q], (unsigned long long)c->asked[q],
				1 - (double)c->missed[q] / (double)c->possible[q], (unsigned long long)c->wrong_quirk[q]);
	printf("    %-52s %12llu %8llu\n", "none of these", (unsigned long long)c->plain, (unsigned long long)c->plain_missed);
	(void)run;
}

static void print_rates(const char *name, const struct score_rates *r)
{
	printf("  %-12s precision %.5f  recall %.4f  F1 %.4f\n", name, r->precision, r->recall, r->f1);
}

static bool report(struct run *run)
{
	struct classes c = { 0 };
	struct score s;
	struct score_asked asked;

	score_of(run->item, run->n, &s);
	score_asked(run->item, run->n, run->question, run->questions, &asked);
	printf("  %zu records, %zu of them a partner's second of one company; %zu entities\n", s.items, s.surplus, s.clusters);
	print_rates("pairwise", &s.pairs);
	print_rates("B-cubed", &s.b_cubed);
	printf("  %llu pairs linked, %llu wrongly; %llu possible, %llu missed\n", (unsigned long long)s.linked,
		(unsigned long long)(s.linked - s.right), (unsigned long long)s.possible, (unsigned long long)(s.possible - s.found));
	printf("  review       %zu questions, %.2f %% of records, %.0f %% of them about one company; were all answered: recall %.4f\n",
		asked.questions, 100 * asked.share, asked.questions ? 100.0 * (double)asked.right / (double)asked.questions : 0,
		asked.then.pairs.recall);
	printf("  engine       %.0f records/s, storing and deciding included\n", (double)run->n / run->seconds);
	classify(run, &c);
	print_classes(run, &c);
	for (size_t i = 0; i < c.nwrong; i++)
		print_pair(run, "\nwrong    ", c.worst_wrong[i]);
	for (size_t i = 0; i < c.nmissed; i++)
		print_pair(run, "\nmissed   ", c.worst_missed[i]);
	free(c.worst_wrong);
	free(c.worst_missed);
	return s.pairs.precision >= run->options->precision && s.pairs.recall >= run->options->recall &&
	       asked.share <= run->options->review;
}

bool match_companies(const struct options *options, bool numbers)
{
	struct run run = { .options = options,
		.corpus = { .seed = options->seed, .companies = options->companies, .no_numbers = !numbers } };
	bool ok;

	printf("\n%llu companies at up to four partners, seed %llu, %s enterprise numbers\n", (unsigned long long)options->companies,
		(unsigned long long)options->seed, numbers ? "with" : "without");
	world_init(&run.world, options->work);
	printf("  model        %s\n", match_model_version(store_model(run.world.hub.store)));
	read_all(&run);
	look_up(&run);
	look_up_questions(&run);
	ok = report(&run);
	world_fini(&run.world);
	free(run.item);
	free(run.seen);
	free(run.question);
	if (!ok)
		printf("  NOT REACHED  precision %g, recall %g, review %g\n", options->precision, options->recall, options->review);
	return ok;
}
