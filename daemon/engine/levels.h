/*
 * levels.h - what was agreed about how long answers take, taken out of the configuration on the loop for a question that
 * another thread asks of the store.
 */
#pragma once
#include "engine/config.h"
#include "store/query.h"

/* {partner or desk: {service: ms}}, "" for any other service; of those with whom something was agreed. A new reference. */
json_t *levels_of(const struct config *);
struct levels levels_in(json_t *);              /* borrowed; NULL: nothing was agreed with anybody */
