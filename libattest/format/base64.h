// SPDX-License-Identifier: Apache-2.0
/* Base64 (RFC 4648), strict, through libsodium, whose time does not depend on what is decoded. */
#ifndef ATT_FORMAT_BASE64_H
#define ATT_FORMAT_BASE64_H

#include "libattest/base/buf.h"
#include "libattest/base/err.h"

enum att_base64 {
	ATT_BASE64,        /* section 4, padded */
	ATT_BASE64_EITHER, /* section 4 or 5 (URL-safe), padded or not, as DSSE's readers must take it */
};

/* Appends the bytes that `text` stands for. No white space, no other alphabet, no bits left over. Errors:
 * ATT_ERR_MALFORMED; ATT_ERR_LIMIT when `out` is full. `what` names the text in messages ("the signature"). */
int att_base64_decode(struct att_str text, enum att_base64 variant, const char *what, struct att_buf *out,
		      struct att_err *err) ATT_MUST_USE;

/* The same into exactly `size` bytes; another length is ATT_ERR_MALFORMED. */
int att_base64_decode_exact(struct att_str text, const char *what, void *bytes, size_t size,
			    struct att_err *err) ATT_MUST_USE;

/* Appends the padded standard form on one line. */
void att_base64_encode(struct att_str bytes, struct att_buf *out);

/* Appends lowercase hexadecimal digits. */
void att_hex_encode(struct att_str bytes, struct att_buf *out);

/* Hexadecimal digits of either case into exactly `size` bytes; anything else is ATT_ERR_MALFORMED. */
int att_hex_decode_exact(struct att_str text, const char *what, void *bytes, size_t size,
			 struct att_err *err) ATT_MUST_USE;

#endif
