/* uuid.h - UUIDv7 (RFC 9562 section 5.7): 48 bits of milliseconds, then randomness the caller brings. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define UUID_TEXT_MAX 37

struct uuid {
	uint8_t b[16];
};

struct uuid uuid_v7(int64_t wall_ms, const uint8_t random[10]);
char *uuid_format(const struct uuid *, char text[UUID_TEXT_MAX]); /* returns text */
bool uuid_parse(const char *text, struct uuid *);                 /* either case; exact length */
