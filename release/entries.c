// SPDX-License-Identifier: Apache-2.0
#include "release/entries.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <unistd.h>

#include "libattest/base/banned.h"

enum {
	BLOCK = 1 << 16,
	TAR_BLOCK = 512,
	/* gzip makes a thousandth of zeros at best. */
	MAX_RATIO = 1100,
	/* The largest packages hold some 30,000 files. */
	MAX_FILES = 1000000,
	/* A manifest; some have a whole manual in it. */
	MAX_ENTRY = 16 << 20,
	MAX_NAME = 4096,
};

/* No registry takes more than a few GB. */
#define MAX_UNPACKED ((uint64_t)16 << 30)
#define RATIO_FREE   ((uint64_t)16 << 20)

struct input {
	int fd;
	uint64_t packed; /* bytes read so far */
	char block[BLOCK];
};

struct unpacking {
	struct input input;
	struct archive *archive;
	struct att_str folder;
	struct release_entry *entries;
	size_t count, files;
	uint64_t unpacked;
	struct att_err *err;
};

static la_ssize_t read_block(struct archive *archive, void *context, const void **block)
{
	struct input *input = context;
	ssize_t got;
	do
		got = read(input->fd, input->block, sizeof input->block);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		archive_set_error(archive, errno, "cannot read");
	else
		input->packed += (uint64_t)got;
	*block = input->block;
	return got;
}

static int fail(struct unpacking *u)
{
	const char *why = archive_error_string(u->archive);
	if (archive_errno(u->archive) == ENOMEM)
		return att_err_memory(u->err);
	return att_err_set(u->err, ATT_ERR_MALFORMED, "the package is damaged: %s", why ? why : "unknown");
}

static int open_archive(struct unpacking *u)
{
	u->archive = archive_read_new();
	if (!u->archive)
		return att_err_memory(u->err);
	/* Nothing but what packages are made of: each format is code that a hostile file reaches. */
	int status = archive_read_support_filter_gzip(u->archive);
	status |= archive_read_support_format_tar(u->archive);
	status |= archive_read_set_callback_data(u->archive, &u->input);
	status |= archive_read_set_read_callback(u->archive, read_block);
	if (status == ARCHIVE_OK && archive_read_open1(u->archive) == ARCHIVE_OK)
		return ATT_OK;
	return att_err_set(u->err, ATT_ERR_MALFORMED,
			   "expected a package as a tar compressed by gzip, found none");
}

/* FOLDER/NAME, however it is written: "./a//b" is unpacked where "a/b" is. False: it is something else, or
 * *leaves the archive. */
static bool split_name(struct att_str path, struct att_str *folder, struct att_str *name, bool *leaves)
{
	struct att_str part;
	size_t parts = 0;
	*leaves = path.len == 0 || path.len > MAX_NAME || path.data[0] == '/';
	while (path.data && att_str_split(&path, '/', &part)) {
		*leaves |= att_str_is(part, "..");
		if (part.len == 0 || att_str_is(part, "."))
			continue;
		*(parts == 0 ? folder : name) = part;
		parts++;
	}
	return parts == 2;
}

static struct release_entry *find_entry(struct unpacking *u, struct att_str folder, struct att_str name)
{
	if (u->folder.len > 0 && !att_str_equal(folder, u->folder))
		return NULL;
	for (size_t i = 0; i < u->count; i++)
		if (att_str_is(name, u->entries[i].name))
			return &u->entries[i];
	return NULL;
}

static int keep_block(struct unpacking *u, struct release_entry *entry, struct att_str block, la_int64_t offset)
{
	if (offset != (la_int64_t)entry->bytes.len)
		return att_err_set(u->err, ATT_ERR_MALFORMED, "expected %s without holes, found one",
				   entry->name);
	att_buf_add(&entry->bytes, block);
	if (entry->bytes.starved)
		return att_err_memory(u->err);
	if (!att_buf_ok(&entry->bytes))
		return att_err_set(u->err, ATT_ERR_LIMIT, "expected %s of at most %d MB, found more",
				   entry->name, MAX_ENTRY >> 20);
	return ATT_OK;
}

static int pass_bytes(struct unpacking *u, struct release_entry *entry)
{
	const void *block;
	size_t size;
	la_int64_t offset;
	int result, status = ATT_OK;
	while (status == ATT_OK &&
	       (result = archive_read_data_block(u->archive, &block, &size, &offset)) != ARCHIVE_EOF) {
		if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
			return fail(u);
		u->unpacked += size;
		if (u->unpacked > MAX_UNPACKED || u->unpacked > RATIO_FREE + MAX_RATIO * u->input.packed)
			return att_err_set(
				u->err, ATT_ERR_LIMIT,
				"expected a package that unpacks to at most %d times its size, found more",
				MAX_RATIO);
		if (entry)
			status = keep_block(u, entry, (struct att_str){block, size}, offset);
	}
	return status;
}

static int take_file(struct unpacking *u, struct archive_entry *file)
{
	struct att_str folder = {NULL, 0}, name = {NULL, 0};
	const char *given = archive_entry_pathname(file);
	bool leaves;
	bool is_below = split_name(att_str_of(given ? given : archive_entry_pathname_utf8(file)), &folder,
				   &name, &leaves);
	if (leaves)
		return att_err_set(u->err, ATT_ERR_REFUSED,
				   "expected names below the package's folder, found one that leads out of it");
	if (++u->files > MAX_FILES)
		return att_err_set(u->err, ATT_ERR_LIMIT, "expected at most %d files in a package, found more",
				   MAX_FILES);
	struct release_entry *entry = is_below ? find_entry(u, folder, name) : NULL;
	if (entry && entry->found)
		return att_err_set(u->err, ATT_ERR_MALFORMED, "expected one %s in the package, found two",
				   entry->name);
	if (entry && (archive_entry_filetype(file) != AE_IFREG || archive_entry_hardlink(file)))
		return att_err_set(u->err, ATT_ERR_REFUSED,
				   "expected %s as a file in the package, found none that is one", entry->name);
	if (entry)
		entry->found = true;
	return pass_bytes(u, entry);
}

static int read_archive(struct unpacking *u)
{
	int status = open_archive(u);
	while (status == ATT_OK) {
		struct archive_entry *file;
		la_int64_t before = archive_filter_bytes(u->archive, 0);
		int result = archive_read_next_header(u->archive, &file);
		if (result == ARCHIVE_EOF) {
			/* A tar that is cut between two files looks like a whole one, but for its end. */
			if (archive_filter_bytes(u->archive, 0) - before >= TAR_BLOCK)
				break;
			return att_err_set(u->err, ATT_ERR_MALFORMED,
					   "the package is damaged: expected the mark of its end, found none");
		}
		/* A warning is about a name's characters or an attribute: nothing of the bytes. */
		status = result == ARCHIVE_OK || result == ARCHIVE_WARN ? take_file(u, file) : fail(u);
	}
	return status;
}

int release_entries_read(int fd, struct att_str folder, struct release_entry *entries, size_t count,
			 struct att_err *err)
{
	struct unpacking u = {
		.input = {.fd = fd}, .folder = folder, .entries = entries, .count = count, .err = err};
	for (size_t i = 0; i < count; i++)
		att_buf_init(&entries[i].bytes, MAX_ENTRY);
	if (lseek(fd, 0, SEEK_SET) != 0)
		return att_err_set_errno(err, errno, "cannot read what was downloaded");
	int status = read_archive(&u);
	if (u.archive)
		archive_read_free(u.archive);
	return status;
}

void release_entries_clear(struct release_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		att_buf_clear(&entries[i].bytes);
}
