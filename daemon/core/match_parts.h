/*
 * match_parts.h - what the match*.c files share: the schema of each record type, and how a record fills it.
 */
#pragma once
#include "core/linkage.h"
#include "core/match.h"

enum match_organization_field {
	MATCH_ORG_NUMBER,
	MATCH_ORG_SITES,
	MATCH_ORG_NAME,
	MATCH_ORG_FORM,
	MATCH_ORG_ADDRESS,
	MATCH_ORG_DOMAIN,
	MATCH_ORG_PHONE,
	MATCH_ORG_EMAIL,
	MATCH_ORG_STREET,
	MATCH_ORG_HOUSE,
	MATCH_ORG_POSTAL,
	MATCH_ORG_PLACE
};

enum match_contact_field {
	MATCH_CONTACT_GIVEN,
	MATCH_CONTACT_FAMILY,
	MATCH_CONTACT_EMAIL,
	MATCH_CONTACT_PHONE,
	MATCH_CONTACT_ORGANIZATION,
	MATCH_CONTACT_DOMAIN
};

enum match_referral_field {
	MATCH_REFERRAL_FROM,
	MATCH_REFERRAL_TO,
	MATCH_REFERRAL_ORGANIZATION,
	MATCH_REFERRAL_SERVICE,
	MATCH_REFERRAL_CONTACT,
	MATCH_REFERRAL_DAY
};

enum match_participation_field {
	MATCH_PARTICIPATION_CONTACT,
	MATCH_PARTICIPATION_ACTIVITY,
	MATCH_PARTICIPATION_KIND,
	MATCH_PARTICIPATION_DAY
};

extern const struct linkage_schema match_schema[RECORD_TYPES];

struct match_model {
	char version[64], keys_version[80];
	uint32_t mark;   /* of its features */
	struct linkage_model *type[RECORD_TYPES];
};

struct match_features {
	uint32_t type, mark;
	/* then linkage features */
};

static inline const struct linkage_features *match_linkage(const struct match_features *f)
{
	return (const struct linkage_features *)(f + 1);
}

/* Linkage features as those of a record of that type, in the arena. */
const struct match_features *match_with(struct arena *, const struct match_model *, enum record_type,
	const struct linkage_features *);

struct match_thresholds {
	double link, review;
};

/* match_compare() with other thresholds than the model's. */
void match_compare_at(const struct match_model *, const struct match_thresholds *, const struct match_features *a,
	const struct match_features *b, struct match_result *out);

void match_fill(struct arena *, const struct record *, struct linkage_values *);

extern const char match_model_json[];   /* made by the build from core/match_model.json */
