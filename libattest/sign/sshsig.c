// SPDX-License-Identifier: Apache-2.0
/* OpenSSH's signatures of files (PROTOCOL.sshsig): an armoured blob that holds the key, a namespace, the name
 * of a digest and a signature. What is signed is all of that but the key, and the digest of the file. */
#include "libattest/base/limits.h"
#include "libattest/format/base64.h"
#include "libattest/format/der.h"
#include "libattest/format/pem.h"
#include "libattest/sign/formats.h"
#include "libattest/sign/key_internal.h"
#include "libattest/sign/ssh.h"

#include "libattest/base/banned.h"

#define MAGIC   ATT_STR("SSHSIG")
#define LABEL   ATT_STR("SSH SIGNATURE")
#define VERSION ATT_STR("\0\0\0\1")

/* Types of keys and of the signatures that they make. SHA-1, which "ssh-rsa" stands for, is not among them. */
static const struct algorithm {
	const char *key, *signature;
	enum att_scheme scheme;
	enum att_digest_kind digest; /* of the signed data */
} algorithms[] = {
	{"ssh-ed25519", "ssh-ed25519", ATT_SCHEME_ED25519, ATT_SHA512},
	{"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", ATT_SCHEME_ECDSA, ATT_SHA256},
	{"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", ATT_SCHEME_ECDSA, ATT_SHA384},
	{"ssh-rsa", "rsa-sha2-512", ATT_SCHEME_RSA_PKCS1, ATT_SHA512}, /* the one that is written */
	{"ssh-rsa", "rsa-sha2-256", ATT_SCHEME_RSA_PKCS1, ATT_SHA256},
};

enum { ALGORITHMS = sizeof algorithms / sizeof algorithms[0] };

struct reader {
	const struct att_source *source;
	struct att_span body; /* of the base64: errors inside of it point there */
	struct att_err *err;
};

#define fail(r, code, ...) att_source_err((r)->source, (r)->err, (code), (r)->body, __VA_ARGS__)

static bool recognise(struct att_str bytes)
{
	return att_str_starts(att_str_trim(bytes), ATT_STR("-----BEGIN SSH SIGNATURE-----"));
}

/* ---- reading ---- */

static int find_algorithm(const struct reader *r, struct att_str key, struct att_str signature,
			  const struct algorithm **out)
{
	struct att_str shown = att_str_first(signature, 80);
	*out = NULL;
	if (att_str_starts(signature, ATT_STR("sk-")) || att_str_starts(key, ATT_STR("sk-")))
		return fail(r, ATT_ERR_UNSUPPORTED,
			    "expected an OpenSSH signature of a plain key, found one of a security key (%.*s), "
			    "which is not supported",
			    ATT_STR_ARG(shown));
	if (att_str_ends(key, ATT_STR("-cert-v01@openssh.com")))
		return fail(
			r, ATT_ERR_UNSUPPORTED,
			"expected an OpenSSH signature of a plain key, found one with a certificate (%.*s), "
			"which is not supported",
			ATT_STR_ARG(att_str_first(key, 80)));
	if (att_str_is(signature, "ssh-rsa"))
		return fail(r, ATT_ERR_REFUSED,
			    "expected rsa-sha2-256 or rsa-sha2-512, found ssh-rsa, which is RSA with SHA-1");
	for (size_t i = 0; i < ALGORITHMS; i++) {
		*out = &algorithms[i];
		if (!att_str_is(signature, algorithms[i].signature))
			continue;
		if (att_str_is(key, algorithms[i].key))
			return ATT_OK;
		return fail(r, ATT_ERR_MALFORMED, "expected an OpenSSH key of type %s, found %.*s",
			    algorithms[i].key, ATT_STR_ARG(att_str_first(key, 80)));
	}
	return fail(r, ATT_ERR_UNSUPPORTED,
		    "expected an OpenSSH signature by ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, "
		    "rsa-sha2-256 or rsa-sha2-512, found %.*s",
		    ATT_STR_ARG(shown));
}

/* From two numbers in a blob (RFC 5656 section 3.1.2) to a sequence in DER. */
static int read_ecdsa(const struct reader *r, struct att_str blob, struct att_arena *arena, struct att_str *out)
{
	struct att_str a, b;
	struct att_buf der;
	if (!att_ssh_take_unsigned(&blob, &a) || !att_ssh_take_unsigned(&blob, &b) || blob.len != 0)
		return fail(r, ATT_ERR_MALFORMED,
			    "expected r and s in the OpenSSH signature, found other bytes");
	size_t a_len = a.len + (a.len == 0 || (uint8_t)a.data[0] >= 0x80);
	size_t b_len = b.len + (b.len == 0 || (uint8_t)b.data[0] >= 0x80);
	att_buf_init(&der, ATT_MAX_SSH_SIGNATURE);
	att_der_write(ATT_DER_SEQUENCE, att_der_size(a_len) + att_der_size(b_len), &der);
	att_der_write_unsigned(a, &der);
	att_der_write_unsigned(b, &der);
	*out = att_buf_ok(&der) ? att_arena_copy(arena, att_buf_str(&der)) : (struct att_str){NULL, 0};
	att_buf_clear(&der);
	return out->data ? ATT_OK : att_err_memory(r->err);
}

static int read_signature(const struct reader *r, struct att_str blob, struct att_arena *arena,
			  struct att_signature *out)
{
	const struct algorithm *algorithm = NULL;
	struct att_str key = out->key_blob, key_type, type, bytes;
	if (!att_ssh_take(&blob, &type) || !att_ssh_take(&blob, &bytes) || bytes.len == 0 || blob.len != 0)
		return fail(r, ATT_ERR_MALFORMED,
			    "expected the type and the bytes of the OpenSSH signature, found other bytes");
	if (!att_ssh_take(&key, &key_type))
		return fail(r, ATT_ERR_MALFORMED,
			    "expected an OpenSSH key in the signature, found other bytes");
	int result = find_algorithm(r, key_type, type, &algorithm);
	if (result != ATT_OK)
		return result;
	out->scheme = algorithm->scheme;
	out->inner_kind = algorithm->digest;
	out->bytes = bytes;
	return algorithm->scheme == ATT_SCHEME_ECDSA ? read_ecdsa(r, bytes, arena, &out->bytes) : ATT_OK;
}

/* What is signed before the digest of the file. */
static void write_head(struct att_str name_space, struct att_str reserved, struct att_str digest,
		       struct att_buf *out)
{
	att_buf_add(out, MAGIC);
	att_ssh_write(name_space, out);
	att_ssh_write(reserved, out);
	att_ssh_write(digest, out);
}

static int read_blob(const struct reader *r, struct att_str blob, struct att_arena *arena,
		     struct att_signature *out)
{
	struct att_str reserved, digest, signature;
	struct att_buf head;
	if (!att_str_starts(blob, MAGIC))
		return fail(r, ATT_ERR_MALFORMED, "expected an OpenSSH signature, found other bytes");
	blob = att_str_from(blob, MAGIC.len);
	if (!att_str_starts(blob, VERSION))
		return fail(r, blob.len < VERSION.len ? ATT_ERR_MALFORMED : ATT_ERR_UNSUPPORTED,
			    "expected version 1 of OpenSSH's signatures, found another");
	blob = att_str_from(blob, VERSION.len);
	if (!att_ssh_take(&blob, &out->key_blob) || !att_ssh_take(&blob, &out->name_space) ||
	    !att_ssh_take(&blob, &reserved) || !att_ssh_take(&blob, &digest) ||
	    !att_ssh_take(&blob, &signature) || blob.len != 0)
		return fail(
			r, ATT_ERR_MALFORMED,
			"expected key, namespace, digest and signature of an OpenSSH signature, and nothing "
			"behind them, found other bytes");
	if (out->name_space.len == 0)
		return fail(r, ATT_ERR_MALFORMED,
			    "expected a namespace in the OpenSSH signature, found an empty one");
	if (!att_str_is(digest, "sha512") && !att_str_is(digest, "sha256"))
		return fail(r, ATT_ERR_UNSUPPORTED, "expected the digest sha256 or sha512, found \"%.*s\"",
			    ATT_STR_ARG(att_str_first(digest, 40)));
	out->digest_kind = att_str_is(digest, "sha512") ? ATT_SHA512 : ATT_SHA256;
	/* Reserved bytes mean nothing yet and are signed all the same. */
	att_buf_init(&head, ATT_MAX_SSH_SIGNATURE);
	write_head(out->name_space, reserved, digest, &head);
	out->head = att_buf_ok(&head) ? att_arena_copy(arena, att_buf_str(&head)) : (struct att_str){NULL, 0};
	att_buf_clear(&head);
	if (!out->head.data)
		return att_err_memory(r->err);
	return read_signature(r, signature, arena, out);
}

static int parse(const struct att_source *source, struct att_arena *arena, struct att_signature *out,
		 size_t *count, struct att_err *err)
{
	struct att_signature signature = {.format = &att_signature_format_sshsig};
	struct att_str rest = source->text, blob;
	struct att_pem pem, more;
	struct att_buf bytes;
	if (rest.len > ATT_MAX_SSH_SIGNATURE)
		return att_err_set(err, ATT_ERR_LIMIT,
				   "expected an OpenSSH signature of at most %zu bytes, found %zu",
				   ATT_MAX_SSH_SIGNATURE, rest.len);
	int result = att_pem_next(&rest, false, &pem, err);
	if (result < 0)
		return result;
	if (result == 0 || !att_str_equal(pem.label, LABEL) || pem.headers.len > 0)
		return att_source_err(
			source, err, ATT_ERR_MALFORMED, ((struct att_span){0, 1}),
			"expected \"-----BEGIN SSH SIGNATURE-----\" and base64, found something else");
	uint32_t begin = (uint32_t)(pem.body.data - source->text.data);
	struct reader r = {source, {begin, begin + (uint32_t)pem.body.len}, err};
	if (att_pem_next(&rest, false, &more, NULL) != 0)
		return fail(&r, ATT_ERR_MALFORMED, "expected one OpenSSH signature, found something behind it");
	att_buf_init(&bytes, ATT_MAX_SSH_SIGNATURE);
	result = att_pem_decode(&pem, &bytes, err);
	if (result == ATT_OK) {
		blob = att_arena_copy(arena, att_buf_str(&bytes));
		result = blob.data ? read_blob(&r, blob, arena, &signature) : att_err_memory(err);
	}
	att_buf_clear(&bytes);
	if (result == ATT_OK)
		out[(*count)++] = signature;
	return result;
}

/* ---- checking ---- */

static bool fits(const struct att_signature *signature, const struct att_key *key)
{
	struct att_buf blob;
	att_buf_init(&blob, ATT_MAX_KEY_FILE);
	att_key_write_ssh_blob(key, &blob);
	bool same = att_buf_ok(&blob) && att_str_equal(att_buf_str(&blob), signature->key_blob);
	att_buf_clear(&blob);
	return same;
}

static int plan(const struct att_signature *signature, const struct att_key *key, struct att_arena *arena,
		struct att_digest_job *job, struct att_err *err)
{
	(void)key, (void)arena, (void)err;
	*job = (struct att_digest_job){.kind = signature->digest_kind};
	return ATT_OK;
}

static enum att_outcome verify(const struct att_signature *signature, const struct att_key *key,
			       const struct att_digest *digest, struct att_err *err)
{
	struct att_buf message;
	enum att_outcome outcome = ATT_CANNOT_TELL;
	if (!fits(signature, key)) {
		att_err_set(err, ATT_ERR_USAGE,
			    "expected an OpenSSH signature of this key, found one of another");
		return ATT_CANNOT_TELL;
	}
	if (digest->kind != signature->digest_kind) {
		att_err_set(err, ATT_ERR_USAGE, "expected a digest by %s, found %s",
			    att_digest_name(signature->digest_kind), att_digest_name(digest->kind));
		return ATT_CANNOT_TELL;
	}
	att_buf_init(&message, ATT_MAX_SSH_SIGNATURE + 4 + ATT_DIGEST_MAX);
	att_buf_add(&message, signature->head);
	att_ssh_write(att_digest_str(digest), &message);
	if (att_buf_ok(&message))
		outcome = att_key_verify_message(key, signature->scheme, signature->inner_kind,
						 att_buf_str(&message), signature->bytes, err);
	else
		att_err_memory(err);
	att_buf_clear(&message);
	return outcome;
}

/* ---- writing ---- */

/* Appends the signature as OpenSSH spells it. */
static int write_signature(const struct algorithm *algorithm, struct att_str bytes, struct att_buf *out,
			   struct att_err *err)
{
	struct att_buf blob;
	struct att_str pair, r, s;
	att_buf_init(&blob, ATT_MAX_SSH_SIGNATURE);
	att_ssh_write(att_str_of(algorithm->signature), &blob);
	if (algorithm->scheme == ATT_SCHEME_ECDSA) {
		struct att_buf numbers;
		att_buf_init(&numbers, ATT_MAX_SSH_SIGNATURE);
		if (att_der_take(&bytes, ATT_DER_SEQUENCE, &pair) && att_der_take_unsigned(&pair, &r) &&
		    att_der_take_unsigned(&pair, &s)) {
			att_ssh_write_unsigned(r, &numbers);
			att_ssh_write_unsigned(s, &numbers);
		}
		blob.failed = blob.failed || !att_buf_ok(&numbers) || numbers.len == 0;
		att_ssh_write(att_buf_str(&numbers), &blob);
		att_buf_clear(&numbers);
	} else {
		att_ssh_write(bytes, &blob);
	}
	int result = att_buf_ok(&blob) ? ATT_OK : att_err_memory(err);
	att_ssh_write(att_buf_str(&blob), out);
	att_buf_clear(&blob);
	return result;
}

/* The file, given the data that is signed, which begins with `head`. */
static int write_file(const struct att_sign_request *request, const struct algorithm *algorithm,
		      struct att_str message, struct att_buf *out, struct att_err *err)
{
	struct att_buf signature, blob, key;
	att_buf_init(&signature, ATT_MAX_SSH_SIGNATURE);
	att_buf_init(&blob, ATT_MAX_SSH_SIGNATURE);
	att_buf_init(&key, ATT_MAX_KEY_FILE);
	int result = att_secret_sign_message(request->secret, algorithm->scheme, algorithm->digest, message,
					     &signature, err);
	if (result != ATT_OK)
		goto out;
	att_key_write_ssh_blob(att_secret_public(request->secret), &key);
	att_buf_add(&blob, MAGIC);
	att_buf_add(&blob, VERSION);
	att_ssh_write(att_buf_str(&key), &blob);
	att_ssh_write(request->name_space, &blob);
	att_ssh_write(ATT_STR(""), &blob);
	att_ssh_write(ATT_STR("sha512"), &blob);
	result = write_signature(algorithm, att_buf_str(&signature), &blob, err);
	if (result != ATT_OK)
		goto out;
	if (!att_buf_ok(&key) || !att_buf_ok(&blob))
		result = att_err_memory(err);
	else
		att_pem_encode_wide(LABEL, att_buf_str(&blob), 70, out);
out:
	att_buf_clear(&signature);
	att_buf_clear(&blob);
	att_buf_clear(&key);
	return result;
}

static int sign(const struct att_sign_request *request, struct att_buf *out, struct att_err *err)
{
	const struct att_key *key = att_secret_public(request->secret);
	const struct algorithm *algorithm = algorithms;
	struct att_str type = att_key_ssh_type(key);
	struct att_digest_job job = {.kind = ATT_SHA512};
	struct att_buf message;
	if (request->name_space.len == 0) {
		att_err_set(err, ATT_ERR_USAGE, "expected a namespace for the OpenSSH signature, found none");
		att_err_help(err, "\"file\" is the usual one");
		return ATT_ERR_USAGE;
	}
	if (request->scheme != ATT_SCHEME_NONE && request->scheme != att_key_scheme(key))
		return att_err_set(
			err, ATT_ERR_UNSUPPORTED,
			"expected the usual scheme of the key, which is all that OpenSSH signs with");
	while (!att_str_is(type, algorithm->key))
		algorithm++;
	int result = att_digest_run(request->file.fd, request->file.name, &job, 1, request->file.progress, NULL,
				    err);
	if (result != ATT_OK)
		return result;
	att_buf_init(&message, ATT_MAX_SSH_SIGNATURE);
	write_head(request->name_space, ATT_STR(""), ATT_STR("sha512"), &message);
	att_ssh_write(att_digest_str(&job.digest), &message);
	result = att_buf_ok(&message) ? write_file(request, algorithm, att_buf_str(&message), out, err)
				      : att_err_set(err, ATT_ERR_LIMIT, "the namespace is too long");
	att_buf_clear(&message);
	return result;
}

const struct att_signature_format att_signature_format_sshsig = {
	.name = "sshsig",
	.suffix = ".sig",
	.recognise = recognise,
	.parse = parse,
	.fits = fits,
	.plan = plan,
	.verify = verify,
	.sign = sign,
};
