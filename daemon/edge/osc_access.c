#include "edge/osc_access.h"

#include "protocol/match.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- tokens --- */

/* Tokens are kept and compared as keyed digests: of one length, and of no use
 * to whoever reads them. */
static void
digest(const struct access_list *list, const char *token,
    uint8_t sum[ACCESS_DIGEST])
{
	crypto_generichash(sum, ACCESS_DIGEST, (const uint8_t *)token,
	    strlen(token), list->key, sizeof(list->key));
}

static bool
token_is_good(const char *token)
{
	size_t size = strlen(token);

	for (size_t i = 0; i < size; i++)
		if (token[i] <= ' ' || token[i] > '~')
			return false;
	return size >= DESK_TOKEN_SHORTEST && size <= DESK_TOKEN_LONGEST;
}

/* The first line of a file. */
static int
read_token(const char *file, char token[], size_t room, const char **why)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat info;
	ssize_t size = -1;

	if (fd >= 0 && fstat(fd, &info) == 0)
		size = read(fd, token, room - 1);
	*why = strerror(errno);
	if (fd >= 0)
		close(fd);
	if (size < 0)
		return -1;
	token[size] = '\0';
	token[strcspn(token, "\r\n")] = '\0';
	*why = "no token in its first line";
	if (info.st_mode & S_IROTH) {
		*why = "a file that everybody may read";
		return -1;
	}
	return token_is_good(token) ? 0 : -1;
}

static int
add_token(struct access_list *list, struct access_entry *entry, char *why,
    size_t why_size)
{
	const char *file = entry->desk->token_file, *found;
	char text[DESK_TOKEN_LONGEST + 3];
	int error = 0;

	if (file)
		error = read_token(file, text, sizeof(text), &found);
	if (error < 0)
		snprintf(why, why_size,
		    "token_file %s: found %s; allowed: a file that others "
		    "cannot read, with a token of %d to %d printable ASCII "
		    "characters without blanks in its first line",
		    file, found, DESK_TOKEN_SHORTEST, DESK_TOKEN_LONGEST);
	else
		digest(list, file ? text : entry->desk->token, entry->digest);
	sodium_memzero(text, sizeof(text));
	return error;
}

void
access_begin(struct access_list *list, const struct access_list *other)
{
	*list = (struct access_list){ .keyed = other->keyed };
	memcpy(list->key, other->key, sizeof(list->key));
}

int
access_add(struct access_list *list, const struct desk_network *network,
    char *why, size_t why_size)
{
	struct access_entry *add = &list->entry[list->count];

	if (!list->keyed) {
		if (sodium_init() < 0) {
			snprintf(why, why_size, "libsodium cannot start");
			return -1;
		}
		crypto_generichash_keygen(list->key);
		list->keyed = true;
	}
	if (list->count == DESK_NETWORKS) {
		snprintf(why, why_size, "found more than %d networks",
		    DESK_NETWORKS);
		return -1;
	}
	*add = (struct access_entry){ .desk = network,
		.demands = network->token || network->token_file };
	if (network_parse(network->network, &add->network) < 0) {
		snprintf(why, why_size,
		    "network: found \"%s\"; allowed: an address and a prefix "
		    "length, such as 192.168.1.0/24 or fe80::/10",
		    network->network);
		return -1;
	}
	if (add->demands && add_token(list, add, why, why_size) < 0)
		return -1;
	list->count++;
	return 0;
}

/* --- networks --- */

/* Finds family and address bytes of a sender; NULL for other families. */
static const uint8_t *
sender_bytes(const struct sockaddr *from, int *family)
{
	const struct in6_addr *six;

	*family = from->sa_family;
	if (from->sa_family == AF_INET)
		return (const uint8_t *)&(
		    (const struct sockaddr_in *)(const void *)from)
		    ->sin_addr;
	if (from->sa_family != AF_INET6)
		return NULL;
	six = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
	if (IN6_IS_ADDR_V4MAPPED(six)) {
		*family = AF_INET;
		return six->s6_addr + 12;
	}
	return six->s6_addr;
}

const struct access_entry *
access_find(const struct access_list *list, const struct sockaddr *from)
{
	const struct access_entry *best = NULL;
	const uint8_t *bytes;
	int family;

	bytes = sender_bytes(from, &family);
	if (!bytes)
		return NULL;
	for (size_t i = 0; i < list->count; i++) {
		const struct access_entry *entry = &list->entry[i];

		if (best && entry->network.bits <= best->network.bits)
			continue;
		if (network_holds(&entry->network, family, bytes))
			best = entry;
	}
	return best;
}

bool
access_same_network(const struct access_entry *a, const struct access_entry *b)
{
	return a->network.family == b->network.family &&
	       a->network.bits == b->network.bits &&
	       network_holds(&a->network, b->network.family, b->network.bytes);
}

const struct access_entry *
access_open(const struct access_list *list, const struct access_entry *entry)
{
	for (size_t i = 0; i < list->count; i++)
		if (!list->entry[i].demands &&
		    access_same_network(&list->entry[i], entry))
			return &list->entry[i];
	return NULL;
}

const struct access_entry *
access_token(const struct access_list *list, const struct access_entry *entry,
    const char *token)
{
	const struct access_entry *found = NULL;
	uint8_t sum[ACCESS_DIGEST];

	digest(list, token, sum);
	for (size_t i = 0; i < list->count; i++)
		if (list->entry[i].demands &&
		    access_same_network(&list->entry[i], entry) &&
		    sodium_memcmp(list->entry[i].digest, sum, sizeof(sum)) ==
			0 &&
		    !found)
			found = &list->entry[i];
	return found;
}

const struct access_entry *
access_same(const struct access_list *list, const struct access_entry *entry)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct access_entry *other = &list->entry[i];

		if (other->demands == entry->demands &&
		    access_same_network(other, entry) &&
		    (!entry->demands ||
			sodium_memcmp(other->digest, entry->digest,
			    sizeof(entry->digest)) == 0))
			return other;
	}
	return NULL;
}

/* --- strips --- */

bool
access_strip(const struct desk_network *network, const char *strip)
{
	char name[DESK_STRIP_TEXT + 1], pattern[MATCH_LONGEST + 2];

	if (network->strips == 0)
		return true;
	snprintf(name, sizeof(name), "/%s", strip);
	for (size_t i = 0; i < network->strips; i++) {
		snprintf(pattern, sizeof(pattern), "/%s", network->strip[i]);
		if (match_address(pattern, name))
			return true;
	}
	return false;
}
