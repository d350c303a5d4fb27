/*
 * linkage.h - probabilistic record linkage (Fellegi and Sunter 1969) over any list of fields.
 *
 * A schema says which fields there are and of what kind; it knows no record type. Of every record its features are
 * taken once. Two records are compared field by field: each field reaches a level ("same", "typing", ...), and each
 * level adds log2(m/u) to the score, where m is how often pairs that are the same reach it and u how often others do.
 * For values whose frequency the model knows, "same" counts by how rare the value is. Training needs no labels: u comes
 * from random pairs, m from EM over candidate pairs (core/linkage_train.h).
 *
 * Fields are not independent among records that are near each other without being the same: a subsidiary shares address,
 * telephone and domain at once. Where a decisive field tells such pairs, the model also knows what kinds of them there are
 * and how each looks, and the score is against all of them, not against random pairs alone.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

#define LINKAGE_FIELDS_MAX 24
#define LINKAGE_LEVELS_MAX 16
#define LINKAGE_VALUES_MAX 12    /* values of one field that count */
#define LINKAGE_TEXT_MAX 64      /* bytes of one value that count */
#define LINKAGE_RULES_MAX 96
#define LINKAGE_KEYS_MAX 160
#define LINKAGE_FREQUENT_MAX 4096   /* values of one field whose frequency a model knows */

/* X(enumerator, name, levels from best to worst; the last means that nothing agrees) */
#define LINKAGE_KIND_LIST(X)                                                                                \
	X(NAME, "name", "same", "typing", "close", "initial", "exchanged", "different")                     \
	X(COMPANY, "company", "same, unique", "same, rarest", "same, rare", "same, uncommon", "same", "close, rare", "close", \
		"part, rare", "part", "acronym", "one rare word", "one word", "different")                                        \
	X(DATE, "date", "same", "typing", "near", "different")                                              \
	X(NUMBER, "number", "same", "typing", "close", "different")                                         \
	X(STREET, "street", "same", "typing", "close", "exchanged", "different")                            \
	X(HOUSE_NUMBER, "house_number", "same", "typing", "different")                                      \
	X(PLACE, "place", "same", "typing", "close", "exchanged", "different")                              \
	X(POSTAL, "postal_code", "same", "typing", "area", "different")                                     \
	X(CODE, "code", "same", "typing", "different")                                                      \
	X(KEY, "key", "same", "different")                                                                  \
	X(IDENTIFIER, "identifier", "same", "typing", "different")                                          \
	X(EMAIL, "email", "same", "typing", "different")                                                    \
	X(PHONE, "phone", "same", "typing", "mobile and landline", "different")                                                    \
	X(DOMAIN, "domain", "same", "same, of several", "typing", "different")                                                  \
	X(ADDRESS, "address", "same", "same street", "another number", "another street", "same place",      \
		"elsewhere in it", "elsewhere nearby", "different")

enum linkage_kind {
#define X(kind, ...) LINKAGE_##kind,
	LINKAGE_KIND_LIST(X)
#undef X
	LINKAGE_KINDS
};

/* Levels of LINKAGE_COMPANY. */
enum linkage_company {
	LINKAGE_COMPANY_SAME_UNIQUE,    /* with a word that is in no table, and more beside it */
	LINKAGE_COMPANY_SAME_RAREST,    /* with such a word: made up, or a family name that few have */
	LINKAGE_COMPANY_SAME_RARE,
	LINKAGE_COMPANY_SAME_UNCOMMON,
	LINKAGE_COMPANY_SAME,
	LINKAGE_COMPANY_CLOSE_RARE,
	LINKAGE_COMPANY_CLOSE,
	LINKAGE_COMPANY_PART_RARE,
	LINKAGE_COMPANY_PART,
	LINKAGE_COMPANY_ACRONYM,
	LINKAGE_COMPANY_RARE_WORD,
	LINKAGE_COMPANY_WORD,
	LINKAGE_COMPANY_DIFFERENT
};

/* Levels of LINKAGE_ADDRESS. */
enum linkage_address {
	LINKAGE_ADDRESS_SAME,
	LINKAGE_ADDRESS_SAME_STREET,       /* one of them has no number */
	LINKAGE_ADDRESS_ANOTHER_NUMBER,
	LINKAGE_ADDRESS_ANOTHER_STREET,    /* of the same number: streets have names in two languages */
	LINKAGE_ADDRESS_SAME_PLACE,        /* one of them has no street */
	LINKAGE_ADDRESS_ELSEWHERE,         /* in the same place */
	LINKAGE_ADDRESS_NEARBY,
	LINKAGE_ADDRESS_DIFFERENT
};

/* Levels of LINKAGE_DOMAIN. */
enum linkage_domain {
	LINKAGE_DOMAIN_SAME,
	LINKAGE_DOMAIN_OF_SEVERAL,
	LINKAGE_DOMAIN_TYPING,
	LINKAGE_DOMAIN_DIFFERENT
};

#define LINKAGE_UNKNOWN 255   /* the level of a field that one of the two does not have */

const char *linkage_kind_name(enum linkage_kind);
bool linkage_kind_parse(const char *name, enum linkage_kind *);
size_t linkage_level_count(enum linkage_kind);
const char *linkage_level_name(enum linkage_kind, unsigned level);

/* --- schema ----------------------------------------------------------------------------------------------- */

struct linkage_field {
	const char *name;
	enum linkage_kind kind;
	int twin;           /* another field with which values get exchanged (given and family name), else -1 */
	bool part;          /* not compared itself: a part of an ADDRESS */
	bool decisive;      /* records in which it differs are not the same: training takes that as known */
	/* ADDRESS, which has no value of its own: the fields that are its street, house number, postal code and place.
	 * COMPANY: the place that it may have in its name, and the postal code, by which words are rare or common; 0: none. */
	uint8_t street, number, postal, place;
	/* EMAIL: the field with the domains of its values: where none agrees, no address can, and it says nothing more; 0: none. */
	uint8_t domain;
};

/* How a value enters a key. */
enum linkage_atom {
	LINKAGE_WHOLE,      /* as it is */
	LINKAGE_SOUND,      /* what it sounds like */
	LINKAGE_HEAD,       /* its first four bytes */
	LINKAGE_WORDS,      /* COMPANY: each of its rarest words, as it sounds */
	LINKAGE_ANYWHERE    /* SOUND of this field and of its twin: the same wherever the value stands */
};

struct linkage_rule {
	uint8_t n;
	struct linkage_part {
		uint8_t field;
		enum linkage_atom atom;
	} part[3];
};

struct linkage_schema {
	const char *name;
	size_t nfields, nrules;
	struct linkage_field field[LINKAGE_FIELDS_MAX];
	struct linkage_rule rule[LINKAGE_RULES_MAX];
};

/* Rules for a schema about which nothing else is known: every field that identifies by itself, and every two of the
 * others. */
void linkage_rules(struct linkage_schema *);

/* --- model ------------------------------------------------------------------------------------------------ */

struct linkage_model;   /* of one schema */

struct linkage_model *linkage_model_new(const struct linkage_schema *);   /* all weights 0 */
void linkage_model_free(struct linkage_model *);
AUTO_DEFINE(struct linkage_model, linkage_model_free)
/* Strict: a level, field or member that the schema does not have is an error that names it. */
struct linkage_model *linkage_model_read(const struct linkage_schema *, json_t *, struct err *);
json_t *linkage_model_json(const struct linkage_model *);

const struct linkage_schema *linkage_schema_of(const struct linkage_model *);
double linkage_share(double score);                       /* of pairs with that score that are the same, by the model */
double linkage_link_at(const struct linkage_model *);     /* scores from here on are the same */
double linkage_review_at(const struct linkage_model *);   /* scores from here on are for a human */
void linkage_thresholds(struct linkage_model *, double link, double review);

/* --- features --------------------------------------------------------------------------------------------- */

/* One block without pointers, which can be stored and read back as bytes. */
struct linkage_features;

struct linkage_values {
	const char *text[LINKAGE_FIELDS_MAX][LINKAGE_VALUES_MAX];   /* folded; NULL or "": none */
};

/* One value of a source that says no more than what kind it is; "" if nothing is left. */
const char *linkage_fold(struct arena *, enum linkage_kind, const char *text);
/* A value of an IDENTIFIER that its check digits say is mistyped: it may be that of any that it is one typing error from, and
 * is none itself. */
const char *linkage_mistyped(struct arena *, const char *identifier);
/* The model gives the frequencies of values; it may be one without any. */
const struct linkage_features *linkage_features(
	struct arena *, const struct linkage_model *, const struct linkage_values *);
size_t linkage_features_size(const struct linkage_features *);
/* The same block read back: NULL if it cannot be one of that schema. bytes are aligned for uint32_t. */
const struct linkage_features *linkage_features_at(const struct linkage_schema *, const void *bytes, size_t n);
/* The first value of a field, without blanks; *len 0 if it has none. */
const char *linkage_value(const struct linkage_features *, unsigned field, size_t *len);

/* A hash of the value of the decisive field: records of which it differs are not the same. 0: there is none, or several. */
uint32_t linkage_decisive(const struct linkage_schema *, const struct linkage_features *);

/* Whether one of its values is the same in both. */
bool linkage_shares(const struct linkage_features *, const struct linkage_features *, unsigned field);

struct linkage_key {
	uint64_t hash;
	uint32_t fields;   /* which ones it is made of */
};

/* At most max; the rules in front first. */
size_t linkage_keys(const struct linkage_schema *, const struct linkage_features *, struct linkage_key *, size_t max);

/*
 * Values that those of a group have in common, as a web site: one that nobody else has tells who it is, one of several tells the
 * group. Whether there are any, and how many have each, asked by the key that it is looked up under; 0: not known.
 */
typedef unsigned linkage_holders(void *ctx, uint64_t key);
bool linkage_may_be_held(const struct linkage_schema *, const struct linkage_features *);
void linkage_hold(const struct linkage_schema *, struct linkage_features *, linkage_holders *, void *ctx);

/* --- two records ------------------------------------------------------------------------------------------ */

struct linkage_result {
	double prior, score;                         /* score: of all there is below, and the prior */
	double near;                                 /* 0, or less where records near each other look like this too */
	uint8_t level[LINKAGE_FIELDS_MAX];           /* or LINKAGE_UNKNOWN */
	double weight[LINKAGE_FIELDS_MAX];
};

void linkage_compare(const struct linkage_model *, const struct linkage_features *a, const struct linkage_features *b,
	struct linkage_result *);
