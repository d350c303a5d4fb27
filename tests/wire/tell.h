/* tell.h - what came of an op, as a transcript has it: lines, each ended. */
#pragma once
#include "adapters/adapter.h"

void tell_err(struct buf *, const struct err *);
void tell_item(struct buf *, const struct item *);
/* mark begins each line. */
void tell_push(struct buf *, const struct push *, const char *mark);
