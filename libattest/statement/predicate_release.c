// SPDX-License-Identifier: Apache-2.0
/* What an artifact is a part of, and what exists about it elsewhere (in-toto spec/predicates/release.md,
 * reference.md). */
#include "libattest/package/purl.h"
#include "libattest/statement/predicate_fields.h"

#include "libattest/base/banned.h"

/* ---- release ---- */

static int check_purl(const struct att_predicate_fields *f, const struct att_value *predicate)
{
	struct att_arena arena = {0};
	struct att_purl purl;
	struct att_err why = {0};
	const struct att_value *text;
	int status = att_field_text(f, predicate, "purl", ATT_REQUIRED, &text);
	if (status != ATT_OK)
		return status;
	status = att_purl_parse(text->string, &arena, &purl, &why);
	if (status != ATT_OK)
		att_source_err(f->source, f->err, status, text->span, "expected a package URL: %s",
			       why.message);
	else if (purl.version.len == 0)
		status = att_source_err(f->source, f->err, ATT_ERR_MALFORMED, text->span,
					"expected a package URL with the version of the release, found none");
	att_arena_clear(&arena);
	return status;
}

/* Version 0.2 renamed "releaseId"; attestations of either are in use under the URI of 0.1, as the examples of
 * 0.2 spell it. */
static int check_release(const struct att_predicate_fields *f, const struct att_value *predicate,
			 struct att_str version)
{
	(void)version;
	int status = check_purl(f, predicate);
	if (status == ATT_OK)
		status = att_field_text(f, predicate, "packageId", ATT_OPTIONAL, NULL);
	return status;
}

static int check_release_v01(const struct att_predicate_fields *f, const struct att_value *predicate,
			     struct att_str version)
{
	int status = check_release(f, predicate, version);
	if (status == ATT_OK)
		status = att_field_text(f, predicate, "releaseId", ATT_OPTIONAL, NULL);
	return status;
}

const struct att_predicate_type att_predicate_release = {
	.name = "release",
	.uri = "https://in-toto.io/attestation/release/v0.2",
	.title = "a release",
	.check = check_release,
};

const struct att_predicate_type att_predicate_release_v01 = {
	.uri = "https://in-toto.io/attestation/release/v0.1",
	.title = "a release",
	.check = check_release_v01,
};

/* ---- reference ---- */

static int check_document(const struct att_predicate_fields *f, const struct att_value *item)
{
	int status = att_field_is_resource(f, item);
	if (status == ATT_OK)
		status = att_field_uri(f, item, "downloadLocation", ATT_REQUIRED);
	if (status == ATT_OK)
		status = att_field_text(f, item, "mediaType", ATT_REQUIRED, NULL);
	return status;
}

static int check_reference(const struct att_predicate_fields *f, const struct att_value *predicate,
			   struct att_str version)
{
	const struct att_value *attester;
	(void)version;
	int status = att_field(f, predicate, "attester", ATT_OBJECT, ATT_REQUIRED, &attester);
	if (status == ATT_OK)
		status = att_field_uri(f, attester, "id", ATT_REQUIRED);
	if (status == ATT_OK)
		status = att_field_list(f, predicate, "references", ATT_REQUIRED, check_document);
	return status;
}

const struct att_predicate_type att_predicate_reference = {
	.name = "reference",
	.uri = "https://in-toto.io/attestation/reference/v0.1",
	.title = "a reference to documents",
	.check = check_reference,
};
