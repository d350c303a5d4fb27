#include "core/mapping.h"
#include "core/mapping_parts.h"

#include "base/hash.h"
#include "base/options.h"

#include <stdlib.h>
#include <string.h>

/* One row as it stands in the file. */
struct row_conf {
	struct option_list at, as;
	const char *each, *writeto, *loss, *value;
	const struct yaml *with, *words, *empty;
	bool write;
	int absent;
};

static const char *const absent_words[] = {"absent", "empty", NULL};

static const struct option row_options[] = {
	{.key = "at",
		.type = OPTION_LIST,
		.offset = offsetof(struct row_conf, at),
		.help = "pointer, or several for a set"},
	{.key = "each",
		.type = OPTION_TEXT,
		.offset = offsetof(struct row_conf, each),
		.help = "pointer within each element of the array at `at`"},
	{.key = "with",
		.type = OPTION_NODE,
		.offset = offsetof(struct row_conf, with),
		.help = "members that an element must have"},
	{.key = "as",
		.type = OPTION_LIST,
		.offset = offsetof(struct row_conf, as),
		.help = "codec, or a chain of them"},
	{.key = "words",
		.type = OPTION_NODE,
		.offset = offsetof(struct row_conf, words),
		.help = "table for enum, bool, consent"},
	{.key = "write",
		.type = OPTION_BOOL,
		.offset = offsetof(struct row_conf, write),
		.fallback = "yes",
		.help = "no: it is only read"},
	{.key = "writeto",
		.type = OPTION_TEXT,
		.offset = offsetof(struct row_conf, writeto),
		.help = "pointer for writing, where it is not `at`"},
	{.key = "absent",
		.type = OPTION_ENUM,
		.offset = offsetof(struct row_conf, absent),
		.fallback = "absent",
		.words = absent_words,
		.help = "what a missing member means"},
	{.key = "empty",
		.type = OPTION_NODE,
		.offset = offsetof(struct row_conf, empty),
		.help = "the JSON value that says none"},
	{.key = "loss",
		.type = OPTION_TEXT,
		.offset = offsetof(struct row_conf, loss),
		.help = "what writing costs there"},
	{.key = "value",
		.type = OPTION_TEXT,
		.offset = offsetof(struct row_conf, value),
		.help = "a constant, only read"},
	{.key = NULL},
};

static const struct option default_options[] = {
	{.key = "absent",
		.type = OPTION_ENUM,
		.offset = offsetof(struct row_conf, absent),
		.fallback = "absent",
		.words = absent_words,
		.help = "what a missing member means"},
	{.key = "empty",
		.type = OPTION_NODE,
		.offset = offsetof(struct row_conf, empty),
		.help = "the JSON value that says none"},
	{.key = NULL},
};

struct compiling {
	struct arena *arena;
	struct mapping *mapping;
	struct diags *diags;
	struct row_conf defaults;
};

static bool wrong(const struct compiling *c, const struct yaml *where, const char *what)
{
	diag_add(c->diags, where, "%s", what);
	return false;
}

/* --- parts of a row ----------------------------------------------------------------------------------------- */

static bool compile_path(const struct compiling *c, const struct yaml *where, const char *text, struct path *out)
{
	if (!path_compile(c->arena, text, out)) {
		diag_add(c->diags, where, "\"%s\" is no JSON Pointer: it begins with / and has ~ only as ~0 and ~1",
			text);
		return false;
	}
	return out->n <= WORDS_IN_PATH || wrong(c, where, "a pointer of so many steps makes no sense");
}

static bool compile_one_with(const struct compiling *c, const struct yaml *y, struct with *w)
{
	const char *key = y->key[0] == '/' ? y->key : arena_printf(c->arena, "/%s", y->key);

	if (!compile_path(c, y, key, &w->path))
		return false;
	w->n = y->kind == YAML_SEQUENCE ? y->n : 1;
	w->value = arena_array(c->arena, struct literal, w->n + 1);
	for (size_t i = 0; i < w->n; i++)
		if (!literal_of(y->kind == YAML_SEQUENCE ? y->child[i] : y, &w->value[i]) ||
			w->value[i].type == LITERAL_MISSING)
			return wrong(c, y, "a scalar, or a list of them, is needed");
	return w->n || wrong(c, y, "a scalar, or a list of them, is needed");
}

static bool compile_with(const struct compiling *c, const struct row_conf *conf, struct row *row)
{
	if (!conf->with)
		return true;
	if (conf->with->kind != YAML_MAPPING || !row->each || !row->each->n)
		return wrong(c, conf->with, "needs each, not \"\", and is a mapping: { member: value }");
	row->with = arena_array(c->arena, struct with, conf->with->n + 1);
	for (size_t i = 0; i < conf->with->n; i++)
		if (!compile_one_with(c, conf->with->child[i], &row->with[row->withs++]))
			return false;
	return true;
}

static bool compile_paths(const struct compiling *c, const struct row_conf *conf, struct row *row)
{
	struct path *each = arena_new_of(c->arena, struct path), *writeto = arena_new_of(c->arena, struct path);

	row->ats = conf->at.n;
	row->at = arena_array(c->arena, struct path, row->ats + 1);
	for (size_t i = 0; i < row->ats; i++) {
		if (!compile_path(c, row->where, conf->at.item[i], &row->at[i]))
			return false;
		if (!row->at[i].n)
			return wrong(c, row->where, "at: the whole record is no value");
	}
	if (conf->each && !compile_path(c, row->where, conf->each, each))
		return false;
	row->each = conf->each ? each : NULL;
	if (conf->writeto && !compile_path(c, row->where, conf->writeto, writeto))
		return false;
	row->writeto = conf->writeto ? writeto : NULL;
	if (row->ats > 1 && (row->each || row->writeto))
		return wrong(c, row->where, "each and writeto go with one pointer only");
	if (row->ats > 1 && !row->field->set && row->write)
		return wrong(c, row->where, "a field that is no set is written to one pointer: give one, or write: no");
	return true;
}

/* `words` of an enum: a mapping of raw word to value; of a bool: [ true word, false word ]. */
static bool read_words(const struct compiling *c, const struct yaml *y, const struct codec_word **out, size_t *n)
{
	static const char *const bools[] = {"true", "false"};
	struct codec_word *word;

	*out = NULL;
	*n = 0;
	if (!y)
		return true;
	if (y->kind == YAML_SCALAR || (y->kind == YAML_SEQUENCE && y->n != 2))
		return wrong(c, y, "words are { RAW: VALUE, ... }, or for bool [ WORD FOR TRUE, WORD FOR FALSE ]");
	word = arena_array(c->arena, struct codec_word, y->n + 1);
	for (size_t i = 0; i < y->n; i++) {
		const struct yaml *child = y->child[i];

		if (child->kind != YAML_SCALAR)
			return wrong(c, child, "a word is needed");
		word[i] = y->kind == YAML_MAPPING ? (struct codec_word){.raw = child->key, .value = child->text}
						  : (struct codec_word){.raw = child->text, .value = bools[i % 2]};
	}
	*out = word;
	*n = y->n;
	return true;
}

static const char *default_codec(enum value_kind kind)
{
	return kind == VALUE_BOOL ? "bool" : kind == VALUE_CONSENT ? "consent" : "text";
}

static bool add_codec(
	const struct compiling *c, struct row *row, const char *text, const struct codec_word *word, size_t words)
{
	struct codec_use use;
	struct err e;

	if (!codec_prepare(&use, c->arena, text, row->field->kind, word, words, &e))
		return wrong(c, row->where, e.text);
	if (use.codec->splits) {
		if (row->uses || row->separator || !row->field->set || row->each || row->ats > 1)
			return wrong(c, row->where, "split stands first, for a set in one text");
		row->separator = use.arg;
		return true;
	}
	if (row->uses == CODECS_MAX)
		return wrong(c, row->where, "too many codecs");
	if (use.codec->part && (row->uses || row->field->set || row->field->kind != VALUE_TEXT))
		return wrong(c, row->where, "parts of an address line stand alone, for a text");
	if (row->part)
		return wrong(c, row->where, "parts of an address line stand alone, for a text");
	row->part = use.codec->part;
	row->loss |= use.loss;
	row->use[row->uses++] = use;
	return true;
}

static bool compile_codecs(const struct compiling *c, const struct row_conf *conf, struct row *row)
{
	const struct codec_word *word;
	bool used = false;
	size_t words;

	if (!read_words(c, conf->words, &word, &words))
		return false;
	for (size_t i = 0; i < conf->as.n; i++)
		if (!add_codec(c, row, conf->as.item[i], word, words))
			return false;
	if (!row->uses && !add_codec(c, row, words ? "enum" : default_codec(row->field->kind), word, words))
		return false;
	row->json = row->use[0].json;
	row->canonical = row->part || row->use[row->uses - 1].canonical;
	for (size_t i = 0; i < row->uses; i++)
		used = used || row->use[i].codec->takes_words;
	return !words || used || wrong(c, conf->words, "no codec of this row takes words");
}

/* "upper truncate:40": what the partner makes of what it is sent. */
static bool compile_loss(const struct compiling *c, const struct row_conf *conf, struct row *row)
{
	static const struct {
		const char *word;
		unsigned bit;
	} losses[] = {{"upper", LOSS_UPPER}, {"lower", LOSS_LOWER}, {"ascii", LOSS_ASCII}, {"format", LOSS_FORMAT}};

	for (const char *s = conf->loss ? conf->loss : ""; *s;) {
		size_t n = strcspn(s, " ,"), i = 0;
		char *end;

		while (i < 4 && (strlen(losses[i].word) != n || memcmp(losses[i].word, s, n)))
			i++;
		if (i < 4) {
			row->row_loss |= losses[i].bit;
		} else if (n > 9 && !strncmp(s, "truncate:", 9) && (row->loss_most = strtoul(s + 9, &end, 10)) &&
			   end == s + n) {
			row->row_loss |= LOSS_TRUNCATE;
		} else {
			return wrong(
				c, row->where, "loss: upper, lower, ascii, format or truncate:N, with blanks between");
		}
		s += n + strspn(s + n, " ,");
	}
	row->loss |= row->row_loss;
	return true;
}

/* Odoo's false says "none" for a text, but it is a word where the table or the kind of the field has it. */
static bool empty_is_value(const struct row *row)
{
	const char *text = row->empty.type == LITERAL_NULL ? "null" : row->empty.text;

	if (row->empty.type == LITERAL_NULL || row->empty.type == LITERAL_MISSING)
		return false;
	for (size_t i = 0; i < row->uses; i++) {
		const struct codec_use *use = &row->use[i];

		if (use->codec->takes_words && !use->words)
			return row->empty.type == LITERAL_BOOL || row->empty.type == LITERAL_NUMBER;
		for (size_t k = 0; k < use->words; k++)
			if (!strcmp(use->word[k].raw, text))
				return true;
	}
	return false;
}

static bool compile_empty(const struct compiling *c, const struct row_conf *conf, struct row *row)
{
	const struct yaml *empty = conf->empty ? conf->empty : c->defaults.empty;

	row->absent_is_empty = conf->absent == 1;
	row->empty = (struct literal){LITERAL_NULL, ""};
	if (empty && !literal_of(empty, &row->empty))
		return wrong(c, empty, "null, false, 0, \"\" or missing");
	row->empty_is_value = empty_is_value(row);
	return true;
}

static bool compile_constant(const struct compiling *c, const struct row_conf *conf, struct row *row)
{
	struct err e;
	bool valid;

	if (conf->at.n || conf->words || conf->with || conf->each || conf->writeto || conf->as.n)
		return wrong(c, row->where, "a constant has no pointer and no codec");
	row->write = false;
	row->constant = normalise(c->arena, row->field->kind, conf->value, &valid, &e);
	return (row->constant && valid) || wrong(c, row->where, "the constant is not a value of this field");
}

/* --- rows --------------------------------------------------------------------------------------------------- */

static bool read_row(const struct compiling *c, const struct yaml *y, struct row_conf *conf)
{
	if (y->kind == YAML_MAPPING) {
		if (!options_read(c->arena, row_options, y, conf, c->diags))
			return false;
		if (!yaml_get(y, "absent"))
			conf->absent = c->defaults.absent;
		return true;
	}
	*conf = (struct row_conf){.write = true, .absent = c->defaults.absent};
	conf->at.n = y->kind == YAML_SEQUENCE ? y->n : 1;
	conf->at.item = arena_array(c->arena, const char *, conf->at.n + 1);
	for (size_t i = 0; i < conf->at.n; i++) {
		const struct yaml *one = y->kind == YAML_SEQUENCE ? y->child[i] : y;

		if (one->kind != YAML_SCALAR)
			return wrong(c, one, "a pointer is needed");
		conf->at.item[i] = one->text;
	}
	return true;
}

static bool find_field(const struct compiling *c, const struct yaml *y, struct row *row)
{
	struct err e;
	int index = strncmp(y->key, "x.", 2) ? field_find(c->mapping->type, y->key)
					     : field_extra(c->mapping->type, y->key, &e);

	if (index < 0 && !strncmp(y->key, "x.", 2))
		return wrong(c, y, e.text);
	if (index < 0) {
		const char *nearest = field_nearest(c->mapping->type, y->key);

		diag_add(c->diags, y, "unknown field of a%s %s%s%s%s",
			c->mapping->type == RECORD_ORGANIZATION ? "n" : "", record_type_name(c->mapping->type),
			nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
		return false;
	}
	row->index = (unsigned)index;
	row->field = field_at(c->mapping->type, row->index);
	return true;
}

static bool compile_row(const struct compiling *c, const struct yaml *y, struct row *row)
{
	struct row_conf conf = {0};

	row->where = y;
	if (!find_field(c, y, row) || !read_row(c, y, &conf))
		return false;
	row->write = conf.write;
	if (conf.value)
		return compile_constant(c, &conf, row);
	if (!conf.at.n)
		return wrong(c, y, "needs at: a pointer into the partner's record, or value: a constant");
	if (!compile_paths(c, &conf, row) || !compile_with(c, &conf, row) || !compile_codecs(c, &conf, row) ||
		!compile_loss(c, &conf, row) || !compile_empty(c, &conf, row))
		return false;
	row->identity = !row->loss && !row->separator && (!row->field->set || row->each) && row->json == CODEC_STRING;
	for (size_t i = 0; i < row->uses; i++)
		row->identity = row->identity && !row->use[i].codec->in && !row->use[i].codec->out;
	return true;
}

/* Two rows may not write the same member, but for the parts of one address line. */
static bool check_targets(const struct compiling *c)
{
	const struct mapping *m = c->mapping;
	bool ok = true;

	for (size_t i = 0; i < m->n; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct row *a = &m->row[i], *b = &m->row[k];
			const struct path *to_a, *to_b;

			if (!a->write || !b->write || (a->part && b->part && a->part != b->part) || a->each || b->each)
				continue;
			to_a = a->writeto ? a->writeto : a->at;
			to_b = b->writeto ? b->writeto : b->at;
			for (size_t p = 0; p < a->ats; p++)
				for (size_t q = 0; q < b->ats; q++)
					if (!strcmp(to_a[p].text, to_b[q].text)) {
						diag_add(c->diags, a->where,
							"is written to %s, as is %s: one of them needs write: no",
							to_a[p].text, b->field->name);
						ok = false;
					}
		}
	}
	return ok;
}

static uint64_t hash_yaml(const struct yaml *y, uint64_t h)
{
	h = hash_text(y->key ? y->key : "", h + y->kind);
	if (y->kind == YAML_SCALAR)
		return hash_text(y->text ? y->text : "", h + y->quoted);
	for (size_t i = 0; i < y->n; i++)
		h = hash_yaml(y->child[i], h);
	return h + 1;
}

struct mapping *mapping_compile(
	struct arena *arena, enum record_type type, const struct yaml *fields, struct diags *diags)
{
	struct mapping *m = arena_new_of(arena, struct mapping);
	struct compiling c = {.arena = arena, .mapping = m, .diags = diags};
	const struct yaml *defaults;
	bool ok = true;

	if (fields->kind != YAML_MAPPING) {
		diag_add(diags, fields, "a mapping of record fields is needed");
		return NULL;
	}
	defaults = yaml_get(fields, "defaults");
	if (defaults && !options_read(arena, default_options, defaults, &c.defaults, diags))
		return NULL;
	m->type = type;
	m->row = arena_array(arena, struct row, fields->n + 1);
	for (size_t i = 0; i < fields->n; i++) {
		struct row *row = &m->row[m->n];

		if (fields->child[i] == defaults)
			continue;
		if (!compile_row(&c, fields->child[i], row)) {
			*row = (struct row){0};
			ok = false;
			continue;
		}
		m->n++;
		m->of[row->index] = row;
		m->readable |= FIELD_BIT(row->index);
		m->writable |= row->write ? FIELD_BIT(row->index) : 0;
	}
	m->hash = hash_yaml(fields, hash_text(record_type_name(type), 0));
	return check_targets(&c) && ok ? m : NULL;
}

enum record_type mapping_type(const struct mapping *m)
{
	return m->type;
}

uint64_t mapping_readable(const struct mapping *m)
{
	return m->readable;
}

uint64_t mapping_writable(const struct mapping *m)
{
	return m->writable;
}

uint64_t mapping_hash(const struct mapping *m)
{
	return m->hash;
}
