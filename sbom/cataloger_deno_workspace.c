// SPDX-License-Identifier: Apache-2.0
/* The project, the members of its workspace, and packages linked from elsewhere. */
#include "sbom/cataloger_deno.h"

#include "libattest/format/json.h"
#include "sbom/npm.h"

#include "libattest/base/banned.h"

static int load_config(struct deno *d, struct att_str folder, const struct att_value **out)
{
	static const char *const names[] = {"deno.json", "deno.jsonc"};
	struct att_arena *arena = &d->catalog->arena;
	struct att_source source;
	struct att_err ignored;
	struct att_value *config = att_arena_alloc(arena, 1, sizeof *config);
	*out = NULL;
	for (size_t i = 0; i < 2 && !*out; i++) {
		struct att_str path = ATT_ARENA_JOIN(arena, folder, folder.len ? ATT_STR("/") : ATT_STR(""),
						     att_str_of(names[i]));
		if (!config || !path.data)
			return att_err_memory(d->err);
		if (sbom_input_sibling(d->input, d->catalog, path, &source, &ignored) == ATT_OK &&
		    att_json_parse_relaxed(&source, arena, config, &ignored) == ATT_OK)
			*out = config;
	}
	return ATT_OK;
}

/* Name, version and purl of a member: as JSR knows it, or else as npm does. */
static int describe_member(struct deno *d, const struct att_value *config, const struct att_value *manifest,
			   struct sbom_component *component)
{
	struct att_str license = att_value_text(att_value_get(config, "license"));
	int status = sbom_npm_describe_local(d->catalog, manifest, component, d->err);
	if (license.len)
		component->license = license;
	struct sbom_component named = *component;
	if (status != ATT_OK ||
	    !sbom_deno_split_name(att_value_text(att_value_get(config, "name")), false, &named))
		return status;
	named.version = att_value_text(att_value_get(config, "version"));
	named.purl = (struct att_str){NULL, 0};
	status = sbom_deno_set_purl(d, &named, false, (struct att_str){NULL, 0});
	*component = named;
	return status == ATT_ERR_MEMORY ? status : ATT_OK;
}

static int know_local(struct deno *d, const char *prefix, const struct att_value *manifest, uint32_t index)
{
	struct att_str name = att_value_text(att_value_get(manifest, "name"));
	return name.len ? sbom_deno_set(d, &d->local,
					ATT_ARENA_JOIN(&d->catalog->arena, att_str_of(prefix), name), index)
			: ATT_OK;
}

/* `entry` is NULL for the project itself. */
static int add_member(struct deno *d, const struct att_member *entry, uint32_t *index,
		      const struct att_value **manifest)
{
	struct sbom_component component = {.origin = SBOM_ORIGIN_LOCAL};
	struct att_str folder = entry ? entry->key : ATT_STR("");
	const struct att_value *config;
	int status = load_config(d, folder, &config);
	if (status == ATT_OK)
		status = sbom_npm_load_manifest(d->input, d->catalog, folder, manifest, d->err);
	if (status == ATT_OK)
		status = describe_member(d, config, *manifest, &component);
	if (status != ATT_OK)
		return status;
	*index = 0;
	component.folder = sbom_path_join(&d->catalog->arena, d->catalog->folder, folder);
	if (!component.folder.data && d->catalog->arena.failed)
		return att_err_memory(d->err);
	if (!component.folder.data && entry)
		return sbom_deno_malformed(d, entry->key_span, "a folder below the root", folder);
	if (entry)
		status = sbom_catalog_add(d->catalog, &component, sbom_deno_line(d, entry), index, d->err);
	else if (component.name.len)
		status = sbom_catalog_name_project(d->catalog, &component, d->err);
	if (status == ATT_OK)
		status = sbom_catalog_depend(d->catalog, 0, *index, SBOM_RUNTIME, d->err);
	if (status == ATT_OK)
		status = know_local(d, "jsr:", config, *index);
	return status ? status : know_local(d, "npm:", *manifest, *index);
}

/* A package that is linked from a folder outside the workspace, which the lock does not name. */
static int add_link(struct deno *d, const struct att_member *entry, uint32_t *index)
{
	struct sbom_component component = {.origin = SBOM_ORIGIN_LOCAL, .folder = d->catalog->folder};
	struct att_str name;
	bool npm = att_str_starts(entry->key, ATT_STR("npm:"));
	if (!sbom_deno_split_specifier(entry->key, &name, &component.version) ||
	    !sbom_deno_split_name(att_str_from(name, 4), npm, &component))
		return sbom_deno_malformed(d, entry->key_span, "a package like \"jsr:@scope/name@1.0.0\"",
					   entry->key);
	int status = sbom_deno_set_purl(d, &component, npm, (struct att_str){NULL, 0});
	if (status == ATT_OK)
		status = sbom_catalog_add(d->catalog, &component, sbom_deno_line(d, entry), index, d->err);
	if (status == ATT_OK)
		status = sbom_catalog_depend(d->catalog, 0, *index, SBOM_RUNTIME, d->err);
	if (status == ATT_OK)
		status = sbom_deno_set(d, &d->local, name, *index);
	return sbom_deno_at(d, entry->key_span, status);
}

static int push_member(struct deno *d, const struct deno_member *member)
{
	void *items = d->members;
	struct deno_member *slot =
		att_arena_push(&d->catalog->arena, &items, &d->member_count, &d->member_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(d->err);
	d->members = items;
	*slot = *member;
	return ATT_OK;
}

static int read_links(struct deno *d, const char *name)
{
	const struct att_value *links;
	int status = att_value_want(&d->input->source, d->workspace, name, ATT_OBJECT, false, &links, d->err);
	for (uint32_t i = 0; status == ATT_OK && links && i < links->count; i++) {
		struct deno_member member = {.tables = &links->members[i].value, .link = true};
		status = add_link(d, &links->members[i], &member.index);
		if (status == ATT_OK)
			status = push_member(d, &member);
	}
	return status;
}

int sbom_deno_read_workspace(struct deno *d)
{
	const struct att_value *members;
	struct deno_member project = {.tables = d->workspace};
	int status = add_member(d, NULL, &project.index, &project.manifest);
	if (status != ATT_OK || !d->workspace)
		return status;
	status = push_member(d, &project);
	if (status == ATT_OK)
		status = att_value_want(&d->input->source, d->workspace, "members", ATT_OBJECT, false, &members,
					d->err);
	for (uint32_t i = 0; status == ATT_OK && members && i < members->count; i++) {
		struct deno_member member = {.tables = &members->members[i].value};
		status = add_member(d, &members->members[i], &member.index, &member.manifest);
		if (status == ATT_OK)
			status = push_member(d, &member);
	}
	/* Version 4 called them patches. */
	if (status == ATT_OK)
		status = read_links(d, "patches");
	return status ? status : read_links(d, "links");
}

static int add_list(struct deno *d, const struct deno_member *member, const struct att_value *tables,
		    const char *name, uint32_t scope)
{
	const struct att_value *list;
	int status = att_value_want(&d->input->source, tables, name, ATT_ARRAY, false, &list, d->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = sbom_deno_require(d, member->index, &list->items[i], scope);
	return status;
}

/* The lock does not tell what package.json asks for to run from what it asks for to develop. */
static uint32_t manifest_scope(const struct att_value *manifest, const struct att_value *item)
{
	struct att_str name, rest;
	uint32_t bits = 0;
	if (!sbom_deno_split_specifier(att_value_text(item), &name, &rest))
		return SBOM_RUNTIME;
	for (size_t g = 0; g < SBOM_NPM_GROUPS; g++)
		if (att_value_get_str(att_value_get(manifest, sbom_npm_groups[g].name), att_str_from(name, 4)))
			bits |= sbom_npm_groups[g].scope;
	return bits ? bits : (uint32_t)SBOM_RUNTIME;
}

static int add_manifest_list(struct deno *d, const struct deno_member *member)
{
	const struct att_value *manifest, *list = NULL;
	int status = att_value_want(&d->input->source, member->tables, "packageJson", ATT_OBJECT, false,
				    &manifest, d->err);
	if (status == ATT_OK && manifest)
		status = att_value_want(&d->input->source, manifest, "dependencies", ATT_ARRAY, false, &list,
					d->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = sbom_deno_require(d, member->index, &list->items[i],
					   manifest_scope(member->manifest, &list->items[i]));
	return status;
}

int sbom_deno_add_workspace_edges(struct deno *d)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < d->member_count; i++) {
		const struct deno_member *member = &d->members[i];
		status = add_list(d, member, member->tables, "dependencies", SBOM_RUNTIME);
		if (status == ATT_OK && member->link)
			status = add_list(d, member, member->tables, "optionalDependencies", SBOM_OPTIONAL);
		if (status == ATT_OK && member->link)
			status = add_list(d, member, member->tables, "peerDependencies", SBOM_PEER);
		if (status == ATT_OK && !member->link)
			status = add_manifest_list(d, member);
	}
	return status;
}
