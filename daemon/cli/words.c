#include "cli/cli.h"

#include <string.h>
#include <time.h>

#include "base/time.h"

const char *words_text(const json_t *o, const char *key)
{
	const char *t = json_string_value(json_object_get(o, key));

	return t ? t : "";
}

int64_t words_number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

char *words_time(struct arena *arena, int64_t ms)
{
	const time_t seconds = (time_t)(ms / 1000);
	char shown[40];
	struct tm tm;

	if (!ms)
		return arena_strdup(arena, "never");
	localtime_r(&seconds, &tm);
	strftime(shown, sizeof(shown), "%Y-%m-%d %H:%M:%S", &tm);
	return arena_strdup(arena, shown);
}

/* One unit is enough: how long ago matters, not the rest. */
static char *span(struct arena *arena, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "min" }, { 1000, "s" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (ms >= 2 * units[i].ms || (i == 3 && ms >= 1000))
			return arena_printf(arena, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
	return arena_strdup(arena, "");
}

char *words_ago(struct arena *arena, int64_t ms)
{
	struct timespec now;
	int64_t past;
	char *length;

	if (!ms)
		return arena_strdup(arena, "never");
	clock_gettime(CLOCK_REALTIME, &now);
	past = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - ms;
	length = span(arena, past < 0 ? -past : past);
	if (!*length)
		return arena_strdup(arena, "now");
	return past < 0 ? arena_printf(arena, "in %s", length) : arena_printf(arena, "%s ago", length);
}

void words_value(struct buf *b, const json_t *v, const json_t *labels)
{
	const json_t *one;
	size_t i;

	if (json_is_string(v)) {
		const char *label = json_string_value(json_object_get(labels, json_string_value(v)));

		buf_adds(b, json_string_value(v));
		if (label && *label)
			buf_addf(b, " (%s)", label);
	} else if (json_is_boolean(v)) {
		buf_adds(b, json_is_true(v) ? "yes" : "no");
	} else if (json_is_integer(v)) {
		buf_addf(b, "%lld", (long long)json_integer_value(v));
	} else if (json_is_real(v)) {
		buf_addf(b, "%g", json_real_value(v));
	} else if (json_is_object(v)) {
		AUTO(free) char *text = json_dumps(v, JSON_COMPACT);

		buf_adds(b, text ? text : "");
	}
	json_array_foreach(v, i, one) {
		if (i)
			buf_adds(b, ", ");
		words_value(b, one, labels);
	}
}

char *words_list(struct arena *arena, const json_t *strings)
{
	BUF_AUTO struct buf b = { 0 };

	words_value(&b, strings, NULL);
	return arena_strdup(arena, b.data ? b.data : "");
}

const char *words_more(const json_t *answer)
{
	return json_is_true(json_object_get(answer, "more")) ? "there are more, see --limit\n" : "";
}

const char *words_plural(int64_t n)
{
	return n == 1 ? "" : "s";
}
