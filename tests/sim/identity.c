/*
 * identity.c - the world knows what every record is of, and so must whoever reads the record: a company by its
 * enterprise number, a person by the name and the mail address, a referral by when it was made.
 */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define REFERRED_FROM INT64_C(1735689600000) /* 2025-01-01 */

static const char *enterprise_number(struct arena *arena, unsigned thing)
{
	const unsigned stem = 2000000 + thing;

	return arena_printf(arena, "0%07u%02u", stem, 97 - stem % 97);
}

/* Letters only, and far apart for neighbours. */
static const char *word_of(struct arena *arena, unsigned thing, unsigned salt)
{
	uint64_t s = thing * 7919u + salt;
	char *out = arena_alloc(arena, 11);

	for (int i = 0; i < 10; i++)
		out[i] = (char)('a' + simloop_next(&s) % 26);
	out[0] = (char)(out[0] - 'a' + 'A');
	return out;
}

void identity_write(struct world *w, struct rec *r, struct state *s)
{
	char time[TIME_TEXT_MAX];

	switch (r->type) {
	case RECORD_ORGANIZATION:
		s->v[ORGANIZATION_ENTERPRISE_NUMBER] = enterprise_number(w->arena, r->thing);
		return;
	case RECORD_CONTACT:
		s->v[CONTACT_GIVEN_NAME] = word_of(w->arena, r->thing, 1);
		s->v[CONTACT_FAMILY_NAME] = word_of(w->arena, r->thing, 2);
		s->v[CONTACT_EMAILS] = arena_printf(w->arena, "c%u@people.example", r->thing);
		return;
	case RECORD_REFERRAL:
		time_format(REFERRED_FROM + (int64_t)r->thing * 86400000, time);
		s->v[REFERRAL_CREATED_AT] = arena_strdup(w->arena, time);
		return;
	case RECORD_PARTICIPATION:
	case RECORD_TYPES:
		return;
	}
}

static unsigned person_by(const char *mail)
{
	unsigned thing;

	return sscanf(mail, "c%u@", &thing) == 1 ? thing : 0;
}

bool identity_is_mail(const char *element)
{
	return person_by(element);
}

/* By the first address that is one. */
static unsigned person_of(struct arena *arena, const char *mails)
{
	unsigned thing = 0;
	size_t len;

	for (const char *e; mails && !thing && (e = set_next(&mails, &len));)
		thing = person_by(arena_strndup(arena, e, len));
	return thing;
}

/* Of all addresses, those by which the person is known. */
static const char *known_mails(struct arena *arena, const char *mails)
{
	const char *list[64];
	size_t n = 0, len;

	for (const char *e; n < 64 && (e = set_next(&mails, &len));) {
		const char *mail = arena_strndup(arena, e, len);

		if (identity_is_mail(mail))
			list[n++] = mail;
	}
	return set_make(arena, list, n);
}

void identity_like(struct rec *r, struct state *s, const struct rec *known)
{
	const struct state *shown = rec_now(known);

	identity_write(r->place->w, r, s);
	if (r->type != RECORD_CONTACT)
		return;
	s->v[CONTACT_GIVEN_NAME] = shown->v[CONTACT_GIVEN_NAME];
	s->v[CONTACT_FAMILY_NAME] = shown->v[CONTACT_FAMILY_NAME];
	s->v[CONTACT_EMAILS] = known_mails(r->place->w->arena, shown->v[CONTACT_EMAILS]);
}

unsigned identity_read(struct world *w, enum record_type type, const struct record *r)
{
	int64_t ms;

	switch (type) {
	case RECORD_ORGANIZATION:
		return r->v[ORGANIZATION_ENTERPRISE_NUMBER]
			? (unsigned)(strtoull(r->v[ORGANIZATION_ENTERPRISE_NUMBER], NULL, 10) / 100) - 2000000
			: 0;
	case RECORD_CONTACT:
		return person_of(w->arena, r->v[CONTACT_EMAILS]);
	case RECORD_REFERRAL:
		return r->v[REFERRAL_CREATED_AT] && time_parse(r->v[REFERRAL_CREATED_AT], &ms)
			? (unsigned)((ms - REFERRED_FROM) / 86400000)
			: 0;
	case RECORD_PARTICIPATION:
	case RECORD_TYPES:
		break;
	}
	return 0;
}

unsigned identity_shown(const struct rec *r)
{
	struct record shown = {.type = r->type};

	memcpy(shown.v, rec_now(r)->v, sizeof rec_now(r)->v);
	return identity_read(r->place->w, r->type, &shown);
}
