// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/base64.h"

#include <sodium.h>

#include "libattest/base/banned.h"

static bool is_digit(char c, bool url)
{
	return att_ascii_is_alnum(c) || (url ? c == '-' || c == '_' : c == '+' || c == '/');
}

/* How many digits stand before the padding. */
static size_t count_digits(struct att_str text)
{
	size_t len = text.len;
	for (int i = 0; i < 2 && len > 0 && text.data[len - 1] == '='; i++)
		len--;
	return len;
}

/* Says what is wrong with a text that the decoder refused, without quoting it: it may be a secret. */
static int refuse(struct att_str text, bool url, const char *what, struct att_err *err)
{
	for (size_t i = 0, digits = count_digits(text); i < digits; i++) {
		if (!is_digit(text.data[i], url))
			return att_err_set(err, ATT_ERR_MALFORMED,
					   "expected base64 for %s, found another character at position %zu",
					   what, i + 1);
	}
	return att_err_set(
		err, ATT_ERR_MALFORMED,
		"expected base64 for %s, found %zu characters with a wrong end: padding is missing or "
		"too much, or bits are left over",
		what, text.len);
}

/* libsodium 1.0.18 takes every byte from 0x80 on for a "/". Looks at all bytes, in the same time whatever they
 * are. */
static bool is_ascii(struct att_str text)
{
	unsigned char all = 0;
	for (size_t i = 0; i < text.len; i++)
		all |= (unsigned char)text.data[i];
	return all < 0x80;
}

static bool decode(struct att_str text, int alphabet, char *to, size_t size)
{
	size_t made = 0;
	/* Without a set of characters to ignore, white space ends the decoding; without a place to write the
	 * end to, an end before that of the text is an error. Leftover bits are refused as well. */
	return is_ascii(text) &&
	       sodium_base642bin((unsigned char *)to, size, text.data, text.len, NULL, &made, NULL, alphabet) ==
		       0 &&
	       made == size;
}

int att_base64_decode(struct att_str text, enum att_base64 variant, const char *what, struct att_buf *out,
		      struct att_err *err)
{
	int alphabet = sodium_base64_VARIANT_ORIGINAL;
	bool url = false;
	if (text.len == 0)
		return ATT_OK;
	if (variant == ATT_BASE64_EITHER) {
		bool padded = text.data[text.len - 1] == '=' || text.len % 4 == 0;
		url = att_str_find_byte(text, '-') != ATT_STR_NONE ||
		      att_str_find_byte(text, '_') != ATT_STR_NONE;
		if (url)
			alphabet = padded ? sodium_base64_VARIANT_URLSAFE
					  : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
		else if (!padded)
			alphabet = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
	}
	size_t digits = count_digits(text), size = digits / 4 * 3 + digits % 4 * 3 / 4;
	char *to = att_buf_reserve(out, size);
	if (!to)
		return out->starved
			       ? att_err_memory(err)
			       : att_err_set(err, ATT_ERR_LIMIT, "%s is longer than %zu bytes", what, out->max);
	if (!decode(text, alphabet, to, size))
		return refuse(text, url, what, err);
	out->len += size;
	return ATT_OK;
}

int att_base64_decode_exact(struct att_str text, const char *what, void *bytes, size_t size,
			    struct att_err *err)
{
	size_t digits = count_digits(text), found = digits / 4 * 3 + digits % 4 * 3 / 4;
	if (found == size && decode(text, sodium_base64_VARIANT_ORIGINAL, bytes, size))
		return ATT_OK;
	sodium_memzero(bytes, size);
	if (found != size)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected base64 of %zu bytes for %s, found %zu characters", size, what,
				   text.len);
	return refuse(text, false, what, err);
}

void att_base64_encode(struct att_str bytes, struct att_buf *out)
{
	enum { STEP = 3 * 256 };
	char text[STEP / 3 * 4 + 1];
	for (size_t at = 0; at < bytes.len; at += STEP) {
		struct att_str part = att_str_first(att_str_from(bytes, at), STEP);
		sodium_bin2base64(text, sizeof text, (const unsigned char *)part.data, part.len,
				  sodium_base64_VARIANT_ORIGINAL);
		att_buf_add(out, att_str_of(text));
	}
	sodium_memzero(text, sizeof text);
}

void att_hex_encode(struct att_str bytes, struct att_buf *out)
{
	enum { STEP = 256 };
	char text[2 * STEP + 1];
	for (size_t at = 0; at < bytes.len; at += STEP) {
		struct att_str part = att_str_first(att_str_from(bytes, at), STEP);
		sodium_bin2hex(text, sizeof text, (const unsigned char *)part.data, part.len);
		att_buf_add(out, att_str_of(text));
	}
	sodium_memzero(text, sizeof text);
}

int att_hex_decode_exact(struct att_str text, const char *what, void *bytes, size_t size, struct att_err *err)
{
	size_t made = 0;
	if (text.len / 2 == size && text.len % 2 == 0 &&
	    sodium_hex2bin(bytes, size, text.data, text.len, NULL, &made, NULL) == 0 && made == size)
		return ATT_OK;
	sodium_memzero(bytes, size);
	return att_err_set(err, ATT_ERR_MALFORMED,
			   "expected %zu hexadecimal digits for %s, found %zu characters%s", 2 * size, what,
			   text.len, text.len == 2 * size ? " that are not all digits" : "");
}
