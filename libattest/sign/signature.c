// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/signature.h"

#include <errno.h>
#include <unistd.h>

#include "libattest/base/banned.h"

const struct att_signature_format *att_signature_format_find(struct att_str name)
{
	for (const struct att_signature_format *const *format = att_signature_formats; *format; format++)
		if (att_str_is(name, (*format)->name))
			return *format;
	return NULL;
}

/* What people take for a signature that can be read here, and what to do instead. */
static int refuse_unknown(const struct att_source *source, struct att_err *err)
{
	struct att_str text = source->text;
	struct att_span start = {0, text.len > 0};
	if (text.len == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, start,
				      "expected a signature, found an empty file");
	if (att_str_starts(text, ATT_STR("-----BEGIN PGP "))) {
		att_source_err(source, err, ATT_ERR_UNSUPPORTED, start,
			       "expected a signature of another kind, found PGP, which is not checked");
		att_err_help(err, "check it with gpg or sq");
		return ATT_ERR_UNSUPPORTED;
	}
	if (att_str_starts(text, ATT_STR("\x1f\x8b"))) {
		att_source_err(source, err, ATT_ERR_UNSUPPORTED, start,
			       "expected a signature in a file of its own, found gzip data");
		att_err_help(err, "signatures inside of gzip files are checked with signify -Vz");
		return ATT_ERR_UNSUPPORTED;
	}
	if (text.data[0] == '{' && att_str_find(text, ATT_STR("\"base64Signature\"")) != ATT_STR_NONE) {
		att_source_err(
			source, err, ATT_ERR_UNSUPPORTED, start,
			"expected a Sigstore bundle, found the file that cosign wrote before there were any");
		att_err_help(err, "sign again with cosign 3, or with --new-bundle-format");
		return ATT_ERR_UNSUPPORTED;
	}
	att_source_err(source, err, ATT_ERR_UNSUPPORTED, start, "expected a signature, found something else");
	att_err_help(err,
		     "these are read: Sigstore bundles, DSSE envelopes, minisign, signify, SSH signatures, "
		     "detached signatures");
	return ATT_ERR_UNSUPPORTED;
}

static int parse_one(const struct att_source *source, struct att_arena *arena, struct att_signature *out,
		     size_t *count, struct att_err *err)
{
	if (*count == ATT_MAX_SIGNATURES_IN_FILE)
		return att_source_err(source, err, ATT_ERR_LIMIT, ((struct att_span){0, 1}),
				      "expected at most %d signatures in a file, found more",
				      ATT_MAX_SIGNATURES_IN_FILE);
	for (const struct att_signature_format *const *format = att_signature_formats; *format; format++)
		if ((*format)->recognise(source->text))
			return (*format)->parse(source, arena, out, count, err);
	return refuse_unknown(source, err);
}

bool att_signature_is_lines(struct att_str text)
{
	size_t end = att_str_find_byte(text, '\n');
	if (text.len == 0 || text.data[0] != '{' || end == ATT_STR_NONE)
		return false;
	return att_str_ends(att_str_trim(att_str_first(text, end)), ATT_STR("}")) &&
	       att_str_trim(att_str_from(text, end)).len > 0;
}

static int parse_lines(const struct att_source *source, struct att_arena *arena, struct att_signature *out,
		       size_t *count, struct att_err *err)
{
	struct att_str rest = source->text, line;
	for (uint32_t number = 0; att_str_split(&rest, '\n', &line); number++) {
		struct att_source one;
		if (att_str_trim(line).len == 0)
			continue;
		int result = att_source_init(&one, arena, source->path, line, err);
		if (result == ATT_OK)
			result = parse_one(&one, arena, out, count, err);
		if (result == ATT_OK)
			continue;
		if (err && err->place.line > 0) {
			err->place.line += number;
			err->place.end_line += number;
		}
		return result;
	}
	return ATT_OK;
}

int att_signature_parse(const struct att_source *source, struct att_arena *arena,
			struct att_signature out[static ATT_MAX_SIGNATURES_IN_FILE], size_t *count,
			struct att_err *err)
{
	*count = 0;
	int result = att_signature_is_lines(source->text) ? parse_lines(source, arena, out, count, err)
							  : parse_one(source, arena, out, count, err);
	if (result != ATT_OK)
		*count = 0;
	return result;
}

int att_sign_check_plain(const struct att_signed_file *file, struct att_err *err)
{
	static const struct {
		struct att_str begin;
		const char *of;
	} others[] = {{{"DSSEv1 ", 7}, "an envelope"}, {{"SSHSIG\0", 7}, "an OpenSSH signature"}};
	char bytes[8];
	ssize_t got = pread(file->fd, bytes, sizeof bytes, 0);
	struct att_str begin = {bytes, got > 0 ? (size_t)got : 0};
	if (got < 0 && errno != ESPIPE)
		return att_err_set_errno(err, errno, "cannot read %s", file->name);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (!att_str_starts(begin, others[i].begin))
			continue;
		att_err_set(
			err, ATT_ERR_REFUSED,
			"expected a file, found what is signed in %s at %s: the signature would do for both",
			others[i].of, file->name);
		att_err_help(err, "sign it in a format that hashes first (minisign, sshsig)");
		return ATT_ERR_REFUSED;
	}
	return ATT_OK;
}

bool att_signature_fits(const struct att_signature *signature, const struct att_key *key)
{
	return !signature->format->fits || signature->format->fits(signature, key);
}

static enum att_scheme scheme_of(const struct att_signature *signature, const struct att_key *key)
{
	return signature->scheme ? signature->scheme : att_key_scheme(key);
}

int att_signature_plan(const struct att_signature *signature, const struct att_key *key,
		       struct att_arena *arena, struct att_digest_job *job, struct att_err *err)
{
	*job = (struct att_digest_job){.kind = ATT_DIGEST_NONE};
	if (signature->format->plan)
		return signature->format->plan(signature, key, arena, job, err);
	return att_key_plan(key, scheme_of(signature, key),
			    signature->digest_kind ? signature->digest_kind : att_key_digest(key),
			    signature->bytes, arena, job, err);
}

enum att_outcome att_signature_verify(const struct att_signature *signature, const struct att_key *key,
				      const struct att_digest *digest, struct att_err *err)
{
	if (signature->format->verify)
		return signature->format->verify(signature, key, digest, err);
	return att_key_verify(key, scheme_of(signature, key), digest, signature->bytes, err);
}
