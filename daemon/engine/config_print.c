/*
 * config_print.c - the configuration in force, and the sample, from the same tables that read it.
 */
#include "engine/config_parts.h"

#include <limits.h>
#include <string.h>

#include "base/list.h"

#define COMMENT_COLUMN 60

/* "# file:line" after a line that begins at `start`, in a column of its own. */
static void origin(struct buf *b, size_t start, const struct yaml *node)
{
	const size_t used = b->len - start;

	buf_addf(b, "%*s# ", used < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - used) : 1, "");
	if (node)
		buf_addf(b, "%s:%u\n", node->file, node->line);
	else
		buf_adds(b, "default\n");
}

static const struct yaml *at(const struct yaml *node, const char *key)
{
	return node && node->kind == YAML_MAPPING ? yaml_get(node, key) : NULL;
}

static void print_options(
	struct buf *b, const char *indent, const struct option *table, const struct yaml *node, const void *in)
{
	for (const struct option *o = table; o->key; o++) {
		const size_t start = b->len;

		if (o->type == OPTION_NODE)
			continue;
		buf_addf(b, "%s%s: ", indent, o->key);
		option_print(b, o, in);
		origin(b, start, at(node, o->key));
	}
}

static void print_policy(struct buf *b, const struct config_whole *w)
{
	buf_adds(b, "policy:\n");
	for (unsigned t = 0; t < RECORD_TYPES; t++) {
		const enum record_type type = (enum record_type)t;
		const struct yaml *row = at(w->policy, record_type_name(type));

		buf_addf(b, "  %s:\n", record_type_name(type));
		for (unsigned f = 0; f < field_count(type); f++) {
			const size_t start = b->len;

			buf_addf(b, "    %s: %s", field_at(type, f)->name, config_policy_words[w->config.policy[t][f]]);
			origin(b, start, at(row, field_at(type, f)->name));
		}
	}
}

static void print_share(struct buf *b, const struct partner_config *p, const struct yaml *node)
{
	buf_adds(b, "    share:\n");
	for (unsigned t = 0; t < RECORD_TYPES; t++) {
		const enum record_type type = (enum record_type)t;
		const struct yaml *row = at(node, record_type_name(type));
		const char *comma = "";
		const size_t start = b->len;

		if (!(p->types & 1u << t))
			continue;
		buf_addf(b, "      %s: { scope: [", record_type_name(type));
		for (unsigned s = 0; config_scope_words[s]; s++) {
			if (!(p->share[t].scopes & 1u << s))
				continue;
			buf_addf(b, "%s%s", comma, config_scope_words[s]);
			comma = ", ";
		}
		buf_adds(b, "], fields: [");
		comma = "";
		for (unsigned f = 0; f < field_count(type); f++) {
			if (!(p->share[t].fields & FIELD_BIT(f)))
				continue;
			buf_addf(b, "%s%s", comma, field_at(type, f)->name);
			comma = ", ";
		}
		buf_adds(b, "] }");
		origin(b, start, row);
	}
}

static void print_deletion(struct buf *b, const struct partner_config *p, const struct yaml *node)
{
	buf_adds(b, "    deletion:\n");
	for (unsigned t = 0; t < RECORD_TYPES; t++) {
		const char *name = record_type_name((enum record_type)t);
		const size_t start = b->len;

		buf_addf(b, "      %s: %s", name, config_deletion_words[p->deletion[t]]);
		origin(b, start, node && node->kind == YAML_SCALAR ? node : at(node, name));
	}
}

/* The commonest rank of a type first, then the fields that differ. */
static void print_authority(struct buf *b, const struct partner_config *p, const struct yaml *node)
{
	buf_adds(b, "    authority:\n");
	for (unsigned t = 0; t < RECORD_TYPES; t++) {
		const enum record_type type = (enum record_type)t;
		const struct yaml *row = at(node, record_type_name(type));

		for (unsigned f = 0; f < field_count(type); f++) {
			const struct yaml *from = at(row, field_at(type, f)->name);
			const size_t start = b->len;

			if (p->rank[t][f] == UINT_MAX)
				continue;
			buf_addf(b, "      %s.%s: %u", record_type_name(type), field_at(type, f)->name, p->rank[t][f]);
			if (!from)
				from = row ? row : at(node, "default");
			origin(b, start, from ? from : node);
		}
	}
}

static void print_guards(struct buf *b, const struct partner_config *p, const struct yaml *node)
{
	buf_adds(b, "    guards:\n");
	for (unsigned g = 0; g < GUARDS; g++) {
		const size_t start = b->len;

		buf_addf(b, "      %s: { number: %lld, percent: %g%% }", guard_name((enum guard)g),
			(long long)p->guard[g].number, p->guard[g].percent);
		origin(b, start, at(node, guard_name((enum guard)g)));
	}
}

/* Words that name what must not be shown, wherever an endpoint keeps it. */
static bool confidential(const char *key)
{
	static const char *const words[] = { "secret", "password", "token", "key", "credential" };

	for (size_t i = 0; key && i < sizeof(words) / sizeof(*words); i++)
		if (strstr(key, words[i]))
			return true;
	return false;
}

/* { credential: x } and { file: x } only say where the secret is. */
static bool names_secret(const struct yaml *node)
{
	const struct yaml *only = node->kind == YAML_MAPPING && node->n == 1 ? node->child[0] : NULL;

	return only && only->kind == YAML_SCALAR && (!strcmp(only->key, "credential") || !strcmp(only->key, "file"));
}

static void print_tree(struct buf *b, const struct yaml *node, int depth, bool hide)
{
	static const struct option scalar = { .type = OPTION_TEXT };
	const struct yaml *c;

	for (size_t i = 0; i < node->n; i++) {
		const size_t start = b->len;

		c = node->child[i];
		buf_addf(b, "%*s", depth, "");
		buf_adds(b, c->key ? c->key : "-");
		if (c->key)
			buf_addc(b, ':');
		if (c->kind == YAML_SCALAR) {
			buf_addc(b, ' ');
			if (yaml_is_null(c))
				buf_adds(b, "null");
			else if (hide || confidential(c->key))
				buf_adds(b, "\"(not shown)\"");
			else
				option_print(b, &scalar, &c->text);
		} else if (!c->n) {
			buf_adds(b, c->kind == YAML_SEQUENCE ? " []" : " {}");
		}
		origin(b, start, c);
		if (names_secret(c))
			buf_addf(b, "%*s%s: %s\n", depth + 2, "", c->child[0]->key, c->child[0]->text);
		else if (c->kind != YAML_SCALAR)
			print_tree(b, c, depth + 2, hide || confidential(c->key));
	}
}

/* Whatever the table leaves to others and is shown as it was written. */
static void print_written(struct buf *b, const char *key, const struct yaml *node, const char *indent, int depth)
{
	const size_t start = b->len;

	if (!node || yaml_is_null(node))
		return;
	buf_addf(b, "%s%s:", indent, key);
	if (node->kind == YAML_SCALAR)
		buf_addf(b, " %s", node->text);
	origin(b, start, node);
	if (node->kind != YAML_SCALAR)
		print_tree(b, node, depth, false);
}

static void print_partner(struct buf *b, const struct partner_config *p, const struct yaml *node)
{
	const struct config_partner_whole *w = container_of(p, struct config_partner_whole, partner);
	const size_t start = b->len;

	buf_addf(b, "  - partner: %s", p->id);
	origin(b, start, at(node, "partner"));
	print_options(b, "    ", config_partner_options + 1, node, w);
	print_written(b, "names", w->organisation.names, "    ", 6);
	print_written(b, "desks", w->desks, "    ", 6);
	print_written(b, "service_levels", w->levels, "    ", 6);
	print_share(b, p, w->share);
	print_deletion(b, p, w->deletion);
	print_authority(b, p, w->authority);
	print_guards(b, p, w->guards);
	if (p->endpoint) {
		buf_adds(b, "    endpoint:\n");
		print_tree(b, p->endpoint, 6, false);
	}
}

void config_print(struct buf *b, const struct config *c)
{
	const struct config_whole *w = container_of(c, const struct config_whole, config);

	print_options(b, "", config_main_options, w->main, w);
	print_policy(b, w);
	print_written(b, "groups", w->groups, "", 2);
	buf_adds(b, c->n ? "partners:\n" : "partners: []\n");
	for (size_t i = 0; i < c->n; i++)
		print_partner(b, c->partner[i], w->partner[i]);
}

const char *config_restart(struct arena *arena, const struct config *before, const struct config *after)
{
	const struct config_whole *a = container_of(before, const struct config_whole, config);
	const struct config_whole *b = container_of(after, const struct config_whole, config);
	BUF_AUTO struct buf names = { 0 };

	for (const struct option *o = config_main_options; o->key; o++) {
		BUF_AUTO struct buf was = { 0 }, is = { 0 };

		if (!o->fixed)
			continue;
		option_print(&was, o, a);
		option_print(&is, o, b);
		if (strcmp(was.data, is.data))
			buf_addf(&names, "%s%s", names.len ? ", " : "", o->key);
	}
	return arena_strdup(arena, names.data ? names.data : "");
}

/* --- the sample ------------------------------------------------------------------------------------------------
 * A line "# " and text is a comment; a line "#key:" or "#  key:" is configuration, ready to lose its "#". */

static void sample_help(struct buf *b, const char *indent, const char *help)
{
	if (*indent)
		buf_addf(b, "#%s# %s\n", indent, help);
	else
		buf_addf(b, "# %s\n", help);
}

static void sample_rows(struct buf *b, const char *indent, const struct option *table)
{
	for (const struct option *o = table; o->key; o++) {
		if (o->type == OPTION_NODE)
			continue;
		sample_help(b, indent, o->help);
		if (o->fallback)
			buf_addf(b, "#%s%s: %s\n", indent, o->key, o->fallback);
		else
			buf_addf(b, "#%s%s:\n", indent, o->key);
	}
}

static const char *help_of(const struct option *table, const char *key)
{
	for (; table->key; table++)
		if (!strcmp(table->key, key))
			return table->help;
	return "";
}

static void sample_node(
	struct buf *b, const char *indent, const struct option *table, const char *key, const char *text)
{
	sample_help(b, indent, help_of(table, key));
	buf_addf(b, "#%s%s:%s", indent, key, text);
}

/* Of keys of a partner whose value has a form of its own. */
static const char *example_of(const char *key)
{
	static const char *const examples[] = {
		"endpoint: { adapter: dir, path: /srv/example/records }",
		"names: { nl: Voorbeeld, en: Example }",
		"desks: [example-gent, { desk: example-aalst, names: { nl: Aalst }, provinces: [BE-VOV] }]",
	};

	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		if (!strncmp(examples[i], key, strlen(key)) && examples[i][strlen(key)] == ':')
			return examples[i];
	}
	return "";
}

void config_print_sample(struct buf *b)
{
	buf_adds(b, "# Configuration of doorstroomd.\n"
		    "# A line that begins with #word shows the default, or an example where there is none: take away "
		    "the # and\n"
		    "# change it. Durations are written 90s, 5min, 1h 30min or 2d. Check the result: doorstroom config "
		    "check\n"
		    "# What is in force, and from which file: doorstroom config show\n\n");
	sample_rows(b, "", config_main_options);
	buf_addc(b, '\n');
	sample_node(b, "", config_main_options, "policy",
		"\n#  organization: { legal_name: latest }\n"
		"#  contact: { role: manual }\n\n");
	sample_node(b, "", config_main_options, "groups",
		"\n#  centres: { names: { nl: De centra, en: The centres }, members: [example-gent, example-aalst] }\n\n");
	sample_node(b, "", config_main_options, "defaults", "\n");
	sample_rows(b, "  ", config_default_options);
	sample_node(b, "  ", config_default_options, "share",
		"\n#    organization: { scope: [linked, referred], fields: [enterprise_number, legal_name, "
		"preferred_name] }\n"
		"#    referral: { scope: [referred], fields: all }\n");
	sample_node(b, "  ", config_default_options, "deletion", " unlink\n");
	sample_node(b, "  ", config_default_options, "authority",
		"\n#    default: 50\n#    organization: { legal_name: 10, enterprise_number: 10 }\n");
	sample_node(b, "  ", config_default_options, "service_levels", " { scan: 14d, default: 10d }\n");
	sample_node(b, "  ", config_default_options, "guards", "\n");
	for (unsigned g = 0; g < GUARDS; g++) {
		const struct guard_limit limit = guard_default((enum guard)g);

		buf_addf(b, "#    %s: { number: %lld, percent: %g%% }\n", guard_name((enum guard)g),
			(long long)limit.number, limit.percent);
	}
	buf_adds(b, "\n# A partner's file, or an item of `partners:` here, also holds:\n#partners:\n#  - partner: "
		    "example\n");
	for (const struct option *o = config_partner_options + 1; o->key && strcmp(o->key, config_default_options->key);
		o++) {
		sample_help(b, "    ", o->help);
		if (o->type == OPTION_NODE)
			buf_addf(b, "#    %s\n", example_of(o->key));
		else
			buf_addf(b, "#    %s:%s%s\n", o->key, o->fallback ? " " : "", o->fallback ? o->fallback : "");
	}
}
