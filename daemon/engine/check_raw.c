/*
 * check_raw.c - does what no map names survive? A record's JSON before and after a change by us is compared member by
 * member: each that had a value must have it still, but for those that the partner itself changes with every edit.
 */
#include "engine/check_parts.h"

#include <strings.h>

#include "base/json.h"

struct comparing {
	struct checking *c;
	const struct made *made;
	const char *const *volatiles;
	const char *lost;              /* pointers, or NULL */
	unsigned kept;
};

static const char *text_of(const struct comparing *x, const json_t *value)
{
	AUTO(free) char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);

	return arena_strdup(x->c->arena, text ? text : json_string_value(value));
}

static bool has_value(const json_t *value)
{
	return value && !json_is_null(value) && !(json_is_string(value) && !json_string_length(value));
}

/* Itself or what it is in. */
static bool is_volatile(const struct comparing *x, const char *at)
{
	for (const char *const *p = x->volatiles; p && *p; p++) {
		const size_t n = strlen(*p);

		if (!strncmp(*p, at, n) && (!at[n] || at[n] == '/'))
			return true;
	}
	return false;
}

/* Where the mark stands, the change itself is, whatever the partner calls it; a version, where none is declared. */
static bool was_to_change(const struct comparing *x, const char *before, const char *after)
{
	const char *version = x->c->item.version;

	return strcasestr(after, x->made->mark) || (x->made->version && version && !strcmp(before, x->made->version) && !strcmp(after, version));
}

static void compare(struct comparing *x, const json_t *before, const json_t *after, const char *at)
{
	const char *name;
	json_t *member;

	if (!has_value(before) || is_volatile(x, at))
		return;
	if (json_is_object(before)) {
		json_object_foreach((json_t *)before, name, member)
			compare(x, member, json_object_get(after, name), arena_printf(x->c->arena, "%s/%s", at, name));
		return;
	}
	if (has_value(after) && json_equal((json_t *)before, (json_t *)after))
		x->kept++;
	else if (!has_value(after) || !was_to_change(x, text_of(x, before), text_of(x, after)))
		x->lost = x->lost ? arena_printf(x->c->arena, "%s, %s", x->lost, at) : at;
}

const char *raw_lost(struct checking *c, const struct made *m, const char *after, unsigned *kept)
{
	struct err ignored;
	AUTO(json_drop) json_t *was = m->raw ? json_parse(m->raw, strlen(m->raw), &ignored) : NULL;
	AUTO(json_drop) json_t *is = after ? json_parse(after, strlen(after), &ignored) : NULL;
	struct comparing x = { .c = c, .made = m, .volatiles = c->remote->volatiles[c->type] };

	if (was && is)
		compare(&x, was, is, "");
	*kept = x.kept;
	return x.lost;
}
