/*
 * metrics.h - what machines scrape: OpenMetrics 1.0 text, or the older Prometheus text format (0.0.4) that differs only
 * in how counters are declared. Labels are partner, state and outcome: few values, never a record.
 */
#pragma once
#include "base/buf.h"
#include "base/json.h"
#include "engine/engine.h"

struct metrics_in {
	const struct engine *engine;
	const json_t *stored;         /* query_status(): everything that only the store knows */
	const uint64_t *answered;     /* API answers by hundreds of their status, 6 of them */
	bool open_metrics;
};

void metrics_print(struct buf *, const struct metrics_in *);
