/*
 * fact.h - inside the store only: what reports count of a golden record, as a row of numbers that holds from one event
 * to another. The fields of each type that are counted are listed once, here; how each becomes a number follows from
 * its kind: words are numbered, references are entities, days count from 1970-01-01, times are milliseconds.
 */
#pragma once
#include "store/store.h"

/* X(field, column); the field's constant is <TYPE>_<field>. Another list, another model: all facts are made again. */
#define FACT_MODEL "2"
#define ORGANIZATION_FACTS(X) X(PROVINCE, province) X(LEGAL_FORM, legal_form) X(EMPLOYEES_CLASS, employees_class)
#define CONTACT_FACTS(X) X(ORGANIZATION, organization)
#define REFERRAL_FACTS(X)                                                                                  \
	X(FROM_PARTNER, from_partner) X(TO_PARTNER, to_partner) X(ORGANIZATION, organization)              \
	X(CONTACT, contact) X(SERVICE, service) X(STATE, state) X(OUTCOME, outcome)                        \
	X(CREATED_AT, created_at) X(SENT_AT, sent_at) X(RECEIVED_AT, received_at)                          \
	X(ACCEPTED_AT, accepted_at) X(DECLINED_AT, declined_at) X(IN_PROGRESS_AT, in_progress_at)          \
	X(CLOSED_AT, closed_at) X(EXPIRED_AT, expired_at) X(WITHDRAWN_AT, withdrawn_at)
#define PARTICIPATION_FACTS(X)                                                                             \
	X(CONTACT, contact) X(ORGANIZATION, organization) X(ACTIVITY_ID, activity_id)                      \
	X(ACTIVITY_KIND, activity_kind) X(ACTIVITY_TITLE, activity_title) X(HELD_ON, held_on)              \
	X(ATTENDED, attended)

#define FACT_COLUMNS_MAX 16
#define FACT_NONE INT64_MIN   /* NULL in the store */

struct fact {
	int64_t since, until;         /* until FACT_NONE: still */
	int partner;                  /* who had the record first */
	int64_t v[FACT_COLUMNS_MAX];  /* in the order of the type's list */
};

/* Whether anything of it is counted, and then what; store_begin() must have been called. */
bool fact_of(struct store *, const struct entity *, struct fact *out, bool *counted, struct err *);
/* Brings an entity's facts in line with what it is from that event on. was_into: what it was part of before, or 0. */
bool fact_save(struct store *, const struct entity *, int64_t was_into, bool fresh, int64_t since, struct err *);
/* After a transaction was undone: the words it added are not there. */
void fact_forget_words(struct store *);
/* Makes all facts again from the events, if they were not made by this model; at start. */
bool fact_replay(struct store *, struct err *);
