// SPDX-License-Identifier: Apache-2.0
#include "libattest/statement/predicate_fields.h"

#include "libattest/base/limits.h"
#include "libattest/base/time.h"
#include "libattest/format/base64.h"
#include "libattest/statement/build_internal.h"

#include "libattest/base/banned.h"

int att_field(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
	      enum att_kind kind, enum att_presence presence, const struct att_value **out)
{
	const struct att_value *found;
	int status = att_value_want(f->source, object, key, kind, presence == ATT_REQUIRED, &found, f->err);
	if (out)
		*out = found;
	return status;
}

int att_field_text(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
		   enum att_presence presence, const struct att_value **out)
{
	const struct att_value *found;
	int status = att_field(f, object, key, ATT_STRING, presence, &found);
	if (out)
		*out = found;
	if (status == ATT_OK && found && found->string.len == 0)
		return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, found->span,
				      "expected text for \"%s\", found an empty string", key);
	return status;
}

int att_field_uri(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
		  enum att_presence presence)
{
	const struct att_value *found;
	int status = att_field(f, object, key, ATT_STRING, presence, &found);
	if (status == ATT_OK && found && !att_build_is_uri(found->string))
		return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, found->span,
				      "expected a URI for \"%s\", found \"%.*s\"", key,
				      ATT_STR_ARG(att_str_first(found->string, 100)));
	return status;
}

int att_field_time(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
		   enum att_presence presence, int64_t *seconds)
{
	const struct att_value *found;
	int status = att_field(f, object, key, ATT_STRING, presence, &found);
	if (status != ATT_OK || !found)
		return status;
	struct att_str text = found->string;
	if (text.len < ATT_TIME_TEXT || text.data[10] != 'T' || text.data[text.len - 1] != 'Z' ||
	    !att_time_parse(text, seconds))
		return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, found->span,
				      "expected a time such as 2026-01-31T12:00:00Z for \"%s\", found \"%.*s\"",
				      key, ATT_STR_ARG(att_str_first(text, 100)));
	return ATT_OK;
}

int att_field_choice(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
		     const char *const *choices, const struct att_value **out)
{
	char list[100] = "";
	size_t used = 0;
	int status = att_field(f, object, key, ATT_STRING, ATT_REQUIRED, out);
	if (status != ATT_OK)
		return status;
	for (size_t i = 0; choices[i]; i++) {
		size_t len = strlen(choices[i]);
		if (att_str_is((*out)->string, choices[i]))
			return ATT_OK;
		if (used + len + 5 > sizeof list)
			continue;
		const char *between = i == 0 ? "" : choices[i + 1] ? ", " : " or ";
		memcpy(list + used, between, strlen(between));
		used += strlen(between);
		memcpy(list + used, choices[i], len);
		used += len;
	}
	return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, (*out)->span,
			      "expected %s for \"%s\", found \"%.*s\"", list, key,
			      ATT_STR_ARG(att_str_first((*out)->string, 100)));
}

int att_field_list(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
		   enum att_presence presence, att_field_fn each)
{
	const struct att_value *list;
	int status = att_field(f, object, key, ATT_ARRAY, presence, &list);
	for (size_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = each(f, &list->items[i]);
	return status;
}

int att_field_is_object(const struct att_predicate_fields *f, const struct att_value *item)
{
	if (item->kind == ATT_OBJECT)
		return ATT_OK;
	return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, item->span,
			      "expected an object in the list, found %s", att_value_kind_name(item));
}

int att_field_is_text(const struct att_predicate_fields *f, const struct att_value *item)
{
	if (item->kind == ATT_STRING && item->string.len > 0)
		return ATT_OK;
	return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, item->span,
			      "expected text in the list, found %s",
			      item->kind == ATT_STRING ? "an empty string" : att_value_kind_name(item));
}

/* ---- resources ---- */

static bool is_lowercase_hex(struct att_str text, size_t digits)
{
	for (size_t i = 0; i < text.len; i++)
		if (att_ascii_hex(text.data[i]) < 0 || att_ascii_lower(text.data[i]) != text.data[i])
			return false;
	return text.len == digits;
}

static int check_digests(const struct att_predicate_fields *f, const struct att_value *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct att_value *value = &set->members[i].value;
		enum att_digest_kind kind = att_digest_by_name(set->members[i].key);
		if (value->kind != ATT_STRING || value->string.len == 0)
			return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, value->span,
					      "expected a digest as text, found %s",
					      value->kind == ATT_STRING ? "an empty string"
									: att_value_kind_name(value));
		size_t digits = att_digest_size(kind) * 2;
		if (kind != ATT_DIGEST_NONE && !is_lowercase_hex(value->string, digits))
			return att_source_err(
				f->source, f->err, ATT_ERR_MALFORMED, value->span,
				"expected %zu lowercase hexadecimal digits of %s, found other text", digits,
				att_digest_name(kind));
	}
	if (set->count == 0)
		return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, set->span,
				      "expected a digest of the resource, found none");
	return ATT_OK;
}

static int check_content(const struct att_predicate_fields *f, const struct att_value *content)
{
	struct att_buf bytes;
	struct att_err why = {0};
	att_buf_init(&bytes, ATT_MAX_DOCUMENT);
	int status = att_base64_decode(content->string, ATT_BASE64_EITHER, "the content", &bytes, &why);
	att_buf_clear(&bytes);
	if (status == ATT_OK)
		return ATT_OK;
	return att_source_err(f->source, f->err, status, content->span, "%s", why.message);
}

int att_field_is_resource(const struct att_predicate_fields *f, const struct att_value *item)
{
	static const char *const texts[] = {"name", "mediaType"}, *const uris[] = {"uri", "downloadLocation"};
	const struct att_value *digest = NULL, *content = NULL;
	int status = att_field_is_object(f, item);
	for (size_t i = 0; status == ATT_OK && i < 2; i++)
		status = att_field_text(f, item, texts[i], ATT_OPTIONAL, NULL);
	for (size_t i = 0; status == ATT_OK && i < 2; i++)
		status = att_field_uri(f, item, uris[i], ATT_OPTIONAL);
	if (status == ATT_OK)
		status = att_field(f, item, "annotations", ATT_OBJECT, ATT_OPTIONAL, NULL);
	if (status == ATT_OK)
		status = att_field(f, item, "digest", ATT_OBJECT, ATT_OPTIONAL, &digest);
	if (status == ATT_OK && digest)
		status = check_digests(f, digest);
	if (status == ATT_OK)
		status = att_field(f, item, "content", ATT_STRING, ATT_OPTIONAL, &content);
	if (status == ATT_OK && content)
		status = check_content(f, content);
	if (status == ATT_OK && !digest && !content && !att_value_get(item, "uri"))
		return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, item->span,
				      "expected \"uri\", \"digest\" or \"content\" of a resource, found none");
	return status;
}
