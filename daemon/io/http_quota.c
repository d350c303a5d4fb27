#include "io/http_quota.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"

#define DAY_MS ((int64_t)86400000)

static void read_count(struct http_quota *q)
{
	FILE *f = q->path ? fopen(q->path, "re") : NULL;
	long long day;
	unsigned long long used;

	q->read = true;
	if (!f)
		return;
	if (fscanf(f, "%lld %llu", &day, &used) == 2 && day == q->day)
		q->used = q->reserved = used;
	fclose(f);
}

static bool write_count(const struct http_quota *q)
{
	BUF_AUTO struct buf beside = {0};
	FILE *f;
	bool ok;

	buf_addf(&beside, "%s.new", q->path);
	f = fopen(beside.data, "we");
	if (!f)
		return false;
	ok = fprintf(f, "%lld %llu\n", (long long)q->day, (unsigned long long)q->reserved) > 0;
	return !fclose(f) && ok && !rename(beside.data, q->path);
}

static void reserve(struct http_quota *q, uint64_t count)
{
	q->reserved = count;
	if (!write_count(q))
		log_event(LOG_LEVEL_WARN, "quota_unsaved", "file=%s error=%s", q->path, strerror(errno));
}

uint32_t http_quota_wait(struct http_quota *q, int64_t wall_ms)
{
	const int64_t day = wall_ms / DAY_MS;

	if (!q->most)
		return 0;
	if (day != q->day) {
		q->day = day;
		q->used = q->reserved = 0;
	}
	if (!q->read)
		read_count(q);
	return q->used < q->most ? 0 : (uint32_t)((day + 1) * DAY_MS - wall_ms);
}

void http_quota_take(struct http_quota *q)
{
	q->used++;
	if (q->most && q->path && q->used > q->reserved)
		reserve(q, q->used + q->most / 100);
}

void http_quota_save(struct http_quota *q)
{
	if (q->path && q->read && q->reserved != q->used)
		reserve(q, q->used);
}
