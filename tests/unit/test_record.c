// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "libattest/base/file.h"
#include "libattest/net/fetch.h"
#include "libattest/net/record.h"

#include "tests/unit/server.h"

#define OK(length) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n"

static void say_count(struct server_request *r)
{
	char text[100];
	snprintf(text, sizeof text, OK("6") "ETag: \"%u\"\r\n\r\nhello%u", r->number, r->number);
	server_say(r->fd, text);
}

static void say_accept(struct server_request *r)
{
	server_say(r->fd, strstr(r->text, "\r\nAccept: a\r\n") ? OK("1") "\r\na" : OK("1") "\r\nb");
}

static void say_large(struct server_request *r)
{
	char block[1000];
	server_say(r->fd, OK("1000000") "\r\n");
	for (unsigned i = 0; i < 1000; i++) {
		memset(block, (char)i, sizeof block);
		server_send(r->fd, block, sizeof block);
	}
}

static struct server_route routes[] = {
	{"/count", .say = say_count},
	{"/accept", .say = say_accept},
	{"/large", .say = say_large},
	{"/empty", .answer = OK("0") "\r\n"},
	{"/token", .answer = OK("19") "\r\n{\"token\":\"s3cret\"}\n\n"},
	{"/short", .answer = OK("10") "\r\nhello", .closes = true},
	{"/gone", .answer = "HTTP/1.1 410 x\r\nContent-Length: 4\r\n\r\ngone"},
	{"/busy", .answer = "HTTP/1.1 429 x\r\nRetry-After: 7\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
			    "Content-Type: text/plain\r\nLink: </b>\r\nDocker-Content-Digest: sha256:00\r\n"
			    "WWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n"},
	{"/to", .answer = "HTTP/1.1 302 x\r\nLocation: /count?token=s3cret&a=1\r\nContent-Length: 0\r\n\r\n"},
	{"/away",
	 .answer = "HTTP/1.1 302 x\r\nLocation: https://h.invalid/p?x=s3cret\r\nContent-Length: 0\r\n\r\n"},
	{"/pages", .answer = OK("0") "Link: </pages?page=2&token=s3cret>; rel=\"next\", "
				     "<https://u:s3cret@h.invalid/x?sig=s3cret#s3cret>; rel=\"last\"\r\n\r\n"},
	{"/quotes", .answer = "HTTP/1.1 403 x\r\nContent-Length: 27\r\n\r\nfound Bearer s3cret, refused"},
	{.path = NULL},
};

static struct server here;
static char folder[] = "/tmp/test_record.XXXXXX";

/* ---- what both runs ask, and what they got ---- */

static int keep(void *context, struct att_str bytes, struct att_err *err)
{
	(void)err;
	att_buf_add(context, bytes);
	return ATT_OK;
}

static bool holds(const struct att_buf *text, const char *part)
{
	return att_str_find(att_buf_str(text), att_str_of(part)) != ATT_STR_NONE;
}

static void add(struct att_buf *out, const char *name, struct att_str value)
{
	att_buf_printf(out, " %s=", name);
	att_buf_add(out, value);
}

/* One line per exchange, of all that is known of it. */
static void ask(struct att_fetcher *fetcher, const char *path, struct att_fetch_request request,
		struct att_buf *out)
{
	char url[200];
	struct att_fetch_answer answer;
	struct att_err err = {.code = ATT_OK};
	struct att_buf body;
	att_buf_init(&body, 10 << 20);
	snprintf(url, sizeof url, "http://127.0.0.1:%u%s", here.port, path);
	request.url = att_str_of(url);
	request.max = request.max ? request.max : 5000000;
	if (request.sink)
		request.context = &body;
	int status = att_fetch(fetcher, &request, &answer, &err);
	att_buf_printf(out, "%d %s [%s] %d %llu %u %lld", status, err.message, err.help, answer.status,
		       (unsigned long long)answer.length, answer.retry_after, (long long)answer.date);
	add(out, "etag", answer.etag);
	add(out, "type", answer.content_type);
	add(out, "link", answer.link);
	add(out, "digest", answer.docker_digest);
	add(out, "auth", answer.www_authenticate);
	add(out, "url", answer.url);
	add(out, "body", att_buf_str(&answer.body));
	/* What came before an error is nobody's. */
	add(out, "sink", status == ATT_OK ? att_buf_str(&body) : ATT_STR(""));
	att_buf_add_byte(out, '\n');
	att_buf_clear(&body);
	att_fetch_answer_clear(&answer);
}

static void ask_all(struct att_fetcher *fetcher, struct att_buf *out)
{
	const struct att_fetch_header a = {ATT_STR("Accept"), ATT_STR("a"), false},
				      b = {ATT_STR("Accept"), ATT_STR("b"), false};
	att_buf_clear(out);
	for (unsigned i = 0; i < 3; i++)
		ask(fetcher, "/count", (struct att_fetch_request){0}, out);
	ask(fetcher, "/accept", (struct att_fetch_request){.headers = &b, .header_count = 1}, out);
	ask(fetcher, "/accept", (struct att_fetch_request){.headers = &a, .header_count = 1}, out);
	ask(fetcher, "/large", (struct att_fetch_request){.sink = keep}, out);
	ask(fetcher, "/large", (struct att_fetch_request){.sink = keep, .max = 10}, out);
	ask(fetcher, "/large", (struct att_fetch_request){.method = "HEAD"}, out);
	ask(fetcher, "/empty", (struct att_fetch_request){.sink = keep}, out);
	ask(fetcher, "/short", (struct att_fetch_request){.sink = keep}, out);
	ask(fetcher, "/gone", (struct att_fetch_request){.sink = keep}, out);
	ask(fetcher, "/busy", (struct att_fetch_request){0}, out);
	ask(fetcher, "/to", (struct att_fetch_request){0}, out);
	ask(fetcher, "/missing?a=1", (struct att_fetch_request){0}, out);
}

static struct att_fetcher *open_fetcher(const char *record, const char *replay)
{
	const struct att_fetch_options options = {.record = record, .replay = replay};
	struct att_fetcher *fetcher = NULL;
	struct att_err err;
	if (att_fetcher_open(&options, &fetcher, &err) != ATT_OK)
		fail_msg("%s", err.message);
	return fetcher;
}

/* Calls `see` with every file of the folder; returns how many there are. */
static size_t each_file(void (*see)(const char *name, struct att_str text))
{
	char path[600];
	size_t count = 0;
	struct att_buf text;
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	assert_non_null(dir);
	att_buf_init(&text, 10 << 20);
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		assert_int_equal(att_file_read(AT_FDCWD, path, &text, NULL), ATT_OK);
		if (see)
			see(path, att_buf_str(&text));
		count++;
	}
	closedir(dir);
	att_buf_clear(&text);
	return count;
}

static void no_secret(const char *path, struct att_str text)
{
	struct stat st;
	if (att_str_find(text, ATT_STR("s3cret")) != ATT_STR_NONE)
		fail_msg("a secret in %s", path);
	if (strstr(path, ".tmp"))
		fail_msg("left over: %s", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void remove_file(const char *path, struct att_str text)
{
	(void)text;
	unlink(path);
}

/* ---- tests ---- */

static void test_replay(void **state)
{
	struct att_buf live, again;
	struct stat st;
	(void)state;
	att_buf_init(&live, 20 << 20);
	att_buf_init(&again, 20 << 20);
	struct att_fetcher *fetcher = open_fetcher(folder, NULL);
	ask_all(fetcher, &live);
	att_fetcher_close(fetcher);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	each_file(no_secret);
	unsigned requests = atomic_load(&here.requests), connections = atomic_load(&here.connections);
	assert_true(requests >= 14 && connections > 0);
	fetcher = open_fetcher(NULL, folder);
	ask_all(fetcher, &again);
	/* Nothing was asked, and all was answered, errors included. */
	assert_int_equal(atomic_load(&here.requests), requests);
	assert_int_equal(atomic_load(&here.connections), connections);
	assert_true(att_buf_ok(&live) && live.len > 1000000);
	assert_int_equal(again.len, live.len);
	assert_memory_equal(again.data, live.data, live.len);
	/* As often as it was asked, and no more. */
	att_buf_clear(&again);
	ask(fetcher, "/count", (struct att_fetch_request){0}, &again);
	assert_true(holds(&again, "expected a recorded answer in"));
	assert_true(att_str_starts(att_buf_str(&again), ATT_STR("-6 ")));
	att_buf_clear(&again);
	ask(fetcher, "/count?token=s3cret", (struct att_fetch_request){.method = "POST"}, &again);
	assert_true(holds(&again, "expected to ask by GET or HEAD"));
	att_fetcher_close(fetcher);
	att_buf_clear(&live);
	att_buf_clear(&again);
}

static void test_secrets(void **state)
{
	const struct att_fetch_header headers[] = {{ATT_STR("Authorization"), ATT_STR("Bearer s3cret"), false},
						   {ATT_STR("X-Mine"), ATT_STR("s3cret"), true},
						   {ATT_STR("Accept"), ATT_STR("a"), false}};
	struct att_fetch_request with = {.headers = headers, .header_count = 3},
				 without = {.headers = headers + 2, .header_count = 1};
	struct att_buf text;
	(void)state;
	att_buf_init(&text, 1 << 20);
	struct att_fetcher *fetcher = open_fetcher(folder, NULL);
	ask(fetcher, "/accept?x=1&sig=s3cret", with, &text);
	ask(fetcher, "/token", (struct att_fetch_request){.has_secret_answer = true}, &text);
	assert_true(holds(&text, "{\"token\":\"s3cret\"}"));
	ask(fetcher, "/to", (struct att_fetch_request){.no_redirects = true}, &text);
	ask(fetcher, "/away", (struct att_fetch_request){.no_redirects = true}, &text);
	ask(fetcher, "/pages", (struct att_fetch_request){0}, &text);
	assert_true(holds(&text, "page=2&token=s3cret"));
	ask(fetcher, "/quotes", with, &text);
	ask(fetcher, "/quotes?sig=s3cret", (struct att_fetch_request){0}, &text);
	ask(fetcher, "/quotes", (struct att_fetch_request){.has_secret_answer = true}, &text);
	att_fetcher_close(fetcher);
	assert_int_equal(each_file(no_secret), 8 + 2);
	/* Who replays has no secrets. */
	fetcher = open_fetcher(NULL, folder);
	att_buf_clear(&text);
	ask(fetcher, "/accept?x=1", without, &text);
	assert_true(att_str_starts(att_buf_str(&text), ATT_STR("0 ")));
	att_buf_clear(&text);
	ask(fetcher, "/token", (struct att_fetch_request){.has_secret_answer = true}, &text);
	assert_true(holds(&text, "body={\"token\":\"not recorded\"}"));
	att_buf_clear(&text);
	ask(fetcher, "/pages", (struct att_fetch_request){0}, &text);
	assert_true(holds(&text, "link=</pages?page=2>; rel=\"next\", <https://h.invalid/x>; rel=\"last\" "));
	att_fetcher_close(fetcher);
	att_buf_clear(&text);
}

static void cut_body(const char *path, struct att_str text)
{
	if (strstr(path, ".body"))
		assert_int_equal(truncate(path, (off_t)text.len - 1), 0);
}

/* The bytes are those that were recorded, and fewer than the answer says. */
static void lengthen(const char *path, struct att_str text)
{
	struct att_buf other;
	size_t at = att_str_find(text, ATT_STR("\"length\": 1000000"));
	if (!strstr(path, ".json"))
		return;
	att_buf_init(&other, 1 << 20);
	att_buf_add(&other, att_str_first(text, at));
	att_buf_add(&other, ATT_STR("\"length\": 1000001"));
	att_buf_add(&other, att_str_from(text, at + strlen("\"length\": 1000000")));
	assert_int_equal(att_file_write_atomic(path, att_buf_str(&other), NULL), ATT_OK);
	att_buf_clear(&other);
}

static void swap_url(const char *path, struct att_str text)
{
	struct att_buf other;
	size_t at = att_str_find(text, ATT_STR("/large"));
	if (!strstr(path, ".json"))
		return;
	att_buf_init(&other, 1 << 20);
	att_buf_add(&other, att_str_first(text, at));
	att_buf_add(&other, ATT_STR("/small"));
	att_buf_add(&other, att_str_from(text, at + 6));
	assert_int_equal(att_file_write_atomic(path, att_buf_str(&other), NULL), ATT_OK);
	att_buf_clear(&other);
}

static void expect_replay(const char *message, uint64_t max)
{
	struct att_buf text;
	att_buf_init(&text, 2 << 20);
	struct att_fetcher *fetcher = open_fetcher(NULL, folder);
	ask(fetcher, "/large", (struct att_fetch_request){.sink = keep, .max = max}, &text);
	if (!holds(&text, message))
		fail_msg("%.*s", ATT_STR_ARG(att_str_first(att_buf_str(&text), 200)));
	att_fetcher_close(fetcher);
	att_buf_clear(&text);
}

static void test_damage(void **state)
{
	struct att_buf text;
	(void)state;
	att_buf_init(&text, 2 << 20);
	struct att_fetcher *fetcher = open_fetcher(folder, NULL);
	ask(fetcher, "/large", (struct att_fetch_request){.sink = keep}, &text);
	att_fetcher_close(fetcher);
	expect_replay("0  [] 200 1000000", 1000000);
	expect_replay("expected at most 999999 bytes, found more", 999999);
	each_file(cut_body);
	expect_replay("expected a recorded body of 1000000 bytes, found something else", 0);
	each_file(lengthen);
	expect_replay("expected a recorded body as long as its answer", 0);
	each_file(swap_url);
	expect_replay("expected the exchange of its name", 0);
	att_buf_clear(&text);
}

static void test_folders(void **state)
{
	const struct att_fetch_options full = {.record = folder}, none = {.replay = "/nonexistent/folder"},
				       file = {.replay = "/dev/null"},
				       both = {.record = folder, .replay = folder},
				       lost = {.record = "/nonexistent/folder"};
	char path[100];
	struct att_fetcher *fetcher;
	struct att_err err;
	(void)state;
	snprintf(path, sizeof path, "%s/x", folder);
	assert_int_equal(att_file_write_atomic(path, ATT_STR("x"), NULL), ATT_OK);
	assert_int_equal(att_fetcher_open(&full, &fetcher, &err), ATT_ERR_REFUSED);
	assert_null(fetcher);
	assert_int_equal(att_fetcher_open(&none, &fetcher, &err), ATT_ERR_NOT_FOUND);
	assert_int_equal(att_fetcher_open(&file, &fetcher, &err), ATT_ERR_REFUSED);
	assert_int_equal(att_fetcher_open(&both, &fetcher, &err), ATT_ERR_USAGE);
	assert_int_equal(att_fetcher_open(&lost, &fetcher, &err), ATT_ERR_NOT_FOUND);
	/* Nobody else records where somebody does, though there is nothing yet. */
	assert_int_equal(unlink(path), 0);
	struct att_fetcher *first = open_fetcher(folder, NULL);
	assert_int_equal(att_fetcher_open(&full, &fetcher, &err), ATT_ERR_REFUSED);
	assert_non_null(strstr(err.message, "another one to record in it"));
	att_fetcher_close(first);
	att_fetcher_close(open_fetcher(folder, NULL));
}

/* A file in testdata is what its name says: good ones come out as they are, bad ones are refused where they
 * say. */
static void test_texts(void **state)
{
	static const struct {
		const char *text;
		int code;
		unsigned line;
		const char *message;
	} cases[] = {
		{"[]", ATT_ERR_MALFORMED, 1, "expected an object"},
		{"{\n\"version\": 2}", ATT_ERR_UNSUPPORTED, 1, "expected version 1"},
		{"{\"version\": 1}", ATT_ERR_MALFORMED, 1, "request"},
		{"{\"version\": 1,\n\"requests\": {}}", ATT_ERR_MALFORMED, 2, "requests"},
		{"{\"version\": 1, \"request\": {\"method\": \"GET\", \"url\": \"u\", \"headers\": []}}",
		 ATT_ERR_MALFORMED, 1, "an answer or an error"},
		{"{\"version\": 1, \"request\": {\"method\": \"GET\", \"url\": \"u\", \"headers\": []},\n"
		 "\"answer\": {\"status\": 20}}",
		 ATT_ERR_MALFORMED, 2, "a status from 100 to 599"},
		{"{\"version\": 1, \"request\": {\"method\": \"GET\", \"url\": \"u\", \"headers\": []},\n"
		 "\"answer\": {\"status\": 200, \"body\": -1}}",
		 ATT_ERR_MALFORMED, 2, "for \"body\""},
		{"{\"version\": 1, \"request\": {\"method\": \"GET\", \"url\": \"u\", \"headers\": []},\n"
		 "\"answer\": {\"status\": 200, \"date\": \"yesterday\"}}",
		 ATT_ERR_MALFORMED, 2, "expected a time"},
		{"{\"version\": 1, \"request\": {\"method\": \"GET\", \"url\": \"u\", \"headers\": []},\n"
		 "\"error\": {\"code\": \"bad\", \"message\": \"m\"}}",
		 ATT_ERR_MALFORMED, 2, "expected the code of an error"},
		{"{\"version\": 1, \"request\": {\"method\": \"GET\", \"url\": \"u\",\n"
		 "\"headers\": [{\"name\": \"Authorization\", \"value\": \"x\"}]},\n\"answer\": {\"status\": "
		 "200}}",
		 ATT_ERR_MALFORMED, 2, "a secret one without"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_arena arena = {0};
		struct att_source source;
		struct att_exchange x;
		struct att_err err;
		assert_int_equal(
			att_source_init(&source, &arena, ATT_STR("x"), att_str_of(cases[i].text), &err),
			ATT_OK);
		assert_int_equal(att_exchange_parse(&source, &arena, &x, &err), cases[i].code);
		if (!strstr(err.message, cases[i].message) || err.place.line != cases[i].line)
			fail_msg("%zu: %u: %s", i, err.place.line, err.message);
		att_arena_clear(&arena);
	}
}

static int start(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	server_start(&here, "127.0.0.1", routes);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	server_stop(&here);
	return 0;
}

/* Each test makes the folder itself. */
static int before(void **state)
{
	(void)state;
	return rmdir(folder);
}

static int after(void **state)
{
	(void)state;
	if (access(folder, F_OK) == 0) {
		each_file(remove_file);
		rmdir(folder);
	}
	return mkdir(folder, 0700);
}

static int before_folders(void **state)
{
	(void)state;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_replay, before, after),
		cmocka_unit_test_setup_teardown(test_secrets, before, after),
		cmocka_unit_test_setup_teardown(test_damage, before, after),
		cmocka_unit_test_setup_teardown(test_folders, before_folders, after),
		cmocka_unit_test(test_texts),
	};
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	int failed = cmocka_run_group_tests(tests, start, stop);
	rmdir(folder);
	return failed;
}
