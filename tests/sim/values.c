/*
 * values.c - what people write: fields that they change, and values that nobody has written before.
 */
#include "sim.h"

static const unsigned editable[RECORD_TYPES][6] = {
	[RECORD_ORGANIZATION] = {ORGANIZATION_LEGAL_NAME, ORGANIZATION_PREFERRED_NAME, ORGANIZATION_STREET,
		ORGANIZATION_EMPLOYEES_CLASS, ORGANIZATION_LANGUAGE, ORGANIZATION_LEGAL_NAME},
	[RECORD_CONTACT] = {CONTACT_ROLE, CONTACT_LANGUAGE, CONTACT_DECISION_MAKER, CONTACT_CONSENT_NEWSLETTER, CONTACT_ROLE,
		CONTACT_ORGANIZATION},
	[RECORD_REFERRAL] = {REFERRAL_REASON, REFERRAL_HANDLER, REFERRAL_CHANNEL, REFERRAL_REASON, REFERRAL_HANDLER,
		REFERRAL_REASON},
};
static const unsigned sets[RECORD_TYPES][2] = {
	[RECORD_ORGANIZATION] = {ORGANIZATION_EMAILS, ORGANIZATION_PHONES},
	[RECORD_CONTACT] = {CONTACT_EMAILS, CONTACT_PHONES},
};

unsigned value_field(enum record_type type, uint64_t pick)
{
	return editable[type][pick % 6];
}

unsigned value_set_field(enum record_type type, uint64_t pick)
{
	return sets[type][pick % 2];
}

/* Even cut off or in capitals it is like no other. */
const char *value_new(struct world *w, enum value_kind kind, uint64_t nonce)
{
	static const char *const words[] = {"kadehuis", "Broek & Zoon", "dijk (noord)", "Veldweg 7a.", "het hof!"};
	const unsigned mark = ++w->marks;

	switch (kind) {
	case VALUE_CODE:
		return arena_printf(w->arena, "W%uX", mark);
	case VALUE_EMAIL:
		return arena_printf(w->arena, "w%u@post.example", mark);
	case VALUE_PHONE:
		return arena_printf(w->arena, "+3247%07u", mark);
	case VALUE_LANGUAGE:
		return (const char *const[]){"nl", "fr", "de", "en"}[nonce % 4];
	case VALUE_BOOL:
		return nonce & 1 ? "true" : "false";
	case VALUE_CONSENT:
		return (const char *const[]){"granted", "withdrawn", "unknown"}[nonce % 3];
	default:
		return arena_printf(w->arena, "w%u %s %s", mark, words[nonce % 5], words[nonce / 5 % 5]);
	}
}

const char *value_fresh(struct rec *r, unsigned f, uint64_t nonce)
{
	const struct field *field = field_at(r->type, f);
	const struct rec *target;

	if (field->kind != VALUE_REF)
		return value_new(r->place->w, field->kind, nonce);
	target = place_choose(r->place, field->target, nonce);
	return target ? target->key : "";
}

const char *value_with(struct arena *arena, const char *set, const char *element)
{
	const char *list[64];
	size_t n = 0, len;

	for (const char *e; n < 63 && (e = set_next(&set, &len));)
		list[n++] = arena_strndup(arena, e, len);
	list[n++] = element;
	return set_make(arena, list, n);
}

const char *value_without(struct arena *arena, const char *set, uint64_t at)
{
	const char *list[64];
	size_t n = 0, count = 0, len;

	for (const char *c = set; set_next(&c, &len);)
		count++;
	for (size_t i = 0; i < count && n < 64; i++) {
		const char *e = set_next(&set, &len);

		if (i != at % count || identity_is_mail(arena_strndup(arena, e, len)))
			list[n++] = arena_strndup(arena, e, len);
	}
	return set_make(arena, list, n);
}
