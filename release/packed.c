// SPDX-License-Identifier: Apache-2.0
#include "release/packed.h"

#include <archive_entry.h>
#include <errno.h>

#include "libattest/format/archive.h"
#include "release/tree.h"

#include "libattest/base/banned.h"

enum {
	/* gzip makes a thousandth of zeros at best. */
	MAX_RATIO = 1100,
	/* The largest packages hold some 30,000 files. */
	MAX_ENTRIES = 1000000,
	/* A manifest with its description in it. */
	MAX_METADATA = 16 << 20,
};

/* No registry takes more than a few GB, and wheels of some hundred MB are rare. */
#define MAX_UNPACKED ((uint64_t)16 << 30)
#define RATIO_FREE   ((uint64_t)16 << 20)

/* Those that are known by the manifest they were made from stand before those that are known by their ending.
 */
#define NPM_ALSO                                                                                               \
	{                                                                                                      \
		"*.gyp", "npm-shrinkwrap.json"                                                                 \
	}

static const struct release_packed_kind kinds[] = {
	{"chart",
	 ".tgz",
	 "Chart.yaml",
	 "Chart.yaml",
	 NULL,
	 RELEASE_SEMVER,
	 release_packed_read_chart,
	 NULL,
	 {NULL}},
	{"npm tarball", ".tar.gz", "package.json", "package.json", NULL, RELEASE_SEMVER,
	 release_packed_read_npm, NULL, NPM_ALSO},
	{"npm tarball", ".tgz", NULL, "package.json", NULL, RELEASE_SEMVER, release_packed_read_npm, NULL,
	 NPM_ALSO},
	{"crate",
	 ".crate",
	 NULL,
	 "Cargo.toml",
	 NULL,
	 RELEASE_SEMVER,
	 release_packed_read_crate,
	 ".cargo_vcs_info.json",
	 {NULL}},
	{"wheel",
	 ".whl",
	 NULL,
	 "METADATA",
	 ".dist-info",
	 RELEASE_PEP440,
	 release_packed_read_python,
	 NULL,
	 {NULL}},
	{"source distribution",
	 ".tar.gz",
	 NULL,
	 "PKG-INFO",
	 NULL,
	 RELEASE_PEP440,
	 release_packed_read_python,
	 NULL,
	 {NULL}},
	{"source distribution",
	 ".zip",
	 NULL,
	 "PKG-INFO",
	 NULL,
	 RELEASE_PEP440,
	 release_packed_read_python,
	 NULL,
	 {NULL}},
};

const struct release_packed_kind *release_packed_kind_of(struct att_str path, struct att_str made_from)
{
	struct att_str name = release_path_name(made_from);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (att_str_ends(path, att_str_of(kinds[i].ending)) &&
		    (!kinds[i].made_from || att_str_is(name, kinds[i].made_from)))
			return &kinds[i];
	return NULL;
}

/* --- the archive --------------------------------------------------------------------------------------- */

struct unpacking {
	struct release_packed *packed;
	struct att_archive_input input;
	struct archive *archive;
	struct att_str path; /* of the archive */
	uint64_t unpacked;
	size_t entries;
	struct att_arena names; /* of one entry */
	struct att_err *err;
};

static int fail(struct unpacking *u)
{
	const char *why = archive_error_string(u->archive);
	if (archive_errno(u->archive) == ENOMEM)
		return att_err_memory(u->err);
	return att_err_set(u->err, ATT_ERR_MALFORMED, "the archive is damaged: %s", why ? why : "unknown");
}

static bool is_zip(struct att_str path)
{
	return att_str_ends(path, ATT_STR(".whl")) || att_str_ends(path, ATT_STR(".zip"));
}

static int open_archive(struct unpacking *u)
{
	u->archive = archive_read_new();
	if (!u->archive)
		return att_err_memory(u->err);
	/* Nothing but what these kinds are made of: each format is code that a hostile file reaches. */
	int status = archive_read_support_filter_gzip(u->archive);
	status |= is_zip(u->path) ? archive_read_support_format_zip(u->archive)
				  : archive_read_support_format_tar(u->archive);
	if (status == ARCHIVE_OK && att_archive_open(u->archive, &u->input))
		return ATT_OK;
	return att_err_set(u->err, ATT_ERR_MALFORMED, "expected an archive (%s), found none that can be read",
			   u->packed->kind->name);
}

static int check_bounds(struct unpacking *u)
{
	if (u->unpacked <= MAX_UNPACKED && u->unpacked <= RATIO_FREE + MAX_RATIO * u->input.read)
		return ATT_OK;
	return att_err_set(
		u->err, ATT_ERR_LIMIT,
		"expected an archive that unpacks to at most %d times its size, found %llu MB and more",
		MAX_RATIO, (unsigned long long)u->unpacked >> 20);
}

/* Passes an entry's bytes, which are kept when somebody wants them. */
static int pass_entry(struct unpacking *u, struct att_buf *bytes)
{
	const void *block;
	size_t size;
	la_int64_t offset;
	int result, status = ATT_OK;
	while (status == ATT_OK &&
	       (result = archive_read_data_block(u->archive, &block, &size, &offset)) != ARCHIVE_EOF) {
		if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
			return fail(u);
		u->unpacked += size;
		status = check_bounds(u);
		if (status != ATT_OK || !bytes)
			continue;
		if (offset != (la_int64_t)bytes->len)
			return att_err_set(u->err, ATT_ERR_MALFORMED,
					   "expected metadata without holes, found one");
		att_buf_add(bytes, (struct att_str){block, size});
		if (bytes->starved)
			return att_err_memory(u->err);
		if (!att_buf_ok(bytes))
			return att_err_set(u->err, ATT_ERR_LIMIT,
					   "expected metadata of at most %d MB, found more",
					   MAX_METADATA >> 20);
	}
	return status;
}

/* FOLDER/FILE, however the name is written; "*" stands for anything at the beginning. */
static bool is_file(const struct release_packed_kind *kind, struct att_str name, const char *file)
{
	struct att_str folder = release_path_folder(name);
	if (!file)
		return false;
	bool is_it = file[0] == '*' ? att_str_ends(name, att_str_of(file + 1))
				    : att_str_is(release_path_name(name), file);
	return is_it && folder.len > 0 && att_str_find_byte(folder, '/') == ATT_STR_NONE &&
	       (!kind->folder || att_str_ends(folder, att_str_of(kind->folder)));
}

static int begin_file(struct unpacking *u, struct archive_entry *entry, struct att_str name, bool *found)
{
	struct release_packed *packed = u->packed;
	struct att_str file = release_path_name(name);
	if (*found)
		return att_err_set(u->err, ATT_ERR_MALFORMED,
				   "expected one %.*s in a folder of the archive, found two",
				   ATT_STR_ARG(file));
	if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
		return att_err_set(u->err, ATT_ERR_REFUSED,
				   "expected %.*s as a file in the archive, found a link", ATT_STR_ARG(file));
	*found = true;
	if (found != &packed->has_metadata)
		return ATT_OK;
	packed->folder = att_arena_copy(&packed->arena, release_path_folder(name));
	packed->metadata.path = ATT_ARENA_JOIN(&packed->arena, u->path, ATT_STR("/"), name);
	return packed->folder.data && packed->metadata.path.data ? ATT_OK : att_err_memory(u->err);
}

/* An entry by its name from the archive's root, normalised. */
static int take_named(struct unpacking *u, struct archive_entry *entry, struct att_str name)
{
	struct release_packed *packed = u->packed;
	bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
	bool is_metadata = !is_folder && is_file(packed->kind, name, packed->kind->metadata);
	for (size_t i = 0; i < 2; i++)
		packed->has_also[i] |= !is_folder && is_file(packed->kind, name, packed->kind->also[i]);
	if (!is_metadata && (is_folder || !is_file(packed->kind, name, packed->kind->beside)))
		return pass_entry(u, NULL);
	int status = begin_file(u, entry, name, is_metadata ? &packed->has_metadata : &packed->has_beside);
	return status == ATT_OK ? pass_entry(u, is_metadata ? &packed->bytes : &packed->beside) : status;
}

static int take_entry(struct unpacking *u, struct archive_entry *entry)
{
	const char *given = archive_entry_pathname(entry);
	struct att_str part, rest, name = {NULL, 0};
	if (!given)
		given = archive_entry_pathname_utf8(entry);
	rest = att_str_of(given);
	bool leaves = rest.len == 0 || rest.data[0] == '/';
	while (rest.data && att_str_split(&rest, '/', &part))
		leaves |= att_str_is(part, "..");
	if (leaves)
		return att_err_set(u->err, ATT_ERR_REFUSED,
				   "expected names below the archive's folder, found one that leads out of it");
	if (++u->entries > MAX_ENTRIES)
		return att_err_set(u->err, ATT_ERR_LIMIT,
				   "expected at most %d files in the archive, found more", MAX_ENTRIES);
	att_arena_clear(&u->names);
	name = release_path_join(&u->names, ATT_STR(""), att_str_of(given));
	if (!name.data)
		return att_err_memory(u->err);
	return take_named(u, entry, name);
}

static int check_end(struct unpacking *u, la_int64_t before)
{
	if (!att_archive_is_whole(u->archive, before))
		return att_err_set(u->err, ATT_ERR_MALFORMED,
				   "the archive is damaged: expected the mark of its end, found none");
	if (!u->packed->has_metadata)
		return att_err_set(u->err, ATT_ERR_MALFORMED, "expected FOLDER/%s in the %s, found none",
				   u->packed->kind->metadata, u->packed->kind->name);
	return ATT_OK;
}

static int read_archive(struct unpacking *u)
{
	int status = open_archive(u);
	while (status == ATT_OK) {
		struct archive_entry *entry;
		la_int64_t before = archive_filter_bytes(u->archive, 0);
		int result = archive_read_next_header(u->archive, &entry);
		if (result == ARCHIVE_EOF)
			return check_end(u, before);
		/* A warning is about a name's characters or an attribute: nothing of the bytes. */
		status = result == ARCHIVE_OK || result == ARCHIVE_WARN ? take_entry(u, entry) : fail(u);
	}
	return status;
}

int release_packed_read(int fd, struct att_str path, struct att_str made_from, struct release_packed *out,
			struct att_err *err)
{
	*out = (struct release_packed){.kind = release_packed_kind_of(path, made_from)};
	struct unpacking u = {.packed = out, .input = {.fd = fd, .can_seek = true}, .path = path, .err = err};
	att_buf_init(&out->bytes, MAX_METADATA);
	att_buf_init(&out->beside, MAX_METADATA);
	if (!out->kind) {
		att_err_set(err, ATT_ERR_UNSUPPORTED, "expected a packed archive of a kind that is known");
		att_err_help(err, "read are .crate, .tgz (npm, Helm), .whl, and .tar.gz and .zip (Python)");
		return ATT_ERR_UNSUPPORTED;
	}
	int status = is_zip(path) ? release_packed_check_zip(fd, err) : ATT_OK;
	if (status == ATT_OK)
		status = read_archive(&u);
	if (status == ATT_OK)
		status = att_source_init(&out->metadata, &out->arena, out->metadata.path,
					 att_buf_str(&out->bytes), err);
	if (status == ATT_OK)
		status = out->kind->read(out, err);
	if (u.archive)
		archive_read_free(u.archive);
	att_arena_clear(&u.names);
	return status;
}

void release_packed_clear(struct release_packed *packed)
{
	att_buf_clear(&packed->bytes);
	att_buf_clear(&packed->beside);
	att_arena_clear(&packed->arena);
	*packed = (struct release_packed){.kind = NULL};
}

/* --- what names say ------------------------------------------------------------------------------------ */

/* Behind the first dash that a version follows; names of packages may have dashes, too. */
static struct att_str version_in(const struct release_packed *packed, struct att_str stem)
{
	for (size_t dash; (dash = att_str_find_byte(stem, '-')) != ATT_STR_NONE;) {
		stem = att_str_from(stem, dash + 1);
		if (stem.len > 0 && att_ascii_is_digit(stem.data[0]) &&
		    release_spelling_reads(packed->kind->scheme, stem))
			return stem;
	}
	return ATT_STR("");
}

struct att_str release_packed_name_version(const struct release_packed *packed, struct att_str path)
{
	struct att_str stem = release_path_name(path);
	stem.len -= strlen(packed->kind->ending);
	if (!packed->kind->folder)
		return version_in(packed, stem);
	/* NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM */
	stem = att_str_from(stem, att_str_find_byte(stem, '-'));
	stem = att_str_from(stem, 1);
	return att_str_first(stem, att_str_find_byte(stem, '-'));
}

struct att_str release_packed_folder_version(const struct release_packed *packed)
{
	struct att_str folder = packed->folder;
	if (packed->kind->folder)
		folder.len -= strlen(packed->kind->folder);
	return version_in(packed, folder);
}
