// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/str.h"

#include "libattest/base/banned.h"

size_t att_str_find_byte(struct att_str s, char c)
{
	const char *hit = s.len ? memchr(s.data, c, s.len) : NULL;
	return hit ? (size_t)(hit - s.data) : ATT_STR_NONE;
}

size_t att_str_find_last_byte(struct att_str s, char c)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.data[i - 1] == c)
			return i - 1;
	return ATT_STR_NONE;
}

size_t att_str_find(struct att_str s, struct att_str needle)
{
	if (needle.len == 0)
		return 0;
	const char *hit = s.len ? memmem(s.data, s.len, needle.data, needle.len) : NULL;
	return hit ? (size_t)(hit - s.data) : ATT_STR_NONE;
}

int att_str_compare(struct att_str a, struct att_str b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.data, b.data, common) : 0;
	if (order != 0)
		return order < 0 ? -1 : 1;
	return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

bool att_str_equal_nocase(struct att_str a, struct att_str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (att_ascii_lower(a.data[i]) != att_ascii_lower(b.data[i]))
			return false;
	return true;
}

struct att_str att_str_trim(struct att_str s)
{
	while (s.len > 0 && att_ascii_is_space(s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len > 0 && att_ascii_is_space(s.data[s.len - 1]))
		s.len--;
	return s;
}

bool att_str_split(struct att_str *rest, char c, struct att_str *part)
{
	if (!rest->data)
		return false;
	size_t at = att_str_find_byte(*rest, c);
	if (at == ATT_STR_NONE) {
		*part = *rest;
		*rest = (struct att_str){NULL, 0};
		return true;
	}
	*part = att_str_first(*rest, at);
	rest->data += at + 1;
	rest->len -= at + 1;
	return true;
}

bool att_str_to_uint(struct att_str s, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!att_ascii_is_digit(s.data[i]))
			return false;
		uint64_t digit = (uint64_t)(s.data[i] - '0');
		if (value > (max - (digit <= max ? digit : max)) / 10 || digit > max - value * 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}
