// SPDX-License-Identifier: Apache-2.0
/* Which files attest align tap writes, and that it alone writes them. */
#include "cmd/align_tap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/lock.h"
#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

/* More languages than there are. */
enum { MOST_FILES = 1000 };

/* --- which places --------------------------------------------------------------------------------------- */

/* The settings that name the repository of a channel and the files in it. */
static const struct {
	const char *kind, *folder, *files[2], *otherwise;
	bool is_version;
} settings[] = {
	{"homebrew", "tap", {"formula", "cask"}, "", false},
	{"scoop", "bucket", {"manifest", ""}, "", false},
	{"winget", "repository", {"manifest", ""}, "", true},
	{"aur", "repository", {"manifest", ""}, ".SRCINFO", false},
};

struct choice {
	const struct align_config *config;
	const struct release_variables *variables;
	struct align_tap_places *places;
};

static bool is_url(struct att_str repository)
{
	return att_str_find_byte(repository, ':') < att_str_find_byte(repository, '/');
}

static bool is_yaml(struct att_str name)
{
	return att_str_ends(name, ATT_STR(".yaml")) || att_str_ends(name, ATT_STR(".yml"));
}

/* The file of a manifest, which does not leave its folder. */
static int name_file(const struct choice *c, struct att_str *file, struct att_err *err)
{
	struct att_str rest = *file, part;
	int status = release_template_expand(*file, c->variables, c->places->arena, file, err);
	while (status == ATT_OK && att_str_split(&rest, '/', &part))
		if (att_str_is(part, ".."))
			status = att_err_set(err, ATT_ERR_REFUSED,
					     "expected a file below its folder, found %.*s",
					     ATT_STR_ARG(att_str_first(*file, 200)));
	while (att_str_ends(*file, ATT_STR("/")))
		file->len--;
	return status;
}

static int choose_of(const struct choice *c, const struct release_channel *channel, size_t kind,
		     struct att_err *err)
{
	struct align_tap_places *places = c->places;
	struct att_str folder = release_channel_text(channel, settings[kind].folder, "");
	if (!folder.len || is_url(folder)) /* behind a URL is nothing to write in */
		return ATT_OK;
	bool is_absolute = folder.data[0] == '/';
	for (size_t i = 0; i < 2; i++) {
		const char *otherwise = i == 0 ? settings[kind].otherwise : "";
		struct att_str file = release_channel_text(channel, settings[kind].files[i], otherwise);
		if (!file.len)
			continue;
		int status = name_file(c, &file, err);
		if (status != ATT_OK)
			return status;
		struct align_tap_place *place = &places->items[places->count++];
		place->channel = channel;
		place->is_version = settings[kind].is_version;
		place->is_folder = place->is_version && !is_yaml(file);
		place->path =
			ATT_ARENA_JOIN(places->arena, is_absolute ? ATT_STR("") : att_str_of(c->config->folder),
				       is_absolute ? ATT_STR("") : ATT_STR("/"), folder, ATT_STR("/"), file);
		if (!place->path.data)
			return att_err_memory(err);
	}
	return ATT_OK;
}

int align_tap_choose(const struct align_config *config, const char *config_path, const char *only,
		     const struct release_variables *variables, struct align_tap_places *places,
		     struct att_err *err)
{
	const struct choice c = {config, variables, places};
	const struct release_config *release = &config->release;
	int status = ATT_OK;
	places->items = att_arena_alloc(places->arena, 2 * release->channel_count, sizeof *places->items);
	if (!places->items)
		return att_err_memory(err);
	for (size_t i = 0; i < release->channel_count; i++) {
		const struct release_channel *channel = &release->channels[i];
		for (size_t k = 0; status == ATT_OK && k < sizeof settings / sizeof *settings; k++) {
			if (strcmp(channel->kind->name, settings[k].kind) == 0 &&
			    (!only || att_str_is(channel->label, only)))
				status = choose_of(&c, channel, k, err);
		}
	}
	if (places->count || status != ATT_OK)
		return status;
	att_err_set(err, ATT_ERR_USAGE, "%s has no channel%s%s with a manifest in a folder here", config_path,
		    only ? " " : "", only ? only : "");
	att_err_help(err, "homebrew, scoop, aur and winget have one: \"tap\" and \"formula\", ...");
	return ATT_ERR_USAGE;
}

/* --- nobody else, and nothing else ---------------------------------------------------------------------- */

/* The folder that the files of a place lie in, with a NUL behind it. */
static struct att_str folder_of(const struct align_tap_place *place, struct att_arena *arena)
{
	size_t slash = att_str_find_last_byte(place->path, '/'); /* one is there: choose_of */
	if (place->is_folder)
		return place->path;
	return att_arena_copy(arena, att_str_first(place->path, slash ? slash : 1));
}

struct held {
	int fd;
	dev_t device;
	ino_t inode;
};

static int by_inode(const void *left, const void *right)
{
	const struct held *a = left, *b = right;
	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return a->inode < b->inode ? -1 : a->inode > b->inode;
}

/* In one order for all programs, so that no two wait for each other; a folder that is named twice is locked
 * once. What is not there is told when it is read. */
static int lock_all(const char *const *folders, size_t count, struct att_arena *arena, struct att_err *err)
{
	struct stat st;
	size_t open_count = 0;
	struct held *held = att_arena_alloc(arena, count, sizeof *held);
	if (!held)
		return att_err_memory(err);
	for (size_t i = 0; i < count; i++) {
		int fd = open(folders[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
			continue;
		if (fd < 0 || fstat(fd, &st) != 0) {
			att_err_set_errno(err, errno, "cannot open %s", folders[i]);
			if (fd >= 0)
				close(fd);
			return err->code;
		}
		held[open_count++] = (struct held){fd, st.st_dev, st.st_ino};
	}
	if (open_count)
		qsort(held, open_count, sizeof *held, by_inode);
	for (size_t i = 0; i < open_count; i++)
		if (i == 0 || by_inode(&held[i - 1], &held[i]) != 0)
			cli_lock_folder(ALIGN_PROGRAM, held[i].fd);
	return ATT_OK; /* the descriptors stay open for as long as the program runs */
}

/* The folders of the manifests follow from attest.toml, which is the caller's own; what lies in them is read
 * once nothing else can be reached. */
int align_tap_narrow(const struct align_config *config, const struct align_tap_places *places, bool writes,
		     struct att_err *err)
{
	size_t count = places->count;
	const char **readable = att_arena_alloc(places->arena, count + 2, sizeof *readable);
	const char **writable = att_arena_alloc(places->arena, count + 1, sizeof *writable);
	if (!readable || !writable)
		return att_err_memory(err);
	for (size_t i = 0; i < count; i++) {
		readable[i] = folder_of(&places->items[i], places->arena).data;
		if (!readable[i])
			return att_err_memory(err);
		writable[i] = writes ? readable[i] : NULL;
	}
	int status = writes ? lock_all(readable, count, places->arena, err) : ATT_OK;
	readable[count] = config->folder;
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	if (status == ATT_OK)
		cli_enter_sandbox(ALIGN_PROGRAM, &sandbox);
	return status;
}

/* --- which files ---------------------------------------------------------------------------------------- */

static int add_file(struct align_tap_places *places, struct align_tap_place *place, struct att_str path,
		    struct att_err *err)
{
	struct align_tap_file *f = att_arena_push(places->arena, (void **)&place->files, &place->count,
						  &place->capacity, sizeof *f);
	if (!f || !path.data)
		return att_err_memory(err);
	f->path = path;
	att_buf_init(&f->before, ATT_MAX_DOCUMENT);
	att_buf_init(&f->after, ATT_MAX_DOCUMENT);
	return ATT_OK;
}

/* What the names of all files of a version begin with: A.p of A.p.installer.yaml. */
static struct att_str stem_of(struct att_str name)
{
	static const char *const endings[] = {".yaml", ".yml", ".installer"};
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (att_str_ends(name, att_str_of(endings[i])))
			name.len -= strlen(endings[i]);
	return name;
}

/* Is it of the version that the file `named` is of? A folder without such a file is that of one version. */
static bool is_of_version(struct att_str named, struct att_str name)
{
	if (!is_yaml(name) || name.data[0] == '.')
		return false;
	if (named.len == 0)
		return true;
	struct att_str stem = stem_of(named);
	return att_str_equal(stem_of(name), stem) ||
	       (att_str_starts(name, stem) &&
		att_str_starts(att_str_from(name, stem.len), ATT_STR(".locale.")));
}

static int list_entries(struct align_tap_places *places, struct align_tap_place *place, struct att_str folder,
			struct att_str named, DIR *entries, struct att_err *err)
{
	const struct dirent *entry;
	int status = ATT_OK;
	for (errno = 0; status == ATT_OK && (entry = readdir(entries)); errno = 0) {
		struct att_str name = att_str_of(entry->d_name);
		if (!is_of_version(named, name) || att_str_equal(named, name))
			continue;
		status = place->count < MOST_FILES
				 ? add_file(places, place,
					    ATT_ARENA_JOIN(places->arena, folder, ATT_STR("/"), name), err)
				 : att_err_set(err, ATT_ERR_LIMIT, "%s has more than %d files of a version",
					       folder.data, MOST_FILES);
	}
	return status == ATT_OK && errno != 0 ? att_err_set_errno(err, errno, "cannot list %s", folder.data)
					      : status;
}

static int by_path(const void *left, const void *right)
{
	const struct align_tap_file *a = left, *b = right;
	return att_str_compare(a->path, b->path);
}

int align_tap_list(struct align_tap_places *places, struct align_tap_place *place, struct att_err *err)
{
	if (!place->is_version)
		return add_file(places, place, place->path, err);
	struct att_str folder = folder_of(place, places->arena);
	struct att_str named = place->is_folder ? ATT_STR("") : att_str_from(place->path, folder.len + 1);
	if (!folder.data)
		return att_err_memory(err);
	DIR *entries = opendir(folder.data);
	if (!entries) {
		att_err_set_errno(err, errno, "cannot open %s", folder.data);
		if (err->code == ATT_ERR_NOT_FOUND)
			att_err_help(err, "copy the folder of the last version to it, then run this again");
		return err->code;
	}
	int status = named.len ? add_file(places, place, place->path, err) : ATT_OK;
	if (status == ATT_OK)
		status = list_entries(places, place, folder, named, entries, err);
	closedir(entries);
	if (status == ATT_OK && place->count == 0) {
		att_err_set(err, ATT_ERR_NOT_FOUND, "expected the manifests of a version in %s, found none",
			    folder.data);
		att_err_help(err, "copy those of the last version into it, then run this again");
		return ATT_ERR_NOT_FOUND;
	}
	if (place->count)
		qsort(place->files, place->count, sizeof *place->files, by_path);
	return status;
}

void align_tap_clear(struct align_tap_places *places)
{
	for (size_t p = 0; p < places->count; p++) {
		struct align_tap_place *place = &places->items[p];
		for (size_t i = 0; i < place->count; i++)
			att_buf_clear(&place->files[i].before), att_buf_clear(&place->files[i].after);
	}
}
