/*
 * query_facts.h - what the reports' questions share: a moment, who is who then, and groups.
 */
#pragma once
#include "core/idmap.h"
#include "core/period.h"
#include "store/fact.h"
#include "store/query_parts.h"

/* X(dimension, name, what its values are) */
#define DIMENSION_LIST(X)                                                                                 \
	X(KIND, "kind", WORD) X(PARTNER, "partner", PARTNER) X(TITLE, "title", WORD)                      \
	X(FROM, "from", WORD) X(TO, "to", WORD) X(SERVICE, "service", WORD)                               \
	X(PROVINCE, "province", WORD) X(LEGAL_FORM, "legal_form", WORD) X(SIZE_CLASS, "size_class", WORD) \
	X(YEAR, "year", YEAR) X(QUARTER, "quarter", QUARTER) X(MONTH, "month", MONTH) X(COHORT, "cohort", QUARTER)
enum dimension {
#define X(dimension, name, values) DIMENSION_##dimension,
	DIMENSION_LIST(X)
#undef X
	DIMENSIONS
};
#define DIMENSION_BIT(d) (1u << DIMENSION_##d)

/* Among words: this one is a partner's number, whose name is no word. */
#define GROUPING_PARTNER (INT64_C(1) << 31)

struct grouping {
	enum dimension by[REPORT_DIMENSIONS_MAX];
	size_t n;
	struct idmap at[REPORT_DIMENSIONS_MAX];      /* (number so far, value) */
	int64_t *value;                              /* n for each group */
	size_t groups, cap;
};
/* ERR_ITEM: no such dimension, or not one of `allowed`. */
bool grouping_parse(struct grouping *, const char *by, unsigned allowed, struct err *);
void grouping_fini(struct grouping *);
const char *grouping_name(const struct grouping *, size_t n);      /* of its nth dimension */
/* The group of these values, by dimension; 0: not known. */
uint32_t grouping_number(struct grouping *, const int64_t value[DIMENSIONS]);
/* {"kind":"webinar","province":null} */
json_t *grouping_key(struct query *, const struct grouping *, uint32_t group, struct err *);
/* Sorts an array of { "key": {...}, ... } by its keys, what is not known last. Steals rows. */
json_t *grouping_sorted(const struct grouping *, json_t *rows);
#define GROUPING_AUTO __attribute__((cleanup(grouping_fini)))

/* The store as it was known at a moment. */
struct moment {
	struct query *query;
	const struct report *report;
	int64_t seq;                  /* the last event known */
	int64_t ms;                   /* the moment after it: now, or the end of the day */
	struct idmap into;            /* entity to the one that it had become part of */
	struct idmap company;         /* contact to its company; loaded when first needed */
	bool companies;
	struct idmap organization;    /* to its index in the next, if asked for */
	int64_t (*about)[3];          /* province, legal form, size class */
};
bool moment_open(struct moment *, struct query *, const struct report *, struct err *);
void moment_fini(struct moment *);
#define MOMENT_AUTO __attribute__((cleanup(moment_fini)))
/* Whom an entity stands for; 0 stays 0. */
int64_t moment_survivor(const struct moment *, int64_t entity);
bool moment_know_companies(struct moment *, struct err *);         /* so that moment_company() can answer */
bool moment_know_organizations(struct moment *, struct err *);
int64_t moment_company(const struct moment *, int64_t contact);    /* 0: not known */
/* Puts what is known of a company under PROVINCE, LEGAL_FORM and SIZE_CLASS. */
void moment_about(const struct moment *, int64_t company, int64_t value[DIMENSIONS]);
/* {"period":..,"as_of":..,"known_until":..,"seq":..,"small_cells":..} */
json_t *moment_json(const struct moment *, struct err *);
/* moment_json() with "waiting", "by", "total", "groups" and "hidden". put() writes the figures of the total or of a group;
 * hide() takes out the small ones and says how many. */
json_t *report_answer(const struct moment *, const struct grouping *,
	void (*put)(void *, json_t *into, bool total, uint32_t group),
	size_t (*hide)(const struct report *, json_t *total, json_t *groups), void *ctx, struct err *);
/* Calls for every question about records of that type that waited for a human then: a and b may be one; b 0: a may be two. */
bool moment_doubts(const struct moment *, enum record_type, void (*doubt)(void *, int64_t a, int64_t b), void *ctx, struct err *);
/* {"questions":{type:n},"unreadable":{type:n}} */
json_t *moment_waiting(const struct moment *, struct err *);

/* The text with that number, by an SQL_REPORT_ statement; null: there is none. */
json_t *report_text(struct query *, int statement, int64_t id, struct err *);
/* A column, NULL as 0. */
int64_t ask_number(struct ask *, int column);
/* A column of milliseconds, NULL as JOURNEY_NEVER. */
int64_t ask_time(struct ask *, int column);
