// SPDX-License-Identifier: Apache-2.0
/* The checksum manifest of a release: the one that was made, and as true of the files that are served with it.
 */
#include "libattest/sign/checksum.h"
#include "libattest/verify/sidecar.h"
#include "release/built.h"
#include "release/github.h"

#include "libattest/base/banned.h"

enum { MAX_MANIFEST = 16 << 20 };

#define add release_github_add

/* A line may also be of an artifact that another channel carries, or of what accompanies one. */
static bool is_declared(const struct release_github_files *a, struct att_str name)
{
	const struct release_config *config = a->look->config;
	for (size_t i = 0; i < config->artifact_count; i++) {
		struct att_str text;
		if (release_artifact_name(config, &config->artifacts[i], &a->look->variables, a->g->arena,
					  &text, NULL) == ATT_OK &&
		    (att_str_equal(text, name) || att_sidecar_accompanies(name, text)))
			return true;
	}
	return false;
}

static const struct release_built *find_built(const struct release_github_files *a, struct att_str name)
{
	for (size_t i = 0; i < a->look->built_count; i++)
		if (att_str_equal(a->look->built[i].name, name))
			return &a->look->built[i];
	return NULL;
}

static const struct att_digest *digest_of(const struct release_built *built, enum att_digest_kind kind)
{
	return kind == ATT_SHA512 ? &built->sha512 : &built->sha256;
}

/* --- lines ----------------------------------------------------------------------------------------------- */

static bool other_digest(const struct release_github_files *a, struct att_str item,
			 const struct att_digest *wanted, const struct att_digest *found)
{
	add(a, item, RELEASE_CONFLICT, release_look_digest(a->look, wanted),
	    release_look_digest(a->look, found),
	    "the manifest names another digest than that of what was built");
	return false;
}

/* A digest of a kind that was not made says nothing; another line has to be there. */
static bool judge_artifact(const struct release_github_files *a, struct att_str item,
			   const struct release_built *built, const struct att_checksum *line)
{
	const struct att_digest *made = digest_of(built, line->digest.kind);
	const struct release_github_asset *asset = release_github_find(a, built->name);
	if (asset && !att_str_equal(asset->name, built->name)) {
		add(a, item, RELEASE_CONFLICT, asset->name, built->name,
		    "GitHub gave the file another name than the manifest has: build it with that name");
		return false;
	}
	return made->kind != line->digest.kind || att_digest_equal(made, &line->digest) ||
	       other_digest(a, item, made, &line->digest);
}

/* What accompanies one of ours is served, and is what lies here. */
static bool judge_companion(const struct release_github_files *a, struct att_str item, struct att_str path,
			    const struct att_checksum *line)
{
	struct release_built beside = {.name = line->name};
	if (!release_github_find(a, line->name)) {
		add(a, item, RELEASE_CONFLICT, line->name, ATT_STR("none"),
		    "the manifest names a file that the release does not have");
		return false;
	}
	if (!a->is_here || (line->digest.kind != ATT_SHA256 && line->digest.kind != ATT_SHA512))
		return true;
	/* That it does not lie here is told of the file itself. */
	if (release_github_hash(a, path, line->digest.kind, &beside, NULL) != ATT_OK)
		return true;
	const struct att_digest *made = digest_of(&beside, line->digest.kind);
	return att_digest_equal(made, &line->digest) || other_digest(a, item, made, &line->digest);
}

static bool judge_line(const struct release_github_files *a, struct att_str item,
		       const struct att_checksum *line)
{
	const struct release_built *built = find_built(a, line->name);
	if (built)
		return judge_artifact(a, item, built, line);
	for (size_t i = 0; i < a->look->built_count; i++) {
		built = &a->look->built[i];
		if (att_sidecar_accompanies(line->name, built->name))
			return judge_companion(a, item,
					       ATT_ARENA_JOIN(a->g->arena, built->path,
							      att_str_from(line->name, built->name.len)),
					       line);
	}
	if (is_declared(a, line->name))
		return true;
	add(a, item, RELEASE_CONFLICT, ATT_STR("files that were built"), line->name,
	    "the manifest names what was not built");
	return false;
}

static bool has_line(const struct att_checksums *list, const struct release_built *built)
{
	size_t count, first = att_checksum_find(list, built->name, &count);
	for (size_t i = 0; i < count; i++) {
		const struct att_digest *digest = &list->items[list->by_name[first + i]].digest;
		if (digest_of(built, digest->kind)->kind == digest->kind)
			return true;
	}
	return false;
}

static void judge_lines(const struct release_github_files *a, struct att_str item,
			const struct att_checksums *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!judge_line(a, item, &list->items[i]))
			return;
	for (size_t i = 0; i < a->look->built_count; i++)
		if (!has_line(list, &a->look->built[i])) {
			add(a, item, RELEASE_CONFLICT, a->look->built[i].name, ATT_STR("no line about it"),
			    "the manifest leaves out what was built");
			return;
		}
	add(a, item, RELEASE_MATCH, ATT_STR("a digest of each file"), ATT_STR("a digest of each file"), "");
}

/* --- the file -------------------------------------------------------------------------------------------- */

/* What the server says of it fits its bytes, and they are those that lie here. */
static bool judge_bytes(const struct release_github_files *a, const struct release_github_asset *asset,
			struct att_str bytes, struct att_err *err)
{
	struct release_built served = {.name = asset->name, .size = bytes.len}, here = {.size = 0};
	if (att_digest_bytes(ATT_SHA256, bytes, &served.sha256, err) != ATT_OK ||
	    att_digest_bytes(ATT_SHA512, bytes, &served.sha512, err) != ATT_OK) {
		release_look_fail(a->look, asset->name, err);
		return false;
	}
	if (!release_github_agrees(a, &served, asset))
		return false;
	int status = a->is_here ? release_github_hash(a, a->manifest_path, ATT_SHA256, &here, err)
				: ATT_ERR_NOT_FOUND;
	if (status == ATT_OK && !att_digest_equal(&here.sha256, &served.sha256))
		add(a, asset->name, RELEASE_CONFLICT, release_look_digest(a->look, &here.sha256),
		    release_look_digest(a->look, &served.sha256),
		    "the release has another manifest than the one that lies here");
	else if (status != ATT_OK && status != ATT_ERR_NOT_FOUND)
		release_look_fail(a->look, asset->name, err);
	else
		return true;
	return false;
}

static void judge_manifest(const struct release_github_files *a, const struct release_github_asset *asset,
			   struct att_str bytes)
{
	struct att_source source;
	struct att_checksums list = {0};
	struct att_arena arena = {NULL};
	const struct att_checksum_options options = {.insecure_md5 = false};
	struct att_err err = {0};
	/* Other bytes than those that were built are in conflict, whether or not they can be read. */
	if (!judge_bytes(a, asset, bytes, &err))
		return;
	int status = att_source_init(&source, &arena, a->manifest, bytes, &err);
	if (status == ATT_OK)
		status = att_checksum_parse(&source, &options, &arena, &list, &err);
	if (status == ATT_OK)
		judge_lines(a, asset->name, &list);
	else
		release_look_fail(a->look, asset->name, &err);
	att_arena_clear(&arena);
}

void release_github_manifest(const struct release_github_files *a)
{
	const struct release_github_asset *asset = release_github_find(a, a->manifest);
	struct att_fetch_answer answer = {0};
	struct att_str url;
	struct att_err err = {0};
	/* Whether a past release had one is not written down. */
	if (!asset && !a->is_here)
		return;
	if (!asset) {
		add(a, a->manifest, RELEASE_ABSENT, a->manifest, ATT_STR("none"),
		    "the release lacks the checksum manifest of the project");
		return;
	}
	if (!release_github_url(a, asset, &url))
		return;
	int status = release_look_fetch(a->look, url, a->g->is_private ? "application/octet-stream" : NULL,
					a->g->is_private, MAX_MANIFEST, &answer, &err);
	if (status != ATT_OK)
		release_look_fail(a->look, asset->name, &err);
	else if (answer.status != 200)
		release_look_status(a->look, asset->name, &answer);
	else
		judge_manifest(a, asset, att_buf_str(&answer.body));
	att_fetch_answer_clear(&answer);
}
