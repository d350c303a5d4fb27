/*
 * child.h - a helper program that speaks JSON lines: started, fed, read, watched, restarted by its owner.
 *
 * A line is at most max_line bytes; a longer one, a NUL or a line that is not UTF-8 ends the child with
 * ERR_BROKEN. stderr goes to the log, line by line, at most 100 lines a minute, marked with name; control
 * characters are escaped. The environment is empty but for PATH, LANG and HOME; no descriptor but 0, 1, 2 is
 * inherited; the child dies with the daemon (PR_SET_PDEATHSIG is inherited through a tiny exec step or set by
 * the child's own session; see child.c).
 */
#pragma once
#include <uv.h>

#include "io/op.h"

struct child;

struct child_options {
	const char *name;              /* partner id, for the log */
	const char *const *argv;       /* NULL-terminated; argv[0] is a path or is found in PATH */
	size_t max_line;               /* 0: 16 MiB */
	void (*on_line)(void *ctx, char *line, size_t len);             /* NUL-terminated, valid during the call */
	void (*on_exit)(void *ctx, const struct err *why);              /* once; never nested in a call from here */
	void *ctx;
};

/* Never NULL; a failure to start arrives in on_exit. */
struct child *child_start(struct loop *, uv_loop_t *, const struct child_options *);
/* Queues one line (without newline). False if the child is gone or has 64 MiB unread: then it is stuck. */
bool child_send(struct child *, const char *line, size_t len);
/* TERM, then KILL after 5 s. Ends when the process is reaped and every handle closed; frees the child. on_exit is
 * not called after this. */
void child_close(struct child *, struct op *);
