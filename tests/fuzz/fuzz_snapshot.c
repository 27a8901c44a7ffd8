// SPDX-License-Identifier: Apache-2.0
/* What another machine calls an advisory database. The first byte says what the rest is: 'p' a snapshot, 'f'
 * the file in one; 'e' and 'z' changes to the file, or to the snapshot, of a database that is made here, three
 * bytes each: where and what to; the file's checksums are made anew after that. What is taken in holds what its
 * digest says, and is made anew the same each time. */
#include <stdlib.h>
#include <string.h>

#include "policy/database_pages.h"
#include "policy/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST ((size_t)16 << 20)

enum { NOW = 1790000000 };

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void add_record(struct policy_build *build, uint32_t source, const char *text)
{
	struct att_arena arena = {0};
	struct att_source record;
	struct policy_advisory advisory;
	require(att_source_init(&record, &arena, ATT_STR("r.json"), att_str_of(text), NULL) == ATT_OK);
	require(policy_osv_parse(&record, &arena, &advisory, NULL) == ATT_OK);
	require(policy_build_add(build, source, &advisory, NULL) == ATT_OK);
	att_arena_clear(&arena);
}

static void make_example(struct att_buf *out)
{
	struct policy_build *build;
	uint32_t first, second;
	require(policy_build_new(&build, NULL) == ATT_OK);
	require(policy_build_source(build, ATT_STR("https://a.example/all.zip"), ATT_STR("\"1\""), NOW - 5,
				    &first, NULL) == ATT_OK);
	require(policy_build_source(build, ATT_STR("/b"), ATT_STR(""), NOW, &second, NULL) == ATT_OK);
	add_record(
		build, first,
		"{\"id\":\"A-1\",\"modified\":\"2026-01-02T03:04:05Z\",\"aliases\":[\"CVE-1\"],\"affected\":[{"
		"\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},\"ranges\":[{\"type\":\"SEMVER\","
		"\"events\":"
		"[{\"introduced\":\"0\"},{\"fixed\":\"1.2.3\"}]}],\"versions\":[\"1.0.0\"]}]}");
	add_record(
		build, second,
		"{\"id\":\"B-1\",\"modified\":\"2026-01-02T03:04:05Z\",\"aliases\":[\"CVE-1\"],\"affected\":[{"
		"\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"B.c\"},\"versions\":[\"1\"]}]}");
	require(policy_build_finish(build, NOW, out, NULL) == ATT_OK);
	policy_build_free(build);
}

/* Made anew, it is packed, unpacked and made anew as the same bytes. */
static void check_again(struct att_buf *made, const char *digest)
{
	struct att_buf packed, bytes, again;
	struct policy_database *database;
	att_buf_init(&packed, MOST);
	att_buf_init(&bytes, MOST);
	att_buf_init(&again, MOST);
	require(policy_snapshot_pack(att_buf_str(made), &packed, NULL) == ATT_OK);
	require(policy_snapshot_unpack(att_buf_str(&packed), "again", &bytes, NULL) == ATT_OK);
	require(att_str_equal(att_buf_str(&bytes), att_buf_str(made)));
	require(policy_database_open_bytes(&bytes, "again", &database, NULL) == ATT_OK);
	require(strcmp(policy_database_facts(database)->digest, digest) == 0);
	require(policy_snapshot_rebuild(database, NOW, &again, NULL) == ATT_OK);
	require(att_str_equal(att_buf_str(&again), att_buf_str(made)));
	policy_database_close(database);
	att_buf_clear(&packed);
	att_buf_clear(&bytes);
	att_buf_clear(&again);
}

static void check_file(struct att_buf *bytes)
{
	struct policy_database *database;
	struct att_buf made;
	struct att_err err = {0};
	int status = policy_database_open_bytes(bytes, "x.zst", &database, &err);
	require((status == ATT_OK) == (database != NULL) && (status == ATT_OK || err.message[0]));
	if (status != ATT_OK)
		return;
	att_buf_init(&made, MOST);
	status = policy_snapshot_rebuild(database, NOW, &made, &err);
	require(status == ATT_OK || err.message[0]);
	if (status == ATT_OK)
		check_again(&made, policy_database_facts(database)->digest);
	policy_database_close(database);
	att_buf_clear(&made);
}

static void check_snapshot(struct att_str packed)
{
	struct att_buf bytes;
	struct att_err err = {0};
	att_buf_init(&bytes, MOST);
	if (policy_snapshot_unpack(packed, "x.zst", &bytes, &err) == ATT_OK)
		check_file(&bytes);
	else
		require(err.message[0]);
	att_buf_clear(&bytes);
}

static void change(struct att_buf *bytes, const uint8_t *changes, size_t size)
{
	for (size_t i = 0; i + 2 < size; i += 3)
		bytes->data[((size_t)changes[i] << 8 | changes[i + 1]) % bytes->len] = (char)changes[i + 2];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_buf bytes, packed;
	if (size == 0)
		return 0;
	struct att_str rest = {(const char *)data + 1, size - 1};
	att_buf_init(&bytes, MOST);
	att_buf_init(&packed, MOST);
	if (data[0] == 'p') {
		check_snapshot(rest);
	} else if (data[0] == 'f') {
		att_buf_add(&bytes, rest);
		check_file(&bytes);
	} else {
		make_example(&bytes);
		if (data[0] == 'e') {
			change(&bytes, data + 1, size - 1);
			policy_pages_seal((unsigned char *)bytes.data, bytes.len);
			check_file(&bytes);
		}
		require(policy_snapshot_pack(att_buf_str(&bytes), &packed, NULL) == ATT_OK);
		if (data[0] == 'z')
			change(&packed, data + 1, size - 1);
		check_snapshot(att_buf_str(&packed));
	}
	att_buf_clear(&bytes);
	att_buf_clear(&packed);
	return 0;
}
