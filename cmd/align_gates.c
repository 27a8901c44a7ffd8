// SPDX-License-Identifier: Apache-2.0
#include "cmd/align_gates.h"
#include "cmd/align_ledger.h"

#include <string.h>

#include "libattest/base/banned.h"

enum { MAX_SAID = 1 << 20 };

struct gate {
	struct align_run *run;
	struct att_str ref;    /* "refs/tags/v1.2.0" */
	struct att_str commit; /* that the tag names here */
	struct att_str object; /* that it is itself, when it is annotated: otherwise the commit */
};

static void add_step(struct gate *g, const char *name, enum att_outcome outcome, struct att_str expected,
		     struct att_str found)
{
	att_steps_add(
		&g->run->steps,
		&(struct att_step){.name = name, .outcome = outcome, .expected = expected, .found = found});
}

static enum att_outcome report(struct gate *g, struct att_finding *finding)
{
	finding->severity = ATT_ERROR;
	att_findings_add(&g->run->findings, finding);
	return finding->cannot_tell ? ATT_CANNOT_TELL : ATT_REFUTED;
}

static enum att_outcome fail(struct gate *g, const struct att_err *err)
{
	att_findings_add_err(&g->run->findings, (struct att_str){NULL, 0}, NULL, err);
	return ATT_CANNOT_TELL;
}

static int ask(struct gate *g, enum align_question question, const struct att_str *words, size_t count,
	       struct att_str *text, struct att_err *err)
{
	struct align_said said;
	int status = align_record_ask(&g->run->record, &g->run->guard, question, words, count, MAX_SAID,
				      &g->run->arena, &said, err);
	*text = att_str_trim(said.text);
	return status;
}

/* --- the tag --------------------------------------------------------------------------------------------- */

static enum att_outcome judge_tag(struct gate *g, struct att_str kind, struct att_str name)
{
	const struct release_project *project = &g->run->config.release.project;
	struct att_str own = g->run->alignment.variables.tag;
	if (project->is_annotated && !att_str_is(kind, "tag"))
		return report(g, &(struct att_finding){
					 .code = "lightweight-tag",
					 .message = ATT_STR("the release tag is not annotated"),
					 .help = ATT_STR("make it with: git tag --annotate"),
					 .expected = ATT_STR("an annotated tag"),
					 .found = ATT_STR("a name for a commit"),
				 });
	if (att_str_is(kind, "tag") && !att_str_equal(name, own))
		return report(g, &(struct att_finding){
					 .code = "wrong-tag",
					 .message = ATT_STR("the release tag was made under another name"),
					 .help = ATT_STR("make it anew: git tag --annotate --force"),
					 .expected = own,
					 .found = name,
				 });
	if (!att_str_equal(g->commit, g->run->git.head))
		return report(g, &(struct att_finding){
					 .code = "wrong-tag",
					 .message = ATT_STR(
						 "the release tag is not at the commit that is checked out"),
					 .help = ATT_STR("check out the tag, or name another one"),
					 .expected = g->run->git.head,
					 .found = g->commit,
				 });
	return ATT_HOLDS;
}

static void check_tag(struct gate *g)
{
	struct att_err err = {0};
	struct att_str text, kind = {NULL, 0}, name = kind;
	enum att_outcome outcome;
	int status = ask(g, ALIGN_TAG, &g->ref, 1, &text, &err);
	if (status != ATT_OK && status != ATT_ERR_NOT_FOUND) {
		outcome = fail(g, &err);
	} else if (status != ATT_OK) {
		outcome = report(g, &(struct att_finding){
					    .code = "missing-tag",
					    .message = ATT_STR("the release tag is not here"),
					    .help = ATT_STR("make it, or fetch it: git fetch --tags"),
					    .expected = g->ref,
				    });
	} else {
		(void)att_str_split(&text, '\n', &kind);
		(void)att_str_split(&text, '\n', &g->object);
		(void)att_str_split(&text, '\n', &name);
		g->commit = att_str_trim(text);
		outcome = judge_tag(g, kind, name);
	}
	add_step(g, "tag", outcome, g->run->git.head, g->commit);
}

/* --- what others have ------------------------------------------------------------------------------------ */

static enum att_outcome judge_remote_tag(struct gate *g, struct att_str lines, struct att_str peeled_ref)
{
	struct att_str plain = align_ledger_object(lines, g->ref),
		       peeled = align_ledger_object(lines, peeled_ref);
	struct att_str there = peeled.len ? peeled : plain;
	if (att_str_equal(there, g->commit) && there.len > 0 && att_str_equal(plain, g->object))
		return ATT_HOLDS;
	if (att_str_equal(there, g->commit) && there.len > 0)
		return report(
			g, &(struct att_finding){
				   .code = "wrong-tag",
				   .message = ATT_STR("the remote's tag is at this commit, but is another one"),
				   .help = ATT_STR("find out who made it: git fetch --tags --force gets it, "
						   "git cat-file tag shows it"),
				   .expected = g->object,
				   .found = plain,
			   });
	return report(
		g, &(struct att_finding){
			   .code = there.len ? "wrong-tag" : "unpushed",
			   .message = there.len ? ATT_STR("the remote's tag names another commit")
						: ATT_STR("the release tag was not pushed"),
			   .help = there.len ? ATT_STR("find out who moved it; a tag that others have is not "
						       "moved, but another version is released")
					     : ATT_STR("push it: git push REMOTE TAG"),
			   .expected = g->commit,
			   .found = there,
		   });
}

static enum att_outcome judge_remote_branch(struct gate *g, struct att_str lines, struct att_str branch)
{
	struct att_err err = {0};
	struct att_str head = align_ledger_object(lines, branch), answer;
	const struct att_str words[] = {g->commit, head};
	if (head.len == 0)
		return report(
			g, &(struct att_finding){
				   .code = "unpushed",
				   .message = ATT_STR("the remote has no such branch"),
				   .help = ATT_STR("name the branch that releases are made of: \"branch\" in "
						   "[project]"),
				   .expected = branch,
			   });
	if (att_str_equal(head, g->commit))
		return ATT_HOLDS;
	if (ask(g, ALIGN_ANCESTOR, words, 2, &answer, &err) != ATT_OK) {
		att_err_help(&err, "what the remote has may not be here yet: git fetch");
		return fail(g, &err);
	}
	if (att_str_is(answer, "yes"))
		return ATT_HOLDS;
	return report(g, &(struct att_finding){
				 .code = "unpushed",
				 .message = ATT_STR("the commit of the release is not on the remote's branch"),
				 .help = ATT_STR("push the branch, or release a commit that is on it"),
				 .expected = branch,
				 .found = g->commit,
			 });
}

static void check_pushed(struct gate *g)
{
	const struct release_project *project = &g->run->config.release.project;
	struct att_arena *arena = &g->run->arena;
	struct att_err err = {0};
	struct att_str lines;
	const struct att_str branch = ATT_ARENA_JOIN(arena, ATT_STR("refs/heads/"), project->branch),
			     peeled = ATT_ARENA_JOIN(arena, g->ref, ATT_STR("^{}"));
	const struct att_str words[] = {project->remote, g->ref, peeled, branch};
	if (g->commit.len == 0)
		return;
	if (ask(g, ALIGN_REFS, words, 4, &lines, &err) != ATT_OK) {
		if (err.help[0] == '\0' || err.code == ATT_ERR_IO)
			att_err_help(&err, "releases are pushed to \"remote\" of [project], origin without it; "
					   "does git ls-remote get an answer from it?");
		add_step(g, "pushed", fail(g, &err), project->remote, (struct att_str){NULL, 0});
		return;
	}
	enum att_outcome tag = judge_remote_tag(g, lines, peeled),
			 commit = judge_remote_branch(g, lines, branch);
	add_step(g, "pushed", tag == ATT_HOLDS ? commit : tag, project->remote,
		 align_ledger_object(lines, g->ref));
}

/* --- the tree -------------------------------------------------------------------------------------------- */

static enum att_outcome report_tree(struct gate *g, const char *message, const char *help, struct att_str file)
{
	return report(g, &(struct att_finding){
				 .code = "dirty-tree",
				 .message = att_str_of(message),
				 .help = att_str_of(help),
				 .expected = ATT_STR("no changes"),
				 .found = file,
			 });
}

/* The answer is "COMMIT\n", and a line about a file, if there is one. */
static enum att_outcome judge_changes(struct gate *g, struct att_str lines, struct att_str *file)
{
	static const struct att_str changed = {"changed ", 8}, unpushed = {"unpushed ", 9};
	struct att_str head = {NULL, 0};
	(void)att_str_split(&lines, '\n', &head);
	if (!att_str_equal(head, g->run->git.head)) {
		struct att_err err = {0};
		att_err_set(&err, ATT_ERR_IO, "another commit was checked out while this one was looked at");
		att_err_help(&err, "look again, when nothing else works in the checkout");
		return fail(g, &err);
	}
	if (lines.len == 0)
		return ATT_HOLDS;
	*file = att_str_from(lines, att_str_starts(lines, unpushed) ? unpushed.len : changed.len);
	if (!att_str_starts(lines, unpushed))
		return report_tree(g, "files differ from the commit that is released",
				   "commit them, or take them back: git status; where that knows of no change, "
				   "it was told not to look, or how to convert the file: git restore FILE",
				   *file);
	return report(g, &(struct att_finding){
				 .code = "unpushed",
				 .message = ATT_STR("a submodule is at a commit that it has from no remote"),
				 .help = ATT_STR("push it there; when it was, git fetch in it says so"),
				 .found = *file,
			 });
}

/* What decides about a release is a part of it. */
static enum att_outcome judge_tracked(struct gate *g, struct att_str path, struct att_str *file)
{
	struct att_err err = {0};
	struct att_str answer;
	if (ask(g, ALIGN_TRACKED, &path, 1, &answer, &err) != ATT_OK)
		return fail(g, &err);
	if (att_str_is(answer, "yes"))
		return ATT_HOLDS;
	*file = path;
	return report_tree(g, "a file that the release depends on is not in its commit",
			   "git add, and commit it", path);
}

static enum att_outcome judge_tree(struct gate *g, struct att_str *file)
{
	const struct release_config *config = &g->run->config.release;
	const char *path = align_config_path(g->run->command), *slash = strrchr(path, '/');
	struct att_err err = {0};
	struct att_str lines;
	if (ask(g, ALIGN_CHANGES, NULL, 0, &lines, &err) != ATT_OK)
		return fail(g, &err);
	enum att_outcome outcome = judge_changes(g, lines, file);
	if (outcome == ATT_HOLDS)
		outcome = judge_tracked(g, att_str_of(slash ? slash + 1 : path), file);
	for (size_t i = 0; outcome == ATT_HOLDS && i < config->place_count; i++)
		if (!config->places[i].is_stamped)
			outcome = judge_tracked(g, config->places[i].file, file);
	return outcome;
}

static void check_tree(struct gate *g)
{
	struct att_str file = {NULL, 0};
	enum att_outcome outcome = judge_tree(g, &file);
	add_step(g, "tree", outcome, ATT_STR("no changes"),
		 outcome == ATT_HOLDS ? ATT_STR("no changes") : file);
}

void align_gate_git(struct align_run *run)
{
	struct gate g = {.run = run, .ref = run->commit.ref};
	check_tag(&g);
	check_pushed(&g);
	check_tree(&g);
}
