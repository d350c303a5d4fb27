/* Any bytes as the main configuration file: read or refused, and what was read can be printed. */
#include <stddef.h>
#include <stdint.h>

#include "engine/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct diags diags = { .arena = arena };
	/* No such folder, so that an `include:` finds nothing. */
	AUTO(config_free) struct config *c = config_parse("fuzz", "/nowhere", (const char *)data, size, &diags);
	BUF_AUTO struct buf shown = { 0 };

	if (c)
		config_print(&shown, c);
	return 0;
}
