// SPDX-License-Identifier: Apache-2.0
/* The parts of looking at a Go module. Internal to channel_go.c and go_sumdb.c. */
#ifndef RELEASE_GO_LOOK_H
#define RELEASE_GO_LOOK_H

#include "release/channel.h"
#include "release/go_sum.h"

struct release_go_look {
	const struct release_look *look;
	struct att_str module, version;
	struct att_str path, file;     /* the module and the version, escaped for URLs */
	struct release_go_sums served; /* "" for what could not be hashed */
};

/* Appends `base`/`path` as it is: paths of Go's protocols need no encoding. "" when memory is out. */
struct att_str release_go_url(const struct release_go_look *g, struct att_str base, struct att_str path);

/* The proxy's address of a file of the module. */
struct att_str release_go_proxy_url(const struct release_go_look *g, struct att_str name, const char *ending);

/* Upper case does not tell names apart everywhere: "A" is written "!a". Data is NULL for what is no path. */
struct att_str release_go_escape(struct att_arena *arena, struct att_str text);

/* Adds the verdict on whether the version was taken back; `list` is the proxy's. */
void release_go_look_at_retractions(const struct release_go_look *g, struct att_str list);

/* Adds the verdicts on what the checksum database says: that it signed the checksums, that its tree holds them,
 * and that it is one tree for everybody. */
void release_go_look_at_sumdb(const struct release_go_look *g);

#endif
