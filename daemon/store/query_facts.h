/*
 * query_facts.h - what the reports' questions share: a moment, who is who then, and groups.
 */
#pragma once
#include "core/dense.h"
#include "core/idmap.h"
#include "core/period.h"
#include "store/fact.h"
#include "store/query_parts.h"

/* X(dimension, name, what its values are) */
#define DIMENSION_LIST(X)                                                                                 \
	X(KIND, "kind", WORD) X(PARTNER, "partner", PARTNER) X(TITLE, "title", WORD)                      \
	X(FROM, "from", PARTNER) X(TO, "to", PARTNER) X(SERVICE, "service", WORD)                               \
	X(PROVINCE, "province", WORD) X(LEGAL_FORM, "legal_form", WORD) X(SIZE_CLASS, "size_class", WORD) \
	X(YEAR, "year", YEAR) X(QUARTER, "quarter", QUARTER) X(MONTH, "month", MONTH) X(COHORT, "cohort", QUARTER)
enum dimension {
#define X(dimension, name, values) DIMENSION_##dimension,
	DIMENSION_LIST(X)
#undef X
	DIMENSIONS
};
#define DIMENSION_BIT(d) (1u << DIMENSION_##d)
#define DIMENSIONS_OF_PARTNERS (DIMENSION_BIT(PARTNER) | DIMENSION_BIT(FROM) | DIMENSION_BIT(TO))
#define DIMENSIONS_OF_COMPANIES (DIMENSION_BIT(PROVINCE) | DIMENSION_BIT(LEGAL_FORM) | DIMENSION_BIT(SIZE_CLASS))

struct grouping {
	enum dimension by[REPORT_DIMENSIONS_MAX];
	size_t n;
	struct idmap at[REPORT_DIMENSIONS_MAX];      /* (number so far, value) */
	int64_t *value;                              /* n for each group */
	size_t groups, cap;
	/* Whether a group is one of the others, which have joint figures; NULL: there are none. */
	bool (*folded)(void *ctx, uint32_t group);
	size_t others;                               /* how many they are */
};
/* ERR_ITEM: no such dimension, or not one of `allowed`. */
bool grouping_parse(struct grouping *, const char *by, unsigned allowed, struct err *);
unsigned grouping_bits(const struct grouping *);                   /* of its dimensions */
void grouping_fini(struct grouping *);
const char *grouping_name(const struct grouping *, size_t n);      /* of its nth dimension */
/* The group of these values, by dimension; 0: not known. */
uint32_t grouping_number(struct grouping *, const int64_t value[DIMENSIONS]);
/* Sorts an array of { "key": {...}, ... } by its keys, what is not known last. Steals rows. */
json_t *grouping_sorted(const struct grouping *, json_t *rows);
#define GROUPING_AUTO __attribute__((cleanup(grouping_fini)))

/* Partners by name, numbered from 1 as they are met: as what has an endpoint, or in a word of a referral. */
struct partners {
	struct dense row, word;       /* to their number */
	json_t *number;               /* the same by name */
	struct partner_met {
		char *name;
		uint32_t under;       /* the number under which it is added up: its own, or its successor's */
	} *met;                       /* by number - 1 */
	size_t n, cap;
};

/* The store as it was known at a moment. */
struct moment {
	struct query *query;
	const struct report *report;
	int64_t seq;                  /* the last event known */
	int64_t ms;                   /* the moment after it: now, or the end of the day */
	unsigned by;                  /* bits of the dimensions by which anything is counted */
	struct dense into;            /* entity to the one that it had become part of */
	uint64_t *merged;             /* bits: of those, few, for whom there is one */
	struct dense company;         /* contact to its company; loaded when first needed */
	bool companies;
	struct dense organization;    /* to its index in the next, counted from 1; loaded if asked for */
	uint32_t (*about)[3];         /* what differs: province, legal form, size class */
	struct partners partners;
};
bool moment_open(struct moment *, struct query *, const struct report *, struct err *);
void moment_fini(struct moment *);
#define MOMENT_AUTO __attribute__((cleanup(moment_fini)))
/* Whom an entity stands for; 0 stays 0. */
static inline int64_t moment_survivor(const struct moment *m, int64_t entity)
{
	const uint64_t i = (uint64_t)entity;

	return i < m->into.n && m->merged[i / 64] >> i % 64 & 1 ? m->into.value[i] : entity;
}
/* The company that a contact works for; 0: not known. */
bool moment_company(struct moment *, int64_t contact, int64_t *company, struct err *);
/* So that moment_about() can answer. */
bool moment_know_organizations(struct moment *, struct err *);
/* Puts what is known of a company under PROVINCE, LEGAL_FORM and SIZE_CLASS. */
void moment_about(const struct moment *, int64_t company, int64_t value[DIMENSIONS]);
/* The number of a partner by its row in the store, or by the word that names it; 0 stays 0. */
bool moment_partner(struct moment *, int64_t row, int64_t *number, struct err *);
bool moment_partner_named(struct moment *, int64_t word, int64_t *number, struct err *);
const char *moment_partner_name(const struct moment *, int64_t number);            /* "": 0 */
int64_t moment_partner_under(const struct moment *, int64_t number);               /* 0 stays 0 */
/* {"period":..,"as_of":..,"known_until":..,"seq":..,"small_cells":..,"successors":..} of what is counted by these dimensions. */
json_t *moment_json(const struct moment *, unsigned by, struct err *);
/* moment_json() with "waiting", "by", "total", "groups" and "hidden". put() writes the figures of the total or of a group;
 * hide() takes out the small ones and says how many. */
json_t *report_answer(struct moment *, const struct grouping *,
	void (*put)(void *, json_t *into, bool total, uint32_t group),
	size_t (*hide)(const struct report *, json_t *total, json_t *groups), void *ctx, struct err *);
/* Calls for every question about records of that type that waited for a human then: a and b may be one; b 0: a may be two. */
bool moment_doubts(const struct moment *, enum record_type, void (*doubt)(void *, int64_t a, int64_t b), void *ctx, struct err *);
/* {"questions":{type:n},"unreadable":{type:n}} */
json_t *moment_waiting(const struct moment *, struct err *);

/* A word as a JSON string; null for 0, and where there is none. */
json_t *report_word(struct query *, int64_t word, struct err *);
/* A column, NULL as 0. */
int64_t ask_number(struct ask *, int column);
/* n columns of milliseconds from that one on, NULL as JOURNEY_NEVER. */
void ask_times(struct ask *, int column, int64_t *out, int n);
