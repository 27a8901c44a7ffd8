// SPDX-License-Identifier: Apache-2.0
#include "cmd/align_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/base/pool.h"
#include "release/go_sum.h"

#include "libattest/base/banned.h"

/* --- options --------------------------------------------------------------------------------------------- */

static void read_options(struct align_run *run)
{
	if (cli_count_arguments(run->command) > 0)
		cli_usage(ALIGN_PROGRAM, "expected options only, found \"%s\"", run->command->arguments[0]);
	if (cli_value(run->command, "record") && cli_value(run->command, "replay"))
		cli_usage(ALIGN_PROGRAM, "expected --record or --replay, found both");
	if (!run->is_watch)
		run->commit.ref = align_tag_option(run->command, &run->arena);
	run->format = cli_report_format(run->command, "format", "human");
}

/* --- narrowing ------------------------------------------------------------------------------------------- */

/* The folder of a record is made before the sandbox closes, which opens only what is there. */
static int make_record(const struct align_run *run, struct att_err *err)
{
	const char *record = cli_value(run->command, "record");
	if (!record || mkdir(record, 0700) == 0 || errno == EEXIST)
		return ATT_OK;
	return att_err_set_errno(err, errno, "cannot make the folder %s", record);
}

static void narrow(const struct align_run *run, const char *path)
{
	char *beside = run->ledger ? cli_folder_of(run->ledger) : NULL;
	const char *record = cli_value(run->command, "record"), *replay = cli_value(run->command, "replay"),
		   *ca_file = cli_value(run->command, "ca-file");
	const char *readable[CLI_CONNECTING + 6] = {run->base, path};
	const char *writable[3] = {NULL};
	size_t count = 0;
	if (record)
		writable[count++] = record;
	if (beside && !run->is_watch)
		writable[count++] = beside;
	count = 2;
	if (beside)
		readable[count++] = beside;
	if (replay)
		readable[count++] = replay;
	if (ca_file)
		readable[count++] = ca_file;
	for (size_t i = 0; !replay && i < CLI_CONNECTING; i++)
		readable[count++] = cli_connecting[i];
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable, .network = !replay};
	cli_enter_sandbox(ALIGN_PROGRAM, &sandbox);
	free(beside);
}

/* --- getting ready --------------------------------------------------------------------------------------- */

/* The release that is looked at. */
static int find_release(struct align_run *run, struct att_err *err)
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
	return ATT_OK;
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

/* What stands in the file that an image's "digest" names; that it cannot be read is said by the channel. */
static int take_digest(struct align_run *run, struct release_channel_state *state, struct att_err *err)
{
	enum { LONGEST = 1 << 20 };
	struct att_str path = release_channel_text(state->channel, "digest", "");
	struct att_err why = {0};
	struct att_buf text;
	int fd = -1;
	if (path.len == 0)
		return ATT_OK;
	att_buf_init(&text, LONGEST);
	int status = release_template_expand(path, &run->alignment.variables, &run->arena, &path, &why);
	if (status == ATT_OK)
		status = att_open_beneath(run->folder, path, 0, &fd, &why);
	if (status == ATT_OK)
		status = att_file_read_fd(fd, "the file with the digest", &text, &why);
	if (status == ATT_OK)
		state->digest_text = att_arena_copy(&run->arena, att_buf_str(&text));
	if (fd >= 0)
		close(fd);
	att_buf_clear(&text);
	return status == ATT_ERR_MEMORY || (status == ATT_OK && !state->digest_text.data) ? att_err_memory(err)
											  : ATT_OK;
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
		.now = run->now,
		.record = cli_value(run->command, "record"),
		.replay = cli_value(run->command, "replay"),
	};
	return att_fetcher_open(&options, &run->fetcher, err);
}

static bool open_record(struct align_run *run)
{
	struct att_err err = {0};
	int status = align_record_open(&run->record, cli_value(run->command, "record"),
				       cli_value(run->command, "replay"), &err);
	if (status != ATT_OK)
		att_findings_add_err(&run->findings, att_str_of(run->record.path), NULL, &err);
	return status == ATT_OK;
}

static int open_folder(struct align_run *run, struct att_err *err)
{
	if (!run->base)
		return att_err_memory(err);
	run->folder = open(run->base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return run->folder >= 0 ? ATT_OK : att_err_set(err, ATT_ERR_IO, "cannot open %s", run->base);
}

/* The checksums of a Go module as git has it. What cannot be told stays empty, and is UNKNOWN then. */
static int hash_module(struct align_run *run, struct release_channel_state *state, struct att_err *err)
{
	struct align_answer answer = {.fd = -1};
	struct release_go_sums sums;
	struct att_str version = {NULL, 0}, folder = release_channel_text(state->channel, "folder", "");
	for (size_t i = 0; i < run->names.count; i++)
		if (run->names.items[i].channel == state->channel &&
		    strcmp(run->names.items[i].use, "version") == 0)
			version = run->names.items[i].text;
	int status = align_guard_ask(&run->guard, ALIGN_ARCHIVE, &run->commit.id, 1, &answer, err);
	if (status == ATT_OK)
		status = release_go_hash_tar(answer.fd, state->channel->package, version, folder, &sums, err);
	if (status == ATT_OK) {
		state->go_zip_h1 = att_arena_copy(&run->arena, att_str_of(sums.zip));
		state->go_mod_h1 = att_arena_copy(&run->arena, att_str_of(sums.mod));
	}
	if (answer.fd >= 0)
		close(answer.fd);
	return status;
}

void align_run_hash_modules(struct align_run *run)
{
	for (size_t c = 0; c < run->config.release.channel_count; c++) {
		struct release_channel_state *state = &run->alignment.channels[c];
		struct att_err err = {0};
		if (state->is_left_out || strcmp(state->channel->kind->name, "go") != 0)
			continue;
		if (hash_module(run, state, &err) != ATT_OK)
			att_findings_add_err(&run->findings, (struct att_str){NULL, 0}, NULL, &err);
	}
}

int align_run_open_release(struct align_run *run, const struct release_config *config, struct att_err *err)
{
	struct release_alignment *alignment = &run->alignment;
	alignment->config = config;
	alignment->names = &run->names;
	alignment->folder = run->folder;
	alignment->is_before = run->is_before;
	alignment->now = run->now;
	alignment->fetcher = run->fetcher;
	alignment->scratch = &run->scratch;
	alignment->blocks_preview = cli_flag(run->command, "preview");
	int status = release_derive(config, &run->commit, RELEASE_RELEASE, &run->names, &run->findings, err);
	if (status == ATT_OK)
		status = release_variables_of(config, &run->commit, &run->arena, &alignment->variables, err);
	if (status == ATT_OK && !run->is_watch)
		status = release_build_read(config, &alignment->variables, run->folder, att_pool_processors(),
					    &run->build, &run->findings, err);
	if (status == ATT_OK)
		status = release_alignment_open(alignment, run->build.items, run->build.count, err);
	if (status == ATT_OK)
		status = choose_channels(run, err);
	for (size_t c = 0; status == ATT_OK && c < config->channel_count; c++)
		status = take_token(run, &alignment->channels[c], err);
	/* That file is of the release that lies here. */
	for (size_t c = 0; status == ATT_OK && !run->is_watch && c < config->channel_count; c++)
		status = take_digest(run, &alignment->channels[c], err);
	return status;
}

/* The release that lies here. */
static int open_own(struct align_run *run, struct att_err *err)
{
	int status = find_release(run, err);
	if (status == ATT_OK)
		status = align_run_open_release(run, &run->config.release, err);
	if (status == ATT_OK)
		align_run_hash_modules(run);
	return status;
}

/* Opened before the sandbox closes. Without one, what needs it is not known. */
static void open_scratch(struct release_scratch *scratch)
{
	pthread_mutex_init(&scratch->lock, NULL);
	scratch->fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (scratch->fd < 0)
		scratch->fd = open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

/* An error with a place is about attest.toml. */
static void add_err(struct align_run *run, const struct att_err *err)
{
	const struct att_source *source = &run->config.source;
	att_findings_add_err(&run->findings, err->place.line ? source->path : (struct att_str){NULL, 0}, source,
			     err);
}

bool align_run_open(struct align_run *run)
{
	const char *path = align_config_path(run->command);
	struct att_err err = {0};
	run->folder = -1;
	run->guard.socket = -1;
	att_findings_init(&run->findings);
	att_steps_init(&run->steps);
	read_options(run);
	open_scratch(&run->scratch);
	run->base = cli_folder_of(path);
	int status = run->base ? ATT_OK : att_err_memory(&err);
	/* Git is asked first, as nothing can be started once the sandbox is closed. */
	if (status == ATT_OK && !run->is_watch && access(path, R_OK) == 0)
		status = align_git_read(run->base, run->commit.ref, &run->arena, &run->git, &err);
	if (status == ATT_OK)
		status = open_folder(run, &err);
	if (status == ATT_OK)
		status = make_record(run, &err);
	if (status == ATT_OK)
		status = align_guard_start(run->base, &run->guard, &err);
	narrow(run, path);
	if (status == ATT_OK && !align_config_load(path, &run->config, &run->findings))
		return false;
	if (status == ATT_OK && !open_record(run))
		return false;
	run->now = run->record.replays ? run->record.answers.time : (int64_t)time(NULL);
	if (status == ATT_OK)
		status = open_fetcher(run, &err);
	if (status == ATT_OK && !run->is_watch)
		status = open_own(run, &err);
	if (status != ATT_OK)
		add_err(run, &err);
	run->is_open = status == ATT_OK;
	return run->is_open;
}

void align_run_close(struct align_run *run)
{
	if (run->scratch.fd >= 0)
		close(run->scratch.fd);
	pthread_mutex_destroy(&run->scratch.lock);
	align_guard_stop(&run->guard);
	align_record_close(&run->record);
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
