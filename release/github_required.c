// SPDX-License-Identifier: Apache-2.0
/* What has to accompany an artifact was demanded before the release, and has to be published with it: whoever
 * downloads the artifact cannot believe it otherwise. That the bytes are right is told of each file. */
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "release/github.h"

#include "libattest/base/banned.h"

enum { SBOM = 1 << RELEASE_SBOM, SIGNATURE = 1 << RELEASE_SIGNATURE, PROVENANCE = 1 << RELEASE_PROVENANCE };

/* A file of one ending may be a signature, and provenance another time. */
static const struct {
	const char *ending;
	unsigned may_be;
} endings[] = {
	{".cdx.json", SBOM},
	{".cdx.xml", SBOM},
	{".spdx.json", SBOM},
	{".spdx", SBOM},
	{".sbom.json", SBOM},
	{".sigstore.json", SIGNATURE | PROVENANCE},
	{".sigstore", SIGNATURE | PROVENANCE},
	{".dsse.json", SIGNATURE | PROVENANCE},
	{".bundle", SIGNATURE | PROVENANCE},
	{".intoto.jsonl", PROVENANCE},
	{".intoto.json", PROVENANCE},
	{".provenance", PROVENANCE},
	{".minisig", SIGNATURE},
	{".sig", SIGNATURE},
	{".sshsig", SIGNATURE},
	{".asc", SIGNATURE},
};

enum { ENDINGS = sizeof endings / sizeof endings[0] };

static bool lies_here(const struct release_github_files *a, struct att_str path)
{
	int fd = -1;
	struct att_err err = {0};
	int status = path.data ? att_open_beneath(a->look->folder, path, 0, &fd, &err) : ATT_ERR_NOT_FOUND;
	if (fd >= 0)
		close(fd);
	/* What cannot be opened is there. */
	return status != ATT_ERR_NOT_FOUND;
}

/* All that lies here and may be it has to be served: it is not known on which of them the release was judged.
 */
static void require(const struct release_github_files *a, const struct release_built *built,
		    enum release_requirement what)
{
	static const char *const names[RELEASE_REQUIREMENTS] = {"sbom ", "signature ", "provenance "};
	struct att_arena *arena = a->g->arena;
	struct att_str item = ATT_ARENA_JOIN(arena, att_str_of(names[what]), built->name);
	bool is_served = false;
	for (size_t i = 0; i < ENDINGS; i++) {
		struct att_str ending = att_str_of(endings[i].ending);
		struct att_str name = ATT_ARENA_JOIN(arena, built->name, ending);
		if ((endings[i].may_be & 1u << what) == 0)
			continue;
		if (release_github_find(a, name)) {
			is_served = true;
		} else if (lies_here(a, ATT_ARENA_JOIN(arena, built->path, ending))) {
			release_github_add(
				a, item, RELEASE_ABSENT, name, ATT_STR("none"),
				"the artifact requires it, and it lies here, but not in the release");
			return;
		}
	}
	if (!is_served)
		release_github_add(a, item, RELEASE_ABSENT, item, ATT_STR("none"),
				   "the artifact requires it, and no file of the release is it by its name");
}

void release_github_required(const struct release_github_files *a)
{
	for (size_t i = 0; i < a->look->built_count; i++)
		for (enum release_requirement what = RELEASE_SBOM; what < RELEASE_REQUIREMENTS; what++)
			if (a->look->built[i].artifact->requires[what])
				require(a, &a->look->built[i], what);
}
