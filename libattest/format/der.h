// SPDX-License-Identifier: Apache-2.0
/* DER (X.690 section 10), as much as keys and signatures take: every value has one encoding, and no other is
 * read. */
#ifndef ATT_FORMAT_DER_H
#define ATT_FORMAT_DER_H

#include "libattest/base/buf.h"

enum att_der_tag {
	ATT_DER_INTEGER = 0x02,
	ATT_DER_BIT_STRING = 0x03,
	ATT_DER_OCTET_STRING = 0x04,
	ATT_DER_NULL = 0x05,
	ATT_DER_OID = 0x06,
	ATT_DER_UTF8_STRING = 0x0c,
	ATT_DER_SEQUENCE = 0x30,
};

/* Takes one element off *rest; *content is a view of what is in it. False, and *rest as it was, for another
 * tag, an end before its time, and a length that is indefinite or not in its shortest form. */
bool att_der_take(struct att_str *rest, enum att_der_tag tag, struct att_str *content);

/* Takes an INTEGER that is not negative and in its shortest form. *number is its bytes, the highest first,
 * without a zero in front: none for 0. */
bool att_der_take_unsigned(struct att_str *rest, struct att_str *number);

/* Takes a BIT STRING of whole bytes. */
bool att_der_take_bytes(struct att_str *rest, struct att_str *bytes);

/* Appends tag and length of an element whose content, of `len` bytes, the caller appends. */
void att_der_write(enum att_der_tag tag, size_t len, struct att_buf *out);

/* How many bytes an element takes that has `len` bytes of content. */
size_t att_der_size(size_t len);

/* Appends an INTEGER from bytes, the highest first, of any length. */
void att_der_write_unsigned(struct att_str number, struct att_buf *out);

#endif
