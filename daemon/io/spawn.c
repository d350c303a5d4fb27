#include "io/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct pipes {
	int in[2], out[2], log[2];
	int failure[2]; /* closed by a successful exec, else carries errno */
};

static void close_pipe(int fd[2])
{
	for (int i = 0; i < 2; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
		fd[i] = -1;
	}
}

static void pipes_close(struct pipes *p)
{
	int saved = errno;

	close_pipe(p->in);
	close_pipe(p->out);
	close_pipe(p->log);
	close_pipe(p->failure);
	errno = saved;
}

static bool pipes_open(struct pipes *p)
{
	memset(p, -1, sizeof *p);
	return pipe2(p->in, O_CLOEXEC) == 0 && pipe2(p->out, O_CLOEXEC) == 0 && pipe2(p->log, O_CLOEXEC) == 0 &&
	       pipe2(p->failure, O_CLOEXEC) == 0;
}

/* In the copy of a process with threads: nothing here may allocate or lock. */
__attribute__((noreturn)) static void become(
	const struct pipes *p, pid_t parent, const char *const *argv, char *const *env)
{
	struct sigaction normal = {.sa_handler = SIG_DFL};
	unsigned failure = (unsigned)p->failure[1];
	sigset_t none;
	int why;

	sigemptyset(&none);
	for (int s = 1; s < NSIG; s++)
		sigaction(s, &normal, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent && dup2(p->in[0], 0) == 0 &&
		dup2(p->out[1], 1) == 1 && dup2(p->log[1], 2) == 2) {
		if (failure > 3)
			close_range(3, failure - 1, 0);
		close_range(failure + 1, ~0U, 0);
		execvpe(argv[0], (char *const *)(uintptr_t)argv, env);
	}
	why = errno;
	(void)!write((int)failure, &why, sizeof why);
	_exit(127);
}

/* What the new process had to say before its exec, 0 for nothing. */
static int failure_read(int fd)
{
	int why = 0;
	ssize_t n;

	do
		n = read(fd, &why, sizeof why);
	while (n < 0 && errno == EINTR);
	return why;
}

bool spawn(const char *const *argv, char *const *env, struct spawned *s)
{
	__attribute__((cleanup(pipes_close))) struct pipes p;
	pid_t parent = getpid(), pid;
	int why, pidfd;

	if (!pipes_open(&p))
		return false;
	pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0)
		become(&p, parent, argv, env);
	close(p.failure[1]);
	p.failure[1] = -1;
	why = failure_read(p.failure[0]);
	pidfd = why ? -1 : pidfd_open(pid, 0);
	if (pidfd < 0) {
		if (!why)
			why = errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		errno = why;
		return false;
	}
	*s = (struct spawned){.pid = pid, .pidfd = pidfd, .in = p.in[1], .out = p.out[0], .log = p.log[0]};
	p.in[1] = p.out[0] = p.log[0] = -1;
	return true;
}
