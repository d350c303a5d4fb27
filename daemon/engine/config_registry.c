/*
 * config_registry.c - partners and their desks as organisations: names, validity, successors, provinces; groups; and how
 * long each may take to answer.
 */
#include "engine/config_parts.h"

#include <string.h>

#include "base/list.h"
#include "base/time.h"
#include "core/normalise.h"
#include "core/period.h"

static const char *const languages[REGISTRY_LANGUAGES] = {
#define X(language, name) [REGISTRY_##language] = name,
	REGISTRY_LANGUAGE_LIST(X)
#undef X
};

bool config_id_ok(const char *id)
{
	size_t n = 1;

	if (id[0] < 'a' || id[0] > 'z' || !strcmp(id, "hub"))
		return false;
	while ((id[n] >= 'a' && id[n] <= 'z') || (id[n] >= '0' && id[n] <= '9') || id[n] == '-')
		n++;
	return !id[n] && n <= 40;
}

/* --- one organisation ------------------------------------------------------------------------------------------- */

/* A language that is not given is called by another; without any, by `otherwise`. */
static void names_read(const char *name[REGISTRY_LANGUAGES], const struct yaml *node, const char *otherwise, struct diags *diags)
{
	for (size_t i = 0; node && i < node->n; i++) {
		const struct yaml *one = node->child[i];
		unsigned l = 0;

		while (l < REGISTRY_LANGUAGES && node->kind == YAML_MAPPING && strcmp(languages[l], one->key))
			l++;
		if (node->kind != YAML_MAPPING || one->kind != YAML_SCALAR || !*one->text)
			diag_add(diags, one, "must be a name");
		else if (l == REGISTRY_LANGUAGES)
			config_unknown(diags, one, "language", one->key, languages, REGISTRY_LANGUAGES);
		else
			name[l] = otherwise = one->text;
	}
	if (node && node->kind == YAML_SCALAR && !yaml_is_null(node))
		otherwise = node->text;
	for (unsigned l = 0; l < REGISTRY_LANGUAGES; l++)
		if (!name[l])
			name[l] = otherwise;
}

static const char *day_read(const char *text, const struct yaml *node, const char *key, struct diags *diags)
{
	int64_t ms;

	if (!text || (strlen(text) == 10 && time_parse_date(text, &ms)))
		return text;
	diag_add(diags, yaml_get(node, key), "must be a day, YYYY-MM-DD");
	return NULL;
}

static void fate_read(struct arena *arena, struct registry_partner *p, const struct organisation *o, const struct yaml *node,
	struct diags *diags)
{
	const char *one[] = { [REGISTRY_SUCCEEDED] = o->succeeded_by, [REGISTRY_MERGED] = o->merged_into };
	unsigned fates = o->split_into.n != 0;

	if (o->split_into.n) {
		p->fate = REGISTRY_SPLIT;
		p->successor = (struct registry_list){ o->split_into.item, o->split_into.n };
	}
	for (unsigned f = REGISTRY_SUCCEEDED; f <= REGISTRY_MERGED; f++) {
		if (!one[f])
			continue;
		fates++;
		p->fate = (enum registry_fate)f;
		p->successor = (struct registry_list){ arena_copy(arena, &one[f], sizeof one[f]), 1 };
	}
	if (fates > 1)
		diag_add(diags, node, "only one of succeeded_by, merged_into and split_into can be what became of it");
}

static void provinces_read(struct arena *arena, struct registry_partner *p, const struct organisation *o,
	const struct yaml *node, struct diags *diags)
{
	const char **code = arena_array(arena, const char *, o->provinces.n + 1);

	for (size_t i = 0; i < o->provinces.n; i++) {
		struct err why = { 0 };
		bool valid = false;

		code[i] = normalise(arena, VALUE_PROVINCE, o->provinces.item[i], &valid, &why);
		if (!valid)
			diag_add(diags, yaml_get(node, "provinces"), "\"%.40s\" is no province of Belgium", o->provinces.item[i]);
	}
	p->province = (struct registry_list){ code, o->provinces.n };
}

static struct registry_partner organisation(struct arena *arena, const struct organisation *o, const char *id,
	const char *called, const char *endpoint, const struct yaml *node, struct diags *diags)
{
	struct registry_partner p = { .id = id, .endpoint = endpoint, .where = node };

	names_read(p.name, o->names, called, diags);
	if (node->kind != YAML_MAPPING)
		return p;
	p.from = day_read(o->from, node, "valid_from", diags);
	p.until = day_read(o->until, node, "valid_until", diags);
	fate_read(arena, &p, o, node, diags);
	provinces_read(arena, &p, o, node, diags);
	return p;
}

/* --- desks ------------------------------------------------------------------------------------------------------ */

struct desk {
	const char *id;
	struct organisation organisation;
};

static const char *desk_read(struct arena *arena, const struct yaml *node, struct desk *desk, struct diags *diags)
{
#define DESK_AT(member) offsetof(struct desk, organisation.member)
	static const struct option table[] = {
		{ "desk", OPTION_TEXT, offsetof(struct desk, id), NULL, .required = true, .help = "Its name." },
		ORGANISATION_OPTIONS(DESK_AT),
		{ 0 },
	};

	if (node->kind == YAML_SCALAR)
		desk->id = node->text;
	else if (!options_read(arena, table, node, desk, diags))
		return NULL;
	if (config_id_ok(desk->id))
		return desk->id;
	diag_add(diags, node->kind == YAML_SCALAR ? node : yaml_get(node, "desk"),
		"must be a letter, then small letters, digits and hyphens, at most 40, and not \"hub\"");
	return NULL;
}

void config_organisation_read(struct arena *arena, struct config_partner_whole *w, const struct yaml *node, struct diags *diags)
{
	const struct yaml *desks = w->desks && !yaml_is_null(w->desks) ? w->desks : NULL;
	const size_t n = !desks ? 0 : desks->kind == YAML_SEQUENCE ? desks->n : 1;
	const char **name = arena_array(arena, const char *, n + 1);
	struct partner_config *p = &w->partner;

	w->known = arena_array(arena, struct registry_partner, n + 1);
	w->known[w->nknown++] = organisation(arena, &w->organisation, p->id, p->label, p->endpoint ? p->id : NULL, node, diags);
	p->until = w->known[0].until;
	for (size_t i = 0; i < n; i++) {
		const struct yaml *one = desks->kind == YAML_SEQUENCE ? desks->child[i] : desks;
		struct desk desk = { 0 };

		if (!desk_read(arena, one, &desk, diags))
			continue;
		name[p->desks.n++] = desk.id;
		w->known[w->nknown++] = organisation(arena, &desk.organisation, desk.id, desk.id, w->known[0].endpoint, one, diags);
	}
	p->desks.item = name;
}

bool config_ended(const struct partner_config *p, int64_t ms)
{
	char today[PERIOD_TEXT_MAX];

	return p->until && strcmp(p->until, period_day_format(period_day_of(ms), today)) < 0;
}

/* --- service levels --------------------------------------------------------------------------------------------- */

/* The word itself, static; NULL: `default`. False with a diagnosis. */
static bool service_read(const struct yaml *row, const char **service, struct diags *diags)
{
	const char *const *words = value_words(VALUE_SERVICE);
	size_t known = 0;

	*service = NULL;
	if (!strcmp(row->key, "default"))
		return true;
	while (words[known] && strcmp(words[known], row->key))
		known++;
	*service = words[known];
	if (!*service)
		config_unknown(diags, row, "service", row->key, words, known);
	return *service;
}

void config_levels_read(struct arena *arena, struct partner_config *p, const struct yaml *node, struct diags *diags)
{
	if (!node || yaml_is_null(node))
		return;
	if (node->kind != YAML_MAPPING) {
		diag_add(diags, node, "must be a mapping of services to spans, such as { scan: 14d, default: 10d }");
		return;
	}
	p->level = arena_array(arena, struct service_level, node->n + 1);
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml *row = node->child[i];
		struct service_level *level = &p->level[p->nlevels];

		if (!service_read(row, &level->service, diags))
			continue;
		if (row->kind != YAML_SCALAR || !time_parse_span(row->text, &level->ms) || !level->ms)
			diag_add(diags, row, "must be a span such as 10d");
		else
			p->nlevels++;
	}
}

uint64_t config_service_level(const struct config *c, const char *to, const char *service)
{
	const struct partner_config *p = to ? config_desk(c, to) : NULL;
	uint64_t otherwise = 0;

	for (size_t i = 0; p && i < p->nlevels; i++) {
		if (!p->level[i].service)
			otherwise = p->level[i].ms;
		else if (service && !strcmp(service, p->level[i].service))
			return p->level[i].ms;
	}
	return otherwise;
}

/* --- groups ----------------------------------------------------------------------------------------------------- */

struct group {
	const struct yaml *names;
	struct option_list members;
};

static void group_read(struct config_whole *w, const struct yaml *node, struct registry_group *out, struct diags *diags)
{
	static const struct option table[] = {
		{ "names", OPTION_NODE, offsetof(struct group, names), NULL, .help = "Its names for people, by language." },
		{ "members", OPTION_LIST, offsetof(struct group, members), NULL, .required = true,
			.help = "The partners or desks that belong to it." },
		{ 0 },
	};
	struct group group = { 0 };

	*out = (struct registry_group){ .id = node->key, .where = node };
	if (!config_id_ok(node->key))
		diag_add(diags, node, "a group's id must be a letter, then small letters, digits and hyphens, at most 40");
	options_read(w->config.arena, table, node, &group, diags);
	names_read(out->name, group.names, node->key, diags);
	out->member = (struct registry_list){ group.members.item, group.members.n };
}

static void groups_read(struct config_whole *w, struct diags *diags)
{
	struct registry *r = &w->config.registry;
	const struct yaml *node = w->groups;

	if (!node || yaml_is_null(node))
		return;
	if (node->kind != YAML_MAPPING) {
		diag_add(diags, node, "must be a mapping of groups, each with its members");
		return;
	}
	r->group = arena_array(w->config.arena, struct registry_group, node->n + 1);
	for (size_t i = 0; i < node->n; i++)
		group_read(w, node->child[i], &r->group[r->ngroups++], diags);
}

/* --- all together ----------------------------------------------------------------------------------------------- */

static void told(void *ctx, const void *where, const char *key, const char *what)
{
	const struct yaml *node = where, *at = key && node->kind == YAML_MAPPING ? yaml_get(node, key) : NULL;

	diag_add(ctx, at ? at : node, "%s", what);
}

void config_registry_read(struct config_whole *w, struct diags *diags)
{
	struct registry *r = &w->config.registry;
	const size_t before = config_faults(diags);
	size_t n = 0;

	groups_read(w, diags);
	for (size_t i = 0; i < w->config.n; i++)
		n += container_of(w->config.partner[i], struct config_partner_whole, partner)->nknown;
	r->partner = arena_array(w->config.arena, struct registry_partner, n + 1);
	for (size_t i = 0; i < w->config.n; i++) {
		const struct config_partner_whole *p = container_of(w->config.partner[i], struct config_partner_whole, partner);

		for (size_t k = 0; k < p->nknown; k++)
			r->partner[r->n++] = p->known[k];
	}
	registry_sort(r);
	/* What is missing because it is faulty itself is not told twice. */
	if (config_faults(diags) == before)
		registry_check(r, told, diags);
}
