/* mem_parts.h - between mem.c, mem_remote.c and mem_write.c. */
#pragma once
#include "support/mem.h"

__attribute__((noreturn)) void mem_die(const char *what);
void mem_copy(char *to, size_t size, const char *from);   /* dies if it does not fit */
void mem_changing(struct mem_partner *, struct mem_record *, int64_t wall_ms);   /* call just before */
void mem_name(struct mem_world *, struct mem_record *created);   /* the label of its like at another partner */
/* A record in one of its states, as the partner shows it. */
void mem_show(const struct mem_partner *, struct arena *, const struct mem_record *, const struct mem_face *,
	struct item *out);
/* What the partner does with a write, and answers. */
bool mem_write(struct mem_world *, struct mem_partner *, struct push *, int64_t wall_ms, struct err *);
/* As that partner writes it down; value has MEM_VALUE_MAX bytes. */
void mem_render(const struct mem_partner *, enum record_type, unsigned field, char *value);
/* A copy of a write that outlives its op has its effect when somebody asks after that time. */
void mem_write_later(struct mem_partner *, const struct push *, int64_t due_ms);
void mem_write_due(struct mem_world *, const struct mem_partner *, int64_t now_ms);
