// SPDX-License-Identifier: Apache-2.0
/* attest align tap: packaging manifests that lie here are made to point at what was built. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/align.h"
#include "cmd/align_git.h"
#include "cmd/align_tap.h"
#include "cmd/report.h"
#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/base/pool.h"
#include "libattest/base/utf8.h"
#include "release/built.h"
#include "release/tap.h"

#include "libattest/base/banned.h"

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
	struct align_tap_places places;
	size_t count; /* of files */
	struct att_findings findings;
	struct att_steps steps;
	uint64_t differing, written;
};

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

static int fill(struct run *r, const struct align_tap_place *place, struct release_tap *tap,
		struct att_err *err)
{
	struct release_tap_artifact *artifacts = att_arena_alloc(&r->arena, r->build.count, sizeof *artifacts);
	if (!artifacts)
		return att_err_memory(err);
	*tap = (struct release_tap){.channel = place->channel->label,
				    .project = r->config.release.project.name,
				    .tag_pattern = r->config.release.project.tag,
				    .variables = &r->variables,
				    .base = release_channel_text(place->channel, "url", ""),
				    .version = r->variables.version,
				    .artifacts = artifacts};
	for (size_t i = 0; i < r->build.count; i++) {
		const struct release_built *built = &r->build.items[i];
		char hex[ATT_DIGEST_TEXT + 1];
		if (!release_channel_carries(place->channel, built->artifact))
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

/* A file that several channels name is written once, so they have to want the same of it. */
static int compare_earlier(struct run *r, const struct align_tap_place *place, struct align_tap_file *f,
			   struct att_err *err)
{
	struct stat st;
	if (lstat(f->path.data, &st) != 0)
		return att_err_set_errno(err, errno, "cannot stat %s", f->path.data);
	f->device = st.st_dev;
	f->inode = st.st_ino;
	for (const struct align_tap_place *p = r->places.items; p < place; p++) {
		for (size_t i = 0; i < p->count; i++) {
			const struct align_tap_file *earlier = &p->files[i];
			if (earlier->inode != f->inode || earlier->device != f->device)
				continue;
			if (!att_str_equal(att_buf_str(&earlier->after), att_buf_str(&f->after)))
				return att_err_set(err, ATT_ERR_REFUSED,
						   "the channels %.*s and %.*s want different things of %s",
						   ATT_STR_ARG(p->channel->label),
						   ATT_STR_ARG(place->channel->label), f->path.data);
			f->is_repeated = true;
		}
	}
	return ATT_OK;
}

/* False when it could not be read. */
static bool align_file(struct run *r, const struct align_tap_place *place, struct align_tap_file *f,
		       const struct release_tap *tap, struct release_tap_group *group)
{
	struct att_source source;
	struct att_err err = {0};
	size_t errors = r->findings.errors;
	int status = att_file_read(AT_FDCWD, f->path.data, &f->before, &err);
	if (status == ATT_OK)
		status = att_source_init(&source, &r->arena, f->path, att_buf_str(&f->before), &err);
	bool is_read = status == ATT_OK;
	if (is_read)
		status = release_tap_align(tap, group, f->path, att_buf_str(&f->before), &f->after,
					   &r->findings, &err);
	if (status == ATT_OK)
		status = compare_earlier(r, place, f, &err);
	if (status != ATT_OK)
		att_findings_add_err(&r->findings, f->path, is_read ? &source : NULL, &err);
	f->is_refused = r->findings.errors > errors;
	return status == ATT_OK;
}

static bool is_same(const struct align_tap_file *f)
{
	return att_str_equal(att_buf_str(&f->before), att_buf_str(&f->after));
}

static void add_step(struct run *r, const struct align_tap_file *f, bool is_refused)
{
	const struct att_step step = {
		.name = "manifest",
		.outcome = is_refused                ? ATT_CANNOT_TELL
			   : is_same(f) || r->writes ? ATT_HOLDS
						     : ATT_REFUTED,
		.artifact = f->path,
	};
	r->count++;
	r->differing += !is_refused && !f->is_repeated && !is_same(f);
	att_steps_add(&r->steps, &step);
}

/* All files of a place point at all artifacts together. */
static void align(struct run *r, struct align_tap_place *place)
{
	struct release_tap tap = {.count = 0};
	struct release_tap_group group = {.arena = &r->arena};
	struct att_err err = {0};
	int status = align_tap_list(&r->places, place, &err);
	if (status == ATT_OK)
		status = fill(r, place, &tap, &err);
	if (status == ATT_OK && !(group.pointed = att_arena_alloc(&r->arena, tap.count, sizeof *group.pointed)))
		status = att_err_memory(&err);
	if (status != ATT_OK) {
		att_findings_add_err(&r->findings, place->path, NULL, &err);
		return;
	}
	bool is_whole = true;
	for (size_t i = 0; i < place->count; i++)
		is_whole &= align_file(r, place, &place->files[i], &tap, &group);
	size_t errors = r->findings.errors;
	if (is_whole) /* else what could not be read may well point at it */
		release_tap_check_pointed(&tap, &group, place->path, &r->findings);
	bool is_unpointed = r->findings.errors > errors;
	for (size_t i = 0; i < place->count; i++)
		add_step(r, &place->files[i], is_unpointed || place->files[i].is_refused);
}

/* All files or none. */
static void write_all(struct run *r)
{
	struct att_err err = {0};
	size_t count = 0;
	struct att_file_change *changes = att_arena_alloc(&r->arena, r->count, sizeof *changes);
	int status = changes ? ATT_OK : att_err_memory(&err);
	for (size_t p = 0; changes && p < r->places.count; p++) {
		const struct align_tap_place *place = &r->places.items[p];
		for (size_t i = 0; i < place->count; i++) {
			const struct align_tap_file *f = &place->files[i];
			if (!f->is_repeated && !is_same(f))
				changes[count++] = (struct att_file_change){
					f->path.data, att_buf_str(&f->before), att_buf_str(&f->after)};
		}
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
static void add_changes(const struct align_tap_file *f, struct att_buf *out)
{
	struct att_str before = att_buf_str(&f->before), after = att_buf_str(&f->after), old, new;
	if (f->is_repeated || !after.len || att_str_equal(before, after))
		return;
	for (int side = 0; side < 2; side++) {
		att_buf_add(out, side ? ATT_STR("+++ ") : ATT_STR("--- "));
		att_utf8_add_visible(out, f->path);
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
		for (size_t p = 0; p < r->places.count && r->findings.errors == 0; p++)
			for (size_t i = 0; i < r->places.items[p].count; i++)
				add_changes(&r->places.items[p].files[i], &out);
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
		status = align_tap_choose(&r->config, align_config_path(r->command),
					  cli_value(r->command, "channel"), &r->variables, &r->places, &err);
	if (status == ATT_OK)
		status = align_tap_narrow(&r->config, &r->places, r->writes, &err);
	if (status == ATT_OK)
		status = read_build(r, &err);
	if (status != ATT_OK)
		att_findings_add_err(&r->findings,
				     err.place.line ? r->config.source.path : (struct att_str){NULL, 0},
				     &r->config.source, &err);
	for (size_t i = 0; r->findings.errors == 0 && i < r->places.count; i++)
		align(r, &r->places.items[i]);
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
	r.places.arena = &r.arena;
	cli_parse(&command, argc, argv);
	read_options(&r);
	int exit_code = tell(&r, work(&r));
	align_tap_clear(&r.places);
	release_build_clear(&r.build);
	align_config_clear(&r.config);
	att_findings_clear(&r.findings);
	att_steps_clear(&r.steps);
	att_arena_clear(&r.arena);
	cli_free(&command);
	return exit_code;
}
