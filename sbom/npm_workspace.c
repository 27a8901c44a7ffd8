// SPDX-License-Identifier: Apache-2.0
#include "sbom/npm_workspace.h"

#include "libattest/base/glob.h"

#include "libattest/base/banned.h"

enum { MAX_BRACED = 256 };

static int push(struct sbom_npm_workspaces *w, struct att_arena *arena, struct att_str glob, bool excludes,
		struct att_err *err)
{
	void *items = w->patterns;
	if (w->count >= ATT_MAX_WORKSPACE_PATTERNS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d workspace patterns, found more",
				   ATT_MAX_WORKSPACE_PATTERNS);
	if (!att_arena_push(arena, &items, &w->count, &w->capacity, sizeof *w->patterns))
		return att_err_memory(err);
	w->patterns = items;
	w->patterns[w->count - 1].glob = glob;
	w->patterns[w->count - 1].excludes = excludes;
	return ATT_OK;
}

/* Replaces pattern `at`, which holds "{a,b}", by one pattern per choice; those may hold braces in turn. */
static int expand_braces(struct sbom_npm_workspaces *w, struct att_arena *arena, size_t at, size_t open,
			 size_t close, struct att_err *err)
{
	struct att_str glob = w->patterns[at].glob, choice;
	struct att_str before = att_str_first(glob, open), after = att_str_from(glob, close + 1);
	struct att_str choices = att_str_first(att_str_from(glob, open + 1), close - open - 1);
	bool excludes = w->patterns[at].excludes, first = true;
	while (att_str_split(&choices, ',', &choice)) {
		struct att_str whole = ATT_ARENA_JOIN(arena, before, choice, after);
		int status = whole.data ? ATT_OK : att_err_memory(err);
		if (status == ATT_OK && first)
			w->patterns[at].glob = whole;
		else if (status == ATT_OK)
			status = push(w, arena, whole, excludes, err);
		if (status != ATT_OK)
			return status;
		first = false;
	}
	return ATT_OK;
}

static int add_pattern(struct sbom_npm_workspaces *w, struct att_arena *arena, struct att_str text,
		       struct att_err *err)
{
	bool excludes = false;
	while (att_str_starts(text, ATT_STR("!"))) {
		excludes = !excludes;
		text = att_str_from(text, 1);
	}
	if (att_str_starts(text, ATT_STR("./")))
		text = att_str_from(text, 2);
	while (att_str_starts(text, ATT_STR("/")))
		text = att_str_from(text, 1);
	while (att_str_ends(text, ATT_STR("/")))
		text = att_str_first(text, text.len - 1);
	size_t from = w->count;
	int status = text.len ? push(w, arena, text, excludes, err) : ATT_OK;
	/* Each step copies the pattern, so only those of a sensible length are expanded. */
	for (size_t i = from; status == ATT_OK && text.len <= MAX_BRACED && i < w->count; i++) {
		for (;;) {
			struct att_str glob = w->patterns[i].glob;
			size_t close = att_str_find_byte(glob, '}');
			size_t open = att_str_find_last_byte(att_str_first(glob, close), '{');
			if (close == ATT_STR_NONE || open == ATT_STR_NONE || status != ATT_OK)
				break;
			status = expand_braces(w, arena, i, open, close, err);
		}
	}
	return status;
}

int sbom_npm_workspaces_read(const struct att_value *manifest, struct att_arena *arena,
			     struct sbom_npm_workspaces *out, struct att_err *err)
{
	const struct att_value *list = att_value_get(manifest, "workspaces");
	int status = ATT_OK;
	memset(out, 0, sizeof *out);
	if (list && list->kind == ATT_OBJECT)
		list = att_value_get(list, "packages");
	for (uint32_t i = 0; status == ATT_OK && list && list->kind == ATT_ARRAY && i < list->count; i++)
		status = add_pattern(out, arena, att_value_text(&list->items[i]), err);
	return status;
}

int sbom_npm_workspaces_match(struct sbom_npm_workspaces *w, struct att_str folder, bool *member,
			      struct att_err *err)
{
	*member = false;
	w->work += w->count;
	if (w->work > ATT_MAX_WORKSPACE_WORK)
		return att_err_set(err, ATT_ERR_LIMIT,
				   "expected at most %zu comparisons of folders and workspace patterns, found "
				   "more",
				   ATT_MAX_WORKSPACE_WORK);
	bool nested = att_str_find_byte(folder, '/') != ATT_STR_NONE;
	for (size_t i = 0; i < w->count; i++) {
		/* Here "docs" is one folder, while a glob without "/" fits at any depth. */
		struct att_str glob = w->patterns[i].glob;
		bool flat = att_str_find_byte(glob, '/') == ATT_STR_NONE && !att_str_is(glob, "**");
		if (!(flat && nested) && att_glob_match(glob, folder))
			*member = !w->patterns[i].excludes;
	}
	return ATT_OK;
}
