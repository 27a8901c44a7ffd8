// SPDX-License-Identifier: Apache-2.0
/* attest policy check */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/policy_request.h"
#include "libattest/base/file.h"
#include "libattest/base/time.h"
#include "policy/canonical.h"
#include "policy/database.h"
#include "policy/pages.h"
#include "policy/prune.h"
#include "policy/quote.h"
#include "sbom/document.h"

#include "libattest/base/banned.h"

#define PROGRAM "attest-policy"

/* --- what is asked ------------------------------------------------------------------------------------- */

static bool choose(struct policy_request *r, const char *name)
{
	bool found = false;
	for (size_t i = 0; i < MAX_CHECKS && policy_checks[i]; i++) {
		if (strcmp(name, "all") == 0 || strcmp(name, policy_checks[i]->name) == 0) {
			r->chosen[i] = true;
			found = true;
		}
	}
	return found;
}

static void read_arguments(struct policy_request *r)
{
	const char **rest = r->command->arguments;
	bool any = false;
	while (*rest && choose(r, *rest)) {
		any = true;
		rest++;
	}
	if (!any)
		choose(r, "all");
	r->path = *rest ? *rest++ : ".";
	if (*rest)
		cli_usage(PROGRAM, "expected one folder, file or document, found also \"%s\"", *rest);
	if (!*r->path)
		cli_usage(PROGRAM, "expected a folder, a file or a document, found an empty name");
}

static void read_demands(struct policy_request *r)
{
	static const struct {
		const char *option;
		enum policy_level level;
	} levels[] = {{"allow", POLICY_ALLOW}, {"warn", POLICY_WARN}, {"deny", POLICY_DENY}};
	for (size_t l = 0; l < 3; l++) {
		const struct cli_option *option = cli_option(r->command, levels[l].option);
		for (size_t i = 0; i < option->count; i++) {
			struct att_str code = att_str_of(option->values[i]);
			if (!policy_page_find(code))
				cli_usage(PROGRAM, "expected the code of a finding for --%s, found \"%s\"",
					  levels[l].option, option->values[i]);
			for (size_t k = 0; k < r->demand_count; k++)
				if (att_str_equal(r->demands[k].code, code))
					cli_usage(PROGRAM, "expected one level for \"%s\", found two",
						  option->values[i]);
			if (r->demand_count < MAX_DEMANDS)
				r->demands[r->demand_count++] = (struct policy_override){code, levels[l].level};
		}
	}
}

static void read_options(struct policy_request *r)
{
	const char *now = cli_value(r->command, "now");
	const struct cli_option *exclude = cli_option(r->command, "exclude");
	r->format = cli_report_format(r->command, "format", "human");
	r->run.jobs = cli_jobs(r->command);
	r->run.now = (int64_t)time(NULL);
	r->run.replay = now != NULL;
	if (now && !att_time_parse(att_str_of(now), &r->run.now))
		cli_usage(PROGRAM, "expected a date or a time with its offset for --now, found \"%s\"", now);
	r->options.jobs = r->run.jobs;
	r->options.excludes = calloc(exclude->count + 1, sizeof *r->options.excludes);
	if (!r->options.excludes)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < exclude->count; i++)
		r->options.excludes[i] = att_str_of(exclude->values[i]);
	r->options.exclude_count = exclude->count;
}

/* --- the input ----------------------------------------------------------------------------------------- */

static int load_graph(struct policy_request *r, bool is_folder)
{
	bool is_document = false;
	int status = ATT_OK;
	if (!is_folder)
		status = sbom_document_load(r->path, &r->graph, &is_document, &r->findings, &r->err);
	if (is_document) {
		r->summary.understood = status == ATT_OK;
		r->summary.not_understood = status != ATT_OK;
		return status;
	}
	status = sbom_generate(r->path, &r->options, &r->graph, &r->summary, &r->findings, &r->err);
	if (status != ATT_OK)
		att_findings_add_err(&r->findings, att_str_of(r->path), NULL, &r->err);
	return status;
}

/* Otherwise it matters to nobody which components there are, and whether there are any. */
static bool judges_components(const struct policy_request *r)
{
	for (size_t i = 0; i < MAX_CHECKS && policy_checks[i]; i++)
		if (r->chosen[i] && !policy_checks[i]->of_files)
			return true;
	return false;
}

int policy_request_load(struct policy_request *r, bool is_folder)
{
	size_t before = r->findings.count;
	if (is_folder && !judges_components(r))
		return ATT_OK;
	int status = load_graph(r, is_folder);
	policy_level_inputs(&r->policy.config, &r->findings, before);
	return status == ATT_OK ? policy_graph_normalise(&r->graph, &r->malformed, &r->err) : status;
}

/* --- judging ------------------------------------------------------------------------------------------- */

void policy_request_complain_of_nothing(struct policy_request *r)
{
	const struct att_finding finding = {
		.code = "nothing-checked",
		.severity = ATT_ERROR,
		.message = judges_components(r) ? ATT_STR("no component was found that could be judged")
						: ATT_STR("no file was found that could be judged"),
		.cannot_tell = true,
		.help = judges_components(r) ? ATT_STR("name a folder with lockfiles, or an SBOM document; see "
						       "attest-sbom(1)")
					     : ATT_STR("name the folder of the project, in which .github lies"),
	};
	att_findings_add(&r->findings, &finding);
	r->outcome = policy_outcome_join(r->outcome, ATT_CANNOT_TELL);
}

static void complain_of_no_policy(struct policy_request *r)
{
	const struct policy_complaint complaint = {
		.code = "no-policy",
		.level = POLICY_WARN,
		.message = ATT_STR("no policy was found: the defaults hold"),
		.help = ATT_STR("\"attest policy init\" writes a deny.toml to begin with"),
	};
	policy_complain(&r->run, &complaint, &r->findings, &r->outcome);
}

int policy_request_judge(struct policy_request *r)
{
	int status = policy_prune(&r->graph, &r->policy.config.graph, &r->removed, &r->err);
	if (status == ATT_OK)
		status = policy_trails_init(&r->trails, &r->graph, &r->err);
	r->run.graph = &r->graph;
	r->run.config = &r->policy.config;
	r->run.trails = &r->trails;
	if (status == ATT_OK && !r->policy.found)
		complain_of_no_policy(r);
	if (status == ATT_OK && r->malformed > 0)
		policy_complain_malformed(&r->run, &r->findings, &r->outcome);
	r->before.ends[0] = r->findings.count;
	for (size_t i = 0; status == ATT_OK && i < MAX_CHECKS && policy_checks[i]; i++) {
		r->before.ends[i + 1] = r->findings.count;
		if (!r->chosen[i])
			continue;
		status = policy_checks[i]->run(&r->run, &r->findings, &r->outcomes[i], &r->err);
		r->outcome = policy_outcome_join(r->outcome, r->outcomes[i]);
		r->before.ends[i + 1] = r->findings.count;
	}
	if (status != ATT_OK && status != ATT_ERR_MEMORY)
		att_findings_add_err(&r->findings, (struct att_str){NULL, 0}, NULL, &r->err);
	return status;
}

static int run_checks(struct policy_request *r, bool is_folder)
{
	int status = policy_files_load(&r->policy, r->run.folder >= 0 ? r->run.folder : AT_FDCWD,
				       cli_value(r->command, "config"), r->demands, r->demand_count,
				       &r->findings, &r->err);
	if (status == ATT_OK)
		status = policy_database_load(r->database_path, cli_value(r->command, "db") != NULL,
					      &r->database, &r->findings, &r->err);
	r->run.database = r->database;
	if (status == ATT_OK)
		status = policy_vex_files_parse(&r->vex, &r->findings, &r->err);
	if (status == ATT_OK)
		status = policy_files_read_vex(&r->policy, r->run.folder >= 0 ? r->run.folder : AT_FDCWD, NULL,
					       &r->vex.vex, &r->findings, &r->err);
	r->run.vex = &r->policy.vex;
	if (status == ATT_OK)
		status = policy_request_load(r, is_folder);
	if (status == ATT_OK && (r->summary.not_understood || r->findings.errors))
		r->outcome = ATT_CANNOT_TELL;
	if (status == ATT_OK)
		status = policy_request_judge(r);
	if (status == ATT_OK)
		status = policy_vex_files_write(&r->run, r->command, &r->findings, &r->err);
	if (status == ATT_OK &&
	    ((judges_components(r) && policy_request_components(r) == 0) || r->outcome == ATT_NOT_CHECKED))
		policy_request_complain_of_nothing(r);
	if (status == ATT_OK)
		status = policy_before_apply(r);
	if (status != ATT_OK)
		r->outcome = ATT_CANNOT_TELL;
	if (status == ATT_ERR_MEMORY)
		cli_complain(PROGRAM, &r->err);
	att_findings_sort(&r->findings);
	if (is_folder)
		policy_quote(r->run.folder, &r->findings);
	/* What was dropped for want of room may have been an error. */
	if (r->findings.dropped && r->outcome == ATT_HOLDS)
		r->outcome = ATT_CANNOT_TELL;
	return r->outcome == ATT_HOLDS ? CLI_HOLDS : r->outcome == ATT_REFUTED ? CLI_REFUTED : CLI_UNKNOWN;
}

/* --- the command --------------------------------------------------------------------------------------- */

static void narrow(const struct policy_request *r, bool is_folder)
{
	const char *config = cli_value(r->command, "config");
	char *beside = config ? cli_folder_of(config) : NULL;
	const char *output = cli_value(r->command, "write-baseline");
	char *output_folder = output ? cli_folder_of(output) : NULL;
	const char *writable[3] = {NULL};
	size_t writable_count = 0;
	const char *readable[6] = {r->path};
	size_t count = 1;
	if (beside)
		readable[count++] = beside;
	if (!is_folder && !config)
		readable[count++] = ".";
	if (r->database_path)
		readable[count++] = r->database_path;
	if (r->before.has_base)
		readable[count++] = r->before.base.folder;
	if (r->vex.folder)
		writable[writable_count++] = r->vex.folder;
	if (output_folder)
		writable[writable_count++] = output_folder;
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	cli_enter_sandbox(PROGRAM, &sandbox);
	free(output_folder);
	free(beside);
}

static int run(struct policy_request *r)
{
	struct stat st;
	read_arguments(r);
	read_options(r);
	read_demands(r);
	bool is_folder = stat(r->path, &st) == 0 && S_ISDIR(st.st_mode);
	r->run.folder = is_folder ? open(r->path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	r->database_path = policy_database_path(r->command);
	policy_vex_files_open(&r->vex, r->command);
	policy_before_prepare(r, is_folder);
	narrow(r, is_folder);
	int exit_code = policy_request_tell(r, run_checks(r, is_folder));
	sbom_graph_clear(&r->graph);
	policy_trails_clear(&r->trails);
	policy_files_clear(&r->policy);
	policy_vex_files_clear(&r->vex);
	policy_before_clear(r);
	att_findings_clear(&r->findings);
	free(r->options.excludes);
	policy_database_close(r->database);
	free(r->database_path);
	if (r->run.folder >= 0)
		close(r->run.folder);
	cli_free(r->command);
	return exit_code;
}

int policy_check_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"config", 'c', "FILE", "the policy; else deny.toml, .deny.toml or .cargo/deny.toml in PATH",
		 false, NULL, 0},
		{"format", 'f', "FORMAT", CLI_REPORT_HELP, false, NULL, 0},
		{"allow", 'A', "CODE", "say nothing about findings of this code; may be repeated", true, NULL,
		 0},
		{"warn", 'W', "CODE", "make them warnings", true, NULL, 0},
		{"deny", 'D', "CODE", "make them errors", true, NULL, 0},
		{"db", 0, "FILE", "the advisory database; else that of attest-advisories", false, NULL, 0},
		{"vex", 0, "FILE", "what OpenVEX says about advisories; may be repeated", true, NULL, 0},
		{"vex-out", 0, "FILE", "write what was decided as OpenVEX", false, NULL, 0},
		{"vex-author", 0, "NAME", "who answers for it", false, NULL, 0},
		{"now", 0, "DATE", "judge as if it were this day or time", false, NULL, 0},
		{"base", 0, "REV", "only what came since this revision of git is an error", false, NULL, 0},
		{"baseline", 0, "FILE", "only what came since this file was written is", false, NULL, 0},
		{"write-baseline", 0, "FILE", "keep the state that --baseline compares with", false, NULL, 0},
		{"exclude", 0, "GLOB", "leave out matching files and folders; may be repeated", true, NULL, 0},
		{"notes", 0, NULL, "show notes to people, too", false, NULL, 0},
		{"all", 0, NULL, "show people everything, however often it is the same", false, NULL, 0},
		{"jobs", 'j', "N", "parse on N threads; else one per processor", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest policy check [CHECK...] [PATH] [OPTION...]\n"
			    "       attest policy scan PATH... [OPTION...]\n"
			    "       attest policy explain CODE\n"
			    "       attest policy init [-o FILE]\n"
			    "       attest policy --version",
		.description =
			"Holds what PATH is made of against a policy (deny.toml). PATH is a folder, a "
			"lockfile,\n"
			"or an SBOM document (CycloneDX or SPDX JSON); without it, the current folder. CHECK "
			"is\n"
			"\"all\" (the default) or the name of one check. Needs no network and runs nothing.",
		.epilogue = "Exit status: 0 holds, 1 a finding is an error, 2 something could not be told.\n"
			    "The manual page attest-policy(1) says more: \"attest help policy\".",
		.options = options,
	};
	struct policy_request request = {.command = &command, .outcome = ATT_NOT_CHECKED};
	att_findings_init(&request.findings);
	cli_parse(&command, argc, argv);
	return run(&request);
}
