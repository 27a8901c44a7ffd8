// SPDX-License-Identifier: Apache-2.0
/* attest-provenance: states which build artifacts came out of, by what the build system says. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/crypto.h"
#include "cmd/passphrase.h"
#include "cmd/progress.h"
#include "cmd/provenance.h"

#include "libattest/base/banned.h"

#define PROGRAM PROVENANCE_PROGRAM

struct run {
	struct cli_command *command;
	struct att_arena arena;
	struct att_build build;
	enum att_builder builder;
	const struct att_signature_format *format;
	struct provenance_files subjects, tools, byproducts;
	struct cli_passphrase passphrase;
	unsigned jobs;
	bool v02;
};

static _Noreturn void fail(const struct att_err *err)
{
	cli_complain(PROGRAM, err);
	exit(CLI_UNKNOWN);
}

/* --- what was asked ------------------------------------------------------------------------------------ */

static void read_request(struct run *r)
{
	const struct cli_command *c = r->command;
	const char *slsa = cli_value(c, "slsa"), *as = cli_value(c, "as");
	const char *checksums = cli_value(c, "checksums");
	if (!c->arguments[0] && !checksums)
		cli_usage(PROGRAM, "expected an artifact or --checksums, found none");
	if (c->arguments[0] && checksums)
		cli_usage(PROGRAM, "expected artifacts or --checksums, found both");
	if (slsa && strcmp(slsa, "1") != 0 && strcmp(slsa, "0.2") != 0)
		cli_usage(PROGRAM, "expected --slsa 1 or 0.2, found \"%s\"", slsa);
	if (as && strcmp(as, "bundle") != 0 && strcmp(as, "dsse") != 0)
		cli_usage(PROGRAM, "expected --as bundle or dsse, found \"%s\"", as);
	if (!cli_value(c, "key") && (as || cli_value(c, "passphrase-file")))
		cli_usage(PROGRAM, "--as and --passphrase-file are about a signature, which takes --key");
	r->v02 = slsa && strcmp(slsa, "0.2") == 0;
	r->format = att_signature_format_find(att_str_of(as ? as : "bundle"));
	r->jobs = cli_jobs(c);
	r->subjects.paths = c->arguments;
}

/* The values of a repeatable option, ended by NULL. */
static const char *const *values_of(struct run *r, const char *name)
{
	const struct cli_option *option = cli_option(r->command, name);
	const char **list = att_arena_alloc(&r->arena, option->count + 1, sizeof *list);
	if (!list)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < option->count; i++)
		list[i] = option->values[i];
	return list;
}

/* Ends the program when `output` is there already, and is what `path` names. */
static void refuse_same(const struct stat *output, const char *path)
{
	struct stat st;
	if (path && stat(path, &st) == 0 && st.st_ino == output->st_ino && st.st_dev == output->st_dev)
		cli_usage(PROGRAM, "%s would be written over, which is read", path);
}

static void refuse_overwriting(const struct run *r)
{
	static const char *const single[] = {"key", "passphrase-file", "checksums"};
	const struct provenance_files *lists[] = {&r->subjects, &r->tools, &r->byproducts};
	const char *output = cli_value(r->command, "output");
	struct stat st;
	if (!output || strcmp(output, "-") == 0 || stat(output, &st) != 0)
		return;
	for (size_t i = 0; i < 3; i++) {
		refuse_same(&st, cli_value(r->command, single[i]));
		for (size_t j = 0; lists[i]->paths[j]; j++)
			refuse_same(&st, lists[i]->paths[j]);
	}
}

/* --- the build ----------------------------------------------------------------------------------------- */

static void read_environment(struct run *r, struct att_environment *out)
{
	size_t count = 0;
	while (environ[count])
		count++;
	struct att_str *items = att_arena_alloc(&r->arena, count, sizeof *items);
	if (!items)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < count; i++)
		items[i] = att_str_of(environ[i]);
	*out = (struct att_environment){items, count};
}

static void choose_builder(struct run *r, const struct att_environment *environment)
{
	static const char *const names[] = {"generic", "github", "gitlab", "auto"};
	static const char *const generic_only[] = {"builder-id", "source", "command", "parameter",
						   "invocation-id"};
	const char *name = cli_value(r->command, "builder");
	struct att_err err = {0};
	size_t chosen = 3;
	while (name && chosen > 0 && strcmp(names[chosen], name) != 0)
		chosen--;
	if (name && strcmp(names[chosen], name) != 0)
		cli_usage(PROGRAM, "expected --builder auto, github, gitlab or generic, found \"%s\"", name);
	r->builder = (enum att_builder)chosen;
	if (chosen == 3 && att_build_detect(environment, &r->builder, &err) != ATT_OK)
		fail(&err);
	for (size_t i = 0;
	     r->builder != ATT_BUILDER_GENERIC && i < sizeof generic_only / sizeof generic_only[0]; i++)
		if (cli_option(r->command, generic_only[i])->count > 0)
			cli_usage(PROGRAM, "--%s is for --builder generic: %s says it by itself",
				  generic_only[i], names[r->builder]);
	if (r->builder == ATT_BUILDER_GENERIC && !cli_value(r->command, "builder-id"))
		cli_usage(PROGRAM, "expected --builder-id and a URI of whoever builds here, found none");
}

static int read_generic(struct run *r, const struct att_checkout *checkout, struct att_err *err)
{
	const struct cli_command *c = r->command;
	const struct cli_option *parameters = cli_option(c, "parameter");
	struct att_str *list = att_arena_alloc(&r->arena, parameters->count, sizeof *list);
	if (!list)
		return att_err_memory(err);
	for (size_t i = 0; i < parameters->count; i++)
		list[i] = att_str_of(parameters->values[i]);
	const struct att_generic_request request = {
		.builder_id = att_str_of(cli_value(c, "builder-id")),
		.source = att_str_of(cli_value(c, "source")),
		.command = att_str_of(cli_value(c, "command")),
		.invocation_id = att_str_of(cli_value(c, "invocation-id")),
		.parameters = list,
		.parameter_count = parameters->count,
	};
	return att_build_generic(&request, checkout, &r->arena, &r->build, err);
}

static void read_build(struct run *r)
{
	const char *folder = cli_value(r->command, "checkout");
	struct att_environment environment;
	struct att_checkout checkout;
	struct att_err err = {0};
	read_environment(r, &environment);
	choose_builder(r, &environment);
	int status = provenance_ask_git(folder ? folder : ".", &r->arena, &checkout, &err);
	if (status == ATT_OK && folder && !checkout.present)
		cli_usage(PROGRAM, "expected a git checkout for --checkout, found none at %s", folder);
	if (status == ATT_OK && r->builder == ATT_BUILDER_GITHUB)
		status = att_build_github(&environment, &checkout, &r->arena, &r->build, &err);
	else if (status == ATT_OK && r->builder == ATT_BUILDER_GITLAB)
		status = att_build_gitlab(&environment, &checkout, &r->arena, &r->build, &err);
	else if (status == ATT_OK)
		status = read_generic(r, &checkout, &err);
	if (status == ATT_OK && r->build.source_dirty && !cli_flag(r->command, "allow-dirty")) {
		status = att_err_set(&err, ATT_ERR_REFUSED,
				     "expected a checkout as it was committed, found changed files in it");
		att_err_help(&err,
			     "see \"git status\"; --allow-dirty states the build all the same, and that it "
			     "was dirty");
	}
	if (status != ATT_OK)
		fail(&err);
	int64_t seconds;
	r->build.has_times = cli_source_date(PROGRAM, &seconds);
	if (r->build.has_times)
		r->build.started = r->build.finished = seconds;
}

/* --- the statement ------------------------------------------------------------------------------------- */

static void narrow(struct run *r)
{
	static const char *const single[] = {"key", "passphrase-file", "checksums"};
	const struct provenance_files *lists[] = {&r->subjects, &r->tools, &r->byproducts};
	const char *key = cli_value(r->command, "key");
	size_t room = 4, used = 0;
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; lists[i]->paths[j]; j++)
			room++;
	const char **readable = calloc(room, sizeof *readable);
	char *folder = cli_folder_of(cli_value(r->command, "output"));
	const char *writable[] = {folder, NULL};
	if (!readable)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < 3; i++) {
		const char *path = cli_value(r->command, single[i]);
		if (path)
			readable[used++] = path;
		for (size_t j = 0; lists[i]->paths[j]; j++)
			readable[used++] = lists[i]->paths[j];
	}
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	/* The module of a token needs files and sockets of its own. */
	if (!key || !cli_is_token(key))
		cli_enter_sandbox(PROGRAM, &sandbox);
	free(folder);
	free(readable);
}

static void read_inputs(struct run *r)
{
	const char *checksums = cli_value(r->command, "checksums");
	struct cli_progress progress;
	cli_progress_start(&progress, 0);
	if (checksums)
		provenance_read_manifest(&r->subjects, checksums, &r->arena);
	else
		provenance_read_files(&r->subjects, r->jobs, &progress.progress, &r->arena);
	provenance_read_files(&r->tools, r->jobs, &progress.progress, &r->arena);
	provenance_read_files(&r->byproducts, r->jobs, &progress.progress, &r->arena);
	cli_progress_end(&progress);
}

static int write_statement(struct run *r, const struct att_secret *secret)
{
	const char *output = cli_value(r->command, "output");
	const struct att_provenance provenance = {
		.build = &r->build,
		.subjects = r->subjects.items,
		.subject_count = r->subjects.count,
		.tools = r->tools.items,
		.tool_count = r->tools.count,
		.byproducts = r->byproducts.items,
		.byproduct_count = r->byproducts.count,
		.v02 = r->v02,
		.compact = secret != NULL,
	};
	struct att_buf statement, envelope;
	struct att_err err = {0};
	att_buf_init(&statement, ATT_MAX_PAYLOAD);
	att_buf_init(&envelope, ATT_MAX_SIGNATURE_FILE);
	int status = att_provenance_write(&provenance, &r->arena, &statement, &err);
	if (status == ATT_OK && secret)
		status = att_statement_sign(att_buf_str(&statement), r->format, secret, &envelope, &err);
	if (status == ATT_OK)
		status = cli_write(output, att_buf_str(secret ? &envelope : &statement), &err);
	if (status != ATT_OK)
		fail(&err);
	if (output && strcmp(output, "-") != 0)
		cli_note("%s: SLSA provenance of %zu %s, commit %.*s, built by %.*s, %s", output,
			 r->subjects.count, r->subjects.count == 1 ? "artifact" : "artifacts",
			 ATT_STR_ARG(att_str_first(r->build.source_commit, 12)),
			 ATT_STR_ARG(r->build.builder_id), secret ? "signed" : "not signed");
	att_buf_clear(&statement);
	att_buf_clear(&envelope);
	return CLI_HOLDS;
}

static int run(struct cli_command *command)
{
	struct run r = {.command = command};
	read_request(&r);
	r.tools.paths = values_of(&r, "tool");
	r.byproducts.paths = values_of(&r, "byproduct");
	refuse_overwriting(&r);
	read_build(&r);
	cli_passphrase_open(&r.passphrase, cli_value(command, "passphrase-file"));
	cli_start_digests(PROGRAM);
	narrow(&r);
	const char *key = cli_value(command, "key");
	struct att_secret *secret = key ? cli_load_secret(PROGRAM, key, &r.passphrase) : NULL;
	read_inputs(&r);
	int exit_code = write_statement(&r, secret);
	cli_passphrase_close(&r.passphrase);
	att_secret_free(secret);
	att_arena_clear(&r.arena);
	return exit_code;
}

/* --- main ---------------------------------------------------------------------------------------------- */

static struct cli_option options[] = {
	{"checksums", 'c', "FILE", "take names and digests from a checksum manifest", false, NULL, 0},
	{"builder", 'b', "NAME", "auto (default), github, gitlab or generic", false, NULL, 0},
	{"key", 'k', "KEY", "sign with this secret key: a file, or a pkcs11: URI", false, NULL, 0},
	{"as", 'a', "FORMAT", "with --key: bundle (default) or dsse", false, NULL, 0},
	{"output", 'o', "FILE", "write to FILE, whole or not at all; else to standard output", false, NULL, 0},
	{"slsa", 0, "VERSION", "version of the predicate: 1 (default) or 0.2", false, NULL, 0},
	{"checkout", 0, "DIR", "the source lies in DIR; else in the current folder", false, NULL, 0},
	{"allow-dirty", 0, NULL, "take a checkout with changed files, and state that", false, NULL, 0},
	{"tool", 0, "FILE", "a program that was built with, stated by its digest", true, NULL, 0},
	{"byproduct", 0, "FILE", "what else came out (log, SBOM), by its digest", true, NULL, 0},
	{"builder-id", 0, "URI", "generic: who builds", false, NULL, 0},
	{"source", 0, "URL", "generic: where the source is; else git's origin", false, NULL, 0},
	{"command", 0, "TEXT", "generic: what was run", false, NULL, 0},
	{"parameter", 0, "TEXT", "generic: NAME=VALUE that the build was given", true, NULL, 0},
	{"invocation-id", 0, "TEXT", "generic: which run of the builder it was", false, NULL, 0},
	{"passphrase-file", 0, "FILE", "take the passphrase from the first line of FILE", false, NULL, 0},
	{"jobs", 'j', "N", "read on N threads; else one per processor", false, NULL, 0},
	{NULL, 0, NULL, NULL, false, NULL, 0},
};

int main(int argc, char **argv)
{
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest provenance (ARTIFACT... | --checksums FILE) [OPTION...]",
		.description =
			"Writes one statement of SLSA provenance for all ARTIFACTs: which build, of which "
			"commit, "
			"by whom.\nThe facts come from GitHub Actions, GitLab CI, or git and the options. With "
			"--key it is signed.",
		.epilogue = "Exit status: 0 when the statement is written, 2 otherwise.",
		.options = options,
	};
	cli_start();
	cli_start_secrets(PROGRAM);
	cli_parse_main(&command, argc, argv);
	int exit_code = run(&command);
	cli_free(&command);
	return exit_code;
}
