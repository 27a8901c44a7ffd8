// SPDX-License-Identifier: Apache-2.0
/* attest-checksum: manifests of digests, written and verified. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/checksum.h"
#include "cmd/cli.h"
#include "cmd/crypto.h"
#include "cmd/names.h"
#include "cmd/progress.h"
#include "cmd/report.h"
#include "libattest/base/file.h"
#include "libattest/base/utf8.h"
#include "libattest/sign/checksum_verify.h"

#include "libattest/base/banned.h"

#define PROGRAM CHECKSUM_PROGRAM

/* --- verify -------------------------------------------------------------------------------------------- */

struct verification {
	const struct cli_command *command;
	const char *manifest, *shown; /* as given; as messages call it */
	char *base;                   /* the folder that names are relative to; owned */
	struct att_arena arena;
	struct att_buf text;
	struct att_source source;
	struct att_checksums list;
	struct att_checksum_request request;
	struct att_checksum_summary summary;
	struct att_steps steps;
	struct att_findings findings;
};

static void find_names(struct verification *v)
{
	size_t count = cli_count_arguments(v->command) - 1;
	struct att_str *names = att_arena_alloc(&v->arena, count, sizeof *names);
	if (!names)
		cli_usage(PROGRAM, "out of memory");
	if (!v->base && (count > 0 || cli_flag(v->command, "complete")))
		cli_usage(PROGRAM, "cannot find the folder of %s", v->shown);
	for (size_t i = 0; i < count; i++)
		names[i] = cli_name_below(PROGRAM, &v->arena, v->base, v->command->arguments[i + 1]);
	v->request.names = names;
	v->request.name_count = count;
}

/* *below is the folder of --complete as the manifest names it. */
static void find_complete(struct verification *v, struct att_str *below)
{
	const char *folder = cli_value(v->command, "complete");
	if (!folder)
		return;
	if (v->request.name_count)
		cli_usage(PROGRAM, "expected files or --complete, found both");
	*below = cli_folder_below(PROGRAM, &v->arena, v->base, folder);
}

static int read_manifest(struct verification *v, struct att_err *err)
{
	uint64_t size;
	int fd;
	if (checksum_is_stream(v->manifest))
		return cli_read_stream(0, "standard input", &v->text, err);
	int status = att_artifact_open(v->manifest, &fd, &size, err);
	if (status != ATT_OK)
		return status;
	status = att_file_read_fd(fd, v->manifest, &v->text, err);
	close(fd);
	return status;
}

static int load_manifest(struct verification *v, struct att_err *err)
{
	const struct att_checksum_options options = {
		.insecure_md5 = cli_flag(v->command, "insecure-md5"),
		.insecure_sha1 = cli_flag(v->command, "insecure-sha1"),
	};
	int status = read_manifest(v, err);
	if (status == ATT_OK)
		status = att_source_init(&v->source, &v->arena, att_str_of(v->shown), att_buf_str(&v->text),
					 err);
	if (status == ATT_OK)
		status = att_checksum_parse(&v->source, &options, &v->arena, &v->list, err);
	return status;
}

/* What was wrong with the manifest, or with a folder, as a finding. */
static void add_problem(struct verification *v, const struct att_err *err)
{
	static const struct att_finding codes[] = {{.code = "duplicate-entry"}, {.code = "weak-digest"}};
	size_t last = v->findings.count;
	att_findings_add_err(&v->findings, att_str_of(v->shown), err->place.line ? &v->source : NULL, err);
	for (size_t i = 0; v->list.problem && i < sizeof codes / sizeof codes[0]; i++)
		if (v->findings.count > last && strcmp(codes[i].code, v->list.problem) == 0)
			v->findings.items[last].code = codes[i].code;
}

static uint64_t size_of_files(const struct verification *v)
{
	uint64_t total = 0;
	struct stat st;
	for (size_t i = 0; cli_progress_is_shown() && i < v->list.count; i++) {
		char *name = strndup(v->list.items[i].name.data, v->list.items[i].name.len);
		if (name && fstatat(v->request.folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			total += (uint64_t)st.st_size;
		free(name);
	}
	return v->request.name_count ? 0 : total;
}

static void say_nothing_checked(struct verification *v)
{
	const struct att_finding finding = {
		.code = "nothing-checked",
		.severity = ATT_ERROR,
		.message = ATT_STR("none of the files that the manifest lists is there"),
		.help = ATT_STR("files are looked for beside the manifest, under the names that it gives"),
		.file = att_str_of(v->shown),
	};
	att_findings_add(&v->findings, &finding);
}

static int verify_files(struct verification *v, const struct att_str *below, struct att_err *err)
{
	struct cli_progress progress;
	const char *slash = strrchr(v->manifest, '/');
	struct att_str own = att_str_of(checksum_is_stream(v->manifest) ? "" : slash ? slash + 1 : v->manifest);
	v->request.source = &v->source;
	v->request.list = &v->list;
	v->request.ignore_missing = cli_flag(v->command, "ignore-missing");
	cli_progress_start(&progress, size_of_files(v));
	v->request.progress = &progress.progress;
	int status = att_checksum_verify(&v->request, &v->steps, &v->findings, &v->summary, err);
	cli_progress_end(&progress);
	v->request.progress = NULL;
	if (status == ATT_OK && below->data)
		status = att_checksum_complete(&v->request, *below, own, &v->steps, &v->findings, &v->summary,
					       err);
	if (status == ATT_OK && v->summary.matched == 0 && v->summary.unreadable == 0 &&
	    att_checksum_outcome(&v->summary) == ATT_CANNOT_TELL)
		say_nothing_checked(v);
	return status;
}

/* ", 3 WHAT" when there are any */
static void add_count(struct att_buf *out, size_t count, const char *what)
{
	if (count)
		att_buf_printf(out, ", %zu %s", count, what);
}

static void write_verdict(const struct verification *v, int exit_code, struct att_buf *out)
{
	const struct att_checksum_summary *s = &v->summary;
	struct att_buf line;
	att_buf_init(&line, ATT_MAX_DOCUMENT);
	att_buf_printf(&line, "%s: %s: %zu of %zu match", v->shown,
		       exit_code == CLI_HOLDS     ? "verified"
		       : exit_code == CLI_REFUTED ? "NOT verified"
						  : "could NOT be verified",
		       s->matched, s->matched + s->mismatched + s->missing + s->skipped + s->unreadable);
	add_count(&line, s->mismatched, "differ");
	add_count(&line, s->missing, "missing");
	add_count(&line, s->skipped, "skipped");
	add_count(&line, s->unreadable, "unreadable");
	add_count(&line, s->unlisted, "not listed");
	add_count(&line, s->extra, "extra");
	att_utf8_add_visible(out, att_buf_str(&line));
	att_buf_add_byte(out, '\n');
	out->failed |= !att_buf_ok(&line);
	att_buf_clear(&line);
}

static void write_report(const struct verification *v, int exit_code, const struct att_report_format *format,
			 struct att_buf *out)
{
	const struct att_checksum_summary *s = &v->summary;
	const struct att_report_fact facts[] = {
		{"lines", {NULL, 0}, v->list.count},      {"matched", {NULL, 0}, s->matched},
		{"mismatched", {NULL, 0}, s->mismatched}, {"missing", {NULL, 0}, s->missing},
		{"skipped", {NULL, 0}, s->skipped},       {"unreadable", {NULL, 0}, s->unreadable},
		{"unlisted", {NULL, 0}, s->unlisted},     {"extra", {NULL, 0}, s->extra},
		{"bytes", {NULL, 0}, s->bytes},
	};
	const struct att_report report = {
		PROGRAM, "verify", exit_code, &v->findings, &v->steps, facts, sizeof facts / sizeof facts[0]};
	att_report_as(format, &report, out);
}

static int print_verdict(const struct verification *v, int exit_code, const struct att_report_format *format)
{
	struct att_buf out;
	struct att_err err;
	att_buf_init(&out, ATT_MAX_OUTPUT);
	if (cli_report_is_human(format))
		write_verdict(v, exit_code, &out);
	else
		write_report(v, exit_code, format, &out);
	int status = att_buf_ok(&out) ? cli_write(NULL, att_buf_str(&out), &err) : att_err_memory(&err);
	if (status != ATT_OK)
		cli_complain(PROGRAM, &err);
	att_buf_clear(&out);
	return status == ATT_OK ? exit_code : CLI_UNKNOWN;
}

static void prepare(struct verification *v, struct att_str *below)
{
	v->manifest = v->command->arguments[0];
	if (!v->manifest)
		cli_usage(PROGRAM, "expected a manifest, found none");
	v->shown = checksum_is_stream(v->manifest) ? "standard input" : v->manifest;
	char *folder = checksum_is_stream(v->manifest) ? strdup(".") : cli_folder_of(v->manifest);
	v->request.folder = folder ? open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (v->request.folder < 0)
		cli_usage(PROGRAM, "cannot open the folder of %s", v->shown);
	/* Only to compare with other names: above it there may be folders that we may not look into. */
	if (v->command->arguments[1] || cli_flag(v->command, "complete"))
		v->base = realpath(folder, NULL);
	v->request.jobs = cli_jobs(v->command);
	att_buf_init(&v->text, ATT_MAX_DOCUMENT);
	find_names(v);
	find_complete(v, below);
	cli_start_digests(PROGRAM);
	const char *readable[] = {folder, v->manifest, NULL}, *writable[] = {NULL};
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	cli_enter_sandbox(PROGRAM, &sandbox);
	free(folder);
}

static int run_verify(struct cli_command *command)
{
	const struct att_report_format *format = cli_report_format(command, "format", "human");
	struct verification v = {.command = command};
	struct att_str below = {NULL, 0};
	struct att_err err = {0};
	prepare(&v, &below);
	int status = load_manifest(&v, &err);
	if (status == ATT_OK)
		status = verify_files(&v, &below, &err);
	if (status != ATT_OK)
		add_problem(&v, &err);
	enum att_outcome outcome = att_checksum_outcome(&v.summary);
	int exit_code = outcome == ATT_REFUTED                     ? CLI_REFUTED
			: outcome == ATT_HOLDS && status == ATT_OK ? CLI_HOLDS
								   : CLI_UNKNOWN;
	cli_report_findings(format, &v.findings);
	exit_code = print_verdict(&v, exit_code, format);
	att_findings_clear(&v.findings);
	att_steps_clear(&v.steps);
	att_buf_clear(&v.text);
	att_arena_clear(&v.arena);
	close(v.request.folder);
	free(v.base);
	return exit_code;
}

/* --- options ------------------------------------------------------------------------------------------- */

static int do_verify(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"complete", 0, "DIR", "fail when DIR holds a file that is not listed", false, NULL, 0},
		{"ignore-missing", 0, NULL, "pass over files that are not there, and say which", false, NULL,
		 0},
		{"insecure-md5", 0, NULL, "take MD5 digests, which can be forged", false, NULL, 0},
		{"insecure-sha1", 0, NULL, "take SHA-1 digests, which can be forged", false, NULL, 0},
		{"format", 'f', "FORMAT", CLI_REPORT_HELP, false, NULL, 0},
		{"jobs", 'j', "N", "read on N threads; else one per processor", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest checksum verify MANIFEST [FILE...] [OPTION...]",
		.description =
			"Compares files with the checksum manifest that lies above them: all that it lists, "
			"or FILE...\nalone. MANIFEST \"-\" is standard input, for files in the current "
			"folder.",
		.epilogue = "Exit status: 0 when all match, 1 when a file differs, is missing, not listed or "
			    "extra, "
			    "2 when\nnothing could be told: a malformed manifest, an unreadable file.",
		.options = options,
	};
	cli_parse(&command, argc, argv);
	int exit_code = run_verify(&command);
	cli_free(&command);
	return exit_code;
}

static void print_help(void)
{
	printf("usage: attest checksum write FILE... [OPTION...]\n"
	       "       attest checksum verify MANIFEST [FILE...] [OPTION...]\n"
	       "       attest checksum --version\n\n"
	       "Writes and verifies checksum manifests: SHA256SUMS and the like.\n"
	       "\"attest checksum write --help\" and \"attest checksum verify --help\" list the options.\n");
	exit(fflush(stdout) == 0 ? CLI_HOLDS : CLI_UNKNOWN);
}

int main(int argc, char **argv)
{
	cli_start();
	if (argc < 2)
		cli_usage(PROGRAM, "expected write or verify, found nothing");
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		cli_print_version(PROGRAM);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		print_help();
	bool is_write = strcmp(argv[1], "write") == 0;
	if (!is_write && strcmp(argv[1], "verify") != 0)
		cli_usage(PROGRAM, "expected write or verify, found \"%s\"", argv[1]);
	const char **arguments = cli_arguments(PROGRAM, argc, argv, 2);
	cli_start_crypto(PROGRAM);
	int exit_code = (is_write ? checksum_write : do_verify)(argc - 2, arguments);
	free(arguments);
	return exit_code;
}
