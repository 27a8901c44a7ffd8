// SPDX-License-Identifier: Apache-2.0
#include "sbom/gradle.h"

#include "sbom/gradle_script.h"

#include "libattest/base/banned.h"

/* --- configurations ------------------------------------------------------------------------------------ */

static bool contains(struct att_str s, const char *part)
{
	return att_str_find(s, att_str_of(part)) != ATT_STR_NONE;
}

static bool starts_with_any(struct att_str s, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (att_str_starts(s, att_str_of(*prefixes)))
			return true;
	return false;
}

uint32_t sbom_gradle_scope(struct att_str configuration)
{
	static const char *const dev[] = {"test",           "androidTest",     "integrationTest",
					  "functionalTest", "developmentOnly", "jmh",
					  "benchmark",      "debugUnitTest",   NULL};
	static const char *const build[] = {"annotationProcessor",
					    "kapt",
					    "ksp",
					    "errorprone",
					    "checkstyle",
					    "spotbugs",
					    "pmd",
					    "jacoco",
					    "detekt",
					    "ktlint",
					    "kotlinCompiler",
					    "kotlinBuild",
					    "kotlinKlib",
					    "kotlinNative",
					    "classpath",
					    "lintChecks",
					    "spotless",
					    "rewrite",
					    "zinc",
					    "scalaCompiler",
					    "codenarc",
					    "protobuf",
					    "coreLibraryDesugaring",
					    "signatures",
					    NULL};
	if (starts_with_any(configuration, dev) || contains(configuration, "Test"))
		return SBOM_DEV;
	if (starts_with_any(configuration, build) || contains(configuration, "AnnotationProcessor") ||
	    att_str_starts(configuration, ATT_STR("_internal")))
		return SBOM_BUILD;
	/* Needed to compile; the first is never there at run time, the others are brought by a container. */
	if (att_str_starts(configuration, ATT_STR("compileOnly")))
		return SBOM_BUILD;
	if (att_str_starts(configuration, ATT_STR("provided")))
		return SBOM_PEER;
	return SBOM_RUNTIME;
}

/* --- coordinates --------------------------------------------------------------------------------------- */

bool sbom_gradle_is_exact(struct att_str version)
{
	static const char inexact[] = "[](),+${} ";
	for (size_t i = 0; i < version.len; i++)
		if (memchr(inexact, version.data[i], sizeof inexact - 1) &&
		    (version.data[i] != '+' || i + 1 == version.len))
			return false;
	return version.len > 0 && !att_str_starts(version, ATT_STR("latest."));
}

int sbom_gradle_describe(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str group,
			 struct att_str name, struct att_str version, struct att_err *err)
{
	struct att_str none = {NULL, 0};
	bool exact = sbom_gradle_is_exact(version);
	component->group = group;
	component->name = name;
	component->version = exact ? version : none;
	component->origin = SBOM_ORIGIN_REGISTRY;
	int status = ATT_OK;
	if (!exact)
		status = sbom_component_add_property(&catalog->arena, component, "attest:requirement", version,
						     err);
	if (status == ATT_OK)
		status = sbom_catalog_set_plain_purl(catalog, component, "maven", group, name,
						     component->version, err);
	return status;
}

/* --- projects ------------------------------------------------------------------------------------------ */

/* rootProject.name = "...": of tokens, so that comments and strings do not deceive. */
static struct att_str name_in_settings(struct sbom_input *input, struct sbom_catalog *catalog, const char *file)
{
	struct att_source source;
	struct att_err ignored;
	struct sbom_gradle_token *tokens;
	size_t count;
	if (sbom_input_sibling(input, catalog, att_str_of(file), &source, &ignored) != ATT_OK ||
	    sbom_gradle_tokens(&source, &catalog->arena, &tokens, &count, &ignored) != ATT_OK)
		return (struct att_str){NULL, 0};
	for (size_t i = 0; i + 2 < count; i++)
		if (att_str_is(tokens[i].text, "rootProject.name") && tokens[i + 1].kind == '=' &&
		    tokens[i + 2].kind == GRADLE_STRING && !tokens[i + 2].interpolated)
			return tokens[i + 2].text;
	return (struct att_str){NULL, 0};
}

int sbom_gradle_name_project(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct sbom_component facts = {.kind = SBOM_APPLICATION};
	size_t slash = att_str_find_last_byte(catalog->folder, '/');
	facts.name = name_in_settings(input, catalog, "settings.gradle");
	if (facts.name.len == 0)
		facts.name = name_in_settings(input, catalog, "settings.gradle.kts");
	if (facts.name.len == 0)
		facts.name = att_str_from(catalog->folder, slash == ATT_STR_NONE ? 0 : slash + 1);
	return facts.name.len ? sbom_catalog_name_project(catalog, &facts, err) : ATT_OK;
}

int sbom_gradle_move_project(struct sbom_catalog *catalog, unsigned levels, struct att_err *err)
{
	struct att_str folder = catalog->folder;
	const struct sbom_component unnamed = {.kind = SBOM_APPLICATION};
	for (; levels > 0 && folder.len > 0; levels--) {
		size_t slash = att_str_find_last_byte(folder, '/');
		folder.len = slash == ATT_STR_NONE ? 0 : slash;
	}
	catalog->folder = folder;
	catalog->components[0].folder = folder;
	return sbom_catalog_name_project(catalog, &unnamed, err);
}
