/* Any bytes as a record in JSON, and as a value of every kind: strict reading and printing agree, values settle at
 * once. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/normalise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_record(struct arena *arena, json_t *json, enum record_type type)
{
	BUF_AUTO struct buf text = {0};
	struct err e;
	struct record *r = record_parse(arena, type, json, &e);

	if (!r)
		return;
	record_print(&text, r);

	AUTO(json_drop) json_t *printed = json_parse(text.data, text.len, &e);
	struct record *again = printed ? record_parse(arena, type, printed, &e) : NULL;

	assert(again && record_hash(again) == record_hash(r));

	AUTO(json_drop) json_t *linked = record_jsonld(r, "0190a0b0-0000-7000-8000-000000000001");

	assert(linked);
}

static void as_values(struct arena *arena, const char *text)
{
	struct err e;

	for (enum value_kind kind = 0; kind < VALUE_KINDS; kind++) {
		bool valid, still;
		const char *once = normalise(arena, kind, text, &valid, &e), *twice;

		if (!once)
			continue;
		assert(strlen(once) <= VALUE_MAX);
		twice = normalise(arena, kind, once, &still, &e);
		assert(twice && !strcmp(once, twice) && valid == still);
	}
}

static void as_names(struct arena *arena, const char *text)
{
	const char *fold = fold_text(arena, text), *form;
	struct address_line line = split_address_line(arena, text);
	const char *joined = join_address_line(arena, &line);

	assert(!strcmp(fold_text(arena, fold), fold));
	fold_company_name(arena, text, &form);
	fold_person_name(arena, text);
	fold_email(arena, text);
	email_domain(arena, text);
	email_is_role(text);
	legal_form_by_name(text);
	province_of_postal_code(text);
	line = split_address_line(arena, joined);
	assert(!strcmp(join_address_line(arena, &line), joined));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct err e;
	AUTO(json_drop) json_t *json = json_parse((const char *)data, size, &e);
	char *text = arena_strndup(arena, (const char *)data, size);
	const char *clean = normalise(arena, VALUE_TEXT, text, NULL, &e);

	for (enum record_type type = 0; json && type < RECORD_TYPES; type++)
		as_record(arena, json, type);
	as_values(arena, text);
	if (clean)
		as_names(arena, clean);
	return 0;
}
