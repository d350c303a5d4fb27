#include "tests/unit/adapters/world.h"

#include "adapters/rest.h"

#define NOW INT64_C(1614265330000)
/* The vector of the Standard Webhooks libraries. */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID                                                                                                             \
	{                                                                                                              \
		"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"                                                           \
	}
#define AT                                                                                                             \
	{                                                                                                              \
		"Webhook-Timestamp", "1614265330"                                                                      \
	}
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define BODY "{\"test\": 2432232314}"

static struct hint *hint;
static size_t nhints;

static enum err_kind call(
	struct world *w, const char *url, const struct http_header *header, size_t n, const char *body, int64_t wall_ms)
{
	const struct http_exchange x = {
		.method = "POST", .url = url, .header = header, .nheader = n, .body = body, .body_len = strlen(body)};
	struct err e = {0};

	hint = NULL;
	nhints = 0;
	if (rest_adapter.webhook(w->remote, &x, wall_ms, w->arena, &hint, &nhints, &e))
		return ERR_NONE;
	assert_int_not_equal(e.kind, ERR_NONE);
	return e.kind;
}

#define CALL(body, wall_ms, ...)                                                                                       \
	call(&w, "/hooks/p", (const struct http_header[]){__VA_ARGS__},                                                \
		sizeof((const struct http_header[]){__VA_ARGS__}) / sizeof(struct http_header), body, wall_ms)

static void open_cursors(struct world *w, const char *webhook)
{
	world_init(w, NULL);
	assert_true(world_open(w, "p",
		arena_printf(w->arena,
			"{ adapter: rest, manifest: cursors, url: 'https://crm.example', types: [organization, "
			"contact],"
			"  auth: { client_id: c, client_secret: { credential: s } }, webhook: %s }",
			webhook)));
}

static void test_standard(void **state)
{
	struct world w;

	(void)state;
	open_cursors(&w, "{ secret: { credential: " SECRET " }, previous: { credential: whsec_bm90aGluZw== } }");
	/* The signature holds; the body is of no type of ours, and that is no fault. */
	assert_int_equal(CALL(BODY, NOW, ID, AT, {"webhook-signature", SIGNATURE}), ERR_NONE);
	assert_int_equal(nhints, 0);
	assert_int_equal(CALL(BODY, NOW, ID, AT, {"webhook-signature", "v1,AAAA v1a,x " SIGNATURE}), ERR_NONE);
	assert_int_equal(CALL(BODY, NOW + 299000, ID, AT, {"webhook-signature", SIGNATURE}), ERR_NONE);
	assert_int_equal(CALL(BODY, NOW - 299000, ID, AT, {"webhook-signature", SIGNATURE}), ERR_NONE);

	assert_int_equal(CALL(BODY, NOW + 301000, ID, AT, {"webhook-signature", SIGNATURE}), ERR_DENIED);
	assert_int_equal(CALL(BODY, NOW - 301000, ID, AT, {"webhook-signature", SIGNATURE}), ERR_DENIED);
	assert_int_equal(CALL(BODY " ", NOW, ID, AT, {"webhook-signature", SIGNATURE}), ERR_DENIED);
	assert_int_equal(
		CALL(BODY, NOW, {"webhook-id", "msg_other"}, AT, {"webhook-signature", SIGNATURE}), ERR_DENIED);
	assert_int_equal(CALL(BODY, NOW, {"webhook-id", "a.b"}, AT, {"webhook-signature", SIGNATURE}), ERR_DENIED);
	assert_int_equal(
		CALL(BODY, NOW, ID, {"webhook-timestamp", "1614265331"}, {"webhook-signature", SIGNATURE}), ERR_DENIED);
	assert_int_equal(
		CALL(BODY, NOW, ID, {"webhook-timestamp", "soon"}, {"webhook-signature", SIGNATURE}), ERR_DENIED);
	assert_int_equal(CALL(BODY, NOW, ID, AT), ERR_DENIED);
	assert_int_equal(CALL(BODY, NOW, ID, AT, {"webhook-signature", ""}), ERR_DENIED);
	world_fini(&w);
}

/* Signs as a partner would. */
static const char *sign(struct world *w, const char *secret, const char *id, const char *body)
{
	size_t len;
	unsigned char *key = auth_base64(w->arena, secret, &len);
	const char *base = arena_printf(w->arena, "%s.1614265330.%s", id, body);

	return arena_printf(w->arena, "v1,%s", auth_digest(w->arena, key, len, base, strlen(base), DIGEST_BASE64));
}

static void test_hints(void **state)
{
	static const struct {
		const char *body;
		enum err_kind kind;
		size_t n;
		enum record_type type;
		const char *key;
	} row[] = {
		{"{\"type\":\"organisation.updated\",\"data\":{\"id\":\"org_1\"}}", ERR_NONE, 1, RECORD_ORGANIZATION,
			"org_1"},
		{"{\"type\":\"person.created\",\"data\":{\"id\":7}}", ERR_NONE, 1, RECORD_CONTACT, "7"},
		{"{\"type\":\"person.created\"}", ERR_NONE, 1, RECORD_CONTACT, NULL},
		{"{\"type\":\"referral.updated\",\"data\":{\"id\":\"r\"}}", ERR_NONE, 0, 0,
			NULL}, /* not a type of this endpoint */
		{"{\"type\":\"invoice.paid\",\"data\":{\"id\":\"i\"}}", ERR_NONE, 0, 0, NULL},
		{"[{\"type\":\"person.x\",\"data\":{\"id\":\"a\"}},{\"type\":\"person.x\",\"data\":{\"id\":\"b\"}}]",
			ERR_NONE, 2, RECORD_CONTACT, "a"},
		{"[]", ERR_NONE, 0, 0, NULL},
		{"[7]", ERR_NONE, 0, 0, NULL},
		{"", ERR_ITEM, 0, 0, NULL},
		{"{\"type\":", ERR_ITEM, 0, 0, NULL},
	};
	struct world w;

	(void)state;
	open_cursors(&w, "{ secret: { credential: " SECRET " }, previous: { credential: whsec_bm90aGluZw== } }");
	/* An id with a dot could move bytes between id and time under one signature. */
	assert_int_equal(CALL("{}", NOW, {"webhook-id", "a.b"}, AT,
				 {"webhook-signature", sign(&w, "bm90aGluZw==", "a.b", "{}")}),
		ERR_DENIED);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		/* By the old secret, while it is being replaced. */
		assert_int_equal(CALL(row[i].body, NOW, {"webhook-id", "m"}, AT,
					 {"webhook-signature", sign(&w, "bm90aGluZw==", "m", row[i].body)}),
			row[i].kind);
		assert_int_equal(nhints, row[i].n);
		if (!nhints)
			continue;
		assert_false(hint[0].any_type);
		assert_int_equal(hint[0].type, row[i].type);
		if (row[i].key)
			assert_string_equal(hint[0].key, row[i].key);
		else
			assert_null(hint[0].key);
	}
	world_fini(&w);
}

/* EspoCRM: base64("<id>:" + hex(HMAC)), an array of events that do not tell their type. */
static void test_wrapped(void **state)
{
	static const char body[] = "[{\"id\":\"65a\"},{\"id\":\"65b\"}]";
	struct world w;
	const char *hex, *pair;
	unsigned char header[256] = "";

	(void)state;
	world_init(&w, NULL);
	assert_true(world_open(&w, "p",
		"{ adapter: rest, manifest: tests/wire/manifests/espocrm.yaml, url: 'https://espo.example',"
		"  auth: { user: u, secret: { credential: s } }, webhook: { secret: { credential: hooks3cret } } }"));
	hex = auth_digest(w.arena, "hooks3cret", 10, body, strlen(body), DIGEST_HEX);
	pair = arena_printf(w.arena, "wid:%s", hex);
	/* base64, by hand: no encoder is exported, and the decoder is what is tested. */
	for (size_t i = 0, n = strlen(pair), o = 0; i < n; i += 3, o += 4) {
		static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
		const unsigned a = (unsigned char)pair[i], b = i + 1 < n ? (unsigned char)pair[i + 1] : 0,
			       c = i + 2 < n ? (unsigned char)pair[i + 2] : 0;

		header[o] = (unsigned char)digit[a >> 2];
		header[o + 1] = (unsigned char)digit[(a & 3) << 4 | b >> 4];
		header[o + 2] = i + 1 < n ? (unsigned char)digit[(b & 15) << 2 | c >> 6] : '=';
		header[o + 3] = i + 2 < n ? (unsigned char)digit[c & 63] : '=';
	}
	assert_int_equal(CALL(body, NOW, {"signature", (char *)header}), ERR_NONE);
	assert_int_equal(nhints, 2);
	assert_true(hint[1].any_type);
	assert_string_equal(hint[1].key, "65b");
	header[30] ^= 1;
	assert_int_equal(CALL(body, NOW, {"signature", (char *)header}), ERR_DENIED);
	assert_int_equal(CALL(body, NOW, {"signature", "x"}), ERR_DENIED);
	world_fini(&w);
}

static void test_path(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, NULL);
	assert_true(world_open(&w, "p",
		"{ adapter: rest, manifest: tests/wire/manifests/teamleader.yaml, url: 'https://tl.example',"
		"  auth: { client_id: i, client_secret: { credential: s }, refresh_token: { credential: r } },"
		"  webhook: { path: { credential: 0123456789abcdefghijklmnop } } }"));
	assert_int_equal(
		call(&w, "/hooks/p/0123456789abcdefghijklmnop", NULL, 0,
			"{\"type\":\"company.deleted\",\"subject\":{\"type\":\"company\",\"id\":\"u-1\"}}", NOW),
		ERR_NONE);
	assert_int_equal(nhints, 1);
	assert_string_equal(hint[0].key, "u-1");
	assert_int_equal(call(&w, "/hooks/p/0123456789abcdefghijklmnoq", NULL, 0, "{}", NOW), ERR_DENIED);
	assert_int_equal(call(&w, "/hooks/p", NULL, 0, "{}", NOW), ERR_DENIED);
	assert_int_equal(call(&w, NULL, NULL, 0, "{}", NOW), ERR_DENIED);
	world_fini(&w);
}

/* What would be guessed, or could come otherwise than it was given. */
static void test_path_unfit(void **state)
{
	static const char *const path[] = {"0123456789abcdefghijk", "0123456789/abcdefghijklmnop", "0123456789 abcdefghijklmnop"};
	struct world w;

	(void)state;
	world_init(&w, NULL);
	for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
		w.diags.n = 0;
		assert_false(world_open(&w, "p",
			arena_printf(w.arena,
				"{ adapter: rest, manifest: tests/wire/manifests/teamleader.yaml, url: 'https://tl.example',"
				"  auth: { client_id: i, client_secret: { credential: s }, refresh_token: { credential: r } },"
				"  webhook: { path: { credential: '%s' } } }",
				path[i])));
		assert_non_null(strstr(w.diags.line[0], "at least 22 letters, digits, hyphens or underscores"));
	}
	world_fini(&w);
}

/* A manifest that could, for an endpoint that has no secret. */
static void test_none(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, NULL);
	assert_true(world_open(&w, "p",
		"{ adapter: rest, manifest: cursors, url: 'https://x.example', auth: { client_id: i, client_secret: { "
		"credential: s } } }"));
	assert_false(w.remote->caps & ADAPTER_CAN_WEBHOOKS);
	assert_int_equal(call(&w, "/hooks/p", NULL, 0, "{}", NOW), ERR_DENIED);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_standard),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_path_unfit),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
