/*
 * rest_cursor.c - where the walk through a partner's pages stands, and what is kept between two polls.
 *
 * The engine stores the state as JSON text without looking into it:
 *   {"high":ms}                          at rest, KEEP_SINCE: the next poll asks from high - overlap
 *   {"link":"..."} {"cursor":"..."}      at rest, KEEP_LINK and KEEP_CURSOR
 *   {"walk":true,"since":ms,"page":2,"offset":100,"limit":100,...}    between two pages
 *
 * A keyset walk asks again from the newest modification of the page before, so that an edit made meanwhile cannot push
 * a row over the edge of a page: rows with that very time come twice, which is harmless. Only where a whole page has
 * one time does it count pages.
 *
 * A partner that answers with the same page for ever is found by comparing each page with one seen before, which is
 * replaced at steps 1, 2, 4, 8...: any period is noticed, and the state stays small.
 */
#include <string.h>

#include "adapters/rest.h"
#include "base/hash.h"

const struct cursor_kind cursor_kinds[] = {
	{"delta-link", WALK_LINK, KEEP_LINK},
	{"cursor", WALK_CURSOR, KEEP_CURSOR},
	{"page-cursor", WALK_CURSOR, KEEP_NOTHING},
	{"since+page", WALK_PAGE, KEEP_SINCE},
	{"since+keyset", WALK_KEYSET, KEEP_SINCE},
	{"since+cursor", WALK_CURSOR, KEEP_SINCE},
	{"since+link", WALK_LINK, KEEP_SINCE},
	{"offset", WALK_PAGE, KEEP_NOTHING},
	{"link", WALK_LINK, KEEP_NOTHING},
	{0},
};

static bool number_at(json_t *doc, const char *key, int64_t *out)
{
	const json_t *j = json_object_get(doc, key);

	if (json_is_integer(j))
		*out = json_integer_value(j);
	return json_is_integer(j);
}

bool cursor_read(struct arena *arena, const struct cursor_spec *spec, const char *text, size_t limit, struct cursor *c,
	struct err *e)
{
	AUTO(json_drop) json_t *doc = NULL;
	int64_t seen = 0;

	*c = (struct cursor){.page = spec->first, .limit = spec->limit, .power = 1};
	if (limit)
		c->limit = (int64_t)limit < spec->limit_max ? (int64_t)limit : spec->limit_max;
	if (!text)
		return true;
	doc = json_parse(text, strlen(text), e);
	if (!json_is_object(doc))
		return err_set(e, ERR_GONE, "the cursor kept for this partner is not one of this adapter");
	c->link = json_text(arena, json_object_get(doc, "link"));
	c->opaque = json_text(arena, json_object_get(doc, "cursor"));
	c->has_high = number_at(doc, "high", &c->high_ms);
	c->walking = json_is_true(json_object_get(doc, "walk"));
	if (!c->walking) {
		c->has_since = c->has_high && spec->kind->keep == KEEP_SINCE;
		c->since_ms = c->high_ms - (int64_t)spec->overlap_ms;
		return true;
	}
	c->has_since = number_at(doc, "since", &c->since_ms);
	number_at(doc, "page", &c->page);
	number_at(doc, "offset", &c->offset);
	number_at(doc, "limit", &c->limit);
	number_at(doc, "steps", &c->steps);
	number_at(doc, "power", &c->power);
	if (number_at(doc, "seen", &seen))
		c->seen = (uint64_t)seen;
	return true;
}

/* Has this page been here before? fresh: the walk began or set out anew with it, so that there is nothing to compare.
 */
static bool goes_round(struct cursor *c, const struct page *p, bool fresh)
{
	const uint64_t mark = p->n ? p->content : hash_text(p->next ? p->next : "", 1);

	if (!fresh && mark == c->seen)
		return true;
	if (fresh) {
		c->seen = mark;
		c->power = 1;
		c->steps = 0;
	} else if (++c->steps == c->power) {
		c->seen = mark;
		c->power *= 2;
		c->steps = 0;
	}
	return false;
}

static bool page_more(const struct cursor *c, const struct cursor_spec *spec, const struct page *p)
{
	if (p->more >= 0)
		return p->more;
	if (p->pages >= 0)
		return c->page - spec->first + 1 < p->pages;
	if (p->total >= 0)
		return p->n && c->offset + (int64_t)p->n < p->total;
	return p->n && (int64_t)p->n >= c->limit;
}

static bool advance_link(
	const struct cursor_spec *spec, struct cursor *c, const struct page *p, bool *more, struct err *e)
{
	*more = p->next;
	if (p->next && c->link && !strcmp(p->next, c->link))
		return err_set(e, ERR_BROKEN, "the next page's link is this page's");
	if (!p->next && spec->kind->keep == KEEP_LINK && !p->delta)
		return err_set(e, ERR_BROKEN, "the last page has no delta link");
	c->link = p->next ? p->next : spec->kind->keep == KEEP_LINK ? p->delta : NULL;
	return true;
}

static bool advance_opaque(struct cursor *c, const struct page *p, bool *more, struct err *e)
{
	*more = p->more >= 0 ? p->more : p->next != NULL;
	if (*more && (!p->next || (c->opaque && !strcmp(p->next, c->opaque))))
		return err_set(e, ERR_BROKEN,
			p->next ? "the next page's cursor is this page's" : "there is more, but no cursor to it");
	if (p->next)
		c->opaque = p->next;
	return true;
}

static bool advance_keyset(const struct cursor_spec *spec, struct cursor *c, const struct page *p, struct err *e)
{
	if (!p->has_last)
		return err_set(e, ERR_BROKEN, "a page without one modification time cannot be walked on from");
	if (!c->has_since || p->last_ms > c->since_ms) {
		c->has_since = true;
		c->since_ms = p->last_ms;
		c->page = spec->first;
		c->offset = 0;
		return true;
	}
	c->page++;
	c->offset += (int64_t)p->n;
	return true;
}

bool cursor_advance(const struct cursor_spec *spec, struct cursor *c, const struct page *p, bool *more, struct err *e)
{
	/* The first page from a new time may be the last one of the time before. */
	const bool fresh = !c->walking || (spec->kind->walk == WALK_KEYSET && c->page == spec->first);

	if (p->has_high ? !c->walking : p->has_last && (!c->has_high || p->last_ms > c->high_ms)) {
		c->has_high = true;
		c->high_ms = p->has_high ? p->high_ms : p->last_ms;
	}
	*more = page_more(c, spec, p);
	switch (spec->kind->walk) {
	case WALK_LINK:
		if (!advance_link(spec, c, p, more, e))
			return false;
		break;
	case WALK_CURSOR:
		if (!advance_opaque(c, p, more, e))
			return false;
		break;
	case WALK_KEYSET:
		if (*more && !advance_keyset(spec, c, p, e))
			return false;
		break;
	case WALK_PAGE:
		c->page++;
		c->offset += (int64_t)p->n;
		break;
	}
	if (*more && goes_round(c, p, fresh))
		return err_set(e, ERR_BROKEN, "paging goes round: this page was here before");
	c->walking = *more;
	return true;
}

const char *cursor_print(struct arena *arena, const struct cursor_spec *spec, const struct cursor *c)
{
	AUTO(json_drop) json_t *doc = json_object();
	AUTO(free) char *text = NULL;

	if (c->link && (c->walking || spec->kind->keep == KEEP_LINK))
		json_object_set_new(doc, "link", json_string(c->link));
	if (c->opaque && (c->walking || spec->kind->keep == KEEP_CURSOR))
		json_object_set_new(doc, "cursor", json_string(c->opaque));
	if (c->has_high && spec->kind->keep == KEEP_SINCE)
		json_object_set_new(doc, "high", json_integer(c->high_ms));
	if (c->walking) {
		json_object_set_new(doc, "walk", json_true());
		if (c->has_since)
			json_object_set_new(doc, "since", json_integer(c->since_ms));
		json_object_set_new(doc, "page", json_integer(c->page));
		json_object_set_new(doc, "offset", json_integer(c->offset));
		json_object_set_new(doc, "limit", json_integer(c->limit));
		json_object_set_new(doc, "steps", json_integer(c->steps));
		json_object_set_new(doc, "power", json_integer(c->power));
		json_object_set_new(doc, "seen", json_integer((json_int_t)c->seen));
	} else if (spec->kind->keep == KEEP_NOTHING) {
		return NULL;
	}
	text = json_canonical(doc);
	return arena_strdup(arena, text);
}
