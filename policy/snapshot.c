// SPDX-License-Identifier: Apache-2.0
#include "policy/snapshot.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "libattest/base/base.h"

#include "libattest/base/banned.h"

enum {
	BLOCK = 1 << 16,
	/* zstd makes a tenth of a database of advisories; what unpacks further than this is none. */
	MAX_RATIO = 200,
};

#define RATIO_FREE ((size_t)16 << 20)

static int fail(struct archive *archive, const char *name, struct att_err *err)
{
	const char *why = archive_error_string(archive);
	if (archive_errno(archive) == ENOMEM)
		return att_err_memory(err);
	return att_err_set(err, ATT_ERR_MALFORMED, "%s is no whole snapshot of an advisory database: %s", name,
			   why ? why : "unknown");
}

/* ---- packing ---- */

static la_ssize_t write_block(struct archive *archive, void *context, const void *bytes, size_t count)
{
	struct att_buf *out = context;
	att_buf_add(out, (struct att_str){bytes, count});
	if (att_buf_ok(out))
		return (la_ssize_t)count;
	archive_set_error(archive, ENOMEM, "cannot write");
	return -1;
}

static int pack(struct archive *archive, struct archive_entry *entry, struct att_str database,
		struct att_buf *out)
{
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_pathname(entry, "advisories.db");
	int status = archive_write_set_format_raw(archive);
	status |= archive_write_add_filter_zstd(archive);
	/* Without these the end is filled up with zeros. */
	status |= archive_write_set_bytes_per_block(archive, BLOCK);
	status |= archive_write_set_bytes_in_last_block(archive, 1);
	if (status != ARCHIVE_OK || archive_write_open(archive, out, NULL, write_block, NULL) != ARCHIVE_OK ||
	    archive_write_header(archive, entry) != ARCHIVE_OK)
		return ATT_ERR_MEMORY;
	for (size_t at = 0, part; at < database.len; at += part) {
		part = database.len - at < BLOCK ? database.len - at : BLOCK;
		if (archive_write_data(archive, database.data + at, part) != (la_ssize_t)part)
			return ATT_ERR_MEMORY;
	}
	return archive_write_close(archive) == ARCHIVE_OK ? ATT_OK : ATT_ERR_MEMORY;
}

int policy_snapshot_pack(struct att_str database, struct att_buf *out, struct att_err *err)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	int status = archive && entry ? pack(archive, entry, database, out) : ATT_ERR_MEMORY;
	archive_entry_free(entry);
	archive_write_free(archive);
	if (status == ATT_OK)
		return ATT_OK;
	if (!att_buf_ok(out) && !out->starved)
		return att_err_set(err, ATT_ERR_LIMIT, "expected a snapshot of at most %zu MB, found more",
				   out->max >> 20);
	return att_err_memory(err);
}

/* ---- unpacking ---- */

static int open_packed(struct archive *archive, struct att_str packed, const char *name, struct att_err *err)
{
	struct archive_entry *entry;
	int status = archive_read_support_filter_zstd(archive);
	status |= archive_read_support_format_raw(archive);
	if (status != ARCHIVE_OK || archive_read_open_memory(archive, packed.data, packed.len) != ARCHIVE_OK)
		return fail(archive, name, err);
	/* "Raw" is anything, not compressed or several times, too: two filters are one by zstd, and the file.
	 */
	if (archive_filter_count(archive) != 2 || archive_filter_code(archive, 0) != ARCHIVE_FILTER_ZSTD)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected a snapshot of an advisory database, which zstd has compressed "
				   "once, found something else in %s",
				   name);
	return archive_read_next_header(archive, &entry) == ARCHIVE_OK ? ATT_OK : fail(archive, name, err);
}

static int read_packed(struct archive *archive, struct att_str packed, const char *name, struct att_buf *out,
		       struct att_err *err)
{
	const size_t most = RATIO_FREE + MAX_RATIO * packed.len;
	size_t unpacked = 0;
	for (;;) {
		const void *block;
		size_t size;
		la_int64_t offset;
		int result = archive_read_data_block(archive, &block, &size, &offset);
		if (result == ARCHIVE_EOF)
			return ATT_OK;
		if (result != ARCHIVE_OK)
			return fail(archive, name, err);
		unpacked += size;
		if (unpacked > most)
			return att_err_set(err, ATT_ERR_LIMIT,
					   "expected %s to unpack to at most %d times its size, found %zu MB "
					   "and more",
					   name, MAX_RATIO, unpacked >> 20);
		att_buf_add(out, (struct att_str){block, size});
		if (out->starved)
			return att_err_memory(err);
		if (!att_buf_ok(out))
			return att_err_set(err, ATT_ERR_LIMIT,
					   "expected %s to unpack to at most %zu MB, found more", name,
					   out->max >> 20);
	}
}

int policy_snapshot_unpack(struct att_str packed, const char *name, struct att_buf *out, struct att_err *err)
{
	struct archive *archive = archive_read_new();
	if (!archive)
		return att_err_memory(err);
	int status = open_packed(archive, packed, name, err);
	if (status == ATT_OK)
		status = read_packed(archive, packed, name, out, err);
	archive_read_free(archive);
	return status;
}

/* ---- made anew ---- */

static int keep_all(struct policy_build *build, const struct policy_database *database, struct att_err *err)
{
	size_t count = policy_database_facts(database)->sources;
	struct att_arena arena = {.blocks = NULL};
	int64_t *checked = att_arena_alloc(&arena, count, sizeof *checked);
	for (size_t i = 0; checked && i < count; i++)
		checked[i] = POLICY_KEEP;
	int status = checked ? policy_build_keep(build, database, checked, err) : att_err_memory(err);
	att_arena_clear(&arena);
	return status;
}

/* What was left out of the count that a database has of itself was not read: the digest shows it. */
static int compare(const struct policy_database *database, struct att_buf *rebuilt, struct att_err *err)
{
	struct policy_database *made = NULL;
	int status = policy_database_open_bytes(rebuilt, "the new database", &made, err);
	if (status == ATT_OK &&
	    strcmp(policy_database_facts(made)->digest, policy_database_facts(database)->digest) != 0)
		status = att_err_set(err, ATT_ERR_MALFORMED,
				     "expected advisories of the digest sha256:%s in the snapshot, found "
				     "sha256:%s",
				     policy_database_facts(database)->digest,
				     policy_database_facts(made)->digest);
	policy_database_close(made);
	return status;
}

int policy_snapshot_rebuild(const struct policy_database *database, int64_t now, struct att_buf *out,
			    struct att_err *err)
{
	struct policy_build *build = NULL;
	int status = policy_build_new(&build, err);
	if (status == ATT_OK)
		status = keep_all(build, database, err);
	if (status == ATT_OK)
		status = policy_build_finish(build, now, out, err);
	policy_build_free(build);
	return status == ATT_OK ? compare(database, out, err) : status;
}
