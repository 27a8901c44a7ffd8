// SPDX-License-Identifier: Apache-2.0
/* [sources] */
#include "policy/config_reader.h"
#include "policy/source.h"

#include "libattest/base/banned.h"

static int read_required_git_spec(struct policy_config_reader *reader, const struct att_member *member,
				  void *base)
{
	static const char *const names[] = {"any", "branch", "tag", "rev"};
	struct policy_sources_config *sources = base;
	if (!policy_config_is(reader, member, ATT_STRING))
		return ATT_OK;
	sources->required_git_spec_at = policy_config_at(reader, member->value.span);
	for (int i = 0; i < 4; i++) {
		if (att_str_is(member->value.string, names[i])) {
			sources->required_git_spec = (enum policy_git_spec)i;
			return ATT_OK;
		}
	}
	policy_config_fault(reader, member->value.span, "write \"any\", \"branch\", \"tag\" or \"rev\"",
			    "expected a kind of reference for \"required-git-spec\", found \"%.*s\"",
			    ATT_STR_ARG(att_str_first(member->value.string, 100)));
	return ATT_OK;
}

static int read_default_registries(struct policy_config_reader *reader, const struct att_member *member,
				   void *base)
{
	static const struct policy_key list[] = {
		{"allow-default-registry", POLICY_KEY_ENTRIES,
		 offsetof(struct policy_sources_config, allow_default), NULL, NULL},
		{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
	};
	struct policy_sources_config *sources = base;
	struct att_member members[] = {*member};
	uint32_t first = 0;
	struct att_value table = {.kind = ATT_OBJECT, .span = member->key_span, .count = 1};
	table.members = members;
	table.by_key = &first;
	sources->allow_default_given = true;
	int status = policy_config_read_table(reader, &table, "[sources]", list, base, NULL, NULL);
	for (size_t i = 0; i < sources->allow_default.count; i++)
		if (!policy_source_default(sources->allow_default.items[i].text).len)
			policy_config_fault(
				reader, sources->allow_default.items[i].at.span,
				"write purl types: \"cargo\", \"npm\", \"pypi\", ...",
				"expected an ecosystem with a public registry, found \"%.*s\"",
				ATT_STR_ARG(att_str_first(sources->allow_default.items[i].text, 100)));
	return status;
}

static const struct policy_key mirror_keys[] = {
	{"of", POLICY_KEY_TEXT, offsetof(struct policy_mirror, of), NULL, NULL},
	{"url", POLICY_KEY_TEXT, offsetof(struct policy_mirror, url.text), NULL, NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

static int read_mirror(struct policy_config_reader *reader, const struct att_value *value,
		       struct policy_mirror *mirror)
{
	int status = policy_config_read_table(reader, value, "mirrors", mirror_keys, mirror, NULL, NULL);
	struct att_str *url = &mirror->url.text;
	mirror->url.at = policy_config_at(reader, value->span);
	if (status != ATT_OK || reader->failed)
		return status;
	if (!policy_source_default(mirror->of).len)
		policy_config_fault(reader, value->span, "write purl types: \"cargo\", \"npm\", \"pypi\", ...",
				    "expected the ecosystem of a public registry for \"of\", found \"%.*s\"",
				    ATT_STR_ARG(att_str_first(mirror->of, 100)));
	else if (!att_str_starts(*url, ATT_STR("https://")) || !policy_source_is_straight(*url) ||
		 url->len == strlen("https://"))
		policy_config_fault(
			reader, value->span, NULL,
			"expected the address of a mirror, \"https://...\", for \"url\", found \"%.*s\"",
			ATT_STR_ARG(att_str_first(*url, 100)));
	while (url->len && url->data[url->len - 1] == '/')
		url->len--;
	return ATT_OK;
}

static int read_mirrors(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_sources_config *sources = base;
	int status = ATT_OK;
	if (!policy_config_is(reader, member, ATT_ARRAY))
		return ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < member->value.count; i++) {
		void *items = sources->mirrors;
		struct policy_mirror *mirror =
			policy_config_push(reader, (void *)&items, &sources->mirror_count,
					   &sources->mirror_capacity, sizeof *mirror);
		if (!mirror)
			return ATT_ERR_MEMORY;
		sources->mirrors = items;
		if (policy_config_is_kind(reader, &member->value.items[i], "mirrors", ATT_OBJECT))
			status = read_mirror(reader, &member->value.items[i], mirror);
	}
	return status;
}

static const struct policy_key organizations[] = {
	{"github", POLICY_KEY_ENTRIES, offsetof(struct policy_sources_config, org_github), NULL, NULL},
	{"gitlab", POLICY_KEY_ENTRIES, offsetof(struct policy_sources_config, org_gitlab), NULL, NULL},
	{"bitbucket", POLICY_KEY_ENTRIES, offsetof(struct policy_sources_config, org_bitbucket), NULL, NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

static int read_allow_org(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	return policy_config_read_table(reader, &member->value, "[sources.allow-org]", organizations, base,
					NULL, NULL);
}

static const struct policy_key keys[] = {
	{"unknown-registry", POLICY_KEY_LEVEL, offsetof(struct policy_sources_config, unknown_registry), NULL,
	 NULL},
	{"unknown-git", POLICY_KEY_LEVEL, offsetof(struct policy_sources_config, unknown_git), NULL, NULL},
	{"required-git-spec", POLICY_KEY_CUSTOM, 0, read_required_git_spec, NULL},
	{"allow-registry", POLICY_KEY_ENTRIES, offsetof(struct policy_sources_config, allow_registry), NULL,
	 NULL},
	{"allow-default-registry", POLICY_KEY_CUSTOM, 0, read_default_registries, NULL},
	{"allow-git", POLICY_KEY_ENTRIES, offsetof(struct policy_sources_config, allow_git), NULL, NULL},
	{"private", POLICY_KEY_ENTRIES, offsetof(struct policy_sources_config, private_urls), NULL, NULL},
	{"mirrors", POLICY_KEY_CUSTOM, 0, read_mirrors, NULL},
	{"allow-org", POLICY_KEY_CUSTOM, 0, read_allow_org, NULL},
	{"unused-allowed-source", POLICY_KEY_LEVEL, offsetof(struct policy_sources_config, unused_source), NULL,
	 NULL},
	{"unused-allowed-org", POLICY_KEY_LEVEL, offsetof(struct policy_sources_config, unused_org), NULL,
	 NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

int policy_config_read_sources(struct policy_config_reader *reader, const struct att_value *table)
{
	struct policy_sources_config *sources = &reader->config->sources;
	sources->given = true;
	sources->allow_registry_given = att_value_get(table, "allow-registry") != NULL;
	return policy_config_read_table(reader, table, "[sources]", keys, sources, NULL, NULL);
}
