// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "release/homebrew.h"
#include "release/ruby.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(condition) ((condition) ? (void)0 : abort())

static void check_tokens(const struct release_ruby *ruby, size_t size)
{
	for (size_t i = 1; i < ruby->count; i++) {
		const struct release_ruby_token *token = &ruby->tokens[i];
		check(token->begin <= token->end && token->end <= size);
		check(!token->match || ruby->tokens[token->match].match == i);
	}
}

static void check_node(const struct release_ruby *ruby, const struct release_ruby_node *n, unsigned height)
{
	if (!n)
		return;
	check(n->height <= height && n->token <= n->token_end && n->token_end < ruby->count);
	check(n->span.begin <= n->span.end && n->span.end <= ruby->source->text.len);
	check(n->inner.begin <= n->inner.end && n->inner.end <= ruby->source->text.len);
	if (n->height == 0)
		return;
	check_node(ruby, n->left, n->height - 1U);
	check_node(ruby, n->right, n->height - 1U);
	for (const struct release_ruby_node *one = n->first; one; one = one->next)
		check_node(ruby, one, n->height - 1U);
}

/* Whatever is known about an item is what its literals say. */
static void check_item(const struct release_item *item, struct att_str text)
{
	struct att_span url = item->url_span, digest = item->digest_span;
	check(url.begin <= url.end && url.end <= text.len && digest.begin <= digest.end &&
	      digest.end <= text.len);
	check(item->version_span.begin <= item->version_span.end && item->version_span.end <= text.len);
	if (item->unknown.len)
		return;
	check(item->url.len && item->algorithm == ATT_SHA256 && item->digest.len == 64);
	if (url.end)
		check(att_str_equal(item->url, (struct att_str){text.data + url.begin, url.end - url.begin}));
	if (digest.end)
		check(att_str_equal_nocase(
			item->digest, (struct att_str){text.data + digest.begin, digest.end - digest.begin}));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str text = {(const char *)data, size};
	struct att_arena arena;
	struct att_source source;
	struct release_ruby ruby;
	struct att_err err;
	att_arena_init(&arena);
	if (att_source_init(&source, &arena, ATT_STR("fuzz.rb"), text, &err) == ATT_OK) {
		if (release_ruby_parse(&source, &arena, &ruby, &err) == ATT_OK) {
			check_tokens(&ruby, size);
			check_node(&ruby, ruby.body, 1000);
		}
		for (int cask = 0; cask < 2; cask++) {
			struct release_manifest manifest = {0};
			if (release_homebrew_parse(&source, cask, &manifest, &err) == ATT_OK) {
				check(manifest.count);
				for (size_t i = 0; i < manifest.count; i++)
					check_item(&manifest.items[i], text);
			} else {
				check(err.message[0]);
			}
			release_manifest_clear(&manifest);
		}
	}
	att_arena_clear(&arena);
	return 0;
}
