/* check_write.c - records made and changed: what was written is there, once. */
#include "engine/check_parts.h"

enum { FIND_TRIES = 5, SECOND_MS = 1000, LONG = 7000 };

/* --- making ------------------------------------------------------------------------------------------------------ */

/* What comes back of what is written. */
static struct record *expected(struct checking *c, const struct record *written, uint64_t fields)
{
	struct record *r = record_keep(c->arena, written);

	for (unsigned f = 0; f < field_count(r->type); f++)
		if (fields & FIELD_BIT(f))
			r->v[f] = made_image(c, f, written->v[f]);
	return r;
}

/* After a write and a look: the record says what was written, and the answer said the same. */
static bool as_written(struct checking *c, struct made *m, const struct record *written)
{
	const char *differs;

	if (c->err.kind)
		return trial_trouble(c, "reading what was written");
	if (!c->found || !c->item.record)
		return trial_failed(c, "get: the path; or declare that lists lag", "what was written is not there when it is read");
	differs = made_differs(c, expected(c, written, m->fields), c->item.record, m->fields);
	if (differs)
		return trial_failed(c, "the maps of these fields: places, codecs, or a declared loss",
			"read back, it says otherwise: %s", differs);
	if (c->remote->caps & ADAPTER_CAN_ANSWERS && !c->answered)
		return trial_failed(c, "the place of the item in the answer, or do not declare it",
			"declared to answer with the record, the write did not");
	differs = c->answered ? made_differs(c, c->answered, c->item.record, ~UINT64_C(0)) : NULL;
	if (differs)
		return trial_failed(c, "the place of the item in the answer", "the answer said otherwise than a reading: %s", differs);
	if (c->told_version && c->item.version && strcmp(c->told_version, c->item.version))
		return trial_failed(c, "the place of the version in the answer", "the answer told another version than a reading");
	made_seen(c, m);
	return true;
}

/* What a record refers to must be there: a company for a contact, both for a referral. */
static bool bring_along(struct checking *c)
{
	const enum record_type type = c->type;

	for (unsigned f = 0; f < field_count(type); f++) {
		const struct field *field = field_at(type, f);

		if (field->kind != VALUE_REF || !(c->remote->writable[type] & FIELD_BIT(f)) || made_there(c, field->target) ||
			!(c->remote->types & 1u << field->target) || c->count & 1u << field->target)
			continue;
		c->count |= 1u << field->target;
		c->type = field->target;
		c->other = made_new(c);
		c->type = type;
		if (c->other)
			return made_create(c, c->other);
	}
	return false;
}

enum { CREATE_REFERRED, CREATE_SUBJECT, CREATE_SEEN };

bool check_create(struct checking *c)
{
	if (c->step == CREATE_REFERRED) {
		if (c->other)
			made_created(c, c->other);
		if (bring_along(c))
			return true;
		c->step = CREATE_SUBJECT;
		c->subject = made_new(c);
		if (!c->subject)
			return trial_not_tried(c, "no field that can be written and read can hold the mark");
		return made_create(c, c->subject);
	}
	if (c->step == CREATE_SUBJECT) {
		struct made *m = c->subject;

		made_created(c, m);
		c->subject = m->there ? m : NULL;
		c->step = CREATE_SEEN;
		if (c->err.kind == ERR_ITEM)
			return trial_not_tried(c, "what a check can fill in is not enough there: %s", c->err.text);
		return c->err.kind ? trial_trouble(c, "making a record") : made_look(c, m);
	}
	return as_written(c, c->subject, c->subject->values) && trial_passed(c, NULL, "a record was made, and says what was written");
}

static bool no_subject(struct checking *c)
{
	return trial_not_tried(c, "no record could be made");
}

/* One more record came of it: it is ours to remove. */
static void one_more(struct checking *c, const struct made *of)
{
	struct made *m = c->nmade < MADE_MAX ? &c->made[c->nmade++] : NULL;

	if (!m)
		return;
	*m = *of;
	m->key = arena_strdup(c->arena, c->push.out_key);
	m->there = true;
}

bool check_create_token(struct checking *c)
{
	if (!c->subject)
		return no_subject(c);
	if (!c->turn)
		return made_create(c, c->subject);
	if (c->err.kind == ERR_CONFLICT)
		return trial_passed(c, NULL, "a create repeated under its token is refused as a conflict");
	if (c->err.kind)
		return trial_trouble(c, "a create repeated under its token");
	if (!strcmp(c->push.out_key, c->subject->key))
		return trial_passed(c, NULL, "a create repeated under its token made nothing twice");
	one_more(c, c->subject);
	return trial_failed(c, "no ${token} in create, no capability idempotent: it is not honoured",
		"a create repeated under its token made a second record");
}

static bool repeated(struct checking *c)
{
	made_created(c, c->other);
	if (c->err.kind == ERR_CONFLICT)
		return trial_passed(c, NULL, "found by its external id; a second create with it is refused");
	if (c->err.kind == ERR_ITEM)
		return trial_failed(c, "errors: a rule of kind conflict for this answer",
			"a create with an external id that is taken is refused as if its values were wrong: %s", c->err.text);
	if (c->err.kind)
		return trial_trouble(c, "a second create with the same external id");
	if (!strcmp(c->other->key, c->subject->key)) {
		c->other->there = false;
		return trial_passed(c, NULL, "found by its external id; a second create with it made nothing twice");
	}
	return trial_passed(c, "at the partner: make the field unique, if it can be",
		"found by its external id, so that doorstroom does not repeat a create; but the partner takes two records with one");
}

bool check_create_external_id(struct checking *c)
{
	if (!c->subject)
		return no_subject(c);
	if (c->other)
		return repeated(c);
	if (c->asking != ASK_GET || !c->turn)
		return trial_find(c, c->subject->hub_id);
	if (c->err.kind)
		return trial_trouble(c, "searched by external id");
	if (!c->get.found && c->count++ < FIND_TRIES)
		return trial_wait(c, (uint64_t)SECOND_MS << c->count);
	if (!c->get.found)
		return trial_failed(c, "hub_id and find: where the external id is written, and the query",
			"a record just made is not found by its external id: a create whose answer was lost would be made twice");
	if (strcmp(c->get.item.key, c->subject->key))
		return trial_failed(c, "find: the query", "the external id of a record just made finds another one");
	c->other = made_new(c);
	if (!c->other)
		return no_subject(c);
	c->other->hub_id = c->subject->hub_id;
	return made_create(c, c->other);
}

/* What a partner does not take: a text that is too long, or a reference to what is not there. NULL: nothing to refer to. */
static struct made *made_wrong(struct checking *c, bool text)
{
	struct made *m = made_new(c);
	char *long_text = arena_alloc(c->arena, LONG + 1);

	if (!m)
		return NULL;
	memset(long_text, 'x', LONG);
	if (text) {
		m->values->v[mark_field(c)] = arena_printf(c->arena, "%s %s", m->mark, long_text);
		return m;
	}
	for (unsigned f = 0; f < field_count(c->type); f++) {
		const struct field *field = field_at(c->type, f);

		if (field->kind != VALUE_REF || !(m->fields & FIELD_BIT(f)))
			continue;
		m->values->v[f] = key_unlike(c, made_there(c, field->target));
		return m->values->v[f] ? m : NULL;
	}
	return NULL;
}

bool check_refusal(struct checking *c)
{
	if (!c->subject)
		return no_subject(c);
	if (c->turn) {
		made_created(c, c->other);
		/* What it refers to may be what is gone: a create that is told so is refused for good. */
		if (c->err.kind == ERR_ITEM || (c->turn == 2 && c->err.kind == ERR_GONE))
			return trial_passed(c, NULL, "%s is refused as a fault of that record",
				c->turn == 1 ? "a text that is too long" : "a reference to what is not there");
		if (c->err.kind == ERR_AGAIN || c->err.kind == ERR_DENIED)
			return trial_trouble(c, "a value that the partner does not take");
		if (c->err.kind)
			return trial_failed(c, "errors: a rule of kind item for this answer",
				"a value that the partner does not take is no fault of the record alone: %s (%s)", c->err.text,
				err_kind_name(c->err.kind));
	}
	c->other = c->turn < 2 ? made_wrong(c, !c->turn) : NULL;
	if (!c->other)
		return trial_not_tried(c, "even a text of %d characters is taken", LONG);
	return made_create(c, c->other);
}

/* --- changing ---------------------------------------------------------------------------------------------------- */

static const char *current(const struct checking *c)
{
	return c->remote->caps & ADAPTER_CAN_CONDITIONAL ? c->subject->version : NULL;
}

bool check_update(struct checking *c)
{
	if (!c->subject)
		return no_subject(c);
	if (c->turn == 0)
		return made_rename(c, c->subject, current(c), 2);
	if (c->turn == 1) {
		made_written(c);
		return c->err.kind ? trial_trouble(c, "changing a record just read") : made_look(c, c->subject);
	}
	return as_written(c, c->subject, made_renamed(c, c->subject, 2)) && trial_passed(c, NULL, "a change arrived, and nothing else changed");
}

/* look, change, look, ...: never back to what it said before, since a hash of what it says is a good version. */
bool check_versions_change(struct checking *c)
{
	enum { CHANGES = 3, FIRST_NAME = 3 };
	const char **version = c->version;

	if (!c->subject)
		return no_subject(c);
	if (c->err.kind && c->turn)
		return trial_trouble(c, "changing a record several times");
	if (c->turn % 2 == 0)
		return made_look(c, c->subject);
	if (!c->found || !c->item.version)
		return trial_failed(c, "version: its place", "a record of ours has no version");
	version[c->count] = arena_strdup(c->arena, c->item.version);
	for (unsigned i = 0; i < c->count; i++)
		if (!strcmp(version[i], version[c->count]))
			return trial_failed(c, "version: another place, or leave it out; a time in seconds is no version",
				"the version did not change with a change");
	if (c->count == CHANGES)
		return trial_passed(c, NULL, "%u changes, each with another version", c->count);
	return made_rename(c, c->subject, NULL, FIRST_NAME + c->count++);
}

/* On a new record: what a change loses that nobody has named, an earlier change has lost. */
bool check_keeps_the_rest(struct checking *c)
{
	struct made *m = c->turn ? c->other : NULL;
	uint64_t rest;
	struct record *bare;
	const char *lost;
	unsigned kept;

	if (!c->turn) {
		c->other = made_new(c);
		return c->other ? made_create(c, c->other) : no_subject(c);
	}
	if (c->err.kind)
		return trial_trouble(c, "a change by one who knows one field only");
	rest = m->fields & ~FIELD_BIT(mark_field(c));
	switch (c->turn) {
	case 1:
		made_created(c, m);
		return made_look(c, m);
	case 2:
		made_seen(c, m);
		if (!m->shown || !made_differs(c, record_new(c->arena, c->type), m->shown, rest))
			return trial_not_tried(c, "no other field could be filled");
		bare = record_new(c->arena, c->type);
		bare->v[mark_field(c)] = made_renamed(c, m, 9)->v[mark_field(c)];
		return made_update(c, m, NULL, bare, FIELD_BIT(mark_field(c)));
	case 3:
		return made_look(c, m);
	}
	lost = c->found && c->item.record ? made_differs(c, m->shown, c->item.record, rest) : "the record";
	if (lost)
		return trial_failed(c, "update: mode: replace, or a request that changes what it holds and no more",
			"a change by one who knows one field only lost the others: %s", lost);
	lost = raw_lost(c, m, c->remote->caps & ADAPTER_CAN_GET ? c->item.raw : NULL, &kept);
	if (lost)
		return trial_failed(c, "update: mode: replace; or derived, where the partner itself changes that with every edit",
			"a change by one who knows one field only changed what nobody named: %s", lost);
	if (!m->raw)
		return trial_passed(c, NULL, "a change by one who knows one field only left the others as they were");
	return trial_passed(c, NULL, "a change by one who knows one field only left %u members of the record as they were", kept);
}

/* A field that was filled, may well be empty, and is no part of another. */
static int field_to_empty(struct checking *c)
{
	static const enum value_kind kinds[] = { VALUE_URL, VALUE_EMAIL, VALUE_LANGUAGE, VALUE_TEXT };
	const struct made *m = c->subject;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		for (unsigned f = 0; f < field_count(c->type); f++)
			if (m->fields & c->remote->readable[c->type] & FIELD_BIT(f) && field_at(c->type, f)->kind == kinds[k] &&
				strncmp(m->values->v[f], m->mark, strlen(m->mark)) && made_image(c, f, ""))
				return (int)f;
	return -1;
}

bool check_empties(struct checking *c)
{
	struct record *r;
	int f;

	if (!c->subject)
		return no_subject(c);
	f = field_to_empty(c);
	if (f < 0)
		return trial_not_tried(c, "no field to be emptied could be filled");
	if (c->turn == 0) {
		r = record_keep(c->arena, c->subject->values);
		r->v[f] = "";
		return made_update(c, c->subject, NULL, r, FIELD_BIT(f));
	}
	if (c->err.kind == ERR_ITEM)
		return trial_not_tried(c, "%s may not be empty there", field_at(c->type, (unsigned)f)->name);
	if (c->err.kind)
		return trial_trouble(c, "emptying a field");
	if (c->turn == 1)
		return made_look(c, c->subject);
	if (!c->found || !c->item.record)
		return trial_failed(c, NULL, "a record of ours is not there when it is read");
	if (!c->item.record->v[f])
		return trial_failed(c, "absent: empty, where a member that is missing says that there is none",
			"%s was emptied, and is read as if nothing were said of it", field_at(c->type, (unsigned)f)->name);
	if (*c->item.record->v[f])
		return trial_failed(c, "empty: what means \"no value\" there", "%s was emptied and is not empty",
			field_at(c->type, (unsigned)f)->name);
	return trial_passed(c, NULL, "%s was emptied", field_at(c->type, (unsigned)f)->name);
}

bool check_stale_update(struct checking *c)
{
	static const char *const change = "no ${version} in update, no capability conditional: it is not honoured, so this partner "
					  "is of class B";
	struct made *m = c->subject;

	if (!m)
		return no_subject(c);
	if (c->err.kind && c->turn && c->turn != 3)
		return trial_trouble(c, "a change with a version");
	switch (c->turn) {
	case 0:
		return made_look(c, m);
	case 1:
		made_seen(c, m);
		if (!m->version)
			return trial_failed(c, "version: its place", "a record of ours has no version");
		return made_rename(c, m, m->version, 6);
	case 2:
		return made_rename(c, m, m->version, 7);
	case 3:
		c->blind = c->blind || !c->err.kind;
		if (!c->err.kind)
			return trial_failed(c, change, "a change with a version that was no longer there went through");
		if (c->err.kind != ERR_CONFLICT)
			return trial_failed(c, "errors: a rule of kind conflict for this answer",
				"a change with a version that was no longer there is taken for another fault: %s (%s)", c->err.text,
				err_kind_name(c->err.kind));
		return made_look(c, m);
	}
	if (!c->found || !c->item.record ||
		made_differs(c, expected(c, made_renamed(c, m, 6), FIELD_BIT(mark_field(c))), c->item.record,
			FIELD_BIT(mark_field(c)))) {
		c->blind = true;
		return trial_failed(c, change, "a change with a version that was no longer there was refused, and made all the same");
	}
	c->proved = true;
	return trial_passed(c, NULL, "a change with a version that was no longer there is refused");
}
