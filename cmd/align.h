// SPDX-License-Identifier: Apache-2.0
/* The parts of attest-align: one file for each command, align_NAME.c, and what they share. */
#ifndef CMD_ALIGN_H
#define CMD_ALIGN_H

#include "cmd/cli.h"
#include "release/config.h"

#define ALIGN_PROGRAM "attest-align"

/* Options that every command which reads attest.toml has. */
#define ALIGN_CONFIG_OPTION                                                                                    \
	{                                                                                                      \
		"config", 'c', "FILE", "what the project releases (default: attest.toml)", false, NULL, 0      \
	}

/* attest.toml, read. */
struct align_config {
	struct att_arena arena;
	struct att_buf text;
	struct att_source source;
	struct release_config release;
	char *folder; /* that it lies in: all paths in it are relative to this one; owned */
};

/* The commands: each gets the arguments behind its name, and returns the exit status. */
int align_versions_main(int argc, const char **argv);
int align_channels_main(int argc, const char **argv);
int align_show_main(int argc, const char **argv);
int align_before_main(int argc, const char **argv);
int align_tap_main(int argc, const char **argv);
int align_init_main(int argc, const char **argv);
int align_after_main(int argc, const char **argv);
int align_watch_main(int argc, const char **argv);

/* The path that --config names, or "attest.toml". */
const char *align_config_path(const struct cli_command *command);

/* The ref of --tag, in the arena; "" without one. Ends the program when it can be no tag. */
struct att_str align_tag_option(const struct cli_command *command, struct att_arena *arena);

/* Reads it. What is wrong with the text becomes findings; true when there are none of severity error. */
bool align_config_load(const char *path, struct align_config *config, struct att_findings *findings);
void align_config_clear(struct align_config *config);

#endif
