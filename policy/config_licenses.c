// SPDX-License-Identifier: Apache-2.0
/* [licenses], and deny.exceptions.toml */
#include "policy/config_reader.h"

#include "libattest/package/license.h"

#include "libattest/base/banned.h"

#define BY_ALLOW "what is not in \"allow\" is refused; list what you accept there"

/* --- allow --------------------------------------------------------------------------------------------- */

/* One license, with or without an exception: what an entry of "allow" is compared as. */
static void check_license(struct policy_config_reader *reader, const struct policy_entry *entry, bool one)
{
	struct att_license license;
	struct att_err err;
	int status = att_license_parse(entry->text, reader->arena, &license, &err);
	if (status != ATT_OK)
		policy_config_fault(reader, entry->at.span, err.help, "%s", err.message);
	else if (one && license.count != 1)
		policy_config_fault(reader, entry->at.span, "make an entry of each license",
				    "expected one license, found the expression \"%.*s\"",
				    ATT_STR_ARG(att_str_first(entry->text, 100)));
}

static int read_licenses_of(struct policy_config_reader *reader, const struct att_member *member,
			    struct policy_entries *entries)
{
	static const struct policy_key list[] = {{"allow", POLICY_KEY_ENTRIES, 0, NULL, NULL},
						 {NULL, POLICY_KEY_BOOL, 0, NULL, NULL}};
	struct att_member members[] = {*member};
	uint32_t first = 0;
	struct att_value table = {.kind = ATT_OBJECT, .span = member->key_span, .count = 1};
	table.members = members;
	table.by_key = &first;
	int status = policy_config_read_table(reader, &table, "[licenses]", list, entries, NULL, NULL);
	for (size_t i = 0; status == ATT_OK && i < entries->count; i++)
		check_license(reader, &entries->items[i], true);
	return status;
}

static int read_allow(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_licenses_config *licenses = base;
	licenses->allow_given = true;
	return read_licenses_of(reader, member, &licenses->allow);
}

/* --- exceptions ---------------------------------------------------------------------------------------- */

static int read_exception_allow(struct policy_config_reader *reader, const struct att_member *member,
				void *base)
{
	return read_licenses_of(reader, member, &((struct policy_exception *)base)->allow);
}

static const struct policy_key exception_keys[] = {
	{"allow", POLICY_KEY_CUSTOM, 0, read_exception_allow, NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

int policy_config_read_exceptions(struct policy_config_reader *reader, const struct att_member *member,
				  void *base)
{
	struct policy_licenses_config *licenses = base;
	int status = ATT_OK;
	if (!policy_config_is(reader, member, ATT_ARRAY))
		return ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < member->value.count; i++) {
		const struct att_value *value = &member->value.items[i];
		void *items = licenses->exceptions;
		if (!policy_config_is_kind(reader, value, "exceptions", ATT_OBJECT))
			continue;
		struct policy_exception *exception =
			policy_config_push(reader, (void *)&items, &licenses->exception_count,
					   &licenses->exception_capacity, sizeof *exception);
		if (!exception)
			return ATT_ERR_MEMORY;
		licenses->exceptions = items;
		exception->at = policy_config_at(reader, value->span);
		status = policy_config_read_spec(reader, value, "exceptions", &exception->spec, exception_keys,
						 exception);
		if (status == ATT_OK && !att_value_get(value, "allow"))
			policy_config_fault(reader, value->span, "write allow = [\"LICENSE\"]",
					    "expected \"allow\" in an entry of \"exceptions\"");
	}
	return status;
}

/* --- clarify ------------------------------------------------------------------------------------------- */

struct file_parts {
	struct policy_license_file *file;
	bool hashed;
};

static int read_file_path(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct file_parts *parts = base;
	if (policy_config_is(reader, member, ATT_STRING))
		parts->file->path = (struct policy_entry){member->value.string,
							  policy_config_at(reader, member->value.span)};
	return ATT_OK;
}

static int read_file_hash(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct file_parts *parts = base;
	const struct att_value *value = &member->value;
	if (!policy_config_is(reader, member, ATT_INTEGER))
		return ATT_OK;
	if (value->integer.negative || value->integer.magnitude > UINT32_MAX)
		policy_config_fault(reader, value->span, NULL, "expected a number of 32 bits for \"hash\"");
	parts->hashed = true;
	parts->file->hash = (uint32_t)value->integer.magnitude;
	return ATT_OK;
}

static int read_file_sha256(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct file_parts *parts = base;
	struct att_str hex = member->value.kind == ATT_STRING ? member->value.string : (struct att_str){0};
	bool good = hex.len == 64;
	if (!policy_config_is(reader, member, ATT_STRING))
		return ATT_OK;
	for (size_t i = 0; good && i < hex.len; i++)
		good = att_ascii_hex(hex.data[i]) >= 0 && (hex.data[i] < 'A' || hex.data[i] > 'F');
	if (!good)
		policy_config_fault(reader, member->value.span, "write what \"sha256sum FILE\" prints",
				    "expected 64 lower-case hexadecimal digits for \"sha256\"");
	parts->hashed = true;
	parts->file->sha256 = hex;
	return ATT_OK;
}

static const struct policy_key file_keys[] = {
	{"path", POLICY_KEY_CUSTOM, 0, read_file_path, NULL},
	{"hash", POLICY_KEY_CUSTOM, 0, read_file_hash, NULL},
	{"sha256", POLICY_KEY_CUSTOM, 0, read_file_sha256, NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

static int read_license_files(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_clarification *clarification = base;
	int status = ATT_OK;
	if (!policy_config_is(reader, member, ATT_ARRAY))
		return ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < member->value.count; i++) {
		const struct att_value *value = &member->value.items[i];
		void *items = clarification->files;
		struct file_parts parts = {.file = policy_config_push(reader, (void *)&items,
								      &clarification->file_count,
								      &clarification->file_capacity,
								      sizeof *clarification->files)};
		if (!parts.file)
			return ATT_ERR_MEMORY;
		clarification->files = items;
		status =
			policy_config_read_table(reader, value, "license-files", file_keys, &parts, NULL, NULL);
		if (status == ATT_OK && (parts.file->path.text.len == 0 || !parts.hashed))
			policy_config_fault(
				reader, value->span, "write { path = \"LICENSE\", sha256 = \"...\" }",
				"expected \"path\" and \"sha256\" in an entry of \"license-files\"");
	}
	return status;
}

static int read_expression(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_clarification *clarification = base;
	if (!policy_config_is(reader, member, ATT_STRING))
		return ATT_OK;
	clarification->expression =
		(struct policy_entry){member->value.string, policy_config_at(reader, member->value.span)};
	check_license(reader, &clarification->expression, false);
	return ATT_OK;
}

static const struct policy_key clarify_keys[] = {
	{"expression", POLICY_KEY_CUSTOM, 0, read_expression, NULL},
	{"license-files", POLICY_KEY_CUSTOM, 0, read_license_files, NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

static int read_clarify(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_licenses_config *licenses = base;
	int status = ATT_OK;
	if (!policy_config_is(reader, member, ATT_ARRAY))
		return ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < member->value.count; i++) {
		const struct att_value *value = &member->value.items[i];
		void *items = licenses->clarifications;
		if (!policy_config_is_kind(reader, value, "clarify", ATT_OBJECT))
			continue;
		struct policy_clarification *clarification =
			policy_config_push(reader, (void *)&items, &licenses->clarification_count,
					   &licenses->clarification_capacity, sizeof *clarification);
		if (!clarification)
			return ATT_ERR_MEMORY;
		licenses->clarifications = items;
		clarification->at = policy_config_at(reader, value->span);
		status = policy_config_read_spec(reader, value, "clarify", &clarification->spec, clarify_keys,
						 clarification);
		if (status == ATT_OK && !att_value_get(value, "expression"))
			policy_config_fault(reader, value->span, NULL,
					    "expected \"expression\" in an entry of \"clarify\"");
	}
	return status;
}

/* --- the rest ------------------------------------------------------------------------------------------ */

static const struct policy_key private_keys[] = {
	{"ignore", POLICY_KEY_BOOL, offsetof(struct policy_licenses_config, private_packages.ignore), NULL,
	 NULL},
	{"registries", POLICY_KEY_ENTRIES, offsetof(struct policy_licenses_config, private_packages.registries),
	 NULL, NULL},
	{"ignore-sources", POLICY_KEY_ENTRIES,
	 offsetof(struct policy_licenses_config, private_packages.ignore_sources), NULL, NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

static int read_private(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	return policy_config_read_table(reader, &member->value, "[licenses.private]", private_keys, base, NULL,
					NULL);
}

static int read_threshold(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct policy_licenses_config *licenses = base;
	const struct att_value *value = &member->value;
	double threshold = value->kind == ATT_FLOAT ? value->number
			   : value->kind == ATT_INTEGER && !value->integer.negative
				   ? (double)value->integer.magnitude
				   : -1;
	if (threshold >= 0 && threshold <= 1)
		licenses->confidence_threshold = threshold;
	else
		policy_config_fault(reader, value->span, NULL,
				    "expected a number from 0.0 to 1.0 for \"confidence-threshold\"");
	return ATT_OK;
}

static int read_version(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	(void)base;
	(void)policy_config_is(reader, member, ATT_INTEGER);
	return ATT_OK;
}

static const struct policy_key keys[] = {
	{"allow", POLICY_KEY_CUSTOM, 0, read_allow, NULL},
	{"exceptions", POLICY_KEY_CUSTOM, 0, policy_config_read_exceptions, NULL},
	{"clarify", POLICY_KEY_CUSTOM, 0, read_clarify, NULL},
	{"private", POLICY_KEY_CUSTOM, 0, read_private, NULL},
	{"confidence-threshold", POLICY_KEY_CUSTOM, 0, read_threshold, NULL},
	{"include-dev", POLICY_KEY_BOOL, offsetof(struct policy_licenses_config, include_dev), NULL, NULL},
	{"include-build", POLICY_KEY_BOOL, offsetof(struct policy_licenses_config, include_build), NULL, NULL},
	{"unused-allowed-license", POLICY_KEY_LEVEL, offsetof(struct policy_licenses_config, unused_allowed),
	 NULL, NULL},
	{"unused-license-exception", POLICY_KEY_LEVEL,
	 offsetof(struct policy_licenses_config, unused_exception), NULL, NULL},
	{"version", POLICY_KEY_CUSTOM, 0, read_version, NULL},
	{"unlicensed", POLICY_KEY_GONE, 0, NULL, "write its severity into [severity]: unlicensed = \"warn\""},
	{"deny", POLICY_KEY_GONE, 0, NULL, BY_ALLOW},
	{"copyleft", POLICY_KEY_GONE, 0, NULL, BY_ALLOW},
	{"allow-osi-fsf-free", POLICY_KEY_GONE, 0, NULL, BY_ALLOW},
	{"default", POLICY_KEY_GONE, 0, NULL, BY_ALLOW},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

int policy_config_read_licenses(struct policy_config_reader *reader, const struct att_value *table)
{
	reader->config->licenses.given = true;
	return policy_config_read_table(reader, table, "[licenses]", keys, &reader->config->licenses, NULL,
					NULL);
}
