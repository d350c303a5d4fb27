/* rest_auth.c - headers that say who asks, and the digests in them. */
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "adapters/rest.h"

static const char *base64(struct arena *arena, const void *data, size_t len)
{
	char *out = arena_alloc(arena, (len + 2) / 3 * 4 + 1);

	EVP_EncodeBlock((unsigned char *)out, data, (int)len);
	return out;
}

unsigned char *auth_base64(struct arena *arena, const char *text, size_t *len)
{
	const size_t n = strlen(text);
	unsigned char *out;

	if (!n || n % 4 || n > INT_MAX)
		return NULL;
	out = arena_alloc(arena, n / 4 * 3 + 1);
	if (EVP_DecodeBlock(out, (const unsigned char *)text, (int)n) < 0)
		return NULL;
	/* EVP_DecodeBlock() counts the padding. */
	*len = n / 4 * 3 - (text[n - 1] == '=') - (text[n - 2] == '=');
	return out;
}

const char *auth_digest(
	struct arena *arena, const void *key, size_t keylen, const char *text, size_t len, enum digest_form form)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	char *hex;

	if (!HMAC(EVP_sha256(), key, (int)keylen, (const unsigned char *)text, len, digest, &n))
		abort();
	switch (form) {
	case DIGEST_BASE64:
		return base64(arena, digest, n);
	case DIGEST_HEX:
		break;
	}
	hex = arena_alloc(arena, 2 * (size_t)n + 1);
	for (unsigned i = 0; i < n; i++)
		snprintf(hex + 2 * (size_t)i, 3, "%02x", digest[i]);
	return hex;
}

bool auth_equal(const char *a, const char *b)
{
	const size_t n = strlen(a);

	return n == strlen(b) && !CRYPTO_memcmp(a, b, n);
}

static const char *hmac_value(const struct auth *a, struct arena *arena, struct fill *fill, struct err *e)
{
	BUF_AUTO struct buf base = {0};
	BUF_AUTO struct buf value = {0};

	if (!template_text(a->base, fill, TEMPLATE_VERBATIM, &base)) {
		err_set(e, ERR_BROKEN, "auth: the text to sign has a place without a value");
		return NULL;
	}
	fill->text[SLOT_SIGNATURE] =
		auth_digest(arena, a->secret, strlen(a->secret), base.data, base.len, (enum digest_form)a->form);
	fill->text[SLOT_USER] = a->user;
	if (!template_text(a->value, fill, TEMPLATE_VERBATIM, &value)) {
		err_set(e, ERR_BROKEN, "auth: the signature's header has a place without a value");
		return NULL;
	}
	return a->wrap ? base64(arena, value.data, value.len) : arena_strdup(arena, value.data);
}

const char *auth_header_value(
	const struct auth *a, struct arena *arena, const char *bearer, struct fill *fill, struct err *e)
{
	const char *pair;

	switch ((enum auth_kind)a->kind) {
	case AUTH_NONE:
	case AUTH_BODY:
	case AUTH_MTLS:
		return NULL;
	case AUTH_HEADER:
		return arena_printf(arena, "%s%s", a->prefix, a->secret);
	case AUTH_BASIC:
		pair = arena_printf(arena, "%s:%s", a->user, a->secret);
		return arena_printf(arena, "Basic %s", base64(arena, pair, strlen(pair)));
	case AUTH_BEARER:
		return arena_printf(arena, "Bearer %s", a->secret);
	case AUTH_CLIENT_CREDENTIALS:
	case AUTH_REFRESH_TOKEN:
		return arena_printf(arena, "Bearer %s", bearer);
	case AUTH_HMAC:
		return hmac_value(a, arena, fill, e);
	}
	return NULL;
}

void auth_open(struct rest *rest)
{
	const struct adapter_env *env = rest->remote.env;
	const struct auth *a = &rest->auth;
	const bool rotating = a->kind == AUTH_REFRESH_TOKEN;
	struct oauth_options options = {
		.grant = rotating ? OAUTH_REFRESH_TOKEN : OAUTH_CLIENT_CREDENTIALS,
		.token_url = a->token_url,
		.client_id = a->user,
		.client_secret = a->secret,
		.scope = a->scope,
		.basic = a->basic,
		.refresh_token = a->refresh_token,
	};

	/* Whoever only checks has no folder for what the partner gives in exchange for the token: it is not used then. */
	if (!a->token_url || (rotating && !env->state_dir))
		return;
	if (rotating)
		options.state_file = arena_printf(rest->arena, "%s/%s.token", env->state_dir, rest->remote.partner);
	rest->auth_peer = http_peer_new(env->loop, env->http, &rest->auth_peer_options);
	rest->oauth = oauth_new(env->loop, rest->auth_peer, &options);
}
