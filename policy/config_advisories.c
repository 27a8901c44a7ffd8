// SPDX-License-Identifier: Apache-2.0
/* [advisories] */
#include "policy/config_reader.h"

#include <stdio.h>

#include "libattest/base/time.h"
#include "policy/vex.h"

#include "libattest/base/banned.h"

#define BY_SEVERITY "write its severity into [severity] by its code, as in: vulnerability = \"warn\""
#define BY_ATTEST   "the database is what attest-advisories made, or what --db names"

/* --- ignore -------------------------------------------------------------------------------------------- */

static int read_time(struct policy_config_reader *reader, const struct att_member *member, bool *given,
		     int64_t *seconds)
{
	const struct att_value *value = &member->value;
	*given = (value->kind == ATT_STRING || value->kind == ATT_TIME) &&
		 att_time_parse(value->string, seconds);
	if (!*given)
		policy_config_fault(
			reader, value->span,
			"write 2026-01-31 (its first second in UTC) or 2026-01-31T12:00:00Z",
			"expected a date, or a time with its offset, for \"%.*s\", found another value",
			ATT_STR_ARG(member->key));
	return ATT_OK;
}

static int read_created(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_ignore *ignore = base;
	return read_time(reader, member, &ignore->has_created, &ignore->created);
}

static int read_expires(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_ignore *ignore = base;
	ignore->expires_at = policy_config_at(reader, member->value.span);
	return read_time(reader, member, &ignore->has_expires, &ignore->expires);
}

static int read_justification(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_ignore *ignore = base;
	if (!policy_config_is(reader, member, ATT_STRING))
		return ATT_OK;
	ignore->justification = member->value.string;
	for (const char *const *known = policy_vex_justifications; *known; known++)
		if (att_str_is(ignore->justification, *known))
			return ATT_OK;
	policy_config_fault(reader, member->value.span,
			    "write component_not_present, vulnerable_code_not_present, "
			    "vulnerable_code_not_in_execute_path, "
			    "vulnerable_code_cannot_be_controlled_by_adversary or "
			    "inline_mitigations_already_exist",
			    "expected one of OpenVEX's five justifications, found \"%.*s\"",
			    ATT_STR_ARG(att_str_first(ignore->justification, 100)));
	return ATT_OK;
}

static int read_paths(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_ignore *ignore = base;
	return policy_config_read_texts(reader, member, &ignore->paths, &ignore->path_count,
					&ignore->path_capacity);
}

static int read_targets(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	static const char *const names[] = {"runtime", "build", "optional", "dev"};
	struct policy_ignore *ignore = base;
	int status = policy_config_read_texts(reader, member, &ignore->targets, &ignore->target_count,
					      &ignore->target_capacity);
	for (size_t i = 0; status == ATT_OK && i < ignore->target_count; i++) {
		bool known = false;
		for (int n = 0; n < 4; n++)
			known |= att_str_is(ignore->targets[i], names[n]);
		if (!known)
			policy_config_fault(reader, member->value.span,
					    "write \"runtime\", \"build\", \"optional\" or \"dev\"",
					    "expected how a component is needed in \"targets\", found \"%.*s\"",
					    ATT_STR_ARG(att_str_first(ignore->targets[i], 100)));
	}
	return status;
}

static int read_components(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_ignore *ignore = base;
	static const struct policy_key list[] = {{"components", POLICY_KEY_SPECS, 0, NULL, NULL},
						 {NULL, POLICY_KEY_BOOL, 0, NULL, NULL}};
	struct policy_specs specs = {0};
	struct att_member members[] = {*member};
	uint32_t first = 0;
	struct att_value table = {.kind = ATT_OBJECT, .span = member->key_span, .count = 1};
	table.members = members;
	table.by_key = &first;
	int status = policy_config_read_table(reader, &table, "ignore", list, &specs, NULL, NULL);
	ignore->components = specs.items;
	ignore->component_count = specs.count;
	ignore->component_capacity = specs.capacity;
	return status;
}

static const struct policy_key ignore_keys[] = {
	{"id", POLICY_KEY_TEXT, offsetof(struct policy_ignore, id), NULL, NULL},
	{"reason", POLICY_KEY_TEXT, offsetof(struct policy_ignore, reason), NULL, NULL},
	{"tracking", POLICY_KEY_TEXT, offsetof(struct policy_ignore, tracking), NULL, NULL},
	{"owner", POLICY_KEY_TEXT, offsetof(struct policy_ignore, owner), NULL, NULL},
	{"justification", POLICY_KEY_CUSTOM, 0, read_justification, NULL},
	{"created", POLICY_KEY_CUSTOM, 0, read_created, NULL},
	{"expires", POLICY_KEY_CUSTOM, 0, read_expires, NULL},
	{"paths", POLICY_KEY_CUSTOM, 0, read_paths, NULL},
	{"targets", POLICY_KEY_CUSTOM, 0, read_targets, NULL},
	{"components", POLICY_KEY_CUSTOM, 0, read_components, NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

/* "RUSTSEC-2024-0436", "CVE-2024-1", "GHSA-...", "GO-2024-1": names in capitals before the first "-". */
static bool is_id(struct att_str text)
{
	size_t dash = att_str_find_byte(text, '-');
	if (dash == ATT_STR_NONE || dash < 2 || text.data[0] < 'A' || text.data[0] > 'Z')
		return false;
	for (size_t i = 1; i < dash; i++)
		if ((text.data[i] < 'A' || text.data[i] > 'Z') && !att_ascii_is_digit(text.data[i]))
			return false;
	return text.len > dash + 1;
}

static int read_ignore_table(struct policy_config_reader *reader, const struct att_value *value,
			     struct policy_ignore *ignore)
{
	ignore->has_spec =
		att_value_get(value, "crate") || att_value_get(value, "purl") || att_value_get(value, "name");
	if (ignore->has_spec) {
		/* "reason" belongs to both tables; whoever reads the spec keeps it there. */
		int status =
			policy_config_read_spec(reader, value, "ignore", &ignore->spec, ignore_keys, ignore);
		ignore->reason = ignore->spec.reason;
		return status;
	}
	int status = policy_config_read_table(reader, value, "ignore", ignore_keys, ignore, NULL, NULL);
	if (status == ATT_OK && ignore->id.len == 0)
		policy_config_fault(reader, value->span,
				    "write id = \"RUSTSEC-...\" or crate = \"NAME@VERSION\"",
				    "expected an \"id\", a \"crate\" or a \"purl\" in an entry of \"ignore\"");
	return status;
}

static int read_ignore(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_advisories_config *advisories = base;
	int status = ATT_OK;
	if (!policy_config_is(reader, member, ATT_ARRAY))
		return ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < member->value.count; i++) {
		const struct att_value *value = &member->value.items[i];
		void *items = advisories->ignores;
		struct policy_ignore *ignore =
			policy_config_push(reader, (void *)&items, &advisories->ignore_count,
					   &advisories->ignore_capacity, sizeof *ignore);
		if (!ignore)
			return ATT_ERR_MEMORY;
		advisories->ignores = items;
		ignore->at = policy_config_at(reader, value->span);
		if (value->kind == ATT_STRING && is_id(value->string)) {
			ignore->id = value->string;
		} else if (value->kind == ATT_OBJECT) {
			status = read_ignore_table(reader, value, ignore);
		} else {
			ignore->has_spec = true;
			status = policy_config_read_spec(reader, value, "ignore", &ignore->spec, NULL, NULL);
		}
	}
	return status;
}

/* --- the rest ------------------------------------------------------------------------------------------ */

/* A path below the policy's folder, whose last part may be a pattern. */
static bool is_document_path(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	struct att_str folder = att_str_first(path, slash == ATT_STR_NONE ? 0 : slash);
	if (path.len == 0 || path.data[0] == '/' || path.data[path.len - 1] == '/')
		return false;
	for (size_t i = 0; i < folder.len; i++)
		if (strchr("*?[\\", folder.data[i]))
			return false;
	return att_str_find_byte(path, '\0') == ATT_STR_NONE;
}

static int read_vex(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	static const struct policy_key list[] = {
		{"vex", POLICY_KEY_ENTRIES, offsetof(struct policy_advisories_config, vex), NULL, NULL},
		{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
	};
	struct policy_advisories_config *advisories = base;
	struct att_member members[] = {*member};
	uint32_t first = 0;
	struct att_value table = {.kind = ATT_OBJECT, .span = member->key_span, .count = 1};
	table.members = members;
	table.by_key = &first;
	int status = policy_config_read_table(reader, &table, "[advisories]", list, advisories, NULL, NULL);
	for (size_t i = 0; status == ATT_OK && i < advisories->vex.count; i++)
		if (!is_document_path(advisories->vex.items[i].text))
			policy_config_fault(reader, advisories->vex.items[i].at.span,
					    "write \"triage/*.openvex.json\": relative to the policy's folder, "
					    "with \"*\" in "
					    "the last part alone",
					    "expected the path of an OpenVEX document, found \"%.*s\"",
					    ATT_STR_ARG(att_str_first(advisories->vex.items[i].text, 100)));
	return status;
}

/* Until cargo-deny 0.18 these were levels. */
static int read_reach(struct policy_config_reader *reader, const struct att_member *member,
		      enum policy_reach *reach)
{
	static const char *const names[] = {"none", "workspace", "transitive", "all"};
	enum policy_level level;
	if (!policy_config_is(reader, member, ATT_STRING))
		return ATT_OK;
	for (int i = 0; i < 4; i++) {
		if (att_str_is(member->value.string, names[i])) {
			*reach = (enum policy_reach)i;
			return ATT_OK;
		}
	}
	char help[200];
	snprintf(help, sizeof help,
		 "write \"all\", \"workspace\", \"transitive\" or \"none\"; its level goes into [severity]: "
		 "%.*s = "
		 "\"%.*s\"",
		 ATT_STR_ARG(member->key), ATT_STR_ARG(att_str_first(member->value.string, 10)));
	if (policy_config_level_of(member->value.string, &level))
		policy_config_outdated(reader, member->value.span, help, POLICY_DENY,
				       "\"%.*s\" says whose advisories count now, not at which level",
				       ATT_STR_ARG(member->key));
	else
		policy_config_fault(
			reader, member->value.span, "write \"all\", \"workspace\", \"transitive\" or \"none\"",
			"expected whose advisories count for \"%.*s\", found \"%.*s\"",
			ATT_STR_ARG(member->key), ATT_STR_ARG(att_str_first(member->value.string, 100)));
	return ATT_OK;
}

static int read_unmaintained(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	return read_reach(reader, member, &((struct policy_advisories_config *)base)->unmaintained);
}

static int read_unsound(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	return read_reach(reader, member, &((struct policy_advisories_config *)base)->unsound);
}

static int read_staleness(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_advisories_config *advisories = base;
	if (policy_config_is(reader, member, ATT_STRING) &&
	    !att_duration_parse(member->value.string, &advisories->maximum_staleness))
		policy_config_fault(
			reader, member->value.span,
			"write \"P7D\" for seven days; months and years have no fixed length",
			"expected an ISO 8601 duration for \"maximum-db-staleness\", found \"%.*s\"",
			ATT_STR_ARG(att_str_first(member->value.string, 100)));
	return ATT_OK;
}

static int read_nothing(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	(void)base;
	(void)policy_config_is(reader, member, ATT_INTEGER);
	return ATT_OK;
}

static const struct policy_key keys[] = {
	{"ignore", POLICY_KEY_CUSTOM, 0, read_ignore, NULL},
	{"vex", POLICY_KEY_CUSTOM, 0, read_vex, NULL},
	{"yanked", POLICY_KEY_LEVEL, offsetof(struct policy_advisories_config, yanked), NULL, NULL},
	{"disable-yank-checking", POLICY_KEY_BOOL,
	 offsetof(struct policy_advisories_config, disable_yank_checking), NULL, NULL},
	{"unmaintained", POLICY_KEY_CUSTOM, 0, read_unmaintained, NULL},
	{"unsound", POLICY_KEY_CUSTOM, 0, read_unsound, NULL},
	{"maximum-db-staleness", POLICY_KEY_CUSTOM, 0, read_staleness, NULL},
	{"unused-ignored-advisory", POLICY_KEY_LEVEL, offsetof(struct policy_advisories_config, unused_ignore),
	 NULL, NULL},
	{"version", POLICY_KEY_CUSTOM, 0, read_nothing, NULL},
	{"db-path", POLICY_KEY_SILENT, 0, NULL, BY_ATTEST},
	{"db-urls", POLICY_KEY_SILENT, 0, NULL, BY_ATTEST},
	{"git-fetch-with-cli", POLICY_KEY_SILENT, 0, NULL, BY_ATTEST},
	{"db-url", POLICY_KEY_GONE, 0, NULL, "write \"db-urls\", an array"},
	{"vulnerability", POLICY_KEY_GONE, 0, NULL, BY_SEVERITY},
	{"notice", POLICY_KEY_GONE, 0, NULL, BY_SEVERITY},
	{"severity-threshold", POLICY_KEY_GONE, 0, NULL,
	 "write an entry of \"ignore\", with its reason, for each advisory that you live with"},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

int policy_config_read_advisories(struct policy_config_reader *reader, const struct att_value *table)
{
	struct policy_advisories_config *advisories = &reader->config->advisories;
	advisories->given = true;
	return policy_config_read_table(reader, table, "[advisories]", keys, advisories, NULL, NULL);
}
