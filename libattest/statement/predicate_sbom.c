// SPDX-License-Identifier: Apache-2.0
/* SBOMs as predicates (in-toto spec/predicates/cyclonedx.md, spdx2.md, spdx3.md): which format and version they
 * are. */
#include "libattest/statement/predicate_fields.h"

#include "libattest/base/banned.h"

/* `found` is that of the document, `stated` what the URI says, empty when it says nothing. */
static int check_version(const struct att_predicate_fields *f, const struct att_value *place,
			 struct att_str found, struct att_str stated)
{
	if (stated.len == 0 || att_str_equal(found, stated))
		return ATT_OK;
	return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, place->span,
			      "expected version %.*s, which the predicate's type states, found \"%.*s\"",
			      ATT_STR_ARG(stated), ATT_STR_ARG(att_str_first(found, 100)));
}

static int check_cyclonedx(const struct att_predicate_fields *f, const struct att_value *predicate,
			   struct att_str version)
{
	static const char *const formats[] = {"CycloneDX", NULL};
	const struct att_value *format, *found;
	int status = att_field_choice(f, predicate, "bomFormat", formats, &format);
	if (status == ATT_OK)
		status = att_field_text(f, predicate, "specVersion", ATT_REQUIRED, &found);
	if (status == ATT_OK)
		status = check_version(f, found, found->string, version);
	if (status == ATT_OK)
		status = att_field_list(f, predicate, "components", ATT_OPTIONAL, att_field_is_object);
	return status;
}

static int check_spdx(const struct att_predicate_fields *f, const struct att_value *predicate,
		      struct att_str version)
{
	static const char *const ids[] = {"SPDXRef-DOCUMENT", NULL};
	const struct att_str prefix = ATT_STR("SPDX-");
	const struct att_value *found, *id;
	int status = att_field_text(f, predicate, "spdxVersion", ATT_REQUIRED, &found);
	if (status != ATT_OK && att_value_get(predicate, "@graph"))
		att_err_help(f->err, "SPDX 3 has a type of its own: %s", att_predicate_spdx3.uri);
	if (status == ATT_OK && !att_str_starts(found->string, ATT_STR("SPDX-2.")))
		return att_source_err(f->source, f->err, ATT_ERR_UNSUPPORTED, found->span,
				      "expected SPDX-2.2, SPDX-2.3 or such for \"spdxVersion\", found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(found->string, 100)));
	if (status == ATT_OK)
		status = check_version(f, found, att_str_from(found->string, prefix.len), version);
	if (status == ATT_OK)
		status = att_field_choice(f, predicate, "SPDXID", ids, &id);
	if (status == ATT_OK)
		status = att_field_list(f, predicate, "packages", ATT_OPTIONAL, att_field_is_object);
	return status;
}

/* JSON-LD: a context, which may be a list of them, and the elements. */
static int check_spdx3(const struct att_predicate_fields *f, const struct att_value *predicate,
		       struct att_str version)
{
	const struct att_str context = ATT_STR("https://spdx.org/rdf/3.");
	const struct att_value *found = att_value_get(predicate, "@context");
	(void)version;
	if (found && found->kind == ATT_ARRAY && found->count > 0)
		found = &found->items[0];
	if (!found || !att_str_starts(att_value_text(found), context))
		return att_source_err(
			f->source, f->err, ATT_ERR_MALFORMED, found ? found->span : predicate->span,
			"expected the address of SPDX 3 for \"@context\", found %s",
			found && found->kind == ATT_STRING ? "other text" : att_value_kind_name(found));
	return att_field_list(f, predicate, "@graph", ATT_REQUIRED, att_field_is_object);
}

const struct att_predicate_type att_predicate_cyclonedx = {
	.name = "cyclonedx",
	.uri = "https://cyclonedx.org/bom",
	.title = "a CycloneDX SBOM",
	.versioned = true,
	.sbom_media_type = "application/vnd.cyclonedx+json",
	.check = check_cyclonedx,
};

const struct att_predicate_type att_predicate_spdx = {
	.name = "spdx",
	.uri = "https://spdx.dev/Document",
	.title = "an SPDX SBOM",
	.versioned = true,
	.sbom_media_type = "application/spdx+json",
	.check = check_spdx,
};

const struct att_predicate_type att_predicate_spdx3 = {
	.name = "spdx3",
	.uri = "https://spdx.dev/Document/v3",
	.title = "an SPDX 3 SBOM",
	.sbom_media_type = "application/spdx+json",
	.check = check_spdx3,
};
