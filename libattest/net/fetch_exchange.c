// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "libattest/base/base.h"
#include "libattest/net/fetch_internal.h"

#include "libattest/base/banned.h"

enum { BUFFER = 256 << 10 /* of a connection: fewer, larger pieces for sinks */ };

bool att_fetch_is_head(const struct att_fetch_exchange *x)
{
	return x->request->method && strcmp(x->request->method, "HEAD") == 0;
}

static bool is_good(const struct att_fetch_exchange *x)
{
	return x->fields.status / 100 == 2;
}

/* Answers that are none, as soon as their headers say so. */
static int judge_fields(const struct att_fetch_exchange *x)
{
	const struct att_fetch_fields *fields = &x->fields;
	if (fields->status < 200)
		return att_err_set(x->err, ATT_ERR_MALFORMED,
				   "expected an answer, found the server to switch to "
				   "something else");
	if (fields->status == 206 || (fields->status == 304 && x->request->etag.len == 0))
		return att_err_set(x->err, ATT_ERR_MALFORMED,
				   "expected an answer to what was asked, found status %d", fields->status);
	if (is_good(x) && fields->is_encoded)
		return att_err_set(
			x->err, ATT_ERR_MALFORMED,
			"expected the bytes as they are, found a Content-Encoding that was not asked for");
	if (is_good(x) && fields->has_length && !att_fetch_is_head(x) && fields->length > x->request->max)
		return att_err_set(x->err, ATT_ERR_LIMIT, "expected at most %llu bytes, found %llu",
				   (unsigned long long)x->request->max, (unsigned long long)fields->length);
	return ATT_OK;
}

static int end_of_block(struct att_fetch_exchange *x)
{
	struct att_arena *arena = &x->answer->arena;
	if (!att_buf_ok(&x->block))
		return att_err_memory(x->err);
	int status = att_fetch_read_fields(att_buf_str(&x->block), x->fetcher->options.now, arena, &x->fields,
					   x->err);
	x->block.len = 0;
	if (status != ATT_OK || (x->fields.status < 200 && x->fields.status != 101))
		return status;
	x->has_fields = true;
	return judge_fields(x);
}

static int take_line(struct att_fetch_exchange *x, struct att_str line)
{
	x->header_bytes += line.len;
	if (x->header_bytes > ATT_FETCH_MAX_FIELDS)
		return att_err_set(x->err, ATT_ERR_MALFORMED,
				   "expected headers of at most %d bytes, found more", ATT_FETCH_MAX_FIELDS);
	/* Trailers say nothing that is believed. */
	if (x->has_fields)
		return ATT_OK;
	if (att_str_ends(line, ATT_STR("\n")))
		line.len--;
	if (att_str_ends(line, ATT_STR("\r")))
		line.len--;
	if (line.len == 0)
		return end_of_block(x);
	if (!att_fetch_line_is_good(line))
		return att_err_set(x->err, ATT_ERR_MALFORMED,
				   "expected headers as \"name: value\", found a line that is none");
	att_buf_add(&x->block, line);
	att_buf_add_byte(&x->block, '\n');
	return ATT_OK;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct att_fetch_exchange *x = context;
	char *received = bytes; /* the type is curl's */
	if (x->failed == ATT_OK)
		x->failed = take_line(x, (struct att_str){received, size * count});
	return x->failed == ATT_OK ? size * count : 0;
}

static int take_body(struct att_fetch_exchange *x, struct att_str bytes)
{
	const struct att_fetch_request *request = x->request;
	if (bytes.len > request->max - x->got)
		return att_err_set(x->err, ATT_ERR_LIMIT, "expected at most %llu bytes, found more",
				   (unsigned long long)request->max);
	x->got += bytes.len;
	int status = att_record_body(&x->recording, bytes, x->err);
	if (status != ATT_OK)
		return status;
	if (request->sink)
		return request->sink(request->context, bytes, x->err);
	att_buf_add(&x->answer->body, bytes);
	return att_buf_ok(&x->answer->body) ? ATT_OK : att_err_memory(x->err);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct att_fetch_exchange *x = context;
	char *received = bytes; /* the type is curl's */
	struct att_str body = {received, size * count};
	if (x->failed == ATT_OK && !x->has_fields)
		x->failed =
			att_err_set(x->err, ATT_ERR_MALFORMED, "expected headers before a body, found none");
	if (x->failed == ATT_OK && is_good(x))
		x->failed = take_body(x, body);
	else if (x->failed == ATT_OK) {
		/* Of what an error page says the beginning is kept, for messages; in what coding ever, no more
		 * of it is waited for. */
		size_t room = x->got < ATT_FETCH_MAX_ERROR_BODY ? ATT_FETCH_MAX_ERROR_BODY - (size_t)x->got : 0;
		x->is_cut = body.len > room;
		if (!x->fields.is_encoded)
			att_buf_add(&x->answer->body, att_str_first(body, room));
		x->got += body.len;
	}
	return x->failed == ATT_OK && !x->is_cut ? body.len : 0;
}

/* Asked a few times a second: does anything move? */
static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
	struct att_fetch_exchange *x = context;
	curl_off_t time = 0, moved = now + (curl_off_t)x->header_bytes;
	unsigned idle = att_fetch_or_else(x->request->idle_seconds, ATT_FETCH_IDLE_SECONDS);
	(void)total, (void)up_total, (void)up;
	curl_easy_getinfo(x->curl, CURLINFO_TOTAL_TIME_T, &time);
	if (moved != x->last_bytes) {
		x->last_bytes = moved;
		x->last_moved = time;
	}
	return time - x->last_moved > (curl_off_t)idle * 1000000;
}

/* ---- asking once ---- */

static int add_header(struct curl_slist **list, struct att_str name, struct att_str value, struct att_err *err)
{
	struct att_buf line;
	att_buf_init(&line, (size_t)2 * ATT_FETCH_MAX_HEADER);
	att_buf_add(&line, name);
	att_buf_add(&line, ATT_STR(": "));
	att_buf_add(&line, value);
	att_buf_add_byte(&line, '\0');
	struct curl_slist *more = att_buf_ok(&line) ? curl_slist_append(*list, line.data) : NULL;
	att_buf_wipe(&line);
	if (!more)
		return att_err_memory(err);
	*list = more;
	return ATT_OK;
}

static int add_headers(const struct att_fetch_exchange *x, bool with_secrets, struct curl_slist **list)
{
	const struct att_fetch_request *request = x->request;
	int status = add_header(list, ATT_STR("Accept-Encoding"), ATT_STR("identity"), x->err);
	if (status == ATT_OK && request->etag.len > 0)
		status = add_header(list, ATT_STR("If-None-Match"), request->etag, x->err);
	for (size_t i = 0; status == ATT_OK && i < request->header_count; i++) {
		const struct att_fetch_header *header = &request->headers[i];
		if (with_secrets || (!header->is_secret && !att_record_is_secret(header->name)))
			status = add_header(list, header->name, header->value, x->err);
	}
	return status;
}

static int prepare(struct att_fetch_exchange *x, const struct curl_slist *headers)
{
	CURL *c = x->curl;
	const struct att_fetch_request *request = x->request;
	long idle = (long)att_fetch_or_else(request->idle_seconds, ATT_FETCH_IDLE_SECONDS);
	curl_off_t left = (curl_off_t)att_fetch_or_else(request->seconds, ATT_FETCH_SECONDS) * 1000 -
			  x->spent_before / 1000;
	CURLcode r = att_net_prepare(c, x->url, x->fetcher->options.ca_file);
	r |= curl_easy_setopt(c, CURLOPT_NOBODY, att_fetch_is_head(x) ? 1L : 0L);
	r |= curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
	r |= curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT,
			      idle < ATT_NET_CONNECT_SECONDS ? idle : (long)ATT_NET_CONNECT_SECONDS);
	r |= curl_easy_setopt(c, CURLOPT_USERAGENT, x->fetcher->agent);
	r |= curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	r |= curl_easy_setopt(c, CURLOPT_HTTP09_ALLOWED, 0L);
	r |= curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	/* Over TLS, who comes second waits a moment to hear whether one connection can carry both. */
	r |= curl_easy_setopt(c, CURLOPT_PIPEWAIT, strncmp(x->url, "https:", 6) == 0 ? 1L : 0L);
	r |= curl_easy_setopt(c, CURLOPT_BUFFERSIZE, (long)BUFFER);
	r |= curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->why);
	r |= curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	r |= curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	r |= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	r |= curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	r |= curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	r |= curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	r |= curl_easy_setopt(c, CURLOPT_XFERINFODATA, x);
	return r == CURLE_OK ? ATT_OK : att_err_memory(x->err);
}

/* What curl's code means. */
static int judge_transfer(const struct att_fetch_exchange *x, CURLcode result)
{
	const char *why = x->why[0] ? x->why : curl_easy_strerror(result);
	if (x->failed != ATT_OK)
		return x->failed;
	if (result == CURLE_OK || x->is_cut)
		return ATT_OK;
	switch ((int)result) {
	case CURLE_OUT_OF_MEMORY:
		/* So curl says of a line that does not end, too. */
		if (x->has_fields)
			return att_err_memory(x->err);
		return att_err_set(x->err, ATT_ERR_MALFORMED,
				   "expected headers of at most %d bytes, found more, or no memory",
				   ATT_FETCH_MAX_FIELDS);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
		return att_err_set(x->err, ATT_ERR_MALFORMED,
				   "expected an answer of HTTP, found something else: %s", why);
	case CURLE_ABORTED_BY_CALLBACK:
		return att_err_set(x->err, ATT_ERR_IO, "nothing came for %u seconds",
				   att_fetch_or_else(x->request->idle_seconds, ATT_FETCH_IDLE_SECONDS));
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_COULDNT_CONNECT:
		break;
	default:
		if (x->has_fields)
			return att_err_set(x->err, ATT_ERR_IO, "the answer ended early: %s", why);
		break;
	}
	return att_err_set(x->err, ATT_ERR_IO, "cannot fetch: %s", why);
}

static int judge_length(const struct att_fetch_exchange *x)
{
	if (!x->has_fields)
		return att_err_set(x->err, ATT_ERR_MALFORMED, "expected an answer of HTTP, found none");
	if (is_good(x) && !att_fetch_is_head(x) && x->fields.status != 204 && x->fields.has_length &&
	    x->got != x->fields.length)
		return att_err_set(x->err, ATT_ERR_IO,
				   "the answer ended early: expected %llu bytes, found %llu",
				   (unsigned long long)x->fields.length, (unsigned long long)x->got);
	return ATT_OK;
}

int att_fetch_ask(struct att_fetch_exchange *x, bool with_secrets)
{
	struct att_net_origin origin;
	struct curl_slist *headers = NULL;
	curl_off_t spent = 0;
	att_buf_clear(&x->answer->body);
	att_buf_clear(&x->block);
	memset(&x->fields, 0, sizeof x->fields);
	x->has_fields = x->is_cut = false;
	x->header_bytes = 0;
	x->got = 0;
	x->failed = ATT_OK;
	x->last_bytes = x->last_moved = 0;
	x->why[0] = '\0';
	int status = att_net_origin(x->url, &origin, x->err);
	if (status == ATT_OK)
		status = add_headers(x, with_secrets, &headers);
	if (status == ATT_OK)
		status = prepare(x, headers);
	if (status == ATT_OK) {
		struct att_fetch_job job = {.curl = x->curl, .origin = &origin};
		att_fetch_loop_run(x->fetcher->loop, &job);
		status = judge_transfer(x, job.result);
	}
	if (status == ATT_OK)
		status = judge_length(x);
	curl_easy_getinfo(x->curl, CURLINFO_TOTAL_TIME_T, &spent);
	x->spent_before += spent;
	curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	return status;
}
