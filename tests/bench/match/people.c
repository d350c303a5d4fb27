/*
 * Labelled files of people, matched without their labels: FEBRL 1, 2 and 3, or files of the caller's.
 *
 * --columns is COLUMN=KIND[~TWIN],...; kinds are those of core/linkage.h, a twin is a column with which values get
 * exchanged. --truth is COLUMN[:CUT[,CUT...]]: rows are the same whose text there is, up to the first CUT in it. The
 * model is trained on the very rows, with no look at the truth.
 */
#include "bench/match/match.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "core/linkage_cluster.h"
#include "support/score.h"

enum { COLUMNS_MAX = 64, CUTS_MAX = 4 };

struct rows {
	struct arena *arena;
	const char *heading[COLUMNS_MAX];
	size_t nheadings, n, cap;
	const char *(*row)[COLUMNS_MAX];
};

struct task {
	const char *title, *columns, *truth;
	const char *const *file;
	size_t nfiles;
	uint64_t seed;
	size_t worst;          /* so many wrong links and misses are printed */
};

/* --- CSV (RFC 4180), blanks around values dropped --------------------------------------------------------------------- */

static const char *trimmed(char *text)
{
	size_t n;

	text += strspn(text, " \t");
	n = strlen(text);
	while (n && strchr(" \t\r", text[n - 1]))
		text[--n] = '\0';
	return text;
}

/* One value at *at, which is moved behind its comma or line end; *last: it was the last one of its line. */
static const char *csv_value(struct arena *arena, const char **at, bool *last)
{
	const char *s = *at + strspn(*at, " ");
	const bool quoted = *s == '"';
	char *out, *o;

	s = quoted ? s + 1 : *at;
	o = out = arena_alloc(arena, strcspn(s, quoted ? "" : ",\n") + 1);
	for (; *s; s++) {
		if (quoted && *s == '"' && s[1] == '"')
			s++;
		else if (quoted && *s == '"')
			break;
		else if (!quoted && (*s == ',' || *s == '\n'))
			break;
		*o++ = *s;
	}
	*o = '\0';
	s += strcspn(s, ",\n");
	*last = *s != ',';
	*at = *s ? s + 1 : s;
	return trimmed(out);
}

static char *whole_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t n = 0, cap = 0;

	if (!f) {
		fprintf(stderr, "bench-match: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	do {
		cap = 2 * cap + 65536;
		text = realloc(text, cap);
		if (!text)
			abort();
		n += fread(text + n, 1, cap - n - 1, f);
	} while (!feof(f) && !ferror(f));
	text[n] = '\0';
	fclose(f);
	return text;
}

static void read_csv(struct rows *rows, const char *path)
{
	char *text = whole_file(path);
	const char *at = text;
	bool heading = true, last;

	while (*at) {
		const char *value[COLUMNS_MAX] = {0};
		size_t n = 0;

		do {
			const char *v = csv_value(rows->arena, &at, &last);

			if (n < COLUMNS_MAX)
				value[n++] = v;
		} while (!last);
		if (heading) {
			memcpy(rows->heading, value, sizeof value);
			rows->nheadings = n;
		} else if (n > 1 || *value[0]) {
			if (rows->n == rows->cap) {
				rows->cap = 2 * rows->cap + 1024;
				rows->row = realloc(rows->row, rows->cap * sizeof *rows->row);
				if (!rows->row)
					abort();
			}
			memcpy(rows->row[rows->n++], value, sizeof value);
		}
		heading = false;
	}
	free(text);
}

static size_t column(const struct rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->nheadings; i++)
		if (!strcmp(rows->heading[i], name))
			return i;
	fprintf(stderr, "bench-match: no column %s\n", name);
	exit(1);
}

/* --- a schema from text -------------------------------------------------------------------------------------------------- */

static void parse_columns(struct arena *arena, const char *text, struct linkage_schema *s)
{
	const char *twin[LINKAGE_FIELDS_MAX] = {0};
	char *rest = arena_strdup(arena, text), *item;

	*s = (struct linkage_schema){.name = "people"};
	while ((item = strsep(&rest, ",")) && s->nfields < LINKAGE_FIELDS_MAX) {
		struct linkage_field *f = &s->field[s->nfields];
		char *kind = strchr(item, '='), *tilde = strchr(item, '~');

		if (!kind) {
			fprintf(stderr, "bench-match: --columns: %s: no kind\n", item);
			exit(1);
		}
		if (tilde) {
			*tilde = '\0';
			twin[s->nfields] = tilde + 1;
		}
		*kind = '\0';
		*f = (struct linkage_field){.name = item, .twin = -1};
		if (!linkage_kind_parse(kind + 1, &f->kind) || f->kind == LINKAGE_ADDRESS) {
			fprintf(stderr, "bench-match: --columns: no kind %s\n", kind + 1);
			exit(1);
		}
		s->nfields++;
	}
	for (size_t f = 0; f < s->nfields; f++)
		for (size_t g = 0; twin[f] && g < s->nfields; g++)
			if (!strcmp(twin[f], s->field[g].name))
				s->field[f].twin = (int)g;
	linkage_rules(s);
}

/* --- matching -------------------------------------------------------------------------------------------------------------- */

static const struct linkage_features **features_of(struct arena *arena, const struct linkage_model *model,
	const struct linkage_schema *s, const struct rows *rows)
{
	const struct linkage_features **out = arena_array(arena, const struct linkage_features *, rows->n + 1);
	size_t at[LINKAGE_FIELDS_MAX];

	for (size_t f = 0; f < s->nfields; f++)
		at[f] = column(rows, s->field[f].name);
	for (size_t i = 0; i < rows->n; i++) {
		struct linkage_values values = {0};

		for (size_t f = 0; f < s->nfields; f++) {
			const char *v = rows->row[i][at[f]];

			values.text[f][0] = v ? linkage_fold(arena, s->field[f].kind, v) : NULL;
		}
		out[i] = linkage_features(arena, model, &values);
	}
	return out;
}

static uint64_t *truths(const struct rows *rows, struct arena *arena, const char *spec)
{
	char *name = arena_strdup(arena, spec), *cuts = strchr(name, ':'), *cut;
	const char *cut_at[CUTS_MAX];
	uint64_t *out = arena_array(arena, uint64_t, rows->n + 1);
	size_t ncuts = 0, at;

	if (cuts)
		*cuts++ = '\0';
	while (cuts && (cut = strsep(&cuts, ",")) && ncuts < CUTS_MAX)
		cut_at[ncuts++] = cut;
	at = column(rows, name);
	for (size_t i = 0; i < rows->n; i++) {
		const char *text = rows->row[i][at] ? rows->row[i][at] : "";
		size_t len = strlen(text);

		for (size_t c = 0; c < ncuts; c++) {
			const char *found = strstr(text, cut_at[c]);

			if (found && (size_t)(found - text) < len)
				len = (size_t)(found - text);
		}
		out[i] = hash_bytes(text, len, 0);
	}
	return out;
}

static void print_score(const char *what, const struct score *s)
{
	printf("  %-24s precision %.5f recall %.5f F1 %.5f   B-cubed %.5f %.5f %.5f\n", what, s->pairs.precision,
		s->pairs.recall, s->pairs.f1, s->b_cubed.precision, s->b_cubed.recall, s->b_cubed.f1);
}

static void score_at(const struct linkage_model *model, const struct linkage_features *const *of, size_t n,
	const struct linkage_pairs *pairs, const uint64_t *truth, double at, struct score *out)
{
	AUTO(free) size_t *group = calloc(n, sizeof *group);
	AUTO(free) struct score_item *item = calloc(n, sizeof *item);

	if (!group || !item)
		abort();
	linkage_cluster(model, of, n, pairs, at, group);
	for (size_t i = 0; i < n; i++)
		item[i] = (struct score_item){truth[i], group[i], SCORE_NO_SOURCE};
	score_of(item, n, out);
}

/* What the keys could find at most. */
static double reachable(const struct linkage_pairs *pairs, const uint64_t *truth, uint64_t possible)
{
	uint64_t found = 0;

	for (size_t i = 0; i < pairs->n; i++) {
		const struct linkage_pair *p = &pairs->pair[i];

		if (i && p->a == p[-1].a && p->b == p[-1].b)
			continue;
		found += truth[p->a] == truth[p->b];
	}
	return possible ? (double)found / (double)possible : 1;
}

static void show_worst(size_t worst, const struct linkage_model *model, const struct linkage_schema *s, const struct rows *rows,
	const struct linkage_features *const *of, const struct linkage_pairs *pairs, const uint64_t *truth)
{
	for (size_t i = 0; i < pairs->n && worst; i++) {
		const struct linkage_pair *p = &pairs->pair[i];
		struct linkage_result r;

		if (i && p->a == p[-1].a && p->b == p[-1].b)
			continue;
		linkage_compare(model, of[p->a], of[p->b], &r);
		if ((r.score >= linkage_link_at(model)) == (truth[p->a] == truth[p->b]))
			continue;
		worst--;
		printf("%s %.1f:", truth[p->a] == truth[p->b] ? "missed" : "wrong", r.score);
		for (size_t f = 0; f < s->nfields; f++) {
			const size_t at = column(rows, s->field[f].name);

			printf(" %s|%s (%s %.1f)", rows->row[p->a][at], rows->row[p->b][at],
				r.level[f] == LINKAGE_UNKNOWN ? "-" : linkage_level_name(s->field[f].kind, r.level[f]),
				r.weight[f]);
		}
		printf("\n");
	}
}

static bool run(const struct task *task)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct rows rows = {.arena = arena};
	struct linkage_schema schema;
	struct err e = {0};

	for (size_t i = 0; i < task->nfiles; i++)
		read_csv(&rows, task->file[i]);
	parse_columns(arena, task->columns, &schema);

	AUTO(linkage_model_free) struct linkage_model *model = linkage_model_new(&schema);
	AUTO(linkage_counts_free) struct linkage_counts *counts = linkage_counts_new(&schema);
	const struct linkage_features **of = features_of(arena, model, &schema, &rows);
	const struct linkage_training how = {
		.seed = task->seed, .random_pairs = 1000000, .key_pairs = 20000, .block_max = 30, .rounds = 10};
	struct linkage_trained trained;
	double began = now_s();

	for (size_t i = 0; i < rows.n; i++)
		linkage_count(counts, of[i]);
	linkage_counted(model, counts, LINKAGE_FREQUENT_MAX);
	of = features_of(arena, model, &schema, &rows);
	if (!linkage_train(model, of, rows.n, &how, &trained, &e)) {
		fprintf(stderr, "bench-match: %s\n", e.text);
		return false;
	}
	linkage_thresholds(model, 0, 0);
	printf("%s: %zu records, seed %llu; trained on %zu random and %zu candidate pairs of %zu kinds of key in %.1f s: "
	       "about %.0f pairs are the same\n",
		task->title, rows.n, (unsigned long long)task->seed, trained.random_pairs, trained.candidate_pairs,
		trained.sessions, now_s() - began, trained.matches);
	if (task->worst) {
		AUTO(json_drop) json_t *json = linkage_model_json(model);
		json_t *f;
		const char *name;

		json_object_foreach (json_object_get(json, "fields"), name, f) {
			char *text = json_dumps(json_object_get(f, "levels"), JSON_REAL_PRECISION(3));

			printf("  %s %s\n", name, text ? text : "");
			free(text);
		}
		printf("  prior %.2f\n", json_number_value(json_object_get(json, "prior")));
	}
	if (task->truth) {
		const uint64_t *truth = truths(&rows, arena, task->truth);
		struct score s;

		began = now_s();

		AUTO(linkage_pairs_free) struct linkage_pairs *pairs = linkage_pairs(&schema, of, rows.n, 60);

		score_at(model, of, rows.n, pairs, truth, linkage_link_at(model), &s);
		printf("  %zu pairs compared, %.0f records/s, keys find %.5f of the pairs\n", pairs->n,
			(double)rows.n / (now_s() - began), reachable(pairs, truth, s.possible));
		print_score("linked", &s);
		for (double at = -6; task->worst && at <= 10; at += 2) {
			char label[32];

			snprintf(label, sizeof label, "at %.0f", at);
			score_at(model, of, rows.n, pairs, truth, at, &s);
			print_score(label, &s);
		}
		show_worst(task->worst, model, &schema, &rows, of, pairs, truth);
	}
	free(rows.row);
	return true;
}

#define FEBRL_NAME_ADDRESS                                                                                             \
	"given_name=name~surname,surname=name~given_name,street_number=house_number,address_1=street~address_2,"       \
	"address_2=street~address_1,suburb=place,postcode=postal_code,state=code"

bool match_people(const struct options *o)
{
	struct task task = {.title = "csv", .file = o->csv, .nfiles = o->ncsv, .columns = o->columns, .truth = o->truth,
		.seed = o->seed, .worst = o->worst};
	bool ok = true;

	if (o->ncsv)
		return o->columns ? run(&task) : !fprintf(stderr, "bench-match: --csv needs --columns\n");
	for (int set = 1; set <= 3; set++)
		for (int all = 1; all >= 0; all--) {
			char path[4096], title[64];
			const char *const file = path;

			snprintf(path, sizeof path, "%s/febrl/dataset%d.csv", o->data, set);
			snprintf(title, sizeof title, "febrl %d, %s", set, all ? "all fields" : "name and address");
			task.title = title;
			task.file = &file;
			task.nfiles = 1;
			task.columns = all ? FEBRL_NAME_ADDRESS ",date_of_birth=date,soc_sec_id=number" : FEBRL_NAME_ADDRESS;
			task.truth = "rec_id:-org,-dup";
			ok &= run(&task);
		}
	return ok;
}
