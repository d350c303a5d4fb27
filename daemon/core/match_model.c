/* The model of all record types: built in, or from a file. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "core/match_parts.h"

/* Another form of features, or other rules for what goes into them, is another number. */
#define FEATURES_FORM 3
/* Other keys of the same features are another number. */
#define KEYS_FORM 2

static const struct match_model *built_in;

static void read_built_in(void)
{
	struct err e;

	built_in = match_model_read(match_model_json, strlen(match_model_json), &e);
	if (!built_in)
		abort();   /* the build's own text, which a test reads */
}

const struct match_model *match_model_default(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_built_in);
	return built_in;
}

void match_model_free(struct match_model *m)
{
	if (!m)
		return;
	for (int t = 0; t < RECORD_TYPES; t++)
		linkage_model_free(m->type[t]);
	free(m);
}

const char *match_model_version(const struct match_model *m)
{
	return m->version;
}

const char *match_keys_version(const struct match_model *m)
{
	return m->keys_version;
}

double match_link_at(const struct match_model *m, enum record_type type)
{
	return linkage_link_at(m->type[type]);
}

double match_review_at(const struct match_model *m, enum record_type type)
{
	return linkage_review_at(m->type[type]);
}

bool match_is_scored(enum record_type type)
{
	return type == RECORD_ORGANIZATION || type == RECORD_CONTACT;
}

static bool read_type(struct match_model *m, enum record_type type, json_t *in, struct err *e)
{
	struct err inner;

	if (!json_is_object(in))
		return err_set(e, ERR_BROKEN, "model: %s: is missing", record_type_name(type));
	m->type[type] = linkage_model_read(&match_schema[type], in, &inner);
	return m->type[type] || err_set(e, ERR_BROKEN, "model: %s: %s", record_type_name(type), inner.text);
}

struct match_model *match_model_read(const char *text, size_t n, struct err *e)
{
	AUTO(match_model_free) struct match_model *m = calloc(1, sizeof *m);
	struct err inner;
	AUTO(json_drop) json_t *json = json_parse(text, n, &inner);
	const char *version = json_string_value(json_object_get(json, "version"));

	if (!m)
		abort();
	if (!json) {
		err_set(e, ERR_BROKEN, "model: %s", inner.text);
		return NULL;
	}
	if (!version || !*version || strlen(version) >= sizeof m->version) {
		err_set(e, ERR_BROKEN, "model: version: must be a text of 1 to 63 bytes");
		return NULL;
	}
	memcpy(m->version, version, strlen(version) + 1);
	m->mark = (uint32_t)hash_text(version, FEATURES_FORM);
	snprintf(m->keys_version, sizeof m->keys_version, "%s, keys %d", version, KEYS_FORM);
	for (enum record_type t = 0; t < RECORD_TYPES; t++)
		if (!read_type(m, t, json_object_get(json, record_type_name(t)), e))
			return NULL;
	return steal(m);
}
