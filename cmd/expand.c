// SPDX-License-Identifier: Apache-2.0
#include "cmd/expand.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/cli.h"
#include "libattest/base/glob.h"

#include "libattest/base/banned.h"

/* A folder, and what is still to be matched in it. */
struct place {
	const char *folder; /* "" is the current one; else it ends in "/" */
	struct att_str rest;
	bool found; /* by a wildcard: no link is followed */
};

struct expansion {
	const char *program, *pattern;
	struct att_arena *arena;
	const char **paths;
	size_t path_count, path_capacity;
	struct place *places; /* a stack */
	size_t place_count, place_capacity;
	size_t looked_at;
};

static _Noreturn void give_up(const struct expansion *e, const char *path, const char *why)
{
	cli_usage(e->program, "cannot expand %s: %s: %s", e->pattern, *path ? path : ".", why);
}

static void add_path(struct expansion *e, const char *path)
{
	void *items = e->paths;
	const char **slot = att_arena_push(e->arena, &items, &e->path_count, &e->path_capacity, sizeof *slot);
	if (!slot)
		cli_usage(e->program, "out of memory");
	e->paths = items;
	*slot = path;
}

static const char *join(struct expansion *e, const char *folder, struct att_str name, const char *end)
{
	struct att_str path = ATT_ARENA_JOIN(e->arena, att_str_of(folder), name, att_str_of(end));
	if (!path.data)
		cli_usage(e->program, "out of memory");
	return path.data;
}

static void add_place(struct expansion *e, const char *folder, struct att_str rest, bool found)
{
	void *items = e->places;
	struct place *slot;
	if (++e->looked_at > ATT_MAX_WALK_MATCHES)
		give_up(e, folder, "there are too many files and folders to look at");
	slot = att_arena_push(e->arena, &items, &e->place_count, &e->place_capacity, sizeof *slot);
	if (!slot)
		cli_usage(e->program, "out of memory");
	e->places = items;
	*slot = (struct place){folder, rest, found};
}

static bool has_wildcard(struct att_str part)
{
	for (size_t i = 0; i < part.len; i++)
		if (strchr("*?[", part.data[i]))
			return true;
	return false;
}

/* The mode of a name, not following a link; 0: it is gone, or was never there. */
static mode_t mode_of(const struct expansion *e, const char *path)
{
	struct stat st;
	if (lstat(path, &st) == 0)
		return st.st_mode;
	if (errno != ENOENT && errno != ENOTDIR)
		give_up(e, path, strerror(errno));
	return 0;
}

/* Something that the whole pattern matches. */
static void take(struct expansion *e, const char *path)
{
	mode_t mode = mode_of(e, path);
	if (S_ISLNK(mode))
		give_up(e, path, "it is a symbolic link, which is only taken where it is named itself");
	if (mode != 0 && !S_ISDIR(mode))
		add_path(e, path);
}

static DIR *open_folder(const struct expansion *e, const struct place *place)
{
	DIR *dir = opendir(*place->folder ? place->folder : ".");
	if (!dir && errno != ENOENT && errno != ENOTDIR)
		give_up(e, place->folder, strerror(errno));
	return dir;
}

/* One name in a folder, against the first part of what is left. */
static void match(struct expansion *e, const struct place *place, struct att_str part, struct att_str tail,
		  struct att_str name)
{
	bool any_depth = att_str_is(part, "**"), last = tail.len == 0;
	if (!any_depth && !att_glob_match(part, name))
		return;
	const char *path = join(e, place->folder, name, "");
	mode_t mode = last && !any_depth ? 0 : mode_of(e, path);
	if (S_ISDIR(mode))
		add_place(e, join(e, place->folder, name, "/"), any_depth ? place->rest : tail, true);
	else if (last)
		take(e, path);
}

static void look_into(struct expansion *e, const struct place *place, struct att_str part, struct att_str tail)
{
	DIR *dir = open_folder(e, place);
	if (!dir)
		return;
	errno = 0;
	for (struct dirent *entry; (entry = readdir(dir)); errno = 0) {
		struct att_str name = att_str_of(entry->d_name);
		/* As in a shell, what is hidden has to be asked for: "**" would look into .git. */
		if (name.data[0] == '.' &&
		    (part.data[0] != '.' || att_str_is(name, ".") || att_str_is(name, "..")))
			continue;
		if (++e->looked_at > ATT_MAX_WALK_MATCHES)
			give_up(e, place->folder, "there are too many files and folders to look at");
		match(e, place, part, tail, name);
	}
	if (errno != 0)
		give_up(e, place->folder, strerror(errno));
	closedir(dir);
}

static void step(struct expansion *e, const struct place *place)
{
	struct att_str tail = place->rest, part;
	att_str_split(&tail, '/', &part);
	while (tail.len > 0 && tail.data[0] == '/')
		tail = att_str_from(tail, 1);
	if (att_str_is(part, "**") && tail.len > 0)
		add_place(e, place->folder, tail, place->found);
	if (has_wildcard(part) || att_str_find_byte(part, '\\') != ATT_STR_NONE)
		look_into(e, place, part, tail);
	else if (tail.len == 0)
		take(e, join(e, place->folder, part, ""));
	else if (!place->found || S_ISDIR(mode_of(e, join(e, place->folder, part, ""))))
		add_place(e, join(e, place->folder, part, "/"), tail, place->found);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void expand(struct expansion *e)
{
	struct att_str pattern = att_str_of(e->pattern);
	size_t before = e->path_count, slashes = 0;
	while (slashes < pattern.len && pattern.data[slashes] == '/')
		slashes++;
	e->looked_at = 0;
	add_place(e, slashes > 0 ? "/" : "", att_str_from(pattern, slashes), false);
	while (e->place_count > 0) {
		const struct place place = e->places[--e->place_count];
		step(e, &place);
	}
	if (e->path_count == before)
		cli_usage(e->program, "expected a file that %s matches, found none", e->pattern);
	/* "**" finds some files on several ways. */
	size_t used = before;
	qsort(e->paths + before, e->path_count - before, sizeof *e->paths, by_name);
	for (size_t i = before; i < e->path_count; i++)
		if (used == before || strcmp(e->paths[used - 1], e->paths[i]) != 0)
			e->paths[used++] = e->paths[i];
	e->path_count = used;
}

const char *const *cli_expand(const char *program, const char *const *arguments, struct att_arena *arena)
{
	struct expansion e = {.program = program, .arena = arena};
	struct stat st;
	for (size_t i = 0; arguments[i]; i++) {
		e.pattern = arguments[i];
		if (has_wildcard(att_str_of(arguments[i])) && lstat(arguments[i], &st) != 0)
			expand(&e);
		else
			add_path(&e, arguments[i]);
	}
	add_path(&e, NULL);
	return e.paths;
}
