// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/ssh.h"

#include "libattest/base/banned.h"

bool att_ssh_take(struct att_str *rest, struct att_str *string)
{
	size_t len = 0;
	if (rest->len < 4)
		return false;
	for (int i = 0; i < 4; i++)
		len = len << 8 | (uint8_t)rest->data[i];
	if (len > rest->len - 4)
		return false;
	*string = (struct att_str){rest->data + 4, len};
	*rest = (struct att_str){rest->data + 4 + len, rest->len - 4 - len};
	return true;
}

bool att_ssh_take_unsigned(struct att_str *rest, struct att_str *number)
{
	struct att_str after = *rest, n;
	if (!att_ssh_take(&after, &n) || (n.len > 0 && (uint8_t)n.data[0] >= 0x80))
		return false;
	if (n.len > 0 && n.data[0] == 0) {
		n = att_str_from(n, 1);
		if (n.len == 0 || (uint8_t)n.data[0] < 0x80)
			return false;
	}
	*number = n;
	*rest = after;
	return true;
}

static void write_length(size_t len, struct att_buf *out)
{
	/* Nothing of ours comes near: a length that does not fit makes the buffer say that it failed. */
	if (len > UINT32_MAX)
		out->failed = true;
	for (int shift = 24; shift >= 0; shift -= 8)
		att_buf_add_byte(out, (char)(uint8_t)(len >> shift));
}

void att_ssh_write(struct att_str string, struct att_buf *out)
{
	write_length(string.len, out);
	att_buf_add(out, string);
}

void att_ssh_write_unsigned(struct att_str number, struct att_buf *out)
{
	while (number.len > 0 && number.data[0] == 0)
		number = att_str_from(number, 1);
	bool lead = number.len > 0 && (uint8_t)number.data[0] >= 0x80;
	write_length(number.len + lead, out);
	if (lead)
		att_buf_add_byte(out, 0);
	att_buf_add(out, number);
}
