/* mem_parts.h - between mem.c and mem_remote.c. */
#pragma once
#include "support/mem.h"

__attribute__((noreturn)) void mem_die(const char *what);
void mem_copy(char *to, size_t size, const char *from);   /* dies if it does not fit */
void mem_changing(struct mem_partner *, struct mem_record *, int64_t wall_ms);   /* call just before */
void mem_name(struct mem_world *, struct mem_record *created);   /* the label of its like at another partner */
