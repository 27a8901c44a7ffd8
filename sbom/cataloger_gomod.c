// SPDX-License-Identifier: Apache-2.0
/* go.mod with the go.sum beside it, and go.work. From Go 1.17 on, go.mod names every module that the build
 * can need (https://go.dev/ref/mod#graph-pruning), each with the version that is used; which module needs
 * which other is not written down. go.sum knows hashes, of more modules than are built. */
#include "sbom/cataloger_gomod.h"

#include "libattest/base/banned.h"

/* Packages of a path that is tried part by part: longer ones fit no file system. */
enum { MAX_TOOL_PATH = 1024 };

struct golang {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct gomod mod;
	struct att_source sum;
	struct sum *sums; /* lines of go.sum */
	size_t sum_count, sum_capacity;
	struct att_map sum_by_module; /* "path version" and "path version/go.mod" -> sums */
};

struct sum {
	struct att_str hash;
};

/* --- go.sum -------------------------------------------------------------------------------------------- */

static void warn_sum(struct golang *g, const char *code, struct att_span span, struct att_str message,
		     struct att_str help)
{
	sbom_catalog_warn(g->catalog, &g->sum, code, ATT_WARNING, span, message, help);
}

/* "h1:" and the base64 of a SHA-256. */
static bool is_hash(struct att_str hash)
{
	bool good = hash.len == 47 && att_str_starts(hash, ATT_STR("h1:")) && hash.data[46] == '=';
	for (size_t i = 3; good && i < 46; i++)
		good = att_ascii_is_alnum(hash.data[i]) || hash.data[i] == '+' || hash.data[i] == '/';
	return good;
}

static int keep_sum(struct golang *g, struct att_str module, struct att_str hash, struct att_span span)
{
	bool found;
	uint32_t stored;
	if (att_map_put(&g->sum_by_module, module, (uint32_t)g->sum_count, &found, &stored) != ATT_OK)
		return att_err_memory(g->err);
	if (found) {
		if (!att_str_equal(g->sums[stored].hash, hash))
			warn_sum(g, "hash-conflict", span,
				 ATT_STR("this module version has another hash on an earlier line"),
				 ATT_STR("find out which hash is right; go mod verify helps"));
		return ATT_OK;
	}
	void *items = g->sums;
	struct sum *slot =
		att_arena_push(&g->catalog->arena, &items, &g->sum_count, &g->sum_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(g->err);
	g->sums = items;
	slot->hash = hash;
	return ATT_OK;
}

static int read_sum_line(struct golang *g, struct att_str line)
{
	uint32_t begin = (uint32_t)(line.data - g->sum.text.data);
	struct att_span span = {begin, begin + (uint32_t)line.len};
	size_t first = att_str_find_byte(line, ' '), last = att_str_find_last_byte(line, ' ');
	struct att_str hash = att_str_from(line, last == ATT_STR_NONE ? line.len : last + 1);
	if (line.len == 0)
		return ATT_OK;
	/* A hash of a kind that is yet to be invented says nothing wrong. */
	size_t colon = att_str_find_byte(hash, ':');
	bool other = colon != ATT_STR_NONE && !att_str_starts(hash, ATT_STR("h1:"));
	if (first == ATT_STR_NONE || first == 0 || last <= first + 1 ||
	    att_str_find_byte(att_str_first(att_str_from(line, first + 1), last - first - 1), ' ') !=
		    ATT_STR_NONE ||
	    (!other && !is_hash(hash))) {
		warn_sum(g, "malformed-input", span,
			 ATT_STR("expected a module, its version and a hash like h1:..., found something else"),
			 ATT_STR("this line is left out; go mod tidy writes the file anew"));
		return ATT_OK;
	}
	return other ? ATT_OK : keep_sum(g, att_str_first(line, last), hash, span);
}

static int load_sum(struct golang *g)
{
	struct att_err ignored;
	struct att_str rest, line;
	/* Without go.sum there are no hashes, and nothing else is missing. */
	if (sbom_input_sibling(g->input, g->catalog, ATT_STR("go.sum"), &g->sum, &ignored) != ATT_OK)
		return ATT_OK;
	int status = ATT_OK;
	rest = g->sum.text;
	while (status == ATT_OK && att_str_split(&rest, '\n', &line))
		status = read_sum_line(g, att_str_trim(line));
	return status;
}

static int add_sum(struct golang *g, struct sbom_component *component, const char *property,
		   struct att_str path, struct att_str version, struct att_str suffix)
{
	struct att_arena *arena = &g->catalog->arena;
	struct att_str key = ATT_ARENA_JOIN(arena, path, ATT_STR(" "), version, suffix);
	uint32_t sum;
	if (!key.data)
		return att_err_memory(g->err);
	if (!att_map_find(&g->sum_by_module, key, &sum))
		return ATT_OK;
	return sbom_component_add_property(arena, component, property, g->sums[sum].hash, g->err);
}

/* --- modules ------------------------------------------------------------------------------------------- */

static int name_module(struct golang *g, struct sbom_component *component, struct att_str path,
		       struct att_str version)
{
	size_t slash = att_str_find_last_byte(path, '/');
	component->name = path;
	component->version = version;
	return sbom_catalog_set_plain_purl(
		g->catalog, component, "golang", att_str_first(path, slash == ATT_STR_NONE ? 0 : slash),
		att_str_from(path, slash == ATT_STR_NONE ? 0 : slash + 1), version, g->err);
}

static int describe_remote(struct golang *g, struct sbom_component *component, struct att_str path,
			   struct att_str version)
{
	bool exact = sbom_go_is_version(version);
	component->origin = SBOM_ORIGIN_REGISTRY;
	int status = name_module(g, component, path, exact ? version : (struct att_str){NULL, 0});
	if (!exact) {
		g->catalog->complete = false;
		if (status == ATT_OK)
			status = sbom_component_add_property(&g->catalog->arena, component,
							     "attest:requirement", version, g->err);
		return status;
	}
	if (status == ATT_OK)
		status = add_sum(g, component, "attest:go:h1", path, version, ATT_STR(""));
	if (status == ATT_OK)
		status = add_sum(g, component, "attest:go:gomod-h1", path, version, ATT_STR("/go.mod"));
	return status;
}

/* A folder outside of the tree cannot be looked into, now or by anybody who reads the SBOM. */
static int describe_local(struct golang *g, struct sbom_component *component, struct att_str path,
			  struct att_str folder)
{
	component->origin = SBOM_ORIGIN_LOCAL;
	component->folder = sbom_path_join(&g->catalog->arena, g->catalog->folder, folder);
	if (!component->folder.data)
		g->catalog->complete = false;
	return name_module(g, component, path, (struct att_str){NULL, 0});
}

static const struct gomod_replace *find_replace(struct golang *g, const struct gomod_require *require)
{
	uint32_t index;
	struct att_str key = ATT_ARENA_JOIN(&g->catalog->arena, require->path, ATT_STR(" "), require->version);
	if ((key.data && att_map_find(&g->mod.replace_by_key, key, &index)) ||
	    att_map_find(&g->mod.replace_by_key, require->path, &index))
		return &g->mod.replaces[index];
	return NULL;
}

/* Tools are named by package; their module is the longest path among the modules that begins it. */
static void mark_tools(struct golang *g, bool *is_tool)
{
	for (size_t i = 0; i < g->mod.tool_count; i++) {
		struct att_str path = g->mod.tools[i];
		uint32_t index;
		if (path.len > MAX_TOOL_PATH)
			continue;
		while (path.len > 0 && !att_map_find(&g->mod.require_by_path, path, &index)) {
			size_t slash = att_str_find_last_byte(path, '/');
			path.len = slash == ATT_STR_NONE ? 0 : slash;
		}
		if (path.len > 0)
			is_tool[index] = true;
	}
}

static bool is_excluded(struct golang *g, const struct gomod_require *require)
{
	uint32_t ignored;
	struct att_str key = ATT_ARENA_JOIN(&g->catalog->arena, require->path, ATT_STR(" "), require->version);
	return key.data && att_map_find(&g->mod.excluded, key, &ignored);
}

static int add_require(struct golang *g, const struct gomod_require *require, bool is_tool)
{
	struct sbom_component component = {0};
	struct att_arena *arena = &g->catalog->arena;
	const struct gomod_replace *replace = find_replace(g, require);
	uint32_t index;
	/* The go command passes over what go.mod excludes and takes a version that is not written here. */
	if (is_excluded(g, require)) {
		g->catalog->complete = false;
		return ATT_OK;
	}
	int status = !replace ? describe_remote(g, &component, require->path, require->version)
		     : replace->is_folder
			     ? describe_local(g, &component, require->path, replace->new_path)
			     : describe_remote(g, &component, replace->new_path, replace->new_version);
	if (status == ATT_OK && replace) {
		struct att_str original = ATT_ARENA_JOIN(arena, require->path, ATT_STR("@"), require->version);
		status = original.data ? sbom_component_add_property(arena, &component, "attest:go:replaces",
								     original, g->err)
				       : att_err_memory(g->err);
	}
	if (status == ATT_OK && require->indirect)
		status = sbom_component_add_property(arena, &component, "attest:go:indirect", ATT_STR("true"),
						     g->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(g->catalog, &component,
					  att_source_line(&g->input->source, require->span.begin), &index,
					  g->err);
	if (status == ATT_OK)
		status = sbom_catalog_depend(g->catalog, 0, index, SBOM_RUNTIME | (is_tool ? SBOM_BUILD : 0u),
					     g->err);
	if (status == ATT_ERR_MALFORMED && g->err->place.line == 0)
		g->err->place = att_source_place(&g->input->source, require->span);
	return status;
}

/* --- the files ----------------------------------------------------------------------------------------- */

static int name_project(struct golang *g)
{
	struct sbom_component facts = {.kind = SBOM_APPLICATION};
	struct att_arena *arena = &g->catalog->arena;
	int status = name_module(g, &facts, g->mod.module, (struct att_str){NULL, 0});
	if (status == ATT_OK)
		status = sbom_component_add_property(arena, &facts, "attest:go:version", g->mod.go, g->err);
	if (status == ATT_OK)
		status = sbom_component_add_property(arena, &facts, "attest:go:toolchain", g->mod.toolchain,
						     g->err);
	return status == ATT_OK ? sbom_catalog_name_project(g->catalog, &facts, g->err) : status;
}

/* From 1.17 on go.mod holds the whole closure; without a go line it is read as 1.16. */
static bool holds_closure(struct att_str go)
{
	uint64_t major, minor;
	size_t dot = att_str_find_byte(go, '.');
	struct att_str digits = att_str_from(go, dot == ATT_STR_NONE ? go.len : dot + 1);
	size_t len = 0;
	while (len < digits.len && att_ascii_is_digit(digits.data[len]))
		len++;
	return att_str_to_uint(att_str_first(go, dot), 1000, &major) &&
	       att_str_to_uint(att_str_first(digits, len), 100000, &minor) &&
	       (major > 1 || (major == 1 && minor >= 17));
}

static int catalog_mod(struct golang *g)
{
	if (g->mod.module.len == 0)
		return att_source_err(&g->input->source, g->err, ATT_ERR_MALFORMED, ((struct att_span){0, 0}),
				      "expected a \"module\" line, found none");
	g->catalog->complete = g->mod.require_count == 0 || holds_closure(g->mod.go);
	g->catalog->flat = g->mod.require_count > 0;
	bool *is_tool = att_arena_alloc(&g->catalog->arena, g->mod.require_count + 1, sizeof *is_tool);
	int status = is_tool ? load_sum(g) : att_err_memory(g->err);
	if (status == ATT_OK)
		status = name_project(g);
	if (status == ATT_OK)
		mark_tools(g, is_tool);
	for (size_t i = 0; status == ATT_OK && i < g->mod.require_count; i++)
		status = add_require(g, &g->mod.requires[i], is_tool[i]);
	return status;
}

static int add_member(struct golang *g, struct att_str folder, struct att_span span)
{
	struct sbom_component component = {.origin = SBOM_ORIGIN_LOCAL};
	struct att_source source;
	struct att_err ignored;
	struct gomod member = {0};
	uint32_t index;
	struct att_arena *arena = &g->catalog->arena;
	struct att_str file = ATT_ARENA_JOIN(arena, folder, ATT_STR("/go.mod"));
	if (!file.data)
		return att_err_memory(g->err);
	component.folder = sbom_path_join(arena, g->catalog->folder, folder);
	if (!component.folder.data) {
		g->catalog->complete = false;
		return ATT_OK;
	}
	int status = ATT_OK;
	if (sbom_input_sibling(g->input, g->catalog, file, &source, &ignored) != ATT_OK ||
	    sbom_gomod_read(&source, arena, false, &member, &ignored) != ATT_OK)
		g->catalog->complete = false;
	else if (member.module.len > 0)
		status = name_module(g, &component, member.module, (struct att_str){NULL, 0});
	sbom_gomod_clear(&member);
	if (status == ATT_OK && att_str_equal(component.folder, g->catalog->folder))
		return sbom_catalog_name_project(g->catalog, &component, g->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(g->catalog, &component,
					  att_source_line(&g->input->source, span.begin), &index, g->err);
	if (status == ATT_OK)
		status = sbom_catalog_depend(g->catalog, 0, index, SBOM_RUNTIME, g->err);
	return status;
}

/* A workspace's own replacements bend what its members resolve to, which their go.mod files do not show. */
static int catalog_work(struct golang *g)
{
	int status = ATT_OK;
	g->catalog->complete = g->mod.replace_count == 0;
	for (size_t i = 0; status == ATT_OK && i < g->mod.folder_count; i++)
		status = add_member(g, g->mod.folders[i], g->mod.folder_spans[i]);
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct golang g = {.input = input, .catalog = catalog, .err = err};
	bool is_work = att_str_ends(catalog->path, ATT_STR(".work"));
	int status = sbom_gomod_read(&input->source, &catalog->arena, is_work, &g.mod, err);
	if (status == ATT_OK)
		status = is_work ? catalog_work(&g) : catalog_mod(&g);
	sbom_gomod_clear(&g.mod);
	att_map_clear(&g.sum_by_module);
	return status;
}

static bool recognize(struct att_str text)
{
	struct att_str start = att_str_first(text, 4096);
	return att_str_starts(start, ATT_STR("module ")) &&
	       (att_str_find(start, ATT_STR("\ngo 1.")) != ATT_STR_NONE ||
		att_str_find(start, ATT_STR("\nrequire ")) != ATT_STR_NONE);
}

const struct sbom_cataloger sbom_cataloger_gomod = {
	.name = "gomod",
	.patterns = (const char *const[]){"go.mod", "go.work", NULL},
	.recognize = recognize,
	.parse = parse,
};
