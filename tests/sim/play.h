/* play.h - between main.c, table.c and shrink.c: histories in processes of their own. */
#pragma once
#include "sim.h"

extern bool play_verbose;
extern const char *play_keep;   /* folder for the store as a history left it, or NULL */
extern const char *play_mutant; /* a mechanism switched off, or NULL */

struct outcome *play_outcome(void); /* shared with children */
/* In a process of its own, so that one that dies is a violation as any other. */
void play_apart(struct plan *, struct outcome *);
/* The same begun, and ended. */
int play_begin(struct plan *, struct outcome *);            /* its pid */
void play_end(int status, struct outcome *);

/* shrink.c: takes out of a failing plan what it does not need to fail by the same rule, and writes what is left. most_s: of
 * processor time. scenario: the file in which it is told at last. */
void shrink(struct plan *, const struct outcome *, uint64_t most_s, const char *scenario);
void shrink_write(const struct plan *, const struct outcome *, const char *path);
bool shrink_read(struct plan *, const char *path); /* draws and reduces it again */

/* table.c: every mechanism, and the first seed that misses it, or the one named for it in that file (NULL: none). False: one
 * is missed by nobody. */
bool table(uint64_t first, uint64_t last, unsigned jobs, const char *caught);
