/* commands_fixture.h - a store filled by hand, and questions to it. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/commands.h"

#define HUB_A "0193aaaa-0000-7000-8000-000000000001"
#define HUB_B "0193aaaa-0000-7000-8000-000000000002"
#define HUB_C "0193bbbb-0000-7000-8000-000000000003"

struct fixture {
	struct arena *arena;
	char dir[64], *path;
	struct store *store;
	struct query *query;
	int unizo, voka;
};

static inline int64_t add_entity(struct fixture *f, const char *hub_id, enum record_type type, const char *golden)
{
	struct entity n = { .type = type };
	struct err e = { 0 };
	json_t *values = json_parse(golden, strlen(golden), &e);

	assert_non_null(values);
	assert_true(uuid_parse(hub_id, &n.hub_id));
	n.golden = record_parse(f->arena, type, values, &e);
	json_decref(values);
	assert_non_null(n.golden);
	n.changed = store_seq(f->store);
	assert_true(store_entity_save(f->store, f->arena, &n, &e));
	return n.id;
}

static inline int64_t add_shadow(
	struct fixture *f, int partner, enum record_type type, const char *key, int64_t entity, const char *name)
{
	struct shadow *s = shadow_new(f->arena, partner, type, key);
	struct err e = { 0 };

	s->entity = entity;
	if (name) {
		s->cell[ORGANIZATION_LEGAL_NAME].base = s->cell[ORGANIZATION_LEGAL_NAME].own = name;
		s->cell[ORGANIZATION_LEGAL_NAME].own_seq = 1;
	}
	assert_true(store_shadow_save(f->store, s, &e));
	return s->id;
}

static inline int add_partner(struct fixture *f, const char *name)
{
	struct store_partner p;
	struct err e = { 0 };

	assert_true(store_partner(f->store, f->arena, name, &p, &e));
	return p.id;
}

static inline void fill(struct fixture *f)
{
	struct store *s = f->store;
	struct err e = { 0 };
	int64_t a, b, c, id;
	struct outbox row;
	struct plan_row plan;

	assert_true(store_begin(s, &e));
	f->unizo = add_partner(f, "unizo");
	f->voka = add_partner(f, "voka");
	a = add_entity(f, HUB_A, RECORD_ORGANIZATION,
		"{\"legal_name\":\"Brouwerij Voorbeeld\",\"enterprise_number\":\"0403170701\"}");
	b = add_entity(f, HUB_B, RECORD_ORGANIZATION, "{\"legal_name\":\"Drukkerij \\\"100%\\\"\"}");
	c = add_entity(f, HUB_C, RECORD_CONTACT,
		"{\"given_name\":\"An\",\"family_name\":\"Voorbeeld\",\"organization\":\"" HUB_A "\"}");
	add_shadow(f, f->unizo, RECORD_ORGANIZATION, "1", a, "Brouwerij Voorbeeld");
	add_shadow(f, f->voka, RECORD_ORGANIZATION, "A:7", a, "Brouwerij Voorbeeld");
	add_shadow(f, f->unizo, RECORD_CONTACT, "1", c, NULL);
	add_shadow(f, f->unizo, RECORD_ORGANIZATION, "2", b, NULL);
	add_shadow(f, f->voka, RECORD_ORGANIZATION, "alone", 0, NULL);
	store_event(s, 1000, EVENT_SEEN, f->unizo, a, 1, "{\"values\":{\"legal_name\":\"Brouwerij Voorbeeld\"}}");
	store_event(s, 2000, EVENT_SENT, f->voka, a, 2,
		"{\"kind\":\"update\",\"why\":\"linked\",\"fields\":{\"legal_name\":\"Brouwerij Voorbeeld\"}}");
	store_event(s, 3000, EVENT_RUN, f->unizo, 0, 0, "{\"full\":true}");
	plan = (struct plan_row){ .partner = f->voka,
		.state = "held",
		.hash = "abcd1234abcd1234",
		.reason = "first plan",
		.counts = "{\"create\":1}",
		.made_at = 4000 };
	assert_true(store_plan_add(s, &plan, &e));
	row = (struct outbox){ .partner = f->voka,
		.entity = b,
		.type = RECORD_ORGANIZATION,
		.kind = OUTBOX_CREATE,
		.state = OUTBOX_HELD,
		.cause = f->unizo,
		.plan = plan.id,
		.fields = FIELD_BIT(ORGANIZATION_LEGAL_NAME),
		.since = 4000,
		.error = "" };
	assert_true(store_outbox_save(s, &row, &e));
	bool fresh;
	const struct quarantine z = { .partner = f->unizo,
		.type = RECORD_CONTACT,
		.key = "9",
		.field = "emails",
		.reason = "not a list",
		.raw = "{\"a\":1}",
		.raw_hash = 5,
		.since = 5000 };

	assert_true(store_quarantine(s, &z, &fresh, &e));
	const struct review r = { .kind = "match",
		.type = RECORD_ORGANIZATION,
		.shadow = 5,
		.entity = a,
		.evidence = "{\"why\":\"names are close\"}",
		.made_at = 6000 };

	assert_true(store_review_ask(s, &r, &id, &e));
	assert_true(store_commit(s, &e));
}

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct store_options options = { 0 };
	struct err e = { 0 };

	f->arena = arena_new();
	strcpy(f->dir, "commands-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->path = arena_printf(f->arena, "%s/doorstroom.db", f->dir);
	options.path = f->path;
	f->store = store_open(&options, &e);
	if (!f->store)
		fail_msg("%s", e.text);
	fill(f);
	f->query = query_open(f->path, NULL, &e);
	if (!f->query)
		fail_msg("%s", e.text);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	query_close(f->query);
	store_close(f->store);
	snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
	assert_int_equal(system(command), 0);
	arena_free(f->arena);
	free(f);
	return 0;
}

/* The answer, or NULL and *e. args: JSON with single quotes. */
static inline json_t *ask(struct fixture *f, const char *name, const char *args, struct err *e)
{
	struct command_call call = { .command = command_find(name), .arena = f->arena, .by = "test", .now_ms = 10000 };
	char *text = arena_strdup(f->arena, args);
	AUTO(json_drop) json_t *given = NULL;

	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	*e = (struct err){ 0 };
	given = json_parse(text, strlen(text), e);
	assert_non_null(given);
	assert_non_null(call.command);
	if (!command_check(call.command, given, &call.args, e))
		return NULL;
	if (!command_offline(&call, f->query, e))
		return NULL;
	return call.out;
}

static const char *text(json_t *o, const char *pointer)
{
	const char *t = json_string_value(json_at(o, pointer));

	return t ? t : "(none)";
}

#define ASK(name, args)                                                                                                \
	AUTO(json_drop) json_t *x = ask(f, name, args, &e);                                                            \
	if (!x)                                                                                                        \
	fail_msg("%s", e.text)
