// SPDX-License-Identifier: Apache-2.0
/* attest align tap: packaging manifests that lie here are made to point at what was built. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/align.h"
#include "cmd/align_git.h"
#include "cmd/report.h"
#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/base/pool.h"
#include "libattest/base/utf8.h"
#include "release/built.h"
#include "release/tap.h"

#include "libattest/base/banned.h"

/* A manifest of a channel. */
struct manifest {
	const struct release_channel *channel;
	struct att_str path; /* as it is opened, and as it is named */
	struct att_buf before, after;
};

struct run {
	struct cli_command *command;
	const struct att_report_format *format;
	bool writes;
	struct align_config config;
	struct align_git git;
	struct release_commit commit;
	struct release_variables variables;
	struct release_build build;
	struct att_arena arena;
	struct manifest *manifests;
	size_t count;
	struct att_findings findings;
	struct att_steps steps;
	uint64_t differing, written;
};

/* --- which files ---------------------------------------------------------------------------------------- */

/* The settings that name the repository of a channel and the files in it. */
static const struct {
	const char *kind, *folder, *files[2], *otherwise;
} settings[] = {
	{"homebrew", "tap", {"formula", "cask"}, ""},
	{"scoop", "bucket", {"manifest", ""}, ""},
	{"winget", "repository", {"manifest", ""}, ""},
	{"aur", "repository", {"manifest", ""}, ".SRCINFO"},
};

static bool is_url(struct att_str repository)
{
	return att_str_find_byte(repository, ':') < att_str_find_byte(repository, '/');
}

/* The file of a manifest, which does not leave its folder. */
static int name_file(struct run *r, struct att_str *file, struct att_err *err)
{
	struct att_str rest = *file, part;
	int status = release_template_expand(*file, &r->variables, &r->arena, file, err);
	while (status == ATT_OK && att_str_split(&rest, '/', &part))
		if (att_str_is(part, ".."))
			status = att_err_set(err, ATT_ERR_REFUSED,
					     "expected a file below its folder, found %.*s",
					     ATT_STR_ARG(att_str_first(*file, 200)));
	return status;
}

static int choose_of(struct run *r, const struct release_channel *channel, size_t kind, struct att_err *err)
{
	struct att_str folder = release_channel_text(channel, settings[kind].folder, "");
	if (!folder.len || is_url(folder)) /* behind a URL is nothing to write in */
		return ATT_OK;
	bool is_absolute = folder.data[0] == '/';
	for (size_t i = 0; i < 2; i++) {
		const char *otherwise = i == 0 ? settings[kind].otherwise : "";
		struct att_str file = release_channel_text(channel, settings[kind].files[i], otherwise);
		if (!file.len)
			continue;
		int status = name_file(r, &file, err);
		if (status != ATT_OK)
			return status;
		struct manifest *m = &r->manifests[r->count++];
		m->channel = channel;
		m->path = ATT_ARENA_JOIN(&r->arena, is_absolute ? ATT_STR("") : att_str_of(r->config.folder),
					 is_absolute ? ATT_STR("") : ATT_STR("/"), folder, ATT_STR("/"), file);
		att_buf_init(&m->before, ATT_MAX_DOCUMENT);
		att_buf_init(&m->after, ATT_MAX_DOCUMENT);
		if (!m->path.data)
			return att_err_memory(err);
	}
	return ATT_OK;
}

/* Channels with a folder here and a file in it. */
static int choose(struct run *r, struct att_err *err)
{
	const struct release_config *config = &r->config.release;
	const char *only = cli_value(r->command, "channel");
	int status = ATT_OK;
	r->manifests = att_arena_alloc(&r->arena, 2 * config->channel_count, sizeof *r->manifests);
	if (!r->manifests)
		return att_err_memory(err);
	for (size_t i = 0; i < config->channel_count; i++) {
		const struct release_channel *channel = &config->channels[i];
		for (size_t k = 0; status == ATT_OK && k < sizeof settings / sizeof *settings; k++) {
			if (strcmp(channel->kind->name, settings[k].kind) == 0 &&
			    (!only || att_str_is(channel->label, only)))
				status = choose_of(r, channel, k, err);
		}
	}
	if (r->count || status != ATT_OK)
		return status;
	att_err_set(err, ATT_ERR_USAGE, "%s has no channel%s%s with a manifest in a folder here",
		    align_config_path(r->command), only ? " " : "", only ? only : "");
	att_err_help(err, "homebrew, scoop, aur and winget have one: \"tap\" and \"formula\", ...");
	return ATT_ERR_USAGE;
}

/* The folders of the manifests follow from attest.toml, which is the caller's own; what lies in them is read
 * once nothing else can be reached. */
static int narrow(struct run *r, struct att_err *err)
{
	const char **readable = att_arena_alloc(&r->arena, r->count + 2, sizeof *readable);
	const char **writable = att_arena_alloc(&r->arena, r->count + 1, sizeof *writable);
	if (!readable || !writable)
		return att_err_memory(err);
	for (size_t i = 0; i < r->count; i++) {
		char *folder = cli_folder_of(r->manifests[i].path.data);
		readable[i] = folder ? att_arena_copy(&r->arena, att_str_of(folder)).data : NULL;
		free(folder);
		if (!readable[i])
			return att_err_memory(err);
		writable[i] = r->writes ? readable[i] : NULL;
	}
	readable[r->count] = r->config.folder;
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	cli_enter_sandbox(ALIGN_PROGRAM, &sandbox);
	return ATT_OK;
}

/* --- what was built ------------------------------------------------------------------------------------- */

static int read_names(struct run *r, struct att_err *err)
{
	const struct release_config *config = &r->config.release;
	int status = align_git_fill(&r->git, &config->project, false, &r->arena, &r->commit, err);
	if (status != ATT_OK)
		return status;
	if (release_classify(&config->project, r->commit.ref) == RELEASE_RELEASE)
		return release_variables_of(config, &r->commit, &r->arena, &r->variables, err);
	att_err_set(err, ATT_ERR_USAGE, "expected a release tag as %.*s, found %.*s",
		    ATT_STR_ARG(att_str_first(config->project.tag, 100)),
		    ATT_STR_ARG(r->commit.ref.len ? att_str_first(r->commit.ref, 100) : ATT_STR("none")));
	att_err_help(err, "name the release: --tag");
	return ATT_ERR_USAGE;
}

static int read_build(struct run *r, struct att_err *err)
{
	int folder = open(r->config.folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return att_err_set_errno(err, errno, "cannot open %s", r->config.folder);
	int status = release_build_read(&r->config.release, &r->variables, folder, att_pool_processors(),
					&r->build, &r->findings, err);
	close(folder);
	return status;
}

/* --- one manifest --------------------------------------------------------------------------------------- */

static int fill(struct run *r, const struct manifest *m, struct release_tap *tap, struct att_err *err)
{
	struct release_tap_artifact *artifacts = att_arena_alloc(&r->arena, r->build.count, sizeof *artifacts);
	if (!artifacts)
		return att_err_memory(err);
	*tap = (struct release_tap){.channel = m->channel->label,
				    .project = r->config.release.project.name,
				    .tag_pattern = r->config.release.project.tag,
				    .variables = &r->variables,
				    .base = release_channel_text(m->channel, "url", ""),
				    .version = r->variables.version,
				    .artifacts = artifacts};
	for (size_t i = 0; i < r->build.count; i++) {
		const struct release_built *built = &r->build.items[i];
		char hex[ATT_DIGEST_TEXT + 1];
		if (!release_channel_carries(m->channel, built->artifact))
			continue;
		struct release_tap_artifact *artifact = &artifacts[tap->count++];
		*artifact = (struct release_tap_artifact){.pattern = built->artifact->name,
							  .name = built->name,
							  .platform = built->artifact->platform};
		att_digest_hex(&built->sha256, hex);
		artifact->sha256 = att_arena_copy(&r->arena, att_str_of(hex));
		att_digest_hex(&built->sha512, hex);
		artifact->sha512 = att_arena_copy(&r->arena, att_str_of(hex));
	}
	return r->arena.failed ? att_err_memory(err) : ATT_OK;
}

static void align(struct run *r, struct manifest *m)
{
	struct release_tap tap;
	struct att_source source;
	struct att_err err = {0};
	size_t errors = r->findings.errors;
	int status = att_file_read(AT_FDCWD, m->path.data, &m->before, &err);
	bool is_read = status == ATT_OK &&
		       att_source_init(&source, &r->arena, m->path, att_buf_str(&m->before), &err) == ATT_OK;
	if (is_read)
		status = fill(r, m, &tap, &err);
	if (is_read && status == ATT_OK)
		status = release_tap_align(&tap, m->path, att_buf_str(&m->before), &m->after, &r->findings,
					   &err);
	if (!is_read || status != ATT_OK)
		att_findings_add_err(&r->findings, m->path, is_read ? &source : NULL, &err);
	bool is_refused = r->findings.errors > errors;
	bool is_same = !is_refused && att_str_equal(att_buf_str(&m->before), att_buf_str(&m->after));
	r->differing += !is_same && !is_refused;
	const struct att_step step = {
		.name = "manifest",
		.outcome = is_refused             ? ATT_CANNOT_TELL
			   : is_same || r->writes ? ATT_HOLDS
						  : ATT_REFUTED,
		.artifact = m->path,
	};
	att_steps_add(&r->steps, &step);
}

/* All files or none. */
static void write_all(struct run *r)
{
	struct att_err err = {0};
	size_t count = 0;
	struct att_file_change *changes = att_arena_alloc(&r->arena, r->count, sizeof *changes);
	int status = changes ? ATT_OK : att_err_memory(&err);
	for (size_t i = 0; changes && i < r->count; i++) {
		const struct manifest *m = &r->manifests[i];
		if (!att_str_equal(att_buf_str(&m->before), att_buf_str(&m->after)))
			changes[count++] = (struct att_file_change){m->path.data, att_buf_str(&m->before),
								    att_buf_str(&m->after)};
	}
	if (status == ATT_OK && count)
		status = att_file_replace(changes, count, &err);
	if (status == ATT_OK)
		r->written = count;
	else
		att_findings_add_err(&r->findings, ATT_STR(""), NULL, &err);
}

/* --- telling -------------------------------------------------------------------------------------------- */

/* The lines that change, as a patch shows them: values have no line ends, so lines stay in their places. */
static void add_changes(const struct manifest *m, struct att_buf *out)
{
	struct att_str before = att_buf_str(&m->before), after = att_buf_str(&m->after), old, new;
	if (!after.len || att_str_equal(before, after))
		return;
	for (int side = 0; side < 2; side++) {
		att_buf_add(out, side ? ATT_STR("+++ ") : ATT_STR("--- "));
		att_utf8_add_visible(out, m->path);
		att_buf_add_byte(out, '\n');
	}
	for (size_t line = 1; att_str_split(&before, '\n', &old) && att_str_split(&after, '\n', &new); line++) {
		if (att_str_equal(old, new))
			continue;
		att_buf_printf(out, "@@ -%zu +%zu @@\n-", line, line);
		att_utf8_add_visible(out, old);
		att_buf_add(out, ATT_STR("\n+"));
		att_utf8_add_visible(out, new);
		att_buf_add_byte(out, '\n');
	}
}

static int tell(struct run *r, int exit_code)
{
	const struct att_report_fact summary[] = {
		{"version", r->variables.version, 0},
		{"manifests", {NULL, 0}, r->count},
		{"differing", {NULL, 0}, r->differing},
		{"written", {NULL, 0}, r->written},
	};
	const struct att_report report = {
		.program = ALIGN_PROGRAM,
		.command = "tap",
		.exit = exit_code,
		.findings = &r->findings,
		.steps = &r->steps,
		.summary = summary,
		.summary_count = 4,
	};
	struct att_buf out;
	struct att_err err = {0};
	int status;
	att_findings_sort(&r->findings);
	bool whole = cli_report_findings(r->format, &r->findings);
	if (cli_report_is_human(r->format)) {
		att_buf_init(&out, ATT_MAX_OUTPUT);
		for (size_t i = 0; i < r->count && r->findings.errors == 0; i++)
			add_changes(&r->manifests[i], &out);
		if (r->writes)
			att_buf_printf(&out, "files written: %llu\n", (unsigned long long)r->written);
		att_report_add_verdict(&report, &out);
		att_buf_add_byte(&out, '\n');
		status = att_buf_ok(&out) && whole ? cli_write(NULL, att_buf_str(&out), &err)
						   : att_err_memory(&err);
		att_buf_clear(&out);
	} else {
		status = cli_report_write(r->format, &report, NULL, &err);
	}
	if (status != ATT_OK)
		cli_complain(ALIGN_PROGRAM, &err);
	return status == ATT_OK ? exit_code : CLI_UNKNOWN;
}

/* --- the command ---------------------------------------------------------------------------------------- */

static void read_options(struct run *r)
{
	if (cli_count_arguments(r->command) > 0)
		cli_usage(ALIGN_PROGRAM, "expected options only, found \"%s\"", r->command->arguments[0]);
	r->format = cli_report_format(r->command, "format", "human");
	r->writes = cli_flag(r->command, "write") && !cli_flag(r->command, "dry-run");
	r->commit.ref = align_tag_option(r->command, &r->arena);
}

static int work(struct run *r)
{
	struct att_err err = {0};
	if (!align_config_load(align_config_path(r->command), &r->config, &r->findings))
		return CLI_UNKNOWN;
	/* Git is asked first, as nothing can be started once the sandbox is closed. */
	int status = align_git_read(r->config.folder, r->commit.ref, &r->arena, &r->git, &err);
	if (status == ATT_OK)
		status = read_names(r, &err);
	if (status == ATT_OK)
		status = choose(r, &err);
	if (status == ATT_OK)
		status = narrow(r, &err);
	if (status == ATT_OK)
		status = read_build(r, &err);
	if (status != ATT_OK)
		att_findings_add_err(&r->findings,
				     err.place.line ? r->config.source.path : (struct att_str){NULL, 0},
				     &r->config.source, &err);
	for (size_t i = 0; r->findings.errors == 0 && i < r->count; i++)
		align(r, &r->manifests[i]);
	if (r->writes && r->findings.errors == 0)
		write_all(r);
	if (r->findings.errors || r->findings.dropped)
		return CLI_UNKNOWN;
	return r->differing && !r->writes ? CLI_REFUTED : CLI_HOLDS;
}

int align_tap_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		ALIGN_CONFIG_OPTION,
		{"tag", 't', "TAG", "the release (default: the release tag of HEAD)", false, NULL, 0},
		{"channel", 0, "NAME", "the manifest of this channel only", false, NULL, 0},
		{"write", 'w', NULL, "write the manifests, all or none", false, NULL, 0},
		{"dry-run", 'n', NULL, "with --write: only show what would be written", false, NULL, 0},
		{"format", 'f', "FORMAT", CLI_REPORT_HELP, false, NULL, 0},
		{0},
	};
	struct cli_command command = {
		.program = ALIGN_PROGRAM,
		.synopsis = "attest align tap [--write] [OPTION...]\n",
		.description = "Makes the packaging manifests of channels that lie in a folder here (a tap, a "
			       "bucket) point at\n"
			       "what was built: version, urls and digests are written anew where they stand, "
			       "and nothing\n"
			       "else. Without --write shows what would change.",
		.epilogue = "Exit status: 0 aligned, or written; 1 something would change; 2 it cannot be told "
			    "or written.",
		.options = options,
	};
	struct run r = {.command = &command};
	att_findings_init(&r.findings);
	att_steps_init(&r.steps);
	cli_parse(&command, argc, argv);
	read_options(&r);
	int exit_code = tell(&r, work(&r));
	for (size_t i = 0; i < r.count; i++)
		att_buf_clear(&r.manifests[i].before), att_buf_clear(&r.manifests[i].after);
	release_build_clear(&r.build);
	align_config_clear(&r.config);
	att_findings_clear(&r.findings);
	att_steps_clear(&r.steps);
	att_arena_clear(&r.arena);
	cli_free(&command);
	return exit_code;
}
