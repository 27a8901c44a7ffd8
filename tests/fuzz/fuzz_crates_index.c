// SPDX-License-Identifier: Apache-2.0
/* A file of a sparse index, and the same bytes as its config.json; its first line beside a Cargo.toml, which
 * stands behind it. */
#include <stdlib.h>

#include "release/crates_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void compare(struct att_str text)
{
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_source manifest;
	struct release_crate_difference found;
	size_t end = att_str_find_byte(text, '\n');
	struct att_str rest = end == ATT_STR_NONE ? ATT_STR("") : att_str_from(text, end + 1);
	require(att_source_init(&manifest, &arena, ATT_STR("Cargo.toml"), rest, NULL) == ATT_OK);
	int status = release_crates_compare(att_str_first(text, end), &manifest, ATT_STR("crates.io"), &arena,
					    &found, &err);
	require(status == err.code && (status == ATT_OK) == (err.message[0] == '\0'));
	if (status == ATT_OK)
		require(found.same == (found.packed.len == 0 && found.said.len == 0));
	if (status == ATT_OK && !found.same)
		require(!att_str_equal(found.packed, found.said));
	att_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct release_crate crate;
	struct att_digest checksum = {.kind = ATT_SHA256};
	struct att_str text = {(const char *)data, size}, url;
	int status = release_crates_find(text, ATT_STR("plasmite"), ATT_STR("1.2.0"), &arena, &crate, &err);
	if (status == ATT_OK) {
		require(crate.matches <= crate.versions);
		require((crate.matches > 0) == (crate.checksum.kind == ATT_SHA256));
		require(crate.matches == 0 || att_str_starts(crate.version, ATT_STR("1.2.0")));
	} else {
		require(err.code == status && err.message[0]);
	}
	status = release_crates_address(text, ATT_STR("plasmite"), ATT_STR("1.2.0"), &checksum, &arena, &url,
					&err);
	require(status == ATT_OK || (err.code == status && err.message[0]));
	/* Without a place for the version, it stands at the end. */
	if (status == ATT_OK && att_str_find(url, ATT_STR("plasmite")) == ATT_STR_NONE)
		require(att_str_find(text, ATT_STR("{")) != ATT_STR_NONE);
	att_arena_clear(&arena);
	compare(text);
	return 0;
}
