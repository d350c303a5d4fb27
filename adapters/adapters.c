#include "adapters/adapters.h"

#include <stdlib.h>
#include <string.h>

const struct adapter *const adapters[] = {&rest_adapter, &exec_adapter, &dir_adapter, NULL};
const struct adapter *adapter_of_tests;

const struct adapter *adapter_find(const char *name)
{
	if (adapter_of_tests && !strcmp(adapter_of_tests->name, name))
		return adapter_of_tests;
	for (size_t i = 0; adapters[i]; i++)
		if (!strcmp(adapters[i]->name, name))
			return adapters[i];
	return NULL;
}

static const char *adapter_nearest(const char *name)
{
	const char *known[sizeof adapters / sizeof *adapters];
	size_t n = 0;

	for (; adapters[n]; n++)
		known[n] = adapters[n]->name;
	return nearest_word(name, known, n);
}

static void closed(struct op *op)
{
	free(op);
}

bool adapter_check_offline(
	const struct adapter_env *env, const char *partner, const struct yaml *endpoint, struct diags *diags)
{
	const size_t before = diags->n;
	const struct yaml *name = yaml_get(endpoint, "adapter");
	const struct adapter *adapter;
	struct remote *remote;

	if (!name || name->kind != YAML_SCALAR) {
		diag_add(diags, name ? name : endpoint, "adapter: one of rest, exec, dir is needed");
		return false;
	}
	adapter = adapter_find(name->text);
	if (!adapter) {
		const char *near = adapter_nearest(name->text);

		diag_add(diags, name, "no adapter is called %s%s%s%s", name->text, near ? " (did you mean " : "",
			near ? near : "", near ? "?)" : "");
		return false;
	}
	remote = adapter->open(env, partner, endpoint, diags);
	if (remote) {
		struct op *op = calloc(1, sizeof *op);

		if (!op)
			abort();
		op->loop = env->loop;
		op->done = closed;
		remote_close(remote, op);
	}
	return remote && diags->n == before;
}
