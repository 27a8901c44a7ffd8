// SPDX-License-Identifier: Apache-2.0
#include "release/pypi_index.h"

#include "libattest/format/json.h"
#include "libattest/net/fetch.h"
#include "libattest/package/pep440.h"

#include "libattest/base/banned.h"

/* --- names ----------------------------------------------------------------------------------------------- */

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

struct att_str release_pypi_normalise(struct att_arena *arena, struct att_str name)
{
	char *text = att_arena_alloc(arena, name.len + 1, 1);
	size_t len = 0;
	if (!text)
		return (struct att_str){NULL, 0};
	for (size_t i = 0; i < name.len; i++)
		if (!is_separator(name.data[i]))
			text[len++] = att_ascii_lower(name.data[i]);
		else if (len == 0 || text[len - 1] != '-')
			text[len++] = '-';
	return (struct att_str){text, len};
}

/* Bytes of `text`, which is not normalised, that stand for the project; 0 when it does not begin with it. */
static size_t pass_project(struct att_str text, struct att_str project)
{
	size_t at = 0;
	for (size_t i = 0; i < project.len; i++) {
		if (at >= text.len)
			return 0;
		if (project.data[i] != '-') {
			if (att_ascii_lower(text.data[at++]) != project.data[i])
				return 0;
			continue;
		}
		if (!is_separator(text.data[at]))
			return 0;
		while (at < text.len && is_separator(text.data[at]))
			at++;
	}
	return at;
}

static bool cut_ending(struct att_str *text, const char *ending)
{
	struct att_str end = att_str_of(ending);
	if (!att_str_ends(*text, end))
		return false;
	text->len -= end.len;
	return true;
}

static bool is_sdist(struct att_str *text)
{
	static const char *const endings[] = {".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz",   ".tar.Z",
					      ".tar",    ".tbz", ".txz",     ".tlz", ".tar.lzma", ".tar.lz"};
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (cut_ending(text, endings[i]))
			return true;
	return false;
}

/* NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM: no part has a dash, and a build begins with a digit. */
static bool read_wheel(struct att_str stem, size_t name, struct att_str *version)
{
	struct att_str rest = att_str_from(stem, name + 1), parts[6];
	size_t count = 0;
	if (att_str_find_byte(stem, '-') != name)
		return false;
	while (count < 6 && att_str_split(&rest, '-', &parts[count]))
		if (parts[count++].len == 0)
			return false;
	*version = parts[0];
	return count == 4 || (count == 5 && att_ascii_is_digit(parts[1].data[0]));
}

enum release_pypi_kind release_pypi_file_kind(struct att_str file, struct att_str project,
					      struct att_str *version)
{
	struct att_str stem = file, found = {NULL, 0};
	size_t name = pass_project(file, project);
	enum release_pypi_kind kind = RELEASE_PYPI_OTHER;
	if (name > 0 && name + 1 < file.len && file.data[name] == '-' && file.len <= RELEASE_PYPI_MAX_NAME) {
		if (cut_ending(&stem, ".whl"))
			kind = read_wheel(stem, name, &found) ? RELEASE_PYPI_WHEEL : RELEASE_PYPI_OTHER;
		else if (is_sdist(&stem) && stem.len > name + 1) {
			kind = RELEASE_PYPI_SDIST;
			found = att_str_from(stem, name + 1);
		}
	}
	*version = kind == RELEASE_PYPI_OTHER ? (struct att_str){NULL, 0} : found;
	return kind;
}

bool release_pypi_is_version(struct att_str text, struct att_str version)
{
	struct att_pep440 a, b;
	return att_pep440_read(text, &a) && att_pep440_read(version, &b) && att_pep440_compare(&a, &b) == 0;
}

/* Is it what "==VERSION" installs? Without a local part that takes those with any, and prefers them. */
static bool is_version(struct att_str text, struct att_str version)
{
	struct att_pep440 a, b;
	if (!att_pep440_read(text, &a) || !att_pep440_read(version, &b))
		return false;
	return b.local.len > 0 ? att_pep440_compare(&a, &b) == 0 : att_pep440_compare_public(&a, &b) == 0;
}

/* In a wheel's name no part has a dash, and pip reads "_" as one. */
static bool is_wheel_version(struct att_str text, struct att_str version)
{
	char copy[RELEASE_PYPI_MAX_NAME];
	if (text.len > sizeof copy)
		return false;
	for (size_t i = 0; i < text.len; i++)
		copy[i] = text.data[i] == '_' ? '-' : text.data[i];
	return is_version(text, version) || is_version((struct att_str){copy, text.len}, version);
}

bool release_pypi_is_of(struct att_str file, struct att_str project, struct att_str version)
{
	struct att_str said;
	size_t name = pass_project(file, project);
	enum release_pypi_kind kind = release_pypi_file_kind(file, project, &said);
	if (kind != RELEASE_PYPI_OTHER)
		return kind == RELEASE_PYPI_WHEEL ? is_wheel_version(said, version) : is_version(said, version);
	if (name == 0 || name >= file.len || file.data[name] != '-')
		return false;
	said = att_str_from(file, name + 1);
	if (is_version(att_str_first(said, att_str_find_byte(said, '-')), version))
		return true;
	if (!att_str_starts(said, version))
		return false;
	said = att_str_from(said, version.len);
	return said.len == 0 || !(att_ascii_is_alnum(said.data[0]) || said.data[0] == '+' ||
				  (said.data[0] == '.' && said.len > 1 && att_ascii_is_digit(said.data[1])));
}

/* --- links ----------------------------------------------------------------------------------------------- */

/* Without percent-encoding. `out` may be where `text` is, or before it. */
static struct att_str unquote(struct att_str text, char *out)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		int high = i + 2 < text.len ? att_ascii_hex(text.data[i + 1]) : -1;
		int low = high >= 0 ? att_ascii_hex(text.data[i + 2]) : -1;
		bool is_code = text.data[i] == '%' && low >= 0;
		out[len++] = is_code ? (char)(high * 16 + low) : text.data[i];
		i += is_code ? 2 : 0;
	}
	return (struct att_str){out, len};
}

static struct att_str last_part(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	return slash == ATT_STR_NONE ? path : att_str_from(path, slash + 1);
}

/* Some drop tabs and ends of lines from links, and some take the name and version from "egg=" in place of the
 * file's name: a page with either means different things to different programs. */
static const char *find_trick(struct att_str url)
{
	for (size_t i = 0; i < url.len; i++)
		if ((unsigned char)url.data[i] < ' ' || url.data[i] == 0x7f)
			return "expected a link, found control characters in one";
	if (att_str_find(url, ATT_STR("#egg=")) != ATT_STR_NONE ||
	    att_str_find(url, ATT_STR("&egg=")) != ATT_STR_NONE)
		return "expected links to files, found one with \"egg=\", which can stand for any version";
	return NULL;
}

int release_pypi_take_link(const struct att_source *source, const struct release_pypi_index *index,
			   struct release_pypi_file *file, char text[static 2 * ATT_FETCH_MAX_URL],
			   struct att_span span, bool *is_of, struct att_err *err)
{
	struct att_str path = att_str_first(file->url, att_str_find_byte(file->url, '#'));
	const char *trick = find_trick(file->url);
	*is_of = false;
	path = att_str_first(path, att_str_find_byte(path, '?'));
	if (trick || path.len > ATT_FETCH_MAX_URL)
		return att_source_err(source, err, ATT_ERR_UNSUPPORTED, span, "%s",
				      trick ? trick
					    : "expected links of at most 8192 bytes, found a longer one");
	/* pip decodes, passes slashes at the end, cuts, and decodes once more; others cut first. */
	struct att_str whole = unquote(path, text);
	while (att_str_ends(whole, ATT_STR("/")))
		whole.len--;
	struct att_str part = last_part(whole), cut = last_part(path);
	struct att_str as_others = unquote(cut, text + ATT_FETCH_MAX_URL), as_pip = unquote(part, text);
	struct att_str said = file->name.data ? file->name : as_pip;
	const struct att_str names[] = {said, as_pip, as_others};
	for (size_t i = 0; i < 3; i++)
		*is_of |= release_pypi_is_of(names[i], index->project, index->version);
	if (*is_of && (!att_str_equal(said, as_pip) || !att_str_equal(said, as_others)))
		return att_source_err(
			source, err, ATT_ERR_MALFORMED, span,
			"expected a link to a file of the name that is said, found \"%.*s\" and "
			"\"%.*s\"",
			ATT_STR_ARG(att_str_first(said, 150)),
			ATT_STR_ARG(att_str_first(att_str_equal(said, as_pip) ? as_others : as_pip, 150)));
	file->name = said;
	return ATT_OK;
}

/* --- files ----------------------------------------------------------------------------------------------- */

bool release_pypi_is_sha256(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (att_ascii_hex(text.data[i]) < 0)
			return false;
	return text.len == RELEASE_PYPI_SHA256;
}

void release_pypi_index_clear(struct release_pypi_index *index)
{
	att_arena_clear(&index->arena);
	*index = (struct release_pypi_index){0};
}

static struct release_pypi_file *find(const struct release_pypi_index *index, struct att_str name)
{
	for (size_t i = 0; i < index->count; i++)
		if (att_str_equal(index->files[i].name, name))
			return &index->files[i];
	return NULL;
}

const struct release_pypi_file *release_pypi_find(const struct release_pypi_index *index, struct att_str name)
{
	return find(index, name);
}

static struct att_str lower_copy(struct att_arena *arena, struct att_str text)
{
	char *copy = att_arena_alloc(arena, text.len + 1, 1);
	for (size_t i = 0; copy && i < text.len; i++)
		copy[i] = att_ascii_lower(text.data[i]);
	return (struct att_str){copy, text.len};
}

int release_pypi_keep(const struct att_source *source, struct release_pypi_index *index,
		      const struct release_pypi_file *file, struct att_span span, struct att_err *err)
{
	struct att_err why = {0};
	struct release_pypi_file *twin = find(index, file->name), *at;
	if (index->count >= RELEASE_PYPI_MAX_FILES || file->name.len > RELEASE_PYPI_MAX_NAME)
		return att_source_err(
			source, err, ATT_ERR_LIMIT, span,
			"expected at most %d files of one version, with names of at most %d bytes",
			RELEASE_PYPI_MAX_FILES, RELEASE_PYPI_MAX_NAME);
	for (size_t i = 0; i < 2; i++) {
		struct att_str sha256 = i ? file->metadata_sha256 : file->sha256;
		if (sha256.len > 0 && !release_pypi_is_sha256(sha256))
			return att_source_err(source, err, ATT_ERR_MALFORMED, span,
					      "expected a SHA-256 of 64 hexadecimal digits, found \"%.*s\"",
					      ATT_STR_ARG(att_str_first(sha256, 80)));
	}
	at = att_arena_push(&index->arena, (void **)&index->files, &index->count, &index->capacity, sizeof *at);
	if (!at)
		return att_err_memory(err);
	*at = *file;
	at->is_twice = twin != NULL;
	/* The array may have moved. */
	twin = find(index, file->name);
	twin->is_twice |= at->is_twice;
	at->name = att_arena_copy(&index->arena, file->name);
	at->type = att_arena_copy(&index->arena, file->type);
	at->sha256 = lower_copy(&index->arena, file->sha256);
	at->metadata_sha256 = lower_copy(&index->arena, file->metadata_sha256);
	at->python = att_arena_copy(&index->arena, file->python);
	if (!at->name.data || !at->type.data || !at->sha256.data || !at->metadata_sha256.data ||
	    !at->python.data)
		return att_err_memory(err);
	int status = att_fetch_resolve(index->url, file->url, &index->arena, &at->url, &why);
	if (status == ATT_OK && file->provenance.len > 0)
		status = att_fetch_resolve(index->url, file->provenance, &index->arena, &at->provenance, &why);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(err);
	return status == ATT_OK ? ATT_OK : att_source_err(source, err, status, span, "%s", why.message);
}

int release_pypi_take_metadata(const struct att_source *source, struct release_pypi_file *file,
			       struct att_str sha256, struct att_span span, struct att_err *err)
{
	if (file->metadata_sha256.len > 0 && sha256.len > 0 &&
	    !att_str_equal_nocase(file->metadata_sha256, sha256))
		return att_source_err(source, err, ATT_ERR_MALFORMED, span,
				      "expected one digest of the metadata, found two that differ");
	file->has_metadata = true;
	if (sha256.len > 0)
		file->metadata_sha256 = sha256;
	return ATT_OK;
}

/* --- JSON ------------------------------------------------------------------------------------------------ */

/* Absent and null are the same. */
static int read_size(const struct att_source *source, const struct att_value *entry,
		     struct release_pypi_file *file, struct att_err *err)
{
	const struct att_value *size = att_value_get(entry, "size");
	if (!size || size->kind == ATT_NULL)
		return ATT_OK;
	if (size->kind != ATT_INTEGER || size->integer.negative)
		return att_source_err(source, err, ATT_ERR_MALFORMED, size->span,
				      "expected a number of bytes for \"size\", found %s",
				      att_value_kind_name(size));
	file->size = size->integer.magnitude;
	file->has_size = true;
	return ATT_OK;
}

/* False, or true, or the reason for it. */
static int read_yanked(const struct att_source *source, const struct att_value *entry,
		       struct release_pypi_file *file, struct att_err *err)
{
	const struct att_value *yanked = att_value_get(entry, "yanked");
	if (yanked && yanked->kind != ATT_BOOL && yanked->kind != ATT_STRING)
		return att_source_err(source, err, ATT_ERR_MALFORMED, yanked->span,
				      "expected true, false or a reason for \"yanked\", found %s",
				      att_value_kind_name(yanked));
	file->is_yanked = yanked && (yanked->kind == ATT_STRING || yanked->boolean);
	return ATT_OK;
}

/* Two members, since the newer name had to be found; true, or digests. Some installers read one of them, some
 * both. */
static int read_metadata(const struct att_source *source, const struct att_value *entry,
			 struct release_pypi_file *file, struct att_err *err)
{
	static const char *const keys[] = {"core-metadata", "dist-info-metadata"};
	for (size_t i = 0; i < 2; i++) {
		const struct att_value *said = att_value_get(entry, keys[i]);
		struct att_str sha256 = att_value_text(att_value_get(said, "sha256"));
		if (!said || said->kind == ATT_NULL || (said->kind == ATT_BOOL && !said->boolean))
			continue;
		if (said->kind != ATT_OBJECT && said->kind != ATT_BOOL)
			return att_source_err(source, err, ATT_ERR_MALFORMED, said->span,
					      "expected true, false or digests for \"%s\", found %s", keys[i],
					      att_value_kind_name(said));
		int status = release_pypi_take_metadata(source, file, sha256, said->span, err);
		if (status != ATT_OK)
			return status;
	}
	return ATT_OK;
}

/* A string that may be missing, or null. */
static int read_claim(const struct att_source *source, const struct att_value *entry, const char *key,
		      struct att_str *out, struct att_err *err)
{
	const struct att_value *value = att_value_get(entry, key);
	int status = ATT_OK;
	if (value && value->kind != ATT_NULL)
		status = att_value_want(source, entry, key, ATT_STRING, true, &value, err);
	*out = att_value_text(value);
	return status;
}

static int read_text(const struct att_source *source, const struct att_value *entry, const char *key,
		     bool required, struct att_str *out, struct att_err *err)
{
	const struct att_value *value;
	int status = att_value_want(source, entry, key, ATT_STRING, required, &value, err);
	*out = att_value_text(value);
	return status;
}

/* One entry of "files" or "urls". */
static int read_entry(const struct att_source *source, const struct att_value *entry, const char *digests,
		      struct release_pypi_index *index, bool wants_all, struct att_err *err)
{
	struct release_pypi_file file = {0};
	const struct att_value *hashes;
	char text[2 * ATT_FETCH_MAX_URL];
	bool is_of = wants_all;
	int status = read_text(source, entry, "filename", true, &file.name, err);
	/* pip goes by the link, and others by the name. */
	file.url = att_value_text(att_value_get(entry, "url"));
	if (status == ATT_OK && !wants_all)
		status = release_pypi_take_link(source, index, &file, text, entry->span, &is_of, err);
	if (status != ATT_OK || !is_of)
		return status;
	status = read_text(source, entry, "url", true, &file.url, err);
	if (status == ATT_OK)
		status = att_value_want(source, entry, digests, ATT_OBJECT, true, &hashes, err);
	if (status == ATT_OK)
		status = read_text(source, hashes, "sha256", false, &file.sha256, err);
	if (status == ATT_OK && wants_all)
		status = read_text(source, entry, "packagetype", true, &file.type, err);
	if (status == ATT_OK)
		status = read_size(source, entry, &file, err);
	if (status == ATT_OK)
		status = read_yanked(source, entry, &file, err);
	if (status == ATT_OK && !wants_all)
		status = read_metadata(source, entry, &file, err);
	if (status == ATT_OK)
		status = read_claim(source, entry, wants_all ? "requires_python" : "requires-python",
				    &file.python, err);
	if (status == ATT_OK && !wants_all)
		status = read_claim(source, entry, "provenance", &file.provenance, err);
	return status == ATT_OK ? release_pypi_keep(source, index, &file, entry->span, err) : status;
}

static int read_entries(const struct att_source *source, const struct att_value *root, const char *key,
			const char *digests, struct release_pypi_index *index, bool wants_all,
			struct att_err *err)
{
	const struct att_value *list;
	int status = att_value_want(source, root, key, ATT_ARRAY, true, &list, err);
	for (size_t i = 0; status == ATT_OK && i < list->count; i++)
		status = read_entry(source, &list->items[i], digests, index, wants_all, err);
	return status;
}

static int check_project(const struct att_source *source, const struct att_value *object,
			 struct att_arena *arena, const struct release_pypi_index *index, struct att_err *err)
{
	const struct att_value *name;
	int status = att_value_want(source, object, "name", ATT_STRING, true, &name, err);
	if (status != ATT_OK)
		return status;
	struct att_str found = release_pypi_normalise(arena, name->string);
	if (!found.data)
		return att_err_memory(err);
	if (!att_str_equal(found, index->project))
		return att_source_err(source, err, ATT_ERR_MALFORMED, name->span,
				      "expected the project %.*s, found %.*s", ATT_STR_ARG(index->project),
				      ATT_STR_ARG(att_str_first(found, 100)));
	return ATT_OK;
}

int release_pypi_read_release(const struct att_source *source, struct release_pypi_index *index,
			      struct att_err *err)
{
	struct att_arena arena = {0};
	struct att_value root;
	const struct att_value *info = NULL;
	struct att_str version;
	int status = att_json_parse(source, &arena, &root, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "info", ATT_OBJECT, true, &info, err);
	if (status == ATT_OK)
		status = check_project(source, info, &arena, index, err);
	if (status == ATT_OK)
		status = read_text(source, info, "version", true, &version, err);
	if (status == ATT_OK) {
		index->said_version = att_arena_copy(&index->arena, version);
		status = index->said_version.data ? ATT_OK : att_err_memory(err);
	}
	if (status == ATT_OK)
		status = read_entries(source, &root, "urls", "digests", index, true, err);
	att_arena_clear(&arena);
	return status;
}

int release_pypi_read_simple(const struct att_source *source, struct release_pypi_index *index,
			     struct att_err *err)
{
	struct att_arena arena = {0};
	struct att_value root;
	const struct att_value *meta = NULL, *api = NULL;
	int status = att_json_parse(source, &arena, &root, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "meta", ATT_OBJECT, true, &meta, err);
	if (status == ATT_OK)
		status = att_value_want(source, meta, "api-version", ATT_STRING, true, &api, err);
	if (status == ATT_OK && !att_str_starts(api->string, ATT_STR("1.")))
		status = att_source_err(source, err, ATT_ERR_UNSUPPORTED, api->span,
					"expected version 1 of the simple API, found \"%.*s\"",
					ATT_STR_ARG(att_str_first(api->string, 40)));
	if (status == ATT_OK)
		status = check_project(source, &root, &arena, index, err);
	if (status == ATT_OK)
		status = read_entries(source, &root, "files", "hashes", index, false, err);
	att_arena_clear(&arena);
	return status;
}
