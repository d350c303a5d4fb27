/*
 * Changes that share a request: each ends once and with its own outcome, whatever the partner makes of the batch; what
 * ends well was done, what was refused or never sent was not; nothing is done twice.
 */
#include "tests/unit/adapters/world.h"

#include "adapters/rest.h"

enum { PUSHES = 12 };

static const char endpoint[] = "{ adapter: rest, manifest: tests/wire/manifests/hubspot.yaml, url: 'https://x.example',"
			       "  auth: { token: { credential: t } }, rate: { requests: 100, per: 1s } }";
/* What the partner has: how often each of our records was made there. */
static unsigned made[PUSHES];
static unsigned requests, changes, largest;
static bool chance;	   /* the partner has moods */
static bool never_sent[PUSHES];

static unsigned number_of(json_t *properties)
{
	const char *hub_id = json_string_value(json_object_get(properties, "hub_id"));

	return hub_id ? (unsigned)atoi(hub_id) : PUSHES - 1;
}

static bool is_bad(json_t *properties)
{
	return !strncmp(json_string_value(json_object_get(properties, "name")), "bad", 3);
}

static json_t *make(json_t *input)
{
	json_t *properties = json_object_get(input, "properties");
	const unsigned i = number_of(properties);
	char id[32];

	assert_false(never_sent[i]);
	made[i]++;
	snprintf(id, sizeof id, "k%u", i);
	return json_pack("{ss,sO,sO*}", "id", id, "properties", properties, "objectWriteTraceId",
		json_object_get(input, "objectWriteTraceId"));
}

static void answer_json(struct http_exchange *x, unsigned status, json_t *doc)
{
	char *text = json_dumps(doc, JSON_COMPACT);

	simhttp_answer(x, status, arena_strdup(x->arena, text));
	free(text);
	json_decref(doc);
}

/* Some are made, some refused, some made without a word; in any order, and with a stranger among them. */
static void serve_moody(struct world *w, struct http_exchange *x, json_t *inputs)
{
	json_t *results = json_array(), *errors = json_array(), *input;
	size_t i;

	json_array_foreach (inputs, i, input) {
		const uint64_t mood = simloop_draw(&w->sim) % 8;
		json_t *trace = json_object_get(input, "objectWriteTraceId");

		if (mood == 0 || is_bad(json_object_get(input, "properties")))
			json_array_append_new(errors,
				json_pack("{ss,s{s[O]}}", "category", "VALIDATION_ERROR", "context", "objectWriteTraceId", trace));
		else if (mood == 1)
			json_decref(make(input));
		else
			json_array_insert_new(results, simloop_draw(&w->sim) % (json_array_size(results) + 1), make(input));
	}
	if (simloop_draw(&w->sim) % 2)
		json_array_append_new(results, json_pack("{ss,ss}", "id", "stranger", "objectWriteTraceId", "t99"));
	answer_json(x, 207, json_pack("{so,so}", "results", results, "errors", errors));
}

static void serve_batch(struct world *w, struct http_exchange *x, json_t *inputs)
{
	const uint64_t mood = chance ? simloop_draw(&w->sim) % 8 : 7;
	bool bad = false;
	json_t *input;
	size_t i;

	changes += (unsigned)json_array_size(inputs);
	if (json_array_size(inputs) > largest)
		largest = (unsigned)json_array_size(inputs);
	json_array_foreach (inputs, i, input)
		bad |= is_bad(json_object_get(input, "properties"));
	if (mood == 0) {
		err_set(&x->op.err, ERR_AGAIN, "lost");
	} else if (mood == 1) {
		json_array_foreach (inputs, i, input)
			json_decref(make(input));
		err_set(&x->op.err, ERR_AGAIN, "lost");
	} else if (mood == 2) {
		simhttp_answer(x, 503, "");
	} else if (mood < 5 || !chance) {
		json_t *results = json_array();

		if (bad) {
			simhttp_answer(x, 400, "{\"category\":\"VALIDATION_ERROR\"}");
			json_decref(results);
			return;
		}
		json_array_foreach (inputs, i, input)
			json_array_append_new(results, make(input));
		answer_json(x, 201, json_pack("{so}", "results", results));
	} else {
		serve_moody(w, x, inputs);
	}
}

static void serve(struct simhttp *s, struct http_exchange *x)
{
	struct err e;
	json_t *doc = json_parse(x->body, x->body_len, &e);
	json_t *inputs = json_object_get(doc, "inputs");

	requests++;
	if (inputs) {
		serve_batch(s->ctx, x, inputs);
	} else {
		changes++;
		if (is_bad(json_object_get(doc, "properties")))
			simhttp_answer(x, 400, "{\"category\":\"VALIDATION_ERROR\"}");
		else
			answer_json(x, 201, make(doc));
	}
	json_decref(doc);
}

static void start(struct world *w, const char *text, uint64_t seed)
{
	requests = changes = largest = 0;
	memset(made, 0, sizeof made);
	memset(never_sent, 0, sizeof never_sent);
	world_init(w, serve);
	w->sim.random = seed;
	if (!world_open(w, "p", text))
		world_show_diags(w);
	assert_non_null(w->remote);
}

static unsigned ended[PUSHES];

static void push_done(struct op *op)
{
	struct push *p = container_of(op, struct push, op);
	const unsigned i = (unsigned)atoi(p->hub_id);

	ended[i]++;
	/* What is said not to have left must not arrive later either. */
	never_sent[i] = op->err.kind && !p->sent;
}

static struct push create(struct world *w, unsigned i, bool bad)
{
	struct record *r = record_new(w->arena, RECORD_ORGANIZATION);

	r->v[ORGANIZATION_LEGAL_NAME] = arena_printf(w->arena, "%s %u", bad ? "bad" : "good", i);
	ended[i] = 0;
	return (struct push){.op = {.loop = &w->sim.loop, .done = push_done},
		.arena = w->arena,
		.kind = PUSH_CREATE,
		.type = RECORD_ORGANIZATION,
		.hub_id = arena_printf(w->arena, "%u", i),
		.token = arena_printf(w->arena, "t%u", i),
		.record = r,
		.fields = FIELD_BIT(ORGANIZATION_LEGAL_NAME)};
}

static void check(const struct push *p, unsigned i)
{
	assert_int_equal(ended[i], 1);
	assert_in_range(made[i], 0, 1);
	switch (p->op.err.kind) {
	case ERR_NONE:
		assert_int_equal(made[i], 1);
		assert_non_null(p->out_key);
		assert_string_equal(p->out_key + 1, p->hub_id);
		assert_true(p->sent);
		return;
	case ERR_ITEM:
		assert_int_equal(made[i], 0);
		return;
	case ERR_AGAIN:
	case ERR_CANCELED:
		assert_true(p->sent || !made[i]);
		return;
	default:
		fail_msg("%s", p->op.err.text);
	}
}

static unsigned turns_left;

static bool turn_over(void *ctx)
{
	(void)ctx;
	return !turns_left--;
}

static void run_turns(struct world *w, unsigned turns)
{
	turns_left = turns;
	simloop_run(&w->sim, turn_over, NULL);
}

/* Twelve in one turn are one request; the answer's parts reach their owners. */
static void test_one_request(void **state)
{
	struct push p[PUSHES];
	struct world w;

	(void)state;
	chance = false;
	start(&w, endpoint, 1);
	for (unsigned i = 0; i < PUSHES; i++) {
		p[i] = create(&w, i, false);
		remote_push(w.remote, &p[i]);
	}
	world_run(&w);
	for (unsigned i = 0; i < PUSHES; i++) {
		check(&p[i], i);
		assert_int_equal(p[i].op.err.kind, ERR_NONE);
		assert_non_null(p[i].answer);
	}
	assert_int_equal(requests, 1);
	world_fini(&w);
}

/* Refused as a whole: halves, until each of two culprits stands alone. */
static void test_halves(void **state)
{
	(void)state;
	chance = false;
	for (unsigned a = 0; a < PUSHES; a++) {
		for (unsigned b = a; b < PUSHES; b++) {
			struct push p[PUSHES];
			struct world w;

			start(&w, endpoint, 1);
			for (unsigned i = 0; i < PUSHES; i++) {
				p[i] = create(&w, i, i == a || i == b);
				remote_push(w.remote, &p[i]);
			}
			world_run(&w);
			for (unsigned i = 0; i < PUSHES; i++) {
				check(&p[i], i);
				assert_int_equal(p[i].op.err.kind, i == a || i == b ? ERR_ITEM : ERR_NONE);
			}
			/* Two searches of a depth of four. */
			assert_in_range(requests, 5, 2 * 8 + 1);
			world_fini(&w);
		}
	}
}

/* Whatever the partner does, in whatever order they come, whoever is cancelled when. */
static void test_moods(void **state)
{
	unsigned kinds[8] = {0};

	(void)state;
	chance = true;
	for (uint64_t seed = 1; seed < 1500; seed++) {
		struct push p[PUSHES];
		struct world w;

		start(&w, endpoint, seed * 7919);
		for (unsigned i = 0; i < PUSHES; i++) {
			p[i] = create(&w, i, simloop_draw(&w.sim) % 6 == 0);
			remote_push(w.remote, &p[i]);
			if (simloop_draw(&w.sim) % 3 == 0)
				run_turns(&w, (unsigned)(simloop_draw(&w.sim) % 6));
		}
		for (unsigned i = 0; i < PUSHES; i++) {
			if (simloop_draw(&w.sim) % 5)
				continue;
			run_turns(&w, (unsigned)(simloop_draw(&w.sim) % 4));
			op_cancel(&p[i].op);
		}
		world_run(&w);
		for (unsigned i = 0; i < PUSHES; i++) {
			check(&p[i], i);
			kinds[p[i].op.err.kind]++;
		}
		world_fini(&w);
	}
	assert_true(kinds[ERR_NONE] > 2000);
	assert_true(kinds[ERR_ITEM] > 1000);
	assert_true(kinds[ERR_AGAIN] > 1000);
	assert_true(kinds[ERR_CANCELED] > 1000);
}

/* One of a batch is cancelled at every turn: the others do not notice. All of them: nothing is left in flight. */
static void test_cancel(void **state)
{
	unsigned unsent = 0, sent = 0;

	(void)state;
	chance = false;
	for (unsigned turn = 0; turn < 40; turn++) {
		for (unsigned from = 0; from < 2; from++) {
			const unsigned to = from ? PUSHES : 1;
			struct push p[PUSHES];
			struct world w;

			start(&w, endpoint, 1);
			for (unsigned i = 0; i < PUSHES; i++) {
				p[i] = create(&w, i, false);
				remote_push(w.remote, &p[i]);
			}
			run_turns(&w, turn);
			for (unsigned i = 0; i < to; i++)
				op_cancel(&p[i].op);
			while (ended[0] + ended[PUSHES - 1] < 2)
				run_turns(&w, 1);
			if (to == 1)
				world_run(&w);
			for (unsigned i = 0; i < PUSHES; i++) {
				check(&p[i], i);
				if (i >= to)
					assert_int_equal(p[i].op.err.kind, ERR_NONE);
				else if (p[i].op.err.kind)
					*(p[i].sent ? &sent : &unsent) += 1;
			}
			world_fini(&w);
		}
	}
	assert_true(sent > 20);
	assert_true(unsent > 10);
}

static uint64_t slowly(struct simhttp *s, const struct http_exchange *x)
{
	(void)s;
	(void)x;
	return 1000;
}

static bool one_left(void *ctx)
{
	return ((const struct world *)ctx)->http.started == 1;
}

/* While one is under way or waits for its turn at the partner, the others gather: nothing waits longer than that. */
static void test_gathers(void **state)
{
	struct push p[PUSHES];
	struct world w;

	(void)state;
	chance = false;
	start(&w, endpoint, 1);
	w.http.delay_ms = slowly;
	for (unsigned i = 0; i < PUSHES; i++) {
		p[i] = create(&w, i, false);
		remote_push(w.remote, &p[i]);
		if (i == 0)
			simloop_run(&w.sim, one_left, &w);
		run_turns(&w, i == 1);
		assert_int_equal(w.sim.now, 0);
	}
	world_run(&w);
	for (unsigned i = 0; i < PUSHES; i++)
		check(&p[i], i);
	assert_int_equal(requests, 2);
	assert_int_equal(largest, PUSHES - 1);
	world_fini(&w);
}

/* Two kinds, or two types, are never in one request. */
static void test_kinds_apart(void **state)
{
	struct push p[2];
	struct world w;

	(void)state;
	chance = false;
	start(&w, endpoint, 1);
	p[0] = create(&w, 0, false);
	p[1] = create(&w, 1, false);
	p[1].kind = PUSH_UPDATE;
	p[1].key = "1";
	remote_push(w.remote, &p[0]);
	remote_push(w.remote, &p[1]);
	world_run(&w);
	assert_int_equal(requests, 2);
	assert_int_equal(largest, 0);
	assert_int_equal(p[0].op.err.kind, ERR_NONE);
	assert_int_equal(w.remote->together, 100);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_request),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_moods),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_gathers),
		cmocka_unit_test(test_kinds_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
