// SPDX-License-Identifier: Apache-2.0
#include "libattest/statement/statement.h"

#include "libattest/base/limits.h"
#include "libattest/base/map.h"
#include "libattest/format/base64.h"
#include "libattest/statement/read_internal.h"

#include "libattest/base/banned.h"

/* The types that in-toto has published: spec/v1/statement.md, and v0.1 before it. */
static const char *const types[] = {"https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1",
				    NULL};

static bool is_statement_type(struct att_str type)
{
	return att_str_starts(type, ATT_STR("https://in-toto.io/Statement/"));
}

bool att_statement_recognise(const struct att_value *document)
{
	return document->kind == ATT_OBJECT &&
	       is_statement_type(att_value_text(att_value_get(document, "_type")));
}

static bool is_lowercase(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] >= 'A' && text.data[i] <= 'Z')
			return false;
	return true;
}

int att_statement_read_digests(const struct att_source *source, const struct att_value *set, const char *what,
			       struct att_subject *subject, struct att_err *err)
{
	if (set->count == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, set->span,
				      "expected a digest of the %s, found none", what);
	for (size_t i = 0; i < set->count; i++) {
		const struct att_member *member = &set->members[i];
		enum att_digest_kind kind = att_digest_by_name(member->key);
		if (member->value.kind != ATT_STRING)
			return att_source_err(source, err, ATT_ERR_MALFORMED, member->value.span,
					      "expected a digest as a string, found %s",
					      att_value_kind_name(&member->value));
		/* gitCommit, dirHash and such are of something else than a file's bytes; "SHA256" is no name
		 * that in-toto knows (spec/v1/digest_set.md). */
		if (kind == ATT_DIGEST_NONE || !att_str_is(member->key, att_digest_name(kind)))
			continue;
		if (subject->digest_count == ATT_MAX_SUBJECT_DIGESTS)
			return att_source_err(source, err, ATT_ERR_LIMIT, member->key_span,
					      "expected at most %d digests of one %s, found more",
					      ATT_MAX_SUBJECT_DIGESTS, what);
		struct att_digest *digest = &subject->digests[subject->digest_count++];
		if (!is_lowercase(member->value.string) ||
		    att_hex_decode_exact(member->value.string, "the digest", digest->bytes,
					 att_digest_size(kind), err) != ATT_OK)
			return att_source_err(
				source, err, ATT_ERR_MALFORMED, member->value.span,
				"expected %zu lowercase hexadecimal digits of %s, found other text",
				att_digest_size(kind) * 2, att_digest_name(kind));
		digest->kind = kind;
	}
	return ATT_OK;
}

static int read_subject(const struct att_source *source, const struct att_value *item,
			struct att_subject *subject, struct att_err *err)
{
	const struct att_value *name, *digest;
	if (item->kind != ATT_OBJECT)
		return att_source_err(source, err, ATT_ERR_MALFORMED, item->span,
				      "expected a subject as an object, found %s", att_value_kind_name(item));
	int status = att_value_want(source, item, "name", ATT_STRING, false, &name, err);
	if (status == ATT_OK)
		status = att_value_want(source, item, "digest", ATT_OBJECT, true, &digest, err);
	if (status != ATT_OK)
		return status;
	subject->name = att_value_text(name);
	return att_statement_read_digests(source, digest, "subject", subject, err);
}

static int read_type(const struct att_source *source, const struct att_value *document, struct att_err *err)
{
	const struct att_value *type;
	int status = att_value_want(source, document, "_type", ATT_STRING, true, &type, err);
	if (status != ATT_OK)
		return status;
	for (size_t i = 0; types[i]; i++)
		if (att_str_is(type->string, types[i]))
			return ATT_OK;
	return att_source_err(source, err, ATT_ERR_UNSUPPORTED, type->span,
			      "expected an in-toto statement of version 1 or 0.1, found \"%.*s\"",
			      ATT_STR_ARG(att_str_first(type->string, 100)));
}

/* Names are for people: two files that they call the same cannot be told apart. */
static int refuse_same_names(const struct att_source *source, const struct att_value *list,
			     const struct att_subject *subjects, struct att_err *err)
{
	struct att_map names;
	int status = ATT_OK;
	att_map_init(&names);
	for (uint32_t i = 0; status == ATT_OK && i < list->count; i++) {
		bool found = false;
		uint32_t other;
		if (subjects[i].name.len > 0)
			status = att_map_put(&names, subjects[i].name, i, &found, &other);
		if (status != ATT_OK)
			att_err_memory(err);
		else if (found)
			status = att_source_err(source, err, ATT_ERR_MALFORMED, list->items[i].span,
						"expected one subject called \"%.*s\", found two",
						ATT_STR_ARG(att_str_first(subjects[i].name, 100)));
	}
	att_map_clear(&names);
	return status;
}

int att_statement_parse(const struct att_source *source, const struct att_value *document,
			struct att_arena *arena, struct att_statement *out, struct att_err *err)
{
	const struct att_value *type, *subjects, *predicate;
	memset(out, 0, sizeof *out);
	if (document->kind != ATT_OBJECT)
		return att_source_err(source, err, ATT_ERR_MALFORMED, document->span,
				      "expected a statement as an object, found %s",
				      att_value_kind_name(document));
	int status = read_type(source, document, err);
	if (status == ATT_OK)
		status = att_value_want(source, document, "predicateType", ATT_STRING, true, &type, err);
	if (status == ATT_OK)
		status = att_value_want(source, document, "predicate", ATT_OBJECT, false, &predicate, err);
	if (status == ATT_OK)
		status = att_value_want(source, document, "subject", ATT_ARRAY, true, &subjects, err);
	if (status != ATT_OK)
		return status;
	if (type->string.len == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, type->span,
				      "expected the type of the predicate, found an empty string");
	if (subjects->count == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, subjects->span,
				      "expected at least one subject, found none");
	if (subjects->count > ATT_MAX_SUBJECTS)
		return att_source_err(source, err, ATT_ERR_LIMIT, subjects->span,
				      "expected at most %d subjects, found %u", ATT_MAX_SUBJECTS,
				      subjects->count);
	struct att_subject *list = att_arena_alloc(arena, subjects->count, sizeof *list);
	if (!list)
		return att_err_memory(err);
	for (size_t i = 0; status == ATT_OK && i < subjects->count; i++)
		status = read_subject(source, &subjects->items[i], &list[i], err);
	if (status == ATT_OK)
		status = refuse_same_names(source, subjects, list, err);
	if (status != ATT_OK)
		return status;
	*out = (struct att_statement){type->string, list, subjects->count, predicate};
	return ATT_OK;
}

bool att_subject_matches(const struct att_subject *subject, const struct att_digest *digests, size_t count)
{
	bool matched = false;
	for (size_t i = 0; i < subject->digest_count; i++) {
		for (size_t j = 0; j < count; j++) {
			if (digests[j].kind != subject->digests[i].kind)
				continue;
			if (!att_digest_equal(&digests[j], &subject->digests[i]))
				return false;
			matched |= !att_digest_is_weak(digests[j].kind);
		}
	}
	return matched;
}

const struct att_subject *att_statement_subject(const struct att_statement *statement,
						const struct att_digest *digests, size_t count)
{
	for (size_t i = 0; i < statement->subject_count; i++)
		if (att_subject_matches(&statement->subjects[i], digests, count))
			return &statement->subjects[i];
	return NULL;
}
