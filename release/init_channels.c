// SPDX-License-Identifier: Apache-2.0
/* [[artifact]] and [[channel]]: where the tree says that something is published, and what that is called there.
 */
#include "libattest/base/utf8.h"
#include "release/init_internal.h"

#include "libattest/base/banned.h"

enum { MAX_CHANNELS = 100 };

struct writer {
	struct release_init *init;
	struct att_buf *out;
	size_t channels, left_out;
};

/* Names go into templates, patterns and file names as they are. */
static bool is_plain(struct att_str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!att_ascii_is_alnum(name.data[i]) && !strchr("@/._-+", name.data[i]))
			return false;
	return name.len > 0 && name.len < 200;
}

static void add_comment(struct writer *w, const char *text, struct att_str about)
{
	att_buf_printf(w->out, "# %s", text);
	att_utf8_add_visible(w->out, about);
	att_buf_add_byte(w->out, '\n');
}

static void add_artifact(struct writer *w, struct att_str name, struct att_str path)
{
	att_buf_add(w->out, ATT_STR("\n[[artifact]]\n"));
	release_init_add_key(w->out, "name", name);
	if (path.len > 0 && release_init_is_writable(path))
		release_init_add_key(w->out, "path", path);
}

static void begin_channel(struct writer *w, const char *kind, struct att_str package)
{
	att_buf_add(w->out, ATT_STR("\n[[channel]]\n"));
	release_init_add_key(w->out, "kind", att_str_of(kind));
	if (package.len > 0 && !att_str_equal(package, w->init->name))
		release_init_add_key(w->out, "package", package);
	w->channels++;
}

/* artifacts = ["NAME", ...] */
static void add_carried(struct writer *w, struct att_str first, struct att_str second)
{
	att_buf_printf(w->out, "artifacts = [\"%.*s\"", ATT_STR_ARG(first));
	if (second.len > 0)
		att_buf_printf(w->out, ", \"%.*s\"", ATT_STR_ARG(second));
	att_buf_add(w->out, ATT_STR("]\n"));
}

static struct att_str join(struct writer *w, struct att_str folder, const char *below)
{
	return ATT_ARENA_JOIN(&w->init->arena, folder, att_str_of(folder.len && *below ? "/" : ""),
			      att_str_of(below));
}

static void add_crate(struct writer *w, const struct release_init_file *file)
{
	struct att_str name = ATT_ARENA_JOIN(&w->init->arena, file->name, ATT_STR("-{version}.crate"));
	/* Cargo packs into the folder of the workspace. */
	add_artifact(w, name, ATT_STR("target/package"));
	begin_channel(w, "crates", file->name);
	add_carried(w, name, (struct att_str){NULL, 0});
	if (!att_value_get(att_value_get(att_value_get(file->value, "package"), "metadata"), "binstall"))
		return;
	begin_channel(w, "binstall", file->name);
	if (!att_str_is(file->path, "Cargo.toml"))
		release_init_add_key(w->out, "file", file->path);
	add_comment(w, "artifacts = [\"...\"]   # fill in: the archives that it downloads", ATT_STR(""));
}

/* "@acme/tool" is packed as acme-tool-VERSION.tgz, where npm pack was run. */
static void add_npm(struct writer *w, const struct release_init_file *file)
{
	struct att_str plain = file->name;
	bool is_scoped = att_str_starts(plain, ATT_STR("@"));
	if (is_scoped) {
		size_t slash = att_str_find_byte(plain, '/');
		plain = ATT_ARENA_JOIN(&w->init->arena, att_str_from(att_str_first(plain, slash), 1),
				       ATT_STR("-"), att_str_from(plain, slash + 1));
	}
	const struct att_value *registry =
		att_value_get(att_value_get(file->value, "publishConfig"), "registry");
	struct att_str name = ATT_ARENA_JOIN(&w->init->arena, plain, ATT_STR("-{version}.tgz"));
	add_artifact(w, name, file->folder);
	begin_channel(w, "npm", file->name);
	add_carried(w, name, (struct att_str){NULL, 0});
	if (registry && registry->kind == ATT_STRING && att_str_starts(registry->string, ATT_STR("https://")) &&
	    !att_str_starts(registry->string, ATT_STR("https://registry.npmjs.org")) &&
	    registry->string.len < 1000)
		release_init_add_key(w->out, "registry", registry->string);
}

/* The name in file names: small letters, and one "_" for every run of others. */
static struct att_str python_name(struct writer *w, struct att_str name)
{
	char *plain = att_arena_alloc(&w->init->arena, name.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; plain && i < name.len; i++) {
		if (att_ascii_is_alnum(name.data[i]))
			plain[len++] = att_ascii_lower(name.data[i]);
		else if (len > 0 && plain[len - 1] != '_')
			plain[len++] = '_';
	}
	return (struct att_str){plain, len};
}

static void add_python(struct writer *w, const struct release_init_file *file)
{
	struct att_str plain = python_name(w, file->name), path = join(w, file->folder, "dist");
	struct att_str wheel = ATT_ARENA_JOIN(&w->init->arena, plain, ATT_STR("-{version}-py3-none-any.whl")),
		       source = ATT_ARENA_JOIN(&w->init->arena, plain, ATT_STR("-{version}.tar.gz"));
	att_buf_add(w->out, ATT_STR("\n# A wheel for every platform; list each, where there are several.\n"));
	add_artifact(w, wheel, path);
	add_artifact(w, source, path);
	begin_channel(w, "pypi", file->name);
	add_carried(w, wheel, source);
}

static void add_go(struct writer *w, const struct release_init_file *file)
{
	begin_channel(w, "go", file->name);
	if (file->folder.len > 0)
		release_init_add_key(w->out, "folder", file->folder);
}

/* One of a kind and name is enough: two would be called the same. */
static bool is_repeated(const struct release_init *init, const struct release_init_file *file)
{
	for (const struct release_init_file *other = init->files; other < file; other++)
		if (other->kind == file->kind && att_str_equal(other->name, file->name) && !other->is_private)
			return true;
	return false;
}

static bool is_published(const struct release_init_file *file)
{
	bool has_version = file->version.len > 0 || file->kind == RELEASE_INIT_GO ||
			   (file->kind == RELEASE_INIT_PYTHON && file->is_elsewhere);
	return file->kind <= RELEASE_INIT_GO && !file->is_private && !file->is_unread && !file->is_stamped &&
	       file->name.len > 0 && has_version;
}

/* Artifacts are named by the one version of the project. */
static bool is_of_project(const struct writer *w, const struct release_init_file *file)
{
	bool is_main = att_str_is(file->group, "main") || file->version.len == 0;
	if (file->kind == RELEASE_INIT_GO)
		is_main = is_main && (!w->init->main || file->folder.len > 0 || file->group.len > 0);
	return is_main && is_plain(file->name) && release_init_is_writable(file->path) &&
	       !is_repeated(w->init, file);
}

static void add_package(struct writer *w, const struct release_init_file *file)
{
	if (file->kind == RELEASE_INIT_CARGO)
		add_crate(w, file);
	else if (file->kind == RELEASE_INIT_NPM)
		add_npm(w, file);
	else if (file->kind == RELEASE_INIT_PYTHON)
		add_python(w, file);
	else
		add_go(w, file);
}

static void add_packages(struct writer *w)
{
	for (size_t i = 0; i < w->init->count; i++) {
		const struct release_init_file *file = &w->init->files[i];
		if (is_published(file) && is_of_project(w, file) && w->channels < MAX_CHANNELS)
			add_package(w, file);
	}
	for (size_t i = 0; i < w->init->count && w->left_out < MAX_CHANNELS; i++) {
		const struct release_init_file *file = &w->init->files[i];
		if (!is_published(file) || is_of_project(w, file) || is_repeated(w->init, file))
			continue;
		if (w->left_out++ == 0)
			att_buf_add(w->out, ATT_STR("\n# Packages of another version or with an unusual name; "
						    "a release of one is one of its own:\n"));
		add_comment(w, "", file->path);
	}
}

/* Formulae, casks and buckets lie in the repository that others install from, or are copied there. */
static void add_packaging(struct writer *w, const struct release_init_file *file)
{
	bool is_scoop = att_str_ends(file->base, ATT_STR(".json"));
	if (file->kind != RELEASE_INIT_OTHER || (!is_scoop && !att_str_ends(file->base, ATT_STR(".rb"))) ||
	    !release_init_is_writable(file->path) || w->channels >= MAX_CHANNELS)
		return;
	begin_channel(w, is_scoop ? "scoop" : "homebrew", (struct att_str){NULL, 0});
	release_init_add_key(
		w->out, "name",
		ATT_ARENA_JOIN(&w->init->arena, att_str_of(is_scoop ? "scoop " : "homebrew "), file->path));
	release_init_add_key(w->out, is_scoop ? "bucket" : "tap", ATT_STR("."));
	add_comment(w,
		    is_scoop ? "bucket = \"https://...\"   # where others install from, when it is copied there"
			     : "tap = \"https://...\"   # where others install from, when it is copied there",
		    ATT_STR(""));
	bool is_cask = att_str_is(release_path_name(file->folder), "Casks");
	release_init_add_key(w->out, is_scoop ? "manifest" : is_cask ? "cask" : "formula", file->path);
}

static void add_hints(struct writer *w)
{
	bool has_image = false;
	for (size_t i = 0; i < w->init->count; i++)
		has_image |= att_str_is(w->init->files[i].base, "Dockerfile") ||
			     att_str_is(w->init->files[i].base, "Containerfile");
	if (has_image) {
		att_buf_add(w->out,
			    ATT_STR("\n# There is a Dockerfile. Where its image is published, fill in:\n"
				    "# [[channel]]\n# kind = \"oci\"\n# repository = \""));
		att_utf8_add_visible(w->out, w->init->image.len ? w->init->image : ATT_STR("ghcr.io/..."));
		att_buf_add(w->out, ATT_STR("\"\n"));
	}
	if (att_str_starts(w->init->repository, ATT_STR("https://github.com/")))
		att_buf_add(w->out,
			    ATT_STR("\n# Releases on GitHub carry what was built; fill in what that is:\n"
				    "# [[artifact]]\n# name = \"{name}_{version}_linux_amd64.tar.gz\"\n"
				    "# path = \"dist\"\n# platform = \"linux-x86_64\"\n"
				    "# requires = [\"sbom\", \"signature\", \"provenance\"]\n"
				    "# [[channel]]\n# kind = \"github\"\n# artifacts = [\"*.tar.gz\"]\n"));
}

void release_init_add_channels(struct release_init *init, struct att_buf *out)
{
	struct writer w = {.init = init, .out = out};
	att_buf_add(out,
		    ATT_STR("\n# --- What is built, and the channels that carry it. That they exist follows "
			    "from the "
			    "manifests; whether\n# each is really published there, nothing here tells.\n"));
	add_packages(&w);
	for (size_t i = 0; i < init->count; i++)
		add_packaging(&w, &init->files[i]);
	if (w.channels == 0)
		att_buf_add(out, ATT_STR("# None was found. Fill in, for what the project is published on:\n"
					 "# [[channel]]\n# kind = \"npm\"\n"));
	add_hints(&w);
}
