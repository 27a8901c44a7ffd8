// SPDX-License-Identifier: Apache-2.0
#include "libattest/net/header.h"

#include "libattest/net/fetch.h"
#include "libattest/net/net_internal.h"

#include "libattest/base/banned.h"

/* ---- tokens, strings, parameters ---- */

static bool is_token(char c)
{
	return att_ascii_is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static void skip_space(struct att_str *rest)
{
	while (rest->len > 0 && (rest->data[0] == ' ' || rest->data[0] == '\t'))
		*rest = att_str_from(*rest, 1);
}

static struct att_str take_token(struct att_str *rest)
{
	size_t len = 0;
	while (len < rest->len && is_token(rest->data[len]))
		len++;
	struct att_str token = att_str_first(*rest, len);
	*rest = att_str_from(*rest, len);
	return token;
}

static bool take_byte(struct att_str *rest, char c)
{
	if (rest->len == 0 || rest->data[0] != c)
		return false;
	*rest = att_str_from(*rest, 1);
	return true;
}

static int malformed(const char *name, const char *expected, struct att_err *err)
{
	return att_err_set(err, ATT_ERR_MALFORMED, "expected %s in the header %s, found something else",
			   expected, name);
}

/* A token, or a quoted string without its quotes and backslashes. */
static int take_value(const char *name, struct att_str *rest, struct att_arena *arena, struct att_str *out,
		      struct att_err *err)
{
	if (!take_byte(rest, '"')) {
		*out = take_token(rest);
		return out->len > 0 ? ATT_OK : malformed(name, "a value behind \"=\"", err);
	}
	size_t end = 0, len = 0;
	while (end < rest->len && rest->data[end] != '"')
		end += rest->data[end] == '\\' ? 2 : 1;
	if (end >= rest->len)
		return malformed(name, "the quote that ends a value", err);
	char *text = att_arena_alloc(arena, end + 1, 1);
	if (!text)
		return att_err_memory(err);
	for (size_t i = 0; i < end; i++) {
		if (rest->data[i] == '\\')
			i++;
		text[len++] = rest->data[i];
	}
	*out = (struct att_str){text, len};
	*rest = att_str_from(*rest, end + 1);
	return ATT_OK;
}

/* ---- challenges ---- */

struct parameter {
	struct att_str name, value;
};

/* NAME = VALUE, or else *rest is left as it is and *is_one false: a scheme looks like the start of one. */
static int take_parameter(const char *header, struct att_str *rest, struct att_arena *arena,
			  struct parameter *out, bool *is_one, struct att_err *err)
{
	struct att_str at = *rest;
	*is_one = false;
	out->name = take_token(&at);
	skip_space(&at);
	if (out->name.len == 0 || !take_byte(&at, '='))
		return ATT_OK;
	/* "dG9rZW4=" alone, and not "a=b". */
	skip_space(&at);
	if (at.len == 0 || at.data[0] == ',' || at.data[0] == '=')
		return ATT_OK;
	*is_one = true;
	*rest = at;
	return take_value(header, rest, arena, &out->value, err);
}

static void skip_token68(struct att_str *rest)
{
	while (rest->len > 0 && (is_token(rest->data[0]) || rest->data[0] == '/' || rest->data[0] == '='))
		*rest = att_str_from(*rest, 1);
}

static int put(struct att_challenge *out, const struct parameter *parameter, struct att_err *err)
{
	const struct {
		const char *name;
		struct att_str *to;
	} known[] = {{"realm", &out->realm}, {"service", &out->service}, {"scope", &out->scope}};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (!att_str_equal_nocase(parameter->name, att_str_of(known[i].name)))
			continue;
		if (known[i].to->data)
			return malformed("WWW-Authenticate", "each parameter once", err);
		*known[i].to = parameter->value;
	}
	return ATT_OK;
}

/* What follows a scheme, up to the next one. `out` is NULL for a scheme that nobody asked for. */
static int take_challenge(struct att_str *rest, struct att_arena *arena, struct att_challenge *out,
			  struct att_err *err)
{
	static const char header[] = "WWW-Authenticate";
	bool is_first = true;
	for (;;) {
		struct parameter parameter;
		bool is_one;
		skip_space(rest);
		int status = take_parameter(header, rest, arena, &parameter, &is_one, err);
		if (status != ATT_OK)
			return status;
		if (!is_one && is_first)
			skip_token68(rest);
		else if (!is_one && rest->len > 0 && rest->data[0] != ',')
			return ATT_OK; /* the next scheme */
		status = is_one && out ? put(out, &parameter, err) : ATT_OK;
		if (status != ATT_OK)
			return status;
		is_first = false;
		skip_space(rest);
		if (rest->len == 0)
			return ATT_OK;
		if (!take_byte(rest, ','))
			return malformed(header, "a comma between parameters", err);
	}
}

int att_header_challenge(struct att_str value, const char *scheme, struct att_arena *arena, bool *found,
			 struct att_challenge *out, struct att_err *err)
{
	*found = false;
	*out = (struct att_challenge){.realm = {NULL, 0}};
	for (;;) {
		skip_space(&value);
		while (take_byte(&value, ','))
			skip_space(&value);
		if (value.len == 0)
			return ATT_OK;
		struct att_str name = take_token(&value);
		if (name.len == 0 || (value.len > 0 && value.data[0] != ' ' && value.data[0] != ','))
			return malformed("WWW-Authenticate", "the name of a scheme", err);
		bool is_it = !*found && att_str_equal_nocase(name, att_str_of(scheme));
		*found |= is_it;
		if (value.len > 0 && value.data[0] == ',')
			continue;
		int status = take_challenge(&value, arena, is_it ? out : NULL, err);
		if (status != ATT_OK)
			return status;
	}
}

/* ---- links ---- */

static bool has_word(struct att_str words, const char *wanted)
{
	struct att_str word;
	while (att_str_split(&words, ' ', &word))
		if (att_str_equal_nocase(word, att_str_of(wanted)))
			return true;
	return false;
}

/* ; NAME = VALUE, ... up to a comma. Only the first relation counts (RFC 8288 section 3.3). */
static int take_relation(struct att_str *rest, struct att_arena *arena, struct att_str *relation,
			 struct att_err *err)
{
	*relation = (struct att_str){NULL, 0};
	for (skip_space(rest); take_byte(rest, ';'); skip_space(rest)) {
		skip_space(rest);
		struct att_str name = take_token(rest), value = {NULL, 0};
		skip_space(rest);
		int status = ATT_OK;
		if (take_byte(rest, '=')) {
			skip_space(rest);
			status = take_value("Link", rest, arena, &value, err);
		}
		if (status != ATT_OK)
			return status;
		if (!relation->data && att_str_equal_nocase(name, ATT_STR("rel")))
			*relation = value;
	}
	return ATT_OK;
}

int att_header_link(struct att_str value, const char *relation, struct att_arena *arena, struct att_str *target,
		    struct att_err *err)
{
	*target = ATT_STR("");
	for (;;) {
		struct att_str words;
		skip_space(&value);
		while (take_byte(&value, ','))
			skip_space(&value);
		if (value.len == 0)
			return ATT_OK;
		size_t end = att_str_find_byte(value, '>');
		if (!take_byte(&value, '<') || end == ATT_STR_NONE)
			return malformed("Link", "an address between \"<\" and \">\"", err);
		struct att_str address = att_str_first(value, end - 1);
		value = att_str_from(value, end);
		int status = take_relation(&value, arena, &words, err);
		if (status != ATT_OK)
			return status;
		if (target->len == 0 && has_word(words, relation))
			*target = address;
		if (value.len > 0 && value.data[0] != ',')
			return malformed("Link", "a comma between links", err);
	}
}

/* ---- where they lead ---- */

/* As a C string: curl wants those. */
static bool to_text(struct att_str url, char out[static ATT_FETCH_MAX_URL + 1])
{
	for (size_t i = 0; i < url.len; i++)
		if (url.data[i] <= ' ' || url.data[i] > '~')
			return false;
	if (url.len == 0 || url.len > ATT_FETCH_MAX_URL)
		return false;
	memcpy(out, url.data, url.len);
	out[url.len] = '\0';
	return true;
}

bool att_header_same_origin(struct att_str a, struct att_str b)
{
	char first[ATT_FETCH_MAX_URL + 1], second[ATT_FETCH_MAX_URL + 1];
	struct att_net_origin one, other;
	return to_text(a, first) && to_text(b, second) && att_net_origin(first, &one, NULL) == ATT_OK &&
	       att_net_origin(second, &other, NULL) == ATT_OK && strcmp(one.text, other.text) == 0;
}

static int resolve(struct att_str base, struct att_str target, struct att_arena *arena, struct att_str *url,
		   struct att_err *err)
{
	char first[ATT_FETCH_MAX_URL + 1], second[ATT_FETCH_MAX_URL + 1];
	char *whole = NULL;
	CURLU *parts = curl_url();
	bool done = parts && to_text(base, first) && to_text(target, second) &&
		    curl_url_set(parts, CURLUPART_URL, first, 0) == CURLUE_OK &&
		    curl_url_set(parts, CURLUPART_URL, second, 0) == CURLUE_OK &&
		    curl_url_get(parts, CURLUPART_URL, &whole, 0) == CURLUE_OK;
	*url = done ? att_arena_copy(arena, att_str_of(whole)) : ATT_STR("");
	curl_free(whole);
	curl_url_cleanup(parts);
	if (!done)
		return malformed("Link", "an address", err);
	return url->data ? ATT_OK : att_err_memory(err);
}

int att_header_next(struct att_str value, struct att_str asked, struct att_arena *arena, struct att_str *url,
		    struct att_err *err)
{
	struct att_str target;
	*url = ATT_STR("");
	int status = att_header_link(value, "next", arena, &target, err);
	if (status != ATT_OK || target.len == 0)
		return status;
	status = resolve(asked, target, arena, url, err);
	if (status != ATT_OK || att_header_same_origin(asked, *url))
		return status;
	*url = ATT_STR("");
	return att_err_set(err, ATT_ERR_REFUSED,
			   "expected the list to go on where it began, found it to lead elsewhere");
}
