/*
 * run.c - plays one scenario in many variants, which must all end with the same records at every partner:
 *
 *   plain          as written, and then once more: nothing may happen
 *   jitter:S       the same with answers that overtake each other
 *   kill:N         the process ends at the N-th commit and is started again
 *   cancel:T       the engine is closed at turn T and opened again
 *   fail:N:K:M     the N-th op fails with kind K: unsent, before or after it took effect (after only with the kinds
 *                  that do not promise that it had none)
 *
 * After the method of isync's tests. Every playing is a child process; the partners are shared memory, the store is a
 * file, so that nothing else outlives a kill. By default a sample of the variants is played, --every N plays each N-th
 * of them, --all those that were not drawn too, --only VARIANT a single one; --keep leaves the stores where they are. Built with MUTANTS, --mutant NAME switches a
 * mechanism off (base/mutant.h).
 */
#include "scenario/scenario.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/adapters.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mutant.h"
#include "core/match.h"
#include "support/facts.h"

#define SAMPLE_KILLS 14
#define SAMPLE_CANCELS 10
#define SAMPLE_FAILS 30
#define SAMPLE_JITTERS 2
#define RESTARTS_MAX 3

/* --- one playing
 * ------------------------------------------------------------------------------------------------------- */

bool scene_fail(const struct scene *s, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%u: ", s->script->file, s->line ? s->line->number : 0);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, " [%s]\n", s->variant);
	return false;
}

static bool play_line(struct scene *s)
{
	const char *first;
	struct mem_partner *p = NULL;
	bool known, ok;

	/* `plainly ...`: true only where nothing disturbs. */
	if (!strcmp(s->line->word[0], "plainly")) {
		struct line rest = *s->line;

		if (strcmp(s->variant, "plain"))
			return true;
		memmove(rest.word, rest.word + 1, --rest.n * sizeof *rest.word);
		s->line = &rest;
		ok = play_line(s);
		s->line = &s->script->line[s->stage->line];
		return ok;
	}
	first = s->line->word[0];
	for (unsigned i = 0; i < s->world->n; i++)
		if (!strcmp(s->world->partner[i].name, first))
			p = &s->world->partner[i];
	ok = trouble_play(s, p, &known);
	if (!known)
		ok = admin_play(s, p, &known);
	if (known)
		return ok;
	/* The first word of a line that is no statement of its own is a partner, made when it is first named. */
	if (!p) {
		p = mem_partner(s->world, first);
		s->stale_config = true;
	}
	ok = system_play(s, p, &known);
	if (!known)
		ok = people_play(s, p, &known);
	return known ? ok : scene_fail(s, "what is \"%s\"?", s->line->text);
}

/* What lines already played told this process's predecessor about the configuration. */
static bool configure_again(struct scene *s)
{
	for (size_t i = 0; i < s->stage->line; i++) {
		bool known;

		s->line = &s->script->line[i];
		if (!strcmp(s->line->word[0], "config") && !admin_play(s, NULL, &known))
			return false;
	}
	return true;
}

static bool everyone_up(const struct scene *s)
{
	for (unsigned i = 0; i < s->world->n; i++)
		if (s->world->partner[i].down)
			return false;
	return true;
}

/* What reports count, made again from the events alone, is what was kept. */
static bool facts_fit(struct scene *s)
{
	BUF_AUTO struct buf why = {0};
	char path[128];

	snprintf(path, sizeof path, "%s/doorstroom.db", s->dir);
	return access(path, F_OK) || facts_told_by_events(path, &why) || scene_fail(s, "facts: %s", why.data);
}

bool scene_play(struct scene *s)
{
	bool ok = configure_again(s);

	for (; ok && s->stage->line < s->script->n; s->stage->line++) {
		s->line = &s->script->line[s->stage->line];
		ok = play_line(s);
		arena_reset(s->arena);
		s->stage->interrupted = false;
	}
	return ok && (!everyone_up(s) || admin_quiet(s));
}

static bool verbose, keep;

struct attempt {
	struct mem_world *world;
	struct stage *stage;
	char dir[64];
};

static void *shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return p;
}

static void attempt_open(struct attempt *a)
{
	const char *base = getenv("SCENARIO_DIR");

	*a = (struct attempt){.world = mem_world_new(), .stage = shared(sizeof *a->stage)};
	a->stage->wall_ms = 1767225600000;
	snprintf(a->dir, sizeof a->dir, "%.40s/scenario-XXXXXX",
		base			   ? base
		: access("/dev/shm", W_OK) ? "."
					   : "/dev/shm");
	if (!mkdtemp(a->dir)) {
		perror(a->dir);
		exit(2);
	}
}

static void attempt_close(struct attempt *a)
{
	DIR *d;

	if (keep) {
		fprintf(stderr, "kept: %s\n", a->dir);
		return;
	}
	d = opendir(a->dir);
	for (struct dirent *e; d && (e = readdir(d));)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	rmdir(a->dir);
	mem_world_free(a->world);
	munmap(a->stage, sizeof *a->stage);
}

static void swallow(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	if (verbose)
		fprintf(stderr, "  log %d %s\n", (int)level, line);
}

static int play_in_child(const struct script *script, struct attempt *a, const char *variant)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct scene s = {.script = script,
		.stage = a->stage,
		.world = a->world,
		.dir = a->dir,
		.variant = variant,
		.arena = arena,
		.hub = json_object(),
		.partners = json_object()};
	bool ok;

	json_object_seed(1);
	log_capture(swallow, NULL);
	log_set_level(verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	mem_use(a->world);
	adapter_of_tests = &mem_adapter;
	ok = scene_play(&s);
	/* A failed playing is left where it failed. */
	if (ok) {
		drive_close(&s);
		ok = facts_fit(&s);
	}
	json_decref(s.hub);
	json_decref(s.partners);
	return ok ? 0 : 1;
}

static bool play(const struct script *script, struct attempt *a, const char *variant)
{
	for (unsigned start = 0; start <= RESTARTS_MAX; start++) {
		pid_t pid;
		int status;

		fflush(NULL);
		pid = fork();
		if (pid < 0) {
			perror("fork");
			exit(2);
		}
		if (!pid) {
			const int result = play_in_child(script, a, variant);

			/* With a failure behind it, nobody wants to hear about leaks. */
			if (result)
				_exit(result);
			exit(0);
		}
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_KILLED) {
			a->stage->interrupted = true;
			continue;
		}
		if (WIFEXITED(status) && !WEXITSTATUS(status))
			return true;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 1)
			fprintf(stderr, "%s:%u: the process died [%s]\n", script->file,
				a->stage->line < script->n ? script->line[a->stage->line].number : 0, variant);
		return false;
	}
	fprintf(stderr, "%s: killed more than once [%s]\n", script->file, variant);
	return false;
}

/* --- variants
 * ------------------------------------------------------------------------------------------------------------ */

static const char *const moments[] = {[MEM_UNSENT] = "unsent", [MEM_BEFORE] = "before", [MEM_AFTER] = "after"};
static const enum err_kind kinds[] = {ERR_AGAIN, ERR_CONFLICT, ERR_GONE, ERR_ITEM, ERR_DENIED, ERR_BROKEN};

static bool prepare(struct attempt *a, const char *variant)
{
	unsigned long long n;
	char kind[16], moment[16];

	if (!strcmp(variant, "plain"))
		return true;
	if (sscanf(variant, "jitter:%llu", &n) == 1)
		return (a->world->jitter = n) > 0;
	if (sscanf(variant, "kill:%llu", &n) == 1)
		return (a->stage->kill_at = n) > 0;
	if (sscanf(variant, "cancel:%llu", &n) == 1)
		return (a->stage->cancel_at = n) > 0;
	if (sscanf(variant, "fail:%llu:%15[a-z]:%15[a-z]", &n, kind, moment) != 3)
		return false;
	a->world->fault.at = n;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(err_kind_name(kinds[i]), kind))
			a->world->fault.kind = kinds[i];
	for (unsigned i = 0; i < sizeof moments / sizeof *moments; i++)
		if (!strcmp(moments[i], moment))
			a->world->fault.moment = (enum mem_moment)i;
	return a->world->fault.kind;
}

struct plain {
	char *records;
	uint64_t ops, commits, turns;
	bool is_push[MEM_OPS_MAX];
};

/* The lines of a that are not in b. */
static void missing(const char *a, const char *b, char sign)
{
	while (*a) {
		const int len = (int)strcspn(a, "\n");
		AUTO(free) char *line = NULL;

		if (asprintf(&line, "%.*s\n", len, a) >= 0 && !strstr(b, line))
			fprintf(stderr, "  %c %s", sign, line);
		a += len + (a[len] == '\n');
	}
}

static bool play_variant(const struct script *script, const char *variant, const struct plain *plain)
{
	BUF_AUTO struct buf records = {0};
	struct attempt a;
	bool ok;

	attempt_open(&a);
	ok = prepare(&a, variant);
	if (!ok)
		fprintf(stderr, "there is no variant %s\n", variant);
	ok = ok && play(script, &a, variant);
	mem_print(&records, a.world);
	if (ok && strcmp(records.data ? records.data : "", plain->records)) {
		fprintf(stderr, "%s: it ends in another state than plain (-) [%s]\n", script->file, variant);
		missing(plain->records, records.data ? records.data : "", '-');
		missing(records.data ? records.data : "", plain->records, '+');
		ok = false;
	}
	attempt_close(&a);
	return ok;
}

static bool play_plain(const struct script *script, struct plain *out)
{
	BUF_AUTO struct buf records = {0};
	struct attempt a;
	bool ok;

	attempt_open(&a);
	ok = play(script, &a, "plain");
	mem_print(&records, a.world);
	if (verbose || !ok)
		fprintf(stderr, "%s", records.data ? records.data : "");
	*out = (struct plain){.records = buf_steal(&records),
		.ops = a.world->ops,
		.commits = a.stage->commits,
		.turns = a.stage->turns};
	memcpy(out->is_push, a.world->is_push, sizeof out->is_push);
	attempt_close(&a);
	return ok;
}

struct list_of_variants {
	struct arena *arena;
	const char **item;
	size_t n, room;
};

__attribute__((format(printf, 2, 3))) static void add(struct list_of_variants *l, const char *fmt, ...)
{
	char text[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (l->n == l->room) {
		const char **more = arena_array(l->arena, const char *, l->room = l->room ? l->room * 2 : 256);

		if (l->n)
			memcpy(more, l->item, l->n * sizeof *more);
		l->item = more;
	}
	l->item[l->n++] = arena_strdup(l->arena, text);
}

/* Leaves out all but about `most` of those from `first` on, evenly spread; each scenario keeps others. */
static void thin_out(struct list_of_variants *l, size_t first, size_t most, uint64_t seed)
{
	const size_t n = l->n - first, step = most ? (n + most - 1) / most : n + 1;
	size_t kept = first;

	if (n <= most)
		return;
	for (size_t i = first + seed % step; i < l->n; i += step)
		l->item[kept++] = l->item[i];
	l->n = kept;
}

/* Each scenario draws its own. */
static uint64_t seed_of(const struct script *script)
{
	const char *name = strrchr(script->file, '/');

	return hash_text(name ? name + 1 : script->file, 0);
}

static struct list_of_variants variants_of(
	struct arena *arena, const struct script *script, const struct plain *plain, bool all)
{
	struct list_of_variants l = {.arena = arena};
	const uint64_t seed = seed_of(script);
	size_t first;

	for (uint64_t i = 1; i <= (all ? 20 : SAMPLE_JITTERS); i++)
		add(&l, "jitter:%llu", (unsigned long long)(seed % 1000 + i));
	first = l.n;
	for (uint64_t i = 1; i <= plain->commits; i++)
		add(&l, "kill:%llu", (unsigned long long)i);
	thin_out(&l, first, all ? SIZE_MAX : SAMPLE_KILLS, seed);
	first = l.n;
	for (uint64_t i = 1; i <= plain->turns; i++)
		add(&l, "cancel:%llu", (unsigned long long)i);
	thin_out(&l, first, all ? 2000 : SAMPLE_CANCELS, seed);
	first = l.n;
	for (uint64_t i = 1; i <= plain->ops && i < MEM_OPS_MAX; i++)
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			add(&l, "fail:%llu:%s:before", (unsigned long long)i, err_kind_name(kinds[k]));
			if (plain->is_push[i] && (kinds[k] == ERR_AGAIN || kinds[k] == ERR_BROKEN || kinds[k] == ERR_CONFLICT))
				add(&l, "fail:%llu:%s:after", (unsigned long long)i, err_kind_name(kinds[k]));
			if (kinds[k] == ERR_AGAIN)
				add(&l, "fail:%llu:%s:unsent", (unsigned long long)i, err_kind_name(kinds[k]));
		}
	thin_out(&l, first, all ? SIZE_MAX : SAMPLE_FAILS, seed);
	return l;
}

int main(int argc, char **argv)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct list_of_variants l;
	struct script *script;
	const char *only = NULL, *file = NULL;
	bool all = false, plain_only = false, ok;
	size_t failed = 0, every = 1;
	struct plain plain;

	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--all"))
			all = true;
		else if (!strcmp(argv[i], "--plain"))
			plain_only = true;
		else if (!strcmp(argv[i], "--verbose"))
			verbose = true;
		else if (!strcmp(argv[i], "--keep"))
			keep = true;
		else if (!strcmp(argv[i], "--every") && i + 1 < argc && (every = strtoul(argv[i + 1], NULL, 10)))
			i++;
		else if (!strcmp(argv[i], "--only") && i + 1 < argc)
			only = argv[++i];
		else if (!strcmp(argv[i], "--mutant") && i + 1 < argc && mutant_select(argv[i + 1]))
			i++;
		else
			file = argv[i];
	if (!file) {
		fprintf(stderr, "usage: scenario-run [--all | --plain | --every N | --only VARIANT] [--mutant NAME] [--verbose] [--keep] FILE\n");
		return 2;
	}
	script = script_read(arena, file);
	if (!script)
		return 2;
	/* Read once, for the children too. */
	match_model_default();
	ok = play_plain(script, &plain);
	if (ok && !plain_only) {
		l = variants_of(arena, script, &plain, all);
		thin_out(&l, 0, (l.n + every - 1) / every, seed_of(script));
		if (only) {
			l.n = 1;
			l.item[0] = only;
		}
		for (size_t i = 0; i < l.n && failed < 5; i++)
			failed += !play_variant(script, l.item[i], &plain);
		printf("%s: %zu variants, %llu ops, %llu commits, %llu turns\n", script->file, l.n,
			(unsigned long long)plain.ops, (unsigned long long)plain.commits,
			(unsigned long long)plain.turns);
	}
	free(plain.records);
	return !ok || failed;
}
