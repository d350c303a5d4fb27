/*
 * period.h - days and the periods of reports. A day is a number, from 1970-01-01, of the civil calendar in Belgium: what
 * happens at half past midnight there belongs to the new day, though it is still yesterday in UTC.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define PERIOD_TEXT_MAX 32

/* Both days included; INT32_MIN and INT32_MAX: open. */
struct period {
	int32_t first, last;
};

/* "2025", "2025-Q1", "2025-03" or "2025-03-14". */
bool period_parse(const char *text, struct period *);
bool period_day_parse(const char *text, int32_t *day);        /* YYYY-MM-DD */
char *period_day_format(int32_t day, char text[PERIOD_TEXT_MAX]);
/* Parts of the year that a day is in, as texts that sort: "2025", "2025-Q1", "2025-03". */
enum period_part { PERIOD_YEAR, PERIOD_QUARTER, PERIOD_MONTH };
char *period_part_format(int32_t day, enum period_part, char text[PERIOD_TEXT_MAX]);
int32_t period_part_first(int32_t day, enum period_part);     /* the first day of that part */

int32_t period_day_of(int64_t ms);                            /* the day that a moment is in */
int64_t period_day_begin(int32_t day);                        /* its first moment */
static inline bool period_has(const struct period *p, int32_t day)
{
	return day >= p->first && day <= p->last;
}
