// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for one format of packaging manifests: define FORMAT, then include this. Whatever the bytes, a
 * manifest is an error, or every item of it has a url or says why not, and what is said to be a literal stands
 * where it is said to. */
#include <assert.h>
#include <stdint.h>

#include "release/manifest.h"

extern const struct release_manifest_format FORMAT;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_literal(struct att_str text, struct att_span span, struct att_str value, bool any_case)
{
	struct att_str found = att_str_first(att_str_from(text, span.begin), span.end - span.begin);
	assert(span.begin <= span.end && span.end <= text.len);
	assert(span.begin == span.end ||
	       (any_case ? att_str_equal_nocase(found, value) : att_str_equal(found, value)));
}

static void check_item(struct att_str text, const struct release_item *item)
{
	assert(item->url.len > 0 || item->unknown.len > 0);
	assert(!item->is_skipped || item->unknown.len > 0);
	assert(item->digest.len == 2 * att_digest_size(item->algorithm));
	for (size_t i = 0; i < item->digest.len; i++)
		assert(att_ascii_hex(item->digest.data[i]) >= 0 &&
		       !(item->digest.data[i] >= 'A' && item->digest.data[i] <= 'F'));
	assert(item->span.begin <= item->span.end && item->span.end <= text.len);
	check_literal(text, item->version_span, item->version, false);
	check_literal(text, item->url_span, item->url, false);
	if (item->algorithm != ATT_DIGEST_NONE)
		check_literal(text, item->digest_span, item->digest, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_err err = {0};
	struct att_arena arena = {0};
	struct att_source source;
	struct release_manifest manifest = {.items = NULL};
	struct att_str text = {(const char *)data, size};
	if (att_source_init(&source, &arena, ATT_STR("a/manifest"), text, &err) == 0) {
		int status = FORMAT.parse(&source, &manifest, &err);
		assert(status == 0 || (status == err.code && err.code < 0 && err.message[0]));
		for (size_t i = 0; status == 0 && i < manifest.count; i++)
			check_item(text, &manifest.items[i]);
		release_manifest_clear(&manifest);
		status = release_manifest_parse(&source, &manifest, NULL, &err);
		assert(status == 0 || manifest.items == NULL);
		release_manifest_clear(&manifest);
	}
	att_arena_clear(&arena);
	return 0;
}
