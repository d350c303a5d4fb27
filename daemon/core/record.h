/*
 * record.h - the common record: four types and their fields, each listed once, here.
 *
 * A value is text in canonical form, and has three states:
 *   NULL   absent: the partner did not say
 *   ""     empty: the partner said that there is none
 *   text   a value; equal values have equal text (core/normalise makes them so)
 * A set is its elements, sorted bytewise, without repeats, each ended by a newline but the last. No canonical text
 * holds another control character.
 *
 * Fields are numbered per type, below RECORD_FIELDS_MAX, so that a set of fields is a uint64_t. Fields a partner
 * adds (x.<partner>.<name>) are numbered after the fixed ones when its mapping is compiled.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

#define RECORD_FIELDS_MAX 64
#define VALUE_MAX 8192   /* bytes in one value */

#define RECORD_TYPE_LIST(X)                                             \
	X(ORGANIZATION, "organization", "org#Organization")             \
	X(CONTACT, "contact", "person#Person")                          \
	X(REFERRAL, "referral", "doorverwijzing")                       \
	X(PARTICIPATION, "participation", "deelname")

enum record_type {
#define X(type, name, oslo) RECORD_##type,
	RECORD_TYPE_LIST(X)
#undef X
	RECORD_TYPES
};

/* What a value is made of; core/normalise has one function for each. */
#define VALUE_KIND_LIST(X)                                                              \
	X(TEXT, "text", "one line of text, NFC, blanks folded")                         \
	X(NOTE, "note", "text of several sentences, folded to one line")                \
	X(ENTERPRISE, "enterprise number", "10 digits, first 0 or 1, mod 97")           \
	X(ESTABLISHMENT, "establishment number", "10 digits, first 2 to 8, mod 97")     \
	X(CODE, "code", "digits or letters as the KBO writes them, upper case")         \
	X(NACE, "nace", "version:code, version 2003, 2008 or 2025")                     \
	X(LANGUAGE, "language", "two letters, lower case")                              \
	X(COUNTRY, "country", "ISO 3166-1, two letters, upper case")                    \
	X(POSTAL, "postal code", "four digits in Belgium")                              \
	X(PROVINCE, "province", "ISO 3166-2 of the province or Brussels: BE-VAN, ...")  \
	X(EMAIL, "email", "local part as written, domain in lower case A-labels")       \
	X(PHONE, "phone", "E.164; what is no number is kept as written")                \
	X(URL, "url", "scheme and host in lower case, no trailing slash")               \
	X(BOOL, "bool", "true or false")                                                \
	X(DATE, "date", "YYYY-MM-DD")                                                   \
	X(TIME, "time", "RFC 3339, UTC")                                                \
	X(SERVICE, "service", "academie, inspiratiesessie, toolkit, webinar, scan, audit, begeleiding, subsidie, wervingssessie") \
	X(STATE, "referral state", "see core/referral.h")                               \
	X(OUTCOME, "outcome", "guidance, application_submitted, no_follow_up")          \
	X(CONSENT, "consent", "granted, withdrawn or unknown[ time[ source[ evidence]]]") \
	X(PARTNER, "partner", "a partner's id")                                         \
	X(REF, "reference", "hub id of a record; outside the hub the partner's key")

enum value_kind {
#define X(kind, name, form) VALUE_##kind,
	VALUE_KIND_LIST(X)
#undef X
	VALUE_KINDS
};

/* How contributions become one golden value; core/merge has one function for each. */
#define POLICY_LIST(X)                                                                        \
	X(AUTHORITY, "authority", "the partner ranked first wins; equals: latest")            \
	X(LATEST, "latest", "the last edit in the hub's order wins")                          \
	X(SET, "set", "elements are added and removed one by one")                            \
	X(LATTICE, "lattice", "consent: the most restrictive; referral state: the furthest")  \
	X(MIN, "min", "the smallest text")                                                    \
	X(MAX, "max", "the greatest text")                                                    \
	X(MANUAL, "manual", "held until an admin decides")

enum policy {
#define X(policy, name, meaning) POLICY_##policy,
	POLICY_LIST(X)
#undef X
	POLICIES
};

/*   X(enumerator, name, kind, is_set, policy, OSLO name, help) */
#define ORGANIZATION_FIELDS(X)                                                                                        \
	X(ENTERPRISE_NUMBER, "enterprise_number", ENTERPRISE, false, AUTHORITY, "registratie", "KBO number of the enterprise") \
	X(ESTABLISHMENT_NUMBERS, "establishment_numbers", ESTABLISHMENT, true, SET, "heeftVestiging", "KBO numbers of its sites") \
	X(LEGAL_NAME, "legal_name", TEXT, false, AUTHORITY, "wettelijkeNaam", "name in its statutes")                 \
	X(PREFERRED_NAME, "preferred_name", TEXT, false, AUTHORITY, "voorkeursnaam", "name it wants to be called by") \
	X(ALTERNATIVE_NAMES, "alternative_names", TEXT, true, SET, "alternatieveNaam", "trading names, acronyms")     \
	X(LEGAL_FORM, "legal_form", CODE, false, AUTHORITY, "rechtsvorm", "KBO code of the legal form")               \
	X(STATUS, "status", CODE, false, AUTHORITY, "orgStatus", "KBO status: AC active, ST stopped")                 \
	X(SITUATION, "situation", CODE, false, AUTHORITY, "rechtstoestand", "KBO legal situation")                    \
	X(NACE, "nace", NACE, true, SET, "activiteit", "activities")                                                  \
	X(EMPLOYEES_CLASS, "employees_class", CODE, false, LATEST, "", "size class of its staff")                     \
	X(LANGUAGE, "language", LANGUAGE, false, LATEST, "", "language it is written to in")                          \
	X(STREET, "street", TEXT, false, AUTHORITY, "straatnaam", "street of the seat")                               \
	X(HOUSE_NUMBER, "house_number", TEXT, false, AUTHORITY, "huisnummer", "house number with its letter")         \
	X(BOX, "box", TEXT, false, AUTHORITY, "busnummer", "box")                                                     \
	X(POSTAL_CODE, "postal_code", POSTAL, false, AUTHORITY, "postcode", "postal code")                            \
	X(MUNICIPALITY, "municipality", TEXT, false, AUTHORITY, "gemeentenaam", "municipality")                       \
	X(COUNTRY, "country", COUNTRY, false, AUTHORITY, "land", "country")                                           \
	X(ADDRESS_RAW, "address_raw", TEXT, false, AUTHORITY, "volledigAdres", "the address line as the partner wrote it") \
	X(PROVINCE, "province", PROVINCE, false, LATEST, "", "derived from the postal code unless a partner says")    \
	X(EMAILS, "emails", EMAIL, true, SET, "Contactpunt.email", "mail addresses of the company")                   \
	X(PHONES, "phones", PHONE, true, SET, "Contactpunt.telefoon", "telephones of the company")                    \
	X(WEBSITES, "websites", URL, true, SET, "Contactpunt.website", "web sites")

#define CONTACT_FIELDS(X)                                                                                             \
	X(GIVEN_NAME, "given_name", TEXT, false, AUTHORITY, "voornaam", "given name")                                 \
	X(FAMILY_NAME, "family_name", TEXT, false, AUTHORITY, "achternaam", "family name, particles as written")      \
	X(HONORIFIC, "honorific", TEXT, false, LATEST, "aanschrijfvorm", "form of address")                           \
	X(LANGUAGE, "language", LANGUAGE, false, LATEST, "", "language the person is written to in")                  \
	X(ORGANIZATION, "organization", REF, false, AUTHORITY, "Positie", "the company the person works for")         \
	X(ROLE, "role", TEXT, false, LATEST, "rol", "function there")                                                 \
	X(DECISION_MAKER, "decision_maker", BOOL, false, LATEST, "", "decides for the company")                       \
	X(EMAILS, "emails", EMAIL, true, SET, "Contactpunt.email", "mail addresses")                                  \
	X(PHONES, "phones", PHONE, true, SET, "Contactpunt.telefoon", "telephones")                                   \
	X(CONSENT_INVITATIONS, "consent.invitations", CONSENT, false, LATTICE, "Toestemming", "may be invited")       \
	X(CONSENT_NEWSLETTER, "consent.newsletter", CONSENT, false, LATTICE, "Toestemming", "may be sent newsletters") \
	X(CONSENT_SHARING, "consent.sharing", CONSENT, false, LATTICE, "Toestemming", "may be shared with partners")  \
	X(CONSENT_SURVEY, "consent.survey", CONSENT, false, LATTICE, "Toestemming", "may be asked for an opinion")

#define REFERRAL_FIELDS(X)                                                                                            \
	X(FROM_PARTNER, "from_partner", PARTNER, false, AUTHORITY, "", "who refers")                                  \
	X(TO_PARTNER, "to_partner", PARTNER, false, AUTHORITY, "", "who receives")                                    \
	X(ORGANIZATION, "organization", REF, false, AUTHORITY, "", "the company referred")                            \
	X(CONTACT, "contact", REF, false, AUTHORITY, "", "the person to speak to")                                    \
	X(SERVICE, "service", SERVICE, false, AUTHORITY, "", "what for")                                              \
	X(REASON, "reason", NOTE, false, LATEST, "", "why")                                                           \
	X(CHANNEL, "channel", TEXT, false, LATEST, "", "how it came about")                                           \
	X(HANDLER, "handler", TEXT, false, LATEST, "", "the named person at the receiver")                            \
	X(STATE, "state", STATE, false, LATTICE, "", "where it stands")                                               \
	X(CREATED_AT, "created_at", TIME, false, MIN, "", "when it was made")                                         \
	X(SENT_AT, "sent_at", TIME, false, MIN, "", "when it was sent")                                               \
	X(RECEIVED_AT, "received_at", TIME, false, MIN, "", "when the receiver had it")                               \
	X(ACCEPTED_AT, "accepted_at", TIME, false, MIN, "", "when the receiver accepted it")                          \
	X(DECLINED_AT, "declined_at", TIME, false, MIN, "", "when the receiver declined it")                          \
	X(IN_PROGRESS_AT, "in_progress_at", TIME, false, MIN, "", "when guidance began")                              \
	X(CLOSED_AT, "closed_at", TIME, false, MIN, "", "when it was closed")                                         \
	X(EXPIRED_AT, "expired_at", TIME, false, MIN, "", "when it expired")                                          \
	X(WITHDRAWN_AT, "withdrawn_at", TIME, false, MIN, "", "when the sender withdrew it")                          \
	X(OUTCOME, "outcome", OUTCOME, false, LATEST, "", "what came of it")

#define PARTICIPATION_FIELDS(X)                                                                                       \
	X(CONTACT, "contact", REF, false, AUTHORITY, "", "who took part")                                             \
	X(ORGANIZATION, "organization", REF, false, AUTHORITY, "", "for which company")                               \
	X(ACTIVITY_ID, "activity_id", TEXT, false, AUTHORITY, "", "the partner's id of the activity")                 \
	X(ACTIVITY_KIND, "activity_kind", SERVICE, false, AUTHORITY, "", "what kind of activity")                     \
	X(ACTIVITY_TITLE, "activity_title", TEXT, false, LATEST, "", "its title")                                     \
	X(HELD_ON, "held_on", DATE, false, LATEST, "", "its day")                                                     \
	X(ATTENDED, "attended", BOOL, false, LATEST, "", "was there")

/* ORGANIZATION_LEGAL_NAME, CONTACT_EMAILS, ... */
#define X(field, ...) ORGANIZATION_##field,
enum organization_field { ORGANIZATION_FIELDS(X) ORGANIZATION_FIELD_COUNT };
#undef X
#define X(field, ...) CONTACT_##field,
enum contact_field { CONTACT_FIELDS(X) CONTACT_FIELD_COUNT };
#undef X
#define X(field, ...) REFERRAL_##field,
enum referral_field { REFERRAL_FIELDS(X) REFERRAL_FIELD_COUNT };
#undef X
#define X(field, ...) PARTICIPATION_##field,
enum participation_field { PARTICIPATION_FIELDS(X) PARTICIPATION_FIELD_COUNT };
#undef X

#define FIELD_BIT(field) (UINT64_C(1) << (field))

struct field {
	const char *name;
	enum value_kind kind;
	bool set;
	enum policy policy;            /* the default; the configuration may say otherwise */
	bool extra;                    /* x.<partner>.<name> */
	enum record_type target;       /* VALUE_REF: what it refers to */
	const char *oslo, *help;
};

const char *record_type_name(enum record_type);
bool record_type_parse(const char *name, enum record_type *);

unsigned field_count(enum record_type);                            /* fixed and extra */
const struct field *field_at(enum record_type, unsigned index);
int field_find(enum record_type, const char *name);                /* -1: no such field */
const char *field_nearest(enum record_type, const char *name);     /* for "did you mean", or NULL */
/* The index of x.<partner>.<name>, numbered now if new; -1 and err if the name is malformed or the type has no
 * room. Loop thread, while no page is in work (start, reload); readers on other threads may run. */
int field_extra(enum record_type, const char *name, struct err *);

struct record {
	enum record_type type;
	const char *v[RECORD_FIELDS_MAX];
};

struct record *record_new(struct arena *, enum record_type);

/* {"legal_name":"...","emails":["..."],"decision_maker":true,"box":null}; absent fields are left out. */
void record_print(struct buf *, const struct record *);
json_t *record_json(const struct record *);
/* The reverse, strict: unknown fields, wrong types and values that are not canonical are errors naming the field. */
struct record *record_parse(struct arena *, enum record_type, json_t *, struct err *);
uint64_t record_hash(const struct record *);                       /* equal records, equal hashes */

/* One value of a field as JSON, and back (canonicalised). */
json_t *value_json(const struct field *, const char *value);
const char *value_parse(struct arena *, const struct field *, json_t *, struct err *);

/* Elements of a set: calls for (const char *e; (e = set_next(&cursor, &len)); ). */
const char *set_next(const char **cursor, size_t *len);
bool set_has(const char *set, const char *element);
/* The canonical set of n elements, in any order, repeats allowed; "" if n is 0. */
const char *set_make(struct arena *, const char *const *element, size_t n);

/* Published formats. */
json_t *record_schema(enum record_type);                           /* JSON Schema 2020-12 */
json_t *record_jsonld(const struct record *, const char *hub_id);  /* OSLO names, its own fixed context */
