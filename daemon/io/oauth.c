/*
 * The happy path: oauth_start() finds no fresh token and queues its op; fetch() posts to the token endpoint; the
 * answer is parsed; a rotated refresh token is saved on the thread pool; every waiter gets the new access token.
 * Ways to fail: the exchange, the answer, the saving: each ends all waiters with one error. When the old token is
 * still valid (it is renewed early), a passing failure hands that one out instead.
 *
 * A refresh that has been sent must be seen through even when nobody waits any more, or a rotated token is lost: so
 * the last waiter, cancelled, ends only with it.
 */
#include "io/oauth.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "io/wait.h"

/* RFC 6749 only recommends to say expires_in. */
#define LIFE_DEFAULT_S 600

struct waiter {
	struct oauth *oauth;
	struct oauth_get *get;
	struct list in_list;
	bool canceled;
};

struct oauth {
	struct loop *loop;
	struct http_peer *peer;
	struct arena *arena; /* the options' texts */
	struct oauth_options options;
	char *refresh_token;
	const char *grant; /* digest of what is configured: a saved token is of this grant or of no use */
	bool loaded;	   /* the state file was asked */
	bool unsaved;	   /* refresh_token is newer than the state file */
	char *token;
	uint64_t renew_at, valid_until;
	struct list waiters;
	bool fetching;
	struct http_exchange exchange;
	struct http_header header[3];
	struct arena *page; /* of the exchange */
	struct work save;
	char *fresh; /* the access token that waits for the saving */
	uint64_t fresh_life_ms;
};

static void wipe(char *secret)
{
	if (secret)
		OPENSSL_cleanse(secret, strlen(secret));
	free(secret);
}

static char *copy(const char *s)
{
	char *p = s ? strdup(s) : NULL;

	if (s && !p)
		abort();
	return p;
}

static const char *grant_of(struct arena *arena, const struct oauth_options *o)
{
	const char *const text[] = {o->refresh_token, o->token_url, o->client_id};
	unsigned char digest[EVP_MAX_MD_SIZE];
	char *encoded = arena_alloc(arena, EVP_MAX_MD_SIZE * 4 / 3 + 5);
	struct buf all = {0};
	unsigned n = 0;

	/* Each with its end, so that none runs into the next. */
	for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
		buf_adds(&all, text[i] ? text[i] : "");
		buf_addc(&all, 0);
	}
	if (!EVP_Digest(all.data, all.len, digest, &n, EVP_sha256(), NULL))
		abort();
	EVP_EncodeBlock((unsigned char *)encoded, digest, (int)n);
	OPENSSL_cleanse(all.data, all.len);
	buf_fini(&all);
	return encoded;
}

/*
 * The file is JSON: { "refresh_token": "...", "grant": digest }. A token of another grant is void for this one; one
 * that does not say its grant was saved before they were told apart, and is of the configured one. Asked at the first
 * fetch only: until then another source, that is being drained for a reload, may still rotate the token.
 */
static void state_load(struct oauth *a)
{
	AUTO(json_drop) json_t *doc = NULL;
	char text[16384];
	struct err e;
	const char *token, *grant;
	ssize_t n;
	int fd = open(a->options.state_file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	n = read(fd, text, sizeof text);
	close(fd);
	doc = n > 0 ? json_parse(text, (size_t)n, &e) : NULL;
	token = json_string_value(json_at(doc, "/refresh_token"));
	grant = json_string_value(json_at(doc, "/grant"));
	if (token && (!grant || strcmp(grant, a->grant) == 0)) {
		wipe(a->refresh_token);
		a->refresh_token = copy(token);
	}
	OPENSSL_cleanse(text, sizeof text);
}

struct oauth *oauth_new(struct loop *loop, struct http_peer *peer, const struct oauth_options *o)
{
	struct oauth *a = calloc(1, sizeof *a);

	if (!a)
		abort();
	*a = (struct oauth){.loop = loop, .peer = peer, .arena = arena_new(), .options = *o};
	a->options.token_url = arena_strdup(a->arena, o->token_url);
	a->options.client_id = arena_strdup(a->arena, o->client_id);
	a->options.client_secret = arena_strdup(a->arena, o->client_secret);
	a->options.scope = arena_strdup(a->arena, o->scope);
	a->options.state_file = arena_strdup(a->arena, o->state_file);
	a->options.refresh_token = NULL;
	list_init(&a->waiters);
	if (o->grant == OAUTH_REFRESH_TOKEN) {
		a->refresh_token = copy(o->refresh_token);
		a->grant = grant_of(a->arena, o);
	}
	return a;
}

void oauth_free(struct oauth *a)
{
	if (!a)
		return;
	assert(!a->fetching && list_empty(&a->waiters));
	if (a->options.client_secret)
		OPENSSL_cleanse((char *)(uintptr_t)a->options.client_secret, strlen(a->options.client_secret));
	wipe(a->refresh_token);
	wipe(a->token);
	wipe(a->fresh);
	arena_free(a->arena);
	free(a);
}

/* ---- the end of a fetch ---- */

static void fetch(struct oauth *);

static void waiter_end(struct waiter *w, char *token, const struct err *e)
{
	struct oauth_get *get = w->get;

	list_remove(&w->in_list);
	if (w->canceled)
		err_set(&get->op.err, ERR_CANCELED, "canceled");
	else if (e)
		get->op.err = *e;
	else
		get->token = token;
	free(w);
	op_finish(&get->op);
}

static void fetch_end(struct oauth *a, const struct err *e)
{
	bool again = e && e->kind == ERR_CANCELED;
	struct list *l = a->waiters.next;

	a->fetching = false;
	arena_free(steal(a->page));
	if (e && e->kind == ERR_AGAIN && a->token && loop_now(a->loop) < a->valid_until)
		e = NULL;
	while (l != &a->waiters) {
		struct waiter *w = container_of(l, struct waiter, in_list);

		l = l->next;
		/* Whoever came after the cancellation still wants a token. */
		if (!again || w->canceled)
			waiter_end(w, a->token, e);
	}
	if (!list_empty(&a->waiters))
		fetch(a);
}

static void token_adopt(struct oauth *a)
{
	uint64_t now = loop_now(a->loop);

	wipe(a->token);
	a->token = steal(a->fresh);
	a->renew_at = now + a->fresh_life_ms / 5 * 4;
	a->valid_until = now + a->fresh_life_ms;
}

/* ---- saving a rotated refresh token ---- */

static bool write_file(const char *path, const char *text, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	AUTO(free) char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void save_run(struct work *work)
{
	struct oauth *a = container_of(work, struct oauth, save);
	struct buf text = {0}, beside = {0};

	buf_adds(&text, "{\"refresh_token\": ");
	buf_add_json(&text, a->refresh_token);
	buf_addf(&text, ", \"grant\": \"%s\"}\n", a->grant);
	buf_addf(&beside, "%s.new", a->options.state_file);
	if (!write_file(beside.data, text.data, text.len) || rename(beside.data, a->options.state_file) != 0 ||
		!sync_folder_of(a->options.state_file))
		err_set(&work->op.err, ERR_BROKEN, "%s: the new refresh token cannot be saved in %s: %s",
			http_peer_options(a->peer)->name, a->options.state_file, strerror(errno));
	OPENSSL_cleanse(text.data, text.len);
	buf_fini(&text);
	buf_fini(&beside);
}

static void save_done(struct op *op)
{
	struct oauth *a = container_of(op, struct oauth, save.op);

	if (op->err.kind != ERR_NONE) {
		fetch_end(a, &op->err);
		return;
	}
	a->unsaved = false;
	if (a->fresh)
		token_adopt(a);
	fetch_end(a, NULL);
}

static void save_start(struct oauth *a)
{
	a->save = (struct work){.op = {.loop = a->loop, .done = save_done}, .run = save_run};
	work_start(&a->save);
}

/* ---- the answer ---- */

/* RFC 6749, section 5.2: only these words are quoted, the partner's own text may hold anything. */
static const char *error_word(json_t *doc)
{
	static const char *const words[] = {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
		"unsupported_grant_type", "invalid_scope"};
	const char *word = json_string_value(json_object_get(doc, "error"));

	for (size_t i = 0; word && i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i], word) == 0)
			return words[i];
	}
	return NULL;
}

static bool refused(struct oauth *a, json_t *doc, struct err *e)
{
	const struct http_exchange *ex = &a->exchange;
	const char *name = http_peer_options(a->peer)->name, *word = error_word(doc);

	if (ex->status == 408 || ex->status == 429 || ex->status >= 500) {
		err_set(e, ERR_AGAIN, "%s: the token endpoint answered %u", name, ex->status);
		e->wait_ms = (uint32_t)http_retry_after_ms(ex, loop_wall(a->loop));
		return false;
	}
	if (word || ex->status == 400 || ex->status == 401 || ex->status == 403)
		return err_set(e, ERR_DENIED, "%s: the token endpoint refused the credentials: %u %s", name, ex->status,
			word ? word : "");
	return err_set(e, ERR_BROKEN, "%s: the token endpoint answered %u", name, ex->status);
}

/* What goes into a header must be printable. */
static bool token_ok(const char *s)
{
	if (!s || !*s)
		return false;
	for (; *s; s++) {
		if (*s <= ' ' || *s >= 0x7f)
			return false;
	}
	return true;
}

static bool answer_read(struct oauth *a, struct err *e)
{
	const struct http_exchange *ex = &a->exchange;
	const char *name = http_peer_options(a->peer)->name, *type, *rotated;
	AUTO(json_drop) json_t *doc = json_parse(ex->answer_body ? ex->answer_body : "", ex->answer_len, e);
	json_t *life;
	double life_s = LIFE_DEFAULT_S;

	if (ex->status != 200 || error_word(doc))
		return refused(a, doc, e);
	if (!doc)
		return err_prefix(e, "%s: token endpoint", name);
	type = json_string_value(json_object_get(doc, "token_type"));
	if (!token_ok(json_string_value(json_object_get(doc, "access_token"))) ||
		(type && strcasecmp(type, "bearer") != 0))
		return err_set(e, ERR_BROKEN, "%s: the token endpoint gave no bearer token", name);
	life = json_object_get(doc, "expires_in");
	/* A number by the standard, a text at some. */
	if (json_is_number(life))
		life_s = json_number_value(life);
	else if (json_is_string(life))
		life_s = atof(json_string_value(life));
	a->fresh_life_ms = life_s > 0 && life_s < 1e9 ? (uint64_t)(life_s * 1000) : 0;
	wipe(a->fresh);
	a->fresh = copy(json_string_value(json_object_get(doc, "access_token")));
	rotated = json_string_value(json_object_get(doc, "refresh_token"));
	if (a->options.grant == OAUTH_REFRESH_TOKEN && rotated && strcmp(rotated, a->refresh_token) != 0) {
		wipe(a->refresh_token);
		a->refresh_token = copy(rotated);
		a->unsaved = a->options.state_file != NULL;
	}
	return true;
}

static void exchange_done(struct op *op)
{
	struct oauth *a = container_of(op, struct oauth, exchange.op);
	struct err e = op->err;
	bool ok = e.kind == ERR_NONE && answer_read(a, &e);

	if (a->exchange.answer_body)
		OPENSSL_cleanse(a->exchange.answer_body, a->exchange.answer_len);
	OPENSSL_cleanse((char *)(uintptr_t)a->exchange.body, a->exchange.body_len);
	if (!ok) {
		fetch_end(a, &e);
	} else if (a->unsaved) {
		save_start(a);
	} else {
		token_adopt(a);
		fetch_end(a, NULL);
	}
}

/* ---- the request ---- */

static void add_form(struct buf *form, struct arena *arena, const char *name, const char *value)
{
	if (value)
		buf_addf(form, "%s%s=%s", form->len ? "&" : "", name, http_escape(arena, value));
}

/* RFC 6749, section 2.3.1: both parts are form-encoded before they are joined. */
static char *basic_authorization(struct oauth *a)
{
	const struct oauth_options *o = &a->options;
	char *pair = arena_printf(a->page, "%s:%s", http_escape(a->page, o->client_id),
		http_escape(a->page, o->client_secret ? o->client_secret : ""));
	unsigned char *encoded = arena_alloc(a->page, strlen(pair) * 4 / 3 + 5);

	EVP_EncodeBlock(encoded, (unsigned char *)pair, (int)strlen(pair));
	return arena_printf(a->page, "Basic %s", (char *)encoded);
}

static void fetch(struct oauth *a)
{
	const struct oauth_options *o = &a->options;
	BUF_AUTO struct buf form = {0};
	size_t n = 0;

	a->fetching = true;
	if (a->unsaved) {
		save_start(a);
		return;
	}
	a->page = arena_new();
	a->header[n++] = (struct http_header){"Content-Type", "application/x-www-form-urlencoded"};
	a->header[n++] = (struct http_header){"Accept", "application/json"};
	switch (o->grant) {
	case OAUTH_CLIENT_CREDENTIALS:
		add_form(&form, a->page, "grant_type", "client_credentials");
		break;
	case OAUTH_REFRESH_TOKEN:
		if (!a->loaded && o->state_file)
			state_load(a);
		a->loaded = true;
		add_form(&form, a->page, "grant_type", "refresh_token");
		add_form(&form, a->page, "refresh_token", a->refresh_token);
		break;
	}
	add_form(&form, a->page, "scope", o->scope);
	if (o->basic) {
		a->header[n++] = (struct http_header){"Authorization", basic_authorization(a)};
	} else {
		add_form(&form, a->page, "client_id", o->client_id);
		add_form(&form, a->page, "client_secret", o->client_secret);
	}
	a->exchange = (struct http_exchange){.op = {.loop = a->loop, .done = exchange_done},
		.peer = a->peer,
		.method = "POST",
		.url = o->token_url,
		.header = a->header,
		.nheader = n,
		.arena = a->page};
	a->exchange.body_len = form.len;
	a->exchange.body = arena_strndup(a->page, form.data, form.len);
	OPENSSL_cleanse(form.data, form.len);
	http_start(&a->exchange);
}

/* ---- the callers ---- */

static void get_cancel(struct op *op)
{
	struct waiter *w = op->impl;
	struct oauth *a = w->oauth;
	bool last = w->in_list.next == w->in_list.prev;

	w->canceled = true;
	if (!last) {
		waiter_end(w, NULL, NULL);
		return;
	}
	if (a->options.grant == OAUTH_CLIENT_CREDENTIALS)
		op_cancel(&a->exchange.op);
}

void oauth_start(struct oauth *a, struct oauth_get *get)
{
	struct waiter *w;

	op_begin(&get->op, get_cancel);
	get->token = NULL;
	if (a->token && loop_now(a->loop) < a->renew_at && !a->unsaved) {
		get->token = a->token;
		op_finish(&get->op);
		return;
	}
	w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->oauth = a;
	w->get = get;
	get->op.impl = w;
	list_append(&a->waiters, &w->in_list);
	if (!a->fetching)
		fetch(a);
}

void oauth_refused(struct oauth *a, const char *token)
{
	if (a->token && strcmp(a->token, token) == 0)
		a->renew_at = a->valid_until = 0;
}
