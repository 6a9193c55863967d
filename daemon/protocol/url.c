#include "protocol/url.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_LONGEST 63

static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char digits[] = "0123456789";

/* Letters, digits and "-" within, as RFC 1123 has it. The last label of a name
 * begins with a letter, so that 10.0.0.300 is not one. */
static bool
is_name(const char *host)
{
	const char *label = host;

	for (;;) {
		size_t size = strcspn(label, ".");
		bool last = label[size] == '\0';

		if (size < 1 || size > LABEL_LONGEST || label[0] == '-' ||
		    label[size - 1] == '-')
			return false;
		for (size_t i = 0; i < size; i++)
			if (!strchr(letters, label[i]) &&
			    !strchr(digits, label[i]) && label[i] != '-')
				return false;
		if (last)
			return strchr(letters, label[0]) != NULL;
		label += size + 1;
	}
}

/* An address with its zone, if any: "fe80::1%eth0". */
static bool
is_ipv6(const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];
	char plain[URL_HOST];

	snprintf(plain, sizeof plain, "%s", host);
	plain[strcspn(plain, "%")] = '\0';
	return inet_pton(AF_INET6, plain, address) == 1;
}

static bool
is_ipv4(const char *host)
{
	unsigned char address[sizeof(struct in_addr)];

	return inet_pton(AF_INET, host, address) == 1;
}

/* Takes the host off the front; NULL when there is none. */
static const char *
take_host(const char *text, char host[URL_HOST])
{
	bool bracket = text[0] == '[';

	text += bracket;
	size_t size = strcspn(text, bracket ? "]" : ":/");
	if (size == 0 || size >= URL_HOST)
		return NULL;
	memcpy(host, text, size);
	host[size] = '\0';
	text += size;
	if (bracket)
		return *text == ']' && is_ipv6(host) ? text + 1 : NULL;
	return is_ipv4(host) || is_name(host) ? text : NULL;
}

/* Takes ":PORT" off the front; NULL when it is none. */
static const char *
take_port(const char *text, char port[6])
{
	size_t size = strspn(++text, digits);

	if (size < 1 || size > 5 || text[0] == '0' || atol(text) > 65535)
		return NULL;
	memcpy(port, text, size);
	port[size] = '\0';
	return text + size;
}

int
url_parse(const char *text, const char *port, struct url *url)
{
	if (strncmp(text, "osc.", 4) == 0)
		text += 4;
	if (strncmp(text, "udp://", 6) == 0)
		url->transport = URL_UDP;
	else if (strncmp(text, "tcp://", 6) == 0)
		url->transport = URL_TCP;
	else
		return -1;
	text = take_host(text + 6, url->host);
	if (text != NULL && *text == ':')
		text = take_port(text, url->port);
	else if (port != NULL)
		snprintf(url->port, sizeof url->port, "%s", port);
	else
		return -1;
	if (text == NULL || (strcmp(text, "") != 0 && strcmp(text, "/") != 0))
		return -1;
	return 0;
}
