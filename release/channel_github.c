// SPDX-License-Identifier: Apache-2.0
/* GitHub releases, by GitHub's REST API: the release of the tag, the tag itself, its files, and which release
 * is called the latest. */
#include "libattest/net/header.h"
#include "libattest/package/version.h"
#include "libattest/statement/tag_template.h"
#include "release/github.h"

#include "libattest/base/banned.h"

enum { MAX_TAGS = 5 /* annotated tags of annotated tags */ };

static void add(const struct release_github *g, struct att_str item, enum release_verdict verdict,
		struct att_str expected, struct att_str found, const char *reason)
{
	release_look_add(g->look, item, verdict, expected, found, att_str_of(reason));
}

/* A document that does not say what such a document says. */
static void fail(const struct release_github *g, struct att_str item, const struct att_err *err)
{
	release_look_fail(g->look, item, err);
}

static bool is_prerelease(struct att_str version)
{
	return att_version_is_prerelease(att_version_scheme_find(ATT_STR("semver")), version);
}

/* --- the tag --------------------------------------------------------------------------------------------- */

struct object {
	struct att_str type, id;
};

static int read_object(const struct release_github *g, const struct release_github_document *document,
		       struct object *out, struct att_err *err)
{
	const struct att_value *object, *type, *id;
	int status =
		att_value_want(&document->source, &document->root, "object", ATT_OBJECT, true, &object, err);
	if (status == ATT_OK)
		status = att_value_want(&document->source, object, "type", ATT_STRING, true, &type, err);
	if (status == ATT_OK)
		status = att_value_want(&document->source, object, "sha", ATT_STRING, true, &id, err);
	if (status != ATT_OK)
		return status;
	out->type = att_arena_copy(g->arena, type->string);
	out->id = att_arena_copy(g->arena, id->string);
	return out->type.data && out->id.data ? ATT_OK : att_err_memory(err);
}

/* Follows an annotated tag to what it stands for. False when a verdict was added. */
static bool follow_tag(const struct release_github *g, struct att_str item, struct object *at)
{
	for (unsigned i = 0; att_str_is(at->type, "tag"); i++) {
		struct release_github_document document;
		const struct att_value *name;
		struct att_err err = {0};
		if (i == MAX_TAGS) {
			add(g, item, RELEASE_UNKNOWN, ATT_STR("a commit"), ATT_STR("tags of tags"),
			    "the tag leads to no commit");
			return false;
		}
		enum release_github_answer answer = release_github_ask(g, item, "git/tags", at->id, &document);
		if (answer == RELEASE_GITHUB_MISSING)
			release_look_status(g->look, item, &document.answer);
		int status = answer == RELEASE_GITHUB_FOUND ? ATT_OK : ATT_ERR_NOT_FOUND;
		if (status == ATT_OK)
			status = att_value_want(&document.source, &document.root, "tag", ATT_STRING, true,
						&name, &err);
		if (status == ATT_OK)
			status = read_object(g, &document, at, &err);
		bool is_other = status == ATT_OK && i == 0 && !att_str_equal(name->string, g->tag);
		if (is_other)
			add(g, item, RELEASE_CONFLICT, g->tag, name->string, "the tag is that of another name");
		else if (status != ATT_OK && answer == RELEASE_GITHUB_FOUND)
			fail(g, item, &err);
		release_github_document_clear(&document);
		if (status != ATT_OK || is_other)
			return false;
	}
	return true;
}

static void judge_tag(const struct release_github *g, struct att_str item, struct object at)
{
	struct att_str commit = g->look->variables.commit;
	bool is_annotated = att_str_is(at.type, "tag");
	if (g->look->config->project.is_annotated && !is_annotated) {
		add(g, item, RELEASE_CONFLICT, ATT_STR("an annotated tag"), ATT_STR("a lightweight one"),
		    "the tag says neither who made it nor when");
		return;
	}
	if (!follow_tag(g, item, &at))
		return;
	if (commit.len == 0)
		add(g, item, RELEASE_UNKNOWN, ATT_STR("a commit"), at.id,
		    "it is not known which commit is released");
	else if (!att_str_is(at.type, "commit") || !att_str_equal(at.id, commit))
		add(g, item, RELEASE_CONFLICT, commit, at.id, "the tag stands at another commit");
	else
		add(g, item, RELEASE_MATCH, commit, at.id, "");
}

static void look_at_tag(const struct release_github *g)
{
	struct release_github_document document;
	struct att_str item = ATT_ARENA_JOIN(g->arena, ATT_STR("tag "), g->tag);
	struct att_str wanted = ATT_ARENA_JOIN(g->arena, ATT_STR("refs/tags/"), g->tag);
	const struct att_value *ref;
	struct object at;
	struct att_err err = {0};
	enum release_github_answer answer = release_github_ask(g, item, "git/ref/tags", g->tag, &document);
	if (answer == RELEASE_GITHUB_MISSING) {
		release_look_status(g->look, item, &document.answer);
	} else if (answer == RELEASE_GITHUB_FOUND) {
		int status =
			att_value_want(&document.source, &document.root, "ref", ATT_STRING, true, &ref, &err);
		if (status == ATT_OK)
			status = read_object(g, &document, &at, &err);
		if (status != ATT_OK)
			fail(g, item, &err);
		else if (!att_str_equal(ref->string, wanted))
			add(g, item, RELEASE_CONFLICT, wanted, ref->string,
			    "the server answers with another ref");
		else
			judge_tag(g, item, at);
	}
	release_github_document_clear(&document);
}

/* --- the release ----------------------------------------------------------------------------------------- */

struct release {
	const struct att_value *tag, *is_draft, *is_prerelease, *is_immutable;
};

static int read_release(const struct release_github_document *document, struct release *out,
			struct att_err *err)
{
	const struct att_source *source = &document->source;
	const struct att_value *root = &document->root;
	int status = att_value_want(source, root, "tag_name", ATT_STRING, true, &out->tag, err);
	if (status == ATT_OK)
		status = att_value_want(source, root, "draft", ATT_BOOL, true, &out->is_draft, err);
	if (status == ATT_OK)
		status = att_value_want(source, root, "prerelease", ATT_BOOL, true, &out->is_prerelease, err);
	if (status == ATT_OK)
		status = att_value_want(source, root, "immutable", ATT_BOOL, false, &out->is_immutable, err);
	return status;
}

static void say_draft(const struct release_github *g, struct att_str item)
{
	add(g, item, g->look->is_before ? RELEASE_ABSENT : RELEASE_CONFLICT, ATT_STR("a published release"),
	    ATT_STR("a draft"), "it is still a draft");
}

static void judge_release(const struct release_github *g, struct att_str item, const struct release *release)
{
	bool is_first = is_prerelease(g->version);
	const struct att_value *immutable = att_value_get(g->look->channel->table, "immutable");
	static const struct att_str names[] = {{"a final release", 15}, {"a pre-release", 13}};
	if (!att_str_equal(release->tag->string, g->tag))
		add(g, item, RELEASE_CONFLICT, g->tag, release->tag->string,
		    "the server answers with the release of another tag");
	else if (release->is_draft->boolean)
		say_draft(g, item);
	else if (release->is_prerelease->boolean != is_first)
		add(g, item, RELEASE_CONFLICT, names[is_first], names[!is_first],
		    "the release is called what its version is not");
	else if (att_value_is_true(immutable) && !release->is_immutable)
		add(g, item, RELEASE_UNKNOWN, ATT_STR("an immutable release"), ATT_STR("nothing about it"),
		    "the server does not say whether the release can be changed");
	else if (att_value_is_true(immutable) && !release->is_immutable->boolean)
		add(g, item, RELEASE_CONFLICT, ATT_STR("an immutable release"),
		    ATT_STR("one that can be changed"), "the release is not immutable");
	else
		add(g, item, RELEASE_MATCH, names[is_first], names[is_first], "");
}

/* By its tag a draft is not found; among all it is, by who may change it. */
static bool find_draft(void *context, const struct att_value *release)
{
	struct att_str *tag = context;
	if (!att_value_is_true(att_value_get(release, "draft")) ||
	    !att_str_equal(att_value_text(att_value_get(release, "tag_name")), *tag))
		return true;
	*tag = ATT_STR("");
	return false;
}

static void look_for_draft(const struct release_github *g, struct att_str item)
{
	struct att_str tag = g->tag;
	if (g->look->token.len > 0 && !release_github_list(g, item, find_draft, &tag))
		return;
	if (tag.len == 0)
		say_draft(g, item);
	else
		add(g, item, RELEASE_ABSENT, ATT_STR("a release"), ATT_STR("none"),
		    g->look->token.len > 0 ? "there is no release of the tag"
					   : "there is none of the tag, or a draft, which only a token shows");
}

static void look_at_found(const struct release_github *g, struct att_str item,
			  const struct release_github_document *document)
{
	struct release release;
	struct att_err err = {0};
	if (read_release(document, &release, &err) != ATT_OK) {
		fail(g, item, &err);
		release_github_no_assets(g, RELEASE_UNKNOWN, ATT_STR("the release could not be read"));
		return;
	}
	judge_release(g, item, &release);
	release_github_assets(g, document);
}

static void look_at_release(const struct release_github *g)
{
	struct release_github_document document;
	struct att_str item = ATT_ARENA_JOIN(g->arena, ATT_STR("release "), g->tag);
	enum release_github_answer answer = release_github_ask(g, item, "releases/tags", g->tag, &document);
	if (answer == RELEASE_GITHUB_FOUND) {
		look_at_found(g, item, &document);
	} else if (answer == RELEASE_GITHUB_MISSING) {
		look_for_draft(g, item);
		release_github_no_assets(g, RELEASE_ABSENT, ATT_STR("there is no release"));
	} else {
		release_github_no_assets(g, RELEASE_UNKNOWN, ATT_STR("the release could not be read"));
	}
	release_github_document_clear(&document);
}

/* --- the latest ------------------------------------------------------------------------------------------ */

/* Is the release of a tag newer than ours? False for what cannot be told. */
static bool is_newer(const struct release_github *g, struct att_str tag, bool *is_told)
{
	struct att_str version;
	int order = 0;
	*is_told = att_tag_template_version(g->look->config->project.tag, tag, &version) &&
		   att_version_compare(att_version_scheme_find(ATT_STR("semver")), version, g->version, &order,
				       NULL) == ATT_OK;
	return *is_told && order > 0;
}

struct newest {
	const struct release_github *g;
	struct att_str tag; /* of one that is newer than ours */
};

static bool find_newer(void *context, const struct att_value *release)
{
	struct newest *newest = context;
	struct att_str tag = att_value_text(att_value_get(release, "tag_name")), version;
	bool is_told;
	if (att_value_is_true(att_value_get(release, "draft")) ||
	    att_value_is_true(att_value_get(release, "prerelease")) || !is_newer(newest->g, tag, &is_told) ||
	    (att_tag_template_version(newest->g->look->config->project.tag, tag, &version) &&
	     is_prerelease(version)))
		return true;
	newest->tag = att_arena_copy(newest->g->arena, tag);
	return false;
}

/* Ours is the latest: that has to be true. */
static void judge_ours(const struct release_github *g, struct att_str item)
{
	struct newest newest = {g, {NULL, 0}};
	if (!release_github_list(g, item, find_newer, &newest))
		return;
	if (newest.tag.len > 0)
		add(g, item, RELEASE_CONFLICT, newest.tag, g->tag, "it moved back: a newer release is there");
	else
		add(g, item, RELEASE_MATCH, g->tag, g->tag, "");
}

static void judge_latest(const struct release_github *g, struct att_str item, struct att_str tag)
{
	bool is_told, newer = is_newer(g, tag, &is_told), is_before = g->look->is_before;
	if (att_str_equal(tag, g->tag))
		judge_ours(g, item);
	else if (newer && is_before)
		add(g, item, RELEASE_ABSENT, tag, tag,
		    "a newer release is the latest, and has to stay it: publish without making this one the "
		    "latest");
	else if (newer)
		add(g, item, RELEASE_MATCH, tag, tag, "");
	else if (is_before)
		add(g, item, RELEASE_ABSENT, g->tag, tag, "another release is the latest so far");
	else if (is_told)
		add(g, item, RELEASE_STALE, g->tag, tag, "an older release is still called the latest");
	else
		add(g, item, RELEASE_UNKNOWN, g->tag, tag,
		    "the latest release is of something else in the repository: say \"latest = false\" when "
		    "the releases of this are not to be it");
}

/* Of several things in one repository one alone can have the latest release: ours leave it to others. */
static void judge_others(const struct release_github *g, struct att_str item, struct att_str tag)
{
	if (att_str_equal(tag, g->tag))
		add(g, item, RELEASE_CONFLICT, ATT_STR("another release"), tag,
		    "the release is called the latest, and \"latest = false\" has that none of these is");
	else
		add(g, item, RELEASE_MATCH, ATT_STR("another release"), tag.len > 0 ? tag : ATT_STR("none"),
		    "");
}

static void look_at_latest(const struct release_github *g)
{
	struct release_github_document document;
	const struct att_value *tag;
	struct att_err err = {0};
	struct att_str item = ATT_STR("latest");
	enum release_github_answer answer =
		release_github_ask(g, item, "releases/latest", ATT_STR(""), &document);
	const struct att_value *setting = att_value_get(g->look->channel->table, "latest");
	bool is_others = setting && !setting->boolean;
	if (answer == RELEASE_GITHUB_MISSING && is_others)
		judge_others(g, item, ATT_STR(""));
	else if (answer == RELEASE_GITHUB_MISSING)
		add(g, item, RELEASE_ABSENT, g->tag, ATT_STR("none"), "no release is called the latest");
	else if (answer == RELEASE_GITHUB_FOUND && att_value_want(&document.source, &document.root, "tag_name",
								  ATT_STRING, true, &tag, &err) != ATT_OK)
		fail(g, item, &err);
	else if (answer == RELEASE_GITHUB_FOUND)
		(is_others ? judge_others : judge_latest)(g, item, tag->string);
	release_github_document_clear(&document);
}

static void look_at_github(const struct release_look *look)
{
	struct release_github g = {
		.look = look,
		.arena = &look->verdicts->arena,
		.api = release_channel_text(look->channel, "api", "https://api.github.com"),
		.tag = look->variables.tag,
		.version = look->variables.version,
		.has_to_push = true,
	};
	if (!release_github_repository(look, &g)) {
		add(&g, ATT_STR("release"), RELEASE_UNKNOWN, ATT_STR("OWNER/NAME"),
		    release_channel_text(look->channel, "repository", ""),
		    "it is not known which repository of GitHub is meant: say it by \"repository\"");
		return;
	}
	if (g.tag.len == 0) {
		add(&g, ATT_STR("release"), RELEASE_UNKNOWN, ATT_STR("a tag"), ATT_STR("none"),
		    "a release of GitHub belongs to a tag, and the commit has none");
		return;
	}
	if (look->token.len > 0)
		release_github_login(&g);
	look_at_tag(&g);
	look_at_release(&g);
	if (!is_prerelease(g.version) && !look->is_past)
		look_at_latest(&g);
}

const struct release_looker release_channel_github = {
	.kind = "github",
	.look = look_at_github,
};
