// SPDX-License-Identifier: Apache-2.0
#include "release/pypi_provenance.h"

#include "libattest/base/limits.h"
#include "libattest/format/base64.h"
#include "libattest/format/json.h"
#include "release/package.h"

#include "libattest/base/banned.h"

/* A file has one or two attestations. */
enum { MAX_ATTESTATIONS = 64 };

static int check_subject(const struct att_source *source, const struct att_value *statement,
			 struct att_str file, const struct att_digest *sha256, struct att_err *err)
{
	char hex[ATT_DIGEST_TEXT + 1];
	const struct att_value *subjects, *name, *digest, *value;
	int status = att_value_want(source, statement, "subject", ATT_ARRAY, true, &subjects, err);
	if (status == ATT_OK && subjects->count != 1)
		return att_err_set(err, ATT_ERR_MALFORMED, "expected one subject, found %u",
				   (unsigned)subjects->count);
	if (status == ATT_OK)
		status = att_value_want(source, &subjects->items[0], "name", ATT_STRING, true, &name, err);
	if (status == ATT_OK)
		status = att_value_want(source, &subjects->items[0], "digest", ATT_OBJECT, true, &digest, err);
	if (status == ATT_OK)
		status = att_value_want(source, digest, "sha256", ATT_STRING, true, &value, err);
	if (status != ATT_OK)
		return status;
	att_digest_hex(sha256, hex);
	if (!att_str_equal(name->string, file))
		return att_err_set(err, ATT_ERR_REFUSED, "expected an attestation of %.*s, found one of %.*s",
				   ATT_STR_ARG(att_str_first(file, 150)),
				   ATT_STR_ARG(att_str_first(name->string, 150)));
	if (!att_str_equal_nocase(value->string, att_str_of(hex)))
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected an attestation of sha256:%s, found one of sha256:%.*s", hex,
				   ATT_STR_ARG(att_str_first(value->string, 80)));
	return ATT_OK;
}

static int check_statement(struct att_str text, struct att_str file, const struct att_digest *sha256,
			   struct att_err *err)
{
	struct att_buf bytes;
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value statement;
	att_buf_init(&bytes, ATT_MAX_PAYLOAD);
	int status = att_base64_decode(text, ATT_BASE64, "the statement", &bytes, err);
	if (status == ATT_OK)
		status = att_source_init(&source, &arena, ATT_STR("statement"), att_buf_str(&bytes), err);
	if (status == ATT_OK)
		status = att_json_parse(&source, &arena, &statement, err);
	if (status == ATT_OK)
		status = check_subject(&source, &statement, file, sha256, err);
	att_arena_clear(&arena);
	att_buf_clear(&bytes);
	return status;
}

static int check_attestation(const struct att_source *source, const struct att_value *attestation,
			     struct att_str file, const struct att_digest *sha256, struct att_err *err)
{
	const struct att_value *envelope, *statement, *signature;
	int status = att_value_want(source, attestation, "envelope", ATT_OBJECT, true, &envelope, err);
	if (status == ATT_OK)
		status = att_value_want(source, envelope, "statement", ATT_STRING, true, &statement, err);
	if (status == ATT_OK)
		status = att_value_want(source, envelope, "signature", ATT_STRING, true, &signature, err);
	return status == ATT_OK ? check_statement(statement->string, file, sha256, err) : status;
}

static int check_bundle(const struct att_source *source, const struct att_value *bundle, struct att_str file,
			const struct att_digest *sha256, size_t *count, struct att_err *err)
{
	const struct att_value *list;
	int status = att_value_want(source, bundle, "attestations", ATT_ARRAY, true, &list, err);
	for (size_t i = 0; status == ATT_OK && i < list->count; i++) {
		if (++*count > MAX_ATTESTATIONS)
			return att_err_set(err, ATT_ERR_LIMIT,
					   "expected at most %d attestations of one file, found more",
					   MAX_ATTESTATIONS);
		status = check_attestation(source, &list->items[i], file, sha256, err);
	}
	return status;
}

int release_pypi_read_provenance(const struct att_source *source, struct att_str file,
				 const struct att_digest *sha256, size_t *count, struct att_err *err)
{
	struct att_arena arena = {0};
	struct att_value root;
	const struct att_value *version = NULL, *bundles;
	int status = att_json_parse(source, &arena, &root, err);
	*count = 0;
	if (status == ATT_OK)
		status = att_value_want(source, &root, "version", ATT_INTEGER, true, &version, err);
	if (status == ATT_OK && (version->integer.negative || version->integer.magnitude != 1))
		status = att_source_err(source, err, ATT_ERR_UNSUPPORTED, version->span,
					"expected version 1 of a provenance object, found another");
	if (status == ATT_OK)
		status = att_value_want(source, &root, "attestation_bundles", ATT_ARRAY, true, &bundles, err);
	for (size_t i = 0; status == ATT_OK && i < bundles->count; i++)
		status = check_bundle(source, &bundles->items[i], file, sha256, count, err);
	att_arena_clear(&arena);
	return status;
}

static void judge(const struct release_look *look, struct att_str item, const struct att_fetch_answer *answer,
		  const struct release_built *built)
{
	const struct att_str none = {NULL, 0};
	struct att_arena arena = {0};
	struct att_source source;
	struct att_err err = {0};
	size_t count = 0;
	int status = att_source_init(&source, &arena, item, att_buf_str(&answer->body), &err);
	if (status == ATT_OK)
		status = release_pypi_read_provenance(&source, built->name, &built->sha256, &count, &err);
	if (status == ATT_ERR_REFUSED)
		release_look_add(look, item, RELEASE_CONFLICT, none, none, att_str_of(err.message));
	else if (status != ATT_OK)
		release_look_fail(look, item, &err);
	else if (count == 0)
		release_look_add(look, item, RELEASE_ABSENT, none, none,
				 ATT_STR("the index holds no attestation of it"));
	else
		release_package_attested(look, item, "name and digest");
	att_arena_clear(&arena);
}

void release_pypi_provenance(const struct release_look *look, struct att_str url,
			     const struct release_built *built)
{
	struct att_fetch_answer answer = {0};
	struct att_str item =
		att_arena_printf(&look->verdicts->arena, "provenance %.*s", ATT_STR_ARG(built->name));
	if (url.len == 0)
		release_look_add(look, item, RELEASE_ABSENT, ATT_STR("an attestation"), ATT_STR("none"),
				 ATT_STR("the index names no attestation of it"));
	else if (release_look_document(look, item, url, "application/vnd.pypi.integrity.v1+json", false,
				       &answer))
		judge(look, item, &answer, built);
	att_fetch_answer_clear(&answer);
}
