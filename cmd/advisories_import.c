// SPDX-License-Identifier: Apache-2.0
/* attest-advisories import: advisories that lie on this machine. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/advisories.h"

#include "libattest/base/banned.h"

#define PROGRAM ADVISORIES_PROGRAM

/* What the sources are called: paths that are the same wherever the program is started. */
static char **find_origins(const struct cli_command *command, size_t count)
{
	char **origins = calloc(count + 1, sizeof *origins);
	if (!origins)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		origins[i] = realpath(command->arguments[i], NULL);
		if (!origins[i])
			cli_usage(PROGRAM, "cannot open %s: %s", command->arguments[i], strerror(errno));
		for (size_t j = 0; j < i; j++)
			if (strcmp(origins[i], origins[j]) == 0)
				cli_usage(PROGRAM, "expected each source once, found %s twice", origins[i]);
	}
	return origins;
}

static int read_sources(struct advisories_store *store, char **origins, struct att_err *err)
{
	int status = advisories_store_open(store, err);
	for (size_t i = 0; status == ATT_OK && origins[i]; i++)
		status = advisories_store_read(store, origins[i], origins[i], ATT_STR(""), err);
	return status == ATT_OK ? advisories_store_save(store, err) : status;
}

static int run_import(const struct cli_command *command)
{
	size_t count = cli_count_arguments(command);
	struct advisories_store store;
	struct att_err err = {.code = ATT_OK};
	if (cli_option(command, "key")->count > 0 || cli_flag(command, "insecure-older"))
		cli_usage(PROGRAM, "--key and --insecure-older are about --snapshot, found none");
	if (count == 0)
		cli_usage(PROGRAM, "expected a folder, an archive or an advisory to import, found none");
	advisories_json(command);
	char **origins = find_origins(command, count);
	advisories_store_lock(&store, command);
	advisories_store_narrow(&store, origins, NULL, false);
	int status = read_sources(&store, origins, &err);
	int exit_code = advisories_store_report(&store, "import", status, &err);
	advisories_store_close(&store);
	for (size_t i = 0; i < count; i++)
		free(origins[i]);
	free(origins);
	return exit_code;
}

int advisories_import(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"snapshot", 0, "FILE", "take in what export wrote, in place of the whole database", false,
		 NULL, 0},
		{"key", 'k', "KEY", "a public key that may have signed the snapshot", true, NULL, 0},
		{"insecure-older", 0, NULL, "take in a snapshot that is older than the database", false, NULL,
		 0},
		ADVISORIES_OPTION_FEWER,
		ADVISORIES_OPTION_DB,
		ADVISORIES_OPTION_NOW,
		ADVISORIES_OPTION_WAIT,
		ADVISORIES_OPTION_JSON,
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest advisories import PATH... [OPTION...]\n"
			    "       attest advisories import --snapshot FILE --key KEY... [OPTION...]",
		.description =
			"Reads the advisories in each PATH into the database: a folder, an archive (tar or "
			"zip, "
			"plain or\ncompressed), or one file; RustSec's Markdown and OSV's JSON. What PATH held "
			"before is replaced;\nother sources stay. A snapshot is taken in when it is signed by "
			"one of the keys, in place of all.",
		.epilogue = "Exit status: 0 when it is done, 1 when a snapshot is not signed as it has to be, "
			    "2 when it could\nnot be done or told; the database is then as it was.",
		.options = options,
	};
	cli_parse(&command, argc, argv);
	int exit_code =
		cli_value(&command, "snapshot") ? advisories_import_snapshot(&command) : run_import(&command);
	cli_free(&command);
	return exit_code;
}
