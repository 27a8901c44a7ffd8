// SPDX-License-Identifier: Apache-2.0
/* winget: YAML. A package version is several files: only the installer manifest, or a singleton, has urls; the
 * others have the version. What an installer does not say itself stands at the top. */
#include "libattest/format/yaml.h"
#include "release/manifest.h"

#include "libattest/base/banned.h"

static bool has_line(struct att_str text, struct att_str start)
{
	for (size_t at = 0; at < text.len;) {
		size_t found = att_str_find(att_str_from(text, at), start);
		if (found == ATT_STR_NONE)
			return false;
		at += found;
		if (at == 0 || text.data[at - 1] == '\n' || (unsigned char)text.data[at - 1] == 0xbf)
			return true;
		at++;
	}
	return false;
}

static bool recognize(struct att_str path, struct att_str text)
{
	return (att_str_ends(path, ATT_STR(".yaml")) || att_str_ends(path, ATT_STR(".yml"))) &&
	       has_line(text, ATT_STR("PackageIdentifier:")) && has_line(text, ATT_STR("PackageVersion:"));
}

/* The member of the installer, or that of the whole file. */
static const struct att_value *member(const struct att_value *installer, const struct att_value *root,
				      const char *key)
{
	const struct att_value *own = att_value_get(installer, key);
	return own ? own : att_value_get(root, key);
}

static struct att_str platform_of(struct release_manifest *out, struct att_str architecture)
{
	if (att_str_equal_nocase(architecture, ATT_STR("neutral")))
		return ATT_STR("windows");
	return release_platform(&out->arena, ATT_STR("windows"), architecture);
}

static int add_installer(const struct att_source *source, const struct att_value *root,
			 const struct att_value *installer, struct release_manifest *out,
			 const struct release_item *start, struct att_err *err)
{
	const struct att_value *url = member(installer, root, "InstallerUrl");
	const struct att_value *digest = member(installer, root, "InstallerSha256");
	struct att_str architecture = release_scalar_text(source, member(installer, root, "Architecture"));
	struct release_item *item;
	if (installer->kind != ATT_OBJECT)
		return att_source_err(source, err, ATT_ERR_MALFORMED, installer->span,
				      "expected a mapping for an installer, found %s",
				      att_value_kind_name(installer));
	item = release_manifest_add(out);
	if (!item)
		return att_err_memory(err);
	*item = *start;
	item->span = url ? url->span : installer->span;
	item->platform = platform_of(out, architecture);
	item->url = release_scalar_text(source, url);
	if (architecture.len == 0)
		release_item_doubt(out, item, ATT_STR("the installer has no Architecture"));
	if (item->url.len == 0)
		release_item_doubt(out, item, ATT_STR("the installer has no InstallerUrl"));
	else
		item->url_span = release_literal_span(source, url);
	if (!digest)
		release_item_doubt(out, item, ATT_STR("the installer has no InstallerSha256"));
	else
		release_item_set_digest(out, item, ATT_SHA256, release_scalar_text(source, digest),
					release_literal_span(source, digest));
	return ATT_OK;
}

static int read_installers(const struct att_source *source, const struct att_value *root,
			   struct release_manifest *out, const struct release_item *start, struct att_err *err)
{
	const struct att_value *installers;
	struct att_str type = release_scalar_text(source, att_value_get(root, "ManifestType"));
	bool wanted = att_str_is(type, "installer") || att_str_is(type, "singleton");
	int status = att_value_want(source, root, "Installers", ATT_ARRAY, wanted, &installers, err);
	for (size_t i = 0; status == ATT_OK && installers && i < installers->count; i++)
		status = add_installer(source, root, &installers->items[i], out, start, err);
	if (status == ATT_OK && wanted && out->count == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, installers->span,
				      "expected installers, found an empty list");
	return status;
}

static int parse(const struct att_source *source, struct release_manifest *out, struct att_err *err)
{
	struct release_item start = {.name = {NULL, 0}};
	const struct att_value *version, *name;
	struct att_value root;
	int status = att_yaml_parse(source, &out->arena, &root, err);
	if (status != ATT_OK)
		return status;
	version = att_value_get(&root, "PackageVersion");
	out->version = release_scalar_text(source, version);
	if (out->version.len == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, root.span,
				      "expected a PackageVersion, found none");
	name = att_value_get(&root, "PackageIdentifier");
	out->name = release_scalar_text(source, name);
	out->name_place = name ? name->span : root.span;
	out->version_place = version->span;
	out->version_span = release_literal_span(source, version);
	start.version = out->version;
	start.version_span = out->version_span;
	return read_installers(source, &root, out, &start, err);
}

const struct release_manifest_format release_manifest_winget = {"winget", recognize, parse};
