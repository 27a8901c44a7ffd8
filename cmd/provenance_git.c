// SPDX-License-Identifier: Apache-2.0
/* What git knows about a checkout. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cmd/git.h"
#include "cmd/git_tree.h"
#include "cmd/provenance.h"

#include "libattest/base/banned.h"

/* Does the folder, or one above it, hold ".git"? */
static bool is_checkout(const char *folder)
{
	struct stat st;
	char path[PATH_MAX + 8], *real = realpath(folder, NULL);
	bool found = false;
	while (real && !found) {
		snprintf(path, sizeof path, "%s/.git", real);
		found = lstat(path, &st) == 0;
		char *slash = strrchr(real, '/');
		if (!slash || !*real)
			break;
		*slash = '\0';
	}
	free(real);
	return found;
}

/* The one tag at the commit; when there are several or none, the branch; with neither, nothing. */
static int find_ref(const char *folder, struct att_arena *arena, struct att_str *ref, struct att_err *err)
{
	static const char *const tags[] = {"for-each-ref", "--points-at=HEAD", "--format=%(refname:lstrip=2)",
					   "refs/tags", NULL};
	static const char *const head[] = {"symbolic-ref", "--quiet", "HEAD", NULL};
	int status = git_ask(folder, tags, 0, arena, ref, err);
	if (status != ATT_OK)
		return status;
	if (ref->len == 0 || att_str_find_byte(*ref, '\n') != ATT_STR_NONE)
		return git_ask(folder, head, 1, arena, ref, err);
	*ref = ATT_ARENA_JOIN(arena, ATT_STR("refs/tags/"), *ref);
	return ref->data ? ATT_OK : att_err_memory(err);
}

int provenance_ask_git(const char *folder, struct att_arena *arena, struct att_checkout *out,
		       struct att_str *changed, struct att_err *err)
{
	static const char *const origin[] = {"config", "--get", "remote.origin.url", NULL};
	struct git_change change;
	*out = (struct att_checkout){0};
	if (!is_checkout(folder))
		return ATT_OK;
	int status = git_find_change(folder, false, arena, &change, err);
	if (status == ATT_OK)
		status = find_ref(folder, arena, &out->ref, err);
	if (status == ATT_OK)
		status = git_ask(folder, origin, 1, arena, &out->origin, err);
	if (status != ATT_OK)
		return status;
	out->commit = change.commit;
	out->dirty = change.kind != GIT_UNCHANGED;
	*changed = change.path;
	out->present = true;
	return status;
}
