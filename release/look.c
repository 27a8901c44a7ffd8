// SPDX-License-Identifier: Apache-2.0
/* What all kinds of channels need to look at one. */
#include "release/channel.h"

#include "libattest/base/limits.h"
#include "libattest/net/header.h"

#include "libattest/base/banned.h"

struct att_str release_look_name(const struct release_look *look, const char *use)
{
	for (size_t i = 0; i < look->names->count; i++)
		if (look->names->items[i].channel == look->channel &&
		    strcmp(look->names->items[i].use, use) == 0)
			return look->names->items[i].text;
	return (struct att_str){NULL, 0};
}

/* --- verdicts -------------------------------------------------------------------------------------------- */

void release_look_add(const struct release_look *look, struct att_str item, enum release_verdict verdict,
		      struct att_str expected, struct att_str found, struct att_str reason)
{
	release_verdicts_add(look->verdicts, &(struct release_item_verdict){
						     .channel = look->channel,
						     .item = item,
						     .verdict = verdict,
						     .expected = expected,
						     .found = found,
						     .reason = reason,
					     });
}

void release_look_fail(const struct release_look *look, struct att_str item, const struct att_err *err)
{
	release_verdicts_add(look->verdicts, &(struct release_item_verdict){
						     .channel = look->channel,
						     .item = item,
						     .verdict = RELEASE_UNKNOWN,
						     .reason = att_str_of(err->message),
						     .retry_after = 0,
					     });
	look->verdicts->failed |= err->code == ATT_ERR_MEMORY;
}

void release_look_status(const struct release_look *look, struct att_str item,
			 const struct att_fetch_answer *answer)
{
	bool absent = answer->status == 404 || answer->status == 410;
	struct att_str found = att_arena_printf(&look->verdicts->arena, "status %d", answer->status);
	release_verdicts_add(look->verdicts, &(struct release_item_verdict){
						     .channel = look->channel,
						     .item = item,
						     .verdict = absent ? RELEASE_ABSENT : RELEASE_UNKNOWN,
						     .found = found,
						     .reason = absent ? ATT_STR("it is not there")
								      : ATT_STR("the server gives no answer"),
						     .retry_after = answer->retry_after,
					     });
}

/* --- documents ------------------------------------------------------------------------------------------- */

struct att_str release_npm_registry(const struct release_channel *channel)
{
	return release_channel_text(channel, "registry", "https://registry.npmjs.org");
}

bool release_look_is_private(const struct release_look *look)
{
	return att_str_is(release_channel_text(look->channel, "access", ""), "restricted");
}

/* What a server's documents lead to need not be the server's: only what is gets to see its token. */
static bool is_of_private(const struct release_look *look, struct att_str url)
{
	return release_look_is_private(look) &&
	       att_header_same_origin(url, release_npm_registry(look->channel));
}

size_t release_look_headers(const struct release_look *look, struct att_str url, const char *accept,
			    bool with_token, struct att_fetch_header out[static RELEASE_LOOK_HEADERS])
{
	size_t count = 0;
	if (accept)
		out[count++] = (struct att_fetch_header){ATT_STR("Accept"), att_str_of(accept), false};
	if (look->token.len > 0 && (with_token || is_of_private(look, url))) {
		struct att_str value = ATT_ARENA_JOIN(&look->verdicts->arena, ATT_STR("Bearer "), look->token);
		look->verdicts->failed |= !value.data;
		out[count++] = (struct att_fetch_header){ATT_STR("Authorization"), value, true};
	}
	return count;
}

/* What has the same key is the same request. */
static struct att_str key_of(const struct release_look *look, struct att_str url, const char *accept,
			     const char *kind)
{
	return ATT_ARENA_JOIN(&look->verdicts->arena, att_str_of(kind), ATT_STR(" "),
			      att_str_of(accept ? accept : ""), ATT_STR(" "), url);
}

int release_look_fetch(const struct release_look *look, struct att_str url, const char *accept, bool with_token,
		       uint64_t max, struct att_fetch_answer *answer, struct att_err *err)
{
	struct att_fetch_header headers[RELEASE_LOOK_HEADERS];
	struct att_str key = key_of(look, url, accept, with_token ? "with token" : "document");
	const struct att_fetch_request request = {
		.url = url,
		.headers = headers,
		.header_count = release_look_headers(look, url, accept, with_token, headers),
		.etag = release_memory_etag(look->memory, key, true),
		.max = max,
	};
	int status = att_fetch(look->fetcher, &request, answer, err);
	if (status == ATT_OK && answer->status == 304)
		return release_memory_recall(look->memory, key, answer, NULL, err);
	if (status == ATT_OK)
		release_memory_keep(look->memory, key, answer, NULL);
	return status;
}

bool release_look_document(const struct release_look *look, struct att_str item, struct att_str url,
			   const char *accept, bool with_token, struct att_fetch_answer *answer)
{
	struct att_err err = {0};
	int status = release_look_fetch(look, url, accept, with_token, ATT_MAX_DOCUMENT, answer, &err);
	if (status != ATT_OK)
		release_look_fail(look, item, &err);
	else if (answer->status != 200)
		release_look_status(look, item, answer);
	return status == ATT_OK && answer->status == 200;
}

/* --- downloads ------------------------------------------------------------------------------------------- */

struct download {
	struct release_download *wanted;
	struct att_digest_stream *sha256, *sha512;
};

static int take(void *context, struct att_str bytes, struct att_err *err)
{
	struct download *d = context;
	int status = att_digest_stream_add(d->sha256, bytes, err);
	if (status == ATT_OK && d->sha512)
		status = att_digest_stream_add(d->sha512, bytes, err);
	if (status == ATT_OK && d->wanted->sink)
		status = d->wanted->sink(d->wanted->context, bytes, err);
	return status;
}

static int open_streams(struct download *d, struct att_err *err)
{
	int status = att_digest_stream_new(ATT_SHA256, &d->sha256, err);
	if (status == ATT_OK && d->wanted->wants_sha512)
		status = att_digest_stream_new(ATT_SHA512, &d->sha512, err);
	return status;
}

static int end_streams(struct download *d, struct att_err *err)
{
	int status = att_digest_stream_end(d->sha256, &d->wanted->sha256, err);
	if (status == ATT_OK && d->sha512)
		status = att_digest_stream_end(d->sha512, &d->wanted->sha512, err);
	return status;
}

/* What is there still, as it was when it was hashed; or what was hashed now, for the next time. Who wants the
 * bytes gets them each time. */
static int remember(const struct release_look *look, struct att_str key, const struct download *d,
		    struct att_fetch_answer *answer, struct att_err *err)
{
	struct release_download *wanted = d->wanted;
	struct release_hashed hashed = {wanted->sha256, wanted->sha512, wanted->size};
	int status = ATT_OK;
	if (answer->status == 304)
		status = release_memory_recall(look->memory, key, answer, &hashed, err);
	else if (!wanted->sink)
		release_memory_keep(look->memory, key, answer, &hashed);
	wanted->sha256 = hashed.sha256;
	wanted->sha512 = hashed.sha512;
	wanted->size = hashed.size;
	return status;
}

static int run_download(const struct release_look *look, struct att_str key,
			const struct att_fetch_request *request, struct download *d,
			struct att_fetch_answer *answer, struct att_err *err)
{
	int status = open_streams(d, err);
	if (status == ATT_OK)
		status = att_fetch(look->fetcher, request, answer, err);
	if (status == ATT_OK && answer->status == 200)
		status = end_streams(d, err);
	d->wanted->size = status == ATT_OK ? answer->length : 0;
	if (status == ATT_OK)
		status = remember(look, key, d, answer, err);
	att_digest_stream_free(d->sha256);
	att_digest_stream_free(d->sha512);
	return status;
}

bool release_look_download(const struct release_look *look, struct att_str item, struct att_str url,
			   bool with_token, uint64_t max, struct release_download *download)
{
	struct download d = {.wanted = download};
	struct att_fetch_header headers[RELEASE_LOOK_HEADERS];
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	struct att_str key =
		key_of(look, url, download->accept, download->wants_sha512 ? "SHA-512" : "SHA-256");
	const struct att_fetch_request request = {
		.url = url,
		.headers = headers,
		.header_count = release_look_headers(look, url, download->accept, with_token, headers),
		.etag = download->sink ? ATT_STR("") : release_memory_etag(look->memory, key, false),
		.max = max,
		.sink = take,
		.context = &d,
	};
	int status = run_download(look, key, &request, &d, &answer, &err);
	bool done = status == ATT_OK && answer.status == 200;
	if (status == ATT_ERR_LIMIT)
		release_look_add(
			look, item, RELEASE_CONFLICT,
			att_arena_printf(&look->verdicts->arena, "at most %llu bytes", (unsigned long long)max),
			ATT_STR("more"), ATT_STR("the channel serves something longer"));
	else if (status != ATT_OK)
		release_look_fail(look, item, &err);
	else if (!done)
		release_look_status(look, item, &answer);
	att_fetch_answer_clear(&answer);
	return done;
}

struct att_str release_look_digest(const struct release_look *look, const struct att_digest *digest)
{
	char text[ATT_DIGEST_TEXT + 1];
	att_digest_hex(digest, text);
	return att_arena_printf(&look->verdicts->arena, "%s:%s", att_digest_name(digest->kind), text);
}

void release_look_artifact(const struct release_look *look, const struct release_built *built,
			   struct att_str url, bool with_token)
{
	struct release_download download = {0};
	if (!release_look_download(look, built->name, url, with_token, built->size, &download))
		return;
	bool same = download.size == built->size && att_digest_equal(&download.sha256, &built->sha256);
	release_look_add(look, built->name, same ? RELEASE_MATCH : RELEASE_CONFLICT,
			 release_look_digest(look, &built->sha256), release_look_digest(look, &download.sha256),
			 same ? (struct att_str){NULL, 0}
			      : ATT_STR("the channel serves other bytes than were built"));
}

/* --- addresses ------------------------------------------------------------------------------------------- */

static bool is_unreserved(char c)
{
	return att_ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

struct att_str release_look_url(const struct release_look *look, struct att_str base,
				const struct att_str *parts, size_t count)
{
	static const char digits[] = "0123456789ABCDEF";
	struct att_buf url;
	att_buf_init(&url, ATT_FETCH_MAX_URL);
	while (base.len > 0 && base.data[base.len - 1] == '/')
		base.len--;
	att_buf_add(&url, base);
	for (size_t i = 0; i < count; i++) {
		att_buf_add_byte(&url, '/');
		for (const char *c = parts[i].data; c && c < parts[i].data + parts[i].len; c++) {
			if (is_unreserved(*c)) {
				att_buf_add_byte(&url, *c);
				continue;
			}
			att_buf_add_byte(&url, '%');
			att_buf_add_byte(&url, digits[(unsigned char)*c >> 4]);
			att_buf_add_byte(&url, digits[(unsigned char)*c & 15]);
		}
	}
	struct att_str out = att_arena_copy(&look->verdicts->arena, att_buf_str(&url));
	if (!att_buf_ok(&url) || !out.data) {
		look->verdicts->failed = true;
		out = ATT_STR("");
	}
	att_buf_clear(&url);
	return out;
}
