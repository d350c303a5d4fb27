/* utf8.h - well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Length of the character at p, of which n > 0 bytes are there; 0 if it is not well-formed. */
size_t utf8_step(const char *p, size_t n);
bool utf8_valid(const char *p, size_t n);
