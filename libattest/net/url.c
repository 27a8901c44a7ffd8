// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "libattest/net/fetch.h"
#include "libattest/net/net_internal.h"

#include "libattest/base/banned.h"

bool att_net_is_loopback(const char *host)
{
	struct att_str rest = att_str_of(host), part;
	size_t parts = 0;
	uint64_t number;
	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	if (!att_str_starts(rest, ATT_STR("127.")))
		return false;
	for (; att_str_split(&rest, '.', &part); parts++)
		if (!att_str_to_uint(part, 255, &number))
			return false;
	return parts == 4;
}

static int check_parts(const char *scheme, const char *host, bool has_user, bool insecure_http,
		       struct att_err *err)
{
	if (has_user)
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected a URL without user and password, found one with "
				   "them");
	if (strcmp(scheme, "https") == 0)
		return ATT_OK;
	if (strcmp(scheme, "http") != 0)
		return att_err_set(err, ATT_ERR_REFUSED, "expected a URL of https, found one of %s", scheme);
	if (insecure_http || att_net_is_loopback(host))
		return ATT_OK;
	att_err_set(err, ATT_ERR_REFUSED, "expected a URL of https, found one of http to another machine");
	att_err_help(err, "anybody on the way can change what plain HTTP brings; --insecure-http takes it");
	return ATT_ERR_REFUSED;
}

int att_net_check_url(const char *url, size_t max, bool insecure_http, struct att_err *err)
{
	char *scheme = NULL, *host = NULL, *user = NULL, *password = NULL;
	CURLU *parts = strlen(url) <= max ? curl_url() : NULL;
	int status = ATT_OK;
	if (!parts || curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
	    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		status = att_err_set(err, ATT_ERR_USAGE,
				     "expected a URL of at most %zu characters, found something "
				     "else",
				     max);
	if (status == ATT_OK) {
		bool has_user = curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK;
		has_user |= curl_url_get(parts, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK;
		if (curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
			host = NULL;
		status = check_parts(scheme, host ? host : "", has_user, insecure_http, err);
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_free(password);
	curl_url_cleanup(parts);
	return status;
}

bool att_net_is_redirect(long code)
{
	return code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
}

/* Schemes are the same in any case (RFC 3986 section 3.1). */
static bool has_scheme(const char *url, const char *scheme)
{
	struct att_str all = att_str_of(url);
	return att_str_equal_nocase(att_str_first(all, att_str_find_byte(all, ':')), att_str_of(scheme));
}

int att_net_check_redirect(const char *from, const char *to, size_t max, bool insecure_http,
			   struct att_err *err)
{
	struct att_err why = {.code = ATT_OK};
	int status = att_net_check_url(to, max, insecure_http, &why);
	if (status == ATT_OK && has_scheme(from, "https") && !has_scheme(to, "https"))
		status = att_err_set(&why, ATT_ERR_REFUSED, "expected a URL of https, found one of http");
	if (status != ATT_OK)
		return att_err_set(err, ATT_ERR_REFUSED, "the server redirects to what is refused: %s",
				   why.message);
	return ATT_OK;
}

int att_net_origin(const char *url, struct att_net_origin *out, struct att_err *err)
{
	char *scheme = NULL, *host = NULL, *port = NULL;
	CURLU *parts = curl_url();
	int status = parts ? ATT_OK : att_err_memory(err);
	if (status == ATT_OK && (curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
				 curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
				 curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
				 curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK ||
				 strlen(host) > ATT_NET_MAX_HOST))
		status =
			att_err_set(err, ATT_ERR_USAGE,
				    "expected a URL with a host of at most %d characters, found something else",
				    ATT_NET_MAX_HOST);
	if (status == ATT_OK) {
		snprintf(out->text, sizeof out->text, "%s://%s:%s", scheme, host, port);
		out->host = strlen(scheme) + 3;
		for (char *c = out->text; *c; c++)
			*c = att_ascii_lower(*c);
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parts);
	return status;
}

/* ---- links ---- */

static bool is_text(struct att_str s)
{
	for (size_t i = 0; s.data && i < s.len; i++)
		if ((unsigned char)s.data[i] <= ' ' || s.data[i] == 0x7f)
			return false;
	return s.data && s.len > 0 && s.len <= ATT_FETCH_MAX_URL;
}

int att_fetch_resolve(struct att_str base, struct att_str link, struct att_arena *arena, struct att_str *url,
		      struct att_err *err)
{
	struct att_str reference = att_str_first(link, att_str_find_byte(link, '#'));
	char *whole = NULL;
	CURLU *parts = curl_url();
	struct att_str from = att_arena_copy(arena, base), to = att_arena_copy(arena, reference);
	int status = parts && from.data && to.data ? ATT_OK : att_err_memory(err);
	if (status == ATT_OK &&
	    (!is_text(from) || (to.len > 0 && !is_text(to)) ||
	     curl_url_set(parts, CURLUPART_URL, from.data, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
	     (to.len > 0 &&
	      curl_url_set(parts, CURLUPART_URL, to.data, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) ||
	     curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK ||
	     curl_url_get(parts, CURLUPART_URL, &whole, 0) != CURLUE_OK))
		status = att_err_set(err, ATT_ERR_MALFORMED,
				     "expected a link of at most %d characters, found \"%.*s\"",
				     ATT_FETCH_MAX_URL, ATT_STR_ARG(att_str_first(link, 100)));
	if (status == ATT_OK) {
		*url = att_arena_copy(arena, att_str_of(whole));
		status = url->data ? ATT_OK : att_err_memory(err);
	}
	curl_free(whole);
	curl_url_cleanup(parts);
	return status;
}

/* ---- what may be shown ---- */

static bool contains_nocase(struct att_str s, struct att_str lower)
{
	for (size_t i = 0; i + lower.len <= s.len; i++)
		if (att_str_equal_nocase(att_str_first(att_str_from(s, i), lower.len), lower))
			return true;
	return false;
}

/* By what the name holds: better one parameter too many. */
static bool is_secret_parameter(struct att_str name)
{
	static const char *const within[] = {
		"token",   "secret", "passw",   "credential", "signature", "authorization", "x-amz-",
		"x-goog-", "apikey", "api_key", "api-key",    "key-pair",  "access_key",    "session"};
	static const char *const whole[] = {"sig",    "jwt",  "key",  "auth",
					    "policy", "code", "hmac", "awsaccesskeyid"};
	for (size_t i = 0; i < sizeof within / sizeof within[0]; i++)
		if (contains_nocase(name, att_str_of(within[i])))
			return true;
	for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
		if (att_str_equal_nocase(name, att_str_of(whole[i])))
			return true;
	/* A name in disguise is taken for the worst. */
	return att_str_find_byte(name, '%') != ATT_STR_NONE;
}

/* What stands between two "&". Some servers part parameters at ";", too. */
static bool has_secret_part(struct att_str parameters)
{
	struct att_str part;
	while (att_str_split(&parameters, ';', &part))
		if (is_secret_parameter(att_str_first(part, att_str_find_byte(part, '='))))
			return true;
	return false;
}

void att_net_redact(struct att_str url, bool bare, struct att_buf *out)
{
	struct att_str rest = att_str_first(url, att_str_find_byte(url, '#')), parameter;
	size_t query = att_str_find_byte(rest, '?');
	struct att_str front = att_str_first(rest, query);
	size_t scheme = att_str_find(front, ATT_STR("://"));
	if (scheme != ATT_STR_NONE) {
		/* What stands before the host ends at the last "@" of it. */
		struct att_str authority = att_str_from(front, scheme + 3);
		authority = att_str_first(authority, att_str_find_byte(authority, '/'));
		size_t at = att_str_find_last_byte(authority, '@');
		att_buf_add(out, att_str_first(front, scheme + 3));
		front = att_str_from(front, scheme + 3 + (at == ATT_STR_NONE ? 0 : at + 1));
	}
	att_buf_add(out, front);
	if (bare || query == ATT_STR_NONE)
		return;
	rest = att_str_from(rest, query + 1);
	for (char sign = '?'; rest.data && att_str_split(&rest, '&', &parameter);) {
		if (parameter.len == 0 || has_secret_part(parameter))
			continue;
		att_buf_add_byte(out, sign);
		att_buf_add(out, parameter);
		sign = '&';
	}
}

/* ---- what curl is told ---- */

bool att_net_field(struct att_str line, const char *name, struct att_str *value)
{
	size_t colon = att_str_find_byte(line, ':');
	if (colon == ATT_STR_NONE || !att_str_equal_nocase(att_str_first(line, colon), att_str_of(name)))
		return false;
	*value = att_str_trim(att_str_from(line, colon + 1));
	return true;
}

CURLcode att_net_prepare(CURL *curl, const char *url, const char *ca_file)
{
	CURLcode r = curl_easy_setopt(curl, CURLOPT_URL, url);
	r |= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	r |= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	r |= curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	r |= curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	r |= curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* The folder of the system's certificates is trusted besides any file, unless it is taken away. */
	if (ca_file) {
		r |= curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
		r |= curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	/* What is meant for this machine does not leave it in the clear, whatever http_proxy says. */
	bool stays = has_scheme(url, "http") && att_net_check_url(url, strlen(url), false, NULL) == ATT_OK;
	r |= curl_easy_setopt(curl, CURLOPT_PROXY, stays ? "" : NULL);
	r |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	r |= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)ATT_NET_CONNECT_SECONDS);
	return r;
}
