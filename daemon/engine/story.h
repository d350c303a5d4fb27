/*
 * story.h - what events tell: their data as JSON text. Values in it are for the store only, never for the log.
 */
#pragma once
#include "base/buf.h"
#include "core/match.h"
#include "core/observe.h"
#include "core/record.h"

/* A value as its field prints it: text, true, false, an array, or null. */
void story_value(struct buf *, const struct field *, const char *value);
/* "name":value for each of those fields that the record has, in braces. */
void story_fields(struct buf *, const struct record *, uint64_t fields);
/* {"fields":{name:{"from":..,"to":..}}} for the edits, {"fields":{name:value}} for the confirmations. */
void story_edits(struct buf *, enum record_type, const struct observation *);
void story_confirms(struct buf *, enum record_type, const struct observation *);
void story_learned(struct buf *, enum record_type, const struct finding *);
/* {"how":..,"model":..,"prior":..,"score":..,"link_at":..,"review_at":..,"why":..,"evidence":[..]}; result NULL: no score. */
void story_link(struct buf *, const char *how, const struct match_model *, const struct match_result *);
