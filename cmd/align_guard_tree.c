// SPDX-License-Identifier: Apache-2.0
/* What a checkout has of its commit. */
#include "cmd/align_guard_internal.h"
#include "cmd/git.h"
#include "cmd/git_tree.h"
#include "libattest/base/file.h"

#include "libattest/base/banned.h"

int align_tree_changes(const char *folder, int out, struct att_err *err)
{
	static const char *const kinds[] = {"", "changed ", "unpushed "};
	struct att_arena arena = {0};
	struct git_change change;
	int status = git_find_change(folder, true, &arena, &change, err);
	struct att_str text = {NULL, 0};
	if (status == ATT_OK) {
		text = ATT_ARENA_JOIN(&arena, change.commit, ATT_STR("\n"), att_str_of(kinds[change.kind]),
				      change.path);
		status =
			text.data ? att_file_write_fd(out, "a temporary file", text, err) : att_err_memory(err);
	}
	att_arena_clear(&arena);
	return status;
}

int align_tree_tracks(const char *folder, const char *path, bool *tracks, struct att_err *err)
{
	const char *const words[] = {"--literal-pathspecs", "ls-files", "-s", "--", path, NULL};
	struct att_arena arena = {0};
	struct att_str out;
	int status = git_ask(folder, words, 0, &arena, &out, err);
	*tracks = status == ATT_OK && att_str_starts(out, ATT_STR("100"));
	att_arena_clear(&arena);
	return status;
}
