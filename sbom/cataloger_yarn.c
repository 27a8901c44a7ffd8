// SPDX-License-Identifier: Apache-2.0
/* yarn.lock of both generations: the classic one with its own syntax, and berry's, which is YAML. Both map
 * "name@range", as packages ask for it, to the version that they get. */
#include "sbom/cataloger_yarn.h"

#include "sbom/npm.h"

#include "libattest/base/banned.h"

/* --- edges --------------------------------------------------------------------------------------------- */

static bool find_pattern(struct yarn *yarn, struct att_str name, const char *between, struct att_str range,
			 uint32_t *entry)
{
	yarn->key.len = 0;
	att_buf_add(&yarn->key, name);
	att_buf_add(&yarn->key, att_str_of(between));
	att_buf_add(&yarn->key, range);
	return att_map_find(&yarn->by_pattern, att_buf_str(&yarn->key), entry);
}

/* Berry writes "npm:" before plain ranges in its keys, and since format 8 in dependencies as well. */
static bool find_range(struct yarn *yarn, struct att_str name, struct att_str range, uint32_t *entry)
{
	return find_pattern(yarn, name, "@", range, entry) ||
	       (yarn->berry && find_pattern(yarn, name, "@npm:", range, entry));
}

static uint32_t find(struct yarn *yarn, const struct yarn_entry *from, const struct yarn_need *need)
{
	uint32_t entry;
	if (find_range(yarn, need->name, need->range, &entry))
		return entry;
	struct att_str range = sbom_yarn_overruled(yarn, from, need->name, need->range);
	if (range.len > 0 && find_range(yarn, need->name, range, &entry))
		return entry;
	if (att_map_find(&yarn->by_name, need->name, &entry) && entry != YARN_SEVERAL)
		return entry;
	return YARN_NONE;
}

/* A classic lock leaves out members of the workspace; berry's holds everything. */
static bool is_dangling(const struct yarn *yarn, const struct yarn_need *need)
{
	uint32_t entry;
	return yarn->berry && need->offset && !att_map_find(&yarn->by_name, need->name, &entry);
}

static int refuse_dangling(struct yarn *yarn, const struct yarn_need *need)
{
	return att_source_err(&yarn->input->source, yarn->err, ATT_ERR_MALFORMED,
			      ((struct att_span){need->offset, need->offset + 1}),
			      "expected a package of this lock, found %.*s@%.*s",
			      ATT_STR_ARG(att_str_first(need->name, 200)),
			      ATT_STR_ARG(att_str_first(need->range, 100)));
}

static void note_unresolved(struct yarn *yarn, const struct yarn_entry *from, const struct yarn_need *need)
{
	/* What package.json asks for by now is no matter of the lock. */
	if (!need->offset || yarn->unresolved++ >= ATT_MAX_NOTES)
		return;
	sbom_yarn_note(yarn, need->offset,
		       att_arena_printf(&yarn->catalog->arena,
					"%.*s needs %.*s@%.*s, which this lock does not hold",
					ATT_STR_ARG(att_str_first(from->name, 200)),
					ATT_STR_ARG(att_str_first(need->name, 200)),
					ATT_STR_ARG(att_str_first(need->range, 100))),
		       ATT_STR("run yarn install"));
}

static void note_rest(struct yarn *yarn)
{
	if (yarn->unresolved > ATT_MAX_NOTES)
		sbom_yarn_note(yarn, 0,
			       att_arena_printf(&yarn->catalog->arena,
						"%zu more dependencies are not in this lock",
						yarn->unresolved - ATT_MAX_NOTES),
			       ATT_STR("run yarn install"));
}

static int add_edges(struct yarn *yarn, struct yarn_entry *entry)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < entry->need_count; i++) {
		struct yarn_need *need = &entry->needs[i];
		need->entry = find(yarn, entry, need);
		if (need->entry != YARN_NONE)
			status = sbom_catalog_depend(yarn->catalog, entry->index,
						     yarn->entries[need->entry].index, need->scope, yarn->err);
		else if (need->scope != SBOM_OPTIONAL && is_dangling(yarn, need))
			status = refuse_dangling(yarn, need);
		else if (need->scope != SBOM_OPTIONAL)
			note_unresolved(yarn, entry, need);
	}
	if (status == ATT_OK && entry->workspace)
		status = sbom_catalog_depend(yarn->catalog, 0, entry->index, SBOM_RUNTIME, yarn->err);
	return status;
}

/* --- the lock ------------------------------------------------------------------------------------------ */

static bool is_berry(struct att_str text)
{
	return att_str_starts(text, ATT_STR("__metadata:")) ||
	       att_str_find(text, ATT_STR("\n__metadata:")) != ATT_STR_NONE;
}

static int parse_lock(struct yarn *yarn)
{
	yarn->berry = is_berry(yarn->input->source.text);
	int status =
		sbom_npm_load_manifest(yarn->input, yarn->catalog, ATT_STR(""), &yarn->manifest, yarn->err);
	if (status == ATT_OK)
		status = sbom_yarn_read_resolutions(yarn);
	if (status == ATT_OK)
		status = yarn->berry ? sbom_yarn_read_berry(yarn) : sbom_yarn_read_classic(yarn);
	if (status == ATT_OK)
		status = yarn->berry ? sbom_yarn_add_berry_components(yarn)
				     : sbom_yarn_add_classic_components(yarn);
	for (size_t i = 0; status == ATT_OK && i < yarn->count; i++)
		status = add_edges(yarn, &yarn->entries[i]);
	if (status == ATT_OK && yarn->berry)
		status = sbom_yarn_add_peers(yarn);
	note_rest(yarn);
	if (status == ATT_OK && !att_buf_ok(&yarn->key))
		status = att_err_memory(yarn->err);
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct yarn yarn = {.input = input, .catalog = catalog, .err = err};
	att_buf_init(&yarn.key, ATT_MAX_DOCUMENT * 2);
	int status = parse_lock(&yarn);
	att_buf_clear(&yarn.key);
	att_map_clear(&yarn.by_pattern);
	att_map_clear(&yarn.by_name);
	att_map_clear(&yarn.resolutions);
	return status;
}

static bool recognize(struct att_str text)
{
	text = att_str_first(text, 4096);
	return att_str_find(text, ATT_STR("# yarn lockfile v")) != ATT_STR_NONE || is_berry(text);
}

const struct sbom_cataloger sbom_cataloger_yarn = {
	.name = "yarn",
	.patterns = (const char *const[]){"yarn.lock", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"package.json", NULL},
};
