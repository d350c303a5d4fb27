/* lies.c - what endpoints do that say otherwise. Most have been seen at real products, see the design notes on their APIs. */
#include "conform/liar.h"

#include <ctype.h>
#include <string.h>

#define CAN(cap) ADAPTER_CAN_##cap

static bool goes_on(const struct pull *p)
{
	return p->cursor && p->cursor[0] == 'p';
}

static bool since(const struct pull *p)
{
	return p->cursor && p->cursor[0] == 'f';
}

static void drop(struct pull *p, size_t at)
{
	memmove(&p->item[at], &p->item[at + 1], (p->n - at - 1) * sizeof *p->item);
	p->n--;
}

/* --- lists */

static void breaks_off(struct liar *l, struct pull *p)
{
	(void)l;
	if (goes_on(p))
		err_set(&p->op.err, ERR_BROKEN, "an answer that is no page");
}

static void goes_round(struct liar *l, struct pull *p)
{
	(void)l;
	p->more = true;
	p->next = "p0,0";
}

static void forgets_at_borders(struct liar *l, struct pull *p)
{
	(void)l;
	if (p->more && p->complete)
		drop(p, p->n - 1);
}

static void counts_too_many(struct liar *l, struct pull *p)
{
	(void)l;
	p->total += 5;
}

static void no_keys(struct liar *l, struct pull *p)
{
	(void)l;
	for (size_t i = 0; i < p->n; i++)
		if (p->item[i].record)
			p->item[i].key = "";
}

static void mostly_unusable(struct liar *l, struct pull *p)
{
	(void)l;
	for (size_t i = 0; i < p->n; i += 2) {
		p->item[i].record = NULL;
		err_set(&p->item[i].err, ERR_ITEM, "it makes no sense");
	}
}

static void in_the_future(struct liar *l, struct pull *p)
{
	(void)l;
	for (size_t i = 0; i < p->n; i++)
		p->item[i].modified_ms += INT64_C(3) * 86400000;
}

static void sometimes_no_version(struct liar *l, struct pull *p)
{
	(void)l;
	if (p->n)
		p->item[0].version = NULL;
}

static void ignores_since(struct liar *l, struct pull *p)
{
	(void)l;
	if (since(p))
		p->cursor = NULL;
}

static void cursor_lost(struct liar *l, struct pull *p)
{
	(void)l;
	if (!p->more)
		p->next = NULL;
}

static void tells_no_changes(struct liar *l, struct pull *p)
{
	(void)l;
	if (since(p))
		p->n = 0;
}

/* A bound of > where >= is wanted: what has the newest time that was read is not told again. */
static void exclusive_since(struct liar *l, struct pull *p)
{
	if (!since(p))
		return;
	l->high_before_ms = l->high_ms;
	for (size_t i = p->n; i--;) {
		if (p->item[i].modified_ms > l->high_ms)
			l->high_ms = p->item[i].modified_ms;
		if (p->item[i].modified_ms == l->high_before_ms)
			drop(p, i);
	}
}

/* Pages by number: what was written since the page before has pushed one record over its edge. */
static void pages_shift(struct liar *l, struct pull *p)
{
	if (p->limit == 2 && since(p) && l->pushes != l->pushes_before_page && p->n && p->item[0].record)
		drop(p, 0);
	l->pushes_before_page = p->more ? l->pushes : ~0u;
	if (!p->more || p->limit != 2)
		l->pushes_before_page = l->pushes;
}

static void no_tombstones(struct liar *l, struct pull *p)
{
	(void)l;
	for (size_t i = p->n; i--;)
		if (p->item[i].state == ITEM_GONE)
			drop(p, i);
}

/* --- single records */

static void leaves_out(struct liar *l, struct get *g)
{
	(void)l;
	if (g->found && g->item.record)
		g->item.record->v[ORGANIZATION_LANGUAGE] = "fr";
}

static void deleted_is_an_error(struct liar *l, struct get *g)
{
	(void)l;
	if (g->key && !g->found)
		err_set(&g->op.err, ERR_DENIED, "403");
}

static void finds_nothing(struct liar *l, struct get *g)
{
	(void)l;
	if (g->hub_id)
		g->found = false;
}

static void ignores_the_query(struct liar *l, struct get *g)
{
	(void)l;
	if (g->hub_id) {
		g->key = g->type == RECORD_ORGANIZATION ? "org-1" : "con-1";
		g->hub_id = NULL;
	}
}

/* --- writes */

static void loses_a_field(struct liar *l, struct push *p)
{
	(void)l;
	if (p->kind == PUSH_CREATE && p->type == RECORD_ORGANIZATION)
		p->fields &= ~FIELD_BIT(ORGANIZATION_EMAILS);
}

static void ignores_tokens(struct liar *l, struct push *p)
{
	p->token = arena_printf(p->arena, "token-%u", ++l->tokens);
}

/* With its first change, as a form does that does not know all of a record. */
static void loses_a_note(struct liar *l, struct get *g)
{
	char *note = g->item.raw ? strstr(g->item.raw, "\"note\"") : NULL;

	(void)l;
	if (note && !strstr(g->item.raw, "\"version\":1,"))
		memcpy(note, "\"nota\"", strlen("\"nota\""));
}

static void keeps_no_external_id(struct liar *l, struct push *p)
{
	(void)l;
	p->hub_id = NULL;
}

static void writes_another_field(struct liar *l, struct push *p)
{
	struct record *r;

	(void)l;
	if (p->kind != PUSH_UPDATE || p->type != RECORD_ORGANIZATION)
		return;
	r = arena_copy(p->arena, p->record, sizeof *p->record);
	r->v[ORGANIZATION_MUNICIPALITY] = "Elders";
	p->record = r;
	p->fields |= FIELD_BIT(ORGANIZATION_MUNICIPALITY);
}

static void does_not_answer(struct liar *l, struct push *p)
{
	(void)l;
	p->answer = NULL;
}

static void one_version_pulled(struct liar *l, struct pull *p)
{
	(void)l;
	for (size_t i = 0; i < p->n; i++)
		p->item[i].version = "1";
}

static void one_version_got(struct liar *l, struct get *g)
{
	(void)l;
	g->item.version = "1";
}

static void one_version_pushed(struct liar *l, struct push *p)
{
	(void)l;
	p->out_version = p->op.err.kind ? NULL : "1";
	p->answer = NULL;
}

/* A PUT that takes the place of all there was. */
static void replaces_all(struct liar *l, struct push *p)
{
	struct record *r;

	if (p->kind != PUSH_UPDATE)
		return;
	r = arena_copy(p->arena, p->record, sizeof *p->record);
	for (unsigned f = 0; f < field_count(p->type); f++)
		if (!r->v[f])
			r->v[f] = "";
	p->record = r;
	p->fields = l->remote.writable[p->type];
}

static void leaves_out_empty(struct liar *l, struct push *p)
{
	(void)l;
	for (unsigned f = 0; p->kind == PUSH_UPDATE && f < field_count(p->type); f++)
		if (p->fields & FIELD_BIT(f) && !*p->record->v[f])
			p->fields &= ~FIELD_BIT(f);
}

static void leave_out(struct item *item)
{
	for (unsigned f = 0; item->record && f < field_count(item->type); f++)
		if (item->record->v[f] && !*item->record->v[f])
			item->record->v[f] = NULL;
}

static void says_nothing_of_empty_pulled(struct liar *l, struct pull *p)
{
	(void)l;
	for (size_t i = 0; i < p->n; i++)
		leave_out(&p->item[i]);
}

static void says_nothing_of_empty(struct liar *l, struct get *g)
{
	(void)l;
	if (g->found)
		leave_out(&g->item);
}

static void ignores_if_match(struct liar *l, struct push *p)
{
	(void)l;
	if (p->kind == PUSH_UPDATE)
		p->version = NULL;
}

static void deletes_blindly(struct liar *l, struct push *p)
{
	(void)l;
	if (p->kind == PUSH_DELETE)
		p->version = NULL;
}

static void another_kind_for_stale(struct liar *l, struct push *p)
{
	(void)l;
	if (p->op.err.kind == ERR_CONFLICT)
		err_set(&p->op.err, ERR_ITEM, "400");
}

static void only_archives(struct liar *l, struct push *p)
{
	(void)l;
	if (p->kind != PUSH_DELETE)
		return;
	p->kind = PUSH_UPDATE;
	p->record = record_new(p->arena, p->type);
	p->fields = 0;
}

static void makes_again(struct liar *l, struct push *p)
{
	(void)l;
	if (p->kind == PUSH_UPDATE && p->op.err.kind == ERR_GONE)
		p->op.err = (struct err){0};
}

static void another_kind_for_gone(struct liar *l, struct push *p)
{
	(void)l;
	if (p->op.err.kind == ERR_GONE)
		err_set(&p->op.err, ERR_BROKEN, "500");
}

static void never_removes(struct liar *l, struct push *p)
{
	(void)l;
	if (p->kind == PUSH_DELETE && !p->op.err.kind)
		err_set(&p->op.err, ERR_ITEM, "it may not be removed");
}

static const char *in_capitals(struct arena *arena, unsigned field, const char *value)
{
	char *upper = arena_strdup(arena, value);

	for (char *p = upper; field == ORGANIZATION_LEGAL_NAME && *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return upper;
}

const struct lie lies[] = {
	{ "breaks off on the second page", "list", .pulled = breaks_off },
	{ "has no last page", "list", .pulled = goes_round },
	{ "forgets an item at page borders", "list-again", .pulled = forgets_at_borders },
	{ "says that there are more than it lists", "list-again", .pulled = counts_too_many },
	{ "tells no keys", "items", .pulled = no_keys },
	{ "sends half of its records in another form", "items", .pulled = mostly_unusable },
	{ "has its clock in the future", "times", .pulled = in_the_future },
	{ "leaves out a version now and then", "versions", .pulled = sometimes_no_version },
	{ "lists another value than it shows singly", "single-get", .got = leaves_out },
	{ "answers 403 for what is not there", "no-such-record", .got = deleted_is_an_error },
	{ "does not find external ids", "find-known", .got = finds_nothing },
	{ "ignores the query of a search", "find-nothing", .get = ignores_the_query },
	{ "writes in capitals what it shows otherwise", "map-laws", .image = in_capitals },
	{ "ignores since", "incremental", .pull = ignores_since },
	{ "gives no cursor", "incremental", .pulled = cursor_lost },
	{ "loses a field of what is made", "create", .push = loses_a_field },
	{ "ignores the idempotency key", "create-token", .push = ignores_tokens },
	{ "does not keep external ids", "create-external-id", .push = keeps_no_external_id },
	{ "calls a value it does not take a broken request", "refusal", .open_to_all = false },
	{ "changes another field as well", "update", .push = writes_another_field },
	{ "does not answer with the record", "update", .pushed = does_not_answer },
	{ "keeps its version through a change", "versions-change", .without = CAN(CONDITIONAL) | CAN(ANSWERS),
		.pulled = one_version_pulled, .got = one_version_got, .pushed = one_version_pushed },
	{ "loses fields that a change does not name", "keeps-the-rest", .push = replaces_all },
	{ "loses a member that no map names", "keeps-the-rest", .got = loses_a_note },
	{ "ignores what is emptied", "empties", .push = leaves_out_empty },
	{ "does not say what is empty", "empties", .pulled = says_nothing_of_empty_pulled, .got = says_nothing_of_empty },
	{ "ignores If-Match", "stale-update", .push = ignores_if_match },
	{ "answers 400 to a stale version", "stale-update", .pushed = another_kind_for_stale },
	{ "does not tell changes", "edit-told", .pulled = tells_no_changes },
	{ "has an exclusive since", "since-inclusive", .pulled = exclusive_since },
	{ "shifts pages when a record moves", "pages-under-writes", .pulled = pages_shift },
	{ "ignores If-Match of a removal", "stale-delete", .push = deletes_blindly },
	{ "says that it removed, and keeps", "delete", .push = only_archives },
	{ "does not tell deletions", "delete-told", .pulled = no_tombstones },
	{ "makes a removed record again", "gone", .pushed = makes_again },
	{ "answers 500 for a removed record", "gone", .pushed = another_kind_for_gone },
	{ "refuses to remove what was made", "tidy", .pushed = never_removes },
	{ "lists for anybody", "credentials", .open_to_all = true },
	{ 0 },
};
