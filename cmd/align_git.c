// SPDX-License-Identifier: Apache-2.0
#include "cmd/align_git.h"

#include "cmd/git.h"
#include "libattest/package/version.h"
#include "libattest/statement/tag_template.h"

#include "libattest/base/banned.h"

/* --- asking ---------------------------------------------------------------------------------------------- */

int align_git_read(const char *folder, struct att_str revision, struct att_arena *arena, struct align_git *git,
		   struct att_err *err)
{
	static const char *const head[] = {"rev-parse", "--verify", "HEAD^{commit}", NULL};
	static const char *const branch[] = {"symbolic-ref", "--quiet", "HEAD", NULL};
	/* What people read, as "git tag" and "git log" make it, is as their configuration has it. */
	static const char *const at_head[] = {"for-each-ref", "--points-at=HEAD",
					      "--format=%(refname:lstrip=2)", "refs/tags", NULL};
	static const char *const shallow[] = {"rev-parse", "--is-shallow-repository", NULL};
	struct att_str is_shallow;
	*git = (struct align_git){0};
	struct att_str name =
		ATT_ARENA_JOIN(arena, revision.len ? revision : ATT_STR("HEAD"), ATT_STR("^{commit}"));
	const char *const named[] = {"rev-parse", "--verify", "--end-of-options", name.data, NULL};
	int status = name.data ? git_ask(folder, head, 0, arena, &git->head, err) : att_err_memory(err);
	if (status == ATT_OK)
		status = git_ask(folder, named, 0, arena, &git->commit, err);
	struct att_str id = att_arena_copy(arena, git->commit);
	if (status == ATT_OK && !id.data)
		status = att_err_memory(err);
	const char *const before[] = {"for-each-ref", "--merged", id.data, "--format=%(refname:lstrip=2)",
				      "refs/tags",    NULL};
	const char *const times[] = {
		"log", "--no-show-signature", "--max-count=200", "--format=%ct %H", id.data, NULL};
	if (status == ATT_OK)
		status = git_ask(folder, branch, 1, arena, &git->branch, err);
	if (status == ATT_OK)
		status = git_ask(folder, at_head, 0, arena, &git->tags_at_head, err);
	if (status == ATT_OK)
		status = git_ask(folder, before, 0, arena, &git->tags_before, err);
	if (status == ATT_OK)
		status = git_ask(folder, times, 0, arena, &git->times, err);
	if (status == ATT_OK)
		status = git_ask(folder, shallow, 0, arena, &is_shallow, err);
	git->is_shallow = status == ATT_OK && !att_str_is(is_shallow, "false");
	return status;
}

/* --- what it means --------------------------------------------------------------------------------------- */

/* The release that a tag stands for, as SemVer; false for tags of other things. */
static bool read_tag(const struct release_project *project, struct att_str tag, struct att_arena *arena,
		     struct att_str *version)
{
	return att_tag_template_version(project->tag, tag, version) &&
	       release_spelling_of(RELEASE_SEMVER, *version, arena, version, NULL) == ATT_OK;
}

/* The newest release before the commit; the one that it is itself, when its ref is a tag, is not before it. */
static int find_last(const struct align_git *git, const struct release_project *project,
		     struct att_arena *arena, struct release_commit *commit, struct att_err *err)
{
	const struct att_version_scheme *scheme = att_version_scheme_find(ATT_STR("semver"));
	struct att_str tags = git->tags_before, tag, version, own = {NULL, 0};
	if (git->is_shallow) {
		att_err_set(err, ATT_ERR_UNSUPPORTED,
			    "the clone is shallow: the releases before this commit cannot be told");
		att_err_help(err,
			     "fetch all history and tags (actions/checkout: fetch-depth: 0), or give --last");
		return ATT_ERR_UNSUPPORTED;
	}
	if (att_str_starts(commit->ref, ATT_STR("refs/tags/")))
		(void)read_tag(project, att_str_from(commit->ref, sizeof "refs/tags/" - 1), arena, &own);
	while (att_str_split(&tags, '\n', &tag)) {
		int order = 1;
		if (!read_tag(project, tag, arena, &version) || att_str_equal(version, own))
			continue;
		if (commit->last.len == 0 ||
		    (att_version_compare(scheme, version, commit->last, &order, NULL) == ATT_OK && order > 0))
			commit->last = version;
	}
	return ATT_OK;
}

/* A tag of the template that HEAD has, else its branch. Of two such tags it could be either. */
static int find_ref(const struct align_git *git, const struct release_project *project, struct att_arena *arena,
		    struct att_str *ref, struct att_err *err)
{
	struct att_str tags = git->tags_at_head, tag, found = {NULL, 0}, version;
	while (att_str_split(&tags, '\n', &tag)) {
		if (!read_tag(project, tag, arena, &version))
			continue;
		if (found.len > 0) {
			att_err_set(err, ATT_ERR_UNSUPPORTED, "the commit has two release tags, %.*s and %.*s",
				    ATT_STR_ARG(att_str_first(found, 100)),
				    ATT_STR_ARG(att_str_first(tag, 100)));
			att_err_help(err, "say which one is released: --ref refs/tags/%.*s",
				     ATT_STR_ARG(att_str_first(tag, 100)));
			return ATT_ERR_UNSUPPORTED;
		}
		found = tag;
	}
	*ref = found.len ? ATT_ARENA_JOIN(arena, ATT_STR("refs/tags/"), found) : git->branch;
	return ref->data || !found.len ? ATT_OK : att_err_memory(err);
}

/* The commit's second, from the first line; and another commit of it: rebasing makes many at once, and an index
 * that knows versions by their time would take them for one. */
static int find_time(const struct align_git *git, struct release_commit *commit, struct att_err *err)
{
	struct att_str lines = git->times, line;
	uint64_t seconds;
	while (att_str_split(&lines, '\n', &line)) {
		size_t space = att_str_find_byte(line, ' ');
		if (space == ATT_STR_NONE ||
		    !att_str_to_uint(att_str_first(line, space), UINT64_C(253402300799), &seconds))
			return att_err_set(err, ATT_ERR_UNSUPPORTED,
					   "expected the time of a commit, found \"%.*s\"",
					   ATT_STR_ARG(att_str_first(line, 60)));
		struct att_str id = att_str_from(line, space + 1);
		if (att_str_equal(id, commit->id)) {
			commit->time = (int64_t)seconds;
			commit->has_time = true;
		} else if (commit->has_time && (int64_t)seconds == commit->time && commit->twin.len == 0) {
			commit->twin = id;
		}
	}
	return commit->has_time
		       ? ATT_OK
		       : att_err_set(err, ATT_ERR_UNSUPPORTED, "git does not say when the commit was made");
}

int align_git_fill(const struct align_git *git, const struct release_project *project, bool has_last,
		   struct att_arena *arena, struct release_commit *commit, struct att_err *err)
{
	int status = ATT_OK;
	if (commit->id.len == 0)
		commit->id = git->commit;
	if (commit->ref.len == 0 && att_str_equal(commit->id, git->head))
		status = find_ref(git, project, arena, &commit->ref, err);
	if (status == ATT_OK && commit->time == 0)
		status = find_time(git, commit, err);
	return status == ATT_OK && !has_last ? find_last(git, project, arena, commit, err) : status;
}
