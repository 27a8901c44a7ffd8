// SPDX-License-Identifier: Apache-2.0
/* attest-policy: may it ship? */
#include <stdlib.h>
#include <string.h>

#include "cmd/crypto.h"
#include "cmd/policy.h"

#include "libattest/base/banned.h"

#define PROGRAM "attest-policy"

static const struct {
	const char *name;
	int (*run)(int argc, const char **argv);
} commands[] = {
	{"check", policy_check_main},
	{"scan", policy_scan_main},
	{"explain", policy_explain_main},
	{"init", policy_init_main},
};

int main(int argc, char **argv)
{
	cli_start();
	cli_expect_much();
	const char **arguments = cli_arguments(PROGRAM, argc, argv, 1);
	argc--;
	if (argc == 1 && strcmp(arguments[0], "--version") == 0)
		cli_print_version(PROGRAM);
	cli_start_crypto(PROGRAM);
	int exit_code = -1;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (argc > 0 && strcmp(arguments[0], commands[i].name) == 0)
			exit_code = commands[i].run(argc - 1, arguments + 1);
	/* "--help" shows that of check, as the manual page begins with it. */
	if (exit_code < 0 && argc == 1 && strcmp(arguments[0], "--help") == 0)
		exit_code = policy_check_main(argc, arguments);
	if (exit_code < 0 && argc > 0)
		cli_usage(PROGRAM, "expected check, scan, explain or init, found \"%s\"", arguments[0]);
	if (exit_code < 0)
		cli_usage(PROGRAM, "expected check, scan, explain or init");
	free(arguments);
	return exit_code;
}
