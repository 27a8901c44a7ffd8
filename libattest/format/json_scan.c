// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/json_scan.h"

#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

/* What the grammar allows at the next token. */
enum expect {
	VALUE,      /* the document itself, or what a key stands for */
	FIRST_ITEM, /* after [ */
	NEXT_ITEM,  /* after , in an array */
	FIRST_KEY,  /* after { */
	NEXT_KEY,   /* after , in an object */
	COLON,
	SEPARATOR, /* after an item or member */
	FINISHED,
};

struct scanner {
	const struct att_source *source;
	const char *text;
	uint32_t len, at;
	bool relaxed;
	enum expect expect;
	uint32_t comma; /* where the last comma stands */
	size_t values;
	unsigned depth;
	size_t open[ATT_MAX_DEPTH]; /* records of the arrays and objects that are not closed yet */
	struct att_json_scan *out;
	struct att_err *err;
};

/* ---- errors ---- */

#define fail(s, code, from, to, ...)                                                                           \
	att_source_err((s)->source, (s)->err, (code), ((struct att_span){(from), (to)}), __VA_ARGS__)

static bool in_object(const struct scanner *s)
{
	return s->depth > 0 && s->text[s->out->records[s->open[s->depth - 1]].begin] == '{';
}

static struct att_str rest(const struct scanner *s)
{
	return (struct att_str){s->text + s->at, s->len - s->at};
}

static bool at_comment(const struct scanner *s)
{
	return s->at + 1 < s->len && s->text[s->at] == '/' &&
	       (s->text[s->at + 1] == '/' || s->text[s->at + 1] == '*');
}

static bool in_word(char c)
{
	return att_ascii_is_alnum(c) || c == '_' || c == '$';
}

/* The bare word or wrongly begun number here, as far as a message needs it. */
static struct att_str word_here(const struct scanner *s)
{
	size_t len = 0;
	while (s->at + len < s->len && len < 40 && in_word(s->text[s->at + len]))
		len++;
	return att_str_first(rest(s), len);
}

/* Describes the token here and returns its length in bytes. */
static uint32_t describe_found(const struct scanner *s, char *out, size_t size)
{
	static const struct {
		char first;
		const char *name;
	} names[] = {
		{'"', "a string"},          {'{', "an opening brace"},
		{'}', "a closing brace"},   {'[', "an opening bracket"},
		{']', "a closing bracket"}, {',', "a comma"},
		{':', "a colon"},           {'\'', "a single quote"},
		{'-', "a number"},
	};
	uint32_t character = 0;
	size_t len = att_utf8_decode(rest(s), &character);
	const struct att_str word = word_here(s);
	if (s->at >= s->len) {
		snprintf(out, size, "the end of the file");
		return 0;
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (s->text[s->at] == names[i].first) {
			snprintf(out, size, "%s", names[i].name);
			return 1;
		}
	}
	if (at_comment(s)) {
		snprintf(out, size, "a comment");
		return 2;
	}
	if (word.len > 0) {
		bool number = att_ascii_is_digit(word.data[0]);
		snprintf(out, size, number ? "a number" : "\"%.*s\"", ATT_STR_ARG(word));
		return (uint32_t)word.len;
	}
	if (len == 0)
		snprintf(out, size, "the byte 0x%02X, which is not UTF-8", (unsigned char)s->text[s->at]);
	else if (character == 0xfeff)
		snprintf(out, size, "a byte order mark");
	else if (character <= 0x20 || character >= 0x7f)
		snprintf(out, size, "the character U+%04X", (unsigned)character);
	else
		snprintf(out, size, "\"%c\"", (char)character);
	return len ? (uint32_t)len : 1;
}

static const char *describe_expected(const struct scanner *s)
{
	switch (s->expect) {
	case VALUE:
		return "a value";
	case FIRST_ITEM:
		return "a value or a closing bracket";
	case NEXT_ITEM:
		return "a value after the comma";
	case FIRST_KEY:
		return "a key or a closing brace";
	case NEXT_KEY:
		return "a key after the comma";
	case COLON:
		return "a colon after the key";
	case SEPARATOR:
		return in_object(s) ? "a comma or a closing brace" : "a comma or a closing bracket";
	case FINISHED:
		return "the end of the file after the value";
	}
	return "a value";
}

static void help_open(struct scanner *s)
{
	uint32_t begin = s->out->records[s->open[s->depth - 1]].begin;
	struct att_place place = att_source_place(s->source, (struct att_span){begin, begin + 1});
	att_err_help(s->err, "the %s opened on line %u, column %u is not closed",
		     in_object(s) ? "brace" : "bracket", place.line, place.column);
}

/* Some mistakes are so common that one can say what to do. */
static void help_unexpected(struct scanner *s)
{
	static const char *const words[] = {"True", "False", "None", "NaN", "Infinity", "undefined"};
	char c = s->at < s->len ? s->text[s->at] : '\0';
	bool key = s->expect == FIRST_KEY || s->expect == NEXT_KEY;
	bool value = s->expect == VALUE || s->expect == FIRST_ITEM || s->expect == NEXT_ITEM;
	struct att_str word = word_here(s);

	if ((c == ']' && s->expect == NEXT_ITEM) || (c == '}' && s->expect == NEXT_KEY))
		att_err_help(s->err, "remove the comma before the closing %s", c == ']' ? "bracket" : "brace");
	else if (at_comment(s))
		att_err_help(s->err, "remove it: JSON has no comments");
	else if (c == '\'')
		att_err_help(s->err, "put strings in double quotes");
	else if (key && (word.len > 0 || c == '-'))
		att_err_help(s->err, "put the key in double quotes");
	else if (value && (c == '+' || c == '.'))
		att_err_help(s->err, "numbers begin with a digit or a minus sign");
	else if (s->expect == SEPARATOR && (c == '"' || c == '{' || c == '['))
		att_err_help(s->err, "is a comma missing before it?");
	else if (s->depth > 0 && (s->at >= s->len || c == (in_object(s) ? ']' : '}')))
		help_open(s);
	else if (s->at == 0 && att_str_starts(rest(s), ATT_STR("\xef\xbb\xbf")))
		att_err_help(s->err, "save the file as UTF-8 without a byte order mark");
	for (size_t i = 0; value && i < sizeof words / sizeof *words; i++)
		if (att_str_is(word, words[i]))
			att_err_help(s->err, "JSON has true, false, null and finite numbers");
}

static int fail_unexpected(struct scanner *s)
{
	char found[80];
	uint32_t len = describe_found(s, found, sizeof found);
	int result = fail(s, ATT_ERR_MALFORMED, s->at, s->at + len, "expected %s, found %s",
			  describe_expected(s), found);
	help_unexpected(s);
	return result;
}

/* ---- records ---- */

static int add_record(struct scanner *s, struct att_json_record **record)
{
	struct att_json_scan *out = s->out;
	if (out->count == out->capacity) {
		size_t capacity = out->capacity ? out->capacity * 2 : 64;
		struct att_json_record *grown = reallocarray(out->records, capacity, sizeof *grown);
		if (!grown)
			return att_err_memory(s->err);
		out->records = grown;
		out->capacity = capacity;
	}
	*record = &out->records[out->count++];
	**record = (struct att_json_record){.begin = s->at};
	return ATT_OK;
}

static int add_value(struct scanner *s, struct att_json_record **record)
{
	if (s->values == ATT_MAX_VALUES)
		return fail(s, ATT_ERR_LIMIT, s->at, s->at + 1, "expected at most %zu values, found more",
			    ATT_MAX_VALUES);
	s->values++;
	if (s->depth > 0)
		s->out->records[s->open[s->depth - 1]].detail++;
	return add_record(s, record);
}

/* ---- what the relaxed grammar adds ---- */

/* cJSON gets to see a copy of the text that has spaces here, so that offsets stay the same. */
static int blank(struct scanner *s, uint32_t begin, uint32_t end)
{
	if (!s->out->blanked) {
		s->out->blanked = malloc(s->len);
		if (!s->out->blanked)
			return att_err_memory(s->err);
		memcpy(s->out->blanked, s->text, s->len);
	}
	memset(s->out->blanked + begin, ' ', end - begin);
	return ATT_OK;
}

static int skip_comment(struct scanner *s)
{
	uint32_t begin = s->at;
	bool to_line_end = s->text[begin + 1] == '/';
	s->at += 2;
	for (;; s->at++) {
		char c = s->at < s->len ? s->text[s->at] : '\0';
		if (to_line_end && (s->at == s->len || c == '\n' || c == '\r'))
			break;
		if (s->at == s->len)
			return fail(s, ATT_ERR_MALFORMED, begin, begin + 2,
				    "expected \"*/\" after this, found the end of the file");
		if (!to_line_end && c == '*' && s->at + 1 < s->len && s->text[s->at + 1] == '/') {
			s->at += 2;
			break;
		}
	}
	struct att_str comment = {s->text + begin, s->at - begin};
	size_t valid = att_utf8_valid_prefix(comment);
	if (valid < comment.len)
		return fail(s, ATT_ERR_MALFORMED, begin + (uint32_t)valid, begin + (uint32_t)valid + 1,
			    "expected UTF-8, found the byte 0x%02X", (unsigned char)comment.data[valid]);
	return blank(s, begin, s->at);
}

static int skip_space(struct scanner *s)
{
	for (;;) {
		while (s->at < s->len && (s->text[s->at] == ' ' || s->text[s->at] == '\n' ||
					  s->text[s->at] == '\t' || s->text[s->at] == '\r'))
			s->at++;
		if (!s->relaxed || !at_comment(s))
			return ATT_OK;
		int result = skip_comment(s);
		if (result != ATT_OK)
			return result;
	}
}

/* ---- strings ---- */

/* The four digits after \u, or -1. */
static int hex_unit(const struct scanner *s, uint32_t at)
{
	int unit = 0;
	for (uint32_t i = 0; i < 4; i++) {
		int digit = at + i < s->len ? att_ascii_hex(s->text[at + i]) : -1;
		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static int scan_unicode_escape(struct scanner *s)
{
	uint32_t begin = s->at;
	int unit = hex_unit(s, begin + 2);
	if (unit < 0)
		return fail(s, ATT_ERR_MALFORMED, begin, begin + 2,
			    "expected four hexadecimal digits after \\u");
	if (unit == 0)
		return fail(s, ATT_ERR_MALFORMED, begin, begin + 6, "expected text without NUL, found \\u0000");
	s->at += 6;
	if (unit < 0xd800 || unit > 0xdfff)
		return ATT_OK;
	bool pair = unit < 0xdc00 && s->at + 1 < s->len && s->text[s->at] == '\\' && s->text[s->at + 1] == 'u';
	int low = pair ? hex_unit(s, s->at + 2) : -1;
	if (low < 0xdc00 || low > 0xdfff)
		return fail(s, ATT_ERR_MALFORMED, begin, begin + 6,
			    "expected a pair of surrogates, found \\u%04x alone", (unsigned)unit);
	s->at += 6;
	return ATT_OK;
}

static int scan_escape(struct scanner *s)
{
	char c = s->at + 1 < s->len ? s->text[s->at + 1] : '\0';
	if (c == 'u')
		return scan_unicode_escape(s);
	if (c == '\0' || !memchr("\"\\/bfnrt", c, 8)) {
		int result = fail(s, ATT_ERR_MALFORMED, s->at, s->at + 2,
				  "expected one of \" \\ / b f n r t u after the backslash");
		att_err_help(s->err, "write a backslash as \\\\");
		return result;
	}
	s->at += 2;
	return ATT_OK;
}

static int fail_in_string(struct scanner *s)
{
	unsigned char c = (unsigned char)s->text[s->at];
	int result;
	if (c >= 0x80)
		return fail(s, ATT_ERR_MALFORMED, s->at, s->at + 1, "expected UTF-8, found the byte 0x%02X", c);
	if (c == '\n' || c == '\r') {
		result = fail(s, ATT_ERR_MALFORMED, s->at, s->at + 1,
			      "expected a closing quote, found the end of the line");
		att_err_help(s->err, "write a line break in a string as \\n");
		return result;
	}
	result = fail(s, ATT_ERR_MALFORMED, s->at, s->at + 1,
		      "expected no control characters in a string, found U+%04X", c);
	if (c != 0)
		att_err_help(s->err, "write it as \\u%04x", c);
	return result;
}

/* The string at the cursor, a key or a value. */
static int scan_string(struct scanner *s, struct att_json_record *record)
{
	uint32_t begin = s->at++;
	while (s->at < s->len) {
		unsigned char c = (unsigned char)s->text[s->at];
		uint32_t character;
		int result;
		if (c == '"') {
			record->end = ++s->at;
			return ATT_OK;
		}
		if (c == '\\') {
			record->detail = 1;
			result = scan_escape(s);
			if (result != ATT_OK)
				return result;
		} else if (c >= 0x80) {
			size_t len = att_utf8_decode(rest(s), &character);
			if (len == 0)
				return fail_in_string(s);
			s->at += (uint32_t)len;
		} else if (c < 0x20) {
			return fail_in_string(s);
		} else {
			s->at++;
		}
	}
	return fail(s, ATT_ERR_MALFORMED, begin, begin + 1,
		    "expected a closing quote for this string, found the end of the file");
}

/* ---- numbers and words ---- */

static uint32_t skip_digits(struct scanner *s)
{
	uint32_t from = s->at;
	while (s->at < s->len && att_ascii_is_digit(s->text[s->at]))
		s->at++;
	return s->at - from;
}

static bool skip_one_of(struct scanner *s, char a, char b)
{
	if (s->at == s->len || (s->text[s->at] != a && s->text[s->at] != b))
		return false;
	s->at++;
	return true;
}

static int scan_number_text(struct scanner *s, struct att_json_record *record)
{
	static const char *const after[] = {"the minus sign", "the decimal point", "the exponent's \"e\""};
	int missing = -1;
	skip_one_of(s, '-', '-');
	uint32_t whole = s->at;
	if (skip_digits(s) == 0)
		missing = 0;
	if (missing < 0 && s->text[whole] == '0' && s->at - whole > 1)
		return fail(s, ATT_ERR_MALFORMED, whole, s->at, "expected a number without leading zeros");
	if (missing < 0 && skip_one_of(s, '.', '.')) {
		record->detail = 1;
		if (skip_digits(s) == 0)
			missing = 1;
	}
	if (missing < 0 && skip_one_of(s, 'e', 'E')) {
		record->detail = 1;
		skip_one_of(s, '+', '-');
		if (skip_digits(s) == 0)
			missing = 2;
	}
	if (missing >= 0) {
		char found[80];
		uint32_t len = describe_found(s, found, sizeof found);
		return fail(s, ATT_ERR_MALFORMED, s->at, s->at + len, "expected a digit after %s, found %s",
			    after[missing], found);
	}
	return ATT_OK;
}

static int scan_number(struct scanner *s, struct att_json_record *record)
{
	uint32_t begin = s->at;
	uint64_t magnitude;
	int result = scan_number_text(s, record);
	if (result != ATT_OK)
		return result;
	record->end = s->at;
	if (s->at - begin > ATT_MAX_JSON_NUMBER)
		return fail(s, ATT_ERR_LIMIT, begin, s->at,
			    "expected a number of at most %u characters, found %u", ATT_MAX_JSON_NUMBER,
			    s->at - begin);
	bool negative = s->text[begin] == '-';
	struct att_str digits = {s->text + begin + negative, s->at - begin - negative};
	uint64_t max = negative ? (uint64_t)1 << 63 : UINT64_MAX;
	if (!record->detail && !att_str_to_uint(digits, max, &magnitude))
		return fail(s, ATT_ERR_MALFORMED, begin, s->at, "expected an integer of at most 64 bits");
	return ATT_OK;
}

/* true, false or null */
static int scan_word(struct scanner *s, struct att_json_record *record)
{
	s->at += (uint32_t)word_here(s).len;
	record->end = s->at;
	return ATT_OK;
}

static bool at_literal(const struct scanner *s)
{
	struct att_str word = word_here(s);
	return att_str_is(word, "true") || att_str_is(word, "false") || att_str_is(word, "null");
}

/* ---- structure ---- */

static int open_container(struct scanner *s)
{
	if (s->depth == ATT_MAX_DEPTH)
		return fail(s, ATT_ERR_LIMIT, s->at, s->at + 1,
			    "expected at most %d nested arrays and objects, found more", ATT_MAX_DEPTH);
	s->open[s->depth++] = s->out->count - 1;
	s->expect = s->text[s->at++] == '{' ? FIRST_KEY : FIRST_ITEM;
	return ATT_OK;
}

/* Also after a comma, where only the relaxed grammar comes here. */
static int close_container(struct scanner *s)
{
	if (s->expect == NEXT_ITEM || s->expect == NEXT_KEY) {
		int result = blank(s, s->comma, s->comma + 1);
		if (result != ATT_OK)
			return result;
	}
	s->out->records[s->open[--s->depth]].end = ++s->at;
	s->expect = s->depth ? SEPARATOR : FINISHED;
	return ATT_OK;
}

static int scan_value(struct scanner *s)
{
	char c = s->at < s->len ? s->text[s->at] : '\0';
	bool number = c == '-' || att_ascii_is_digit(c);
	if (!number && c != '"' && c != '{' && c != '[' && !at_literal(s))
		return fail_unexpected(s);
	struct att_json_record *record = NULL;
	int result = add_value(s, &record);
	if (result != ATT_OK)
		return result;
	if (!record)
		return ATT_ERR_MEMORY; /* every value has a record; one without must not pass for read */
	if (c == '{' || c == '[')
		return open_container(s);
	s->expect = s->depth ? SEPARATOR : FINISHED;
	if (c == '"')
		return scan_string(s, record);
	return number ? scan_number(s, record) : scan_word(s, record);
}

static int scan_key(struct scanner *s)
{
	struct att_json_record *record;
	int result = add_record(s, &record);
	s->expect = COLON;
	return result == ATT_OK ? scan_string(s, record) : result;
}

/* Takes one token; the end of the text is one. */
static int scan_token(struct scanner *s)
{
	char c = s->at < s->len ? s->text[s->at] : '\0';
	char close = in_object(s) ? '}' : ']';
	bool may_close = s->expect == FIRST_ITEM || s->expect == FIRST_KEY ||
			 (s->expect == SEPARATOR && s->depth > 0) ||
			 (s->relaxed && (s->expect == NEXT_ITEM || s->expect == NEXT_KEY));
	if (may_close && c == close)
		return close_container(s);
	switch (s->expect) {
	case VALUE:
	case FIRST_ITEM:
	case NEXT_ITEM:
		return scan_value(s);
	case FIRST_KEY:
	case NEXT_KEY:
		if (c == '"')
			return scan_key(s);
		break;
	case COLON:
		if (c == ':') {
			s->at++;
			s->expect = VALUE;
			return ATT_OK;
		}
		break;
	case SEPARATOR:
		if (c == ',') {
			s->comma = s->at++;
			s->expect = in_object(s) ? NEXT_KEY : NEXT_ITEM;
			return ATT_OK;
		}
		break;
	case FINISHED:
		break;
	}
	return fail_unexpected(s);
}

int att_json_scan(const struct att_source *source, bool relaxed, struct att_json_scan *scan,
		  struct att_err *err)
{
	struct scanner s = {
		.source = source,
		.text = source->text.data ? source->text.data : "",
		.len = (uint32_t)source->text.len,
		.relaxed = relaxed,
		.out = scan,
		.err = err,
	};
	*scan = (struct att_json_scan){0};
	for (;;) {
		int result = skip_space(&s);
		if (result != ATT_OK || (s.expect == FINISHED && s.at == s.len))
			return result;
		result = scan_token(&s);
		if (result != ATT_OK)
			return result;
	}
}

void att_json_scan_clear(struct att_json_scan *scan)
{
	free(scan->records);
	free(scan->blanked);
	*scan = (struct att_json_scan){0};
}
