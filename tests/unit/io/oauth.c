#include "io/oauth.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/simhttp.h"
#include "support/simloop.h"

#define N 5

/* A token endpoint that gives out t1, t2, ... and, where asked to, r1, r2, ... each good for one use. */
struct world {
	struct simloop sim;
	struct simhttp http;
	struct http_peer *peer;
	struct oauth *oauth;
	unsigned served, issued;
	bool rotate;
	unsigned status;    /* 0: as it should be */
	const char *answer; /* instead, if set */
	const char *life;
	struct err fail;
	char form[500], authorization[100], dir[20], state_file[60], refresh[20], seen_on_disk[200];
	struct oauth_get get[N];
	unsigned done;
	char token[N][20];
};

static void read_state(struct world *w, char *out, size_t size)
{
	FILE *f = fopen(w->state_file, "r");

	memset(out, 0, size);
	if (f) {
		assert_true(fread(out, 1, size - 1, f) > 0);
		fclose(f);
	}
}

/* What is saved is this token; and with what it belongs to. */
static bool saved(const char *on_disk, const char *token)
{
	char want[60];

	snprintf(want, sizeof want, "{\"refresh_token\": \"%s\", \"grant\": \"", token);
	return strncmp(on_disk, want, strlen(want)) == 0 && strlen(on_disk) == strlen(want) + 44 + strlen("\"}\n");
}

static void serve(struct simhttp *s, struct http_exchange *ex)
{
	struct world *w = s->ctx;
	char text[300], want[60];

	w->served++;
	snprintf(w->form, sizeof w->form, "%.*s", (int)ex->body_len, ex->body);
	w->authorization[0] = 0;
	for (size_t i = 0; i < ex->nheader; i++) {
		if (strcmp(ex->header[i].name, "Authorization") == 0)
			snprintf(w->authorization, sizeof w->authorization, "%s", ex->header[i].value);
	}
	if (w->fail.kind != ERR_NONE) {
		ex->op.err = w->fail;
		return;
	}
	if (w->status || w->answer) {
		simhttp_answer(ex, w->status ? w->status : 200, w->answer ? w->answer : "");
		return;
	}
	snprintf(want, sizeof want, "refresh_token=%s", w->refresh);
	if (w->rotate && !strstr(w->form, want)) {
		simhttp_answer(ex, 400, "{\"error\":\"invalid_grant\",\"error_description\":\"token canary is void\"}");
		return;
	}
	w->issued++;
	if (w->rotate)
		snprintf(w->refresh, sizeof w->refresh, "r%u", w->issued);
	snprintf(text, sizeof text, "{\"access_token\":\"t%u\",\"token_type\":\"Bearer\"%s%s%s%s%s}", w->issued,
		w->life ? ",\"expires_in\":" : "", w->life ? w->life : "", w->rotate ? ",\"refresh_token\":\"" : "",
		w->rotate ? w->refresh : "", w->rotate ? "\"" : "");
	simhttp_answer(ex, 200, text);
}

static void get_done(struct op *op)
{
	struct oauth_get *g = container_of(op, struct oauth_get, op);
	struct world *w = container_of(op->loop, struct world, sim.loop);

	/* The last one to end leaves nothing in flight: the owner may free everything. */
	if (++w->done == N)
		assert_int_equal(w->http.inflight, 0);
	snprintf(w->token[g - w->get], sizeof w->token[0], "%s", g->token ? g->token : "");
	if (g->token)
		read_state(w, w->seen_on_disk, sizeof w->seen_on_disk);
}

static struct oauth *opened(struct world *w, struct oauth_options o)
{
	if (!o.token_url)
		o.token_url = "https://id.example/token";
	if (!o.client_id)
		o.client_id = "doorstroom app";
	o.client_secret = "s:1/";
	return oauth_new(&w->sim.loop, w->peer, &o);
}

static void reopen(struct world *w, struct oauth_options o)
{
	oauth_free(w->oauth);
	w->oauth = opened(w, o);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	w->life = "1000";
	strcpy(w->dir, "oauthXXXXXX");
	strcpy(w->refresh, "r0");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->state_file, sizeof w->state_file, "%s/state", w->dir);
	simloop_init(&w->sim, 1);
	simhttp_init(&w->http, serve, w);
	w->peer = http_peer_new(&w->sim.loop, &w->http.http,
		&(struct http_peer_options){.name = "voka", .origin = "https://id.example"});
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	oauth_free(w->oauth);
	http_peer_free(w->peer);
	simloop_fini(&w->sim);
	unlink(w->state_file);
	rmdir(w->dir);
	free(w);
	return 0;
}

static void start(struct world *w, size_t i)
{
	w->get[i] = (struct oauth_get){.op = {.loop = &w->sim.loop, .done = get_done}};
	oauth_start(w->oauth, &w->get[i]);
}

/* What one caller gets: the token, or the kind of error. */
static const char *get(struct world *w)
{
	start(w, 0);
	simloop_run(&w->sim, NULL, NULL);
	assert_int_equal(w->get[0].op.state, OP_IDLE);
	return w->get[0].op.err.kind == ERR_NONE ? w->token[0] : err_kind_name(w->get[0].op.err.kind);
}

static void client_credentials(void **state)
{
	struct world *w = *state;

	reopen(w, (struct oauth_options){.scope = "read write"});
	assert_string_equal(get(w), "t1");
	assert_string_equal(w->form,
		"grant_type=client_credentials&scope=read%20write&client_id=doorstroom%20app&client_secret=s%3A1%2F");
	assert_string_equal(w->authorization, "");
	reopen(w, (struct oauth_options){.basic = true});
	assert_string_equal(get(w), "t2");
	assert_string_equal(w->form, "grant_type=client_credentials");
	/* base64 of doorstroom%20app:s%3A1%2F */
	assert_string_equal(w->authorization, "Basic ZG9vcnN0cm9vbSUyMGFwcDpzJTNBMSUyRg==");
}

static void one_fetch_for_all_and_again_at_four_fifths(void **state)
{
	struct world *w = *state;

	reopen(w, (struct oauth_options){0});
	for (size_t i = 0; i < N; i++)
		start(w, i);
	simloop_run(&w->sim, NULL, NULL);
	assert_int_equal(w->served, 1);
	for (size_t i = 0; i < N; i++)
		assert_string_equal(w->token[i], "t1");
	w->sim.now += 799000;
	assert_string_equal(get(w), "t1");
	w->sim.now += 2000;
	assert_string_equal(get(w), "t2");
	assert_int_equal(w->served, 2);
}

static void a_refused_token_is_replaced_once(void **state)
{
	struct world *w = *state;

	reopen(w, (struct oauth_options){0});
	assert_string_equal(get(w), "t1");
	oauth_refused(w->oauth, "t1");
	assert_string_equal(get(w), "t2");
	/* A straggler that still had the old one. */
	oauth_refused(w->oauth, "t1");
	assert_string_equal(get(w), "t2");
	assert_int_equal(w->served, 2);
}

static void a_token_handed_out_outlives_the_next_fetch(void **state)
{
	struct world *w = *state;

	reopen(w, (struct oauth_options){0});
	assert_string_equal(get(w), "t1");
	start(w, 0);
	oauth_refused(w->oauth, "t1");
	start(w, 1);
	simloop_run(&w->sim, NULL, NULL);
	assert_string_equal(w->token[0], "t1");
	assert_string_equal(w->token[1], "t2");
}

static void how_failures_are_sorted(void **state)
{
	static const struct {
		unsigned status;
		const char *answer, *want;
	} row[] = {
		{400, "{\"error\":\"invalid_grant\"}", "denied"},
		{401, "", "denied"},
		{403, "x", "denied"},
		{200, "{\"error\":\"invalid_client\"}", "denied"},
		{429, "", "again"},
		{500, "{\"error\":\"invalid_grant\"}", "again"},
		{503, "", "again"},
		{404, "", "broken"},
		{302, "", "broken"},
		{200, "<html>", "broken"},
		{200, "{}", "broken"},
		{200, "{\"access_token\":5}", "broken"},
		{200, "{\"access_token\":\"\"}", "broken"},
		{200, "{\"access_token\":\"a\\r\\nb: c\"}", "broken"},
		{200, "{\"access_token\":\"x\",\"token_type\":\"mac\"}", "broken"},
		{200, "{\"access_token\":\"x\"}", "x"},
		{200, "{\"access_token\":\"y\",\"token_type\":\"bearer\",\"expires_in\":\"60\"}", "y"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		reopen(w, (struct oauth_options){0});
		w->status = row[i].status;
		w->answer = row[i].answer;
		assert_string_equal(get(w), row[i].want);
	}
	w->fail = (struct err){.kind = ERR_AGAIN};
	reopen(w, (struct oauth_options){0});
	assert_string_equal(get(w), "again");
}

static void errors_name_no_token(void **state)
{
	struct world *w = *state;

	w->rotate = true;
	reopen(w, (struct oauth_options){
			  .grant = OAUTH_REFRESH_TOKEN, .refresh_token = "canary", .state_file = w->state_file});
	assert_string_equal(get(w), "denied");
	assert_string_equal(
		w->get[0].op.err.text, "voka: the token endpoint refused the credentials: 400 invalid_grant");
}

static void a_passing_failure_is_bridged_while_the_token_lasts(void **state)
{
	struct world *w = *state;

	reopen(w, (struct oauth_options){0});
	assert_string_equal(get(w), "t1");
	w->status = 503;
	w->sim.now += 850000;
	assert_string_equal(get(w), "t1");
	w->sim.now += 160000;
	assert_string_equal(get(w), "again");
}

static void refresh_tokens_rotate_and_are_saved_first(void **state)
{
	struct world *w = *state;
	const struct oauth_options o = {
		.grant = OAUTH_REFRESH_TOKEN, .refresh_token = "r0", .state_file = w->state_file};
	struct stat st;

	w->rotate = true;
	reopen(w, o);
	assert_string_equal(get(w), "t1");
	assert_true(strstr(w->form, "grant_type=refresh_token&refresh_token=r0&") != NULL);
	assert_true(saved(w->seen_on_disk, "r1"));
	assert_int_equal(stat(w->state_file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	w->sim.now += 900000;
	assert_string_equal(get(w), "t2");
	assert_true(saved(w->seen_on_disk, "r2"));
	/* After a restart the file wins over the configuration. */
	reopen(w, o);
	assert_string_equal(get(w), "t3");
}

/* A reload opens the new source before the old one is drained, and that one may rotate the token meanwhile. */
static void what_the_old_source_saves_last_is_what_the_new_one_begins_with(void **state)
{
	struct world *w = *state;
	const struct oauth_options o = {
		.grant = OAUTH_REFRESH_TOKEN, .refresh_token = "r0", .state_file = w->state_file};
	struct oauth *fresh;

	w->rotate = true;
	reopen(w, o);
	assert_string_equal(get(w), "t1");
	fresh = opened(w, o);
	w->sim.now += 900000;
	assert_string_equal(get(w), "t2");
	oauth_free(w->oauth);
	w->oauth = fresh;
	assert_string_equal(get(w), "t3");
}

static void a_saved_token_is_of_its_grant_only(void **state)
{
	struct world *w = *state;
	struct oauth_options o = {.grant = OAUTH_REFRESH_TOKEN, .refresh_token = "r0", .state_file = w->state_file};

	w->rotate = true;
	reopen(w, o);
	assert_string_equal(get(w), "t1");
	/* Consent given anew: the old grant and what came of it are void. */
	strcpy(w->refresh, "new0");
	o.refresh_token = "new0";
	reopen(w, o);
	assert_string_equal(get(w), "t2");
	/* The saved one is of this grant now. */
	reopen(w, o);
	assert_string_equal(get(w), "t3");
	/* The same first token at another place, or for another client. */
	strcpy(w->refresh, "new0");
	o.token_url = "https://id.example/other/token";
	reopen(w, o);
	assert_string_equal(get(w), "t4");
	strcpy(w->refresh, "new0");
	o.client_id = "other";
	reopen(w, o);
	assert_string_equal(get(w), "t5");
}

/* Saved before grants were told apart. */
static void a_saved_token_without_its_grant_is_of_the_configured_one(void **state)
{
	struct world *w = *state;
	FILE *f = fopen(w->state_file, "w");

	assert_non_null(f);
	fputs("{\"refresh_token\": \"r7\"}\n", f);
	fclose(f);
	w->rotate = true;
	strcpy(w->refresh, "r7");
	reopen(w, (struct oauth_options){
			  .grant = OAUTH_REFRESH_TOKEN, .refresh_token = "r0", .state_file = w->state_file});
	assert_string_equal(get(w), "t1");
}

static void a_token_that_cannot_be_saved_is_not_used_and_not_lost(void **state)
{
	struct world *w = *state;

	w->rotate = true;
	reopen(w, (struct oauth_options){
			  .grant = OAUTH_REFRESH_TOKEN, .refresh_token = "r0", .state_file = w->state_file});
	rmdir(w->dir);
	assert_string_equal(get(w), "broken");
	assert_non_null(strstr(w->get[0].op.err.text, "No such file"));
	assert_string_equal(get(w), "broken");
	assert_int_equal(w->served, 1);
	assert_int_equal(mkdir(w->dir, 0700), 0);
	assert_string_equal(get(w), "t1");
	assert_int_equal(w->served, 1);
	assert_true(saved(w->seen_on_disk, "r1"));
}

struct at {
	struct simloop *sim;
	uint64_t turn;
};

static bool turn_reached(void *ctx)
{
	const struct at *at = ctx;

	return at->sim->turns >= at->turn;
}

/* Whoever is cancelled, and whenever: each ends once, those not cancelled get a token, and a rotated one is kept. */
static void cancelled_at_every_turn(void **state)
{
	struct world *w = *state;

	for (unsigned grant = 0; grant < 2; grant++) {
		for (unsigned mask = 1; mask < 1 << N; mask += 2) {
			for (uint64_t turn = 0; turn < 14; turn++) {
				w->rotate = grant;
				strcpy(w->refresh, "r0");
				w->issued = w->done = 0;
				unlink(w->state_file);
				reopen(w, (struct oauth_options){
						  .grant = grant ? OAUTH_REFRESH_TOKEN : OAUTH_CLIENT_CREDENTIALS,
						  .refresh_token = "r0",
						  .state_file = w->state_file});
				for (size_t i = 0; i + 1 < N; i++)
					start(w, i);
				simloop_run(&w->sim, turn_reached, &(struct at){&w->sim, w->sim.turns + turn});
				for (size_t i = 0; i + 1 < N; i++) {
					if (mask >> i & 1)
						op_cancel(&w->get[i].op);
				}
				start(w, N - 1);
				if (mask >> (N - 1) & 1)
					op_cancel(&w->get[N - 1].op);
				simloop_run(&w->sim, NULL, NULL);
				assert_int_equal(w->done, N);
				for (size_t i = 0; i < N; i++) {
					if (w->get[i].op.err.kind != ERR_NONE)
						assert_true(w->get[i].op.err.kind == ERR_CANCELED && (mask >> i & 1));
					else
						assert_int_equal(w->token[i][0], 0x74);
				}
				if (grant && w->issued) {
					char on_disk[200];

					read_state(w, on_disk, sizeof on_disk);
					assert_true(saved(on_disk, w->refresh));
				}
			}
		}
	}
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(client_credentials),
		WITH(one_fetch_for_all_and_again_at_four_fifths),
		WITH(a_refused_token_is_replaced_once),
		WITH(a_token_handed_out_outlives_the_next_fetch),
		WITH(how_failures_are_sorted),
		WITH(errors_name_no_token),
		WITH(a_passing_failure_is_bridged_while_the_token_lasts),
		WITH(refresh_tokens_rotate_and_are_saved_first),
		WITH(what_the_old_source_saves_last_is_what_the_new_one_begins_with),
		WITH(a_saved_token_is_of_its_grant_only),
		WITH(a_saved_token_without_its_grant_is_of_the_configured_one),
		WITH(a_token_that_cannot_be_saved_is_not_used_and_not_lost),
		WITH(cancelled_at_every_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
