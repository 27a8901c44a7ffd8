// SPDX-License-Identifier: Apache-2.0
/* [bans] */
#include "policy/config_reader.h"

#include "libattest/base/banned.h"

#define NO_FEATURES "lockfiles do not tell which features of a crate are on; cargo-deny does"
#define NO_SOURCES  "nothing looks into the source code of dependencies; cargo-deny does"

static const struct policy_key ban_keys[] = {
	{"wrappers", POLICY_KEY_SPECS, offsetof(struct policy_ban, wrappers), NULL, NULL},
	{"deny-multiple-versions", POLICY_KEY_BOOL, offsetof(struct policy_ban, deny_multiple_versions), NULL,
	 NULL},
	{"use-instead", POLICY_KEY_TEXT, offsetof(struct policy_ban, use_instead), NULL, NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

static int read_deny(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_bans_config *bans = base;
	int status = ATT_OK;
	if (!policy_config_is(reader, member, ATT_ARRAY))
		return ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < member->value.count; i++) {
		const struct att_value *value = &member->value.items[i];
		void *items = bans->deny;
		struct policy_ban *ban = policy_config_push(reader, (void *)&items, &bans->deny_count,
							    &bans->deny_capacity, sizeof *ban);
		if (!ban)
			return ATT_ERR_MEMORY;
		bans->deny = items;
		ban->has_wrappers = att_value_get(value, "wrappers") != NULL;
		status = policy_config_read_spec(reader, value, "deny", &ban->spec, ban_keys, ban);
		if (ban->has_wrappers && ban->deny_multiple_versions)
			policy_config_fault(
				reader, value->span, "make two entries of it",
				"expected one of \"wrappers\" and \"deny-multiple-versions\", found "
				"both");
	}
	return status;
}

static int read_depth(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_skip_tree *skip = base;
	if (!policy_config_is(reader, member, ATT_INTEGER))
		return ATT_OK;
	if (member->value.integer.negative) {
		policy_config_fault(reader, member->value.span, NULL,
				    "expected a depth of 0 or more, found a negative number");
		return ATT_OK;
	}
	uint64_t depth = member->value.integer.magnitude;
	skip->depth = depth < UINT32_MAX ? (uint32_t)depth : UINT32_MAX;
	return ATT_OK;
}

static const struct policy_key skip_tree_keys[] = {
	{"depth", POLICY_KEY_CUSTOM, 0, read_depth, NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

static int read_skip_tree(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_bans_config *bans = base;
	int status = ATT_OK;
	if (!policy_config_is(reader, member, ATT_ARRAY))
		return ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < member->value.count; i++) {
		void *items = bans->skip_trees;
		struct policy_skip_tree *skip =
			policy_config_push(reader, (void *)&items, &bans->skip_tree_count,
					   &bans->skip_tree_capacity, sizeof *skip);
		if (!skip)
			return ATT_ERR_MEMORY;
		bans->skip_trees = items;
		skip->depth = UINT32_MAX;
		status = policy_config_read_spec(reader, &member->value.items[i], "skip-tree", &skip->spec,
						 skip_tree_keys, skip);
	}
	return status;
}

static int read_highlight(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct att_str text = att_value_text(&member->value);
	(void)base;
	if (!att_str_is(text, "all") && !att_str_is(text, "lowest-version") &&
	    !att_str_is(text, "simplest-path"))
		policy_config_fault(
			reader, member->value.span, NULL,
			"expected \"all\", \"lowest-version\" or \"simplest-path\" for \"highlight\"");
	return ATT_OK;
}

static int read_allow_build_scripts(struct policy_config_reader *reader, const struct att_member *member,
				    void *base)
{
	static const struct policy_key list[] = {
		{"allow-build-scripts", POLICY_KEY_SPECS,
		 offsetof(struct policy_bans_config, allow_build_scripts), NULL, NULL},
		{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
	};
	struct policy_bans_config *bans = base;
	struct att_member members[] = {*member};
	uint32_t first = 0;
	struct att_value table = {.kind = ATT_OBJECT, .span = member->key_span, .count = 1};
	table.members = members;
	table.by_key = &first;
	bans->allow_build_scripts_given = true;
	return policy_config_read_table(reader, &table, "[bans.build]", list, bans, NULL, NULL);
}

static const struct policy_key build_keys[] = {
	{"allow-build-scripts", POLICY_KEY_CUSTOM, 0, read_allow_build_scripts, NULL},
	{"executables", POLICY_KEY_NOT_HERE, 0, NULL, NO_SOURCES},
	{"interpreted", POLICY_KEY_NOT_HERE, 0, NULL, NO_SOURCES},
	{"script-extensions", POLICY_KEY_NOT_HERE, 0, NULL, NO_SOURCES},
	{"enable-builtin-globs", POLICY_KEY_NOT_HERE, 0, NULL, NO_SOURCES},
	{"include-dependencies", POLICY_KEY_NOT_HERE, 0, NULL, NO_SOURCES},
	{"include-workspace", POLICY_KEY_NOT_HERE, 0, NULL, NO_SOURCES},
	{"include-archives", POLICY_KEY_NOT_HERE, 0, NULL, NO_SOURCES},
	{"bypass", POLICY_KEY_SILENT, 0, NULL, NO_SOURCES},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

static int read_build(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	return policy_config_read_table(reader, &member->value, "[bans.build]", build_keys, base, NULL, NULL);
}

static const struct policy_key keys[] = {
	{"multiple-versions", POLICY_KEY_LEVEL, offsetof(struct policy_bans_config, multiple_versions), NULL,
	 NULL},
	{"multiple-versions-include-dev", POLICY_KEY_BOOL,
	 offsetof(struct policy_bans_config, multiple_versions_include_dev), NULL, NULL},
	{"multiple-versions-in", POLICY_KEY_ENTRIES, offsetof(struct policy_bans_config, multiple_versions_in),
	 NULL, NULL},
	{"wildcards", POLICY_KEY_LEVEL, offsetof(struct policy_bans_config, wildcards), NULL, NULL},
	{"allow-wildcard-paths", POLICY_KEY_BOOL, offsetof(struct policy_bans_config, allow_wildcard_paths),
	 NULL, NULL},
	{"prereleases", POLICY_KEY_LEVEL, offsetof(struct policy_bans_config, prereleases), NULL, NULL},
	{"highlight", POLICY_KEY_CUSTOM, 0, read_highlight, NULL},
	{"deny", POLICY_KEY_CUSTOM, 0, read_deny, NULL},
	{"allow", POLICY_KEY_SPECS, offsetof(struct policy_bans_config, allow), NULL, NULL},
	{"allow-workspace", POLICY_KEY_BOOL, offsetof(struct policy_bans_config, allow_workspace), NULL, NULL},
	{"skip", POLICY_KEY_SPECS, offsetof(struct policy_bans_config, skip), NULL, NULL},
	{"skip-tree", POLICY_KEY_CUSTOM, 0, read_skip_tree, NULL},
	{"build", POLICY_KEY_CUSTOM, 0, read_build, NULL},
	{"allow-build-scripts", POLICY_KEY_MOVED, 0, read_allow_build_scripts,
	 "write it into [bans.build] as \"allow-build-scripts\""},
	{"external-default-features", POLICY_KEY_NOT_HERE, 0, NULL, NO_FEATURES},
	{"workspace-default-features", POLICY_KEY_NOT_HERE, 0, NULL, NO_FEATURES},
	{"features", POLICY_KEY_NOT_HERE, 0, NULL, NO_FEATURES},
	{"workspace-dependencies", POLICY_KEY_NOT_HERE, 0, NULL,
	 "how a workspace declares its dependencies is a question of Cargo's manifests alone; cargo-deny asks "
	 "it"},
	{"std-replacements", POLICY_KEY_NOT_HERE, 0, NULL,
	 "which crates Rust's standard library replaces is known to cargo-deny alone; ban them with \"deny\""},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

int policy_config_read_bans(struct policy_config_reader *reader, const struct att_value *table)
{
	struct policy_bans_config *bans = &reader->config->bans;
	bans->given = true;
	const struct att_value *allow = att_value_get(table, "allow");
	bans->multiple_versions_in_given = att_value_get(table, "multiple-versions-in") != NULL;
	bans->allow_given = allow && allow->kind == ATT_ARRAY && allow->count > 0;
	return policy_config_read_table(reader, table, "[bans]", keys, bans, NULL, NULL);
}
