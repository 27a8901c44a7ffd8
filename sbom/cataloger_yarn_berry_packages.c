// SPDX-License-Identifier: Apache-2.0
/* From the resolutions of berry's yarn.lock to components. A resolution is "name@reference"; the reference says
 * where it comes from and may wrap another resolution, percent-encoded. */
#include "sbom/cataloger_yarn.h"
#include "sbom/npm.h"
#include "sbom/npm_place.h"

#include "libattest/base/banned.h"

enum { MAX_WRAPPED = 8 }; /* patches of patches; yarn itself writes one */

struct place {
	struct att_str name, reference;
	struct att_str patch; /* what was changed, when something was */
};

static struct att_str decode(struct att_arena *arena, struct att_str text)
{
	char *out = att_arena_alloc(arena, text.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; out && i < text.len; i++) {
		int high = text.data[i] == '%' && i + 2 < text.len ? att_ascii_hex(text.data[i + 1]) : -1;
		int low = high >= 0 ? att_ascii_hex(text.data[i + 2]) : -1;
		bool escape = low >= 0 && high * 16 + low >= 0x20 && high * 16 + low < 0x7f;
		out[len++] = escape ? (char)(high * 16 + low) : text.data[i];
		i += escape ? 2 : 0;
	}
	return (struct att_str){out, out ? len : 0};
}

/* The value of "key=" in what follows "::", decoded; empty when there is none. */
static struct att_str parameter(struct att_arena *arena, struct att_str reference, const char *key)
{
	size_t at = att_str_find(reference, ATT_STR("::"));
	struct att_str rest = att_str_from(reference, at == ATT_STR_NONE ? reference.len : at + 2), part;
	while (att_str_split(&rest, '&', &part)) {
		size_t equals = att_str_find_byte(part, '=');
		if (equals != ATT_STR_NONE && att_str_is(att_str_first(part, equals), key))
			return decode(arena, att_str_from(part, equals + 1));
	}
	return (struct att_str){NULL, 0};
}

static struct att_str without_parameters(struct att_str reference)
{
	return att_str_first(reference, att_str_find(reference, ATT_STR("::")));
}

/* Unwraps "virtual:HASH#REFERENCE" and "patch:RESOLUTION#PATCH". */
static int unwrap(struct yarn *yarn, struct att_str resolution, struct place *place)
{
	struct att_arena *arena = &yarn->catalog->arena;
	memset(place, 0, sizeof *place);
	sbom_npm_split_spec(resolution, &place->name, &place->reference);
	for (int i = 0; i < MAX_WRAPPED; i++) {
		bool patch = att_str_starts(place->reference, ATT_STR("patch:"));
		size_t hash = att_str_find_byte(place->reference, '#');
		if (hash == ATT_STR_NONE || (!patch && !att_str_starts(place->reference, ATT_STR("virtual:"))))
			return ATT_OK;
		struct att_str inner = att_str_from(place->reference, hash + 1), source;
		if (!patch) {
			place->reference = inner;
			continue;
		}
		if (place->patch.len == 0)
			place->patch = without_parameters(inner);
		source = decode(arena, att_str_from(att_str_first(place->reference, hash), 6));
		if (!source.data)
			return att_err_memory(yarn->err);
		/* Yarn 2 left the protocol out. */
		if (sbom_npm_split_spec(source, &place->name, &place->reference) &&
		    att_str_find_byte(place->reference, ':') == ATT_STR_NONE)
			place->reference = ATT_STR("npm:");
	}
	return att_err_set(yarn->err, ATT_ERR_LIMIT, "expected at most %d nested patches, found more",
			   MAX_WRAPPED);
}

/* The folder of the workspace that a relative path counts from: "locator=name%40workspace%3Afolder". */
static struct att_str base_folder(struct att_arena *arena, struct att_str reference)
{
	struct att_str locator = parameter(arena, reference, "locator"), name, workspace;
	struct att_str prefix = ATT_STR("workspace:");
	if (!sbom_npm_split_spec(locator, &name, &workspace) || !att_str_starts(workspace, prefix))
		return (struct att_str){NULL, 0};
	workspace = att_str_from(workspace, prefix.len);
	return att_str_is(workspace, ".") ? (struct att_str){NULL, 0} : workspace;
}

static int place_path(struct yarn *yarn, struct sbom_component *component, struct att_str reference)
{
	struct att_arena *arena = &yarn->catalog->arena;
	struct att_str path = without_parameters(reference), base = base_folder(arena, reference);
	path = att_str_from(path, att_str_find_byte(path, ':') + 1);
	path = att_str_first(path, att_str_find_byte(path, '#'));
	const struct att_value *manifest;
	struct att_str whole =
		ATT_ARENA_JOIN(arena, ATT_STR("file:"), base, base.len ? ATT_STR("/") : ATT_STR(""), path);
	if (!whole.data)
		return att_err_memory(yarn->err);
	int status = sbom_npm_place(yarn->catalog, component, whole, yarn->err);
	if (status != ATT_OK || sbom_npm_is_archive(path))
		return status;
	status = sbom_npm_load_manifest(yarn->input, yarn->catalog, att_str_from(whole, 5), &manifest,
					yarn->err);
	return status == ATT_OK ? sbom_npm_describe_local(yarn->catalog, manifest, component, yarn->err)
				: status;
}

static int place_address(struct yarn *yarn, struct sbom_component *component, struct att_str reference)
{
	struct att_str address = without_parameters(reference), key = ATT_STR("commit=");
	size_t hash = att_str_find_byte(address, '#');
	struct att_str fragment = att_str_from(address, hash == ATT_STR_NONE ? address.len : hash + 1);
	size_t commit = att_str_find(fragment, key);
	if (commit == ATT_STR_NONE)
		return sbom_npm_place(yarn->catalog, component, address, yarn->err);
	struct att_str revision = att_str_from(fragment, commit + key.len);
	revision = att_str_first(revision, att_str_find_byte(revision, '&'));
	address = att_str_first(address, hash);
	bool http = att_str_starts(address, ATT_STR("http"));
	address = ATT_ARENA_JOIN(&yarn->catalog->arena, http ? ATT_STR("git+") : ATT_STR(""), address,
				 ATT_STR("#"), revision);
	return address.data ? sbom_npm_place(yarn->catalog, component, address, yarn->err)
			    : att_err_memory(yarn->err);
}

static int place(struct yarn *yarn, struct sbom_component *component, struct att_str reference)
{
	static const char *const paths[] = {"file:", "link:", "portal:", "exec:"};
	if (att_str_starts(reference, ATT_STR("npm:")))
		return sbom_npm_place(yarn->catalog, component,
				      parameter(&yarn->catalog->arena, reference, "__archiveUrl"), yarn->err);
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		if (att_str_starts(reference, att_str_of(paths[i])))
			return place_path(yarn, component, reference);
	return place_address(yarn, component, reference);
}

static int add_property(struct yarn *yarn, const struct yarn_entry *entry, struct sbom_component *component,
			const char *name, const char *key)
{
	const struct att_value *value = att_value_get(entry->value, key);
	struct att_str text = att_value_text(value);
	/* A checksum that happens to look like a number. */
	if (value && (value->kind == ATT_INTEGER || value->kind == ATT_FLOAT))
		text = att_str_first(att_str_from(yarn->input->source.text, value->span.begin),
				     value->span.end - value->span.begin);
	return sbom_component_add_property(&yarn->catalog->arena, component, name, text, yarn->err);
}

static int describe_package(struct yarn *yarn, struct yarn_entry *entry, struct sbom_component *component)
{
	struct place at;
	int status = unwrap(yarn, entry->resolved, &at);
	if (status != ATT_OK)
		return status;
	if (!sbom_npm_split_name(at.name, &component->group, &component->name))
		return att_err_set(yarn->err, ATT_ERR_MALFORMED, "expected a package's name, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(at.name, 200)));
	entry->real_name = at.name;
	/* "0.0.0-use.local" stands for a folder whose version is elsewhere. */
	if (!att_str_is(entry->version, "0.0.0-use.local"))
		component->version = entry->version;
	status = place(yarn, component, at.reference);
	if (status == ATT_OK && component->origin == SBOM_ORIGIN_LOCAL && component->group.len == 0)
		entry->real_name = component->name;
	if (status == ATT_OK)
		status = sbom_yarn_add_aliases(yarn, entry, component);
	if (status == ATT_OK)
		status = sbom_component_add_property(&yarn->catalog->arena, component, "attest:yarn:patch",
						     at.patch, yarn->err);
	if (status == ATT_OK)
		status = add_property(yarn, entry, component, "attest:yarn:conditions", "conditions");
	return status == ATT_OK ? add_property(yarn, entry, component, "attest:yarn:checksum", "checksum")
				: status;
}

/* "root-workspace-0b6124": what yarn calls a project that has no name. */
static bool is_made_up(struct att_str name)
{
	struct att_str prefix = ATT_STR("root-workspace-");
	return att_str_starts(name, prefix) && name.len == prefix.len + 6;
}

static int describe_workspace(struct yarn *yarn, struct yarn_entry *entry, struct sbom_component *component)
{
	struct att_str name = entry->name, reference;
	sbom_npm_split_spec(entry->resolved, &name, &reference);
	if (!is_made_up(name) && !sbom_npm_split_name(name, &component->group, &component->name))
		component->name = name;
	int status = sbom_npm_place_local(yarn->catalog, component, entry->folder, yarn->err);
	return status == ATT_OK ? sbom_npm_describe_local(yarn->catalog, entry->manifest, component, yarn->err)
				: status;
}

static int name_project(struct yarn *yarn)
{
	struct sbom_component project = {.kind = SBOM_APPLICATION, .origin = SBOM_ORIGIN_LOCAL};
	int status = sbom_npm_describe_local(yarn->catalog, yarn->manifest, &project, yarn->err);
	for (size_t i = 0; status == ATT_OK && i < yarn->count; i++)
		if (yarn->entries[i].workspace && yarn->entries[i].folder.len == 0)
			status = describe_workspace(yarn, &yarn->entries[i], &project);
	if (status != ATT_OK || project.name.len == 0)
		return status;
	return sbom_catalog_name_project(yarn->catalog, &project, yarn->err);
}

int sbom_yarn_add_berry_components(struct yarn *yarn)
{
	int status = name_project(yarn);
	for (size_t i = 0; status == ATT_OK && i < yarn->count; i++) {
		struct yarn_entry *entry = &yarn->entries[i];
		struct sbom_component component = {0};
		if (entry->workspace && entry->folder.len == 0) {
			entry->workspace = false; /* it is the project, which is there */
			continue;
		}
		status = entry->workspace ? describe_workspace(yarn, entry, &component)
					  : describe_package(yarn, entry, &component);
		status = status == ATT_OK ? sbom_yarn_add_component(yarn, entry, &component)
					  : sbom_yarn_locate_error(yarn, entry->offset, status);
	}
	return status;
}
