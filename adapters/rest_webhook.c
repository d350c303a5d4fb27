/*
 * rest_webhook.c - is this call from the partner, and what does it say has changed?
 *
 * The signature is over the bytes as they came, so it is checked before anything is parsed. Standard Webhooks
 * (https://www.standardwebhooks.com): webhook-id, webhook-timestamp, webhook-signature: `v1,<base64>` several of them
 * with blanks between; HMAC-SHA256 over `id.timestamp.body` with what stands in base64 after `whsec_`.
 */
#include <string.h>
#include <strings.h>

#include "adapters/rest.h"

#define TOLERANCE_MS (5 * 60 * 1000)
#define EVENTS_MAX 1000

static const char *header_of(const struct http_exchange *call, const char *name)
{
	for (size_t i = 0; name && i < call->nheader; i++)
		if (!strcasecmp(call->header[i].name, name))
			return call->header[i].value;
	return NULL;
}

static bool denied(struct err *e, const char *why)
{
	return err_set(e, ERR_DENIED, "webhook: %s", why);
}

static bool in_time(const char *text, bool in_ms, int64_t wall_ms)
{
	char *end;
	long long at = strtoll(text, &end, 10);

	if (end == text || *end || at < 0 || at > INT64_C(100000000000000))
		return false;
	if (!in_ms)
		at *= 1000;
	return at > wall_ms - TOLERANCE_MS && at < wall_ms + TOLERANCE_MS;
}

/* Any signature by either secret will do; all are compared, so that time tells nothing. */
static bool standard_signed(
	const struct webhook *w, const char *given, const char *base, size_t len, struct arena *arena)
{
	bool any = false;

	for (size_t s = 0; s < 2; s++) {
		const char *secret = w->secret[s];
		unsigned char *key;
		size_t keylen = 0;
		const char *want;

		if (!secret)
			continue;
		key = auth_base64(arena, strncmp(secret, "whsec_", 6) ? secret : secret + 6, &keylen);
		if (!key)
			continue;
		want = arena_printf(arena, "v1,%s", auth_digest(arena, key, keylen, base, len, DIGEST_BASE64));
		for (const char *at = given; *at;) {
			const size_t n = strcspn(at, " ");

			any |= auth_equal(want, arena_strndup(arena, at, n));
			at += n + (at[n] == ' ');
		}
	}
	return any;
}

static bool standard_check(
	const struct webhook *w, const struct http_exchange *call, int64_t wall_ms, struct arena *arena, struct err *e)
{
	const char *id = header_of(call, "webhook-id"), *at = header_of(call, "webhook-timestamp");
	const char *given = header_of(call, "webhook-signature");
	BUF_AUTO struct buf base = {0};

	if (!id || !at || !given || strchr(id, '.') || strlen(given) > 4096)
		return denied(e, "no signature");
	if (!in_time(at, false, wall_ms))
		return denied(e, "its time is more than five minutes from ours");
	buf_addf(&base, "%s.%s.", id, at);
	buf_add(&base, call->body ? call->body : "", call->body_len);
	return standard_signed(w, given, base.data, base.len, arena) || denied(e, "the signature is wrong");
}

/* The digest within the header: after the prefix, out of base64, after the id. */
static const char *given_digest(const struct webhook *w, const char *header, struct arena *arena)
{
	const size_t prefix = strlen(w->prefix);
	const char *colon;
	unsigned char *inner;
	size_t len;

	if (!header || strlen(header) > 4096 || strncmp(header, w->prefix, prefix))
		return NULL;
	if (!w->wrapped)
		return header + prefix;
	inner = auth_base64(arena, header + prefix, &len);
	if (!inner)
		return NULL;
	colon = memrchr(inner, ':', len);
	return colon ? arena_strndup(arena, colon + 1, len - (size_t)(colon + 1 - (const char *)inner)) : NULL;
}

static bool hmac_check(
	const struct webhook *w, const struct http_exchange *call, int64_t wall_ms, struct arena *arena, struct err *e)
{
	const char *given = given_digest(w, header_of(call, w->header), arena);
	const char *at = header_of(call, w->timestamp_header);
	struct fill fill = {.text = {[SLOT_METHOD] = call->method ? call->method : "POST",
				    [SLOT_URL] = call->url,
				    [SLOT_PATH] = call->url,
				    [SLOT_TIMESTAMP] = at,
				    [SLOT_ID] = header_of(call, "webhook-id"),
				    [SLOT_BODY] = call->body ? call->body : ""}};
	BUF_AUTO struct buf base = {0};
	bool any = false;

	if (!given)
		return denied(e, "no signature");
	if (w->timestamp_header && (!at || !in_time(at, w->timestamp_in_ms, wall_ms)))
		return denied(e, "its time is more than five minutes from ours");
	if (!w->base)
		buf_add(&base, fill.text[SLOT_BODY], call->body_len);
	else if (!template_text(w->base, &fill, TEMPLATE_VERBATIM, &base))
		return denied(e, "something that is signed is not there");
	for (size_t s = 0; s < 2; s++)
		if (w->secret[s])
			any |= auth_equal(
				given, auth_digest(arena, w->secret[s], strlen(w->secret[s]),
					       base.data ? base.data : "", base.len, (enum digest_form)w->form));
	return any || denied(e, "the signature is wrong");
}

static bool path_check(const struct webhook *w, const struct http_exchange *call, struct arena *arena, struct err *e)
{
	const char *url = call->url ? call->url : "";
	const char *path = arena_strndup(arena, url, strcspn(url, "?#"));
	const char *last = strrchr(path, '/');

	return (w->path && last && auth_equal(w->path, last + 1)) || denied(e, "the address is wrong");
}

static bool read_event(const struct webhook *w, unsigned types, json_t *event, struct arena *arena, struct hint *out)
{
	const char *type = w->type ? json_text(arena, json_at(event, w->type)) : NULL;
	const char *key = w->key ? json_text(arena, json_at(event, w->key)) : NULL;

	*out = (struct hint){.any_type = true, .key = key && *key ? key : NULL};
	if (!w->nwords)
		return true;
	for (size_t i = 0; type && i < w->nwords; i++) {
		if (strncmp(type, w->word[i], strlen(w->word[i])))
			continue;
		out->type = w->means[i];
		out->any_type = false;
		return types & 1u << w->means[i];
	}
	/* Of a type that is not synchronised. */
	return false;
}

bool webhook_read(const struct webhook *w, unsigned types, const struct http_exchange *call, int64_t wall_ms,
	struct arena *arena, struct hint **out, size_t *n, struct err *e)
{
	AUTO(json_drop) json_t *doc = NULL;
	json_t *events;
	size_t most;

	*out = NULL;
	*n = 0;
	switch ((enum webhook_scheme)w->scheme) {
	case WEBHOOK_NONE:
		return denied(e, "this partner has none");
	case WEBHOOK_STANDARD:
		if (!standard_check(w, call, wall_ms, arena, e))
			return false;
		break;
	case WEBHOOK_HMAC:
		if (!hmac_check(w, call, wall_ms, arena, e))
			return false;
		break;
	case WEBHOOK_PATH:
		if (!path_check(w, call, arena, e))
			return false;
		break;
	}
	doc = json_parse(call->body ? call->body : "", call->body_len, e);
	events = doc ? json_at(doc, w->events) : NULL;
	if (!events)
		return err_set(e, ERR_ITEM, "webhook: the body is not understood");
	most = json_is_array(events) ? json_array_size(events) : 1;
	if (most > EVENTS_MAX)
		return err_set(e, ERR_ITEM, "webhook: %zu events in one call", most);
	*out = arena_array(arena, struct hint, most + 1);
	for (size_t i = 0; i < most; i++)
		if (read_event(
			    w, types, json_is_array(events) ? json_array_get(events, i) : events, arena, &(*out)[*n]))
			(*n)++;
	return true;
}
