// SPDX-License-Identifier: Apache-2.0
/* Advisories in an archive: its entries are bytes with a name, and never become files. */
#include <archive_entry.h>
#include <errno.h>

#include "libattest/base/base.h"
#include "libattest/base/utf8.h"
#include "libattest/format/archive.h"
#include "policy/import_internal.h"

#include "libattest/base/banned.h"

enum {
	/* What unpacks further than this is no collection of texts: zstd at its best makes a twentieth of them.
	 */
	MAX_RATIO = 200,
};

/* OSV's whole unpacks to some 10 GB. */
#define MAX_UNPACKED ((uint64_t)32 << 30)
#define RATIO_FREE   ((uint64_t)16 << 20)

static struct archive *open_archive(struct att_archive_input *input, const char *path, struct att_err *err)
{
	struct archive *archive = archive_read_new();
	if (!archive) {
		att_err_memory(err);
		return NULL;
	}
	/* Not "all": each is code that a hostile file reaches, and some start programs. */
	int status = archive_read_support_filter_gzip(archive);
	status |= archive_read_support_filter_bzip2(archive);
	status |= archive_read_support_filter_xz(archive);
	status |= archive_read_support_filter_zstd(archive);
	status |= archive_read_support_format_tar(archive);
	status |= archive_read_support_format_zip(archive);
	if (status == ARCHIVE_OK && att_archive_open(archive, input))
		return archive;
	att_err_set(err, ATT_ERR_MALFORMED,
		    "expected a folder, an archive or an advisory, found none in %s: %s", path,
		    archive_error_string(archive) ? archive_error_string(archive) : "unknown");
	att_err_help(err, "archives are tar or zip, plain or compressed by gzip, bzip2, xz or zstd");
	archive_read_free(archive);
	return NULL;
}

struct unpacking {
	struct policy_import *import;
	struct att_archive_input *input;
	struct archive *archive;
	const char *path;
	uint64_t unpacked;
	struct att_err *err;
};

static int fail(struct unpacking *u)
{
	const char *why = archive_error_string(u->archive);
	if (archive_errno(u->archive) == ENOMEM)
		return att_err_memory(u->err);
	return att_err_set(u->err, ATT_ERR_MALFORMED, "the archive %s is damaged: %s", u->path,
			   why ? why : "unknown");
}

static int check_ratio(struct unpacking *u)
{
	/* A zip is read from several places, and each byte counts as often as it is read. */
	if (u->unpacked <= MAX_UNPACKED && u->unpacked <= RATIO_FREE + MAX_RATIO * u->input->read)
		return ATT_OK;
	return att_err_set(u->err, ATT_ERR_LIMIT,
			   "expected %s to unpack to at most %d times its size, found %llu MB and more",
			   u->path, MAX_RATIO, (unsigned long long)u->unpacked >> 20);
}

/* Reads an entry whole into import->text; with more than one record may have, *large is true. */
static int read_entry(struct unpacking *u, bool keep, bool *large)
{
	struct att_buf *text = &u->import->text;
	const void *block;
	size_t size;
	la_int64_t offset;
	int result, status = ATT_OK;
	text->len = 0;
	*large = false;
	while (status == ATT_OK &&
	       (result = archive_read_data_block(u->archive, &block, &size, &offset)) != ARCHIVE_EOF) {
		if (result != ARCHIVE_OK)
			return fail(u);
		u->unpacked += size;
		status = check_ratio(u);
		/* Holes of a sparse file are no text. */
		if (!keep || *large || offset != (la_int64_t)text->len)
			*large |= keep;
		else if (size > text->max - text->len)
			*large = true;
		else
			att_buf_add(text, (struct att_str){block, size});
	}
	return status == ATT_OK && text->starved ? att_err_memory(u->err) : status;
}

static int take_entry(struct unpacking *u, struct archive_entry *entry)
{
	const char *given = archive_entry_pathname(entry);
	bool large;
	if (!given)
		given = archive_entry_pathname_utf8(entry);
	if (!given)
		return fail(u);
	struct att_str name = att_str_of(given);
	bool is_link = archive_entry_filetype(entry) == AE_IFLNK || archive_entry_hardlink(entry);
	enum policy_import_kind kind = is_link || archive_entry_filetype(entry) == AE_IFREG
					       ? policy_import_kind_of(name)
					       : POLICY_IMPORT_NONE;
	int status = policy_import_count(u->import, u->err);
	if (status == ATT_OK)
		status = read_entry(u, kind != POLICY_IMPORT_NONE && !is_link, &large);
	if (status != ATT_OK || kind == POLICY_IMPORT_NONE)
		return status;
	if (is_link)
		return policy_import_link(u->import, name, u->err);
	if (large) {
		struct att_err problem;
		att_err_set(&problem, ATT_ERR_LIMIT, "expected an advisory of at most %d MB, found more",
			    POLICY_MAX_RECORD >> 20);
		return policy_import_unreadable(u->import, name, &problem, u->err);
	}
	return policy_import_record(u->import, kind, name, u->err);
}

static int check_end(struct unpacking *u, la_int64_t before)
{
	if (att_archive_is_whole(u->archive, before))
		return ATT_OK;
	return att_err_set(u->err, ATT_ERR_MALFORMED,
			   "the archive %s is damaged: expected the mark of its end, found none", u->path);
}

int policy_import_archive(struct policy_import *import, int fd, const char *path, struct att_err *err)
{
	struct att_archive_input input = {.fd = fd, .can_seek = true};
	struct unpacking u = {.import = import, .input = &input, .path = path, .err = err};
	int status = ATT_OK;
	u.archive = open_archive(&input, path, err);
	if (!u.archive)
		return err ? err->code : ATT_ERR_MALFORMED;
	while (status == ATT_OK) {
		struct archive_entry *entry;
		la_int64_t before = archive_filter_bytes(u.archive, 0);
		int result = archive_read_next_header(u.archive, &entry);
		if (result == ARCHIVE_EOF) {
			status = check_end(&u, before);
			break;
		}
		/* A warning is about a name's characters or an attribute: nothing of the bytes. */
		status = result == ARCHIVE_OK || result == ARCHIVE_WARN ? take_entry(&u, entry) : fail(&u);
	}
	archive_read_free(u.archive);
	return status;
}
