/*
 * named.h - what an admin named, for handlers on the store's lane: a hub id, or PARTNER:KEY (PARTNER:TYPE:KEY where types share
 * keys). Unknown: ERR_GONE; no name: ERR_ITEM.
 */
#pragma once
#include "engine/commands_parts.h"

/* On the reader's lane, before the others: that argument, if it is the beginning of a hub id, becomes the whole of it. */
bool named_whole(struct command_call *, const char *arg, struct err *);
bool named_shadow(struct command_call *, const char *name, struct shadow **out, struct err *);
/* The row that a whole hub id names, merged or not. */
bool named_row(struct command_call *, const char *name, int64_t *id, struct err *);
/* The record it names or belongs to; what was merged is followed. */
bool named_entity(struct command_call *, const char *name, struct entity **out, struct err *);
