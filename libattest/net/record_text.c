// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

#include "libattest/base/base.h"
#include "libattest/base/time.h"
#include "libattest/format/json.h"
#include "libattest/format/shape.h"
#include "libattest/net/record.h"

#include "libattest/base/banned.h"

enum { VERSION = 1, MAX_HEADERS = 64 };

bool att_record_is_secret(struct att_str name)
{
	static const char *const names[] = {"Authorization", "Proxy-Authorization", "Cookie",
					    "Private-Token", "Job-Token",           "X-Api-Key"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (att_str_equal_nocase(name, att_str_of(names[i])))
			return true;
	return false;
}

static const struct {
	int code;
	const char *name;
} codes[] = {
	{ATT_ERR_MEMORY, "memory"},
	{ATT_ERR_MALFORMED, "malformed"},
	{ATT_ERR_UNSUPPORTED, "unsupported"},
	{ATT_ERR_LIMIT, "limit"},
	{ATT_ERR_IO, "io"},
	{ATT_ERR_NOT_FOUND, "not-found"},
	{ATT_ERR_USAGE, "usage"},
	{ATT_ERR_REFUSED, "refused"},
};

/* Texts of an answer, in the order they are written. */
static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{"url", offsetof(struct att_fetch_answer, url)},
	{"etag", offsetof(struct att_fetch_answer, etag)},
	{"content-type", offsetof(struct att_fetch_answer, content_type)},
	{"link", offsetof(struct att_fetch_answer, link)},
	{"docker-content-digest", offsetof(struct att_fetch_answer, docker_digest)},
	{"www-authenticate", offsetof(struct att_fetch_answer, www_authenticate)},
	{"location", offsetof(struct att_fetch_answer, location)},
};

static struct att_str *text_at(struct att_fetch_answer *answer, size_t i)
{
	return (struct att_str *)(void *)((char *)answer + texts[i].offset);
}

/* ---- writing ---- */

static void write_request(const struct att_exchange *x, struct att_json_writer *w)
{
	att_json_key(w, "request");
	att_json_object(w);
	att_json_member(w, "method", x->method);
	att_json_member(w, "url", x->url);
	att_json_key(w, "headers");
	att_json_array(w);
	for (size_t i = 0; i < x->header_count; i++) {
		const struct att_fetch_header *header = &x->headers[i];
		att_json_line_object(w);
		att_json_member(w, "name", header->name);
		if (header->is_secret || att_record_is_secret(header->name)) {
			att_json_key(w, "secret");
			att_json_bool(w, true);
		} else {
			att_json_member(w, "value", header->value);
		}
		att_json_object_end(w);
	}
	att_json_array_end(w);
	att_json_member_if(w, "etag", x->etag);
	if (x->no_redirects) {
		att_json_key(w, "no-redirects");
		att_json_bool(w, true);
	}
	att_json_object_end(w);
}

static void write_number(struct att_json_writer *w, const char *key, uint64_t number)
{
	if (number == 0)
		return;
	att_json_key(w, key);
	att_json_uint(w, number);
}

static void write_answer(const struct att_exchange *x, struct att_json_writer *w)
{
	struct att_fetch_answer answer = x->answer;
	char date[ATT_TIME_TEXT + 1];
	att_json_key(w, "answer");
	att_json_object(w);
	write_number(w, "status", (uint64_t)answer.status);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		att_json_member_if(w, texts[i].name, *text_at(&answer, i));
	if (answer.date > 0) {
		att_time_format(answer.date, date);
		att_json_member(w, "date", att_str_of(date));
	}
	write_number(w, "retry-after", answer.retry_after);
	write_number(w, "length", answer.length);
	write_number(w, "body", x->body);
	att_json_object_end(w);
}

static void write_error(const struct att_exchange *x, struct att_json_writer *w)
{
	const char *name = codes[0].name;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].code == x->error.code)
			name = codes[i].name;
	att_json_key(w, "error");
	att_json_object(w);
	att_json_member(w, "code", att_str_of(name));
	att_json_member(w, "message", att_str_of(x->error.message));
	att_json_member_if(w, "help", att_str_of(x->error.help));
	att_json_object_end(w);
}

void att_exchange_write(const struct att_exchange *exchange, struct att_buf *out)
{
	struct att_json_writer w;
	att_json_begin(&w, out, false);
	att_json_object(&w);
	att_json_key(&w, "version");
	att_json_uint(&w, VERSION);
	write_request(exchange, &w);
	if (exchange->error.code != ATT_OK)
		write_error(exchange, &w);
	else
		write_answer(exchange, &w);
	att_json_object_end(&w);
}

/* ---- reading ---- */

struct reading {
	const struct att_source *source;
	struct att_arena *arena;
	struct att_exchange *out;
	struct att_err *err;
};

static int want_text(struct reading *r, const struct att_value *object, const char *key, bool required,
		     struct att_str *to)
{
	const struct att_value *value;
	int status = att_value_want(r->source, object, key, ATT_STRING, required, &value, r->err);
	if (status == ATT_OK)
		*to = att_value_text(value);
	return status;
}

static int want_number(struct reading *r, const struct att_value *object, const char *key, uint64_t max,
		       uint64_t *to)
{
	const struct att_value *value;
	int status = att_value_want(r->source, object, key, ATT_INTEGER, false, &value, r->err);
	*to = 0;
	if (status != ATT_OK || !value)
		return status;
	if (value->integer.negative || value->integer.magnitude > max)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
				      "expected a number of at most %llu for \"%s\", found another",
				      (unsigned long long)max, key);
	*to = value->integer.magnitude;
	return ATT_OK;
}

static int read_header(struct reading *r, const struct att_value *value)
{
	static const char *const known[] = {"name", "value", "secret", NULL};
	struct att_exchange *x = r->out;
	struct att_fetch_header *header = NULL;
	int status = value->kind == ATT_OBJECT
			     ? att_shape_only(r->source, value, known, "a header", r->err)
			     : att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
					      "expected an object for a header, found %s",
					      att_value_kind_name(value));
	if (status == ATT_OK) {
		header = att_arena_push(r->arena, (void **)&x->headers, &x->header_count, &x->header_capacity,
					sizeof *header);
		status = header ? ATT_OK : att_err_memory(r->err);
	}
	if (status == ATT_OK)
		status = want_text(r, value, "name", true, &header->name);
	if (status != ATT_OK)
		return status;
	header->is_secret = att_value_is_true(att_value_get(value, "secret"));
	if (header->is_secret != (att_value_get(value, "value") == NULL) ||
	    (!header->is_secret && att_record_is_secret(header->name)))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
				      "expected a header with a value, or a secret one without, found another");
	return want_text(r, value, "value", false, &header->value);
}

static int read_request(struct reading *r, const struct att_value *request)
{
	static const char *const known[] = {"method", "url", "headers", "etag", "no-redirects", NULL};
	const struct att_value *headers = NULL;
	int status = att_shape_only(r->source, request, known, "\"request\"", r->err);
	if (status == ATT_OK)
		status = want_text(r, request, "method", true, &r->out->method);
	if (status == ATT_OK)
		status = want_text(r, request, "url", true, &r->out->url);
	if (status == ATT_OK)
		status = want_text(r, request, "etag", false, &r->out->etag);
	if (status == ATT_OK)
		status = att_value_want(r->source, request, "headers", ATT_ARRAY, true, &headers, r->err);
	if (status == ATT_OK && headers->count > MAX_HEADERS)
		status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED, headers->span,
					"expected at most %d headers, found %u", MAX_HEADERS, headers->count);
	for (uint32_t i = 0; status == ATT_OK && i < headers->count; i++)
		status = read_header(r, &headers->items[i]);
	r->out->no_redirects = att_value_is_true(att_value_get(request, "no-redirects"));
	return status;
}

static int read_error(struct reading *r, const struct att_value *error)
{
	static const char *const known[] = {"code", "message", "help", NULL};
	struct att_str code = {NULL, 0}, message = {NULL, 0}, help = {NULL, 0};
	int status = att_shape_only(r->source, error, known, "\"error\"", r->err);
	if (status == ATT_OK)
		status = want_text(r, error, "code", true, &code);
	if (status == ATT_OK)
		status = want_text(r, error, "message", true, &message);
	if (status == ATT_OK)
		status = want_text(r, error, "help", false, &help);
	if (status != ATT_OK)
		return status;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		if (!att_str_is(code, codes[i].name))
			continue;
		att_err_set(&r->out->error, codes[i].code, "%.*s", ATT_STR_ARG(message));
		if (help.len > 0)
			att_err_help(&r->out->error, "%.*s", ATT_STR_ARG(help));
		return ATT_OK;
	}
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, att_value_get(error, "code")->span,
			      "expected the code of an error, found \"%.*s\"", ATT_STR_ARG(code));
}

static int read_answer(struct reading *r, const struct att_value *value)
{
	static const char *const known[] = {"status",
					    "url",
					    "etag",
					    "content-type",
					    "link",
					    "docker-content-digest",
					    "www-authenticate",
					    "location",
					    "date",
					    "retry-after",
					    "length",
					    "body",
					    NULL};
	struct att_fetch_answer *answer = &r->out->answer;
	struct att_str date = {NULL, 0};
	uint64_t number = 0, wait = 0;
	int status = att_shape_only(r->source, value, known, "\"answer\"", r->err);
	for (size_t i = 0; status == ATT_OK && i < sizeof texts / sizeof texts[0]; i++)
		status = want_text(r, value, texts[i].name, false, text_at(answer, i));
	if (status == ATT_OK)
		status = want_number(r, value, "status", 599, &number);
	if (status == ATT_OK && number < 100)
		status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
					"expected a status from 100 to 599, found none");
	answer->status = (int)number;
	if (status == ATT_OK)
		status = want_number(r, value, "retry-after", ATT_FETCH_LONGEST_RETRY, &wait);
	answer->retry_after = (unsigned)wait;
	if (status == ATT_OK)
		status = want_number(r, value, "length", INT64_MAX, &answer->length);
	if (status == ATT_OK)
		status = want_number(r, value, "body", INT64_MAX, &r->out->body);
	if (status == ATT_OK)
		status = want_text(r, value, "date", false, &date);
	if (status == ATT_OK && date.len > 0 && !att_time_parse(date, &answer->date))
		status =
			att_source_err(r->source, r->err, ATT_ERR_MALFORMED, att_value_get(value, "date")->span,
				       "expected a time as 2026-01-31T12:00:00Z, found something else");
	return status;
}

int att_exchange_parse(const struct att_source *source, struct att_arena *arena, struct att_exchange *out,
		       struct att_err *err)
{
	static const char *const known[] = {"version", "request", "answer", "error", NULL};
	struct reading r = {.source = source, .arena = arena, .out = out, .err = err};
	const struct att_value *request = NULL, *answer = NULL, *error = NULL;
	struct att_value root = {.kind = ATT_NULL};
	uint64_t version = 0;
	memset(out, 0, sizeof *out);
	int status = att_json_parse(source, arena, &root, err);
	if (status == ATT_OK && root.kind != ATT_OBJECT)
		status = att_source_err(source, err, ATT_ERR_MALFORMED, root.span,
					"expected an object, found %s", att_value_kind_name(&root));
	if (status == ATT_OK)
		status = want_number(&r, &root, "version", UINT32_MAX, &version);
	if (status == ATT_OK && version != VERSION)
		status = att_source_err(source, err, ATT_ERR_UNSUPPORTED, root.span,
					"expected version %d of a recorded exchange, found another", VERSION);
	if (status == ATT_OK)
		status = att_shape_only(source, &root, known, "a recorded exchange", err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "request", ATT_OBJECT, true, &request, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "answer", ATT_OBJECT, false, &answer, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "error", ATT_OBJECT, false, &error, err);
	if (status == ATT_OK && (answer == NULL) == (error == NULL))
		status = att_source_err(source, err, ATT_ERR_MALFORMED, root.span,
					"expected an answer or an error, found both or none");
	if (status == ATT_OK)
		status = read_request(&r, request);
	if (status == ATT_OK)
		status = answer ? read_answer(&r, answer) : read_error(&r, error);
	return status;
}
