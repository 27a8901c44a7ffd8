// SPDX-License-Identifier: Apache-2.0
/* attest align before: may this version go out? */
#include "cmd/align_gates.h"
#include "cmd/align_run.h"
#include "release/gate.h"
#include "release/versions.h"

#include "libattest/base/banned.h"

static const char synopsis[] = "attest align before [OPTION...]";
static const char description[] =
	"Holds a release against all that has to be so before it is published: its tag, what was\n"
	"pushed, the versions in the sources, the artifacts and what accompanies them, packaging\n"
	"manifests, and every channel, on which the version may not be taken. Publishes nothing.";

/* Every place of [[version]] says the version of the tag. */
static void check_versions(struct align_run *run)
{
	const struct release_config *config = &run->config.release;
	const struct release_versions_options options = {.tag = run->alignment.variables.tag};
	struct release_versions versions = {0};
	struct release_tree tree;
	struct att_err err = {0};
	if (config->place_count == 0)
		return;
	release_tree_init(&tree, run->folder);
	int status = release_versions_check(config, &tree, &options, &versions, &run->findings, &err);
	if (status != ATT_OK)
		att_findings_add_err(&run->findings, (struct att_str){NULL, 0}, NULL, &err);
	att_steps_add(&run->steps, &(struct att_step){
					   .name = "versions",
					   .outcome = status == ATT_OK ? versions.outcome : ATT_CANNOT_TELL,
					   .expected = run->alignment.variables.version,
				   });
	release_versions_clear(&versions);
	release_tree_clear(&tree);
}

static void check_here(struct align_run *run)
{
	const struct release_gate gate = {
		.config = &run->config.release,
		.variables = &run->alignment.variables,
		.build = &run->build,
		.folder = run->folder,
		.folder_path = run->base,
		.now = run->alignment.now,
		.steps = &run->steps,
		.findings = &run->findings,
	};
	align_gate_git(run);
	check_versions(run);
	release_gate_extra(&gate);
	release_gate_checksums(&gate);
	release_gate_companions(&gate);
}

int align_before_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		ALIGN_RUN_OPTIONS,
		ALIGN_TAG_OPTION,
		{"rehearse", 0, NULL, "say that nothing is to be published: nothing else changes", false, NULL,
		 0},
		{0},
	};
	struct cli_command command = {ALIGN_PROGRAM, synopsis, description, NULL, options, NULL};
	struct align_run run = {.command = &command, .name = "before", .is_before = true};
	enum att_outcome outcome = ATT_CANNOT_TELL;
	cli_parse(&command, argc, argv);
	if (align_run_open(&run)) {
		check_here(&run);
		align_run_look(&run, align_seconds_now());
		outcome = release_alignment_outcome(&run.alignment);
	}
	int code = align_run_tell(&run, outcome);
	align_run_close(&run);
	return code;
}
