// SPDX-License-Identifier: Apache-2.0
/* From the places of an npm tree to edges: what a name means to the package that asks for it. */
#include "sbom/cataloger_npm.h"

#include "sbom/npm.h"
#include "sbom/npm_workspace.h"

#include "libattest/base/banned.h"

/* One table of declared dependencies. */
struct table {
	const struct att_value *names;
	uint32_t scope;
	const struct att_value *meta; /* peerDependenciesMeta: which peers are optional */
	const struct att_value *won;  /* what is declared here again is not from this table */
	bool may_be_absent;
};

static const struct npm_package *resolve(struct npm *npm, uint32_t from, struct att_str name)
{
	uint32_t found = sbom_npm_tree_resolve(&npm->tree, from, name);
	if (found != NPM_NONE && npm->packages[found].target != NPM_NONE)
		found = npm->packages[found].target;
	return found == NPM_NONE ? NULL : &npm->packages[found];
}

/* Not an error: npm itself leaves out peer dependencies when told to (legacy-peer-deps). */
static void note_unresolved(struct npm *npm, const struct npm_package *p, const struct att_member *wanted)
{
	if (npm->unresolved++ >= ATT_MAX_NOTES)
		return;
	struct att_str message = att_arena_printf(
		&npm->catalog->arena, "%.*s needs %.*s (%.*s), which this lock does not hold",
		ATT_STR_ARG(att_str_first(p->root ? ATT_STR("the project") : p->real_name, 200)),
		ATT_STR_ARG(att_str_first(wanted->key, 200)),
		ATT_STR_ARG(att_str_first(att_value_text(&wanted->value), 100)));
	if (message.data)
		sbom_catalog_warn(npm->catalog, &npm->input->source, "unresolved-dependency", ATT_NOTE,
				  wanted->key_span, message,
				  ATT_STR("run npm install, unless it is left out on purpose"));
}

static void note_rest(struct npm *npm)
{
	if (npm->unresolved <= ATT_MAX_NOTES)
		return;
	struct att_str message =
		att_arena_printf(&npm->catalog->arena, "%zu more dependencies are not in this lock",
				 npm->unresolved - ATT_MAX_NOTES);
	if (message.data)
		sbom_catalog_warn(npm->catalog, &npm->input->source, "unresolved-dependency", ATT_NOTE,
				  (struct att_span){0, 1}, message, ATT_STR("run npm install"));
}

static int add_table(struct npm *npm, const struct npm_package *p, const struct table *t)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && t->names && i < t->names->count; i++) {
		const struct att_member *wanted = &t->names->members[i];
		if (t->won && att_value_find(t->won, wanted->key))
			continue;
		bool optional =
			t->meta &&
			att_value_is_true(att_value_get(att_value_get_str(t->meta, wanted->key), "optional"));
		const struct npm_package *to = resolve(npm, p->base, wanted->key);
		if (to)
			status = sbom_catalog_depend(npm->catalog, p->index, to->index,
						     optional ? SBOM_OPTIONAL : t->scope, npm->err);
		else if (!optional && !t->may_be_absent)
			note_unresolved(npm, p, wanted);
	}
	return status;
}

static int want_table(struct npm *npm, const struct att_value *entry, const char *key,
		      const struct att_value **table)
{
	return att_value_want(&npm->input->source, entry, key, ATT_OBJECT, false, table, npm->err);
}

/* Optional ones win over the same name in "dependencies", where package.json repeats them for the sake of
 * old clients. */
static int add_declared(struct npm *npm, const struct npm_package *p)
{
	struct table run = {.scope = SBOM_RUNTIME}, dev = {.scope = SBOM_DEV}, peer = {.scope = SBOM_PEER};
	struct table optional = {.scope = SBOM_OPTIONAL, .may_be_absent = true};
	int status = want_table(npm, p->entry, "dependencies", &run.names);
	if (status == ATT_OK)
		status = want_table(npm, p->entry, "optionalDependencies", &optional.names);
	if (status == ATT_OK)
		status = want_table(npm, p->entry, "peerDependencies", &peer.names);
	if (status == ATT_OK)
		status = want_table(npm, p->entry, "peerDependenciesMeta", &peer.meta);
	/* Those of a package from a registry were its authors' business. */
	if (status == ATT_OK && !p->module)
		status = want_table(npm, p->entry, "devDependencies", &dev.names);
	run.won = optional.names;
	if (status == ATT_OK)
		status = add_table(npm, p, &run);
	if (status == ATT_OK)
		status = add_table(npm, p, &optional);
	if (status == ATT_OK)
		status = add_table(npm, p, &peer);
	return status == ATT_OK ? add_table(npm, p, &dev) : status;
}

/* Format 1 does not tell why; what is marked optional is so for everyone who is not. */
static int add_required(struct npm *npm, const struct npm_package *p)
{
	const struct att_value *requires = att_value_get(p->entry, "requires");
	bool optional = att_value_is_true(att_value_get(p->entry, "optional"));
	int status = ATT_OK;
	if (npm->ancient && p->within > 0)
		return sbom_catalog_depend(npm->catalog, npm->packages[p->within].index, p->index, SBOM_RUNTIME,
					   npm->err);
	for (uint32_t i = 0; requires && requires->kind == ATT_OBJECT && i < requires->count; i++) {
		const struct att_member *wanted = &requires->members[i];
		const struct npm_package *to = resolve(npm, p->base, wanted->key);
		if (!to) {
			note_unresolved(npm, p, wanted);
			continue;
		}
		bool to_optional = att_value_is_true(att_value_get(to->entry, "optional"));
		status = sbom_catalog_depend(npm->catalog, p->index, to->index,
					     to_optional && !optional ? SBOM_OPTIONAL : SBOM_RUNTIME, npm->err);
		if (status != ATT_OK)
			break;
	}
	return status;
}

/* What the project asks for by its package.json, where the lock does not repeat it. A manifest that has
 * moved on from its lock takes nothing away, so nothing here is missed. */
static int add_manifest(struct npm *npm)
{
	const struct npm_package root = {.root = true};
	const struct att_value *optional = att_value_get(npm->manifest, "optionalDependencies");
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < SBOM_NPM_GROUPS; i++) {
		struct table t = {.names = att_value_get(npm->manifest, sbom_npm_groups[i].name),
				  .scope = sbom_npm_groups[i].scope,
				  .may_be_absent = true};
		t.won = sbom_npm_groups[i].scope == SBOM_RUNTIME ? optional : NULL;
		t.meta = sbom_npm_groups[i].scope == SBOM_PEER
				 ? att_value_get(npm->manifest, "peerDependenciesMeta")
				 : NULL;
		if (t.names && t.names->kind == ATT_OBJECT)
			status = add_table(npm, &root, &t);
	}
	return status;
}

static int add_workspaces(struct npm *npm, const struct att_value *root)
{
	struct sbom_npm_workspaces workspaces;
	int status = sbom_npm_workspaces_read(root, &npm->catalog->arena, &workspaces, npm->err);
	for (size_t i = 0; status == ATT_OK && workspaces.count > 0 && i < npm->count; i++) {
		const struct npm_package *p = &npm->packages[i];
		bool member = false;
		if (!p->module && !p->root)
			status = sbom_npm_workspaces_match(&workspaces, p->path, &member, npm->err);
		if (status == ATT_OK && member)
			status = sbom_catalog_depend(npm->catalog, 0, p->index, SBOM_RUNTIME, npm->err);
	}
	return status;
}

/* The package in whose node_modules this one stands, or NULL at the top. */
static const struct npm_package *container(const struct npm *npm, const struct npm_package *p)
{
	uint32_t modules = npm->tree.folders[p->folder].above;
	uint32_t above = p->module && modules != NPM_NONE ? npm->tree.folders[modules].above : NPM_NONE;
	uint32_t found = above == NPM_NONE ? NPM_NONE : npm->tree.folders[above].package;
	return found == NPM_NONE || npm->packages[found].root ? NULL : &npm->packages[found];
}

/* What nothing asks for is there all the same: for the package that it stands in, or for what the lock's
 * marks say. */
static int add_leftovers(struct npm *npm)
{
	struct sbom_catalog *catalog = npm->catalog;
	bool *needed = att_arena_alloc(&catalog->arena, catalog->component_count, sizeof *needed);
	int status = ATT_OK;
	if (!needed)
		return att_err_memory(npm->err);
	for (size_t i = 0; i < catalog->edge_count; i++)
		needed[catalog->edges[i].to] = true;
	for (size_t i = 0; status == ATT_OK && i < npm->count; i++) {
		const struct npm_package *p = &npm->packages[i], *above = container(npm, p);
		if (p->target != NPM_NONE || needed[p->index])
			continue;
		bool both = att_value_is_true(att_value_get(p->entry, "devOptional"));
		uint32_t scope = 0;
		if (above && above->target == NPM_NONE)
			scope = SBOM_RUNTIME;
		else if (both || att_value_is_true(att_value_get(p->entry, "dev")))
			scope = both ? SBOM_DEV | SBOM_OPTIONAL : SBOM_DEV;
		else if (att_value_is_true(att_value_get(p->entry, "optional")))
			scope = SBOM_OPTIONAL;
		if (scope)
			status = sbom_catalog_depend(catalog, above ? above->index : 0, p->index, scope,
						     npm->err);
	}
	return status;
}

int sbom_npm_add_edges(struct npm *npm)
{
	const struct att_value *root = NULL;
	int status = ATT_OK;
	sbom_npm_tree_finish(&npm->tree);
	for (size_t i = 0; status == ATT_OK && i < npm->count; i++) {
		const struct npm_package *p = &npm->packages[i];
		if (p->root && !npm->old)
			root = p->entry;
		if (npm->old ? !p->root : p->target == NPM_NONE)
			status = npm->old ? add_required(npm, p) : add_declared(npm, p);
	}
	if (status == ATT_OK && !root && npm->manifest)
		status = add_manifest(npm);
	if (status == ATT_OK)
		status = add_workspaces(npm, root ? root : npm->manifest);
	note_rest(npm);
	return status == ATT_OK ? add_leftovers(npm) : status;
}
