// SPDX-License-Identifier: Apache-2.0
/* A policy. What is accepted believes somebody, demands something that can be met, and names nobody twice. */
#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/verify/keyring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_keys(const struct att_keyring *ring)
{
	struct att_arena arena = {0};
	require(ring->count > 0);
	for (size_t i = 0; i < ring->count; i++) {
		const struct att_trusted_key *key = &ring->keys[i];
		struct att_str why = {0};
		require(!key->has_from || !key->has_until || key->from <= key->until);
		require(att_trusted_key_counts(key, 1767225600, &arena, &why) || why.len > 0);
		require(!key->revoked || why.len > 0);
		for (size_t j = 0; j < i; j++) {
			require(!att_str_equal(ring->keys[j].name, key->name));
			require(!key->key || !ring->keys[j].key || !att_key_equal(ring->keys[j].key, key->key));
		}
	}
	att_arena_clear(&arena);
}

static void check_predicates(const struct att_keyring *ring, const struct att_requirement *requirement)
{
	struct att_err err;
	bool provenance = false;
	for (size_t i = 0; i < requirement->predicate_count; i++) {
		const struct att_required_predicate *predicate = &requirement->predicates[i];
		require(predicate->type.len > 0 && predicate->signer_count > 0);
		for (size_t j = 0; j < predicate->signer_count; j++)
			require(predicate->signers[j] < ring->count);
		provenance |= att_provenance_is_type(predicate->type);
	}
	if (!provenance) {
		require(requirement->level == 0 && requirement->build.source.len == 0);
		return;
	}
	require(ring->builder_count > 0 && requirement->level <= 3);
	require(att_provenance_expected_check(&requirement->build, &err) == ATT_OK);
	for (size_t i = 0; i < ring->builder_count; i++)
		require(ring->builders[i].signer < ring->count && ring->builders[i].level <= 3);
}

static void check_requirements(const struct att_keyring *ring)
{
	require(ring->requirement_count > 0);
	for (size_t i = 0; i < ring->requirement_count; i++) {
		const struct att_requirement *requirement = &ring->requirements[i];
		/* Something is demanded, and can be met. */
		require(requirement->threshold >= 1 || requirement->predicate_count > 0);
		require(requirement->threshold <= requirement->signer_count && requirement->signer_count > 0);
		check_predicates(ring, requirement);
		for (size_t j = 0; j < requirement->signer_count; j++) {
			require(requirement->signers[j] < ring->count);
			for (size_t k = 0; k < j; k++)
				require(requirement->signers[k] != requirement->signers[j]);
		}
	}
	const struct att_requirement *found = att_keyring_requirement(ring, ATT_STR("tool_1.tar.gz"));
	require(!found ||
		(found >= ring->requirements && found < ring->requirements + ring->requirement_count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct att_key_options strict;
	struct att_arena arena = {0};
	struct att_source source;
	struct att_keyring ring;
	struct att_err err = {0};
	struct att_str text = {(const char *)data, size};
	att_keyring_init(&ring);
	require(att_source_init(&source, &arena, ATT_STR("attest.toml"), text, NULL) == ATT_OK);
	int status = att_keyring_parse_policy(&ring, &source, "testdata/policy", &strict, &err);
	if (status == ATT_OK) {
		check_keys(&ring);
		check_requirements(&ring);
	} else {
		require(err.code == status && err.message[0] && err.place.line > 0);
	}
	att_keyring_clear(&ring);
	att_arena_clear(&arena);
	return 0;
}
