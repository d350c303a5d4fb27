/*
 * plan.h - what would have to be written at a partner so that it shows the golden record.
 */
#pragma once
#include "core/observe.h"

/* Fields of golden whose image differs from what the partner shows, among `allowed`; values already sent and not
 * yet read back are not sent again. Unresolved references are left out. */
uint64_t plan_update(const struct shadow *, const struct record *golden, uint64_t allowed, const struct images *);

/* Fields a create would carry: those of golden with a value, among `allowed`. */
uint64_t plan_create(const struct record *golden, uint64_t allowed);
