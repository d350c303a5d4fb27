#include "core/backoff.h"

#include "base/mutant.h"

uint64_t backoff_ms(uint64_t base_ms, uint64_t cap_ms, unsigned attempt, uint64_t random)
{
	const uint64_t longest = attempt >= 64 || base_ms > UINT64_MAX >> attempt ? UINT64_MAX : base_ms << attempt;
	const uint64_t limit = longest < cap_ms ? longest : cap_ms;
	const uint64_t wait = limit == UINT64_MAX ? random : random % (limit + 1);

	return wait && !mutant(BACKOFF) ? wait : 1;
}
