// SPDX-License-Identifier: Apache-2.0
/* One release, as each ecosystem spells its version: 1.2.0-rc.1 in Cargo.toml and 1.2.0rc1 in pyproject.toml
 * are the same. The one place that knows the mapping; docs/FORMATS.md has it as a table. */
#ifndef RELEASE_SPELLING_H
#define RELEASE_SPELLING_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

enum release_scheme {
	RELEASE_ANY,    /* SemVer, or else PEP 440: a text that says nothing of its ecosystem */
	RELEASE_SEMVER, /* SemVer 2.0.0 to the letter */
	RELEASE_CARGO,  /* the same */
	RELEASE_NPM,    /* without build metadata, which npm drops: two builds would collide */
	RELEASE_GO,     /* "v" before it, no build metadata */
	RELEASE_OCI,    /* a tag of an image: no "+", at most 128 characters */
	RELEASE_PEP440, /* normalised, without a local part, which no package index takes */
};

/* "SemVer", "npm", "PEP 440", ...: for messages. */
const char *release_scheme_name(enum release_scheme scheme);

/* Is it a version of the scheme, in any spelling that the scheme allows? */
bool release_spelling_reads(enum release_scheme scheme, struct att_str version);

/* Writes a version, in SemVer or else PEP 440, as the scheme spells it; RELEASE_ANY leaves it alone. *out lives
 * in `arena` or is the version itself. Errors: ATT_ERR_MALFORMED for what is a version of neither, and
 * ATT_ERR_UNSUPPORTED, with the reason, for one that the scheme has no spelling for; ATT_ERR_LIMIT above
 * ATT_MAX_VERSION. */
int release_spelling_of(enum release_scheme scheme, struct att_str version, struct att_arena *arena,
			struct att_str *out, struct att_err *err) ATT_MUST_USE;

/* Does it stand for a version that is set later? All its release numbers are 0, whatever follows them: 0.0.0,
 * 0.0.0-dev, 0.0.0-development, 0.0.0.dev0. */
bool release_spelling_is_placeholder(struct att_str version);

/* Do two versions, each in the spelling of its scheme, stand for one release? Two of SemVer do when they are
 * equal byte for byte. SemVer's build metadata counts beside PEP 440
 * only where that has a local part. False when one cannot be read. */
bool release_spelling_same(enum release_scheme a_scheme, struct att_str a, enum release_scheme b_scheme,
			   struct att_str b);

#endif
