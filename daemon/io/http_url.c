#include "io/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Compared with the parser that sends the request, so that the two never disagree about where it goes. */
struct origin {
	CURLU *url;
	char *scheme, *host, *port;
};

static void origin_fini(struct origin *o)
{
	curl_free(o->scheme);
	curl_free(o->host);
	curl_free(o->port);
	curl_url_cleanup(o->url);
}

static bool origin_parse(struct origin *o, const char *text)
{
	o->url = curl_url();
	if (!o->url)
		abort();
	return curl_url_set(o->url, CURLUPART_URL, text, CURLU_DISALLOW_USER) == CURLUE_OK &&
	       curl_url_get(o->url, CURLUPART_SCHEME, &o->scheme, 0) == CURLUE_OK &&
	       curl_url_get(o->url, CURLUPART_HOST, &o->host, 0) == CURLUE_OK &&
	       curl_url_get(o->url, CURLUPART_PORT, &o->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
}

bool http_same_origin(const char *url, const char *origin)
{
	__attribute__((cleanup(origin_fini))) struct origin a = {0};
	__attribute__((cleanup(origin_fini))) struct origin b = {0};

	return origin_parse(&a, url) && origin_parse(&b, origin) && strcasecmp(a.scheme, b.scheme) == 0 &&
	       strcasecmp(a.host, b.host) == 0 && strcmp(a.port, b.port) == 0;
}

char *http_escape(struct arena *a, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_alloc(a, strlen(text) * 3 + 1), *p = out;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x80 && (isalnum(c) || strchr("-._~", c))) {
			*p++ = (char)c;
		} else {
			*p++ = '%';
			*p++ = digits[c >> 4];
			*p++ = digits[c & 15];
		}
	}
	return out;
}

/* The parts of RFC 3986, appendix B; text NULL: the part is not there, which is not the same as empty. */
struct part {
	const char *text;
	size_t len;
};
struct reference {
	struct part scheme, authority, path, query, fragment;
};

/* What a partner writes into a next-page link is not always escaped; what could change its meaning is refused. */
static bool reference_parse(const char *text, struct reference *r)
{
	const char *end;
	size_t n = strcspn(text, ":/?#");

	*r = (struct reference){0};
	for (const char *p = text; *p; p++) {
		if (*p <= ' ' || *p >= 0x7f || *p == '\\')
			return false;
	}
	if (text[n] == ':') {
		if (!isalpha((unsigned char)text[0]))
			return false;
		for (size_t i = 0; i < n; i++) {
			if (!isalnum((unsigned char)text[i]) && !strchr("+-.", text[i]))
				return false;
		}
		r->scheme = (struct part){text, n};
		text += n + 1;
	}
	if (strncmp(text, "//", 2) == 0) {
		r->authority = (struct part){text + 2, strcspn(text + 2, "/?#")};
		text += 2 + r->authority.len;
	}
	r->path = (struct part){text, strcspn(text, "?#")};
	text += r->path.len;
	if (*text == '?') {
		end = strchrnul(text, '#');
		r->query = (struct part){text + 1, (size_t)(end - text) - 1};
		text = end;
	}
	if (*text == '#')
		r->fragment = (struct part){text + 1, strlen(text + 1)};
	return true;
}

static bool path_is(const char *p, size_t n, const char *what)
{
	return n == strlen(what) && strncmp(p, what, n) == 0;
}

/* RFC 3986, section 5.2.4, in place. */
static void remove_dot_segments(char *path)
{
	char *in = path, *out = path;

	while (*in) {
		size_t n = (*in == '/') + strcspn(in + (*in == '/'), "/");
		bool more = in[n] == '/';

		if (path_is(in, n, "/.") || path_is(in, n, "/..")) {
			if (n == 3) {
				while (out > path && *--out != '/')
					;
			}
			/* The last segment leaves its slash behind. */
			if (!more)
				*out++ = '/';
		} else if (!path_is(in, n, ".") && !path_is(in, n, "..")) {
			memmove(out, in, n);
			out += n;
		} else if (more) {
			n++;
		}
		in += n;
	}
	*out = '\0';
}

static char *merged_path(struct arena *a, const struct reference *base, const struct part *path)
{
	size_t keep = base->path.len;

	if (base->authority.text && base->path.len == 0)
		return arena_printf(a, "/%.*s", (int)path->len, path->text);
	while (keep && base->path.text[keep - 1] != '/')
		keep--;
	return arena_printf(a, "%.*s%.*s", (int)keep, base->path.text, (int)path->len, path->text);
}

static const char *with(struct arena *a, const char *mark, const struct part *p)
{
	return p->text ? arena_printf(a, "%s%.*s", mark, (int)p->len, p->text) : "";
}

char *http_resolve(struct arena *a, const char *base, const char *reference)
{
	struct reference b, r;
	struct part *scheme, *authority, *query;
	char *path;

	if (!reference_parse(base, &b) || !b.scheme.text || !reference_parse(reference, &r))
		return NULL;
	scheme = r.scheme.text ? &r.scheme : &b.scheme;
	authority = r.scheme.text || r.authority.text ? &r.authority : &b.authority;
	query = &r.query;
	if (r.scheme.text || r.authority.text || r.path.text[0] == '/') {
		path = arena_strndup(a, r.path.text, r.path.len);
		remove_dot_segments(path);
	} else if (r.path.len == 0) {
		path = arena_strndup(a, b.path.text, b.path.len);
		if (!r.query.text)
			query = &b.query;
	} else {
		path = merged_path(a, &b, &r.path);
		remove_dot_segments(path);
	}
	return arena_printf(a, "%.*s:%s%s%s%s", (int)scheme->len, scheme->text, with(a, "//", authority), path,
		with(a, "?", query), with(a, "#", &r.fragment));
}
