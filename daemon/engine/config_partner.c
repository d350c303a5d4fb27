/*
 * config_partner.c - one partner's mapping: what it says itself, over the defaults, as a struct.
 */
#include "engine/config_parts.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MIN_MS 50
#define SPAN_MAX_MS (INT64_C(366) * 24 * 3600 * 1000)

const char *const config_onboarding_words[] = { [ONBOARDING_REVIEW] = "review", [ONBOARDING_APPLY] = "apply", NULL };
const char *const config_deletion_words[] = {
	[DELETION_UNLINK] = "unlink", [DELETION_ARCHIVE] = "archive", [DELETION_PROPAGATE] = "propagate", NULL
};
const char *const config_scope_words[] = {
#define X(scope, name, meaning) name,
	SCOPE_LIST(X)
#undef X
		NULL
};
const char *const config_policy_words[] = {
#define X(policy, name, meaning) name,
	POLICY_LIST(X)
#undef X
		NULL
};

#define AT(member) offsetof(struct config_partner_whole, member)
#define ORGANISATION_AT(member) AT(organisation.member)
#define SHARED_OPTIONS                                                                                                 \
	{ "poll", OPTION_SPAN, AT(partner.poll_ms), "1min", .min = POLL_MIN_MS, .max = SPAN_MAX_MS,                    \
		.help = "How often to ask what has changed." },                                                        \
		{ "complete", OPTION_SPAN, AT(partner.complete_ms), "1d", .min = POLL_MIN_MS, .max = SPAN_MAX_MS,      \
			.help = "How often to read everything, which is what finds deletions." },                      \
		{ "stale", OPTION_SPAN, AT(partner.stale_ms), "30s", .min = 0, .max = SPAN_MAX_MS,                     \
			.help = "How long after a write its lists may still show the old state." },                    \
		{ "alarm", OPTION_SPAN, AT(partner.alarm_ms), "3d", .min = POLL_MIN_MS, .max = SPAN_MAX_MS,            \
			.help = "Without a complete reading for so long, the partner counts as unhealthy." },          \
		{ "onboarding", OPTION_ENUM, AT(onboarding), "review", .words = config_onboarding_words,               \
			.help = "Whether the first plan for this partner waits for approval (review) or not "          \
				"(apply)." },                                                                          \
		{ "types", OPTION_LIST, AT(types), NULL,                                                               \
			.help = "Record types to synchronise: organization, contact, referral, participation; all by " \
				"default." },                                                                          \
		{ "share", OPTION_NODE, AT(share), NULL,                                                               \
			.help = "By type: scope (linked, referred, all) and fields (names, or all). Without fields "   \
				"nothing is sent." },                                                                  \
		{ "deletion", OPTION_NODE, AT(deletion), NULL,                                                         \
			.help = "What a deletion there does elsewhere: unlink, archive or propagate; one word, or by "  \
				"type." },                                                                             \
		{ "authority", OPTION_NODE, AT(authority), NULL,                                                       \
			.help = "Rank where policy is authority, lower wins: a number, or by type and field." },       \
		{ "guards", OPTION_NODE, AT(guards), NULL,                                                             \
			.help = "Limits beyond which a batch waits for approval: by guard, number and percent." },     \
		{ "service_levels", OPTION_NODE, AT(levels), NULL,                                                     \
			.help = "How long it may take to answer a referral, by service; `default` for the others." },  \
		{ "referral_expiry", OPTION_SPAN, AT(partner.expiry_ms), "0s", .min = 0, .max = 10 * SPAN_MAX_MS,      \
			.help = "A referral to it that nobody answered for so long expires; 0s: never." },             \
	{                                                                                                              \
		"sends", OPTION_INT, AT(partner.sends), "4", .min = 1, .max = 64, .help = "Writes in flight at once."  \
	}

const struct option config_partner_options[] = {
	{ "partner", OPTION_TEXT, AT(partner.id), NULL, .required = true,
		.help = "Its id: a letter, then small letters, digits and hyphens, at most 40." },
	{ "label", OPTION_TEXT, AT(partner.label), NULL, .help = "Its name for people." },
	{ "enabled", OPTION_BOOL, AT(partner.enabled), "yes", .help = "No: known, but never contacted." },
	{ "endpoint", OPTION_NODE, AT(partner.endpoint), NULL,
		.help = "The adapter and what it needs; with rest, webhook: { secret: ... } or { path: ... } allows "
			"calls to /hooks/<partner>." },
	ORGANISATION_OPTIONS(ORGANISATION_AT),
	{ "desks", OPTION_NODE, AT(desks), NULL,
		.help = "Names that referrals use for this endpoint, besides its id; or { desk: name, provinces: ... }." },
	SHARED_OPTIONS,
	{ 0 },
};
const struct option config_default_options[] = { SHARED_OPTIONS, { 0 } };

static bool mapping(const struct yaml *node, const char *of, struct diags *diags)
{
	if (node->kind == YAML_MAPPING)
		return true;
	if (!yaml_is_null(node))
		diag_add(diags, node, "must be a mapping of %s", of);
	return false;
}

static void each_type(const struct yaml *node, const char *of,
	void (*row)(struct partner_config *, enum record_type, const struct yaml *, struct diags *),
	struct partner_config *p, struct diags *diags)
{
	enum record_type type;

	if (!node || !mapping(node, of, diags))
		return;
	for (size_t i = 0; i < node->n; i++)
		if (config_type(node->child[i], &type, diags))
			row(p, type, node->child[i], diags);
}

/* --- share --------------------------------------------------------------------------------------------------- */

struct share_words {
	struct option_list scope, fields;
};

static void share_row(struct partner_config *p, enum record_type type, const struct yaml *node, struct diags *diags)
{
	static const struct option table[] = {
		{ "scope", OPTION_LIST, offsetof(struct share_words, scope), .help = "" },
		{ "fields", OPTION_LIST, offsetof(struct share_words, fields), .help = "" },
		{ 0 },
	};
	struct share *share = &p->share[type];
	struct share_words words = { 0 };

	if (!mapping(node, "scope and fields", diags))
		return;
	options_read(diags->arena, table, node, &words, diags);
	if (yaml_get(node, "scope"))
		share->scopes = 0;
	for (size_t i = 0; i < words.scope.n; i++) {
		unsigned known = 0;

		while (config_scope_words[known] && strcmp(config_scope_words[known], words.scope.item[i]))
			known++;
		if (config_scope_words[known])
			share->scopes |= 1u << known;
		else
			config_unknown(diags, yaml_get(node, "scope"), "scope", words.scope.item[i], config_scope_words,
				known);
	}
	for (size_t i = 0; i < words.fields.n; i++) {
		/* `all` leaves out what single partners have added: those are named one by one. */
		if (!strcmp(words.fields.item[i], "all")) {
			for (unsigned f = 0; f < field_count(type); f++)
				if (!field_at(type, f)->extra)
					share->fields |= FIELD_BIT(f);
			continue;
		}
		const int f = config_field(type, yaml_get(node, "fields"), words.fields.item[i], diags);

		if (f >= 0)
			share->fields |= FIELD_BIT(f);
	}
}

/* --- deletion, authority, guards ----------------------------------------------------------------------------- */

static bool deletion_word(const struct yaml *node, enum deletion *out, struct diags *diags)
{
	unsigned known = 0;

	if (node->kind != YAML_SCALAR) {
		diag_add(diags, node, "must be unlink, archive or propagate");
		return false;
	}
	while (config_deletion_words[known] && strcmp(config_deletion_words[known], node->text))
		known++;
	if (!config_deletion_words[known]) {
		config_unknown(diags, node, "way of deleting", node->text, config_deletion_words, known);
		return false;
	}
	*out = (enum deletion)known;
	return true;
}

static void deletion_row(struct partner_config *p, enum record_type type, const struct yaml *node, struct diags *diags)
{
	deletion_word(node, &p->deletion[type], diags);
}

static void deletion_read(struct partner_config *p, const struct yaml *node, struct diags *diags)
{
	enum deletion all;

	if (node && node->kind == YAML_SCALAR && !yaml_is_null(node)) {
		if (deletion_word(node, &all, diags))
			for (unsigned t = 0; t < RECORD_TYPES; t++)
				p->deletion[t] = all;
		return;
	}
	each_type(node, "ways of deleting by record type", deletion_row, p, diags);
}

static bool rank_read(const struct yaml *node, unsigned *out, struct diags *diags)
{
	char *end;
	unsigned long rank;

	if (node->kind == YAML_SCALAR && node->text[0] >= '0' && node->text[0] <= '9') {
		rank = strtoul(node->text, &end, 10);
		if (!*end && rank <= 1000000) {
			*out = (unsigned)rank;
			return true;
		}
	}
	diag_add(diags, node, "must be a rank from 0 (highest) to 1000000");
	return false;
}

static void rank_type(struct partner_config *p, enum record_type type, unsigned rank)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		p->rank[type][f] = rank;
}

static void authority_row(struct partner_config *p, enum record_type type, const struct yaml *node, struct diags *diags)
{
	unsigned rank;
	int f;

	if (node->kind == YAML_SCALAR && !yaml_is_null(node)) {
		if (rank_read(node, &rank, diags))
			rank_type(p, type, rank);
		return;
	}
	if (!mapping(node, "ranks by field", diags))
		return;
	for (size_t i = 0; i < node->n; i++) {
		if (!rank_read(node->child[i], &rank, diags))
			continue;
		f = config_field(type, node->child[i], node->child[i]->key, diags);
		if (f >= 0)
			p->rank[type][f] = rank;
	}
}

static void authority_read(struct partner_config *p, const struct yaml *node, struct diags *diags)
{
	unsigned rank = UINT_MAX;
	const struct yaml *base = node;
	enum record_type type;

	if (node && node->kind == YAML_MAPPING)
		base = yaml_get(node, "default");
	if (base && !yaml_is_null(base))
		rank_read(base, &rank, diags);
	for (unsigned t = 0; t < RECORD_TYPES; t++)
		rank_type(p, (enum record_type)t, rank);
	if (!node || node->kind != YAML_MAPPING)
		return;
	for (size_t i = 0; i < node->n; i++)
		if (strcmp(node->child[i]->key, "default") && config_type(node->child[i], &type, diags))
			authority_row(p, type, node->child[i], diags);
}

static void guards_read(struct partner_config *p, const struct yaml *node, struct diags *diags)
{
	const char *known[GUARDS];
	unsigned g;

	for (g = 0; g < GUARDS; g++) {
		known[g] = guard_name((enum guard)g);
		p->guard[g] = guard_default((enum guard)g);
	}
	if (!node || !mapping(node, "limits by guard", diags))
		return;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml *row = node->child[i];
		struct option table[] = {
			{ "number", OPTION_INT, offsetof(struct guard_limit, number), .max = INT64_C(1) << 40 },
			{ "percent", OPTION_PERCENT, offsetof(struct guard_limit, percent), .help = "" },
			{ 0 },
		};
		struct guard_limit read = { 0 };

		for (g = 0; g < GUARDS && strcmp(known[g], row->key); g++)
			;
		if (g == GUARDS) {
			config_unknown(diags, row, "guard", row->key, known, GUARDS);
			continue;
		}
		if (!mapping(row, "number and percent", diags) || !options_read(diags->arena, table, row, &read, diags))
			continue;
		if (yaml_get(row, "number"))
			p->guard[g].number = read.number;
		if (yaml_get(row, "percent"))
			p->guard[g].percent = read.percent;
	}
}

/* --- policy -------------------------------------------------------------------------------------------------- */

static bool policy_fits(const struct field *f, enum policy policy)
{
	if (f->set)
		return policy == POLICY_SET;
	if (f->kind == VALUE_CONSENT || f->kind == VALUE_STATE)
		return policy == POLICY_LATTICE;
	return policy != POLICY_SET && policy != POLICY_LATTICE;
}

static void policy_row(struct config *c, enum record_type type, const struct yaml *row, struct diags *diags)
{
	const int f = config_field(type, row, row->key, diags);
	unsigned known = 0;

	if (f < 0)
		return;
	if (row->kind != YAML_SCALAR) {
		diag_add(diags, row, "must be the name of a policy");
		return;
	}
	while (known < POLICIES && strcmp(config_policy_words[known], row->text))
		known++;
	if (known == POLICIES)
		config_unknown(diags, row, "policy", row->text, config_policy_words, POLICIES);
	else if (!policy_fits(field_at(type, (unsigned)f), (enum policy)known))
		diag_add(diags, row, "%s cannot be merged by %s, only by %s", row->key, row->text,
			field_at(type, (unsigned)f)->set		 ? "set"
			: known == POLICY_SET || known == POLICY_LATTICE ? "authority, latest, min, max or manual"
									 : "lattice");
	else
		c->policy[type][f] = (enum policy)known;
}

void config_policy_read(struct config *c, const struct yaml *node, struct diags *diags)
{
	enum record_type type;

	for (unsigned t = 0; t < RECORD_TYPES; t++)
		for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
			c->policy[t][f] = f < field_count((enum record_type)t)
						  ? field_at((enum record_type)t, f)->policy
						  : POLICY_LATEST;
	if (!node || !mapping(node, "policies by record type", diags))
		return;
	for (size_t i = 0; i < node->n; i++) {
		if (!config_type(node->child[i], &type, diags) || !mapping(node->child[i], "policies by field", diags))
			continue;
		for (size_t k = 0; k < node->child[i]->n; k++)
			policy_row(c, type, node->child[i]->child[k], diags);
	}
}

/* --- the whole ----------------------------------------------------------------------------------------------- */

/* What own says, and below it, mapping by mapping, what the defaults say. Nodes keep their places. */
static const struct yaml *layered(struct arena *arena, const struct yaml *own, const struct yaml *below)
{
	struct yaml *both;

	if (!below || own->kind != YAML_MAPPING || below->kind != YAML_MAPPING)
		return own;
	both = arena_copy(arena, own, sizeof(*own));
	both->child = arena_array(arena, struct yaml *, own->n + below->n);
	for (size_t i = 0; i < own->n; i++)
		both->child[i] = (struct yaml *)layered(arena, own->child[i], yaml_get(below, own->child[i]->key));
	for (size_t i = 0; i < below->n; i++)
		if (!yaml_get(own, below->child[i]->key))
			both->child[both->n++] = below->child[i];
	return both;
}

static void types_read(struct config_partner_whole *w, const struct yaml *node, struct diags *diags)
{
	const char *known[RECORD_TYPES];
	enum record_type type;

	for (unsigned t = 0; t < RECORD_TYPES; t++)
		known[t] = record_type_name((enum record_type)t);
	for (size_t i = 0; i < w->types.n; i++) {
		if (record_type_parse(w->types.item[i], &type))
			w->partner.types |= 1u << type;
		else
			config_unknown(
				diags, yaml_get(node, "types"), "record type", w->types.item[i], known, RECORD_TYPES);
	}
	if (!w->types.n)
		w->partner.types = (1u << RECORD_TYPES) - 1;
}

static void parts_read(
	struct arena *arena, struct config_partner_whole *w, const struct yaml *node, struct diags *diags)
{
	struct partner_config *p = &w->partner;

	for (unsigned t = 0; t < RECORD_TYPES; t++)
		p->share[t].scopes = SCOPE_LINKED | SCOPE_REFERRED;
	p->onboarding = (enum onboarding)w->onboarding;
	types_read(w, node, diags);
	each_type(w->share, "what to share by record type", share_row, p, diags);
	deletion_read(p, w->deletion, diags);
	authority_read(p, w->authority, diags);
	guards_read(p, w->guards, diags);
	config_levels_read(arena, p, w->levels, diags);
}

const struct yaml *config_defaults(struct arena *arena, const struct yaml *node, struct diags *diags)
{
	struct config_partner_whole *w = arena_new_of(arena, struct config_partner_whole);
	const size_t before = config_faults(diags);

	if (!node || yaml_is_null(node))
		return NULL;
	options_read(arena, config_default_options, node, w, diags);
	parts_read(arena, w, node, diags);
	return config_faults(diags) == before ? node : NULL;
}

struct partner_config *config_partner_read(struct arena *arena, const struct yaml *node, const struct yaml *defaults,
	const struct yaml **effective, struct diags *diags)
{
	struct config_partner_whole *w = arena_new_of(arena, struct config_partner_whole);
	struct partner_config *p = &w->partner;
	const size_t before = config_faults(diags);

	*effective = layered(arena, node, defaults);
	options_read(arena, config_partner_options, *effective, w, diags);
	if (yaml_get(*effective, "webhook_path"))
		diag_add(diags, yaml_get(*effective, "webhook_path"), "it is said in the endpoint: webhook: { path: ... }");
	if (p->id && !config_id_ok(p->id))
		diag_add(diags, yaml_get(node, "partner"),
			"must be a letter, then small letters, digits and hyphens, at most 40, and not \"hub\"");
	p->file = node->file;
	if (!p->label)
		p->label = p->id;
	if (p->endpoint && p->endpoint->kind != YAML_MAPPING)
		diag_add(diags, p->endpoint, "must be a mapping with `adapter` and what that needs");
	if (!p->endpoint && p->enabled && !w->organisation.until)
		diag_add(diags, *effective, "missing key: endpoint");
	parts_read(arena, w, *effective, diags);
	if (p->id)
		config_organisation_read(arena, w, *effective, diags);
	/* Whoever cannot be reached is not tried. */
	p->enabled &= p->endpoint != NULL;
	return config_faults(diags) == before ? p : NULL;
}
