// SPDX-License-Identifier: Apache-2.0
#include "libattest/net/fetch.h"

#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/net/fetch_internal.h"

#include "libattest/base/banned.h"

enum {
	MAX_CONNECTIONS = 256,
	MAX_HEADERS = 32,
};

/* ---- opening ---- */

static int open_recorder(struct att_fetcher *f, struct att_err *err)
{
	const struct att_fetch_options *options = &f->options;
	if (options->record && options->replay)
		return att_err_set(err, ATT_ERR_USAGE, "expected to record or to replay, found both");
	if (!options->record && !options->replay)
		return ATT_OK;
	return att_recorder_open(options->replay ? options->replay : options->record, options->replay != NULL,
				 &f->recorder, err);
}

/* Who asks, and whom to tell when that is too much: some registries demand it. */
static int make_agent(struct att_fetcher *f, struct att_err *err)
{
	const char *project = f->options.project ? f->options.project : "";
	for (const char *c = project; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '(' || *c == ')')
			project = "";
	int length = *project ? asprintf(&f->agent, ATT_NET_AGENT " (+%s)", project)
			      : asprintf(&f->agent, "%s", ATT_NET_AGENT);
	if (length >= 0)
		return ATT_OK;
	f->agent = NULL;
	return att_err_memory(err);
}

int att_fetcher_open(const struct att_fetch_options *options, struct att_fetcher **out, struct att_err *err)
{
	*out = NULL;
	struct att_fetcher *f = calloc(1, sizeof *f);
	if (!f)
		return att_err_memory(err);
	f->options = *options;
	int status = open_recorder(f, err);
	if (status == ATT_OK)
		status = make_agent(f, err);
	if (status == ATT_OK && !options->replay) {
		unsigned connections = att_fetch_or_else(options->connections, ATT_FETCH_CONNECTIONS);
		f->has_curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
		status = f->has_curl ? att_fetch_loop_start(
					       connections < MAX_CONNECTIONS ? connections : MAX_CONNECTIONS,
					       att_fetch_or_else(options->per_host, ATT_FETCH_PER_HOST),
					       &f->loop, err)
				     : att_err_memory(err);
	}
	if (status != ATT_OK) {
		att_fetcher_close(f);
		return status;
	}
	*out = f;
	return ATT_OK;
}

void att_fetcher_close(struct att_fetcher *fetcher)
{
	if (!fetcher)
		return;
	att_fetch_loop_stop(fetcher->loop);
	att_recorder_close(fetcher->recorder);
	if (fetcher->has_curl)
		curl_global_cleanup();
	free(fetcher->agent);
	free(fetcher);
}

void att_fetch_answer_clear(struct att_fetch_answer *answer)
{
	att_buf_clear(&answer->body);
	att_arena_clear(&answer->arena);
	memset(answer, 0, sizeof *answer);
}

/* ---- requests ---- */

static bool is_printable(struct att_str s, char first)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] < first || s.data[i] > '~')
			return false;
	return true;
}

/* Headers that are ours to say, or that would make another request of this one. */
static bool is_ours(struct att_str name)
{
	static const char *const ours[] = {
		"Host",          "Connection", "Content-Length",    "Transfer-Encoding",
		"Expect",        "Upgrade",    "Accept-Encoding",   "User-Agent",
		"If-None-Match", "If-Match",   "If-Modified-Since", "If-Range",
		"Range",         "TE"};
	static const char *const overrides[] = {"X-HTTP-Method", "X-Method"};
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if (att_str_equal_nocase(name, att_str_of(ours[i])))
			return true;
	for (size_t i = 0; i < sizeof overrides / sizeof overrides[0]; i++)
		if (att_str_equal_nocase(att_str_first(name, strlen(overrides[i])), att_str_of(overrides[i])))
			return true;
	return false;
}

static int check_header(const struct att_fetch_header *header, struct att_err *err)
{
	struct att_str name = header->name;
	bool is_good = name.len > 0 && name.len + header->value.len <= ATT_FETCH_MAX_HEADER &&
		       is_printable(header->value, ' ') && header->value.len > 0;
	for (size_t i = 0; i < name.len; i++)
		is_good &= att_ascii_is_alnum(name.data[i]) || name.data[i] == '-' || name.data[i] == '_';
	if (!is_good)
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected a header of at most %d printable characters, found another",
				   ATT_FETCH_MAX_HEADER);
	if (is_ours(name))
		return att_err_set(err, ATT_ERR_REFUSED, "expected no header %.*s, found one",
				   ATT_STR_ARG(name));
	return ATT_OK;
}

static int check_request(const struct att_fetcher *f, const struct att_fetch_request *request, char *url,
			 struct att_err *err)
{
	const char *method = request->method ? request->method : "GET";
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		att_err_set(err, ATT_ERR_REFUSED, "expected to ask by GET or HEAD, found %s", method);
		att_err_help(err, "nothing here changes what a server holds");
		return ATT_ERR_REFUSED;
	}
	if (request->url.len > ATT_FETCH_MAX_URL || !is_printable(request->url, '!'))
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected a URL of at most %d printable characters, found something else",
				   ATT_FETCH_MAX_URL);
	if (request->header_count > MAX_HEADERS || !is_printable(request->etag, ' ') ||
	    request->etag.len > ATT_FETCH_MAX_HEADER || (request->has_secret_answer && request->sink))
		return att_err_set(
			err, ATT_ERR_USAGE,
			"expected at most %d headers, a printable ETag, and no sink for secrets, found "
			"something else",
			MAX_HEADERS);
	memcpy(url, request->url.data ? request->url.data : "", request->url.len);
	url[request->url.len] = '\0';
	int status = att_net_check_url(url, ATT_FETCH_MAX_URL, f->options.insecure_http, err);
	bool is_open = status == ATT_OK && att_net_check_url(url, ATT_FETCH_MAX_URL, false, NULL) != ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < request->header_count; i++) {
		const struct att_fetch_header *header = &request->headers[i];
		status = check_header(header, err);
		/* That anybody may change the answer was taken; not that anybody may have the token. */
		if (status == ATT_OK && is_open && (header->is_secret || att_record_is_secret(header->name)))
			status = att_err_set(err, ATT_ERR_REFUSED,
					     "expected https for a header that is secret, found plain HTTP to "
					     "another machine");
	}
	return status;
}

/* ---- redirects ---- */

struct visited {
	struct att_str urls[ATT_FETCH_REDIRECTS + 1];
	unsigned count;
};

/* Where the answer leads, whole; empty when it is no redirect. */
static int find_target(const struct att_fetch_exchange *x, struct att_str *target)
{
	const char *next = NULL;
	*target = ATT_STR("");
	if (!att_net_is_redirect(x->fields.status))
		return ATT_OK;
	curl_easy_getinfo(x->curl, CURLINFO_REDIRECT_URL, &next);
	if (!next || !*next)
		return att_err_set(x->err, ATT_ERR_MALFORMED,
				   "expected a redirect to say where to, found none");
	*target = att_arena_copy(&x->answer->arena, att_str_of(next));
	return target->data ? ATT_OK : att_err_memory(x->err);
}

static int follow(struct att_fetch_exchange *x, struct att_str target, struct visited *visited)
{
	/* Each URL has to be good by itself, and TLS is never left. */
	int status = att_net_check_redirect(x->url, target.data, ATT_FETCH_MAX_URL,
					    x->fetcher->options.insecure_http, x->err);
	if (status != ATT_OK)
		return status;
	for (unsigned i = 0; i < visited->count; i++)
		if (att_str_equal(visited->urls[i], target))
			return att_err_set(
				x->err, ATT_ERR_REFUSED,
				"expected redirects to lead somewhere, found them to go in a circle");
	if (visited->count > ATT_FETCH_REDIRECTS)
		return att_err_set(x->err, ATT_ERR_REFUSED, "expected at most %d redirects, found more",
				   ATT_FETCH_REDIRECTS);
	visited->urls[visited->count++] = target;
	memcpy(x->url, target.data, target.len + 1);
	return ATT_OK;
}

/* Until the answer is no redirect, or has to be kept though it is one. */
static int ask_along(struct att_fetch_exchange *x, bool *is_elsewhere, struct att_str *target)
{
	struct visited visited = {.urls = {x->request->url}, .count = 1};
	struct att_net_origin first, here;
	int status = att_net_origin(x->url, &first, x->err);
	*is_elsewhere = false;
	while (status == ATT_OK) {
		status = att_fetch_ask(x, !*is_elsewhere);
		if (status == ATT_OK)
			status = find_target(x, target);
		if (status != ATT_OK || target->len == 0 || x->request->no_redirects)
			break;
		status = follow(x, *target, &visited);
		if (status == ATT_OK)
			status = att_net_origin(x->url, &here, x->err);
		/* For good: who leads back here chose what is asked. */
		*is_elsewhere |= status == ATT_OK && strcmp(first.text, here.text) != 0;
	}
	return status;
}

static int keep_answer(struct att_fetch_exchange *x, bool is_elsewhere, struct att_str target)
{
	struct att_fetch_answer *answer = x->answer;
	const struct att_fetch_fields *fields = &x->fields;
	struct att_buf url;
	att_buf_init(&url, ATT_FETCH_MAX_URL);
	att_net_redact(att_str_of(x->url), is_elsewhere, &url);
	answer->url = att_arena_copy(&answer->arena, att_buf_str(&url));
	bool is_kept = att_buf_ok(&url) && answer->url.data;
	att_buf_clear(&url);
	answer->status = fields->status;
	answer->length = att_fetch_is_head(x) ? fields->length : x->got;
	answer->retry_after = fields->retry_after;
	answer->date = fields->date;
	answer->etag = fields->etag;
	answer->content_type = fields->content_type;
	answer->link = fields->link;
	answer->docker_digest = fields->docker_digest;
	answer->www_authenticate = fields->www_authenticate;
	answer->location = target.len > 0 ? target : fields->location;
	return is_kept ? ATT_OK : att_err_memory(x->err);
}

static int fetch_live(struct att_fetch_exchange *x)
{
	struct att_fetcher *f = x->fetcher;
	const struct att_fetch_request *request = x->request;
	struct att_str target = {NULL, 0};
	bool is_elsewhere = false;
	x->recording.fd = -1;
	int status = f->recorder ? att_record_begin(f->recorder, request, &x->recording, x->err) : ATT_OK;
	if (status != ATT_OK)
		return status;
	x->curl = curl_easy_init();
	att_buf_init(&x->block, ATT_FETCH_MAX_FIELDS);
	status = x->curl ? ask_along(x, &is_elsewhere, &target) : att_err_memory(x->err);
	if (status == ATT_OK)
		status = keep_answer(x, is_elsewhere, target);
	curl_easy_cleanup(x->curl);
	att_buf_clear(&x->block);
	if (f->recorder) {
		struct att_err why = *x->err;
		int recorded =
			att_record_end(f->recorder, request, &x->recording, x->answer, status, &why, x->err);
		if (recorded != ATT_OK)
			status = recorded;
	}
	return status;
}

int att_fetch(struct att_fetcher *fetcher, const struct att_fetch_request *request,
	      struct att_fetch_answer *answer, struct att_err *err)
{
	struct att_err why = {.code = ATT_OK};
	uint64_t room = request->max > ATT_FETCH_MAX_ERROR_BODY ? request->max : ATT_FETCH_MAX_ERROR_BODY;
	memset(answer, 0, sizeof *answer);
	att_buf_init(&answer->body, room < SIZE_MAX ? (size_t)room : SIZE_MAX);
	struct att_fetch_exchange *x = calloc(1, sizeof *x);
	if (!x)
		return att_err_memory(err);
	x->fetcher = fetcher;
	x->request = request;
	x->answer = answer;
	x->err = err ? err : &why;
	int status = check_request(fetcher, request, x->url, x->err);
	if (status == ATT_OK)
		status = fetcher->loop ? fetch_live(x)
				       : att_record_replay(fetcher->recorder, request, answer, x->err);
	if (status != ATT_OK)
		att_fetch_answer_clear(answer);
	free(x);
	return status;
}
