// SPDX-License-Identifier: Apache-2.0
/* Advisories: what is known to be wrong with which versions of which packages. Plain data; whoever reads one
 * says where it lives. */
#ifndef POLICY_ADVISORY_H
#define POLICY_ADVISORY_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"
#include "libattest/base/source.h"
#include "libattest/package/version_range.h"
#include "libattest/package/version_req.h"

enum policy_advisory_kind {
	POLICY_VULNERABILITY = 0,
	POLICY_NOTICE,
	POLICY_UNMAINTAINED,
	POLICY_UNSOUND,
	POLICY_MALICIOUS, /* the package itself is the attack (OSV's "MAL-" records) */
	POLICY_ADVISORY_KINDS,
};

/* "vulnerability", "notice", "unmaintained", "unsound", "malicious". */
const char *policy_advisory_kind_name(enum policy_advisory_kind kind);

struct policy_strings {
	const struct att_str *items;
	size_t count;
};

/* One package of an advisory. */
struct policy_affected {
	struct att_str ecosystem; /* as OSV names it ("crates.io", "Debian:12"); empty: commits alone */
	struct att_str name;      /* as the advisory spells it */
	/* RustSec's own form: a version is affected unless a requirement of one of the two lists takes it.
	 * Both of OSV's are empty then. */
	bool by_requirement;
	struct att_version_rustsec rustsec;
	/* OSV's form: what versions are listed and what ranges they lie in. */
	struct att_version_affected osv;
	/* The Go database's ranges of versions that its SEMVER ranges cannot say: where there are any, those
	 * are wider than what is known. Lists no versions. */
	struct att_version_affected custom;
	/* Empty: everywhere, everything. */
	struct policy_strings architectures, systems, functions;
};

/* "CVSS_V3" and its vector; for other types ("Ubuntu") what the source wrote. */
struct policy_severity {
	struct att_str type, score;
};

/* Times are seconds since 1970, 0 when the advisory states none. */
struct policy_advisory {
	struct att_str id;
	enum policy_advisory_kind kind;
	bool withdrawn;
	int64_t withdrawn_at, published, modified;
	struct att_str title, url;
	struct att_str severity_word;  /* "HIGH", as some databases say beside or instead of a vector */
	struct policy_strings aliases; /* without the id */
	const struct policy_severity *severities;
	size_t severity_count;
	const struct policy_affected *affected;
	size_t affected_count;
};

/* Reads one OSV record (schema 1.7 and before); `source` holds all of it, and text may point there. Members
 * that the schema does not know are passed over. Errors, with the place: ATT_ERR_MALFORMED, ATT_ERR_LIMIT,
 * ATT_ERR_MEMORY, and ATT_ERR_UNSUPPORTED for a later major version of the schema. */
int policy_osv_parse(const struct att_source *source, struct att_arena *arena, struct policy_advisory *out,
		     struct att_err *err) ATT_MUST_USE;

/* Reads one advisory of RustSec's repository: Markdown that begins with a block of TOML. Advisories on what
 * ships with Rust itself (folder "rust") are of the ecosystem "Rust", all others of "crates.io". Errors as
 * above, with the place in the Markdown. */
int policy_rustsec_parse(const struct att_source *source, bool of_rust_itself, struct att_arena *arena,
			 struct policy_advisory *out, struct att_err *err) ATT_MUST_USE;

/* May this be the name of an advisory? 1 to POLICY_MAX_ID printable ASCII characters without space. */
enum { POLICY_MAX_ID = 128 };
bool policy_advisory_id_valid(struct att_str id);

/* The name that a package is looked up by: two spellings that the ecosystem takes for one become the same.
 * Lives in the arena or is `name` itself; data is NULL when memory is out. */
struct att_str policy_package_key(struct att_str ecosystem, struct att_str name, struct att_arena *arena);

#endif
