#include "core/match_parts.h"

#include <string.h>
#include <utf8proc.h>

#include "core/normalise.h"

#define SIMILAR_MAX 64 /* code points of each text that are compared */

const char *match_text(const struct record *r, unsigned field)
{
	const char *v = r->v[field];

	return v && v[0] != '?' ? v : ""; /* "?key": a reference whose target is not known yet */
}

static void texts_add(struct match_texts *t, const char *text)
{
	if (!*text || t->n == sizeof t->text / sizeof *t->text)
		return;
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->text[i], text))
			return;
	t->text[t->n++] = text;
}

static void texts_of_set(struct arena *arena, struct match_texts *out, const char *set,
	const char *(*fold)(struct arena *, const char *))
{
	size_t len, n = 0;

	for (const char *e; n < MATCH_ELEMENTS_MAX && (e = set_next(&set, &len)); n++)
		texts_add(out, fold(arena, arena_strndup(arena, e, len)));
}

const char *match_common(const struct match_texts *a, const struct match_texts *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++)
			if (!strcmp(a->text[i], b->text[j]))
				return a->text[i];
	return NULL;
}

/* A number that could not be read as E.164 is kept as written, and is no key. */
const char *match_fold_phone(struct arena *arena, const char *phone)
{
	(void)arena;
	return phone[0] == '+' ? phone : "";
}

const char *match_fold_personal(struct arena *arena, const char *email)
{
	return email_is_role(email) ? "" : fold_email(arena, email);
}

static const char *fold_url(struct arena *arena, const char *url)
{
	const char *host = strstr(url, "://");
	size_t len;

	host = host ? host + 3 : url;
	if (!strncmp(host, "www.", 4))
		host += 4;
	len = strcspn(host, "/:?#");
	/* As if somebody had an address there: free-mail and hosting domains say nothing about a company. */
	return len ? email_domain(arena, arena_printf(arena, "x@%.*s", (int)len, host)) : "";
}

static const char *fold_name(struct arena *arena, const char *name)
{
	const char *form;

	return fold_company_name(arena, name, &form);
}

struct match_texts match_domains(struct arena *arena, const struct record *r)
{
	struct match_texts out = {.n = 0};

	texts_of_set(arena, &out, match_text(r, ORGANIZATION_EMAILS), email_domain);
	texts_of_set(arena, &out, match_text(r, ORGANIZATION_WEBSITES), fold_url);
	return out;
}

struct match_texts match_names(struct arena *arena, const struct record *r)
{
	struct match_texts out = {.n = 0};

	texts_add(&out, fold_name(arena, match_text(r, ORGANIZATION_LEGAL_NAME)));
	texts_add(&out, fold_name(arena, match_text(r, ORGANIZATION_PREFERRED_NAME)));
	texts_of_set(arena, &out, match_text(r, ORGANIZATION_ALTERNATIVE_NAMES), fold_name);
	return out;
}

struct match_texts match_set(
	struct arena *arena, const struct record *r, unsigned field, const char *(*fold)(struct arena *, const char *))
{
	struct match_texts out = {.n = 0};

	texts_of_set(arena, &out, match_text(r, field), fold);
	return out;
}

static size_t decode(const char *text, int32_t out[SIMILAR_MAX])
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
	size_t n = 0;

	while (*p && n < SIMILAR_MAX) {
		utf8proc_int32_t c;
		utf8proc_ssize_t len = utf8proc_iterate(p, -1, &c);

		if (len <= 0) {
			c = 0xfffd;
			len = 1;
		}
		out[n++] = c;
		p += len;
	}
	return n;
}

/* Winkler's version: up to four equal code points in front raise the score. */
double match_similarity(const char *a, const char *b)
{
	int32_t s[SIMILAR_MAX], t[SIMILAR_MAX];
	bool s_used[SIMILAR_MAX] = {false}, t_used[SIMILAR_MAX] = {false};
	const size_t sn = decode(a, s), tn = decode(b, t), longer = sn > tn ? sn : tn;
	const size_t reach = longer / 2 ? longer / 2 - 1 : 0;
	size_t common = 0, moved = 0, prefix = 0, j = 0;
	double m, jaro;

	if (!longer)
		return 1;
	for (size_t i = 0; i < sn; i++)
		for (size_t k = i > reach ? i - reach : 0; k < tn && k <= i + reach; k++)
			if (!t_used[k] && s[i] == t[k]) {
				s_used[i] = t_used[k] = true;
				common++;
				break;
			}
	if (!common)
		return 0;
	for (size_t i = 0; i < sn; i++) {
		if (!s_used[i])
			continue;
		while (!t_used[j])
			j++;
		if (s[i] != t[j++])
			moved++;
	}
	m = (double)common;
	jaro = (m / (double)sn + m / (double)tn + (m - (double)(moved / 2)) / m) / 3;
	while (prefix < 4 && prefix < sn && prefix < tn && s[prefix] == t[prefix])
		prefix++;
	return jaro + (double)prefix * 0.1 * (1 - jaro);
}
