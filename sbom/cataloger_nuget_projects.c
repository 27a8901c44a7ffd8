// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/xml.h"
#include "sbom/cataloger_nuget.h"
#include "sbom/sibling.h"

#include "libattest/base/banned.h"

struct finder {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct nuget_projects *out;
	struct att_err *err;
};

struct att_str sbom_nuget_lower(struct att_arena *arena, struct att_str name)
{
	char *lower = att_arena_alloc(arena, name.len + 1, 1);
	if (!lower)
		return (struct att_str){NULL, 0};
	for (size_t i = 0; i < name.len; i++)
		lower[i] = att_ascii_lower(name.data[i]);
	return (struct att_str){lower, name.len};
}

static struct att_str base_name(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	return att_str_from(path, slash == ATT_STR_NONE ? 0 : slash + 1);
}

static int keep(struct finder *f, struct att_str name, struct att_str folder)
{
	struct nuget_projects *out = f->out;
	struct att_arena *arena = &f->catalog->arena;
	struct att_str key = sbom_nuget_lower(arena, name);
	bool found;
	uint32_t stored;
	if (!key.data || att_map_put(&out->by_name, key, (uint32_t)out->count, &found, &stored) != ATT_OK)
		return att_err_memory(f->err);
	if (found)
		return ATT_OK;
	void *items = out->items;
	struct nuget_project *slot = att_arena_push(arena, &items, &out->count, &out->capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(f->err);
	out->items = items;
	*slot = (struct nuget_project){name, folder};
	return ATT_OK;
}

/* `path` is relative to the root; without data it leads out of it. */
static int keep_file(struct finder *f, struct att_str path)
{
	struct att_str file = base_name(path);
	size_t dot = att_str_find_last_byte(file, '.');
	if (!path.data || dot == ATT_STR_NONE || dot == 0 || !att_str_ends(file, ATT_STR("proj")))
		return ATT_OK;
	return keep(f, att_str_first(file, dot),
		    att_str_first(path, path.len > file.len ? path.len - file.len - 1 : 0));
}

/* "..\Core\Core.csproj", written by Windows users for MSBuild, which turns the slashes. */
static int keep_reference(struct finder *f, struct att_str folder, struct att_str include)
{
	struct att_arena *arena = &f->catalog->arena;
	if (include.len == 0 || att_str_find_byte(include, '$') != ATT_STR_NONE ||
	    att_str_find_byte(include, '*') != ATT_STR_NONE)
		return ATT_OK;
	char *turned = att_arena_alloc(arena, include.len, 1);
	if (!turned)
		return att_err_memory(f->err);
	for (size_t i = 0; i < include.len; i++)
		turned[i] = include.data[i] == '\\' ? '/' : include.data[i];
	return keep_file(f, sbom_path_join(arena, folder, (struct att_str){turned, include.len}));
}

/* All <ProjectReference Include="...">, wherever they stand; the walk needs no recursion, as every element
 * knows its parent. */
static int keep_references(struct finder *f, struct att_str folder, const struct att_xml *root)
{
	const struct att_xml *at = root;
	while (at) {
		if (att_str_is(at->name, "ProjectReference")) {
			int status = keep_reference(f, folder, att_xml_attribute(at, "Include"));
			if (status != ATT_OK)
				return status;
		}
		if (at->children) {
			at = at->children;
			continue;
		}
		while (at && !at->next)
			at = at->parent;
		at = at ? at->next : NULL;
	}
	return ATT_OK;
}

static int read_project(struct finder *f, const struct nuget_project *project, bool *found)
{
	static const char *const extensions[] = {".csproj", ".fsproj", ".vbproj"};
	struct att_arena *arena = &f->catalog->arena;
	struct att_source source;
	struct att_err ignored;
	struct att_xml *root;
	*found = false;
	for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
		struct att_str path =
			ATT_ARENA_JOIN(arena, project->folder, project->folder.len ? ATT_STR("/") : ATT_STR(""),
				       project->name, att_str_of(extensions[i]));
		if (!path.data)
			return att_err_memory(f->err);
		if (sbom_input_file(f->input, f->catalog, path, &source, &ignored) != ATT_OK)
			continue;
		*found = true;
		if (att_xml_parse(&source, arena, &root, &ignored) != ATT_OK)
			return ATT_OK;
		return keep_references(f, project->folder, root);
	}
	return ATT_OK;
}

int sbom_nuget_find_projects(struct sbom_input *input, struct sbom_catalog *catalog, struct nuget_projects *out,
			     struct att_err *err)
{
	struct finder f = {.input = input, .catalog = catalog, .out = out, .err = err};
	bool found;
	memset(out, 0, sizeof *out);
	/* Folders cannot be listed from here; nearly all projects are called as their folder is. */
	if (catalog->folder.len == 0)
		return ATT_OK;
	int status = keep(&f, base_name(catalog->folder), catalog->folder);
	for (size_t i = 0; status == ATT_OK && i < out->count && i < ATT_MAX_INCLUDES; i++) {
		struct nuget_project project = out->items[i];
		status = read_project(&f, &project, &found);
		if (status == ATT_OK && i == 0 && !found) {
			sbom_nuget_clear_projects(out);
			out->count = 0;
		}
		if (i == 0)
			out->direct_end = out->count;
	}
	return status;
}

void sbom_nuget_clear_projects(struct nuget_projects *projects)
{
	att_map_clear(&projects->by_name);
}
