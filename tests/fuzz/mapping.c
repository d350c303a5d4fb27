/*
 * A byte for the record type, the rows of a mapping in YAML, a line "===", and a partner's record in JSON. Whatever the
 * rows are: what is read is canonical, and what is read can be written, or is refused, without a crash.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct mapping *m, struct arena *arena, json_t *item)
{
	AUTO(json_drop) json_t *body = json_object();
	AUTO(json_drop) json_t *copy = json_deep_copy(item);
	struct err e = {0};
	struct record *r = mapping_in(m, arena, item, &e);

	if (!r) {
		assert(e.kind == ERR_ITEM);
		return;
	}

	AUTO(json_drop) json_t *printed = record_json(r);
	struct record *again = record_parse(arena, mapping_type(m), printed, &e);

	assert(again && record_hash(again) == record_hash(r));
	for (unsigned i = 0; i < field_count(mapping_type(m)); i++) {
		mapping_describe(m, arena, i);
		if (r->v[i])
			mapping_image(m, arena, i, r->v[i]);
	}
	if (mapping_out(m, r, UINT64_MAX, body, &e))
		mapping_in(m, arena, body, &e);
	mapping_out(m, r, mapping_writable(m), copy, &e);
	mapping_check_item(m, arena, item);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct diags diags = {.arena = arena};
	const char *text = (const char *)data + 1, *cut;
	struct mapping *m;
	struct yaml *rows;
	struct err e;

	if (size < 2)
		return 0;
	size--;
	cut = memmem(text, size, "\n===\n", 5);
	rows = yaml_parse(arena, "fuzz", text, cut ? (size_t)(cut - text) : size, &diags);
	m = rows ? mapping_compile(arena, data[0] % RECORD_TYPES, rows, &diags) : NULL;
	if (!m) {
		assert(diags.n);
		return 0;
	}
	mapping_check(m, &diags);
	if (cut) {
		AUTO(json_drop) json_t *item = json_parse(cut + 5, size - (size_t)(cut + 5 - text), &e);

		if (item)
			use(m, arena, item);
	}
	return 0;
}
