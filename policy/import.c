// SPDX-License-Identifier: Apache-2.0
#include "policy/import.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/base.h"
#include "libattest/base/file.h"
#include "policy/import_internal.h"

#include "libattest/base/banned.h"

/* ---- names ---- */

/* The part before the last one; what is left stays in *path. */
static struct att_str last_part(struct att_str *path)
{
	size_t slash = att_str_find_last_byte(*path, '/');
	struct att_str part = slash == ATT_STR_NONE ? *path : att_str_from(*path, slash + 1);
	*path = slash == ATT_STR_NONE ? (struct att_str){NULL, 0} : att_str_first(*path, slash);
	return part;
}

static bool is_hidden(struct att_str path)
{
	return att_str_starts(path, ATT_STR(".")) ? !att_str_starts(path, ATT_STR("./"))
						  : att_str_find(path, ATT_STR("/.")) != ATT_STR_NONE;
}

enum policy_import_kind policy_import_kind_of(struct att_str path)
{
	struct att_str rest = path;
	struct att_str name = last_part(&rest), package = last_part(&rest), collection = last_part(&rest);
	if (is_hidden(path) || name.len == 0)
		return POLICY_IMPORT_NONE;
	if (att_str_ends(name, ATT_STR(".json"))) {
		/* vuln.go.dev's lists of what else is in the archive. */
		bool is_index = att_str_is(package, "index") &&
				(att_str_is(name, "db.json") || att_str_is(name, "modules.json") ||
				 att_str_is(name, "vulns.json"));
		return is_index ? POLICY_IMPORT_NONE : POLICY_IMPORT_OSV;
	}
	if (!att_str_ends(name, ATT_STR(".md")) || package.len == 0)
		return POLICY_IMPORT_NONE;
	return att_str_is(collection, "crates") ? POLICY_IMPORT_CRATE
	       : att_str_is(collection, "rust") ? POLICY_IMPORT_RUST
						: POLICY_IMPORT_NONE;
}

/* ---- records ---- */

int policy_import_count(struct policy_import *import, struct att_err *err)
{
	if (++import->files <= POLICY_MAX_IMPORT_FILES)
		return ATT_OK;
	return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d files in a source, found more",
			   POLICY_MAX_IMPORT_FILES);
}

int policy_import_unreadable(struct policy_import *import, struct att_str path, const struct att_err *problem,
			     struct att_err *err)
{
	if (problem->code == ATT_ERR_MEMORY)
		return att_err_memory(err);
	return policy_build_problem(import->build, import->source, path, problem, err);
}

int policy_import_link(struct policy_import *import, struct att_str path, struct att_err *err)
{
	struct att_err problem;
	att_err_set(&problem, ATT_ERR_UNSUPPORTED, "expected an advisory, found a link, which is not followed");
	return policy_import_unreadable(import, path, &problem, err);
}

int policy_import_record(struct policy_import *import, enum policy_import_kind kind, struct att_str path,
			 struct att_err *err)
{
	struct att_arena arena = {.blocks = NULL};
	struct att_source source;
	struct policy_advisory advisory;
	struct att_err problem = {.code = ATT_OK};
	int status = att_source_init(&source, &arena, path, att_buf_str(&import->text), &problem);
	if (status == ATT_OK)
		status = kind == POLICY_IMPORT_OSV ? policy_osv_parse(&source, &arena, &advisory, &problem)
						   : policy_rustsec_parse(&source, kind == POLICY_IMPORT_RUST,
									  &arena, &advisory, &problem);
	if (status != ATT_OK)
		status = policy_import_unreadable(import, path, &problem, err);
	else
		status = policy_build_add(import->build, import->source, &advisory, err);
	att_arena_clear(&arena);
	return status;
}

/* ---- the source ---- */

/* A file that somebody named is what its name says, wherever it lies. */
static enum policy_import_kind kind_of_file(const char *path)
{
	struct att_str name = att_str_of(path);
	enum policy_import_kind kind = policy_import_kind_of(name);
	if (kind != POLICY_IMPORT_NONE)
		return kind;
	return att_str_ends(name, ATT_STR(".json")) ? POLICY_IMPORT_OSV
	       : att_str_ends(name, ATT_STR(".md")) ? POLICY_IMPORT_CRATE
						    : POLICY_IMPORT_NONE;
}

static int import_opened(struct policy_import *import, int fd, const char *path, struct att_err *err)
{
	struct stat st;
	enum policy_import_kind kind = kind_of_file(path);
	if (fstat(fd, &st) != 0)
		return att_err_set_errno(err, errno, "cannot look at %s", path);
	if (S_ISDIR(st.st_mode))
		return policy_import_folder(import, fd, path, err);
	if (!S_ISREG(st.st_mode))
		return att_err_set(err, ATT_ERR_REFUSED, "%s is neither a folder nor a regular file", path);
	if (kind == POLICY_IMPORT_NONE)
		return policy_import_archive(import, fd, path, err);
	int status = att_file_read_fd(fd, path, &import->text, err);
	return status == ATT_OK ? policy_import_record(import, kind, att_str_of(path), err) : status;
}

int policy_import(struct policy_build *build, uint32_t source, const char *path, struct att_err *err)
{
	struct policy_import import = {.build = build, .source = source};
	uint64_t before = policy_build_count(build, source);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return att_err_set_errno(err, errno, "cannot open %s", path);
	att_buf_init(&import.text, POLICY_MAX_RECORD);
	int status = import_opened(&import, fd, path, err);
	att_buf_clear(&import.text);
	close(fd);
	/* Nothing found is no finding of nothing. */
	if (status == ATT_OK && policy_build_count(build, source) == before) {
		status =
			att_err_set(err, ATT_ERR_MALFORMED,
				    "expected advisories in %s, found none that can be read (%llu that cannot)",
				    path, (unsigned long long)policy_build_unreadable(build, source));
		att_err_help(err, "OSV records are *.json files, RustSec's lie in crates/PACKAGE/ID.md");
	}
	return status;
}
