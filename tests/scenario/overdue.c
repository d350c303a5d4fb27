/*
 * overdue.c - whether all commands that count overdue answers come to the same number.
 */
#include "scenario/scenario.h"

#include <string.h>

#include "engine/commands.h"

static int64_t of_matrix(const json_t *answer)
{
	return json_integer_value(json_object_get(json_object_get(json_object_get(answer, "sums"), "total"), "overdue"));
}

static int64_t of_list(const json_t *answer)
{
	return (int64_t)json_array_size(json_object_get(answer, "referrals"));
}

static int64_t of_status(const json_t *answer)
{
	const json_t *row;
	int64_t n = 0;
	size_t i;

	json_array_foreach(json_object_get(answer, "referrals"), i, row)
		n += json_integer_value(json_object_get(row, "overdue"));
	return n;
}

static const struct {
	const char *command;
	int64_t (*count)(const json_t *answer);
} overdue_in[] = { { "matrix", of_matrix }, { "referrals", of_list }, { "status", of_status } };

bool overdue_agree(struct scene *s, int64_t overdue)
{
	struct err e = { 0 };
	AUTO(query_close) struct query *q = query_open(arena_printf(s->arena, "%s/doorstroom.db", s->dir), NULL, &e);

	for (size_t i = 0; i < sizeof overdue_in / sizeof *overdue_in; i++) {
		const char *name = overdue_in[i].command;
		struct command_call call = { .command = command_find(name), .arena = s->arena, .query = q,
			.now_ms = loop_wall(&s->sim.loop), .engine = s->engine,
			.args = strcmp(name, "referrals") ? json_object() : json_pack("{sb}", "overdue", true) };
		const bool ok = q && call.command->before(&call, &e) && call.command->run(&call, &e);
		const int64_t counted = overdue_in[i].count(call.out);

		json_decref(call.args);
		json_decref(call.scratch);
		json_decref(call.taken);
		json_decref(call.out);
		if (!ok || counted != overdue)
			return scene_fail(s, "%s counts %lld overdue: %s", name, (long long)counted, e.text);
	}
	return true;
}
