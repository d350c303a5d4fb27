/*
 * plan.h - what would have to be written at a partner so that it shows the golden record.
 */
#pragma once
#include "core/observe.h"

/* Fields of golden whose image differs from what the partner shows, among `allowed`. Unresolved references and fields
 * that nobody ever filled are left out. */
uint64_t plan_update(const struct shadow *, const struct record *golden, uint64_t allowed, const struct images *);

/* Those of `fields` whose golden value was the last one sent, was acknowledged and has not been read back: not to be sent
 * again, unless an edit overtook the acknowledgement, since then it may have been gone over. */
uint64_t plan_unconfirmed(const struct shadow *, const struct record *golden, uint64_t fields);

/* Fields a create carries: those of golden with a value, among `allowed`. */
uint64_t plan_create(const struct record *golden, uint64_t allowed);
