// SPDX-License-Identifier: Apache-2.0
/* One walk over the tree. Directories are read with getdents64 into one large buffer and told from files by
 * d_type, so that no file is ever statted; descriptors are opened relative to their parent, so that a path
 * that is renamed under us cannot lead out of the root. */
#include "sbom/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/glob.h"
#include "libattest/base/limits.h"
#include "sbom/claims.h"

#include "libattest/base/banned.h"

enum { DIRENT_BUFFER = 1 << 17 };

/* --- the walk at hand ----------------------------------------------------------------------------------- */

struct walker {
	struct sbom_tree *tree;
	struct sbom_walk *out;
	struct att_findings *findings;
	struct att_err *err;
	struct sbom_claims claims;
	struct att_buf path; /* of the folder or entry at hand, relative to the root */
};

static bool is_excluded(const struct sbom_tree *tree, struct att_str path)
{
	for (size_t i = 0; i < tree->exclude_count; i++)
		if (att_glob_match(tree->excludes[i], path))
			return true;
	return false;
}

static struct att_str name_of(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	return att_str_from(path, slash == ATT_STR_NONE ? 0 : slash + 1);
}

bool sbom_tree_skips(struct att_str name)
{
	static const char *const skipped[] = {".git", ".hg", ".svn", ".jj", "node_modules"};
	for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++)
		if (att_str_is(name, skipped[i]))
			return true;
	return false;
}

/* --- what it finds ------------------------------------------------------------------------------------- */

static int push_path(struct walker *w, struct att_str path, struct att_str **list, size_t *count,
		     size_t *capacity)
{
	void *items = *list;
	struct att_str copy = att_arena_copy(&w->out->arena, path);
	struct att_str *slot =
		copy.data ? att_arena_push(&w->out->arena, &items, count, capacity, sizeof *slot) : NULL;
	if (!slot)
		return att_err_memory(w->err);
	*list = items;
	*slot = copy;
	return ATT_OK;
}

/* What was not looked into is told, and remembered: the SBOM must not pass for one of all. */
static int complain(struct walker *w, struct att_str path, const struct att_err *why)
{
	struct att_str shown = path.len ? path : ATT_STR(".");
	att_findings_add_err(w->findings, shown, NULL, why);
	return push_path(w, shown, &w->out->unread, &w->out->unread_count, &w->out->unread_capacity);
}

static int claim_file(struct walker *w, struct att_str path)
{
	uint32_t claim = sbom_claims_find(&w->claims, path);
	if (claim == 0)
		return ATT_OK;
	if (claim == SBOM_CLAIM_MANIFEST)
		return push_path(w, path, &w->out->manifests, &w->out->manifest_count,
				 &w->out->manifest_capacity);
	if (w->out->match_count >= ATT_MAX_WALK_MATCHES)
		return att_err_set(w->err, ATT_ERR_LIMIT, "expected at most %zu input files, found more",
				   ATT_MAX_WALK_MATCHES);
	void *items = w->out->matches;
	struct att_str copy = att_arena_copy(&w->out->arena, path);
	struct sbom_match *slot = copy.data ? att_arena_push(&w->out->arena, &items, &w->out->match_count,
							     &w->out->match_capacity, sizeof *slot)
					    : NULL;
	if (!slot)
		return att_err_memory(w->err);
	w->out->matches = items;
	*slot = (struct sbom_match){copy, sbom_catalogers[claim - 1]};
	return ATT_OK;
}

/* Does the walk read the file at `path` by itself: through real folders only, none of them left out? */
static bool is_walked(const struct walker *w, struct att_str path)
{
	struct stat st;
	char part[PATH_MAX];
	if (path.len == 0 || path.len >= sizeof part)
		return false;
	for (size_t end = 0; end <= path.len; end++) {
		if (end < path.len && path.data[end] != '/')
			continue;
		struct att_str prefix = att_str_first(path, end);
		bool is_file = end == path.len;
		memcpy(part, path.data, end);
		part[end] = '\0';
		if (is_excluded(w->tree, prefix) ||
		    fstatat(w->tree->root, part, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !(is_file ? S_ISREG(st.st_mode) : S_ISDIR(st.st_mode)) ||
		    (!is_file && sbom_tree_skips(name_of(prefix))))
			return false;
	}
	return true;
}

/* A link named like an input is harmless only when it leads to a file that the same cataloger reads anyway. */
static int judge_link(struct walker *w, int folder, const char *name, struct att_str path)
{
	char target[PATH_MAX];
	struct att_err err;
	struct att_arena arena;
	const struct sbom_cataloger *cataloger = sbom_cataloger_find(path);
	struct att_str joined = {NULL, 0};
	if (!cataloger)
		return ATT_OK;
	att_arena_init(&arena);
	ssize_t len = readlinkat(folder, name, target, sizeof target);
	size_t slash = att_str_find_last_byte(path, '/');
	struct att_str parent = att_str_first(path, slash == ATT_STR_NONE ? 0 : slash);
	if (len > 0 && (size_t)len < sizeof target)
		joined = sbom_path_join(&arena, parent, (struct att_str){target, (size_t)len});
	bool is_harmless = joined.data && sbom_cataloger_find(joined) == cataloger && is_walked(w, joined);
	bool failed = arena.failed;
	att_arena_clear(&arena);
	if (failed)
		return att_err_memory(w->err);
	if (is_harmless)
		return ATT_OK;
	att_err_set(&err, ATT_ERR_REFUSED, "expected a regular file, found a symbolic link to %.*s",
		    len > 0 ? (int)len : 0, target);
	att_err_help(&err, "links are not followed: put the file here, or leave it out with --exclude");
	return complain(w, path, &err);
}

static int walk_folder(struct walker *w, int fd, unsigned depth);

static int enter(struct walker *w, int parent, const char *name, unsigned depth)
{
	struct att_str path = att_buf_str(&w->path);
	struct att_err err;
	if (depth >= ATT_MAX_WALK_DEPTH) {
		att_err_set(&err, ATT_ERR_LIMIT, "expected at most %d nested folders, found more",
			    ATT_MAX_WALK_DEPTH);
		return complain(w, path, &err);
	}
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		att_err_set_errno(&err, errno, "cannot open the folder");
		return complain(w, path, &err);
	}
	int status = walk_folder(w, fd, depth + 1);
	close(fd);
	return status;
}

static unsigned char type_of(int folder, const struct dirent64 *entry)
{
	struct stat st;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	if (fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return DT_UNKNOWN;
	return (unsigned char)IFTODT(st.st_mode);
}

static int visit(struct walker *w, int folder, const struct dirent64 *entry, unsigned depth)
{
	struct att_str name = att_str_of(entry->d_name);
	if (att_str_is(name, ".") || att_str_is(name, ".."))
		return ATT_OK;
	size_t before = w->path.len;
	if (before)
		att_buf_add_byte(&w->path, '/');
	att_buf_add(&w->path, name);
	if (!att_buf_ok(&w->path))
		return att_err_memory(w->err);

	int status = ATT_OK;
	struct att_str path = att_buf_str(&w->path);
	unsigned char type = type_of(folder, entry);
	if (type == DT_DIR) {
		if (!sbom_tree_skips(name) && !is_excluded(w->tree, path))
			status = enter(w, folder, entry->d_name, depth);
	} else {
		w->out->files++;
		if (type == DT_LNK && !is_excluded(w->tree, path))
			status = judge_link(w, folder, entry->d_name, path);
		else if (type != DT_LNK && !is_excluded(w->tree, path))
			status = claim_file(w, path);
	}
	w->path.len = before;
	return status;
}

static int walk_folder(struct walker *w, int fd, unsigned depth)
{
	struct att_err err;
	int status = ATT_OK;
	/* On the heap: the depth of the tree must not decide about the size of the stack. */
	char *entries = malloc(depth == 0 ? DIRENT_BUFFER : DIRENT_BUFFER / 4);
	if (!entries)
		return att_err_memory(w->err);
	w->out->folders++;
	for (;;) {
		ssize_t len = getdents64(fd, entries, depth == 0 ? DIRENT_BUFFER : DIRENT_BUFFER / 4);
		if (len < 0) {
			att_err_set_errno(&err, errno, "cannot read the folder");
			status = complain(w, att_buf_str(&w->path), &err);
		}
		if (len <= 0)
			break;
		for (ssize_t at = 0; at < len && status == ATT_OK;) {
			const struct dirent64 *entry = (const void *)(entries + at);
			status = visit(w, fd, entry, depth);
			at += entry->d_reclen;
		}
		if (status != ATT_OK)
			break;
	}
	free(entries);
	return status;
}

static int by_path(const void *a, const void *b)
{
	return att_str_compare(((const struct sbom_match *)a)->path, ((const struct sbom_match *)b)->path);
}

static int by_bytes(const void *a, const void *b)
{
	return att_str_compare(*(const struct att_str *)a, *(const struct att_str *)b);
}

int sbom_tree_walk(struct sbom_tree *tree, struct sbom_walk *out, struct att_findings *findings,
		   struct att_err *err)
{
	memset(out, 0, sizeof *out);
	struct walker w = {.tree = tree, .out = out, .findings = findings, .err = err};
	att_buf_init(&w.path, (size_t)1 << 20);
	if (sbom_claims_init(&w.claims, &out->arena) != ATT_OK)
		return att_err_memory(err);
	int fd = openat(tree->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int status = fd < 0 ? att_err_set_errno(err, errno, "cannot read the folder") : walk_folder(&w, fd, 0);
	if (fd >= 0)
		close(fd);
	att_buf_clear(&w.path);
	sbom_claims_clear(&w.claims);
	if (status != ATT_OK)
		return status;
	if (out->match_count > 1)
		qsort(out->matches, out->match_count, sizeof *out->matches, by_path);
	if (out->manifest_count > 1)
		qsort(out->manifests, out->manifest_count, sizeof *out->manifests, by_bytes);
	if (out->unread_count > 1)
		qsort(out->unread, out->unread_count, sizeof *out->unread, by_bytes);
	return ATT_OK;
}

void sbom_walk_clear(struct sbom_walk *walk)
{
	att_arena_clear(&walk->arena);
	memset(walk, 0, sizeof *walk);
}

/* --- reading ----------------------------------------------------------------------------------------- */

int sbom_tree_read(struct sbom_tree *tree, struct att_str path, struct att_buf *out, struct att_err *err)
{
	char part[256];
	struct att_str rest = path, name;
	int folder = tree->root, status = ATT_ERR_NOT_FOUND;
	bool is_path = false;
	att_buf_clear(out);
	att_supply_bring(tree->supply, path);
	while (att_str_split(&rest, '/', &name)) {
		if (name.len == 0 || name.len >= sizeof part || memchr(name.data, '\0', name.len) ||
		    att_str_is(name, ".."))
			break;
		memcpy(part, name.data, name.len);
		part[name.len] = '\0';
		is_path = !rest.data;
		if (is_path) {
			status = att_file_read(folder, part, out, err);
			break;
		}
		int next = openat(folder, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int number = errno;
		if (folder != tree->root)
			close(folder);
		folder = next;
		if (next < 0)
			return number == ENOTDIR || number == ELOOP
				       ? att_err_set(err, ATT_ERR_NOT_FOUND, "no such folder: %.*s",
						     ATT_STR_ARG(path))
				       : att_err_set_errno(err, number, "cannot open %.*s", ATT_STR_ARG(path));
	}
	if (folder != tree->root)
		close(folder);
	return is_path ? status : att_err_set(err, ATT_ERR_NOT_FOUND, "no such file: %.*s", ATT_STR_ARG(path));
}

struct att_str sbom_path_join(struct att_arena *arena, struct att_str folder, struct att_str relative)
{
	char *joined = att_arena_alloc(arena, folder.len + relative.len + 2, 1);
	size_t len = folder.len;
	struct att_str part;
	if (!joined || att_str_starts(relative, ATT_STR("/")))
		return (struct att_str){NULL, 0};
	if (folder.len)
		memcpy(joined, folder.data, folder.len);
	while (att_str_split(&relative, '/', &part)) {
		if (part.len == 0 || att_str_is(part, "."))
			continue;
		if (att_str_is(part, "..")) {
			if (len == 0)
				return (struct att_str){NULL, 0};
			while (len > 0 && joined[len - 1] != '/')
				len--;
			if (len > 0)
				len--;
			continue;
		}
		if (len > 0)
			joined[len++] = '/';
		memcpy(joined + len, part.data, part.len);
		len += part.len;
	}
	joined[len] = '\0';
	return (struct att_str){joined, len};
}

/* A manifest that cannot be read takes nothing away from the lock, but what it would have told is missing. */
static void tell_unread(struct sbom_catalog *catalog, struct att_str path, const struct att_err *why)
{
	if (why->code == ATT_ERR_IO) {
		att_findings_add_err(&catalog->findings, path, NULL, why);
		return;
	}
	const struct att_finding finding = {
		.code = why->code == ATT_ERR_LIMIT ? "over-limit" : "refused-input",
		.severity = ATT_WARNING,
		.message = att_str_of(why->message),
		.file = path,
	};
	if (why->code == ATT_ERR_LIMIT || why->code == ATT_ERR_REFUSED)
		att_findings_add(&catalog->findings, &finding);
}

int sbom_input_sibling(const struct sbom_input *input, struct sbom_catalog *catalog, struct att_str relative,
		       struct att_source *out, struct att_err *err)
{
	struct att_buf bytes;
	if (!input->tree || input->tree->single_file)
		return att_err_set(err, ATT_ERR_NOT_FOUND, "no such file: %.*s", ATT_STR_ARG(relative));
	struct att_str path = sbom_path_join(&catalog->arena, catalog->folder, relative);
	if (!path.data)
		return att_err_set(err, ATT_ERR_REFUSED, "expected a path below the root, found %.*s",
				   ATT_STR_ARG(relative));
	att_buf_init(&bytes, ATT_MAX_DOCUMENT);
	struct att_err why = {0};
	int status = sbom_tree_read(input->tree, path, &bytes, &why);
	if (status == ATT_ERR_MEMORY)
		catalog->arena.failed = true;
	if (status != ATT_OK) {
		tell_unread(catalog, path, &why);
		if (err)
			*err = why;
	}
	if (status == ATT_OK) {
		struct att_str text = att_arena_copy(&catalog->arena, att_buf_str(&bytes));
		status = text.data ? att_source_init(out, &catalog->arena, path, text, err)
				   : att_err_memory(err);
	}
	att_buf_clear(&bytes);
	return status;
}

/* The first manifest that does not come before everything in `folder` (which ends in "/" or is empty). */
static size_t first_below(const struct sbom_walk *walk, struct att_str folder)
{
	size_t low = 0, high = walk->manifest_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (att_str_compare(walk->manifests[middle], folder) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int sbom_input_manifests(const struct sbom_input *input, struct sbom_catalog *catalog, const char *name,
			 struct att_str **paths, size_t *count, struct att_err *err)
{
	const struct sbom_walk *walk = input->walk;
	/* The catalog's own path starts with its folder and, unless that is the root, the "/" behind it. */
	struct att_str below = att_str_first(catalog->path, catalog->folder.len ? catalog->folder.len + 1 : 0);
	size_t capacity = 0;
	*paths = NULL;
	*count = 0;
	for (size_t i = walk ? first_below(walk, below) : 0; walk && i < walk->manifest_count; i++) {
		struct att_str path = walk->manifests[i];
		if (!att_str_starts(path, below))
			break;
		if (!att_str_is(name_of(path), name))
			continue;
		void *items = *paths;
		struct att_str *slot = att_arena_push(&catalog->arena, &items, count, &capacity, sizeof *slot);
		if (!slot)
			return att_err_memory(err);
		*paths = items;
		*slot = att_str_from(path, below.len);
	}
	return ATT_OK;
}
