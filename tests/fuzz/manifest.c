/* Any bytes as a manifest: refused with diagnoses, or compiled; then every request can be composed and an answer read.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "adapters/rest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char endpoint[] =
	"{ adapter: rest, manifest: none, url: 'https://crm.example', tls: { cert: c, key: k },"
	"  auth: { user: u, password: { file: x }, token: { file: x }, secret: { file: x }, client_id: c,"
	"    client_secret: { file: x }, refresh_token: { file: x } },"
	"  webhook: { secret: { file: x }, path: { file: x } } }";

static const char body[] = "{\"value\":[{\"id\":1,\"a\":\"b\",\"updated\":\"2026-01-01 "
			   "08:00:00\",\"deleted\":false,\"list\":[{\"x\":\"y\"}]},[],null,7],"
			   "\"items\":[{}],\"data\":[{\"id\":\"x\"}],\"next\":\"/"
			   "next?a=b\",\"error\":{\"code\":7,\"name\":\"x\"},\"result\":false}";

static const char *secret(struct arena *arena, const struct yaml *ref, struct err *e)
{
	(void)e;
	return arena_strdup(arena, yaml_get(ref, "file") ? "d2hhdCBpcyBoaWRkZW4gaGVyZQ==" : "x");
}

static void walk(struct arena *arena, const struct cursor_spec *spec, const struct page *page)
{
	struct cursor cursor;
	struct err e = {0};
	const char *text;
	bool more;

	if (!cursor_read(arena, spec, NULL, 0, &cursor, &e) || !cursor_advance(spec, &cursor, page, &more, &e))
		return;
	text = cursor_print(arena, spec, &cursor);
	if (text && !cursor_read(arena, spec, text, 0, &cursor, &e))
		abort();
}

/* Three changes, one of them like another, against whatever the answer holds: whose result it is, and as what. */
static void share(const struct batch_spec *b, const struct answer *a, struct arena *arena)
{
	struct told told[3] = {{.match = "1"}, {.match = "x"}, {.match = "x"}};
	struct err e = {0};

	if (!results_match(b, a, told, 3, &e))
		return;
	for (size_t i = 0; i < 3; i++) {
		struct answer part;

		if (results_answer(b, &told[i], arena, &part, &e))
			json_decref(part.doc);
	}
}

static void ask(const struct rest *rest, const struct rest_type *t, const struct request *q, struct arena *arena)
{
	struct fill fill = {.has_since = true, .since_ms = 1767225600000, .now_ms = 1767225600000};
	struct http_header header = {"link", "<https://crm.example/2>; rel=\"next\""};
	struct http_exchange x = {.status = 200, .answer = &header, .nanswer = 1, .arena = arena};
	struct answer a = {.status = 200, .header = &header, .nheader = 1, .body = body, .len = sizeof body - 1};
	struct err e = {0};
	struct page page;
	struct item *item;

	for (unsigned s = 0; s <= SLOT_REQUEST_ID; s++)
		fill.text[s] = s == SLOT_KEY ? "it's/7?" : "7";
	fill.record = json_object();
	request_compose(rest, q, &fill, NULL, "bearer", arena, &x, &e);
	if (q->batch && request_part(rest, q, &fill, q->batch->carries, arena, &e)) {
		fill.items = json_array();
		json_array_append_new(fill.items, template_json(q->batch->each, &fill));
		json_decref(steal(fill.record));
		request_compose(rest, &q->batch->request, &fill, NULL, "bearer", arena, &x, &e);
		json_decref(fill.items);
	}
	json_decref(fill.record);
	json_decref(fill.body);
	json_decref(fill.headers);
	answer_pause_ms(rest, &x, fill.now_ms);
	e = (struct err){0};
	if (answer_judge(rest, t, q, &a, "7", &e) == VERDICT_OK &&
		(q->kind == REQUEST_LIST || q->kind == REQUEST_DELETIONS) &&
		answer_page(t, q, &a, arena, arena, &item, &page, &e))
		walk(arena, q->kind == REQUEST_LIST ? &t->list.cursor : &t->deletions.cursor, &page);
	if (q->batch && a.doc)
		share(q->batch, &a, arena);
	json_decref(a.doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct diags diags = {.arena = arena};
	const struct adapter_env env = {.state_dir = "/nowhere", .config_dir = "/nowhere", .secret = secret};
	const struct yaml *manifest = yaml_parse(arena, "fuzz", (const char *)data, size, &diags);
	const struct yaml *conf = yaml_parse(arena, "endpoint", endpoint, sizeof endpoint - 1, &diags);
	struct rest *rest = manifest ? rest_read(&env, "fuzz", conf, manifest, &diags) : NULL;

	if (!rest && !diags.n)
		abort();
	for (unsigned t = 0; rest && t < RECORD_TYPES; t++)
		for (unsigned q = 0; rest->type[t] && q < REQUESTS; q++)
			if (rest->type[t]->request[q].method)
				ask(rest, rest->type[t], &rest->type[t]->request[q], arena);
	if (rest)
		arena_free(rest->arena);
	return 0;
}
