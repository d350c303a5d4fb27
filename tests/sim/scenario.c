/*
 * scenario.c - a history that failed, told as a scenario (tests/scenario): what kind of systems the partners are, what
 * their people did and what went wrong in the order of time, and what must be so in the end by the rule that was broken.
 *
 * The runner's partners are other ones, with latencies of their own, so that what depends on milliseconds may not happen
 * there. What its language has no word for is said in a comment.
 */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 1000, LONGEST_MS = 2 * 3600000, AFTER_MS = 5 * 60000 };

/* What is to be said at that time; of equal times, the first first. */
struct told_line {
	uint64_t at_ms, order;
	const char *text;
};

struct telling {
	struct world *w;
	struct arena *arena;
	struct told_line line[LINES_MAX];
	size_t n;
	unsigned thing[LINES_MAX], things; /* in the order in which they were named */
};

__attribute__((format(printf, 4, 5))) static void say(struct telling *t, uint64_t at_ms, uint64_t order, const char *fmt, ...)
{
	char text[2000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (t->n < LINES_MAX)
		t->line[t->n++] = (struct told_line){at_ms, order, arena_strdup(t->arena, text)};
}

/* --- records and values ------------------------------------------------------------------------------------------- */

static unsigned number_of(struct telling *t, unsigned thing)
{
	unsigned i = 0;

	while (i < t->things && t->thing[i] != thing)
		i++;
	if (i == t->things && i < LINES_MAX)
		t->thing[t->things++] = thing;
	return i + 1;
}

static const char *label(struct telling *t, const struct rec *r)
{
	static const char *const words[RECORD_TYPES] = {[RECORD_ORGANIZATION] = "company",
		[RECORD_CONTACT] = "contact person", [RECORD_REFERRAL] = "referral referral",
		[RECORD_PARTICIPATION] = "participation participation"};

	return arena_printf(t->arena, "%s%u", words[r->type], number_of(t, r->thing));
}

/* The scenario's word for a reference is a label without its type. */
static const char *bare(const char *name)
{
	const char *blank = strchr(name, ' ');

	return blank ? blank + 1 : name;
}

static const char *set_text(struct telling *t, const char *set)
{
	char *text = arena_strdup(t->arena, set);

	for (char *c = text; *c; c++)
		if (*c == '\n')
			*c = ',';
	return text;
}

static const char *value_text(struct telling *t, struct place *p, const struct field *field, const char *value)
{
	const struct rec *target = field->kind == VALUE_REF ? place_at(p, field->target, value) : NULL;

	return target ? bare(label(t, target)) : set_text(t, value);
}

static const char *assignment(struct telling *t, struct rec *r, unsigned f, const char *value)
{
	const struct field *field = field_at(r->type, f);

	return arena_printf(t->arena, " %s=\"%s\"", field->name, value_text(t, r->place, field, value));
}

/* What changed from the state before it. */
static const char *changes(struct telling *t, struct rec *r, size_t i)
{
	const char *out = "";

	for (unsigned f = 0; f < field_count(r->type) && f < SIM_FIELDS; f++)
		if (strcmp(r->state[i].v[f], r->state[i - 1].v[f]))
			out = arena_printf(t->arena, "%s%s", out, assignment(t, r, f, r->state[i].v[f]));
	return out;
}

/* --- what people did ---------------------------------------------------------------------------------------------- */

static void tell_state(struct telling *t, struct rec *r, size_t i)
{
	const struct state *s = &r->state[i], *before = s - 1;
	const char *p = r->place->is->name, *what = label(t, r);
	/* The write that it waits for is the next one, which may come sooner in the runner's time than it was armed here. */
	const uint64_t at_ms = s->armed_ms ? before->at_ms : s->at_ms;

	if (i == 1)
		say(t, at_ms, s->feed, "%s has %s%s", p, what, changes(t, r, i));
	else if (s->standing == MERGED)
		say(t, at_ms, s->feed, "%s merges %s into %s", p, what, bare(label(t, s->into)));
	else if (s->standing == DELETED && s->armed_ms)
		say(t, at_ms, s->feed, "# no word: %s deletes %s as the hub's write arrives", p, what);
	else if (s->standing == DELETED)
		say(t, at_ms, s->feed, "%s deletes %s", p, what);
	else if (s->unusable != before->unusable)
		say(t, at_ms, s->feed, "%s %s %s", p, s->unusable ? "spoils" : "mends", what);
	else
		say(t, at_ms, s->feed, "%s %ssets %s%s", p, s->armed_ms ? "meanwhile " : "", what, changes(t, r, i));
}

static void tell_people(struct telling *t)
{
	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		for (size_t k = 0; k < t->w->place[i].n; k++) {
			struct rec *r = t->w->place[i].rec[k];

			for (size_t s = 1; s < r->nstates; s++)
				if (r->state[s].author == BY_PEOPLE)
					tell_state(t, r, s);
		}
}

/* --- what went wrong ---------------------------------------------------------------------------------------------- */

static bool hit_a_write(const struct fault *f)
{
	return f->nonce % 4 > 1;
}

/* NULL: nothing was. */
static const char *left_out(struct telling *t, const struct fault *f, const char *p)
{
	const struct place *place = &t->w->place[f->partner];

	for (size_t i = 0; i < place->n; i++)
		if (place->rec[i]->skipped == f)
			return arena_printf(t->arena, "%s lists without %s", p, label(t, place->rec[i]));
	return NULL;
}

/* A word of the scenario's for it, with what it is about; NULL: there is none. */
static const char *word_for(struct telling *t, const struct fault *f, const char *p)
{
	switch (f->kind) {
	case FAULT_LOSE_ANSWER:
	case FAULT_GARBLED:
		return hit_a_write(f) ? arena_printf(t->arena, "%s loses answers 1", p) : NULL;
	case FAULT_REFUSE:
	case FAULT_ERROR_500:
		return hit_a_write(f) ? arena_printf(t->arena, "%s fails writes 1", p) : NULL;
	case FAULT_BUSY_429:
		return hit_a_write(f) ? arena_printf(t->arena, "%s busy %llus", p, (unsigned long long)(10 + f->nonce % (10 * MINUTE_MS) / 1000)) : NULL;
	case FAULT_SLOW:
		return hit_a_write(f) ? arena_printf(t->arena, "%s answers late 60s", p) : NULL;
	case FAULT_LATE_EFFECT:
		return arena_printf(t->arena, "%s writes late 20s", p);
	case FAULT_TWICE:
		return arena_printf(t->arena, "%s writes twice", p);
	case FAULT_LATE_PAGE:
		return arena_printf(t->arena, "%s lists late 60s", p);
	/* What others did meanwhile is told as theirs. */
	case FAULT_OVERTAKEN:
		return arena_printf(t->arena, "%s loses answers 1", p);
	case FAULT_SKIP:
		return left_out(t, f, p);
	case FAULT_DOWN:
		return arena_printf(t->arena, "%s down", p);
	case FAULT_KILL_SEND:
		return "hub dies sending";
	case FAULT_KILL_EFFECT:
		return "hub dies unanswered";
	case FAULT_KILL_COMMIT:
		return arena_printf(t->arena, "hub dies at commit %u", 1 + (unsigned)(f->nonce % 20));
	case FAULT_STOP:
		return "hub restarts";
	default:
		return NULL;
	}
}

static void tell_faults(struct telling *t)
{
	const struct plan *plan = t->w->plan;

	for (size_t i = 0; i < plan->nfaults; i++) {
		const struct fault *f = &plan->fault[i];
		const char *p = plan->partner[f->partner].name, *word;

		if (f->out || f->at_ms > t->w->out->failed_ms || !plan->partner[f->partner].there)
			continue;
		word = word_for(t, f, p);
		say(t, f->at_ms, 0, word ? "%s" : "# no word: %s", word ? word : fault_name(f->kind));
		if (f->kind == FAULT_DOWN)
			say(t, f->at_ms + f->for_ms < TROUBLE_MS ? f->at_ms + f->for_ms : TROUBLE_MS, 0, "%s up", p);
	}
}

/* --- what kind of systems they are ---------------------------------------------------------------------------------- */

static void tell_caps(struct telling *t, const struct profile *p)
{
	static const struct {
		unsigned cap;
		const char *word;
	} caps[] = {
		{ADAPTER_CAN_INCREMENTAL, "incremental"}, {ADAPTER_CAN_TOMBSTONES, "tombstones"}, {ADAPTER_CAN_GET, "get"},
		{ADAPTER_CAN_FIND, "find"}, {ADAPTER_CAN_CREATE, "create"}, {ADAPTER_CAN_UPDATE, "update"},
		{ADAPTER_CAN_DELETE, "delete"}, {ADAPTER_CAN_CONDITIONAL, "conditional"}, {ADAPTER_CAN_IDEMPOTENT, "idempotent"},
		{ADAPTER_CAN_ANSWERS, "answers"}, {ADAPTER_CAN_VERSIONS, "versions"},
	};
	const char *lacking = "";

	for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
		if (!(p->caps & caps[i].cap))
			lacking = arena_printf(t->arena, "%s %s", lacking, caps[i].word);
	if (*lacking)
		say(t, 0, 0, "%s cannot%s", p->name, lacking);
	if (p->caps & ADAPTER_CAN_ORDERED)
		say(t, 0, 0, "%s can ordered", p->name);
	if (p->caps & ADAPTER_CAN_LAGS)
		say(t, 0, 0, "%s quirk lag %llu", p->name, (unsigned long long)p->lag_ms);
	if (p->caps & ADAPTER_CAN_WEBHOOKS)
		say(t, 0, 0, "# no word: %s sends webhooks", p->name);
}

static void tell_quirk(struct telling *t, const struct profile *p, enum record_type type, unsigned f)
{
	static const char *const words[] = {[QUIRK_PLAIN] = "", [QUIRK_UPPER] = "upper", [QUIRK_TRUNCATE] = "truncate %zu",
		[QUIRK_NO_PUNCTUATION] = "nopunctuation", [QUIRK_FEW] = "few %zu"};
	const enum quirk q = p->quirk[type][f];
	const char *word = arena_strdup(t->arena, words[q]);

	if (q == QUIRK_TRUNCATE || q == QUIRK_FEW)
		word = arena_printf(t->arena, "%.*s %zu", (int)strcspn(words[q], " "), words[q], p->keeps[type][f]);
	if (q != QUIRK_PLAIN)
		say(t, 0, 0, "%s quirk %s %s%s", p->name, word, type == RECORD_ORGANIZATION ? "" :
			arena_printf(t->arena, "%s.", record_type_name(type)), field_at(type, f)->name);
}

static void tell_partner(struct telling *t, const struct profile *p)
{
	static const char *const deletions[] = {
		[DELETION_UNLINK] = "unlink", [DELETION_ARCHIVE] = "archive", [DELETION_PROPAGATE] = "propagate"};
	const char *d = deletions[p->deletion];

	say(t, 0, 0, "%s up", p->name);
	say(t, 0, 0, "config %s poll=%llus complete=%llus sends=%llu deletion.organization=%s deletion.contact=%s deletion.referral=%s%s",
		p->name, (unsigned long long)p->poll_s, (unsigned long long)p->complete_s, (unsigned long long)p->sends, d, d, d,
		p->reviewed ? " onboarding=review" : "");
	tell_caps(t, p);
	for (unsigned type = 0; type < RECORD_TYPES; type++)
		for (unsigned f = 0; f < field_count((enum record_type)type) && f < SIM_FIELDS; f++)
			tell_quirk(t, p, (enum record_type)type, f);
	if (p->foretells)
		say(t, 0, 0, "%s quirk foretold", p->name);
	if (p->leaves_out_empty)
		say(t, 0, 0, "%s quirk absent", p->name);
	if (p->by_second || p->recycles || p->unique_ids || p->skew_ms || !p->shows_merges)
		say(t, 0, 0, "# no word:%s%s%s%s%s", p->by_second ? " times in seconds;" : "", p->recycles ? " keys given out again;" : "",
			p->unique_ids ? " external ids are unique;" : "", p->skew_ms ? " its clock is wrong;" : "",
			p->shows_merges ? "" : " what was merged away is only gone;");
}

/* --- what must be so ------------------------------------------------------------------------------------------------ */

static bool stands(const struct rec *r, enum record_type type)
{
	return r->type == type && rec_now(r)->standing == STANDS;
}

/* Made by the hub, and another of the same stands there. */
static bool is_second(struct world *w, const struct place *p, size_t at)
{
	const struct rec *r = p->rec[at];

	for (size_t i = 0; i < at && r->hub_made; i++)
		if (stands(p->rec[i], r->type) && world_root(w, p->rec[i]->thing) == world_root(w, r->thing))
			return true;
	return false;
}

static size_t should_stand(struct world *w, const struct place *p, enum record_type type)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += stands(p->rec[i], type) && !is_second(w, p, i);
	return n;
}

static bool is_rule(const struct telling *t, const char *rule)
{
	return !strncmp(t->w->out->rule, rule, strlen(rule));
}

static void tell_claim(struct telling *t, FILE *f)
{
	const struct blame *b = &t->w->blame;
	struct rec *r = (struct rec *)b->rec;
	const char *p = b->place ? b->place->is->name : NULL;

	if (is_rule(t, "economy"))
		fprintf(f, "hub patient\n");
	if (!p || !r)
		return;
	if (is_rule(t, "I4"))
		fprintf(f, "%s lacks %s\n", p, label(t, r));
	else if (is_rule(t, "I5"))
		fprintf(f, "%s count %s %zu\n", p, record_type_name(r->type), should_stand(t->w, b->place, r->type));
	else if (is_rule(t, "I2"))
		fprintf(f, "hub unheard %s %s%s\n", p, label(t, r), assignment(t, r, b->field, b->value));
	else if (is_rule(t, "I3"))
		fprintf(f, "hub heard %s %s%s\n", p, label(t, r), assignment(t, r, b->field, b->value));
	else if (b->value)
		fprintf(f, "%s is %s%s\n", p, label(t, r), assignment(t, r, b->field, b->value));
	else
		fprintf(f, "%s is %s\n", p, label(t, r));
	if (is_rule(t, "I1") && b->place == r->place)
		fprintf(f, "hub knows %s %s\n", p, label(t, r));
}

/* --- all of it ------------------------------------------------------------------------------------------------------ */

static int by_time(const void *a, const void *b)
{
	const struct told_line *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void wait(FILE *f, uint64_t ms)
{
	const uint64_t s = (ms + 999) / 1000;

	if (s)
		fprintf(f, s % 60 ? "wait %llus\n" : "wait %llum\n", (unsigned long long)(s % 60 ? s : s / 60));
}

static void write_lines(struct telling *t, FILE *f)
{
	uint64_t now_ms = 0, last_ms = t->w->out->failed_ms;

	for (size_t i = 0; i < t->n && t->line[i].at_ms <= last_ms; i++) {
		wait(f, t->line[i].at_ms - now_ms);
		fprintf(f, "%s\n", t->line[i].text);
		now_ms = t->line[i].at_ms;
	}
	last_ms = last_ms > now_ms ? last_ms - now_ms : 0;
	wait(f, (last_ms < LONGEST_MS ? last_ms : LONGEST_MS) + AFTER_MS);
}

void scenario_write(struct world *w, const char *path)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct telling *t = arena_new_of(arena, struct telling);
	FILE *f = fopen(path, "w");

	if (!f) {
		perror(path);
		return;
	}
	*t = (struct telling){.w = w, .arena = arena};
	fprintf(f, "# %s (found by the simulation, seed %llu)\n", w->out->rule, (unsigned long long)w->plan->seed);
	fprintf(f, "config hub policy.organization.legal_name=%s\n", policy_name(w->plan->name_policy));
	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		if (w->plan->partner[i].there)
			tell_partner(t, &w->plan->partner[i]);
	for (size_t i = 0; i < t->n; i++)
		fprintf(f, "%s\n", t->line[i].text);
	t->n = 0;
	tell_people(t);
	tell_faults(t);
	qsort(t->line, t->n, sizeof *t->line, by_time);
	write_lines(t, f);
	tell_claim(t, f);
	fclose(f);
}
