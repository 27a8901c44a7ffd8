// SPDX-License-Identifier: Apache-2.0
/* From the blocks of a classic yarn.lock to components. */
#include "sbom/cataloger_yarn.h"
#include "sbom/npm.h"
#include "sbom/npm_place.h"

#include "libattest/base/banned.h"

/* What a package is called: the lock says so when the pattern does not, an alias names it, and so does the
 * address of its archive. */
static int find_name(struct yarn *yarn, struct yarn_entry *entry)
{
	struct att_str name, range, target = entry->range;
	if (entry->real_name.len == 0 && att_str_starts(target, ATT_STR("npm:"))) {
		target = att_str_from(target, 4);
		entry->real_name = sbom_npm_split_spec(target, &name, &range) ? name : target;
	}
	if (entry->real_name.len == 0) {
		name = sbom_npm_name_in_address(entry->resolved);
		size_t slash = att_str_find(name, ATT_STR("%2f"));
		if (slash == ATT_STR_NONE)
			slash = att_str_find(name, ATT_STR("%2F"));
		if (slash != ATT_STR_NONE)
			name = ATT_ARENA_JOIN(&yarn->catalog->arena, att_str_first(name, slash), ATT_STR("/"),
					      att_str_from(name, slash + 3));
		if (slash != ATT_STR_NONE && !name.data)
			return att_err_memory(yarn->err);
		entry->real_name = name;
	}
	if (entry->real_name.len == 0)
		entry->real_name = entry->name;
	return ATT_OK;
}

static bool is_sha1(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (att_ascii_hex(text.data[i]) < 0)
			return false;
	return text.len == 40;
}

static int add_hashes(struct yarn *yarn, const struct yarn_entry *entry, struct sbom_component *component)
{
	struct att_arena *arena = &yarn->catalog->arena;
	size_t hash = att_str_find_last_byte(entry->resolved, '#');
	struct att_str fragment = att_str_from(entry->resolved, hash == ATT_STR_NONE ? SIZE_MAX : hash + 1);
	int status = ATT_OK;
	/* Of a repository neither is the hash of anything published. */
	if (component->origin == SBOM_ORIGIN_GIT)
		return sbom_component_add_property(arena, component, "attest:npm:integrity", entry->integrity,
						   yarn->err);
	if (is_sha1(fragment))
		status = sbom_component_add_hash(arena, component, SBOM_SHA1, fragment, yarn->err);
	if (status == ATT_OK && entry->integrity.len > 0)
		status = sbom_component_add_sri(arena, component, entry->integrity, yarn->err);
	return sbom_yarn_locate_error(yarn, entry->integrity_offset, status);
}

/* A folder of the tree: its package.json knows more than the lock. */
static int describe_folder(struct yarn *yarn, struct yarn_entry *entry, struct sbom_component *component)
{
	int status = sbom_npm_place_local(yarn->catalog, component, entry->folder, yarn->err);
	if (status == ATT_OK && !entry->manifest)
		status = sbom_npm_load_manifest(yarn->input, yarn->catalog, entry->folder, &entry->manifest,
						yarn->err);
	return status == ATT_OK ? sbom_npm_describe_local(yarn->catalog, entry->manifest, component, yarn->err)
				: status;
}

static int describe_package(struct yarn *yarn, struct yarn_entry *entry, struct sbom_component *component)
{
	struct att_str resolved = entry->resolved;
	/* Offline mirrors are named by the archive's file alone. */
	if (att_str_find_byte(resolved, ':') == ATT_STR_NONE)
		resolved.len = 0;
	if (att_str_starts(resolved, ATT_STR("file:")))
		resolved = att_str_first(resolved, att_str_find_byte(resolved, '#'));
	int status = sbom_npm_place(yarn->catalog, component, resolved, yarn->err);
	if (status == ATT_OK)
		status = sbom_yarn_add_aliases(yarn, entry, component);
	return status == ATT_OK ? add_hashes(yarn, entry, component) : status;
}

static int add_component(struct yarn *yarn, struct yarn_entry *entry)
{
	struct sbom_component component = {.version = entry->version};
	bool file = att_str_starts(entry->range, ATT_STR("file:"));
	bool link = att_str_starts(entry->range, ATT_STR("link:"));
	int status = find_name(yarn, entry);
	if (status != ATT_OK)
		return status;
	if (!sbom_npm_split_name(entry->real_name, &component.group, &component.name))
		return sbom_yarn_locate_error(yarn, entry->offset,
					      att_err_set(yarn->err, ATT_ERR_MALFORMED,
							  "expected a package's name, found \"%.*s\"",
							  ATT_STR_ARG(att_str_first(entry->real_name, 200))));
	if (entry->resolved.len == 0 && (file || link)) {
		entry->folder = att_str_from(entry->range, 5);
		status = describe_folder(yarn, entry, &component);
	} else {
		status = describe_package(yarn, entry, &component);
	}
	return status == ATT_OK ? sbom_yarn_add_component(yarn, entry, &component)
				: sbom_yarn_locate_error(yarn, entry->offset, status);
}

static int add_member(struct yarn *yarn, struct yarn_entry *entry)
{
	struct sbom_component component = {.name = entry->name};
	if (!sbom_npm_split_name(entry->name, &component.group, &component.name))
		component.name = entry->name;
	int status = describe_folder(yarn, entry, &component);
	return status == ATT_OK ? sbom_yarn_add_component(yarn, entry, &component) : status;
}

int sbom_yarn_add_classic_components(struct yarn *yarn)
{
	struct sbom_component project = {.kind = SBOM_APPLICATION, .origin = SBOM_ORIGIN_LOCAL};
	int status = sbom_npm_describe_local(yarn->catalog, yarn->manifest, &project, yarn->err);
	if (status == ATT_OK && project.name.len > 0)
		status = sbom_catalog_name_project(yarn->catalog, &project, yarn->err);
	for (size_t i = 0; status == ATT_OK && i < yarn->count; i++) {
		struct yarn_entry *entry = &yarn->entries[i];
		if (entry->workspace)
			status = add_member(yarn, entry);
		else if (entry->manifest != yarn->manifest || !yarn->manifest)
			status = add_component(yarn, entry);
	}
	return status;
}
