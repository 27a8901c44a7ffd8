// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/json.h"
#include "libattest/net/header.h"
#include "release/oci.h"

#include "libattest/base/banned.h"

enum { MAX_PAGES = 10, MAX_REFERRERS = 1024 };

#define INDEX "application/vnd.oci.image.index.v1+json"

#define EMPTY "application/vnd.oci.empty.v1+json"

/* What is asked for by a word: what tells inside that it is such, and types that say so; one that ends in "*"
 * stands for all that begin so. Before there were referrers, cosign told by a tag what belongs to an image. */
static const struct {
	const char *word;
	unsigned kind;
	const char *types[6];
	const char *suffixes[2];
} words[] = {
	{"signature",
	 RELEASE_OCI_SIGNATURE,
	 {"application/vnd.dev.cosign.artifact.sig.v1+json", "application/vnd.cncf.notary.signature"},
	 {".sig"}},
	{"attestation",
	 RELEASE_OCI_ATTESTATION,
	 {"application/vnd.in-toto+json", "application/vnd.dev.cosign.artifact.att.v1+json"},
	 {".att"}},
	{"sbom",
	 RELEASE_OCI_SBOM,
	 {"application/vnd.cyclonedx*", "application/spdx*", "text/spdx*",
	  "application/vnd.dev.cosign.artifact.sbom.v1+json"},
	 {".sbom", ".att"}},
};

enum { WORDS = sizeof words / sizeof words[0] };

/* One that was listed, and what it is once it was looked at. */
struct referrer {
	struct release_oci_descriptor descriptor;
	bool was_seen;
	unsigned kinds;
	struct release_oci_problem problem;
};

struct referrers {
	struct release_oci *o;
	const struct att_digest *digest;
	struct referrer *items;
	size_t count, capacity;
	/* Why there may be others; RELEASE_MATCH: there are none. */
	struct release_oci_problem problem;
};

/* --- which there are ------------------------------------------------------------------------------------- */

static bool keep_all(struct referrers *r, const struct release_oci_document *document)
{
	const struct release_oci_manifest *manifest = &document->manifest;
	for (size_t i = 0; i < manifest->count; i++) {
		struct referrer *at = r->count < MAX_REFERRERS
					      ? att_arena_push(r->o->arena, (void **)&r->items, &r->count,
							       &r->capacity, sizeof *at)
					      : NULL;
		if (!at)
			return release_oci_wrong(&r->problem, RELEASE_UNKNOWN, ATT_STR("a list that ends"),
						 ATT_STR("more"), "there are more referrers than are read");
		at->descriptor = manifest->items[i];
		at->descriptor.artifact_type = att_arena_copy(r->o->arena, at->descriptor.artifact_type);
		at->descriptor.media_type = at->descriptor.platform = ATT_STR("");
		at->descriptor.annotations = NULL;
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
	/* GitHub's registry sends everybody to a page for people. */
	*is_unknown_to_it = url->len == 0 && status == ATT_OK &&
			    (answer->status == 404 || answer->status == 400 || answer->status == 405 ||
			     answer->status == 406 || (answer->status >= 301 && answer->status <= 308));
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

static struct att_str type_of(const struct release_oci_manifest *manifest)
{
	return manifest->artifact_type.len > 0 ? manifest->artifact_type : manifest->config.media_type;
}

/* Where the list does not tell a type, or the one of its empty configuration, the inside does. */
static bool has_type(const struct release_oci_descriptor *item)
{
	return item->artifact_type.len > 0 && !att_str_is(item->artifact_type, EMPTY);
}

static bool check_referrer(const struct referrers *r, struct referrer *referrer,
			   struct release_oci_problem *problem)
{
	const struct release_oci_descriptor *item = &referrer->descriptor;
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
	if (good && !document.manifest.is_index && has_type(item) &&
	    !att_str_equal(type_of(&document.manifest), item->artifact_type))
		good = release_oci_wrong(problem, RELEASE_CONFLICT, item->artifact_type,
					 att_arena_copy(r->o->arena, type_of(&document.manifest)),
					 "the referrer is of another type than the list says");
	if (good)
		good = release_oci_attached(r->o, &document.manifest, r->digest, &referrer->kinds, problem);
	release_oci_document_clear(&document);
	return good;
}

/* Each is downloaded once, however many words it may stand for. */
static void look_into(const struct referrers *r, struct referrer *referrer)
{
	if (referrer->was_seen)
		return;
	referrer->was_seen = true;
	referrer->problem = (struct release_oci_problem){.verdict = RELEASE_MATCH};
	check_referrer(r, referrer, &referrer->problem);
}

/* --- cosign's tags --------------------------------------------------------------------------------------- */

/* Any image can have such a tag: what it holds has to be what is wanted. An SBOM is attached as it is. */
static bool is_kind(const struct release_oci_manifest *manifest, unsigned kinds, unsigned wanted,
		    const char *suffix)
{
	if (strcmp(suffix, ".sbom") != 0)
		return (kinds & wanted) != 0;
	for (size_t i = 0; i < manifest->count; i++)
		if (att_str_find(manifest->items[i].media_type, ATT_STR("spdx")) == ATT_STR_NONE &&
		    att_str_find(manifest->items[i].media_type, ATT_STR("cyclonedx")) == ATT_STR_NONE &&
		    att_str_find(manifest->items[i].media_type, ATT_STR("syft")) == ATT_STR_NONE)
			return false;
	return true;
}

/* Is there one by its tag? False, with ABSENT or what is wrong, when there is none. */
static bool check_tag(const struct referrers *r, const char *suffix, unsigned wanted,
		      struct release_oci_problem *problem)
{
	struct release_oci_document document;
	char hex[ATT_DIGEST_TEXT + 1];
	unsigned kinds = 0;
	att_digest_hex(r->digest, hex);
	struct att_str tag =
		att_arena_printf(r->o->arena, "%s-%.64s%s", att_digest_name(r->digest->kind), hex, suffix);
	bool good = release_oci_fetch(r->o, tag, ATT_SHA256, &document, problem) &&
		    release_oci_read(r->o, &document, problem) &&
		    release_oci_attached(r->o, &document.manifest, r->digest, &kinds, problem);
	if (good && !is_kind(&document.manifest, kinds, wanted, suffix)) {
		bool is_sbom = wanted == RELEASE_OCI_SBOM && strcmp(suffix, ".att") == 0;
		good = release_oci_wrong(problem, is_sbom ? RELEASE_ABSENT : RELEASE_UNKNOWN,
					 ATT_STR("what the tag says"), ATT_STR("something else"),
					 "what has the tag of one that cosign attached is none");
	}
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

static bool is_bundle(struct att_str type)
{
	return att_str_starts(type, ATT_STR("application/vnd.dev.sigstore.bundle"));
}

/* Its type says that it is what the word (WORDS: none) stands for, or is the type that is wanted. */
static bool is_told(const struct referrer *referrer, struct att_str wanted, size_t word)
{
	struct att_str type = referrer->descriptor.artifact_type;
	for (size_t k = 0; word < WORDS && k < 6 && words[word].types[k]; k++)
		if (is_type(type, words[word].types[k]))
			return true;
	return att_str_equal(type, wanted);
}

/* Looks at one that may be what is wanted. Is it? What is wrong with it counts, too. */
static bool look_at(const struct referrers *r, struct referrer *referrer, struct att_str wanted, size_t word,
		    struct release_oci_problem *problem)
{
	struct att_str type = referrer->descriptor.artifact_type;
	bool told = is_told(referrer, wanted, word);
	if (!told && (word == WORDS || (has_type(&referrer->descriptor) && !is_bundle(type))))
		return false;
	look_into(r, referrer);
	*problem = referrer->problem;
	return told || problem->verdict != RELEASE_MATCH || (referrer->kinds & words[word].kind) != 0;
}

/* Once it is not among those that are listed. */
static void look_at_tags(const struct referrers *r, size_t word, struct release_oci_problem *problem)
{
	problem->verdict = RELEASE_ABSENT;
	for (size_t k = 0; word < WORDS && k < 2 && words[word].suffixes[k]; k++)
		if (problem->verdict == RELEASE_ABSENT &&
		    check_tag(r, words[word].suffixes[k], words[word].kind, problem))
			*problem = (struct release_oci_problem){.verdict = RELEASE_MATCH};
	if (problem->verdict != RELEASE_ABSENT)
		return;
	*problem = r->problem; /* the list could not be read, so there may be one */
	if (problem->verdict == RELEASE_MATCH)
		release_oci_wrong(problem, RELEASE_ABSENT, ATT_STR(""), ATT_STR("none"),
				  "nothing of this type refers to the image");
}

static void look_at_type(const struct referrers *r, struct att_str wanted)
{
	struct release_oci_problem problem = {.verdict = RELEASE_MATCH};
	struct att_str item = ATT_ARENA_JOIN(r->o->arena, ATT_STR("referrer "), wanted);
	size_t found = 0, word = 0;
	while (word < WORDS && !att_str_is(wanted, words[word].word))
		word++;
	for (size_t i = 0; i < r->count && problem.verdict == RELEASE_MATCH; i++)
		found += look_at(r, &r->items[i], wanted, word, &problem);
	if (found == 0)
		look_at_tags(r, word, &problem);
	if (problem.verdict == RELEASE_ABSENT && problem.expected.len == 0)
		problem.expected = wanted;
	release_oci_add(r->o, item, &problem, release_look_digest(r->o->look, r->digest));
}

/* What the artifacts that the channel carries have to be accompanied by is attached to the image here. What
 * past ones required is not known. */
static bool is_required(const struct release_look *look, enum release_requirement what)
{
	for (size_t i = 0; i < look->built_count; i++)
		if (look->built[i].path.len > 0 && look->built[i].artifact->requires[what])
			return true;
	return false;
}

void release_oci_referrers(struct release_oci *o, const struct att_digest *digest)
{
	static const char *const names[RELEASE_REQUIREMENTS] = {"sbom", "signature", "attestation"};
	const struct att_value *wanted = att_value_get(o->look->channel->table, "referrers");
	struct referrers r = {.o = o, .digest = digest, .problem = {.verdict = RELEASE_MATCH}};
	bool is_wanted[RELEASE_REQUIREMENTS];
	uint32_t count = wanted ? wanted->count : 0;
	bool is_any = count > 0;
	for (enum release_requirement what = RELEASE_SBOM; what < RELEASE_REQUIREMENTS; what++) {
		is_wanted[what] = is_required(o->look, what);
		for (uint32_t i = 0; i < count; i++)
			is_wanted[what] &= !att_str_is(wanted->items[i].string, names[what]);
		is_any |= is_wanted[what];
	}
	if (!is_any)
		return;
	find_all(&r);
	for (uint32_t i = 0; i < count; i++)
		look_at_type(&r, wanted->items[i].string);
	for (enum release_requirement what = RELEASE_SBOM; what < RELEASE_REQUIREMENTS; what++)
		if (is_wanted[what])
			look_at_type(&r, att_str_of(names[what]));
}
