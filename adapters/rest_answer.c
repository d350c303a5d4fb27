/* rest_answer.c - reads items and pages out of answers; runs on the thread pool and touches nothing shared. */
#include <string.h>
#include <strings.h>

#include "adapters/rest.h"
#include "base/hash.h"
#include "base/time.h"

/* --- places --------------------------------------------------------------------------------------------------- */

json_t *locate_json(const struct locate *l, const struct answer *a, json_t *doc)
{
	(void)a;
	return l->from == LOCATE_POINTER && doc ? json_at(doc, l->what) : NULL;
}

/* The word or the quoted text at `at`, without quotes and escapes; *end is behind it. */
static const char *parameter_value(struct arena *arena, const char *at, const char **end)
{
	char *out, *to;

	if (*at != '"') {
		*end = at + strcspn(at, " \t;,");
		return arena_strndup(arena, at, (size_t)(*end - at));
	}
	to = out = arena_alloc(arena, strlen(at));
	for (at++; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
		*to++ = *at;
	}
	*to = '\0';
	*end = at + (*at == '"');
	return out;
}

static bool names_next(const char *relations)
{
	for (const char *at = relations; *at; at += strspn(at, " \t")) {
		const size_t n = strcspn(at, " \t");

		if (n == 4 && !strncasecmp(at, "next", n))
			return true;
		at += n;
	}
	return false;
}

/* By the parameters of a link, up to *end: the comma behind them, or the end of the header. */
static bool is_next(struct arena *arena, const char *at, const char **end)
{
	const char *relations = NULL;

	while (at += strspn(at, " \t;"), *at && *at != ',') {
		const char *name = at, *value = "";
		const size_t n = strcspn(at, " \t=;,");

		at += n;
		at += strspn(at, " \t");
		if (*at == '=')
			value = parameter_value(arena, at + 1 + strspn(at + 1, " \t"), &at);
		/* Only the first one counts. */
		if (n == 3 && !strncasecmp(name, "rel", n) && !relations)
			relations = value;
	}
	*end = at;
	return relations && names_next(relations);
}

/* The target of the link with rel="next" (RFC 8288), or NULL. */
static const char *next_link(struct arena *arena, const char *header)
{
	for (const char *at = header; (at = strchr(at, '<'));) {
		const char *target = at + 1, *end = strchr(at, '>');

		if (!end)
			return NULL;
		if (is_next(arena, end + 1, &at))
			return arena_strndup(arena, target, (size_t)(end - target));
	}
	return NULL;
}

/* Of a header with several rows the first; of links, each of which may have a row of its own, the next page's. */
static const char *header_text(const struct answer *a, const char *name, struct arena *arena)
{
	const bool links = !strcasecmp(name, "link");
	const char *text = NULL;

	for (size_t i = 0; i < a->nheader && !text; i++)
		if (!strcasecmp(a->header[i].name, name))
			text = links ? next_link(arena, a->header[i].value) : arena_strdup(arena, a->header[i].value);
	return text;
}

const char *locate_text(const struct locate *l, const struct answer *a, json_t *doc, struct arena *arena)
{
	const char *text = NULL, *mark;

	switch (l->from) {
	case LOCATE_NOWHERE:
		return NULL;
	case LOCATE_POINTER:
		text = json_text(arena, locate_json(l, a, doc));
		break;
	case LOCATE_HEADER:
		text = header_text(a, l->what, arena);
		break;
	}
	if (text && l->after) {
		mark = strstr(text, l->after);
		text = mark ? mark + strlen(l->after) : NULL;
	}
	if (text && l->before) {
		mark = strstr(text, l->before);
		text = mark ? arena_strndup(arena, text, (size_t)(mark - text)) : NULL;
	}
	return text;
}

bool time_of(const char *form, const char *text, int64_t *ms)
{
	char *end;

	if (form)
		return time_parse_as(form, text, ms);
	if (time_parse(text, ms) || time_parse_http(text, ms) || time_parse_date(text, ms))
		return true;
	/* Nine digits and more: an epoch, in milliseconds from 1973 on. */
	if (strlen(text) < 9 || strlen(text) > 15 || strspn(text, "0123456789") != strlen(text))
		return false;
	*ms = strtoll(text, &end, 10);
	if (*ms < INT64_C(100000000000))
		*ms *= 1000;
	return true;
}

/* --- items ---------------------------------------------------------------------------------------------------- */

static const char *text_at(struct arena *arena, json_t *row, const char *pointer)
{
	return pointer ? json_text(arena, json_at(row, pointer)) : NULL;
}

/* Empty text and false mean none, as some products write it. */
static const char *id_at(struct arena *arena, json_t *row, const char *pointer)
{
	const char *text = text_at(arena, row, pointer);

	return text && *text && strcmp(text, "false") ? text : NULL;
}

static bool row_deleted(const struct rest_type *t, json_t *row, struct arena *arena)
{
	static const char *const yes[] = {"true", "1"};
	const char *const *word = t->ndeleted_is ? t->deleted_is : yes;
	const size_t n = t->ndeleted_is ? t->ndeleted_is : sizeof yes / sizeof *yes;
	const char *text = text_at(arena, row, t->deleted);

	if (t->deleted_has)
		return text && strstr(text, t->deleted_has);
	for (size_t i = 0; text && i < n; i++)
		if (!strcmp(text, word[i]))
			return true;
	return false;
}

void answer_raw(struct item *item, json_t *row, struct arena *arena)
{
	AUTO(free) char *text = json_dumps(row, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);

	item->raw = adapter_raw(arena, text ? text : "", text ? strlen(text) : 0);
}

static bool item_times(const struct listing *l, json_t *row, struct arena *arena, struct item *item)
{
	const char *text = id_at(arena, row, l->modified);

	if (text && !time_of(l->modified_form, text, &item->modified_ms)) {
		err_set(&item->err, ERR_ITEM, "the time of the last change is not understood");
		snprintf(item->err.field, sizeof item->err.field, "%s", l->modified);
		return false;
	}
	return true;
}

void answer_item(const struct rest_type *t, json_t *row, struct arena *arena, struct item *item)
{
	const bool deleted = t->deleted && row_deleted(t, row, arena);
	const char *id = NULL;

	*item = (struct item){.type = t->type};
	if (deleted && t->deleted_id)
		id = id_at(arena, row, t->deleted_id);
	if (!id)
		id = id_at(arena, row, t->id);
	item->key = id ? id : "";
	item->version = text_at(arena, row, t->version);
	item->hub_id = id_at(arena, row, t->hub_id);
	item->merged_into = id_at(arena, row, t->merged);
	if (!id) {
		err_set(&item->err, ERR_ITEM, "the item has no id");
		snprintf(item->err.field, sizeof item->err.field, "%s", t->id);
	} else if (!item_times(&t->list, row, arena, item)) {
		item->record = NULL;
	} else if (item->merged_into) {
		item->state = ITEM_MERGED;
		return;
	} else if (deleted) {
		item->state = ITEM_GONE;
		return;
	} else {
		item->record = mapping_in(t->mapping, arena, row, &item->err);
	}
	if (!item->record) {
		item->err.kind = ERR_ITEM;
		answer_raw(item, row, arena);
	}
}

/* --- pages ---------------------------------------------------------------------------------------------------- */

static void page_add(struct page *p, const struct item *item)
{
	p->n++;
	p->content = hash_text(item->key, p->content);
	p->content = hash_text(item->version ? item->version : "", p->content);
	p->content = hash_bytes(&item->modified_ms, sizeof item->modified_ms, p->content);
	if (item->modified_ms && (!p->has_last || item->modified_ms > p->last_ms)) {
		p->has_last = true;
		p->last_ms = item->modified_ms;
	}
}

static int64_t number_at(const struct locate *l, const struct answer *a, struct arena *arena)
{
	const char *text = locate_text(l, a, a->doc, arena);
	char *end;
	long long n;

	if (!text || !*text)
		return -1;
	n = strtoll(text, &end, 10);
	return *end || n < 0 ? -1 : n;
}

static int yes_at(const struct locate *l, const struct answer *a, struct arena *arena)
{
	const char *text = locate_text(l, a, a->doc, arena);

	if (!l->from)
		return -1;
	return text && strcmp(text, "false") && strcmp(text, "0") && *text;
}

static const char *link_at(const struct locate *l, const struct answer *a, struct arena *arena)
{
	const char *text = locate_text(l, a, a->doc, arena);

	return text && *text && strcmp(text, "false") ? text : NULL;
}

/* A deleted row: its key, and when it was deleted if that is told. */
static bool tombstone(const struct rest_type *t, const struct listing *l, json_t *row, struct arena *arena,
	struct item *item, struct err *e)
{
	*item = (struct item){.type = t->type, .state = ITEM_GONE, .hearsay = l == &t->deletions};
	item->key = id_at(arena, row, l->tombstone_id ? l->tombstone_id : "");
	if (!item->key)
		return err_set(e, ERR_BROKEN, "list %s: a tombstone without an id", t->name);
	return !item->hearsay || item_times(l, row, arena, item) ||
	       err_set(e, ERR_BROKEN, "deletions %s: %s", t->name, item->err.text);
}

bool answer_page(const struct rest_type *t, const struct request *q, const struct answer *a, struct arena *arena,
	struct arena *scratch, struct item **out, struct page *p, struct err *e)
{
	const bool deletions = q->kind == REQUEST_DELETIONS;
	const struct listing *l = deletions ? &t->deletions : &t->list;
	json_t *items = locate_json(&l->items, a, a->doc);
	json_t *rows = deletions ? NULL : items;
	json_t *dead = deletions ? items : locate_json(&l->tombstones, a, a->doc);
	const size_t nrows = json_array_size(rows), ndead = json_array_size(dead);
	const char *high = locate_text(&l->high, a, a->doc, scratch);

	*p = (struct page){.more = yes_at(&l->more, a, scratch),
		.total = number_at(&l->total, a, scratch),
		.pages = number_at(&l->pages, a, scratch),
		.next = link_at(&l->next, a, scratch),
		.delta = link_at(&l->delta, a, scratch)};
	if (!json_is_array(items))
		return err_set(e, ERR_BROKEN, "%s %s: no array of items at %s", request_names[q->kind], t->name,
			l->items.what);
	if (nrows + ndead > REST_ITEMS_MAX)
		return err_set(
			e, ERR_BROKEN, "%s %s: %zu items in one page", request_names[q->kind], t->name, nrows + ndead);
	if (high && time_of(NULL, high, &p->high_ms))
		p->has_high = true;
	*out = arena_array(arena, struct item, nrows + ndead + 1);
	for (size_t i = 0; i < nrows; i++) {
		answer_item(t, json_array_get(rows, i), arena, &(*out)[i]);
		page_add(p, &(*out)[i]);
	}
	for (size_t i = 0; i < ndead; i++) {
		if (!tombstone(t, l, json_array_get(dead, i), arena, &(*out)[nrows + i], e))
			return false;
		page_add(p, &(*out)[nrows + i]);
	}
	return true;
}
