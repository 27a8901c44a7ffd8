// SPDX-License-Identifier: Apache-2.0
/* minisign (https://jedisct1.github.io/minisign/): four lines, a prehashed Ed25519 signature of the file, and a
 * second one of the first signature and the trusted comment. */
#include <inttypes.h>
#include <unistd.h>

#include "libattest/base/utf8.h"
#include "libattest/format/base64.h"
#include "libattest/sign/comment_file.h"
#include "libattest/sign/formats.h"

#include "libattest/base/banned.h"

#define UNTRUSTED ATT_STR("untrusted comment: ")
#define TRUSTED   ATT_STR("trusted comment: ")

/* What minisign's own buffers of 1024 and 8192 bytes hold beside the line end and a NUL. */
enum { MAX_UNTRUSTED_LINE = 1022, MAX_TRUSTED_LINE = 8190, MAX_BASE64_LINE = 200, LOOK_AT = 2048 };

static bool recognise(struct att_str bytes)
{
	return att_str_starts(bytes, UNTRUSTED) &&
	       att_str_find(att_str_first(bytes, LOOK_AT), ATT_STR("\ntrusted comment:")) != ATT_STR_NONE;
}

/* The comment is shown once the signature holds, so it has to be safe to show. */
static int check_trusted(const struct att_comment_file *file, struct att_str comment, struct att_err *err)
{
	struct att_err why = {0};
	if (att_comment_check(comment, "the trusted comment", MAX_TRUSTED_LINE, &why) == ATT_OK)
		return ATT_OK;
	return att_source_err(file->source, err, ATT_ERR_MALFORMED, att_comment_file_span(file, comment), "%s",
			      why.message);
}

static int read_lines(struct att_comment_file *file, struct att_arena *arena, struct att_str *blob,
		      struct att_signature *out, struct att_err *err)
{
	struct att_str comment, signature, global;
	const struct att_str none = {NULL, 0};
	int result = att_comment_file_line(file, "the untrusted comment", UNTRUSTED, MAX_UNTRUSTED_LINE, false,
					   &comment, err);
	if (result == ATT_OK)
		result = att_comment_file_line(file, "the signature", none, MAX_BASE64_LINE, false, &signature,
					       err);
	if (result == ATT_OK)
		result = att_comment_file_bytes(file, signature, "the signature", ATT_COMMENT_SIGNATURE, arena,
						blob, err);
	if (result == ATT_OK && !att_str_starts(*blob, ATT_STR("ED")) && !att_str_starts(*blob, ATT_STR("Ed")))
		return att_source_err(file->source, err, ATT_ERR_UNSUPPORTED,
				      att_comment_file_span(file, signature),
				      "expected an Ed25519 signature, found another algorithm");
	if (result == ATT_OK)
		result = att_comment_file_line(file, "the trusted comment", TRUSTED, MAX_TRUSTED_LINE, false,
					       &out->trusted_comment, err);
	if (result == ATT_OK)
		result = check_trusted(file, out->trusted_comment, err);
	if (result == ATT_OK)
		result = att_comment_file_line(file, "the signature of the trusted comment", none,
					       MAX_BASE64_LINE, true, &global, err);
	if (result == ATT_OK)
		result = att_comment_file_bytes(file, global, "the signature of the trusted comment",
						ATT_ED25519_SIGNATURE, arena, &out->global_signature, err);
	if (result == ATT_OK)
		result = att_comment_file_end(file, NULL, err);
	return result;
}

static int parse(const struct att_source *source, struct att_arena *arena, struct att_signature *out,
		 size_t *count, struct att_err *err)
{
	struct att_comment_file file = {source, source->text};
	struct att_signature signature = {.format = &att_signature_format_minisign,
					  .scheme = ATT_SCHEME_ED25519};
	struct att_str blob;
	int result = read_lines(&file, arena, &blob, &signature, err);
	if (result != ATT_OK)
		return result;
	signature.legacy = att_str_starts(blob, ATT_STR("Ed"));
	signature.digest_kind = signature.legacy ? ATT_DIGEST_NONE : ATT_BLAKE2B;
	signature.key_hint = att_str_first(att_str_from(blob, 2), ATT_KEY_NUMBER);
	signature.bytes = att_str_from(blob, 2 + ATT_KEY_NUMBER);
	out[(*count)++] = signature;
	return ATT_OK;
}

static int plan(const struct att_signature *signature, const struct att_key *key, struct att_arena *arena,
		struct att_digest_job *job, struct att_err *err)
{
	if (signature->legacy)
		return att_key_plan(key, ATT_SCHEME_ED25519, ATT_DIGEST_NONE, signature->bytes, arena, job,
				    err);
	job->kind = ATT_BLAKE2B;
	return ATT_OK;
}

static enum att_outcome verify_comment(const struct att_signature *signature, const struct att_key *key,
				       struct att_err *err)
{
	struct att_buf signed_bytes;
	enum att_outcome outcome = ATT_CANNOT_TELL;
	att_buf_init(&signed_bytes, ATT_ED25519_SIGNATURE + MAX_TRUSTED_LINE);
	att_buf_add(&signed_bytes, signature->bytes);
	att_buf_add(&signed_bytes, signature->trusted_comment);
	if (!att_buf_ok(&signed_bytes))
		att_err_memory(err);
	else
		outcome = att_key_verify_message(key, ATT_SCHEME_ED25519, ATT_DIGEST_NONE,
						 att_buf_str(&signed_bytes), signature->global_signature, err);
	if (outcome == ATT_REFUTED)
		att_err_set(err, ATT_ERR_REFUSED,
			    "expected a trusted comment that is signed, found another comment or signature");
	att_buf_clear(&signed_bytes);
	return outcome;
}

static enum att_outcome verify(const struct att_signature *signature, const struct att_key *key,
			       const struct att_digest *digest, struct att_err *err)
{
	enum att_outcome outcome;
	if (signature->legacy)
		outcome = att_key_verify(key, ATT_SCHEME_ED25519, digest, signature->bytes, err);
	else if (digest->kind != ATT_BLAKE2B) {
		att_err_set(err, ATT_ERR_USAGE, "expected the BLAKE2b digest of the file, found another");
		return ATT_CANNOT_TELL;
	} else
		outcome = att_key_verify_message(key, ATT_SCHEME_ED25519, ATT_DIGEST_NONE,
						 att_digest_str(digest), signature->bytes, err);
	return outcome == ATT_HOLDS ? verify_comment(signature, key, err) : outcome;
}

/* minisign's usual comment, or the one that was asked for. */
static int make_comment(const struct att_sign_request *request, struct att_buf *out, struct att_err *err)
{
	size_t max = MAX_TRUSTED_LINE - TRUSTED.len;
	if (request->comment.len > 0) {
		att_buf_add(out, request->comment);
		return att_comment_check(request->comment, "the comment", max, err);
	}
	if (request->time >= 0)
		att_buf_printf(out, "timestamp:%" PRId64 "\t", request->time);
	att_buf_add(out, ATT_STR("file:"));
	att_utf8_add_visible(out, att_comment_base_name(request->file.name));
	att_buf_add(out, ATT_STR("\thashed"));
	return att_buf_ok(out) ? att_comment_check(att_buf_str(out), "the comment", max, err)
			       : att_err_memory(err);
}

/* Signs the digest of the file, and then that signature together with the comment. */
static int sign_both(const struct att_sign_request *request, struct att_str comment, struct att_buf *signature,
		     struct att_buf *global, struct att_err *err)
{
	const struct att_signed_file *file = &request->file;
	struct att_digest_job job = {.kind = ATT_BLAKE2B};
	struct att_buf covered;
	att_buf_init(&covered, ATT_ED25519_SIGNATURE + MAX_TRUSTED_LINE);
	(void)lseek(file->fd, 0, SEEK_SET); /* a pipe has no start to go back to */
	int result = att_digest_run(file->fd, file->name, &job, 1, file->progress, NULL, err);
	if (result == ATT_OK)
		result = att_secret_sign_message(request->secret, ATT_SCHEME_ED25519, ATT_DIGEST_NONE,
						 att_digest_str(&job.digest), signature, err);
	if (result != ATT_OK)
		goto out;
	att_buf_add(&covered, att_buf_str(signature));
	att_buf_add(&covered, comment);
	result = att_buf_ok(&covered)
			 ? att_secret_sign_message(request->secret, ATT_SCHEME_ED25519, ATT_DIGEST_NONE,
						   att_buf_str(&covered), global, err)
			 : att_err_memory(err);
out:
	att_buf_clear(&covered);
	return result;
}

static int sign(const struct att_sign_request *request, struct att_buf *out, struct att_err *err)
{
	const struct att_key *key = att_secret_public(request->secret);
	struct att_buf comment, signature, global;
	if (att_key_kind(key) != ATT_KEY_ED25519)
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected an Ed25519 key for a minisign signature, found another kind");
	att_buf_init(&comment, MAX_TRUSTED_LINE);
	att_buf_init(&signature, ATT_ED25519_SIGNATURE);
	att_buf_init(&global, ATT_ED25519_SIGNATURE);
	int result = make_comment(request, &comment, err);
	if (result == ATT_OK)
		result = sign_both(request, att_buf_str(&comment), &signature, &global, err);
	if (result != ATT_OK)
		goto out;
	att_buf_add(out, UNTRUSTED);
	att_buf_add(out, ATT_STR("signature made by attest\n"));
	att_comment_file_write("ED", key, att_buf_str(&signature), out);
	att_buf_add(out, TRUSTED);
	att_buf_add(out, att_buf_str(&comment));
	att_buf_add_byte(out, '\n');
	att_base64_encode(att_buf_str(&global), out);
	att_buf_add_byte(out, '\n');
	if (!att_buf_ok(out))
		result = att_err_memory(err);
out:
	att_buf_clear(&comment);
	att_buf_clear(&signature);
	att_buf_clear(&global);
	return result;
}

const struct att_signature_format att_signature_format_minisign = {
	.name = "minisign",
	.suffix = ".minisig",
	.recognise = recognise,
	.parse = parse,
	.fits = att_comment_file_fits,
	.plan = plan,
	.verify = verify,
	.sign = sign,
};
