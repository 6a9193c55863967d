#include "edge/osc_internal.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/socket.h>

/*
 * Datagrams from trusted networks and those from anywhere else wait in
 * different sockets of one address, so that a flood fills only its own. The
 * kernel chooses by the sender's address, with a program made of osc.allow.
 */

#define SOURCE_4 12 /* where the sender stands in the header of IPv4, */
#define SOURCE_6 8  /* resp. of IPv6 */
#define BLOCK 13    /* instructions of a network at most */

struct program {
	struct sock_filter code[DESK_NETWORKS * BLOCK + 1];
	unsigned short count;
};

static void
add(struct program *program, int code, unsigned jump_false, uint32_t k)
{
	program->code[program->count++] =
	    (struct sock_filter){ (uint16_t)code, 0, (uint8_t)jump_false, k };
}

/* If all bits of the network agree, that is the answer. */
static void
add_network(
    struct program *program, const struct network *network, uint32_t answer)
{
	uint32_t at = (uint32_t)SKF_NET_OFF +
		      (network->family == AF_INET ? SOURCE_4 : SOURCE_6);
	unsigned words = (network->bits + 31) / 32;
	unsigned partial = network->bits % 32;

	for (unsigned i = 0; i < words; i++) {
		bool masked = partial != 0 && i == words - 1;
		uint32_t mask =
		    masked ? UINT32_MAX << (32 - partial) : UINT32_MAX;
		/* To what stands behind the answer. */
		unsigned behind = 3 * (words - 1 - i) + 1;
		uint32_t word;

		memcpy(&word, network->bytes + 4 * i, sizeof(word));
		add(program, BPF_LD | BPF_W | BPF_ABS, 0, at + 4 * i);
		add(program, BPF_ALU | BPF_AND | BPF_K, 0, mask);
		add(program, BPF_JMP | BPF_JEQ | BPF_K, behind,
		    ntohl(word) & mask);
	}
	add(program, BPF_RET | BPF_K, 0, answer);
}

/* The smallest network decides, the first of equals. */
static void
add_networks(
    struct program *program, int family, const struct access_list *list)
{
	for (unsigned left = 129; left > 0; left--) {
		for (size_t i = 0; i < list->count; i++) {
			const struct access_entry *entry = &list->entry[i];

			if (entry->network.family == family &&
			    entry->network.bits == left - 1)
				add_network(program, &entry->network,
				    entry->desk->trusted ? OSC_TRUSTED
							 : OSC_OTHERS);
		}
	}
}

void
osc_steer(int fd, int family, const struct access_list *list)
{
	struct program program = { .count = 0 };
	struct sock_fprog whole;

	add_networks(&program, family, list);
	add(&program, BPF_RET | BPF_K, 0, OSC_OTHERS);
	whole = (struct sock_fprog){ program.count, program.code };
	/* Without it the kernel spreads senders over both, which works, too. */
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &whole, sizeof(whole));
}
