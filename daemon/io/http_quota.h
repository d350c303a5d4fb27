/*
 * http_quota.h - how many of a day's requests are used up, remembered over a restart.
 *
 * The file has the count of one day. It is written ahead: a hundredth of the quota at a time, so that few requests cost
 * a write, and so that what follows a crash counts that many too many rather than too few. A count that cannot be read
 * or written is kept in memory only.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct http_quota {
	uint64_t most;     /* requests in a UTC day; 0: unlimited */
	const char *path;  /* or NULL; owned by the caller */
	bool read;
	int64_t day;       /* since 1970 */
	uint64_t used;
	uint64_t reserved; /* what the file says */
};

/* 0 if one more may go today, else how many ms today lasts. Reads the file the first time. */
uint32_t http_quota_wait(struct http_quota *, int64_t wall_ms);
/* One has gone; http_quota_wait() has said that it may. */
void http_quota_take(struct http_quota *);
/* To the number: at the end. */
void http_quota_save(struct http_quota *);
