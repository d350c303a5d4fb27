#include "base/json.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/room.h"

#define DEPTH_MOST 64

/* Where nesting goes too deep, or n if nowhere; says nothing about whether the text is JSON. */
static size_t too_deep(const char *text, size_t n)
{
	bool quoted = false;
	unsigned depth = 0;

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '[' || c == '{') {
			if (++depth > DEPTH_MOST)
				return i;
		} else if ((c == ']' || c == '}') && depth) {
			depth--;
		}
	}
	return n;
}

/* jansson's own text quotes the input, which may hold personal data; the code does not. */
static const char *reason(const json_error_t *je)
{
	switch (json_error_code(je)) {
	case json_error_premature_end_of_input:
		return "the text ends too early";
	case json_error_end_of_input_expected:
		return "something follows the end";
	case json_error_invalid_utf8:
		return "bytes that are not UTF-8";
	case json_error_duplicate_key:
		return "a key stands twice in an object";
	case json_error_numeric_overflow:
		return "a number is too large";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "a NUL in a text";
	case json_error_stack_overflow:
		return "nested too deep";
	case json_error_out_of_memory:
		abort();
	case json_error_unknown:
	case json_error_invalid_argument:
	case json_error_cannot_open_file:
	case json_error_invalid_syntax:
	case json_error_invalid_format:
	case json_error_wrong_type:
	case json_error_null_value:
	case json_error_item_not_found:
	case json_error_index_out_of_range:
		break;
	}
	return "syntax";
}

json_t *json_parse(const char *text, size_t n, struct err *e)
{
	size_t deep = too_deep(text, n);
	const char *nul = n ? memchr(text, '\0', n) : NULL;
	json_error_t je;
	json_t *doc;

	/* jansson takes a NUL behind a number for the end of the text. */
	if (nul) {
		err_set(e, ERR_BROKEN, "not JSON at byte %td: a NUL byte", nul - text);
		return NULL;
	}
	if (deep < n) {
		err_set(e, ERR_BROKEN, "not JSON at byte %zu: nested over %d levels", deep, DEPTH_MOST);
		return NULL;
	}
	doc = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &je);
	if (!doc)
		err_set(e, ERR_BROKEN, "not JSON at byte %d: %s", je.position, reason(&je));
	return doc;
}

bool json_pointer_valid(const char *p)
{
	if (*p && *p != '/')
		return false;
	for (; *p; p++) {
		if (*p == '~' && p[1] != '0' && p[1] != '1')
			return false;
	}
	return true;
}

/* One step of a pointer: the raw text after a slash, and its unescaped form, which needs memory only if it differs. */
struct step {
	const char *text;
	size_t len;
	char *unescaped;
};

/* The step at p, which stands on a slash; p moves behind it. */
static struct step step_next(const char **p)
{
	struct step s = {.text = *p + 1};
	size_t n = 0;

	s.len = strcspn(s.text, "/");
	*p = s.text + s.len;
	if (!memchr(s.text, '~', s.len))
		return s;
	s.unescaped = malloc(s.len);
	if (!s.unescaped)
		abort();
	for (size_t i = 0; i < s.len; i++) {
		char c = s.text[i];

		if (c == '~')
			c = s.text[++i] == '0' ? '~' : '/';
		s.unescaped[n++] = c;
	}
	s.text = s.unescaped;
	s.len = n;
	return s;
}

static void step_fini(struct step *s)
{
	free(s->unescaped);
}

/* An array index as RFC 6901 writes it: digits without leading zeros. */
static bool step_index(const struct step *s, size_t *index)
{
	size_t n = 0;

	if (s->len == 0 || s->len > 9 || (s->text[0] == '0' && s->len > 1))
		return false;
	for (size_t i = 0; i < s->len; i++) {
		if (s->text[i] < '0' || s->text[i] > '9')
			return false;
		n = n * 10 + (size_t)(s->text[i] - '0');
	}
	*index = n;
	return true;
}

static bool step_append(const struct step *s)
{
	return s->len == 1 && s->text[0] == '-';
}

static json_t *child_at(json_t *in, const struct step *s)
{
	size_t i;

	if (json_is_object(in))
		return json_object_getn(in, s->text, s->len);
	if (json_is_array(in) && step_index(s, &i))
		return json_array_get(in, i);
	return NULL;
}

json_t *json_at(json_t *doc, const char *pointer)
{
	if (!json_pointer_valid(pointer))
		return NULL;
	while (*pointer && doc) {
		struct step s = step_next(&pointer);

		doc = child_at(doc, &s);
		step_fini(&s);
	}
	return doc;
}

/* Steals value in any case. */
static bool child_set(json_t *in, const struct step *s, json_t *value)
{
	size_t i, n;

	if (json_is_object(in))
		return !json_object_setn_new(in, s->text, s->len, value);
	if (json_is_array(in)) {
		n = json_array_size(in);
		if (step_append(s))
			return !json_array_append_new(in, value);
		if (step_index(s, &i) && i <= n)
			return i == n ? !json_array_append_new(in, value) : !json_array_set_new(in, i, value);
	}
	json_decref(value);
	return false;
}

/* What must stand where the steps of rest begin, so that value stands at their end. Steals value; NULL on failure. */
static json_t *grow(const char *rest, json_t *value)
{
	struct step s;
	size_t i;
	json_t *in;

	if (!*rest)
		return value;
	s = step_next(&rest);
	value = grow(rest, value);
	if (value) {
		in = step_append(&s) || step_index(&s, &i) ? json_array() : json_object();
		if (!child_set(in, &s, value)) {
			json_decref(in);
			in = NULL;
		}
		value = in;
	}
	step_fini(&s);
	return value;
}

bool json_put(json_t *doc, const char *pointer, json_t *value)
{
	if (!*pointer || !json_pointer_valid(pointer)) {
		json_decref(value);
		return false;
	}
	for (;;) {
		struct step s = step_next(&pointer);
		json_t *next = child_at(doc, &s);
		bool ok;

		if (*pointer && next) {
			step_fini(&s);
			doc = next;
			continue;
		}
		value = grow(pointer, value);
		ok = value && child_set(doc, &s, value);
		step_fini(&s);
		return ok;
	}
}

void json_merge(json_t *target, json_t *patch)
{
	const char *key;
	json_t *value;

	assert(json_is_object(target) && json_is_object(patch));
	json_object_foreach (patch, key, value) {
		json_t *old = json_object_get(target, key);

		if (json_is_null(value)) {
			json_object_del(target, key);
		} else if (!json_is_object(value)) {
			json_object_set_new(target, key, json_deep_copy(value));
		} else {
			if (!json_is_object(old)) {
				old = json_object();
				json_object_set_new(target, key, old);
			}
			json_merge(old, value);
		}
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *json_child(json_t *object, const char *name)
{
	json_t *child = json_object_get(object, name);

	if (!child) {
		child = json_object();
		json_object_set_new(object, name, child);
	}
	return child;
}

bool json_cut(json_t *array, size_t most)
{
	const bool more = json_array_size(array) > most;

	while (json_array_size(array) > most)
		json_array_remove(array, json_array_size(array) - 1);
	return more;
}

json_t *json_sorted(json_t *object)
{
	AUTO(free) const char **name = room_zeroed(json_object_size(object), sizeof *name);
	json_t *out = json_object(), *value;
	const char *key;
	size_t n = 0;

	json_object_foreach(object, key, value)
		name[n++] = key;
	qsort(name, n, sizeof *name, by_name);
	for (size_t i = 0; i < n; i++)
		json_object_set(out, name[i], json_object_get(object, name[i]));
	json_decref(object);
	return out;
}

char *json_canonical(const json_t *j)
{
	char *text = json_dumps(j, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text)
		abort();
	return text;
}
