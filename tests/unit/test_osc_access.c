#include "edge/osc_access.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

static enum desk_role
role_of(const struct access_list *list, const char *address)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = 1234 };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		.sin6_port = 1234 };

	if (strchr(address, ':')) {
		assert_int_equal(
		    inet_pton(AF_INET6, address, &six.sin6_addr), 1);
		return access_role(list, (const struct sockaddr *)&six);
	}
	assert_int_equal(inet_pton(AF_INET, address, &four.sin_addr), 1);
	return access_role(list, (const struct sockaddr *)&four);
}

static void
who_is_not_listed_has_no_role(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	assert_int_equal(role_of(&list, "127.0.0.1"), ROLE_NONE);
	assert_int_equal(access_add(&list, "127.0.0.0/8", ROLE_ADMIN), 0);
	assert_int_equal(role_of(&list, "128.0.0.1"), ROLE_NONE);
	assert_int_equal(role_of(&list, "::1"), ROLE_NONE);
}

static void
a_network_ends_at_its_last_bit(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	assert_int_equal(access_add(&list, "192.168.4.0/22", ROLE_MIX), 0);
	assert_int_equal(role_of(&list, "192.168.3.255"), ROLE_NONE);
	assert_int_equal(role_of(&list, "192.168.4.0"), ROLE_MIX);
	assert_int_equal(role_of(&list, "192.168.7.255"), ROLE_MIX);
	assert_int_equal(role_of(&list, "192.168.8.0"), ROLE_NONE);
}

static void
an_ipv6_network_ends_at_its_last_bit(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	assert_int_equal(access_add(&list, "fd00:0:0:8::/61", ROLE_VIEW), 0);
	assert_int_equal(role_of(&list, "fd00:0:0:7::1"), ROLE_NONE);
	assert_int_equal(role_of(&list, "fd00:0:0:8::1"), ROLE_VIEW);
	assert_int_equal(role_of(&list, "fd00:0:0:f::1"), ROLE_VIEW);
	assert_int_equal(role_of(&list, "fd00:0:0:10::1"), ROLE_NONE);
}

static void
the_smallest_network_decides_in_any_order(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	access_add(&list, "10.1.2.3/32", ROLE_ADMIN);
	access_add(&list, "0.0.0.0/0", ROLE_VIEW);
	access_add(&list, "10.0.0.0/8", ROLE_MIX);
	assert_int_equal(role_of(&list, "10.1.2.3"), ROLE_ADMIN);
	assert_int_equal(role_of(&list, "10.1.2.4"), ROLE_MIX);
	assert_int_equal(role_of(&list, "11.1.2.3"), ROLE_VIEW);
}

static void
of_the_same_network_twice_the_first_decides(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	access_add(&list, "10.0.0.0/8", ROLE_VIEW);
	access_add(&list, "10.0.0.0/8", ROLE_ADMIN);
	assert_int_equal(role_of(&list, "10.0.0.1"), ROLE_VIEW);
}

static void
ipv4_mapped_into_ipv6_counts_as_ipv4(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	access_add(&list, "::/0", ROLE_VIEW);
	access_add(&list, "10.0.0.0/8", ROLE_MIX);
	assert_int_equal(role_of(&list, "::ffff:10.0.0.1"), ROLE_MIX);
	assert_int_equal(role_of(&list, "::ffff:11.0.0.1"), ROLE_NONE);
	assert_int_equal(role_of(&list, "2001:db8::1"), ROLE_VIEW);
}

static void
senders_of_other_families_have_no_role(void **state)
{
	struct access_list list = { .count = 0 };
	struct sockaddr local = { .sa_family = AF_UNIX };

	(void)state;
	access_add(&list, "0.0.0.0/0", ROLE_ADMIN);
	access_add(&list, "::/0", ROLE_ADMIN);
	assert_int_equal(access_role(&list, &local), ROLE_NONE);
}

static void
what_is_no_network_is_refused(void **state)
{
	static const char *const bad[] = { "", "/8", "10.0.0.0/", "10.0.0.0/33",
		"10.0.0/8", "10.0.0.0/8x", "10.0.0.0/-1", "10.0.0.0/ 8",
		"::1/129", "::1/9999999999", "localhost", "fe80::1%lo/64" };
	struct access_list list = { .count = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(access_add(&list, bad[i], ROLE_ADMIN), -1);
	assert_int_equal(list.count, 0);
}

static void
a_full_list_takes_no_more(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	for (int i = 0; i < DESK_NETWORKS; i++)
		assert_int_equal(access_add(&list, "10.0.0.0/8", ROLE_VIEW), 0);
	assert_int_equal(access_add(&list, "::1", ROLE_VIEW), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_not_listed_has_no_role),
		cmocka_unit_test(a_network_ends_at_its_last_bit),
		cmocka_unit_test(an_ipv6_network_ends_at_its_last_bit),
		cmocka_unit_test(the_smallest_network_decides_in_any_order),
		cmocka_unit_test(of_the_same_network_twice_the_first_decides),
		cmocka_unit_test(ipv4_mapped_into_ipv6_counts_as_ipv4),
		cmocka_unit_test(senders_of_other_families_have_no_role),
		cmocka_unit_test(what_is_no_network_is_refused),
		cmocka_unit_test(a_full_list_takes_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
