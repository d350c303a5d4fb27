#include "support/corpus_people.h"

#include <stdio.h>
#include <string.h>

#include "core/normalise.h"
#include "support/corpus_parts.h"

const char *const corpus_habit_help[CORPUS_HABIT_COUNT] = {
#define X(name, a, b, c, d, help) help,
	CORPUS_HABITS(X)
#undef X
};

const unsigned short corpus_habit_rate[CORPUS_HABIT_COUNT][CORPUS_PARTNERS] = {
#define X(name, a, b, c, d, help) {a, b, c, d},
	CORPUS_HABITS(X)
#undef X
};

const char *const corpus_acquaintance_help[CORPUS_ACQUAINTANCE_COUNT] = {
#define X(name, help) help,
	CORPUS_ACQUAINTANCES(X)
#undef X
};

enum { PEOPLE_MAX = 4 };

struct person {
	uint64_t id;
	const char *given, *family, *job, *mailbox, *own, *mobile;
	bool shares;
};

/* --- who there is ------------------------------------------------------------------------------------------------- */

static const char *mailbox_of(struct arena *arena, const struct corpus_company *c, const struct person *p)
{
	char *local = arena_strdup(arena, plain_capitals(arena, arena_printf(arena, "%s.%s", p->given, p->family)));
	size_t n = 0;

	for (const char *l = local; *l; l++)
		if (*l == '.' || (*l >= 'A' && *l <= 'Z'))
			local[n++] = (char)(*l == '.' ? *l : *l | 0x20);
	local[n] = '\0';
	/* Two of one name are told apart by the company's own people. */
	if (p->id % PEOPLE_MAX >= 2)
		local = arena_printf(arena, "%s%llu", local, (unsigned long long)(p->id % PEOPLE_MAX));
	return *c->domain ? arena_printf(arena, "%s@%s", local, c->domain)
			  : arena_printf(arena, "%s@mailbox%llu-%llu.example", local, (unsigned long long)c->id,
				    (unsigned long long)(p->id % PEOPLE_MAX));
}

static size_t people_of(
	const struct corpus *c, struct arena *arena, const struct corpus_company *company, struct person *out)
{
	struct dice d = dice_of(c->seed, "people", company->id);
	const uint64_t draw = dice_below(&d, 100);
	const size_t n = draw < 50 ? 1 : draw < 75 ? 2 : draw < 90 ? 3 : 4;
	struct corpus_company leader;

	for (size_t i = 0; i < n; i++) {
		struct person *p = &out[i];
		const bool relative = dice_chance(&d, 250), twin = dice_chance(&d, 4);

		*p = (struct person){.id = company->id * PEOPLE_MAX + i, .job = dice_word(&d, &corpus_jobs)};
		p->given = !i || twin ? company->given : dice_common(&d, &corpus_given[company->language]);
		p->family =
			!i || twin || relative ? company->family : dice_common(&d, &corpus_surnames[company->language]);
		p->mobile = i ? arena_printf(arena, "04%02u%06u", 70 + (unsigned)dice_below(&d, 30),
					(unsigned)dice_below(&d, 1000000))
			      : company->mobile;
		p->own = arena_printf(arena, "%s@privaat%llu.example", p->given, (unsigned long long)p->id);
		p->mailbox = mailbox_of(arena, company, p);
		if (i && dice_chance(&d, 80)) {
			p->shares = out[0].shares = true;
			p->mailbox = out[0].mailbox;
		}
	}
	if (company->kind == CORPUS_HOLDING && company->id != company->leader) {
		/* The same person, reached in the same ways. */
		corpus_company(c, arena, company->leader, &leader);
		out[0].id = leader.id * PEOPLE_MAX;
		out[0].mobile = leader.mobile;
		out[0].mailbox = mailbox_of(arena, &leader, &out[0]);
		out[0].own = arena_printf(arena, "%s@privaat%llu.example", out[0].given, (unsigned long long)out[0].id);
		for (size_t i = 1; i < n; i++)
			if (out[i].shares)
				out[i].mailbox = out[0].mailbox;
	}
	return n;
}

/* --- as a partner has them ---------------------------------------------------------------------------------------- */

struct writing {
	struct arena *arena;
	struct dice dice;
	const struct corpus_company *company;
	const struct person *person;
	struct corpus_contact *out;
};

static bool habit(struct writing *w, enum corpus_habit h)
{
	if (!dice_chance(&w->dice, corpus_habit_rate[h][w->out->partner]))
		return false;
	w->out->habits |= CORPUS_BIT(h);
	return true;
}

/* "Van den Berghe" as "Vandenberghe" or "Berghe, Van den"; what has no particle stays. */
static const char *particle_otherwise(struct writing *w, const char *family)
{
	const char *last = strrchr(family, ' ');
	char *out;
	size_t n = 0;

	if (!last || !habit(w, CORPUS_PARTICLE))
		return family;
	if (dice_chance(&w->dice, 300))
		return arena_printf(w->arena, "%s, %.*s", last + 1, (int)(last - family), family);
	out = arena_strdup(w->arena, family);
	for (const char *c = family; *c; c++) {
		if (*c == ' ')
			continue;
		out[n] = n && *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
		n++;
	}
	out[n] = '\0';
	return out;
}

static void write_name(struct writing *w)
{
	const char *given = w->person->given, *family = particle_otherwise(w, w->person->family), *other;

	if (habit(w, CORPUS_NO_GIVEN_NAME))
		given = NULL;
	else if (habit(w, CORPUS_INITIAL))
		given = arena_printf(w->arena, "%c.", given[0]);
	if (habit(w, CORPUS_PERSON_TYPO)) {
		if (given && dice_chance(&w->dice, 500))
			given = typo_in_words(&w->dice, w->arena, given);
		else
			family = typo_in_words(&w->dice, w->arena, family);
	}
	if (given && habit(w, CORPUS_EXCHANGED)) {
		other = given;
		given = family;
		family = other;
	}
	if (habit(w, CORPUS_CAPITALS)) {
		given = given ? plain_capitals(w->arena, given) : NULL;
		family = plain_capitals(w->arena, family);
	}
	w->out->text[CONTACT_GIVEN_NAME] = given;
	w->out->text[CONTACT_FAMILY_NAME] = family;
}

static void write_contact(struct writing *w)
{
	struct corpus_contact *out = w->out;
	const struct corpus_company *c = w->company;

	write_name(w);
	out->text[CONTACT_ORGANIZATION] = out->company_key;
	if (dice_chance(&w->dice, 600))
		out->text[CONTACT_ROLE] = w->person->job;
	if (!habit(w, CORPUS_NO_MAILBOX)) {
		const char *mail = w->person->mailbox;

		if (*c->email && habit(w, CORPUS_ROLE_MAILBOX))
			mail = c->email;
		else if (habit(w, CORPUS_PRIVATE_MAILBOX))
			mail = w->person->own;
		else if (w->person->shares)
			out->habits |= CORPUS_BIT(CORPUS_SHARED_MAILBOX);
		out->text[CONTACT_EMAILS] = mail;
	}
	if (!habit(w, CORPUS_NO_TELEPHONE))
		out->text[CONTACT_PHONES] = habit(w, CORPUS_COMPANY_TELEPHONE) ? c->phone : w->person->mobile;
}

size_t corpus_contacts(
	const struct corpus *c, struct arena *arena, uint64_t id, struct corpus_contact out[CORPUS_CONTACTS_MAX])
{
	static const unsigned knows[CORPUS_PARTNERS] = CORPUS_KNOWS;
	struct corpus_record *at = arena_array(arena, struct corpus_record, CORPUS_RECORDS_MAX);
	struct corpus_company *company = arena_new_of(arena, struct corpus_company);
	struct person *person = arena_array(arena, struct person, PEOPLE_MAX);
	const size_t records = corpus_records(c, arena, id, at);
	size_t people, n = 0;

	corpus_company(c, arena, id, company);
	people = people_of(c, arena, company, person);
	for (size_t r = 0; r < records; r++) {
		if (at[r].quirks & CORPUS_BIT(CORPUS_DUPLICATE))
			continue; /* its people are with the first record */
		for (size_t i = 0; i < people; i++) {
			struct writing w = {.arena = arena,
				.company = company,
				.person = &person[i],
				.out = &out[n],
				.dice = dice_of(
					c->seed, "contact", (id * CORPUS_PARTNERS + at[r].partner) * PEOPLE_MAX + i)};

			if (!dice_chance(&w.dice, knows[at[r].partner]))
				continue;
			out[n] = (struct corpus_contact){.partner = at[r].partner,
				.company = id,
				.person = person[i].id,
				.given = person[i].given,
				.family = person[i].family,
				.shares = person[i].shares};
			snprintf(out[n].key, sizeof out[n].key, "p%llu-%zu", (unsigned long long)id, i);
			snprintf(out[n].company_key, sizeof out[n].company_key, "%s", at[r].key);
			write_contact(&w);
			n++;
		}
	}
	return n;
}

enum corpus_acquaintance corpus_acquaintance(const struct corpus_contact *a, const struct corpus_contact *b)
{
	const bool family = !strcmp(a->family, b->family), given = !strcmp(a->given, b->given);

	if (a->company != b->company)
		return family && given ? CORPUS_NAMESAKE_ELSEWHERE : CORPUS_STRANGER;
	return family && given		? CORPUS_COLLEAGUE_NAMESAKE
	       : a->shares && b->shares ? CORPUS_SHARES_MAILBOX
	       : family			? CORPUS_RELATIVE
					: CORPUS_COLLEAGUE;
}

struct record *corpus_read_contact(struct arena *arena, const struct corpus_contact *in, struct err *err)
{
	struct record *r = record_new(arena, RECORD_CONTACT);

	for (unsigned f = 0; f < CONTACT_FIELD_COUNT; f++) {
		const struct field *field = field_at(RECORD_CONTACT, f);
		const char *value = in->text[f];

		if (!value)
			continue;
		if (field->kind != VALUE_REF && !(value = normalise(arena, field->kind, value, NULL, err)))
			return NULL;
		r->v[f] = field->set ? set_make(arena, &value, *value ? 1 : 0) : value;
	}
	return r;
}
