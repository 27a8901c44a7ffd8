// SPDX-License-Identifier: Apache-2.0
/* pubspec.lock: every package of the resolution, and which of them the project names itself, but not what the
 * others need. The pubspec.yaml beside it names the project and the members of a workspace, whose own
 * pubspec.yaml say what they need. */
#include "libattest/base/glob.h"
#include "libattest/format/yaml.h"
#include "sbom/cataloger.h"
#include "sbom/origin.h"

#include "libattest/base/banned.h"

/* Each is compared with every pubspec.yaml of the tree; real workspaces have a handful. */
enum { MAX_GLOBS = 64 };

/* A pubspec.yaml: the one beside the lock, or that of a member. */
struct member {
	struct att_str folder; /* relative to the lock's */
	struct att_value pubspec;
	uint32_t index; /* in the catalog */
};

struct pub {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct member *members; /* worklist */
	size_t member_count, member_capacity, globs;
	struct att_map folders;
	struct att_map by_name; /* package or member -> index in the catalog */
};

/* --- packages ------------------------------------------------------------------------------------------- */

static int want(struct pub *p, const struct att_value *object, const char *key, struct att_str *out)
{
	const struct att_value *value;
	int status = att_value_want(&p->input->source, object, key, ATT_STRING, true, &value, p->err);
	*out = att_value_text(value);
	if (status == ATT_OK && out->len == 0)
		return att_source_err(&p->input->source, p->err, ATT_ERR_MALFORMED, value->span,
				      "expected text for \"%s\", found an empty string", key);
	return status;
}

/* {name: NAME, url: URL, sha256: HEX} */
static int describe_hosted(struct pub *p, const struct att_value *description, struct sbom_component *component,
			   struct att_purl *purl)
{
	static const char *const defaults[] = {"https://pub.dev", "https://pub.dartlang.org",
					       "http://pub.dartlang.org"};
	struct att_str name, url;
	const struct att_value *sha256;
	int status = want(p, description, "name", &name);
	if (status == ATT_OK)
		status = want(p, description, "url", &url);
	if (status == ATT_OK)
		status = att_value_want(&p->input->source, description, "sha256", ATT_STRING, false, &sha256,
					p->err);
	if (status != ATT_OK)
		return status;
	if (!att_str_equal(name, component->name))
		return att_source_err(&p->input->source, p->err, ATT_ERR_MALFORMED,
				      att_value_get(description, "name")->span,
				      "expected the name of the entry, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(name, 200)));
	component->origin = SBOM_ORIGIN_REGISTRY;
	bool is_default = false;
	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
		is_default |= att_str_is(url, defaults[i]);
	if (!is_default)
		att_purl_qualify(purl, "repository_url", url);
	if (!sha256 || sha256->string.len == 0)
		return ATT_OK;
	status = sbom_component_add_hash(&p->catalog->arena, component, SBOM_SHA256, sha256->string, p->err);
	if (status == ATT_ERR_MALFORMED)
		p->err->place = att_source_place(&p->input->source, sha256->span);
	return status;
}

/* {url: URL, resolved-ref: REVISION, path: FOLDER} */
static int describe_git(struct pub *p, const struct att_value *description, struct sbom_component *component,
			struct att_purl *purl)
{
	struct att_str url, revision, path = att_value_text(att_value_get(description, "path"));
	int status = want(p, description, "url", &url);
	if (status == ATT_OK)
		status = want(p, description, "resolved-ref", &revision);
	if (att_str_is(path, "."))
		path.len = 0;
	return status == ATT_OK ? sbom_describe_git(p->catalog, component, purl, url, revision, path, p->err)
				: status;
}

static int describe(struct pub *p, const struct att_value *package, struct sbom_component *component,
		    struct att_purl *purl)
{
	struct att_str kind, path;
	const struct att_value *description = att_value_get(package, "description");
	int status = want(p, package, "source", &kind);
	if (status != ATT_OK)
		return status;
	if (att_str_is(kind, "sdk"))
		return sbom_component_add_property(&p->catalog->arena, component, "attest:pub:sdk",
						   att_value_text(description), p->err);
	bool hosted = att_str_is(kind, "hosted"), git = att_str_is(kind, "git");
	if (!hosted && !git && !att_str_is(kind, "path")) {
		att_source_err(&p->input->source, p->err, ATT_ERR_UNSUPPORTED,
			       att_value_get(package, "source")->span,
			       "expected source hosted, git, path or sdk, found \"%.*s\"",
			       ATT_STR_ARG(att_str_first(kind, 100)));
		att_err_help(p->err, "a newer attest may know it");
		return ATT_ERR_UNSUPPORTED;
	}
	status = att_value_want(&p->input->source, package, "description", ATT_OBJECT, true, &description,
				p->err);
	if (status == ATT_OK && hosted)
		return describe_hosted(p, description, component, purl);
	if (status == ATT_OK && git)
		return describe_git(p, description, component, purl);
	if (status == ATT_OK)
		status = want(p, description, "path", &path);
	return status == ATT_OK ? sbom_describe_local(p->catalog, component, path, p->err) : status;
}

/* What the project beside the lock has to do with a package; 0: nothing by itself. */
static int direct_scope(struct pub *p, const struct att_value *package, uint32_t *scope)
{
	static const struct {
		const char *kind;
		uint32_t scope;
	} kinds[] = {
		{"direct main", SBOM_RUNTIME},
		{"direct dev", SBOM_DEV},
		{"direct overridden", SBOM_RUNTIME},
		{"transitive", 0},
		{"direct", SBOM_RUNTIME}, /* pub before 2.0 */
	};
	const struct att_value *kind;
	int status = att_value_want(&p->input->source, package, "dependency", ATT_STRING, false, &kind, p->err);
	*scope = 0;
	if (status != ATT_OK || !kind)
		return status;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (att_str_is(kind->string, kinds[i].kind)) {
			*scope = kinds[i].scope;
			return ATT_OK;
		}
	}
	return att_source_err(&p->input->source, p->err, ATT_ERR_MALFORMED, kind->span,
			      "expected \"direct main\", \"direct dev\", \"direct overridden\" or "
			      "\"transitive\", found \"%.*s\"",
			      ATT_STR_ARG(att_str_first(kind->string, 100)));
}

static int add_package(struct pub *p, const struct att_member *entry)
{
	struct sbom_component component = {.name = entry->key};
	const struct att_source *source = &p->input->source;
	uint32_t index = 0, scope = 0;
	int status = want(p, &entry->value, "version", &component.version);
	struct att_purl purl = {.type = ATT_STR("pub"), .name = entry->key, .version = component.version};
	if (status == ATT_OK)
		status = describe(p, &entry->value, &component, &purl);
	if (status == ATT_OK)
		status = direct_scope(p, &entry->value, &scope);
	if (status == ATT_OK)
		status = sbom_catalog_set_purl(p->catalog, &component, &purl, p->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(p->catalog, &component,
					  att_source_line(source, entry->key_span.begin), &index, p->err);
	if (status == ATT_ERR_MALFORMED && p->err->place.line == 0)
		p->err->place = att_source_place(source, entry->key_span);
	if (status == ATT_OK && scope)
		status = sbom_catalog_depend(p->catalog, 0, index, scope, p->err);
	if (status == ATT_OK && att_map_set(&p->by_name, entry->key, index) != ATT_OK)
		return att_err_memory(p->err);
	return status;
}

/* --- the project and its members ------------------------------------------------------------------------- */

static int plan_member(struct pub *p, struct att_str folder)
{
	bool found;
	uint32_t stored;
	void *items = p->members;
	if (!folder.data || att_map_put(&p->folders, folder, 0, &found, &stored) != ATT_OK)
		return att_err_memory(p->err);
	if (found)
		return ATT_OK;
	struct member *slot =
		att_arena_push(&p->catalog->arena, &items, &p->member_count, &p->member_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(p->err);
	p->members = items;
	*slot = (struct member){.folder = folder};
	return ATT_OK;
}

static int plan_glob(struct pub *p, struct att_str pattern)
{
	struct att_str *paths, file = ATT_STR("/pubspec.yaml");
	bool flat = att_str_find_byte(pattern, '/') == ATT_STR_NONE;
	size_t count;
	if (p->globs++ >= MAX_GLOBS)
		return ATT_OK;
	int status = sbom_input_manifests(p->input, p->catalog, "pubspec.yaml", &paths, &count, p->err);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		if (!att_str_ends(paths[i], file))
			continue;
		struct att_str folder = att_str_first(paths[i], paths[i].len - file.len);
		if (att_glob_match(pattern, folder) &&
		    !(flat && att_str_find_byte(folder, '/') != ATT_STR_NONE))
			status = plan_member(p, folder);
	}
	return status;
}

static int plan_workspace(struct pub *p, uint32_t number)
{
	const struct att_value *list = att_value_get(&p->members[number].pubspec, "workspace");
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && list && list->kind == ATT_ARRAY && i < list->count; i++) {
		struct att_str entry = att_value_text(&list->items[i]);
		struct att_str folder = sbom_path_join(&p->catalog->arena, p->members[number].folder, entry);
		if (!folder.data || entry.len == 0)
			continue; /* pub allows only folders below */
		status = att_str_find_byte(entry, '*') != ATT_STR_NONE ? plan_glob(p, folder)
								       : plan_member(p, folder);
	}
	return status;
}

static int add_member(struct pub *p, uint32_t number)
{
	struct member *m = &p->members[number];
	struct att_err ignored;
	struct sbom_component component = {
		.origin = SBOM_ORIGIN_LOCAL,
		.name = att_value_text(att_value_get(&m->pubspec, "name")),
		.version = att_value_text(att_value_get(&m->pubspec, "version")),
	};
	if (component.name.len == 0)
		return ATT_OK;
	/* Odd text of a manifest costs the project its purl, nothing else. */
	if (sbom_catalog_set_plain_purl(p->catalog, &component, "pub", (struct att_str){NULL, 0},
					component.name, component.version, &ignored) == ATT_ERR_MEMORY)
		return att_err_memory(p->err);
	if (number == 0)
		return sbom_catalog_name_project(p->catalog, &component, p->err);
	component.folder = sbom_path_join(&p->catalog->arena, p->catalog->folder, m->folder);
	if (!component.folder.data)
		return att_err_memory(p->err);
	int status = sbom_catalog_add(p->catalog, &component, 0, &m->index, p->err);
	if (status == ATT_OK && att_map_set(&p->by_name, component.name, m->index) != ATT_OK)
		return att_err_memory(p->err);
	return status == ATT_OK ? sbom_catalog_depend(p->catalog, 0, m->index, SBOM_RUNTIME, p->err) : status;
}

static int load_members(struct pub *p)
{
	int status = plan_member(p, ATT_STR(""));
	for (uint32_t i = 0; status == ATT_OK && i < p->member_count; i++) {
		struct att_source source;
		struct att_err ignored;
		struct member *m = &p->members[i];
		struct att_str path =
			ATT_ARENA_JOIN(&p->catalog->arena, m->folder,
				       m->folder.len ? ATT_STR("/") : ATT_STR(""), ATT_STR("pubspec.yaml"));
		if (!path.data)
			return att_err_memory(p->err);
		if (sbom_input_sibling(p->input, p->catalog, path, &source, &ignored) != ATT_OK ||
		    att_yaml_parse(&source, &p->catalog->arena, &m->pubspec, &ignored) != ATT_OK)
			m->pubspec = (struct att_value){.kind = ATT_NULL};
		status = add_member(p, i);
		if (status == ATT_OK)
			status = plan_workspace(p, i);
	}
	return status;
}

/* What is neither in the lock nor a member is older or newer than the lock, which is what counts. */
static int connect_member(struct pub *p, const struct member *m, const char *section, uint32_t scope)
{
	const struct att_value *map = att_value_get(&m->pubspec, section);
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && map && map->kind == ATT_OBJECT && i < map->count; i++) {
		uint32_t to;
		if (att_map_find(&p->by_name, map->members[i].key, &to))
			status = sbom_catalog_depend(p->catalog, m->index, to, scope, p->err);
	}
	return status;
}

/* --- the whole -------------------------------------------------------------------------------------------- */

static int parse_lock(struct pub *p)
{
	struct att_value lock;
	const struct att_value *packages = NULL;
	int status = att_yaml_parse(&p->input->source, &p->catalog->arena, &lock, p->err);
	if (status == ATT_OK)
		status = att_value_want(&p->input->source, &lock, "packages", ATT_OBJECT, true, &packages,
					p->err);
	if (status == ATT_OK)
		status = load_members(p);
	for (uint32_t i = 0; status == ATT_OK && i < packages->count; i++)
		status = add_package(p, &packages->members[i]);
	/* The lock says it of the project itself (member 0). */
	for (size_t i = 1; status == ATT_OK && i < p->member_count; i++) {
		status = connect_member(p, &p->members[i], "dependencies", SBOM_RUNTIME);
		if (status == ATT_OK)
			status = connect_member(p, &p->members[i], "dev_dependencies", SBOM_DEV);
	}
	p->catalog->flat = packages && packages->count > 0;
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct pub p = {.input = input, .catalog = catalog, .err = err};
	int status = parse_lock(&p);
	att_map_clear(&p.folders);
	att_map_clear(&p.by_name);
	return status;
}

static bool recognize(struct att_str text)
{
	return att_str_starts(text, ATT_STR("# Generated by pub")) &&
	       att_str_find(att_str_first(text, 4096), ATT_STR("packages:")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_pub = {
	.name = "pub",
	.patterns = (const char *const[]){"pubspec.lock", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"pubspec.yaml", NULL},
};
