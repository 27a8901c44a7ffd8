// SPDX-License-Identifier: Apache-2.0
/* [workflows] */
#include "policy/config_reader.h"

#include "libattest/base/banned.h"

static bool access_of(struct att_str text, enum policy_access *access)
{
	static const char *const names[] = {"none", "read", "write"};
	for (int i = 0; i < 3; i++) {
		if (att_str_is(text, names[i])) {
			*access = (enum policy_access)i;
			return true;
		}
	}
	return false;
}

static int read_permission(struct policy_config_reader *reader, const struct att_member *member,
			   struct policy_workflows_config *workflows)
{
	enum policy_access access;
	if (!policy_config_is(reader, member, ATT_STRING))
		return ATT_OK;
	if (!access_of(member->value.string, &access)) {
		policy_config_fault(reader, member->value.span, "write \"none\", \"read\" or \"write\"",
				    "expected what \"%.*s\" may be at most, found \"%.*s\"",
				    ATT_STR_ARG(att_str_first(member->key, 100)),
				    ATT_STR_ARG(att_str_first(member->value.string, 100)));
		return ATT_OK;
	}
	struct policy_permission *slot =
		policy_config_push(reader, &workflows->permissions, &workflows->permission_count,
				   &workflows->permission_capacity, sizeof *slot);
	if (!slot)
		return ATT_ERR_MEMORY;
	*slot = (struct policy_permission){member->key, access};
	return ATT_OK;
}

static int read_permissions(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_workflows_config *workflows = base;
	int status = ATT_OK;
	workflows->permissions_given = true;
	if (member->value.kind == ATT_STRING && att_str_is(member->value.string, "read-all")) {
		workflows->all = POLICY_ACCESS_READ;
		return ATT_OK;
	}
	if (member->value.kind != ATT_OBJECT) {
		policy_config_fault(reader, member->value.span,
				    "write permissions = { contents = \"read\" }, or \"read-all\"",
				    "expected a table of scopes or \"read-all\" for \"permissions\", found %s",
				    att_value_kind_name(&member->value));
		return ATT_OK;
	}
	for (size_t i = 0; status == ATT_OK && i < member->value.count; i++)
		status = read_permission(reader, &member->value.members[i], workflows);
	return status;
}

static const struct policy_key keys[] = {
	{"allow", POLICY_KEY_ENTRIES, offsetof(struct policy_workflows_config, allow), NULL, NULL},
	{"deny", POLICY_KEY_ENTRIES, offsetof(struct policy_workflows_config, deny), NULL, NULL},
	{"exclude", POLICY_KEY_ENTRIES, offsetof(struct policy_workflows_config, exclude), NULL, NULL},
	{"permissions", POLICY_KEY_CUSTOM, 0, read_permissions, NULL},
	{"unused-allowed-action", POLICY_KEY_LEVEL, offsetof(struct policy_workflows_config, unused_action),
	 NULL, NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

/* Brings patterns into lower case: names at GitHub have none. One without "/" would be held against the last
 * part of a name alone, and any owner's would do. */
static int prepare_patterns(struct policy_config_reader *reader, struct policy_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		struct policy_entry *entry = &entries->items[i];
		if (att_str_find_byte(entry->text, '/') == ATT_STR_NONE)
			policy_config_fault(reader, entry->at.span,
					    "write \"owner/*\" for all actions of an owner",
					    "expected a pattern with an owner and a repository, found \"%.*s\"",
					    ATT_STR_ARG(att_str_first(entry->text, 100)));
		entry->text = att_arena_copy(reader->arena, entry->text);
		if (!entry->text.data)
			return ATT_ERR_MEMORY;
		for (size_t j = 0; j < entry->text.len; j++)
			((char *)(uintptr_t)entry->text.data)[j] = att_ascii_lower(entry->text.data[j]);
	}
	return ATT_OK;
}

int policy_config_read_workflows(struct policy_config_reader *reader, const struct att_value *table)
{
	struct policy_workflows_config *workflows = &reader->config->workflows;
	workflows->given = true;
	workflows->allow_given = att_value_get(table, "allow") != NULL;
	int status = policy_config_read_table(reader, table, "[workflows]", keys, workflows, NULL, NULL);
	if (status == ATT_OK)
		status = prepare_patterns(reader, &workflows->allow);
	if (status == ATT_OK)
		status = prepare_patterns(reader, &workflows->deny);
	return status;
}
