// SPDX-License-Identifier: Apache-2.0
/* Bare signatures, as "openssl dgst", "openssl pkeyutl" and "cosign sign-blob" write them: the bytes, or one
 * line of base64, and nothing that says what they are, or by which key. The key decides; where two schemes are
 * in use with one kind of key, both are tried. */
#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"
#include "libattest/format/base64.h"
#include "libattest/format/der.h"
#include "libattest/sign/formats.h"

#include "libattest/base/banned.h"

enum { SHORTEST_RSA = 128, LONGEST_RSA = ATT_MAX_RSA_BITS / 8 };

/* May these bytes be a signature: r and s in DER, 64 bytes of Ed25519, as many as an RSA modulus has? */
static bool is_plausible(struct att_str bytes)
{
	struct att_str rest = bytes, pair;
	return bytes.len == ATT_ED25519_SIGNATURE || (bytes.len >= SHORTEST_RSA && bytes.len <= LONGEST_RSA) ||
	       (att_der_take(&rest, ATT_DER_SEQUENCE, &pair) && rest.len == 0);
}

/* Signatures in bytes are none: too many of them are, too soon, no part of UTF-8 or control characters. */
static bool is_text(struct att_str bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		if ((uint8_t)bytes.data[i] < ' ' && !att_ascii_is_space(bytes.data[i]))
			return false;
	}
	return att_utf8_valid_prefix(bytes) == bytes.len;
}

/* The one line of a file, without its end. */
static struct att_str only_line(struct att_str text)
{
	if (att_str_ends(text, ATT_STR("\n")))
		text.len--;
	if (att_str_ends(text, ATT_STR("\r")))
		text.len--;
	return text;
}

/* The bytes of a signature that is text are appended to `decoded`. */
static int read_bytes(struct att_str text, struct att_buf *decoded, struct att_err *err)
{
	int result = att_base64_decode(only_line(text), ATT_BASE64, "the signature", decoded, err);
	if (result == ATT_OK && !is_plausible(att_buf_str(decoded)))
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected the bytes of an ECDSA, Ed25519 or RSA signature, found %zu others",
				   decoded->len);
	return result;
}

/* Nothing marks these files: whatever could be one is. What begins like a compressed file is left to others. */
static bool recognise(struct att_str bytes)
{
	if (!is_text(bytes))
		return is_plausible(bytes) && !att_str_starts(bytes, ATT_STR("\x1f\x8b\x08"));
	struct att_buf decoded;
	att_buf_init(&decoded, LONGEST_RSA);
	bool good = read_bytes(bytes, &decoded, NULL) == ATT_OK;
	att_buf_clear(&decoded);
	return good;
}

static int parse(const struct att_source *source, struct att_arena *arena, struct att_signature *out,
		 size_t *count, struct att_err *err)
{
	struct att_signature signature = {.format = &att_signature_format_raw, .bytes = source->text};
	if (is_text(source->text)) {
		struct att_span whole = {0, (uint32_t)only_line(source->text).len};
		struct att_err why = {0};
		struct att_buf decoded;
		att_buf_init(&decoded, LONGEST_RSA);
		int result = read_bytes(source->text, &decoded, &why);
		signature.bytes = att_arena_copy(arena, att_buf_str(&decoded));
		att_buf_clear(&decoded);
		if (result != ATT_OK)
			return att_source_err(source, err, result, whole, "%s", why.message);
		if (!signature.bytes.data)
			return att_err_memory(err);
	} else if (!is_plausible(source->text)) {
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected the bytes of an ECDSA, Ed25519 or RSA signature, found %zu others",
				   source->text.len);
	}
	/* OpenSSL signs with pure Ed25519, cosign with Ed25519ph: one of both has to hold. */
	if (signature.bytes.len == ATT_ED25519_SIGNATURE)
		signature.scheme = ATT_SCHEME_ED25519;
	out[(*count)++] = signature;
	if (signature.scheme == ATT_SCHEME_ED25519) {
		signature.scheme = ATT_SCHEME_ED25519PH;
		signature.alternative = true;
		out[(*count)++] = signature;
	}
	return ATT_OK;
}

static enum att_outcome verify(const struct att_signature *signature, const struct att_key *key,
			       const struct att_digest *digest, struct att_err *err)
{
	enum att_outcome outcome = att_key_verify(key, signature->scheme, digest, signature->bytes, err);
	/* The length of an RSA signature tells nothing of its padding. */
	if (outcome == ATT_REFUTED && att_key_kind(key) == ATT_KEY_RSA)
		outcome = att_key_verify(key, ATT_SCHEME_RSA_PSS, digest, signature->bytes, err);
	if (outcome == ATT_HOLDS && err)
		*err = (struct att_err){0};
	return outcome;
}

static int sign(const struct att_sign_request *request, struct att_buf *out, struct att_err *err)
{
	const struct att_key *key = att_secret_public(request->secret);
	enum att_scheme scheme = request->scheme ? request->scheme : att_key_scheme(key);
	int result = att_sign_check_plain(&request->file, err);
	return result == ATT_OK
		       ? att_secret_sign_file(request->secret, scheme, att_key_digest(key), request->file.fd,
					      request->file.name, request->file.progress, out, err)
		       : result;
}

const struct att_signature_format att_signature_format_raw = {
	.name = "raw",
	.suffix = ".sig",
	.recognise = recognise,
	.parse = parse,
	.verify = verify,
	.sign = sign,
};
