/*
 * mutant.h - mechanisms that a test build can switch off, one at a time, to see that the simulation notices.
 *
 * mutant(NAME) is false in whatever is shipped, as a constant, so that the compiler drops what it guards. Built with
 * MUTANTS it is true for the one that mutant_select() has named, or $DOORSTROOM_MUTANT. A check that cannot fail proves nothing.
 */
#pragma once
#include <stdbool.h>

/*   X(enumerator, name, what is switched off) */
#define MUTANT_LIST(X)                                                                                                     \
	X(CANARY, "canary", "nothing is ever marked for sending: this one must always be caught")                          \
	X(READ_VERIFY_WRITE, "read-verify-write", "the reading before a write that is not conditional")                    \
	X(CONDITION, "condition", "the version in conditional writes")                                                     \
	X(STALE_VERSION, "stale-version", "ignoring a reading whose version is older than the one known")                  \
	X(CONFIRMING_READ, "confirming-read", "the single read before a list that may lag is believed")                    \
	X(FENCE, "fence", "ignoring a page that was asked for before the last acknowledged write")                         \
	X(UNKNOWN_BASE, "unknown-base", "the unknown base of a create found again: what is there counts as agreed")        \
	X(CONFIRMED_DELETE, "confirmed-delete", "the second look before a missing record counts as deleted")               \
	X(SUPPRESSION, "suppression", "remembering where people deleted a record")                                         \
	X(LEARNED_IMAGE, "learned-image", "learning how a partner renders a value")                                        \
	X(OWN_WRITES, "own-writes", "recognising the hub's own values when they are read back")                            \
	X(SENT_HISTORY, "sent-history", "all values sent and not yet confirmed but the last")                              \
	X(PROBE, "probe", "looking for an unanswered create before it is made again")                                      \
	X(LATE_APPLY, "late-apply", "the second look a minute later, since a create may be applied late")                  \
	X(SAME_TOKEN, "same-token", "repeating an unanswered create under the same idempotency key")                       \
	X(BIND_PENDING, "bind-pending", "recognising the record that a create of the hub's has made")                      \
	X(TOMBSTONES, "tombstones", "deleted records taking part in matching")                                             \
	X(ONE_PER_PARTNER, "one-per-partner", "at most one live record of a partner in an entity")                         \
	X(INBOUND_GUARD, "inbound-guard", "stopping before a batch is merged that loses or empties too much")              \
	X(OUTBOUND_GUARD, "outbound-guard", "holding a plan that is over a limit")                                         \
	X(INTENT, "intent", "recording what is sent before it is sent")                                                    \
	X(CURSOR_WITH_PAGE, "cursor-with-page", "saving the cursor in the transaction of its page")                        \
	X(DURABLE, "durable", "waiting for the disk at every commit")                                                      \
	X(DELETE_AGAINST_EDIT, "delete-against-edit", "an edit on its way to whoever deletes wins over the deletion")      \
	X(REREAD_CONFLICT, "reread-conflict", "reading a record again after a conflict")                                   \
	X(DEPENDENCIES, "dependencies", "waiting until what a record refers to is there")                                  \
	X(BACKOFF, "backoff", "waiting longer after each failure")                                                         \
	X(REQUEST_BUDGET, "request-budget", "the pause between two polls of a partner")                                   \
	X(ISOLATION, "isolation", "polling a partner while another is slow to answer")                                    \
	X(RETRY_AFTER, "retry-after", "waiting as long as the partner asks for")                                           \
	X(SET_ELEMENTS, "set-elements", "merging sets element by element")                                                 \
	X(EMPTY_IS_NO_EDIT, "empty-is-no-edit", "a field that never had a value does not speak against others")            \
	X(DECISION_EVENT, "decision-event", "telling in the log why a golden record changed")                              \
	X(CONTRIBUTIONS, "contributions", "the hub's own values not voting")

enum mutant {
	MUTANT_NONE,
#define X(mutant, name, what) MUTANT_##mutant,
	MUTANT_LIST(X)
#undef X
	MUTANTS_END
};

struct mutant_info {
	const char *name, *what;
};
const struct mutant_info *mutant_info(enum mutant);

/* False: no such name. NULL: none. */
bool mutant_select(const char *name);

#ifdef MUTANTS
extern enum mutant mutant_selected;
#define mutant(name) (mutant_selected == MUTANT_##name)
#else
#define mutant(name) false
#endif
