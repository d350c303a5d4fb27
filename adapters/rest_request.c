/* rest_request.c - a manifest's request and the values of the moment make an HTTP exchange. */
#include <string.h>
#include <strings.h>

#include "adapters/rest.h"

#define HEADERS_MAX 64

const char *const request_names[] = {
#define X(kind, name) name,
	REQUEST_LIST(X)
#undef X
};

struct headers {
	struct http_header row[HEADERS_MAX];
	size_t n;
};

/* A later header takes the place of an earlier one. */
static bool header_set(struct headers *h, const char *name, const char *value, struct err *e)
{
	size_t i = 0;

	if (strpbrk(value, "\r\n"))
		return err_set(e, ERR_ITEM, "header %s: a value cannot hold a line break", name);
	while (i < h->n && strcasecmp(h->row[i].name, name))
		i++;
	if (i == HEADERS_MAX)
		return err_set(e, ERR_BROKEN, "more than %d headers", HEADERS_MAX);
	h->row[i] = (struct http_header){name, value};
	if (i == h->n)
		h->n++;
	return true;
}

static bool headers_add(struct headers *h, const struct parameter *p, size_t n, const struct fill *fill,
	struct arena *arena, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		BUF_AUTO struct buf value = {0};

		if (p[i].text && template_text(p[i].text, fill, TEMPLATE_VERBATIM, &value) &&
			!header_set(h, p[i].name, arena_strndup(arena, value.data ? value.data : "", value.len), e))
			return false;
	}
	return true;
}

/* name=value&..., for a query or a form; JSON values as compact text. */
static void pairs_add(struct buf *out, const struct parameter *p, size_t n, const struct fill *fill, bool form)
{
	const size_t start = out->len;

	for (size_t i = 0; i < n; i++) {
		BUF_AUTO struct buf value = {0};

		if (p[i].json) {
			AUTO(json_drop) json_t *j = template_json(p[i].json, fill);
			AUTO(free) char *text = j ? json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

			if (!text)
				continue;
			template_escape(&value, text, TEMPLATE_QUERY);
		} else if (!template_text(p[i].text, fill, TEMPLATE_QUERY, &value)) {
			continue;
		}
		if (out->len > start)
			buf_addc(out, '&');
		else if (!form)
			buf_addc(out, '?');
		buf_adds(out, p[i].name);
		buf_addc(out, '=');
		buf_add(out, value.data ? value.data : "", value.len);
	}
}

static const char *request_url(
	const struct rest *rest, const struct request *q, const struct fill *fill, struct arena *arena, struct err *e)
{
	BUF_AUTO struct buf url = {0};

	buf_adds(&url, rest->base);
	if (!template_text(q->path, fill, TEMPLATE_PATH, &url)) {
		err_set(e, ERR_BROKEN, "%s: the path has a place without a value", request_names[q->kind]);
		return NULL;
	}
	pairs_add(&url, q->query, q->nquery, fill, false);
	return arena_strndup(arena, url.data, url.len);
}

/* What goes into the envelope, or is the body itself: a new reference, or NULL. A create or update without `body:`
 * sends the mapped object, a batch its list, unless it names the keys somewhere and needs no more. */
static json_t *request_content(const struct request *q, const struct fill *fill)
{
	if (q->body)
		return template_json(q->body, fill);
	if (fill->record)
		return json_incref(fill->record);
	return q->slots & SLOT_BIT(KEYS) ? NULL : json_incref(fill->items);
}

/* What goes in the body; NULL: nothing. */
static const char *request_body(
	const struct request *q, struct fill *fill, struct arena *arena, const char **content_type)
{
	AUTO(json_drop) json_t *body = NULL;
	AUTO(json_drop) json_t *whole = NULL;
	AUTO(free) char *text = NULL;

	if (q->nform) {
		BUF_AUTO struct buf form = {0};

		pairs_add(&form, q->form, q->nform, fill, true);
		*content_type = "application/x-www-form-urlencoded";
		return arena_strndup(arena, form.data ? form.data : "", form.len);
	}
	body = request_content(q, fill);
	if (q->envelope) {
		fill->body = body;
		whole = template_json(q->envelope, fill);
		fill->body = NULL;
	} else {
		whole = steal(body);
	}
	if (!whole)
		return NULL;
	text = json_dumps(whole, JSON_COMPACT | JSON_ENCODE_ANY);
	*content_type = "application/json";
	return arena_strdup(arena, text);
}

/* The path and query, without the slash in front: what some products sign. */
static const char *signed_path(const char *url)
{
	const char *authority = strstr(url, "://");
	const char *path = authority ? strchr(authority + 3, '/') : NULL;

	return path ? path + 1 : "";
}

static void fill_credentials(const struct rest *rest, struct fill *fill)
{
	if (rest->auth.kind != AUTH_BODY)
		return;
	fill->text[SLOT_USER] = rest->auth.user;
	fill->text[SLOT_SECRET] = rest->auth.secret;
}

bool request_compose(const struct rest *rest, const struct request *q, struct fill *fill, const char *link,
	const char *bearer, struct arena *arena, struct http_exchange *x, struct err *e)
{
	struct headers *h = arena_new_of(arena, struct headers);
	const char *content_type = NULL, *credentials;

	fill_credentials(rest, fill);
	x->method = q->method;
	x->url = link ? link : request_url(rest, q, fill, arena, e);
	if (!x->url)
		return false;
	x->body = request_body(q, fill, arena, &content_type);
	x->body_len = x->body ? strlen(x->body) : 0;
	fill->text[SLOT_METHOD] = x->method;
	fill->text[SLOT_URL] = x->url;
	fill->text[SLOT_PATH] = signed_path(x->url);
	fill->text[SLOT_BODY] = x->body ? x->body : "";
	if (!header_set(h, "Accept", "application/json", e) ||
		(content_type && !header_set(h, "Content-Type", content_type, e)) ||
		!headers_add(h, rest->header, rest->nheader, fill, arena, e) ||
		!headers_add(h, q->header, q->nheader, fill, arena, e))
		return false;
	credentials = auth_header_value(&rest->auth, arena, bearer, fill, e);
	if (e->kind || (credentials && !header_set(h, rest->auth.header, credentials, e)))
		return false;
	x->header = h->row;
	x->nheader = h->n;
	return true;
}

static json_t *part_headers(
	const struct request *q, const struct fill *fill, bool body, struct arena *arena, struct err *e)
{
	AUTO(json_drop) json_t *out = json_object();
	struct headers h = {.n = 0};

	if ((body && !header_set(&h, "Content-Type", "application/json", e)) ||
		!headers_add(&h, q->header, q->nheader, fill, arena, e))
		return NULL;
	for (size_t i = 0; i < h.n; i++)
		json_object_set_new(out, h.row[i].name, json_string(h.row[i].value));
	return steal(out);
}

bool request_part(const struct rest *rest, const struct request *q, struct fill *fill, unsigned slots, struct arena *arena,
	struct err *e)
{
	fill_credentials(rest, fill);
	if (slots & (SLOT_BIT(PATH) | SLOT_BIT(URL))) {
		fill->text[SLOT_URL] = request_url(rest, q, fill, arena, e);
		if (!fill->text[SLOT_URL])
			return false;
		fill->text[SLOT_PATH] = signed_path(fill->text[SLOT_URL]);
	}
	fill->text[SLOT_METHOD] = q->method;
	if (slots & SLOT_BIT(BODY))
		fill->body = request_content(q, fill);
	if (slots & SLOT_BIT(HEADERS))
		fill->headers = part_headers(q, fill, fill->body, arena, e);
	return !e->kind;
}

const char *request_link(const struct rest *rest, struct arena *arena, const char *reference, struct err *e)
{
	const char *url = reference;

	/* An absolute link goes back byte for byte: delta tokens are not ours to re-encode. */
	if (strncmp(reference, "https://", 8) && strncmp(reference, "http://", 7))
		url = http_resolve(arena, arena_printf(arena, "%s/", rest->base), reference);
	if (!url || !http_same_origin(url, rest->origin) || strpbrk(url, " \t\r\n")) {
		err_set(e, ERR_BROKEN, "the next page's link leaves the partner's own address");
		return NULL;
	}
	return url;
}
