#include "core/record.h"

#include "base/hash.h"
#include "base/yaml.h"
#include "core/normalise.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* References are named after what they refer to. */
#define ROW(field, name, kind, is_set, policy, oslo, help)                                                             \
	{name, VALUE_##kind, is_set, POLICY_##policy, false,                                                           \
		__builtin_strcmp(name, "contact") == 0 ? RECORD_CONTACT : RECORD_ORGANIZATION, oslo, help},

static const struct field organization_fields[] = {ORGANIZATION_FIELDS(ROW)};
static const struct field contact_fields[] = {CONTACT_FIELDS(ROW)};
static const struct field referral_fields[] = {REFERRAL_FIELDS(ROW)};
static const struct field participation_fields[] = {PARTICIPATION_FIELDS(ROW)};

static const struct {
	const struct field *field;
	unsigned n;
} fixed[RECORD_TYPES] = {
	[RECORD_ORGANIZATION] = {organization_fields, ORGANIZATION_FIELD_COUNT},
	[RECORD_CONTACT] = {contact_fields, CONTACT_FIELD_COUNT},
	[RECORD_REFERRAL] = {referral_fields, REFERRAL_FIELD_COUNT},
	[RECORD_PARTICIPATION] = {participation_fields, PARTICIPATION_FIELD_COUNT},
};

/* Extra fields: written once each, before the count that makes them visible. */
static struct {
	struct field field[RECORD_FIELDS_MAX];
	char name[RECORD_FIELDS_MAX][48];
	atomic_uint n;
} extra[RECORD_TYPES];

#define X(type, name, oslo) name,
static const char *const type_names[] = {RECORD_TYPE_LIST(X)};
#undef X

const char *record_type_name(enum record_type type)
{
	return type_names[type];
}

bool record_type_parse(const char *name, enum record_type *out)
{
	for (unsigned type = 0; type < RECORD_TYPES; type++) {
		if (!strcmp(name, type_names[type])) {
			*out = (enum record_type)type;
			return true;
		}
	}
	return false;
}

unsigned field_count(enum record_type type)
{
	return fixed[type].n + atomic_load_explicit(&extra[type].n, memory_order_acquire);
}

const struct field *field_at(enum record_type type, unsigned index)
{
	assert(index < field_count(type));
	return index < fixed[type].n ? &fixed[type].field[index] : &extra[type].field[index - fixed[type].n];
}

int field_find(enum record_type type, const char *name)
{
	unsigned n = field_count(type);

	for (unsigned i = 0; i < n; i++) {
		const char *have = field_at(type, i)->name;

		if (have[0] == name[0] && !strcmp(have, name))
			return (int)i;
	}
	return -1;
}

const char *field_nearest(enum record_type type, const char *name)
{
	const char *names[RECORD_FIELDS_MAX];
	unsigned n = field_count(type);

	for (unsigned i = 0; i < n; i++)
		names[i] = field_at(type, i)->name;
	return nearest_word(name, names, n);
}

/* x.<partner>.<name>: lower case letters, digits, and inside them - and _. */
static bool extra_name_valid(const char *name)
{
	const char *alnum = "abcdefghijklmnopqrstuvwxyz0123456789", *all = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t partner;

	if (strncmp(name, "x.", 2) || strlen(name) >= sizeof(extra[0].name[0]))
		return false;
	name += 2;
	partner = strspn(name, all);
	if (!partner || name[partner] != '.' || !strchr(alnum, name[0]))
		return false;
	name += partner + 1;
	return *name && strchr(alnum, *name) && !name[strspn(name, all)];
}

int field_extra(enum record_type type, const char *name, struct err *e)
{
	int known = field_find(type, name);
	unsigned n = atomic_load_explicit(&extra[type].n, memory_order_relaxed);

	if (known >= 0)
		return known;
	if (!extra_name_valid(name)) {
		err_set(e, ERR_BROKEN,
			"an extra field is named x.<partner>.<name>, at most %zu bytes of a-z, 0-9, - and _",
			sizeof(extra[0].name[0]) - 1);
		return -1;
	}
	if (fixed[type].n + n == RECORD_FIELDS_MAX) {
		err_set(e, ERR_BROKEN, "no room for more than %u extra fields of %s", n, type_names[type]);
		return -1;
	}
	strcpy(extra[type].name[n], name);
	extra[type].field[n] = (struct field){.name = extra[type].name[n],
		.kind = VALUE_TEXT,
		.policy = POLICY_LATEST,
		.extra = true,
		.oslo = "",
		.help = "the partner's own field"};
	atomic_store_explicit(&extra[type].n, n + 1, memory_order_release);
	return (int)(fixed[type].n + n);
}

struct record *record_new(struct arena *arena, enum record_type type)
{
	struct record *r = arena_new_of(arena, struct record);

	r->type = type;
	return r;
}

/* --- sets --------------------------------------------------------------------------------------------------- */

const char *set_next(const char **cursor, size_t *len)
{
	const char *element = *cursor;

	if (!element || !*element)
		return NULL;
	*len = strcspn(element, "\n");
	*cursor = element + *len + (element[*len] == '\n');
	return element;
}

bool set_has(const char *set, const char *element)
{
	size_t want = strlen(element), len;

	for (const char *s; (s = set_next(&set, &len));)
		if (len == want && !memcmp(s, element, len))
			return true;
	return false;
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *set_make(struct arena *arena, const char *const *element, size_t n)
{
	const char **sorted;
	size_t len = 0;
	char *out, *o;

	if (n == 0)
		return "";
	if (n == 1)
		return arena_strdup(arena, element[0]);
	sorted = arena_copy(arena, element, n * sizeof(*element));
	qsort(sorted, n, sizeof(*sorted), compare_text);
	for (size_t i = 0; i < n; i++)
		len += strlen(sorted[i]) + 1;
	o = out = arena_alloc(arena, len + 1);
	for (size_t i = 0; i < n; i++) {
		if (!*sorted[i] || (i && !strcmp(sorted[i], sorted[i - 1])))
			continue;
		if (o > out)
			*o++ = '\n';
		o = stpcpy(o, sorted[i]);
	}
	*o = '\0';
	return out;
}

/* --- values and JSON ---------------------------------------------------------------------------------------- */

static bool is_bool_word(const struct field *f, const char *value)
{
	return f->kind == VALUE_BOOL && (!strcmp(value, "true") || !strcmp(value, "false"));
}

json_t *value_json(const struct field *f, const char *value)
{
	json_t *set;
	size_t len;

	if (!f->set) {
		if (!*value)
			return json_null();
		return is_bool_word(f, value) ? json_boolean(*value == 't') : json_string(value);
	}
	set = json_array();
	for (const char *s; (s = set_next(&value, &len));)
		json_array_append_new(set, json_stringn(s, len));
	return set;
}

static const char *wrong(struct err *e, const struct field *f, const char *what)
{
	err_set(e, ERR_ITEM, "field %s: %s", f->name, what);
	strncpy(e->field, f->name, sizeof(e->field) - 1);
	e->field[sizeof(e->field) - 1] = '\0';
	return NULL;
}

static const char *parse_one(struct arena *arena, const struct field *f, json_t *json, struct err *e)
{
	const char *out;
	struct err why;

	if (json_is_null(json))
		return "";
	if (json_is_boolean(json) && f->kind == VALUE_BOOL)
		return json_is_true(json) ? "true" : "false";
	if (!json_is_string(json))
		return wrong(e, f, f->kind == VALUE_BOOL ? "not a boolean" : "not a string");
	if (strlen(json_string_value(json)) != json_string_length(json))
		return wrong(e, f, "holds a NUL");
	out = normalise(arena, f->kind, json_string_value(json), NULL, &why);
	return out ? out : wrong(e, f, why.text);
}

const char *value_parse(struct arena *arena, const struct field *f, json_t *json, struct err *e)
{
	size_t n = json_array_size(json), used = 0;
	const char **element;

	if (!f->set || !json_is_array(json))
		return parse_one(arena, f, json, e);
	element = arena_array(arena, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		const char *one = parse_one(arena, f, json_array_get(json, i), e);

		if (!one)
			return NULL;
		if (*one)
			element[used++] = one;
	}
	return set_make(arena, element, used);
}

static void print_value(struct buf *b, const struct field *f, const char *value)
{
	const char *s;
	size_t len;
	char comma = '[';

	if (!f->set) {
		if (!*value)
			buf_adds(b, "null");
		else if (is_bool_word(f, value))
			buf_adds(b, value);
		else
			buf_add_json(b, value);
		return;
	}
	if (!*value)
		buf_addc(b, '[');
	while ((s = set_next(&value, &len))) {
		char one[VALUE_MAX + 1];

		assert(len <= VALUE_MAX);
		memcpy(one, s, len);
		one[len] = '\0';
		buf_addc(b, comma);
		buf_add_json(b, one);
		comma = ',';
	}
	buf_addc(b, ']');
}

void record_print(struct buf *b, const struct record *r)
{
	unsigned n = field_count(r->type);
	char comma = '{';

	for (unsigned i = 0; i < n; i++) {
		const struct field *f = field_at(r->type, i);

		if (!r->v[i])
			continue;
		buf_addc(b, comma);
		buf_add_json(b, f->name);
		buf_addc(b, ':');
		print_value(b, f, r->v[i]);
		comma = ',';
	}
	buf_adds(b, comma == '{' ? "{}" : "}");
}

json_t *record_json(const struct record *r)
{
	json_t *out = json_object();
	unsigned n = field_count(r->type);

	for (unsigned i = 0; i < n; i++)
		if (r->v[i])
			json_object_set_new_nocheck(
				out, field_at(r->type, i)->name, value_json(field_at(r->type, i), r->v[i]));
	return out;
}

/* The JSON says the value in the one way that value_json() does: nothing had to be canonicalised. */
static bool is_canonical(const struct field *f, json_t *json, const char *value)
{
	size_t n = json_array_size(json), i = 0, len;

	if (json_is_null(json) || json_is_boolean(json))
		return true;
	if (!f->set)
		return *value && !is_bool_word(f, value) && !strcmp(json_string_value(json), value);
	for (const char *s; (s = set_next(&value, &len)); i++) {
		json_t *element = json_array_get(json, i);

		if (json_string_length(element) != len || memcmp(json_string_value(element), s, len))
			return false;
	}
	return json_is_array(json) && i == n;
}

struct record *record_parse(struct arena *arena, enum record_type type, json_t *json, struct err *e)
{
	struct record *r = record_new(arena, type);
	const char *name;
	json_t *member;

	if (!json_is_object(json)) {
		err_set(e, ERR_ITEM, "record is not an object");
		return NULL;
	}
	json_object_foreach (json, name, member) {
		int index = field_find(type, name);

		if (index < 0) {
			err_set(e, ERR_ITEM, "unknown field in %s record", type_names[type]);
			strncpy(e->field, name, sizeof(e->field) - 1);
			e->field[sizeof(e->field) - 1] = '\0';
			return NULL;
		}

		const struct field *f = field_at(type, (unsigned)index);

		r->v[index] = value_parse(arena, f, member, e);
		if (!r->v[index])
			return NULL;
		if (!is_canonical(f, member, r->v[index])) {
			wrong(e, f, "not canonical");
			return NULL;
		}
	}
	return r;
}

/* A sum over the fields by name, so that it does not depend on when an extra field got its number. */
uint64_t record_hash(const struct record *r)
{
	unsigned n = field_count(r->type);
	uint64_t sum = hash_text(type_names[r->type], 0);

	for (unsigned i = 0; i < n; i++)
		if (r->v[i])
			sum += hash_text(r->v[i], hash_text(field_at(r->type, i)->name, 1));
	return sum;
}
