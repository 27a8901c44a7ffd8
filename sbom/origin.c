// SPDX-License-Identifier: Apache-2.0
#include "sbom/origin.h"

#include "libattest/base/banned.h"

/* "git@github.com:a/b.git" -> "ssh://git@github.com/a/b.git"; URLs and paths stay. */
static struct att_str as_url(struct att_arena *arena, struct att_str url)
{
	size_t colon = att_str_find_byte(url, ':'), slash = att_str_find_byte(url, '/');
	if (colon == ATT_STR_NONE || colon < 2 || (slash != ATT_STR_NONE && slash <= colon + 1))
		return url;
	return ATT_ARENA_JOIN(arena, ATT_STR("ssh://"), att_str_first(url, colon), ATT_STR("/"),
			      att_str_from(url, colon + 1));
}

int sbom_describe_git(struct sbom_catalog *catalog, struct sbom_component *component, struct att_purl *purl,
		      struct att_str url, struct att_str revision, struct att_str folder, struct att_err *err)
{
	struct att_arena *arena = &catalog->arena;
	struct att_str none = ATT_STR(""), full = as_url(arena, url);
	bool has_tool = att_str_starts(full, ATT_STR("git+"));
	struct att_str vcs = ATT_ARENA_JOIN(arena, has_tool ? none : ATT_STR("git+"), full,
					    revision.len ? ATT_STR("@") : none, revision,
					    folder.len ? ATT_STR("#") : none, folder);
	if (!full.data || !vcs.data)
		return att_err_memory(err);
	component->origin = SBOM_ORIGIN_GIT;
	component->origin_url = full;
	component->vcs_revision = revision;
	att_purl_qualify(purl, "vcs_url", vcs);
	return ATT_OK;
}

int sbom_describe_local(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str path,
			struct att_err *err)
{
	struct att_str folder = sbom_path_join(&catalog->arena, catalog->folder, path);
	if (!folder.data)
		return sbom_component_add_property(&catalog->arena, component, "attest:path", path, err);
	component->origin = SBOM_ORIGIN_LOCAL;
	component->folder = folder;
	return ATT_OK;
}
