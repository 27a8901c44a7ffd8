// SPDX-License-Identifier: Apache-2.0
/* attest policy explain, attest policy init */
#include <fcntl.h>
#include <stdio.h>

#include "cmd/policy.h"
#include "libattest/base/file.h"
#include "policy/pages.h"

#include "libattest/base/banned.h"

#define PROGRAM "attest-policy"

int policy_explain_main(int argc, const char **argv)
{
	struct cli_option options[] = {{NULL, 0, NULL, NULL, false, NULL, 0}};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest policy explain CODE",
		.description = "Prints what a finding of this code means and what to do about it.",
		.options = options,
	};
	cli_parse(&command, argc, argv);
	if (cli_count_arguments(&command) != 1)
		cli_usage(PROGRAM, "expected the code of a finding, as in \"source-not-allowed\"");
	struct att_str code = att_str_of(command.arguments[0]);
	const struct policy_page *page = policy_page_find(code);
	const char *near = policy_page_nearest(code);
	if (!page) {
		cli_note(PROGRAM ": expected the code of a finding, found \"%s\"", command.arguments[0]);
		if (near)
			cli_note("  = help: did you mean \"%s\"?", near);
	}
	for (const char *const *line = page ? page->lines : NULL; line && *line; line++)
		puts(*line);
	cli_free(&command);
	return page && fflush(stdout) == 0 ? CLI_HOLDS : CLI_UNKNOWN;
}

static const char template[] =
	"# What this project may depend on: attest-policy(1) and cargo-deny read it.\n"
	"# Levels are \"deny\" (an error), \"warn\" and \"allow\".\n"
	"# Packages are crates (\"openssl\", \"openssl:<0.10\", \"openssl@0.9.1\") or package URLs\n"
	"# (\"pkg:npm/left-pad\", { purl = \"pkg:npm/left-pad\", version = \"<1.3\" }).\n"
	"\n"
	"[graph]\n"
	"# Leave out what only development needs, and single packages with all that they alone need.\n"
	"exclude-dev = false\n"
	"exclude = []\n"
	"\n"
	"[advisories]\n"
	"# A database that is older is not believed.\n"
	"maximum-db-staleness = \"P7D\"\n"
	"yanked = \"warn\"\n"
	"# Whose advisories count: \"all\", \"workspace\" (direct dependencies), \"transitive\", \"none\".\n"
	"unmaintained = \"workspace\"\n"
	"unsound = \"all\"\n"
	"# Each advisory that you live with, why, and until when:\n"
	"# [[advisories.ignore]]\n"
	"# id = \"RUSTSEC-2024-0436\"\n"
	"# reason = \"a macro that only runs while building\"\n"
	"# tracking = \"https://example.com/issues/1\"\n"
	"# expires = 2027-01-31\n"
	"ignore = []\n"
	"\n"
	"[licenses]\n"
	"# What is not listed is refused.\n"
	"allow = [\"Apache-2.0\", \"BSD-2-Clause\", \"BSD-3-Clause\", \"ISC\", \"MIT\", \"Unicode-3.0\", "
	"\"Zlib\"]\n"
	"# exceptions = [{ purl = \"pkg:pypi/certifi\", allow = [\"MPL-2.0\"] }]\n"
	"\n"
	"[bans]\n"
	"multiple-versions = \"warn\"\n"
	"wildcards = \"warn\"\n"
	"deny = []\n"
	"# skip = [{ crate = \"syn@1.0.109\", reason = \"until derive-old is gone\" }]\n"
	"\n"
	"[sources]\n"
	"unknown-registry = \"deny\"\n"
	"unknown-git = \"deny\"\n"
	"allow-git = []\n"
	"# [sources.allow-org]\n"
	"# github = [\"your-organization\"]\n"
	"\n"
	"# The level of any finding, by its code (attest policy explain CODE):\n"
	"# [severity]\n"
	"# key-not-applied = \"allow\"\n";

int policy_init_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"output", 'o', "FILE", "write to FILE (\"-\": standard output); else to deny.toml", false,
		 NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest policy init [-o FILE]",
		.description = "Writes a policy with comments to begin with. Replaces no file.",
		.options = options,
	};
	struct att_err err;
	cli_parse(&command, argc, argv);
	if (command.arguments[0])
		cli_usage(PROGRAM, "expected no argument, found \"%s\"", command.arguments[0]);
	const char *path = cli_value(&command, "output");
	struct att_file_draft draft = {.path = path ? path : "deny.toml", .bytes = ATT_STR(template)};
	int status = strcmp(draft.path, "-") == 0 ? cli_write(NULL, draft.bytes, &err)
						  : att_file_write_new(&draft, 1, &err);
	if (status != ATT_OK)
		cli_complain(PROGRAM, &err);
	cli_free(&command);
	return status == ATT_OK ? CLI_HOLDS : CLI_UNKNOWN;
}
