// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/net/fetch.h"
#include "libattest/net/fetch_internal.h"

#include "tests/unit/server.h"

#define OK(length) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n"

/* ---- what the server does ---- */

static void say_flaky(struct server_request *r)
{
	server_say(r->fd, r->number == 1 ? "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n" : OK("5") "\r\nhello");
}

static void say_nothing(struct server_request *r)
{
	char byte;
	while (recv(r->fd, &byte, 1, 0) > 0)
		;
}

static void say_and_hang(struct server_request *r)
{
	server_say(r->fd, OK("100") "\r\nhello");
	say_nothing(r);
}

static void say_slow_headers(struct server_request *r)
{
	for (unsigned i = 0; i < 100 && server_send(r->fd, i < 22 ? &"HTTP/1.1 200 OK\r\nX-A: "[i] : "x", 1);
	     i++)
		server_sleep(100);
}

static void say_drops(struct server_request *r)
{
	server_say(r->fd, OK("1000") "\r\n");
	while (server_send(r->fd, "x", 1))
		server_sleep(100);
}

static void say_without_end(struct server_request *r)
{
	static char zeros[1 << 16];
	server_say(r->fd, strstr(r->path, "error")     ? "HTTP/1.1 500 x\r\n\r\n"
			  : strstr(r->path, "encoded") ? "HTTP/1.1 500 x\r\nContent-Encoding: gzip\r\n\r\n"
			  : strstr(r->path, "header")  ? "HTTP/1.1 200 OK\r\nX-A: "
						       : "HTTP/1.1 200 OK\r\n\r\n");
	if (strstr(r->path, "header"))
		memset(zeros, 'a', sizeof zeros);
	while (server_send(r->fd, zeros, strstr(r->path, "encoded") ? 1000 : sizeof zeros))
		;
}

static void say_many_headers(struct server_request *r)
{
	server_say(r->fd, "HTTP/1.1 200 OK\r\n");
	for (unsigned i = 0; i < 20000; i++)
		server_say(r->fd, "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
	server_say(r->fd, "\r\n");
}

static void say_early_hints(struct server_request *r)
{
	server_say(r->fd,
		   "HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\n" OK("5") "ETag: \"late\"\r\n\r\nhello");
}

static void say_state(struct server_request *r)
{
	server_say(r->fd, strstr(r->text, "\r\nIf-None-Match: \"a\"\r\n")
				  ? "HTTP/1.1 304 x\r\nETag: \"a\"\r\n\r\n"
				  : OK("5") "ETag: \"a\"\r\n\r\nhello");
}

/* /to?URL */
static void say_redirect(struct server_request *r)
{
	char text[1024];
	snprintf(text, sizeof text, "HTTP/1.1 302 x\r\nLocation: %s\r\nContent-Length: 3\r\n\r\nbye",
		 strchr(r->path, '?') + 1);
	server_say(r->fd, text);
}

/* /down?N leads to /down?N-1, and at 0 to /ok. */
static void say_down(struct server_request *r)
{
	char text[1024];
	int left = (int)strtol(strchr(r->path, '?') + 1, NULL, 10);
	snprintf(text, sizeof text, "HTTP/1.1 301 x\r\nLocation: /down?%d\r\nContent-Length: 0\r\n\r\n",
		 left - 1);
	server_say(r->fd, left > 0 ? text : OK("5") "\r\nhello");
}

static void say_later(struct server_request *r)
{
	server_sleep(20);
	server_say(r->fd, OK("5") "\r\nhello");
}

static void say_late(struct server_request *r)
{
	server_sleep(400);
	server_say(r->fd, OK("5") "\r\nhello");
}

static void say_large(struct server_request *r)
{
	static char block[1 << 16];
	memset(block, 'b', sizeof block);
	server_say(r->fd, OK("6553600") "\r\n");
	for (unsigned i = 0; i < 100; i++)
		server_send(r->fd, block, sizeof block);
}

static struct server_route routes[] = {
	{"/ok",
	 .answer = OK(
		 "5") "Content-Type: text/plain\r\nETag: \"a\"\r\nLink: </b>; rel=next\r\nLink: </c>\r\n"
		      "Docker-Content-Digest: sha256:00\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\nhello"},
	{"/head", .answer = OK("50000000000") "\r\n"},
	{"/flaky", .say = say_flaky},
	{"/state", .say = say_state},
	{"/empty", .answer = OK("0") "\r\n"},
	{"/early", .say = say_early_hints},
	{"/until-close", .answer = "HTTP/1.1 200 OK\r\n\r\nhello", .closes = true},
	{"/chunked", .answer =
			     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n"
			     "ETag: \"trailer\"\r\n\r\n"},
	{"/auth",
	 .answer = "HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer realm=\"r\"\r\nWWW-Authenticate: Basic\r\n"
		   "Content-Length: 2\r\n\r\nno"},
	{"/busy", .answer = "HTTP/1.1 429 x\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"},
	{"/busy-date",
	 .answer = "HTTP/1.1 503 x\r\nRetry-After: Sun, 06 Nov 1994 08:50:00 GMT\r\nContent-Length: 0\r\n"
		   "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n"},
	{"/busy-now", .answer = "HTTP/1.1 503 x\r\nRetry-After: Sun, 06 Nov 1994 08:50:00 GMT\r\n"
				"Content-Length: 0\r\n\r\n"},
	{"/busy-github",
	 .answer = "HTTP/1.1 403 x\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1790000060\r\n"
		   "Content-Length: 0\r\n\r\n"},
	{"/broken", .answer = "HTTP/1.1 500 x\r\nContent-Length: 4\r\n\r\noops"},
	{"/short", .answer = OK("10") "\r\nhello", .closes = true},
	{"/long", .answer = OK("3") "\r\nhello", .closes = true},
	{"/chunk-cut", .answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nhe",
	 .closes = true},
	{"/chunk-unended", .answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
	 .closes = true},
	{"/length-text", .answer = OK("abc") "\r\nhello", .closes = true},
	{"/length-negative", .answer = OK("-5") "\r\nhello", .closes = true},
	{"/lengths", .answer = OK("5") "Content-Length: 4\r\n\r\nhello", .closes = true},
	{"/length-and-chunks", .answer = OK("5") "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	 .closes = true},
	{"/gzip", .answer = OK("5") "Content-Encoding: gzip\r\n\r\nhello", .closes = true},
	{"/transfer-gzip", .answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello", .closes = true},
	{"/part", .answer = "HTTP/1.1 206 x\r\nContent-Range: bytes 0-4/10\r\nContent-Length: 5\r\n\r\nhello",
	 .closes = true},
	{"/unmodified", .answer = "HTTP/1.1 304 x\r\n\r\n", .closes = true},
	{"/switch", .answer = "HTTP/1.1 101 x\r\nUpgrade: chat\r\n\r\n", .closes = true},
	{"/garbage", .answer = "SSH-2.0-OpenSSH\r\n\r\n", .closes = true},
	{"/old", .answer = "hello", .closes = true},
	{"/status", .answer = "HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n", .closes = true},
	{"/nothing", .answer = "", .closes = true},
	{"/nul", .answer = OK("5") "X-A: a\0b\r\n\r\nhello",
	 .length = sizeof OK("5") "X-A: a\0b\r\n\r\nhello" - 1, .closes = true},
	{"/control",
	 .answer = OK("5") "X-A: a\x01"
			   "b\r\n\r\nhello",
	 .closes = true},
	{"/folded", .answer = OK("5") "X-A: a\r\n b: c\r\n\r\nhello", .closes = true},
	{"/nameless", .answer = OK("5") "hello\r\n\r\nhello", .closes = true},
	{"/spaced", .answer = OK("5") "ETag : a\r\n\r\nhello", .closes = true},
	{"/etags", .answer = OK("5") "ETag: \"a\"\r\nETag: \"b\"\r\n\r\nhello", .closes = true},
	{"/nowhere", .answer = "HTTP/1.1 302 x\r\nContent-Length: 0\r\n\r\n"},
	{"/hang", .say = say_nothing, .closes = true},
	{"/stall", .say = say_and_hang, .closes = true},
	{"/loris", .say = say_slow_headers, .closes = true},
	{"/drops", .say = say_drops, .closes = true},
	{"/endless", .say = say_without_end, .closes = true},
	{"/endless-error", .say = say_without_end, .closes = true},
	{"/endless-encoded", .say = say_without_end, .closes = true},
	{"/endless-header", .say = say_without_end, .closes = true},
	{"/many-headers", .say = say_many_headers, .closes = true},
	{"/10g", .answer = OK("10000000000") "\r\nhello", .closes = true},
	{"/loop", .answer = "HTTP/1.1 302 x\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"},
	{"/circle", .answer = "HTTP/1.1 307 x\r\nLocation: /elcric\r\nContent-Length: 0\r\n\r\n"},
	{"/elcric", .answer = "HTTP/1.1 308 x\r\nLocation: /circle\r\nContent-Length: 0\r\n\r\n"},
	{"/to", .say = say_redirect},
	{"/down", .say = say_down},
	{"/later", .say = say_later},
	{"/late", .say = say_late},
	{"/large", .say = say_large},
	{.path = NULL},
};

/* ---- asking it ---- */

static struct server here, there;

struct outcome {
	struct att_fetch_answer answer;
	struct att_err err;
	int status;
};

static void get_url(struct att_fetcher *fetcher, const char *url, struct att_fetch_request request,
		    struct outcome *out)
{
	request.url = att_str_of(url);
	if (request.max == 0)
		request.max = 1000;
	memset(out, 0, sizeof *out);
	out->status = att_fetch(fetcher, &request, &out->answer, &out->err);
	if (out->status != ATT_OK)
		assert_int_equal(out->err.code, out->status);
}

static void get(struct att_fetcher *fetcher, const char *path, struct att_fetch_request request,
		struct outcome *out)
{
	char url[1024];
	snprintf(url, sizeof url, "http://127.0.0.1:%u%s", here.port, path);
	get_url(fetcher, url, request, out);
}

static void clear(struct outcome *out)
{
	att_fetch_answer_clear(&out->answer);
}

static struct att_fetcher *open_fetcher(void)
{
	const struct att_fetch_options options = {.project = "https://example.org/p"};
	struct att_fetcher *fetcher = NULL;
	struct att_err err;
	assert_int_equal(att_fetcher_open(&options, &fetcher, &err), ATT_OK);
	return fetcher;
}

#define assert_text(text, expected)                                                                            \
	do {                                                                                                   \
		struct att_str assert_text_ = (text);                                                          \
		assert_int_equal(assert_text_.len, strlen(expected));                                          \
		assert_memory_equal(assert_text_.data ? assert_text_.data : "", expected, strlen(expected));   \
	} while (0)

static void expect_body(struct att_fetcher *fetcher, const char *path, int status, const char *body)
{
	struct outcome o;
	get(fetcher, path, (struct att_fetch_request){0}, &o);
	if (o.status != ATT_OK)
		fail_msg("%s: %s", path, o.err.message);
	assert_int_equal(o.answer.status, status);
	assert_text(att_buf_str(&o.answer.body), body);
	assert_int_equal(o.answer.length, strlen(body));
	clear(&o);
}

static void test_answers(void **state)
{
	struct att_fetcher *fetcher = open_fetcher();
	struct outcome o;
	(void)state;
	get(fetcher, "/ok", (struct att_fetch_request){0}, &o);
	assert_int_equal(o.status, ATT_OK);
	assert_text(att_buf_str(&o.answer.body), "hello");
	assert_text(o.answer.content_type, "text/plain");
	assert_text(o.answer.etag, "\"a\"");
	assert_text(o.answer.link, "</b>; rel=next, </c>");
	assert_text(o.answer.docker_digest, "sha256:00");
	assert_int_equal(o.answer.date, 784111777);
	assert_true(server_was_told(&here, "GET /ok HTTP/1.1\r\n"));
	assert_true(server_was_told(&here, "\r\nAccept-Encoding: identity\r\n"));
	assert_true(
		server_was_told(&here, "\r\nUser-Agent: attest/" ATT_VERSION " (+https://example.org/p)\r\n"));
	clear(&o);
	expect_body(fetcher, "/empty", 200, "");
	expect_body(fetcher, "/early", 200, "hello");
	expect_body(fetcher, "/chunked", 200, "hello");
	expect_body(fetcher, "/until-close", 200, "hello");
	expect_body(fetcher, "/flaky", 404, "");
	expect_body(fetcher, "/flaky", 200, "hello");
	expect_body(fetcher, "/missing", 404, "none");
	expect_body(fetcher, "/broken", 500, "oops");
	get(fetcher, "/early", (struct att_fetch_request){0}, &o);
	assert_text(o.answer.etag, "\"late\"");
	clear(&o);
	get(fetcher, "/chunked", (struct att_fetch_request){0}, &o);
	assert_text(o.answer.etag, "");
	clear(&o);
	get(fetcher, "/auth", (struct att_fetch_request){0}, &o);
	assert_int_equal(o.answer.status, 401);
	assert_text(o.answer.www_authenticate, "Bearer realm=\"r\", Basic");
	clear(&o);
	get(fetcher, "/head", (struct att_fetch_request){.method = "HEAD"}, &o);
	assert_int_equal(o.status, ATT_OK);
	assert_true(o.answer.length == 50000000000 && o.answer.body.len == 0);
	clear(&o);
	att_fetcher_close(fetcher);
}

static void test_states(void **state)
{
	struct att_fetcher *fetcher = open_fetcher();
	struct outcome o;
	(void)state;
	get(fetcher, "/state", (struct att_fetch_request){.etag = ATT_STR("\"a\"")}, &o);
	assert_int_equal(o.status, ATT_OK);
	assert_int_equal(o.answer.status, 304);
	clear(&o);
	get(fetcher, "/state", (struct att_fetch_request){.etag = ATT_STR("\"b\"")}, &o);
	assert_int_equal(o.answer.status, 200);
	clear(&o);
	att_fetcher_close(fetcher);
}

static void expect_wait(struct att_fetcher *fetcher, const char *path, int status, unsigned seconds)
{
	struct outcome o;
	get(fetcher, path, (struct att_fetch_request){0}, &o);
	assert_int_equal(o.status, ATT_OK);
	assert_int_equal(o.answer.status, status);
	assert_int_equal(o.answer.retry_after, seconds);
	clear(&o);
}

static void test_waiting(void **state)
{
	const struct att_fetch_options then = {.now = 784111790}, later = {.now = 1790000000};
	struct att_fetcher *fetcher = open_fetcher();
	struct att_err err;
	(void)state;
	expect_wait(fetcher, "/busy", 429, 7);
	expect_wait(fetcher, "/busy-date", 503, 23);
	expect_wait(fetcher, "/busy-now", 503, 0);
	att_fetcher_close(fetcher);
	assert_int_equal(att_fetcher_open(&then, &fetcher, &err), ATT_OK);
	expect_wait(fetcher, "/busy-date", 503, 23);
	expect_wait(fetcher, "/busy-now", 503, 10);
	expect_wait(fetcher, "/busy-github", 403, ATT_FETCH_LONGEST_RETRY);
	att_fetcher_close(fetcher);
	assert_int_equal(att_fetcher_open(&later, &fetcher, &err), ATT_OK);
	expect_wait(fetcher, "/busy-now", 503, 0);
	expect_wait(fetcher, "/busy-github", 403, 60);
	att_fetcher_close(fetcher);
}

/* What is no answer, and what is said of it. */
static void test_no_answers(void **state)
{
	static const struct {
		const char *path;
		int code;
		const char *message;
	} cases[] = {
		{"/short", ATT_ERR_IO, "the answer ended early"},
		{"/chunk-cut", ATT_ERR_IO, "the answer ended early"},
		{"/chunk-unended", ATT_ERR_IO, "the answer ended early"},
		{"/nothing", ATT_ERR_IO, "cannot fetch"},
		{"/10g", ATT_ERR_LIMIT, "expected at most 1000 bytes, found 10000000000"},
		{"/endless", ATT_ERR_LIMIT, "expected at most 1000 bytes, found more"},
		{"/many-headers", ATT_ERR_MALFORMED, "expected headers of at most 65536 bytes"},
		{"/endless-header", ATT_ERR_MALFORMED, "expected headers of at most 65536 bytes"},
		{"/length-text", ATT_ERR_MALFORMED, "Content-Length"},
		{"/length-negative", ATT_ERR_MALFORMED, "Content-Length"},
		{"/lengths", ATT_ERR_MALFORMED, "expected one header Content-Length, found two"},
		{"/length-and-chunks", ATT_ERR_MALFORMED,
		 "expected Content-Length or Transfer-Encoding, found both"},
		{"/gzip", ATT_ERR_MALFORMED, "found a Content-Encoding"},
		{"/transfer-gzip", ATT_ERR_MALFORMED, "expected no Transfer-Encoding but chunked"},
		{"/part", ATT_ERR_MALFORMED, "found status 206"},
		{"/unmodified", ATT_ERR_MALFORMED, "found status 304"},
		{"/switch", ATT_ERR_MALFORMED, "switch to something else"},
		{"/garbage", ATT_ERR_MALFORMED, "expected an answer of HTTP"},
		{"/old", ATT_ERR_MALFORMED, "expected an answer of HTTP"},
		{"/status", ATT_ERR_MALFORMED, "expected an answer of HTTP with a status from 100 to 599"},
		{"/nul", ATT_ERR_MALFORMED, "expected "},
		{"/control", ATT_ERR_MALFORMED, "found a line that is none"},
		{"/folded", ATT_ERR_MALFORMED, "found a line that is none"},
		{"/nameless", ATT_ERR_MALFORMED, "Header without colon"},
		{"/spaced", ATT_ERR_MALFORMED, "found a line that is none"},
		{"/etags", ATT_ERR_MALFORMED, "expected one header ETag, found two"},
		{"/nowhere", ATT_ERR_MALFORMED, "expected a redirect to say where to"},
	};
	struct att_fetcher *fetcher = open_fetcher();
	struct outcome o;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		get(fetcher, cases[i].path, (struct att_fetch_request){0}, &o);
		if (o.status != cases[i].code || !strstr(o.err.message, cases[i].message))
			fail_msg("%s: %d, %s", cases[i].path, o.status, o.err.message);
		assert_null(o.answer.body.data);
		assert_int_equal(o.answer.status, 0);
	}
	/* Bytes behind the length belong to no answer. */
	expect_body(fetcher, "/long", 200, "hel");
	att_fetcher_close(fetcher);
}

static void test_error_pages(void **state)
{
	struct att_fetcher *fetcher = open_fetcher();
	struct outcome o;
	(void)state;
	get(fetcher, "/endless-error", (struct att_fetch_request){.max = 10}, &o);
	assert_int_equal(o.status, ATT_OK);
	assert_int_equal(o.answer.status, 500);
	assert_int_equal(o.answer.body.len, ATT_FETCH_MAX_ERROR_BODY);
	clear(&o);
	/* One in a coding that nobody asked for is not kept, and not read to its end either. */
	get(fetcher, "/endless-encoded", (struct att_fetch_request){.max = 10, .seconds = 20}, &o);
	assert_int_equal(o.status, ATT_OK);
	assert_int_equal(o.answer.status, 500);
	assert_int_equal(o.answer.body.len, 0);
	assert_true(o.answer.length < 1 << 20);
	clear(&o);
	att_fetcher_close(fetcher);
}

static void expect_late(struct att_fetcher *fetcher, const char *path, unsigned seconds, unsigned idle,
			const char *message)
{
	struct timespec begin, end;
	struct outcome o;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	get(fetcher, path, (struct att_fetch_request){.seconds = seconds, .idle_seconds = idle}, &o);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_int_equal(o.status, ATT_ERR_IO);
	if (!strstr(o.err.message, message))
		fail_msg("%s: %s", path, o.err.message);
	assert_in_range(end.tv_sec - begin.tv_sec, 0, 4);
}

static void test_time(void **state)
{
	struct att_fetcher *fetcher = open_fetcher();
	(void)state;
	expect_late(fetcher, "/hang", 30, 1, "nothing came for 1 seconds");
	expect_late(fetcher, "/stall", 30, 1, "nothing came for 1 seconds");
	expect_late(fetcher, "/loris", 30, 1, "nothing came for 1 seconds");
	expect_late(fetcher, "/hang", 1, 30, "timed out");
	expect_late(fetcher, "/drops", 1, 30, "timed out");
	att_fetcher_close(fetcher);
}

/* ---- what may be asked ---- */

static void test_requests(void **state)
{
	static const char *const methods[] = {"POST", "PUT", "DELETE",  "PATCH",  "get",
					      "GET ", "",    "CONNECT", "OPTIONS"};
	static const struct {
		const char *url;
		int code;
	} urls[] = {
		{"http://example.org/", ATT_ERR_REFUSED},
		{"ftp://127.0.0.1/", ATT_ERR_REFUSED},
		{"file:///etc/passwd", ATT_ERR_REFUSED},
		{"http://u:p@127.0.0.1/", ATT_ERR_REFUSED},
		{"https://u@example.org/", ATT_ERR_REFUSED},
		{"http://127.0.0.1.nip.io/", ATT_ERR_REFUSED},
		{"http://127.0.0.1/ HTTP/1.1", ATT_ERR_USAGE},
		{"http://127.0.0.1/\r\nA: b", ATT_ERR_USAGE},
		{"", ATT_ERR_USAGE},
	};
	const struct {
		struct att_fetch_header header;
		int code;
	} headers[] = {
		{{ATT_STR("A\r\nB"), ATT_STR("c"), false}, ATT_ERR_USAGE},
		{{ATT_STR("A"), ATT_STR("c\r\nB: d"), false}, ATT_ERR_USAGE},
		{{ATT_STR("A"), ATT_STR("c\0d"), false}, ATT_ERR_USAGE},
		{{ATT_STR(""), ATT_STR("c"), false}, ATT_ERR_USAGE},
		{{ATT_STR("Range"), ATT_STR("bytes=0-1"), false}, ATT_ERR_REFUSED},
		{{ATT_STR("host"), ATT_STR("example.org"), false}, ATT_ERR_REFUSED},
		{{ATT_STR("X-HTTP-Method-Override"), ATT_STR("DELETE"), false}, ATT_ERR_REFUSED},
	};
	struct att_fetcher *fetcher = open_fetcher();
	unsigned before = atomic_load(&here.connections);
	struct outcome o;
	(void)state;
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		get(fetcher, "/ok", (struct att_fetch_request){.method = methods[i]}, &o);
		assert_int_equal(o.status, ATT_ERR_REFUSED);
		assert_non_null(strstr(o.err.message, "expected to ask by GET or HEAD"));
	}
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		get_url(fetcher, urls[i].url, (struct att_fetch_request){0}, &o);
		assert_int_equal(o.status, urls[i].code);
	}
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
		get(fetcher, "/ok",
		    (struct att_fetch_request){.headers = &headers[i].header, .header_count = 1}, &o);
		assert_int_equal(o.status, headers[i].code);
	}
	get(fetcher, "/ok", (struct att_fetch_request){.etag = ATT_STR("a\nb")}, &o);
	assert_int_equal(o.status, ATT_ERR_USAGE);
	assert_int_equal(atomic_load(&here.connections), before);
	att_fetcher_close(fetcher);
}

/* ---- redirects ---- */

static void expect_redirect(struct att_fetcher *fetcher, const char *path, int code, const char *message)
{
	struct outcome o;
	get(fetcher, path, (struct att_fetch_request){0}, &o);
	assert_int_equal(o.status, code);
	if (!strstr(o.err.message, message))
		fail_msg("%s: %s", path, o.err.message);
}

static void test_redirects(void **state)
{
	struct att_fetcher *fetcher = open_fetcher();
	struct outcome o;
	(void)state;
	expect_body(fetcher, "/to?/ok", 200, "hello");
	expect_body(fetcher, "/down?5", 200, "hello");
	expect_redirect(fetcher, "/down?6", ATT_ERR_REFUSED, "expected at most 5 redirects");
	expect_redirect(fetcher, "/loop", ATT_ERR_REFUSED, "in a circle");
	expect_redirect(fetcher, "/circle", ATT_ERR_REFUSED, "in a circle");
	expect_redirect(fetcher, "/to?http://example.org/", ATT_ERR_REFUSED, "redirects to what is refused");
	expect_redirect(fetcher, "/to?ftp://127.0.0.1/", ATT_ERR_REFUSED, "redirects to what is refused");
	expect_redirect(fetcher, "/to?file:///etc/passwd", ATT_ERR_REFUSED, "redirects to what is refused");
	expect_redirect(fetcher, "/to?http://u:p@127.0.0.1/", ATT_ERR_REFUSED, "redirects to what is refused");
	get(fetcher, "/to?/ok", (struct att_fetch_request){.no_redirects = true}, &o);
	assert_int_equal(o.status, ATT_OK);
	assert_int_equal(o.answer.status, 302);
	assert_true(att_str_starts(o.answer.location, ATT_STR("http://127.0.0.1:")));
	assert_true(att_str_ends(o.answer.location, ATT_STR("/ok")));
	assert_text(att_buf_str(&o.answer.body), "bye");
	clear(&o);
	att_fetcher_close(fetcher);
}

static void test_secrets(void **state)
{
	const struct att_fetch_header headers[] = {{ATT_STR("Authorization"), ATT_STR("Bearer t0k3n"), false},
						   {ATT_STR("X-Mine"), ATT_STR("t0k3n"), true},
						   {ATT_STR("Accept"), ATT_STR("text/plain"), false}};
	const struct att_fetch_request request = {.headers = headers, .header_count = 3};
	struct att_fetcher *fetcher = open_fetcher();
	struct outcome o;
	char path[200];
	(void)state;
	get(fetcher, "/to?/ok", request, &o);
	assert_true(server_was_told(&here, "\r\nAuthorization: Bearer t0k3n\r\n"));
	assert_true(server_was_told(&here, "\r\nX-Mine: t0k3n\r\n"));
	clear(&o);
	/* To another port, another name of the same machine, another address: without. */
	static const char *const hosts[] = {"127.0.0.1", "localhost", "127.0.0.2"};
	for (size_t i = 0; i < 3; i++) {
		struct server *to = i == 1 ? &here : &there;
		snprintf(path, sizeof path, "/to?http://%s:%u/ok?X-Amz-Signature=s3cret&x=1",
			 i == 0 ? "127.0.0.2" : hosts[i], to->port);
		get(fetcher, path, request, &o);
		if (o.status != ATT_OK)
			fail_msg("%s: %s", path, o.err.message);
		assert_true(server_was_told(to, "X-Amz-Signature=s3cret"));
		assert_true(server_was_told(to, "\r\nAccept: text/plain\r\n"));
		assert_false(server_was_told(to, "t0k3n"));
		/* The answer says where it came from, and not with which key. */
		assert_int_equal(att_str_find(o.answer.url, ATT_STR("s3cret")), ATT_STR_NONE);
		assert_true(att_str_ends(o.answer.url, ATT_STR("/ok")));
		clear(&o);
	}
	/* Away and back: who was away chose what is asked. */
	snprintf(path, sizeof path, "/to?http://127.0.0.2:%u/to?http://127.0.0.1:%u/ok", there.port, here.port);
	get(fetcher, path, request, &o);
	assert_int_equal(o.status, ATT_OK);
	assert_true(server_was_told(&here, "GET /ok "));
	assert_false(server_was_told(&here, "t0k3n"));
	clear(&o);
	att_fetcher_close(fetcher);
}

static void test_open_secrets(void **state)
{
	const struct att_fetch_options options = {.insecure_http = true};
	const struct att_fetch_header header = {ATT_STR("Authorization"), ATT_STR("Bearer t0k3n"), false};
	struct att_fetcher *fetcher;
	struct att_err err;
	struct outcome o;
	(void)state;
	assert_int_equal(att_fetcher_open(&options, &fetcher, &err), ATT_OK);
	get_url(fetcher, "http://host.invalid/",
		(struct att_fetch_request){.headers = &header, .header_count = 1}, &o);
	assert_int_equal(o.status, ATT_ERR_REFUSED);
	assert_non_null(strstr(o.err.message, "expected https for a header that is secret"));
	get(fetcher, "/ok", (struct att_fetch_request){.headers = &header, .header_count = 1}, &o);
	assert_int_equal(o.answer.status, 200);
	clear(&o);
	att_fetcher_close(fetcher);
}

/* TLS is not left, however its scheme is written. */
static void test_schemes(void **state)
{
	(void)state;
	assert_int_equal(att_net_check_redirect("HTTPS://h/", "http://h/", 100, true, NULL), ATT_ERR_REFUSED);
	assert_int_equal(att_net_check_redirect("https://h/", "HTTP://h/", 100, true, NULL), ATT_ERR_REFUSED);
	assert_int_equal(att_net_check_redirect("https://h/", "HTTPS://g/", 100, false, NULL), ATT_OK);
	assert_int_equal(att_net_check_redirect("http://h/", "http://g/", 100, true, NULL), ATT_OK);
}

static void test_redaction(void **state)
{
	static const struct {
		const char *url, *left;
	} cases[] = {
		{"https://h/p?a=1&token=x&b=2#f", "https://h/p?a=1&b=2"},
		{"https://h/p?sig=x", "https://h/p"},
		{"https://h/p?X-AMZ-Credential=x&a", "https://h/p?a"},
		{"https://u:p@h/p@q", "https://h/p@q"},
		{"https://h/p?access%5Ftoken=x&service=y", "https://h/p?service=y"},
		{"https://h/p?a=1;token=x&b=2;c", "https://h/p?b=2;c"},
		{"/p?a=1", "/p?a=1"},
		{"", ""},
	};
	struct att_buf out;
	(void)state;
	att_buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		att_net_redact(att_str_of(cases[i].url), false, &out);
		assert_text(att_buf_str(&out), cases[i].left);
		att_buf_clear(&out);
	}
	att_net_redact(ATT_STR("https://h/p?a=1"), true, &out);
	assert_text(att_buf_str(&out), "https://h/p");
	att_buf_clear(&out);
}

/* ---- sinks ---- */

struct tally {
	uint64_t bytes;
	size_t largest;
	uint64_t stop_after;
};

static int add_up(void *context, struct att_str bytes, struct att_err *err)
{
	struct tally *tally = context;
	tally->bytes += bytes.len;
	tally->largest = bytes.len > tally->largest ? bytes.len : tally->largest;
	if (tally->stop_after && tally->bytes > tally->stop_after)
		return att_err_set(err, ATT_ERR_UNSUPPORTED, "enough");
	return ATT_OK;
}

static void test_sinks(void **state)
{
	struct tally tally = {0};
	struct att_fetch_request request = {.sink = add_up, .context = &tally, .max = 6553600};
	struct att_fetcher *fetcher = open_fetcher();
	struct outcome o;
	(void)state;
	get(fetcher, "/large", request, &o);
	assert_int_equal(o.status, ATT_OK);
	assert_true(tally.bytes == 6553600 && o.answer.length == 6553600 && tally.largest < 1 << 20);
	assert_int_equal(o.answer.body.len, 0);
	clear(&o);
	tally = (struct tally){.stop_after = 100};
	get(fetcher, "/large", request, &o);
	assert_int_equal(o.status, ATT_ERR_UNSUPPORTED);
	assert_string_equal(o.err.message, "enough");
	/* Pages of errors and redirects are nobody's data. */
	tally = (struct tally){0};
	get(fetcher, "/broken", request, &o);
	assert_int_equal(o.answer.status, 500);
	assert_text(att_buf_str(&o.answer.body), "oops");
	clear(&o);
	get(fetcher, "/to?/broken", request, &o);
	assert_int_equal(tally.bytes, 0);
	clear(&o);
	request.max = 6553599;
	get(fetcher, "/large", request, &o);
	assert_int_equal(o.status, ATT_ERR_LIMIT);
	assert_int_equal(tally.bytes, 0);
	att_fetcher_close(fetcher);
}

/* ---- many at once ---- */

struct crowd {
	struct att_fetcher *fetcher;
	atomic_uint next, good;
};

static void *ask_on(void *context)
{
	struct crowd *crowd = context;
	while (atomic_fetch_add(&crowd->next, 1) < 50) {
		char url[100];
		struct att_fetch_answer answer;
		struct att_err err;
		snprintf(url, sizeof url, "http://127.0.0.1:%u/later", here.port);
		struct att_fetch_request request = {.url = att_str_of(url), .max = 10};
		if (att_fetch(crowd->fetcher, &request, &answer, &err) == ATT_OK && answer.status == 200 &&
		    att_str_is(att_buf_str(&answer.body), "hello"))
			atomic_fetch_add(&crowd->good, 1);
		att_fetch_answer_clear(&answer);
	}
	return NULL;
}

static void test_connections(void **state)
{
	const struct att_fetch_options options = {.connections = 6, .per_host = 4};
	struct crowd crowd = {0};
	struct att_err err;
	pthread_t threads[16];
	(void)state;
	for (unsigned i = 0; atomic_load(&here.open) > 0 && i < 200; i++)
		server_sleep(10);
	assert_int_equal(atomic_load(&here.open), 0);
	atomic_store(&here.highest, 0);
	unsigned before = atomic_load(&here.connections);
	assert_int_equal(att_fetcher_open(&options, &crowd.fetcher, &err), ATT_OK);
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_on, &crowd), 0);
	for (size_t i = 0; i < 16; i++)
		pthread_join(threads[i], NULL);
	att_fetcher_close(crowd.fetcher);
	assert_int_equal(atomic_load(&crowd.good), 50);
	/* Bounded, used, and used again. */
	assert_in_range(atomic_load(&here.highest), 2, 4);
	assert_in_range(atomic_load(&here.connections) - before, 2, 4);
}

static void *ask_late(void *context)
{
	struct crowd *crowd = context;
	char url[100];
	struct att_fetch_answer answer;
	struct att_err err;
	snprintf(url, sizeof url, "http://127.0.0.1:%u/late", here.port);
	struct att_fetch_request request = {.url = att_str_of(url), .max = 10, .seconds = 1};
	if (att_fetch(crowd->fetcher, &request, &answer, &err) == ATT_OK && answer.status == 200)
		atomic_fetch_add(&crowd->good, 1);
	att_fetch_answer_clear(&answer);
	return NULL;
}

/* Who waits for a place has not begun: the last of five waits longer than it may take. */
static void test_queue(void **state)
{
	const struct att_fetch_options options = {.connections = 6, .per_host = 1};
	struct crowd crowd = {0};
	struct att_err err;
	pthread_t threads[5];
	(void)state;
	assert_int_equal(att_fetcher_open(&options, &crowd.fetcher, &err), ATT_OK);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_late, &crowd), 0);
	for (size_t i = 0; i < 5; i++)
		pthread_join(threads[i], NULL);
	att_fetcher_close(crowd.fetcher);
	assert_int_equal(atomic_load(&crowd.good), 5);
}

/* ---- headers alone ---- */

static void test_dates(void **state)
{
	int64_t seconds = 0;
	(void)state;
	assert_true(att_fetch_parse_date(ATT_STR("Sun, 06 Nov 1994 08:49:37 GMT"), &seconds));
	assert_int_equal(seconds, 784111777);
	assert_false(att_fetch_parse_date(ATT_STR("Sunday, 06-Nov-94 08:49:37 GMT"), &seconds));
	assert_false(att_fetch_parse_date(ATT_STR("Sun, 36 Nov 1994 08:49:37 GMT"), &seconds));
	assert_false(att_fetch_parse_date(ATT_STR("Sun, 06 Nev 1994 08:49:37 GMT"), &seconds));
	assert_false(att_fetch_parse_date(ATT_STR("Sun, 06 Nov 1994 08:49:37 CET"), &seconds));
	assert_false(att_fetch_parse_date(ATT_STR(""), &seconds));
}

static int start(void **state)
{
	(void)state;
	server_start(&here, "127.0.0.1", routes);
	server_start(&there, "127.0.0.2", routes);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	server_stop(&here);
	server_stop(&there);
	return 0;
}

int main(void)
{
	static const char *const proxies[] = {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY",
					      "ALL_PROXY"};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),     cmocka_unit_test(test_states),
		cmocka_unit_test(test_waiting),     cmocka_unit_test(test_no_answers),
		cmocka_unit_test(test_error_pages), cmocka_unit_test(test_time),
		cmocka_unit_test(test_requests),    cmocka_unit_test(test_redirects),
		cmocka_unit_test(test_secrets),     cmocka_unit_test(test_open_secrets),
		cmocka_unit_test(test_redaction),   cmocka_unit_test(test_sinks),
		cmocka_unit_test(test_connections), cmocka_unit_test(test_queue),
		cmocka_unit_test(test_dates),       cmocka_unit_test(test_schemes),
	};
	for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++)
		unsetenv(proxies[i]);
	return cmocka_run_group_tests(tests, start, stop);
}
