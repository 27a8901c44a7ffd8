// SPDX-License-Identifier: Apache-2.0
/* Images in a registry: every tag of the release names the digest that was built, all that it names is there
 * byte by byte, and tags that move do not move back. */
#include "libattest/format/json.h"
#include "libattest/net/header.h"
#include "libattest/package/version.h"
#include "release/oci.h"

#include "libattest/base/banned.h"

enum {
	MAX_LIST_PAGES = 50,
	MAX_NEWER = 256, /* tags of newer versions that are held against one that moves: of a branch that is
			  * kept alive there are many */
};

static struct att_str item_of(const struct release_oci *o, struct att_str tag)
{
	return ATT_ARENA_JOIN(o->arena, ATT_STR("tag "), tag);
}

/* --- where a tag that moves stands ----------------------------------------------------------------------- */

static bool is_newer(const struct release_oci *o, struct att_str text)
{
	const struct att_version_scheme *semver = att_version_scheme_find(ATT_STR("semver"));
	struct att_str version = att_str_starts(text, ATT_STR("v")) ? att_str_from(text, 1) : text;
	int order = 0;
	return release_spelling_reads(RELEASE_SEMVER, version) &&
	       att_version_compare(semver, version, o->look->variables.version, &order, NULL) == ATT_OK &&
	       order > 0 && !att_version_is_prerelease(semver, version);
}

struct newer {
	struct att_str tags[MAX_NEWER];
	size_t count;
};

static int read_list(struct release_oci *o, const struct att_fetch_answer *answer, struct newer *newer,
		     struct att_err *err)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value root;
	const struct att_value *tags = NULL;
	int status = att_source_init(&source, &arena, ATT_STR("tags"), att_buf_str(&answer->body), err);
	if (status == ATT_OK)
		status = att_json_parse(&source, &arena, &root, err);
	if (status == ATT_OK)
		status = att_value_want(&source, &root, "tags", ATT_ARRAY, true, &tags, err);
	for (uint32_t i = 0; status == ATT_OK && i < tags->count; i++) {
		struct att_str tag = att_value_text(&tags->items[i]);
		if (!att_registry_is_tag(tag) || !is_newer(o, tag))
			continue;
		if (newer->count == MAX_NEWER)
			status = att_err_set(err, ATT_ERR_LIMIT,
					     "expected at most %d tags of newer versions, found more",
					     MAX_NEWER);
		else
			newer->tags[newer->count++] = att_arena_copy(o->arena, tag);
	}
	att_arena_clear(&arena);
	return status;
}

/* The tags of versions that are newer than ours. */
static bool list_newer(struct release_oci *o, struct newer *newer, struct release_oci_problem *problem)
{
	struct att_str url = ATT_ARENA_JOIN(o->arena, o->registry.base, ATT_STR("/v2/"), o->registry.repository,
					    ATT_STR("/tags/list?n=1000"));
	const struct att_registry_request request = {.max = ATT_REGISTRY_MAX_MANIFEST};
	newer->count = 0;
	for (unsigned pages = 0; url.len > 0; pages++) {
		struct att_fetch_answer answer;
		struct att_str asked = url;
		struct att_err err = {0};
		bool good = true;
		if (pages == MAX_LIST_PAGES)
			return release_oci_wrong(problem, RELEASE_UNKNOWN, ATT_STR("a list that ends"),
						 ATT_STR("more"), "the list of tags is longer than is read");
		url = ATT_STR("");
		int status = att_registry_ask_url(&o->registry, asked, &request, &answer, &err);
		if (status == ATT_OK && answer.status != 200)
			good = release_oci_status(o, &answer, problem);
		else if (status == ATT_OK)
			status = read_list(o, &answer, newer, &err);
		if (status == ATT_OK && good)
			status = att_header_next(answer.link, asked, o->arena, &url, &err);
		att_fetch_answer_clear(&answer);
		if (status != ATT_OK)
			return release_oci_error(o, &err, problem);
		if (!good)
			return false;
	}
	return true;
}

/* Before publishing: may a tag that names another image be moved to ours? */
static void judge_move(struct release_oci *o, struct release_oci_document *document,
		       struct release_oci_problem *problem)
{
	static const char backwards[] = "it would move backwards: a newer release has it";
	struct newer newer;
	struct att_str ours = o->look->variables.version, theirs;
	if (!release_oci_read(o, document, problem) || !release_oci_version(o, document, &theirs, problem) ||
	    !list_newer(o, &newer, problem))
		return;
	if (is_newer(o, theirs)) {
		release_oci_wrong(problem, RELEASE_CONFLICT, ours, theirs, backwards);
		return;
	}
	for (size_t i = 0; i < newer.count; i++) {
		struct release_oci_document other;
		bool good = release_oci_fetch(o, newer.tags[i], document->digest.kind, &other, problem);
		bool same = good && att_digest_equal(&other.digest, &document->digest);
		release_oci_document_clear(&other);
		/* Of a tag that went away meanwhile nothing follows. */
		if (!good && problem->verdict != RELEASE_ABSENT)
			return;
		if (same) {
			release_oci_wrong(problem, RELEASE_CONFLICT, ours, newer.tags[i], backwards);
			return;
		}
	}
	release_oci_wrong(problem, RELEASE_STALE, ours,
			  theirs.len > 0 ? theirs : release_look_digest(o->look, &document->digest),
			  "it names another release until this one is published");
}

/* --- tags ------------------------------------------------------------------------------------------------ */

/* What a tag that is there may be; *reference is what the others are held against when nobody says what was
 * built. */
static void judge_digest(struct release_oci *o, const struct release_name *name,
			 struct release_oci_document *document, struct att_digest *reference,
			 struct release_oci_problem *problem)
{
	struct att_str found = release_look_digest(o->look, &document->digest);
	bool is_before = o->look->is_before;
	if (reference->kind == ATT_DIGEST_NONE && !is_before)
		*reference = document->digest;
	if (att_digest_equal(&document->digest, reference))
		return;
	struct att_str wanted =
		reference->kind != ATT_DIGEST_NONE ? release_look_digest(o->look, reference) : ATT_STR("");
	if (name->moves && is_before)
		judge_move(o, document, problem);
	else if (name->moves)
		release_oci_wrong(problem, RELEASE_STALE, wanted, found, "it still names another image");
	else if (wanted.len == 0)
		release_oci_wrong(
			problem, RELEASE_UNKNOWN, ATT_STR("a digest"), found,
			"it is taken, and nothing says which digest was built: name its file by \"digest\"");
	else
		release_oci_wrong(problem, RELEASE_CONFLICT, wanted, found,
				  is_before ? "it is taken by another image" : "it names another image");
}

static void look_at_tag(struct release_oci *o, const struct release_name *name, struct att_digest *reference,
			bool *is_there)
{
	struct release_oci_document document = {.arena = {NULL}};
	struct release_oci_problem problem = {.verdict = RELEASE_MATCH};
	enum att_digest_kind kind = reference->kind != ATT_DIGEST_NONE ? reference->kind : ATT_SHA256;
	struct att_str fine = ATT_STR("");
	if (!att_registry_is_tag(name->text)) {
		release_oci_wrong(&problem, RELEASE_UNKNOWN, ATT_STR("a tag"), name->text,
				  "no image can have this tag");
	} else if (release_oci_fetch(o, name->text, kind, &document, &problem)) {
		fine = release_look_digest(o->look, &document.digest);
		judge_digest(o, name, &document, reference, &problem);
	}
	*is_there |= problem.verdict == RELEASE_MATCH;
	release_oci_add(o, item_of(o, name->text), &problem, fine);
	release_oci_document_clear(&document);
}

/* Those that stay come first: they are what those that move are held against. */
static size_t look_at_tags(struct release_oci *o, struct att_digest *reference, bool *is_there)
{
	const struct release_names *names = o->look->names;
	size_t count = 0;
	for (int moves = 0; moves < (o->look->is_past ? 1 : 2); moves++)
		for (size_t i = 0; i < names->count; i++) {
			const struct release_name *name = &names->items[i];
			if (name->channel != o->look->channel || strcmp(name->use, "tag") != 0 ||
			    name->moves != (moves == 1))
				continue;
			look_at_tag(o, name, reference, is_there);
			count++;
		}
	return count;
}

/* --- the channel ----------------------------------------------------------------------------------------- */

/* False when it could be known, and is not: a verdict was added. */
static bool find_expected(struct release_oci *o)
{
	const struct release_look *look = o->look;
	static const struct att_str suffix = {".json", 5};
	o->expected.kind = ATT_DIGEST_NONE;
	if (release_channel_text(look->channel, "digest", "").len == 0) {
		/* A manifest that was built is called after the digest of its bytes. */
		if (look->built_count == 1 && att_str_ends(look->built[0].name, suffix))
			o->expected = look->built[0].sha256;
		return true;
	}
	if (release_oci_digest_of(look->digest_text, &o->expected))
		return true;
	release_look_add(look, ATT_STR("digest"), RELEASE_UNKNOWN, ATT_STR("sha256:HEX"),
			 att_str_first(look->digest_text, 80),
			 look->digest_text.len > 0
				 ? ATT_STR("the file that \"digest\" names holds no digest")
				 : ATT_STR("the file that \"digest\" names could not be read"));
	return false;
}

static void look_at_login(struct release_oci *o)
{
	struct att_err err = {0};
	int code = 0;
	struct att_str item = ATT_STR("login");
	int status = att_registry_login(&o->registry, &code, &err);
	struct att_str found = att_arena_printf(o->arena, "status %d", code);
	if (status != ATT_OK)
		release_look_fail(o->look, item, &err);
	else if (code == 200)
		release_look_add(o->look, item, RELEASE_MATCH, ATT_STR("the token"), ATT_STR("the token"),
				 ATT_STR(""));
	else if (code == 400 || code == 401 || code == 403)
		release_look_add(o->look, item, RELEASE_CONFLICT, ATT_STR("leave to push"), found,
				 ATT_STR("the registry does not take the token"));
	else
		release_look_add(o->look, item, RELEASE_UNKNOWN, ATT_STR("leave to push"), found,
				 ATT_STR("the registry does not say whether it takes the token"));
}

static void look_at_oci(const struct release_look *look)
{
	struct release_oci o = {
		.look = look,
		.arena = &look->verdicts->arena,
		.registry = {.fetcher = look->fetcher,
			     .arena = &look->verdicts->arena,
			     .user = release_channel_text(look->channel, "user", ""),
			     .password = look->token},
	};
	struct att_err err = {0};
	bool is_there = false;
	if (att_registry_name(&o.registry, release_channel_text(look->channel, "repository", ""), &err) !=
	    ATT_OK) {
		release_look_fail(look, ATT_STR("repository"), &err);
		return;
	}
	bool is_known = find_expected(&o);
	if (look->is_before && look->token.len > 0)
		look_at_login(&o);
	struct att_digest reference = o.expected;
	if (look_at_tags(&o, &reference, &is_there) == 0)
		release_look_add(look, ATT_STR("tags"), RELEASE_UNKNOWN, ATT_STR("tags"), ATT_STR("none"),
				 ATT_STR("the release has no tag there"));
	if (!is_known || reference.kind == ATT_DIGEST_NONE || (look->is_before && !is_there))
		return;
	release_oci_image(&o, &reference);
	release_oci_referrers(&o, &reference);
}

const struct release_looker release_channel_oci = {
	.kind = "oci",
	.look = look_at_oci,
};
