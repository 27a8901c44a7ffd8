// SPDX-License-Identifier: Apache-2.0
/* What an npm registry says of a version beside the package.json that was packed. npm and those like it choose
 * by the registry's document what else they install, and some of what they run. What npm changes when it
 * publishes is no difference: where commands lie, how a list is called, hosts that are spelled out. */
#include "libattest/format/json.h"
#include "release/facts.h"
#include "release/npm_internal.h"

#include "libattest/base/banned.h"

enum { GYP, SHRINKWRAP };

#define NODE_GYP "node-gyp rebuild"

struct reading {
	struct release_facts *facts;
	const struct att_value *document; /* whose lines these are */
	const struct att_value *said;     /* what the registry says: of the rest nothing is compared */
	bool is_packed;
};

static const struct att_str none = {"", 0};

/* --- spellings ------------------------------------------------------------------------------------------- */

/* "acme/tool" and the addresses that npm makes of it are "github:acme/tool". */
static struct att_str spell_wanted(struct att_arena *arena, struct att_str text)
{
	static const char *const prefixes[] = {"github:", "git+https://github.com/",
					       "git+ssh://git@github.com/", "git://github.com/"};
	struct att_str rest = text = att_str_trim(text);
	size_t slash = att_str_find_byte(text, '/'), i = 0;
	while (i < 4 && !att_str_starts(text, att_str_of(prefixes[i])))
		i++;
	if (i < 4)
		rest = att_str_from(text, strlen(prefixes[i]));
	else if (slash == ATT_STR_NONE || slash == 0 || memchr(text.data, ':', slash) ||
		 memchr(".~@", text.data[0], 3))
		return text;
	size_t hash = att_str_find_byte(rest, '#');
	struct att_str path = att_str_first(rest, hash), ref = att_str_from(rest, hash);
	if (att_str_ends(path, ATT_STR(".git")))
		path.len -= 4;
	return ATT_ARENA_JOIN(arena, ATT_STR("github:"), path, ref);
}

static struct att_str last_part(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	return slash == ATT_STR_NONE ? path : att_str_from(path, slash + 1);
}

/* "./a\\..\\cli.js" is "cli.js", and nothing leads out of the package. */
static struct att_str spell_path(struct att_arena *arena, struct att_str path)
{
	char *plain = att_arena_alloc(arena, path.len + 1, 1), *text = att_arena_alloc(arena, path.len + 1, 1);
	struct att_str rest = {plain, path.len}, part, out = {text, 0};
	if (!plain || !text)
		return none;
	for (size_t i = 0; i < path.len; i++)
		plain[i] = memchr("\\:", path.data[i], 2) ? '/' : path.data[i];
	while (att_str_split(&rest, '/', &part)) {
		if (att_str_is(part, "..")) {
			size_t slash = att_str_find_last_byte(out, '/');
			out.len = slash == ATT_STR_NONE ? 0 : slash;
		} else if (part.len > 0 && !att_str_is(part, ".")) {
			if (out.len > 0)
				text[out.len++] = '/';
			memcpy(text + out.len, part.data, part.len);
			out.len += part.len;
		}
	}
	return out;
}

static struct att_str spell_script(struct att_str text)
{
	static const struct att_str folder = {"node_modules/.bin/", 18};
	struct att_str rest = att_str_from(text, att_str_starts(text, ATT_STR("./")) ? 2 : 0);
	return att_str_starts(rest, folder) ? att_str_from(rest, folder.len) : text;
}

/* A text could hold what looks like another line. */
static void add(const struct reading *r, const char *what, struct att_str name, struct att_str value)
{
	struct att_str length = att_arena_printf(r->facts->arena, "%zu", name.len);
	bool is_plain =
		att_str_find_byte(name, ' ') == ATT_STR_NONE && att_str_find_byte(name, ':') == ATT_STR_NONE;
	RELEASE_FACT(r->facts, att_str_of(what), name.len ? ATT_STR(" ") : none, is_plain ? none : length,
		     is_plain ? none : ATT_STR(":"), name, value.len ? ATT_STR(" ") : none, value);
}

/* --- sections -------------------------------------------------------------------------------------------- */

static const struct att_value *section(const struct att_value *document, const char *key, enum att_kind kind)
{
	const struct att_value *value = att_value_get(document, key);
	return value && value->kind == kind ? value : NULL;
}

static bool is_said(const struct reading *r, const char *key)
{
	const struct att_value *value = att_value_get(r->said, key);
	return value && value->kind != ATT_NULL;
}

/* Who installs goes through the members of whatever stands there, and may take them for dependencies. */
static void add_strange(const struct reading *r, const char *key, struct att_str name,
			const struct att_value *value)
{
	if (value->kind != ATT_NULL)
		add(r, key, name,
		    ATT_ARENA_JOIN(r->facts->arena, ATT_STR("as "), att_str_of(att_value_kind_name(value))));
}

static void add_wanted(const struct reading *r, const char *key)
{
	const struct att_value *value = att_value_get(r->document, key);
	const struct att_value *table = section(r->document, key, ATT_OBJECT);
	const struct att_value *optional = section(r->document, "optionalDependencies", ATT_OBJECT);
	bool is_plain = strcmp(key, "dependencies") == 0;
	if (value && !table)
		add_strange(r, key, none, value);
	for (size_t i = 0; table && i < table->count; i++) {
		const struct att_member *member = &table->members[i];
		/* Some list those that are optional a second time. */
		if (is_plain && att_value_get_str(optional, member->key))
			continue;
		if (member->value.kind == ATT_STRING)
			add(r, key, member->key, spell_wanted(r->facts->arena, member->value.string));
		else
			add_strange(r, key, member->key, &member->value);
	}
}

static void add_optional_peers(const struct reading *r)
{
	const struct att_value *table = section(r->document, "peerDependenciesMeta", ATT_OBJECT);
	for (size_t i = 0; table && i < table->count && is_said(r, "peerDependenciesMeta"); i++)
		if (att_value_is_true(att_value_get(&table->members[i].value, "optional")))
			add(r, "peerDependenciesMeta", table->members[i].key, ATT_STR("optional"));
}

/* A list, one text, or names and texts. */
static void add_list(const struct reading *r, const char *key)
{
	const struct att_value *value = att_value_get(r->document, key);
	if (!value || !is_said(r, key))
		return;
	if (value->kind == ATT_STRING)
		add(r, key, value->string, none);
	for (size_t i = 0; value->kind == ATT_ARRAY && i < value->count; i++)
		add(r, key, att_value_text(&value->items[i]), none);
	for (size_t i = 0; value->kind == ATT_OBJECT && i < value->count; i++)
		add(r, key, value->members[i].key, att_str_trim(att_value_text(&value->members[i].value)));
}

/* What is bundled is depended on, too. */
static void add_bundled_one(const struct reading *r, struct att_str name)
{
	if (is_said(r, "bundleDependencies") || is_said(r, "bundledDependencies"))
		add(r, "bundleDependencies", name, none);
	if (!att_value_get_str(section(r->document, "dependencies", ATT_OBJECT), name) &&
	    !att_value_get_str(section(r->document, "optionalDependencies", ATT_OBJECT), name))
		add(r, "dependencies", name, ATT_STR("*"));
}

/* `true` is all that it depends on. */
static void add_bundled(const struct reading *r)
{
	const struct att_value *list = att_value_get(r->document, "bundleDependencies");
	const struct att_value *all = section(r->document, "dependencies", ATT_OBJECT);
	if (!list)
		list = att_value_get(r->document, "bundledDependencies");
	for (size_t i = 0; list && list->kind == ATT_ARRAY && i < list->count; i++)
		add_bundled_one(r, att_value_text(&list->items[i]));
	for (size_t i = 0; list && list->kind == ATT_OBJECT && i < list->count; i++)
		add_bundled_one(r, list->members[i].key);
	for (size_t i = 0; att_value_is_true(list) && all && i < all->count; i++)
		add_bundled_one(r, all->members[i].key);
}

/* npm makes a list of the commands in a folder when it publishes: then each has to lie in there. */
static bool is_in_folder(const struct reading *r, struct att_str path, const struct att_value *packed)
{
	struct att_str folder = spell_path(
		r->facts->arena, att_value_text(att_value_get(att_value_get(packed, "directories"), "bin")));
	return !r->is_packed && !att_value_get(packed, "bin") && folder.len > 0 &&
	       att_str_starts(path, folder) && att_str_starts(att_str_from(path, folder.len), ATT_STR("/"));
}

static void add_command(const struct reading *r, struct att_str name, struct att_str text,
			const struct att_value *packed)
{
	struct att_str path = spell_path(r->facts->arena, text);
	if (path.len > 0 && !is_in_folder(r, path, packed))
		add(r, "bin", last_part(spell_path(r->facts->arena, name)), path);
}

static void add_commands(const struct reading *r, const struct att_value *packed)
{
	const struct att_value *bin = att_value_get(r->document, "bin");
	if (!bin || !is_said(r, "bin"))
		return;
	if (bin->kind == ATT_STRING)
		add_command(r, att_value_text(att_value_get(packed, "name")), bin->string, packed);
	for (size_t i = 0; bin->kind == ATT_ARRAY && i < bin->count; i++)
		add_command(r, att_value_text(&bin->items[i]), att_value_text(&bin->items[i]), packed);
	for (size_t i = 0; bin->kind == ATT_OBJECT && i < bin->count; i++)
		add_command(r, bin->members[i].key, att_value_text(&bin->members[i].value), packed);
}

/* --- what is run ----------------------------------------------------------------------------------------- */

static const char *const scripts[] = {"preinstall", "install", "postinstall"};

/* Without such a script npm builds what has a file for gyp, and writes that into the document. */
static bool is_built_by_gyp(const struct att_value *packed, const struct release_packed *archive)
{
	const struct att_value *table = section(packed, "scripts", ATT_OBJECT);
	const struct att_value *gyp = att_value_get(packed, "gypfile");
	return archive->has_also[GYP] && !(gyp && gyp->kind == ATT_BOOL && !gyp->boolean) &&
	       att_value_text(att_value_get(table, "install")).len == 0 &&
	       att_value_text(att_value_get(table, "preinstall")).len == 0;
}

static void add_scripts(const struct reading *r, const struct release_packed *archive)
{
	const struct att_value *table = section(r->document, "scripts", ATT_OBJECT);
	for (size_t i = 0; i < 3 && is_said(r, "scripts"); i++) {
		struct att_str text = spell_script(att_value_text(att_value_get(table, scripts[i])));
		if (text.len == 0 && r->is_packed && i == 1 && is_built_by_gyp(r->document, archive))
			text = ATT_STR(NODE_GYP);
		if (text.len > 0)
			add(r, "script", att_str_of(scripts[i]), text);
	}
}

/* The registry's marks about the tarball, where it makes them. */
static void add_marks(const struct reading *r, const struct release_packed *archive)
{
	const struct att_value *table = section(r->document, "scripts", ATT_OBJECT);
	const struct att_value *runs = section(r->said, "hasInstallScript", ATT_BOOL);
	const struct att_value *locks = section(r->said, "_hasShrinkwrap", ATT_BOOL);
	bool has = is_built_by_gyp(r->document, archive);
	for (size_t i = 0; i < 3; i++)
		has |= att_value_get(table, scripts[i]) != NULL;
	if (runs && (r->is_packed ? has : runs->boolean))
		add(r, "mark", ATT_STR("hasInstallScript"), none);
	if (locks && (r->is_packed ? archive->has_also[SHRINKWRAP] : locks->boolean))
		add(r, "mark", ATT_STR("_hasShrinkwrap"), none);
}

/* --- both ------------------------------------------------------------------------------------------------ */

static void read(const struct reading *r, const struct att_value *packed, const struct release_packed *archive)
{
	static const char *const wanted[] = {"dependencies", "optionalDependencies", "peerDependencies"};
	static const char *const lists[] = {"engines", "os", "cpu", "libc"};
	for (size_t i = 0; i < 3; i++)
		add_wanted(r, wanted[i]);
	for (size_t i = 0; i < 4; i++)
		add_list(r, lists[i]);
	add_optional_peers(r);
	add_bundled(r);
	add_commands(r, packed);
	add_scripts(r, archive);
	add_marks(r, archive);
}

int release_npm_compare(const struct att_value *said, const struct release_packed *archive,
			struct att_arena *arena, struct release_npm_difference *out, struct att_err *err)
{
	struct att_value packed;
	struct release_facts theirs = {.arena = arena}, ours = {.arena = arena};
	*out = (struct release_npm_difference){false};
	int status = release_npm_parse(&archive->metadata, arena, &packed, err);
	if (status != ATT_OK)
		return status;
	read(&(struct reading){&ours, &packed, said, true}, &packed, archive);
	read(&(struct reading){&theirs, said, said, false}, &packed, archive);
	out->same = release_facts_same(&ours, &theirs, &out->packed, &out->said);
	return arena->failed ? att_err_memory(err) : ATT_OK;
}
