// SPDX-License-Identifier: Apache-2.0
/* Whether a channel serves what was built, and nothing else. */
#ifndef RELEASE_VERDICT_H
#define RELEASE_VERDICT_H

#include "libattest/base/arena.h"
#include "release/config.h"

/* Zeroed memory means that nobody looked. Only RELEASE_MATCH passes. */
enum release_verdict {
	RELEASE_UNKNOWN,  /* could not be looked at */
	RELEASE_MATCH,    /* the very bytes, and all that is said about them */
	RELEASE_ABSENT,   /* not there, or not yet */
	RELEASE_STALE,    /* an older state is still served, or parts of one */
	RELEASE_CONFLICT, /* something else is there, and time will not mend it */
};

/* "MATCH", ... */
const char *release_verdict_name(enum release_verdict verdict);

/* One thing of one channel. Texts live in the list's arena. */
struct release_item_verdict {
	const struct release_channel *channel;
	struct att_str item; /* "1.2.0", "tag latest", "plasmite_1.2.0_linux_amd64.tar.gz" */
	enum release_verdict verdict;
	struct att_str expected, found;
	struct att_str reason; /* of what is no MATCH: a sentence without final stop */
	bool is_waived; /* RELEASE_UNKNOWN because attest.toml says not to look, or because nothing could be
			 * asked: a note tells it, and it counts for nothing */
	unsigned retry_after; /* seconds after which the server wants to be asked again; 0: it says none */
};

struct release_verdicts {
	struct att_arena arena;
	struct release_item_verdict *items;
	size_t count, capacity;
	bool failed; /* memory was out: what is missing was not looked at */
};

void release_verdicts_clear(struct release_verdicts *list);

/* Adds a copy; of no use on several threads at once. Never fails: `failed` says that something is missing. */
void release_verdicts_add(struct release_verdicts *list, const struct release_item_verdict *item);

#endif
