/*
 * match.c - rules-1: a few rules that a person can check, each precise rather than complete.
 */
#include "core/match_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "core/normalise.h"

#define CLOSE 0.95
#define GIVEN_CLOSE 0.90 /* nicknames and typing errors in a given name, beside an equal mail address */

struct match_model {
	char version[64];
};

struct match_features {
	struct arena *arena;
	const struct record *record;
};

const struct match_model *match_model_default(void)
{
	static const struct match_model rules = {"rules-1"};

	return &rules;
}

struct match_model *match_model_read(const char *text, size_t n, struct err *e)
{
	AUTO(json_drop) json_t *json = json_parse(text, n, e);
	const char *version = json ? json_string_value(json_object_get(json, "version")) : NULL;
	struct match_model *model;

	if (!json)
		return NULL;
	if (!version || !*version || strlen(version) >= sizeof model->version) {
		err_set(e, ERR_BROKEN, "model: version: must be a text of 1 to 63 bytes");
		return NULL;
	}
	model = calloc(1, sizeof *model);
	if (!model)
		abort();
	memcpy(model->version, version, strlen(version) + 1);
	return model;
}

void match_model_free(struct match_model *model)
{
	free(model);
}

const char *match_model_version(const struct match_model *model)
{
	return model->version;
}

const struct match_features *match_prepare(
	struct arena *arena, const struct match_model *model, const struct record *record)
{
	struct match_features *out = arena_new_of(arena, struct match_features);

	(void)model;
	*out = (struct match_features){.arena = arena, .record = record};
	return out;
}

/* Numbers stand in the store: new kinds go at the end. */
enum key_kind {
	KEY_ENTERPRISE = 1,
	KEY_EMAIL,
	KEY_DOMAIN,
	KEY_PHONE,
	KEY_NAME,
	KEY_NAME_PLACE,
	KEY_PERSON,
	KEY_REFERRAL,
	KEY_PARTICIPATION,
	KEY_ADDRESS
};

/* --- keys --------------------------------------------------------------------------------------------------------- */

struct keys {
	struct arena *arena;
	uint64_t seed;
	uint64_t *key;
	size_t n;
};

/* A key of several parts counts only if all of them are there. */
static void key_add(struct keys *k, enum key_kind kind, const char *a, const char *b, const char *c)
{
	uint64_t hash;

	if (!*a || !*b || !*c || k->n == MATCH_KEYS_MAX)
		return;
	hash = hash_text(arena_printf(k->arena, "%s\n%s\n%s", a, b, c), k->seed + kind);
	for (size_t i = 0; i < k->n; i++)
		if (k->key[i] == hash)
			return;
	k->key[k->n++] = hash;
}

static void keys_add_each(struct keys *k, enum key_kind kind, const struct match_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		key_add(k, kind, t->text[i], "-", "-");
}

static void organization_keys(struct keys *k, const struct record *r)
{
	const char *number = match_text(r, ORGANIZATION_ENTERPRISE_NUMBER);
	const struct match_texts names = match_names(k->arena, r), domains = match_domains(k->arena, r);
	const struct match_texts emails = match_set(k->arena, r, ORGANIZATION_EMAILS, fold_email);
	const struct match_texts phones = match_set(k->arena, r, ORGANIZATION_PHONES, match_fold_phone);

	if (enterprise_number_valid(number))
		key_add(k, KEY_ENTERPRISE, number, "-", "-");
	/* The sharpest first: when a record has more than there is room for, the last ones go. */
	for (size_t i = 0; i < names.n; i++)
		key_add(k, KEY_NAME_PLACE, names.text[i], match_text(r, ORGANIZATION_POSTAL_CODE), "-");
	/* For names that are close but not equal. */
	key_add(k, KEY_ADDRESS, match_text(r, ORGANIZATION_POSTAL_CODE),
		fold_text(k->arena, match_text(r, ORGANIZATION_STREET)),
		fold_text(k->arena, match_text(r, ORGANIZATION_HOUSE_NUMBER)));
	keys_add_each(k, KEY_NAME, &names);
	keys_add_each(k, KEY_DOMAIN, &domains);
	for (size_t i = 0; i < emails.n; i++)
		if (!*email_domain(k->arena, emails.text[i]))
			key_add(k, KEY_EMAIL, emails.text[i], "-", "-");
	keys_add_each(k, KEY_PHONE, &phones);
}

static void contact_keys(struct keys *k, const struct record *r)
{
	const struct match_texts emails = match_set(k->arena, r, CONTACT_EMAILS, match_fold_personal);
	const struct match_texts phones = match_set(k->arena, r, CONTACT_PHONES, match_fold_phone);

	key_add(k, KEY_PERSON, fold_person_name(k->arena, match_text(r, CONTACT_FAMILY_NAME)),
		fold_person_name(k->arena, match_text(r, CONTACT_GIVEN_NAME)), match_text(r, CONTACT_ORGANIZATION));
	keys_add_each(k, KEY_EMAIL, &emails);
	keys_add_each(k, KEY_PHONE, &phones);
}

static void referral_keys(struct keys *k, const struct record *r)
{
	key_add(k, KEY_REFERRAL,
		arena_printf(
			k->arena, "%s>%s", match_text(r, REFERRAL_FROM_PARTNER), match_text(r, REFERRAL_TO_PARTNER)),
		match_text(r, REFERRAL_ORGANIZATION), match_text(r, REFERRAL_SERVICE));
}

static void participation_keys(struct keys *k, const struct record *r)
{
	key_add(k, KEY_PARTICIPATION, match_text(r, PARTICIPATION_CONTACT), match_text(r, PARTICIPATION_ACTIVITY_ID),
		"-");
}

size_t match_keys(const struct match_features *of, uint64_t key[MATCH_KEYS_MAX])
{
	const struct record *r = of->record;
	struct keys k = {.arena = of->arena, .seed = (uint64_t)r->type << 32, .key = key};

	switch (r->type) {
	case RECORD_ORGANIZATION:
		organization_keys(&k, r);
		break;
	case RECORD_CONTACT:
		contact_keys(&k, r);
		break;
	case RECORD_REFERRAL:
		referral_keys(&k, r);
		break;
	case RECORD_PARTICIPATION:
		participation_keys(&k, r);
		break;
	case RECORD_TYPES:
		break;
	}
	return k.n;
}

/* --- levels ------------------------------------------------------------------------------------------------------- */

/* "garage 2" is not "garage 3", however similar. */
static bool same_digits(const char *a, const char *b)
{
	for (;;) {
		while (*a && !(*a >= '0' && *a <= '9'))
			a++;
		while (*b && !(*b >= '0' && *b <= '9'))
			b++;
		if (*a != *b)
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

enum level { LEVEL_UNKNOWN, LEVEL_SAME, LEVEL_CLOSE, LEVEL_DIFFERENT };

static const char *const level_name[] = {
	[LEVEL_SAME] = "same", [LEVEL_CLOSE] = "close", [LEVEL_DIFFERENT] = "different"};

static bool agrees(enum level l)
{
	return l == LEVEL_SAME || l == LEVEL_CLOSE;
}

static enum level compare_texts(const char *a, const char *b, double close)
{
	if (!*a || !*b)
		return LEVEL_UNKNOWN;
	if (!strcmp(a, b))
		return LEVEL_SAME;
	return same_digits(a, b) && match_similarity(a, b) >= close ? LEVEL_CLOSE : LEVEL_DIFFERENT;
}

/* The best of all pairs. */
static enum level compare_names(const struct match_texts *a, const struct match_texts *b)
{
	enum level best = a->n && b->n ? LEVEL_DIFFERENT : LEVEL_UNKNOWN;

	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			const enum level l = compare_texts(a->text[i], b->text[j], CLOSE);

			if (l < best)
				best = l;
		}
	return best;
}

/* --- verdicts -------------------------------------------------------------------------------------------------------
 */

static enum level note(
	struct match_result *out, const char *field, enum level level, double same, double close, double different)
{
	static const size_t room = sizeof out->evidence / sizeof *out->evidence;
	const double weight = level == LEVEL_SAME ? same : level == LEVEL_CLOSE ? close : different;

	if (level == LEVEL_UNKNOWN)
		return level;
	assert(out->n < room);
	out->evidence[out->n++] = (struct match_evidence){field, level_name[level], weight};
	out->score += weight;
	return level;
}

static void decide(struct match_result *out, enum match_verdict verdict, bool strong, const char *why)
{
	out->verdict = verdict;
	out->strong = strong;
	out->why = why;
}

/* Sharing one element says much, sharing none says nothing: a company has several telephones. */
static enum level compare_sets(const struct match_texts *a, const struct match_texts *b)
{
	return match_common(a, b) ? LEVEL_SAME : LEVEL_UNKNOWN;
}

static const char *form_of(struct arena *arena, const struct record *r)
{
	const char *in_name = NULL, *given = match_text(r, ORGANIZATION_LEGAL_FORM), *class;

	fold_company_name(arena, match_text(r, ORGANIZATION_LEGAL_NAME), &in_name);
	class = *given ? legal_form_class(given) : NULL;
	return class ? class : in_name ? in_name : "";
}

static enum level compare_forms(struct arena *arena, const struct record *a, const struct record *b)
{
	const char *x = form_of(arena, a), *y = form_of(arena, b);

	return !*x || !*y ? LEVEL_UNKNOWN : strcmp(x, y) ? LEVEL_DIFFERENT : LEVEL_SAME;
}

static enum level compare_folded(struct arena *arena, const struct record *a, const struct record *b, unsigned field)
{
	return compare_texts(fold_text(arena, match_text(a, field)), fold_text(arena, match_text(b, field)), CLOSE);
}

static enum level compare_exactly(const struct record *a, const struct record *b, unsigned field)
{
	const char *x = match_text(a, field), *y = match_text(b, field);

	return !*x || !*y ? LEVEL_UNKNOWN : strcmp(x, y) ? LEVEL_DIFFERENT : LEVEL_SAME;
}

static enum level compare_streets(struct arena *arena, const struct record *a, const struct record *b)
{
	enum level street = compare_folded(arena, a, b, ORGANIZATION_STREET);
	const char *x = fold_text(arena, match_text(a, ORGANIZATION_HOUSE_NUMBER));
	const char *y = fold_text(arena, match_text(b, ORGANIZATION_HOUSE_NUMBER));

	if (agrees(street) && *x && *y && strcmp(x, y))
		return LEVEL_DIFFERENT;
	return street;
}

static void score_organizations(
	struct arena *arena, const struct record *a, const struct record *b, struct match_result *out)
{
	const char *x = match_text(a, ORGANIZATION_ENTERPRISE_NUMBER),
		   *y = match_text(b, ORGANIZATION_ENTERPRISE_NUMBER);
	const bool both_valid = enterprise_number_valid(x) && enterprise_number_valid(y);
	const struct match_texts a_names = match_names(arena, a), b_names = match_names(arena, b);
	const struct match_texts a_domains = match_domains(arena, a), b_domains = match_domains(arena, b);
	const struct match_texts a_phones = match_set(arena, a, ORGANIZATION_PHONES, match_fold_phone);
	const struct match_texts b_phones = match_set(arena, b, ORGANIZATION_PHONES, match_fold_phone);
	const struct match_texts a_emails = match_set(arena, a, ORGANIZATION_EMAILS, fold_email);
	const struct match_texts b_emails = match_set(arena, b, ORGANIZATION_EMAILS, fold_email);
	enum level number = LEVEL_UNKNOWN, name, form, place, street, domain, phone, email;
	bool second;

	if (both_valid)
		number = strcmp(x, y) ? LEVEL_DIFFERENT : LEVEL_SAME;
	note(out, "enterprise_number", number, 20, 0, -20);
	name = note(out, "name", compare_names(&a_names, &b_names), 8, 6, -6);
	form = note(out, "legal_form", compare_forms(arena, a, b), 1, 0, -4);
	place = note(out, "postal_code", compare_exactly(a, b, ORGANIZATION_POSTAL_CODE), 2, 0, -2);
	street = note(out, "street", compare_streets(arena, a, b), 3, 2, -2);
	domain = note(out, "domain", compare_sets(&a_domains, &b_domains), 5, 0, 0);
	phone = note(out, "phones", compare_sets(&a_phones, &b_phones), 5, 0, 0);
	email = note(out, "emails", compare_sets(&a_emails, &b_emails), 5, 0, 0);
	second = (place == LEVEL_SAME && agrees(street)) || domain == LEVEL_SAME || phone == LEVEL_SAME ||
		 email == LEVEL_SAME;

	if (number == LEVEL_SAME)
		decide(out, MATCH_LINK, true, "the same valid enterprise number");
	else if (number == LEVEL_DIFFERENT)
		decide(out, MATCH_NEW, true, "two different valid enterprise numbers");
	else if (!agrees(name))
		decide(out, MATCH_NEW, false, "the names do not agree");
	else if (second && form == LEVEL_DIFFERENT) /* sister companies share everything but the form */
		decide(out, MATCH_REVIEW, false,
			"the names agree and so does a second fact, but the legal forms differ");
	else if (second)
		decide(out, MATCH_LINK, false,
			"the names agree, and so does the address, domain, telephone or mail address");
	else if (place == LEVEL_SAME)
		decide(out, MATCH_REVIEW, false, "the names agree, in the same place, and nothing else does");
	else
		decide(out, MATCH_NEW, false, "the names agree and nothing else does");
}

/* Equal, or one an initial of the other. */
static enum level compare_given(const char *a, const char *b, double close)
{
	const enum level l = compare_texts(a, b, close);

	if (l == LEVEL_DIFFERENT && *a == *b && (!a[1] || !b[1]))
		return LEVEL_CLOSE;
	return l;
}

/* Both have addresses of their own at one company, and not one in common: two people of the same name. */
static bool colleagues(struct arena *arena, const struct match_texts *a, const struct match_texts *b)
{
	if (match_common(a, b))
		return false;
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			const char *domain = email_domain(arena, a->text[i]);

			if (*domain && !strcmp(domain, email_domain(arena, b->text[j])))
				return true;
		}
	return false;
}

static void score_contacts(
	struct arena *arena, const struct record *a, const struct record *b, struct match_result *out)
{
	const struct match_texts a_emails = match_set(arena, a, CONTACT_EMAILS, match_fold_personal);
	const struct match_texts b_emails = match_set(arena, b, CONTACT_EMAILS, match_fold_personal);
	const struct match_texts a_phones = match_set(arena, a, CONTACT_PHONES, match_fold_phone);
	const struct match_texts b_phones = match_set(arena, b, CONTACT_PHONES, match_fold_phone);
	const char *a_family = fold_person_name(arena, match_text(a, CONTACT_FAMILY_NAME));
	const char *b_family = fold_person_name(arena, match_text(b, CONTACT_FAMILY_NAME));
	const char *a_given = fold_person_name(arena, match_text(a, CONTACT_GIVEN_NAME));
	const char *b_given = fold_person_name(arena, match_text(b, CONTACT_GIVEN_NAME));
	const enum level email = note(out, "emails", compare_sets(&a_emails, &b_emails), 9, 0, 0);
	const enum level family = note(out, "family_name", compare_texts(a_family, b_family, CLOSE), 6, 4, -8);
	const enum level given = note(out, "given_name", compare_given(a_given, b_given, GIVEN_CLOSE), 4, 2, -6);
	const enum level phone = note(out, "phones", compare_sets(&a_phones, &b_phones), 6, 0, 0);
	const enum level company = note(out, "organization", compare_exactly(a, b, CONTACT_ORGANIZATION), 4, 0, -2);
	const bool nameless = (!*a_family && !*a_given) || (!*b_family && !*b_given);
	const bool whole = agrees(family) && agrees(given);

	if (family == LEVEL_DIFFERENT || given == LEVEL_DIFFERENT)
		decide(out, MATCH_NEW, false, "the names do not agree");
	else if (email == LEVEL_SAME && agrees(family))
		decide(out, MATCH_LINK, true, "the same personal mail address, and the names agree");
	else if (phone == LEVEL_SAME && whole && company == LEVEL_SAME)
		decide(out, MATCH_LINK, false, "the same telephone and name at the same company");
	else if (email == LEVEL_SAME && nameless)
		decide(out, MATCH_REVIEW, false, "the same personal mail address, and one of them has no name");
	else if (family == LEVEL_SAME && given == LEVEL_SAME && company == LEVEL_SAME &&
		 !colleagues(arena, &a_emails, &b_emails))
		decide(out, MATCH_REVIEW, false, "the same full name at the same company, and nothing else agrees");
	else
		decide(out, MATCH_NEW, false, "a name alone identifies nobody");
}

/* The day is enough: partners write the time with another precision. */
static enum level compare_days(const struct record *a, const struct record *b, unsigned field)
{
	const char *x = match_text(a, field), *y = match_text(b, field);

	return !*x || !*y ? LEVEL_UNKNOWN : strncmp(x, y, 10) ? LEVEL_DIFFERENT : LEVEL_SAME;
}

static void score_referrals(const struct record *a, const struct record *b, struct match_result *out)
{
	const enum level from = note(out, "from_partner", compare_exactly(a, b, REFERRAL_FROM_PARTNER), 3, 0, -20);
	const enum level to = note(out, "to_partner", compare_exactly(a, b, REFERRAL_TO_PARTNER), 3, 0, -20);
	const enum level company = note(out, "organization", compare_exactly(a, b, REFERRAL_ORGANIZATION), 6, 0, -20);
	const enum level service = note(out, "service", compare_exactly(a, b, REFERRAL_SERVICE), 2, 0, -20);
	const enum level contact = note(out, "contact", compare_exactly(a, b, REFERRAL_CONTACT), 4, 0, -20);
	const enum level made = note(out, "created_at", compare_days(a, b, REFERRAL_CREATED_AT), 4, 0, -20);

	if (from == LEVEL_SAME && to == LEVEL_SAME && company == LEVEL_SAME && service == LEVEL_SAME &&
		contact != LEVEL_DIFFERENT && made != LEVEL_DIFFERENT)
		decide(out, MATCH_LINK, true,
			"the same company referred between the same partners for the same service");
	else
		decide(out, MATCH_NEW, false, "another referral");
}

static void score_participations(const struct record *a, const struct record *b, struct match_result *out)
{
	const enum level contact = note(out, "contact", compare_exactly(a, b, PARTICIPATION_CONTACT), 6, 0, -20);
	const enum level activity =
		note(out, "activity_id", compare_exactly(a, b, PARTICIPATION_ACTIVITY_ID), 6, 0, -20);
	const enum level kind =
		note(out, "activity_kind", compare_exactly(a, b, PARTICIPATION_ACTIVITY_KIND), 1, 0, -20);
	const enum level day = note(out, "held_on", compare_exactly(a, b, PARTICIPATION_HELD_ON), 3, 0, -20);

	if (contact == LEVEL_SAME && activity == LEVEL_SAME && kind != LEVEL_DIFFERENT && day != LEVEL_DIFFERENT)
		decide(out, MATCH_LINK, true, "the same person at the same activity");
	else
		decide(out, MATCH_NEW, false, "another participation");
}

void match_compare(const struct match_model *model, const struct match_features *x, const struct match_features *y,
	struct match_result *out)
{
	const struct record *a = x->record, *b = y->record;
	struct arena *arena = x->arena;

	(void)model;
	assert(a->type == b->type);
	*out = (struct match_result){.verdict = MATCH_NEW, .why = "nothing to compare"};
	switch (a->type) {
	case RECORD_ORGANIZATION:
		score_organizations(arena, a, b, out);
		break;
	case RECORD_CONTACT:
		score_contacts(arena, a, b, out);
		break;
	case RECORD_REFERRAL:
		score_referrals(a, b, out);
		break;
	case RECORD_PARTICIPATION:
		score_participations(a, b, out);
		break;
	case RECORD_TYPES:
		break;
	}
}
