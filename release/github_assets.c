// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/net/header.h"
#include "libattest/verify/sidecar.h"
#include "release/github.h"
#include "release/packaging.h"

#include "libattest/base/banned.h"

enum { MAX_ASSETS = 1000 /* GitHub's own limit */ };

#define add release_github_add

void release_github_add(const struct release_github_files *a, struct att_str item, enum release_verdict verdict,
			struct att_str expected, struct att_str found, const char *reason)
{
	release_look_add(a->look, item, verdict, expected, found, att_str_of(reason));
}

static struct att_str bytes_of(const struct release_github_files *a, uint64_t size)
{
	return att_arena_printf(a->g->arena, "%llu bytes", (unsigned long long)size);
}

void release_github_no_assets(const struct release_github *g, enum release_verdict verdict,
			      struct att_str reason)
{
	for (size_t i = 0; i < g->look->built_count; i++)
		release_look_add(g->look, g->look->built[i].name, verdict,
				 release_look_digest(g->look, &g->look->built[i].sha256), ATT_STR(""), reason);
}

/* --- reading --------------------------------------------------------------------------------------------- */

static int read_asset(const struct att_source *source, const struct att_value *value,
		      struct release_github_asset *out, struct att_err *err)
{
	const struct {
		const char *key;
		struct att_str *to;
	} texts[] = {{"name", &out->name},
		     {"state", &out->state},
		     {"browser_download_url", &out->url},
		     {"url", &out->api_url}};
	const struct att_value *member;
	int status = ATT_OK;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		status = att_value_want(source, value, texts[i].key, ATT_STRING, true, &member, err);
		if (status != ATT_OK)
			return status;
		*texts[i].to = member->string;
	}
	status = att_value_want(source, value, "size", ATT_INTEGER, true, &member, err);
	if (status != ATT_OK)
		return status;
	out->size = member->integer.negative ? UINT64_MAX : member->integer.magnitude;
	member = att_value_get(value, "digest");
	if (!member || member->kind == ATT_NULL)
		return ATT_OK;
	status = att_value_want(source, value, "digest", ATT_STRING, true, &member, err);
	if (status == ATT_OK)
		out->digest = member->string;
	return status;
}

static int read_assets(struct release_github_files *a, const struct release_github_document *document,
		       struct att_err *err)
{
	const struct att_value *list;
	int status = att_value_want(&document->source, &document->root, "assets", ATT_ARRAY, true, &list, err);
	if (status != ATT_OK)
		return status;
	if (list->count > MAX_ASSETS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d files in a release, found %u",
				   MAX_ASSETS, list->count);
	a->items = att_arena_alloc(a->g->arena, list->count, sizeof *a->items);
	if (!a->items)
		return att_err_memory(err);
	for (; status == ATT_OK && a->count < list->count; a->count++)
		status = read_asset(&document->source, &list->items[a->count], &a->items[a->count], err);
	return status;
}

/* --- one of ours ----------------------------------------------------------------------------------------- */

/* What the API calls the address may be that of another release, whose file is the same until it is not. */
static bool is_of_release(const struct release_github_files *a, const struct release_github_asset *asset)
{
	struct att_arena *arena = a->g->arena;
	struct att_str ending =
		ATT_ARENA_JOIN(arena, ATT_STR("/releases/download/"), a->g->tag, ATT_STR("/"), asset->name);
	if (ending.data && att_str_ends(release_packaging_decode(asset->url, arena), ending))
		return true;
	add(a, asset->name, RELEASE_CONFLICT, ending, asset->url,
	    "people are sent elsewhere than to a file of this release");
	return false;
}

/* Where the bytes are: what everybody downloads, or the API where nobody may. */
bool release_github_url(const struct release_github_files *a, const struct release_github_asset *asset,
			struct att_str *url)
{
	const struct release_github *g = a->g;
	struct att_str base = release_channel_text(a->look->channel, "download", "");
	if (g->is_private) {
		*url = asset->api_url;
		if (att_header_same_origin(g->api, asset->api_url))
			return true;
		add(a, asset->name, RELEASE_UNKNOWN, g->api, asset->api_url,
		    "the file lies elsewhere, where the token does not go");
		return false;
	}
	const struct att_str parts[] = {g->owner, g->name,    ATT_STR("releases"), ATT_STR("download"),
					g->tag,   asset->name};
	*url = base.len > 0 ? release_look_url(a->look, base, parts, 6) : asset->url;
	return base.len > 0 || is_of_release(a, asset);
}

/* Does what the API says about the file agree with what was built? */
bool release_github_agrees(const struct release_github_files *a, const struct release_built *built,
			   const struct release_github_asset *asset)
{
	struct att_str kind = att_str_first(asset->digest, att_str_find_byte(asset->digest, ':'));
	enum att_digest_kind algorithm = att_digest_by_name(kind);
	const struct att_digest *digest = algorithm == ATT_SHA512 ? &built->sha512 : &built->sha256;
	struct att_str wanted = release_look_digest(a->look, digest);
	bool is_known =
		algorithm == ATT_SHA256 || (algorithm == ATT_SHA512 && built->sha512.kind == ATT_SHA512);
	if (!att_str_is(asset->state, "uploaded"))
		add(a, built->name, RELEASE_ABSENT, ATT_STR("uploaded"), asset->state,
		    "the file is not there as a whole");
	else if (asset->size != built->size)
		add(a, built->name, RELEASE_CONFLICT, bytes_of(a, built->size), bytes_of(a, asset->size),
		    "the file has another size than what was built");
	else if (asset->digest.len > 0 && !is_known)
		add(a, built->name, RELEASE_UNKNOWN, wanted, asset->digest,
		    "the server names a digest of a kind that was not made");
	else if (asset->digest.len > 0 && !att_str_equal_nocase(asset->digest, wanted))
		add(a, built->name, RELEASE_CONFLICT, wanted, asset->digest,
		    "the server names another digest than that of what was built");
	else
		return true;
	return false;
}

static void look_at_ours(const struct release_github_files *a, const struct release_built *built,
			 struct release_github_asset *asset)
{
	struct release_download download = {.accept = a->g->is_private ? "application/octet-stream" : NULL};
	struct att_str url;
	if (!release_github_agrees(a, built, asset) || !release_github_url(a, asset, &url) ||
	    !release_look_download(a->look, built->name, url, a->g->is_private, built->size, &download))
		return;
	bool same = download.size == built->size && att_digest_equal(&download.sha256, &built->sha256);
	add(a, built->name, same ? RELEASE_MATCH : RELEASE_CONFLICT,
	    release_look_digest(a->look, &built->sha256), release_look_digest(a->look, &download.sha256),
	    same ? "" : "the channel serves other bytes than were built");
}

/* --- what accompanies them ------------------------------------------------------------------------------- */

/* What the file accompanies: *path is where it lies here then. False when it does not accompany any. */
static bool find_accompanied(const struct release_github_files *a, struct att_str name, struct att_str *path)
{
	struct att_str base = release_github_rename(a->g->arena, a->manifest), beside = a->manifest_path;
	bool found = att_sidecar_accompanies(name, base);
	for (size_t i = 0; !found && i < a->look->built_count; i++) {
		base = a->renamed[i];
		beside = a->look->built[i].path;
		found = att_sidecar_accompanies(name, base);
	}
	*path = found ? ATT_ARENA_JOIN(a->g->arena, beside, att_str_from(name, base.len)) : ATT_STR("");
	return found;
}

/* --- signatures and the like as they lie here ------------------------------------------------------------ */

int release_github_hash(const struct release_github_files *a, struct att_str path, enum att_digest_kind kind,
			struct release_built *out, struct att_err *err)
{
	struct att_digest_job job = {.kind = kind};
	int fd = -1;
	if (!path.data)
		return att_err_memory(err);
	int status = att_open_beneath(a->look->folder, path, 0, &fd, err);
	if (status == ATT_OK)
		status = att_digest_run(fd, path.data, &job, 1, NULL, &out->size, err);
	if (fd >= 0)
		close(fd);
	*(kind == ATT_SHA512 ? &out->sha512 : &out->sha256) = job.digest;
	return status;
}

/* Of artifacts of which only digests are known, as of those of past releases, nobody knows what accompanied
 * them. */
static void look_at_companion(const struct release_github_files *a, struct release_github_asset *asset,
			      struct att_str path)
{
	struct release_built beside = {.name = asset->name, .path = path};
	struct att_err err = {0};
	if (!a->is_here)
		return;
	int status = release_github_hash(a, path, ATT_SHA256, &beside, &err);
	if (status == ATT_ERR_NOT_FOUND)
		add(a, asset->name, RELEASE_UNKNOWN, path, ATT_STR("none"),
		    "what accompanies the artifact there does not lie beside it here, to be compared");
	else if (status != ATT_OK)
		release_look_fail(a->look, asset->name, &err);
	else
		look_at_ours(a, &beside, asset);
}

/* --- all of them ----------------------------------------------------------------------------------------- */

/* What GitHub takes a file's name for: other characters become dots, of which there are none in a row nor at
 * the ends. Letters that are no ASCII it spells anew, which is not foretold here. */
struct att_str release_github_rename(struct att_arena *arena, struct att_str name)
{
	char *out = att_arena_alloc(arena, name.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; out && i < name.len; i++) {
		char c = name.data[i];
		if ((unsigned char)c >= 0x80)
			return name;
		bool is_kept = att_ascii_is_alnum(c) || c == '-' || c == '_' || c == '+' || c == '@';
		if (is_kept || (len > 0 && out[len - 1] != '.'))
			out[len++] = is_kept ? c : '.';
	}
	while (len > 0 && out[len - 1] == '.')
		len--;
	return (struct att_str){out, len};
}

struct release_github_asset *release_github_find(const struct release_github_files *a, struct att_str name)
{
	struct release_github_asset *renamed = NULL;
	struct att_str other = release_github_rename(a->g->arena, name);
	for (size_t i = 0; i < a->count; i++) {
		if (att_str_equal(a->items[i].name, name))
			return &a->items[i];
		if (!renamed && other.len > 0 && att_str_equal(a->items[i].name, other))
			renamed = &a->items[i];
	}
	return renamed;
}

static bool is_first(const struct release_github_files *a, const struct release_github_asset *asset)
{
	for (const struct release_github_asset *at = a->items; at < asset; at++)
		if (att_str_equal(at->name, asset->name))
			return false;
	return true;
}

static void look_at_others(const struct release_github_files *a)
{
	const struct release_github_asset *manifest =
		a->manifest.len > 0 ? release_github_find(a, a->manifest) : NULL;
	for (size_t i = 0; i < a->count; i++) {
		struct release_github_asset *asset = &a->items[i];
		struct att_str path;
		if (!is_first(a, asset))
			add(a, asset->name, RELEASE_CONFLICT, ATT_STR("one file"), ATT_STR("two"),
			    "two files of the release have this name");
		else if (asset == manifest || asset->built)
			continue;
		else if (find_accompanied(a, asset->name, &path))
			look_at_companion(a, asset, path);
		else
			add(a, asset->name, RELEASE_CONFLICT, ATT_STR("nothing"), bytes_of(a, asset->size),
			    "the release has a file that was not built");
	}
}

/* Its name follows from the template. False when it does not: a verdict was added. */
static bool find_manifest(struct release_github_files *a)
{
	struct att_str path = a->look->config->project.checksums;
	struct att_err err = {0};
	if (path.len == 0)
		return true;
	if (release_template_expand(path, &a->look->variables, a->g->arena, &a->manifest_path, &err) !=
	    ATT_OK) {
		release_look_fail(a->look, ATT_STR("checksums"), &err);
		return false;
	}
	size_t slash = att_str_find_last_byte(a->manifest_path, '/');
	a->manifest = att_str_from(a->manifest_path, slash == ATT_STR_NONE ? 0 : slash + 1);
	return true;
}

static void look_at_artifact(struct release_github_files *a, const struct release_built *built)
{
	struct release_github_asset *asset = release_github_find(a, built->name);
	if (!asset) {
		add(a, built->name, RELEASE_ABSENT, release_look_digest(a->look, &built->sha256), ATT_STR(""),
		    "the release has no file of this name");
	} else if (asset->built) {
		add(a, built->name, RELEASE_CONFLICT, asset->built->name, asset->name,
		    "two artifacts would have the same name on GitHub");
	} else {
		asset->built = built;
		look_at_ours(a, built, asset);
	}
}

void release_github_assets(const struct release_github *g, const struct release_github_document *document)
{
	struct release_github_files a = {
		.g = g,
		.look = g->look,
		.is_here = g->look->built_count > 0 && g->look->built[0].path.len > 0,
	};
	struct att_err err = {0};
	int status = read_assets(&a, document, &err);
	a.renamed = att_arena_alloc(g->arena, g->look->built_count, sizeof *a.renamed);
	if (status == ATT_OK && !a.renamed)
		status = att_err_memory(&err);
	for (size_t i = 0; status == ATT_OK && i < g->look->built_count; i++)
		a.renamed[i] = release_github_rename(g->arena, g->look->built[i].name);
	if (status != ATT_OK) {
		release_look_fail(g->look, ATT_STR("assets"), &err);
		release_github_no_assets(g, RELEASE_UNKNOWN, ATT_STR("the release's files could not be read"));
		return;
	}
	bool is_known = find_manifest(&a);
	for (size_t i = 0; i < g->look->built_count; i++)
		look_at_artifact(&a, &g->look->built[i]);
	if (a.manifest.len > 0 && a.look->built_count > 0)
		release_github_manifest(&a);
	/* What a past one required is not written down, either. */
	if (a.is_here)
		release_github_required(&a);
	/* Without its name the manifest would be taken for what was not built. */
	if (is_known)
		look_at_others(&a);
}
