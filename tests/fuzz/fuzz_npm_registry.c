// SPDX-License-Identifier: Apache-2.0
/* The same bytes as each document of an npm registry. */
#include <stdlib.h>

#include "libattest/format/json.h"
#include "release/npm_registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void require_error(int status, const struct att_err *err)
{
	require(status == ATT_OK || (err->code == status && err->message[0]));
}

static void read_version(const struct att_source *source, struct att_arena *arena)
{
	struct release_npm_version version;
	struct att_err err = {0};
	int status = release_npm_read_version(source, arena, &version, &err);
	require_error(status, &err);
	if (status != ATT_OK)
		return;
	for (size_t i = 0; i < version.digest_count; i++)
		require(att_digest_size(version.digests[i].kind) > 0);
	require(version.digest_count == 0 || version.integrity.len > 0);
	for (size_t i = 0; i < version.signature_count; i++)
		require(version.signatures[i].bytes.data != NULL);
}

/* A package that says the same as the registry, but for what the registry says of its files. */
static void compare(const struct att_source *source, struct att_arena *arena)
{
	struct release_packed packed = {.metadata = *source};
	struct release_npm_difference found;
	struct att_value root;
	struct att_err err = {0};
	if (att_json_parse(source, arena, &root, NULL) != ATT_OK)
		return;
	int status = release_npm_compare(&root, &packed, arena, &found, &err);
	require_error(status, &err);
	if (status == ATT_OK && found.packed.len > 0)
		require(att_str_starts(found.packed, ATT_STR("mark ")));
	if (status == ATT_OK && found.said.len > 0)
		require(att_str_starts(found.said, ATT_STR("mark ")));
	require(status != ATT_OK || found.same == (found.packed.len == 0 && found.said.len == 0));
}

static void read_keys(const struct att_source *source, struct att_arena *arena)
{
	struct release_npm_keys keys;
	struct att_err err = {0};
	int status = release_npm_read_keys(source, arena, &keys, &err);
	require_error(status, &err);
	for (size_t i = 0; status == ATT_OK && i < keys.count; i++)
		require(release_npm_keys_find(&keys, keys.items[i].id) == &keys.items[i]);
	release_npm_keys_clear(&keys);
}

static void read_others(const struct att_source *source, struct att_arena *arena)
{
	const struct att_digest digest = {.kind = ATT_SHA512};
	struct release_npm_provenance provenance;
	struct release_npm_time time;
	struct att_str version;
	struct att_err err = {0};
	require_error(release_npm_read_tag(source, false, ATT_STR("latest"), arena, &version, &err), &err);
	require_error(release_npm_read_tag(source, true, ATT_STR("latest"), arena, &version, &err), &err);
	require_error(release_npm_read_time(source, ATT_STR("1.2.0"), arena, &time, &err), &err);
	int status = release_npm_read_provenance(source, ATT_STR("pkg:npm/%40acme/plasmite@1.2.0"), &digest, 1,
						 ATT_STR("0123456789abcdef0123456789abcdef01234567"), arena,
						 &provenance, &err);
	require_error(status, &err);
	require(status != ATT_OK || provenance.statements > 0 ||
		(!provenance.names_package && !provenance.names_commit));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_str text = {(const char *)data, size};
	require(att_source_init(&source, &arena, ATT_STR("npm"), text, NULL) == ATT_OK);
	read_version(&source, &arena);
	read_keys(&source, &arena);
	read_others(&source, &arena);
	compare(&source, &arena);
	att_arena_clear(&arena);
	return 0;
}
