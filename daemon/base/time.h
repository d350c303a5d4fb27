/*
 * time.h - times as milliseconds since 1970-01-01T00:00:00Z, parsed and printed; reads no clock.
 * Source of the forms: RFC 3339 section 5.6, RFC 9110 section 5.6.7 (HTTP-date), systemd.time(7) for spans.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_TEXT_MAX 32

/* RFC 3339 date-time; also accepted: a blank for T, an absent zone (taken as UTC), +hhmm, 0-9 fraction digits.
 * Impossible dates (30 February) are refused. */
bool time_parse(const char *text, int64_t *ms);
bool time_parse_date(const char *text, int64_t *ms);       /* YYYY-MM-DD, midnight UTC */
bool time_parse_http(const char *text, int64_t *ms);       /* IMF-fixdate, rfc850, asctime */
/* "YYYY-MM-DDTHH:MM:SSZ", with ".mmm" when ms is not a whole second. Returns text. */
char *time_format(int64_t ms, char text[TIME_TEXT_MAX]);
/* strftime-like with %Y %m %d %H %M %S %L (milliseconds) %s (epoch seconds) %Q (epoch ms) %% only; both ways.
 * What parse accepts, format gives back. */
bool time_parse_as(const char *format, const char *text, int64_t *ms);
bool time_format_as(const char *format, int64_t ms, char *text, size_t size);

/* "90s", "5min", "1h 30min", "2d", "250ms", bare number = seconds; also the reverse, shortest exact form. */
bool time_parse_span(const char *text, uint64_t *ms);
char *time_format_span(uint64_t ms, char text[TIME_TEXT_MAX]);
