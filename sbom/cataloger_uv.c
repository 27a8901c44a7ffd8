// SPDX-License-Identifier: Apache-2.0
/* uv.lock, format 1. The lock is whole: it names the project, the members of its workspace, and for every
 * dependency the exact package; name alone when there is one version, else with version and source. */
#include "libattest/base/limits.h"
#include "libattest/format/toml.h"
#include "sbom/python_lock.h"

#include "libattest/base/banned.h"

enum { NO_PACKAGE = UINT32_MAX };

struct package {
	const struct att_value *table;
	struct att_str name, version;
	struct att_str kind, place; /* the source: "registry" and its URL, "editable" and its path, ... */
	uint32_t index, next;       /* in the catalog; of the same name */
	bool local;
};

struct uv {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct sbom_python_lock lock; /* for requirements of the manifest, which name no version */
	struct package *packages;
	size_t package_count;
	struct att_map by_name; /* first package of a name */
};

/* --- packages ------------------------------------------------------------------------------------------ */

static int read_source(struct uv *u, const struct att_value *source, struct att_str *kind,
		       struct att_str *place)
{
	static const char *const kinds[] = {"registry",  "git",      "url",    "path",
					    "directory", "editable", "virtual"};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const struct att_value *value;
		int status =
			att_value_want(&u->input->source, source, kinds[i], ATT_STRING, false, &value, u->err);
		if (status != ATT_OK)
			return status;
		if (value) {
			*kind = att_str_of(kinds[i]);
			*place = value->string;
			return ATT_OK;
		}
	}
	att_source_err(&u->input->source, u->err, ATT_ERR_UNSUPPORTED, source->span,
		       "expected a source of registry, git, url, path, directory, editable or virtual");
	att_err_help(u->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

static bool is_local_kind(struct att_str kind)
{
	return att_str_is(kind, "path") || att_str_is(kind, "directory") || att_str_is(kind, "editable") ||
	       att_str_is(kind, "virtual");
}

/* "https://host/repo?rev=main#COMMIT" */
static void describe_git(struct sbom_component *component, struct att_str place)
{
	size_t hash = att_str_find_last_byte(place, '#');
	component->origin = SBOM_ORIGIN_GIT;
	component->vcs_revision = att_str_from(place, hash == ATT_STR_NONE ? place.len : hash + 1);
	place = att_str_first(place, hash);
	component->origin_url = att_str_first(place, att_str_find_byte(place, '?'));
}

static int describe_source(struct uv *u, const struct package *package, struct sbom_component *component)
{
	if (package->local)
		return sbom_python_place(u->catalog, component, package->place,
					 att_str_is(package->kind, "path"), u->err);
	if (att_str_is(package->kind, "git")) {
		describe_git(component, package->place);
	} else if (att_str_is(package->kind, "url")) {
		component->origin = SBOM_ORIGIN_URL;
		component->origin_url = package->place;
	} else {
		component->origin = SBOM_ORIGIN_REGISTRY;
		component->origin_url =
			att_value_text(att_value_get(att_value_get(package->table, "sdist"), "url"));
	}
	return ATT_OK;
}

static int add_archive(struct uv *u, struct sbom_component *component, const struct att_value *archive)
{
	const struct att_value *hash;
	if (archive->kind != ATT_OBJECT)
		return att_source_err(&u->input->source, u->err, ATT_ERR_MALFORMED, archive->span,
				      "expected a table, found %s", att_value_kind_name(archive));
	if (component->origin == SBOM_ORIGIN_REGISTRY && component->origin_url.len == 0)
		component->origin_url = att_value_text(att_value_get(archive, "url"));
	int status = att_value_want(&u->input->source, archive, "hash", ATT_STRING, false, &hash, u->err);
	if (status != ATT_OK || !hash)
		return status;
	return sbom_python_add_hash(&u->input->source, &u->catalog->arena, component, hash, u->err);
}

static int add_archives(struct uv *u, const struct package *package, struct sbom_component *component)
{
	const struct att_value *sdist, *wheels;
	int status =
		att_value_want(&u->input->source, package->table, "sdist", ATT_OBJECT, false, &sdist, u->err);
	if (status == ATT_OK)
		status = att_value_want(&u->input->source, package->table, "wheels", ATT_ARRAY, false, &wheels,
					u->err);
	if (status == ATT_OK && sdist)
		status = add_archive(u, component, sdist);
	for (uint32_t i = 0; status == ATT_OK && wheels && i < wheels->count; i++)
		status = add_archive(u, component, &wheels->items[i]);
	return status;
}

static int add_markers(struct uv *u, const struct package *package, struct sbom_component *component)
{
	const struct att_value *markers;
	int status = att_value_want(&u->input->source, package->table, "resolution-markers", ATT_ARRAY, false,
				    &markers, u->err);
	for (uint32_t i = 0; status == ATT_OK && markers && i < markers->count; i++)
		status = sbom_component_add_property(&u->catalog->arena, component, "attest:python:marker",
						     att_value_text(&markers->items[i]), u->err);
	return status;
}

/* The package in the lock's own folder is the project. */
static int name_project(struct uv *u, const struct package *package, struct sbom_component *component)
{
	struct sbom_python_project project;
	if (!package->local || att_str_is(package->kind, "path") ||
	    !att_str_equal(component->folder, u->catalog->folder) || u->catalog->components[0].name.len > 0)
		return ATT_OK;
	int status =
		sbom_python_project_load(u->input, u->catalog, (struct att_str){NULL, 0}, &project, u->err);
	component->license = project.license;
	component->kind = SBOM_APPLICATION;
	return status == ATT_OK ? sbom_catalog_name_project(u->catalog, component, u->err) : status;
}

static int add_package(struct uv *u, struct package *package)
{
	struct sbom_component component = {.name = package->name, .version = package->version};
	int status = describe_source(u, package, &component);
	if (status == ATT_OK)
		status = add_archives(u, package, &component);
	if (status == ATT_OK)
		status = add_markers(u, package, &component);
	if (status == ATT_OK)
		status = sbom_python_identify(u->catalog, &component, package->place, u->err);
	if (status == ATT_OK)
		status = name_project(u, package, &component);
	if (status == ATT_OK)
		status = sbom_catalog_add(u->catalog, &component,
					  att_source_line(&u->input->source, package->table->span.begin),
					  &package->index, u->err);
	const struct sbom_python_locked item = {.version = package->version,
						.direct = component.origin != SBOM_ORIGIN_REGISTRY,
						.component = package->index};
	if (status == ATT_OK)
		status = sbom_python_lock_add(&u->lock, package->name, &item, u->err);
	return sbom_python_error_at(&u->input->source, package->table->span, status, u->err);
}

/* Chains packages of one name, and refuses one that is there already. */
static int chain(struct uv *u, uint32_t number)
{
	struct package *package = &u->packages[number];
	bool found;
	uint32_t first;
	package->next = NO_PACKAGE;
	if (att_map_put(&u->by_name, package->name, number, &found, &first) != ATT_OK)
		return att_err_memory(u->err);
	for (int forks = 1; found; forks++) {
		struct package *other = &u->packages[first];
		if (att_str_equal(other->version, package->version) &&
		    att_str_equal(other->kind, package->kind) && att_str_equal(other->place, package->place))
			return att_source_err(&u->input->source, u->err, ATT_ERR_MALFORMED,
					      package->table->span,
					      "expected every package once, found %.*s %.*s twice",
					      ATT_STR_ARG(att_str_first(package->name, 150)),
					      ATT_STR_ARG(att_str_first(package->version, 80)));
		if (forks >= ATT_MAX_FORKS)
			return att_source_err(&u->input->source, u->err, ATT_ERR_LIMIT, package->table->span,
					      "expected at most %d versions of %.*s, found more", ATT_MAX_FORKS,
					      ATT_STR_ARG(att_str_first(package->name, 200)));
		if (other->next == NO_PACKAGE) {
			other->next = number;
			break;
		}
		first = other->next;
	}
	return ATT_OK;
}

static int read_package(struct uv *u, const struct att_value *table, uint32_t number)
{
	const struct att_source *source = &u->input->source;
	const struct att_value *name, *version, *origin;
	struct package *package = &u->packages[number];
	int status = att_value_want(source, table, "name", ATT_STRING, true, &name, u->err);
	if (status == ATT_OK)
		status = att_value_want(source, table, "source", ATT_OBJECT, true, &origin, u->err);
	if (status == ATT_OK)
		status = read_source(u, origin, &package->kind, &package->place);
	if (status != ATT_OK)
		return status;
	/* The version of a local package may be known to its build backend only. */
	package->local = is_local_kind(package->kind);
	status = att_value_want(source, table, "version", ATT_STRING, !package->local, &version, u->err);
	if (status != ATT_OK)
		return status;
	if (!sbom_python_is_name(name->string))
		return att_source_err(source, u->err, ATT_ERR_MALFORMED, name->span,
				      "expected the name of a package, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(name->string, 200)));
	package->table = table;
	package->name = name->string;
	package->version = att_value_text(version);
	return chain(u, number);
}

static int read_packages(struct uv *u, const struct att_value *lock)
{
	const struct att_value *list;
	int status = att_value_want(&u->input->source, lock, "package", ATT_ARRAY, false, &list, u->err);
	if (status != ATT_OK)
		return status;
	u->package_count = list ? list->count : 0;
	u->packages = att_arena_alloc(&u->catalog->arena, u->package_count, sizeof *u->packages);
	if (!u->packages)
		return att_err_memory(u->err);
	for (uint32_t i = 0; status == ATT_OK && i < u->package_count; i++)
		status = read_package(u, &list->items[i], i);
	for (uint32_t i = 0; status == ATT_OK && i < u->package_count; i++)
		status = add_package(u, &u->packages[i]);
	return status;
}

/* --- dependencies -------------------------------------------------------------------------------------- */

static bool is_meant(const struct package *package, const struct att_value *version, struct att_str kind,
		     struct att_str place)
{
	return (!version || att_str_equal(package->version, version->string)) &&
	       (kind.len == 0 || (att_str_equal(package->kind, kind) && att_str_equal(package->place, place)));
}

static int add_dependency(struct uv *u, uint32_t from, const struct att_value *item, uint32_t scope)
{
	const struct att_source *file = &u->input->source;
	const struct att_value *name, *version, *source;
	struct att_str kind = {NULL, 0}, place = {NULL, 0};
	uint32_t at, found = NO_PACKAGE, count = 0;
	int status = att_value_want(file, item, "name", ATT_STRING, true, &name, u->err);
	if (status == ATT_OK)
		status = att_value_want(file, item, "version", ATT_STRING, false, &version, u->err);
	if (status == ATT_OK)
		status = att_value_want(file, item, "source", ATT_OBJECT, false, &source, u->err);
	if (status == ATT_OK && source)
		status = read_source(u, source, &kind, &place);
	if (status != ATT_OK)
		return status;
	if (!att_map_find(&u->by_name, name->string, &at))
		at = NO_PACKAGE;
	for (; at != NO_PACKAGE; at = u->packages[at].next) {
		if (is_meant(&u->packages[at], version, kind, place)) {
			found = at;
			count++;
		}
	}
	if (count != 1)
		return att_source_err(file, u->err, ATT_ERR_MALFORMED, item->span,
				      "expected one package of this lock, found %s of the name \"%.*s\"",
				      count ? "several" : "none",
				      ATT_STR_ARG(att_str_first(name->string, 200)));
	return sbom_catalog_depend(u->catalog, from, u->packages[found].index, scope, u->err);
}

static int add_list(struct uv *u, uint32_t from, const struct att_value *list, uint32_t scope)
{
	int status = ATT_OK;
	if (list && list->kind != ATT_ARRAY)
		return att_source_err(&u->input->source, u->err, ATT_ERR_MALFORMED, list->span,
				      "expected a list of dependencies, found %s", att_value_kind_name(list));
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = add_dependency(u, from, &list->items[i], scope);
	return status;
}

/* A table of lists: extras or groups. */
static int add_lists(struct uv *u, const struct package *from, const char *key, uint32_t scope)
{
	const struct att_value *table;
	int status = att_value_want(&u->input->source, from->table, key, ATT_OBJECT, false, &table, u->err);
	for (uint32_t i = 0; status == ATT_OK && table && i < table->count; i++)
		status = add_list(u, from->index, &table->members[i].value, scope);
	return status;
}

static int add_dependencies(struct uv *u, const struct package *from)
{
	int status = add_list(u, from->index, att_value_get(from->table, "dependencies"), SBOM_RUNTIME);
	if (status == ATT_OK)
		status = add_lists(u, from, "optional-dependencies", SBOM_OPTIONAL);
	if (status == ATT_OK)
		status = add_lists(u, from, "dev-dependencies", SBOM_DEV);
	return status;
}

/* --- the manifest -------------------------------------------------------------------------------------- */

/* What a script, or a workspace without a project, asks for: names and specifiers. */
static int add_requirements(struct uv *u, const struct att_value *list, uint32_t scope)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && list && list->kind == ATT_ARRAY && i < list->count; i++) {
		const struct att_value *name, *specifier;
		bool found;
		status = att_value_want(&u->input->source, &list->items[i], "name", ATT_STRING, true, &name,
					u->err);
		if (status != ATT_OK)
			return status;
		specifier = att_value_get(&list->items[i], "specifier");
		const struct sbom_python_want want = {name->string, att_value_text(specifier), false};
		status = sbom_python_lock_depend(&u->lock, u->catalog, 0, &want, scope, &found, u->err);
		/* A marker may rule it out on every platform. */
		if (status == ATT_OK && !found && !att_value_get(&list->items[i], "marker"))
			return att_source_err(&u->input->source, u->err, ATT_ERR_MALFORMED, name->span,
					      "expected a package of this lock, found \"%.*s\"",
					      ATT_STR_ARG(att_str_first(name->string, 200)));
	}
	return status;
}

static int add_members(struct uv *u, const struct att_value *manifest)
{
	const struct att_value *members;
	int status = att_value_want(&u->input->source, manifest, "members", ATT_ARRAY, false, &members, u->err);
	for (uint32_t i = 0; status == ATT_OK && members && i < members->count; i++) {
		const struct att_value *member = &members->items[i];
		uint32_t at;
		if (!att_map_find(&u->by_name, att_value_text(member), &at))
			return att_source_err(&u->input->source, u->err, ATT_ERR_MALFORMED, member->span,
					      "expected a package of this lock, found \"%.*s\"",
					      ATT_STR_ARG(att_str_first(att_value_text(member), 200)));
		for (; status == ATT_OK && at != NO_PACKAGE; at = u->packages[at].next)
			if (u->packages[at].local)
				status = sbom_catalog_depend(u->catalog, 0, u->packages[at].index, SBOM_RUNTIME,
							     u->err);
	}
	return status;
}

static int add_manifest(struct uv *u, const struct att_value *lock)
{
	const struct att_value *manifest, *groups;
	int status = att_value_want(&u->input->source, lock, "manifest", ATT_OBJECT, false, &manifest, u->err);
	if (status != ATT_OK || !manifest)
		return status;
	status = add_members(u, manifest);
	if (status == ATT_OK)
		status = add_requirements(u, att_value_get(manifest, "requirements"), SBOM_RUNTIME);
	groups = att_value_get(manifest, "dependency-groups");
	for (uint32_t i = 0; status == ATT_OK && groups && groups->kind == ATT_OBJECT && i < groups->count; i++)
		status = add_requirements(u, &groups->members[i].value, SBOM_DEV);
	return status;
}

/* --- the lock ------------------------------------------------------------------------------------------ */

static int check_version(struct uv *u, const struct att_value *lock)
{
	const struct att_value *version;
	int status = att_value_want(&u->input->source, lock, "version", ATT_INTEGER, true, &version, u->err);
	if (status != ATT_OK)
		return status;
	if (version->integer.negative || version->integer.magnitude != 1) {
		att_source_err(&u->input->source, u->err, ATT_ERR_UNSUPPORTED, version->span,
			       "expected uv.lock format 1, found another");
		att_err_help(u->err, "a newer attest may know it");
		return ATT_ERR_UNSUPPORTED;
	}
	const struct att_value *old = att_value_get(lock, "distribution");
	if (!old)
		return ATT_OK;
	att_source_err(&u->input->source, u->err, ATT_ERR_UNSUPPORTED, old->span,
		       "expected [[package]], found [[distribution]] of a preview of uv");
	att_err_help(u->err, "write the lock anew with `uv lock`");
	return ATT_ERR_UNSUPPORTED;
}

/* The lock beside a script belongs to the script, not to the project of its folder. */
static int name_script(struct uv *u)
{
	struct att_str path = u->catalog->path;
	if (!att_str_ends(path, ATT_STR(".py.lock")))
		return ATT_OK;
	size_t slash = att_str_find_last_byte(path, '/');
	struct att_str file = att_str_from(path, slash == ATT_STR_NONE ? 0 : slash + 1);
	const struct sbom_component script = {.kind = SBOM_APPLICATION,
					      .name = att_str_first(file, file.len - 5)};
	return sbom_catalog_name_project(u->catalog, &script, u->err);
}

static int parse_lock(struct uv *u)
{
	struct att_value lock;
	int status = att_toml_parse(&u->input->source, &u->catalog->arena, &lock, u->err);
	if (status == ATT_OK)
		status = check_version(u, &lock);
	if (status == ATT_OK)
		status = name_script(u);
	if (status == ATT_OK)
		status = read_packages(u, &lock);
	for (size_t i = 0; status == ATT_OK && i < u->package_count; i++)
		status = add_dependencies(u, &u->packages[i]);
	return status == ATT_OK ? add_manifest(u, &lock) : status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct uv u = {.input = input, .catalog = catalog, .err = err, .lock = {.arena = &catalog->arena}};
	int status = parse_lock(&u);
	att_map_clear(&u.lock.by_name);
	att_map_clear(&u.by_name);
	return status;
}

static bool recognize(struct att_str text)
{
	return att_str_starts(text, ATT_STR("version = 1\n")) &&
	       att_str_find(att_str_first(text, 400), ATT_STR("\nrequires-python = ")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_uv = {
	.name = "uv",
	/* The second is the lock of a script. */
	.patterns = (const char *const[]){"uv.lock", "*.py.lock", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"pyproject.toml", NULL},
};
