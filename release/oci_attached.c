// SPDX-License-Identifier: Apache-2.0
/* What a manifest holds that is attached to an image: bundles of Sigstore, envelopes of in-toto, what cosign
 * signs. Whether it is a signature, an attestation or an SBOM, and of which image, stands inside. */
#include "libattest/format/base64.h"
#include "libattest/format/json.h"
#include "libattest/sign/dsse.h"
#include "libattest/statement/statement.h"
#include "release/oci.h"

#include "libattest/base/banned.h"

/* One document of it. */
struct document {
	struct release_oci *o;
	const struct att_digest *digest; /* of the image */
	struct att_arena arena;
	struct att_source source;
	struct att_value root;
	unsigned kinds;
};

static bool of_other(struct document *d, struct att_str found, struct release_oci_problem *problem)
{
	return release_oci_wrong(problem, RELEASE_CONFLICT, release_look_digest(d->o->look, d->digest),
				 att_arena_copy(d->o->arena, found),
				 "what is attached is about something else");
}

/* cosign signs by a statement, too, since its third version. */
static unsigned kinds_of(struct att_str predicate)
{
	if (att_str_is(predicate, "https://sigstore.dev/cosign/sign/v1"))
		return RELEASE_OCI_SIGNATURE;
	bool is_sbom = att_str_starts(predicate, ATT_STR("https://cyclonedx.org/bom")) ||
		       att_str_starts(predicate, ATT_STR("https://spdx.dev/Document"));
	return is_sbom ? RELEASE_OCI_ATTESTATION | RELEASE_OCI_SBOM : RELEASE_OCI_ATTESTATION;
}

/* --- envelopes ------------------------------------------------------------------------------------------- */

static bool read_statement(struct document *d, struct att_str payload, struct release_oci_problem *problem)
{
	struct att_source source;
	struct att_value root;
	struct att_statement statement;
	struct att_err err = {0};
	int status = att_source_init(&source, &d->arena, ATT_STR("statement"), payload, &err);
	if (status == ATT_OK)
		status = att_json_parse(&source, &d->arena, &root, &err);
	if (status == ATT_OK)
		status = att_statement_parse(&source, &root, &d->arena, &statement, &err);
	if (status != ATT_OK)
		return release_oci_error(d->o, &err, problem);
	if (!att_statement_subject(&statement, d->digest, 1))
		return of_other(d, statement.subjects[0].name, problem);
	d->kinds |= kinds_of(statement.predicate_type);
	return true;
}

static bool read_envelope(struct document *d, const struct att_value *envelope,
			  struct release_oci_problem *problem)
{
	struct att_signature signatures[4];
	size_t count = 0;
	struct att_err err = {0};
	if (att_dsse_read(&d->source, envelope, &d->arena, signatures, 4, &count, &err) != ATT_OK)
		return release_oci_error(d->o, &err, problem);
	if (count == 0 || !att_str_is(signatures[0].payload_type, "application/vnd.in-toto+json"))
		return release_oci_wrong(problem, RELEASE_UNKNOWN, ATT_STR("a signed statement"),
					 count > 0 ? att_arena_copy(d->o->arena, signatures[0].payload_type)
						   : ATT_STR("none"),
					 "what is attached is no statement about an image");
	return read_statement(d, signatures[0].payload, problem);
}

/* As builders attach it, with nobody's signature, or in an envelope. */
static bool read_bare(struct document *d, struct release_oci_problem *problem)
{
	return att_value_get(&d->root, "payloadType") ? read_envelope(d, &d->root, problem)
						      : read_statement(d, d->source.text, problem);
}

/* --- signatures ------------------------------------------------------------------------------------------ */

/* Of the manifest's own bytes. */
static bool read_message(struct document *d, const struct att_value *message,
			 struct release_oci_problem *problem)
{
	const struct att_value *digest = att_value_get(message, "messageDigest");
	struct att_digest found = {.kind = d->digest->kind};
	struct att_str name = att_value_text(att_value_get(digest, "algorithm"));
	bool is_kind = att_str_is(name, d->digest->kind == ATT_SHA512 ? "SHA2_512" : "SHA2_256");
	if (!is_kind || att_base64_decode_exact(att_value_text(att_value_get(digest, "digest")), "a digest",
						found.bytes, att_digest_size(found.kind), NULL) != ATT_OK)
		return release_oci_wrong(problem, RELEASE_UNKNOWN, release_look_digest(d->o->look, d->digest),
					 ATT_STR("no such digest"), "the signature does not say what it is of");
	if (!att_digest_equal(&found, d->digest))
		return of_other(d, release_look_digest(d->o->look, &found), problem);
	d->kinds |= RELEASE_OCI_SIGNATURE;
	return true;
}

static bool read_bundle(struct document *d, struct release_oci_problem *problem)
{
	const struct att_value *envelope = att_value_get(&d->root, "dsseEnvelope"),
			       *message = att_value_get(&d->root, "messageSignature");
	if (envelope && !message)
		return read_envelope(d, envelope, problem);
	if (message && !envelope)
		return read_message(d, message, problem);
	return release_oci_wrong(problem, RELEASE_UNKNOWN, ATT_STR("a bundle"), ATT_STR("something else"),
				 "what is attached is no bundle with one signature");
}

/* What cosign signs, or used to, names the digest that it is about. */
static bool read_payload(struct document *d, struct release_oci_problem *problem)
{
	const struct att_value *image = att_value_get(att_value_get(&d->root, "critical"), "image");
	struct att_str found = att_value_text(att_value_get(image, "docker-manifest-digest"));
	if (!att_str_equal(found, release_look_digest(d->o->look, d->digest)))
		return of_other(d, found, problem);
	d->kinds |= RELEASE_OCI_SIGNATURE;
	return true;
}

/* --- all of it ------------------------------------------------------------------------------------------- */

static const struct {
	const char *type; /* how media types begin that are read so */
	bool (*read)(struct document *d, struct release_oci_problem *problem);
} readers[] = {
	{"application/vnd.dev.sigstore.bundle", read_bundle},
	{"application/vnd.dsse.envelope", read_bare},
	{"application/vnd.in-toto", read_bare},
	{"application/vnd.dev.cosign.simplesigning", read_payload},
};

enum { READERS = sizeof readers / sizeof readers[0] };

static bool read_layer(struct document *d, const struct release_oci_descriptor *layer,
		       struct release_oci_problem *problem)
{
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	size_t i = 0;
	while (i < READERS && !att_str_starts(layer->media_type, att_str_of(readers[i].type)))
		i++;
	if (i == READERS)
		return release_oci_blob(d->o, layer, NULL, problem);
	bool good = release_oci_blob(d->o, layer, &answer, problem);
	if (good && (att_source_init(&d->source, &d->arena, ATT_STR("attached"), att_buf_str(&answer.body),
				     &err) != ATT_OK ||
		     att_json_parse(&d->source, &d->arena, &d->root, &err) != ATT_OK))
		good = release_oci_error(d->o, &err, problem);
	if (good)
		good = readers[i].read(d, problem);
	att_arena_clear(&d->arena);
	att_fetch_answer_clear(&answer);
	return good;
}

bool release_oci_attached(struct release_oci *o, const struct release_oci_manifest *manifest,
			  const struct att_digest *digest, unsigned *kinds, struct release_oci_problem *problem)
{
	struct document d = {.o = o, .digest = digest};
	if (manifest->is_index)
		return release_oci_wrong(problem, RELEASE_UNKNOWN, ATT_STR("a manifest"), ATT_STR("an index"),
					 "an index as a referrer is not followed");
	if (manifest->count == 0)
		return release_oci_wrong(problem, RELEASE_UNKNOWN, ATT_STR("what refers to the image"),
					 ATT_STR("nothing"), "the referrer holds nothing");
	bool good = release_oci_blob(o, &manifest->config, NULL, problem);
	for (size_t i = 0; good && i < manifest->count; i++)
		good = read_layer(&d, &manifest->items[i], problem);
	*kinds = d.kinds;
	return good;
}
