// SPDX-License-Identifier: Apache-2.0
/* attest align channels: what a commit is called on every channel. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/align.h"
#include "cmd/align_git.h"
#include "cmd/report.h"
#include "libattest/base/limits.h"
#include "libattest/base/map.h"
#include "libattest/base/time.h"
#include "libattest/base/utf8.h"
#include "release/place.h"

#include "libattest/base/banned.h"

static const char synopsis[] = "attest align channels [OPTION...]";
static const char description[] =
	"Shows what a commit is called on every channel of attest.toml: its versions and tags as\n"
	"a release, when its ref is a tag of the project's template, and as a development build,\n"
	"when it is the project's branch. Each is proved to be one that the channel takes, to sort\n"
	"after the last release, and to be no other commit's.";

struct run {
	struct cli_command *command;
	struct align_config config;
	struct release_commit commit;
	struct align_git git;
	enum release_stream stream;
	struct release_names names;
	struct att_findings findings;
	struct att_arena arena;
	struct release_tree tree;
	int root; /* descriptor of the folder of attest.toml */
	bool has_last, is_derived, is_env;
};

/* --- what is asked about --------------------------------------------------------------------------------- */

static void read_options(struct run *r)
{
	const char *date = cli_value(r->command, "date"), *last = cli_value(r->command, "last");
	struct att_str text = att_str_of(date);
	r->commit.id = att_str_of(cli_value(r->command, "commit"));
	r->commit.ref = att_str_of(cli_value(r->command, "ref"));
	if (date && (!att_time_parse(text, &r->commit.time) || r->commit.time <= 0))
		cli_usage(ALIGN_PROGRAM, "expected --date 2026-01-31T12:00:00Z, found \"%s\"", date);
	if (r->commit.id.len > 0 && !release_is_commit(r->commit.id))
		cli_usage(ALIGN_PROGRAM, "expected --commit with 40 or 64 hexadecimal digits, found \"%.*s\"",
			  ATT_STR_ARG(r->commit.id));
	if (date && r->commit.id.len == 0)
		cli_usage(ALIGN_PROGRAM, "--date is that of the commit which --commit names");
	if (r->commit.ref.len > 0 && !att_str_starts(r->commit.ref, ATT_STR("refs/")))
		cli_usage(ALIGN_PROGRAM, "expected --ref refs/tags/NAME or refs/heads/NAME, found \"%.*s\"",
			  ATT_STR_ARG(r->commit.ref));
	r->commit.has_time = date && att_str_find_byte(text, ':') != ATT_STR_NONE;
	r->has_last = last != NULL;
	if (last && strcmp(last, "none") != 0)
		r->commit.last = att_str_of(last);
	if (r->commit.last.len > 0 && !release_spelling_reads(RELEASE_SEMVER, r->commit.last))
		cli_usage(ALIGN_PROGRAM, "expected --last MAJOR.MINOR.PATCH or none, found \"%s\"", last);
}

/* --- what is shown --------------------------------------------------------------------------------------- */

/* Names of one use and channel stand in one line, since image tags are many. */
static bool goes_on(const struct release_names *names, size_t i)
{
	return i > 0 && names->items[i].channel == names->items[i - 1].channel &&
	       strcmp(names->items[i].use, names->items[i - 1].use) == 0;
}

static size_t widest_label(const struct release_names *names)
{
	size_t widest = 0;
	for (size_t i = 0; i < names->count; i++)
		if (names->items[i].channel->label.len > widest)
			widest = names->items[i].channel->label.len;
	return widest < 40 ? widest : 40;
}

static void add_human(const struct run *r, struct att_buf *out)
{
	size_t width = widest_label(&r->names);
	att_buf_printf(out, "%s of %.*s",
		       r->stream == RELEASE_UNPUBLISHED ? "nothing is published"
		       : r->stream == RELEASE_RELEASE   ? "release"
							: "development build",
		       ATT_STR_ARG(att_str_first(r->commit.id, 12)));
	if (r->commit.ref.len > 0)
		att_buf_add(out, ATT_STR(", "));
	att_utf8_add_visible(out, r->commit.ref);
	if (r->commit.last.len > 0)
		att_buf_printf(out, ", after %.*s", ATT_STR_ARG(r->commit.last));
	for (size_t i = 0; i < r->names.count; i++) {
		const struct release_name *name = &r->names.items[i];
		if (!goes_on(&r->names, i)) {
			att_buf_add(out, ATT_STR("\n  "));
			att_utf8_add_visible(out, name->channel->label);
			for (size_t pad = name->channel->label.len; pad < width; pad++)
				att_buf_add_byte(out, ' ');
			att_buf_printf(out, "  %-8s ", name->use);
		}
		att_buf_add_byte(out, ' ');
		att_utf8_add_visible(out, name->text);
	}
	att_buf_add_byte(out, '\n');
}

static void add_variable(struct att_str label, const char *use, struct att_buf *out)
{
	for (size_t i = 0; i < label.len; i++) {
		char c = label.data[i];
		bool is_small = c >= 'a' && c <= 'z';
		att_buf_add_byte(out, is_small ? (char)(c - 'a' + 'A') : att_ascii_is_alnum(c) ? c : '_');
	}
	att_buf_add_byte(out, '_');
	for (; *use; use++)
		att_buf_add_byte(out, *use == '-' ? '_' : (char)(*use - 'a' + 'A'));
}

/* A shell takes "1_VERSION=" for a command, and of two variables of one name the first would be lost. */
static int check_variable(struct att_str name, const struct release_channel *channel, struct att_map *seen,
			  struct att_err *err)
{
	uint32_t before;
	bool found = false;
	if (att_map_put(seen, name, 0, &found, &before) != ATT_OK)
		return att_err_memory(err);
	if (!found && !att_ascii_is_digit(name.data[0]))
		return ATT_OK;
	att_err_set(err, ATT_ERR_USAGE,
		    found ? "the variable %.*s of the channel \"%.*s\" is another one's, too"
			  : "the variable %.*s of the channel \"%.*s\" would begin with a digit",
		    ATT_STR_ARG(att_str_first(name, 100)), ATT_STR_ARG(att_str_first(channel->label, 100)));
	att_err_help(err, "give the channel another \"name\", with letters of its own");
	return ATT_ERR_USAGE;
}

static int check_variables(struct run *r, struct att_err *err)
{
	struct att_map seen;
	int status = ATT_OK;
	att_map_init(&seen);
	for (size_t i = 0; status == ATT_OK && i < r->names.count; i++) {
		const struct release_name *name = &r->names.items[i];
		struct att_buf text;
		if (goes_on(&r->names, i))
			continue;
		att_buf_init(&text, ATT_MAX_OUTPUT);
		add_variable(name->channel->label, name->use, &text);
		struct att_str copy = att_arena_copy(&r->arena, att_buf_str(&text));
		status = copy.data ? check_variable(copy, name->channel, &seen, err) : att_err_memory(err);
		att_buf_clear(&text);
	}
	att_map_clear(&seen);
	return status;
}

/* Lines that a shell, and $GITHUB_ENV, read: every value was proved to hold nothing that either would act on.
 */
static void add_env(const struct run *r, struct att_buf *out)
{
	att_buf_printf(out, "RELEASE_STREAM=%s\nRELEASE_COMMIT=%.*s", release_stream_name(r->stream),
		       ATT_STR_ARG(r->commit.id));
	for (size_t i = 0; i < r->names.count; i++) {
		const struct release_name *name = &r->names.items[i];
		if (goes_on(&r->names, i)) {
			att_buf_add_byte(out, ',');
		} else {
			att_buf_add_byte(out, '\n');
			add_variable(name->channel->label, name->use, out);
			att_buf_add_byte(out, '=');
		}
		att_buf_add(out, name->text);
	}
	att_buf_add_byte(out, '\n');
}

static void add_steps(const struct run *r, struct att_steps *steps)
{
	for (size_t i = 0; i < r->names.count; i++) {
		const struct release_name *name = &r->names.items[i];
		bool wrong = false;
		for (size_t f = 0; f < r->findings.count; f++)
			wrong |= att_str_equal(r->findings.items[f].channel, name->channel->label) &&
				 att_str_equal(r->findings.items[f].found, name->text);
		att_steps_add(steps, &(struct att_step){
					     .name = name->use,
					     .outcome = wrong ? ATT_REFUTED : ATT_HOLDS,
					     .channel = name->channel->label,
					     .found = name->text,
				     });
	}
}

static int decide(const struct run *r)
{
	bool unknown = false;
	for (size_t i = 0; i < r->findings.count; i++)
		unknown |= r->findings.items[i].cannot_tell;
	return unknown || r->findings.dropped > 0 ? CLI_UNKNOWN
	       : r->findings.errors > 0           ? CLI_REFUTED
						  : CLI_HOLDS;
}

static int show(const struct run *r, const struct att_report_format *format, int exit_code)
{
	struct att_steps steps;
	att_steps_init(&steps);
	add_steps(r, &steps);
	struct att_report_fact facts[] = {
		{"stream", att_str_of(release_stream_name(r->stream)), 0},
		{"commit", r->commit.id, 0},
		{"ref", r->commit.ref.len ? r->commit.ref : ATT_STR("none"), 0},
		{"last_release", r->commit.last.len ? r->commit.last : ATT_STR("none"), 0},
	};
	struct att_report report = {ALIGN_PROGRAM,
				    "channels",
				    exit_code,
				    &r->findings,
				    &steps,
				    facts,
				    sizeof facts / sizeof facts[0]};
	int code = steps.dropped > 0 ? CLI_UNKNOWN : cli_report(format, &report);
	att_steps_clear(&steps);
	return code;
}

static int show_text(const struct run *r, bool env, int exit_code)
{
	struct att_buf out;
	struct att_err err = {0};
	att_buf_init(&out, ATT_MAX_OUTPUT);
	bool whole = cli_print_findings(&r->findings);
	/* A build job reads nothing out of what did not hold. */
	if (env && exit_code == CLI_HOLDS)
		add_env(r, &out);
	else if (!env && r->is_derived)
		add_human(r, &out);
	int status = !att_buf_ok(&out) || !whole ? att_err_memory(&err)
		     : out.len                   ? cli_write(NULL, att_buf_str(&out), &err)
						 : ATT_OK;
	att_buf_clear(&out);
	if (status != ATT_OK)
		cli_complain(ALIGN_PROGRAM, &err);
	return status == ATT_OK ? exit_code : CLI_UNKNOWN;
}

/* --- the command ----------------------------------------------------------------------------------------- */

/* The version that the sources say: a development build leads to it when it is ahead of the last release. A
 * stamped place says none. */
static int find_declared(struct run *r, struct att_err *err)
{
	const struct release_config *config = &r->config.release;
	struct release_search search = {0};
	size_t i = 0;
	while (i < config->place_count && !att_str_equal(config->places[i].file, config->project.version_from))
		i++;
	if (i == config->place_count || config->places[i].is_stamped)
		return ATT_OK;
	int status =
		release_place_find(&r->tree, config->places[i].file, config->places[i].field, &search, err);
	if (status == ATT_OK && search.count > 0 && search.places[0].version.len > 0)
		status = release_spelling_of(RELEASE_SEMVER, search.places[0].version, &r->arena,
					     &r->commit.declared, err);
	return status;
}

static int derive(struct run *r)
{
	const struct release_config *config = &r->config.release;
	struct att_err err = {0};
	int status = ATT_OK;
	if (config->channel_count == 0)
		status = att_err_set(&err, ATT_ERR_USAGE, "expected a [[channel]] in %s, found none",
				     align_config_path(r->command));
	if (status == ATT_OK)
		status = align_git_fill(&r->git, &config->project, r->has_last, &r->arena, &r->commit, &err);
	r->stream = release_classify(&config->project, r->commit.ref);
	if (status == ATT_OK && r->stream == RELEASE_DEV)
		status = find_declared(r, &err);
	if (status == ATT_OK)
		status = release_derive(config, &r->commit, r->stream, &r->names, &r->findings, &err);
	if (status == ATT_OK && r->is_env)
		status = check_variables(r, &err);
	r->is_derived = status == ATT_OK;
	if (r->is_derived)
		return decide(r);
	att_findings_add_err(&r->findings, (struct att_str){NULL, 0}, NULL, &err);
	return CLI_UNKNOWN;
}

/* Git is asked first, as nothing can be started once the sandbox is closed. */
static bool narrow(struct run *r, const char *path)
{
	struct att_err err = {0};
	char *folder = cli_folder_of(path);
	const char *const readable[] = {path, folder, NULL}, *const nothing[] = {NULL};
	const struct att_sandbox sandbox = {.readable = readable, .writable = nothing};
	bool needs_git = access(path, R_OK) == 0 && (r->commit.id.len == 0 || r->commit.ref.len == 0 ||
						     r->commit.time == 0 || !r->has_last);
	int status = !folder     ? att_err_memory(&err)
		     : needs_git ? align_git_read(folder, r->commit.id, &r->arena, &r->git, &err)
				 : ATT_OK;
	r->root = folder ? open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	release_tree_init(&r->tree, r->root);
	if (status != ATT_OK)
		att_findings_add_err(&r->findings, (struct att_str){NULL, 0}, NULL, &err);
	cli_enter_sandbox(ALIGN_PROGRAM, &sandbox);
	free(folder);
	return status == ATT_OK;
}

int align_channels_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		ALIGN_CONFIG_OPTION,
		{"commit", 0, "SHA", "the commit (default: that of HEAD)", false, NULL, 0},
		{"date", 0, "TIME", "when it was made (default: what git says)", false, NULL, 0},
		{"ref", 0, "REF", "the tag or branch that it was pushed to: refs/tags/v1.2.0", false, NULL, 0},
		{"last", 0, "VERSION", "the release before it, or none (default: by git's tags)", false, NULL,
		 0},
		{"format", 'f', "FORMAT", CLI_REPORT_HELP ", or env", false, NULL, 0},
		{0},
	};
	struct cli_command command = {ALIGN_PROGRAM, synopsis, description, NULL, options, NULL};
	struct run r = {.command = &command};
	cli_parse(&command, argc, argv);
	if (cli_count_arguments(&command) > 0)
		cli_usage(ALIGN_PROGRAM, "expected options only, found \"%s\"", command.arguments[0]);
	const char *name = cli_value(&command, "format");
	bool env = name && strcmp(name, "env") == 0;
	r.is_env = env;
	const struct att_report_format *format = env ? NULL : cli_report_format(&command, "format", "human");
	att_findings_init(&r.findings);
	read_options(&r);
	int code = CLI_UNKNOWN;
	if (narrow(&r, align_config_path(&command)) &&
	    align_config_load(align_config_path(&command), &r.config, &r.findings))
		code = derive(&r);
	code = format && !cli_report_is_human(format) ? show(&r, format, code) : show_text(&r, env, code);
	release_names_clear(&r.names);
	release_tree_clear(&r.tree);
	if (r.root >= 0)
		close(r.root);
	att_findings_clear(&r.findings);
	att_arena_clear(&r.arena);
	align_config_clear(&r.config);
	cli_free(&command);
	return code;
}
