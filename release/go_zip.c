// SPDX-License-Identifier: Apache-2.0
/* The zip of a Go module. Its list of entries is read here, so that there is one, bounded, and the same as the
 * entries say of themselves: what two readers could take for different files is refused. Libarchive unpacks. */
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/buf.h"
#include "libattest/format/archive.h"
#include "release/go_sum.h"

#include "libattest/base/banned.h"

enum {
	BLOCK = 1 << 16,
	END = 22, /* bytes of the record at the end, of an entry in the list, and before an entry */
	LISTED = 46,
	LOCAL = 30,
	STORED = 0,
	DEFLATED = 8,
};

struct entry {
	uint32_t offset, size;
	struct att_str name; /* in the list */
};

struct zip {
	int fd;
	uint64_t length;
	struct att_arena arena;
	struct att_str module, version;
	struct entry *entries;
	size_t count;
	struct att_archive_input input;
	char data[BLOCK];
	struct release_go_files files;
	struct att_err *err;
};

static uint32_t number(const char *bytes, size_t size)
{
	uint32_t value = 0;
	for (size_t i = size; i > 0; i--)
		value = value << 8 | (unsigned char)bytes[i - 1];
	return value;
}

static int malformed(const struct zip *z, const char *what)
{
	return att_err_set(z->err, ATT_ERR_MALFORMED, "expected the zip of a Go module: %s", what);
}

static int unsupported(const struct zip *z, const char *what)
{
	return att_err_set(z->err, ATT_ERR_UNSUPPORTED, "expected a zip as Go writes it, found %s", what);
}

static int read_at(const struct zip *z, uint64_t offset, char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t got = pread(z->fd, bytes, size, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return att_err_set_errno(z->err, errno, "cannot read the zip");
		if (got == 0)
			return malformed(z, "it ends early");
		bytes += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	return ATT_OK;
}

/* --- the list -------------------------------------------------------------------------------------------- */

/* Does the head before an entry say of its bytes what the list says? Sizes and checksum may be left open there,
 * for what comes behind the bytes. Go unpacks by the list, others by the head. */
static bool is_same(const char *head, const char *listed)
{
	static const char open[12];
	bool is_open = (number(head + 6, 2) & 8) != 0 && memcmp(head + 14, open, sizeof open) == 0;
	return memcmp(head + 6, listed + 8, 4) == 0 && (is_open || memcmp(head + 14, listed + 16, 12) == 0);
}

/* The name in the list is the one before the entry. */
static int check_local(const struct zip *z, const struct entry *entry, const char *listed)
{
	char head[LOCAL], name[RELEASE_GO_MAX_NAME * 2];
	int status = entry->name.len <= sizeof name
			     ? read_at(z, entry->offset, head, sizeof head)
			     : att_err_set(z->err, ATT_ERR_LIMIT, "expected names of at most %d bytes",
					   RELEASE_GO_MAX_NAME);
	if (status == ATT_OK && (number(head, 4) != 0x04034b50 || number(head + 26, 2) != entry->name.len ||
				 !is_same(head, listed)))
		status = malformed(z, "its list and its entries differ");
	if (status == ATT_OK)
		status = read_at(z, entry->offset + LOCAL, name, entry->name.len);
	if (status == ATT_OK && !att_str_equal(entry->name, (struct att_str){name, entry->name.len}))
		status = malformed(z, "its list and its entries differ");
	return status;
}

static bool is_root_mod(struct att_str name)
{
	size_t slash = att_str_find_last_byte(name, '/');
	struct att_str base = att_str_from(name, slash == ATT_STR_NONE ? 0 : slash + 1);
	return !att_str_equal_nocase(base, ATT_STR("go.mod")) || att_str_is(name, "go.mod");
}

/* Cuts MODULE@VERSION/ off. */
static int check_name(const struct zip *z, struct att_str *name)
{
	size_t module = z->module.len, version = z->version.len;
	if (!att_str_starts(*name, z->module) || name->len < module + version + 2 ||
	    name->data[module] != '@' || !att_str_starts(att_str_from(*name, module + 1), z->version) ||
	    name->data[module + 1 + version] != '/')
		return malformed(z, "a name does not begin with the module and its version");
	*name = att_str_from(*name, module + version + 2);
	if (name->len == 0 || name->data[name->len - 1] == '/')
		return malformed(z, "it has an entry for a folder");
	return is_root_mod(*name) ? ATT_OK : malformed(z, "it has a go.mod that is not at its root");
}

static int check_listed(const struct zip *z, const char *head)
{
	uint32_t made_by = number(head + 5, 1), mode = number(head + 40, 2), method = number(head + 10, 2);
	/* Unix and macOS keep the kind of a file. */
	if ((made_by == 3 || made_by == 19) && (mode & S_IFMT) != 0 && !S_ISREG(mode))
		return malformed(z, "it has something that is no file");
	if ((number(head + 8, 2) & 1) != 0)
		return unsupported(z, "an encrypted entry");
	if (method != STORED && method != DEFLATED)
		return unsupported(z, "another way to compress");
	if (number(head + 20, 4) == UINT32_MAX || number(head + 24, 4) == UINT32_MAX ||
	    number(head + 42, 4) == UINT32_MAX || number(head + 34, 2) != 0)
		return unsupported(z, "extensions of zip64, or several volumes");
	return ATT_OK;
}

/* Reads the entry at *list, and passes it. */
static int read_listed(struct zip *z, struct att_str *list, uint64_t *total)
{
	const char *head = list->data;
	struct entry *entry = &z->entries[z->count];
	if (list->len < LISTED || number(head, 4) != 0x02014b50)
		return malformed(z, "its list is cut short");
	size_t name = number(head + 28, 2), rest = number(head + 30, 2) + number(head + 32, 2);
	if (list->len - LISTED < name + rest)
		return malformed(z, "its list is cut short");
	*entry = (struct entry){number(head + 42, 4), number(head + 24, 4), {head + LISTED, name}};
	*list = att_str_from(*list, LISTED + name + rest);
	*total += entry->size;
	struct att_str below = entry->name;
	int status = check_listed(z, head);
	if (status == ATT_OK)
		status = check_local(z, entry, head);
	if (status == ATT_OK)
		status = check_name(z, &below);
	if (status == ATT_OK &&
	    (*total > RELEASE_GO_MAX_ZIP || ((att_str_is(below, "go.mod") || att_str_is(below, "LICENSE")) &&
					     entry->size > RELEASE_GO_MAX_MOD)))
		status = att_err_set(z->err, ATT_ERR_LIMIT, "expected at most %d bytes in a module, found more",
				     RELEASE_GO_MAX_ZIP);
	z->count++;
	return status;
}

static int by_offset(const void *a, const void *b)
{
	uint32_t left = ((const struct entry *)a)->offset, right = ((const struct entry *)b)->offset;
	return left < right ? -1 : left > right;
}

/* The record at the very end says where the list is; a comment behind it could hold another one. */
static int read_list(struct zip *z)
{
	char end[END];
	uint64_t total = 0;
	if (z->length < END || z->length > RELEASE_GO_MAX_ZIP)
		return malformed(z, "it is too short or too long");
	int status = read_at(z, z->length - END, end, END);
	if (status != ATT_OK)
		return status;
	size_t count = number(end + 8, 2), size = number(end + 12, 4), offset = number(end + 16, 4);
	if (number(end, 4) != 0x06054b50 || number(end + 20, 2) != 0)
		return unsupported(z, "something else, or a comment, at its end");
	if (count > RELEASE_GO_MAX_FILES || size > RELEASE_GO_MAX_DIRECTORY)
		return att_err_set(z->err, ATT_ERR_LIMIT, "expected at most %d files in a module, found more",
				   RELEASE_GO_MAX_FILES);
	if (number(end + 4, 4) != 0 || number(end + 10, 2) != count || offset + size != z->length - END)
		return malformed(z, "its list is not where its end says");
	char *bytes = att_arena_alloc(&z->arena, size + 1, 1);
	z->entries = att_arena_alloc(&z->arena, count, sizeof *z->entries);
	if (!bytes || !z->entries)
		return att_err_memory(z->err);
	status = read_at(z, offset, bytes, size);
	struct att_str list = {bytes, size};
	while (status == ATT_OK && z->count < count)
		status = read_listed(z, &list, &total);
	if (status == ATT_OK && list.len > 0)
		status = malformed(z, "its list has more than its end says");
	if (status == ATT_OK && count > 0)
		qsort(z->entries, count, sizeof *z->entries, by_offset);
	for (size_t i = 1; status == ATT_OK && i < count; i++)
		if (z->entries[i - 1].offset == z->entries[i].offset)
			status = malformed(z, "two files are in one place");
	return status;
}

/* --- the files ------------------------------------------------------------------------------------------- */

static int hash_entry(struct zip *z, struct archive *archive, const struct entry *entry)
{
	struct att_digest_stream *stream = NULL;
	struct att_digest digest;
	struct att_str name = entry->name;
	uint64_t size = 0;
	la_ssize_t got = 1;
	int status = att_digest_stream_new(ATT_SHA256, &stream, z->err);
	while (status == ATT_OK && got > 0) {
		got = archive_read_data(archive, z->data, sizeof z->data);
		if (got < 0)
			status = malformed(z, "an entry cannot be unpacked");
		else
			status = att_digest_stream_add(stream, (struct att_str){z->data, (size_t)got}, z->err);
		size += got > 0 ? (uint64_t)got : 0;
		if (size > entry->size)
			status = malformed(z, "an entry is longer than it says");
	}
	if (status == ATT_OK && size != entry->size)
		status = malformed(z, "an entry is shorter than it says");
	if (status == ATT_OK)
		status = att_digest_stream_end(stream, &digest, z->err);
	if (status == ATT_OK)
		status = check_name(z, &name);
	if (status == ATT_OK)
		status = release_go_files_add(&z->files, name, &digest, z->err);
	att_digest_stream_free(stream);
	return status;
}

static bool is_ascii(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] >= 0x80)
			return false;
	return true;
}

/* In the order of their places, as libarchive walks. It warns of names that the locale does not have. */
static int hash_entries(struct zip *z, struct archive *archive)
{
	struct archive_entry *at;
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < z->count; i++) {
		const struct entry *entry = &z->entries[i];
		int got = archive_read_next_header(archive, &at);
		bool is_plain = is_ascii(entry->name);
		if ((got != ARCHIVE_OK && (got != ARCHIVE_WARN || is_plain)) ||
		    (is_plain && !att_str_equal(att_str_of(archive_entry_pathname(at)), entry->name)))
			return malformed(z, "an entry is not what the list says");
		status = hash_entry(z, archive, entry);
	}
	if (status == ATT_OK && archive_read_next_header(archive, &at) != ARCHIVE_EOF)
		status = malformed(z, "it has more entries than its list");
	return status;
}

static int hash_zip(struct zip *z)
{
	struct archive *archive = archive_read_new();
	if (!archive)
		return att_err_memory(z->err);
	z->input.fd = z->fd;
	z->input.can_seek = true;
	bool opened = lseek(z->fd, 0, SEEK_SET) == 0 &&
		      archive_read_support_format_zip_seekable(archive) == ARCHIVE_OK &&
		      att_archive_open(archive, &z->input);
	int status = opened ? hash_entries(z, archive) : malformed(z, "it cannot be opened");
	archive_read_free(archive);
	return status;
}

int release_go_hash_zip(int fd, struct att_str module, struct att_str version,
			char out[static RELEASE_GO_H1 + 1], struct att_err *err)
{
	struct zip *z = calloc(1, sizeof *z);
	struct stat st;
	if (!z)
		return att_err_memory(err);
	*z = (struct zip){.fd = fd, .module = module, .version = version, .err = err};
	int status = fstat(fd, &st) == 0 ? ATT_OK : att_err_set_errno(err, errno, "cannot read the zip");
	if (status == ATT_OK) {
		z->length = (uint64_t)st.st_size;
		status = read_list(z);
	}
	if (status == ATT_OK && z->count == 0)
		status = malformed(z, "it has no files");
	if (status == ATT_OK)
		status = hash_zip(z);
	struct att_str prefix = ATT_ARENA_JOIN(&z->arena, module, ATT_STR("@"), version, ATT_STR("/"));
	if (status == ATT_OK)
		status = prefix.data ? release_go_files_hash(&z->files, prefix, out, err) : att_err_memory(err);
	att_arena_clear(&z->files.arena);
	att_arena_clear(&z->arena);
	free(z);
	return status;
}
