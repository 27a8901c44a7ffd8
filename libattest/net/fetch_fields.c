// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "libattest/base/base.h"
#include "libattest/base/time.h"
#include "libattest/net/fetch_internal.h"

#include "libattest/base/banned.h"

enum {
	/* Lists that are said in parts; each part joined is a copy of what was there. */
	MAX_PARTS = 16,
	/* Smaller numbers for when a limit ends are seconds from now, larger ones a time. */
	FIRST_RESET_TIME = 1000000000,
};

bool att_fetch_line_is_good(struct att_str line)
{
	bool is_status = att_str_starts(line, ATT_STR("HTTP/"));
	size_t colon = att_str_find_byte(line, ':');
	if (!is_status && (colon == 0 || colon == ATT_STR_NONE))
		return false;
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.data[i];
		if ((c < ' ' && c != '\t') || c == 0x7f || (!is_status && i < colon && c <= ' '))
			return false;
	}
	return true;
}

bool att_fetch_parse_date(struct att_str text, int64_t *seconds)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[ATT_TIME_TEXT + 1];
	/* "Sun, 06 Nov 1994 08:49:37 GMT" */
	if (text.len != 29 || !att_str_starts(att_str_from(text, 3), ATT_STR(", ")) ||
	    !att_str_ends(text, ATT_STR(" GMT")) || text.data[7] != ' ' || text.data[11] != ' ' ||
	    text.data[16] != ' ')
		return false;
	for (unsigned m = 0; m < 12; m++) {
		if (memcmp(months + (size_t)3 * m, text.data + 8, 3) != 0)
			continue;
		snprintf(iso, sizeof iso, "%.4s-%02u-%.2sT%.8sZ", text.data + 12, m + 1, text.data + 5,
			 text.data + 17);
		return att_time_parse(att_str_of(iso), seconds);
	}
	return false;
}

/* ---- one header after the other ---- */

struct reading {
	struct att_fetch_fields *fields;
	struct att_arena *arena;
	struct att_str retry_after, remaining, reset;
	unsigned parts;
	struct att_err *err;
};

static int twice(struct reading *r, const char *name)
{
	return att_err_set(r->err, ATT_ERR_MALFORMED, "expected one header %s, found two that differ", name);
}

/* Said twice, it is a list in two parts (RFC 9110 5.3). */
static int take_list(struct reading *r, struct att_str value, struct att_str *to)
{
	if (r->parts++ >= MAX_PARTS)
		return ATT_OK;
	*to = to->len == 0 ? att_arena_copy(r->arena, value)
			   : ATT_ARENA_JOIN(r->arena, *to, ATT_STR(", "), value);
	return to->data ? ATT_OK : att_err_memory(r->err);
}

static int take_once(struct reading *r, const char *name, struct att_str value, struct att_str *to)
{
	if (to->len > 0)
		return att_str_equal(*to, value) ? ATT_OK : twice(r, name);
	*to = att_arena_copy(r->arena, value);
	return to->data ? ATT_OK : att_err_memory(r->err);
}

static int take_length(struct reading *r, struct att_str value)
{
	uint64_t length;
	if (!att_str_to_uint(value, INT64_MAX, &length))
		return att_err_set(r->err, ATT_ERR_MALFORMED,
				   "expected Content-Length to be a number, found something else");
	if (r->fields->has_length && r->fields->length != length)
		return twice(r, "Content-Length");
	r->fields->has_length = true;
	r->fields->length = length;
	return ATT_OK;
}

static int take_coding(struct reading *r, struct att_str value)
{
	if (!att_str_equal_nocase(value, ATT_STR("chunked")) || r->fields->is_chunked)
		return att_err_set(r->err, ATT_ERR_MALFORMED,
				   "expected no Transfer-Encoding but chunked, found another");
	r->fields->is_chunked = true;
	return ATT_OK;
}

static int take_text(struct reading *r, struct att_str line)
{
	const struct {
		const char *name;
		struct att_str *to;
		bool is_list;
	} texts[] = {
		{"ETag", &r->fields->etag, false},
		{"Content-Type", &r->fields->content_type, false},
		{"Docker-Content-Digest", &r->fields->docker_digest, false},
		{"Location", &r->fields->location, false},
		{"Retry-After", &r->retry_after, false},
		{"X-RateLimit-Remaining", &r->remaining, false},
		{"X-RateLimit-Reset", &r->reset, false},
		{"Link", &r->fields->link, true},
		{"WWW-Authenticate", &r->fields->www_authenticate, true},
	};
	struct att_str value;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (!att_net_field(line, texts[i].name, &value))
			continue;
		/* What is no ASCII means something else to everybody, and nothing to us. */
		for (size_t k = 0; k < value.len; k++)
			if ((unsigned char)value.data[k] >= 0x80)
				return ATT_OK;
		if (value.len == 0)
			return ATT_OK;
		return texts[i].is_list ? take_list(r, value, texts[i].to)
					: take_once(r, texts[i].name, value, texts[i].to);
	}
	return ATT_OK;
}

static int take_line(struct reading *r, struct att_str line)
{
	struct att_str value;
	if (att_net_field(line, "Content-Length", &value))
		return take_length(r, value);
	if (att_net_field(line, "Transfer-Encoding", &value))
		return take_coding(r, value);
	if (att_net_field(line, "Content-Encoding", &value))
		r->fields->is_encoded |= value.len > 0 && !att_str_equal_nocase(value, ATT_STR("identity"));
	else if (att_net_field(line, "Date", &value) && !att_fetch_parse_date(value, &r->fields->date))
		r->fields->date = 0;
	return take_text(r, line);
}

/* ---- how long to wait ---- */

static unsigned until(int64_t then, int64_t now)
{
	if (now <= 0 || then <= now)
		return 0;
	return then - now < ATT_FETCH_LONGEST_RETRY ? (unsigned)(then - now) : ATT_FETCH_LONGEST_RETRY;
}

static bool is_digits(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!att_ascii_is_digit(text.data[i]))
			return false;
	return text.len > 0;
}

static unsigned retry_after(const struct reading *r, int64_t now)
{
	const struct att_fetch_fields *fields = r->fields;
	uint64_t number;
	int64_t then;
	if (fields->date > 0)
		now = fields->date;
	/* A number that is too large for anything is no smaller one. */
	if (is_digits(r->retry_after))
		return att_str_to_uint(r->retry_after, ATT_FETCH_LONGEST_RETRY, &number)
			       ? (unsigned)number
			       : ATT_FETCH_LONGEST_RETRY;
	if (att_fetch_parse_date(r->retry_after, &then))
		return until(then, now);
	/* GitHub's way: so many requests were allowed, until then. */
	if ((fields->status != 403 && fields->status != 429) || !att_str_is(r->remaining, "0") ||
	    !att_str_to_uint(r->reset, INT64_MAX, &number))
		return 0;
	return number < FIRST_RESET_TIME ? until((int64_t)number + 1, 1) : until((int64_t)number, now);
}

static bool read_status(struct att_str line, int *status)
{
	uint64_t number;
	struct att_str rest = att_str_from(line, att_str_find_byte(line, ' '));
	rest = att_str_trim(rest);
	if (!att_str_starts(line, ATT_STR("HTTP/")) || (rest.len > 3 && rest.data[3] != ' ') ||
	    !att_str_to_uint(att_str_first(rest, 3), 999, &number) || number < 100 || number > 599)
		return false;
	*status = (int)number;
	return true;
}

int att_fetch_read_fields(struct att_str block, int64_t now, struct att_arena *arena,
			  struct att_fetch_fields *out, struct att_err *err)
{
	struct reading r = {.fields = out, .arena = arena, .err = err};
	struct att_str line;
	memset(out, 0, sizeof *out);
	if (!att_str_split(&block, '\n', &line) || !read_status(line, &out->status))
		return att_err_set(
			err, ATT_ERR_MALFORMED,
			"expected an answer of HTTP with a status from 100 to 599, found something else");
	int status = ATT_OK;
	while (status == ATT_OK && att_str_split(&block, '\n', &line))
		if (line.len > 0)
			status = take_line(&r, line);
	if (status != ATT_OK)
		return status;
	if (out->is_chunked && out->has_length)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected Content-Length or Transfer-Encoding, found both");
	out->retry_after = retry_after(&r, now);
	return ATT_OK;
}
