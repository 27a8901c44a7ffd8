// SPDX-License-Identifier: Apache-2.0
/* A zip names each file twice: in the list at its end, and before its bytes. Installers go by the one or the
 * other, so that both have to agree before anything is read from it. PKWARE's APPNOTE, 4.3.7, 4.3.12, 4.3.16.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/base.h"
#include "release/packed.h"

#include "libattest/base/banned.h"

enum {
	END_SIZE = 22,
	ENTRY_SIZE = 46,
	LOCAL_SIZE = 30,
	MAX_COMMENT = 65535,
	MAX_LIST = 64 << 20, /* some 500000 files */
};

struct zip {
	int fd;
	uint64_t size;
	struct att_err *err;
};

static uint32_t number(const char *bytes, size_t len)
{
	uint32_t n = 0;
	while (len-- > 0)
		n = n << 8 | (unsigned char)bytes[len];
	return n;
}

static int damaged(const struct zip *z, const char *what)
{
	return att_err_set(z->err, ATT_ERR_MALFORMED, "the zip archive is damaged: %s", what);
}

/* Adds `len` bytes at `from`. */
static int read_at(const struct zip *z, uint64_t from, size_t len, struct att_buf *out)
{
	char block[4096];
	while (len > 0) {
		size_t wanted = len < sizeof block ? len : sizeof block;
		ssize_t got = from > z->size ? 0 : pread(z->fd, block, wanted, (off_t)from);
		if (got <= 0)
			return damaged(z, "it points behind its end");
		att_buf_add(out, (struct att_str){block, (size_t)got});
		from += (size_t)got;
		len -= (size_t)got;
	}
	return att_buf_ok(out) ? ATT_OK : att_err_memory(z->err);
}

/* Info-ZIP's "Unicode Path Extra Field" (4.6.9) is a third name, which some go by and others do not. */
static bool has_other_name(struct att_str extra)
{
	while (extra.len >= 4) {
		size_t len = number(extra.data + 2, 2);
		if (number(extra.data, 2) == 0x7075)
			return true;
		extra = att_str_from(extra, 4 + len < extra.len ? 4 + len : extra.len);
	}
	return false;
}

/* The one entry of the list at `entry`, against what stands before its bytes. */
static int check_entry(const struct zip *z, struct att_str entry, struct att_str name, struct att_buf *local)
{
	uint64_t at = number(entry.data + 42, 4);
	local->len = 0;
	int status = read_at(z, at, LOCAL_SIZE + name.len, local);
	if (status != ATT_OK)
		return status;
	struct att_str found = att_buf_str(local);
	if (att_str_find_byte(name, '\0') != ATT_STR_NONE)
		return damaged(z, "a name in it has a NUL");
	if (!att_str_starts(found, ATT_STR("PK\3\4")) || number(found.data + 26, 2) != name.len ||
	    !att_str_equal(att_str_from(found, LOCAL_SIZE), name))
		return att_err_set(
			z->err, ATT_ERR_MALFORMED,
			"expected one name for a file of the zip archive, found %.*s in its list, and "
			"another before its bytes",
			ATT_STR_ARG(att_str_first(name, 150)));
	size_t extra = number(found.data + 28, 2);
	local->len = 0;
	status = read_at(z, at + LOCAL_SIZE + name.len, extra, local);
	if (status == ATT_OK && has_other_name(att_buf_str(local)))
		return damaged(z, "a file in it has another name beside its own");
	return status;
}

static int check_list(const struct zip *z, struct att_str list, size_t count)
{
	struct att_buf local;
	int status = ATT_OK;
	att_buf_init(&local, LOCAL_SIZE + (size_t)UINT16_MAX);
	for (; status == ATT_OK && count > 0; count--) {
		if (list.len < ENTRY_SIZE || !att_str_starts(list, ATT_STR("PK\1\2"))) {
			status = damaged(z, "its list ends too early");
			break;
		}
		size_t len = number(list.data + 28, 2);
		size_t behind = (size_t)number(list.data + 30, 2) + number(list.data + 32, 2);
		struct att_str name = att_str_first(att_str_from(list, ENTRY_SIZE), len);
		if (list.len - ENTRY_SIZE < len + behind)
			status = damaged(z, "its list ends too early");
		else if (has_other_name(att_str_first(att_str_from(list, ENTRY_SIZE + len),
						      number(list.data + 30, 2))))
			status = damaged(z, "a file in it has another name beside its own");
		else
			status = check_entry(z, list, name, &local);
		list = att_str_from(list, ENTRY_SIZE + len + behind);
	}
	att_buf_clear(&local);
	if (status == ATT_OK && list.len > 0)
		return damaged(z, "its list has more than it says");
	return status;
}

/* The last "end of central directory" whose comment reaches to the end of the file. */
static size_t find_end(struct att_str tail)
{
	for (size_t at = tail.len < END_SIZE ? 0 : tail.len - END_SIZE + 1; at-- > 0;)
		if (att_str_starts(att_str_from(tail, at), ATT_STR("PK\5\6")) &&
		    tail.len - at - END_SIZE == number(tail.data + at + 20, 2))
			return at;
	return ATT_STR_NONE;
}

int release_packed_check_zip(int fd, struct att_err *err)
{
	struct stat status_of;
	struct zip z = {.fd = fd, .err = err};
	struct att_buf tail, list;
	if (fstat(fd, &status_of) != 0 || status_of.st_size < END_SIZE)
		return damaged(&z, "it is too short");
	z.size = (uint64_t)status_of.st_size;
	size_t len = z.size < END_SIZE + MAX_COMMENT ? (size_t)z.size : END_SIZE + MAX_COMMENT;
	att_buf_init(&tail, END_SIZE + MAX_COMMENT);
	att_buf_init(&list, MAX_LIST);
	int status = read_at(&z, z.size - len, len, &tail);
	size_t end = status == ATT_OK ? find_end(att_buf_str(&tail)) : 0;
	if (status == ATT_OK && end == ATT_STR_NONE)
		status = damaged(&z, "it has no list of its files");
	if (status == ATT_OK) {
		const char *record = att_buf_str(&tail).data + end;
		uint32_t size = number(record + 12, 4), offset = number(record + 16, 4);
		uint64_t at = z.size - len + end;
		if (number(record + 10, 2) == UINT16_MAX || offset == UINT32_MAX || size > MAX_LIST)
			status = att_err_set(err, ATT_ERR_UNSUPPORTED,
					     "zip archives of such a size are not read");
		else if ((uint64_t)offset + size != at)
			status = damaged(&z, "something stands before it, or behind its list");
		else
			status = read_at(&z, offset, size, &list);
		if (status == ATT_OK)
			status = check_list(&z, att_buf_str(&list), number(record + 10, 2));
	}
	att_buf_clear(&tail);
	att_buf_clear(&list);
	return status;
}
