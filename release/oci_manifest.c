// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/base64.h"
#include "libattest/format/json.h"
#include "release/oci.h"

#include "libattest/base/banned.h"

struct reading {
	const struct att_source *source;
	struct att_arena *arena;
	struct att_err *err;
};

/* --- digests --------------------------------------------------------------------------------------------- */

bool release_oci_digest_parse(struct att_str text, struct att_digest *out)
{
	size_t colon = att_str_find_byte(text, ':');
	struct att_str name = att_str_first(text, colon);
	struct att_str hex = att_str_from(text, colon == ATT_STR_NONE ? text.len : colon + 1);
	*out = (struct att_digest){.kind = ATT_DIGEST_NONE};
	enum att_digest_kind kind = att_str_is(name, "sha256")   ? ATT_SHA256
				    : att_str_is(name, "sha512") ? ATT_SHA512
								 : ATT_DIGEST_NONE;
	for (size_t i = 0; i < hex.len; i++)
		if (att_ascii_hex(hex.data[i]) < 0 || (hex.data[i] >= 'A' && hex.data[i] <= 'F'))
			return false;
	if (kind == ATT_DIGEST_NONE || hex.len != 2 * att_digest_size(kind) ||
	    att_hex_decode_exact(hex, "a digest", out->bytes, att_digest_size(kind), NULL) != ATT_OK)
		return false;
	out->kind = kind;
	return true;
}

static bool digest_in_json(struct att_str text, struct att_digest *out)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value root;
	bool found = false;
	if (att_source_init(&source, &arena, ATT_STR("digest"), text, NULL) == ATT_OK &&
	    att_json_parse(&source, &arena, &root, NULL) == ATT_OK) {
		const struct att_value *list = att_value_get(&root, "manifests");
		struct att_str digest = att_value_text(att_value_get(&root, "containerimage.digest"));
		if (digest.len == 0 && list && list->kind == ATT_ARRAY && list->count == 1)
			digest = att_value_text(att_value_get(&list->items[0], "digest"));
		found = release_oci_digest_parse(digest, out);
	}
	att_arena_clear(&arena);
	return found;
}

bool release_oci_digest_of(struct att_str text, struct att_digest *out)
{
	text = att_str_trim(text);
	*out = (struct att_digest){.kind = ATT_DIGEST_NONE};
	return text.len > 0 && text.data[0] == '{' ? digest_in_json(text, out)
						   : release_oci_digest_parse(text, out);
}

/* --- descriptors ----------------------------------------------------------------------------------------- */

struct att_str release_oci_annotation(const struct att_value *annotations, const char *key)
{
	return att_value_text(att_value_get(annotations, key));
}

/* A member that may be left out, and is "" then. */
static int read_text(const struct reading *r, const struct att_value *object, const char *key, bool required,
		     struct att_str *out)
{
	const struct att_value *value;
	int status = att_value_want(r->source, object, key, ATT_STRING, required, &value, r->err);
	if (status == ATT_OK)
		*out = value ? value->string : ATT_STR("");
	return status;
}

static int read_platform(const struct reading *r, const struct att_value *object, struct att_str *out)
{
	const struct att_value *platform;
	struct att_str os, architecture, variant;
	int status = att_value_want(r->source, object, "platform", ATT_OBJECT, false, &platform, r->err);
	if (status != ATT_OK || !platform)
		return status;
	status = read_text(r, platform, "os", true, &os);
	if (status == ATT_OK)
		status = read_text(r, platform, "architecture", true, &architecture);
	if (status == ATT_OK)
		status = read_text(r, platform, "variant", false, &variant);
	if (status != ATT_OK)
		return status;
	*out = ATT_ARENA_JOIN(r->arena, os, ATT_STR("/"), architecture,
			      variant.len > 0 ? ATT_STR("/") : ATT_STR(""), variant);
	return out->data ? ATT_OK : att_err_memory(r->err);
}

static int read_descriptor(const struct reading *r, const struct att_value *object,
			   struct release_oci_descriptor *out)
{
	const struct att_value *size = NULL, *digest = NULL;
	int status = read_text(r, object, "mediaType", true, &out->media_type);
	if (status == ATT_OK)
		status = read_text(r, object, "artifactType", false, &out->artifact_type);
	if (status == ATT_OK)
		status = att_value_want(r->source, object, "digest", ATT_STRING, true, &digest, r->err);
	if (status == ATT_OK && !release_oci_digest_parse(digest->string, &out->digest))
		status = att_source_err(r->source, r->err, ATT_ERR_UNSUPPORTED, digest->span,
					"expected a digest by sha256 or sha512, found another");
	if (status == ATT_OK)
		status = att_value_want(r->source, object, "size", ATT_INTEGER, true, &size, r->err);
	if (status == ATT_OK && (size->integer.negative || size->integer.magnitude > INT64_MAX))
		status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED, size->span,
					"expected a number of bytes, found another");
	if (status == ATT_OK) {
		out->size = size->integer.magnitude;
		status = att_value_want(r->source, object, "annotations", ATT_OBJECT, false, &out->annotations,
					r->err);
	}
	return status == ATT_OK ? read_platform(r, object, &out->platform) : status;
}

static int read_descriptors(const struct reading *r, const struct att_value *list, size_t max,
			    struct release_oci_manifest *out)
{
	if (list->count > max)
		return att_source_err(r->source, r->err, ATT_ERR_LIMIT, list->span,
				      "expected at most %zu descriptors, found %u", max, list->count);
	out->items = att_arena_alloc(r->arena, list->count, sizeof *out->items);
	if (!out->items)
		return att_err_memory(r->err);
	for (uint32_t i = 0; i < list->count; i++) {
		int status = read_descriptor(r, &list->items[i], &out->items[i]);
		if (status != ATT_OK)
			return status;
	}
	out->count = list->count;
	return ATT_OK;
}

/* --- manifests ------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	bool is_index;
} types[] = {
	{"application/vnd.oci.image.index.v1+json", true},
	{"application/vnd.docker.distribution.manifest.list.v2+json", true},
	{"application/vnd.oci.image.manifest.v1+json", false},
	{"application/vnd.docker.distribution.manifest.v2+json", false},
};

/* Two readings of one text have been taken for two images before: what it is has to be beyond doubt. */
static int find_type(const struct reading *r, const struct att_value *root, struct att_str told,
		     struct release_oci_manifest *out)
{
	bool has_manifests = att_value_get(root, "manifests") != NULL,
	     has_config = att_value_get(root, "config") != NULL,
	     has_layers = att_value_get(root, "layers") != NULL;
	size_t i = 0, count = sizeof types / sizeof types[0];
	struct att_str said;
	int status = read_text(r, root, "mediaType", false, &said);
	if (status != ATT_OK)
		return status;
	/* Without parameters, as "; charset=utf-8". */
	told = att_str_trim(att_str_first(told, att_str_find_byte(told, ';')));
	if (said.len > 0 && told.len > 0 && !att_str_equal(said, told))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, root->span,
				      "expected the media type that the server names, found another");
	out->media_type = said.len > 0 ? said : told;
	while (i < count && !att_str_is(out->media_type, types[i].name))
		i++;
	if (i == count)
		return att_source_err(r->source, r->err, ATT_ERR_UNSUPPORTED, root->span,
				      "expected a manifest of an image or an index, found media type \"%.*s\"",
				      ATT_STR_ARG(att_str_first(out->media_type, 100)));
	out->is_index = types[i].is_index;
	if (has_manifests != out->is_index || has_config == out->is_index || has_layers == out->is_index)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, root->span,
				      "expected %s, found members of something else",
				      out->is_index ? "an index" : "an image");
	return ATT_OK;
}

static int read_manifest(const struct reading *r, const struct att_value *root, struct att_str told,
			 struct release_oci_manifest *out)
{
	const struct att_value *version, *list, *config, *subject;
	int status = att_value_want(r->source, root, "schemaVersion", ATT_INTEGER, true, &version, r->err);
	if (status == ATT_OK && (version->integer.negative || version->integer.magnitude != 2))
		status = att_source_err(r->source, r->err, ATT_ERR_UNSUPPORTED, version->span,
					"expected schemaVersion 2, found another");
	if (status == ATT_OK)
		status = find_type(r, root, told, out);
	if (status == ATT_OK)
		status = att_value_want(r->source, root, out->is_index ? "manifests" : "layers", ATT_ARRAY,
					true, &list, r->err);
	if (status == ATT_OK)
		status = read_descriptors(
			r, list, out->is_index ? RELEASE_OCI_MAX_MANIFESTS : RELEASE_OCI_MAX_LAYERS, out);
	if (status == ATT_OK && !out->is_index)
		status = att_value_want(r->source, root, "config", ATT_OBJECT, true, &config, r->err);
	if (status == ATT_OK && !out->is_index)
		status = read_descriptor(r, config, &out->config);
	if (status == ATT_OK)
		status = att_value_want(r->source, root, "subject", ATT_OBJECT, false, &subject, r->err);
	if (status == ATT_OK && subject)
		status = read_descriptor(r, subject, &out->subject);
	if (status == ATT_OK)
		status = read_text(r, root, "artifactType", false, &out->artifact_type);
	if (status == ATT_OK)
		status = att_value_want(r->source, root, "annotations", ATT_OBJECT, false, &out->annotations,
					r->err);
	return status;
}

int release_oci_manifest_parse(const struct att_source *source, struct att_str media_type,
			       struct att_arena *arena, struct release_oci_manifest *out, struct att_err *err)
{
	const struct reading r = {source, arena, err};
	struct att_value *root = att_arena_alloc(arena, 1, sizeof *root);
	*out = (struct release_oci_manifest){.is_index = false};
	if (!root)
		return att_err_memory(err);
	int status = att_json_parse(source, arena, root, err);
	return status == ATT_OK ? read_manifest(&r, root, media_type, out) : status;
}
