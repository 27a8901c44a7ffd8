// SPDX-License-Identifier: Apache-2.0
/* The attestations of a version (npm's RFC 0049): bundles with statements of provenance. */
#include "libattest/format/json.h"
#include "libattest/sign/dsse.h"
#include "libattest/statement/provenance_read.h"
#include "libattest/statement/statement.h"
#include "release/npm_internal.h"

#include "libattest/base/banned.h"

struct reading {
	struct att_str purl;
	const struct att_digest *digests;
	size_t count;
	struct att_str commit;
	struct att_arena *arena;
	struct release_npm_provenance *out;
	struct att_err *err;
};

/* The commits among a list of what went into a build: of each object the digests by one of two names. */
static void take_commits(const struct reading *r, const struct att_value *list, bool *named,
			 struct att_str *other)
{
	for (size_t i = 0; list && list->kind == ATT_ARRAY && i < list->count; i++) {
		const struct att_value *digest = att_value_get(&list->items[i], "digest");
		const char *const kinds[] = {"gitCommit", "sha1"};
		for (size_t k = 0; k < 2; k++) {
			struct att_str commit = att_value_text(att_value_get(digest, kinds[k]));
			*named |= commit.len > 0 && att_str_equal(commit, r->commit);
			if (commit.len > 0 && other->len == 0)
				*other = commit;
		}
	}
}

static int take_statement(const struct reading *r, const struct att_statement *statement)
{
	struct release_npm_provenance *out = r->out;
	const struct att_value *p = statement->predicate;
	struct att_str other = {NULL, 0};
	bool named = false;
	if (!att_provenance_is_type(statement->predicate_type))
		return ATT_OK;
	take_commits(r, att_value_get(att_value_get(p, "buildDefinition"), "resolvedDependencies"), &named,
		     &other);
	take_commits(r, att_value_get(p, "materials"), &named, &other);
	bool is_first = out->statements++ == 0;
	const struct att_subject *subject = att_statement_subject(statement, r->digests, r->count);
	out->names_package =
		subject && att_str_equal(subject->name, r->purl) && (is_first || out->names_package);
	out->names_commit = named && (is_first || out->names_commit);
	if (!named && out->other.len == 0)
		out->other = att_arena_copy(r->arena, other);
	return named || out->other.data ? ATT_OK : att_err_memory(r->err);
}

static int read_payload(const struct reading *r, struct att_str payload)
{
	struct att_arena scratch = {0};
	struct att_source source;
	struct att_value root;
	struct att_statement statement;
	int status = att_source_init(&source, &scratch, ATT_STR("attestation"), payload, r->err);
	if (status == ATT_OK)
		status = release_npm_parse(&source, &scratch, &root, r->err);
	if (status == ATT_OK)
		status = att_statement_parse(&source, &root, &scratch, &statement, r->err);
	if (status == ATT_OK)
		status = take_statement(r, &statement);
	att_arena_clear(&scratch);
	return status;
}

static int read_attestation(const struct reading *r, const struct att_source *source,
			    const struct att_value *item)
{
	struct att_signature signatures[4] = {{.format = NULL}};
	const struct att_value *bundle = NULL, *envelope = NULL;
	struct att_arena scratch = {0};
	size_t count = 0;
	int status = att_value_want(source, item, "bundle", ATT_OBJECT, true, &bundle, r->err);
	if (status == ATT_OK)
		status = att_value_want(source, bundle, "dsseEnvelope", ATT_OBJECT, true, &envelope, r->err);
	if (status == ATT_OK)
		status = att_dsse_read(source, envelope, &scratch, signatures, 4, &count, r->err);
	if (status == ATT_OK && count > 0)
		status = read_payload(r, signatures[0].payload);
	att_arena_clear(&scratch);
	return status;
}

int release_npm_read_provenance(const struct att_source *source, struct att_str purl,
				const struct att_digest *digests, size_t count, struct att_str commit,
				struct att_arena *arena, struct release_npm_provenance *out,
				struct att_err *err)
{
	const struct reading r = {purl, digests, count, commit, arena, out, err};
	struct att_value root;
	const struct att_value *list = NULL;
	*out = (struct release_npm_provenance){.statements = 0};
	int status = release_npm_parse(source, arena, &root, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "attestations", ATT_ARRAY, true, &list, err);
	for (size_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = read_attestation(&r, source, &list->items[i]);
	return status;
}
