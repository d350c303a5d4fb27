#include "tests/unit/adapters/world.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

#define HUB_ID "01890000-0000-7000-8000-000000000001"

static char folder[200];
static const char *const types[] = {"organization", "contact"};

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/organization/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void start(struct world *w)
{
	char path[256];

	assert_non_null(getcwd(folder, sizeof folder - 20));
	strcat(folder, "/dir-XXXXXX");
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, types[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	world_init(w, NULL);
	assert_true(world_open(
		w, "p", arena_printf(w->arena, "{ adapter: dir, path: %s, types: [organization, contact] }", folder)));
}

static void stop(struct world *w)
{
	char command[256];

	world_fini(w);
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	assert_int_equal(system(command), 0);
}

static void test_pages(void **state)
{
	struct pull p = {.type = RECORD_ORGANIZATION, .limit = 2, .complete = true};
	struct world w;

	(void)state;
	start(&w);
	put("b.json", "{\"legal_name\":\"B\"}");
	put("a-1.json", "{\"hub_id\":\"" HUB_ID "\",\"legal_name\":\"A\",\"box\":null}");
	put("a.json", "{\"shoe_size\":43}");
	put("c.json", "not JSON");
	put(".hidden.json", "{}");
	put("notes.txt", "{}");
	world_pull(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_NONE);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.total, 4);
	assert_true(p.more);
	assert_string_equal(p.item[0].key, "a-1");
	assert_string_equal(p.item[0].hub_id, HUB_ID);
	assert_string_equal(p.item[0].record->v[ORGANIZATION_LEGAL_NAME], "A");
	assert_string_equal(p.item[0].record->v[ORGANIZATION_BOX], "");
	assert_null(p.item[0].record->v[ORGANIZATION_STREET]);
	assert_string_equal(p.item[1].key, "a");
	assert_null(p.item[1].record);
	assert_int_equal(p.item[1].err.kind, ERR_ITEM);
	assert_string_equal(p.item[1].raw, "{\"shoe_size\":43}");

	p = (struct pull){.type = RECORD_ORGANIZATION, .limit = 2, .complete = true, .cursor = p.next};
	world_pull(&w, &p);
	assert_int_equal(p.n, 2);
	assert_false(p.more);
	assert_null(p.next);
	assert_string_equal(p.item[0].key, "b");
	assert_int_equal(p.item[1].err.kind, ERR_ITEM);

	/* An empty folder is a type without records. */
	p = (struct pull){.type = RECORD_CONTACT};
	world_pull(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_NONE);
	assert_int_equal(p.n, 0);
	stop(&w);
}

static void test_writes(void **state)
{
	struct world w;
	struct record *r;
	struct push p;
	struct get g = {.type = RECORD_CONTACT, .hub_id = HUB_ID};
	const char *version;

	(void)state;
	start(&w);
	r = record_new(w.arena, RECORD_CONTACT);
	r->v[CONTACT_FAMILY_NAME] = "Peeters";
	r->v[CONTACT_ROLE] = "CEO";
	p = (struct push){.kind = PUSH_CREATE,
		.type = RECORD_CONTACT,
		.hub_id = HUB_ID,
		.token = "t",
		.record = r,
		.fields = FIELD_BIT(CONTACT_FAMILY_NAME)};
	world_push(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_NONE);
	assert_string_equal(p.out_key, HUB_ID);
	version = p.out_version;

	/* Once more makes no second one. */
	world_push(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_NONE);
	assert_string_equal(p.out_version, version);

	world_get(&w, &g);
	assert_true(g.found);
	assert_string_equal(g.item.record->v[CONTACT_FAMILY_NAME], "Peeters");
	assert_null(g.item.record->v[CONTACT_ROLE]);
	assert_string_equal(g.item.version, version);

	p = (struct push){.kind = PUSH_UPDATE,
		.type = RECORD_CONTACT,
		.key = HUB_ID,
		.version = version,
		.token = "u",
		.record = r,
		.fields = FIELD_BIT(CONTACT_ROLE)};
	world_push(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_NONE);
	assert_string_not_equal(p.out_version, version);
	/* The old version is no longer the one there. */
	world_push(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_CONFLICT);

	world_get(&w, &g);
	assert_string_equal(g.item.record->v[CONTACT_FAMILY_NAME], "Peeters");
	assert_string_equal(g.item.record->v[CONTACT_ROLE], "CEO");
	assert_string_equal(g.item.hub_id, HUB_ID);

	p = (struct push){.kind = PUSH_DELETE, .type = RECORD_CONTACT, .key = HUB_ID};
	world_push(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_NONE);
	world_push(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_GONE);
	world_get(&w, &g);
	assert_int_equal(g.op.err.kind, ERR_NONE);
	assert_false(g.found);
	stop(&w);
}

/* A key cannot lead out of the folder. */
static void test_keys(void **state)
{
	static const char *const key[] = {"../organization/a", "/etc/passwd", ".a", ""};
	struct world w;

	(void)state;
	start(&w);
	put("a.json", "{}");
	for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
		struct get g = {.type = RECORD_CONTACT, .key = key[i]};
		struct push p = {.kind = PUSH_DELETE, .type = RECORD_CONTACT, .key = key[i]};

		world_get(&w, &g);
		assert_false(g.found);
		world_push(&w, &p);
		assert_int_equal(p.op.err.kind, ERR_ITEM);
	}
	stop(&w);
}

/* A folder that is not there, as when a disk is not mounted, says of no record that it is gone. */
static void test_no_folder(void **state)
{
	const enum push_kind kinds[] = {PUSH_CREATE, PUSH_UPDATE, PUSH_DELETE};
	struct pull p = {.type = RECORD_ORGANIZATION, .complete = true};
	struct get g = {.type = RECORD_ORGANIZATION, .key = HUB_ID};
	char from[256], to[256];
	struct world w;

	(void)state;
	start(&w);
	put(HUB_ID ".json", "{\"legal_name\":\"A\"}");
	snprintf(from, sizeof from, "%s/organization", folder);
	snprintf(to, sizeof to, "%s/away", folder);
	assert_int_equal(rename(from, to), 0);
	world_pull(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_AGAIN);
	assert_non_null(strstr(p.op.err.text, "no such folder: organization"));
	world_get(&w, &g);
	assert_int_equal(g.op.err.kind, ERR_AGAIN);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct push push = {.kind = kinds[i],
			.type = RECORD_ORGANIZATION,
			.key = HUB_ID,
			.hub_id = HUB_ID,
			.record = record_new(w.arena, RECORD_ORGANIZATION)};

		world_push(&w, &push);
		assert_int_equal(push.op.err.kind, ERR_AGAIN);
		assert_false(push.sent);
		assert_int_equal(access(from, F_OK), -1);
	}
	assert_int_equal(rename(to, from), 0);
	world_get(&w, &g);
	assert_true(g.found);
	stop(&w);
}

/* One that is not UTF-8, in its name or in its content, is an item that cannot be used, and can be shown. */
static void test_not_utf8(void **state)
{
	struct pull p = {.type = RECORD_ORGANIZATION, .complete = true};
	struct push push = {.kind = PUSH_DELETE, .type = RECORD_ORGANIZATION, .key = "caf\xe9"};
	struct get g = {.type = RECORD_ORGANIZATION, .key = "caf\xe9"};
	char text[64 * 1024 + 10] = "\"";
	struct world w;

	(void)state;
	start(&w);
	put("a.json", "{\"legal_name\":\"Caf\xe9\"}");
	put("caf\xe9.json", "{\"legal_name\":\"B\"}");
	/* Cut at 64 KiB: in the middle of a character. */
	for (size_t n = 1; n < sizeof text - 2; n += 2)
		memcpy(text + n, "\xc3\xa9", 3);
	put("b.json", text);
	world_pull(&w, &p);
	assert_int_equal(p.op.err.kind, ERR_NONE);
	assert_int_equal(p.n, 3);
	for (size_t i = 0; i < p.n; i++) {
		assert_int_equal(p.item[i].err.kind, ERR_ITEM);
		assert_null(p.item[i].record);
		assert_true(utf8_valid(p.item[i].key, strlen(p.item[i].key)));
		assert_true(utf8_valid(p.item[i].raw, strlen(p.item[i].raw)));
	}
	assert_string_equal(p.item[0].raw, "{\"legal_name\":\"Caf\xef\xbf\xbd\"}");
	assert_int_equal(strlen(p.item[1].raw), 64 * 1024 - 1);
	assert_string_equal(p.item[2].key, "caf\xef\xbf\xbd");
	world_get(&w, &g);
	assert_false(g.found);
	world_push(&w, &push);
	assert_int_equal(push.op.err.kind, ERR_ITEM);
	stop(&w);
}

static void test_cancel(void **state)
{
	struct pull p = {.type = RECORD_ORGANIZATION};
	struct world w;

	(void)state;
	start(&w);
	p.op = (struct op){.loop = &w.sim.loop, .done = world_done};
	p.arena = w.arena;
	remote_pull(w.remote, &p);
	op_cancel(&p.op);
	world_run(&w);
	assert_int_equal(w.done, 1);
	assert_int_equal(p.op.err.kind, ERR_CANCELED);
	stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test(test_not_utf8),
		cmocka_unit_test(test_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
