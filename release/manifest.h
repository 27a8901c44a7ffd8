// SPDX-License-Identifier: Apache-2.0
/* What packaging manifests point at: Homebrew formulae and casks, Scoop, AUR, winget, cargo-binstall. They are
 * read, never executed; a value that only running them would tell is unknown, and says why. */
#ifndef RELEASE_MANIFEST_H
#define RELEASE_MANIFEST_H

#include "libattest/base/base.h"
#include "libattest/format/value.h"
#include "libattest/sign/digest.h"

/* What an item is to the package. Names do not tell: one that holds on some versions of a system only is called
 * after these, and is the main thing there all the same. */
enum release_role {
	RELEASE_ROLE_MAIN,
	RELEASE_ROLE_PART,   /* a resource or a patch, which may be somebody else's */
	RELEASE_ROLE_BOTTLE, /* of Homebrew, built of the main thing and installed in its place */
};

/* One thing that a manifest makes its reader download. Views live in the manifest's arena or the source's text.
 * What is pinned by two digests is two items with the same url. */
struct release_item {
	enum release_role role;
	struct att_str
		name; /* of a resource, bottle or target, and where it holds when that is not everywhere */
	struct att_str version; /* "" when it says none */
	struct att_str url;     /* without a scheme: a file beside the manifest */
	enum att_digest_kind
		algorithm;       /* ATT_DIGEST_NONE: nothing is claimed about the bytes, as cargo-binstall
				  * never does. Weak ones stay as they stand: ask att_digest_is_weak */
	struct att_str digest;   /* lowercase hexadecimal */
	struct att_str platform; /* "linux-x86_64", "linux-aarch64", "macos-x86_64", "macos-aarch64",
				  * "windows-x86_64", "windows-x86", "windows-aarch64" and such; "linux",
				  * "macos" or "windows" for every architecture; "" for every platform */
	struct att_str unknown;  /* why url, digest or version could not be told; "" when everything was. What
				  * could be told is filled in all the same */
	bool is_skipped;         /* it is unknown because the manifest renounces a digest ("SKIP") */
	bool is_alternative;     /* one of the alternatives of the same platform is enough (cargo-binstall) */
	/* Of the literals, for findings and for rewriting; empty when the value was computed. The span of the
	 * digest is that of its hexadecimal, quotes and a prefix such as "sha512:" excluded. */
	struct att_span version_span, url_span, digest_span;
	struct att_span span; /* where the item stands, for findings about it as a whole */
};

struct release_manifest {
	struct att_arena arena;
	struct release_item *items; /* in the order of the file */
	size_t count, capacity;
	struct att_str name, version; /* of the package; "" when it says none */
	/* Of winget, where not every file has items: where the name and the version stand, and the literal of
	 * the version for rewriting, empty when there is none. */
	struct att_span name_place, version_place, version_span;
	/* Target triples that a manifest of cargo-binstall is asked for; NULL: those that are usual, and those
	 * that it names. */
	const struct att_value *targets;
};

struct release_manifest_format {
	const char *name; /* "homebrew-formula", "homebrew-cask", "scoop", "aur-srcinfo", "aur-pkgbuild",
			   * "winget", "cargo-binstall" */
	/* Is it likely one? By its name, or by what stands in it, at the cost of a look through the text. */
	bool (*recognize)(struct att_str path, struct att_str text);
	/* Fills *out, which is empty; on errors the caller clears it. Errors, with the place:
	 * ATT_ERR_MALFORMED for what breaks the format, ATT_ERR_LIMIT above ATT_MAX_VALUES items or nesting
	 * beyond ATT_MAX_DEPTH, ATT_ERR_MEMORY. */
	int (*parse)(const struct att_source *source, struct release_manifest *out, struct att_err *err);
};

/* All formats, the surest to recognize first; NULL-terminated. */
extern const struct release_manifest_format *const release_manifest_formats[];

/* The format that a file is recognized as, or NULL. */
const struct release_manifest_format *release_manifest_find_format(struct att_str path, struct att_str text);

/* Parses `source`, which has to outlive *out, as the format that it is recognized as; *format (may be NULL)
 * tells which. Clear *out in the end, also after errors. Errors: as the formats', and ATT_ERR_UNSUPPORTED for a
 * file of none of them. */
int release_manifest_parse(const struct att_source *source, struct release_manifest *out,
			   const struct release_manifest_format **format, struct att_err *err) ATT_MUST_USE;

/* The same, asked for these targets, a list of strings, or NULL. */
int release_manifest_parse_for(const struct att_source *source, const struct att_value *targets,
			       struct release_manifest *out, const struct release_manifest_format **format,
			       struct att_err *err) ATT_MUST_USE;

/* Frees what the manifest owns; it is empty afterwards. */
void release_manifest_clear(struct release_manifest *manifest);

/* ---- for the formats ---- */

/* A new item at the end, zeroed. NULL when memory is out. */
struct release_item *release_manifest_add(struct release_manifest *manifest);

/* Adds a reason, a sentence without final stop, to the ones that the item is unknown for. Errors stick to
 * the arena. */
void release_item_doubt(struct release_manifest *manifest, struct release_item *item, struct att_str reason);

/* Sets the digest from hexadecimal of any case, of the length that `algorithm` has. When it is anything else
 * the item is doubted instead ("a placeholder", "SKIP", ...). `span` is that of the text, or empty. */
void release_item_set_digest(struct release_manifest *manifest, struct release_item *item,
			     enum att_digest_kind algorithm, struct att_str text, struct att_span span);

/* What stands between the quotes of a string in `source`, or the whole of another scalar; empty when it is not
 * what `value` holds, letter for letter, as after an escape. */
struct att_span release_literal_span(const struct att_source *source, const struct att_value *value);

/* The text of a scalar: of a string what it says, of anything else what stands there ("1.10" is no number
 * here). Empty for arrays, objects, null and NULL. */
struct att_str release_scalar_text(const struct att_source *source, const struct att_value *value);

/* The last part of a path. */
struct att_str release_file_name(struct att_str path);

/* The platform of an operating system ("linux", "macos", "windows" or "") and an architecture by any of its
 * usual names ("amd64", "x64", "arm64", "i686", ...; "" for all); a name that nobody knows is kept as it is. In
 * the arena, or a literal; data is NULL when memory is out. */
struct att_str release_platform(struct att_arena *arena, struct att_str os, struct att_str architecture);

#endif
