/*
 * curve.c - how many records are matched per second against a growing index, on one core.
 *
 * The index is the store's, as the daemon keeps it: one entity per company, by the company's first record. What is
 * matched are other partners' records of those companies, and as many records of companies that are not there. Matched
 * means: the values normalised, keys made, candidates looked up and loaded, each compared.
 */
#include "bench/match/match.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/match/world.h"
#include "core/match.h"

/* So many that what is read once, when the first of them are looked up, does not decide. */
#define QUERIES 100000
#define BATCH 500
#define INDEXED 20000 /* entities in one transaction */
enum { CANDIDATES_MAX = 24 };

enum stage { NORMALISE, PREPARE, LOOK_UP, COMPARE, STAGES };

static const char *const stage_name[STAGES] = {"normalise", "keys", "look up", "load and compare"};

struct point {
	uint64_t size;
	double us[STAGES], total_us;
	uint64_t keys, candidates, links;
	double peak_mb;
};

struct curve {
	struct corpus corpus;
	struct world world;
	uint64_t indexed;
};

static struct record *first_record(struct curve *c, struct arena *arena, uint64_t id)
{
	struct corpus_record of[CORPUS_RECORDS_MAX];
	struct record *r;
	struct err e;

	corpus_records(&c->corpus, arena, id, of);
	r = corpus_read(arena, &of[0], &e);
	if (!r)
		die(&e);
	return r;
}

static void index_until(struct curve *c, uint64_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct store *store = c->world.hub.store;
	struct err e;

	while (c->indexed < size) {
		if (!store_begin(store, &e))
			die(&e);
		for (int i = 0; i < INDEXED && c->indexed < size; i++, c->indexed++) {
			struct entity x = {.hub_id = hub_uuid(&c->world.hub),
				.type = RECORD_ORGANIZATION,
				.golden = first_record(c, arena, corpus_order(&c->corpus, 0, c->indexed))};

			if (!store_entity_save(store, arena, &x, &e))
				die(&e);
			if (i % BATCH == 0)
				arena_reset(arena);
		}
		if (!store_commit(store, &e) || !store_checkpoint(store, false, &e))
			die(&e);
	}
}

/* --- matching ----------------------------------------------------------------------------------------------------- */

/* A record of a company in the index, but not the one that is there, or of a company that is not. */
static struct corpus_record *query(struct curve *c, struct arena *arena, uint64_t n, struct corpus_record *of)
{
	const uint64_t outside = c->corpus.companies - c->indexed;

	for (uint64_t i = n * 7919;; i++) {
		const bool known = n % 2 == 0;
		const uint64_t at = known ? i % c->indexed : c->indexed + i % outside;
		const size_t records = corpus_records(&c->corpus, arena, corpus_order(&c->corpus, 0, at), of);

		if (!known || records > 1)
			return &of[known];
	}
}

/* A page of records at a time, stage by stage, so that the clock is asked seldom. Of this thread's CPU: other programs
 * on the machine do not count, waiting for the disk does not either. */
struct batch {
	const struct corpus_record *written[BATCH];
	const struct record *record[BATCH];
	const struct match_features *sought[BATCH];
	uint64_t key[BATCH][MATCH_KEYS_MAX];
	size_t nkeys[BATCH], ncandidates[BATCH];
	int64_t *candidate[BATCH];
};

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void normalise_all(struct curve *c, struct arena *arena, struct batch *b)
{
	struct err e;

	(void)c;
	for (size_t i = 0; i < BATCH; i++)
		if (!(b->record[i] = corpus_read(arena, b->written[i], &e)))
			die(&e);
}

static void prepare_all(struct curve *c, struct arena *arena, struct batch *b)
{
	for (size_t i = 0; i < BATCH; i++) {
		b->sought[i] = match_prepare(arena, store_model(c->world.hub.store), b->record[i]);
		b->nkeys[i] = match_keys(b->sought[i], b->key[i]);
	}
}

static void look_up_all(struct curve *c, struct arena *arena, struct batch *b)
{
	struct err e;

	for (size_t i = 0; i < BATCH; i++)
		if (!store_candidates(c->world.hub.store, arena, b->sought[i], b->key[i], b->nkeys[i],
			    CANDIDATES_MAX, &b->candidate[i], &b->ncandidates[i], &e) ||
			(b->ncandidates[i] && !store_held(c->world.hub.store, arena, b->sought[i], 0, &b->sought[i], &e)))
			die(&e);
}

static uint64_t compare_all(struct curve *c, struct arena *arena, struct batch *b)
{
	const struct match_model *model = store_model(c->world.hub.store);
	uint64_t links = 0;
	struct err e;

	for (size_t i = 0; i < BATCH; i++) {
		bool linked = false;

		for (size_t k = 0; k < b->ncandidates[i]; k++) {
			struct match_result why;
			struct candidate x;

			if (!store_candidate(c->world.hub.store, arena, b->candidate[i][k], &x, &e))
				die(&e);
			if (!x.features)
				continue;
			match_compare(model, b->sought[i], x.features, &why);
			linked |= why.verdict == MATCH_LINK;
		}
		links += linked;
	}
	return links;
}

static void match_batch(struct curve *c, struct arena *arena, struct batch *b, struct point *out)
{
	double at[STAGES + 1];

	at[NORMALISE] = cpu_s();
	normalise_all(c, arena, b);
	at[PREPARE] = cpu_s();
	prepare_all(c, arena, b);
	at[LOOK_UP] = cpu_s();
	look_up_all(c, arena, b);
	at[COMPARE] = cpu_s();
	out->links += compare_all(c, arena, b);
	at[STAGES] = cpu_s();
	for (int s = 0; s < STAGES; s++)
		out->us[s] += (at[s + 1] - at[s]) * 1e6 / QUERIES;
	for (size_t i = 0; i < BATCH; i++) {
		out->candidates += b->ncandidates[i];
		out->keys += b->nkeys[i];
	}
}

static double peak_mb(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	double mb = 0;

	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, "VmHWM:", 6))
			mb = strtod(line + 6, NULL) / 1024;
	if (f)
		fclose(f);
	return mb;
}

static struct point measure(struct curve *c, uint64_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new(), *texts = arena_new();
	struct batch *b = calloc(1, sizeof *b);
	struct point p = {.size = size};
	struct err e;

	for (uint64_t n = 0; n < QUERIES; n += BATCH) {
		for (size_t i = 0; i < BATCH; i++) {
			struct corpus_record *of = arena_array(texts, struct corpus_record, CORPUS_RECORDS_MAX);

			b->written[i] = query(c, texts, n + i, of);
		}
		/* Pages are matched within a transaction each. */
		if (!store_begin(c->world.hub.store, &e))
			die(&e);
		match_batch(c, arena, b, &p);
		store_rollback(c->world.hub.store);
		arena_reset(texts);
		arena_reset(arena);
	}
	for (int s = 0; s < STAGES; s++)
		p.total_us += p.us[s];
	p.peak_mb = peak_mb();
	free(b);
	return p;
}

/* --- printing ----------------------------------------------------------------------------------------------------- */

static void print(const struct point *p)
{
	printf("  %9llu %11.0f ", (unsigned long long)p->size, 1e6 / p->total_us);
	for (int s = 0; s < STAGES; s++)
		printf(" %16.1f", p->us[s]);
	printf(" %7.2f %11.2f %9.3f %8.0f\n", (double)p->keys / QUERIES, (double)p->candidates / QUERIES,
		(double)p->links / QUERIES, p->peak_mb);
	fflush(stdout);
}

/* Least squares of log(time for that many records) over log(how many). */
static double exponent(const struct point *p, size_t n)
{
	double x = 0, y = 0, xx = 0, xy = 0;

	for (size_t i = 0; i < n; i++) {
		const double a = log((double)p[i].size), b = log((double)p[i].size * p[i].total_us);

		x += a;
		y += b;
		xx += a * a;
		xy += a * b;
	}
	return ((double)n * xy - x * y) / ((double)n * xx - x * x);
}

bool match_curve(const struct options *options)
{
	static const uint64_t sizes[] = {1000, 3000, 10000, 30000, 100000, 300000, 1000000};
	struct curve c = {.corpus = {.seed = options->seed, .companies = options->most + options->most / 4}};
	struct point p[sizeof sizes / sizeof *sizes];
	size_t n = 0;

	printf("\nrecords matched against an index, one core; microseconds of CPU per record\n  %9s %11s ", "index",
		"records/s");
	for (int s = 0; s < STAGES; s++)
		printf(" %16s", stage_name[s]);
	printf(" %7s %11s %9s %8s\n", "keys", "candidates", "linked", "peak MB");
	world_init(&c.world, options->work, options->model);
	for (; n < sizeof sizes / sizeof *sizes && sizes[n] <= options->most; n++) {
		index_until(&c, sizes[n]);
		p[n] = measure(&c, sizes[n]);
		print(&p[n]);
	}
	if (n > 1)
		printf("  n records in an index of n take n^%.3f; between the first and the last, n log n is n^%.3f\n",
			exponent(p, n),
			1 + log(log((double)p[n - 1].size) / log((double)p[0].size)) /
					log((double)p[n - 1].size / (double)p[0].size));
	world_fini(&c.world);
	return true;
}
