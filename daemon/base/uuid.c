#include "base/uuid.h"

#include <string.h>

/* In text, a hyphen stands before these bytes. */
static bool hyphen_before(size_t i)
{
	return i == 4 || i == 6 || i == 8 || i == 10;
}

struct uuid uuid_v7(int64_t wall_ms, const uint8_t random[10])
{
	struct uuid u;

	for (size_t i = 0; i < 6; i++)
		u.b[i] = (uint8_t)((uint64_t)wall_ms >> (40 - 8 * i));
	memcpy(u.b + 6, random, 10);
	u.b[6] = (uint8_t)(0x70 | (u.b[6] & 0x0f));
	u.b[8] = (uint8_t)(0x80 | (u.b[8] & 0x3f));
	return u;
}

char *uuid_format(const struct uuid *u, char text[UUID_TEXT_MAX])
{
	static const char digits[] = "0123456789abcdef";
	char *p = text;

	for (size_t i = 0; i < sizeof u->b; i++) {
		if (hyphen_before(i))
			*p++ = '-';
		*p++ = digits[u->b[i] >> 4];
		*p++ = digits[u->b[i] & 15];
	}
	*p = '\0';
	return text;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool uuid_parse(const char *text, struct uuid *out)
{
	struct uuid u;

	if (strlen(text) != UUID_TEXT_MAX - 1)
		return false;
	for (size_t i = 0; i < sizeof u.b; i++, text += 2) {
		if (hyphen_before(i) && *text++ != '-')
			return false;
		if (hex(text[0]) < 0 || hex(text[1]) < 0)
			return false;
		u.b[i] = (uint8_t)(hex(text[0]) << 4 | hex(text[1]));
	}
	*out = u;
	return true;
}
