// SPDX-License-Identifier: Apache-2.0
/* Berry's yarn.lock: YAML, "name@protocol:range, ..." -> what it resolves to. */
#include "sbom/cataloger_yarn.h"

#include "libattest/format/yaml.h"
#include "sbom/npm.h"

#include "libattest/base/banned.h"

enum { OLDEST = 4, NEWEST = 9 }; /* of yarn 2.0 and of the last release of yarn 4 */

/* What YAML takes for a number ("2", "1.0") is text here. */
static struct att_str text_of(const struct yarn *yarn, const struct att_value *value)
{
	if (!value || value->kind == ATT_STRING)
		return att_value_text(value);
	if (value->kind == ATT_OBJECT || value->kind == ATT_ARRAY || value->kind == ATT_NULL)
		return (struct att_str){NULL, 0};
	return att_str_first(att_str_from(yarn->input->source.text, value->span.begin),
			     value->span.end - value->span.begin);
}

static int want_table(struct yarn *yarn, const struct att_value *value, const char *key,
		      const struct att_value **table)
{
	return att_value_want(&yarn->input->source, value, key, ATT_OBJECT, false, table, yarn->err);
}

static bool is_optional(const struct att_value *meta, struct att_str name)
{
	return meta && att_value_is_true(att_value_get(att_value_get_str(meta, name), "optional"));
}

static int read_needs(struct yarn *yarn, struct yarn_entry *entry)
{
	const struct att_value *table, *meta;
	int status = want_table(yarn, entry->value, "dependencies", &table);
	if (status == ATT_OK)
		status = want_table(yarn, entry->value, "dependenciesMeta", &meta);
	for (uint32_t i = 0; status == ATT_OK && table && i < table->count; i++) {
		const struct att_member *m = &table->members[i];
		uint32_t scope = is_optional(meta, m->key) ? SBOM_OPTIONAL : SBOM_RUNTIME;
		/* Of a workspace the lock does not tell development from the rest. */
		uint32_t declared = sbom_yarn_manifest_scope(entry->manifest, m->key);
		status = sbom_yarn_add_need(yarn, entry, m->key, text_of(yarn, &m->value),
					    declared ? declared : scope, m->key_span.begin);
	}
	return status;
}

static int read_peers(struct yarn *yarn, struct yarn_entry *entry)
{
	const struct att_value *table, *meta;
	int status = want_table(yarn, entry->value, "peerDependencies", &table);
	if (status == ATT_OK)
		status = want_table(yarn, entry->value, "peerDependenciesMeta", &meta);
	if (status != ATT_OK || !table)
		return status;
	entry->peers = att_arena_alloc(&yarn->catalog->arena, table->count, sizeof *entry->peers);
	if (!entry->peers)
		return att_err_memory(yarn->err);
	entry->peer_count = table->count;
	for (uint32_t i = 0; i < table->count; i++)
		entry->peers[i] = (struct yarn_peer){.name = table->members[i].key,
						     .optional = is_optional(meta, table->members[i].key),
						     .offset = table->members[i].key_span.begin};
	return ATT_OK;
}

static int read_patterns(struct yarn *yarn, uint32_t number, const struct att_member *member)
{
	struct att_str rest = member->key, pattern, name, range;
	bool first = true;
	while (att_str_split(&rest, ',', &pattern)) {
		pattern = att_str_trim(pattern);
		if (!sbom_npm_split_spec(pattern, &name, &range))
			return att_source_err(&yarn->input->source, yarn->err, ATT_ERR_MALFORMED,
					      member->key_span,
					      "expected patterns like \"name@npm:^1.0.0\", found \"%.*s\"",
					      ATT_STR_ARG(att_str_first(pattern, 200)));
		if (first) {
			yarn->entries[number].name = name;
			yarn->entries[number].range = range;
		}
		first = false;
		int status = sbom_yarn_add_pattern(yarn, number, pattern, member->key_span);
		if (status == ATT_OK)
			status = sbom_yarn_add_name(yarn, number, name);
		if (status != ATT_OK)
			return status;
	}
	return ATT_OK;
}

static int read_entry(struct yarn *yarn, const struct att_member *member)
{
	const struct att_source *source = &yarn->input->source;
	const struct att_value *resolution, *version;
	struct yarn_entry *entry;
	uint32_t number = (uint32_t)yarn->count;
	struct att_str name, reference;
	int status =
		att_value_want(source, &member->value, "resolution", ATT_STRING, true, &resolution, yarn->err);
	if (status == ATT_OK)
		status = sbom_yarn_add_entry(yarn, &entry);
	if (status == ATT_OK)
		status = read_patterns(yarn, number, member);
	if (status != ATT_OK)
		return status;
	entry->value = &member->value;
	entry->offset = member->key_span.begin;
	entry->resolved = resolution->string;
	version = att_value_get(entry->value, "version");
	entry->version = text_of(yarn, version);
	if (entry->version.len == 0)
		return att_source_err(
			source, yarn->err, ATT_ERR_MALFORMED, version ? version->span : member->key_span,
			"expected a version of %.*s, found %s", ATT_STR_ARG(att_str_first(entry->name, 200)),
			att_value_kind_name(version));
	if (!sbom_npm_split_spec(entry->resolved, &name, &reference))
		return att_source_err(source, yarn->err, ATT_ERR_MALFORMED, resolution->span,
				      "expected a resolution like \"name@npm:1.0.0\", found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(entry->resolved, 200)));
	if (att_str_starts(reference, ATT_STR("workspace:"))) {
		entry->folder = att_str_from(reference, sizeof "workspace:" - 1);
		if (att_str_is(entry->folder, "."))
			entry->folder.len = 0;
		entry->workspace = true;
		status = sbom_npm_load_manifest(yarn->input, yarn->catalog, entry->folder, &entry->manifest,
						yarn->err);
	}
	if (status == ATT_OK)
		status = read_needs(yarn, entry);
	return status == ATT_OK ? read_peers(yarn, entry) : status;
}

static int check_version(struct yarn *yarn, const struct att_value *lock)
{
	const struct att_value *metadata, *version;
	int status = att_value_want(&yarn->input->source, lock, "__metadata", ATT_OBJECT, true, &metadata,
				    yarn->err);
	if (status == ATT_OK)
		status = att_value_want(&yarn->input->source, metadata, "version", ATT_INTEGER, true, &version,
					yarn->err);
	if (status != ATT_OK || (!version->integer.negative && version->integer.magnitude >= OLDEST &&
				 version->integer.magnitude <= NEWEST))
		return status;
	att_source_err(&yarn->input->source, yarn->err, ATT_ERR_UNSUPPORTED, version->span,
		       "expected yarn.lock format %d to %d, found another", OLDEST, NEWEST);
	att_err_help(yarn->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

int sbom_yarn_read_berry(struct yarn *yarn)
{
	struct att_value *lock = att_arena_alloc(&yarn->catalog->arena, 1, sizeof *lock);
	if (!lock)
		return att_err_memory(yarn->err);
	int status = att_yaml_parse(&yarn->input->source, &yarn->catalog->arena, lock, yarn->err);
	if (status == ATT_OK)
		status = check_version(yarn, lock);
	for (uint32_t i = 0; status == ATT_OK && i < lock->count; i++)
		if (!att_str_is(lock->members[i].key, "__metadata"))
			status = read_entry(yarn, &lock->members[i]);
	return status;
}
