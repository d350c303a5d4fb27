/* rest_results.c - the answer to a batch: whose result is whose, and what it says; runs on the thread pool. */
#include <string.h>

#include "adapters/rest.h"

static void tell(struct told *told, json_t *result, bool failure)
{
	told->times++;
	told->result = result;
	told->failure = failure;
}

/* A text that several changes would have is nobody's. */
static struct told *whose(struct told *told, size_t n, const char *text)
{
	struct told *found = NULL;

	for (size_t i = 0; text && i < n; i++) {
		if (!told[i].match || strcmp(told[i].match, text))
			continue;
		if (found)
			return NULL;
		found = &told[i];
	}
	return found;
}

static void match_text(struct told *told, size_t n, const json_t *text, json_t *result, bool failure, struct arena *arena)
{
	struct told *mine = whose(told, n, json_text(arena, text));

	if (mine)
		tell(mine, result, failure);
}

/* One refusal may be of several changes: then there is an array of texts. */
static void match_row(
	struct told *told, size_t n, const char *pointer, json_t *row, bool failure, struct arena *arena)
{
	json_t *at = json_at(row, pointer), *text;
	size_t i;

	if (!json_is_array(at)) {
		match_text(told, n, at, row, failure, arena);
		return;
	}
	json_array_foreach (at, i, text)
		match_text(told, n, text, row, failure, arena);
}

static void match_rows(struct told *told, size_t n, const char *pointer, json_t *rows, bool failure)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		match_row(told, n, pointer, row, failure, arena);
}

static bool match_order(struct told *told, size_t n, json_t *rows, struct err *e)
{
	if (json_array_size(rows) != n)
		return err_set(e, ERR_BROKEN, "a batch of %zu changes has %zu results, and they go by order", n,
			json_array_size(rows));
	for (size_t i = 0; i < n; i++)
		tell(&told[i], json_array_get(rows, i), false);
	return true;
}

bool results_match(const struct batch_spec *spec, const struct answer *a, struct told *told, size_t n, struct err *e)
{
	json_t *rows = locate_json(&spec->results, a, a->doc);
	json_t *failures = locate_json(&spec->failures, a, a->doc);

	for (size_t i = 0; i < n; i++) {
		told[i].times = 0;
		if (!spec->results.from)
			tell(&told[i], a->doc, false);
	}
	if (!spec->results.from)
		return true;
	if (!json_is_array(rows) && !json_is_array(failures))
		return err_set(e, ERR_BROKEN, "a batch's answer has no array of results at %s",
			spec->results.what[0] ? spec->results.what : "its top");
	if (json_array_size(rows) + json_array_size(failures) > REST_ITEMS_MAX)
		return err_set(e, ERR_BROKEN, "a batch of %zu changes has %zu results", n,
			json_array_size(rows) + json_array_size(failures));
	if (!spec->match)
		return match_order(told, n, rows, e);
	match_rows(told, n, spec->match, rows, false);
	match_rows(told, n, spec->failure_match, failures, true);
	return true;
}

static unsigned status_of(const struct batch_spec *spec, const struct told *told, struct arena *arena)
{
	const char *status = spec->status ? json_text(arena, json_at(told->result, spec->status)) : NULL;
	const char *ok = spec->ok && !told->failure ? json_text(arena, json_at(told->result, spec->ok)) : NULL;
	unsigned n = 200;
	int end = 0;

	if (told->failure)
		return status && sscanf(status, "%3u%n", &n, &end) == 1 && !status[end] && n >= 300 ? n : 400;
	if (spec->status && (!status || sscanf(status, "%3u%n", &n, &end) != 1 || status[end] || n < 100))
		return 0;
	if (!spec->ok)
		return n;
	if (!ok)
		return 0;
	return strcmp(ok, "true") && strcmp(ok, "1") && n < 300 ? 400 : n;
}

static void headers_of(json_t *from, struct arena *arena, struct answer *out)
{
	struct http_header *row = arena_array(arena, struct http_header, json_object_size(from) + 1);
	const char *name;
	json_t *value;

	out->header = row;
	json_object_foreach (from, name, value)
		if (json_is_string(value))
			row[out->nheader++] = (struct http_header){
				arena_strdup(arena, name), arena_strdup(arena, json_string_value(value))};
}

bool results_answer(const struct batch_spec *spec, const struct told *told, struct arena *arena, struct answer *out,
	struct err *e)
{
	if (told->times != 1)
		return err_set(e, ERR_AGAIN, "%s in a batch: the answer %s", request_names[spec->request.kind],
			told->times ? "has several results for this change" : "does not tell what became of this change");
	*out = (struct answer){.status = status_of(spec, told, arena), .part = true};
	if (!out->status)
		return err_set(e, ERR_AGAIN, "%s in a batch: the result does not tell whether this change was made",
			request_names[spec->request.kind]);
	if (spec->headers)
		headers_of(json_at(told->result, spec->headers), arena, out);
	out->doc = json_incref(spec->answer && !told->failure ? json_at(told->result, spec->answer) : told->result);
	return true;
}
