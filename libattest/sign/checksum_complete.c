// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/base/limits.h"
#include "libattest/sign/checksum_verify.h"

#include "libattest/base/banned.h"

/* Paths in a growing list: the folders still to be read, and what was found. */
struct paths {
	struct att_str *items;
	size_t count, capacity;
};

struct walk {
	const struct att_checksum_request *request;
	struct att_str manifest;
	struct att_arena arena; /* all paths */
	struct paths folders, extra;
	struct att_err *err;
};

/* Signatures of a manifest cannot stand in it. */
static const char *const signature_endings[] = {".asc",      ".gpg",           ".minisig", ".sig",
						".sigstore", ".sigstore.json", ".sshsig"};

static bool is_manifest(const struct walk *walk, struct att_str path)
{
	if (walk->manifest.len == 0 || !att_str_starts(path, walk->manifest))
		return false;
	struct att_str ending = att_str_from(path, walk->manifest.len);
	bool found = ending.len == 0;
	for (size_t i = 0; i < sizeof signature_endings / sizeof signature_endings[0]; i++)
		found |= att_str_is(ending, signature_endings[i]);
	return found;
}

static int push(struct walk *walk, struct paths *list, struct att_str path)
{
	void *items = list->items;
	if (list->count >= ATT_MAX_STEPS)
		return att_err_set(walk->err, ATT_ERR_LIMIT,
				   "expected at most %zu files in the folder, found more", ATT_MAX_STEPS);
	struct att_str *slot =
		att_arena_push(&walk->arena, &items, &list->count, &list->capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(walk->err);
	list->items = items;
	*slot = path;
	return ATT_OK;
}

static int look_at(struct walk *walk, struct att_str folder, const struct dirent *entry, int dir)
{
	struct att_str name = att_str_of(entry->d_name), path;
	size_t count;
	if (att_str_is(name, ".") || att_str_is(name, ".."))
		return ATT_OK;
	path = folder.len ? ATT_ARENA_JOIN(&walk->arena, folder, ATT_STR("/"), name)
			  : att_arena_copy(&walk->arena, name);
	if (!path.data)
		return att_err_memory(walk->err);
	bool is_folder = entry->d_type == DT_DIR;
	if (entry->d_type == DT_UNKNOWN) {
		/* A file system that does not say; a link opened so is none of either. */
		int fd = openat(dir, entry->d_name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		is_folder = fd >= 0;
		if (fd >= 0)
			close(fd);
	}
	if (is_folder)
		return push(walk, &walk->folders, path);
	(void)att_checksum_find(walk->request->list, path, &count);
	return count > 0 || is_manifest(walk, path) ? ATT_OK : push(walk, &walk->extra, path);
}

static int read_folder(struct walk *walk, struct att_str folder)
{
	int fd, status = att_open_beneath(walk->request->folder, folder.len ? folder : ATT_STR("."),
					  O_DIRECTORY, &fd, walk->err);
	if (status != ATT_OK)
		return status;
	DIR *dir = fdopendir(fd);
	if (!dir) {
		status =
			att_err_set_errno(walk->err, errno, "cannot read the folder %.*s", ATT_STR_ARG(folder));
		close(fd);
		return status;
	}
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry)
			break;
		status = look_at(walk, folder, entry, fd);
		if (status != ATT_OK)
			break;
	}
	if (status == ATT_OK && errno != 0)
		status =
			att_err_set_errno(walk->err, errno, "cannot read the folder %.*s", ATT_STR_ARG(folder));
	closedir(dir);
	return status;
}

static int by_path(const void *a, const void *b)
{
	return att_str_compare(*(const struct att_str *)a, *(const struct att_str *)b);
}

static void tell(const struct walk *walk, struct att_steps *steps, struct att_findings *findings)
{
	char found[64];
	size_t count = walk->extra.count;
	struct att_step step = {.name = "complete",
				.outcome = count ? ATT_REFUTED : ATT_HOLDS,
				.expected = ATT_STR("a line about every file of the folder")};
	if (count) {
		snprintf(found, sizeof found, "%zu file%s without one", count, count == 1 ? "" : "s");
		step.found = att_str_of(found);
		qsort(walk->extra.items, count, sizeof *walk->extra.items, by_path);
	}
	for (size_t i = 0; i < count; i++) {
		const struct att_finding finding = {
			.code = "extra-file",
			.severity = ATT_ERROR,
			.message = ATT_STR("the file is there, and the manifest says nothing about it"),
			.file = walk->request->source->path,
			.artifact = walk->extra.items[i],
		};
		att_findings_add(findings, &finding);
	}
	att_steps_add(steps, &step);
}

int att_checksum_complete(const struct att_checksum_request *request, struct att_str below,
			  struct att_str manifest, struct att_steps *steps, struct att_findings *findings,
			  struct att_checksum_summary *summary, struct att_err *err)
{
	struct walk walk = {.request = request, .manifest = manifest, .err = err};
	int status = push(&walk, &walk.folders, below);
	/* Grows while it is read. */
	for (size_t i = 0; status == ATT_OK && i < walk.folders.count; i++)
		status = read_folder(&walk, walk.folders.items[i]);
	if (status == ATT_OK) {
		tell(&walk, steps, findings);
		summary->extra += walk.extra.count;
	}
	att_arena_clear(&walk.arena);
	return status;
}
