// SPDX-License-Identifier: Apache-2.0
#include "sbom/npm.h"

#include "libattest/format/json.h"

#include "libattest/base/banned.h"

const struct sbom_npm_group sbom_npm_groups[SBOM_NPM_GROUPS] = {
	{"dependencies", SBOM_RUNTIME},
	{"devDependencies", SBOM_DEV},
	{"optionalDependencies", SBOM_OPTIONAL},
	{"peerDependencies", SBOM_PEER},
};

bool sbom_npm_split_name(struct att_str full, struct att_str *group, struct att_str *name)
{
	size_t slash = att_str_find_byte(full, '/');
	*group = (struct att_str){NULL, 0};
	*name = full;
	if (att_str_starts(full, ATT_STR("@"))) {
		if (slash == ATT_STR_NONE || slash == 1)
			return false;
		*group = att_str_first(full, slash);
		*name = att_str_from(full, slash + 1);
		slash = att_str_find_byte(*name, '/');
	}
	return name->len > 0 && slash == ATT_STR_NONE;
}

bool sbom_npm_split_spec(struct att_str spec, struct att_str *name, struct att_str *rest)
{
	size_t at = att_str_find_byte(att_str_from(spec, 1), '@');
	if (at == ATT_STR_NONE)
		return false;
	*name = att_str_first(spec, at + 1);
	*rest = att_str_from(spec, at + 2);
	return true;
}

/* --- addresses ----------------------------------------------------------------------------------------- */

static bool is_http(struct att_str url)
{
	return att_str_starts(url, ATT_STR("https://")) || att_str_starts(url, ATT_STR("http://"));
}

/* Cuts off what follows the last "/". */
static struct att_str parent_of(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	return att_str_first(path, slash == ATT_STR_NONE ? 0 : slash);
}

struct att_str sbom_npm_registry(struct att_str archive)
{
	const struct att_str none = {NULL, 0};
	if (!is_http(archive))
		return none;
	size_t host = att_str_find(archive, ATT_STR("://")) + 3;
	size_t slash = att_str_find_byte(att_str_from(archive, host), '/');
	struct att_str base = att_str_first(archive, slash == ATT_STR_NONE ? archive.len : host + slash);
	struct att_str name = att_str_from(base, host);
	if (name.len == 0 || att_str_is(name, "registry.npmjs.org") || att_str_is(name, "registry.yarnpkg.com"))
		return none;
	size_t dash = att_str_find(archive, ATT_STR("/-/"));
	if (dash == ATT_STR_NONE)
		return base;
	struct att_str cut = parent_of(att_str_first(archive, dash));
	struct att_str above = parent_of(cut);
	if (att_str_starts(att_str_from(cut, above.len), ATT_STR("/@")))
		cut = above;
	return cut.len >= base.len ? cut : base;
}

/* Takes "#REVISION" off the end of an address; pnpm also puts "&path:..." or "path:..." there. */
static struct att_str cut_revision(struct att_str *url)
{
	size_t hash = att_str_find_byte(*url, '#');
	if (hash == ATT_STR_NONE)
		return (struct att_str){NULL, 0};
	struct att_str revision = att_str_from(*url, hash + 1);
	*url = att_str_first(*url, hash);
	revision = att_str_first(revision, att_str_find_byte(revision, '&'));
	if (att_str_starts(revision, ATT_STR("path:")) || att_str_starts(revision, ATT_STR("semver:")))
		return (struct att_str){NULL, 0};
	return revision;
}

static int set_git(struct att_arena *arena, struct sbom_npm_source *out, struct att_str prefix,
		   struct att_str path, struct att_str suffix, struct att_str revision, struct att_err *err)
{
	*out = (struct sbom_npm_source){.origin = SBOM_ORIGIN_GIT, .revision = revision};
	out->url = ATT_ARENA_JOIN(arena, prefix, path, suffix);
	return out->url.data ? ATT_OK : att_err_memory(err);
}

/* "https://codeload.github.com/OWNER/NAME/tar.gz/REVISION" and its like: `head` ends before OWNER, `middle`
 * stands between NAME and REVISION, `tail` after it. */
struct packer {
	const char *head, *middle, *tail, *repository;
};

static const struct packer packers[] = {
	{"https://codeload.github.com/", "/tar.gz/refs/tags/", "", "https://github.com/"},
	{"https://codeload.github.com/", "/legacy.tar.gz/", "", "https://github.com/"},
	{"https://codeload.github.com/", "/tar.gz/", "", "https://github.com/"},
	{"https://api.github.com/repos/", "/tarball/", "", "https://github.com/"},
	{"https://github.com/", "/archive/refs/tags/", ".tar.gz", "https://github.com/"},
	{"https://github.com/", "/archive/", ".tar.gz", "https://github.com/"},
	{"https://github.com/", "/tarball/", "", "https://github.com/"},
	{"https://gitlab.com/api/v4/projects/", "/repository/archive.tar.gz?ref=", "", "https://gitlab.com/"},
	{"https://gitlab.com/", "/repository/archive.tar.gz?ref=", "", "https://gitlab.com/"},
	{"https://bitbucket.org/", "/get/", ".tar.gz", "https://bitbucket.org/"},
};

/* GitLab's interface wants "OWNER%2FNAME". */
static int decode_slash(struct att_arena *arena, struct att_str *path, struct att_err *err)
{
	size_t at = att_str_find(*path, ATT_STR("%2F"));
	if (at == ATT_STR_NONE)
		at = att_str_find(*path, ATT_STR("%2f"));
	if (at == ATT_STR_NONE)
		return ATT_OK;
	*path = ATT_ARENA_JOIN(arena, att_str_first(*path, at), ATT_STR("/"), att_str_from(*path, at + 3));
	return path->data ? ATT_OK : att_err_memory(err);
}

static int locate_archive(struct att_arena *arena, struct att_str url, struct sbom_npm_source *out,
			  struct att_err *err)
{
	/* pnpm adds "#path:/folder" for a package below the repository's root. */
	struct att_str bare = att_str_first(url, att_str_find_byte(url, '#'));
	*out = (struct sbom_npm_source){.origin = SBOM_ORIGIN_URL, .url = url};
	for (size_t i = 0; i < sizeof packers / sizeof packers[0]; i++) {
		const struct packer *p = &packers[i];
		struct att_str head = att_str_of(p->head), middle = att_str_of(p->middle);
		struct att_str tail = att_str_of(p->tail), rest = att_str_from(bare, head.len);
		size_t at = att_str_find(rest, middle);
		if (!att_str_starts(bare, head) || at == ATT_STR_NONE || at == 0 || !att_str_ends(rest, tail) ||
		    rest.len < at + middle.len + tail.len)
			continue;
		struct att_str path = att_str_first(rest, at), revision = att_str_from(rest, at + middle.len);
		revision = att_str_first(revision, revision.len - tail.len);
		if (revision.len == 0 || att_str_find_byte(revision, '/') != ATT_STR_NONE)
			continue;
		int status = decode_slash(arena, &path, err);
		return status ? status
			      : set_git(arena, out, att_str_of(p->repository), path, ATT_STR(".git"), revision,
					err);
	}
	return ATT_OK;
}

static int locate_hosted(struct att_arena *arena, struct att_str text, struct sbom_npm_source *out,
			 struct att_err *err)
{
	static const char *const hosts[][2] = {
		{"github:", "https://github.com/"},
		{"gitlab:", "https://gitlab.com/"},
		{"bitbucket:", "https://bitbucket.org/"},
	};
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		struct att_str prefix = att_str_of(hosts[i][0]);
		if (!att_str_starts(text, prefix))
			continue;
		struct att_str path = att_str_from(text, prefix.len), revision = cut_revision(&path);
		bool whole = att_str_ends(path, ATT_STR(".git"));
		return set_git(arena, out, att_str_of(hosts[i][1]), path, whole ? ATT_STR("") : ATT_STR(".git"),
			       revision, err);
	}
	return ATT_OK;
}

int sbom_npm_locate(struct att_arena *arena, struct att_str text, struct sbom_npm_source *out,
		    struct att_err *err)
{
	*out = (struct sbom_npm_source){.origin = SBOM_ORIGIN_UNKNOWN};
	bool git = att_str_starts(text, ATT_STR("git+"));
	struct att_str url = git ? att_str_from(text, 4) : text;
	bool has_scheme = att_str_find(url, ATT_STR("://")) != ATT_STR_NONE;
	if (is_http(url) && !git &&
	    !att_str_ends(att_str_first(url, att_str_find_byte(url, '#')), ATT_STR(".git")))
		return locate_archive(arena, url, out, err);
	if (git || is_http(url) || att_str_starts(url, ATT_STR("git://")) ||
	    att_str_starts(url, ATT_STR("ssh://")) || att_str_starts(url, ATT_STR("git@"))) {
		struct att_str revision = cut_revision(&url);
		size_t colon = att_str_find_byte(url, ':');
		if (has_scheme || colon == ATT_STR_NONE)
			return set_git(arena, out, ATT_STR(""), url, ATT_STR(""), revision, err);
		/* "git@host:path", which is no URL: the same repository as ssh://git@host/path. */
		struct att_str host =
			ATT_ARENA_JOIN(arena, ATT_STR("ssh://"), att_str_first(url, colon), ATT_STR("/"));
		return host.data ? set_git(arena, out, host, att_str_from(url, colon + 1), ATT_STR(""),
					   revision, err)
				 : att_err_memory(err);
	}
	return locate_hosted(arena, text, out, err);
}

void sbom_npm_set_source(struct sbom_component *component, const struct sbom_npm_source *source)
{
	component->origin = source->origin;
	component->origin_url = source->url;
	component->vcs_revision = source->revision;
}

/* --- components ---------------------------------------------------------------------------------------- */

int sbom_npm_set_purl(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str registry,
		      struct att_err *err)
{
	struct att_purl purl = {
		.type = ATT_STR("npm"),
		.namespace = component->group,
		.name = component->name,
		.version = component->version,
	};
	struct att_str revision = component->vcs_revision, vcs;
	switch (component->origin) {
	case SBOM_ORIGIN_REGISTRY:
		att_purl_qualify(&purl, "repository_url", registry);
		break;
	case SBOM_ORIGIN_GIT:
		vcs = ATT_ARENA_JOIN(&catalog->arena, ATT_STR("git+"), component->origin_url,
				     revision.len ? ATT_STR("@") : ATT_STR(""), revision);
		if (!vcs.data)
			return att_err_memory(err);
		att_purl_qualify(&purl, "vcs_url", vcs);
		break;
	case SBOM_ORIGIN_URL:
		att_purl_qualify(&purl, "download_url", component->origin_url);
		break;
	case SBOM_ORIGIN_UNKNOWN:
	case SBOM_ORIGIN_LOCAL:
		break;
	}
	return sbom_catalog_set_purl(catalog, component, &purl, err);
}

int sbom_npm_load_manifest(struct sbom_input *input, struct sbom_catalog *catalog, struct att_str folder,
			   const struct att_value **out, struct att_err *err)
{
	struct att_source source;
	struct att_err ignored;
	*out = NULL;
	struct att_value *manifest = att_arena_alloc(&catalog->arena, 1, sizeof *manifest);
	struct att_str path = ATT_ARENA_JOIN(&catalog->arena, folder, folder.len ? ATT_STR("/") : ATT_STR(""),
					     ATT_STR("package.json"));
	if (!manifest || !path.data)
		return att_err_memory(err);
	if (sbom_input_sibling(input, catalog, path, &source, &ignored) == ATT_OK &&
	    att_json_parse(&source, &catalog->arena, manifest, &ignored) == ATT_OK &&
	    manifest->kind == ATT_OBJECT)
		*out = manifest;
	return ATT_OK;
}

int sbom_npm_describe_local(struct sbom_catalog *catalog, const struct att_value *manifest,
			    struct sbom_component *component, struct att_err *err)
{
	struct att_str group, name, version = att_value_text(att_value_get(manifest, "version"));
	struct att_str license = att_value_text(att_value_get(manifest, "license"));
	if (sbom_npm_split_name(att_value_text(att_value_get(manifest, "name")), &group, &name)) {
		component->group = group;
		component->name = name;
	}
	if (version.len)
		component->version = version;
	if (license.len)
		component->license = license;
	if (component->name.len == 0)
		return ATT_OK;
	/* A name that no purl can hold is still a name. */
	int status = sbom_npm_set_purl(catalog, component, (struct att_str){NULL, 0}, err);
	if (status != ATT_OK && status != ATT_ERR_MEMORY)
		component->purl = (struct att_str){NULL, 0};
	return status == ATT_ERR_MEMORY ? status : ATT_OK;
}
