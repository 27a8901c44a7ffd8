// SPDX-License-Identifier: Apache-2.0
/* attest-sbom: what is in it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/crypto.h"
#include "cmd/report.h"
#include "libattest/base/file.h"
#include "libattest/format/uuid.h"
#include "sbom/document.h"
#include "sbom/generate.h"
#include "sbom/outline.h"

#include "libattest/base/banned.h"

#define PROGRAM "attest-sbom"

/* Every level indents its lines: a chain of all components would take quadratic space. */
enum { DEEPEST = 200 };

static const char understood[] =
	"Understood files:\n"
	"  Rust        Cargo.lock\n"
	"  JavaScript  package-lock.json, npm-shrinkwrap.json, pnpm-lock.yaml, yarn.lock, bun.lock, deno.lock\n"
	"  Python      requirements*.txt, poetry.lock, uv.lock, pdm.lock, pylock.toml, Pipfile.lock\n"
	"  Go          go.mod (with go.sum), go.work\n"
	"  Java        pom.xml; gradle.lockfile, dependencies.lock, build.gradle, libs.versions.toml\n"
	"  others      Gemfile.lock, composer.lock, packages.lock.json, mix.lock, pubspec.lock\n"
	"  Debian      dpkg's var/lib/dpkg/status and status.d\n"
	"\n"
	"Exit status: 0 when every input was understood, 2 when one was not or nothing could be done.\n"
	"The manual page attest-sbom(1) says more: \"attest help sbom\".";

/* What both commands share. */
struct request {
	struct cli_command *command;
	const char *path;
	struct sbom_generate_options options;
	struct sbom_graph graph;
	struct sbom_generate_summary summary;
	struct att_findings findings;
	const struct att_report_format *report_format;
	struct att_err err;
};

static const char *one_path(const struct cli_command *command)
{
	if (!command->arguments[0])
		cli_usage(PROGRAM, "expected a folder or a file, found none");
	if (command->arguments[1])
		cli_usage(PROGRAM, "expected one folder or file, found also \"%s\"", command->arguments[1]);
	if (!*command->arguments[0])
		cli_usage(PROGRAM, "expected a folder or a file, found an empty name");
	return command->arguments[0];
}

static void read_options(struct request *r)
{
	const char *name = cli_value(r->command, "name"), *version = cli_value(r->command, "version");
	const char *jobs = cli_value(r->command, "jobs");
	const struct cli_option *exclude = cli_option(r->command, "exclude");
	r->path = one_path(r->command);
	r->options.graph.name = att_str_of(name);
	r->options.graph.version = att_str_of(version);
	r->options.graph.no_dev = cli_flag(r->command, "no-dev");
	r->options.jobs = jobs ? cli_number(PROGRAM, "jobs", jobs, 1, ATT_MAX_JOBS) : 0;
	r->options.excludes = calloc(exclude->count + 1, sizeof *r->options.excludes);
	if (!r->options.excludes)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < exclude->count; i++)
		r->options.excludes[i] = att_str_of(exclude->values[i]);
	r->options.exclude_count = exclude->count;
}

static int finish(struct request *r, int exit_code)
{
	sbom_graph_clear(&r->graph);
	att_findings_clear(&r->findings);
	free(r->options.excludes);
	cli_free(r->command);
	return exit_code;
}

/* OpenSSL does not survive memory running out when it is first used: it is used while there is plenty. */
static void start_digests(struct att_err *err)
{
	char uuid[ATT_UUID_TEXT + 1];
	if (att_uuid_of_content(ATT_STR(""), uuid, err) != ATT_OK)
		cli_usage(PROGRAM, "%s", err->message);
}

/* Reading the input, writing beside the output, nothing else. */
static void narrow(const char *path, const char *output, const char *report)
{
	char *output_folder = cli_folder_of(output), *report_folder = cli_folder_of(report);
	const char *readable[] = {path, NULL};
	const char *writable[3] = {NULL};
	size_t count = 0;
	if (output_folder)
		writable[count++] = output_folder;
	if (report_folder)
		writable[count++] = report_folder;
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	cli_enter_sandbox(PROGRAM, &sandbox);
	free(output_folder);
	free(report_folder);
}

/* --- generate ------------------------------------------------------------------------------------------ */

static const struct sbom_format *chosen_format(const struct cli_command *command)
{
	const char *name = cli_value(command, "format");
	if (!name)
		return sbom_formats[0];
	for (const struct sbom_format *const *f = sbom_formats; *f; f++)
		if (strcmp((*f)->name, name) == 0)
			return *f;
	cli_usage(PROGRAM, "expected --format cyclonedx or spdx, found \"%s\"", name);
}

/* The inputs that were understood and yet do not name all that they need. */
static size_t count_incomplete(const struct sbom_graph *graph)
{
	size_t count = 0;
	for (size_t i = 0; i < graph->input_count; i++)
		count += graph->inputs[i].state == SBOM_INPUT_INCOMPLETE;
	return count;
}

static int write_report(struct request *r, const char *path, int exit_code)
{
	const struct att_report_fact facts[] = {
		{"components", {NULL, 0}, r->graph.node_count ? r->graph.node_count - 1 : 0},
		{"dependencies", {NULL, 0}, r->graph.edge_count},
		{"inputs_understood", {NULL, 0}, r->summary.understood},
		{"inputs_incomplete", {NULL, 0}, count_incomplete(&r->graph)},
		{"inputs_not_understood", {NULL, 0}, r->summary.not_understood},
		{"files", {NULL, 0}, r->summary.files},
	};
	const struct att_report report = {
		.program = PROGRAM,
		.command = "generate",
		.exit = exit_code,
		.findings = &r->findings,
		.summary = facts,
		.summary_count = sizeof facts / sizeof facts[0],
	};
	return cli_report_write(r->report_format, &report, path, &r->err);
}

/* "1 component", "2 components" */
static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void print_summary(const struct request *r, const struct sbom_format *format, const char *spec_version,
			  const char *output)
{
	const struct sbom_component *root = &r->graph.nodes[0].component;
	size_t components = r->graph.node_count - 1, incomplete = count_incomplete(&r->graph);
	size_t inputs = r->summary.understood + r->summary.not_understood;
	char of[32] = "", part[48] = "";
	if (r->summary.not_understood)
		snprintf(of, sizeof of, "%zu of ", r->summary.understood);
	if (incomplete)
		snprintf(part, sizeof part, " (%zu incomplete)", incomplete);
	cli_note("%s: %s %s of %.*s%s%.*s: %zu component%s, %zu dependenc%s, from %s%zu input%s%s", output,
		 strcmp(format->name, "spdx") == 0 ? "SPDX" : "CycloneDX", spec_version,
		 ATT_STR_ARG(root->name), root->version.len ? " " : "", ATT_STR_ARG(root->version), components,
		 plural(components), r->graph.edge_count, r->graph.edge_count == 1 ? "y" : "ies", of, inputs,
		 plural(inputs), part);
	if (att_str_equal(root->name, ATT_STR("unnamed")) && !cli_value(r->command, "name"))
		cli_note("  = help: no input names the project: give its name with --name, its version with "
			 "--version");
}

/* Findings that say that the document is not whole. */
static bool is_whole(const struct request *r)
{
	return r->findings.errors == 0 && r->summary.not_understood == 0;
}

static int write_document(struct request *r, const struct sbom_format *format,
			  const struct sbom_document_options *document)
{
	const char *output = cli_value(r->command, "output");
	struct att_buf text;
	att_buf_init(&text, ATT_MAX_OUTPUT);
	int status = format->write(&r->graph, document, &text, &r->err);
	if (status == ATT_OK)
		status = cli_write(output, att_buf_str(&text), &r->err);
	if (status == ATT_OK && output && strcmp(output, "-") != 0)
		print_summary(r, format, document->spec_version, output);
	att_buf_clear(&text);
	return status;
}

/* Both in one file, or mixed on standard output, would be neither. */
static void refuse_same_file(const char *output, const char *report)
{
	const char *first = output ? output : "-";
	if (!report)
		return;
	char *a = cli_folder_of(first), *b = cli_folder_of(report);
	char *x = a ? realpath(a, NULL) : NULL, *y = b ? realpath(b, NULL) : NULL;
	const char *first_name = strrchr(first, '/'), *report_name = strrchr(report, '/');
	bool same_name =
		strcmp(first_name ? first_name + 1 : first, report_name ? report_name + 1 : report) == 0;
	if (same_name && (!a ? !b : (x && y && strcmp(x, y) == 0)))
		cli_usage(PROGRAM, "expected two places for --output and --report, found %s for both",
			  a ? report : "standard output");
	free(a);
	free(b);
	free(x);
	free(y);
}

static int run_generate(struct request *r)
{
	const struct sbom_format *format = chosen_format(r->command);
	struct sbom_document_options document = {.spec_version = cli_value(r->command, "spec-version")};
	const char *report = cli_value(r->command, "report");
	r->report_format = cli_report_format(r->command, "report-format", "json");
	if (!report && cli_value(r->command, "report-format"))
		cli_usage(PROGRAM, "--report-format says how --report is written, which was not given");
	document.has_time = cli_source_date(PROGRAM, &document.time);
	document.spec_version = sbom_document_version(format, &document, &r->err);
	if (!document.spec_version)
		cli_usage(PROGRAM, "%s", r->err.message);
	read_options(r);
	start_digests(&r->err);
	refuse_same_file(cli_value(r->command, "output"), report);
	narrow(r->path, cli_value(r->command, "output"), report);

	int status = sbom_generate(r->path, &r->options, &r->graph, &r->summary, &r->findings, &r->err);
	bool strict_refusal = status == ATT_OK && cli_flag(r->command, "strict") && !is_whole(r);
	cli_print_findings(&r->findings);
	if (status == ATT_OK && !strict_refusal)
		status = write_document(r, format, &document);
	int exit_code = status == ATT_OK && is_whole(r) ? CLI_HOLDS : CLI_UNKNOWN;
	if (status != ATT_OK)
		cli_complain(PROGRAM, &r->err);
	else if (strict_refusal)
		cli_note(PROGRAM
			 ": nothing was written, because --strict was given and an input was not understood");
	else if (exit_code != CLI_HOLDS && r->summary.not_understood == 0)
		cli_note(PROGRAM ": the SBOM is marked as incomplete: see the errors above");
	else if (exit_code != CLI_HOLDS)
		cli_note(PROGRAM ": the SBOM is marked as incomplete: %zu of %zu inputs %s not understood",
			 r->summary.not_understood, r->summary.understood + r->summary.not_understood,
			 r->summary.not_understood == 1 ? "was" : "were");
	if (report && write_report(r, report, exit_code) != ATT_OK) {
		cli_complain(PROGRAM, &r->err);
		exit_code = CLI_UNKNOWN;
	}
	return finish(r, exit_code);
}

static int generate(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"output", 'o', "FILE", "write to FILE, whole or not at all; else to standard output", false,
		 NULL, 0},
		{"format", 'f', "FORMAT", "cyclonedx (default) or spdx", false, NULL, 0},
		{"spec-version", 0, "V", "CycloneDX 1.4, 1.5, 1.6 (default), 1.7; SPDX 2.3", false, NULL, 0},
		{"name", 0, "NAME", "name of what the SBOM describes; else as the tree says", false, NULL, 0},
		{"version", 0, "V", "version of what the SBOM describes", false, NULL, 0},
		{"exclude", 0, "GLOB", "leave out matching files and folders; may be repeated", true, NULL, 0},
		{"no-dev", 0, NULL, "leave out what only development needs", false, NULL, 0},
		{"jobs", 'j', "N", "parse on N threads; else one per processor", false, NULL, 0},
		{"strict", 0, NULL, "write nothing when an input is not understood", false, NULL, 0},
		{"report", 0, "FILE", "write the findings and counts to FILE", false, NULL, 0},
		{"report-format", 0, "FORMAT", "json (default), human, sarif, junit, github or markdown", false,
		 NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest sbom [generate] PATH [OPTION...]\n"
			    "       attest sbom tree PATH [OPTION...]\n"
			    "       attest sbom --version",
		.description = "Writes an SBOM of what the lockfiles and package databases in the folder PATH "
			       "name, or of\n"
			       "the one such file PATH. Runs nothing, needs no network; the same input gives "
			       "the same\n"
			       "bytes. \"attest sbom tree --help\" explains tree.",
		.epilogue = understood,
		.options = options,
	};
	struct request request = {.command = &command};
	cli_parse(&command, argc, argv);
	return run_generate(&request);
}

/* --- tree ---------------------------------------------------------------------------------------------- */

static int run_tree(struct request *r)
{
	const char *depth = cli_value(r->command, "depth");
	struct sbom_outline_options outline = {.depth = DEEPEST};
	if (depth)
		outline.depth = cli_number(PROGRAM, "depth", depth, 0, DEEPEST);
	read_options(r);
	outline.no_dev = r->options.graph.no_dev;
	narrow(r->path, NULL, NULL);

	bool is_document;
	int status = sbom_document_load(r->path, &r->graph, &is_document, &r->findings, &r->err);
	if (!is_document)
		status = sbom_generate(r->path, &r->options, &r->graph, &r->summary, &r->findings, &r->err);
	bool told = is_document && status != ATT_OK;
	cli_print_findings(&r->findings);
	if (status == ATT_OK && r->graph.node_count > 0) {
		struct att_buf text;
		att_buf_init(&text, ATT_MAX_OUTPUT);
		status = sbom_outline_write(&r->graph, &outline, &text, &r->err);
		if (status == ATT_OK)
			status = cli_write(NULL, att_buf_str(&text), &r->err);
		att_buf_clear(&text);
	}
	if (status != ATT_OK && !told)
		cli_complain(PROGRAM, &r->err);
	return finish(r, status == ATT_OK && is_whole(r) ? CLI_HOLDS : CLI_UNKNOWN);
}

static int tree(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"depth", 0, "N", "stop N levels below the root (at most 200)", false, NULL, 0},
		{"exclude", 0, "GLOB", "leave out matching files and folders; may be repeated", true, NULL, 0},
		{"no-dev", 0, NULL, "leave out what only development needs", false, NULL, 0},
		{"jobs", 'j', "N", "parse on N threads; else one per processor", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest sbom tree PATH [OPTION...]",
		.description = "Prints what depends on what: in the SBOM document PATH (CycloneDX or SPDX "
			       "JSON), or in the\n"
			       "folder or lockfile PATH. What was unfolded above is marked (*) and not "
			       "unfolded again.",
		.options = options,
	};
	struct request request = {.command = &command};
	cli_parse(&command, argc, argv);
	return run_tree(&request);
}

int main(int argc, char **argv)
{
	cli_start();
	cli_expect_much();
	const char **arguments = cli_arguments(PROGRAM, argc, argv, 1);
	argc--;
	if (argc == 1 && strcmp(arguments[0], "--version") == 0)
		cli_print_version(PROGRAM);
	bool is_tree = argc > 0 && strcmp(arguments[0], "tree") == 0;
	bool is_named = is_tree || (argc > 0 && strcmp(arguments[0], "generate") == 0);
	int (*run)(int, const char **) = is_tree ? tree : generate;
	cli_start_crypto(PROGRAM);
	int exit_code = run(argc - is_named, arguments + is_named);
	free(arguments);
	return exit_code;
}
