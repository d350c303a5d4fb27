/*
 * lock.h - inside the store only: one daemon per store, and whether the last one closed it.
 *
 * <path>.lock is held by flock(), which ends with the process however it ends. It holds a line from open to close: a
 * line that is already there means that the last close did not happen.
 */
#pragma once
#include <stdbool.h>

#include "base/err.h"

/* ERR_AGAIN if another process has it. */
bool lock_take(const char *path, int *fd, bool *unclean, struct err *);
/* clean: everything was written and closed. fd -1 is fine. */
void lock_release(int fd, bool clean);
