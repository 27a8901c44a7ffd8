// SPDX-License-Identifier: Apache-2.0
#include "policy/config_reader.h"

#include <stdio.h>

#include "libattest/format/toml.h"
#include "policy/pages.h"

#include "libattest/base/banned.h"

enum { WEEK = 7 * 24 * 3600 };

void policy_config_init(struct policy_config *config)
{
	memset(config, 0, sizeof *config);
	config->advisories.yanked = POLICY_WARN;
	config->advisories.unmaintained = POLICY_REACH_ALL;
	config->advisories.unsound = POLICY_REACH_WORKSPACE;
	config->advisories.maximum_staleness = WEEK;
	config->advisories.unused_ignore = POLICY_WARN;
	config->licenses.confidence_threshold = 0.8;
	config->licenses.include_build = true;
	config->licenses.unused_allowed = POLICY_WARN;
	config->licenses.unused_exception = POLICY_WARN;
	config->bans.multiple_versions = POLICY_WARN;
	config->sources.unknown_registry = POLICY_WARN;
	config->sources.unknown_git = POLICY_WARN;
	config->sources.unused_source = POLICY_WARN;
	config->sources.unused_org = POLICY_WARN;
	config->workflows.unused_action = POLICY_WARN;
}

enum policy_level policy_config_level(const struct policy_config *config, const char *code,
				      enum policy_level level)
{
	for (size_t i = config->demand_count; i-- > 0;)
		if (att_str_is(config->demands[i].code, code))
			return config->demands[i].level;
	for (size_t i = config->override_count; i-- > 0;)
		if (att_str_is(config->overrides[i].code, code))
			return config->overrides[i].level;
	return level;
}

enum policy_level policy_config_level_of_doubt(const struct policy_config *config, const char *code,
					       enum policy_level level)
{
	level = policy_config_level(config, code, level);
	return level == POLICY_ALLOW ? POLICY_WARN : level;
}

/* --- the file ------------------------------------------------------------------------------------------ */

static int read_severity(struct policy_config_reader *reader, const struct att_value *table)
{
	struct policy_config *config = reader->config;
	if (!policy_config_is_kind(reader, table, "severity", ATT_OBJECT))
		return ATT_OK;
	for (uint32_t i = 0; i < table->count; i++) {
		const struct att_member *member = &table->members[i];
		struct policy_override override = {.code = member->key};
		const char *near = policy_page_nearest(member->key);
		char help[128] = "";
		if (near)
			snprintf(help, sizeof help, "did you mean \"%s\"?", near);
		if (!policy_page_find(member->key))
			policy_config_fault(reader, member->key_span, help,
					    "expected the code of a finding in [severity], found \"%.*s\"",
					    ATT_STR_ARG(att_str_first(member->key, 100)));
		else if (policy_config_is(reader, member, ATT_STRING) &&
			 !policy_config_level_of(member->value.string, &override.level))
			policy_config_fault(reader, member->value.span, "write \"allow\", \"warn\" or \"deny\"",
					    "expected a level for \"%.*s\", found \"%.*s\"",
					    ATT_STR_ARG(member->key),
					    ATT_STR_ARG(att_str_first(member->value.string, 100)));
		void *items = config->overrides;
		struct policy_override *slot =
			policy_config_push(reader, (void *)&items, &config->override_count,
					   &config->override_capacity, sizeof *slot);
		if (!slot)
			return ATT_ERR_MEMORY;
		config->overrides = items;
		*slot = override;
	}
	return ATT_OK;
}

/* A key of [graph] that once stood outside of all sections. */
static int read_former_graph(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	struct att_member members[] = {*member};
	uint32_t first = 0;
	struct att_value table = {.kind = ATT_OBJECT, .span = member->key_span, .count = 1};
	(void)base;
	table.members = members;
	table.by_key = &first;
	return policy_config_read_graph(reader, &table);
}

#define SECTION(name)                                                                                          \
	static int name##_section(struct policy_config_reader *reader, const struct att_member *member,        \
				  void *base)                                                                  \
	{                                                                                                      \
		(void)base;                                                                                    \
		return policy_config_read_##name(reader, &member->value);                                      \
	}
SECTION(graph)
SECTION(advisories)
SECTION(licenses)
SECTION(bans)
SECTION(sources)
SECTION(workflows)
#undef SECTION

static int skip(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	(void)reader;
	(void)member;
	(void)base;
	return ATT_OK;
}

static const struct policy_key output_keys[] = {
	{"feature-depth", POLICY_KEY_SILENT, 0, NULL, "features are not shown"},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

static int output_section(struct policy_config_reader *reader, const struct att_member *member, void *base)
{
	return policy_config_read_table(reader, &member->value, "[output]", output_keys, base, NULL, NULL);
}

#define IN_GRAPH  "write it into [graph]"
#define IN_OUTPUT "write it into [output]"

static const struct policy_key sections[] = {
	{"graph", POLICY_KEY_CUSTOM, 0, graph_section, NULL},
	{"output", POLICY_KEY_CUSTOM, 0, output_section, NULL},
	{"advisories", POLICY_KEY_CUSTOM, 0, advisories_section, NULL},
	{"licenses", POLICY_KEY_CUSTOM, 0, licenses_section, NULL},
	{"bans", POLICY_KEY_CUSTOM, 0, bans_section, NULL},
	{"sources", POLICY_KEY_CUSTOM, 0, sources_section, NULL},
	{"workflows", POLICY_KEY_CUSTOM, 0, workflows_section, NULL},
	{"severity", POLICY_KEY_CUSTOM, 0, skip, NULL}, /* read before all others */
	{"targets", POLICY_KEY_MOVED, 0, read_former_graph, IN_GRAPH},
	{"exclude", POLICY_KEY_MOVED, 0, read_former_graph, IN_GRAPH},
	{"all-features", POLICY_KEY_MOVED, 0, read_former_graph, IN_GRAPH},
	{"no-default-features", POLICY_KEY_MOVED, 0, read_former_graph, IN_GRAPH},
	{"features", POLICY_KEY_MOVED, 0, read_former_graph, IN_GRAPH},
	{"exclude-dev", POLICY_KEY_MOVED, 0, read_former_graph, IN_GRAPH},
	{"exclude-unpublished", POLICY_KEY_MOVED, 0, read_former_graph, IN_GRAPH},
	{"feature-depth", POLICY_KEY_MOVED, 0, skip, IN_OUTPUT},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

/* The members of a file of exceptions. */
static const struct policy_key exceptions_only[] = {
	{"exceptions", POLICY_KEY_CUSTOM, 0, policy_config_read_exceptions, NULL},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

static int parse(struct policy_config_reader *reader, struct att_value *document)
{
	int status = att_toml_parse(reader->source, reader->arena, document, reader->err);
	if (status != ATT_OK)
		att_findings_add_err(reader->findings, reader->source->path, reader->source, reader->err);
	return status;
}

int policy_config_parse(const struct att_source *source, struct att_arena *arena, struct policy_config *config,
			struct att_findings *findings, struct att_err *err)
{
	struct policy_config_reader reader = {
		.source = source, .arena = arena, .config = config, .findings = findings, .err = err};
	struct att_value document;
	int status = parse(&reader, &document);
	config->path = source->path;
	const struct att_value *severity = status == ATT_OK ? att_value_get(&document, "severity") : NULL;
	if (severity)
		status = read_severity(&reader, severity);
	if (status == ATT_OK)
		status = policy_config_read_table(&reader, &document, "a policy", sections, config, NULL, NULL);
	return status == ATT_OK && reader.failed ? ATT_ERR_MALFORMED : status;
}

int policy_config_parse_exceptions(const struct att_source *source, struct att_arena *arena,
				   struct policy_config *config, struct att_findings *findings,
				   struct att_err *err)
{
	struct policy_config_reader reader = {
		.source = source, .arena = arena, .config = config, .findings = findings, .err = err};
	struct att_value document;
	int status = parse(&reader, &document);
	if (status == ATT_OK)
		status = policy_config_read_table(&reader, &document, "a file of exceptions", exceptions_only,
						  &config->licenses, NULL, NULL);
	return status == ATT_OK && reader.failed ? ATT_ERR_MALFORMED : status;
}
