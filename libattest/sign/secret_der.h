// SPDX-License-Identifier: Apache-2.0
/* What secret key files take of DER beyond libattest/format/der.h. */
#ifndef ATT_SIGN_SECRET_DER_H
#define ATT_SIGN_SECRET_DER_H

#include "libattest/format/der.h"

/* [0] and [1], constructed; [1] IMPLICIT of something primitive. */
#define ATT_DER_CONTEXT_0  ((enum att_der_tag)0xa0)
#define ATT_DER_CONTEXT_1  ((enum att_der_tag)0xa1)
#define ATT_DER_IMPLICIT_1 ((enum att_der_tag)0x81)

static inline bool att_der_is(struct att_str rest, enum att_der_tag tag)
{
	return rest.len > 0 && (uint8_t)rest.data[0] == (uint8_t)tag;
}

static inline bool att_der_take_uint(struct att_str *rest, uint64_t *value)
{
	struct att_str left = *rest, bytes;
	if (!att_der_take_unsigned(&left, &bytes) || bytes.len > sizeof *value)
		return false;
	*value = 0;
	for (size_t i = 0; i < bytes.len; i++)
		*value = *value << 8 | (uint8_t)bytes.data[i];
	*rest = left;
	return true;
}

static inline void att_der_put(struct att_buf *out, enum att_der_tag tag, struct att_str content)
{
	att_der_write(tag, content.len, out);
	att_buf_add(out, content);
}

static inline void att_der_put_uint(struct att_buf *out, uint64_t value)
{
	char bytes[sizeof value];
	for (size_t i = 0; i < sizeof value; i++)
		bytes[i] = (char)(value >> (8 * (sizeof value - 1 - i)) & 0xff);
	att_der_write_unsigned((struct att_str){bytes, sizeof bytes}, out);
}

#endif
