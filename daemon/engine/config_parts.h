/* config_parts.h - what the files of config share among themselves. */
#pragma once
#include "engine/config.h"

/* What a partner or a desk says of itself as an organisation, before it is understood. */
struct organisation {
	const struct yaml *names;
	const char *from, *until, *succeeded_by, *merged_into;
	struct option_list split_into, provinces;
};
#define ORGANISATION_OPTIONS(AT)                                                                                       \
	{ "names", OPTION_NODE, AT(names), NULL, .help = "Its names for people, by language: nl, en." },               \
		{ "valid_from", OPTION_TEXT, AT(from), NULL, .help = "Its first day, YYYY-MM-DD." },                   \
		{ "valid_until", OPTION_TEXT, AT(until), NULL,                                                         \
			.help = "Its last day, YYYY-MM-DD: after it, nothing is read or written there." },             \
		{ "succeeded_by", OPTION_TEXT, AT(succeeded_by), NULL,                                                 \
			.help = "Who took its place after its last day: open referrals to it go there." },             \
		{ "merged_into", OPTION_TEXT, AT(merged_into), NULL,                                                   \
			.help = "The same, where it became part of another partner." },                                \
		{ "split_into", OPTION_LIST, AT(split_into), NULL,                                                     \
			.help = "The same, where several took its place, each for its provinces." },                   \
	{                                                                                                              \
		"provinces", OPTION_LIST, AT(provinces), NULL,                                                         \
			.help = "The provinces it serves: BE-VAN, BE-VBR, BE-VLI, BE-VOV, BE-VWV, BE-BRU, or their names." \
	}

/* The configuration with the trees it was read from, so that every value can say where it comes from. */
struct config_whole {
	struct config config;
	struct yaml *main;
	const struct yaml *defaults;          /* NULL: none, or unusable */
	const struct yaml **partner;          /* effective mappings, as config.partner */
	size_t cap;
	struct option_list include;
	const struct yaml *policy, *defaults_node, *partners, *groups;
	int log_level;
	bool listen_public;
};

struct config_partner_whole {
	struct partner_config partner;
	const struct yaml *share, *deletion, *authority, *guards, *desks, *levels;
	struct organisation organisation;
	struct registry_partner *known;       /* itself, then its desks */
	size_t nknown;
	struct option_list types;
	int onboarding;
};

extern const struct option config_main_options[], config_partner_options[], config_default_options[];
extern const char *const config_deletion_words[], *const config_onboarding_words[], *const config_scope_words[];
extern const char *const config_policy_words[];

/* A checked `defaults:`, or NULL if there is none or it is faulty (then it has been diagnosed). */
const struct yaml *config_defaults(struct arena *, const struct yaml *node, struct diags *);
/* One partner's mapping with the defaults beneath: *effective is what it was read from. NULL if anything is wrong. */
struct partner_config *config_partner_read(struct arena *, const struct yaml *node, const struct yaml *defaults,
	const struct yaml **effective, struct diags *);
/* config_registry.c: a partner as an organisation, with its desks; the groups; all of them together. */
void config_organisation_read(struct arena *, struct config_partner_whole *, const struct yaml *node, struct diags *);
void config_levels_read(struct arena *, struct partner_config *, const struct yaml *node, struct diags *);
void config_registry_read(struct config_whole *, struct diags *);
/* A letter, then small letters, digits and hyphens, at most 40; not "hub", which is the daemon itself. */
bool config_id_ok(const char *id);
void config_policy_read(struct config *, const struct yaml *node, struct diags *);

static inline size_t config_faults(const struct diags *diags)
{
	return diags->n + diags->more;
}

/* "unknown <what> "word" (did you mean ...?)" at that node. */
void config_unknown(struct diags *, const struct yaml *where, const char *what, const char *word,
	const char *const *known, size_t n);
/* The record type that a key names; false with a diagnosis. */
bool config_type(const struct yaml *node, enum record_type *, struct diags *);
/* The field that a word names, registering x.<partner>.<name>; -1 with a diagnosis. */
int config_field(enum record_type, const struct yaml *where, const char *word, struct diags *);
