// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/net/header.h"
#include "libattest/sign/checksum.h"
#include "libattest/verify/sidecar.h"
#include "release/built.h"
#include "release/github.h"

#include "libattest/base/banned.h"

enum {
	MAX_ASSETS = 1000, /* GitHub's own limit */
	MAX_MANIFEST = 16 << 20,
};

struct asset {
	struct att_str name, state, digest, url, api_url;
	uint64_t size;
};

struct assets {
	const struct release_github *g;
	const struct release_look *look;
	struct asset *items;
	size_t count;
	struct att_str manifest; /* the name of the checksum manifest, or "" */
	struct att_str manifest_path;
};

static void add(const struct assets *a, struct att_str item, enum release_verdict verdict,
		struct att_str expected, struct att_str found, const char *reason)
{
	release_look_add(a->look, item, verdict, expected, found, att_str_of(reason));
}

static struct att_str bytes_of(const struct assets *a, uint64_t size)
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

static int read_asset(const struct att_source *source, const struct att_value *value, struct asset *out,
		      struct att_err *err)
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

static int read_assets(struct assets *a, const struct release_github_document *document, struct att_err *err)
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

/* Where the bytes are: what everybody downloads, or the API where nobody may. */
static bool find_url(const struct assets *a, const struct asset *asset, struct att_str *url)
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
	return true;
}

/* Does what the API says about the file agree with what was built? */
static bool agrees(const struct assets *a, const struct release_built *built, const struct asset *asset)
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

static void look_at_ours(const struct assets *a, const struct release_built *built, struct asset *asset)
{
	struct release_download download = {.accept = a->g->is_private ? "application/octet-stream" : NULL};
	struct att_str url;
	if (!agrees(a, built, asset) || !find_url(a, asset, &url) ||
	    !release_look_download(a->look, built->name, url, a->g->is_private, built->size, &download))
		return;
	bool same = download.size == built->size && att_digest_equal(&download.sha256, &built->sha256);
	add(a, built->name, same ? RELEASE_MATCH : RELEASE_CONFLICT,
	    release_look_digest(a->look, &built->sha256), release_look_digest(a->look, &download.sha256),
	    same ? "" : "the channel serves other bytes than were built");
}

/* --- what accompanies them ------------------------------------------------------------------------------- */

/* What the file accompanies: the path of an artifact or of the manifest as they lie here. False when it does
 * not accompany any. */
static bool find_accompanied(const struct assets *a, struct att_str name, struct att_str *path)
{
	*path = a->manifest_path;
	if (att_sidecar_accompanies(name, a->manifest))
		return true;
	for (size_t i = 0; i < a->look->built_count; i++) {
		*path = a->look->built[i].path;
		if (att_sidecar_accompanies(name, a->look->built[i].name))
			return true;
	}
	return false;
}

static bool is_companion(const struct assets *a, struct att_str name)
{
	struct att_str path;
	return find_accompanied(a, name, &path);
}

static const struct release_built *find_built(const struct assets *a, struct att_str name)
{
	for (size_t i = 0; i < a->look->built_count; i++)
		if (att_str_equal(a->look->built[i].name, name))
			return &a->look->built[i];
	return NULL;
}

/* A line has to be of one of ours, of what accompanies one, or of an artifact that another channel carries. */
static bool is_declared(const struct assets *a, struct att_str name)
{
	const struct release_config *config = a->look->config;
	for (size_t i = 0; i < config->artifact_count; i++) {
		struct att_str text;
		if (release_artifact_name(config, &config->artifacts[i], &a->look->variables, a->g->arena,
					  &text, NULL) == ATT_OK &&
		    (att_str_equal(text, name) || att_sidecar_accompanies(name, text)))
			return true;
	}
	return is_companion(a, name);
}

static const struct att_digest *digest_of(const struct release_built *built, enum att_digest_kind kind)
{
	return kind == ATT_SHA512 ? &built->sha512 : &built->sha256;
}

/* Every line that is about one of ours has its digest. */
static bool lines_agree(const struct assets *a, struct att_str item, const struct att_checksums *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct att_checksum *line = &list->items[i];
		const struct release_built *built = find_built(a, line->name);
		if (!built && !is_declared(a, line->name)) {
			add(a, item, RELEASE_CONFLICT, ATT_STR("files that were built"), line->name,
			    "the manifest names what was not built");
			return false;
		}
		if (built && digest_of(built, line->digest.kind)->kind != line->digest.kind)
			continue; /* of a kind that was not made; another line has to be there */
		if (built && !att_digest_equal(digest_of(built, line->digest.kind), &line->digest)) {
			add(a, item, RELEASE_CONFLICT,
			    release_look_digest(a->look, digest_of(built, line->digest.kind)),
			    release_look_digest(a->look, &line->digest),
			    "the manifest names another digest than that of what was built");
			return false;
		}
	}
	return true;
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

static void judge_manifest(const struct assets *a, struct att_str item, const struct att_checksums *list)
{
	if (!lines_agree(a, item, list))
		return;
	for (size_t i = 0; i < a->look->built_count; i++)
		if (!has_line(list, &a->look->built[i])) {
			add(a, item, RELEASE_CONFLICT, a->look->built[i].name, ATT_STR("no line about it"),
			    "the manifest leaves out what was built");
			return;
		}
	add(a, item, RELEASE_MATCH, ATT_STR("a digest of each file"), ATT_STR("a digest of each file"), "");
}

static void look_at_manifest(const struct assets *a, struct asset *asset)
{
	struct att_fetch_answer answer = {0};
	struct att_source source;
	struct att_checksums list = {0};
	struct att_arena arena = {NULL};
	const struct att_checksum_options options = {.insecure_md5 = false};
	struct att_str url;
	struct att_err err = {0};
	if (!find_url(a, asset, &url))
		return;
	int status = release_look_fetch(a->look, url, a->g->is_private ? "application/octet-stream" : NULL,
					a->g->is_private, MAX_MANIFEST, &answer, &err);
	bool is_there = status == ATT_OK && answer.status == 200;
	if (is_there)
		status = att_source_init(&source, &arena, asset->name, att_buf_str(&answer.body), &err);
	if (is_there && status == ATT_OK)
		status = att_checksum_parse(&source, &options, &arena, &list, &err);
	if (status != ATT_OK)
		release_look_fail(a->look, asset->name, &err);
	else if (!is_there)
		release_look_status(a->look, asset->name, &answer);
	else
		judge_manifest(a, asset->name, &list);
	att_fetch_answer_clear(&answer);
	att_arena_clear(&arena);
}

/* --- signatures and the like as they lie here ------------------------------------------------------------ */

/* The file beside what it accompanies, hashed. */
static int hash_beside(const struct assets *a, struct att_str path, struct att_str name,
		       struct release_built *out, struct att_err *err)
{
	struct att_digest_job job = {.kind = ATT_SHA256};
	size_t slash = att_str_find_last_byte(path, '/');
	int fd = -1;
	out->name = name;
	out->path =
		ATT_ARENA_JOIN(a->g->arena, att_str_first(path, slash == ATT_STR_NONE ? 0 : slash + 1), name);
	if (!out->path.data)
		return att_err_memory(err);
	int status = att_open_beneath(a->look->folder, out->path, 0, &fd, err);
	if (status == ATT_OK)
		status = att_digest_run(fd, out->path.data, &job, 1, NULL, &out->size, err);
	if (fd >= 0)
		close(fd);
	out->sha256 = job.digest;
	return status;
}

/* Of artifacts of which only digests are known, as of those of past releases, nobody knows what accompanied
 * them. */
static void look_at_companion(const struct assets *a, struct asset *asset, struct att_str path)
{
	struct release_built beside = {0};
	struct att_err err = {0};
	if (a->look->built_count == 0 || a->look->built[0].path.len == 0)
		return;
	int status = hash_beside(a, path, asset->name, &beside, &err);
	if (status == ATT_ERR_NOT_FOUND)
		add(a, asset->name, RELEASE_UNKNOWN, beside.path, ATT_STR("none"),
		    "what accompanies the artifact there does not lie beside it here, to be compared");
	else if (status != ATT_OK)
		release_look_fail(a->look, asset->name, &err);
	else
		look_at_ours(a, &beside, asset);
}

/* --- all of them ----------------------------------------------------------------------------------------- */

static struct asset *find_asset(const struct assets *a, struct att_str name)
{
	for (size_t i = 0; i < a->count; i++)
		if (att_str_equal(a->items[i].name, name))
			return &a->items[i];
	return NULL;
}

static void look_at_others(const struct assets *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct asset *asset = &a->items[i];
		struct att_str path;
		if (find_asset(a, asset->name) != asset)
			add(a, asset->name, RELEASE_CONFLICT, ATT_STR("one file"), ATT_STR("two"),
			    "two files of the release have this name");
		else if (a->manifest.len > 0 && att_str_equal(asset->name, a->manifest))
			look_at_manifest(a, asset);
		else if (find_built(a, asset->name))
			continue;
		else if (find_accompanied(a, asset->name, &path))
			look_at_companion(a, asset, path);
		else
			add(a, asset->name, RELEASE_CONFLICT, ATT_STR("nothing"), bytes_of(a, asset->size),
			    "the release has a file that was not built");
	}
}

static void find_manifest(struct assets *a)
{
	struct att_str path = a->look->config->project.checksums, text;
	if (path.len == 0 ||
	    release_template_expand(path, &a->look->variables, a->g->arena, &text, NULL) != ATT_OK)
		return;
	size_t slash = att_str_find_last_byte(text, '/');
	a->manifest_path = text;
	a->manifest = slash == ATT_STR_NONE ? text : att_str_from(text, slash + 1);
}

void release_github_assets(const struct release_github *g, const struct release_github_document *document)
{
	struct assets a = {.g = g, .look = g->look};
	struct att_err err = {0};
	int status = read_assets(&a, document, &err);
	if (status != ATT_OK) {
		release_look_fail(g->look, ATT_STR("assets"), &err);
		release_github_no_assets(g, RELEASE_UNKNOWN, ATT_STR("the release's files could not be read"));
		return;
	}
	find_manifest(&a);
	for (size_t i = 0; i < g->look->built_count; i++) {
		const struct release_built *built = &g->look->built[i];
		struct asset *asset = find_asset(&a, built->name);
		if (asset)
			look_at_ours(&a, built, asset);
		else
			add(&a, built->name, RELEASE_ABSENT, release_look_digest(g->look, &built->sha256),
			    ATT_STR(""), "the release has no file of this name");
	}
	look_at_others(&a);
}
