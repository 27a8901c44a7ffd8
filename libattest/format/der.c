// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/der.h"

#include "libattest/base/banned.h"

static uint8_t byte_at(struct att_str s, size_t i)
{
	return (uint8_t)s.data[i];
}

/* Reads the length behind a tag: X.690 sections 8.1.3 and 10.1. `size` is how many bytes it takes. */
static bool read_length(struct att_str s, size_t *len, size_t *size)
{
	enum { LONGEST = 4 };
	if (s.len == 0)
		return false;
	*len = byte_at(s, 0);
	*size = 1;
	if (*len < 0x80)
		return true;
	size_t count = *len & 0x7f;
	if (count == 0 || count > LONGEST || count >= s.len || byte_at(s, 1) == 0)
		return false;
	*len = 0;
	for (size_t i = 1; i <= count; i++)
		*len = *len << 8 | byte_at(s, i);
	*size = 1 + count;
	return *len >= 0x80;
}

bool att_der_take(struct att_str *rest, enum att_der_tag tag, struct att_str *content)
{
	size_t len, size;
	struct att_str body = att_str_from(*rest, 1);
	if (!body.data || byte_at(*rest, 0) != (uint8_t)tag || !read_length(body, &len, &size) ||
	    len > body.len - size)
		return false;
	*content = (struct att_str){body.data + size, len};
	*rest = (struct att_str){content->data + len, body.len - size - len};
	return true;
}

bool att_der_take_unsigned(struct att_str *rest, struct att_str *number)
{
	struct att_str after = *rest, n;
	if (!att_der_take(&after, ATT_DER_INTEGER, &n) || n.len == 0 || byte_at(n, 0) >= 0x80)
		return false;
	if (byte_at(n, 0) == 0) {
		if (n.len > 1 && byte_at(n, 1) < 0x80)
			return false;
		n = att_str_from(n, 1);
	}
	*number = n;
	*rest = after;
	return true;
}

bool att_der_take_bytes(struct att_str *rest, struct att_str *bytes)
{
	struct att_str after = *rest, bits;
	if (!att_der_take(&after, ATT_DER_BIT_STRING, &bits) || bits.len == 0 || byte_at(bits, 0) != 0)
		return false;
	*bytes = att_str_from(bits, 1);
	*rest = after;
	return true;
}

/* Bytes of the length itself beyond the first. */
static unsigned length_bytes(size_t len)
{
	unsigned count = 0;
	for (size_t rest = len; len >= 0x80 && rest > 0; rest >>= 8)
		count++;
	return count;
}

size_t att_der_size(size_t len)
{
	return 2 + length_bytes(len) + len;
}

void att_der_write(enum att_der_tag tag, size_t len, struct att_buf *out)
{
	unsigned count = length_bytes(len);
	att_buf_add_byte(out, (char)tag);
	att_buf_add_byte(out, (char)(count > 0 ? 0x80 | count : len));
	while (count-- > 0)
		att_buf_add_byte(out, (char)(uint8_t)(len >> (8 * count)));
}

void att_der_write_unsigned(struct att_str number, struct att_buf *out)
{
	while (number.len > 0 && byte_at(number, 0) == 0)
		number = att_str_from(number, 1);
	bool lead = number.len == 0 || byte_at(number, 0) >= 0x80;
	att_der_write(ATT_DER_INTEGER, number.len + lead, out);
	if (lead)
		att_buf_add_byte(out, 0);
	att_buf_add(out, number);
}
