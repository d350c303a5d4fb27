#include "core/guard.h"

static const struct {
	const char *name;
	struct guard_limit limit;
} guards[GUARDS] = {
#define X(guard, name, number, percent, meaning) [GUARD_##guard] = { name, { number, percent } },
	GUARD_LIST(X)
#undef X
};

const char *guard_name(enum guard g)
{
	return guards[g].name;
}

struct guard_limit guard_default(enum guard g)
{
	return guards[g].limit;
}

int64_t guard_allows(struct guard_limit limit, int64_t live_records)
{
	const double share = limit.percent / 100 * (double)live_records;

	return share > (double)limit.number ? (int64_t)share : limit.number;
}
