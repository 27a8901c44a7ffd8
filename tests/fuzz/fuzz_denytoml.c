// SPDX-License-Identifier: Apache-2.0
/* deny.toml: what is refused has an error that says where; what is accepted has none. */
#include <stdlib.h>

#include "libattest/base/base.h"
#include "policy/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_spec(const struct policy_spec *spec)
{
	static const struct sbom_component crate = {
		.purl = {"pkg:cargo/openssl@0.10.0", 24}, .name = {"openssl", 7}, .version = {"0.10.0", 6}};
	struct att_arena arena = {0};
	require(spec->key.len == 0 || att_str_starts(spec->key, ATT_STR("pkg:")));
	require(spec->at.source != NULL && spec->at.span.begin <= spec->at.span.end);
	if (!att_str_equal(spec->key, policy_spec_key(&crate, &arena)) && spec->key.len)
		require(policy_spec_match(spec, &crate) == POLICY_MATCH_NO);
	else
		(void)policy_spec_match(spec, &crate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct policy_config config;
	struct att_findings findings;
	struct att_err err = {0};
	att_findings_init(&findings);
	policy_config_init(&config);
	require(att_source_init(&source, &arena, ATT_STR("deny.toml"),
				(struct att_str){(const char *)data, size}, NULL) == ATT_OK);
	int status = policy_config_parse(&source, &arena, &config, &findings, &err);
	require((status == ATT_OK) == (findings.errors == 0));
	require(status == ATT_OK || (err.code == status && err.message[0] != '\0'));
	for (size_t i = 0; i < findings.count; i++)
		require(findings.items[i].place.line > 0);
	for (size_t i = 0; status == ATT_OK && i < config.bans.deny_count; i++)
		check_spec(&config.bans.deny[i].spec);
	for (size_t i = 0; status == ATT_OK && i < config.bans.skip.count; i++)
		check_spec(&config.bans.skip.items[i]);
	for (size_t i = 0; status == ATT_OK && i < config.advisories.ignore_count; i++)
		require(config.advisories.ignores[i].id.len || config.advisories.ignores[i].has_spec);
	att_findings_clear(&findings);
	att_arena_clear(&arena);
	return 0;
}
