// SPDX-License-Identifier: Apache-2.0
/* pyproject.toml: project.version (PEP 621) and Poetry's own. A dynamic one stands elsewhere, and nothing is
 * run to learn it. */
#include "libattest/format/toml.h"
#include "release/place.h"

#include "libattest/base/banned.h"

#define PROJECT "project.version"
#define POETRY  "tool.poetry.version"

static bool recognize(struct att_str name)
{
	return att_str_is(name, "pyproject.toml");
}

static const struct att_member *dynamic_version(const struct att_value *root)
{
	const struct att_member *dynamic = att_value_find(att_value_get(root, "project"), ATT_STR("dynamic"));
	if (!dynamic || dynamic->value.kind != ATT_ARRAY)
		return NULL;
	for (size_t i = 0; i < dynamic->value.count; i++)
		if (att_str_is(att_value_text(&dynamic->value.items[i]), "version"))
			return dynamic;
	return NULL;
}

/* Where the tool that builds the project looks for it. */
static struct att_str where(const struct release_search *search)
{
	static const char *const fields[] = {
		"tool.hatch.version.path",
		"tool.pdm.version.path",
		"tool.setuptools.dynamic.version.file",
		"tool.setuptools.dynamic.version.attr",
		"tool.flit.module.name",
	};
	const struct att_value *value;
	const struct att_member *nearest;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		if (release_place_look(search, &search->file->value, att_str_of(fields[i]), &value, &nearest,
				       NULL) != ATT_OK ||
		    !value)
			continue;
		if (value->kind == ATT_ARRAY && value->count > 0)
			value = &value->items[0];
		if (value->kind == ATT_STRING && value->string.len > 0)
			return att_str_first(value->string, 80);
	}
	return ATT_STR("");
}

static int complain_of_dynamic(const struct release_search *search, const struct att_member *dynamic,
			       struct att_err *err)
{
	struct att_str elsewhere = where(search);
	release_place_missing(search, ATT_STR(PROJECT), dynamic, "that it is dynamic", err);
	if (elsewhere.len > 0)
		att_err_help(
			err,
			"the version is taken from %.*s: name a file that holds it, as text, in [[version]]; a "
			"tag or a program cannot be named, and mode = \"stamped\" looks at what was packed",
			ATT_STR_ARG(elsewhere));
	else
		att_err_help(
			err,
			"name the file that has the version in [[version]], or look at what was packed with "
			"mode = \"stamped\"");
	return ATT_ERR_NOT_FOUND;
}

static int find(struct release_search *search, struct att_err *err)
{
	int status = release_file_parse(search->tree, search->file, att_toml_parse, err);
	if (status != ATT_OK)
		return status;
	const struct att_value *root = &search->file->value;
	const struct att_member *dynamic = dynamic_version(root);
	struct att_str field = search->field;
	bool in_poetry = att_value_get(att_value_get(att_value_get(root, "tool"), "poetry"), "version") != NULL;
	bool in_project = att_value_get(att_value_get(root, "project"), "version") != NULL;
	if (att_str_is(field, PROJECT) && dynamic)
		return complain_of_dynamic(search, dynamic, err);
	if (field.len > 0)
		return release_place_take(search, root, field, RELEASE_PEP440,
					  !att_str_is(field, PROJECT) && !att_str_is(field, POETRY), err);
	if (!in_project && !in_poetry && dynamic)
		return complain_of_dynamic(search, dynamic, err);
	if (in_project || !in_poetry)
		status = release_place_take(search, root, ATT_STR(PROJECT), RELEASE_PEP440, false, err);
	if (status == ATT_OK && in_poetry)
		status = release_place_take(search, root, ATT_STR(POETRY), RELEASE_PEP440, false, err);
	return status;
}

const struct release_place_kind release_place_pyproject = {"pyproject", recognize, find};
