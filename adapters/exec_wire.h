/*
 * exec_wire.h - the lines between the daemon and a helper program, without the program: JSON out, JSON in.
 * adapters/README.md describes the protocol; tests/wire/exec.txt is its transcript. Thread-safe.
 */
#pragma once
#include "adapters/adapters.h"

#define EXEC_PROTOCOL 1

/* Each line is malloc'ed. */
char *exec_hello_line(const char *partner, const json_t *config, const json_t *secrets, unsigned types);
char *exec_pull_line(uint64_t id, const struct pull *);
char *exec_get_line(uint64_t id, const struct get *);
char *exec_push_line(uint64_t id, const struct push *);
char *exec_cancel_line(uint64_t id);

/* What a helper says of itself once it is ready. */
struct exec_ready {
	unsigned caps, types;
	uint64_t readable[RECORD_TYPES], writable[RECORD_TYPES];
	uint64_t version; /* hash of all that */
};
bool exec_ready_parse(json_t *ready, struct exec_ready *, struct err *);

/* `fail`: always sets the error. */
void exec_fail_parse(json_t *fail, struct err *);
/* `done`, by what was asked; false and ERR_BROKEN if it makes no sense. */
bool exec_pull_parse(json_t *done, struct pull *, struct err *);
bool exec_get_parse(json_t *done, struct get *, struct err *);
bool exec_push_parse(json_t *done, struct push *, struct err *);
