#include "adapters/exec_wire.h"

#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/time.h"

#define ITEMS_MAX 20000

static const char *const cap_name[] = {
#define X(cap, name, meaning) #cap,
	ADAPTER_CAPS(X)
#undef X
};

static const char *const kind_name[] = {
#define X(kind, name, reaction) [ERR_##kind] = name,
	ERR_KINDS(X)
#undef X
};

/* --- to the helper --------------------------------------------------------------------------------------------- */

/* Steals the object. */
static char *line(json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT);

	json_decref(j);
	return text;
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

char *exec_hello_line(const char *partner, const json_t *config, const json_t *secrets, unsigned types)
{
	json_t *hello = json_object(), *wanted = json_array();

	for (unsigned t = 0; t < RECORD_TYPES; t++)
		if (types & 1u << t)
			json_array_append_new(wanted, json_string(record_type_name((enum record_type)t)));
	json_object_set_new(hello, "protocol", json_integer(EXEC_PROTOCOL));
	json_object_set_new(hello, "partner", json_string(partner));
	json_object_set_new(hello, "types", wanted);
	json_object_set_new(hello, "config", json_deep_copy(config));
	json_object_set_new(hello, "secrets", json_deep_copy(secrets));
	return line(json_pack("{s:o}", "hello", hello));
}

static json_t *request(uint64_t id, const char *op, enum record_type type)
{
	return json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id, "op", op, "type", record_type_name(type));
}

char *exec_pull_line(uint64_t id, const struct pull *p)
{
	json_t *j = request(id, "pull", p->type);

	json_object_set_new(j, "cursor", text_or_null(p->cursor));
	json_object_set_new(j, "complete", json_boolean(p->complete));
	if (p->limit)
		json_object_set_new(j, "limit", json_integer((json_int_t)p->limit));
	return line(j);
}

char *exec_get_line(uint64_t id, const struct get *g)
{
	json_t *j = request(id, "get", g->type);

	if (g->key)
		json_object_set_new(j, "key", json_string(g->key));
	else
		json_object_set_new(j, "hub_id", text_or_null(g->hub_id));
	return line(j);
}

char *exec_push_line(uint64_t id, const struct push *p)
{
	static const char *const op[] = {[PUSH_CREATE] = "create", [PUSH_UPDATE] = "update", [PUSH_DELETE] = "delete"};
	json_t *j = request(id, op[p->kind], p->type);
	struct record wanted;

	if (p->key)
		json_object_set_new(j, "key", json_string(p->key));
	if (p->version)
		json_object_set_new(j, "version", json_string(p->version));
	if (p->hub_id)
		json_object_set_new(j, "hub_id", json_string(p->hub_id));
	if (p->token)
		json_object_set_new(j, "token", json_string(p->token));
	if (p->kind == PUSH_DELETE || !p->record)
		return line(j);
	wanted = *p->record;
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		if (!(p->fields & FIELD_BIT(f)))
			wanted.v[f] = NULL;
	json_object_set_new(j, "record", record_json(&wanted));
	json_object_set_new(j, "whole", record_json(p->record));
	return line(j);
}

char *exec_cancel_line(uint64_t id)
{
	return line(json_pack("{s:I}", "cancel", (json_int_t)id));
}

/* --- from the helper ------------------------------------------------------------------------------------------- */

static bool cap_parse(const char *name, unsigned *caps)
{
	for (size_t i = 0; i < sizeof cap_name / sizeof *cap_name; i++) {
		if (strcasecmp(cap_name[i], name))
			continue;
		*caps |= 1u << i;
		/* How a partner calls is not the helper's to hear. */
		return 1u << i != ADAPTER_CAN_WEBHOOKS;
	}
	return false;
}

static bool fields_parse(json_t *list, enum record_type type, uint64_t *fields, struct err *e)
{
	json_t *name;
	size_t i;

	if (!list) {
		*fields = adapter_all_fields(type);
		return true;
	}
	if (!json_is_array(list))
		return err_set(e, ERR_BROKEN, "ready: fields of %s are no list", record_type_name(type));
	json_array_foreach (list, i, name) {
		const int f = json_is_string(name) ? field_find(type, json_string_value(name)) : -1;

		if (f < 0)
			return err_set(e, ERR_BROKEN, "ready: %s has no field number %zu of the list",
				record_type_name(type), i);
		*fields |= FIELD_BIT(f);
	}
	return true;
}

bool exec_ready_parse(json_t *ready, struct exec_ready *out, struct err *e)
{
	json_t *types = json_object_get(ready, "types"), *caps = json_object_get(ready, "capabilities");
	json_t *protocol = json_object_get(ready, "protocol"), *value;
	AUTO(free) char *text = NULL;
	const char *name;
	size_t i;

	*out = (struct exec_ready){0};
	if (!json_is_integer(protocol) || json_integer_value(protocol) != EXEC_PROTOCOL)
		return err_set(e, ERR_BROKEN, "ready: protocol %d is spoken here", EXEC_PROTOCOL);
	if (!json_is_array(caps) || !json_is_object(types) || !json_object_size(types))
		return err_set(e, ERR_BROKEN, "ready: capabilities (a list) and types (an object) are needed");
	json_array_foreach (caps, i, value)
		if (!json_is_string(value) || !cap_parse(json_string_value(value), &out->caps))
			return err_set(e, ERR_BROKEN, "ready: capability number %zu is none", i);
	json_object_foreach (types, name, value) {
		enum record_type type;

		if (!record_type_parse(name, &type))
			return err_set(e, ERR_BROKEN, "ready: a record type that is none");
		if (!fields_parse(json_object_get(value, "read"), type, &out->readable[type], e) ||
			!fields_parse(json_object_get(value, "write"), type, &out->writable[type], e))
			return false;
		out->types |= 1u << type;
	}
	text = json_canonical(ready);
	out->version = hash_text(text, 0);
	return true;
}

/* Helpers are not trusted to keep to one short line without control characters. */
static void shown(const char *from, char *to, size_t size)
{
	size_t n = 0;

	for (; from && *from && n + 1 < size; from++)
		to[n++] = (unsigned char)*from < ' ' || *from == 127 ? ' ' : *from;
	/* Not in the middle of a character. */
	while (from && *from && n && ((unsigned char)to[n - 1] & 0xC0) == 0x80)
		n--;
	if (from && *from && n && (unsigned char)to[n - 1] >= 0xC0)
		n--;
	to[n] = '\0';
}

void exec_fail_parse(json_t *fail, struct err *e)
{
	const char *name = json_string_value(json_object_get(fail, "kind"));
	const json_t *wait_ms = json_object_get(fail, "wait_ms");
	enum err_kind kind = ERR_BROKEN;
	char text[160];

	for (size_t i = ERR_NONE + 1; name && i < ERR_CANCELED; i++)
		if (!strcmp(kind_name[i], name))
			kind = (enum err_kind)i;
	shown(json_string_value(json_object_get(fail, "text")), text, sizeof text);
	err_set(e, kind, "%s", text[0] ? text : "the helper gave no reason");
	if (kind == ERR_AGAIN && json_is_integer(wait_ms) && json_integer_value(wait_ms) > 0)
		e->wait_ms = json_integer_value(wait_ms) < 86400000 ? (uint32_t)json_integer_value(wait_ms) : 86400000;
	shown(json_string_value(json_object_get(fail, "field")), e->field, sizeof e->field);
}

static void keep_raw(struct item *item, json_t *j, struct arena *arena)
{
	AUTO(free) char *text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);

	item->raw = adapter_raw(arena, text, strlen(text));
}

static bool item_parse(json_t *j, enum record_type type, struct arena *arena, struct item *item, struct err *e)
{
	const json_t *modified = json_object_get(j, "modified");

	*item = (struct item){.type = type,
		.key = json_text(arena, json_object_get(j, "key")),
		.version = json_text(arena, json_object_get(j, "version")),
		.hub_id = json_text(arena, json_object_get(j, "hub_id")),
		.merged_into = json_text(arena, json_object_get(j, "merged_into"))};
	if (!json_is_object(j) || !item->key || !item->key[0])
		return err_set(e, ERR_BROKEN, "done: an item without a key");
	if (json_is_string(modified) && !time_parse(json_string_value(modified), &item->modified_ms))
		return err_set(e, ERR_BROKEN, "done: modified is not RFC 3339");
	if (item->merged_into) {
		item->state = ITEM_MERGED;
		return true;
	}
	if (json_is_true(json_object_get(j, "gone"))) {
		item->state = ITEM_GONE;
		return true;
	}
	item->record = record_parse(arena, type, json_object_get(j, "record"), &item->err);
	if (!item->record) {
		item->err.kind = ERR_ITEM;
		keep_raw(item, j, arena);
	}
	return true;
}

bool exec_pull_parse(json_t *done, struct pull *p, struct err *e)
{
	json_t *items = json_object_get(done, "items"), *total = json_object_get(done, "total");
	const json_t *next = json_object_get(done, "next");
	const size_t n = json_array_size(items);

	if (!json_is_array(items) || n > ITEMS_MAX)
		return err_set(e, ERR_BROKEN, "done: items, a list of at most %d, is needed", ITEMS_MAX);
	p->item = arena_array(p->arena, struct item, n + 1);
	for (p->n = 0; p->n < n; p->n++)
		if (!item_parse(json_array_get(items, p->n), p->type, p->arena, &p->item[p->n], e))
			return false;
	p->next = json_is_string(next) ? json_text(p->arena, next) : NULL;
	p->more = json_is_true(json_object_get(done, "more"));
	p->total = json_is_integer(total) && json_integer_value(total) >= 0 ? json_integer_value(total) : -1;
	if (p->more && (!p->next || (p->cursor && !strcmp(p->next, p->cursor))))
		return err_set(e, ERR_BROKEN, "done: more, but next is not a new cursor");
	return true;
}

bool exec_get_parse(json_t *done, struct get *g, struct err *e)
{
	json_t *item = json_object_get(done, "item");

	if (!item)
		return err_set(e, ERR_BROKEN, "done: item, or null, is needed");
	if (json_is_null(item))
		return true;
	if (!item_parse(item, g->type, g->arena, &g->item, e))
		return false;
	if (g->raw)
		keep_raw(&g->item, item, g->arena);
	g->found = g->item.state != ITEM_GONE;
	return true;
}

bool exec_push_parse(json_t *done, struct push *p, struct err *e)
{
	json_t *item = json_object_get(done, "item");

	p->out_key = json_text(p->arena, json_object_get(done, "key"));
	p->out_version = json_text(p->arena, json_object_get(done, "version"));
	if (json_is_object(item)) {
		struct item *answer = arena_new_of(p->arena, struct item);

		if (!item_parse(item, p->type, p->arena, answer, e))
			return false;
		if (!answer->err.kind)
			p->answer = answer;
		if (!p->out_key)
			p->out_key = answer->key;
		if (!p->out_version)
			p->out_version = answer->version;
	}
	if (p->kind == PUSH_CREATE && (!p->out_key || !p->out_key[0]))
		return err_set(e, ERR_BROKEN, "done: key is needed");
	return true;
}
