#include "io/address.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void only_the_public_internet(void **state)
{
	static const char *const public[] = {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
		"126.255.255.255", "128.0.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
		"192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00::1",
		"64:ff9b::101:101", "2002:101:101::"};
	static const char *const other[] = {"0.0.0.0", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
		"127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1",
		"192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "224.0.0.1", "240.0.0.0",
		"255.255.255.255", "::", "::1", "::ffff:1.1.1.1", "::ffff:127.0.0.1", "::1.1.1.1", "64:ff9b::127.0.0.1",
		"64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::", "2001::1", "2001:db8::1",
		"fc00::1", "fdff::1", "fe80::1", "fec0::1", "ff02::1", "100::1", "", "localhost", "1.1.1", "0x7f.1"};

	(void)state;
	for (size_t i = 0; i < sizeof public / sizeof public[0]; i++) {
		if (!address_public_text(public[i]))
			fail_msg("refused: %s", public[i]);
	}
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
		if (address_public_text(other[i]))
			fail_msg("taken for public: %s", other[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(only_the_public_internet)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
