/* What is wrong with a manifest or an endpoint is told, with its place; all of it at once. */
#include "tests/unit/adapters/world.h"

#include "adapters/rest.h"

#define ENDPOINT "{ adapter: rest, manifest: x, url: 'https://crm.example' }"
#define FIELDS "fields: { legal_name: /name }"
#define CURSOR "cursor: { kind: offset }, list: { path: /c, query: { p: '${page}' }, items: /data }"
#define TYPE(more) "{ manifest: 1, types: { organization: { id: /id, " FIELDS ", " CURSOR ", " more " } } }"
#define CREATE(batch) TYPE("create: { path: /c, batch: { " batch " } }")
#define TOP(more) "{ manifest: 1, types: { organization: { id: /id, " FIELDS ", " CURSOR " } }, " more " }"
#define LIST(cursor, list)                                                                                             \
	"{ manifest: 1, types: { organization: { id: /id, " FIELDS ", cursor: " cursor ", list: " list " } } }"

struct fault {
	const char *manifest, *endpoint, *said; /* said NULL: no fault */
};

static const struct fault fault[] = {
	/* the manifest */
	{"{ manifest: 2, types: {} }", NULL, "manifest"},
	{"{ types: {} }", NULL, "manifest"},
	{"{ manifest: 1, tipes: {} }", NULL, "types"},
	{"{ manifest: 1, types: {} }", NULL, "none of the record types"},
	{"{ manifest: 1, types: { company: {} } }", NULL, "no record type is called company"},
	{TOP("vars: { db: }"), NULL, "the manifest needs db"},
	{TOP("auth: basik"), NULL, "basic"},
	{TOP("base: 'ftp://x'"), NULL, "https://host"},
	{TOP("base: '${hub_id}'"), NULL, "has no value here"},
	{TOP("headers: { 'A B': x }"), NULL, "a character that it cannot"},
	{TOP("errors: { status: 404 }"), NULL, "a list of rules"},
	{TOP("errors: [{ kind: gone }]"), NULL, "status or at is needed"},
	{TOP("errors: [{ status: 4x4, kind: gone }]"), NULL, "status: 404, 4xx or 500-599"},
	{TOP("errors: [{ status: 404, kind: missing }]"), NULL, "kind"},
	{TOP("rate: { requests: 0 }"), NULL, "requests"},
	{TOP("request_id: id"), NULL, "JSON Pointer"},
	/* a type */
	{"{ manifest: 1, types: { organization: { id: /id, " CURSOR " } } }", NULL, "fields: are needed"},
	{"{ manifest: 1, types: { organization: { " FIELDS ", " CURSOR " } } }", NULL, "id: is needed"},
	{"{ manifest: 1, types: { organization: { id: /id, " FIELDS ", cursor: { kind: offset } } } }", NULL,
		"list: is needed"},
	{"{ manifest: 1, types: { organization: { id: /id, list: { path: /c, items: '' }, " FIELDS " } } }", NULL,
		"cursor: is needed"},
	{"{ manifest: 1, types: { organization: { id: /id, fields: { legal_nam: /n }, " CURSOR " } } }", NULL,
		"legal_name"},
	{TYPE("get: { item: '' }"), NULL, "path"},
	{TYPE("get: { path: '/c/${token}' }"), NULL, "${token} has no value here"},
	{TYPE("get: { path: '/c/${var.x}' }"), NULL, "no such variable"},
	{TYPE("get: { path: '/c/${key}', method: FETCH }"), NULL, "method: one of"},
	{TYPE("find: { path: /c }"), NULL, "find: needs hub_id"},
	{TYPE("update: { path: /c, mode: replace }"), NULL, "mode replace needs get"},
	{TYPE("update: { path: /c, mode: merge }"), NULL, "mode"},
	{TYPE("create: { path: /c, set: { x: 1 } }"), NULL, "x is no JSON Pointer"},
	{TYPE("get: { path: /c, batch: { max: 9 } }"), NULL, "only create, update and delete travel together"},
	{CREATE("results: ''"), NULL, "max"},
	{CREATE("max: 1, results: ''"), NULL, "max"},
	{CREATE("max: 9"), NULL, "results: is needed: a create must tell its id"},
	{CREATE("max: 9, result: ''"), NULL, "did you mean results?"},
	{CREATE("max: 9, results: '', each: { id: '${hub_id}' }"), NULL, "each: needs ${record} or ${body}"},
	{CREATE("max: 9, results: '', each: '${items}'"), NULL, "${items} has no value here"},
	{CREATE("max: 9, results: '', body: { all: x }"), NULL, "${items} is not in the request"},
	{CREATE("max: 9, results: '', match: { at: /id }"), NULL, "is"},
	{CREATE("max: 9, results: '', match: { at: /id, is: '${key}' }"), NULL, "${key} has no value here"},
	{CREATE("max: 9, results: '', match: { at: /id, is: '${token}' }"), NULL, "names what each change does not carry"},
	{CREATE("max: 9, results: '', match: { at: /id, is: x }"), NULL, "names nothing of the change"},
	{CREATE("max: 9, results: '', failures: /errors"), NULL, "failures: needs match"},
	{CREATE("max: 9, results: 'header:X'"), NULL, "are JSON Pointers"},
	{CREATE("max: 9, results: '', refused: all"), NULL, "refused"},
	{CREATE("max: 9, results: '', status: code"), NULL, "JSON Pointer"},
	{TYPE("create: { path: /c, headers: { Idempotency-Key: '${token}' }, batch: { max: 9, results: '' } }"), NULL,
		"each: needs ${token}"},
	{TYPE("hub_id: /h, find: { path: '/f/${hub_id}' }, create: { path: /c, body: { a: '${record/name}' }, batch: { max: 9, "
	      "each: { b: '${record}' }, results: '' } }"),
		NULL, NULL},
	{TYPE("update: { path: '/c/${key}', batch: { max: 9, results: '' } }"), NULL, "${key} has no value here"},
	{TYPE("update: { path: '/c/${key}', batch: { path: /b, max: 9, results: '' } }"), NULL, "each: needs ${key}"},
	{TYPE("delete: { path: '/c/${key}', batch: { path: /b, max: 9, ok: /ok } }"), NULL, "need results"},
	{TYPE("deleted: { is: [x] }"), NULL, "at"},
	{TYPE("deletions: { path: /d, items: '' }"), NULL, "cursor: is needed"},
	{TYPE("deletions: { path: /d, cursor: { kind: page-cursor } }"), NULL, "items"},
	{TYPE("deletions: { path: /d, items: '', cursor: { kind: page-cursor } }"), NULL, "needs ${cursor}, and next for deletions"},
	{TYPE("deletions: { path: '/d?s=${since}', items: '', cursor: { kind: since+page } }"), NULL,
		"needs modified, or high for deletions"},
	{TYPE("deletions: { path: '/d/${key}', items: '', cursor: { kind: offset } }"), NULL, "${key} has no value here"},
	{TYPE("deletions: { path: /d, items: '', tombstones: /t, cursor: { kind: offset } }"), NULL, "tombstones"},
	{TYPE("modified: { at: updated }"), NULL, "JSON Pointer"},
	{LIST("{ kind: ofset }", "{ path: /c, items: '' }"), NULL, "did you mean offset?"},
	{LIST("{ kind: offset }", "{ path: /c, items: '' }"), NULL, "needs ${page} or ${offset}"},
	{LIST("{ kind: cursor }", "{ path: /c, items: '', next: /n }"), NULL, "needs ${cursor}"},
	{LIST("{ kind: link }", "{ path: /c, items: '' }"), NULL, "needs next for list"},
	{LIST("{ kind: delta-link }", "{ path: /c, items: '', next: /n }"), NULL, "needs delta for list"},
	{LIST("{ kind: since+page }", "{ path: '/c', query: { p: '${page}' }, items: '' }"), NULL, "needs ${since} for list"},
	{LIST("{ kind: since+page }", "{ path: '/c', query: { p: '${page}', s: '${since}' }, items: '' }"), NULL,
		"needs modified"},
	/* the endpoint */
	{TOP(""), "{ adapter: rest, manifest: x, url: 'http://crm.example' }", "allow_http"},
	{TOP(""), "{ adapter: rest, manifest: x, url: 'https://u:p@crm.example' }", "https://host"},
	{TOP(""), "{ adapter: rest, manifest: x }", "url"},
	{TOP(""), "{ adapter: rest, manifest: x, url: 'https://x', vars: { db: y } }", "no such variable"},
	{TOP(""), "{ adapter: rest, manifest: x, url: 'https://x', types: [company] }",
		"no record type is called company"},
	{TOP(""), "{ adapter: rest, manifest: x, url: 'https://x', tls: { cert: c } }", "cert and key go together"},
	{TOP("auth: basic"), ENDPOINT, "basic needs password"},
	{TOP("auth: mutual-tls"), ENDPOINT, "cert and key are needed"},
	{TOP("auth: bearer"), "{ adapter: rest, manifest: x, url: 'https://x', auth: { token: hunter2 } }",
		"a secret is"},
	{TOP("auth: client-credentials"), ENDPOINT, "token_url: is needed"},
	{TOP("auth: hmac"), ENDPOINT, "base, value: are needed"},
	{TOP("webhook: { scheme: standard }"), "{ adapter: rest, manifest: x, url: 'https://x', webhook: {} }",
		"secret is needed"},
	{TOP("webhook: { scheme: path }"),
		"{ adapter: rest, manifest: x, url: 'https://x', webhook: { path: { credential: short } } }",
		"22 letters"},
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof fault / sizeof *fault; i++) {
		struct world w;
		struct rest *rest;

		world_init(&w, NULL);
		rest = rest_read(&w.env, "p", world_yaml(&w, fault[i].endpoint ? fault[i].endpoint : ENDPOINT),
			world_yaml(&w, fault[i].manifest), &w.diags);
		if (!fault[i].said) {
			world_show_diags(&w);
			assert_non_null(rest);
			arena_free(rest->arena);
		} else if (rest || !world_said(&w, fault[i].said)) {
			world_show_diags(&w);
			fail_msg("%s: \"%s\" was not said", fault[i].manifest, fault[i].said);
		}
		/* A secret is never shown. */
		assert_false(world_said(&w, "hunter2"));
		world_fini(&w);
	}
}

/* Everything that is wrong at once, with line and column. */
static void test_all_at_once(void **state)
{
	static const char manifest[] = "manifest: 1\n"
				       "types:\n"
				       "  organization:\n"
				       "    id: id\n"
				       "    get: { path: '/c/${kee}' }\n"
				       "    cursor: { kind: ofset }\n"
				       "    list: { path: /c, items: items }\n"
				       "    fields: { legal_name: name }\n";
	struct world w;

	(void)state;
	world_init(&w, NULL);
	assert_null(rest_read(&w.env, "p", world_yaml(&w, ENDPOINT), world_yaml(&w, manifest), &w.diags));
	assert_true(world_said(&w, "test:4:9: "));
	assert_true(world_said(&w, "test:5:18: "));
	assert_true(world_said(&w, "test:7:30: "));
	assert_true(world_said(&w, "test:8:27: "));
	world_fini(&w);
}

static void test_no_manifest(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, NULL);
	w.env.manifest_path = "/nowhere:" SOURCE_DIR "/adapters/manifests";
	assert_false(world_open(&w, "p", "{ adapter: rest, manifest: odatta, url: 'https://x.example' }"));
	assert_true(world_said(&w, "no manifest is called odatta"));
	assert_false(world_open(&w, "p", "{ adapter: rest, manifest: ./no.yaml, url: 'https://x.example' }"));
	world_fini(&w);
}

/* `x.self.` is the partner that uses the manifest; defaults lie under the types, and a null takes a request away. */
static void test_overlay(void **state)
{
	static const char manifest[] = "{ manifest: 1, vars: { v: v1 },\n"
				       "  defaults: { id: /id, cursor: { kind: offset, limit: 7 }, list: { path: "
				       "'/${var.set}', query: { p: '${page}' },"
				       "    headers: { A: 1, B: 2 }, items: /data }, get: { path: '/${var.set}/${key}' "
				       "}, delete: { path: '/x/${key}' } },\n"
				       "  types: { organization: { vars: { set: '${var}' }, list: { headers: { B: 3 }, "
				       "items: /other }, delete: ,\n"
				       "    fields: { legal_name: /n, x.self.size: /size } },"
				       "    contact: { vars: { set: people }, fields: { family_name: /n } } } }";
	struct world w;
	struct rest *rest;
	const struct rest_type *t;

	(void)state;
	world_init(&w, NULL);
	rest = rest_read(&w.env, "acme", world_yaml(&w, ENDPOINT), world_yaml(&w, manifest), &w.diags);
	world_show_diags(&w);
	assert_non_null(rest);
	t = rest->type[RECORD_ORGANIZATION];
	assert_int_equal(t->list.cursor.limit, 7);
	assert_string_equal(t->list.items.what, "/other");
	assert_int_equal(t->request[REQUEST_LIST].nheader, 2);
	assert_null(t->request[REQUEST_DELETE].method);
	assert_non_null(rest->type[RECORD_CONTACT]->request[REQUEST_DELETE].method);
	assert_true(field_find(RECORD_ORGANIZATION, "x.acme.size") >= 0);
	assert_true(rest->remote.readable[RECORD_ORGANIZATION] &
		    FIELD_BIT((unsigned)field_find(RECORD_ORGANIZATION, "x.acme.size")));
	/* Only what every type can do. */
	assert_true(rest->remote.caps & ADAPTER_CAN_GET);
	assert_false(rest->remote.caps & (ADAPTER_CAN_DELETE | ADAPTER_CAN_INCREMENTAL));
	assert_int_equal(rest->remote.writable[RECORD_ORGANIZATION], 0);
	arena_free(rest->arena);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_no_manifest),
		cmocka_unit_test(test_overlay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
