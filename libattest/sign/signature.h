// SPDX-License-Identifier: Apache-2.0
/* Signature formats. Each is one file that exports one const struct att_signature_format and holds reader and
 * writer; the table stands in signature_formats.c. */
#ifndef ATT_SIGN_SIGNATURE_H
#define ATT_SIGN_SIGNATURE_H

#include "libattest/base/arena.h"
#include "libattest/base/source.h"
#include "libattest/sign/key.h"
#include "libattest/sign/secret.h"

struct att_signature_format;

/* One signature, read but not believed. Views live in the arena or in the source that it was parsed from. A
 * format that has no such thing leaves a member empty. */
struct att_signature {
	const struct att_signature_format *format;
	enum att_scheme scheme;           /* NONE: the key decides (att_key_scheme) */
	enum att_digest_kind digest_kind; /* NONE: the key decides (att_key_digest) */
	struct att_str bytes;             /* what att_key_verify takes */
	struct att_str key_hint; /* key number (8 bytes), bundle hint, DSSE keyid: chooses, never decides */
	struct att_str key_blob; /* the OpenSSH key inside an sshsig: has to be the pinned one */
	struct att_str trusted_comment;  /* signed; worth showing only once the signature holds */
	struct att_str global_signature; /* minisign: over the signature and the trusted comment */
	struct att_str name_space;       /* sshsig */
	struct att_str head;             /* sshsig: what is signed before the artifact's digest */
	enum att_digest_kind inner_kind; /* sshsig: the digest of both */
	/* raw: another reading of the same bytes as the signature before it; one of both has to hold. */
	bool alternative;
	struct att_digest claimed; /* the artifact's digest by this file's word: whoever verifies compares it */
	struct att_str payload, payload_type; /* DSSE: what is signed, decoded */
	struct att_str message;               /* DSSE: the bytes that are signed; the payload is their end */
	unsigned log_entries, timestamps;     /* in a bundle; read, and not checked here */
	bool legacy;                          /* minisign without prehashing */
};

enum { ATT_MAX_SIGNATURES_IN_FILE = 32 };

/* What a signature is about. Exactly one of both is used. */
struct att_signed_file {
	int fd;
	const char *name;
	const struct att_progress *progress;
};

struct att_sign_request {
	const struct att_secret *secret;
	struct att_signed_file file;
	struct att_str
		comment; /* minisign's trusted comment, signify's comment; empty: the format's usual one */
	struct att_str name_space;   /* sshsig; required there */
	struct att_str payload_type; /* DSSE; empty: told from the payload */
	enum att_scheme scheme;      /* NONE: the format's and key's usual one; else RSA_PSS for raw */
	int64_t time;                /* seconds since 1970 for minisign's usual comment; below 0: left out */
};

struct att_signature_format {
	const char *name;   /* "minisign", as --as takes it */
	const char *suffix; /* ".minisig": what is written beside the artifact */

	/* Looks at the first bytes only. */
	bool (*recognise)(struct att_str bytes);

	/* Appends every signature in the file (one, for most) to out[0..*count), of which there is room for
	 * ATT_MAX_SIGNATURES_IN_FILE. Strict: trailing bytes, other line counts, unknown versions are errors
	 * with their place. Members that the format does not fill are zero. */
	int (*parse)(const struct att_source *source, struct att_arena *arena, struct att_signature *out,
		     size_t *count, struct att_err *err);

	/* May this key have made the signature? False when the format's own mark (key number, embedded key)
	 * says that it was another: the signature is then not tried. NULL: always. */
	bool (*fits)(const struct att_signature *signature, const struct att_key *key);

	/* What to hash of the artifact. NULL: att_key_plan with scheme and digest_kind. job->kind NONE means
	 * that nothing of the artifact is hashed. */
	int (*plan)(const struct att_signature *signature, const struct att_key *key, struct att_arena *arena,
		    struct att_digest_job *job, struct att_err *err);

	/* Checks the signature and everything that the format signs beside it, given the job's digest. NULL:
	 * att_key_verify. As att_key_verify. */
	enum att_outcome (*verify)(const struct att_signature *signature, const struct att_key *key,
				   const struct att_digest *digest, struct att_err *err);

	/* Appends the signature file for request->file. NULL: this format is only read. */
	int (*sign)(const struct att_sign_request *request, struct att_buf *out, struct att_err *err);
};

/* Ends in NULL; ordered so that whoever recognises the most particular bytes comes first. */
extern const struct att_signature_format *const att_signature_formats[];

/* By its name; NULL when there is none. */
const struct att_signature_format *att_signature_format_find(struct att_str name);

/* Parses with the first format that recognises the bytes; a file of JSON lines (".intoto.jsonl") holds one
 * envelope or bundle on each. Errors: ATT_ERR_UNSUPPORTED, naming the formats that are read and, for PGP
 * armour, saying so; ATT_ERR_LIMIT; those of the format. *count is at least 1 on success. */
int att_signature_parse(const struct att_source *source, struct att_arena *arena,
			struct att_signature out[static ATT_MAX_SIGNATURES_IN_FILE], size_t *count,
			struct att_err *err) ATT_MUST_USE;

/* Is this a file of JSON lines: an object on the first line, and something behind it? */
bool att_signature_is_lines(struct att_str text);

/* Looks at how a file begins whose bytes are signed as they stand, for formats that do so. ATT_ERR_REFUSED for
 * what DSSE and sshsig sign (PAE, PROTOCOL.sshsig): the signature would do for a statement or a file that
 * nobody meant to sign. Nothing is told of a pipe. */
int att_sign_check_plain(const struct att_signed_file *file, struct att_err *err) ATT_MUST_USE;

/* The format's functions, or what NULL stands for. */
bool att_signature_fits(const struct att_signature *signature, const struct att_key *key);
int att_signature_plan(const struct att_signature *signature, const struct att_key *key,
		       struct att_arena *arena, struct att_digest_job *job, struct att_err *err) ATT_MUST_USE;
enum att_outcome att_signature_verify(const struct att_signature *signature, const struct att_key *key,
				      const struct att_digest *digest, struct att_err *err) ATT_MUST_USE;

#endif
