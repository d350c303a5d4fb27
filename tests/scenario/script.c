#include "scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words are ended by blanks; "..." keeps them together, anywhere in a word. */
static bool split(struct arena *arena, struct line *l)
{
	const char *p = l->text;

	for (;;) {
		char *out, *end;
		bool quoted = false;

		p += strspn(p, " \t");
		if (!*p || *p == '#')
			return true;
		if (l->n == WORDS_MAX)
			return false;
		out = end = arena_alloc(arena, strlen(p) + 1);
		for (; *p && (quoted || (*p != ' ' && *p != '\t')); p++)
			if (*p == '"')
				quoted = !quoted;
			else
				*end++ = *p;
		if (quoted)
			return false;
		l->word[l->n++] = out;
	}
}

struct reading {
	struct arena *arena;
	struct script *script;
	size_t room;
};

static bool add_line(struct reading *r, unsigned number, const char *text)
{
	struct script *s = r->script;
	struct line l = {.number = number, .text = text};

	if (!split(r->arena, &l)) {
		fprintf(stderr, "%s:%u: an open quote, or too many words\n", s->file, number);
		return false;
	}
	if (!l.n)
		return true;
	if (s->n == r->room) {
		struct line *more = arena_array(r->arena, struct line, r->room = r->room ? r->room * 2 : 64);

		if (s->n)
			memcpy(more, s->line, s->n * sizeof *more);
		s->line = more;
	}
	s->line[s->n++] = l;
	return true;
}

/* {1..20} repeats its line with each number there and wherever {} stands. */
static bool add_lines(struct reading *r, unsigned number, const char *text)
{
	const char *range = strchr(text, '{');
	unsigned first, last;
	int len = 0;

	if (!range || sscanf(range, "{%u..%u}%n", &first, &last, &len) != 2 || !len)
		return add_line(r, number, text);
	for (unsigned i = first; i <= last; i++) {
		char *line = arena_printf(r->arena, "%.*s%u%s", (int)(range - text), text, i, range + len);

		for (char *hole; (hole = strstr(line, "{}"));)
			line = arena_printf(r->arena, "%.*s%u%s", (int)(hole - line), line, i, hole + 2);
		if (!add_line(r, number, line))
			return false;
	}
	return true;
}

struct script *script_read(struct arena *arena, const char *path)
{
	struct reading r = {.arena = arena, .script = arena_new_of(arena, struct script)};
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t cap = 0;
	unsigned number = 0;
	ssize_t len;
	bool ok = true;

	if (!f) {
		perror(path);
		return NULL;
	}
	r.script->file = path;
	while (ok && (len = getline(&text, &cap, f)) >= 0) {
		if (len && text[len - 1] == '\n')
			text[len - 1] = '\0';
		ok = add_lines(&r, ++number, arena_strdup(arena, text));
	}
	free(text);
	fclose(f);
	return ok ? r.script : NULL;
}
