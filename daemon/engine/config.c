#include "engine/config_parts.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"

#define STORE_FILE "doorstroom.db"
#define SECRET_BYTES_MAX (64 * 1024)
#define MODEL_BYTES_MAX (4 << 20)

static const char *const log_words[] = {
#define X(level, name, priority) name,
	LOG_LEVELS(X)
#undef X
		NULL
};

#define AT(member) offsetof(struct config_whole, member)
const struct option config_main_options[] = {
	{ "state_dir", OPTION_TEXT, AT(config.state_dir), "/var/lib/doorstroom",
		.help = "Where the store and rotated tokens live; private to the daemon.", .fixed = true },
	{ "control", OPTION_TEXT, AT(config.control_socket), "/run/doorstroom/control",
		.help = "Socket of the command line; the caller's user and groups decide what it may do.",
		.fixed = true },
	{ "listen", OPTION_TEXT, AT(config.listen), NULL,
		.help = "Address and port for webhooks, /metrics, /healthz and /readyz, such as 127.0.0.1:9780; none "
			"by default.",
		.fixed = true },
	{ "listen_public", OPTION_BOOL, AT(listen_public), "no",
		.help = "Allow `listen` to be another address than this machine's own loopback.", .fixed = true },
	{ "log_level", OPTION_ENUM, AT(log_level), "info", .help = "Least weighty lines to log.", .words = log_words },
	{ "manifest_path", OPTION_TEXT, AT(config.manifest_path), NULL,
		.help = "Folders of manifests, separated by colons; by default those installed with the daemon." },
	{ "model", OPTION_TEXT, AT(config.model_path), NULL,
		.help = "Model file for matching, made by `doorstroom match train`; by default the one that is built in.",
		.fixed = true },
	{ "read_group", OPTION_LIST, AT(config.read_group), NULL,
		.help = "Groups whose members may look: status, log, show, explain." },
	{ "operate_group", OPTION_LIST, AT(config.operate_group), NULL,
		.help = "Groups whose members may act: sync, pause, plan approve, review accept." },
	{ "watchdog", OPTION_SPAN, AT(config.watchdog_ms), "1min", .min = 1000, .max = 24 * 3600 * 1000,
		.help = "How long one transaction may take before the service manager is left to restart the daemon." },
	{ "include", OPTION_LIST, AT(include), "partners.d/*.yaml",
		.help = "Partner files, one partner each; patterns are relative to this file." },
	{ "policy", OPTION_NODE, AT(policy), NULL, .help = "How contributions become one value, by type and field." },
	{ "defaults", OPTION_NODE, AT(defaults_node), NULL,
		.help = "What holds for every partner that does not say otherwise." },
	{ "groups", OPTION_NODE, AT(groups), NULL,
		.help = "Partners that referrals can be sent to together; who gets one is decided by the company's province." },
	{ "partners", OPTION_NODE, AT(partners), NULL, .help = "Partners that need no file of their own, as a list." },
	{ 0 },
};

void config_unknown(struct diags *diags, const struct yaml *where, const char *what, const char *word,
	const char *const *known, size_t n)
{
	const char *near = nearest_word(word, known, n);

	if (near)
		diag_add(diags, where, "unknown %s \"%.60s\" (did you mean %s?)", what, word, near);
	else
		diag_add(diags, where, "unknown %s \"%.60s\"", what, word);
}

bool config_type(const struct yaml *node, enum record_type *type, struct diags *diags)
{
	const char *known[RECORD_TYPES];
	const char *word = node->key ? node->key : node->text;

	if (record_type_parse(word, type))
		return true;
	for (unsigned i = 0; i < RECORD_TYPES; i++)
		known[i] = record_type_name((enum record_type)i);
	config_unknown(diags, node, "record type", word, known, RECORD_TYPES);
	return false;
}

int config_field(enum record_type type, const struct yaml *where, const char *word, struct diags *diags)
{
	int index = field_find(type, word);
	struct err e = { 0 };
	const char *near;

	if (index < 0 && !strncmp(word, "x.", 2)) {
		index = field_extra(type, word, &e);
		if (index < 0)
			diag_add(diags, where, "%s", e.text);
	} else if (index < 0) {
		near = field_nearest(type, word);
		if (near)
			diag_add(diags, where, "unknown field \"%.60s\" of %s (did you mean %s?)", word,
				record_type_name(type), near);
		else
			diag_add(diags, where, "unknown field \"%.60s\" of %s", word, record_type_name(type));
	}
	return index;
}

/* Text before the last slash; "." if there is none. */
static const char *folder_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

static const char *path_from(struct arena *arena, const char *dir, const char *path)
{
	if (!path || *path == '/' || !strcmp(dir, "."))
		return path;
	return arena_printf(arena, "%s/%s", dir, path);
}

/* A mapping { file: path } is a secret's source wherever it stands: its path starts where all others do. */
static void secrets_from(struct arena *arena, const char *dir, struct yaml *node)
{
	if (node->kind == YAML_SCALAR)
		return;
	if (node->kind == YAML_MAPPING && node->n == 1 && !strcmp(node->child[0]->key, "file") &&
		node->child[0]->kind == YAML_SCALAR)
		node->child[0]->text = path_from(arena, dir, node->child[0]->text);
	for (size_t i = 0; i < node->n; i++)
		secrets_from(arena, dir, node->child[i]);
}

/* "host:port"; without listen_public the host must be this machine's own. */
static void listen_check(const struct config_whole *w, const struct yaml *where, struct diags *diags)
{
	const char *text = w->config.listen, *colon, *p;
	char *end;
	unsigned long port;
	size_t host;
	bool loopback;

	if (!text)
		return;
	colon = strrchr(text, ':');
	host = colon ? (size_t)(colon - text) : 0;
	port = colon ? strtoul(colon + 1, &end, 10) : 0;
	if (!host || colon[1] < '0' || colon[1] > '9' || *end || port > 65535) {
		diag_add(diags, where, "must be an address and a port, such as 127.0.0.1:9780 or [::1]:9780");
		return;
	}
	for (p = text; p < colon && (strchr("0123456789.", *p)); p++)
		;
	loopback = (!strncmp(text, "127.", 4) && p == colon) || (host == 5 && !memcmp(text, "[::1]", host)) ||
		   (host == 9 && !memcmp(text, "localhost", host));
	if (!loopback && !w->listen_public)
		diag_add(
			diags, where, "is no loopback address; set listen_public: yes if other machines must reach it");
}

bool config_model(const struct config *c, struct match_model **out, struct err *e)
{
	AUTO(free) char *text = NULL;
	size_t n;
	FILE *f;

	*out = NULL;
	if (!c->model_path)
		return true;
	f = fopen(c->model_path, "re");
	if (!f)
		return err_set(e, ERR_BROKEN, "%s: %s", c->model_path, strerror(errno));
	text = malloc(MODEL_BYTES_MAX + 1);
	if (!text)
		abort();
	n = fread(text, 1, MODEL_BYTES_MAX + 1, f);
	fclose(f);
	if (n > MODEL_BYTES_MAX)
		return err_set(e, ERR_BROKEN, "%s: is too large for a model", c->model_path);
	*out = match_model_read(text, n, e);
	return *out != NULL;
}

static void model_check(const struct config *c, const struct yaml *where, struct diags *diags)
{
	AUTO(match_model_free) struct match_model *model = NULL;
	struct err e = { 0 };

	if (!config_model(c, &model, &e))
		diag_add(diags, where, "%s", e.text);
}

static const struct yaml *twin(const struct config_whole *w, const char *id)
{
	for (size_t i = 0; i < w->config.n; i++)
		if (!strcmp(w->config.partner[i]->id, id))
			return w->partner[i];
	return NULL;
}

static void partner_add(struct config_whole *w, const struct yaml *node, struct diags *diags)
{
	struct arena *arena = w->config.arena;
	const struct yaml *effective, *other;
	struct partner_config *p = config_partner_read(arena, node, w->defaults, &effective, diags);

	if (!p)
		return;
	other = twin(w, p->id);
	if (other) {
		diag_add(diags, yaml_get(node, "partner"), "\"%s\" is defined at %s:%u already", p->id, other->file,
			other->line);
		return;
	}
	if (w->config.n == w->cap) {
		const size_t cap = w->cap ? 2 * w->cap : 16;
		struct partner_config **all = arena_array(arena, struct partner_config *, cap);
		const struct yaml **from = arena_array(arena, const struct yaml *, cap);

		for (size_t i = 0; i < w->config.n; i++) {
			all[i] = w->config.partner[i];
			from[i] = w->partner[i];
		}
		w->config.partner = all;
		w->partner = from;
		w->cap = cap;
	}
	/* Kept sorted by id: whole files come in sorted order, so this seldom moves anything. */
	size_t at = w->config.n++;

	for (; at && strcmp(w->config.partner[at - 1]->id, p->id) > 0; at--) {
		w->config.partner[at] = w->config.partner[at - 1];
		w->partner[at] = w->partner[at - 1];
	}
	w->config.partner[at] = p;
	w->partner[at] = effective;
}

/* A desk stands for one endpoint only. */
static void desks_check(const struct config_whole *w, struct diags *diags)
{
	for (size_t i = 0; i < w->config.n; i++) {
		const struct partner_config *p = w->config.partner[i];

		for (size_t d = 0; d < p->desks.n; d++) {
			const struct partner_config *other = config_desk(&w->config, p->desks.item[d]);

			if (other != p)
				diag_add(diags, yaml_get(w->partner[i], "desks"), "\"%s\" means partner %s already",
					p->desks.item[d], other->id);
		}
	}
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A folder that is not there has no partners; of one that cannot be read nobody knows. */
static int unreadable(const char *path, int cause)
{
	(void)path;
	return cause != ENOENT;
}

static void include_read(struct config_whole *w, const char *pattern, struct diags *diags)
{
	struct arena *arena = w->config.arena;
	glob_t found = { 0 };
	const int rc = glob(path_from(arena, w->config.dir, pattern), GLOB_NOSORT | GLOB_NOMAGIC, unreadable, &found);
	const struct yaml *node = w->main->kind == YAML_MAPPING ? yaml_get(w->main, "include") : NULL;

	if (rc && rc != GLOB_NOMATCH)
		diag_add(diags, node ? node : w->main, "cannot look for %s: %s", pattern, strerror(errno));
	if (!rc && found.gl_pathc)
		qsort(found.gl_pathv, found.gl_pathc, sizeof(*found.gl_pathv), by_bytes);
	for (size_t i = 0; !rc && i < found.gl_pathc; i++) {
		struct yaml *file = yaml_load(arena, arena_strdup(arena, found.gl_pathv[i]), diags);

		if (!file)
			continue;
		secrets_from(arena, w->config.dir, file);
		partner_add(w, file, diags);
	}
	globfree(&found);
}

static struct config *read_tree(
	struct arena *arena, const char *file, const char *dir, struct yaml *main, struct diags *diags)
{
	struct config_whole *w = arena_new_of(arena, struct config_whole);
	struct config *c = &w->config;
	const size_t before = config_faults(diags);

	w->main = main;
	*c = (struct config){ .arena = arena, .file = file, .dir = dir };
	secrets_from(arena, dir, main);
	options_read(arena, config_main_options, main, w, diags);
	c->log_level = log_words[w->log_level];
	c->state_dir = path_from(arena, dir, c->state_dir);
	c->store_path = arena_printf(arena, "%s/" STORE_FILE, c->state_dir);
	c->control_socket = path_from(arena, dir, c->control_socket);
	if (!c->manifest_path)
		c->manifest_path = DOORSTROOM_DATADIR "/manifests";
	c->model_path = path_from(arena, dir, c->model_path);
	model_check(c, main->kind == YAML_MAPPING ? yaml_get(main, "model") : NULL, diags);
	listen_check(w, main->kind == YAML_MAPPING ? yaml_get(main, "listen") : NULL, diags);
	config_policy_read(c, w->policy, diags);
	w->defaults = config_defaults(arena, w->defaults_node, diags);
	if (w->partners && w->partners->kind != YAML_SEQUENCE && !yaml_is_null(w->partners))
		diag_add(diags, w->partners, "must be a list, each item a partner");
	else
		for (size_t i = 0; w->partners && i < w->partners->n; i++)
			partner_add(w, w->partners->child[i], diags);
	for (size_t i = 0; i < w->include.n; i++)
		include_read(w, w->include.item[i], diags);
	desks_check(w, diags);
	if (config_faults(diags) == before)
		config_registry_read(w, diags);
	return config_faults(diags) == before ? c : NULL;
}

struct config *config_load(const char *path, struct diags *diags)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *file = arena_strdup(arena, path);
	struct yaml *main = yaml_load(arena, file, diags);
	struct config *c = main ? read_tree(arena, file, folder_of(arena, file), main, diags) : NULL;

	if (c)
		steal(arena);
	return c;
}

struct config *config_parse(const char *name, const char *dir, const char *text, size_t n, struct diags *diags)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *file = arena_strdup(arena, name);
	struct yaml *main = yaml_parse(arena, file, text, n, diags);
	struct config *c = main ? read_tree(arena, file, arena_strdup(arena, dir), main, diags) : NULL;

	if (c)
		steal(arena);
	return c;
}

void config_free(struct config *c)
{
	if (c)
		arena_free(c->arena);
}

void config_place(struct arena *arena, const char *path, struct config_place *out)
{
	AUTO(arena_free) struct arena *own = arena_new();
	struct diags ignored = { .arena = own };
	const char *dir = folder_of(own, path);
	struct yaml *main = yaml_load(own, path, &ignored);

	for (const struct option *o = config_main_options; o->key; o++) {
		const struct yaml *node = main && main->kind == YAML_MAPPING ? yaml_get(main, o->key) : NULL;
		const char *text = node && node->kind == YAML_SCALAR && !yaml_is_null(node)
					   ? path_from(arena, dir, node->text)
					   : o->fallback;

		if (o->offset == AT(config.state_dir))
			out->state_dir = arena_strdup(arena, text);
		else if (o->offset == AT(config.control_socket))
			out->control_socket = arena_strdup(arena, text);
	}
	out->store_path = arena_printf(arena, "%s/" STORE_FILE, out->state_dir);
}

static const char *secret_read(struct arena *arena, const char *path, const char *name, bool private, struct err *e)
{
	/* Not in the arena: what is kept is the secret, and there are as many arenas as partners. */
	char text[SECRET_BYTES_MAX + 1];
	const char *kept = NULL;
	struct stat st;
	size_t n;
	FILE *f = fopen(path, "re");

	if (!f) {
		err_set(e, ERR_DENIED, "secret %s: %s", name, strerror(errno));
		return NULL;
	}
	if (fstat(fileno(f), &st) || !S_ISREG(st.st_mode))
		err_set(e, ERR_DENIED, "secret %s: is no regular file", name);
	else if (private && (st.st_mode & 077))
		err_set(e, ERR_DENIED, "secret %s: group or others may read it; chmod 600", name);
	else
		e->kind = ERR_NONE;
	n = e->kind ? 0 : fread(text, 1, SECRET_BYTES_MAX, f);
	fclose(f);
	if (e->kind)
		return NULL;
	if (n && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	if (!n || n == SECRET_BYTES_MAX || strlen(text) != n)
		err_set(e, ERR_DENIED, "secret %s: is empty, too long, or not text", name);
	else
		kept = arena_strndup(arena, text, n);
	explicit_bzero(text, sizeof text);
	return kept;
}

const char *config_secret(struct arena *arena, const struct yaml *ref, struct err *e)
{
	const struct yaml *from = ref && ref->kind == YAML_MAPPING && ref->n == 1 ? ref->child[0] : NULL;
	const char *dir;

	if (from && from->kind == YAML_SCALAR && !strcmp(from->key, "file"))
		return secret_read(arena, from->text, from->text, true, e);
	if (!from || from->kind != YAML_SCALAR || strcmp(from->key, "credential")) {
		err_set(e, ERR_BROKEN, "a secret is { credential: name } or { file: path }");
		return NULL;
	}
	if (!*from->text || *from->text == '.' || strchr(from->text, '/')) {
		err_set(e, ERR_BROKEN, "credential \"%.60s\" is no file name", from->text);
		return NULL;
	}
	dir = getenv("CREDENTIALS_DIRECTORY");
	if (!dir) {
		err_set(e, ERR_DENIED,
			"credential %s: $CREDENTIALS_DIRECTORY is not set (LoadCredential= in the unit sets it)",
			from->text);
		return NULL;
	}
	return secret_read(arena, arena_printf(arena, "%s/%s", dir, from->text), from->text, false, e);
}

static int by_id(const void *id, const void *partner)
{
	return strcmp(id, (*(struct partner_config *const *)partner)->id);
}

const struct partner_config *config_partner(const struct config *c, const char *id)
{
	struct partner_config *const *found =
		c->n ? bsearch(id, c->partner, c->n, sizeof(struct partner_config *), by_id) : NULL;

	return found ? *found : NULL;
}

const struct partner_config *config_desk(const struct config *c, const char *name)
{
	const struct partner_config *p = config_partner(c, name);

	for (size_t i = 0; !p && i < c->n; i++)
		for (size_t d = 0; !p && d < c->partner[i]->desks.n; d++)
			if (!strcmp(c->partner[i]->desks.item[d], name))
				p = c->partner[i];
	return p;
}
