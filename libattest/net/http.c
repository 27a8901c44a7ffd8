// SPDX-License-Identifier: Apache-2.0
#include "libattest/net/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "libattest/base/base.h"
#include "libattest/base/file.h"
#include "libattest/net/net_internal.h"

#include "libattest/base/banned.h"

enum {
	/* Slower than a kilobyte a second for a minute is no transfer any more. */
	SLOW_BYTES = 1024,
	SLOW_SECONDS = 60,
	MAX_RETRY_AFTER = 3600,
};

int att_http_check_url(const char *url, bool insecure_http, struct att_err *err)
{
	return att_net_check_url(url, ATT_HTTP_MAX_URL, insecure_http, err);
}

/* ---- one exchange ---- */

struct exchange {
	const struct att_http_request *request;
	struct att_http_answer *answer;
	CURL *curl;
	int fd;
	bool started; /* body bytes may be written */
	bool has_range;
	uint64_t range_start, whole; /* whole: bytes of the whole file; UINT64_MAX: not said */
	int status;                  /* of writing */
	struct att_err *err;
};

/* "512-10239/10240", or "*" for what the server does not know. */
static void take_range(struct exchange *x, struct att_str range)
{
	size_t slash = att_str_find_byte(range, '/');
	struct att_str whole = slash == ATT_STR_NONE ? range : att_str_from(range, slash + 1);
	struct att_str start = att_str_first(range, att_str_find_byte(range, '-'));
	bool is_known = att_str_to_uint(whole, INT64_MAX, &x->whole);
	if (!is_known)
		x->whole = UINT64_MAX;
	x->has_range = slash != ATT_STR_NONE && (is_known || att_str_is(whole, "*")) &&
		       att_str_to_uint(start, INT64_MAX, &x->range_start);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *x = context;
	char *received = bytes; /* the type is curl's */
	struct att_str line = att_str_trim((struct att_str){received, size * count}), value;
	uint64_t number;
	if (att_str_starts(line, ATT_STR("HTTP/"))) {
		x->answer->etag[0] = '\0';
		x->answer->retry_after = 0;
		x->has_range = false;
	} else if (att_net_field(line, "ETag", &value) && value.len <= ATT_HTTP_MAX_ETAG) {
		memcpy(x->answer->etag, value.data, value.len);
		x->answer->etag[value.len] = '\0';
	} else if (att_net_field(line, "Retry-After", &value) && att_str_to_uint(value, UINT32_MAX, &number)) {
		x->answer->retry_after = (unsigned)(number < MAX_RETRY_AFTER ? number : MAX_RETRY_AFTER);
	} else if (att_net_field(line, "Content-Range", &value) && att_str_starts(value, ATT_STR("bytes "))) {
		take_range(x, att_str_from(value, 6));
	}
	return size * count;
}

/* The first bytes of an answer: do they continue what is there, or begin again? */
static int start_body(struct exchange *x, long code)
{
	x->started = true;
	if (code == 206) {
		/* Same bytes of the same state, or none: anything else would be glued together. */
		if (x->answer->length == 0 || !x->has_range || x->range_start != x->answer->length ||
		    !att_str_equal(att_str_of(x->answer->etag), x->request->part))
			return att_err_set(
				x->err, ATT_ERR_MALFORMED,
				"expected the server to send what was asked for, found another range or "
				"state");
		return ATT_OK;
	}
	x->answer->length = 0;
	if (ftruncate(x->fd, 0) != 0 || lseek(x->fd, 0, SEEK_SET) != 0)
		return att_err_set_errno(x->err, errno, "cannot begin again");
	return x->request->begin ? x->request->begin(x->request->context, x->answer->etag, x->err) : ATT_OK;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *x = context;
	long code = 0;
	char *received = bytes; /* the type is curl's */
	size_t len = size * count;
	curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &code);
	/* What an error page says is nobody's data. */
	if (code != 200 && code != 206)
		return len;
	if (!x->started)
		x->status = start_body(x, code);
	if (x->status == ATT_OK && len > x->request->max - x->answer->length)
		x->status = att_err_set(x->err, ATT_ERR_LIMIT, "expected at most %llu MB, found more",
					(unsigned long long)x->request->max >> 20);
	if (x->status == ATT_OK)
		x->status =
			att_file_write_fd(x->fd, "what is fetched", (struct att_str){received, len}, x->err);
	if (x->status != ATT_OK)
		return 0;
	x->answer->length += len;
	return len;
}

/* Adds "NAME: VALUE" unless the value is empty or would be two lines. */
static int add_header(struct curl_slist **list, const char *name, struct att_str value, struct att_err *err)
{
	char line[ATT_HTTP_MAX_ETAG + 40];
	if (value.len == 0 || value.len > ATT_HTTP_MAX_ETAG)
		return ATT_OK;
	for (size_t i = 0; i < value.len; i++)
		if (value.data[i] < ' ' || value.data[i] > '~')
			return ATT_OK;
	snprintf(line, sizeof line, "%s: %.*s", name, ATT_STR_ARG(value));
	struct curl_slist *more = curl_slist_append(*list, line);
	if (!more)
		return att_err_memory(err);
	*list = more;
	return ATT_OK;
}

static int prepare(struct exchange *x, const char *url, const char *range, const struct curl_slist *headers)
{
	CURL *c = x->curl;
	CURLcode r = att_net_prepare(c, url, x->request->ca_file);
	r |= curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)x->request->seconds);
	r |= curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
	r |= curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
	r |= curl_easy_setopt(c, CURLOPT_USERAGENT, ATT_NET_AGENT);
	r |= curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	r |= curl_easy_setopt(c, CURLOPT_RANGE, range);
	r |= curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	r |= curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	r |= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	r |= curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	return r == CURLE_OK ? ATT_OK : att_err_memory(x->err);
}

/* What curl's code means for what is there. */
static int judge_transfer(struct exchange *x, CURLcode result)
{
	if (x->status != ATT_OK)
		return x->status;
	if (result == CURLE_OK)
		return ATT_OK;
	if (result == CURLE_OUT_OF_MEMORY)
		return att_err_memory(x->err);
	if (x->started && x->answer->length > 0 &&
	    (result == CURLE_PARTIAL_FILE || result == CURLE_RECV_ERROR ||
	     result == CURLE_OPERATION_TIMEDOUT)) {
		x->answer->outcome = ATT_HTTP_PARTIAL;
		return ATT_OK;
	}
	return att_err_set(x->err, ATT_ERR_IO, "cannot fetch: %s", curl_easy_strerror(result));
}

/* A server may send less than it was asked for: the rest is asked for again. */
static int judge_range(struct exchange *x)
{
	if (x->started && x->answer->length < x->whole && x->whole != UINT64_MAX)
		x->answer->outcome = ATT_HTTP_PARTIAL;
	if (x->started && x->answer->length <= x->whole)
		return ATT_OK;
	return att_err_set(x->err, ATT_ERR_MALFORMED,
			   "expected the server to send what was asked for, found %s",
			   x->started ? "more than the whole file" : "nothing");
}

/* Of a state that is named weakly two copies may differ in their bytes, and cannot be put together. */
static bool can_continue(const struct att_http_request *request)
{
	return request->part.len > 0 && !att_str_starts(request->part, ATT_STR("W/"));
}

static int judge_code(struct exchange *x, long code)
{
	switch (code) {
	case 200:
		/* An empty file has no bytes to begin with. */
		return x->started ? ATT_OK : start_body(x, code);
	case 206:
		return judge_range(x);
	case 304:
		if (x->request->etag.len == 0)
			break;
		x->answer->outcome = ATT_HTTP_NOT_MODIFIED;
		return ATT_OK;
	case 416:
		/* What is there is not shorter than the whole: it is another state, or was complete. */
		if (x->answer->length == 0)
			break;
		x->answer->length = 0;
		x->answer->outcome = ATT_HTTP_PARTIAL;
		return ATT_OK;
	case 429:
	case 503:
		x->answer->outcome = ATT_HTTP_LATER;
		return ATT_OK;
	case 404:
	case 410:
		return att_err_set(x->err, ATT_ERR_NOT_FOUND, "the server has no such file (%ld)", code);
	default:
		break;
	}
	return att_err_set(x->err, ATT_ERR_IO, "expected the server to answer 200, found %ld", code);
}

static int exchange_once(struct exchange *x, const char *url, long *code)
{
	struct curl_slist *headers = NULL;
	char range[40];
	bool resumes = x->answer->length > 0;
	x->started = false;
	x->status = ATT_OK;
	x->answer->outcome = ATT_HTTP_FETCHED;
	snprintf(range, sizeof range, "%llu-", (unsigned long long)x->answer->length);
	int status = add_header(&headers, resumes ? "If-Range" : "If-None-Match",
				resumes ? x->request->part : x->request->etag, x->err);
	if (status == ATT_OK)
		status = prepare(x, url, resumes ? range : NULL, headers);
	if (status == ATT_OK)
		status = judge_transfer(x, curl_easy_perform(x->curl));
	*code = 0;
	if (status == ATT_OK)
		curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, code);
	curl_slist_free_all(headers);
	return status;
}

/* Each redirect is a URL that has to be good by itself, and never leaves TLS. */
static int follow(struct exchange *x, const char *from, char to[static ATT_HTTP_MAX_URL + 1])
{
	const char *next = NULL;
	curl_easy_getinfo(x->curl, CURLINFO_REDIRECT_URL, &next);
	if (!next)
		return att_err_set(x->err, ATT_ERR_MALFORMED,
				   "expected a redirect to say where to, found none");
	int status = att_net_check_redirect(from, next, ATT_HTTP_MAX_URL, x->request->insecure_http, x->err);
	if (status != ATT_OK)
		return status;
	snprintf(to, ATT_HTTP_MAX_URL + 1, "%s", next);
	return ATT_OK;
}

int att_http_get(const struct att_http_request *request, int fd, struct att_http_answer *answer,
		 struct att_err *err)
{
	char url[ATT_HTTP_MAX_URL + 1], next[ATT_HTTP_MAX_URL + 1];
	long code = 0;
	memset(answer, 0, sizeof *answer);
	int status = att_http_check_url(request->url, request->insecure_http, err);
	if (status != ATT_OK)
		return status;
	struct exchange x = {
		.request = request, .answer = answer, .fd = fd, .err = err, .curl = curl_easy_init()};
	if (!x.curl)
		return att_err_memory(err);
	answer->length = can_continue(request) ? request->offset : 0;
	snprintf(url, sizeof url, "%s", request->url);
	status = exchange_once(&x, url, &code);
	for (int i = 0; status == ATT_OK && att_net_is_redirect(code); i++) {
		if (i == ATT_NET_MAX_REDIRECTS)
			status = att_err_set(err, ATT_ERR_REFUSED, "expected at most %d redirects, found more",
					     ATT_NET_MAX_REDIRECTS);
		if (status == ATT_OK)
			status = follow(&x, url, next);
		if (status != ATT_OK)
			break;
		memcpy(url, next, sizeof url);
		status = exchange_once(&x, url, &code);
	}
	if (status == ATT_OK && answer->outcome != ATT_HTTP_PARTIAL)
		status = judge_code(&x, code);
	curl_easy_cleanup(x.curl);
	return status;
}
