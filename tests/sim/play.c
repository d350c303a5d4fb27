#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "adapters/adapters.h"
#include "base/log.h"
#include "base/mutant.h"
#include "support/disk.h"

enum { CPU_S = 100 }; /* of one history, with sanitizers: a second would do without */

bool play_verbose;
const char *play_keep, *play_mutant;

static void swallow(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	if (play_verbose)
		fprintf(stderr, "                    log %d %s\n", (int)level, line);
}

static uint64_t cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void play_here(struct plan *plan, struct outcome *out)
{
	const uint64_t before = cpu_us();

	setrlimit(RLIMIT_CPU, &(struct rlimit){CPU_S, CPU_S});
	json_object_seed(1);
	mutant_select(play_mutant);
	faults_install();
	disk_install();
	log_capture(swallow, NULL);
	log_set_level(play_verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	adapter_of_tests = &sim_adapter;
	world_play(plan, out, play_verbose);
	if (play_keep)
		disk_save(play_keep);
	disk_uninstall();
	out->cpu_us = cpu_us() - before;
}

struct outcome *play_outcome(void)
{
	struct outcome *o = mmap(NULL, sizeof *o, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (o == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return o;
}

int play_begin(struct plan *plan, struct outcome *out)
{
	pid_t pid;

	memset(out, 0, sizeof *out);
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (pid)
		return pid;
	play_here(plan, out);
	plan_free(plan);
	exit(0);
}

void play_end(int status, struct outcome *out)
{
	if (out->failed || (WIFEXITED(status) && !WEXITSTATUS(status)))
		return;
	out->failed = true;
	strcpy(out->rule, "died");
	snprintf(out->what, sizeof out->what, "the process ended with %s %d", WIFSIGNALED(status) ? "signal" : "status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static uint64_t microseconds(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_usec;
}

void play_apart(struct plan *plan, struct outcome *out)
{
	const int pid = play_begin(plan, out);
	struct rusage used;
	int status;

	while (wait4(pid, &status, 0, &used) < 0)
		;
	play_end(status, out);
	/* Who died of it has not told. */
	out->cpu_us = microseconds(&used.ru_utime) + microseconds(&used.ru_stime);
}
