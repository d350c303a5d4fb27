/* The manifests that are shipped open without a fault, and can do what they say. */
#include "tests/unit/adapters/world.h"

#include "adapters/rest.h"

struct shipped {
	const char *name, *endpoint;
	unsigned can, cannot;
};

static const struct shipped shipped[] = {
	{"odata",
		"{ adapter: rest, manifest: odata, url: 'https://crm.example', auth: { user: u, password: { "
		"credential: p } } }",
		ADAPTER_CAN_INCREMENTAL | ADAPTER_CAN_TOMBSTONES | ADAPTER_CAN_GET | ADAPTER_CAN_FIND |
			ADAPTER_CAN_CREATE | ADAPTER_CAN_UPDATE | ADAPTER_CAN_DELETE | ADAPTER_CAN_CONDITIONAL |
			ADAPTER_CAN_ANSWERS | ADAPTER_CAN_VERSIONS | ADAPTER_CAN_COMPLETE,
		ADAPTER_CAN_IDEMPOTENT | ADAPTER_CAN_WEBHOOKS},
	{"pages",
		"{ adapter: rest, manifest: pages, url: 'https://crm.example/', auth: { secret: { credential: k } } }",
		ADAPTER_CAN_INCREMENTAL | ADAPTER_CAN_TOMBSTONES | ADAPTER_CAN_FIND | ADAPTER_CAN_ANSWERS,
		ADAPTER_CAN_CONDITIONAL | ADAPTER_CAN_VERSIONS | ADAPTER_CAN_IDEMPOTENT},
	{"cursors",
		"{ adapter: rest, manifest: cursors, url: 'https://crm.example',"
		"  auth: { client_id: c, client_secret: { credential: s } }, webhook: { secret: { credential: "
		"whsec_MfKQ } } }",
		ADAPTER_CAN_INCREMENTAL | ADAPTER_CAN_TOMBSTONES | ADAPTER_CAN_CONDITIONAL | ADAPTER_CAN_IDEMPOTENT |
			ADAPTER_CAN_WEBHOOKS | ADAPTER_CAN_VERSIONS,
		0},
	{"odoo",
		"{ adapter: rest, manifest: odoo, url: 'https://crm.example', auth: { user: u, secret: { credential: s "
		"} },"
		"  vars: { db: ic, uid: '7' } }",
		ADAPTER_CAN_INCREMENTAL | ADAPTER_CAN_FIND | ADAPTER_CAN_CREATE | ADAPTER_CAN_UPDATE |
			ADAPTER_CAN_DELETE,
		ADAPTER_CAN_TOMBSTONES | ADAPTER_CAN_CONDITIONAL | ADAPTER_CAN_ANSWERS},
};

static void test_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
		struct world w;

		world_init(&w, NULL);
		world_open(&w, "somepartner", shipped[i].endpoint);
		world_show_diags(&w);
		assert_int_equal(w.diags.n, 0);
		assert_non_null(w.remote);
		assert_int_equal(w.remote->caps & shipped[i].can, shipped[i].can);
		assert_int_equal(w.remote->caps & shipped[i].cannot, 0);
		assert_int_equal(w.remote->types, (1 << RECORD_TYPES) - 1);
		for (unsigned t = 0; t < RECORD_TYPES; t++) {
			assert_true(w.remote->readable[t]);
			assert_true(w.remote->writable[t]);
		}
		world_fini(&w);
	}
}

/* The manifests that documents show are manifests. */
static void test_documents(void **state)
{
	static const char *const file[] = {
		SOURCE_DIR "/adapters/README.md", SOURCE_DIR "/systemd/man/doorstroom-manifest.5.scd"};

	(void)state;
	for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
		struct world w;
		FILE *f = fopen(file[i], "r");
		char text[64 * 1024] = "", *from, *to;
		struct rest *rest;

		assert_non_null(f);
		assert_true(fread(text, 1, sizeof text - 1, f) > 0);
		fclose(f);
		from = strstr(text, "\nmanifest: 1\n");
		assert_non_null(from);
		to = strstr(from, "\n```");
		assert_non_null(to);
		*to = 0;
		world_init(&w, NULL);
		rest = rest_read(&w.env, "p",
			world_yaml(&w, "{ adapter: rest, manifest: x, url: 'https://crm.example',"
				       "  auth: { secret: { credential: s }, token: { credential: t } } }"),
			world_yaml(&w, from), &w.diags);
		world_show_diags(&w);
		assert_non_null(rest);
		arena_free(rest->arena);
		world_fini(&w);
	}
}

static void test_offline(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, NULL);
	assert_true(adapter_check_offline(&w.env, "p", world_yaml(&w, shipped[1].endpoint), &w.diags));
	assert_false(adapter_check_offline(&w.env, "p", world_yaml(&w, "{ adapter: rset }"), &w.diags));
	assert_true(world_said(&w, "test:1:12: adapter: no adapter is called rset (did you mean rest?)"));
	assert_false(adapter_check_offline(&w.env, "p", world_yaml(&w, "{ url: x }"), &w.diags));
	world_run(&w);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_offline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
