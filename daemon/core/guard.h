/*
 * guard.h - when to stop and ask. Counts are per partner and window; a limit is the larger of a number and a share
 * of the partner's live records. Over it nothing of the batch is done until an admin approves.
 */
#pragma once
#include "core/record.h"

#define GUARD_LIST(X)                                                                           \
	X(DELETES, "deletes", 5, 2, "records to delete there")                                  \
	X(CREATES, "creates", 100, 20, "records to create there")                               \
	X(UPDATES, "updates", 50, 10, "records in which one field is to be changed there")      \
	X(VANISHED, "vanished", 5, 2, "records that a complete scan no longer shows")           \
	X(BLANKED, "blanked", 5, 5, "records in which one field was emptied there")             \
	X(CHANGED, "changed", 50, 10, "records in which one field was changed there in one run") \
	X(UNUSABLE, "unusable", 5, 5, "records of one run that cannot be read")

enum guard {
#define X(guard, name, number, percent, meaning) GUARD_##guard,
	GUARD_LIST(X)
#undef X
	GUARDS
};

struct guard_limit {
	int64_t number;
	double percent;
};

const char *guard_name(enum guard);
struct guard_limit guard_default(enum guard);
int64_t guard_allows(struct guard_limit, int64_t live_records);   /* how many at most */
