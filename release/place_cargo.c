// SPDX-License-Identifier: Apache-2.0
/* Cargo.toml: the package's version, or that of the workspace it inherits from; by a field, anything else. */
#include "libattest/format/toml.h"
#include "release/place.h"

#include "libattest/base/banned.h"

#define PACKAGE   "package.version"
#define WORKSPACE "workspace.package.version"

/* Folders between a member and the root of its workspace. */
enum { MAX_PARENTS = 64 };

static bool recognize(struct att_str name)
{
	return att_str_is(name, "Cargo.toml");
}

static int open_root(struct release_search *search, struct att_str path, bool *found, struct att_err *err)
{
	struct release_file *file;
	*found = false;
	int status = release_tree_read(search->tree, path, &file, err);
	if (status == ATT_ERR_NOT_FOUND)
		return ATT_OK;
	if (status == ATT_OK) {
		struct release_file *member = search->file;
		search->file = file;
		status = release_file_parse(search->tree, file, att_toml_parse, err);
		*found = status == ATT_OK && att_value_get(&file->value, "workspace") != NULL;
		if (status == ATT_OK && !*found)
			search->file = member;
	}
	return status;
}

static int no_root(struct release_search *search, const struct att_member *inherits, struct att_err *err)
{
	att_source_err(&search->file->source, err, ATT_ERR_NOT_FOUND, inherits->key_span,
		       "expected a Cargo.toml with [workspace] that has the version of %.*s, found none",
		       ATT_STR_ARG(search->file->path));
	att_err_help(err, "keep attest.toml in the root of the workspace, or above it");
	return ATT_ERR_NOT_FOUND;
}

/* Cargo looks into each folder above the member, unless package.workspace names one. */
static int follow(struct release_search *search, const struct att_value *package,
		  const struct att_member *inherits, struct att_err *err)
{
	struct att_arena *arena = &search->tree->arena;
	struct att_str folder = release_path_folder(search->file->path);
	const struct att_value *named = att_value_get(package, "workspace");
	bool found = att_value_get(&search->file->value, "workspace") != NULL;
	int status = ATT_OK;
	if (named && !found) {
		struct att_str path = release_path_join(arena, folder, att_value_text(named));
		if (path.data)
			path = release_path_join(arena, path, ATT_STR("Cargo.toml"));
		if (path.data)
			status = open_root(search, path, &found, err);
	} else {
		for (size_t i = 0; status == ATT_OK && !found && folder.len > 0 && i < MAX_PARENTS; i++) {
			folder = release_path_folder(folder);
			status = open_root(search, release_path_join(arena, folder, ATT_STR("Cargo.toml")),
					   &found, err);
		}
	}
	if (status == ATT_OK && !found)
		return no_root(search, inherits, err);
	if (status != ATT_OK)
		return status;
	return release_place_take(search, &search->file->value, ATT_STR(WORKSPACE), RELEASE_SEMVER, false, err);
}

static int find_package(struct release_search *search, struct att_err *err)
{
	const struct att_value *root = &search->file->value;
	const struct att_value *package = att_value_get(root, "package");
	const struct att_member *version = att_value_find(package, ATT_STR("version"));
	if (version && att_value_is_true(att_value_get(&version->value, "workspace")))
		return follow(search, package, version, err);
	return release_place_take(search, root, ATT_STR(PACKAGE), RELEASE_SEMVER, false, err);
}

static int find(struct release_search *search, struct att_err *err)
{
	struct att_str field = search->field;
	int status = release_file_parse(search->tree, search->file, att_toml_parse, err);
	if (status != ATT_OK)
		return status;
	const struct att_value *root = &search->file->value;
	if (field.len == 0 && !att_value_get(root, "package") && att_value_get(root, "workspace"))
		field = ATT_STR(WORKSPACE);
	if (field.len == 0 || att_str_is(field, PACKAGE))
		return find_package(search, err);
	return release_place_take(search, root, field, RELEASE_SEMVER, !att_str_is(field, WORKSPACE), err);
}

const struct release_place_kind release_place_cargo = {"cargo", recognize, find};
