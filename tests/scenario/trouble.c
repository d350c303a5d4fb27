/* trouble.c - what goes wrong once, at a partner or in the hub's process, and what the hub has made of what it heard. */
#include "scenario/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "engine/story.h"

static const char *word(const struct scene *s, size_t i)
{
	return i < s->line->n ? s->line->word[i] : "";
}

static bool span(struct scene *s, const char *text, int64_t *out)
{
	uint64_t ms;

	if (!time_parse_span(text, &ms))
		return scene_fail(s, "how long?");
	*out = (int64_t)ms;
	return true;
}

/* --- at a partner --------------------------------------------------------------------------------------------------- */

/* unizo fails writes 1: so many are refused, without effect and for no reason that lasts */
static bool fails(struct scene *s, struct mem_partner *p)
{
	p->failing_writes = (unsigned)strtoul(word(s, 3), NULL, 10);
	return true;
}

/* unizo loses answers 1 */
static bool loses(struct scene *s, struct mem_partner *p)
{
	p->lost_answers = s->line->n > 3 ? (unsigned)strtoul(word(s, 3), NULL, 10) : 1;
	return true;
}

/* unizo busy 5m: the next write is told to come back after that time */
static bool busy(struct scene *s, struct mem_partner *p)
{
	return span(s, word(s, 2), &p->busy_ms);
}

/* unizo writes late 20s: the next one has its effect so long after it was given up; unizo writes twice: it arrives twice */
static bool writes(struct scene *s, struct mem_partner *p)
{
	p->twice = !strcmp(word(s, 2), "twice");
	if (p->twice)
		return true;
	return strcmp(word(s, 2), "late") ? scene_fail(s, "writes late <span>, writes twice") : span(s, word(s, 3), &p->late_ms);
}

/* unizo answers late 80s: the next write has its effect at once, and is answered so long after */
static bool answers(struct scene *s, struct mem_partner *p)
{
	return strcmp(word(s, 2), "late") ? scene_fail(s, "answers late <span>") : span(s, word(s, 3), &p->late_answer_ms);
}

/* unizo reads late 80s: the next single read is answered so long after it saw what is there */
static bool reads(struct scene *s, struct mem_partner *p)
{
	return strcmp(word(s, 2), "late") ? scene_fail(s, "reads late <span>") : span(s, word(s, 3), &p->late_get_ms);
}

static bool leave_out(struct scene *s, struct mem_partner *p, struct mem_record *r)
{
	(void)s;
	(void)p;
	r->unlisted = true;
	return true;
}

/* unizo lists late 60s: its next page arrives so long after it was made; unizo lists without acme: the next complete list */
static bool lists(struct scene *s, struct mem_partner *p)
{
	if (!strcmp(word(s, 2), "without"))
		return people_record(s, p, 3, leave_out);
	return strcmp(word(s, 2), "late") ? scene_fail(s, "lists late <span>, lists without <record>") : span(s, word(s, 3), &p->late_page_ms);
}

/* --- in the hub's process --------------------------------------------------------------------------------------------- */

/* hub dies sending | hub dies unanswered: as the next write leaves, or has had its effect | hub dies at commit 3 */
static bool dies(struct scene *s)
{
	if (!strcmp(word(s, 2), "at")) {
		s->stage->kill_at = s->stage->commits + strtoull(word(s, 4), NULL, 10);
		return true;
	}
	s->world->dies = !strcmp(word(s, 2), "sending") ? MEM_DIES_SENDING : MEM_DIES_UNANSWERED;
	s->world->dies_with = EXIT_KILLED;
	return true;
}

static bool restarts(struct scene *s)
{
	drive_close(s);
	return true;
}

/* --- what it heard ---------------------------------------------------------------------------------------------------- */

/* In events about that record of that partner's: ?1 is its name, the record's key, the field and the value as JSON. */
#define ABOUT "FROM event e JOIN shadow s ON s.id = e.shadow JOIN partner p ON p.id = s.partner WHERE p.name = ?1 ->> 0 AND " \
	"substr(s.key || char(2), 1, length(?1 ->> 1) + 1) = (?1 ->> 1) || char(2) AND "
#define EDITED "e.kind = 1 AND e.data -> 'fields' -> (?1 ->> 2) -> 'to' = ?1 ->> 3"
#define READ "(e.kind = 0 AND e.data -> 'values' -> (?1 ->> 2) = ?1 ->> 3 OR e.kind = 2 AND e.data -> 'fields' -> (?1 ->> 2) = ?1 ->> 3 " \
	"OR e.kind = 3 AND e.data ->> 'field' = ?1 ->> 2 AND e.data -> 'got' = ?1 ->> 3 OR " EDITED ")"

static int64_t times(struct scene *s, const char *sql, const struct mem_partner *p, const struct mem_record *r, unsigned field,
	const char *value)
{
	BUF_AUTO struct buf text = {0}, about = {0};

	story_value(&text, field_at(r->type, field), value);
	buf_adds(&about, "[");
	buf_add_json(&about, p->name);
	buf_adds(&about, ",");
	buf_add_json(&about, r->key);
	buf_addf(&about, ",\"%s\",", field_at(r->type, field)->name);
	buf_add_json(&about, text.data);
	buf_adds(&about, "]");
	return drive_query(s, sql, about.data);
}

static bool heard(struct scene *s, struct mem_partner *p, struct mem_record *r, unsigned field, const char *value)
{
	return times(s, "SELECT count(*) " ABOUT READ, p, r, field, value) ||
		scene_fail(s, "the hub never heard of \"%s\" in %s", value, field_at(r->type, field)->name);
}

static bool unheard(struct scene *s, struct mem_partner *p, struct mem_record *r, unsigned field, const char *value)
{
	return !times(s, "SELECT count(*) " ABOUT EDITED, p, r, field, value) ||
		scene_fail(s, "the hub says that people wrote \"%s\" in %s", value, field_at(r->type, field)->name);
}

struct knowing {
	const struct mem_partner *p;
	const struct mem_record *r;
	const char *wrong;
};

/* What the partner holds, as the hub would say it. */
static const char *as_hub(struct hub *hub, struct arena *arena, int partner, const struct field *field, const char *value)
{
	return field->kind == VALUE_REF && *value ? store_ref_in(hub->store, arena, partner, field->target, value) : value;
}

static bool compare(struct hub *hub, struct arena *arena, void *ctx, struct err *e)
{
	struct knowing *k = ctx;
	const int partner = hub_partner_named(hub, k->p->name)->id;
	struct shadow *shadow;

	if (!store_shadow_by_key(hub->store, arena, partner, k->r->type, k->r->key, &shadow, e))
		return false;
	if (!shadow)
		k->wrong = "the record itself";
	for (unsigned f = 0; shadow && f < field_count(k->r->type); f++) {
		const struct field *field = field_at(k->r->type, f);
		const char *base = shadow->cell[f].base, *there = as_hub(hub, arena, partner, field, k->r->now.value[f]);

		if (there && strcmp(base ? base : "", there) && (*there || !k->p->leaves_out_empty))
			k->wrong = field->name;
	}
	return true;
}

/* hub knows unizo acme: what it believes to stand there does */
static bool knows(struct scene *s, struct mem_partner *p, struct mem_record *r)
{
	struct knowing k = {.p = p, .r = r};
	struct err e = {0};

	if (!drive_transaction(s, compare, &k, &e))
		return scene_fail(s, "%s", e.text);
	return !k.wrong || scene_fail(s, "the hub believes otherwise of %s", k.wrong);
}

static bool patient(struct scene *s)
{
	return !s->world->impatient || scene_fail(s, "a write was sent again before the time that it was told");
}

/* --- words ------------------------------------------------------------------------------------------------------------ */

static bool about_record(struct scene *s)
{
	struct mem_partner *p = mem_partner(s->world, word(s, 2));

	if (!strcmp(word(s, 1), "heard"))
		return people_each(s, p, 3, heard);
	if (!strcmp(word(s, 1), "unheard"))
		return people_each(s, p, 3, unheard);
	return people_record(s, p, 3, knows);
}

static const struct {
	const char *word;
	bool (*play)(struct scene *);
} hub_verbs[] = {
	{"dies", dies},
	{"restarts", restarts},
	{"heard", about_record},
	{"unheard", about_record},
	{"knows", about_record},
	{"patient", patient},
};

static const struct {
	const char *word;
	bool (*play)(struct scene *, struct mem_partner *);
} verbs[] = {
	{"fails", fails},
	{"loses", loses},
	{"busy", busy},
	{"writes", writes},
	{"answers", answers},
	{"reads", reads},
	{"lists", lists},
};

bool trouble_play(struct scene *s, struct mem_partner *p, bool *known)
{
	*known = true;
	for (size_t i = 0; !strcmp(word(s, 0), "hub") && i < sizeof hub_verbs / sizeof *hub_verbs; i++)
		if (!strcmp(hub_verbs[i].word, word(s, 1)))
			return hub_verbs[i].play(s);
	for (size_t i = 0; p && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(verbs[i].word, word(s, 1)))
			return verbs[i].play(s, p);
	*known = false;
	return false;
}
