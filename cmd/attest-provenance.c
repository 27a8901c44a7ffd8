// SPDX-License-Identifier: Apache-2.0
/* attest-provenance: states which build artifacts came out of, by what the build system says. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/crypto.h"
#include "cmd/expand.h"
#include "cmd/passphrase.h"
#include "cmd/progress.h"
#include "cmd/provenance.h"

#include "libattest/base/banned.h"

#define PROGRAM PROVENANCE_PROGRAM

struct run {
	struct cli_command *command;
	struct att_arena arena;
	struct att_build build;
	const struct att_signature_format *format;
	struct provenance_files subjects, tools, byproducts;
	struct provenance_predicates predicates;
	struct provenance_sbom sbom;
	struct cli_passphrase passphrase;
	const char **inputs; /* everything that is read, ended by NULL */
	size_t input_count, input_capacity;
	unsigned jobs;
	bool v02, provenance;
};

/* --- what was asked ------------------------------------------------------------------------------------ */

/* What only provenance has a place for is refused where none is written. */
static void choose_statements(struct run *r)
{
	static const char *const about_builds[] = {"builder", "slsa",      "checkout",  "allow-dirty",
						   "tool",    "byproduct", "sbom",      "builder-id",
						   "source",  "command",   "parameter", "invocation-id"};
	const struct cli_command *c = r->command;
	provenance_take_predicates(c, &r->arena, &r->predicates);
	r->provenance = r->predicates.count == 0 || cli_flag(c, "with-provenance");
	if (r->predicates.count == 0 && (cli_flag(c, "with-provenance") || cli_value(c, "by-digest")))
		cli_usage(PROGRAM,
			  "--with-provenance and --by-digest are about predicates, which take --predicate");
	for (size_t i = 0; !r->provenance && i < sizeof about_builds / sizeof about_builds[0]; i++)
		if (cli_option(c, about_builds[i])->count > 0)
			cli_usage(PROGRAM,
				  "--%s is about the build, which takes --with-provenance beside --predicate",
				  about_builds[i]);
}

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
	choose_statements(r);
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

static void add_input(struct run *r, const char *path)
{
	void *items = r->inputs;
	const char **slot =
		att_arena_push(&r->arena, &items, &r->input_count, &r->input_capacity, sizeof *slot);
	if (!slot)
		cli_usage(PROGRAM, "out of memory");
	r->inputs = items;
	*slot = path;
}

static void list_inputs(struct run *r)
{
	static const char *const single[] = {"key", "passphrase-file", "checksums", "sbom"};
	const struct provenance_files *lists[] = {&r->subjects, &r->tools, &r->byproducts};
	r->subjects.paths = cli_expand(PROGRAM, r->command->arguments, &r->arena);
	r->tools.paths = values_of(r, "tool");
	r->byproducts.paths = values_of(r, "byproduct");
	for (size_t i = 0; i < 4; i++)
		if (cli_value(r->command, single[i]))
			add_input(r, cli_value(r->command, single[i]));
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; lists[i]->paths[j]; j++)
			add_input(r, lists[i]->paths[j]);
	for (size_t i = 0; i < r->predicates.count; i++)
		add_input(r, r->predicates.items[i].path);
	add_input(r, NULL);
}

/* --- the statements ------------------------------------------------------------------------------------ */

static void narrow(const struct run *r)
{
	const char *key = cli_value(r->command, "key");
	char *folder = cli_folder_of(cli_value(r->command, "output"));
	const char *writable[] = {folder, NULL};
	const struct att_sandbox sandbox = {.readable = r->inputs, .writable = writable};
	/* The module of a token needs files and sockets of its own. */
	if (!key || !cli_is_token(key))
		cli_enter_sandbox(PROGRAM, &sandbox);
	free(folder);
}

/* The SBOM came out of the build, too; 0.2 has no place for that. */
static void add_sbom(struct run *r, const char *path)
{
	provenance_read_sbom(path, &r->arena, &r->sbom);
	if (r->v02)
		return;
	struct att_subject *items = att_arena_alloc(&r->arena, r->byproducts.count + 1, sizeof *items);
	if (!items)
		cli_usage(PROGRAM, "out of memory");
	if (r->byproducts.count > 0)
		memcpy(items, r->byproducts.items, r->byproducts.count * sizeof *items);
	items[r->byproducts.count++] = r->sbom.file;
	r->byproducts.items = items;
}

static void read_inputs(struct run *r)
{
	const char *checksums = cli_value(r->command, "checksums"), *sbom = cli_value(r->command, "sbom");
	struct cli_progress progress;
	cli_progress_start(&progress, 0);
	if (checksums)
		provenance_read_manifest(&r->subjects, checksums, &r->arena);
	else
		provenance_read_files(&r->subjects, r->jobs, &progress.progress, &r->arena);
	provenance_read_files(&r->tools, r->jobs, &progress.progress, &r->arena);
	provenance_read_files(&r->byproducts, r->jobs, &progress.progress, &r->arena);
	cli_progress_end(&progress);
	if (sbom)
		add_sbom(r, sbom);
}

static void write_provenance(struct run *r, bool compact, struct att_buf *out)
{
	const struct att_provenance provenance = {
		.build = &r->build,
		.subjects = r->subjects.items,
		.subject_count = r->subjects.count,
		.tools = r->tools.items,
		.tool_count = r->tools.count,
		.dependencies = r->sbom.dependencies,
		.dependency_count = r->sbom.count,
		.byproducts = r->byproducts.items,
		.byproduct_count = r->byproducts.count,
		.v02 = r->v02,
		.compact = compact,
	};
	struct att_err err = {0};
	if (att_provenance_write(&provenance, &r->arena, out, &err) != ATT_OK)
		provenance_fail(NULL, &err);
}

static void tell(const struct run *r, const char *output, const char *is_signed)
{
	const char *artifacts = r->subjects.count == 1 ? "artifact" : "artifacts";
	if (r->provenance)
		cli_note("%s: SLSA provenance of %zu %s, commit %.*s, built by %.*s, %s", output,
			 r->subjects.count, artifacts, ATT_STR_ARG(att_str_first(r->build.source_commit, 12)),
			 ATT_STR_ARG(r->build.builder_id), is_signed);
	for (size_t i = 0; i < r->predicates.count; i++) {
		const struct provenance_predicate *item = &r->predicates.items[i];
		cli_note("%s: %s%s about %zu %s, %s", output,
			 item->known ? item->known->title : item->type.data,
			 item->location ? ", by its digest," : "", r->subjects.count, artifacts, is_signed);
	}
}

/* One statement after the other, provenance first; several stand on a line each. */
static void write_statements(struct run *r, const struct att_secret *secret)
{
	const char *output = cli_value(r->command, "output");
	bool lines = secret || r->predicates.count > 0;
	struct att_buf statement, all;
	struct att_err err = {0};
	int status = ATT_OK;
	att_buf_init(&statement, ATT_MAX_PAYLOAD);
	att_buf_init(&all, ATT_MAX_SIGNATURE_FILE);
	for (size_t i = r->provenance ? 0 : 1; status == ATT_OK && i <= r->predicates.count; i++) {
		statement.len = 0;
		if (i == 0)
			write_provenance(r, lines, &statement);
		else
			provenance_write_predicate(&r->predicates.items[i - 1], &r->subjects, &statement);
		if (secret)
			status = att_statement_sign(att_buf_str(&statement), r->format, secret, &all, &err);
		else
			att_buf_add(&all, att_buf_str(&statement));
		if (!secret && lines)
			att_buf_add_byte(&all, '\n');
	}
	if (status == ATT_OK && !att_buf_ok(&all))
		status = all.starved
				 ? att_err_memory(&err)
				 : att_err_set(&err, ATT_ERR_LIMIT,
					       "expected statements of at most %zu bytes together, found more",
					       all.max);
	if (status == ATT_OK)
		status = cli_write(output, att_buf_str(&all), &err);
	if (status != ATT_OK)
		provenance_fail(NULL, &err);
	if (output && strcmp(output, "-") != 0)
		tell(r, output, secret ? "signed" : "not signed");
	att_buf_clear(&statement);
	att_buf_clear(&all);
}

static void run(struct cli_command *command)
{
	struct run r = {.command = command};
	read_request(&r);
	list_inputs(&r);
	cli_refuse_overwriting(PROGRAM, cli_value(command, "output"), r.inputs);
	if (r.provenance)
		provenance_read_build(command, &r.arena, &r.build);
	cli_passphrase_open(&r.passphrase, cli_value(command, "passphrase-file"));
	cli_start_digests(PROGRAM);
	narrow(&r);
	const char *key = cli_value(command, "key");
	struct att_secret *secret = key ? cli_load_secret(PROGRAM, key, &r.passphrase) : NULL;
	read_inputs(&r);
	write_statements(&r, secret);
	cli_passphrase_close(&r.passphrase);
	att_secret_free(secret);
	att_arena_clear(&r.arena);
}

/* --- main ---------------------------------------------------------------------------------------------- */

static struct cli_option options[] = {
	{"checksums", 'c', "FILE", "take names and digests from a checksum manifest", false, NULL, 0},
	{"builder", 'b', "NAME", "auto (default), github, gitlab or generic", false, NULL, 0},
	{"key", 'k', "KEY", "sign with this secret key: a file, or a pkcs11: URI", false, NULL, 0},
	{"as", 'a', "FORMAT", "with --key: bundle (default) or dsse", false, NULL, 0},
	{"output", 'o', "FILE", "write to FILE, whole or not at all; else to standard output", false, NULL, 0},
	{"predicate-type", 't', "TYPE", "state a predicate of this type: a URI, or a short name", true, NULL,
	 0},
	{"predicate", 'p', "FILE", "its content, JSON; each goes with the type in the same place", true, NULL,
	 0},
	{"with-provenance", 0, NULL, "with --predicate: state provenance, too", false, NULL, 0},
	{"by-digest", 0, "URL", "state SBOMs by digest only, to be had below URL", false, NULL, 0},
	{"attester", 0, "URI", "with --by-digest: who provides them", false, NULL, 0},
	{"sbom", 0, "FILE", "state what an SBOM says the artifacts contain", false, NULL, 0},
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
			"commit, by whom.\nThe facts come from GitHub Actions, GitLab CI, or git and the "
			"options.\nWith --predicate it states what FILE says instead: cyclonedx, spdx, spdx3, "
			"test-result, vulns,\nrelease, vsa, or any type that is a URI. With --key statements "
			"are "
			"signed.",
		.epilogue = "An ARTIFACT may be a quoted pattern: 'dist/*.tar.gz'.\n"
			    "Exit status: 0 when all is written, 2 otherwise.",
		.options = options,
	};
	cli_start();
	cli_start_secrets(PROGRAM);
	cli_parse_main(&command, argc, argv);
	run(&command);
	cli_free(&command);
	return CLI_HOLDS;
}
