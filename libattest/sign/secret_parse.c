// SPDX-License-Identifier: Apache-2.0
/* Which kind of file it is; the formats stand in files of their own. */
#include <sodium.h>

#include "libattest/base/limits.h"
#include "libattest/format/base64.h"
#include "libattest/format/pem.h"
#include "libattest/sign/secret_internal.h"

#include "libattest/base/banned.h"

/* --- PEM ----------------------------------------------------------------------------------------------- */

static const struct {
	const char *label;
	int (*parse)(const struct att_secret_reader *reader, struct att_str bytes, struct att_secret **out,
		     struct att_err *err);
} labels[] = {
	{"PRIVATE KEY", att_secret_parse_pkcs8},
	{"ENCRYPTED PRIVATE KEY", att_secret_parse_pbes2},
	{"RSA PRIVATE KEY", att_secret_parse_pkcs1},
	{"EC PRIVATE KEY", att_secret_parse_sec1},
	{"ENCRYPTED SIGSTORE PRIVATE KEY", att_secret_parse_cosign},
	{"ENCRYPTED COSIGN PRIVATE KEY", att_secret_parse_cosign},
};

static int is_public(struct att_str name, struct att_err *err)
{
	att_err_set(err, ATT_ERR_REFUSED, "expected a secret key, found a public one in %.*s",
		    ATT_STR_ARG(name));
	att_err_help(err, "signing takes the secret half");
	return ATT_ERR_REFUSED;
}

static int unknown_label(struct att_str name, struct att_str label, struct att_err *err)
{
	if (att_str_ends(label, ATT_STR("PUBLIC KEY")) || att_str_is(label, "CERTIFICATE"))
		return is_public(name, err);
	att_err_set(err, ATT_ERR_UNSUPPORTED, "expected a secret key, found \"%.*s\" in %.*s",
		    ATT_STR_ARG(label), ATT_STR_ARG(name));
	if (att_str_is(label, "OPENSSH PRIVATE KEY"))
		att_err_help(err,
			     "ECDSA and RSA: write a copy as PKCS#8 with \"ssh-keygen -p -m PKCS8 -f COPY\"");
	else
		att_err_help(err, "write it as PKCS#8 with \"openssl pkcs8 -topk8\"");
	return ATT_ERR_UNSUPPORTED;
}

static int parse_block(const struct att_secret_reader *reader, const struct att_pem *pem,
		       struct att_secret **out, struct att_err *err)
{
	struct att_buf bytes;
	size_t i = 0;
	while (i < sizeof labels / sizeof *labels && !att_str_is(pem->label, labels[i].label))
		i++;
	if (i == sizeof labels / sizeof *labels)
		return unknown_label(reader->name, pem->label, err);
	if (pem->headers.len > 0) {
		att_err_set(err, ATT_ERR_UNSUPPORTED,
			    "expected PKCS#8, found the older encryption of \"%.*s\" in %.*s",
			    ATT_STR_ARG(pem->label), ATT_STR_ARG(reader->name));
		att_err_help(err, "write it as PKCS#8 with \"openssl pkcs8 -topk8\"");
		return ATT_ERR_UNSUPPORTED;
	}
	/* Decoding takes less room than the text; the rest is for a decoder that asks for whole groups. */
	int status = att_locked_init(&bytes, pem->body.len + 64, err);
	if (status == ATT_OK)
		status = att_pem_decode(pem, &bytes, err);
	if (status == ATT_OK)
		status = labels[i].parse(reader, att_buf_str(&bytes), out, err);
	att_locked_free(&bytes);
	return status;
}

static int parse_pem(const struct att_secret_reader *reader, struct att_str text, struct att_secret **out,
		     struct att_err *err)
{
	struct att_pem pem, more;
	int found = att_pem_next(&text, false, &pem, err);
	/* "openssl ecparam -genkey" writes the curve before the key, which names it again. */
	if (found == 1 && att_str_is(pem.label, "EC PARAMETERS"))
		found = att_pem_next(&text, false, &pem, err);
	if (found < 0)
		return found;
	if (found == 0)
		return att_err_set(err, ATT_ERR_MALFORMED, "expected a secret key in %.*s, found none",
				   ATT_STR_ARG(reader->name));
	found = att_pem_next(&text, false, &more, err);
	if (found < 0)
		return found;
	if (found == 1)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected one secret key in %.*s, found also \"%.*s\"",
				   ATT_STR_ARG(reader->name), ATT_STR_ARG(more.label));
	return parse_block(reader, &pem, out, err);
}

/* --- minisign and signify ------------------------------------------------------------------------------ */

enum { MINISIGN_SECRET = 158, SIGNIFY_SECRET = 104, EITHER_PUBLIC = 42, LONGEST_COMMENT = 8192 };

static const struct att_place second_line = {2, 1, 2, 1}, third_line = {3, 1, 3, 1};

static int parse_line(const struct att_secret_reader *reader, struct att_str line, struct att_secret **out,
		      struct att_err *err)
{
	struct att_buf bytes;
	int status = att_locked_init(&bytes, line.len + 64, err);
	if (status == ATT_OK)
		status = att_base64_decode(line, ATT_BASE64, "the secret key", &bytes, err);
	if (status != ATT_OK) {
		if (err)
			err->place.line = 2;
	} else if (bytes.len == MINISIGN_SECRET) {
		status = att_secret_parse_minisign(reader, att_buf_str(&bytes), out, err);
	} else if (bytes.len == SIGNIFY_SECRET) {
		status = att_secret_parse_signify(reader, att_buf_str(&bytes), out, err);
	} else if (bytes.len == EITHER_PUBLIC) {
		status = is_public(reader->name, err);
	} else {
		status = att_err_set_at(err, ATT_ERR_MALFORMED, second_line,
					"expected %d bytes of minisign or %d of signify, found %zu in %.*s",
					MINISIGN_SECRET, SIGNIFY_SECRET, bytes.len, ATT_STR_ARG(reader->name));
	}
	att_locked_free(&bytes);
	return status;
}

/* "untrusted comment: ...", then one line of base64. */
static int parse_commented(const struct att_secret_reader *reader, struct att_str text, struct att_secret **out,
			   struct att_err *err)
{
	struct att_str comment, line, rest = text;
	(void)att_str_split(&rest, '\n', &comment);
	if (!att_str_split(&rest, '\n', &line) || line.len == 0 || comment.len > LONGEST_COMMENT)
		return att_err_set_at(err, ATT_ERR_MALFORMED, second_line,
				      "expected a line of base64 after the comment in %.*s",
				      ATT_STR_ARG(reader->name));
	if (rest.data && rest.len > 0)
		return att_err_set_at(err, ATT_ERR_MALFORMED, third_line,
				      "expected two lines in %.*s, found more", ATT_STR_ARG(reader->name));
	if (line.data[line.len - 1] == '\r')
		line.len--;
	return parse_line(reader, line, out, err);
}

bool att_secret_recognise(struct att_str bytes)
{
	struct att_str comment, line;
	if (!att_str_starts(bytes, ATT_STR("untrusted comment:")))
		return att_pem_recognise(bytes) &&
		       att_str_find(bytes, ATT_STR("PRIVATE KEY-----")) != ATT_STR_NONE;
	/* A public one takes 56 characters, the shorter secret one 140. */
	(void)att_str_split(&bytes, '\n', &comment);
	return att_str_split(&bytes, '\n', &line) && line.len > 100;
}

int att_secret_parse_within(const struct att_secret_reader *reader, struct att_str bytes,
			    struct att_secret **out, struct att_err *err)
{
	*out = NULL;
	if (bytes.len > ATT_MAX_SECRET_FILE)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu bytes, found %zu in %.*s",
				   ATT_MAX_SECRET_FILE, bytes.len, ATT_STR_ARG(reader->name));
	if (att_str_starts(bytes, ATT_STR("untrusted comment:")))
		return parse_commented(reader, bytes, out, err);
	if (att_pem_recognise(bytes))
		return parse_pem(reader, bytes, out, err);
	att_err_set(err, ATT_ERR_MALFORMED, "expected a secret key, found something else in %.*s",
		    ATT_STR_ARG(reader->name));
	att_err_help(err, "PEM (cosign, PKCS#8, PKCS#1, SEC1), minisign's and signify's files are read");
	return ATT_ERR_MALFORMED;
}

int att_secret_parse(struct att_str bytes, struct att_str name, const struct att_passphrase *passphrase,
		     const struct att_key_options *options, struct att_secret **out, struct att_err *err)
{
	const struct att_secret_reader reader = {
		.name = name,
		.passphrase = passphrase,
		.options = options,
		.costs = {.pbkdf2_rounds = ATT_MAX_PBKDF2_ROUNDS,
			  .scrypt_memory = ATT_MAX_SCRYPT_MEMORY,
			  .scrypt_work = ATT_MAX_SCRYPT_WORK,
			  .bcrypt_rounds = ATT_MAX_BCRYPT_ROUNDS},
	};
	return att_secret_parse_within(&reader, bytes, out, err);
}
