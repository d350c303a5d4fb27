#include "support/score.h"

#include <stdlib.h>
#include <string.h>

#include "base/own.h"

struct row {
	struct score_item item;
	size_t at;   /* in the caller's order */
	size_t cell; /* how many are in the same cluster with the same truth */
	bool kept;
};

static void *table(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		abort();
	return p;
}

static int order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_cluster(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	const int c = order(x->item.cluster, y->item.cluster);

	return c ? c : order(x->item.truth, y->item.truth);
}

/* The one to be kept comes first. */
static int by_truth(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = order(x->item.truth, y->item.truth);

	c = c ? c : order(x->item.source, y->item.source);
	c = c ? c : order(y->cell, x->cell);
	return c ? c : order(x->at, y->at);
}

static int by_kept_cell(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	const int c = order(y->kept, x->kept);

	return c ? c : by_cluster(a, b);
}

static bool same_cell(const struct row *a, const struct row *b)
{
	return a->item.cluster == b->item.cluster && a->item.truth == b->item.truth;
}

static uint64_t pairs(size_t n)
{
	return n ? (uint64_t)n * (n - 1) / 2 : 0;
}

static struct row *rows_of(const struct score_item *item, size_t n)
{
	struct row *row = table(n, sizeof *row);

	for (size_t i = 0; i < n; i++)
		row[i] = (struct row){.item = item[i], .at = i};
	return row;
}

/* Cells and clusters of all; leaves them by cluster. */
static void count_clusters(struct row *row, size_t n, struct score *out)
{
	double precision = 0;

	qsort(row, n, sizeof *row, by_cluster);
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i; j < n && row[j].item.cluster == row[i].item.cluster; j++)
			;
		out->clusters++;
		out->linked += pairs(j - i);
		for (size_t k = i, l; k < j; k = l) {
			for (l = k; l < j && same_cell(&row[l], &row[k]); l++)
				;
			out->right += pairs(l - k);
			precision += (double)(l - k) * (double)(l - k) / (double)(j - i);
			for (size_t m = k; m < l; m++)
				row[m].cell = l - k;
		}
	}
	out->b_cubed.precision = n ? precision / (double)n : 1;
}

/* Needs cells; leaves them by truth. */
static size_t choose_kept(struct row *row, size_t n)
{
	size_t kept = 0;

	qsort(row, n, sizeof *row, by_truth);
	for (size_t i = 0; i < n; i++) {
		row[i].kept = !i || row[i].item.source == SCORE_NO_SOURCE ||
			      row[i].item.truth != row[i - 1].item.truth ||
			      row[i].item.source != row[i - 1].item.source;
		kept += row[i].kept;
	}
	return kept;
}

static void count_found(struct row *row, size_t kept, size_t n, struct score *out)
{
	AUTO(free) size_t *of_truth = table(n, sizeof *of_truth);
	double recall = 0;

	for (size_t i = 0, j; i < n; i = j) {
		size_t size = 0;

		for (j = i; j < n && row[j].item.truth == row[i].item.truth; j++)
			size += row[j].kept;
		out->possible += pairs(size);
		for (size_t k = i; k < j; k++)
			of_truth[row[k].at] = size;
	}
	qsort(row, n, sizeof *row, by_kept_cell);
	for (size_t i = 0, j; i < kept; i = j) {
		for (j = i; j < kept && same_cell(&row[j], &row[i]); j++)
			;
		out->found += pairs(j - i);
		recall += (double)(j - i) * (double)(j - i) / (double)of_truth[row[i].at];
	}
	out->b_cubed.recall = kept ? recall / (double)kept : 1;
}

static double ratio(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 1;
}

static void harmonic(struct score_rates *r)
{
	r->f1 = r->precision + r->recall > 0 ? 2 * r->precision * r->recall / (r->precision + r->recall) : 0;
}

void score_of(const struct score_item *item, size_t n, struct score *out)
{
	AUTO(free) struct row *row = rows_of(item, n);
	size_t kept;

	*out = (struct score){.items = n};
	count_clusters(row, n, out);
	kept = choose_kept(row, n);
	out->surplus = n - kept;
	count_found(row, kept, n, out);
	out->pairs.precision = ratio(out->right, out->linked);
	out->pairs.recall = ratio(out->found, out->possible);
	harmonic(&out->pairs);
	harmonic(&out->b_cubed);
}

void score_kept(const struct score_item *item, size_t n, bool *kept)
{
	AUTO(free) struct row *row = rows_of(item, n);
	struct score unused = {0};

	count_clusters(row, n, &unused);
	choose_kept(row, n);
	for (size_t i = 0; i < n; i++)
		kept[row[i].at] = row[i].kept;
}

/* --- questions -------------------------------------------------------------------------------------------- */

/* Clusters that answers join: index into the sorted list of clusters, its own where it is the first. */
static size_t root(size_t *of, size_t i)
{
	while (of[i] != i)
		i = of[i] = of[of[i]];
	return i;
}

static int by_number(const void *a, const void *b)
{
	return order(*(const uint64_t *)a, *(const uint64_t *)b);
}

static size_t index_of(const uint64_t *cluster, size_t n, uint64_t wanted)
{
	const uint64_t *at = bsearch(&wanted, cluster, n, sizeof *cluster, by_number);

	return (size_t)(at - cluster);
}

void score_asked(const struct score_item *item, size_t n, const struct score_question *question, size_t questions,
	struct score_asked *out)
{
	AUTO(free) struct score_item *then = table(n, sizeof *then);
	AUTO(free) uint64_t *cluster = table(n, sizeof *cluster);
	AUTO(free) size_t *joined = table(n, sizeof *joined);

	*out = (struct score_asked){.questions = questions, .share = n ? (double)questions / (double)n : 0};
	for (size_t i = 0; i < n; i++) {
		cluster[i] = item[i].cluster;
		joined[i] = i;
	}
	qsort(cluster, n, sizeof *cluster, by_number);
	for (size_t i = 1; i < n; i++)
		joined[i] = cluster[i] == cluster[i - 1] ? joined[i - 1] : i;
	for (size_t i = 0; i < questions; i++) {
		const struct score_item *a = &item[question[i].a], *b = &item[question[i].b];

		if (a->truth != b->truth)
			continue;
		out->right++;
		joined[root(joined, index_of(cluster, n, a->cluster))] = root(joined, index_of(cluster, n, b->cluster));
	}
	for (size_t i = 0; i < n; i++) {
		then[i] = item[i];
		then[i].cluster = root(joined, index_of(cluster, n, item[i].cluster));
	}
	score_of(then, n, &out->then);
}
