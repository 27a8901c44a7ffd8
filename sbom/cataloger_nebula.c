// SPDX-License-Identifier: Apache-2.0
/* dependencies.lock of Netflix's dependency-lock plugin for Gradle: per configuration every module with its
 * locked version and, for transitive ones, what brought it ("transitive"). Unless the plugin is told to lock
 * transitives, only those of other projects of the build are there ("firstLevelTransitive"), and the closure
 * is not. */
#include "libattest/format/json.h"
#include "sbom/gradle.h"

#include "libattest/base/banned.h"

struct nebula {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct att_map by_name; /* "configuration\ngroup:name" -> index in the catalog */
	bool has_transitive, has_first_level;
};

/* --- modules ------------------------------------------------------------------------------------------- */

static bool split_name(struct att_str text, struct att_str *group, struct att_str *name)
{
	size_t colon = att_str_find_byte(text, ':');
	*group = att_str_first(text, colon);
	*name = att_str_from(text, colon == ATT_STR_NONE ? text.len : colon + 1);
	return group->len > 0 && name->len > 0 && att_str_find_byte(*name, ':') == ATT_STR_NONE;
}

/* Projects of one build usually are folders beside each other, or below the top one, of the same name. */
static int place_project(struct nebula *n, struct sbom_component *component)
{
	static const char *const files[] = {"dependencies.lock", "build.gradle", "build.gradle.kts"};
	struct att_arena *arena = &n->catalog->arena;
	struct att_source ignored;
	struct att_err no;
	for (size_t i = 0; i < 2 * sizeof files / sizeof files[0]; i++) {
		struct att_str up = i % 2 == 0 ? ATT_STR("../") : ATT_STR("");
		struct att_str folder = ATT_ARENA_JOIN(arena, up, component->name);
		struct att_str file = ATT_ARENA_JOIN(arena, folder, ATT_STR("/"), att_str_of(files[i / 2]));
		if (!folder.data || !file.data)
			return att_err_memory(n->err);
		if (sbom_input_sibling(n->input, n->catalog, file, &ignored, &no) != ATT_OK)
			continue;
		component->folder = sbom_path_join(arena, n->catalog->folder, folder);
		return component->folder.data ? ATT_OK : att_err_memory(n->err);
	}
	return ATT_OK;
}

/* A project goes by its name alone, as in its own lock, which does not know its group either. */
static int describe_project(struct nebula *n, const struct att_member *entry, struct att_str name,
			    struct sbom_component *component)
{
	component->origin = SBOM_ORIGIN_LOCAL;
	component->name = name;
	int status = place_project(n, component);
	if (status == ATT_OK)
		status = sbom_component_add_property(&n->catalog->arena, component, "attest:gradle:coordinates",
						     entry->key, n->err);
	return status;
}

static int describe(struct nebula *n, const struct att_member *entry, struct sbom_component *component)
{
	const struct att_source *source = &n->input->source;
	const struct att_value *locked;
	struct att_str group, name;
	if (!split_name(entry->key, &group, &name))
		return att_source_err(source, n->err, ATT_ERR_MALFORMED, entry->key_span,
				      "expected \"group:name\", found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(entry->key, 200)));
	int status = att_value_want(source, &entry->value, "locked", ATT_STRING, false, &locked, n->err);
	if (status != ATT_OK)
		return status;
	if (!locked && att_value_is_true(att_value_get(&entry->value, "project")))
		return describe_project(n, entry, name, component);
	if (!locked || locked->string.len == 0)
		return att_source_err(source, n->err, ATT_ERR_MALFORMED, entry->key_span,
				      "expected \"locked\" or \"project\": true for %.*s, found neither",
				      ATT_STR_ARG(att_str_first(entry->key, 200)));
	return sbom_gradle_describe(n->catalog, component, group, name, locked->string, n->err);
}

static struct att_str key_of(struct nebula *n, struct att_str configuration, struct att_str name)
{
	return ATT_ARENA_JOIN(&n->catalog->arena, configuration, ATT_STR("\n"), name);
}

static int add_module(struct nebula *n, struct att_str configuration, const struct att_member *entry)
{
	const struct att_source *source = &n->input->source;
	struct sbom_component component = {0};
	uint32_t index;
	int status = describe(n, entry, &component);
	if (status == ATT_OK)
		status = sbom_catalog_add(n->catalog, &component,
					  att_source_line(source, entry->key_span.begin), &index, n->err);
	if (status == ATT_ERR_MALFORMED && n->err->place.line == 0)
		n->err->place = att_source_place(source, entry->key_span);
	if (status != ATT_OK)
		return status;
	struct att_str key = key_of(n, configuration, entry->key);
	if (!key.data || att_map_set(&n->by_name, key, index) != ATT_OK)
		return att_err_memory(n->err);
	return ATT_OK;
}

/* --- edges --------------------------------------------------------------------------------------------- */

/* *listed: there are parents; *linked: one of them is in the lock, which the plugin can be told to leave
 * modules out of. */
static int add_parents(struct nebula *n, struct att_str configuration, const struct att_member *entry,
		       const char *list_name, uint32_t to, bool *listed, bool *linked)
{
	const struct att_source *source = &n->input->source;
	const struct att_value *list;
	int status = att_value_want(source, &entry->value, list_name, ATT_ARRAY, false, &list, n->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++) {
		const struct att_value *item = &list->items[i];
		uint32_t from;
		struct att_str group, name;
		if (!split_name(att_value_text(item), &group, &name))
			return att_source_err(source, n->err, ATT_ERR_MALFORMED, item->span,
					      "expected \"group:name\", found \"%.*s\"",
					      ATT_STR_ARG(att_str_first(att_value_text(item), 200)));
		struct att_str key = key_of(n, configuration, item->string);
		if (!key.data)
			return att_err_memory(n->err);
		*listed = true;
		if (!att_map_find(&n->by_name, key, &from))
			continue;
		*linked = true;
		status = sbom_catalog_depend(n->catalog, from, to, sbom_gradle_scope(configuration), n->err);
	}
	return status;
}

/* What nothing brought was asked for; "requested" says so even of modules that also came by themselves. */
static int add_edges(struct nebula *n, struct att_str configuration, const struct att_member *entry)
{
	bool requested = att_value_get(&entry->value, "requested") != NULL, linked = false;
	uint32_t to = 0;
	struct att_str key = key_of(n, configuration, entry->key);
	if (!key.data || !att_map_find(&n->by_name, key, &to))
		return att_err_memory(n->err);
	int status = add_parents(n, configuration, entry, "transitive", to, &n->has_transitive, &linked);
	if (status == ATT_OK)
		status = add_parents(n, configuration, entry, "firstLevelTransitive", to, &n->has_first_level,
				     &linked);
	if (status == ATT_OK && (requested || !linked))
		status = sbom_catalog_depend(n->catalog, 0, to, sbom_gradle_scope(configuration), n->err);
	return status;
}

/* --- the lock ------------------------------------------------------------------------------------------ */

static int each_module(struct nebula *n, const struct att_value *lock,
		       int (*visit)(struct nebula *, struct att_str, const struct att_member *))
{
	int status = ATT_OK;
	for (uint32_t i = 0; i < lock->count; i++) {
		const struct att_member *configuration = &lock->members[i];
		if (configuration->value.kind != ATT_OBJECT)
			return att_source_err(&n->input->source, n->err, ATT_ERR_MALFORMED,
					      configuration->value.span,
					      "expected an object for a configuration, found %s",
					      att_value_kind_name(&configuration->value));
		for (uint32_t j = 0; status == ATT_OK && j < configuration->value.count; j++)
			status = visit(n, configuration->key, &configuration->value.members[j]);
	}
	return status;
}

/* The plugin's first format had the modules at the top, without configurations. */
static int check_format(struct nebula *n, const struct att_value *lock)
{
	if (lock->kind != ATT_OBJECT)
		return att_source_err(&n->input->source, n->err, ATT_ERR_MALFORMED, lock->span,
				      "expected an object of configurations, found %s",
				      att_value_kind_name(lock));
	for (uint32_t i = 0; i < lock->count; i++) {
		if (att_str_find_byte(lock->members[i].key, ':') == ATT_STR_NONE)
			continue;
		att_source_err(&n->input->source, n->err, ATT_ERR_UNSUPPORTED, lock->members[i].key_span,
			       "expected configurations, found a module as in the plugin's format of 2015");
		att_err_help(n->err, "write the lock anew with a current plugin");
		return ATT_ERR_UNSUPPORTED;
	}
	return ATT_OK;
}

static int parse_lock(struct nebula *n)
{
	struct att_value lock;
	int status = att_json_parse(&n->input->source, &n->catalog->arena, &lock, n->err);
	if (status == ATT_OK)
		status = check_format(n, &lock);
	if (status == ATT_OK)
		status = sbom_gradle_name_project(n->input, n->catalog, n->err);
	if (status == ATT_OK)
		status = each_module(n, &lock, add_module);
	if (status == ATT_OK)
		status = each_module(n, &lock, add_edges);
	n->catalog->complete = n->catalog->component_count == 1 || (n->has_transitive && !n->has_first_level);
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct nebula n = {.input = input, .catalog = catalog, .err = err};
	int status = parse_lock(&n);
	att_map_clear(&n.by_name);
	return status;
}

const struct sbom_cataloger sbom_cataloger_nebula = {
	.name = "nebula",
	.patterns = (const char *const[]){"dependencies.lock", NULL},
	.parse = parse,
};
