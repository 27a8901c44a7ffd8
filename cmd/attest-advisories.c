// SPDX-License-Identifier: Apache-2.0
/* The advisory database: what is known to be wrong with packages, kept on this machine. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/advisories.h"

#include "libattest/base/banned.h"

#define PROGRAM ADVISORIES_PROGRAM

static const struct {
	const char *name;
	int (*run)(int argc, const char **argv);
} commands[] = {
	{"update", advisories_update}, {"import", advisories_import}, {"export", advisories_export},
	{"status", advisories_status}, {"show", advisories_show},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(void)
{
	printf("usage: attest advisories update [OPTION...]\n"
	       "       attest advisories import PATH... [OPTION...]\n"
	       "       attest advisories import --snapshot FILE --key KEY... [OPTION...]\n"
	       "       attest advisories export FILE [OPTION...]\n"
	       "       attest advisories status [OPTION...]\n"
	       "       attest advisories show ID... [OPTION...]\n"
	       "       attest advisories --version\n\n"
	       "Keeps what is known to be wrong with packages in a database that policy checks read.\n"
	       "\"attest advisories COMMAND --help\" lists a command's options.\n");
	exit(fflush(stdout) == 0 ? CLI_HOLDS : CLI_UNKNOWN);
}

int main(int argc, char **argv)
{
	size_t i = 0;
	cli_start();
	if (argc < 2)
		cli_usage(PROGRAM, "expected a command, found nothing; --help lists them");
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		cli_print_version(PROGRAM);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		print_help();
	while (i < COMMANDS && strcmp(argv[1], commands[i].name) != 0)
		i++;
	if (i == COMMANDS)
		cli_usage(PROGRAM, "expected a command, found \"%s\"; --help lists them", argv[1]);
	const char **arguments = cli_arguments(PROGRAM, argc, argv, 2);
	cli_expect_much();
	int exit_code = commands[i].run(argc - 2, arguments);
	free(arguments);
	return exit_code;
}
