// SPDX-License-Identifier: Apache-2.0
/* attest align versions */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/align.h"
#include "cmd/lock.h"
#include "cmd/report.h"
#include "libattest/base/file.h"
#include "libattest/base/utf8.h"
#include "release/versions.h"

#include "libattest/base/banned.h"

#define PROGRAM ALIGN_PROGRAM

enum { MAX_WIDTH = 60, COLUMNS = 4 };

struct run {
	struct cli_command *command;
	const struct att_report_format *format;
	struct release_versions_options options;
	const char *set;
	const char *config_path;
	int root;
	struct align_config config;
	struct release_tree tree;
	struct release_versions versions;
	struct att_findings findings;
	struct att_steps steps;
	struct att_err err;
	uint64_t written;
	bool failed; /* err says why */
};

/* --- what is asked ------------------------------------------------------------------------------------- */

static void read_options(struct run *r)
{
	const struct cli_command *c = r->command;
	const char *tag = cli_value(c, "tag"), *group = cli_value(c, "group");
	r->format = cli_report_format(c, "format", "human");
	r->set = cli_value(c, "set");
	r->config_path = align_config_path(c);
	if (c->arguments[0])
		cli_usage(PROGRAM, "expected no argument, found \"%s\"", c->arguments[0]);
	if (tag && r->set)
		cli_usage(PROGRAM, "expected --tag or --set, found both");
	if ((tag && !*tag) || (group && !*group) || (r->set && !*r->set))
		cli_usage(PROGRAM, "expected a value for --tag, --group and --set, found an empty one");
	if (r->set && !release_spelling_reads(RELEASE_ANY, att_str_of(r->set)))
		cli_usage(PROGRAM,
			  "expected a version as MAJOR.MINOR.PATCH[-PRERELEASE] for --set, found \"%s\"",
			  r->set);
	r->options.tag = att_str_of(tag);
	r->options.only_sources = r->set != NULL;
	r->options.group = att_str_of(group ? group : r->set ? "main" : NULL);
}

/* The program needs the folder of attest.toml, and nothing else. */
static void narrow(struct run *r)
{
	char *folder = cli_folder_of(r->config_path);
	if (!folder)
		cli_usage(PROGRAM, "out of memory");
	r->root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->root < 0)
		cli_usage(PROGRAM, "cannot open %s: %s", folder, strerror(errno));
	if (r->set)
		cli_lock_folder(PROGRAM, r->root);
	const char *const readable[] = {folder, NULL}, *const writable[] = {r->set ? folder : NULL, NULL};
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	cli_enter_sandbox(PROGRAM, &sandbox);
	free(folder);
}

/* --- writing ------------------------------------------------------------------------------------------- */

static int write_edits(struct run *r, const struct release_edits *edits)
{
	struct att_arena arena = {0};
	struct att_file_change *changes = att_arena_alloc(&arena, edits->count, sizeof *changes);
	int status = changes ? ATT_OK : att_err_memory(&r->err);
	for (size_t i = 0; changes && status == ATT_OK && i < edits->count; i++) {
		const struct release_edit *edit = &edits->items[i];
		struct att_str path =
			ATT_ARENA_JOIN(&arena, att_str_of(r->config.folder), ATT_STR("/"), edit->file->path);
		changes[i] = (struct att_file_change){path.data, edit->file->source.text, edit->after};
		if (!path.data)
			status = att_err_memory(&r->err);
	}
	if (status == ATT_OK)
		status = att_file_replace(changes, edits->count, &r->err);
	if (status == ATT_OK)
		r->written = edits->count;
	att_arena_clear(&arena);
	return status;
}

static int set(struct run *r)
{
	struct release_edits edits;
	struct att_str version = att_str_of(r->set);
	int status = release_versions_set(&r->config.release, &r->tree, r->options.group, version, &edits,
					  &r->findings, &r->err);
	if (status == ATT_OK && edits.count > 0)
		status = write_edits(r, &edits);
	release_tree_clear(&r->tree);
	return status;
}

/* --- telling ------------------------------------------------------------------------------------------- */

static void add_steps(struct run *r)
{
	for (size_t i = 0; i < r->versions.count; i++) {
		const struct release_versions_row *row = &r->versions.rows[i];
		struct att_str name = row->field.len > 0 ? ATT_ARENA_JOIN(&r->versions.arena, row->file,
									  ATT_STR(": "), row->field)
							 : row->file;
		const struct att_step step = {
			.name = row->is_tag ? "tag" : "version",
			.outcome = row->outcome,
			.artifact = name,
			.expected = row->expected,
			.found = row->found,
		};
		att_steps_add(&r->steps, &step);
	}
}

static struct att_str visible(struct att_arena *arena, struct att_str text)
{
	struct att_buf out;
	att_buf_init(&out, 1 << 16);
	att_utf8_add_visible(&out, att_str_first(text, 1 << 12));
	struct att_str copy = att_arena_copy(arena, att_buf_str(&out));
	att_buf_clear(&out);
	return copy;
}

static struct att_str verdict_of(struct att_arena *arena, const struct release_versions_row *row)
{
	if (row->outcome == ATT_HOLDS)
		return att_str_of(row->note && strcmp(row->note, "packed") != 0 ? row->note : "ok");
	if (row->outcome == ATT_CANNOT_TELL)
		return ATT_STR("could not tell");
	if (row->found.len == 0)
		return ATT_STR("missing");
	if (row->expected.len == 0)
		return ATT_STR("no version");
	return ATT_ARENA_JOIN(arena, ATT_STR("differs: expected "), visible(arena, row->expected));
}

static void fill_cells(struct att_arena *arena, const struct release_versions_row *row,
		       struct att_str cells[COLUMNS])
{
	cells[0] = visible(arena, row->file);
	if (row->line)
		cells[0] = att_arena_printf(arena, "%.*s:%u", ATT_STR_ARG(cells[0]), row->line);
	cells[1] = visible(arena, row->field);
	cells[2] = row->found.len ? visible(arena, row->found) : ATT_STR("-");
	cells[3] = verdict_of(arena, row);
}

static void add_group(const struct run *r, struct att_str group, struct att_buf *out)
{
	size_t widths[COLUMNS] = {0};
	struct att_arena arena = {0};
	struct att_str cells[COLUMNS];
	/* Twice: to measure, and to write. */
	for (int writes = 0; writes < 2; writes++) {
		for (size_t i = 0; i < r->versions.count; i++) {
			if (!att_str_equal(r->versions.rows[i].group, group))
				continue;
			fill_cells(&arena, &r->versions.rows[i], cells);
			for (size_t c = 0; c < COLUMNS; c++) {
				size_t width = att_utf8_count(cells[c]);
				if (!writes && width > widths[c])
					widths[c] = width < MAX_WIDTH ? width : MAX_WIDTH;
				if (!writes || (c == 1 && widths[c] == 0))
					continue;
				att_buf_printf(out, "  %.*s", ATT_STR_ARG(cells[c]));
				if (c + 1 < COLUMNS && width < widths[c])
					att_buf_printf(out, "%*s", (int)(widths[c] - width), "");
			}
			if (writes)
				att_buf_add_byte(out, '\n');
			if (arena.failed)
				out->failed = true;
		}
	}
	att_arena_clear(&arena);
}

static void add_table(const struct run *r, struct att_buf *out)
{
	for (size_t g = 0; g < r->versions.group_count; g++) {
		const struct release_group *group = &r->versions.groups[g];
		if (r->options.group.len > 0 && !att_str_equal(r->options.group, group->name))
			continue;
		att_utf8_add_visible(out, group->name);
		att_buf_add_byte(out, ' ');
		att_utf8_add_visible(out, group->version.len ? group->version
					  : group->module    ? ATT_STR("(its tag says which)")
							     : ATT_STR("(undecided)"));
		att_buf_add_byte(out, '\n');
		add_group(r, group->name, out);
	}
	if (r->set && !r->failed)
		att_buf_printf(out, "files written: %llu\n", (unsigned long long)r->written);
}

static int tell(struct run *r, int exit_code)
{
	const struct release_versions *v = &r->versions;
	size_t first = 0;
	while (first < v->group_count && r->options.group.len &&
	       !att_str_equal(v->groups[first].name, r->options.group))
		first++;
	const struct att_report_fact summary[] = {
		{"version", first < v->group_count ? v->groups[first].version : ATT_STR(""), 0},
		{"places", {NULL, 0}, v->count},
		{"groups", {NULL, 0}, v->group_count},
		{"written", {NULL, 0}, r->written},
	};
	const struct att_report report = {
		.program = PROGRAM,
		.command = "versions",
		.exit = exit_code,
		.findings = &r->findings,
		.steps = &r->steps,
		.summary = summary,
		.summary_count = r->set ? 4 : 3,
	};
	struct att_buf out;
	int status;
	bool whole = cli_report_findings(r->format, &r->findings);
	if (r->failed)
		cli_complain(PROGRAM, &r->err);
	if (cli_report_is_human(r->format)) {
		att_buf_init(&out, ATT_MAX_OUTPUT);
		add_table(r, &out);
		att_report_add_verdict(&report, &out);
		att_buf_add_byte(&out, '\n');
		status = att_buf_ok(&out) && whole ? cli_write(NULL, att_buf_str(&out), &r->err)
						   : att_err_memory(&r->err);
		att_buf_clear(&out);
	} else {
		status = cli_report_write(r->format, &report, NULL, &r->err);
	}
	if (status != ATT_OK)
		cli_complain(PROGRAM, &r->err);
	return status == ATT_OK ? exit_code : CLI_UNKNOWN;
}

/* --- the command --------------------------------------------------------------------------------------- */

static void complain_of_nothing(struct run *r)
{
	const struct att_finding finding = {
		.code = "nothing-checked",
		.severity = ATT_ERROR,
		.message = ATT_STR("attest.toml has no [[version]]: there is nothing that could agree"),
		.help = ATT_STR("name every file that says the version, each in a [[version]] of its own"),
		.file = r->config.source.path,
		.cannot_tell = true,
	};
	att_findings_add(&r->findings, &finding);
}

static int work(struct run *r)
{
	int status = ATT_OK;
	if (!align_config_load(r->config_path, &r->config, &r->findings))
		return CLI_UNKNOWN;
	release_tree_init(&r->tree, r->root);
	if (r->config.release.place_count == 0) {
		complain_of_nothing(r);
		return CLI_UNKNOWN;
	}
	if (r->set)
		status = set(r);
	if (status == ATT_OK)
		status = release_versions_check(&r->config.release, &r->tree, &r->options, &r->versions,
						&r->findings, &r->err);
	r->failed = status != ATT_OK;
	if (r->failed)
		return CLI_UNKNOWN;
	add_steps(r);
	att_findings_sort(&r->findings);
	enum att_outcome outcome = r->versions.outcome;
	if (r->findings.dropped || r->steps.dropped)
		outcome = outcome == ATT_REFUTED ? outcome : ATT_CANNOT_TELL;
	return outcome == ATT_HOLDS ? CLI_HOLDS : outcome == ATT_REFUTED ? CLI_REFUTED : CLI_UNKNOWN;
}

int align_versions_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		ALIGN_CONFIG_OPTION,
		{"format", 'f', "FORMAT", CLI_REPORT_HELP, false, NULL, 0},
		{"tag", 't', "TAG", "the tag that has to be that of the version", false, NULL, 0},
		{"group", 'g', "GROUP", "only the places of this group", false, NULL, 0},
		{"set", 's', "VERSION",
		 "write the version into all places of the group (else main), or into none", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest align versions [--tag TAG] [--group GROUP] [OPTION...]\n"
			    "       attest align versions --set VERSION [--group GROUP] [OPTION...]",
		.description = "Holds all places that say the project's version, [[version]] of attest.toml, "
			       "against each\n"
			       "other, and against a tag. Needs no network and runs nothing.",
		.epilogue = "Exit status: 0 all agree, 1 one differs or is missing, 2 one could not be read.\n"
			    "The manual page attest-align(1) says more: \"attest help align\".",
		.options = options,
	};
	struct run r = {.command = &command, .root = -1};
	att_findings_init(&r.findings);
	att_steps_init(&r.steps);
	cli_parse(&command, argc, argv);
	read_options(&r);
	narrow(&r);
	int exit_code = tell(&r, work(&r));
	release_versions_clear(&r.versions);
	release_tree_clear(&r.tree);
	align_config_clear(&r.config);
	att_steps_clear(&r.steps);
	att_findings_clear(&r.findings);
	close(r.root);
	cli_free(&command);
	return exit_code;
}
