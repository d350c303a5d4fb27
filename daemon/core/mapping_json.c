/* Precompiled JSON Pointers (RFC 6901), and JSON scalars as texts. */
#include "core/mapping_parts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long array_index(const char *key)
{
	size_t n = strspn(key, "0123456789");

	return n && n < 6 && !key[n] && (key[0] != '0' || n == 1) ? atol(key) : -1;
}

bool path_compile(struct arena *arena, const char *text, struct path *out)
{
	char *copy = arena_strdup(arena, text), *s = copy;

	if (!json_pointer_valid(text))
		return false;
	*out = (struct path){.text = arena_strdup(arena, text)};
	for (const char *c = text; *c; c++)
		out->n += *c == '/';
	out->step = arena_array(arena, struct step, out->n + 1);
	for (size_t i = 0; i < out->n; i++) {
		char *key = ++s, *o = key;

		for (; *s && *s != '/'; s++) {
			if (*s == '~')
				*o++ = *++s == '1' ? '/' : '~';
			else
				*o++ = *s;
		}
		out->step[i].len = (size_t)(o - key);
		out->step[i].key = arena_strndup(arena, key, out->step[i].len);
		out->step[i].index = array_index(out->step[i].key);
	}
	return true;
}

json_t *path_find(const struct path *path, json_t *doc, json_t **stopped)
{
	*stopped = NULL;
	for (size_t i = 0; i < path->n && doc; i++) {
		const struct step *step = &path->step[i];

		if (json_is_object(doc)) {
			doc = json_object_getn(doc, step->key, step->len);
		} else if (json_is_array(doc)) {
			doc = step->index >= 0 ? json_array_get(doc, (size_t)step->index) : NULL;
		} else {
			*stopped = doc;
			return NULL;
		}
	}
	return doc;
}

void path_remove(const struct path *path, json_t *doc)
{
	struct path parent = *path;
	json_t *stopped;

	if (!path->n)
		return;
	parent.n--;
	doc = path_find(&parent, doc, &stopped);
	if (json_is_object(doc))
		json_object_deln(doc, path->step[parent.n].key, path->step[parent.n].len);
	else if (json_is_array(doc) && path->step[parent.n].index >= 0)
		json_array_remove(doc, (size_t)path->step[parent.n].index);
}

bool literal_of(const struct yaml *y, struct literal *out)
{
	if (y->kind != YAML_SCALAR)
		return false;
	*out = (struct literal){LITERAL_STRING, y->text};
	if (y->quoted)
		return true;
	if (yaml_is_null(y))
		out->type = LITERAL_NULL;
	else if (!strcmp(y->text, "missing"))
		out->type = LITERAL_MISSING;
	else if (scalar_fits(CODEC_BOOL, y->text))
		out->type = LITERAL_BOOL;
	else if (scalar_fits(CODEC_NUMBER, y->text))
		out->type = LITERAL_NUMBER;
	return true;
}

bool literal_is(const struct literal *l, const json_t *j)
{
	switch (l->type) {
	case LITERAL_NULL:
		return json_is_null(j);
	case LITERAL_MISSING:
		return false;
	case LITERAL_BOOL:
		return json_is_boolean(j) && json_is_true(j) == (*l->text == 't');
	case LITERAL_NUMBER:
		return json_is_number(j) && json_number_value(j) == strtod(l->text, NULL);
	case LITERAL_STRING:
		return json_is_string(j) && !strcmp(json_string_value(j), l->text);
	}
	return false;
}

json_t *literal_json(const struct literal *l)
{
	switch (l->type) {
	case LITERAL_NULL:
		return json_null();
	case LITERAL_MISSING:
		return NULL;
	case LITERAL_BOOL:
		return scalar_json(CODEC_BOOL, l->text);
	case LITERAL_NUMBER:
		return scalar_json(CODEC_NUMBER, l->text);
	case LITERAL_STRING:
		return json_string(l->text);
	}
	return NULL;
}

/* The shortest of two precisions that reads back as the same number; whole numbers without exponent. */
static const char *real_text(struct arena *arena, double number)
{
	char text[40];

	if (fabs(number) < 1e15 && number == floor(number))
		return arena_printf(arena, "%.0f", number == 0 ? 0.0 : number);
	snprintf(text, sizeof(text), "%.15g", number);
	if (strtod(text, NULL) != number)
		snprintf(text, sizeof(text), "%.17g", number);
	return arena_strdup(arena, text);
}

static const char *integer_text(struct arena *arena, json_int_t number)
{
	char text[24], *s = text + sizeof(text);
	unsigned long long rest = number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number;

	do
		*--s = (char)('0' + rest % 10);
	while (rest /= 10);
	if (number < 0)
		*--s = '-';
	return arena_strndup(arena, s, (size_t)(text + sizeof(text) - s));
}

const char *scalar_text(struct arena *arena, const json_t *j)
{
	switch (json_typeof(j)) {
	case JSON_STRING:
		return strlen(json_string_value(j)) == json_string_length(j) ? json_string_value(j) : NULL;
	case JSON_INTEGER:
		return integer_text(arena, json_integer_value(j));
	case JSON_REAL:
		return real_text(arena, json_real_value(j));
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

static bool integer_of(const char *text, json_int_t *out)
{
	const char *digits = text + (*text == '-');
	char *end;

	if (!*digits || digits[strspn(digits, "0123456789")] || (*digits == '0' && (digits[1] || *text == '-')))
		return false;
	errno = 0;
	*out = strtoll(text, &end, 10);
	return !errno && !*end;
}

/* A decimal fraction as real_text() writes it, so that it comes back the same. */
static bool real_of(const char *text, double *out)
{
	char again[40];
	char *end;

	if (strlen(text) > 24 || !*text || text[strspn(text, "-+.0123456789e")])
		return false;
	*out = strtod(text, &end);
	if (*end || !isfinite(*out) || (fabs(*out) < 1e15 && *out == floor(*out)))
		return false;
	snprintf(again, sizeof(again), "%.15g", *out);
	if (strtod(again, NULL) != *out)
		snprintf(again, sizeof(again), "%.17g", *out);
	return !strcmp(again, text);
}

bool scalar_fits(enum codec_json type, const char *text)
{
	json_int_t whole;
	double real;

	switch (type) {
	case CODEC_STRING:
		return true;
	case CODEC_NUMBER:
		return integer_of(text, &whole) || real_of(text, &real);
	case CODEC_BOOL:
		return !strcmp(text, "true") || !strcmp(text, "false");
	}
	return false;
}

json_t *scalar_json(enum codec_json type, const char *text)
{
	json_int_t whole;
	double real;

	if (!scalar_fits(type, text))
		return NULL;
	switch (type) {
	case CODEC_STRING:
		return json_string(text);
	case CODEC_NUMBER:
		if (integer_of(text, &whole))
			return json_integer(whole);
		return real_of(text, &real) ? json_real(real) : NULL;
	case CODEC_BOOL:
		return json_boolean(*text == 't');
	}
	return NULL;
}
