// SPDX-License-Identifier: Apache-2.0
/* signify (OpenBSD's signify(1)): a line of comment, and a pure Ed25519 signature of the file. */
#include "libattest/sign/comment_file.h"
#include "libattest/sign/formats.h"

#include "libattest/base/banned.h"

#define UNTRUSTED ATT_STR("untrusted comment: ")

enum { MAX_COMMENT = 1023, MAX_LINE = 19 + MAX_COMMENT, MAX_BASE64_LINE = 200 };

static bool recognise(struct att_str bytes)
{
	return att_str_starts(bytes, ATT_STR("untrusted comment:"));
}

static int parse(const struct att_source *source, struct att_arena *arena, struct att_signature *out,
		 size_t *count, struct att_err *err)
{
	struct att_comment_file file = {source, source->text};
	struct att_str comment, line, blob = {NULL, 0};
	int result = att_comment_file_line(&file, "the untrusted comment", UNTRUSTED, MAX_LINE, false, &comment,
					   err);
	if (result == ATT_OK)
		result = att_comment_file_line(&file, "the signature", (struct att_str){NULL, 0},
					       MAX_BASE64_LINE, false, &line, err);
	if (result == ATT_OK)
		result = att_comment_file_bytes(&file, line, "the signature", ATT_COMMENT_SIGNATURE, arena,
						&blob, err);
	if (result == ATT_OK)
		result = att_comment_file_end(
			&file, "signatures with the message in the same file (signify -e) are not read", err);
	if (result != ATT_OK)
		return result;
	if (att_str_starts(blob, ATT_STR("ED")))
		return att_source_err(source, err, ATT_ERR_MALFORMED, att_comment_file_span(&file, line),
				      "expected the trusted comment of a minisign signature behind this line, "
				      "found the end of the file");
	if (!att_str_starts(blob, ATT_STR("Ed")))
		return att_source_err(source, err, ATT_ERR_UNSUPPORTED, att_comment_file_span(&file, line),
				      "expected an Ed25519 signature, found another algorithm");
	out[(*count)++] = (struct att_signature){
		.format = &att_signature_format_signify,
		.scheme = ATT_SCHEME_ED25519,
		.key_hint = att_str_first(att_str_from(blob, 2), ATT_KEY_NUMBER),
		.bytes = att_str_from(blob, 2 + ATT_KEY_NUMBER),
	};
	return ATT_OK;
}

/* signify names the key: "verify with X.pub" for the secret key X.sec. */
static int make_comment(const struct att_sign_request *request, struct att_buf *out, struct att_err *err)
{
	struct att_str name = att_key_name(att_secret_public(request->secret));
	size_t slash = att_str_find_last_byte(name, '/');
	if (slash != ATT_STR_NONE)
		name = att_str_from(name, slash + 1);
	if (request->comment.len > 0) {
		att_buf_add(out, request->comment);
		return att_comment_check(request->comment, "the comment", MAX_COMMENT, err);
	}
	if (name.len > 4 && att_str_ends(name, ATT_STR(".sec")) &&
	    att_comment_check(name, "the key's name", MAX_COMMENT / 2, NULL) == ATT_OK) {
		att_buf_add(out, ATT_STR("verify with "));
		att_buf_add(out, att_str_first(name, name.len - 4));
		att_buf_add(out, ATT_STR(".pub"));
	} else {
		att_buf_add(out, ATT_STR("signature made by attest"));
	}
	return att_buf_ok(out) ? ATT_OK : att_err_memory(err);
}

static int sign(const struct att_sign_request *request, struct att_buf *out, struct att_err *err)
{
	const struct att_key *key = att_secret_public(request->secret);
	struct att_buf comment, signature;
	if (att_key_kind(key) != ATT_KEY_ED25519)
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected an Ed25519 key for a signify signature, found another kind");
	att_buf_init(&comment, MAX_COMMENT);
	att_buf_init(&signature, ATT_ED25519_SIGNATURE);
	int result = make_comment(request, &comment, err);
	if (result == ATT_OK)
		result = att_sign_check_plain(&request->file, err);
	if (result == ATT_OK)
		result = att_secret_sign_file(request->secret, ATT_SCHEME_ED25519, ATT_DIGEST_NONE,
					      request->file.fd, request->file.name, request->file.progress,
					      &signature, err);
	if (result != ATT_OK)
		goto out;
	att_buf_add(out, UNTRUSTED);
	att_buf_add(out, att_buf_str(&comment));
	att_buf_add_byte(out, '\n');
	att_comment_file_write("Ed", key, att_buf_str(&signature), out);
	if (!att_buf_ok(out))
		result = att_err_memory(err);
out:
	att_buf_clear(&comment);
	att_buf_clear(&signature);
	return result;
}

const struct att_signature_format att_signature_format_signify = {
	.name = "signify",
	.suffix = ".sig",
	.recognise = recognise,
	.parse = parse,
	.fits = att_comment_file_fits,
	.sign = sign,
};
