// SPDX-License-Identifier: Apache-2.0
/* attest align init: a first attest.toml, from what lies in the tree. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/align.h"
#include "cmd/git.h"
#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "release/init.h"

#include "libattest/base/banned.h"

static const char synopsis[] = "attest align init [OPTION...] [DIR]\n";
static const char description[] =
	"Writes an attest.toml from what lies in DIR (the current folder): manifests and locks that say a\n"
	"version, packages that may be published, the remote and the tags of git. What nothing tells is a\n"
	"comment that says what to fill in. Without --output or --write it is shown only.";

struct run {
	struct cli_command *command;
	const char *folder, *output;
	int root;
	struct att_str name; /* of the folder */
	struct release_init_git git;
	struct att_arena arena;
};

/* Paths in the file are relative to the folder that it lies in. */
static void check_output(const struct run *r)
{
	struct stat here, there;
	char *folder = cli_folder_of(r->output);
	bool same = folder && fstat(r->root, &here) == 0 && stat(folder, &there) == 0 &&
		    here.st_dev == there.st_dev && here.st_ino == there.st_ino;
	free(folder);
	if (!same)
		cli_usage(ALIGN_PROGRAM,
			  "expected a file in %s for --output: all paths in attest.toml are relative to "
			  "its folder",
			  r->folder);
	if (faccessat(AT_FDCWD, r->output, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		cli_usage(ALIGN_PROGRAM, "%s is there already, and is left as it is", r->output);
}

static void read_options(struct run *r)
{
	r->folder = cli_count_arguments(r->command) ? r->command->arguments[0] : ".";
	r->output = cli_value(r->command, "output");
	if (cli_count_arguments(r->command) > 1)
		cli_usage(ALIGN_PROGRAM, "expected one folder, found \"%s\", too", r->command->arguments[1]);
	if (r->output && cli_flag(r->command, "write"))
		cli_usage(ALIGN_PROGRAM, "expected --output or --write, found both");
	r->root = open(r->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->root < 0)
		cli_usage(ALIGN_PROGRAM, "cannot open %s: %s", r->folder, strerror(errno));
	if (cli_flag(r->command, "write")) {
		struct att_str path = ATT_ARENA_JOIN(&r->arena, att_str_of(r->folder), ATT_STR("/attest.toml"));
		if (!path.data)
			cli_usage(ALIGN_PROGRAM, "out of memory");
		r->output = path.data;
	}
	if (r->output)
		check_output(r);
	char *real = realpath(r->folder, NULL);
	r->name = att_arena_copy(&r->arena, release_path_name(att_str_of(real)));
	free(real);
}

/* The branch that the remote shows, else one that is called as it usually was. */
static struct att_str find_branch(struct run *r)
{
	static const char *const remote[] = {"symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD",
					     NULL};
	static const char *const current[] = {"symbolic-ref", "--quiet", "--short", "HEAD", NULL};
	struct att_str branch;
	if (git_ask(r->folder, remote, 1, &r->arena, &branch, NULL) == ATT_OK &&
	    att_str_starts(branch, ATT_STR("origin/")))
		return att_str_from(branch, sizeof "origin/" - 1);
	if (git_ask(r->folder, current, 1, &r->arena, &branch, NULL) == ATT_OK && att_str_is(branch, "master"))
		return branch;
	return (struct att_str){NULL, 0};
}

/* A tree without git has an attest.toml, too: what git would say is left for people to fill in. */
static void ask_git(struct run *r)
{
	static const char *const origin[] = {"config", "--get", "remote.origin.url", NULL};
	static const char *const tags[] = {"for-each-ref",        "--count=200",
					   "--sort=-creatordate", "--format=%(refname:strip=2)",
					   "refs/tags",           NULL};
	static const char *const inside[] = {"rev-parse", "--git-dir", NULL};
	struct att_str dir;
	if (git_ask(r->folder, inside, 128, &r->arena, &dir, NULL) != ATT_OK || dir.len == 0)
		return;
	if (git_ask(r->folder, origin, 1, &r->arena, &r->git.origin, NULL) != ATT_OK)
		r->git.origin = (struct att_str){NULL, 0};
	if (git_ask(r->folder, tags, 0, &r->arena, &r->git.tags, NULL) != ATT_OK)
		r->git.tags = (struct att_str){NULL, 0};
	r->git.branch = find_branch(r);
}

static int write_out(const struct run *r, struct att_str text, struct att_err *err)
{
	if (!r->output)
		return cli_write(NULL, text, err);
	const struct att_file_draft draft = {.path = r->output, .bytes = text};
	return att_file_write_new(&draft, 1, err);
}

static int run(struct run *r)
{
	struct att_err err = {0};
	struct att_buf out;
	const char *const readable[] = {r->folder, NULL}, *const writable[] = {r->output ? r->folder : NULL,
									       NULL};
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	ask_git(r);
	cli_enter_sandbox(ALIGN_PROGRAM, &sandbox);
	att_buf_init(&out, ATT_MAX_OUTPUT);
	int status = release_init(r->root, r->name, &r->git, &out, &err);
	if (status == ATT_OK && r->arena.failed)
		status = att_err_memory(&err);
	if (status == ATT_OK)
		status = write_out(r, att_buf_str(&out), &err);
	if (status == ATT_OK && r->output)
		cli_note(ALIGN_PROGRAM ": wrote %s; read it, and put right what the tree does not tell",
			 r->output);
	if (status != ATT_OK)
		cli_complain(ALIGN_PROGRAM, &err);
	att_buf_clear(&out);
	return status == ATT_OK ? CLI_HOLDS : CLI_UNKNOWN;
}

int align_init_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"output", 'o', "FILE", "write this file, which is not there yet, in DIR", false, NULL, 0},
		{"write", 0, NULL, "write DIR/attest.toml", false, NULL, 0},
		{0},
	};
	struct cli_command command = {ALIGN_PROGRAM, synopsis, description, "Exit status: 0 done, 2 not.",
				      options,       NULL};
	struct run r = {.command = &command, .root = -1};
	cli_parse(&command, argc, argv);
	read_options(&r);
	int code = run(&r);
	close(r.root);
	att_arena_clear(&r.arena);
	cli_free(&command);
	return code;
}
