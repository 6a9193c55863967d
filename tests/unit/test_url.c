#include "protocol/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
good_urls_are_taken_apart(void **state)
{
	static const struct {
		const char *text;
		struct url url;
	} good[] = {
		{ "udp://127.0.0.1:9018", { URL_UDP, "127.0.0.1", "9018" } },
		{ "osc.udp://10.0.0.7:1/", { URL_UDP, "10.0.0.7", "1" } },
		{ "tcp://localhost:65535", { URL_TCP, "localhost", "65535" } },
		{ "osc.tcp://a-1.b:80", { URL_TCP, "a-1.b", "80" } },
		{ "udp://[::1]:9018", { URL_UDP, "::1", "9018" } },
		{ "udp://[fe80::1%eth0]:9", { URL_UDP, "fe80::1%eth0", "9" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct url url;
		assert_int_equal(url_parse(good[i].text, NULL, &url), 0);
		assert_int_equal(url.transport, good[i].url.transport);
		assert_string_equal(url.host, good[i].url.host);
		assert_string_equal(url.port, good[i].url.port);
	}
}

static void
a_port_may_be_given_beside_the_url(void **state)
{
	struct url url;

	(void)state;
	assert_int_equal(url_parse("udp://stage", "9018", &url), 0);
	assert_string_equal(url.port, "9018");
	assert_int_equal(url_parse("udp://stage/", "9018", &url), 0);
	assert_int_equal(url_parse("udp://stage:7", "9018", &url), 0);
	assert_string_equal(url.port, "7");
}

static void
bad_urls_are_refused(void **state)
{
	static const char *const bad[] = { "", "127.0.0.1:9018",
		"http://127.0.0.1:9018", "udp://", "udp://:9018",
		"udp://127.0.0.1", "udp://127.0.0.1:", "udp://127.0.0.1:0",
		"udp://127.0.0.1:65536", "udp://127.0.0.1:09018",
		"udp://127.0.0.1:9018x", "udp://127.0.0.1:9018/a",
		"udp://[::1:9018", "udp://::1:9018", "udp://127.0.0.1:-1",
		"udp://10.0.0.300:9018", "udp://a..b:9018", "udp://-a:9018",
		"udp://a b:9018", "udp://[127.0.0.1]:9018", "UDP://a:9018" };
	struct url url;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(url_parse(bad[i], NULL, &url), -1);
}

static void
a_host_that_is_too_long_is_refused(void **state)
{
	char text[400] = "udp://";
	struct url url;

	(void)state;
	memset(text + 6, 'a', 300);
	memcpy(text + 306, ":9018", 6);
	assert_int_equal(url_parse(text, NULL, &url), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_urls_are_taken_apart),
		cmocka_unit_test(a_port_may_be_given_beside_the_url),
		cmocka_unit_test(bad_urls_are_refused),
		cmocka_unit_test(a_host_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
