// SPDX-License-Identifier: Apache-2.0
/* attest policy check */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/policy.h"
#include "cmd/report.h"
#include "libattest/base/file.h"
#include "libattest/base/time.h"
#include "policy/database.h"
#include "policy/pages.h"
#include "policy/prune.h"
#include "policy/quote.h"
#include "sbom/document.h"
#include "sbom/generate.h"

#include "libattest/base/banned.h"

#define PROGRAM "attest-policy"

/* No code is named twice, and there are fewer than that. */
enum { MAX_CHECKS = 16, MAX_FACTS = 12 + MAX_CHECKS, MAX_DEMANDS = 1000 };

struct request {
	struct cli_command *command;
	const struct att_report_format *format;
	const char *path;
	bool chosen[MAX_CHECKS]; /* by the position in policy_checks */
	struct policy_override demands[MAX_DEMANDS];
	size_t demand_count;
	struct sbom_generate_options options;
	struct sbom_generate_summary summary;
	struct sbom_graph graph;
	size_t removed;
	struct policy_files policy;
	struct policy_trails trails;
	struct policy_vex_files vex;
	struct policy_run run;
	char *database_path;
	struct policy_database *database;
	enum att_outcome outcome, outcomes[MAX_CHECKS];
	struct att_findings findings;
	struct att_err err;
};

/* --- what is asked ------------------------------------------------------------------------------------- */

static bool choose(struct request *r, const char *name)
{
	bool found = false;
	for (size_t i = 0; policy_checks[i] && i < MAX_CHECKS; i++) {
		if (strcmp(name, "all") == 0 || strcmp(name, policy_checks[i]->name) == 0) {
			r->chosen[i] = true;
			found = true;
		}
	}
	return found;
}

static void read_arguments(struct request *r)
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

static void read_demands(struct request *r)
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

static void read_options(struct request *r)
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

/* A document is told from a lockfile by what it holds. */
static bool load_document(struct request *r, int *status)
{
	struct att_buf bytes;
	struct att_arena arena;
	struct att_source source;
	bool is_document = false;
	att_arena_init(&arena);
	att_buf_init(&bytes, ATT_MAX_DOCUMENT);
	if (att_file_read(AT_FDCWD, r->path, &bytes, &r->err) == ATT_OK &&
	    sbom_document_recognize(att_buf_str(&bytes))) {
		is_document = true;
		*status = att_source_init(&source, &arena, att_str_of(r->path), att_buf_str(&bytes), &r->err);
		if (*status == ATT_OK)
			*status = sbom_document_parse(&source, &r->graph, &r->err);
		if (*status != ATT_OK)
			att_findings_add_err(&r->findings, att_str_of(r->path), &source, &r->err);
		r->summary.understood = *status == ATT_OK;
		r->summary.not_understood = *status != ATT_OK;
	}
	att_arena_clear(&arena);
	att_buf_clear(&bytes);
	return is_document;
}

static int load_graph(struct request *r, bool is_folder)
{
	int status = ATT_OK;
	if (!is_folder && load_document(r, &status))
		return status;
	status = sbom_generate(r->path, &r->options, &r->graph, &r->summary, &r->findings, &r->err);
	if (status != ATT_OK)
		att_findings_add_err(&r->findings, att_str_of(r->path), NULL, &r->err);
	return status;
}

/* --- judging ------------------------------------------------------------------------------------------- */

static void complain_of_nothing(struct request *r)
{
	const struct att_finding finding = {
		.code = "nothing-checked",
		.severity = ATT_ERROR,
		.message = ATT_STR("no component was found that could be judged"),
		.help = ATT_STR("name a folder with lockfiles, or an SBOM document; see attest-sbom(1)"),
	};
	att_findings_add(&r->findings, &finding);
	r->outcome = policy_outcome_join(r->outcome, ATT_CANNOT_TELL);
}

static void complain_of_no_policy(struct request *r)
{
	const struct policy_complaint complaint = {
		.code = "no-policy",
		.level = POLICY_WARN,
		.message = ATT_STR("no policy was found: the defaults hold"),
		.help = ATT_STR("\"attest policy init\" writes a deny.toml to begin with"),
	};
	policy_complain(&r->run, &complaint, &r->findings, &r->outcome);
}

static int judge(struct request *r)
{
	int status = policy_prune(&r->graph, &r->policy.config.graph, &r->removed, &r->err);
	if (status == ATT_OK)
		status = policy_trails_init(&r->trails, &r->graph, &r->err);
	r->run.graph = &r->graph;
	r->run.config = &r->policy.config;
	r->run.trails = &r->trails;
	if (status == ATT_OK && !r->policy.found)
		complain_of_no_policy(r);
	for (size_t i = 0; status == ATT_OK && policy_checks[i] && i < MAX_CHECKS; i++) {
		if (!r->chosen[i])
			continue;
		status = policy_checks[i]->run(&r->run, &r->findings, &r->outcomes[i], &r->err);
		r->outcome = policy_outcome_join(r->outcome, r->outcomes[i]);
	}
	return status == ATT_OK ? policy_vex_files_write(&r->run, r->command, &r->findings, &r->err) : status;
}

static size_t count_components(const struct request *r)
{
	return r->graph.node_count ? r->graph.node_count - 1 : 0;
}

static int run_checks(struct request *r, bool is_folder)
{
	int status = policy_files_load(&r->policy, r->run.folder >= 0 ? r->run.folder : AT_FDCWD,
				       cli_value(r->command, "config"), r->demands, r->demand_count,
				       &r->findings, &r->err);
	if (status == ATT_OK)
		status = policy_database_load(r->database_path, cli_value(r->command, "db") != NULL,
					      &r->database, &r->findings, &r->err);
	r->run.database = r->database;
	r->run.vex = &r->vex.vex;
	if (status == ATT_OK)
		status = policy_vex_files_parse(&r->vex, &r->findings, &r->err);
	if (status == ATT_OK)
		status = load_graph(r, is_folder);
	if (status == ATT_OK && (r->summary.not_understood || r->findings.errors))
		r->outcome = ATT_CANNOT_TELL;
	if (status == ATT_OK)
		status = judge(r);
	if (status == ATT_OK && (count_components(r) == 0 || r->outcome == ATT_NOT_CHECKED))
		complain_of_nothing(r);
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

/* --- telling ------------------------------------------------------------------------------------------- */

static const char *outcome_name(enum att_outcome outcome)
{
	static const char *const names[] = {[ATT_NOT_CHECKED] = "not checked",
					    [ATT_HOLDS] = "holds",
					    [ATT_REFUTED] = "refuted",
					    [ATT_CANNOT_TELL] = "could not tell"};
	return names[outcome];
}

static void print_coverage(const struct request *r)
{
	char text[512] = "";
	for (size_t i = 0; policy_checks[i] && i < MAX_CHECKS; i++) {
		size_t used = strlen(text);
		snprintf(text + used, sizeof text - used, "%s%s: %s", used ? ", " : "", policy_checks[i]->name,
			 r->chosen[i] ? outcome_name(r->outcomes[i]) : "not asked for");
	}
	cli_note(PROGRAM ": %zu component%s of %zu input%s (%zu not understood); %s", count_components(r),
		 count_components(r) == 1 ? "" : "s", r->summary.understood + r->summary.not_understood,
		 r->summary.understood + r->summary.not_understood == 1 ? "" : "s", r->summary.not_understood,
		 text);
}

static int tell(struct request *r, int exit_code)
{
	struct att_report_fact facts[MAX_FACTS] = {
		{"components", {NULL, 0}, count_components(r)},
		{"dependencies", {NULL, 0}, r->graph.edge_count},
		{"components_excluded", {NULL, 0}, r->removed},
		{"inputs_understood", {NULL, 0}, r->summary.understood},
		{"inputs_not_understood", {NULL, 0}, r->summary.not_understood},
		{"policy", r->policy.found ? r->policy.config.path : ATT_STR(""), 0},
	};
	size_t count = 6;
	for (size_t i = 0; policy_checks[i] && i < MAX_CHECKS; i++)
		facts[count++] = (struct att_report_fact){
			policy_checks[i]->name,
			att_str_of(r->chosen[i] ? outcome_name(r->outcomes[i]) : "not asked for"), 0};
	const struct att_report report = {
		.program = PROGRAM,
		.command = "check",
		.exit = exit_code,
		.findings = &r->findings,
		.summary = facts,
		.summary_count = count,
	};
	bool is_human = cli_report_is_human(r->format);
	if (is_human && !cli_flag(r->command, "all"))
		policy_shorten(&r->findings, cli_flag(r->command, "notes"));
	exit_code = cli_report(r->format, &report);
	if (is_human)
		print_coverage(r);
	return exit_code;
}

/* --- the command --------------------------------------------------------------------------------------- */

static void narrow(const struct request *r, bool is_folder)
{
	const char *config = cli_value(r->command, "config");
	char *beside = config ? cli_folder_of(config) : NULL;
	const char *readable[5] = {r->path};
	size_t count = 1;
	if (beside)
		readable[count++] = beside;
	if (!is_folder && !config)
		readable[count++] = ".";
	if (r->database_path)
		readable[count++] = r->database_path;
	const struct att_sandbox sandbox = {.readable = readable,
					    .writable = (const char *const[]){r->vex.folder, NULL}};
	cli_enter_sandbox(PROGRAM, &sandbox);
	free(beside);
}

static int run(struct request *r)
{
	struct stat st;
	read_arguments(r);
	read_options(r);
	read_demands(r);
	bool is_folder = stat(r->path, &st) == 0 && S_ISDIR(st.st_mode);
	r->run.folder = is_folder ? open(r->path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	r->database_path = policy_database_path(r->command);
	policy_vex_files_open(&r->vex, r->command);
	narrow(r, is_folder);
	int exit_code = tell(r, run_checks(r, is_folder));
	sbom_graph_clear(&r->graph);
	policy_trails_clear(&r->trails);
	policy_files_clear(&r->policy);
	policy_vex_files_clear(&r->vex);
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
		{"exclude", 0, "GLOB", "leave out matching files and folders; may be repeated", true, NULL, 0},
		{"notes", 0, NULL, "show notes to people, too", false, NULL, 0},
		{"all", 0, NULL, "show people everything, however often it is the same", false, NULL, 0},
		{"jobs", 'j', "N", "parse on N threads; else one per processor", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest policy check [CHECK...] [PATH] [OPTION...]\n"
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
	struct request request = {.command = &command, .outcome = ATT_NOT_CHECKED};
	att_findings_init(&request.findings);
	cli_parse(&command, argc, argv);
	return run(&request);
}
