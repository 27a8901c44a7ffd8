// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/json.h"
#include "libattest/net/header.h"
#include "release/oci.h"

#include "libattest/base/banned.h"

enum { MAX_PAGES = 10, MAX_REFERRERS = 1024 };

#define INDEX "application/vnd.oci.image.index.v1+json"

/* What is asked for by a word, and its media types; one that ends in "*" stands for all that begin so. Before
 * there were referrers, cosign told by a tag what belongs to an image. */
static const struct {
	const char *word, *suffix;
	const char *types[6];
} words[] = {
	{"signature",
	 ".sig",
	 {"application/vnd.dev.sigstore.bundle*", "application/vnd.dev.cosign.artifact.sig.v1+json",
	  "application/vnd.cncf.notary.signature"}},
	{"attestation",
	 ".att",
	 {"application/vnd.dev.sigstore.bundle*", "application/vnd.in-toto+json",
	  "application/vnd.dev.cosign.artifact.att.v1+json"}},
	{"sbom",
	 ".sbom",
	 {"application/vnd.cyclonedx*", "application/spdx*", "text/spdx*",
	  "application/vnd.dev.cosign.artifact.sbom.v1+json"}},
};

struct referrers {
	struct release_oci *o;
	const struct att_digest *digest;
	struct release_oci_descriptor *items;
	size_t count, capacity;
	/* Why there may be others; RELEASE_MATCH: there are none. */
	struct release_oci_problem problem;
};

/* --- which there are ------------------------------------------------------------------------------------- */

static bool keep_all(struct referrers *r, const struct release_oci_document *document)
{
	const struct release_oci_manifest *manifest = &document->manifest;
	for (size_t i = 0; i < manifest->count; i++) {
		struct release_oci_descriptor *at =
			r->count < MAX_REFERRERS ? att_arena_push(r->o->arena, (void **)&r->items, &r->count,
								  &r->capacity, sizeof *at)
						 : NULL;
		if (!at)
			return release_oci_wrong(&r->problem, RELEASE_UNKNOWN, ATT_STR("a list that ends"),
						 ATT_STR("more"), "there are more referrers than are read");
		*at = manifest->items[i];
		at->artifact_type = att_arena_copy(r->o->arena, at->artifact_type);
		at->media_type = at->platform = ATT_STR("");
		at->annotations = NULL;
	}
	return true;
}

static bool keep_index(struct referrers *r, struct release_oci_document *document)
{
	if (!release_oci_read(r->o, document, &r->problem))
		return false;
	if (!document->manifest.is_index)
		return release_oci_wrong(&r->problem, RELEASE_UNKNOWN, ATT_STR("a list of referrers"),
					 ATT_STR("an image"), "the list of what refers to the image is none");
	return keep_all(r, document);
}

/* A registry that knows of no referrers: clients keep the list under a tag. */
static void ask_by_tag(struct referrers *r)
{
	struct release_oci_document document;
	char hex[ATT_DIGEST_TEXT + 1];
	att_digest_hex(r->digest, hex);
	struct att_str tag = att_arena_printf(r->o->arena, "%s-%.64s", att_digest_name(r->digest->kind), hex);
	if (release_oci_fetch(r->o, tag, ATT_SHA256, &document, &r->problem))
		keep_index(r, &document);
	else if (r->problem.verdict == RELEASE_ABSENT)
		r->problem = (struct release_oci_problem){.verdict = RELEASE_MATCH};
	release_oci_document_clear(&document);
}

/* One page; *url is "" for the first, and then that of the next one. */
static bool ask_page(struct referrers *r, struct att_str *url, bool *is_unknown_to_it)
{
	struct release_oci_document document = {.arena = {NULL}};
	struct att_str path =
		ATT_ARENA_JOIN(r->o->arena, ATT_STR("/referrers/"), release_look_digest(r->o->look, r->digest));
	const struct att_registry_request request = {
		.path = path, .accept = INDEX, .max = ATT_REGISTRY_MAX_MANIFEST, .no_redirects = true};
	struct att_err err = {0};
	struct att_registry *registry = &r->o->registry;
	struct att_fetch_answer *answer = &document.answer;
	bool good = false;
	int status = url->len > 0 ? att_registry_ask_url(registry, *url, &request, answer, &err)
				  : att_registry_ask(registry, &request, answer, &err);
	struct att_str type =
		att_str_trim(att_str_first(answer->content_type, att_str_find_byte(answer->content_type, ';')));
	*is_unknown_to_it = url->len == 0 && status == ATT_OK &&
			    (answer->status == 404 || answer->status == 400 || answer->status == 405 ||
			     answer->status == 406);
	if (status != ATT_OK)
		release_oci_error(r->o, &err, &r->problem);
	else if (answer->status != 200 && !*is_unknown_to_it)
		release_oci_status(r->o, answer, &r->problem);
	else if (answer->status == 200 && !att_str_is(type, INDEX))
		release_oci_wrong(&r->problem, RELEASE_UNKNOWN, ATT_STR(INDEX),
				  att_arena_copy(r->o->arena, type),
				  "the registry answers with something else than a list of referrers");
	else if (answer->status == 200)
		good = keep_index(r, &document);
	struct att_str asked = answer->url;
	*url = ATT_STR("");
	if (good && att_header_next(answer->link, asked, r->o->arena, url, &err) != ATT_OK)
		good = release_oci_error(r->o, &err, &r->problem);
	release_oci_document_clear(&document);
	return good;
}

static void find_all(struct referrers *r)
{
	struct att_str url = ATT_STR("");
	bool is_unknown_to_it = false;
	for (unsigned pages = 0; pages == 0 || url.len > 0; pages++) {
		if (pages == MAX_PAGES) {
			release_oci_wrong(&r->problem, RELEASE_UNKNOWN, ATT_STR("a list that ends"),
					  ATT_STR("more"), "there are more referrers than are read");
			return;
		}
		if (!ask_page(r, &url, &is_unknown_to_it))
			break;
	}
	if (is_unknown_to_it)
		ask_by_tag(r);
}

/* --- whether they are right ------------------------------------------------------------------------------ */

static bool check_blobs(struct release_oci *o, const struct release_oci_manifest *manifest,
			struct release_oci_problem *problem)
{
	if (manifest->is_index)
		return release_oci_wrong(problem, RELEASE_UNKNOWN, ATT_STR("a manifest"), ATT_STR("an index"),
					 "an index as a referrer is not followed");
	if (manifest->count == 0)
		return release_oci_wrong(problem, RELEASE_UNKNOWN, ATT_STR("what refers to the image"),
					 ATT_STR("nothing"), "the referrer holds nothing");
	if (!release_oci_blob(o, &manifest->config, NULL, problem))
		return false;
	for (size_t i = 0; i < manifest->count; i++)
		if (!release_oci_blob(o, &manifest->items[i], NULL, problem))
			return false;
	return true;
}

static struct att_str type_of(const struct release_oci_manifest *manifest)
{
	return manifest->artifact_type.len > 0 ? manifest->artifact_type : manifest->config.media_type;
}

static bool check_referrer(const struct referrers *r, const struct release_oci_descriptor *item,
			   struct release_oci_problem *problem)
{
	struct release_oci_document document;
	struct att_str wanted = release_look_digest(r->o->look, r->digest);
	bool good = release_oci_follow(r->o, item, &document, problem);
	const struct att_digest *subject = &document.manifest.subject.digest;
	if (good && !att_digest_equal(subject, r->digest))
		good = release_oci_wrong(problem, RELEASE_CONFLICT, wanted,
					 subject->kind == ATT_DIGEST_NONE
						 ? ATT_STR("no subject")
						 : release_look_digest(r->o->look, subject),
					 "what is listed as its referrer refers to something else");
	if (good && !document.manifest.is_index &&
	    !att_str_equal(type_of(&document.manifest), item->artifact_type))
		good = release_oci_wrong(problem, RELEASE_CONFLICT, item->artifact_type,
					 att_arena_copy(r->o->arena, type_of(&document.manifest)),
					 "the referrer is of another type than the list says");
	if (good)
		good = check_blobs(r->o, &document.manifest, problem);
	release_oci_document_clear(&document);
	return good;
}

/* --- cosign's tags --------------------------------------------------------------------------------------- */

/* What cosign signs names the digest that it is about. */
static bool check_payload(const struct referrers *r, const struct release_oci_descriptor *layer,
			  struct release_oci_problem *problem)
{
	struct att_fetch_answer answer = {0};
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value root;
	struct att_err err = {0};
	struct att_str wanted = release_look_digest(r->o->look, r->digest);
	bool good = release_oci_blob(r->o, layer, &answer, problem);
	if (good &&
	    (att_source_init(&source, &arena, ATT_STR("payload"), att_buf_str(&answer.body), &err) != ATT_OK ||
	     att_json_parse(&source, &arena, &root, &err) != ATT_OK))
		good = release_oci_error(r->o, &err, problem);
	if (good) {
		const struct att_value *image = att_value_get(att_value_get(&root, "critical"), "image");
		struct att_str found = att_value_text(att_value_get(image, "docker-manifest-digest"));
		if (!att_str_equal(found, wanted))
			good = release_oci_wrong(problem, RELEASE_CONFLICT, wanted,
						 att_arena_copy(r->o->arena, found),
						 "the signature is of something else");
	}
	att_fetch_answer_clear(&answer);
	att_arena_clear(&arena);
	return good;
}

/* Is there one by its tag? False, with ABSENT or what is wrong, when there is none. */
static bool check_tag(const struct referrers *r, const char *suffix, struct release_oci_problem *problem)
{
	struct release_oci_document document;
	char hex[ATT_DIGEST_TEXT + 1];
	att_digest_hex(r->digest, hex);
	struct att_str tag =
		att_arena_printf(r->o->arena, "%s-%.64s%s", att_digest_name(r->digest->kind), hex, suffix);
	bool good = release_oci_fetch(r->o, tag, ATT_SHA256, &document, problem) &&
		    release_oci_read(r->o, &document, problem) &&
		    check_blobs(r->o, &document.manifest, problem);
	size_t payloads = 0;
	for (size_t i = 0; good && i < document.manifest.count; i++)
		if (att_str_is(document.manifest.items[i].media_type,
			       "application/vnd.dev.cosign.simplesigning.v1+json")) {
			payloads++;
			good = check_payload(r, &document.manifest.items[i], problem);
		}
	/* Any image can have such a tag. */
	if (good && payloads == 0 && strcmp(suffix, ".sig") == 0)
		good = release_oci_wrong(problem, RELEASE_UNKNOWN, ATT_STR("what cosign signs"),
					 ATT_STR("something else"), "what has the tag of a signature is none");
	release_oci_document_clear(&document);
	return good;
}

/* --- what is wanted -------------------------------------------------------------------------------------- */

static bool is_type(struct att_str type, const char *pattern)
{
	struct att_str text = att_str_of(pattern);
	if (!att_str_ends(text, ATT_STR("*")))
		return att_str_equal(type, text);
	text.len--;
	return att_str_starts(type, text);
}

static bool is_asked_for(struct att_str type, struct att_str wanted)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		for (size_t k = 0; att_str_is(wanted, words[i].word) && k < 6 && words[i].types[k]; k++)
			if (is_type(type, words[i].types[k]))
				return true;
	return att_str_equal(type, wanted);
}

static const char *suffix_of(struct att_str wanted)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (att_str_is(wanted, words[i].word))
			return words[i].suffix;
	return NULL;
}

static void look_at_type(const struct referrers *r, struct att_str wanted)
{
	struct release_oci_problem problem = {.verdict = RELEASE_MATCH};
	struct att_str item = ATT_ARENA_JOIN(r->o->arena, ATT_STR("referrer "), wanted);
	size_t found = 0;
	for (size_t i = 0; i < r->count && problem.verdict == RELEASE_MATCH; i++)
		if (is_asked_for(r->items[i].artifact_type, wanted)) {
			found++;
			check_referrer(r, &r->items[i], &problem);
		}
	if (found == 0 && suffix_of(wanted))
		check_tag(r, suffix_of(wanted), &problem);
	else if (found == 0)
		problem.verdict = RELEASE_ABSENT;
	/* The list could not be read, so there may be one. */
	if (problem.verdict == RELEASE_ABSENT && found == 0 && r->problem.verdict != RELEASE_MATCH)
		problem = r->problem;
	else if (problem.verdict == RELEASE_ABSENT && found == 0)
		release_oci_wrong(&problem, RELEASE_ABSENT, wanted, ATT_STR("none"),
				  "nothing of this type refers to the image");
	release_oci_add(r->o, item, &problem, release_look_digest(r->o->look, r->digest));
}

void release_oci_referrers(struct release_oci *o, const struct att_digest *digest)
{
	const struct att_value *wanted = att_value_get(o->look->channel->table, "referrers");
	struct referrers r = {.o = o, .digest = digest, .problem = {.verdict = RELEASE_MATCH}};
	if (!wanted || wanted->count == 0)
		return;
	find_all(&r);
	for (uint32_t i = 0; i < wanted->count; i++)
		look_at_type(&r, wanted->items[i].string);
}
