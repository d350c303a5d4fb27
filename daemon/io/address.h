/*
 * address.h - which addresses a partner may have: those of the public internet. A name that resolves to anything
 * else points into our own network (RFC 6890 and the IANA special-purpose registries).
 */
#pragma once
#include <stdbool.h>

struct sockaddr;

bool address_public(const struct sockaddr *);
bool address_public_text(const char *numeric);   /* false as well if it is no address */
