#include "io/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

static bool public4(const uint8_t a[4])
{
	static const struct {
		uint8_t net[4];
		unsigned bits;
	} special[] = {
		{{0, 0, 0, 0}, 8},	 /* this network */
		{{10, 0, 0, 0}, 8},	 /* private */
		{{100, 64, 0, 0}, 10},	 /* carrier-grade NAT */
		{{127, 0, 0, 0}, 8},	 /* loopback */
		{{169, 254, 0, 0}, 16},	 /* link-local, cloud metadata */
		{{172, 16, 0, 0}, 12},	 /* private */
		{{192, 0, 0, 0}, 24},	 /* protocol assignments */
		{{192, 0, 2, 0}, 24},	 /* documentation */
		{{192, 168, 0, 0}, 16},	 /* private */
		{{198, 18, 0, 0}, 15},	 /* benchmarks */
		{{198, 51, 100, 0}, 24}, /* documentation */
		{{203, 0, 113, 0}, 24},	 /* documentation */
		{{224, 0, 0, 0}, 3},	 /* multicast, reserved, broadcast */
	};
	uint32_t addr = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];

	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
		const uint8_t *n = special[i].net;
		uint32_t net = (uint32_t)n[0] << 24 | (uint32_t)n[1] << 16 | (uint32_t)n[2] << 8 | n[3];

		if ((addr ^ net) >> (32 - special[i].bits) == 0)
			return false;
	}
	return true;
}

static bool begins(const uint8_t a[16], const uint8_t *with, size_t n)
{
	return memcmp(a, with, n) == 0;
}

/* Only 2000::/3 is routed on the internet, and forms in it that carry an IPv4 address are as public as that is. */
static bool public6(const uint8_t a[16])
{
	static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b}, six_to_four[2] = {0x20, 0x02},
			     teredo[4] = {0x20, 0x01}, documentation[4] = {0x20, 0x01, 0x0d, 0xb8};

	if (begins(a, nat64, sizeof nat64))
		return public4(a + 12);
	if (begins(a, six_to_four, sizeof six_to_four))
		return public4(a + 2);
	return a[0] >> 5 == 1 && !begins(a, teredo, sizeof teredo) && !begins(a, documentation, sizeof documentation);
}

bool address_public(const struct sockaddr *sa)
{
	uint8_t a[16];

	switch (sa->sa_family) {
	case AF_INET:
		memcpy(a, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
		return public4(a);
	case AF_INET6:
		memcpy(a, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
		return public6(a);
	default:
		return false;
	}
}

bool address_public_text(const char *numeric)
{
	uint8_t a[16];

	if (inet_pton(AF_INET, numeric, a) == 1)
		return public4(a);
	return inet_pton(AF_INET6, numeric, a) == 1 && public6(a);
}
