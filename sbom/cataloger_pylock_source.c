// SPDX-License-Identifier: Apache-2.0
/* What an entry of pylock.toml is installed from: a repository, a folder, an archive, or the files of an index.
 */
#include "sbom/cataloger_pylock.h"

#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

static int want_text(struct pylock *p, const struct att_value *table, const char *key, struct att_str *out)
{
	const struct att_value *value;
	int status = att_value_want(&p->input->source, table, key, ATT_STRING, false, &value, p->err);
	*out = att_value_text(value);
	return status;
}

/* Every source but a folder has an address or a path. */
static int want_place(struct pylock *p, const struct att_value *table, struct att_str *url,
		      struct att_str *path)
{
	int status = want_text(p, table, "url", url);
	if (status == ATT_OK)
		status = want_text(p, table, "path", path);
	if (status == ATT_OK && url->len == 0 && path->len == 0)
		return att_source_err(&p->input->source, p->err, ATT_ERR_MALFORMED, table->span,
				      "expected \"url\" or \"path\", found neither");
	return status;
}

/* --- files --------------------------------------------------------------------------------------------- */

static int add_hash(struct pylock *p, const struct att_member *member, struct sbom_component *component)
{
	struct att_arena *arena = &p->catalog->arena;
	struct att_str hex = att_value_text(&member->value);
	if (member->value.kind != ATT_STRING)
		return att_source_err(&p->input->source, p->err, ATT_ERR_MALFORMED, member->value.span,
				      "expected a hash, found %s", att_value_kind_name(&member->value));
	struct att_str text = ATT_ARENA_JOIN(arena, member->key, ATT_STR(":"), hex);
	if (!text.data)
		return att_err_memory(p->err);
	/* As Python's hashlib names them. */
	bool blake = att_str_equal_nocase(member->key, ATT_STR("blake2b"));
	int status = blake ? sbom_component_add_hash(arena, component, SBOM_BLAKE2B_512, hex, p->err)
			   : sbom_component_add_named_hash(arena, component, text, p->err);
	if (status == ATT_ERR_UNSUPPORTED)
		status = sbom_component_add_property(arena, component, "attest:python:hash", text, p->err);
	return sbom_python_error_at(&p->input->source, member->value.span, status, p->err);
}

static int add_hashes(struct pylock *p, const struct att_value *file, struct sbom_component *component)
{
	const struct att_value *hashes;
	int status = att_value_want(&p->input->source, file, "hashes", ATT_OBJECT, false, &hashes, p->err);
	for (uint32_t i = 0; status == ATT_OK && hashes && i < hashes->count; i++)
		status = add_hash(p, &hashes->members[i], component);
	return status;
}

static struct att_str file_name(struct att_str name, struct att_str url, struct att_str path)
{
	if (name.len > 0)
		return name;
	if (path.len > 0)
		return sbom_python_last_part(path);
	url = att_str_first(url, att_str_find_byte(url, '#'));
	return sbom_python_last_part(att_str_first(url, att_str_find_byte(url, '?')));
}

/* A file that an index offers. */
static int add_file(struct pylock *p, const struct att_value *file, struct sbom_component *component)
{
	struct att_str name, url, path;
	if (file->kind != ATT_OBJECT)
		return att_source_err(&p->input->source, p->err, ATT_ERR_MALFORMED, file->span,
				      "expected a table, found %s", att_value_kind_name(file));
	int status = want_text(p, file, "name", &name);
	if (status == ATT_OK)
		status = want_text(p, file, "url", &url);
	if (status == ATT_OK)
		status = want_text(p, file, "path", &path);
	if (status != ATT_OK)
		return status;
	if (component->version.len == 0)
		status = sbom_python_take_archive(&p->catalog->arena, component, file_name(name, url, path),
						  p->err);
	if (status != ATT_OK)
		return status;
	if (component->origin_url.len == 0)
		component->origin_url = url;
	return add_hashes(p, file, component);
}

/* --- sources ------------------------------------------------------------------------------------------- */

/* In a folder's manifest stands the version that the lock does not give. */
static int read_manifest(struct pylock *p, const struct sbom_python_package *package, struct att_str path,
			 struct sbom_component *component)
{
	struct sbom_python_project own = p->project;
	bool is_project = att_str_equal(component->folder, p->catalog->folder);
	int status = ATT_OK;
	if (!is_project && p->folder_count++ >= ATT_MAX_INCLUDES)
		return att_source_err(&p->input->source, p->err, ATT_ERR_LIMIT, package->table->span,
				      "expected at most %d folders, found more", ATT_MAX_INCLUDES);
	if (!is_project)
		status = sbom_python_project_load(p->input, p->catalog, path, &own, p->err);
	if (status != ATT_OK)
		return status;
	struct att_str name = sbom_python_normalize(&p->catalog->arena, own.name);
	if (!name.data)
		return att_err_memory(p->err);
	if (own.name.len > 0 && !att_str_equal(name, package->normalized))
		return ATT_OK;
	if (own.name.len > 0) {
		component->name = own.name;
		component->license = own.license;
	}
	/* The project has one version, whatever the lock was made from. */
	if (component->version.len == 0 || (is_project && own.version.len > 0))
		component->version = own.version;
	if (!is_project)
		return ATT_OK;
	component->kind = SBOM_APPLICATION;
	return ATT_OK;
}

static int describe_directory(struct pylock *p, const struct sbom_python_package *package,
			      const struct att_value *table, struct sbom_component *component)
{
	const struct att_value *path;
	struct att_str below;
	int status = att_value_want(&p->input->source, table, "path", ATT_STRING, true, &path, p->err);
	if (status == ATT_OK)
		status = want_text(p, table, "subdirectory", &below);
	if (status != ATT_OK)
		return status;
	struct att_str folder = below.len == 0
					? path->string
					: ATT_ARENA_JOIN(&p->catalog->arena, path->string, ATT_STR("/"), below);
	if (!folder.data)
		return att_err_memory(p->err);
	status = sbom_python_place(p->catalog, component, folder, false, p->err);
	return status == ATT_OK ? read_manifest(p, package, folder, component) : status;
}

static int describe_vcs(struct pylock *p, const struct att_value *table, struct sbom_component *component)
{
	const struct att_value *type, *commit;
	struct att_str url, path;
	int status = att_value_want(&p->input->source, table, "type", ATT_STRING, true, &type, p->err);
	if (status == ATT_OK)
		status = att_value_want(&p->input->source, table, "commit-id", ATT_STRING, true, &commit,
					p->err);
	if (status == ATT_OK)
		status = want_place(p, table, &url, &path);
	if (status != ATT_OK)
		return status;
	component->vcs_revision = commit->string;
	if (url.len == 0)
		return sbom_python_place(p->catalog, component, path, false, p->err);
	component->origin = SBOM_ORIGIN_GIT;
	component->origin_url = url;
	if (att_str_is(type->string, "git"))
		return ATT_OK;
	/* As pip writes the others. */
	component->origin = SBOM_ORIGIN_URL;
	component->origin_url = ATT_ARENA_JOIN(&p->catalog->arena, type->string, ATT_STR("+"), url,
					       ATT_STR("@"), commit->string);
	return component->origin_url.data ? ATT_OK : att_err_memory(p->err);
}

static int describe_archive(struct pylock *p, const struct att_value *table, struct sbom_component *component)
{
	struct att_str url, path, name = {NULL, 0};
	int status = want_place(p, table, &url, &path);
	if (status != ATT_OK)
		return status;
	if (component->version.len == 0)
		status = sbom_python_take_archive(&p->catalog->arena, component, file_name(name, url, path),
						  p->err);
	/* PDM writes both, the address with a folder of its machine. */
	if (path.len == 0 && att_str_starts(url, ATT_STR("file://")))
		path = att_str_from(url, 7);
	if (status == ATT_OK && path.len > 0)
		status = sbom_python_place(p->catalog, component, path, true, p->err);
	if (status != ATT_OK)
		return status;
	if (path.len == 0) {
		component->origin = SBOM_ORIGIN_URL;
		component->origin_url = url;
	}
	return add_hashes(p, table, component);
}

static int describe_files(struct pylock *p, const struct att_value *sdist, const struct att_value *wheels,
			  struct sbom_component *component)
{
	int status = ATT_OK;
	component->origin = SBOM_ORIGIN_REGISTRY;
	if (sdist)
		status = add_file(p, sdist, component);
	for (uint32_t i = 0; status == ATT_OK && wheels && i < wheels->count; i++)
		status = add_file(p, &wheels->items[i], component);
	return status;
}

int sbom_pylock_describe(struct pylock *p, const struct sbom_python_package *package,
			 struct sbom_component *component)
{
	static const char *const keys[] = {"vcs", "directory", "archive", "sdist", "wheels"};
	enum { VCS, DIRECTORY, ARCHIVE, SDIST, WHEELS, KEYS };
	const struct att_value *sources[KEYS];
	size_t first = KEYS;
	for (size_t i = 0; i < KEYS; i++) {
		int status = att_value_want(&p->input->source, package->table, keys[i],
					    i == WHEELS ? ATT_ARRAY : ATT_OBJECT, false, &sources[i], p->err);
		if (status != ATT_OK)
			return status;
		if (!sources[i] || (i == WHEELS && sources[i]->count == 0))
			continue;
		if (first < SDIST || (first < KEYS && i < SDIST))
			return att_source_err(&p->input->source, p->err, ATT_ERR_MALFORMED, sources[i]->span,
					      "expected one source of %.*s, found \"%s\" besides \"%s\"",
					      ATT_STR_ARG(att_str_first(package->name, 100)), keys[i],
					      keys[first]);
		if (first == KEYS)
			first = i;
	}
	if (sources[VCS])
		return describe_vcs(p, sources[VCS], component);
	if (sources[DIRECTORY])
		return describe_directory(p, package, sources[DIRECTORY], component);
	if (sources[ARCHIVE])
		return describe_archive(p, sources[ARCHIVE], component);
	if (first < KEYS || att_value_get(package->table, "index"))
		return describe_files(p, sources[SDIST], sources[WHEELS], component);
	return ATT_OK;
}

struct att_str sbom_pylock_source(struct pylock *p, const struct sbom_python_package *package)
{
	const struct att_value *vcs = att_value_get(package->table, "vcs");
	const struct att_value *directory = att_value_get(package->table, "directory");
	const struct att_value *archive = att_value_get(package->table, "archive");
	const struct att_str nul = {"", 1};
	return ATT_ARENA_JOIN(&p->catalog->arena, att_value_text(att_value_get(package->table, "index")), nul,
			      att_value_text(att_value_get(vcs, "url")), nul,
			      att_value_text(att_value_get(vcs, "path")), nul,
			      att_value_text(att_value_get(vcs, "commit-id")), nul,
			      att_value_text(att_value_get(vcs, "subdirectory")), nul,
			      att_value_text(att_value_get(directory, "path")), nul,
			      att_value_text(att_value_get(directory, "subdirectory")), nul,
			      att_value_text(att_value_get(archive, "url")), nul,
			      att_value_text(att_value_get(archive, "path")), nul,
			      att_value_text(att_value_get(archive, "subdirectory")));
}
