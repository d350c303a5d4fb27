/* rest_read_endpoint.c - what an endpoint adds to its manifest: credentials, pace, TLS, webhook secrets. */
#include "adapters/rest_read.h"

#include <string.h>

/* --- auth --------------------------------------------------------------------------------------------------- */

struct auth_conf {
	int kind, style, encoding, wrap;
	const char *header, *prefix, *user, *client_id, *scope;
	const struct yaml *password, *token, *secret, *client_secret, *refresh_token, *token_url, *base, *value;
};

static const char *const auth_words[] = {
	"none", "header", "basic", "bearer", "client-credentials", "refresh-token", "hmac", "body", "mutual-tls", NULL};
static const char *const style_words[] = {"form", "basic", NULL};
static const char *const encoding_words[] = {"hex", "base64", NULL};
static const char *const wrap_words[] = {"none", "base64", NULL};

static const struct option auth_options[] = {
	OPTION("kind", ENUM, auth_conf, kind, "how the partner knows who asks", .fallback = "none",
		.words = auth_words),
	OPTION("header", TEXT, auth_conf, header, "header, hmac: the header's name"),
	OPTION("prefix", TEXT, auth_conf, prefix, "before its value"),
	OPTION("user", TEXT, auth_conf, user, "basic, hmac, body: who"),
	OPTION("password", NODE, auth_conf, password, "basic: secret"),
	OPTION("token", NODE, auth_conf, token, "bearer: secret"),
	OPTION("secret", NODE, auth_conf, secret, "header, hmac, body: secret"),
	OPTION("client_id", TEXT, auth_conf, client_id, "OAuth 2.0: who"),
	OPTION("client_secret", NODE, auth_conf, client_secret, "OAuth 2.0: secret"),
	OPTION("refresh_token", NODE, auth_conf, refresh_token,
		"refresh-token: the first one, as a secret; later ones are kept in the state folder"),
	OPTION("token_url", NODE, auth_conf, token_url, "OAuth 2.0: where tokens are had; ${url} is the endpoint's"),
	OPTION("scope", TEXT, auth_conf, scope, "OAuth 2.0"),
	OPTION("style", ENUM, auth_conf, style, "OAuth 2.0: id and secret in the form, or as basic authorization",
		.fallback = "form", .words = style_words),
	OPTION("base", NODE, auth_conf, base, "hmac: the text signed"),
	OPTION("value", NODE, auth_conf, value, "hmac: the header's value"),
	OPTION("encoding", ENUM, auth_conf, encoding, "hmac: of ${signature}", .fallback = "hex",
		.words = encoding_words),
	OPTION("wrap", ENUM, auth_conf, wrap, "hmac: of the whole value", .fallback = "none", .words = wrap_words),
	{0},
};

const char *read_secret(struct reader *r, const struct yaml *y)
{
	struct err e = {0};
	const char *text;

	if (!y)
		return NULL;
	text = r->env->secret ? r->env->secret(r->arena, y, &e) : NULL;
	if (!text)
		diag_add(r->diags, y, "%s", e.text[0] ? e.text : "secrets cannot be read here");
	else if (strpbrk(text, "\r\n")) {
		diag_add(r->diags, y, "the secret has more than one line");
		return NULL;
	}
	return text;
}

/* The auth's own secret: each kind has one, under the name its users know it by. */
static const struct yaml *auth_secret(const struct auth_conf *c, const char **key, const char **user)
{
	*user = c->user;
	switch ((enum auth_kind)c->kind) {
	case AUTH_BASIC:
		*key = "password";
		return c->password;
	case AUTH_BEARER:
		*key = "token";
		return c->token;
	case AUTH_HEADER:
	case AUTH_HMAC:
	case AUTH_BODY:
		*key = "secret";
		return c->secret;
	case AUTH_CLIENT_CREDENTIALS:
	case AUTH_REFRESH_TOKEN:
		*key = "client_secret";
		*user = c->client_id;
		return c->client_secret;
	case AUTH_NONE:
	case AUTH_MTLS:
		break;
	}
	*key = NULL;
	return NULL;
}

static bool read_text_template(
	struct reader *r, const struct yaml *y, unsigned slots, const struct fill *fill, const char **out)
{
	const struct template *t = template_compile(r->arena, y, slots, &r->vars, r->diags);
	BUF_AUTO struct buf text = {0};

	if (!t || !template_text(t, fill, TEMPLATE_VERBATIM, &text))
		return false;
	*out = arena_strndup(r->arena, text.data ? text.data : "", text.len);
	return true;
}

static bool read_oauth(struct reader *r, const struct auth_conf *c, const struct yaml *where, struct auth *a)
{
	const struct fill fill = {.text[SLOT_URL] = r->url};

	a->scope = c->scope;
	a->basic = c->style == 1;
	a->refresh_token = read_secret(r, c->refresh_token);
	if (!c->client_id)
		diag_add(r->diags, where, "client_id: is needed");
	if (!c->token_url) {
		diag_add(r->diags, where, "token_url: is needed");
		return false;
	}
	return read_text_template(r, c->token_url, SLOT_BIT(URL), &fill, &a->token_url);
}

static bool read_hmac(struct reader *r, const struct auth_conf *c, const struct yaml *where, struct auth *a)
{
	const unsigned slots = SLOT_BIT(METHOD) | SLOT_BIT(PATH) | SLOT_BIT(URL) | SLOT_BIT(BODY) | SLOT_BIT(NOW);

	a->form = c->encoding;
	a->wrap = c->wrap == 1;
	if (!c->base || !c->value) {
		diag_add(r->diags, where, "base, value: are needed: the text signed, and what is sent");
		return false;
	}
	a->base = template_compile(r->arena, c->base, slots, &r->vars, r->diags);
	a->value = template_compile(
		r->arena, c->value, SLOT_BIT(USER) | SLOT_BIT(NOW) | SLOT_BIT(SIGNATURE), &r->vars, r->diags);
	return a->base && a->value;
}

bool read_auth(struct reader *r, const struct yaml *manifest, const struct yaml *endpoint, const struct yaml *where,
	struct auth *a)
{
	const size_t before = r->diags->n;
	const struct yaml *secret, *y = NULL;
	struct auth_conf c = {0};
	const char *key;

	if (manifest && manifest->kind == YAML_SCALAR) {
		struct yaml *kind = arena_copy(r->arena, manifest, sizeof *manifest), *wrapped;

		kind->key = "kind";
		wrapped = arena_copy(r->arena, manifest, sizeof *manifest);
		wrapped->kind = YAML_MAPPING;
		wrapped->child = arena_copy(r->arena, &kind, sizeof kind);
		wrapped->n = 1;
		manifest = wrapped;
	}
	y = read_overlay(r->arena, manifest, endpoint);
	if (!options_read(r->arena, auth_options, y, &c, r->diags))
		return false;
	*a = (struct auth){
		.kind = c.kind, .header = c.header ? c.header : "Authorization", .prefix = c.prefix ? c.prefix : ""};
	secret = auth_secret(&c, &key, &a->user);
	if (key && !secret)
		diag_add(r->diags, endpoint ? endpoint : where, "auth: %s needs %s: { credential: ... }",
			auth_words[c.kind], key);
	a->secret = read_secret(r, secret);
	if ((c.kind == AUTH_BASIC || c.kind == AUTH_BODY) && !a->user)
		diag_add(r->diags, endpoint ? endpoint : where, "auth: %s needs user", auth_words[c.kind]);
	if (c.kind == AUTH_BASIC && a->user && strchr(a->user, ':'))
		diag_add(r->diags, endpoint ? endpoint : where, "user: cannot hold a colon");
	if (c.kind == AUTH_CLIENT_CREDENTIALS || c.kind == AUTH_REFRESH_TOKEN)
		read_oauth(r, &c, where, a);
	if (c.kind == AUTH_HMAC)
		read_hmac(r, &c, where, a);
	if (c.kind == AUTH_BODY)
		r->auth_slots = SLOTS_AUTH;
	return r->diags->n == before;
}

/* --- pace --------------------------------------------------------------------------------------------------- */

struct rate_conf {
	int64_t requests, burst, connections, daily;
	uint64_t per_ms;
	const struct yaml *remaining, *reset;
};

static const struct option rate_options[] = {
	OPTION("requests", INT, rate_conf, requests, "at most so many", .min = 1, .max = 1000000),
	OPTION("per", SPAN, rate_conf, per_ms, "in so long", .fallback = "1s"),
	OPTION("burst", INT, rate_conf, burst, "of which so many at once", .min = 1, .max = 100000),
	OPTION("connections", INT, rate_conf, connections, "connections at once", .min = 1, .max = 64),
	OPTION("daily", INT, rate_conf, daily, "requests in a day", .min = 1, .max = 1000000000),
	OPTION("remaining", NODE, rate_conf, remaining, "header:Name that tells how many are left"),
	OPTION("reset", NODE, rate_conf, reset, "header:Name that tells when there are more: seconds, epoch or a time"),
	{0},
};

bool read_rate(struct reader *r, const struct yaml *manifest, const struct yaml *endpoint, struct rest *rest)
{
	const struct yaml *y = read_overlay(r->arena, manifest, endpoint);
	struct http_peer_options *peer = &rest->peer_options;
	struct rate_conf c = {0};

	if (!y)
		return true;
	if (!options_read(r->arena, rate_options, y, &c, r->diags))
		return false;
	if (c.requests && c.per_ms)
		peer->rate = (double)c.requests * 1000 / (double)c.per_ms;
	/* A tenth of the window at once keeps well inside it, and does not make one record wait. */
	peer->burst = (unsigned)(c.burst ? c.burst : c.requests > 10 ? c.requests / 10 : 1);
	peer->connections = (unsigned)c.connections;
	peer->daily_quota = (uint64_t)c.daily;
	return read_locate(r, c.remaining, &rest->rate_remaining) && read_locate(r, c.reset, &rest->rate_reset);
}

/* --- TLS ---------------------------------------------------------------------------------------------------- */

struct tls_conf {
	const char *ca, *cert, *key;
};

static const struct option tls_options[] = {
	OPTION("ca", TEXT, tls_conf, ca, "the only authorities believed, as a PEM file"),
	OPTION("cert", TEXT, tls_conf, cert, "our certificate, PEM"),
	OPTION("key", TEXT, tls_conf, key, "its private key, PEM"),
	{0},
};

bool read_tls(struct reader *r, const struct yaml *y, struct http_peer_options *peer)
{
	struct tls_conf c = {0};

	if (!y)
		return true;
	if (!options_read(r->arena, tls_options, y, &c, r->diags))
		return false;
	if (!c.cert != !c.key) {
		diag_add(r->diags, y, "cert and key go together");
		return false;
	}
	peer->ca_file = c.ca ? adapter_path(r->env, r->arena, c.ca) : NULL;
	peer->cert_file = c.cert ? adapter_path(r->env, r->arena, c.cert) : NULL;
	peer->key_file = c.key ? adapter_path(r->env, r->arena, c.key) : NULL;
	return true;
}

/* --- webhooks ----------------------------------------------------------------------------------------------- */

#define WEBHOOK_PATH_MIN 22

struct webhook_conf {
	int scheme, encoding, wrap, unit;
	const char *header, *prefix, *timestamp;
	const struct yaml *base, *events, *type, *key, *types, *secret, *previous, *path;
};

static const char *const scheme_words[] = {"none", "standard", "hmac", "path", NULL};
static const char *const unit_words[] = {"seconds", "milliseconds", NULL};

static const struct option webhook_options[] = {
	OPTION("scheme", ENUM, webhook_conf, scheme,
		"standard (standardwebhooks.com), hmac, or path: an unguessable address", .fallback = "none",
		.words = scheme_words),
	OPTION("header", TEXT, webhook_conf, header, "hmac: its header"),
	OPTION("prefix", TEXT, webhook_conf, prefix, "before the digest"),
	OPTION("encoding", ENUM, webhook_conf, encoding, "of the digest", .fallback = "hex", .words = encoding_words),
	OPTION("wrap", ENUM, webhook_conf, wrap, "base64: around `id:digest`", .fallback = "none", .words = wrap_words),
	OPTION("base", NODE, webhook_conf, base, "hmac: the text signed"),
	OPTION("timestamp", TEXT, webhook_conf, timestamp, "hmac: the header with the time of sending"),
	OPTION("unit", ENUM, webhook_conf, unit, "of that time", .fallback = "seconds", .words = unit_words),
	OPTION("events", NODE, webhook_conf, events, "pointer to the event, or to an array of them"),
	OPTION("type", NODE, webhook_conf, type, "pointer in an event"),
	OPTION("key", NODE, webhook_conf, key, "pointer in an event"),
	OPTION("types", NODE, webhook_conf, types, "what type says, or begins with -> record type"),
	OPTION("secret", NODE, webhook_conf, secret, "the signing secret"),
	OPTION("previous", NODE, webhook_conf, previous, "the one before it, while it is being replaced"),
	OPTION("path", NODE, webhook_conf, path, "path: the last part of the address, as a secret"),
	{0},
};

static bool read_words(struct reader *r, const struct yaml *y, struct webhook *w)
{
	bool ok = true;

	if (!y)
		return true;
	if (y->kind != YAML_MAPPING) {
		diag_add(r->diags, y, "a mapping is wanted: what type says -> record type");
		return false;
	}
	w->word = arena_array(r->arena, const char *, y->n + 1);
	w->means = arena_array(r->arena, enum record_type, y->n + 1);
	for (size_t i = 0; i < y->n; i++) {
		w->word[i] = y->child[i]->key;
		if (y->child[i]->kind != YAML_SCALAR || !record_type_parse(y->child[i]->text, &w->means[i])) {
			diag_add(r->diags, y->child[i], "a record type is wanted");
			ok = false;
		}
	}
	w->nwords = y->n;
	return ok;
}

/* It is compared as it comes in the address, where anything else might be escaped. */
static bool path_ok(const char *path)
{
	return path && strlen(path) >= WEBHOOK_PATH_MIN &&
	       strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == strlen(path);
}

bool read_webhook(struct reader *r, const struct yaml *manifest, const struct yaml *endpoint, struct webhook *w)
{
	const size_t before = r->diags->n;
	struct webhook_conf c = {0};

	/* A manifest says how a product signs; only an endpoint with a secret is called. */
	if (!endpoint)
		return true;
	if (!options_read(r->arena, webhook_options, read_overlay(r->arena, manifest, endpoint), &c, r->diags))
		return false;
	*w = (struct webhook){.scheme = c.scheme,
		.header = c.header,
		.prefix = c.prefix ? c.prefix : "",
		.form = c.encoding,
		.wrapped = c.wrap == 1,
		.timestamp_header = c.timestamp,
		.timestamp_in_ms = c.unit == 1,
		.events = ""};
	read_pointer(r, c.events, &w->events);
	read_pointer(r, c.type, &w->type);
	read_pointer(r, c.key, &w->key);
	read_words(r, c.types, w);
	w->secret[0] = read_secret(r, c.secret);
	w->secret[1] = read_secret(r, c.previous);
	w->path = read_secret(r, c.path);
	if (c.base)
		w->base = template_compile(r->arena, c.base,
			SLOT_BIT(METHOD) | SLOT_BIT(URL) | SLOT_BIT(PATH) | SLOT_BIT(BODY) | SLOT_BIT(TIMESTAMP) |
				SLOT_BIT(ID),
			&r->vars, r->diags);
	if ((c.scheme == WEBHOOK_STANDARD || c.scheme == WEBHOOK_HMAC) && !w->secret[0] && r->diags->n == before)
		diag_add(r->diags, endpoint, "webhook: secret is needed");
	if (c.scheme == WEBHOOK_HMAC && !c.header)
		diag_add(r->diags, endpoint, "webhook: header is needed");
	if (c.scheme == WEBHOOK_PATH && r->diags->n == before && !path_ok(w->path))
		diag_add(r->diags, endpoint,
			"webhook: path needs a secret of at least %d letters, digits, hyphens or underscores", WEBHOOK_PATH_MIN);
	return r->diags->n == before;
}
