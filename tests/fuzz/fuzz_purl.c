// SPDX-License-Identifier: Apache-2.0
/* Every line of the input, up to a tab, is a purl. What parses must build (unless encoding makes it too
 * long), and what was built must parse into the same parts and build into the same text. */
#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/package/purl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool purls_equal(const struct att_purl *a, const struct att_purl *b)
{
	bool equal = att_str_equal(a->type, b->type) && att_str_equal(a->namespace, b->namespace) &&
		     att_str_equal(a->name, b->name) && att_str_equal(a->version, b->version) &&
		     att_str_equal(a->subpath, b->subpath) && a->qualifier_count == b->qualifier_count;
	for (size_t i = 0; equal && i < a->qualifier_count; i++)
		equal = att_str_equal(a->qualifiers[i].key, b->qualifiers[i].key) &&
			att_str_equal(a->qualifiers[i].value, b->qualifiers[i].value);
	return equal;
}

static void check(struct att_str text)
{
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_purl purl, again;
	struct att_str built, rebuilt, normal;
	int parsed = att_purl_parse(text, &arena, &purl, &err);
	int normalised = att_purl_normalise(text, &arena, &normal, &err);
	if (parsed == 0) {
		int code = att_purl_build(&purl, &arena, &built, &err);
		require(code == 0 || code == ATT_ERR_LIMIT);
		require(code == normalised);
		require(code != 0 || att_str_equal(built, normal));
	}
	if (normalised == 0) {
		require(normal.len <= ATT_MAX_PURL);
		for (size_t i = 0; i < normal.len; i++)
			require(normal.data[i] > ' ' && normal.data[i] < 0x7f);
		require(att_purl_parse(normal, &arena, &again, &err) == 0);
		require(parsed != 0 || purls_equal(&purl, &again));
		require(att_purl_build(&again, &arena, &rebuilt, &err) == 0);
		require(att_str_equal(normal, rebuilt));
	}
	if (parsed != 0 && normalised != 0)
		require(err.code == normalised && err.message[0] != '\0');
	att_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str rest = {(const char *)data, size}, line;
	while (att_str_split(&rest, '\n', &line))
		check(att_str_first(line, att_str_find_byte(line, '\t')));
	return 0;
}
