// SPDX-License-Identifier: Apache-2.0
/* All channels at once: each is looked at on a thread of its own, again and again until it serves what was
 * built. */
#ifndef RELEASE_ALIGN_H
#define RELEASE_ALIGN_H

#include "libattest/base/outcome.h"
#include "libattest/base/step.h"
#include "release/channel.h"

/* What is known of one channel. */
struct release_channel_state {
	const struct release_channel *channel;
	struct release_built *built; /* what it carries; in the arena of the alignment */
	size_t built_count;
	struct release_checkout checkout;    /* of a repository: filled by the caller before each round */
	struct att_str go_zip_h1, go_mod_h1; /* of a Go module in git; filled by the caller */
	struct att_str token;
	struct att_str digest_text;       /* as in struct release_look: filled by the caller */
	struct release_verdicts verdicts; /* of the last look */
	struct release_memory memory;     /* of all looks */
	bool is_left_out;                 /* nobody asked for it: it is not looked at, and counts for nothing */
};

struct release_alignment {
	struct att_arena arena;
	const struct release_config *config;
	const struct release_names *names;
	struct release_variables variables;
	int folder; /* descriptor of that of attest.toml */
	struct att_fetcher *fetcher;
	struct release_scratch *scratch;        /* the caller's; NULL for none */
	struct release_channel_state *channels; /* as in attest.toml */
	int64_t now;
	bool is_before;
	bool is_past;          /* as in struct release_look; repositories are then to be left out */
	struct att_str prefix; /* of items in reports: which release they are of */
	bool blocks_preview;   /* what is in preview counts, too */
};

/* Distributes the artifacts to the channels that carry them. The alignment is the caller's for
 * release_alignment_clear in any case; what it points to lives longer. Errors: ATT_ERR_MEMORY. */
int release_alignment_open(struct release_alignment *alignment, const struct release_built *built, size_t count,
			   struct att_err *err) ATT_MUST_USE;
void release_alignment_clear(struct release_alignment *alignment);

/* Looks at every channel that has not passed, on up to `jobs` threads. */
void release_alignment_look(struct release_alignment *alignment, unsigned jobs);

/* Did all that was looked at pass: MATCH, and before a release also ABSENT, and STALE of what is overtaken? */
bool release_channel_passes(const struct release_alignment *alignment,
			    const struct release_channel_state *state);

/* May waiting help: does nothing conflict, and is something absent, stale or unknown? *retry_after is the
 * longest time, in seconds, that a server asked for. */
bool release_alignment_may_wait(const struct release_alignment *alignment, unsigned *retry_after);

/* ATT_REFUTED when something official is absent, stale or in conflict; else ATT_CANNOT_TELL when something
 * official is unknown, or nothing was looked at; else ATT_HOLDS. */
enum att_outcome release_alignment_outcome(const struct release_alignment *alignment);

/* A step "served" for each item, and a finding for each that does not pass: channel-absent, channel-stale,
 * channel-conflict, channel-unknown; of previews a warning. channel-unknown when nothing counts. */
void release_alignment_report(const struct release_alignment *alignment, struct att_steps *steps,
			      struct att_findings *findings);

#endif
