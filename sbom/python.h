// SPDX-License-Identifier: Apache-2.0
/* What all Python catalogers share: names (PEP 503), requirements (PEP 508), and where a package comes from. */
#ifndef SBOM_PYTHON_H
#define SBOM_PYTHON_H

#include "sbom/cataloger.h"

/* A dependency specifier (PEP 508): `name[extras] specifier ; marker` or `name[extras] @ url ; marker`. */
struct sbom_requirement {
	struct att_str name; /* as spelled */
	struct att_str *extras;
	size_t extra_count;
	struct att_str specifier; /* ">=1,<2", without parentheses; empty: any version */
	struct att_str url;
	struct att_str marker;
};

/* Parses one requirement. Views point into `text`. Versions are checked for their characters only, because
 * old files hold versions that PEP 440 does not know; markers are checked by the whole grammar. Errors:
 * ATT_ERR_MALFORMED with *offset at the offending byte of `text`, ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int sbom_requirement_parse(struct att_str text, struct att_arena *arena, struct sbom_requirement *out,
			   size_t *offset, struct att_err *err) ATT_MUST_USE;

/* Why is a package of a lock installed (PEP 751), going by the extras and dependency groups that its marker
 * names? SBOM_RUNTIME when it may be without asking for any, else SBOM_OPTIONAL for extras, SBOM_DEV for
 * groups; 0 when the marker names none. The keys of `default_groups` are normalized; they need not be asked
 * for. Errors: ATT_ERR_MALFORMED, ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int sbom_python_marker_scope(struct att_str marker, const struct att_map *default_groups,
			     struct att_arena *arena, uint32_t *scope, struct att_err *err) ATT_MUST_USE;

/* Is it a project name (PEP 508: letters, digits, and inside also ".", "_", "-")? */
bool sbom_python_is_name(struct att_str name);

/* The version that a specifier pins exactly ("==1.2", "===1.2"), or empty. */
struct att_str sbom_python_pin(struct att_str specifier);

/* Lower case, and each run of "-", "_" and "." is one "-" (PEP 503). data is NULL when memory is out. */
struct att_str sbom_python_normalize(struct att_arena *arena, struct att_str name);

/* The address without user and password of http and https: SBOMs are public, credentials are not. data is
 * NULL when memory is out. */
struct att_str sbom_python_public_url(struct att_arena *arena, struct att_str url);

/* Is it a package index whose packages need no repository_url? */
bool sbom_python_is_default_index(struct att_str url);

/* Makes a component local. `path`, relative to the catalog's file, is the package's folder, or its archive,
 * whose folder then counts. A path that leaves the root is kept as written. Errors: ATT_ERR_MEMORY. */
int sbom_python_place(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str path,
		      bool is_archive, struct att_err *err) ATT_MUST_USE;

/* Is it the name of an archive that pip installs ("x.whl", "x.tar.gz", "x.zip")? */
bool sbom_python_is_archive(struct att_str path);

/* Name and version in the file name of a wheel ("a_b-1.0-py3-none-any.whl"), egg or sdist ("a-b-1.0.tar.gz").
 * False when it is not of that form. */
bool sbom_python_split_archive(struct att_str file, struct att_str *name, struct att_str *version);

/* Takes the version from an archive's file name, when that names the component's package, and the name too when
 * the component has none yet. Errors: ATT_ERR_MEMORY. */
int sbom_python_take_archive(struct att_arena *arena, struct sbom_component *component, struct att_str file,
			     struct att_err *err) ATT_MUST_USE;

/* The part of a path or address behind the last "/" that something follows. */
struct att_str sbom_python_last_part(struct att_str path);

/* Adds the hash "sha256:HEX" that `value` holds. Errors: with the value's place, ATT_ERR_MALFORMED,
 * ATT_ERR_UNSUPPORTED for an unknown algorithm, ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int sbom_python_add_hash(const struct att_source *source, struct att_arena *arena,
			 struct sbom_component *component, const struct att_value *value,
			 struct att_err *err) ATT_MUST_USE;

/* Gives an error without a place the place of `span`; returns `status`. */
int sbom_python_error_at(const struct att_source *source, struct att_span span, int status,
			 struct att_err *err);

/* Sets the purl by name, version, origin, origin_url and vcs_revision; the purl's name is the normalized one
 * although the purl type only asks for "_" -> "-": otherwise a package would have as many purls as it has
 * spellings. `index` is the package index of a registry package; empty is PyPI. Errors: of att_purl_build. */
int sbom_python_identify(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str index,
			 struct att_err *err) ATT_MUST_USE;

#endif
