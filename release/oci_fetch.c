// SPDX-License-Identifier: Apache-2.0
#include "release/oci.h"

#include "libattest/base/banned.h"

enum { MAX_KEPT = 16 << 20 /* an attested SBOM of a large image */ };

/* --- problems -------------------------------------------------------------------------------------------- */

bool release_oci_wrong(struct release_oci_problem *problem, enum release_verdict verdict,
		       struct att_str expected, struct att_str found, const char *reason)
{
	*problem = (struct release_oci_problem){verdict, expected, found, att_str_of(reason), 0};
	return false;
}

bool release_oci_error(const struct release_oci *o, const struct att_err *err,
		       struct release_oci_problem *problem)
{
	o->look->verdicts->failed |= err->code == ATT_ERR_MEMORY;
	*problem = (struct release_oci_problem){
		.verdict = RELEASE_UNKNOWN,
		.reason = att_arena_copy(o->arena, att_str_of(err->message)),
	};
	return false;
}

bool release_oci_status(struct release_oci *o, const struct att_fetch_answer *answer,
			struct release_oci_problem *problem)
{
	bool absent = answer->status == 404 || answer->status == 410;
	release_oci_wrong(problem, absent ? RELEASE_ABSENT : RELEASE_UNKNOWN, ATT_STR(""),
			  att_arena_printf(o->arena, "status %d", answer->status),
			  absent                  ? "it is not there"
			  : answer->status == 401 ? "the registry does not let us in"
						  : "the registry gives no answer");
	problem->retry_after = answer->retry_after;
	return false;
}

void release_oci_add(const struct release_oci *o, struct att_str item,
		     const struct release_oci_problem *problem, struct att_str fine)
{
	bool is_fine = problem->verdict == RELEASE_MATCH;
	release_verdicts_add(o->look->verdicts, &(struct release_item_verdict){
							.channel = o->look->channel,
							.item = item,
							.verdict = problem->verdict,
							.expected = is_fine ? fine : problem->expected,
							.found = is_fine ? fine : problem->found,
							.reason = problem->reason,
							.retry_after = problem->retry_after,
						});
}

/* --- manifests ------------------------------------------------------------------------------------------- */

void release_oci_document_clear(struct release_oci_document *document)
{
	att_fetch_answer_clear(&document->answer);
	att_arena_clear(&document->arena);
}

bool release_oci_fetch(struct release_oci *o, struct att_str reference, enum att_digest_kind kind,
		       struct release_oci_document *document, struct release_oci_problem *problem)
{
	struct att_digest told;
	struct att_err err = {0};
	*document = (struct release_oci_document){.arena = {NULL}};
	*problem = (struct release_oci_problem){.verdict = RELEASE_MATCH};
	int status = att_registry_manifest(&o->registry, reference, &document->answer, &err);
	if (status == ATT_OK && document->answer.status != 200)
		return release_oci_status(o, &document->answer, problem);
	if (status == ATT_OK)
		status = att_digest_bytes(kind, att_buf_str(&document->answer.body), &document->digest, &err);
	if (status != ATT_OK)
		return release_oci_error(o, &err, problem);
	if (document->answer.docker_digest.len == 0)
		return true;
	/* Of another kind it may be, and says nothing then. */
	struct att_str found = att_arena_copy(o->arena, document->answer.docker_digest);
	if (!release_oci_digest_parse(document->answer.docker_digest, &told))
		return release_oci_wrong(problem, RELEASE_UNKNOWN,
					 release_look_digest(o->look, &document->digest), found,
					 "the registry names a digest that is none");
	if (told.kind == kind && !att_digest_equal(&told, &document->digest))
		return release_oci_wrong(problem, RELEASE_CONFLICT, found,
					 release_look_digest(o->look, &document->digest),
					 "the registry sends other bytes than it says");
	return true;
}

bool release_oci_read(struct release_oci *o, struct release_oci_document *document,
		      struct release_oci_problem *problem)
{
	struct att_err err = {0};
	int status = att_source_init(&document->source, &document->arena, ATT_STR("manifest"),
				     att_buf_str(&document->answer.body), &err);
	if (status == ATT_OK)
		status = release_oci_manifest_parse(&document->source, document->answer.content_type,
						    &document->arena, &document->manifest, &err);
	return status == ATT_OK || release_oci_error(o, &err, problem);
}

bool release_oci_follow(struct release_oci *o, const struct release_oci_descriptor *descriptor,
			struct release_oci_document *document, struct release_oci_problem *problem)
{
	struct att_str wanted = release_look_digest(o->look, &descriptor->digest);
	if (!release_oci_fetch(o, wanted, descriptor->digest.kind, document, problem))
		return false;
	if (!att_digest_equal(&document->digest, &descriptor->digest))
		return release_oci_wrong(problem, RELEASE_CONFLICT, wanted,
					 release_look_digest(o->look, &document->digest),
					 "the registry serves another manifest than was asked for");
	if (document->answer.length != descriptor->size)
		return release_oci_wrong(
			problem, RELEASE_CONFLICT,
			att_arena_printf(o->arena, "%llu bytes", (unsigned long long)descriptor->size),
			att_arena_printf(o->arena, "%llu bytes", (unsigned long long)document->answer.length),
			"the manifest has another size than is said of it");
	return release_oci_read(o, document, problem);
}

/* --- blobs ----------------------------------------------------------------------------------------------- */

static int take(void *context, struct att_str bytes, struct att_err *err)
{
	return att_digest_stream_add(context, bytes, err);
}

static int fetch_blob(struct release_oci *o, const struct release_oci_descriptor *descriptor, bool keep,
		      struct att_fetch_answer *answer, struct att_digest *digest, struct att_err *err)
{
	struct att_digest_stream *stream = NULL;
	struct att_registry_request request = {
		.path = ATT_ARENA_JOIN(o->arena, ATT_STR("/blobs/"),
				       release_look_digest(o->look, &descriptor->digest)),
		.max = descriptor->size,
	};
	int status = att_digest_stream_new(descriptor->digest.kind, &stream, err);
	if (status == ATT_OK && !keep) {
		request.sink = take;
		request.context = stream;
	}
	if (status == ATT_OK)
		status = att_registry_ask(&o->registry, &request, answer, err);
	if (status == ATT_OK && keep)
		status = att_digest_stream_add(stream, att_buf_str(&answer->body), err);
	if (status == ATT_OK)
		status = att_digest_stream_end(stream, digest, err);
	att_digest_stream_free(stream);
	return status;
}

bool release_oci_blob(struct release_oci *o, const struct release_oci_descriptor *descriptor,
		      struct att_fetch_answer *keep, struct release_oci_problem *problem)
{
	struct att_fetch_answer own = {0}, *answer = keep ? keep : &own;
	struct att_digest digest;
	struct att_err err = {0};
	struct att_str wanted = release_look_digest(o->look, &descriptor->digest);
	bool good = false;
	if (keep && descriptor->size > MAX_KEPT)
		return release_oci_wrong(problem, RELEASE_UNKNOWN, ATT_STR("a document of at most 16 MiB"),
					 ATT_STR("a longer one"), "the document is longer than is read");
	int status = fetch_blob(o, descriptor, keep != NULL, answer, &digest, &err);
	if (status == ATT_ERR_LIMIT)
		release_oci_wrong(problem, RELEASE_CONFLICT, wanted, ATT_STR("a longer one"),
				  "the registry serves another blob than was asked for");
	else if (status != ATT_OK)
		release_oci_error(o, &err, problem);
	else if (answer->status != 200)
		release_oci_status(o, answer, problem);
	else if (!att_digest_equal(&digest, &descriptor->digest) || answer->length != descriptor->size)
		release_oci_wrong(problem, RELEASE_CONFLICT, wanted, release_look_digest(o->look, &digest),
				  "the registry serves another blob than was asked for");
	else
		good = true;
	if (!keep)
		att_fetch_answer_clear(&own);
	return good;
}
