#include "core/referral.h"

#include <stddef.h>
#include <string.h>

#define BIT(state) (1u << REFERRAL_IS_##state)
#define STOPPED (BIT(EXPIRED) | BIT(WITHDRAWN))

/* The single moves; an end has none. */
static const unsigned moves[REFERRAL_STATES] = {
	[REFERRAL_IS_CREATED] = BIT(SENT) | STOPPED,
	[REFERRAL_IS_SENT] = BIT(RECEIVED) | STOPPED,
	[REFERRAL_IS_RECEIVED] = BIT(ACCEPTED) | BIT(DECLINED) | STOPPED,
	[REFERRAL_IS_ACCEPTED] = BIT(IN_PROGRESS) | STOPPED,
	[REFERRAL_IS_IN_PROGRESS] = BIT(CLOSED) | STOPPED,
};

static const char *const names[REFERRAL_STATES] = {
#define X(state, name) [REFERRAL_IS_##state] = name,
	REFERRAL_STATE_LIST(X)
#undef X
};

const char *referral_state_name(enum referral_state s)
{
	return names[s];
}

bool referral_state_parse(const char *name, enum referral_state *out)
{
	for (unsigned s = 0; s < REFERRAL_STATES; s++)
		if (!strcmp(names[s], name)) {
			*out = (enum referral_state)s;
			return true;
		}
	return false;
}

bool referral_open(enum referral_state s)
{
	return moves[s] != 0;
}

bool referral_reaches(enum referral_state from, enum referral_state to)
{
	unsigned reached = 1u << from, before;

	do {
		before = reached;
		for (unsigned s = 0; s < REFERRAL_STATES; s++)
			if (before & 1u << s)
				reached |= moves[s];
	} while (reached != before);
	return reached & 1u << to;
}

/* Two states of which neither leads to the other have an end between them, so nothing lies beyond both. */
bool referral_join(enum referral_state a, enum referral_state b, enum referral_state *out)
{
	if (referral_reaches(a, b))
		*out = b;
	else if (referral_reaches(b, a))
		*out = a;
	else
		return false;
	return true;
}

int64_t referral_owed_since(int64_t sent_ms, int64_t created_ms, int64_t known_ms)
{
	return sent_ms != REFERRAL_NEVER ? sent_ms : created_ms != REFERRAL_NEVER ? created_ms : known_ms;
}

int64_t referral_due(int64_t owed_since_ms, uint64_t level_ms)
{
	return level_ms && level_ms < INT64_MAX ? owed_since_ms + (int64_t)level_ms : INT64_MAX;
}
