// SPDX-License-Identifier: Apache-2.0
/* PEM (RFC 7468), strict: one label, base64 lines, the same label. */
#ifndef ATT_FORMAT_PEM_H
#define ATT_FORMAT_PEM_H

#include "libattest/base/buf.h"
#include "libattest/base/err.h"

struct att_pem {
	struct att_str label;   /* "PUBLIC KEY"; points into the text */
	struct att_str headers; /* "Proc-Type: ..." lines of RFC 1421, empty in RFC 7468 */
	struct att_str body;    /* base64 with its line ends, but the last */
};

/* Does the text begin, after white space, with "-----BEGIN "? */
bool att_pem_recognise(struct att_str text);

/* Takes the next block off *rest. White space may stand between blocks, other text only when `explained` is
 * true, as in the output of "openssl x509 -text". Returns 1, 0 when nothing is left, or ATT_ERR_MALFORMED with
 * the line in *err, counted from where *rest began: no end, another label at the end, a line that is no base64,
 * an empty body. *rest is then as it was. */
int att_pem_next(struct att_str *rest, bool explained, struct att_pem *out, struct att_err *err) ATT_MUST_USE;

/* Appends the bytes of the body. The buffer's owner wipes them when they are secret. */
int att_pem_decode(const struct att_pem *pem, struct att_buf *out, struct att_err *err) ATT_MUST_USE;

/* Appends a block with lines of 64 characters. */
void att_pem_encode(struct att_str label, struct att_str bytes, struct att_buf *out);

/* The same with lines of `width` characters, for what is not secret: OpenSSH wants 70. */
void att_pem_encode_wide(struct att_str label, struct att_str bytes, size_t width, struct att_buf *out);

#endif
