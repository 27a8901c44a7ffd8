// SPDX-License-Identifier: Apache-2.0
/* package-lock.json and npm-shrinkwrap.json, formats 1 to 3. The lock is a picture of node_modules: who gets
 * which version follows from the folders, and is found by searching as Node does. */
#include "sbom/cataloger_npm.h"

#include "libattest/format/json.h"
#include "sbom/npm.h"
#include "sbom/npm_workspace.h"

#include "libattest/base/banned.h"

/* --- the lock ------------------------------------------------------------------------------------------ */

static int check_version(struct npm *npm)
{
	const struct att_value *version = att_value_get(npm->lock, "lockfileVersion");
	if (!version || (version->kind == ATT_INTEGER && !version->integer.negative &&
			 version->integer.magnitude >= 1 && version->integer.magnitude <= 3))
		return ATT_OK;
	att_source_err(&npm->input->source, npm->err, ATT_ERR_UNSUPPORTED, version->span,
		       "expected package-lock.json format 1, 2 or 3, found another");
	att_err_help(npm->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

static int parse_lock(struct npm *npm)
{
	const struct att_value *packages = NULL;
	struct att_value *lock = att_arena_alloc(&npm->catalog->arena, 1, sizeof *lock);
	if (!lock)
		return att_err_memory(npm->err);
	npm->lock = lock;
	int status = att_json_parse(&npm->input->source, &npm->catalog->arena, lock, npm->err);
	if (status == ATT_OK)
		status = att_value_want(&npm->input->source, lock, "packages", ATT_OBJECT, false, &packages,
					npm->err);
	if (status == ATT_OK)
		status = check_version(npm);
	if (status == ATT_OK)
		status =
			sbom_npm_load_manifest(npm->input, npm->catalog, ATT_STR(""), &npm->manifest, npm->err);
	if (status == ATT_OK)
		status = sbom_npm_tree_init(&npm->tree, &npm->catalog->arena, npm->err);
	if (status != ATT_OK)
		return status;
	npm->old = !packages;
	npm->ancient = npm->old && !att_value_get(lock, "requires");
	status = packages ? sbom_npm_read_packages(npm, packages) : sbom_npm_read_nested(npm);
	if (status == ATT_OK)
		status = sbom_npm_add_components(npm);
	return status == ATT_OK ? sbom_npm_add_edges(npm) : status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct npm npm = {.input = input, .catalog = catalog, .err = err};
	int status = parse_lock(&npm);
	sbom_npm_tree_clear(&npm.tree);
	return status;
}

static bool recognize(struct att_str text)
{
	text = att_str_first(text, 4096);
	return att_str_find(text, ATT_STR("\"lockfileVersion\":")) != ATT_STR_NONE &&
	       att_str_find(text, ATT_STR("\"requires\":")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_npm = {
	.name = "npm",
	.patterns = (const char *const[]){"package-lock.json", "npm-shrinkwrap.json", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"package.json", NULL},
};
