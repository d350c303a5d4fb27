/*
 * shadow.h - what the hub knows of one record at one partner.
 *
 * Per field: base, the value last seen there or agreed (canonical form of the partner's own rendition); own, what
 * the partner's people contributed, kept even when it lost; sent, the values the hub has sent and not yet read
 * back, oldest first (export memory). A set's contribution is a list of additions and removals (merge.h).
 * A reference whose target the hub does not know yet is "?" and the partner's key; it neither contributes nor
 * is sent.
 */
#pragma once
#include "core/record.h"

#define SENT_MAX 8   /* values remembered per field; when full the oldest goes */

struct sent {
	const char *value;   /* canonical, as the golden record had it */
	int64_t seq;         /* the event that recorded the intent; 0: acknowledged, and not kept there */
};

struct cell {
	const char *base;    /* NULL: not known */
	const char *own;     /* NULL: no contribution */
	int64_t own_seq;     /* event of the newest contribution: the hub's order */
	struct sent *sent;   /* NULL or SENT_MAX long */
	unsigned nsent;
};

/* PENDING: a create whose answer has not come yet; its key is not the partner's and its cells hold what was sent. */
enum shadow_state { SHADOW_LIVE, SHADOW_DEAD, SHADOW_ALIAS, SHADOW_PENDING };

struct shadow {
	int64_t id;                    /* 0: not stored yet */
	int partner;
	enum record_type type;
	const char *key, *version;     /* version NULL: none */
	enum shadow_state state;
	int64_t alias_of;              /* SHADOW_ALIAS: the surviving shadow; SHADOW_LIVE: the one it stands aside for */
	int64_t entity;                /* 0: not linked */
	uint64_t hash;                 /* of the record last observed: equal means nothing happened */
	int64_t epoch;                 /* the last complete scan that showed it */
	int64_t fence;                 /* event of the last acknowledged push: pages asked for before it are stale; 0: none */
	int64_t fence_ms;              /* wall clock of that, for partners whose lists lag */
	struct cell cell[RECORD_FIELDS_MAX];
};

/* A partner's second record of one company: it is read, but says nothing, is written nothing, and when it is deleted that
 * means nothing to the others. */
static inline bool shadow_aside(const struct shadow *s)
{
	return s->state == SHADOW_LIVE && s->alias_of != 0;
}

struct shadow *shadow_new(struct arena *, int partner, enum record_type, const char *key);

/* The record as it stands at the partner: every base. */
void shadow_record(const struct shadow *, struct record *out);

/*
 * Cells as compact JSON, one member per field that has any state:
 *   "legal_name":["base",seq,own,[["sent",seq],...]]
 * Trailing parts that say nothing are left out: seq 0 means no contribution; own null (or left out) with a seq means
 * that it is what `base` makes it. Parsing reads only what printing writes.
 */
void shadow_print_cells(struct buf *, const struct shadow *);
bool shadow_parse_cells(struct arena *, struct shadow *, const char *text, size_t len, struct err *);

/* Remembers a value as sent at seq; the oldest is forgotten when there are SENT_MAX. */
void shadow_sent(struct arena *, struct cell *, const char *value, int64_t seq);
/* Whether the last value sent in that field is one that the partner has acknowledged. */
bool shadow_acknowledged(const struct shadow *, unsigned field);
/* Whether, while that acknowledgement was under way, an edit of its people was read there: what they edited may be what had been
 * written, or may have been written over. The next reading tells, and until then nothing counts as confirmed or as overdue. */
bool shadow_overtaken(const struct shadow *, unsigned field);
/* Whether an attempt is remembered that the partner has not acknowledged. */
bool shadow_unanswered(const struct shadow *);
/* The event of the newest edit of its people that is known; 0: none. */
int64_t shadow_edited_at(const struct shadow *);
/* The partner has acknowledged, as event `at` says, what was recorded at `intent`, and no attempt beside it. */
void shadow_acknowledge(struct shadow *, int64_t intent, int64_t at);
/* That attempt had no effect for certain: forgets what it sent. */
void shadow_unsend(struct shadow *, int64_t seq);
