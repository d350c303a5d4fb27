#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/config.h"

struct fixture {
	struct arena *arena;
	struct diags diags;
	char dir[64];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->arena = arena_new();
	f->diags.arena = f->arena;
	strcpy(f->dir, "config-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
	assert_int_equal(system(command), 0);
	arena_free(f->arena);
	free(f);
	return 0;
}

static const char *put(struct fixture *f, const char *name, const char *text, mode_t mode)
{
	char *path = arena_printf(f->arena, "%s/%s", f->dir, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	chmod(path, mode);
	return path;
}

static struct config *parse(struct fixture *f, const char *text)
{
	return config_parse("main.yaml", f->dir, text, strlen(text), &f->diags);
}

static bool said(const struct fixture *f, const char *what)
{
	for (size_t i = 0; i < f->diags.n; i++)
		if (strstr(f->diags.line[i], what))
			return true;
	for (size_t i = 0; i < f->diags.n; i++)
		fprintf(stderr, "%s\n", f->diags.line[i]);
	return false;
}

#define ONE "partners:\n  - partner: acme\n    endpoint: { adapter: dir, path: records }\n"

static void test_defaults(void **state)
{
	struct fixture *f = *state;
	AUTO(config_free) struct config *c = parse(f, ONE);

	assert_non_null(c);
	assert_string_equal(c->state_dir, "/var/lib/doorstroom");
	assert_null(c->listen);
	assert_string_equal(c->log_level, "info");
	assert_int_equal(c->n, 1);
	assert_string_equal(c->partner[0]->label, "acme");
	assert_int_equal(c->partner[0]->poll_ms, 60000);
	assert_int_equal(c->partner[0]->onboarding, ONBOARDING_REVIEW);
	assert_int_equal(c->partner[0]->types, (1 << RECORD_TYPES) - 1);
	/* Deny is the default: linked and referred, but no field. */
	assert_int_equal(c->partner[0]->share[RECORD_CONTACT].scopes, SCOPE_LINKED | SCOPE_REFERRED);
	assert_int_equal(c->partner[0]->share[RECORD_CONTACT].fields, 0);
	assert_int_equal(c->partner[0]->rank[RECORD_CONTACT][0], UINT_MAX);
	assert_int_equal(c->partner[0]->guard[GUARD_DELETES].number, guard_default(GUARD_DELETES).number);
	assert_int_equal(c->policy[RECORD_ORGANIZATION][ORGANIZATION_EMAILS], POLICY_SET);
	assert_ptr_equal(config_partner(c, "acme"), c->partner[0]);
	assert_null(config_partner(c, "acm"));
}

static void test_layers(void **state)
{
	struct fixture *f = *state;
	AUTO(config_free)
	struct config *c = parse(f, "policy: { organization: { legal_name: latest } }\n"
				    "defaults:\n"
				    "  poll: 5min\n"
				    "  share: { organization: { fields: [legal_name] }, referral: { fields: all } }\n"
				    "  guards: { deletes: { number: 7 }, creates: { percent: 3% } }\n"
				    "  authority: 50\n"
				    "partners:\n"
				    "  - partner: zulu\n"
				    "    endpoint: { adapter: dir, path: z }\n"
				    "  - partner: alpha\n"
				    "    endpoint: { adapter: dir, path: a }\n"
				    "    poll: 10s\n"
				    "    share: { organization: { scope: all, fields: [emails, phones] } }\n"
				    "    guards: { deletes: { percent: 1 } }\n"
				    "    authority: { default: 40, organization: { legal_name: 1 }, contact: 3 }\n"
				    "    deletion: { contact: propagate }\n"
				    "    desks: [alpha-gent, alpha-aalst]\n");
	const struct partner_config *a, *z;

	assert_non_null(c);
	a = c->partner[0];
	z = c->partner[1];
	assert_string_equal(a->id, "alpha");
	assert_int_equal(a->poll_ms, 10000);
	assert_int_equal(z->poll_ms, 300000);
	assert_int_equal(a->share[RECORD_ORGANIZATION].scopes, SCOPE_ALL);
	assert_int_equal(
		a->share[RECORD_ORGANIZATION].fields, FIELD_BIT(ORGANIZATION_EMAILS) | FIELD_BIT(ORGANIZATION_PHONES));
	assert_int_equal(z->share[RECORD_ORGANIZATION].fields, FIELD_BIT(ORGANIZATION_LEGAL_NAME));
	assert_int_equal(a->share[RECORD_REFERRAL].fields, z->share[RECORD_REFERRAL].fields);
	assert_int_equal(a->share[RECORD_REFERRAL].fields, (UINT64_C(1) << REFERRAL_FIELD_COUNT) - 1);
	assert_int_equal(a->guard[GUARD_DELETES].number, 7);
	assert_true(a->guard[GUARD_DELETES].percent <= 1 && a->guard[GUARD_DELETES].percent >= 1);
	assert_int_equal(z->guard[GUARD_DELETES].number, 7);
	assert_int_equal(a->rank[RECORD_ORGANIZATION][ORGANIZATION_LEGAL_NAME], 1);
	assert_int_equal(a->rank[RECORD_ORGANIZATION][ORGANIZATION_STREET], 40);
	assert_int_equal(a->rank[RECORD_CONTACT][CONTACT_ROLE], 3);
	assert_int_equal(z->rank[RECORD_CONTACT][CONTACT_ROLE], 50);
	assert_int_equal(a->deletion[RECORD_CONTACT], DELETION_PROPAGATE);
	assert_int_equal(a->deletion[RECORD_ORGANIZATION], DELETION_UNLINK);
	assert_int_equal(c->policy[RECORD_ORGANIZATION][ORGANIZATION_LEGAL_NAME], POLICY_LATEST);
	assert_ptr_equal(config_desk(c, "alpha-aalst"), a);
	assert_ptr_equal(config_desk(c, "zulu"), z);
	assert_null(config_desk(c, "nobody"));
}

/* Every fault of every file is said at once, with its place and the nearest right word. */
static void test_faults(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "pol: 1\n", "main.yaml:1:1: pol: unknown key" },
		{ "log_level: infos\n", "did you mean info?" },
		{ "listen: 10.0.0.1:80\n", "main.yaml:1:9: listen: is no loopback address" },
		{ "listen: localhost.example:80\n", "is no loopback address" },
		{ "listen: 127.0.0.1\n", "must be an address and a port" },
		{ "policy: { organisation: { legal_name: latest } }\n", "did you mean organization?" },
		{ "policy: { organization: { legal_nam: latest } }\n", "did you mean legal_name?" },
		{ "policy: { organization: { legal_name: newest } }\n", "unknown policy \"newest\"" },
		{ "policy: { organization: { emails: latest } }\n", "emails cannot be merged by latest, only by set" },
		{ "policy: { contact: { consent.sharing: latest } }\n", "only by lattice" },
		{ "policy: { contact: { x.Bad: latest } }\n", "x.Bad" },
		{ "defaults: { partner: x }\n", "main.yaml:1:13: defaults.partner: unknown key" },
		{ "defaults: { guards: { delete: { number: 5 } } }\n",
			"unknown guard \"delete\" (did you mean deletes?)" },
		{ "defaults: { guards: { deletes: 5 } }\n", "must be a mapping of number and percent" },
		{ "defaults: { authority: high }\n", "must be a rank" },
		{ "defaults: { deletion: { contact: remove } }\n", "unknown way of deleting" },
		{ "defaults: { share: { contact: { scope: linkd } } }\n", "(did you mean linked?)" },
		{ "defaults: { share: { contact: { fields: [phone] } } }\n", "(did you mean phones?)" },
		{ "defaults: { types: [contacts] }\n", "(did you mean contact?)" },
		{ "defaults: { sends: 0 }\n", "between 1 and 64" },
		{ "partners: { a: b }\n", "must be a list" },
		{ "partners: [ { partner: Acme, endpoint: { adapter: dir } } ]\n",
			"must be a letter, then small letters" },
		{ "partners: [ { partner: acme } ]\n", "missing key: endpoint" },
		{ "partners: [ { partner: acme, endpoint: dir } ]\n", "endpoint: must be a mapping" },
		{ "partners: [ { partner: a, endpoint: { adapter: dir } }, { partner: a, endpoint: { adapter: dir } } "
		  "]\n",
			"\"a\" is defined at main.yaml:1 already" },
		{ "partners: [ { partner: a, desks: b, endpoint: { adapter: dir } }, { partner: b, endpoint: { "
		  "adapter: dir } } ]\n",
			"\"b\" means partner b already" },
		{ "partners: [ { partner: a, webhook_path: { file: x }, endpoint: { adapter: dir } } ]\n",
			"webhook_path: it is said in the endpoint: webhook: { path: ... }" },
		{ "include: nowhere.yaml\n", "nowhere.yaml" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		f->diags.n = 0;
		assert_null(parse(f, rows[i].text));
		assert_true(said(f, rows[i].said));
	}
}

static void test_all_at_once(void **state)
{
	struct fixture *f = *state;

	mkdir(arena_printf(f->arena, "%s/partners.d", f->dir), 0755);
	put(f, "partners.d/b.yaml", "partner: b\nendpoint: { adapter: dir }\npoll: soon\n", 0644);
	put(f, "partners.d/a.yaml", "partner: a\nendpont: { adapter: dir }\n", 0644);
	put(f, "partners.d/c.yaml", "partner: [\n", 0644);
	put(f, "partners.d/c.txt", "not read\n", 0644);
	assert_null(parse(f, "statedir: /x\ndefaults: { poll: never }\n"));
	assert_true(said(f, "statedir: unknown key (did you mean state_dir?)"));
	assert_true(said(f, "\"never\" is not a duration"));
	assert_true(said(f, "a.yaml:2:1: endpont: unknown key (did you mean endpoint?)"));
	assert_true(said(f, "b.yaml:3:7: poll: \"soon\" is not a duration"));
	assert_true(said(f, "c.yaml:"));
	/* In the order of the C locale, and the faulty defaults once, not once per partner. */
	size_t a = SIZE_MAX, b = 0, never = 0;

	for (size_t i = 0; i < f->diags.n; i++) {
		if (strstr(f->diags.line[i], "a.yaml") && a == SIZE_MAX)
			a = i;
		if (strstr(f->diags.line[i], "b.yaml"))
			b = i;
		never += !!strstr(f->diags.line[i], "never");
		assert_null(strstr(f->diags.line[i], "c.txt"));
	}
	assert_true(a < b);
	assert_int_equal(never, 1);
}

/* A folder that is not there has no partners; one that cannot be read is no reason to drop them all. */
static void test_unreadable_folder(void **state)
{
	struct fixture *f = *state;
	AUTO(config_free) struct config *c = parse(f, "state_dir: /x\n");

	assert_non_null(c);
	assert_int_equal(c->n, 0);
	assert_int_equal(symlink("partners.d", arena_printf(f->arena, "%s/partners.d", f->dir)), 0);
	assert_null(parse(f, "state_dir: /x\n"));
	assert_true(said(f, "main.yaml:1:1: cannot look for partners.d/*.yaml: "));
	f->diags.n = 0;
	assert_null(parse(f, "state_dir: /x\ninclude: partners.d/*.yaml\n"));
	assert_true(said(f, "main.yaml:2:10: include: cannot look for partners.d/*.yaml: "));
}

static void test_secrets(void **state)
{
	static const struct {
		const char *key, *text, *said;
		mode_t mode;
	} rows[] = {
		{ "hook", "abcdefghijklmnop\n", "group or others may read it", 0644 },
		{ "hook", "abcdefghijklmnop\n", NULL, 0600 },
		{ "plain", "", "a secret is {", 0600 },
		{ "outside", "", "is no file name", 0600 },
	};
	struct fixture *f = *state;
	BUF_AUTO struct buf shown = { 0 };
	AUTO(config_free)
	struct config *c = parse(f, "partners: [ { partner: a, endpoint: { adapter: dir, token: t0p, hook: { file: hook },"
				    " plain: abc, outside: { credential: ../x } } } ]\n");

	assert_non_null(c);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err e = { 0 };
		const char *secret;

		put(f, "hook", rows[i].text, rows[i].mode);
		secret = config_secret(f->arena, yaml_get(c->partner[0]->endpoint, rows[i].key), &e);
		if (rows[i].said)
			assert_non_null(strstr(e.text, rows[i].said));
		else
			assert_string_equal(secret, "abcdefghijklmnop");
		assert_true(!secret == !!rows[i].said);
	}
	config_print(&shown, c);
	assert_null(strstr(shown.data, "t0p"));
	assert_non_null(strstr(shown.data, "/hook\n"));
}

/* However it is written: alone in its mapping, in a list, or further down. */
static void test_print_hides(void **state)
{
	struct fixture *f = *state;
	BUF_AUTO struct buf shown = { 0 };
	AUTO(config_free) struct config *c = parse(f,
		"partners:\n"
		"  - partner: a\n"
		"    endpoint:\n"
		"      adapter: exec\n"
		"      config: { password: hunter1 }\n"
		"      more: { url: there, password: hunter2 }\n"
		"      tokens: [hunter3, { of: hunter4 }]\n"
		"      secret: { text: hunter5 }\n"
		"      list: [{ api_key: hunter6 }]\n"
		"      secrets: { one: { credential: shown1 }, two: { file: shown2 } }\n"
		"      plain: { url: shown3 }\n");

	assert_true(c || said(f, "?"));
	config_print(&shown, c);
	assert_null(strstr(shown.data, "hunter"));
	assert_non_null(strstr(shown.data, "credential: shown1"));
	assert_non_null(strstr(shown.data, "/shown2\n"));
	assert_non_null(strstr(shown.data, "url: shown3"));
}

static void test_print_says_where(void **state)
{
	struct fixture *f = *state;
	AUTO(config_free) struct config *c = parse(f, "defaults: { poll: 5min }\n" ONE "    sends: 2\n");
	BUF_AUTO struct buf shown = { 0 };
	char *line;

	assert_non_null(c);
	config_print(&shown, c);
	line = strstr(shown.data, "poll: 5min");
	assert_non_null(line);
	assert_non_null(strstr(shown.data, "sends: 2"));
	assert_int_equal(strncmp(strchr(line, '#'), "# main.yaml:1\n", 14), 0);
	assert_int_equal(strncmp(strchr(strstr(shown.data, "sends: 2"), '#'), "# main.yaml:5\n", 14), 0);
	assert_int_equal(strncmp(strchr(strstr(shown.data, "state_dir"), '#'), "# default\n", 10), 0);
	/* What it prints can be read again and means the same. */
	AUTO(config_free) struct config *again = config_parse("again.yaml", f->dir, shown.data, shown.len, &f->diags);

	assert_true(again || said(f, "?"));
	assert_non_null(again);
	assert_int_equal(again->partner[0]->poll_ms, 300000);
	assert_int_equal(again->partner[0]->sends, 2);
}

static void test_sample(void **state)
{
	struct fixture *f = *state;
	BUF_AUTO struct buf sample = { 0 };
	BUF_AUTO struct buf bare = { 0 };
	struct config *c;
	FILE *file = fopen(SOURCE_DIR "/conf/doorstroom.yaml", "r");
	char text[65536];
	size_t n;

	config_print_sample(&sample);
	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	assert_string_equal(sample.data, text);
	/* As it is, it is valid; with every "#" taken away as its head says, too. */
	c = parse(f, sample.data);
	assert_non_null(c);
	config_free(c);
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		const bool comment = line[0] == '#' && line[1] == ' ' && line[2] != ' ';
		const char *from = line[0] == '#' && !comment ? line + 1 : line;

		buf_add(&bare, from, (size_t)(strchr(line, '\n') + 1 - from));
	}
	c = parse(f, bare.data);
	assert_true(c || said(f, "?"));
	assert_int_equal(c->n, 1);
	assert_int_equal(c->partner[0]->guard[GUARD_UPDATES].number, guard_default(GUARD_UPDATES).number);
	config_free(c);
}

static void test_restart(void **state)
{
	struct fixture *f = *state;
	AUTO(config_free) struct config *a = parse(f, "state_dir: /a\nlog_level: info\n");
	AUTO(config_free) struct config *b = parse(f, "state_dir: /b\nlisten: 127.0.0.1:1\nlog_level: debug\n");

	assert_string_equal(config_restart(f->arena, a, a), "");
	assert_string_equal(config_restart(f->arena, a, b), "state_dir, listen");
}

static void test_place(void **state)
{
	struct fixture *f = *state;
	struct config_place place;
	const char *broken = put(f, "broken.yaml", "state_dir: rel\ncontrol: /run/x\nnonsense: [1\n", 0644);
	const char *fine = put(f, "fine.yaml", "state_dir: rel\ncontrol: /run/x\nnonsense: 1\n", 0644);

	config_place(f->arena, fine, &place);
	assert_string_equal(place.control_socket, "/run/x");
	assert_string_equal(place.state_dir, arena_printf(f->arena, "%s/rel", f->dir));
	config_place(f->arena, broken, &place);
	assert_string_equal(place.control_socket, "/run/doorstroom/control");
	config_place(f->arena, "no/such/file", &place);
	assert_string_equal(place.state_dir, "/var/lib/doorstroom");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_layers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_secrets, setup, teardown),
		cmocka_unit_test_setup_teardown(test_print_hides, setup, teardown),
		cmocka_unit_test_setup_teardown(test_print_says_where, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sample, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_place, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
