/* adapters.h - the adapters there are, and what is common to them. */
#pragma once
#include "adapters/adapter.h"
#include "base/options.h"

extern const struct adapter rest_adapter, exec_adapter, dir_adapter;

/* One more that adapter_find() knows, set by a test before anything runs; NULL in the daemon. */
extern const struct adapter *adapter_of_tests;

/* One row of an option table: key, type, struct, member, help, and what else there is to say. */
#define OPTION(key_, type_, conf, member, help_, ...)                                                                  \
	{                                                                                                              \
		.key = key_, .type = OPTION_##type_, .offset = offsetof(struct conf, member), .help = help_,           \
		__VA_ARGS__                                                                                            \
	}

/* What `doorstroom adapter check --offline` does: opens the endpoint (which checks every key and the laws of every
 * field map) and closes it again without a byte sent. Every fault is a diagnosis; true if there was none. The close
 * ends in a later turn of env->loop. */
bool adapter_check_offline(
	const struct adapter_env *, const char *partner, const struct yaml *endpoint, struct diags *);

/* A YAML value as JSON, a new reference: unquoted true, false, null and numbers are typed, all else is text. */
json_t *yaml_json(const struct yaml *);

/* A JSON scalar as text, as ids, versions and codes are compared: 7 is "7", true is "true". NULL for null, objects,
 * arrays. */
const char *json_text(struct arena *, const json_t *);

/* What came from a partner, as people are shown it: UTF-8 whatever it was, 64 KiB at most. */
const char *adapter_raw(struct arena *, const char *text, size_t len);

/* The absolute form of a configured path: relative ones start at env->config_dir. */
const char *adapter_path(const struct adapter_env *, struct arena *, const char *path);

/* The types an endpoint keeps, as a mask: those listed, or all. */
bool adapter_types(const struct option_list *, const struct yaml *where, unsigned *mask, struct diags *);

uint64_t adapter_all_fields(enum record_type);
