// SPDX-License-Identifier: Apache-2.0
/* The OpenVEX documents that a policy names. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/policy.h"
#include "libattest/base/file.h"
#include "libattest/base/glob.h"
#include "sbom/cataloger.h"

#include "libattest/base/banned.h"

enum { MAX_DOCUMENTS = 1000 };

struct documents {
	struct policy_files *files;
	int root;
	const struct att_supply *supply;
	struct att_str where; /* the policy's folder, below the root */
	struct att_str *paths;
	size_t count, capacity;
	struct att_err *err;
};

static int add(struct documents *d, struct att_str path)
{
	void *items = d->paths;
	if (d->count >= MAX_DOCUMENTS)
		return att_err_set(d->err, ATT_ERR_LIMIT, "expected at most %d OpenVEX documents, found more",
				   MAX_DOCUMENTS);
	struct att_str *slot = att_arena_push(&d->files->arena, &items, &d->count, &d->capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(d->err);
	d->paths = items;
	*slot = path;
	return ATT_OK;
}

/* Files of the folder whose names the pattern matches; such that are hidden have to be named. */
static int list(struct documents *d, struct att_str folder, struct att_str pattern)
{
	struct att_arena *arena = &d->files->arena;
	size_t before = d->count;
	int fd = -1;
	att_supply_bring(d->supply, folder);
	int status = att_open_beneath(d->root, folder.len ? folder : ATT_STR("."), O_DIRECTORY, &fd, d->err);
	if (status != ATT_OK)
		return status;
	DIR *dir = fdopendir(fd);
	if (!dir) {
		status = att_err_set_errno(d->err, errno, "cannot read the folder");
		close(fd);
		return status;
	}
	while (status == ATT_OK) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry && errno)
			status = att_err_set_errno(d->err, errno, "cannot read the folder");
		if (!entry)
			break;
		struct att_str name = att_str_of(entry->d_name);
		if (name.data[0] == '.' || !att_glob_match(pattern, name))
			continue;
		struct att_str path = folder.len ? ATT_ARENA_JOIN(arena, folder, ATT_STR("/"), name)
						 : att_arena_copy(arena, name);
		status = path.data ? add(d, path) : att_err_memory(d->err);
	}
	closedir(dir);
	if (status == ATT_OK && d->count == before)
		status = att_err_set(d->err, ATT_ERR_NOT_FOUND, "no file is named like that");
	return status;
}

static int find(struct documents *d, struct att_str wanted)
{
	size_t slash = att_str_find_last_byte(wanted, '/');
	struct att_str name = att_str_from(wanted, slash == ATT_STR_NONE ? 0 : slash + 1);
	struct att_str folder = att_str_first(wanted, slash == ATT_STR_NONE ? 0 : slash);
	bool is_pattern = false;
	for (size_t i = 0; i < name.len; i++)
		is_pattern |= strchr("*?[\\", name.data[i]) != NULL;
	struct att_str path = sbom_path_join(&d->files->arena, d->where, is_pattern ? folder : wanted);
	if (d->files->arena.failed)
		return att_err_memory(d->err);
	if (!path.data || (!is_pattern && path.len == 0))
		return att_err_set(d->err, ATT_ERR_REFUSED, "the path leads out of the folder");
	return is_pattern ? list(d, path, name) : add(d, path);
}

static int by_bytes(const void *a, const void *b)
{
	return att_str_compare(*(const struct att_str *)a, *(const struct att_str *)b);
}

static int read_one(struct documents *d, struct att_str path, struct att_findings *findings)
{
	struct att_arena *arena = &d->files->arena;
	struct att_source *source = att_arena_alloc(arena, 1, sizeof *source);
	struct att_buf text;
	bool has_source = false;
	int fd = -1;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	att_supply_bring(d->supply, path);
	int status = source ? att_open_beneath(d->root, path, 0, &fd, d->err) : att_err_memory(d->err);
	if (status == ATT_OK)
		status = att_file_read_fd(fd, "the OpenVEX document", &text, d->err);
	if (status == ATT_OK) {
		struct att_str copy = att_arena_copy(arena, att_buf_str(&text));
		status =
			copy.data ? att_source_init(source, arena, path, copy, d->err) : att_err_memory(d->err);
	}
	has_source = status == ATT_OK;
	if (status == ATT_OK)
		status = policy_vex_parse(source, arena, &d->files->own, d->err);
	if (status != ATT_OK)
		att_findings_add_err(findings, path, has_source ? source : NULL, d->err);
	if (fd >= 0)
		close(fd);
	att_buf_clear(&text);
	return status;
}

static int read_all(struct documents *d, struct att_findings *findings)
{
	const struct policy_entries *entries = &d->files->config.advisories.vex;
	int status = ATT_OK;
	for (size_t i = 0; i < entries->count && status == ATT_OK; i++) {
		status = find(d, entries->items[i].text);
		if (status == ATT_OK)
			continue;
		struct att_err why = *d->err;
		const struct policy_at *at = &entries->items[i].at;
		att_err_set_at(d->err, status, att_source_place(at->source, at->span),
			       "cannot read the OpenVEX documents \"%.*s\": %s",
			       ATT_STR_ARG(att_str_first(entries->items[i].text, 100)), why.message);
		att_findings_add_err(findings, at->source->path, at->source, d->err);
	}
	if (status == ATT_OK && d->count > 1)
		qsort(d->paths, d->count, sizeof *d->paths, by_bytes);
	for (size_t i = 0; i < d->count && status == ATT_OK; i++)
		if (i == 0 || !att_str_equal(d->paths[i], d->paths[i - 1]))
			status = read_one(d, d->paths[i], findings);
	return status;
}

static int join(struct policy_files *files, const struct policy_vex *others, struct att_err *err)
{
	size_t more = others ? others->count : 0;
	struct policy_vex_statement *all = att_arena_alloc(&files->arena, files->own.count + more, sizeof *all);
	if (!all)
		return att_err_memory(err);
	if (files->own.count)
		memcpy(all, files->own.items, files->own.count * sizeof *all);
	if (more)
		memcpy(all + files->own.count, others->items, more * sizeof *all);
	files->vex = (struct policy_vex){all, files->own.count + more, files->own.count + more};
	return ATT_OK;
}

int policy_files_read_vex(struct policy_files *files, int folder, const struct att_supply *supply,
			  const struct policy_vex *others, struct att_findings *findings, struct att_err *err)
{
	struct documents d = {.files = files, .root = folder, .supply = supply, .err = err};
	const char *slash = strrchr(files->place, '/');
	struct att_str where =
		att_str_first(att_str_of(files->place), slash ? (size_t)(slash - files->place) : 0);
	int own = -1, status = ATT_OK;
	if (files->outside) {
		char *beside = cli_folder_of(files->place);
		own = beside ? open(beside, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
		if (own < 0)
			status = att_err_set_errno(err, errno, "cannot open the folder of the policy");
		if (own < 0)
			att_findings_add_err(findings, att_str_of(files->place), NULL, err);
		free(beside);
		d.root = own;
	} else {
		d.where = where;
	}
	if (status == ATT_OK)
		status = read_all(&d, findings);
	if (status == ATT_OK)
		status = join(files, others, err);
	if (status == ATT_OK)
		files->config.advisories.stated = &files->own;
	if (own >= 0)
		close(own);
	return status;
}
