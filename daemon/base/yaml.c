#include "base/yaml.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#define SIZE_MOST ((size_t)1 << 20)
#define DEPTH_MOST 32
#define LINES_MOST 100

static void diag_line(struct diags *d, const char *line)
{
	if (d->n < LINES_MOST) {
		if (d->n + 1 >= d->cap) {
			const char **grown = arena_array(d->arena, const char *, d->cap * 2 + 8);

			if (d->n)
				memcpy(grown, d->line, d->n * sizeof *grown);
			d->line = grown;
			d->cap = d->cap * 2 + 8;
		}
		d->line[d->n++] = line;
		return;
	}
	d->n = LINES_MOST + 1;
	d->line[LINES_MOST] = arena_printf(d->arena, "and %zu more", ++d->more);
}

static char *diag_text(struct diags *d, const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	assert(n >= 0);
	text = arena_alloc(d->arena, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}

void diag_add(struct diags *d, const struct yaml *where, const char *fmt, ...)
{
	va_list ap;
	const char *what;

	va_start(ap, fmt);
	what = diag_text(d, fmt, ap);
	va_end(ap);
	diag_line(d, arena_printf(d->arena, "%s:%u:%u: %s%s%s", where->file, where->line, where->column, where->path,
			     *where->path ? ": " : "", what));
}

void diag_add_plain(struct diags *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_line(d, diag_text(d, fmt, ap));
	va_end(ap);
}

struct reader {
	struct arena *arena;
	struct diags *diags;
	const char *file;
	yaml_parser_t parser;
	yaml_event_t event; /* the one looked at */
	bool broken;	    /* syntax: nothing more can be read */
};

static void reader_fini(struct reader *r)
{
	yaml_event_delete(&r->event);
	yaml_parser_delete(&r->parser);
}

__attribute__((format(printf, 3, 4))) static void fault(struct reader *r, const yaml_mark_t *at, const char *fmt, ...)
{
	struct yaml where = {
		.file = r->file, .line = (unsigned)at->line + 1, .column = (unsigned)at->column + 1, .path = ""};
	va_list ap;
	const char *what;

	va_start(ap, fmt);
	what = diag_text(r->diags, fmt, ap);
	va_end(ap);
	diag_add(r->diags, &where, "%s", what);
}

static void next(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;

	if (r->broken)
		return;
	yaml_event_delete(&r->event);
	if (yaml_parser_parse(&r->parser, &r->event))
		return;
	r->broken = true;
	if (p->error == YAML_MEMORY_ERROR)
		abort();
	if (p->error == YAML_READER_ERROR)
		fault(r, &p->mark, "%s (byte %zu)", p->problem, p->problem_offset);
	else if (p->context)
		fault(r, &p->problem_mark, "%s %s that began in line %zu", p->problem, p->context,
			p->context_mark.line + 1);
	else
		fault(r, &p->problem_mark, "%s", p->problem);
}

static bool at(const struct reader *r, yaml_event_type_t type)
{
	return !r->broken && r->event.type == type;
}

static void refuse_properties(struct reader *r, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		fault(r, &r->event.start_mark, "anchors (&) are not allowed here: write the value out");
	if (tag)
		fault(r, &r->event.start_mark, "tags (!) are not allowed here: write the bare value");
}

static const char *path_key(struct arena *a, const char *path, const char *key)
{
	return *path ? arena_printf(a, "%s.%s", path, key) : key;
}

static struct yaml *read_node(struct reader *, const char *path, unsigned depth);

static const char *read_text(struct reader *r)
{
	const char *text = (const char *)r->event.data.scalar.value;
	size_t n = r->event.data.scalar.length;

	if (memchr(text, '\0', n))
		fault(r, &r->event.start_mark, "a NUL in a text");
	return arena_strndup(r->arena, text, n);
}

static void add_child(struct arena *a, struct yaml *in, struct yaml *child, size_t *cap)
{
	if (in->n == *cap) {
		struct yaml **grown = arena_array(a, struct yaml *, *cap * 2 + 8);

		if (in->n)
			memcpy(grown, in->child, in->n * sizeof(*grown));
		in->child = grown;
		*cap = *cap * 2 + 8;
	}
	in->child[in->n++] = child;
}

static void read_sequence(struct reader *r, struct yaml *y, unsigned depth)
{
	size_t cap = 0;

	for (next(r); !r->broken && !at(r, YAML_SEQUENCE_END_EVENT);)
		add_child(r->arena, y, read_node(r, arena_printf(r->arena, "%s[%zu]", y->path, y->n), depth + 1), &cap);
}

static int by_key(const void *a, const void *b)
{
	const struct yaml *x = *(const struct yaml *const *)a, *y = *(const struct yaml *const *)b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	return x->key_line != y->key_line ? (x->key_line < y->key_line ? -1 : 1)
					  : (int)x->key_column - (int)y->key_column;
}

static void refuse_duplicates(struct reader *r, const struct yaml *y)
{
	struct yaml **sorted;

	if (y->n < 2)
		return;
	sorted = arena_copy(r->arena, y->child, y->n * sizeof(*sorted));
	qsort(sorted, y->n, sizeof(*sorted), by_key);
	for (size_t i = 1; i < y->n; i++) {
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0) {
			yaml_mark_t mark = {.line = sorted[i]->key_line - 1, .column = sorted[i]->key_column - 1};

			fault(r, &mark, "%s: this key already stands in line %u", sorted[i]->path,
				sorted[i - 1]->key_line);
		}
	}
}

static void read_mapping(struct reader *r, struct yaml *y, unsigned depth)
{
	size_t cap = 0;

	for (next(r); !r->broken && !at(r, YAML_MAPPING_END_EVENT);) {
		yaml_mark_t mark = r->event.start_mark;
		struct yaml *child;
		const char *key;

		if (!at(r, YAML_SCALAR_EVENT)) {
			fault(r, &mark, "a key must be a plain word");
			read_node(r, y->path, depth + 1);
			read_node(r, y->path, depth + 1);
			continue;
		}
		refuse_properties(r, r->event.data.scalar.anchor, r->event.data.scalar.tag);
		key = read_text(r);
		next(r);
		child = read_node(r, path_key(r->arena, y->path, key), depth + 1);
		child->key = key;
		child->key_line = (unsigned)mark.line + 1;
		child->key_column = (unsigned)mark.column + 1;
		add_child(r->arena, y, child, &cap);
	}
	refuse_duplicates(r, y);
}

/* Reads the node that the current event begins, and the event behind it. Never NULL. */
static struct yaml *read_node(struct reader *r, const char *path, unsigned depth)
{
	struct yaml *y = arena_new_of(r->arena, struct yaml);
	const yaml_event_t *e = &r->event;

	*y = (struct yaml){.kind = YAML_SCALAR, .file = r->file, .path = path, .text = ""};
	if (r->broken)
		return y;
	y->line = (unsigned)e->start_mark.line + 1;
	y->column = (unsigned)e->start_mark.column + 1;
	if (depth > DEPTH_MOST) {
		fault(r, &e->start_mark, "nested over %d levels", DEPTH_MOST);
		r->broken = true;
		return y;
	}
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		refuse_properties(r, e->data.scalar.anchor, e->data.scalar.tag);
		y->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
		y->text = read_text(r);
		break;
	case YAML_SEQUENCE_START_EVENT:
		refuse_properties(r, e->data.sequence_start.anchor, e->data.sequence_start.tag);
		y->kind = YAML_SEQUENCE;
		read_sequence(r, y, depth);
		break;
	case YAML_MAPPING_START_EVENT:
		refuse_properties(r, e->data.mapping_start.anchor, e->data.mapping_start.tag);
		y->kind = YAML_MAPPING;
		read_mapping(r, y, depth);
		break;
	case YAML_ALIAS_EVENT:
		fault(r, &e->start_mark, "aliases (*) are not allowed here: write the value out");
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		assert(false && "libyaml sends these elsewhere");
	}
	next(r);
	return y;
}

static struct yaml *empty_mapping(struct reader *r)
{
	struct yaml *y = arena_new_of(r->arena, struct yaml);

	*y = (struct yaml){.kind = YAML_MAPPING, .file = r->file, .line = 1, .column = 1, .path = ""};
	return y;
}

struct yaml *yaml_parse(struct arena *a, const char *name, const char *text, size_t n, struct diags *d)
{
	__attribute__((cleanup(reader_fini))) struct reader r = {.arena = a, .diags = d, .file = arena_strdup(a, name)};
	size_t faults = d->n + d->more;
	struct yaml *y = NULL;

	if (!yaml_parser_initialize(&r.parser))
		abort();
	if (n > SIZE_MOST) {
		diag_add_plain(d, "%s: larger than 1 MiB", name);
		return NULL;
	}
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, n);
	next(&r);
	next(&r);
	if (at(&r, YAML_DOCUMENT_START_EVENT)) {
		next(&r);
		y = read_node(&r, "", 1);
		if (at(&r, YAML_DOCUMENT_END_EVENT))
			next(&r);
		if (at(&r, YAML_DOCUMENT_START_EVENT))
			fault(&r, &r.event.start_mark, "a second document begins here: one file, one document");
	}
	if (d->n + d->more > faults)
		return NULL;
	return y && !yaml_is_null(y) ? y : empty_mapping(&r);
}

struct yaml *yaml_load(struct arena *a, const char *path, struct diags *d)
{
	AUTO(free) char *text = NULL;
	struct stat st;
	size_t n = 0;
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) != 0 ||
		(!S_ISREG(st.st_mode) && (errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL))) {
		diag_add_plain(d, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	text = malloc(SIZE_MOST + 1);
	if (!text)
		abort();
	while (n <= SIZE_MOST && (got = read(fd, text + n, SIZE_MOST + 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	if (got < 0) {
		diag_add_plain(d, "%s: %s", path, strerror(errno));
		return NULL;
	}
	return yaml_parse(a, path, text, n, d);
}

struct yaml *yaml_get(const struct yaml *mapping, const char *key)
{
	if (mapping->kind != YAML_MAPPING)
		return NULL;
	for (size_t i = 0; i < mapping->n; i++) {
		if (strcmp(mapping->child[i]->key, key) == 0)
			return mapping->child[i];
	}
	return NULL;
}

bool yaml_is_null(const struct yaml *y)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	if (y->kind != YAML_SCALAR || y->quoted)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(y->text, words[i]) == 0)
			return true;
	}
	return false;
}
