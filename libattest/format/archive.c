// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/archive.h"

#include <errno.h>
#include <unistd.h>

#include "libattest/base/banned.h"

enum { TAR_BLOCK = 512 };

static la_ssize_t read_block(struct archive *archive, void *context, const void **block)
{
	struct att_archive_input *input = context;
	ssize_t got;
	do
		got = read(input->fd, input->block, sizeof input->block);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		archive_set_error(archive, errno, "cannot read");
	else
		input->read += (uint64_t)got;
	*block = input->block;
	return got;
}

static la_int64_t seek_input(struct archive *archive, void *context, la_int64_t offset, int whence)
{
	const struct att_archive_input *input = context;
	off_t at = lseek(input->fd, offset, whence);
	if (at < 0)
		archive_set_error(archive, errno, "cannot seek");
	return at < 0 ? ARCHIVE_FATAL : at;
}

bool att_archive_open(struct archive *archive, struct att_archive_input *input)
{
	int status = archive_read_set_callback_data(archive, input);
	status |= archive_read_set_read_callback(archive, read_block);
	if (input->can_seek)
		status |= archive_read_set_seek_callback(archive, seek_input);
	return status == ARCHIVE_OK && archive_read_open1(archive) == ARCHIVE_OK;
}

bool att_archive_is_whole(struct archive *archive, int64_t before)
{
	bool is_tar = (archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
	return !is_tar || archive_filter_bytes(archive, 0) - before >= TAR_BLOCK;
}
