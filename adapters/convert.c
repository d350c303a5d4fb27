#include "adapters/adapters.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"

#define RAW_MAX (64 * 1024)

static json_t *yaml_json_scalar(const struct yaml *y)
{
	const char *text = y->text;
	char *end;
	long long whole;

	if (y->quoted)
		return json_string(text);
	if (yaml_is_null(y))
		return json_null();
	if (!strcmp(text, "true"))
		return json_true();
	if (!strcmp(text, "false"))
		return json_false();
	if (strspn(text, "-0123456789.") != strlen(text))
		return json_string(text);
	errno = 0;
	whole = strtoll(text, &end, 10);
	/* A leading zero is a code, not a number. */
	if (!*end && end != text && !errno && !(text[0] == '0' && text[1]))
		return json_integer(whole);
	if (strchr(text, '.') && text[strspn(text, "-")] != '0') {
		double real = strtod(text, &end);

		if (!*end && isfinite(real))
			return json_real(real);
	}
	return json_string(text);
}

json_t *yaml_json(const struct yaml *y)
{
	json_t *out;

	switch (y->kind) {
	case YAML_SCALAR:
		return yaml_json_scalar(y);
	case YAML_SEQUENCE:
		out = json_array();
		for (size_t i = 0; i < y->n; i++)
			json_array_append_new(out, yaml_json(y->child[i]));
		return out;
	case YAML_MAPPING:
		out = json_object();
		for (size_t i = 0; i < y->n; i++)
			json_object_set_new(out, y->child[i]->key, yaml_json(y->child[i]));
		return out;
	}
	return NULL;
}

const char *json_text(struct arena *arena, const json_t *j)
{
	switch (j ? json_typeof(j) : JSON_NULL) {
	case JSON_STRING:
		return arena_strndup(arena, json_string_value(j), json_string_length(j));
	case JSON_INTEGER:
		return arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(j));
	case JSON_REAL:
		return arena_printf(arena, "%.17g", json_real_value(j));
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	case JSON_NULL:
	case JSON_OBJECT:
	case JSON_ARRAY:
		return NULL;
	}
	return NULL;
}

const char *adapter_raw(struct arena *arena, const char *text, size_t len)
{
	BUF_AUTO struct buf raw = {0};

	utf8_repair(&raw, text, len, RAW_MAX);
	return arena_strndup(arena, raw.data ? raw.data : "", raw.len);
}

const char *adapter_path(const struct adapter_env *env, struct arena *arena, const char *path)
{
	if (path[0] == '/' || !env->config_dir)
		return path;
	return arena_printf(arena, "%s/%s", env->config_dir, path);
}

bool adapter_types(const struct option_list *list, const struct yaml *where, unsigned *mask, struct diags *diags)
{
	const size_t before = diags->n;

	*mask = list->n ? 0 : (1u << RECORD_TYPES) - 1;
	for (size_t i = 0; i < list->n; i++) {
		enum record_type type;

		if (record_type_parse(list->item[i], &type))
			*mask |= 1u << type;
		else
			diag_add(diags, where, "no record type is called %s", list->item[i]);
	}
	return diags->n == before;
}

uint64_t adapter_all_fields(enum record_type type)
{
	const unsigned n = field_count(type);

	return n >= 64 ? UINT64_MAX : FIELD_BIT(n) - 1;
}
