#include "edge/osc_guard.h"

#include <math.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#define WORK_SHARE 0.25     /* of the control thread's time for one address */
#define WORK_ALL 0.5        /* … for all that are not trusted */
#define WORK_BURST 0.03     /* s, short beside what a trusted client waits */
#define CHALLENGE_RATE 10   /* a second, to one address */
#define CHALLENGE_ALL 5000  /* … to all */
#define TRY_RATE (1 / 10.0) /* tokens a second, from one address */
#define TRY_BURST 5
#define NAME_EVERY 60       /* s */
#define AGED_EVERY 10       /* s */
#define BYTES_BURST 65536.0 /* at least: the largest packet passes */

struct guard *
guard_new(const struct desk_limits *limits)
{
	struct guard *guard = calloc(1, sizeof(*guard));

	_Static_assert(sizeof(struct guard_sender) == 24, "no padding");
	_Static_assert(sizeof(guard->secret) == crypto_shorthash_KEYBYTES,
	    "the key of SipHash");
	if (!guard)
		return NULL;
	guard->limits = *limits;
	if (sodium_init() < 0 || getrandom(guard->secret, sizeof(guard->secret),
				     0) != (ssize_t)sizeof(guard->secret)) {
		free(guard);
		return NULL;
	}
	return guard;
}

void
guard_free(struct guard *guard)
{
	if (guard)
		sodium_memzero(guard->secret, sizeof(guard->secret));
	free(guard);
}

void
guard_renew(struct guard *guard, const struct desk_limits *limits,
    const int entry[], size_t entries)
{
	guard->limits = *limits;
	for (size_t i = 0; i < GUARD_PEER_SETS; i++) {
		for (size_t j = 0; j < GUARD_PEER_WAYS; j++) {
			struct guard_peer *peer = &guard->peer[i][j];

			if (!peer->authorized)
				continue;
			peer->authorized =
			    peer->entry < entries && entry[peer->entry] >= 0;
			if (peer->authorized)
				peer->entry = (size_t)entry[peer->entry];
		}
	}
}

/* --- senders --- */

bool
guard_sender(
    const struct sockaddr *from, bool stream, struct guard_sender *sender)
{
	const struct sockaddr_in *four = (const void *)from;
	const struct sockaddr_in6 *six = (const void *)from;

	*sender = (struct guard_sender){ .stream = stream };
	if (from->sa_family == AF_INET) {
		sender->family = AF_INET;
		sender->port = four->sin_port;
		memcpy(sender->address, &four->sin_addr, 4);
	} else if (from->sa_family == AF_INET6) {
		bool mapped = IN6_IS_ADDR_V4MAPPED(&six->sin6_addr);

		sender->family = mapped ? AF_INET : AF_INET6;
		sender->port = six->sin6_port;
		sender->scope = mapped ? 0 : six->sin6_scope_id;
		memcpy(sender->address,
		    &six->sin6_addr.s6_addr[mapped ? 12 : 0], mapped ? 4 : 16);
	}
	return sender->family != 0;
}

/* What counts as one address. */
static struct guard_sender
whole(const struct guard_sender *sender)
{
	struct guard_sender key = { .family = sender->family };
	const uint8_t *first = sender->address;
	bool local = (first[0] & 0xfe) == 0xfc ||
		     (first[0] == 0xfe && (first[1] & 0xc0) == 0x80);

	memcpy(key.address, first,
	    sender->family == AF_INET ? 4
	    : local                   ? 16
				      : 8);
	return key;
}

static bool
same(const struct guard_sender *a, const struct guard_sender *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool
guard_same_address(const struct guard_sender *a, const struct guard_sender *b)
{
	struct guard_sender one = whole(a), other = whole(b);

	return same(&one, &other);
}

/* No sender can choose its place in a table without knowing the secret. */
static uint64_t
hash(const struct guard *guard, const struct guard_sender *key, uint64_t extra)
{
	uint8_t text[sizeof(*key) + sizeof(extra)];
	uint64_t sum;

	_Static_assert(sizeof(sum) == crypto_shorthash_BYTES, "64 bits");
	memcpy(text, key, sizeof(*key));
	memcpy(text + sizeof(*key), &extra, sizeof(extra));
	crypto_shorthash((uint8_t *)&sum, text, sizeof(text), guard->secret);
	return sum;
}

/* --- how much --- */

static void
bucket_fill(struct guard_bucket *bucket, double rate, double burst, double now)
{
	bucket->left = fmin(burst, bucket->left + (now - bucket->at) * rate);
	bucket->at = now;
}

static bool
bucket_take(struct guard_bucket *bucket, double rate, double burst, double now)
{
	bucket_fill(bucket, rate, burst, now);
	if (bucket->left < 1)
		return false;
	bucket->left--;
	return true;
}

/* A full one: nothing was ever taken from it. */
static const struct guard_bucket full = { HUGE_VAL, 0 };

/* The entry of an address, in the place of the one of its set that was silent
 * for longest if it has none. */
static struct guard_address *
find_address(struct guard *guard, const struct guard_sender *sender, double now)
{
	struct guard_sender key = whole(sender);
	struct guard_address *set =
	    guard->address[hash(guard, &key, 0) % GUARD_SETS];
	struct guard_address *oldest = set;

	for (size_t i = 0; i < GUARD_WAYS; i++) {
		if (same(&set[i].key, &key)) {
			set[i].seen = now;
			return &set[i];
		}
		if (set[i].seen < oldest->seen)
			oldest = &set[i];
	}
	*oldest = (struct guard_address){ .key = key,
		.seen = now,
		.packets = full,
		.bytes = full,
		.work = full,
		.challenges = full,
		.tries = full };
	return oldest;
}

/* Fills three buckets and looks whether a packet finds all it needs. */
static bool
buckets_allow(struct guard_bucket *packets, struct guard_bucket *bytes,
    struct guard_bucket *work, const double rate[3], size_t size, double now)
{
	bucket_fill(packets, rate[0], rate[0], now);
	bucket_fill(bytes, rate[1], fmax(rate[1], BYTES_BURST), now);
	bucket_fill(work, rate[2], WORK_BURST, now);
	return packets->left >= 1 && bytes->left >= (double)size &&
	       work->left > 0;
}

bool
guard_packet(struct guard *guard, const struct guard_sender *sender,
    bool trusted, size_t size, double now)
{
	const struct desk_limits *limits = &guard->limits;
	const double each[] = { limits->packets, limits->bytes, WORK_SHARE };
	const double all[] = { limits->all_packets, limits->all_bytes,
		WORK_ALL };
	struct guard_address *from = find_address(guard, sender, now);

	if (!buckets_allow(
		&from->packets, &from->bytes, &from->work, each, size, now))
		return false;
	if (!trusted && !buckets_allow(&guard->packets, &guard->bytes,
			    &guard->work, all, size, now))
		return false;
	from->packets.left--;
	from->bytes.left -= (double)size;
	if (!trusted) {
		guard->packets.left--;
		guard->bytes.left -= (double)size;
	}
	return true;
}

void
guard_worked(struct guard *guard, const struct guard_sender *sender,
    double seconds, double now)
{
	find_address(guard, sender, now)->work.left -= seconds;
	guard->work.left -= seconds;
}

bool
guard_may_challenge(
    struct guard *guard, const struct guard_sender *sender, double now)
{
	struct guard_address *from = find_address(guard, sender, now);

	return bucket_take(
		   &from->challenges, CHALLENGE_RATE, CHALLENGE_RATE, now) &&
	       bucket_take(
		   &guard->challenges, CHALLENGE_ALL, CHALLENGE_ALL, now);
}

bool
guard_may_try(
    struct guard *guard, const struct guard_sender *sender, double now)
{
	return bucket_take(
	    &find_address(guard, sender, now)->tries, TRY_RATE, TRY_BURST, now);
}

void
guard_tried_well(
    struct guard *guard, const struct guard_sender *sender, double now)
{
	find_address(guard, sender, now)->tries.left++;
}

/* --- who proved itself --- */

static struct guard_peer *
peer_set(struct guard *guard, const struct guard_sender *sender)
{
	struct guard_sender key = whole(sender);

	return guard->peer[hash(guard, &key, 0) % GUARD_PEER_SETS];
}

static struct guard_peer *
find_peer(struct guard *guard, const struct guard_sender *sender)
{
	struct guard_peer *set = peer_set(guard, sender);

	for (size_t i = 0; i < GUARD_PEER_WAYS; i++)
		if (same(&set[i].key, sender))
			return &set[i];
	return NULL;
}

/* The peer's entry, else a new one: in the place of the address's own eldest
 * where it has as many as it may, else of the set's. */
static struct guard_peer *
take_peer(struct guard *guard, const struct guard_sender *sender, double now)
{
	struct guard_peer *set = peer_set(guard, sender);
	struct guard_peer *known = find_peer(guard, sender);
	struct guard_peer *oldest = set, *own = NULL;
	size_t ports = 0;

	for (size_t i = 0; i < GUARD_PEER_WAYS && !known; i++) {
		/* Whoever has shown a token would have to show it again. */
		if (set[i].authorized == oldest->authorized
			? set[i].seen < oldest->seen
			: oldest->authorized)
			oldest = &set[i];
		if (set[i].key.family == 0 ||
		    !guard_same_address(&set[i].key, sender))
			continue;
		ports++;
		if (!own || set[i].seen < own->seen)
			own = &set[i];
	}
	if (!known) {
		known = ports >= GUARD_PEER_PORTS ? own : oldest;
		*known = (struct guard_peer){ .key = *sender };
	}
	known->seen = now;
	return known;
}

static void
cookie_at(const struct guard *guard, const struct guard_sender *sender,
    uint64_t minute, char text[GUARD_COOKIE])
{
	uint64_t sum = hash(guard, sender, minute + 1);

	sodium_bin2base64(text, GUARD_COOKIE, (const uint8_t *)&sum,
	    sizeof(sum), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void
guard_cookie(const struct guard *guard, const struct guard_sender *sender,
    double now, char text[GUARD_COOKIE])
{
	cookie_at(
	    guard, sender, (uint64_t)(now / GUARD_COOKIE_LASTS) + 1, text);
}

bool
guard_echo(struct guard *guard, const struct guard_sender *sender,
    const char *text, double now)
{
	uint64_t minute = (uint64_t)(now / GUARD_COOKIE_LASTS) + 1;
	char newer[GUARD_COOKIE], older[GUARD_COOKIE];

	if (strlen(text) != GUARD_COOKIE - 1)
		return false;
	cookie_at(guard, sender, minute, newer);
	cookie_at(guard, sender, minute - 1, older);
	if (sodium_memcmp(text, newer, GUARD_COOKIE) != 0 &&
	    sodium_memcmp(text, older, GUARD_COOKIE) != 0)
		return false;
	take_peer(guard, sender, now)->proven = now + GUARD_PROOF_LASTS;
	return true;
}

double
guard_proven(struct guard *guard, const struct guard_sender *sender, double now)
{
	struct guard_peer *peer = find_peer(guard, sender);

	if (!peer || peer->proven <= now)
		return 0;
	peer->seen = now;
	return peer->proven - now;
}

bool
guard_aged(struct guard *guard, const struct guard_sender *sender, double now)
{
	struct guard_peer *peer = find_peer(guard, sender);

	if (!peer || peer->proven - now > GUARD_PROOF_AGED ||
	    now - peer->asked < AGED_EVERY)
		return false;
	peer->asked = now;
	return true;
}

void
guard_authorize(struct guard *guard, const struct guard_sender *sender,
    size_t entry, double now)
{
	struct guard_peer *peer = take_peer(guard, sender, now);

	peer->authorized = true;
	peer->entry = entry;
}

int
guard_authorized(
    struct guard *guard, const struct guard_sender *sender, double now)
{
	struct guard_peer *peer = find_peer(guard, sender);

	if (!peer || !peer->authorized)
		return -1;
	if (now - peer->seen > GUARD_TOKEN_LASTS) {
		peer->authorized = false;
		return -1;
	}
	peer->seen = now;
	return (int)peer->entry;
}

void
guard_forget(struct guard *guard, const struct guard_sender *sender)
{
	struct guard_peer *peer = find_peer(guard, sender);

	if (peer)
		*peer = (struct guard_peer){ .seen = 0 };
}

/* --- the log --- */

enum guard_naming
guard_name(struct guard *guard, const struct guard_sender *sender, double now)
{
	struct guard_sender key = whole(sender);
	struct guard_name *free_one = NULL;

	for (size_t i = 0; i < GUARD_LOGGED; i++) {
		struct guard_name *name = &guard->name[i];

		if (name->at == 0 || now - name->at >= NAME_EVERY)
			free_one = name;
		else if (same(&name->key, &key))
			return GUARD_QUIET;
	}
	if (free_one) {
		*free_one = (struct guard_name){ key, now };
		return GUARD_NAME;
	}
	if (guard->crowded != 0 && now - guard->crowded < NAME_EVERY)
		return GUARD_QUIET;
	guard->crowded = now;
	return GUARD_CROWD;
}
