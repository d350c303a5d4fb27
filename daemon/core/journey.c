#include "core/journey.h"

#include <string.h>

#include "base/time.h"

_Static_assert(REFERRAL_CREATED_AT + REFERRAL_IS_WITHDRAWN == REFERRAL_WITHDRAWN_AT, "a time for each state, in their order");

/* Whether who is in that state must have been in the other. Every referral begins as created; expired and withdrawn tell
 * no more than that. */
static bool implies(enum referral_state now, enum referral_state then)
{
	if (now == then || then == REFERRAL_IS_CREATED)
		return true;
	switch (now) {
	case REFERRAL_IS_CREATED:
	case REFERRAL_IS_SENT:
	case REFERRAL_IS_EXPIRED:
	case REFERRAL_IS_WITHDRAWN:
	case REFERRAL_STATES:
		return false;
	case REFERRAL_IS_RECEIVED:
		return then == REFERRAL_IS_SENT;
	case REFERRAL_IS_ACCEPTED:
	case REFERRAL_IS_DECLINED:
		return then == REFERRAL_IS_SENT || then == REFERRAL_IS_RECEIVED;
	case REFERRAL_IS_IN_PROGRESS:
		return then == REFERRAL_IS_ACCEPTED || implies(REFERRAL_IS_ACCEPTED, then);
	case REFERRAL_IS_CLOSED:
		return then == REFERRAL_IS_IN_PROGRESS || implies(REFERRAL_IS_IN_PROGRESS, then);
	}
	return false;
}

void journey_begin(struct journey *j)
{
	j->live = false;
	j->state = REFERRAL_IS_CREATED;
	for (int s = 0; s < REFERRAL_STATES; s++)
		j->said[s] = j->learnt[s] = JOURNEY_NEVER;
}

void journey_see(struct journey *j, enum referral_state state, const int64_t said[REFERRAL_STATES], int64_t known_ms)
{
	j->state = state;
	memcpy(j->said, said, sizeof j->said);
	for (int s = 0; s < REFERRAL_STATES; s++)
		if (j->learnt[s] == JOURNEY_NEVER && implies(state, (enum referral_state)s))
			j->learnt[s] = known_ms;
}

void journey_of(struct journey *j, const struct record *r, int64_t known_ms)
{
	const char *name = r->v[REFERRAL_STATE];
	enum referral_state state = REFERRAL_IS_CREATED;
	int64_t said[REFERRAL_STATES];

	for (unsigned s = 0; s < REFERRAL_STATES; s++) {
		const char *at = r->v[REFERRAL_CREATED_AT + s];

		if (!at || !time_parse(at, &said[s]))
			said[s] = JOURNEY_NEVER;
	}
	if (name)
		referral_state_parse(name, &state);
	journey_begin(j);
	journey_see(j, state, said, known_ms);
}

int64_t journey_at(const struct journey *j, enum referral_state state)
{
	if (j->said[state] != JOURNEY_NEVER)
		return j->said[state];
	return implies(j->state, state) ? j->learnt[state] : JOURNEY_NEVER;
}

int64_t journey_owed_since(const struct journey *j)
{
	return referral_owed_since(j->said[REFERRAL_IS_SENT], j->said[REFERRAL_IS_CREATED], j->learnt[REFERRAL_IS_CREATED]);
}

bool journey_waits(const struct journey *j)
{
	static const enum referral_state settled[] = { REFERRAL_IS_ACCEPTED, REFERRAL_IS_DECLINED, REFERRAL_IS_EXPIRED,
		REFERRAL_IS_WITHDRAWN, REFERRAL_STATES };

	return journey_first(j, settled) == JOURNEY_NEVER;
}

int64_t journey_due(const struct journey *j, uint64_t level_ms)
{
	return journey_waits(j) ? referral_due(journey_owed_since(j), level_ms) : INT64_MAX;
}

int64_t journey_first(const struct journey *j, const enum referral_state *states)
{
	int64_t first = JOURNEY_NEVER;

	for (; *states != REFERRAL_STATES; states++) {
		const int64_t at = journey_at(j, *states);

		if (at != JOURNEY_NEVER && (first == JOURNEY_NEVER || at < first))
			first = at;
	}
	return first;
}
