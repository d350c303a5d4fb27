#include "base/mutant.h"

#include <stddef.h>
#include <string.h>

#ifdef MUTANTS
#include <stdlib.h>

enum mutant mutant_selected;

/* For the daemon itself, which has no option for it. */
__attribute__((constructor)) static void select_by_environment(void)
{
	const char *name = getenv("DOORSTROOM_MUTANT");

	if (name && !mutant_select(name))
		abort();
}
#endif

static const struct mutant_info infos[MUTANTS_END] = {
#define X(mutant, name, what) [MUTANT_##mutant] = { name, what },
	MUTANT_LIST(X)
#undef X
};

const struct mutant_info *mutant_info(enum mutant m)
{
	return &infos[m];
}

static enum mutant find(const char *name)
{
	for (enum mutant m = MUTANT_NONE + 1; name && m < MUTANTS_END; m++)
		if (!strcmp(infos[m].name, name))
			return m;
	return MUTANT_NONE;
}

bool mutant_select(const char *name)
{
	const enum mutant found = find(name);

#ifdef MUTANTS
	mutant_selected = found;
	return !name || found != MUTANT_NONE;
#else
	/* They have names here, but are not to be had. */
	return !name && found == MUTANT_NONE;
#endif
}
