// SPDX-License-Identifier: Apache-2.0
/* A manifest. What parses can be written, with and without tags, and reads back as the same names and digests;
 * every name stays below the folder. */
#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/sign/checksum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static const struct att_checksum_options lenient = {.insecure_md5 = true, .insecure_sha1 = true};

static void require_below(struct att_str name)
{
	struct att_str rest = name, part;
	require(name.len > 0 && name.data[0] != '/');
	while (att_str_split(&rest, '/', &part))
		require(part.len > 0 && !att_str_is(part, ".") && !att_str_is(part, ".."));
	for (size_t i = 0; i < name.len; i++)
		require((unsigned char)name.data[i] >= ' ' || name.data[i] == '\n' || name.data[i] == '\r');
}

/* A name that is "-" by itself was "./-" in the manifest. */
static bool needs_dot(const struct att_checksum *entry)
{
	return att_str_is(entry->name, "-");
}

static void check_again(const struct att_checksums *list, bool tag)
{
	struct att_arena arena = {0};
	struct att_buf text;
	struct att_source source;
	struct att_checksums again = {0};
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	for (size_t i = 0; i < list->count; i++) {
		struct att_str name = needs_dot(&list->items[i]) ? ATT_STR("./-") : list->items[i].name;
		require(att_checksum_write(&list->items[i].digest, name, tag, &text, NULL) == ATT_OK);
	}
	require(att_source_init(&source, &arena, ATT_STR("SUMS"), att_buf_str(&text), NULL) == ATT_OK);
	int status = att_checksum_parse(&source, &lenient, &arena, &again, NULL);
	bool has_blake = false;
	for (size_t i = 0; i < list->count; i++)
		has_blake |= list->items[i].digest.kind == ATT_BLAKE2B;
	if (tag || !has_blake) {
		require(status == ATT_OK && again.count == list->count);
		for (size_t i = 0; i < list->count; i++) {
			require(att_str_equal(again.items[i].name, list->items[i].name));
			require(att_digest_equal(&again.items[i].digest, &list->items[i].digest));
		}
	}
	att_buf_clear(&text);
	att_arena_clear(&arena);
}

static void check(struct att_str path, struct att_str text)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_checksums list = {0};
	struct att_err err = {0};
	require(att_source_init(&source, &arena, path, text, NULL) == ATT_OK);
	int status = att_checksum_parse(&source, &lenient, &arena, &list, &err);
	if (status != ATT_OK) {
		require(err.code == status && err.message[0] && err.place.line > 0 && list.count == 0);
	} else {
		require(list.count > 0);
		for (size_t i = 0; i < list.count; i++) {
			size_t count;
			require_below(list.items[i].name);
			require(list.items[i].span.end <= text.len);
			(void)att_checksum_find(&list, list.items[i].name, &count);
			require(count >= 1 && count <= 6);
		}
		check_again(&list, false);
		check_again(&list, true);
	}
	att_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str text = {(const char *)data, size};
	check(ATT_STR("SUMS"), text);
	check(ATT_STR("a.tar.gz.sha256"), text);
	check(ATT_STR("dist/B2SUMS"), text);
	return 0;
}
