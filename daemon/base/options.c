#include "base/options.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/time.h"

struct reading {
	struct arena *arena;
	struct diags *diags;
};

static const struct {
	const char *word;
	bool value;
} bool_words[] = {{"true", true}, {"yes", true}, {"on", true}, {"false", false}, {"no", false}, {"off", false}};

static bool parse_bool(const char *text, bool *out)
{
	for (size_t i = 0; i < sizeof bool_words / sizeof bool_words[0]; i++) {
		if (strcasecmp(bool_words[i].word, text) == 0) {
			*out = bool_words[i].value;
			return true;
		}
	}
	return false;
}

static bool parse_int(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return *text && !strchr(" \t\n+", *text) && !*end && !errno;
}

/* Digits and one of K, M, G, T, each 1024 times the one before. */
static bool parse_size(const char *text, uint64_t *out)
{
	static const char units[] = "KMGT";
	char *end;
	const char *unit;

	errno = 0;
	if (*text < '0' || *text > '9')
		return false;
	*out = strtoull(text, &end, 10);
	if (errno)
		return false;
	if (!*end)
		return true;
	unit = strchr(units, *end);
	return unit && !end[1] && !__builtin_mul_overflow(*out, (uint64_t)1 << (10 * (unit - units + 1)), out);
}

static bool parse_percent(const char *text, double *out)
{
	char *end;

	if (*text < '0' || *text > '9' || strspn(text, "0123456789.%") != strlen(text))
		return false;
	*out = strtod(text, &end);
	return (!*end || strcmp(end, "%") == 0) && *out <= 100;
}

static bool in_range(const struct reading *r, const struct option *o, const struct yaml *y, int64_t value,
	void (*print)(struct buf *, int64_t))
{
	BUF_AUTO struct buf low = {0};
	BUF_AUTO struct buf high = {0};

	if ((o->min == 0 && o->max == 0) || (value >= o->min && value <= o->max))
		return true;
	print(&low, o->min);
	print(&high, o->max);
	diag_add(r->diags, y, "must be between %s and %s", low.data, high.data);
	return false;
}

static void print_int(struct buf *b, int64_t n)
{
	buf_addf(b, "%lld", (long long)n);
}

static void print_span(struct buf *b, int64_t ms)
{
	char text[TIME_TEXT_MAX];

	buf_adds(b, time_format_span((uint64_t)ms, text));
}

static void print_size(struct buf *b, int64_t n)
{
	static const char units[] = "KMGT";
	size_t unit = 0;

	while (n && n % 1024 == 0 && unit < 4) {
		n /= 1024;
		unit++;
	}
	print_int(b, n);
	if (unit)
		buf_addc(b, units[unit - 1]);
}

/* What stands in the file may be long, or many lines. */
static void not_a(const struct reading *r, const struct yaml *y, const char *wanted)
{
	diag_add(r->diags, y, "\"%.*s\" is not %s", (int)strcspn(y->text, "\n") > 40 ? 40 : (int)strcspn(y->text, "\n"),
		y->text, wanted);
}

static size_t words_count(const char *const *words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

static void read_enum(const struct reading *r, const struct option *o, const struct yaml *y, int *out)
{
	size_t n = words_count(o->words);
	const char *near;
	BUF_AUTO struct buf all = {0};

	for (size_t i = 0; i < n; i++) {
		if (strcmp(o->words[i], y->text) == 0) {
			*out = (int)i;
			return;
		}
		buf_addf(&all, "%s%s", i ? ", " : "", o->words[i]);
	}
	near = nearest_word(y->text, o->words, n);
	if (near)
		diag_add(r->diags, y, "must be one of %s (did you mean %s?)", all.data, near);
	else
		diag_add(r->diags, y, "must be one of %s", all.data);
}

static void read_list(const struct reading *r, const struct yaml *y, struct option_list *out)
{
	struct yaml *const *item = y->child;
	size_t n = y->n;
	struct yaml *single = NULL;

	if (y->kind == YAML_SCALAR) {
		single = arena_copy(r->arena, y, sizeof *y);
		item = &single;
		n = 1;
	}
	*out = (struct option_list){.item = arena_array(r->arena, const char *, n)};
	for (size_t i = 0; i < n; i++) {
		if (item[i]->kind != YAML_SCALAR || yaml_is_null(item[i]))
			diag_add(r->diags, item[i], "must be a text");
		else
			out->item[out->n++] = item[i]->text;
	}
}

static void read_secret(const struct reading *r, const struct yaml *y, struct secret_ref *out)
{
	const struct yaml *child = y->kind == YAML_MAPPING && y->n == 1 ? y->child[0] : NULL;
	bool credential = child && strcmp(child->key, "credential") == 0;

	/* The value is not quoted in the message: it may be the secret, written in the wrong place. */
	if (!child || (!credential && strcmp(child->key, "file") != 0) || child->kind != YAML_SCALAR ||
		yaml_is_null(child)) {
		diag_add(r->diags, y, "a secret is not written here: use { credential: NAME } or { file: PATH }");
		return;
	}
	if (credential && strchr(child->text, '/')) {
		diag_add(r->diags, child, "a credential has a name, not a path");
		return;
	}
	*out = (struct secret_ref){.source = credential ? SECRET_CREDENTIAL : SECRET_FILE, .name = child->text};
}

static bool scalar_type(enum option_type type)
{
	return type != OPTION_LIST && type != OPTION_SECRET && type != OPTION_NODE;
}

static void read_value(const struct reading *r, const struct option *o, const struct yaml *y, void *out)
{
	bool truth;
	int64_t n;
	uint64_t u;
	double d;

	if (scalar_type(o->type) && y->kind != YAML_SCALAR) {
		diag_add(r->diags, y, "must be a single value");
		return;
	}
	if (o->type == OPTION_LIST && y->kind == YAML_MAPPING) {
		diag_add(r->diags, y, "must be a list");
		return;
	}
	switch (o->type) {
	case OPTION_TEXT:
		*(const char **)out = y->text;
		break;
	case OPTION_BOOL:
		if (parse_bool(y->text, &truth))
			*(bool *)out = truth;
		else
			not_a(r, y, "yes or no");
		break;
	case OPTION_INT:
		if (!parse_int(y->text, &n))
			not_a(r, y, "a whole number");
		else if (in_range(r, o, y, n, print_int))
			*(int64_t *)out = n;
		break;
	case OPTION_SPAN:
		if (!time_parse_span(y->text, &u) || u > INT64_MAX)
			not_a(r, y, "a duration, such as 90s, 5min or 1h 30min");
		else if (in_range(r, o, y, (int64_t)u, print_span))
			*(uint64_t *)out = u;
		break;
	case OPTION_SIZE:
		if (!parse_size(y->text, &u) || u > INT64_MAX)
			not_a(r, y, "a size, such as 64K, 10M or 1G");
		else if (in_range(r, o, y, (int64_t)u, print_size))
			*(uint64_t *)out = u;
		break;
	case OPTION_PERCENT:
		if (parse_percent(y->text, &d))
			*(double *)out = d;
		else
			not_a(r, y, "a percentage from 0% to 100%");
		break;
	case OPTION_ENUM:
		read_enum(r, o, y, out);
		break;
	case OPTION_LIST:
		read_list(r, y, out);
		break;
	case OPTION_SECRET:
		read_secret(r, y, out);
		break;
	case OPTION_NODE:
		*(const struct yaml **)out = y;
		break;
	}
}

/* A fallback is written as in the file, so it is read as the file is. One that cannot be read is a bug in the table. */
static void read_fallback(struct arena *a, const struct option *o, void *out)
{
	struct diags diags = {.arena = a};
	const struct reading r = {.arena = a, .diags = &diags};
	struct yaml scalar = {
		.kind = YAML_SCALAR, .file = "default", .path = o->key, .text = o->fallback, .quoted = true};
	const struct yaml *y = &scalar;

	if (!scalar_type(o->type))
		y = yaml_parse(a, "default", o->fallback, strlen(o->fallback), &diags);
	assert(y);
	read_value(&r, o, y, out);
	assert(diags.n == 0);
}

static const struct option *find(const struct option *table, const char *key)
{
	for (; table->key; table++) {
		if (strcmp(table->key, key) == 0)
			return table;
	}
	return NULL;
}

static void unknown(const struct reading *r, const struct option *table, const struct yaml *y)
{
	struct yaml where = *y;
	const char **keys;
	const char *near;
	size_t n = 0;

	while (table[n].key)
		n++;
	keys = arena_array(r->arena, const char *, n);
	for (size_t i = 0; i < n; i++)
		keys[i] = table[i].key;
	near = nearest_word(y->key, keys, n);
	where.line = y->key_line;
	where.column = y->key_column;
	if (near)
		diag_add(r->diags, &where, "unknown key (did you mean %s?)", near);
	else
		diag_add(r->diags, &where, "unknown key");
}

bool options_read(
	struct arena *a, const struct option *table, const struct yaml *mapping, void *out, struct diags *diags)
{
	const struct reading r = {.arena = a, .diags = diags};
	size_t faults = diags->n + diags->more;

	if (mapping && mapping->kind != YAML_MAPPING) {
		if (!yaml_is_null(mapping)) {
			diag_add(diags, mapping, "must be a mapping");
			return false;
		}
		mapping = NULL;
	}
	for (const struct option *o = table; o->key; o++) {
		const struct yaml *y = mapping ? yaml_get(mapping, o->key) : NULL;
		void *field = (char *)out + o->offset;

		if (o->fallback)
			read_fallback(a, o, field);
		if (y && !yaml_is_null(y))
			read_value(&r, o, y, field);
		else if (o->required && mapping)
			diag_add(diags, y ? y : mapping, "%s%s",
				y ? "must have a value" : "missing key: ", y ? "" : o->key);
		else if (o->required)
			diag_add_plain(diags, "missing key: %s", o->key);
	}
	for (size_t i = 0; mapping && i < mapping->n; i++) {
		if (!find(table, mapping->child[i]->key))
			unknown(&r, table, mapping->child[i]);
	}
	return diags->n + diags->more == faults;
}

static void print_text(struct buf *b, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@+%-";
	const struct yaml y = {.kind = YAML_SCALAR, .text = text};
	size_t n = strlen(text);

	if (yaml_is_null(&y) || strspn(text, plain) != n || strchr(":@+%-", text[0]) || text[n - 1] == ':')
		buf_add_json(b, text);
	else
		buf_adds(b, text);
}

static void print_node(struct buf *b, const struct yaml *y)
{
	if (y->kind == YAML_SCALAR) {
		if (yaml_is_null(y))
			buf_adds(b, "null");
		else
			print_text(b, y->text);
		return;
	}
	buf_adds(b, y->kind == YAML_SEQUENCE ? "[" : "{");
	for (size_t i = 0; i < y->n; i++) {
		buf_adds(b, i ? ", " : y->kind == YAML_SEQUENCE ? "" : " ");
		if (y->kind == YAML_MAPPING) {
			print_text(b, y->child[i]->key);
			buf_adds(b, ": ");
		}
		print_node(b, y->child[i]);
	}
	buf_adds(b, y->kind == YAML_SEQUENCE ? "]" : y->n ? " }" : "}");
}

static void print_list(struct buf *b, const struct option_list *list)
{
	buf_addc(b, '[');
	for (size_t i = 0; i < list->n; i++) {
		buf_adds(b, i ? ", " : "");
		print_text(b, list->item[i]);
	}
	buf_addc(b, ']');
}

static void print_secret(struct buf *b, const struct secret_ref *s)
{
	switch (s->source) {
	case SECRET_NONE:
		buf_adds(b, "null");
		return;
	case SECRET_CREDENTIAL:
		buf_adds(b, "{ credential: ");
		break;
	case SECRET_FILE:
		buf_adds(b, "{ file: ");
		break;
	}
	print_text(b, s->name);
	buf_adds(b, " }");
}

void option_print(struct buf *b, const struct option *o, const void *in)
{
	const void *field = (const char *)in + o->offset;

	switch (o->type) {
	case OPTION_TEXT:
		if (*(const char *const *)field)
			print_text(b, *(const char *const *)field);
		else
			buf_adds(b, "null");
		break;
	case OPTION_BOOL:
		buf_adds(b, *(const bool *)field ? "yes" : "no");
		break;
	case OPTION_INT:
		print_int(b, *(const int64_t *)field);
		break;
	case OPTION_SPAN:
		print_span(b, *(const int64_t *)field);
		break;
	case OPTION_SIZE:
		print_size(b, *(const int64_t *)field);
		break;
	case OPTION_PERCENT:
		buf_addf(b, "%g%%", *(const double *)field);
		break;
	case OPTION_ENUM:
		buf_adds(b, o->words[*(const int *)field]);
		break;
	case OPTION_LIST:
		print_list(b, field);
		break;
	case OPTION_SECRET:
		print_secret(b, field);
		break;
	case OPTION_NODE:
		if (*(const struct yaml *const *)field)
			print_node(b, *(const struct yaml *const *)field);
		else
			buf_adds(b, "null");
		break;
	}
}
