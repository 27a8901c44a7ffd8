// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"
#include "libattest/format/toml_internal.h"

#include <stdio.h>

#include "libattest/base/banned.h"

enum { CLIP = 80 };

struct att_str att_toml_clip(struct att_str s)
{
	if (s.len <= CLIP)
		return s;
	s.len = CLIP;
	while (s.len > 0 && ((unsigned char)s.data[s.len] & 0xc0) == 0x80)
		s.len--;
	return s;
}

/* Tab is allowed wherever characters are; the other controls are nowhere. */
static bool is_control(int c)
{
	return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f;
}

/* Length of the line end `at` a position: 1, 2, or 0 when there is none. */
static uint32_t newline_at(const struct att_toml *t, uint32_t at)
{
	if (at < t->end && t->text[at] == '\n')
		return 1;
	return t->end - at >= 2 && t->text[at] == '\r' && t->text[at + 1] == '\n' ? 2 : 0;
}

static bool is_bare(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-';
}

int att_toml_expected(const struct att_toml *t, const char *what)
{
	int c = att_toml_peek(t, 0);
	uint32_t code_point;
	struct att_str rest = {t->text + t->at, t->end - t->at};
	if (c < 0)
		return att_toml_fail(t, t->at, t->at, "expected %s, found the end of the file", what);
	if (newline_at(t, t->at))
		return att_toml_fail(t, t->at, t->at, "expected %s, found the end of the line", what);
	if (c == '\r')
		return att_toml_fail(t, t->at, t->at + 1,
				     "expected %s, found a carriage return without a line feed", what);
	if (c == '"')
		return att_toml_fail(t, t->at, t->at + 1, "expected %s, found a quotation mark", what);
	uint32_t len = (uint32_t)att_utf8_decode(rest, &code_point);
	if (is_control(c) || c == '\t' || code_point == 0xa0 || att_utf8_is_hostile(code_point))
		return att_toml_fail(t, t->at, t->at + len, "expected %s, found the character U+%04X", what,
				     code_point);
	return att_toml_fail(t, t->at, t->at + len, "expected %s, found \"%.*s\"", what, (int)len,
			     t->text + t->at);
}

int att_toml_count(struct att_toml *t, uint32_t begin)
{
	if (++t->values <= ATT_MAX_VALUES)
		return ATT_OK;
	return att_source_err(t->source, t->err, ATT_ERR_LIMIT, ((struct att_span){begin, begin}),
			      "expected at most %zu values in one document, found more", ATT_MAX_VALUES);
}

void att_toml_skip_blanks(struct att_toml *t)
{
	while (t->at < t->end && (t->text[t->at] == ' ' || t->text[t->at] == '\t'))
		t->at++;
}

/* The rest of a comment, up to the line end. */
static int skip_comment(struct att_toml *t)
{
	while (t->at < t->end && !newline_at(t, t->at)) {
		if (is_control((unsigned char)t->text[t->at]))
			return att_toml_expected(t, "printable characters in a comment");
		t->at++;
	}
	return ATT_OK;
}

int att_toml_skip_lines(struct att_toml *t)
{
	for (;;) {
		att_toml_skip_blanks(t);
		uint32_t newline = newline_at(t, t->at);
		t->at += newline;
		if (newline)
			continue;
		if (att_toml_peek(t, 0) != '#')
			return ATT_OK;
		int status = skip_comment(t);
		if (status != ATT_OK)
			return status;
	}
}

int att_toml_finish_line(struct att_toml *t)
{
	att_toml_skip_blanks(t);
	if (att_toml_peek(t, 0) == '#') {
		int status = skip_comment(t);
		if (status != ATT_OK)
			return status;
	}
	uint32_t newline = newline_at(t, t->at);
	if (newline == 0 && t->at < t->end)
		return att_toml_expected(t, "the end of the line");
	t->at += newline;
	return ATT_OK;
}

/* \uXXXX or \UXXXXXXXX; *at stands on the u. */
static int decode_unicode(struct att_toml *t, uint32_t *at, struct att_buf *out)
{
	uint32_t digits = t->text[*at] == 'u' ? 4 : 8, from = *at - 1, c = 0, i = 1;
	char encoded[4];
	for (; i <= digits; i++) {
		int digit = *at + i < t->end ? att_ascii_hex(t->text[*at + i]) : -1;
		if (digit < 0)
			return att_toml_fail(t, from, *at + i, "expected %u hexadecimal digits after \"\\%c\"",
					     (unsigned)digits, t->text[*at]);
		c = c << 4 | (uint32_t)digit;
	}
	if (c == 0)
		return att_toml_fail(t, from, *at + i, "expected a character other than NUL in a string");
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return att_toml_fail(t, from, *at + i, "expected a Unicode scalar value, found U+%04X", c);
	att_buf_add(out, (struct att_str){encoded, att_utf8_encode(c, encoded)});
	*at += i;
	return ATT_OK;
}

/* A backslash at the end of a line swallows all white space up to the next character. Returns whether
 * there is one; *at stands behind the backslash and moves to that character. */
static bool skip_folded(const struct att_toml *t, uint32_t *at, uint32_t end)
{
	uint32_t i = *at, newline;
	while (i < end && (t->text[i] == ' ' || t->text[i] == '\t'))
		i++;
	if (newline_at(t, i) == 0)
		return false;
	while (i < end && ((newline = newline_at(t, i)) != 0 || t->text[i] == ' ' || t->text[i] == '\t'))
		i += newline ? newline : 1;
	*at = i;
	return true;
}

static int decode_escape(struct att_toml *t, uint32_t *at, uint32_t end, bool multiline, struct att_buf *out)
{
	static const char names[] = "btnfr\"\\", meanings[] = "\b\t\n\f\r\"\\";
	uint32_t from = (*at)++;
	char c = t->text[*at];
	const char *hit = c ? memchr(names, c, sizeof names - 1) : NULL;
	if (hit) {
		att_buf_add_byte(out, meanings[hit - names]);
		(*at)++;
		return ATT_OK;
	}
	if (c == 'u' || c == 'U')
		return decode_unicode(t, at, out);
	if (multiline && skip_folded(t, at, end))
		return ATT_OK;
	uint32_t code_point, len;
	len = (uint32_t)att_utf8_decode((struct att_str){t->text + *at, t->end - *at}, &code_point);
	att_toml_fail(t, from, from + 1 + len, "expected an escape sequence, found \"\\%.*s\"", (int)len,
		      t->text + *at);
	att_err_help(t->err, "escapes are \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX and \\UXXXXXXXX; "
			     "a string in apostrophes takes backslashes as they are");
	return ATT_ERR_MALFORMED;
}

/* What the text between `from` and `to` says, in the arena. Never longer than that text. */
static int decode(struct att_toml *t, uint32_t from, uint32_t to, bool escapes, bool multiline,
		  struct att_str *out)
{
	char *space = att_arena_alloc(t->arena, to - from + 1, 1);
	if (!space)
		return att_err_memory(t->err);
	/* A buffer over the arena's memory: it never grows, so it never frees. */
	struct att_buf decoded = {.data = space, .capacity = to - from + 1, .max = to - from + 1};
	for (uint32_t at = from; at < to;) {
		char c = t->text[at];
		if (c == '\\' && escapes) {
			int status = decode_escape(t, &at, to, multiline, &decoded);
			if (status != ATT_OK)
				return status;
		} else if (c == '\r') {
			at++; /* always before a line feed: scanned already */
		} else {
			att_buf_add_byte(&decoded, c);
			at++;
		}
	}
	*out = att_buf_str(&decoded);
	return ATT_OK;
}

/* Where the text of a string ends. On return t->at stands behind the closing quotes. */
static int scan_text(struct att_toml *t, uint32_t begin, char quote, bool multiline, uint32_t *end,
		     bool *changes)
{
	uint32_t at = t->at, quotes = 0;
	for (; at < t->end; at++) {
		char c = t->text[at];
		if (c == quote) {
			if (!multiline)
				break;
			/* Up to two quotes may stand before the three that close. */
			for (quotes = 1; quotes < 5 && at + quotes < t->end && t->text[at + quotes] == quote;)
				quotes++;
			if (quotes >= 3)
				break;
			at += quotes - 1;
		} else if (c == '\\' && quote == '"') {
			*changes = true;
			if (at + 1 < t->end && (t->text[at + 1] == '"' || t->text[at + 1] == '\\'))
				at++;
		} else if (is_control((unsigned char)c)) {
			t->at = at;
			uint32_t newline = newline_at(t, at);
			if (newline && !multiline)
				return att_toml_fail(t, begin, at, "expected %s before the end of the line",
						     quote == '"' ? "a closing quotation mark"
								  : "a closing apostrophe");
			if (!newline)
				return att_toml_expected(t, "printable characters in a string");
			*changes |= newline == 2;
			at += newline - 1;
		}
	}
	if (at >= t->end)
		return att_toml_fail(t, begin, begin + (multiline ? 3 : 1),
				     "expected the end of this string, found the end of the file");
	*end = multiline ? at + quotes - 3 : at;
	t->at = *end + (multiline ? 3 : 1);
	return ATT_OK;
}

static int read_text(struct att_toml *t, bool multiline, struct att_str *out)
{
	uint32_t begin = t->at, end = 0;
	char quote = t->text[begin];
	bool changes = false;
	t->at += multiline ? 3 : 1;
	if (multiline)
		t->at += newline_at(t, t->at); /* a line end right behind the quotes does not count */
	uint32_t from = t->at;
	int status = scan_text(t, begin, quote, multiline, &end, &changes);
	if (status != ATT_OK)
		return status;
	if (changes)
		return decode(t, from, end, quote == '"', multiline, out);
	*out = (struct att_str){t->text + from, end - from};
	return ATT_OK;
}

int att_toml_read_string(struct att_toml *t, struct att_value *value)
{
	int quote = att_toml_peek(t, 0);
	uint32_t begin = t->at;
	bool multiline = att_toml_peek(t, 1) == quote && att_toml_peek(t, 2) == quote;
	int status = read_text(t, multiline, &value->string);
	if (status != ATT_OK)
		return status;
	value->kind = ATT_STRING;
	value->span = (struct att_span){begin, t->at};
	return ATT_OK;
}

int att_toml_read_key(struct att_toml *t, struct att_str *key, struct att_span *span)
{
	int c = att_toml_peek(t, 0);
	uint32_t begin = t->at;
	if (c == '"' || c == '\'') {
		if (att_toml_peek(t, 1) == c && att_toml_peek(t, 2) == c)
			return att_toml_fail(t, begin, begin + 3, "expected a key on one line, found %s",
					     "the opening of a multi-line string");
		int status = read_text(t, false, key);
		if (status != ATT_OK)
			return status;
	} else {
		while (is_bare(att_toml_peek(t, 0)))
			t->at++;
		if (t->at == begin)
			return att_toml_expected(t, "a key");
		*key = (struct att_str){t->text + begin, t->at - begin};
	}
	*span = (struct att_span){begin, t->at};
	return ATT_OK;
}
