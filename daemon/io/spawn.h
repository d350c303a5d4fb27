/*
 * spawn.h - a program with a pipe to each of its standard streams.
 *
 * Not uv_spawn(), because between fork and exec it must be bound to our life (PR_SET_PDEATHSIG: it is killed when the
 * thread that started it ends), made the leader of its own session, so that its own helpers can be killed with it,
 * and freed of every descriptor but 0, 1 and 2.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

struct spawned {
	pid_t pid;	  /* also its process group */
	int pidfd;	  /* readable when it has ended; waitid(P_PIDFD, ...) reaps it */
	int in, out, log; /* our ends; all four descriptors are the caller's, close-on-exec */
};

/* argv[0] is looked for in our PATH. False: errno says why, a program that cannot be executed included. */
bool spawn(const char *const *argv, char *const *env, struct spawned *);
