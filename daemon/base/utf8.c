#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

size_t utf8_step(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len > n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

bool utf8_valid(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		uint64_t word;
		size_t step;

		/* Most text is ASCII: eight bytes at a time. */
		if (n - i >= sizeof word) {
			memcpy(&word, p + i, sizeof word);
			if (!(word & 0x8080808080808080u)) {
				i += sizeof word;
				continue;
			}
		}
		step = utf8_step(p + i, n - i);
		if (!step)
			return false;
		i += step;
	}
	return true;
}

void utf8_repair(struct buf *out, const char *p, size_t n, size_t most)
{
	static const char replacement[] = "\xef\xbf\xbd";
	size_t step;

	for (const char *end = p + n; p < end; p += step ? step : 1) {
		size_t len;

		step = utf8_step(p, (size_t)(end - p));
		len = step ? step : sizeof replacement - 1;
		if (len > most)
			return;
		buf_add(out, step ? p : replacement, len);
		most -= len;
	}
}
