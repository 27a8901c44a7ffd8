// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/limits.h"
#include "libattest/statement/build_internal.h"
#include "libattest/statement/predicate.h"
#include "libattest/statement/write_internal.h"

#include "libattest/base/banned.h"

static int check(const struct att_predicate *predicate, size_t count, struct att_err *err)
{
	const struct att_statement statement = {predicate->type, NULL, 0, predicate->value};
	struct att_str type = att_str_first(predicate->type, 200);
	bool known;
	if (!att_build_is_uri(predicate->type))
		return att_err_set(
			err, ATT_ERR_USAGE,
			"expected the type of a predicate as a URI or a name that is known, found \"%.*s\"",
			ATT_STR_ARG(type));
	if (count == 0)
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected an artifact to state something about, found none");
	if (count > ATT_MAX_SUBJECTS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d artifacts, found %zu",
				   ATT_MAX_SUBJECTS, count);
	if (predicate->value->kind != ATT_OBJECT)
		return att_source_err(predicate->source, err, ATT_ERR_MALFORMED, predicate->value->span,
				      "expected a predicate as an object, found %s",
				      att_value_kind_name(predicate->value));
	return att_predicate_check(predicate->source, &statement, &known, err);
}

int att_predicate_write(const struct att_predicate *predicate, const struct att_subject *subjects, size_t count,
			struct att_arena *arena, struct att_buf *out, struct att_err *err)
{
	struct att_span span = predicate->value->span;
	struct att_subject *sorted;
	struct att_json_writer w;
	int status = check(predicate, count, err);
	if (status == ATT_OK)
		status = att_statement_sort(subjects, count, "artifact", arena, &sorted, err);
	if (status != ATT_OK)
		return status;
	att_json_begin(&w, out, true);
	att_json_object(&w);
	att_json_member(&w, "_type", ATT_STR("https://in-toto.io/Statement/v1"));
	att_statement_write_named(&w, "subject", sorted, count);
	att_json_member(&w, "predicateType", predicate->type);
	att_json_key(&w, "predicate");
	att_json_copy(&w,
		      att_str_first(att_str_from(predicate->source->text, span.begin), span.end - span.begin));
	att_json_object_end(&w);
	return att_statement_written(out, arena, err);
}

int att_reference_write(const struct att_reference *reference, struct att_buf *out, struct att_err *err)
{
	struct att_json_writer w;
	att_json_begin(&w, out, true);
	att_json_object(&w);
	att_json_key(&w, "attester");
	att_json_object(&w);
	att_json_member(&w, "id", reference->attester);
	att_json_object_end(&w);
	att_json_key(&w, "references");
	att_json_array(&w);
	att_json_object(&w);
	att_json_member_if(&w, "name", reference->name);
	att_json_member(&w, "downloadLocation", reference->location);
	att_statement_write_digests(&w, &reference->digest, 1);
	att_json_member(&w, "mediaType", reference->media_type);
	att_json_object_end(&w);
	att_json_array_end(&w);
	att_json_object_end(&w);
	return att_buf_ok(out) ? ATT_OK : att_err_memory(err);
}
