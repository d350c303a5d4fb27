/* Which fields of which record type are compared, and what of a record goes into them. */
#include <string.h>

#include "base/hash.h"
#include "core/match_parts.h"
#include "core/normalise.h"

#define FIELD(at, its_name, its_kind) [at] = {.name = its_name, .kind = LINKAGE_##its_kind, .twin = -1}
#define PART(at, its_name, its_kind) [at] = {.name = its_name, .kind = LINKAGE_##its_kind, .twin = -1, .part = true}
#define RULE(count, ...) {.n = count, .part = {__VA_ARGS__}}
#define WHOLE(at) {at, LINKAGE_WHOLE}
#define SOUND(at) {at, LINKAGE_SOUND}
#define WORDS(at) {at, LINKAGE_WORDS}

/* Rules: the sharpest first, since where a record has more keys than there is room for, the last ones go. */
const struct linkage_schema match_schema[RECORD_TYPES] = {
	[RECORD_ORGANIZATION] = {
		.name = "organization",
		.nfields = 12,
		.field = {
			[MATCH_ORG_NUMBER] = {.name = "enterprise_number", .kind = LINKAGE_IDENTIFIER, .twin = -1, .decisive = true},
			FIELD(MATCH_ORG_SITES, "establishment_numbers", KEY),
			[MATCH_ORG_NAME] = {.name = "name", .kind = LINKAGE_COMPANY, .twin = -1, .place = MATCH_ORG_PLACE, .postal = MATCH_ORG_POSTAL},
			FIELD(MATCH_ORG_FORM, "legal_form", KEY),
			[MATCH_ORG_ADDRESS] = {.name = "address", .kind = LINKAGE_ADDRESS, .twin = -1,
				.street = MATCH_ORG_STREET, .number = MATCH_ORG_HOUSE, .postal = MATCH_ORG_POSTAL, .place = MATCH_ORG_PLACE},
			FIELD(MATCH_ORG_DOMAIN, "domain", DOMAIN),
			FIELD(MATCH_ORG_PHONE, "phones", PHONE),
			[MATCH_ORG_EMAIL] = {.name = "emails", .kind = LINKAGE_EMAIL, .twin = -1, .domain = MATCH_ORG_DOMAIN},
			PART(MATCH_ORG_STREET, "street", STREET),
			PART(MATCH_ORG_HOUSE, "house_number", HOUSE_NUMBER),
			PART(MATCH_ORG_POSTAL, "postal_code", POSTAL),
			PART(MATCH_ORG_PLACE, "municipality", PLACE),
		},
		.nrules = 9,
		.rule = {
			RULE(1, WHOLE(MATCH_ORG_NUMBER)),
			RULE(1, WHOLE(MATCH_ORG_SITES)),
			RULE(1, WHOLE(MATCH_ORG_DOMAIN)),
			RULE(1, WHOLE(MATCH_ORG_PHONE)),
			RULE(1, WHOLE(MATCH_ORG_EMAIL)),
			RULE(3, SOUND(MATCH_ORG_STREET), WHOLE(MATCH_ORG_HOUSE), WHOLE(MATCH_ORG_POSTAL)),
			RULE(1, WHOLE(MATCH_ORG_NAME)),
			RULE(2, WORDS(MATCH_ORG_NAME), WHOLE(MATCH_ORG_POSTAL)),
			RULE(2, WORDS(MATCH_ORG_NAME), SOUND(MATCH_ORG_PLACE)),
		},
	},
	[RECORD_CONTACT] = {
		.name = "contact",
		.nfields = 6,
		.field = {
			[MATCH_CONTACT_GIVEN] = {.name = "given_name", .kind = LINKAGE_NAME, .twin = MATCH_CONTACT_FAMILY},
			[MATCH_CONTACT_FAMILY] = {.name = "family_name", .kind = LINKAGE_NAME, .twin = MATCH_CONTACT_GIVEN},
			FIELD(MATCH_CONTACT_EMAIL, "emails", EMAIL),
			FIELD(MATCH_CONTACT_PHONE, "phones", PHONE),
			FIELD(MATCH_CONTACT_ORGANIZATION, "organization", KEY),
			PART(MATCH_CONTACT_DOMAIN, "domain", DOMAIN),
		},
		.nrules = 3,
		.rule = {
			RULE(1, WHOLE(MATCH_CONTACT_EMAIL)),
			RULE(1, WHOLE(MATCH_CONTACT_PHONE)),
			RULE(2, {MATCH_CONTACT_FAMILY, LINKAGE_ANYWHERE}, WHOLE(MATCH_CONTACT_ORGANIZATION)),
		},
	},
	[RECORD_REFERRAL] = {
		.name = "referral",
		.nfields = 6,
		.field = {
			FIELD(MATCH_REFERRAL_FROM, "from_partner", KEY),
			FIELD(MATCH_REFERRAL_TO, "to_partner", KEY),
			FIELD(MATCH_REFERRAL_ORGANIZATION, "organization", KEY),
			FIELD(MATCH_REFERRAL_SERVICE, "service", KEY),
			FIELD(MATCH_REFERRAL_CONTACT, "contact", KEY),
			FIELD(MATCH_REFERRAL_DAY, "created_at", KEY),
		},
		.nrules = 1,
		.rule = {RULE(3, WHOLE(MATCH_REFERRAL_ORGANIZATION), WHOLE(MATCH_REFERRAL_TO), WHOLE(MATCH_REFERRAL_SERVICE))},
	},
	[RECORD_PARTICIPATION] = {
		.name = "participation",
		.nfields = 4,
		.field = {
			FIELD(MATCH_PARTICIPATION_CONTACT, "contact", KEY),
			FIELD(MATCH_PARTICIPATION_ACTIVITY, "activity_id", KEY),
			FIELD(MATCH_PARTICIPATION_KIND, "activity_kind", KEY),
			FIELD(MATCH_PARTICIPATION_DAY, "held_on", KEY),
		},
		.nrules = 1,
		.rule = {RULE(2, WHOLE(MATCH_PARTICIPATION_CONTACT), WHOLE(MATCH_PARTICIPATION_ACTIVITY))},
	},
};

/* --- values ------------------------------------------------------------------------------------------------------------ */

struct filling {
	struct arena *arena;
	const struct record *record;
	struct linkage_values *out;
};

/* "" for what is absent, and for a reference whose target is not known yet. */
static const char *value_of(const struct filling *f, unsigned field)
{
	const char *v = f->record->v[field];

	return v && v[0] != '?' ? v : "";
}

static void put(const struct filling *f, unsigned into, const char *text)
{
	if (!*text)
		return;
	for (size_t i = 0; i < LINKAGE_VALUES_MAX; i++) {
		if (!f->out->text[into][i]) {
			f->out->text[into][i] = text;
			return;
		}
		if (!strcmp(f->out->text[into][i], text))
			return;
	}
}

/* What only counts as a whole must not lose its end, or its blanks, to the bounds of a value. */
static void put_whole(const struct filling *f, unsigned into, const char *text)
{
	if (strlen(text) > LINKAGE_TEXT_MAX || strchr(text, ' '))
		text = arena_printf(f->arena, "%016llx%016llx", (unsigned long long)hash_text(text, 1),
			(unsigned long long)hash_text(text, 2));
	put(f, into, text);
}

static void put_set(const struct filling *f, unsigned into, unsigned field, const char *(*fold)(struct arena *, const char *))
{
	const char *set = value_of(f, field), *e;
	size_t len;

	for (size_t n = 0; n < LINKAGE_VALUES_MAX && (e = set_next(&set, &len)); n++)
		put(f, into, fold(f->arena, arena_strndup(f->arena, e, len)));
}


/* "XYZ": few letters, all of them capitals. */
static bool is_acronym(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] < 'A' || text[i] > 'Z')
			return false;
	return n >= 2 && n <= 6;
}

/* As it is written: its initials may be an acronym. And as it is called in Dutch, if it is called otherwise there. */
static void put_one_name(const struct filling *f, const char *name, const char **form)
{
	const char *folded = fold_company_name(f->arena, name, form);

	put(f, MATCH_ORG_NAME, folded);
	put(f, MATCH_ORG_NAME, dutch_name(f->arena, folded));
}

/*
 * A name, and what people write beside it: "Peeters Design (former member)", "Peeters Design - An Maes" give "peeters design"
 * as well, "ABC - Algemeen Bouwcentrum" both of its names. What stands behind is no name by itself otherwise.
 */
static void put_name(const struct filling *f, const char *name, const char **form)
{
	const char *dash = strstr(name, " - "), *remark = strstr(name, " (");
	const char *end = dash && remark ? (dash < remark ? dash : remark) : dash ? dash : remark;

	put_one_name(f, name, form);
	if (!end || end == name)
		return;
	put_one_name(f, arena_strndup(f->arena, name, (size_t)(end - name)), NULL);
	if (end == dash && is_acronym(name, (size_t)(end - name)))
		put_one_name(f, end + 3, NULL);
}

/* A number that could not be read as E.164 is kept as written, and is no key. */
static const char *fold_phone(struct arena *arena, const char *phone)
{
	(void)arena;
	return phone[0] == '+' ? phone : "";
}

static const char *fold_personal(struct arena *arena, const char *email)
{
	return email_is_role(email) ? "" : fold_email(arena, email);
}

static const char *fold_site(struct arena *arena, const char *number)
{
	(void)arena;
	return establishment_number_valid(number) ? number : "";
}

/* As if somebody had an address there: free-mail and hosting domains say nothing about a company. */
static const char *fold_url(struct arena *arena, const char *url)
{
	const char *host = strstr(url, "://");
	size_t len;

	host = host ? host + 3 : url;
	if (!strncmp(host, "www.", 4))
		host += 4;
	len = strcspn(host, "/:?#");
	return len ? email_domain(arena, arena_printf(arena, "x@%.*s", (int)len, host)) : "";
}

static const char *form_of(const struct filling *f, const char *in_name)
{
	const char *given = value_of(f, ORGANIZATION_LEGAL_FORM), *class = *given ? legal_form_class(given) : NULL;

	return class ? class : in_name ? in_name : "";
}

static void put_address(const struct filling *f)
{
	const char *street = value_of(f, ORGANIZATION_STREET), *number = value_of(f, ORGANIZATION_HOUSE_NUMBER);
	const char *line = *street ? street : value_of(f, ORGANIZATION_ADDRESS_RAW);
	const char *place = fold_text(f->arena, value_of(f, ORGANIZATION_MUNICIPALITY));

	if (!*number && *line) {
		const struct address_line parts = split_address_line(f->arena, line);

		street = parts.street;
		number = parts.house_number;
	}
	put(f, MATCH_ORG_STREET, fold_street(f->arena, street));
	put(f, MATCH_ORG_HOUSE, fold_text(f->arena, number));
	put(f, MATCH_ORG_POSTAL, fold_text(f->arena, value_of(f, ORGANIZATION_POSTAL_CODE)));
	put(f, MATCH_ORG_PLACE, place);
	put(f, MATCH_ORG_PLACE, dutch_place(place));
}

/* The digits of a number that fails its check, if it has about as many as one has. */
static const char *mistyped_number(struct arena *arena, const char *text)
{
	char digits[12];
	size_t n = 0;

	for (; *text; text++)
		if (*text >= '0' && *text <= '9') {
			if (n == sizeof digits - 1)
				return "";
			digits[n++] = *text;
		}
	digits[n] = '\0';
	return n >= 9 ? linkage_mistyped(arena, digits) : "";
}

static void fill_organization(const struct filling *f)
{
	const char *number = value_of(f, ORGANIZATION_ENTERPRISE_NUMBER);
	const char *names = value_of(f, ORGANIZATION_ALTERNATIVE_NAMES), *e, *form = NULL;
	const char *legal = value_of(f, ORGANIZATION_LEGAL_NAME), *preferred = value_of(f, ORGANIZATION_PREFERRED_NAME);
	size_t len;

	put(f, MATCH_ORG_NUMBER, enterprise_number_valid(number) ? number : mistyped_number(f->arena, number));
	put_set(f, MATCH_ORG_SITES, ORGANIZATION_ESTABLISHMENT_NUMBERS, fold_site);
	put_name(f, legal, &form);
	if (strcmp(preferred, legal) != 0)
		put_name(f, preferred, form ? NULL : &form);
	for (size_t n = 0; n < LINKAGE_VALUES_MAX && (e = set_next(&names, &len)); n++)
		put_name(f, arena_strndup(f->arena, e, len), NULL);
	put(f, MATCH_ORG_FORM, form_of(f, form));
	put_address(f);
	put_set(f, MATCH_ORG_DOMAIN, ORGANIZATION_EMAILS, email_domain);
	put_set(f, MATCH_ORG_DOMAIN, ORGANIZATION_WEBSITES, fold_url);
	put_set(f, MATCH_ORG_PHONE, ORGANIZATION_PHONES, fold_phone);
	put_set(f, MATCH_ORG_EMAIL, ORGANIZATION_EMAILS, fold_email);
}

static void fill_contact(const struct filling *f)
{
	put(f, MATCH_CONTACT_GIVEN, fold_person_name(f->arena, value_of(f, CONTACT_GIVEN_NAME)));
	put(f, MATCH_CONTACT_FAMILY, fold_person_name(f->arena, value_of(f, CONTACT_FAMILY_NAME)));
	put_set(f, MATCH_CONTACT_EMAIL, CONTACT_EMAILS, fold_personal);
	put_set(f, MATCH_CONTACT_PHONE, CONTACT_PHONES, fold_phone);
	put_whole(f, MATCH_CONTACT_ORGANIZATION, value_of(f, CONTACT_ORGANIZATION));
	put_set(f, MATCH_CONTACT_DOMAIN, CONTACT_EMAILS, email_domain);
}

/* The day is enough: partners write the time with another precision. */
static const char *day_of(struct arena *arena, const char *time)
{
	return strlen(time) > 10 ? arena_strndup(arena, time, 10) : time;
}

static void fill_referral(const struct filling *f)
{
	put_whole(f, MATCH_REFERRAL_FROM, value_of(f, REFERRAL_FROM_PARTNER));
	put_whole(f, MATCH_REFERRAL_TO, value_of(f, REFERRAL_TO_PARTNER));
	put_whole(f, MATCH_REFERRAL_ORGANIZATION, value_of(f, REFERRAL_ORGANIZATION));
	put_whole(f, MATCH_REFERRAL_SERVICE, value_of(f, REFERRAL_SERVICE));
	put_whole(f, MATCH_REFERRAL_CONTACT, value_of(f, REFERRAL_CONTACT));
	put_whole(f, MATCH_REFERRAL_DAY, day_of(f->arena, value_of(f, REFERRAL_CREATED_AT)));
}

static void fill_participation(const struct filling *f)
{
	put_whole(f, MATCH_PARTICIPATION_CONTACT, value_of(f, PARTICIPATION_CONTACT));
	put_whole(f, MATCH_PARTICIPATION_ACTIVITY, value_of(f, PARTICIPATION_ACTIVITY_ID));
	put_whole(f, MATCH_PARTICIPATION_KIND, value_of(f, PARTICIPATION_ACTIVITY_KIND));
	put_whole(f, MATCH_PARTICIPATION_DAY, value_of(f, PARTICIPATION_HELD_ON));
}

void match_fill(struct arena *arena, const struct record *record, struct linkage_values *out)
{
	const struct filling f = {arena, record, out};

	memset(out, 0, sizeof *out);
	switch (record->type) {
	case RECORD_ORGANIZATION:
		fill_organization(&f);
		break;
	case RECORD_CONTACT:
		fill_contact(&f);
		break;
	case RECORD_REFERRAL:
		fill_referral(&f);
		break;
	case RECORD_PARTICIPATION:
		fill_participation(&f);
		break;
	case RECORD_TYPES:
		break;
	}
}

static const char *compared(const struct record *r, unsigned field)
{
	const char *v = r->v[field];

	if (r->type == RECORD_ORGANIZATION && field == ORGANIZATION_PREFERRED_NAME && (!v || !*v))
		v = r->v[ORGANIZATION_LEGAL_NAME];
	return v ? v : "";
}

bool match_same_said(const struct record *a, const struct record *b)
{
	const unsigned n = field_count(a->type);

	if (a->type != b->type)
		return false;
	for (unsigned f = 0; f < n; f++) {
		const char *x = compared(a, f), *y = compared(b, f);
		/* Made of the postal code. */
		const bool derived = a->type == RECORD_ORGANIZATION && f == ORGANIZATION_PROVINCE;

		if (x != y && !derived && strcmp(x, y) != 0)
			return false;
	}
	return true;
}
