/*
 * kpi.h - what took place, who took part, and how many different people and companies that were: one pass over
 * participations, all together and grouped in several ways at once.
 *
 *   session      one activity on one day; an academy of eight evenings is one activity and eight sessions
 *   activity     sessions of one partner with one id and kind; partners that registered a session under one id held it
 *                together, and then it is one activity
 *   participant  one person at one session; unique participants: different people
 *   company      one company at one session; unique companies: different companies
 *   certified    people with at least so many sessions of the group
 *
 * A person is an entity as matched (the caller has followed merges). Pairs that may turn out to be the same give the low
 * ends: what the unique counts would be if all of them were. Those that may turn out to be two give the high ends.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KPI_NONE 0
#define KPI_SETS_MAX 4
#define KPI_GROUPS_MAX 8192   /* of one way of grouping */
#define KPI_TOTAL SIZE_MAX    /* the set in which all rows are group 0 */

struct kpi_row {
	uint16_t group[KPI_SETS_MAX];    /* of each way of grouping: from 0, without gaps */
	int64_t person, company;         /* KPI_NONE: not known */
	int64_t activity, kind;          /* numbers of the texts */
	int32_t day;
	int partner;                     /* who delivered it */
	bool attended;                   /* false: was registered, and did not come */
};

struct kpi_figures {
	int64_t activities, sessions;
	int64_t registered;              /* participations, whether they came or not */
	int64_t participants, people, people_low, people_high;
	int64_t certified, certified_low, certified_high;
	int64_t companies, unique_companies, unique_companies_low, unique_companies_high;
	int64_t without_person, without_company;     /* of those who came */
};

struct kpi;

/* The numbers of entities, of sessions, and of combinations of groups take less than 64 bits together. */
struct kpi *kpi_new(unsigned certificate_sessions, size_t sets);
void kpi_free(struct kpi *);
/* Before any row: a and b may be the same person, or the same company. */
void kpi_maybe_same_person(struct kpi *, int64_t a, int64_t b);
void kpi_maybe_same_company(struct kpi *, int64_t a, int64_t b);
/* Before any row, once for each question: it may be one more. */
void kpi_maybe_two_people(struct kpi *, int64_t person);
void kpi_maybe_two_companies(struct kpi *, int64_t company);
/* A row of that session will be added soon: what it needs is fetched meanwhile. Optional. */
void kpi_expect(struct kpi *, int64_t kind, int64_t activity, int partner, int32_t day);
void kpi_add(struct kpi *, const struct kpi_row *);
/* After the rows, before any figures: leaves at most so many groups (at least 1), those with the most participations, of which
 * the last are all others together; the figures of any of those others are from then on the joint ones. How many they are;
 * 0: there are not more. */
size_t kpi_fold(struct kpi *, size_t set, size_t most);
bool kpi_folded(const struct kpi *, size_t set, uint32_t group);
void kpi_figures(struct kpi *, size_t set, uint32_t group, struct kpi_figures *);
