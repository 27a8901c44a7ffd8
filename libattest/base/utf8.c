// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

size_t att_utf8_decode(struct att_str s, uint32_t *code_point)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	if (s.len == 0)
		return 0;
	unsigned char lead = (unsigned char)s.data[0];
	size_t len = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
	if (len == 0 || len > s.len)
		return 0;
	if (len == 1) {
		*code_point = lead;
		return 1;
	}
	uint32_t c = lead & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		unsigned char next = (unsigned char)s.data[i];
		if (next >> 6 != 2)
			return 0;
		c = c << 6 | (next & 0x3f);
	}
	if (c < smallest[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code_point = c;
	return len;
}

/* Position after the ASCII characters at `at`: nearly all text is, and eight at a time go quickly. */
static size_t skip_ascii(struct att_str s, size_t at)
{
	uint64_t eight;
	while (s.len - at >= sizeof eight) {
		memcpy(&eight, s.data + at, sizeof eight);
		if (eight & 0x8080808080808080u)
			break;
		at += sizeof eight;
	}
	while (at < s.len && (unsigned char)s.data[at] < 0x80)
		at++;
	return at;
}

size_t att_utf8_valid_prefix(struct att_str s)
{
	size_t at = 0;
	while ((at = skip_ascii(s, at)) < s.len) {
		uint32_t c;
		size_t len = att_utf8_decode(att_str_from(s, at), &c);
		if (len == 0)
			break;
		at += len;
	}
	return at;
}

size_t att_utf8_encode(uint32_t c, char out[static 4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t att_utf8_advance(struct att_str s, size_t at, size_t to, size_t *count)
{
	for (;;) {
		size_t ascii_end = skip_ascii(att_str_first(s, to), at);
		*count += ascii_end - at;
		if (ascii_end >= to)
			return ascii_end;
		uint32_t c;
		size_t len = att_utf8_decode(att_str_from(s, ascii_end), &c);
		at = ascii_end + (len ? len : 1);
		++*count;
		if (at >= to)
			return at;
	}
}

size_t att_utf8_count(struct att_str s)
{
	size_t count = 0;
	att_utf8_advance(s, 0, s.len, &count);
	return count;
}

bool att_utf8_is_hostile(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

bool att_utf8_begins_command(struct att_str text, size_t at)
{
	return at >= 2 && text.data[at] == '[' && text.data[at - 1] == '#' && text.data[at - 2] == '#';
}

void att_utf8_add_visible(struct att_buf *out, struct att_str text)
{
	for (size_t at = 0; at < text.len;) {
		uint32_t c;
		size_t len = att_utf8_decode(att_str_from(text, at), &c);
		if (len == 0)
			att_buf_printf(out, "\\x{%02x}", (unsigned char)text.data[at]);
		else if (att_utf8_is_hostile(c) || att_utf8_begins_command(text, at))
			att_buf_printf(out, "\\u{%x}", c);
		else
			att_buf_add(out, att_str_first(att_str_from(text, at), len));
		at += len ? len : 1;
	}
}
