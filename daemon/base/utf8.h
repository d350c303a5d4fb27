/* utf8.h - well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Length of the character at p, of which n > 0 bytes are there; 0 if it is not well-formed. */
size_t utf8_step(const char *p, size_t n);
bool utf8_valid(const char *p, size_t n);
/* Adds what can be shown of any bytes: U+FFFD for each that is not well-formed, and no more than `most` bytes in all,
 * cut between characters. */
void utf8_repair(struct buf *, const char *p, size_t n, size_t most);
