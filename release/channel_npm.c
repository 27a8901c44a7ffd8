// SPDX-License-Identifier: Apache-2.0
/* npm's registry, and others of its kind: the document of the version, the tarball, the tag that installs name,
 * and who vouches for it. The version is asked for by itself: the package's whole document is cached for long,
 * also where it was not there. */
#include "libattest/package/version.h"
#include "release/npm_internal.h"

#include "libattest/base/banned.h"

#define ABBREVIATED "application/vnd.npm.install-v1+json, application/json;q=0.8"

/* --- the tag --------------------------------------------------------------------------------------------- */

/* The version that the tag names, "" for none. False after a verdict. */
static bool fetch_tag(const struct npm *n, struct att_str item, struct att_str tag, struct att_arena *scratch,
		      struct att_str *out)
{
	struct att_fetch_answer answer = {0};
	struct att_source source;
	struct att_err err = {0};
	bool is_package = false;
	*out = (struct att_str){NULL, 0};
	struct att_str url = release_npm_url(n, "/-/package/%.*s/dist-tags", ATT_STR_ARG(n->escaped));
	int status =
		release_look_fetch(n->look, url, "application/json", false, ATT_MAX_DOCUMENT, &answer, &err);
	/* Not every registry has that; all have packages. */
	if (status == ATT_OK && answer.status >= 400 && answer.status < 500 && answer.status != 429) {
		att_fetch_answer_clear(&answer);
		is_package = true;
		url = release_npm_url(n, "/%.*s", ATT_STR_ARG(n->escaped));
		status = release_look_fetch(n->look, url, ABBREVIATED, false, ATT_MAX_DOCUMENT, &answer, &err);
	}
	int found = answer.status;
	struct att_str body = att_arena_copy(scratch, att_buf_str(&answer.body));
	if (status == ATT_OK && found == 200 && !body.data)
		status = att_err_memory(&err);
	if (status == ATT_OK && found == 200)
		status = att_source_init(&source, scratch, ATT_STR("tags"), body, &err);
	if (status == ATT_OK && found == 200)
		status = release_npm_read_tag(&source, is_package, tag, scratch, out, &err);
	if (status != ATT_OK)
		release_look_fail(n->look, item, &err);
	else if (found != 200)
		release_look_status(n->look, item, &answer);
	att_fetch_answer_clear(&answer);
	return status == ATT_OK && found == 200;
}

/* What follows from the version that a tag names; *reason is set unless it is ours. */
static enum release_verdict tag_verdict(const struct npm *n, struct att_str found, const char **reason)
{
	int order = 0;
	if (att_str_equal(found, n->version))
		return RELEASE_MATCH;
	if (found.len == 0) {
		*reason = "there is no such tag, or not yet";
		return RELEASE_ABSENT;
	}
	if (att_version_compare(att_version_scheme_find(ATT_STR("semver")), found, n->version, &order, NULL) ==
		    ATT_OK &&
	    order < 0) {
		*reason = "it names an older version";
		return RELEASE_STALE;
	}
	*reason =
		n->look->is_before ? "it would move backwards" : "it names another version, which is not older";
	return RELEASE_CONFLICT;
}

static void judge_tag(const struct npm *n)
{
	struct att_str tag = release_look_name(n->look, "dist-tag"), found;
	struct att_str item = ATT_ARENA_JOIN(n->arena, ATT_STR("dist-tag "), tag);
	struct att_arena scratch = {0};
	if (tag.len > 0 && !n->look->is_past && fetch_tag(n, item, tag, &scratch, &found)) {
		const char *reason = "";
		enum release_verdict verdict = tag_verdict(n, found, &reason);
		release_npm_add(n, item, verdict, n->version, found.len > 0 ? found : ATT_STR("none"), reason);
	}
	att_arena_clear(&scratch);
}

/* --- what npm installs from ------------------------------------------------------------------------------ */

static void judge_manifest(const struct npm *n, struct att_str item, const struct att_value *said,
			   const char *reason)
{
	static const struct att_str nothing = {"no such line", 12};
	struct att_arena scratch = {0};
	struct release_npm_difference found;
	struct att_err err = {0};
	if (release_npm_compare(said, &n->packed, &scratch, &found, &err) != ATT_OK)
		release_look_fail(n->look, item, &err);
	else
		release_npm_add(n, item, found.same ? RELEASE_MATCH : RELEASE_CONFLICT,
				found.same || found.packed.len ? found.packed : nothing,
				found.same || found.said.len ? found.said : nothing, found.same ? "" : reason);
	att_arena_clear(&scratch);
}

/* One document of the package. */
struct listing {
	struct att_str item, manifest;
	struct att_str ending; /* of what its tarball is called */
};

/* The document of the version is for those who look; npm reads that of the package, which is cached by itself.
 */
static void judge_listed(const struct npm *n, const struct listing *listing,
			 const struct release_npm_listed *listed)
{
	struct att_str item = listing->item;
	const struct release_npm_version *v = &listed->version;
	struct att_str tag = release_look_name(n->look, "dist-tag");
	const char *reason = "";
	enum release_verdict tagged =
		tag.len > 0 && !n->look->is_past ? tag_verdict(n, listed->tagged, &reason) : RELEASE_MATCH;
	bool is_same = att_str_equal(v->name, n->name) && att_str_equal(v->version, n->version) &&
		       att_str_equal(v->integrity, n->document.integrity) &&
		       (v->sha1.kind == n->document.sha1.kind &&
			(v->sha1.kind == ATT_DIGEST_NONE || att_digest_equal(&v->sha1, &n->document.sha1)));
	if (!listed->is_there)
		release_npm_add(n, item, n->look->is_before ? RELEASE_UNKNOWN : RELEASE_STALE, n->version,
				ATT_STR("other versions"),
				"the package's document, which npm installs from, does not have the version");
	else if (!is_same)
		release_npm_add(n, item, RELEASE_CONFLICT, n->document.integrity, v->integrity,
				"the package's document, which npm installs from, says something else of the "
				"version than the version's own");
	else if (tagged != RELEASE_MATCH)
		release_look_add(n->look, item, tagged, n->version, listed->tagged,
				 ATT_ARENA_JOIN(n->arena, ATT_STR("the tag in the package's document: "),
						att_str_of(reason)));
	else
		release_npm_add(n, item, RELEASE_MATCH, ATT_STR(""), v->integrity, "");
	if (listed->is_there && n->is_read)
		judge_manifest(n, listing->manifest, &v->all,
			       "the package's document, by which npm installs, says something else than the "
			       "package.json that was packed");
	if (!listed->is_there || att_str_equal(v->tarball, n->document.tarball) || !n->built)
		return;
	struct release_built twin = *n->built;
	twin.name = ATT_ARENA_JOIN(n->arena, n->file, listing->ending);
	if (v->tarball.len > 0)
		release_look_artifact(n->look, &twin, v->tarball, false);
	else
		release_npm_add(n, twin.name, RELEASE_UNKNOWN, ATT_STR("an address"), ATT_STR("none"),
				"the registry does not say where it is");
}

static void read_listed(const struct npm *n, const struct listing *listing, struct att_str body)
{
	struct att_arena scratch = {0};
	struct att_source source;
	struct release_npm_listed listed;
	struct att_err err = {0};
	int status = att_source_init(&source, &scratch, ATT_STR("package"), body, &err);
	if (status == ATT_OK)
		status = release_npm_read_listed(&source, n->version, release_look_name(n->look, "dist-tag"),
						 &scratch, &listed, &err);
	if (status == ATT_OK)
		judge_listed(n, listing, &listed);
	else
		release_look_fail(n->look, listing->item, &err);
	att_arena_clear(&scratch);
}

/* There are two: the short one is what npm asks for, and the whole one what it asks for when the age of a
 * version counts, as others do. A server that knows only one gives it to both. */
static void look_at_listed(const struct npm *n)
{
	const struct listing listings[] = {
		{ATT_ARENA_JOIN(n->arena, ATT_STR("index "), n->version), ATT_STR("manifest of the index"),
		 ATT_STR(" of the package's document")},
		{ATT_ARENA_JOIN(n->arena, ATT_STR("whole index "), n->version),
		 ATT_STR("manifest of the whole index"), ATT_STR(" of the package's whole document")}};
	struct att_str url = release_npm_url(n, "/%.*s", ATT_STR_ARG(n->escaped));
	struct att_digest read[2] = {{.kind = ATT_DIGEST_NONE}, {.kind = ATT_DIGEST_NONE}};
	for (size_t i = 0; i < 2; i++) {
		struct att_fetch_answer answer = {0};
		struct att_str body;
		if (release_look_document(n->look, listings[i].item, url, i ? "application/json" : ABBREVIATED,
					  false, &answer)) {
			body = att_buf_str(&answer.body);
			n->look->verdicts->failed |=
				att_digest_bytes(ATT_SHA256, body, &read[i], NULL) != ATT_OK;
			if (i == 0 || !att_digest_equal(&read[0], &read[1]))
				read_listed(n, &listings[i], body);
		}
		att_fetch_answer_clear(&answer);
	}
}

/* --- the tarball ----------------------------------------------------------------------------------------- */

/* Digests that registries speak of, and that were not made of what was built. */
struct extra {
	struct att_digest_stream *streams[2];
	struct att_digest digests[2];
	size_t count;
};

static int add_extra(void *context, struct att_str bytes, struct att_err *err)
{
	struct extra *extra = context;
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < extra->count; i++)
		status = att_digest_stream_add(extra->streams[i], bytes, err);
	return status;
}

static bool mentions(const struct release_npm_version *v, enum att_digest_kind kind)
{
	bool does = v->sha1.kind == kind;
	for (size_t i = 0; i < v->digest_count; i++)
		does |= v->digests[i].kind == kind;
	return does;
}

static struct att_str host_of(struct att_str url)
{
	size_t slashes = att_str_find(url, ATT_STR("//"));
	struct att_str rest = att_str_from(url, slashes == ATT_STR_NONE ? url.len : slashes + 2);
	return att_str_first(rest, att_str_find_byte(rest, '/'));
}

/* True when the bytes are those that were built. */
static bool judge_tarball(const struct npm *n, struct release_download *download, struct extra *extra)
{
	static const enum att_digest_kind kinds[] = {ATT_SHA1, ATT_SHA384};
	struct att_str url = n->document.tarball, host = host_of(url), note = {NULL, 0};
	struct att_err err = {0};
	bool same = false;
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < 2; i++)
		if (mentions(&n->document, kinds[i]))
			status = att_digest_stream_new(kinds[i], &extra->streams[extra->count++], &err);
	if (!att_str_equal_nocase(host, host_of(n->registry)))
		note = ATT_ARENA_JOIN(n->arena, ATT_STR("served by "), att_str_first(host, 255));
	download->sink = add_extra;
	download->context = extra;
	if (url.len == 0)
		release_npm_add(n, n->file, RELEASE_UNKNOWN, ATT_STR("an address"), ATT_STR("none"),
				"the registry does not say where it is");
	else if (status == ATT_OK)
		same = release_package_fetch(n->look, n->built, n->file, url, note, download);
	bool is_whole = download->sha256.kind != ATT_DIGEST_NONE;
	for (size_t i = 0; i < extra->count; i++) {
		if (status == ATT_OK && is_whole)
			status = att_digest_stream_end(extra->streams[i], &extra->digests[i], &err);
		att_digest_stream_free(extra->streams[i]);
	}
	if (status != ATT_OK)
		release_look_fail(n->look, n->file, &err);
	return same && status == ATT_OK;
}

/* What a digest of that kind has to be, or NULL when that is not known. */
static const struct att_digest *digest_of(const struct npm *n, const struct release_download *download,
					  const struct extra *extra, enum att_digest_kind kind)
{
	const struct att_digest *known[] = {n->built ? &n->built->sha512 : &download->sha512,
					    n->built ? &n->built->sha256 : &download->sha256,
					    &extra->digests[0], &extra->digests[1]};
	for (size_t i = 0; i < 4; i++)
		if (known[i]->kind == kind)
			return known[i];
	return NULL;
}

/* --- the document ---------------------------------------------------------------------------------------- */

/* The first digest that the document says otherwise, or NULL. */
static const struct att_digest *find_other(const struct npm *n, const struct release_download *download,
					   const struct extra *extra, const struct att_digest **expected)
{
	const struct release_npm_version *v = &n->document;
	for (size_t i = 0; i <= v->digest_count; i++) {
		const struct att_digest *said = i < v->digest_count ? &v->digests[i] : &v->sha1;
		*expected = digest_of(n, download, extra, said->kind);
		if (said->kind != ATT_DIGEST_NONE && *expected && !att_digest_equal(said, *expected))
			return said;
	}
	return NULL;
}

static void judge_document(const struct npm *n, const struct release_download *download,
			   const struct extra *extra, bool same)
{
	const struct release_npm_version *v = &n->document;
	const struct att_digest *expected = NULL, *other = find_other(n, download, extra, &expected);
	if (!att_str_equal(v->name, n->name) || !att_str_equal(v->version, n->version))
		release_npm_add(n, n->version, RELEASE_CONFLICT,
				ATT_ARENA_JOIN(n->arena, n->name, ATT_STR("@"), n->version),
				ATT_ARENA_JOIN(n->arena, v->name, ATT_STR("@"), v->version),
				"the registry has another version in this one's place");
	else if (other)
		release_npm_add(n, n->version, RELEASE_CONFLICT, release_look_digest(n->look, expected),
				release_look_digest(n->look, other),
				n->built ? "the registry says another digest than that of what was built"
					 : "the registry serves other bytes than it says");
	else if (!n->built)
		release_npm_add(n, n->version, RELEASE_UNKNOWN, ATT_STR(""), v->integrity,
				"no built artifact is there to compare it with");
	else if (!mentions(v, ATT_SHA512))
		release_npm_add(n, n->version, RELEASE_UNKNOWN, ATT_STR("sha512"), v->integrity,
				"the registry says no integrity that npm relies on");
	else if (!same)
		release_npm_add(n, n->version, RELEASE_UNKNOWN, ATT_STR(""), v->integrity,
				"what it speaks of was not what was built, or not to be had");
	else
		release_look_add(n->look, n->version, RELEASE_MATCH, ATT_STR(""), v->integrity,
				 v->deprecated.len ? ATT_ARENA_JOIN(n->arena, ATT_STR("deprecated: "),
								    att_str_first(v->deprecated, 200))
						   : v->deprecated);
}

static void judge_inside(struct npm *n)
{
	static const struct att_str item = {"package.json", 12};
	struct att_err err = {0};
	n->is_read = release_package_read(n->look, n->built, n->document.tarball, &n->packed, &err) == ATT_OK;
	if (!n->is_read) {
		release_look_fail(n->look, item, &err);
		return;
	}
	release_package_judge(n->look, item, n->name, n->version, &n->packed);
	judge_manifest(n, ATT_STR("manifest"), &n->document.all,
		       "the registry says something else of the version than the package.json that was packed");
}

static void judge_version(struct npm *n)
{
	struct release_download download = {.size = 0};
	struct extra extra = {.count = 0};
	bool same = judge_tarball(n, &download, &extra);
	judge_document(n, &download, &extra, same);
	if (same)
		judge_inside(n);
	if (n->document.git_head.len > 0)
		release_package_same(n->look, ATT_STR("gitHead"), n->look->variables.commit,
				     n->document.git_head, "the registry names another commit");
	look_at_listed(n);
	release_npm_judge_signatures(n);
	release_npm_judge_provenance(n);
	release_packed_clear(&n->packed);
}

/* A number that was used once is used up, also when nothing is there any more. */
static void judge_absence(const struct npm *n)
{
	struct release_npm_time time = {.is_known = false};
	if (n->look->is_before && !release_npm_fetch_time(n, n->version, &time))
		return;
	if (time.is_known && !time.is_served)
		release_npm_add(n, n->version, RELEASE_CONFLICT, ATT_STR("a free number"),
				ATT_STR("unpublished"),
				"the version was published and taken back: the number cannot be used again");
	else if (time.is_served)
		release_npm_add(n, n->version, RELEASE_UNKNOWN, ATT_STR(""), ATT_STR(""),
				"the package has the version, and the registry does not serve it");
	else
		release_npm_add(n, n->version, RELEASE_ABSENT, n->version, ATT_STR("none"), "it is not there");
}

static void look_at_version(struct npm *n)
{
	struct att_arena scratch = {0};
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	size_t from = n->look->verdicts->count;
	struct att_str url = release_npm_url(n, "/%.*s/%.*s", ATT_STR_ARG(n->escaped), ATT_STR_ARG(n->version));
	int status =
		release_look_fetch(n->look, url, "application/json", false, ATT_MAX_DOCUMENT, &answer, &err);
	int code = answer.status;
	if (status == ATT_OK && code == 200)
		status = att_source_init(&n->source, &scratch, ATT_STR("version"), att_buf_str(&answer.body),
					 &err);
	if (status == ATT_OK && code == 200)
		status = release_npm_read_version(&n->source, &scratch, &n->document, &err);
	if (status != ATT_OK)
		release_look_fail(n->look, n->version, &err);
	else if (code == 404 || code == 410)
		judge_absence(n);
	else if (code != 200)
		release_look_status(n->look, n->version, &answer);
	else
		judge_version(n);
	if (status == ATT_OK && code == 200)
		release_package_demand(n->look, from);
	att_fetch_answer_clear(&answer);
	att_arena_clear(&scratch);
}

/* --- all of it ------------------------------------------------------------------------------------------- */

static bool is_version(struct att_str version)
{
	for (size_t i = 0; i < version.len; i++)
		if (!att_ascii_is_alnum(version.data[i]) && version.data[i] != '.' && version.data[i] != '-')
			return false;
	return version.len > 0 && version.len < 256;
}

/* As "npm pack" calls the file, and as npm asks for the package: "@" stays, "/" is "%2f". */
static bool name_parts(struct npm *n)
{
	size_t slash = att_str_find_byte(n->name, '/');
	struct att_str scope = att_str_first(n->name, slash == ATT_STR_NONE ? 0 : slash);
	struct att_str rest = att_str_from(n->name, slash == ATT_STR_NONE ? 0 : slash + 1);
	n->escaped = ATT_ARENA_JOIN(n->arena, scope, att_str_of(scope.len ? "%2f" : ""), rest);
	n->file = ATT_ARENA_JOIN(n->arena, att_str_from(scope, 1), att_str_of(scope.len ? "-" : ""), rest,
				 ATT_STR("-"), n->version, ATT_STR(".tgz"));
	n->look->verdicts->failed |= !n->escaped.data || !n->file.data;
	return n->escaped.data && n->file.data;
}

/* Without a token what is private is not there, and that would say that a version is free. */
static bool has_access(const struct npm *n)
{
	const struct release_look *look = n->look;
	struct att_str access = release_channel_text(look->channel, "access", "public"),
		       name = look->channel->token;
	if (!att_str_is(access, "public") && !release_look_is_private(look)) {
		release_npm_add(n, ATT_STR("access"), RELEASE_UNKNOWN, ATT_STR("\"public\" or \"restricted\""),
				access, "what \"access\" of the channel means is not known");
		return false;
	}
	if (att_str_is(access, "public") || look->token.len > 0)
		return true;
	release_look_add(look, ATT_STR("login"), RELEASE_UNKNOWN, ATT_STR("a token"), ATT_STR("none"),
			 name.len > 0
				 ? ATT_ARENA_JOIN(n->arena,
						  ATT_STR("a restricted package is read with a token, and the "
							  "environment has none: set "),
						  name)
				 : ATT_STR("a restricted package is read with a token: name the "
					   "variable that holds one, token = \"NPM_TOKEN\""));
	return false;
}

static void look_npm(const struct release_look *look)
{
	struct npm n = {
		.look = look,
		.arena = &look->verdicts->arena,
		.name = look->channel->package,
		.version = release_look_name(look, "version"),
		.registry = release_npm_registry(look->channel),
	};
	if (!release_npm_is_name(n.name) || !is_version(n.version)) {
		release_npm_add(&n, ATT_STR("version"), RELEASE_UNKNOWN,
				ATT_STR("the name and version of a package"),
				ATT_ARENA_JOIN(n.arena, n.name, ATT_STR("@"), n.version),
				"there is no such package to look for");
		return;
	}
	while (att_str_ends(n.registry, ATT_STR("/")))
		n.registry.len--;
	if (!has_access(&n) || !name_parts(&n))
		return;
	n.built = release_package_built(look, n.file);
	release_package_login(look, release_npm_url(&n, "/-/whoami"), "Bearer ", "username");
	look_at_version(&n);
	judge_tag(&n);
}

const struct release_looker release_channel_npm = {.kind = "npm", .look = look_npm};
