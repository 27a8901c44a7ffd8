// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/pem.h"

#include <sodium.h>

#include "libattest/format/base64.h"

#include "libattest/base/banned.h"

#define BEGIN ATT_STR("-----BEGIN ")
#define END   ATT_STR("-----END ")
#define DASH  ATT_STR("-----")

struct scan {
	struct att_str rest, line; /* line: the last that was taken, without its end */
	uint32_t number;           /* of that line, from 1 */
	struct att_err *err;
};

static bool take_line(struct scan *s)
{
	if (s->rest.len == 0)
		return false;
	size_t end = att_str_find_byte(s->rest, '\n');
	s->line = att_str_first(s->rest, end);
	s->rest = end == ATT_STR_NONE ? (struct att_str){NULL, 0} : att_str_from(s->rest, end + 1);
	if (att_str_ends(s->line, ATT_STR("\r")))
		s->line.len--;
	s->number++;
	return true;
}

static struct att_place place(const struct scan *s)
{
	return (struct att_place){s->number, 1, s->number, (uint32_t)s->line.len + 1};
}

#define fail(s, ...) att_err_set_at((s)->err, ATT_ERR_MALFORMED, place(s), __VA_ARGS__)

bool att_pem_recognise(struct att_str text)
{
	return att_str_starts(att_str_trim(text), BEGIN);
}

/* The label of a line "-----BEGIN LABEL-----" (RFC 7468 section 3); empty when it is none. */
static struct att_str read_label(struct att_str line, struct att_str begin)
{
	struct att_str label = {NULL, 0};
	if (!att_str_starts(line, begin) || !att_str_ends(line, DASH) || line.len <= begin.len + DASH.len)
		return label;
	label = att_str_first(att_str_from(line, begin.len), line.len - begin.len - DASH.len);
	for (size_t i = 0; i < label.len; i++) {
		char c = label.data[i];
		bool joint = c == ' ' || c == '-';
		if (c < ' ' || c > '~' ||
		    (joint &&
		     (i == 0 || i + 1 == label.len || label.data[i - 1] == ' ' || label.data[i - 1] == '-')))
			return (struct att_str){NULL, 0};
	}
	return label;
}

static bool is_base64(struct att_str line)
{
	for (size_t i = 0; i < line.len; i++) {
		char c = line.data[i];
		if (!att_ascii_is_alnum(c) && c != '+' && c != '/' && c != '=')
			return false;
	}
	return line.len > 0;
}

/* Takes the lines of headers, if there are any, and the empty one behind them; the current line is then the
 * first one of the body. */
static int read_headers(struct scan *s, struct att_pem *out)
{
	const char *begin = s->line.data;
	if (att_str_find_byte(s->line, ':') == ATT_STR_NONE)
		return ATT_OK;
	while (s->line.len > 0) {
		out->headers = (struct att_str){begin, (size_t)(s->line.data + s->line.len - begin)};
		if (!take_line(s))
			return fail(s, "expected an empty line after the headers, found the end of the text");
	}
	if (!take_line(s))
		return fail(s, "expected base64, found the end of the text");
	return ATT_OK;
}

/* From the line behind BEGIN to the line END. */
static int read_block(struct scan *s, struct att_pem *out)
{
	struct att_str label = out->label;
	if (!take_line(s))
		return fail(s, "expected base64, found the end of the text");
	int result = read_headers(s, out);
	if (result != ATT_OK)
		return result;
	const char *begin = s->line.data;
	while (!att_str_starts(s->line, DASH)) {
		if (!is_base64(s->line))
			return fail(s, "expected a line of base64 or \"-----END %.*s-----\", found %s",
				    ATT_STR_ARG(label), s->line.len ? "other characters" : "an empty line");
		out->body = (struct att_str){begin, (size_t)(s->line.data + s->line.len - begin)};
		if (!take_line(s))
			return fail(s, "expected \"-----END %.*s-----\", found the end of the text",
				    ATT_STR_ARG(label));
	}
	struct att_str end = read_label(s->line, END);
	if (end.len == 0 || !att_str_equal(end, label))
		return fail(s, "expected \"-----END %.*s-----\", found \"%.*s\"", ATT_STR_ARG(label),
			    ATT_STR_ARG(att_str_first(s->line, 80)));
	if (out->body.len == 0)
		return fail(s, "expected base64, found the end of \"%.*s\"", ATT_STR_ARG(label));
	return 1;
}

int att_pem_next(struct att_str *rest, bool explained, struct att_pem *out, struct att_err *err)
{
	enum { LONGEST_LABEL = 64 };
	struct scan s = {*rest, {NULL, 0}, 0, err};
	*out = (struct att_pem){0};
	while (take_line(&s)) {
		if (!att_str_starts(s.line, BEGIN) && !att_str_starts(s.line, END)) {
			if (explained || att_str_trim(s.line).len == 0)
				continue;
			return fail(&s, "expected \"-----BEGIN ...-----\", found other text");
		}
		out->label = read_label(s.line, BEGIN);
		if (out->label.len == 0 || out->label.len > LONGEST_LABEL)
			return fail(&s, "expected \"-----BEGIN ...-----\", found \"%.*s\"",
				    ATT_STR_ARG(att_str_first(s.line, 80)));
		int result = read_block(&s, out);
		if (result != 1)
			*out = (struct att_pem){0};
		else
			*rest = s.rest;
		return result;
	}
	*rest = (struct att_str){NULL, 0};
	return 0;
}

int att_pem_decode(const struct att_pem *pem, struct att_buf *out, struct att_err *err)
{
	size_t digits = 0, made = 0;
	bool whole = true; /* padding stands together, at the end */
	for (size_t i = 0; i < pem->body.len; i++) {
		char c = pem->body.data[i];
		digits += c != '\r' && c != '\n' && c != '=';
		whole = whole && (c == '=' || i == 0 || pem->body.data[i - 1] != '=');
	}
	size_t size = digits / 4 * 3 + digits % 4 * 3 / 4;
	char *to = att_buf_reserve(out, size);
	if (!to)
		return out->starved ? att_err_memory(err)
				    : att_err_set(err, ATT_ERR_LIMIT, "\"%.*s\" is longer than %zu bytes",
						  ATT_STR_ARG(pem->label), out->max);
	if (!whole ||
	    sodium_base642bin((unsigned char *)to, size, pem->body.data, pem->body.len, "\r\n", &made, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    made != size)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected base64 in \"%.*s\", found a wrong end: padding is missing or too "
				   "much, or bits are left over",
				   ATT_STR_ARG(pem->label));
	out->len += made;
	return ATT_OK;
}

static void add_line(struct att_str mark, struct att_str label, struct att_buf *out)
{
	att_buf_add(out, mark);
	att_buf_add(out, label);
	att_buf_add(out, ATT_STR("-----\n"));
}

void att_pem_encode(struct att_str label, struct att_str bytes, struct att_buf *out)
{
	enum { PER_LINE = 48 }; /* 64 characters */
	add_line(BEGIN, label, out);
	for (size_t at = 0; at < bytes.len; at += PER_LINE) {
		att_base64_encode(att_str_first(att_str_from(bytes, at), PER_LINE), out);
		att_buf_add_byte(out, '\n');
	}
	add_line(END, label, out);
}

void att_pem_encode_wide(struct att_str label, struct att_str bytes, size_t width, struct att_buf *out)
{
	struct att_buf text;
	att_buf_init(&text, SIZE_MAX);
	att_base64_encode(bytes, &text);
	out->failed = out->failed || text.failed;
	out->starved = out->starved || text.starved;
	add_line(BEGIN, label, out);
	for (size_t at = 0; at < text.len; at += width) {
		att_buf_add(out, att_str_first(att_str_from(att_buf_str(&text), at), width));
		att_buf_add_byte(out, '\n');
	}
	add_line(END, label, out);
	att_buf_clear(&text);
}
