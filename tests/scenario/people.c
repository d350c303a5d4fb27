/*
 * people.c - what happens at a partner, and what must be seen there.
 *
 * A record is named by its type (organization if left out) and a label. The label is the key at the partner where a
 * line says `has`; a record that the hub creates elsewhere goes by the label of its like. References are labels.
 */
#include "scenario/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "core/normalise.h"

struct target {
	enum record_type type;
	const char *label;
	size_t rest; /* first word after the label */
};

static bool target_of(struct scene *s, size_t word, struct target *t)
{
	const struct line *l = s->line;

	t->type = RECORD_ORGANIZATION;
	if (word < l->n && record_type_parse(l->word[word], &t->type))
		word++;
	if (word >= l->n)
		return scene_fail(s, "which record?");
	t->label = l->word[word];
	t->rest = word + 1;
	return true;
}

/* --- fields and values
 * -------------------------------------------------------------------------------------------------- */

static const struct {
	enum record_type type;
	const char *name, *field;
} short_names[] = {
	{RECORD_ORGANIZATION, "name", "legal_name"},
	{RECORD_ORGANIZATION, "number", "enterprise_number"},
	{RECORD_ORGANIZATION, "phone", "phones"},
	{RECORD_ORGANIZATION, "email", "emails"},
	{RECORD_ORGANIZATION, "web", "websites"},
	{RECORD_ORGANIZATION, "postal", "postal_code"},
	{RECORD_ORGANIZATION, "city", "municipality"},
	{RECORD_CONTACT, "phone", "phones"},
	{RECORD_CONTACT, "email", "emails"},
	{RECORD_REFERRAL, "from", "from_partner"},
	{RECORD_REFERRAL, "to", "to_partner"},
};

int people_field(enum record_type type, const char *name)
{
	for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++)
		if (short_names[i].type == type && !strcmp(short_names[i].name, name))
			return field_find(type, short_names[i].field);
	return field_find(type, name);
}

static const char *canonical(struct scene *s, enum value_kind kind, const char *text)
{
	struct err e;
	const char *v = normalise(s->arena, kind, text, NULL, &e);

	return v ? v : "";
}

static const char *set_of(struct scene *s, enum value_kind kind, const char *text)
{
	const char *element[32];
	size_t n = 0;

	while (*text && n < 32) {
		const size_t len = strcspn(text, ",");

		element[n++] = canonical(s, kind, arena_strndup(s->arena, text, len));
		text += len + (text[len] == ',');
	}
	return set_make(s->arena, element, n);
}

static const char *value_of(struct scene *s, struct mem_partner *p, const struct field *f, const char *text)
{
	const struct mem_record *target;

	if (!*text)
		return "";
	if (f->kind == VALUE_REF) {
		target = mem_labelled(p, f->target, text);
		return target ? target->key : NULL;
	}
	return f->set ? set_of(s, f->kind, text) : canonical(s, f->kind, text);
}

/* Calls for every name=value from that word on; a person's name= is a given name and a family name. */
static bool each_value(struct scene *s, struct mem_partner *p, const struct target *t,
	people_visit *visit, struct mem_record *r)
{
	for (size_t i = t->rest; i < s->line->n; i++) {
		const char *word = s->line->word[i], *eq = strchr(word, '='), *value;
		const char *name = eq ? arena_strndup(s->arena, word, (size_t)(eq - word)) : word;
		int f;

		if (!eq)
			return scene_fail(s, "%s: must be field=value", word);
		if (t->type == RECORD_CONTACT && !strcmp(name, "name")) {
			const size_t given = strcspn(eq + 1, " ");
			const char *family = eq + 1 + given;

			if (!visit(s, p, r, CONTACT_GIVEN_NAME, arena_strndup(s->arena, eq + 1, given)) ||
				!visit(s, p, r, CONTACT_FAMILY_NAME, *family ? family + 1 : ""))
				return false;
			continue;
		}
		f = people_field(t->type, name);
		if (f < 0)
			return scene_fail(s, "there is no field %s", name);
		value = value_of(s, p, field_at(t->type, (unsigned)f), eq + 1);
		if (!value)
			return scene_fail(s, "%s has no %s", p->name, eq + 1);
		if (!visit(s, p, r, (unsigned)f, value))
			return false;
	}
	return true;
}

bool people_record(
	struct scene *s, struct mem_partner *p, size_t word, bool (*visit)(struct scene *, struct mem_partner *, struct mem_record *))
{
	struct mem_record *r;
	struct target t;

	if (!target_of(s, word, &t))
		return false;
	r = mem_labelled(p, t.type, t.label);
	return r ? visit(s, p, r) : scene_fail(s, "%s never had %s", p->name, t.label);
}

bool people_each(struct scene *s, struct mem_partner *p, size_t word, people_visit *visit)
{
	struct mem_record *r;
	struct target t;

	if (!target_of(s, word, &t))
		return false;
	r = mem_labelled(p, t.type, t.label);
	return r ? each_value(s, p, &t, visit, r) : scene_fail(s, "%s never had %s", p->name, t.label);
}

/* --- what they do
 * --------------------------------------------------------------------------------------------------------- */

static bool write_value(struct scene *s, struct mem_partner *p, struct mem_record *r, unsigned field, const char *value)
{
	mem_set(p, r, field, value, s->stage->wall_ms);
	return true;
}

static struct mem_record *live(struct scene *s, struct mem_partner *p, const struct target *t)
{
	struct mem_record *r = mem_labelled(p, t->type, t->label);

	if (r && r->now.standing == MEM_LIVE)
		return r;
	scene_fail(s, "%s has no %s %s", p->name, record_type_name(t->type), t->label);
	return NULL;
}

static bool has(struct scene *s, struct mem_partner *p)
{
	struct mem_record *r;
	const char *key;
	struct target t;

	if (!target_of(s, 2, &t))
		return false;
	/* Entered anew after it was deleted: another key, the same label. */
	key = mem_at(p, t.type, t.label) ? arena_printf(s->arena, "%s-again-%u", t.label, ++p->made) : t.label;
	r = mem_add(p, t.type, key, s->stage->wall_ms);
	strcpy(r->label, t.label);
	return each_value(s, p, &t, write_value, r);
}

static bool sets(struct scene *s, struct mem_partner *p)
{
	struct mem_record *r;
	struct target t;

	return target_of(s, 2, &t) && (r = live(s, p, &t)) && each_value(s, p, &t, write_value, r);
}

static bool deletes(struct scene *s, struct mem_partner *p)
{
	struct mem_record *r;
	struct target t;

	if (!target_of(s, 2, &t) || !(r = live(s, p, &t)))
		return false;
	mem_delete(p, r, s->stage->wall_ms);
	return true;
}

static bool drops(struct scene *s, struct mem_partner *p)
{
	struct mem_record *r;
	struct target t;

	if (!target_of(s, 2, &t) || !(r = live(s, p, &t)))
		return false;
	mem_lose(r);
	return true;
}

/* unizo merges acme into beta */
static bool merges(struct scene *s, struct mem_partner *p)
{
	struct mem_record *r, *into;
	struct target t, u;

	if (!target_of(s, 2, &t) || !(r = live(s, p, &t)))
		return false;
	if (t.rest >= s->line->n || strcmp(s->line->word[t.rest], "into"))
		return scene_fail(s, "into which?");
	u = (struct target){.type = t.type, .label = t.rest + 1 < s->line->n ? s->line->word[t.rest + 1] : ""};
	if (!(into = live(s, p, &u)))
		return false;
	mem_merge(p, r, into, s->stage->wall_ms);
	return true;
}

static bool spoils(struct scene *s, struct mem_partner *p)
{
	struct mem_record *r;
	struct target t;

	if (!target_of(s, 2, &t) || !(r = live(s, p, &t)))
		return false;
	mem_spoil(p, r, true, s->stage->wall_ms);
	return true;
}

static bool mends(struct scene *s, struct mem_partner *p)
{
	struct mem_record *r;
	struct target t;

	if (!target_of(s, 2, &t) || !(r = live(s, p, &t)))
		return false;
	mem_spoil(p, r, false, s->stage->wall_ms);
	return true;
}

static bool arm(struct scene *s, struct mem_partner *p, struct mem_record *r, unsigned field, const char *value)
{
	(void)s;
	p->trap = (struct mem_trap){.armed = true, .record = (unsigned)(r - p->record), .field = field};
	strcpy(p->trap.value, value);
	return true;
}

/* unizo meanwhile sets acme phone=...: when the hub's next write to it arrives, just before that */
static bool meanwhile(struct scene *s, struct mem_partner *p)
{
	struct mem_record *r;
	struct target t;

	return target_of(s, 4 <= s->line->n ? 3 : 2, &t) && (r = live(s, p, &t)) && each_value(s, p, &t, arm, r);
}

static bool down(struct scene *s, struct mem_partner *p)
{
	(void)s;
	p->down = true;
	return true;
}

static bool up(struct scene *s, struct mem_partner *p)
{
	(void)s;
	p->down = false;
	return true;
}

/* unizo stubborn conflict; unizo stubborn gone; unizo stubborn no */
static bool stubborn(struct scene *s, struct mem_partner *p)
{
	const char *word = s->line->n > 2 ? s->line->word[2] : "";

	p->stubborn = !strcmp(word, "conflict") ? ERR_CONFLICT : !strcmp(word, "gone") ? ERR_GONE : ERR_NONE;
	return p->stubborn || !strcmp(word, "no") || scene_fail(s, "stubborn: conflict, gone or no");
}

/* --- what must be seen
 * ------------------------------------------------------------------------------------------------------ */

static const char *shown(const char *value)
{
	return *value ? value : "(empty)";
}

static bool expect_value(
	struct scene *s, struct mem_partner *p, struct mem_record *r, unsigned field, const char *value)
{
	if (!strcmp(r->now.value[field], value))
		return true;
	return scene_fail(s, "%s of %s at %s is %s, not %s", field_at(r->type, field)->name, r->label, p->name,
		shown(r->now.value[field]), shown(value));
}

static bool is(struct scene *s, struct mem_partner *p)
{
	struct mem_record *r;
	struct target t;

	return target_of(s, 2, &t) && (r = live(s, p, &t)) && each_value(s, p, &t, expect_value, r);
}

static bool lacks(struct scene *s, struct mem_partner *p)
{
	const struct mem_record *r;
	struct target t;

	if (!target_of(s, 2, &t))
		return false;
	r = mem_labelled(p, t.type, t.label);
	if (r && r->now.standing == MEM_LIVE)
		return scene_fail(s, "%s has %s %s, and should not", p->name, record_type_name(t.type), t.label);
	return true;
}

/* unizo tells acme: by its webhook, that it has changed */
static bool tells(struct scene *s, struct mem_partner *p)
{
	struct mem_record *r;
	struct target t;

	return target_of(s, 2, &t) && (r = live(s, p, &t)) && drive_tell(s, p, r);
}

/* unizo count organization 3 */
static bool count(struct scene *s, struct mem_partner *p)
{
	enum record_type type;
	size_t want, got;

	if (s->line->n != 4 || !record_type_parse(s->line->word[2], &type))
		return scene_fail(s, "count <type> <number>");
	want = strtoull(s->line->word[3], NULL, 10);
	got = mem_count(p, type);
	return got == want ||
	       scene_fail(s, "%s has %zu of type %s, not %zu", p->name, got, record_type_name(type), want);
}

static const struct {
	const char *word;
	bool (*play)(struct scene *, struct mem_partner *);
} verbs[] = {
	{"has", has},
	{"sets", sets},
	{"deletes", deletes},
	{"drops", drops},
	{"merges", merges},
	{"spoils", spoils},
	{"mends", mends},
	{"meanwhile", meanwhile},
	{"tells", tells},
	{"down", down},
	{"up", up},
	{"stubborn", stubborn},
	{"is", is},
	{"lacks", lacks},
	{"count", count},
};

bool people_play(struct scene *s, struct mem_partner *p, bool *known)
{
	*known = true;
	for (size_t i = 0; s->line->n > 1 && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(verbs[i].word, s->line->word[1]))
			return verbs[i].play(s, p);
	*known = false;
	return false;
}
