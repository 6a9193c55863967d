#include "edge/osc_access.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static enum desk_role
access_role(const struct access_list *list, const struct sockaddr *from)
{
	const struct access_entry *entry = access_find(list, from);

	entry = entry ? access_open(list, entry) : NULL;
	return entry ? entry->desk->role : ROLE_NONE;
}

/* Entries stay: the list only points to them. */
static int
add(struct access_list *list, const char *network, enum desk_role role,
    const char *token)
{
	static struct desk_network entry[512];
	static size_t used;
	char why[256];

	entry[used] = (struct desk_network){
		.network = (char *)network, .role = role, .token = (char *)token
	};
	return access_add(list, &entry[used++], why, sizeof(why));
}

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
	assert_int_equal(add(&list, "127.0.0.0/8", ROLE_ADMIN, NULL), 0);
	assert_int_equal(role_of(&list, "128.0.0.1"), ROLE_NONE);
	assert_int_equal(role_of(&list, "::1"), ROLE_NONE);
}

static void
a_network_ends_at_its_last_bit(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	assert_int_equal(add(&list, "192.168.4.0/22", ROLE_MIX, NULL), 0);
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
	assert_int_equal(add(&list, "fd00:0:0:8::/61", ROLE_VIEW, NULL), 0);
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
	add(&list, "10.1.2.3/32", ROLE_ADMIN, NULL);
	add(&list, "0.0.0.0/0", ROLE_VIEW, NULL);
	add(&list, "10.0.0.0/8", ROLE_MIX, NULL);
	assert_int_equal(role_of(&list, "10.1.2.3"), ROLE_ADMIN);
	assert_int_equal(role_of(&list, "10.1.2.4"), ROLE_MIX);
	assert_int_equal(role_of(&list, "11.1.2.3"), ROLE_VIEW);
}

static void
of_the_same_network_twice_the_first_decides(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	add(&list, "10.0.0.0/8", ROLE_VIEW, NULL);
	add(&list, "10.0.0.0/8", ROLE_ADMIN, NULL);
	assert_int_equal(role_of(&list, "10.0.0.1"), ROLE_VIEW);
}

static void
ipv4_mapped_into_ipv6_counts_as_ipv4(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	add(&list, "::/0", ROLE_VIEW, NULL);
	add(&list, "10.0.0.0/8", ROLE_MIX, NULL);
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
	add(&list, "0.0.0.0/0", ROLE_ADMIN, NULL);
	add(&list, "::/0", ROLE_ADMIN, NULL);
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
		assert_int_equal(add(&list, bad[i], ROLE_ADMIN, NULL), -1);
	assert_int_equal(list.count, 0);
}

static const struct access_entry *
token_of(const struct access_list *list, const char *address, const char *token)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	const struct access_entry *entry;

	assert_int_equal(inet_pton(AF_INET, address, &four.sin_addr), 1);
	entry = access_find(list, (const struct sockaddr *)&four);
	assert_non_null(entry);
	return access_token(list, entry, token);
}

static void
a_token_opens_the_entries_of_its_network_only(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	add(&list, "10.0.0.0/8", ROLE_MIX, "mixmixmix");
	add(&list, "10.0.0.0/8", ROLE_VIEW, NULL);
	add(&list, "10.0.0.0/8", ROLE_ADMIN, "adminadmin");
	add(&list, "10.1.0.0/16", ROLE_ADMIN, "elsewhere");
	assert_int_equal(role_of(&list, "10.2.0.1"), ROLE_VIEW);
	assert_int_equal(
	    token_of(&list, "10.2.0.1", "mixmixmix")->desk->role, ROLE_MIX);
	assert_int_equal(
	    token_of(&list, "10.2.0.1", "adminadmin")->desk->role, ROLE_ADMIN);
	assert_null(token_of(&list, "10.2.0.1", "elsewhere"));
	assert_null(token_of(&list, "10.2.0.1", ""));
	assert_null(token_of(&list, "10.2.0.1", "mixmixmi"));
	assert_null(token_of(&list, "10.2.0.1", "mixmixmixm"));
	/* The smaller network demands one, whatever the larger allows. */
	assert_int_equal(role_of(&list, "10.1.0.1"), ROLE_NONE);
	assert_null(token_of(&list, "10.1.0.1", "mixmixmix"));
}

static void
no_token_is_kept_as_it_is_written(void **state)
{
	struct access_list list = { .count = 0 };
	const char token[] = "battery-staple";

	(void)state;
	add(&list, "10.0.0.0/8", ROLE_MIX, token);
	assert_null(memmem(&list, sizeof(list), token, strlen(token)));
}

static int
add_file(const char *text, mode_t mode, char *why, size_t why_size)
{
	struct access_list list = { .count = 0 };
	char name[] = "/tmp/headroom-token-XXXXXX";
	struct desk_network entry = { .network = (char *)"10.0.0.0/8",
		.token_file = name };
	struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x0a000001) };
	int fd = mkstemp(name), error;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	error = access_add(&list, &entry, why, why_size);
	unlink(name);
	if (error == 0)
		assert_non_null(access_token(&list,
		    access_find(&list, (const struct sockaddr *)&from),
		    "battery-staple"));
	return error;
}

static void
a_token_file_holds_it_in_its_first_line(void **state)
{
	char why[256] = "";

	(void)state;
	assert_int_equal(add_file("battery-staple", 0600, why, 256), 0);
	assert_int_equal(add_file("battery-staple\n", 0640, why, 256), 0);
	assert_int_equal(
	    add_file("battery-staple\r\nmore\n", 0600, why, 256), 0);
	assert_int_equal(add_file("", 0600, why, 256), -1);
	assert_non_null(strstr(why, "found no token in its first line"));
	assert_int_equal(add_file("seven77\n", 0600, why, 256), -1);
	assert_int_equal(add_file("\nbattery-staple\n", 0600, why, 256), -1);
	assert_int_equal(add_file("battery staple\n", 0600, why, 256), -1);
	assert_null(strstr(why, "staple"));
	assert_int_equal(add_file("battery-staple\n", 0644, why, 256), -1);
	assert_non_null(strstr(why, "everybody may read"));
}

static void
a_token_file_that_is_not_there_is_named(void **state)
{
	struct access_list list = { .count = 0 };
	struct desk_network entry = { .network = (char *)"10.0.0.0/8",
		.token_file = (char *)"/nonexistent/token" };
	char why[256] = "";

	(void)state;
	assert_int_equal(access_add(&list, &entry, why, sizeof(why)), -1);
	assert_non_null(
	    strstr(why, "/nonexistent/token: found No such file or directory"));
}

static void
strips_narrow_by_pattern(void **state)
{
	struct desk_network entry = { .strip = { (char *)"bus/mon-*",
					  (char *)"ch/voice" },
		.strips = 2 };
	struct desk_network all = { .strips = 0 };

	(void)state;
	assert_true(access_strip(&entry, "bus/mon-1"));
	assert_true(access_strip(&entry, "ch/voice"));
	assert_false(access_strip(&entry, "bus/mo"));
	assert_false(access_strip(&entry, "ch/mon-1"));
	assert_false(access_strip(&entry, "master"));
	assert_true(access_strip(&all, "master"));
}

static void
a_full_list_takes_no_more(void **state)
{
	struct access_list list = { .count = 0 };

	(void)state;
	for (int i = 0; i < DESK_NETWORKS; i++)
		assert_int_equal(add(&list, "10.0.0.0/8", ROLE_VIEW, NULL), 0);
	assert_int_equal(add(&list, "::1", ROLE_VIEW, NULL), -1);
}

/* Whoever showed a token of one list has shown it for the next. */
static void
a_list_knows_what_has_become_of_the_entries_of_another(void **state)
{
	struct access_list old = { .count = 0 }, new;
	static const int became[] = { 2, 1, -1, -1 };

	(void)state;
	assert_int_equal(add(&old, "10.0.0.0/8", ROLE_VIEW, "token-one"), 0);
	assert_int_equal(add(&old, "10.0.0.0/8", ROLE_MIX, NULL), 0);
	assert_int_equal(add(&old, "10.1.0.0/16", ROLE_MIX, "token-one"), 0);
	assert_int_equal(add(&old, "10.0.0.0/8", ROLE_MIX, "token-two"), 0);
	access_begin(&new, &old);
	assert_int_equal(add(&new, "10.1.0.0/16", ROLE_MIX, "token-two"), 0);
	assert_int_equal(add(&new, "10.0.0.0/8", ROLE_NONE, NULL), 0);
	assert_int_equal(add(&new, "10.0.0.0/8", ROLE_ADMIN, "token-one"), 0);
	for (size_t i = 0; i < old.count; i++)
		assert_ptr_equal(access_same(&new, &old.entry[i]),
		    became[i] < 0 ? NULL : &new.entry[became[i]]);
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
		cmocka_unit_test(a_token_opens_the_entries_of_its_network_only),
		cmocka_unit_test(no_token_is_kept_as_it_is_written),
		cmocka_unit_test(a_token_file_holds_it_in_its_first_line),
		cmocka_unit_test(a_token_file_that_is_not_there_is_named),
		cmocka_unit_test(strips_narrow_by_pattern),
		cmocka_unit_test(a_full_list_takes_no_more),
		cmocka_unit_test(
		    a_list_knows_what_has_become_of_the_entries_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
