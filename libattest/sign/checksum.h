// SPDX-License-Identifier: Apache-2.0
/* Checksum manifests: SHA256SUMS and its kin, and the files that hold one digest beside an artifact. The lines
 * are those of GNU coreutils ("HEX  NAME", "HEX *NAME") and the BSDs ("SHA256 (NAME) = HEX"). */
#ifndef ATT_SIGN_CHECKSUM_H
#define ATT_SIGN_CHECKSUM_H

#include "libattest/base/buf.h"
#include "libattest/base/finding.h"
#include "libattest/base/source.h"
#include "libattest/base/step.h"
#include "libattest/sign/digest.h"

/* One line. */
struct att_checksum {
	struct att_digest digest;
	struct att_str name;           /* relative to the manifest's folder, without "./", unescaped */
	struct att_span span, name_at; /* of the line, of the name (or of a bare digest) */
};

struct att_checksums {
	struct att_checksum *items; /* in the order of the file; in the arena given to parse */
	size_t count, capacity;
	uint32_t *by_name; /* places in `items`, ordered by name, then kind: no two are alike in both */
	/* Of a manifest that could not be parsed: the code of the finding about it, a literal; NULL: follows
	 * from the error. */
	const char *problem;
};

struct att_checksum_options {
	bool insecure_md5, insecure_sha1; /* take lines with these digests */
};

/* Reads a manifest. What a line without a tag is a digest of follows from its length; 64 bytes are BLAKE2b when
 * the last word in the manifest's name that names an algorithm says so ("B2SUMS", "x.blake2b"), else SHA-512. A
 * file X.sha256 (.sha384, ..., .sha256sum, ...) may also hold a digest of X and nothing else. Lines that begin
 * with "#" are comments. Lines end in \n or all in \r\n; the last one may have no end. Everything else is
 * ATT_ERR_MALFORMED with its place: empty lines, single spaces, two lines of one kind about one name, no line
 * at all, names that are absolute or empty, "-", have "..", "." or empty parts (a "./" in front is passed
 * over), or hold control characters other than an escaped \n or \r. Other errors: ATT_ERR_UNSUPPORTED for other
 * algorithms; ATT_ERR_REFUSED for MD5 and SHA-1; ATT_ERR_LIMIT above ATT_MAX_STEPS lines. */
int att_checksum_parse(const struct att_source *source, const struct att_checksum_options *options,
		       struct att_arena *arena, struct att_checksums *out, struct att_err *err) ATT_MUST_USE;

/* Appends one line as coreutils writes it: with `tag` "SHA256 (NAME) = HEX", else "HEX  NAME"; a name with a
 * backslash, \n or \r is escaped. Errors: ATT_ERR_REFUSED for a name that att_checksum_parse would refuse ("-"
 * excepted, which stands for standard input). */
int att_checksum_write(const struct att_digest *digest, struct att_str name, bool tag, struct att_buf *out,
		       struct att_err *err) ATT_MUST_USE;

/* The lines about `name`: *count of them from list->by_name[result] on; 0 when there is none. */
size_t att_checksum_find(const struct att_checksums *list, struct att_str name, size_t *count);

#endif
