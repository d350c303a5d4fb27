/*
 * check_mark.c - the records that a check makes: what they say, and how they are known again.
 *
 * Each is named "Doorstroom check" and twelve hexadecimal digits, of which the last six follow from the first: a person
 * does not write that by chance, and a check that was killed leaves nothing else to know them by. What else they say
 * belongs to nobody: a host name of RFC 2606, no enterprise number, no telephone.
 */
#include "engine/check_parts.h"

#include <stdio.h>

#include "base/hash.h"
#include "base/uuid.h"

#define MARK "Doorstroom check "
enum { MARK_BITS = 24, MARK_DIGITS = 6 };

static uint32_t proof(uint32_t number)
{
	return (uint32_t)(hash_bytes(&number, sizeof(number), 0x446f6f7273ull) & ((1u << MARK_BITS) - 1));
}

/* Partners that write in capitals, or cut, do not matter. */
static bool marked(const char *text)
{
	unsigned number, tail;
	int end = 0;

	if (!text || strncasecmp(text, MARK, strlen(MARK)))
		return false;
	return sscanf(text + strlen(MARK), "%6x%6x%n", &number, &tail, &end) == 2 && end == 2 * MARK_DIGITS &&
	       tail == proof(number);
}

static const unsigned *mark_fields(enum record_type type)
{
	enum { END = RECORD_FIELDS_MAX };
	static const unsigned fields[RECORD_TYPES][3] = {
		[RECORD_ORGANIZATION] = { ORGANIZATION_LEGAL_NAME, ORGANIZATION_PREFERRED_NAME, END },
		[RECORD_CONTACT] = { CONTACT_FAMILY_NAME, END },
		[RECORD_REFERRAL] = { REFERRAL_REASON, END },
		[RECORD_PARTICIPATION] = { PARTICIPATION_ACTIVITY_TITLE, END },
	};

	return fields[type];
}

bool check_made(const struct record *r)
{
	for (const unsigned *f = mark_fields(r->type); *f < RECORD_FIELDS_MAX; f++)
		if (marked(r->v[*f]))
			return true;
	return false;
}

int mark_field(const struct checking *c)
{
	const uint64_t both = c->remote->writable[c->type] & c->remote->readable[c->type];

	for (const unsigned *f = mark_fields(c->type); *f < RECORD_FIELDS_MAX; f++)
		if (both & FIELD_BIT(*f))
			return (int)*f;
	return -1;
}

/* --- what they say ----------------------------------------------------------------------------------------------- */

/* $ stands for the twelve digits, ! for the mark, @ for this partner, & for a record of ours that is there. */
static const struct filling {
	enum record_type type;
	unsigned field;
	const char *text;
} fillings[] = {
	{ RECORD_ORGANIZATION, ORGANIZATION_LEGAL_NAME, "!" },
	{ RECORD_ORGANIZATION, ORGANIZATION_PREFERRED_NAME, "!" },
	{ RECORD_ORGANIZATION, ORGANIZATION_WEBSITES, "https://$.doorstroom.example" },
	{ RECORD_ORGANIZATION, ORGANIZATION_EMAILS, "$@doorstroom.example" },
	{ RECORD_ORGANIZATION, ORGANIZATION_STREET, "Teststraat" },
	{ RECORD_ORGANIZATION, ORGANIZATION_HOUSE_NUMBER, "1" },
	{ RECORD_ORGANIZATION, ORGANIZATION_POSTAL_CODE, "1000" },
	{ RECORD_ORGANIZATION, ORGANIZATION_MUNICIPALITY, "Brussel" },
	{ RECORD_ORGANIZATION, ORGANIZATION_COUNTRY, "BE" },
	{ RECORD_ORGANIZATION, ORGANIZATION_LANGUAGE, "nl" },
	{ RECORD_CONTACT, CONTACT_FAMILY_NAME, "!" },
	{ RECORD_CONTACT, CONTACT_GIVEN_NAME, "Test" },
	{ RECORD_CONTACT, CONTACT_ROLE, "Test" },
	{ RECORD_CONTACT, CONTACT_EMAILS, "$@doorstroom.example" },
	{ RECORD_CONTACT, CONTACT_LANGUAGE, "nl" },
	{ RECORD_CONTACT, CONTACT_ORGANIZATION, "&" },
	{ RECORD_REFERRAL, REFERRAL_REASON, "!" },
	{ RECORD_REFERRAL, REFERRAL_HANDLER, "Test" },
	{ RECORD_REFERRAL, REFERRAL_FROM_PARTNER, "@" },
	{ RECORD_REFERRAL, REFERRAL_TO_PARTNER, "@" },
	{ RECORD_REFERRAL, REFERRAL_ORGANIZATION, "&" },
	{ RECORD_REFERRAL, REFERRAL_CONTACT, "&" },
	{ RECORD_REFERRAL, REFERRAL_SERVICE, "webinar" },
	{ RECORD_REFERRAL, REFERRAL_STATE, "created" },
	{ RECORD_REFERRAL, REFERRAL_CREATED_AT, "2026-01-01T00:00:00Z" },
	{ RECORD_PARTICIPATION, PARTICIPATION_ACTIVITY_TITLE, "!" },
	{ RECORD_PARTICIPATION, PARTICIPATION_ACTIVITY_ID, "doorstroom-check" },
	{ RECORD_PARTICIPATION, PARTICIPATION_ACTIVITY_KIND, "webinar" },
	{ RECORD_PARTICIPATION, PARTICIPATION_HELD_ON, "2026-01-01" },
	{ RECORD_PARTICIPATION, PARTICIPATION_CONTACT, "&" },
	{ RECORD_PARTICIPATION, PARTICIPATION_ORGANIZATION, "&" },
	{ RECORD_PARTICIPATION, PARTICIPATION_ATTENDED, "false" },
};

const char *made_there(const struct checking *c, enum record_type type)
{
	for (size_t i = 0; i < c->nmade; i++)
		if (c->made[i].type == type && c->made[i].there)
			return c->made[i].key;
	return NULL;
}

static const char *filled(struct checking *c, const struct made *m, const struct filling *fill)
{
	const char *digits = m->mark + strlen(MARK), *at = strchr(fill->text, '$');

	if (!strcmp(fill->text, "!"))
		return m->mark;
	if (!strcmp(fill->text, "@"))
		return c->check->partner->id;
	if (!strcmp(fill->text, "&"))
		return made_there(c, field_at(fill->type, fill->field)->target);
	if (!at)
		return fill->text;
	return arena_printf(c->arena, "%.*s%s%s", (int)(at - fill->text), fill->text, digits, at + 1);
}

const char *made_image(struct checking *c, unsigned field, const char *value)
{
	const struct adapter *a = c->remote->adapter;

	return a->image ? a->image(c->remote, c->arena, c->type, field, value) : value;
}

static void fill(struct checking *c, struct made *m)
{
	for (size_t i = 0; i < sizeof(fillings) / sizeof(*fillings); i++) {
		const struct filling *one = &fillings[i];
		const char *text;

		if (one->type != c->type || !(c->remote->writable[c->type] & FIELD_BIT(one->field)))
			continue;
		text = filled(c, m, one);
		if (!text || !made_image(c, one->field, text))
			continue;
		m->values->v[one->field] = arena_strdup(c->arena, text);
		m->fields |= FIELD_BIT(one->field);
	}
}

static const char *new_id(struct checking *c)
{
	uint8_t random[10];
	char text[UUID_TEXT_MAX];
	struct uuid id;

	loop_random(c->task.op.loop, random, sizeof(random));
	id = uuid_v7(loop_wall(c->task.op.loop), random);
	return arena_strdup(c->arena, uuid_format(&id, text));
}

struct made *made_new(struct checking *c)
{
	struct made *m = &c->made[c->nmade];
	uint32_t number;

	if (c->nmade == MADE_MAX || mark_field(c) < 0)
		return NULL;
	loop_random(c->task.op.loop, &number, sizeof(number));
	number &= (1u << MARK_BITS) - 1;
	*m = (struct made){ .type = c->type, .hub_id = new_id(c), .token = new_id(c), .values = record_new(c->arena, c->type) };
	snprintf(m->mark, sizeof(m->mark), MARK "%06x%06x", number, proof(number));
	fill(c, m);
	c->nmade++;
	return m;
}

struct record *made_renamed(struct checking *c, const struct made *m, unsigned n)
{
	struct record *r = record_keep(c->arena, m->values);

	r->v[mark_field(c)] = arena_printf(c->arena, "%s %u", m->mark, n);
	return r;
}

/* --- what is done with them -------------------------------------------------------------------------------------- */

bool made_create(struct checking *c, struct made *m)
{
	return trial_push(c, &(struct push){ .kind = PUSH_CREATE, .type = m->type, .hub_id = m->hub_id, .token = m->token,
				     .record = m->values, .fields = m->fields });
}

bool made_update(struct checking *c, const struct made *m, const char *version, const struct record *values, uint64_t fields)
{
	return trial_push(c, &(struct push){ .kind = PUSH_UPDATE, .type = m->type, .key = m->key, .version = version,
				     .hub_id = m->hub_id, .token = new_id(c), .record = values, .fields = fields });
}

bool made_rename(struct checking *c, const struct made *m, const char *version, unsigned n)
{
	return made_update(c, m, version, made_renamed(c, m, n), FIELD_BIT(mark_field(c)));
}

bool made_delete(struct checking *c, const struct made *m, const char *version)
{
	return trial_push(c, &(struct push){ .kind = PUSH_DELETE, .type = m->type, .key = m->key, .version = version,
				     .hub_id = m->hub_id, .token = new_id(c) });
}

bool made_look(struct checking *c, const struct made *m)
{
	return trial_look(c, m->key);
}

void made_written(struct checking *c)
{
	const struct push *p = &c->push;

	c->answered = !c->err.kind && p->answer && p->answer->record ? record_keep(c->arena, p->answer->record) : NULL;
	c->told_version = c->err.kind ? NULL : arena_strdup(c->arena, p->out_version);
}

void made_created(struct checking *c, struct made *m)
{
	made_written(c);
	m->there = !c->err.kind && c->push.out_key;
	c->unanswered += c->err.kind == ERR_AGAIN && c->push.sent;
	if (m->there)
		m->key = arena_strdup(c->arena, c->push.out_key);
}

void made_seen(struct checking *c, struct made *m)
{
	if (!c->found || !c->item.record)
		return;
	m->version = arena_strdup(c->arena, c->item.version);
	m->shown = record_keep(c->arena, c->item.record);
	m->raw = c->remote->caps & ADAPTER_CAN_GET ? arena_strdup(c->arena, c->item.raw) : NULL;
}

const char *made_differs(struct checking *c, const struct record *wanted, const struct record *read, uint64_t fields)
{
	const char *all = NULL;

	for (unsigned f = 0; f < field_count(wanted->type); f++) {
		const char *a = wanted->v[f] ? wanted->v[f] : "", *b = read->v[f] ? read->v[f] : "";

		if (!(fields & c->remote->readable[wanted->type] & FIELD_BIT(f)) || !strcmp(a, b))
			continue;
		all = all ? arena_printf(c->arena, "%s, %s", all, field_at(wanted->type, f)->name)
			  : field_at(wanted->type, f)->name;
	}
	return all;
}
