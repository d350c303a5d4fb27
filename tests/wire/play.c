/*
 * play.c - plays a transcript against the rest adapter: what it asks must be what stands there, and what it makes of
 * the answers too. No socket, virtual time.
 *
 *   endpoint          YAML lines up to a line with a dot: the endpoint
 *   pull TYPE [cursor] [complete] [limit=N]      cursor: the one that the pull before gave
 *   get TYPE KEY | find TYPE HUB_ID
 *   create TYPE hub_id=H token=T RECORD          RECORD: canonical JSON
 *   update TYPE KEY [version=V] [token=T] RECORD
 *   delete TYPE KEY [version=V]
 *   together          push lines up to a line with a dot: all of them begin in one turn of the loop; what comes of the
 *                     first is told as "= 1 ...", and so on
 *   > METHOD URL      the request that must come next, > Name: value with these headers, > body with this body (JSON is
 *                     compared as JSON); "> -" for a header that must not be there: > -If-Match
 *   < STATUS          its answer, < name: value with these headers, < body (several lines are one body)
 *   < reset           no answer: the connection is lost
 *   = ...             what came of it, line by line
 * Blank lines and lines that begin with # mean nothing.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "adapters/adapters.h"
#include "support/simhttp.h"
#include "support/simloop.h"
#include "wire/tell.h"

#define LINES_MAX 4000
#define TOGETHER_MAX 16

struct play {
	struct simloop sim;
	struct simhttp http;
	struct adapter_env env;
	struct arena *arena;
	struct diags diags;
	struct remote *remote;
	const char *file;
	char *line[LINES_MAX];
	size_t n, at;
	const char *cursor;
	struct buf told; /* what came of the op, as `=` lines */
	bool failed;
	unsigned done;
};

static struct play *playing;

__attribute__((format(printf, 2, 3))) static void wrong(struct play *p, const char *fmt, ...)
{
	va_list ap;

	if (p->failed)
		return;
	p->failed = true;
	fprintf(stderr, "%s:%zu: ", p->file, p->at);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static const char *secret(struct arena *arena, const struct yaml *ref, struct err *e)
{
	const struct yaml *name = yaml_get(ref, "credential");

	(void)e;
	return arena_strdup(arena, name->text);
}

/* The text after "> ", "< " or "= " of the next line that means something, if it begins so; else NULL. */
static const char *peek(struct play *p, char mark)
{
	while (p->at < p->n && (!p->line[p->at][0] || p->line[p->at][0] == '#'))
		p->at++;
	if (p->at == p->n || p->line[p->at][0] != mark)
		return NULL;
	return p->line[p->at][1] == ' ' ? p->line[p->at] + 2 : p->line[p->at] + 1;
}

static const char *take(struct play *p, char mark)
{
	const char *text = peek(p, mark);

	p->at += text != NULL;
	return text;
}

/* --- requests ------------------------------------------------------------------------------------------------- */

static bool is_header(const char *text)
{
	const size_t name = strcspn(text, ": ");

	return name && text[name] == ':' && text[name + 1] == ' ' && !strchr("{[\"", text[0]);
}

static const char *header_of(const struct http_exchange *x, const char *name, size_t n)
{
	for (size_t i = 0; i < x->nheader; i++)
		if (strlen(x->header[i].name) == n && !strncasecmp(x->header[i].name, name, n))
			return x->header[i].value;
	return NULL;
}

static void check_body(struct play *p, const struct http_exchange *x, const char *want)
{
	struct err e;
	AUTO(json_drop) json_t *a = json_parse(want, strlen(want), &e);
	AUTO(json_drop) json_t *b = json_parse(x->body ? x->body : "", x->body_len, &e);

	if (a ? !json_equal(a, b) : strcmp(want, x->body ? x->body : ""))
		wrong(p, "the body sent is %s", x->body ? x->body : "none");
}

static void check_request(struct play *p, const struct http_exchange *x)
{
	const char *want = take(p, '>');
	const char *is = arena_printf(p->arena, "%s %s", x->method, x->url);
	bool body = false;

	if (!want || strcmp(want, is)) {
		wrong(p, "asked: %s", is);
		return;
	}
	while ((want = take(p, '>'))) {
		const size_t name = strcspn(want, ":");
		const char *value = header_of(x, want, name);

		if (want[0] == '-') {
			if (header_of(x, want + 1, strlen(want + 1)))
				wrong(p, "header %s is sent", want + 1);
		} else if (!is_header(want)) {
			check_body(p, x, want);
			body = true;
		} else if (!value || strcmp(value, want + name + 2)) {
			wrong(p, "header %.*s is %s", (int)name, want, value ? value : "not sent");
		}
	}
	if (!body && x->body_len)
		wrong(p, "the body sent is %s", x->body);
}

static void serve(struct simhttp *sim, struct http_exchange *x)
{
	struct play *p = sim->ctx;
	BUF_AUTO struct buf body = {0};
	const char *text;
	unsigned status;

	check_request(p, x);
	text = take(p, '<');
	if (!text || !strcmp(text, "reset") || sscanf(text, "%3u", &status) != 1) {
		err_set(&x->op.err, ERR_AGAIN, "connection lost");
		return;
	}
	while ((text = take(p, '<'))) {
		if (is_header(text)) {
			const size_t n = strcspn(text, ":");

			simhttp_header(x, arena_strndup(x->arena, text, n), arena_strdup(x->arena, text + n + 2));
		} else {
			buf_adds(&body, text);
		}
	}
	simhttp_answer(x, status, arena_strdup(x->arena, body.data ? body.data : ""));
}

/* --- outcomes ------------------------------------------------------------------------------------------------- */

static void op_done(struct op *op)
{
	(void)op;
	playing->done++;
}

static void check_told(struct play *p)
{
	char *save = NULL;
	const char *want;

	for (char *line = strtok_r(p->told.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		want = take(p, '=');
		if (!want || strcmp(want, line))
			wrong(p, "came: = %s", line);
	}
	if (peek(p, '='))
		wrong(p, "did not come: = %s", peek(p, '='));
	buf_fini(&p->told);
}

/* --- commands ------------------------------------------------------------------------------------------------- */

/* "name=" within the words before the record; NULL if it is not there. */
static const char *option(struct play *p, const char *args, const char *name)
{
	const char *end = strchr(args, '{');

	for (const char *at = args; *at && (!end || at < end); at += strcspn(at, " "), at += strspn(at, " "))
		if (!strncmp(at, name, strlen(name)) && at[strlen(name)] == '=')
			return arena_strndup(p->arena, at + strlen(name) + 1, strcspn(at + strlen(name) + 1, " "));
	return NULL;
}

static const char *word(struct play *p, const char **at)
{
	const size_t n = strcspn(*at, " ");
	const char *w = arena_strndup(p->arena, *at, n);

	*at += n;
	*at += strspn(*at, " ");
	return w;
}

static void run(struct play *p, unsigned ops)
{
	simloop_run(&p->sim, NULL, NULL);
	if (p->done != ops)
		wrong(p, "%u of %u ops ended", p->done, ops);
	p->done = 0;
}

static void do_pull(struct play *p, enum record_type type, const char *args)
{
	const char *limit = option(p, args, "limit");
	struct pull pull = {.op = {.loop = &p->sim.loop, .done = op_done},
		.arena = p->arena,
		.type = type,
		.cursor = strstr(args, "cursor") ? p->cursor : NULL,
		.complete = strstr(args, "complete"),
		.limit = limit ? (size_t)atoi(limit) : 0};

	remote_pull(p->remote, &pull);
	run(p, 1);
	if (pull.op.err.kind) {
		tell_err(&p->told, &pull.op.err);
		return;
	}
	for (size_t i = 0; i < pull.n; i++)
		tell_item(&p->told, &pull.item[i]);
	buf_adds(&p->told, pull.more ? "more" : "end");
	if (pull.total >= 0)
		buf_addf(&p->told, " total=%lld", (long long)pull.total);
	buf_adds(&p->told, pull.next ? "\n" : " no cursor\n");
	p->cursor = pull.next;
}

static void do_get(struct play *p, enum record_type type, const char *args, bool find)
{
	const char *key = word(p, &args);
	struct get get = {.op = {.loop = &p->sim.loop, .done = op_done},
		.arena = p->arena,
		.type = type,
		.key = find ? NULL : key,
		.hub_id = find ? key : NULL};

	remote_get(p->remote, &get);
	run(p, 1);
	if (get.op.err.kind)
		tell_err(&p->told, &get.op.err);
	else if (get.found)
		tell_item(&p->told, &get.item);
	else
		buf_adds(&p->told, "none\n");
}

static bool push_parse(struct play *p, enum push_kind kind, enum record_type type, const char *args, struct push *push)
{
	const char *json = strchr(args, '{');
	struct err e = {0};
	AUTO(json_drop) json_t *doc = json ? json_parse(json, strlen(json), &e) : NULL;

	*push = (struct push){.op = {.loop = &p->sim.loop, .done = op_done},
		.arena = p->arena,
		.kind = kind,
		.type = type,
		.version = option(p, args, "version"),
		.hub_id = option(p, args, "hub_id"),
		.token = option(p, args, "token")};
	if (kind != PUSH_CREATE)
		push->key = word(p, &args);
	if (json)
		push->record = doc ? record_parse(p->arena, type, doc, &e) : NULL;
	if (json && !push->record) {
		wrong(p, "record: %s: %s", e.field, e.text);
		return false;
	}
	for (unsigned f = 0; push->record && f < RECORD_FIELDS_MAX; f++)
		if (push->record->v[f])
			push->fields |= FIELD_BIT(f);
	return true;
}

static void do_push(struct play *p, enum push_kind kind, enum record_type type, const char *args)
{
	struct push push;

	if (!push_parse(p, kind, type, args, &push))
		return;
	remote_push(p->remote, &push);
	run(p, 1);
	tell_push(&p->told, &push, "");
}

static bool push_kind_parse(const char *text, enum push_kind *kind)
{
	static const char *const name[] = {
		[PUSH_CREATE] = "create", [PUSH_UPDATE] = "update", [PUSH_DELETE] = "delete"};

	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		if (!strcmp(name[i], text)) {
			*kind = (enum push_kind)i;
			return true;
		}
	}
	return false;
}

static void do_together(struct play *p)
{
	struct push push[TOGETHER_MAX];
	unsigned n = 0;

	for (; p->at < p->n && strcmp(p->line[p->at], "."); p->at++) {
		const char *args = p->line[p->at];
		enum record_type type;
		enum push_kind kind;

		if (!p->remote || n == TOGETHER_MAX || !push_kind_parse(word(p, &args), &kind) ||
			!record_type_parse(word(p, &args), &type) || !push_parse(p, kind, type, args, &push[n])) {
			wrong(p, "not understood: %s", p->line[p->at]);
			return;
		}
		n++;
	}
	p->at++;
	for (unsigned i = 0; i < n; i++)
		remote_push(p->remote, &push[i]);
	run(p, n);
	for (unsigned i = 0; i < n; i++)
		tell_push(&p->told, &push[i], arena_printf(p->arena, "%u ", i + 1));
	check_told(p);
}

static void close_remote(struct play *p)
{
	struct op op = {.loop = &p->sim.loop, .done = op_done};

	if (!p->remote)
		return;
	remote_close(p->remote, &op);
	run(p, 1);
	p->remote = NULL;
}

static void do_endpoint(struct play *p)
{
	BUF_AUTO struct buf text = {0};
	struct yaml *conf;

	close_remote(p);
	while (p->at < p->n && strcmp(p->line[p->at], "."))
		buf_addf(&text, "%s\n", p->line[p->at++]);
	p->at++;
	conf = yaml_parse(p->arena, p->file, text.data, text.len, &p->diags);
	if (conf)
		p->remote = rest_adapter.open(&p->env, "partner", conf, &p->diags);
	for (size_t i = 0; i < p->diags.n; i++)
		wrong(p, "%s", p->diags.line[i]);
}

static void do_command(struct play *p, const char *line)
{
	const char *args = line;
	const char *what = word(p, &args);
	enum record_type type;
	enum push_kind kind;

	if (!strcmp(what, "endpoint") || !strcmp(what, "together")) {
		(*what == 'e' ? do_endpoint : do_together)(p);
		return;
	}
	if (!p->remote || !record_type_parse(word(p, &args), &type)) {
		wrong(p, "not understood: %s", line);
		return;
	}
	if (!strcmp(what, "pull"))
		do_pull(p, type, args);
	else if (!strcmp(what, "get") || !strcmp(what, "find"))
		do_get(p, type, args, what[0] == 'f');
	else if (push_kind_parse(what, &kind))
		do_push(p, kind, type, args);
	else
		wrong(p, "not understood: %s", line);
	check_told(p);
}

static bool play_file(const char *file)
{
	struct play p = {.file = file};
	FILE *f = fopen(file, "r");
	AUTO(free) char *line = NULL;
	size_t cap = 0;

	if (!f) {
		perror(file);
		return false;
	}
	for (; p.n < LINES_MAX && getline(&line, &cap, f) >= 0; line = NULL, cap = 0) {
		line[strcspn(line, "\n")] = 0;
		p.line[p.n++] = line;
	}
	fclose(f);
	playing = &p;
	simloop_init(&p.sim, 1);
	p.sim.wall = INT64_C(1767225600000); /* 2026-01-01 */
	simhttp_init(&p.http, serve, &p);
	p.arena = arena_new();
	p.diags.arena = p.arena;
	p.env = (struct adapter_env){.loop = &p.sim.loop,
		.http = &p.http.http,
		.config_dir = SOURCE_DIR,
		.state_dir = ".",
		.manifest_path = SOURCE_DIR "/adapters/manifests",
		.secret = secret};
	while (!p.failed && p.at < p.n) {
		const char *command = p.line[p.at++];

		if (command[0] && command[0] != '#')
			do_command(&p, command);
	}
	close_remote(&p);
	simloop_fini(&p.sim);
	buf_fini(&p.told);
	arena_free(p.arena);
	for (size_t i = 0; i < p.n; i++)
		free(p.line[i]);
	return !p.failed;
}

int main(int argc, char **argv)
{
	bool ok = argc > 1;

	for (int i = 1; i < argc; i++)
		ok &= play_file(argv[i]);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
