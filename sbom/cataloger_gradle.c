// SPDX-License-Identifier: Apache-2.0
/* Gradle's lock state: gradle.lockfile and buildscript-gradle.lockfile name all modules with the configurations
 * that hold them, gradle/dependency-locks/CONFIGURATION.lockfile (before Gradle 7) one configuration each.
 * Which module needs which other is not written down. */
#include "sbom/gradle.h"

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

struct gradle {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	bool is_buildscript;
	struct att_str configuration; /* of a file for one; else empty */
	struct att_map lines;
};

static struct att_span span_of(struct gradle *g, struct att_str part)
{
	uint32_t begin = (uint32_t)(part.data - g->input->source.text.data);
	return (struct att_span){begin, begin + (uint32_t)part.len};
}

static int complain(struct gradle *g, struct att_str line, const char *expected)
{
	return att_source_err(&g->input->source, g->err, ATT_ERR_MALFORMED, span_of(g, line),
			      "expected %s, found \"%.*s\"", expected, ATT_STR_ARG(att_str_first(line, 200)));
}

static uint32_t scope_of(struct gradle *g, struct att_str configurations)
{
	uint32_t scope = 0;
	struct att_str name;
	if (g->is_buildscript)
		return SBOM_BUILD;
	while (att_str_split(&configurations, ',', &name))
		scope |= sbom_gradle_scope(name);
	return scope;
}

static int add_module(struct gradle *g, struct att_str line, struct att_str module, uint32_t scope)
{
	struct sbom_component component = {0};
	struct att_str group, name, version = module;
	bool found;
	uint32_t index;
	if (!att_str_split(&version, ':', &group) || !att_str_split(&version, ':', &name) || group.len == 0 ||
	    name.len == 0 || version.len == 0 || att_str_find_byte(version, ':') != ATT_STR_NONE ||
	    att_str_find_byte(module, ' ') != ATT_STR_NONE)
		return complain(g, line, "\"group:name:version\"");
	if (att_map_put(&g->lines, module, 1, &found, &index) != ATT_OK)
		return att_err_memory(g->err);
	if (found)
		return complain(g, line, "every module once");
	int status = sbom_gradle_describe(g->catalog, &component, group, name, version, g->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(g->catalog, &component,
					  att_source_line(&g->input->source, span_of(g, line).begin), &index,
					  g->err);
	if (status == ATT_OK)
		status = sbom_catalog_depend(g->catalog, 0, index, scope, g->err);
	if (status == ATT_ERR_MALFORMED && g->err->place.line == 0)
		g->err->place = att_source_place(&g->input->source, span_of(g, line));
	return status;
}

static int read_line(struct gradle *g, struct att_str line)
{
	size_t equals = att_str_find_byte(line, '=');
	if (line.len == 0 || line.data[0] == '#' || att_str_starts(line, ATT_STR("empty=")))
		return ATT_OK;
	if (g->configuration.len > 0)
		return equals == ATT_STR_NONE ? add_module(g, line, line, scope_of(g, g->configuration))
					      : complain(g, line, "\"group:name:version\" alone");
	struct att_str configurations = att_str_from(line, equals == ATT_STR_NONE ? line.len : equals + 1);
	if (configurations.len == 0 || att_str_find_byte(configurations, '=') != ATT_STR_NONE)
		return complain(g, line, "\"group:name:version=configurations\"");
	return add_module(g, line, att_str_first(line, equals), scope_of(g, configurations));
}

/* What kind of file this is stands in its name. */
static int look_at_name(struct gradle *g)
{
	struct att_str path = g->catalog->path;
	size_t slash = att_str_find_last_byte(path, '/');
	struct att_str name = att_str_from(path, slash == ATT_STR_NONE ? 0 : slash + 1);
	if (att_str_starts(name, ATT_STR("buildscript-"))) {
		g->is_buildscript = true;
		name = att_str_from(name, 12);
	}
	if (att_str_is(name, "gradle.lockfile"))
		return ATT_OK;
	g->configuration = att_str_first(name, name.len - (att_str_ends(name, ATT_STR(".lockfile")) ? 9 : 0));
	if (att_str_is(g->catalog->folder, "gradle/dependency-locks") ||
	    att_str_ends(g->catalog->folder, ATT_STR("/gradle/dependency-locks")))
		return sbom_gradle_move_project(g->catalog, 2, g->err);
	return ATT_OK;
}

static int parse_lock(struct gradle *g)
{
	struct att_str rest = g->input->source.text, line;
	size_t valid = att_utf8_valid_prefix(rest);
	if (valid < rest.len)
		return att_source_err(&g->input->source, g->err, ATT_ERR_MALFORMED,
				      ((struct att_span){(uint32_t)valid, (uint32_t)valid + 1}),
				      "expected UTF-8, found other bytes");
	int status = look_at_name(g);
	if (status == ATT_OK)
		status = sbom_gradle_name_project(g->input, g->catalog, g->err);
	while (status == ATT_OK && att_str_split(&rest, '\n', &line))
		status = read_line(g, att_str_trim(line));
	g->catalog->flat = g->catalog->component_count > 1;
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct gradle g = {.input = input, .catalog = catalog, .err = err};
	int status = parse_lock(&g);
	att_map_clear(&g.lines);
	return status;
}

static bool recognize(struct att_str text)
{
	return att_str_starts(text, ATT_STR("# This is a Gradle generated file for dependency locking."));
}

const struct sbom_cataloger sbom_cataloger_gradle = {
	.name = "gradle",
	.patterns = (const char *const[]){"gradle.lockfile", "buildscript-gradle.lockfile",
					  "**/gradle/dependency-locks/*.lockfile", NULL},
	.recognize = recognize,
	.parse = parse,
};
