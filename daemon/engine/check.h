/*
 * check.h - tries a partner's endpoint without storing or writing anything: `doorstroom adapter check`.
 *
 * Opens a remote of its own, reads the first page of each type, and tells what came: for whoever hooks an adapter. An
 * endpoint whose refresh token rotates must not be tried while the daemon uses it: two holders of one token void it
 * for each other.
 */
#pragma once
#include "adapters/adapter.h"
#include "engine/config.h"

struct check {
	struct op op;                   /* caller's loop and done */
	const struct adapter_env *env;  /* outlives the op */
	const struct partner_config *partner;
	bool offline;                   /* no I/O: configuration and field maps only */
	/* Out: {"partner","adapter","ok","faults":[..],"can":[..],"class","types":[{"type","items","unusable","more","total",
	 * "fields":{name:count},"faults":[{"key","field","reason"}],"error"}]}; the caller's reference. Values are left out. */
	json_t *out;
};
void check_start(struct check *);
