/*
 * query_report.c - the questions about counts: each opens the moment it is about, and lets what counts have one pass.
 */
#include "store/query_pass.h"

#define COUNTERS_MAX 3

struct asked {
	struct query *held;
	struct moment moment;
	struct counter counter[COUNTERS_MAX];
};

static void drop_asked(struct asked *x)
{
	for (size_t i = 0; i < COUNTERS_MAX; i++)
		if (x->counter[i].free)
			x->counter[i].free(x->counter[i].of);
	moment_fini(&x->moment);
	query_release(&x->held);
}
#define ASKED_AUTO __attribute__((cleanup(drop_asked)))

static json_t *answer_of(const struct asked *x, size_t counter, struct err *e)
{
	return x->counter[counter].answer(x->counter[counter].of, e);
}

json_t *query_kpis(struct query *q, const struct report *report, const char *const *by, size_t n, struct err *e)
{
	ASKED_AUTO struct asked x = { .held = query_hold(q) };

	if (!moment_open(&x.moment, q, report, e) || !count_kpis(x.counter, &x.moment, by, n, e) || !moment_pass(&x.moment, x.counter, 1, e))
		return NULL;
	return answer_of(&x, 0, e);
}

json_t *query_funnel(struct query *q, const struct report *report, const char *by, struct err *e)
{
	ASKED_AUTO struct asked x = { .held = query_hold(q) };

	if (!moment_open(&x.moment, q, report, e) || !count_funnel(x.counter, &x.moment, by, e) || !moment_pass(&x.moment, x.counter, 1, e))
		return NULL;
	return answer_of(&x, 0, e);
}

json_t *query_matrix(struct query *q, const struct report *report, struct err *e)
{
	ASKED_AUTO struct asked x = { .held = query_hold(q) };

	if (!moment_open(&x.moment, q, report, e) || !count_matrix(x.counter, &x.moment, e) || !moment_pass(&x.moment, x.counter, 1, e))
		return NULL;
	return answer_of(&x, 0, e);
}

json_t *query_report(struct query *q, const struct report *report, const char *const *by, size_t n, const char *funnel_by,
	struct err *e)
{
	ASKED_AUTO struct asked x = { .held = query_hold(q) };
	AUTO(json_drop) json_t *kpis = NULL;
	AUTO(json_drop) json_t *funnel = NULL;
	AUTO(json_drop) json_t *matrix = NULL;

	if (!moment_open(&x.moment, q, report, e) || !count_kpis(&x.counter[0], &x.moment, by, n, e) ||
		!count_funnel(&x.counter[1], &x.moment, funnel_by, e) || !count_matrix(&x.counter[2], &x.moment, e) ||
		!moment_pass(&x.moment, x.counter, 3, e) || !(kpis = answer_of(&x, 0, e)) || !(funnel = answer_of(&x, 1, e)) ||
		!(matrix = answer_of(&x, 2, e)))
		return NULL;
	return json_pack("{sO,sO,sO}", "kpis", kpis, "funnel", funnel, "matrix", matrix);
}
