#include "core/plan.h"

#include <string.h>

static bool unresolved(const struct field *field, const char *value)
{
	return field->kind == VALUE_REF && *value == '?';
}

static bool differs(const struct cell *c, unsigned field, const char *golden, const struct images *images)
{
	const char *image;

	if (!c->base)
		return *golden != '\0';
	if (!strcmp(c->base, golden))
		return false;
	image = images->learned(images->ctx, field, golden);
	return !image || strcmp(c->base, image) != 0;
}

uint64_t plan_update(const struct shadow *s, const struct record *golden, uint64_t allowed, const struct images *images)
{
	uint64_t fields = 0;

	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		if (allowed & FIELD_BIT(f) && golden->v[f] && !unresolved(field_at(s->type, f), golden->v[f]) &&
			differs(&s->cell[f], f, golden->v[f], images))
			fields |= FIELD_BIT(f);
	return fields;
}

uint64_t plan_unconfirmed(const struct shadow *s, const struct record *golden, uint64_t fields)
{
	uint64_t waiting = 0;

	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		const struct cell *c = &s->cell[f];

		if (fields & FIELD_BIT(f) && c->nsent && golden->v[f] &&
			!strcmp(c->sent[c->nsent - 1].value, golden->v[f]))
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
