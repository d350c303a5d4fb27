/* Any bytes as a line from a helper program, whatever was asked. */
#include <stddef.h>
#include <stdint.h>

#include "adapters/exec_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct err e = {0};
	AUTO(json_drop) json_t *doc = json_parse((const char *)data, size, &e);
	json_t *done = json_object_get(doc, "done");

	if (!doc)
		return 0;
	for (unsigned type = 0; type < RECORD_TYPES; type++) {
		struct pull pull = {.arena = arena, .type = (enum record_type)type};
		struct get get = {.arena = arena, .type = (enum record_type)type, .key = "k"};
		struct push push = {.arena = arena, .type = (enum record_type)type};

		if (exec_pull_parse(done, &pull, &e))
			for (size_t i = 0; i < pull.n; i++)
				if (!pull.item[i].key || (pull.item[i].err.kind && !pull.item[i].raw))
					abort();
		if (exec_get_parse(done, &get, &e) && get.found && !get.item.key)
			abort();
		if (exec_push_parse(done, &push, &e) && !push.out_key)
			abort();
	}
	exec_ready_parse(json_object_get(doc, "ready"), &(struct exec_ready){0}, &e);
	e = (struct err){0};
	exec_fail_parse(json_object_get(doc, "fail"), &e);
	if (!e.kind)
		abort();
	return 0;
}
