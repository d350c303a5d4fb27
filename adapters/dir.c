/*
 * dir.c - a folder of JSON files, one per record: <path>/<type>/<key>.json. The simplest real adapter: read it first.
 *
 *   endpoint: { adapter: dir, path: records, types: [organization, contact] }
 *
 * A file holds the record in canonical form (doorstroom fields shows it), and, where the hub created it, "hub_id".
 * A version is the hash of the file. A record the hub creates is called by its hub id, so that creating it twice is
 * creating it once, and finding it is opening it. Writes are a new file renamed over the old one, so that a reader
 * sees the one or the other. There is no change feed: every pull is a complete scan, page by page in name order.
 * The folder of every type must be there, empty if there is nothing yet: one that is not there, as when a disk is not
 * mounted, is a fault and never the news that all its records are gone.
 *
 * Every op is one work on the thread pool, and the work touches nothing but the op and the constant struct dir.
 */
#include "adapters/adapters.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/options.h"
#include "base/utf8.h"
#include "io/wait.h"

#define FILE_MAX (1024 * 1024)
#define KEY_LEN_MAX 200
#define PAGE_DEFAULT 500

struct dir {
	struct remote remote;
	struct arena *arena;
	const char *path;
};

/* One op in flight. */
struct dir_call {
	struct work work;
	struct dir *dir;
	struct op *op; /* the caller's */
	struct pull *pull;
	struct get *get;
	struct push *push;
};

/* A key is a file name: no separator, no dot in front, so that it cannot leave the folder; and text. */
static bool key_ok(const char *key)
{
	const size_t len = strlen(key);

	return len && key[0] != '.' && len <= KEY_LEN_MAX && !strchr(key, '/') && utf8_valid(key, len);
}

static const char *file_of(struct arena *arena, const char *key)
{
	return arena_printf(arena, "%s.json", key);
}

static bool system_error(struct err *e, const char *what)
{
	const int cause = errno;

	if (cause == ENOENT)
		return err_set(e, ERR_GONE, "%s: no such file", what);
	if (cause == EACCES || cause == EPERM || cause == EROFS)
		return err_set(e, ERR_DENIED, "%s: %s", what, strerror(cause));
	return err_set(e, ERR_AGAIN, "%s: %s", what, strerror(cause));
}

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* -1 if it cannot be opened. Files are opened from it: one that is missing is then missing there, and not because the
 * folder went away meanwhile. */
static int folder_open(const struct dir *d, struct arena *arena, enum record_type type, struct err *e)
{
	const char *name = record_type_name(type);
	const int fd = open(arena_printf(arena, "%s/%s", d->path, name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		err_set(e, ERR_AGAIN, "no such folder: %s; make it if there is nothing yet", name);
	else if (fd < 0)
		system_error(e, "open folder");
	return fd;
}

static bool file_read(int folder, const char *name, struct arena *arena, char **text, size_t *len, struct err *e)
{
	__attribute__((cleanup(fd_close))) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st))
		return system_error(e, "read");
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
		return err_set(e, ERR_ITEM, "not a regular file of at most %d bytes", FILE_MAX);
	*text = arena_alloc(arena, (size_t)st.st_size + 1);
	for (*len = 0; *len < (size_t)st.st_size; *len += (size_t)n) {
		n = read(fd, *text + *len, (size_t)st.st_size - *len);
		if (n < 0)
			return system_error(e, "read");
		if (!n)
			break;
	}
	return true;
}

/* False: the file is not there or cannot be read. A file that makes no sense is an unusable item; then *doc is NULL. */
static bool item_read(int folder, struct arena *arena, enum record_type type, const char *key, struct item *item,
	json_t **doc, struct err *e)
{
	char *text = NULL;
	size_t len = 0;

	*item = (struct item){.type = type, .key = arena_strdup(arena, key)};
	*doc = NULL;
	if (!file_read(folder, file_of(arena, key), arena, &text, &len, e)) {
		if (e->kind != ERR_ITEM)
			return false;
		item->err = *e;
		item->raw = "";
		*e = (struct err){0};
		return true;
	}
	item->version = arena_printf(arena, "%016llx", (unsigned long long)hash_bytes(text, len, 0));
	*doc = json_parse(text, len, &item->err);
	if (*doc) {
		const json_t *hub_id = json_object_get(*doc, "hub_id");
		AUTO(json_drop) json_t *fields = json_copy(*doc);

		item->hub_id = json_text(arena, hub_id);
		if (json_is_object(fields))
			json_object_del(fields, "hub_id");
		item->record = record_parse(arena, type, fields, &item->err);
	}
	if (!item->record) {
		item->err.kind = ERR_ITEM;
		item->raw = adapter_raw(arena, text, len);
	}
	return true;
}

static int record_file(const struct dirent *e)
{
	const size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 5 && n <= KEY_LEN_MAX + 5 && !strcmp(e->d_name + n - 5, ".json");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* A file whose name is no text has no key: what can be shown of the name stands for it. */
static void item_unnamed(struct arena *arena, enum record_type type, const char *name, struct item *item)
{
	*item = (struct item){.type = type, .key = adapter_raw(arena, name, strlen(name)), .raw = ""};
	err_set(&item->err, ERR_ITEM, "the file's name is not UTF-8");
}

/* The cursor is the name of the last file of the page before. */
static bool pull_run(const struct dir *d, struct pull *p, struct err *e)
{
	__attribute__((cleanup(fd_close))) int folder = folder_open(d, p->arena, p->type, e);
	const size_t limit = p->limit ? p->limit : PAGE_DEFAULT;
	struct dirent **name = NULL;
	const int n = folder < 0 ? -1 : scandirat(folder, ".", &name, record_file, by_name);
	bool ok = true;

	if (n < 0)
		return folder >= 0 && system_error(e, "list");
	p->item = arena_array(p->arena, struct item, limit);
	p->total = n;
	for (int i = 0; i < n; i++) {
		AUTO(free) struct dirent *entry = name[i];
		AUTO(json_drop) json_t *doc = NULL;
		const char *key;

		if (!ok || p->more || (p->cursor && strcmp(entry->d_name, p->cursor) <= 0))
			continue;
		if (p->n == limit) {
			p->more = true;
			continue;
		}
		key = arena_strndup(p->arena, entry->d_name, strlen(entry->d_name) - 5);
		p->next = arena_strdup(p->arena, entry->d_name);
		if (!utf8_valid(key, strlen(key)))
			item_unnamed(p->arena, p->type, key, &p->item[p->n++]);
		else if (item_read(folder, p->arena, p->type, key, &p->item[p->n], &doc, e))
			p->n++;
		else if (e->kind == ERR_GONE)
			*e = (struct err){0};
		else
			ok = false;
	}
	free(name);
	if (!p->more)
		p->next = NULL;
	return ok;
}

static bool get_run(const struct dir *d, struct get *g, struct err *e)
{
	__attribute__((cleanup(fd_close))) int folder = folder_open(d, g->arena, g->type, e);
	AUTO(json_drop) json_t *doc = NULL;
	const char *key = g->key ? g->key : g->hub_id;

	g->found = folder >= 0 && key_ok(key) && item_read(folder, g->arena, g->type, key, &g->item, &doc, e);
	if (g->raw && doc) {
		AUTO(free) char *text = json_dumps(doc, JSON_COMPACT);

		g->item.raw = adapter_raw(g->arena, text, strlen(text));
	}
	if (e->kind == ERR_GONE)
		*e = (struct err){0};
	return !e->kind;
}

static bool file_write(int folder, struct push *p, const char *key, json_t *doc, struct err *e)
{
	const char *beside = arena_printf(p->arena, ".%s.new", key);
	AUTO(free) char *text = json_canonical(doc);
	const size_t len = strlen(text);
	__attribute__((cleanup(fd_close))) int fd =
		openat(folder, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len || fsync(fd) ||
		renameat(folder, beside, folder, file_of(p->arena, key)) || fsync(folder))
		return system_error(e, "write");
	p->sent = true;
	p->out_key = arena_strdup(p->arena, key);
	p->out_version = arena_printf(p->arena, "%016llx", (unsigned long long)hash_bytes(text, len, 0));
	return true;
}

static void fields_set(const struct push *p, json_t *doc)
{
	for (unsigned f = 0; f < field_count(p->type); f++)
		if (p->fields & FIELD_BIT(f) && p->record->v[f])
			json_object_set_new(
				doc, field_at(p->type, f)->name, value_json(field_at(p->type, f), p->record->v[f]));
}

static bool push_run(const struct dir *d, struct push *p, struct err *e)
{
	__attribute__((cleanup(fd_close))) int folder = folder_open(d, p->arena, p->type, e);
	const char *key = p->kind == PUSH_CREATE ? p->hub_id : p->key;
	AUTO(json_drop) json_t *doc = NULL;
	struct item now;
	bool there;

	if (folder < 0)
		return false;
	if (!key || !key_ok(key))
		return err_set(e, ERR_ITEM, "the key cannot be a file name");
	there = item_read(folder, p->arena, p->type, key, &now, &doc, e);
	if (!there && (e->kind != ERR_GONE || p->kind != PUSH_CREATE))
		return false;
	*e = (struct err){0};
	if (there && p->version && strcmp(p->version, now.version ? now.version : ""))
		return err_set(e, ERR_CONFLICT, "the file is no longer version %s", p->version);
	if (p->kind == PUSH_DELETE) {
		p->sent = true;
		return !unlinkat(folder, file_of(p->arena, key), 0) || system_error(e, "delete");
	}
	if (there && p->kind == PUSH_CREATE) {
		p->out_key = key;
		p->out_version = now.version;
		return true;
	}
	if (there && !json_is_object(doc))
		return err_set(e, ERR_ITEM, "the file there is no record");
	if (!doc) {
		doc = json_object();
		json_object_set_new(doc, "hub_id", json_string(key));
	}
	fields_set(p, doc);
	return file_write(folder, p, key, doc, e);
}

static void dir_run(struct work *w)
{
	struct dir_call *c = container_of(w, struct dir_call, work);

	if (c->pull)
		pull_run(c->dir, c->pull, &w->op.err);
	else if (c->get)
		get_run(c->dir, c->get, &w->op.err);
	else
		push_run(c->dir, c->push, &w->op.err);
}

static void dir_done(struct op *op)
{
	struct dir_call *c = container_of(op, struct dir_call, work.op);

	c->op->err = op->err;
	op_finish(c->op);
	free(c);
}

static void dir_cancel(struct op *op)
{
	struct dir_call *c = op->impl;

	op_cancel(&c->work.op);
}

static void dir_start(struct remote *r, struct op *op, struct dir_call call)
{
	struct dir_call *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	*c = call;
	c->dir = container_of(r, struct dir, remote);
	c->op = op;
	c->work.op.loop = op->loop;
	c->work.op.done = dir_done;
	c->work.run = dir_run;
	op_begin(op, dir_cancel);
	op->impl = c;
	work_start(&c->work);
}

static void dir_pull(struct remote *r, struct pull *p)
{
	dir_start(r, &p->op, (struct dir_call){.pull = p});
}

static void dir_get(struct remote *r, struct get *g)
{
	dir_start(r, &g->op, (struct dir_call){.get = g});
}

static void dir_push(struct remote *r, struct push *p)
{
	dir_start(r, &p->op, (struct dir_call){.push = p});
}

struct dir_conf {
	const char *adapter, *path;
	struct option_list types;
};

static const struct option dir_options[] = {
	OPTION("adapter", TEXT, dir_conf, adapter, "dir"),
	OPTION("path", TEXT, dir_conf, path, "the folder; a relative one starts at the configuration's",
		.required = true),
	OPTION("types", LIST, dir_conf, types, "the record types kept there; all if not given"),
	{0},
};

static struct remote *dir_open(
	const struct adapter_env *env, const char *partner, const struct yaml *conf, struct diags *diags)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct dir_conf options = {0};
	struct dir *d = arena_new_of(arena, struct dir);
	struct remote *r = &d->remote;

	if (!options_read(arena, dir_options, conf, &options, diags) ||
		!adapter_types(&options.types, yaml_get(conf, "types"), &r->types, diags))
		return NULL;
	d->path = arena_strdup(arena, adapter_path(env, arena, options.path));
	r->adapter = &dir_adapter;
	r->env = env;
	r->partner = arena_strdup(arena, partner);
	r->caps = ADAPTER_CAN_COMPLETE | ADAPTER_CAN_GET | ADAPTER_CAN_FIND | ADAPTER_CAN_CREATE | ADAPTER_CAN_UPDATE |
		  ADAPTER_CAN_DELETE | ADAPTER_CAN_CONDITIONAL | ADAPTER_CAN_IDEMPOTENT | ADAPTER_CAN_VERSIONS;
	for (unsigned t = 0; t < RECORD_TYPES; t++)
		if (r->types & 1u << t)
			r->readable[t] = r->writable[t] = adapter_all_fields((enum record_type)t);
	d->arena = steal(arena);
	return r;
}

static void dir_close(struct remote *r, struct op *op)
{
	struct dir *d = container_of(r, struct dir, remote);

	op_begin(op, NULL);
	op_finish(op);
	arena_free(d->arena);
}

const struct adapter dir_adapter = {
	.name = "dir",
	.help = "a folder of JSON files, one per record",
	.open = dir_open,
	.pull = dir_pull,
	.get = dir_get,
	.push = dir_push,
	.close = dir_close,
};
