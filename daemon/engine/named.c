#include "engine/named.h"

#include <string.h>

bool named_whole(struct command_call *call, const char *arg, struct err *e)
{
	const char *name = call_text(call, arg);
	char id[UUID_TEXT_MAX];

	if (!name || strchr(name, ':'))
		return true;
	return query_hub_id(call->query, name, id, e) && !json_object_set_new(call->args, arg, json_string(id));
}

bool named_shadow(struct command_call *call, const char *name, struct shadow **out, struct err *e)
{
	const char *colon = strchr(name, ':'), *key = colon ? colon + 1 : NULL, *second = key ? strchr(key, ':') : NULL;
	const struct hub_partner *p;
	enum record_type only = RECORD_TYPES;
	struct shadow *s;

	if (!colon)
		return err_set(e, ERR_ITEM, "a record at a partner is named PARTNER:KEY");
	p = hub_partner_named(call->hub, arena_strndup(call->arena, name, (size_t)(colon - name)));
	if (!p)
		return err_set(e, ERR_GONE, "no such partner");
	if (second && record_type_parse(arena_strndup(call->arena, key, (size_t)(second - key)), &only))
		key = second + 1;
	*out = NULL;
	for (unsigned t = 0; t < RECORD_TYPES; t++) {
		if (only != RECORD_TYPES && t != only)
			continue;
		if (!store_shadow_by_key(call->hub->store, call->arena, p->id, (enum record_type)t, key, &s, e))
			return false;
		if (s && *out)
			return err_set(e, ERR_ITEM, "%s has several types with that key: write %s:TYPE:KEY",
				p->config->id, p->config->id);
		if (s)
			*out = s;
	}
	return *out || err_set(e, ERR_GONE, "%s has no record with that key", p->config->id);
}

bool named_row(struct command_call *call, const char *name, int64_t *id, struct err *e)
{
	struct uuid uuid;

	if (!uuid_parse(name, &uuid))
		return err_set(e, ERR_ITEM, "%.60s: a hub id or PARTNER:KEY is wanted", name);
	if (!store_entity_id(call->hub->store, &uuid, id, e))
		return false;
	return *id || err_set(e, ERR_GONE, "no such record");
}

bool named_entity(struct command_call *call, const char *name, struct entity **out, struct err *e)
{
	struct shadow *s;
	int64_t id;

	if (strchr(name, ':')) {
		if (!named_shadow(call, name, &s, e))
			return false;
		id = s->entity;
	} else if (!named_row(call, name, &id, e)) {
		return false;
	}
	if (!store_entity(call->hub->store, call->arena, id, out, e))
		return false;
	return *out || err_set(e, ERR_GONE, "no such record");
}
