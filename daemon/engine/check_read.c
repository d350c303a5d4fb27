/* check_read.c - single records, field maps on live values, and what concerns the whole endpoint. */
#include "engine/check_parts.h"

#include <ctype.h>

#include "base/uuid.h"

/* --- single records ---------------------------------------------------------------------------------------------- */

/* Whether list and single reading are of the same state, as far as can be told. */
static bool same_state(const struct checking *c, const struct sample *s, const struct item *item)
{
	if (s->version && item->version)
		return !strcmp(s->version, item->version);
	return !(c->remote->caps & ADAPTER_CAN_LAGS) && s->modified_ms == item->modified_ms;
}

static bool get_next(struct checking *c)
{
	return c->turn < c->samples && trial_get(c, c->sample[c->turn].key);
}

bool check_single_get(struct checking *c)
{
	const struct sample *s = c->turn ? &c->sample[c->turn - 1] : NULL;
	const struct item *item = &c->get.item;
	const char *differs;

	if (!c->samples)
		return trial_not_tried(c, "there is no record");
	if (!s)
		return get_next(c);
	if (c->err.kind)
		return trial_trouble(c, "a record of the list, read singly");
	if (!c->get.found || item->state != ITEM_LIVE)
		c->count++;
	else if (!item->record)
		return trial_failed(c, "get: the place of the item", "usable in the list, %s is unusable read singly: %s", s->key,
			item->err.text);
	else if (strcmp(item->key, s->key))
		return trial_failed(c, "get: the path", "asked for one record, it answers with another");
	else if (same_state(c, s, item) &&
		 (differs = made_differs(c, s->record, item->record, ~UINT64_C(0))))
		return trial_failed(c, "list: what it leaves out or words otherwise; or declare that lists lag",
			"%s says otherwise in the list than read singly: %s", s->key, differs);
	/* One may have been deleted meanwhile. */
	if (c->count > 1)
		return trial_failed(c, "get: the path, or an errors: rule",
			"%u of %u records of the list are not there when read singly", c->count, c->turn);
	return get_next(c) || trial_passed(c, NULL, "%zu records of the list, read singly, say the same", c->samples);
}

static char other_sign(struct checking *c, const char *key, char sign)
{
	const bool digits = strpbrk(key, "0123456789");
	uint8_t draw;

	loop_random(c->task.op.loop, &draw, sizeof(draw));
	if (isdigit((unsigned char)sign))
		return (char)('0' + draw % 10);
	if (digits && sign >= 'a' && sign <= 'f')
		return (char)('a' + draw % 6);
	return !digits && islower((unsigned char)sign) ? (char)('a' + draw % 26) : sign;
}

const char *key_unlike(struct checking *c, const char *like)
{
	char *key = arena_strdup(c->arena, like);

	if (strspn(key, "0123456789") == strlen(key))
		return "987654321";
	for (unsigned tries = 0; tries < 100; tries++) {
		for (char *p = key; *p; p++)
			*p = other_sign(c, key, *p);
		if (!walk_seen(&c->first, key_hash(key)))
			return key;
	}
	return NULL;
}

bool check_no_such_record(struct checking *c)
{
	const char *key = !c->turn && c->samples ? key_unlike(c, c->sample[0].key) : NULL;

	if (!c->turn && !key)
		return trial_not_tried(c, "there is no record whose key shows what keys look like");
	if (!c->turn)
		return trial_get(c, key);
	if (c->err.kind == ERR_AGAIN)
		return trial_trouble(c, "a key that nothing has");
	if (c->err.kind)
		return trial_failed(c, "errors: a rule of kind gone for this answer", "a key that nothing has is no \"not found\": %s",
			c->err.text);
	if (c->get.found)
		return trial_failed(c, "get: the path, or the place of the item", "a key that nothing has is found");
	return trial_passed(c, NULL, "a key that nothing has is not found");
}

bool check_find_known(struct checking *c)
{
	const struct sample *s = c->sample;

	while (s < c->sample + c->samples && !s->hub_id)
		s++;
	if (s == c->sample + c->samples)
		return trial_not_tried(c, "no record has an external id yet");
	if (!c->turn)
		return trial_find(c, s->hub_id);
	if (c->err.kind)
		return trial_trouble(c, "searched by external id");
	if (!c->get.found)
		return trial_failed(c, "find: the query", "%s is not found by the external id that it shows", s->key);
	if (strcmp(c->get.item.key, s->key))
		return trial_failed(c, "find: the query", "the external id of %s finds another record", s->key);
	return trial_passed(c, NULL, "a record is found by the external id that it shows");
}

bool check_find_nothing(struct checking *c)
{
	uint8_t random[10];
	char text[UUID_TEXT_MAX];
	struct uuid id;

	if (!c->turn) {
		loop_random(c->task.op.loop, random, sizeof(random));
		id = uuid_v7(loop_wall(c->task.op.loop), random);
		return trial_find(c, arena_strdup(c->arena, uuid_format(&id, text)));
	}
	if (c->err.kind)
		return trial_trouble(c, "an external id that nothing has");
	if (c->get.found)
		return trial_failed(c, "find: the query; it seems to be ignored", "an external id that nothing has finds a record");
	return trial_passed(c, NULL, "an external id that nothing has finds nothing");
}

/* --- field maps on live values ----------------------------------------------------------------------------------- */

bool check_map_laws(struct checking *c)
{
	const uint64_t both = c->remote->readable[c->type] & c->remote->writable[c->type];
	const char *bad = "";
	size_t values = 0;

	if (!c->remote->adapter->image)
		return trial_not_applicable(c, "values pass as they are");
	if (!c->samples)
		return trial_not_tried(c, "there is no record");
	for (unsigned f = 0; f < field_count(c->type); f++) {
		const char *name = field_at(c->type, f)->name;
		unsigned echoes = 0, stuck = 0;

		for (size_t i = 0; both & FIELD_BIT(f) && i < c->samples; i++) {
			const char *v = c->sample[i].record->v[f], *image;

			if (!v)
				continue;
			values++;
			image = made_image(c, f, v);
			stuck += !image;
			echoes += image && strcmp(image, v);
		}
		if (stuck)
			bad = arena_printf(c->arena, "%s%s%s (%u cannot be written)", bad, *bad ? ", " : "", name, stuck);
		if (echoes)
			bad = arena_printf(c->arena, "%s%s%s (%u would come back otherwise)", bad, *bad ? ", " : "", name, echoes);
	}
	if (*bad)
		return trial_failed(c, "the codecs of these fields, their words or their declared loss", "%s", bad);
	return trial_passed(c, NULL, "%zu values of %zu records, written back, would be the same", values, c->samples);
}

/* --- what an earlier check left ---------------------------------------------------------------------------------- */

bool check_left_over(struct checking *c)
{
	const struct push push = { .kind = PUSH_DELETE,
		.type = c->type,
		.key = c->turn < c->nleft ? c->left[c->turn] : NULL,
		.token = "doorstroom-check" };

	if (!c->nleft)
		return trial_passed(c, NULL, "none");
	if (!c->check->write)
		return trial_failed(c, "run it again with --write, which removes them",
			"%zu records of an earlier check are still there", c->nleft);
	if (!(c->remote->caps & ADAPTER_CAN_DELETE))
		return trial_failed(c, "remove them by hand", "%zu records of an earlier check are still there", c->nleft);
	if (c->turn && c->err.kind && c->err.kind != ERR_GONE)
		return trial_trouble(c, "removing a record of an earlier check");
	if (c->turn < c->nleft)
		return trial_push(c, &push);
	return trial_passed(c, NULL, "%zu records of an earlier check have been removed", c->nleft);
}

/* --- the endpoint ------------------------------------------------------------------------------------------------ */

/* Looks like a webhook secret too, so that the endpoint can be opened. */
static const char *wrong_secret(struct arena *arena, const struct yaml *ref, struct err *e)
{
	(void)ref;
	(void)e;
	return arena_strdup(arena, "whsec_ZG9vcnN0cm9vbS1jaGVjay13cm9uZy1zZWNyZXQ=");
}

static bool asks_for_secret(const struct yaml *y)
{
	bool asks = y->kind == YAML_MAPPING && y->n == 1 && (yaml_get(y, "credential") || yaml_get(y, "file"));

	for (size_t i = 0; !asks && y->kind != YAML_SCALAR && i < y->n; i++)
		asks = (!y->child[i]->key || strcmp(y->child[i]->key, "webhook")) && asks_for_secret(y->child[i]);
	return asks;
}

static bool read_as_stranger(struct checking *c)
{
	struct diags diags = { .arena = c->arena };

	c->stranger_env = *c->check->env;
	c->stranger_env.secret = wrong_secret;
	c->stranger_env.state_dir = NULL;
	c->stranger = c->remote->adapter->open(&c->stranger_env, c->check->partner->id, c->check->partner->endpoint, &diags);
	if (!c->stranger)
		return trial_not_tried(c, "the endpoint cannot be opened with other credentials");
	c->type = RECORD_ORGANIZATION;
	while (c->type < RECORD_TYPES && !(c->remote->types & c->check->partner->types & 1u << c->type))
		c->type++;
	c->target = c->stranger;
	return trial_pull(c, NULL, true, 1);
}

bool check_credentials(struct checking *c)
{
	if (!c->turn && !asks_for_secret(c->check->partner->endpoint))
		return trial_not_applicable(c, "the endpoint has no secret");
	if (!c->turn)
		return read_as_stranger(c);
	c->type = RECORD_TYPES;
	c->target = c->remote;
	if (c->err.kind == ERR_NONE)
		return trial_failed(c, "errors: a rule of kind denied for this answer",
			"wrong credentials are answered with a list of %zu: it would look as if the rest were deleted", c->pull.n);
	if (c->err.kind == ERR_AGAIN)
		return trial_trouble(c, "wrong credentials");
	if (c->err.kind != ERR_DENIED)
		return trial_failed(c, "errors: a rule of kind denied for this answer", "wrong credentials are taken for another fault: %s (%s)",
			c->err.text, err_kind_name(c->err.kind));
	return trial_passed(c, NULL, "wrong credentials are refused");
}

bool check_limits(struct checking *c)
{
	if (!c->again)
		return trial_not_tried(c, "no request was told to wait");
	if (c->in_vain > 2)
		return trial_failed(c, "rate: requests and per, so that its limit is kept",
			"%u requests that had waited as long as they were told were refused again", c->in_vain);
	if (!c->told_to_wait)
		return trial_passed(c, "rate: where the headers of its limit are, if it has one",
			"%u requests met a passing fault that named no time", c->again);
	return trial_passed(c, NULL, "%u of %u requests that met a passing fault were told how long to wait", c->told_to_wait,
		c->again);
}
