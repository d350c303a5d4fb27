/*
 * query.h - questions about the store, answered as JSON, on a connection of its own that cannot write.
 *
 * For one thread at a time. Every answer is one consistent state: a question is one read transaction, short enough
 * not to hold back checkpoints. Records are named by hub id, by its first eight or more digits, or as partner:key
 * (partner:type:key where two types share a key). ERR_GONE: no such thing; ERR_ITEM: the question makes no sense;
 * ERR_AGAIN, ERR_BROKEN: the store cannot be read now, or at all.
 *
 * Answers hold what the records hold: they go to admins, never to the log.
 */
#pragma once
#include "core/period.h"
#include "store/store.h"

struct query;

/* The store must be there. A store that nobody has open and that cannot be written is read as it lies. */
struct query *query_open(const char *path, const char *vfs, struct err *);
void query_close(struct query *);
AUTO_DEFINE(struct query, query_close)

/* What was agreed about answers to referrals: how long one may take, with a partner for a service (NULL: none), 0: nothing was.
 * of NULL: nothing with anybody. */
struct levels {
	uint64_t (*of)(void *ctx, const char *to_partner, const char *service);
	void *ctx;
};

struct query_status {
	const char *partner;            /* only this one, its referrals and the questions about its records; NULL: all */
	const json_t *names;            /* of the partners and desks whose referrals are counted; NULL: all */
	struct levels levels;
	int64_t now_ms;
};
/* {"partners":[{"id","state","reason","onboarded","live":{type:n},"epoch_at":ms,"outbox":{state:n},"quarantine":n,
 * "plan":hash or null,"last_run":{"seq","at",...}}],"reviews":n,"seq":n,"referrals":[{"id": who they are
 * for,"open":n,"overdue":n}]} */
json_t *query_status(struct query *, const struct query_status *, struct err *);

/* The whole hub id that begins like that, also of a record that became part of another. */
bool query_hub_id(struct query *, const char *begin, char id[UUID_TEXT_MAX], struct err *);

struct query_log {
	const char *partner, *record;   /* or NULL */
	const char *kind;               /* or NULL */
	int64_t since_ms;               /* or 0 */
	int64_t after;                  /* only later than this event, the oldest first to go; -1: the newest */
	int64_t limit;
};
/* {"events":[{"seq","at","kind","partner","record","type","key","data"}],"seq":n}, oldest first. */
json_t *query_log(struct query *, const struct query_log *, struct err *);

/* {"records":[{"id","type","state","name","links":[{"partner","key","state"}]}],"next":cursor or null} */
json_t *query_records(struct query *, const char *type, const char *after, int64_t limit, struct err *);
json_t *query_search(struct query *, const char *text, const char *type, int64_t limit, struct err *);
json_t *query_show(struct query *, const char *record, struct err *);
/* Who was given which fields of the record, when and why: {"disclosures":[{"seq","at","partner","key","acknowledged","data"}]},
 * acknowledged false: it left, and no answer said that it was taken, so that it may have arrived. */
json_t *query_disclosures(struct query *, const char *record, struct err *);

/* {"record":{...},"events":[...],"shadows":[...],"outbox":[...],"labels":{hub id:name}}: all that explain.h needs. */
json_t *query_history(struct query *, const char *record, struct err *);

json_t *query_plans(struct query *, struct err *);
json_t *query_plan(struct query *, const char *hash, int64_t limit, struct err *);
json_t *query_quarantines(struct query *, const char *partner, int64_t limit, struct err *);
json_t *query_quarantine(struct query *, int64_t id, struct err *);
/* Changes in the state dead: [{"id","partner","kind","type","record","name","fields","reason","attempts","since"}]; one of
 * them has "key" at the partner and "values", what would be written now, besides. */
json_t *query_refusals(struct query *, const char *partner, int64_t limit, struct err *);
json_t *query_refusal(struct query *, int64_t id, struct err *);
struct query_reviews {
	const char *kind, *type, *partner;   /* or NULL */
	int64_t before_ms;                   /* asked before that; 0: whenever */
	bool surest;                         /* by score, not by age */
	int64_t after;                       /* the last one of the page before, or 0 */
	int64_t limit;
};
/* {"reviews":[{"id","kind","type","made_at","partner","key","record","name","other","other_name","evidence"}],"next":id or
 * null,"total":open ones that the question is about,"counts":[{"kind","type","n"}], of all open ones}. */
json_t *query_reviews(struct query *, const struct query_reviews *, struct err *);
json_t *query_review(struct query *, int64_t id, struct err *);

struct query_referrals {
	const json_t *names;            /* only those from or to one of these partners, desks or groups; NULL: all */
	bool overdue, all;              /* only those of which an answer is overdue; those that have ended, too */
	struct levels levels;
	int64_t now_ms;
	int64_t limit;
};
/* {"referrals":[{"id","from","to","service","state","handler","outcome","company","since","overdue_since","asked"}],
 * "more":whether the limit left any out}; times in milliseconds, overdue_since null: not. */
json_t *query_referrals(struct query *, const struct query_referrals *, struct err *);

/* --- reports: counts only, of no person --------------------------------------------------------------------------- */

#define REPORT_DIMENSIONS_MAX 4

struct report {
	struct period period;           /* of when things happened, by the civil calendar */
	int32_t as_of;                  /* what was known at the end of that day; INT32_MAX: now */
	int64_t now_ms;
	unsigned certificate;           /* sessions that a certificate takes */
	size_t groups_max;              /* of kpis: the smallest become one, so that no more are left; 0: however many */
	int64_t small_cells;            /* counts below it are hidden; 0: none */
	uint64_t level_ms;              /* the service level for all; 0: as agreed */
	struct levels levels;
	/* The partner under which another is added up, or that one itself. NULL: each under its own name. */
	const char *(*successor)(void *ctx, const char *partner);
	void *ctx;
};

/*
 * by: dimensions with commas between, or NULL.
 * {"period":{"from","to"},"as_of","known_until","seq","small_cells","successors":{partner: the one it is added up under},
 * "by":[..],"groups":[{"key":{..},figures}],"total":{figures},"waiting":{..},"hidden":n}; the figures are those of core/kpi.h,
 * by their names. The last group may be {"others": how many groups it stands for, "key":{each null}, figures}. successors: those met; null where partners are not told apart, or each is under its own name.
 * A list of n such answers, by the dimensions of each: one pass for all of them. */
#define REPORT_SETS_MAX 4
json_t *query_kpis(struct query *, const struct report *, const char *const *by, size_t n, struct err *);
/* The same; figures: {"stages":[{"stage","companies","referrals","came","of","left","median_ms","waiting"}],
 * "ends":{..}} of core/funnel.h, and in the answer "untold":[stages of which groups cannot tell: null]. */
json_t *query_funnel(struct query *, const struct report *, const char *by, struct err *);
/* The same; "cells":[{"from","to",..}] of core/matrix.h, "sums": the same by "from", by "to", and "total". */
json_t *query_matrix(struct query *, const struct report *, struct err *);
/* {"kpis","funnel","matrix"}: all of them of one state of the store, in one pass. */
json_t *query_report(struct query *, const struct report *, const char *const *by, size_t n, const char *funnel_by,
	struct err *);
