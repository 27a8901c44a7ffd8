// SPDX-License-Identifier: Apache-2.0
#include "cmd/align_run.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "libattest/base/limits.h"
#include "libattest/base/pool.h"

#include "libattest/base/banned.h"

/* --- options --------------------------------------------------------------------------------------------- */

static bool is_plain(const char *tag)
{
	if (!att_ascii_is_alnum(*tag))
		return false;
	for (; *tag; tag++)
		if (!att_ascii_is_alnum(*tag) && !strchr("._-+/", *tag))
			return false;
	return true;
}

static void read_options(struct align_run *run)
{
	const char *tag = cli_value(run->command, "tag");
	if (cli_count_arguments(run->command) > 0)
		cli_usage(ALIGN_PROGRAM, "expected options only, found \"%s\"", run->command->arguments[0]);
	if (cli_value(run->command, "record") && cli_value(run->command, "replay"))
		cli_usage(ALIGN_PROGRAM, "expected --record or --replay, found both");
	if (tag && !is_plain(tag))
		cli_usage(ALIGN_PROGRAM, "expected a tag of letters, digits and \"._-+/\" for --tag");
	run->format = cli_report_format(run->command, "format", "human");
	if (!tag)
		return;
	run->commit.ref = ATT_ARENA_JOIN(&run->arena, ATT_STR("refs/tags/"), att_str_of(tag));
	if (!run->commit.ref.data)
		cli_usage(ALIGN_PROGRAM, "out of memory");
}

/* --- narrowing ------------------------------------------------------------------------------------------- */

static void narrow(const struct align_run *run, const char *path)
{
	const char *record = cli_value(run->command, "record"), *replay = cli_value(run->command, "replay"),
		   *ca_file = cli_value(run->command, "ca-file");
	const char *readable[CLI_CONNECTING + 5] = {run->base, path};
	const char *writable[] = {record, NULL};
	size_t count = 2;
	if (replay)
		readable[count++] = replay;
	if (ca_file)
		readable[count++] = ca_file;
	for (size_t i = 0; !replay && i < CLI_CONNECTING; i++)
		readable[count++] = cli_connecting[i];
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable, .network = !replay};
	cli_enter_sandbox(ALIGN_PROGRAM, &sandbox);
}

/* --- getting ready --------------------------------------------------------------------------------------- */

/* The release that is looked at, and all its names. */
static int derive(struct align_run *run, struct att_err *err)
{
	const struct release_config *config = &run->config.release;
	int status = align_git_fill(&run->git, &config->project, false, &run->arena, &run->commit, err);
	if (status != ATT_OK)
		return status;
	if (release_classify(&config->project, run->commit.ref) != RELEASE_RELEASE) {
		att_err_set(err, ATT_ERR_USAGE, "expected a release tag as %.*s, found %.*s",
			    ATT_STR_ARG(att_str_first(config->project.tag, 100)),
			    ATT_STR_ARG(run->commit.ref.len ? att_str_first(run->commit.ref, 100)
							    : ATT_STR("none")));
		att_err_help(err, "name the release: --tag");
		return ATT_ERR_USAGE;
	}
	return release_derive(config, &run->commit, RELEASE_RELEASE, &run->names, &run->findings, err);
}

/* A token comes from the variable that the channel names; what is not set is said by the channel. */
static int take_token(struct align_run *run, struct release_channel_state *state, struct att_err *err)
{
	struct att_str name = att_arena_copy(&run->arena, state->channel->token);
	if (!name.data)
		return att_err_memory(err);
	state->token = name.len ? att_str_of(getenv(name.data)) : (struct att_str){NULL, 0};
	return ATT_OK;
}

/* Which channels are looked at. A name that is none is an error, not a channel less. */
static int choose_channels(struct align_run *run, struct att_err *err)
{
	const struct cli_option *wanted = cli_option(run->command, "channel");
	struct release_alignment *alignment = &run->alignment;
	for (size_t c = 0; c < alignment->config->channel_count; c++)
		alignment->channels[c].is_left_out = wanted->count > 0;
	for (size_t i = 0; i < wanted->count; i++) {
		size_t c = 0;
		while (c < alignment->config->channel_count &&
		       !att_str_is(alignment->channels[c].channel->label, wanted->values[i]))
			c++;
		if (c == alignment->config->channel_count)
			return att_err_set(err, ATT_ERR_USAGE, "there is no channel \"%s\" in %s",
					   wanted->values[i], align_config_path(run->command));
		alignment->channels[c].is_left_out = false;
	}
	return ATT_OK;
}

static int open_fetcher(struct align_run *run, struct att_err *err)
{
	const struct att_fetch_options options = {
		.ca_file = cli_value(run->command, "ca-file"),
		.insecure_http = cli_flag(run->command, "insecure-http"),
		.now = (int64_t)time(NULL),
		.record = cli_value(run->command, "record"),
		.replay = cli_value(run->command, "replay"),
	};
	run->alignment.now = options.now;
	return att_fetcher_open(&options, &run->fetcher, err);
}

static int open_alignment(struct align_run *run, struct att_err *err)
{
	struct release_alignment *alignment = &run->alignment;
	alignment->config = &run->config.release;
	alignment->names = &run->names;
	alignment->folder = run->folder;
	alignment->is_before = run->is_before;
	alignment->blocks_preview = cli_flag(run->command, "preview");
	int status = release_variables_of(&run->config.release, &run->commit, &run->arena,
					  &alignment->variables, err);
	if (status == ATT_OK)
		status = release_build_read(&run->config.release, &alignment->variables, run->folder,
					    att_pool_processors(), &run->build, &run->findings, err);
	if (status == ATT_OK)
		status = release_alignment_open(alignment, run->build.items, run->build.count, err);
	if (status == ATT_OK)
		status = choose_channels(run, err);
	for (size_t c = 0; status == ATT_OK && c < alignment->config->channel_count; c++)
		status = take_token(run, &alignment->channels[c], err);
	if (status == ATT_OK)
		status = open_fetcher(run, err);
	alignment->fetcher = run->fetcher;
	return status;
}

static int open_folder(struct align_run *run, struct att_err *err)
{
	run->folder = open(run->base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return run->folder >= 0 ? ATT_OK : att_err_set(err, ATT_ERR_IO, "cannot open %s", run->base);
}

bool align_run_open(struct align_run *run)
{
	const char *path = align_config_path(run->command);
	struct att_err err = {0};
	run->folder = -1;
	att_findings_init(&run->findings);
	att_steps_init(&run->steps);
	read_options(run);
	run->base = cli_folder_of(path);
	int status = run->base ? ATT_OK : att_err_memory(&err);
	/* Git is asked first, as nothing can be started once the sandbox is closed. */
	if (status == ATT_OK && access(path, R_OK) == 0)
		status = align_git_read(run->base, run->commit.ref, &run->arena, &run->git, &err);
	if (status == ATT_OK)
		status = open_folder(run, &err);
	narrow(run, path);
	if (status == ATT_OK && !align_config_load(path, &run->config, &run->findings))
		return false;
	if (status == ATT_OK)
		status = derive(run, &err);
	if (status == ATT_OK)
		status = open_alignment(run, &err);
	if (status != ATT_OK)
		att_findings_add_err(&run->findings, (struct att_str){NULL, 0}, NULL, &err);
	run->is_open = status == ATT_OK;
	return run->is_open;
}

void align_run_close(struct align_run *run)
{
	att_fetcher_close(run->fetcher);
	release_alignment_clear(&run->alignment);
	release_build_clear(&run->build);
	release_names_clear(&run->names);
	align_config_clear(&run->config);
	free(run->base);
	att_findings_clear(&run->findings);
	att_steps_clear(&run->steps);
	att_arena_clear(&run->arena);
	if (run->folder >= 0)
		close(run->folder);
	cli_free(run->command);
}

unsigned align_run_jobs(const struct align_run *run)
{
	size_t channels = run->config.release.channel_count;
	return channels < ATT_MAX_JOBS ? (unsigned)channels : ATT_MAX_JOBS;
}
