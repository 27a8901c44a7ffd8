// SPDX-License-Identifier: Apache-2.0
/* What packed archives say. Three lines come first: the archive's name, the name of the manifest it is made
 * from, and the name of an entry; the rest is that entry, in a tar. Without the name of an entry the rest is
 * the archive. */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "release/packed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static struct att_str take_line(struct att_str *rest)
{
	size_t end = att_str_find_byte(*rest, '\n');
	struct att_str line = att_str_first(*rest, end);
	*rest = end == ATT_STR_NONE ? ATT_STR("") : att_str_from(*rest, end + 1);
	return line;
}

static void write_tar(int fd, struct att_str name, struct att_str bytes)
{
	char path[128] = "";
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	require(archive && entry);
	memcpy(path, name.data, name.len < sizeof path ? name.len : sizeof path - 1);
	archive_write_set_format_pax_restricted(archive);
	require(archive_write_open_fd(archive, fd) == ARCHIVE_OK);
	archive_entry_set_pathname(entry, path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_size(entry, (la_int64_t)bytes.len);
	if (archive_write_header(archive, entry) == ARCHIVE_OK && bytes.len > 0)
		archive_write_data(archive, bytes.data, bytes.len);
	archive_entry_free(entry);
	archive_write_free(archive);
}

static void check_span(const struct release_packed *packed, struct att_span span)
{
	require(span.begin <= span.end && span.end <= packed->metadata.text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str rest = {(const char *)data, size}, name = take_line(&rest), made_from = take_line(&rest),
		       entry = take_line(&rest);
	struct release_packed packed;
	struct att_err err = {0};
	int fd = memfd_create("packed", MFD_CLOEXEC);
	require(fd >= 0);
	if (entry.len > 0)
		write_tar(fd, entry, rest);
	else
		require(att_file_write_fd(fd, "packed", rest, NULL) == ATT_OK);
	require(lseek(fd, 0, SEEK_SET) == 0);
	int status = release_packed_read(fd, name, made_from, &packed, &err);
	require(status == err.code);
	if (status == ATT_OK) {
		require(packed.folder.len > 0 && packed.metadata.line_count > 0);
		check_span(&packed, packed.version_span);
		for (size_t i = 0; i < packed.leftover_count; i++)
			check_span(&packed, packed.leftovers[i].span);
		(void)release_packed_name_version(&packed, name);
		(void)release_packed_folder_version(&packed);
	}
	release_packed_clear(&packed);
	close(fd);
	return 0;
}
