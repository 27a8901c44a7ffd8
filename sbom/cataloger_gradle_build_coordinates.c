// SPDX-License-Identifier: Apache-2.0
/* "group:name:version" as build scripts and version catalogs write it. */
#include "sbom/cataloger_gradle_build.h"

#include "libattest/base/banned.h"

bool sbom_gradle_is_name(struct att_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!att_ascii_is_alnum(s.data[i]) && !memchr("._-", s.data[i], 3))
			return false;
	return s.len > 0;
}

bool sbom_gradle_split(struct att_str text, struct gradle_coordinates *out)
{
	struct att_str parts[4] = {{NULL, 0}}, part;
	size_t count = 0, type = att_str_find_last_byte(text, '@');
	memset(out, 0, sizeof *out);
	if (type != ATT_STR_NONE) {
		out->type = att_str_from(text, type + 1);
		text.len = type;
	}
	while (att_str_split(&text, ':', &part)) {
		if (count == 4)
			return false;
		parts[count++] = part;
	}
	out->group = parts[0];
	out->name = parts[1];
	out->version = parts[2];
	out->classifier = parts[3];
	return count >= 2 && sbom_gradle_is_name(out->group) && sbom_gradle_is_name(out->name) &&
	       att_str_find_byte(out->version, '\\') == ATT_STR_NONE &&
	       (out->classifier.len == 0 || sbom_gradle_is_name(out->classifier)) &&
	       (type == ATT_STR_NONE || sbom_gradle_is_name(out->type));
}

int sbom_gradle_declare(struct sbom_input *input, struct sbom_catalog *catalog,
			const struct gradle_coordinates *coordinates, uint32_t scope, struct att_span span,
			struct att_err *err)
{
	struct sbom_component component = {0};
	struct att_str version = coordinates->version;
	uint32_t index;
	if (att_str_ends(version, ATT_STR("!!")))
		version.len -= 2;
	int status =
		sbom_gradle_describe(catalog, &component, coordinates->group, coordinates->name, version, err);
	if (status == ATT_OK && (coordinates->classifier.len || coordinates->type.len)) {
		struct att_purl purl = {
			.type = ATT_STR("maven"),
			.namespace = coordinates->group,
			.name = coordinates->name,
			.version = component.version,
		};
		att_purl_qualify(&purl, "classifier", coordinates->classifier);
		if (!att_str_is(coordinates->type, "jar"))
			att_purl_qualify(&purl, "type", coordinates->type);
		status = sbom_catalog_set_purl(catalog, &component, &purl, err);
	}
	if (status == ATT_OK)
		status = sbom_catalog_add(catalog, &component, att_source_line(&input->source, span.begin),
					  &index, err);
	if (status == ATT_OK)
		status = sbom_catalog_depend(catalog, 0, index, scope, err);
	if (status == ATT_ERR_MALFORMED && err->place.line == 0)
		err->place = att_source_place(&input->source, span);
	return status;
}
