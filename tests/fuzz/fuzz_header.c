// SPDX-License-Identifier: Apache-2.0
/* Headers that are lists. What is found stands in the text; where a list goes on is never another server. */
#include <stdlib.h>
#include <string.h>

#include "libattest/net/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void challenge(struct att_str text, const char *scheme)
{
	struct att_arena arena = {0};
	struct att_challenge found;
	struct att_err err = {0};
	bool is_there;
	if (att_header_challenge(text, scheme, &arena, &is_there, &found, &err) != ATT_OK)
		require(err.message[0]);
	else if (is_there)
		require(found.realm.len + found.service.len + found.scope.len <= text.len);
	else
		require(found.realm.len == 0 && found.service.len == 0 && found.scope.len == 0);
	att_arena_clear(&arena);
}

static void link(struct att_str text)
{
	struct att_arena arena = {0};
	struct att_str asked = ATT_STR("https://registry.example:5000/v2/a/tags/list?n=1"), target, url;
	struct att_err err = {0};
	int status = att_header_link(text, "next", &arena, &target, &err);
	require(status == ATT_OK || err.message[0]);
	require(target.len == 0 ||
		(target.data > text.data && target.data + target.len < text.data + text.len));
	if (att_header_next(text, asked, &arena, &url, &err) == ATT_OK) {
		require(status == ATT_OK && (url.len > 0) == (target.len > 0));
		require(url.len == 0 || att_str_starts(url, ATT_STR("https://registry.example:5000/")));
	} else {
		require(url.len == 0);
	}
	att_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str text = {(const char *)data, size};
	challenge(text, "Bearer");
	challenge(text, "Basic");
	link(text);
	return 0;
}
