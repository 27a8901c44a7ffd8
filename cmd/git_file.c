// SPDX-License-Identifier: Apache-2.0
#include "cmd/git_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/git.h"
#include "libattest/base/buf.h"
#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/sign/digest.h"

#include "libattest/base/banned.h"

enum { MAX_POINTER = 1024 /* bytes of what Git LFS leaves in a commit */ };

struct file {
	const struct git_checkout *at;
	struct att_arena *arena;
	struct att_err *err;
	struct att_str object;
	const char *path;
	int fd;
	uint64_t size;
};

/* --- objects --------------------------------------------------------------------------------------------- */

static enum att_digest_kind kind_of(struct att_str object)
{
	return object.len == 64 ? ATT_SHA256 : ATT_SHA1;
}

/* Is it the object of these bytes? */
static int compare_bytes(const struct file *f, struct att_str bytes, bool *is_same)
{
	struct att_digest_stream *stream = NULL;
	struct att_digest digest;
	char head[32], hex[ATT_DIGEST_TEXT + 1];
	int len = snprintf(head, sizeof head, "blob %zu", bytes.len);
	int status = att_digest_stream_new(kind_of(f->object), &stream, f->err);
	if (status == ATT_OK) /* with the zero behind it */
		status = att_digest_stream_add(stream, (struct att_str){head, (size_t)len + 1}, f->err);
	if (status == ATT_OK)
		status = att_digest_stream_add(stream, bytes, f->err);
	if (status == ATT_OK)
		status = att_digest_stream_end(stream, &digest, f->err);
	att_digest_stream_free(stream);
	if (status == ATT_OK) {
		att_digest_hex(&digest, hex);
		*is_same = att_str_is(f->object, hex);
	}
	return status;
}

static int compare_file(const struct file *f, bool *is_same)
{
	char head[32], hex[ATT_DIGEST_TEXT + 1];
	int len = snprintf(head, sizeof head, "blob %llu", (unsigned long long)f->size);
	struct att_digest_job job = {kind_of(f->object), {head, (size_t)len + 1}, {0}};
	int status = att_digest_run(f->fd, f->path, &job, 1, NULL, NULL, f->err);
	if (status == ATT_OK) {
		att_digest_hex(&job.digest, hex);
		*is_same = att_str_is(f->object, hex);
	}
	return status;
}

/* --- what the commit asks for ---------------------------------------------------------------------------- */

enum attribute { EOL, TEXT, FILTER, ENCODING, IDENT, ATTRIBUTES };

/* By the .gitattributes of the index, which is the commit's when all else is; where the checkout has some of
 * its own, nothing is known of them. "PATH\0NAME\0VALUE\0", over and over. */
static int read_attributes(const struct file *f, struct att_str out[static ATTRIBUTES])
{
	static const char *const names[ATTRIBUTES] = {"eol", "text", "filter", "working-tree-encoding",
						      "ident"};
	const char *const words[] = {"-c",         "core.attributesFile=/dev/null",
				     "check-attr", "--cached",
				     "-z",         names[0],
				     names[1],     names[2],
				     names[3],     names[4],
				     "--",         f->path,
				     NULL};
	static const char *const where[] = {"rev-parse", "--path-format=absolute", "--git-path",
					    "info/attributes", NULL};
	struct att_str own, all, path, name, value;
	for (size_t i = 0; i < ATTRIBUTES; i++)
		out[i] = ATT_STR("");
	int status = git_ask(f->at->folder, where, 0, f->arena, &own, f->err);
	if (status != ATT_OK || access(own.data, F_OK) == 0)
		return status;
	status = git_ask(f->at->folder, words, 0, f->arena, &all, f->err);
	while (status == ATT_OK && att_str_split(&all, '\0', &path) && att_str_split(&all, '\0', &name) &&
	       att_str_split(&all, '\0', &value))
		for (size_t i = 0; i < ATTRIBUTES; i++)
			if (att_str_is(name, names[i]))
				out[i] = value;
	return status;
}

/* --- line ends ------------------------------------------------------------------------------------------- */

/* Without the "\r" before each "\n"; false when a line ends without one. */
static bool convert(struct att_str text, struct att_buf *out)
{
	struct att_str line;
	bool is_last = false;
	while (!is_last) {
		size_t end = att_str_find_byte(text, '\n');
		is_last = end == ATT_STR_NONE;
		line = att_str_first(text, end);
		text = att_str_from(text, is_last ? text.len : end + 1);
		if (!is_last && !att_str_ends(line, ATT_STR("\r")))
			return false;
		att_buf_add(out, att_str_first(line, is_last ? line.len : line.len - 1));
		if (!is_last)
			att_buf_add_byte(out, '\n');
	}
	return true;
}

static int compare_lines(const struct file *f, bool *is_same)
{
	struct att_buf text, plain;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	att_buf_init(&plain, ATT_MAX_DOCUMENT);
	int status = lseek(f->fd, 0, SEEK_SET) == 0
			     ? att_file_read_fd(f->fd, f->path, &text, f->err)
			     : att_err_set_errno(f->err, errno, "cannot read %s", f->path);
	if (status == ATT_OK && convert(att_buf_str(&text), &plain))
		status = att_buf_ok(&plain) ? compare_bytes(f, att_buf_str(&plain), is_same)
					    : att_err_memory(f->err);
	att_buf_clear(&text);
	att_buf_clear(&plain);
	return status;
}

/* --- Git LFS --------------------------------------------------------------------------------------------- */

/* Is it what the pointer in the commit points at? Its lines are sorted, but for the first. */
static int compare_large(const struct file *f, bool *is_same)
{
	static const struct att_str version = {"version https://git-lfs.github.com/spec/v1", 42},
				    digest_key = {"oid sha256:", 11}, size_key = {"size ", 5};
	struct att_str id = att_arena_copy(f->arena, f->object), text = {NULL, 0}, line;
	const char *const blob[] = {"cat-file", "blob", id.data, NULL};
	struct att_digest_job job = {.kind = ATT_SHA256};
	char hex[ATT_DIGEST_TEXT + 1];
	uint64_t size = 0, read_size;
	bool is_version = false, is_digest = false, is_size = false;
	int status =
		id.data ? git_ask(f->at->folder, blob, 0, f->arena, &text, f->err) : att_err_memory(f->err);
	if (status != ATT_OK || text.len > MAX_POINTER)
		return status;
	status = lseek(f->fd, 0, SEEK_SET) == 0 ? att_digest_run(f->fd, f->path, &job, 1, NULL, &size, f->err)
						: att_err_set_errno(f->err, errno, "cannot read %s", f->path);
	if (status != ATT_OK)
		return status;
	att_digest_hex(&job.digest, hex);
	while (att_str_split(&text, '\n', &line)) {
		is_version |= att_str_equal(line, version);
		is_digest |=
			att_str_starts(line, digest_key) && att_str_is(att_str_from(line, digest_key.len), hex);
		is_size |= att_str_starts(line, size_key) &&
			   att_str_to_uint(att_str_from(line, size_key.len), UINT64_MAX, &read_size) &&
			   read_size == size;
	}
	*is_same = is_version && is_digest && is_size;
	return ATT_OK;
}

/* What a checkout of the commit puts there may be other bytes than the commit has. */
static int compare_converted(const struct file *f, bool *is_same)
{
	struct att_str is[ATTRIBUTES];
	int status = read_attributes(f, is);
	bool is_plain = att_str_is(is[ENCODING], "unspecified") && att_str_is(is[IDENT], "unspecified");
	if (status != ATT_OK || !is_plain)
		return status;
	if (att_str_is(is[FILTER], "lfs"))
		return compare_large(f, is_same);
	if (att_str_is(is[FILTER], "unspecified") && att_str_is(is[EOL], "crlf") &&
	    !att_str_is(is[TEXT], "unset"))
		return compare_lines(f, is_same);
	return ATT_OK;
}

/* --- the file -------------------------------------------------------------------------------------------- */

/* The folder that it lies in, following nothing; -1 when there is none. *name is the last part. */
static int open_parent(int top, char *path, const char **name)
{
	int at = dup(top);
	for (char *slash; at >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
		*slash = '\0';
		int next = openat(at, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(at);
		at = next;
		*slash = '/';
	}
	*name = path;
	return at;
}

static int compare_link(const struct file *f, int parent, const char *name, bool *is_same)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(parent, name, target, sizeof target);
	if (len < 0 || len == (ssize_t)sizeof target)
		return ATT_OK;
	return compare_bytes(f, (struct att_str){target, (size_t)len}, is_same);
}

static int compare_regular(struct file *f, int parent, const char *name, bool is_executable, bool *is_same)
{
	struct stat st;
	f->fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st) != 0)
		return att_err_set_errno(f->err, errno, "cannot read %s", f->path);
	if (!S_ISREG(st.st_mode) || ((st.st_mode & S_IXUSR) != 0) != is_executable)
		return ATT_OK;
	f->size = (uint64_t)st.st_size;
	int status = compare_file(f, is_same);
	return status == ATT_OK && !*is_same ? compare_converted(f, is_same) : status;
}

int git_file_compare(const struct git_checkout *at, struct att_str mode, struct att_str object,
		     struct att_str path, struct att_arena *arena, bool *is_same, bool *is_there,
		     struct att_err *err)
{
	char text[PATH_MAX];
	const char *name;
	struct stat st;
	struct file f = {at, arena, err, object, text, -1, 0};
	int status = ATT_OK;
	*is_same = false;
	if (path.len >= sizeof text)
		return att_err_set(err, ATT_ERR_LIMIT, "expected shorter paths of files");
	memcpy(text, path.data, path.len);
	text[path.len] = '\0';
	int parent = open_parent(at->fd, text, &name);
	*is_there = parent >= 0 && fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (*is_there && att_str_is(mode, "120000") && S_ISLNK(st.st_mode))
		status = compare_link(&f, parent, name, is_same);
	else if (*is_there && att_str_starts(mode, ATT_STR("100")) && S_ISREG(st.st_mode))
		status = compare_regular(&f, parent, name, att_str_is(mode, "100755"), is_same);
	if (f.fd >= 0)
		close(f.fd);
	if (parent >= 0)
		close(parent);
	return status;
}
