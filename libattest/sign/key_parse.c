// SPDX-License-Identifier: Apache-2.0
/* Public keys out of files: which format it is, and what is in it. */
#include <stdio.h>

#include "libattest/base/limits.h"
#include "libattest/format/base64.h"
#include "libattest/format/der.h"
#include "libattest/format/pem.h"
#include "libattest/sign/key_internal.h"

#include "libattest/base/banned.h"

#define COMMENT ATT_STR("untrusted comment: ")
/* Bytes of OIDs: RFC 8410 section 3, RFC 5480 section 2.1.1, RFC 3279 section 2.3.1, RFC 4055 section 1.2. */
#define OID_ED25519 ATT_STR("\x2b\x65\x70")
#define OID_EC      ATT_STR("\x2a\x86\x48\xce\x3d\x02\x01")
#define OID_P256    ATT_STR("\x2a\x86\x48\xce\x3d\x03\x01\x07")
#define OID_P384    ATT_STR("\x2b\x81\x04\x00\x22")
#define OID_RSA     ATT_STR("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")

/* Algorithms and curves that a message can call by their names. */
static const struct {
	struct att_str oid;
	const char *name;
} others[] = {
	{{"\x2b\x65\x71", 3}, "Ed448"},
	{{"\x2b\x65\x6e", 3}, "X25519"},
	{{"\x2b\x65\x6f", 3}, "X448"},
	{{"\x2a\x86\x48\xce\x38\x04\x01", 7}, "DSA"},
	{{"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", 9}, "RSASSA-PSS"},
	{{"\x2b\x81\x04\x00\x23", 5}, "the curve P-521"},
	{{"\x2b\x81\x04\x00\x0a", 5}, "the curve secp256k1"},
	{{"\x2b\x81\x04\x00\x21", 5}, "the curve P-224"},
	{{"\x2a\x86\x48\xce\x3d\x03\x01\x01", 8}, "the curve P-192"},
	{{"\x2b\x24\x03\x03\x02\x08\x01\x01\x07", 9}, "the curve brainpoolP256r1"},
};

static int refuse_secret(struct att_err *err)
{
	att_err_set(err, ATT_ERR_REFUSED, "expected a public key, found a secret one");
	att_err_help(err,
		     "use its public half, which \"attest key public\" writes; keep this file to yourself");
	return ATT_ERR_REFUSED;
}

static int malformed(struct att_err *err, const char *expected)
{
	return att_err_set(err, ATT_ERR_MALFORMED, "expected %s, found other bytes", expected);
}

static int unsupported(struct att_str oid, struct att_err *err)
{
	const char *name = "another algorithm";
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (att_str_equal(oid, others[i].oid))
			name = others[i].name;
	}
	return att_err_set(err, ATT_ERR_UNSUPPORTED,
			   "expected an Ed25519, ECDSA P-256 or P-384, or RSA key, found one of %s", name);
}

/* The sequence of two integers that both SPKI and PKCS#1 hold (RFC 8017 appendix A.1.1). */
static int read_rsa(struct att_str der, struct att_str name, const struct att_key_options *options,
		    struct att_key **out, struct att_err *err)
{
	struct att_str pair, n, e;
	if (!att_der_take(&der, ATT_DER_SEQUENCE, &pair) || der.len != 0 || !att_der_take_unsigned(&pair, &n) ||
	    !att_der_take_unsigned(&pair, &e) || pair.len != 0)
		return malformed(err, "a modulus and an exponent in DER");
	return att_key_of_rsa(n, e, name, options, out, err);
}

static int read_algorithm(struct att_str algorithm, struct att_str key, struct att_str name,
			  const struct att_key_options *options, struct att_key **out, struct att_err *err)
{
	struct att_str oid, parameter;
	if (!att_der_take(&algorithm, ATT_DER_OID, &oid))
		return malformed(err, "the algorithm of the key in DER");
	if (att_str_equal(oid, OID_ED25519)) {
		if (algorithm.len != 0 || key.len != ATT_ED25519_KEY)
			return malformed(err, "an Ed25519 key of 32 bytes without parameters");
		return att_key_of_ed25519((const uint8_t *)key.data, NULL, name, out, err);
	}
	if (att_str_equal(oid, OID_RSA)) {
		if (!att_der_take(&algorithm, ATT_DER_NULL, &parameter) || parameter.len != 0 ||
		    algorithm.len != 0)
			return malformed(err, "an RSA key with the parameter NULL");
		return read_rsa(key, name, options, out, err);
	}
	if (!att_str_equal(oid, OID_EC))
		return unsupported(oid, err);
	if (att_str_starts(algorithm, ATT_STR("\x30")))
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected the curve P-256 or P-384 by its name, found a curve's parameters");
	if (!att_der_take(&algorithm, ATT_DER_OID, &parameter) || algorithm.len != 0)
		return malformed(err, "the name of a curve in DER");
	if (att_str_equal(parameter, OID_P256))
		return att_key_of_point(ATT_KEY_P256, key, name, out, err);
	if (att_str_equal(parameter, OID_P384))
		return att_key_of_point(ATT_KEY_P384, key, name, out, err);
	return unsupported(parameter, err);
}

int att_key_of_spki(struct att_str der, struct att_str name, const struct att_key_options *options,
		    struct att_key **out, struct att_err *err)
{
	struct att_str rest = der, body, algorithm, key;
	*out = NULL;
	if (!att_der_take(&rest, ATT_DER_SEQUENCE, &body))
		return malformed(err, "a public key (SubjectPublicKeyInfo) in DER");
	if (rest.len != 0)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected the end of the public key, found %zu bytes behind it", rest.len);
	/* PKCS#8 and its kin begin with a version. */
	if (att_str_starts(body, ATT_STR("\x02\x01")))
		return refuse_secret(err);
	if (!att_der_take(&body, ATT_DER_SEQUENCE, &algorithm) || !att_der_take_bytes(&body, &key) ||
	    body.len != 0)
		return malformed(err, "an algorithm and a key in DER");
	int result = read_algorithm(algorithm, key, name, options, out, err);
	if (result == ATT_OK && !att_str_equal(att_key_spki(*out), der)) {
		/* The readers above leave no room for it; two encodings of one key would be two fingerprints.
		 */
		att_key_free(*out);
		*out = NULL;
		return malformed(err, "the one DER encoding of the key");
	}
	return result;
}

static int parse_pem(struct att_str text, struct att_str name, const struct att_key_options *options,
		     struct att_key **out, struct att_err *err)
{
	struct att_pem pem, more;
	struct att_buf der;
	int result = att_pem_next(&text, false, &pem, err);
	if (result < 0)
		return result;
	if (att_str_ends(pem.label, ATT_STR("PRIVATE KEY")) || att_str_is(pem.label, "PGP PRIVATE KEY BLOCK"))
		return refuse_secret(err);
	bool spki = att_str_is(pem.label, "PUBLIC KEY");
	if (!spki && !att_str_is(pem.label, "RSA PUBLIC KEY"))
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected \"PUBLIC KEY\" or \"RSA PUBLIC KEY\", found \"%.*s\"",
				   ATT_STR_ARG(pem.label));
	if (pem.headers.len > 0)
		return malformed(err, "a public key without headers");
	result = att_pem_next(&text, false, &more, err);
	if (result < 0)
		return result;
	if (result == 1)
		return att_err_set(err, ATT_ERR_MALFORMED, "expected one public key, found \"%.*s\" behind it",
				   ATT_STR_ARG(more.label));
	att_buf_init(&der, ATT_MAX_KEY_FILE);
	result = att_pem_decode(&pem, &der, err);
	if (result == ATT_OK)
		result = spki ? att_key_of_spki(att_buf_str(&der), name, options, out, err)
			      : read_rsa(att_buf_str(&der), name, options, out, err);
	att_buf_clear(&der);
	return result;
}

/* The line of base64 of minisign and signify: "Ed", a key number, a point. */
static int parse_numbered(struct att_str line, struct att_str name, struct att_key **out, struct att_err *err)
{
	enum { SECRET_MINISIGN = 212, SECRET_SIGNIFY = 140 };
	uint8_t bytes[2 + ATT_KEY_NUMBER + ATT_ED25519_KEY];
	if (line.len == SECRET_MINISIGN || line.len == SECRET_SIGNIFY)
		return refuse_secret(err);
	int result = att_base64_decode_exact(line, "the public key", bytes, sizeof bytes, err);
	if (result != ATT_OK)
		return result;
	if (bytes[0] != 'E' || bytes[1] != 'd')
		return att_err_set(
			err, ATT_ERR_UNSUPPORTED,
			"expected a public key of minisign or signify, which begins with \"Ed\", found "
			"another algorithm");
	return att_key_of_ed25519(bytes + 2 + ATT_KEY_NUMBER, bytes + 2, name, out, err);
}

/* A comment, one line of base64, and nothing else. */
static int parse_commented(struct att_str text, struct att_str name, struct att_key **out, struct att_err *err)
{
	static const struct att_place third = {3, 1, 3, 1};
	struct att_str comment, line = {NULL, 0};
	att_str_split(&text, '\n', &comment);
	if (comment.len > COMMENT.len + ATT_MAX_KEY_COMMENT)
		return att_err_set(err, ATT_ERR_LIMIT, "expected a comment of at most %zu bytes, found %zu",
				   ATT_MAX_KEY_COMMENT, comment.len - COMMENT.len);
	att_str_split(&text, '\n', &line);
	if (text.len > 0)
		return att_err_set_at(err, ATT_ERR_MALFORMED, third,
				      "expected the end of the public key, found another line");
	if (att_str_ends(line, ATT_STR("\r")))
		line.len--;
	int result = parse_numbered(line, name, out, err);
	if (result == ATT_ERR_MALFORMED && err)
		err->place = (struct att_place){2, 1, 2, (uint32_t)line.len + 1};
	return result;
}

int att_key_parse(struct att_str bytes, struct att_str name, const struct att_key_options *options,
		  struct att_key **out, struct att_err *err)
{
	enum { ONE_LINE = 56 };
	*out = NULL;
	if (bytes.len > ATT_MAX_KEY_FILE)
		return att_err_set(err, ATT_ERR_LIMIT, "expected a key of at most %zu bytes, found %zu",
				   ATT_MAX_KEY_FILE, bytes.len);
	if (att_pem_recognise(bytes))
		return parse_pem(bytes, name, options, out, err);
	if (att_str_starts(bytes, ATT_STR("\x30")))
		return att_key_of_spki(bytes, name, options, out, err);
	if (att_str_starts(bytes, COMMENT))
		return parse_commented(bytes, name, out, err);
	if (att_key_ssh_recognise(bytes))
		return att_key_parse_ssh(bytes, name, options, out, err);
	struct att_str line = att_str_trim(bytes);
	if (line.len == ONE_LINE && att_str_starts(line, ATT_STR("RW")))
		return parse_numbered(line, name, out, err);
	att_err_set(err, ATT_ERR_UNSUPPORTED, "expected a public key, found nothing that is known as one");
	att_err_help(err, "known are PEM (\"PUBLIC KEY\"), DER, and the keys of minisign, signify and OpenSSH");
	return ATT_ERR_UNSUPPORTED;
}
