/* The common record as JSON Schema 2020-12, from the same table as everything else. */
#include "core/normalise.h"
#include "core/record.h"

#include <string.h>

#define X(kind, name, form) form,
static const char *const forms[] = {VALUE_KIND_LIST(X)};
#undef X

/* One canonical element. No patterns: what cannot be canonicalised is kept as it was written. */
static json_t *element_schema(const struct field *f, const char *also)
{
	json_t *out = json_object(), *types = json_pack("[s]", "string");
	const char *const *words = value_words(f->kind);

	if (f->kind == VALUE_BOOL)
		json_array_insert_new(types, 0, json_string("boolean"));
	if (also)
		json_array_append_new(types, json_string(also));
	json_object_set_new(out, "type", types);
	json_object_set_new(out, "minLength", json_integer(1));
	json_object_set_new(out, "maxLength", json_integer(VALUE_MAX));
	json_object_set_new(out, "pattern", json_string("^[^\\u0000-\\u001f\\u007f-\\u009f]*$"));
	json_object_set_new(out, "description", json_string(forms[f->kind]));
	if (words && f->kind != VALUE_CONSENT) {
		json_t *examples = json_array();

		for (; *words; words++)
			json_array_append_new(examples, json_string(*words));
		json_object_set_new(out, "examples", examples);
	}
	return out;
}

static json_t *field_schema(const struct field *f)
{
	json_t *out;

	if (f->set)
		out = json_pack(
			"{s:s, s:b, s:o}", "type", "array", "uniqueItems", true, "items", element_schema(f, NULL));
	else
		out = element_schema(f, "null");
	json_object_set_new(out, "title", json_string(f->help));
	if (*f->oslo)
		json_object_set_new(out, "$comment", json_sprintf("OSLO: %s", f->oslo));
	return out;
}

json_t *record_schema(enum record_type type)
{
	json_t *properties = json_object();
	unsigned n = field_count(type);

	for (unsigned i = 0; i < n; i++)
		json_object_set_new(properties, field_at(type, i)->name, field_schema(field_at(type, i)));
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:b}", "$schema", "https://json-schema.org/draft/2020-12/schema",
		"title", record_type_name(type), "description",
		"A member that is missing says nothing; null, or an empty array, says that there is none.", "type",
		"object", "properties", properties, "additionalProperties", false);
}
