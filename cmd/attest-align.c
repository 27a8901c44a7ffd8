// SPDX-License-Identifier: Apache-2.0
/* attest-align: may this version go out, and did exactly this one? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/align.h"
#include "cmd/crypto.h"

#include "libattest/base/banned.h"

static const struct {
	const char *name, *summary;
	int (*run)(int argc, const char **argv);
} commands[] = {
	{"versions", "does every place say the same version? and: write another", align_versions_main},
	{"channels", "what a commit is called on every channel", align_channels_main},
	{"show", "what packaging manifests point at", align_show_main},
	{"init", "a first attest.toml, from what lies in the tree", align_init_main},
	{"before", "may this version go out?", align_before_main},
	{"after", "does every channel serve what was built?", align_after_main},
	{"tap", "makes packaging manifests point at what was built", align_tap_main},
	{"watch", "do channels and tags still have what was released?", align_watch_main},
	{NULL, NULL, NULL},
};

static int print_help(void)
{
	printf("usage: attest align COMMAND [OPTION...] [ARGUMENT...]\n\n"
	       "May this version go out, and did every channel get exactly the bytes that were built?\n\n"
	       "commands:\n");
	for (size_t i = 0; commands[i].name; i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].summary);
	printf("\n\"attest align COMMAND --help\" lists a command's options, \"attest help align\" opens the "
	       "manual "
	       "page.\n"
	       "Exit status: 0 aligned, 1 not aligned, 2 could not tell.\n");
	return fflush(stdout) == 0 ? CLI_HOLDS : CLI_UNKNOWN;
}

int main(int argc, char **argv)
{
	cli_start();
	const char **arguments = cli_arguments(ALIGN_PROGRAM, argc, argv, 1);
	argc--;
	if (argc == 1 && strcmp(arguments[0], "--version") == 0)
		cli_print_version(ALIGN_PROGRAM);
	cli_start_crypto(ALIGN_PROGRAM);
	int exit_code = argc == 1 && strcmp(arguments[0], "--help") == 0 ? print_help() : -1;
	for (size_t i = 0; commands[i].name; i++)
		if (argc > 0 && strcmp(arguments[0], commands[i].name) == 0)
			exit_code = commands[i].run(argc - 1, arguments + 1);
	if (exit_code < 0)
		cli_usage(ALIGN_PROGRAM, "expected a command, found %s%s%s: \"attest align --help\" lists them",
			  argc > 0 ? "\"" : "", argc > 0 ? arguments[0] : "none", argc > 0 ? "\"" : "");
	free(arguments);
	return exit_code;
}
