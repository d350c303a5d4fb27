#include "adapters/rest_template.h"

#include <string.h>

#include "adapters/adapters.h"
#include "base/time.h"

enum form { FORM_PLAIN, FORM_INT, FORM_QUOTE, FORM_TEXT, FORM_TIME };

/* A stretch of text, or a place. */
struct part {
	const char *text; /* stretch; or what stands there otherwise, or NULL */
	bool place;
	enum slot slot;
	enum form form;
	const char *argument; /* FORM_TIME: strftime form, or NULL; SLOT_BODY, SLOT_RECORD: JSON Pointer */
	bool number;	      /* FORM_TIME: a JSON number */
};

struct template
{
	struct part *part;
	size_t n;
	unsigned slots;
};

struct template_json {
	enum { NODE_CONSTANT, NODE_TEXT, NODE_OBJECT, NODE_ARRAY } kind;
	const char *key;
	const struct yaml *constant;
	struct template *text;
	struct template_json **child;
	size_t n;
};

static const char *const slot_name[] = {
#define X(slot, name) name,
	SLOT_LIST(X)
#undef X
};

static const char *var_find(const struct template_vars *vars, const char *name)
{
	for (size_t i = 0; i < vars->n; i++)
		if (!strcmp(vars->name[i], name))
			return vars->value[i];
	return NULL;
}

static bool slot_find(const char *name, enum slot *out)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (!strcmp(slot_name[i], name)) {
			*out = (enum slot)i;
			return true;
		}
	}
	return false;
}

static const char *slot_nearest(struct arena *arena, const char *name, unsigned allowed)
{
	const char **candidate = arena_array(arena, const char *, SLOTS);
	size_t n = 0;

	for (unsigned i = 0; i < SLOTS; i++)
		if (allowed & 1u << i)
			candidate[n++] = slot_name[i];
	return nearest_word(name, candidate, n);
}

static bool form_compile(struct arena *arena, const char *form, struct part *p)
{
	if (!form[0]) {
		p->form = p->slot == SLOT_SINCE || p->slot == SLOT_NOW || p->slot == SLOT_TIMESTAMP ? FORM_TIME
												    : FORM_PLAIN;
		return true;
	}
	if (!strcmp(form, "int"))
		p->form = FORM_INT;
	else if (!strcmp(form, "quote"))
		p->form = FORM_QUOTE;
	else if (!strcmp(form, "text"))
		p->form = FORM_TEXT;
	else {
		p->number = !strncmp(form, "int:", 4);
		form += p->number ? 4 : 0;
		p->form = FORM_TIME;
		p->argument = arena_strdup(arena, form);
		return form[0] == '%' && (p->slot == SLOT_SINCE || p->slot == SLOT_NOW);
	}
	return true;
}

/* inside: what stands between the braces. */
static bool place_compile(struct arena *arena, char *inside, struct part *p, const struct yaml *where, unsigned allowed,
	const struct template_vars *vars, struct diags *diags)
{
	char *otherwise = strchr(inside, '|'), *form, *pointer;
	const char *near;

	if (otherwise)
		*otherwise++ = 0;
	form = strchr(inside, ':');
	if (form)
		*form++ = 0;
	if (!strncmp(inside, "var.", 4)) {
		p->form = form && !strcmp(form, "int") ? FORM_INT : FORM_PLAIN;
		p->text = var_find(vars, inside + 4);
		if (!p->text)
			p->text = otherwise;
		if (!p->text) {
			near = nearest_word(inside + 4, vars->name, vars->n);
			diag_add(diags, where, "${%s}: no such variable%s%s%s", inside,
				near ? " (did you mean var." : "", near ? near : "", near ? "?)" : "");
		}
		return p->text;
	}
	pointer = strchr(inside, '/');
	if (pointer) {
		p->argument = arena_strdup(arena, pointer);
		*pointer = 0;
	}
	p->place = true;
	p->text = otherwise;
	if (!slot_find(inside, &p->slot) || !(allowed & 1u << p->slot)) {
		near = slot_nearest(arena, inside, allowed);
		diag_add(diags, where, "${%s} has no value here%s%s%s", inside, near ? " (did you mean " : "",
			near ? near : "", near ? "?)" : "");
		return false;
	}
	if ((pointer && ((p->slot != SLOT_BODY && p->slot != SLOT_RECORD) || !json_pointer_valid(p->argument))) ||
		!form_compile(arena, form ? form : "", p)) {
		diag_add(diags, where, "${%s}: the part after the name is not understood", inside);
		return false;
	}
	return true;
}

struct template *template_compile(struct arena *arena, const struct yaml *y, unsigned allowed,
	const struct template_vars *vars, struct diags *diags)
{
	struct template *t = arena_new_of(arena, struct template);
	const char *at;
	size_t most = 1;
	bool ok = true;

	if (y->kind != YAML_SCALAR) {
		diag_add(diags, y, "a text is wanted here");
		return NULL;
	}
	for (at = y->text; (at = strchr(at, '$')); at++)
		most += 2;
	t->part = arena_array(arena, struct part, most);
	for (at = y->text; *at;) {
		const size_t plain = strcspn(at, "$");
		const char *end;

		if (plain) {
			t->part[t->n++].text = arena_strndup(arena, at, plain);
			at += plain;
		} else if (!strncmp(at, "$${", 3)) {
			t->part[t->n++].text = "${";
			at += 3;
		} else if (strncmp(at, "${", 2)) {
			t->part[t->n++].text = "$";
			at++;
		} else if (!(end = strchr(at, '}'))) {
			diag_add(diags, y, "${ without }");
			return NULL;
		} else {
			char *inside = arena_strndup(arena, at + 2, (size_t)(end - at) - 2);

			ok &= place_compile(arena, inside, &t->part[t->n], y, allowed, vars, diags);
			if (t->part[t->n].place)
				t->slots |= 1u << t->part[t->n].slot;
			t->n++;
			at = end + 1;
		}
	}
	return ok ? t : NULL;
}

struct template_json *template_json_compile(struct arena *arena, const struct yaml *y, unsigned allowed,
	const struct template_vars *vars, struct diags *diags)
{
	struct template_json *t = arena_new_of(arena, struct template_json);
	bool ok = true;

	t->key = y->key;
	if (y->kind == YAML_SCALAR) {
		if (yaml_is_null(y) || !strchr(y->text, '$')) {
			t->kind = NODE_CONSTANT;
			t->constant = y;
			return t;
		}
		t->kind = NODE_TEXT;
		t->text = template_compile(arena, y, allowed, vars, diags);
		return t->text ? t : NULL;
	}
	t->kind = y->kind == YAML_MAPPING ? NODE_OBJECT : NODE_ARRAY;
	t->n = y->n;
	t->child = arena_array(arena, struct template_json *, y->n + 1);
	for (size_t i = 0; i < y->n; i++) {
		t->child[i] = template_json_compile(arena, y->child[i], allowed, vars, diags);
		ok &= t->child[i] != NULL;
	}
	return ok ? t : NULL;
}

unsigned template_slots(const struct template *t)
{
	return t ? t->slots : 0;
}

unsigned template_json_slots(const struct template_json *t)
{
	unsigned slots = t && t->text ? t->text->slots : 0;

	for (size_t i = 0; t && i < t->n; i++)
		slots |= template_json_slots(t->child[i]);
	return slots;
}

/* Unreserved characters stand for themselves; in what the manifest's author wrote, so does the punctuation that has no
 * meaning of its own in that place. */
static void escape(struct buf *out, const char *text, const char *keep)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text; text++) {
		if (strchr(unreserved, *text) || strchr(keep, *text))
			buf_addc(out, *text);
		else
			buf_addf(out, "%%%02X", (unsigned char)*text);
	}
}

void template_escape(struct buf *out, const char *text, enum template_place place)
{
	switch (place) {
	case TEMPLATE_VERBATIM:
		buf_adds(out, text);
		return;
	case TEMPLATE_PATH:
		escape(out, text, "/:@!$'()*,;=&+%");
		return;
	case TEMPLATE_QUERY:
		escape(out, text, "/:@!$'()*,;?");
		return;
	}
}

static bool time_value(const struct part *p, int64_t ms, char *out, size_t size)
{
	char whole[TIME_TEXT_MAX];

	if (p->argument)
		return time_format_as(p->argument, ms, out, size);
	return snprintf(out, size, "%s", time_format(ms, whole)) < (int)size;
}

/* The place's value, NULL if it has none; scratch holds a time. */
static const char *part_value(const struct part *p, const struct fill *fill, char *scratch, size_t size)
{
	if (p->form == FORM_TIME && p->slot != SLOT_TIMESTAMP) {
		const bool has = p->slot == SLOT_NOW || fill->has_since;

		if (has && time_value(p, p->slot == SLOT_NOW ? fill->now_ms : fill->since_ms, scratch, size))
			return scratch;
		return p->text;
	}
	return fill->text[p->slot] ? fill->text[p->slot] : p->text;
}

static void part_print(const struct part *p, const char *value, enum template_place place, struct buf *out)
{
	BUF_AUTO struct buf quoted = {0};

	if (p->form == FORM_QUOTE) {
		for (const char *c = value; *c; c++) {
			buf_addc(&quoted, *c);
			if (*c == '\'')
				buf_addc(&quoted, '\'');
		}
		value = quoted.data ? quoted.data : "";
	}
	if (place == TEMPLATE_VERBATIM)
		buf_adds(out, value);
	else
		escape(out, value, "");
}

bool template_text(const struct template *t, const struct fill *fill, enum template_place place, struct buf *out)
{
	BUF_AUTO struct buf text = {0};

	for (size_t i = 0; i < t->n; i++) {
		const struct part *p = &t->part[i];
		char scratch[64];
		const char *value;

		if (!p->place) {
			template_escape(&text, p->text, place);
			continue;
		}
		value = part_value(p, fill, scratch, sizeof scratch);
		if (!value)
			return false;
		part_print(p, value, place, &text);
	}
	buf_add(out, text.data ? text.data : "", text.len);
	return true;
}

static bool number_slot(enum slot slot)
{
	return slot == SLOT_PAGE || slot == SLOT_OFFSET || slot == SLOT_LIMIT || slot == SLOT_REQUEST_ID;
}

static json_t *number(const char *text)
{
	char *end;
	const long long value = strtoll(text, &end, 10);

	return end != text && !*end ? json_integer(value) : json_string(text);
}

static bool json_slot(enum slot slot)
{
	return slot == SLOT_RECORD || slot == SLOT_BODY || slot == SLOT_ITEMS || slot == SLOT_HEADERS;
}

static json_t *json_value(enum slot slot, const struct fill *fill)
{
	return slot == SLOT_RECORD ? fill->record : slot == SLOT_BODY ? fill->body : slot == SLOT_ITEMS ? fill->items
													 : fill->headers;
}

/* A scalar that is one place and nothing else. */
static json_t *whole_value(const struct part *p, const struct fill *fill)
{
	char scratch[64];
	const char *value;

	if (json_slot(p->slot)) {
		json_t *j = json_value(p->slot, fill);

		if (j && p->argument)
			j = json_at(j, p->argument);
		return j ? json_deep_copy(j) : NULL;
	}
	value = part_value(p, fill, scratch, sizeof scratch);
	if (!value)
		return NULL;
	if (p->form == FORM_INT || p->number || (number_slot(p->slot) && p->form == FORM_PLAIN))
		return number(value);
	return json_string(value);
}

json_t *template_json(const struct template_json *t, const struct fill *fill)
{
	BUF_AUTO struct buf text = {0};
	json_t *out = NULL, *value;

	switch (t->kind) {
	case NODE_CONSTANT:
		return yaml_json(t->constant);
	case NODE_TEXT:
		if (t->text->n == 1 && t->text->part[0].place)
			return whole_value(&t->text->part[0], fill);
		if (t->text->n == 1 && t->text->part[0].form == FORM_INT)
			return number(t->text->part[0].text);
		if (!template_text(t->text, fill, TEMPLATE_VERBATIM, &text))
			return NULL;
		return json_stringn(text.data ? text.data : "", text.len);
	case NODE_OBJECT:
		out = json_object();
		for (size_t i = 0; i < t->n; i++)
			if ((value = template_json(t->child[i], fill)))
				json_object_set_new(out, t->child[i]->key, value);
		return out;
	case NODE_ARRAY:
		out = json_array();
		for (size_t i = 0; i < t->n; i++)
			if ((value = template_json(t->child[i], fill)))
				json_array_append_new(out, value);
		return out;
	}
	return NULL;
}
