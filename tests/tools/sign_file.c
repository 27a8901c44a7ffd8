// SPDX-License-Identifier: Apache-2.0
/* Signature formats against the programs of others, below attest-sign and attest-verify:
 *   sign_file verify KEY SIGNATURE FILE [NAMESPACE]   exit 0 holds, 1 refuted, 2 could not tell
 *   sign_file sign SECRET FORMAT FILE [EXTRA]         the signature on standard output
 * FORMAT may also be raw:pss or raw:ph. EXTRA is a comment for minisign and signify, the payload's type for
 * bundle and dsse, otherwise a namespace. Passphrases come from the variable PASSPHRASE.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "libattest/base/base.h"
#include "libattest/base/file.h"
#include "libattest/sign/signature.h"

struct run {
	struct att_arena arena;
	struct att_err err;
	struct att_key *key;
	struct att_secret *secret;
	struct att_buf bytes;
	int fd;
};

static int complain(const struct att_err *err)
{
	fprintf(stderr, "sign_file: ");
	if (err->place.line > 0)
		fprintf(stderr, "%u:%u: ", err->place.line, err->place.column);
	fprintf(stderr, "%s%s%s\n", err->message, err->help[0] ? "; " : "", err->help);
	return 2;
}

static int ask(void *context, const char *name, bool cosign, bool again, char *out, size_t *len,
	       struct att_err *err)
{
	const char *passphrase = getenv("PASSPHRASE");
	(void)context, (void)name, (void)cosign, (void)again;
	if (!passphrase || strlen(passphrase) > ATT_MAX_PASSPHRASE)
		return att_err_set(err, ATT_ERR_REFUSED, "expected a passphrase in PASSPHRASE, found none");
	*len = strlen(passphrase);
	memcpy(out, passphrase, *len);
	return ATT_OK;
}

static enum att_outcome check(struct run *r, const struct att_signature *signature, const char *path,
			      const char *name_space)
{
	struct att_digest_job job;
	if (!att_signature_fits(signature, r->key)) {
		att_err_set(&r->err, ATT_ERR_USAGE, "the signature is of another key");
		return ATT_CANNOT_TELL;
	}
	if (att_str_is(att_str_of(signature->format->name), "sshsig") &&
	    !att_str_is(signature->name_space, name_space)) {
		att_err_set(&r->err, ATT_ERR_REFUSED, "expected the namespace %s, found %.*s", name_space,
			    ATT_STR_ARG(signature->name_space));
		return ATT_REFUTED;
	}
	if (att_signature_plan(signature, r->key, &r->arena, &job, &r->err) != ATT_OK)
		return ATT_CANNOT_TELL;
	if (job.kind != ATT_DIGEST_NONE &&
	    (lseek(r->fd, 0, SEEK_SET) != 0 ||
	     att_digest_run(r->fd, path, &job, 1, NULL, NULL, &r->err) != ATT_OK))
		return ATT_CANNOT_TELL;
	enum att_outcome outcome = att_signature_verify(signature, r->key, &job.digest, &r->err);
	/* An envelope says what it is about, and does not hash it itself. */
	if (outcome == ATT_HOLDS && signature->claimed.kind != ATT_DIGEST_NONE) {
		struct att_digest_job claimed = {.kind = signature->claimed.kind};
		if (lseek(r->fd, 0, SEEK_SET) != 0 ||
		    att_digest_run(r->fd, path, &claimed, 1, NULL, NULL, &r->err) != ATT_OK)
			return ATT_CANNOT_TELL;
		if (!att_digest_equal(&claimed.digest, &signature->claimed)) {
			att_err_set(&r->err, ATT_ERR_REFUSED, "the signature is about other bytes");
			return ATT_REFUTED;
		}
	}
	return outcome;
}

static int verify(struct run *r, char **arguments, const char *name_space)
{
	struct att_signature signatures[ATT_MAX_SIGNATURES_IN_FILE];
	struct att_source source;
	size_t count;
	bool refuted = false;
	if (att_key_load(arguments[0], NULL, &r->key, &r->err) != ATT_OK ||
	    att_file_read(AT_FDCWD, arguments[1], &r->bytes, &r->err) != ATT_OK ||
	    att_source_init(&source, &r->arena, att_str_of(arguments[1]), att_buf_str(&r->bytes), &r->err) !=
		    ATT_OK ||
	    att_signature_parse(&source, &r->arena, signatures, &count, &r->err) != ATT_OK)
		return complain(&r->err);
	for (size_t i = 0; i < count; i++) {
		enum att_outcome outcome = check(r, &signatures[i], arguments[2], name_space);
		if (outcome == ATT_HOLDS) {
			printf("holds: %s\n", signatures[i].format->name);
			return 0;
		}
		refuted = refuted || outcome == ATT_REFUTED;
	}
	complain(&r->err);
	return refuted ? 1 : 2;
}

static int sign(struct run *r, char **arguments, const char *extra)
{
	const struct att_passphrase passphrase = {ask, NULL};
	struct att_str rest = att_str_of(arguments[1]), name, variant = {NULL, 0};
	bool exposed;
	att_str_split(&rest, ':', &name);
	att_str_split(&rest, ':', &variant);
	const struct att_signature_format *format = att_signature_format_find(name);
	if (!format || !format->sign) {
		fprintf(stderr, "sign_file: no format %s\n", arguments[1]);
		return 2;
	}
	if (att_secret_load(arguments[0], &passphrase, NULL, &exposed, &r->secret, &r->err) != ATT_OK)
		return complain(&r->err);
	bool comments = att_str_is(name, "minisign") || att_str_is(name, "signify");
	bool typed = att_str_is(name, "bundle") || att_str_is(name, "dsse");
	struct att_sign_request request = {
		.secret = r->secret,
		.file = {.fd = r->fd, .name = arguments[2]},
		.comment = att_str_of(comments ? extra : NULL),
		.payload_type = att_str_of(typed ? extra : NULL),
		.name_space = att_str_of(extra ? extra : "file"),
		.scheme = att_str_is(variant, "pss")  ? ATT_SCHEME_RSA_PSS
			  : att_str_is(variant, "ph") ? ATT_SCHEME_ED25519PH
						      : ATT_SCHEME_NONE,
		.time = 1700000000,
	};
	if (format->sign(&request, &r->bytes, &r->err) != ATT_OK)
		return complain(&r->err);
	return att_buf_ok(&r->bytes) && fwrite(r->bytes.data, 1, r->bytes.len, stdout) == r->bytes.len ? 0 : 2;
}

int main(int argc, char **argv)
{
	struct run r = {.fd = -1};
	int status = 2;
	bool checks = argc > 1 && strcmp(argv[1], "verify") == 0;
	if (argc < 5 || argc > 6 || (!checks && strcmp(argv[1], "sign") != 0)) {
		fputs("usage: sign_file verify KEY SIGNATURE FILE [NAMESPACE]\n"
		      "       sign_file sign SECRET FORMAT FILE [EXTRA]\n",
		      stderr);
		return 2;
	}
	const char *extra = argc == 6 ? argv[5] : NULL;
	att_arena_init(&r.arena);
	att_buf_init(&r.bytes, ATT_MAX_DOCUMENT);
	r.fd = open(argv[4], O_RDONLY | O_CLOEXEC);
	if (r.fd < 0)
		perror(argv[4]);
	else
		status = checks ? verify(&r, argv + 2, extra ? extra : "file") : sign(&r, argv + 2, extra);
	if (r.fd >= 0)
		close(r.fd);
	att_key_free(r.key);
	att_secret_free(r.secret);
	att_buf_clear(&r.bytes);
	att_arena_clear(&r.arena);
	return status;
}
