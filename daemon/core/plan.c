#include "core/plan.h"

#include <string.h>

static bool unresolved(const struct field *field, const char *value)
{
	return field->kind == VALUE_REF && *value == '?';
}

static bool differs(const struct field *field, const struct cell *c, unsigned index, const char *golden,
	const struct images *images)
{
	if (!c->base)
		return *golden != '\0';
	return !observe_shows(field, index, golden, c->base, images);
}

uint64_t plan_update(const struct shadow *s, const struct record *golden, uint64_t allowed, const struct images *images)
{
	uint64_t fields = 0;

	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		if (allowed & FIELD_BIT(f) && golden->v[f] && !unresolved(field_at(s->type, f), golden->v[f]) &&
			differs(field_at(s->type, f), &s->cell[f], f, golden->v[f], images))
			fields |= FIELD_BIT(f);
	return fields;
}

uint64_t plan_unconfirmed(const struct shadow *s, const struct record *golden, uint64_t fields)
{
	uint64_t waiting = 0;

	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		const struct cell *c = &s->cell[f];

		if (fields & FIELD_BIT(f) && golden->v[f] && shadow_acknowledged(s, f) &&
			!shadow_overtaken(s, f) && !strcmp(c->sent[c->nsent - 1].value, golden->v[f]))
			waiting |= FIELD_BIT(f);
	}
	return waiting;
}

uint64_t plan_create(const struct record *golden, uint64_t allowed)
{
	uint64_t fields = 0;

	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		if (allowed & FIELD_BIT(f) && golden->v[f] && *golden->v[f] &&
			!unresolved(field_at(golden->type, f), golden->v[f]))
			fields |= FIELD_BIT(f);
	return fields;
}
