/* config_parts.h - what the files of config share among themselves. */
#pragma once
#include "engine/config.h"

/* The configuration with the trees it was read from, so that every value can say where it comes from. */
struct config_whole {
	struct config config;
	struct yaml *main;
	const struct yaml *defaults;          /* NULL: none, or unusable */
	const struct yaml **partner;          /* effective mappings, as config.partner */
	size_t cap;
	struct option_list include;
	const struct yaml *policy, *defaults_node, *partners;
	int log_level;
	bool listen_public;
};

struct config_partner_whole {
	struct partner_config partner;
	const struct yaml *share, *deletion, *authority, *guards, *webhook_path;
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
