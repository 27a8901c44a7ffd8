// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include "libattest/base/file.h"
#include "release/ledger.h"
#include "tests/unit/document.h"

struct doc {
	struct att_arena arena;
	struct att_source source;
	struct att_buf text;
	struct release_ledger ledger;
	struct att_err err;
	int status;
};

static void read_doc(struct doc *doc, const char *folder, const char *name)
{
	char path[256];
	memset(doc, 0, sizeof *doc);
	snprintf(path, sizeof path, "testdata/ledger/%s/%s", folder, name);
	att_buf_init(&doc->text, 1 << 20);
	if (att_file_read(AT_FDCWD, path, &doc->text, &doc->err) != ATT_OK)
		fail_msg("%s: %s", path, doc->err.message);
	assert_int_equal(att_source_init(&doc->source, &doc->arena, att_str_of(name), att_buf_str(&doc->text),
					 &doc->err),
			 ATT_OK);
	doc->status = release_ledger_parse(&doc->source, &doc->ledger, &doc->err);
}

static void done(struct doc *doc)
{
	release_ledger_clear(&doc->ledger);
	att_arena_clear(&doc->arena);
	att_buf_clear(&doc->text);
}

static void test_good(void **state)
{
	(void)state;
	struct doc doc;
	struct att_buf again;
	read_doc(&doc, "good", "all.json");
	if (doc.status != ATT_OK)
		fail_msg("%u:%u %s", doc.err.place.line, doc.err.place.column, doc.err.message);
	assert_int_equal(doc.ledger.count, 3);
	const struct release_ledger_entry *first = &doc.ledger.items[0], *last = &doc.ledger.items[2];
	assert_text(first->version, "1.2.0");
	assert_text(first->tag_object, "33221100ffeeddccbbaa99887766554433221100");
	assert_int_equal(first->artifact_count, 2);
	assert_text(first->artifacts[0].platform, "linux-x86_64");
	assert_int_equal(first->artifacts[1].tier, RELEASE_PREVIEW);
	assert_int_equal(first->artifacts[0].sha256.bytes[31], 0xaa);
	assert_int_equal(first->artifacts[0].sha512.kind, ATT_SHA512);
	assert_int_equal(first->date, 1769860800);
	assert_text(last->tag_object, "");
	assert_text(last->artifacts[0].platform, "");
	assert_true(att_str_starts(release_ledger_image(first, ATT_STR("ghcr")), ATT_STR("sha256:cc")));
	assert_text(release_ledger_image(first, ATT_STR("github")), "");
	assert_ptr_equal(release_ledger_find(&doc.ledger, ATT_STR("v1.10.0")), last);
	assert_null(release_ledger_find(&doc.ledger, ATT_STR("1.10.0")));
	att_buf_init(&again, 1 << 20);
	release_ledger_write(&doc.ledger, &again);
	assert_true(att_buf_ok(&again));
	att_buf_clear(&again);
	done(&doc);
	read_doc(&doc, "good", "none.json");
	assert_int_equal(doc.status, ATT_OK);
	assert_int_equal(doc.ledger.count, 0);
	done(&doc);
}

static void test_bad(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int code;
		const char *text;
	} bad[] = {
		{"array", ATT_ERR_MALFORMED, "an object"},
		{"truncated", ATT_ERR_MALFORMED, ""},
		{"member_twice", ATT_ERR_MALFORMED, "version"},
		{"version", ATT_ERR_UNSUPPORTED, "version 1"},
		{"no_version", ATT_ERR_MALFORMED, "\"version\""},
		{"unknown_key", ATT_ERR_MALFORMED, "\"more\""},
		{"no_releases", ATT_ERR_MALFORMED, "\"releases\""},
		{"release_text", ATT_ERR_MALFORMED, "\"releases\""},
		{"order", ATT_ERR_MALFORMED, "order of their versions"},
		{"twice", ATT_ERR_MALFORMED, "order of their versions"},
		{"tag_twice", ATT_ERR_MALFORMED, "each tag once"},
		{"release_key", ATT_ERR_MALFORMED, "\"more\""},
		{"no_semver", ATT_ERR_MALFORMED, "a version"},
		{"empty_version", ATT_ERR_MALFORMED, "not empty"},
		{"no_tag", ATT_ERR_MALFORMED, "\"tag\""},
		{"tag_space", ATT_ERR_MALFORMED, "a tag of"},
		{"tag_option", ATT_ERR_MALFORMED, "a tag of"},
		{"commit_short", ATT_ERR_MALFORMED, "a commit of"},
		{"commit_upper", ATT_ERR_MALFORMED, "a commit of"},
		{"tag_object", ATT_ERR_MALFORMED, "a tag_object of"},
		{"no_date", ATT_ERR_MALFORMED, "\"date\""},
		{"verified", ATT_ERR_MALFORMED, "\"verified\""},
		{"no_artifacts", ATT_ERR_MALFORMED, "\"artifacts\""},
		{"artifacts_empty", ATT_ERR_MALFORMED, "1 to 10000 artifacts"},
		{"artifact_order", ATT_ERR_MALFORMED, "order of their names"},
		{"artifact_twice", ATT_ERR_MALFORMED, "order of their names"},
		{"artifact_key", ATT_ERR_MALFORMED, "\"more\""},
		{"name_slash", ATT_ERR_MALFORMED, "file names"},
		{"name_brace", ATT_ERR_MALFORMED, "file names"},
		{"size_negative", ATT_ERR_MALFORMED, "a size"},
		{"size_text", ATT_ERR_MALFORMED, "\"size\""},
		{"sha256_short", ATT_ERR_MALFORMED, "digest"},
		{"sha256_upper", ATT_ERR_MALFORMED, "lower case"},
		{"no_sha512", ATT_ERR_MALFORMED, "\"sha512\""},
		{"tier", ATT_ERR_MALFORMED, "\"official\" or"},
		{"no_channels", ATT_ERR_MALFORMED, "\"channels\""},
		{"channels_empty", ATT_ERR_MALFORMED, "1 to 1000 channels"},
		{"channel_number", ATT_ERR_MALFORMED, "label of a channel"},
		{"channel_twice", ATT_ERR_MALFORMED, "channels in their order"},
		{"image_digest", ATT_ERR_MALFORMED, "digest of a manifest"},
		{"image_kind", ATT_ERR_MALFORMED, "digest of a manifest"},
		{"image_key", ATT_ERR_MALFORMED, "\"more\""},
		{"image_twice", ATT_ERR_MALFORMED, "images in the order"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct doc doc;
		char name[64];
		snprintf(name, sizeof name, "%s.json", bad[i].name);
		read_doc(&doc, "bad", name);
		if (doc.status != bad[i].code || !strstr(doc.err.message, bad[i].text) ||
		    doc.err.place.line == 0)
			fail_msg("%s: %d %u:%u %s", name, doc.status, doc.err.place.line, doc.err.place.column,
				 doc.err.message);
		done(&doc);
	}
}

static void test_past(void **state)
{
	(void)state;
	struct doc doc;
	read_doc(&doc, "good", "all.json");
	const struct release_ledger_entry *items = doc.ledger.items;
	/* 1.2.0, 1.10.0-rc.1, 1.10.0 */
	assert_true(release_ledger_is_past(&doc.ledger, &items[0]));
	assert_true(release_ledger_is_past(&doc.ledger, &items[1]));
	assert_false(release_ledger_is_past(&doc.ledger, &items[2]));
	/* A release candidate does not overtake what is final. */
	doc.ledger.count = 2;
	assert_false(release_ledger_is_past(&doc.ledger, &items[0]));
	assert_false(release_ledger_is_past(&doc.ledger, &items[1]));
	done(&doc);
}

static void test_differs(void **state)
{
	(void)state;
	struct doc one, two;
	struct att_str here, there;
	for (int what = 0; what < 8; what++) {
		read_doc(&one, "good", "all.json");
		read_doc(&two, "good", "all.json");
		struct release_ledger_entry *entry = &two.ledger.items[0];
		if (what == 1)
			entry->commit = ATT_STR("ff112233445566778899aabbccddeeff00112233");
		if (what == 2)
			entry->artifacts[1].sha256.bytes[0]++;
		if (what == 3)
			entry->artifacts[0].sha512.bytes[63]++;
		if (what == 4)
			entry->artifacts[0].size++;
		if (what == 5)
			entry->artifact_count = 1;
		if (what == 6)
			entry->images[0].digest = ATT_STR("sha256:other");
		if (what == 7)
			entry->tag_object = ATT_STR("");
		assert_int_equal(release_ledger_differs(&one.ledger.items[0], entry, &one.arena, &here, &there),
				 what > 0);
		assert_int_equal(release_ledger_differs(entry, &one.ledger.items[0], &one.arena, &here, &there),
				 what > 0);
		done(&one);
		done(&two);
	}
}

static void test_add(void **state)
{
	(void)state;
	struct doc doc;
	struct release_ledger ledger = {.items = NULL};
	struct att_err err = {0};
	read_doc(&doc, "good", "all.json");
	/* Whatever comes first, the oldest stands first. */
	for (size_t i = 3; i-- > 0;)
		assert_int_equal(release_ledger_add(&ledger, &doc.ledger.items[i], &err), ATT_OK);
	assert_int_equal(ledger.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_true(att_str_equal(ledger.items[i].tag, doc.ledger.items[i].tag));
	/* Channels that were looked at before are kept, and the time is that of now. */
	struct release_ledger_entry entry = doc.ledger.items[0];
	struct att_str channels[] = {ATT_STR("npm"), ATT_STR("crates")};
	entry.channels = channels;
	entry.channel_count = 2;
	entry.verified = 1800000000;
	assert_int_equal(release_ledger_add(&ledger, &entry, &err), ATT_OK);
	assert_int_equal(ledger.count, 3);
	assert_int_equal(ledger.items[0].channel_count, 3);
	assert_text(ledger.items[0].channels[0], "crates");
	assert_text(ledger.items[0].channels[2], "npm");
	assert_int_equal(ledger.items[0].verified, 1800000000);
	assert_int_equal(ledger.items[0].image_count, 1);
	/* A clock that went backward makes it no older. */
	entry.verified = 1700000000;
	assert_int_equal(release_ledger_add(&ledger, &entry, &err), ATT_OK);
	assert_int_equal(ledger.items[0].verified, 1800000000);
	entry.version = ATT_STR("1.3.0");
	assert_int_equal(release_ledger_add(&ledger, &entry, &err), ATT_ERR_MALFORMED);
	entry.tag = ATT_STR("-x");
	assert_int_equal(release_ledger_add(&ledger, &entry, &err), ATT_ERR_MALFORMED);
	assert_int_equal(ledger.count, 3);
	release_ledger_clear(&ledger);
	done(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),    cmocka_unit_test(test_bad), cmocka_unit_test(test_past),
		cmocka_unit_test(test_differs), cmocka_unit_test(test_add),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
