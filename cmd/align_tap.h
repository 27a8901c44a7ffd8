// SPDX-License-Identifier: Apache-2.0
/* Where the packaging manifests of channels lie here. */
#ifndef CMD_ALIGN_TAP_H
#define CMD_ALIGN_TAP_H

#include <sys/types.h>

#include "cmd/align.h"
#include "release/template.h"

/* A manifest, or one of the files that a version has for winget. */
struct align_tap_file {
	struct att_str path; /* as it is opened, and as it is named */
	struct att_buf before, after;
	dev_t device; /* of what it is, whatever the path */
	ino_t inode;
	bool is_refused;
	bool is_repeated; /* another channel says the same of it */
};

/* What one setting of a channel names. */
struct align_tap_place {
	const struct release_channel *channel;
	struct att_str path;
	bool is_version; /* of winget: one file of a version, or the folder of all, stands for all of them */
	bool is_folder;
	struct align_tap_file *files;
	size_t count, capacity;
};

struct align_tap_places {
	struct att_arena *arena;
	struct align_tap_place *items;
	size_t count;
};

/* The places of channels with a folder here, of the one called `only` alone, or of all when it is NULL. Nothing
 * is read. Errors: ATT_ERR_USAGE when there is none, what is wrong with a template, ATT_ERR_REFUSED for a file
 * outside its folder. */
int align_tap_choose(const struct align_config *config, const char *config_path, const char *only,
		     const struct release_variables *variables, struct align_tap_places *places,
		     struct att_err *err) ATT_MUST_USE;

/* Of two that write into these folders, one waits; then the program gives up all but these and that of
 * attest.toml. The locks end with the program. Exits with 2 when it cannot be had. */
int align_tap_narrow(const struct align_config *config, const struct align_tap_places *places, bool writes,
		     struct att_err *err) ATT_MUST_USE;

/* Finds the files of a place, in the order of their names. Errors: ATT_ERR_NOT_FOUND and ATT_ERR_IO for a
 * folder that cannot be listed, or has none; ATT_ERR_LIMIT. */
int align_tap_list(struct align_tap_places *places, struct align_tap_place *place,
		   struct att_err *err) ATT_MUST_USE;

void align_tap_clear(struct align_tap_places *places);

#endif
