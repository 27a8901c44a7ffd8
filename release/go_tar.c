// SPDX-License-Identifier: Apache-2.0
/* The files of a commit, as git archives them, and which of them Go takes for the module's. Which folders are
 * modules of their own shows only at the end, so that every file is hashed first. */
#include <archive_entry.h>

#include "libattest/base/buf.h"
#include "libattest/base/map.h"
#include "libattest/format/archive.h"
#include "release/go_sum.h"

#include "libattest/base/banned.h"

enum { BLOCK = 1 << 16 };

struct input {
	struct att_archive_input from;
	char data[BLOCK];
};

struct tree {
	struct input *input;
	struct archive *archive;
	struct att_str folder; /* "" or with "/" at its end */
	struct release_go_files files;
	struct att_buf mod; /* the module's go.mod */
	bool has_mod, has_license, has_root_license;
	struct att_digest root_license;
	uint64_t size;
	struct att_err *err;
};

static int fail(const struct tree *t)
{
	const char *why = archive_error_string(t->archive);
	return att_err_set(t->err, ATT_ERR_MALFORMED, "expected a tar archive of git: %s",
			   why ? why : "unknown");
}

/* Hashes what the entry holds; go.mod is kept, too. */
static int hash_entry(struct tree *t, struct att_buf *kept, struct att_digest *out)
{
	struct att_digest_stream *stream = NULL;
	int status = att_digest_stream_new(ATT_SHA256, &stream, t->err);
	while (status == ATT_OK) {
		la_ssize_t got = archive_read_data(t->archive, t->input->data, sizeof t->input->data);
		if (got < 0)
			status = fail(t);
		if (got <= 0)
			break;
		struct att_str bytes = {t->input->data, (size_t)got};
		t->size += bytes.len;
		if (t->size > RELEASE_GO_MAX_ZIP)
			status = att_err_set(t->err, ATT_ERR_LIMIT,
					     "expected at most %d bytes in a module, found more",
					     RELEASE_GO_MAX_ZIP);
		else
			status = att_digest_stream_add(stream, bytes, t->err);
		if (kept)
			att_buf_add(kept, bytes);
	}
	if (status == ATT_OK)
		status = att_digest_stream_end(stream, out, t->err);
	att_digest_stream_free(stream);
	return status;
}

/* Go reads the blob of a link, which is where it leads to. */
static int keep_root_license(struct tree *t, struct archive_entry *entry)
{
	t->has_root_license = true;
	return archive_entry_filetype(entry) == AE_IFLNK
		       ? att_digest_bytes(ATT_SHA256, att_str_of(archive_entry_symlink(entry)),
					  &t->root_license, t->err)
		       : hash_entry(t, NULL, &t->root_license);
}

static int keep_entry(struct tree *t, struct archive_entry *entry, struct att_str path)
{
	bool is_file = archive_entry_filetype(entry) == AE_IFREG;
	struct att_digest digest;
	if (archive_entry_filetype(entry) == AE_IFDIR)
		return ATT_OK;
	if (t->folder.len > 0 && att_str_is(path, "LICENSE"))
		return keep_root_license(t, entry);
	if (!att_str_starts(path, t->folder))
		return ATT_OK;
	path = att_str_from(path, t->folder.len);
	t->has_license |= att_str_is(path, "LICENSE");
	if (!is_file)
		return ATT_OK;
	bool is_mod = att_str_is(path, "go.mod");
	t->has_mod |= is_mod;
	int status = hash_entry(t, is_mod ? &t->mod : NULL, &digest);
	return status == ATT_OK ? release_go_files_add(&t->files, path, &digest, t->err) : status;
}

/* Names that are no ASCII come through whatever the locale is. */
static struct att_str path_of(struct archive_entry *entry)
{
	const char *utf8 = archive_entry_pathname_utf8(entry);
	return att_str_of(utf8 ? utf8 : archive_entry_pathname(entry));
}

static int read_tree(struct tree *t)
{
	struct archive_entry *entry;
	int status = ATT_OK, got = ARCHIVE_OK;
	for (size_t count = 0; status == ATT_OK; count++) {
		got = archive_read_next_header(t->archive, &entry);
		if (got != ARCHIVE_OK && got != ARCHIVE_WARN)
			break;
		struct att_str path = path_of(entry);
		/* Of a whole repository there may be more than of a module; each costs a read. */
		if (!path.data || count > 10 * (size_t)RELEASE_GO_MAX_FILES)
			return att_err_set(t->err, ATT_ERR_LIMIT, "expected fewer files, and names of them");
		status = keep_entry(t, entry, path);
	}
	if (status == ATT_OK && got != ARCHIVE_EOF)
		status = fail(t);
	if (status == ATT_OK && t->folder.len > 0 && t->has_root_license && !t->has_license)
		status = release_go_files_add(&t->files, ATT_STR("LICENSE"), &t->root_license, t->err);
	return status;
}

/* --- what belongs to the module -------------------------------------------------------------------------- */

/* Is the version in a line "go 1.24" of go.mod at least 1.24? Rules for vendor folders changed with it. */
static bool is_new(struct att_str mod)
{
	struct att_str line;
	bool in_block = false;
	while (att_str_split(&mod, '\n', &line)) {
		size_t comment = att_str_find(line, ATT_STR("//"));
		uint64_t major, minor;
		line = att_str_trim(att_str_first(line, comment));
		if (in_block || att_str_ends(line, ATT_STR("("))) {
			in_block = !att_str_is(line, ")");
			continue;
		}
		if (!att_str_starts(line, ATT_STR("go")) || line.len < 4 || !att_ascii_is_space(line.data[2]))
			continue;
		line = att_str_trim(att_str_from(line, 2));
		size_t dot = att_str_find_byte(line, '.');
		struct att_str rest = att_str_from(line, dot == ATT_STR_NONE ? line.len : dot + 1);
		size_t digits = 0;
		while (digits < rest.len && att_ascii_is_digit(rest.data[digits]))
			digits++;
		return att_str_to_uint(att_str_first(line, dot), 1000, &major) &&
		       att_str_to_uint(att_str_first(rest, digits), 100000, &minor) &&
		       (major > 1 || (major == 1 && minor >= 24));
	}
	return false;
}

/* A file of a package below a vendor folder. Before 1.24 Go looked for the package in the wrong place, and
 * checksums keep that alive: seven bytes and one are passed from the beginning, wherever the folder is. */
static bool is_vendored(struct att_str name, bool by_new_rules)
{
	static const struct att_str inner = {"/vendor/", 8};
	size_t from = 7, at;
	if (by_new_rules && att_str_is(name, "vendor/modules.txt"))
		return true;
	if (!att_str_starts(name, att_str_from(inner, 1))) {
		at = att_str_find(name, inner);
		if (at == ATT_STR_NONE)
			return false;
		from = (by_new_rules ? at : 0) + inner.len;
	}
	return att_str_find_byte(att_str_from(name, from), '/') != ATT_STR_NONE;
}

static struct att_str folder_of(struct att_str name)
{
	size_t slash = att_str_find_last_byte(name, '/');
	return att_str_first(name, slash == ATT_STR_NONE ? 0 : slash);
}

static int find_modules(const struct tree *t, struct att_map *modules)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < t->files.count; i++) {
		struct att_str name = t->files.items[i].name, folder = folder_of(name);
		bool found;
		uint32_t stored;
		struct att_str base = att_str_from(name, folder.len > 0 ? folder.len + 1 : 0);
		if (folder.len > 0 && att_str_equal_nocase(base, ATT_STR("go.mod")))
			status = att_map_put(modules, folder, 0, &found, &stored);
	}
	return status == ATT_OK ? ATT_OK : att_err_memory(t->err);
}

static bool is_in_module(const struct att_map *modules, struct att_str name)
{
	uint32_t value;
	for (name = folder_of(name); name.len > 0; name = folder_of(name))
		if (att_map_find(modules, name, &value))
			return true;
	return false;
}

static int leave_out(struct tree *t)
{
	struct att_map modules;
	bool by_new_rules = is_new(att_buf_str(&t->mod));
	size_t kept = 0;
	att_map_init(&modules);
	int status = find_modules(t, &modules);
	for (size_t i = 0; status == ATT_OK && i < t->files.count; i++) {
		struct att_str name = t->files.items[i].name;
		if (!is_vendored(name, by_new_rules) && !is_in_module(&modules, name) &&
		    !att_str_is(name, ".hg_archival.txt"))
			t->files.items[kept++] = t->files.items[i];
	}
	t->files.count = kept;
	att_map_clear(&modules);
	return status;
}

/* --- hashes ---------------------------------------------------------------------------------------------- */

static int hash_tree(struct tree *t, struct att_str module, struct att_str version, struct release_go_sums *out)
{
	struct att_arena *arena = &t->files.arena;
	struct att_str prefix = ATT_ARENA_JOIN(arena, module, ATT_STR("@"), version, ATT_STR("/"));
	struct att_str mod = att_buf_str(&t->mod);
	int status = prefix.data ? ATT_OK : att_err_memory(t->err);
	if (status == ATT_OK && !att_buf_ok(&t->mod))
		status = att_err_set(t->err, ATT_ERR_LIMIT, "expected a go.mod of at most %d bytes, found more",
				     RELEASE_GO_MAX_MOD);
	if (status == ATT_OK)
		status = leave_out(t);
	if (status == ATT_OK && t->files.count == 0)
		status = att_err_set(t->err, ATT_ERR_MALFORMED, "expected files of a module, found none");
	if (status == ATT_OK)
		status = release_go_files_hash(&t->files, prefix, out->zip, t->err);
	if (status == ATT_OK && !t->has_mod) {
		mod = ATT_ARENA_JOIN(arena, ATT_STR("module "), module, ATT_STR("\n"));
		status = mod.data ? ATT_OK : att_err_memory(t->err);
	}
	return status == ATT_OK ? release_go_hash_mod(mod, out->mod, t->err) : status;
}

int release_go_hash_tar(int fd, struct att_str module, struct att_str version, struct att_str folder,
			struct release_go_sums *out, struct att_err *err)
{
	struct tree t = {.err = err};
	int status = ATT_OK;
	att_buf_init(&t.mod, RELEASE_GO_MAX_MOD);
	while (folder.len > 0 && folder.data[folder.len - 1] == '/')
		folder.len--;
	t.folder = folder.len > 0 ? ATT_ARENA_JOIN(&t.files.arena, folder, ATT_STR("/")) : ATT_STR("");
	t.input = att_arena_alloc(&t.files.arena, 1, sizeof *t.input);
	t.archive = archive_read_new();
	if (!t.input || !t.archive || !t.folder.data) {
		status = att_err_memory(err);
	} else {
		t.input->from.fd = fd;
		bool opened = archive_read_support_format_tar(t.archive) == ARCHIVE_OK &&
			      att_archive_open(t.archive, &t.input->from);
		status = opened ? read_tree(&t) : fail(&t);
	}
	if (status == ATT_OK)
		status = hash_tree(&t, module, version, out);
	archive_read_free(t.archive);
	att_arena_clear(&t.files.arena);
	att_buf_clear(&t.mod);
	return status;
}
