// SPDX-License-Identifier: Apache-2.0
/* Version catalogs (https://docs.gradle.org/current/userguide/version_catalogs.html): what a build may use
 * under short names. */
#include "libattest/format/toml.h"
#include "sbom/cataloger_gradle_build.h"

#include "libattest/base/banned.h"

struct reader {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	const struct att_value *versions;
};

static int complain(struct reader *r, struct att_span span, const char *message)
{
	return att_source_err(&r->input->source, r->err, ATT_ERR_MALFORMED, span, "%s", message);
}

/* "1.0", or a table of which the first of strictly, require and prefer counts. */
static struct att_str rich_version(const struct att_value *value)
{
	static const char *const keys[] = {"strictly", "require", "prefer"};
	if (value->kind == ATT_STRING)
		return value->string;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct att_str text = att_value_text(att_value_get(value, keys[i]));
		if (text.len > 0)
			return text;
	}
	return (struct att_str){NULL, 0};
}

static int find_version(struct reader *r, const struct att_value *entry, struct att_str *out)
{
	const struct att_value *version = att_value_get(entry, "version");
	const struct att_value *reference = att_value_get(version, "ref");
	*out = (struct att_str){NULL, 0};
	if (!version)
		return ATT_OK;
	if (!reference) {
		*out = rich_version(version);
		return ATT_OK;
	}
	const struct att_value *target = att_value_get_str(r->versions, att_value_text(reference));
	if (!target)
		return complain(r, reference->span, "expected a key of [versions], found none of that name");
	*out = rich_version(target);
	return ATT_OK;
}

static int read_library(struct reader *r, const struct att_member *member)
{
	struct gradle_coordinates c = {0};
	const struct att_value *entry = &member->value;
	struct att_str module = att_value_text(entry);
	int status = ATT_OK;
	if (entry->kind == ATT_OBJECT) {
		module = att_value_text(att_value_get(entry, "module"));
		c.group = att_value_text(att_value_get(entry, "group"));
		c.name = att_value_text(att_value_get(entry, "name"));
	}
	if (module.len > 0 ? !sbom_gradle_split(module, &c) : c.group.len == 0 || c.name.len == 0)
		return complain(r, entry->span,
				"expected \"group:name:version\", or a table with module or "
				"group and name");
	if (entry->kind == ATT_OBJECT)
		status = find_version(r, entry, &c.version);
	if (status == ATT_OK)
		status = sbom_gradle_declare(r->input, r->catalog, &c, SBOM_RUNTIME, member->key_span, r->err);
	return status;
}

/* A plugin "id" is the module "id:id.gradle.plugin". */
static int read_plugin(struct reader *r, const struct att_member *member)
{
	struct gradle_coordinates c = {0};
	const struct att_value *entry = &member->value;
	int status = ATT_OK;
	if (entry->kind == ATT_STRING) {
		size_t colon = att_str_find_byte(entry->string, ':');
		c.group = att_str_first(entry->string, colon);
		c.version = att_str_from(entry->string, colon == ATT_STR_NONE ? entry->string.len : colon + 1);
	} else {
		c.group = att_value_text(att_value_get(entry, "id"));
		status = find_version(r, entry, &c.version);
	}
	if (status == ATT_OK && c.group.len == 0)
		return complain(r, entry->span, "expected \"id:version\", or a table with id and version");
	c.name = ATT_ARENA_JOIN(&r->catalog->arena, c.group, ATT_STR(".gradle.plugin"));
	if (status == ATT_OK && !c.name.data)
		return att_err_memory(r->err);
	if (status == ATT_OK)
		status = sbom_gradle_declare(r->input, r->catalog, &c, SBOM_BUILD, member->key_span, r->err);
	return status;
}

int sbom_gradle_read_version_catalog(struct sbom_input *input, struct sbom_catalog *catalog,
				     struct att_err *err)
{
	struct reader r = {.input = input, .catalog = catalog, .err = err};
	const struct att_source *source = &input->source;
	const struct att_value *libraries, *plugins;
	struct att_value root;
	int status = att_toml_parse(source, &catalog->arena, &root, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "versions", ATT_OBJECT, false, &r.versions, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "libraries", ATT_OBJECT, false, &libraries, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "plugins", ATT_OBJECT, false, &plugins, err);
	if (status != ATT_OK)
		return status;
	for (uint32_t i = 0; status == ATT_OK && libraries && i < libraries->count; i++)
		status = read_library(&r, &libraries->members[i]);
	for (uint32_t i = 0; status == ATT_OK && plugins && i < plugins->count; i++)
		status = read_plugin(&r, &plugins->members[i]);
	return status;
}
