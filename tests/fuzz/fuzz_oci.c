// SPDX-License-Identifier: Apache-2.0
/* Manifests of images. What is accepted is one thing, whose parts have digests that were read to the letter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "release/oci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool is_digest(const struct att_digest *digest)
{
	char hex[ATT_DIGEST_TEXT + 1], text[ATT_DIGEST_TEXT + 16];
	struct att_digest again;
	if (digest->kind == ATT_DIGEST_NONE)
		return false;
	att_digest_hex(digest, hex);
	snprintf(text, sizeof text, "%.8s:%s", att_digest_name(digest->kind), hex);
	return release_oci_digest_parse(att_str_of(text), &again) && att_digest_equal(digest, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct release_oci_manifest manifest;
	struct att_digest digest;
	struct att_str text = {(const char *)data, size};
	struct att_err err = {0};
	require(att_source_init(&source, &arena, ATT_STR("manifest"), text, NULL) == ATT_OK);
	if (release_oci_manifest_parse(&source, ATT_STR(""), &arena, &manifest, &err) == ATT_OK) {
		require(manifest.media_type.len > 0 && manifest.count <= RELEASE_OCI_MAX_LAYERS);
		require(manifest.is_index == (manifest.config.digest.kind == ATT_DIGEST_NONE));
		for (size_t i = 0; i < manifest.count; i++)
			require(is_digest(&manifest.items[i].digest) && manifest.items[i].size <= INT64_MAX);
	} else {
		require(err.message[0] && err.place.line > 0);
	}
	if (release_oci_digest_of(text, &digest))
		require(is_digest(&digest));
	att_arena_clear(&arena);
	return 0;
}
