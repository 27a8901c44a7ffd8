// SPDX-License-Identifier: Apache-2.0
/* Sigstore bundles (sigstore_bundle.proto, 0.1 to 0.3) whose signer is a key; certificates are for the verifier
 * of identities. What a bundle writes is what cosign 3 reads: see docs/FORMATS.md. */
#include "libattest/sign/bundle.h"

#include <unistd.h>

#include "libattest/format/base64.h"
#include "libattest/format/json.h"
#include "libattest/sign/dsse.h"
#include "libattest/sign/formats.h"

#include "libattest/base/banned.h"

static bool recognise(struct att_str bytes)
{
	return att_str_starts(att_str_trim(bytes), ATT_STR("{")) &&
	       (att_str_find(bytes, ATT_STR("\"application/vnd.dev.sigstore.bundle")) != ATT_STR_NONE ||
		att_str_find(bytes, ATT_STR("\"verificationMaterial\"")) != ATT_STR_NONE);
}

/* ---- reading ---- */

/* The names of proto's HashAlgorithm. */
static enum att_digest_kind algorithm_of(struct att_str name)
{
	return att_str_is(name, "SHA2_256")   ? ATT_SHA256
	       : att_str_is(name, "SHA2_384") ? ATT_SHA384
	       : att_str_is(name, "SHA2_512") ? ATT_SHA512
					      : ATT_DIGEST_NONE;
}

static int decode(const struct att_source *source, const struct att_value *value, const char *what,
		  struct att_arena *arena, struct att_str *out, struct att_err *err)
{
	struct att_err why = {0};
	struct att_buf bytes;
	att_buf_init(&bytes, value->string.len);
	int result = att_base64_decode(value->string, ATT_BASE64_EITHER, what, &bytes, &why);
	if (result != ATT_OK) {
		att_source_err(source, err, result, value->span, "%s", why.message);
	} else {
		*out = att_arena_copy(arena, att_buf_str(&bytes));
		result = out->data ? ATT_OK : att_err_memory(err);
	}
	att_buf_clear(&bytes);
	return result;
}

/* cosign leaves the digest empty for Ed25519, which signs no digest: nothing is claimed then. */
static int read_digest(const struct att_source *source, const struct att_value *message,
		       struct att_arena *arena, struct att_signature *out, struct att_err *err)
{
	const struct att_value *algorithm = att_bundle_field(message, "algorithm");
	const struct att_value *digest = att_bundle_field(message, "digest");
	struct att_str bytes;
	if (!algorithm && !digest)
		return ATT_OK;
	int result = att_bundle_want(source, message, "algorithm", &algorithm, err);
	if (result == ATT_OK)
		result = att_bundle_want(source, message, "digest", &digest, err);
	if (result != ATT_OK)
		return result;
	enum att_digest_kind kind = algorithm_of(algorithm->string);
	if (kind == ATT_DIGEST_NONE)
		return att_source_err(source, err, ATT_ERR_UNSUPPORTED, algorithm->span,
				      "expected SHA2_256, SHA2_384 or SHA2_512, found \"%.*s\"",
				      ATT_STR_ARG(algorithm->string));
	result = decode(source, digest, "the digest", arena, &bytes, err);
	if (result != ATT_OK)
		return result;
	if (bytes.len != att_digest_size(kind))
		return att_source_err(source, err, ATT_ERR_MALFORMED, digest->span,
				      "expected a digest of %zu bytes, found %zu", att_digest_size(kind),
				      bytes.len);
	out->digest_kind = out->claimed.kind = kind;
	memcpy(out->claimed.bytes, bytes.data, bytes.len);
	return ATT_OK;
}

static int read_message_signature(const struct att_source *source, const struct att_value *message,
				  struct att_arena *arena, struct att_signature *out, struct att_err *err)
{
	const struct att_value *digest, *signature;
	int result = att_bundle_want(source, message, "messageDigest", &digest, err);
	if (result == ATT_OK)
		result = read_digest(source, digest, arena, out, err);
	if (result == ATT_OK)
		result = att_bundle_want(source, message, "signature", &signature, err);
	if (result == ATT_OK && signature->string.len == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, signature->span,
				      "expected a signature, found an empty string");
	return result == ATT_OK ? decode(source, signature, "the signature", arena, &out->bytes, err) : result;
}

/* The signer, as far as it is a key, and how much else there is that nobody here looks into. */
static int read_material(const struct att_source *source, const struct att_value *document,
			 struct att_signature *out, struct att_err *err)
{
	const struct att_value *material, *key, *certificate;
	int result = att_bundle_want(source, document, "verificationMaterial", &material, err);
	if (result != ATT_OK)
		return result;
	certificate = att_bundle_field(material, "certificate");
	if (!certificate)
		certificate = att_bundle_field(material, "x509CertificateChain");
	if (certificate) {
		att_source_err(
			source, err, ATT_ERR_UNSUPPORTED, certificate->span,
			"expected a bundle that was signed with a key, found one signed by a certificate");
		att_err_help(err, "signatures of identities are not checked yet; cosign verify-blob does");
		return ATT_ERR_UNSUPPORTED;
	}
	result = att_bundle_want(source, material, "publicKey", &key, err);
	if (result != ATT_OK)
		return result;
	const struct att_value *entries = att_bundle_field(material, "tlogEntries");
	const struct att_value *stamps =
		att_bundle_field(att_bundle_field(material, "timestampVerificationData"), "rfc3161Timestamps");
	out->key_hint = att_value_text(att_bundle_field(key, "hint"));
	out->log_entries = entries ? entries->count : 0;
	out->timestamps = stamps ? stamps->count : 0;
	return ATT_OK;
}

static int read_envelope(const struct att_source *source, const struct att_value *envelope,
			 struct att_arena *arena, struct att_signature *out, struct att_err *err)
{
	struct att_signature inner;
	size_t count;
	int result = att_dsse_read(source, envelope, arena, &inner, 1, &count, err);
	if (result != ATT_OK)
		return result;
	out->bytes = inner.bytes;
	out->claimed = inner.claimed;
	out->message = inner.message;
	out->payload = inner.payload;
	out->payload_type = inner.payload_type;
	return ATT_OK;
}

static int parse(const struct att_source *source, struct att_arena *arena, struct att_signature *out,
		 size_t *count, struct att_err *err)
{
	struct att_signature signature = {.format = &att_signature_format_bundle};
	struct att_value document;
	int result = att_json_parse(source, arena, &document, err);
	if (result == ATT_OK)
		result = att_bundle_check(source, &document, err);
	if (result == ATT_OK)
		result = read_material(source, &document, &signature, err);
	if (result != ATT_OK)
		return result;
	const struct att_value *envelope = att_bundle_field(&document, "dsseEnvelope"), *message;
	if (envelope) {
		result = read_envelope(source, envelope, arena, &signature, err);
	} else {
		result = att_bundle_want(source, &document, "messageSignature", &message, err);
		if (result == ATT_OK)
			result = read_message_signature(source, message, arena, &signature, err);
	}
	if (result == ATT_OK)
		out[(*count)++] = signature;
	return result;
}

/* ---- verifying ---- */

/* A bundle does not name its algorithm: the key does, but for Ed25519, which has two. The Sigstore registry has
 * SHA2_512 for the prehashed one; pure signatures state another digest or none. */
static enum att_scheme scheme_of(const struct att_signature *signature, const struct att_key *key)
{
	if (att_key_kind(key) == ATT_KEY_ED25519 && signature->digest_kind == ATT_SHA512)
		return ATT_SCHEME_ED25519PH;
	return att_key_scheme(key);
}

static int plan(const struct att_signature *signature, const struct att_key *key, struct att_arena *arena,
		struct att_digest_job *job, struct att_err *err)
{
	if (signature->message.data)
		return ATT_OK; /* what is signed lies in the envelope */
	return att_key_plan(key, scheme_of(signature, key),
			    signature->digest_kind ? signature->digest_kind : att_key_digest(key),
			    signature->bytes, arena, job, err);
}

static enum att_outcome verify(const struct att_signature *signature, const struct att_key *key,
			       const struct att_digest *digest, struct att_err *err)
{
	if (signature->message.data)
		return att_dsse_verify(signature, key, err);
	return att_key_verify(key, scheme_of(signature, key), digest, signature->bytes, err);
}

/* ---- signing ---- */

/* cosign hashes with SHA-256 whatever the key when it verifies (sigstore/cosign issue 5092), so P-384 must,
 * too. */
static int sign_message(const struct att_sign_request *request, struct att_json_writer *w, struct att_err *err)
{
	const struct att_signed_file *file = &request->file;
	const struct att_key *key = att_secret_public(request->secret);
	struct att_digest_job job = {.kind = ATT_SHA256};
	struct att_buf signature;
	int result = att_sign_check_plain(file, err);
	att_buf_init(&signature, 4096);
	bool pure = att_key_kind(key) == ATT_KEY_ED25519;
	if (result == ATT_OK && pure)
		result = att_secret_sign_file(request->secret, ATT_SCHEME_ED25519, ATT_DIGEST_NONE, file->fd,
					      file->name, file->progress, &signature, err);
	(void)lseek(file->fd, 0, SEEK_SET); /* a pipe has no start to go back to */
	if (result == ATT_OK)
		result = att_digest_run(file->fd, file->name, &job, 1, file->progress, NULL, err);
	if (result == ATT_OK && !pure)
		result = att_secret_sign_digest(request->secret, att_key_scheme(key), &job.digest, &signature,
						err);
	if (result != ATT_OK)
		goto out;
	att_json_key(w, "messageSignature");
	att_json_object(w);
	att_json_key(w, "messageDigest");
	att_json_object(w);
	att_json_member(w, "algorithm", ATT_STR("SHA2_256"));
	att_dsse_write_bytes(w, "digest", att_digest_str(&job.digest));
	att_json_object_end(w);
	att_dsse_write_bytes(w, "signature", att_buf_str(&signature));
	att_json_object_end(w);
out:
	att_buf_clear(&signature);
	return result;
}

static int sign(const struct att_sign_request *request, struct att_buf *out, struct att_err *err)
{
	const struct att_key *key = att_secret_public(request->secret);
	struct att_json_writer w;
	if (request->scheme != ATT_SCHEME_NONE && request->scheme != att_key_scheme(key))
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected the key's usual scheme for a bundle, which cannot name another");
	att_json_begin(&w, out, true);
	att_json_object(&w);
	att_json_member(&w, "mediaType", att_str_of("application/vnd.dev.sigstore.bundle.v0.3+json"));
	att_json_key(&w, "verificationMaterial");
	att_json_object(&w);
	att_json_key(&w, "publicKey");
	att_json_object(&w);
	att_dsse_write_bytes(&w, "hint", att_digest_str(att_key_fingerprint(key)));
	att_json_object_end(&w);
	att_json_object_end(&w);
	int result;
	if (request->payload_type.len > 0) {
		att_json_key(&w, "dsseEnvelope");
		result = att_dsse_sign(request, ATT_SHA256, (struct att_str){NULL, 0}, &w, err);
	} else {
		result = sign_message(request, &w, err);
	}
	if (result != ATT_OK)
		return result;
	att_json_object_end(&w);
	att_buf_add_byte(out, '\n');
	return att_buf_ok(out) ? ATT_OK : att_err_memory(err);
}

const struct att_signature_format att_signature_format_bundle = {
	.name = "bundle",
	.suffix = ".sigstore.json",
	.recognise = recognise,
	.parse = parse,
	.plan = plan,
	.verify = verify,
	.sign = sign,
};
