// SPDX-License-Identifier: Apache-2.0
#include "policy/license_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/base/file.h"
#include "libattest/format/json.h"
#include "libattest/format/toml.h"
#include "libattest/package/license_text.h"

#include "libattest/base/banned.h"

/* A manifest beside the texts: read only to see its version. */
static const size_t LARGEST_MANIFEST = (size_t)4 << 20;

static struct att_str parent_of(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	return slash == ATT_STR_NONE ? (struct att_str){"", 0} : att_str_first(path, slash);
}

static struct att_str join(struct att_arena *arena, struct att_str folder, struct att_str name)
{
	if (folder.len == 0)
		return name;
	return name.len == 0 ? folder : ATT_ARENA_JOIN(arena, folder, ATT_STR("/"), name);
}

static int open_folder(const struct policy_run *run, struct att_str folder, int *fd)
{
	struct att_err err;
	*fd = -1;
	att_supply_bring(run->supply, folder);
	return att_open_beneath(run->folder, folder.len > 0 ? folder : ATT_STR("."), O_DIRECTORY, fd, &err);
}

int policy_license_open(const struct policy_run *run, const struct policy_license_texts *texts,
			struct att_str name, struct att_buf *out, struct att_err *err)
{
	struct att_arena arena = {0};
	int fd = -1;
	struct att_str path = join(&arena, texts->folder, name);
	if (path.data)
		att_supply_bring(run->supply, path);
	int code = path.data ? att_open_beneath(run->folder, path, 0, &fd, err) : att_err_memory(err);
	if (code == 0)
		code = att_file_read_fd(fd, "license file", out, err);
	if (fd >= 0)
		close(fd);
	att_arena_clear(&arena);
	return code;
}

/* --- where a component lies ---------------------------------------------------------------------------- */

/* What a manifest says of itself. */
struct manifest {
	struct att_str name, version, license, license_file;
};

/* npm's older form: [{"type": "MIT"}, ...], any of which can be chosen. */
static struct att_str choice(const struct att_value *list, struct att_arena *arena)
{
	struct att_str all = {NULL, 0};
	for (uint32_t i = 0; list && list->kind == ATT_ARRAY && i < list->count && i < 100; i++) {
		const struct att_value *item = &list->items[i];
		struct att_str one =
			att_value_text(item->kind == ATT_OBJECT ? att_value_get(item, "type") : item);
		if (one.len == 0)
			return (struct att_str){NULL, 0};
		one = ATT_ARENA_JOIN(arena, ATT_STR("("), one, ATT_STR(")"));
		all = all.len ? ATT_ARENA_JOIN(arena, all, ATT_STR(" OR "), one) : one;
	}
	return all;
}

static void take_manifest(const struct att_value *value, bool is_cargo, struct att_arena *arena,
			  struct manifest *out)
{
	const struct att_value *in = is_cargo ? att_value_get(value, "package") : value;
	if (!in || in->kind != ATT_OBJECT)
		return;
	const struct att_value *license = att_value_get(in, "license");
	out->name = att_value_text(att_value_get(in, "name"));
	out->version = att_value_text(att_value_get(in, "version"));
	if (is_cargo) {
		out->license_file = att_value_text(att_value_get(in, "license-file"));
	} else if (license && license->kind == ATT_OBJECT) {
		license = att_value_get(license, "type");
	}
	out->license = att_value_text(license);
	if (!is_cargo && out->license.len == 0)
		out->license = choice(att_value_get(in, "licenses"), arena);
}

/* Nothing when it cannot be read. */
static void read_manifest(const struct policy_run *run, const struct policy_license_texts *at, const char *name,
			  struct att_arena *arena, struct manifest *out)
{
	struct att_buf bytes;
	struct att_source source;
	struct att_value value;
	struct att_err err;
	bool toml = att_str_ends(att_str_of(name), ATT_STR(".toml"));
	*out = (struct manifest){0};
	att_buf_init(&bytes, LARGEST_MANIFEST);
	if (policy_license_open(run, at, att_str_of(name), &bytes, &err) == 0) {
		struct att_str text = att_arena_copy(arena, att_buf_str(&bytes));
		if (text.data && att_source_init(&source, arena, att_str_of(name), text, &err) == 0 &&
		    (toml ? att_toml_parse : att_json_parse)(&source, arena, &value, &err) == 0)
			take_manifest(&value, toml, arena, out);
	}
	att_buf_clear(&bytes);
}

/* Is there such a folder, and is its manifest (NULL: none has to be) that of the component? */
static bool lies_in(const struct policy_run *run, struct att_str folder, const char *manifest,
		    const struct sbom_component *component, struct att_arena *arena,
		    struct policy_license_texts *out)
{
	int fd;
	if (!folder.data || open_folder(run, folder, &fd) != 0)
		return false;
	close(fd);
	out->folder = folder;
	if (manifest) {
		struct att_arena scratch = {0};
		struct manifest found;
		read_manifest(run, out, manifest, &scratch, &found);
		struct att_str name = join(&scratch, component->group, component->name);
		bool same = found.version.len > 0 && att_str_equal(found.version, component->version) &&
			    att_str_equal(found.name, name);
		if (same) {
			out->declared = att_arena_copy(arena, found.license);
			out->license_file = att_arena_copy(arena, found.license_file);
		}
		arena->failed |= scratch.failed;
		att_arena_clear(&scratch);
		if (!same)
			return false;
	}
	return out->folder_found = true;
}

static bool is_type(const struct sbom_component *component, const char *type)
{
	struct att_str rest = att_str_from(component->purl, 4); /* pkg: */
	struct att_str name = att_str_of(type);
	return att_str_starts(rest, name) && rest.len > name.len && rest.data[name.len] == '/';
}

static bool find_npm(const struct policy_run *run, struct att_str lock, const struct sbom_component *c,
		     struct att_arena *arena, struct policy_license_texts *out)
{
	struct att_str name = join(arena, c->group, c->name);
	struct att_str inner = ATT_ARENA_JOIN(arena, ATT_STR("node_modules/"), name);
	return lies_in(run, join(arena, lock, inner), "package.json", c, arena, out);
}

static bool find_cargo(const struct policy_run *run, struct att_str lock, const struct sbom_component *c,
		       struct att_arena *arena, struct policy_license_texts *out)
{
	struct att_str one = ATT_ARENA_JOIN(arena, ATT_STR("vendor/"), c->name);
	struct att_str versioned = ATT_ARENA_JOIN(arena, one, ATT_STR("-"), c->version);
	return lies_in(run, join(arena, lock, versioned), "Cargo.toml", c, arena, out) ||
	       lies_in(run, join(arena, lock, one), "Cargo.toml", c, arena, out);
}

/* What "go mod vendor" wrote: one version of each module. */
static bool find_go(const struct policy_run *run, struct att_str lock, const struct sbom_component *c,
		    struct att_arena *arena, struct policy_license_texts *out)
{
	struct att_str inner = ATT_ARENA_JOIN(arena, ATT_STR("vendor/"), join(arena, c->group, c->name));
	return lies_in(run, join(arena, lock, inner), NULL, c, arena, out);
}

/* The folder's name says the version: "typing_extensions-4.9.0.dist-info". Texts lie in it or in "licenses". */
static bool find_python(const struct policy_run *run, struct att_str lock, const struct sbom_component *c,
			struct att_arena *arena, struct policy_license_texts *out)
{
	struct att_str name = att_arena_copy(arena, c->name);
	char *text = name.data ? att_arena_alloc(arena, name.len + 1, 1) : NULL;
	if (!text)
		return false;
	for (size_t i = 0; i < name.len; i++)
		text[i] = name.data[i] == '-' || name.data[i] == '.' ? '_' : name.data[i];
	const struct att_str names[] = {name, {text, name.len}};
	for (int minor = 5; minor < 20; minor++) {
		struct att_str base =
			minor == 5 ? ATT_STR("site-packages")
				   : att_arena_printf(arena, ".venv/lib/python3.%d/site-packages", minor);
		int fd;
		base = join(arena, lock, base);
		if (!base.data || open_folder(run, base, &fd) != 0)
			continue;
		close(fd);
		for (size_t i = 0; i < 4; i++) {
			struct att_str folder = ATT_ARENA_JOIN(
				arena, base, ATT_STR("/"), names[i % 2], ATT_STR("-"), c->version,
				i < 2 ? ATT_STR(".dist-info/licenses") : ATT_STR(".dist-info"));
			if (lies_in(run, folder, NULL, c, arena, out))
				return true;
		}
	}
	return false;
}

int policy_license_folder(const struct policy_run *run, const struct sbom_component *component,
			  struct att_arena *arena, struct policy_license_texts *out, struct att_err *err)
{
	static const struct {
		const char *type;
		bool (*find)(const struct policy_run *, struct att_str, const struct sbom_component *,
			     struct att_arena *, struct policy_license_texts *);
	} finders[] = {{"npm", find_npm}, {"cargo", find_cargo}, {"golang", find_go}, {"pypi", find_python}};
	*out = (struct policy_license_texts){0};
	if (run->folder < 0)
		return ATT_OK;
	if (component->origin == SBOM_ORIGIN_LOCAL) {
		if (component->folder.data)
			lies_in(run, component->folder, NULL, component, arena, out);
		return arena->failed ? att_err_memory(err) : ATT_OK;
	}
	for (size_t i = 0; i < component->occurrence_count && i < 4 && !out->folder_found; i++)
		for (size_t k = 0; k < sizeof finders / sizeof *finders && !out->folder_found; k++)
			if (component->version.len > 0 && is_type(component, finders[k].type))
				finders[k].find(run, parent_of(component->occurrences[i].path), component,
						arena, out);
	return arena->failed ? att_err_memory(err) : ATT_OK;
}

/* --- what its texts are -------------------------------------------------------------------------------- */

static bool starts_nocase(struct att_str name, const char *start)
{
	size_t len = strlen(start);
	return name.len >= len && att_str_equal_nocase(att_str_first(name, len), att_str_of(start));
}

static bool is_license_file(struct att_str name)
{
	static const char *const starts[] = {"license", "licence", "copying", "unlicense", "unlicence"};
	static const char *const others[] = {".c",    ".css",  ".go",  ".h",   ".html", ".java",
					     ".js",   ".json", ".kt",  ".map", ".mjs",  ".php",
					     ".png",  ".py",   ".pyc", ".rb",  ".rs",   ".sh",
					     ".toml", ".tmpl", ".ts",  ".xml", ".yaml", ".yml"};
	bool good = false;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		good = good || starts_nocase(name, starts[i]);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		good = good && !att_str_ends(name, att_str_of(others[i]));
	return good;
}

static int compare_names(const void *a, const void *b)
{
	return att_str_compare(*(const struct att_str *)a, *(const struct att_str *)b);
}

/* Adds what was seen to the sentence. */
static void add_what(struct policy_license_texts *out, struct att_arena *arena, struct att_str what)
{
	out->what = out->what.len > 0 ? ATT_ARENA_JOIN(arena, out->what, ATT_STR(", "), what) : what;
}

static void doubt(struct policy_license_texts *out, struct att_arena *arena, struct att_str what)
{
	out->in_doubt = true;
	add_what(out, arena, what);
}

static struct att_str percent(struct att_arena *arena, struct att_str name, const char *verb,
			      struct att_str what, double share)
{
	return att_arena_printf(arena, "%.*s %s %.*s (%d %%)", ATT_STR_ARG(name), verb, ATT_STR_ARG(what),
				(int)(share * 100));
}

/* Joins what one text says to what the others said. */
static void add_text(const struct att_license_texts *found, struct att_str name, double threshold,
		     struct att_arena *arena, struct policy_license_texts *out)
{
	struct att_str expression = att_license_text_expression(found, arena);
	double confidence = 1;
	for (size_t i = 0; i < found->count; i++)
		if (found->matches[i].confidence < confidence)
			confidence = found->matches[i].confidence;
	if (expression.len == 0) {
		for (size_t i = 0; i < found->count; i++)
			if (found->matches[i].rival.len > 0) {
				doubt(out, arena,
				      att_arena_printf(arena, "%.*s is as much like %.*s as like %.*s",
						       ATT_STR_ARG(name), ATT_STR_ARG(found->matches[i].id),
						       ATT_STR_ARG(found->matches[i].rival)));
				return;
			}
		if (found->nearest.id.len > 0)
			doubt(out, arena,
			      percent(arena, name, "comes nearest to", found->nearest.id,
				      found->nearest.confidence));
		else
			doubt(out, arena,
			      att_arena_printf(arena, "%.*s is no license that is known", ATT_STR_ARG(name)));
		return;
	}
	if (found->explained < threshold) {
		doubt(out, arena,
		      percent(arena, name, "holds",
			      ATT_ARENA_JOIN(arena, expression, ATT_STR(" and other text")), found->explained));
		return;
	}
	add_what(out, arena, percent(arena, name, "is", expression, confidence));
	bool with = out->expression.len > 0;
	out->expression =
		with ? ATT_ARENA_JOIN(arena, out->expression, ATT_STR(" AND "), expression) : expression;
}

/* Adds what the text is, after `code` of its reading. */
static int judge_text(struct att_buf *bytes, int code, struct att_str name, double threshold,
		      struct att_arena *arena, struct policy_license_texts *out, struct att_err *err)
{
	struct att_license_texts found;
	if (code == 0)
		code = att_license_text_recognise(att_buf_str(bytes), threshold, &found, err);
	if (code == 0)
		add_text(&found, name, threshold, arena, out);
	else if (code != ATT_ERR_MEMORY)
		doubt(out, arena, att_arena_printf(arena, "%.*s cannot be read", ATT_STR_ARG(name)));
	att_buf_clear(bytes);
	return code == ATT_ERR_MEMORY ? code : ATT_OK;
}

static int read_text(int folder, struct att_str name, double threshold, struct att_arena *arena,
		     struct policy_license_texts *out, struct att_err *err)
{
	struct att_buf bytes;
	att_buf_init(&bytes, ATT_LICENSE_TEXT_LONGEST);
	int code = att_file_read(folder, name.data, &bytes, err);
	return judge_text(&bytes, code, name, threshold, arena, out, err);
}

/* The file that the manifest names, unless it is among those of the folder. It may lie anywhere in the tree. */
static int read_named(const struct policy_run *run, const struct att_str *names, size_t count, double threshold,
		      struct att_arena *arena, struct policy_license_texts *out, struct att_err *err)
{
	struct att_str name = out->license_file;
	struct att_buf bytes;
	for (size_t i = 0; i < count; i++)
		if (att_str_equal(names[i], name))
			return ATT_OK;
	if (name.len == 0)
		return ATT_OK;
	att_buf_init(&bytes, ATT_LICENSE_TEXT_LONGEST);
	int code = policy_license_open(run, out, name, &bytes, err);
	return judge_text(&bytes, code, name, threshold, arena, out, err);
}

int policy_license_read(const struct policy_run *run, double threshold, struct att_arena *arena,
			struct policy_license_texts *out, struct att_err *err)
{
	struct att_str names[POLICY_LICENSE_FILES];
	size_t count = 0;
	int fd = -1, code = ATT_OK;
	if (!out->folder_found || open_folder(run, out->folder, &fd) != 0)
		return ATT_OK;
	DIR *dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return att_err_memory(err);
	}
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (!is_license_file(att_str_of(entry->d_name)) || entry->d_type == DT_DIR)
			continue;
		if (count == POLICY_LICENSE_FILES) {
			doubt(out, arena, ATT_STR("there are too many license files"));
			break;
		}
		names[count] = att_arena_copy(arena, att_str_of(entry->d_name));
		if (!names[count++].data) {
			code = att_err_memory(err);
			goto out;
		}
	}
	if (count > 0)
		qsort(names, count, sizeof *names, compare_names);
	for (size_t i = 0; code == ATT_OK && i < count; i++)
		code = read_text(dirfd(dir), names[i], threshold, arena, out, err);
	if (code == ATT_OK)
		code = read_named(run, names, count, threshold, arena, out, err);
	if (out->in_doubt)
		out->expression = (struct att_str){NULL, 0};
	if (code == ATT_OK && arena->failed)
		code = att_err_memory(err);
out:
	closedir(dir);
	return code;
}
