// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/base/utf8.h"
#include "release/init_internal.h"

#include "libattest/base/banned.h"

/* Repositories have up to some 100,000 files outside of what is passed over, and some thousand manifests. */
enum { MAX_ENTRIES = 200000, MAX_FILES = 5000, MAX_DEPTH = 12 };

struct walk {
	struct release_init *init;
	struct att_str *folders; /* still to be looked into */
	size_t count, capacity, next, entries;
};

/* What others wrote, what was built, and what only tests and shows. */
static bool is_passed_over(struct att_str name)
{
	static const char *const names[] = {
		"node_modules", "vendor",   "third_party", "target",       "dist",     "build",
		"out",          "testdata", "fixtures",    "__fixtures__", "test",     "tests",
		"__tests__",    "examples", "example",     "templates",    "template", "benchmarks",
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (att_str_is(name, names[i]))
			return true;
	return att_str_starts(name, ATT_STR("."));
}

static bool is_workflow(struct att_str path)
{
	return att_str_starts(path, ATT_STR(".github/workflows/")) &&
	       (att_str_ends(path, ATT_STR(".yml")) || att_str_ends(path, ATT_STR(".yaml")));
}

/* By the folder that it lies in: "packaging/homebrew/tool.rb". */
static bool is_packaging(struct att_str folder, struct att_str base)
{
	static const struct {
		const char *folder, *ending;
	} rows[] = {{"Formula", ".rb"},
		    {"Casks", ".rb"},
		    {"homebrew", ".rb"},
		    {"bucket", ".json"},
		    {"scoop", ".json"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (att_str_is(release_path_name(folder), rows[i].folder) &&
		    att_str_ends(base, att_str_of(rows[i].ending)))
			return true;
	return false;
}

static bool classify(struct att_str folder, struct att_str base, enum release_init_kind *kind)
{
	static const struct {
		const char *name;
		enum release_init_kind kind;
	} rows[] = {
		{"Cargo.toml", RELEASE_INIT_CARGO},       {"package.json", RELEASE_INIT_NPM},
		{"pyproject.toml", RELEASE_INIT_PYTHON},  {"go.mod", RELEASE_INIT_GO},
		{"deno.json", RELEASE_INIT_PLAIN},        {"deno.jsonc", RELEASE_INIT_PLAIN},
		{"jsr.json", RELEASE_INIT_PLAIN},         {"jsr.jsonc", RELEASE_INIT_PLAIN},
		{"Chart.yaml", RELEASE_INIT_PLAIN},       {"pubspec.yaml", RELEASE_INIT_PLAIN},
		{"Cargo.lock", RELEASE_INIT_LOCK},        {"uv.lock", RELEASE_INIT_LOCK},
		{"package-lock.json", RELEASE_INIT_LOCK}, {"npm-shrinkwrap.json", RELEASE_INIT_LOCK},
		{"Dockerfile", RELEASE_INIT_OTHER},       {"Containerfile", RELEASE_INIT_OTHER},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (att_str_is(base, rows[i].name)) {
			*kind = rows[i].kind;
			return true;
		}
	}
	*kind = RELEASE_INIT_PLAIN;
	if (att_str_is(base, "VERSION") && folder.len == 0)
		return true;
	*kind = RELEASE_INIT_OTHER;
	return is_packaging(folder, base);
}

static int add_file(struct walk *w, struct att_str folder, struct att_str path, struct att_err *err)
{
	struct release_init *init = w->init;
	enum release_init_kind kind;
	struct att_str base = release_path_name(path);
	if (!classify(folder, base, &kind))
		return ATT_OK;
	if (init->count == MAX_FILES)
		return att_err_set(err, ATT_ERR_LIMIT, "more than %d manifests in the tree", (int)MAX_FILES);
	struct release_init_file *file = att_arena_push(&init->arena, (void **)&init->files, &init->count,
							&init->capacity, sizeof *file);
	if (!file)
		return att_err_memory(err);
	*file = (struct release_init_file){.path = path, .folder = folder, .base = base, .kind = kind};
	return ATT_OK;
}

/* The first image of ghcr.io that a workflow names to its end. */
static int read_workflow(struct release_init *init, struct att_str path, struct att_err *err)
{
	static const struct att_str registry = {"ghcr.io/", 8};
	struct release_file *file;
	int status = release_tree_read(&init->tree, path, &file, err);
	if (status == ATT_ERR_MEMORY)
		return status;
	struct att_str text = status == ATT_OK ? file->source.text : ATT_STR("");
	while (init->image.len == 0) {
		size_t at = att_str_find(text, registry), len = registry.len;
		if (at == ATT_STR_NONE)
			break;
		text = att_str_from(text, at);
		while (len < text.len && len < 200 &&
		       (att_ascii_is_alnum(text.data[len]) || strchr("._-/", text.data[len])))
			len++;
		struct att_str image = att_str_first(text, len);
		bool goes_on = len < text.len && (text.data[len] == '$' || text.data[len] == '{');
		if (!goes_on && att_str_find_byte(att_str_from(image, registry.len), '/') != ATT_STR_NONE)
			init->image = image;
		text = att_str_from(text, len);
	}
	return ATT_OK;
}

static int push_folder(struct walk *w, struct att_str path, struct att_err *err)
{
	struct att_str *folder =
		att_arena_push(&w->init->arena, (void **)&w->folders, &w->count, &w->capacity, sizeof *folder);
	if (!folder)
		return att_err_memory(err);
	*folder = path;
	return ATT_OK;
}

static size_t depth_of(struct att_str path)
{
	size_t depth = 0;
	for (size_t i = 0; i < path.len; i++)
		depth += path.data[i] == '/';
	return depth;
}

static int add_entry(struct walk *w, int fd, struct att_str folder, const struct dirent *entry,
		     struct att_err *err)
{
	struct att_str name = att_str_of(entry->d_name);
	struct stat st;
	if (++w->entries > MAX_ENTRIES)
		return att_err_set(err, ATT_ERR_LIMIT, "more than %d files in the tree", (int)MAX_ENTRIES);
	if (att_str_is(name, ".") || att_str_is(name, "..") || att_utf8_valid_prefix(name) != name.len ||
	    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return ATT_OK;
	struct att_str path = ATT_ARENA_JOIN(&w->init->arena, folder, att_str_of(folder.len ? "/" : ""), name);
	if (!path.data)
		return att_err_memory(err);
	bool is_github = att_str_is(path, ".github") || att_str_is(path, ".github/workflows");
	if (S_ISDIR(st.st_mode))
		return is_github || (!is_passed_over(name) && !att_str_starts(path, ATT_STR(".github/")) &&
				     depth_of(path) < MAX_DEPTH)
			       ? push_folder(w, path, err)
			       : ATT_OK;
	if (!S_ISREG(st.st_mode))
		return ATT_OK;
	return is_workflow(path) ? read_workflow(w->init, path, err) : add_file(w, folder, path, err);
}

static int list(struct walk *w, struct att_str folder, struct att_err *err)
{
	int fd = -1;
	int status = att_open_beneath(w->init->tree.root, folder.len ? folder : ATT_STR("."),
				      O_RDONLY | O_DIRECTORY | O_CLOEXEC, &fd, err);
	/* What may not be looked into is not ours. */
	if (status != ATT_OK)
		return folder.len == 0 || status == ATT_ERR_MEMORY ? status : ATT_OK;
	DIR *entries = fdopendir(fd);
	if (!entries) {
		close(fd);
		return att_err_memory(err);
	}
	while (status == ATT_OK) {
		errno = 0;
		const struct dirent *entry = readdir(entries);
		if (!entry && errno != 0)
			status = att_err_set_errno(err, errno, "cannot list a folder of the tree");
		if (!entry)
			break;
		status = add_entry(w, fd, folder, entry, err);
	}
	closedir(entries);
	return status;
}

static int compare(const void *a, const void *b)
{
	const struct release_init_file *x = a, *y = b;
	size_t deep_x = depth_of(x->path), deep_y = depth_of(y->path);
	return deep_x != deep_y ? (deep_x < deep_y ? -1 : 1) : att_str_compare(x->path, y->path);
}

int release_init_walk(struct release_init *init, struct att_err *err)
{
	struct walk w = {.init = init};
	int status = push_folder(&w, ATT_STR(""), err);
	while (status == ATT_OK && w.next < w.count)
		status = list(&w, w.folders[w.next++], err);
	if (init->count > 1)
		qsort(init->files, init->count, sizeof *init->files, compare);
	return status;
}
