// SPDX-License-Identifier: Apache-2.0
/* The order of versions, as each ecosystem's own tools order them. docs/FORMATS.md lists the schemes. */
#ifndef ATT_PACKAGE_VERSION_H
#define ATT_PACKAGE_VERSION_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"

/* One scheme: version_NAME.c exports one, version_schemes.c lists them all. */
struct att_version_scheme {
	const char *name;              /* "semver", "pep440", "deb", ... */
	const char *const *ecosystems; /* OSV's names, without what follows a ':'; NULL ends them */
	const char *const *purl_types; /* NULL ends them */
	const char *expected;          /* what a version of the scheme looks like, for messages */
	/* Does it read as a version? The text has 1 to ATT_MAX_VERSION bytes, all of them printable ASCII. */
	bool (*reads)(struct att_str version);
	/* Negative, 0 or positive as a is older than, equal to or newer than b; both were read. Linear in their
	 * lengths. */
	int (*order)(struct att_str a, struct att_str b);
	/* Of a version that was read; NULL when the scheme does not tell: what a distribution of packages ships
	 * is its release, whatever it was before. */
	bool (*is_prerelease)(struct att_str version);
	/* It orders what SemVer 2.0.0 knows as that does: OSV's ranges of type SEMVER are read by it. */
	bool is_semver;
};

/* Every scheme; NULL ends them. */
extern const struct att_version_scheme *const att_version_schemes[];

/* The scheme of an OSV ecosystem: "crates.io", "Debian:12", "Alpine:v3.19", "Maven:https://repo.example". Names
 * are OSV's, to the letter. NULL when none is known: versions cannot be compared then. */
const struct att_version_scheme *att_version_scheme_of_ecosystem(struct att_str ecosystem);

/* The scheme of a purl type ("cargo", "deb"), or NULL. */
const struct att_version_scheme *att_version_scheme_of_purl(struct att_str type);

/* The scheme of this name, or NULL. */
const struct att_version_scheme *att_version_scheme_find(struct att_str name);

/* Checks that a version can be compared by the scheme. Errors: ATT_ERR_MALFORMED, naming what the scheme
 * expects and what was found; ATT_ERR_LIMIT above ATT_MAX_VERSION; ATT_ERR_UNSUPPORTED when scheme is NULL. */
int att_version_check(const struct att_version_scheme *scheme, struct att_str version,
		      struct att_err *err) ATT_MUST_USE;

/* *out is -1, 0 or 1 as a is older than, equal to or newer than b. Errors as att_version_check, of a or of b:
 * which of the two is newer could not be told, and *out is 0. Takes no memory; numbers may have any length. */
int att_version_compare(const struct att_version_scheme *scheme, struct att_str a, struct att_str b, int *out,
			struct att_err *err) ATT_MUST_USE;

/* Does the ecosystem take it for something to be tried out before a release, which is not installed unless
 * asked for? False for what cannot be read, and in ecosystems that have no such thing. */
bool att_version_is_prerelease(const struct att_version_scheme *scheme, struct att_str version);

#endif
