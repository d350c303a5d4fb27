#include "core/match_expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/room.h"
#include "core/linkage_train.h"
#include "core/match_parts.h"

#define MARGIN_WRONG_MAX 0.25   /* of the last pair that is linked */
#define ASK_BITS 12             /* so far below the links a question is none any more */

static int highest_first(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x > y ? -1 : x < y;
}

void match_expect(const struct match_model *model, enum record_type type, const struct match_features *const *of, const uint32_t *source,
	size_t n, struct match_expected *out)
{
	/* Whatever the score: what the rules alone make of a pair. */
	static const struct match_thresholds none = {-1e6, -1e6};
	AUTO(free) const struct linkage_features **inner = room_zeroed(n, sizeof *inner);

	for (size_t i = 0; i < n; i++)
		inner[i] = match_linkage(of[i]);

	AUTO(linkage_pairs_free) struct linkage_pairs *pairs = linkage_pairs(&match_schema[type], inner, n, LINKAGE_BLOCK_MAX);

	*out = (struct match_expected){.records = n,
		.link = room_zeroed(pairs->n, sizeof *out->link),
		.ask = room_zeroed(pairs->n, sizeof *out->ask)};
	for (size_t i = 0; i < pairs->n; i++) {
		const struct linkage_pair *p = &pairs->pair[i];
		struct match_result r;

		if ((i && p->a == p[-1].a && p->b == p[-1].b) || source[p->a] == source[p->b])
			continue;
		match_compare_at(model, &none, of[p->a], of[p->b], &r);
		out->pairs++;
		if (r.strong && r.verdict == MATCH_NEW)
			continue;
		out->same += linkage_share(r.score);
		if (r.verdict == MATCH_LINK)
			out->link[out->links++] = r.score;
		else if (r.verdict == MATCH_REVIEW)
			out->ask[out->asks++] = r.score;
	}
	qsort(out->link, out->links, sizeof *out->link, highest_first);
	qsort(out->ask, out->asks, sizeof *out->ask, highest_first);
}

void match_expect_in_turn(enum record_type type, struct match_features *const *of, const uint32_t *source, size_t n)
{
	AUTO(free) struct linkage_features **inner = room_zeroed(n, sizeof *inner);

	for (size_t i = 0; i < n; i++)
		inner[i] = (struct linkage_features *)(of[i] + 1);
	linkage_hold_all(&match_schema[type], inner, source, n);
}

void match_expected_free(struct match_expected *e)
{
	free(e->link);
	free(e->ask);
}

/* How many there are from that score on. */
static size_t from(const double *score, size_t n, double at)
{
	size_t low = 0, high = n;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (score[middle] >= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void match_expected_at(const struct match_expected *e, double link, double review, struct match_outlook *out)
{
	double right = 0;

	*out = (struct match_outlook){.link = link, .review = review, .linked = from(e->link, e->links, link)};
	for (size_t i = 0; i < out->linked; i++)
		right += linkage_share(e->link[i]);
	out->precision = out->linked ? right / (double)out->linked : 1;
	out->recall = e->same > 0 ? right / e->same : 1;
	out->asked = from(e->link, e->links, review) - out->linked + from(e->ask, e->asks, review);
}

void match_expected_thresholds(
	const struct match_expected *e, double wrong_max, double ask_max, double *link, double *review)
{
	const double most = ask_max * (double)e->records;
	double wrong = 0;
	size_t at = 0, i, k;

	while (at < e->links && 1 - linkage_share(e->link[at]) <= MARGIN_WRONG_MAX &&
		(wrong += 1 - linkage_share(e->link[at])) <= wrong_max * (double)(at + 1))
		at++;
	*link = at ? e->link[at - 1] : 0;
	*review = *link;
	for (i = at, k = 0; (double)(i - at + k) < most && (i < e->links || k < e->asks);) {
		const bool first = k == e->asks || (i < e->links && e->link[i] >= e->ask[k]);
		const double score = first ? e->link[i++] : e->ask[k++];

		if (score < *link - ASK_BITS)
			break;
		if (score < *review)
			*review = score;
	}
}
