// SPDX-License-Identifier: Apache-2.0
/* Nothing that a tree says leads out of the folder: paths are looked up in the revision, link by link, before
 * anything is made, and folders are entered without following links. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/policy_revision.h"
#include "policy/workflow.h"
#include "sbom/claims.h"
#include "sbom/tree.h"

#include "libattest/base/banned.h"

enum { MAX_LINKS = 40 }; /* as the kernel */

/* --- making it ------------------------------------------------------------------------------------------- */

/* The folder of that path, made where it is not yet; no link is entered. `path` is clean. */
static int open_folder(const struct policy_revision *r, struct att_str path, int *fd, struct att_err *err)
{
	struct att_str part;
	char name[NAME_MAX + 1];
	int at = openat(r->folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (at >= 0 && path.len > 0 && att_str_split(&path, '/', &part)) {
		if (part.len)
			memcpy(name, part.data, part.len);
		name[part.len] = '\0';
		(void)mkdirat(at, name, 0700); /* or it is there; the open tells */
		int next = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int number = errno;
		close(at);
		errno = number;
		at = next;
	}
	*fd = at;
	return at >= 0 ? ATT_OK : att_err_set_errno(err, errno, "cannot make a folder of the revision");
}

static int make_link(struct policy_revision *r, struct policy_revision_entry *entry, int folder,
		     const char *name, struct att_err *err)
{
	char target[PATH_MAX];
	uint64_t size = 0;
	int status = policy_revision_read(r, entry, -1, target, &size, err);
	if (status != ATT_OK || size == 0 || size >= sizeof target || memchr(target, '\0', (size_t)size))
		return status; /* no checkout could have it */
	target[size] = '\0';
	entry->target = att_arena_copy(&r->arena, (struct att_str){target, (size_t)size});
	if (!entry->target.data)
		return att_err_memory(err);
	return symlinkat(target, folder, name) == 0
		       ? ATT_OK
		       : att_err_set_errno(err, errno, "cannot make a link of the revision");
}

static int make_file(struct policy_revision *r, const struct policy_revision_entry *entry, int folder,
		     const char *name, struct att_err *err)
{
	uint64_t size = 0;
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return att_err_set_errno(err, errno, "cannot write a file of the revision");
	int status = policy_revision_read(r, entry, fd, NULL, &size, err);
	if (close(fd) != 0 && status == ATT_OK)
		status = att_err_set_errno(err, errno, "cannot write a file of the revision");
	return status;
}

static int make(struct policy_revision *r, struct policy_revision_entry *entry, struct att_err *err)
{
	char name[NAME_MAX + 1];
	size_t slash = att_str_find_last_byte(entry->path, '/');
	struct att_str folder = att_str_first(entry->path, slash == ATT_STR_NONE ? 0 : slash);
	struct att_str base = att_str_from(entry->path, slash == ATT_STR_NONE ? 0 : slash + 1);
	int fd = -1;
	if (entry->made)
		return ATT_OK;
	entry->made = true;
	if (base.len)
		memcpy(name, base.data, base.len);
	name[base.len] = '\0';
	int status = open_folder(r, folder, &fd, err);
	if (status == ATT_OK && entry->kind == POLICY_REVISION_FILE)
		status = make_file(r, entry, fd, name, err);
	else if (status == ATT_OK && entry->kind == POLICY_REVISION_LINK)
		status = make_link(r, entry, fd, name, err);
	else if (status == ATT_OK && mkdirat(fd, name, 0700) != 0 && errno != EEXIST)
		status = att_err_set_errno(err, errno, "cannot make a folder of the revision");
	if (fd >= 0)
		close(fd);
	return status;
}

static int push_link(struct policy_revision *r, struct att_str path, struct att_err *err)
{
	void *items = r->links;
	struct att_str *slot =
		att_arena_push(&r->arena, &items, &r->link_count, &r->link_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(err);
	r->links = items;
	*slot = path;
	return ATT_OK;
}

/* The files of a folder, and the names of its folders. `path` is clean, and no link leads to it. */
static int fill_folder(struct policy_revision *r, struct att_str path, struct att_err *err)
{
	bool known = false;
	uint32_t value;
	int fd = -1;
	struct att_str key = att_arena_copy(&r->arena, path);
	if (!key.data || att_map_put(&r->full, key, 0, &known, &value) != ATT_OK)
		return att_err_memory(err);
	if (known)
		return ATT_OK;
	struct att_str prefix = path.len ? ATT_ARENA_JOIN(&r->arena, path, ATT_STR("/")) : path;
	size_t i = policy_revision_place(r, prefix);
	int status = open_folder(r, path, &fd, err);
	while (status == ATT_OK && i < r->count && att_str_starts(r->entries[i].path, prefix)) {
		struct policy_revision_entry *entry = &r->entries[i];
		struct att_str rest = att_str_from(entry->path, prefix.len);
		size_t slash = att_str_find_byte(rest, '/');
		if (slash == ATT_STR_NONE) {
			status = make(r, entry, err);
			if (status == ATT_OK && entry->kind == POLICY_REVISION_LINK)
				status = push_link(r, entry->path, err);
			i++;
			continue;
		}
		char name[NAME_MAX + 1];
		snprintf(name, sizeof name, "%.*s", (int)slash, rest.data);
		(void)mkdirat(fd, name, 0700); /* or it is there */
		/* "0" is the byte behind "/". */
		struct att_str next =
			ATT_ARENA_JOIN(&r->arena, att_str_first(entry->path, prefix.len + slash), ATT_STR("0"));
		if (!next.data)
			status = att_err_memory(err);
		else
			i = policy_revision_place(r, next);
	}
	if (fd >= 0)
		close(fd);
	return status;
}

/* --- looking up ------------------------------------------------------------------------------------------ */

/* A path on its way: where it is, free of links, and what is still to be gone. */
struct way {
	char at[PATH_MAX];
	size_t len;
	struct att_str rest;
	unsigned links;
};

/* Enters `part`. False: it leads out, or is too long. */
static bool step(struct way *way, struct att_str part)
{
	if (part.len == 0 || att_str_is(part, "."))
		return true;
	if (att_str_is(part, "..")) {
		if (way->len == 0)
			return false;
		while (way->len > 0 && way->at[way->len - 1] != '/')
			way->len--;
		way->len -= way->len > 0;
		return true;
	}
	if (way->len + part.len + 2 > sizeof way->at || part.len > NAME_MAX)
		return false;
	if (way->len > 0)
		way->at[way->len++] = '/';
	memcpy(way->at + way->len, part.data, part.len);
	way->len += part.len;
	return true;
}

/* Is there something below the place? */
static bool is_folder(const struct policy_revision *r, struct way *way)
{
	way->at[way->len] = '/';
	const struct att_str prefix = {way->at, way->len + 1};
	size_t at = policy_revision_place(r, prefix);
	return at < r->count && att_str_starts(r->entries[at].path, prefix);
}

/* `shallow`: of a folder only that it is there. */
static int look_up(struct policy_revision *r, struct att_str path, bool shallow, struct att_err *err)
{
	struct way way = {.rest = path};
	struct att_str part;
	int fd = -1, status = ATT_OK;
	while (way.rest.len > 0 && att_str_split(&way.rest, '/', &part)) {
		if (!step(&way, part))
			return ATT_OK;
		struct att_str at = {way.at, way.len};
		struct policy_revision_entry *entry = way.len ? policy_revision_find(r, at) : NULL;
		if (!entry) {
			if (way.len > 0 && !is_folder(r, &way))
				return ATT_OK;
			continue;
		}
		/* What a checkout would not find behind a file, we do not either. */
		if (entry->kind == POLICY_REVISION_FILE && way.rest.len > 0)
			return ATT_OK;
		status = make(r, entry, err);
		if (status != ATT_OK || entry->kind != POLICY_REVISION_LINK)
			return status;
		if (!entry->target.data || entry->target.data[0] == '/' || ++way.links > MAX_LINKS)
			return ATT_OK;
		way.rest = ATT_ARENA_JOIN(&r->arena, entry->target, ATT_STR("/"), way.rest);
		if (!way.rest.data)
			return att_err_memory(err);
		(void)step(&way, ATT_STR(".."));
	}
	struct att_str at = {way.at, way.len};
	if (!shallow)
		return fill_folder(r, at, err);
	status = open_folder(r, at, &fd, err);
	if (fd >= 0)
		close(fd);
	return status;
}

static int look_up_links(struct policy_revision *r, struct att_err *err)
{
	int status = ATT_OK;
	while (status == ATT_OK && r->link_count > 0)
		status = look_up(r, r->links[--r->link_count], true, err);
	return status;
}

int policy_revision_fill(struct policy_revision *r, struct att_str path, struct att_err *err)
{
	int status = look_up(r, path, false, err);
	return status == ATT_OK ? look_up_links(r, err) : status;
}

static bool is_skipped(struct att_str path)
{
	struct att_str part;
	while (att_str_split(&path, '/', &part))
		if (sbom_tree_skips(part))
			return true;
	return false;
}

int policy_revision_fill_inputs(struct policy_revision *r, struct att_err *err)
{
	struct sbom_claims claims;
	if (sbom_claims_init(&claims, &r->arena) != ATT_OK)
		return att_err_memory(err);
	int status = ATT_OK;
	for (size_t i = 0; i < r->count && status == ATT_OK; i++) {
		struct att_str path = r->entries[i].path;
		if ((sbom_claims_find(&claims, path) || policy_workflow_is_input(path)) && !is_skipped(path))
			status = look_up(r, path, true, err);
	}
	sbom_claims_clear(&claims);
	/* GitHub reads workflows where a link leads, too. */
	return status == ATT_OK ? policy_revision_fill(r, ATT_STR(POLICY_WORKFLOWS), err) : status;
}
