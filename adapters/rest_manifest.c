/* rest_manifest.c - finds a manifest, puts the endpoint's configuration over it, and compiles both into struct rest. */
#include "adapters/rest_read.h"

#include <string.h>
#include <unistd.h>

#include "base/hash.h"

#define MANIFEST_VERSION 1

struct manifest_conf {
	int64_t version;
	const char *product, *about;
	const struct yaml *vars, *base, *headers, *auth, *rate, *errors, *error_code, *request_id, *webhook, *defaults,
		*types;
	uint64_t timeout_ms, max_body;
	bool complete;
};

static const struct option manifest_options[] = {
	OPTION("manifest", INT, manifest_conf, version, "version of this language: 1", .required = true, .min = 1,
		.max = MANIFEST_VERSION),
	OPTION("product", TEXT, manifest_conf, product, "what it describes"),
	OPTION("about", TEXT, manifest_conf, about, "what to know about it"),
	OPTION("vars", NODE, manifest_conf, vars,
		"variables and their defaults; one without must be given by the endpoint"),
	OPTION("base", NODE, manifest_conf, base,
		"what paths are put after; ${url} is the endpoint's, and is the default"),
	OPTION("headers", NODE, manifest_conf, headers, "of every request"),
	OPTION("auth", NODE, manifest_conf, auth, "see the endpoint's"),
	OPTION("rate", NODE, manifest_conf, rate, "see the endpoint's"),
	OPTION("errors", NODE, manifest_conf, errors,
		"rules that say what an answer means; the first that fits decides"),
	OPTION("error_code", NODE, manifest_conf, error_code, "pointer to a code to show in error texts"),
	OPTION("request_id", NODE, manifest_conf, request_id, "pointer to where an answer repeats ${request_id}"),
	OPTION("webhook", NODE, manifest_conf, webhook, "how it calls"),
	OPTION("defaults", NODE, manifest_conf, defaults, "what the types have in common, put under each"),
	OPTION("types", NODE, manifest_conf, types, "record types", .required = true),
	OPTION("timeout", SPAN, manifest_conf, timeout_ms, "of one request; longer than the product's own limit",
		.fallback = "60s", .min = 100, .max = 600000),
	OPTION("max_body", SIZE, manifest_conf, max_body, "largest answer", .fallback = "64M", .min = 1024,
		.max = 1 << 28),
	OPTION("complete", BOOL, manifest_conf, complete, "a list from the beginning shows everything there is",
		.fallback = "yes"),
	{0},
};

struct endpoint_conf {
	const char *adapter, *manifest, *url;
	const struct yaml *auth, *vars, *rate, *tls, *webhook;
	struct option_list types;
	uint64_t timeout_ms;
	bool allow_http, allow_private;
};

static const struct option endpoint_options[] = {
	OPTION("adapter", TEXT, endpoint_conf, adapter, "rest"),
	OPTION("manifest", TEXT, endpoint_conf, manifest, "name of an installed manifest, or a path", .required = true),
	OPTION("url", TEXT, endpoint_conf, url, "https://...", .required = true),
	OPTION("auth", NODE, endpoint_conf, auth, "credentials"),
	OPTION("vars", NODE, endpoint_conf, vars, "the manifest's variables"),
	OPTION("rate", NODE, endpoint_conf, rate, "over the manifest's"),
	OPTION("tls", NODE, endpoint_conf, tls, "ca, cert, key"),
	OPTION("webhook", NODE, endpoint_conf, webhook, "secret or path"),
	OPTION("types", LIST, endpoint_conf, types, "only these record types"),
	OPTION("timeout", SPAN, endpoint_conf, timeout_ms, "over the manifest's", .min = 0, .max = 600000),
	OPTION("allow_http", BOOL, endpoint_conf, allow_http, "plain HTTP: for loopback only"),
	OPTION("allow_private", BOOL, endpoint_conf, allow_private, "loopback, link-local and private addresses"),
	{0},
};

/* --- small parts, for the other readers too ------------------------------------------------------------------ */

const struct yaml *read_overlay(struct arena *arena, const struct yaml *base, const struct yaml *over)
{
	struct yaml *out;

	if (!base || !over)
		return over ? over : base;
	if (base->kind != YAML_MAPPING || over->kind != YAML_MAPPING)
		return over;
	out = arena_copy(arena, over, sizeof *over);
	out->child = arena_array(arena, struct yaml *, base->n + over->n + 1);
	out->n = 0;
	for (size_t i = 0; i < base->n; i++) {
		const struct yaml *mine = yaml_get(over, base->child[i]->key);
		struct yaml *merged;

		if (!mine) {
			out->child[out->n++] = base->child[i];
			continue;
		}
		merged = arena_copy(arena, read_overlay(arena, base->child[i], mine), sizeof *merged);
		merged->key = base->child[i]->key;
		out->child[out->n++] = merged;
	}
	for (size_t i = 0; i < over->n; i++)
		if (!yaml_get(base, over->child[i]->key))
			out->child[out->n++] = over->child[i];
	return out;
}

struct template_vars read_vars(struct reader *r, const struct template_vars *base, const struct yaml *y)
{
	const size_t most = base->n + (y ? y->n : 0) + 1;
	struct template_vars v = {
		arena_array(r->arena, const char *, most), arena_array(r->arena, const char *, most), 0};

	for (size_t i = 0; i < base->n; i++, v.n++) {
		v.name[i] = base->name[i];
		v.value[i] = base->value[i];
	}
	if (y && y->kind != YAML_MAPPING) {
		diag_add(r->diags, y, "vars: a mapping of names to texts is wanted");
		return v;
	}
	for (size_t i = 0; y && i < y->n; i++) {
		if (y->child[i]->kind != YAML_SCALAR) {
			diag_add(r->diags, y->child[i], "a text is wanted");
			continue;
		}
		v.name[v.n] = y->child[i]->key;
		v.value[v.n++] = y->child[i]->text;
	}
	return v;
}

bool read_pointer(struct reader *r, const struct yaml *y, const char **out)
{
	if (!y)
		return true;
	if (y->kind != YAML_SCALAR || !json_pointer_valid(y->text)) {
		diag_add(r->diags, y, "a JSON Pointer is wanted, as /data/0/id");
		return false;
	}
	*out = y->text;
	return true;
}

struct locate_conf {
	const struct yaml *at;
	const char *after, *before;
};

static const struct option locate_options[] = {
	OPTION("at", NODE, locate_conf, at, "pointer or header:Name", .required = true),
	OPTION("after", TEXT, locate_conf, after, "what stands after this"),
	OPTION("before", TEXT, locate_conf, before, "and before this"),
	{0},
};

bool read_locate(struct reader *r, const struct yaml *y, struct locate *out)
{
	if (!y)
		return true;
	if (y->kind == YAML_MAPPING && yaml_get(y, "at")) {
		struct locate_conf c = {0};

		/* `tombstones: { at, id }` is read by its owner. */
		if (!options_read(r->arena, locate_options, y, &c, r->diags) || !read_locate(r, c.at, out))
			return false;
		out->after = c.after;
		out->before = c.before;
		return true;
	}
	if (y->kind == YAML_SCALAR && !strncmp(y->text, "header:", 7) && y->text[7]) {
		*out = (struct locate){LOCATE_HEADER, y->text + 7, NULL, NULL};
		return true;
	}
	if (!read_pointer(r, y, &out->what))
		return false;
	out->from = LOCATE_POINTER;
	return true;
}

bool read_parameters(struct reader *r, const struct yaml *y, unsigned slots, const struct template_vars *vars,
	struct parameter **out, size_t *n)
{
	bool ok = true;

	if (!y)
		return true;
	if (y->kind != YAML_MAPPING) {
		diag_add(r->diags, y, "a mapping of names to values is wanted");
		return false;
	}
	*out = arena_array(r->arena, struct parameter, y->n + 1);
	*n = 0;
	for (size_t i = 0; i < y->n; i++) {
		const struct yaml *v = y->child[i];
		struct parameter *p = &(*out)[*n];

		if (yaml_is_null(v))
			continue;
		(*n)++;
		p->name = v->key;
		if (v->kind == YAML_SCALAR)
			p->text = template_compile(r->arena, v, slots, vars, r->diags);
		else
			p->json = template_json_compile(r->arena, v, slots, vars, r->diags);
		ok &= p->text || p->json;
		if (!v->key[0] || strpbrk(v->key, " \t\r\n#&=+")) {
			diag_add(r->diags, v, "the name holds a character that it cannot");
			ok = false;
		}
	}
	return ok;
}

/* A copy that lives as long as the remote: the configuration's own tree may be gone by then. */
static struct yaml *read_copy(struct arena *arena, const struct yaml *y)
{
	struct yaml *out = arena_copy(arena, y, sizeof *y);

	out->file = arena_strdup(arena, y->file);
	out->path = arena_strdup(arena, y->path);
	out->key = arena_strdup(arena, y->key);
	out->text = arena_strdup(arena, y->text);
	out->child = arena_array(arena, struct yaml *, y->n + 1);
	for (size_t i = 0; i < y->n; i++)
		out->child[i] = read_copy(arena, y->child[i]);
	return out;
}

/* --- the manifest -------------------------------------------------------------------------------------------- */

static const struct yaml *manifest_load(struct reader *r, const char *name, const struct yaml *where)
{
	const char *folder = r->env->manifest_path;

	if (strchr(name, '/') || (strlen(name) > 5 && !strcmp(name + strlen(name) - 5, ".yaml")))
		return yaml_load(r->arena, adapter_path(r->env, r->arena, name), r->diags);
	while (folder && *folder) {
		const size_t n = strcspn(folder, ":");
		const char *path = arena_printf(r->arena, "%.*s/%s.yaml", (int)n, folder, name);

		if (n && !access(path, R_OK))
			return yaml_load(r->arena, path, r->diags);
		folder += n + (folder[n] == ':');
	}
	diag_add(r->diags, where, "no manifest is called %s (looked in %s)", name,
		r->env->manifest_path ? r->env->manifest_path : "no folder");
	return NULL;
}

/* The manifest's variables: `name: default`, or `name:` for one the endpoint must give. */
static bool manifest_vars(
	struct reader *r, const struct yaml *declared, const struct yaml *given, const struct yaml *where)
{
	const struct template_vars none = {0};
	const size_t before = r->diags->n;

	for (size_t i = 0; given && given->kind == YAML_MAPPING && i < given->n; i++)
		if (!declared || !yaml_get(declared, given->child[i]->key))
			diag_add(r->diags, given->child[i], "the manifest has no such variable");
	for (size_t i = 0; declared && declared->kind == YAML_MAPPING && i < declared->n; i++)
		if (yaml_is_null(declared->child[i]) && (!given || !yaml_get(given, declared->child[i]->key)))
			diag_add(r->diags, given ? given : where, "vars: the manifest needs %s",
				declared->child[i]->key);
	r->vars = read_vars(r, &none, read_overlay(r->arena, declared, given));
	return r->diags->n == before;
}

/* "https://host:port" of a URL, or NULL if it is none that may be called. */
static const char *url_origin(struct arena *arena, const char *url, bool allow_http)
{
	const size_t scheme = !strncmp(url, "https://", 8) ? 8 : !strncmp(url, "http://", 7) && allow_http ? 7 : 0;
	const size_t authority = strcspn(url + scheme, "/?#");

	if (!scheme || !authority || memchr(url + scheme, '@', authority) || strpbrk(url, " \t\r\n\"<>\\^`{|}"))
		return NULL;
	return arena_strndup(arena, url, scheme + authority);
}

static bool read_base(
	struct reader *r, const struct yaml *y, const struct yaml *where, bool allow_http, struct rest *rest)
{
	BUF_AUTO struct buf base = {0};

	if (y) {
		const struct template *t = template_compile(r->arena, y, SLOT_BIT(URL), &r->vars, r->diags);
		const struct fill fill = {.text[SLOT_URL] = r->url};

		if (!t || !template_text(t, &fill, TEMPLATE_VERBATIM, &base))
			return false;
	} else {
		buf_adds(&base, r->url);
	}
	rest->base = arena_strdup(r->arena, base.data);
	rest->origin = url_origin(r->arena, rest->base, allow_http);
	if (!rest->origin)
		diag_add(r->diags, where, "url: https://host[:port][/path] is wanted%s",
			strncmp(r->url, "http://", 7) ? "" : ", or allow_http: yes for a partner on loopback");
	return rest->origin;
}

static void read_types(struct reader *r, const struct manifest_conf *m, unsigned wanted, struct rest *rest)
{
	if (m->types->kind != YAML_MAPPING) {
		diag_add(r->diags, m->types, "a mapping of record types is wanted");
		return;
	}
	for (size_t i = 0; i < m->types->n; i++) {
		const struct yaml *y = m->types->child[i];
		enum record_type type;

		if (!record_type_parse(y->key, &type))
			diag_add(r->diags, y, "no record type is called %s", y->key);
		else if (wanted & 1u << type)
			rest->type[type] = read_type(r, type, m->defaults, y, y);
	}
}

/* What every type can do, the endpoint can. */
static unsigned type_caps(const struct rest_type *t)
{
	const struct request *q = t->request;
	unsigned caps = 0;

#define CAN(cap, condition) caps |= (condition) ? (unsigned)ADAPTER_CAN_##cap : 0
	CAN(INCREMENTAL, t->list.cursor.kind->keep != KEEP_NOTHING);
	CAN(TOMBSTONES, t->deleted || t->list.tombstones.from || q[REQUEST_DELETIONS].method);
	CAN(GET, q[REQUEST_GET].method);
	CAN(FIND, q[REQUEST_FIND].method);
	CAN(CREATE, q[REQUEST_CREATE].method);
	CAN(UPDATE, q[REQUEST_UPDATE].method);
	CAN(DELETE, q[REQUEST_DELETE].method);
	CAN(CONDITIONAL, q[REQUEST_UPDATE].method && q[REQUEST_UPDATE].slots & SLOT_BIT(VERSION));
	CAN(IDEMPOTENT, q[REQUEST_CREATE].method && q[REQUEST_CREATE].slots & SLOT_BIT(TOKEN));
	CAN(ANSWERS, q[REQUEST_CREATE].item.from && q[REQUEST_UPDATE].item.from);
	CAN(VERSIONS, t->version);
#undef CAN
	return caps;
}

static void read_remote(struct rest *rest, bool complete)
{
	struct remote *remote = &rest->remote;

	remote->caps = ~0u;
	for (unsigned i = 0; i < RECORD_TYPES; i++) {
		const struct rest_type *t = rest->type[i];

		if (!t)
			continue;
		remote->types |= 1u << i;
		remote->caps &= type_caps(t);
		remote->readable[i] = mapping_readable(t->mapping);
		remote->volatiles[i] = t->volatiles;
		if (t->request[REQUEST_CREATE].method || t->request[REQUEST_UPDATE].method)
			remote->writable[i] = mapping_writable(t->mapping);
		remote->map_version =
			hash_bytes(&(uint64_t){mapping_hash(t->mapping)}, sizeof(uint64_t), remote->map_version);
		for (unsigned k = 0; k < REQUESTS; k++)
			if (t->request[k].batch && t->request[k].batch->max > remote->together)
				remote->together = t->request[k].batch->max;
		if (t->list.cursor.overlap_ms > remote->overlap_ms)
			remote->overlap_ms = t->list.cursor.overlap_ms;
	}
	if (complete)
		remote->caps |= ADAPTER_CAN_COMPLETE;
	if (rest->webhook.scheme != WEBHOOK_NONE)
		remote->caps |= ADAPTER_CAN_WEBHOOKS;
}

static void read_peers(
	struct reader *r, const struct manifest_conf *m, const struct endpoint_conf *c, struct rest *rest)
{
	struct http_peer_options *peer = &rest->peer_options;

	peer->name = r->partner;
	peer->origin = rest->origin;
	peer->allow_http = c->allow_http;
	peer->allow_private = c->allow_private;
	peer->timeout_ms = c->timeout_ms ? c->timeout_ms : m->timeout_ms;
	peer->connect_timeout_ms = peer->timeout_ms < 10000 ? peer->timeout_ms : 10000;
	peer->max_body = m->max_body;
	if (!rest->auth.token_url)
		return;
	/* Tokens may come from another host, and do not count as the API's requests. */
	rest->auth_peer_options = *peer;
	rest->auth_peer_options.rate = 0;
	rest->auth_peer_options.burst = 0;
	rest->auth_peer_options.daily_quota = 0;
	rest->auth_peer_options.max_body = 1 << 20;
	rest->auth_peer_options.origin = url_origin(r->arena, rest->auth.token_url, c->allow_http);
	if (!rest->auth_peer_options.origin)
		diag_add_plain(r->diags, "%s: token_url: https://host/path is wanted", r->partner);
}

/* All faults are told, so nothing returns at the first. */
static void read_all(
	struct reader *r, const struct yaml *conf, struct endpoint_conf *c, const struct yaml *file, struct rest *rest)
{
	struct manifest_conf m = {0};
	unsigned types;

	if (!file)
		file = manifest_load(r, c->manifest, yaml_get(conf, "manifest"));
	if (!file || !options_read(r->arena, manifest_options, file, &m, r->diags) ||
		!adapter_types(&c->types, yaml_get(conf, "types"), &types, r->diags) ||
		!manifest_vars(r, m.vars, c->vars, conf))
		return;
	read_auth(r, m.auth, c->auth, conf, &rest->auth);
	if (!read_base(r, m.base, conf, c->allow_http, rest))
		return;
	read_parameters(r, m.headers, r->auth_slots | SLOT_BIT(NOW), &r->vars, &rest->header, &rest->nheader);
	read_rate(r, m.rate, c->rate, rest);
	read_tls(r, c->tls, &rest->peer_options);
	if (rest->auth.kind == AUTH_MTLS && !rest->peer_options.cert_file)
		diag_add(r->diags, conf, "tls: cert and key are needed: the partner knows us by them");
	read_peers(r, &m, c, rest);
	if (m.errors)
		read_errors(r, m.errors, &rest->rule, &rest->nrules);
	read_locate(r, m.error_code, &rest->error_code);
	read_locate(r, m.request_id, &rest->request_id);
	read_webhook(r, m.webhook, c->webhook, &rest->webhook);
	read_types(r, &m, types, rest);
	read_remote(rest, m.complete);
}

struct rest *rest_read(const struct adapter_env *env, const char *partner, const struct yaml *conf,
	const struct yaml *manifest, struct diags *diags)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct reader r = {.env = env, .arena = arena, .diags = diags};
	struct rest *rest = arena_new_of(arena, struct rest);
	const size_t before = diags->n;
	struct endpoint_conf c = {0};
	char *url;

	conf = read_copy(arena, conf);
	if (!options_read(arena, endpoint_options, conf, &c, diags))
		return NULL;
	r.partner = arena_strdup(arena, partner);
	r.url = url = arena_strdup(arena, c.url);
	while (*url && url[strlen(url) - 1] == '/')
		url[strlen(url) - 1] = 0;
	read_all(&r, conf, &c, manifest, rest);
	if (diags->n == before && !rest->remote.types)
		diag_add(diags, conf, "the manifest has none of the record types asked for");
	if (diags->n != before)
		return NULL;
	rest->remote.adapter = &rest_adapter;
	rest->remote.env = env;
	rest->remote.partner = r.partner;
	rest->arena = steal(arena);
	return rest;
}
