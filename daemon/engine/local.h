/*
 * local.h - checks that need a loop for a moment, in a process that has none: --check and the command line.
 * Each opens a loop, does its work, and closes everything again before it returns.
 */
#pragma once
#include "engine/check.h"

/* Every enabled partner's endpoint and field maps, without a byte sent. True if nothing was wrong. */
bool local_check_config(const struct config *, struct diags *);
/* As check.h has it; partner and what is asked for are the caller's to set. A new reference; NULL and err if it could not
 * be done. */
json_t *local_check_partner(const struct config *, struct check *, struct err *);
