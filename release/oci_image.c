// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/json.h"
#include "release/oci.h"

#include "libattest/base/banned.h"

#define LABEL_REVISION "org.opencontainers.image.revision"
#define LABEL_VERSION  "org.opencontainers.image.version"
#define NO_PLATFORM    "unknown/unknown" /* what build tools call attestations that stand in an index */

struct image {
	struct release_oci *o;
	struct att_digest *seen; /* blobs that were downloaded and are right */
	size_t seen_count, seen_capacity;
	struct att_str *platforms; /* of the images that were found */
	size_t platform_count, platform_capacity;
	struct release_oci_problem revision;
	struct att_str index_revision; /* "" when the index says none */
	bool is_index, is_unread;      /* it stands in an index; of an image nothing could be told */
};

/* --- what an image says of itself ------------------------------------------------------------------------ */

/* Its configuration, as far as it counts here. */
struct config {
	struct att_str platform, revision, version;
};

static bool is_image_config(struct att_str type)
{
	return att_str_is(type, "application/vnd.oci.image.config.v1+json") ||
	       att_str_is(type, "application/vnd.docker.container.image.v1+json");
}

static int parse_config(const struct att_fetch_answer *answer, struct att_arena *arena, struct config *out,
			struct att_err *err)
{
	struct att_source source;
	struct att_value *root = att_arena_alloc(arena, 1, sizeof *root);
	const struct att_value *os, *architecture, *config;
	int status = root ? att_source_init(&source, arena, ATT_STR("config"), att_buf_str(&answer->body), err)
			  : att_err_memory(err);
	if (status == ATT_OK)
		status = att_json_parse(&source, arena, root, err);
	if (status == ATT_OK)
		status = att_value_want(&source, root, "os", ATT_STRING, true, &os, err);
	if (status == ATT_OK)
		status = att_value_want(&source, root, "architecture", ATT_STRING, true, &architecture, err);
	if (status != ATT_OK)
		return status;
	struct att_str variant = att_value_text(att_value_get(root, "variant"));
	config = att_value_get(att_value_get(root, "config"), "Labels");
	out->platform = ATT_ARENA_JOIN(arena, os->string, ATT_STR("/"), architecture->string,
				       variant.len > 0 ? ATT_STR("/") : ATT_STR(""), variant);
	out->revision = release_oci_annotation(config, LABEL_REVISION);
	out->version = release_oci_annotation(config, LABEL_VERSION);
	return out->platform.data ? ATT_OK : att_err_memory(err);
}

/* Texts live in the verdicts' arena. */
static bool read_config(struct release_oci *o, const struct release_oci_descriptor *descriptor,
			struct config *out, struct release_oci_problem *problem)
{
	struct att_fetch_answer answer = {0};
	struct att_arena arena = {0};
	struct att_err err = {0};
	*out = (struct config){.platform = ATT_STR("")};
	bool good = release_oci_blob(o, descriptor, &answer, problem);
	if (good && is_image_config(descriptor->media_type)) {
		good = parse_config(&answer, &arena, out, &err) == ATT_OK ||
		       release_oci_error(o, &err, problem);
		out->platform = att_arena_copy(o->arena, out->platform);
		out->revision = att_arena_copy(o->arena, out->revision);
		out->version = att_arena_copy(o->arena, out->version);
	}
	att_fetch_answer_clear(&answer);
	att_arena_clear(&arena);
	return good;
}

/* "linux/arm64/v8" is a "linux/arm64". */
static bool is_platform(struct att_str found, struct att_str wanted)
{
	return att_str_starts(found, wanted) && (found.len == wanted.len || found.data[wanted.len] == '/');
}

/* --- the revision ---------------------------------------------------------------------------------------- */

/* All that says a commit has to say ours; no word is a problem only when nothing worse was found. */
static void judge_revision(struct image *i, struct att_str item, const struct att_str *said, size_t count)
{
	struct att_str commit = i->o->look->variables.commit;
	bool is_said = false;
	for (size_t k = 0; k < count; k++) {
		is_said |= said[k].len > 0;
		if (said[k].len > 0 && !att_str_equal(said[k], commit)) {
			release_oci_wrong(&i->revision, RELEASE_CONFLICT, commit,
					  att_arena_copy(i->o->arena, said[k]),
					  "the image says that it was made of another commit");
			return;
		}
	}
	if (!is_said && i->revision.verdict == RELEASE_MATCH)
		release_oci_wrong(&i->revision, RELEASE_ABSENT, commit,
				  ATT_ARENA_JOIN(i->o->arena, ATT_STR("no " LABEL_REVISION " in "), item),
				  "the image does not say of which commit it was made");
}

static void add_revision(const struct image *i)
{
	struct release_oci_problem problem = i->revision;
	if (problem.verdict != RELEASE_CONFLICT && i->is_unread)
		release_oci_wrong(&problem, RELEASE_UNKNOWN, i->o->look->variables.commit, ATT_STR(""),
				  "not every image could be read");
	else if (i->o->look->variables.commit.len == 0)
		release_oci_wrong(&problem, RELEASE_UNKNOWN, ATT_STR("a commit"), ATT_STR(""),
				  "it is not known which commit is released");
	release_oci_add(i->o, ATT_STR("revision"), &problem, i->o->look->variables.commit);
}

/* --- one image ------------------------------------------------------------------------------------------- */

static bool was_seen(const struct image *i, const struct att_digest *digest)
{
	for (size_t k = 0; k < i->seen_count; k++)
		if (att_digest_equal(&i->seen[k], digest))
			return true;
	return false;
}

/* Layers are shared by the images of an index: each is downloaded once. */
static void check_layers(struct image *i, const struct release_oci_manifest *manifest,
			 struct release_oci_problem *problem)
{
	for (size_t k = 0; k < manifest->count; k++) {
		const struct release_oci_descriptor *layer = &manifest->items[k];
		if (was_seen(i, &layer->digest))
			continue;
		if (!release_oci_blob(i->o, layer, NULL, problem))
			return;
		struct att_digest *seen = att_arena_push(i->o->arena, (void **)&i->seen, &i->seen_count,
							 &i->seen_capacity, sizeof *seen);
		if (!seen) {
			i->o->look->verdicts->failed = true;
			release_oci_wrong(problem, RELEASE_UNKNOWN, ATT_STR(""), ATT_STR(""), "out of memory");
			return;
		}
		*seen = layer->digest;
	}
}

static struct att_str short_name(const struct image *i, const struct att_digest *digest)
{
	return ATT_ARENA_JOIN(i->o->arena, ATT_STR("manifest "),
			      att_str_first(release_look_digest(i->o->look, digest), 7 + 12));
}

static void note_platform(struct image *i, struct att_str platform)
{
	struct att_str *at = att_arena_push(i->o->arena, (void **)&i->platforms, &i->platform_count,
					    &i->platform_capacity, sizeof *at);
	i->o->look->verdicts->failed |= !at;
	if (at)
		*at = platform;
}

/* `said` is the platform that an index gives it, "" for an image that stands alone. */
static void judge_image(struct image *i, const struct release_oci_document *document, struct att_str said,
			const struct att_value *annotations)
{
	struct release_oci_problem problem = {.verdict = RELEASE_MATCH};
	struct att_str digest = release_look_digest(i->o->look, &document->digest);
	bool is_attestation = att_str_is(said, NO_PLATFORM);
	struct config config;
	bool good = read_config(i->o, &document->manifest.config, &config, &problem), is_read = good;
	struct att_str platform = said.len > 0 ? said : config.platform;
	struct att_str item = platform.len > 0 && !is_attestation ? platform : short_name(i, &document->digest);
	if (good && said.len > 0 && config.platform.len > 0 && !is_platform(config.platform, said) &&
	    !is_platform(said, config.platform))
		good = release_oci_wrong(&problem, RELEASE_CONFLICT, said, config.platform,
					 "the image is for another platform than the index says");
	if (good)
		check_layers(i, &document->manifest, &problem);
	release_oci_add(i->o, item, &problem, digest);
	if (platform.len > 0 && !is_attestation)
		note_platform(i, platform);
	/* What stands in an index without a platform, and has no configuration of an image, nobody runs. */
	bool is_beside = i->is_index && said.len == 0 && !is_image_config(document->manifest.config.media_type);
	if (is_attestation || (is_beside && is_read))
		return;
	i->is_unread |= !is_read;
	const struct att_str revisions[] = {
		config.revision,
		release_oci_annotation(document->manifest.annotations, LABEL_REVISION),
		release_oci_annotation(annotations, LABEL_REVISION),
		i->index_revision,
	};
	if (is_read)
		judge_revision(i, item, revisions, 4);
}

static void look_at_member(struct image *i, const struct release_oci_descriptor *descriptor)
{
	struct release_oci_document document;
	struct release_oci_problem problem;
	struct att_str platform = att_arena_copy(i->o->arena, descriptor->platform);
	bool good = release_oci_follow(i->o, descriptor, &document, &problem);
	if (good && document.manifest.is_index)
		good = release_oci_wrong(&problem, RELEASE_UNKNOWN, ATT_STR("an image"), ATT_STR("an index"),
					 "an index within an index is not followed");
	if (good) {
		judge_image(i, &document, platform, descriptor->annotations);
	} else {
		bool is_named = platform.len > 0 && !att_str_is(platform, NO_PLATFORM);
		release_oci_add(i->o, is_named ? platform : short_name(i, &descriptor->digest), &problem,
				ATT_STR(""));
		if (is_named)
			note_platform(i, platform);
		i->is_unread = true;
	}
	release_oci_document_clear(&document);
}

/* --- platforms ------------------------------------------------------------------------------------------- */

static bool is_wanted(const struct att_value *wanted, struct att_str platform)
{
	for (uint32_t k = 0; k < wanted->count; k++)
		if (is_platform(platform, wanted->items[k].string))
			return true;
	return false;
}

static bool is_found(const struct image *i, struct att_str wanted)
{
	for (size_t k = 0; k < i->platform_count; k++)
		if (is_platform(i->platforms[k], wanted))
			return true;
	return false;
}

static void look_at_platforms(const struct image *i)
{
	struct release_oci_problem problem = {.verdict = RELEASE_MATCH};
	const struct att_value *wanted = att_value_get(i->o->look->channel->table, "platforms");
	struct att_str fine = ATT_STR("");
	if (!wanted)
		return;
	for (uint32_t k = 0; k < wanted->count; k++) {
		struct att_str platform = wanted->items[k].string;
		fine = k == 0 ? platform : ATT_ARENA_JOIN(i->o->arena, fine, ATT_STR(", "), platform);
		if (problem.verdict == RELEASE_MATCH && !is_found(i, platform))
			release_oci_wrong(&problem, RELEASE_ABSENT, platform, ATT_STR(""),
					  "there is no image for the platform");
	}
	for (size_t k = 0; k < i->platform_count && problem.verdict != RELEASE_CONFLICT; k++)
		if (!is_wanted(wanted, i->platforms[k]))
			release_oci_wrong(&problem, RELEASE_CONFLICT, fine, i->platforms[k],
					  "there is an image for a platform that is not declared");
	release_oci_add(i->o, ATT_STR("platforms"), &problem, fine);
}

/* --- all of it ------------------------------------------------------------------------------------------- */

static void look_inside(struct image *i, const struct release_oci_document *document)
{
	struct release_oci_problem none;
	const struct release_oci_manifest *manifest = &document->manifest;
	i->index_revision = manifest->is_index ? release_oci_annotation(manifest->annotations, LABEL_REVISION)
					       : ATT_STR("");
	i->is_index = manifest->is_index;
	if (!manifest->is_index)
		judge_image(i, document, ATT_STR(""), NULL);
	for (size_t k = 0; manifest->is_index && k < manifest->count; k++)
		look_at_member(i, &manifest->items[k]);
	if (manifest->is_index && i->platform_count == 0) {
		release_oci_wrong(&none, RELEASE_ABSENT, ATT_STR("an image"), ATT_STR("none"),
				  "the index holds no image");
		release_oci_add(i->o, ATT_STR("index"), &none, ATT_STR(""));
	}
	look_at_platforms(i);
	add_revision(i);
}

void release_oci_image(struct release_oci *o, const struct att_digest *digest)
{
	struct release_oci_document document;
	struct release_oci_problem problem;
	struct image image = {.o = o, .revision = {.verdict = RELEASE_MATCH}};
	struct att_str text = release_look_digest(o->look, digest);
	bool good = release_oci_fetch(o, text, digest->kind, &document, &problem);
	if (good && !att_digest_equal(&document.digest, digest))
		good = release_oci_wrong(&problem, RELEASE_CONFLICT, text,
					 release_look_digest(o->look, &document.digest),
					 "the registry serves another manifest than was asked for");
	if (good)
		good = release_oci_read(o, &document, &problem);
	if (good && o->expected.kind == ATT_DIGEST_NONE)
		release_oci_wrong(&problem, RELEASE_UNKNOWN, ATT_STR(""), text,
				  "nothing says which digest was built: name its file by \"digest\"");
	release_oci_add(o, ATT_STR("digest"), &problem, text);
	if (good)
		look_inside(&image, &document);
	release_oci_document_clear(&document);
}

bool release_oci_version(struct release_oci *o, struct release_oci_document *document, struct att_str *version,
			 struct release_oci_problem *problem)
{
	struct config config;
	const struct release_oci_manifest *manifest = &document->manifest;
	*version = release_oci_annotation(manifest->annotations, LABEL_VERSION);
	if (version->len > 0 || (!manifest->is_index && !is_image_config(manifest->config.media_type))) {
		*version = att_arena_copy(o->arena, *version);
		return true;
	}
	if (!manifest->is_index) {
		if (!read_config(o, &manifest->config, &config, problem))
			return false;
		*version = config.version;
		return true;
	}
	/* All images of an index are of one version: the first that says one speaks for it. */
	for (size_t k = 0; version->len == 0 && k < manifest->count; k++) {
		struct release_oci_document member;
		bool good = att_str_is(manifest->items[k].platform, NO_PLATFORM);
		if (good)
			continue;
		good = release_oci_follow(o, &manifest->items[k], &member, problem);
		if (good && !member.manifest.is_index)
			good = release_oci_version(o, &member, version, problem);
		release_oci_document_clear(&member);
		if (!good)
			return false;
	}
	return true;
}
