// SPDX-License-Identifier: Apache-2.0
/* The front door: `attest X ...` runs attest-X from the folder that this program lies in. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "cmd/cli.h"

#include "libattest/base/banned.h"

#define PROGRAM "attest"

static const struct {
	const char *name, *summary;
} commands[] = {
	{"sbom", "write an SBOM of a folder, a lockfile or a package database"},
	{"sign", "sign files with a key"},
	{"provenance", "state which build artifacts came out of"},
	{"verify", "check files against their signatures"},
	{"inspect", "show what signatures and statements hold"},
	{"checksum", "write and verify checksum manifests"},
	{"advisories", "keep what is known to be wrong with packages"},
	{"policy", "hold a folder or an SBOM against a policy"},
	{"align", "hold versions, artifacts and channels of a release against each other"},
	{"key", "make keys, show them, write them in other formats"},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(void)
{
	printf("usage: attest COMMAND [ARGUMENT...]\n"
	       "       attest help COMMAND\n\n"
	       "What is in it, who made it and how, and may it ship: answered before anything is trusted.\n\n"
	       "commands:\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-12s %s\n", commands[i].name, commands[i].summary);
	printf("\noptions:\n"
	       "      --help                    show this text\n"
	       "      --version                 show the version and the active sandbox\n\n"
	       "\"attest COMMAND --help\" lists a command's options, \"attest help COMMAND\" opens its manual "
	       "page.\n"
	       "Exit status of every command: 0 holds or done, 1 does not hold, 2 could not tell.\n");
	exit(fflush(stdout) == 0 ? CLI_HOLDS : CLI_UNKNOWN);
}

static bool is_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return true;
	return false;
}

/* Never through PATH: a program that somebody else put there must not speak for us. */
static void own_folder(char folder[static PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", folder, PATH_MAX - 1);
	/* Without /proc: what the kernel was told to run, which a search through PATH has made whole. */
	if (len <= 0 && realpath((const char *)getauxval(AT_EXECFN), folder))
		len = (ssize_t)strlen(folder);
	while (len > 0 && folder[len - 1] != '/')
		len--;
	if (len <= 1)
		cli_usage(PROGRAM, "cannot find the folder of this program: is /proc mounted?");
	folder[len - 1] = '\0';
}

static _Noreturn void run(const char *name, char **arguments)
{
	char folder[PATH_MAX], path[PATH_MAX + 64];
	own_folder(folder);
	snprintf(path, sizeof path, "%s/attest-%s", folder, name);
	arguments[0] = path;
	execv(path, arguments);
	cli_usage(PROGRAM, "cannot run %s: %s", path, strerrordesc_np(errno));
}

/* The page that lies beside this program (an installed one, or a source tree), else whatever man finds. */
static _Noreturn void show_page(const char *name)
{
	char folder[PATH_MAX], page[PATH_MAX + 128];
	const char *prefix = strcmp(name, PROGRAM) == 0 ? "" : "attest-";
	own_folder(folder);
	snprintf(page, sizeof page, "%s/../share/man/man1/%s%s.1", folder, prefix, name);
	if (access(page, R_OK) != 0)
		snprintf(page, sizeof page, "%s/../../docs/man/%s%s.1", folder, prefix, name);
	bool is_here = access(page, R_OK) == 0;
	if (!is_here)
		snprintf(page, sizeof page, "%s%s", prefix, name);
	execlp("man", "man", page, (char *)NULL);
	cli_note(PROGRAM ": cannot run man: %s", strerrordesc_np(errno));
	cli_note("  = help: %s %s, or try \"%s%s --help\"", is_here ? "the page is" : "the page is called",
		 page, prefix, name);
	exit(CLI_UNKNOWN);
}

int main(int argc, char **argv)
{
	cli_start();
	if (argc < 2)
		cli_usage(PROGRAM, "expected a command");
	if (strcmp(argv[1], "--help") == 0)
		print_help();
	if (strcmp(argv[1], "--version") == 0)
		cli_print_version(PROGRAM);
	if (strcmp(argv[1], "help") == 0) {
		if (argc == 2)
			print_help();
		if (argc > 3)
			cli_usage(PROGRAM, "expected one command to explain, found also \"%s\"", argv[3]);
		if (!is_command(argv[2]) && strcmp(argv[2], PROGRAM) != 0)
			cli_usage(PROGRAM, "expected a command to explain, found \"%s\"", argv[2]);
		show_page(argv[2]);
	}
	if (!is_command(argv[1]))
		cli_usage(PROGRAM, "expected a command, found \"%s\"", argv[1]);
	run(argv[1], argv + 1);
}
