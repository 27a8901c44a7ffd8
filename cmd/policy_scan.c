// SPDX-License-Identifier: Apache-2.0
/* attest policy scan */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/lock.h"
#include "cmd/policy_request.h"
#include "cmd/policy_scan.h"
#include "libattest/base/file.h"
#include "libattest/base/time.h"
#include "policy/database.h"

#include "libattest/base/banned.h"

#define PROGRAM "attest-policy"

/* --- one project ---------------------------------------------------------------------------------------- */

/* What kept it from being judged whole: what was wrong before the check began, and what that could not tell.
 * What else it says is a matter for the gate. */
static void tell_unknown(const struct policy_request *r)
{
	struct att_findings shown;
	att_findings_init(&shown);
	for (size_t i = 0; i < r->findings.count; i++) {
		const struct att_finding *f = &r->findings.items[i];
		bool before = !r->run.graph || i < r->before.ends[0];
		if (f->severity == ATT_ERROR && (before || f->cannot_tell))
			att_findings_add(&shown, f);
	}
	cli_note(PROGRAM ": %s was not judged whole, and what is not told here may be wrong with it:", r->path);
	cli_print_findings(&shown);
	att_findings_clear(&shown);
}

/* Nothing that was not looked at, or could not be told, counts as judged. */
static bool is_whole(const struct policy_request *r, int status)
{
	if (status != ATT_OK || r->summary.not_understood || r->findings.dropped ||
	    policy_request_components(r) == 0)
		return false;
	for (size_t i = 0; i < r->findings.count; i++)
		if (r->findings.items[i].cannot_tell && r->findings.items[i].severity == ATT_ERROR)
			return false;
	return r->outcome == ATT_HOLDS || r->outcome == ATT_REFUTED;
}

static int judge(struct policy_scan_request *s, struct policy_request *r, bool is_folder)
{
	int status = policy_files_load(&r->policy, is_folder ? r->run.folder : AT_FDCWD,
				       cli_value(s->command, "config"), NULL, 0, &r->findings, &r->err);
	if (status == ATT_OK)
		status = policy_files_read_vex(&r->policy, is_folder ? r->run.folder : AT_FDCWD, NULL,
					       &s->vex.vex, &r->findings, &r->err);
	r->run.vex = &r->policy.vex;
	if (status == ATT_OK)
		status = policy_request_load(r, is_folder);
	/* Errors of the policy and of the input; the check's own come behind them. */
	bool read = status == ATT_OK && r->findings.errors == 0;
	if (status == ATT_OK)
		status = policy_request_judge(r);
	if (status == ATT_OK && r->run.database)
		status = policy_scan_add(&s->scan, att_str_of(r->path), &r->run, &r->findings, &r->err);
	if (status == ATT_OK && !read)
		r->outcome = ATT_CANNOT_TELL;
	else if (status == ATT_OK && (policy_request_components(r) == 0 || r->outcome == ATT_NOT_CHECKED))
		policy_request_complain_of_nothing(r);
	return status;
}

static void scan_project(struct policy_scan_request *s, const char *path)
{
	struct policy_request *r = calloc(1, sizeof *r);
	struct stat st;
	if (!r)
		cli_usage(PROGRAM, "out of memory");
	*r = (struct policy_request){.command = s->command, .path = path, .outcome = ATT_NOT_CHECKED};
	att_findings_init(&r->findings);
	r->options = s->options;
	r->run = s->run;
	for (size_t i = 0; i < MAX_CHECKS && policy_checks[i]; i++)
		r->chosen[i] = strcmp(policy_checks[i]->name, "advisories") == 0;
	bool is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	r->run.folder = is_folder ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int status = judge(s, r, is_folder);
	if (status == ATT_ERR_MEMORY)
		cli_complain(PROGRAM, &r->err);
	if (is_whole(r, status)) {
		s->judged[s->judged_count++] = att_str_of(path);
	} else {
		tell_unknown(r);
		s->unknown = true;
	}
	if (r->run.folder >= 0)
		close(r->run.folder);
	policy_trails_clear(&r->trails);
	sbom_graph_clear(&r->graph);
	policy_files_clear(&r->policy);
	att_findings_clear(&r->findings);
	free(r);
}

/* --- all of them ---------------------------------------------------------------------------------------- */

static int read_state(struct policy_scan_request *s, struct att_findings *findings)
{
	struct att_str name = att_str_of(s->state_path);
	if (!s->state_path)
		return ATT_OK;
	int status = att_file_read(AT_FDCWD, s->state_path, &s->state_text, &s->err);
	if (status == ATT_ERR_NOT_FOUND)
		return ATT_OK;
	bool read = status == ATT_OK;
	if (status == ATT_OK)
		status = att_source_init(&s->state_source, &s->state.arena, name, att_buf_str(&s->state_text),
					 &s->err);
	if (status == ATT_OK)
		status = policy_scan_state_parse(&s->state_source, &s->state, &s->err);
	if (status != ATT_OK)
		att_findings_add_err(findings, name, read ? &s->state_source : NULL, &s->err);
	return status;
}

/* What all projects share. Where that is wrong nothing is scanned. */
static int prepare(struct policy_scan_request *s)
{
	struct att_findings findings;
	att_findings_init(&findings);
	int status = read_state(s, &findings);
	if (status == ATT_OK)
		status = policy_database_load(s->database_path, cli_value(s->command, "db") != NULL,
					      &s->database, &findings, &s->err);
	if (status == ATT_OK)
		status = policy_vex_files_parse(&s->vex, &findings, &s->err);
	if (status == ATT_OK && s->database) {
		status = policy_scan_state_rename(&s->state, s->database, &s->err);
		if (status != ATT_OK)
			att_findings_add_err(&findings, att_str_of(s->database_path), NULL, &s->err);
	}
	s->run.database = s->database;
	if (status == ATT_ERR_MEMORY)
		cli_complain(PROGRAM, &s->err);
	else
		cli_print_findings(&findings);
	att_findings_clear(&findings);
	return status;
}

static int write_state(struct policy_scan_request *s)
{
	struct att_buf out;
	if (!s->state_path)
		return ATT_OK;
	att_buf_init(&out, ATT_MAX_DOCUMENT);
	int status = policy_scan_state_write(&s->scan, &s->state, s->judged, s->judged_count, &out, &s->err);
	if (status == ATT_OK && !att_str_equal(att_buf_str(&out), att_buf_str(&s->state_text)))
		status = att_file_write_atomic(s->state_path, att_buf_str(&out), &s->err);
	att_buf_clear(&out);
	return status;
}

/* What was told is kept only after it was told: whoever ends this in between is told twice, and not never. */
static int scan_all(struct policy_scan_request *s)
{
	size_t fresh = 0;
	int status = prepare(s);
	if (status != ATT_OK)
		return CLI_UNKNOWN;
	for (const char **path = s->command->arguments; *path; path++)
		scan_project(s, *path);
	policy_scan_order(&s->scan);
	status = policy_scan_compare(&s->scan, &s->state, s->run.now, &s->err);
	for (size_t i = 0; i < s->scan.count; i++)
		fresh += s->scan.matters[i].fresh > 0;
	if (status == ATT_OK && fresh > 0)
		status = policy_scan_put(s, &s->err);
	if (status == ATT_OK)
		status = write_state(s);
	if (status != ATT_OK)
		cli_complain(PROGRAM, &s->err);
	if (status != ATT_OK || s->unknown)
		return CLI_UNKNOWN;
	return fresh > 0 ? CLI_REFUTED : CLI_HOLDS;
}

/* --- the command ---------------------------------------------------------------------------------------- */

static void read_options(struct policy_scan_request *s)
{
	const char *now = cli_value(s->command, "now"), *format = cli_value(s->command, "format");
	const struct cli_option *exclude = cli_option(s->command, "exclude");
	size_t projects = cli_count_arguments(s->command);
	if (projects == 0)
		cli_usage(PROGRAM, "expected folders, lockfiles or SBOM documents to scan, found none");
	for (size_t i = 0; i < projects; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(s->command->arguments[i], s->command->arguments[j]) == 0)
				cli_usage(PROGRAM, "expected each project once, found \"%s\" twice",
					  s->command->arguments[i]);
	if (format && strcmp(format, "markdown") != 0 && strcmp(format, "json") != 0)
		cli_usage(PROGRAM, "expected --format markdown or json, found \"%s\"", format);
	s->json = format && strcmp(format, "json") == 0;
	s->output = cli_value(s->command, "output");
	s->state_path = cli_value(s->command, "state");
	s->run.jobs = s->options.jobs = cli_jobs(s->command);
	s->run.now = (int64_t)time(NULL);
	s->run.replay = now != NULL;
	if (now && !att_time_parse(att_str_of(now), &s->run.now))
		cli_usage(PROGRAM, "expected a date or a time with its offset for --now, found \"%s\"", now);
	s->options.excludes = calloc(exclude->count + 1, sizeof *s->options.excludes);
	s->judged = calloc(projects, sizeof *s->judged);
	if (!s->options.excludes || !s->judged)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < exclude->count; i++)
		s->options.excludes[i] = att_str_of(exclude->values[i]);
	s->options.exclude_count = exclude->count;
}

static void narrow(const struct policy_scan_request *s)
{
	const char *config = cli_value(s->command, "config");
	char *beside = config ? cli_folder_of(config) : NULL;
	char *state_folder = s->state_path ? cli_folder_of(s->state_path) : NULL;
	const char *writable[3] = {NULL};
	size_t projects = cli_count_arguments(s->command), count = 0;
	const char **readable = calloc(projects + 5, sizeof *readable);
	if (!readable)
		cli_usage(PROGRAM, "out of memory");
	for (; count < projects; count++)
		readable[count] = s->command->arguments[count];
	/* Where the policy of a document lies. */
	readable[count++] = beside ? beside : ".";
	if (s->database_path)
		readable[count++] = s->database_path;
	if (state_folder)
		readable[count++] = state_folder;
	count = 0;
	if (state_folder)
		writable[count++] = state_folder;
	if (s->output)
		writable[count++] = s->output;
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	cli_enter_sandbox(PROGRAM, &sandbox);
	free(readable);
	free(state_folder);
	free(beside);
}

static int run(struct policy_scan_request *s)
{
	struct stat st;
	read_options(s);
	att_buf_init(&s->state_text, ATT_MAX_DOCUMENT);
	s->database_path = policy_database_path(s->command);
	if (s->output && (stat(s->output, &st) != 0 || !S_ISDIR(st.st_mode)))
		cli_usage(PROGRAM, "expected a folder for --output, found \"%s\"", s->output);
	policy_vex_files_open(&s->vex, s->command);
	int lock = s->state_path ? cli_lock(PROGRAM, s->state_path, cli_value(s->command, "wait")) : -1;
	narrow(s);
	int exit_code = scan_all(s);
	policy_scan_clear(&s->scan);
	policy_scan_state_clear(&s->state);
	att_buf_clear(&s->state_text);
	policy_vex_files_clear(&s->vex);
	policy_database_close(s->database);
	free(s->database_path);
	free(s->options.excludes);
	free(s->judged);
	if (lock >= 0)
		close(lock);
	cli_free(s->command);
	return exit_code;
}

int policy_scan_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"state", 's', "FILE", "what was told before, and is not told again", false, NULL, 0},
		{"output", 'o', "FOLDER", "write a file for each issue; else to standard output", false, NULL,
		 0},
		{"format", 'f', "FORMAT", "markdown (the default) or json", false, NULL, 0},
		{"config", 'c', "FILE", "the policy of all; else each one's own deny.toml", false, NULL, 0},
		{"db", 0, "FILE", "the advisory database; else that of attest-advisories", false, NULL, 0},
		{"vex", 0, "FILE", "what OpenVEX says about advisories; may be repeated", true, NULL, 0},
		{"now", 0, "DATE", "judge as if it were this day or time", false, NULL, 0},
		{"exclude", 0, "GLOB", "leave out matching files and folders; may be repeated", true, NULL, 0},
		{"wait", 0, "SECONDS", "for another scan with this state; else 60", false, NULL, 0},
		{"jobs", 'j', "N", "parse on N threads; else one per processor", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest policy scan PATH... [OPTION...]",
		.description =
			"Looks up what each PATH is made of in the advisory database, day after day: prints\n"
			"nothing when nothing is new, and else an issue for each advisory, ready to be filed.\n"
			"PATH is a folder, a lockfile, or an SBOM document of what was released. What the "
			"policy\n"
			"ignores, or a VEX document settles, is not told.",
		.epilogue = "Exit status: 0 nothing is new, 1 something is, 2 something could not be told.\n"
			    "The manual page attest-policy(1) says more: \"attest help policy\".",
		.options = options,
	};
	struct policy_scan_request request = {.command = &command};
	cli_parse(&command, argc, argv);
	return run(&request);
}
