// SPDX-License-Identifier: Apache-2.0
#include "release/binstall.h"

#include "libattest/base/banned.h"

/* --- archive formats ----------------------------------------------------------------------------------- */

static const char *const tar_suffixes[] = {".tar", NULL};
static const char *const tbz2_suffixes[] = {".tbz2", ".tar.bz2", ".tbz", ".tar.bz", NULL};
static const char *const tgz_suffixes[] = {".tgz", ".tar.gz", NULL};
static const char *const txz_suffixes[] = {".txz", ".tar.xz", NULL};
static const char *const tzstd_suffixes[] = {".tzstd", ".tzst", ".tar.zst", NULL};
static const char *const zip_suffixes[] = {".zip", NULL};
static const char *const bin_suffixes[] = {".bin", "", NULL};
static const char *const exe_suffixes[] = {".bin", "", ".exe", NULL};

static const struct {
	const char *name;
	const char *const *suffixes;
} formats[RELEASE_BINSTALL_FORMATS] = {
	{"tar", tar_suffixes},     {"tbz2", tbz2_suffixes}, {"tgz", tgz_suffixes}, {"txz", txz_suffixes},
	{"tzstd", tzstd_suffixes}, {"zip", zip_suffixes},   {"bin", bin_suffixes},
};

struct att_str release_binstall_format(size_t index)
{
	return att_str_of(formats[index].name);
}

const char *const *release_binstall_suffixes(struct att_str format, bool windows)
{
	for (size_t i = 0; i < RELEASE_BINSTALL_FORMATS; i++)
		if (att_str_is(format, formats[i].name))
			return windows && formats[i].suffixes == bin_suffixes ? exe_suffixes
									      : formats[i].suffixes;
	return NULL;
}

bool release_binstall_tells_format(struct att_str url)
{
	for (size_t i = 0; i < RELEASE_BINSTALL_FORMATS; i++)
		for (size_t k = 0; formats[i].suffixes[k]; k++)
			if (formats[i].suffixes[k][0] && att_str_ends(url, att_str_of(formats[i].suffixes[k])))
				return true;
	return att_str_ends(url, ATT_STR(".exe"));
}

/* --- templates ----------------------------------------------------------------------------------------- */

static bool is_mark(char c)
{
	return c == '{' || c == '}' || c == '\\';
}

/* The next part of a template: text, or the key between braces. False at the end; *wrong for a brace without
 * its other. A backslash takes a brace or backslash as it is. */
static bool next_part(struct att_str *rest, struct att_str *part, bool *is_key, bool *wrong)
{
	size_t end;
	*is_key = *wrong = false;
	if (rest->len == 0)
		return false;
	if (rest->data[0] == '{') {
		end = att_str_find_byte(*rest, '}');
		*wrong = end == ATT_STR_NONE;
		*is_key = true;
		*part = att_str_trim(att_str_from(att_str_first(*rest, *wrong ? rest->len : end), 1));
		*rest = att_str_from(*rest, *wrong ? rest->len : end + 1);
		return true;
	}
	if (rest->data[0] == '\\' || rest->data[0] == '}') {
		*wrong = rest->data[0] == '}' || rest->len < 2 || !is_mark(rest->data[1]);
		*part = att_str_first(att_str_from(*rest, 1), 1);
		*rest = att_str_from(*rest, 2);
		return true;
	}
	for (end = 0; end < rest->len && !is_mark(rest->data[end]);)
		end++;
	*part = att_str_first(*rest, end);
	*rest = att_str_from(*rest, end);
	return true;
}

static bool is_format_key(struct att_str key)
{
	return att_str_is(key, "format") || att_str_is(key, "archive-format") ||
	       att_str_is(key, "archive-suffix");
}

bool release_binstall_has_format(struct att_str text)
{
	struct att_str part;
	bool is_key, wrong;
	while (next_part(&text, &part, &is_key, &wrong))
		if (is_key && is_format_key(part))
			return true;
	return false;
}

/* data is NULL for a key that has no value. */
static struct att_str value_of(const struct release_binstall_values *v, struct att_str key)
{
	const struct release_binstall_target *target = v->target;
	const struct {
		const char *key;
		struct att_str value;
	} known[] = {
		{"name", v->name},
		{"version", v->version},
		{"repo", v->repo},
		{"subcrate", v->subcrate},
		{"target", target->triple},
		{"target-arch", target->arch},
		{"target-family", target->os}, /* so it is called; it is the system */
		{"os-name", att_str_is(target->os, "darwin") ? ATT_STR("macos") : target->os},
		{"target-libc", target->env},
		{"target-vendor", target->vendor},
		{"binary-ext", att_str_find(target->triple, ATT_STR("windows")) == ATT_STR_NONE
				       ? ATT_STR("")
				       : ATT_STR(".exe")},
	};
	if (is_format_key(key) && v->has_suffix) {
		if (att_str_is(key, "archive-suffix"))
			return v->suffix;
		return v->suffix.len ? att_str_from(v->suffix, 1) : ATT_STR("bin");
	}
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (att_str_is(key, known[i].key))
			return known[i].value;
	return (struct att_str){NULL, 0};
}

int release_binstall_expand(struct att_str text, const struct release_binstall_values *values,
			    struct att_arena *arena, struct att_buf *out, struct att_str *reason)
{
	struct att_str part;
	bool is_key, wrong;
	while (next_part(&text, &part, &is_key, &wrong)) {
		struct att_str value = is_key ? value_of(values, part) : part;
		if (wrong || !value.data) {
			*reason =
				wrong ? ATT_STR("the template has a brace or backslash without its other half")
				      : att_arena_printf(arena, "nothing is known for { %.*s } of the template",
							 ATT_STR_ARG(att_str_first(part, 80)));
			return ATT_ERR_UNSUPPORTED;
		}
		att_buf_add(out, value);
	}
	if (!att_buf_ok(out)) {
		*reason = att_arena_printf(arena, "the url is longer than %zu bytes", out->max);
		return ATT_ERR_LIMIT;
	}
	return ATT_OK;
}

/* --- defaults ------------------------------------------------------------------------------------------ */

/* Those behind the eighth leave the version out, which not every host is asked for. */
enum { WITH_VERSION = 8, FILE_NAMES = 10 };
static const char *const file_names[FILE_NAMES] = {
	"/{name}-{target}-v{version}{archive-suffix}",
	"/{name}-{target}-{version}{archive-suffix}",
	"/{name}-{version}-{target}{archive-suffix}",
	"/{name}-v{version}-{target}{archive-suffix}",
	"/{name}_{target}_v{version}{archive-suffix}",
	"/{name}_{target}_{version}{archive-suffix}",
	"/{name}_{version}_{target}{archive-suffix}",
	"/{name}_v{version}_{target}{archive-suffix}",
	"/{name}-{target}{archive-suffix}",
	"/{name}_{target}{archive-suffix}",
};

/* The last two are for a crate in a folder of its own. */
struct host {
	const char *name, *suffix;
	const char *paths[4];
	size_t path_count, file_count;
};

static const struct host hosts[] = {
	{"github",
	 "",
	 {"{repo}/releases/download/{version}", "{repo}/releases/download/v{version}",
	  "{repo}/releases/download/{subcrate}%2F{version}",
	  "{repo}/releases/download/{subcrate}%2Fv{version}"},
	 2,
	 FILE_NAMES},
	{"gitlab",
	 "",
	 {"{repo}/-/releases/{version}/downloads/binaries", "{repo}/-/releases/v{version}/downloads/binaries",
	  "{repo}/-/releases/{subcrate}%2F{version}/downloads/binaries",
	  "{repo}/-/releases/{subcrate}%2Fv{version}/downloads/binaries"},
	 2,
	 FILE_NAMES},
	{"bitbucket.org", "", {"{repo}/downloads"}, 1, WITH_VERSION},
	{"sourceforge.net",
	 "/download",
	 {"{repo}/files/binaries/{version}", "{repo}/files/binaries/v{version}"},
	 2,
	 FILE_NAMES},
	{"codeberg.org",
	 "",
	 {"{repo}/releases/download/{version}", "{repo}/releases/download/v{version}"},
	 2,
	 FILE_NAMES},
};

static const struct host *find_host(struct att_str repository)
{
	size_t scheme = att_str_find(repository, ATT_STR("://"));
	if (scheme == ATT_STR_NONE)
		return NULL;
	struct att_str host = att_str_from(repository, scheme + 3);
	size_t slash = att_str_find_byte(host, '/');
	if (slash != ATT_STR_NONE)
		host = att_str_first(host, slash);
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		struct att_str name = att_str_of(hosts[i].name);
		bool whole = att_str_find_byte(name, '.') != ATT_STR_NONE;
		if (whole ? att_str_equal(host, name) : att_str_starts(host, name))
			return &hosts[i];
	}
	return NULL;
}

struct att_str release_binstall_default(struct att_arena *arena, struct att_str repository, bool has_subcrate,
					size_t *index)
{
	const struct host *host = find_host(repository);
	if (!host)
		return (struct att_str){NULL, 0};
	size_t paths = has_subcrate && host->paths[host->path_count] ? 4 : host->path_count;
	size_t file = *index / paths, path = *index % paths;
	if (file >= host->file_count)
		return (struct att_str){NULL, 0};
	++*index;
	return ATT_ARENA_JOIN(arena, att_str_of(host->paths[path]), att_str_of(file_names[file]),
			      att_str_of(host->suffix));
}

struct att_str release_binstall_cut_subcrate(struct att_str *repository)
{
	static const struct att_str none = {NULL, 0};
	const struct host *host = find_host(*repository);
	struct att_str parts[10], rest = *repository, part;
	size_t count = 0, at = 5;
	while (count < 10 && att_str_split(&rest, '/', &part))
		parts[count++] = part;
	/* scheme, "", host, owner, name, then where the folder stands in a branch */
	if (!host || rest.data || count < 8)
		return none;
	if (att_str_is(att_str_of(host->name), "gitlab") && !att_str_is(parts[at++], "-"))
		return none;
	if (!att_str_is(parts[at], att_str_is(att_str_of(host->name), "gitlab") ? "blob" : "tree"))
		return none;
	at += 2;
	if (at < count && att_str_is(parts[at], "crates"))
		at++;
	if (at + 1 != count || parts[at].len == 0 || !att_str_starts(att_str_of(host->name), ATT_STR("git")))
		return none;
	*repository = att_str_first(*repository, (size_t)(parts[4].data + parts[4].len - repository->data));
	return parts[at];
}
