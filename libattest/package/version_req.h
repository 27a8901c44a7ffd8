// SPDX-License-Identifier: Apache-2.0
/* Requirements that Cargo and RustSec write about versions: "^1.2", ">= 1.2.3, < 2", "=0.3.1", "1.*", "*". */
#ifndef ATT_PACKAGE_VERSION_REQ_H
#define ATT_PACKAGE_VERSION_REQ_H

#include "libattest/base/err.h"
#include "libattest/base/outcome.h"
#include "libattest/base/str.h"

/* Does the version satisfy the requirement, as Cargo has it
 * (https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html)? A pre-release satisfies only what
 * names a pre-release of the same three numbers. ATT_CANNOT_TELL, with the reason in *err, when either cannot
 * be read: ATT_ERR_MALFORMED, ATT_ERR_LIMIT above ATT_MAX_VERSION. */
enum att_outcome att_version_req_cargo(struct att_str requirement, struct att_str version, struct att_err *err);

/* What an advisory of RustSec says; requirements, of which each may hold. */
struct att_version_rustsec {
	const struct att_str *patched, *unaffected;
	size_t patched_count, unaffected_count;
};

/* Is the version affected: neither patched nor unaffected? Each requirement is read as bounds in SemVer's
 * order, as RustSec's own tools do: ">= 1.2.3" is satisfied by 1.3.0-rc.1, "^1.2" ends before 2.0.0-0, "= 1.2"
 * is 1.2.0. What cannot be read counts only where no other requirement clears the version: ATT_CANNOT_TELL
 * then, with the reason in *err. */
enum att_outcome att_version_is_affected_rustsec(struct att_str version,
						 const struct att_version_rustsec *advisory,
						 struct att_err *err);

/* The lowest version above `version` that begins a patched requirement, as it is written there ("1.2"
 * is 1.2.0); false when there is none. */
bool att_version_find_fix_rustsec(struct att_str version, const struct att_version_rustsec *advisory,
				  struct att_str *fix);

#endif
