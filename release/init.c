// SPDX-License-Identifier: Apache-2.0
#include "release/init.h"

#include "libattest/base/utf8.h"
#include "release/init_internal.h"
#include "release/template.h"

#include "libattest/base/banned.h"

enum { MAX_NAME = 1000 };

/* --- what files say -------------------------------------------------------------------------------------- */

static struct att_str text_at(const struct att_value *value, const char *a, const char *b, const char *c)
{
	const char *const keys[] = {a, b, c};
	for (size_t i = 0; value && i < 3 && keys[i]; i++)
		value = att_value_get(value, keys[i]);
	return value && value->kind == ATT_STRING ? value->string : ATT_STR("");
}

/* false, none at all, or registries of which none is crates.io. */
static bool is_kept_from_crates(const struct att_value *package)
{
	const struct att_value *publish = att_value_get(package, "publish");
	if (!publish)
		return false;
	for (size_t i = 0; publish->kind == ATT_ARRAY && i < publish->count; i++)
		if (att_str_is(att_value_text(&publish->items[i]), "crates-io"))
			return false;
	return publish->kind == ATT_ARRAY || (publish->kind == ATT_BOOL && !att_value_is_true(publish));
}

static bool is_private_python(const struct att_value *root)
{
	const struct att_value *list = att_value_get(att_value_get(root, "project"), "classifiers");
	for (size_t i = 0; list && list->kind == ATT_ARRAY && i < list->count; i++)
		if (att_str_starts(att_value_text(&list->items[i]), ATT_STR("Private ::")))
			return true;
	return false;
}

static void read_name(struct release_init_file *file)
{
	const struct att_value *root = file->value;
	if (file->kind == RELEASE_INIT_CARGO) {
		file->name = text_at(root, "package", "name", NULL);
		file->is_private = is_kept_from_crates(att_value_get(root, "package"));
	} else if (file->kind == RELEASE_INIT_PYTHON) {
		file->name = text_at(root, "project", "name", NULL);
		if (file->name.len == 0)
			file->name = text_at(root, "tool", "poetry", "name");
		file->is_private = is_private_python(root);
	} else {
		file->name = text_at(root, "name", NULL, NULL);
		file->is_private = att_value_is_true(att_value_get(root, "private")) ||
				   att_str_is(text_at(root, "publish_to", NULL, NULL), "none");
	}
}

static int read_file(struct release_init *init, struct release_init_file *file, struct att_err *err)
{
	struct release_search search;
	struct att_err why = {0};
	if (file->kind == RELEASE_INIT_OTHER || file->kind == RELEASE_INIT_LOCK)
		return ATT_OK;
	int status = release_place_find(&init->tree, file->path, ATT_STR(""), &search, &why);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(err);
	if (status != ATT_OK && status != ATT_ERR_NOT_FOUND) {
		file->is_unread = true;
		file->reason = att_arena_printf(&init->arena, "was not understood: %s", why.message);
		return file->reason.data ? ATT_OK : att_err_memory(err);
	}
	struct release_file *own;
	if (release_tree_read(&init->tree, file->path, &own, &why) == ATT_OK && own->is_parsed) {
		file->value = &own->value;
		read_name(file);
	}
	file->is_elsewhere = status == ATT_ERR_NOT_FOUND && file->kind == RELEASE_INIT_PYTHON &&
			     file->name.len > 0 && !file->is_private && att_value_get(file->value, "project");
	if (file->is_elsewhere)
		file->reason =
			ATT_STR("takes its version from elsewhere: name the file that has it, or what was "
				"packed, with mode = \"stamped\"");
	if (status != ATT_OK || search.count == 0)
		return ATT_OK;
	const struct release_found *found = &search.places[0];
	file->version = found->version;
	file->scheme = found->scheme;
	file->is_elsewhere = !att_str_equal(found->file->path, file->path);
	file->is_stamped = release_spelling_is_placeholder(found->version);
	if (file->kind == RELEASE_INIT_GO)
		file->name = found->module;
	return ATT_OK;
}

/* --- what the project is --------------------------------------------------------------------------------- */

/* What stands in attest.toml as it is. */
static bool is_sane(struct att_str text)
{
	return text.len > 0 && text.len <= MAX_NAME && att_utf8_valid_prefix(text) == text.len;
}

/* "https://HOST/PATH" of what git or a manifest has, without who signs in; "" for what is none. */
static struct att_str plain_url(struct att_arena *arena, struct att_str url)
{
	static const char *const schemes[] = {"git+https://", "https://", "git+ssh://", "ssh://", "git://"};
	struct att_str rest = {NULL, 0};
	if (!is_sane(url))
		return ATT_STR("");
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0] && !rest.data; i++)
		if (att_str_starts(url, att_str_of(schemes[i])))
			rest = att_str_from(url, strlen(schemes[i]));
	bool is_short = !rest.data && att_str_starts(url, ATT_STR("git@"));
	if (is_short)
		rest = url;
	size_t slash = att_str_find_byte(rest, is_short ? ':' : '/');
	if (slash == ATT_STR_NONE)
		return ATT_STR("");
	struct att_str host = att_str_first(rest, slash), path = att_str_from(rest, slash + 1);
	size_t at = att_str_find_last_byte(host, '@');
	if (at != ATT_STR_NONE)
		host = att_str_from(host, at + 1);
	path = att_str_first(path, att_str_find_byte(path, '?'));
	path = att_str_first(path, att_str_find_byte(path, '#'));
	while (att_str_ends(path, ATT_STR("/")))
		path.len--;
	if (att_str_ends(path, ATT_STR(".git")))
		path.len -= 4;
	if (host.len == 0 || path.len == 0)
		return ATT_STR("");
	return ATT_ARENA_JOIN(arena, ATT_STR("https://"), host, ATT_STR("/"), path);
}

static struct att_str said_repository(const struct release_init_file *file)
{
	static const char *const paths[][3] = {
		{"package", "repository", NULL}, {"repository", "url", NULL},
		{"repository", NULL, NULL},      {"project", "urls", "Repository"},
		{"project", "urls", "Source"},   {"tool", "poetry", "repository"},
	};
	for (size_t i = 0; file && file->value && i < sizeof paths / sizeof paths[0]; i++) {
		struct att_str text = text_at(file->value, paths[i][0], paths[i][1], paths[i][2]);
		if (text.len > 0)
			return text;
	}
	return ATT_STR("");
}

static bool is_same(const struct release_init_file *a, const struct release_init_file *b)
{
	return a->version.len > 0 && b->version.len > 0 &&
	       release_spelling_same(a->scheme, a->version, b->scheme, b->version);
}

static bool says_version(const struct release_init_file *file)
{
	return file->version.len > 0 && !file->is_stamped && file->reason.len == 0;
}

/* Whose version is the project's: in the root, published, called like the repository, and of a version that
 * others have, too. */
static void choose_main(struct release_init *init, struct att_str called)
{
	size_t best = 0;
	/* Where the package in the root takes its version from elsewhere, no other one has it. */
	for (size_t i = 0; i < init->count; i++)
		if (init->files[i].folder.len == 0 && init->files[i].is_elsewhere &&
		    init->files[i].version.len == 0)
			return;
	for (size_t i = 0; i < init->count; i++) {
		struct release_init_file *file = &init->files[i];
		size_t score = 1 + (file->folder.len == 0 ? 8U : 0U) + (file->is_private ? 0U : 4U) +
			       (att_str_equal_nocase(file->name, called) ? 8U : 0U);
		if (!says_version(file))
			continue;
		for (size_t other = 0, same = 0; other < init->count && other < 200 && same < 3; other++)
			if (other != i && is_same(file, &init->files[other])) {
				same++;
				score++;
			}
		if (score > best) {
			best = score;
			init->main = file;
		}
	}
}

/* "@acme/core" of a project that is called acme is what the scope says. */
static struct att_str short_name(struct att_str name, struct att_str called)
{
	struct att_str scope = release_path_folder(name);
	bool is_called = scope.len > 1 && scope.data[0] == '@' && att_str_equal(att_str_from(scope, 1), called);
	return is_called ? called : release_path_name(name);
}

/* Modules are often called by their repository. */
static struct att_str module_repository(struct att_arena *arena, struct att_str module)
{
	struct att_str rest = module, host, owner, name;
	if (!att_str_starts(module, ATT_STR("github.com/")) || !att_str_split(&rest, '/', &host) ||
	    !att_str_split(&rest, '/', &owner) || !att_str_split(&rest, '/', &name))
		return ATT_STR("");
	return ATT_ARENA_JOIN(arena, ATT_STR("https://github.com/"), owner, ATT_STR("/"), name);
}

/* "/v2" of a module is no part of what it is called. */
static struct att_str module_name(struct att_str module)
{
	struct att_str last = release_path_name(module);
	bool is_major = last.len > 1 && last.data[0] == 'v' && att_ascii_is_digit(last.data[1]);
	return is_major ? release_path_name(release_path_folder(module)) : last;
}

static int name_project(struct release_init *init, struct att_str folder, struct att_err *err)
{
	struct release_init_file *first = NULL;
	init->repository = plain_url(&init->arena, init->git->origin);
	struct att_str called = release_path_name(init->repository.len ? init->repository : folder);
	choose_main(init, called);
	for (size_t i = 0; i < init->count && !first; i++)
		if (init->files[i].name.len > 0 && init->files[i].folder.len == 0)
			first = &init->files[i];
	const struct release_init_file *speaker = init->main ? init->main : first;
	if (init->repository.len == 0)
		init->repository = plain_url(&init->arena, said_repository(speaker));
	if (init->repository.len == 0 && speaker && speaker->kind == RELEASE_INIT_GO)
		init->repository = module_repository(&init->arena, speaker->name);
	if (speaker && speaker->name.len > 0)
		init->name = speaker->kind == RELEASE_INIT_GO ? module_name(speaker->name)
							      : short_name(speaker->name, called);
	if (!is_sane(init->name))
		init->name = is_sane(called) ? called : ATT_STR("");
	return init->arena.failed ? att_err_memory(err) : ATT_OK;
}

/* --- groups ---------------------------------------------------------------------------------------------- */

/* Groups are called after folders; where two folders share a name, after the whole path. */
static struct att_str name_group(const struct release_init *init, const struct release_init_file *file)
{
	struct att_str name = file->folder.len ? release_path_name(file->folder) : ATT_STR("root");
	for (size_t i = 0; i < init->count && &init->files[i] != file; i++)
		if (att_str_equal(init->files[i].group, name) &&
		    (!att_str_equal(init->files[i].folder, file->folder) || !is_same(&init->files[i], file)))
			return file->path;
	return att_str_is(name, "main") ? file->path : name;
}

static uint64_t major_of(struct att_str version)
{
	uint64_t major = 0;
	(void)att_str_to_uint(att_str_first(version, att_str_find_byte(version, '.')), UINT32_MAX, &major);
	return major;
}

/* Does the module's path say the project's major version? One below 2 is not said. */
static bool agrees(const struct release_init *init, struct att_str module)
{
	struct att_str last = release_path_name(module);
	uint64_t said = 0;
	size_t dot = att_str_find_last_byte(last, '.');
	if (att_str_starts(module, ATT_STR("gopkg.in/")) && dot != ATT_STR_NONE)
		last = att_str_from(last, dot + 1);
	if (last.len < 2 || last.data[0] != 'v' || !att_str_to_uint(att_str_from(last, 1), UINT32_MAX, &said))
		said = 0;
	uint64_t major = major_of(init->main->version);
	return major == said || (major < 2 && said < 2);
}

static void group_file(struct release_init *init, struct release_init_file *file)
{
	bool is_go = file->kind == RELEASE_INIT_GO;
	if ((!init->main && !is_go) || file->kind == RELEASE_INIT_LOCK || file->kind == RELEASE_INIT_OTHER)
		return;
	/* A module alone says its major version at least. */
	if (is_go) {
		if (file->folder.len == 0 && file->name.len > 0 && (!init->main || agrees(init, file->name)))
			file->group = ATT_STR("main");
		return;
	}
	if (!says_version(file)) {
		if (file->is_stamped && !file->is_private && !file->is_elsewhere)
			file->reason =
				ATT_STR("holds a placeholder: if its version is stamped when it is packed, "
					"add it with mode = \"stamped\" and packed = the archive");
		return;
	}
	if (is_same(file, init->main))
		file->group = ATT_STR("main");
	else if (file->is_private)
		file->reason = ATT_STR("has another version, and is private");
	else
		file->group = name_group(init, file);
}

/* --- locks ----------------------------------------------------------------------------------------------- */

static bool is_below(struct att_str folder, struct att_str root)
{
	return root.len == 0 || att_str_equal(folder, root) ||
	       (att_str_starts(folder, root) && folder.len > root.len && folder.data[root.len] == '/');
}

static enum release_init_kind kind_of_lock(const struct release_init_file *lock)
{
	return att_str_is(lock->base, "Cargo.lock") ? RELEASE_INIT_CARGO
	       : att_str_is(lock->base, "uv.lock")  ? RELEASE_INIT_PYTHON
						    : RELEASE_INIT_NPM;
}

/* Is the file the manifest of a package that the lock has? */
static bool is_its(const struct release_init_file *lock, const struct release_init_file *file)
{
	enum release_init_kind kind = kind_of_lock(lock);
	return file->kind == kind && file->group.len > 0 &&
	       (kind == RELEASE_INIT_NPM ? att_str_equal(file->folder, lock->folder)
					 : is_below(file->folder, lock->folder));
}

/* A place for each of the packages, by its name. */
static int add_locked(struct release_init *init, const struct release_init_file lock, size_t count,
		      struct att_err *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct release_init_file file = init->files[i];
		struct release_search search;
		struct att_err why = {0};
		if (!is_its(&lock, &file) || file.name.len == 0)
			continue;
		int status = release_place_find(&init->tree, lock.path, file.name, &search, &why);
		if (status == ATT_ERR_MEMORY)
			return att_err_memory(err);
		if (status != ATT_OK)
			continue;
		struct release_init_file *place = att_arena_push(&init->arena, (void **)&init->files,
								 &init->count, &init->capacity, sizeof *place);
		if (!place)
			return att_err_memory(err);
		*place = lock;
		place->field = file.name;
		place->group = file.group;
	}
	return ATT_OK;
}

/* The version of the lock's own packages when all have one, and of a manifest that it is the lock of. */
static int group_lock(struct release_init *init, size_t at, size_t count, struct att_err *err)
{
	struct release_search search;
	struct att_err why = {0};
	struct release_init_file *lock = &init->files[at];
	int status = release_place_find(&init->tree, lock->path, ATT_STR(""), &search, &why);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(err);
	if (status != ATT_OK && status != ATT_ERR_NOT_FOUND)
		lock->reason = att_arena_printf(&init->arena, "was not understood: %s", why.message);
	if (status != ATT_OK || search.count == 0)
		return ATT_OK;
	for (size_t i = 0; i < search.count; i++)
		if (!att_str_equal(search.places[i].version, search.places[0].version))
			return add_locked(init, *lock, count, err);
	lock->version = search.places[0].version;
	lock->scheme = search.places[0].scheme;
	for (size_t i = 0; i < count && lock->group.len == 0; i++)
		if (is_its(lock, &init->files[i]) &&
		    (kind_of_lock(lock) == RELEASE_INIT_NPM || is_same(&init->files[i], lock)))
			lock->group = init->files[i].group;
	return ATT_OK;
}

/* --- tags ------------------------------------------------------------------------------------------------ */

enum { MAX_PREFIXES = 64, MAX_PREFIX = 100 };

struct prefix {
	struct att_str text;
	size_t score;
};

/* What stands before the version in a tag; false when no version does. */
static bool split_tag(struct att_str tag, struct att_str *before, struct att_str *version)
{
	for (size_t i = 0; i < tag.len && i < MAX_PREFIX; i++) {
		*version = att_str_from(tag, i);
		bool is_start = att_ascii_is_digit(tag.data[i]) &&
				(i == 0 || !att_ascii_is_alnum(tag.data[i - 1]) ||
				 (tag.data[i - 1] == 'v' && (i == 1 || !att_ascii_is_alnum(tag.data[i - 2]))));
		*before = att_str_first(tag, i);
		if (is_start && att_str_find_byte(*version, '.') != ATT_STR_NONE &&
		    release_spelling_reads(RELEASE_ANY, *version))
			return true;
	}
	return false;
}

/* The most usual one, and rather that of the project's own version or name. */
static void choose_tag(struct release_init *init)
{
	struct prefix prefixes[MAX_PREFIXES];
	size_t count = 0, best = 0;
	struct att_str tags = init->git->tags, tag, before, version;
	while (att_str_split(&tags, '\n', &tag)) {
		size_t i = 0;
		if (!is_sane(tag) || !split_tag(tag, &before, &version) || !release_init_is_writable(before))
			continue;
		while (i < count && !att_str_equal(prefixes[i].text, before))
			i++;
		if (i == MAX_PREFIXES)
			continue;
		if (i == count)
			prefixes[count++] = (struct prefix){before, before.len < 2 ? 50 : 0};
		prefixes[i].score++;
		if (init->main &&
		    release_spelling_same(init->main->scheme, init->main->version, RELEASE_ANY, version))
			prefixes[i].score += 1000;
		if (init->name.len > 0 && att_str_starts(before, init->name))
			prefixes[i].score++;
	}
	for (size_t i = 1; i < count; i++)
		if (prefixes[i].score > prefixes[best].score)
			best = i;
	if (count > 0)
		init->tag = ATT_ARENA_JOIN(&init->arena, prefixes[best].text, ATT_STR("{version}"));
}

/* --- all of it ------------------------------------------------------------------------------------------- */

static int learn(struct release_init *init, struct att_str folder, struct att_err *err)
{
	int status = release_init_walk(init, err);
	if (is_sane(init->git->branch))
		init->branch = init->git->branch;
	for (size_t i = 0; status == ATT_OK && i < init->count; i++)
		status = read_file(init, &init->files[i], err);
	if (status == ATT_OK)
		status = name_project(init, folder, err);
	for (size_t i = 0; status == ATT_OK && i < init->count; i++)
		group_file(init, &init->files[i]);
	for (size_t i = 0, count = init->count; status == ATT_OK && i < count; i++)
		if (init->files[i].kind == RELEASE_INIT_LOCK)
			status = group_lock(init, i, count, err);
	if (status == ATT_OK)
		choose_tag(init);
	return status == ATT_OK && (init->arena.failed || init->tree.arena.failed) ? att_err_memory(err)
										   : status;
}

int release_init(int root, struct att_str folder, const struct release_init_git *git, struct att_buf *out,
		 struct att_err *err)
{
	struct release_init init = {.git = git};
	release_tree_init(&init.tree, root);
	int status = learn(&init, folder, err);
	if (status == ATT_OK) {
		release_init_add_project(&init, out);
		release_init_add_channels(&init, out);
	}
	if (status == ATT_OK && (!att_buf_ok(out) || init.arena.failed))
		status = att_err_memory(err);
	release_tree_clear(&init.tree);
	att_arena_clear(&init.arena);
	return status;
}
