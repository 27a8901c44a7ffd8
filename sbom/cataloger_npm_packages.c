// SPDX-License-Identifier: Apache-2.0
/* From the lock's entries to components. */
#include "sbom/cataloger_npm.h"
#include "sbom/npm.h"
#include "sbom/npm_place.h"

#include "libattest/base/banned.h"

/* --- reading ------------------------------------------------------------------------------------------- */

static struct att_span span_of(uint32_t offset)
{
	return (struct att_span){offset, offset + 1};
}

static int locate_error(const struct npm *npm, uint32_t offset, int status)
{
	if (status != ATT_OK && npm->err->place.line == 0)
		npm->err->place = att_source_place(&npm->input->source, span_of(offset));
	return status;
}

static int push(struct npm *npm, const struct npm_package *package)
{
	void *items = npm->packages;
	struct npm_package *slot =
		att_arena_push(&npm->catalog->arena, &items, &npm->count, &npm->capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(npm->err);
	npm->packages = items;
	*slot = *package;
	npm->tree.folders[package->folder].package = (uint32_t)(npm->count - 1);
	return ATT_OK;
}

static int want_object(const struct npm *npm, const struct att_member *member)
{
	if (member->value.kind == ATT_OBJECT)
		return ATT_OK;
	return att_source_err(&npm->input->source, npm->err, ATT_ERR_MALFORMED, member->value.span,
			      "expected an object for \"%.*s\", found %s",
			      ATT_STR_ARG(att_str_first(member->key, 200)),
			      att_value_kind_name(&member->value));
}

static int read_package(struct npm *npm, const struct att_member *member)
{
	const struct att_source *source = &npm->input->source;
	const struct att_value *entry = &member->value, *version, *name;
	struct npm_package p = {.entry = entry, .offset = member->key_span.begin, .target = NPM_NONE};
	if (member->key.len > ATT_MAX_NPM_PATH)
		return att_source_err(source, npm->err, ATT_ERR_LIMIT, member->key_span,
				      "expected a path of at most %d bytes, found %zu", ATT_MAX_NPM_PATH,
				      member->key.len);
	int status = want_object(npm, member);
	if (status == ATT_OK)
		status = sbom_npm_tree_add_path(&npm->tree, member->key, &p.folder, &p.name, &p.module,
						npm->err);
	if (status == ATT_OK)
		status = att_value_want(source, entry, "version", ATT_STRING, false, &version, npm->err);
	if (status == ATT_OK)
		status = att_value_want(source, entry, "name", ATT_STRING, false, &name, npm->err);
	if (status != ATT_OK)
		return locate_error(npm, p.offset, status);
	p.base = p.folder;
	p.root = member->key.len == 0;
	p.path = member->key;
	p.real_name = name ? name->string : p.name;
	p.version = att_value_text(version);
	p.resolved = att_value_text(att_value_get(entry, "resolved"));
	return push(npm, &p);
}

static bool is_link(const struct npm_package *p)
{
	return att_value_is_true(att_value_get(p->entry, "link"));
}

/* A link is another name for a package that has its own entry. */
static int follow_link(struct npm *npm, struct npm_package *p)
{
	const struct att_value *resolved;
	uint32_t folder;
	struct att_str name;
	bool module;
	int status = att_value_want(&npm->input->source, p->entry, "resolved", ATT_STRING, true, &resolved,
				    npm->err);
	if (status == ATT_OK && resolved->string.len > ATT_MAX_NPM_PATH)
		status = att_source_err(&npm->input->source, npm->err, ATT_ERR_LIMIT, resolved->span,
					"expected a path of at most %d bytes, found %zu", ATT_MAX_NPM_PATH,
					resolved->string.len);
	if (status == ATT_OK)
		status =
			sbom_npm_tree_add_path(&npm->tree, resolved->string, &folder, &name, &module, npm->err);
	if (status != ATT_OK)
		return locate_error(npm, p->offset, status);
	p->target = npm->tree.folders[folder].package;
	if (p->target != NPM_NONE && !is_link(&npm->packages[p->target]))
		return ATT_OK;
	att_source_err(&npm->input->source, npm->err, ATT_ERR_MALFORMED, resolved->span,
		       "expected the folder of a package of this lock, found \"%.*s\"",
		       ATT_STR_ARG(att_str_first(resolved->string, 200)));
	att_err_help(npm->err, "the lock is damaged: remove it and run npm install");
	return ATT_ERR_MALFORMED;
}

int sbom_npm_read_packages(struct npm *npm, const struct att_value *packages)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < packages->count; i++)
		status = read_package(npm, &packages->members[i]);
	for (size_t i = 0; status == ATT_OK && i < npm->count; i++)
		if (is_link(&npm->packages[i]))
			status = follow_link(npm, &npm->packages[i]);
	return status;
}

/* --- format 1 ------------------------------------------------------------------------------------------ */

/* In format 1 "version" is whatever leads to the package: a version, "npm:NAME@VERSION", an address, or
 * "file:" with a folder or an archive. */
static void read_version(struct npm_package *p, struct att_str text)
{
	struct att_str name, version;
	p->resolved = att_value_text(att_value_get(p->entry, "resolved"));
	if (att_str_starts(text, ATT_STR("npm:")) &&
	    sbom_npm_split_spec(att_str_from(text, 4), &name, &version)) {
		p->real_name = name;
		p->version = version;
	} else if (att_str_starts(text, ATT_STR("file:")) && !sbom_npm_is_archive(text)) {
		p->path = att_str_from(text, 5);
		p->module = false;
	} else if (att_str_find_byte(text, ':') != ATT_STR_NONE) {
		p->resolved = text;
	} else {
		p->version = text;
	}
}

static int read_child(struct npm *npm, uint32_t within, const struct att_member *member)
{
	struct npm_package p = {.entry = &member->value,
				.offset = member->key_span.begin,
				.target = NPM_NONE,
				.within = within,
				.name = member->key,
				.real_name = member->key,
				.module = true};
	const struct att_value *version;
	struct att_str ignored_name;
	bool ignored_module;
	int status = want_object(npm, member);
	if (status == ATT_OK)
		status = att_value_want(&npm->input->source, p.entry, "version", ATT_STRING, true, &version,
					npm->err);
	if (status == ATT_OK)
		status = sbom_npm_tree_add_module(&npm->tree, npm->packages[within].base, p.name, &p.folder,
						  npm->err);
	if (status != ATT_OK)
		return locate_error(npm, p.offset, status);
	read_version(&p, version->string);
	p.base = p.folder;
	/* What a linked folder needs stands below that folder. */
	if (!p.module)
		status = p.path.len > ATT_MAX_NPM_PATH
				 ? att_err_set(npm->err, ATT_ERR_LIMIT, "expected a path of at most %d bytes",
					       ATT_MAX_NPM_PATH)
				 : sbom_npm_tree_add_path(&npm->tree, p.path, &p.base, &ignored_name,
							  &ignored_module, npm->err);
	return status == ATT_OK ? push(npm, &p) : locate_error(npm, p.offset, status);
}

int sbom_npm_read_nested(struct npm *npm)
{
	const struct npm_package root = {
		.entry = npm->lock,
		.offset = npm->lock->span.begin,
		.target = NPM_NONE,
		.root = true,
		.real_name = att_value_text(att_value_get(npm->lock, "name")),
		.version = att_value_text(att_value_get(npm->lock, "version")),
	};
	int status = push(npm, &root);
	/* The list grows while it is worked off: every level is read after the one above it. */
	for (size_t i = 0; status == ATT_OK && i < npm->count; i++) {
		const struct att_value *children;
		status = att_value_want(&npm->input->source, npm->packages[i].entry, "dependencies", ATT_OBJECT,
					false, &children, npm->err);
		for (uint32_t j = 0; status == ATT_OK && children && j < children->count; j++)
			status = read_child(npm, (uint32_t)i, &children->members[j]);
	}
	return status;
}

/* --- components ---------------------------------------------------------------------------------------- */

static int add_facts(struct npm *npm, const struct npm_package *p, struct sbom_component *component)
{
	struct att_arena *arena = &npm->catalog->arena;
	const struct att_value *license = att_value_get(p->entry, "license");
	int status = ATT_OK;
	if (license && license->kind == ATT_OBJECT)
		license = att_value_get(license, "type");
	component->license = att_value_text(license);
	if (!att_str_equal(p->name, p->real_name))
		status = sbom_component_add_property(arena, component, "attest:alias", p->name, npm->err);
	if (status == ATT_OK)
		status = sbom_component_add_property(arena, component, "attest:deprecated",
						     att_value_text(att_value_get(p->entry, "deprecated")),
						     npm->err);
	if (status == ATT_OK && att_value_is_true(att_value_get(p->entry, "hasInstallScript")))
		status = sbom_component_add_property(arena, component, "attest:npm:install-script",
						     ATT_STR("true"), npm->err);
	if (status == ATT_OK && att_value_is_true(att_value_get(p->entry, npm->old ? "bundled" : "inBundle")))
		status = sbom_component_add_property(arena, component, "attest:npm:bundled", ATT_STR("true"),
						     npm->err);
	if (status == ATT_OK && att_value_is_true(att_value_get(p->entry, "extraneous")))
		status = sbom_component_add_property(arena, component, "attest:npm:extraneous", ATT_STR("true"),
						     npm->err);
	if (status == ATT_OK && p->version.len == 0)
		status = sbom_component_add_property(arena, component, "attest:requirement",
						     att_value_text(att_value_get(p->entry, "from")), npm->err);
	return status;
}

static int add_integrity(struct npm *npm, const struct npm_package *p, struct sbom_component *component)
{
	const struct att_value *integrity;
	struct att_arena *arena = &npm->catalog->arena;
	int status = att_value_want(&npm->input->source, p->entry, "integrity", ATT_STRING, false, &integrity,
				    npm->err);
	if (status != ATT_OK || !integrity || integrity->string.len == 0)
		return status;
	/* Of a repository this is the hash of what npm packed on one machine, not of anything published. */
	if (component->origin == SBOM_ORIGIN_GIT)
		return sbom_component_add_property(arena, component, "attest:npm:integrity", integrity->string,
						   npm->err);
	status = sbom_component_add_sri(arena, component, integrity->string, npm->err);
	return locate_error(npm, integrity->span.begin, status);
}

static int describe_module(struct npm *npm, const struct npm_package *p, struct sbom_component *component)
{
	bool bundled = att_value_is_true(att_value_get(p->entry, npm->old ? "bundled" : "inBundle"));
	if (!sbom_npm_split_name(p->real_name, &component->group, &component->name))
		return att_err_set(npm->err, ATT_ERR_MALFORMED, "expected a package's name, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(p->real_name, 200)));
	component->version = p->version;
	int status = sbom_npm_place(npm->catalog, component, p->resolved, npm->err);
	if (status != ATT_OK)
		return status;
	if (component->origin == SBOM_ORIGIN_REGISTRY && component->version.len == 0)
		return att_source_err(&npm->input->source, npm->err, ATT_ERR_MALFORMED, span_of(p->offset),
				      "expected \"version\" of \"%.*s\", found none",
				      ATT_STR_ARG(att_str_first(p->name, 200)));
	/* It came in the archive of the package above it. */
	if (bundled && p->resolved.len == 0)
		component->origin = SBOM_ORIGIN_UNKNOWN;
	status = add_facts(npm, p, component);
	return status == ATT_OK ? add_integrity(npm, p, component) : status;
}

static int describe_folder(struct npm *npm, const struct npm_package *p, struct sbom_component *component)
{
	const struct att_value *manifest = NULL;
	if (!sbom_npm_split_name(p->real_name, &component->group, &component->name))
		component->name = p->real_name;
	component->version = p->version;
	int status = sbom_npm_place_local(npm->catalog, component, p->path, npm->err);
	if (status == ATT_OK && npm->old)
		status = sbom_npm_load_manifest(npm->input, npm->catalog, p->path, &manifest, npm->err);
	if (status == ATT_OK)
		status = sbom_npm_describe_local(npm->catalog, npm->old ? manifest : p->entry, component,
						 npm->err);
	return status;
}

static int add_component(struct npm *npm, struct npm_package *p)
{
	struct sbom_component component = {.version = p->version};
	int status = p->module ? describe_module(npm, p, &component) : describe_folder(npm, p, &component);
	if (status == ATT_OK)
		status = sbom_catalog_add(npm->catalog, &component,
					  att_source_line(&npm->input->source, p->offset), &p->index, npm->err);
	return locate_error(npm, p->offset, status);
}

/* The lock's root entry repeats package.json; where it is silent, the manifest itself and then the lock's
 * own "name", which may be no more than the folder's. */
static int name_project(struct npm *npm)
{
	struct sbom_component project = {.kind = SBOM_APPLICATION, .origin = SBOM_ORIGIN_LOCAL};
	struct att_str name = att_value_text(att_value_get(npm->lock, "name"));
	if (!sbom_npm_split_name(name, &project.group, &project.name))
		project.name = name;
	project.version = att_value_text(att_value_get(npm->lock, "version"));
	int status = sbom_npm_describe_local(npm->catalog, npm->manifest, &project, npm->err);
	for (size_t i = 0; status == ATT_OK && i < npm->count; i++)
		if (npm->packages[i].root)
			status = sbom_npm_describe_local(npm->catalog, npm->packages[i].entry, &project,
							 npm->err);
	if (status != ATT_OK || project.name.len == 0)
		return status;
	return sbom_catalog_name_project(npm->catalog, &project, npm->err);
}

int sbom_npm_add_components(struct npm *npm)
{
	int status = name_project(npm);
	for (size_t i = 0; status == ATT_OK && i < npm->count; i++)
		if (!npm->packages[i].root && npm->packages[i].target == NPM_NONE)
			status = add_component(npm, &npm->packages[i]);
	return status;
}
